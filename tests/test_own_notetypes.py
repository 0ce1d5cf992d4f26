"""Note types of a project: what their files say, what is told of them, and what Anki makes of their notes."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import casefiles
import pytest
from click.testing import CliRunner
from conftest import import_package
from msgspec.structs import replace
from scratch import DAY_ONE, SETTINGS, Scratch, day

from deckwright import build, cards, diff, identity, limits, package
from deckwright.collection import Loaded
from deckwright.commands import main
from deckwright.identity import Terms
from deckwright.model import Field, NoteType, OwnField, OwnKind, Template
from deckwright.notes import compile_file
from deckwright.notes.kinds import VOCABULARY, table
from deckwright.notetypes import looks_digest, shape_digest
from deckwright.preview import source
from deckwright.preview.faces import Face, addresses, document
from deckwright.proof import Chosen, to_page
from deckwright.proof.sides import sides
from deckwright.release.contents import contents_digest
from deckwright.site import styles
from deckwright.words import KEYS, RESERVED

DOCUMENT = Path(__file__).parents[1] / "docs" / "notetypes.md"
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n\n```\w+\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL))
NOTES = re.findall(r"```markdown\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)[0]
TOML = FILES["notetypes/vocabulary/notetype.toml"]

GAPS = {
    "notetypes/gaps/notetype.toml": """\
kind = "cloze"
name = "Gaps"

[fields]
Title = { from = "heading" }
Text = { from = "answer" }
Translation = { label = "Translation" }

