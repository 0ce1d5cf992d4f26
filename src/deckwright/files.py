"""Folders → the files in them that matter; a file → opened, whatever it is; bytes → a file that is whole or not there."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path

from . import inputs, locks, opening
from .layout import BUILD
from .mediatypes import is_media
from .patterns import pattern

opened, IrregularError = opening.opened, opening.IrregularError

Refused = Callable[[str, OSError], None]
"""Told of a folder that cannot be listed, relative to the root with `/`, and why."""


class OutsideError(OSError):
    """A link leads out of the project."""


def is_inside(path: Path, root: Path) -> bool:
    """Whether a path leads to something inside a folder, links followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def inside(root: Path) -> Callable[[str], bool]:
    """What `is_inside` says, for many paths in a folder, relative to it with `/`: what holds them is looked at only once."""
    home, start = Path(os.path.realpath(root)), f"{root}{os.sep}"

    @cache
    def is_folder_inside(folder: str) -> bool:
        return Path(os.path.realpath(start + folder)).is_relative_to(home)

    def is_path_inside(path: str) -> bool:
        try:
            is_link = stat.S_ISLNK(os.lstat(start + path).st_mode)
        except OSError:
            is_link = True
        return is_folder_inside(path if is_link else path.rpartition("/")[0])

    return is_path_inside


def read_inside(path: Path, root: Path, limit: int) -> bytes:
    """The whole file, as `read` has it. Raises OutsideError too, for what a link leads to outside of `root`: what is read here is
    published, and a link may come from a stranger.
    """
    if not is_inside(path, root):
        raise OutsideError(errno.EXDEV, "it leads out of the project", str(path))
    return read(path, limit)


def reason(error: OSError) -> str:
    """What the system says of an error, or all of it where it says nothing."""
    return error.strerror or str(error)


class TooLargeError(OSError):
    """A file has more bytes than are read of such files. `size` is how many it has at least."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        self.size = size


def read(path: Path, limit: int) -> bytes:
    """The whole file. Raises OSError, for what is no regular file IrregularError, for more than `limit` bytes TooLargeError.

    A file may grow while it is read: it is never cut.
    """
    data, held = _read(path, limit)
    if gathered := inputs.watching():
        gathered.add_file(path, held, data)
    return data


def read_with_digest(path: Path, limit: int) -> tuple[bytes, str]:
    """The whole file, as `read` has it, and its SHA-256 in hex: what was looked at is known by that, so it is made only once."""
    from hashlib import sha256

    data, held = _read(path, limit)
    digest = sha256(data).hexdigest()
    if gathered := inputs.watching():
        gathered.add_file(path, held, data, digest)
    return data, digest


def _read(path: Path, limit: int) -> tuple[bytes, os.stat_result]:
    try:
        with opened(path) as file:
            held = os.fstat(file.fileno())
            data = b""
            if held.st_size <= limit:
                data = file.read(held.st_size + 1)  # To read up to the limit would take memory for so much.
                if len(data) > held.st_size:
                    data += file.read(limit + 1 - len(data))
        if max(held.st_size, len(data)) > limit:
            raise TooLargeError(path, max(held.st_size, len(data)))
    except OSError:
        if gathered := inputs.watching():
            gathered.add_unread(path)
        raise
    return data, held


def replace(path: Path, data: bytes | Iterable[bytes], sync: bool = True) -> None:
    """Make `data`, which may come in parts, the contents of the file, in one step. Whatever is raised (OSError), the old
    file is kept.

    The file keeps its mode; a new one gets what the process's umask allows. Without `sync` it is faster, but a power cut
    may leave the file empty.
    """
    with held(path), _written(path.parent, [data] if isinstance(data, bytes) else data, sync) as temporary:
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)


@contextmanager
def prepared(path: Path, data: Iterable[bytes]) -> Iterator[Callable[[], object]]:
    """Write what is to become the contents of the file beside it. What this yields puts it in its place, in one step; where that
    is not called, nothing is left. Raises OSError.
    """
    with workshop(path.parent) as folder:  # Nobody's `sweep` takes that away until then, however long it is.
        made = folder / path.name
        with made.open("xb") as file:
            file.writelines(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            made.chmod(path.stat().st_mode & 0o777)
        yield lambda: made.replace(path)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep what is at a path, if that is a file, from being freed while the block runs, even if something else takes its place.

    The system frees a large file in the time that it takes to write it: whoever replaces one that nobody has open waits for that.
    """
    file = None
    if os.name == "posix":  # Elsewhere nothing can take the place of a file that is open.
        with suppress(OSError):
            file = opened(path)
    try:
        yield
    finally:
        if file:
            _let_go(file.close)


