"""A value that was made before from the same inputs → that value, kept in `build/.cache`; the folder may be deleted."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from platform import python_version
from typing import Any, BinaryIO, TypeVar, cast
from zlib import crc32

import msgspec

from . import __version__, files, program
from .patterns import pattern

Value = TypeVar("Value")

MAX_BYTES = 512 << 20
"""Of the whole folder. A note takes 3 kB and a drawn diagram 90, so 50,000 notes with a thousand diagrams take half of it."""

MAX_AGE = 30 * 86_400
"""In seconds: what was not used for so long is dropped."""

LIBRARIES = (
    "beautifulsoup4",
    "genanki",
    "lxml",
    "Markdown",
    "markdown-it-py",
    "mdit-py-plugins",
    "msgspec",
    "nh3",
    "pillow",
    "Pygments",
    "PyYAML",
    "rapidfuzz",
    "resvg-py",
    "ttf-opensans",
)
"""The libraries that decide what is made of a file. With another version of one of them, everything is made anew."""


class Cache:
    """Values, by what they were made from. Without a folder they live in memory, as long as this object does.

    The folder is created on demand, but its parent is not: only a build creates `build/`. With `read_only`, nothing is
    written at all. Several processes may use one folder at the same time.
    """

    def __init__(self, folder: Path | None = None, read_only: bool = False, limit: int = MAX_BYTES) -> None:
        # A link is not followed: it may lead out of the project, and `prune` deletes files.
        self._folder = folder if folder and folder.parent.is_dir() and not folder.is_symlink() else None
        self._read_only = read_only
        self._limit = limit
        self._kept: dict[str, Any] = {}

    def memo(self, stage: str, inputs: Iterable[str | bytes], kind: type[Value], make: Callable[[], Value]) -> Value:
        """The value of `make`, which must depend on nothing but `inputs`, our own code and the libraries.

        `stage` is a word for what is made, `kind` the type of the value, which msgspec must be able to encode. An entry
        that is damaged, incomplete or not ours counts as missing.
        """
        key = self.key(stage, inputs)
        if key not in self._kept:
            found, value = self._decoded(key, kind)
            if not found:
                value = make()
                self.put(key, msgspec.msgpack.encode(value))
            self._kept[key] = value
        return cast(Value, self._kept[key])

    @staticmethod
    def key(stage: str, inputs: Iterable[str | bytes]) -> str:
        """The name of the entry for what is made of these inputs: `stage` is a word for what that is."""
        digest = hashlib.sha256(_made_by_us())
        for part in (stage, *inputs):
            digest.update(_framed(part))
        return f"{stage}-{digest.hexdigest()[:32]}"

    def get(self, key: str) -> bytes | None:
        """The bytes of an entry; None if there is none, or none that is sound."""
        if self._folder is None:
            return None
        entry = self._folder / key
        with suppress(OSError, ValueError):
            with files.opened(entry) as file:
                data = file.read()
            if data[:_SUM_BYTES] == _sum(key, data[_SUM_BYTES:]):
                self._mark_used(entry)
                return data[_SUM_BYTES:]
        return None

    def put(self, key: str, data: bytes) -> bool:
        """Keep an entry, in one step; whether it was kept. If not, the next build makes it again."""
        if self._folder is None or self._read_only:
            return False
        try:
            self._folder.mkdir(exist_ok=True)
            files.replace(self._folder / key, _sum(key, data) + data, sync=False)
        except OSError:
            return False
        return True

    def take(self, key: str, target: Path) -> bool:
        """Move the bytes of a large entry that `keep` has kept into a new file, where they can be changed; whether there was a
        sound one. The entry is gone then.
        """
        if self._folder is None or self._read_only:
            return False
        entry = self._folder / key
        with suppress(OSError):
            with files.opened(entry) as file:
                size = os.fstat(file.fileno()).st_size - _CHECK_BYTES
                is_sound = _check(key, file, size) == file.read()
            if is_sound:
                try:
                    shutil.move(entry, target)  # It may be on another file system.
                    os.truncate(target, size)
                except OSError:  # If the disk is full, a part of it is there.
                    target.unlink(missing_ok=True)
                    raise
            return is_sound
        return False

    def keep(self, key: str, source: Path) -> bool:
        """Move a file here as a large entry, in one step, as `put` does. Its bytes are never in memory all at once."""
        if self._folder is None or self._read_only:
            return False
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            with source.open("r+b") as file:
                file.write(_check(key, file, source.stat().st_size))
            try:
                source.replace(self._folder / key)
            except OSError:  # It is on another file system.
                with files.workshop(self._folder) as folder:
                    Path(shutil.move(source, folder / key)).replace(self._folder / key)
            return True
        return False

    def prune(self) -> None:
        """Delete the entries that have not been used for a month, and more of them until the folder holds at most `limit`
        bytes; and what killed builds left.
        """
        if self._folder is None or self._read_only:
            return
        files.sweep(self._folder)
        entries = sorted(_entries(self._folder), reverse=True)
        total, oldest = 0, time.time_ns() - MAX_AGE * 1_000_000_000
        for used, size, path in entries:
            total += size
            if total > self._limit or used < oldest:
                with suppress(OSError):  # Another build may have deleted it just now.
                    Path(path).unlink()

    def _mark_used(self, entry: Path) -> None:
        if not self._read_only:
            with suppress(OSError):
                os.utime(entry)  # `prune` goes by this time: that of access is often not kept.

    def _decoded(self, key: str, kind: type[Value]) -> tuple[bool, Any]:
        """Whether there is a sound entry of that type, and its value."""
        data = self.get(key)
        with suppress(msgspec.MsgspecError, ValueError, RecursionError):
            if data is not None:
                return True, msgspec.msgpack.decode(data, type=kind)
        return False, None


_SUM_BYTES = 16
_ENTRY = pattern(r"\w+-[0-9a-f]{32}")
"""The name of an entry."""


def made_by(folder: Path, versions: Iterable[str]) -> bytes:
    """A digest of the code that makes the values: our own files in `folder` and below, and versions of what they use."""
    digest = hashlib.sha256()
    start = len(str(folder)) + 1
    for name, path in sorted((path[start:].replace(os.sep, "/"), path) for path, _ in program.files(str(folder))):
        with open(path, "rb") as file:  # noqa: PTH123  # There are hundreds, and pathlib takes half of the time.
            digest.update(_framed(name) + _framed(file.read()))
    for each in versions:
        digest.update(_framed(each))
    return digest.digest()


@cache
def _made_by_us() -> bytes:
    """A digest of all that values depend on besides their inputs, and of the user's secret."""
    known = program.versions()
    versions = (known.get(program.normalised(library), "") for library in LIBRARIES)
    try:
        return made_by(Path(program.FOLDER), [_secret().hex(), __version__, python_version(), *versions])
    except OSError:  # Our files are in an archive, say. Nothing can be found again then.
        return os.urandom(32)


