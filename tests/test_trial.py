"""The rehearsal inside `release`: what a release would take from learners is refused, unless its step says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from scratch import day
from test_diff import PAIRS as PACKAGES
from test_diff import pack
from test_rehearse import BACK, LOST, damaged, here, only, sql
from test_release import COVER, EMPTY, NOW, VALVE, VENTRICLE, Deck, deck, past
from test_release import run as run_
from test_step import RELEASES, moved_to

from deckwright import rehearsal, release
from deckwright.diff import compare
from deckwright.package import PackedNote
from deckwright.rehearsal import worker
from deckwright.release import Plan, Refusal, Tried, tried
from deckwright.release.former import Former
from deckwright.release.step import judge

__all__ = ["deck", "here", "past"]

CHANGED = VENTRICLE.replace("The aorta.", "The aorta, a vessel.")


def run(deck: Deck, time: int, *args: str) -> tuple[int, str, str]:
    """As `test_release.run`, with a rehearsal."""
    return run_(deck, time, *args, is_rehearsed=True)


def version() -> str:
    from importlib.metadata import version

    return version("anki")


def released(deck: Deck, name: str) -> Plan:
    """The plan of the release from the old project of a pair to the new one."""
    deck.build(day(1), **moved_to(deck, RELEASES / name / "old"))
    deck.commit()
    deck.publish(day(2))
    deck.build(day(3), **moved_to(deck, RELEASES / name / "new"))
    deck.commit()
    return deck.planned(day(4))


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.parametrize(
    ("name", "foretold"),
    [
        ("major-renumbered", {"edited": ["answers"]}),
        ("major-moved", {}),
        ("major-other-text", {}),
        ("minor-basic-made-cloze", {}),
        ("patch-text", {}),
    ],
)
def test_what_the_step_says_is_told_and_not_refused(
    name: str, foretold: dict[str, list[str]], deck: Deck, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, "nothing", "edited")
    found = tried(released(deck, name), None)
    what = f"only what the reasons say: {', '.join(foretold['edited'])}" if foretold else "nothing"
    assert (found.said, found.refusal) == (f"Rehearsed in Anki here: 2 learners lose {what}", None)
    assert {one.key: [each.what for each in one.lost] for one in found.foretold} == foretold


FORETOLD = {
    "another content, but not another time",
    "an older note",
    "another note type",
    "a field more",
    "fields in another order",
    "a template less",
    "a renamed field without an id",
    "another sort field",
    "one guid twice, old",
}
"""The pairs of packages of which the step, or what it says to look at, says what is lost."""


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.parametrize("name", LOST)
def test_of_what_is_lost_only_what_the_step_says_is_let_through(
    name: str, tmp_path: Path, deck: Deck, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, "nothing")
    old, new = PACKAGES[name]
    plan = compared(deck, old, new, tmp_path)
    found = tried(plan, pack(new, tmp_path / "new.apkg"))
    told = [each.what for one in (*found.foretold, *found.lost) for each in one.lost]
    assert (sorted(told), found.refusal is None) == (sorted(LOST[name]), name in FORETOLD)


def compared(deck: Deck, old: object, new: object, folder: Path) -> Plan:
    """A plan whose last release is the package `old`, and which brings `new`."""
    deck.publish(day(2))
    deck.change(day(3), CHANGED, VALVE)
    plan = deck.planned(day(4))
    path = pack(old, folder / "old.apkg")
    changes = compare(old, new)
    verdict = judge(changes, old, new, plan.loaded.assigned.ledger)
    return replace(plan, former=Former(plan.former.release, old, "", path=path), changes=changes, verdict=verdict)


@pytest.mark.ci
@pytest.mark.anki
def test_what_only_some_notes_lose_is_let_through_for_these_alone(
    tmp_path: Path, deck: Deck, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note that nobody receives is told by its ID; another one that does not arrive is refused all the same."""
    only(monkeypatch, "nothing")
    old, _ = PACKAGES["the same"]
    notes: Sequence[PackedNote] = [replace(note, fields=note.fields | {"ID": note.guid}) for note in old.notes]
    old = replace(old, notes=tuple(notes), note_types=tuple(_with_id(kind) for kind in old.note_types))
    first = next(iter(notes[0].fields))
    silent = replace(notes[0], fields=notes[0].fields | {first: "Other words."})
    new = replace(old, notes=(silent, *notes[1:]))
    plan = compared(deck, old, new, tmp_path)
    path = pack(new, tmp_path / "new.apkg")
    assert tried(plan, path).refusal is None
    other = replace(plan.verdict.looks[0], id=notes[1].guid)
    found = tried(replace(plan, verdict=replace(plan.verdict, looks=(other,))), path)
    assert [each.guids for one in found.lost for each in one.lost] == [(notes[0].guid,)]


def _with_id(kind: object) -> object:
    from deckwright.model import Field

    return replace(kind, fields=(*kind.fields, Field("ID", 99)))


