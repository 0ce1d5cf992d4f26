"""The cards of a project, as lists, filters and search need them. The cards themselves are made when they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from ..cache import Cache
from ..model import Media, Note, NoteType

if TYPE_CHECKING:
    from ..collection import Notes

How: TypeAlias = Literal["built", "errors", "broken", "gone"]
"""How a project is: sound; with notes that have errors, which are left out; with settings, a deck.lock or files that cannot
be used; not there any more.
"""


class Card(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A card of a note: its number, counted from 1 as in `c1`; its question on one line; and what is searched of it alone."""

    number: int
    title: str
    text: str = ""


class Entry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A note. `text` is what is searched of it, `line` is where it stands, and `digest` is that of all that its author decides of
    what is seen.
    """

    id: str
    guid: str
    note_type: str
    deck: str
    tags: tuple[str, ...]
    file: str
    line: int
    digest: str
    text: str
    cards: tuple[Card, ...]

    @property
    def first_key(self) -> str:
        """The key of its first card; empty if it has none."""
        return f"{self.id}.{self.cards[0].number}" if self.cards else ""


class Standing(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What became of a note: whether it is new or changed since the last release, or as it was released; the version that
    released it as it is; and when it last changed, in seconds of the Unix epoch, 0 if that was after the last build.
    """

    state: Literal["new", "changed", "released"]
    version: str
    mod: int


class Depicted(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An occlusion note: its ID and its heading; the file of its picture, relative to the root with `/`; its mode and the masks
    that it names, as `Candidate` has them; and the masks and groups that had a card in the last build, or before.
    """

    note: str
    title: str
    picture: str
    mode: str
    asked: tuple[str, ...]
    known: tuple[str, ...]


class Problem(msgspec.Struct, frozen=True):
    """A finding, in words; `key` is that of the first card of the note that it is about, None if that is none or unclear."""

    code: str
    severity: str
    file: str
    line: int
    column: int
    message: str
    hint: str
    key: str | None


class Head(msgspec.Struct, frozen=True):
    """A build as a whole: its number, from 1; how the project is; the deck's name and what its version is called; how long it
    took, in seconds; and what would change by another build, empty before the first.
    """

    number: int
    how: How
    name: str
    version: str = ""
    seconds: float = 0.0
    changed: str = ""


class Held(msgspec.Struct, frozen=True):
    """What a project holds: its notes in the order of the deck, by the parts that they are kept in, and what became of each;
    note types by their keys; media by their names, without those of which only a build knows the bytes; and what is known of
    occlusion notes besides. `lost` are the masks and groups that had a card in those that are not there now: a note with errors
    is not, and what picture it shows is not known then.
    """

    parts: tuple[tuple[str, tuple[Entry, ...]], ...] = ()
    standings: tuple[Standing, ...] = ()
    note_types: Mapping[str, NoteType] = {}
    media: Mapping[str, Media | None] = {}
    depicted: tuple[Depicted, ...] = ()
    lost: tuple[str, ...] = ()


class Index:
    """The cards of a build, in the order of the deck. Nothing of it is ever changed."""

    def __init__(
        self, head: Head, held: Held, problems: Sequence[Problem], cache: Cache, notes: Notes | None = None
    ) -> None:
        """`notes` are where those come from that the cache has lost."""
        self.head = head
        self.held = held
        self.problems = problems
        self.entries = [entry for _, part in held.parts for entry in part]
        self.keys = [f"{entry.id}.{card.number}" for entry in self.entries for card in entry.cards]
        self.troubled: dict[str, int] = {}
        for problem in problems:
            if problem.key:
                self.troubled[problem.key] = self.troubled.get(problem.key, 0) + 1
        self.looks = {key: _look(note_type) for key, note_type in held.note_types.items()}
        self.notes = notes
        self._cache = cache

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Of each card, the place of its note among the notes, and its own among those of the note."""
        return [(note, card) for note, entry in enumerate(self.entries) for card in range(len(entry.cards))]

    @cached_property
    def by_key(self) -> dict[str, int]:
        """The places of the cards, by their keys."""
        return {key: place for place, key in enumerate(self.keys)}

    def entry(self, place: int) -> tuple[Entry, Card]:
        """The note and the card at a place in the deck."""
        note, card = self.places[place]
        return self.entries[note], self.entries[note].cards[card]

    def standing(self, place: int) -> Standing:
        """What became of the note of the card at a place in the deck."""
        return self.held.standings[self.places[place][0]]

    def digest(self, place: int) -> str:
        """What changes whenever the card at this place looks in another way."""
        entry, _ = self.entry(place)
        return entry.digest + self.looks[entry.note_type]

    def note(self, place: int) -> Note | None:
        """The whole note of the card at a place in the deck, which is fetched each time; None if only a build could make it."""
        wanted = left = self.places[place][0]
        for name, part in self.held.parts:
            if left < len(part):
                kept = kept_notes(self._cache, name)
                if kept and len(kept) == len(part):
                    return kept[left]
                break
            left -= len(part)
        return self.notes.at(wanted) if self.notes else None


def kept_part(cache: Cache, name: str) -> tuple[Entry, ...] | None:
    """The index of the notes of a file, if it is kept."""
    try:
        return _PART.decode(cache.get(name) or b"")
    except msgspec.MsgspecError:
        return None


def keep_notes(cache: Cache, name: str, notes: Sequence[Note]) -> None:
    """Keep the notes of a part, so that one of them is quickly at hand."""
    cache.put(_notes_of(name), msgspec.msgpack.encode(notes))


def kept_notes(cache: Cache, name: str) -> tuple[Note, ...] | None:
    """The notes of a part, if they are kept."""
    try:
        return _NOTES.decode(cache.get(_notes_of(name)) or b"")
    except msgspec.MsgspecError:
        return None


def _notes_of(name: str) -> str:
    return f"shown{name.removeprefix('index')}"


_PART = msgspec.msgpack.Decoder(tuple[Entry, ...])
_NOTES = msgspec.msgpack.Decoder(tuple[Note, ...])


def _look(note_type: NoteType) -> str:
    """A digest of what notes of a type have in common of what is seen."""
    seen = replace(note_type, mod=0)
    return hashlib.blake2b(msgspec.msgpack.encode(seen), digest_size=4).hexdigest()
