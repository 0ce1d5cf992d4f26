"""A section → its parts, each of which becomes one note: the whole section, its items, its rows or its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from ..diagnostics import Diagnostic
from ..diagnostics.note import id_of_cells, no_lead, nothing_to_cut
from ..model import Span
from ..patterns import pattern
from ..read.blocks import Block, walk
from ..read.inlines import Piece
from ..read.sections import Section
from ..read.tags import Tag
from ..words import SKIP
from . import content
from .parts import Part


class Body(msgspec.Struct, frozen=True):
    """The body of a section, ready to be cut: the blocks `below` the first thematic break, or all if there is none.

    The blocks `above` it and `extra`, the closing alert, go with every part. `divided`: see `kinds.Kind`.
    """

    above: tuple[Block, ...]
    below: tuple[Block, ...]
    extra: tuple[Block, ...]
    divided: bool


Cut = Callable[[Section, Body], tuple[list[Part], list[Diagnostic]]]


def cut(section: Section, divided: bool) -> tuple[list[Part], list[Diagnostic]]:
    """The parts of a section in document order, and what is wrong with them. `divided`: see `kinds.Kind`."""
    held, extra = _closing_alert(section.body)
    above, below = _at_break(held)
    if not section.tag.cut:
        answer = below if divided else tuple(held)
        return [Part((section.title,), above if divided else (), answer, extra, section.tag, section.span)], []
    parts, found = CUTS[section.tag.cut](section, Body(above, below, extra, divided))
    if not parts and not found and None not in section.entries.values():
        found.append(nothing_to_cut(section.span, section.tag.cut))
    return parts, found


def _closing_alert(body: Iterable[Block]) -> tuple[list[Block], tuple[Block, ...]]:
    """The body without comments and breaks at its end, and its closing alert, unless that is all of it."""
    held = [block for block in body if content.is_text(block)]
    while held and held[-1].kind == "rule":
        held.pop()
    if len(held) > 1 and held[-1].kind == "alert":
        return held[:-1], (held[-1],)
    return held, ()


def _at_break(body: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The blocks above and below the first thematic break; if there is none, all are below."""
    position = next((number for number, block in enumerate(body) if block.kind == "rule"), None)
    return ((), tuple(body)) if position is None else (tuple(body[:position]), tuple(body[position + 1 :]))


def _span(section: Section, leaf: Block) -> Span:
    """The first line of a leaf's text."""
    indent = len(leaf.text) - len(leaf.text.lstrip())
    return section.file.span(*leaf.place(indent), len(leaf.text.lstrip().split("\n")[0]) or 1)


# Items


def _items(section: Section, body: Body) -> tuple[list[Part], list[Diagnostic]]:
    """A part for each top-level item of a list, and for each term of a definition list."""
    parts: list[Part] = []
    found: list[Diagnostic] = []
    for block in body.below:
        if block.kind == "definitions":
            parts += _definitions(section, block, body)
        for item in block.children if block.kind == "list" else ():
            tag = section.entry(item)
            blocks = tuple(filter(content.is_text, item.children))
            if tag is None or tag.kind == SKIP or not blocks:
                continue
            span = _span(section, next((block for block in walk(blocks) if block.starts), item))
            if not body.divided:
                name = " ".join(content.text(blocks, section.document).split()[:8])
                parts.append(Part((section.title,), body.above, blocks, body.extra, tag, span, name))
            elif lead := _lead(blocks[0]):
                asked, rest = lead
                answer = ((rest,) if rest.text else ()) + blocks[1:]
                parts.append(
                    Part((asked,), body.above, answer, body.extra, tag, span, content.text([asked], section.document))
                )
            else:
                found.append(no_lead(span))
    return parts, found


def _definitions(section: Section, block: Block, body: Body) -> Iterator[Part]:
    terms: list[Block] = []
    answers: list[Block] = []
    for child in (*block.children, None):
        if terms and answers and (child is None or child.kind == "term"):
            several = replace(block, children=tuple(answers))
            answer = answers[0].children if len(answers) == 1 else (several,)
            span, name = _span(section, terms[0]), content.text(terms, section.document)
            yield Part(tuple(terms), body.above, answer, body.extra, Tag(), span, name)
            terms, answers = [], []
        if child is not None:
            (terms if child.kind == "term" else answers).append(child)


