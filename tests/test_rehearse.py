"""Learners of all kinds in the real Anki: each of them loses something where Anki would do wrong, and nothing where it does not."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from scratch import Scratch, day
from test_diff import PAIRS as PACKAGES
from test_diff import pack
from test_step import PAIRS, RELEASES, moved_to

from deckwright import rehearsal
from deckwright.commands import main
from deckwright.rehearsal import process, verdicts, worker
from deckwright.rehearsal.known import KNOWN
from deckwright.rehearsal.learners import LEARNERS, Step, learners
from deckwright.rehearsal.promises import PROMISES
from deckwright.rehearsal.seen import Life
from deckwright.release.rewording import beside

pytestmark = [pytest.mark.anki, pytest.mark.ci]

Damage = Callable[[worker.Learner], None]


class Here:
    """The real Anki in this process, which answers as one in another does. `damage` is done after each import."""

    version = "here"

    def __init__(self, folder: Path, paths: Sequence[Path]) -> None:
        self.stage = worker.Stage(folder, [str(path) for path in paths])

    def live(self, start: int, steps: Sequence[Step]) -> Life:
        request = {"start": start, "steps": [process._as_json(step) for step in steps]}
        return msgspec.convert(worker._answer(self.stage, request), Life, strict=False)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let rehearsals use the Anki in this process: it is faster, and can be damaged."""

    @contextmanager
    def running(paths: Sequence[Path], python: str | None) -> Iterator[Here]:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            yield Here(Path(folder), paths)

    pytest.importorskip("anki.collection")
    monkeypatch.setattr(verdicts, "running", running)


def play(
    paths: Sequence[Path], monkeypatch: pytest.MonkeyPatch, *keys: str, silent: Mapping[int, frozenset[str]] = {}
) -> rehearsal.Rehearsal:
    """A rehearsal with these learners alone, and with the one who did nothing, to whom predictions are compared."""
    only(monkeypatch, "nothing", *keys)
    return rehearsal.rehearse(paths, silent=silent)


