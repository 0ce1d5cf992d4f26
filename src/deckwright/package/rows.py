"""Notes → the rows that a package has of them, in an SQLite file that lasts from one package to the next.

The rows of notes that the last package had are there already. They never become values of Python: SQLite itself puts them
into the collection, and compares them with what was read back.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeAlias

from ..generation import CARD_IDS
from ..model import Deck, Note, NoteType
from .contents import Checked, checked

Parts: TypeAlias = Iterable[tuple[bytes, Iterable[Note]]]
"""Notes in their order, some at a time, each time with a key: equal keys mean equal notes of equal note types."""

TABLES = {
    "notes": "id, guid, mid, mod, usn, tags, flds, sfld, csum, flags, data",
    "cards": "id, nid, did, ord, mod, usn, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags, data",
}
"""The tables of a collection that have rows of notes, with their columns."""

_SCHEMA = f"""
CREATE TABLE parts (part INTEGER PRIMARY KEY, key BLOB, size INTEGER, first INTEGER);
CREATE TABLE written (
    id INTEGER PRIMARY KEY, guid TEXT, mid INTEGER, mod INTEGER, part INTEGER, tags TEXT, flds TEXT, sfld TEXT
);
CREATE TABLE asked (
    id INTEGER PRIMARY KEY, nid INTEGER, deck TEXT, ord INTEGER, mod INTEGER, part INTEGER, place INTEGER
);
CREATE TABLE decks (name TEXT PRIMARY KEY, id INTEGER);
CREATE TABLE made (key BLOB PRIMARY KEY, value BLOB);
CREATE VIEW notes ({TABLES["notes"]}) AS SELECT id, guid, mid, mod, -1, tags, flds, sfld, 0, 0, '' FROM written;
CREATE VIEW cards ({TABLES["cards"]}) AS
    SELECT asked.id, nid, decks.id, ord, mod, -1, 0, 0, first + place, 0, 0, 0, 0, 0, 0, 0, 0, ''
    FROM asked CROSS JOIN parts USING (part) CROSS JOIN decks ON name = deck;
