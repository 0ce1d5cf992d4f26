"""`deckwright read`: which cards it shows, and what each form says of them."""

from __future__ import annotations

import json
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from PIL import Image
from scratch import DAY, Scratch

from deckwright import commands, proof
from deckwright.names import slug
from deckwright.proof import media as shelves
from deckwright.proof.asked import Asked, asked
from deckwright.proof.masks import overlay
from deckwright.proof.sides import sides

HEART = """\
---
kind: basic
tags: [heart, heart::chambers]
source: https://books.example/heart
deck: Heart
---
# Heart

## Chambers

### What does an atrium do? {#atrium}

It receives blood.

> [!NOTE]
> From veins.

### Where does it pump? {.cloze #pump}

The {{c1::left::side}} ventricle pumps into the {{c2::aorta}}.
"""
LUNG = """\
# Lung

## What does a lung do? {.basic #lung}

It takes in oxygen.

## Parts {.basic .items #parts}

- **Bronchus**: leads air
- **Alveolus**: exchanges gas

## The chest {.occlusion #chest}

![A heart beside a lung](../media/chest.svg)
"""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">'
    '<text data-mask="heart" data-mask-hint="it pumps" x="9" y="15" font-size="9">Heart</text>'
    '<text data-mask="lung" x="9" y="35" font-size="9">Lung</text></svg>'
)

ATRIUM = """\
cards/heart.md:11  atrium  c1
Heart › Chambers

What does an atrium do?
----------------------------------------
It receives blood.

Extra: Note
From veins.
Source: https://books.example/heart
Tags: heart, heart::chambers
"""
PUMP = """\
cards/heart.md:18  pump  c1
Heart › Chambers

Where does it pump?
The [side] ventricle pumps into the aorta.
----------------------------------------
left

Source: https://books.example/heart
Tags: heart, heart::chambers


cards/heart.md:18  pump  c2
Heart › Chambers

Where does it pump?
The left ventricle pumps into the [...].
----------------------------------------
aorta

Source: https://books.example/heart
Tags: heart, heart::chambers
"""
DOCS = Path(__file__).parents[1] / "docs"
WHAT = "To see what there is: deckwright stats\n"
WHERE = "To see each card with its ID and its file: deckwright read\n"


