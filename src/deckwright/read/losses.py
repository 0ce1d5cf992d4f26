"""The blocks of a file → whatever Markdown would silently lose, or take for something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from ..diagnostics import Diagnostic
from ..diagnostics.note import twice_defined
from ..diagnostics.section import (
    conflict_marker,
    dropped_cells,
    too_deep,
    unclosed_comment,
    unclosed_fence,
    underlined,
)
from ..model import SourceFile, Span
from ..patterns import pattern
from .blocks import Block
from .inlines import HIDDEN

WHOLE = 1_000_000
"""A length that reaches the end of any line."""


def unread(everything: Iterable[Block], file: SourceFile, notes: Mapping[int, str]) -> list[Diagnostic]:
    """Blocks that never end or are nested too deeply, each in its first line. The sections with them cannot be read.

    `notes` has the question of the note that the blocks which begin on a line belong to. Only `deep` ones need it.
    """
    found = []
    for block in everything:
        if not block.closed:
            found.append(
                unclosed_fence(file.span(block.first, 0, WHOLE), _headings(file.lines[block.first + 1 : block.last]))
            )
        elif block.kind == "deep":
            indent = len(file.lines[block.first]) - len(file.lines[block.first].lstrip())
            found.append(too_deep(file.span(block.first, indent, WHOLE), notes.get(block.first, "")))
        elif block.kind == "html" and block.text.startswith("<!--") and "-->" not in block.text:
            lost = _headings(block.text.split("\n"))
            found.append(unclosed_comment(file.span(*block.place(0), len("<!--")), lost))
    return found


def _headings(lines: Iterable[str]) -> int:
    """How many lines look like headings below the first level: one `#` begins a comment in many languages."""
    return sum(_HEADING.match(line) is not None for line in lines)


_HEADING = pattern(r"[ \t>]{0,12}#{2,6}[ \t]+\S")


def conflicts(everything: Iterable[Block], file: SourceFile) -> list[Diagnostic]:
    """The markers of an unfinished merge. Those in code may be what a note is about."""
    text = "\n".join(file.lines)
    if not any(sign in text for sign in _SIGNS):
        return []
    lines = [n for n, line in enumerate(file.lines) if _CONFLICT.match(line)]
    shown = {line for block in everything if block.kind == "code" for line in range(block.first, block.last)}
    return [conflict_marker(file.span(n, 0, 7)) for n in lines if n not in shown]


_SIGNS = ("<" * 7, ">" * 7, "|" * 7)
_CONFLICT = pattern(r"(?:<{7}|>{7}|\|{7}) \S")


def underlined_text(held: Iterable[Block], file: SourceFile) -> list[Diagnostic]:
    """Headings made by a line of dashes or equals signs below a text, where that is not how the file writes headings:
    it has others of the second level with `##`, or deeper ones before its first, or its first heading begins with `#`.
    """
    headings = [block for block in held if block.kind == "heading"]
    dashes = [block for block in headings if _underline(block, file) == "-"]
    signs = [block for block in headings if _underline(block, file) == "="]
    deeper = next((block.first for block in headings if block.level > 2), WHOLE)
    is_other = len(dashes) < sum(block.level == 2 for block in headings) or (dashes and deeper < dashes[0].first)
    made = list(dashes) if is_other else []
    made += signs if signs and headings[0] not in signs else []
    return [underlined(file.span(block.last - 1, 0, WHOLE)) for block in made]


def underlines_below(held: Iterable[Block], file: SourceFile) -> dict[int, Span]:
    """The underlines of headings that stand directly below another one, by the line (from 0) where that one begins."""
    shown = [block for block in held if block.kind not in HIDDEN]
    return {
        above.first: file.span(below.last - 1, 0, WHOLE)
        for above, below in pairwise(shown)
        if above.kind == "heading" and below.kind == "heading" and _underline(below, file)
    }


def _underline(heading: Block, file: SourceFile) -> str:
    """The sign of the line below a heading, or "" if it is written with `#`."""
    if heading.last - heading.first < 2:
        return ""
    line = file.lines[heading.last - 1].strip(" \t>")
    return line[:1] if not line.strip("-=") else ""


def defined_again(lines: Iterable[int], file: SourceFile) -> list[Diagnostic]:
    """Links and footnotes that the file has defined before, as in pages that count them anew in each section."""
    labels = ((line, _LABEL.search(file.lines[line])) for line in lines)
    return [twice_defined(file.span(line, label.start(), len(label[0])), label[0]) for line, label in labels if label]


_LABEL = pattern(r"\[[^\[\]]+\]")


_TAG_BEHIND = pattern(r"\|\s*<!--\s*card\s*:")


def lost_cells(everything: Sequence[Block], file: SourceFile) -> list[Diagnostic]:
    """Rows with more cells than the table has columns: the rest is dropped, as on GitHub."""
    found = []
    for row in everything:
        if row.kind == "row" and not row.header:
            line = file.lines[row.first]
            most = line.count("|") - line.lstrip(" \t>").startswith("|") - line.rstrip().endswith("|")
            if most < len(row.children):
                continue
            bars = [bar.start() for bar in re.finditer(r"(?<!\\)\|", line)]
            if bars and not line[: bars[0]].strip(" \t>"):
                bars.pop(0)  # The one that starts the row, in a quote or not.
            if bars and not line[bars[-1] + 1 :].strip():
                bars.pop()
            if len(bars) >= len(row.children):
                span = file.span(row.first, bars[len(row.children) - 1], WHOLE)
                is_tag = bool(_TAG_BEHIND.match(line, bars[len(row.children) - 1]))
                found.append(dropped_cells(span, len(bars) + 1, len(row.children), is_tag))
    return found