"""
"""The rows that a package has (https://github.com/ankidroid/Anki-Android/wiki/Database-Structure) are those of the views
`notes` and `cards`. Ids are in milliseconds, `mod` in seconds of the Unix epoch. `tags` have a space at both ends, `flds`
U+001F in between. `place` is that of a note in its part, from 0, `first` that of a part's first note in the package, from 1.

What the views add is what genanki (note.py, card.py) gives each note and card: usn -1 (never synchronised), csum 0 (Anki
works it out itself), type and queue 0 (new), in the order of `due`; and 0 for what reviews change.
"""

_INDEXES = (
    "CREATE INDEX IF NOT EXISTS of_parts ON written (part)",
    "CREATE INDEX IF NOT EXISTS guids ON written (guid, mod)",
    "CREATE INDEX IF NOT EXISTS cards_of_parts ON asked (part)",
)

_PROVISIONAL = "-(nid * 512 + ord)"
"""An id that no other card has, for one that gets its own when all are known."""

_SOURCES = {"notes": "written", "cards": "asked"}
"""The tables from which the views have their rows."""

CACHE_KIB = 512
"""What SQLite keeps of a file in memory: rows are read from the first to the last, so that more would save nothing."""

_BATCH = 64
"""Notes whose rows are in memory at once."""


class Rows:
    """The rows in a file. Each method raises OSError if it cannot be read or written."""

    def __init__(self, path: Path) -> None:
        """`path` is that of a file as the last package has left it, or of none yet."""
        self.path = path
        self._used: set[bytes] = set()
        is_new = not path.exists()
        with as_os_error():
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            for database in ("main", "temp"):
                self._connection.execute(f"PRAGMA {database}.cache_size = -{CACHE_KIB}")
            if is_new:
                self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Nothing is asked for any more."""
        self._connection.close()

    def update(
        self,
        parts: Parts,
        note_types: Mapping[str, NoteType],
        decks: Mapping[int, Deck],
        guids: Collection[str] | None = None,
    ) -> None:
        """Make the rows those of these notes. `decks` has the decks of the package by their ids. With `guids`, only those
        notes get rows, and their new cards come where they come among all of them; such rows are for no other package.

        Raises ValueError for notes that `contents` refuses, and if two notes have the same id.
        """
        with as_os_error():
            self._connection.execute("BEGIN")
            self._connection.execute("DELETE FROM decks")
            named = [(deck.name, id_) for id_, deck in decks.items()]
            self._connection.executemany("INSERT INTO decks VALUES (?, ?)", named)
            self._connection.execute(f"UPDATE asked SET id = {_PROVISIONAL} WHERE nid % {CARD_IDS}")
            self._place(self._numbered(parts, note_types))
            for sql in _INDEXES:  # which takes less time for all rows at once
                self._connection.execute(sql)
            self._part_cards()
            if guids is not None:
                self._keep_only(guids)
            self._connection.execute("COMMIT")
        lost = "SELECT nid, deck FROM asked WHERE deck NOT IN (SELECT name FROM decks)"
        if row := self._first(f"SELECT guid, deck FROM ({lost}) JOIN written ON written.id = nid"):
            raise ValueError(f"the note {row[0]!r} is in the deck {row[1]!r}, which the collection lacks")
        if row := self._first("SELECT guid FROM written GROUP BY guid HAVING count(*) > 1"):
            raise ValueError(f"the guid {row[0]!r} is used more than once")

    def count(self, table: str) -> int:
        """How many `notes` or `cards` there are."""
        return int(self._first(f"SELECT count(*) FROM {_SOURCES[table]}")[0])

    @property
    def newest(self) -> int:
        """The latest time of change of a note, 0 if there is none."""
        return int(self._first("SELECT ifnull(max(mod), 0) FROM written")[0])

    def made(self, made_of: bytes, make: Callable[[], bytes]) -> bytes:
        """What `make` returns, which depends on nothing but `made_of`. What was made for the last package is kept."""
        key, value = self.kept(made_of)
        if value is None:
            value = make()
            self.keep(key, value)
        return value

    def kept(self, made_of: bytes) -> tuple[bytes, bytes | None]:
        """The key of what is made of these bytes, and that, if it was made for the last package."""
        key = hashlib.sha256(made_of).digest()
        self._used.add(key)
        row = self._first("SELECT value FROM made WHERE key = ?", key)
        return key, bytes(row[0]) if row else None

    def keep(self, key: bytes, value: bytes) -> None:
        """Keep what was made, by its key, for the next package."""
        with as_os_error():
            self._connection.execute("INSERT OR IGNORE INTO made VALUES (?, ?)", (key, value))

    def drop_unused(self) -> None:
        """Drop what nobody has asked `made` for: it is of no use for the next package."""
        with as_os_error():
            held = self._connection.execute("SELECT key FROM made").fetchall()
            unused = [row for row in held if row[0] not in self._used]
            self._connection.executemany("DELETE FROM made WHERE key = ?", unused)

    @contextmanager
    def beside(self, collection: Path) -> Iterator[sqlite3.Connection]:
        """A connection to the rows, as `main`, and to the collection in another file, as `package`."""
        attach(self._connection, collection, "package")
        self._connection.execute(f"PRAGMA package.cache_size = -{CACHE_KIB}")
        try:
            yield self._connection
        finally:
            self._connection.execute("DETACH package")

    def _numbered(self, parts: Parts, note_types: Mapping[str, NoteType]) -> list[int]:
        """The numbers of these parts, in their order, with the rows of those that are new, and without those of others."""
        execute = self._connection.execute
        known = dict(execute("SELECT key, part FROM parts").fetchall())
        numbers, new = [], []
        for key, notes in parts:
            number = known.pop(key, 0)
            if not number:
                execute("INSERT INTO parts (key) VALUES (?)", (key,))
                number = int(self._first("SELECT last_insert_rowid()")[0])
                new.append((number, notes))
            numbers.append(number)
        gone = ", ".join(map(str, known.values()))
        execute(f"DELETE FROM asked WHERE part IN ({gone})")
        execute(f"DELETE FROM written WHERE part IN ({gone})")
        execute(f"DELETE FROM parts WHERE part IN ({gone})")
        # An id may have been that of a note that is gone. They come in no order, and SQLite takes half of the time for sorted ones.
        for table in _SOURCES.values():
            execute(f"CREATE TEMP TABLE new_{table} AS SELECT * FROM {table} LIMIT 0")
        for number, notes in new:
            self._add(number, checked(notes, note_types))
        for table in _SOURCES.values():
            execute(f"INSERT INTO {table} SELECT * FROM new_{table} ORDER BY id")
            execute(f"DROP TABLE new_{table}")
        return numbers

    def _add(self, part: int, notes: Iterator[Checked]) -> None:
        size = 0
        while batch := list(islice(notes, _BATCH)):
            held, cards = [], []
            for place, (note, note_type, values, ords) in enumerate(batch, size):
                id_, mod, tags, text = note.note_id, note.mod, f" {' '.join(note.tags)} ", "\x1f".join(values)
                held.append((id_, note.guid, note_type.id, mod, part, tags, text, values[note_type.sort_field]))
                cards += [
                    (-(id_ * 512 + ord_) if id_ % CARD_IDS else id_ + 1 + ord_, id_, note.deck, ord_, mod, part, place)
                    for ord_ in ords
                ]
            self._connection.executemany("INSERT INTO new_written VALUES (?, ?, ?, ?, ?, ?, ?, ?)", held)
            self._connection.executemany("INSERT INTO new_asked VALUES (?, ?, ?, ?, ?, ?, ?)", cards)
            size += len(batch)
        self._connection.execute("UPDATE parts SET size = ? WHERE part = ?", (size, part))

    def _place(self, numbers: Sequence[int]) -> None:
        """Give each part its place in the package, in the order of their numbers here."""
        sizes = dict(self._connection.execute("SELECT part, size FROM parts").fetchall())
        first = 1
        for number in numbers:
            self._connection.execute("UPDATE parts SET first = ? WHERE part = ?", (first, number))
            first += sizes[number]

    def _part_cards(self) -> None:
        """Give the cards of notes that came from elsewhere ids of their own, near that of their note: such notes may be a millisecond
        apart. Which they get depends on nothing but the notes of the package.
        """
        execute = self._connection.execute
        if not self._first(f"SELECT 1 FROM asked WHERE nid % {CARD_IDS} LIMIT 1"):
            return
        taken = {id_ for (id_,) in execute(f"SELECT id FROM asked WHERE nid % {CARD_IDS} = 0")}
        moved, last = [], 0
        for old, nid, ord_ in execute(f"SELECT id, nid, ord FROM asked WHERE nid % {CARD_IDS} ORDER BY nid, ord"):
            last = next(id_ for id_ in count(max(last, nid + ord_) + 1) if id_ not in taken)
            moved.append((last, old))
        self._connection.executemany("UPDATE asked SET id = ? WHERE id = ?", moved)

    def _keep_only(self, guids: Collection[str]) -> None:
        self._connection.execute("CREATE TABLE kept (guid TEXT PRIMARY KEY)")
        self._connection.executemany("INSERT INTO kept VALUES (?)", ((guid,) for guid in guids))
        self._connection.execute("DELETE FROM written WHERE guid NOT IN (SELECT guid FROM kept)")
        self._connection.execute("DELETE FROM asked WHERE nid NOT IN (SELECT id FROM written)")

    def _first(self, sql: str, *values: object) -> Any:
        """The first row that a query finds, None if there is none."""
        with as_os_error():
            return self._connection.execute(sql, values).fetchone()


@contextmanager
def as_os_error() -> Iterator[None]:
    """An id that two rows have, as ValueError; all else that SQLite finds wrong, as OSError: the disk is full, or broken."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise ValueError(f"two notes have the same id, or two cards: {error}") from error
    except sqlite3.DatabaseError as error:
        raise OSError(str(error)) from error


def attach(connection: sqlite3.Connection, path: Path, name: str) -> None:
    """Open the database at a path beside another one, by this name. On Linux, a path need not be text."""
    connection.execute(f"ATTACH CAST(? AS TEXT) AS {name}", (os.fsencode(path),))
