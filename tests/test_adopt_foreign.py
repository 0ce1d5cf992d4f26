"""Folders of notes in other tools' syntax: what becomes of them, and what is left alone."""

from __future__ import annotations

import html
import json
import random
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from deckwright import build
from deckwright.adopt import foreign
from deckwright.adopt.foreign import Proposal, marks
from deckwright.adopt.foreign.extraction import pairs
from deckwright.adopt.foreign.found import Tool
from deckwright.adopt.foreign.plain import of_html, of_markdown
from deckwright.adopt.foreign.text import text
from deckwright.commands import main
from deckwright.commands._adopt_notes import TOOLS as NAMED
from deckwright.commands._adopt_notes import is_notes
from deckwright.identity import Terms
from deckwright.notes import compile_file

FOLDERS = Path(__file__).parent / "adopt" / "foreign"
TOOLS = ("obsidian-to-anki", "spaced-repetition", "flashcards-obsidian", "ankiops", "mdanki", "logseq")

CARDS = {
    "obsidian-to-anki": [
        (
            "1566052191670",
            "Which planet is the hottest?",
            "Venus, with 464 °C on average. Its clouds keep the heat in.",
        ),
        ("the-planet-with-rings", "The planet with rings", "Saturn"),
        ("1566052191671", "How many moons has Mars?", "Two"),
        ("1566052191672", "", "[Mercury] goes round the sun in [88] days, which is short. \\(v = \\frac{s}{t}\\)"),
        ("1566052191673", "What is a dwarf planet?", "A body that has not cleared its way."),
        ("1566052191674", "Is Ceres a planet?", "No, a dwarf planet."),
        ("1566052191675", "Gas giant", "Jupiter, for example"),
        ("who-found-uranus", "Who found Uranus?", "Herschel, in 1781."),
        ("which-star-is-the-nearest", "Which star is the nearest?", "The sun."),
    ],
    "spaced-repetition": [
        ("how-many-valves-has-it", "How many valves has it?", "Four"),
        ("aortic-valve", "Aortic valve", "The valve to the aorta"),
        (
            "which-way-does-the-blood-go-through-the-right-half",
            "Which way does the blood go through the right half?",
            "right atrium right ventricle then the lungs",
        ),
        ("systole", "systole", "the heart contracts"),
        ("the-left-ventricle-pumps-into-the-aorta-vessel", "", "The [left ventricle] pumps into the [aorta]."),
    ],
    "flashcards-obsidian": [
        ("", "What is the plural of aqua?", "aquae, which Deckwright reads as it is."),
        ("1607361487245", "What is the genitive of rex?", "regis"),
        ("which-case-follows-ad", "Which case follows ad?", "The accusative."),
        ("1607361487246", "Which case follows ex?", "The ablative."),
        ("1607361487247", "puella", "girl"),
        ("puer", "puer", "boy"),
        ("1607361487248", "", "Gallia est omnis divisa in partes [tres], quarum unam incolunt [Belgae]."),
    ],
    "ankiops": [
        ("2fd62bcaa861", "Which river is the longest in Europe?", "The Volga: 3,530 km"),
        ("ef0108255d7d", "", "The [Rhine] flows into the [North Sea], slowly."),
        ("aa0108255d7d", "Vltava", "Moldau"),
        ("type-the-river-of-paris", "Type the river of Paris", "Seine"),
        ("last-one", "Last one?", "Yes, with code: Q: no field ---"),
    ],
    "mdanki": [
        ("what-has-three-sides", "What has three sides?", "A triangle. More It has three angles, too."),
        ("a-square-which-sides-are-equal", "A square Which sides are equal?", "All four."),
    ],
    "logseq": [
        ("66c2b37c-4e6f-47dc-a816-6830524773f1", "What has needles?", "A fir and a pine echo fir"),
        ("the-oak-has-acorns-fruit", "", "The [oak] has [acorns]."),
        ("which-tree-is-a-fruit-tree", "Which tree is a fruit tree?", "The apple"),
        ("which-tree-loses-its-needles", "Which tree loses its needles?", "The larch"),
    ],
}
"""What stands on the cards, by folder, as the other tool shows it: the id, the question, and the answer with its deletions in
brackets. Written by hand."""


