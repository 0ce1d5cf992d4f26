"""Packages: written, imported into the real Anki, read back; the same bytes everywhere, and nothing half done."""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from itertools import product
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import msgspec
import pytest
from conftest import import_package, many
from msgspec.structs import replace

from deckwright import clozes
from deckwright.diff import compare, to_json, to_text
from deckwright.diff.field_text import first_file, plain, title
from deckwright.model import Collection, Deck, Family, Field, Media, Note, NoteType, Settings, Span, Template
from deckwright.notetypes import STOCK
from deckwright.package import PackageError, PackedCard, WriteError, archive, cards, contents, read, write
from deckwright.package.database import Database

RELEASED = 1_760_000_000
PNG = b"\x89PNG\r\n\x1a\n not really a picture"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def note_type(family: Family, *fronts: str) -> NoteType:
    fields = tuple(
        Field(
            name,
            1000 + index,
            description=f"about {name}",
            collapsed=name.startswith("Reserved"),
            plain_text=name == "ID",
            prevent_deletion=index < 4 and family == "occlusion",
            tag=index if index < 5 and family == "occlusion" else None,
        )
        for index, name in enumerate(field.name for field in STOCK[family].fields)
    )
    templates = tuple(Template(f"Card {n}", 2000 + n, front, "{{FrontSide}}<hr>") for n, front in enumerate(fronts))
    kind = {"basic": 1, "cloze": 2, "occlusion": 3}[family]
    stock_kind = 6 if family == "occlusion" else 0
    css = ".card { color: black }"
    return NoteType(
        1_600_000_000_000 + kind, f"Course {family}", family, fields, templates, css, 0, stock_kind, RELEASED
    )


BASIC = note_type("basic", "{{Front}}{{#Typed}}{{type:Typed}}{{/Typed}}", "{{#Reversed}}{{Back}}{{/Reversed}}")
CLOZE = note_type("cloze", "{{cloze:Text}}")
OCCLUSION = note_type("occlusion", "{{cloze:Occlusion}}{{Image}}")


TYPES = {"basic": BASIC, "cloze": CLOZE, "occlusion": OCCLUSION}


def note(number: int, key: str, fields: dict[str, str], deck: str = "Course", tags: tuple[str, ...] = ()) -> Note:
    return Note(
        guid=f"guid-{number}", note_id=1_700_000_000_000 - number * 1000, mod=RELEASED - number, id=f"id-{number}",
        note_type=key, fields=fields, tags=tags, deck=deck, span=Span("cards/a.md", number),
    )  # fmt: skip


def values(held: Note) -> tuple[str, ...]:
    """The fields of a note in the order of its note type."""
    return TYPES[held.note_type].values(held.fields)


def sample(folder: Path, notes: tuple[Note, ...] | None = None) -> Collection:
    """A course with every note type, nested decks, tags and two media, one of them a file in `folder`."""
    (folder / "picture.png").write_bytes(PNG)
    made = (
        note(1, "basic", {"Front": "Größe? <b>x&amp;y</b>", "Back": "ß🙂"}, "Course::B::Deep", ("a::b", "c")),
        note(2, "basic", {"Front": "f", "Back": "b", "Reversed": "1", "Typed": "b"}),
        note(3, "cloze", {"Text": "{{c1::a {{c3::b}}}}", "Header": '<img src="vector-0f.svg">'}, "Course::A"),
        note(4, "occlusion", {
            "Occlusion": "{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.2:oi=1}}<br>"
                         "{{c0::image-occlusion:rect:left=.5:top=.1:width=.2:height=.2:oi=1}}<br>",
            "Image": '<img src="picture-1a.png">',
        }),
    )  # fmt: skip
    return Collection(
        Settings("course-abcdefgh", "Course", "course"),
        made if notes is None else notes,
        TYPES,
        (Deck("Course", "All <b>of it</b>"), Deck("Course::A"), Deck("Course::B", "B’s own"), Deck("Course::B::Deep")),
        (
            Media(folder / "picture.png", "picture-1a.png", hashlib.sha256(PNG).hexdigest()),
            Media(folder / "vector.svg", "vector-0f.svg", hashlib.sha256(SVG).hexdigest(), SVG),
        ),
    )


def of_fronts(*fronts: str) -> NoteType:
    """A basic note type of which every note has one card more, so that it can be written."""
    return note_type("basic", *fronts, "{{ID}}")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "course.apkg"
    write(sample(tmp_path), path)
    return path


# What Anki makes of it


@pytest.mark.anki
def test_a_package_is_imported_whole(collection, package: Path) -> None:
    assert import_package(collection, package) == {"new": 4, "updated": 0, "duplicate": 0, "conflicting": 0}
    assert import_package(collection, package) == {"new": 0, "updated": 0, "duplicate": 4, "conflicting": 0}
    check = collection.media.check()
    assert (list(check.missing), list(check.unused)) == ([], [])
    assert sorted(path.name for path in Path(collection.media.dir()).iterdir()) == ["picture-1a.png", "vector-0f.svg"]
    assert (Path(collection.media.dir()) / "vector-0f.svg").read_bytes() == SVG
    assert collection.fix_integrity()[1]


@pytest.mark.anki
def test_fields_tags_and_times_arrive_unchanged(collection, package: Path, tmp_path: Path) -> None:
    import_package(collection, package)
    arrived = collection.db.all("SELECT id, guid, mod, mid, tags, flds FROM notes ORDER BY id DESC")
    assert arrived == [
        [
            n.note_id,
            n.guid,
            n.mod,
            TYPES[n.note_type].id,
            f" {' '.join(n.tags)} " if n.tags else "",
            "\x1f".join(values(n)),
        ]
        for n in sample(tmp_path).notes
    ]


@pytest.mark.anki
def test_note_types_arrive_with_their_ids_and_properties(collection, package: Path) -> None:
    import_package(collection, package)
    for expected in (BASIC, CLOZE, OCCLUSION):
        made = collection.models.get(expected.id)
        fields = [
            Field(
                f["name"], f["id"], f["description"], f["collapsed"], f["plainText"], f["preventDeletion"], f.get("tag")
            )
            for f in made["flds"]
        ]
        templates = [Template(t["name"], t["id"], t["qfmt"], t["afmt"]) for t in made["tmpls"]]
        assert (made["name"], made["type"], made.get("originalStockKind", 0), made["css"], made["sortf"], made["mod"]) == (
            expected.name, int(expected.family != "basic"), expected.stock_kind, expected.css, 0, RELEASED,
        )  # fmt: skip
        assert (fields, templates) == ([*expected.fields], [*expected.templates])
    occlusion = collection.get_image_occlusion_note(note_id=sample_note_id(4)).note
    assert (occlusion.image_file_name, occlusion.occlude_inactive, len(occlusion.occlusions)) == (
        "picture-1a.png",
        True,
        2,
    )


