"""The bytes of a file → its lines, and which of them are code, maths, comments or front matter, in which no note is looked for."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A file at `path`, relative to the folder with `/`. `mark` is its byte order mark, or nothing. Each line has its ending.

    `head` is the number of lines of its front matter. `code` are the lines of front matter and code, `closed` those in which no
    note is looked for: these, and formulas, comments and private text.
    """

    path: str
    before: bytes
    mark: str
    lines: tuple[str, ...]
    endings: tuple[str, ...]
    head: int
    code: frozenset[int]
    closed: frozenset[int]

    @property
    def ending(self) -> str:
        """How the first line ends."""
        return next(filter(None, self.endings), "\n")

    def is_blank(self, line: int) -> bool:
        return not self.lines[line].strip()

    def trimmed(self, first: int, end: int) -> int:
        """The end of the lines from `first` up to `end`, without blank ones."""
        while end > first and self.is_blank(end - 1):
            end -= 1
        return end

    def headings(self) -> Mapping[int, int]:
        """The headings that begin with `#`: their levels, 1–6, by line, in order."""
        found = ((n, _HEADING.match(line)) for n, line in enumerate(self.lines) if n not in self.closed)
        return {n: len(heading[1]) for n, heading in found if heading}

    def front_matter(self) -> Mapping[str, object]:
        """What the front matter says; nothing if it is none, or is broken."""
        import yaml

        try:
            values = yaml.load("\n".join(self.lines[1 : self.head - 1]), yaml.BaseLoader) if self.head else {}
        except (yaml.YAMLError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}


_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s|$)")


def text(path: str, data: bytes) -> Text | None:
    """The file, None if it is not UTF-8."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        parts = re.split("(\r\n|\r|\n)", data[len(mark) :].decode())
    except UnicodeDecodeError:
        return None
    lines, endings = parts[::2], [*parts[1::2], ""]
    if lines[-1] == "":
        lines, endings = lines[:-1], endings[:-1]
    head = _head(lines)
    code, closed = _closed(lines, head)
    return Text(path, data, mark.decode(), tuple(lines), tuple(endings), head, frozenset(code), frozenset(closed))


def _head(lines: Sequence[str]) -> int:
    if not lines or lines[0].rstrip() != "---":
        return 0
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    return end + 1 if end else 0


_OPENS = (
    (re.compile(r"[ \t>]*(?:[-*+]\s+)?(`{3,}|~{3,})(?!.*`)"), None),
    (re.compile(r"\s*\$\$(?!.*\$\$)"), re.compile(r".*\$\$")),
    (re.compile(r"\s*<!--(?!.*-->)"), re.compile(r".*-->")),
    (re.compile(r"\s*%%(?!.*%%)"), re.compile(r".*%%")),
)
"""How what spans lines begins and ends: code, which ends as it began, a formula, a comment, private text."""


def _closed(lines: Sequence[str], head: int) -> tuple[set[int], set[int]]:
    """The lines of front matter and code; and these with all others in which no note is looked for."""
    code = {*range(head)}
    closed = {*code}
    number = head
    while number < len(lines):
        for opens, closes in _OPENS:
            if found := opens.match(lines[number]):
                ends = closes or re.compile(rf"[ \t>]*{re.escape(found[1])}+\s*$")
                last = next((n for n in range(number + 1, len(lines)) if ends.match(lines[n])), None)
                if last is None and closes:
                    continue  # It spans nothing: only code goes on to the end of the file.
                block = {*range(number, (len(lines) if last is None else last + 1))}
                closed |= block
                code |= set() if closes else block
                number = max(block)
                break
        number += 1
    return code, closed


_APART = re.compile(
    r"(`+)(?!`).*?(?<!`)\1(?!`)|\$\$.+?\$\$|(?<![\\$\w])\$(?=\S)[^$\n]*?(?<=\S)\$(?![\d$])|\\\(.+?\\\)|!?\[\[.*?\]\]"
    r"|\]\([^)\s]*\)|<!--.*?-->|%%.*?%%|<[a-z/][^<>]*>|\b[a-z][a-z+.-]*://\S+"
)


def masked(line: str, filler: str = "\0") -> str:
    """The line with code, formulas, links, comments and addresses blotted out, as long as before."""
    return _APART.sub(lambda found: filler * len(found[0]), line)


def blanked(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines without blank ones at the beginning and at the end."""
    held = [*lines]
    while held and not held[0].strip():
        held.pop(0)
    while held and not held[-1].strip():
        held.pop()
    return tuple(held)
