"""A package that was written → nothing, or a WriteError: it is read from the disk and compared, note by note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ..limits import MAX_COLLECTION_BYTES
from ..model import Deck
from . import archive, database, reader
from .archive import PackageError
from .contents import Package
from .database import Database
from .spool import Spool


class WriteError(RuntimeError):
    """The package that was written does not hold what it should. The previous one is kept."""


def check(made: Path, outline: Package, decks: Mapping[int, Deck], rows: Spool) -> None:
    """Compare the package `made` with what it should hold: all of `outline`, decks by their ids, and `rows`.

    Raises WriteError if they differ, and OSError. Makes a temporary file beside it.
    """
    image = made.with_suffix(".unpacked")
    try:
        with archive.opened(made) as members:
            member = reader.container(members)
            _compare("container", [outline.container], [member])
            _compare("members", [len(outline.media) + 2], [len(members)])
            _compare("media", [*outline.media.items()], [*reader.media(members, False).items()])
            members.unpack(member, image, MAX_COLLECTION_BYTES)
        with reader.as_package_error(member), database.opened_file(image) as collection:
            note_types, found = reader.note_types_and_decks(collection)
            found = {id_: deck for id_, deck in found.items() if id_ != 1}  # Every collection has the deck "Default".
            _compare("note types", outline.note_types, [note_types[id_] for id_ in sorted(note_types)])
            _compare("decks", sorted(decks.items()), sorted(found.items()))
            newest = rows.newest
            _compare(
                "times", [(newest, newest * 1000, newest * 1000)], collection.rows("col", crt=int, mod=int, scm=int)
            )
            _compare_rows(rows, collection)
    except PackageError as error:
        raise WriteError(f"the package that was written cannot be read back: {error}") from error
    finally:
        image.unlink(missing_ok=True)


def _compare(part: str, wanted: Sequence[Any], got: Sequence[Any]) -> None:
    if wanted == got:
        return
    for was, became in zip_longest(wanted, got):
        if was != became:
            change = " became ".join(f"{one!r}"[:200] for one in (was, became))
            raise WriteError(f"the package that was written differs in its {part}: {change}")


def _compare_rows(rows: Spool, collection: Database) -> None:
    notes = collection.ordered("notes", ("id", "guid", "mid", "mod", "tags", "flds"), "id")
    cards = collection.ordered("cards", ("id", "nid", "did", "ord", "mod", "due"), "nid, ord")
    for wanted_notes, wanted_cards in rows.batches():
        # The sort field is left out: SQLite makes a number of one that looks like it.
        _compare("notes", [row[:6] for row in wanted_notes], notes.fetchmany(len(wanted_notes)))
        _compare("cards", wanted_cards, cards.fetchmany(len(wanted_cards)))
    _compare("notes", [], notes.fetchmany(1))
    _compare("cards", [], cards.fetchmany(1))
    for table, condition in (("notes", _IS_USUAL_NOTE), ("cards", _IS_USUAL_CARD)):
        _compare(f"unusual {table}", [0], [collection.count(table, f"NOT ({condition})")])


_IS_USUAL_NOTE = "(usn, csum, flags, data) = (-1, 0, 0, '')"
_IS_USUAL_CARD = (
    "(usn, type, queue, ivl, factor, reps, lapses, left, odue, odid, flags, data)"
    " = (-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '')"
)
"""What is the same in every note, and in every card, before anybody has learned it."""
