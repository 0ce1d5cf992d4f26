"""What a look at a folder of other tools' notes finds."""

from __future__ import annotations

import msgspec

from .found import Tool
from .writing import Edit


class LeftOut(msgspec.Struct, frozen=True):
    """A file or, with a `line`, a note that is left as it is, and why. `tool` is empty where no note was looked for."""

    path: str
    line: int
    reason: str
    tool: str = ""

    @property
    def place(self) -> str:
        """As `notes/iam.md:12`."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Share(msgspec.Struct, frozen=True):
    """How many notes of one tool become sections in a file, and how many are left as they are. `read` are those that Deckwright
    reads as they stand.
    """

    tool: Tool
    path: str
    converted: int
    left: int
    read: int = 0


class Proposal(msgspec.Struct, frozen=True):
    """The edits, by path; what they do, by tool and file; what is left out, by place; which tools are in use; how many files
    were looked at. `remarks` are to be said once.
    """

    edits: tuple[Edit, ...] = ()
    shares: tuple[Share, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    tools: tuple[Tool, ...] = ()
    files: int = 0
    remarks: tuple[str, ...] = ()
