"""Notes of files that were edited since the last build, where nothing leaves a doubt which they are → their identities.

What `assign` finds out by looking at all notes, this sees at once: a note keeps its line if that could not be another's, and one
that came is new, or one that left is gone, if the ledger has nothing like it. All other notes stay what they are, since what they
are known by is as it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from ..model import Candidate, Family, Identity
from . import stamps
from .lines import Line, Lines
from .matching import LIKELY, MARGIN, match
from .minting import Minting
from .nearest import SAME_PATH
from .numbers import kept, number

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
    pairs = _pairs(before, after)
    open_ = [place for place in range(len(after)) if place not in pairs]
    gone = [*(before.keys() - pairs.values())]
    if not before.keys() <= held.keys():
        return None
    is_guessed = len(open_) == len(gone) == 1 and _is_like(before[gone[0]], after[open_[0]], held[gone[0]], minting)
    if is_guessed:
        pairs[open_.pop()] = gone.pop()
    if open_ or gone or is_guessed:
        free = (held[guid] for guid in held if guid not in before and guid not in others)
        if (open_ and gone) or any(line.retired in ("", "draft") for line in free):
            return None
    identities: list[Identity] = []
    new: dict[str, Line] = {}
    texts: dict[str, set[str]] = {}
    moved: list[str] = []
    for place, note in enumerate(after):
        was = before[pairs[place]] if place in pairs else note
        if not _are_alike(was, note):
            return None
        line = held[pairs[place]] if place in pairs else minting.line(note)
        numbers = kept(note, line)
        if numbers is None or not stamps.is_current(note, line, numbers):
            numbered, wrong = number(note, line, by_name=False, may_move=False)
            if numbered is None or wrong or line.retired or line.id != (note.id or line.id):
                return None
            now, numbers = stamps.note(note, numbered, minting.now), numbered.numbers
            texts[line.guid] = {*line.texts, *now.texts} - {""}
            if now != line:
                line = new[line.guid] = now
        if not note.id and was.span.path != note.span.path:  # Of equal notes, it may be the first one now.
            moved.append(note.match)
        identities.append(Identity(line.guid, line.nid, line.id, line.mod, numbers))
    # What another note has, or had, for its text may decide which of the two is which.
    known = {text for own in texts.values() for text in own}
    if len(known) < sum(map(len, texts.values())):
        return None
    if open_ or gone or moved or len(known) > FEW:
        came, left = [new[guid] for guid in new if guid not in held], [held[guid] for guid in gone]
        if not _are_apart(came, left, moved, texts, held):
            return None
    elif held.is_elsewhere(known, texts):
        return None
    return identities, held.changed(new, gone)


def is_settled(
    notes: Sequence[Candidate],
    guids: Sequence[str],
    before: Mapping[str, Line],
    after: Mapping[str, Line],
    families: Mapping[str, Family],
) -> bool:
    """Whether the next build finds the line that each of these notes has now, going by the lines `after` this build. Of notes of one
    text, it could take one for another where a line was not among those `before`.
    """
    changed = [line for guid, line in after.items() if before.get(guid) != line]
    times = Counter(text for line in after.values() for text in line.texts) if changed else Counter[str]()
    if not any(times[text] > 1 for line in changed for text in line.texts):
        return True
    equal = [(note, guid) for note, guid in zip(notes, guids, strict=True) if times[note.match] > 1]
    lines = [line for line in after.values() if any(times[text] > 1 for text in line.texts)]
    found = match([note for note, _ in equal], lines, families).lines
    return [line.guid for _, line in sorted(found.items())] == [guid for _, guid in equal]


def _pairs(before: Mapping[str, Candidate], after: Sequence[Candidate]) -> dict[int, str]:
    """The guid of each note that was there before, by its place."""
    found: dict[int, str] = {}
    left = dict(before)
    for known_by in (_text, _name):
        places: dict[Hashable, deque[str]] = defaultdict(deque)
        for guid, was in left.items():
            places[known_by(was)].append(guid)
        for place, note in enumerate(after):
            known = known_by(note)
            if known and place not in found and (guids := places.get(known)):
                found[place] = guids.popleft()
                del left[found[place]]
    return found


def _text(note: Candidate) -> Hashable:
    """What no two notes have in common, unless they are equal in all that tells which is which."""
    return (note.note_type, note.id) if note.id else (note.note_type, note.group, note.path, note.match)


def _name(note: Candidate) -> Hashable:
    """What an item, a row or a cell of a section with an id is known by, whatever its text: of two, an author was told."""
    return (note.note_type, note.group, note.path[-1]) if note.group and note.path and not note.id else None


def _is_like(was: Candidate, note: Candidate, line: Line, minting: Minting) -> bool:
    """Whether the only note that seems new is the only one that seems gone, whatever became of its text: two basic notes in one place
    are always likely to be one, and here no other may be. Of a released one, its author is told how likely.
    """
    one, other = ((held.id, held.group, held.path, held.note_type) for held in (was, note))
    is_enough = SAME_PATH[minting.families[note.note_type]] >= max(LIKELY, MARGIN)
    return one == other and not note.id and is_enough and not line.released


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
    if any(line.released or line.retired for line in gone):
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


def _are_alike(was: Candidate, note: Candidate) -> bool:
    """Whether two notes have the same of what tells which note is which, but for their texts and their places."""
    one, other = ((held.id, held.was, held.group, held.note_type, held.deck, held.mode) for held in (was, note))
    return one == other and not note.was and not note.mode