_AFTER_LEAD = pattern(r"\s*[:：]\s*|\s+(?:-{1,3}|[–—])\s+|\s*[–—]\s*|\s*")


def _lead(leaf: Block) -> tuple[Block, Block] | None:
    """The bold text or code that an item starts with, and the rest of its text without the colon or dash between."""
    first = leaf.pieces[0] if leaf.pieces else None
    if leaf.kind != "paragraph" or not first or first.start:
        return None
    if _is_bold(first):
        lead = leaf.cut(*first.inner)
        lead = lead.cut(0, len(lead.text.rstrip(":：")))
    elif first.kind == "code":
        lead = leaf.cut(0, first.end)
    else:
        return None
    after = _AFTER_LEAD.match(leaf.text, first.end)
    return lead, leaf.cut(after.end() if after else first.end)


def _is_bold(piece: Piece) -> bool:
    """Whether all of a piece is bold: `**a**`, and `***a***`, which is italic around."""
    inside = piece.children[0] if len(piece.children) == 1 else None
    around = piece.kind == "emphasis" and inside and (inside.start, inside.end) == piece.inner
    return piece.kind == "strong" or bool(around and inside and _is_bold(inside))


# Rows and cells


def _rows(section: Section, body: Body) -> tuple[list[Part], list[Diagnostic]]:
    """A part for each row: its first cell asks, the others answer."""
    parts: list[Part] = []
    for heads, extra, row, tag in _tagged_rows(section, body):
        if tag is None or tag.kind == SKIP:
            continue
        first, filled, own = _filled(heads, extra, row)
        is_labelled = extra[1:].count(False) > 1
        pairs = zip(extra[1:], heads[1:], row.children[1:], strict=True)
        columns = tuple((head, cell) for is_extra, head, cell in pairs if not is_extra)
        answer, labelled = ((), filled) if is_labelled else (tuple(cell for _, cell in filled), ())
        span, name = _span(section, first), content.text([first], section.document)
        parts.append(
            Part((first,), body.above, answer, (*own, *body.extra), tag, span, name, labelled, heads[:1], columns)
        )
    return parts, []


def _cells(section: Section, body: Body) -> tuple[list[Part], list[Diagnostic]]:
    """A part for each filled inner cell: the heads of its row and its column ask."""
    parts: list[Part] = []
    found: list[Diagnostic] = []
    for heads, extra, row, tag in _tagged_rows(section, body):
        if tag and tag.id:
            found.append(id_of_cells(tag.id_span or section.span, tag.id))
        if tag is None or tag.id or tag.kind == SKIP:
            continue
        first, filled, own = _filled(heads, extra, row)
        name, beside = content.text([first], section.document), (*own, *body.extra)
        for head, cell in filled:
            named, span = f"{name} {content.text([head], section.document)}", _span(section, cell)
            parts.append(Part((first, head), body.above, (cell,), beside, tag, span, named, heads=(heads[0], head)))
    return parts, found


def _tagged_rows(
    section: Section, body: Body
) -> Iterator[tuple[tuple[Block, ...], tuple[bool, ...], Block, Tag | None]]:
    """The rows of all tables: the heads of the table's columns, which of these are named Extra, the row, and its tag."""
    for table in body.below:
        if table.kind == "table":
            head, *rows = table.children
            extra = tuple(content.text([cell], section.document).casefold() == "extra" for cell in head.children)
            yield from ((head.children, extra, row, section.entry(row)) for row in rows)


def _filled(
    heads: Sequence[Block], extra: Sequence[bool], row: Block
) -> tuple[Block, tuple[tuple[Block, Block], ...], tuple[Block, ...]]:
    """The first cell of a row, its other cells with the heads of their columns, and its cells in a column named Extra.

    Empty cells are left out.
    """
    first, *others = row.children
    filled = [(named, head, cell) for named, head, cell in zip(extra[1:], heads[1:], others, strict=True) if cell.text]
    beside = tuple(cell for named, _, cell in filled if named)
    return first, tuple((head, cell) for named, head, cell in filled if not named), beside


CUTS: Mapping[str, Cut] = {"items": _items, "rows": _rows, "cells": _cells}
"""The ways to cut a section into notes, by their words in a tag."""
