"""Note types of other decks as those of a project: nothing of them is lost, and their notes are written as sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import import_package
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scratch import DAY_ONE, Scratch

from deckwright import build, limits, notetypes, package, texts
from deckwright.adopt import mapping, types
from deckwright.adopt.types import Adopted
from deckwright.diagnostics import has_errors
from deckwright.identity import Terms
from deckwright.model import Field, NoteType, OwnField, Settings, Template
from deckwright.notetypes import own
from deckwright.package import PackedCard, PackedNote
from deckwright.statistics.counts import count

SETTINGS = Settings("anatomy-k3v9q2xm", "Anatomy", "anatomy")

BASIC = NoteType(
    id=1_700_000_000_001,
    name="Basic",
    family="basic",
    fields=(Field("Front", 8_732_795_348_395_594_786), Field("Back", -4_053_607_279_393_378_693)),
    templates=(Template("Card 1", 79, "{{Front}}", "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}"),),
    css=".card {\n    font-size: 20px;\n}",
    sort_field=0,
    stock_kind=1,
    mod=1_600_000_000,
)
CLOZE = NoteType(
    id=1_700_000_000_002,
    name="Cloze",
    family="cloze",
    fields=(Field("Text", 1), Field("Back Extra", 2)),
    templates=(Template("Cloze", 0, "{{cloze:Text}}", "{{cloze:Text}}<br>{{Back Extra}}"),),
    css="",
    sort_field=0,
    stock_kind=5,
    mod=1_600_000_000,
)
FULL = NoteType(
    id=7,
    name='Français – "Vocabulary"\\1',
    family="basic",
    fields=(
        Field("Mot", 0, 'A "word"', True, True, True, None, "Noto Sans", 12, True, True, True),
        Field("意味", -3),
        Field("Field 3 = x", 4, "back\\slash"),
    ),
    templates=(
        Template("A/B", -9, "{{Mot}}\n<b>{{意味}}</b>", "{{FrontSide}}", "{{Mot}}", 'a "b"', "Arial", 14),
        Template("Card 2", 0, "{{意味}}", "{{Mot}}{{Field 3 = x}}"),
        Template(".hidden", 3, "{{Field 3 = x}}", ""),
    ),
    css="\ufeff.a::before { content: '\\201C\\7f' }",
    sort_field=2,
    mod=5,
    latex_header="\\documentclass{article}\n\\usepackage{chemfig}\n\\begin{document}\n",
    latex_footer="\\end{document} % '''",
    latex_svg=True,
)


def note(note_type: NoteType, *values: str, guid: str = "g") -> PackedNote:
    """A note of a note type, of which the last fields may be missing."""
    fields = {field.name: value for field, value in zip(note_type.fields, [*values, *[""] * 99], strict=False)}
    return PackedNote(guid, 1, 1, note_type.id, fields, (), (PackedCard(0, "Anatomy"),))


def adopt(note_type: NoteType, *notes: Sequence[str]) -> Adopted:
    """The only one."""
    return types.adopted({note_type.id: note_type}, [note(note_type, *values) for values in notes])[note_type.id]


def read(root: Path, *adopted: Adopted) -> tuple[dict[str, NoteType], list[tuple[str, str]]]:
    """What a project with these note types has, and what is told of it: the code and the severity."""
    for one in adopted:
        for name, data in types.files(one).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    owned, found = own.read(root, SETTINGS, notetypes.note_types(SETTINGS))
    if not has_errors(found):
        assert {kind.name: kind.fields for kind in owned.kinds} == {one.key: one.fields for one in adopted}
    return dict(owned.types), [(one.code, one.severity) for one in found]


@pytest.mark.parametrize("note_type", [BASIC, CLOZE, replace(BASIC, mod=1, sort_field=1)])
def test_a_note_type_comes_back_as_it_was(tmp_path: Path, note_type: NoteType) -> None:
    adopted = adopt(note_type)
    assert read(tmp_path, adopted) == ({adopted.key: note_type}, [])


def test_all_that_anki_knows_of_a_note_type_comes_back(tmp_path: Path) -> None:
    adopted = adopt(FULL)
    assert adopted.note_type == replace(FULL, name="Français – Vocabulary\\1")
    assert read(tmp_path, adopted) == ({"francais-vocabulary-1": adopted.note_type}, [])


def test_the_files_are_what_somebody_would_write() -> None:
    full = {name: data.decode() for name, data in types.files(adopt(FULL)).items()}
    assert full["notetypes/francais-vocabulary-1/notetype.toml"] == (
        """\
