"""Media and a collection → the zip file of a package. The package before it may lend the bytes of its media."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from ..limits import MAX_MEDIA_BYTES
from ..model import Media
from . import archive, reader
from .archive import Archive, PackageError, Stored
from .rows import Rows


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


def write(path: Path, media: Sequence[Media], collection: Path, lender: Lender | None, rows: Rows) -> None:
    """Write the zip file. Raises OSError, and PackageError if the lender is damaged.

    Media come first, so that they are at the same place in the next package, and stored, as they hardly shrink. `rows` keeps
    what becomes of each block of the collection.
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
        with collection.open("rb") as source:
            _deflate(source, zipped, file, rows)


_BLOCK = 1 << 18
"""Bytes of a collection that are compressed by themselves. It takes 1 % more than to compress it as one."""


def _deflate(source: BinaryIO, zipped: ZipFile, file: BinaryIO, rows: Rows) -> None:
    """Add the collection. Most blocks of it are as they were in the last package."""
    member = _member("collection.anki2")
    member.compress_type = ZIP_DEFLATED
    with _added(member, zipped, file):
        while block := source.read(_BLOCK):
            deflated = rows.made(block, lambda: _deflated(block))
            member.CRC = zlib.crc32(block, member.CRC)
            member.file_size += len(block)
            member.compress_size += file.write(deflated)
        member.compress_size += file.write(_END)


def _deflated(block: bytes) -> bytes:
    """At the fastest level, as it takes a third of the time of the usual one for a tenth more bytes; without an end."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)


_END = b"\x03\x00"
"""The last block of what is deflated, with nothing in it: https://www.rfc-editor.org/rfc/rfc1951."""


def _member(name: str) -> ZipInfo:
    """A member that is the same on every system, whatever its clock and its umask."""
    member = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.create_system = 3  # Unix
    member.external_attr = 0o100644 << 16
    member.compress_type = ZIP_STORED
    return member


def _copy(stored: Stored, zipped: ZipFile, file: BinaryIO, member: ZipInfo) -> None:
    """Add a member whose bytes lie in another package, unchecked."""
    with _added(member, zipped, file):
        member.CRC, member.file_size, member.compress_size = stored.crc, stored.size, stored.size
        stored.copy(file)


@contextmanager
def _added(member: ZipInfo, zipped: ZipFile, file: BinaryIO) -> Iterator[None]:
    """Add a member in the way that ZipFile.mkdir adds a folder: its sizes, its checksum and its bytes come from the block.

    The attributes are those of Python 3.11 and 3.12, read there. If a version lacks one, the tests of lending fail.
    """
    member.CRC, member.header_offset = 0, zipped.start_dir
    file.seek(zipped.start_dir)
    file.write(member.FileHeader(zip64=False))
    yield
    zipped.start_dir = file.tell()
    file.seek(member.header_offset)
    file.write(member.FileHeader(zip64=False))
    zipped.filelist.append(member)
    zipped.NameToInfo[member.filename] = member
