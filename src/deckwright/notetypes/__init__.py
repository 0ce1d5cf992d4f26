"""The settings of a deck in, its note types out: frozen shapes, and the HTML and CSS of their cards.

A template stands in a folder of its own as `front.html` and `back.html`; `foot.html` closes every back. `style.css`
and the colours of code in `code.css` make the one stylesheet of all note types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from urllib.parse import quote

from ..model import FIELDS, Family, Field, NoteType, Settings, Template


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a note type is frozen: ids of fields in the order of `FIELDS`, ids of templates in theirs, the sort field.

    `templates` are (name, id, folder); the name and the folder are free.
    """

    kind: str
    fields: tuple[int, ...]
    templates: tuple[tuple[str, int, str], ...]
    sort_field: int = 0
    stock_kind: int = 0


# Frozen for every deck ever released. Anki pairs fields and templates by these ids and their order; where a pair differs
# it makes a second note type beside the learner's and never updates the notes of the first again.
SHAPES: Mapping[Family, Shape] = {
    "basic": Shape(
        kind="Basic",
        fields=(101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111),
        templates=(("Forward", 191, "basic/forward"), ("Reverse", 192, "basic/reverse"), ("Spare", 193, "basic/spare")),
    ),
    "cloze": Shape(
        kind="Cloze",
        fields=(201, 202, 203, 204, 205, 206, 207, 208, 209),
        templates=(("Cloze", 291, "cloze"),),
    ),
    "occlusion": Shape(
        kind="Image Occlusion",
        fields=(301, 302, 303, 304, 305, 306, 307, 308, 309, 310, 311),
        templates=(("Image Occlusion", 391, "occlusion"),),
        sort_field=2,
        # `originalStockKind` of rslib/src/notetype: without it Anki's mask editor does not open our notes.
        stock_kind=6,
    ),
}

OCCLUSION_TAGS: Mapping[str, int] = {"Occlusion": 0, "Image": 1, "Header": 2, "Back Extra": 3, "Comments": 4}
"""The part that Anki gives each field of a native occlusion note; Check Database would put in what is missing."""

DESCRIPTIONS: Mapping[str, str] = {
    "Extra": "Shown below the answer",
    "Context": "Where the note belongs, shown small above it",
    "Source": "Where it can be looked up",
    "Occlusion": "The masks: Anki's mask editor writes them",
    "Image": "The picture below the masks",
    "Comments": "The labels that the masks cover",
    "ID": "Names this note in reports; leave it as it is",
    "Reversed": "Anything here adds the card that asks the other way round",
    "Typed": "What to type as the answer; empty for a card without typing",
}
RESERVED = "Kept empty for a later version of the deck"


def note_type(settings: Settings, family: Family) -> NoteType:
    """The note type of this family for the deck of these settings. Its `mod` is 0: the ledger knows the real one.

    The report link is part of the templates, with `{id}` filled by Anki on each card and `{version}` here. So a
    `report_url` with `{version}` makes other templates of every release: their `mod` grows each time, and importing
    the release puts back whatever a learner changed in the styling or the templates. Without `{version}` that happens
    only where the templates or the deck's settings really change. Neither touches a card, a review or the need to sync one way.
    """
    shape = SHAPES[family]
    foot = _file("foot.html").replace("<!-- report -->", _report_link(settings))
    return NoteType(
        id=_id(settings.id, family),
        name=f"{settings.name.split('::')[-1].strip()} {shape.kind}",
        family=family,
        fields=tuple(_field(name, id, family) for name, id in zip(FIELDS[family], shape.fields, strict=True)),
        templates=tuple(
            Template(
                name=name,
                id=id,
                front=_with_picture(_file(f"{folder}/front.html")),
                back=_with_picture(_file(f"{folder}/back.html")).replace("<!-- foot -->", foot),
            )
            for name, id, folder in shape.templates
        ),
        css="\n".join(map(_file, ("style.css", "code.css", "occlusion/style.css"))),
        sort_field=shape.sort_field,
        stock_kind=shape.stock_kind,
    )


def shape_digest(note_type: NoteType) -> str:
    """16 hex digits of all that must never change: ids and order of fields and templates, family and sort field.

    Anki calls it a note type's schema; after a change it never updates the notes that a learner has.
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
    address = settings.report_url.replace("{version}", quote(settings.version))
    # Any other brace could open a field of Anki's; the ID itself needs no encoding, it is made of a–z 0–9 - and dots.
    parts = (escape(part).replace("{", "%7B").replace("}", "%7D") for part in address.split("{id}"))
    return '<a class="report" href="' + "{{ID}}".join(parts) + '">report</a>'


def _id(deck_id: str, family: Family) -> int:
    """1 to 2**53 - 1: what JavaScript, and so every client of Anki's, holds exactly."""
    digest = hashlib.sha256(f"deckwright note type\n{deck_id}\n{family}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % (2**53 - 1) + 1


def _field(name: str, id: int, family: Family) -> Field:
    reserved = name.startswith("Reserved")
    return Field(
        name=name,
        id=id,
        description=RESERVED if reserved else DESCRIPTIONS.get(name, ""),
        collapsed=reserved,
        # A learner who deleted one would cut the notes off from every later release; Anki then refuses to.
        prevent_deletion=True,
        tag=OCCLUSION_TAGS.get(name) if family == "occlusion" else None,
    )