def day(number: int) -> int:
    """The time of a day that has been, in seconds of the Unix epoch."""
    return 1_700_000_000 + number * DAY


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project of two files, which is the current folder."""
    project = Scratch(tmp_path / "body")
    project.write({"cards/heart.md": HEART, "cards/lung.md": LUNG, "media/chest.svg": SVG})
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(day(9)))
    return project


def run(*args: str) -> Result:
    return CliRunner().invoke(commands.main, ["read", *args], prog_name="deckwright")


def told(*args: str) -> tuple[int, str, str]:
    result = run(*args)
    return result.exit_code, result.stdout, result.stderr


def shown(*args: str) -> list[str]:
    """The IDs and numbers of the cards that are shown."""
    result = run("--json", *args)
    assert result.exit_code == 0, result.output
    return [f"{card['id']} c{card['card']}" for card in json.loads(result.stdout)]


# Which cards


ALL = ["atrium c1", "pump c1", "pump c2", "lung c1", "parts.bronchus c1", "parts.alveolus c1", "chest c1", "chest c2"]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], ALL),
        (["--deck", "anatomy"], ALL),
        (["--deck", "Anatomy::Heart"], ALL[:3]),
        (["--deck", "heart"], ALL[:3]),
        (["--tag", "heart"], ALL[:3]),
        (["--tag", "Heart::Chambers::"], ALL[:3]),
        (["--tag", "#heart/chambers"], ALL[:3]),
        (["--kind", "cloze"], ALL[1:3]),
        (["--kind", "cloze", "--kind", "occlusion"], [*ALL[1:3], *ALL[6:]]),
        (["--file", "cards/lung.md"], ALL[3:]),
        (["--file", "cards"], ALL),
        (["parts"], ALL[4:6]),
        (["parts.alveolus", "atrium"], [ALL[0], ALL[5]]),
        (["--tag", "heart", "--kind", "basic"], ALL[:1]),
        (["--new"], ALL),
    ],
    ids=" ".join,
)
def test_each_option_chooses_cards(project: Scratch, args: list[str], expected: list[str]) -> None:
    assert shown(*args) == expected


def test_a_prefix_of_tags_may_be_left_out(project: Scratch) -> None:
    project.write({"deck.toml": 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\ntag_prefix = "body"\n'})
    assert shown("--tag", "heart") == shown("--tag", "body::heart") == ALL[:3]
    project.write({"deck.toml": 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\ntag_prefix = "our/body"\n'})
    assert shown("--tag", "heart") == shown("--tag", "our/body/heart") == ALL[:3]


def test_a_file_is_named_from_the_current_folder_or_the_root(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root / "cards")
    expected = ALL[3:]
    assert shown("--file", "lung.md") == shown("--file", "cards/lung.md") == expected
    assert shown("--file", str(project.root / "cards" / "lung.md")) == expected
    assert shown("--file", ".") == ALL


def test_notes_below_a_link_are_named_by_the_link(project: Scratch) -> None:
    project.write({"cards/heart.md": None, "notes/heart.md": HEART})
    (project.root / "cards" / "linked").symlink_to(Path("..", "notes"))
    assert shown("--file", "cards/linked") == shown("--file", "cards/linked/heart.md") == ALL[:3]
    (project.root.parent / "elsewhere").symlink_to(project.root)
    assert shown("--file", str(project.root.parent / "elsewhere" / "cards" / "lung.md")) == ALL[3:]


@pytest.mark.parametrize(
    ("args", "code", "expected"),
    [
        (
            ["--deck", "Anatomy::Haert"],
            2,
            f"There is no deck Anatomy::Haert with notes. Did you mean Anatomy::Heart?\n{WHAT}",
        ),
        (["--deck", "Hea"], 2, f"There is no deck Hea with notes.\n{WHAT}"),
        (["--tag", "Chambers"], 2, f"No note has the tag Chambers. Did you mean heart::chambers?\n{WHAT}"),
        (["--tag", "ambers"], 2, f"No note has the tag ambers.\n{WHAT}"),
        (["--tag", "haert", "--tag", "heart"], 2, f"No note has the tag haert. Did you mean heart?\n{WHAT}"),
        (["--file", "lnug.md"], 2, f"There are no notes in lnug.md. Did you mean cards/lung.md?\n{WHERE}"),
        (["--file", "media"], 2, f"There are no notes in media.\n{WHERE}"),
        (["--file", ".."], 2, ".. is outside the project.\n"),
        (["--file", ""], 2, "--file needs the path of a file or folder.\n"),
        (["--deck", "Heart", "--deck", ""], 2, "--deck needs a name.\n"),
        (["--tag", ""], 2, "--tag needs a name.\n"),
        (["--kind", ""], 2, "--kind needs a name.\n"),
        (["pum"], 2, f"No note has the ID pum. Did you mean pump?\n{WHERE}"),
        (
            ["cards/heart.md"],
            2,
            "No note has the ID cards/heart.md.\nTo choose a file or folder: deckwright read --file cards/heart.md\n",
        ),
        (["atrum"], 2, f"No note has the ID atrum. Did you mean atrium?\n{WHERE}"),
        (["--tag", "heart", "lung"], 1, "No note is all of this at once.\n"),
        (["--kind", "occlusion", "--file", "cards/heart.md"], 1, "No note is all of this at once.\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_chooses_nothing_is_told(project: Scratch, args: list[str], code: int, expected: str) -> None:
    assert told(*args) == (code, "", expected)


def test_a_kind_of_which_there_are_no_notes(project: Scratch) -> None:
    project.card_files({"heart.md": HEART})
    assert told("--kind", "occlusion") == (1, "", "No note is of the kind occlusion.\n")


@pytest.fixture
def animals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project with a note type of its own, as the page of the documents on them has it; it is the current folder."""
    project = Scratch(tmp_path / "animals")
    page = (DOCS / "notetypes.md").read_text("utf-8")
    files = dict(re.findall(r"<!-- file: (\S+) -->\n\n```\w+\n(.*?)```", page, re.DOTALL))
    project.write({**files, "cards/animals.md": re.findall("```markdown\n(.*?)```", page, re.DOTALL)[0]})
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(day(9)))
    return project


def test_a_note_type_of_the_project_is_a_kind_by_its_own_name(animals: Scratch) -> None:
    animals.write({"cards/plain.md": "# Plants\n\n## A tree? {.basic #tree}\n\nYes\n"})
    assert shown("--kind", "vocabulary", "inu", "tree") == ["inu c1", "inu c2"]
    assert {card["note_type"] for card in json.loads(run("--json", "inu").stdout)} == {"vocabulary"}
    assert run("--kind", "vocabulary", "inu").stdout.splitlines()[0] == "cards/animals.md:3  inu  c1  vocabulary"
    assert run("tree").stdout.splitlines()[0] == "cards/plain.md:3  tree  c1"
    html = run("--kind", "vocabulary", "--format", "html", "inu").stdout
    assert html.count('<p class="proof-facts"><span>vocabulary</span><span>Anatomy</span></p>') == 2
    assert "2 cards of 1 note · vocabulary · inu" in html


@pytest.mark.parametrize(
    ("kind", "guess"), [("vocabulry", " Did you mean vocabulary?"), ("Cloze", " Did you mean cloze?"), ("noun", "")]
)
def test_a_kind_that_there_is_not(animals: Scratch, kind: str, guess: str) -> None:
    assert told("--kind", kind) == (
        2,
        "",
        f"There is no kind {kind}.{guess}\nWhat there is: basic, cloze, occlusion, vocabulary\n",
    )


