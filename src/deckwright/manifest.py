"""What the last build of a project looked at, and what it made → whether a build would make the same once more.

It lies in `build/.cache`, and may be deleted. What it says counts only if all that it says is still so: the program and its
libraries, everything that was looked at (`inputs`), and the package. Nothing but the standard library is imported here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from zlib import crc32

from . import inputs, program
from .layout import CACHE, DECK, PYPROJECT

PLACE = f"{CACHE}/manifest"
"""Where it is, in the project's root."""


def root_above(start: str | os.PathLike[str]) -> str | None:
    """The project at or above a folder that has a manifest; None if there is none, or one without a manifest is nearer."""
    try:
        folder = os.path.realpath(start)
    except OSError:  # The current folder is gone.
        return None
    while True:
        if os.path.isfile(os.path.join(folder, PLACE)):
            return folder
        above = os.path.dirname(folder)
        if above == folder or any(os.path.lexists(os.path.join(folder, name)) for name in (DECK, PYPROJECT)):
            return None
        folder = above


def unchanged(
    root: str, target: str | os.PathLike[str] | None, with_editions: bool = False
) -> tuple[str, dict[str, Any]] | None:
    """The package, and what the last build said, if building `target` once more would change nothing; otherwise None. With
    editions, all of their packages must be there too.
    """
    kept = read(root)
    with suppress(OSError, ValueError, TypeError, KeyError, IndexError):
        package = os.path.normpath(os.path.join(root, kept["target"]))
        is_there = (target is None and kept["is_default"]) or (target and os.path.abspath(target) == package)
        beside = kept["beside"] if with_editions else {}
        if beside is None or not all(
            list(inputs.mark(os.stat(os.path.join(root, place)))) == held for place, held in beside.items()
        ):
            return None
        if is_there and list(inputs.mark(os.stat(package))) == kept["package"] and kept["tool"] == tool():
            return (package, kept["said"]) if inputs.are_same(kept["inputs"], root) else None
    return None


def pack(
    seen: inputs.Inputs,
    target: str | os.PathLike[str],
    is_default: bool,
    said: Mapping[str, object],
    media: Mapping[str, tuple[str, str]],
    *,
    with_editions: bool = False,
) -> bytes:
    """The manifest of a build that has just made `target`. `said` is for whoever asks `unchanged`.

    `media` has the name and the SHA-256 of each file of the package that is shipped as it is, by its path from the root.
    """
    kept = {
        "tool": tool(),
        "target": inputs.place_of(target, seen.root),
        "is_default": is_default,
        "package": seen.made,
        "beside": seen.beside if with_editions else None,
        "said": said,
        "media": media,
        "inputs": seen.packed(),
    }
    data = json.dumps(kept).encode()
    return b"%08x\n" % crc32(data) + data


def known(kept: Mapping[str, Any], root: str) -> dict[str, inputs.Known]:
    """The files that are as they were when the last build read them, by their path from the root, with `/`."""
    same: dict[str, inputs.Known] = {}
    with suppress(ValueError, TypeError, KeyError, IndexError):
        began, files, media = kept["inputs"]["began"], kept["inputs"]["files"], kept["media"]
        for place, (*held, digest) in files.items() if kept["tool"] == tool() else ():
            with suppress(OSError):
                now = inputs.mark(os.stat(os.path.join(root, place)))
                if digest and list(now) == held and inputs.rested(now, began):
                    path = place.replace(os.sep, "/")
                    same[path] = inputs.Known(now, digest, *media.get(path, ()))
    return same


def read(root: str | os.PathLike[str]) -> dict[str, Any]:
    """What the manifest of a project holds; nothing if there is none, or a damaged one."""
    with suppress(OSError, ValueError, RecursionError), open(os.path.join(root, PLACE), "rb") as file:
        head, data = file.readline(16), file.read()
        kept = json.loads(data)
        if head == b"%08x\n" % crc32(data) and isinstance(kept, dict):
            return kept
    return {}


@cache
def tool() -> list[object]:
    """What tells that the program, Python and all libraries are the same: marks of our own files, and the names of what
    is installed, which have the versions in them. They are looked at once: what is installed meanwhile is not what runs.
    """
    own = sorted([path, *inputs.mark(held)] for path, held in program.files())
    return [sys.version, own, program.installed()]
