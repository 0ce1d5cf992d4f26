"""Parts of a deck that are packages of their own: which notes they have, what is in them, and what learners get of them."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from scratch import SETTINGS, Scratch, day
from told import told

from deckwright import build, commands, inputs, package
from deckwright.diagnostics import PAGES
from deckwright.identity import Terms
from deckwright.model import Deck, Span
from deckwright.package import Package

FILES = {
    "cards/heart.md": (
        "---\nkind: basic\ndeck: Heart\ntags: [blood/heart]\n---\n# Heart\n\n"
        "## What does an atrium do? {#atrium}\n\nIt receives blood. ![](heart.png)\n\n"
        "## What does a valve do? {#valve}\n\nIt lets blood pass in one direction.\n"
    ),
    "cards/lung.md": (
        "---\nkind: basic\ndeck: Chest::Lung\ntags: [air]\n---\n# Lung\n\n"
        "## What does a lung take up? {#lung}\n\nOxygen. ![](lung.png)\n\n"
        "## Where does it go? {#vein tags=blood}\n\nInto the veins.\n\n"
        "## A cloze {#cloze .cloze}\n\nThe ==left== lung has ==two== lobes.\n"
    ),
    "cards/tooth.md": "---\nkind: basic\n---\n# Tooth\n\n## How many are there? {#tooth}\n\n32, from [2]. ![](lung.png)\n",
    "media/heart.png": b"\x89PNG\r\n\x1a\nheart",
    "media/lung.png": b"\x89PNG\r\n\x1a\nlung",
}
EDITIONS = """
[editions.blood]
title = "All of *blood*"
tags = ["blood"]

[editions.chest]
decks = ["Chest"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "anatomy")
    made.write({**FILES, "deck.toml": SETTINGS + 'tag_prefix = "body"\n' + EDITIONS})
    return made


def built(project: Scratch, now: int = day(1)) -> dict[str, Package]:
    """The packages of a build, by the names of their files."""
    outcome = build.build(project.root, build.Options(Terms(now), editions=True))
    assert outcome.status == "built", outcome.found
    paths = [outcome.target, *(path for path, _ in outcome.editions.values())]
    return {path.name: package.read(path) for path in paths}


def ids(held: Package) -> list[str]:
    return [note.fields["ID"] for note in held.notes]


def part(whole: Package, *wanted: str) -> Package:
    """What the package of these notes must be, if it has all of them just as the whole deck has them."""
    notes = [note for note in whole.notes if note.fields["ID"] in wanted]
    types = {note.note_type_id for note in notes}
    decks = {card.deck for note in notes for card in note.cards}
    shown = "".join(value for note in notes for value in note.fields.values())
    return replace(
        whole,
        notes=tuple(notes),
        note_types=tuple(held for held in whole.note_types if held.id in types),
        decks=tuple(
            held
            for held in whole.decks
            if held.name == "Anatomy" or any(f"{deck}::".startswith(f"{held.name}::") for deck in decks)
        ),
        media={name: sha256 for name, sha256 in whole.media.items() if name in shown},
    )


def test_an_edition_has_its_notes_just_as_the_whole_deck_has_them(project: Scratch) -> None:
    made = built(project)
    whole = made["anatomy.apkg"]
    assert ids(whole) == ["atrium", "valve", "lung", "vein", "cloze", "tooth"]
    assert made == {
        "anatomy.apkg": whole,
        "anatomy-blood.apkg": part(whole, "atrium", "valve", "vein"),
        "anatomy-chest.apkg": part(whole, "lung", "vein", "cloze"),
    }
    assert [len(held.media) for held in made.values()] == [2, 1, 1]
    assert [len(held.note_types) for held in made.values()] == [2, 1, 2]
    assert [[deck.name for deck in held.decks] for held in made.values()] == [
        ["Anatomy", "Anatomy::Chest", "Anatomy::Chest::Lung", "Anatomy::Heart"],
        ["Anatomy", "Anatomy::Chest", "Anatomy::Chest::Lung", "Anatomy::Heart"],
        ["Anatomy", "Anatomy::Chest", "Anatomy::Chest::Lung"],
    ]


