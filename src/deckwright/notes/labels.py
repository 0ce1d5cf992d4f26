"""The blocks of a section → what stands behind labels in them, as in `Reading: いぬ`, and the rest."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from ..names import nearest
from ..patterns import pattern
from ..read.blocks import Block
from ..read.inlines import Piece

Labelled = tuple[str, tuple[Block, ...], int]
"""A label as the note type has it, the blocks behind it, and its line, counted from 1."""


def read(held: Sequence[Block], labels: Mapping[str, str]) -> tuple[list[Block], list[Labelled]]:
    """The blocks that no label stands before, and those behind labels. `labels` maps each, case-folded, to itself.

    A label stands at the beginning of a line of a paragraph, in bold or not, with a colon behind it. It has the rest of the
    line and the lines below it, up to the next label or the end of the paragraph. If nothing stands there, it has the blocks
    that follow, up to the next label or a thematic break.
    """
    rest: list[Block] = []
    found: list[tuple[str, list[Block], int]] = []
    known: set[str] = set()
    taking = False  # Whether the last label was alone, so that blocks that follow are its own.
    for block in held:
        starts = _starts(block, labels) if labels and block.kind == "paragraph" else []
        if not starts:
            taking = taking and block.kind != "rule"
            (found[-1][1] if taking else rest).append(block)
            continue
        ends = [_before(block, start) for _, start, _ in starts] + [len(block.text)]
        before = block.cut(0, ends[0])
        if before.text:
            (found[-1][1] if taking else rest).append(before)
        for (label, start, behind), end in zip(starts, ends[1:], strict=True):
            # One that stands there twice is an error. Thousands of them need not be cut out.
            value = [] if label in known else [cut for cut in [block.cut(behind, end)] if cut.text]
            known.add(label)
            found.append((label, value, block.place(start)[0] + 1))
        taking = not found[-1][1]
    return rest, [(label, tuple(blocks), line) for label, blocks, line in found]


def near(held: Sequence[Block], labels: Mapping[str, str]) -> Iterator[tuple[str, str, Block, int]]:
    """What stands where a label could, and is one slip away from one: as it is written, the label, the block, and its place."""
    long = {name: label for name, label in labels.items() if len(name) >= _LONG}
    for block in held:
        if not long or block.kind != "paragraph" or not (":" in block.text or "：" in block.text):
            continue
        for name, begin, _ in _before_colons(block):
            said = " ".join(name.split())
            folded = said.casefold()
            if folded in labels or not _WORDS.fullmatch(said):
                continue
            meant = nearest(folded, long, 1)
            if meant and meant.rstrip("s") != folded.rstrip("s"):  # `Note:` may well be text beside a label `Notes`.
                yield said, long[meant], block, begin


_WORDS = pattern(r"[\w '’-]+")
_LONG = 5
"""Letters of a label that nobody writes one slip away from by chance."""


def _starts(block: Block, labels: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """The labels of a paragraph: each with where it begins in the text, and where what is behind it does."""
    named = ((labels.get(" ".join(name.split()).casefold()), begin, end) for name, begin, end in _before_colons(block))
    return [(known, begin, end) for known, begin, end in named if known]


def _before_colons(block: Block) -> Iterator[tuple[str, int, int]]:
    """What stands before a colon at the beginning of each line of a paragraph: where it begins, and where what is behind does."""
    pieces = {piece.start: piece for piece in block.pieces if piece.kind not in _LINE_ENDS}
    begins = [*pieces]
    at = 0
    for line in block.text.split("\n"):
        begin = at + len(line) - len(line.lstrip())
        at += len(line) + 1
        name, behind = _label(block.text, begin, pieces.get(begin))
        if name and not ((place := bisect_left(begins, begin)) and pieces[begins[place - 1]].end > begin):
            yield name, begin, behind


_LINE_ENDS = ("break", "fold")


def _label(text: str, begin: int, first: Piece | None) -> tuple[str, int]:
    """What stands before a colon at a place in a text, empty if there is no colon, and where what is behind it begins. `first` is
    the piece that begins there.
    """
    if first is None or first.kind != "strong":
        found = _PLAIN.match(text, begin)
        return (found[1], found.end()) if found else ("", begin)
    inside = text[slice(*first.inner)].rstrip()
    if inside.endswith((":", "：")):
        return inside[:-1], first.end
    colon = _COLON.match(text, first.end)
    return (inside, colon.end()) if colon else ("", begin)


_PLAIN = pattern(r"([^\n:：]{1,100})[:：]")
_COLON = pattern(r"[ \t]*[:：]")


def _before(block: Block, start: int) -> int:
    """Where the text before a place ends, without the break of the line."""
    place = bisect_left(block.pieces, start, key=lambda piece: piece.start) - 1
    piece = block.pieces[place] if place >= 0 else None
    return piece.start if piece and piece.kind in _LINE_ENDS and start <= piece.end else start
