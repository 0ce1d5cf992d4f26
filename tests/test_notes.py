"""`compile_file`: what it gives can be kept and sent, and hangs on nothing but the file; its kinds are a table."""

from __future__ import annotations

import pickle
from pathlib import Path

import casefiles
import msgspec
import pytest
from casefiles import PATH, SETTINGS
from scratch import DAY_ONE, Scratch

from deckwright import notes
from deckwright.diagnostics import Diagnostic
from deckwright.model import Settings, Written
from deckwright.notes.kinds import KINDS
from deckwright.read import sections
from deckwright.read.tags import Kind, Vocabulary

CARDS = sorted((Path(__file__).parents[1] / "cards").glob("**/*.md"))
FILES = {f"{case.kind}/{case.path.stem}": case.data for case in casefiles.find()} | {
    f"cards/{path.stem}": path.read_bytes() for path in CARDS
}
Compiled = tuple[list[Written], list[Diagnostic]]


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
def test_what_goes_in_and_comes_out_can_be_kept(data: bytes) -> None:
    """`repr` shows all of a value: two spans are equal whatever line they are of."""
    for value, type_ in ((SETTINGS, Settings), (notes.compile_file(PATH, data, SETTINGS), Compiled)):
        assert repr(pickle.loads(pickle.dumps(value))) == repr(value)
        for format_ in (msgspec.msgpack, msgspec.json):
            assert repr(format_.decode(format_.encode(value), type=type_)) == repr(value)


@pytest.mark.ci
def test_no_file_leaves_anything_for_the_next() -> None:
    first = {name: repr(notes.compile_file(PATH, data, SETTINGS)) for name, data in FILES.items()}
    for name, data in reversed(FILES.items()):
        assert repr(notes.compile_file(PATH, data, SETTINGS)) == first[name]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("## Q {.basic}\n\nx\n".encode("utf-16le"), (1, 2, 0)),
        ("## Q {.basic}\n\nx\n".encode("utf-16be"), (1, 1, 0)),
        ("## Q {.basic}\n\nx\n".encode("utf-16"), (1, 1, 0xFF)),
        ("## Q\n\né\n".encode("latin-1"), (3, 1, 0xE9)),
        (b"## Q {.basic}\n\nx \0 y\n", None),
        (b"", None),
    ],
    ids=["UTF-16, little", "UTF-16, big", "UTF-16 with its mark", "Latin-1", "one byte of 0", "nothing"],
)
def test_a_file_that_is_not_utf_8_is_told(data: bytes, place: tuple[int, int, int] | None) -> None:
    _, found = notes.compile_file(PATH, data, SETTINGS)
    told = [(one.code, one.span.line, one.span.column, *one.arguments) for one in found]
    assert told == ([("S001", *place)] if place else [])


def test_of_many_findings_in_one_line_only_some_show_it() -> None:
    """It is kept with each of them, in the cache too."""
    _, found = notes.compile_file(PATH, ("## Q {.cloze}\n\n==x==, ==y\n" + "==a " * 2_000 + "\n").encode(), SETTINGS)
    shown = [one for one in found if one.span.text]
    assert len(found) == 2_001
    assert [sum(one.span.line == line for one in shown) for line in (3, 4)] == [1, 100]
    assert {(one.code, one.span.line) for one in found if not one.span.text} == {("C010", 4)}


@pytest.mark.parametrize("kind", ["basic", "cloze"])
@pytest.mark.parametrize("tag", ["", " {.basic}"])
def test_a_heading_that_is_too_long_is_told_as_that_alone(kind: str, tag: str) -> None:
    """It is not read, and yet there is a question in it."""
    data = f"---\nkind: {kind}\n---\n\n## {'why ' * 5_001}{tag}\n\nx\n"
    written, found = notes.compile_file(PATH, data.encode(), SETTINGS)
    assert (written, [(one.code, one.span.line) for one in found]) == ([], [("N010", 5)])


def test_the_order_of_notes_is_that_of_the_file() -> None:
    written, _ = notes.compile_file(PATH, b"## a {.cloze}\n==b==\n## c {.items}\n- **d**: e\n- **f**: g\n", SETTINGS)
    assert [note.path for note in written] == [("a",), ("c", "d"), ("c", "f")]


def test_a_kind_is_known_by_its_row_alone() -> None:
    vocabulary = Vocabulary((Kind("fact", cuts=("lines",), switches=("loud",)), Kind("saying", cuts=(), switches=())))
    data = b"## a #card\nx\n## b {.lines}\nx\n## c {.saying .loud}\nx\n## d #card/facts\nx\n## e #card/basic\nx\n"
    read, found = sections.read(PATH, data, vocabulary)
    assert [(section.title.text, section.kind, section.tag.cut) for section in read] == [
        ("a", "fact", ""),
        ("b", "fact", "lines"),
    ]
    assert [(one.code, one.arguments, one.hint) for one in found] == [
        ("S013", ("saying", "loud", ()), "remove `loud`: `saying` goes with no cut and no switch"),
        ("S011", ("facts", vocabulary.names), "did you mean `fact`?"),
        ("S011", ("basic", vocabulary.names), "use one of fact, saying, skip, lines, loud"),
    ]


