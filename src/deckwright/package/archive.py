"""The file of an .apkg → its members, unpacked within limits and only those that are asked for."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec

from .. import files
from ..limits import MAX_ARCHIVE_DIRECTORY, MAX_MEMBERS, MAX_UNPACKED, MAX_UNPACKED_RATIO


class PackageError(ValueError):
    """A file that is no package, or a broken one. Its text names the file and says what is wrong."""


class WriteError(RuntimeError):
    """The package that was written does not hold what it should. The previous one is kept."""


class NoArchive(PackageError):
    """A file that is no zip file at all, or one whose list of members is damaged."""


_DAMAGE = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, struct.error, ValueError)
"""All that `zipfile` raises for a file that somebody damaged: a wrong checksum, a place behind the end, a name that is
no text."""

CHUNK = 1 << 18
"""How many bytes are read at once."""

_ZSTANDARD_CHUNK = 1 << 10
"""Four bytes of Zstandard can become 128 KiB: a kilobyte, 32 MiB."""

_MAX_WINDOW = 1 << 27
"""Of memory that Zstandard may take to decompress: what its own program takes at most, unless told otherwise."""


class Archive:
    """The members of a package. Each method raises PackageError for what is missing, damaged, or too much to unpack."""

    def __init__(self, zipped: ZipFile, size: int) -> None:
        """`size` is that of the file, in bytes."""
        self._zip = zipped
        self._left = MAX_UNPACKED + MAX_UNPACKED_RATIO * size
        self._members: dict[str, ZipInfo] = {}
        for member in zipped.infolist():
            if member.filename in self._members:
                raise PackageError(f"it has two members called {member.filename!r}")
            self._members[member.filename] = member
        if len(self._members) > MAX_MEMBERS:
            raise PackageError(f"it has more than {MAX_MEMBERS:,} members")
        end = 0
        for member in sorted(self._members.values(), key=lambda member: member.header_offset):
            if member.header_offset < end:
                raise PackageError(f"its member {member.filename!r} overlaps another one")
            end = member.header_offset + _LOCAL_HEADER + member.compress_size

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __len__(self) -> int:
        return len(self._members)

    def read(self, name: str, limit: int, compressed: bool = False) -> bytearray:
        """The bytes of a member, at most `limit`. `compressed` says that the zip holds them compressed with Zstandard."""
        data = bytearray()
        for part in self._parts(name, compressed):
            data += part
            if len(data) > limit:
                raise PackageError(f"its member {name} has more than {_size(limit)}")
        return data

    def sha256(self, name: str, compressed: bool = False) -> str:
        """The SHA-256 of a member's bytes, in hex. If they are many, they are never in memory all at once."""
        if not compressed and (data := self._read_at_once(name)) is not None:
            return hashlib.sha256(data).hexdigest()
        digest = hashlib.sha256()
        for part in self._parts(name, compressed):
            digest.update(part)
        return digest.hexdigest()

    def unpack(self, name: str, path: Path, limit: int) -> None:
        """Write the bytes of a member, at most `limit`, into a new file. Raises OSError if that cannot be written."""
        size = 0
        with path.open("xb") as file:
            for part in self._parts(name, False):
                size += len(part)
                if size > limit:
                    raise PackageError(f"its member {name} has more than {_size(limit)}")
                file.write(part)

    def stored(self, name: str) -> Stored | None:
        """Where the bytes of a member lie, None if they are compressed or encrypted."""
        member = self._members.get(name)
        file = self._zip.fp
        if member is None or file is None:
            raise PackageError(f"its member {name} is missing")
        if member.compress_type != ZIP_STORED or member.flag_bits or member.file_size != member.compress_size:
            return None
        try:
            file.seek(member.header_offset + _NAME_LENGTHS)
            lengths = file.read(4)
        except OSError as error:
            raise PackageError(f"its member {name} cannot be read: {error}") from error
        if len(lengths) < 4:
            raise PackageError(f"its member {name} is cut short")
        offset = member.header_offset + _LOCAL_HEADER + sum(struct.unpack("<HH", lengths))
        return Stored(file, offset, member.file_size, member.CRC)

    def holds(self, name: str, written: Deflated) -> bool:
        """Whether a member is, byte for byte, what was written. It is not unpacked."""
        member = self._members.get(name)
        file = self._zip.fp
        if member is None or file is None or (member.compress_type, member.flag_bits) != (ZIP_DEFLATED, 0):
            return False
        if (member.CRC, member.file_size, member.compress_size) != (written.crc, written.size, written.deflated):
            return False
        digest, left = hashlib.sha256(), written.deflated
        try:
            file.seek(member.header_offset)
            header = file.read(written.header)
            while left > 0 and (part := file.read(min(left, CHUNK))):
                digest.update(part)
                left -= len(part)
        except OSError as error:
            raise PackageError(f"its member {name} cannot be read: {error}") from error
        digest.update(header)
        return digest.hexdigest() == written.sha256

    def _read_at_once(self, name: str) -> memoryview | None:
        """The bytes of a member, if they are few and lie there as they are, by one read: ZipFile takes ten, and threads wait for each
        other at every one. None for all others, and for any that is damaged: ZipFile says how.
        """
        member, file = self._members.get(name), self._zip.fp
        if member is None or file is None or not hasattr(os, "pread"):
            return None
        size, start = member.file_size, _LOCAL_HEADER + len(name)
        if (member.compress_type, member.flag_bits, member.compress_size) != (ZIP_STORED, 0, size) or size > CHUNK:
            return None
        with suppress(OSError, OverflowError):  # A member may be said to lie farther away than files reach.
            held = os.pread(file.fileno(), start + size, member.header_offset)
            data = memoryview(held)[start:]
            lengths_and_name = struct.pack("<HH", len(name), 0) + name.encode()
            is_plain = held[:4] == b"PK\3\4" and held[_NAME_LENGTHS:start] == lengths_and_name
            if is_plain and (len(data), zlib.crc32(data)) == (size, member.CRC):
                self._take(name, size)
                return data
        return None

    def _parts(self, name: str, compressed: bool) -> Iterator[bytes]:
        parts = self._unpacked(name)
        return self._decompressed(name, parts) if compressed else parts

    def _unpacked(self, name: str) -> Iterator[bytes]:
        member = self._members.get(name)
        if member is None:
            raise PackageError(f"its member {name} is missing")
        if member.flag_bits & _ENCRYPTED:
            raise PackageError(f"its member {name} is encrypted")
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise PackageError(f"its member {name} is compressed in a way that Anki does not read")
        if member.file_size > self._left:
            raise self._bomb(name)
        size = 0
        try:
            with self._zip.open(member) as file:
                while part := file.read(CHUNK):
                    size += len(part)
                    self._take(name, len(part))
                    yield part
        except PackageError:
            raise
        except _DAMAGE as error:
            raise PackageError(f"its member {name} cannot be unpacked: {error}") from error
        if size != member.file_size:
            raise PackageError(f"its member {name} is cut short")

    def _decompressed(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        import zstandard

        frame = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).decompressobj()
        try:
            for part in parts:
                for at in range(0, len(part), _ZSTANDARD_CHUNK):
                    if frame.eof:
                        return
                    made = frame.decompress(part[at : at + _ZSTANDARD_CHUNK])
                    self._take(name, len(made))
                    yield made
        except (zstandard.ZstdError, MemoryError) as error:
            raise PackageError(f"its member {name} cannot be decompressed: {error}") from error
        if not frame.eof:
            raise PackageError(f"its member {name} is cut short")

    def _take(self, name: str, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise self._bomb(name)

    def _bomb(self, name: str) -> PackageError:
        return PackageError(f"its member {name} unpacks to far more than a file of this size holds")


_LOCAL_HEADER = 30
"""The least bytes before the contents of a member: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT."""

_NAME_LENGTHS = 26
"""Where in a local header the lengths of the name and of the extra field are, two bytes each."""

_ENCRYPTED = 1


class Deflated(msgspec.Struct, frozen=True):
    """A member as it was written: the file that it was made of, the CRC-32 and the size of its contents, how many bytes its
    header and its deflated contents have, and the SHA-256 in hex of the deflated contents and then the header, which is only
    known when they are.
    """

    source: Path
    crc: int
    size: int
    header: int
    deflated: int
    sha256: str


class Stored(msgspec.Struct, frozen=True):
    """Bytes in an open file, and the CRC-32 that its zip says they have."""

    file: IO[bytes]
    offset: int
    size: int
    crc: int

    def copy(self, target: BinaryIO) -> None:
        """Append them to another open file at its position. They are not checked.

        Raises PackageError if they are cut short or cannot be read, and OSError if they cannot be written.
        """
        done = self._copied_by_the_system(target)
        while done < self.size:
            try:
                self.file.seek(self.offset + done)
                part = self.file.read(min(self.size - done, CHUNK))
            except OSError as error:
                raise PackageError(f"one of its members cannot be read: {error}") from error
            if not part:
                raise PackageError("one of its members is cut short")
            target.write(part)
            done += len(part)

    def _copied_by_the_system(self, target: BinaryIO) -> int:
        """How many bytes were copied without passing through this program: all of them on Linux, elsewhere none."""
        done = 0
        if hasattr(os, "copy_file_range"):
            target.flush()
            start = target.tell()
            with suppress(OSError):  # It was not possible: between two file systems, or on one of an odd kind.
                while count := os.copy_file_range(
                    self.file.fileno(), target.fileno(), self.size - done, self.offset + done, start + done
                ):
                    done += count
            target.seek(start + done)
        return done


def _size(limit: int) -> str:
    return f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit} bytes"


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The members of the package at this path. Raises PackageError, and OSError if the file cannot be opened."""
    try:
        raw = files.opened(path).detach()
    except files.IrregularError as error:
        raise PackageError(str(error.strerror)) from error
    with _Bounded(raw) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            zipped = ZipFile(file)
        except PackageError:
            raise
        except (*_DAMAGE, IndexError, OverflowError, MemoryError) as error:
            raise NoArchive(str(error)) from error
        with zipped:
            yield Archive(zipped, size)


class _Bounded(io.BufferedReader):
    """A file of which nobody reads too much at once: `zipfile` would read a directory of any size into memory."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = os.fstat(self.fileno()).st_size - self.tell()
        if size > MAX_ARCHIVE_DIRECTORY:
            raise PackageError("its list of members is too large")
        return super().read(max(size, 0))
