"""Markdown → the same as Prettier would write it: the habits of it that touch notes, without Node."""

from __future__ import annotations

import re
from itertools import groupby

_FENCE = re.compile(r"[\s>-]*(```+|~~~+)")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_CELL_END = re.compile(r"(?<!\\)\|")


def formatted(text: str) -> str:
    """The text after Prettier. Front matter and code keep every character."""
    head, body = _front_matter(text.replace("\r\n", "\n"))
    lines = [line for is_code, held in _parts(body.split("\n")) for line in (_fence(held) if is_code else _prose(held))]
    return head + "\n".join(lines).rstrip("\n") + "\n"


def _front_matter(text: str) -> tuple[str, str]:
    found = re.match(r"---\n.*?\n(?:---|\.\.\.)\n", text, re.DOTALL)
    return (found[0], text[found.end() :]) if found else ("", text)


def _parts(lines: list[str]) -> list[tuple[bool, list[str]]]:
    """The lines in stretches of prose and of fenced code, maths, and raw HTML."""
    closing = ""
    marked = []
    for line in lines:
        opening = _FENCE.match(line)
        if closing:
            marked.append((True, line))
            closing = "" if line.strip(" >").startswith(closing) and not line.strip(" >").strip(closing[0]) else closing
        elif opening or line.strip() == "$$":
            closing = opening[1] if opening else "$$"
            marked.append((True, line))
        else:
            marked.append((bool(re.match(r"    |\t|<(?!!--)|%%", line)), line))
    return [(is_code, [line for _, line in held]) for is_code, held in groupby(marked, key=lambda pair: pair[0])]


def _fence(lines: list[str]) -> list[str]:
    """Tildes become backticks where the code has none."""
    if any("`" in line for line in lines) or not lines[0].lstrip().startswith("~~~"):
        return lines
    return [re.sub(r"^(\s*)~~~+", r"\1```", line) for line in lines]


def _prose(lines: list[str]) -> list[str]:
    made: list[str] = []
    for line in _tables(_headings(lines)):
        written = _line(line)
        if made and made[-1].strip() and _needs_blank_line(made[-1], written):
            made.append("")
        if written or not made or made[-1]:
            made.append(written)
    return made


def _line(line: str) -> str:
    """One line with its rule, its bullet and its emphasis. A link's definition stays."""
    if _RULE.match(line):
        return "---"
    if re.match(r"\[[^\]]+\]: ", line):
        return line
    line = re.sub(r"^(\s*(?:> ?)*)[*+](?=\s+\S)", r"\1-", line)
    return re.sub(r"(?<=\S) $", "", "".join(part if code else _emphasis(part) for code, part in _by_code(line)))


def _needs_blank_line(above: str, line: str) -> bool:
    is_apart = re.compile(r"(?:#{1,6}(?:\s|$)|---$)").match
    return bool(line.strip()) and bool(is_apart(above) or is_apart(line) or re.match(r"<!--.*-->$", above))


def _headings(lines: list[str]) -> list[str]:
    """Underlined headings become those with signs before them."""
    made: list[str] = []
    for line in lines:
        level = "=-".find(line[:1] or " ") + 1 if re.match(r"(?:=+|-+)\s*$", line) else 0
        above = len(made) - next((n for n, held in enumerate(reversed(made)) if not held.strip()), len(made))
        if level and made[above:] and not re.match(r"\s*(?:[#>|*+-]|\d+\.)", made[above]):
            made[above:] = ["#" * level + " " + " ".join(held.strip() for held in made[above:])]
        else:
            made.append(line)
    return made


def _tables(lines: list[str]) -> list[str]:
    """The cells of a column become equally wide."""
    made: list[str] = []
    for is_table, group in groupby(lines, key=lambda line: line.startswith("|")):
        held = list(group)
        if not is_table or len(held) < 2 or not re.fullmatch(r"[|: -]+", held[1]):
            made += held
            continue
        rows = [
            [cell.strip() for cell in _CELL_END.split(line.strip().removeprefix("|").removesuffix("|"))]
            for line in held
        ]
        columns = len(rows[0])
        widths = [max([3, *(len(row[n]) for row in rows if n < len(row))]) for n in range(columns)]
        for number, row in enumerate(rows):
            cells = [
                re.sub("-+", "-" * (widths[n] - cell.count(":")), cell) if number == 1 else cell.ljust(widths[n])
                for n, cell in enumerate(row[:columns])
            ]
            made.append(f"| {' | '.join(cells + row[columns:])} |")
    return made


def _by_code(line: str) -> list[tuple[bool, str]]:
    """A line in stretches of text and of code, links' addresses, comments, maths and tags."""
    opaque = re.compile(rf"{_CODE.pattern}|\]\([^)]*\)|<[^>]*>|\$[^$]+\$|\{{[^}}]*\}}|https?://\S+")
    parts, position = [], 0
    for found in opaque.finditer(line):
        parts += [(False, line[position : found.start()]), (True, found[0])]
        position = found.end()
    return [*parts, (False, line[position:])]


def _emphasis(text: str) -> str:
    """`*x*` becomes `_x_`, and `__x__` becomes `**x**`."""
    text = re.sub(r"(?<![\w_\\])__(?=[^\s_])([^_\n]+)(?<=[^\s_])__(?![\w_])", r"**\1**", text)
    return re.sub(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]+)(?<=[^\s*\\])\*(?![\w*])", r"_\1_", text)
