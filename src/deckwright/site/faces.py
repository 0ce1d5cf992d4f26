"""A note → the two sides of its cards, as HTML for a page that shows several of them and runs no script of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from .. import clozes, texts
from ..diff.field_text import title as beginning
from ..limits import MAX_CARDS_SHOWN
from ..model import Note, NoteType
from ..proof.sides import Attribute, sides
from .maths import mathml


class Face(msgspec.Struct, frozen=True):
    """A card: its number, counted from 1, its front, and its back. A `whole` back has the front in it, as that of a cloze
    has; any other goes on below the front. `scope` is the class that its stylesheet is for, with a space before it, if there are
    several.
    """

    number: int
    front: str
    back: str
    whole: bool
    scope: str = ""


def faces(note: Note, note_type: NoteType, attribute: Attribute, scope: str = "") -> Iterator[Face]:
    """The cards of a note, in the order of their numbers, at most MAX_CARDS_SHOWN. `scope`: see `Face`."""
    for card in texts.cards(note, note_type)[:MAX_CARDS_SHOWN]:
        front, back = sides(note, note_type, card.ordinal, attribute)
        yield Face(card.ordinal + 1, _fit(front), _fit(back), note_type.family != "basic", scope)


def name(note: Note, note_type: NoteType) -> str:
    """What people know a note by: the beginning of what it asks. The answers of clozes are left out."""
    header, values = note.fields.get("Header", ""), note_type.values(note.fields)
    if note_type.family == "cloze":
        asked = _gapped(note.fields.get("Text", ""))
        found = beginning(f"{header}: {asked}" if header else asked)
    else:
        found = next(filter(None, map(beginning, (values[note_type.sort_field], *values))), "")
    return found or note.id


def _gapped(field: str) -> str:
    """A field with gaps in place of what its clozes hide."""
    return "".join(part if isinstance(part, str) else "[…]" for part in clozes.parse(field))


_ID = re.compile(r'(<[a-z][^<>]*?\s)id="?([\w-]+)"?(?=[\s>])')
_BUTTON = re.compile(r'<div><button id="toggle">.*?</button></div>\n?')
_REPORT = re.compile(r'<a class="dw-report"[^<>]*>report</a>\n?')
_UNDESCRIBED = re.compile(r"<img\b(?![^<>]*\salt=)")


def _fit(html: str) -> str:
    """A side as part of a page: nothing in it has an `id`, which would be there twice, or asks for a script."""
    html = _REPORT.sub("", _BUTTON.sub("", html))
    html = _UNDESCRIBED.sub('<img alt=""', html)
    html = _ID.sub(r'\1data-id="\2"', html)
    return mathml(html) if "\\(" in html or "\\[" in html else html
