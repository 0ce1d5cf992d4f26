"""Two sequences → what is the same in both, and the stretches that differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel


class Stretch(NamedTuple):
    """What differs: from `start` up to `end` before, and from `new_start` up to `new_end` after. One of the two may be empty."""

    start: int
    end: int
    new_start: int
    new_end: int


def stretches(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Stretch]:
    """The stretches that differ, in order, as few as there can be: between two of them, something is the same."""
    found: list[Stretch] = []
    for step in Indel.opcodes(before, after):
        if step.tag == "equal":
            continue
        start, new_start = step.src_start, step.dest_start
        if found and found[-1].end == start:
            start, _, new_start, _ = found.pop()
        found.append(Stretch(start, step.src_end, new_start, step.dest_end))
    return found


def pairs(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """The places of what is the same in both, in order."""
    for step in Indel.opcodes(before, after):
        if step.tag == "equal":
            yield from zip(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True)
