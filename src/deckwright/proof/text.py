"""Cards to read → text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from ..notetypes import STOCK
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
    yield entry.question


def _back(entry: Entry, style: Style) -> Iterator[str]:
    yield f"{entry.answer}\n"
    for name, text in (("Extra", entry.extra), ("Source", entry.source), ("Tags", ", ".join(entry.tags))):
        if text:
            yield f"{style(f'{name}:', 'help')} {text}"
