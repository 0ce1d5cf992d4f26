"""The name of a file in a field → what is in it: a picture is the same one under the name that a build, or somebody's Anki, gives it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from ..media.library import HASH_LENGTH
from ..package import PackageError

_CLEANED = re.compile(rf"-([0-9a-f]{{{HASH_LENGTH}}})\.svg$")


def digest(name: str, sha256: str) -> str:
    """What tells a file from all others: the first digits of the SHA-256 of what its author made. A drawing is cleaned for the
    package, whose name for it has those digits.
    """
    cleaned = _CLEANED.search(name)
    return cleaned[1] if cleaned else sha256[:HASH_LENGTH]


def digest_of(name: str, data: bytes) -> str:
    """What tells a file with this content from all others. Git may change the line endings of a drawing."""
    if name.lower().endswith(".svg") and b"\0" not in data:
        data = data.replace(b"\r\n", b"\n")
    return digest(name, hashlib.sha256(data).hexdigest())


class Naming:
    """What is in a file that a field names; empty if nobody knows.

    `shipped` has the SHA-256 of the project's own files, by the names that a build gives them. Others are looked up by `read`,
    then in `others`. The last resort is `called`, the names under which the project keeps its files: a copy may have come without
    media.
    """

    def __init__(
        self,
        shipped: Mapping[str, str],
        others: Mapping[str, str],
        read: Callable[[str], bytes] | None = None,
        called: Mapping[str, str] | None = None,
    ) -> None:
        self._shipped = shipped
        self._others = others
        self._read = lru_cache(maxsize=None)(_reading(read)) if read else None
        self._called = called or {}

    def __call__(self, name: str) -> str:
        if name in self._shipped:
            return digest(name, self._shipped[name])
        if self._read and (found := self._read(name)):
            return found
        if name in self._others:
            return digest(name, self._others[name])
        return self._called.get(name, "")


def _reading(read: Callable[[str], bytes]) -> Callable[[str], str]:
    def found(name: str) -> str:
        try:
            return digest_of(name, read(name))
        except (KeyError, PackageError, OSError):
            return ""

    return found
