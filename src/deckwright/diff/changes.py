"""What differs between two packages, as values."""

from __future__ import annotations

import msgspec

from .field_text import Words
from .prediction import Fate, Prediction


class Listed(msgspec.Struct, frozen=True):
    """A note that is in only one of the packages; if it has no cards, `deck` is empty.

    `title` is the beginning of the text of its sort field, or of the first field that has any. `place` is the file and the
    line of a note of a project, empty for one of a package.
    """

    guid: str
    title: str
    deck: str
    place: str = ""


class FieldChange(msgspec.Struct, frozen=True):
    """A field whose HTML differs. If all words of its text are the same, only its markup differs."""

    name: str
    words: Words


class Renumbered(msgspec.Struct, frozen=True):
    """A cloze or mask number that hid `old` and now hides `new`, some of which was or is under another number.

    What a learner knew of the old answer then counts for the new one. A mask is given by its label or, if it has none, by
    its shape and its place.
    """

    number: int
    old: tuple[str, ...]
    new: tuple[str, ...]


class NoteChange(msgspec.Struct, frozen=True):
    """A note of both packages that differs, or that is updated anyway.

    `deck` is the old and the new deck of its cards, `note_type` the names of the old and the new note type; both are None
    if nothing changed there. Cards are ordinals, counted from 0. `place` is as in `Listed`.
    """

    guid: str
    title: str
    fate: Fate
    fields: tuple[FieldChange, ...]
    tags_added: tuple[str, ...]
    tags_removed: tuple[str, ...]
    deck: tuple[str, str] | None
    note_type: tuple[str, str] | None
    cards_gained: tuple[int, ...]
    cards_lost: tuple[int, ...]
    renumbered: tuple[Renumbered, ...]
    place: str = ""

    @property
    def has_content(self) -> bool:
        """Whether anything differs that an update brings: a field or a tag."""
        return bool(self.fields or self.tags_added or self.tags_removed)

    @property
    def differs(self) -> bool:
        """Whether anything differs that a learner could see."""
        return self.has_content or bool(self.deck or self.note_type or self.cards_gained or self.cards_lost)


class NoteTypeChange(msgspec.Struct, frozen=True):
    """A note type of both packages that differs, or that is updated anyway.

    `parts` names what differs. If the schema changed, Anki makes a second note type and updates no note of the first; if
    the kind changed, basic notes turn into cloze notes or back. `received` says whether the learner's own is updated.
    """

    id: int
    name: str
    parts: tuple[str, ...]
    schema_changed: bool
    kind_changed: bool
    received: bool


class Changes(msgspec.Struct, frozen=True):
    """All that differs between two packages. Notes are in the order of their package; `unchanged` counts the others.

    `repeated` are guids that several notes of the new package have. Decks, note types and media are given by name:
    `decks_described` have another description, in more than the number of their notes; `media_changed` have other bytes
    under the same name.
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
        """The notes that are updated without a change, which overwrites what a learner wrote in them."""
        return tuple(note for note in self.notes if note.fate == "updated" and not note.has_content)

    @property
    def conflicting(self) -> tuple[NoteChange, ...]:
        """The notes that no import can update any more."""
        return tuple(note for note in self.notes if note.fate == "conflicting")

    @property
    def other_deck(self) -> tuple[NoteChange, ...]:
        """The notes with a card in another deck."""
        return tuple(note for note in self.notes if note.deck)

    @property
    def renumbered(self) -> tuple[NoteChange, ...]:
        """The notes with a number that asks for another answer."""
        return tuple(note for note in self.notes if note.renumbered)

    @property
    def other_cards(self) -> tuple[NoteChange, ...]:
        """The notes in which only the cards differ."""
        return tuple(
            note
            for note in self.notes
            if (note.cards_gained or note.cards_lost) and not note.has_content and note.fate != "conflicting"
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many notes are new, changed, unreceived, idle, conflicting, in another deck, renumbered, retired and unchanged.

        A note can be in several.
        """
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unreceived": len(self.unreceived),
            "idle": len(self.idle),
            "conflicting": len(self.conflicting),
            "other_deck": len(self.other_deck),
            "renumbered": len(self.renumbered),
            "retired": len(self.retired),
            "unchanged": self.unchanged,
        }
