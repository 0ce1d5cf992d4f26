"""The index of a build → what the page asks for, as values for JSON."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from msgspec.structs import asdict

from ..names import and_above
from .choice import Choice, choose
from .index import Card, Entry, Index, Problem

Opener = Callable[[str, int, int], str]
"""A file, a line and a column → the address that opens the editor there; empty if there is none."""

MOST = 500
"""How many cards are told of at once."""


def deck(index: Index, opener: Opener) -> dict[str, Any]:
    """The build, what was found in it, and how many cards there are of each deck, tag, note type and file, in the order of the
    deck. Decks and tags count with those below them, and each that has some below it is named.
    """
    counted: dict[str, dict[str, int]] = {name: {} for name in ("decks", "tags", "types", "files")}
    only = dict.fromkeys(("new", "changed", "problems"), 0)
    for entry, standing in zip(index.entries, index.held.standings, strict=True):
        number = len(entry.cards)
        if not number:
            continue
        _count(counted["decks"], _levels(entry.deck), number)
        _count(counted["tags"], dict.fromkeys(level for tag in entry.tags for level in _levels(tag)), number)
        _count(counted["types"], (entry.note_type,), number)
        _count(counted["files"], (entry.file,), number)
        _count(only, {standing.state} & only.keys(), number)
        if entry.first_key in index.troubled:
            only["problems"] += number
    lists = {
        what: [{"name": name, "cards": number} for name, number in counts.items()] for what, counts in counted.items()
    }
    problems = [told(problem, opener) for problem in index.problems]
    return head(index) | {"only": only, "problems": problems} | lists


def _count(counts: dict[str, int], names: Iterable[str], number: int) -> None:
    for name in names:
        counts[name] = counts.get(name, 0) + number


@lru_cache(maxsize=4096)
def _levels(path: str) -> tuple[str, ...]:
    """A deck or tag and all above it, the topmost first."""
    return tuple(and_above(path))


def told(problem: Problem, opener: Opener) -> dict[str, Any]:
    """A problem, with the address that opens the editor there."""
    return asdict(problem) | {"editor": opener(problem.file, problem.line, problem.column) if problem.file else ""}


def head(index: Index) -> dict[str, Any]:
    """The build alone."""
    return {
        "build": index.head.number,
        "state": index.head.how,
        "name": index.head.name,
        "version": index.head.version,
        "seconds": round(index.head.seconds, 3),
        "changed": index.head.changed,
        "notes": len(index.entries),
        "cards": len(index.keys),
    }


def listed(index: Index, choice: Choice, offset: int, limit: int) -> dict[str, Any]:
    """Some of the cards that are looked for."""
    places = choose(index, choice)
    shown = places[offset : offset + limit]
    return {
        "build": index.head.number,
        "total": len(places),
        "offset": offset,
        "cards": [_in_list(index, place) for place in shown],
    }


def _in_list(index: Index, place: int) -> dict[str, Any]:
    entry, card = index.entry(place)
    return {
        "key": index.keys[place],
        "note": entry.id,
        "card": _words(index, entry, card),
        "title": card.title,
        "deck": entry.deck,
        "type": entry.note_type,
        "file": entry.file,
        "line": entry.line,
        "digest": index.digest(place),
        "state": index.standing(place).state,
        "problems": index.troubled.get(entry.first_key, 0),
    }


def _words(index: Index, entry: Entry, card: Card) -> str:
    """Which card of its note it is; empty where there is one alone."""
    if len(entry.cards) < 2:
        return ""
    note_type = index.held.note_types[entry.note_type]
    if note_type.family == "basic":
        return note_type.templates[card.number - 1].name
    return f"{'Cloze' if note_type.family == 'cloze' else 'Mask'} {card.number}"


def card(index: Index, place: int, choice: Choice, source: str, opener: Opener) -> dict[str, Any]:
    """All that is told of a card. Its position, from 0, and its neighbours are those among the cards that are looked for; if it
    is none of them, the neighbours are the nearest of them.
    """
    entry, _ = index.entry(place)
    standing = index.standing(place)
    places = choose(index, choice)
    before, after = bisect_left(places, place), bisect_right(places, place)
    changed = datetime.fromtimestamp(standing.mod, UTC).isoformat() if standing.mod else ""
    return _in_list(index, place) | {
        "guid": entry.guid,
        "tags": entry.tags,
        "changed": changed,
        "version": standing.version,
        "problems": [told(problem, opener) for problem in index.problems if problem.key == entry.first_key],
        "source": source,
        "picture": next((one.picture for one in index.held.depicted if one.note == entry.id), ""),
        "editor": opener(entry.file, entry.line, 1),
        "position": before if before < after else None,
        "total": len(places),
        "neighbours": {
            "previous": index.keys[places[before - 1]] if before else None,
            "next": index.keys[places[after]] if after < len(places) else None,
        },
    }