def test_a_note_type_with_an_error_is_a_kind_without_notes(animals: Scratch) -> None:
    animals.write({"notetypes/vocabulary/Produce.front.html": "{{Raeding}}"})
    code, stdout, stderr = told("--kind", "vocabulary")
    assert (code, stdout, stderr.splitlines()[-3]) == (1, "", "No note is of the kind vocabulary.")


@pytest.mark.parametrize(
    ("args", "begun", "expected"),
    [
        ([], "", ["basic", "cloze", "occlusion", "vocabulary"]),
        ([], "vo", ["vocabulary"]),
        (["--project", "elsewhere"], "", ["basic", "cloze", "occlusion"]),
    ],
)
def test_the_shell_completes_kinds(animals: Scratch, args: list[str], begun: str, expected: list[str]) -> None:
    Scratch(animals.root / "elsewhere")
    completion = ShellComplete(commands.main, {}, "deckwright", "_DECKWRIGHT_COMPLETE")
    found = completion.get_completions(["read", *args, "--kind"], begun)
    assert [item.value for item in found] == expected


def test_a_project_without_notes(project: Scratch) -> None:
    project.card_files({"heart.md": "# Heart\n"})
    code, stdout, stderr = told()
    first, *_, last = stderr.splitlines()
    assert (code, stdout, first, last) == (
        1,
        "",
        "deck.toml: error[P018]: there are no notes yet",
        "There are no notes.",
    )


@pytest.mark.ci
def test_what_is_new_or_changed_since_the_last_release(project: Scratch) -> None:
    assert told("--new", "atrium") == (
        0,
        f"{ATRIUM}\n",
        "There was no release yet: all notes are new.\n1 card of 1 note\n",
    )
    project.release("1.0.0", day(1))
    nothing = "Nothing that was asked for is new or changed since version 1.0.0.\n"
    assert told("--new") == (0, "", nothing)
    assert told("--new", "--json") == (0, "[]\n", nothing)
    new = "\n### What beats? {#beat}\n\nThe heart.\n"
    project.write({"cards/heart.md": HEART.replace("From veins.", "From the veins.") + new})
    assert shown("--new") == ["atrium c1", "beat c1"]
    text = run("--new").stdout
    assert re.findall("^cards/.*", text, re.MULTILINE) == [
        "cards/heart.md:11  atrium  c1  changed",
        "cards/heart.md:22  beat  c1  new",
    ]
    assert told("--new", "--kind", "cloze")[::2] == (0, nothing)


def test_the_same_card_after_a_release_has_no_state(project: Scratch) -> None:
    project.release("1.0.0", day(1))
    assert told("atrium") == (0, f"{ATRIUM}\n", "1 card of 1 note\n")


def test_notes_with_errors_are_left_out_and_told(project: Scratch) -> None:
    project.write({"cards/lung.md": LUNG + "\n## Empty {.basic #empty}\n"})
    code, stdout, stderr = told()
    assert (code, len(re.findall("^cards/", stdout, re.MULTILINE))) == (1, 8)
    first, *_, counted, without, following = stderr.splitlines()
    assert re.fullmatch(r"cards/lung\.md:16:\d+: error\[N\d{3}\]: .*", first)
    assert (counted, without) == ("8 cards of 6 notes", "Notes with errors are left out: 1 error in 1 file.")
    assert re.fullmatch(r"Next: deckwright explain N\d{3}", following)


def test_a_note_that_is_asked_for_may_be_one_with_an_error(project: Scratch) -> None:
    project.write({"cards/lung.md": LUNG + "\n## Empty {.basic #empty}\n"})
    code, stdout, stderr = told("empty")
    assert (code, stdout) == (2, "")
    assert stderr.splitlines()[-4:] == [
        "No note has the ID empty.",
        WHERE.rstrip("\n"),
        "Notes with errors are left out: 1 error in 1 file.",
        "Next: deckwright explain N002",
    ]


def test_settings_with_an_error_show_nothing(project: Scratch) -> None:
    project.write({"deck.toml": 'name = "Anatomy"\n'})
    code, stdout, stderr = told()
    assert (code, stdout) == (1, "")
    assert stderr.splitlines()[-2] == "Nothing can be read: 1 error in 1 file."


def test_what_is_new_is_not_known_if_the_ledger_is_damaged(project: Scratch) -> None:
    project.release("1.0.0", day(1))
    project.write({"deck.lock": project.lock.read_bytes().replace(b"atrium", b"atrivm")})
    code, stdout, stderr = told("--new")
    assert (code, stdout, stderr.splitlines()[-2][:20]) == (1, "", "Nothing can be read:")


# Text and JSON


def test_a_card_as_text(project: Scratch) -> None:
    assert told("--file", "cards/heart.md") == (0, f"{ATRIUM}\n\n{PUMP}\n", "3 cards of 2 notes\n")