def test_no_description_has_a_count_that_is_wrong_for_another_package(project: Scratch) -> None:
    """The last import's stays."""
    assert {held.decks[0] for held in built(project).values()} == {Deck("Anatomy", "<p>version 0.1.0</p>")}
    project.write({"deck.toml": SETTINGS + 'tag_prefix = "body"\n'})
    assert built(project)["anatomy.apkg"].decks[0] == Deck("Anatomy", "<p>6 notes · version 0.1.0</p>")


def places(path: Path) -> dict[str, list[int]]:
    """Where the new cards of each note come, by the guid."""
    with zipfile.ZipFile(path) as archive:
        path.with_suffix(".anki2").write_bytes(archive.read("collection.anki2"))
    connection = sqlite3.connect(path.with_suffix(".anki2"))
    rows = connection.execute("SELECT guid, due FROM cards JOIN notes ON notes.id = nid ORDER BY ord").fetchall()
    connection.close()
    return {guid: [due for held, due in rows if held == guid] for guid, _ in rows}


@pytest.mark.parametrize("kept", [True, pytest.param(False, marks=pytest.mark.ci)])
def test_new_cards_come_where_they_come_in_the_whole_deck(project: Scratch, kept: bool) -> None:
    """Counted for each edition, the new cards of two would be mixed. `kept`: the build before has left its rows."""
    if kept:
        project.build(day(1))
    held = {note.guid: note.fields["ID"] for note in built(project)["anatomy.apkg"].notes}
    whole, blood, chest = (
        {held[guid]: due for guid, due in places(project.root / "build" / f"anatomy{name}.apkg").items()}
        for name in ("", "-blood", "-chest")
    )
    assert whole == {"atrium": [1], "valve": [2], "lung": [3], "vein": [4], "cloze": [5, 5], "tooth": [6]}
    assert blood == {"atrium": [1], "valve": [2], "vein": [4]}
    assert chest == {"lung": [3], "vein": [4], "cloze": [5, 5]}


@pytest.mark.ci
def test_the_next_build_after_editions_has_all_notes(project: Scratch) -> None:
    before = built(project)["anatomy.apkg"]
    project.write({"cards/tooth.md": FILES["cards/tooth.md"].replace("32", "At most 32")})
    after = package.contents(project.build(day(2)).collection)
    assert package.read(project.root / "build" / "anatomy.apkg") == after
    assert ids(after) == ids(before)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('[editions.a]\ndecks = ["chest"]', {"a": ["lung", "vein", "cloze"]}),
        ('[editions.a]\ndecks = ["Anatomy::Chest::Lung"]', {"a": ["lung", "vein", "cloze"]}),
        ('[editions.a]\ntags = ["body::blood"]', {"a": ["atrium", "valve", "vein"]}),
        ('[editions.a]\ntags = ["blood/heart"]', {"a": ["atrium", "valve"]}),
        ('[editions.a]\ntags = ["blood::heart", "air"]', {"a": ["atrium", "valve", "lung", "vein", "cloze"]}),
        ('[editions.a]\ntags = ["blood"]\ndecks = ["Chest", "Heart"]', {"a": ["atrium", "valve", "vein"]}),
        ('[editions.a]\ntags = ["blood"]\ndecks = ["Chest"]', {"a": ["vein"]}),
        ('[editions]\nb = { tags = ["air"] }\na = { decks = ["Heart"] }', {"b": ["lung", "vein", "cloze"], "a": ["atrium", "valve"]}),
    ],
)  # fmt: skip
def test_which_notes_an_edition_has(project: Scratch, table: str, expected: dict[str, list[str]]) -> None:
    project.write({"deck.toml": f'{SETTINGS}tag_prefix = "body"\n{table}\n'})
    loaded = project.load(day(1))
    held = {name: [note.id for note in loaded.edition(name).notes] for name in loaded.members}
    assert (held, [*held], loaded.diagnostics) == (expected, [*expected], [])


