"""A note that is given → where it goes: into the passage that it is about, if that is all of it, else into a section of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from ..ids.edits import Insertion, split
from .changes import Change, change
from .ideas import tag
from .passages import Passage
from .proposals import GIVEN, Proposal
from .quotations import Deletion, Quotation

_DEEPEST = 6
"""The level of the lowest heading there is."""


class Placed(msgspec.Struct, frozen=True):
    """A note of a kind, and the passage that it is about. With a `text` it becomes a section of its own below that, with the
    heading `title`; else the passage becomes the note, with what is inserted. `wanted` is what its card asks, as plain text;
    `given` is its place among those that were given, counted from 1.
    """

    passage: Passage
    kind: str
    title: str
    text: str = ""
    insertions: tuple[Insertion, ...] = ()
    wanted: str = ""
    given: int = 0

    @property
    def is_new(self) -> bool:
        """Whether it becomes a section of its own."""
        return bool(self.text)

    @property
    def titles(self) -> tuple[str, ...]:
        """The headings above the note and its own, as plain text."""
        return (*self.passage.titles, self.title) if self.is_new else self.passage.titles

    def proposal(self, data: bytes, id_: str) -> Proposal:
        """What is proposed, for `data`, the content of the file."""
        passage = self.passage
        path = passage.file.path
        if self.is_new:
            edit = self._section(split(data), id_)
            first, end = edit.first, edit.end
        else:
            edit = change(path, data, [tag(passage, self.kind, id_), *self.insertions])
            first, end = passage.first, passage.end
        return Proposal(
            rule=GIVEN,
            heading=self.titles[-1],
            tag=self.kind,
            id=id_,
            change=edit,
            first=first,
            end=end,
            number=1,
            given=self.given,
            wanted=self.wanted,
        )

    def without(self, lines: Collection[int]) -> Placed | None:
        """None: there is no part of it that could be left out."""
        return None

    def _section(self, lines: Sequence[bytes], id_: str) -> Change:
        """The lines of the new section, behind the last line of the passage that is not empty."""
        passage = self.passage
        first = min(passage.end, len(lines))
        while first > passage.first and not lines[first - 1].strip():
            first -= 1
        level = passage.following if passage.following > passage.level else passage.level + 1
        if not passage.level:
            level = max(level, 2)
        ending = "\r\n" if lines and lines[0].endswith(b"\r\n") else "\n"
        made = [
            "",
            f"{'#' * min(level, _DEEPEST)} {self.title}",
            "",
            f'<!-- card: {self.kind} id="{id_}" -->',
            "",
            self.text,
        ]
        if first < len(lines) and lines[first].strip():
            made.append("")
        new = "".join(f"{line}{ending}" for line in made).encode()
        if first and not lines[first - 1].endswith(b"\n"):
            return Change(
                passage.file.path, first - 1, first, lines[first - 1], lines[first - 1] + ending.encode() + new
            )
        return Change(passage.file.path, first, first, b"", new)


def in_place(passage: Passage, question: str, answer: str) -> Placed | None:
    """The passage itself as the note, if its heading asks and its text answers just that; both as plain text."""
    if passage.is_free and (passage.titles[-1], passage.plain(passage.body)) == (question, answer):
        return Placed(passage, "basic", question, wanted=question)
    return None


def blanks_in_place(found: Quotation, blanks: Sequence[Deletion]) -> Placed | None:
    """The passage itself as the note, with the marks of blanks, if the quotation is all of its text."""
    passage, leaf = found.passage, found.leaf
    if not passage.is_free or len(passage.body) != 1 or leaf.kind != "paragraph" or found.text != leaf.text:
        return None
    if " ".join(leaf.text.split()) != leaf.text:  # It has lines: its places are not those of the quotation.
        return None
    marks: list[Insertion] = []
    for blank in blanks:
        opening, closing = leaf.place(blank.start), leaf.place(blank.end)
        marks += [Insertion(*opening, "=="), Insertion(*closing, f"::{blank.hint}==" if blank.hint else "==")]
    return Placed(passage, "cloze", passage.titles[-1], insertions=tuple(marks))


def new_section(passage: Passage, kind: str, title: str, text: str) -> Placed | str:
    """A section of its own below the passage; or why there can be none."""
    if passage.level >= _DEEPEST:
        return "the heading above it is of the lowest level, so that there is no place for a section"
    return Placed(passage, kind, title, text, wanted=title if kind == "basic" else "")