[templates]
Gap = {}
""",
    "notetypes/gaps/front.html": "{{Title}}: {{cloze:Text}}",
    "notetypes/gaps/back.html": "{{cloze:Text}}\n{{Translation}}",
}
GAP = "# Sentences\n\n## At home {.gaps #at-home}\n\nDie Katze ==schläft::verb== auf dem ==Sofa==.\n\nTranslation: The cat sleeps.\n"


def project(root: Path, notes: str = NOTES, files: Mapping[str, str | bytes | None] = FILES) -> Scratch:
    made = Scratch(root)
    made.write({"cards/a.md": notes, **files})
    return made


def told(loaded: Loaded) -> list[tuple[str, str]]:
    return [(one.code, f"{one.span.path}:{one.span.line}:{one.span.column}") for one in loaded.diagnostics]


def found(root: Path, files: Mapping[str, str | bytes | None], notes: str = NOTES) -> list[tuple[str, str]]:
    """What is told of the example with other files, but of the notes that it costs."""
    return [one for one in told(project(root, notes, {**FILES, **files}).load(DAY_ONE)) if one[0] != "T019"]


# What goes to which field


def shown(loaded: Loaded) -> list[list[str]]:
    """The fields of all notes, as their note types have them, and the ordinals of their cards."""
    made = []
    for note in loaded.collection.notes:
        note_type = loaded.collection.note_types[note.note_type]
        values = note_type.values(note.fields)
        made.append([*values, " ".join(map(str, package.cards(values, note.tags, note_type)))])
    return made


CRUMB = '<span class="dw-crumb">Animals</span>'


def test_the_parts_of_a_section_go_to_the_fields_that_say_so(tmp_path: Path) -> None:
    loaded = project(tmp_path).load(DAY_ONE)
    birds = f'{CRUMB}<span class="dw-sep"> › </span><span class="dw-crumb">Birds and fish</span>'
    cats = "<ul><li>猫がいる。</li><li>猫がねる。</li></ul>"
    assert told(loaded) == []
    assert shown(loaded) == [
        ["犬", "いぬ", "dog", "犬がいる。", CRUMB, "", "inu", "0 1"],
        ["猫", "ねこ", "cat", cats, CRUMB, "", "neko", "0 1"],
        ["鳥", "とり", "bird", "", birds, "", "birds-and-fish", "0 1"],
        ["魚", "さかな", "fish", "", birds, "", "birds-and-fish-2", "0 1"],
    ]


def one(root: Path, body: str, toml: str = TOML) -> list[str]:
    """The fields of a note that are not empty, without its context and its ID."""
    loaded = project(root, f"## w {{.vocabulary}}\n{body}", {**FILES, "notetypes/vocabulary/notetype.toml": toml}).load(
        DAY_ONE
    )
    assert [code for code, _ in told(loaded)] == []
    (fields,) = shown(loaded)
    return [value for value in fields[1:4] if value]


LABELS = {
    "plain": ("m\n\nReading: r", ["r", "m"]),
    "in bold": ("m\n\n**Reading**: r", ["r", "m"]),
    "in bold with its colon": ("m\n\n__Reading:__ r", ["r", "m"]),
    "in other capitals": ("m\n\nREADING : r", ["r", "m"]),
    "with a wide colon": ("m\n\nReading：r", ["r", "m"]),
    "above the text": ("Reading: r\n\nm", ["r", "m"]),
    "two in a paragraph": ("m\n\nReading: r\nExample: e\nand more", ["r", "m", "e\nand more"]),
    "behind hard breaks": ("m\\\nReading: r  \nExample: e", ["r", "m", "e"]),
    "below the text": ("m\nReading: r", ["r", "m"]),
    "before blocks": ("m\n\nExample:\n\n1. a\n\n`b`\n\nReading: r", ["r", "m", "<ol><li>a</li></ol><p><code>b</code></p>"]),
    "up to a break": ("Example:\n\ne\n\n---\n\nm", ["m", "e"]),
    "none in a sentence": ("His Reading: slow", ["His Reading: slow"]),
    "none in code": ("`Reading: r`", ["<code>Reading: r</code>"]),
    "none within emphasis": ("*m\nReading: r*", ["<em>m\nReading: r</em>"]),
    "none of another type": ("Translation: t", ["Translation: t"]),
}  # fmt: skip


@pytest.mark.parametrize(("body", "values"), LABELS.values(), ids=LABELS)
def test_a_label_has_what_stands_behind_it(tmp_path: Path, body: str, values: list[str]) -> None:
    assert one(tmp_path, body) == values


def test_what_has_no_field_of_its_own_goes_to_the_next(tmp_path: Path) -> None:
    body = "above\n\n---\n\nm\n\n> [!NOTE]\n> x"
    alert = '<div class="dw-alert dw-alert-note"><p class="dw-alert-title">Note</p><p>x</p></div>'
    assert one(tmp_path / "1", body) == [f"<p>m</p>{alert}"]
    more = TOML.replace("Example =", 'Stem = { from = "above" }\nExample =').replace(
        'label = "Example"', 'from = "extra"'
    )
    loaded = project(
        tmp_path / "2", f"## w {{.vocabulary}}\n{body}", {**FILES, "notetypes/vocabulary/notetype.toml": more}
    ).load(DAY_ONE)
    assert shown(loaded)[0][:5] == ["w", "", "m", "<p>above</p>", alert]


def test_the_kind_of_a_file_can_be_a_note_type_of_the_project(tmp_path: Path) -> None:
    loaded = project(tmp_path, "---\nkind: vocabulary\n---\n# A\n\n## w\n\nm\n\nReading: r\n").load(DAY_ONE)
    assert (told(loaded), shown(loaded)[0][:3]) == ([], ["w", "r", "m"])


@pytest.mark.parametrize("line", ["<!-- kind: key-word -->", "kind: key-word", 'kind = "key-word"'])
def test_a_kind_with_a_hyphen_is_known_again_in_front_matter_that_is_not_read(line: str) -> None:
    _, found = compile_file(
        "cards/a.md", f"{line}\n\n## w\n\nm\n".encode(), casefiles.SETTINGS, (OwnKind("key-word", "basic"),)
    )
    assert [(one.code, one.span.line, one.span.text) for one in found] == [("S028", 1, line)]


def test_a_cloze_type_has_a_card_for_each_deletion(tmp_path: Path) -> None:
    loaded = project(tmp_path, GAP, GAPS).load(DAY_ONE)
    assert told(loaded) == []
    text = "Die Katze {{c1::schläft::verb}} auf dem {{c2::Sofa}}."
    assert [fields[0:1] + fields[2:] for fields in shown(loaded)] == [["At home", "The cat sleeps.", "0 1"]]
    assert shown(loaded)[0][1] == text


def test_a_section_that_hides_nothing_is_no_note_by_default_and_an_error_by_its_tag(tmp_path: Path) -> None:
    by_default = project(tmp_path / "1", "---\nkind: gaps\n---\n## a\n\nb\n", GAPS).load(DAY_ONE)
    by_tag = project(tmp_path / "2", "## a {.gaps}\n\nb\n", GAPS).load(DAY_ONE)
    assert (told(by_default), told(by_tag)) == ([("N008", "cards/a.md:4:4")], [("C001", "cards/a.md:1:4")])


# What is told of the notes

TABLE = "| Word | Reading | Reading |\n| - | - | - |\n| a | b | c |"
NOTES_TOLD = {
    "no field takes it": ("## w {.gaps}\nA ==b==.", []),
    "no card": ("## w {.vocabulary}\n![](a.png)", [("M001", "cards/a.md:2:5")]),
    "an attribute twice": ('## w {.vocabulary reading="a"}\nm\n\nReading: r', [("T017", "cards/a.md:4:1")]),
    "a label twice": ("## w {.vocabulary}\nm\n\nReading: r\nReading: s", [("T017", "cards/a.md:5:1")]),
    "a column twice": (f"## A {{.vocabulary .rows}}\n{TABLE}", [("T017", "cards/a.md:4:1")]),
    "an attribute beside a column": (
        f'## A {{.vocabulary .rows reading="r"}}\n{TABLE.replace("| Reading |", "| Meaning |", 1)}',
        [("T017", "cards/a.md:4:1")],
    ),
    "an attribute of another kind": ('## w {.basic reading="a"}\nm', [("T018", "cards/a.md:1:14")]),
    "a word that is nearly one": ("## w {.vocabluary}\nm", [("S011", "cards/a.md:1:7")]),
    "an empty attribute": ('## w {.vocabulary reading=""}\nm', [("S031", "cards/a.md:1:19")]),
    "a cut that it cannot have": ("## w {.vocabulary .cells}\nm", [("S013", "cards/a.md:1:19")]),
    "a switch that it cannot have": ("## w {.vocabulary .typed}\nm", [("S013", "cards/a.md:1:19")]),
}


@pytest.mark.parametrize(("notes", "expected"), NOTES_TOLD.values(), ids=NOTES_TOLD)
def test_what_is_told_of_a_note(tmp_path: Path, notes: str, expected: list[tuple[str, str]]) -> None:
    loaded = project(tmp_path, f"{notes}\n", {**FILES, **GAPS}).load(DAY_ONE)
    assert told(loaded) == expected


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("## w {.vocabulary}\n\nm\n\nExampel: e\n", [("T021", "cards/a.md:5:1")]),
        ("## w {.vocabulary}\n\nm\n**Readin**: r\n", [("T021", "cards/a.md:4:1")]),
        ("## w {.vocabulary}\n\nm\n**Readings**: r\n", []),
        ("## w {.vocabulary}\n\nm\n\nExampl\\: e\n", []),
        ("## w {.vocabulary}\n\nm\n\nExample: Exampel: e\n", []),
        ("## w {.vocab}\n\nm\n", [("S024", "cards/a.md:1:7")]),
        ("## w {.basic-and-reversed}\n\nm\n", [("S024", "cards/a.md:1:7")]),
        ("## w {.reversed-card}\n\nm\n", [("S024", "cards/a.md:1:7")]),
        ("## w {.reversed-cards}\n\nm\n", []),
        ("## w {.and}\n\nm\n", []),
    ],
)
def test_what_is_nearly_a_label_or_a_type_is_told(tmp_path: Path, notes: str, expected: list[tuple[str, str]]) -> None:
    word = {name.replace("/vocabulary/", "/basic-and-reversed-card/"): text for name, text in FILES.items()}
    loaded = project(tmp_path, notes, {**FILES, **word}).load(DAY_ONE)
    assert told(loaded) == expected


def test_a_note_without_a_card_is_an_error_that_names_the_fields_that_its_fronts_need(tmp_path: Path) -> None:
    files = {**FILES, "notetypes/vocabulary/Recognise.front.html": "{{#Example}}{{Word}}{{/Example}}"}
    loaded = project(tmp_path, "## w {.vocabulary}\n\nm\n\n## v {.vocabulary}\n\nm\n\nExample: e\n", files).load(
        DAY_ONE
    )
    assert [(d.code, d.span.place, d.hint) for d in loaded.diagnostics] == [
        ("T015", "cards/a.md:1", "fill one of the fields that the fronts need; its fronts show Reading, Example")
    ]
    assert [fields[0] for fields in shown(loaded)] == ["v"]


def test_a_part_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    toml = TOML.replace('from = "heading"', 'from = "title"')
    loaded = project(tmp_path, "", {**FILES, "notetypes/vocabulary/notetype.toml": toml}).load(DAY_ONE)
    assert [d.hint for d in loaded.diagnostics if d.code == "T003"] == [
        "use one of heading, above, answer, extra, context, source, id"
    ]


def test_text_that_no_field_takes_is_an_error(tmp_path: Path) -> None:
    toml = TOML.replace('Meaning = { from = "answer" }', 'Meaning = { label = "Meaning" }')
    notes = "## w {.vocabulary}\nMeaning: m\n\nReading: r\n\n- lost\n"
    assert found(tmp_path, {"notetypes/vocabulary/notetype.toml": toml}, notes) == [("T016", "cards/a.md:6:1")]


LABELS_ALONE = {
    "notetypes/word/notetype.toml": """\
[fields]
Word = { label = "Word" }
Meaning = { label = "Meaning" }

