"""What a learner has at one moment, as the process with Anki tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec


class Note(msgspec.Struct, frozen=True, array_like=True):
    """A note: `tags` are sorted, `fields` and `values` are digests; `values` is the same for fields in another order.

    `mod` is in seconds of the Unix epoch.
    """

    id: int
    guid: str
    note_type: int
    mod: int
    tags: str
    fields: str
    values: str

    @property
    def says(self) -> tuple[str, str]:
        """What decides whether two notes say the same."""
        return self.fields, self.tags

    @property
    def says_somehow(self) -> tuple[str, str]:
        """The same for note types that were merged: the learner's keeps its order of fields, and what it has more."""
        return self.values, self.tags


class Card(msgspec.Struct, frozen=True, array_like=True):
    """A card: `ord` counts from 0, `queue` is below 0 for one that is suspended or buried; `schedule` is a digest of the rest."""

    id: int
    note: int
    ord: int
    deck: int
    flag: int
    queue: int
    schedule: str
    is_learned: bool


class Review(msgspec.Struct, frozen=True, array_like=True):
    """A line of the log of reviews."""

    id: int
    card: int
    rest: str


class Kind(msgspec.Struct, frozen=True, array_like=True):
    """A note type: `look` is a digest of its styling and its templates."""

    name: str
    mod: int
    look: str


class Seen(msgspec.Struct, frozen=True):
    """A collection. Decks are names by id, `stylesheets` the learner's own ones, as digests by name; `schema` changes when
    Anki asks for a one-way sync. `empty` are cards that ask nothing, `missing` the files that notes show and nobody has.
    """

    notes: tuple[Note, ...]
    cards: tuple[Card, ...]
    reviews: tuple[Review, ...]
    note_types: Mapping[int, Kind]
    decks: Mapping[int, str]
    schema: int
    empty: tuple[int, ...]
    missing: tuple[str, ...]
    stylesheets: Mapping[str, str]

    def by_guid(self) -> dict[str, list[Note]]:
        found: defaultdict[str, list[Note]] = defaultdict(list)
        for note in self.notes:
            found[note.guid].append(note)
        return dict(found)

    def guids(self, cards: Iterable[Card]) -> list[str]:
        """The guids of the notes of these cards, each once."""
        owners = {note.id: note.guid for note in self.notes}
        return list(dict.fromkeys(owners.get(card.note, "") for card in cards))


class Log(msgspec.Struct, frozen=True):
    """What Anki's log of an import says: how many notes are what, and what those begin with that could not be updated."""

    new: int
    updated: int
    duplicate: int
    conflicting: int
    stuck: tuple[str, ...] = ()


class Life(msgspec.Struct, frozen=True):
    """What a learner had when told to look, and the logs of all imports; or why there is none.

    `refused` is Anki's reason for not taking a package, `impossible` why nobody can have done this.
    """

    seen: tuple[Seen, ...] = ()
    logs: tuple[Log, ...] = ()
    refused: str = ""
    impossible: str = ""
