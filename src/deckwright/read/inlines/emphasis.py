"""Runs of `*`, `_` and `~~` among pieces → emphasis, strong and strike, nested as CommonMark says (6.2, "Process emphasis")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from unicodedata import category

import msgspec

from .pieces import Kind, Piece


class Run(msgspec.Struct, gc=False):
    """A run of one delimiter that may open or close emphasis; `length` is how many there were before any was used.

    Once it waits to be closed, `place` is how many pieces stand before what it holds.
    """

    delimiter: str
    start: int
    end: int
    opens: bool
    closes: bool
    length: int
    place: int = 0


def run(text: str, start: int, end: int) -> Run | None:
    """The run of delimiters from `start` to `end`, or None where it is only text, as between two spaces."""
    delimiter = text[start]
    if delimiter == "~" and end - start != 2:
        return None
    before, after = _sort(text[start - 1 : start]), _sort(text[end : end + 1])
    opens = after == "letter" or (after == "punctuation" and before != "letter")
    closes = before == "letter" or (before == "punctuation" and after != "letter")
    if delimiter == "_":
        opens, closes = (
            opens and (not closes or before == "punctuation"),
            closes and (not opens or after == "punctuation"),
        )
    return Run(delimiter, start, end, opens, closes, end - start) if opens or closes else None


@lru_cache(maxsize=4096)
def _sort(character: str) -> str:
    """What a character beside a run counts as; beyond the text's ends there is white space."""
    if not character or character in "\t\n\f\r":
        return "space"
    sort = category(character)
    return "space" if sort == "Zs" else "punctuation" if sort[0] in "PS" else "letter"


def nest(items: Iterable[Piece | Run]) -> tuple[Piece, ...]:
    """The pieces, those between runs that match put into emphasis. Takes time in proportion to the number of items.

    The runs are used up: what is left of them is text.
    """
    pieces: list[Piece] = []
    opened: list[Run] = []
    floors: dict[tuple[str, bool, int], int] = {}
    for item in items:
        if isinstance(item, Piece):
            pieces.append(item)
            continue
        while item.closes and item.start < item.end and (index := _opener(opened, item, floors)) is not None:
            opener = opened[index]
            used = min(2, opener.end - opener.start, item.end - item.start)
            kind: Kind = "emphasis" if used == 1 else "strong" if item.delimiter != "~" else "strike"
            inner = (opener.end, item.start)
            opener.end -= used
            item.start += used
            children = tuple(pieces[opener.place :])
            pieces[opener.place :] = [Piece(kind, opener.end, item.start, inner=inner, children=children)]
            del opened[index + (opener.start < opener.end) :]
        if item.opens and item.start < item.end:
            item.place = len(pieces)
            opened.append(item)
    return tuple(pieces)


def _opener(opened: Sequence[Run], closer: Run, floors: dict[tuple[str, bool, int], int]) -> int | None:
    """Which of the opened runs a closer matches: the nearest that it may.

    `floors` remembers where the search need not go again: what one closer did not match, no other of its sort will.
    """
    sort = (closer.delimiter, closer.opens, closer.length % 3)
    floor = floors.get(sort, 0)
    for index in reversed(range(len(opened))):
        opener = opened[index]
        if opener.start < floor:
            break
        if opener.delimiter == closer.delimiter and not (
            # The rule of three, by which `*a**b*` is one emphasis and no strong.
            (opener.closes or closer.opens) and (opener.length + closer.length) % 3 == 0 and closer.length % 3 != 0
        ):
            return index
    floors[sort] = closer.start
    return None
