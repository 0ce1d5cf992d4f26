"""A Collection → the .apkg that every Anki client reads, with the same bytes wherever it is made.

genanki's classes do the writing. Each override here mends something that was measured with genanki 0.13.1.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, ClassVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import genanki
from msgspec.structs import fields

from .. import files
from ..model import Collection, Field, Media, NoteType, Template
from .archive import PackageError
from .contents import Package, PackedNote, contents
from .reader import read


class WriteError(RuntimeError):
    """The package that was written does not hold what it should. The previous one is kept."""


def write(collection: Collection, target: Path) -> Package:
    """Write the package, read it back, and only then put it in the place of the previous one. What it holds.

    Raises ValueError for what `refuse_name` and `contents` refuse, OSError for a file that cannot be read or written, and
    WriteError if what was read back differs. Whatever is raised, the target stays as it was and nothing else is left.
    """
    refuse_name(target.name)
    package = contents(collection)
    target.parent.mkdir(parents=True, exist_ok=True)
    with files.workshop(target.parent) as folder:
        made = folder / "package.apkg"
        _Writer(package, collection).write_to_file(made)
        _compare(package, made)
        made.replace(target)
    return package


def refuse_name(name: str) -> None:
    """Raise ValueError if Anki would not import a file of this name as a package."""
    lower = name.lower()
    if not lower.endswith(".apkg"):
        raise ValueError(f"{name} is no name for a package: it must end with .apkg")
    # aqt/import_export/importing.py, ColpkgImporter.can_import
    if lower == "collection.apkg" or lower.startswith("backup-"):
        raise ValueError(f"{name} is no name for a package: Anki would replace the learner's whole collection with it")


def _compare(expected: Package, made: Path) -> None:
    try:
        found = read(made)
    except PackageError as error:
        raise WriteError(f"the package that was written cannot be read back: {error}") from error
    for part in fields(Package):
        wanted, got = _items(getattr(expected, part.name)), _items(getattr(found, part.name))
        for pair in zip_longest(wanted, got):
            if pair[0] != pair[1]:
                was, became = (f"{one!r}"[:200] for one in pair)
                raise WriteError(f"the package that was written differs in its {part.name}: {was} became {became}")


def _items(part: Any) -> Sequence[Any]:
    return tuple(part.items()) if isinstance(part, Mapping) else part


class _Writer(genanki.Package):  # type: ignore[misc]  # genanki says nothing of its types.
    """One package: its times come from the notes, its decks and note types are written once, no temporary file is left."""

    def __init__(self, package: Package, collection: Collection) -> None:
        super().__init__([])
        self.package = package
        self.media: Sequence[Media] = sorted(collection.media, key=lambda media: media.name)
        self.deck_ids = {deck.name: _deck_id(collection.settings.id, deck.name) for deck in package.decks}

    def write_to_file(self, file: Path, timestamp: float | None = None) -> None:
        """Media come first, so that they are at the same place in the next package, and stored, as they hardly shrink."""
        with ZipFile(file, "w") as archive:
            for index, media in enumerate(self.media):
                archive.writestr(_member(str(index)), media.read())
            names = {str(index): media.name for index, media in enumerate(self.media)}
            archive.writestr(_member("media"), json.dumps(names))
            archive.writestr(_member("collection.anki2"), self._database(file), ZIP_DEFLATED, compresslevel=1)

    def _database(self, file: Path) -> bytes:
        """The bytes of the collection. They pass through a file: a database in memory would take as much memory again."""
        path = file.with_suffix(".anki2")
        connection = sqlite3.connect(path)
        try:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            self.write_to_db(connection.cursor(), 0, iter(()))
            connection.commit()
            connection.execute("VACUUM")  # The pages get one order, however they were filled.
        except sqlite3.OperationalError as error:
            raise OSError(str(error)) from error  # The disk is full, or broken.
        finally:
            connection.close()
        data = bytearray(path.read_bytes())
        path.unlink()
        # The change counter, the change that it is valid for, and the version of SQLite:
        # https://sqlite.org/fileformat.html#the_database_header
        data[24:28] = data[92:96] = (1).to_bytes(4, "big")
        data[96:100] = (3_000_000).to_bytes(4, "big")
        return bytes(data)

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, id_gen: Iterator[int]) -> None:
        """genanki would write all decks and note types again for each deck. It gets none, and makes only the tables."""
        super().write_to_db(cursor, timestamp, id_gen)
        newest = max((note.mod for note in self.package.notes), default=0)
        decks = json.loads(cursor.execute("SELECT decks FROM col").fetchone()[0])
        for deck in self.package.decks:
            deck_id = self.deck_ids[deck.name]
            decks[str(deck_id)] = genanki.Deck(deck_id, deck.name, deck.description).to_json()
        models = {note_type.id: _Model(note_type) for note_type in self.package.note_types}
        cursor.execute(
            "UPDATE col SET crt = ?, mod = ?, scm = ?, decks = ?, models = ?",
            (
                newest,
                newest * 1000,
                newest * 1000,
                json.dumps(decks),
                json.dumps({str(id_): model.to_json(0, None) for id_, model in models.items()}),
            ),
        )
        for position, note in enumerate(self.package.notes, start=1):
            made = _Note(models[note.note_type_id], note, position)
            made.write_to_db(cursor, note.mod, self.deck_ids[note.cards[0].deck], made.ids())


def _deck_id(settings_id: str, name: str) -> int:
    """A time from 2010 to 2019, in milliseconds. Anki finds decks by name, so any number will do but 1."""
    digest = hashlib.sha256(f"deckwright deck\0{settings_id}\0{name}".encode()).digest()
    return 1_262_304_000_000 + int.from_bytes(digest[:8], "big") % (10 * 365 * 24 * 3600 * 1000)


def _member(name: str) -> ZipInfo:
    """A member that is the same on every system, whatever its clock and its umask."""
    member = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.create_system = 3  # Unix
    member.external_attr = 0o100644 << 16
    member.compress_type = ZIP_STORED
    return member


class _Note(genanki.Note):  # type: ignore[misc]
    """A note with an id, cards and a time of our own."""

    def __init__(self, model: _Model, note: PackedNote, position: int) -> None:
        super().__init__(model, list(note.fields.values()), tags=note.tags, guid=note.guid, due=position)
        self.note = note
        self.cards = [genanki.Card(card.ord) for card in note.cards]

    def ids(self) -> Iterator[int]:
        """The ids of the note and its cards, in the order in which genanki asks for them."""
        yield self.note.note_id
        for card in self.cards:
            yield self.note.note_id + 1 + card.ord

    def _check_invalid_html_tags_in_fields(self) -> None:
        """genanki's check warns of good HTML and takes quadratic time. The fields were cleaned long before."""


class _Model(genanki.Model):  # type: ignore[misc]
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
