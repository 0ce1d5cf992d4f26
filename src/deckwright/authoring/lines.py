"""The atoms of a run of text → its paragraphs, each with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .pieces import Atom


def paragraphs(atoms: Iterable[Atom]) -> list[list[Atom]]:
    """The paragraphs of a run of atoms, each with its lines between breaks. A cloze keeps its lines in one paragraph."""
    made: list[list[Atom]] = []
    line: list[Atom] = []
    lines: list[Atom] = []
    depth = 0
    blank = False

    def end() -> None:
        nonlocal line, lines, blank
        shown = _collapsed(line)
        if not shown:
            line = []
            return
        if all(atom.kind in ("open", "parts", "close") for atom in shown):  # They need no line of their own.
            if any(atom.kind != "open" for atom in shown):
                lines.extend(shown)
                line = []
            return
        if lines and blank and depth_before <= 0:
            made.append(lines)
            lines = []
        elif lines:
            lines += [Atom("break")] * (1 + blank)
        lines.extend(shown)
        line, blank = [], False

    depth_before = 0
    for atom in atoms:
        if atom.kind in ("break", "line", "gap"):
            was_empty = not any(one.kind != "text" or one.text.strip(" \t\n\r\f") for one in line)
            end()
            if not was_empty:
                depth_before = depth
            if (atom.kind == "break" and was_empty) or atom.kind == "gap":
                blank = blank or bool(lines)
        else:
            depth += (atom.kind == "open") - (atom.kind == "close" and depth > 0)
            line.append(atom)
    end()
    if lines:
        made.append(lines)
    return made


_SPACES = re.compile(r"[ \t\n\r\f]+")


def _collapsed(line: list[Atom]) -> list[Atom]:
    """A line with one space where HTML has several, and none at its edges."""
    shown: list[Atom] = []
    spaced = True
    for atom in line:
        if atom.kind == "text":
            text = _SPACES.sub(" ", atom.text) if "\r" not in atom.text else atom.text
            if spaced:
                text = text.removeprefix(" ")
            if text:
                shown.append(Atom("text", text, atom.styles))
                spaced = text[-1] == " "
        else:
            shown.append(atom)
            spaced = spaced and atom.kind in ("open", "parts", "close")
    for place in range(len(shown) - 1, -1, -1):
        atom = shown[place]
        if atom.kind == "text":
            shown[place] = Atom("text", atom.text.rstrip(" \u00a0"), atom.styles)
            if shown[place].text:
                break
        elif atom.kind not in ("open", "parts", "close"):
            break
    return [atom for atom in shown if atom.kind != "text" or atom.text]
