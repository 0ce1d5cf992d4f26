"""Notes of files that were edited since the last build, where nothing leaves a doubt which they are → their identities.

What `assign` finds out by looking at all notes, this sees at once: a note keeps its line if that could not be another's, and one
that came is new, or one that left is gone, if the ledger has nothing like it. All other notes stay what they are, since what they
are known by is as it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from ..model import Candidate, Identity
from . import stamps
from .lines import Line, Lines
from .minting import Minting
from .numbers import Numbered, kept, number

FEW = 20
"""Texts that are looked for one by one in the ledger. To find more, all of its lines are read."""


def follow(
    before: Mapping[str, Candidate],
    after: Sequence[Candidate],
    others: Collection[str],
    held: Lines,
    minting: Minting,
) -> tuple[list[Identity], Lines] | None:
    """The identities of the notes of some files, and all lines of the ledger then; None where only a look at all notes can tell.

    `before` are these notes as the last build saw them, by their guids, `after` as they are now, both in document order; `others`
    are the guids of all other notes, and `held` the lines as that build has left them. `minting` is for notes that are new.
    """
    identities: list[Identity] = []
    new: dict[str, Line] = {}
    came: list[Line] = []
    moved: list[str] = []
    texts: dict[str, set[str]] = {}
    guids = _paired(before, after)
    if not before.keys() <= held.keys():
        return None
    for guid, note in zip(guids, after, strict=True):
        if guid is None:
            numbered = _numbered_first(note, minting)
            if numbered is None:
                return None
            line, numbers = stamps.note(note, numbered, minting.now), numbered.numbers
            new[line.guid], texts[line.guid] = line, {*line.texts}
            came.append(line)
            identities.append(Identity(line.guid, line.nid, line.id, line.mod, numbers))
            continue
        was, line = before[guid], held[guid]
        if not _are_alike(was, note):
            return None
        same = kept(note, line)
        if same is None or not stamps.is_current(note, line, same):
            numbered = _numbered(was, note, line)
            if numbered is None:
                return None
            now_, same = stamps.note(note, numbered, minting.now), numbered.numbers
            texts[guid] = {*line.texts, *now_.texts}
            if now_ != line:
                line = new[guid] = now_
        if not note.id and was.span.path != note.span.path:  # Of equal notes, it may be the first one now.
            moved.append(note.match)
        identities.append(Identity(line.guid, line.nid, line.id, line.mod, same))
    gone = [held[guid] for guid in before.keys() - guids]
    # What another note has, or had, for its text may decide which of the two is which.
    known = {text for own in texts.values() for text in own}
    if len(known) < sum(map(len, texts.values())):
        return None
    if came or gone or moved or len(known) > FEW:
        free = (held[guid] for guid in held if guid not in before and guid not in others)
        if any(line.retired in ("", "draft") for line in free) or not _are_apart(came, gone, moved, texts, held):
            return None
    elif held.is_elsewhere(known, texts):
        return None
    return identities, held.changed(new, [line.guid for line in gone])


def _paired(before: Mapping[str, Candidate], after: Iterable[Candidate]) -> list[str | None]:
    """The guid of each note, None of one that came."""
    places: dict[Hashable, deque[str]] = defaultdict(deque)
    for guid, was in before.items():
        places[_known_by(was)].append(guid)
    found = (places.get(_known_by(note)) for note in after)
    return [guids.popleft() if guids else None for guids in found]


def _known_by(note: Candidate) -> Hashable:
    """What no two notes have in common, unless they are equal in all that tells which is which."""
    return (note.note_type, note.id) if note.id else (note.note_type, note.group, note.path, note.match)


def _are_apart(
    came: Sequence[Line],
    gone: Sequence[Line],
    moved: Iterable[str],
    texts: Mapping[str, Collection[str]],
    held: Lines,
) -> bool:
    """Whether no note that came or left could be another one, and none of these texts is another note's. `moved` are those of
    notes without ids that are in another file now, `texts` those of notes that are not as they were, by their guids.
    """
    if (came and gone) or any(line.released or line.retired for line in gone):
        return False
    times = Counter(sign for line in held.values() for sign in _signs(line))
    new = [sign for line in came for sign in _signs(line)]
    return (
        len(set(new)) == len(new)
        and not any(times[sign] for sign in new)
        and all(times[sign] == 1 for line in gone for sign in _signs(line))
        and all(times[text] == 1 for text in moved)
        and all(times[text] == (guid in held and text in held[guid].texts) for guid in texts for text in texts[guid])
    )


def _signs(line: Line) -> set[Hashable]:
    """What the note of a line may be known by: its ids, its texts, and its name in a section with an id."""
    names = [(line.group, line.key[-1])] if line.group and line.key else []
    return {line.id, *line.was, *line.texts, *names}


def _numbered_first(note: Candidate, minting: Minting) -> Numbered | None:
    """The first line of a note that came, and the numbers of its deletions; None if it may be one that there was."""
    if note.was or note.mode:
        return None
    numbered, wrong = number(note, minting.line(note), by_name=False, may_move=False)
    return None if wrong else numbered


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
