"""An .apkg of any tool → what it holds. Nothing is imported, upgraded or written, and nothing in it is trusted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ..limits import MAX_COLLECTION_BYTES, MAX_MEDIA_LIST_BYTES
from ..model import LATEX_FOOTER, LATEX_HEADER, Deck, Family, Field, NoteType, Template
from . import archive, database, protobuf
from .archive import Archive, NoArchive, PackageError
from .contents import Package, PackedCard, PackedNote
from .database import Database

CONTAINERS = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""The names of the collection in a package, the newest first. Beside a new one there is an old one: "please update"."""

NEWEST_VERSION = 3
"""The newest format of packages that is known here (rslib/src/import_export/package/meta.rs, Version)."""


def read(path: Path) -> Package:
    """Everything that the package at this path holds. Raises PackageError, and OSError if the file cannot be opened."""
    if path.suffix.lower() == ".colpkg":
        raise PackageError(f"{path.name} is the backup of a whole collection, not a package")
    with naming(path), archive.opened(path) as members:
        return _package(members)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Whatever is wrong with the package at this path, as a PackageError that names its file."""
    try:
        yield
    except PackageError as error:
        what = "is not a package, or is damaged" if isinstance(error, NoArchive) else "is broken"
        raise PackageError(f"{path.name} {what}: {_shown(str(error))}") from error


def _shown(text: str) -> str:
    """A reason as a terminal can show it: names in a package may hold anything."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", text)
    return text if len(text) <= 300 else text[:300] + "…"


def _package(members: Archive) -> Package:
    member = container(members)
    refuse_newer(members)
    compressed = member == "collection.anki21b"
    with as_package_error(member):
        notes, note_types, decks = _collection(members.read(member, MAX_COLLECTION_BYTES, compressed))
    return Package(member, notes, note_types, decks, media(members, compressed))


def refuse_newer(members: Archive) -> None:
    """Raise PackageError if the format of the package is newer than those that are known here."""
    with as_package_error("meta"):
        if "meta" in members:
            version = protobuf.number(protobuf.message(bytes(members.read("meta", 1 << 10))), 1)
            if version > NEWEST_VERSION:
                raise PackageError(f"its format is {version}, and the newest one known here is {NEWEST_VERSION}")


def container(members: Archive) -> str:
    """The member that holds the collection."""
    found = next((name for name in CONTAINERS if name in members), None)
    if found is None:
        raise PackageError("it has no collection")
    return found


def media(members: Archive, modern: bool) -> dict[str, str]:
    """The SHA-256 of each file in hex, by its name."""
    return dict(hashes(members, sorted(media_names(members, modern).items()), modern))


def hashes(members: Archive, listed: Iterable[tuple[str, str]], modern: bool = False) -> list[tuple[str, str]]:
    """The names of files and their SHA-256 in hex. `listed` has their names and their members."""
    return [(name, members.sha256(member, modern)) for name, member in listed]


@contextmanager
def as_package_error(member: str) -> Iterator[None]:
    """Whatever is wrong with the contents of a member, as a PackageError."""
    try:
        yield
    except PackageError:
        raise
    except RecursionError as error:
        raise PackageError(f"its {member} is nested too deeply") from error
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise PackageError(f"its {member} makes no sense: {error}") from error


def media_names(members: Archive, modern: bool) -> dict[str, str]:
    """The member that holds each file, by name."""
    with as_package_error("list of media"):
        return _media_names(members, modern) if "media" in members else {}


def _media_names(members: Archive, modern: bool) -> dict[str, str]:
    """From a JSON object, or from a protobuf MediaEntries, in order."""
    data = bytes(members.read("media", MAX_MEDIA_LIST_BYTES, modern))
    if not modern:
        listed = msgspec.json.decode(data, type=dict[str, str])
        if odd := next((member for member in listed if not (member.isascii() and member.isdigit())), None):
            raise ValueError(f"a file in it would be in the member {odd!r}")
        return {name: member for member, name in listed.items()}
    found = {}
    for index, (number, entry) in enumerate(protobuf.fields(data)):
        if number != 1 or not isinstance(entry, bytes):
            raise ValueError(f"it has something else than files, in field {number}")
        if str(index) not in members:
            raise PackageError(f"its member {index} is missing")
        found[protobuf.text(protobuf.message(entry), 1)] = str(index)
    return found


def _collection(data: bytearray) -> tuple[tuple[PackedNote, ...], tuple[NoteType, ...], tuple[Deck, ...]]:
    with database.opened(data) as collection:
        note_types, decks = note_types_and_decks(collection)
        notes = _notes(collection, note_types, decks)
    used = {card.deck for note in notes for card in note.cards}
    return notes, tuple(note_types[id_] for id_ in sorted(note_types)), named(decks, used)


