"""What a build says of what has changed, and of progress that would be lost: whole outputs, edit by edit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from scratch import Scratch

from deckwright import build, commands
from deckwright.diagnostics import Diagnostic
from deckwright.identity import Terms

NOW = 1_700_000_000

NOTES = """\
---
kind: basic
---
# Heart

## Chambers

### What does an atrium do? {#atrium}

It receives blood.

### What does a ventricle do? {#ventricle}

It pumps blood.

## Valves

### What does a valve do?

It lets blood through one way.

### Where is the mitral valve?

Between the left atrium and the left ventricle.
"""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">'
    '<text data-mask="atrium" x="9" y="15" font-size="9">Atrium</text>'
    '<text data-mask="ventricle" x="9" y="35" font-size="9">Ventricle</text></svg>'
)
DIAGRAM = "# Heart\n\n## The heart {.occlusion #diagram}\n\n![The heart](../media/heart.svg)\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project of four notes and a diagram, which is the current folder. It was built once."""
    project = Scratch(tmp_path / "heart")
    project.write({"cards/heart.md": NOTES, "cards/diagram.md": DIAGRAM, "media/heart.svg": SVG})
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    assert run("build")[0] == (0, "Built build/anatomy.apkg · 5 notes, 6 cards\n")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + 60))
    return project


def run(command: str) -> tuple[tuple[int, str], str]:
    """The exit code and the output of a command, without the size of the package; what it says beside that."""
    result = CliRunner().invoke(commands.main, [command], prog_name="deckwright")
    output = "".join(f"{line.partition(', 1 media')[0]}\n" for line in result.stdout.splitlines())
    return (result.exit_code, output), result.stderr


def replaced(*pairs: tuple[str, str]) -> str:
    """The notes after an edit; each text must be there."""
    text = NOTES
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


VALVE = NOTES[NOTES.index("### What does a valve") : NOTES.index("### Where is")]
MITRAL = NOTES[NOTES.index("### Where is") :]
COUNTS = {
    "nothing": (NOTES, "nothing changed"),
    "white space": (replaced(("It pumps blood.", "It  pumps\nblood.")), "nothing changed"),
    "an answer": (replaced(("It pumps blood.", "It pumps blood into an artery.")), "1 changed"),
    "a note more": (NOTES + "\n### What is a septum?\n\nA wall.\n", "1 new"),
    "another section": (replaced((VALVE, ""), ("## Valves\n", f"{VALVE}## Valves\n")), "1 moved"),
    "another order": (replaced((VALVE, ""), (MITRAL, f"{MITRAL}\n{VALVE}")), "nothing changed"),
    "a note less": (replaced((VALVE, "")), "1 gone"),
    "all at once": (
        replaced((VALVE, ""), ("It pumps", "It drives"), ("## Chambers\n", f"## Chambers\n\n{MITRAL}\n### A?\n\nB.\n"))
        .removesuffix(MITRAL),
        "1 new, 1 changed, 1 moved, 1 gone",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "counts"), COUNTS.values(), ids=COUNTS)
def test_a_build_and_a_check_say_what_has_changed_since_the_last_build(
    project: Scratch, text: str, counts: str
) -> None:
    project.write({"cards/heart.md": text})
    checked = run("check")
    assert checked[0][1].splitlines()[-1] == f"Since the last build: {counts}"
    built = run("build")
    assert built[0][1].splitlines()[1:] == [f"Since the last build: {counts}"]
    assert run("build")[0][1].splitlines()[1:] == ["Since the last build: nothing changed"]


def test_the_whole_of_what_is_said(project: Scratch) -> None:
    project.write({"cards/heart.md": replaced((VALVE, ""), ("It pumps", "It drives"))})
    told = (
        "deck.lock: warning[I023]: 1 note left the deck since the last build: “Heart › Valves › What does a valve do?”\n"
        "  help: if you did not mean that, bring it back; if you imported the deck yourself, delete it in Anki\n\n"
    )
    assert run("check") == (
        (0, f"{told}1 warning in 1 file\nSince the last build: 1 changed, 1 gone\n"),
        "Next: deckwright explain I023\n",
    )
    assert run("build") == (
        (0, "Built build/anatomy.apkg · 4 notes, 5 cards\nSince the last build: 1 changed, 1 gone\n"),
        f"{told}deck.lock has changed: commit it with your notes.\nNext: deckwright build --open\n",
    )
    assert run("check") == (
        (0, "No problems in 2 files, 4 notes\nSince the last build: nothing changed\n"),
        "Next: deckwright build\n",
    )


