"""The text of an element → atoms: maths, sounds and the marks of clozes are told from the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..mediatypes import is_played
from .pieces import Atom, Styles
from .trees import FORMULA

_OPENING = re.compile(
    r"\\[(\[]|\[(\$\$?|latex)\]|\[sound:([^\[\]\n]{1,500})\]|(?-i:\{\{c)([\d,]{1,99})::|\}\}|::", re.IGNORECASE
)
_CLOSINGS = {"\\(": "\\)", "\\[": "\\]", "$": "[/$]", "$$": "[/$$]", "latex": "[/latex]"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def atoms(text: str, styles: Styles, cloze: bool) -> Iterator[Atom]:
    """The atoms of a text. Its marks of clozes are text if `cloze` is false."""
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    if not ("\\" in text or "[" in text or "::" in text or "}}" in text):
        if text:
            yield Atom("text", text, styles)
        return
    position = at = 0
    unclosed: set[str] = set()
    while found := _OPENING.search(text, at):
        at = found.end()
        made = _made(text, found, styles, cloze, unclosed)
        if not made:
            continue
        atom, end = made
        if position < found.start():
            yield Atom("text", text[position : found.start()], styles)
        yield atom
        position = at = end
    if position < len(text):
        yield Atom("text", text[position:], styles)


def _made(text: str, found: re.Match[str], styles: Styles, cloze: bool, unclosed: set[str]) -> tuple[Atom, int] | None:
    """The atom that begins at a mark, and where it ends; None if that is text. What is `unclosed` once is so ever after."""
    mark, end = found[0], found.end()
    if mark[0] in "{}:":
        if not cloze:
            return None
        return (
            Atom("open", found[3], styles) if found[3] else Atom("close" if mark == "}}" else "parts", "", styles)
        ), end
    if found[2]:
        return (Atom("sound", mark, styles), end) if is_played(found[2]) else None
    opening = found[1].lower() if found[1] else mark
    closing = _CLOSINGS[opening]
    stop = -1 if opening in unclosed else text.find(closing, end)
    if stop < 0 and opening == "latex" and opening not in unclosed:
        stop = text.lower().find(closing, end)
    if stop < 0:
        unclosed.add(opening)
        return None
    inside = text[end:stop]
    if opening == "latex":
        formula = FORMULA.fullmatch(inside)
        if not formula:
            return None
        is_display = not formula["inline"] and formula["name"] != "math"
        inside = formula["tex"] or formula["double"] or formula["display"] or formula["inside"] or ""
    else:
        is_display = opening in ("\\[", "$$")
    inside = re.sub(r"\n\s*\n", "\n", inside.strip().replace("\u00a0", " "))
    return (Atom("display" if is_display else "maths", inside, styles), stop + len(closing)) if inside else None
