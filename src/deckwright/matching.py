"""Notes and the ledger's lines → which note is which: by explicit id, by equal text, by similar text.

Decks, files and positions never count. A wrong pair hands one note's progress to another, so what is not clearly the
same is left apart and told.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from .ledger import Line
from .model import Note

LIKELY = 0.34
"""The least likeness of two texts taken for one note; see benchmarks/README.md for what it loses and confuses."""

POSSIBLE = 0.28
"""The least likeness of which the author is asked. What is less alike is another note."""

MARGIN = 0.12
"""How much less alike every other candidate must be, seen from the note and from the line."""

SAME_PATH = {"basic": 0.4, "cloze": 0.25, "occlusion": 0.4}
"""What a note's unchanged path of headings adds: a basic note's last heading is its question, a cloze's only a title."""

SAME_SECTION = 0.12
"""What an unchanged path adds where only its last heading, or the name of the item or row, is another."""

COMMON = 2 / 3
"""Words that a greater share of a section's notes have are no part of their likeness: a shared stem, a column's head."""

SKETCH_WORDS, WORD_BITS = 36, 14
"""Of how many words a sketch consists, and of how many bits each: together they fit into 64 bytes."""

SAMPLE = 2_000
"""From how many notes it is learned how rare each word is."""


@dataclass(slots=True)
class Matches:
    """`lines` gives the line of each matched note, by the note's index. `guessed` are those matched by likeness (0–1).

    `ambiguous` are notes that look like several lines, share one with another note, or are not alike enough to one to be
    sure: they have no line. `recycled` are notes whose explicit id leads to a line while that line's text now stands in
    another note, whose index is given.
    """

    lines: dict[int, Line] = field(default_factory=dict)
    guessed: dict[int, float] = field(default_factory=dict)
    ambiguous: dict[int, list[Line]] = field(default_factory=dict)
    recycled: dict[int, int] = field(default_factory=dict)


def match(notes: Sequence[Note], was: Sequence[str], lines: Iterable[Line]) -> Matches:
    """Find each note's line. `was[n]` is the id that note n had before, or empty. Each line is given once."""
    return _Matcher(notes, was, list(lines)).match()