kind = "basic"
name = "Français – Vocabulary\\\\1"
id = 7
mod = 5
sort_field = "Field 3 = x"
latex_svg = true
latex_header = '''
\\documentclass{article}
\\usepackage{chemfig}
\\begin{document}
'''
latex_footer = "\\\\end{document} % '''"

[fields]
Mot = { from = "heading", id = 0, description = "A \\"word\\"", font = "Noto Sans", size = 12, right_to_left = true, sticky = true, collapsed = true, plain_text = true, prevent_deletion = true, exclude_from_search = true }
"意味" = { label = "意味", id = -3 }
"Field 3 = x" = { from = "answer", id = 4, description = "back\\\\slash" }

[templates]
"A/B" = { id = -9, file = "card-1", browser_front = "{{Mot}}", browser_back = "a \\"b\\"", browser_font = "Arial", browser_size = 14 }
"Card 2" = { id = 0 }
".hidden" = { id = 3, file = "card-3" }
"""
    )
    assert sorted(full) == [
        f"notetypes/francais-vocabulary-1/{name}"
        for name in (
            "Card 2.back.html", "Card 2.front.html", "card-1.back.html", "card-1.front.html",
            "card-3.back.html", "card-3.front.html", "notetype.toml", "style.css",
        )
    ]  # fmt: skip
    assert {name: data.decode() for name, data in types.files(adopt(BASIC)).items()} == {
        "notetypes/anki-basic/notetype.toml": """\
kind = "basic"
name = "Basic"
id = 1700000000001
mod = 1600000000
stock_kind = 1

[fields]
Front = { from = "heading", id = 8732795348395594786 }
Back = { from = "answer", id = -4053607279393378693 }

