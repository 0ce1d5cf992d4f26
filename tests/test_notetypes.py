"""Note types: what is frozen, which cards they make in Anki, and that their stylesheet can be read anywhere."""

import re
from dataclasses import replace

import pytest
from pygments.token import STANDARD_TYPES

from deckwright.model import FIELDS, NoteType, Settings
from deckwright.notetypes import SHAPES, note_type, shape_digest

SETTINGS = Settings(id="aws-developer-7f3k9q2m", name="AWS Developer::Security", slug="security")


# What is frozen. A literal that has to change here breaks the deck of everyone who has imported one.


def test_the_id_of_a_note_type_is_frozen():
    assert {family: note_type(SETTINGS, family).id for family in SHAPES} == {
        "basic": 3_074_066_591_039_811,
        "cloze": 3_358_703_583_988_433,
        "occlusion": 5_633_613_586_912_623,
    }


def test_the_shapes_are_frozen():
    assert {family: shape_digest(note_type(SETTINGS, family)) for family in SHAPES} == {
        "basic": "b7c518039571d776",
        "cloze": "d7750ab45ffd23fc",
        "occlusion": "61ac11456f524659",
    }


def test_ids_order_and_names_are_frozen():
    basic, cloze, occlusion = (note_type(SETTINGS, family) for family in ("basic", "cloze", "occlusion"))
    assert [(field.id, field.name) for field in basic.fields] == list(enumerate(FIELDS["basic"], 101))
    assert [(template.id, template.name) for template in basic.templates] == [
        (191, "Forward"),
        (192, "Reverse"),
        (193, "Spare"),
    ]
    assert [(field.id, field.name) for field in cloze.fields] == list(enumerate(FIELDS["cloze"], 201))
    assert [(template.id, template.name) for template in cloze.templates] == [(291, "Cloze")]
    assert [(field.id, field.name) for field in occlusion.fields] == list(enumerate(FIELDS["occlusion"], 301))
    assert [field.tag for field in occlusion.fields] == [0, 1, 2, 3, 4] + [None] * 6
    assert [(template.id, template.name) for template in occlusion.templates] == [(391, "Image Occlusion")]
    assert [(t.name, t.sort_field, t.stock_kind, t.mod) for t in (basic, cloze, occlusion)] == [
        ("Security Basic", 0, 0, 0),
        ("Security Cloze", 0, 0, 0),
        ("Security Image Occlusion", 2, 6, 0),
    ]


def test_another_deck_has_other_note_types():
    other = replace(SETTINGS, id="aws-developer-7f3k9q2n")
    ids = {note_type(settings, family).id for settings in (SETTINGS, other) for family in SHAPES}
    assert len(ids) == 2 * len(SHAPES)
    assert all(0 < id < 2**53 for id in ids)


def test_no_setting_but_the_deck_id_moves_a_note_type():
    other = Settings(SETTINGS.id, "Elsewhere", "elsewhere", version="9.0.0", author="A", report_url="https://a.example")
    assert note_type(other, "basic").id == note_type(SETTINGS, "basic").id
    assert note_type(other, "basic").fields == note_type(SETTINGS, "basic").fields


@pytest.mark.parametrize("family", SHAPES)
def test_reserved_fields_are_collapsed_and_no_field_can_be_deleted(family):
    fields = note_type(SETTINGS, family).fields
    assert [field.name for field in fields if field.collapsed] == ["Reserved 1", "Reserved 2", "Reserved 3"]
    assert all(field.description for field in fields if field.collapsed)
    assert all(field.prevent_deletion for field in fields)


# Templates


@pytest.mark.parametrize("family", SHAPES)
def test_templates_name_only_fields_of_their_note_type(family):
    for template in note_type(replace(SETTINGS, report_url="https://a.example/{id}"), family).templates:
        front, back = (
            {name.split(":")[-1] for name in re.findall(r"\{\{[#^/]?([^}]+)\}\}", side)}
            for side in (template.front, template.back)
        )
        assert front <= set(FIELDS[family])
        assert back <= {*FIELDS[family], "FrontSide"}