class _Settings:
    name = "Notes"
    tag_prefix = ""


def cards(files: dict[str, bytes]) -> list[tuple[str, str, str]]:
    """The notes of files as they are read."""
    made = []
    for path, data in files.items():
        written, found = compile_file(path, data, _Settings())
        assert [each for each in found if each.severity == "error"] == []
        made += [
            (note.id, read(note.fields.get("Front", "")), read(note.fields.get("Back") or note.fields["Text"]))
            for note in written
        ]
    return made


def read(field: str) -> str:
    shown = re.sub("\x0e\\d+\x0f", "[", re.sub("\x10\\d+\x0f", "]", field))
    shown = re.sub(r"<(?:p|br|li|h\d|pre|/p|/li|/h\d|/pre)\b[^>]*>|\n", " ", shown)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", shown)).split())


def after(folder: Path, proposal: Proposal) -> dict[str, bytes]:
    """All files of notes as they are with the edits."""
    held = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.md"))}
    return held | {edit.path: edit.after for edit in proposal.edits}


@pytest.mark.parametrize("name", TOOLS)
def test_the_cards_are_those_of_the_other_tool(name: str) -> None:
    assert cards(after(FOLDERS / name, foreign.propose(FOLDERS / name))) == CARDS[name]


@pytest.mark.parametrize("name", TOOLS)
def test_the_patch_is_as_it_was_read_and_git_applies_it(name: str, tmp_path: Path, update_golden: bool) -> None:
    proposal = foreign.propose(FOLDERS / name)
    patch = foreign.patch(proposal.edits)
    golden = FOLDERS / f"{name}.patch"
    if update_golden:
        golden.write_bytes(patch)
    assert patch == golden.read_bytes()
    folder = tmp_path / name
    shutil.copytree(FOLDERS / name, folder)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, input=patch, check=True)
    assert after(folder, Proposal()) == after(FOLDERS / name, proposal)


@pytest.mark.parametrize("name", TOOLS)
def test_what_is_converted_is_not_converted_again(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    shutil.copytree(FOLDERS / name, folder)
    first = foreign.propose(folder)
    for edit in first.edits:
        (folder / edit.path).write_bytes(edit.after)
    again = foreign.propose(folder)
    assert again.edits == ()
    assert not any(share.converted for share in again.shares)


@pytest.mark.parametrize("name", TOOLS)
def test_every_line_of_prose_stays_as_it_was(name: str) -> None:
    """All lines that are taken out are a note's or the tool's own; all that come belong to a section, in their order."""
    for edit in foreign.propose(FOLDERS / name).edits:
        assert edit.before == (FOLDERS / name / edit.path).read_bytes()
        kept = [line for line, other in edit.lines if line and line == other]
        left = iter(edit.after.splitlines(keepends=True))
        assert all(any(line == other for other in left) for line in kept)


def test_bytes_that_are_no_note_s_stay(tmp_path: Path) -> None:
    """A byte order mark, other line endings, spaces at line ends, code, and no line break at the end."""
    before = "\ufeff# A\r\n\r\nProse  \r\n\r\nSTART\r\nBasic\r\nQ?\r\nBack: A.\r\nEND\r\n\r\n    code\t\r\n```\r\nSTART".encode()
    (tmp_path / "a.md").write_bytes(before)
    proposal = foreign.propose(tmp_path)
    (edit,) = proposal.edits
    assert edit.before == before
    assert edit.after.decode() == (
        '\ufeff# A\r\n\r\nProse  \r\n\r\n## Q?\r\n\r\n<!-- card: basic id="q" -->\r\n\r\nA.\r\n\r\n##\r\n<!-- card: skip -->\r\n\r\n'
        "    code\t\r\n```\r\nSTART"
    )
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbf#flashcards/d\r\nQ::A")
    (edit,) = foreign.propose(tmp_path).edits
    assert edit.after == b'\xef\xbb\xbf---\r\ndeck: d\r\n---\r\n\r\n## Q\r\n\r\n<!-- card: basic id="q" -->\r\n\r\nA'
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=foreign.patch([edit]), check=True, capture_output=True)
    assert (tmp_path / "a.md").read_bytes() == edit.after


