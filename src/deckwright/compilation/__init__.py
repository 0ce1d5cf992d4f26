"""All Markdown files of a project → what becomes of each: kept from an earlier build, or compiled, by all processors."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import msgspec

from ..cache import Cache
from ..model import OwnKind, Settings
from . import pool
from .compiled import Body, Compiled, CompilerSettings, moved, pack, parts, unpacked, unpacked_bodies

__all__ = ["Body", "Compilation", "Compiled", "Progress", "remembering"]

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""

STAGE, BODIES = "notes", "bodies"
"""The words in the names of the cache's entries: for what becomes of a file, and for the bodies of its notes."""


_memory: ContextVar[dict[str, Compiled] | None] = ContextVar("compiled", default=None)


@contextmanager
def remembering(memory: dict[str, Compiled]) -> Iterator[None]:
    """Keep what becomes of the files of a build in memory while the block runs, by the names of the cache's entries, and use
    what the build before has left there. What that build alone had is dropped.
    """
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


class Compilation:
    """The files of a project, compiled. The bodies of their notes are fetched one file at a time."""

    def __init__(
        self,
        files: Sequence[tuple[str, str]],
        read: Callable[[str], bytes],
        settings: Settings,
        cache: Cache,
        *,
        is_part: bool = False,
        owned: tuple[OwnKind, ...] = (),
        former: Mapping[str, str] | None = None,
    ) -> None:
        """`files` are their paths, relative to the root with `/`, and the SHA-256 of their contents in hex; `read` returns
        what is at such a path. With `is_part`, the project has others, which need not be compiled. `owned` are its
        own note types. `former` has other paths at which files were when they were compiled, by their paths. Nothing is compiled yet.
        """
        self._files = files
        self._read = read
        self._settings = CompilerSettings(settings.name, settings.tag_prefix, owned)
        self._cache = cache
        self._is_part = is_part
        self._bodies: dict[int, bytes] = {}
        of_settings = msgspec.msgpack.encode(self._settings)
        self._keys = [cache.key(STAGE, (*file, of_settings)) for file in files]
        self._former = {
            place: cache.key(STAGE, (former[path], digest, of_settings))
            for place, (path, digest) in enumerate(files)
            if former and path in former
        }

    def compile(self, progress: Progress) -> list[Compiled]:
        """What becomes of each file, in their order. Raises OSError for what is another file than it was."""
        places = range(len(self._files))
        made = {place: compiled for place in places if (compiled := self._kept(place) or self._moved(place))}
        missing = [place for place in places if place not in made]
        progress(len(made), len(places))
        for number, packed in pool.compile_all([self._whole(place) for place in missing], self._settings):
            place = missing[number]
            made[place] = self._keep(place, packed)
            progress(len(made), len(places))
        if (memory := _memory.get()) is not None:
            if not self._is_part:
                memory.clear()
            memory.update((self._keys[place], compiled) for place, compiled in made.items())
        return [made[place] for place in places]

    def take(self) -> list[Compiled] | None:
        """What an earlier build has made of each file, None if not all of it is kept. From now on it need not be in memory."""
        made = [self._kept(place) for place in range(len(self._files))]
        for key in self._keys:
            (_memory.get() or {}).pop(key, None)
        found = [compiled for compiled in made if compiled]
        return found if len(found) == len(made) else None

    def bodies(self, place: int) -> tuple[Body, ...]:
        """Those of the notes of a file. What the cache has lost in the meantime is made again, and raises OSError if the file
        is another one now.
        """
        data = self._bodies.get(place) or self._cache.get(self._key_of_bodies(self._keys[place]))
        with suppress(msgspec.MsgspecError):
            if data is not None:
                return unpacked_bodies(data)
        return unpacked_bodies(parts(pack(*self._whole(place), self._settings))[1])

    def path(self, place: int) -> str:
        """The path of a file."""
        return self._files[place][0]

    def key(self, place: int) -> str:
        """A name for the content of a file and all else that it was compiled with."""
        return self._keys[place]

    def _whole(self, place: int) -> tuple[str, bytes]:
        """The path of a file, and its content."""
        path, digest = self._files[place]
        data = self._read(path)
        if hashlib.sha256(data).hexdigest() != digest:
            raise OSError(errno.ESTALE, "it changed while it was read", path)
        return path, data

    @staticmethod
    def _key_of_bodies(key: str) -> str:
        return BODIES + key.removeprefix(STAGE)

    def _kept(self, place: int) -> Compiled | None:
        if compiled := (_memory.get() or {}).get(self._keys[place]):
            return compiled
        data = self._cache.get(self._keys[place])
        with suppress(msgspec.MsgspecError):
            if data is not None:
                return unpacked(data)
        return None

    def _moved(self, place: int) -> Compiled | None:
        """What becomes of a file, from what became of it where it was."""
        if former := self._former.get(place):
            compiled, bodies = self._cache.get(former), self._cache.get(self._key_of_bodies(former))
            with suppress(msgspec.MsgspecError):
                if compiled and bodies and (packed := moved(compiled, bodies, self.path(place))):
                    return self._keep(place, packed)
        return None

    def _keep(self, place: int, packed: bytes) -> Compiled:
        compiled, bodies = parts(packed)
        self._cache.put(self._keys[place], compiled)
        if not self._cache.put(self._key_of_bodies(self._keys[place]), bodies):
            self._bodies[place] = bodies
        return unpacked(compiled)
