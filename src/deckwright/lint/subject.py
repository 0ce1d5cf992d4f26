"""What rules look at: a note as its learner sees it, with the places in its author's file; and what is known of the deck."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from .. import files, texts
from ..limits import MAX_FILE_BYTES
from ..model import Candidate, Note, NoteType, Span
from ..texts import CardText


class Deck(msgspec.Struct):
    """What rules remember of the notes before: each uses what it has put there itself."""

    questions: dict[str, Span] = {}
    extras: dict[tuple[str, str, str], int] = {}


class Subject:
    """A note that rules look at. Texts are made when a rule asks for them, and each once."""

    def __init__(
        self, note: Note, written: Candidate, numbers: Sequence[int], note_type: NoteType, sources: Sources
    ) -> None:
        """`written` is what its author's file says of it, and `numbers` those of the cards of its deletions."""
        self.note = note
        self.written = written
        self.family = note_type.family
        self._numbers = numbers
        self._note_type = note_type
        self._sources = sources

    @cached_property
    def text(self) -> texts.NoteText:
        """All that is read on its cards."""
        return texts.of_note(self.note, self._note_type)

    @property
    def cards(self) -> tuple[CardText, ...]:
        """Its cards, in the order of their numbers."""
        return self.text.cards

    @property
    def place(self) -> Span:
        """Where the note stands in its author's file."""
        return self.written.span

    def card_place(self, card: CardText) -> Span:
        """Where the first deletion or mask stands that a card asks for; the note's place if there is none."""
        if self.family != "basic":
            for deletion, number in zip(self.written.deletions, self._numbers, strict=True):
                if number == card.ordinal + 1 and deletion.span.line:
                    return deletion.span
        return self.place

    def where(self, words: str) -> Span:
        """Where words of its text stand in the author's file; the note's place if they are not found."""
        return self._sources.find(words, self.written) or self.place


class Sources:
    """The files of the notes, read only for those of which something is told."""

    def __init__(self, root: Path, notes: Sequence[Candidate]) -> None:
        """`notes` are all notes of the project in the order of their files, which lie below `root`."""
        self._root = root
        self._notes = notes
        self._lines: dict[str, tuple[str, ...]] = {}

    def find(self, words: str, note: Candidate) -> Span | None:
        """The first place of the words in the lines of a note, then in those of its section, then the nearest above it."""
        path, line = note.span.path, note.span.line
        lines = self._of(path)
        starts = self._starts.get(path, [])
        after = bisect_right(starts, (line, "\U0010ffff"))
        others = (start for start, group in starts[after:] if not group or group != note.group)
        end = next(others, len(lines) + 1)
        below, above = range(line, min(end, len(lines) + 1)), range(min(line, len(lines) + 1) - 1, 0, -1)
        sought = words.casefold()
        for number in (*below, *above):
            text = lines[number - 1]
            column = text.casefold().find(sought)
            if column >= 0:
                return Span(path, number, column + 1, len(words), text)
        return None

    @cached_property
    def _starts(self) -> dict[str, list[tuple[int, str]]]:
        """By file: the lines in which notes begin, each with the section that it is cut from."""
        made: dict[str, list[tuple[int, str]]] = {}
        for note in self._notes:
            made.setdefault(note.span.path, []).append((note.span.line, note.group))
        return {path: sorted(starts) for path, starts in made.items()}

    def _of(self, path: str) -> tuple[str, ...]:
        if path not in self._lines:
            try:
                data = files.read(self._root / path, MAX_FILE_BYTES)
            except OSError:  # It has vanished since the notes were read.
                data = b""
            text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
            self._lines[path] = tuple(text.split("\n"))
        return self._lines[path]
