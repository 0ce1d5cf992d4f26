"""Cards to read → text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from ..amounts import count
from ..notetypes import STOCK
from .asked import Asked
from .entries import Entry

Style: TypeAlias = Callable[[str, str], str]
"""Colours a piece of text by its role: place, heading or help."""

_RULE = "-" * 40


def to_text(
    read: Iterable[Entry],
    style: Style = lambda text, role: text,
    fronts_first: bool = False,
    with_states: bool = False,
) -> Iterator[str]:
    """A piece of text for each card: its address, what stands on the front, a rule, and what the back adds.

    With `fronts_first`, the fronts of all cards come before the first back. They have numbers in place of addresses, since
    an id may tell the answer. `with_states` tells which notes are new or changed. A note type of the project is named.
    """
    if not fronts_first:
        for entry in read:
            yield _card(_address(entry, style, with_states), *_front(entry, style), _RULE, *_back(entry, style))
        return
    kept = list(read)
    for number, entry in enumerate(kept, 1):
        yield _card(style(f"{number}.", "place"), *_front(entry, style))
    for number, entry in enumerate(kept, 1):
        address = f"{style(f'{number}.', 'place')} {_address(entry, style, with_states)}"
        yield _card(address, *_back(entry, style))


def _card(*lines: str) -> str:
    return "\n".join(lines).rstrip("\n")


def _address(entry: Entry, style: Style, with_states: bool) -> str:
    state = [entry.state] if with_states and entry.state != "released" else []
    own = [entry.note_type] if entry.note_type not in STOCK else []
    return "  ".join([style(f"{entry.file}:{entry.line}", "place"), entry.id, f"c{entry.card}", *own, *state])


def _front(entry: Entry, style: Style) -> Iterator[str]:
    if entry.context:
        yield f"{style(entry.context, 'help')}\n"
    if entry.header:
        yield style(entry.header, "heading")
    if not entry.asked:
        yield entry.question
        return
    asked = entry.asked
    yield f"{entry.question} {_labels(asked)}"
    if asked.covered:
        yield f"{style('Covered too:', 'help')} {count(asked.covered, 'label')}"
    if asked.in_view:
        yield f"{style('In view:', 'help')} {' · '.join(asked.in_view)}"


def _labels(asked: Asked) -> str:
    """Which labels are asked, and where they are: as in "labels 4 to 6 of 14, left and right"."""
    first, *others = asked.labels
    is_range = len(others) > 1 and others[-1] - first == len(others)
    numbers = f"{first} to {others[-1]}" if is_range else _listed([*map(str, asked.labels)])
    return f"{'labels' if others else 'label'} {numbers} of {asked.of}, {_listed(asked.where)}"


def _listed(words: Sequence[str]) -> str:
    """As in "1", "1 and 2", "1, 2 and 3"."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def _back(entry: Entry, style: Style) -> Iterator[str]:
    yield f"{entry.answer}\n"
    beside = (("Typed", entry.typed), ("Extra", entry.extra), ("Source", entry.source), ("Tags", ", ".join(entry.tags)))
    for name, text in beside:
        if text:
            yield f"{style(f'{name}:', 'help')} {text}"