[templates]
"Card 1" = { id = 79 }
""",
        "notetypes/anki-basic/front.html": "{{Front}}\n",
        "notetypes/anki-basic/back.html": "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}\n",
        "notetypes/anki-basic/style.css": ".card {\n    font-size: 20px;\n}\n",
    }


# What Anki lives with


FAULTS = {
    "two equal fronts": replace(
        BASIC, templates=(*BASIC.templates, replace(BASIC.templates[0], name="Card 2", id=80))
    ),
    "a section that is never closed": replace(BASIC, templates=(Template("Card 1", 1, "{{#Front}}{{Front}}", "{{Back}}"),)),
    "a field that is missing": replace(BASIC, templates=(Template("Card 1", 1, "{{Front}}", "{{Hint}}{{#Old}}x{{/Old}}"),)),
    "a front without a field": replace(BASIC, templates=(Template("Card 1", 1, "What?", "{{Back}}"),)),
    "an empty front": replace(BASIC, templates=(Template("Card 1", 1, "", ""),)),
    "scripts": replace(BASIC, templates=(Template("Card 1", 1, "{{Front}}<script src='_a.js'></script>", "<b onclick=x>"),)),
    "a cloze type that shows none": replace(CLOZE, templates=(Template("Cloze", 1, "{{Text}}", "{{FrontSide}}"),)),
    "a field called FrontSide": replace(BASIC, fields=(Field("Front", 1), Field("FrontSide", 2))),
    "long names": replace(BASIC, name="n" * 300, fields=(Field("f" * 300, 1), Field("Back", 2))),
    "two equal ids": replace(BASIC, fields=(Field("Front", 1), Field("Back", 1))),
}  # fmt: skip


@pytest.mark.parametrize("note_type", FAULTS.values(), ids=FAULTS)
def test_what_anki_lives_with_is_a_warning(tmp_path: Path, note_type: NoteType) -> None:
    adopted = adopt(note_type)
    made, found = read(tmp_path, adopted)
    assert made == {adopted.key: note_type}
    assert found != []
    assert {severity for _, severity in found} == {"warning"}


def test_what_runs_and_what_is_loaded_is_told_once(tmp_path: Path) -> None:
    side = "{{edit:Front}}{{x:Front}}" + "<script>1</script><img src='//a.org/b.png'><img src='c.png'>" * 9
    adopted = adopt(replace(BASIC, templates=(Template("Card 1", 1, side, side),), css="@import '//a.org/b.css';"))
    assert read(tmp_path, adopted)[1] == [("T012", "warning")] + [("T013", "warning")] * 3


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "scripts"])
def test_the_same_is_an_error_in_a_note_type_that_does_not_come_from_elsewhere(tmp_path: Path, fault: str) -> None:
    adopted = adopt(FAULTS[fault])
    read(tmp_path, adopted)
    path = tmp_path / "notetypes" / adopted.key / "notetype.toml"
    path.write_text(path.read_text("utf-8").replace("mod = 1600000000\n", ""), "utf-8")
    owned, found = own.read(tmp_path, SETTINGS, {})
    assert owned.types == {}
    assert "error" in [one.severity for one in found]


NAMES = {
    "what Anki takes out": (
        replace(BASIC, name=' "B" ', fields=(Field("#Front: {x}", 1), Field(' "" ', 2), Field("Field", 3)), templates=(Template('a"b\n', 1, "{{Front}}", ""), Template("ab", 2, "{{Back}}", ""))),
        replace(BASIC, name=" B ", fields=(Field("Front x", 1), Field("Field", 2), Field("Field+", 3)), templates=(Template("ab", 1, "{{Front}}", ""), Template("ab+", 2, "{{Back}}", ""))),
    ),
    "capitals": (
        replace(BASIC, fields=(Field("front", 1), Field("Front", 2))),
        replace(BASIC, fields=(Field("front", 1), Field("Front+", 2))),
    ),
    "other line ends": (
        replace(BASIC, css=".a\r\n{}\r\n\n", templates=(Template("Card 1", 1, "{{Front}}\r\n", "a\0\n\n"),)),
        replace(BASIC, css=".a\n{}\n\n", templates=(Template("Card 1", 1, "{{Front}}\n", "a\n\n"),)),
    ),
    "numbers that make no sense": (
        replace(BASIC, sort_field=9, stock_kind=77, mod=-1, fields=(Field("Front", 1, size=0), Field("Back", 2, size=999))),
        replace(BASIC, sort_field=1, stock_kind=0, mod=1, fields=(Field("Front", 1, size=1), Field("Back", 2, size=200))),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given_", "expected"), NAMES.values(), ids=NAMES)
def test_names_are_those_that_anki_gives_it(tmp_path: Path, given_: NoteType, expected: NoteType) -> None:
    adopted = adopt(given_, ["a", "b"])
    assert adopted.note_type == expected
    made, found = read(tmp_path, adopted)
    assert made == {adopted.key: expected}
    assert "error" not in [severity for _, severity in found]
    assert adopted.of(note(given_, "a", "b", "c")).fields == dict(
        zip([field.name for field in expected.fields], ["a", "b", "c"], strict=False)
    )


def test_no_two_have_the_same_name_or_the_same_folder() -> None:
    kinds = {
        n: replace(BASIC, id=n, name=name)
        for n, name in enumerate(
            ["Word", "word", "Word!", "Mine Basic", "基", "x" * 90, "2nd", "rows", "Basic-9a713", "a-ended"], 1
        )
    }
    made = types.adopted(kinds, [], ["mine basic"])
    assert {id_: (one.note_type.name, one.key) for id_, one in made.items()} == {
        1: ("Word", "word"),
        2: ("word+", "word-2"),
        3: ("Word!", "word-3"),
        4: ("Mine Basic+", "mine-basic"),
        5: ("基", "note-type"),
        6: ("x" * 90, "x" * 40),
        7: ("2nd", "type-2nd"),
        8: ("rows", "anki-rows"),
        9: ("Basic-9a713", "anki-basic"),
        10: ("a-ended", "a-ended"),
    }


def test_what_is_too_much_is_told() -> None:
    kinds = {
        1: replace(BASIC, templates=()),
        2: replace(BASIC, fields=tuple(Field(f"f{n}", n) for n in range(limits.MAX_FIELDS + 1))),
        3: replace(BASIC, css="x" * limits.MAX_NOTE_TYPE_BYTES),
        4: replace(BASIC, id=0),
        5: replace(BASIC, latex_header="x" * limits.MAX_SETTINGS_BYTES),
        6: BASIC,
    }
    assert types.refused(kinds) == {
        1: "its note type has no templates",
        2: f"its note type has {limits.MAX_FIELDS + 1} fields, and here it can have {limits.MAX_FIELDS}",
        3: "its stylesheet has more than 256 KiB",
        4: "its note type has the id 0, which Anki does not import",
        5: "its note type has names, LaTeX or formats for the browser that are too long",
    }
    assert [*types.adopted(kinds, [])] == [6]
    many = {n: replace(BASIC, id=n, name=f"{n}") for n in range(1, limits.MAX_NOTE_TYPES + 3)}
    assert [*types.refused(many)] == [limits.MAX_NOTE_TYPES + 1, limits.MAX_NOTE_TYPES + 2]
    assert len(types.adopted(many, [])) == limits.MAX_NOTE_TYPES


NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXT = st.text(st.sampled_from("{}#/^:<>\"'\\\r\n\t\0\x7f\ufeffab &é"), max_size=30)
KINDS = st.builds(
    NoteType,
    id=st.integers(1, 2**63 - 1),
    name=NAME,
    family=st.sampled_from(["basic", "cloze"]),
    fields=st.lists(st.builds(Field, name=NAME, id=st.integers(-(2**63) + 1, 2**63 - 1), description=TEXT, tag=st.none() | st.integers(0, 4), font=TEXT), min_size=1, max_size=5).map(tuple),
    templates=st.lists(st.builds(Template, name=NAME, id=st.integers(-9, 9), front=TEXT, back=TEXT, browser_front=TEXT, browser_size=st.integers(0, 300)), min_size=1, max_size=3).map(tuple),
    css=TEXT,
    sort_field=st.integers(0, 9),
    latex_header=TEXT,
    latex_footer=TEXT,
)  # fmt: skip


@settings(max_examples=12)
@given(kinds=st.lists(KINDS, min_size=1, max_size=3, unique_by=lambda kind: kind.id))
def test_any_note_type_comes_back_as_anki_has_it(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[NoteType]
) -> None:
    made = types.adopted({kind.id: kind for kind in kinds}, [])
    owned, found = read(tmp_path_factory.mktemp("any"), *made.values())
    assert owned == {one.key: one.note_type for one in made.values()}
    assert [severity for _, severity in found if severity == "error"] == []
    assert [(one.note_type.id, one.note_type.css.split()) for one in made.values()] == [
        (kind.id, kind.css.replace("\0", "").split()) for kind in sorted(kinds, key=lambda kind: kind.id)
    ]


# What of a section goes to which field


def mapped(adopted: Adopted) -> dict[str, str]:
    return {field.name: field.part or f"{field.label}:" for field in adopted.fields}


def fields_(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, number) for number, name in enumerate(names, 1))


WORD = replace(
    BASIC,
    name="Word",
    fields=fields_("Sort", "Front", "Back", "Hint", "More info"),
    templates=(
        Template("One", 1, "{{#Sort}}{{Sort}}{{/Sort}}{{Front}}", "{{FrontSide}}{{Back}}{{Hint}}"),
        Template("Two", 2, "{{Back}}{{Hint}}", "{{Front}}{{More info}}"),
    ),
)
MAPPED = {
    "by the templates": ([], "Sort", "Back"),
    "by what is filled": ([["1", "a", "b"], ["", "a", "b"], ["", "a", "b"]], "Front", "Back"),
    "by what is filled in most": ([["1", "a", "b"], ["2", "", "b"], ["", "a", "b"], ["4"]], "Sort", "Back"),
    "the longest": ([["", "a", "b", "hint"], ["", "a", "b", "hint"], ["", "a", "back", "h"]], "Front", "Hint"),
    "by what tells notes apart": ([["I", f"a{n}", f"b{n}"] for n in range(4)], "Front", "Back"),
    "with few notes": ([["I", f"a{n}", f"b{n}"] for n in range(3)], "Sort", "Back"),
    "with nothing filled": ([["", "", "", "", "x"], ["", "<br>", "", "", "x"]], "Sort", "More info"),
}


@pytest.mark.parametrize(("notes", "heading", "answer"), MAPPED.values(), ids=MAPPED)
def test_what_asks_is_the_heading_and_the_longest_the_answer(
    notes: Sequence[Sequence[str]], heading: str, answer: str
) -> None:
    parts = {name: part for name, part in mapped(adopt(WORD, *notes)).items() if not part.endswith(":")}
    assert {part: name for name, part in parts.items()} == {"heading": heading, "answer": answer}


def test_a_note_type_may_have_one_field(tmp_path: Path) -> None:
    alone = adopt(replace(BASIC, fields=fields_("Front"), templates=(Template("C", 1, "{{Front}}", "{{Front}}"),)))
    assert mapped(alone) == {"Front": "heading"}
    assert read(tmp_path, alone)[1] == []


def test_the_text_of_a_cloze_type_is_what_its_templates_show_with_gaps() -> None:
    two = replace(
        CLOZE,
        fields=fields_("Title", "Old", "Text", "Extra"),
        templates=(Template("C", 1, "{{cloze:Old}}{{cloze:Text}}", "{{cloze:Text}}"),),
    )
    assert mapped(adopt(two)) == {"Title": "Title:", "Old": "answer", "Text": "Text:", "Extra": "Extra:"}
    assert mapped(adopt(two, ["", "", "a"])) == {"Title": "Title:", "Old": "Old:", "Text": "answer", "Extra": "Extra:"}
    assert (mapping.asking(two), mapping.asking(BASIC)) == ({"Old", "Text"}, set())


LABELS = {
    "Hint": "Hint", "2. Sense": "2 Sense", "1) x": "x", "- [ ] *a*_b": "a b", "A  B": "A B 2", "Q&A": "Q A", "意味": "意味",
    "it's (so)": "it's (so)", "<b>": "b", "***": "Field", "hint": "hint 2", "http//x": "http//x", "!": "Field 2", "é": "é",
}  # fmt: skip


def test_labels_are_names_that_markdown_reads_as_text(tmp_path: Path) -> None:
    kind = replace(BASIC, fields=fields_("Front", "Back", *LABELS))
    lengths = [["a", "bbb"]]
    adopted = adopt(kind, *lengths)
    assert [field.label for field in adopted.fields[2:]] == [*LABELS.values()]
    labelled = "\n\n".join(f"{label}: value {number}" for number, label in enumerate(LABELS.values()))
    values, found = written(tmp_path, f"## f {{.anki-basic #one}}\n\nb\n\n{labelled}\n", adopted)
    assert found == []
    assert values == [["f", "b", *(f"value {number}" for number in range(len(LABELS)))]]


# How a note is written


def written(root: Path, notes: str, *adopted: Adopted) -> tuple[list[list[str]], list[str]]:
    """The fields of the notes of a project with these note types, and the codes of what is told."""
    scratch = Scratch(root)
    scratch.write({"cards/a.md": notes} | {name: data for one in adopted for name, data in types.files(one).items()})
    loaded = scratch.load(DAY_ONE)
    made = loaded.collection.note_types
    values = [list(made[one.note_type].values(one.fields)) for one in loaded.collection.notes]
    return values, [one.code for one in loaded.diagnostics]


ASKED = adopt(
    replace(
        BASIC,
        name="Word",
        fields=fields_("Front", "Back", "Hint", "Card"),
        templates=(Template("C", 1, "{{Front}}{{Back}}{{Hint}}", "{{Back}}"),),
    )
)
SECTIONS = {
    "a line": ("q", "a\n\nHint: h", ["q", "a", "h", ""]),
    "no answer": ("q", "", ["q", "", "", ""]),
    "no answer, but a hint": ("q", "Hint: h", ["q", "", "h", ""]),
    "no heading": ("", "a", ["", "a", "", ""]),
    "a rich heading": ("", "- a\n- b\n\n---\n\nback", ["<ul><li>a</li><li>b</li></ul>", "back", "", ""]),
    "a heading of one paragraph": ("", "a **b**\n\n---\n\nback", ["a <strong>b</strong>", "back", "", ""]),
    "a rich heading with a rule": ("", "a\n\n<hr>\n\nb\n\n---\n\nback", ["<p>a</p><hr><p>b</p>", "back", "", ""]),
    "a rich heading without an answer": ("", "- a\n\n---\n\n<br>", ["<ul><li>a</li></ul>", "<br>", "", ""]),
    "a rich heading and an empty label": ("", "- a\n\n---\n\nHint:", ["<ul><li>a</li></ul>", "", "", ""]),
    "an answer with a rule": ("q", "a\n\n<hr>\n\nb", ["q", "<p>a</p><hr><p>b</p>", "", ""]),
    "an answer with rules": ("q", "---\n\na\n\n---\n\nb", ["q", "<p>a</p><hr><p>b</p>", "", ""]),
    "an empty label": ("q", "a\n\nHint:\nCard: c", ["q", "a", "", "c"]),
    "a value that begins with a label": ("q", "Hint: Card: x", ["q", "", "Card: x", ""]),
    "an answer that begins with a label": ("q", "Hint\\: x", ["q", "Hint: x", "", ""]),
    "a label in a list": ("q", "Hint:\n\n- Card: x", ["q", "", "<ul><li>Card: x</li></ul>", ""]),
    "blocks behind a label": ("q", "Hint:\n\n<div>a</div>\n\n| a |\n|---|\n\nCard: c", ["q", "", '<div>a</div><div class="dw-table"><table><thead><tr><th scope="col">a</th></tr></thead></table></div>', "c"]),
    "lines behind a label": ("q", "a\n\nHint: a\\\nb", ["q", "a", "a<br>\nb", ""]),
    "an alert at the end": ("q", "Hint:\n\n> [!note]\n> x", ["q", '<div class="dw-alert dw-alert-note"><p class="dw-alert-title">Note</p><p>x</p></div>', "", ""]),
}  # fmt: skip


@pytest.mark.parametrize(("heading", "body", "values"), SECTIONS.values(), ids=SECTIONS)
def test_a_section_has_each_field_of_a_note(tmp_path: Path, heading: str, body: str, values: list[str]) -> None:
    assert written(tmp_path, f"## {heading} {{.word #one}}\n\n{body}\n", ASKED) == ([values], [])


GAPS = replace(
    CLOZE,
    name="Gaps",
    fields=fields_("Title", "Text", "Text 2", "Extra"),
    templates=(Template("C", 1, "{{cloze:Text}}{{cloze:Text 2}}", "{{cloze:Text}}{{cloze:Text 2}}{{Title}}{{Extra}}"),),
)
SHAPE = "{{c0::image-occlusion:text:left=.1:top=.1:text=a b:scale=1}}"
MASK = "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.4:oi=1}}"
GAP_SECTIONS = {
    "a paragraph": ("{{c1::a::h}} {{c2::b {{c3::c}}}}", ["", "{{c1::a::h}} {{c2::b {{c3::c}}}}", "", ""], []),
    "two": ("{{c1::a}}\n\n---\n\nb\n\nTitle: t", ["t", "<p>{{c1::a}}</p><hr><p>b</p>", "", ""], []),
    "a list": ("- {{c1::a}}", ["", "<ul><li>{{c1::a}}</li></ul>", "", ""], []),
    "masks": (f"{MASK}<br>{MASK}<br>", ["", f"{MASK}<br>{MASK}<br>", "", ""], []),
    "a shape for all cards": (
        f"{MASK}<br>{SHAPE}<br>",
        ["", f"{MASK}<br>{SHAPE}<br>", "", ""],
        [],
    ),
    "a number that no card has": ("{{c1::a}} {{c0::b}}", [], ["C007"]),
    "another field with gaps": ("{{c1::a}}\n\nText 2: {{c2::b}}", ["", "{{c1::a}}", "{{c2::b}}", ""], []),
    "that field alone": ("Text 2:\n\n{{c2::b}}\n\n- {{c1::a}}", ["", "", "<p>{{c2::b}}</p><ul><li>{{c1::a}}</li></ul>", ""], []),
    "a field that hides nothing": ("{{c1::a}}\n\nExtra: {{c2::b}}", ["", "{{c1::a}}", "", "{<wbr>{c2::b}}"], ["C008"]),
    "new gaps in both": ("==a==\n\nText 2: ==b::h==", ["", "{{c1::a}}", "{{c2::b::h}}", ""], []),
}  # fmt: skip


@pytest.mark.parametrize(("body", "values", "codes"), GAP_SECTIONS.values(), ids=GAP_SECTIONS)
def test_a_section_has_each_field_of_a_cloze_note(
    tmp_path: Path, body: str, values: list[str], codes: list[str]
) -> None:
    adopted = adopt(GAPS, ["", "x"])
    made = written(tmp_path, f"## {{.gaps #one}}\n\n{body}\n", adopted)
    assert made == ([values] if values else [], codes)


# In Anki


def as_adopted(root: Path, source: Path, sections: Mapping[str, str]) -> tuple[Path, dict[int, NoteType]]:
    """The package of a project that has the note types of a package, each with one section by the name of its folder, and these
    note types as the package has them.
    """
    held = package.read(source)
    kinds = {note_type.id: note_type for note_type in held.note_types}
    assert types.refused(kinds) == {}
    adopted = types.adopted(kinds, held.notes)
    assert {one.key for one in adopted.values()} == sections.keys()
    scratch = Scratch(root)
    notes = "\n".join(f"## {text}" for text in sections.values())
    files = {name: data for one in adopted.values() for name, data in types.files(one).items()}
    scratch.write({"cards/a.md": notes} | files | {"media/_logo.png": b"logo", "media/m.png": PNG})
    outcome = build.build(root, build.Options(Terms(DAY_ONE), target=root / "1.apkg"))
    assert outcome.status == "built", [one.message for one in scratch.load(DAY_ONE).diagnostics]
    made = {note_type.id: note_type for note_type in package.read(root / "1.apkg").note_types}
    assert made == {id_: one.note_type for id_, one in adopted.items()}
    return root / "1.apkg", kinds


def look(kind: Mapping[str, Any]) -> dict[str, Any]:
    """All that a note type is for its learners: no times, nothing that Anki calculates, no line breaks at the ends of texts."""
    parts = {
        key: [{name: _text(value) for name, value in part.items() if name != "media"} for part in kind[key]]
        for key in ("flds", "tmpls")
    }
    return {
        key: _text(value)
        for key, value in kind.items()
        if key not in ("mod", "usn", "req", "originalId", "vers", "tags")
    } | parts


def _text(value: Any) -> Any:
    return value.replace("\r\n", "\n").rstrip("\n") if isinstance(value, str) else value


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30


@pytest.mark.anki
@pytest.mark.ci
@pytest.mark.parametrize("legacy", [True, False])
def test_note_types_of_anki_stay_as_they_are(collection, tmp_path: Path, legacy: bool) -> None:
    from anki.collection import DeckIdLimit, ExportAnkiPackageOptions

    models = collection.models
    mine = models.by_name("Basic (and reversed card)")
    mine["name"], mine["latexPre"], mine["latexsvg"], mine["sortf"] = "Mine", "\\begin{document}\n", True, 1
    mine["css"] += "\n.a { src: url('_logo.png') }\r\n\n"
    mine["tmpls"][0] |= {"bqfmt": "{{Front}}!", "bafmt": "b", "bfont": "Noto", "bsize": 14}
    mine["flds"][1] |= {"rtl": True, "font": "Noto", "size": 31, "description": "d", "plainText": True}
    models.update_dict(mine)
    (collection.media.dir() and Path(collection.media.dir()) / "_logo.png").write_bytes(b"logo")
    (Path(collection.media.dir()) / "m.png").write_bytes(PNG)
    notes = {
        "Basic": ["a", "b"], "Mine": ["a", "b"], "Cloze": ["{{c1::a}}"], "Image Occlusion": [MASK, '<img src="m.png">'],
        "Basic (type in the answer)": ["a", "b"], "Basic (optional reversed card)": ["a", "b", "y"],
    }  # fmt: skip
    for name, values in notes.items():
        new = collection.new_note(models.by_name(name))
        new.fields[: len(values)] = values
        collection.add_note(new, collection.decks.id("Anatomy"))
    options = ExportAnkiPackageOptions(with_media=True, legacy=legacy)
    collection.export_anki_package(
        out_path=str(tmp_path / "old.apkg"), limit=DeckIdLimit(collection.decks.id("Anatomy")), options=options
    )
    before = {kind["id"]: kind for kind in map(dict, models.all())}
    sections = {
        "anki-basic": "a {.anki-basic #a}\n\nb",
        "mine": "a {.mine #b}\n\nb",
        "anki-cloze": "{.anki-cloze #c}\n\n{{c1::a}}",
        "image-occlusion": f"{{.image-occlusion #d}}\n\n{MASK}<br>{SHAPE}<br>\n\nImage: ![](m.png)",
        "basic-type-in-the-answer": "a {.basic-type-in-the-answer #e}\n\nb",
        "basic-optional-reversed-card": "a {.basic-optional-reversed-card #f}\n\nb\n\nAdd Reverse: y",
    }
    path, kinds = as_adopted(tmp_path / "p", tmp_path / "old.apkg", sections)
    assert import_package(collection, path) == {"new": 6, "updated": 0, "duplicate": 0, "conflicting": 0}
    after = {kind["id"]: kind for kind in models.all()}
    # A note type that nobody ever changed has the time 0, which is none in a project: it gets 1, and looks the same.
    never = {id_ for id_, kind in before.items() if id_ in kinds and not kind["mod"]}
    assert len(never) == 5
    assert {id_: kind for id_, kind in after.items() if id_ not in never} == {
        id_: kind for id_, kind in before.items() if id_ not in never
    }
    assert {after[id_]["mod"] for id_ in never} == {1}
    assert {id_: look(after[id_]) for id_ in never} == {id_: look(before[id_]) for id_ in never}
    (id_,) = collection.db.list("SELECT id FROM notes WHERE flds LIKE '%\"m-%'")
    shown = collection.get_image_occlusion_note(id_).note
    assert (shown.image_file_name.startswith("m-"), len(shown.occlusions)) == (True, 2)
    # And for somebody who has nothing of it yet.
    import anki.collection

    other = anki.collection.Collection(str(tmp_path / "other.anki2"))
    try:
        assert import_package(other, path)["new"] == 6
        theirs = other.models.get(mine["id"])
        assert look(theirs) == look(before[mine["id"]])
        assert theirs["mod"] == before[mine["id"]]["mod"]
        assert (Path(other.media.dir()) / "_logo.png").read_bytes() == b"logo"
    finally:
        other.close()


@pytest.mark.anki
@pytest.mark.ci
def test_note_types_with_faults_stay_as_anki_has_them(collection, tmp_path: Path) -> None:
    import genanki

    sides = {
        "same": [("{{F}}", "{{B}}"), ("{{F}}", "{{F}}")],
        "gone": [("{{F}}{{Old}}", "{{Old}}")],
        "none": [("{{F}}", "{{B}}"), ("What?", "{{B}}")],
        "quote": [("{{F}}", "{{B}}")],
    }
    deck = genanki.Deck(99, "Anatomy")
    for number, (name, templates) in enumerate(sides.items(), 1):
        shown = f' {name}"s' if name == "quote" else name
        fields = (
            [{"name": "F"}, {"name": "B"}, {"name": "f"}]
            if name == "same"
            else [{"name": "F"}, {"name": '"B" '}, {"name": "B"}]
        )
        made = [{"name": f'Card "{n}"', "qfmt": front, "afmt": back} for n, (front, back) in enumerate(templates)]
        model = genanki.Model(1_000_000_000 + number, shown, fields, made, css=".card {}\r\n")
        deck.add_note(genanki.Note(model, ["w", "m", "m"], guid=f"guid-{name}"))
    genanki.Package(deck).write_to_file(tmp_path / "old.apkg", timestamp=DAY_ONE)
    import_package(collection, tmp_path / "old.apkg")
    before = {kind["id"]: dict(kind) for kind in collection.models.all()}
    path, _ = as_adopted(
        tmp_path / "p",
        tmp_path / "old.apkg",
        {key: f"w {{.{key} #{key}}}\n\nm" for key in ("same", "gone", "none", "quote-s")},
    )
    assert import_package(collection, path) == {"new": 4, "updated": 0, "duplicate": 0, "conflicting": 0}
    assert {kind["id"]: kind for kind in collection.models.all()} == before
    adopted = types.adopted({kind.id: kind for kind in package.read(tmp_path / "old.apkg").note_types}, [])
    for id_, one in adopted.items():
        held = before[id_]
        assert (one.note_type.name, [field.name for field in one.note_type.fields]) == (
            held["name"],
            [f["name"] for f in held["flds"]],
        )
        assert [template.name for template in one.note_type.templates] == [
            template["name"] for template in held["tmpls"]
        ]


# What stays


def test_the_shape_of_an_adopted_note_type_stays(tmp_path: Path) -> None:
    adopted = adopt(BASIC)
    scratch = Scratch(tmp_path)
    scratch.write({"cards/a.md": "## a {.anki-basic #a}\n\nb\n"} | {**types.files(adopted)})
    scratch.release("0.0.0", DAY_ONE)
    assert [one.code for one in scratch.load(DAY_ONE).diagnostics] == []
    more = replace(adopted, note_type=replace(BASIC, fields=(*BASIC.fields, Field("Hint", 5))))
    more = replace(more, fields=(*adopted.fields, OwnField("Hint", "5", label="Hint")))
    scratch.write({**types.files(more)})
    assert [(one.code, one.severity) for one in scratch.load(DAY_ONE).diagnostics] == [("I016", "error")]
    renamed = replace(
        adopted,
        note_type=replace(
            BASIC,
            fields=(BASIC.fields[0], replace(BASIC.fields[1], name="B")),
            templates=(replace(BASIC.templates[0], back="{{B}}"),),
        ),
    )
    scratch.write({**types.files(replace(renamed, fields=(adopted.fields[0], replace(adopted.fields[1], name="B"))))})
    assert [one.code for one in scratch.load(DAY_ONE).diagnostics] == []


def test_a_note_with_masks_in_another_language_is_one_like_others(tmp_path: Path) -> None:
    kind = replace(
        CLOZE,
        name="IO",
        family="occlusion",
        fields=(Field("画像", 2, tag=1), Field("隠", 1, tag=0), Field("Kopf", 3, tag=2)),
        templates=(Template("C", 1, "{{Kopf}}{{cloze:隠}}{{画像}}", "{{cloze:隠}}{{画像}}"),),
        stock_kind=6,
    )
    adopted = adopt(kind)
    assert mapped(adopted) == {"画像": "画像:", "隠": "answer", "Kopf": "Kopf:"}
    scratch = Scratch(tmp_path)

    def numbers(*left: str) -> tuple[list[tuple[int, ...]], list[str]]:
        masks = [MASK.replace("c1", f"c{n}").replace("left=.1", f"left={at}") for n, at in enumerate(left, 1)]
        scratch.write({"cards/a.md": f"## {{.io #a}}\n\n{'<br>'.join(masks)}\n\n画像: ![A heart](m.png)\n"})
        loaded = scratch.load(DAY_ONE)
        (held,) = loaded.collection.notes
        assert [(one.ordinal, one.question) for one in texts.cards(held, kind)] == [
            (n, "[A heart]\n[...]") for n in range(len(left))
        ]
        drawn = replace(held, fields=held.fields | {"隠": held.fields["隠"] + MASK.replace("c1", "c0")})
        assert texts.cards(drawn, kind) == texts.cards(held, kind)
        assert count(loaded.collection, loaded.notes.written).kinds["io"].cards == len(left)
        return [*loaded.notes.numbers()], [one.code for one in loaded.diagnostics]

    scratch.write({"media/m.png": PNG, **types.files(adopted)})
    assert numbers(".1", ".2", ".3") == ([(1, 2, 3)], [])
    scratch.release("1.0.0", DAY_ONE)
    assert numbers(".1", ".5", ".6") == ([(1, 2, 3)], [])
