"""Notes and lines that are left → how alike those are that may be the same, and how alike all others are at most.

Of a few hundred, each note is compared with each line that may be the same. Where thousands are nearly equal, it is compared
with so many, the most telling words first, and what it was not compared with has a bound: so nothing is taken for the best
that others could equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import msgspec

from ..model import Candidate, Family
from ..sketches import NO_WORD
from ..sketches import words as words_of
from .likeness import Index, marks_of, most_shared, weight_of, weights_of, without_common
from .lines import Line

POSSIBLE = 0.28
"""The least likeness at which the author is asked. Below it, a note is another one."""

SAME_PATH: Mapping[Family, float] = {"basic": 0.4, "cloze": 0.25, "occlusion": 0.4}
"""What the same path of headings adds. The last heading of a basic note is its question, that of a cloze note a title."""

SAME_SECTION = 0.12
"""What the same path adds if only its last heading, or the name of the item or row, is another."""

SAMPLE = 2_000
"""The number of notes from which it is learned how rare each word is."""

FEW = 100
"""Lines of one section, or of one path, with all of which a note is compared."""

COMPARED = 200
"""Lines of the deck, of one section or of one path with which a note is compared for the words that they share."""

TRIED = 20
"""Lines with which a note is compared that looks like so many that none was picked: it is asked about if one is alike."""

_ENOUGH = POSSIBLE / (1 + POSSIBLE) * (1 - 1e-9)
"""The least part that two notes share of what both weigh, each by itself, if they are possible without a bonus."""

_SLIGHT = 0.04
"""The least likeness, without what the same path adds, at which notes of one path are compared if they are many."""


class Compared(msgspec.Struct, frozen=True):
    """The likeness of each note, by its index, and each line, by its guid, from POSSIBLE on.

    `of_notes` and `of_lines` have those that were not compared with all that may be the same, and how alike any other one
    is at most.
    """

    likeness: dict[tuple[int, str], float]
    of_notes: Mapping[int, float]
    of_lines: Mapping[str, float]


class Comparison:
    """The words of notes and lines, to compare those that are left.

    `known` are all lines of the ledger, and `free` those that notes may still have, both in an order that does not depend
    on the file. `left` are the notes without a line, by their index.
    """

    def __init__(
        self,
        notes: Sequence[Candidate],
        known: Sequence[Line],
        families: Mapping[str, Family],
        left: Sequence[int],
        free: Sequence[Line],
    ) -> None:
        self.notes = notes
        self.families = families
        self.weights = weights_of([words_of(line.sketch) for line in known[:: len(known) // SAMPLE + 1]])
        self.own = _words_of_notes(notes, left)
        self.held = _words_of_lines(known, free)

    def of(self, left: Sequence[int], free: Sequence[Line], may_take: Callable[[int, Line], bool]) -> Compared:
        """Compare these notes with these lines. `may_take` tells whether a note may have a line at all."""
        lines = _Lines(free, [self.held[line.guid] for line in free], self.weights)
        found: dict[int, list[tuple[int, float]]] = {}
        of_notes: dict[int, float] = {}
        # By what they are: which of many a note is tried with does not depend on its place in the deck.
        for turn, n in enumerate(sorted(left, key=lambda n: (self.notes[n].path, self.notes[n].match))):
            note, words = self.notes[n], self.own[n]
            size = weight_of(words, self.weights) + self.weights[NO_WORD]
            places, unseen = lines.possible(note, words, size, SAME_PATH[self.families[note.note_type]])
            alike = partial(self._alike, n, size, lines, may_take)
            found[n] = alike(places)
            if unseen >= POSSIBLE:
                of_notes[n] = unseen
                found[n] = found[n] or alike(lines.some(note, words, size, turn))
        likeness = {(n, free[place].guid): value for n in left for place, value in found[n]}
        return Compared(likeness, of_notes, self._of_lines(lines, max(of_notes.values())) if of_notes else {})

    def _alike(
        self, n: int, size: float, lines: _Lines, may_take: Callable[[int, Line], bool], places: Iterable[int]
    ) -> list[tuple[int, float]]:
        """Those of the places whose lines are alike enough, with their likeness, in order. The note's words weigh `size`."""
        note, words, of_word = self.notes[n], self.own[n], self.weights.__getitem__
        section, marks = lines.section(note), marks_of(words)
        most = most_shared(words, marks, self.weights)
        # Nearly all of them share too few words. Their marks tell that in a tenth of the time.
        pools, held, enough = lines.pools, lines.marks, lines.enough
        least = _ENOUGH * size
        near = [
            place
            for place in places
            if most[(marks & held[place]).bit_count()] >= least + enough[place] or pools[place] is section
        ]
        found = []
        for place in sorted(near):
            line = lines.free[place]
            both = sum(map(of_word, words & lines.words[place]))
            value = both / (size + lines.sizes[place] - both) + self._bonus(note, line)
            if value >= POSSIBLE and may_take(n, line):
                found.append((place, value))
        return found

    def _bonus(self, note: Candidate, line: Line) -> float:
        """What being in the same place adds to likeness."""
        if note.group != line.group or note.path[:-1] != line.key[:-1]:
            return 0.0
        return SAME_PATH[self.families[note.note_type]] if note.path == line.key else SAME_SECTION

    def _of_lines(self, lines: _Lines, most: float) -> dict[str, float]:
        """How alike any note is at most with which a line was not compared; for no note, it is more than `most`."""
        bounds = {}
        for line, words, size in zip(lines.free, lines.words, lines.sizes, strict=True):
            bonus = SAME_PATH[self.families[line.type]] if line.type in self.families else 0
            bounds[line.guid] = min(lines.unseen(line, words, size + self.weights[NO_WORD], bonus), most)
        return bounds


