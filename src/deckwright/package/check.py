"""A package that was written → nothing, or a WriteError: it is read from the disk and compared, note by note."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ..limits import MAX_COLLECTION_BYTES
from ..model import Deck
from . import archive, database, reader
from .archive import Archive, Deflated, PackageError, WriteError
from .contents import Package
from .rows import TABLES, Rows


def check(made: Path, written: Deflated, outline: Package, decks: Mapping[int, Deck], rows: Rows) -> None:
    """Compare the package `made` with what it should hold: all of `outline`, decks by their ids, and `rows`. `written` is what
    became of its collection.

    Raises WriteError if they differ, and OSError. May make a temporary file beside it.
    """
    from concurrent.futures import ThreadPoolExecutor  # Not every program that imports us writes a package.

    try:
        with ThreadPoolExecutor(1) as beside, archive.opened(made) as members:
            _compare("container", [outline.container], [reader.container(members)])
            _compare("members", [len(outline.media) + 2], [len(members)])
            listed = iter(reader.media_names(members, False).items())  # Two threads take from it, one file at a time.
            media = beside.submit(_hashes, made, listed)  # Python waits for neither hashes nor SQLite.
            if members.holds(outline.container, written):  # Then it is unpacked to what it was made of.
                _check_collection(written.source, outline, decks, rows)
            else:
                _check_unpacked(members, made.with_suffix(".unpacked"), outline, decks, rows)
            found = sorted([*reader.hashes(members, listed), *media.result()])
            _compare("media", [*outline.media.items()], found)
    except PackageError as error:
        raise WriteError(f"the package that was written cannot be read back: {error}") from error


def _hashes(made: Path, listed: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    with archive.opened(made) as members:
        return reader.hashes(members, listed)


def _check_unpacked(members: Archive, image: Path, outline: Package, decks: Mapping[int, Deck], rows: Rows) -> None:
    try:
        members.unpack(outline.container, image, MAX_COLLECTION_BYTES)
        _check_collection(image, outline, decks, rows)
    finally:
        image.unlink(missing_ok=True)


def _check_collection(image: Path, outline: Package, decks: Mapping[int, Deck], rows: Rows) -> None:
    with reader.as_package_error(outline.container), database.opened_file(image) as collection:
        note_types, found = reader.note_types_and_decks(collection)
        found = {id_: deck for id_, deck in found.items() if id_ != 1}  # Every collection has the deck "Default".
        _compare("note types", outline.note_types, [note_types[id_] for id_ in sorted(note_types)])
        _compare("decks", sorted(decks.items()), sorted(found.items()))
        newest = rows.newest
        _compare("times", [(newest, newest * 1000, newest * 1000)], collection.rows("col", crt=int, mod=int, scm=int))
        for table in TABLES:
            collection.refuse_all_but_a_table(table)
    _compare_rows(rows, image)


def _compare(part: str, wanted: Sequence[Any], got: Sequence[Any]) -> None:
    if wanted == got:
        return
    for was, became in zip_longest(wanted, got):
        if was != became:
            change = " became ".join(f"{one!r}"[:200] for one in (was, became))
            raise WriteError(f"the package that was written differs in its {part}: {change}")


def _compare_rows(rows: Rows, image: Path) -> None:
    """The sort field is left out: SQLite makes a number of one that looks like it."""
    try:
        with rows.beside(image) as connection:
            for table, names in TABLES.items():
                columns = names.replace("sfld, ", "").split(", ")
                wanted, got = (", ".join(f"{side}.{column}" for column in columns) for side in ("wanted", "got"))
                same, found = connection.execute(
                    f"SELECT count(*), (SELECT count(*) FROM package.{table})"
                    f" FROM main.{table} AS wanted CROSS JOIN package.{table} AS got USING (id) WHERE ({wanted}) IS ({got})"
                ).fetchone()
                if not same == found == rows.count(table):
                    _compare(
                        table,
                        *(
                            connection.execute(
                                f"SELECT {', '.join(columns)} FROM {held}.{table} ORDER BY id"
                            ).fetchall()
                            for held in ("main", "package")
                        ),
                    )
                    raise WriteError(f"the package that was written differs in its {table}")
    except sqlite3.DatabaseError as error:
        raise PackageError(f"its rows cannot be read: {error}") from error
