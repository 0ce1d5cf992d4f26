"""Note types: what is frozen, and which cards they make in Anki."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import import_package
from msgspec.structs import replace

from deckwright import identity, package
from deckwright.digests import digest
from deckwright.identity import Assigned, Terms, ledger
from deckwright.identity.ledger import Ledger
from deckwright.model import Candidate, Collection, Deck, Field, Note, NoteType, Settings, Span, Template
from deckwright.notetypes import STOCK, note_types, shape_digest
from deckwright.sketches import sketch

SETTINGS = Settings(id="aws-developer-7f3k9q2m", name="AWS Developer::Security", slug="security")
TYPES = note_types(SETTINGS)


# What is frozen. A literal that has to change here breaks the deck of everyone who has imported one.


def test_the_id_of_a_note_type_is_frozen():
    assert {key: note_type.id for key, note_type in TYPES.items()} == {
        "basic": 3_074_066_591_039_811,
        "cloze": 3_358_703_583_988_433,
        "occlusion": 5_633_613_586_912_623,
    }


def test_the_shapes_are_frozen():
    assert {key: shape_digest(note_type) for key, note_type in TYPES.items()} == {
        "basic": "05d02be6ed79f7f3",
        "cloze": "f5d65dcc9d0f128b",
        "occlusion": "0860a56d2fcef569",
    }


def test_ids_order_and_names_are_frozen():
    basic, cloze, occlusion = (TYPES[key] for key in ("basic", "cloze", "occlusion"))
    assert [t.family for t in (basic, cloze, occlusion)] == ["basic", "cloze", "occlusion"]
    assert named(basic) == [
        (101, "Front"), (102, "Back"), (103, "Extra"), (104, "Context"), (105, "Source"), (106, "ID"),
        (107, "Reversed"), (108, "Asked"), (109, "Typed"),
        (110, "Reserved 1"), (111, "Reserved 2"), (112, "Reserved 3"),
    ]  # fmt: skip
    assert [(template.id, template.name) for template in basic.templates] == [
        (191, "Forward"),
        (192, "Reverse"),
        (193, "Spare"),
    ]
    assert named(cloze) == [
        (201, "Text"), (202, "Header"), (203, "Extra"), (204, "Context"), (205, "Source"), (206, "ID"),
        (207, "Reserved 1"), (208, "Reserved 2"), (209, "Reserved 3"),
    ]  # fmt: skip
    assert [(template.id, template.name) for template in cloze.templates] == [(291, "Cloze")]
    assert named(occlusion) == [
        (301, "Occlusion"), (302, "Image"), (303, "Header"), (304, "Back Extra"), (305, "Comments"), (306, "Context"),
        (307, "Source"), (308, "ID"), (309, "Reserved 1"), (310, "Reserved 2"), (311, "Reserved 3"),
    ]  # fmt: skip
    assert [field.tag for field in occlusion.fields] == [0, 1, 2, 3, 4] + [None] * 6
    assert [(template.id, template.name) for template in occlusion.templates] == [(391, "Image Occlusion")]
    assert [(t.name, t.sort_field, t.stock_kind, t.mod) for t in (basic, cloze, occlusion)] == [
        ("Security Basic", 0, 0, 0),
        ("Security Cloze", 0, 0, 0),
        ("Security Image Occlusion", 2, 6, 0),
    ]


def named(note_type: NoteType) -> list[tuple[int, str]]:
    return [(field.id, field.name) for field in note_type.fields]


def test_another_deck_has_other_note_types():
    others = note_types(replace(SETTINGS, id="aws-developer-7f3k9q2n"))
    ids = {note_type.id for note_type in (*TYPES.values(), *others.values())}
    assert len(ids) == 2 * len(STOCK)
    assert all(0 < id < 2**53 for id in ids)


def test_no_setting_but_the_deck_id_moves_a_note_type():
    other = Settings(SETTINGS.id, "Elsewhere", "elsewhere", version="9.0.0", author="A", report_url="https://a.example")
    assert note_types(other)["basic"].id == TYPES["basic"].id
    assert note_types(other)["basic"].fields == TYPES["basic"].fields


@pytest.mark.parametrize("key", STOCK)
def test_reserved_fields_are_collapsed_and_no_field_can_be_deleted(key):
    fields = TYPES[key].fields
    assert [field.name for field in fields if field.collapsed] == ["Reserved 1", "Reserved 2", "Reserved 3"]
    assert all(field.description for field in fields if field.collapsed)
    assert all(field.prevent_deletion for field in fields)


# Templates


@pytest.mark.parametrize("key", STOCK)
def test_templates_name_only_fields_of_their_note_type(key):
    names = {field.name for field in STOCK[key].fields}
    for template in note_types(replace(SETTINGS, report_url="https://a.example/{id}"))[key].templates:
        front, back = (
            {name.split(":")[-1] for name in re.findall(r"\{\{[#^/]?([^}]+)\}\}", side)}
            for side in (template.front, template.back)
        )
        assert front <= names
        assert back <= {*names, "FrontSide"}


@pytest.mark.parametrize("key", STOCK)
def test_nothing_of_the_compiler_is_left_in_a_template(key):
    for template in TYPES[key].templates:
        assert "<!--" not in template.front + template.back


@pytest.mark.parametrize("key", STOCK)
def test_the_only_script_is_the_call_that_native_occlusion_needs(key):
    for side in (side for template in TYPES[key].templates for side in (template.front, template.back)):
        assert side.count("<script") == side.count("anki.imageOcclusion.setup();") == int(key == "occlusion")


def test_the_report_link_holds_the_id():
    settings = replace(SETTINGS, report_url='https://a.example/new?t={id}&x={{y}}"')
    link = '<a class="dw-report" href="https://a.example/new?t={{ID}}&amp;x=%7B%7By%7D%7D&quot;">report</a>'
    assert [link in template.back for template in note_types(settings)["basic"].templates] == [True, True, True]
    assert "report" not in TYPES["cloze"].templates[0].back


def test_a_release_alone_changes_no_note_type():
    settings = replace(SETTINGS, report_url="https://a.example/{id}", style=".card { color: navy }")
    later = replace(settings, version="2.0.0", description="d", author="a", licence="l", url="https://a.example/")
    assert note_types(later) == note_types(settings)


# In Anki


@pytest.fixture
def collection(tmp_path):
    anki = pytest.importorskip("anki.collection")
    collection = anki.Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def add_note(collection, key: str, **fields: str):
    """A new note of this note type, added to a collection that gets the note type first."""
    ours = note_types(replace(SETTINGS, report_url="https://a.example/{id}"))[key]
    theirs = collection.models.new(ours.name)
    theirs["type"] = int(ours.family == "cloze")
    theirs["css"] = ours.css
    theirs["flds"] = [collection.models.new_field(field.name) | {"id": field.id} for field in ours.fields]
    theirs["tmpls"] = [
        collection.models.new_template(template.name)
        | {"id": template.id, "qfmt": template.front, "afmt": template.back}
        for template in ours.templates
    ]
    note = collection.new_note(collection.models.get(collection.models.add_dict(theirs).id))
    for name, value in fields.items():
        note[name.replace("_", " ")] = value
    collection.add_note(note, 1)
    return note


@pytest.mark.anki
@pytest.mark.parametrize(
    ("fields", "cards"),
    [
        ({}, [0]),
        ({"Context": "IAM", "Source": "s", "ID": "a", "Extra": "x"}, [0]),
        ({"Typed": "A"}, [0]),
        ({"Reserved_1": "x", "Reserved_2": "x"}, [0]),
        ({"Reversed": "y"}, [0, 1]),
        ({"Reversed": "y", "Typed": "A", "Context": "IAM"}, [0, 1]),
        ({"Reserved_3": "x"}, [0, 2]),
        ({"Reversed": "y", "Reserved_3": "x"}, [0, 1, 2]),
    ],
)
def test_a_basic_note_has_exactly_the_cards_its_fields_ask_for(collection, fields, cards):
    note = add_note(collection, "basic", Front="Q", Back="A", **fields)
    assert [card.ord for card in note.cards()] == cards
    assert not collection.get_empty_cards().notes


@pytest.mark.anki
def test_a_picture_alone_is_a_question(collection):
    note = add_note(collection, "basic", Front='<img src="a.png">', Back='<img src="b.png">', Reversed="y")
    assert [card.ord for card in note.cards()] == [0, 1]


@pytest.mark.anki
def test_a_cloze_note_has_a_card_for_each_number(collection):
    note = add_note(collection, "cloze", Text="{{c1::a}} {{c3::b}}", Header="H", Context="C")
    assert [card.ord for card in note.cards()] == [0, 2]


@pytest.mark.anki
def test_empty_fields_print_nothing(collection):
    card = add_note(collection, "basic", Front="Q", Back="A").cards()[0]
    output = card.render_output()
    assert re.findall(r'class="([\w-]+)"', output.question_text) == ["dw-front", "dw-question"]
    assert re.findall(r'class="([\w-]+)"', output.answer_text) == [
        "dw-front", "dw-question", "dw-back", "dw-answer", "dw-foot", "dw-report",
    ]  # fmt: skip


@pytest.mark.anki
def test_the_sections_of_a_card_stand_in_order(collection):
    filled = {"Extra": "E", "Context": "C", "Source": "S", "ID": "a-1"}
    basic = add_note(collection, "basic", Front="Q", Back="A", Reversed="y", **filled)
    cloze = add_note(collection, "cloze", Text="{{c1::T}}", Header="H", **filled)
    assert [text_of(card) for card in [*basic.cards(), *cloze.cards()]] == [
        ("C Q", "C Q A E S a-1 report"),
        ("C A", "C A Q E S a-1 report"),
        ("C H [...]", "C H T E S a-1 report"),
    ]
    assert 'href="https://a.example/a-1"' in basic.cards()[0].render_output().answer_text


def text_of(card) -> tuple[str, str]:
    output = card.render_output()
    sides = (output.question_text, output.answer_text)
    question, answer = (" ".join(re.sub(r"(?s)<style>.*?</style>|<[^>]*>", " ", side).split()) for side in sides)
    return question, answer


@pytest.mark.anki
def test_a_typed_answer_is_asked_once_and_compared_once(collection):
    forward, reverse = add_note(collection, "basic", Front="Q", Back="A", Reversed="y", Typed="A").cards()
    asked = [
        text.count("[[type:Typed]]")
        for card in (forward, reverse)
        for text in (card.render_output().question_text, card.render_output().answer_text)
    ]
    # The back has it from {{FrontSide}}: a second one there would show two comparisons.
    assert asked == [1, 1, 0, 0]


# Two note types of one family. Nothing binds a kind of note, or a note type, to be a family of its own.

VOCABULARY = NoteType(
    id=7_000_000_000_000_001,
    name="Security Vocabulary",
    family="basic",
    fields=(Field("Word", 401), Field("Meaning", 402), Field("ID", 403)),
    templates=(Template("To meaning", 491, "{{Word}}", "{{Meaning}} {{ID}}"), Template("To word", 492, "{{Meaning}}", "{{Word}}")),
    css=".card { color: black }",
    sort_field=1,
)  # fmt: skip
BOTH = {**TYPES, "vocabulary": VOCABULARY}
RELEASED = 1_800_000_000


def written(key: str, word: str, meaning: str) -> Candidate:
    """A note that asks for a word; two of different note types have nothing else to tell them apart."""
    text = f"{word} {meaning}"
    span = Span("cards/words.md", 1)
    return Candidate(key, "Words", ("Words", word), digest(text), sketch(text), span, source=text, shipped=text)


WRITTEN = [
    written("basic", "valve", "a flap"),
    written("vocabulary", "valve", "a flap"),
    written("vocabulary", "aorta", "the great artery"),
]


def assigned(notes: list[Candidate], known: Ledger, now: int) -> Assigned:
    return identity.assign(notes, BOTH, known, SETTINGS, Terms(now))


def released(notes: list[Candidate], known: Ledger, version: str, now: int) -> Assigned:
    return identity.release(assigned(notes, known, now), SETTINGS, version, now, {})


def guids(made: Assigned) -> list[str]:
    return [who.guid if who else "" for who in made.identities]


def test_two_note_types_of_one_family_have_notes_of_their_own():
    made = assigned(WRITTEN, ledger.empty(SETTINGS.id), RELEASED)
    assert (made.diagnostics, sorted(made.note_types)) == ([], ["basic", "vocabulary"])
    key = ("", "Words", "valve", digest("valve a flap"))
    assert guids(made)[:2] == [identity.guid(SETTINGS.id, "basic", key, n) for n in (0, 1)]
    again = assigned(WRITTEN[::-1], made.ledger, RELEASED + 1)
    assert (guids(again)[::-1], again.ledger) == (guids(made), made.ledger)


def test_the_ledger_keeps_two_note_types_of_one_family():
    made = released(WRITTEN, ledger.empty(SETTINGS.id), "1.0.0", RELEASED)
    read, found = ledger.parse(ledger.dump(made.ledger), SETTINGS.id)
    assert (read, found) == (made.ledger, [])
    assert {line.type: (line.family, line.shape) for line in made.ledger.types.values()} == {
        "basic": ("basic", shape_digest(TYPES["basic"])), "vocabulary": ("basic", shape_digest(VOCABULARY)),
    }  # fmt: skip


def test_a_note_that_changes_its_note_type_is_a_new_one_within_a_family_too():
    known = released(WRITTEN, ledger.empty(SETTINGS.id), "1.0.0", RELEASED)
    changed = assigned([*WRITTEN[:2], replace(WRITTEN[2], note_type="basic")], known.ledger, RELEASED + 1)
    assert [d.message for d in changed.diagnostics] == [
        "“Words › aorta” changed from vocabulary to basic, so it is a new note"
    ]
    assert (guids(changed)[:2], changed.new, changed.retired) == (guids(known)[:2], 1, 1)


def packed(notes: list[Candidate], made: Assigned, path: Path) -> Path:
    """The package of these notes, whose fields are what their texts say."""
    names = {"basic": ("Front", "Back"), "vocabulary": ("Word", "Meaning")}
    shipped = tuple(
        Note(who.guid, who.note_id, who.mod, who.id, note.note_type, fields(note, names) | {"ID": who.id}, (), "Words", note.span)
        for note, who in zip(notes, made.identities, strict=True)
    )  # fmt: skip
    package.write(Collection(SETTINGS, shipped, made.note_types, (Deck("Words"),), ()), path)
    return path


def fields(note: Candidate, names: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    word, _, meaning = note.source.partition(" ")
    return dict(zip(names[note.note_type], (word, meaning), strict=True))


@pytest.mark.anki
def test_anki_imports_and_updates_two_note_types_of_one_family(collection, tmp_path):
    first = released(WRITTEN, ledger.empty(SETTINGS.id), "1.0.0", RELEASED)
    path = packed(WRITTEN, first, tmp_path / "1.apkg")
    assert package.read(path).note_types == tuple(sorted(first.note_types.values(), key=lambda t: t.id))
    assert import_package(collection, path) == {"new": 3, "updated": 0, "duplicate": 0, "conflicting": 0}
    edited = [*WRITTEN[:2], written("vocabulary", "aorta", "the greatest artery")]
    second = released(edited, first.ledger, "1.1.0", RELEASED + 1000)
    assert guids(second) == guids(first)
    path = packed(edited, second, tmp_path / "2.apkg")
    assert import_package(collection, path) == {"new": 0, "updated": 1, "duplicate": 2, "conflicting": 0}
    rows = collection.db.all("SELECT guid, mid, flds FROM notes ORDER BY guid")
    ids = [who.id for who in second.identities]
    assert rows == sorted([
        [guids(first)[0], TYPES["basic"].id, f"valve\x1fa flap\x1f\x1f\x1f\x1f{ids[0]}" + "\x1f" * 6],
        [guids(first)[1], VOCABULARY.id, f"valve\x1fa flap\x1f{ids[1]}"],
        [guids(first)[2], VOCABULARY.id, f"aorta\x1fthe greatest artery\x1f{ids[2]}"],
    ])  # fmt: skip
    cards = {note.fields[0]: len(note.cards()) for note in map(collection.get_note, collection.find_notes("Word:*"))}
    assert cards == {"valve": 2, "aorta": 2}
    assert collection.models.get(VOCABULARY.id)["sortf"] == 1
    assert collection.fix_integrity()[1]