[templates]
Card = {}
""",
    "notetypes/word/front.html": "{{Word}}",
    "notetypes/word/back.html": "{{Meaning}}",
}


def test_without_a_field_for_the_heading_a_label_has_the_first_cell_or_it_is_an_error(tmp_path: Path) -> None:
    table = "## A {.word .rows}\n| Word | Meaning |\n| - | - |\n| a | b |\n"
    loaded = project(tmp_path / "1", table, LABELS_ALONE).load(DAY_ONE)
    assert (told(loaded), shown(loaded)) == ([], [["a", "b", "0"]])
    lost = project(tmp_path / "2", table.replace("Word |", "W |"), LABELS_ALONE).load(DAY_ONE)
    assert told(lost) == [("T016", "cards/a.md:4:1")]
    item = project(tmp_path / "3", "## A {.word .items}\n- **a**\n\n  Word: b\n", LABELS_ALONE).load(DAY_ONE)
    assert told(item) == [("T016", "cards/a.md:2:1")]
    section = project(tmp_path / "4", "## B {.word}\nWord: b\n", LABELS_ALONE).load(DAY_ONE)
    assert (told(section), shown(section)) == ([], [["b", "", "0"]])


TEXT_ALONE = {
    "notetypes/gap/notetype.toml": 'kind = "cloze"\n[fields]\nText = { from = "answer" }\nHint = { label = "Hint", key = "hint" }\n'
    "[templates.C]\n",
    "notetypes/gap/front.html": "{{cloze:Text}}",
    "notetypes/gap/back.html": "{{cloze:Text}}{{Hint}}",
}


@pytest.mark.parametrize(
    ("notes", "codes"),
    [
        ("## Which vessel leaves it? {.gap}\nIt is the ==aorta==.\n", ["T020"]),
        ("## It is the … (2) {.gap}\n*It* is **the** ==aorta==.\n", []),
        ("## {.gap}\nIt is the ==aorta==.\n", []),
        ("## Vessel {.gap}\nIt is the ==aorta==.\n\nHint: a vessel\n", []),
        ('## Vessel {.gap hint="a vessel"}\nIt is the ==aorta==.\n', []),
        ("## Vessels {.gap .items}\n- It is the ==aorta==.\n", []),
    ],
)
def test_a_heading_that_no_field_takes_is_told_if_it_says_more_than_the_text(
    tmp_path: Path, notes: str, codes: list[str]
) -> None:
    assert [code for code, _ in told(project(tmp_path, notes, TEXT_ALONE).load(DAY_ONE))] == codes


def test_another_head_of_the_first_column_is_another_source(tmp_path: Path) -> None:
    files = {**LABELS_ALONE, "notetypes/word/notetype.toml": LABELS_ALONE["notetypes/word/notetype.toml"].replace(
        "Meaning =", 'Other = { label = "Other" }\nMeaning =')}  # fmt: skip
    table = "## A {.word .rows #a}\n| Word | Meaning |\n| - | - |\n| a | b |\n"
    sources = [
        [
            note.source
            for note in project(tmp_path / str(n), notes, {**files, "notetypes/word/front.html": "{{Meaning}}"})
            .load(DAY_ONE)
            .notes.written
        ]
        for n, notes in enumerate([table, table.replace("Word", "Other")])
    ]
    assert sources[0] != sources[1]


# What is told of note types

PLACE = "notetypes/vocabulary/notetype.toml"
FRONT, BACK = "notetypes/vocabulary/Recognise.front.html", "notetypes/vocabulary/Recognise.back.html"
CSS = "notetypes/vocabulary/style.css"
SAID = {
    "no TOML": ({PLACE: "kind = basic\n"}, [("P003", f"{PLACE}:1:8")]),
    "an unknown key": ({PLACE: "knd = 'basic'\n" + TOML}, [("T004", f"{PLACE}:1:1")]),
    "an unknown key of a field": ({PLACE: TOML.replace("{ from = \"answer\"", "{ form = \"answer\"")}, [("T004", f"{PLACE}:6:13")]),
    "an unknown kind": ({PLACE: TOML.replace('"basic"', '"occlusion"')}, [("T003", f"{PLACE}:1:1")]),
    "an unknown part": ({PLACE: TOML.replace('"heading"', '"title"')}, [("T003", f"{PLACE}:4:10")]),
    "a part beside a label": ({PLACE: TOML.replace('"answer"', '"answer", label = "M"')}, [("T003", f"{PLACE}:6:13")]),
    "a key that all notes have": ({PLACE: TOML.replace('key = "reading"', 'key = "tags"')}, [("T003", f"{PLACE}:5:32")]),
    "a label with a colon": ({PLACE: TOML.replace('"Example"', '"Example:"')}, [("T003", f"{PLACE}:7:13")]),
    "no number": ({PLACE: 'id = "7"\n' + TOML}, [("T003", f"{PLACE}:1:1")]),
    "an id that Anki cannot have": ({PLACE: f"id = {2**63}\n" + TOML}, [("T003", f"{PLACE}:1:1")]),
    "a sort field that is none": ({PLACE: 'sort_field = "word"\n' + TOML}, [("T003", f"{PLACE}:1:1")]),
    "no fields": ({PLACE: "[templates]\nRecognise = {}\n"}, [("T003", f"{PLACE}:0:0")]),
    "no templates": ({PLACE: TOML.partition("[templates]")[0]}, [("T003", f"{PLACE}:0:0")]),
    "a field that is no table": ({PLACE: TOML.replace('{ label = "Example" }', '"Example"')}, [("T003", f"{PLACE}:7:1")]),
    "too many fields": ({PLACE: TOML.replace("[templates]", "".join(f"F{n} = {{}}\n" for n in range(limits.MAX_FIELDS)) + "[templates]")}, [("T003", f"{PLACE}:3:2")]),
    "a name that Anki changes": ({PLACE: TOML.replace("Example =", "'Ex:ample' =")}, [("T007", f"{BACK}:5:1"), ("T007", f"{BACK}:5:34"), ("T005", f"{PLACE}:7:1")]),
    "two names that differ in capitals": ({PLACE: TOML.replace("Example =", "READING =")}, [("T007", f"{BACK}:5:1"), ("T007", f"{BACK}:5:34"), ("T006", f"{PLACE}:7:1")]),
    "two fields with one part": ({PLACE: TOML.replace('{ label = "Example" }', '{ from = "answer" }')}, [("T006", f"{PLACE}:7:13")]),
    "two fields with one label": ({PLACE: TOML.replace('"Example"', '"reading"')}, [("T006", f"{PLACE}:7:13")]),
    "two fields with one id": ({PLACE: TOML.replace('label = "Example"', "id = 5").replace('from = "answer"', "id = 5")}, [("T006", f"{PLACE}:7:1")]),
    "the id of ours": ({PLACE: "id = {basic}\n" + TOML}, [("T006", f"{PLACE}:1:1")]),
    "the name of ours": ({PLACE: "name = 'anatomy BASIC'\n" + TOML}, [("T006", f"{PLACE}:1:1")]),
    "a file that is missing": ({FRONT: None}, [("T002", f"{PLACE}:13:1")]),
    "a file in another encoding": ({FRONT: b"\xff{{Word}}"}, [("T002", f"{PLACE}:13:1")]),
    "a file that is too large": ({BACK: "x" * (limits.MAX_NOTE_TYPE_BYTES + 1)}, [("T002", f"{PLACE}:13:1")]),
    "a stylesheet that is too large": ({CSS: " " * (limits.MAX_NOTE_TYPE_BYTES + 1)}, [("T002", f"{CSS}:0:0")]),
    "a field that is not there": ({BACK: "{{FrontSide}}\n a{{text:Wrod}}"}, [("T007", f"{BACK}:2:3")]),
    "a section for none": ({BACK: "{{^Wrod}}{{Word}}{{/Wrod}}"}, [("T007", f"{BACK}:1:1")]),
    "a section without its end": ({BACK: "{{Word}}\n{{#Word}}x"}, [("T008", f"{BACK}:2:1")]),
    "an end without its section": ({BACK: "{{#Word}}x{{/Reading}}"}, [("T008", f"{BACK}:1:11")]),
    "no field on the front": ({FRONT: "word {{#Word}}?{{/Word}}"}, [("T009", f"{FRONT}:1:1")]),
    "two equal fronts": ({FRONT: FILES["notetypes/vocabulary/Produce.front.html"]}, [("T011", "notetypes/vocabulary/Produce.front.html:1:1")]),
    "a filter of an add-on": ({FRONT: "{{edit:Word}}"}, [("T012", f"{FRONT}:1:1")]),
    "a filter for speech": ({FRONT: "{{tts ja_JP voices=Kyoko:Word}}"}, []),
    "a script": ({FRONT: "{{Word}}\n<script src='a.js'></script>"}, [("T013", f"{FRONT}:2:1"), ("T013", f"{FRONT}:2:1")]),
    "a handler": ({FRONT: "<b onclick='go()'>{{Word}}</b>"}, [("T013", f"{FRONT}:1:1")]),
    "a picture of the network": ({FRONT: '{{Word}}<img src="https://example.org/a.png">'}, [("T013", f"{FRONT}:1:9")]),
    "a picture in the template": ({FRONT: '{{Word}}<img src="data:image/png;base64,AAAA"><a href="https://example.org">x</a>'}, []),
    "a stylesheet of the network": ({CSS: ".a { color: red }\n@import 'https://example.org/a.css';"}, [("T013", f"{CSS}:2:1")]),
    "a font of a learner": ({CSS: "@font-face { font-family: a; src: url('_a.woff2') }"}, []),
    "braces that are never closed": ({BACK: "{{FrontSide}} {{Word"}, [("T014", f"{BACK}:1:15")]),
    "the front on the front": ({FRONT: "{{FrontSide}}{{Word}}"}, [("T014", f"{FRONT}:1:1")]),
    "a filter without a field": ({BACK: "{{FrontSide}}{{tts-voices:}}"}, []),
    "a file elsewhere": ({PLACE: TOML.replace("Produce = {}", 'Produce = { file = "../a" }')}, [("T003", f"{PLACE}:14:13")]),
    "a cloze where there is none": ({BACK: "{{FrontSide}} {{cloze:Word}}"}, [("T014", f"{BACK}:1:15")]),
    "a name with capitals": ({"notetypes/Words/notetype.toml": "x"}, [("T001", "notetypes/Words:0:0")]),
    "a name that means something": ({"notetypes/typed/notetype.toml": "x"}, [("T001", "notetypes/typed:0:0")]),
    "a folder without a definition": ({"notetypes/words/front.html": "x"}, [("T001", "notetypes/words:0:0")]),
    "a folder that is left alone": ({"notetypes/_old/notetype.toml": "x", "notetypes/README.md": "x"}, []),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), SAID.values(), ids=SAID)
def test_what_is_told_of_a_note_type(
    tmp_path: Path, files: Mapping[str, str | bytes | None], expected: list[tuple[str, str]]
) -> None:
    basic = Scratch(tmp_path / "ours")
    basic.write({"cards/a.md": "## a {.basic}\nb\n"})
    id_ = basic.load(DAY_ONE).collection.note_types["basic"].id
    given = {name: text.replace("{basic}", str(id_)) if isinstance(text, str) else text for name, text in files.items()}
    assert found(tmp_path, given) == expected


def test_no_number_of_warnings_hides_an_error(tmp_path: Path) -> None:
    files = {
        FRONT: "<script>1</script>" * 30 + "{{Word}}",
        CSS: "@import 'https://example.org/a.css';" * 30,
        BACK: "{{Wrod}}",
    }
    codes = [code for code, _ in found(tmp_path, files)]
    assert (len(codes), codes.count("T007")) == (limits.MAX_SETTINGS_TOLD, 1)


CLOZES = {
    "no text": ({"notetypes/gaps/notetype.toml": GAPS["notetypes/gaps/notetype.toml"].replace('from = "answer"', "")}, [("T003", "notetypes/gaps/notetype.toml:4:2")]),
    "no cloze on the front": ({"notetypes/gaps/front.html": "{{Text}}"}, [("T010", "notetypes/gaps/front.html:1:1")]),
    "the front on the back": ({"notetypes/gaps/back.html": "{{FrontSide}}"}, [("T010", "notetypes/gaps/back.html:1:1")]),
    "another field": ({"notetypes/gaps/front.html": "{{cloze:Title}}"}, [("T010", "notetypes/gaps/front.html:1:1")]),
    "a number": ({"notetypes/gaps/front.html": "{{#c1}}1{{/c1}}{{cloze:Text}}"}, []),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CLOZES.values(), ids=CLOZES)
def test_what_is_told_of_a_cloze_type(
    tmp_path: Path, files: Mapping[str, str], expected: list[tuple[str, str]]
) -> None:
    assert found(tmp_path, {**GAPS, **files}) == expected


def test_a_broken_note_type_costs_its_notes_and_no_other(tmp_path: Path) -> None:
    made = project(tmp_path, NOTES + "\n## a {.basic}\n\nb\n", {**FILES, FRONT: "{{Wrod}}"})
    loaded = made.load(DAY_ONE)
    assert told(loaded) == [("T019", "cards/a.md:3:4"), ("T007", f"{FRONT}:1:1")]
    assert (
        loaded.diagnostics[0].message
        == "the note type vocabulary has errors, so this note is left out, and so are 2 more of this type"
    )
    assert [note.note_type for note in loaded.collection.notes] == ["basic"]
    assert build.build(tmp_path, build.Options(Terms(DAY_ONE))).status == "errors"
    assert build.build(tmp_path, build.Options(Terms(DAY_ONE), keep_going=True)).status == "built"


@pytest.mark.ci
def test_a_project_has_so_many_note_types(tmp_path: Path) -> None:
    files = {
        name.replace("gaps", f"gaps-{n:03}"): text.replace("Gaps", f"Gaps {n}")
        for n in range(limits.MAX_NOTE_TYPES + 1)
        for name, text in GAPS.items()
    }
    loaded = project(tmp_path, "## a {.gaps-049}\n\nb ==c==\n", files).load(DAY_ONE)
    assert (told(loaded), len(loaded.notes)) == ([("T001", f"notetypes/gaps-{limits.MAX_NOTE_TYPES}:0:0")], 1)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    made = project(tmp_path / "p", GAP, GAPS)
    (tmp_path / "secret.html").write_text("{{cloze:Text}} secret", "utf-8")
    (made.root / "notetypes/gaps/back.html").unlink()
    (made.root / "notetypes/gaps/back.html").symlink_to(tmp_path / "secret.html")
    (tmp_path / "words").mkdir()
    (made.root / "notetypes/words").symlink_to(tmp_path / "words")
    loaded = made.load(DAY_ONE)
    assert [code for code, _ in told(loaded) if code != "T019"] == ["T002", "T001"] and len(loaded.notes) == 0


def test_no_note_type_can_be_called_what_a_tag_has_a_word_for() -> None:
    assert {*VOCABULARY.names, *KEYS, "card"} == RESERVED
    assert table((OwnKind("word", "basic", (OwnField("A", "1", key="reading"),)),)).vocabulary.keys == (
        *KEYS,
        "reading",
    )


# What Anki makes of them


def refused(collection, note_type: NoteType) -> bool:
    """Whether Anki refuses to have such a note type."""
    made = collection.models.new(note_type.name)
    made["type"] = int(note_type.family == "cloze")
    made["flds"] = [collection.models.new_field(field.name) for field in note_type.fields]
    for template in note_type.templates:
        new = collection.models.new_template(template.name)
        made["tmpls"].append(new | {"qfmt": template.front, "afmt": template.back})
    try:
        collection.models.add_dict(made)
    except Exception as error:
        assert type(error).__name__ in ("CardTypeError", "InvalidInput"), error
        return True
    return False


TEMPLATES = [
    ("{{Word}}", "{{Meaning}}"), ("{{Wrod}}", "{{Word}}"), ("{{Word}}", "{{Wrod}}"), ("{{Tags}}", ""), ("word", "{{Word}}"),
    ("{{#Word}}{{Word}}", ""), ("{{#Word}}{{Word}}{{/Meaning}}", ""), ("{{Word}}", "{{/Word}}"), ("{{#Wrod}}{{/Wrod}}{{Word}}", ""),
    ("{{Word}} {{Word", ""), ("{{^Word}}{{Meaning}}{{/Word}}", "{{FrontSide}}"), ("{{FrontSide}}", ""), ("{{#c1}}{{Word}}{{/c1}}", ""),
    ("{{foo:Word}}", ""), ("{{Word}}", "{{tts-voices:}}"), ("{{text: Word}}", ""), ("{{ Word }}", "{{ text:Word }}"), ("{{cloze:Word}}", "{{cloze:Word}}"),
    ("{{cloze:Word}}", "{{Word}}"), ("{{Word}}", "{{cloze:Word}}"), ("{{cloze:Word}}", "{{FrontSide}}"), ("<!-- {{Word}} -->", ""),
    ("{{text:cloze:Word}}", "{{cloze-only:Word}}"), ("{{text:cloze:Word}}", "{{text:cloze:Word}}"), ("{{=<% %>=}}<%Word%>", ""),
]  # fmt: skip


@pytest.mark.anki
@pytest.mark.ci
@pytest.mark.parametrize("kind", ["basic", "cloze"])
def test_what_anki_refuses_is_an_error(collection, tmp_path: Path, kind: str) -> None:
    toml = f'kind = "{kind}"\n[fields]\nWord = {{ from = "answer" }}\nMeaning = {{ from = "extra" }}\n[templates]\nA = {{}}\nB = {{}}\n'
    ours, theirs = [], []
    for n, (front, back) in enumerate(TEMPLATES):
        second = "{{Meaning}}" if kind == "basic" else "{{cloze:Word}}!"
        sides_ = {"A.front": front, "A.back": back, "B.front": second, "B.back": second}
        files = {f"notetypes/t/{name}.html": text for name, text in sides_.items()}
        made = project(tmp_path / str(n), "# a\n", {"notetypes/t/notetype.toml": toml, **files})
        ours.append(any(one.severity == "error" for one in made.load(DAY_ONE).diagnostics))
        templates = (Template("A", 1, front, back), Template("B", 2, second, second))
        fields = (Field("Word", 1), Field("Meaning", 2))
        theirs.append(refused(collection, NoteType(n, f"T{n}", kind, fields, templates, "", 0)))
    assert dict(zip(TEMPLATES, ours, strict=True)) == dict(zip(TEMPLATES, theirs, strict=True))


def built(made: Scratch, name: str, number: int) -> Path:
    """The package of a release on the day of this number."""
    now = day(number)
    loaded = made.load(now)
    assert told(loaded) == []
    released = identity.release(loaded.assigned, loaded.collection.settings, f"1.{number}.0", now, {})
    made.lock.write_bytes(identity.ledger.dump(released.ledger))
    outcome = build.build(made.root, build.Options(Terms(now), target=made.root / name))
    assert outcome.status == "built", outcome
    return made.root / name


BOTH = NOTES + "\n" + GAP.replace("# Sentences\n\n", "")


@pytest.mark.anki
@pytest.mark.ci
def test_anki_has_the_cards_of_each_note_and_shows_them_as_we_do(collection, tmp_path: Path) -> None:
    made = project(
        tmp_path / "p",
        BOTH,
        {**FILES, **GAPS, BACK: FILES[BACK] + "{{furigana:Reading}}{{hint:Example}}{{tts ja_JP:Word}}"},
    )
    path = built(made, "1.apkg", 1)
    loaded = made.load(day(1))
    assert import_package(collection, path) == {"new": 5, "updated": 0, "duplicate": 0, "conflicting": 0}
    before = collection.card_count()
    collection.after_note_updates([*collection.find_notes("")], mark_modified=False, generate_cards=True)
    assert (before, collection.card_count()) == (10, 10)
    assert [*collection.get_empty_cards().notes] == []
    for note in loaded.collection.notes:
        note_type = loaded.collection.note_types[note.note_type]
        (id_,) = collection.db.list("SELECT id FROM notes WHERE guid = ?", note.guid)
        for card in collection.get_note(id_).cards():
            theirs, ours = card.render_output(), cards.render(note, note_type, card.ord)
            assert ours.error == ""
            assert seen(theirs.question_text) == seen(ours.question)
            assert seen(theirs.answer_text) == seen(ours.answer)
    assert collection.fix_integrity()[1]


def seen(html: str) -> str:
    """A side without the ids of hints, and with a sign for what is spoken."""
    return re.sub(r"\[anki:tts.*?\[/anki:tts\]|\[anki:play:[qa]:\d+\]", "♪", re.sub(r"hint\w{8,}", "hint", html))


@pytest.mark.anki
@pytest.mark.ci
def test_an_update_reaches_the_edited_note_alone_and_a_new_look_no_note(collection, tmp_path: Path) -> None:
    made = project(tmp_path / "p", BOTH, {**FILES, **GAPS})
    import_package(collection, built(made, "1.apkg", 1))
    for id_ in collection.find_cards(""):
        card = collection.get_card(id_)
        card.start_timer()
        collection.sched.answerCard(card, 3)
    rows = "SELECT c.id, c.ord, c.ivl, c.reps, c.type, c.queue, n.guid FROM cards c JOIN notes n ON n.id = c.nid ORDER BY c.id"
    learned = collection.db.all(rows)
    assert {row[3] for row in learned} == {1}

    made.write({"cards/a.md": BOTH.replace("cat\n", "a cat\n")})
    assert import_package(collection, built(made, "2.apkg", 2)) == {
        "new": 0,
        "updated": 1,
        "duplicate": 4,
        "conflicting": 0,
    }
    assert len(collection.find_notes('"Meaning:a cat"')) == 1
    assert collection.db.all(rows) == learned

    renamed = TOML.replace("Example =", "Sentence =").replace('label = "Example"', 'label = "Example", was = "Example"')
    made.write({
        CSS: ".card { color: teal }",
        BACK: FILES[BACK].replace("Example", "Sentence"),
        PLACE: renamed,
    })  # fmt: skip
    path = built(made, "3.apkg", 3)
    changes = diff.compare(package.read(made.root / "2.apkg"), package.read(path))
    assert [(one.name, one.parts, one.received) for one in changes.note_types] == [
        ("Anatomy vocabulary", ("fields", "styling", "template Recognise"), True)
    ]
    assert import_package(collection, path) == {"new": 0, "updated": 0, "duplicate": 5, "conflicting": 0}
    theirs = collection.models.by_name("Anatomy vocabulary")
    assert (theirs["css"], theirs["flds"][3]["name"]) == (".card { color: teal }", "Sentence")
    assert collection.db.all(rows) == learned
    assert len([*collection.models.all_names_and_ids()]) == 6 + 2


@pytest.mark.anki
@pytest.mark.ci
def test_a_note_type_without_ids_is_that_of_a_deck_that_genanki_made(collection, tmp_path: Path) -> None:
    """What a deck needs that comes from elsewhere: its own id, no ids of fields, its time of change, its notes' guids."""
    import genanki

    fields = [{"name": "Word"}, {"name": "Meaning"}]
    model = genanki.Model(
        1_234_567_890,
        "Old words",
        fields,
        [{"name": "Card 1", "qfmt": "{{Word}}", "afmt": "{{FrontSide}}<hr>{{Meaning}}"}],
        css=".card {}",
    )
    deck = genanki.Deck(99, "Anatomy")
    deck.add_note(genanki.Note(model, ["w", "m"], guid="old-guid"))
    genanki.Package(deck).write_to_file(tmp_path / "old.apkg", timestamp=day(1))
    import_package(collection, tmp_path / "old.apkg")
    toml = f"""\
name = "Old words"
id = 1234567890
mod = {day(1)}
[fields]
Word = {{ from = "heading", id = 0, font = "Liberation Sans" }}
Meaning = {{ from = "answer", id = 0, font = "Liberation Sans" }}
[templates]
"Card 1" = {{ id = 0 }}
"""
    files = {
        "notetypes/old/notetype.toml": toml,
        "notetypes/old/front.html": "{{Word}}",
        "notetypes/old/back.html": "{{FrontSide}}<hr>{{Meaning}}",
        "notetypes/old/style.css": ".card {}",
    }
    made = project(tmp_path / "p", "## w {.old #w}\n\nanother m\n", files)
    loaded = made.save(day(2))
    held = loaded.assigned.ledger
    (line,) = held.lines.values()
    from msgspec.structs import replace

    made.lock.write_bytes(identity.ledger.dump(replace(held, lines={"old-guid": replace(line, guid="old-guid")})))
    assert [t.mod for t in made.load(day(3)).collection.note_types.values()] == [day(1)]
    assert import_package(collection, built(made, "1.apkg", 3)) == {
        "new": 0,
        "updated": 1,
        "duplicate": 0,
        "conflicting": 0,
    }
    assert collection.db.list("SELECT flds FROM notes") == ["w\x1fanother m"]
    assert collection.models.get(1_234_567_890)["mod"] == day(1)


