"""What follows the `]` of a link or an image: its address and title, or the label of its definition (CommonMark 6.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ...patterns import pattern
from .escapes import resolve

_MAX_LABEL = 999
"""Characters in a label."""

_MAX_PARENTHESES = 8
"""How deep parentheses nest in an address without angle brackets. CommonMark asks for three levels at least."""


class Link(NamedTuple):
    """Where a link leads, and where it ends. `target` is where its address stands, (0, 0) if in a definition."""

    address: str
    title: str
    end: int
    target: tuple[int, int] = (0, 0)


def label(text: str) -> str:
    """A label as references are looked up by it: neither case nor how much white space there is matters.

    Upper case first, as in markdown-it, because some letters differ in lower case only (µ and μ).
    """
    return " ".join(text.split()).lower().upper().lower()


_BARE = ""
for _ in range(_MAX_PARENTHESES):
    _BARE = rf"(?>(?:[^()\\\x00-\x20\x7f]++|\\[()\\]?+|\({_BARE}\))*)"
_INLINE = pattern(
    rf"\([ \t\n]*+(?:<((?>(?:[^<>\\\n]++|\\[^\n])*))>|(?!<)({_BARE}))"
    r"""(?>(?:[ \t\n]++(?:"((?>(?:[^"\\]++|\\.)*))"|'((?>(?:[^'\\]++|\\.)*))'|\(((?>(?:[^()\\]++|\\.)*))\)))?)[ \t\n]*+\)""",
    re.DOTALL,
)
_LABEL = pattern(r"\[(?!\s+\])((?>(?:[^\[\]\\]++|\\.)*))\]", re.DOTALL)


def read(text: str, start: int, end: int, references: Mapping[str, tuple[str, str]]) -> Link | None:
    """The link that the text from `start` to `end`, which stands in brackets, belongs to; None if it is no link's."""
    return _inline(text, end + 1) or (_reference(text, start, end, references) if references else None)


def _inline(text: str, start: int) -> Link | None:
    """A link by `(address "title")`."""
    found = _INLINE.match(text, start)
    if not found:
        return None
    target = found.span(1 if found[1] is not None else 2)
    title = found[3] or found[4] or found[5] or ""
    return Link(resolve(text[slice(*target)]), resolve(title), found.end(), target)


def _reference(text: str, start: int, end: int, references: Mapping[str, tuple[str, str]]) -> Link | None:
    """A link by a definition: `[text][label]`, `[label][]` or `[label]`."""
    found = _LABEL.match(text, end + 1)
    first, last = found.span(1) if found and found[1] else (start, end)
    definition = references.get(label(text[first:last])) if last - first <= _MAX_LABEL else None
    return Link(*definition, found.end() if found else end + 1) if definition else None
