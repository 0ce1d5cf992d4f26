"""A note → the ordinals of the cards that Anki itself would generate for it.

Import generates nothing: it trusts the package's cards, so they must be right. All of this was measured with anki 26.9.3,
and a test compares it with the backend.
"""

import re
from functools import lru_cache

from ..model import Note, NoteType

MAX_CARDS = 500
"""A cloze number above it makes the card of this one."""

MAX_NESTING = 10
"""A cloze that opens inside this many others is not seen as one."""

ALWAYS_FILLED = frozenset({"Card", "CardFlag", "CardID", "Deck", "Subdeck", "Type"})
"""The names that a template may use besides those of its fields; "Tags" is another, filled where the note has some."""


def cards(note: Note, note_type: NoteType) -> tuple[int, ...]:
    """The ordinals of the note's cards, counted from 0, ascending; none where every front would be empty.

    Clozes count in every field, shown or not. Otherwise a template makes a card where its front shows a filled field.
    """
    values = [value and _CONTROL.sub("", value) for value in note.field_values()]
    if note_type.family != "basic":
        numbers = set().union(*(_cloze_numbers(value) for value in values if "}}" in value))
        return tuple(sorted({min(number, MAX_CARDS) - 1 for number in numbers if number}))
    fields = zip(note_type.fields, values, strict=True)
    filled = {field.name for field, value in fields if value and not _EMPTY.fullmatch(value)} | ALWAYS_FILLED
    if note.tags:
        filled.add("Tags")
    fronts = (template.front for template in note_type.templates)
    return tuple(ord_ for ord_, front in enumerate(fronts) if _shows(front, frozenset(filled)))


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What Anki drops from fields."""

_CLOZE = re.compile(r"\{\{c([0-9,]{1,999})::|\}\}")  # Python refuses to read numbers of thousands of digits.


def _cloze_numbers(text: str) -> set[int]:
    """The numbers of all clozes that are closed, and so are those around them. Zero is among them: it makes no card."""
    found: set[int] = set()
    around: list[set[int]] = []
    for token in _CLOZE.finditer(text):
        if token[1] is None:
            if around:
                closed = around.pop()
                (around[-1] if around else found).update(closed)
        else:
            # Anki reads each as an unsigned number of 16 bits and forgets what is none.
            numbers = {int(number) for number in token[1].split(",") if number and int(number) < 1 << 16}
            if numbers and len(around) < MAX_NESTING:
                around.append(numbers)
    return found


_EMPTY = re.compile(r"(?:[ \t\n]|</?(?:br|div) ?/?>)*", re.IGNORECASE | re.ASCII)
"""What Anki takes for an empty field."""

_TAG = re.compile(r"<!--.*?-->|\{\{(.*?)\}\}", re.DOTALL)
_OLD_TAG = re.compile(r"<!--.*?-->|<%(.*?)%>", re.DOTALL)
_OLD_TAGS = "{{=<% %>=}}"
"""A template that begins so has its tags in <% and %>."""


@lru_cache(maxsize=4096)
def _shows(front: str, filled: frozenset[str]) -> bool:
    """Whether a front shows one of the filled fields. One whose conditionals do not match shows nothing."""
    shows = False
    around: list[tuple[str, bool]] = []
    for tag in (_OLD_TAG if front.lstrip().startswith(_OLD_TAGS) else _TAG).finditer(front):
        text = (tag[1] or "").lstrip("{").strip()
        kind, name = (text[:1], text[1:].lstrip()) if len(text) > 1 else ("", text)
        if kind == "#":
            around.append((name, name in filled))
        elif kind == "^":
            around.append((name, name not in filled))
        elif kind == "/":
            if not around or around.pop()[0] != name:
                return False
        elif all(holds for _, holds in around):
            shows |= text.rpartition(":")[2] in filled
    return shows and not around