class _Pool:
    """Some lines, by their places, among which notes look for those like them. `passed` are words that notes passed over."""

    def __init__(self, places: Sequence[int], words: Sequence[set[int]], weights: Mapping[int, float], least: float):
        self.places = places
        self.weights = weights
        self.index = Index([words[place] for place in places], weights, least, COMPARED) if len(places) > FEW else None
        self.passed: set[int] = set()

    def possible(self, words: set[int], size: float) -> tuple[Iterable[int], float]:
        """The places of lines that may be alike, and the likeness that others have at most: 0 if there are none."""
        if self.index is None:
            return self.places, 0.0
        found, passed = self.index.possible(words, size)
        self.passed.update(passed)
        places = found if isinstance(self.places, range) else [self.places[n] for n in found]
        return places, weight_of(passed, self.weights) / size

    def some(self, words: set[int], size: float, turn: int) -> list[int]:
        """The places of a few lines that have words which were passed over; others at each turn."""
        if self.index is None:
            return []
        passed = self.index.possible(words, size)[1]
        return [self.places[n] for n in self.index.some(passed, size, turn, TRIED)]

    def unseen(self, words: set[int], size: float) -> float:
        """The likeness that notes have at most with which a line was not compared."""
        return weight_of(words & self.passed, self.weights) / size


class _Lines:
    """Lines that notes may have, to find those like a note: in the whole deck, in its section, and on its own path."""

    def __init__(self, free: Sequence[Line], words: Sequence[set[int]], weights: Mapping[int, float]) -> None:
        self.free = free
        self.words = words
        self.sizes = [weight_of(held, weights) for held in words]
        self.deck = _Pool(range(len(free)), words, weights, POSSIBLE)
        sections, paths = defaultdict(list), defaultdict(list)
        for place, line in enumerate(free):
            sections[line.group, line.key[:-1]].append(place)
            paths[line.group, line.key].append(place)
        self.sections = {key: _Pool(held, words, weights, POSSIBLE - SAME_SECTION) for key, held in sections.items()}
        self.paths = {key: _Pool(held, words, weights, _SLIGHT) for key, held in paths.items()}
        self.pools = [self.sections[line.group, line.key[:-1]] for line in free]
        self.marks = [*map(marks_of, words)]
        self.enough = [_ENOUGH * size for size in self.sizes]

    def section(self, note: Candidate) -> _Pool | None:
        """The lines of the note's section."""
        return self.sections.get((note.group, note.path[:-1]))

    def possible(self, note: Candidate, words: set[int], size: float, same_path: float) -> tuple[set[int], float]:
        """The places of the lines that may be alike, and how alike others are at most, or 0."""
        found, most = self.deck.possible(words, size)
        places = set(found)
        if section := self.section(note):
            found, unseen = section.possible(words, size)
            places.update(found)
            most = max(most, unseen + SAME_SECTION if unseen else 0)
        if path := self.paths.get((note.group, note.path)):
            found, unseen = path.possible(words, size)
            places.update(found)
            most = max(most, max(unseen, _SLIGHT) + same_path if path.index else 0)
        return places, most

    def unseen(self, line: Line, words: set[int], size: float, same_path: float) -> float:
        """How alike notes are at most with which this line was not compared, or 0."""
        section = self.sections[line.group, line.key[:-1]].unseen(words, size)
        path = self.paths[line.group, line.key]
        return max(
            self.deck.unseen(words, size),
            section + SAME_SECTION if section else 0,
            max(path.unseen(words, size), _SLIGHT) + same_path if path.index else 0,
        )

    def some(self, note: Candidate, words: set[int], size: float, turn: int) -> list[int]:
        """A few of the many lines that a note resembles, others at each turn."""
        path = self.paths.get((note.group, note.path))
        if path and path.index:
            return [path.places[(turn + n) % len(path.places)] for n in range(min(TRIED, len(path.places)))]
        pools = (self.section(note), self.deck)
        return [place for pool in pools if pool for place in pool.some(words, size, turn)]


def _words_of_notes(notes: Sequence[Candidate], left: Sequence[int]) -> dict[int, set[int]]:
    """The words of these notes without those common in their sections."""
    sections = {notes[n].path[:-1] for n in left}
    near = [n for n, note in enumerate(notes) if note.path[:-1] in sections]
    words = without_common([(notes[n].path[:-1], words_of(notes[n].sketch)) for n in near])
    return dict(zip(near, words, strict=True))


def _words_of_lines(known: Sequence[Line], free: Sequence[Line]) -> dict[str, set[int]]:
    """The words of these lines without those common in their sections."""
    sections = {line.key[:-1] for line in free}
    near = [line for line in known if line.key[:-1] in sections and line.retired in ("", "draft")]
    words = without_common([(line.key[:-1], words_of(line.sketch)) for line in near])
    return {line.guid: found for line, found in zip(near, words, strict=True)}
