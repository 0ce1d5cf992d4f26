"""The atoms of a run of text → its paragraphs, each with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from .pieces import BREAK, Atom, common, depth

_EMPTY_LINE = Atom("html", "<br>")


def paragraphs(atoms: Iterable[Atom], below_margin: bool, above_block: bool, above_margin: bool) -> list[list[Atom]]:
    """The paragraphs of a run of atoms, each with its lines between breaks. A cloze keeps its lines in one paragraph.

    An empty line is the margin between two blocks. Where there are more of them than margins, they are written. `below_margin` says
    that nothing stands above or a block with a margin, `above_block` that a block follows, `above_margin` that it has a margin.
    """
    run = _Run(below_margin)
    for atom in atoms:
        if atom.kind in ("break", "line", "gap"):
            run.end_line(atom.kind)
        else:
            run.line.append(atom)
    run.end_line("line")
    if run.line:  # An opening mark has nothing behind it.
        run.lines += run.line
    if above_block and run.blanks:
        missing = run.blanks - (not above_margin)
        if run.lines and missing > 0:
            run.lines += [_EMPTY_LINE] * (missing + 1)
        elif not run.lines and not run.made:
            run.lines += [_EMPTY_LINE] * run.blanks
    return [*run.made, run.lines] if run.lines else run.made


class _Run:
    """The paragraphs that were made, the lines of the next one, and the line that is being read."""

    def __init__(self, below_margin: bool) -> None:
        self.below_margin = below_margin
        self.made: list[list[Atom]] = []
        self.lines: list[Atom] = []
        self.line: list[Atom] = []
        self.depth = 0
        self.blanks = 0
        self.is_apart = False

    def end_line(self, by: str) -> None:
        """End a line: by a break, by the edge of a block, or by that of a paragraph, which has a margin."""
        shown = _collapsed(self.line)
        if not shown:
            # A space that stays is a line too.
            self.blanks += by == "break" or any("\u00a0" in atom.text for atom in self.line)
            self.line = []
        elif all(atom.kind == "open" for atom in shown):
            if by == "break":
                self.line.append(_EMPTY_LINE)
        elif self.lines and all(atom.kind in ("parts", "close") for atom in shown):
            # Marks need no line of their own.
            self.lines += shown
            self.depth = max(self.depth + depth(shown), 0)
            self.line = []
        else:
            self.add(shown)
        self.is_apart = self.is_apart or (by == "gap" and bool(self.lines))

    def add(self, shown: list[Atom]) -> None:
        """Add a line, to the last paragraph or to a new one."""
        if not self.lines and not self.made:
            self.lines += [_EMPTY_LINE] * max(self.blanks - (not self.below_margin), 0)
        elif self.depth > 0:
            self.lines += [self.broken(shown)] * (1 + max(self.blanks, self.is_apart))
        elif self.blanks or self.is_apart:
            self.made.append(self.lines)
            self.lines = [_EMPTY_LINE] * (self.blanks - (not self.is_apart))
        else:
            self.lines.append(self.broken(shown))
        self.lines += shown
        self.depth = max(self.depth + depth(shown), 0)
        self.line, self.blanks, self.is_apart = [], 0, False

    def broken(self, shown: list[Atom]) -> Atom:
        """The break before a line, in the elements that hold both lines. Emphasis ends with its line, as people write it."""
        around = common(self.lines[-1].styles, shown[0].styles)
        around = tuple(takewhile(lambda one: one.kind in ("html", "link"), around))
        return Atom("break", "", around) if around else BREAK


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
            spaced = False
    for place in range(len(shown) - 1, -1, -1):
        atom = shown[place]
        if atom.kind == "text":
            shown[place] = Atom("text", atom.text.rstrip(" \u00a0"), atom.styles)
            if shown[place].text:
                break
        else:
            break
    return [atom for atom in shown if atom.kind != "text" or atom.text]
