"""How packages are written: what is streamed, what the last package lends, and what shows when it is read back."""

from __future__ import annotations

import errno
import gc
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import genanki
import pytest
from msgspec.structs import replace
from test_package import BASIC, TYPES, changed, flipped, note, rezipped, rows_of, sample, values

from deckwright import package as packages
from deckwright.model import Collection, Deck, Media, Note
from deckwright.package import Counts, PackageError, WriteError, archive, cards, write, zipped
from deckwright.package.archive import Deflated
from deckwright.package.check import check
from deckwright.package.rows import Rows


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "course.apkg"
    write(sample(tmp_path), path)
    return path


class Once:
    """Notes that are made as they are asked for, and only once."""

    def __init__(self, make: Callable[[], Iterator[Note]], number: int) -> None:
        self.make = make
        self.number = number
        self.is_used = False

    def __len__(self) -> int:
        return self.number

    def __iter__(self) -> Iterator[Note]:
        assert not self.is_used
        self.is_used = True
        return self.make()


def test_notes_are_asked_for_once(package: Path, tmp_path: Path) -> None:
    course = sample(tmp_path)
    counts = write(replace(course, notes=Once(lambda: iter(course.notes), 4)), tmp_path / "once.apkg")
    assert (tmp_path / "once.apkg").read_bytes() == package.read_bytes()
    assert counts == Counts(notes=4, cards=6, media=2, size=package.stat().st_size)


@pytest.mark.ci
def test_a_package_of_many_notes_takes_little_memory(tmp_path: Path) -> None:
    def notes(number: int) -> Iterator[Note]:
        chance = random.Random(1)
        for n in range(number):
            yield replace(note(chance.randrange(10**9), "basic", {"Front": "f", "Back": "b" * 10_000}), guid=f"g{n}")

    course = replace(sample(tmp_path), notes=Once(lambda: notes(3_000), 3_000), media=())
    gc.collect()
    tracemalloc.start()
    write(course, tmp_path / "large.apkg")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20  # The notes take 30 MB.


def test_notes_lie_in_the_order_of_their_ids_and_come_in_that_of_the_collection(tmp_path: Path) -> None:
    numbers = random.Random(1).sample(range(1, 2_000), 600)  # more than one batch
    made = tuple(note(n, "basic", {"Front": "f", "Reversed": "1" * (n % 2)}) for n in numbers)
    path = tmp_path / "many.apkg"
    write(sample(tmp_path, made), path)
    assert [note.guid for note in packages.read(path).notes] == [note.guid for note in made]
    for table in ("notes", "cards"):
        ids = [id_ for (id_,) in rows_of(path, f"SELECT id FROM {table} NOT INDEXED")]
        assert ids == sorted(ids)


def close(at: int, *numbers: int) -> tuple[Note, ...]:
    """Notes of two cards, whose ids are as close to the time `at` as these numbers say."""
    held = {"Front": "f", "Back": "b", "Reversed": "1"}
    return tuple(replace(note(n, "basic", held), note_id=at + n) for n in numbers)


def test_cards_of_notes_that_are_a_millisecond_apart_have_ids_of_their_own(tmp_path: Path) -> None:
    at, kept, path = 1_700_000_000_000, tmp_path / "kept", tmp_path / "close.apkg"
    parts = {b"a": close(at, 498, 1, 497), b"b": close(at, 500), b"c": close(at, 499, 3)}
    near, all_of_them = {1: [2, 3], 3: [4, 5]}, {497: [498, 499], 498: [500, 503], 499: [504, 505], 500: [501, 502]}
    for held, expected in (
        ({b"a": parts[b"a"]}, {1: [2, 3], 497: [498, 499], 498: [500, 501]}),
        (parts, near | all_of_them),
        ({b"c": parts[b"c"]}, {3: [4, 5], 499: [500, 501]}),
    ):
        with_parts(tmp_path, path, held, kept)
        found: dict[int, list[int]] = {}
        for nid, id_ in rows_of(path, "SELECT nid, id FROM cards ORDER BY id"):
            found.setdefault(nid - at, []).append(id_ - at)
        assert found == expected
        assert path.read_bytes() == with_parts(tmp_path, tmp_path / "whole.apkg", held)


