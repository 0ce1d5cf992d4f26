"""Rows of notes and cards → the SQLite file of a collection, with the same bytes wherever it is made.

They are put into a file without notes in the order of their ids, so that its pages are filled in one order.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from .rows import CACHE_KIB, Rows, as_os_error, attach


class Blank(msgspec.Struct, frozen=True):
    """A collection without rows: the bytes of its file; the SQL that makes its indexes, which takes less time for all rows at
    once; and the row of the table col from its fifth column on, behind its id and its times.
    """

    image: bytes
    indexes: tuple[str, ...]
    col: tuple[int | str, ...]


def deck_id(settings_id: str, name: str) -> int:
    """A time from 2010 to 2019, in milliseconds. Anki finds decks by name, so any number will do but 1."""
    digest = hashlib.sha256(f"deckwright deck\0{settings_id}\0{name}".encode()).digest()
    return 1_262_304_000_000 + int.from_bytes(digest[:8], "big") % (10 * 365 * 24 * 3600 * 1000)


def write(path: Path, blank: Blank, rows: Rows) -> None:
    """Write a collection into a new file. Raises OSError.

    All times of the collection are that of the newest note. SQLite makes a number of an sfld that looks like one.
    """
    path.write_bytes(blank.image)
    newest = rows.newest
    with as_os_error(), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        attach(connection, rows.path, "rows")
        for database in ("main", "rows"):
            connection.execute(f"PRAGMA {database}.cache_size = -{CACHE_KIB}")
        connection.execute("BEGIN")
        col = 1, newest, newest * 1000, newest * 1000, *blank.col
        connection.execute(f"INSERT INTO col VALUES ({', '.join('?' * len(col))})", col)
        connection.execute("INSERT INTO notes SELECT * FROM rows.notes ORDER BY id")
        connection.execute("INSERT INTO cards SELECT * FROM rows.cards ORDER BY id")
        for sql in blank.indexes:
            connection.execute(sql)
        connection.execute("COMMIT")
    _mend_header(path)


def _mend_header(path: Path) -> None:
    """What counts changes, or names the version of SQLite: https://sqlite.org/fileformat.html#the_database_header."""
    with path.open("r+b") as file:
        for offset, value in (
            (24, 1),  # how often the file was changed
            (40, 13),  # how often the schema was: not counted, but what packages have always had here
            (92, 1),  # the change for which the next is valid
            (96, 3_000_000),  # the version of SQLite
        ):
            file.seek(offset)
            file.write(value.to_bytes(4, "big"))