def only(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """Let nobody else be played."""
    monkeypatch.setattr(verdicts, "learners", lambda packages: [one for one in learners(packages) if one.key in keys])


def lost(found: rehearsal.Rehearsal) -> dict[str, list[str]]:
    """The promises that were not kept, by learner."""
    return {one.key: [finding.what for finding in one.lost] for one in found.learners if one.lost}


# Every pair that the tests have


def released(name: str, folder: Path) -> tuple[list[Path], dict[int, frozenset[str]]]:
    """The two packages of a pair of projects, as they are released, and the fields that may change without an update."""
    scratch = Scratch(folder / "project")
    paths = []
    for version, state in (("1.0.0", "old"), ("9.0.0", "new")):
        terms = moved_to(scratch, RELEASES / name / state)
        scratch.build(day(len(paths) * 2 + 1), **terms)
        scratch.release(version, day(len(paths) * 2 + 2))
        scratch.build(day(len(paths) * 2 + 3))
        paths.append((scratch.root / "build" / "anatomy.apkg").rename(folder / f"{version}.apkg"))
    owned = scratch.load(day(9)).notes.owned
    return paths, {id_: apart.silent for id_, apart in beside(owned).items()}


TOLD_OF_RELEASES = {
    "major-many-retired": ["retired"],
    "major-moved": ["decks made"],
    "major-other-text-own-type": ["silent"],
    "minor-basic-made-cloze": ["retired"],
    "minor-basic-made-cloze-same-id": ["retired"],
    "minor-cloze-gone": ["emptied"],
    "minor-new-deck": ["decks made"],
    "minor-retired": ["retired"],
    "minor-retired-own-types": ["retired"],
    "none-formatting": ["silent"],
    "none-source-and-id": ["silent"],
}
"""What somebody is told of who did nothing, by the pair of projects."""


@pytest.mark.ci
@pytest.mark.parametrize("name", PAIRS)
def test_what_happens_at_a_release_is_what_was_predicted(
    name: str, tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, silent = released(name, tmp_path)
    found = play(paths, monkeypatch, "edited", silent=silent)
    assert found.done == found.predicted
    assert lost(found) == ({"edited": ["answers"]} if name == "major-renumbered" else {})
    assert [finding.what for finding in found.learners[0].told] == TOLD_OF_RELEASES.get(name, [])


@pytest.mark.ci
@pytest.mark.parametrize("name", PAIRS)
def test_a_release_costs_nobody_anything_but_where_answers_change_places(name: str, tmp_path: Path, here: None) -> None:
    paths, silent = released(name, tmp_path)
    found = rehearsal.rehearse(paths, silent=silent)
    # Nothing was learned by the first; the others do not get the new version, or have deleted the note.
    spared = {"nothing", "late", "leech", "deleted"}
    played = {one.key for one in found.learners if not one.impossible}
    assert lost(found) == ({key: ["answers"] for key in played - spared} if name == "major-renumbered" else {})


LOST = {
    "another content, but not another time": ["content"],
    "an older note": ["content"],
    "another note type": ["content", "updates"],
    "a field more": ["content", "updates", "note types"],
    "fields in another order": ["updates", "note types"],
    "a template less": ["content", "updates", "look", "note types"],
    "a renamed field without an id": ["content", "updates", "note types"],
    "another sort field": ["content", "sync"],
    "another front that is not received": ["look"],
    "one guid twice, new": ["doubled"],
    "one guid twice, old": ["content"],
}
"""What somebody loses who did nothing, by the pair of packages."""


@pytest.mark.ci
@pytest.mark.parametrize("name", PACKAGES)
def test_what_happens_is_what_was_predicted(
    name: str, tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = PACKAGES[name]
    found = play([pack(old, tmp_path / "old.apkg"), pack(new, tmp_path / "new.apkg")], monkeypatch)
    assert found.done == found.predicted
    assert lost(found) == ({"nothing": LOST[name]} if name in LOST else {})
    assert found.is_good == (name not in LOST)


def test_without_agreement_nothing_is_good(tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = PACKAGES["new, changed, retired"]
    paths = [pack(made, tmp_path / f"{number}.apkg") for number, made in enumerate(packages)]
    monkeypatch.setattr(
        worker.Learner, "update", damaged(sql("DELETE FROM cards WHERE id = (SELECT max(id) FROM cards)"))
    )
    found = play(paths, monkeypatch)
    assert (found.done.new_cards, found.predicted.new_cards) == (1, 2)
    assert not found.agrees
    assert "\n  new cards: 2 was predicted, 1 came\n" in rehearsal.to_text(found)
    monkeypatch.setattr(verdicts.Played, "lost", (), raising=False)
    assert not found.is_good


# Each learner, and an Anki that does wrong


def notes(*extra: str, answer: str = "The pericardium.") -> str:
    sections = [
        f"## What covers the heart? {{.reversed #cover}}\n\n{answer}\n",
        "## What does the left ventricle pump into? {.reversed #ventricle}\n\nThe aorta.\n",
        "## The valves {.cloze #valves}\n\nThe ==mitral== valve and the ==aortic== one.\n",
        *extra,
    ]
    return "---\nkind: basic\n---\n# The heart\n\n" + "\n".join(sections)


GONE = "## What is the septum? {#septum}\n\nA wall.\n"
NEW = "## What is the apex? {#apex}\n\nThe tip of the heart.\n"


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three releases: the second has a new note and a corrected one, the third a correction of that, and a note less."""
    folder = tmp_path_factory.mktemp("versions")
    scratch = Scratch(folder / "project")
    texts = (notes(GONE), notes(GONE, NEW, answer="A sack."), notes(NEW, answer="The pericardium, a sack."))
    paths = []
    for number, text in enumerate(texts):
        scratch.write({"cards/heart.md": text})
        scratch.build(day(3 * number + 1))
        scratch.release(f"1.{number}.0", day(3 * number + 2), retire=True)
        scratch.build(day(3 * number + 3))
        paths.append((scratch.root / "build" / "anatomy.apkg").rename(folder / f"1.{number}.0.apkg"))
    return paths


TOLD = {
    "edited": ["overwritten"],
    "late": ["blocked"],
    "renamed": ["decks made"],
    "leech": ["blocked"],
    "deleted": ["returned"],
    "template": ["stuck", "synced"],
    "field": ["stuck", "synced"],
    "always": ["asked"],
}
"""What learners are told of, beside the note that left the deck."""


@pytest.mark.ci
@pytest.mark.slow
def test_nobody_loses_anything_by_releases(versions: list[Path], here: None) -> None:
    check_all_is_as_promised(rehearsal.rehearse(versions))


@pytest.mark.ci
@pytest.mark.slow
def test_nobody_loses_anything_in_the_oldest_anki(versions: list[Path], tmp_path: Path) -> None:
    """Where it can be installed: there is not one for each Python and each machine."""
    venv.create(tmp_path, with_pip=False, symlinks=sys.platform != "win32")
    python = tmp_path / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "--quiet",
        "--disable-pip-version-check",
        "install",
    ]
    done = subprocess.run(
        [*install, "--only-binary=:all:", f"anki=={OLDEST_ANKI}"], stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        pytest.skip(f"Anki {OLDEST_ANKI} cannot be installed: {done.stderr.decode(errors='replace')[-200:]}")
    found = rehearsal.rehearse(versions, str(python))
    assert found.anki == OLDEST_ANKI
    check_all_is_as_promised(found)


OLDEST_ANKI = "24.11"
"""The oldest Anki in which releases are rehearsed, as docs/commands.md says."""


def check_all_is_as_promised(found: rehearsal.Rehearsal) -> None:
    assert lost(found) == {}
    assert found.is_good
    assert [one.impossible for one in found.learners] == [""] * 19
    told = {one.key: [finding.what for finding in one.told if finding.what != "retired"] for one in found.learners}
    assert {key: what for key, what in told.items() if what} == TOLD
    logs = {one.key: (one.log.new, one.log.updated, one.log.duplicate, one.log.conflicting) for one in found.learners}
    usual = {one.key: (1, 1, 2, 0) for one in found.learners}
    assert logs == usual | {
        "late": (1, 0, 3, 0),
        "leech": (1, 0, 3, 0),
        "deleted": (3, 0, 1, 0),
        "template": (1, 0, 1, 2),
        "field": (1, 0, 0, 3),
        "always": (1, 3, 0, 0),
        "every": (0, 1, 3, 0),
    }


def sql(*statements: str) -> Damage:
    def damage(learner: worker.Learner) -> None:
        for statement in statements:
            learner.col.db.execute(statement)

    return damage


def damaged(damage: Damage) -> Callable[..., dict[str, Any]]:
    """The import, and what goes wrong in every import over what was there."""
    update = worker.Learner.update

    def updated(learner: worker.Learner, number: int, merge: bool, always: bool) -> dict[str, Any]:
        is_first = not learner.col.note_count()
        log = update(learner, number, merge, always)
        if not is_first:
            damage(learner)
            learner.forget()
        return log

    return updated


def unstyle(learner: worker.Learner) -> None:
    for note_type in learner.used_types():
        note_type["css"] = note_type["css"].replace("beige", "white")
        learner.col.models.update_dict(note_type)
    for path in Path(learner.col.media.dir()).glob("_*.css"):
        path.unlink()


def second_note_type(learner: worker.Learner) -> None:
    note_type = next(iter(learner.used_types()))
    learner.col.models.add_dict(learner.col.models.copy(note_type, add=False))


def lost_picture(learner: worker.Learner) -> None:
    learner.col.db.execute("UPDATE notes SET flds = replace(flds, 'The tip', '<img src=\"lost.png\">The tip')")


BACK = "UPDATE notes SET flds = replace(flds, ', a sack', ''), tags = ''"
UNDO = "UPDATE notes SET flds = replace(flds, ' (mine)', '')"

DAMAGES: list[tuple[str, Damage, list[str]]] = [
    ("nothing", sql(BACK), ["content"]),
    ("nothing", sql("DELETE FROM notes WHERE flds LIKE '%apex%'"), ["content"]),
    ("nothing", sql("DELETE FROM cards WHERE id = (SELECT min(id) FROM cards)"), ["cards"]),
    ("nothing", second_note_type, ["note types"]),
    ("nothing", sql("UPDATE col SET scm = scm + 1"), ["sync"]),
    ("nothing", lost_picture, ["content", "media"]),
    (
        "nothing",
        sql(
            "INSERT INTO notes SELECT id + 7, guid, mid, mod, usn, tags, flds, sfld, csum, flags, data FROM notes"
            " WHERE flds LIKE '%valves%'"
        ),
        ["doubled"],
    ),
    ("reviewed", sql("DELETE FROM revlog WHERE id = (SELECT max(id) FROM revlog)"), ["reviews"]),
    ("reviewed", sql("UPDATE cards SET ivl = 0"), ["schedule"]),
    ("edited", sql(UNDO), ["edits"]),
    ("edited", sql("UPDATE notes SET tags = replace(tags, 'mine', '')"), ["edits"]),
    ("moved", sql("UPDATE decks SET name = 'Yours' WHERE name = 'Mine'"), ["decks"]),
    ("late", sql(UNDO), ["edits"]),
    ("styled", unstyle, ["styling", "stylesheet"]),
    ("renamed", lambda learner: learner.col.set_deck(learner.ids("cards"), 1), ["decks"]),
    ("moved", lambda learner: learner.col.set_deck(learner.col.find_cards("deck:Mine"), 1), ["decks"]),
    ("suspended", sql("UPDATE cards SET queue = type"), ["suspensions"]),
    ("flagged", sql("UPDATE cards SET flags = 0"), ["flags"]),
    ("buried", sql("UPDATE cards SET queue = type"), ["suspensions"]),
    ("filtered", sql("UPDATE cards SET did = odid, odid = 0 WHERE odid != 0"), ["schedule", "decks"]),
    ("leech", sql("UPDATE notes SET tags = ''"), ["edits"]),
    ("deleted", sql("DELETE FROM notes WHERE flds LIKE '%ventricle%'"), ["content"]),
    ("template", sql("UPDATE cards SET due = due + 1"), ["schedule"]),
    ("field", sql(BACK), ["content"]),
    ("merge", sql("UPDATE col SET scm = scm + 1"), ["sync"]),
    ("always", sql(BACK), ["content"]),
    ("order", sql(BACK), ["content"]),
    ("every", sql(BACK), ["content"]),
]
"""A learner, what an Anki would do that does wrong, and the promises that it breaks."""


@pytest.mark.ci
@pytest.mark.parametrize("case", DAMAGES, ids=[f"{key}-{'-'.join(broken)}" for key, _, broken in DAMAGES])
def test_each_learner_would_see_it(
    case: tuple[str, Damage, list[str]], versions: list[Path], here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, damage, broken = case
    monkeypatch.setattr(worker.Learner, "update", damaged(damage))
    paths = versions if key == "every" else [versions[0], versions[-1]]
    assert lost(play(paths, monkeypatch, key))[key] == broken


@pytest.mark.ci
@pytest.mark.parametrize("is_put_right", [True, False])
def test_an_older_anki_notes_when_it_imported_and_still_takes_the_next_version(
    is_put_right: bool, versions: list[Path], here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to 24.11, updated notes get the time of the import, which here is later than the next version was made."""
    put_right = worker.Learner._as_if_then

    def update(learner: worker.Learner, number: int, notes: list[int]) -> None:
        learner.date(dict.fromkeys(notes, day(100)))
        if is_put_right:
            put_right(learner, number, notes)

    monkeypatch.setattr(worker.Learner, "_as_if_then", update)
    assert lost(play(versions, monkeypatch, "every")) == ({} if is_put_right else {"every": ["content"]})


def test_what_nobody_had_before_is_not_missed_in_a_note_that_comes_back(
    tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a deck that was adopted without all its files can be released."""
    made, _ = PACKAGES["the same"]
    first, *others = made.notes
    name = next(iter(first.fields))
    gone = msgspec.structs.replace(first, fields={**first.fields, name: f"{first.fields[name]} [sound:gone.mp3]"})
    said = {name: f"{gone.fields[name]} still"}
    later = msgspec.structs.replace(gone, fields={**gone.fields, **said}, mod=gone.mod + 10)
    paths = [
        pack(msgspec.structs.replace(made, notes=(note, *others)), tmp_path / f"{number}.apkg")
        for number, note in enumerate((gone, later))
    ]
    assert lost(play(paths, monkeypatch, "deleted")) == {}


def test_who_puts_a_field_right_does_so_after_the_release(
    tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release may be made in this very second, or, as here, be later than the clock says."""
    made, _ = PACKAGES["the same"]
    newest = 4_000_000_000
    first = msgspec.structs.replace(made.notes[0], tags=("changed",), mod=newest)
    later = msgspec.structs.replace(made, notes=(first, *made.notes[1:]))
    update, times = worker.Learner.update, []

    def updated(learner: worker.Learner, number: int, merge: bool, always: bool) -> dict[str, Any]:
        if always:
            times.append(learner.col.db.scalar("SELECT mod FROM notes WHERE guid = ?", first.guid))
        return update(learner, number, merge, always)

    monkeypatch.setattr(worker.Learner, "update", updated)
    paths = [pack(each, tmp_path / f"{number}.apkg") for number, each in enumerate((made, later))]
    assert (lost(play(paths, monkeypatch, "field")), times) == ({}, [newest + 1])


def test_each_learner_and_each_promise_is_tried() -> None:
    assert {key for key, _, _ in DAMAGES} == {learner.key for learner in learners(3)}
    broken = {what for *_, found in DAMAGES for what in found}.union(*LOST.values(), ["answers"])
    assert broken == PROMISES.keys()
    told = {what for found in (*TOLD.values(), *TOLD_OF_RELEASES.values(), ["restyled"]) for what in found}
    assert told == KNOWN.keys()


def test_a_note_with_another_guid_is_there_twice(tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    old, _ = PACKAGES["the same"]
    new = msgspec.structs.replace(old, notes=(msgspec.structs.replace(old.notes[0], guid="z"), *old.notes[1:]))
    found = play([pack(old, tmp_path / "old.apkg"), pack(new, tmp_path / "new.apkg")], monkeypatch, "edited")
    # An edited note is no longer the same as the one that comes.
    assert lost(found) == {"nothing": ["doubled"]}


def test_other_styling_of_the_deck_replaces_the_learners(
    tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (pack(made, tmp_path / f"{n}.apkg") for n, made in enumerate(PACKAGES["other styling"]))
    found = play([old, new], monkeypatch, "styled")
    told = {one.key: [(finding.what, finding.names) for finding in one.told] for one in found.learners}
    assert told == {"nothing": [], "styled": [("restyled", ("Course basic",))]}
    assert lost(found) == {}


def test_who_cannot_have_done_something_is_not_played(
    tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [pack(made, tmp_path / f"{number}.apkg") for number, made in enumerate(PACKAGES["cloze numbers"])]
    found = play(paths, monkeypatch, "template", "field", "styled")
    assert {one.key: one.impossible.partition(".")[0] for one in found.learners} == {
        "nothing": "",
        "styled": "Anki refuses it: Card template 1 in note type 'Course cloze' has a problem",
        "template": "no note type has two card types",
        "field": "Anki refuses it: Card template 1 in note type 'Course cloze' has a problem",
    }
    assert found.is_good


# The command


def rehearse(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["rehearse", *map(str, arguments)])


@pytest.mark.slow
def test_the_command_shows_what_each_learner_sees(versions: list[Path]) -> None:
    pytest.importorskip("anki.collection")
    from importlib.metadata import version

    result = rehearse(*versions)
    assert (result.exit_code, result.stderr) == (0, "")
    head, table, told = result.stdout.split("\n\n")
    assert head == f"Anki {version('anki')}: 1.0.0.apkg → 1.1.0.apkg → 1.2.0.apkg"
    rows = [line.rsplit(maxsplit=5) for line in table.splitlines()[1:]]
    assert [row[0] for row in rows] == [learner.title for learner in learners(3)]
    assert {tuple(row[1:]) for row in rows[:3]} == {("1", "1", "2", "0", "nothing")}
    assert told.splitlines()[:3] == [
        "What Anki is known to do",
        "  notes that left the deck stay (1): all",
        "    What is the septum?",
    ]


@pytest.mark.ci
def test_another_python_sees_the_same_and_so_do_programs(versions: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python that is given by its path finds nothing of ours."""
    pytest.importorskip("anki.collection")
    only(monkeypatch, "nothing", "styled")
    results = [rehearse("--json", *versions[:2], *more) for more in ((), ("--python", sys.executable))]
    assert [result.exit_code for result in results] == [0, 0]
    told = [json.loads(result.stdout) for result in results]
    assert told[0] == told[1]
    assert list(told[0]) == ["good", "agrees", "anki", "packages", "predicted", "done", "learners"]
    assert told[0]["done"] == told[0]["predicted"]
    assert told[0]["learners"][0] == {
        "key": "nothing",
        "title": "did nothing",
        "log": {"new": 1, "updated": 1, "duplicate": 3, "conflicting": 0, "stuck": []},
        "lost": [],
        "told": [],
        "impossible": "",
    }


def test_the_command_fails_where_something_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "nothing", "reviewed")
    pytest.importorskip("anki.collection")
    old, new = (pack(made, tmp_path / f"{n}.apkg") for n, made in enumerate(PACKAGES["one guid twice, new"]))
    result = rehearse(old, new)
    assert result.exit_code == 1
    assert result.stdout.split("\n\n")[2] == "What is lost\n  notes are there twice (1): all\n    2\n"


def test_a_python_without_anki_is_told_how_to_get_it(versions: list[Path], tmp_path: Path) -> None:
    venv.create(tmp_path / "empty", with_pip=False, symlinks=sys.platform != "win32")
    folder, name = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    python = tmp_path / "empty" / folder / name
    result = rehearse(*versions, "--python", python)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "This needs the real Anki, which cannot be imported (No module named 'anki')."
        f" Run: {python} -m pip install anki\n"
    )
    missing = rehearse(*versions, "--python", tmp_path / "none")
    assert (missing.exit_code, missing.stderr) == (
        1,
        f"{tmp_path / 'none'} cannot be started: No such file or directory.\n",
    )


def test_our_own_python_is_told_of_the_extra() -> None:
    assert process._how_to_install(None, "why").endswith("(why). Run: pip install 'deckwright[anki]'")


def test_an_anki_that_takes_too_long_is_ended(versions: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MAX_REHEARSAL_SECONDS", 0)
    result = rehearse(*versions)
    assert (result.exit_code, result.stderr) == (1, "One learner took Anki more than 0 seconds.\n")
    assert list(Path(tempfile.gettempdir()).glob("deckwright-*")) == []


def test_an_anki_that_ends_of_itself_is_told(
    versions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crash.py").write_text('print(\'{"anki": "0"}\', flush=True)\ninput()\n')
    monkeypatch.setattr(process.worker, "__file__", str(tmp_path / "crash.py"))
    result = rehearse(*versions)
    assert (result.exit_code, result.stderr) == (1, "Anki's process ended in the middle of its work.\n")


def test_what_is_no_package_is_told_without_anki(versions: list[Path], tmp_path: Path) -> None:
    (tmp_path / "no.apkg").write_text("no")
    result = rehearse(versions[0], tmp_path / "no.apkg")
    assert (result.exit_code, result.stderr) == (
        1,
        "no.apkg is not a package, or is damaged: File is not a zip file\n",
    )
    many = rehearse(*versions * 4)
    assert (many.exit_code, many.stderr) == (
        2,
        "12 packages are too many: at most 10 can be rehearsed together.\n",
    )


def test_nothing_of_anki_is_imported_here() -> None:
    code = (
        "import sys, deckwright.rehearsal; print(sorted(name for name in sys.modules if name.split('.')[0] == 'anki'))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_learners_have_names_of_their_own() -> None:
    assert len({learner.key for learner in LEARNERS}) == len({learner.title for learner in LEARNERS}) == len(LEARNERS)
