"""Media and a collection → the zip file of a package. The package before it may lend the bytes of its media."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from ..limits import MAX_MEDIA_BYTES
from ..model import Media
from . import archive, reader
from .archive import Archive, Deflated, PackageError, Stored, WriteError
from .rows import Rows

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future


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


class Writer:
    """A zip file while it is written: first media, so that they are at the same place in the next package, then the rest.

    Each method raises OSError.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._zip = ZipFile(self._file, "w")

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            self._zip.close()

    def add_media(self, media: Sequence[Media], lender: Lender | None) -> None:
        """Add all files, stored, as they hardly shrink. Raises PackageError if the lender is damaged."""
        for index, one in enumerate(media):
            stored = lender.stored(one.name) if lender else None
            if stored:
                self._copy(stored, _member(str(index)))
            else:
                self._zip.writestr(_member(str(index)), one.read())
        names = {str(index): one.name for index, one in enumerate(media)}
        self._zip.writestr(_member("media"), json.dumps(names))

    def add_collection(self, path: Path, rows: Rows, beside: Executor) -> Deflated:
        """Add it deflated, several blocks at once. `rows` keeps what becomes of each: most are as they were in the last package.
        Raises WriteError if a block does not come out again.
        """
        member = _member("collection.anki2")
        member.compress_type = ZIP_DEFLATED
        digest = hashlib.sha256()
        with path.open("rb") as source, self._added(member):
            for block, deflated in _deflated_blocks(source, rows, beside):
                digest.update(deflated)
                member.CRC = zlib.crc32(block, member.CRC)
                member.file_size += len(block)
                member.compress_size += self._file.write(deflated)
            member.compress_size += self._file.write(_END)
        header = member.FileHeader(zip64=False)
        digest.update(_END + header)
        sizes = member.file_size, len(header), member.compress_size
        return Deflated(path, member.CRC, *sizes, digest.hexdigest())

    def _copy(self, stored: Stored, member: ZipInfo) -> None:
        """Add a member whose bytes lie in another package, unchecked."""
        with self._added(member):
            member.CRC, member.file_size, member.compress_size = stored.crc, stored.size, stored.size
            stored.copy(self._file)

    @contextmanager
    def _added(self, member: ZipInfo) -> Iterator[None]:
        """Add a member in the way that ZipFile.mkdir adds a folder: its sizes, its checksum and its bytes come from the block.

        The attributes are those of Python 3.11 and 3.12, read there. If a version lacks one, the tests of lending fail.
        """
        member.CRC, member.header_offset = 0, self._zip.start_dir
        self._file.seek(self._zip.start_dir)
        self._file.write(member.FileHeader(zip64=False))
        yield
        self._zip.start_dir = self._file.tell()
        self._file.seek(member.header_offset)
        self._file.write(member.FileHeader(zip64=False))
        self._zip.filelist.append(member)
        self._zip.NameToInfo[member.filename] = member


_BLOCK = 1 << 18
"""Bytes of a collection that are compressed by themselves. It takes 1 % more than to compress it as one."""


_AHEAD = 4
"""Blocks that are in memory at once."""


def _deflated_blocks(source: BinaryIO, rows: Rows, beside: Executor) -> Iterator[tuple[bytes, bytes]]:
    """Each block of a file, and what it is deflated to."""
    waiting: deque[tuple[bytes, bytes, bytes | Future[bytes]]] = deque()
    while (block := source.read(_BLOCK)) or waiting:
        if block:
            key, kept = rows.kept(block)
            waiting.append((block, key, kept or beside.submit(_deflated, block)))
        if not block or len(waiting) == _AHEAD:
            first, key, made = waiting.popleft()
            if not isinstance(made, bytes):
                made = made.result()
                rows.keep(key, made)
            yield first, made


def _deflated(block: bytes) -> bytes:
    """At the fastest level, as it takes a third of the time of the usual one for a tenth more bytes; without an end."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    if zlib.decompressobj(-zlib.MAX_WBITS).decompress(deflated) != block:
        raise WriteError("the package that was written cannot be read back: its collection does not come out again")
    return deflated


_END = b"\x03\x00"
"""The last block of what is deflated, with nothing in it: https://www.rfc-editor.org/rfc/rfc1951."""


def _member(name: str) -> ZipInfo:
    """A member that is the same on every system, whatever its clock and its umask."""
    member = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.create_system = 3  # Unix
    member.external_attr = 0o100644 << 16
    member.compress_type = ZIP_STORED
    return member