def note_types_and_decks(collection: Database) -> tuple[dict[int, NoteType], dict[int, Deck]]:
    """Note types and decks by id."""
    rows = collection.rows("col", ver=int, models=str, decks=str)
    if len(rows) != 1:
        raise PackageError(f"its table col has {len(rows)} rows instead of one")
    version, models, listed = rows[0]
    note_types, decks = _modern_schema(collection) if version >= 15 else _schema_11(models, listed)
    for note_type in note_types.values():
        if len({field.name for field in note_type.fields}) < len(note_type.fields):
            raise PackageError(f"two fields of the note type {note_type.id} have the same name")
    return note_types, decks


def named(decks: Mapping[int, Deck], used: Collection[str]) -> tuple[Deck, ...]:
    """The decks by name, without the one that every collection has, unless it is used."""
    found = (deck for id_, deck in decks.items() if id_ != 1 or deck.name in used)
    return tuple(sorted(found, key=lambda deck: deck.name))


# The older schema, 11: note types and decks are JSON


class _JsonField(msgspec.Struct):
    name: str
    id: int | None = None
    description: str | None = ""
    collapsed: bool | None = False
    plain_text: bool | None = msgspec.field(default=False, name="plainText")
    prevent_deletion: bool | None = msgspec.field(default=False, name="preventDeletion")
    tag: int | None = None
    font: str | None = "Arial"
    size: int | float | None = 20
    rtl: bool | None = False
    sticky: bool | None = False
    exclude_from_search: bool | None = msgspec.field(default=False, name="excludeFromSearch")


class _JsonTemplate(msgspec.Struct):
    name: str
    qfmt: str
    afmt: str
    id: int | None = None
    bqfmt: str | None = ""
    bafmt: str | None = ""
    bfont: str | None = ""
    bsize: int | float | None = 0


class JsonNoteType(msgspec.Struct):
    """A note type as older collections have it, and what is exported as JSON."""

    name: str
    flds: list[_JsonField]
    tmpls: list[_JsonTemplate]
    type: int = 0
    css: str = ""
    sortf: int = 0
    stock_kind: int | None = msgspec.field(default=0, name="originalStockKind")
    mod: int | float = 0
    latex_pre: str | None = msgspec.field(default=LATEX_HEADER, name="latexPre")
    latex_post: str | None = msgspec.field(default=LATEX_FOOTER, name="latexPost")
    latex_svg: bool | None = msgspec.field(default=False, name="latexsvg")


class _JsonDeck(msgspec.Struct):
    name: str
    desc: str | None = ""


def _schema_11(models: str, decks: str) -> tuple[dict[int, NoteType], dict[int, Deck]]:
    """Note types and decks by id, from the two JSON objects of the older schema."""
    return (
        {id_: of_json(id_, m) for id_, m in msgspec.json.decode(models, type=dict[int, JsonNoteType]).items()},
        {id_: Deck(d.name, d.desc or "") for id_, d in msgspec.json.decode(decks, type=dict[int, _JsonDeck]).items()},
    )


def of_json(id_: int, model: JsonNoteType) -> NoteType:
    """The note type with this id that is written so in JSON."""
    stock_kind = model.stock_kind or 0
    return NoteType(
        id=id_,
        name=model.name,
        family=_family(model.type, stock_kind),
        fields=tuple(
            Field(
                name=field.name,
                id=field.id or 0,
                description=field.description or "",
                collapsed=bool(field.collapsed),
                plain_text=bool(field.plain_text),
                prevent_deletion=bool(field.prevent_deletion),
                tag=field.tag,
                font=field.font or "",
                size=int(field.size or 0),
                right_to_left=bool(field.rtl),
                sticky=bool(field.sticky),
                exclude_from_search=bool(field.exclude_from_search),
            )
            for field in model.flds
        ),
        templates=tuple(
            Template(
                name=made.name,
                id=made.id or 0,
                front=made.qfmt,
                back=made.afmt,
                browser_front=made.bqfmt or "",
                browser_back=made.bafmt or "",
                browser_font=made.bfont or "",
                browser_size=int(made.bsize or 0),
            )
            for made in model.tmpls
        ),
        css=model.css,
        sort_field=model.sortf,
        stock_kind=stock_kind,
        mod=int(model.mod),
        latex_header=model.latex_pre or "",
        latex_footer=model.latex_post or "",
        latex_svg=bool(model.latex_svg),
    )


def _family(kind: int, stock_kind: int) -> Family:
    if kind == 0:
        return "basic"
    return "occlusion" if stock_kind == 6 else "cloze"


# The newer schema, 18: note types and decks have tables of their own


