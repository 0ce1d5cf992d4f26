"""A rehearsal → a table for people, and the form for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from json import dumps
from typing import Any, TypeAlias

from msgspec import to_builtins

from ..limits import MAX_REHEARSAL_TOLD
from .verdicts import Finding, Played, Rehearsal

Style: TypeAlias = Callable[[str, str], str]
"""Colours a piece of text by its role: heading, error or new."""

COUNTS = {"new": "new", "updated": "updated", "duplicate": "as before", "conflicting": "refused"}
"""What a log counts, and what its column is called."""


def to_json(rehearsal: Rehearsal) -> str:
    """A JSON object with the attributes of `Rehearsal`, and of everything in it, as names; `agrees` and `good` besides."""
    verdict = {"good": rehearsal.is_good, "agrees": rehearsal.agrees}
    return dumps(verdict | to_builtins(rehearsal), ensure_ascii=False, indent=2)


def to_text(
    rehearsal: Rehearsal, style: Style = lambda text, role: text, limit: int | None = MAX_REHEARSAL_TOLD
) -> str:
    """A row for each learner; below it what they lose, then what else they see. At most `limit` names are listed of each."""
    names = " → ".join(map(_shown, rehearsal.packages))
    blocks = [f"Anki {rehearsal.anki}: {names}", "\n".join(_table(rehearsal.learners, style))]
    if not rehearsal.agrees:
        head = style("Anki did something else than `deckwright diff` says", "error")
        blocks.append("\n".join([head, *_disagreement(rehearsal)]))
    for heading, role, of in (
        ("What is lost", "error", lambda one: one.lost),
        ("What Anki is known to do", "heading", lambda one: one.told),
    ):
        if lines := list(_findings(rehearsal.learners, of, limit, rehearsal.number)):
            blocks.append("\n".join([style(heading, role), *lines]))
    return "\n\n".join(blocks)


def losses(rehearsal: Rehearsal, played: Sequence[Played], limit: int | None = MAX_REHEARSAL_TOLD) -> list[str]:
    """What these learners lose and what was otherwise than predicted, a line each, as in `to_text`."""
    otherwise = [] if rehearsal.agrees else list(_disagreement(rehearsal))
    return [*otherwise, *_findings(played, lambda one: one.lost, limit, rehearsal.number)]


def _table(played: Sequence[Played], style: Style) -> Iterator[str]:
    width = max(len(one.title) for one in played)
    yield style("  ".join(["A learner who".ljust(width), *COUNTS.values(), "loses"]), "heading")
    for one in played:
        if one.impossible:
            yield f"{one.title.ljust(width)}  not played: {one.impossible}"
            continue
        numbers = [str(getattr(one.log, what)) if one.log else "–" for what in COUNTS]
        cells = [number.rjust(len(head)) for number, head in zip(numbers, COUNTS.values(), strict=True)]
        lost = style(", ".join(finding.what for finding in one.lost), "error") if one.lost else style("nothing", "new")
        yield "  ".join([one.title.ljust(width), *cells, lost])


def _disagreement(rehearsal: Rehearsal) -> Iterator[str]:
    for name in type(rehearsal.done).__struct_fields__:
        predicted, done = getattr(rehearsal.predicted, name), getattr(rehearsal.done, name)
        if predicted != done:
            yield f"  {name.replace('_', ' ')}: {predicted} was predicted, {done} came"


def _findings(
    played: Sequence[Played], of: Callable[[Played], Sequence[Finding]], limit: int | None, number: int
) -> Iterator[str]:
    """Each finding once, with all learners of whom it is true. `number` is how many learners were played altogether."""
    found: dict[Finding, list[str]] = {}
    for one in played:
        for finding in of(one):
            found.setdefault(finding, []).append(one.title)
    for finding, titles in found.items():
        whose = "all" if len(titles) == number else "; ".join(_some(titles, limit))
        yield f"  {finding.sentence} ({len(finding.names)}): {whose}"
        names = [name for name in finding.names if name not in finding.sentence]
        yield from (f"    {_shown(name)}" for name in _some(names, limit))


def _some(names: Sequence[str], limit: int | None) -> list[str]:
    """The first of these, and how many more there are."""
    more = [] if limit is None or len(names) <= limit else [f"… and {len(names) - limit} more"]
    return [*names[:limit], *more]


def _shown(text: Any) -> str:
    """A text as a terminal can show it: names in a package may hold anything."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", str(text))[:200]
