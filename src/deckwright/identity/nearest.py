"""Notes and lines that are left → how alike those are that may be the same, and how alike all others are at most.

Of a few hundred, each note is compared with each line that may be the same. Where thousands are nearly equal, it is compared
with so many, the most telling words first, and what it was not compared with has a bound: so nothing is taken for the best
that others could equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
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

    `of_notes` has those that were not compared with all that may be the same, and how alike any other one is at most. If
    there are any, `of_line` tells the same of a line.
    """

    likeness: dict[tuple[int, str], float]
    of_notes: Mapping[int, float]
    of_line: Callable[[str], float]


class Comparison:
    """The words of notes and lines, to compare those that are left, and what is known of them from the last time.

    `known` are all lines of the ledger, and `free` those that notes may still have, both in an order that does not depend
    on the file. `left` are the notes without a line, by their index. `may_take` tells whether a note may have a line at all.
    """

    def __init__(
        self,
        notes: Sequence[Candidate],
        known: Sequence[Line],
        families: Mapping[str, Family],
        left: Sequence[int],
        free: Sequence[Line],
        *,
        may_take: Callable[[int, Line], bool],
    ) -> None:
        self.notes = notes
        self.families = families
        self.may_take = may_take
        self.weights = weights_of([words_of(line.sketch) for line in known[:: len(known) // SAMPLE + 1]])
        self.own = _words_of_notes(notes, left)
        held = _words_of_lines(known, free)
        self.lines = _Lines(free, [held[line.guid] for line in free], self.weights)
        # By what they are: which of many a note is tried with does not depend on its place in the deck.
        self.left = {n: _Note() for n in sorted(left, key=lambda n: (notes[n].path, notes[n].match))}

    def drop(self, pairs: Iterable[tuple[int, str]]) -> None:
        """Leave out these notes and lines from now on."""
        gone = set()
        for n, guid in pairs:
            del self.left[n]
            gone.add(self.lines.places[guid])
        self.lines.drop(gone)
        for note in self.left.values():
            note.found = [(place, value) for place, value in note.found if place not in gone]

    def compared(self) -> Compared:
        """Compare the notes with the lines. Of fewer, more are compared than the last time."""
        found: dict[int, list[tuple[int, float]]] = {}
        of_notes: dict[int, float] = {}
        for turn, (n, known) in enumerate(self.left.items()):
            if known.is_done:
                found[n] = known.found
                continue
            size = weight_of(self.own[n], self.weights) + self.weights[NO_WORD]
            unseen = self._compare(n, size, known)
            found[n] = known.found
            if unseen >= POSSIBLE:
                of_notes[n] = unseen
                found[n] = known.found or self._alike(n, size, self.lines.some(self.notes[n], self.own[n], size, turn))
        free = self.lines.free
        likeness = {(n, free[place].guid): value for n in sorted(found) for place, value in found[n]}
        return Compared(likeness, of_notes, partial(self._of_line, max(of_notes.values(), default=0.0)))

    def _compare(self, n: int, size: float, known: _Note) -> float:
        """Look for the lines that are like a note whose words weigh `size`, and tell how alike others are at most, or 0."""
        note, words, lines = self.notes[n], self.own[n], self.lines
        places, passed = lines.deck.possible(words, size, known.passed)
        unseen = weight_of(passed, self.weights) / size
        alike = self._sharing_marks(words, size, places) if passed else {*places}  # Without, they are few.
        if known.passed:  # Then it was compared with all lines near it, and of the others, these are new.
            known.found = sorted({*known.found, *self._alike(n, size, alike)})
            known.passed = passed
        else:
            near, unseen_near = lines.near(note, words, size, SAME_PATH[self.families[note.note_type]], places)
            known.found = self._alike(n, size, near | alike)
            known.passed = () if unseen_near else passed
            unseen = max(unseen, unseen_near)
        known.is_done = not unseen
        return unseen

    def _sharing_marks(self, words: set[int], size: float, places: Iterable[int]) -> set[int]:
        """Those of the places whose lines may share enough of the words. Nearly all share too few: marks tell that fast."""
        marks, held, enough = marks_of(words), self.lines.marks, self.lines.enough
        more = most_shared(words, marks, self.weights, -_ENOUGH * size)
        return {place for place in places if more[(marks & held[place]).bit_count()] >= enough[place]}

    def _alike(self, n: int, size: float, places: Iterable[int]) -> list[tuple[int, float]]:
        """Those of the places whose lines are alike enough, with their likeness, in order."""
        note, words, lines, of_word = self.notes[n], self.own[n], self.lines, self.weights.__getitem__
        held, sizes, pools, section = lines.words, lines.sizes, lines.pools, lines.section(note)
        found = []
        for place in sorted(places):
            both = sum(map(of_word, words & held[place]))
            value = both / (size + sizes[place] - both)
            if pools[place] is section:
                on_path = note.path == lines.free[place].key
                value += SAME_PATH[self.families[note.note_type]] if on_path else SAME_SECTION
            if value >= POSSIBLE and self.may_take(n, lines.free[place]):
                found.append((place, value))
        return found

    def _of_line(self, most: float, guid: str) -> float:
        """How alike any note is at most with which a line was not compared; for no note, it is more than `most`."""
        place = self.lines.places[guid]
        line = self.lines.free[place]
        bonus = SAME_PATH[self.families[line.type]] if line.type in self.families else 0
        return min(self.lines.unseen(place, bonus), most)


class _Note:
    """What is known of a note: the places of the lines like it, with their likeness, and which words were passed over.

    With `is_done`, it was compared with all lines that may be the same.
    """

    __slots__ = ("found", "is_done", "passed")

    def __init__(self) -> None:
        self.found: list[tuple[int, float]] = []
        self.passed: Sequence[int] = ()
        self.is_done = False


class _Pool:
    """Some lines, by their places, among which notes look for those like them. `passed` are words that notes passed over."""

    def __init__(self, places: Sequence[int], words: Sequence[set[int]], weights: Mapping[int, float], least: float):
        self.places = places
        self.weights = weights
        self.index = Index(words, places, weights, least, COMPARED) if len(places) > FEW else None
        self.passed: set[int] = set()

    def drop(self, gone: Set[int]) -> None:
        """Leave out these places from now on."""
        self.places = [place for place in self.places if place not in gone]
        self.passed = set()
        if len(self.places) <= FEW:
            self.index = None
        elif self.index:
            self.index.drop(gone)

    def possible(self, words: set[int], size: float, passed: Sequence[int] = ()) -> tuple[Collection[int], list[int]]:
        """The places of lines that may be alike, and the words that were passed over: no others are alike without them."""
        if self.index is None:
            return self.places, []
        found, now_passed = self.index.possible(words, size, passed)
        self.passed.update(now_passed)
        return found, now_passed

    def some(self, words: set[int], size: float, turn: int) -> list[int]:
        """The places of a few lines that have words which were passed over; others at each turn."""
        if self.index is None:
            return []
        return self.index.some(self.index.possible(words, size)[1], size, turn, TRIED)

    def unseen(self, words: set[int], size: float) -> float:
        """The likeness that notes have at most with which a line was not compared."""
        return weight_of(words & self.passed, self.weights) / size


class _Lines:
    """Lines that notes may have, to find those like a note: in the whole deck, in its section, and on its own path."""

    def __init__(self, free: Sequence[Line], words: Sequence[set[int]], weights: Mapping[int, float]) -> None:
        self.free = free
        self.words = words
        self.weights = weights
        self.places = {line.guid: place for place, line in enumerate(free)}
        self.sizes = [weight_of(held, weights) for held in words]
        self.deck = _Pool(range(len(free)), words, weights, POSSIBLE)
        sections, paths = defaultdict(list), defaultdict(list)
        for place, line in enumerate(free):
            sections[line.group, line.key[:-1]].append(place)
            paths[line.group, line.key].append(place)
        self.sections = {key: _Pool(held, words, weights, POSSIBLE - SAME_SECTION) for key, held in sections.items()}
        self.paths = {key: _Pool(held, words, weights, _SLIGHT) for key, held in paths.items()}
        self.pools = [self.sections[line.group, line.key[:-1]] for line in free]
        self.large = [pool for pool in (self.deck, *self.sections.values(), *self.paths.values()) if pool.index]
        self.marks = [*map(marks_of, words)]
        self.enough = [_ENOUGH * size for size in self.sizes]

    def drop(self, gone: Set[int]) -> None:
        """Leave out the lines of these places from now on."""
        lines = [self.free[place] for place in gone]
        for pool in {
            *self.large,
            *(self.sections[line.group, line.key[:-1]] for line in lines),
            *(self.paths[line.group, line.key] for line in lines),
        }:
            pool.drop(gone)

    def section(self, note: Candidate) -> _Pool | None:
        """The lines of the note's section."""
        return self.sections.get((note.group, note.path[:-1]))

    def near(
        self, note: Candidate, words: set[int], size: float, same_path: float, in_deck: Iterable[int]
    ) -> tuple[set[int], float]:
        """The places of the lines near a note that may be alike, and how alike others are at most, or 0.

        `in_deck` are places of lines that are found in the deck. Of a large section, some of them may not be found in it.
        """
        near: set[int] = set()
        most = 0.0
        if section := self.section(note):
            found, passed = section.possible(words, size)
            near.update(found)
            if section.index:
                near.update(place for place in in_deck if self.pools[place] is section)
            if passed:
                most = weight_of(passed, self.weights) / size + SAME_SECTION
        if path := self.paths.get((note.group, note.path)):
            found, passed = path.possible(words, size)
            near.update(found)
            if path.index:
                most = max(most, max(weight_of(passed, self.weights) / size, _SLIGHT) + same_path)
        return near, most

    def unseen(self, place: int, same_path: float) -> float:
        """How alike notes are at most with which this line was not compared, or 0."""
        words, size = self.words[place], self.sizes[place] + self.weights[NO_WORD]
        section = self.pools[place].unseen(words, size)
        path = self.paths[self.free[place].group, self.free[place].key]
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