# What stays


def released(root: Path) -> Scratch:
    made = project(root)
    made.release("1.0.0", day(1))
    return made


CHANGES = {
    "another order": TOML.replace('Word = { from = "heading" }\n', "").replace(
        "[templates]", 'Word = { from = "heading" }\n\n[templates]'
    ),
    "a new field": TOML.replace("[templates]", "New = {}\n\n[templates]"),
    "a field less": TOML.replace('Source = { from = "source" }\n', ""),
    "another name": TOML.replace("Source =", "Origin ="),
    "another id": TOML.replace('Source = { from = "source"', 'Source = { from = "source", id = 7'),
    "another kind": TOML.replace('"basic"', '"cloze"'),
    "another sort field": TOML.replace("[fields]", 'sort_field = "Reading"\n\n[fields]'),
    "another type": TOML.replace("[fields]", "id = 77\n\n[fields]"),
    "templates the other way round": TOML.replace("Recognise = {}\nProduce", "Produce = {}\nRecognise"),
}


@pytest.mark.parametrize("toml", CHANGES.values(), ids=CHANGES)
def test_the_shape_of_a_released_note_type_stays(tmp_path: Path, toml: str) -> None:
    made = released(tmp_path)
    cloze = {
        f"notetypes/vocabulary/{name}.html": "{{cloze:Meaning}}" + name
        for name in ("Recognise.front", "Recognise.back", "Produce.front", "Produce.back")
    }
    made.write({PLACE: toml, BACK: FILES[BACK].replace("{{Source}}", ""), **(cloze if "cloze" in toml else {})})
    if "cloze" in toml:
        made.write({"cards/a.md": "## 犬 {.vocabulary #inu}\n\na ==dog==\n"})
    (changed,) = [one for one in made.load(day(2)).diagnostics if one.code == "I016"]
    assert changed.span.path == "deck.lock"
    assert "notetypes/vocabulary/notetype.toml" in changed.hint
    assert build.build(tmp_path, build.Options(Terms(day(2)), keep_going=True)).status == "blocked"


