"""What a package holds: the same types for one that is about to be written and for one that any tool wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from ..model import Collection, Deck, Note, NoteType
from .generation import cards


class PackedCard(msgspec.Struct, frozen=True):
    """A card of a note. `ord` counts from 0; `deck` is the full path of its home deck."""

    ord: int
    deck: str


class PackedNote(msgspec.Struct, frozen=True):
    """A note. `note_id` is in milliseconds, `mod` in seconds of the Unix epoch. `cards` are in the order of ordinals."""

    guid: str
    note_id: int
    mod: int
    note_type_id: int
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    cards: tuple[PackedCard, ...]


class Package(msgspec.Struct, frozen=True):
    """A whole package.

    Notes are in the order in which their new cards come, note types in the order of their ids, decks of their names. The
    deck that every collection has, "Default", is left out unless it holds cards. An id that the tool did not write is 0.
    `media` has the SHA-256 of each file in hex, by its name. `container` is the member that held the collection.
    """

    container: str
    notes: tuple[PackedNote, ...]
    note_types: tuple[NoteType, ...]
    decks: tuple[Deck, ...]
    media: Mapping[str, str]


def contents(collection: Collection) -> Package:
    """What the package of this collection must hold.

    Raises ValueError for what Anki would misread: a note without an identity, cards, a note type or a deck, a guid or a
    media name that is used twice, a deck called "Default". Earlier stages let none of these through.
    """
    decks = {deck.name for deck in collection.decks}
    for name in decks:
        # Every learner has a deck of that name, and our cards would end up among theirs.
        if name.casefold() == "default":
            raise ValueError('a deck cannot be called "Default"')
    if missing := {note.note_type for note in collection.notes} - collection.note_types.keys():
        raise ValueError(f"the collection lacks the note type {min(missing)!r}")
    _refuse_repeated("guid", (note.guid for note in collection.notes))
    _refuse_repeated("media name", (media.name for media in collection.media))
    return Package(
        container="collection.anki2",
        notes=tuple(_packed(note, collection.note_types[note.note_type], decks) for note in collection.notes),
        note_types=tuple(sorted(collection.note_types.values(), key=lambda note_type: note_type.id)),
        decks=tuple(sorted(collection.decks, key=lambda deck: deck.name)),
        media={media.name: media.sha256 for media in sorted(collection.media, key=lambda media: media.name)},
    )


def _refuse_repeated(what: str, values: Iterable[str]) -> None:
    value, count = max(Counter(values).items(), key=lambda item: item[1], default=("", 0))
    if count > 1:
        raise ValueError(f"the {what} {value!r} is used {count} times")


def _packed(note: Note, note_type: NoteType, decks: set[str]) -> PackedNote:
    place = f"the note at {note.span.place}"
    values = note_type.values(note.fields)
    ords = cards(values, note.tags, note_type)
    if not note.guid or note.note_id <= 0 or note.mod <= 0:
        raise ValueError(f"{place} has no identity: guid {note.guid!r}, note id {note.note_id}, mod {note.mod}")
    if not ords:
        raise ValueError(f"{place} makes no card")
    if note.deck not in decks:
        raise ValueError(f"{place} is in the deck {note.deck!r}, which the collection lacks")
    fields = zip(note_type.fields, values, strict=True)
    return PackedNote(
        guid=note.guid,
        note_id=note.note_id,
        mod=note.mod,
        note_type_id=note_type.id,
        fields={field.name: value for field, value in fields},
        tags=note.tags,
        cards=tuple(PackedCard(ord_, note.deck) for ord_ in ords),
    )
