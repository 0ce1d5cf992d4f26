"""The notes of a deck → some that show what it has: one of each sort, from many of its decks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..clozes import MASK
from ..model import Note, NoteType
from ..texts import count_words, plain

NUMBER = 9
"""How many, if the deck has so many: that many fill whole rows on a wide screen."""

_LONG = 900
"""Characters of HTML: a longer card is no good sample."""

_WORDS = range(5, 25)
"""How many a question has that says what it asks, and is read at a glance."""

_MASKS = range(4, 13)
"""How many a diagram has that shows what masks are for."""

_SORTS: Sequence[Callable[[Note, NoteType], bool]] = (
    lambda note, kind: kind.family == "occlusion",
    lambda note, kind: kind.family == "basic",
    lambda note, kind: kind.family == "cloze",
    lambda note, kind: "<img" in _all(note) and kind.family != "occlusion",
    lambda note, kind: "\\(" in _all(note) or "\\[" in _all(note),
    lambda note, kind: "dw-code" in _all(note),
    lambda note, kind: bool(note.fields.get("Typed")),
    lambda note, kind: bool(note.fields.get("Reversed")) and _shows_well(note, kind),
    lambda note, kind: "dw-table" in _all(note),
)
"""What a deck may have, the most telling first."""


def chosen(notes: Sequence[Note], note_types: Mapping[str, NoteType]) -> list[Note]:
    """NUMBER of the notes, or all if there are fewer: the first of each sort, then the first of decks without any."""
    found: dict[str, Note] = {}
    decks: set[str] = set()

    def add(fits: Callable[[Note, NoteType], bool]) -> None:
        fitting = [note for note in notes if note.guid not in found and fits(note, note_types[note.note_type])]
        # Of equal ones, it is the first.
        fitting.sort(key=lambda note: (note.deck in decks, not _shows_well(note, note_types[note.note_type])))
        for note in fitting[:1]:
            found[note.guid] = note
            decks.add(note.deck)

    for sort in _SORTS:
        add(sort)
    while len(found) < min(NUMBER, len(notes)):
        add(lambda note, kind: True)
    return list(found.values())[:NUMBER]


def _shows_well(note: Note, kind: NoteType) -> bool:
    """Whether somebody who sees nothing but this card understands it, and soon."""
    if kind.family == "occlusion":
        return _all(note).count(MASK) in _MASKS
    return len(_all(note)) <= _LONG and count_words(plain(_asking(note))) in _WORDS


def _asking(note: Note) -> str:
    """What a note asks, as HTML."""
    return f"{note.fields.get('Header', '')} {note.fields.get('Front') or note.fields.get('Text', '')}"


def _all(note: Note) -> str:
    return "".join(note.fields.values())
