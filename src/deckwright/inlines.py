"""The text of a leaf block → the pieces of it that are not to be read as Markdown, and the marks of clozes.

The one scanner that tells code, maths, comments, links' addresses and raw HTML from text. It goes over the text once,
from left to right, as CommonMark's precedence wants: what begins first wins, and nothing inside a piece is markup.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .blocks import COMMENT

Kind = Literal[
    "code", "maths", "display", "comment", "private", "html", "break", "embed", "wikilink", "footnote",
    "mark", "open", "close", "parts",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a leaf's text, `start` to `end`; `text` is what stands between its delimiters.

    `mark` is `==`, `open` is `{{c1::` (its text the number), `close` a run of two or more `}`, `parts` is `::`: which of
    them belong to a cloze is for `clozes` to say.
    """

    kind: Kind
    start: int
    end: int
    text: str = ""


def scan(text: str) -> list[Piece]:
    """The pieces of a leaf's text, in order. Takes time in proportion to the text's length, whatever is in it."""
    return list(_Scanner(text).pieces())


def mask(text: str) -> str:
    """The text with every piece that is no text replaced, in its length: what a pattern may be looked for in.

    What is not shown becomes spaces, all else object replacement characters.
    """
    characters = list(text)
    for piece in scan(text):
        if piece.kind not in ("mark", "open", "close", "parts"):
            filler = " " if piece.kind in ("comment", "private") else "\ufffc"
            characters[piece.start : piece.end] = filler * (piece.end - piece.start)
    return "".join(characters)