@pytest.mark.parametrize("family", SHAPES)
def test_nothing_of_the_compiler_is_left_in_a_template(family):
    for template in note_type(SETTINGS, family).templates:
        assert "<!--" not in template.front + template.back


@pytest.mark.parametrize("family", SHAPES)
def test_the_only_script_is_the_call_that_native_occlusion_needs(family):
    for side in (
        side for template in note_type(SETTINGS, family).templates for side in (template.front, template.back)
    ):
        assert side.count("<script") == side.count("anki.imageOcclusion.setup();") == int(family == "occlusion")


def test_the_report_link_holds_id_and_version():
    settings = replace(SETTINGS, version="1.2.0+b 1", report_url='https://a.example/new?t={id}&v={version}&x={{y}}"')
    link = '<a class="report" href="https://a.example/new?t={{ID}}&amp;v=1.2.0%2Bb%201&amp;x=%7B%7By%7D%7D&quot;">report</a>'
    assert [link in template.back for template in note_type(settings, "basic").templates] == [True, True, True]
    assert "report" not in note_type(SETTINGS, "cloze").templates[0].back


def test_only_a_report_url_with_the_version_changes_the_note_type_at_a_release():
    def released(version: str, url: str) -> NoteType:
        return note_type(replace(SETTINGS, version=version, report_url=url), "cloze")

    assert released("1.0.0", "https://a.example/{id}") == released("1.1.0", "https://a.example/{id}")
    assert released("1.0.0", "https://a.example/{version}") != released("1.1.0", "https://a.example/{version}")


# In Anki


@pytest.fixture
def collection(tmp_path):
    anki = pytest.importorskip("anki.collection")
    collection = anki.Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def add_note(collection, family: str, **fields: str):
    """A new note of this family, added to a collection that gets its note type first."""
    ours = note_type(replace(SETTINGS, report_url="https://a.example/{id}"), family)
    theirs = collection.models.new(ours.name)
    theirs["type"] = int(family == "cloze")
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
    assert re.findall(r'class="(\w+)"', output.question_text) == ["front", "question"]
    assert re.findall(r'class="(\w+)"', output.answer_text) == ["front", "question", "back", "answer", "foot", "report"]


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


# The stylesheet

CSS = note_type(SETTINGS, "basic").css


def test_there_is_one_stylesheet():
    assert note_type(SETTINGS, "cloze").css == CSS


def test_the_stylesheet_asks_for_nothing_from_outside():
    assert not re.search(r"url\(|@import|@font-face|https?:|expression\(", CSS)


def test_every_class_of_pygments_has_a_colour_or_is_known_to_be_plain():
    plain = {"", "g", "n", "nx", "o", "p", "pm", "w", "x"}
    styled = set(re.findall(r"\.code \.(\w+)", CSS))
    assert styled == set(STANDARD_TYPES.values()) - plain


def palette(selector: str) -> dict[str, str]:
    """The colours by variable that the blocks of this selector set, one in each file of the stylesheet."""
    blocks = re.findall(rf"(?ms)^{re.escape(selector)} {{(.*?)}}", CSS)
    return {name: colour for block in blocks for name, colour in re.findall(r"--([\w-]+): (#\w{6})", block)}


DAY, NIGHT = palette(".card"), palette(".night_mode .card")


def test_day_and_night_set_every_colour_that_is_used():
    used = set(re.findall(r"var\(--([\w-]+)\)", CSS))
    assert set(DAY) == set(NIGHT) == used - {"deck-alert"}


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
def test_every_text_has_a_contrast_of_at_least_four_and_a_half(colours):
    grounds = {name.removesuffix("-back") for name in colours if name.endswith("-back")}
    pairs = [(name, f"{name}-back") for name in grounds] + [
        (name, ground)
        for name in colours
        for ground in ("deck-page", "deck-panel")
        if name not in grounds | {"deck-page", "deck-panel", "deck-line"} and not name.endswith("-back")
    ]
    assert [pair for pair in pairs if contrast(*(colours[name] for name in pair)) < 4.5] == []
    assert len(pairs) == 35


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, by WCAG 2."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
