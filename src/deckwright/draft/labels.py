"""What many passages have in common → no subject of any: "Time complexity" below each of ten algorithms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .ideas import Idea

_IN_A_FILE, _IN_ALL = 2, 3
"""In how many passages a lead makes it a label: it says which part of an explanation comes, and not of what."""


def without_labels(found: Sequence[Idea]) -> list[Idea]:
    """The ideas without the notes whose subjects are labels."""
    in_file: Counter[tuple[str, str]] = Counter()
    in_all: Counter[str] = Counter()
    for idea in found:
        asked = {entry.question.casefold() for entry in idea.entries}
        in_file.update((idea.passage.file.path, each) for each in asked)
        in_all.update(asked)
    left: list[Idea] = []
    for idea in found:
        labels = [
            entry.line
            for entry in idea.entries
            if not entry.is_left_out
            and (
                in_file[idea.passage.file.path, entry.question.casefold()] >= _IN_A_FILE
                or in_all[entry.question.casefold()] >= _IN_ALL
            )
        ]
        if rest := idea.without(labels) if labels else idea:
            left.append(rest)
    return left
