"""What is assigned, and a version → the state after its release: all that is new or changed has its one time."""

from __future__ import annotations

from collections.abc import Mapping
from time import gmtime, strftime
from typing import TypeVar

from msgspec.structs import replace

from ..model import Settings
from .assign import Assigned
from .ledger import Ledger
from .lines import Frozen, Line, Release, Type, order


def release(assigned: Assigned, settings: Settings, version: str, now: int, renderers: Mapping[str, str]) -> Assigned:
    """Stamp every new or changed note and note type with the time of the release, `now`, in seconds of the Unix epoch.

    A first release keeps the times of the drafts: learners may have them, and nothing has changed for those. `renderers`
    are the versions of the libraries that decide the HTML. `sealed` adds what only the package tells. Raises ValueError
    for a version or a time that `refusal` refuses.
    """
    ledger = assigned.ledger
    if reason := refusal(ledger, version, now):
        raise ValueError(reason)
    time = now if ledger.last else None
    types = {key: _released(line, version, time) for key, line in ledger.types.items()}
    lines = {
        guid: replace(line, retired=version if line.retired == "draft" else line.retired)
        if line.retired
        else _released(line, version, time)
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


def sealed(ledger: Ledger, cards: int, digest: str, tool: str) -> Ledger:
    """The ledger after a release whose package has so many cards and contents of this digest, made by this Deckwright."""
    *before, made = ledger.head.releases
    return replace(
        ledger,
        head=replace(ledger.head, releases=(*before, replace(made, cards=cards, digest=digest, tool=tool))),
    )


def refusal(ledger: Ledger, version: str, now: int) -> str:
    """Why there can be no release of this version at this time after those of the ledger; empty if there can.

    Anki takes an update only if it is later than what a learner has, and learners know the newest by its version.
    """
    last = ledger.last
    if any(made.version == version for made in ledger.head.releases):
        return f"version {version} was released already"
    if last and order(version) < last.order:
        return f"version {version} is lower than {last.version}, the last release"
    lines: list[Line | Type] = [*ledger.lines.values(), *ledger.types.values()]
    mods = [line.released.mod for line in lines if line.released]
    released = max([*mods, *(made.time for made in ledger.head.releases)], default=0)
    if now <= released:
        return f"the release's time, {_when(now)}, is not later than {_when(released)}, that of an earlier one"
    built = max((line.draft.mod for line in lines if line.draft), default=0)
    if now < built:
        return f"the release's time, {_when(now)}, is before {_when(built)}, that of the last build"
    return ""


def _when(seconds: int) -> str:
    return strftime("%Y-%m-%d %H:%M:%S UTC", gmtime(seconds))


Stamped = TypeVar("Stamped", Line, Type)


def _released(line: Stamped, version: str, time: int | None) -> Stamped:
    """The line after a release at this time; None keeps that of the draft."""
    draft = line.draft
    state = replace(draft, mod=time or draft.mod, version=version) if draft else line.released
    line = replace(line, released=state, draft=None)
    return replace(line, back="") if isinstance(line, Line) and line.back else line