def test_fronts_first_says_nothing_of_the_answers_before_the_backs(project: Scratch) -> None:
    assert run("--fronts-first", "parts", "chest").stdout == (
        "1.\nLung › Parts\n\nBronchus\n\n\n"
        "2.\nLung › Parts\n\nAlveolus\n\n\n"
        "3.\nLung\n\nThe chest\n[A heart beside a lung]\n[it pumps] label 1 of 2, upper left\nCovered too: 1 label\n\n\n"
        "4.\nLung\n\nThe chest\n[A heart beside a lung]\n[...] label 2 of 2, left\nCovered too: 1 label\n\n\n"
        "1. cards/lung.md:9  parts.bronchus  c1\nleads air\n\n\n"
        "2. cards/lung.md:10  parts.alveolus  c1\nexchanges gas\n\n\n"
        "3. cards/lung.md:12  chest  c1\nHeart\n\n\n"
        "4. cards/lung.md:12  chest  c2\nLung\n\n"
    )


FOUR = """\
## The chest {.occlusion #chest %s}

![Four parts](../media/four.svg)
"""


def labelled(*labels: str) -> str:
    """An SVG with so many labels, two in a row."""
    texts = (
        f'<text data-mask="{slug(label)}" x="{10 + 70 * (n % 2)}" y="{15 + 20 * (n // 2)}" font-size="6">{label}</text>'
        for n, label in enumerate(labels)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60">{"".join(texts)}</svg>'


def questions(id_: str) -> list[str]:
    """The lines of each front that are about what is asked."""
    fronts = [card.partition("\n-----")[0] for card in run(id_).stdout.split("\n\n\n")]
    return [front.partition("]\n")[2] for front in fronts]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (
            "",
            [
                "[...] label 1 of 4, upper left\nCovered too: 3 labels",
                "[...] label 2 of 4, upper right\nCovered too: 3 labels",
                "[...] label 3 of 4, left\nCovered too: 3 labels",
                "[...] label 4 of 4, right\nCovered too: 3 labels",
            ],
        ),
        (
            'mode="hide-one" masks="lung vein"',
            [
                "[...] label 2 of 4, upper right\nIn view: Heart · Aorta · Vein",
                "[...] label 4 of 4, right\nIn view: Heart · Lung · Aorta",
            ],
        ),
        (
            'masks="lung vein"',
            [
                "[...] label 2 of 4, upper right\nCovered too: 1 label\nIn view: Heart · Aorta",
                "[...] label 4 of 4, right\nCovered too: 1 label\nIn view: Heart · Aorta",
            ],
        ),
    ],
    ids=["hide-all", "hide-one", "some"],
)
def test_the_front_of_a_diagram_says_what_is_asked_and_what_can_be_read(
    project: Scratch, tag: str, expected: list[str]
) -> None:
    project.write({"cards/lung.md": FOUR % tag, "media/four.svg": labelled("Heart", "Lung", "Aorta", "Vein")})
    assert questions("chest") == expected


def test_masks_of_a_group_are_asked_together(project: Scratch) -> None:
    svg = labelled("a", "b", "c", "d", "e", "f")
    for name in "abcf":
        svg = svg.replace(
            f'data-mask="{name}"', f'data-mask="{name}" data-mask-group="{"ac" if name in "ac" else "bf"}"'
        )
    project.write({"cards/lung.md": FOUR % 'mode="hide-one"', "media/four.svg": svg.replace(">f<", ">b<")})
    assert questions("chest") == [
        "[...] labels 1 and 3 of 6, upper left and left\nIn view: b · d · e",
        "[...] labels 2 and 6 of 6, upper right and lower right\nIn view: a · c · d · e",
        "[...] label 4 of 6, right\nIn view: a · b · c · e",
        "[...] label 5 of 6, lower left\nIn view: a · b · c · d",
    ]
    assert json.loads(run("--json", "chest").stdout)[1]["asked"] == {
        "labels": [2, 6],
        "of": 6,
        "where": ["upper right", "lower right"],
        "in_view": ["a", "c", "d", "e"],
        "covered": 0,
    }


def test_a_mask_that_hides_one_is_in_view_on_the_cards_of_others(project: Scratch) -> None:
    Image.new("RGB", (200, 100), "white").save(project.root / "media" / "four.png")
    masks = ['name = "a"\nleft = 0.1\nhide-one = true', 'name = "b"\nleft = 0.4', 'name = "c"\nleft = 0.8']
    rest = "\ntop = 0.8\nwidth = 0.1\nheight = 0.1"
    written = "".join(f"[[mask]]\n{mask}{rest}\n" for mask in masks)
    note = (FOUR % "").replace("four.svg", "four.png")
    project.write({"cards/lung.md": note, "media/four.masks.toml": written})
    assert questions("chest") == [
        "[...] label 1 of 3, lower left\nCovered too: 2 labels",
        "[...] label 2 of 3, bottom\nCovered too: 1 label\nIn view: a",
        "[...] label 3 of 3, lower right\nCovered too: 1 label\nIn view: a",
    ]


