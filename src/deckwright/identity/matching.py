"""Notes and the lines of the ledger → which note is which: by id, by name in a section with one, by equal text, by
similar text.

Decks, files and positions never count. A wrong pair would hand one note's progress to another, so whatever is not
clearly the same stays apart, and the author is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from ..model import Candidate, Family
from ..sketches import NO_WORD
from ..sketches import words as words_of
from .likeness import Index, weight_of, weights_of, without_common
from .lines import Line

LIKELY = 0.34
"""The least likeness at which two texts are taken for one note. benchmarks/README.md has what it loses and confuses."""

POSSIBLE = 0.28
"""The least likeness at which the author is asked. Below it, a note is another one."""

MARGIN = 0.12
"""How much less alike all others must be, seen from the note and from the line."""

SAME_PATH: Mapping[Family, float] = {"basic": 0.4, "cloze": 0.25, "occlusion": 0.4}
"""What the same path of headings adds. The last heading of a basic note is its question, that of a cloze note a title."""

SAME_SECTION = 0.12
"""What the same path adds if only its last heading, or the name of the item or row, is another."""

SAMPLE = 2_000
"""The number of notes from which it is learned how rare each word is."""


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
        known: dict[str, list[Line]] = {self.notes[n].match: [] for n in contested}
        for line in _in_use_first(line for line in self.free.values() if not several.isdisjoint(line.texts)):
            for text in line.texts:
                if text in known:
                    known[text].append(line)
        for is_same in _SAME:
            for n in contested:
                for line in known[self.notes[n].match] if n not in self.found else ():
                    if line.guid in self.free and self.may_take(n, line) and is_same(self.notes[n], line):
                        self.pair(n, line)
                        break

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
        likeness = self.likeness(left, lines)
        while likeness:
            of_notes = _two_best((n, value) for (n, _), value in likeness.items())
            of_lines = _two_best((guid, value) for (_, guid), value in likeness.items())
            clear = [
                (n, guid)
                for (n, guid), value in likeness.items()
                if of_notes[n][0] == value == of_lines[guid][0]
                and value >= LIKELY
                and value - max(of_notes[n][1], of_lines[guid][1]) >= MARGIN
            ]
            for n, guid in clear:
                self.guessed[n] = min(likeness[n, guid], 1.0)
                self.pair(n, self.free[guid])
            notes, guids = {n for n, _ in clear}, {guid for _, guid in clear}
            likeness = {(n, g): value for (n, g), value in likeness.items() if n not in notes and g not in guids}
            if not clear:
                break
        for n, guid in likeness:
            self.ambiguous.setdefault(n, []).append(self.free[guid])

    def likeness(self, left: Sequence[int], lines: Sequence[Line]) -> dict[tuple[int, str], float]:
        """How alike each note and each line are that may be the same: the words they share, by weight, of all they have."""
        own, held = self.words_of_notes(left), self.words_of_lines(lines)
        weights = weights_of(
            [words_of(line.sketch) for line in _in_use_first(self.all)[:: len(self.all) // SAMPLE + 1]]
        )
        index = Index(held, weights, POSSIBLE)
        beside = defaultdict(list)
        for place, line in enumerate(lines):
            beside[line.key[:-1]].append(place)
        found = {}
        of_word, sizes = weights.__getitem__, index.sizes
        for n, words in zip(left, own, strict=True):
            note = self.notes[n]
            size = weight_of(words, weights) + weights[NO_WORD]
            near = beside.get(note.path[:-1], ())
            likely = []
            for place in near:
                both = sum(map(of_word, words & held[place]))
                value = both / (size + sizes[place] - both) + self.bonus(note, lines[place])
                if value >= POSSIBLE:
                    likely.append((place, value))
            for place in index.possible(words, size).difference(near):
                both = sum(map(of_word, words & held[place]))
                value = both / (size + sizes[place] - both)
                if value >= POSSIBLE:
                    likely.append((place, value))
            for place, value in sorted(likely):
                if self.may_take(n, lines[place]):
                    found[n, lines[place].guid] = value
        return found

    def words_of_notes(self, left: Sequence[int]) -> list[set[int]]:
        """The words of these notes without those common in their sections."""
        sections = {self.notes[n].path[:-1] for n in left}
        near = [n for n, note in enumerate(self.notes) if note.path[:-1] in sections]
        words = without_common([(self.notes[n].path[:-1], words_of(self.notes[n].sketch)) for n in near])
        return [found for n, found in zip(near, words, strict=True) if n not in self.found]

    def words_of_lines(self, lines: Sequence[Line]) -> list[set[int]]:
        """The words of these lines without those common in their sections."""
        sections = {line.key[:-1] for line in lines}
        near = [line for line in self.all if line.key[:-1] in sections and line.retired in ("", "draft")]
        words = without_common([(line.key[:-1], words_of(line.sketch)) for line in near])
        by_guid = {line.guid: found for line, found in zip(near, words, strict=True)}
        return [by_guid[line.guid] for line in lines]

    def bonus(self, note: Candidate, line: Line) -> float:
        """What being in the same place adds to likeness."""
        if note.group != line.group or note.path[:-1] != line.key[:-1]:
            return 0.0
        return SAME_PATH[self.families[note.note_type]] if note.path == line.key else SAME_SECTION


_SAME: tuple[Callable[[Candidate, Line], bool], ...] = (
    lambda note, line: note.group == line.group and note.path == line.key and note.source in line.sources,
    lambda note, line: note.group == line.group and note.path == line.key,
    lambda note, line: note.path == line.key,
    lambda note, line: note.group == line.group,
    lambda note, line: True,
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
