"""The settings of a deck → its note types: their fields, and the HTML and CSS of their cards.

`stock` is the table of note types. A template has a folder of its own, with `front.html` and `back.html`; `foot.html`
ends every back. `style.css`, the colours of code in `code.css` and the masks' `occlusion/style.css` make one stylesheet
for all note types.
"""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from importlib.resources import files

from ..model import NoteType, Settings, Template
from .stock import STOCK, Stock

__all__ = ["STOCK", "Stock", "note_type", "note_types", "shape_digest"]


def note_types(settings: Settings) -> dict[str, NoteType]:
    """The note types that the deck of these settings can have, by key. Their `mod` is 0: the ledger knows the real one.

    If a note type is another than the one released, its `mod` grows, and importing the deck replaces whatever a learner
    changed in its styling or its templates. So nothing in it may change with each release.
    """
    return {key: note_type(settings, key, row) for key, row in STOCK.items()}


def note_type(settings: Settings, key: str, row: Stock) -> NoteType:
    """The note type of one row of the table."""
    foot = _file("foot.html").replace("<!-- report -->", _report_link(settings))
    templates = (
        Template(
            name=name,
            id=id_,
            front=_with_picture(_file(f"{folder}/front.html")),
            back=_with_picture(_file(f"{folder}/back.html")).replace("<!-- foot -->", foot),
        )
        for id_, name, folder in row.templates
    )
    return NoteType(
        id=_id(settings.id, key),
        name=f"{settings.name.split('::')[-1].strip()} {row.kind}",
        family=row.family,
        fields=row.fields,
        templates=tuple(templates),
        css="\n".join(map(_file, ("style.css", "code.css", "occlusion/style.css"))),
        sort_field=row.sort_field,
        stock_kind=row.stock_kind,
    )


def shape_digest(note_type: NoteType) -> str:
    """16 hex digits of all that must never change: id, family, sort field, ids and order of fields and templates.

    Anki calls that a note type's schema. After a change of it, Anki never updates the notes that a learner has.
    """
    fields = [f"{field.id}:{field.tag}" for field in note_type.fields]
    templates = [str(template.id) for template in note_type.templates]
    frozen = (str(note_type.id), note_type.family, str(note_type.sort_field), *fields, "|", *templates)
    return hashlib.sha256("\x1f".join(frozen).encode()).hexdigest()[:16]


@cache
def _file(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8").rstrip("\n")


def _with_picture(template: str) -> str:
    return template.replace("<!-- picture -->", _file("occlusion/picture.html"))


def _report_link(settings: Settings) -> str:
    if not settings.report_url:
        return ""
    # Any other brace could open a field of Anki's. The ID itself needs no encoding: it is made of a–z 0–9 - and dots.
    parts = (escape(part).replace("{", "%7B").replace("}", "%7D") for part in settings.report_url.split("{id}"))
    return '<a class="dw-report" href="' + "{{ID}}".join(parts) + '">report</a>'


def _id(deck_id: str, key: str) -> int:
    """1 to 2**53 - 1: what JavaScript, and so every Anki client, holds exactly."""
    digest = hashlib.sha256(f"deckwright note type\n{deck_id}\n{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % (2**53 - 1) + 1
