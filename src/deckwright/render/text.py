"""Text that is put into HTML or into an element."""

from __future__ import annotations

import html
import re

from . import marks

_ANKI_TAG = re.compile(r"\[(?=sound:|anki:|/?latex\]|/?\$\$?\])")
"""How Anki's own tags begin: as text they must not play sounds or run LaTeX."""


def escaped(text: str) -> str:
    """Text for HTML that neither HTML nor Anki takes for anything else."""
    if "&" in text or "<" in text or ">" in text:
        text = html.escape(text, quote=False)
    return without_anki_tags(text)


def without_anki_tags(rendered: str) -> str:
    """HTML in which nothing is a tag of Anki's."""
    return _ANKI_TAG.sub("&#91;", rendered) if "[" in rendered else rendered


def literal(text: str) -> str:
    """Text for an element, which is escaped when the element becomes HTML."""
    return text.replace("&", marks.AMPERSAND) if "&" in text else text


def plain(field: str) -> str:
    """The text of a field's HTML, on one line and without marks."""
    text = marks.without(field)
    if "<" in text:
        text = re.sub(r"<(?:br|/?(?:p|li|div|td|th|tr|pre|dd|dt|h\d))\b[^>]*>", " ", text)
        text = re.sub(r"<[^>]*>", "", text)
    return " ".join((html.unescape(text) if "&" in text else text).split())
