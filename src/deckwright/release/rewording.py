"""A note in two releases → whether its text is another one, and which small words and numbers of it changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from ..diff import FieldChange
from ..diff.field_text import plain
from ..model import BESIDE, OwnKind
from ..notetypes.own import Own
from ..package import PackedNote

OTHER_TEXT = 1 / 20
"""The least share of long words that a rewritten note has in common with what it was.

Of 354 notes that were rewritten for this repository's own deck, none shared less than a twelfth; of two notes of it
taken at random, three in four share less than this.
"""

ALIKE = 70
"""How alike two texts must be, letter by letter, for one to be the other with its typos corrected (rapidfuzz's ratio, 0–100).

Of 31,363 pairs of notes of this repository's own deck that share hardly a word, none reaches 51.
"""


class Beside(msgspec.Struct, frozen=True):
    """The names of the fields of a note type that are not a note's own text. Those in `silent` may change without an update,
    those in `context` have the headings above.
    """

    silent: frozenset[str]
    context: frozenset[str]
    switches: frozenset[str] = frozenset()

    def __contains__(self, name: str) -> bool:
        return name in self.silent or name in self.context or name in self.switches


STOCK = Beside(frozenset(BESIDE), frozenset({"Context"}), frozenset({"Asked", "Typed", "Reversed"}))
"""Those of the note types that come along."""


def beside(owned: Own) -> dict[int, Beside]:
    """Those of the note types of the project, by note type id."""
    return {
        owned.types[kind.name].id: Beside(_named(kind, "id", "source"), _named(kind, "context"))
        for kind in owned.kinds
        if kind.name in owned.types
    }


def _named(kind: OwnKind, *parts: str) -> frozenset[str]:
    return frozenset(field.name for field in kind.fields if field.part in parts)


def texts(note: PackedNote, apart: Beside) -> tuple[str, ...]:
    """The text of a note, field by field."""
    return tuple(plain(value) for name, value in note.fields.items() if value and name not in apart)


def is_other_text(old: PackedNote, new: PackedNote, apart: Beside) -> bool:
    both = [_FILE.sub("", " ".join(texts(note, apart))) for note in (old, new)]
    before, after = map(long_words, both)
    shared = len(before & after)
    return bool(before and after) and shared < OTHER_TEXT * len(before | after) and not _is_alike(*both)


def _is_alike(old: str, new: str) -> bool:
    """Whether a text is another by some letters only: of a few words, a typo may be in the one that is long."""
    from rapidfuzz.fuzz import ratio

    return ratio(old[:_COMPARED].casefold(), new[:_COMPARED].casefold()) >= ALIKE


_COMPARED = 1000
"""How many characters of two texts are compared letter by letter."""


_WORD = re.compile(r"[^\W_]+")


def long_words(text: str) -> set[str]:
    """The words that tell something: with four letters, a digit, or letters of a script in which few letters are a word."""
    words = _WORD.findall(text.casefold())
    return {word for word in words if len(word) > 3 or not word.isascii() or any(map(str.isdigit, word))}


_TURNS = re.compile(
    r"\d[\d.,]*|\b(?:not|no|never|none|nor|neither|nothing|nobody|cannot|without|only|except|nicht|kein\w*|nie|ohne|nur"
    r"|ne|pas|jamais|sans|nunca|jamás|sin|non|senza|mai)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Small words that turn a meaning round, in some languages, and numbers."""

_FILE = re.compile(r"\[[^\s\[\]]*-[0-9a-f]{12}\.\w+\]")
"""The name of a file, in a note's text: with other bytes it is another."""

_MARKS = re.compile(rf"\{{\{{c[\d,]++::|\[mask \d++|{_FILE.pattern}")
"""The numbers of clozes, masks and files, which say nothing."""


def turned(field: FieldChange, apart: Beside) -> str:
    """The numbers and negations that went from a field and those that came, empty if none did."""
    if field.name in apart:
        return ""
    went, came = (
        Counter(
            word.casefold().rstrip(".,")
            for text in _stretches(field, kind)
            for word in _TURNS.findall(_MARKS.sub("", text))
        )
        for kind in ("old", "new")
    )
    if went == came:
        return ""
    return " → ".join(" ".join((one - other).elements()) or "–" for one, other in ((went, came), (came, went)))


def _stretches(field: FieldChange, wanted: str) -> Iterator[str]:
    return (text for kind, text in field.words if kind == wanted)
