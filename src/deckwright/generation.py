"""A note → the ordinals of the cards that Anki itself would generate for it.

An import generates nothing: it trusts the cards of the package, so they must be right. All of this was measured with
anki 26.9.3, and a test compares it with the backend.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import clozes
from .model import NoteType
from .patterns import pattern
from .templates import is_empty, shows, stored

MAX_CARDS = 500
"""A cloze with a higher number makes the card of this one."""

CARD_IDS = 500
"""The distance between two note ids that Deckwright makes, each a multiple of it. It leaves room for the ids of the cards: Anki's
clozes end at 499.
"""

ALWAYS_FILLED = frozenset({"Card", "CardFlag", "CardID", "Deck", "Subdeck", "Type"})
"""The names that a template may use besides those of its fields. So is "Tags", which is filled if the note has any."""

_BEGINS_FILLED = pattern(r"[^\x00-\x20\x7f<]|<[^\x00-\x20\x7f/bBdD]")
"""How nearly every field begins that is not empty: with a letter, or a tag that is not `br` or `div`."""


def cards(fields: Sequence[str], tags: Sequence[str], note_type: NoteType) -> tuple[int, ...]:
    """The ordinals of a note's cards, ascending and counted from 0; none if every front would be empty.

    `fields` are the values in the order of the note type. A cloze counts in every field, shown or not. Of a basic note
    type, a template makes a card if its front shows a field that is filled.
    """
    return Generator(note_type).cards(fields, tags)


class Generator:
    """What `cards` says, for many notes of one note type: those that fill the same fields have the same cards."""

    def __init__(self, note_type: NoteType) -> None:
        self._note_type = note_type
        self._known: dict[tuple[bool, ...], tuple[int, ...]] = {}

    def cards(self, fields: Sequence[str], tags: Sequence[str]) -> tuple[int, ...]:
        if self._note_type.family != "basic":
            numbers: set[int] = set()
            for value in fields:
                if "{" in value:
                    numbers |= clozes.asked(stored(value))
            return tuple(sorted({min(number, MAX_CARDS) - 1 for number in numbers}))
        filled = (*[_is_filled(value) if value else False for value in fields], bool(tags))
        ords = self._known.get(filled)
        if ords is None:
            ords = self._known[filled] = self._of_filled(filled)
        return ords

    def _of_filled(self, filled: Sequence[bool]) -> tuple[int, ...]:
        """The cards of the basic notes that fill these fields; the last says whether they have tags."""
        names = [*(field.name for field in self._note_type.fields), "Tags"]
        return _shown(names, filled, [template.front for template in self._note_type.templates])


def cards_of_fronts(
    names: Sequence[str], fields: Sequence[str], tags: Sequence[str], fronts: Sequence[str]
) -> tuple[int, ...]:
    """What `cards` says, for a basic note type of which no more is known than the names of its fields and its fronts."""
    return _shown([*names, "Tags"], [*(bool(value) and _is_filled(value) for value in fields), bool(tags)], fronts)


def _shown(names: Sequence[str], filled: Sequence[bool], fronts: Sequence[str]) -> tuple[int, ...]:
    """The ordinals of the fronts that show something, if these fields are filled."""
    shown = (ALWAYS_FILLED - {*names}).union(name for name, is_shown in zip(names, filled, strict=True) if is_shown)
    return tuple(ord_ for ord_, front in enumerate(fronts) if shows(front, shown))


def _is_filled(value: str) -> bool:
    return _BEGINS_FILLED.match(value) is not None or not is_empty(stored(value))
