"""The rule `tables`: a table with two columns becomes a note for each row."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ..read.blocks import Block
from . import filters
from .ideas import Entry, Idea, worthwhile
from .lists import skip
from .passages import Passage

_SIDES = re.compile(
    r"(?:pros?|cons?|advantages?|disadvantages?|benefits?|drawbacks?|strengths?|weaknesses|before|after|old|new|good|bad|do|don'?ts?"
    r"|dos|right|wrong|left|input|output|source|target|from|to|english|chinese|question|answer|links?|urls?|resources?|dates?"
    r"|topics?|lectures?|week|authors?|code|commands?|syntax|example|method|function|files?|path|directory|parameters?"
    r"|arguments?|options?|flags?|status|done|progress|#|no\.?|number|id|shortcut|keys?)\b.*",
    re.IGNORECASE,
)
"""Heads of tables that compare two sides, list an API, or plan a course."""

_SAYS_NOTHING = frozenset(
    ("description", "meaning", "definition", "explanation", "detail", "note", "value", "what", "purpose",
     "what it does", "what it is", "info", "information", "comment", "summary", "content", "")
)  # fmt: skip
"""Heads that ask for nothing which the first cell does not ask."""


def idea(passage: Passage) -> Idea | None:
    """The rows of the only table of the passage, or its cells where the head of the second column says what is asked; None if
    there are none worth learning.
    """
    tables = [block for block in passage.body if block.kind == "table"]
    barred = ("rule", "definitions", "deep", "alert")
    if passage.heading is None or len(tables) != 1 or any(block.kind in barred for block in passage.body):
        return None
    if filters.is_aside(passage.titles):
        return None
    head, *rows = tables[0].children
    if len(head.children) != 2 or len(rows) < 2:
        return None
    heads = [passage.plain([cell]).strip() for cell in head.children]
    cells = [cell for row in rows for cell in row.children]
    if any(not cell.text.strip() for cell in cells) or any(_SIDES.fullmatch(name) for name in heads):
        return None
    if _is_of_code([row.children[0] for row in rows]) or _has_two_sides(passage, rows, heads):
        return None
    named = heads[1].casefold().removesuffix("s") not in _SAYS_NOTHING and filters.length(heads[1]) <= 4
    entries = tuple(_entry(passage, row, heads[1] if named else "") for row in rows)
    asked, told = ([getattr(entry, part).casefold() for entry in entries] for part in ("question", "answer"))
    entries = tuple(
        replace(entry, is_left_out=True)
        if asked.count(entry.question.casefold()) > 1 or told.count(entry.answer.casefold()) > 1
        else entry
        for entry in entries
    )
    return Idea("tables", passage, "cells" if named else "rows", entries) if worthwhile(entries) else None


def _entry(passage: Passage, row: Block, head: str) -> Entry:
    first, second = row.children
    question, answer = passage.plain([first]), passage.plain([second])
    is_good = (
        filters.is_plain([first, second])
        and not filters.is_link(first)
        and not filters.is_link(second)
        and filters.is_subject(question)
        and filters.is_answer(answer, 1 if head else 2)
        and not filters.repeats(question, answer)
    )
    asked = f"{question} · {head}" if head else question
    return Entry(row.first, asked, answer, skip=skip(second), is_left_out=not is_good)


def _is_of_code(cells: list[Block]) -> bool:
    return sum(any(piece.kind == "code" for piece in cell.pieces) for cell in cells) * 2 > len(cells)


def _has_two_sides(passage: Passage, rows: list[Block], heads: list[str]) -> bool:
    """Whether a row compares: its first cell is a sentence, or the table stands below "SQL versus NoSQL"."""
    lengths = [filters.length(passage.plain([row.children[0]])) for row in rows]
    if sum(lengths) > 4 * len(lengths) or any(_VERSUS.search(title) for title in (*passage.titles[-2:], *heads)):
        return True
    title = passage.titles[-1].casefold()
    one, other = ({*re.findall(r"[a-z]{3,}", head.casefold())} for head in heads)
    return bool(one & other) or (bool(heads[0]) and all(head.casefold() in title for head in heads))


_VERSUS = re.compile(r"\b(?:vs|versus|compar\w+|differences?|or|trade-?offs?)\b", re.IGNORECASE)
