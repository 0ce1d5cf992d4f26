"""A package, and the Anki that may have it → which of its notes are there as they were built."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..diff.field_text import title
from ..package import Package, PackedNote
from .ankiconnect import AnkiConnect

BATCH = 200
"""Notes that are asked for at a time. Meanwhile Anki does nothing else."""

SEARCHED = 1_000
"""Note ids in one search."""

SAMPLE = 20
"""Notes that are looked at again and again, to see whether the import has come."""

NOT_UPDATED = ("ID", "Source")
"""Fields that may change without a change of the note, so that an import does not bring them."""


class Differing(msgspec.Struct, frozen=True):
    """A note that is not in Anki as it was built: what people know it by, why, when it was last changed here, in seconds of the
    Unix epoch, and the note id that it has there; 0 if it is missing.
    """

    name: str
    reason: str
    mod: int
    note_id: int


class Standing(msgspec.Struct, frozen=True):
    """How many notes the package has, and those that Anki does not have as they were built."""

    number: int
    others: tuple[Differing, ...]

    @property
    def same(self) -> int:
        """How many notes Anki has as they were built."""
        return self.number - len(self.others)


def stand(anki: AnkiConnect, package: Package) -> Standing:
    """What of a package Anki has. Raises Missing and Refused.

    A note is found by its note id, which an import keeps, or else by the ID on its cards. Its fields and tags are compared;
    what a learner tagged it with besides does not count.
    """
    types = {note_type.id: note_type.name for note_type in package.note_types}
    held = _held(anki, package)
    by_id = {
        (note["modelName"], note["fields"]["ID"]["value"]): note for note in held.values() if "ID" in note["fields"]
    }
    others = []
    for note in package.notes:
        id_ = note.fields.get("ID", "")
        found = held.get(note.note_id)
        if found is None and id_:
            found = by_id.get((types.get(note.note_type_id, ""), id_))
        if reason := "it is missing" if found is None else _difference(note, found):
            others.append(Differing(id_ or _title(note), reason, note.mod, found["noteId"] if found else 0))
    return Standing(len(package.notes), tuple(others))


class Watch:
    """Whether Anki has changed since: how many notes there are, and those that differed and were changed last here. Of the
    others, many may have been edited in Anki, and an import leaves them as they are.
    """

    def __init__(self, anki: AnkiConnect, package: Package, standing: Standing) -> None:
        self._anki = anki
        self._query = _query(package)
        there = sorted((other for other in standing.others if other.note_id), key=lambda other: -other.mod)
        self._sample = [other.note_id for other in there[:SAMPLE]]
        self._before = self._look()

    def has_changed(self) -> bool:
        """Whether it has, since the last time that it had. Raises Missing and Refused."""
        before, self._before = self._before, self._look()
        return self._before != before

    def _look(self) -> object:
        return len(self._anki.find_notes(self._query)), self._anki.notes(self._sample)


def _held(anki: AnkiConnect, package: Package) -> Mapping[int, Any]:
    """The notes in Anki that may be those of the package: of its note types, or with its note ids.

    Only those that are there are asked for. For each of the others, Anki takes a third of a second.
    """
    there = {*anki.find_notes(_query(package))}
    for some in _batches([note.note_id for note in package.notes if note.note_id not in there], SEARCHED):
        there |= {*anki.find_notes(f"nid:{','.join(map(str, some))}")}
    held: dict[int, Any] = {}
    for some in _batches(sorted(there), BATCH):
        held |= anki.notes(some)
    return held


def _query(package: Package) -> str:
    """The search for all notes of the package's note types. https://docs.ankiweb.net/searching.html"""
    names = [re.sub(r'([\\"*_:])', r"\\\1", note_type.name) for note_type in package.note_types]
    return " OR ".join(f'"note:{name}"' for name in names)


def _batches(note_ids: list[int], number: int) -> Iterator[list[int]]:
    return (note_ids[start : start + number] for start in range(0, len(note_ids), number))


def _difference(note: PackedNote, found: Mapping[str, Any]) -> str:
    """What is another in Anki; empty if nothing is."""
    fields = found["fields"]
    names = [name for name in note.fields if name not in NOT_UPDATED]
    if missing := [name for name in names if name not in fields]:
        return f"its note type has no field {missing[0]}"
    # Anki keeps text in this form.
    same = {name: unicodedata.normalize("NFC", note.fields[name]) == fields[name]["value"] for name in names}
    if others := [name for name in names if not same[name]]:
        return f"{', '.join(others)} differ{'s' * (len(others) == 1)}"
    tags = {tag.casefold() for tag in found["tags"]}
    return "" if all(tag.casefold() in tags for tag in note.tags) else "its tags differ"


def _title(note: PackedNote) -> str:
    return title(next(iter(note.fields.values()), ""))
