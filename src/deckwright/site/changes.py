"""The manifests of all releases → what became of each note, version by version."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from ..identity.lines import order
from ..release.manifest import Changed, Manifest

What: TypeAlias = Literal["new", "back", "changed", "relearn", "retired"]


class Event(msgspec.Struct, frozen=True):
    """What a version did to a note. `changed` has what differs, if the manifest of the version tells."""

    version: str
    date: str
    what: What
    changed: Changed = Changed()


class Gone(msgspec.Struct, frozen=True):
    """A note that is no longer in the deck: its ID, its title, its deck, and the IDs that it had before."""

    guid: str
    id: str
    title: str
    deck: str
    was: tuple[str, ...]


def date(time: int) -> str:
    """The day of a time in seconds of the Unix epoch, in UTC, as in 2026-11-30."""
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def yanked(changelog: str) -> frozenset[str]:
    """The versions behind which CHANGELOG-deck.md says that they were taken back. See https://keepachangelog.com/."""
    return frozenset(_YANKED.findall(changelog))


_YANKED = re.compile(r"^## \[(\d+\.\d+\.\d+)\].*\[YANKED\]", re.MULTILINE | re.IGNORECASE)


def events(releases: Iterable[Manifest]) -> dict[str, list[Event]]:
    """What became of each note, by its guid, the latest version first."""
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for made in sorted(releases, key=lambda made: order(made.version), reverse=True):
        told, day = made.changes, date(made.time)
        guids = {id_: note.guid for id_, note in made.notes.items()}
        new = told.new if made.previous else tuple(made.notes)
        for id_ in new:
            if id_ in guids:
                found[guids[id_]].append(Event(made.version, day, "new"))
        for id_, change in told.changed.items():
            if id_ in guids:
                what: What = "relearn" if id_ in told.relearn else "changed"
                found[guids[id_]].append(Event(made.version, day, what, change))
        for note in told.retired.values():
            found[note.guid].append(Event(made.version, day, "retired"))
    return {guid: _returning(held) for guid, held in found.items()}


def _returning(held: Sequence[Event]) -> list[Event]:
    """The events of a note, the latest first. One that is new after it had left the deck is back."""
    before = [*held[1:], None]
    return [
        replace(event, what="back") if event.what == "new" and former and former.what == "retired" else event
        for event, former in zip(held, before, strict=True)
    ]


def gone(releases: Sequence[Manifest], present: Iterable[str]) -> list[Gone]:
    """The notes of releases that are not among the present ones, which are guids: as the highest of them had each."""
    known, found = set(present), {}
    for made in sorted(releases, key=lambda made: order(made.version), reverse=True):
        for id_, note in made.notes.items():
            if note.guid not in known:
                known.add(note.guid)
                found[note.guid] = Gone(note.guid, id_, note.title, note.deck, note.was)
    return [found[guid] for guid in sorted(found, key=lambda guid: found[guid].id)]


def renamed(shown: Mapping[str, str], former: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Where the IDs that notes had before lead to. `shown` are the present IDs by guid, `former` all others of each."""
    taken = set(shown.values())
    pairs = ((old, shown[guid]) for guid, olds in sorted(former.items()) if guid in shown for old in olds)
    return {old: new for old, new in sorted(pairs) if old not in taken}
