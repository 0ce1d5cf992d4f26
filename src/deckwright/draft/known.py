"""Cards that are there → whether another would ask the same."""

from __future__ import annotations

from collections import Counter, defaultdict

from ..lint.words import stems

_ENOUGH = 0.9
"""The share of the words of a card that one other must have, for the two to ask the same."""

_LEAST = 3
"""Words of a card that carry a meaning: with fewer, all must be the same."""


class Cards:
    """Cards by their words, question and answer together: a cloze note may ask backwards what a basic note asks."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._by_stem: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, question: str, answer: str) -> None:
        """Add a card."""
        said = _said(question, answer)
        for stem in said:
            self._by_stem[stem].append(len(self._sizes))
        self._sizes.append(len(said))

    def has(self, question: str, answer: str) -> bool:
        """Whether one of the cards has as good as all words of this one."""
        said = _said(question, answer)
        common: Counter[int] = Counter()
        for stem in said:
            common.update(self._by_stem.get(stem, ()))
        if len(said) < _LEAST:
            return any(number == len(said) == self._sizes[card] for card, number in common.items())
        return bool(common) and max(common.values()) >= _ENOUGH * len(said)


def _said(question: str, answer: str) -> frozenset[str]:
    return frozenset(stems(f"{question} {answer}"))
