"""Which step a release must take, and why: pairs of projects in `releases`, and packages that no project of ours makes.

Each folder of `releases` has a project as it was released, `old`, and as it is now, `new`. A `state.toml` says on what
terms it is built now, as in `histories`.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace
from scratch import Scratch, day

from deckwright import package
from deckwright.diff import Prediction, compare
from deckwright.identity import ledger
from deckwright.model import Deck, Field, NoteType, Template
from deckwright.package import Package, PackedCard, PackedNote
from deckwright.release import Cut, manifest
from deckwright.release.former import Former
from deckwright.release.notes import release_notes
from deckwright.release.rewording import beside
from deckwright.release.step import RULES, STEPS, Look, Reason, Step, Verdict, is_same, judge, next_version

RELEASES = Path(__file__).parent / "releases"
PAIRS = sorted(path.name for path in RELEASES.iterdir())


def moved_to(scratch: Scratch, state: Path) -> Mapping[str, object]:
    """Bring the project to a state, and return the terms on which it is built."""
    for name in ("cards", "media", "notetypes"):
        shutil.rmtree(scratch.root / name, ignore_errors=True)
    shutil.copytree(state, scratch.root, dirs_exist_ok=True)
    terms = tomllib.loads((state / "state.toml").read_text("utf-8")) if (state / "state.toml").exists() else {}
    (scratch.root / "state.toml").unlink(missing_ok=True)
    return {**terms, "renumber": frozenset(terms.get("renumber", ()))}


def cut(name: str, folder: Path) -> Cut:
    """The second project of a pair as the release that follows the first."""
    scratch = Scratch(folder)
    moved_to(scratch, RELEASES / name / "old")
    scratch.release("1.0.0", day(1))
    old = package.contents(scratch.load(day(2)).collection)
    loaded = scratch.build(day(2), **moved_to(scratch, RELEASES / name / "new"))
    before = loaded.assigned.ledger
    scratch.release("9.0.0", day(3))
    after = scratch.load(day(4))
    new = package.contents(after.collection)
    changes = compare(old, new, {guid: span.place for guid, span in loaded.spans.items()})
    return Cut(
        settings=after.collection.settings,
        version="9.0.0",
        time=day(3),
        source="",
        package=new,
        ledger=after.before,
        former=Former(before.last, old, "the tag v1.0.0"),
        changes=changes,
        verdict=judge(changes, old, new, before, apart=beside(loaded.notes.owned)),
        fragments=(),
        tool="",
        renderers={},
    )


@pytest.mark.parametrize("name", PAIRS)
def test_pair(name: str, tmp_path: Path, update_golden: bool) -> None:
    """The step with its reasons, what the import does, what is told to learners, and what the manifest says of it."""
    made = cut(name, tmp_path / "project")
    notes = release_notes(made).partition("## Updating\n")[0].rstrip() + "\n"
    told = {
        "expected.txt": _told(made.verdict, made.changes.prediction),
        "notes.md": notes,
        "manifest.json": manifest.dump(_without_look(manifest.manifest(made, {}))).decode("utf-8"),
    }
    for file, text in told.items():
        if update_golden:
            (RELEASES / name / file).write_text(text, encoding="utf-8")
    assert told == {file: (RELEASES / name / file).read_text("utf-8") for file in told}
    assert made.verdict.step == name.partition("-")[0]


def _without_look(made: manifest.Manifest) -> manifest.Manifest:
    """A manifest without the digest of all contents: each change to the stylesheet of the cards would change it."""
    return replace(made, digest="")


def _told(verdict: Verdict, prediction: Prediction) -> str:
    lines = [verdict.step]
    lines += [
        " | ".join(["", each.step, each.rule, each.name, each.id, each.place, each.detail]) for each in verdict.reasons
    ]
    lines += [
        " | ".join(["", "look", each.about, each.name, each.id, each.place, each.detail]) for each in verdict.looks
    ]
    import_ = f"{prediction.new} new, {prediction.updated} updated, {prediction.duplicate} as they were"
    lines.append(f"import: {import_}, {prediction.new_cards} new cards, {prediction.empty_cards} empty")
    return "\n".join(lines) + "\n"


def test_each_rule_that_a_project_can_break_has_a_pair() -> None:
    shown = {
        line.split(" | ")[2]
        for name in PAIRS
        for line in (RELEASES / name / "expected.txt").read_text("utf-8").splitlines()
        if line.startswith(" | ") and not line.startswith(" | look")
    }
    of_editions = {"left edition", "edition gone", "joined edition", "new edition", "edition renamed"}
    assert RULES.keys() - shown == {"guid", "other kind", "note type", "sort field", "file", "slug"} | of_editions


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.parametrize("name", PAIRS)
def test_what_anki_makes_of_a_pair(name: str, tmp_path: Path, collection: object) -> None:
    from conftest import import_package

    scratch = Scratch(tmp_path / "project")
    logs = []
    for version, state in (("1.0.0", "old"), ("9.0.0", "new")):
        terms = moved_to(scratch, RELEASES / name / state)
        scratch.build(day(len(logs) * 2 + 1), **terms)
        scratch.release(version, day(len(logs) * 2 + 2))
        lines = scratch.build(day(len(logs) * 2 + 3)).assigned.ledger.lines.values()
        cards = collection.card_count()
        logs.append(import_package(collection, scratch.root / "build" / "anatomy.apkg"))
    log = logs[1] | {"cards": collection.card_count() - cards}
    import_ = f"{log['new']} new, {log['updated']} updated, {log['duplicate']} as they were, {log['cards']} new cards"
    assert import_ in (RELEASES / name / "expected.txt").read_text("utf-8")
    # What the notes tell a learner to search for is found, and where they count the notes, so many.
    told = (RELEASES / name / "notes.md").read_text("utf-8")
    parts = re.findall(r"^## .*?(?: \((\d+)\))?\n(?:(?!#).*\n)*?```text\n(.+)\n```$", told, re.MULTILINE)
    # The days of the tests are yet to come, and Anki gives such notes ids of today.
    ids = {line.nid: collection.db.scalar("SELECT id FROM notes WHERE guid = ?", line.guid) for line in lines}
    parts = [(number, re.sub(r"nid:(\d+)", lambda nid: f"nid:{ids[int(nid[1])]}", search)) for number, search in parts]
    found = [len(collection.find_notes(search)) for _, search in parts]
    assert found == [int(number) if number else max(notes, 1) for (number, _), notes in zip(parts, found, strict=True)]
    assert len(parts) == told.count("```text")


# Packages that no project of ours makes

TYPE = NoteType(
    1,
    "Basic",
    "basic",
    (Field("Front", 1), Field("Back", 2), Field("ID", 3)),
    (Template("Card 1", 4, "{{Front}}", "{{Back}}"),),
    "",
    0,
    mod=1,
)
NOTE = PackedNote(
    "a",
    1,
    1,
    1,
    {"Front": "What covers the heart?", "Back": "The pericardium.", "ID": "cover"},
    (),
    (PackedCard(0, "Deck"),),
)
OLD = Package("collection.anki2", (NOTE,), (TYPE,), (Deck("Deck", "<p>1 note · version 1.0.0</p>"),), {"a.png": "aa"})
LEDGER = ledger.empty("anatomy-k3v9q2xm")


def judged(new: Package) -> Verdict:
    return judge(compare(OLD, new), OLD, new, LEDGER)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"notes": (replace(NOTE, guid="b"),)},
            [Reason("guid", "What covers the heart?", "cover", detail="a → b")],
        ),
        (
            {"notes": (replace(NOTE, mod=2, note_type_id=2),), "note_types": (replace(TYPE, id=2, name="Other"),)},
            [Reason("other kind", "What covers the heart?", "cover", detail="Basic → Other")],
        ),
        (
            {"note_types": (replace(TYPE, mod=2, fields=(*TYPE.fields, Field("Hint", 5))),)},
            [
                Reason("other kind", "What covers the heart?", "cover"),
                Reason("note type", "Basic", detail="fields"),
            ],
        ),
        ({"note_types": (replace(TYPE, mod=2, sort_field=1),)}, [Reason("sort field", "Basic", detail="sort field")]),
        ({"media": {"a.png": "bb"}}, [Reason("file", "a.png")]),
        ({"decks": (Deck("Deck", "<p>9 notes · version 1.0.0 + draft</p>"),)}, []),
        ({"decks": (Deck("Deck", "<p>1 note · version 1.0.0 · Vesal</p>"),)}, [Reason("description", "Deck")]),
    ],
)  # fmt: skip
def test_what_packages_differ_in(changed: dict[str, object], expected: list[Reason]) -> None:
    verdict = judged(replace(OLD, **changed))
    step: Step = expected[0].step if expected else "none"
    assert verdict == Verdict(step, tuple(expected), ())


def test_what_nobody_receives_and_what_says_nothing_is_to_be_looked_at() -> None:
    other = {**NOTE.fields, "Back": "<b>The pericardium.</b>"}
    assert judged(replace(OLD, notes=(replace(NOTE, fields=other),))) == Verdict(
        "none", (), (Look("not received", "What covers the heart?", "cover"),)
    )
    assert judged(replace(OLD, notes=(replace(NOTE, mod=2),))) == Verdict(
        "none", (), (Look("nothing", "What covers the heart?", "cover"),)
    )


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"container": "collection.anki21b", "decks": (Deck("Deck", "<p>2 notes · version 2.0.0</p>"),)}, True),
        ({"decks": (Deck("Deck", "<p>1 note · version 1.0.0 · Vesal</p>"),)}, False),
        ({"notes": (replace(NOTE, note_id=2),)}, False),
        ({"media": {}}, False),
    ],
)
def test_whether_packages_are_the_same_but_for_their_version(changed: dict[str, object], same: bool) -> None:
    assert is_same(OLD, replace(OLD, **changed)) == same


@pytest.mark.parametrize(
    ("last", "step", "version"),
    [
        ("", "patch", "1.0.0"),
        ("", "major", "1.0.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.9", "minor", "1.3.0"),
        ("9.2.3", "major", "10.0.0"),
    ],
)
def test_the_next_version(last: str, step: Step, version: str) -> None:
    assert next_version(last, step) == version


def test_the_rules_stand_in_the_order_of_their_steps() -> None:
    steps = [STEPS.index(step) for step, _ in RULES.values()]
    assert steps == sorted(steps, reverse=True)


def test_the_page_of_releases_has_the_rules() -> None:
    page = (Path(__file__).parents[1] / "docs" / "releases.md").read_text("utf-8")
    rows = re.findall(r"^\| [\w ]+: ([\w ]+?) +\| (major|minor|patch) +\| (.+?) +\|$", page, re.MULTILINE)
    assert rows == [(rule, step, said) for rule, (step, said) in RULES.items()]
