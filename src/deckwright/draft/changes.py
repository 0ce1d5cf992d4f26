"""Insertions and replacements in files → the lines that become others, and the new bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

import msgspec

from ..ids.edits import Insertion, edit, split


class Change(msgspec.Struct, frozen=True, order=True):
    """The lines of a file from `first` to `end`, counted from 0 by their line feeds, `end` excluded: `old` becomes `new`."""

    path: str
    first: int
    end: int
    old: bytes
    new: bytes

    @property
    def growth(self) -> int:
        """How many lines the file has more afterwards."""
        return len(split(self.new)) - (self.end - self.first)


def change(path: str, data: bytes, insertions: Iterable[Insertion]) -> Change:
    """The change that makes insertions in `data`, of which there is at least one."""
    pairs = edit(path, data, insertions).lines
    changed = [number for number, (before, after) in enumerate(pairs) if before != after]
    first, end = changed[0], changed[-1] + 1
    new = split(b"".join(after for _, after in pairs[first:end]))
    if new[0] == pairs[first][0]:  # As with a heading, behind which something comes.
        first, new = first + 1, new[1:]
    return Change(path, first, end, b"".join(before for before, _ in pairs[first:end]), b"".join(new))


def applied(data: bytes, changes: Sequence[Change]) -> bytes:
    """The file with changes, of which no two concern the same line."""
    lines = split(data)
    for each in sorted(changes, reverse=True):
        lines[each.first : each.end] = [each.new]
    return b"".join(lines)


class Moves:
    """Where the lines of a file were before changes, of which no two concern the same line."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._changes = [(each, _origins(each)) for each in sorted(changes)]

    def then(self, line: int) -> int:
        """Where the line that is here afterwards was, both counted from 0; of a new one, the line before it."""
        grown = 0
        for each, origins in self._changes:
            begin = each.first + grown
            if line < begin:
                break
            if line < begin + len(origins):
                return max(each.first + origins[line - begin], 0)
            grown += len(origins) - (each.end - each.first)
        return line - grown


def _origins(change: Change) -> list[int]:
    """For each new line of a change, which of the old ones it was, counted from 0; of a new one, the one before it, which is -1
    above all of them. What comes to a passage stands above the lines that are changed in it.
    """
    old, new = split(change.old), split(change.new)
    origins: list[int] = []
    for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        origins += [max(b - (d - line), a if b > a else a - 1) for line in range(c, d)]
    return origins
