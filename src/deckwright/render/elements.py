"""Blocks → elements."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element, SubElement

from ..read.blocks import Block
from . import code, inline, raw_html
from .direction import TASK, direction
from .gathering import Field
from .inline import append

_ELEMENTS = {"quote": "blockquote", "definitions": "dl"}


_SIDED = frozenset({"list", "quote", "alert", "table", "definitions"})
"""Blocks that have a side on which they begin: where their markers, their bar or their first column is."""


def add(parent: Element, block: Block, field: Field) -> None:
    """Add a block to an element."""
    if block.kind not in _SIDED or not field.note.right_to_left:
        _add(parent, block, field)
        return
    around = field.direction
    field.direction = direction(block) or around
    _add(parent, block, field)
    if field.direction != around:
        parent[-1].set("dir", field.direction)
    field.direction = around


def _add(parent: Element, block: Block, field: Field) -> None:
    match block.kind:
        case "paragraph":
            # In a tight list a paragraph has no element of its own.
            inline.add(parent if block.tight else SubElement(parent, "p"), block, field)
        case "heading":
            # The first two levels are for the card's own parts.
            _silent(inline.add, SubElement(parent, f"h{max(block.level, 3)}"), block, field)
        case "rule":
            SubElement(parent, "hr")
        case "code":
            append(parent, field.keep(code.block(block, field)))
        case "maths":
            indent = len(block.text) - len(block.text.lstrip())
            append(parent, field.keep(f"\\[{code.maths(block, indent, block.text.strip(), field)}\\]"))
        case "html":
            append(parent, raw_html.put_aside(block, 0, len(block.text), field))
        case "comment" | "private" | "deep":
            pass
        case "alert":
            _alert(parent, block, field)
        case "list":
            _list(parent, block, field)
        case "table":
            _table(parent, block, field)
        case "term":
            inline.add(SubElement(parent, "dt"), block, field)
        case "definition":
            # A paragraph that stands alone in it goes without an element of its own.
            element = SubElement(parent, "dd")
            if len(block.children) == 1 and block.children[0].kind == "paragraph":
                inline.add(element, block.children[0], field)
            else:
                _all(element, block.children, field)
        case _:
            _all(SubElement(parent, _ELEMENTS[block.kind]), block.children, field)


def _all(parent: Element, held: Sequence[Block], field: Field) -> None:
    for block in held:
        add(parent, block, field)


def _silent(fill: Callable[[Element, Block, Field], None], parent: Element, block: Block, field: Field) -> None:
    """Fill an element with a block that stands beside a cloze note's text, where nothing is asked."""
    if field.cloze:
        field.note.report_unasked([block])
    was, field.cloze = field.cloze, False
    fill(parent, block, field)
    field.cloze = was


def _alert(parent: Element, block: Block, field: Field) -> None:
    sort = re.sub(r"[^a-z0-9-]", "", block.info) or "note"
    box = SubElement(parent, "div", {"class": f"dw-alert dw-alert-{sort}"})
    title = SubElement(box, "p", {"class": "dw-alert-title"})
    children = list(block.children)
    if children and children[0].kind == "term":
        _silent(inline.add, title, children.pop(0), field)
    else:
        title.text = block.info.replace("-", " ").capitalize()
    for child in children:
        _silent(add, box, child, field)


def _list(parent: Element, block: Block, field: Field) -> None:
    element = SubElement(parent, "ol" if block.info else "ul")
    if block.info not in ("", "1"):
        element.set("start", block.info)
    for item in block.children:
        entry = SubElement(element, "li")
        children = list(item.children)
        if children and children[0].kind == "paragraph" and (task := TASK.match(children[0].text)):
            element.set("class", "dw-task-list")
            entry.set("class", "dw-task-list-item")
            checked = {"checked": "checked"} if task[1] in "xX" else {}
            text = children.pop(0)
            label = SubElement(entry if text.tight else SubElement(entry, "p"), "label")
            SubElement(label, "input", {"type": "checkbox", "disabled": "disabled", **checked}).tail = " "
            inline.add(label, text.cut(task.end()), field)
        _all(entry, children, field)


def _table(parent: Element, block: Block, field: Field) -> None:
    table = SubElement(SubElement(parent, "div", {"class": "dw-table"}), "table")
    groups: dict[bool, Element] = {}
    for row in block.children:
        if row.header not in groups:
            groups[row.header] = SubElement(table, "thead" if row.header else "tbody")
        line = SubElement(groups[row.header], "tr")
        for cell in row.children:
            element = SubElement(line, "th" if row.header else "td")
            if row.header:
                element.set("scope", "col")
            if cell.info:
                element.set("class", f"dw-{cell.info}")
            inline.add(element, cell, field)
