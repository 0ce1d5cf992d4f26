"""Notes and the lines of the ledger → which note is which: by id, by name in a section with one, by equal text, by
similar text.

Decks, files and positions never count. A wrong pair would hand one note's progress to another, so whatever is not
clearly the same stays apart, and the author is told.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import product
from typing import TypeVar

import msgspec

from ..model import Candidate, Family
from .lines import Line
from .nearest import Compared, Comparison

LIKELY = 0.34
"""The least likeness at which two texts are taken for one note. benchmarks/README.md has what it loses and confuses."""

MARGIN = 0.12
"""How much less alike all others must be, seen from the note and from the line."""

ROUNDS = 30
"""How often the rest is compared again after clear pairs were found in it. Edits that people make take two or three."""

Key = TypeVar("Key", int, str)

_Name = tuple[str, str, str]
"""A note type, the id of a section, and what an item, row or cell asks."""


class Matches(msgspec.Struct, frozen=True):
    """What is known of each note, by its index.

    `lines` has the line of each note that was found. `guessed` has the likeness, 0–1, of those found by that alone.
    `ambiguous` has the lines that a note may be: it looks like several, or shares one with another note, or is not alike
    enough to be sure. Such a note has no line. `recycled` are notes whose id, or name, leads to a line while the line's
    own text is now in another note, whose index it has. `given_up` has the line that a build had already made for the id
    of a note, before its author named the former one.
    """

    lines: Mapping[int, Line]
    guessed: Mapping[int, float]
    ambiguous: Mapping[int, list[Line]]
    recycled: Mapping[int, int]
    given_up: Mapping[int, Line]


def match(notes: Sequence[Candidate], lines: Iterable[Line], families: Mapping[str, Family]) -> Matches:
    """Find the line of each note, and no line twice. A note is never one of another note type.

    `families` has the family of each note type. The order of notes and lines does not count.
    """
    matcher = _Matcher(notes, list(lines), families)
    matcher.by_id()
    matcher.by_name()
    recycled = matcher.recycled()
    matcher.by_text()
    matcher.by_likeness()
    return Matches(matcher.found, matcher.guessed, matcher.ambiguous, recycled, matcher.given_up)


class _Matcher:
    """What is found so far, and what is left."""

    def __init__(self, notes: Sequence[Candidate], lines: list[Line], families: Mapping[str, Family]) -> None:
        self.notes = notes
        self.families = families
        self.all = lines
        self.free = {line.guid: line for line in lines}
        self.found: dict[int, Line] = {}
        self.guessed: dict[int, float] = {}
        self.ambiguous: dict[int, list[Line]] = {}
        self.given_up: dict[int, Line] = {}

    def open(self) -> list[int]:
        """The notes without a line."""
        return [n for n in range(len(self.notes)) if n not in self.found]

    def pair(self, n: int, line: Line) -> None:
        self.found[n] = line
        del self.free[line.guid]

    def by_id(self) -> None:
        current = {(note.id, note.note_type) for note in self.notes if note.id}
        wanted = {id_ for id_, _ in current} | {note.was for note in self.notes if note.was}
        if not wanted:
            return
        named: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in self.free.values():
            if line.id in wanted:
                named[line.id, line.type].append(line)
        for key, lines in named.items():
            if len(lines) > 1:
                named[key] = _in_use_first(lines)

        def first(id_: str, note_type: str) -> Line | None:
            for line in named.get((id_, note_type), ()):
                if line.guid in self.free:
                    return line
            return None

        for n, note in enumerate(self.notes):
            if not note.id and not note.was:
                continue
            own = first(note.id, note.note_type)
            former = None
            if note.was and (note.was, note.note_type) not in current:  # Otherwise the old id is now another note's.
                former = first(note.was, note.note_type)
            if own and former and _is_too_new(own, former, note.was):
                self.given_up[n] = self.free.pop(own.guid)
                own = None
            if found := own or former:
                self.pair(n, found)

    def by_name(self) -> None:
        """Items, rows and cells of a section with an id, by what they ask, whatever else changed in the same edit.

        Where several have the same name, their texts have to tell them apart. A line in use goes before a retired one.
        """
        lines: dict[_Name, list[Line]] = defaultdict(list)
        for line in _in_use_first(line for line in self.free.values() if line.group and line.key):
            lines[line.type, line.group, line.key[-1]].append(line)
        places: dict[_Name, list[int]] = defaultdict(list)
        for n in self.open() if lines else ():
            note = self.notes[n]
            if note.group and note.path:
                places[note.note_type, note.group, note.path[-1]].append(n)
        for name, found in places.items():
            held = lines.get(name, [])
            used = [line for line in held if not line.retired] or held
            if len(found) == len(used) == 1 and self.may_take(found[0], used[0]):
                self.pair(found[0], used[0])

    def recycled(self) -> dict[int, int]:
        """The notes found by an id that stood on another text, and the note that has this text now."""
        notes = self.notes
        other_text = [
            n for n, line in self.found.items() if notes[n].match != line.match and notes[n].match not in line.texts
        ]
        places = {note.match: n for n, note in enumerate(notes)} if other_text else {}
        found = {}
        for n in other_text:
            other = next((places[text] for text in self.found[n].texts if text in places), n)
            keeps = other in self.found and notes[other].match in self.found[other].texts
            if other != n and not keeps:
                found[n] = other
        return found

    def may_take(self, n: int, line: Line) -> bool:
        """Whether a note may have a line that is found without an id.

        An id that the author wrote is not handed to a note that has another one: that takes a `was`.
        """
        return self.notes[n].note_type == line.type and not (self.notes[n].id and line.explicit)

    def by_text(self) -> None:
        """Lines of equal text, those in use before the retired ones; of several, one of the same
        section and path first, and among those one with the same source."""
        places: dict[str, int] = {}
        held: dict[str, Line] = {}
        several: set[str] = set()  # Nearly always one note and one line have a text.
        for n in self.open():
            text = self.notes[n].match
            if places.setdefault(text, n) != n:
                several.add(text)
        for line in self.free.values():
            if line.match in places and held.setdefault(line.match, line) is not line:
                several.add(line.match)
            if line.released and line.released.match != line.match and line.released.match in places:
                held.setdefault(line.released.match, line)
                several.update(line.texts)
        for text, line in held.items():
            if text not in several and self.may_take(places[text], line):
                self.pair(places[text], line)
        if not several:
            return
        contested = [n for n in self.open() if self.notes[n].match in several]
        lines = _in_use_first(line for line in self.free.values() if not several.isdisjoint(line.texts))
        for of_note, of_line in _SAME:
            known: dict[Hashable, deque[Line]] = defaultdict(deque)
            for line in lines:
                if line.guid in self.free:
                    for key in product(line.texts, of_line(line)):
                        known[key].append(line)
            for n in contested:
                if n in self.found:
                    continue
                waiting = known.get((self.notes[n].match, of_note(self.notes[n])), deque())
                while (
                    waiting and waiting[0].guid not in self.free
                ):  # Thousands of equal notes must not pass each other.
                    waiting.popleft()
                own = next((line for line in waiting if line.guid in self.free and self.may_take(n, line)), None)
                if own:
                    self.pair(n, own)

    def by_likeness(self) -> None:
        """The pairs that are clearly each other's best, and then those that are clear among the rest."""
        left = self.open()
        if not left:
            return
        lines = _in_use_first(
            line for line in self.free.values() if line.retired == "" or (line.retired == "draft" and line.released)
        )
        if not lines:
            return
        comparison = Comparison(self.notes, _in_use_first(self.all), self.families, left, lines, may_take=self.may_take)
        compared = comparison.compared()
        likeness = compared.likeness
        for _ in range(ROUNDS):
            clear = _clear(compared, likeness)
            for n, guid in clear:
                self.guessed[n] = min(likeness[n, guid], 1.0)
                self.pair(n, self.free[guid])
            if clear and compared.of_notes:
                comparison.drop(clear)
                compared = comparison.compared()
                likeness = compared.likeness
            else:
                notes, guids = {n for n, _ in clear}, {guid for _, guid in clear}
                likeness = {(n, g): value for (n, g), value in likeness.items() if n not in notes and g not in guids}
            if not clear:
                break
        for n, guid in likeness:
            self.ambiguous.setdefault(n, []).append(self.free[guid])


