"""A note's part of its section → its leaves, and which of them each paragraph of a field comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
from rapidfuzz import fuzz

from ..model import OwnKind, SourceFile
from ..notes import labels
from ..notes.parts import Part
from ..read.blocks import Block
from ..read.sections import Section
from .alignment import pairs
from .leaves import Leaf, leaf, leaves, squashed
from .normal import Node, Paragraph, paragraphs

_ALIKE = 70
"""In hundredths: how alike a paragraph and a leaf have to be that are not equal."""


class Spot(msgspec.Struct, frozen=True):
    """Where a note is written: its section and its part of it, and its leaves, those of the question first."""

    section: Section
    part: Part
    leaves: tuple[Leaf, ...]

    @property
    def file(self) -> SourceFile:
        """The file of notes."""
        return self.section.file

    @property
    def last(self) -> int:
        """The line behind the section, counted from 0, empty lines at its end left out."""
        blocks = self.section.body or (self.section.title,)
        return trimmed(self.file, 0, max(block.last for block in blocks))


def spot(section: Section, part: Part, cloze: bool, own: OwnKind | None) -> Spot:
    """Where the note that is made of a part is written. `own` is the project's note type that it has, if it has one."""
    asked = [leaf(part.asked, (part.asked[0],), cloze)] if part.asked else []
    pairs = [block for pair in part.labelled or part.columns for block in pair]
    known = {field.label.casefold(): field.label for field in own.fields if field.label} if own else {}
    others = [*pairs, *part.extra]
    for blocks in (part.answer, part.above):
        rest, labelled = labels.read(blocks, known)
        others = [*rest, *(block for _, held, _ in labelled for block in held), *others]
    found = [*asked, *(one for block in others for one in leaves([block], cloze))]
    seen: set[tuple[int, tuple[tuple[int, int], ...]]] = set()
    kept = []
    for one in found:
        place = one.block.first, one.block.starts
        if place not in seen:
            kept.append(one)
        seen.add(place)
    return Spot(section, part, tuple(kept))


def trimmed(file: SourceFile, first: int, last: int) -> int:
    """The end of lines of a file without the empty ones there."""
    while last > first + 1 and (last > len(file.lines) or not file.lines[last - 1].strip(" \t>")):
        last -= 1
    return last


def origins(nodes: Iterable[Node], held: Sequence[Leaf]) -> list[Leaf | None]:
    """The leaf of each paragraph of a field; None for one that no leaf is like."""
    texts = [squashed((item.text, item.sort) for item in paragraph.items) for paragraph in paragraphs(nodes)]
    known = [one.text for one in held]
    found: list[Leaf | None] = [None] * len(texts)
    taken: set[int] = set()
    for number, place in pairs(texts, known):
        found[number] = held[place]
        taken.add(place)
    for number, text in enumerate(texts):
        if found[number] is not None:
            continue
        left = [place for place in range(len(held)) if place not in taken]
        best = max(left, key=lambda place: (fuzz.ratio(text, known[place]), -place), default=None)
        if best is not None and (known[best] == text or (text and fuzz.ratio(text, known[best]) >= _ALIKE)):
            found[number] = held[best]
            taken.add(best)
    return found


_KINDS = {
    "ul": "list", "ol": "list", "li": "item", "blockquote": "quote", "table": "table", "tr": "row", "td": "cell", "th": "cell",
    "dl": "definitions", "dt": "term", "dd": "definition", "div": "alert", "pre": "code",
}  # fmt: skip


def block_of(node: Node, origin: Sequence[Leaf | None]) -> Block | None:
    """The block that a node comes from; `origin` has the leaves of its paragraphs. None if it is not known."""
    known = [one for one in origin if one]
    if not known:
        return None
    if isinstance(node, Paragraph):
        block = known[0].path[-1]
        return block if block.kind in ("paragraph", "code", "maths") else None
    kind = _KINDS.get(node.tag)
    for block in reversed(known[0].path):
        if block.kind == kind and all(any(block is other for other in one.path) for one in known):
            return block
    return None


_LEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")


def column(file: SourceFile, block: Block) -> int:
    """The column where a block begins."""
    if block.kind in ("item", "list", "alert", "quote", "table", "html", "code", "rule"):
        line = file.lines[block.first]
        around = re.match(r"[ \t>]*", line)
        assert around
        begin = around.end()
        if block.kind in ("alert", "quote"):
            begin = max(line.rfind(">", 0, begin), 0)
        return begin
    return max(block.starts[0][1], 0) if block.starts else 0


def behind(file: SourceFile, line: int, end: int) -> str:
    """What the lines begin with that go on behind a place, as the text before that place says: its quotes and indents."""
    return re.sub(r"[^>\s]", " ", file.lines[line][:end]) if line < len(file.lines) else ""


def lead(line: str) -> int:
    """How much of a line stands before its text: quotes, indents and the markers of items."""
    found = _LEAD.match(line)
    return found.end() if found else 0
