"""`deckwright stats`: what it counts, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from scratch import Scratch

from deckwright import commands
from deckwright.amounts import size
from deckwright.statistics import Answers, Count, File, Statistics, to_text

HEART = """\
---
kind: basic
tags: [heart, heart::chambers]
source: https://books.example/heart
deck: Heart
---
# Heart

## What does an atrium do? {#atrium}

It receives *blood* from -- the veins.

## Where does it pump? {.cloze}

The {{c1::left}} ventricle pumps into the {{c2::aorta}}.
"""
LUNG = """\
# Lung

## Parts {.basic .items #parts}

- **Bronchus**: leads air
- **Alveolus**: ![Gas](../media/gas.svg) ![Gas](../media/gas.svg)

## The chest {.occlusion #chest}

![A heart beside a lung](../media/chest.svg)
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">{}</svg>'
CHEST = SVG.format('<text data-mask="heart" x="9" y="15" font-size="9">The heart</text>')

TEXT = """\
5 notes, 6 cards in 2 files

Kind       Notes  Cards  Words: median  Longest
basic          3      3              2        6  cards/heart.md:9
cloze          1      2              1        1  cards/heart.md:13
occlusion      1      1              2        2  cards/lung.md:8

Deck     Notes  Cards
Anatomy      5      6
  Heart      2      3

Tag         Notes  Cards
heart           2      3
  chambers      2      3

Notes without  Number
an id               1  cards/heart.md:13
a source            3  cards/lung.md:5, cards/lung.md:6, cards/lung.md:8
a tag               3  cards/lung.md:5, cards/lung.md:6, cards/lung.md:8

"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    project = Scratch(tmp_path / "body")
    media = {"media/chest.svg": CHEST, "media/gas.svg": SVG.format("")}
    project.write({"cards/heart.md": HEART, "cards/lung.md": LUNG, **media})
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    return project


def told(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(commands.main, ["stats", *args], prog_name="deckwright")
    return result.exit_code, result.stdout, result.stderr


def test_the_numbers_as_json(project: Scratch) -> None:
    code, stdout, stderr = told("--json")
    chest, gas = project.load(1_700_000_000).collection.media
    (id_,) = (note.id for note in project.load(1_700_000_000).collection.notes if note.note_type == "cloze")
    everything = {"notes": 5, "cards": 6}
    heart = {"notes": 2, "cards": 3}
    without = ["cards/lung.md:5", "cards/lung.md:6", "cards/lung.md:8"]
    assert (code, stderr) == (0, "")
    assert json.loads(stdout) == {
        "files": 2,
        "total": everything,
        "decks": {"Anatomy": everything, "Anatomy::Heart": heart},
        "kinds": {
            "basic": {"notes": 3, "cards": 3},
            "cloze": {"notes": 1, "cards": 2},
            "occlusion": {"notes": 1, "cards": 1},
        },
        "tags": {"heart": heart, "heart::chambers": heart},
        "answers": {
            "basic": {"median": 2, "longest": 6, "longest_at": "cards/heart.md:9", "longest_id": "atrium"},
            "cloze": {"median": 1, "longest": 1, "longest_at": "cards/heart.md:13", "longest_id": id_},
            "occlusion": {"median": 2, "longest": 2, "longest_at": "cards/lung.md:8", "longest_id": "chest"},
        },
        "missing": {"id": ["cards/heart.md:13"], "source": without, "tags": without},
        "media": [
            {"name": chest.name, "size": len(chest.read()), "notes": 1},
            {"name": gas.name, "size": len(gas.read()), "notes": 1},
        ],
    }


def test_tags_that_are_one_to_anki_count_as_one(project: Scratch) -> None:
    project.write({"cards/heart.md": HEART, "cards/lung.md": LUNG.replace("#parts}", '#parts tags="Heart/lung"}')})
    found = json.loads(CliRunner().invoke(commands.main, ["stats", "--json"]).stdout)
    assert found["tags"] == {
        "heart": {"notes": 4, "cards": 5},
        "heart::chambers": {"notes": 2, "cards": 3},
        "heart::lung": {"notes": 2, "cards": 2},
    }


def test_the_numbers_as_text(project: Scratch) -> None:
    code, stdout, stderr = told()
    chest, gas = project.load(1_700_000_000).collection.media
    sizes = [len(chest.read()), len(gas.read())]
    width = len(chest.name) + 2
    all_files, first, second = (size(number) for number in (sum(sizes), *sizes))
    room = max(map(len, (all_files, first, second)))
    rows = [
        f"{'Media'.ljust(width)}  {'Size'.rjust(room)}  Notes",
        f"{'2 files'.ljust(width)}  {all_files.rjust(room)}",
        f"  {chest.name}  {first.rjust(room)}      1",
        f"{f'  {gas.name}'.ljust(width)}  {second.rjust(room)}      1",
    ]
    assert (code, stdout, stderr) == (0, TEXT + "\n".join([*rows, ""]), "")


def test_notes_with_errors_are_left_out_and_told(project: Scratch) -> None:
    project.write({"cards/lung.md": "# Lung\n\n## What does it do? {.basic}\n"})
    code, stdout, stderr = told("--json")
    assert (code, json.loads(stdout)["total"]) == (1, {"notes": 2, "cards": 3})
    assert stderr.splitlines()[0] == "cards/lung.md:3:4: error[N002]: this note has no answer"
    assert stderr.splitlines()[-2:] == [
        "Notes with errors are left out: 1 error in 1 file.",
        "Next: deckwright explain N002",
    ]


def test_a_project_without_notes(project: Scratch) -> None:
    project.write({"cards/heart.md": "# Heart\n", "cards/lung.md": None})
    code, stdout, stderr = told()
    assert (code, stdout, stderr.splitlines()[0]) == (
        1,
        "0 notes, 0 cards in 0 files\n",
        "deck.toml: error[P018]: there are no notes yet",
    )
    assert "left out" not in stderr


def test_settings_with_an_error_count_nothing(project: Scratch) -> None:
    project.write({"deck.toml": 'name = "Anatomy"\n'})
    code, stdout, stderr = told()
    assert (code, stdout, stderr.splitlines()[-2]) == (1, "", "Nothing can be counted: 1 error in 1 file.")


def test_a_large_deck_fits_into_80_columns() -> None:
    many = Count(12_345, 123_456)
    deep = "::".join(["A rather long name of a deck"] * 6)
    long = "cards/a-folder/another-folder/a-file-with-a-very-long-name-indeed.md"
    numbers = Statistics(
        files=1_000,
        total=many,
        decks={deep: many},
        kinds={"basic": many, "a-note-type-with-a-long-name": many},
        tags={deep: many},
        answers=dict.fromkeys(("basic", "a-note-type-with-a-long-name"), Answers(10.5, 1_000, f"{long}:10000", "id")),
        missing={"id": tuple(f"{long}:{n}" for n in range(3)), "source": ("a.md:1", "b.md:2") * 40, "tags": ()},
        media=tuple(File(f"{'long-' * 20}{n}.png", 10**7, n) for n in range(12)),
    )
    lines = to_text(numbers).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "12,345 notes, 123,456 cards in 1,000 files"
    assert lines[3:5] == [
        "basic                 12,345  123,456           10.5     1000  cards/a-…md:10000",
        "a-note-typ…long-name  12,345  123,456           10.5     1000  cards/a-…md:10000",
    ]
    assert lines[-1] == "  and 2 smaller"


def test_wide_letters_stand_in_columns_too() -> None:
    numbers = Statistics(
        files=1,
        total=Count(1, 1),
        decks={"心臓": Count(1, 1), "心臓::a": Count(1, 1), "心臓::" + "心" * 40: Count(1, 1)},
        kinds={},
        tags={},
        answers={},
        missing={"id": (), "source": (), "tags": ()},
        media=(),
    )
    assert to_text(numbers).splitlines()[2:6] == [
        f"Deck{' ' * 55}  Notes  Cards",
        f"心臓{' ' * 55}      1      1",
        f"  a{' ' * 56}      1      1",
        f"  {'心' * 14}…{'心' * 14}      1      1",
    ]


VOCABULARY = {
    "notetypes/vocabulary/notetype.toml": (
        "[fields]\nWord = { from = 'heading' }\nMeaning = { from = 'answer' }\nBook = { from = 'source' }\n"
        "Where = { from = 'context' }\nName = { from = 'id' }\n[templates]\nRecognise = {}\n"
    ),
    "notetypes/vocabulary/Recognise.front.html": "{{Word}}",
    "notetypes/vocabulary/Recognise.back.html": "{{FrontSide}}{{Meaning}} {{Book}} {{Where}} {{Name}}",
}


def test_a_note_type_of_the_project_counts_by_its_own_name(project: Scratch) -> None:
    neko = '## neko {.vocabulary #neko source="A book on animals"}\n\na cat\n'
    project.write({**VOCABULARY, "cards/animals.md": f"# Animals\n\n## inu {{.vocabulary #inu}}\n\na dog\n\n{neko}"})
    numbers = json.loads(told("--json")[1])
    assert list(numbers["kinds"]) == list(numbers["answers"]) == ["basic", "cloze", "occlusion", "vocabulary"]
    assert numbers["kinds"]["basic"] == {"notes": 3, "cards": 3}
    assert numbers["kinds"]["vocabulary"] == {"notes": 2, "cards": 2}
    assert numbers["missing"]["source"][0] == "cards/animals.md:3"
    assert "cards/animals.md:7" not in numbers["missing"]["source"]
    lines = told()[1].splitlines()
    assert lines[6] == "vocabulary      2      2              2        2  cards/animals.md:3"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (999_400, "999 kB"),
        (1_000_000, "1.0 MB"),
        (12_345_678, "12.3 MB"),
    ],
)
def test_a_size_has_a_unit_of_its_own(number: int, expected: str) -> None:
    assert size(number) == expected
