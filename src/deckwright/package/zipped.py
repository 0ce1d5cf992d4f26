"""Media and a collection → the zip file of a package. The package before it may lend the bytes of its media."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from ..limits import MAX_MEDIA_BYTES
from ..model import Media
from . import archive, reader
from .archive import Archive, PackageError, Stored


class Lender:
    """A package whose media can be copied from it. Whether they are the right ones shows when they are read back."""

    def __init__(self, members: Archive, listed: Mapping[str, str]) -> None:
        self._members = members
        self._listed = listed

    def stored(self, name: str) -> Stored | None:
        """Where the file of this name lies, None if it cannot simply be copied."""
        stored = self._members.stored(self._listed[name]) if name in self._listed else None
        return stored if stored and stored.size <= MAX_MEDIA_BYTES else None


@contextmanager
def lender(last: Path | None) -> Iterator[Lender | None]:
    """The last package, open; None if there is none, or if it cannot be read."""
    with ExitStack() as stack:
        found = None
        if last:
            with suppress(PackageError, OSError):
                members = stack.enter_context(archive.opened(last))
                is_ours = reader.container(members) == "collection.anki2"
                found = Lender(members, reader.media_names(members, False) if is_ours else {})
        yield found


def write(path: Path, media: Sequence[Media], collection: Path, lender: Lender | None) -> None:
    """Write the zip file. Raises OSError, and PackageError if the lender is damaged.

    Media come first, so that they are at the same place in the next package, and stored, as they hardly shrink.
    """
    with path.open("wb") as file, ZipFile(file, "w") as zipped:
        for index, one in enumerate(media):
            stored = lender.stored(one.name) if lender else None
            if stored:
                _copy(stored, zipped, file, _member(str(index)))
            else:
                zipped.writestr(_member(str(index)), one.read())
        names = {str(index): one.name for index, one in enumerate(media)}
        zipped.writestr(_member("media"), json.dumps(names))
        member = _member("collection.anki2")
        member.compress_type = ZIP_DEFLATED
        member._compresslevel = 1  # type: ignore[attr-defined]  # Only `writestr` takes it as an argument. 3.13 keeps the name.
        with collection.open("rb") as source, zipped.open(member, "w") as target:
            while chunk := source.read(archive.CHUNK):
                target.write(chunk)


def _member(name: str) -> ZipInfo:
    """A member that is the same on every system, whatever its clock and its umask."""
    member = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.create_system = 3  # Unix
    member.external_attr = 0o100644 << 16
    member.compress_type = ZIP_STORED
    return member


def _copy(stored: Stored, zipped: ZipFile, file: BinaryIO, member: ZipInfo) -> None:
    """Add a member whose bytes lie in another package, unchecked, in the way that ZipFile.mkdir adds a folder.

    The attributes are those of Python 3.11 and 3.12, read there. If a version lacks one, the tests of lending fail.
    """
    member.CRC, member.file_size, member.compress_size = stored.crc, stored.size, stored.size
    member.header_offset = zipped.start_dir
    file.seek(zipped.start_dir)
    file.write(member.FileHeader(zip64=False))
    stored.copy(file)
    zipped.filelist.append(member)
    zipped.NameToInfo[member.filename] = member
    zipped.start_dir = file.tell()
