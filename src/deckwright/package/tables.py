"""Notes, note types and decks → the SQLite file of a collection, with the same bytes wherever it is made.

genanki makes the tables, and the JSON of note types and decks. Each override here mends something that was measured with
genanki 0.13.1. Notes and cards are written without it, in the order of their ids: that takes a third of the time.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import genanki

from ..model import Deck, Field, NoteType, Template
from .spool import CardRow, NoteRow, Spool

_NOTE = "INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, 0, 0, '')"
"""A NoteRow, and what genanki (note.py) gives every note: usn -1 (never synchronised), csum 0 (Anki works it out itself),
flags and data, which are not used. SQLite makes a number of an sfld that looks like one.
"""

_CARD = "INSERT INTO cards VALUES (?, ?, ?, ?, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')"
"""A CardRow, and what genanki (card.py) gives every card: usn -1, type and queue 0 (new), and behind due what reviews
change: ivl, factor, reps, lapses, left, odue, odid, flags, data.
"""


def deck_id(settings_id: str, name: str) -> int:
    """A time from 2010 to 2019, in milliseconds. Anki finds decks by name, so any number will do but 1."""
    digest = hashlib.sha256(f"deckwright deck\0{settings_id}\0{name}".encode()).digest()
    return 1_262_304_000_000 + int.from_bytes(digest[:8], "big") % (10 * 365 * 24 * 3600 * 1000)


def card_rows(note: NoteRow, ords: Iterable[int], deck_id: int, position: int) -> list[CardRow]:
    """`position` is that of the note, counted from 1. There are 500 ids free behind that of each note."""
    note_id, _, _, mod, *_ = note
    return [(note_id + 1 + ord_, note_id, deck_id, ord_, mod, position) for ord_ in ords]


def write(path: Path, note_types: Sequence[NoteType], decks: Mapping[int, Deck], rows: Spool) -> None:
    """Write a collection. Raises OSError; ValueError if two notes, or cards of two notes, have the same id.

    `path` is that of a new file. Makes a temporary file beside it.
    """
    rough = path.with_suffix(".rough")
    try:
        with closing(sqlite3.connect(rough, isolation_level=None)) as connection:
            _fill(connection.cursor(), note_types, decks, rows)
            connection.execute("VACUUM INTO ?", (str(path),))  # The pages get one order, however they were filled.
    except sqlite3.IntegrityError as error:
        raise ValueError(f"two notes have the same id, or two cards: {error}") from error
    except sqlite3.DatabaseError as error:
        raise OSError(str(error)) from error  # The disk is full, or broken.
    rough.unlink()
    _mend_header(path)


def _fill(cursor: sqlite3.Cursor, note_types: Sequence[NoteType], decks: Mapping[int, Deck], rows: Spool) -> None:
    cursor.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    genanki.Package([]).write_to_db(cursor, 0, iter(()))
    cursor.execute("BEGIN")
    _fill_col(cursor, note_types, decks, rows.newest)
    indexes = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY rowid").fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for notes, cards in rows.batches():
        cursor.executemany(_NOTE, notes)
        cursor.executemany(_CARD, cards)
    for _, sql in indexes:  # All at once takes less time than entry by entry.
        cursor.execute(sql)
    cursor.execute("COMMIT")


def _fill_col(cursor: sqlite3.Cursor, note_types: Sequence[NoteType], decks: Mapping[int, Deck], newest: int) -> None:
    """The one row of the table col: all times in it are that of the newest note."""
    listed = json.loads(cursor.execute("SELECT decks FROM col").fetchone()[0])
    for deck_id, deck in decks.items():
        listed[str(deck_id)] = genanki.Deck(deck_id, deck.name, deck.description).to_json()
    models = {str(note_type.id): _Model(note_type).to_json(0, None) for note_type in note_types}
    cursor.execute(
        "UPDATE col SET crt = ?, mod = ?, scm = ?, decks = ?, models = ?",
        (newest, newest * 1000, newest * 1000, json.dumps(listed), json.dumps(models)),
    )


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


class _Model(genanki.Model):  # type: ignore[misc]  # genanki says nothing of its types.
    """A note type with its ids, the properties of its fields and a time of our own."""

    _req: ClassVar[list[Any]] = []
    """Anki ignores it, and genanki's own is wrong for `{{type:Field}}`."""

    def __init__(self, note_type: NoteType) -> None:
        super().__init__(
            model_id=note_type.id,
            name=note_type.name,
            fields=[_field(field) for field in note_type.fields],
            templates=[_template(template) for template in note_type.templates],
            css=note_type.css,
            model_type=self.FRONT_BACK if note_type.family == "basic" else self.CLOZE,
            sort_field_index=note_type.sort_field,
        )
        self.note_type = note_type

    def to_json(self, timestamp: float, deck_id: int | None) -> dict[str, Any]:
        made: dict[str, Any] = super().to_json(self.note_type.mod, None)
        return made | {"originalStockKind": self.note_type.stock_kind}


def _field(field: Field) -> dict[str, Any]:
    made = {
        "name": field.name,
        "id": field.id,
        "font": "Arial",
        "description": field.description,
        "collapsed": field.collapsed,
        "plainText": field.plain_text,
        "preventDeletion": field.prevent_deletion,
    }
    return made if field.tag is None else made | {"tag": field.tag}


def _template(template: Template) -> dict[str, Any]:
    return {"name": template.name, "id": template.id, "qfmt": template.front, "afmt": template.back}