def _modern_schema(collection: Database) -> tuple[dict[int, NoteType], dict[int, Deck]]:
    """Note types and decks by id, from the tables of schema 18. Numbers are those of anki's proto/anki/*.proto."""
    fields, templates = defaultdict(list), defaultdict(list)
    for id_, _, name, config in sorted(collection.rows("fields", ntid=int, ord=int, name=str, config=bytes)):
        of = protobuf.message(config)
        collapsed, plain_text, prevent_deletion = (bool(protobuf.number(of, number)) for number in (7, 6, 11))
        tag = protobuf.number(of, 10) if 10 in of else None
        sticky, right_to_left, is_unsearched = (bool(protobuf.number(of, number)) for number in (1, 2, 8))
        of_field = protobuf.signed(of, 9), protobuf.text(of, 5), collapsed, plain_text, prevent_deletion, tag
        of_editor = protobuf.text(of, 3), protobuf.number(of, 4), right_to_left, sticky, is_unsearched
        fields[id_].append(Field(name, *of_field, *of_editor))
    for id_, _, name, config in sorted(collection.rows("templates", ntid=int, ord=int, name=str, config=bytes)):
        of = protobuf.message(config)
        front, back, browser_front, browser_back, font = (protobuf.text(of, number) for number in (1, 2, 3, 4, 6))
        of_browser = browser_front, browser_back, font, protobuf.number(of, 7)
        templates[id_].append(Template(name, protobuf.signed(of, 8), front, back, *of_browser))
    note_types = {}
    for id_, name, mod, config in collection.rows("notetypes", id=int, name=str, mtime_secs=int, config=bytes):
        of = protobuf.message(config)
        stock_kind = protobuf.number(of, 9)
        family = _family(protobuf.number(of, 1), stock_kind)
        shape = tuple(fields[id_]), tuple(templates[id_])
        css, sort_field = protobuf.text(of, 3), protobuf.number(of, 2)
        note_types[id_] = NoteType(
            id_, name, family, *shape, css, sort_field, stock_kind, mod,
            latex_header=protobuf.text(of, 5),
            latex_footer=protobuf.text(of, 6),
            latex_svg=bool(protobuf.number(of, 7)),
        )  # fmt: skip
    decks = {}
    for id_, name, kind in collection.rows("decks", id=int, name=str, kind=bytes):
        normal = protobuf.message(protobuf.raw(protobuf.message(kind), 1))
        decks[id_] = Deck(name.replace("\x1f", "::"), protobuf.text(normal, 4))
    return note_types, decks


# Notes and cards: the same in both


def _notes(
    collection: Database, note_types: Mapping[int, NoteType], decks: Mapping[int, Deck]
) -> tuple[PackedNote, ...]:
    """In the order of the first card that is due."""
    cards, due = _cards(collection, decks)
    names = {id_: [field.name for field in note_type.fields] for id_, note_type in note_types.items()}
    rows = collection.rows("notes", id=int, guid=str, mod=int, mid=int, flds=str, tags=str)
    rows.sort()
    found: dict[int, PackedNote] = {}
    for note_id, guid, mod, note_type_id, text, tags in sorted(rows, key=lambda row: due.get(row[0], 0)):
        if note_id in found:
            raise PackageError(f"two notes have the id {note_id}")
        if note_type_id not in names:
            raise PackageError(f"the note {note_id} has the note type {note_type_id}, which is missing")
        of, values = names[note_type_id], text.split("\x1f")
        if len(of) != len(values):
            raise PackageError(f"the note {note_id} has {len(values)} fields, and its note type {len(of)}")
        fields = dict(zip(of, values, strict=True))
        found[note_id] = PackedNote(
            guid, note_id, mod, note_type_id, fields, tuple(tags.split()), tuple(cards.get(note_id, ()))
        )
    return tuple(found.values())


def _cards(collection: Database, decks: Mapping[int, Deck]) -> tuple[dict[int, list[PackedCard]], dict[int, int]]:
    """The cards of each note by their ordinals, and the least number by which one of them is due, by the note's id."""
    cards: dict[int, list[PackedCard]] = defaultdict(list)
    due: dict[int, int] = {}
    rows = collection.rows("cards", nid=int, ord=int, did=int, odid=int, due=(int, float))
    rows.sort()
    for note_id, ord_, deck_id, home_id, position in rows:
        deck = decks.get(home_id or deck_id)  # While a card is in a filtered deck, its own one is its home.
        if deck is None:
            raise PackageError(f"a card of the note {note_id} is in the deck {home_id or deck_id}, which is missing")
        if not 0 <= ord_ < 1 << 16:
            raise PackageError(f"a card of the note {note_id} has the number {ord_}")
        cards[note_id].append(PackedCard(ord_, deck.name))
        due[note_id] = min(position, due.get(note_id, position))
    return cards, due
