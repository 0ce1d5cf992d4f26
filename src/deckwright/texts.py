"""A note → what a learner reads on its cards, as plain text: what is asked, what is to be answered, what stands around it.

`cards` makes the HTML of a card as Anki does. This says what is on it, for people and for rules that judge it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from html import unescape

import msgspec

from . import clozes
from .clozes import Cloze, Part
from .model import Family, Note, NoteType


class CardText(msgspec.Struct, frozen=True, gc=False):
    """One card: its `ordinal`, counted from 0 as in Anki, the question and the answer.

    In the question of a cloze or a mask, what is asked stands as `[hint]` or `[...]`; the answer is what it hides. The
    `hint` stands alone too, empty if there is none. A note's deletions with the same number are one card: their answers
    have a line each, and so have their hints.
    """

    ordinal: int
    question: str
    answer: str
    hint: str = ""


class NoteText(msgspec.Struct, frozen=True):
    """The text of a note. `context`, `header`, `extra` and `source` are on all of its cards; the last two on the back."""

    context: str
    header: str
    cards: tuple[CardText, ...]
    extra: str
    source: str


def of_note(note: Note, note_type: NoteType) -> NoteText:
    """The text of a note's cards, in the order of their numbers."""
    fields = note.fields
    extra = fields.get("Extra", "") or fields.get("Back Extra", "")
    context, header, source = (plain(fields.get(name, "")) for name in ("Context", "Header", "Source"))
    return NoteText(context, header, cards(note, note_type), plain(extra), source)


def cards(note: Note, note_type: NoteType) -> tuple[CardText, ...]:
    """The text of a note's cards alone, in the order of their numbers."""
    return tuple(_MAKERS[note_type.family](note.fields))


def plain(field: str) -> str:
    """The text of a field's HTML. Blocks stand on lines of their own, and so do rows, with `|` between their cells. Items
    begin with a bullet, exponents with `^`. Pictures are their description in brackets, and code keeps its lines.
    """
    if "<" not in field:
        return _folded(_unmarked(field))
    if "<pre" not in field:
        return _lines(field)
    parts = _PRE.split(field)
    return "\n".join(
        filter(None, (_unmarked(part).strip("\n") if number % 2 else _lines(part) for number, part in enumerate(parts)))
    )


def prose(field: str) -> str:
    """The text of a field's HTML without code and formulas, on one line: what is read word by word."""
    if "<code" in field or "<pre" in field:
        field = _CODE.sub(" ", field)
    if "\\(" in field or "\\[" in field:
        field = _FORMULA.sub(" ", field)
    return " ".join(plain(field).split())


def _basic(fields: dict[str, str]) -> Iterable[CardText]:
    front, back = plain(fields.get("Front", "")), plain(fields.get("Back", ""))
    yield CardText(0, front, back)
    if fields.get("Reversed"):
        yield CardText(1, "\n".join(filter(None, (plain(fields.get("Asked", "")), back))), front)


def _cloze(fields: dict[str, str]) -> Iterable[CardText]:
    parts = clozes.parse(fields.get("Text", ""))
    for number in sorted(set(clozes.numbers(parts))):
        hidden = list(_hidden(parts, number))
        hints = [plain(found.hint) for found in hidden if found.hint]
        answers = [plain(_shown(found.parts)) for found in hidden]
        yield CardText(
            number - 1, plain(_shown(parts, number)), "\n".join(dict.fromkeys(answers)), "\n".join(dict.fromkeys(hints))
        )


def _occlusion(fields: dict[str, str]) -> Iterable[CardText]:
    """A card for each mask, or group of masks; what it asks for is what the masks cover."""
    picture = plain(fields.get("Image", ""))
    hints: dict[int, dict[str, None]] = {}
    labels: dict[int, dict[str, None]] = {}
    for written, hint, label in _MASK.findall(fields.get("Occlusion", "")):
        number = int(written)
        hints.setdefault(number, {})[plain(hint)] = None
        labels.setdefault(number, {})[plain(label)] = None
    for number in sorted(labels):
        hint, answer = ("\n".join(filter(None, told[number])) for told in (hints, labels))
        yield CardText(number - 1, f"{picture}\n[{hint or '...'}]", answer, hint)


_MAKERS: Mapping[Family, Callable[[dict[str, str]], Iterable[CardText]]] = {
    "basic": _basic,
    "cloze": _cloze,
    "occlusion": _occlusion,
}


def _shown(parts: Iterable[Part], number: int = 0) -> str:
    """The HTML of a field with its clozes, those of this number hidden; 0 hides none."""
    shown = []
    for part in parts:
        if isinstance(part, str):
            shown.append(part)
        elif number in part.numbers:
            shown.append(f"[{'...' if part.hint is None else part.hint}]")
        else:
            shown.append(_shown(part.parts, number))
    return "".join(shown)


def _hidden(parts: Iterable[Part], number: int) -> Iterator[Cloze]:
    """The clozes that a card hides, in order, without what lies in one of them."""
    for part in parts:
        if isinstance(part, Cloze):
            if number in part.numbers:
                yield part
            else:
                yield from _hidden(part.parts, number)


_PRE = re.compile(r"<pre\b[^<>]*>(.*?)</pre>", re.DOTALL)
_CODE = re.compile(r"<(code|pre)\b[^<>]*>.*?</\1>", re.DOTALL)
_FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)
_PICTURE = re.compile(r'<img\b(?:[^<>]*?\salt="([^"<>]*)")?[^<>]*>')
_NEXT_CELL = re.compile(r"</t[dh]>\s*<t[dh]\b[^<>]*>")
_ITEM = re.compile(r"<li\b[^<>]*>(?:\s*<(?:p|div|blockquote)\b[^<>]*>)*")
_APART = re.compile(
    r"<(?:br|hr|/?(?:p|li|ul|ol|div|td|th|tr|table|caption|pre|dl|dd|dt|blockquote|center|details|summary|figure|figcaption"
    r"|h\d))\b[^<>]*>"
)
_TAG = re.compile(r"<[^<>]*>")
_MASK = re.compile(
    r"\{\{c(\d+)::image-occlusion:(?:[^{}]|\}(?!\}))*+\}\}"
    r'(?:<span class="dw-hint">((?:[^<]|<wbr>)*+)</span>)?+(?:<span class="dw-label">((?:[^<]|<wbr>)*+)</span>)?+'
)
_JOINER = "\u2060"
"""What keeps Anki from reading something into an attribute. Nobody sees it."""


@lru_cache(maxsize=4096)
def _lines(field: str) -> str:
    """The text of HTML without code that keeps its lines. What all notes of a file have in common is kept."""
    if "\n" in field:
        field = field.replace("\n", " ")
    if "<img" in field:
        field = _PICTURE.sub(lambda picture: f"[{picture[1] or 'picture'}]", field)
    if "<li" in field:
        field = _ITEM.sub("\n• ", field)
    if "<table" in field:
        field = _NEXT_CELL.sub(" | ", field)
    if "<sup>" in field:
        field = field.replace("<sup>", "^")
    text = _unmarked(_APART.sub("\n", field))
    return "\n".join(filter(None, map(_folded, text.split("\n")))) if "\n" in text else _folded(text)


def _unmarked(html: str) -> str:
    text = _TAG.sub("", html) if "<" in html else html
    return (unescape(text) if "&" in text else text).replace(_JOINER, "")


def _folded(text: str) -> str:
    return " ".join(text.split())