def test_places_and_reasons_of_what_is_left() -> None:
    told = [(each.place, each.reason) for each in foreign.propose(FOLDERS / "spaced-repetition").left_out]
    assert told == [
        ("heart.md:34", "it looks like a property, `key:: value`"),
        ("heart.md:35", "it looks like a name in code"),
        ("heart.md:36", "it has more than one `::`"),
        ("heart.md:40", "it is in a quote or a table"),
        ("heart.md:42", "it is in a quote or a table"),
        ("heart.md:45", "it is further in, in a list"),
        ("heart.md:54", "its answer is not beside the `?`"),
    ]


def test_prose_is_no_tool_s() -> None:
    assert foreign.propose(FOLDERS / "prose") == Proposal(files=2)


@pytest.mark.parametrize("tool", foreign.TOOLS)
def test_prose_is_left_alone_even_if_a_tool_is_named(tool: Tool) -> None:
    """What mdanki makes of a page is a note for each heading, and obsidian-spaced-repetition and the plugins want a tag."""
    proposal = foreign.propose(FOLDERS / "prose", named=[tool])
    assert [edit.path for edit in proposal.edits] == (["readme.md"] if tool == "mdanki" else [])


def test_a_file_gets_the_deck_once_and_ids_are_unique(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ndeck: Own\n---\n#flashcards/other\n\nSame?::Yes\n\nSame?::Yes, too\n")
    (tmp_path / "b.md").write_text("#flashcards\nSame?::No\n")
    made = {edit.path: edit.after.decode() for edit in foreign.propose(tmp_path).edits}
    assert made == {
        "a.md": '---\ndeck: Own\n---\n\n## Same?\n\n<!-- card: basic id="same" -->\n\nYes\n\n## Same?\n\n<!-- card: basic id="same-2" -->\n\nYes, too\n',
        "b.md": '## Same?\n\n<!-- card: basic id="same-3" -->\n\nNo\n',
    }


def test_a_file_whose_notes_are_all_left_has_no_decks(tmp_path: Path) -> None:
    """Nobody is told that its notes go to one deck."""
    (tmp_path / "a.md").write_text("#flashcards/a\n\nWhat?\n?\nA\n# B\n\n#flashcards/b\n\nWho?\n?\nC\n# D\n")
    proposal = foreign.propose(tmp_path)
    assert [each.place for each in proposal.left_out] == ["a.md:3", "a.md:10"]
    assert (proposal.edits, proposal.remarks) == ((), ())


def test_a_note_that_would_say_something_else_is_left(tmp_path: Path) -> None:
    """The heading in its answer would end it, and so does a list that it begins with."""
    (tmp_path / "a.md").write_text("#flashcards\n\nWhat?\n?\nA\n# B\n\n- one\n- two\n?\nC\n\nGood?::Yes\n")
    proposal = foreign.propose(tmp_path)
    assert [(each.place, each.reason) for each in proposal.left_out] == [
        ("a.md:3", "its card would say something else than the other tool's"),
        ("a.md:8", "its question begins with a list, a table, code or the like: a heading cannot be that"),
    ]
    assert proposal.edits[0].after.decode() == (
        '#flashcards\n\nWhat?\n?\nA\n# B\n\n- one\n- two\n?\nC\n\n## Good?\n\n<!-- card: basic id="good" -->\n\nYes\n'
    )


def test_in_a_project_no_id_is_given_twice(tmp_path: Path) -> None:
    (tmp_path / "deck.toml").write_text('id = "a-abcdefgh"\nname = "A"\n')
    (tmp_path / "cards" / "new").mkdir(parents=True)
    (tmp_path / "cards" / "old.md").write_text('## Q {.basic #q}\n\nA\n\n## R\n\n<!-- card: basic id="q-2" -->\n\nA\n')
    (tmp_path / "cards" / "new" / "a.md").write_text("#flashcards\n\nQ::A\n")
    for folder in (tmp_path, tmp_path / "cards" / "new"):
        (edit,) = foreign.propose(folder, chance=random.Random(1)).edits
        assert edit.after.decode() == '\n## Q\n\n<!-- card: basic id="q-3" -->\n\nA\n'


def test_an_id_of_a_note_that_is_no_more_is_not_given_again(tmp_path: Path) -> None:
    (tmp_path / "deck.toml").write_text('id = "a-abcdefgh"\nname = "A"\n')
    (tmp_path / "cards").mkdir()
    file = tmp_path / "cards" / "a.md"
    file.write_text("## Q {.basic #q}\n\nA\n")
    assert build.build(tmp_path, build.Options(Terms(now=1_700_000_000))).status == "built"
    file.write_text("#flashcards\n\nQ::A\n")
    (edit,) = foreign.propose(tmp_path, chance=random.Random(1)).edits
    assert edit.after.decode() == '\n## Q\n\n<!-- card: basic id="q-2" -->\n\nA\n'


def test_a_file_in_which_another_note_would_change_is_left(tmp_path: Path) -> None:
    """A heading with `#card` is read with all below it, so what stands there is part of its answer already."""
    (tmp_path / "a.md").write_text("## Q #card\n\nA\n\nB::C ^1607361487247\n")
    proposal = foreign.propose(tmp_path)
    assert proposal.edits == ()
    assert [(each.place, each.reason) for each in proposal.left_out] == [
        ("a.md:5", "another note of the file would change")
    ]


def test_settings_of_the_plugin_say_what_separates_and_what_is_ignored(tmp_path: Path) -> None:
    plugin = tmp_path / ".obsidian" / "plugins" / "obsidian-spaced-repetition"
    plugin.mkdir(parents=True)
    said = {
        "flashcardTags": ["#learn"],
        "singleLineCardSeparator": ";;",
        "singleLineReversedCardSeparator": "",
        "multilineReversedCardSeparator": "",
        "multilineCardEndMarker": "+++",
        "noteFoldersToIgnore": ["templates"],
        "convertHighlightsToClozes": False,
        "convertBoldTextToClozes": True,
    }
    (plugin / "data.json").write_text(json.dumps({"settings": said}))
    (tmp_path / "templates").mkdir()
    for path in ("a.md", "templates/b.md"):
        (tmp_path / path).write_text("#learn\n\nA::B\n\nC;;D\n \nE\n?\nF\n\n- G\n+++\n\nH ==I== **J**.\n+++\n")
    assert {edit.path: edit.after.decode() for edit in foreign.propose(tmp_path).edits} == {
        "a.md": (
            '\nA::B\n\n## C\n\n<!-- card: basic id="c" -->\n\nD\n \n## E\n\n<!-- card: basic id="e" -->\n\nF\n\n- G\n\n'
            '##\n\n<!-- card: cloze id="h-i-j" -->\n\nH <mark>I</mark> ==J==.\n'
        )
    }


def test_a_link_to_a_heading_is_no_tag_of_mdanki(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("## A\n\nb\n\n[# The page](https://example.org)\n[#c](https://example.org/d)\n")
    assert foreign.propose(tmp_path) == Proposal(files=1)


def test_what_cannot_be_read_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to("nowhere.md")
    (tmp_path / "b.md").write_bytes(b"\xff\xfe")
    told = [(each.place, each.reason) for each in foreign.propose(tmp_path).left_out]
    assert told == [("a.md", "it cannot be read: No such file or directory"), ("b.md", "it is not UTF-8")]


def test_keep_gives_front_matter_where_notes_are_read_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ncards-deck: A::B\n---\n\n## Q #card\n\nA\n\nInline::note\n")
    proposal = foreign.propose(tmp_path, keep=True)
    assert {edit.path: edit.after.decode() for edit in proposal.edits} == {
        "a.md": "---\ncards-deck: A::B\ndeck: A::B\n---\n\n## Q #card\n\nA\n\nInline::note\n"
    }
    assert [(share.converted, share.left, share.read) for share in proposal.shares] == [(0, 1, 1)]
    (tmp_path / "a.md").write_text("## Q\n\nA\n")
    proposal = foreign.propose(tmp_path, keep=True, named=["mdanki"])
    assert [edit.after.decode() for edit in proposal.edits] == ["---\nkind: basic\n---\n\n## Q\n\nA\n"]
    assert proposal.left_out == ()


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            marks.curly("{a} {2:b} {c3|c} `{d}` $x_{1}$ {{c1::e}} {`f`}"),
            "==a== {{c2::b}} {{c3::c}} `{d}` $x_{1}$ {{c1::e}} ==`f`==",
        ),
        (marks.highlighted("==a== ==1;;b;;c== `==d==`"), "==a== {{c1::b::c}} `==d==`"),
        (marks.highlighted("**a** b", "**"), "==a== b"),
        (marks.macros(r"{{cloze a}} {{c2 b}} {{cloze c\\d}}"), "==a== {{c2::b}} ==c::d=="),
        (marks.unhighlighted("==a== `==b==`"), "<mark>a</mark> `==b==`"),
    ],
)
def test_deletions_are_written_as_deckwright_has_them(made: str, expected: str) -> None:
    assert made == expected


