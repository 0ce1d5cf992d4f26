"""The rule `questions`: a heading that asks, with a short text below it, becomes a basic note."""

from __future__ import annotations

import re

from . import filters
from .ideas import Entry, Idea
from .passages import Passage

_ASKING = re.compile(
    r"(?:\d+[.)]\s*)?(?:what(?:'s| is| are| does| do| was| were)|why)\b",
    re.IGNORECASE,
)


def idea(passage: Passage) -> Idea | None:
    """The passage as a basic note, if its heading asks and its text answers; else None."""
    heading, body = passage.heading, passage.body
    if heading is None or not body:
        return None
    question, answer = passage.titles[-1], passage.plain(body)
    if not (question.rstrip().endswith("?") or _ASKING.match(question)) or not filters.is_question(question):
        return None
    if len(body) > 1 or body[0].kind != "paragraph" or not filters.is_plain(body):
        return None
    least = 3 if re.match(r"(?:\d+[.)]\s*)?(?:what (?:is|are)|why)\b", question, re.IGNORECASE) else 1
    if not filters.is_answer(answer, least) or filters.gives_away(question, answer):
        return None
    return Idea("questions", passage, "basic", (Entry(heading.first, question, answer),))
