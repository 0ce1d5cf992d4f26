"""The body of a section that is cut → the body without the tags of its items and rows, and those tags.

The tag of an item is a comment at its start or end, the tag of a row is one at the end of its last cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.note import part_of_kind
from ..model import SourceFile
from ..words import SKIP
from . import combination, tags
from .blocks import Block
from .inlines import HIDDEN
from .tags import Tag, Vocabulary


def read(
    body: Iterable[Block], file: SourceFile, vocabulary: Vocabulary
) -> tuple[tuple[Block, ...], Mapping[int, Tag | None], list[Diagnostic]]:
    """The body without tags; the tags, by the line (from 0) in which their item or row starts; what is wrong with them.

    A tag that cannot be read is None.
    """
    found: list[Diagnostic] = []
    said: dict[int, Tag | None] = {}
    made: list[Block] = []
    for block in body:
        entries: list[Block] = []
        for entry in block.children if block.kind in ("list", "table") else ():
            # In a row, only the last cell can have the tag. The first row has the heads of the columns.
            kept = 0 if entry.kind == "item" else len(entry.children) - (not entry.header)
            rest, comment = _parted(entry.children[kept:], vocabulary)
            if comment:
                said[entry.first], wrong = _tag(comment, file, vocabulary)
                found += wrong
            entries.append(replace(entry, children=(*entry.children[:kept], *rest)) if comment else entry)
        made.append(replace(block, children=tuple(entries)) if entries else block)
    return tuple(made), said, found


def _parted(held: Sequence[Block], vocabulary: Vocabulary) -> tuple[list[Block], Block | None]:
    """Blocks without the comment that is their tag, and that comment: the first or last block, or the end of one."""
    own = [block for block in held if block.kind not in HIDDEN or tags.comments(block, vocabulary)]
    for position in dict.fromkeys((0, len(own) - 1)) if own else ():
        block = own[position]
        places = tags.comments(block, vocabulary)
        rest: list[Block] = []
        if not places or block.text[places[-1][1] :].strip():
            continue
        if block.kind in ("paragraph", "cell"):
            start, end = places[-1]
            rest = [block.cut(0, start)]
            block = replace(block.cut(start + len("<!--"), end - len("-->")), kind="comment")
        if block.kind == "comment":
            return [*own[:position], *rest, *own[position + 1 :]], block
    return list(held), None


def _tag(comment: Block, file: SourceFile, vocabulary: Vocabulary) -> tuple[Tag | None, list[Diagnostic]]:
    words, found = tags.of_comment(comment, file, vocabulary)
    tag, wrong = combination.combine(words, vocabulary)
    found += wrong
    if tag.span and (tag.cut or tag.kind not in ("", SKIP)):
        found.append(part_of_kind(tag.span))
    if tag.kind != SKIP:
        found += combination.id_problems(tag)
    return (None if has_errors(found) else tag), found
