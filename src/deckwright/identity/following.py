"""Notes that were edited since the last build, where nothing leaves a doubt which they are → their identities.

What `assign` finds out by looking at all notes, this sees at once: a note keeps its line if that could not be another's. All
other notes stay what they are, since what they are known by is as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Candidate, Identity
from . import stamps
from .lines import Line, Lines
from .numbers import Numbered, kept, number


def follow(
    before: Sequence[Candidate], after: Sequence[Candidate], guids: Sequence[str], held: Lines, now: int
) -> tuple[list[Identity], Lines] | None:
    """The identities of some notes, and all lines of the ledger then; None where only a look at all notes can tell.

    They are the notes with these guids, as the last build saw them, and as they are now, in the same order; `held` are the lines
    as that build has left them. `now` is in seconds of the Unix epoch.
    """
    identities: list[Identity] = []
    new: dict[str, Line] = {}
    texts: dict[str, set[str]] = {}
    for was, note, guid in zip(before, after, guids, strict=True):
        line = held.get(guid)
        if line is None or not _are_alike(was, note):
            return None
        numbers = kept(note, line)
        if numbers is None or not stamps.is_current(note, line, numbers):
            numbered = _numbered(was, note, line)
            if numbered is None:
                return None
            now_, numbers = stamps.note(note, numbered, now), numbered.numbers
            texts[guid] = {*line.texts, *now_.texts}
            if now_ != line:
                line = new[guid] = now_
        identities.append(Identity(guid, line.nid, line.id, line.mod, numbers))
    # What another note has, or had, for its text may decide which of the two is which.
    known = {text for own in texts.values() for text in own}
    if len(known) < sum(map(len, texts.values())) or held.is_elsewhere(known, texts):
        return None
    return identities, held.with_new(new)


def _numbered(was: Candidate, note: Candidate, line: Line) -> Numbered | None:
    """The numbers of the deletions of a note that another text or another place has, None if it may be another note."""
    is_found = bool(note.id) or (note.path == was.path and note.match == was.match == line.match)
    if not is_found or line.retired or line.id != (note.id or line.id):
        return None
    numbered, wrong = number(note, line, by_name=False, may_move=False)
    return None if wrong else numbered


def _are_alike(was: Candidate, note: Candidate) -> bool:
    """Whether two notes have the same of what tells which note is which, but for their texts and their places."""
    one, other = ((held.id, held.was, held.group, held.note_type, held.deck, held.mode) for held in (was, note))
    return one == other and not note.was and not note.mode
