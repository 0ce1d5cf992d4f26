"""What can be adopted: packages of the real Anki in all its formats, CrowdAnki's folders, tables, and what is wrong in them."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckwright.adopt import source, stock
from deckwright.adopt.filenames import file_names, with_new_names
from deckwright.adopt.found import kept
from deckwright.adopt.source import LeftOut, Unadoptable
from deckwright.package import PackageError, PackedCard, read

PNG = b"\x89PNG\r\n\x1a\n not really a picture"


def add(collection: Any, note_type: str, fields: list[str], deck: str = "Course", tags: tuple[str, ...] = ()) -> Any:
    note = collection.new_note(collection.models.by_name(note_type))
    note.fields = fields
    note.tags = list(tags)
    collection.add_note(note, collection.decks.id(deck))
    return note


def filled(collection: Any) -> dict[str, tuple[object, ...]]:
    """Fill a collection; all that there is to say of its notes, by guid."""
    name = collection.media.write_data("bild 1.png", PNG)
    add(collection, "Basic", [f'Größe? <img src="{name}">', "b"], tags=("x::y", "z"))
    add(collection, "Cloze", ["{{c1::a}} {{c3::b}}", ""], "Course::Part")
    learned = add(collection, "Basic", ["late", "b"])
    collection.decks.set_current(collection.decks.id("Course"))
    filtered = collection.sched.get_or_create_filtered_deck(0)
    filtered.name = "Filtered"
    filtered.config.search_terms[0].search = "front:late"
    collection.sched.add_or_update_filtered_deck(filtered)
    card = learned.cards()[0]
    card.load()
    assert card.odid
    return {
        note.guid: (
            note.id,
            note.mod,
            note.mid,
            dict(note.items()),
            tuple(note.tags),
            [(card.ord, collection.decks.name(card.odid or card.did)) for card in note.cards()],
        )
        for note in map(collection.get_note, collection.find_notes(""))
    }


def told(path: Path) -> dict[str, tuple[object, ...]]:
    with source.opened(path) as opened:
        assert opened.media == ("bild 1.png",)
        assert opened.read_media("bild 1.png") == PNG
        assert opened.left_out == ()
        assert [deck.name for deck in opened.decks] == ["Course", "Course::Part"]
        assert opened.name == "Course"
        assert set(opened.note_types) == {note.note_type_id for note in opened.notes}
        assert [next(iter(note.fields.values()))[:4] for note in opened.notes] == ["Größ", "{{c1", "late"]
        return {
            note.guid: (
                note.note_id, note.mod, note.note_type_id, note.fields, note.tags, [(c.ord, c.deck) for c in note.cards]
            )
            for note in opened.notes
        }  # fmt: skip


@pytest.mark.anki
@pytest.mark.parametrize("legacy", [False, True])
def test_packages_and_whole_collections(collection: Any, tmp_path: Path, legacy: bool) -> None:
    from anki.collection import ExportAnkiPackageOptions

    expected = filled(collection)
    options = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy)
    collection.export_anki_package(out_path=str(tmp_path / "all.apkg"), options=options, limit=None)
    assert told(tmp_path / "all.apkg") == expected
    collection.export_collection_package(str(tmp_path / "all.colpkg"), include_media=True, legacy=legacy)
    assert told(tmp_path / "all.colpkg") == expected
    with pytest.raises(PackageError, match="is the backup of a whole collection"):
        read(tmp_path / "all.colpkg")
    collection.reopen()


def package(tmp_path: Path, collection: Any, script: str, media: dict[str, bytes] | None = None) -> Path:
    """A package in the older format, in which somebody did what a script of SQL says."""
    from anki.collection import ExportAnkiPackageOptions

    path, made, changed = tmp_path / "made.apkg", tmp_path / "made.db", tmp_path / "changed.apkg"
    options = ExportAnkiPackageOptions(legacy=True)
    collection.export_anki_package(out_path=str(path), options=options, limit=None)
    with ZipFile(path) as zipped:
        made.write_bytes(zipped.read("collection.anki21"))
    with closing(sqlite3.connect(made)) as opened:
        opened.executescript(script)
    with ZipFile(changed, "w") as zipped:
        zipped.write(made, "collection.anki21")
        names = media or {}
        zipped.writestr("media", json.dumps({str(n): name for n, name in enumerate([*names, "missing.png"])}))
        for n, data in enumerate(names.values()):
            zipped.writestr(str(n), data)
    return changed


@pytest.mark.anki
def test_what_is_wrong_with_a_note_costs_that_note(collection: Any, tmp_path: Path) -> None:
    notes = [add(collection, "Basic", [f"<b>note {n}</b>", "b"]) for n in range(12)]
    ids = [note.id for note in notes]
    path = package(
        tmp_path,
        collection,
        f"""
        UPDATE notes SET guid = '' WHERE id = {ids[0]};
        UPDATE notes SET guid = '{"x" * 201}' WHERE id = {ids[1]};
        UPDATE notes SET guid = 'same' WHERE id IN ({ids[2]}, {ids[3]});
        DELETE FROM cards WHERE nid = {ids[4]};
        UPDATE notes SET mid = 99 WHERE id = {ids[5]};
        UPDATE notes SET flds = flds || char(31) || 'more' WHERE id = {ids[6]};
        UPDATE cards SET did = 98 WHERE nid = {ids[7]};
        UPDATE cards SET ord = 70000 WHERE nid = {ids[8]};
        UPDATE notes SET id = -5 WHERE id = {ids[9]};
        UPDATE notes SET flds = 'a' || char(11) || 'e' || char(769) || char(31) || 'b', mod = 0 WHERE id = {ids[10]};
        """,
    )
    with source.opened(path) as opened:
        assert sorted(opened.left_out, key=lambda left: left.what) == [
            LeftOut("", "note 0", "has no guid"),
            LeftOut("x" * 201, "note 1", "has a guid of 201 characters"),
            LeftOut("same", "note 3", "has the guid of another note"),
            LeftOut(notes[4].guid, "note 4", "has no card"),
            LeftOut(notes[5].guid, "note 5", "has a note type that is missing"),
            LeftOut(notes[6].guid, "note 6", "has 3 fields, and its note type 2"),
            LeftOut(notes[7].guid, "note 7", "has a card in the deck 98, which is missing"),
            LeftOut(notes[8].guid, "note 8", "has a card with the number 70000"),
            LeftOut(notes[9].guid, "note 9", "has the note id -5, which no note can have"),
        ]
        assert [(note.guid, note.fields["Front"], note.mod > 1) for note in opened.notes] == [
            ("same", "<b>note 2</b>", True),
            (notes[10].guid, "a\xe9", False),
            (notes[11].guid, "<b>note 11</b>", True),
        ]


@pytest.mark.anki
def test_files_get_names_that_can_be(collection: Any, tmp_path: Path) -> None:
    shows = '<img src="e\u0301.png"><img src="A.png"><img src="a.png">[sound:con.mp3]<img src="x%2Fy.png">'
    note = add(collection, "Basic", [shows, "b"])
    files = {"é.png": b"1", "A.png": b"2", "a.png": b"3", "con.mp3": b"4", "x/y.png": b"5", "../z": b"6"}
    path = package(tmp_path, collection, "", {name.replace("é", "e\u0301"): data for name, data in files.items()})
    with source.opened(path) as opened:
        assert dict(opened.renamed) == {
            "e\u0301.png": "é.png", "a.png": "a-2.png", "con.mp3": "con_.mp3", "x/y.png": "xy.png", "../z": "z",
        }  # fmt: skip
        assert {name: opened.read_media(name) for name in opened.media} == {
            "é.png": b"1", "A.png": b"2", "a-2.png": b"3", "con_.mp3": b"4", "xy.png": b"5", "z": b"6",
        }  # fmt: skip
        assert opened.notes[0].fields["Front"] == (
            '<img src="é.png"><img src="A.png"><img src="a-2.png">[sound:con_.mp3]<img src="xy.png">'
        )
        assert opened.notes[0].guid == note.guid


@given(st.lists(st.text("aAe\u0301é./\\:\x00 \xa0_COMN1", max_size=130), unique=True, max_size=8))
def test_any_names_of_files_become_names_that_can_be(names: list[str]) -> None:
    made = file_names(names)
    assert set(made) == set(names)
    assert len({new.lower() for new in made.values()}) == len(names)
    assert file_names(made.values()) == {new: new for new in made.values()}
    for new in made.values():
        assert new[0] != "."
        assert not {*new} & {*'[]<>:"/?*^\\|\x00\xa0'}
        assert len(new.encode()) <= 124
    field = "".join(f'<img src="{new}">' for new in made.values())
    assert with_new_names(field, {}) == field == kept(field)


@pytest.mark.anki
@pytest.mark.parametrize(
    "script",
    [
        "UPDATE notes SET guid = x'00'",
        "UPDATE cards SET ord = 'x'",
        "UPDATE notes SET flds = CAST(x'ff' AS TEXT)",
        "ALTER TABLE col RENAME TO c; CREATE VIEW col AS SELECT * FROM c",
        "UPDATE col SET models = replace(models, '\"Back\"', '\"Front\"')",
        "UPDATE col SET decks = '[]'",
        "DELETE FROM col",
        "DROP TABLE cards",
    ],
)
def test_what_is_hostile_is_told_as_everywhere(collection: Any, tmp_path: Path, script: str) -> None:
    add(collection, "Basic", ["a", "b"])
    path = package(tmp_path, collection, script)
    with pytest.raises(PackageError) as expected:
        read(path)
    with pytest.raises(Unadoptable) as found, source.opened(path):
        pass
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.apkg", b"no package", "a.apkg is not a package, or is damaged: File is not a zip file"),
        ("a.docx", b"", "a.docx is nothing that can be adopted"),
        ("a.csv", b"", "a.csv has no rows"),
        ("a.csv", b"\xff\xfe", "a.csv is not UTF-8: byte 0"),
        (
            "a.csv",
            b"#columns:%s\na" % (b"x" * 131_073),
            "its line #columns cannot be read: field larger than field limit (131072)",
        ),
        ("a.json", b"{}", "a.json is not what CrowdAnki exports: Object missing required field `name`"),
        ("a.json", b'{"name": "x"}', "a.json is not what CrowdAnki exports: it is no deck"),
        ("b.apkg", None, "b.apkg cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_source_is_told(tmp_path: Path, name: str, data: bytes | None, message: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(Unadoptable) as found, source.opened(tmp_path / name):
        pass
    assert str(found.value) == message


# CrowdAnki

NOTE_TYPE = {
    "__type__": "NoteModel",
    "crowdanki_uuid": "u-1",
    "css": ".card {}",
    "flds": [{"name": "Front"}, {"name": "Back"}],
    "name": "Basic (of a course)",
    "sortf": 0,
    "tmpls": [
        {"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{Back}}"},
        {"name": "Card 2", "qfmt": "{{#Back}}{{Back}}{{/Back}}", "afmt": "{{Front}}"},
    ],
    "type": 0,
}


def crowdanki(folder: Path, *notes: object, **more: object) -> Path:
    (folder / "Course" / "media").mkdir(parents=True)
    child = {"__type__": "Deck", "name": "Part", "notes": list(notes), "media_files": ["a.png", "../../secret.png"]}
    deck = {
        "__type__": "Deck",
        "name": "Course",
        "desc": "All",
        "children": [child],
        "note_models": [NOTE_TYPE],
        **more,
    }
    (folder / "Course" / "deck.json").write_text(json.dumps(deck), encoding="utf-8")
    (folder / "Course" / "media" / "a.png").write_bytes(PNG)
    (folder / "secret.png").write_bytes(PNG)
    return folder / "Course"


def crowdanki_note(guid: str, *fields: str, uuid: str = "u-1") -> dict[str, object]:
    return {"__type__": "Note", "guid": guid, "fields": list(fields), "note_model_uuid": uuid, "tags": ["x", ""]}


def test_a_folder_of_crowdanki(tmp_path: Path) -> None:
    first = crowdanki_note("g1", 'a <img src="a.png">', "b")
    folder = crowdanki(
        tmp_path, first, crowdanki_note("g2", "c", ""), crowdanki_note("g1", "d", "e"), crowdanki_note("g3", "f"),
        crowdanki_note("g4", "h", "i", uuid="u-2"), crowdanki_note("g5", "", ""), {"guid": 5},
        notes=[first],
    )  # fmt: skip
    with source.opened(folder) as opened:
        made = opened.note_types[opened.notes[0].note_type_id]
        assert (opened.name, [(deck.name, deck.description) for deck in opened.decks]) == (
            "Course",
            [("Course", "All"), ("Course::Part", "")],
        )
        assert (made.name, made.css, made.mod, len(made.templates)) == ("Basic (of a course)", ".card {}", 1, 2)
        assert [(note.guid, note.fields, note.tags, note.cards, note.mod) for note in opened.notes] == [
            ("g1", {"Front": 'a <img src="a.png">', "Back": "b"}, ("x",), (PackedCard(0, "Course"), PackedCard(1, "Course")), 1),
            ("g2", {"Front": "c", "Back": ""}, ("x",), (PackedCard(0, "Course::Part"),), 1),
        ]  # fmt: skip
        assert [(left.guid, left.what, left.reason) for left in opened.left_out] == [
            ("g1", "d", "has the guid of another note"),
            ("g3", "f", "has 1 fields, and its note type 2"),
            ("g4", "h", "has a note type that is missing, or cannot be read"),
            ("g5", "", "makes no card"),
            ("", '{"guid": 5}', "makes no sense: Expected `str`, got `int` - at `$.guid`"),
        ]
        assert (opened.media, opened.read_media("a.png")) == (("a.png",), PNG)
        ids = [(note.guid, note.note_id, note.note_type_id) for note in opened.notes]
    (folder / "deck.json").rename(folder / "Course.json")
    with source.opened(folder) as again:
        assert [(note.guid, note.note_id, note.note_type_id) for note in again.notes] == ids


# Tables


@pytest.mark.anki
def test_a_table_that_anki_exports(collection: Any, tmp_path: Path) -> None:
    add(collection, "Basic", ['a "q" <b>x</b>', "line<br>two\nthree"], "D::E", ("t::u", "v"))
    add(collection, "Cloze", ["{{c1::x::h}} y", "#extra"], "F")
    add(collection, "Basic", ["#hash", "  sp "], "D::E")
    add(collection, "Basic (and reversed card)", ["f", "b"])
    add(collection, "Basic (optional reversed card)", ["f", "b", ""])
    add(collection, "Basic (optional reversed card)", ["f2", "b", "y"])
    add(collection, "Basic (type in the answer)", ["f", "b"])
    collection.add_image_occlusion_notetype()
    shape = "{{c2::image-occlusion:rect:left=.1:top=.1:width=.2:height=.2:oi=1}}"
    add(collection, "Image Occlusion", [shape, '<img src="x.png">', "h", "e", ""])
    path = tmp_path / "notes.txt"
    collection.export_note_csv(
        out_path=str(path),
        limit=None,
        with_html=True,
        with_tags=True,
        with_deck=True,
        with_notetype=True,
        with_guid=True,
    )
    with source.opened(path) as opened:
        assert opened.left_out == ()
        assert {
            note.guid: (
                opened.note_types[note.note_type_id].name, list(note.fields.items()), [*note.tags], [*note.cards]
            )
            for note in opened.notes
        } == {
            note.guid: (
                note.note_type()["name"], note.items(), note.tags,
                [PackedCard(card.ord, collection.decks.name(card.did)) for card in note.cards()],
            )
            for note in map(collection.get_note, collection.find_notes(""))
        }  # fmt: skip


@pytest.mark.anki
@pytest.mark.parametrize(
    "text",
    [
        "a0,b\n",
        "a1;b,c\n",
        "a2\tb,c\n",
        "a3|b\n",
        "a4:b\n",
        "a5 b\n",
        "a6;b<br>\n",
        "#separator:Comma\n#html:true\na7;b,c\n",
        "#separator:;\n#columns:Back;Front\nx;a8\n",
        "tags:foo bar\na9,b\n",
        "#deck:X::Y\n#notetype:Cloze\n#tags:q w\n{{c1::b0}}\tb\n",
        '#html:false\n"b1<b>\n2",c\n# comment\nb1d,"#e"\n',
        "#tags column:1\nt1 t2,b2,b\n",
        "#html:true,,\n#separator:semicolon,,\nb3;y\n",
        "\ufeff#separator:pipe\nb4|y\n",
        "#notetype:Basic\nb5\tb\tt1 t2\n",
        "#if matches:keep both\nb6\n",
        '"b7 ""q"" ",b\r\n\r\nb8,"c\r\nd"\r\n',
    ],
)
def test_tables_are_read_as_anki_imports_them(collection: Any, tmp_path: Path, text: str) -> None:
    from anki import import_export_pb2

    path = tmp_path / "notes.csv"
    path.write_bytes(text.encode())
    metadata = collection.get_csv_metadata(str(path), None)
    request = import_export_pb2.ImportCsvRequest(path=str(path), metadata=metadata)
    log = collection.import_csv(request).log
    imported = [collection.get_note(note.id.nid) for note in log.new]
    with source.opened(path) as opened:
        assert [([*note.fields.values()], sorted(note.tags)) for note in opened.notes] == [
            (note.fields if any(note.fields[1:]) else note.fields[: len(opened.notes[0].fields)], sorted(note.tags))
            for note in imported
        ]
        decks = {card.deck for note in opened.notes for card in note.cards}
        assert decks == ({"X::Y"} if "#deck" in text else {"notes"})


@pytest.mark.anki
def test_note_types_that_every_collection_has_are_those_of_anki(collection: Any) -> None:
    """The templates of image occlusion alone are other ones."""
    collection.add_image_occlusion_notetype()
    held = {note_type["name"]: note_type for note_type in collection.models.all()}
    assert {*held} == stock.NAMES
    for name, theirs in held.items():
        made = stock.note_type(name, stock.fields(name), theirs["type"] == 1)
        assert (made.family, made.stock_kind) == {
            "Cloze": ("cloze", 0),
            "Image Occlusion": ("occlusion", 6),
        }.get(name, ("basic", 0))
        assert [each.name for each in made.fields] == [each["name"] for each in theirs["flds"]]
        if name == "Image Occlusion":
            assert [each.tag for each in made.fields] == [each["tag"] for each in theirs["flds"]]
            assert [each.name for each in made.templates] == [each["name"] for each in theirs["tmpls"]]
        else:
            assert [(each.name, each.front, each.back) for each in made.templates] == [
                (each["name"], each["qfmt"], each["afmt"]) for each in theirs["tmpls"]
            ]


def test_rows_of_a_table_without_note_types_have_clozes_or_not(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("#separator:comma\n#tags column:3\na,b,x\n{{c1::c}} d,e,\nf,g,{{c1::y}}\n", encoding="utf-8")
    with source.opened(path) as opened:
        assert [(opened.note_types[note.note_type_id].name, note.fields, len(note.cards)) for note in opened.notes] == [
            ("Basic", {"Front": "a", "Back": "b"}, 1),
            ("Cloze", {"Text": "{{c1::c}} d", "Back Extra": "e"}, 1),
            ("Basic", {"Front": "f", "Back": "g"}, 1),
        ]
        assert opened.left_out == ()
        assert opened.remarks == (NEW,)


NEW = (
    "A table has no note types, no media and no reviews: import this deck as a new one. "
    "To keep reviews, export a package (.apkg) in Anki, and adopt that."
)


def test_what_a_table_lacks_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    rows = "Vocabulary,a,b\nBasic,c,d\nCloze,e,f\nWords,{{c1::g}},h\n"
    path.write_text(f"#separator:comma\n#notetype column:1\n{rows}", encoding="utf-8")
    with source.opened(path) as opened:
        assert [note_type.family for note_type in opened.note_types.values()].count("cloze") == 1
        assert [(left.what, left.reason) for left in opened.left_out] == [
            ("e", "has no cloze deletion, so it makes no card, in line 5")
        ]
        assert opened.remarks == (
            NEW,
            "The fields, cards and styling of “Vocabulary”, “Words” are not in the table, and were made up.",
        )


def test_columns_without_a_label_come_after_those_with_one(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("#separator:comma\n#columns:Back,Front\na,b,c\n", encoding="utf-8")
    with source.opened(path) as opened:
        assert [note.fields for note in opened.notes] == [{"Front": "b", "Back": "a", "Column 3": "c"}]


def test_wrong_rows_of_a_table_cost_themselves(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text(f'#html:true\na,b\n,c\n"{"x" * 200_000}",d\n# no row\ne,f\n', encoding="utf-8")
    with source.opened(path) as opened:
        assert [(left.what, left.reason) for left in opened.left_out] == [
            ('"' + "x" * 59, "has a cell of more than 131,072 characters, in line 4"),
            ("", "has an empty first field, in line 3"),
        ]
        assert [[*note.fields.values()] for note in opened.notes] == [["a", "b"], ["e", "f"]]
        guids = [note.guid for note in opened.notes]
    with source.opened(path) as again:
        assert [note.guid for note in again.notes] == guids
        assert len(set(guids)) == 2
    path.write_text(f"a;{'x' * 200_000}\n", encoding="utf-8")
    with pytest.raises(source.Unadoptable) as raised, source.opened(path):
        pass
    told = "notes.csv has no rows: the first one has a cell of more than 131,072 characters, in line 1"
    assert str(raised.value) == told


@pytest.mark.ci
@pytest.mark.anki
def test_many_notes_take_seconds(collection: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("".join(f"question {n}\tanswer <b>{n}</b>\n" for n in range(20_000)), encoding="utf-8")
    start = time.process_time()
    with source.opened(path) as opened:
        assert len(opened.notes) == 20_000
    assert time.process_time() - start < 20
