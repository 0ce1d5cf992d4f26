"""Notes that are gone, and new ones → which new note seems to have taken whose place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from ..sketches import words
from .lines import Line

LIKELY = 0.34
"""The least share of common words at which one note seems to be the other, rewritten."""

_PAIRS = 40_000
"""How many pairs of a new note and one that is gone are compared by their words."""


def heirs(gone: Sequence[Line], new: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Each note that is gone with the new one that took its place, in the order of `new`: by id, text, path or words."""
    if not gone:  # as in a first build, all of whose notes are new
        return []
    free = {line.guid: line for line in gone}
    found: dict[str, Line] = {}
    for keys in _SIGNS:
        known: dict[Hashable, Line] = {key: line for line in free.values() for key in keys(line)}
        for line in new:
            old = next((known[key] for key in keys(line) if key in known), None)
            if old and old.guid in free and line.guid not in found:
                found[line.guid] = free.pop(old.guid)
    open_ = [line for line in new if line.guid not in found]
    if len(free) * len(open_) <= _PAIRS:
        held = {guid: words(line.sketch) for guid, line in free.items()}
        for line in open_:
            own = words(line.sketch)
            likeness = {guid: len(own & other) / len(own | other or {0}) for guid, other in held.items()}
            best = max(likeness, key=likeness.__getitem__, default="")
            if best and likeness[best] >= LIKELY:
                found[line.guid] = free.pop(best)
                del held[best]
    return [(found[line.guid], line) for line in new if line.guid in found]


_SIGNS: tuple[Callable[[Line], Iterable[Hashable]], ...] = (
    lambda line: [line.id],
    lambda line: line.texts,
    lambda line: [(line.type, line.key)],
    lambda line: [line.key],
)
"""What tells that one note took another's place, the surest sign first."""
