"""What is proposed, and what is not."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..diagnostics import Diagnostic
from .changes import Change

GIVEN = "given"
"""What stands for the rule of a proposal that another program made."""


class Card(msgspec.Struct, frozen=True):
    """A card as its learner reads it: the headings above the question, what is asked and what is to be answered; the ID of its
    note, and the line of that, counted from 1, before the edit.
    """

    context: str
    question: str
    answer: str
    id: str
    line: int


class Proposal(msgspec.Struct, frozen=True):
    """A passage that becomes notes: the rule that found it, its heading, the tag and the id that it gets, and the cards that come
    of it.

    `change` is the edit. It concerns the passage, which goes from `first` to `end`, lines counted from 0, `end` excluded. `number`
    is how many notes it makes, 0 where any will do. `given` is its place among those that another program gave, counted from
    1; else 0. `wanted` is the question that it gave; empty if it gave none.
    """

    rule: str
    heading: str
    tag: str
    id: str
    change: Change
    first: int
    end: int
    number: int
    cards: tuple[Card, ...] = ()
    given: int = 0
    wanted: str = ""

    @property
    def path(self) -> str:
        """The file, relative to the project's root with `/`."""
        return self.change.path

    @property
    def line(self) -> int:
        """The line of the heading, counted from 1; of a section that is new, that before which it comes."""
        return self.first + 1


class LeftOut(msgspec.Struct, frozen=True):
    """A file or, with a `line`, a passage of which something was found, or given, that is not proposed, and why. `given` is the
    place among those that another program gave, counted from 1; else 0.
    """

    path: str
    line: int
    rule: str
    reason: str
    given: int = 0

    @property
    def where(self) -> str:
        """As `cards/iam.md:12`."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Report(msgspec.Struct, frozen=True):
    """The proposals by place, what is left out, how many files were looked at, and what these hold, by path.

    `blocking` are the errors that leave open which note is which. If there are any, the rest is empty.
    """

    proposals: tuple[Proposal, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    files: int = 0
    data: Mapping[str, bytes] = {}
    blocking: tuple[Diagnostic, ...] = ()
