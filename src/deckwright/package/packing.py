"""Notes → what a package has of them, but for their places in it: the same in each package, so that it can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from ..model import Note, NoteType
from .contents import checked
from .spool import NoteRow

Packed: TypeAlias = tuple[NoteRow, str, tuple[int, ...]]
"""The row of a note, its deck, and the ordinals of its cards."""


def pack(notes: Iterable[Note], note_types: Mapping[str, NoteType]) -> bytes:
    """Pack notes. Raises ValueError for what Anki would misread in one of them (see `contents`)."""
    return msgspec.msgpack.encode(
        [(_row(note, of, values), note.deck, ords) for note, of, values, ords in checked(notes, note_types)]
    )


def _row(note: Note, note_type: NoteType, values: Sequence[str]) -> NoteRow:
    """`values` are those of its fields, in their order."""
    tags = f" {' '.join(note.tags)} "
    return note.note_id, note.guid, note_type.id, note.mod, tags, "\x1f".join(values), values[note_type.sort_field]


def unpack(packed: bytes) -> list[Packed]:
    """The notes that were packed."""
    return _DECODER.decode(packed)


_DECODER = msgspec.msgpack.Decoder(list[Packed])
