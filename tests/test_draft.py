"""`deckwright draft`: what the rules find and pass over, that exactly that becomes notes, and what other programs may propose."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from scratch import Scratch

from deckwright import build, commands, draft
from deckwright.commands import _choosing
from deckwright.commands import draft as command
from deckwright.draft import given as giving
from deckwright.draft.changes import Change, Moves, applied
from deckwright.draft.known import Cards
from deckwright.identity import Terms
from deckwright.limits import MAX_DRAFTS, MAX_DRAFTS_BYTES

NOW = 1_700_000_000
TERMS = Terms(NOW)
ALL = "questions,leads,terms,tables,definitions"

NOTES = (Path(__file__).parent / "draft" / "notes.md").read_text("utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    project = Scratch(tmp_path / "body")
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    return project


def run(*words: str, answers: str | None = None) -> Result:
    """Run the command. Most projects of these tests are in no repository."""
    forced = ["--force"] if "--write" in words else []
    return CliRunner().invoke(commands.main, ["draft", *words, *forced], input=answers)


def proposed(project: Scratch, text: str, rules: str = ALL) -> list[tuple[str, str, str, str]]:
    """The tag, the context, the question and the answer of each card that is proposed in a file."""
    project.write({"cards/a.md": text})
    report = draft.propose(project.root, TERMS, rules.split(","))  # type: ignore[arg-type]
    return [(each.tag, card.context, card.question, card.answer) for each in report.proposals for card in each.cards]


def notes(project: Scratch) -> dict[str, dict[str, str]]:
    """The fields of all notes, by their guids."""
    loaded, found = build.load(project.root, TERMS)
    assert loaded
    assert found == []
    return {note.guid: note.fields for note in loaded.collection.notes}


# The patch

PATCH = (Path(__file__).parent / "draft" / "all.patch").read_text("utf-8")


def test_the_patch_has_one_hunk_for_each_section_with_its_rule_and_its_cards(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES})
    result = run("--rules", ALL)
    assert (result.exit_code, result.stdout) == (0, PATCH)
    assert result.stderr == (
        f"9 cards in 5 sections of 1 file: nothing is written yet.\nNext: deckwright draft --write --rules {ALL}\n"
    )


def hunks(patch: str) -> list[str]:
    return re.findall(r"^# .*?\n(?=# \w|\Z)", patch, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(6))
def test_git_takes_the_patch_and_each_hunk_alone(project: Scratch, number: int) -> None:
    project.write({"cards/a.md": NOTES})
    project.start_git()
    before = notes(project)
    patch = PATCH if number == 5 else hunks(PATCH)[number]
    assert len(hunks(PATCH)) == 5
    subprocess.run(["git", "apply", "-"], cwd=project.root, input=patch.encode(), check=True)
    after = notes(project)
    assert {guid: after[guid] for guid in before} == before
    asked = re.findall(r"^#   Q: (.*)", patch, re.MULTILINE)
    assert len(after) - len(before) == len(asked)


def test_what_is_written_is_what_git_makes_of_the_patch(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES})
    project.start_git()
    subprocess.run(["git", "apply", "-"], cwd=project.root, input=PATCH.encode(), check=True)
    patched = (project.root / "cards/a.md").read_bytes()
    project.git("checkout", "--quiet", ".")
    result = run("--rules", ALL, "--write", "cards/a.md")
    assert (result.exit_code, result.output) == (0, "Wrote 9 cards in 5 sections of 1 file\nNext: git diff\n")
    assert (project.root / "cards/a.md").read_bytes() == patched
    project.commit()
    again = run("--rules", ALL)
    assert (again.exit_code, again.output) == (0, "Nothing to propose in 1 file.\n")


def test_the_examples_in_the_documentation(project: Scratch) -> None:
    page = (Path(__file__).parent.parent / "docs" / "draft.md").read_text("utf-8")
    (patch,), (given_, *_) = (re.findall(rf"```{name}\n(.*?)```", page, re.DOTALL) for name in ("diff", "json"))
    before = "".join(line[1:] for line in patch.splitlines(keepends=True) if line.startswith(" "))
    project.write({"cards/vpc.md": before})
    assert run("cards/vpc.md").stdout == patch
    quotes = [each["quote"].replace("::what?", "").replace("==", "") for each in json.loads(given_)["proposals"]]
    project.write({"cards/vpc.md": "# VPC\n\n{}\n\n## Routes\n\n{}\n".format(*quotes), "in.json": given_})
    result = run("--from", "in.json")
    assert (result.exit_code, re.findall("^# (?:given|  ).*", result.stdout, re.MULTILINE)) == (
        0,
        [
            "# given: cards/vpc.md:4, basic, what-joins-two-networks-privately",
            "#   Q: VPC › What joins two networks privately?",
            "#   A: A peering connection",
            "# given: cards/vpc.md:5, cloze, routes",
            "#   Q: VPC › Routes › A [what?] says where traffic goes.",
            "#   A: route table",
        ],
    )


def test_line_endings_and_a_byte_order_mark_stay(project: Scratch) -> None:
    text = "\ufeff# A\r\n\r\n## Parts\r\n\r\n- Region: a place with data centers\r\n- Zone: data centers with power of their own"
    project.write({"cards/a.md": text})
    assert run("--write", "--rules", "terms").exit_code == 0
    assert (project.root / "cards/a.md").read_bytes().decode() == (
        '\ufeff# A\r\n\r\n## Parts\r\n\r\n<!-- card: items id="parts" -->\r\n\r\n'
        "- **Region**: a place with data centers\r\n- **Zone**: data centers with power of their own"
    )


# What the rules find

LEADS = "# VPC\n\n## Parts\n\n- **Subnet**: a segment of an address range\n- {}\n"
SUBNET = ("items", "VPC › Parts", "Subnet", "a segment of an address range")
QUESTION = "# VPC\n\n## {}\n\n{}\n"
TABLE = "# VPC\n\n## {}\n\n| {} | {} |\n| --- | --- |\n| Subnet | a segment of an address range |\n| {} | {} |\n"

FOUND = {
    "a colon in the bold text": (
        LEADS.format("**Zone:** data centers with power of their own"),
        [SUBNET, ("items", "VPC › Parts", "Zone", "data centers with power of their own")],
    ),
    "numbered": (
        "# VPC\n\n## Parts\n\n1. **Subnet**: a segment of an address range\n2. **Zone** - data centers near to one another\n",
        [SUBNET, ("items", "VPC › Parts", "Zone", "data centers near to one another")],
    ),
    "a question without its mark": (
        QUESTION.format("What is a route table", "Rules that say where traffic goes."),
        [("basic", "VPC", "What is a route table", "Rules that say where traffic goes.")],
    ),
    "rows": (
        TABLE.format("Parts", "Name", "Meaning", "Zone", "data centers with power of their own"),
        [
            ("rows", "VPC › Parts", "Subnet", "a segment of an address range"),
            ("rows", "VPC › Parts", "Zone", "data centers with power of their own"),
        ],
    ),
    "cells, whose head says what is asked": (
        TABLE.format("Parts", "Name", "Analogy", "Zone", "one house of several"),
        [
            ("cells", "VPC › Parts", "Subnet · Analogy", "a segment of an address range"),
            ("cells", "VPC › Parts", "Zone · Analogy", "one house of several"),
        ],
    ),
    "a subject that is in no heading": (
        "# Networks\n\n## Basics\n\nA **subnet** is a segment of an address range.\n",
        [("cloze", "Networks › Basics", "[...] is a segment of an address range.", "A subnet")],
    ),
    "a subject that is in a heading": (
        "# Networks\n\n## Subnets\n\nA subnet is a segment of an address range.\n",
        [("cloze", "Networks › Subnets", "A subnet is [...].", "a segment of an address range")],
    ),
    "a list of definitions": (
        "# Networks\n\n## Words\n\n- A subnet is a segment of an address range.\n- A zone is a group of data centers.\n",
        [
            ("cloze items", "Networks › Words", "[...] is a segment of an address range.", "A subnet"),
            ("cloze items", "Networks › Words", "[...] is a group of data centers.", "A zone"),
        ],
    ),
}


@pytest.mark.parametrize(("text", "cards"), FOUND.values(), ids=FOUND)
def test_what_becomes_cards(project: Scratch, text: str, cards: list[tuple[str, str, str, str]]) -> None:
    assert proposed(project, text) == cards


LONG = "a segment that " + "is one of very many " * 8

NOTHING = {
    # Answers
    "more than forty words": QUESTION.format("What is a subnet?", LONG),
    "an answer of two paragraphs": QUESTION.format("What is a subnet?", "A segment.\n\nOf an address range."),
    "three sentences": QUESTION.format("What is a subnet?", "A segment. It lies in a zone. It has addresses."),
    "code for an answer": QUESTION.format("How do you list the subnets?", "```sh\naws ec2 describe-subnets\n```"),
    "an answer that lies elsewhere": QUESTION.format("What is a subnet?", "A segment, as the figure above shows."),
    "an address for an answer": QUESTION.format("What is a subnet?", "A segment: https://example.org"),
    "somebody's opinion": QUESTION.format("What is a subnet?", "I think that it is a segment of a range."),
    "an unfinished answer": QUESTION.format("What is a subnet?", "A segment of a range, TODO"),
    # Questions
    "a question about something else": QUESTION.format("What does it do?", "It joins two networks."),
    "a question that is none alone": QUESTION.format("What about ports?", "They are open to nobody."),
    "how to do something": QUESTION.format("How to install a gateway?", "Attach it to the network."),
    "yes or no": QUESTION.format("Is a subnet a segment?", "Yes, of the address range of a network."),
    # Lists
    "one item": "# VPC\n\n## Parts\n\n- **Subnet**: a segment of an address range\n",
    "a label": LEADS.format("**Example**: the one with two zones of power"),
    "an instruction": LEADS.format("**Create a gateway**: it joins the network to the world"),
    "nothing between": LEADS.format("**Zone** has power of its own"),
    "what repeats its subject": LEADS.format("**Data center**: a center for data and machines"),
    "a list within": LEADS.format("**Zone**: data centers near to one another\n  - one\n  - two"),
    "a table of contents": LEADS.format("**[Zone](#zone)**: [all about zones of power](#zone)"),
    "code": LEADS.format("`describe-subnets`: lists the subnets of a network"),
    "below a heading of such lists": LEADS.format("**Zone**: power of its own").replace("Parts", "Installation"),
    "below a heading of arguments": LEADS.format("**Zone**: power of its own").replace("Parts", "Advantages of a VPC"),
    "below a heading with a tag": LEADS.format("**Zone**: power of its own").replace("Parts", "Parts {.skip}"),
    "where a break would part it": LEADS.format("**Zone**: power of its own") + "\n---\n\n- **Region**: a place of zones\n",
    "where headings belong to it": LEADS.format("**Zone**: power of its own") + "\n### More\n\nMore.\n",
    "in a file whose headings are notes": "---\nkind: cloze\n---\n\n" + LEADS.format("**Zone**: power of its own"),
    # Tables
    "three columns": "# VPC\n\n## Parts\n\n| A | B | C |\n| - | - | - |\n| Subnet | one range | two |\n| Zone | a power | one |\n",
    "an empty cell": TABLE.format("Parts", "Name", "Meaning", "Zone", ""),
    "two sides": TABLE.format("Parts", "Pros", "Cons", "Zone", "power of its own"),
    "a comparison": TABLE.format("Subnets versus zones", "Name", "Meaning", "Zone", "power of its own"),
    "links": TABLE.format("Parts", "Name", "Meaning", "Zone", "[a page](https://example.org)"),
    "an interface": TABLE.format("Parts", "Name", "Meaning", "Zone", "power of its own").replace(
        "| Subnet", "| `Subnet`"
    ).replace("| Zone", "| `Zone`"),
    # Definitions
    "a pointer": "# VPC\n\n## Parts\n\nThis is a segment of an address range.\n",
    "an opinion": "# VPC\n\n## Parts\n\nThe main problem is a lack of addresses in a range.\n",
    "a definition by its own words": "# Networks\n\n## Basics\n\nA subnet range is a range of a subnet.\n",
}  # fmt: skip


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_becomes_no_card(project: Scratch, text: str) -> None:
    assert proposed(project, text) == []


def test_a_row_that_breaks_a_rule_for_cards_is_left_out_alone(project: Scratch) -> None:
    long = "a group of data centers with power of its own, which " + "stands apart " * 10 + "from all others"
    row = f"| Zone | {long} |\n"
    text = TABLE.format("Parts", "Name", "Meaning", "Region", "a place of zones") + row
    assert proposed(project, text) == [
        ("rows", "VPC › Parts", "Subnet", "a segment of an address range"),
        ("rows", "VPC › Parts", "Region", "a place of zones"),
    ]
    assert run("--write", "--rules", "tables").exit_code == 0
    skipped = row.replace(" |\n", " <!-- card: skip --> |\n")
    assert (project.root / "cards/a.md").read_text("utf-8").endswith(f"| Region | a place of zones |\n{skipped}")
    project.write({"deck.toml": 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\n[lint]\nL012 = "off"\n'})
    assert [card[2] for card in proposed(project, text)] == ["Subnet", "Region", "Zone"]


def test_a_section_whose_notes_all_break_a_rule_is_left_out(project: Scratch) -> None:
    project.write({"cards/a.md": QUESTION.format("Does a zone stand apart?", "It has power of its own.")})
    report = draft.propose(project.root, TERMS, ["questions"])
    assert report.left_out == (
        draft.LeftOut("cards/a.md", 3, "questions", "L004: a guess is right half the time: the answer is yes or no"),
    )
    told = run("--rules", "questions")
    assert (told.exit_code, told.output) == (
        0,
        "1 more section would break a rule for cards, or change more: left out.\nNothing to propose in 1 file.\n",
    )


def test_a_lead_that_many_sections_have_is_a_label(project: Scratch) -> None:
    section = "## {0}\n\n- **Lifetime**: as long as {0} goes on\n- **{0} scope**: what {1} can be seen\n- **{0} kin**: things like {1} ones\n\n"
    one, other = section.format("Local", "inside"), section.format("Global", "outside")
    assert [card[2] for card in proposed(project, f"# C\n\n{one}")] == ["Lifetime", "Local scope", "Local kin"]
    both = [card[2] for card in proposed(project, f"# C\n\n{one}{other}")]
    assert both == ["Local scope", "Local kin", "Global scope", "Global kin"]


def test_what_is_asked_already_is_not_asked_again(project: Scratch) -> None:
    project.write({"cards/b.md": "## Zones {.basic}\n\nData centers with power of their own.\n"})
    assert [
        card[2] for card in proposed(project, LEADS.format("**Zones**: data centers with power of their own"))
    ] == []
    cards = Cards()
    cards.add("Which gateway joins a VPC to the internet?", "The internet gateway")
    assert cards.has("Internet gateway", "joins a VPC to the internet")
    assert not cards.has("NAT gateway", "joins a private VPC to the internet")


def test_notes_that_learners_have_stay_as_they_are(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES})
    project.save(NOW - 1000)
    before = notes(project)
    result = run("--write", "--rules", ALL)
    assert result.exit_code == 0
    after = notes(project)
    assert len(after) == len(before) + 9
    assert {guid: after[guid] for guid in before} == before


def test_an_edit_that_would_change_another_note_is_found(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES})
    report = draft.propose(project.root, TERMS)
    lines = NOTES.splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith("- **User**"))
    first = report.proposals[0]
    old = lines[place].encode()
    bad = type(first)(
        "given", "Parts", "items", "x", Change("cards/a.md", place, place + 1, old, b"- **User**: keys.\n"), 5, 6, 1
    )
    verdict = draft.prove(project.root, TERMS, report.data, [first, bad])
    assert {fault.reason for told in verdict.faults.values() for fault in told} == {
        "a note that is there would become another one",
    }


def test_a_new_message_is_found(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES})
    report = draft.propose(project.root, TERMS)
    first = report.proposals[0]
    change = first.change
    new = change.new.replace(b'items id="parts"', b'items tyed id="parts"')
    bad = type(first)(
        "leads", "Parts", "items", "parts", Change(change.path, change.first, change.end, change.old, new), 4, 13, 3
    )
    told = draft.prove(project.root, TERMS, report.data, [bad]).faults[0]
    assert [(fault.line, fault.reason) for fault in told] == [(4, "S011: `tyed` has no meaning in a tag")]


# Files


def test_files_that_git_could_not_restore_are_left_out(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES, "cards/b.md": NOTES.replace("VPC", "Cloud")})
    project.start_git()
    project.write({"cards/b.md": NOTES})
    result = run("--rules", "leads")
    assert result.exit_code == 0
    assert re.findall(r"^# leads: (\S+),", result.stdout, re.MULTILINE) == ["cards/a.md:5"]
    assert result.stderr == (
        "cards/b.md: left out, it is not in Git as it stands here: commit it first\n"
        "3 cards in 1 section of 1 file: nothing is written yet.\n"
        "Next: deckwright draft --write --rules leads\n"
    )


def test_only_the_named_files_are_looked_at(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES, "cards/b.md": LEADS.format("**Zone**: power of its own"), "other.md": NOTES})
    assert re.findall(r"^# leads: (\S+),", run("cards/b.md").stdout, re.MULTILINE) == ["cards/b.md:3"]
    refused = run("other.md")
    assert (refused.exit_code, refused.output) == (2, "There are no notes of the project in other.md.\n")


def test_a_rule_that_there_is_not(project: Scratch) -> None:
    result = run("--rules", "leads,lists")
    names = ", ".join(draft.RULES)
    assert (result.exit_code, result.output) == (2, f"There is no rule 'lists'. The rules are: {names}.\n")
    told = next(option.help for option in command.draft.params if option.name == "wanted")  # type: ignore[attr-defined]
    assert told == f"What to look for: {names}, with commas between them. Default: {','.join(draft.DEFAULT)}."


# JSON


def test_json_says_all_that_the_patch_does(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES})
    result = run("--json", "--rules", "terms")
    assert result.exit_code == 0
    old = "\n- Region: a place with several data centers\n- Zone: one or more data centers with power of their own\n"
    new = old.replace("Region", "**Region**").replace("Zone", "**Zone**")
    assert json.loads(result.stdout) == {
        "version": 1,
        "written": False,
        "proposals": [
            {
                "file": "cards/a.md",
                "line": 24,
                "rule": "terms",
                "heading": "Vocabulary",
                "tag": "items",
                "id": "vocabulary",
                "cards": [
                    {
                        "line": 26,
                        "id": "vocabulary.region",
                        "context": "VPC › Vocabulary",
                        "question": "Region",
                        "answer": "a place with several data centers",
                    },
                    {
                        "line": 27,
                        "id": "vocabulary.zone",
                        "context": "VPC › Vocabulary",
                        "question": "Zone",
                        "answer": "one or more data centers with power of their own",
                    },
                ],
                "edit": {"line": 25, "old": old, "new": f'\n<!-- card: items id="vocabulary" -->\n{new}'},
            }
        ],
        "left_out": [],
        "patch": run("--rules", "terms").stdout,
    }


def test_what_comes_out_as_json_can_be_given_back(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES, "all.json": ""})
    project.write({"all.json": run("--json", "--rules", ALL).stdout})
    result = run("--from", "all.json")
    assert (result.exit_code, result.stdout) == (0, PATCH)


PEERING = "A peering connection is a private way between two networks."


def given_back(project: Scratch, *proposals: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """What comes of proposals, and the exit code."""
    project.write({"cards/a.md": NOTES, "in.json": json.dumps({"version": 1, "proposals": proposals})})
    result = run("--from", "in.json", "--json")
    return json.loads(result.stdout), result.exit_code


def test_what_is_given_back_has_its_place_among_them(project: Scratch) -> None:
    project.write({"cards/b.md": QUESTION.format("Does a zone stand apart?", "It has power of its own.")})
    bad = {"file": "cards/b.md", "rule": "questions", "line": 3}
    made, code = given_back(project, bad, {"file": "cards/a.md", "rule": "terms", "line": 24})
    assert (code, [each["given"] for each in made["proposals"]]) == (1, [2])
    reason = "L004: a guess is right half the time: the answer is yes or no"
    assert made["left_out"] == [{**bad, "given": 1, "reason": reason}]
    assert run("--from", "in.json").stderr.splitlines()[0] == f"cards/b.md:3 (the 1st given): left out, {reason}"


def basic(question: str, answer: str, quote: str = PEERING, **more: Any) -> dict[str, Any]:
    return {"file": "cards/a.md", "kind": "basic", "quote": quote, "question": question, "answer": answer, **more}


def test_a_question_about_a_quotation_becomes_a_section_of_its_own(project: Scratch) -> None:
    made, code = given_back(project, basic("What joins two networks privately?", "A peering connection"))
    assert (code, made["left_out"]) == (0, [])
    assert made["proposals"][0]["edit"] == {
        "line": 32,
        "old": "",
        "new": (
            "\n### What joins two networks privately?\n\n"
            '<!-- card: basic id="what-joins-two-networks-privately" -->\n\nA peering connection\n'
        ),
    }
    assert run("--from", "in.json", "--write").exit_code == 0
    assert len(notes(project)) == 3


def test_where_the_quotation_is_all_of_a_section_that_becomes_the_note(project: Scratch) -> None:
    cloze = {
        "file": "cards/a.md",
        "kind": "cloze",
        "quote": "A ==peering connection::what?== is a private way between two networks.",
    }
    question = basic("What is a route table?", "A set of rules that says where traffic goes.", line=22, quote="")
    made, code = given_back(project, cloze, question)
    assert (code, made["left_out"]) == (0, [])
    assert [(each["tag"], each["edit"]["old"], each["edit"]["new"]) for each in made["proposals"]] == [
        ("basic", "", '\n<!-- card: basic id="what-is-a-route-table" -->\n'),
        (
            "cloze",
            f"\n{PEERING}\n",
            '\n<!-- card: cloze id="peering" -->\n\nA ==peering connection::what?== is a private way between two networks.\n',
        ),
    ]


def test_a_section_of_its_own_has_the_line_endings_of_the_file(project: Scratch) -> None:
    project.write({"cards/a.md": f"# VPC\r\n\r\n{PEERING}"})
    project.write(
        {"in.json": json.dumps({"version": 1, "proposals": [basic("What joins networks?", "A peering connection")]})}
    )
    assert run("--from", "in.json", "--write").exit_code == 0
    assert (project.root / "cards/a.md").read_bytes().decode() == (
        f"# VPC\r\n\r\n{PEERING}\r\n\r\n## What joins networks?\r\n\r\n"
        '<!-- card: basic id="what-joins-networks" -->\r\n\r\nA peering connection\r\n'
    )


def test_a_passage_is_changed_by_one_proposal_alone(project: Scratch) -> None:
    cloze = {
        "file": "cards/a.md",
        "kind": "cloze",
        "quote": "A ==peering connection== is a private way between two networks.",
    }
    made, code = given_back(project, cloze, basic("What does peering lead between?", "two networks"))
    assert (code, len(made["proposals"])) == (1, 1)
    assert [(each["given"], each["reason"]) for each in made["left_out"]] == [
        (2, "another proposal has this passage: give one of them after the other")
    ]


def test_two_questions_about_one_passage(project: Scratch) -> None:
    pair = (
        basic("What joins two networks?", "A peering connection"),
        basic("What does peering lead between?", "two networks"),
    )
    made, code = given_back(project, *pair)
    assert (code, made["left_out"], len(made["proposals"])) == (0, [], 2)
    project.start_git()
    subprocess.run(["git", "apply", "-"], cwd=project.root, input=made["patch"].encode(), check=True)
    assert len(notes(project)) == 4


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no such file": (basic("Who?", "networks", file="cards/b.md"), "it is no file of notes of the project"),
    "a file outside": (basic("Who?", "networks", file="../a.md"), "it is no file of notes of the project"),
    "no such text": (basic("Who?", "a road", quote="A road between"), "the file has no such text"),
    "no such text in the line": (basic("Who?", "two networks", line=3), "the file has no such text at line 3"),
    "no prose in the line": (basic("Who?", "two networks", quote="", line=1), "there is no prose at line 1"),
    "twice": (basic("Who?", "data centers", quote="data centers"), "the quotation stands there 2 times: say the line, or quote more"),
    "words that are not there": (
        basic("What joins networks?", "A secret tunnel between two networks"),
        "the answer says what the quotation does not: secret, tunnel",
    ),
    "a leak": (basic("Which private way between two networks?", "a private way"), "the question has all words of the answer"),
    "asked already": (
        basic("User", "a person or a program with keys", quote="**User**: a person or a program with keys."),
        "there is such a note already",
    ),
    "HTML": (basic("What <b onclick='x'>joins</b>?", "two networks"), "the question has Markdown that is not taken here: html"),
    "a picture": (
        basic("What joins ![x](x.png)?", "two networks"),
        "the question has Markdown that is not taken here: image",
    ),
    "a tag": (basic("What joins what? #often", "two networks"), "the card would ask something else than the question says"),
    "a list": (basic("- What joins?", "two networks"), "the question has Markdown that is more than one paragraph"),
    "a terminal's": (basic("What joins \x1b[31m?", "two networks"), "the question has characters that control a terminal"),
    "against a rule for cards": (
        basic("Is a peering connection private?", "private"),
        "the question has all words of the answer",
    ),
    "two questions": (
        basic("What joins networks? And how many?", "two networks"),
        'L003: "And how many" is a second question on the same card',
    ),
    "no blank": ({"file": "cards/a.md", "kind": "cloze", "quote": PEERING}, "the quotation has no blank: write ==answer=="),
    "a rule that finds nothing there": ({"file": "cards/a.md", "rule": "leads", "line": 20}, "the rule leads finds nothing there, or something else"),
    "no kind": ({"file": "cards/a.md"}, "it is not of the form: it needs a `kind`, or a `rule`"),
    "no answer": (
        {"file": "cards/a.md", "kind": "basic", "question": "Who?", "line": 3},
        "it is not of the form: with `basic`, it needs `question`, `answer`, and a `quote` or a `line`",
    ),
    "too long": (
        basic("x" * 301, "two networks"),
        "it is not of the form: Expected `str` of length <= 300 - at `$.question`",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("proposal", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_taken_comes_back_with_its_reason(project: Scratch, proposal: dict[str, Any], reason: str) -> None:
    made, code = given_back(project, proposal)
    assert (code, made["proposals"]) == (1, [])
    assert [(each["given"], each["reason"]) for each in made["left_out"]] == [(1, reason)]


def test_one_bad_proposal_costs_only_itself(project: Scratch) -> None:
    good = basic("What joins two networks privately?", "A peering connection")
    made, code = given_back(project, REFUSED["no kind"][0], good, good)
    assert code == 1
    assert [(each["rule"], each["given"]) for each in made["proposals"]] == [("given", 2)]
    assert [(each["given"], each["reason"]) for each in made["left_out"]] == [
        (1, REFUSED["no kind"][1]),
        (3, "there is such a note already"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    {
        b"[]": "Expected `object`, got `array`",
        b"{": "Input data was truncated",
        b'{"version": 2, "proposals": []}': "Invalid enum value 2 - at `$.version`",
        b"\xff": "JSON is malformed: invalid character (byte 0)",
        json.dumps({"version": 1, "proposals": [0] * (MAX_DRAFTS + 1)}).encode(): (
            f"it has {MAX_DRAFTS + 1} proposals, and at most {MAX_DRAFTS} are read"
        ),
    }.items(),
)
def test_json_that_is_not_read(project: Scratch, data: bytes, reason: str) -> None:
    project.write({"in.json": data})
    result = run("--from", "in.json")
    assert (result.exit_code, result.output) == (
        2,
        f"in.json is not read: {reason}.\nThe form: deckwright draft --schema\n",
    )


def test_too_much_json_is_not_read(project: Scratch) -> None:
    project.write({"in.json": b" " * (MAX_DRAFTS_BYTES + 1)})
    result = run("--from", "in.json")
    assert (result.exit_code, result.output) == (2, "in.json is not read: File too large.\n")
    piped = CliRunner().invoke(commands.main, ["draft", "--from", "-"], input=b" " * (MAX_DRAFTS_BYTES + 1))
    assert (piped.exit_code, piped.output) == (2, "Standard input is not read: it has more than 4 MiB.\n")


def test_a_value_that_nests_deeply_is_passed_over() -> None:
    deep = b'{"version": 1, "proposals": [{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
    with pytest.raises(giving.FormError):
        giving.read(deep)


SAMPLES = [
    *({**proposal} for proposal, _ in REFUSED.values()),
    basic("What joins?", "networks"),
    {"file": "a.md", "rule": "leads"},
    {"file": "a.md", "rule": "leads", "line": 0},
    {"file": "a.md", "rule": "leads", "line": 3, "cards": []},
    {"file": "a.md", "rule": "guess", "line": 3},
    {"file": "", "rule": "leads", "line": 3},
    {"file": "a.md", "kind": "cloze", "quote": " "},
    {"file": "a.md", "kind": "cloze", "quote": "==a==", "heading": ""},
    {"file": "a.md", "kind": "basic", "quote": " ", "question": "a", "answer": "b"},
    {"file": "a.md", "kind": "basic", "quote": " ", "line": 1, "question": "a", "answer": "b"},
    {"file": "a.md", "kind": "typed", "line": 1, "question": "a", "answer": "b"},
    {"kind": "basic", "line": 1, "question": "a", "answer": "b"},
    7,
]


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_the_schema_takes_what_the_program_takes(sample: object) -> None:
    schema = json.loads(run("--schema").stdout)
    whole = {"version": 1, "proposals": [sample]}
    taken = not isinstance(giving.read(json.dumps(whole).encode())[0], str)
    assert Draft202012Validator(schema).is_valid(whole) == taken


def test_the_limits_in_the_schema_are_those_of_the_program() -> None:
    Draft202012Validator.check_schema(schema := json.loads(run("--schema").stdout))
    assert schema["properties"]["proposals"]["maxItems"] == MAX_DRAFTS


# On a terminal


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(command, "_is_terminal", lambda: True)
    yield


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("answers", "taken"),
    {
        "t\nt\n": ["parts", "vocabulary"],
        "s\nt\n": ["vocabulary"],
        "t\nq\n": ["parts"],
        "q\n": [],
        "t\n": ["parts"],
        "x\n\nt\n": ["vocabulary"],
    }.items(),
)
def test_on_a_terminal_the_author_chooses(project: Scratch, answers: str, taken: list[str]) -> None:
    project.write({"cards/a.md": NOTES})
    result = run("--write", "--rules", "leads,terms", answers=answers)
    assert result.exit_code == 0
    assert re.findall(r'id="([^"]*)"', (project.root / "cards/a.md").read_text()) == taken


@pytest.mark.usefixtures("terminal")
def test_an_answer_that_is_none_is_asked_for_again_without_the_proposal(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES})
    said = run("--write", "--rules", "leads,terms", answers="x\nq\n").output
    assert (said.count("Answer t, s, e or q.\n"), said.count("diff --git")) == (1, 1)


@pytest.mark.usefixtures("terminal")
def test_an_edited_section_is_proved_again(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    edits = iter([("items id", "itms id"), ("a segment of the address range of a cloud", "a part of the range")])
    monkeypatch.setattr(_choosing.click, "edit", lambda text, extension: text.replace(*next(edits)))
    project.write({"cards/a.md": NOTES})
    result = run("--write", "--rules", "leads,terms", answers="e\ne\nt\ns\n")
    assert result.exit_code == 0
    assert re.findall("^Not taken: .*", result.output, re.MULTILINE) == [
        "Not taken: S011: `itms` has no meaning in a tag",
        "Not taken: S017: this tag is ignored because it is not the first thing below its heading",
    ]
    expected = NOTES.replace("## Parts\n", '## Parts\n\n<!-- card: items id="parts" -->\n')
    expected = expected.replace("org)\n", "org) <!-- card: skip -->\n").replace(
        "a segment of the address range of a cloud", "a part of the range"
    )
    assert (project.root / "cards/a.md").read_text() == expected


def test_in_a_pipe_nobody_is_asked(project: Scratch) -> None:
    project.write({"cards/a.md": NOTES})
    result = run("--write", "--rules", "leads,terms", "--project", "cards", answers="")
    assert (result.exit_code, result.stderr) == (0, "Next: deckwright check --project cards\n")
    assert re.findall(r'id="([^"]*)"', (project.root / "cards/a.md").read_text()) == ["parts", "vocabulary"]


# Lines


def test_where_lines_were_before_changes() -> None:
    change = Change("a", 1, 4, b"\n- a: b\n- c: d\n", b"\n<!-- x -->\n\n- **a**: b\n- **c**: d\n")
    after = applied(b"# A\n\n- a: b\n- c: d\n\nend\n", [change])
    lines = after.decode().splitlines()
    moves = Moves([change])
    assert [moves.then(n) for n, line in enumerate(lines) if line.startswith(("# A", "- ", "end"))] == [0, 2, 3, 5]


PIECES = st.sampled_from(
    [
        "## What is a {0} table?\n\nA set of {0} rules.", "- **{0} net**: a part of {1} things\n- **{1} gate**: joins worlds of {0}",
        "- {0} zone: houses with power\n- Red {1}: a place of zones", "A {0} is a segment of an {1} range.",
        "| Name | Port |\n| - | - |\n| {0} | 22 |\n| {1} | 443 |", "# {0}", "## {1} parts", "### {0} {{.basic}}\n\n{1}.", "---",
        "```\n- **a**: b\n```", "> quote\n\n- x", "<!-- card: skip -->", "<div>\n- **a**: b c d\n</div>", "1. **{0}** - one two three\n   - x",
    ]
)  # fmt: skip
NAMES = st.sampled_from(["Alpha", "Beta", "Gamma", "Delta", "日本", "a_b", "*x*"])


@pytest.mark.ci
@settings(max_examples=many(60, 1500), deadline=None)
@given(parts=st.lists(st.tuples(PIECES, NAMES, NAMES), min_size=1, max_size=12))
def test_of_any_text_nothing_but_marks_is_another(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, str, str]]
) -> None:
    project = Scratch(tmp_path_factory.mktemp("any"))
    text = "\n\n".join(piece.format(one, other) for piece, one, other in parts) + "\n"
    project.write({"cards/a.md": text})
    report = draft.propose(project.root, TERMS, tuple(draft.RULES))
    for number in (*range(len(report.proposals)), None):
        taken = report.proposals if number is None else [report.proposals[number]]
        assert not draft.prove(project.root, TERMS, report.data, taken).faults
        after = applied(text.encode(), [each.change for each in taken]).decode()
        for mark in [
            r'\n\n<!-- card: [a-z ]+ id="[^"]*" -->(?=\n\n)|\n<!-- card: [a-z ]+ id="[^"]*" -->(?=\n\S)',
            r" <!-- card: skip -->",
        ]:
            after = re.sub(mark, "", after)
        assert re.sub(r"\*\*|==", "", after) == re.sub(r"\*\*|==", "", text.replace(" <!-- card: skip -->", ""))
