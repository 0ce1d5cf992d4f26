"""The table of editions → the editions, and everything that is wrong with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from ..diagnostics import Diagnostic
from ..diagnostics.project import bad_edition, unknown_key, wrong_type
from ..limits import MAX_SETTINGS_TOLD
from ..model import Edition
from ..names import slug_problem
from .toml_places import File

_KEYS = ("title", "decks", "tags")


def check(file: File, table: object) -> tuple[tuple[Edition, ...], list[Diagnostic]]:
    """The editions in their order. Whether their decks and tags have notes, only the notes tell."""
    if not isinstance(table, dict):
        path = ".".join((*file.keys, "editions"))
        hint = f'write `[{path}.NAME]` on a line of its own, and `decks = ["Deck"]` or `tags = ["tag"]` below it'
        return (), [wrong_type(file.span("editions"), "editions", "a table of tables", hint)]
    editions: list[Edition] = []
    found: list[Diagnostic] = []
    for name, held in table.items():
        if len(found) >= MAX_SETTINGS_TOLD:
            break
        edition, wrong = _edition(file, name, held)
        editions.append(edition)
        found += wrong
    return tuple(editions), found


def called_like_the_deck(editions: Iterable[Edition], slug: str) -> list[Diagnostic]:
    """What is wrong with an edition whose name is the slug of the whole deck."""
    return [
        bad_edition(held.places[""], held.name, "is called like the whole deck")
        for held in editions
        if held.name == slug
    ]


def _edition(file: File, name: str, table: object) -> tuple[Edition, list[Diagnostic]]:
    place, path = file.span("editions", name), f"editions.{name}"
    if not isinstance(table, dict):
        hint = f'write `[{".".join((*file.keys, path))}]` on a line of its own, and `tags = ["tag"]` below it'
        return Edition(name, name, places={"": place}), [wrong_type(place, path, "a table", hint)]
    found: list[Diagnostic] = []
    lists: dict[str, tuple[str, ...]] = {}
    title, places = name, {"": place}
    for key, value in table.items():
        if len(found) >= MAX_SETTINGS_TOLD:
            break
        span = places[key] = file.span("editions", name, key)
        if key not in _KEYS:
            found.append(unknown_key(span, f"{path}.{key}", [f"{path}.{known}" for known in _KEYS]))
        elif key == "title":
            if isinstance(value, str):
                title = " ".join(value.split()) or name
            else:
                found.append(wrong_type(span, f"{path}.title", "text", "put it in quotes"))
        elif isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value):
            lists[key] = tuple(unicodedata.normalize("NFC", word) for word in value)
        else:
            found.append(wrong_type(span, f"{path}.{key}", f"a list of {key}", f'write `{key} = ["{key[:-1]}"]`'))
    if reason := _problem(name, lists) if not found else "":
        found.append(bad_edition(place, name, reason))
    tags = tuple(tag.replace("/", "::") for tag in lists.get("tags", ()))
    return Edition(name, title, lists.get("decks", ()), tags, places), found


def _problem(name: str, lists: Mapping[str, Sequence[str]]) -> str:
    """What is wrong with an edition, empty if nothing is."""
    return slug_problem(name) or ("" if any(lists.values()) else "names no decks and no tags")
