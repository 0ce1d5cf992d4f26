"""The control characters that stand in a field's HTML for what is put in later. `read.sections` keeps them out of notes.

Cleaning the author's raw HTML would undo what is escaped for Anki, and cannot take these for anything: so all that is
made here and is no plain element stands aside until the field is clean. The names of media and the numbers of clozes are
known only when the whole project is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .patterns import pattern

AMPERSAND = "\x02"
"""An ampersand that is text: Python-Markdown takes `&copy;` in a text for a character reference, and leaves it alone."""

DELETION = pattern("([\x0e\x10])(\\d+)\x0f")
MEDIUM = pattern("\x11(\\d+)\x0f")
KEPT = pattern("\x12(\\d+)\x0f")
RAW = pattern("\x13(\\d+)\x0f")
SOURCE = pattern("#\x14(\\d+)\x0f")
_NUMBER = pattern("\x0e(\\d+)\x0f")
"""The mark that opens a deletion: in a finished cloze, it stands where its number will."""

ENDED = "\x14\x0f"
"""Stands before the end of a sound or a film that the author wrote: what it holds is for those who cannot play it."""


def opening(index: int) -> str:
    """The mark that opens the deletion of this index."""
    return f"\x0e{index}\x0f"


def closing(index: int) -> str:
    """The mark that closes the deletion of this index."""
    return f"\x10{index}\x0f"


def medium(index: int) -> str:
    """The mark for the name of the media file that is the note's reference of this index."""
    return f"\x11{index}\x0f"


def kept(index: int) -> str:
    """The mark for finished HTML."""
    return f"\x12{index}\x0f"


def raw(index: int) -> str:
    """The mark for the author's own HTML, until the field is cleaned."""
    return f"\x13{index}\x0f"


def source(index: int) -> str:
    """The mark behind an address in the author's own HTML, which says where it stands. It is a fragment, with which an
    address stays what it is when HTML is cleaned.
    """
    return f"#\x14{index}\x0f"


def fill(field: str, names: Sequence[str]) -> str:
    """A field's HTML with the names of media files in place of their marks. Names that are not made here may hold a `&`."""
    return MEDIUM.sub(lambda mark: escape(names[int(mark[1])], quote=False), field) if "\x11" in field else field


def numbered(field: str, numbers: Sequence[int]) -> str:
    """A field's HTML with finished clozes, with the number of each in place of the mark of its deletion."""
    return _NUMBER.sub(lambda mark: str(numbers[int(mark[1])]), field) if "\x0e" in field else field


def without(rendered: str) -> str:
    """HTML without the marks of clozes and media."""
    return MEDIUM.sub("", DELETION.sub("", rendered)) if "\x0f" in rendered else rendered
