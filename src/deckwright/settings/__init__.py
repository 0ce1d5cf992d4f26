"""A folder → the project in it, with its settings checked.

The settings are in `deck.toml`, at the top level, or in `pyproject.toml` under `[tool.deckwright]`: the same keys.
"""

from __future__ import annotations

import os
import tomllib
from contextlib import suppress
from pathlib import Path

import msgspec

from .. import files
from ..diagnostics import Diagnostic, sort
from ..diagnostics.project import no_settings, two_settings
from ..layout import DECK, PYPROJECT
from ..limits import MAX_SETTINGS_BYTES
from ..model import Settings, Span
from . import toml_places
from .check import check, page_of_note

__all__ = ["Project", "find", "load", "page_of_note", "settings_files"]

_TABLES: dict[str, toml_places.Keys] = {DECK: (), PYPROJECT: ("tool", "deckwright")}
"""The table of each file that holds the settings."""


class Project(msgspec.Struct, frozen=True):
    """A project on disk. `file` is the name of the settings file in `root`."""

    root: Path
    settings: Settings
    file: str


def find(start: Path) -> Path | None:
    """The nearest folder at or above `start` that holds settings, as an absolute path; None if there is none."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if settings_files(folder)), None)


def settings_files(folder: Path) -> list[str]:
    """The names of the files in `folder` that hold settings: none, one or, by mistake, both."""
    # Not Path.is_file: before Python 3.12 it raises where we may not look.
    held = {DECK: os.path.isfile(folder / DECK), PYPROJECT: _has_table(folder / PYPROJECT)}  # noqa: PTH113
    return [name for name, holds in held.items() if holds]


def load(root: Path) -> tuple[Project | None, list[Diagnostic]]:
    """Read and check the settings in `root`. The project is None exactly if a diagnostic is an error."""
    held = settings_files(root)
    for name in {DECK, PYPROJECT} - set(held):
        with suppress(OSError):  # What it says next time counts.
            files.read(root / name, MAX_SETTINGS_BYTES)
    if not held:
        return None, [no_settings(Span(DECK))]
    name = held[-1]
    file, found = toml_places.read(root / name, _TABLES[name])
    if len(held) == 2:
        return None, [two_settings(file.span() if file else Span(PYPROJECT))]
    if file is None:
        return None, found
    settings, found = check(file, root)
    return (Project(root, settings, name) if settings else None), sort(found)


def _has_table(pyproject: Path) -> bool:
    if not os.path.isfile(pyproject):  # noqa: PTH113
        return False
    try:
        with files.opened(pyproject) as file:  # Its beginning alone: of ours, `load` tells that it is too large.
            data = file.read(MAX_SETTINGS_BYTES + 1)
    except OSError:  # It is somebody else's: ours would be readable.
        return False
    if b"deckwright" not in data:  # Most are somebody else's, and parents of the project may hold anything.
        return False
    try:
        text = toml_places.decoded(data)
        tools = {} if toml_places.long_key(text) else tomllib.loads(text).get("tool")
    except (ValueError, RecursionError):
        # Broken, but ours: then `load` can say where the mistake is.
        return b"[tool.deckwright" in data
    return isinstance(tools, dict) and "deckwright" in tools
