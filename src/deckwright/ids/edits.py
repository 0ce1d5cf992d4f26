"""A file and what is inserted into it → its new bytes, and where each place of the old file is in the new one."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate

import msgspec


class Insertion(msgspec.Struct, frozen=True, order=True):
    """Text that comes into a file at a place of it, counted from 0, the column in code points. Each `\\n` in it becomes
    the line ending of the file.
    """

    line: int
    column: int
    text: str


class Edit(msgspec.Struct, frozen=True, dict=True):
    """A file at `path`, relative to the project's root with `/`: what it holds, and what is to be inserted, by place."""

    path: str
    before: bytes
    insertions: tuple[Insertion, ...]
    is_new: bool = False

    @property
    def after(self) -> bytes:
        """The new content. Nothing but the insertions is another: a byte order mark, the line endings, the last line."""
        return b"".join(after for _, after in self.lines)

    @property
    def lines(self) -> list[tuple[bytes, bytes]]:
        """The lines, which end in a line feed or with the file, and what becomes of each."""
        mark = codecs.BOM_UTF8.decode() if self.before.startswith(codecs.BOM_UTF8) else ""
        parts = re.split("(\r\n|\r|\n)", self.before.decode().removeprefix(mark))
        lines, endings = parts[::2], [*parts[1::2], ""]
        made = [*lines]
        for each in reversed(self.insertions):
            ending = next(filter(None, (endings[each.line], endings[0])), "\n")
            line = made[each.line]
            made[each.line] = line[: each.column] + each.text.replace("\n", ending) + line[each.column :]
        pairs: list[tuple[bytes, bytes]] = []
        before = after = mark
        for line, new, ending in zip(lines, made, endings, strict=True):
            before, after = f"{before}{line}{ending}", f"{after}{new}{ending}"
            if ending.endswith("\n") or ending == "":  # A carriage return alone ends a line for Markdown, not for Git.
                pairs.append((before.encode(), after.encode()))
                before = after = ""
        return [pair for pair in pairs if pair != (b"", b"")]

    def moved(self, line: int, column: int) -> tuple[int, int]:
        """Where a place is once the insertions are made, both counted from 1. Line 0, the file as a whole, stays."""
        above, end = (bisect_left(self.insertions, n, key=lambda each: each.line) for n in (line - 1, line))
        own = self.insertions[above:end]
        beside = (len(each.text) for each in own if each.column < column and "\n" not in each.text)
        return line + self._added[above], column + sum(beside)

    @cached_property
    def _added(self) -> list[int]:
        """How many lines the first insertions add: none of them, the first one, the first two, …"""
        return [*accumulate((each.text.count("\n") for each in self.insertions), initial=0)]


def edit(path: str, before: bytes, insertions: Iterable[Insertion]) -> Edit:
    """The edit that makes these insertions, of which no two have the same place."""
    return Edit(path, before, tuple(sorted(insertions)))


def split(data: bytes) -> list[bytes]:
    """The lines of a file as Git counts them, each with its line feed."""
    return [line for line in re.split(rb"(?<=\n)", data) if line]
