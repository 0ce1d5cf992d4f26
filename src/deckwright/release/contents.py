"""A package → the digest of all that is in it, and of each note: the same for the same contents, whatever its bytes are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec.structs import astuple, fields

from ..digests import Value, digest, encode
from ..model import Field, NoteType, Template
from ..package import Package, PackedNote

FORM = "deckwright/contents/1"
"""What the digest begins with: another one for another list."""


def contents_digest(package: Package) -> str:
    """The digest of a package's contents, as a release keeps it: all 64 hex digits of the SHA-256.

    It is of a list in canonical JSON (see `digests`): FORM, the decks, the note types, the media, the notes. The notes are
    in the order in which their new cards come, so that another order is another package.
    """
    hashed = hashlib.sha256()
    for piece in _pieces(package):  # One by one: all of them would be in memory twice.
        hashed.update(piece)
    return hashed.hexdigest()


def note_digest(note: PackedNote) -> str:
    """The digest of all that a package has of one note: 16 hex digits, as in `deck.lock`."""
    return digest(*_note(note))


def _pieces(package: Package) -> Iterator[bytes]:
    decks = [[deck.name, deck.description] for deck in package.decks]
    types = [_note_type(note_type) for note_type in package.note_types]
    media = [[name, package.media[name]] for name in sorted(package.media)]
    yield encode([FORM, decks, types, media])[:-1] + b",["
    for number, note in enumerate(package.notes):
        yield b"," * (number > 0) + encode(_note(note))
    yield b"]]"


def _note(note: PackedNote) -> list[Value]:
    cards: list[Value] = [[card.ord, card.deck] for card in note.cards]
    values = [*note.fields.values()]
    return [note.guid, note.note_id, note.mod, note.note_type_id, values, list(note.tags), cards]


def _note_type(note_type: NoteType) -> list[Value]:
    return [
        note_type.id,
        note_type.name,
        note_type.family,
        note_type.mod,
        note_type.css,
        note_type.sort_field,
        note_type.stock_kind,
        [_part(field, 7) for field in note_type.fields],
        [_part(template, 4) for template in note_type.templates],
        *_later(note_type, 9),
    ]


def _part(part: Field | Template, oldest: int) -> list[Value]:
    """A field or a template, whose `oldest` attributes always stand in the digest."""
    return [*astuple(part)[:oldest], *_later(part, oldest)]


def _later(part: NoteType | Field | Template, oldest: int) -> list[Value]:
    """The attributes behind the `oldest`. The form is frozen: those that came later count where they say something."""
    values = [(one, getattr(part, one.name)) for one in fields(part)[oldest:]]
    return [[one.name, value] for one, value in values if value != one.default]
