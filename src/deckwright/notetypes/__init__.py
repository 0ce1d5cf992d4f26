"""The settings of a deck → its note types: their fields, and the HTML and CSS of their cards.

`stock` is the table of note types. A template has a folder of its own, with `front.html` and `back.html`; `foot.html`
ends every back. `style.css`, the colours of code in `code.css`, the masks' `occlusion/style.css` and the author's own make
one stylesheet for all note types.
"""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from pathlib import Path

from msgspec.structs import astuple, replace

from ..digests import digest
from ..model import LATEX_FOOTER, LATEX_HEADER, NoteType, Settings, Template
from .stock import STOCK, Stock

__all__ = ["STOCK", "Stock", "looks_digest", "note_type", "note_types", "own_stylesheet", "shape_digest"]


def note_types(settings: Settings) -> dict[str, NoteType]:
    """The note types that the deck of these settings can have, by key. Their `mod` is 0: the ledger knows the real one.

    If a note type is another than the one released, its `mod` grows, and importing the deck replaces whatever a learner
    changed in its styling or its templates. So nothing in it may change with each release. What a learner writes into the
    file named by `own_stylesheet` is kept.
    """
    return {key: note_type(settings, key, row) for key, row in STOCK.items()}


def note_type(settings: Settings, key: str, row: Stock) -> NoteType:
    """The note type of one row of the table."""
    foot = _file("foot.html").replace("<!-- report -->", _report_link(settings))
    templates = (
        Template(
            name=name,
            id=id_,
            front=_linked(settings, _with_picture(_file(f"{folder}/front.html"))),
            back=_linked(settings, _with_picture(_file(f"{folder}/back.html")).replace("<!-- foot -->", foot)),
        )
        for id_, name, folder in row.templates
    )
    return NoteType(
        id=_id(settings.id, key),
        name=f"{settings.name.split('::')[-1].strip()} {row.kind}",
        family=row.family,
        fields=row.fields,
        templates=tuple(templates),
        css=_css(settings),
        sort_field=row.sort_field,
        stock_kind=row.stock_kind,
    )


def own_stylesheet(settings: Settings) -> str:
    """The name of the file in a learner's media folder that holds styling of their own. No package contains it.

    The deck's id is the only name that never changes. Anki keeps, synchronises and exports media whose names begin with
    `_`, though no note shows them (rslib/src/media/check.rs).
    """
    return f"_{settings.id}.css"


def shape_digest(note_type: NoteType) -> str:
    """16 hex digits of all that must never change: id, family, sort field, ids and order of fields and templates.

    Anki calls that a note type's schema. After a change of it, Anki never updates the notes that a learner has. What has no
    id goes by its name.
    """
    fields = [(field.id or field.name, field.tag) for field in note_type.fields]
    templates = [template.id or template.name for template in note_type.templates]
    return digest(note_type.id, note_type.family, note_type.sort_field, fields, templates)


def looks_digest(key: str, note_type: NoteType) -> str:
    """16 hex digits of all that may change of a note type, so that its learners get it. What only Anki's editor and its browser
    need, and LaTeX, counts in those of the project: ours never change it. What came later counts where it says something.
    """
    names = [field.name for field in note_type.fields]
    templates = [(template.name, template.front, template.back) for template in note_type.templates]
    if key in STOCK:
        return digest(note_type.name, note_type.css, names, templates)
    editor = [astuple(replace(field, id=0, name="", tag=None)) for field in note_type.fields]
    browser = [(t.browser_front, t.browser_back, t.browser_font, t.browser_size) for t in note_type.templates]
    later = [
        *([browser] if any(map(any, browser)) else []),
        *([note_type.latex] if note_type.latex != (LATEX_HEADER, LATEX_FOOTER, False) else []),
    ]
    return digest(note_type.name, note_type.css, names, templates, editor, note_type.stock_kind, *later)


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text("utf-8").rstrip("\n")


def _with_picture(template: str) -> str:
    return template.replace("<!-- picture -->", _file("occlusion/picture.html"))


def _linked(settings: Settings, template: str) -> str:
    """The template with a link to the learner's stylesheet, which an answer that repeats the question has from there.

    It stands at the beginning: Anki puts the styling before the template, so the learner's rules still come last, and a
    page that is loaded as a whole, as in AnkiDroid, draws nothing before it has them.
    """
    if "{{FrontSide}}" in template:
        return template
    return f'<link rel="stylesheet" href="{own_stylesheet(settings)}">\n{template}'


def _css(settings: Settings) -> str:
    head = (
        f"/* Your own styling belongs in a file of the media folder, {own_stylesheet(settings)}.\n"
        "   Here, you would lose it when the deck changes its styling. */"
    )
    ours = map(_file, ("style.css", "code.css", "occlusion/style.css"))
    return "\n".join(filter(None, (head, *ours, settings.style.rstrip("\n"))))


def _report_link(settings: Settings) -> str:
    if not settings.report_url:
        return ""
    # Any other brace could open a field of Anki's. The ID itself needs no encoding: it is made of a–z 0–9 - and dots.
    parts = (escape(part).replace("{", "%7B").replace("}", "%7D") for part in settings.report_url.split("{id}"))
    return '<a class="dw-report" href="' + "{{ID}}".join(parts) + '">report</a>'


def _id(deck_id: str, key: str) -> int:
    """1 to 2**53 - 1: what JavaScript, and so every Anki client, holds exactly."""
    hashed = hashlib.sha256(f"deckwright note type\n{deck_id}\n{key}".encode()).digest()
    return int.from_bytes(hashed[:8], "big") % (2**53 - 1) + 1