@pytest.mark.parametrize(
    ("table", "place", "said"),
    [
        ("editions = 1", (4, "editions"), ("P005", "`editions` must be a table of tables", 'write `[editions.NAME]` on a line of its own, and `decks = ["Deck"]` or `tags = ["tag"]` below it')),
        ("[editions]\nheart = 1", (5, "heart"), ("P005", "`editions.heart` must be a table", 'write `[editions.heart]` on a line of its own, and `tags = ["tag"]` below it')),
        ('[editions.heart]\ntags = "blood"', (5, "tags"), ("P005", "`editions.heart.tags` must be a list of tags", 'write `tags = ["tag"]`')),
        ('[editions.heart]\ndecks = ["Heart", ""]', (5, "decks"), ("P005", "`editions.heart.decks` must be a list of decks", 'write `decks = ["deck"]`')),
        ('[editions.heart]\ntags = ["blood"]\ntitle = 1', (6, "title"), ("P005", "`editions.heart.title` must be text", "put it in quotes")),
        ('[editions.heart]\ntag = ["blood"]', (5, "tag"), ("P004", "there is no setting `editions.heart.tag`", "did you mean `editions.heart.tags`?")),
        ('[editions."The heart"]\ntags = ["blood"]', (4, 'editions."The heart"'), ("P025", 'the edition "The heart" is not made of small letters, digits and dashes', None)),
        ('[editions.anatomy]\ntags = ["blood"]', (4, "editions.anatomy"), ("P025", 'the edition "anatomy" is called like the whole deck', None)),
        ("[editions.heart]", (4, "editions.heart"), ("P025", 'the edition "heart" names no decks and no tags', None)),
        ("[editions.heart]\ntags = []", (4, "editions.heart"), ("P025", 'the edition "heart" names no decks and no tags', None)),
        ('[editions.heart]\ntags = ["blood", "hart"]', (5, "tags"), ("P026", 'no note has the tag `hart`, for the edition "heart"', "did you mean `heart`?")),
        ('[editions.heart]\ntags = ["blod"]', (5, "tags"), ("P026", 'no note has the tag `blod`, for the edition "heart"', "did you mean `blood`?")),
        ('[editions.heart]\ndecks = ["Brain"]', (5, "decks"), ("P026", 'there is no deck `Brain` with notes, for the edition "heart"', "`deckwright stats` shows which there are")),
        ('[editions.heart]\ndecks = ["Heart"]\ntags = ["air"]', (4, "editions.heart"), ("P026", 'no note is in the edition "heart": none has both a deck and a tag of it', "leave out `decks` or `tags`, or tag the notes that it is to have")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_edition(
    project: Scratch, table: str, place: tuple[int, str], said: tuple[str, str, str | None]
) -> None:
    (line, marked), (code, message, hint) = place, said
    text = f'{SETTINGS}tag_prefix = "body"\n{table}\n'
    project.write({"deck.toml": text, "cards/heart.md": FILES["cards/heart.md"].replace("blood/heart", "blood, heart")})
    _, found = build.load(project.root, Terms(day(1)))
    at = text.split("\n")[line - 1]
    name = 'write `[editions.NAME]` with a name of a-z, 0-9 and hyphens, and below it `decks = ["Deck"]` or `tags = ["tag"]`'
    span = Span("deck.toml", line, at.index(marked) + 1, len(marked), at)
    assert [each for each in told(found) if each[1].startswith("P0")] == [(span, code, "error", message, hint or name)]


@pytest.mark.parametrize(("files", "expected"), [(PAGES["P026"].bad, ["P026"]), (PAGES["P026"].good, [])])
def test_the_examples_of_an_edition_without_notes(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    project = Scratch(tmp_path)
    project.write(files)
    assert [each.code for each in project.load(day(1)).diagnostics] == expected


def test_an_edition_is_told_nothing_where_its_notes_may_have_errors(project: Scratch) -> None:
    project.write(
        {
            "cards/lung.md": None,
            "cards/tooth.md": None,
            "cards/heart.md": FILES["cards/heart.md"].replace("heart.png", "none.png"),
        }
    )
    _, found = build.load(project.root, Terms(day(1)))
    assert {each.code for each in found if each.severity == "error"} == {"M001"}
    project.write({"cards/heart.md": "# Heart\n"})
    assert [each.code for each in build.load(project.root, Terms(day(1)))[1] if each.severity == "error"] == ["P018"]


def run(project: Scratch, *args: str) -> Result:
    return CliRunner().invoke(commands.main, ["build", "--project", str(project.root), *args], prog_name="deckwright")


def test_editions_that_are_there_are_not_made_again(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless one was deleted or changed, and is asked for."""
    monkeypatch.setattr(inputs, "REST", 0)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    paths = [project.root / "build" / f"anatomy{name}.apkg" for name in ("", "-blood", "-chest")]

    def states() -> list[tuple[int, int] | None]:
        return [(path.stat().st_ino, path.stat().st_mtime_ns) if path.exists() else None for path in paths]

    def summed(result: Result) -> list[str]:
        assert result.exit_code == 0, result.output
        return [
            line.rpartition(", ")[0].rpartition("build/")[2] for line in result.stdout.splitlines() if "Built" in line
        ]

    whole = "anatomy.apkg · 6 notes, 7 cards, 2 media files"
    every = [
        whole,
        "anatomy-blood.apkg · 3 notes, 3 cards, 1 media file",
        "anatomy-chest.apkg · 3 notes, 4 cards, 1 media file",
    ]
    assert summed(run(project)) == [whole]
    first = states()
    assert first[1:] == [None, None]
    assert summed(run(project, "--editions")) == every
    made = states()
    assert None not in made
    assert summed(run(project, "--editions")) == every
    assert summed(run(project)) == [whole]
    assert states() == made
    paths[1].unlink()
    assert summed(run(project)) == [whole]
    assert states() == [made[0], None, made[2]]
    assert summed(run(project, "--editions")) == every
    assert None not in states()
    paths[2].write_bytes(b"")
    assert summed(run(project, "--editions")) == every
    assert package.read(paths[2]).notes


@pytest.mark.ci
def test_editions_lie_beside_the_package_that_is_named(project: Scratch, tmp_path: Path) -> None:
    outcome = build.build(project.root, build.Options(Terms(day(1)), tmp_path / "out" / "x.apkg", editions=True))
    assert outcome.status == "built"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["x-blood.apkg", "x-chest.apkg", "x.apkg"]
    assert {name: (path.name, counts.notes) for name, (path, counts) in outcome.editions.items()} == {
        "blood": ("x-blood.apkg", 3),
        "chest": ("x-chest.apkg", 3),
    }


@pytest.mark.ci
def test_a_build_that_fails_leaves_all_packages_as_they_were(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    built(project)
    folder = project.root / "build"
    before = {path.name: path.read_bytes() for path in folder.glob("*.apkg")}
    project.write({"cards/tooth.md": FILES["cards/tooth.md"].replace("32", "At most 32")})
    (folder / "anatomy-chest.apkg").unlink()
    (folder / "anatomy-chest.apkg").mkdir()
    outcome = build.build(project.root, build.Options(Terms(day(2)), editions=True))
    assert outcome.status == "unwritable"
    (folder / "anatomy-chest.apkg").rmdir()
    assert {path.name: path.read_bytes() for path in folder.glob("*.apkg")} == {
        name: data for name, data in before.items() if name != "anatomy-chest.apkg"
    }
