"""Files that came with an edit → where they go in the project, and how notes name them."""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from ..layout import BUILD
from ..limits import MAX_PULLED_FILE
from ..mediatypes import TYPES, extension
from ..model import Media, Settings
from ..package import PackageError
from .naming import digest, digest_of

Read = Callable[[str], bytes]


class Pictures:
    """The files that edited notes show. `shipped` are those of the project."""

    def __init__(
        self, root: Path, settings: Settings, shipped: Sequence[Media], names: Sequence[str], read: Read
    ) -> None:
        self._root = root
        self._folder = settings.media[0] if settings.media else "media"
        self._shipped = {media.name: media.path for media in shipped}
        self._by_content = {digest(media.name, media.sha256): media.path for media in shipped}
        self._names = frozenset(names)
        self._read = read
        self.new: dict[str, bytes] = {}

    def place(self, name: str, path: str) -> str:
        """How the file of notes at `path` names a file of this name in Anki. One that cannot be had keeps its name."""
        if name not in self._names and unquote(name) in self._names:
            name = unquote(name)
        held = self._shipped.get(name)
        if held:
            target = self._from_root(held)
        elif name in self._names and extension(name) in TYPES:
            target = self._found(name)
        else:
            target = ""
        return posixpath.relpath(target, posixpath.dirname(path) or ".") if target else name

    def _from_root(self, path: Path) -> str:
        return Path(os.path.relpath(path, self._root)).as_posix()

    def _found(self, name: str) -> str:
        """The path of a file, or that which it gets; empty if it cannot be read, or is new and too large."""
        try:
            data = self._read(name)
        except (KeyError, PackageError, OSError):
            return ""
        known = digest_of(name, data)
        if held := self._by_content.get(known):
            return self._from_root(held)
        if len(data) > MAX_PULLED_FILE:
            return ""
        pure = PurePosixPath(name.replace("\\", "/"))
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", pure.stem).strip("-.") or "picture"
        for target in (f"{self._folder}/{stem}{pure.suffix}", f"{self._folder}/{stem}-{known[:8]}{pure.suffix}"):
            if self._is_free(target, data):
                self.new[target] = data
                return target
        return ""

    def _is_free(self, target: str, data: bytes) -> bool:
        held = self.new.get(target)
        return held == data or (held is None and not (self._root / target).exists())


@contextmanager
def staged(root: Path, new: Mapping[str, bytes]) -> Iterator[Path]:
    """A copy of a project with more files in it. What is made of a project is left out."""
    with tempfile.TemporaryDirectory(prefix="deckwright-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(root, copy, symlinks=True, ignore=_ignored(root), copy_function=_linked)
        for path, data in new.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(data)
        yield copy


def _ignored(root: Path) -> Callable[[str, list[str]], list[str]]:
    return lambda folder, names: [
        name for name in names if name == ".git" or (Path(folder) == root and name in (BUILD, ".venv"))
    ]


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # on another disk
        shutil.copy2(source, target, follow_symlinks=False)