def shape(kind: str, ordinal: int, box: str, label: str = "", more: str = "") -> str:
    left, top, width, height = box.split()
    data = f'data-left="{left}" data-top="{top}" data-width="{width}" data-height="{height}" {more}'
    beside = f'<span class="dw-hint">a hint</span><span class="dw-label">{label}</span>' if label else ""
    return f'<div class="{kind}" data-ordinal="{ordinal}" data-shape="rect" {data}></div>{beside}<br>'


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("<p>No mask</p>", None),
        (shape("cloze-inactive", 1, ".1 .1 .2 .2", "heart"), None),
        (shape("cloze", 0, "0 0 1 1"), None),
        # Without a label, as masks that were drawn in Anki.
        (shape("cloze", 1, ".4 .4 .2 .2") + shape("cloze-inactive", 2, ".8 .8 .1 .1"), ((1,), 2, ("middle",), (), 0)),
        # Labels in one row are hardly ever at exactly the same height.
        (
            shape("cloze", 1, ".1 .52 .1 .1") + shape("cloze-inactive", 2, ".5 .5 .1 .1", "r &amp; <wbr>d"),
            ((1,), 2, ("left",), ("r & d",), 0),
        ),
        # What lies below a mask cannot be read, be it a part of it or larger.
        (
            shape("cloze", 1, ".1 .1 .2 .1") + shape("cloze-inactive", 2, "0 0 .9 .9", "all of it"),
            ((1,), 2, ("upper left",), (), 0),
        ),
        (
            shape("cloze", 1, ".1 .1 .2 .1")
            + shape("cloze-inactive", 2, ".5 .5 .4 .4", more='data-occludeInactive="1" ')
            + shape("cloze-inactive", 3, ".6 .6 .1 .1", "a part"),
            ((1,), 3, ("upper left",), (), 1),
        ),
        # Turned by a right angle, the box reaches down, on the left of its corner.
        (shape("cloze", 1, ".2 .1 .8 .1", more='data-angle="2500" '), ((1,), 1, ("left",), (), 0)),
        # A learner may write anything into the field.
        (shape("cloze", 1, f"{'9' * 400} x .1 .1"), ((1,), 1, ("upper right",), (), 0)),
    ],
    ids=["none", "not asked", "on all cards", "no labels", "a row", "around", "within", "turned", "no numbers"],
)
def test_what_is_asked_on_a_front(front: str, expected: tuple[object, ...] | None) -> None:
    assert asked(front) == (expected and Asked(*expected))  # type: ignore[arg-type]


def test_ellipses_and_polygons_have_a_place_too() -> None:
    begins = '<div class="cloze" data-ordinal="1" data-shape='
    ellipse = f'{begins}"ellipse" data-left=".7" data-top=".7" data-rx=".1" data-ry=".1" ></div>'
    polygon = f'{begins}"polygon" data-left=".1" data-top=".7" data-points=".1,.7 .3,.9 .1,.9" ></div>'
    assert asked(ellipse + polygon) == Asked((1, 2), 2, ("lower left", "lower right"), (), 0)


CARD: dict[str, Any] = {
    "file": "cards/heart.md",
    "line": 18,
    "id": "pump",
    "card": 1,
    "deck": "Anatomy::Heart",
    "tags": ["heart", "heart::chambers"],
    "note_type": "cloze",
    "state": "new",
    "context": "Heart › Chambers",
    "header": "Where does it pump?",
    "question": "The [side] ventricle pumps into the aorta.",
    "hint": "side",
    "answer": "left",
    "extra": "",
    "source": "https://books.example/heart",
    "typed": "",
    "asked": None,
}


def test_a_card_as_json(project: Scratch) -> None:
    first, second = json.loads(run("--json", "pump").stdout)
    guids = {first.pop("guid"), second.pop("guid")}
    assert guids == {note.guid for note in project.load(day(9)).collection.notes if note.id == "pump"}
    assert first == CARD
    question = "The left ventricle pumps into the [...]."
    assert second == CARD | {"card": 2, "question": question, "hint": "", "answer": "aorta"}


def test_fronts_first_as_json(project: Scratch) -> None:
    made = json.loads(run("--json", "--fronts-first", "pump").stdout)
    front = {name: CARD[name] for name in ("note_type", "context", "header", "question", "hint", "asked")}
    assert made["fronts"][0] == {"number": 1} | front
    assert [back.pop("guid") != "" for back in made["backs"]] == [True, True]
    assert made["backs"][0] == {"number": 1} | {name: value for name, value in CARD.items() if name not in front}


