"""The notes of a deck → some that show what it has: one of each sort, from many of its decks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..model import Note, NoteType

NUMBER = 9
"""How many, if the deck has so many: that many fill whole rows on a wide screen."""

_LONG = 900
"""Characters of HTML: a longer card is no good sample."""

_SORTS: Sequence[Callable[[Note, NoteType], bool]] = (
    lambda note, kind: kind.family == "occlusion",
    lambda note, kind: kind.family == "basic",
    lambda note, kind: kind.family == "cloze",
    lambda note, kind: "<img" in _all(note) and kind.family != "occlusion",
    lambda note, kind: "\\(" in _all(note) or "\\[" in _all(note),
    lambda note, kind: "dw-code" in _all(note),
    lambda note, kind: bool(note.fields.get("Typed")),
    lambda note, kind: bool(note.fields.get("Reversed")),
    lambda note, kind: "dw-table" in _all(note),
)
"""What a deck may have, the most telling first."""


def chosen(notes: Sequence[Note], note_types: Mapping[str, NoteType]) -> list[Note]:
    """NUMBER of the notes, or all if there are fewer: the first of each sort, then the first of decks without any."""
    found: dict[str, Note] = {}
    decks: set[str] = set()

    def add(fits: Callable[[Note, NoteType], bool]) -> None:
        fitting = [note for note in notes if note.guid not in found and fits(note, note_types[note.note_type])]
        fitting.sort(key=lambda note: (note.deck in decks, len(_all(note)) > _LONG))  # Of equal ones, the first.
        for note in fitting[:1]:
            found[note.guid] = note
            decks.add(note.deck)

    for sort in _SORTS:
        add(sort)
    while len(found) < min(NUMBER, len(notes)):
        add(lambda note, kind: True)
    return list(found.values())[:NUMBER]


def _all(note: Note) -> str:
    return "".join(note.fields.values())
