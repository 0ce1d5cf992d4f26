"""After an edit that leaves no doubt, the whole project need not be loaded; in doubt it is. Either way, warm equals cold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner
from scratch import Scratch

from deckwright import build, collection, commands, edited, inputs, manifest
from deckwright.identity import Terms

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
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"

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
    "nothing but times": several(*(edit("#", "#", f"cards/{name}.md") for name in ("heart", "lung"))),
}
DOUBTED: dict[str, Change] = {
    "a word of a note without an id": edit("The **muscle**", "The heart's **muscle**"),
    "a word of an item": edit("the tip", "the very tip"),
    "a note more": edit("## Valves", "## What else?\n\n<!-- card: basic -->\n\nNothing.\n\n## Valves"),
    "a note less": edit("- **Apex**: the tip, known since 1702.\n", ""),
    "another id": edit("#atria", "#atrium"),
    "an id that was another": edit("{#atria .basic}", '{#atrium was="atria" .basic}'),
    "another note type": edit("{#atria .basic}\n\nBlood", "{#atria .cloze}\n\n==Blood=="),
    "another deck": edit("# Heart\n", "---\ndeck: Hearts\n---\n# Heart\n"),
    "a picture more": edit("Blood", "![](../media/lung.png) Blood"),
    "another picture": put("media/heart.png", PNG + b"!"),
    "the settings": edit('id = "', 'author = "A"\nid = "', "deck.toml"),
    "a file more": put("cards/more.md", b"# More\n\n## Why? {.basic}\n\nBecause.\n"),
    "a file less": lambda root: (root / "cards" / "lung.md").unlink(),
    "the ledger": lambda root: (root / "deck.lock").write_bytes((root / "deck.lock").read_bytes().replace(b"\n", b"\r\n")),
    "the text of another note": several(
        edit("## How many walls are there?", "## What beats?"), edit("Four walls.", "The **muscle** does.")
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
    assert built(project, edit(" valves,", " doors,"), monkeypatch) == 0


@pytest.mark.parametrize("what", DOUBTED)
def test_in_doubt_the_whole_project_is_loaded(what: str, project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    assert built(project, DOUBTED[what], monkeypatch) == 1


def test_an_edit_of_a_released_note_is_followed(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    project.release("1.0.0", NOW + 60)
    assert built(project, lambda root: None, monkeypatch) == 1
    assert built(project, FOLLOWED["an answer"], monkeypatch) == 0
    assert built(project, edit("Much blood", "Blood"), monkeypatch) == 0


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