def test_what_has_to_be_typed_is_on_the_back(project: Scratch) -> None:
    typed = '# Heart\n\n## What beats? {.basic .reversed #beat typed="R & D"}\n\nIt.\n'
    project.card_files({"heart.md": typed})
    assert run("beat").stdout == (
        "cards/heart.md:3  beat  c1\nHeart\n\nWhat beats?\n----------------------------------------\nIt.\n\nTyped: R & D\n\n\n"
        "cards/heart.md:3  beat  c2\nHeart\n\nIt.\n----------------------------------------\nWhat beats?\n\n"
    )
    assert [card["typed"] for card in json.loads(run("--json", "beat").stdout)] == ["R & D", ""]
    front, _ = json.loads(run("--json", "--fronts-first", "beat").stdout)["fronts"]
    assert "R & D" not in json.dumps(front)


def test_what_a_note_type_of_the_project_has_typed(animals: Scratch) -> None:
    animals.write({"notetypes/vocabulary/Produce.front.html": "{{#Reading}}{{Meaning}} {{type:Reading}}{{/Reading}}"})
    assert [card["typed"] for card in json.loads(run("--json", "inu").stdout)] == ["", "いぬ"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://books.example/heart", "https://books.example/heart"),
        ("https://www.books.example/heart/?page=3#valves", "https://www.books.example/heart/?page=3#valves"),
        ("'[A book](https://books.example/?a=1&b=2), page 3'", "A book (https://books.example/?a=1&b=2), page 3"),
        ("Gray's Anatomy", "Gray's Anatomy"),
    ],
)
def test_a_source_has_the_address_of_its_links(project: Scratch, source: str, expected: str) -> None:
    project.card_files({"heart.md": HEART.replace("https://books.example/heart", source)})
    assert json.loads(run("--json", "atrium").stdout)[0]["source"] == expected


def test_a_file_gets_the_form_that_it_ends_in(project: Scratch) -> None:
    code, stdout, stderr = told("--output", "out/atrium.txt", "atrium")
    assert (code, stdout, stderr) == (0, "Wrote out/atrium.txt · 1 card of 1 note, 224 bytes\n", "")
    assert (project.root / "out" / "atrium.txt").read_text("utf-8") == ATRIUM
    run("--output", "atrium.json", "atrium")
    assert (project.root / "atrium.json").read_text("utf-8") == run("--json", "atrium").stdout
    run("--output", "atrium.html", "atrium")
    assert (project.root / "atrium.html").read_text("utf-8") == run("--format", "html", "atrium").stdout


def test_a_file_that_cannot_be_written(project: Scratch) -> None:
    assert told("--output", "deck.toml/a.txt", "atrium")[::2] == (1, "deck.toml/a.txt cannot be written: File exists\n")


@pytest.mark.parametrize("name", ["cards/heart.md", "deck.toml", "deck.lock", "build/anatomy.apkg", "page", "-"])
def test_no_file_of_another_kind_is_written(project: Scratch, name: str) -> None:
    kept = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    why = f"{name} cannot be written: its name must end in .html, .json or .txt.\n"
    assert told("--output", name, "atrium") == (2, "", why)
    assert {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()} == kept


def test_nothing_that_is_no_file_is_written(project: Scratch) -> None:
    os.mkfifo(project.root / "a.html")
    assert told("--output", "a.html", "atrium") == (2, "", "a.html cannot be written: it is not a file.\n")
    assert (project.root / "a.html").is_fifo()


# The page


