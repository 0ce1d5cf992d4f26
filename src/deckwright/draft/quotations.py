"""A quotation → where it stands in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from ..read.blocks import NO_PROSE, Block, walk
from .passages import Passage


class Quotation(msgspec.Struct, frozen=True):
    """Where a quotation stands: the passage, the block, and the text as the file has it."""

    passage: Passage
    leaf: Block
    text: str


class Deletion(msgspec.Struct, frozen=True):
    """A blank in a quotation: where its text begins and ends there, and the hint, empty if there is none."""

    start: int
    end: int
    hint: str


def find(quote: str, held: Sequence[Passage], line: int = 0) -> Quotation | str:
    """Where a text stands in the passages of a file, white space aside; or why it cannot be said. With a `line`, counted from 1, it is
    what begins there, or is around it; an empty text then means all of the paragraph, item or cell.
    """
    words = quote.split()
    sought = re.compile(r"\s+".join(map(re.escape, words)))
    found: list[Quotation] = []
    for passage in held:
        for leaf in _leaves(passage):
            if line and not leaf.first < line <= leaf.last:
                continue
            if not words:
                return Quotation(passage, leaf, leaf.text)
            places = [*sought.finditer(leaf.text)]
            if line and len(places) > 1:
                places = [each for each in places if leaf.place(each.start())[0] + 1 == line] or places
            found += [Quotation(passage, leaf, each[0]) for each in places]
    if len(found) == 1:
        return found[0]
    if found:
        return f"the quotation stands there {len(found)} times: say the line, or quote more"
    at = f" at line {line}" if line else ""
    return f"the file has no such text{at}" if words else f"there is no prose{at}"


def deletions(marked: str) -> tuple[str, tuple[Deletion, ...]]:
    """A quotation with blanks, `==answer==` or `==answer::hint==` → the text without their marks, and the blanks in order."""
    parts = re.split(r"==(?=\S)(.+?)(?<=\S)==", marked, flags=re.DOTALL)
    text = ""
    found: list[Deletion] = []
    for number, part in enumerate(parts):
        answer, _, hint = part.partition("::") if number % 2 else (part, "", "")
        if number % 2:
            found.append(Deletion(len(text), len(text) + len(answer), hint))
        text += answer
    return text, tuple(found)


def _leaves(passage: Passage) -> Iterable[Block]:
    """The blocks of a passage that have prose."""
    return (
        block
        for block in walk(passage.body)
        if block.text and block.kind not in NO_PROSE and not block.too_much and block.starts
    )