def sample_note_id(number: int) -> int:
    return note(number, "basic", {}).note_id


@pytest.mark.anki
def test_new_cards_come_in_the_order_of_the_notes(collection, package: Path) -> None:
    import_package(collection, package)
    arrived = collection.db.all(
        "SELECT notes.guid, cards.ord, decks.name, cards.id - notes.id FROM cards JOIN notes ON notes.id = nid"
        " JOIN decks ON decks.id = did ORDER BY due, ord"
    )
    assert [[guid, ord_, deck.replace("\x1f", "::"), step] for guid, ord_, deck, step in arrived] == [
        ["guid-1", 0, "Course::B::Deep", 1],
        ["guid-2", 0, "Course", 1],
        ["guid-2", 1, "Course", 2],
        ["guid-3", 0, "Course::A", 1],
        ["guid-3", 2, "Course::A", 3],
        ["guid-4", 0, "Course", 1],
    ]


@pytest.mark.anki
def test_every_deck_in_between_arrives_with_its_description(collection, package: Path) -> None:
    import_package(collection, package)
    decks = {deck["name"]: deck["desc"] for deck in collection.decks.all() if deck["id"] != 1}
    assert decks == {"Course": "All <b>of it</b>", "Course::A": "", "Course::B": "B’s own", "Course::B::Deep": ""}


# Cards, as Anki generates them

CLOZES = (
    "{{c1::a}}", "{{c2::a::hint}}", "{{c1::a}}{{c1::b}}{{c12::c}}", "{{c3::}}", "{{c4::::}}", "{{c0::a}}", "{{c00::a}}",
    "{{c007::a}}", "{{c499::a}}", "{{c500::a}}", "{{c501::a}}", "{{c65535::a}}", "{{c65536::a}}", "{{c99999999999::a}}",
    "{{c1::a {{c2::b}} c}}", "{{c1::{{c2::{{c3::deep}}}}}}", "{{c1::a {{c2::b}}", "{{c1::a }} {{c2::b", "}} {{c1::a}}",
    "{{c1,2::a}}", "{{c1,,3::a}}", "{{c,2::a}}", "{{c,::a}}", "{{c0,2::a}}", "{{c2,65536::a}}", "{{c-1::a}}", "{{c+1::a}}",
    "{{c1:a}}", "{{c1 ::a}}", "{{ c1::a}}", "{{C1::a}}", "{{c1::a}", "{c1::a}}", "{{{c1::a}}}", "{{c١::a}}", "{{c::a}}",
    "{{c1::line\nbreak}}", "{{c1::\\(x^{y^{2}}\\)}}", "{{c1::std::vector}}", "<b>{{c1::</b>a}}", "<!-- {{c5::a}} -->",
    "{{c1::{{c1::a}}}}", "{{c1::}}{{c2::}}}}{{c3::a}}", "{{c1::{{c0::a}}}}", "{{c2::image-occlusion:rect:left=.1}}",
    "{{c1::x" * 3 + "}}" * 2, "&#123;{c1::a}}", "{{c1::a&#125;}", "{{c\r6::a}\x02}",
    "".join(f"{{{{c{n}::" for n in range(1, 13)) + "}}" * 12, "".join(f"{{{{c{n}::" for n in range(1, 13)) + "}}" * 9,
)  # fmt: skip

FRONTS = (
    "{{Front}}", "{{text:Front}}", "{{hint:Front}}", "{{type:Front}}", "{{type:nc:Front}}", "{{furigana:kanji:Front}}",
    "{{cloze:Front}}", "{{ Front }}", "{{text: Front}}", "{{front}}", "{{{Front}}}", "{{{{Front}}", "{{Front", "{{Front}",
    "{{}}", "{{ }}", "{{F}}", "{{#}}", "{{Nothing}}", "static", "", "{{Tags}}", "{{Deck}}", "{{Card}}", "{{FrontSide}}",
    "{{#Front}}x{{/Front}}", "{{#Front}}{{Back}}{{/Front}}", "{{# Front }}{{Back}}{{/ Front }}", "{{^Front}}{{Back}}{{/Front}}",
    "{{^Front}}x{{/Front}}", "{{#Front}}{{^Extra}}{{Back}}{{/Extra}}{{/Front}}", "{{#Front}}{{#Front}}{{Back}}{{/Front}}{{/Front}}",
    "{{#Front}}{{#Back}}{{Extra}}{{/Front}}{{/Back}}", "{{Front}}{{#Back}}", "{{Front}}{{/Back}}", "{{#Back}}{{Front}}",
    "{{#Tags}}{{Front}}{{/Tags}}", "{{^Tags}}{{Front}}{{/Tags}}", "{{#Nothing}}{{Front}}{{/Nothing}}", "{{^Nothing}}{{Front}}{{/Nothing}}",
    "<!--{{Front}}-->", "<!--{{#Front}}-->{{Back}}", "<!--{{Front}}", "{{Front<!--}}-->", "{{<!--Front-->}}",
    "{{=<% %>=}}<%Front%>", "{{#text:Front}}{{Back}}{{/text:Front}}", "{{Front}}{{Back}}", "{{#Front}}{{/Front}}{{Back}}",
    "{{\nFront\n}}", "{{Reserved 1}}", "{{Front:}}", "{{:Front}}", "{{tts en_GB:Front}}", "{{#c1}}{{Front}}{{/c1}}",
    " {{=<% %>=}} {{Back}} <%#Front%>x<%Extra%><%/Front%>", "x{{=<% %>=}}<%Front%>", "{{Type}}", "{{Subdeck}}", "{{CardFlag}}",
    "{{CardID}}", "{{tags}}", "{{text:Deck}}", "{{#Deck}}{{Front}}{{/Deck}}", "{{^Deck}}{{Front}}{{/Deck}}", "{{#Deck}}x{{/Deck}}",
    "{{#CardFlag}}{{Front}}{{/CardFlag}}", "{{^Tags}}{{Deck}}{{/Tags}}",
)  # fmt: skip

