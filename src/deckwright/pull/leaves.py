"""Leaves of Markdown → what is seen of each of their characters, and where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ..read.blocks import Block
from ..read.inlines import Piece
from ..render.clozes import in_code
from .normal import Sort


class Sign(msgspec.Struct, frozen=True, gc=False):
    """A character that is seen, or what stands in a line as one: where it is written in the text of its block."""

    text: str
    sort: Sort
    leaf: int
    start: int
    end: int


class Leaf(msgspec.Struct, frozen=True):
    """Blocks that are shown as one stretch of text: one block, most often. `path` are the blocks around the first one, the
    outermost first, itself included.
    """

    blocks: tuple[Block, ...]
    path: tuple[Block, ...]
    signs: tuple[Sign, ...]

    @property
    def block(self) -> Block:
        """Its first block."""
        return self.blocks[0]

    @property
    def text(self) -> str:
        """What is compared with the text of a field: no spaces, no marks of clozes."""
        return squashed((sign.text, sign.sort) for sign in self.signs)


TEXTS = frozenset({"paragraph", "heading", "term", "cell", "code", "maths"})
"""Blocks whose text is seen as it is read here."""


def squashed(signs: Iterable[tuple[str, str]]) -> str:
    """What is compared of a text."""
    return "".join(text for text, sort in signs if not sort and not text.isspace())


def leaf(blocks: Sequence[Block], path: tuple[Block, ...], cloze: bool) -> Leaf:
    """Blocks as one leaf."""
    signs: list[Sign] = []
    for number, block in enumerate(blocks):
        if block.kind in ("code", "maths"):
            signs += _code(block, number, cloze)
        else:
            signs += _Walk(block, number, cloze).signs()
    return Leaf(tuple(blocks), path, tuple(signs))


def leaves(held: Iterable[Block], cloze: bool, around: tuple[Block, ...] = ()) -> Iterator[Leaf]:
    """The leaves of blocks in document order."""
    for block in held:
        path = (*around, block)
        if block.kind in TEXTS and block.text.strip():
            yield leaf([block], path, cloze)
        yield from leaves(block.children, cloze, path)


_NUMBER = re.compile(r"c\d{1,3}::")


class _Walk:
    """The walk over the text of a block. It recurses: pieces nest no deeper than `MAX_PIECE_NESTING`."""

    def __init__(self, block: Block, number: int, cloze: bool) -> None:
        self._text = block.text
        self._block = block
        self._number = number
        self._cloze = cloze
        self._is_open = False
        self._skipped = 0  # What stands before it belongs to the mark of a cloze: the number of `==c1::answer==`.

    def signs(self) -> Iterator[Sign]:
        yield from self._walk(self._block.pieces, 0, len(self._text))

    def _walk(self, pieces: Sequence[Piece], at: int, end: int) -> Iterator[Sign]:
        for piece in pieces:
            if piece.start < self._skipped:
                continue
            yield from self._plain(max(at, self._skipped), piece.start)
            yield from self._piece(piece)
            at = max(piece.end, self._skipped)
        yield from self._plain(at, end)

    def _plain(self, start: int, end: int) -> Iterator[Sign]:
        for place in range(start, end):
            sign = self._text[place]
            yield self._sign(" " if sign.isspace() else sign, place, place + 1)

    def _sign(self, text: str, start: int, end: int, sort: Sort = "") -> Sign:
        return Sign(text, sort, self._number, start, end)

    def _piece(self, piece: Piece) -> Iterator[Sign]:
        match piece.kind:
            case "emphasis" | "strong" | "strike" | "link":
                yield from self._walk(piece.children, *piece.inner)
            case "code":
                yield from self._plain(*piece.inner)
            case "maths" | "display":
                # Both ways to write it become Anki's.
                opening, closing = ("\\(", "\\)") if piece.kind == "maths" else ("\\[", "\\]")
                begin, end = piece.inner if piece.inner[1] else (piece.start + 1, piece.end - 1)
                yield from (self._sign(sign, piece.start, begin) for sign in opening)
                yield from self._plain(begin, end)
                yield from (self._sign(sign, end, piece.end) for sign in closing)
            case "image" | "embed":
                yield self._sign("", piece.start, piece.end, "image")
            case "autolink":
                yield from self._plain(*piece.target)
            case "escape" | "entity":
                yield from (self._sign(" " if s.isspace() else s, piece.start, piece.end) for s in piece.text)
            case "break" | "fold":
                yield self._sign("\n" if piece.kind == "break" else " ", piece.start, piece.end)
            case "html":
                if piece.text[:3].lower() == "<br":
                    yield self._sign("\n", piece.start, piece.end)
            case "wikilink":
                yield from self._plain(piece.start + 2, piece.end - 2)
            case "mark":
                if self._cloze:
                    self._is_open = not self._is_open
                    number = _NUMBER.match(self._text, piece.end) if self._is_open else None
                    self._skipped = number.end() if number else 0
                    end = max(piece.end, self._skipped)
                    yield self._sign("", piece.start, end, "open" if self._is_open else "close")
            case "open":
                yield self._sign(piece.text, piece.start, piece.end, "open")
            case "close":
                yield self._sign("", piece.start, piece.end, "close")
            case "parts":
                if self._cloze:
                    yield self._sign("", piece.start, piece.end, "hint")
                else:
                    yield from self._plain(piece.start, piece.end)


def _code(block: Block, number: int, cloze: bool) -> Iterator[Sign]:
    """A block of code, or of maths, as it is written."""
    marks = {start: (end, opens) for start, end, opens, _ in in_code(block.text)} if cloze else {}
    at = 0
    while at < len(block.text):
        if at in marks:
            end, opens = marks[at]
            yield Sign("" if opens is None else str(opens), "close" if opens is None else "open", number, at, end)
            at = end
        else:
            yield Sign(block.text[at], "", number, at, at + 1)
            at += 1
