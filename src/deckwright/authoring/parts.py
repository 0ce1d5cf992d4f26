"""What a field is made of: its blocks, as Markdown can have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from .pieces import BREAK, Atom, depth


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
    """The depth of each run of atoms."""
    for part in parts:
        yield depth(part.atoms)
        yield from _balances(part.children)


def in_one(held: list[Part]) -> list[Part]:
    """The parts of an item with one paragraph in place of several: with more, all items of the list would have margins."""
    made: list[Part] = []
    for part in held:
        if part.kind == "paragraph" and made and made[-1].kind == "paragraph":
            made[-1] = Part("paragraph", atoms=[*made[-1].atoms, BREAK, BREAK, *part.atoms])
        else:
            made.append(part)
    return made


def has_margin(part: Part) -> bool:
    """Whether there is a margin below a part."""
    if part.kind == "raw":
        return part.text.startswith(("<h", "<dl", "<ul", "<ol", "<fig", "<p"))
    return part.kind not in ("table", "around")


def has_marks(part: Part) -> bool:
    """Whether there is anything in a part that Markdown has to read: a cloze, a sound, or maths."""
    return is_marked(part.atoms) or any(map(has_marks, part.children))


def is_marked(atoms: Iterable[Atom]) -> bool:
    """The same of a run of atoms."""
    return any(atom.kind in ("open", "sound", "maths", "display") for atom in atoms)
