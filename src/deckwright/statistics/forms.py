"""Statistics → text of 80 columns, and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from json import dumps
from typing import TypeAlias

import msgspec

from ..amounts import size
from ..diagnostics.forms import width
from .counts import Count, Statistics

Style: TypeAlias = Callable[[str, str], str]
"""Colours a piece of text by its role: heading."""

_WIDTH = 80
_TOLD = 10
"""How many media files are listed, the largest first. The others are counted."""

_MOST_OF_A_KIND = 20
"""How wide the name of a note type is at most."""


def to_json(numbers: Statistics) -> str:
    """An object with the attributes of `Statistics`, and of everything in it, as names."""
    return dumps(msgspec.to_builtins(numbers), ensure_ascii=False, indent=2)


def to_text(numbers: Statistics, style: Style = lambda text, role: text) -> str:
    """Tables with a heading each and empty lines between them. Decks and tags are trees."""
    blocks = [
        [
            f"{_counted(numbers.total.notes, 'note')}, {_counted(numbers.total.cards, 'card')}"
            f" in {_counted(numbers.files, 'file')}"
        ],
        _kinds(numbers),
        _tree("Deck", numbers.decks),
        _tree("Tag", numbers.tags),
        _missing(numbers),
        _media(numbers),
    ]
    return "\n\n".join("\n".join([_heading(head, len(rows), style), *rows]) for head, *rows in filter(None, blocks))


def _heading(line: str, rows: int, style: Style) -> str:
    return style(line, "heading") if rows else line


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _kinds(numbers: Statistics) -> list[str]:
    """The kinds, and how many words their answers have."""
    if not numbers.kinds:
        return []
    rows = [("Kind", "Notes", "Cards", "Words: median", "Longest", "")]
    names = {kind: _cut(kind, _MOST_OF_A_KIND) for kind in numbers.kinds}
    room = _WIDTH - 43 - max(map(width, names.values()))
    for kind, counted in numbers.kinds.items():
        answers = numbers.answers[kind]
        words = (f"{answers.median:g}", str(answers.longest), _cut(answers.longest_at, room))
        rows.append((names[kind], f"{counted.notes:,}", f"{counted.cards:,}", *words))
    return list(_aligned(rows))


def _tree(heading: str, counts: Mapping[str, Count]) -> list[str]:
    """Each with its last part, below what it is in."""
    if not counts:
        return []
    rows = [(heading, "Notes", "Cards")]
    for name, counted in counts.items():
        *above, last = name.split("::")
        rows.append((_cut("  " * len(above) + last, _WIDTH - 20), f"{counted.notes:,}", f"{counted.cards:,}"))
    return list(_aligned(rows))


_MISSING = {"id": "an id", "source": "a source", "tags": "a tag"}


def _missing(numbers: Statistics) -> list[str]:
    if not numbers.total.notes:
        return []
    rows = [("Notes without", "Number", "")]
    for what, places in numbers.missing.items():
        rows.append((_MISSING[what], f"{len(places):,}", _listed(places, _WIDTH - 23)))
    return list(_aligned(rows))


def _listed(places: Sequence[str], room: int) -> str:
    """As many of the places as there is room for, at least one."""
    told = ""
    for place in dict.fromkeys(places):
        if told and width(told) + width(place) + 5 > room:
            return f"{told}, …"
        told = f"{told}, {place}" if told else _cut(place, room - 3)
    return told


def _media(numbers: Statistics) -> list[str]:
    if not numbers.media:
        return []
    rows = [("Media", "Size", "Notes")]
    rows.append((_counted(len(numbers.media), "file"), size(sum(file.size for file in numbers.media)), ""))
    for file in numbers.media[:_TOLD]:
        rows.append((_cut(f"  {file.name}", _WIDTH - 22), size(file.size), f"{file.notes:,}"))
    lines = list(_aligned(rows))
    if (more := len(numbers.media) - _TOLD) > 0:
        lines.append(f"  and {more:,} smaller")
    return lines


def _cut(text: str, room: int) -> str:
    """The text, without its middle if it is too long."""
    if width(text) <= room:
        return text
    return f"{_start(text, room // 2)}…{_start(text[::-1], room - room // 2 - 1)[::-1]}"


def _start(text: str, room: int) -> str:
    """As much of the beginning of a text as there is room for."""
    kept = text[:room]
    while width(kept) > room:
        kept = kept[:-1]
    return kept


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows of cells in columns: numbers to the right, the first to the left, and one without a heading too."""
    rows = list(rows)
    rooms = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            " " * (room - width(cell)) + cell if place and head else cell + " " * (room - width(cell))
            for place, (cell, room, head) in enumerate(zip(row, rooms, rows[0], strict=True))
        )
        yield "  ".join(cells).rstrip()
