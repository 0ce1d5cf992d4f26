"""A Collection → the .apkg that every Anki client reads, with the same bytes wherever it is made.

What is written passes by: notes through a file, from which they are sorted, the collection through another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from .. import files
from ..model import Collection, Deck, NoteType
from . import tables, zipped
from .archive import PackageError, WriteError
from .check import check
from .contents import outline
from .rows import Parts, Rows
from .tables import Blank


class Counts(msgspec.Struct, frozen=True):
    """How much a package holds. `size` is that of its file, in bytes."""

    notes: int
    cards: int
    media: int
    size: int


def write(
    collection: Collection,
    target: Path,
    last: Path | None = None,
    parts: Parts | None = None,
    kept: Path | None = None,
    *,
    whole: Collection | None = None,
) -> Counts:
    """Write the package, read it back, and only then put it in the place of the previous one. What it holds.

    The notes are asked for once, one by one, unless they come in `parts`. `kept` is a file for what can be of use for the
    next package, as the one before has left it; it may be missing. Media that are in the package `last` too are copied
    from it: that is faster than from their sources, but whatever is wrong with it, the package is as if there was none.
    `whole` is a collection that this one is a part of, and `parts` and `kept` are then of that: new cards come in the order
    and in the places that they have there. `kept` is of no use then for another package.

    Raises ValueError for what `refuse_name` and `contents` refuse, OSError for a file that cannot be read or written, and
    WriteError if what was read back differs. Whatever is raised, the target stays as it was and nothing else is left; what
    is in `kept` is of no use any more.
    """
    from concurrent.futures import ThreadPoolExecutor  # Not every program that imports us writes a package.

    refuse_name(target.name)
    package = outline(collection)
    media = sorted(collection.media, key=lambda file: file.name)
    guids = None if whole is None else {note.guid for note in collection.notes}
    notes, note_types = (whole or collection).notes, (whole or collection).note_types
    decks = {tables.deck_id(collection.settings.id, deck.name): deck for deck in package.decks}
    target.parent.mkdir(parents=True, exist_ok=True)
    with files.workshop(target.parent) as folder, closing(Rows(kept or folder / "rows")) as rows:
        made, database = folder / "package.apkg", folder / "collection.anki2"
        with zipped.lender(last) as lender:
            try:
                with zipped.Writer(made) as new, ThreadPoolExecutor(_THREADS) as beside:
                    rows.update(parts or [(b"", notes)], note_types, decks, guids)
                    copied = beside.submit(new.add_media, media, lender)  # SQLite does not keep Python's lock.
                    tables.write(database, _blank(package.note_types, decks, rows), rows)
                    copied.result()
                    written = new.add_collection(database, rows, beside)
                check(made, written, package, decks, rows)
            except (PackageError, WriteError):
                if lender is None:
                    raise
                # What was wrong may have come from the last package.
                with zipped.Writer(made) as new, ThreadPoolExecutor(_THREADS) as beside:
                    new.add_media(media, None)
                    written = new.add_collection(database, rows, beside)
                check(made, written, package, decks, rows)
        rows.drop_unused()
        size = made.stat().st_size
        made.replace(target)
        return Counts(rows.count("notes"), rows.count("cards"), len(media), size)


_THREADS = 2
"""Each takes a MiB where it deflates."""


def _blank(note_types: Sequence[NoteType], decks: Mapping[int, Deck], rows: Rows) -> Blank:
    encode = msgspec.msgpack.encode

    def make() -> bytes:
        from .blank import blank  # Its library takes longer to import than all else of a package that hardly changes.

        return encode(blank(note_types, decks))

    return msgspec.msgpack.decode(rows.made(b"blank" + encode((note_types, decks)), make), type=Blank)


def refuse_name(name: str) -> None:
    """Raise ValueError if Anki would not import a file of this name as a package."""
    lower = name.lower()
    if not lower.endswith(".apkg"):
        raise ValueError(f"{name} is no name for a package: it must end with .apkg")
    # aqt/import_export/importing.py, ColpkgImporter.can_import
    if lower == "collection.apkg" or lower.startswith("backup-"):
        raise ValueError(f"{name} is no name for a package: Anki would replace the learner's whole collection with it")
