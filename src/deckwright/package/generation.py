"""A note → the ordinals of the cards that Anki itself would generate for it.

An import generates nothing: it trusts the cards of the package, so they must be right. All of this was measured with
anki 26.9.3, and a test compares it with the backend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..model import NoteType

MAX_CARDS = 500
"""A cloze with a higher number makes the card of this one."""

MAX_NESTING = 10
"""A cloze inside this many others is not taken for one."""

ALWAYS_FILLED = frozenset({"Card", "CardFlag", "CardID", "Deck", "Subdeck", "Type"})
"""The names that a template may use besides those of its fields. So is "Tags", which is filled if the note has any."""


def cards(fields: Sequence[str], tags: Sequence[str], note_type: NoteType) -> tuple[int, ...]:
    """The ordinals of a note's cards, ascending and counted from 0; none if every front would be empty.

    `fields` are the values in the order of the note type. A cloze counts in every field, shown or not. Of a basic note
    type, a template makes a card if its front shows a field that is filled.
    """
    values = [value and _CONTROL.sub("", value) for value in fields]
    if note_type.family != "basic":
        numbers = {number for value in values if "}}" in value for number in _cloze_numbers(value)}
        return tuple(sorted({min(number, MAX_CARDS) - 1 for number in numbers if number}))
    named = zip(note_type.fields, values, strict=True)
    filled = {field.name for field, value in named if value and not _EMPTY.fullmatch(value)} | ALWAYS_FILLED
    if tags:
        filled.add("Tags")
    fronts = (template.front for template in note_type.templates)
    return tuple(ord_ for ord_, front in enumerate(fronts) if _shows(front, frozenset(filled)))


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What Anki removes from fields."""

_CLOZE = re.compile(r"\{\{c([0-9,]{1,999})::|\}\}")  # Python refuses to read numbers of thousands of digits.


def _cloze_numbers(text: str) -> set[int]:
    """The numbers of all clozes that are closed, if those around them are too. Zero is among them: it makes no card."""
    found: set[int] = set()
    around: list[set[int]] = []
    for token in _CLOZE.finditer(text):
        if token[1] is None:
            if around:
                closed = around.pop()
                (around[-1] if around else found).update(closed)
        else:
            # Anki reads each as an unsigned number of 16 bits, and leaves out what is none.
            numbers = {int(number) for number in token[1].split(",") if number and int(number) < 1 << 16}
            if numbers and len(around) < MAX_NESTING:
                around.append(numbers)
    return found


_EMPTY = re.compile(r"(?:[ \t\n]|</?(?:br|div) ?/?>)*", re.IGNORECASE | re.ASCII)
"""What Anki takes for an empty field."""

_OLD_TAGS = "{{=<% %>=}}"
"""A template that begins like this has its tags in <% and %>."""


@lru_cache(maxsize=4096)
def _shows(front: str, filled: frozenset[str]) -> bool:
    """Whether a front shows one of the filled fields. If its conditionals do not match, it shows nothing."""
    shows = False
    around: list[tuple[str, bool]] = []
    hidden = 0  # by how many of the conditionals around
    for tag in _tags(front):
        text = tag.lstrip("{").strip()
        kind, name = (text[:1], text[1:].lstrip()) if len(text) > 1 else ("", text)
        if kind in ("#", "^"):
            holds = (name in filled) == (kind == "#")
            around.append((name, holds))
            hidden += not holds
        elif kind == "/":
            if not around or around[-1][0] != name:
                return False
            hidden -= not around.pop()[1]
        elif not hidden:
            shows |= text.rpartition(":")[2] in filled
    return shows and not around


def _tags(front: str) -> Iterator[str]:
    """What stands between the brackets of each tag. Those in comments are none.

    A regular expression would take quadratic time where many are opened and none is closed.
    """
    opening, closing = ("<%", "%>") if front.lstrip().startswith(_OLD_TAGS) else ("{{", "}}")
    at, comment, tag = 0, front.find("<!--"), front.find(opening)
    while comment >= 0 or tag >= 0:
        is_comment = tag < 0 or 0 <= comment < tag
        start = comment + len("<!--") if is_comment else tag + len(opening)
        end = front.find("-->" if is_comment else closing, start)
        if end < 0:  # Nothing behind it is closed either.
            comment, tag = (-1, tag) if is_comment else (comment, -1)
            continue
        if not is_comment:
            yield front[start:end]
        at = end + (len("-->") if is_comment else len(closing))
        comment = front.find("<!--", at) if 0 <= comment < at else comment
        tag = front.find(opening, at) if 0 <= tag < at else tag