def test_rows_are_those_that_genanki_writes(package: Path, tmp_path: Path) -> None:
    course = sample(tmp_path)
    deck_ids = {name: id_ for id_, name in decks_of(package).items()}
    with closing(sqlite3.connect(":memory:")) as connection:
        cursor = connection.cursor()
        genanki.Package([]).write_to_db(cursor, 0, iter(()))
        for place, held in enumerate(course.notes, start=1):
            kind = TYPES[held.note_type]
            model = genanki.Model(kind.id, kind.name, [{"name": field.name} for field in kind.fields])
            ords = cards(values(held), held.tags, kind)
            made = genanki.Note(model, [*values(held)], tags=held.tags, guid=held.guid, due=place)
            made.cards = [genanki.Card(ord_) for ord_ in ords]
            ids = iter([held.note_id, *(held.note_id + 1 + ord_ for ord_ in ords)])
            made.write_to_db(cursor, held.mod, deck_ids[held.deck], ids)
        for table in ("notes", "cards"):
            wanted = cursor.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            assert rows_of(package, f"SELECT * FROM {table} ORDER BY id") == wanted


def decks_of(package: Path) -> dict[int, str]:
    ((decks,),) = rows_of(package, "SELECT decks FROM col")
    return {int(id_): deck["name"] for id_, deck in json.loads(decks).items()}


def test_the_header_tells_neither_the_version_of_sqlite_nor_how_the_tables_were_filled(package: Path) -> None:
    header = ZipFile(package).read("collection.anki2")[:100]
    told = [int.from_bytes(header[at : at + 4], "big") for at in (24, 40, 92, 96)]
    assert told == [1, 13, 1, 3_000_000]


def test_each_block_of_the_collection_is_deflated_fast_and_by_itself(tmp_path: Path) -> None:
    chance = random.Random(1)
    made = tuple(note(n, "basic", {"Front": "f", "Back": chance.randbytes(999).hex()}) for n in range(300))
    write(sample(tmp_path, made), tmp_path / "large.apkg")
    with ZipFile(tmp_path / "large.apkg") as zipped:
        member, data = zipped.getinfo("collection.anki2"), zipped.read("collection.anki2")
    blocks = [data[at : at + 262_144] for at in range(0, len(data), 262_144)]
    assert len(blocks) > 2
    size = 2  # of the end
    for block in blocks:
        deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
        size += len(deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH))
    assert (member.compress_type, member.compress_size) == (ZIP_DEFLATED, size)


def test_two_blocks_of_a_collection_may_be_the_same(tmp_path: Path) -> None:
    image = tmp_path / "collection.anki2"
    image.write_bytes(bytes(600_000))
    with (
        closing(Rows(tmp_path / "rows")) as rows,
        zipped.Writer(tmp_path / "new.zip") as new,
        ThreadPoolExecutor(2) as beside,
    ):
        new.add_collection(image, rows, beside)
    assert ZipFile(tmp_path / "new.zip").read("collection.anki2") == image.read_bytes()


# What the last package lends


def numbered(folder: Path, *numbers: int) -> tuple[Media, ...]:
    """Files of different sizes, by name."""
    made = []
    for number in numbers:
        path = folder / f"{number}.png"
        path.write_bytes(random.Random(number).randbytes(100_000 * number + number))
        made.append(Media(path, f"file-{number}.png", hashlib.sha256(path.read_bytes()).hexdigest()))
    return tuple(made)


