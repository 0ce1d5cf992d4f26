"""After an edit that leaves no doubt, the whole project need not be loaded; in doubt it is. Either way, warm equals cold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import chdir
from itertools import pairwise
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner
from scratch import Scratch

from deckwright import build, collection, commands, edited, inputs, manifest
from deckwright.compilation import pool
from deckwright.generation import CARD_IDS
from deckwright.identity import Terms, following, ledger, minting

NOW = 1_700_000_000
CARDS = """# Heart

## What do the atria receive? {#atria .basic}

Blood, as is known since 1628. ![](../media/heart.png)

## Valves {#valves .cloze}

There are ==four== valves, known since ==1513==.

## What beats? {.basic}

The **muscle** does.

## How many walls are there? {#walls .basic}

Four walls.

## Parts {#parts .items}

- **Septum**: the wall, known since 1701.
- **Apex**: the tip, known since 1702.
"""
OTHER = """# Lung

## What does it take up? {#lung .basic}

Oxygen, as is known since 1777. ![](../media/lung.png)

## How many lobes are there? {#lobes .basic}

Five lobes.

## One {.cloze}

There is one with ==two== lobes.

## Feel {.cloze}

It is ==soft==.
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"

SOFT = "It is ==soft==.\n"
MUSCLE = "\n## What beats? {.basic}\n\nThe **muscle** does.\n"

Change = Callable[[Path], None]


