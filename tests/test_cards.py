"""The two sides of a card: the same as the real Anki shows, for every card that we have and for any that we may have."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import import_package
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scratch import DAY_ONE

from deckwright import collection as collections
from deckwright import package
from deckwright import settings as project
from deckwright.build import CACHE
from deckwright.cache import Cache
from deckwright.cards import Card, render
from deckwright.identity import Terms
from deckwright.model import Collection, Deck, Family, Field, Note, NoteType, Settings, Span, Template

if TYPE_CHECKING:
    from anki.cards import Card as AnkiCard
    from anki.collection import Collection as AnkiCollection

HERE = Path(__file__).parent
PROJECTS = (
    pytest.param(HERE.parent, id="our own deck", marks=pytest.mark.ci),
    pytest.param(HERE / "gallery" / "project", id="gallery", marks=pytest.mark.ci),
    *(
        pytest.param(folder, id=folder.name, marks=[pytest.mark.ci] if "svg" in folder.name else [])
        for folder in sorted((HERE / "projects").iterdir())
    ),
)
"""Folders with a project. Each of their cards is compared."""

FIELDS = ("Front", "Back", "Extra", "ID")
ERROR = "docs.ankiweb.net/templates/errors.html"
"""What Anki links to where it shows an error on a card."""


def note_type(family: Family, *templates: tuple[str, str]) -> NoteType:
    made = (Template(f"Card {n}", 200 + n, front, back) for n, (front, back) in enumerate(templates, start=1))
    fields = tuple(Field(name, 100 + n) for n, name in enumerate(FIELDS))
    return NoteType(
        1_600_000_000_000 + len(family), f"Course {family}", family, fields, tuple(made), "", 3, mod=DAY_ONE
    )


def note(fields: dict[str, str], key: str = "basic", number: int = 1, tags: tuple[str, ...] = ()) -> Note:
    return Note(
        f"guid-{number}", 1_700_000_000_000 + number * 1000, DAY_ONE, "id", key, fields, tags, "Course::A", Span("")
    )


def shown(front: str, back: str = "", family: Family = "basic", ordinal: int = 0, **fields: str) -> Card:
    """A card of a note type with one template."""
    return render(note(fields), note_type(family, (front, back)), ordinal)


def question(front: str, **fields: str) -> str:
    return shown(front, **fields).question


def cloze(text: str, number: int = 1) -> tuple[str, str]:
    """The question and the answer that a cloze makes."""
    card = shown("{{cloze:Front}}", "{{cloze:Front}}", "cloze", number - 1, Front=text)
    assert card.error == ""
    return card.question, card.answer


# Compared with Anki


def sides(output) -> tuple[str, str]:
    """What Anki shows, with its marks for sound and speech as they were written."""

    def written(mark: re.Match[str]) -> str:
        tags = output.question_av_tags if mark[1] == "q" else output.answer_av_tags
        return f"[sound:{tags[int(mark[2])].filename}]"

    marks = re.compile(r"\[anki:play:([qa]):(\d+)\]")
    return marks.sub(written, output.question_text), marks.sub(written, output.answer_text)


def ours(card: Card) -> tuple[str, str]:
    """Our sides. Anki decodes the names of sounds."""
    question, answer = (
        re.sub(r"\[sound:([^]]+)\]", lambda sound: f"[sound:{unescape(sound[1])}]", side)
        for side in (card.question, card.answer)
    )
    return question, answer


def without_hint_ids(sides: tuple[str, str]) -> tuple[str, str]:
    question, answer = (re.sub(r"(?<=hint)[0-9a-f]{16}", "…", side) for side in sides)
    return question, answer


def imported(collection: AnkiCollection, held: Collection, path: Path) -> Iterator[tuple[Note, AnkiCard]]:
    """Every card that Anki has after the import of a package of these notes."""
    package.write(held, path)
    assert import_package(collection, path)["new"] == len(held.notes)
    notes = {note.guid: note for note in held.notes}
    for card in map(collection.get_card, collection.find_cards("")):
        yield notes[card.note().guid], card


@pytest.mark.anki
@pytest.mark.parametrize("folder", PROJECTS)
def test_a_card_is_what_anki_shows(
    collection: AnkiCollection, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if folder == HERE.parent:
        folder, _ = request.getfixturevalue("builds")  # Its drawings are kept.
    made, found = project.load(folder)
    assert made, found
    held = collections.load(made, Terms(now=DAY_ONE), cache=Cache(folder / CACHE, read_only=True)).collection
    compared = [
        ((note.id, card.ord), ours(rendered), sides(card.render_output()), rendered.error)
        for note, card in imported(collection, held, tmp_path / "deck.apkg")
        for rendered in [render(note, held.note_types[note.note_type], card.ord)]
    ]
    assert [place for place, here, there, error in compared if here != there or error] == []
    assert {place[0] for place, *_ in compared} == {note.id for note in held.notes}


TEMPLATES = (
    ("{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}"),
    (
        "{{Tags}}|{{Type}}|{{Deck}}|{{Subdeck}}|{{Card}}|{{CardFlag}}|{{c4}}{{#c1}}c1{{/c1}}{{^c4}}c4{{/c4}}",
        "{{text:Front}}{{type:Front}}{{type:nc:Front}}{{type:text:Front}}{{hint:Extra}}{{text:type:Front}}",
    ),
    (" {{=<% %>=}}<%Front%><%#Back%>{{Back}}<%/Back%>", "<!--{{Front}}-->{{ text:Back }}{{text::Front}}{{{Back}}}{{"),
)  # fmt: skip

FILLINGS = (
    {"Front": "x"}, {"Front": "a &amp; b &lt;b&gt;&nbsp;&eacute;&#233;&#xe9;<b>c</b><!-- d --><style>e</style>f"},
    {"Front": "a & b &amp; c"}, {"Front": "&nothing;&amp;"}, {"Front": "&#xd800;&amp;"}, {"Front": "&apos;"},
    {"Front": "x", "Back": "<br>"}, {"Front": "x", "Back": "<div> </div>\n", "Extra": "[sound:a &amp; b.mp3]"},
    {"Front": "e\u0301 \x02\x7f\r\v", "Back": "\u2126", "Extra": "A <b>hint</b>"}, {"Front": "{{Back}}", "Back": "{{FrontSide}}"},
    {"Front": "[sound:one.mp3] and [sound:two.mp3]", "Back": "[sound:three.mp3]", "Extra": " "},
)  # fmt: skip


@pytest.mark.anki
def test_templates_are_filled_as_anki_does_it(collection: AnkiCollection, tmp_path: Path) -> None:
    templates = note_type("basic", *TEMPLATES, ("{{ID}}", "{{c4}}"))
    notes = tuple(
        note({"ID": "x", **filling}, number=3 * n + len(tags), tags=tags)
        for n, filling in enumerate(FILLINGS)
        for tags in ((), ("a::b", "c"))
    )
    held = Collection(
        Settings("course-abcdefgh", "Course", "course"), notes, {"basic": templates}, (Deck("Course"), Deck("Course::A")), ()
    )  # fmt: skip
    compared = [
        (
            ours(rendered) if not rendered.error else "error",
            sides(output) if ERROR not in output.question_text else "error",
        )
        for note, card in imported(collection, held, tmp_path / "deck.apkg")
        for rendered, output in [(render(note, templates, card.ord), card.render_output())]
    ]
    here, there = zip(*compared, strict=True)
    assert list(here) == list(there)


TEXTS = st.lists(
    st.sampled_from(
        [
            "{{c1::", "{{c2::", "{{c1,2::", "{{c0::", "{{c::", "{{c,3::", "{{c70000::", "{{c2,70000::", "{{C1::", "}}", "}}",
            "}}", "{{", "{", "}", "::", "::hint", ":", "image-occlusion:", "rect:left=.1:top=0", ":width=0:height=5", ":rx=0",
            "polygon:points=.1,.2 3 .4,.5", ":text=a\\:b\\\\<é>", ":text=", "\\", ":scale=1:fs=2:angle=3:fill=#fff:oi=1:x=y", "=",
            "\\(", "\\)", "\\[", "\\]", "<b>", "</b>", "<br>", "<div>", "</div>", "<!--", "-->", "<style>", "</STYLE>", "<", ">",
            "&amp;", "&nbsp;", "&", ";", "&#60;", "x", "ß é 🙂", '"', "'", " ", "\n", "\u00a0", "{{Front}}", "data-x", "a[b]", "[", "]", " c[d",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip

CLOZES = st.recursive(
    TEXTS,
    lambda inner: st.tuples(st.sampled_from(["1", "2", "1,2", "3,2,3", "0"]), inner, st.sampled_from(["", "::hint", "::"]), TEXTS).map(
        lambda cloze: f"{{{{c{cloze[0]}::{cloze[1]}{cloze[2]}}}}}{cloze[3]}"
    ),
)  # fmt: skip

NAMES = ("Front", "Back", "Extra", "Tags", "Deck", "Card")
FILTERS = (
    "", "", "cloze:", "text:", "type:", "type:cloze:", "type:nc:", "hint:", "cloze:text:", "text:hint:", ":",
    "furigana:", "kana:", "kanji:", "text:furigana:", "kana:cloze:", "cloze-only:", "text:cloze-only:", "foo:", "text:foo:", "foo:kanji:",
)  # fmt: skip
BITS = st.builds("{{{{{}{}}}}}".format, st.sampled_from(FILTERS), st.sampled_from(NAMES)) | st.sampled_from(
    ("{{FrontSide}}", "<b>text</b>", "{{ Front }}", "{{{Back}}", "<!-- {{Front}} -->", "<!--", "-->", "}}", " ", "{{")
)  # fmt: skip
SECTIONS = st.recursive(
    BITS,
    lambda inner: st.builds(
        "{{{{{0}{1}}}}}{2}{{{{/{1}}}}}{3}".format, st.sampled_from("##^"), st.sampled_from((*NAMES, "c1", "c2", "c7")), inner, inner
    ),
    max_leaves=8,
)  # fmt: skip
ODD = st.sampled_from(
    ("{{#Front}}", "{{/Front}}", "{{Nothing}}", "{{^Nothing}}x{{/Nothing}}", "{{c7}}", "{{#FrontSide}}", "{{}}")
)
RIGHT = st.tuples(SECTIONS, SECTIONS).map("".join)
SIDES = RIGHT | RIGHT | st.tuples(SECTIONS, ODD, SECTIONS).map("".join)


@pytest.fixture
def editor(collection: AnkiCollection):
    """What Anki shows of a card that is not stored yet."""
    ids = {}
    for family in ("basic", "cloze"):
        theirs = collection.models.new(f"Course {family}")
        theirs["type"] = int(family == "cloze")
        theirs["flds"] = [collection.models.new_field(name) for name in FIELDS]
        template = collection.models.new_template("Card 1")
        theirs["tmpls"] = [template | {"qfmt": "{{cloze:Front}}", "afmt": "{{cloze:Front}}"}]
        ids[family] = collection.models.add_dict(theirs).id

    def show(family: str, sides: tuple[str, str], ordinal: int, fields: dict[str, str]):
        held = collection.models.get(ids[family])
        theirs = collection.new_note(held)
        for name, value in fields.items():
            theirs[name] = value
        template = held["tmpls"][0] | {"qfmt": sides[0], "afmt": sides[1]}
        return theirs.ephemeral_card(ordinal, custom_template=template).render_output()

    return show


def agree(editor, family: Family, sides_: tuple[str, str], ordinal: int, fields: dict[str, str]) -> None:
    """A card is what Anki shows, or an error where Anki shows one."""
    output = editor(family, sides_, ordinal, fields)
    card = render(replace(note(fields), deck="(Deck)"), note_type(family, sides_), ordinal)
    there = ("error", "error") if ERROR in output.question_text else without_hint_ids(sides(output))
    assert (("error", "error") if card.error else without_hint_ids(ours(card))) == there


HYPOTHESIS = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FILLED = {"ID": "{{c1::a}}{{c2::b}}"}
"""A field that every card shows."""


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.slow
@HYPOTHESIS
@given(st.sampled_from(("basic", "cloze")), RIGHT, SIDES, st.tuples(TEXTS, TEXTS, TEXTS))
def test_any_template_is_filled_as_anki_does_it(editor, family, front, back, texts) -> None:
    agree(editor, family, (front + "{{ID}}", back), 0, FILLED | dict(zip(FIELDS, texts, strict=False)))


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.slow
@HYPOTHESIS
@given(st.sampled_from((1, 2)), st.tuples(CLOZES, CLOZES, CLOZES))
@example(
    1,
    (
        "{{c8,1::a::x{{c2::b}}::y}}",
        "{{c1::image-occlusion:rect:left=:top=1}}",
        "{{c1::image-occlusion:a:points=1 2,3}}",
    ),
)
def test_any_cloze_is_shown_as_anki_does_it(editor, number, texts) -> None:
    side = "{{cloze:Front}}|{{cloze:Back}}|{{cloze:Extra}}|{{text:cloze:Back}}"
    agree(editor, "cloze", (side, "{{FrontSide}}" + side), number - 1, FILLED | dict(zip(FIELDS, texts, strict=False)))


@pytest.mark.anki
@pytest.mark.slow
@HYPOTHESIS
@given(st.sampled_from((1, 2, 3)), CLOZES)
def test_a_card_without_a_question_is_an_error_as_in_anki(editor, number, text) -> None:
    agree(editor, "cloze", ("{{cloze:Front}}", "{{cloze:Front}}"), number - 1, {"Front": text})
    agree(editor, "basic", ("{{Front}}", "{{Front}}"), 0, {"Front": text})


# Known values


def test_a_template_is_filled_with_fields_sections_and_the_front() -> None:
    front = "<b>{{Front}}</b>{{#Extra}}+{{Extra}}{{/Extra}}{{^Back}}-{{/Back}}<!-- {{Back}} -->"
    back = "{{FrontSide}}<hr id=answer>{{Back}}{{#c1}}1{{/c1}}{{^c2}}2{{/c2}}"
    assert shown(front, back, Front="a", Back="b\r", Extra="c") == Card(
        "<b>a</b>+c<!-- {{Back}} -->", "<b>a</b>+c<!-- {{Back}} --><hr id=answer>b12"
    )
    assert shown(front, back, Front="a", Back="<div><br></div>", Extra=" \n") == Card(
        "<b>a</b>-<!-- {{Back}} -->", "<b>a</b>-<!-- {{Back}} --><hr id=answer><div><br></div>12"
    )


def test_a_card_says_where_it_belongs() -> None:
    front = "{{Tags}}|{{Type}}|{{Deck}}|{{Subdeck}}|{{Card}}|{{CardFlag}}"
    held = note({"Front": "x"}, tags=("a::b", "c"))
    assert render(held, note_type("basic", ("", ""), (front, "")), 1).question == (
        "a::b c|Course basic|Course::A|A|Card 2|flag0"
    )


@pytest.mark.parametrize(
    ("text", "number", "question", "answer"),
    [
        (
            "a {{c1::b}} {{c2::c}}", 1,
            'a <span class="cloze" data-cloze="b" data-ordinal="1">[...]</span>'
            ' <span class="cloze-inactive" data-ordinal="2">c</span>',
            'a <span class="cloze" data-ordinal="1">b</span> <span class="cloze-inactive" data-ordinal="2">c</span>',
        ),
        (
            '{{c1::"é" {{c2::b::two}}::one}}', 1,
            '<span class="cloze" data-cloze="&quot;&#xE9;&quot;&#x20;&lt;span&#x20;class&#x3D;&quot;cloze&#x2D;inactive'
            "&quot;&#x20;data&#x2D;ordinal&#x3D;&quot;2&quot;&gt;b&lt;&#x2F;span&gt;"
            '" data-ordinal="1">[one]</span>',
            '<span class="cloze" data-ordinal="1">"é" <span class="cloze-inactive" data-ordinal="2">b</span></span>',
        ),
        (
            "{{c2,1,2::a}}", 2,
            '<span class="cloze" data-cloze="a" data-ordinal="1,2">[...]</span>', '<span class="cloze" data-ordinal="1,2">a</span>',
        ),
        (
            r"\(x{{c1::<b>2</b>}}\) <b>3</b>", 1, r"\(x[...]\) <b>3</b>", r"\(x2\) <b>3</b>",
        ),
        (
            "{{c1::image-occlusion:rect:left=.1:width=0:oi=1}}<br>{{c0::image-occlusion:polygon:points=.1,.2 .3,.4}}", 1,
            '<div class="cloze" data-ordinal="1" data-shape="rect" data-left=".1" data-occludeInactive="1" ></div><br>'
            '<div class="cloze" data-ordinal="0" data-shape="polygon" data-points=".1,.2 .3,.4" ></div>',
            '<div class="cloze-highlight" data-ordinal="1" data-shape="rect" data-left=".1" data-occludeInactive="1" ></div>'
            '<br><div class="cloze" data-ordinal="0" data-shape="polygon" data-points=".1,.2 .3,.4" ></div>',
        ),
        (
            "{{c1::image-occlusion:rect:left=:top=1}}{{c1::image-occlusion:a:points=1 2,3}}", 1,
            '<div class="cloze" data-ordinal="1" data-shape="rect" ></div><div class="cloze" data-ordinal="1" data-points="2,3" ></div>',
            '<div class="cloze-highlight" data-ordinal="1" data-shape="rect" ></div>'
            '<div class="cloze-highlight" data-ordinal="1" data-points="2,3" ></div>',
        ),
        (
            "{{c8,1::a::x{{c8::}}::y}}", 1,
            '<span class="cloze" data-cloze="a&lt;span&#x20;class&#x3D;&quot;cloze&#x2D;inactive&quot;&#x20;data&#x2D;ordinal'
            '&#x3D;&quot;8&quot;&gt;&lt;&#x2F;span&gt;" data-ordinal="1,8">[y]</span>',
            '<span class="cloze" data-ordinal="1,8">a<span class="cloze-inactive" data-ordinal="8"></span></span>',
        ),
        (
            "}} {{c1::a}} {{c2::b", 1,
            '}} <span class="cloze" data-cloze="a" data-ordinal="1">[...]</span> ',
            '}} <span class="cloze" data-ordinal="1">a</span> ',
        ),
    ],
)  # fmt: skip
def test_a_cloze_is_asked_and_answered(text: str, number: int, question: str, answer: str) -> None:
    assert cloze(text, number) == (question, answer)


def test_filters_are_applied_from_right_to_left() -> None:
    fields = {"Front": "<b>a</b> &lt;&nbsp;{{c1::b}}"}
    assert question("{{text:Front}}", **fields) == "a < {{c1::b}}"
    assert question("{{type:Front}}{{type:nc:Front}}{{type:cloze:Front}}{{type:text:Front}}", **fields) == (
        "[[type:Front]][[type:nc:Front]][[type:cloze:Front]][[type:Front]]"
    )
    assert question("{{text:cloze:Front}}", **fields) == "a < [...]"
    assert question("{{ID}}{{hint:Extra}}", Extra=" ", ID="x") == "x "
    assert re.sub("[0-9a-f]{16}", "id", question("{{hint:Back}}", Back="b")) == (
        '\n<a class=hint href="#"\nonclick="this.style.display=\'none\';\n'
        "document.getElementById('hintid').style.display='block';\n"
        'return false;" draggable=false>\nBack</a>\n<div id="hintid" class=hint style="display: none">b</div>\n'
    )


READINGS = [
    "日本[にほん]語[ご]",
    " 犬[いぬ]と 猫[ねこ]",
    "日本&nbsp;語[ご]",
    "<b>犬[いぬ]</b>",
    "[a]b[c][d]",
    "x [y",
    "a\nb[c\nd] e[f]",
]


@pytest.mark.parametrize("text", READINGS)
def test_filters_for_japanese_show_a_word_its_reading_or_both(text: str) -> None:
    ruby = {
        READINGS[0]: "<ruby><rb>日本</rb><rt>にほん</rt></ruby><ruby><rb>語</rb><rt>ご</rt></ruby>|にほんご|日本語",
        READINGS[1]: "<ruby><rb>犬</rb><rt>いぬ</rt></ruby>と<ruby><rb>猫</rb><rt>ねこ</rt></ruby>|いぬとねこ|犬と猫",
        READINGS[2]: "日本<ruby><rb>語</rb><rt>ご</rt></ruby>|日本ご|日本語",
        READINGS[3]: "<b><ruby><rb>犬</rb><rt>いぬ</rt></ruby></b>|<b>いぬ</b>|<b>犬</b>",
        READINGS[4]: "<ruby><rb>[a]b</rb><rt>c</rt></ruby>[d]|c[d]|[a]b[d]",
        READINGS[5]: "x [y|x [y|x [y",
        READINGS[6]: "a\nb[c\nd]<ruby><rb>e</rb><rt>f</rt></ruby>|a\nb[c\nd]f|a\nb[c\nd]e",
    }
    assert question("{{furigana:Front}}|{{kana:Front}}|{{kanji:Front}}", Front=text) == ruby[text]


def test_what_a_filter_of_an_add_on_would_do_is_left_out_with_all_behind_it() -> None:
    assert question("{{foo:Front}}|{{text:foo:Front}}|{{foo:text:Front}}", Front="<b>a</b>") == "<b>a</b>|<b>a</b>|a"
    assert question("{{tts en_GB speed=2:Front}}", Front="a") == "[anki:tts lang=en_GB speed=2]a[/anki:tts]"
    assert question("{{kana:Front}}", Front="a[sound:b.mp3]") == "a[sound:b.mp3]"


def test_sounds_stand_as_they_are_written() -> None:
    assert shown("{{Front}}", "{{FrontSide}}{{Back}}", Front="[sound:a&amp;b.mp3]", Back="[anki:tts lang=en]c[/anki:tts]") == Card(
        "[sound:a&amp;b.mp3]", "[sound:a&amp;b.mp3][anki:tts lang=en]c[/anki:tts]"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("front", "back", "error"),
    [
        ("{{Fornt}}", "", "The front of the template Card 1: there is no field Fornt"),
        ("{{Front}}", "{{Fornt}}", "The back of the template Card 1: there is no field Fornt"),
        ("{{Front}}{{#Back}}{{#Fornt}}{{/Fornt}}{{/Back}}", "", "The front of the template Card 1: there is no field Fornt"),
        ("{{Front}}{{c2}}", "", "The front of the template Card 1: there is no field c2"),
        ("{{Front}}{{#FrontSide}}{{/FrontSide}}", "", "The front of the template Card 1: there is no field FrontSide"),
        ("{{#Front}}{{Front}}", "", "The front of the template Card 1: {{/Front}} is missing"),
        ("{{Front}}", "{{/Back}}", "The back of the template Card 1: {{/Back}} closes a section that is not the last one opened"),
        ("{{#Front}}{{Front}}{{/Back}}", "", "The front of the template Card 1: {{/Back}} closes a section that is not the last one opened"),
        ("{{Back}}text", "", "The front of the template Card 1 shows no field that is filled"),
        ("{{Front}}{{CardID}}", "", "The front of the template Card 1: a card has no id before it is imported"),
        ("{{Front}}[latex]{{Front}}[/latex]", "", "Anki makes a picture of what stands between [latex], [$] or [$$]"),
        ("{{Front}}", "[$]x[/$]", "Anki makes a picture of what stands between [latex], [$] or [$$]"),
    ],
)  # fmt: skip
def test_what_is_not_shown_as_it_should_be_is_an_error(front: str, back: str, error: str) -> None:
    assert shown(front, back, Front="x <y>") == Card(error, error, error)


def test_what_looks_like_a_picture_of_a_formula_is_none() -> None:
    fields = {"Front": "[$] and [/latex] cost [/$$] or [latex]"}
    assert shown("{{Front}}", "{{Back}}", **fields) == Card(fields["Front"], "")


def test_a_number_without_a_cloze_is_an_error() -> None:
    error = "No field has a cloze with the number 3"
    assert shown("{{cloze:Front}}", "", "cloze", 2, Front="{{c1::a}} {{c3::b") == Card(error, error, error)
    assert shown("{{cloze:Front}}", "x", "cloze", 2, Front="{{c1::a}}", Extra="{{c3::b}}") == Card("", "x")


def test_a_template_that_is_not_there_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(IndexError):
        render(note({"Front": "x"}), note_type("basic", ("{{Front}}", "")), 1)


@pytest.mark.ci
def test_nothing_takes_quadratic_time() -> None:
    began = time.process_time()
    for bit in (
        "{{",
        "{{c1::",
        "}}",
        "{{c9",
        "::",
        "{{c1::image-occlusion:",
        ":left=",
        r"\(",
        r"\[x",
        r"\(<",
        r"\(<!--",
        r"\)<style>",
        "<",
        "<script",
        "[latex]",
        "&",
        "&#1",
        "{{#Front}}",
    ):
        text = bit * 20_000
        for family in ("basic", "cloze"):
            shown(
                "{{text:Front}}{{cloze:Front}}{{ID}}",
                "{{FrontSide}}" + text,
                family,
                Front=text + "{{c1::x}}",
                ID="{{c1::x}}",
            )
            shown(
                "{{text:Front}}{{cloze:Front}}{{ID}}",
                "",
                family,
                Front="{{c1::image-occlusion:" + text + "}}",
                ID="{{c1::x}}",
            )
    assert time.process_time() - began < 5