@pytest.mark.parametrize("numbers", [(1, 2, 3), (1, 2), (1, 2, 3, 4), (0, 1, 2, 3), (2, 3, 5), (7, 8), ()])
@pytest.mark.parametrize("way", ["by the system", "in pieces", "between file systems"])
def test_media_of_the_last_package_make_the_same_bytes(
    numbers: tuple[int, ...], way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "in pieces":
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    elif way == "between file systems":
        monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    course, last, target = sample(tmp_path), tmp_path / "last.apkg", tmp_path / "new.apkg"
    write(replace(course, media=numbered(tmp_path, 1, 2, 3)), last)
    new = replace(course, media=numbered(tmp_path, *numbers))
    write(new, tmp_path / "whole.apkg")
    for number in {1, 2, 3} & {*numbers}:
        (tmp_path / f"{number}.png").unlink()  # Its source need not even be there.
    write(new, target, last)
    assert target.read_bytes() == (tmp_path / "whole.apkg").read_bytes()


def refuse(*_: object) -> int:
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


def test_the_last_package_may_be_the_one_that_is_replaced(package: Path, tmp_path: Path) -> None:
    before = package.read_bytes()
    (tmp_path / "picture.png").write_bytes(b"another one")
    write(sample_without_writing(tmp_path), package, package)
    assert package.read_bytes() == before


def sample_without_writing(folder: Path) -> Collection:
    """The sample as it was loaded before its picture changed."""
    kept = (folder / "picture.png").read_bytes()
    course = sample(folder)
    (folder / "picture.png").write_bytes(kept)
    return course


def deflated(package: Path) -> bytes:
    with ZipFile(package) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    with ZipFile(package, "w", ZIP_DEFLATED) as zipped:
        for name, data in members.items():
            zipped.writestr(name, data)
    return package.read_bytes()


def patched(at: Callable[[bytes], int], data: bytes) -> Callable[[Path], bytes]:
    """The package with some bytes put over those at a place."""

    def patch(package: Path) -> bytes:
        held = package.read_bytes()
        return held[: at(held)] + data + held[at(held) + len(data) :]

    return patch


def directory(held: bytes) -> int:
    """Where the list of members begins."""
    return held.index(b"PK\x01\x02")


ODD: dict[str, Callable[[Path], bytes]] = {
    "empty": lambda package: b"",
    "text": lambda package: b"not a zip",
    "cut short": lambda package: package.read_bytes()[:-30],
    "a bit flipped": flipped,
    "other bytes of that name": lambda package: rezipped(package, {"0": b"other bytes"}),
    "a file missing": lambda package: rezipped(package, {"0": None}),
    "no list of media": lambda package: rezipped(package, {"media": None}),
    "names that changed places": lambda package: rezipped(
        package, {"media": b'{"0": "vector-0f.svg", "1": "picture-1a.png"}'}
    ),
    "a list that is no list": lambda package: rezipped(package, {"media": b"[]"}),
    "a list in the other form": lambda package: rezipped(package, {"collection.anki21b": b""}),
    "deflated": deflated,
    "a wrong checksum": patched(lambda held: directory(held) + 16, b"\1\2\3\4"),
    "a wrong size": patched(lambda held: directory(held) + 20, b"\1\0\0\0\1\0\0\0"),
    "a size far too large": patched(lambda held: directory(held) + 20, b"\xfe\xff\xff\xff\xfe\xff\xff\xff"),
    "a place behind the end": patched(lambda held: directory(held) + 42, b"\xf0\xff\xff\x7f"),
    "another place": patched(lambda held: directory(held) + 42, b"\1\0\0\0"),
    "a header of its own": patched(lambda held: 10, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
    "a longer name": patched(lambda held: 26, b"\x09\x00"),
    "an extra field": patched(lambda held: 28, b"\x09\x00"),
    "no media": lambda package: (
        write(replace(sample(package.parent), media=()), package) and package.read_bytes()
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_an_odd_last_package_does_no_harm(what: str, package: Path, tmp_path: Path) -> None:
    course, last = sample(tmp_path), tmp_path / "last.apkg"
    whole = package.read_bytes()
    last.write_bytes(ODD[what](package))
    write(course, package, last)
    assert package.read_bytes() == whole


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: None, *([os.mkfifo] if hasattr(os, "mkfifo") else [])])
def test_the_last_package_may_be_no_file_at_all(make: Callable[[Path], None], package: Path, tmp_path: Path) -> None:
    whole = package.read_bytes()
    make(tmp_path / "last.apkg")
    write(sample(tmp_path), package, tmp_path / "last.apkg")
    assert package.read_bytes() == whole


def test_what_the_last_package_lacks_must_be_there(package: Path, tmp_path: Path) -> None:
    course = sample(tmp_path)
    package.write_bytes(flipped(package))
    before = package.read_bytes()
    (tmp_path / "picture.png").unlink()
    with pytest.raises(FileNotFoundError):
        write(course, package, package)
    assert package.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["course.apkg"]


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("last", "error", "times"),
    [
        ("course.apkg", WriteError(), 2),
        ("course.apkg", PackageError(), 2),
        ("course.apkg", OSError(), 1),
        ("course.apkg", ArithmeticError(), 1),
        ("missing.apkg", WriteError(), 1),
        (None, WriteError(), 1),
    ],
)
def test_only_what_may_come_from_the_last_package_is_tried_again_without_it(
    last: str | None,
    error: Exception,
    times: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[Path] = []

    def fail(made: Path, *expected: object) -> None:
        checked.append(made)
        raise error

    monkeypatch.setattr("deckwright.package.writer.check", fail)
    with pytest.raises(type(error)):
        write(sample(tmp_path), tmp_path / "new.apkg", tmp_path / last if last else None)
    assert len(checked) == times


# Rows that the last package has left


def simple(number: int, text: str = "f", deck: str = "Course") -> Note:
    return note(number, "basic", {"Front": text, "Back": "b", "Reversed": "1" * (number % 2)}, deck)


FIRST_PARTS = {b"a": (simple(5), simple(2)), b"b": (simple(9),), b"c": (simple(1), simple(7), simple(3))}
NEXT_PARTS: dict[str, dict[bytes, tuple[Note, ...]]] = {
    "all the same": FIRST_PARTS,
    "another order": {key: FIRST_PARTS[key] for key in (b"c", b"a", b"b")},
    "a note edited": {b"a": FIRST_PARTS[b"a"], b"d": (simple(9, "g"),), b"c": FIRST_PARTS[b"c"]},
    "a note moved": {b"a": FIRST_PARTS[b"a"], b"d": (), b"e": (simple(1), simple(9), simple(7), simple(3))},
    "a note more": FIRST_PARTS | {b"d": (simple(8),)},
    "a part less": {b"c": FIRST_PARTS[b"c"]},
    "all others": {b"d": (simple(20), simple(11))},
    "none": {},
}


def with_parts(folder: Path, target: Path, parts: dict[bytes, tuple[Note, ...]], kept: Path | None = None) -> bytes:
    course = sample(folder, tuple(note for notes in parts.values() for note in notes))
    counts = write(course, target, parts=iter(parts.items()), kept=kept)
    assert counts.notes == len(course.notes)
    assert counts.size == target.stat().st_size
    return target.read_bytes()


@pytest.mark.parametrize("what", NEXT_PARTS)
def test_rows_of_the_last_package_make_the_same_bytes(what: str, tmp_path: Path) -> None:
    new, kept, parts = tmp_path / "new.apkg", tmp_path / "kept", NEXT_PARTS[what]
    whole = with_parts(tmp_path, tmp_path / "whole.apkg", parts)
    with_parts(tmp_path, new, FIRST_PARTS, kept)
    assert with_parts(tmp_path, new, parts, kept) == whole
    assert with_parts(tmp_path, new, parts, kept) == whole
    course = sample(tmp_path, tuple(note for notes in parts.values() for note in notes))
    assert write(course, new) and new.read_bytes() == whole


def test_notes_whose_rows_are_kept_are_not_asked_for(tmp_path: Path) -> None:
    def never() -> Iterator[Note]:
        yield pytest.fail("it was asked for")

    kept = tmp_path / "kept"
    whole = with_parts(tmp_path, tmp_path / "whole.apkg", FIRST_PARTS, kept)
    write(sample(tmp_path), tmp_path / "new.apkg", parts=((key, never()) for key in FIRST_PARTS), kept=kept)
    assert (tmp_path / "new.apkg").read_bytes() == whole


def test_blocks_of_the_last_package_are_not_deflated_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new.apkg"
    chance = random.Random(1)
    parts = {b"a": tuple(simple(n, chance.randbytes(999).hex()) for n in range(300))}
    whole = with_parts(tmp_path, new, parts, kept)
    size = kept.stat().st_size
    monkeypatch.setattr("deckwright.package.zipped._deflated", lambda block: pytest.fail("it was deflated"))
    assert with_parts(tmp_path, new, parts, kept) == whole
    assert kept.stat().st_size == size


def test_what_is_of_no_use_for_the_next_package_is_not_kept(tmp_path: Path) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new.apkg"
    sizes = []
    for n in range(6):
        with_parts(tmp_path, new, {b"%d" % n: (simple(n, str(n) * 100_000),)}, kept)
        sizes.append(kept.stat().st_size)
    assert len(set(sizes[2:])) == 1


WRONG_PARTS = {
    "the guid 'guid-5' is used more than once": {b"d": (replace(simple(11), guid="guid-5"),)},
    "two notes have the same id, or two cards: UNIQUE constraint failed: written.id": {
        b"d": (replace(simple(5), guid="new"),)
    },
    "the note 'guid-11' is in the deck 'Other', which the collection lacks": {b"d": (simple(11, deck="Other"),)},
}


@pytest.mark.parametrize("why", WRONG_PARTS)
def test_notes_are_refused_beside_those_of_the_last_package(why: str, tmp_path: Path) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new.apkg"
    whole = with_parts(tmp_path, new, FIRST_PARTS, kept)
    with pytest.raises(ValueError) as caught:
        with_parts(tmp_path, new, FIRST_PARTS | WRONG_PARTS[why], kept)
    assert str(caught.value) == why
    assert new.read_bytes() == whole


def test_a_deck_that_is_gone_is_missed_by_rows_that_are_kept(tmp_path: Path) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new.apkg"
    parts = FIRST_PARTS | {b"d": (simple(11, deck="Course::A"),)}
    with_parts(tmp_path, new, parts, kept)
    course = replace(sample(tmp_path), decks=(Deck("Course"),))
    with pytest.raises(
        ValueError, match=r"^the note 'guid-11' is in the deck 'Course::A', which the collection lacks$"
    ):
        write(course, new, parts=parts.items(), kept=kept)


# What shows when it is read back


def sql(statement: str) -> Callable[[Path], bytes]:
    return lambda package: changed(package, statement)


FIRST = note(1, "basic", {}).note_id
DAMAGE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "a field": (
        sql("UPDATE notes SET flds = replace(flds, 'Größe', 'Grösse')"),
        f"differs in its notes: ({FIRST}, 'guid-1', {BASIC.id}, "),
    "a tag": (sql("UPDATE notes SET tags = ' a::b ' WHERE tags != ''"), "differs in its notes: "),
    "a guid": (sql("UPDATE notes SET guid = 'other' WHERE guid = 'guid-3'"), "differs in its notes: "),
    "a time": (sql("UPDATE notes SET mod = mod + 1 WHERE guid = 'guid-4'"), "differs in its notes: "),
    "a note's type": (sql(f"UPDATE notes SET mid = {BASIC.id}"), "differs in its notes: "),
    "a checksum": (sql("UPDATE notes SET csum = 1 WHERE guid = 'guid-2'"), f"differs in its notes: ({FIRST - 1000}, "),
    "a note missing": (sql("DELETE FROM notes WHERE guid = 'guid-1'"), "differs in its notes: "),
    "a note more": (
        sql("INSERT INTO notes SELECT id + 9999999, 'more', mid, mod, usn, tags, flds, sfld, csum, flags, data FROM notes"
            " WHERE guid = 'guid-1'"),
        f"differs in its notes: None became ({FIRST + 9999999}, 'more', "),
    "a card missing": (sql("DELETE FROM cards WHERE ord = 2"), "differs in its cards: "),
    "the last card missing": (sql(f"DELETE FROM cards WHERE nid = {FIRST}"), f"differs in its cards: ({FIRST + 1}, "),
    "a card more": (
        sql("INSERT INTO cards SELECT id + 9, nid, did, ord + 9, mod, usn, type, queue, due, ivl, factor, reps, lapses, left,"
            " odue, odid, flags, data FROM cards WHERE due = 1"), "differs in its cards: None became "),
    "a card of no note": (
        sql("INSERT INTO cards SELECT id + 9, 12, did, ord, mod, usn, type, queue, due, ivl, factor, reps, lapses, left,"
            " odue, odid, flags, data FROM cards WHERE due = 1"), "differs in its cards: "),
    "a card's number": (sql("UPDATE cards SET ord = 1 WHERE ord = 2"), "differs in its cards: "),
    "a card's deck": (sql("UPDATE cards SET did = 1 WHERE due = 1"), "differs in its cards: "),
    "a card's home": (sql("UPDATE cards SET odid = did WHERE due = 1"), "differs in its cards: ("),
    "a card's place": (sql("UPDATE cards SET due = 7 WHERE due = 1"), "differs in its cards: "),
    "a card that was learned": (sql("UPDATE cards SET queue = 2, type = 2"), "differs in its cards: ("),
    "a deck's name": (
        sql("UPDATE col SET decks = replace(decks, 'Course::A', 'Course::Z')"), "differs in its decks: "),
    "a deck's description": (sql("UPDATE col SET decks = replace(decks, 'own', 'new')"), "differs in its decks: "),
    "a deck missing": (
        sql("UPDATE col SET decks = (SELECT json_group_object(key, json(value)) FROM json_each(decks)"
            " WHERE json_extract(value, '$.name') != 'Course::A')"), "differs in its decks: "),
    "a note type's template": (
        sql("UPDATE col SET models = replace(models, '<hr>', '<br>')"), "differs in its note types: "),
    "a note type's time": (
        sql("UPDATE col SET models = replace(models, '\"mod\": 176', '\"mod\": 177')"), "differs in its note types: "),
    "a note type missing": (
        sql(f"UPDATE col SET models = json_remove(models, '$.\"{BASIC.id}\"')"), "differs in its note types: "),
    "the times of the collection": (sql("UPDATE col SET scm = 5"), "differs in its times: "),
    "two collections": (
        sql("INSERT INTO col SELECT 2, crt, mod, scm, ver, dty, usn, ls, conf, models, decks, dconf, tags FROM col"),
        "cannot be read back: its table col has 2 rows instead of one"),
    "no cards at all": (sql("DROP TABLE cards"), "cannot be read back: its table cards is missing"),
    "a byte of a file": (flipped, "cannot be read back: its member 0 cannot be unpacked: Bad CRC-32 for file '0'"),
    "a whole file": (lambda p: rezipped(p, {"1": b"<svg/>"}), "differs in its media: ('vector-0f.svg', '"),
    "a name": (
        lambda p: rezipped(p, {"media": b'{"0": "picture-1b.png", "1": "vector-0f.svg"}'}), "differs in its media: "),
    "a name missing": (lambda p: rezipped(p, {"media": b'{"0": "picture-1a.png"}'}), "differs in its media: "),
    "a file missing": (lambda p: rezipped(p, {"1": None}), "differs in its members: 4 became 3"),
    "a file more": (lambda p: rezipped(p, {"2": b""}), "differs in its members: 4 became 5"),
    "a newer collection": (
        lambda p: rezipped(p, {"collection.anki21": b""}), "differs in its container: 'collection.anki2' became "),
    "no collection": (lambda p: rezipped(p, {"collection.anki2": None}), "cannot be read back: it has no collection"),
    "no database": (lambda p: rezipped(p, {"collection.anki2": b"text"}), "cannot be read back: it is no database"),
    "half a database": (
        lambda p: rezipped(p, {"collection.anki2": ZipFile(p).read("collection.anki2")[:20_000]}),
        "cannot be read back: "),
    "half a zip": (lambda p: p.read_bytes()[:-30], "cannot be read back: File is not a zip file"),
}  # fmt: skip


@pytest.mark.ci
@pytest.mark.parametrize("what", DAMAGE)
@pytest.mark.parametrize("lends", [False, True])
def test_damage_shows_when_the_package_is_read_back(
    what: str, lends: bool, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage, message = DAMAGE[what]

    def damaged(made: Path, *expected: object) -> None:
        made.write_bytes(damage(made))
        check(made, *expected)

    monkeypatch.setattr("deckwright.package.writer.check", damaged)
    course = sample(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(WriteError) as caught:
        write(course, package, package if lends else None)
    assert str(caught.value).startswith(f"the package that was written {message}")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_collection_that_is_as_it_was_written_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deckwright.package.archive.Archive.unpack", lambda *_: pytest.fail("it was unpacked"))
    write(sample(tmp_path), tmp_path / "new.apkg")


@pytest.mark.parametrize("place", [0, 14, 18, 30 + len("collection.anki2") + 99])
def test_a_flipped_bit_of_the_collection_shows(place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its header, too: its signature, its checksum, its size; and in its contents."""
    seen = []

    def damaged(made: Path, written: Deflated, *expected: object) -> None:
        with ZipFile(made) as zipped:
            at = zipped.getinfo("collection.anki2").header_offset + place
        held = bytearray(made.read_bytes())
        held[at] ^= 1
        made.write_bytes(held)
        with archive.opened(made) as members:
            seen.append(members.holds("collection.anki2", written))

    monkeypatch.setattr("deckwright.package.writer.check", damaged)
    write(sample(tmp_path), tmp_path / "new.apkg")
    assert seen == [False]


def test_what_does_not_come_out_as_it_went_in_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Faulty:
        def compress(self, data: bytes) -> bytes:
            return zlib.compress(data[:-1] + b"?", wbits=-15)

        def flush(self, mode: int) -> bytes:
            return b""

    monkeypatch.setattr("zlib.compressobj", lambda *_: Faulty())
    with pytest.raises(WriteError, match=r"its collection does not come out again$"):
        write(sample(tmp_path), tmp_path / "new.apkg")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".apkg"] == []


FULL = """
import resource, signal, sys
from pathlib import Path
from test_package import sample, write
folder, limit = Path(sys.argv[1]), int(sys.argv[2])
course = sample(folder)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    write(course, folder / "course.apkg", folder / "course.apkg")
except OSError as error:
    print("OSError")
"""


def test_a_database_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"^unable to open database file$"):
        Rows(tmp_path / "missing" / "rows")
    (tmp_path / "damaged").write_bytes(b"no database " * 100)
    with pytest.raises(OSError, match=r"^file is not a database$"):
        write(sample(tmp_path), tmp_path / "new.apkg", kept=tmp_path / "damaged")
    assert not (tmp_path / "new.apkg").exists()


@pytest.mark.ci
@pytest.mark.skipif(os.name != "posix", reason="about limits of POSIX")
@pytest.mark.parametrize("limit", [0, 1_000, 10_000, 30_000, 60_000])
def test_a_full_disk_is_an_error_and_changes_nothing(limit: int, package: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "OSError\n"
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
