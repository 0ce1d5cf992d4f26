"""HTML of a field, as Anki's editor writes it → Markdown that the compiler turns back into it, or into what looks the same.

What the compiler refuses on purpose does not come through: scripts, handlers, frames, forms and embedded programs
(`render/html_elements.py`), pictures by `data:` and `file:` addresses, links that lead nowhere from a card, properties of a style
that it does not keep, LaTeX that is no single formula, and clozes with a number that Anki never asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ..limits import MAX_LEAF
from . import layout, raw, reading, trees
from .parts import crosses
from .pieces import BREAK
from .tokens import tokens
from .writing import Form, paragraph


def inline(html: str, *, labels: Collection[str] = ()) -> tuple[str, ...]:
    """Candidates for a field on one line, as in a heading or behind a label, the most readable first; none if there can be none.

    A label at their beginning is text, since they never begin a line.
    """
    if _PLAIN.fullmatch(html):
        return (html.strip(),)
    found = []
    try:
        parts = reading.parts(html, cloze=False)
        if all(part.kind == "paragraph" for part in parts):
            atoms = [atom for part in parts for atom in (BREAK, BREAK, *part.atoms)][2:]
            found.append(_visible(paragraph(tokens(atoms, cloze=False), Form(one_line=True))))
        if "<" in html:
            found.append(_visible(_tags(html, cloze=False)))
    except trees.Unwritable:
        return ()
    return tuple(dict.fromkeys(one for one in found if len(one) <= MAX_LEAF))


def blocks(html: str, *, cloze: bool = False, labels: Collection[str] = ()) -> tuple[str, ...]:
    """Candidates for a field as blocks, the most readable first. The last is raw HTML.

    With `cloze`, `{{c1::answer::hint}}` is a cloze; without, it is text. No line begins with one of the `labels`.
    """
    if _PLAIN.fullmatch(html):
        return (html.strip(),)
    found = []
    try:
        parts = reading.parts(html, cloze)
        if not (cloze and crosses(parts)):
            written = layout.written(parts, cloze, {label.casefold() for label in labels})
            found.append(written if len(parts) > 1 else _visible(written))
        if cloze and "<" in html:
            found.append(f"<span></span>{_tags(html, cloze)}")
    except trees.Unwritable:
        found = []
    if not found or (not cloze and ("<" in html or "&" in html)):
        found.append(raw.block(html))
    return tuple(dict.fromkeys(found))


_PLAIN = re.compile(r" ?[^\W\d_](?:[^\W_]|[,.;()/'\"?!] |[,;()/'\" ](?! )|[.?!](?=\Z)|-(?=\w)){0,300} ?")
"""Words in one line, with the signs that mean nothing to any parser, and no two spaces."""


def _tags(html: str, cloze: bool) -> str:
    """A field on one line, all its elements as tags."""
    return paragraph(tokens(reading.atoms(html, cloze), cloze), Form(one_line=True, cloze=cloze, checked=False)).strip()


def _visible(written: str) -> str:
    """A field of one line whose first space stays: a renderer would take it for white space around the field."""
    return f"&#8203;{written}" if written.startswith("&nbsp;") else written
