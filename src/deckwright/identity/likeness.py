"""The words of notes and lines → how much each tells, and which of them may be alike."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import accumulate, chain
from typing import TypeAlias

COMMON = 2 / 3
"""Words that more than this share of a section's notes have do not count: a shared stem, the head of a column."""


def without_common(members: Sequence[tuple[tuple[str, ...], set[int]]]) -> list[set[int]]:
    """The words of each member of a section without those that most of the section has, or all if no others are left."""
    sections = defaultdict(list)
    for section, words in members:
        sections[section].append(words)
    common = {
        section: {word for word, number in Counter(chain.from_iterable(held)).items() if number > COMMON * len(held)}
        for section, held in sections.items()
        if len(held) > 2
    }
    return [words - common.get(section, set()) or words for section, words in members]


def weights_of(held: Sequence[set[int]]) -> defaultdict[int, float]:
    """How much each word tells: nothing if it is in every note, the most if it is in none."""
    counts = Counter(chain.from_iterable(held))
    most = math.log1p(len(held) / 2)
    return defaultdict(lambda: most, {word: math.log1p(len(held) / (1 + n)) for word, n in counts.items()})


def weight_of(words: Iterable[int], weights: Mapping[int, float]) -> float:
    return sum(map(weights.__getitem__, words))


def marks_of(words: Iterable[int]) -> int:
    """A bit for each word, one of 512: of two sets, both have the marks of all words that both have, and of few others."""
    marks = 0
    for word in words:
        marks |= _BITS[word % len(_BITS)]
    return marks


_BITS = [1 << bit for bit in range(512)]


def most_shared(words: Collection[int], marks: int, weights: Mapping[int, float], first: float) -> list[float]:
    """How much words weigh together at most that share so many marks with another set, by that number, and `first` with them.
    The words have `marks`.
    """
    heaviest = accumulate(sorted(map(weights.__getitem__, words), reverse=True), initial=first)
    return [*heaviest][len(words) - marks.bit_count() :]  # So many words have no mark of their own.


class Index:
    """Sets of words, to find those that share at least the part `least` of what they and another one have, by weight.

    For sets that weigh a and b, and share words that weigh both: both / (a + b - both) ≥ least ⇔ both ≥ share · (a + b).
    Words are taken from the rarest on, and `rest` is the weight of one and of all behind it. Where it is the first word
    that two sets share, both ≤ rest; where it is the second, both ≤ rest + the weight of the rarest word. Most sets that
    share one word share no second one so early, and are left out, unless the one word is enough alone.

    A set is compared with `most` others at the most for the words they share: where many have a word, it is passed over,
    and so are all that are not rarer.
    """

    def __init__(
        self, sets: Sequence[set[int]], places: Iterable[int], weights: Mapping[int, float], least: float, most: int
    ) -> None:
        self.most = most
        self.weights = weights
        self.least = least * _ALMOST
        self.share = least / (1 + least) * _ALMOST
        self.sets = {place: sets[place] for place in places}
        self.sizes = {place: weight_of(words, weights) for place, words in self.sets.items()}
        self.words = set().union(*self.sets.values())
        ordered = sorted(self.words, key=lambda word: (-weights[word], word))
        self.ranks = {word: rank for rank, word in enumerate(ordered)}
        # For each word, the sizes of the sets that have it, the smallest first, and their places.
        self.having: dict[int, tuple[list[float], list[int]]] = {word: ([], []) for word in ordered}
        for place in sorted(self.sizes, key=self.sizes.__getitem__):
            size = rest = self.sizes[place]
            words = sorted(self.sets[place], key=self.ranks.__getitem__)
            enough = self.least * size - (weights[words[0]] if words else 0)
            for word in words:
                if rest < enough:
                    break
                sizes, having = self.having[word]
                sizes.append(size)
                having.append(place)
                rest -= weights[word]

    def drop(self, gone: Set[int]) -> None:
        """Leave out the sets of these places from now on."""
        for place in gone & self.sets.keys():
            del self.sets[place]
        self.words = set().union(*self.sets.values())
        for sizes, places in self.having.values():
            if not gone.isdisjoint(places):
                places[:] = [place for place in places if place not in gone]
                sizes[:] = map(self.sizes.__getitem__, places)

    def possible(self, words: set[int], size: float, passed: Sequence[int] = ()) -> tuple[Collection[int], list[int]]:
        """The places of the sets that may share enough with these words, which weigh so much with what stands for them.

        With them are the words that were passed over. Other sets that share enough share none of the words but these.
        Where words were `passed` over before some sets were dropped, only those are looked for that were not found then.
        """
        ranks, weights, share = self.ranks, self.weights, self.share
        smallest = size * self.least
        ordered = sorted(words & self.words, key=ranks.__getitem__)
        rest = weight_of(ordered, weights)
        rarest = weights[ordered[0]] if ordered else 0
        looked_at = 0
        looked_up: list[_LookedUp] = []
        for number, word in enumerate(ordered):
            largest = (rest + rarest) / share - size
            if largest < smallest:
                break
            sizes = self.having[word][0]
            start = bisect_left(sizes, smallest)
            end = bisect_right(sizes, largest, start)
            looked_at += end - start
            if looked_at > self.most:
                first = ranks[passed[0]] if passed else 0
                return self._sharing_one(looked_up, size, first), ordered[number:]
            looked_up.append((word, rest, start, end))
            rest -= weights[word]
        return self._sharing_two(looked_up, size), []

    def _sharing_one(self, looked_up: Iterable[_LookedUp], size: float, first: int) -> list[int]:
        """The places of sets that have one of the words, from the rank `first` on, and are not too large."""
        found: list[int] = []
        for word, rest, start, end in looked_up:
            if self.ranks[word] >= first:
                sizes, places = self.having[word]
                found += places[start : bisect_right(sizes, rest / self.share - size, start, end)]
        return found

    def _sharing_two(self, looked_up: Iterable[_LookedUp], size: float) -> set[int]:
        """The places of sets that have two of the words, or one that may be enough alone, and are not too large."""
        seen_once: set[int] = set()
        found: set[int] = set()
        for word, rest, start, end in looked_up:
            sizes, places = self.having[word]
            # Sets that are not too large if this is the second word they share, and those if it is the first.
            found.update(seen_once.intersection(places[start:end]))
            seen_once.update(places[start : bisect_right(sizes, rest / self.share - size, start, end)])
            weight = self.weights[word]
            if weight >= size * self.least:  # This word alone may be enough.
                found.update(places[start : bisect_right(sizes, weight / self.share - size, start, end)])
        return found

    def some(self, words: Iterable[int], size: float, turn: int, number: int) -> list[int]:
        """The places of a few sets that have one of these words and not another size; others at each turn."""
        found: list[int] = []
        for word in words:
            sizes, places = self.having[word]
            held = range(bisect_left(sizes, size * self.least), bisect_right(sizes, size / self.least))
            found += [places[held[(turn + n) % len(held)]] for n in range(min(number - len(found), len(held)))]
        return found


_LookedUp: TypeAlias = tuple[int, float, int, int]
"""A word, the weight of it and of all behind it, and where those sets begin and end that have it and may share enough."""

_ALMOST = 1 - 1e-9
"""What sums of the same weights in another order may differ by."""
