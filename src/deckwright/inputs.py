"""Everything that a build looks at, as it was then → whether it still is so.

Times alone do not tell: a file may change twice between two ticks of the file system's clock, and Git gives all files new
times. So a time only says that a file is the same if the file had rested when it was read. Otherwise its contents say.
Nothing but the standard library is imported here: a build of what is unchanged must return at once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, TypeAlias

from .layout import BUILD, LEDGER
from .opening import opened

Mark: TypeAlias = tuple[int, int, int, int]
"""What the system says of a file: the times when its content and its entry last changed, in nanoseconds of the Unix epoch;
its bytes; its number."""

NO_MARK = (0, 0, 0, 0)
"""No file has it."""

REST = 2_000_000_000
"""In nanoseconds: how long a file must have rested before its time can be trusted. The clock of FAT ticks so slowly."""


OURS = frozenset({BUILD, LEDGER})
"""What builds make in a project's folder."""

TEMPORARY = ".deckwright-"
"""How the names of our temporary files begin."""


class Known(NamedTuple):
    """A file that is as it was when the last build read it: its mark, and the SHA-256 of its content in hex. `name` and
    `sha256` are those that it has in the package, if that has it as it is.
    """

    mark: Mark
    digest: str
    name: str = ""
    sha256: str = ""


