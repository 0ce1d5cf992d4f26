"""What a field is made of: its blocks, as Markdown can have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from .pieces import Atom


class Part(msgspec.Struct, gc=False):
    """A block. A paragraph, a heading and a cell have `atoms`, the others children, which of a list and a table are items and rows.

    `text` is code, raw HTML, or the tag around what is in `around`; `info` the language of code, the first number of an ordered list,
    the level of a heading, the side of a cell, or the closing tag.
    """

    kind: Literal["paragraph", "heading", "list", "item", "quote", "code", "table", "row", "cell", "raw", "around"]
    atoms: list[Atom] = []
    children: list[Part] = []
    text: str = ""
    info: str = ""


def crosses(parts: Sequence[Part]) -> bool:
    """Whether a cloze begins in one of the parts, or in one within them, and ends in another."""
    return min(_balances(parts), default=0) < 0 < max(_balances(parts), default=0)


def _balances(parts: Iterable[Part]) -> Iterator[int]:
    """For each run of atoms, how many clozes it opens and does not close; less than 0 if it closes more."""
    for part in parts:
        depth = 0
        for atom in part.atoms:
            depth += (atom.kind == "open") - (atom.kind == "close")
        yield depth
        yield from _balances(part.children)