def test_a_ledger_that_changed_without_a_note_is_told_as_such(project: Scratch) -> None:
    project.write({"cards/heart.md": replaced(("It pumps blood.", "It  pumps\nblood."))})
    assert run("build") == (
        (0, "Built build/anatomy.apkg · 5 notes, 6 cards\nSince the last build: nothing changed\n"),
        "deck.lock has changed, though no note has: commit it with your notes.\nNext: deckwright build --open\n",
    )
    assert run("build")[1] == "Next: deckwright build --open\n"


def test_the_last_release_has_a_line_of_its_own(project: Scratch) -> None:
    project.release("1.0.0", NOW)
    project.write({"cards/heart.md": replaced(("It pumps", "It drives"))})
    run("build")
    project.write({"cards/heart.md": replaced(("It pumps", "It drives"), (VALVE, "")) + "\n### A?\n\nB.\n"})
    for command in ("check", "build"):
        assert run(command)[0][1].splitlines()[-2:] == [
            "Since the last build: 1 new, 1 gone",
            "Since version 1.0.0: 1 new, 1 changed, 1 gone",
        ]


def test_a_ledger_that_vanished_is_told_if_its_notes_would_be_other_ones(project: Scratch) -> None:
    edited = replaced(("It lets blood through one way.", "It lets blood through in one direction."))
    project.write({"cards/heart.md": edited, "deck.lock": None})
    assert told(project) != []
    project.write({"cards/heart.md": NOTES})
    assert told(project) == []  # All of them get their old guids.
    run("build")
    project.write({"cards/heart.md": edited})
    assert (run("build")[0][0], told(project)) == (0, [])
    project.lock.unlink()
    found = (
        "deck.lock: warning[I029]: deck.lock is missing: of the notes in build/anatomy.apkg, 1 would get a new guid\n"
        "  help: put deck.lock back, from a backup or another copy of the project, and build again; "
        "if nobody has imported that package, go on\n\n"
    )
    assert run("check") == ((0, f"{found}1 warning in 1 file\n"), "Next: deckwright explain I029\n")
    assert run("build") == (
        (0, "Built build/anatomy.apkg · 5 notes, 6 cards\n"),
        f"{found}deck.lock has changed: commit it with your notes.\nNext: deckwright build --open\n",
    )
    assert told(project) == []


def test_without_a_ledger_a_note_that_left_or_came_is_no_loss(project: Scratch) -> None:
    came = "\n### What is a septum?\n\nA wall.\n"
    for text in (replaced((VALVE, "")), NOTES + came, replaced((VALVE, "")) + came):
        project.write({"cards/heart.md": text, "deck.lock": None})
        assert told(project) == []


def test_cloze_numbers_that_only_the_ledger_knew_are_told_apart_from_guids(project: Scratch) -> None:
    """An answer came first after the others had their numbers; without the ledger, it gets the number 1."""
    cloze = "## Ventricles {.cloze #ventricles}\n\nThe ==left== one pumps into the ==aorta==.\n\n"
    project.write({"cards/clozes.md": cloze})
    run("build")
    project.write({"cards/clozes.md": cloze.replace("The ==", "Blood of the ==lungs==: the ==")})
    run("build")
    edited = replaced(("It lets blood through one way.", "It lets blood through in one direction."))
    project.write({"cards/heart.md": edited})
    run("build")
    project.lock.unlink()
    (found,) = told(project)
    assert found.message == (
        "deck.lock is missing: of the notes in build/anatomy.apkg, "
        "1 would get a new guid and 1 would get other cloze numbers"
    )


def test_json_has_the_warnings_and_nothing_of_the_counts(project: Scratch) -> None:
    project.write({"cards/heart.md": replaced((VALVE, ""))})
    result = CliRunner().invoke(commands.main, ["check", "--json"])
    assert ([found["code"] for found in json.loads(result.stdout)], result.stderr) == (["I023"], "")


