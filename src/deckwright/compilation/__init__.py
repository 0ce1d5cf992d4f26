"""All Markdown files of a project → what becomes of each: kept from an earlier build, or compiled, by all processors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ..cache import Cache
from ..model import Settings
from . import pool
from .compiled import Body, Compiled, mattering, pack, unpack

__all__ = ["Body", "Compiled", "Files", "Progress"]

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""

STAGE = "notes"
"""The word in the names of the cache's entries."""


class Files:
    """The files of a project, compiled. The bodies of their notes are fetched one file at a time."""

    def __init__(self, files: Sequence[tuple[str, bytes]], settings: Settings, cache: Cache) -> None:
        """`files` are their paths, relative to the root with `/`, and their contents. Nothing is compiled yet."""
        self._files = files
        self._settings = mattering(settings)
        self._cache = cache
        self._packed: dict[int, bytes] = {}
        of_settings = msgspec.msgpack.encode(self._settings)
        self._keys = [cache.key(STAGE, (path, data, of_settings)) for path, data in files]

    def compile(self, progress: Progress) -> list[Compiled]:
        """What becomes of each file, without the bodies of its notes."""
        made = [self._kept(place) for place in range(len(self._files))]
        missing = [place for place, compiled in enumerate(made) if compiled is None]
        done = len(made) - len(missing)
        progress(done, len(made))
        for place, packed in pool.compile_all([self._files[place] for place in missing], self._settings):
            at = missing[place]
            if not self._cache.put(self._keys[at], packed):
                self._packed[at] = packed
            made[at] = _without_bodies(unpack(packed))
            done += 1
            progress(done, len(made))
        return [compiled for compiled in made if compiled]

    def bodies(self, place: int) -> tuple[Body, ...]:
        """Those of the notes of a file. What the cache has lost in the meantime is made again."""
        packed = self._packed.get(place) or self._cache.get(self._keys[place])
        return unpack(packed or pack(*self._files[place], self._settings)).unpacked()

    def _kept(self, place: int) -> Compiled | None:
        packed = self._cache.get(self._keys[place])
        try:
            return _without_bodies(unpack(packed)) if packed else None
        except msgspec.MsgspecError:
            return None


def _without_bodies(compiled: Compiled) -> Compiled:
    return msgspec.structs.replace(compiled, bodies=msgspec.Raw())
