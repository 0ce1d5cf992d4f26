"""Stretches of a file and what is to stand there → the new file, and the lines that are others."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

import msgspec

from ..ids.edits import split
from .alignment import stretches


class Replacement(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file, from a place up to another one, and the text that comes there. Lines and columns count from 0, columns
    in code points. Each `\\n` of the text becomes the line ending of the file.
    """

    first: int
    column: int
    last: int
    end: int
    text: str


class Change(msgspec.Struct, frozen=True):
    """Whole lines of a file that become others: those from `first` up to `last`, counted from 0 by their line feeds, and what
    stands there then.
    """

    first: int
    last: int
    lines: tuple[bytes, ...]

    @property
    def growth(self) -> int:
        """How many lines the file has more afterwards."""
        return len(self.lines) - (self.last - self.first)


def replaced(data: bytes, made: Iterable[Replacement]) -> bytes | None:
    """The file with all of these replacements; None if two of them are for one stretch."""
    mark = codecs.BOM_UTF8.decode() if data.startswith(codecs.BOM_UTF8) else ""
    text = data.decode().removeprefix(mark)
    starts = [0, *(found.end() for found in re.finditer("\r\n|\r|\n", text))]
    ending = next(iter(re.findall("\r\n|\r|\n", text)), "\n")
    parts, at, before = [], 0, -1
    for each in sorted(set(made)):
        if each.first >= len(starts) or each.last > len(starts):
            return None
        start = starts[each.first] + each.column
        end = len(text) if each.last == len(starts) else starts[each.last] + each.end
        if start < at or end < start or (start, end) == (before, before) or max(start, end) > len(text):
            return None
        parts += [text[at:start], each.text.replace("\n", ending)]
        at = before = end
    return (mark + "".join([*parts, text[at:]])).encode()


def changes(before: bytes, after: bytes) -> list[Change]:
    """The lines that differ, in order, in as few stretches as there can be."""
    old, new = split(before), split(after)
    return [Change(each.start, each.end, tuple(new[each.new_start : each.new_end])) for each in stretches(old, new)]