def _secret() -> bytes:
    """A random number of the user's own, made when it is first needed.

    What is kept is HTML that goes into packages without being cleaned again, and a project is often somebody else's. Nobody
    can put entries into its `build/.cache` that count here.
    """
    path = _user_folder() / "deckwright" / "secret"
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(os.urandom(32))
        with files.opened(path) as file:
            secret = file.read(33)
        if len(secret) == 32:
            return secret
    return os.urandom(32)


def _user_folder() -> Path:
    """Where programs keep what is the user's and can be made again, as each system has it. Raises OSError."""
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named)
    try:
        return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError as error:
        raise OSError(str(error)) from error


def _framed(part: str | bytes) -> bytes:
    """The part with its length before it, so that no two lists of parts are the same bytes."""
    data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
    return b"%d:" % len(data) + data


def _sum(key: str, data: bytes) -> bytes:
    """A checksum over the entry and its name: one that was renamed, cut off or changed by a bad disk is told by it."""
    return hashlib.sha256(key.encode() + data).digest()[:_SUM_BYTES]


def _check(key: str, file: BinaryIO, size: int) -> bytes:
    """A check of so many bytes, which are read from an open file, and of the name of their entry. It tells what `_sum` tells, for
    large entries, in a third of the time. Raises OSError.
    """
    check = crc32(key.encode())
    while size > 0 and (part := file.read(min(size, _CHUNK))):
        check = crc32(part, check)
        size -= len(part)
    return check.to_bytes(_CHECK_BYTES, "big")


_CHECK_BYTES = 4
_CHUNK = 1 << 18


def _entries(folder: Path) -> Iterable[tuple[int, int, str]]:
    """When each entry was last used, in nanoseconds, its bytes and its path. Other files in the folder are not ours."""
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if _ENTRY.fullmatch(entry.name) and not entry.is_symlink():
                with suppress(OSError):
                    held = entry.stat()
                    yield held.st_mtime_ns, held.st_size, entry.path
