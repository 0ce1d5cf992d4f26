"""A package → the bytes of some of its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from . import archive, reader
from .archive import PackageError


def files(path: Path, names: Iterable[str], room: int) -> dict[str, bytes]:
    """The bytes of these files of a package, by name, in the order in which they are asked for. One that the package does
    not have, or that leaves no room for itself in `room` bytes, is left out. Raises PackageError and OSError.
    """
    found: dict[str, bytes] = {}
    with archive.opened(path) as members:
        modern = reader.container(members) == "collection.anki21b"
        known = reader.media_names(members, modern)
        for name in dict.fromkeys(names):
            if name not in known:
                continue
            try:
                data = bytes(members.read(known[name], room, modern))
            except PackageError:
                continue  # It is too large, or damaged: the rest can be shown without it.
            found[name] = data
            room -= len(data)
    return found
