"""The parts of a field → the blocks of Markdown, one below the other."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from .parts import Part
from .tokens import tokens
from .writing import Form, paragraph


def written(parts: Sequence[Part], cloze: bool, labels: Collection[str], outside: bool = True) -> str:
    """The blocks, with a blank line between any two. Labels count in those that are not within others."""
    form = Form(cloze=cloze, labels=labels if outside else ())
    blocks: list[str] = []
    last = ""
    for part in parts:
        block = _block(part, form, "*" if last[:1] in "-1" and last and part.kind == "list" else "-")
        if block:
            blocks.append(block)
            last = block if part.kind == "list" else ""
    return "\n\n".join(blocks)


def _block(part: Part, form: Form, marker: str) -> str:
    match part.kind:
        case "paragraph":
            first = part.atoms[0]
            if len(part.atoms) == 1 and first.kind == "display" and not first.styles and "$$" not in first.text:
                return _display(first.text)
            return paragraph(tokens(part.atoms, form.cloze), form)
        case "heading":
            line = paragraph(tokens(part.atoms, False), Form(one_line=True))
            return f"{'#' * int(part.info)} {line}"
        case "raw":
            return part.text or paragraph(tokens(part.atoms, form.cloze), form)
        case "code":
            return _fence(part.text, part.info)
        case "quote":
            inside = written(part.children, form.cloze, (), outside=False)
            return "\n".join(f"> {line}".rstrip() for line in inside.split("\n")) if inside else ""
        case "around":
            inside = written(part.children, form.cloze, (), outside=False)
            return f"{part.text}\n\n{inside}\n\n{part.info}"
        case "list":
            return _list(part, form, marker)
        case "table":
            return _table(part, form)
        case _:
            raise AssertionError(part.kind)


def _display(tex: str) -> str:
    return f"$$\n{tex}\n$$" if "\n" in tex else f"$${tex}$$"


def _fence(text: str, language: str) -> str:
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{ticks}{language}\n{text}\n{ticks}"


def _list(part: Part, form: Form, marker: str) -> str:
    """A list, which is tight."""
    sign = "." if marker == "-" else ")"
    number = int(part.info) if part.info else 0
    items = []
    for place, item in enumerate(part.children):
        lead = f"{number + place}{sign} " if part.info else f"{marker} "
        lines = _item(item.children, Form(cloze=form.cloze)).split("\n")
        indented = [lines[0], *(f"{' ' * len(lead)}{line}" if line else "" for line in lines[1:])]
        items.append((lead + "\n".join(indented)).rstrip())
    return "\n".join(items)


def _item(parts: Sequence[Part], form: Form) -> str:
    """The blocks of an item, one directly below the other where they can: with a blank line, all items would get a margin."""
    made = ""
    for part in parts:
        block = _block(part, form, "-")
        if made and block:
            alone = part.kind == "around" or (part.kind == "list" and part.info not in ("", "1"))
            made += "\n\n" if alone else "\n"
        made += block
    return made


def _table(part: Part, form: Form) -> str:
    """A table with bars between the cells."""
    cell_form = Form(one_line=True, cell=True, cloze=form.cloze)
    rows = [[paragraph(tokens(cell.atoms, form.cloze), cell_form) for cell in row.children] for row in part.children]
    columns = len(rows[0])
    sides = {"left": ":---", "right": "---:", "center": ":---:"}
    ruled = [sides.get(cell.info, "---") for cell in part.children[0].children]
    lines = [rows[0], ruled, *(row[:columns] + [""] * (columns - len(row)) for row in rows[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