class Inputs:
    """What was looked at, by its path relative to the project's root: of files the mark and the SHA-256, of folders
    the mark and the digest of the names in them, both in hex; and what was looked for and not found. A mark is from
    before anything was read, so that a change in the meantime is seen. `began` is when that was, in nanoseconds of the
    Unix epoch. `made` is the mark of what was made of it all, and `beside` are those of what else was, by their places.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.path.abspath(root)
        self.began = time.time_ns()
        self.files: dict[str, tuple[Mark, str]] = {}
        self.folders: dict[str, tuple[Mark, str]] = {}
        self.missing: set[str] = set()
        self.made: Mark | None = None
        self.beside: dict[str, Mark] = {}

    def add_file(self, path: str | os.PathLike[str], held: os.stat_result, data: bytes, digest: str = "") -> None:
        """A file was read: what the system says of it, its content, and the SHA-256 of that, if it is known. What was read
        first counts.
        """
        from hashlib import sha256

        place = self._place(path)
        if place not in self.files:
            self.files[place] = mark(held), digest or sha256(data).hexdigest()

    def add_unread(self, path: str | os.PathLike[str]) -> None:
        """A file could not be read, or is not there."""
        place = self._place(path)
        try:
            self.files.setdefault(place, (mark(os.stat(path)), ""))
        except OSError:
            self.missing.add(place)

    def add_written(self, path: str | os.PathLike[str]) -> None:
        """A file that was looked at, or for, has been written since. Raises OSError."""
        place = self._place(path)
        self.missing.discard(place)
        self.files[place] = mark(os.stat(path)), content(place, self.root)

    def add_known(self, place: str, file: Known) -> None:
        """A file was not read, since an earlier build had read it."""
        self.files.setdefault(os.path.normpath(place), (file.mark, file.digest))

    def add_folder(self, path: str | os.PathLike[str]) -> None:
        """A folder is about to be listed."""
        place = self._place(path)
        if place not in self.folders:
            try:
                held, listed = mark(os.stat(path)), _listed(place, self.root)
                # Where a link leads does not show in the folder that it is in.
                self.folders[place] = NO_MARK if any(map(_is_link, listed)) else held, _digest(listed)
            except OSError:
                self.missing.add(place)

    def add_all(self, others: Inputs) -> None:
        """All that was gathered elsewhere, for the same root."""
        self.files = {**others.files, **self.files}
        self.folders = {**others.folders, **self.folders}
        self.missing |= others.missing

    def _place(self, path: str | os.PathLike[str]) -> str:
        return place_of(path, self.root)

    def packed(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {
            "began": self.began,
            "files": {path: [*held, digest] for path, (held, digest) in self.files.items()},
            "folders": {path: [*held, digest] for path, (held, digest) in self.folders.items()},
            "missing": sorted(self.missing),
        }


def place_of(path: str | os.PathLike[str], root: str) -> str:
    """The path relative to the root, which is absolute; the absolute one, if it is on another drive."""
    plain = os.fspath(path)
    if plain.startswith(root + os.sep) and os.path.normpath(plain) == plain:  # as nearly all are
        return plain[len(root) + 1 :]
    try:
        return os.path.relpath(path, root)
    except ValueError:
        return os.path.abspath(path)


_watching: ContextVar[Inputs | None] = ContextVar("inputs", default=None)


@contextmanager
def watched(root: str | os.PathLike[str]) -> Iterator[Inputs]:
    """Gather what is looked at while the block runs, in this thread. Within another such block for the same root, that one
    gathers it too.
    """
    gathered = Inputs(root)
    outer = _watching.get()
    token = _watching.set(gathered)
    try:
        yield gathered
    finally:
        _watching.reset(token)
        if outer and outer.root == gathered.root:
            outer.add_all(gathered)


def watching() -> Inputs | None:
    """What gathers now."""
    return _watching.get()


def mark(held: os.stat_result) -> Mark:
    """The mark of a file."""
    return held.st_mtime_ns, held.st_ctime_ns, held.st_size, held.st_ino


def names(place: str, root: str) -> str:
    """A digest of the names in a folder, and of where its links lead, but for what builds make. Raises OSError."""
    return _digest(_listed(place, root))


def names_before(place: str, root: str, new: Collection[str], gone: Iterable[str]) -> str:
    """The digest that a folder would have by `names` without the `new` files in it, and with those that are `gone`."""
    return _digest(sorted([*(name for name in _listed(place, root) if name not in new), *gone]))


def _listed(place: str, root: str) -> list[str]:
    """What is in a folder, each as `_described`, in order."""
    ours = OURS if place == os.curdir else ()
    with os.scandir(os.path.join(root, place)) as entries:
        kept = (entry for entry in entries if entry.name not in ours and not entry.name.startswith(TEMPORARY))
        return sorted(map(_described, kept))


def _digest(listed: Sequence[str]) -> str:
    from hashlib import sha256

    return sha256("\0".join(listed).encode("utf-8", "surrogateescape")).hexdigest()


def _described(entry: os.DirEntry[str]) -> str:
    """The name of an entry, with what it is; and where it leads, if it is a link."""
    kind = "/" if entry.is_dir() else "" if entry.is_file() else "?"
    return f"{entry.name}{kind}{_LEADS}{os.path.realpath(entry.path)}" if entry.is_symlink() else entry.name + kind


_LEADS = "/>"
"""No name has a slash in it, so this tells a link."""


def _is_link(described: str) -> bool:
    return _LEADS in described


def rested(held: Mark, began: int) -> bool:
    """Whether a file had rested when it was read, so that another content would have another mark."""
    return max(held[0], held[1]) < began - REST


def is_coarse(held: Mark) -> bool:
    """Whether the clock of the file system may tick more slowly than one can edit a file: its times are round."""
    return held[0] % 10_000_000 == 0


def are_same(packed: Mapping[str, object], root: str) -> bool:
    """Whether everything that was packed is still as it was in a project.

    Raises ValueError, TypeError or KeyError if it is not what `packed` returns.
    """
    began: int = packed["began"]  # type: ignore[assignment]
    files: dict[str, list[object]] = packed["files"]  # type: ignore[assignment]
    folders: dict[str, list[object]] = packed["folders"]  # type: ignore[assignment]
    missing: list[str] = packed["missing"]  # type: ignore[assignment]
    try:
        return (
            not any(os.path.lexists(os.path.join(root, place)) for place in missing)
            and all(unchanged(place, root, held, began, content) for place, held in files.items())
            and all(unchanged(place, root, held, began, names) for place, held in folders.items())
        )
    except OSError:
        return False


def unchanged(
    place: str, root: str, held: Sequence[object], began: int, digest: Callable[[str, str], str]
) -> Mark | None:
    """The mark of a file or a folder now, if it is still as it was packed; None if it is not. `digest` is `content` or `names`.
    Raises OSError.
    """
    now = mark(os.stat(os.path.join(root, place)))
    *then, of_content = held
    return now if (list(now) == then and rested(now, began)) or digest(place, root) == of_content else None


def content(place: str, root: str) -> str:
    """The SHA-256 of a file, in hex. Raises OSError."""
    from hashlib import sha256

    digest = sha256()
    with opened(os.path.join(root, place)) as file:
        while data := file.read(_AT_ONCE):
            digest.update(data)
    return digest.hexdigest()


_AT_ONCE = 1 << 20
"""Bytes: more than a file of notes has, and little of a package."""
