"""A Markdown file → what a build needs of it: of each note what identity sees, and apart from that, packed, what ships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec
from msgspec import structs

from ..candidates import candidate
from ..diagnostics import Diagnostic, has_errors
from ..model import Allowance, Candidate, Deletion, OwnKind, Reference, Span, Written

_Placed = TypeVar("_Placed", Allowance, Deletion, Reference)


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What only the package needs of a note: its fields, with marks where numbers and names of files come, and tags."""

    fields: dict[str, str]
    tags: tuple[str, ...]


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """The notes of a file in document order, and everything that is wrong with it, in no order.

    `lost` are the ids of notes that have errors.
    """

    notes: tuple[Candidate, ...]
    found: tuple[Diagnostic, ...]
    lost: tuple[tuple[str, Span], ...]


class CompilerSettings(msgspec.Struct, frozen=True):
    """The `NoteSettings` of a project, its own note types, and nothing else: part of the key of what is kept."""

    name: str
    tag_prefix: str
    owned: tuple[OwnKind, ...] = ()


def pack(path: str, data: bytes, settings: CompilerSettings) -> bytes:
    """Compile the content of the file at `path` (relative to the root, with `/`). `parts` takes the result apart."""
    # Most builds find everything in the cache.
    from .. import notes
    from ..render import clozes

    written, found = notes.compile_file(path, data, settings, settings.owned)
    lost = _lost(notes.ids(path, data, settings.owned), written) if has_errors(found) else []
    bodies = [
        Body({name: clozes.finished(field, note.deletions) for name, field in note.fields.items()}, note.tags)
        for note in written
    ]
    compiled = Compiled(tuple(map(candidate, written)), tuple(found), tuple(lost))
    encode = msgspec.msgpack.encode
    return encode((encode(compiled), encode(bodies)))


def moved(compiled: bytes, bodies: bytes, path: str) -> bytes | None:
    """What `pack` makes of a file at another path, from the parts of what it made of the same content: only its spans tell the path.
    None if something was found in the file: its words may tell the path too.
    """
    was = unpacked(compiled)
    if was.found or was.lost:
        return None
    notes = [
        structs.replace(
            note,
            span=replace(note.span, path=path),
            deletions=tuple(_moved(each, path) for each in note.deletions),
            references=tuple(_moved(each, path) for each in note.references),
            allowed=tuple(_moved(each, path) for each in note.allowed),
        )
        for note in was.notes
    ]
    encode = msgspec.msgpack.encode
    return encode((encode(Compiled(tuple(notes), (), ())), bodies))


def _moved(held: _Placed, path: str) -> _Placed:
    return structs.replace(held, span=replace(held.span, path=path))


def parts(packed: bytes) -> tuple[bytes, bytes]:
    """What `unpacked` makes a Compiled of, and `unpacked_bodies` the bodies of its notes: most builds need few of these, and
    those of all files together would fill the memory.
    """
    return _PARTS.decode(packed)


def unpacked(data: bytes) -> Compiled:
    """The first part. Raises msgspec.MsgspecError for anything else."""
    return _COMPILED.decode(data)


def unpacked_bodies(data: bytes) -> tuple[Body, ...]:
    """The second part. Raises msgspec.MsgspecError for anything else."""
    return _BODIES.decode(data)


_PARTS = msgspec.msgpack.Decoder(tuple[bytes, bytes])
_BODIES = msgspec.msgpack.Decoder(tuple[Body, ...])
_COMPILED = msgspec.msgpack.Decoder(Compiled)


def _lost(ids: list[tuple[str, Span]], made: Sequence[Written]) -> list[tuple[str, Span]]:
    """The ids that are not those of the notes that were made. A note's id stands nearer to it than to its twin."""
    for note in made:
        own = [given for given in ids if given[0] == note.id]
        if own:
            ids.remove(min(own, key=lambda given: abs(given[1].line - note.span.line)))
    return ids
