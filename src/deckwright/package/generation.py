"""A note → the ordinals of the cards that Anki itself would generate for it.

An import generates nothing: it trusts the cards of the package, so they must be right. All of this was measured with
anki 26.9.3, and a test compares it with the backend.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import clozes
from ..model import NoteType
from ..templates import is_empty, shows, stored

MAX_CARDS = 500
"""A cloze with a higher number makes the card of this one."""

ALWAYS_FILLED = frozenset({"Card", "CardFlag", "CardID", "Deck", "Subdeck", "Type"})
"""The names that a template may use besides those of its fields. So is "Tags", which is filled if the note has any."""


def cards(fields: Sequence[str], tags: Sequence[str], note_type: NoteType) -> tuple[int, ...]:
    """The ordinals of a note's cards, ascending and counted from 0; none if every front would be empty.

    `fields` are the values in the order of the note type. A cloze counts in every field, shown or not. Of a basic note
    type, a template makes a card if its front shows a field that is filled.
    """
    values = [value and stored(value) for value in fields]
    if note_type.family != "basic":
        numbers = {number for value in values if "}}" in value for number in clozes.numbers(clozes.parse(value))}
        return tuple(sorted({min(number, MAX_CARDS) - 1 for number in numbers}))
    named = zip(note_type.fields, values, strict=True)
    filled = {field.name for field, value in named if not is_empty(value)} | ALWAYS_FILLED
    if tags:
        filled.add("Tags")
    fronts = (template.front for template in note_type.templates)
    return tuple(ord_ for ord_, front in enumerate(fronts) if shows(front, frozenset(filled)))
