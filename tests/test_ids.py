"""`deckwright ids`: where ids are written, which ones, and that no note becomes another by them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch import Scratch

from deckwright import commands, ids
from deckwright.diagnostics.identity import recycled
from deckwright.identity import Terms
from deckwright.ids import naming, proof
from deckwright.ids.edits import Insertion, edit
from deckwright.model import Span
from deckwright.names import numbered

NOW = 1_700_000_000


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    project = Scratch(tmp_path / "body")
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    return project


def run(*words: str) -> Result:
    """Run the command. Most projects of these tests are in no repository."""
    forced = ["--force"] if "--write" in words else []
    return CliRunner().invoke(commands.main, ["ids", *words, *forced])


def after(project: Scratch, text: str | bytes) -> bytes:
    """What becomes of a file of notes."""
    project.write({"cards/a.md": text})
    result = run("--write")
    assert result.exit_code == 0, result.output
    return (project.root / "cards/a.md").read_bytes()


PLACES = {
    "a comment": ("<!-- card: basic -->", '<!-- card: basic id="where" -->'),
    "behind its names": ('<!-- card:basic reversed tags="x"-->', '<!-- card:basic reversed id="where" tags="x"-->'),
    "without a name": ('<!-- card: tags="x" -->', '<!-- card: id="where" tags="x" -->'),
    "on several lines": ('<!-- card:\n  basic\n  tags="x" -->', '<!-- card:\n  basic id="where"\n  tags="x" -->'),
}
LISTS = {
    "a list": ("{.basic}", "{#where .basic}"),
    "as in kramdown": ('{: .basic tags="x"}', '{: #where .basic tags="x"}'),
    "with classes of other tools": ("{.unnumbered .basic}", "{#where .unnumbered .basic}"),
    "before hashtags": ("{.basic} #often", "{#where .basic} #often"),
}


@pytest.mark.parametrize("name", PLACES)
def test_an_id_goes_into_the_comment_that_is_there(project: Scratch, name: str) -> None:
    written, expected = PLACES[name]
    text = "---\nkind: basic\n---\n\n## Where?\n\n{}\n\nHere.\n"
    assert after(project, text.format(written)) == text.format(expected).encode()


@pytest.mark.parametrize("name", LISTS)
def test_an_id_goes_into_the_list_that_is_there(project: Scratch, name: str) -> None:
    written, expected = LISTS[name]
    assert after(project, f"## Where? {written}\n\nHere.\n") == f"## Where? {expected}\n\nHere.\n".encode()


BELOW = {
    "hashtags": ("## Where? #card\n\nHere.\n", '## Where? #card\n\n<!-- card: id="where" -->\n\nHere.\n'),
    "no empty line": ("## Where? #card\nHere.\n", '## Where? #card\n<!-- card: id="where" -->\nHere.\n'),
    "a line of hashtags": (
        "## Where?\n#card #often\n\nHere.\n",
        '## Where?\n<!-- card: id="where" -->\n#card #often\n\nHere.\n',
    ),
    "a comment below that line": (
        '## Where?\n\n#card\n\n<!-- card: tags="x" -->\n\nHere.\n',
        '## Where?\n\n#card\n\n<!-- card: id="where" tags="x" -->\n\nHere.\n',
    ),
    "an underlined heading": (
        "Where? #card\n------\n\nHere.\n",
        'Where? #card\n------\n\n<!-- card: id="where" -->\n\nHere.\n',
    ),
    "the front matter": (
        "---\nkind: basic\n---\n# A\n\n## Where? {.other}\n\nHere.\n",
        '---\nkind: basic\n---\n# A\n\n## Where? {.other}\n\n<!-- card: id="where" -->\n\nHere.\n',
    ),
    "a heading in an item": (
        "1. ### Where? #card\n\n   Here.\n",
        '1. ### Where? #card\n\n   <!-- card: id="where" -->\n\n   Here.\n',
    ),
}


@pytest.mark.parametrize("name", BELOW)
def test_without_a_tag_that_could_hold_it_an_id_is_a_comment_below_the_heading(project: Scratch, name: str) -> None:
    written, expected = BELOW[name]
    assert after(project, written).decode() == expected


ITEMS = "- **A**: one\n- **B**: two\n"


def test_a_section_that_is_cut_gets_the_id_and_its_parts_do_not(project: Scratch) -> None:
    assert after(project, f"## Parts {{.items}}\n\n{ITEMS}").decode() == f"## Parts {{#parts .items}}\n\n{ITEMS}"


def test_what_has_an_id_or_is_no_note_stays(project: Scratch) -> None:
    text = (
        '## A {.basic #a}\n\nB.\n\n## C {.skip}\n\nD.\n\n## E\n\nF.\n\n## G\n\n<!-- card: items id="g" -->\n\n' + ITEMS
    )
    project.write({"cards/a.md": text})
    result = run()
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No id is missing in 1 file.\n")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_byte_order_mark_line_endings_and_an_open_last_line_stay(project: Scratch, mark: bytes, ending: bytes) -> None:
    lines = ["## Wo? {.basic}", "", "Hier …  ", "## Wann? #card", "", "\tJetzt\x07"]
    made = ["## Wo? {#wo .basic}", "", "Hier …  ", "## Wann? #card", "", '<!-- card: id="wann" -->', "", "\tJetzt\x07"]
    assert after(project, mark + ending.join(map(str.encode, lines))) == mark + ending.join(map(str.encode, made))


def named(project: Scratch) -> list[str]:
    return [each.id for each in ids.propose(project.root, Terms(NOW)).named]


def test_ids_of_headings_are_cut_at_a_word_and_doubles_get_their_parents_name(project: Scratch) -> None:
    text = (
        "# Maths\n\n## One\n\n### Solution {.basic}\n\nA.\n\n## Two\n\n### Solution {.basic}\n\nB.\n\n"
        "### Solution {.basic}\n\nC.\n\n## 解 {.basic}\n\nD.\n\n## Taken {.basic}\n\nE.\n\n## Other {.basic #taken}\n\nF.\n\n"
        f"## {'long word ' * 9}{{.basic}}\n\nG.\n"
    )
    project.write({"cards/a.md": text, "cards/b.md": "## Solution {.basic}\n\nH.\n"})
    generated = project.load(NOW).notes.at(3).id
    assert named(project) == [
        "one-solution",
        "two-solution",
        "two-solution-2",
        generated,
        "maths-taken",
        "long-word-long-word-long-word-long-word-long-word-long-word",
        "b-solution",
    ]


def test_of_many_equal_headings_no_number_is_tried_twice(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def watched(name: str) -> Iterator[str]:
        return (tried.append(each) or each for each in numbered(name))  # type: ignore[func-returns-value]

    monkeypatch.setattr(naming, "numbered", watched)
    project.write({"cards/a.md": "# One\n" + "".join(f"\n## Same {{.basic}}\n\nText {n}.\n" for n in range(30))})
    expected = ["one-same", *(f"one-same-{n}" for n in range(2, 31))]
    assert (named(project), tried) == (expected, expected)


def test_notes_that_were_built_keep_their_ids_guids_and_times(project: Scratch) -> None:
    with_ids = "## A {.basic #first}\n\nOne.\n\n## B {.items #second}\n\n" + ITEMS
    project.write({"cards/a.md": with_ids})
    project.release("1.0.0", NOW)
    lines = project.load(NOW).assigned.ledger.lines
    project.write(
        {"cards/a.md": with_ids.replace(" #first", "").replace(" #second", "") + "\n## New {.basic}\n\nNo.\n"}
    )
    result = run("--write")
    assert result.stdout == "Wrote 3 ids, 2 of them from deck.lock, in 1 file\n"
    assert (project.root / "cards/a.md").read_text() == (
        "## A {#first .basic}\n\nOne.\n\n## B {#second .items}\n\n" + ITEMS + "\n## New {#new .basic}\n\nNo.\n"
    )
    made = project.load(NOW + 1).assigned.ledger.lines
    assert {guid: made[guid] for guid in lines} == lines


def test_generated_ids_stay_those_that_learners_know(project: Scratch) -> None:
    project.write({"cards/a.md": "## A {.basic}\n\nOne.\n\n## B {.items}\n\n" + ITEMS})
    before = project.save(NOW)
    notes = [*before.collection.notes]
    assert named(project) == [notes[0].id, "b"]
    assert run("--write").exit_code == 0
    shown = [*project.load(NOW + 1).collection.notes]
    assert [(n.guid, n.mod, n.id, n.fields, n.tags) for n in shown] == [
        (n.guid, n.mod, n.id, n.fields, n.tags) for n in notes
    ]


def test_an_id_that_another_section_took_over_is_not_given_twice(project: Scratch) -> None:
    project.write({"cards/a.md": f"## Parts {{.items #parts}}\n\n{ITEMS}"})
    project.save(NOW)
    other = ITEMS.replace("A", "C").replace("B", "D")
    project.write({"cards/a.md": f"## Parts {{.items}}\n\n{ITEMS}\n## Others {{.items #parts}}\n\n{other}"})
    assert named(project) == ["a-parts"]


def test_a_note_of_the_projects_own_note_type_gets_an_id_whatever_its_field_is_called(project: Scratch) -> None:
    toml = '[fields]\nWord = { from = "heading" }\nMeaning = { from = "answer" }\nNumber = { from = "id" }\n'
    project.write(
        {
            "notetypes/word/notetype.toml": f'kind = "basic"\n\n{toml}\n[templates]\nRead = {{}}\n',
            "notetypes/word/Read.front.html": "{{Word}}\n",
            "notetypes/word/Read.back.html": "{{Word}} {{Meaning}} {{Number}}\n",
        }
    )
    assert after(project, "## Heart {.word}\n\nHerz\n") == b"## Heart {#heart .word}\n\nHerz\n"


def test_a_second_run_writes_nothing(project: Scratch) -> None:
    written = after(project, "## A #card\n\nB.\n\n## B {.items}\n\n" + ITEMS)
    result = run("--write")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No id is missing in 1 file.\n")
    assert (project.root / "cards/a.md").read_bytes() == written


# The patch


def test_without_write_a_patch_is_shown_and_nothing_is_written(project: Scratch) -> None:
    text = "# A\n\n## B {.basic}\n\nC.\n\n## D #card\n\nE."
    project.write({"cards/a.md": text})
    result = run()
    assert result.stdout == (
        "diff --git a/cards/a.md b/cards/a.md\n--- a/cards/a.md\n+++ b/cards/a.md\n@@ -1,9 +1,11 @@\n # A\n \n"
        '-## B {.basic}\n+## B {#b .basic}\n \n C.\n \n ## D #card\n+\n+<!-- card: id="d" -->\n \n E.\n'
        "\\ No newline at end of file\n"
    )
    assert result.stderr == "2 ids in 1 file: nothing is written yet.\nNext: deckwright ids --write\n"
    assert (project.root / "cards/a.md").read_text() == text


@pytest.mark.parametrize(
    "name", ["two words.md", *(pytest.param(name, marks=pytest.mark.ci) for name in ('Größe "x"\\.md', "tab\there.md"))]
)
def test_git_applies_the_patch_anywhere_in_the_repository(tmp_path: Path, name: str) -> None:
    top = Scratch(tmp_path / "top")
    project = Scratch(top.root / "decks" / "one")
    lines = [f"## N {n} {{.basic}}\r\n\r\nA {n}.\r\n\r\n" if n % 5 else f"## N {n} #card\n\nA.\n\n" for n in range(40)]
    project.write({f"cards/{name}": "\ufeff" + "".join(lines)[:-2], ".gitattributes": "* -text\n"})
    top.start_git()
    top.commit()
    command = ["ids", "--project", str(project.root)]
    diff = CliRunner().invoke(commands.main, command).stdout_bytes
    assert CliRunner().invoke(commands.main, [*command, "--write"]).exit_code == 0
    written = (project.root / "cards" / name).read_bytes()
    assert written.count(b'id="') + written.count(b"#n-") == 40
    project.git("restore", ".")
    subprocess.run(["git", "apply"], cwd=project.root / "cards", input=diff, check=True)
    assert (project.root / "cards" / name).read_bytes() == written


@settings(max_examples=many(25, 2_000))
@given(st.lists(st.text("a \t\r\n", max_size=4), min_size=1, max_size=9), st.data())
def test_only_the_insertions_are_new_and_each_place_is_found_again(parts: list[str], data: st.DataObject) -> None:
    text = "x".join(parts)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    places = [(n, column) for n, line in enumerate(lines) for column in {0, len(line)}]
    chosen = data.draw(st.lists(st.sampled_from(places), unique=True))
    made = edit("a.md", text.encode(), [Insertion(*place, "[I]") for place in chosen])
    assert made.after.decode().replace("[I]", "") == text
    assert b"".join(before for before, _ in made.lines) == text.encode()
    new = made.after.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for n, line in enumerate(lines):
        for column, sign in enumerate(line):
            row, place = made.moved(n + 1, column + 1)
            moved = new[row - 1][place - 1 :]
            assert moved.removeprefix("[I]" if (n, column) in chosen else "")[:1] == sign


def test_places_move_down_by_the_lines_that_are_new_above_them() -> None:
    made = edit("a.md", b"a\nb\nc\n", [Insertion(1, 1, "\nI"), Insertion(0, 1, "\n\nI"), Insertion(1, 0, "I ")])
    assert made.after == b"a\n\nI\nI b\nI\nc\n"
    assert [made.moved(line, 1) for line in range(4)] == [(0, 1), (1, 1), (4, 3), (6, 1)]


def test_messages_that_name_other_places_move_with_them(project: Scratch) -> None:
    text = "## A #card\n\nB.\n\n## C #card\n\nD.\n"
    project.write({"cards/a.md": text})
    loaded = project.load(NOW)
    made = edit("cards/a.md", text.encode(), [Insertion(0, 10, "\n\nI")])

    def told(line: int) -> dict[str, tuple[int, str]]:
        before, after = ([recycled(Span("b.md", 1), "x: y", f"cards/a.md:{n}")] for n in (5, line))
        return proof.differences(proof.Seen(loaded, before), proof.Seen(loaded, after), {"cards/a.md": made})

    assert told(7) == {}
    assert told(5) == {"b.md": (1, "there would be a new message, I005")}


# What is left out


def left_out(result: Result) -> list[str]:
    assert result.exit_code == 1
    return [line for line in result.stderr.splitlines() if ": left out, " in line]


def test_files_that_are_not_as_committed_are_left_out(project: Scratch) -> None:
    note = "## {} {{.basic}}\n\nText.\n"
    project.write({f"cards/{name}.md": note.format(name) for name in ("clean", "edited", "staged")})
    project.start_git()
    project.commit()
    for name in ("edited", "staged", "new"):
        project.write({f"cards/{name}.md": note.format(f"{name} twice")})
    project.git("add", "cards/staged.md")
    result = run("--write")
    reason = "left out, it is not in Git as it stands here: commit it first"
    assert left_out(result) == [f"cards/{name}.md: {reason}" for name in ("edited", "new", "staged")]
    assert result.stdout == "Wrote 1 id in 1 file\n"
    assert project.git("status", "--porcelain", "cards").splitlines() == [
        " M cards/clean.md",
        " M cards/edited.md",
        "M  cards/staged.md",
        "?? cards/new.md",
    ]


def test_files_that_git_ignores_are_left_out(project: Scratch) -> None:
    note = "## {} {{.basic}}\n\nText.\n"
    project.write({f"cards/{name}.md": note.format(name) for name in ("a", "b", "own/c")})
    project.write({".gitignore": "b.md\nown\n"})
    project.start_git()
    project.commit()
    result = run("--write")
    reason = "left out, it is not in Git as it stands here: commit it first"
    assert left_out(result) == [f"cards/b.md: {reason}", f"cards/own/c.md: {reason}"]
    assert result.stdout == "Wrote 1 id in 1 file\n"


@pytest.mark.ci
def test_a_project_that_is_ignored_as_a_whole_is_as_without_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = Scratch(tmp_path / "top")
    project = Scratch(top.root / "deck")
    project.write({"cards/a.md": "## A {.basic}\n\nB.\n"})
    top.write({".gitignore": "*\n"})
    top.start_git()
    monkeypatch.chdir(project.root)
    assert run("--write").stdout == "Wrote 1 id in 1 file\n"


def test_a_damaged_index_keeps_everything_from_being_written(project: Scratch) -> None:
    project.write({"cards/a.md": "## A {.basic}\n\nB.\n"})
    project.start_git()
    project.commit()
    project.write({".git/index": "damaged"})
    result = run("--write")
    assert result.exit_code == 1
    assert result.stderr.startswith("No ids are given: the project is in a Git repository, and Git does not read it.")
    assert (project.root / "cards/a.md").read_text() == "## A {.basic}\n\nB.\n"


def test_a_repository_that_git_cannot_read_keeps_everything_from_being_written(project: Scratch) -> None:
    project.write({"cards/a.md": "## A {.basic}\n\nB.\n", ".git": "gitdir: /nowhere\n"})
    result = run("--write")
    assert result.exit_code == 1
    assert result.stderr.startswith("No ids are given: the project is in a Git repository, and Git does not read it.")
    assert (project.root / "cards/a.md").read_text() == "## A {.basic}\n\nB.\n"


def test_links_and_files_with_errors_are_left_out(project: Scratch) -> None:
    note = "## {} {{.basic}}\n\nText.\n"
    project.write({"cards/a.md": note.format("A"), "notes/b.md": note.format("B"), "other/c.md": note.format("C")})
    project.write({"cards/d.md": note.format("D") + "\n## E {.basic}\n", "cards/f.md": note.format("F")})
    (project.root / "cards/b.md").symlink_to("../notes/b.md")
    (project.root / "cards/folder").symlink_to("../other")
    (project.root / "cards/g.md").hardlink_to(project.root / "cards/f.md")
    link, hard = "it is a link, or lies in a folder that is one", "it has another name too: a hard link"
    assert left_out(run("--write")) == [
        f"cards/b.md: left out, {link}",
        "cards/d.md:5: left out, it has an error, N002",
        f"cards/f.md: left out, {hard}",
        f"cards/folder/c.md: left out, {link}",
        f"cards/g.md: left out, {hard}",
    ]
    assert (project.root / "cards/a.md").read_text() == "## A {#a .basic}\n\nText.\n"
    assert (project.root / "cards/b.md").read_text() == note.format("B")


def test_sections_whose_identity_is_in_doubt_are_left_out(project: Scratch) -> None:
    words = "the atrium receives blood from the veins of the body and of the lungs"
    project.write({"cards/a.md": f"## What does it do? {{.basic}}\n\n{words}\n"})
    project.release("1.0.0", NOW)
    text = f"## What does it do? {{.basic}}\n\n{words} too\n\n## Twins {{.items}}\n\n- **A**: one\n- **A**: two\n"
    project.write({"cards/a.md": text})
    result = run("--write")
    assert [line.partition(" (")[0][:66] for line in left_out(result)] == [
        "cards/a.md:1: left out, I004: this note is taken for “What does it",
        "cards/a.md:5: left out, several of its notes ask for “A”, so that ",
    ]
    assert (project.root / "cards/a.md").read_text() == text


def test_a_file_in_which_a_note_would_be_another_is_left_out(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = {f"cards/{name}.md": f"## {name} {{.basic}}\n\nText of {name}.\n" for name in "ab"}
    project.write(notes)
    project.save(NOW)
    monkeypatch.setattr(ids, "names", lambda gaps, given, known: [("other", "heading"), (gaps[1].kept, "deck.lock")])
    assert left_out(run("--write")) == ["cards/a.md:1: left out, its ID would be another"]
    assert (project.root / "cards/a.md").read_text() == notes["cards/a.md"]
    assert (project.root / "cards/b.md").read_text() != notes["cards/b.md"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("## C {.basic}\n\nText.\n", "Front of the note would change"),
        ("## B {.basic}\n\nTexts.\n", "Back of the note would change"),
        ("## B {.basic reversed}\n\nText.\n", "there would be a new message, S010"),
    ],
)
def test_the_proof_sees_what_an_edit_changes(project: Scratch, text: str, reason: str) -> None:
    before = "## B {.basic}\n\nText.\n"
    project.write({"cards/a.md": before})

    def seen() -> proof.Seen:
        loaded = project.load(NOW)
        return proof.Seen(loaded, loaded.diagnostics)

    old = seen()
    project.write({"cards/a.md": text})
    told = proof.differences(old, seen(), {"cards/a.md": edit("cards/a.md", before.encode(), [])})
    assert told["cards/a.md"][1] == reason


def test_a_broken_deck_lock_or_settings_with_errors_end_it(project: Scratch) -> None:
    project.write({"cards/a.md": "## A {.basic}\n\nB.\n", "deck.lock": "nonsense\n"})
    result = run("--write")
    assert result.exit_code == 1
    assert "No ids are given: 1 error in 1 file.\nNext: deckwright explain I012" in result.stderr
    assert (project.root / "cards/a.md").read_text() == "## A {.basic}\n\nB.\n"


# Files, and the form for programs


def test_files_and_folders_can_be_named(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    note = "## {} {{.basic}}\n\nText.\n"
    project.write({f"cards/{name}.md": note.format(name) for name in ("a", "b/c", "b/d")})
    monkeypatch.chdir(project.root / "cards")
    result = run("b", "--write")
    assert result.stdout == "Wrote 2 ids in 2 files\n"
    assert (project.root / "cards/a.md").read_text() == note.format("a")
    outside = run("../deck.toml")
    assert (outside.exit_code, outside.stderr) == (2, "There are no notes of the project in ../deck.toml.\n")


def test_json_has_the_ids_what_is_left_out_and_the_patch(project: Scratch) -> None:
    project.write({"cards/a.md": "## A {.basic}\n\nB.\n", "cards/b.md": "## E {.basic}\n"})
    patch = "diff --git a/cards/a.md b/cards/a.md\n--- a/cards/a.md\n+++ b/cards/a.md\n@@ -1,3 +1,3 @@\n"
    assert json.loads(run("--json").stdout) == {
        "written": False,
        "ids": [{"path": "cards/a.md", "line": 1, "heading": "A", "id": "a", "from": "heading"}],
        "left_out": [{"path": "cards/b.md", "line": 1, "reason": "it has an error, N002"}],
        "patch": f"{patch}-## A {{.basic}}\n+## A {{#a .basic}}\n \n B.\n",
    }


@pytest.mark.parametrize("command", [["ids", "--write"], ["draft", "--write", "--all"], ["adopt", ".", "--write"]])
def test_nothing_is_written_where_nobody_could_take_it_back(project: Scratch, command: list[str]) -> None:
    prose = "## What is a valve?\n\nA flap that closes.\n\n## N {.basic}\n\nA.\n\n"
    text = f"{prose}# Vessels\n\nSTART\nBasic\nWhat is a vein?\nBack: A vessel.\n<!--ID: 1566052191670-->\nEND\n"
    project.write({"cards/a.md": text})
    result = CliRunner().invoke(commands.main, command)
    assert (result.exit_code, result.stdout, (project.root / "cards/a.md").read_text("utf-8")) == (1, "", text)
    assert result.stderr.splitlines() == [
        "Nothing is written: . is in no Git repository, and without one nothing can be taken back.",
        "Next: git init && git add --all && git commit -m 'Keep the notes as they were'",
        "Or say --force.",
    ]
    assert CliRunner().invoke(commands.main, [*command, "--force"]).exit_code == 0
    assert (project.root / "cards/a.md").read_text("utf-8") != text
