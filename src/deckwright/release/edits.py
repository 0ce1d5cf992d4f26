"""The texts of a release → what its author made of them, so that making it once more does not write over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from .. import files
from ..limits import MAX_FILE_BYTES
from . import manifest
from .cut import Cut
from .notes import ankiweb, release_notes

TEXTS: Mapping[str, Callable[[Cut], str]] = {"RELEASE_NOTES.md": release_notes, "ankiweb.md": ankiweb}
"""The files that are there to be read, and may be edited before they are published."""


def edited(cut: Cut, folder: Path) -> dict[str, bytes]:
    """The texts in `folder` that are others than those written for the same version of the same commit, by name."""
    then = manifest.prepared(folder, cut.version, cut.source)
    if then is None:
        return {}
    found = {}
    for name, write in TEXTS.items():
        try:
            held = files.read(folder / name, MAX_FILE_BYTES)
        except OSError:
            continue
        # It may be made again at another time, which stands in it.
        if held.replace(b"\r\n", b"\n") != write(replace(cut, time=then.time)).encode():
            found[name] = held
    return found