def edit(old: str, new: str, file: str = "cards/heart.md") -> Change:
    def change(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    return change


def several(*changes: Change) -> Change:
    def change(root: Path) -> None:
        for each in changes:
            each(root)

    return change


def put(name: str, data: bytes) -> Change:
    def change(root: Path) -> None:
        (root / name).write_bytes(data)

    return change


def rename(old: str, new: str) -> Change:
    def change(root: Path) -> None:
        (root / old).rename(root / new)

    return change


WALLS = "## How many walls are there? {#walls .basic}\n\nFour walls.\n\n"
NO_WALLS = edit(WALLS, "")

FOLLOWED: dict[str, Change] = {
    "a word of a note with an id": edit("receive?", "get?"),
    "an answer": edit("Blood", "Much blood"),
    "a deletion": edit("==four==", "==4=="),
    "a heading": edit("## Valves", "## All valves"),
    "how a note without an id looks": edit("**muscle**", "*muscle*"),
    "two files": several(edit("Blood", "Much blood"), edit("Oxygen", "Air", "cards/lung.md")),
    "only a comment": edit("# Heart\n", "# Heart\n\n<!-- nothing -->\n"),
    "lines that move": edit("# Heart\n", "# Heart\n\n\n\n"),
    "nothing but the package": lambda root: (root / "build" / "anatomy.apkg").unlink(),
    "a warning more": edit("There are", "There are {basic}"),
    "a word of a note without an id": edit("The **muscle**", "The heart's **muscle**"),
    "all of a note without an id": edit("The **muscle** does.", "Whatever lives."),
    "a word of an item": edit("the tip", "the very tip"),
    "words of all items": several(edit("the tip", "an end"), edit("the wall", "a wall")),
    "items that change places": several(
        edit("- **Septum**: the wall, known since 1701.\n", ""), edit("1702.\n", "1702.\n- **Septum**: it.\n")
    ),
    "the heading of a section with items": edit("## Parts {", "## All parts {"),
    "a note more": edit("## Valves", "## What else?\n\n<!-- card: basic -->\n\nNothing.\n\n## Valves"),
    "a note with an id more": edit("## Valves", "## More {#more .cloze}\n\nThere are ==two== atria.\n\n## Valves"),
    "two notes more with one name": edit(
        "## Valves", "## Who? {.basic}\n\nI.\n\n## Who? {.basic}\n\nYou.\n\n## Valves"
    ),
    "an item more": edit("- **Apex**", "- **Aorta**: the way out.\n- **Apex**"),
    "a note more, and an edit": several(
        edit("Blood", "Much blood"), edit("## Valves", "## Why? {.basic}\n\nSo.\n\n## Valves")
    ),
    "a picture that another note shows": edit("Blood", "![](../media/lung.png) Blood"),
    "a file more": put("cards/more.md", b"# More\n\n## Why? {.basic}\n\nBecause.\n"),
    "a file of many notes": put("cards/more.md", b"".join(b"## Is it %d? {.basic}\n\nYes.\n\n" % n for n in range(30))),
    "a file without notes": put("cards/more.md", b"# Nothing\n"),
    "a file that has another name": rename("cards/heart.md", "cards/z.md"),
    "a file that is edited and has another name": several(
        edit("Blood", "Much blood"), rename("cards/heart.md", "cards/z.md")
    ),
    "names that are exchanged": several(
        rename("cards/heart.md", "cards/h.md"),
        rename("cards/lung.md", "cards/heart.md"),
        rename("cards/h.md", "cards/lung.md"),
    ),
    "a note that moves to another file": several(
        NO_WALLS, edit("## How many lobes", WALLS + "## How many lobes", "cards/lung.md")
    ),
    "a note without an id that moves to another file": several(
        edit(MUSCLE, ""), edit(SOFT, SOFT + "\n# Heart\n" + MUSCLE, "cards/lung.md")
    ),
    "notes that change places": several(NO_WALLS, edit("## Valves", WALLS + "## Valves")),
    "nothing but times": several(*(edit("#", "#", f"cards/{name}.md") for name in ("heart", "lung"))),
}
DOUBTED: dict[str, Change] = {
    "another id": edit("#atria", "#atrium"),
    "the text of a note that is copied": edit("## Valves", MUSCLE + "\n## Valves"),
    "the text of a note in another file": edit(SOFT, SOFT + "\n# Heart\n" + MUSCLE, "cards/lung.md"),
    "the id that a note was given": edit("## Valves", "## More {#parts.septum .basic}\n\nMore.\n\n## Valves"),
    "the id of a note, again": edit(SOFT, SOFT + "\n## What? {#walls .basic}\n\nIt.\n", "cards/lung.md"),
    "the name of an item, again": edit("- **Apex**", "- **Septum**: another wall.\n- **Apex**"),
    "a cloze of a note without an id": edit("with ==two== lobes", "with ==2== lobes", "cards/lung.md"),
    "words of two notes without ids": several(edit("The **muscle**", "It"), edit("It is ==soft==", "This is ==soft==", "cards/lung.md")),
    "the heading of a note without an id": edit("## What beats?", "## What does beat?"),
    "the name of an item": edit("- **Apex**", "- **Top**"),
    "a note more and one less": several(NO_WALLS, edit("## Valves", "## Why? {.basic}\n\nBecause.\n\n## Valves")),
    "two notes of one text": edit("## Valves", "## Who? {.basic}\n\nI.\n\n## Who? {.basic}\n\nI.\n\n## Valves"),
    "two notes of one id": edit("## Valves", "## Who? {#u .basic}\n\nI.\n\n## Which? {#u .basic}\n\nI.\n\n## Valves"),
    "the last note with a picture": edit(" ![](../media/heart.png)", ""),
    "the only cloze note": edit("## Valves {#valves .cloze}\n\nThere are ==four== valves, known since ==1513==.\n\n", ""),
    "a note of a new type": edit("## What does", "## A {.cloze .typed}\n\nIt is ==b==.\n\n## What does", "cards/lung.md"),
    "a picture that nobody showed": edit("Blood", "![](../media/third.png) Blood"),
    "a file in a new folder": several(
        lambda root: (root / "cards" / "new").mkdir(), rename("cards/heart.md", "cards/new/heart.md")
    ),
    "a file that is a link": lambda root: (root / "cards" / "link.md").symlink_to("heart.md"),
    "a file more of another kind": several(FOLLOWED["a file more"], put("cards/more.txt", b"")),
    "an id that was another": edit("{#atria .basic}", '{#atrium was="atria" .basic}'),
    "another note type": edit("{#atria .basic}\n\nBlood", "{#atria .cloze}\n\n==Blood=="),
    "another deck": edit("# Heart\n", "---\ndeck: Hearts\n---\n# Heart\n"),
    "another picture": put("media/heart.png", PNG + b"!"),
    "the settings": edit('id = "', 'author = "A"\nid = "', "deck.toml"),
    "a file less": lambda root: (root / "cards" / "lung.md").unlink(),
    "the ledger": lambda root: (root / "deck.lock").write_bytes((root / "deck.lock").read_bytes().replace(b"\n", b"\r\n")),
    "the text of another note": several(
        edit("## How many walls are there?", "## What beats?"), edit("Four walls.", "The **muscle** does.")
    ),
    "the text of another note, and a note more": several(
        edit("## How many walls are there?", "## What beats?"),
        edit("Four walls.", "The **muscle** does."),
        FOLLOWED["a note more"],
    ),
    "texts that change places": several(
        edit("many walls are there? {#walls .basic}\n\nFour walls.", "many lobes are there? {#walls .basic}\n\nFive lobes."),
        edit("many lobes are there? {#lobes .basic}\n\nFive lobes.", "many walls are there? {#lobes .basic}\n\nFour walls.",
             "cards/lung.md"),
    ),
    "an error": edit("## Valves {#valves .cloze}\n\nThere are ==four== valves, known since ==1513==.", "## Valves {.cloze}\n"),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project that was built; its files have rested."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(inputs, "REST", 0)
    monkeypatch.setattr("time.time", lambda: NOW)
    project = Scratch(tmp_path / "warm" / "anatomy")
    project.write(
        {
            "cards/heart.md": CARDS,
            "cards/lung.md": OTHER,
            "media/heart.png": PNG,
            "media/lung.png": PNG + b"?",
            "media/third.png": PNG + b"??",
        }
    )
    told(project.root)
    assert "Since the last build: nothing changed" in told(project.root)
    return project


def told(root: Path) -> str:
    """Build, and return all that is said."""
    with chdir(root):
        result = CliRunner().invoke(commands.main, ["build"], prog_name="deckwright")
    return f"{result.exit_code}\n{result.stdout}\n{result.stderr}"


def contents(root: Path) -> dict[str, bytes]:
    found = [root / "deck.lock", *(root / "build").glob("*.apkg")]
    return {path.name: path.read_bytes() for path in found}


def built(project: Scratch, change: Change, monkeypatch: pytest.MonkeyPatch) -> int:
    """Build after a change, compare that with a cold build, and return how often the whole project was loaded."""
    change(project.root)
    cold = project.root.parents[1] / "cold" / project.root.name
    shutil.copytree(project.root, cold, ignore=shutil.ignore_patterns(".cache"))
    monkeypatch.setattr("time.time", lambda: NOW + 86_400)
    loads = mock.Mock(side_effect=collection.load)
    with monkeypatch.context() as patch:
        patch.setattr(collection, "load", loads)
        said = told(project.root)
    assert said == told(cold)
    assert contents(project.root) == contents(cold)
    shutil.rmtree(cold)
    return loads.call_count


@pytest.mark.parametrize("what", FOLLOWED)
def test_an_edit_that_leaves_no_doubt_is_followed(what: str, project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    assert built(project, FOLLOWED[what], monkeypatch) == 0
    (file,) = [path for path in project.root.glob("cards/*.md") if " valves," in path.read_text(encoding="utf-8")]
    assert built(project, edit(" valves,", " doors,", f"cards/{file.name}"), monkeypatch) == 0


def test_a_note_that_came_gets_a_note_id_that_is_free(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minting, "DAY", CARD_IDS)  # So few are there that most of those it would get are taken.
    assert built(project, FOLLOWED["a file of many notes"], monkeypatch) == 0
    assert built(project, FOLLOWED["a note more"], monkeypatch) == 0
    held, _ = ledger.read(project.lock, "anatomy-k3v9q2xm")
    assert held
    nids = sorted(line.nid for line in held.lines.values())
    assert all(after - before >= CARD_IDS for before, after in pairwise(nids))


LOST: dict[str, Change] = {
    "a note less": NO_WALLS,
    "a note without an id less": edit(MUSCLE, ""),
    "an item less": edit("- **Apex**: the tip, known since 1702.\n", ""),
    "two notes less": several(NO_WALLS, edit(MUSCLE, "")),
}


@pytest.mark.parametrize("what", LOST)
def test_of_a_note_that_is_gone_an_author_is_told(what: str, project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    assert built(project, LOST[what], monkeypatch) == 0
    assert built(project, lambda root: None, monkeypatch) == 1
    assert built(project, FOLLOWED["an answer"], monkeypatch) == 0


@pytest.mark.parametrize(
    "change",
    [
        edit("# Heart\n", "# Heart\n\nMoved.\n"),
        put("cards/a.md", b"---\ndeck: heart\n---\n## What came? {.basic}\n\nThis.\n"),
        lambda root: (root / "cards/heart.md").unlink(),
    ],
    ids=["it moves", "another is the first", "it goes"],
)
def test_where_a_deck_has_another_name_is_told_as_it_is_now(
    change: Change, project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("# Heart\n", "---\ndeck: Heart\n---\n# Heart\n")(project.root)
    edit("# Lung\n", "---\ndeck: heart\n---\n# Lung\n", "cards/lung.md")(project.root)
    put("cards/more.md", b"---\ndeck: Heart\n---\n## What is more? {.basic}\n\nThis.\n")(project.root)
    assert "P027" in told(project.root)
    assert built(project, change, monkeypatch) == 1


@pytest.mark.parametrize("what", DOUBTED)
def test_in_doubt_the_whole_project_is_loaded(what: str, project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    assert built(project, DOUBTED[what], monkeypatch) == 1


@pytest.mark.parametrize("change", [lambda root: None, edit("Oxygen", "Air", "cards/lung.md")])
def test_what_a_first_build_cannot_say_of_former_ids_is_said(
    change: Change, project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("{#walls .basic}", '{#walls was="w" .basic}')(project.root)
    project.lock.unlink()
    assert "I027" not in told(project.root)
    assert built(project, change, monkeypatch) == 1
    assert "I027" in told(project.root)


@pytest.mark.parametrize("change", [lambda root: None, FOLLOWED["an answer"]])
def test_new_notes_of_one_text_may_be_exchanged_by_the_next_build(
    change: Change, project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = "# Twin\n\n## Who? {.basic}\n\nI.\n"
    project.write({f"cards/{name}.md": f"---\ndeck: {name}\n---\n{twin}" for name in "abcdef"})
    told(project.root)
    assert built(project, change, monkeypatch) == 1
    assert built(project, edit("Oxygen", "Air", "cards/lung.md"), monkeypatch) == 0
    assert built(project, lambda root: None, monkeypatch) == 0


def test_an_edit_of_a_released_note_is_followed(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    project.release("1.0.0", NOW + 60)
    assert built(project, lambda root: None, monkeypatch) == 1
    assert built(project, FOLLOWED["an answer"], monkeypatch) == 0
    assert built(project, edit("Much blood", "Blood"), monkeypatch) == 0


def test_a_released_note_that_is_gone_is_looked_for(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    project.release("1.0.0", NOW + 60)
    assert built(project, lambda root: None, monkeypatch) == 1
    assert built(project, FOLLOWED["a note more"], monkeypatch) == 0
    assert built(project, LOST["a note less"], monkeypatch) == 1


def test_an_author_is_told_how_a_released_note_was_found(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    project.release("1.0.0", NOW + 60)
    assert built(project, lambda root: None, monkeypatch) == 1
    assert built(project, FOLLOWED["words of all items"], monkeypatch) == 0
    assert built(project, FOLLOWED["a word of a note without an id"], monkeypatch) == 1


def test_a_note_that_came_may_be_one_that_left(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    project.release("1.0.0", NOW + 60)
    NO_WALLS(project.root)
    project.release("2.0.0", NOW + 120)
    assert built(project, lambda root: None, monkeypatch) == 1
    assert built(project, FOLLOWED["a note more"], monkeypatch) == 0
    assert built(project, edit("## Valves", WALLS + "## Valves"), monkeypatch) == 1


def test_a_note_that_came_may_be_like_one_that_left(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    project.release("1.0.0", NOW + 60)
    NO_WALLS(project.root)
    told(project.root)
    assert built(project, lambda root: None, monkeypatch) == 1
    assert built(project, FOLLOWED["an answer"], monkeypatch) == 0
    wordier = edit("## Valves", "## How many walls are there? {.basic}\n\nFour thick walls.\n\n## Valves")
    assert built(project, wordier, monkeypatch) == 1


@pytest.mark.parametrize("is_twin", [False, True])
def test_edits_of_many_notes_are_followed(is_twin: bool, project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    many = "".join(f"## Is it {n}? {{#n{n} .basic}}\n\nYes, it is.\n\n" for n in range(following.FEW + 1))
    (project.root / "cards" / "many.md").write_text(many, encoding="utf-8", newline="\n")
    told(project.root)
    text = "## What beats?" if is_twin else "## Is it true?"
    changes = several(
        edit("Yes, it is.", "No, it is not.", "cards/many.md"),
        edit("## Is it 0?", text, "cards/many.md"),
        edit("{#n0 .basic}\n\nNo, it is not.", "{#n0 .basic}\n\nThe **muscle** does.", "cards/many.md"),
    )
    assert built(project, changes, monkeypatch) == is_twin


def test_the_first_of_equal_notes_may_be_another_one(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(SOFT, SOFT + "\n# Heart\n" + MUSCLE, "cards/lung.md")(project.root)
    told(project.root)
    assert built(project, FOLLOWED["an answer"], monkeypatch) == 0
    assert built(project, rename("cards/lung.md", "cards/a.md"), monkeypatch) == 1


def test_an_edited_note_may_be_another_one_by_its_text(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(SOFT, SOFT + MUSCLE.replace("muscle", "nerve"), "cards/lung.md")(project.root)
    told(project.root)
    assert built(project, FOLLOWED["a word of a note without an id"], monkeypatch) == 0
    assert built(project, edit("The heart's **muscle**", "The **nerve**"), monkeypatch) == 1


def test_a_file_that_has_another_name_is_not_compiled_again(project: Scratch) -> None:
    rename("cards/heart.md", "cards/z.md")(project.root)
    edit("Oxygen", "Air", "cards/lung.md")(project.root)
    compile_all = mock.Mock(side_effect=pool.compile_all)
    with mock.patch.object(pool, "compile_all", compile_all):
        told(project.root)
    assert [[path for path, _ in call.args[0]] for call in compile_all.call_args_list] == [["cards/lung.md"]]


def test_whoever_asks_gets_all_notes(project: Scratch) -> None:
    edit("Blood", "Much blood")(project.root)
    now = Terms(NOW + 9)
    outcome = build.build(project.root, build.Options(now))
    whole, _ = build.load(project.root, now)
    assert outcome.loaded and whole
    made = outcome.loaded
    assert isinstance(made.spans, edited._Spans)
    assert (len(made.notes), dict(made.spans)) == (len(whole.notes), whole.spans)
    assert (list(made.collection.notes), made.notes.written) == (list(whole.collection.notes), whole.notes.written)
    assert (made.notes.media(), [*made.notes.numbers()]) == (whole.notes.media(), [*whole.notes.numbers()])
    assert [made.notes.at(n) for n in range(len(whole.notes))] == list(whole.notes)
    assert (made.diagnostics, made.files, made.file) == (whole.diagnostics, whole.files, whole.file)
    assert dict(made.assigned.ledger.lines) == dict(whole.assigned.ledger.lines)


@pytest.mark.parametrize("go", [Path.rename, shutil.copytree])
def test_a_project_that_is_elsewhere_now_is_loaded(
    go: Callable[[Path, Path], Path], project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = Scratch(go(project.root, project.root.with_name("moved")))
    assert built(moved, FOLLOWED["an answer"], monkeypatch) == 1
    assert built(moved, edit("Much", "So much"), monkeypatch) == 0


@pytest.mark.parametrize("kept", [b"", b"nothing", None])
def test_what_the_last_build_left_may_be_damaged(
    kept: bytes | None, project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place,) = (project.root / "build" / ".cache").glob("last-*")
    place.write_bytes(place.read_bytes()[:-1] if kept is None else kept)
    assert built(project, FOLLOWED["an answer"], monkeypatch) == 1
    (project.root / manifest.PLACE).unlink()
    assert built(project, edit("Much", "So much"), monkeypatch) == 1


def test_rows_that_are_lost_are_made_again(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (project.root / "build" / ".cache").glob("rows-*"):
        place.unlink()
    assert built(project, FOLLOWED["an answer"], monkeypatch) == 1
