"""A table of HTML → its rows, if Markdown has such tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from .elements import attributes_of
from .parts import Part

_SIDE = re.compile(
    r' style="text-align: (?P<style>left|right|center)"| align="(?P<align>left|right|center)"| scope="col"'
)


def rows(table: etree._Element, read: Callable[[etree._Element], list[Part]]) -> list[Part]:
    """The rows: a head, and cells of one line. Nothing if the table is another one; `read` reads what a cell holds."""
    if attributes_of(table):
        return []
    made: list[Part] = []
    for row in _rows(table):
        if row is None or attributes_of(row):
            return []
        cells = []
        for cell in row:
            attributes = attributes_of(cell)
            if cell.tag != ("td" if made else "th") or _SIDE.sub("", attributes):
                return []
            held = read(cell)
            if len(held) > 1 or any(part.kind != "paragraph" for part in held):
                return []
            side = _SIDE.search(attributes)
            info = (side["style"] or side["align"] or "") if side else ""
            cells.append(Part("cell", atoms=held[0].atoms if held else [], info=info))
        made.append(Part("row", children=cells))
    columns = len(made[0].children) if made else 0
    sides = [cell.info for cell in made[0].children] if made else []
    if not sides or any(len(row.children) != columns for row in made):
        return []
    if len(made) > 1 and any([cell.info for cell in row.children] != sides for row in made[1:]):
        return []
    return made


def _rows(table: etree._Element) -> Iterator[etree._Element | None]:
    """The rows of a table; None for what is no row."""
    for child in table:
        if child.tag in ("thead", "tbody") and not attributes_of(child):
            for row in child:
                yield row if row.tag == "tr" else None
        else:
            yield child if child.tag == "tr" else None
