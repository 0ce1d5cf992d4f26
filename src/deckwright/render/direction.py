"""The direction of a block's text, left to right or right to left, where the element has to say it.

Browsers find that of a single text themselves, by its first letter (`dir="auto"`, `unicode-bidi: plaintext`). They do not
for what lies beside the text: the side of a list's markers, the order of a table's columns, the bar of a quote. Nor is
code any evidence: a sentence in Arabic may begin with a command.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from ..patterns import pattern
from ..read.blocks import NO_PROSE, RIGHT_TO_LEFT, Block, Document, walk
from ..read.inlines import Piece

_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}
"""By the classes of Unicode Standard Annex #9."""


def runs_left(held: Iterable[Block], document: Document) -> bool:
    """Whether any letter in blocks of a document is written from right to left. If not, no direction has to be said."""
    return document.right_to_left and any(RIGHT_TO_LEFT.search(leaf.text) for leaf in walk(held))


def direction(block: Block) -> str:
    """`ltr` or `rtl`, by the first letter that is not in code, maths, HTML, an address or a box; empty where
    there is none."""
    letters = (letter for leaf in walk([block]) if leaf.text for letter in _prose(leaf))
    return next((_STRONG[sort] for letter in letters if (sort := unicodedata.bidirectional(letter)) in _STRONG), "")


_UNREAD = NO_PROSE | {"display", "autolink", "image", "embed"}


TASK = pattern(r"\[([ xX])\][ \t]+")
"""What begins an item of a task list. Its letter is a sign, and no prose."""


def _prose(leaf: Block) -> Iterator[str]:
    """The characters of a leaf that are its author's language."""
    if leaf.kind in NO_PROSE:
        return
    box = TASK.match(leaf.text)
    yield from _between(leaf.text, leaf.pieces, box.end() if box else 0, len(leaf.text))


def _between(text: str, pieces: tuple[Piece, ...], start: int, end: int) -> Iterator[str]:
    position = start
    for piece in pieces:
        if piece.start < position:
            continue
        yield from text[position : piece.start]
        position = piece.end
        if piece.kind in ("emphasis", "strong", "strike", "link"):
            yield from _between(text, piece.children, *piece.inner)
        elif piece.kind not in _UNREAD:
            yield from text[piece.start : piece.end]
    yield from text[position:end]
