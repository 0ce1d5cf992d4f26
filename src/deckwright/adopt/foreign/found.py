"""What is found of another tool's notes in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Tool = Literal["obsidian-to-anki", "ankiops", "flashcards-obsidian", "obsidian-spaced-repetition", "mdanki", "logseq"]

TITLES: Mapping[Tool, str] = {
    "obsidian-to-anki": "Obsidian_to_Anki",
    "ankiops": "AnkiOps",
    "flashcards-obsidian": "flashcards-obsidian",
    "obsidian-spaced-repetition": "obsidian-spaced-repetition",
    "mdanki": "mdanki",
    "logseq": "Logseq",
}
"""What the tools call themselves."""

SOUGHT: Mapping[Tool, str] = {
    "obsidian-to-anki": "`START`, a note type and `END`; `STARTI [`; with an `<!--ID: …-->` below them, its other styles",
    "ankiops": "`Q:` and `A:`, `F:` and `B:`, `Q:` and `I:`, or `T:`, at the beginning of lines",
    "flashcards-obsidian": "`#card` behind a heading or a line; `a::b`; clozes with an id such as `^1566052191670`",
    "obsidian-spaced-repetition": "`a::b`, a line `?`, or `==clozes==`, in files with a tag such as `#flashcards`",
    "mdanki": "headings with `##`",
    "logseq": "blocks with `#card`, and others further in that answer them",
}
"""What the notes of each tool are known by, for people."""


class Found(msgspec.Struct, frozen=True):
    """A note in the lines `first` to `end` of its file, counted from 0, `end` not among them.

    `question` and `answer` are Markdown; a cloze note has its text as answer, with its deletions as Deckwright writes them.
    `extra` is shown below the answer. If the question is a heading already, `level` is how deep. `key` is what the tool calls
    the note, if an id can be that, `deck` the deck that the tool puts it in. `kept` are lines that stay behind the note, and
    are on no card. `is_certain` says that the tool has left an id or a schedule of its own at the note.
    """

    tool: Tool
    first: int
    end: int
    question: tuple[str, ...]
    answer: tuple[str, ...]
    kind: Literal["basic", "cloze"] = "basic"
    switches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    key: str = ""
    deck: str = ""
    extra: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    level: int = 0
    is_certain: bool = False


class Doubt(msgspec.Struct, frozen=True):
    """A place that looks like a tool's note and is left as it is, and why. The line counts from 0."""

    line: int
    reason: str


class Reading(msgspec.Struct):
    """The notes of one tool in one file, by place, and what is left of them. `own` are lines that only the tool reads, such as
    the name of a deck: they go if nothing of the tool's is left in the file. `native` are the headings of notes that Deckwright
    reads as they are, and `deck` is where the tool puts them.
    """

    notes: list[Found] = []
    doubts: list[Doubt] = []
    own: list[int] = []
    native: list[int] = []
    deck: str = ""

    def doubt(self, line: int, reason: str) -> None:
        self.doubts.append(Doubt(line, reason))


class Options(msgspec.Struct, frozen=True):
    """What is known of a tool in a folder: its settings file, and whether the author named the tool."""

    settings: Mapping[str, Any] = {}
    is_named: bool = False