FREE = {
    "a name, with the first one": TOML.replace(
        'Source = { from = "source"', 'Origin = { from = "source", was = "Source"'
    ),
    "the name of the type": TOML.replace("[fields]", 'name = "Words"\n\n[fields]'),
    "a flag": TOML.replace('label = "Example"', 'label = "Example", right_to_left = true, size = 30'),
    "a label": TOML.replace('label = "Example"', 'label = "Sentence"'),
}


@pytest.mark.parametrize("toml", FREE.values(), ids=FREE)
def test_what_is_free_may_change(tmp_path: Path, toml: str) -> None:
    made = released(tmp_path)
    made.write({PLACE: toml, BACK: FILES[BACK].replace("{{Source}}", "")})
    loaded = made.load(day(2))
    assert [code for code, _ in told(loaded) if code[0] == "I"] == []
    (note_type,) = loaded.collection.note_types.values()
    assert note_type.mod == day(2)


def test_what_goes_to_another_field_updates_the_notes_that_have_it(tmp_path: Path) -> None:
    made = released(tmp_path)
    before = {note.id: note.mod for note in made.load(day(2)).collection.notes}
    made.write(
        {
            PLACE: TOML.replace('Example = { label = "Example" }', "Example = {}").replace(
                "Context = {", 'Context = { label = "Example" }#{'
            )
        }
    )
    after = {note.id: note.mod for note in made.load(day(2)).collection.notes}
    assert {id_ for id_ in after if after[id_] != before[id_]} == {*before}
    made.write(
        {PLACE: TOML.replace('key = "reading"', 'key = "kana"'), "cards/a.md": NOTES.replace("reading=", "kana=")}
    )
    after = {note.id: note.mod for note in made.load(day(2)).collection.notes}
    assert after == before  # No field is another one now.


