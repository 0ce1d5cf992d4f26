"""Text that is put into HTML or into an element."""

from __future__ import annotations

import html
from collections.abc import Iterable

from .. import marks
from ..patterns import pattern


def escaped(text: str) -> str:
    """Text for HTML."""
    return html.escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


def literal(text: str) -> str:
    """Text for an element, which is escaped when the element becomes HTML."""
    return text.replace("&", marks.AMPERSAND) if "&" in text else text


def plain(field: str) -> str:
    """The text of a field's HTML, on one line and without marks."""
    text = marks.without(field)
    if "<" in text:
        text = _TAG.sub("", _APART.sub(" ", text))
    return folded(html.unescape(text) if "&" in text else text)


_APART = pattern(r"<(?:br|/?(?:p|li|div|td|th|tr|pre|dd|dt|h\d))\b[^>]*>")
"""The tags between which words stand apart."""

_TAG = pattern(r"<[^>]*>")


def folded(text: str) -> str:
    """The text with white space folded: its words, with one space between them."""
    # Nearly every text is that already, and to see it takes a fifth of the time.
    return text if text.isprintable() and "  " not in f" {text} " else " ".join(text.split())


def without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The text without these stretches, which may overlap."""
    return replaced(text, ((start, end, "") for start, end in places))


def replaced(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    """The text with something else in place of these stretches. Of two that overlap, what is for the first stands there."""
    kept: list[str] = []
    position = 0
    for start, end, instead in sorted(places):
        kept += (text[position:start], "" if start < position else instead)
        position = max(position, end)
    return "".join([*kept, text[position:]])