def test_what_is_compared_is_what_is_read() -> None:
    shown = "1. **Bold** `a<b>` $c<d$ [e](f) ![g](h) [[i|j]] <kbd>k</kbd> <!-- l --> {m}\n```sh\nn\n```\n- [x] o ^p"
    assert of_markdown(shown) == "boldabcdejkmno"
    assert of_html("<p>Bold \x0e0\x0fa&lt;b&gt;\x100\x0f</p>") == "boldab"


def test_a_tool_s_own_rules_find_its_notes() -> None:
    """The extraction that proves a conversion knows the tool's forms from its source, not from ours."""
    assert list(pairs("mdanki", "a.md", "# T\n\n## A\n\nb\n\n%\n\nc\n\n[#t]()\n", {}))[-1] == (" A\n\nb\n\n", "\nc\n")
    assert ("a", "b") in list(pairs("obsidian-spaced-repetition", "a.md", "a::b\n<!--SR:!2024-01-01,1,250-->", {}))
    assert ("x", "a x") in list(pairs("obsidian-spaced-repetition", "a.md", "a ==x==\n", {}))


def test_code_comments_and_formulas_are_closed() -> None:
    held = text("a.md", b"---\na: 1\n---\n```\nb\n```\n$$\nc\n$$\n<!-- d\ne -->\n%%\nf\n%%\n$$ g\n")
    assert held
    assert sorted(held.closed) == list(range(14))
    assert sorted(held.code) == list(range(6))


