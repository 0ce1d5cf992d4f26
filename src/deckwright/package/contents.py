"""What a package holds: the same types for one that is about to be written and for one that any tool wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from ..generation import Generator
from ..model import Collection, Deck, Note, NoteType


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

    @property
    def cards(self) -> int:
        """How many cards it has."""
        return sum(len(note.cards) for note in self.notes)


def contents(collection: Collection) -> Package:
    """What the package of this collection must hold.

    Raises ValueError for what Anki would misread: a note without an identity, cards, a note type or a deck, a guid or a
    media name that is used twice, a deck called "Default", a tag with white space, a field with U+001F. Earlier stages let
    none of these through.
    """
    package = outline(collection)
    decks = {deck.name for deck in package.decks}
    guids: set[str] = set()
    notes = []
    for note, note_type, values, ords in checked(collection.notes, collection.note_types):
        if note.guid in guids:
            raise ValueError(f"the guid {note.guid!r} is used more than once")
        if note.deck not in decks:
            raise ValueError(f"the note {note.guid!r} is in the deck {note.deck!r}, which the collection lacks")
        guids.add(note.guid)
        packed = PackedNote(
            guid=note.guid,
            note_id=note.note_id,
            mod=note.mod,
            note_type_id=note_type.id,
            fields={field.name: value for field, value in zip(note_type.fields, values, strict=True)},
            tags=note.tags,
            cards=tuple(PackedCard(ord_, note.deck) for ord_ in ords),
        )
        notes.append(packed)
    return replace(package, notes=tuple(notes))


def outline(collection: Collection) -> Package:
    """All that the package must hold but its notes. Raises ValueError for what Anki would misread."""
    for deck in collection.decks:
        # Every learner has a deck of that name, and our cards would end up among theirs.
        if deck.name.casefold() == "default":
            raise ValueError('a deck cannot be called "Default"')
    media = {file.name: file.sha256 for file in sorted(collection.media, key=lambda file: file.name)}
    if len(media) < len(collection.media):
        name, count = Counter(file.name for file in collection.media).most_common(1)[0]
        raise ValueError(f"the media name {name!r} is used {count} times")
    return Package(
        container="collection.anki2",
        notes=(),
        note_types=tuple(sorted(collection.note_types.values(), key=lambda note_type: note_type.id)),
        decks=tuple(sorted(collection.decks, key=lambda deck: deck.name)),
        media=media,
    )


Checked: TypeAlias = tuple[Note, NoteType, list[str], tuple[int, ...]]
"""A note, its note type, the values of its fields in their order, and its cards' ordinals."""


def checked(notes: Iterable[Note], note_types: Mapping[str, NoteType]) -> Iterator[Checked]:
    """Notes, one by one. Raises ValueError for what Anki would misread in one of them."""
    kinds = {
        key: (note_type, [field.name for field in note_type.fields], Generator(note_type))
        for key, note_type in note_types.items()
    }
    for note in notes:
        if note.note_type not in kinds:
            raise ValueError(f"the collection lacks the note type {note.note_type!r}")
        note_type, names, generator = kinds[note.note_type]
        value = note.fields.get
        values = [value(name, "") for name in names]
        ords = generator.cards(values, note.tags)
        if problem := _problem(note, values, ords):
            raise ValueError(f"the note at {note.span.place} {problem}")
        yield note, note_type, values, ords


def _problem(note: Note, values: list[str], ords: tuple[int, ...]) -> str:
    """Why a note cannot be packed, empty if it can."""
    if not note.guid or note.note_id <= 0 or note.mod <= 0:
        return f"has no identity: guid {note.guid!r}, note id {note.note_id}, mod {note.mod}"
    if not ords:
        return "makes no card"
    if note.tags and len(" ".join(note.tags).split()) != len(note.tags):
        return f"has a tag that Anki would cut: {' '.join(note.tags)!r}"
    if "\x1f" in "".join(values):
        return "has a field that Anki would cut: it has the character U+001F"
    return ""
