"""A Collection → the .apkg that every Anki client reads, with the same bytes wherever it is made.

What is written passes by: notes through a file, from which they are sorted, the collection through another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import msgspec

from .. import files
from ..model import Collection, Note
from . import tables, zipped
from .archive import PackageError
from .check import WriteError, check
from .contents import Known, outline
from .packing import pack, unpack
from .spool import Spool


class Counts(msgspec.Struct, frozen=True):
    """How much a package holds. `size` is that of its file, in bytes."""

    notes: int
    cards: int
    media: int
    size: int


def write(
    collection: Collection, target: Path, last: Path | None = None, packed: Iterable[bytes] | None = None
) -> Counts:
    """Write the package, read it back, and only then put it in the place of the previous one. What it holds.

    The notes are asked for once, one by one, unless they come `packed`, by `packing.pack`, some at a time. Media that
    are in the package `last` too are copied from it: that is faster than from their sources, but whatever is wrong
    with it, the package is as if there was none.

    Raises ValueError for what `refuse_name` and `contents` refuse, OSError for a file that cannot be read or written, and
    WriteError if what was read back differs. Whatever is raised, the target stays as it was and nothing else is left.
    """
    refuse_name(target.name)
    package = outline(collection)
    media = sorted(collection.media, key=lambda file: file.name)
    deck_ids = {deck.name: tables.deck_id(collection.settings.id, deck.name) for deck in package.decks}
    target.parent.mkdir(parents=True, exist_ok=True)
    with files.workshop(target.parent) as folder:
        rows = Spool(folder / "rows")
        try:
            known = Known(package.decks)
            parts = packed or (pack(some, collection.note_types) for some in _batches(collection.notes))
            for position, (note, deck, ords) in enumerate(chain.from_iterable(map(unpack, parts)), start=1):
                known.add(note[1], deck)
                rows.add(note, tables.card_rows(note, ords, deck_ids[deck], position))
        finally:
            rows.close()
        decks = {deck_ids[deck.name]: deck for deck in package.decks}
        database = folder / "collection.anki2"
        tables.write(database, package.note_types, decks, rows)
        made = folder / "package.apkg"
        with zipped.lender(last) as lender:
            try:
                zipped.write(made, media, database, lender)
                check(made, package, decks, rows)
            except (PackageError, WriteError):
                if lender is None:
                    raise
                zipped.write(made, media, database, None)  # What was wrong may have come from the last package.
                check(made, package, decks, rows)
        size = made.stat().st_size
        made.replace(target)
    return Counts(len(rows), rows.cards, len(media), size)


def _batches(notes: Iterable[Note]) -> Iterator[list[Note]]:
    waiting = iter(notes)
    while some := list(islice(waiting, 64)):
        yield some


def refuse_name(name: str) -> None:
    """Raise ValueError if Anki would not import a file of this name as a package."""
    lower = name.lower()
    if not lower.endswith(".apkg"):
        raise ValueError(f"{name} is no name for a package: it must end with .apkg")
    # aqt/import_export/importing.py, ColpkgImporter.can_import
    if lower == "collection.apkg" or lower.startswith("backup-"):
        raise ValueError(f"{name} is no name for a package: Anki would replace the learner's whole collection with it")