class Parsed(HTMLParser):
    """The elements of a page, their ids, and the text of each script and style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Mapping[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in self.inside and self.cdata_elem:
            self.inside[self.elements[-1][0]].append(data)

    def ids(self, start: str) -> list[str]:
        return [of["id"] or "" for _, of in self.elements if (of.get("id") or "").startswith(start)]


def page(*args: str) -> tuple[str, Parsed]:
    result = run("--format", "html", *args)
    assert result.exit_code == 0, result.output
    return result.stdout, Parsed(result.stdout)


def test_the_page_needs_nothing_else_and_runs_only_its_own_script(project: Scratch) -> None:
    html, parsed = page()
    assert [tag for tag, of in parsed.elements if tag in ("link", "iframe", "object", "canvas")] == []
    assert [of for _, of in parsed.elements if "src" in of or any(name.startswith("on") for name in of)] == []
    held, script = parsed.inside["script"]
    (policy,) = (of["content"] for tag, of in parsed.elements if "http-equiv" in of)
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    assert policy == (
        "default-src 'none'; img-src blob: data:; media-src blob: data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    )
    picture = next(iter(project.load(day(9)).collection.media))
    assert json.loads(held) == {picture.name: f"data:image/png;base64,{b64encode(picture.read()).decode()}"}
    assert [of["data-src"] for tag, of in parsed.elements if tag == "img"] == [picture.name] * 4
    assert parsed.ids("card-") == [f"card-{n}" for n in range(1, 9)]
    assert parsed.ids("file-") == ["file-1", "file-2"]
    assert "<h1>Anatomy</h1>\n<p>8 cards of 6 notes · version 0.1.0</p>" in html
    note_type = project.load(day(9)).collection.note_types["basic"]
    assert parsed.inside["style"][0] == f"\n{note_type.css}\n"


def test_fronts_first_as_a_page(project: Scratch) -> None:
    html, parsed = page("--fronts-first", "--kind", "cloze", "--kind", "basic")
    assert parsed.ids("card-") == [f"card-{n}" for n in range(1, 7)]
    assert parsed.ids("back-") == [f"back-{n}" for n in range(1, 7)]
    fronts, _, backs = html.partition('id="backs"')
    told_early = [word for word in ("receives blood", "cards/", "dw-id", "heart::chambers") if word in fronts]
    assert told_early == []
    assert [backs.count(words) for words in ("What does an atrium do?", "receives blood", "pumps into")] == [1, 1, 2]


def test_the_head_says_what_was_chosen(project: Scratch) -> None:
    project.release("1.0.0", day(1))
    project.write({"cards/heart.md": HEART.replace("From veins.", "From the veins.")})
    html, _ = page("--new", "--tag", "heart", "--tag", "Heart::Chambers")
    assert (
        "<p>1 card of 1 note · heart or Heart::Chambers · new or changed since version 1.0.0 · version 1.0.0 + draft</p>"
        in html
    )
    assert '<span>cards/heart.md:11</span><span>c1</span><span class="proof-state">changed</span>' in html


def test_names_are_text_in_the_page(project: Scratch) -> None:
    project.write({"deck.toml": 'id = "anatomy-k3v9q2xm"\nname = "<b>A & B</b>"\n', "cards/a<b>&.md": HEART})
    project.write({"cards/heart.md": None, "cards/lung.md": None})
    html, parsed = page("--tag", "heart")
    assert "<h1>&lt;b&gt;A &amp; B&lt;/b&gt;</h1>" in html
    assert '<h2 class="proof-file" id="file-1">cards/a&lt;b&gt;&amp;.md</h2>' in html
    assert [tag for tag, _ in parsed.elements if tag == "b"] == []


def both_sides(project: Scratch, id_: str) -> list[tuple[str, str]]:
    loaded = project.load(day(9))
    chosen, _ = proof.choose(
        loaded.collection.notes,
        loaded.collection.note_types,
        loaded.assigned.ledger.lines,
        loaded.collection.settings,
        proof.Choice(ids=(id_,)),
    )
    held = {file.name for file in loaded.collection.media}

    def attribute(name: str) -> str:
        return f'data-src="{name}' if name in held else ""

    return [
        sides(one.note, one.note_type, entry.card - 1, attribute) for one in chosen for entry in proof.entries([one])
    ]


def test_the_back_of_a_basic_note_goes_on_where_the_front_ends(project: Scratch) -> None:
    project.card_files({"heart.md": "# Heart\n\n## What beats? {.basic #beat}\n\nIt.\n"})
    assert both_sides(project, "beat") == [
        (
            '<div class="dw-front">\n<div class="dw-context" dir="auto"><span class="dw-crumb">Heart</span></div>\n'
            '<div class="dw-question" dir="auto">What beats?</div>\n\n</div>',
            '\n<div class="dw-back">\n<hr id=answer>\n<div class="dw-answer" dir="auto"><p>It.</p></div>\n\n'
            '<div class="dw-foot" dir="ltr">\n\n<span class="dw-id">beat</span>\n\n</div>\n</div>',
        )
    ]


def test_what_is_typed_is_asked_for_and_shown(project: Scratch) -> None:
    project.card_files({"heart.md": '# Heart\n\n## What beats? {.basic #beat typed="a <b>&"}\n\nIt.\n'})
    ((front, back),) = both_sides(project, "beat")
    assert re.findall("<input[^>]*>", front) == ['<input type="text" aria-label="The answer" autocomplete="off">']
    assert back.startswith('<div class="dw-typed">a &lt;b&gt;&amp;</div>')
    assert "[[type:" not in front + back


def test_what_is_typed_is_not_told_twice(project: Scratch) -> None:
    project.card_files({"heart.md": '# Heart\n\n## What beats? {.basic #beat typed="atrium"}\n\n`atrium`\n'})
    ((_, back),) = both_sides(project, "beat")
    assert back.count("atrium") == 1


def test_media_are_played_or_described(project: Scratch) -> None:
    project.write({"media/beat.mp3": b"ID3", "media/beat.webm": b"x", "media/beat.mp4": b"y"})
    files = "![](../media/beat.mp3) ![Film](../media/beat.webm) ![](../media/beat.mp4) ![Plan](https://a.example/p.png)"
    project.card_files({"heart.md": f"# Heart\n\n## What beats? {{.basic #beat}}\n\n{files}\n"})
    names = {file.path.name: file.name for file in project.load(day(9)).collection.media}
    back = both_sides(project, "beat")[0][1]
    assert re.findall(r"<(?:audio|video|img|span class=\"proof)[^>]*>[^<]*", back) == [
        f'<audio controls preload="none" data-src="{names["beat.mp3"]}">',
        f'<video controls loading="lazy" data-src="{names["beat.webm"]}" aria-label="Film">',
        f'<video controls preload="none" data-src="{names["beat.mp4"]}">',
        '<span class="proof-missing">Plan (https://a.example/p.png is not in this page)',
    ]


def test_masks_are_drawn_where_anki_has_its_canvas(project: Scratch) -> None:
    front, back = both_sides(project, "chest")[0]
    for side, states in ((front, ["active", "inactive"]), (back, ["inactive", "highlight"])):
        assert re.findall(r'class="proof-mask proof-(\w+)"', side) == states
        assert ("<script" in side, "<canvas" in side, side.count("proof-masks")) == (False, False, 1)


def test_each_shape_of_a_mask() -> None:
    shapes = (
        '<div class="cloze" data-ordinal="1" data-shape="rect" data-left=".1" data-top=".25" data-width=".5" '
        'data-height=".125" data-occludeInactive="1" ></div>'
        '<div class="cloze-inactive" data-ordinal="2" data-shape="ellipse" data-left=".1" data-top="0" data-rx=".25" '
        'data-ry=".125" data-angle="2500" data-occludeInactive="1" ></div>'
        '<div class="cloze-inactive" data-ordinal="3" data-shape="rect" data-left=".9" data-top=".9" ></div>'
        '<div class="cloze-highlight" data-ordinal="4" data-shape="polygon" data-left=".5" data-top=".5" '
        'data-points=".5,.5 1,.75 x,1" data-angle="-1250" ></div>'
    )
    assert overlay(shapes) == (
        '<div id="image-occlusion-canvas" class="proof-masks" aria-hidden="true">'
        '<div class="proof-mask proof-active" style="left:10%;top:25%;width:50%;height:12.5%"></div>'
        '<div class="proof-mask proof-inactive proof-ellipse" '
        'style="left:10%;top:0%;width:50%;height:25%;transform:rotate(90deg)"></div>'
        '<svg class="proof-mask proof-highlight" viewBox="0 0 1 1" preserveAspectRatio="none" '
        'style="transform-origin:50% 50%;transform:rotate(-45deg)"><polygon points="0.5,0.5 1,0.75 0,1"/></svg></div>'
    )


def test_what_is_too_large_is_left_out_and_told(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        Image.new("RGB", (20, 20), "red" if name == "a" else "blue").save(project.root / "media" / f"{name}.png")
    files = "![One](../media/a.png) ![Two](../media/b.png) ![One](../media/a.png)"
    project.card_files({"heart.md": f"# Heart\n\n## What beats? {{.basic #beat}}\n\n{files}\n"})
    first, second = project.load(day(9)).collection.media
    monkeypatch.setattr(shelves, "MAX_EMBEDDED_BYTES", len(first.read()))
    result = run("--format", "html")
    assert result.stderr == f"{second.name} (86 bytes) is not in the page, which would be too large to be sent.\n"
    parsed = Parsed(result.stdout)
    held = json.loads(parsed.inside["script"][0])
    assert {name: b64decode(data.partition(",")[2]) for name, data in held.items()} == {first.name: first.read()}
    assert [of["data-src"] for tag, of in parsed.elements if tag == "img"] == [first.name, first.name]
    assert f"Two ({second.name} is not in this page)" in result.stdout


def test_of_many_that_are_too_large_a_few_are_named(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        Image.new("RGB", (20, 20), (number, 0, 0)).save(project.root / "media" / f"{number}.png")
    files = " ".join(f"![One](../media/{number}.png)" for number in range(7))
    project.card_files({"heart.md": f"# Heart\n\n## What beats? {{.basic #beat}}\n\n{files}\n"})
    names = re.findall(r'data-src="([^"]*)"', run("--format", "html").stdout)
    sizes = [(project.root / "media" / f"{number}.png").stat().st_size for number in range(5)]
    monkeypatch.setattr(shelves, "MAX_EMBEDDED_BYTES", 0)
    assert run("--format", "html").stderr.splitlines() == [
        *(
            f"{name} ({size} bytes) is not in the page, which would be too large to be sent."
            for name, size in zip(names, sizes, strict=False)
        ),
        "Nor are 2 other files.",
    ]


@pytest.mark.ci
@pytest.mark.slow
def test_every_card_of_the_gallery_has_a_place_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent / "gallery" / "project")
    html, parsed = page()
    cards = json.loads(run("--json").stdout)
    assert parsed.ids("card-") == [f"card-{n}" for n in range(1, len(cards) + 1)]
    held = json.loads(parsed.inside["script"][0])
    sources = [(of["data-src"] or "").partition("#")[0] for _, of in parsed.elements if "data-src" in of]
    assert set(sources) == held.keys()
    assert re.findall(r"\[sound:|\[\[type:|\{\{", html) == []