ATRIUM = "{#atrium}\n\nIt receives blood."
LOSSES = {
    "an id changed together with its text": (
        {"cards/heart.md": replaced((ATRIUM, "{#ear}\n\nIt takes in blood."))},
        ["cards/heart.md:8 I022"],
    ),
    "an id changed, the text not": (
        {"cards/heart.md": replaced((ATRIUM, "{#ear}\n\nIt receives blood."))},
        ["cards/heart.md:8 I022"],
    ),
    "an id changed together with heading and text": (
        {"cards/heart.md": replaced(("What does an atrium do? " + ATRIUM, "What is an atrium for? {#ear}\n\nTo receive blood."))},
        ["cards/heart.md:8 I022"],
    ),
    "an id changed with was": (
        {"cards/heart.md": replaced((ATRIUM, '{#ear was="atrium"}\n\nIt takes in blood.'))},
        [],
    ),
    "a text changed, the id not": ({"cards/heart.md": replaced((ATRIUM, "{#atrium}\n\nNothing at all."))}, []),
    "basic made cloze": (
        {"cards/heart.md": replaced((ATRIUM, "{.cloze #atrium}\n\nIt receives ==blood==."))},
        ["cards/heart.md:8 I009"],
    ),
    "a mask renamed": (
        {"media/heart.svg": SVG.replace('data-mask="atrium"', 'data-mask="auricle"')},
        ["cards/diagram.md:3 I024"],
    ),
    "a mask renamed with was": (
        {"media/heart.svg": SVG.replace('data-mask="atrium"', 'data-mask="auricle" data-mask-was="atrium"')},
        [],
    ),
    "a mask more": (
        {"media/heart.svg": SVG.replace("</svg>", '<text data-mask="valve" x="60" y="15" font-size="9">Valve</text></svg>')},
        [],
    ),
    "notes that left": ({"cards/heart.md": replaced(("## Valves\n", ""), (VALVE, ""), (MITRAL, ""))}, ["deck.lock:0 I023"]),
    # Where a note has an error, nobody knows whether others left.
    "an error beside": (
        {"cards/heart.md": replaced((VALVE, "")) + "\n## A? {.basic}\n"}, ["cards/heart.md:22 N002"],
    ),
}  # fmt: skip


@pytest.mark.ci
@pytest.mark.parametrize(("files", "expected"), LOSSES.values(), ids=LOSSES)
def test_progress_that_would_be_lost_is_told(project: Scratch, files: dict[str, str], expected: list[str]) -> None:
    project.write(files)
    found = [f"{d.span.path}:{d.span.line} {d.code}" for d in told(project)]
    assert found == expected
    if run("build")[0][0] == 0:
        assert told(project) == []


def told(project: Scratch) -> list[Diagnostic]:
    return build.load(project.root, Terms(NOW + 60))[1]


def test_many_losses_are_a_few_lines_and_a_count(project: Scratch) -> None:
    def notes(mark: str, kind: str) -> str:
        return "# Heart\n\n" + "\n".join(
            f"## What is part {n}? {{.{kind} #{mark}{n}}}\n\nPart {n} is ==number {n}==.\n" for n in range(20)
        )

    project.write({"cards/parts.md": notes("a", "basic")})
    run("build")
    project.write({"cards/parts.md": notes("a", "cloze")})
    codes = [d.code for d in told(project)]
    assert codes == ["I009", "I009", "I009", "I023"]
    assert told(project)[-1].message.startswith(
        "17 more notes left the deck since the last build, among them “Heart › "
    )


def test_with_retire_released_notes_may_leave(project: Scratch) -> None:
    project.release("1.0.0", NOW)
    project.write({"cards/heart.md": replaced((VALVE, ""), (MITRAL, ""))})
    result = CliRunner().invoke(commands.main, ["build", "--retire"])
    assert (result.exit_code, "I023" in result.stderr) == (0, False)


NAMED_LATER = {
    "a note": ("cards/heart.md", NOTES, ("#atrium", "#ear", '#ear was="atrium"'), {"atrium": "ear"}),
    "a mask": (
        "media/heart.svg", SVG,
        ('data-mask="atrium"', 'data-mask="auricle"', 'data-mask="auricle" data-mask-was="atrium"'),
        {"1 atrium": "1 auricle"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "tags", "names"), NAMED_LATER.values(), ids=NAMED_LATER)
def test_what_a_build_has_recorded_as_new_can_still_be_given_its_old_name(
    project: Scratch, file: str, text: str, tags: tuple[str, str, str], names: dict[str, str]
) -> None:
    def identities() -> dict[str, tuple[str, list[str]]]:
        lines = [line for line in project.load(NOW + 60).assigned.ledger.lines.values() if not line.retired]
        return {line.guid: (line.id, [f"{n} {answer}" for n, answer in line.numbers.items()]) for line in lines}

    old, new, named = tags
    before = identities()
    project.write({file: text.replace(old, new)})
    assert len(told(project)) == 1
    run("build")
    project.write({file: text.replace(old, named)})
    assert told(project) == []
    assert identities() == {
        guid: (names.get(id_, id_), [names.get(answer, answer) for answer in answers])
        for guid, (id_, answers) in before.items()
    }
    run("build")
    written = project.lock.read_bytes()
    assert (told(project), run("build")[0][0], project.lock.read_bytes()) == ([], 0, written)


def test_a_text_that_was_taken_back_is_told_as_before(project: Scratch) -> None:
    project.write({"cards/heart.md": replaced((ATRIUM, "{#ear}\n\nIt receives blood."))})
    run("build")
    project.write({"cards/heart.md": NOTES})
    assert [(d.code, d.arguments) for d in told(project)] == [
        ("I022", ("Heart › Chambers › What does an atrium do?", "ear", "atrium"))
    ]