def test_a_note_that_changes_its_note_type_is_told(tmp_path: Path) -> None:
    made = released(tmp_path)
    made.write(
        {
            "cards/a.md": NOTES.replace(
                "犬 {.vocabulary #inu}\n\ndog\n\nReading: いぬ\nExample: 犬がいる。", "犬 {.basic #inu}\n\ndog"
            )
        }
    )
    assert told(made.load(day(2))) == [("I009", "cards/a.md:3:4")]


def test_the_ledger_of_a_project_has_a_line_for_each_note_type(tmp_path: Path) -> None:
    made = project(tmp_path, BOTH, {**FILES, **GAPS})
    made.release("1.0.0", day(1))
    read, wrong = identity.ledger.parse(made.lock.read_bytes(), "anatomy-k3v9q2xm")
    assert read and not wrong
    types = made.load(day(1)).collection.note_types
    assert {key: (line.family, line.shape) for key, line in read.types.items()} == {
        key: (note_type.family, shape_digest(note_type)) for key, note_type in types.items()
    }
    # Frozen: a literal that has to change here breaks the decks of others.
    assert shape_digest(types["vocabulary"]) == "d3af97b797082870"
    assert types["vocabulary"].id == 8_296_229_977_240_998
    assert next(iter(made.load(day(1)).collection.notes)).guid == "4HB4dwHpvNtqVY"


