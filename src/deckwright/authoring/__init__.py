"""HTML of a field, as Anki's editor writes it → Markdown that the compiler turns back into it, or into what looks the same.

What the compiler refuses on purpose does not come through: scripts, handlers, frames, forms and embedded programs
(`render/html_elements.py`), pictures by `data:` and `file:` addresses, links that lead nowhere from a card, properties of a style
that it does not keep, LaTeX that is no single formula, and clozes with a number that Anki never asks.
"""

from __future__ import annotations

from collections.abc import Collection

from ..limits import MAX_LEAF
from . import layout, raw, reading, trees
from .pieces import BREAK
from .tokens import tokens
from .writing import Form, paragraph


def inline(html: str, *, labels: Collection[str] = ()) -> tuple[str, ...]:
    """Candidates for a field on one line, as in a heading or behind a label, the most readable first; none if there can be none."""
    try:
        parts = reading.parts(html, cloze=False)
        held = [part.atoms for part in parts if part.kind == "paragraph"]
        form = Form(one_line=True)
        found = []
        if len(held) == len(parts):
            atoms = [atom for atoms in held for atom in (BREAK, BREAK, *atoms)][2:]
            found.append(paragraph(tokens(atoms, False), form))
        if "<" in html:
            found.append(paragraph(tokens(reading.atoms(html, cloze=False), False), form).strip())
    except trees.Unwritable:
        return ()
    return tuple(dict.fromkeys(one for one in found if len(one) <= MAX_LEAF))


def blocks(html: str, *, cloze: bool = False, labels: Collection[str] = ()) -> tuple[str, ...]:
    """Candidates for a field as blocks, the most readable first. The last is raw HTML.

    With `cloze`, `{{c1::answer::hint}}` is a cloze; without, it is text. No line begins with one of the `labels`.
    """
    found = []
    known = {label.casefold() for label in labels}
    try:
        found.append(layout.written(reading.parts(html, cloze), cloze, known))
        if cloze:
            form = Form(cloze=True, one_line=True)
            line = paragraph(tokens(reading.atoms(html, cloze), cloze), form).strip()
            found.append(f"<span></span>{line}" if line else "")
    except trees.Unwritable:
        pass
    if not cloze:
        found.append(raw.block(html) if "<" in html or "&" in html else (found or [""])[0])
    return tuple(dict.fromkeys(found)) or (raw.block(html),)
