"""An .apkg or a .colpkg, as `package.reader` reads them → what can be adopted. What is wrong with a note costs that note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import NoneType

import msgspec

from ..files import reason
from ..limits import MAX_COLLECTION_BYTES, MAX_MEDIA_BYTES, MAX_NOTE_ID, MAX_TIME
from ..model import Deck, NoteType
from ..package import PackageError, PackedCard, PackedNote, archive, database, reader
from ..package.archive import Archive
from ..package.database import Database
from .found import Sieve, Source, Unadoptable, tidied


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """What the package at this path holds. Raises Unadoptable."""
    with ExitStack() as stack:
        try:
            with reader.naming(path):
                source = _source(stack.enter_context(archive.opened(path)), path)
        except PackageError as error:
            raise Unadoptable(str(error)) from error
        except OSError as error:
            raise Unadoptable(f"{path.name} cannot be read: {reason(error)}") from error
        yield source


def _source(members: Archive, path: Path) -> Source:
    member = reader.container(members)
    reader.refuse_newer(members)
    modern = member == "collection.anki21b"
    sieve = Sieve()
    with reader.as_package_error(member):
        data = members.read(member, MAX_COLLECTION_BYTES, modern)
        with database.opened(data) as collection:
            note_types, decks = reader.note_types_and_decks(collection)
            notes = _notes(collection, note_types, decks, sieve)
    listed = {name: held for name, held in reader.media_names(members, modern).items() if held in members}

    def read_media(name: str) -> bytes:
        return bytes(members.read(listed[name], MAX_MEDIA_BYTES, modern))

    return tidied(
        Source(path.stem, notes, note_types, tuple(decks.values()), tuple(listed), read_media, tuple(sieve.left_out))
    )


def _notes(
    collection: Database, note_types: Mapping[int, NoteType], decks: Mapping[int, Deck], sieve: Sieve
) -> tuple[PackedNote, ...]:
    """Those that can be adopted, in the order in which their new cards come."""
    cards = _cards(collection, decks)
    names = {id_: [field.name for field in note_type.fields] for id_, note_type in note_types.items()}
    rows = collection.rows("notes", id=int, guid=str, mod=int, mid=int, flds=str, tags=str)
    rows.sort()
    seen: set[int] = set()
    found: list[tuple[float, PackedNote]] = []
    position = 0.0
    for note_id, guid, mod, note_type_id, text, tags in rows:
        of = cards.get(note_id, _Cards())
        values, fields = text.split("\x1f"), names.get(note_type_id)
        if note_id in seen:
            problem = f"has the note id {note_id} of another note"
        elif not 1 <= note_id <= MAX_NOTE_ID:
            problem = f"has the note id {note_id}, which no note can have"
        elif fields is None:
            problem = "has a note type that is missing"
        elif len(fields) != len(values):
            problem = f"has {len(values)} fields, and its note type {len(fields)}"
        else:
            problem = of.problem or ("" if of.by_ord else "has no card")
        seen.add(note_id)
        if not sieve.passes(guid, values[0], problem) or fields is None:
            continue
        # A card that is learned may not know any more when it came: it stays beside the note that was made before it.
        position = position if of.position is None else of.position
        packed = tuple(card for _, card in sorted(of.by_ord.items()))
        written = dict(zip(fields, values, strict=True))
        at = min(max(mod, 1), MAX_TIME)
        found.append((position, PackedNote(guid, note_id, at, note_type_id, written, tuple(tags.split()), packed)))
    found.sort(key=lambda pair: pair[0])
    return tuple(note for _, note in found)


class _Cards(msgspec.Struct):
    """The cards of a note, by their ordinals; what is wrong with them; the place of the first new one, if that is known."""

    by_ord: dict[int, PackedCard] = {}
    problem: str = ""
    position: float | None = None


def _cards(collection: Database, decks: Mapping[int, Deck]) -> dict[int, _Cards]:
    """The cards of each note, by its id. One that is in a filtered deck counts for its home deck."""
    found: dict[int, _Cards] = defaultdict(_Cards)
    rows = collection.rows(
        "cards", nid=int, ord=int, did=int, odid=int, due=(int, float), odue=(int, float), type=int,
        data=(str, bytes, NoneType),
    )  # fmt: skip
    for note_id, ord_, deck_id, home_id, due, home_due, kind, data in rows:
        of = found[note_id]
        deck = decks.get(home_id or deck_id)
        if deck is None:
            of.problem = f"has a card in the deck {home_id or deck_id}, which is missing"
        elif not 0 <= ord_ < 1 << 16:
            of.problem = f"has a card with the number {ord_}"
        else:
            of.by_ord.setdefault(ord_, PackedCard(ord_, deck.name))
            position = _position(data) if kind else home_due if home_id else due
            if position is not None and (of.position is None or position < of.position):
                of.position = position
    return found


def _position(data: str | bytes | None) -> int | None:
    """The place among new cards that a card had before it was learned (rslib/src/storage/card/data.rs); None if that is not
    known.
    """
    try:
        return _DATA.decode(data).pos if data else None
    except msgspec.MsgspecError:
        return None


class _Data(msgspec.Struct):
    pos: int | None = None


_DATA = msgspec.json.Decoder(_Data)
