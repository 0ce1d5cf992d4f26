"""The notes of a deck → the lists in which they are found: by deck and by tag, cut into pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from .. import names
from ..limits import MAX_LISTED
from ..model import Note


class Group(msgspec.Struct, frozen=True):
    """A deck or a tag: its full name, the folder of its pages, how deep it lies below those that all have in common, its own
    notes in their order, and how many there are with those below it.
    """

    name: str
    folder: str
    depth: int
    notes: tuple[Note, ...]
    total: int

    @property
    def label(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("::")[2]

    @property
    def pages(self) -> list[tuple[Note, ...]]:
        """Its notes, as many on each page as can be read there."""
        held = [self.notes[first : first + MAX_LISTED] for first in range(0, len(self.notes), MAX_LISTED)]
        return held or [()]


def by_deck(notes: Sequence[Note]) -> list[Group]:
    return _groups([((note.deck,), note) for note in notes], "cards/decks")


def by_tag(notes: Sequence[Note]) -> list[Group]:
    return _groups([(note.tags, note) for note in notes], "cards/tags")


def below(group: Group, groups: Iterable[Group]) -> list[Group]:
    """Those that lie right below a group."""
    return [other for other in groups if other.name.rpartition("::")[0] == group.name]


def _groups(pairs: Iterable[tuple[Sequence[str], Note]], folder: str) -> list[Group]:
    """The groups by name, each before those below it, and those above them too, but not what all have in common."""
    own: dict[str, list[Note]] = {}
    totals: dict[str, int] = {}
    for those, note in pairs:
        for name in those:
            own.setdefault(name, []).append(note)
        for level in {level for name in those for level in names.and_above(name)}:  # Each note counts once.
            totals[level] = totals.get(level, 0) + 1
    common = _common(own)
    folders = _folders(totals, folder)
    return [
        Group(name, folders[name], name.count("::") - common, tuple(own.get(name, ())), totals[name])
        for name in sorted(totals, key=lambda name: name.split("::"))
        if name.count("::") >= common
    ]


def _common(own: Mapping[str, object]) -> int:
    """How many parts at the beginning all names have in common: they say nothing."""
    parts = [name.split("::") for name in own]
    number = 0
    while parts and all(len(part) > number + 1 and part[number] == parts[0][number] for part in parts):
        number += 1
    return number


def _folders(levels: Iterable[str], folder: str) -> dict[str, str]:
    """A folder for each name. Two that would have the same one are told apart by a number."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(levels):
        made = names.unused(names.slug(name) or "other", taken)
        taken.add(made)
        found[name] = f"{folder}/{made}"
    return found
