"""Two packages → what differs between them, what Anki's import makes of that, and the words a learner understands.

How Anki imports was measured with anki 26.9.3, and a test compares every prediction with its log. What is predicted is the
import with default options by somebody whose copy is the old package, unedited.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from textwrap import fill
from typing import Any, Literal

from . import markup
from .model import NoteType
from .package import Package, PackedNote, cards

Fate = Literal["new", "updated", "duplicate", "conflicting"]
"""What the import does with a note, as its log calls it: `duplicate` is one that it leaves as the learner has it."""

Words = tuple[tuple[Literal["same", "old", "new"], str], ...]
"""A text and a later one in stretches: those of "same" and "old" make the first, those of "same" and "new" the second."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A note that only one of the packages holds. `title` is the plain text of its sort field, or of the first that has some."""

    guid: str
    title: str
    deck: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose HTML differs. Where all words of its plain text are the same, only its markup does."""

    name: str
    words: Words


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A cloze or mask number that hid `old` and now hides `new`, some of which was or is now under another number.

    What a learner knew of the one then counts for the other. A mask is told by its shape and its place.
    """

    number: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteChange:
    """A note of both packages that differs, or that is updated all the same.

    `moved` are the old and the new deck of its cards, `note_type` the names of the old and the new note type. Cards are
    their ordinals, counted from 0.
    """

    guid: str
    title: str
    fate: Fate
    fields: tuple[FieldChange, ...]
    tags_added: tuple[str, ...]
    tags_removed: tuple[str, ...]
    moved: tuple[str, str] | None
    note_type: tuple[str, str] | None
    cards_gained: tuple[int, ...]
    cards_lost: tuple[int, ...]
    renumbered: tuple[Renumbered, ...]

    @property
    def has_content(self) -> bool:
        """Whether anything differs that an update brings: a field or a tag."""
        return bool(self.fields or self.tags_added or self.tags_removed)


@dataclass(frozen=True, slots=True)
class NoteTypeChange:
    """A note type of both packages that differs, or that is updated all the same.

    `parts` names what differs. With another schema Anki makes a second note type and updates no note of the first;
    another kind turns basic notes into cloze notes, or back. `received` says whether the learner's own is updated.
    """

    id: int
    name: str
    parts: tuple[str, ...]
    schema_changed: bool
    kind_changed: bool
    received: bool


@dataclass(frozen=True, slots=True)
class Prediction:
    """The log of the import: notes by fate, and cards that it adds, and those that have nothing to ask any more.

    `one_way_sync` says whether the learner must then choose which side of a sync to keep, and may lose reviews by that.
    """

    new: int
    updated: int
    duplicate: int
    conflicting: int
    new_cards: int
    empty_cards: int
    one_way_sync: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs between two packages. Notes are in the order of their package, `unchanged` counts the others.

    `repeated` are guids that several notes of the new package have. Decks, note types and media are listed by name;
    `decks_described` have another description, `media_changed` other bytes under the same name.
    """

    new: tuple[Listed, ...]
    notes: tuple[NoteChange, ...]
    retired: tuple[Listed, ...]
    unchanged: int
    repeated: tuple[str, ...]
    note_types_new: tuple[str, ...]
    note_types: tuple[NoteTypeChange, ...]
    note_types_gone: tuple[str, ...]
    decks_new: tuple[str, ...]
    decks_gone: tuple[str, ...]
    decks_described: tuple[str, ...]
    media_new: tuple[str, ...]
    media_changed: tuple[str, ...]
    media_gone: tuple[str, ...]
    prediction: Prediction

    @property
    def changed(self) -> tuple[NoteChange, ...]:
        """The notes whose new content is received."""
        return tuple(note for note in self.notes if note.fate == "updated" and note.has_content)

    @property
    def unreceived(self) -> tuple[NoteChange, ...]:
        """The notes whose new content nobody receives who has the old one: their modification time did not grow."""
        return tuple(note for note in self.notes if note.fate == "duplicate" and note.has_content)

    @property
    def idle(self) -> tuple[NoteChange, ...]:
        """The notes that are updated for nothing, which undoes what a learner wrote in them."""
        return tuple(note for note in self.notes if note.fate == "updated" and not note.has_content)

    @property
    def conflicting(self) -> tuple[NoteChange, ...]:
        """The notes that no import can update any more."""
        return tuple(note for note in self.notes if note.fate == "conflicting")

    @property
    def moved(self) -> tuple[NoteChange, ...]:
        return tuple(note for note in self.notes if note.moved)

    @property
    def renumbered(self) -> tuple[NoteChange, ...]:
        return tuple(note for note in self.notes if note.renumbered)

    @property
    def other_cards(self) -> tuple[NoteChange, ...]:
        """The notes that only have other cards."""
        return tuple(
            note
            for note in self.notes
            if (note.cards_gained or note.cards_lost) and not note.has_content and note.fate != "conflicting"
        )


def compare(old: Package, new: Package) -> Changes:
    """What differs between two packages. Never raises for what another tool wrote into them.

    Notes are matched by guid, as Anki does; where several have the same one, in the order of their packages.
    """
    fates, prediction = _imported(old, new)
    before, after = _by_guid(old.notes), _by_guid(new.notes)
    pairs = [(before[key], note, fate) for (key, note), fate in zip(after.items(), fates, strict=True) if key in before]
    titles_of = _types(new)
    notes = [change for pair in pairs if (change := _note_change(*pair, old, new, _types(old), titles_of))]
    old_decks, new_decks = ({_deck_key(deck.name): deck for deck in package.decks} for package in (old, new))
    old_types, new_types = _types(old), titles_of
    type_changes = (_note_type_change(old_types[id_], new_types[id_]) for id_ in new_types if id_ in old_types)
    return Changes(
        new=tuple(_listed(note, new_types) for key, note in after.items() if key not in before),
        notes=tuple(notes),
        retired=tuple(_listed(note, old_types) for key, note in before.items() if key not in after),
        unchanged=len(pairs) - len(notes),
        repeated=tuple(guid for guid, count in Counter(note.guid for note in new.notes).items() if count > 1),
        note_types_new=tuple(new_types[id_].name for id_ in new_types if id_ not in old_types),
        note_types=tuple(change for change in type_changes if change),
        note_types_gone=tuple(old_types[id_].name for id_ in old_types if id_ not in new_types),
        decks_new=tuple(deck.name for key, deck in new_decks.items() if key not in old_decks),
        decks_gone=tuple(deck.name for key, deck in old_decks.items() if key not in new_decks),
        decks_described=tuple(
            deck.name
            for key, deck in new_decks.items()
            if key in old_decks and deck.description != old_decks[key].description
        ),
        media_new=tuple(sorted(new.media.keys() - old.media.keys())),
        media_changed=tuple(
            sorted(name for name in new.media if new.media[name] != old.media.get(name, new.media[name]))
        ),
        media_gone=tuple(sorted(old.media.keys() - new.media.keys())),
        prediction=prediction,
    )