FILLINGS = (
    {}, {"Front": "x"}, {"Back": "x"}, {"Front": "x", "Back": "x"}, {"Front": "x", "Back": "x", "Extra": "x"},
    {"Front": " \t\r\n\v\f"}, {"Front": "<br>"}, {"Front": "<BR/> <br />"}, {"Front": "<div></div>", "Back": "<div><br></div>"},
    {"Front": "<div class=a></div>"}, {"Front": "<p></p>"}, {"Front": "&nbsp;"}, {"Front": "\u00a0"}, {"Front": "\u3000"},
    {"Front": "\x1c"}, {"Front": "<br  >"}, {"Front": "< br>"}, {"Front": "<!-- -->", "Reserved 1": "x"}, {"Front": "0"},
    {"Front": "<d\u0130v>"}, {"Front": "</br>", "Extra": "</div/>"},
    {"Front": "<b\x01r>", "Back": "\x7f\x00\r"},
)  # fmt: skip


def generated(collection) -> dict[str, tuple[int, ...]]:
    """The cards that Anki makes of its notes when it has none, but for those that it calls empty."""
    collection.db.execute("DELETE FROM cards")
    collection.after_note_updates(collection.find_notes(""), mark_modified=False, generate_cards=True)
    empty = {card for found in collection.get_empty_cards().notes for card in found.card_ids}
    made = {guid: () for guid in collection.db.list("SELECT guid FROM notes")}
    for card, guid, ord_ in collection.db.execute(
        "SELECT cards.id, guid, ord FROM cards JOIN notes ON notes.id = nid ORDER BY ord"
    ):
        made[guid] += () if card in empty else (ord_,)
    return made


@pytest.mark.anki
def test_clozes_make_the_cards_that_anki_makes(collection, tmp_path: Path) -> None:
    texts = (*CLOZES, *(f"{one} {other}" for one, other in zip(CLOZES, CLOZES[7:], strict=False)))
    # The cloze in Extra is there so that every note has a card. It counts, though no template shows it.
    notes = tuple(note(n, "cloze", {"Text": text, "Extra": "{{c77::x}}"}) for n, text in enumerate(texts, start=1))
    write(sample(tmp_path, notes), tmp_path / "clozes.apkg")
    assert import_package(collection, tmp_path / "clozes.apkg")["new"] == len(notes)
    by_anki = generated(collection)
    assert {n.fields["Text"]: cards(CLOZE.values(n.fields), n.tags, CLOZE) for n in notes} == {
        n.fields["Text"]: by_anki[n.guid] for n in notes
    }


@pytest.mark.anki
def test_templates_make_the_cards_that_anki_makes(collection, tmp_path: Path) -> None:
    odd = of_fronts(*FRONTS)
    notes = tuple(
        note(n, "basic", {"ID": "x", **filling}, tags=tags)
        for n, (filling, tags) in enumerate(product(FILLINGS, ((), ("t",))), start=1)
    )
    write(replace(sample(tmp_path, notes), note_types={"basic": odd}), tmp_path / "odd.apkg")
    assert import_package(collection, tmp_path / "odd.apkg")["new"] == len(notes)
    by_anki = generated(collection)
    fronts = [template.front for template in odd.templates]
    assert [(n.fields, [fronts[ord_] for ord_ in cards(odd.values(n.fields), n.tags, odd)]) for n in notes] == [
        (n.fields, [fronts[ord_] for ord_ in by_anki[n.guid]]) for n in notes
    ]


@pytest.mark.anki
def test_anki_adds_no_card_to_an_imported_package(collection, package: Path) -> None:
    import_package(collection, package)
    before = collection.db.all("SELECT * FROM cards ORDER BY id")
    collection.after_note_updates(collection.find_notes(""), mark_modified=False, generate_cards=True)
    assert collection.db.all("SELECT * FROM cards ORDER BY id") == before
    assert list(collection.get_empty_cards().notes) == []


def test_a_note_may_have_no_cards() -> None:
    assert cards(BASIC.values({"Back": "b"}), (), BASIC) == ()
    assert cards(CLOZE.values({"Text": "{{c0::a}}"}), (), CLOZE) == ()


PIECES = ("{{c1::", "{{c2::", "{{c1,3::", "{{c,::", "{{c0::", "{{c99999::", "{{c", "{", "::", "}}", "}", "a", "é")


def test_the_clozes_of_a_field_have_the_same_numbers_read_in_either_way() -> None:
    chance = random.Random(1)
    for _ in range(many(2_000, 200_000)):
        text = "".join(chance.choices(PIECES, k=chance.randrange(40)))
        assert clozes.asked(text) == set(clozes.numbers(clozes.parse(text))), text


# The same bytes everywhere

ELSEWHERE = """
import os, sys
from pathlib import Path
umask, cwd, folder, target = sys.argv[1:]
os.umask(int(umask, 8))
os.chdir(cwd)
from test_package import sample, write
write(sample(Path(folder)), Path(target))
"""


@pytest.mark.ci
def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name, seed, zone, umask in (
        ("one", "1", "Pacific/Kiritimati", "000"),
        ("two", "2", "America/Los_Angeles", "077"),
    ):
        (tmp_path / name).mkdir()
        target = tmp_path / name / f"{name}.apkg"
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", ELSEWHERE, umask, str(tmp_path / name), str(tmp_path / name), target.name]
        subprocess.run(command, env=environment, check=True)
        made.append(target.read_bytes())
    assert made[0] == made[1]


def test_media_lie_first_and_stored(package: Path) -> None:
    with ZipFile(package) as archive:
        assert [member.filename for member in archive.infolist()] == ["0", "1", "media", "collection.anki2"]
        assert {member.compress_type for member in archive.infolist()[:3]} == {ZIP_STORED}
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {(member.create_system, member.external_attr >> 16) for member in archive.infolist()} == {(3, 0o100644)}
        assert json.loads(archive.read("media")) == {"0": "picture-1a.png", "1": "vector-0f.svg"}
        assert archive.read("0") == PNG


def test_the_package_is_as_readable_as_any_new_file(package: Path, tmp_path: Path) -> None:
    (tmp_path / "any").write_bytes(b"")
    assert package.stat().st_mode == (tmp_path / "any").stat().st_mode


# Nothing half done


def with_note(collection: Collection, **changes: object) -> Collection:
    """The first note changed."""
    return replace(collection, notes=(replace(collection.notes[0], **changes), *collection.notes[1:]))