def create(path: Path, data: bytes) -> None:
    """Make a new file with these bytes, in one step, as `replace` does. Raises FileExistsError if anything is there already,
    be it a link to nothing; other OSErrors too. What is raised leaves nothing behind.
    """
    with _written(path.parent, [data]) as temporary:
        temporary.chmod(0o666 & ~_umask())
        try:
            os.link(temporary, path, follow_symlinks=False)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # A file system without links, as on a stick: the name is taken first.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            temporary.replace(path)
        else:
            temporary.unlink(missing_ok=True)


@contextmanager
def workshop(parent: Path) -> Iterator[Path]:
    """An empty folder in `parent`, for files on their way to it. It is removed in the end, whatever happens."""
    handle, folder = _held(lambda: _opened(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle >= 0:
            _let_go(partial(os.close, handle))


def _let_go(close: Callable[[], object]) -> None:
    """Close what has no name any more. Then the system frees it, which may have to wait for the disk: only a thread does."""
    try:
        threading.Thread(target=close, daemon=True).start()
    except RuntimeError:  # The system has no more of them.
        close()


def sweep(folder: Path) -> None:
    """Remove the temporary files and folders of ours that killed programs left in `folder`; those in use stay."""
    with suppress(OSError), os.scandir(folder) as entries:
        left = [Path(entry.path) for entry in entries if _TEMPORARY.fullmatch(entry.name) and not entry.is_symlink()]
        for path in left:
            with suppress(OSError):
                _remove_unless_held(path)


_PREFIX = inputs.TEMPORARY
_TEMPORARY = pattern(re.escape(_PREFIX) + r"\w{8}")
_FORGOTTEN = 86_400
"""In seconds: what is older is nobody's, where it cannot be told whether somebody holds it."""


@contextmanager
def _written(folder: Path, data: Iterable[bytes], sync: bool = True) -> Iterator[Path]:
    """A temporary file with these contents, which is to be moved away. Whatever is raised, it is removed."""
    handle, temporary = _held(lambda: tempfile.mkstemp(prefix=_PREFIX, dir=folder))
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        yield temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _held(make: Callable[[], tuple[int, str]]) -> tuple[int, Path]:
    """A new file or folder, held so that no `sweep` removes it. Another program's may have come between: then one more."""
    while True:
        handle, name = make()
        path = Path(name)
        if handle < 0 or (locks.hold(handle) is not False and path.exists()):
            return handle, path
        os.close(handle)


def _opened(folder: str) -> tuple[int, str]:
    """The folder with its handle; -1 on Windows, where folders have none."""
    return (os.open(folder, os.O_RDONLY) if os.name == "posix" else -1), folder


def _remove_unless_held(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK) if os.name == "posix" else -1
    try:
        is_left = locks.hold(handle) if handle >= 0 else None
        if is_left is None:
            is_left = time.time() - path.stat().st_mtime > _FORGOTTEN
        if is_left and path.is_dir():
            shutil.rmtree(path)
        elif is_left:
            path.unlink()
    finally:
        if handle >= 0:
            os.close(handle)


def _umask() -> int:
    """The process's umask. The only way to read it is to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def note_files(root: Path, folders: Iterable[str], refused: Refused | None = None) -> list[str]:
    """The Markdown files in `folders` and below them, as `below` lists them."""
    return [path for path in below(root, folders, refused) if path.lower().endswith(".md")]


def below(root: Path, folders: Iterable[str], refused: Refused | None = None) -> list[str]:
    """The files in `folders` and below them, relative to `root` with `/`, in natural order: 2 before 10.

    Hidden files are left out, and so are folders that are hidden or generated: the project's `build`, virtual
    environments, `node_modules`. A link to a folder of the project that is not listed anyway is followed, unless that is
    left out or in one that is. A folder that is missing has no files; of any other that cannot be listed `refused` is
    told, and of a link that leads out of the project (OutsideError), to a folder that it is in (ELOOP), or to nothing
    (FileNotFoundError), except if its name is that of a Markdown or media file: whoever reads it tells of that.
    """
    paths: list[str] = []
    listed: set[str] = set()
    links: list[Path] = []

    def tell(error: OSError) -> None:
        if refused and not isinstance(error, FileNotFoundError):
            refused(Path(error.filename).relative_to(root).as_posix(), error)

    gathered = inputs.watching()

    def walk(folder: Path) -> None:
        if gathered:
            gathered.add_folder(folder)
        for top, below, names in os.walk(folder, onerror=tell):
            place = Path(top)
            listed.add(os.path.realpath(place))
            below[:] = [name for name in below if not _is_left_out(place / name, root)]
            if gathered:  # A virtual environment is known by a file in it.
                for name in below:
                    gathered.add_folder(place / name)
            below[:] = [name for name in below if not _is_environment(place / name)]
            links.extend(place / name for name in below if (place / name).is_symlink())
            below[:] = [name for name in below if os.path.realpath(place / name) not in listed]
            links.extend(place / name for name in names if not _is_file(top, name))
            inside = place.relative_to(root).as_posix()
            start = "" if inside == "." else f"{inside}/"
            paths.extend(start + name for name in names if not name.startswith("."))

    for folder in folders:
        walk(root / folder)
    home = Path(os.path.realpath(root))
    for link in links:  # It grows while those that are followed are walked.
        target = Path(os.path.realpath(link))
        if broken := _why_broken(link):
            if refused:
                refused(link.relative_to(root).as_posix(), broken)
        elif not target.is_relative_to(home):
            tell(OutsideError(errno.EXDEV, "it leads out of the project", str(link)))
        elif Path(os.path.realpath(link.parent)).is_relative_to(target):
            tell(OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(link)))
        elif str(target) not in listed and not any(_is_generated(folder, home) for folder in _up_to(home, target)):
            walk(link)
    return sorted(paths, key=_natural)


def _is_file(folder: str, name: str) -> bool:
    """Whether what is no folder is a file, by its name, or by what it is: a link to nothing may be one to a folder."""
    if name.startswith(".") or name.lower().endswith(".md") or is_media(name):
        return True
    path = Path(folder, name)
    return not path.is_symlink() or _why_broken(path) is None


def _why_broken(link: Path) -> OSError | None:
    """Why a link cannot be followed, None if it can be."""
    try:
        link.stat()
    except OSError as error:
        return error
    return None


def _up_to(top: Path, folder: Path) -> Iterator[Path]:
    """The folder and those that it is in, without `top`."""
    while folder != top:
        yield folder
        folder = folder.parent


_VENV_MARK = "pyvenv.cfg"
"""The file that every virtual environment has."""


def _natural(path: str) -> list[tuple[int, int | str]]:
    parts = re.split("([0-9]+)", path)
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _is_generated(folder: Path, root: Path) -> bool:
    return _is_left_out(folder, root) or _is_environment(folder)


def _is_left_out(folder: Path, root: Path) -> bool:
    return folder.name.startswith(".") or folder == root / BUILD or folder.name == "node_modules"


def _is_environment(folder: Path) -> bool:
    # Path.exists raises where we may not look, before Python 3.12.
    return os.path.exists(folder / _VENV_MARK)  # noqa: PTH110
