"""What was found in a file → the edit that makes sections of it, with nothing in it that is not right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from ...digests import digest
from ...model import NoteSettings
from ...names import ID, name_problem, numbered, shortened, slug
from . import writing
from .extraction import pairs
from .found import Found, Reading, Tool
from .proof import Proof
from .text import Text
from .writing import Edit


class Conversion(msgspec.Struct):
    """What comes of one file: the edit, the notes that are sections in it, how many are read as they are, and why the rest is
    left, by tool and line. `has_decks` says that they are of several decks, and go to one.
    """

    edit: Edit | None = None
    notes: list[Found] = []
    read: Counter[Tool] = msgspec.field(default_factory=Counter)
    doubts: dict[tuple[Tool, int], str] = {}
    has_decks: bool = False


class Converter:
    """Converts the files of a folder one after the other, and gives no id twice. `used` are the ids that there are."""

    def __init__(self, settings: NoteSettings, used: set[str], *, keep: bool) -> None:
        self._settings, self._used, self._keep = settings, used, keep

    def convert(
        self, held: Text, readings: Mapping[Tool, Reading], settings: Mapping[Tool, Mapping[str, Any]]
    ) -> Conversion:
        """What comes of a file, of which tools have these readings. `settings` are those of the tools."""
        extracted = [
            pair
            for tool, reading in readings.items()
            if reading.notes
            for pair in pairs(tool, held.path, "\n".join(held.lines), settings[tool])
        ]
        proof = Proof(held.path, held.before, extracted, self._settings)
        notes, lines = _apart(held, readings, proof)
        made = Conversion(notes=notes)
        for tool, reading in readings.items():
            made.read[tool] = sum(line not in lines for line in reading.native)
            made.doubts |= {(tool, each.line): each.reason for each in reading.doubts if each.line not in lines}
        if self._keep:
            self._as_they_are(held, readings, proof, made)
        else:
            self._as_sections(held, readings, proof, made)
        return made

    def _as_sections(self, held: Text, readings: Mapping[Tool, Reading], proof: Proof, made: Conversion) -> None:
        for note in [*made.notes]:
            if why := writing.unwritable(note):
                made.doubts[note.tool, note.first] = why
                made.notes.remove(note)
        ids = self._ids(made.notes)
        while made.notes:
            unsure = {tool for tool, _ in made.doubts}
            own = {line for tool, reading in readings.items() if tool not in unsure for line in reading.own}
            head = _head(held, made.notes)
            edit = writing.edit(held, made.notes, ids, own, head)
            wrong = proof.failures(edit, made.notes, ids)
            if not wrong:
                made.edit = edit
                made.has_decks = bool(head) and len({note.deck for note in made.notes}) > 1
                self._used |= {ids[note.first] for note in made.notes}
                break
            for note in [*made.notes]:
                if reason := wrong.get(note.first) or wrong.get(-1):
                    made.doubts[note.tool, note.first] = reason
                    made.notes.remove(note)

    def _as_they_are(self, held: Text, readings: Mapping[Tool, Reading], proof: Proof, made: Conversion) -> None:
        """Nothing but front matter: the deck, and the kind of a file in which every heading is a note."""
        found, made.notes = made.notes, []
        known = held.front_matter()
        head: dict[str, str] = {}
        if deck := _deck(next((reading.deck for reading in readings.values() if reading.deck and reading.native), "")):
            head |= {} if "deck" in known else {"deck": deck}
        own = [note for note in found if note.tool == "mdanki"]
        if own and "kind" not in known:
            edit = writing.edit(held, [], {}, [], {**head, "kind": "basic"})
            if proof.are_read(edit, own):
                head["kind"] = "basic"
                made.read["mdanki"] += len(own)
                found = [note for note in found if note.tool != "mdanki"]
        for note in found:
            made.doubts[note.tool, note.first] = "it is kept in its tool's syntax, which Deckwright does not read"
        if head:
            made.edit = writing.edit(held, [], {}, [], head)

    def _ids(self, notes: Iterable[Found]) -> dict[int, str]:
        """The id of each note, by its first line: what its tool calls it, or else one made of what it asks."""
        given: dict[int, str] = {}
        taken = {*self._used}
        for note in notes:
            asked = " ".join(note.question or note.answer)
            name = note.key if ID.fullmatch(note.key) else shortened(slug(_words(asked)), 50)
            name = name or f"note-{digest(asked)[:8]}"
            given[note.first] = next(each for each in numbered(name) if each not in taken)
            taken.add(given[note.first])
        return given


def _apart(held: Text, readings: Mapping[Tool, Reading], proof: Proof) -> tuple[list[Found], set[int]]:
    """The notes by place, none in another one or in one that Deckwright reads already; and all lines that are taken."""
    natives = {line for reading in readings.values() for line in reading.native}
    lines = proof.lines(held, natives)
    notes: list[Found] = []
    for reading in readings.values():
        for note in reading.notes:
            if lines.isdisjoint(range(note.first, note.end)):
                lines |= {*range(note.first, note.end)}
                notes.append(note)
    return sorted(notes, key=lambda note: note.first), lines


def _head(held: Text, notes: Sequence[Found]) -> dict[str, str]:
    """What comes into the front matter: the deck of most of the notes."""
    deck = _deck(Counter(note.deck for note in notes).most_common(1)[0][0])
    return {"deck": deck} if deck and "deck" not in held.front_matter() else {}


def _deck(name: str) -> str:
    """A deck's name as one of Deckwright's can be; empty if it cannot."""
    name = "::".join(part.strip().strip(":") for part in name.split("::") if part.strip().strip(":"))
    return "" if name_problem(f"x::{name}") else name


def _words(text: str) -> str:
    """A question without the addresses of its links and pictures, and without marks of deletions."""
    text = re.sub(r"!?\[\[[^\]]*\]\]|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|<[^<>]*>|\{\{c\d+::|==|::", " ", text)
    return " ".join(text.split()[:12])