@pytest.mark.ci
@pytest.mark.anki
def test_a_release_that_takes_something_is_not_made(deck: Deck, here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "nothing", "edited")
    deck.publish(day(2))
    deck.change(day(3), CHANGED, VALVE, COVER)
    before = deck.state
    plan = deck.planned(day(4))
    seen: list[Tried] = []

    def rehearse(package: Path) -> Refusal | None:
        seen.append(tried(plan, package))
        return seen[-1].refusal

    with monkeypatch.context() as patch:
        patch.setattr(worker.Learner, "update", damaged(sql(BACK.replace(", a sack", ", a vessel"))))
        refusal = release.make(plan, deck.root, rehearse)
    assert refusal == Refusal(
        "learners would lose what was promised to them, as Anki here shows",
        (
            "take back what changed in these notes, or report it if nothing did",
            "deckwright build, and deckwright rehearse anatomy-1.0.0.apkg build/anatomy.apkg, to see all of it",
        ),
        (
            "what is new or changed does not arrive (1): all",
            "  What does the left ventricle pump into?",
            "edits are overwritten in notes that did not change (1): edited and tagged notes",
            "  Which valve lies between the left chambers?",
        ),
    )
    assert deck.state == before
    assert [path.name for path in (deck.root / "build" / "releases").iterdir()] == ["1.0.0"]
    made = release.make(plan, deck.root, rehearse)
    assert not isinstance(made, Refusal)
    assert [each.said for each in seen] == [
        "Rehearsed in Anki here: not everything is as it was promised",
        "Rehearsed in Anki here: 2 learners lose nothing",
    ]


@pytest.mark.ci
@pytest.mark.anki
def test_an_anki_that_does_something_else_than_predicted_is_refused(
    deck: Deck, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, "nothing")
    deck.publish(day(2))
    deck.change(day(3), CHANGED, VALVE)
    plan = deck.planned(day(4))
    update = worker.Learner.update

    def more(learner: worker.Learner, number: int, merge: bool, always: bool) -> dict[str, object]:
        return update(learner, number, merge, always) | {"duplicate": 7}

    monkeypatch.setattr(worker.Learner, "update", more)
    assert tried(plan, None).refusal == Refusal(
        "Anki here did something else than was predicted: please report this",
        (),
        ("duplicate: 1 was predicted, 7 came",),
    )


@pytest.mark.ci
@pytest.mark.anki
def test_of_a_first_release_all_must_arrive(deck: Deck, here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = deck.planned(day(2))
    assert tried(plan, None) == Tried("Rehearsed in Anki here: all of it arrives", "here", 1)
    update = worker.Learner.update

    def less(learner: worker.Learner, number: int, merge: bool, always: bool) -> dict[str, object]:
        log = update(learner, number, merge, always)
        learner.col.remove_notes(learner.ids("notes")[:1])
        return log

    monkeypatch.setattr(worker.Learner, "update", less)
    found = tried(plan, None)
    assert found.refusal == Refusal(
        "learners would lose what was promised to them, as Anki here shows",
        ("take back what changed in these notes, or report it if nothing did",),
        (
            "new: 2 was predicted, 1 came",
            "new cards: 2 was predicted, 1 came",
            "what is new or changed does not arrive (1): all",
            "  What does the left ventricle pump into?",
        ),
    )


# Without Anki, and with one that fails


def failing(error: Exception) -> Callable[..., None]:
    def rehearse(*args: object) -> None:
        raise error

    return rehearse


def test_without_anki_a_release_is_made_and_says_so(past: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = rehearsal.AnkiMissing("This needs the real Anki, which cannot be imported (why). Run: pip install it")
    monkeypatch.setattr(rehearsal, "rehearse", failing(missing))
    said = "\nNot rehearsed: this needs the real Anki, which cannot be imported (why). Run: pip install it\n"
    head = "Anatomy 1.0.0 · the first release\n"
    assert run(past, NOW + 60, "--dry-run") == (0, head + EMPTY + said, "Next: deckwright release --project ROOT\n")
    code, out, _ = run(past, NOW + 60)
    assert (code, out.partition("Made ")[0]) == (0, head + said)
    told = json.loads(run(past, NOW + 60, "--dry-run", "--json")[1])["rehearsal"]
    assert told == {"rehearsed": False, "anki": "", "said": said.strip(), "learners": 0, "losses": []}


def test_an_anki_that_fails_refuses_the_release_unless_it_is_not_asked(
    past: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = rehearsal.AnkiFailed("One learner took Anki more than 300 seconds.")
    monkeypatch.setattr(rehearsal, "rehearse", failing(failed))
    head = "Anatomy 1.0.0 · the first release\n"
    for more, empty in (((), ""), (("--dry-run",), EMPTY)):
        assert run(past, NOW + 60, *more) == (
            1,
            f"{head}{empty}\nNot rehearsed: One learner took Anki more than 300 seconds.\n",
            "No release was made: it cannot be rehearsed: One learner took Anki more than 300 seconds\n"
            "Next: deckwright release --no-rehearsal, to release it all the same\n",
        )
    line = "deckwright release --project ROOT --no-rehearsal"
    assert run(past, NOW + 60, "--dry-run", "--no-rehearsal") == (
        0,
        f"{head}{EMPTY}\nNot rehearsed\n",
        f"Next: {line}\n",
    )
    code, out, err = run(past, NOW + 60, "--no-rehearsal")
    read = "build/releases/1.0.0/RELEASE_NOTES.md"
    assert (code, out.partition("Made ")[0]) == (0, f"{head}\nNot rehearsed\n")
    assert err == f"Next: {line} --commit, when you have read {read}\n"


@pytest.mark.ci
@pytest.mark.anki
def test_the_command_rehearses_in_the_real_anki(past: Deck) -> None:
    pytest.importorskip("anki.collection")
    said = f"\nRehearsed in Anki {version()}: all of it arrives\nMade "
    code, out, _ = run(past, NOW + 60, "--commit")
    assert (code, said in out) == (0, True)
    past.change(NOW + 90, CHANGED, VALVE)
    code, out, _ = run(past, NOW + 120, "--dry-run")
    assert (code, out.splitlines()[-1]) == (0, f"Rehearsed in Anki {version()}: 18 learners lose nothing")
    told = json.loads(run(past, NOW + 120, "--dry-run", "--json")[1])["rehearsal"]
    assert (told["rehearsed"], told["learners"], told["losses"]) == (True, 18, [])
