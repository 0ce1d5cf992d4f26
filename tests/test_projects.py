"""Whole projects in miniature: what their packages hold, and what is told of them, as it was when somebody read it.

Each folder of `projects` shows one thing. A project with errors is packed as `build --keep-going` packs it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from scratch import DAY_ONE

from deckwright import collection, package
from deckwright import settings as project
from deckwright.diagnostics import to_text
from deckwright.identity import Terms
from deckwright.package import Package

PROJECTS = Path(__file__).parent / "projects"


@pytest.mark.parametrize("name", sorted(path.name for path in PROJECTS.iterdir()))
def test_project(name: str, tmp_path: Path, update_golden: bool) -> None:
    made, found = project.load(PROJECTS / name)
    assert made, found
    loaded = collection.load(made, Terms(now=DAY_ONE))
    target = tmp_path / f"{made.settings.slug}.apkg"
    package.write(loaded.collection, target)
    packed = package.read(target)
    results = {
        "notes.jsonl": "".join(f"{line}\n" for line in _notes(packed)),
        "diagnostics.txt": "\n\n".join(map(to_text, loaded.diagnostics)) + "\n" * bool(loaded.diagnostics),
        "package.txt": "\n".join(_package(packed, target)) + "\n",
    }
    expected = PROJECTS / name / "expected"
    if update_golden:
        expected.mkdir(exist_ok=True)
        for file, text in results.items():
            (expected / file).write_text(text, encoding="utf-8", newline="\n")
    assert results == {path.name: path.read_bytes().decode() for path in expected.iterdir()}


def _notes(packed: Package) -> Iterator[str]:
    """A line of JSON a note, in the order in which Anki shows them: what is on its cards, without what is empty."""
    types = {note_type.id: note_type for note_type in packed.note_types}
    for note in packed.notes:
        fields = dict(note.fields)
        (deck,) = {card.deck for card in note.cards}
        templates = types[note.note_type_id].templates
        named = len(templates) > 1
        line = {
            "guid": note.guid,
            "note_id": note.note_id,
            "id": fields.pop("ID"),
            "family": types[note.note_type_id].family,
            "deck": deck,
            "tags": note.tags,
            "fields": {name: value for name, value in fields.items() if value},
            "cards": [templates[card.ord].name if named else f"c{card.ord + 1}" for card in note.cards],
        }
        yield json.dumps(line, ensure_ascii=False)


def _package(packed: Package, file: Path) -> Iterator[str]:
    """What else is in the package, under headings: its members, what they are called in Anki, and the rows of tables."""
    with ZipFile(file) as archive:
        # The collection's size is that of its templates and stylesheets too.
        sizes = [(member.filename, member.file_size) for member in archive.infolist()]
        database = sqlite3.connect(":memory:")
        database.deserialize(archive.read("collection.anki2"))
    yield "entries"
    yield from (f"  {name}" + f" {size} bytes" * name.isdecimal() for name, size in sizes)
    yield "media"
    yield from (f"  {name} {digest}" for name, digest in packed.media.items())
    yield "decks"
    yield from (f"  {json.dumps([deck.name, deck.description], ensure_ascii=False)}" for deck in packed.decks)
    yield "note types"
    for note_type in packed.note_types:
        yield f"  {note_type.id} {note_type.name}, sorted by {note_type.fields[note_type.sort_field].name}"
        for what in ("fields", "templates"):
            yield f"    {what}: " + ", ".join(f"{part.name} {part.id}" for part in getattr(note_type, what))
    for table, columns in (
        ("notes", "id, guid, mid, mod, usn, tags"),
        ("cards", "due, id, nid, did, ord, mod, type, queue"),
    ):
        yield f"{table}: {columns}"
        rows = database.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}")
        yield from (f"  {json.dumps(row, ensure_ascii=False)[1:-1]}" for row in rows)
    database.close()
