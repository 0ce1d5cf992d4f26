"""Note types and decks → the SQLite file of a collection without notes.

genanki makes the tables, and the JSON of note types and decks. Each override here mends something that was measured with
genanki 0.13.1.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar

import genanki

from ..model import Deck, Field, NoteType, Template
from .tables import Blank


def blank(note_types: Sequence[NoteType], decks: Mapping[int, Deck]) -> Blank:
    """The collection of a package before anything is in it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        cursor = connection.cursor()
        genanki.Package([]).write_to_db(cursor, 0, iter(()))
        listed = json.loads(cursor.execute("SELECT decks FROM col").fetchone()[0])
        for deck_id, deck in decks.items():
            listed[str(deck_id)] = genanki.Deck(deck_id, deck.name, deck.description).to_json()
        models = {str(note_type.id): _Model(note_type).to_json(0, None) for note_type in note_types}
        cursor.execute("UPDATE col SET decks = ?, models = ?", (json.dumps(listed), json.dumps(models)))
        _, _, _, _, *col = cursor.execute("SELECT * FROM col").fetchone()
        indexes = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY rowid").fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("DELETE FROM col")
        cursor.execute("VACUUM")  # Nothing is left in any page of what is gone.
        return Blank(connection.serialize(), tuple(sql for _, sql in indexes), tuple(col))


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
            latex_pre=note_type.latex_header,
            latex_post=note_type.latex_footer,
        )
        self.note_type = note_type

    def to_json(self, timestamp: float, deck_id: int | None) -> dict[str, Any]:
        made: dict[str, Any] = super().to_json(self.note_type.mod, None)
        return made | {"originalStockKind": self.note_type.stock_kind, "latexsvg": self.note_type.latex_svg}


def _field(field: Field) -> dict[str, Any]:
    made = {
        "name": field.name,
        "id": field.id,
        "font": field.font,
        "description": field.description,
        "collapsed": field.collapsed,
        "plainText": field.plain_text,
        "preventDeletion": field.prevent_deletion,
    }
    rarely = {
        "tag": field.tag,
        "size": None if field.size == Field("", 0).size else field.size,
        "rtl": field.right_to_left or None,
        "sticky": field.sticky or None,
        "excludeFromSearch": field.exclude_from_search or None,
    }
    return _with_id(made) | {name: value for name, value in rarely.items() if value is not None}


def _template(template: Template) -> dict[str, Any]:
    made = {"name": template.name, "id": template.id, "qfmt": template.front, "afmt": template.back}
    rarely = {
        "bqfmt": template.browser_front,
        "bafmt": template.browser_back,
        "bfont": template.browser_font,
        "bsize": template.browser_size,
    }
    return _with_id(made) | {name: value for name, value in rarely.items() if value}


def _with_id(made: dict[str, Any]) -> dict[str, Any]:
    """The same without an id that is 0: Anki then goes by the name (rslib/src/notetype/merge.rs)."""
    return made if made["id"] else {key: value for key, value in made.items() if key != "id"}
