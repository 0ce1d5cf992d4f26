"""The bytes of a collection → its tables, read as if an enemy had written them.

Nothing of the schema is ever run: only columns of real tables are selected, without their indexes.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ..limits import MAX_STEPS, MAX_STEPS_RATIO, MAX_VALUE_BYTES
from ..patterns import pattern
from .archive import PackageError

Row = tuple[Any, ...]

_KINDS = {int: "a number", float: "a fraction", str: "text", bytes: "bytes", type(None): "nothing"}


class Database:
    """A collection. Its methods raise PackageError."""

    def __init__(self, connection: sqlite3.Connection, size: int) -> None:
        """`size` is that of the whole image, in bytes."""
        self._connection = connection
        self._characters = size
        self._calls = (MAX_STEPS + MAX_STEPS_RATIO * size) // _STEPS
        connection.set_progress_handler(self._is_too_long, _STEPS)

    def rows(self, table: str, **columns: type | Collection[type]) -> list[Row]:
        """The values of these columns in all rows, each of one of its types. The order of rows means nothing."""
        with _as_package_error(table):
            self.refuse_all_but_a_table(table)
            rows = self._connection.execute(f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED")
            return list(self._checked(rows, table, columns))

    def refuse_all_but_a_table(self, table: str) -> None:
        """A view, a virtual table or a generated column would run what somebody wrote into the schema."""
        schema = self._connection.execute(
            "SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE AND type != 'index'", (table,)
        ).fetchall()
        if not schema:
            raise PackageError(f"its table {table} is missing")
        if any(kind != "table" or not isinstance(sql, str) or not _TABLE.match(sql) for kind, sql in schema):
            raise PackageError(f"its {table} is no table")
        columns = self._connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
        if any(column[-1] for column in columns):
            raise PackageError(f"its table {table} has columns that are calculated")

    def _checked(self, rows: sqlite3.Cursor, table: str, columns: dict[str, type | Collection[type]]) -> Iterator[Row]:
        allowed = [types if isinstance(types, Collection) else (types,) for types in columns.values()]
        texts: dict[tuple[type, ...], list[int]] = {}  # by the types of a row: which of its values are texts or bytes
        for row in rows:
            kinds = tuple(map(type, row))
            if kinds not in texts:
                for name, kind, types in zip(columns, kinds, allowed, strict=True):
                    if kind not in types:
                        wanted = _KINDS[next(iter(types))]
                        raise PackageError(f"its table {table} has {_KINDS[kind]} as {name}, where {wanted} belongs")
                texts[kinds] = [index for index, kind in enumerate(kinds) if kind in (str, bytes)]
            # Pages that several rows share would fill any memory. In a whole database, each row has bytes of its own.
            for index in texts[kinds]:
                self._characters -= len(row[index])
            if self._characters < 0:
                raise PackageError(f"its table {table} holds more than the whole database")
            yield row

    def _is_too_long(self) -> bool:
        self._calls -= 1
        return self._calls < 0


_STEPS = 1_000
"""How many steps of SQLite's machine are between two looks at the number of steps."""

_TABLE = pattern(r"CREATE\s+TABLE\s", re.IGNORECASE)


@contextmanager
def opened(image: bytearray) -> Iterator[Database]:
    """The database that these bytes are; they are changed. Raises PackageError."""
    _refuse_all_but_a_database(image[:16])
    # Anki's own exports say "write-ahead log", and such a database cannot be opened in memory.
    image[18:20] = b"\x01\x01"
    with closing(_connected(":memory:")) as connection:
        size = len(image)
        with _as_package_error(""):
            connection.deserialize(image)
            del image[:]  # SQLite has made a copy.
            _guard(connection)
        yield Database(connection, size)


@contextmanager
def opened_file(path: Path) -> Iterator[Database]:
    """The same for a file. It must be ours: SQLite would write to one that needs repair."""
    with path.open("rb") as file:
        _refuse_all_but_a_database(file.read(16))
    with closing(_connected(str(path))) as connection, _as_package_error(""):
        _guard(connection)
        yield Database(connection, path.stat().st_size)


def _refuse_all_but_a_database(start: bytes | bytearray) -> None:
    if start != b"SQLite format 3\0":
        raise PackageError("it is no database")


def _connected(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 1 << 20)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE)
    return connection


def _guard(connection: sqlite3.Connection) -> None:
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite does not even look at the newer tables without it. Nothing here depends on its order.
    connection.create_collation("unicase", lambda one, other: (one > other) - (one < other))


@contextmanager
def _as_package_error(table: str) -> Iterator[None]:
    """Whatever SQLite finds wrong, as a PackageError."""
    try:
        yield
    except (sqlite3.Error, OverflowError, MemoryError) as error:
        reason = str(error) or "there is not enough memory"
        if reason == "interrupted":
            reason = "reading it takes far too long"
        elif reason.startswith("Could not decode to UTF-8"):
            reason = "some text is not UTF-8"
        place = f"its table {table}" if table else "it"
        raise PackageError(f"{place} cannot be read: {reason}") from error
