"""Two packages, and what differs between them → the page, which needs nothing else.

`page.html` is its frame, `page.css` its look and `card.css` that of what is around a card. `page.js` puts each card into a
document of its own: each has the stylesheet of its package, and whatever a package holds cannot reach the page. No script
but that one runs, and nothing is loaded from elsewhere.
"""

from __future__ import annotations

from html import escape
from json import dumps
from typing import Any

import msgspec

from ..diff import Changes, to_text
from ..proof import masks
from ..proof.standalone import filled, read
from .drawing import Drawing, Part
from .faces import Side

_HERE = "deckwright.sidebyside"


class Page(msgspec.Struct, frozen=True):
    """The page, how many notes and note types it shows, how many it does not, and the files that found no room in it."""

    html: str
    shown: int
    left_out: int
    files_left_out: tuple[str, ...]


def to_page(old: Side, new: Side, changes: Changes) -> Page:
    """The page of two packages and of what `compare` found between them.

    At the top are the counts of `deckwright diff`. Then come the notes that differ, those that are new or retired, and a
    card of each note type that differs. There are limits (`limits.MAX_SIDE_BY_SIDE` and those below it), and what is over
    them is counted. Raises PackageError and OSError if the files of a package cannot be read.
    """
    drawing = Drawing(old, new)
    parts = [part for part in drawing.parts(changes) if part.shown or part.left_out]
    held = drawing.files()
    counts, *_, outlook = to_text(changes, limit=0).split("\n\n")
    heading, _, told = outlook.partition("\n")
    frame = f"{masks.style()}\n{read(_HERE, 'card.css')}"
    cards = {"styles": list(drawing.styles), "frame": frame, "cards": drawing.cards, "files": held.keys}
    html = filled(
        _HERE,
        title=escape(f"{old.name} → {new.name}"),
        counts=escape(counts),
        heading=escape(heading),
        outlook=escape(told),
        contents="".join(_link(part) for part in parts),
        style=read(_HERE, "page.css"),
        parts="\n".join(part.html for part in parts) or "<p>No card differs.</p>",
        cards=_json(cards),
        media=held.json,
    )
    shown, left_out = sum(part.shown for part in parts), sum(part.left_out for part in parts)
    return Page(html, shown, left_out, held.left_out)


def _link(part: Part) -> str:
    return f'<li><a href="#{part.id}">{part.heading}</a> {part.shown + part.left_out}</li>'


def _json(value: Any) -> str:
    """The value as JSON that can stand in HTML."""
    return dumps(value, ensure_ascii=False).replace("<", "\\u003c")
