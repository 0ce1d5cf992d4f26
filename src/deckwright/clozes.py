"""The text of a field → its clozes, and what a card shows of them, as Anki reads it.

Anki's own code is rslib/src/cloze.rs and rslib/src/image_occlusion/imageocclusion.rs; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

import msgspec

from .limits import MAX_CLOZE_NESTING
from .patterns import pattern

_TOKEN = pattern(r"\{\{c([0-9,]{1,999})::|\}\}")  # Python refuses to read numbers of thousands of digits.
"""What may open a cloze, with its numbers in group 1, or close one."""

MASK = "image-occlusion:"
"""What the text of a mask begins with."""


class Cloze(msgspec.Struct, frozen=True):
    """A cloze that is closed: its numbers, ascending (0–65535, of which 0 is never asked), what it hides, and its hint."""

    numbers: tuple[int, ...]
    parts: tuple[Part, ...]
    hint: str | None = None


Part: TypeAlias = str | Cloze


def parse(text: str) -> tuple[Part, ...]:
    """The text and the clozes of a field, in order. What is opened and never closed is left out, as Anki does."""
    found: list[Part] = []
    opened: list[_Open] = []
    at = 0
    for token in _TOKEN.finditer(text):
        numbers = _numbers(token[1]) if token[1] else ()
        if token[1] and not numbers:
            continue  # It is text.
        _add(text[at : token.start()], opened, found)
        at = token.end()
        if numbers:
            if len(opened) < MAX_CLOZE_NESTING:
                opened.append(_Open(numbers))
        elif opened:
            closed = opened.pop()
            (opened[-1].parts if opened else found).append(Cloze(closed.numbers, tuple(closed.parts), closed.hint))
        else:
            found.append("}}")
    _add(text[at:], opened, found)
    return tuple(found)


class _Open(msgspec.Struct):
    """A cloze that is not closed yet."""

    numbers: tuple[int, ...]
    parts: list[Part] = []
    hint: str | None = None


def _numbers(written: str) -> tuple[int, ...]:
    """Anki reads each as an unsigned number of 16 bits, and leaves out what is none."""
    if written.isdigit() and len(written) < 5:  # nearly all
        return (int(written),)
    return tuple(sorted({int(number) for number in written.split(",") if number and int(number) < 1 << 16}))


def _add(text: str, opened: list[_Open], found: list[Part]) -> None:
    if not text:
        return
    if not opened:
        found.append(text)
        return
    if not text.startswith(MASK):
        text, colons, hint = text.partition("::")
        if colons:
            opened[-1].hint = hint
    opened[-1].parts.append(text)


def numbers(parts: Iterable[Part]) -> Iterator[int]:
    """The numbers of all clozes of a field, those within others too: the cards that it makes, counted from 1."""
    for part in parts:
        if isinstance(part, Cloze):
            yield from filter(None, part.numbers)
            yield from numbers(part.parts)


def asked(text: str) -> set[int]:
    """The numbers of all clozes of a field, as `numbers` finds them, without making its parts: that is much faster."""
    found: set[int] = set()
    opened: list[tuple[int, ...]] = []
    closed: list[int] = []  # within those that are open: if these are never closed, no card shows them
    for piece in text.split("}}")[:-1]:
        at = piece.find("{{c")
        while at >= 0:
            token = _TOKEN.match(piece, at)
            if token and len(opened) < MAX_CLOZE_NESTING and (own := _numbers(token[1])):
                opened.append(own)
            at = piece.find("{{c", at + 3)
        if opened:
            closed += opened.pop()
            if not opened:
                found.update(closed)
                closed.clear()
    found.discard(0)
    return found


def reveal(parts: Iterable[Part], number: int, question: bool) -> str:
    """The HTML of a field on the card of this number; empty if the field has no cloze of it.

    On the question, the clozes of the number show their hint, or three dots. Masks are empty elements, which Anki's
    script draws.
    """
    shown: list[str] = []
    asked = [_reveal(part, number, question, shown) for part in parts]
    return "".join(shown) if any(asked) else ""


def asked_alone(parts: Iterable[Part], number: int, question: bool) -> Iterator[str]:
    """What the clozes of a number hide, each by itself; on the question their hint, or three dots."""
    for part in parts:
        if not isinstance(part, Cloze):
            continue
        if number in part.numbers:
            yield ("..." if part.hint is None else part.hint) if question else "".join(_texts(part.parts))
        yield from asked_alone(part.parts, number, question)


def _texts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        yield from (part,) if isinstance(part, str) else _texts(part.parts)


def _reveal(part: Part, number: int, question: bool, shown: list[str]) -> bool:
    """Add what is shown of a part. Whether it is asked, or anything within it that Anki looks at."""
    if isinstance(part, str):
        shown.append(part)
        return False
    asked = number in part.numbers
    ordinal = f'data-ordinal="{",".join(map(str, part.numbers))}"'
    first = part.parts[0] if part.parts else ""
    if isinstance(first, str) and first.startswith(MASK):
        state = "cloze" if (question and asked) or 0 in part.numbers else "highlight" if asked else "inactive"
        kind = state if state == "cloze" else f"cloze-{state}"
        shown.append(f'<div class="{kind}" {ordinal} {_mask_data(first.removeprefix(MASK))}></div>')
        return asked
    within: list[str] = []
    asked_within = [_reveal(inner, number, question, within) for inner in part.parts]
    if asked and question:
        hint = "..." if part.hint is None else part.hint
        hidden = "".join(within).translate(_IN_ATTRIBUTE)
        shown.append(f'<span class="cloze" data-cloze="{hidden}" {ordinal}>[{hint}]</span>')
    else:
        shown += (f'<span class="{"cloze" if asked else "cloze-inactive"}" {ordinal}>', *within, "</span>")
    return asked or any(asked_within)


_IN_ATTRIBUTE = {
    code: {34: "&quot;", 38: "&amp;", 39: "&#x27;", 60: "&lt;", 62: "&gt;"}.get(code, f"&#x{code:02X};")
    for code in range(256)
    if code > 127 or not chr(code).isalnum()
}
"""What Anki writes in the value of an attribute (htmlescape's encode_attribute)."""

_PROPERTY = pattern(r":([^=]+)=((?>(?:[^\\:]|\\[\\:])+)(?=:|\Z)|\Z)")


@lru_cache(maxsize=1024)
def _mask_data(mask: str) -> str:
    r"""The attributes of a mask: of `rect:left=.1:oi=1`, `data-shape="rect" data-left=".1" data-occludeInactive="1" `.

    A colon in a value is written `\:`. Anki reads no further than what is not written like this.
    """
    shape, colon, _ = mask.partition(":")
    if not colon:
        return ""
    data = [f'data-shape="{shape}" '] if shape in ("rect", "ellipse", "polygon", "text") else []
    at = len(shape)
    while found := _PROPERTY.match(mask, at):
        at = found.end()
        name, value = found[1], re.sub(r"\\(.)", r"\1", found[2])
        if name == "points":
            value = " ".join(point for point in value.split(" ") if "," in point)
        elif name == "text":
            value = value.translate(_IN_ATTRIBUTE)
        if name in _ATTRIBUTES and value and not (value == "0" and name in _NEVER_ZERO):
            data.append(f'data-{_ATTRIBUTES[name]}="{value}" ')
    return "".join(data)


_NEVER_ZERO = frozenset({"width", "height", "rx", "ry", "scale"})

_ATTRIBUTES = {name: name for name in ("left", "top", "angle", "fill", "points", "text", *_NEVER_ZERO)} | {
    "oi": "occludeInactive",
    "fs": "font-size",
}
"""The properties of a mask that are shown, and what their attributes are called."""
