"""A new note → what Anki and learners know it by: its guid, its note id, its ID."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from ..digests import sha256
from ..generation import CARD_IDS
from ..model import Candidate, Family
from ..names import shortened, slug
from .ledger import Ledger
from .lines import Line

NAMESPACE = "deckwright/guid/1"
"""Part of every guid: frozen for ever."""

DAY = 86_400_000
"""In milliseconds. New note ids lie within the day before they are made: Anki renumbers those in the future."""


def guid(deck_id: str, family: Family, key: str | Sequence[str], n: int = 0) -> str:
    """The guid of a note, for ever: 14 characters of 0–9A–Za–z, 80 bits of a SHA-256 over what makes the note this one.

    `key` is the explicit id. For a note without one it is the section's id, its path and the digest of the note's text,
    all as first seen. `n` is 0, or the first number that makes the guid a free one.
    """
    value = int.from_bytes(sha256(NAMESPACE, deck_id, family, key, n)[:10], "big")
    made = ""
    for _ in range(14):  # 62 ** 14 > 2 ** 80
        value, rest = divmod(value, len(_ALPHABET))
        made = _ALPHABET[rest] + made
    return made


_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Minting:
    """Gives out guids, note ids and IDs that no other note has, live or retired.

    `notes` are those of this build: the ids that their authors gave them are taken. `families` has the family of each
    note type. `now` is in seconds of the Unix epoch.
    """

    def __init__(
        self, deck_id: str, ledger: Ledger, notes: Iterable[Candidate], families: Mapping[str, Family], now: int
    ) -> None:
        self.deck_id = deck_id
        self.now = now
        self.families = families
        self.known = ledger.lines
        self.notes = notes
        self.places: dict[int, dict[Hashable, int]] = {}

    @cached_property
    def guids(self) -> set[str]:
        """Those that are taken. Most builds have no new note, and need none of these three."""
        return set(self.known)

    @cached_property
    def slots(self) -> set[int]:
        """Those that are taken, by the distance of note ids."""
        # A note id that is no multiple, as a foreign one would be, reaches into the next slot.
        slots = (line.nid // CARD_IDS for line in self.known.values())
        return {place for slot in slots for place in (slot, slot + 1)}

    @cached_property
    def ids(self) -> set[str]:
        """Those that are taken."""
        known = {id_ for line in self.known.values() for id_ in (line.id, *line.was)}
        return known | {note.id for note in self.notes if note.id}

    def line(self, note: Candidate) -> Line:
        """The first line of a note's life."""
        key = note.id or (note.group, *note.path, note.match)
        family = self.families[note.note_type]
        own = self._first_free(self.guids, (family, key), lambda n: guid(self.deck_id, family, key, n), 0)
        return Line(own, self._note_id(own), note.id or self._id(note, own), note.note_type, note.path, "", "")

    def apart(self, lines: Mapping[str, Line]) -> dict[str, Line]:
        """The lines, each with a note id of its own: two branches that were merged may have given two notes the same.

        Those of an adopted deck may be as close as they like: a package parts the ids of their cards.
        """
        found = dict(lines)
        if len({line.nid for line in lines.values()}) == len(lines):
            return found
        seen: set[int] = set()
        for line in sorted(lines.values(), key=lambda line: (line.released is None, line.guid)):
            if line.nid in seen:
                found[line.guid] = replace(line, nid=self._note_id(line.guid))
            seen.add(line.nid)
        return found

    def _note_id(self, own: str) -> int:
        """A note id within the day before now, by guid, with room behind it for the ids of the note's cards."""
        last = max(self.now * 1000, 2 * DAY) // CARD_IDS - 2  # Never negative, whatever SOURCE_DATE_EPOCH says.
        start = int.from_bytes(sha256("nid", own)[:8], "big")
        number = max(DAY // CARD_IDS, len(self.slots) * 2)
        while (slot := last - start % number) in self.slots:
            start += 1
        self.slots.add(slot)
        return slot * CARD_IDS

    def _id(self, note: Candidate, own: str) -> str:
        """A readable ID for a note without an id: of its section's id and its name, or of its heading and its guid."""
        name = shortened(slug(note.path[-1] if note.path else ""), 40)
        parts, joint = ((note.group, name), ".") if note.group else ((name, own[-5:].lower()), "-")
        wanted = joint.join(filter(None, parts))
        return self._first_free(self.ids, wanted, lambda n: wanted if n == 1 else f"{wanted}-{n}", 1)

    def _first_free(self, taken: set[str], key: Hashable, made: Callable[[int], str], first: int) -> str:
        """The first of what `made` gives from `first` on that is not taken yet; it is from now on.

        Of equal notes, each begins where the last one ended: else thousands of them would take hours.
        """
        places = self.places.setdefault(id(taken), {})
        n = places.get(key, first)
        while (free := made(n)) in taken:
            n += 1
        places[key] = n + 1
        taken.add(free)
        return free
