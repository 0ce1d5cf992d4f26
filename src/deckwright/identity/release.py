"""What is assigned, and a version → the state after its release: all that is new or changed has its one time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import replace

from ..model import Settings
from .assign import Assigned
from .ledger import Ledger
from .lines import Frozen, Line, Release, Type


def release(assigned: Assigned, settings: Settings, version: str, now: int, renderers: Mapping[str, str]) -> Assigned:
    """Stamp every new or changed note and note type with the time of the release, `now`, in seconds of the Unix epoch.

    `renderers` are the versions of the libraries that decide the HTML. Raises ValueError if `now` is not later than
    every time released before: Anki would take the release for an older one.
    """
    ledger = assigned.ledger
    states = [line.released for line in ledger.lines.values()] + [line.released for line in ledger.types.values()]
    before = [state.mod for state in states if state]
    if before and now <= max(before):
        raise ValueError(f"the release's time {now} is not later than {max(before)}, that of an earlier one")
    types = {key: _released(line, version, now) for key, line in ledger.types.items()}
    lines = {
        guid: replace(line, retired=version if line.retired == "draft" else line.retired)
        if line.retired
        else _released(line, version, now)
        for guid, line in ledger.lines.items()
        if line.released or not line.retired  # Of what was never released, nobody needs to know any more.
    }
    head = replace(
        ledger.head,
        releases=(*ledger.head.releases, Release(version, now, sum(not line.retired for line in lines.values()))),
        frozen=Frozen(settings.name, settings.tag_prefix, assigned.decks),
        renderers=dict(sorted(renderers.items())),
    )
    return replace(
        assigned,
        identities=[who and replace(who, mod=lines[who.guid].mod) for who in assigned.identities],
        note_types={key: replace(t, mod=types[key].mod) for key, t in assigned.note_types.items()},
        ledger=Ledger(head, types, lines),
    )


Stamped = TypeVar("Stamped", Line, Type)


def _released(line: Stamped, version: str, now: int) -> Stamped:
    state = replace(line.draft, mod=now, version=version) if line.draft else line.released
    return replace(line, released=state, draft=None)