# The command

NEW_NOTES = (
    "Anki will take these notes for new ones: a package knows notes by another id than the plugins, which wrote into your own "
    "collection. To keep reviews, export them from Anki as a package, and adopt that."
)


def repository(folder: Path, name: str) -> Path:
    shutil.copytree(FOLDERS / name, folder / name)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false"]
    for words in (["init", "-q"], ["add", "--all"], ["commit", "-qm", "Notes"]):
        subprocess.run([*git, *words], cwd=folder / name, check=True)
    return folder / name


@pytest.mark.ci
def test_the_command_shows_a_patch_and_writes_it(tmp_path: Path) -> None:
    folder = repository(tmp_path, "ankiops")
    shown = CliRunner().invoke(main, ["adopt", str(folder)])
    assert shown.exit_code == 1
    assert shown.stderr.splitlines() == [
        "Deck__Rivers.md:31: left as it is, Deckwright has no kind of note with `A:`, `C1:`, `C2:`, `Q:`",
        "The deck is called “Ankiops”: change that in deck.toml before the first release.",
        NEW_NOTES,
        "5 notes of AnkiOps, in 1 file: nothing is written yet.",
        f"Next: deckwright adopt --write {folder}",
    ]
    assert (folder / "Deck__Rivers.md").read_bytes() == (FOLDERS / "ankiops" / "Deck__Rivers.md").read_bytes()
    assert not (folder / "deck.toml").exists()
    assert shown.stdout.startswith("diff --git a/deck.toml b/deck.toml\nnew file mode 100644\n--- /dev/null\n")
    written = CliRunner().invoke(main, ["adopt", str(folder), "--write", "--json"])
    held = json.loads(written.stdout)
    assert held["tools"] == ["ankiops"]
    assert held["files"] == [{"tool": "ankiops", "path": "Deck__Rivers.md", "converted": 5, "left": 1, "read": 0}]
    assert (folder / "deck.toml").is_file()
    checked = CliRunner().invoke(main, ["check", "--project", str(folder)])
    assert checked.exit_code == 0, checked.output