def digest(text: str) -> str:
    """The digest by which equal texts are found: 16 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sketch(text: str) -> str:
    """What is remembered of a text, to tell how alike another is: a number for each of its words, in base 64.

    Of a text with more different words those with the lowest hash count, so that two long texts that are alike are still
    judged by the same words. Single characters, such as punctuation, go first.
    """
    words = sorted(set(_words(text)), key=lambda word: (len(word) == 1, _hash(word)))
    bits = 0
    for word in words[:SKETCH_WORDS]:
        bits = bits << WORD_BITS | _hash(word) % _NUMBERS + 1  # 0 stands for no word.
    return base64.b64encode(bits.to_bytes(64, "big")).decode()


_NUMBERS = (1 << WORD_BITS) - 1


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")


_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def _words(text: str) -> Iterator[str]:
    """Words and punctuation; of scripts that do not part words, every two neighbouring characters."""
    for word in _WORD.findall(text.casefold()):
        if _UNSPACED.search(word):
            yield from (word[n : n + 2] for n in range(max(len(word) - 1, 1)))
        else:
            yield word


class _Matcher:
    def __init__(self, notes: Sequence[Note], was: Sequence[str], lines: list[Line]) -> None:
        self.notes = notes
        self.was = was
        self.all = sorted(lines, key=lambda line: (bool(line.retired), line.guid))
        self.free = {line.guid: line for line in self.all}
        self.found = Matches()
        self.texts = [digest(note.match) for note in notes]

    def match(self) -> Matches:
        self.by_id()
        self.by_text()
        self.by_likeness()
        return self.found

    def open(self) -> list[int]:
        """The notes without a line."""
        return [n for n in range(len(self.notes)) if n not in self.found.lines]

    def pair(self, n: int, line: Line) -> None:
        self.found.lines[n] = line
        del self.free[line.guid]

    def by_id(self) -> None:
        named = defaultdict(list)
        for line in self.free.values():
            named[line.id, line.family].append(line)
        current = {(note.id, note.family) for note in self.notes}
        for n, note in enumerate(self.notes):
            for id_ in filter(None, (note.id, self.was[n])):
                old = id_ != note.id
                if old and (id_, note.family) in current:
                    continue  # The old id is still another note's.
                lines = [line for line in named[id_, note.family] if line.guid in self.free]
                if lines and n not in self.found.lines:
                    self.pair(n, lines[0])
        places = {text: n for n, text in enumerate(self.texts)}
        for n, line in self.found.lines.items():
            other = next((places[text] for text in _texts(line) if text in places), n)
            keeps = other in self.found.lines and self.texts[other] in _texts(self.found.lines[other])
            if self.texts[n] not in _texts(line) and other != n and not keeps:
                self.found.recycled[n] = other

    def may_take(self, n: int, line: Line) -> bool:
        """An id of the author's is not handed to a note that has another: that takes a `was`."""
        return self.notes[n].family == line.family and not (self.notes[n].id and line.explicit)

    def by_text(self) -> None:
        """Equal texts, those still in use before the retired; of several, one of the same section and path first."""
        known = defaultdict(list)
        for line in self.free.values():
            for text in _texts(line):
                known[text].append(line)
        same: tuple[Callable[[Note, Line], bool], ...] = (
            lambda note, line: note.group == line.group and note.path == line.key,
            lambda note, line: note.path == line.key,
            lambda note, line: note.group == line.group,
            lambda note, line: True,
        )
        for is_same in same:
            for n in self.open():
                for line in known.get(self.texts[n], ()):
                    if line.guid in self.free and self.may_take(n, line) and is_same(self.notes[n], line):
                        self.pair(n, line)
                        break

    def by_likeness(self) -> None:
        """The pairs that are clearly each other's best, and then what is clear among the rest."""
        left = self.open()
        lines = [line for line in self.free.values() if line.retired in ("", "draft")]
        if not left or not lines:
            return
        likeness = self.likeness(left, lines)
        while likeness:
            notes, taken = _best(likeness, 0), _best(likeness, 1)
            clear = [
                (n, guid)
                for (n, guid), value in likeness.items()
                if notes[n][0] == value == taken[guid][0]
                and value >= LIKELY
                and value - max(notes[n][1], taken[guid][1]) >= MARGIN
            ]
            for n, guid in clear:
                self.found.guessed[n] = min(likeness[n, guid], 1.0)
                self.pair(n, self.free[guid])
            rows, columns = {n for n, _ in clear}, {guid for _, guid in clear}
            likeness = {(n, g): value for (n, g), value in likeness.items() if n not in rows and g not in columns}
            if not clear:
                break
        for n, guid in likeness:
            self.found.ambiguous.setdefault(n, []).append(self.free[guid])

    def likeness(self, left: Sequence[int], lines: Sequence[Line]) -> dict[tuple[int, str], float]:
        """Of every note and every line that may be the same, how alike they are, where that is enough."""
        own, held = self.words_of_notes(left), self.words_of_lines(lines)
        weights = _weights([_unpacked(line.sketch) for line in self.all[:: len(self.all) // SAMPLE + 1]])
        sizes = [_weight(words, weights) for words in held]
        having, beside = defaultdict(list), defaultdict(list)
        for place, (line, words) in enumerate(zip(lines, held, strict=True)):
            beside[line.key[:-1]].append(place)
            for word in words:
                having[word].append(place)
        found = {}
        for n, words in zip(left, own, strict=True):
            note = self.notes[n]
            size = _weight(words, weights) + weights[_NO_WORD]
            near = beside.get(note.path[:-1], ())
            # The rarest words first. What is left in the end is not enough to make a line possible: those words would
            # lead to nearly all of them.
            rest = size - weights[_NO_WORD]
            shared: dict[int, float] = {}
            for word in sorted(words, key=weights.__getitem__, reverse=True):
                if rest < POSSIBLE * size:
                    break
                weight = weights[word]
                rest -= weight
                for place in having.get(word, ()):
                    shared[place] = shared.get(place, 0.0) + weight
            limit = (1 + POSSIBLE) / POSSIBLE
            possible = (p for p, weight in shared.items() if (weight + rest) * limit >= size + sizes[p])
            for place in {*near, *possible}:
                line = lines[place]
                if not self.may_take(n, line):
                    continue
                both = _weight(words & held[place], weights)
                value = both / (size + sizes[place] - both) + _bonus(note, line)
                if value >= POSSIBLE:
                    found[n, line.guid] = value
        return found

    def words_of_notes(self, left: Sequence[int]) -> list[set[int]]:
        """The words of these notes without those common in their sections."""
        sections = {self.notes[n].path[:-1] for n in left}
        near = [n for n, note in enumerate(self.notes) if note.path[:-1] in sections]
        words = _telling([(self.notes[n].path[:-1], _unpacked(self.sketch(n))) for n in near])
        return [found for n, found in zip(near, words, strict=True) if n not in self.found.lines]

    def words_of_lines(self, lines: Sequence[Line]) -> list[set[int]]:
        """The words of these lines without those common in their sections."""
        sections = {line.key[:-1] for line in lines}
        near = [line for line in self.all if line.key[:-1] in sections and line.retired in ("", "draft")]
        words = _telling([(line.key[:-1], _unpacked(line.sketch)) for line in near])
        by_guid = {line.guid: found for line, found in zip(near, words, strict=True)}
        return [by_guid[line.guid] for line in lines]

    def sketch(self, n: int) -> str:
        """The note's sketch, as its line has it where the text is the same."""
        line = self.found.lines.get(n)
        return line.sketch if line and line.match == self.texts[n] else sketch(self.notes[n].match)


def _bonus(note: Note, line: Line) -> float:
    """What being in the same place adds to likeness."""
    if note.group != line.group or note.path[:-1] != line.key[:-1]:
        return 0.0
    return SAME_PATH[note.family] if note.path == line.key else SAME_SECTION


def _best(likeness: dict[tuple[int, str], float], side: int) -> dict[object, tuple[float, float]]:
    """Seen from the notes (0) or the lines (1): the best and the second best value of each."""
    best: dict[object, tuple[float, float]] = {}
    for pair, value in likeness.items():
        first, second = best.get(pair[side], (0.0, 0.0))
        best[pair[side]] = (value, first) if value > first else (first, max(second, value))
    return best


def _texts(line: Line) -> set[str]:
    """The digests of the texts that a line stands for: the last one seen and the last one released."""
    return {line.match} | ({line.released.match} if line.released else set())


def _unpacked(packed: str) -> set[int]:
    """The words of a sketch."""
    bits = int.from_bytes(base64.b64decode(packed), "big")
    words = set()
    while bits:
        words.add(bits & _NUMBERS)
        bits >>= WORD_BITS
    return words


def _telling(members: Sequence[tuple[tuple[str, ...], set[int]]]) -> list[set[int]]:
    """The words of each member of a section without those that most of the section has; all where there are no others."""
    sections = defaultdict(list)
    for section, words in members:
        sections[section].append(words)
    common = {
        section: {word for word, number in Counter(chain.from_iterable(held)).items() if number > COMMON * len(held)}
        for section, held in sections.items()
        if len(held) > 2
    }
    return [words - common.get(section, set()) or words for section, words in members]


_NO_WORD = 0


def _weights(held: Sequence[set[int]]) -> defaultdict[int, float]:
    """How much each word tells: one that stands in every note tells nothing, one that stands in none the most."""
    counts = Counter(chain.from_iterable(held))
    most = math.log1p(len(held) / 2)
    return defaultdict(lambda: most, {word: math.log1p(len(held) / (1 + n)) for word, n in counts.items()})


def _weight(words: Iterable[int], weights: Mapping[int, float]) -> float:
    return sum(map(weights.__getitem__, words))
