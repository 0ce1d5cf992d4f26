"""A note of a package → what is seen of each of its cards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape, unescape
from urllib.parse import unquote

import msgspec

from ..model import Note, NoteType, Span
from ..package import Package, PackedNote
from ..proof.sides import sides

Reading = Callable[[Iterable[str], int], dict[str, bytes]]
"""The bytes of files by their names, as far as there are such and they have room in this number of bytes."""


class Side(msgspec.Struct, frozen=True):
    """One of the two packages: what it is called, what it holds, and what reads its files."""

    name: str
    package: Package
    read: Reading


class Face(msgspec.Struct, frozen=True):
    """A card as it is seen: the HTML of its front, and of what the back adds to it, and its stylesheet.

    A file is shown by `data-src` with its name. `files` has the SHA-256 in hex of each, by name, if the package has it.
    """

    front: str
    back: str
    files: dict[str, str]
    style: str

    @property
    def seen(self) -> tuple[str, str, dict[str, str]]:
        """What tells it from another, whatever its stylesheet is."""
        return self.front, self.back, self.files


def faces(note: PackedNote, note_type: NoteType | None, package: Package) -> dict[int, Face]:
    """The cards of a note by their ordinals; none of a note type that the package lacks."""
    if note_type is None:
        return {}
    fields = {name: _ATTRIBUTE.sub(_quoted, value) for name, value in note.fields.items()}
    drawn = Note(note.guid, note.note_id, note.mod, "", "", fields, note.tags, _deck(note), Span(""))
    is_basic = note_type.family == "basic"
    ordinals = (card.ord for card in note.cards if not is_basic or card.ord < len(note_type.templates))
    return {ordinal: _face(drawn, note_type, ordinal, package) for ordinal in ordinals}


def _deck(note: PackedNote) -> str:
    return note.cards[0].deck if note.cards else ""


_ATTRIBUTE = re.compile(r"""(<(?:img|video|audio|source)\b[^<>]*?\ssrc\s*+=\s*+)(?:'([^'<>]*+)'|([^\s"'<>]++))""", re.I)
"""A file that is shown with other quotes than ours, or with none."""


def _quoted(found: re.Match[str]) -> str:
    name = found[2] if found[2] is not None else found[3]
    return f'{found[1]}"{name}"'


def _face(note: Note, note_type: NoteType, ordinal: int, package: Package) -> Face:
    held: dict[str, str] = {}

    def attribute(written: str) -> str:
        # In a field, a name may be written as HTML, and as a part of an address.
        spellings = (written, unescape(written), unquote(unescape(written)))
        name = next((one for one in spellings if one in package.media), None)
        if name is None:
            return ""
        held[name] = package.media[name]
        return f'data-src="{escape(name)}'

    front, back = sides(note, note_type, ordinal, attribute)
    return Face(front, back, held, note_type.css)
