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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .ledger import Line
from .model import Note

SKETCH_BITS = 512

LIKELY = 0.30
"""The least likeness of two texts taken for one note; see benchmarks/matching.py for what it loses and confuses."""

MARGIN = 0.12
"""How much less alike every other candidate must be, seen from the note and from the line."""

SAME_PATH = {"basic": 0.25, "cloze": 0.12, "occlusion": 0.25}
"""What a note's unchanged path of headings adds: a basic note's last heading is its question, a cloze's only a title."""


@dataclass(slots=True)
class Matches:
    """`lines` gives the line of each matched note, by the note's index. `guessed` are those matched by likeness (0–1).

    `ambiguous` are notes that look like several lines, or share one with another note: they have no line. `recycled`
    are notes whose explicit id leads to a line while that line's text now stands in another note, whose index is given.
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
    """What is remembered of a text, to tell how alike another is: one of 512 bits for each of its words, in base 64.

    Of a text with more than 160 different words the 160 with the lowest hash count, so that two long texts that are
    alike are still judged by the same words.
    """
    hashes = sorted(int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big") for word in set(_words(text)))
    bits = 0
    for value in hashes[:160]:
        bits |= 1 << (value % SKETCH_BITS)
    return base64.b64encode(bits.to_bytes(SKETCH_BITS // 8, "big")).decode()


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
        self.free = {line.guid: line for line in sorted(lines, key=lambda line: (bool(line.retired), line.guid))}
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
                if notes[n][0] == value == taken[guid][0] and value - max(notes[n][1], taken[guid][1]) >= MARGIN
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
        sketches = [_bits(line) for line in lines]
        weights = _weights([*sketches, *(self.bits(n) for n in left)])
        found = {}
        for n in left:
            own, note = self.bits(n), self.notes[n]
            size = own.bit_count()
            for line, bits in zip(lines, sketches, strict=True):
                same_path = note.path == line.key and note.group == line.group
                shared = (own & bits).bit_count()
                # Cheap first: most pairs share few words, and rare words only make them less alike.
                if not same_path and shared * 8 < size + bits.bit_count() - shared:
                    continue
                if not self.may_take(n, line):
                    continue
                value = _likeness(own, bits, weights) + (SAME_PATH[note.family] if same_path else 0)
                if value >= LIKELY:
                    found[n, line.guid] = value
        return found

    def bits(self, n: int) -> int:
        return int.from_bytes(base64.b64decode(sketch(self.notes[n].match)), "big")


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


def _bits(line: Line) -> int:
    return int.from_bytes(base64.b64decode(line.sketch), "big")


def _each_bit(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _weights(sketches: Sequence[int]) -> list[float]:
    """How much each bit tells: words that stand in every note tell nothing."""
    counts = Counter(bit for bits in sketches for bit in _each_bit(bits))
    return [math.log1p(len(sketches) / (1 + counts[bit])) for bit in range(SKETCH_BITS)]


def _likeness(one: int, other: int, weights: Sequence[float]) -> float:
    """The weight of the words that both have, of the words that either has: 0–1."""
    either = sum(weights[bit] for bit in _each_bit(one | other))
    return sum(weights[bit] for bit in _each_bit(one & other)) / either if either else 1.0
