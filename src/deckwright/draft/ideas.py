"""What rules find: a passage that could become notes, and how little has to be written for that."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import msgspec
from msgspec.structs import replace

from ..ids.edits import Insertion
from ..ids.places import comment_below
from .changes import change
from .passages import Passage
from .proposals import Proposal

Rule = Literal["questions", "leads", "terms", "tables", "definitions"]
"""The rules by their names, as `--rules` has them."""


class Entry(msgspec.Struct, frozen=True):
    """A part of a passage that becomes a note, unless it `is_left_out`: it begins on `line`, counted from 0.

    `marks` are what it needs to become one, and `skip` is what leaves it out; None where that cannot be written.
    `question` and `answer` are what it asks, as plain text.
    """

    line: int
    question: str
    answer: str
    marks: tuple[Insertion, ...] = ()
    skip: Insertion | None = None
    is_left_out: bool = False


class Idea(msgspec.Struct, frozen=True):
    """A passage that becomes notes by a tag with the words `tag`; the rule that says so, and the notes. `given` is its place among
    those that another program gave back, counted from 1; else 0.
    """

    rule: Rule
    passage: Passage
    tag: str
    entries: tuple[Entry, ...]
    given: int = 0

    @property
    def lines(self) -> list[int]:
        """Where its notes begin, counted from 0."""
        return [entry.line for entry in self.entries if not entry.is_left_out]

    @property
    def titles(self) -> tuple[str, ...]:
        """The headings above the notes, as plain text."""
        return self.passage.titles

    def proposal(self, data: bytes, id_: str) -> Proposal:
        """What is proposed, for `data`, the content of the file."""
        passage = self.passage
        edit = change(passage.file.path, data, self._insertions(id_))
        return Proposal(
            rule=self.rule,
            heading=passage.titles[-1],
            tag=self.tag,
            id=id_,
            change=edit,
            first=passage.first,
            end=passage.end,
            number=len(self.lines),
            given=self.given,
        )

    def without(self, lines: Collection[int]) -> Idea | None:
        """The same without the notes that begin on some lines; None if too little remains, or they cannot be left out."""
        entries = tuple(
            replace(entry, is_left_out=True, marks=()) if entry.line in lines else entry for entry in self.entries
        )
        made = replace(self, entries=entries)
        return made if worthwhile(entries) else None

    def _insertions(self, id_: str) -> list[Insertion]:
        """What has to be written: the tag as a comment below the heading, and what each note needs. A comment, since a list
        behind the heading would change its anchor, to which other pages may lead.
        """
        made = [tag(self.passage, self.tag, id_)]
        for entry in self.entries:
            made += [entry.skip] if entry.is_left_out and entry.skip else entry.marks
        return made


def worthwhile(entries: tuple[Entry, ...]) -> bool:
    """Whether enough of the parts become notes, so that a tag is better than a few headings."""
    left_out = [entry for entry in entries if entry.is_left_out]
    if any(entry.skip is None for entry in left_out):
        return False
    taken = len(entries) - len(left_out)
    return taken >= (2 if len(entries) > 1 else 1) and taken * 5 >= len(entries) * 3


def tag(passage: Passage, words: str, id_: str) -> Insertion:
    """The tag of a passage, with an id, as a comment below its heading."""
    assert passage.heading
    return comment_below(passage.file.lines, passage.heading, f'{words} id="{id_}"')
