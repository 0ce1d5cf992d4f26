"""Rules for cards and how to live with them: levels, allowances, the baseline, `check` with its options, and places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from scratch import DAY_ONE, SETTINGS, Scratch

from deckwright import lint
from deckwright.commands import main
from deckwright.diagnostics import explain, has_errors, sort
from deckwright.layout import BASELINE
from deckwright.lint import RULES, baseline
from deckwright.lint.declare import Finding, Look, Rule, levels, rule
from deckwright.lint.subject import Memory, Sources, Subject
from deckwright.lint.words import stem, words

GUESS = "# Heart\n\n## Is an atrium a chamber? {.basic #atrium}\n\nIt is.\n"
"""Breaks L004, and no other rule."""


def alarms(project: Scratch) -> list[tuple[str, int, int, str, str]]:
    """File, line, column, code and severity of all alarms, by place."""
    loaded = project.load(DAY_ONE)
    assert not has_errors(loaded.diagnostics), loaded.diagnostics
    found = lint.check(loaded.collection, loaded.notes.written, loaded.notes.numbers(), project.root)
    ordered = sort(alarm.diagnostic for alarm in found)
    return [(one.span.path, one.span.line, one.span.column, one.code, one.severity) for one in ordered]


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "project")
    made.write({"cards/heart.md": GUESS})
    return made


def check(project: Scratch, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", "--project", str(project.root), *options], env={"NO_COLOR": "1"})


# Levels


def test_a_code_counts_more_than_its_letter_and_without_either_a_rule_has_its_own_level() -> None:
    assert {code: level for code, level in levels({}).items() if code in RULES} == {
        code: rule.level for code, rule in RULES.items()
    }
    assert levels({})["L000"] == "hint"
    assert set(levels({"L": "off"}).values()) == {"off"}
    off = {code for code, rule in RULES.items() if rule.level == "off"}
    assert off
    assert {code for code, level in levels({"L": "warn"}).items() if level != "warning"} == off
    given = levels({"L": "off", "L004": "hint", "L001": "warn"})
    assert {code for code, level in given.items() if level != "off"} == {"L001", "L004"}
    assert (given["L001"], given["L004"]) == ("warning", "hint")


def test_a_rule_looks_only_at_the_kinds_of_notes_that_it_names(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = "# Heart\n\n## What is it? {.basic}\n\nA pump.\n\n## Work {.cloze}\n\nIt ==pumps==.\n"
    project.write({"cards/heart.md": note})
    seen: list[tuple[str, str]] = []

    def watched(code: str) -> Look:
        def look(note: Subject, memory: Memory) -> Iterator[Finding]:
            seen.append((code, note.family))
            return iter(())

        return look

    watching = {code: Rule(code, one.level, one.families, watched(code)) for code, one in RULES.items()}
    monkeypatch.setattr(lint, "RULES", {code: watching[code] for code in ("L003", "L037", "L008", "L022")})
    assert alarms(project) == []
    assert sorted(seen) == [
        ("L003", "basic"),
        ("L008", "basic"),
        ("L008", "cloze"),
        ("L022", "basic"),
        ("L022", "cloze"),
        ("L037", "cloze"),
    ]


def test_a_page_says_whether_its_rule_is_off() -> None:
    said = {code: explain(lint.PAGES[code]).partition(":")[0] for code in RULES}
    level = {"warning": "warning", "hint": "hint", "off": "hint, off by default"}
    assert said == {code: f"{code} ({level[rule.level]})" for code, rule in RULES.items()}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", [("cards/heart.md", 3, 4, "L004", "warning")]),
        ('[lint]\nL004 = "hint"\n', [("cards/heart.md", 3, 4, "L004", "hint")]),
        ('[lint]\nL004 = "warn"\nL = "off"\n', [("cards/heart.md", 3, 4, "L004", "warning")]),
        ('[lint]\nL = "off"\n', []),
    ],
)
def test_the_settings_say_what_becomes_of_an_alarm(project: Scratch, table: str, expected: list[object]) -> None:
    project.write({"deck.toml": SETTINGS + table})
    assert alarms(project) == expected


KEYS = "the settings are L, for all rules for cards, and the code of each: deckwright explain lists all codes"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("lint = 3\n", (3, 1, "P005", "`lint` must be a table", 'write `[lint]` on a line of its own, and `L001 = "off"` below it')),
        ("[lint]\nL004 = true\n", (4, 1, "P005", '`lint.L004` must be "warn", "hint" or "off"', 'write `L004 = "hint"`')),
        ('[lint]\nL004 = "warning"\n', (4, 1, "P005", '`lint.L004` must be "warn", "hint" or "off"', 'write `L004 = "warn"`')),
        ('[lint]\nL = "error"\n', (4, 1, "P005", '`lint.L` must be "warn", "hint" or "off"', 'write `L = "warn"`')),
        ('[lint]\nL = "of"\n', (4, 1, "P005", '`lint.L` must be "warn", "hint" or "off"', 'write `L = "off"`')),
        ('[lint]\nL0004 = "hint"\n', (4, 1, "P004", "there is no setting `lint.L0004`", "did you mean `lint.L004`?")),
        ('[lint]\nl004 = "hint"\n', (4, 1, "P004", "there is no setting `lint.l004`", "did you mean `lint.L004`?")),
        ('[lint]\nl = "hint"\n', (4, 1, "P004", "there is no setting `lint.l`", "did you mean `lint.L`?")),
        ('[lint]\nL4 = "hint"\n', (4, 1, "P004", "there is no setting `lint.L4`", "did you mean `lint.L004`?")),
        ('[lint]\nL013 = "hint"\n', (4, 1, "P004", "there is no setting `lint.L013`", KEYS)),
        ('[lint]\nS010 = "off"\n', (4, 1, "P004", "there is no setting `lint.S010`", KEYS)),
    ],
)  # fmt: skip
def test_a_slip_in_the_table_is_told_with_its_place(project: Scratch, table: str, expected: tuple[object, ...]) -> None:
    project.write({"deck.toml": SETTINGS + table})
    result = check(project, "--json")
    (found,) = json.loads(result.stdout)
    assert tuple(found[key] for key in ("line", "column", "code", "message", "hint")) == expected


def test_a_slip_after_every_code_is_told_too(project: Scratch) -> None:
    table = "".join(f'{code} = "hint"\n' for code in sorted(RULES))
    project.write({"deck.toml": f'{SETTINGS}[lint]\n{table}L000 = "warning"\n'})
    (found,) = json.loads(check(project, "--json").stdout)
    assert (found["code"], found["message"]) == ("P005", '`lint.L000` must be "warn", "hint" or "off"')


def test_a_code_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match="L001 is declared twice"):
        rule("L001", "hint", says="", hint="")(lambda note, deck: iter(()))


# Allowances


def test_a_note_may_break_a_rule_that_its_tag_names(project: Scratch) -> None:
    allowed = GUESS.replace("#atrium", '#atrium allow="L004 the exam asks it like this"')
    project.write({"cards/heart.md": allowed})
    assert alarms(project) == []


NO_CODE = '`allow="{}"` does not begin with the code of a rule'
NO_REASON = '`allow="{}"` gives no reason'


@pytest.mark.parametrize(
    ("value", "allowed", "message"),
    [
        ("L004 the exam asks it like this", ["L004"], ""),
        ("L004 L001 why", ["L004", "L001"], ""),
        ("L004, L001: why", ["L004", "L001"], ""),
        ("L004,L001;why", ["L004", "L001"], ""),
        ("L004 心房", ["L004"], ""),
        ("L004", ["L004"], NO_REASON),
        ("L004 –", ["L004"], NO_REASON),
        ("L0041 why", [], NO_CODE),
        ("l004 why", [], NO_CODE),
        ("why L004", [], NO_CODE),
    ],
)
def test_an_allowance_is_codes_and_a_reason(project: Scratch, value: str, allowed: list[str], message: str) -> None:
    project.write({"cards/heart.md": GUESS.replace("#atrium", f'#atrium allow="{value}"')})
    loaded = project.load(DAY_ONE)
    (written,) = loaded.notes.written
    assert [one.code for one in written.allowed] == allowed
    told = [(one.code, one.span.column, one.message) for one in loaded.diagnostics]
    assert told == ([("S034", 44, message.format(value))] if message else [])


def test_an_allowance_changes_neither_the_note_nor_its_identity(project: Scratch) -> None:
    project.save(DAY_ONE)
    before = project.lock.read_bytes()
    project.write({"cards/heart.md": GUESS.replace("#atrium", '#atrium allow="L004 the exam asks it like this"')})
    project.save(DAY_ONE + 5)
    assert project.lock.read_bytes() == before


def test_the_tag_of_a_cut_section_counts_for_its_notes_and_that_of_a_row_for_one(project: Scratch) -> None:
    rows = "## Chambers {{.basic .rows #chambers{0}}}\n\n| Is it a chamber? | Answer |\n| -- | -- |\n| Atrium | yes{1} |\n| Valve | no |\n"
    project.write({"cards/heart.md": rows.format("", "")})
    assert [one[1:] for one in alarms(project)] == [(5, 3, "L004", "warning"), (6, 3, "L004", "warning")]
    project.write({"cards/heart.md": rows.format(' allow="L004 it is asked like this"', "")})
    assert alarms(project) == []
    project.write({"cards/heart.md": rows.format("", ' <!-- card: allow="L004 it is asked like this" -->')})
    assert [one[1:] for one in alarms(project)] == [(6, 3, "L004", "warning")]


def test_an_allowance_that_is_not_needed_is_told_unless_its_rule_is_off(project: Scratch) -> None:
    project.write({"cards/heart.md": GUESS.replace("#atrium", '#atrium allow="L004 L001 L999 it is asked like this"')})
    assert alarms(project) == [("cards/heart.md", 3, 44, "L000", "hint")] * 2
    found = lint.check(*_checked(project))
    assert sorted(alarm.diagnostic.message for alarm in found) == [
        "no card of this note breaks L001", "there is no rule L999"
    ]  # fmt: skip
    project.write({"deck.toml": SETTINGS + '[lint]\nL001 = "off"\n'})
    assert [alarm.diagnostic.message for alarm in lint.check(*_checked(project))] == ["there is no rule L999"]
    project.write({"deck.toml": SETTINGS + '[lint]\nL000 = "off"\n'})
    assert alarms(project) == []


def test_an_allowance_of_what_is_no_rule_says_so(project: Scratch) -> None:
    """`deckwright explain` lists S029 too, so that it is no code that does not exist."""
    project.write({"cards/heart.md": GUESS.replace("#atrium", '#atrium allow="L004 S029 it is asked like this"')})
    (alarm,) = lint.check(*_checked(project))
    assert (alarm.diagnostic.message, alarm.diagnostic.hint) == (
        "S029 is no rule for cards",
        "take it out: only rules, whose codes begin with L, can be allowed to be broken",
    )
    project.write({"cards/heart.md": GUESS.replace("#atrium", '#atrium allow="L004 L000 it is asked like this"')})
    (alarm,) = lint.check(*_checked(project))
    assert alarm.diagnostic.message == "L000 cannot be allowed: it tells of allowances"


def _checked(project: Scratch):
    loaded = project.load(DAY_ONE)
    return loaded.collection, loaded.notes.written, loaded.notes.numbers(), project.root


# The baseline


def test_what_is_in_the_baseline_is_not_told_and_what_is_new_is(project: Scratch) -> None:
    kept = check(project, "--baseline")
    assert kept.stderr.splitlines()[0] == "deck.baseline has 1 line: commit it with your notes."
    written = (project.root / BASELINE).read_text(encoding="utf-8")
    assert written.splitlines()[1:] == ["L004 atrium"]
    assert check(project, "--strict").exit_code == 0
    # The note may move, and change its words: its line holds.
    moved = "# Heart\n\nSome prose.\n\n## Is the left atrium a chamber? {.basic #atrium}\n\nIt is.\n"
    project.write({"cards/heart.md": moved + "\n## Is a valve a chamber? {.basic #valve}\n\nIt is not.\n"})
    (found,) = json.loads(check(project, "--json").stdout)
    assert (found["line"], found["code"]) == (9, "L004")


def test_more_alarms_of_a_rule_than_the_baseline_knows_are_all_told(project: Scratch) -> None:
    one = "# Heart\n\n## Ports {.cloze #ports}\n\nAn ==open== valve leads to an ==atrium==, ==the== last.\n"
    two = one.replace("==the== last", "and to an ==artery==")
    project.write({"cards/heart.md": one, "deck.toml": SETTINGS + '[lint]\nL023 = "hint"\n'})
    assert [code for *_, code, _ in alarms(project)] == ["L023", "L023"]
    check(project, "--baseline")
    assert (project.root / BASELINE).read_text(encoding="utf-8").splitlines()[1:] == ["L023 ports 2"]
    project.write({"cards/heart.md": two})
    told = json.loads(check(project, "--json").stdout)
    assert [found["code"] for found in told] == ["L023"] * 3


def test_lines_of_alarms_that_are_no_more_are_counted(project: Scratch) -> None:
    check(project, "--baseline")
    assert check(project).stderr.splitlines()[:1] == ["1 more alarm in deck.baseline: not shown."]
    project.write({"cards/heart.md": GUESS.replace("Is an atrium a chamber?", "What is an atrium?")})
    told = check(project).stderr.splitlines()
    assert told[0] == "deck.baseline has 1 line too many: deckwright check --baseline"
    assert check(project, "--baseline").exit_code == 0
    assert (project.root / BASELINE).read_text(encoding="utf-8").count("\n") == 1
    assert check(project).stderr.splitlines()[0].startswith("Next:")


def test_a_baseline_that_cannot_be_read_is_told_by_its_line(project: Scratch) -> None:
    project.write({BASELINE: "# a remark\n\nL004 atrium\n<<<<<<< HEAD\nL004\nL004 valve 0\n"})
    known, found = baseline.read(project.root)
    assert known == {("L004", "atrium"): 1}
    assert [(one.span.line, one.code, one.message) for one in found] == [
        (4, "P024", "the baseline cannot be used: the line is not understood"),
        (5, "P024", "the baseline cannot be used: the line is not understood"),
        (6, "P024", "the baseline cannot be used: the line is not understood"),
    ]
    project.write({BASELINE: b"\xff\xfe"})
    known, (wrong,) = baseline.read(project.root)
    assert (dict(known), wrong.message) == ({}, "the baseline cannot be used: it contains bytes that are not UTF-8")


def test_a_baseline_reads_all_that_it_writes(project: Scratch) -> None:
    (alarm,) = lint.check(*_checked(project))
    assert baseline.write(project.root, [alarm] * 12_345) == 1
    assert baseline.read(project.root) == ({("L004", "atrium"): 12_345}, [])


def test_a_baseline_outside_of_the_project_or_too_large_is_not_read(project: Scratch) -> None:
    outside = project.root.parent / "secret"
    outside.write_text("a password\n", encoding="utf-8")
    (project.root / BASELINE).symlink_to(outside)
    known, (wrong,) = baseline.read(project.root)
    assert (dict(known), wrong.message) == ({}, "the baseline cannot be used: it leads out of the project")
    (project.root / BASELINE).unlink()
    project.write({BASELINE: "L004 atrium\n" * (2 << 20)})
    known, (wrong,) = baseline.read(project.root)
    assert (dict(known), wrong.message) == ({}, "the baseline cannot be used: it has more than 16 MiB")


def test_a_line_of_the_baseline_holds_for_a_note_that_gets_another_id(project: Scratch) -> None:
    check(project, "--baseline")
    project.write({"cards/heart.md": GUESS.replace("#atrium", '#left-atrium was="atrium"')})
    assert json.loads(check(project, "--json").stdout) == []
    assert check(project).stderr.splitlines()[0] == "1 more alarm in deck.baseline: not shown."
    check(project, "--baseline")
    assert (project.root / BASELINE).read_text(encoding="utf-8").splitlines()[1:] == ["L004 left-atrium"]
    # Without `was`, it is another note.
    project.write({"cards/heart.md": GUESS.replace("#atrium", "#right-atrium")})
    assert [one["code"] for one in json.loads(check(project, "--json").stdout)] == ["L004"]


def test_in_a_project_with_errors_no_baseline_is_written_and_none_of_its_lines_is_too_many(project: Scratch) -> None:
    check(project, "--baseline")
    before = (project.root / BASELINE).read_bytes()
    project.write({"cards/heart.md": GUESS.replace("It is.", "")})
    refused = check(project, "--baseline", "--only", "L")
    assert (refused.exit_code, refused.stdout) == (1, "No such problems in 1 file, 0 notes\n")
    assert refused.stderr.splitlines() == [
        "1 error not shown: deckwright check",
        "deck.baseline is not written: notes with errors would not be in it.",
        f"Next: deckwright check --project {project.root}",
    ]
    assert (project.root / BASELINE).read_bytes() == before
    assert check(project).stderr == "Next: deckwright explain N002\n"


def test_before_the_first_build_a_note_without_an_id_is_told_again_once_it_is_reworded(project: Scratch) -> None:
    nameless, reworded = (
        GUESS.replace(" #atrium", ""),
        GUESS.replace("an atrium a chamber? {.basic #atrium", "the left atrium a chamber? {.basic"),
    )
    for is_built, told in ((False, ["L004"]), (True, [])):
        project.write({"cards/heart.md": nameless})
        if is_built:
            project.build(DAY_ONE)
        advice = check(project, "--baseline").stderr.splitlines()[1]
        assert advice.startswith("Build, and write it again: ") is not is_built
        project.write({"cards/heart.md": reworded})
        assert [one["code"] for one in json.loads(check(project, "--json").stdout)] == told


def test_a_baseline_that_cannot_be_written(project: Scratch) -> None:
    (project.root / BASELINE).mkdir()
    result = check(project, "--baseline")
    assert (result.exit_code, result.stderr) == (1, "deck.baseline cannot be written: Is a directory\n")


# The command


def test_only_takes_a_code_that_there_is(project: Scratch) -> None:
    result = check(project, "--only", "L004", "--only", "L4")
    expected = "There is no code L4.\nTo list all codes: deckwright explain\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", expected)
    result = check(project, "--only", "")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        2, "--only needs a code, or the letter that codes begin with."
    )  # fmt: skip


def test_strict_fails_on_a_hint(project: Scratch) -> None:
    project.write({"deck.toml": SETTINGS + '[lint]\nL004 = "hint"\n'})
    assert (check(project).exit_code, check(project, "--strict").exit_code) == (0, 1)
    project.write({"deck.toml": SETTINGS + '[lint]\nL004 = "off"\n'})
    assert check(project, "--strict").exit_code == 0


def test_only_shows_codes_that_begin_like_this(project: Scratch) -> None:
    project.write({"cards/heart.md": GUESS + "\n## A valve {.basic}\n"})
    codes = [one["code"] for one in json.loads(check(project, "--json").stdout)]
    assert sorted(codes) == ["L004", "N002"]
    assert [one["code"] for one in json.loads(check(project, "--json", "--only", "l").stdout)] == ["L004"]
    # Of a note with an error nobody knows which rules it breaks: whatever is shown, the check fails.
    assert [check(project, "--only", code).exit_code for code in ("L", "N002", "S")] == [1, 1, 1]
    assert check(project, "--only", "L").stderr.splitlines()[0] == "1 error not shown: deckwright check"
    both = json.loads(check(project, "--json", "--only", "L004", "--only", "N").stdout)
    assert sorted(one["code"] for one in both) == ["L004", "N002"]


def test_what_controls_a_terminal_is_shown_as_a_sign(project: Scratch) -> None:
    project.write({"deck.toml": SETTINGS + '[lint]\n"\\u001b[2J\\n\\u202e" = "hint"\n'})
    assert check(project).stdout.splitlines()[0] == "deck.toml:4:1: error[P004]: there is no setting `lint.�[2J��`"
    assert "there is no setting `lint.�[2J��`%0Ahelp: " in check(project, "--format", "github").stdout


def test_a_hint_is_a_notice_on_github_and_counted_apart(project: Scratch) -> None:
    project.write({"deck.toml": SETTINGS + '[lint]\nL004 = "hint"\n'})
    result = check(project, "--format", "github")
    first, last = result.stdout.splitlines()[0], result.stdout.splitlines()[1]
    assert first.startswith("::notice file=") and ",line=3,col=4," in first
    assert last == "1 hint in 1 file"
    assert check(project).stderr == "Next: deckwright explain L004\n"


# Places


def test_words_are_found_in_the_note_or_near_above_it_or_above_all_notes(project: Scratch) -> None:
    head = "---\nsource: Gray, Anatomy\n---\n# Heart\n\n"
    first = "## What is *an* atrium? {.basic #first}\n\nA chamber.\n\n"
    cut = "## Parts {.basic .items #parts}\n\nWhat is it?\n\n- **Valve**: a door\n- **Aorta**: an artery\n"
    second = "\n## What is a vein? {.basic #second}\n\nA vessel.\n"
    project.write({"cards/heart.md": head + first + "A remark.\n\n" * 200 + cut + second})
    loaded = project.load(DAY_ONE)
    written = {note.id: source for note, source in zip(loaded.collection.notes, loaded.notes.written, strict=True)}
    sources = Sources(project.root, loaded.notes.written, ())

    def place(words: str, id_: str) -> tuple[int, int] | None:
        found = sources.find(words, written[id_])
        return (found.line, found.column) if found else None

    assert place("an artery", "parts.aorta") == (415, 14)
    assert place("an artery", "parts.valve") == (415, 14)
    assert place("What is it?", "parts.aorta") == (412, 1)
    assert place("gray, anatomy", "parts.aorta") == place("Gray, Anatomy", "first") == (2, 9)
    assert place("A remark.", "parts.aorta") == (408, 1)
    assert place("A chamber.", "parts.aorta") is None
    assert place("A remark.", "second") is None
    assert place("an artery", "first") is None


# Words


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("keys", "key"),
        ("policies", "policy"),
        ("classes", "class"),
        ("access", "access"),
        ("status", "status"),
        ("boxes", "box"),
        ("is", "is"),
        ("s3", "s3"),
    ],
)
def test_a_plural_has_the_stem_of_its_singular(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_names_of_programming_are_one_word() -> None:
    assert words("C++ and e-mail in us-east-1, don't: naïve `f(x)` – 東京!") == [
        "c++", "and", "e-mail", "in", "us-east-1", "don't", "naïve", "f", "x", "東京"
    ]  # fmt: skip
