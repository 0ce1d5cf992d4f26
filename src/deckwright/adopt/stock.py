"""The note types that every collection has, by their English names: what a table means that names one.

Facts of rslib/src/notetype/stock.rs and rslib/src/image_occlusion/notetype.rs: the fields in their order, and which cards there
are. Their ids are others in each collection, so that nobody's notes can be found by them.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Field, NoteType, Template
from .found import made_id

_FIELDS = {
    "Basic": ("Front", "Back"),
    "Basic (and reversed card)": ("Front", "Back"),
    "Basic (optional reversed card)": ("Front", "Back", "Add Reverse"),
    "Basic (type in the answer)": ("Front", "Back"),
    "Cloze": ("Text", "Back Extra"),
    "Image Occlusion": ("Occlusion", "Image", "Header", "Back Extra", "Comments"),
}

NAMES = frozenset(_FIELDS)
"""What they are called."""


def fields(name: str) -> tuple[str, ...]:
    """The fields of the note type with this name; none if it is not one that every collection has."""
    return _FIELDS.get(name, ())


def note_type(name: str, fields: Sequence[str], is_cloze: bool) -> NoteType:
    """A note type with these fields. Cards are those of the note type of that name if its fields are called otherwise, too; fields
    behind those that it has are shown below the answer. Any other note type has one card.
    """
    known = _FIELDS.get(name, ())
    is_occlusion = name == "Image Occlusion" and len(fields) >= len(known)
    if is_occlusion:
        templates = [_occlusion(fields)]
    elif is_cloze:
        shown = f"{{{{cloze:{fields[0]}}}}}"
        below = _below(fields[1:])
        templates = [Template("Cloze", 0, shown, f"{shown}<br>\n{below}" if below else shown)]
    else:
        templates = _basic(name, fields)
    has_clozes = is_cloze or is_occlusion
    return NoteType(
        id=made_id("\n".join((name, *fields))),
        name=name,
        family="occlusion" if is_occlusion else "cloze" if is_cloze else "basic",
        fields=tuple(
            Field(field, 0, tag=place if is_occlusion and place < len(known) else None)
            for place, field in enumerate(fields)
        ),
        templates=tuple(templates),
        css=_CSS_OF_CLOZE if has_clozes else _CSS,
        sort_field=0,
        stock_kind=6 if is_occlusion else 0,
        mod=1,
    )


def _basic(name: str, fields: Sequence[str]) -> list[Template]:
    front, *others = fields
    if not others:
        return [_card(1, front, "")]
    back, *more = others
    if name == "Basic (type in the answer)":
        typed = f"{{{{type:{back}}}}}"
        answer = "<br>\n".join(filter(None, [typed, _below(more)]))
        return [Template("Card 1", 0, f"{{{{{front}}}}}\n\n{typed}", f"{{{{{front}}}}}{_RULE}{answer}")]
    if name == "Basic (and reversed card)":
        return [_card(1, front, _below(others)), _card(2, back, _below([front, *more]))]
    if name == "Basic (optional reversed card)" and more:
        asks, *more = more
        second = _card(2, back, _below([front, *more]))
        if_asked = f"{{{{#{asks}}}}}{second.front}{{{{/{asks}}}}}"
        return [_card(1, front, _below([back, *more])), Template(second.name, 0, if_asked, second.back)]
    return [_card(1, front, _below(others))]


def _card(number: int, asked: str, answer: str) -> Template:
    return Template(f"Card {number}", 0, f"{{{{{asked}}}}}", f"{{{{FrontSide}}}}{_RULE}{answer}")


_RULE = "\n\n<hr id=answer>\n\n"


def _below(fields: Sequence[str]) -> str:
    return "<br>\n".join(f"{{{{{field}}}}}" for field in fields)


def _occlusion(fields: Sequence[str]) -> Template:
    """The card of native image occlusion. What draws the masks finds its elements by their ids."""
    occlusion, image, header, extra, _, *more = fields
    front = (
        f"{{{{#{header}}}}}<div>{{{{{header}}}}}</div>{{{{/{header}}}}}\n"
        f'<div style="display: none">{{{{cloze:{occlusion}}}}}</div>\n'
        f'<div id="err"></div>\n<div id="image-occlusion-container">\n{{{{{image}}}}}\n'
        '<canvas id="image-occlusion-canvas"></canvas>\n</div>\n<script>anki.imageOcclusion.setup()</script>\n'
    )
    back = f'{front}<div><button id="toggle">Toggle Masks</button></div>\n{_below([extra, *more])}\n'
    return Template("Image Occlusion", 0, front, back)


_CSS = """\
.card {
    font-family: arial;
    font-size: 20px;
    line-height: 1.5;
    text-align: center;
    color: black;
    background-color: white;
}
"""

_CSS_OF_CLOZE = (
    _CSS
    + """
.cloze {
    font-weight: bold;
    color: blue;
}
.nightMode .cloze {
    color: lightblue;
}
"""
)