_TRIGGER = re.compile(
    r"\\|`+|<|\$|%%|!?\[\[|\[\^|\]\(|https?://|\{\{c\d{1,4}::|\}\}+|(?<!=)==(?!=)|::|\s\^[A-Za-z0-9-]{4,}$"
)
_TAG = re.compile(
    r"</[A-Za-z][A-Za-z0-9-]*+\s*+>"
    r"|<[A-Za-z][A-Za-z0-9-]*+"
    r"(?:\s++[A-Za-z_:][\w:.-]*+(?:\s*+=\s*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?+)*+"
    r"\s*+/?+>"
    r"|<\?.*?\?>|<![A-Za-z][^>]*+>",
    re.DOTALL,
)
_AUTOLINK = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+>")
_BARE_LINK = re.compile(r"https?://(?:(?!==(?:\W|$)|\}\}|::)[^\s<>])*")
_DESTINATION = re.compile(r"\]\(\s*+(?:<[^<>\n]*+>|(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*+\))*+)")
_PRIVATE = re.compile(r"%%(.*?)%%", re.DOTALL)
_WIKI = re.compile(r"!?\[\[([^\[\]\n]{1,500})\]\]")
_FOOTNOTE = re.compile(r"\[\^([^\s\[\]]{1,100})\]")
_DOLLAR = re.compile(r"(?<!\\)\$")
_WORD = re.compile(r"\w")
_ESCAPED_MARK = re.compile(r"^\\==(?!=)", re.MULTILINE)
"""Prettier writes `==` so at the beginning of a line, lest it be taken for the underline of a heading."""
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.runs: dict[int, list[int]] = {}
        for run in re.finditer(r"`+", text):
            self.runs.setdefault(len(run[0]), []).append(run.start())
        self.missing: set[str] = set()

    def pieces(self) -> Iterator[Piece]:
        position = 0
        while found := _TRIGGER.search(self.text, position):
            piece, position = self.piece(found)
            if piece:
                yield piece

    def piece(self, found: re.Match[str]) -> tuple[Piece | None, int]:
        """The piece that begins at a trigger, if one does, and where to go on."""
        start, trigger, text = found.start(), found[0], self.text
        match trigger[0]:
            case "\\":
                return self.backslash(start)
            case "`":
                return self.code(start, len(trigger)) or (None, found.end())
            case "<":
                return self.angle(start)
            case "$":
                return self.maths(start)
            case "%":
                return self.delimited("private", _PRIVATE, start, found.end())
            case _ if trigger[0].isspace():
                return Piece("private", start, found.end(), trigger[2:]), found.end()
            case "h":
                return None, max(_BARE_LINK.match(text, start).end(), found.end())
            case "]":
                return None, _DESTINATION.match(text, start).end()
            case "[" | "!" if trigger.endswith("[["):
                return self.delimited("embed" if trigger[0] == "!" else "wikilink", _WIKI, start, found.end())
            case "[":
                return self.delimited("footnote", _FOOTNOTE, start, found.end())
            case "{":
                return Piece("open", start, found.end(), trigger[3:-2]), found.end()
            case _:
                kind = {"}": "close", "=": "mark", ":": "parts"}[trigger[0]]
                return Piece(kind, start, found.end()), found.end()

    def delimited(self, kind: Kind, pattern: re.Pattern[str], start: int, after: int) -> tuple[Piece | None, int]:
        # What was not closed once is not closed further on, and need not be looked for again.
        found = None if kind in self.missing else pattern.match(self.text, start)
        if found:
            return Piece(kind, start, found.end(), found[1]), found.end()
        if kind == "private":
            self.missing.add(kind)
        return None, after

    def backslash(self, start: int) -> tuple[Piece | None, int]:
        """A hard line break, maths, or an escaped character."""
        following = self.text[start + 1 : start + 2]
        if _ESCAPED_MARK.match(self.text, start):
            return Piece("mark", start, start + 3), start + 3
        if following == "\n":
            return Piece("break", start, start + 2), start + 2
        if following in ("(", "["):
            closing = "\\" + {"(": ")", "[": "]"}[following]
            end = -1 if closing in self.missing else self.text.find(closing, start + 2)
            if end >= 0:
                kind: Kind = "maths" if following == "(" else "display"
                return Piece(kind, start, end + 2, self.text[start + 2 : end]), end + 2
            self.missing.add(closing)
        return None, start + (2 if following in _PUNCTUATION and following else 1)

    def code(self, start: int, length: int) -> tuple[Piece | None, int] | None:
        """A code span: up to the next run of as many backticks."""
        runs = self.runs.get(length, [])  # Behind an escaped backtick begins a run of its own.
        following = bisect_left(runs, start + 1)
        if following == len(runs):
            return None
        end = runs[following]
        inner = self.text[start + length : end].replace("\n", " ")
        if inner.strip() and inner[0] == inner[-1] == " ":
            inner = inner[1:-1]
        return Piece("code", start, end + length, inner), end + length

    def angle(self, start: int) -> tuple[Piece | None, int]:
        """A comment, a tag of raw HTML, or the address of an autolink, which stays text."""
        if self.text.startswith("<!--", start):
            found = None if "comment" in self.missing else COMMENT.match(self.text, start)
            if found:
                return Piece("comment", start, found.end(), found[1]), found.end()
            self.missing.add("comment")
        elif tag := _TAG.match(self.text, start):
            return Piece("html", start, tag.end(), tag[0]), tag.end()
        elif link := _AUTOLINK.match(self.text, start):
            return None, link.end()
        return None, start + 1

    def maths(self, start: int) -> tuple[Piece | None, int]:
        text = self.text
        if text.startswith("$$", start):
            end = -1 if "$$" in self.missing else text.find("$$", start + 2)
            if end > start + 2:
                return Piece("display", start, end + 2, text[start + 2 : end]), end + 2
            self.missing.add("$$")
            return None, start + 2
        # Pandoc's rule, and the next dollar must be the one that closes: so that $0.01–$0.05 and $5/$10 stay money.
        closing = _DOLLAR.search(text, start + 1)
        inner = text[start + 1 : closing.start()] if closing else ""
        outside = not _WORD.match(text[start - 1 : start]) and not _WORD.match(text, closing.end() if closing else 0)
        if closing and outside and inner and not inner[0].isspace() and not inner[-1].isspace() and "`" not in inner:
            return Piece("maths", start, closing.end(), inner), closing.end()
        return None, start + 1
