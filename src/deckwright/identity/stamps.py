"""What a note or a note type holds now → its line, with the time of change by which Anki decides on an update.

Anki takes an update only if the time grew (rslib/src/import_export/package/apkg/import/notes.rs). So the time grows if
the content is another than the one released, and goes back if the content does.
"""

from __future__ import annotations

from msgspec.structs import replace

from ..diagnostics import Diagnostic
from ..diagnostics.identity import changed_shape
from ..digests import digest
from ..model import Candidate, NoteType, Span
from ..notetypes import STOCK, looks_digest, shape_digest
from .ledger import FILE
from .lines import Line, State, Type
from .numbers import Numbered


def is_current(written: Candidate, line: Line, numbers: tuple[int, ...]) -> bool:
    """Whether a line says all of the note already, whose deletions have these numbers, so that `note` would change nothing.

    That is what most notes are in most builds. `written` must not have a `was`; a line that has one is never current.
    """
    state, released = line.draft or line.released, line.released
    if (
        state is None
        or state.source != written.source
        or line.match != written.match
        or line.key != written.path
        or line.retired
        or line.group != written.group
        or line.explicit != bool(written.id)
        or (written.id and written.id != line.id)
        or line.sketch != written.sketch
        or line.was
        or state.numbers != line.numbers
    ):
        return False
    if state is released:
        return True
    shipped = _shipped(written, numbers)
    is_released = released is not None and (released.source == state.source or released.fields == shipped)
    return state.fields == shipped and state.match == written.match and not (state.version or is_released)


def note(written: Candidate, numbered: Numbered, now: int) -> Line:
    """The line of a note as it is now. `now` is in seconds of the Unix epoch."""
    line = numbered.line
    id_ = written.id or line.id
    shipped = _shipped(written, numbered.numbers)
    state = State(written.source, shipped, 0, match=written.match, numbers=line.numbers)
    return replace(
        line,
        key=written.path,
        group=written.group,
        explicit=bool(written.id),
        id=id_,
        was=tuple(sorted({*line.was, line.id} - {id_})),
        match=written.match,
        sketch=written.sketch,
        draft=_draft(state, line, now),
        retired="",
        back=line.back if line.retired in ("", "draft") else line.retired,
    )


def _shipped(written: Candidate, numbers: tuple[int, ...]) -> str:
    return digest(written.shipped, numbers) if numbers else written.shipped


def note_type(key: str, note_type: NoteType, line: Type | None, now: int) -> tuple[Type, list[Diagnostic]]:
    """The line of a note type as it is now. The shape that was released may not change. One that is new has the time of change
    that it says, if it says any: it comes from another deck, and learners may have it.
    """
    shape = shape_digest(note_type)
    own = "" if key in STOCK else key
    found = [changed_shape(Span(FILE), note_type.name, own)] if line and line.released and line.shape != shape else []
    now = now if line else note_type.mod or now
    line = replace(line, family=note_type.family, shape=shape) if line else Type(key, note_type.family, shape)
    looks = looks_digest(key, note_type)
    return replace(line, draft=_draft(State(looks, looks, 0), line, now)), found


def _draft(state: State, line: Line | Type, now: int) -> State | None:
    """The draft of what now has this content: none if it is the released one, else later than all before."""
    released, draft = line.released, line.draft
    if released and _is_same(state, released):
        return None
    if draft and _is_same(state, draft):
        return replace(state, mod=draft.mod)
    return replace(state, mod=max(now, 1, released.mod + 1 if released else 0, draft.mod + 1 if draft else 0))


def _is_same(state: State, other: State) -> bool:
    """Whether a learner need not be told: the author changed nothing, or nothing of it ships."""
    return state.source == other.source or state.fields == other.fields