def test_front_matter_names_kinds_of_the_table() -> None:
    _, found = sections.read(
        PATH, b"---\nkind: fakt\n---\n", Vocabulary((Kind("fact", (), ()), Kind("saying", (), ())))
    )
    assert [(one.message, one.hint) for one in found] == [
        ("`kind` must be fact or saying, not `fakt`", "did you mean `fact`?")
    ]


def test_every_kind_has_a_note_type() -> None:
    assert {kind.note_type for kind in KINDS.values()} <= casefiles.FIELDS.keys()


def told(root: Path, files: dict[str, str]) -> list[tuple[str, str, int, str]]:
    """What is found in a project with these files of notes."""
    project = Scratch(root)
    project.card_files(files)
    found = project.load(DAY_ONE).diagnostics
    return [
        (one.code, one.span.path, one.span.line, one.message) for one in found if one.code in ("I001", "S005", "S030")
    ]


GOOD = "## A {.basic #a}\nx\n"
BAD = {
    "no answer": "## B {.basic #a}\n",
    "a broken comment": "## B {.basic #a}\n<!-- card: basic, reversed -->\nx\n",
    "no picture": "## B {.basic #a}\n![b](b.png)\n",
    "an item": '## B {.items}\n- **b**: <!-- card: id="a" -->\n',
    "nested too deeply": "## B {.basic #a}\n" + ">" * 50 + " x\n",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_an_id_is_told_to_be_another_notes_beside_other_errors(tmp_path: Path, bad: str) -> None:
    message = "the id `a` already belongs to the note at cards/{}"
    line = 1 + bad.startswith("## B {.items")
    assert told(tmp_path, {"a.md": GOOD, "b.md": bad}) == [("I001", "cards/b.md", line, message.format("a.md:1"))]
    assert told(tmp_path, {"a.md": GOOD + bad}) == [("I001", "cards/a.md", line + 2, message.format("a.md:1"))]
    assert told(tmp_path, {"a.md": bad, "b.md": bad}) == [("I001", "cards/b.md", line, message.format(f"a.md:{line}"))]
    assert told(tmp_path, {"a.md": bad, "b.md": "## C {.basic #c}\nx\n"}) == []
    assert told(tmp_path, {"a.md": "## Section {.items #a}\n- no lead\n", "b.md": GOOD}) == []


def test_a_slip_in_the_front_matter_of_many_files_is_told_once(tmp_path: Path) -> None:
    text = "---\nkind: basic\nsources: x\ntitle: y\n---\n## {}\nx\n"
    files = {f"{name}.md": text.format(name) for name in "cab"}
    key = "Deckwright does not know the key `sources`"
    assert told(tmp_path, files) == [("S005", "cards/a.md", 3, f"{key}, which 3 files have")]
    assert told(tmp_path, {"a.md": files["a.md"]}) == [("S005", "cards/a.md", 3, key)]
    assert told(tmp_path, {"a.md": files["a.md"].replace("sources", "title2")}) == []


def test_another_tools_hashtag_is_told_once(tmp_path: Path) -> None:
    files = {f"{name}.md": f"## {name} #flashcards\nx\n\n## {name} #flashcards/two\nx\n" for name in "cab"}
    message = "`#flashcard` and `#flashcards` make no note"
    assert told(tmp_path, files) == [("S030", "cards/a.md", 1, f"{message} (it is on 6 headings)")]


EDITS = {
    "the first number of a list": ("5. a\n6. b", "1. a\n2. b"),
    "a list that is no longer tight": ("- a\n- b", "- a\n\n- b"),
    "a hard break": ("a\nb", "a\\\nb"),
    "a heading's level": ("a\n\n### B", "a\n\n#### B"),
    "spaces in code": ("`a b`", "`a  b`"),
    "a column's alignment": ("| a |\n| - |\n| b |", "| a |\n| -: |\n| b |"),
}
SAME = {
    "the marker of a list": ("5. a\n6. b", "5) a\n6) b"),
    "a hard break in the other spelling": ("a\\\nb", "a  \n  b"),
    "a longer fence around code": ("`a b`", "`` a b ``"),
    "a rule": ("a\n\n***\n\nb", "a\n\n---\n\nb"),
}


def _source(text: str) -> str:
    written, _ = notes.compile_file(PATH, f"## Q {{.basic}}\n\nx\n\n{text}\n".encode(), SETTINGS)
    return written[0].source


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edit_that_shows_on_the_card_is_one(edit: tuple[str, str], tmp_path: Path) -> None:
    """Or learners would never get it."""
    assert _source(edit[0]) != _source(edit[1])
    project = Scratch(tmp_path)
    mods = []
    for day, text in enumerate(edit):
        project.write({"cards/a.md": f"## Q {{.basic}}\n\nx\n\n{text}\n"})
        made = project.release(f"1.{day}.0", DAY_ONE + day).identities
        mods += [who.mod for who in made if who]
    assert mods[0] < mods[1]


@pytest.mark.parametrize("edit", SAME.values(), ids=SAME.keys())
def test_what_a_formatter_changes_is_no_edit(edit: tuple[str, str]) -> None:
    assert _source(edit[0]) == _source(edit[1])