def _clear(compared: Compared, likeness: Mapping[tuple[int, str], float]) -> list[tuple[int, str]]:
    """The notes and lines that are each other's best, while all others are less alike by the margin."""
    of_notes = _two_best((n, value) for (n, _), value in likeness.items())
    of_lines = _two_best((guid, value) for (_, guid), value in likeness.items())
    return [
        (n, guid)
        for (n, guid), value in likeness.items()
        if of_notes[n][0] == value == of_lines[guid][0]
        and value >= LIKELY
        and value - max(of_notes[n][1], of_lines[guid][1]) >= MARGIN
        and value - compared.of_notes.get(n, 0) >= MARGIN
        and (not compared.of_notes or value - compared.of_line(guid) >= MARGIN)
    ]


_SAME: tuple[tuple[Callable[[Candidate], Hashable], Callable[[Line], Iterable[Hashable]]], ...] = (
    (lambda note: (note.group, note.path, note.source), lambda line: product([line.group], [line.key], line.sources)),
    (lambda note: (note.group, note.path), lambda line: [(line.group, line.key)]),
    (lambda note: note.path, lambda line: [line.key]),
    (lambda note: note.group, lambda line: [line.group]),
    (lambda note: None, lambda line: [None]),
)
"""By what one of several lines of the same text is chosen, the surest sign first."""


def _in_use_first(lines: Iterable[Line]) -> list[Line]:
    """The lines that are not retired, and then the others, each by guid: their order in the file never counts."""
    return sorted(lines, key=lambda line: (bool(line.retired), line.guid))


def _is_too_new(own: Line, former: Line, was: str) -> bool:
    """Whether the line of a note's id was only made because its author had not said yet which id the note had before.

    Then the former line is retired, or released, or has the same text: a build that keeps going retires none. Two drafts
    that are otherwise both in the deck are two notes. A released line is never given up, nor one that got its former id
    long ago.
    """
    is_same = bool(former.retired or former.released) or own.match == former.match
    return is_same and not own.released and was not in own.was


def _two_best(values: Iterable[tuple[Key, float]]) -> dict[Key, tuple[float, float]]:
    """The best and the second best value of each note or line."""
    best: dict[Key, tuple[float, float]] = {}
    for key, value in values:
        first, second = best.get(key, (0.0, 0.0))
        best[key] = (value, first) if value > first else (first, max(second, value))
    return best
