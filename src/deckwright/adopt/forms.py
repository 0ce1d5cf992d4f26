"""What came of an adoption → text for a terminal, or JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from ..amounts import count
from ..diagnostics.forms import harmless
from .adoption import Adoption
from .verdicts import Verdict

Style = Callable[[str, str], str]
"""A piece of text, and its role → the piece in colour."""


def to_text(made: Adoption, style: Style, most: int) -> str:
    """The shares of the grades, and below them what is not as it was: at most so many lines of each sort."""
    shares = made.shares
    width = max(len(f"{number:,}") for number in shares.values())
    table = (
        f"  {grade:<12} {number:>{width},}  {_percent(number, made.notes)}"
        for grade, number in shares.items()
        if number
    )
    lists = (
        ("Not as they were", [_line(made, one) for one in made.worse]),
        ("Left out", [f"“{one.what}” ({one.guid}): {one.reason}" for one in made.left_out]),
        ("Files that no card can show", [f"{name}: {reason}" for name, reason in made.unfit.items()]),
        ("Decks whose description is left out", [*made.undescribed]),
        ("Decks with another name", [f"{old} → {new}" for old, new in made.decks.items()]),
        (
            "Files that notes name, and that are missing",
            [f"{name}: in {count(number, 'note')}" for name, number in made.missing.items()],
        ),
    )
    remarks = ["", *map(harmless, made.remarks)] if made.remarks else []
    told = (line for name, lines in lists for line in _listed(name, lines, style, most))
    return "\n".join([*table, *told, *remarks])


def _percent(number: int, of: int) -> str:
    """As in "97.4 %": never 100 % or 0 % of what is not all or nothing."""
    return f"{min(max(number / of, 0.001), 0.999 if number < of else 1):6.1%}".replace("%", " %")


def _line(made: Adoption, one: Verdict) -> str:
    place = made.places[one.guid]
    field = f", {one.field}" if one.field else ""
    return f"{place.place}: {place.id}{field}: {one.grade}, {one.reason}"


def _listed(name: str, lines: list[str], style: Style, most: int) -> Iterator[str]:
    if lines:
        yield style(f"\n{name} ({len(lines):,})", "heading")
        yield from (f"  {harmless(line)}" for line in lines[:most])
        if len(lines) > most:
            yield f"  … and {len(lines) - most:,} more"


def to_json(made: Adoption, folder: str) -> str:
    """All of it. `folder` is where the project is, empty if it was not written."""
    held = {
        "written": folder,
        "name": made.name,
        "notes": made.notes,
        "cards": made.cards,
        "files": made.files,
        "media": made.media,
        "note_types": list(made.note_types),
        "shares": made.shares,
        "verdicts": [
            {
                "guid": one.guid,
                "id": made.places[one.guid].id,
                "place": made.places[one.guid].place,
                "grade": one.grade,
                "field": one.field,
                "reason": one.reason,
            }
            for one in made.verdicts
        ],
        "left_out": [{"guid": one.guid, "what": one.what, "reason": one.reason} for one in made.left_out],
        "decks": made.decks,
        "undescribed": list(made.undescribed),
        "unfit": made.unfit,
        "missing": made.missing,
        "remarks": list(made.remarks),
    }
    return json.dumps(held, ensure_ascii=False, indent=2)