def test_what_anki_s_editor_needs_is_in_the_package(tmp_path: Path) -> None:
    flags = 'font = "Noto", size = 30, right_to_left = true, sticky = true, collapsed = true, plain_text = true, exclude_from_search = true, prevent_deletion = true, description = "d"'
    made = project(tmp_path, files={**FILES, PLACE: TOML.replace('label = "Example"', f'label = "Example", {flags}')})
    (note_type,) = package.read(built(made, "1.apkg", 1)).note_types
    assert note_type.fields[3] == Field(
        "Example", note_type.fields[3].id, "d", True, True, True, None, "Noto", 30, True, True, True
    )


# How they are shown


def test_cards_of_any_note_type_are_shown(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        BOTH + "\n## q {.basic}\n\na\n",
        {**FILES, **GAPS, CSS: ".word { color: red }", FRONT: "{{Word}}{{type:Reading}}"},
    )
    loaded = made.load(DAY_ONE)
    notes, types = [*loaded.collection.notes], loaded.collection.note_types
    assert (
        sides(notes[0], types["vocabulary"], 0, lambda name: "")[0]
        == '犬<input type="text" aria-label="The answer" autocomplete="off">'
    )
    back = document(notes[0], types["vocabulary"], 1, Face(is_back=True), addresses((), "s"))
    assert 'data-expected="いぬ"' in back
    assert ".word { color: red }" in back
    page = to_page([Chosen(note, types[note.note_type], "new") for note in notes], loaded.collection, "x").html
    assert page.count('<div class="proof-style-1">') == 16  # Two sides of each card of vocabulary.
    assert ".proof-style-1 {\n.word { color: red }\n}" in page
    assert styles.scoped(".word { color: red }", "shown.shown-2") == ".shown.shown-2 .word{color: red }\n".replace(
        "{color: red }", "{color: red}"
    )


