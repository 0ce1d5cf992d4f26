"""The rules by their names, in the order in which they are asked: a passage becomes what the first says that finds something."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from . import definitions, lists, questions, tables
from .ideas import Idea, Rule
from .passages import Passage

RULES: Mapping[Rule, Callable[[Passage], Iterator[Idea]]] = {
    "questions": questions.ideas,
    "leads": lists.leads,
    "terms": lists.terms,
    "tables": tables.ideas,
    "definitions": definitions.ideas,
}
DEFAULT: tuple[Rule, ...] = ("questions", "leads", "tables")
"""The rules of whose cards a strict reader accepted at least two of three: see docs/draft.md."""


def ideas(passage: Passage, rules: Collection[Rule]) -> Iterator[Idea]:
    """What the rules find in a passage that could become a note, the most wanted first."""
    if passage.is_free:
        for name, rule in RULES.items():
            if name in rules:
                yield from rule(passage)
