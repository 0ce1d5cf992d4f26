"""An .apkg of any tool → what it holds, for comparing. Nothing is imported, nothing upgraded, nothing written."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from ..model import Deck, Family, Field, NoteType, Template
from .packed import Package, PackedCard, PackedNote

CONTAINERS = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""The names of a collection in a package, the newest first; beside a new one lies an old one that says "please update"."""

NEWEST_VERSION = 3
"""The newest package format that is known here: package/meta.rs, Version."""


class PackageError(ValueError):
    """A file that is no package, or a broken one; it says which, and what is wrong."""


def read(path: Path) -> Package:
    """Everything that the package at this path holds. Raises PackageError, and OSError where there is no such file."""
    if path.suffix.lower() == ".colpkg":
        raise PackageError(f"{path.name} is the backup of a whole collection, not a package")
    try:
        with ZipFile(path) as archive:
            return _package(archive)
    except (BadZipFile, NotImplementedError) as error:
        raise PackageError(f"{path.name} is no package, or not a whole one: {error}") from error
    except PackageError as error:
        raise PackageError(f"{path.name} is broken: {error}") from error


def _package(archive: ZipFile) -> Package:
    members = set(archive.namelist())
    container = next((name for name in CONTAINERS if name in members), None)
    if container is None:
        raise PackageError("there is no collection in it")
    compressed = container == "collection.anki21b"
    try:
        if "meta" in members and (version := dict(_protobuf(_member(archive, "meta"))).get(1, 0)) > NEWEST_VERSION:
            raise PackageError(f"its format {version} is newer than the newest one known, {NEWEST_VERSION}")
        notes, note_types, decks = _collection(_member(archive, container, compressed))
        listed = _media_names(_member(archive, "media", compressed), compressed) if "media" in members else {}
        media = {
            name: hashlib.sha256(_member(archive, member, compressed)).hexdigest()
            for name, member in sorted(listed.items())
        }
    except PackageError:
        raise
    # What somebody else's data can do to the code below, all of it.
    except (sqlite3.Error, LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise PackageError(f"its {container} or its list of media makes no sense: {error}") from error
    return Package(container, notes, note_types, decks, media)


def _member(archive: ZipFile, name: str, compressed: bool = False) -> bytes:
    """The bytes of a member. `compressed` says that what lies in the zip is compressed with Zstandard."""
    try:
        data = archive.read(name)
    except KeyError as error:
        raise PackageError(f"its member {name} is missing") from error
    # A wrong check sum, a broken or unknown compression, an encrypted member.
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise PackageError(f"its member {name} cannot be unpacked: {error}") from error
    return _decompress(name, data) if compressed else data


def _decompress(name: str, data: bytes) -> bytes:
    import zstandard

    frame = zstandard.ZstdDecompressor().decompressobj()
    try:
        data = frame.decompress(data)
    except zstandard.ZstdError as error:
        raise PackageError(f"its member {name} cannot be decompressed: {error}") from error
    if not frame.eof:
        raise PackageError(f"its member {name} is cut short")
    return data


def _media_names(data: bytes, modern: bool) -> dict[str, str]:
    """Each file's name and the member that holds it: a JSON object, or a protobuf MediaEntries, which counts."""
    if not modern:
        return {name: member for member, name in json.loads(data).items()}
    entries = [dict(_protobuf(entry)) for number, entry in _protobuf(data) if number == 1]
    return {entry[1].decode(): str(index) for index, entry in enumerate(entries)}


def _collection(data: bytes) -> tuple[tuple[PackedNote, ...], tuple[NoteType, ...], tuple[Deck, ...]]:
    database = sqlite3.connect(":memory:")
    try:
        image = bytearray(data)
        image[18:20] = b"\x01\x01"  # Anki's own exports say "write-ahead log", which cannot be opened in memory.
        database.deserialize(image)
        # Without it SQLite does not even look at the newer tables; nothing here depends on its order.
        database.create_collation("unicase", lambda one, other: (one > other) - (one < other))
        (version,) = database.execute("SELECT ver FROM col").fetchone()
        note_types, decks = _modern_schema(database) if version >= 15 else _schema_11(database)
        notes = tuple(_notes(database, note_types, {id_: deck.name for id_, deck in decks.items()}))
    finally:
        database.close()
    used = {card.deck for note in notes for card in note.cards}
    named = (deck for id_, deck in decks.items() if id_ != 1 or deck.name in used)
    return notes, tuple(note_types[id_] for id_ in sorted(note_types)), tuple(sorted(named, key=lambda deck: deck.name))


def _schema_11(database: sqlite3.Connection) -> tuple[dict[int, NoteType], dict[int, Deck]]:
    """Note types and decks by id, from the two JSON objects of the older schema."""
    models, decks = map(json.loads, database.execute("SELECT models, decks FROM col").fetchone())
    return (
        {int(id_): _note_type(int(id_), model) for id_, model in models.items()},
        {int(id_): Deck(deck["name"], deck.get("desc", "")) for id_, deck in decks.items()},
    )


def _note_type(id_: int, model: Mapping[str, Any]) -> NoteType:
    return NoteType(
        id=id_,
        name=model["name"],
        family=_family(model.get("type", 0), model.get("originalStockKind", 0)),
        fields=tuple(
            Field(
                name=field["name"],
                id=field.get("id") or 0,
                description=field.get("description", ""),
                collapsed=field.get("collapsed", False),
                plain_text=field.get("plainText", False),
                prevent_deletion=field.get("preventDeletion", False),
                tag=field.get("tag"),
            )
            for field in model["flds"]
        ),
        templates=tuple(
            Template(template["name"], template.get("id") or 0, template["qfmt"], template["afmt"])
            for template in model["tmpls"]
        ),
        css=model.get("css", ""),
        sort_field=model.get("sortf", 0),
        stock_kind=model.get("originalStockKind", 0),
        mod=int(model.get("mod", 0)),
    )


def _family(kind: int, stock_kind: int) -> Family:
    if kind == 0:
        return "basic"
    return "occlusion" if stock_kind == 6 else "cloze"


def _modern_schema(database: sqlite3.Connection) -> tuple[dict[int, NoteType], dict[int, Deck]]:
    """Note types and decks by id, from the tables of schema 18. Numbers are those of anki's proto/anki/*.proto."""
    fields, templates = defaultdict(list), defaultdict(list)
    for id_, name, config in database.execute("SELECT ntid, name, config FROM fields ORDER BY ntid, ord"):
        of = dict(_protobuf(config))
        text, flags = _text(of, 5), (bool(of.get(number)) for number in (7, 6, 11))
        fields[id_].append(Field(name, _signed(of.get(9, 0)), text, *flags, tag=of.get(10)))
    for id_, name, config in database.execute("SELECT ntid, name, config FROM templates ORDER BY ntid, ord"):
        of = dict(_protobuf(config))
        templates[id_].append(Template(name, _signed(of.get(8, 0)), _text(of, 1), _text(of, 2)))
    note_types = {}
    for id_, name, mod, config in database.execute("SELECT id, name, mtime_secs, config FROM notetypes"):
        of = dict(_protobuf(config))
        family = _family(of.get(1, 0), of.get(9, 0))
        shape = tuple(fields[id_]), tuple(templates[id_])
        note_types[id_] = NoteType(id_, name, family, *shape, _text(of, 3), of.get(2, 0), of.get(9, 0), mod)
    decks = {}
    for id_, name, kind in database.execute("SELECT id, name, kind FROM decks"):
        normal = dict(_protobuf(dict(_protobuf(kind)).get(1, b"")))
        decks[id_] = Deck(name.replace("\x1f", "::"), _text(normal, 4))
    return note_types, decks


def _notes(
    database: sqlite3.Connection, note_types: Mapping[int, NoteType], decks: Mapping[int, str]
) -> Iterable[PackedNote]:
    """In the order of the first card that is due."""
    cards, due = defaultdict(list), {}
    rows = database.execute(
        "SELECT nid, ord, CASE odid WHEN 0 THEN did ELSE odid END, due FROM cards ORDER BY nid, ord"
    )
    for note_id, ord_, deck_id, position in rows:
        if deck_id not in decks:
            raise PackageError(f"a card of note {note_id} is in the deck {deck_id}, which is missing")
        cards[note_id].append(PackedCard(ord_, decks[deck_id]))
        due[note_id] = min(position, due.get(note_id, position))
    rows = database.execute("SELECT id, guid, mod, mid, flds, tags FROM notes ORDER BY id").fetchall()
    for note_id, guid, mod, note_type_id, text, tags in sorted(rows, key=lambda row: due.get(row[0], 0)):
        if note_type_id not in note_types:
            raise PackageError(f"note {note_id} is of the note type {note_type_id}, which is missing")
        names, values = [field.name for field in note_types[note_type_id].fields], text.split("\x1f")
        if len(names) != len(values):
            raise PackageError(f"note {note_id} has {len(values)} fields, its note type {len(names)}")
        fields = dict(zip(names, values, strict=True))
        yield PackedNote(guid, note_id, mod, note_type_id, fields, tuple(tags.split()), tuple(cards[note_id]))


def _protobuf(data: bytes) -> Iterator[tuple[int, Any]]:
    """The numbers and values of a message's fields. In a dict the last one of a number wins, as it should.

    Numbers are unsigned integers; everything else is bytes. Format: https://protobuf.dev/programming-guides/encoding/
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
        else:
            length, at = _varint(data, at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
            value, at = data[at : at + length], at + length
            if at > len(data):
                raise ValueError("a message is cut short")
        yield key >> 3, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first; the eighth says that more follow. And the place behind it."""
    value = shift = 0
    while data[at] & 0x80:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _text(message: Mapping[int, Any], number: int) -> str:
    return message.get(number, b"").decode()
