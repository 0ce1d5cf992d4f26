"""What was made once of the same inputs → the same again, from `build/.cache`, which may be deleted at any time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from . import __version__, files

Value = TypeVar("Value")


class Cache:
    """Values by what they were made of. Without a folder they are kept in memory alone, as long as this object lives.

    A folder that is not there is not made: only what builds makes `build/`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder if folder and folder.parent.is_dir() else None
        self._kept: dict[str, Any] = {}

    def memo(self, stage: str, inputs: Iterable[str | bytes], kind: type[Value], make: Callable[[], Value]) -> Value:
        """The value of `make`, which depends on nothing but `inputs` and the version of Deckwright.

        `kind` is its type, which msgspec must be able to encode: what is read back is checked against it, and an entry
        that is corrupt, or of another type, is made anew.
        """
        key = _key(stage, inputs)
        if key not in self._kept:
            entry = self._folder / key if self._folder else None
            value = _read(entry, kind) if entry else None
            if value is None:
                value = make()
                if entry:
                    _write(entry, value)
            self._kept[key] = value
        return self._kept[key]


def _key(stage: str, inputs: Iterable[str | bytes]) -> str:
    """A file name. Every input is hashed with its length, so that no two lists of inputs are the same bytes."""
    digest = hashlib.sha256()
    for part in (__version__, stage, *inputs):
        data = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(data) + data)
    return f"{stage}-{digest.hexdigest()[:32]}"


def _read(entry: Path, kind: type[Value]) -> Value | None:
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.msgpack.decode(entry.read_bytes(), type=kind)
    return None


def _write(entry: Path, value: object) -> None:
    """In one step; where it cannot be written, the next build makes it again."""
    with suppress(OSError):
        entry.parent.mkdir(exist_ok=True)
        files.replace(entry, msgspec.msgpack.encode(value))
