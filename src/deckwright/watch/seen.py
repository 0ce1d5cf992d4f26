"""What a build looked at → whether it still is so, asked again and again; which files differ; which folders tell of it."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import PurePath

from .. import inputs
from ..inputs import Inputs, Mark

Folder = tuple[str, int, int]
"""The path of a folder, its device and its number: another folder in its place is another one."""

_Entries = dict[str, tuple[Mark, str, int]]
"""The mark and the digest of each file or folder, and when it was looked at, in nanoseconds of the Unix epoch."""

_State = tuple[Mark, Mark] | None
"""What the system says of something that could not be used: of itself, and of where it leads. None if it is not there."""


class Seen:
    """What a build looked at. What turns out to be the same by its content counts as looked at again, so that it is read
    once more and not each time.
    """

    def __init__(self, gathered: Inputs, last: Seen | None = None) -> None:
        """`last` is what the build before looked at."""
        self.root = gathered.root
        began = gathered.began
        self._files: _Entries = {place: (held, digest, began) for place, (held, digest) in gathered.files.items()}
        self._folders: _Entries = {place: (held, digest, began) for place, (held, digest) in gathered.folders.items()}
        self._missing: dict[str, _State] = {}
        self._noticed: dict[str, _State] = {}
        for place in gathered.missing - gathered.files.keys():
            state = self._state(place)
            is_old = state is None or inputs.rested(state[0], began) or (last and last._noticed.get(place) == state)
            self._missing[place] = state if is_old else None
        self._digests = {place: digest for place, (_, digest) in gathered.files.items()}
        if last:  # Where the settings are broken, no note is read.
            for place, digest in last._digests.items():
                if place not in self._digests and self._state(place):
                    self._digests[place] = digest

    def is_current(self) -> bool:
        """Whether all of it still is so."""
        return (
            all(self._is_still(place, state) for place, state in self._missing.items())
            and all(self._is_same(place, self._files, inputs.content) for place in self._files)
            and all(self._is_same(place, self._folders, inputs.names) for place in self._folders)
        )

    def half_done(self) -> frozenset[str]:
        """The files that had content and are gone or empty: so they are for a moment while some editors save them."""
        return frozenset(
            place for place, (held, digest, _) in self._files.items() if digest and held[2] and not self._size(place)
        )

    def differing(self, last: Seen | None) -> list[str]:
        """The files that are others than those which the build before looked at, came or went, relative to the root, with
        `/`, in order; none if there was no build before.
        """
        if last is None:
            return []
        old, new = last._digests, self._digests
        return sorted(
            PurePath(place).as_posix() for place in old.keys() | new.keys() if old.get(place) != new.get(place)
        )

    def folders(self) -> frozenset[Folder]:
        """The folders in which something happens when it is not so any more: not what happens in those below them."""
        found = set()
        for path in self._telling():
            try:
                held = os.stat(path)
            except OSError:
                continue
            if stat.S_ISDIR(held.st_mode):
                found.add((path, held.st_dev, held.st_ino))
        return frozenset(found)

    def _telling(self) -> set[str]:
        """The paths of those folders."""
        found = {self.root, *map(self._path, self._folders)}
        for place in (*self._files, *self._missing):
            path = self._path(place)
            found.add(os.path.dirname(path))
            if os.path.islink(path):
                found.add(os.path.dirname(os.path.realpath(path)))
        for path in [path for path in found if not os.path.isdir(path)]:
            found.add(_nearest(path))
        return found

    def _is_same(self, place: str, entries: _Entries, digest_of: Callable[[str, str], str]) -> bool:
        held, digest, began = entries[place]
        began_now = time.time_ns()
        try:
            now = inputs.mark(os.stat(self._path(place)))
            if now == held and (inputs.rested(now, began) or not digest):
                return True
            if not digest or digest_of(place, self.root) != digest:
                return False
        except OSError:
            return False
        entries[place] = now if held != inputs.NO_MARK else held, digest, began_now
        return True

    def _is_still(self, place: str, state: _State) -> bool:
        self._noticed[place] = self._state(place)
        return self._noticed[place] == state

    def _state(self, place: str) -> _State:
        path = self._path(place)
        try:
            own = inputs.mark(os.lstat(path))
        except OSError:
            return None
        try:
            return own, inputs.mark(os.stat(path))
        except OSError:
            return own, inputs.NO_MARK

    def _size(self, place: str) -> int:
        try:
            return os.stat(self._path(place)).st_size
        except OSError:
            return 0

    def _path(self, place: str) -> str:
        return os.path.normpath(os.path.join(self.root, place))


def _nearest(path: str) -> str:
    """The nearest folder above a path that is there."""
    while not os.path.isdir(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path
