"""The rules by their names, in the order in which they are asked: a passage becomes what the first says that finds something."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from . import definitions, lists, questions, tables
from .ideas import Idea, Rule
from .passages import Passage

RULES: Mapping[Rule, Callable[[Passage], Idea | None]] = {
    "questions": questions.idea,
    "leads": lists.leads,
    "terms": lists.terms,
    "tables": tables.idea,
    "definitions": definitions.idea,
}
DEFAULT: tuple[Rule, ...] = ("questions", "leads", "tables")
"""The rules of whose cards a strict reader accepted at least two of three: see docs/draft.md."""


def idea(passage: Passage, rules: Collection[Rule]) -> Idea | None:
    """What the first of these rules that finds something in a passage makes of it; None if none does."""
    if not passage.is_free:
        return None
    found = (rule(passage) for name, rule in RULES.items() if name in rules)
    return next(filter(None, found), None)
