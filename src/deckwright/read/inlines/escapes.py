"""Backslash escapes and character references → the characters that they stand for (CommonMark 2.4 and 2.5)."""

from __future__ import annotations

from html.entities import html5

from ...patterns import pattern

ESCAPE = r"\\[!-/:-@\[-`{-~]"
"""A backslash before ASCII punctuation; before anything else it is a backslash."""

ENTITY = r"&(?:#[xX][0-9A-Fa-f]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});"
"""A reference to a character by number, or by a name that may be none of HTML's."""

_EITHER = pattern(f"{ESCAPE}|{ENTITY}")
_FORBIDDEN = pattern("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def character(entity: str) -> str | None:
    """What a reference stands for: one or two characters, or None where its name is none of HTML's.

    Control characters and what is no character at all become U+FFFD, as in markdown-it: the former are kept out of the
    source, because the renderer has a use of its own for them.
    """
    if entity[1] != "#":
        return html5.get(entity[1:])
    code = int(entity[3:-1], 16) if entity[2] in "xX" else int(entity[2:-1])
    return "\ufffd" if code > 0x10FFFF else _FORBIDDEN.sub("\ufffd", chr(code))


def resolve(text: str) -> str:
    """An address or a title as it is meant: without backslashes that escape, with the characters of references."""
    if "\\" not in text and "&" not in text:
        return text
    return _EITHER.sub(lambda found: found[0][1:] if found[0][0] == "\\" else character(found[0]) or found[0], text)
