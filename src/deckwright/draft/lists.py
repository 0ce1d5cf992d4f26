"""The rules `leads` and `terms`: a list of subjects, each with what is said of it, becomes a note for each item."""

from __future__ import annotations

import re

import msgspec
from msgspec.structs import replace

from ..ids.edits import Insertion
from ..read.blocks import Block
from . import filters
from .ideas import Entry, Idea, Rule, worthwhile
from .passages import Passage

_APART = re.compile(r"\s*[:：]\s*|\s+[-–—]{1,3}\s+|\s*[–—]\s*")
"""What parts a lead from the text behind it."""

_TERM = re.compile(r"(?P<term>[^\s:：,;.!?*_`\[\]<>|(][^:：,;.!?*_`\[\]<>|]{1,60}?)(?:\s*[:：]\s+|\s+[-–—]\s+)(?=\S)")
_LEAST_WORDS, _MOST_WORDS = 3, 25
"""Of what is said of a subject."""


class Lead(msgspec.Struct, frozen=True):
    """The subject of an item, and what is said of it, each as a block; `marks` are what makes its subject bold."""

    subject: Block
    text: Block
    marks: tuple[Insertion, ...] = ()


def leads(passage: Passage) -> Idea | None:
    """The items of the passage that begin with bold text and a colon or a dash; None if there are too few."""
    return _idea(passage, "leads")


def terms(passage: Passage) -> Idea | None:
    """The items of the passage that are written as `Term: text`, whose term is made bold; None if there are too few."""
    return _idea(passage, "terms")


def items(passage: Passage) -> list[Block]:
    """The items of the lists of a passage, if they alone would be made notes by a cut: nothing else in it is cut, or goes with
    every note.
    """
    barred = ("rule", "definitions", "deep")
    if passage.heading is None or any(block.kind in barred for block in passage.body) or not passage.body:
        return []
    if passage.body[-1].kind == "alert":
        return []
    return [item for block in passage.body if block.kind == "list" for item in block.children]


def skip(leaf: Block) -> Insertion | None:
    """What leaves out the item or row that a leaf begins or ends; None where it is not clear where that is to stand."""
    if leaf.kind not in ("paragraph", "cell") or not leaf.text.strip():
        return None
    line, column = leaf.place(len(leaf.text.rstrip()))
    return Insertion(line, column, " <!-- card: skip -->")


def _idea(passage: Passage, rule: Rule) -> Idea | None:
    held = items(passage)
    if len(held) < 2 or filters.is_aside(passage.titles):
        return None
    entries = [_entry(passage, item, rule) for item in held]
    if None in entries:  # An item that cannot even be left out.
        return None
    made = tuple(entry for entry in entries if entry)
    asked = [entry.question.casefold() for entry in made]
    made = tuple(
        replace(entry, is_left_out=True, marks=()) if asked.count(entry.question.casefold()) > 1 else entry
        for entry in made
    )
    return Idea(rule, passage, "items", made) if worthwhile(made) else None


def _entry(passage: Passage, item: Block, rule: Rule) -> Entry | None:
    first = item.children[0] if item.children else None
    if first is None or first.kind != "paragraph" or not first.starts or not first.text.strip():
        return None
    line = first.place(len(first.text) - len(first.text.lstrip()))[0]
    lead = _bold(first) if rule == "leads" else _term(first)
    if lead is None:
        return Entry(line, passage.plain([first]), "", skip=skip(first), is_left_out=True)
    subject, text = passage.plain([lead.subject]), passage.plain([lead.text])
    entry = Entry(line, subject, text, lead.marks, skip(first))
    is_good = (
        len(item.children) == 1
        and filters.is_plain([first])
        and not filters.is_link(lead.text)
        and filters.is_subject(subject)
        and (rule == "leads" or subject[:1].isupper() or " " in subject)
        and filters.is_answer(text, _LEAST_WORDS)
        and filters.length(text) <= _MOST_WORDS
        and not filters.repeats(subject, text)
    )
    return entry if is_good else replace(entry, is_left_out=True, marks=())


def _bold(leaf: Block) -> Lead | None:
    first = leaf.pieces[0] if leaf.pieces else None
    if first is None or first.start or first.kind != "strong":
        return None
    subject = leaf.cut(*first.inner)
    after = _APART.match(leaf.text, first.end)
    if not after and not subject.text.endswith((":", "：")):
        return None
    subject = subject.cut(0, len(subject.text.rstrip(":：")))
    return Lead(subject, leaf.cut(after.end() if after else first.end))


def _term(leaf: Block) -> Lead | None:
    found = _TERM.match(leaf.text)
    if not found or (leaf.pieces and leaf.pieces[0].start < found.end()):
        return None
    begin, end = (Insertion(*leaf.place(offset), "**") for offset in found.span("term"))
    return Lead(leaf.cut(*found.span("term")), leaf.cut(found.end()), (begin, end))