@pytest.mark.ci
def test_files_of_strangers_are_checked_in_time(tmp_path: Path) -> None:
    """Each of them would take minutes, if anything in it were looked for once for each of its parts."""
    size = limits.MAX_NOTE_TYPE_BYTES - 100
    for text in ("<!--", "{{", "<style>", "{{x}}", "{{#Word}}", "<a on", "url(", "<img src=", "{{a:", "-->{{"):
        found(tmp_path, {FRONT: text * (size // len(text)), CSS: text * (size // len(text))}, "# a\n")
    labels = "Reading:\\\n" * 2_000
    assert {code for code, _ in found(tmp_path, {}, f"## w {{.vocabulary}}\n\nm\n\n{labels}x\n")} == {"T017"}


# Commands that read notes


def test_ids_are_written_into_the_tags_of_any_note_type(tmp_path: Path) -> None:
    comment = '<!-- card: vocabulary reading="x" -->'
    made = project(tmp_path, f"## heron {{.vocabulary}}\n\na grey bird\n\n## robin\n\n{comment}\n\na red bird\n")
    made.start_git()
    ended = CliRunner().invoke(main, ["ids", "--write", "--project", str(tmp_path)])
    assert ended.exit_code == 0, ended.output
    written = (tmp_path / "cards" / "a.md").read_text("utf-8")
    assert written == (
        "## heron {#heron .vocabulary}\n\na grey bird\n\n"
        '## robin\n\n<!-- card: vocabulary id="robin" reading="x" -->\n\na red bird\n'
    )


def test_the_preview_shows_the_markdown_of_a_note_of_any_note_type(tmp_path: Path) -> None:
    project(tmp_path)
    assert (
        source.section(tmp_path, "cards/a.md", 3)
        == NOTES.partition("## 犬")[1] + NOTES.partition("## 犬")[2].partition("\n\n## 猫")[0]
    )


def test_a_build_sees_that_a_file_of_a_note_type_has_changed(tmp_path: Path) -> None:
    made = project(tmp_path)
    run = CliRunner()
    said = [run.invoke(main, ["build", "--project", str(tmp_path)]).stdout.split("\n")[0] for _ in range(2)]
    assert said[0] == said[1]
    digests = set()
    for name, text in (
        (CSS, ".card {}"),
        (FRONT, "{{Word}}!"),
        (PLACE, TOML.replace('key = "reading"', 'key = "reading", sticky = true')),
    ):
        made.write({name: text})
        assert run.invoke(main, ["build", "--project", str(tmp_path)]).exit_code == 0
        digests.add((tmp_path / "build" / "anatomy.apkg").read_bytes())
    assert len(digests) == 3
    made.write({"notetypes/other/notetype.toml": "x"})
    assert run.invoke(main, ["build", "--project", str(tmp_path)]).exit_code == 1


def test_no_stylesheet_ends_its_element_in_the_page(tmp_path: Path) -> None:
    loaded = project(tmp_path, NOTES, {**FILES, CSS: "/* </style><b>out</b> */"}).load(DAY_ONE)
    types = loaded.collection.note_types
    chosen = [Chosen(note, types[note.note_type], "new") for note in loaded.collection.notes]
    page = to_page(chosen, loaded.collection, "x").html
    assert re.findall(r"<style>\n(/\* .*)\n</style>", page) == ["/* <\\/style><b>out<\\/b> */"]


# What templates show


def test_files_that_templates_name_keep_their_names(tmp_path: Path) -> None:
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>1</script></svg>\n'
    held = {
        "media/_logo.svg": picture,
        "media/fonts/_a b.woff2": b"font",
        "media/_style.css": "@font-face { src: url('_deep.ttf') }",
        "media/_deep.ttf": b"deep",
        "media/_code.js": "/* _logo.svg */",
    }
    made = project(
        tmp_path / "p",
        files={
            **FILES,
            FRONT: '<img src="_logo.svg">{{Word}}<link rel="stylesheet" href="_style.css">',
            BACK: FILES[BACK] + "<script src='_code.js'></script><img src='_missing.png'>",
            CSS: "@font-face { font-family: a; src: url('_a%20b.woff2') }",
            **held,
            "media/_other.png": b"nobody names it",
        },
    )
    loaded = made.load(DAY_ONE)
    assert told(loaded) == [("M016", "media/_other.png:0:0"), ("T013", f"{BACK}:7:1")]
    assert {file.name: file.read() for file in loaded.collection.media} == {
        name.rpartition("/")[2]: data.encode() if isinstance(data, str) else data for name, data in held.items()
    }
    outcome = build.build(made.root, build.Options(Terms(DAY_ONE), target=tmp_path / "1.apkg"))
    assert outcome.status == "built"
    assert sorted(package.read(tmp_path / "1.apkg").media) == sorted(name.rpartition("/")[2] for name in held)
    again = build.build(made.root, build.Options(Terms(DAY_ONE), target=tmp_path / "1.apkg"))
    made.write({"media/_deep.ttf": b"another"})
    changed = build.build(made.root, build.Options(Terms(DAY_ONE), target=tmp_path / "2.apkg"))
    assert (again.status, changed.status) == ("built", "built")
    (before, after) = (package.read(tmp_path / f"{n}.apkg").media for n in (1, 2))
    assert {name for name in before if before[name] != after[name]} == {"_deep.ttf"}


def test_files_of_templates_are_left_out_where_nobody_names_them(tmp_path: Path) -> None:
    made = project(tmp_path, files={**FILES, "media/_logo.svg": b"<svg/>"})
    assert made.load(DAY_ONE).collection.media == ()


def test_two_files_with_the_name_in_a_template_are_an_error(tmp_path: Path) -> None:
    held = {"media/a/_logo.png": b"a", "media/b/_logo.png": b"b"}
    assert found(tmp_path, {FRONT: '<img src="_logo.png">{{Word}}', **held})[:1] == [("M003", "media/a/_logo.png:0:0")]


def test_a_note_that_shows_a_file_of_a_template_has_it_under_the_name_of_any_other(tmp_path: Path) -> None:
    notes = "## a {.vocabulary}\n\n![](_logo.png)\n"
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
    files = {**FILES, FRONT: '<img src="_logo.png">{{Word}}', "media/_logo.png": png}
    made = project(tmp_path, notes, files)
    names = [file.name for file in made.load(DAY_ONE).collection.media]
    build.build(made.root, build.Options(Terms(DAY_ONE)))
    made.write({"cards/a.md": notes + "\nmore\n"})
    assert [file.name for file in made.load(DAY_ONE).collection.media] == names
    outcome = build.build(made.root, build.Options(Terms(DAY_ONE), target=tmp_path / "1.apkg"))
    assert outcome.status == "built"
    assert [*package.read(tmp_path / "1.apkg").media] == names
    assert names[0] == "_logo.png" and len(names) == 2


def test_what_anki_s_browser_and_latex_need_is_in_the_package(tmp_path: Path) -> None:
    latex = "latex_header = '''\n\\begin{document}\n'''\nlatex_footer = ''\nlatex_svg = true\n"
    browser = '{ browser_front = "{{Word}}", browser_back = "b", browser_font = "Noto", browser_size = 9 }'
    plain = project(tmp_path / "1").load(DAY_ONE).collection.note_types["vocabulary"]
    made = project(tmp_path / "2", files={**FILES, PLACE: latex + TOML.replace("Produce = {}", f"Produce = {browser}")})
    (note_type,) = package.read(built(made, "1.apkg", 1)).note_types
    of_browser = {"browser_front": "{{Word}}", "browser_back": "b", "browser_font": "Noto", "browser_size": 9}
    assert note_type == replace(
        plain,
        mod=note_type.mod,
        templates=(plain.templates[0], replace(plain.templates[1], **of_browser)),
        latex_header="\\begin{document}\n",
        latex_footer="",
        latex_svg=True,
    )
    changes: tuple[dict[str, object], ...] = (
        {},
        {"latex_svg": True},
        {"latex_footer": ""},
        {"templates": note_type.templates},
    )
    digests = [looks_digest("vocabulary", replace(plain, **change)) for change in changes]
    # Frozen: a literal that has to change here updates the note types of others.
    assert digests[0] == "83071a4caa93a1f2"
    assert len({*digests}) == len(changes)


def test_all_that_a_package_has_of_a_note_type_counts_in_its_contents(tmp_path: Path) -> None:
    held = package.read(built(project(tmp_path), "1.apkg", 1))
    (kind,) = held.note_types
    browser = (replace(kind.templates[0], browser_size=9), *kind.templates[1:])
    kinds = [kind, replace(kind, latex_svg=True), replace(kind, latex_footer=""), replace(kind, templates=browser)]
    assert len({contents_digest(replace(held, note_types=(one,))) for one in kinds}) == len(kinds)


def test_an_edition_has_the_files_that_templates_name(tmp_path: Path) -> None:
    edition = '\n[editions.animals]\ntitle = "Animals"\ndecks = ["Anatomy"]\n'
    files = {**FILES, FRONT: '<img src="_logo.png">{{Word}}', "media/_logo.png": b"logo"}
    loaded = project(tmp_path, files={**files, "deck.toml": SETTINGS + edition}).load(DAY_ONE)
    assert [file.name for file in loaded.edition("animals").media] == ["_logo.png"]
