"""Packages: written, imported into the real Anki, read back; the same bytes everywhere, and nothing half done."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from conftest import import_package

from deckwright.model import (
    FIELDS,
    Collection,
    Deck,
    Family,
    Field,
    Media,
    Note,
    NoteType,
    Settings,
    Span,
    Template,
)
from deckwright.package import PackageError, PackedCard, WriteError, cards, contents, read, write

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
        for index, name in enumerate(FIELDS[family])
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


def note(number: int, family: Family, fields: dict[str, str], deck: str = "Course", tags: tuple[str, ...] = ()) -> Note:
    return Note(
        family, fields, tags, deck, None, ("Course", str(number)), "", "", Span("cards/a.md", number),
        guid=f"guid-{number}", note_id=1_700_000_000_000 - number * 1000, mod=RELEASED - number,
    )  # fmt: skip


def sample(folder: Path, notes: tuple[Note, ...] | None = None) -> Collection:
    """A course with every family, nested decks, tags and two media, one of them a file in `folder`."""
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
        (BASIC, CLOZE, OCCLUSION),
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
    types = {BASIC.family: BASIC.id, CLOZE.family: CLOZE.id, OCCLUSION.family: OCCLUSION.id}
    assert arrived == [
        [
            n.note_id,
            n.guid,
            n.mod,
            types[n.family],
            f" {' '.join(n.tags)} " if n.tags else "",
            "\x1f".join(n.field_values()),
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
    assert {n.fields["Text"]: cards(n, CLOZE) for n in notes} == {n.fields["Text"]: by_anki[n.guid] for n in notes}


@pytest.mark.anki
def test_templates_make_the_cards_that_anki_makes(collection, tmp_path: Path) -> None:
    odd = of_fronts(*FRONTS)
    notes = tuple(
        note(n, "basic", {"ID": "x", **filling}, tags=tags)
        for n, (filling, tags) in enumerate(product(FILLINGS, ((), ("t",))), start=1)
    )
    write(replace(sample(tmp_path, notes), note_types=(odd,)), tmp_path / "odd.apkg")
    assert import_package(collection, tmp_path / "odd.apkg")["new"] == len(notes)
    by_anki = generated(collection)
    fronts = [template.front for template in odd.templates]
    assert [(n.fields, [fronts[ord_] for ord_ in cards(n, odd)]) for n in notes] == [
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
    assert cards(note(1, "basic", {"Back": "b"}), BASIC) == ()
    assert cards(note(1, "cloze", {"Text": "{{c0::a}}"}), CLOZE) == ()


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
        lambda c: with_note(c, guid="guid-2"), ValueError, "the guid 'guid-2' is used 2 times"),
    "no cards": (
        lambda c: with_note(c, fields={"Back": "b"}), ValueError, "the note at cards/a.md:1 makes no card"),
    "no note id": (
        lambda c: with_note(c, note_id=0), ValueError,
        f"the note at cards/a.md:1 has no identity: guid 'guid-1', note id 0, mod {RELEASED - 1}"),
    "a missing deck": (
        lambda c: with_note(c, deck="Other"), ValueError,
        "the note at cards/a.md:1 is in the deck 'Other', which the collection lacks"),
    "the learner's own deck": (
        lambda c: replace(c, decks=(*c.decks, Deck("default"))), ValueError, 'a deck cannot be called "Default"'),
    "no note type": (
        lambda c: replace(c, note_types=(BASIC, CLOZE)), ValueError,
        "the collection has no note type of the family occlusion"),
    "a media name twice": (
        lambda c: replace(c, media=(*c.media, c.media[0])), ValueError, "the media name 'picture-1a.png' is used 2 times"),
    "a tag with a space": (
        lambda c: with_note(c, tags=("a b",)), ValueError, 'Tag "a b" contains a space; this is not allowed!'),
    "a tag that Anki would cut": (
        lambda c: with_note(c, tags=("a\u3000b",)), WriteError, "the package that was written differs in its notes"),
    "a field that is two": (
        lambda c: with_note(c, fields={"Front": "a\x1fb"}), WriteError,
        "the package that was written cannot be read back: package.apkg is broken: "
        "note 1699999999000 has 12 fields, its note type 11"),
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
    types = {family.id: family for family in found.note_types}
    assert [
        (
            n.guid,
            n.note_id,
            n.mod,
            types[n.note_type_id].family,
            (*n.fields.values(),),
            n.tags,
            {c.deck for c in n.cards},
        )
        for n in found.notes
    ] == [(n.guid, n.note_id, n.mod, n.family, n.field_values(), n.tags, {n.deck}) for n in course.notes]
    assert [*found.notes[2].fields] == [*FIELDS["cloze"]]
    assert found.notes[2].cards == (PackedCard(0, "Course::A"), PackedCard(2, "Course::A"))
    assert (found.note_types, found.decks) == (course.note_types, course.decks)
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
    fields, templates = (Field("Q", 0), Field("A", 0)), (Template("C", 0, "{{Q}}", "{{A}}"),)
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


def flipped(package: Path) -> bytes:
    """One bit of the first media file changed."""
    data = bytearray(package.read_bytes())
    data[data.index(PNG)] ^= 1
    return bytes(data)


BROKEN: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "text": (lambda p: b"not a zip", "is no package, or not a whole one: File is not a zip file"),
    "empty": (lambda p: b"", "is no package, or not a whole one: File is not a zip file"),
    "cut short": (
        lambda p: p.read_bytes()[:-30], "is no package, or not a whole one: File is not a zip file"),
    "no collection": (
        lambda p: rezipped(p, {"collection.anki2": None}), "is broken: there is no collection in it"),
    "no database": (
        lambda p: rezipped(p, {"collection.anki2": b"x" * 4096}),
        "is broken: its collection.anki2 or its list of media makes no sense: file is not a database"),
    "half a database": (
        lambda p: rezipped(p, {"collection.anki2": ZipFile(p).read("collection.anki2")[:9000]}),
        "is broken: its collection.anki2 or its list of media makes no sense: database disk image is malformed"),
    "absent media": (lambda p: rezipped(p, {"1": None}), "is broken: its member 1 is missing"),
    "wrong list of media": (
        lambda p: rezipped(p, {"media": b"[]"}),
        "is broken: its collection.anki2 or its list of media makes no sense: 'list' object has no attribute 'items'"),
    "damaged media": (
        flipped, "is broken: its member 0 cannot be unpacked: Bad CRC-32 for file '0'"),
    "no Zstandard": (
        lambda p: rezipped(p, {"collection.anki21b": b"garbage!"}),
        "is broken: its member collection.anki21b cannot be decompressed: zstd decompressor error: Unknown frame descriptor"),
    "half a frame": (
        lambda p: rezipped(p, {"collection.anki21b": b"\x28\xb5\x2f\xfd"}),
        "is broken: its member collection.anki21b is cut short"),
    "newer than known": (
        lambda p: rezipped(p, {"meta": b"\x08\x04"}), "is broken: its format 4 is newer than the newest one known, 3"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_package_says_what_is_wrong(what: str, package: Path) -> None:
    spoil, message = BROKEN[what]
    package.write_bytes(spoil(package))
    with pytest.raises(PackageError) as caught:
        read(package)
    assert str(caught.value) == f"course.apkg {message}"


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
