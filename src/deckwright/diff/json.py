"""Two packages, and what differs → the form for programs."""

from __future__ import annotations

from json import dumps
from typing import Any

from msgspec.structs import fields

from ..descriptions import version_in
from ..package import Package
from .changes import Changes, Listed, NoteChange
from .compare import deck_key


def to_json(changes: Changes, old: Package, new: Package) -> str:
    """A JSON object with the attributes of `Changes`, and of everything in it, as names.

    Before them come `packages`, the old one and the new one: the `version` that each calls itself, empty if it says none, and
    how many notes, cards and media files it has; and `counts`: how many notes are new, changed, unreceived, idle,
    conflicting, in another deck, renumbered, retired and unchanged; a note can be in several. Behind them, `descriptions` has
    the old and the new one of each deck of `decks_described`, and `reordered` says whether the notes that both packages have
    come in another order.

    Each note also has its `id`, empty if it has none, and its `position`: in which place its new cards come, from 1, in the
    new package or, if it is retired, in the old one. `words` are pairs of "same", "old" or "new" and a text.
    """
    notes = [{note.guid: (place, note) for place, note in enumerate(package.notes, 1)} for package in (old, new)]
    both = notes[0].keys() & notes[1].keys()
    orders = [[guid for guid in held if guid in both] for held in notes]

    def attributes(value: Any) -> dict[str, Any]:
        held = _attributes(value)
        if isinstance(value, Listed | NoteChange):
            position, note = notes[1].get(value.guid) or notes[0][value.guid]
            held |= {"id": note.fields.get("ID", ""), "position": position}
        return held

    told = {
        "packages": [_totals(package) for package in (old, new)],
        "counts": changes.counts,
        **_attributes(changes),
        "descriptions": _descriptions(changes, old, new),
        "reordered": orders[0] != orders[1],
    }
    return dumps(told, ensure_ascii=False, indent=2, default=attributes)


def _attributes(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _totals(package: Package) -> dict[str, Any]:
    version = next(filter(None, (version_in(deck.description) for deck in package.decks)), "")
    return {"version": version, "notes": len(package.notes), "cards": package.cards, "media": len(package.media)}


def _descriptions(changes: Changes, old: Package, new: Package) -> list[dict[str, str]]:
    before, after = ({deck_key(deck.name): deck.description for deck in package.decks} for package in (old, new))
    return [
        {"deck": name, "old": before[deck_key(name)], "new": after[deck_key(name)]} for name in changes.decks_described
    ]