def test_the_command_leaves_files_that_are_not_committed(tmp_path: Path) -> None:
    folder = repository(tmp_path, "mdanki")
    place = folder / "shapes.md"
    place.write_bytes(place.read_bytes() + b"\nMore.\n")
    before = place.read_bytes()
    shown = CliRunner().invoke(main, ["adopt", str(folder), "--write"])
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.splitlines() == [
        "shapes.md: left as it is, it is not in Git as it stands here: commit it first",
        "There is nothing to adopt of mdanki in 2 files.",
    ]
    assert place.read_bytes() == before


def test_the_command_says_what_it_would_do(tmp_path: Path) -> None:
    folder = repository(tmp_path, "logseq")
    shown = CliRunner().invoke(main, ["adopt", str(folder)])
    assert shown.stderr.splitlines() == [
        "pages/trees.md:24: left as it is, blocks that are no cards follow it, as far in as it is",
        "pages/trees.md:27: left as it is, it shows another block, or a block of Org mode",
        "pages/trees.md:29: left as it is, no block further in answers it",
        "pages/trees.md:30: left as it is, its direction, its depth or its replaced clozes have nothing like them here",
        "The deck is called “Logseq”: change that in deck.toml before the first release.",
        NEW_NOTES,
        "4 notes of Logseq, in 1 file: nothing is written yet.",
        f"Next: deckwright adopt --write {folder}",
    ]
    nothing = CliRunner().invoke(main, ["adopt", str(FOLDERS / "prose"), "--from", "ankiops"])
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr.splitlines() == [
        "There is nothing to adopt of AnkiOps in 2 files.",
        "Notes of AnkiOps are known by: `Q:` and `A:`, `F:` and `B:`, `Q:` and `I:`, or `T:`, at the beginning of lines.",
    ]
    nobodys = CliRunner().invoke(main, ["adopt", str(FOLDERS / "prose")])
    assert (nobodys.exit_code, nobodys.stdout) == (0, "")
    assert nobodys.stderr.splitlines() == [
        "There is nothing to adopt of any tool known here in 2 files.",
        "Nothing here is a tool's own: settings, ids, schedules, tags. Say whose notes they are: --from TOOL.",
    ]


def test_a_deck_is_called_like_its_folder_from_wherever_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my-vault"
    shutil.copytree(FOLDERS / "logseq", folder)
    names = []
    for here, named in ((tmp_path, "my-vault"), (folder, "."), (folder / "pages", "..")):
        monkeypatch.chdir(here)
        edit = foreign.propose(Path(named), chance=random.Random(1)).edits[0]
        names.append((edit.path, tomllib.loads(edit.after.decode())["name"]))
    assert names == [("deck.toml", "My vault")] * 3


def test_a_folder_of_crowdanki_is_no_folder_of_notes(tmp_path: Path) -> None:
    assert is_notes(tmp_path)
    assert not is_notes(FOLDERS / "logseq.patch")
    (tmp_path / f"{tmp_path.name}.json").write_text("{}")
    assert not is_notes(tmp_path)


def test_the_command_knows_the_tools() -> None:
    assert NAMED == foreign.TOOLS


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([str(FOLDERS / "prose"), "new"], "DIR is for a deck: notes are adopted where they are."),
        ([str(FOLDERS / "prose"), "--name", "A"], "--name is for a deck: notes are adopted where they are."),
        ([str(FOLDERS / "logseq.patch"), "--write"], "--write is for a folder of notes."),
        ([str(FOLDERS / "logseq.patch"), "--from", "logseq"], "--from is for a folder of notes."),
    ],
)
def test_options_of_the_other_source_are_refused(words: list[str], told: str) -> None:
    result = CliRunner().invoke(main, ["adopt", *words])
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{told}\n")