REFUSED: dict[str, tuple[Callable[[Collection], Collection], type[Exception], str]] = {
    "a guid twice": (
        lambda c: with_note(c, guid="guid-2"), ValueError, "the guid 'guid-2' is used more than once"),
    "no cards": (
        lambda c: with_note(c, fields={"Back": "b"}), ValueError, "the note at cards/a.md:1 makes no card"),
    "no note id": (
        lambda c: with_note(c, note_id=0), ValueError,
        f"the note at cards/a.md:1 has no identity: guid 'guid-1', note id 0, mod {RELEASED - 1}"),
    "a missing deck": (
        lambda c: with_note(c, deck="Other"), ValueError,
        "the note 'guid-1' is in the deck 'Other', which the collection lacks"),
    "the learner's own deck": (
        lambda c: replace(c, decks=(*c.decks, Deck("default"))), ValueError, 'a deck cannot be called "Default"'),
    "no note type": (
        lambda c: replace(c, note_types={"basic": BASIC, "cloze": CLOZE}), ValueError,
        "the collection lacks the note type 'occlusion'"),
    "a media name twice": (
        lambda c: replace(c, media=(*c.media, c.media[0])), ValueError, "the media name 'picture-1a.png' is used 2 times"),
    "a tag with a space": (
        lambda c: with_note(c, tags=("a b",)), ValueError,
        "the note at cards/a.md:1 has a tag that Anki would cut: 'a b'"),
    "a tag with an ideographic space": (
        lambda c: with_note(c, tags=("a\u3000b",)), ValueError,
        "the note at cards/a.md:1 has a tag that Anki would cut: 'a\\u3000b'"),
    "a field that is two": (
        lambda c: with_note(c, fields={"Front": "a\x1fb"}), ValueError,
        "the note at cards/a.md:1 has a field that Anki would cut: it has the character U+001F"),
    "a note id twice": (
        lambda c: with_note(c, note_id=c.notes[1].note_id), ValueError, "two notes have the same id, or two cards: "),
    "media that changed": (
        lambda c: replace(c, media=(replace(c.media[0], sha256="0" * 64), c.media[1])), WriteError,
        "the package that was written differs in its media: ('picture-1a.png', '0000"),
    "media that went away": (
        lambda c: replace(c, media=(replace(c.media[0], path=Path("nowhere.png")),)), FileNotFoundError, "[Errno 2]"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_failure_leaves_the_old_package_and_nothing_else(what: str, package: Path, tmp_path: Path) -> None:
    spoil, error, message = REFUSED[what]
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(error) as caught:
        write(spoil(sample(tmp_path)), package)
    assert str(caught.value).startswith(message)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["collection.apkg", "Backup-2026.apkg", "course.colpkg", "course.zip"])
def test_a_name_that_anki_takes_for_something_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"^{name} is no name for a package: "):
        write(sample(tmp_path), tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_new_package_takes_the_place_of_the_old_one(package: Path, tmp_path: Path) -> None:
    changed = with_note(sample(tmp_path), fields={"Front": "other"})
    write(changed, package)
    assert read(package) == contents(changed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course.apkg", "picture.png"]


def test_the_folder_of_the_package_is_made(tmp_path: Path) -> None:
    write(sample(tmp_path), tmp_path / "build" / "new" / "course.apkg")
    assert [path.name for path in (tmp_path / "build" / "new").iterdir()] == ["course.apkg"]


# Reading


def test_our_own_package_holds_what_the_collection_does(package: Path, tmp_path: Path) -> None:
    course, found = sample(tmp_path), read(package)
    assert found == contents(course)
    assert [
        (n.guid, n.note_id, n.mod, n.note_type_id, (*n.fields.values(),), n.tags, {card.deck for card in n.cards})
        for n in found.notes
    ] == [(n.guid, n.note_id, n.mod, TYPES[n.note_type].id, values(n), n.tags, {n.deck}) for n in course.notes]
    assert [*found.notes[2].fields] == [field.name for field in CLOZE.fields]
    assert found.notes[2].cards == (PackedCard(0, "Course::A"), PackedCard(2, "Course::A"))
    assert (found.note_types, found.decks) == ((BASIC, CLOZE, OCCLUSION), course.decks)
    assert found.media == {media.name: media.sha256 for media in course.media}


def fill(collection, picture: Path) -> None:
    """Notes of three stock note types, as a learner has them."""
    picture.write_bytes(PNG)
    collection.media.add_file(str(picture))
    for name, fields, deck, tags in (
        ("Basic (and reversed card)", ["ä", '<img src="heart.png">'], "Mine::Deep", ["b", "a::c"]),
        ("Cloze", ["{{c1::x}} {{c3::y}}", ""], "Mine", []),
        ("Image Occlusion", ["{{c2::image-occlusion:rect:left=.1:top=.1}}", "i", "h", "", ""], "Default", ["t"]),
    ):
        made = collection.new_note(collection.models.by_name(name))
        made.fields, made.tags = fields, tags
        collection.add_note(made, collection.decks.id(deck))
    deck = collection.decks.by_name("Mine")
    deck["desc"] = "mine <i>alone</i>"
    collection.decks.save(deck)


@pytest.mark.anki
@pytest.mark.parametrize(("legacy", "container"), [(True, "collection.anki21"), (False, "collection.anki21b")])
def test_a_package_of_anki_holds_what_its_collection_does(
    collection, tmp_path: Path, legacy: bool, container: str
) -> None:
    from anki.collection import ExportAnkiPackageOptions

    fill(collection, tmp_path / "heart.png")
    path = tmp_path / "exported.apkg"
    options = ExportAnkiPackageOptions(with_media=True, legacy=legacy)
    collection.export_anki_package(out_path=str(path), options=options, limit=None)
    found = read(path)
    assert found.container == container
    assert list(map(without_times, found.note_types)) == sorted(
        map(without_times, stock(collection)), key=lambda t: t.id
    )
    assert found.media == {"heart.png": hashlib.sha256(PNG).hexdigest()}
    assert found.decks == (Deck("Default"), Deck("Mine", "mine <i>alone</i>"), Deck("Mine::Deep"))
    rows = collection.db.all("SELECT guid, id, mod, mid, flds, tags FROM notes ORDER BY id")
    assert [
        (n.guid, n.note_id, n.mod, n.note_type_id, "\x1f".join(n.fields.values()), n.tags, n.cards) for n in found.notes
    ] == [
        (guid, note_id, mod, type_id, fields, tuple(tags.split()), cards_in(collection, note_id))
        for guid, note_id, mod, type_id, fields, tags in rows
    ]
    assert [[*n.fields] for n in found.notes[:2]] == [["Front", "Back"], ["Text", "Back Extra"]]


def without_times(note_type: NoteType) -> NoteType:
    """Anki stamps what it exports in the older form."""
    return replace(note_type, mod=0)


def stock(collection) -> Iterator[NoteType]:
    """The note types in use, as Anki describes them."""
    for name, family in (("Basic (and reversed card)", "basic"), ("Cloze", "cloze"), ("Image Occlusion", "occlusion")):
        made = collection.models.by_name(name)
        fields = tuple(
            Field(
                f["name"], f["id"], f["description"], f["collapsed"], f["plainText"], f["preventDeletion"], f.get("tag")
            )
            for f in made["flds"]
        )
        templates = tuple(Template(t["name"], t["id"], t["qfmt"], t["afmt"]) for t in made["tmpls"])
        yield NoteType(
            made["id"], name, family, fields, templates, made["css"], made["sortf"], made.get("originalStockKind", 0)
        )


def cards_in(collection, note_id: int) -> tuple[PackedCard, ...]:
    return tuple(PackedCard(card.ord, collection.decks.name(card.did)) for card in collection.get_note(note_id).cards())


def test_a_package_of_plain_genanki_is_read(tmp_path: Path) -> None:
    import genanki

    (tmp_path / "a.png").write_bytes(PNG)
    model = genanki.Model(
        5, "T", [{"name": "Q"}, {"name": "A"}], [{"name": "C", "qfmt": "{{Q}}", "afmt": "{{A}}"}], "x"
    )
    deck = genanki.Deck(7, "D::E", "d")
    deck.add_note(genanki.Note(model, ["q", "a"], tags=["t"], guid="g"))
    genanki.Package(deck, [tmp_path / "a.png"]).write_to_file(tmp_path / "g.apkg", timestamp=1_700_000_000)
    found = read(tmp_path / "g.apkg")
    (packed,) = found.notes
    assert (packed.guid, packed.note_id, packed.mod, packed.note_type_id) == ("g", 1_700_000_000_000, 1_700_000_000, 5)
    assert (packed.fields, packed.tags, packed.cards) == ({"Q": "q", "A": "a"}, ("t",), (PackedCard(0, "D::E"),))
    fields = tuple(Field(name, 0, font="Liberation Sans") for name in "QA")
    templates = (Template("C", 0, "{{Q}}", "{{A}}"),)
    assert found.note_types == (NoteType(5, "T", "basic", fields, templates, "x", 0, mod=1_700_000_000),)
    assert (found.decks, found.media) == ((Deck("D::E", "d"),), {"a.png": hashlib.sha256(PNG).hexdigest()})


# What is broken says so


def rezipped(package: Path, changes: dict[str, bytes | None]) -> bytes:
    """The same package with some members changed, added, or (None) left out."""
    with ZipFile(package) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | changes
    with ZipFile(made := BytesIO(), "w") as archive:
        for name, data in members.items():
            if data is not None:
                archive.writestr(name, data)
    return made.getvalue()


def changed(package: Path, statement: str) -> bytes:
    """The same package, its collection changed by a statement of SQL."""
    path = package.with_suffix(".anki2")
    path.write_bytes(ZipFile(package).read("collection.anki2"))
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    return rezipped(package, {"collection.anki2": path.read_bytes()})


def flipped(package: Path) -> bytes:
    """One bit of the first media file changed."""
    data = bytearray(package.read_bytes())
    data[data.index(PNG)] ^= 1
    return bytes(data)


BROKEN: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "text": (lambda p: b"not a zip", "is not a package, or is damaged: File is not a zip file"),
    "empty": (lambda p: b"", "is not a package, or is damaged: File is not a zip file"),
    "cut short": (
        lambda p: p.read_bytes()[:-30], "is not a package, or is damaged: File is not a zip file"),
    "no collection": (
        lambda p: rezipped(p, {"collection.anki2": None}), "is broken: it has no collection"),
    "no database": (
        lambda p: rezipped(p, {"collection.anki2": b"x" * 4096}),
        "is broken: it is no database"),
    "half a database": (
        lambda p: rezipped(p, {"collection.anki2": ZipFile(p).read("collection.anki2")[:9000]}),
        "is broken: its table col cannot be read: database disk image is malformed"),
    "absent deck": (
        lambda p: changed(p, "UPDATE cards SET did = 5 WHERE nid = 1699999999000"),
        "is broken: a card of the note 1699999999000 is in the deck 5, which is missing"),
    "absent note type": (
        lambda p: changed(p, "UPDATE notes SET mid = 5 WHERE id = 1699999999000"),
        "is broken: the note 1699999999000 has the note type 5, which is missing"),
    "absent media": (lambda p: rezipped(p, {"1": None}), "is broken: its member 1 is missing"),
    "wrong list of media": (
        lambda p: rezipped(p, {"media": b"[]"}),
        "is broken: its list of media makes no sense: Expected `object`, got `array`"),
    "damaged media": (
        flipped, "is broken: its member 0 cannot be unpacked: Bad CRC-32 for file '0'"),
    "no Zstandard": (
        lambda p: rezipped(p, {"collection.anki21b": b"garbage!"}),
        "is broken: its member collection.anki21b cannot be decompressed: zstd decompressor error: Unknown frame descriptor"),
    "half a frame": (
        lambda p: rezipped(p, {"collection.anki21b": b"\x28\xb5\x2f\xfd"}),
        "is broken: its member collection.anki21b is cut short"),
    "newer than known": (
        lambda p: rezipped(p, {"meta": b"\x08\x04"}), "is broken: its format is 4, and the newest one known here is 3"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_package_says_what_is_wrong(what: str, package: Path) -> None:
    spoil, message = BROKEN[what]
    package.write_bytes(spoil(package))
    with pytest.raises(PackageError) as caught:
        read(package)
    assert str(caught.value) == f"course.apkg {message}"


@pytest.mark.skipif(not hasattr(os, "pread"), reason="about what POSIX has")
def test_what_is_read_at_once_is_what_zipfile_reads(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever byte of a file, of its header or of its entry in the list of members is another one."""
    whole = package.read_bytes()
    listed = whole.index(b"PK\1\2")
    places = [*range(31 + 8), *range(listed, listed + 47)]
    at_once = [outcome_of(package, whole, place) for place in [None, *places]]
    monkeypatch.delattr(os, "pread")
    assert at_once == [outcome_of(package, whole, place) for place in [None, *places]]
    assert len(set(at_once)) > 3


def outcome_of(package: Path, whole: bytes, flipped: int | None) -> str:
    """The digest of the first file with a byte changed, or what is wrong with the package."""
    data = bytearray(whole)
    if flipped is not None:
        data[flipped] ^= 1
    package.write_bytes(data)
    try:
        with archive.opened(package) as members:
            return members.sha256("0")
    except PackageError as error:
        return str(error)


# Hostile packages

TABLES = {
    "col": {"ver": 5, "models": 9, "decks": 10},
    "notes": {"id": 0, "guid": 1, "mid": 2, "mod": 3, "tags": 5, "flds": 6},
    "cards": {"nid": 1, "did": 2, "ord": 3, "odid": 14, "due": 8},
}


def script(*statements: str) -> Callable[[Path], bytes]:
    """The same package after these statements of SQL."""

    def spoil(package: Path) -> bytes:
        for statement in statements:
            package.write_bytes(changed(package, statement))
        return package.read_bytes()

    return spoil


def view(table: str, rows: str) -> Callable[[Path], bytes]:
    """Another table's rows, made without end, in place of the table."""
    return script(
        f"ALTER TABLE {table} RENAME TO real_{table}",
        f"CREATE VIEW {table} AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) {rows}",
    )


def in_disguise(package: Path) -> bytes:
    """A view that the list of tables calls a table."""
    path = package.with_suffix(".anki2")
    path.write_bytes(ZipFile(package).read("collection.anki2"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE tbl_name = 'notes';"
            "INSERT INTO sqlite_master VALUES ('table', 'notes', 'notes', 0, "
            "'CREATE VIEW notes AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n')"
        )
    return rezipped(package, {"collection.anki2": path.read_bytes()})


def member(name: str, change: Callable[[ZipInfo], object], data: bytes = b"x" * 100) -> Callable[[Path], bytes]:
    """The package with one more member in front, of which the list of members then says something else."""

    def spoil(package: Path) -> bytes:
        with ZipFile(package) as archive:
            held = [(info.filename, archive.read(info)) for info in archive.infolist() if info.filename != name]
        made = BytesIO()
        with ZipFile(made, "w") as archive:
            for filename, content in [(name, data), *held]:
                archive.writestr(filename, content)
            change(archive.getinfo(name))
        return made.getvalue()

    return spoil


def compressed(method: int) -> Callable[[Path], bytes]:
    def spoil(package: Path) -> bytes:
        with ZipFile(package) as archive, ZipFile(made := BytesIO(), "w", method) as copy:
            for name in archive.namelist():
                copy.writestr(name, archive.read(name))
        return made.getvalue()

    return spoil


def zipped(**members: bytes) -> bytes:
    """A zip file with a newer collection and whatever else; dots stand as underscores."""
    with ZipFile(made := BytesIO(), "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return made.getvalue()


def twice(package: Path) -> bytes:
    made = BytesIO(package.read_bytes())
    with ZipFile(made, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("collection.anki2", b"other")
    return made.getvalue()


def zstandard(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=1).compress(data)


ENDLESS = "SELECT 1, 'g' || x, 5, 1, -1, '', 'a' || char(31) || 'b', 'a', 0, 0, '' FROM n"
WINDOW = b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x03\x00\x00x"
"""A frame of Zstandard that asks for 2 GiB of memory."""

HOSTILE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "a col without end": (view("col", "SELECT x, x, x, x, 0, 11, 0, 0, 0, '{}', '{}', '{}', '{}' FROM n"), "its col is no table"),
    "notes without end": (view("notes", ENDLESS), "its notes is no table"),
    "cards without end": (view("cards", "SELECT x FROM n"), "its cards is no table"),
    "a view in disguise": (in_disguise, "its table col cannot be read: malformed database schema (notes)"),
    "a virtual table": (
        script("DROP TABLE notes", "CREATE VIRTUAL TABLE notes USING fts4(id, guid, mid, mod, tags, flds)"), "its notes is no table"),
    "a calculated column": (
        script("ALTER TABLE notes DROP COLUMN flds", "ALTER TABLE notes ADD COLUMN flds AS (hex(zeroblob(1000000000)))"),
        "its table notes has columns that are calculated"),
    "no notes": (script("DROP TABLE notes"), "its table notes is missing"),
    "no such column": (script("ALTER TABLE notes RENAME COLUMN guid TO g"), "its table notes cannot be read: no such column: guid"),
    "two collections": (script("INSERT INTO col SELECT 2, * FROM (SELECT crt, mod, scm, ver, dty, usn, ls, conf, models, decks, dconf, tags FROM col)"), "its table col has 2 rows instead of one"),
    "no row": (script("DELETE FROM col"), "its table col has 0 rows instead of one"),
    "a note id twice": (
        script("CREATE TABLE other AS SELECT * FROM notes", "DROP TABLE notes", "ALTER TABLE other RENAME TO notes", "UPDATE notes SET id = 5"),
        "two notes have the id 5"),
    "no UTF-8": (script("UPDATE notes SET flds = CAST(x'ff41' AS TEXT)"), "its table notes cannot be read: some text is not UTF-8"),
    "a guid of bytes": (script("UPDATE notes SET guid = x'00ff'"), "its table notes has bytes as guid, where text belongs"),
    "an ord of text": (script("UPDATE cards SET ord = 'one'"), "its table cards has text as ord, where a number belongs"),
    "an ord below zero": (script("UPDATE cards SET ord = -1"), "a card of the note 1699999996000 has the number -1"),
    "a huge ord": (script("UPDATE cards SET ord = 9223372036854775807"), "a card of the note 1699999996000 has the number 9223372036854775807"),
    "nested JSON": (script(f"UPDATE col SET models = '{'[' * 100_000}'"), "its collection.anki2 makes no sense: Expected `object`, got `array`"),
    "nested JSON inside": (
        script(f"""UPDATE col SET decks = '{{"1":{{"name":"D","x":{'[' * 100_000}{']' * 100_000}}}}}'"""),
        "its collection.anki2 is nested too deeply"),
    "an id of text": (script("""UPDATE col SET decks = '{"one":{"name":"D"}}'"""), "its collection.anki2 makes no sense: Expected `int`, got `str`"),
    "a name of null": (script("""UPDATE col SET decks = '{"1":{"name":null}}'"""), "its collection.anki2 makes no sense: Expected `str`, got `null`"),
    "two fields alike": (
        script("UPDATE col SET models = replace(models, '\"Back\"', '\"Front\"')"), "two fields of the note type 1600000000001 have the same name"),
    "a value too large": (
        script("UPDATE col SET models = CAST(zeroblob(17000000) AS TEXT)"), "its table col cannot be read: string or blob too big"),
    "an unknown member for media": (
        lambda p: rezipped(p, {"media": b'{"collection.anki2":"a.png"}'}),
        "its list of media makes no sense: a file in it would be in the member 'collection.anki2'"),
    "media of media": (lambda p: rezipped(p, {"media": b'{"0":["a.png"]}'}), "its list of media makes no sense: Expected `str`, got `array`"),
    "media nested": (lambda p: rezipped(p, {"media": b'{"0":' + b"[" * 100_000}), "its list of media makes no sense: Expected `str`, got `array`"),
    "too long a list of media": (
        lambda p: rezipped(p, {"media": b" " * (9 << 20)}), "its member media has more than 8 MiB"),
    "LZMA": (compressed(ZIP_LZMA), "its member collection.anki2 is compressed in a way that Anki does not read"),
    "BZIP2": (compressed(ZIP_BZIP2), "its member collection.anki2 is compressed in a way that Anki does not read"),
    "a zip bomb": (
        lambda p: zipped(collection_anki2=b"\0" * (64 << 20)), "its member collection.anki2 unpacks to far more than a file of this size holds"),
    "a bomb that lies": (
        member("0", lambda info: setattr(info, "file_size", 10)), "its member 0 cannot be unpacked: Bad CRC-32 for file '0'"),
    "a member that boasts": (
        member("0", lambda info: setattr(info, "file_size", 99_000_000)), "its member 0 unpacks to far more than a file of this size holds"),
    "a member that boasts a little": (
        member("0", lambda info: setattr(info, "file_size", 101)), "its member 0 is cut short"),
    "a member that reaches too far": (
        member("0", lambda info: setattr(info, "compress_size", 5_000)), "its member "),
    "an encrypted member": (member("0", lambda info: setattr(info, "flag_bits", 1)), "its member 0 is encrypted"),
    "a member beyond the end": (
        member("0", lambda info: setattr(info, "header_offset", 1 << 33)), "its member 0 cannot be unpacked: "),
    "a member beyond all files": (
        member("0", lambda info: setattr(info, "header_offset", 1 << 63)), "its member 0 cannot be unpacked: "),
    "a collection twice": (twice, "it has two members called 'collection.anki2'"),
    "a bomb of Zstandard": (
        lambda p: zipped(collection_anki21b=zstandard(b"\0" * (64 << 20))),
        "its member collection.anki21b unpacks to far more than a file of this size holds"),
    "a bomb among the media": (
        lambda p: rezipped(p, {"0": zstandard(b"\0" * (64 << 20)), "collection.anki21b": zstandard(ZipFile(p).read("collection.anki2")), "media": zstandard(b"\n\x07\n\x05a.png")}),
        "its member 0 unpacks to far more than a file of this size holds"),
    "a window of 2 GiB": (lambda p: zipped(collection_anki21b=WINDOW), "its member collection.anki21b cannot be decompressed: "),
    "a number without end": (lambda p: rezipped(p, {"meta": b"\xff" * 500}), "its meta makes no sense: a number in a message has no end"),
    "a field without end": (lambda p: rezipped(p, {"meta": b"\x0a\xff\xff\xff\xff\x0f"}), "its meta makes no sense: a message is cut short"),
    "an unknown field": (lambda p: rezipped(p, {"meta": b"\x0b"}), "its meta makes no sense: a message has a field of the unknown type 3"),
    "a version of text": (lambda p: rezipped(p, {"meta": b"\x0a\x01x"}), "its meta makes no sense: field 1 of a message is no number"),
    "a long meta": (lambda p: rezipped(p, {"meta": b"\x08\x01" * 1_000}), "its member meta has more than 1024 bytes"),
    "a name of control characters": (
        script("CREATE VIEW \"x\x1b[31m\" AS SELECT 1", "PRAGMA writable_schema = ON"), ""),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_package_is_refused_at_once(what: str, package: Path) -> None:
    spoil, message = HOSTILE[what]
    package.write_bytes(spoil(package))
    began = time.process_time()
    try:
        read(package)
    except PackageError as error:
        assert str(error).startswith(f"course.apkg is broken: {message}")
    else:
        assert not message
    assert time.process_time() - began < 1


@pytest.mark.parametrize("value", ["NULL", "x'00'", "1.5", "'text'", "1"])
@pytest.mark.parametrize("column", [f"{table}.{column}" for table, columns in TABLES.items() for column in columns])
def test_no_value_of_another_type_gets_through(column: str, value: str, package: Path) -> None:
    """Either the package is refused, or every value is of its type."""
    table, name = column.split(".")
    columns = ", ".join(
        row[1] for row in rows_of(package, f"PRAGMA table_info({table})")
    )  # Without their types, they take anything.
    package.write_bytes(
        script(
            f"CREATE TABLE bare ({columns})", f"INSERT INTO bare SELECT * FROM {table}", f"DROP TABLE {table}",
            f"ALTER TABLE bare RENAME TO {table}", f"UPDATE {table} SET {name} = {value}",
        )(package)
    )  # fmt: skip
    try:
        held = read(package)
    except PackageError as error:
        assert str(error).startswith("course.apkg is broken: ")
    else:
        for n in held.notes:
            assert isinstance(n.guid, str) and type(n.note_id) is type(n.mod) is type(n.note_type_id) is int
            assert all(type(card.ord) is int and isinstance(card.deck, str) for card in n.cards)
        msgspec.json.encode(compare(held, held))


def rows_of(package: Path, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(ZipFile(package).read("collection.anki2"))
        return connection.execute(statement).fetchall()


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("archive.MAX_MEMBERS", 3, "it has more than 3 members"),
        ("archive.MAX_ARCHIVE_DIRECTORY", 100, "its list of members is too large"),
        ("reader.MAX_COLLECTION_BYTES", 1 << 10, "its member collection.anki2 has more than 1024 bytes"),
        ("reader.MAX_MEDIA_LIST_BYTES", 9, "its member media has more than 9 bytes"),
        ("database.MAX_VALUE_BYTES", 1 << 10, "its table col cannot be read: string or blob too big"),
    ],
)
def test_what_is_over_a_limit_is_refused(
    limit: str, value: int, message: str, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"deckwright.package.{limit}", value)
    with pytest.raises(PackageError) as caught:
        read(package)
    assert str(caught.value) == f"course.apkg is broken: {message}"


def test_rows_that_take_too_many_steps_are_not_read_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(note(n, "basic", {"Front": str(n)}) for n in range(1, 500))
    write(sample(tmp_path, many), tmp_path / "many.apkg")
    monkeypatch.setattr("deckwright.package.database.MAX_STEPS", 1_000)
    monkeypatch.setattr("deckwright.package.database.MAX_STEPS_RATIO", 0)
    with pytest.raises(PackageError, match="reading it takes far too long"):
        read(tmp_path / "many.apkg")


def test_rows_that_share_their_pages_are_not_read_to_the_end() -> None:
    """Together they hold more than the file has bytes."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("CREATE TABLE notes (flds); INSERT INTO notes VALUES ('12345678'), ('12345678')")
        assert Database(connection, 16).rows("notes", flds=str) == [("12345678",)] * 2
        with pytest.raises(PackageError, match="its table notes holds more than the whole database"):
            Database(connection, 15).rows("notes", flds=str)


@pytest.mark.ci
def test_a_bomb_takes_little_memory(package: Path) -> None:
    """Nor does it run what it would decompress to: the limit is looked at while it is unpacked."""
    package.write_bytes(zipped(collection_anki21b=zstandard(b"\0" * (1 << 30))))
    tracemalloc.start()
    with pytest.raises(PackageError):
        read(package)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150 << 20


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="about named pipes")
def test_a_pipe_is_no_package(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.apkg")
    with pytest.raises(PackageError, match=r"^pipe\.apkg is broken: it is no regular file$"):
        read(tmp_path / "pipe.apkg")


def test_no_control_character_of_a_package_is_printed(package: Path) -> None:
    package.write_bytes(rezipped(package, {"media": b'{"\\u001b[31m0":"a"}'}))
    with pytest.raises(PackageError) as caught:
        read(package)
    assert str(caught.value).isprintable()


def test_templates_and_fields_that_open_and_never_close_end() -> None:
    """A regular expression would look for the end from each beginning anew: minutes, where seconds do."""
    began = time.process_time()
    for text in (
        "{{",
        "<!--",
        "{{#Front}}",
        "{{c1::",
        "{{c1::image-occlusion:",
        "::",
        '<img src="',
        " src=",
        "<",
        "{{c1",
        "}}",
    ):
        whole = text * 20_000
        cards((whole,) * 12, (), note_type("basic", whole))
        cards((whole,) * 11, (), CLOZE)
        title("{{c1::" + whole)
        plain("<img" + whole)
        first_file("<img" + whole)
    assert time.process_time() - began < 60


# Damaged packages of all three kinds


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A package of ours, and two that Anki itself exported: in the older form and in the newer one."""
    anki = pytest.importorskip("anki.collection")
    folder = tmp_path_factory.mktemp("three")
    opened = anki.Collection(str(folder / "collection.anki2"))
    fill(opened, folder / "heart.png")
    write(sample(folder), folder / "ours.apkg")
    for legacy in (True, False):
        options = anki.ExportAnkiPackageOptions(with_media=True, legacy=legacy)
        opened.export_anki_package(out_path=str(folder / f"{legacy}.apkg"), options=options, limit=None)
    opened.close()
    return [(folder / f"{name}.apkg").read_bytes() for name in ("ours", True, False)]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bits or bytes changed, cut out, doubled or overwritten."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(made))
        length = chance.choice((1, 1, 2, 4, 8, 100))
        what = chance.randrange(6)
        if what < 2:
            made[at] ^= 1 << chance.randrange(8)
        elif what == 2:
            made[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif what == 3:
            made[at : at + length] = chance.randbytes(length)
        elif what == 4 and len(made) > length:
            del made[at : at + length]
        else:
            made[at:at] = made[at : at + length]
    return bytes(made)


def damaged_inside(data: bytes, chance: random.Random) -> bytes:
    """A member damaged, before it is compressed and gets its checksum."""
    import zstandard as zstd

    with ZipFile(BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([name for name in members if members[name]] + [name for name in members if "." in name] * 3)
    whole = members[name]
    modern = whole.startswith(b"\x28\xb5\x2f\xfd")
    whole = zstd.ZstdDecompressor().decompressobj().decompress(whole) if modern else whole
    whole = damaged(whole, chance)
    members[name] = zstd.ZstdCompressor(level=1).compress(whole) if modern else whole
    with ZipFile(made := BytesIO(), "w") as archive:
        for key, content in members.items():
            archive.writestr(key, content)
    return made.getvalue()


def look_at_damaged(three: list[bytes], number: int, folder: Path) -> None:
    """Read packages, damaged by chance, and compare those that can still be read: nothing is a fault, nothing hangs."""
    path = folder / "damaged.apkg"
    path.write_bytes(three[0])
    good = read(path)
    for seed in range(number):
        chance = random.Random(seed)
        data = three[seed % 3]
        path.write_bytes(damaged(data, chance) if seed % 4 == 0 else damaged_inside(data, chance))
        began = time.process_time()
        try:
            held = read(path)
        except PackageError as error:
            assert str(error).isprintable(), seed
        else:
            for old, new in ((good, held), (held, good)):
                changes = compare(old, new)
                to_text(changes)
                to_json(changes, old, new).encode("utf-8", "backslashreplace")
        assert time.process_time() - began < 2, seed


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.slow
def test_a_damaged_package_is_refused_or_read(three: list[bytes], tmp_path: Path) -> None:
    look_at_damaged(three, many(240, 10_000), tmp_path)


def test_a_backup_of_a_collection_is_no_package(package: Path) -> None:
    backup = package.rename(package.with_suffix(".colpkg"))
    with pytest.raises(PackageError, match=r"^course\.colpkg is the backup of a whole collection, not a package$"):
        read(backup)


def test_a_package_cut_anywhere_is_an_error(package: Path) -> None:
    whole = package.read_bytes()
    for length in range(0, len(whole), 97):
        package.write_bytes(whole[:length])
        with pytest.raises(PackageError):
            read(package)
