"""Changes → the form for programs."""

from __future__ import annotations

from json import dumps
from typing import Any

from msgspec.structs import fields

from .changes import Changes


def to_json(changes: Changes) -> str:
    """A JSON object with the attributes of `Changes`, and of everything in it, as names.

    Before them comes `counts`: how many notes are new, changed, unreceived, idle, conflicting, in another deck,
    renumbered, retired and unchanged; a note can be in several. `words` are pairs of "same", "old" or "new" and a text.
    """
    return dumps({"counts": changes.counts} | _attributes(changes), ensure_ascii=False, indent=2, default=_attributes)


def _attributes(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}
