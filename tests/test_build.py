"""The one build: how each ends, what it leaves behind, and what it never touches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import pytest
from scratch import SETTINGS, Scratch, day

from deckwright import build as building
from deckwright import files, package
from deckwright.build import Options, Outcome, Status
from deckwright.cache import Cache
from deckwright.diagnostics import PAGES, has_errors
from deckwright.identity import Terms

HEART = "---\nkind: basic\n---\n# Heart\n\n## What does an atrium do?\n\nIt receives blood.\n"
VALVE = "\n## What does a valve do?\n\nIt lets blood through one way.\n"
BROKEN = "\n## What does a septum do? {.basic}\n"
"""A note without an answer."""

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">'
    '<text data-mask="atrium" x="9" y="25" font-size="9">Atrium</text></svg>'
)
DIAGRAM = "# Heart\n\n## The heart {.occlusion}\n\n![The heart](../media/heart.svg)\n"

Value = TypeVar("Value")

posix = pytest.mark.skipif(os.name != "posix", reason="about POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    """A project of one note."""
    project = Scratch(tmp_path / "heart")
    project.write({"cards/heart.md": HEART})
    return project


def build(project: Scratch, **options: object) -> Outcome:
    return building.build(project.root, Options(Terms(day(1)), **options))


def target(project: Scratch) -> Path:
    return project.root / "build" / "anatomy.apkg"


def fronts(path: Path) -> list[str]:
    return [note.fields["Front"] for note in package.read(path).notes]


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All files below a folder but the cache's, with their bytes and the time of their last change."""
    paths = [path for path in folder.rglob("*") if path.is_file() and ".cache" not in path.parts]
    return {path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}


def test_a_build_saves_the_ledger_and_writes_the_package(project: Scratch) -> None:
    outcome = build(project)
    held = package.read(target(project))
    assert outcome.loaded
    assert outcome == Outcome(
        status="built",
        found=[],
        target=target(project),
        loaded=outcome.loaded,
        package=package.Counts(1, 1, 0, target(project).stat().st_size),
        is_ledger_changed=True,
        seen=outcome.seen,
    )
    assert outcome.seen
    assert (sorted(outcome.seen.files), sorted(outcome.seen.folders), outcome.seen.missing) == (
        ["cards/heart.md", "deck.lock", "deck.toml"], ["cards"], {"media", "notetypes", "pyproject.toml"},
    )  # fmt: skip
    assert held == package.contents(outcome.loaded.collection)
    assert contents(project.root).keys() == {
        "deck.toml", "deck.lock", "cards/heart.md", "build/.gitignore", "build/anatomy.apkg",
    }  # fmt: skip


def test_a_second_build_leaves_the_ledger_alone(project: Scratch) -> None:
    first = build(project)
    before = project.written()
    again = build(project)
    assert (again.status, again.is_ledger_changed, again.package) == ("built", False, first.package)
    assert project.written() == before


def test_the_time_is_that_of_the_terms_and_nothing_is_printed(
    project: Scratch, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    outcome = build(project)
    assert outcome.loaded
    assert [note.mod for note in outcome.loaded.collection.notes] == [day(1)]
    assert capfd.readouterr() == ("", "")


# What keeps a package from being built

CONFLICT = "<<<<<<< HEAD\n"
FAILURES: dict[str, tuple[dict[str, str], dict[str, object], Status]] = {
    "settings with an error": ({"deck.toml": SETTINGS + "colour = 1\n"}, {"keep_going": True}, "bad settings"),
    "a broken ledger": ({"deck.lock": CONFLICT}, {"keep_going": True}, "blocked"),
    "a broken ledger and a note with an error": (
        {"deck.lock": CONFLICT, "cards/heart.md": HEART + BROKEN}, {}, "blocked",
    ),
    "a note with an error": ({"cards/heart.md": HEART + BROKEN}, {}, "errors"),
    "nothing but a note with an error": ({"cards/heart.md": "# Heart\n" + BROKEN}, {}, "errors"),
    "no notes": ({"cards/heart.md": "# Heart\n"}, {"locked": True}, "no notes"),
    "no note without an error": ({"cards/heart.md": "# Heart\n" + BROKEN}, {"keep_going": True}, "no notes"),
    "another ledger": ({"cards/heart.md": HEART + VALVE}, {"locked": True}, "locked"),
    "another ledger and a note with an error": (
        {"cards/heart.md": HEART + VALVE + BROKEN}, {"locked": True, "keep_going": True}, "locked",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "options", "status"), FAILURES.values(), ids=FAILURES)
def test_what_keeps_a_package_from_being_built_keeps_the_previous_one(
    project: Scratch, changes: dict[str, str], options: dict[str, object], status: Status
) -> None:
    build(project)
    project.write(changes)
    before = contents(project.root)
    outcome = build(project, **options)
    assert outcome.status == status
    assert (outcome.package, outcome.is_ledger_changed) == (None, False)
    assert has_errors(outcome.found) == (
        status == "no notes" or any(word in "".join(changes.values()) for word in ("colour", "<<<", "septum"))
    )
    assert (outcome.loaded is None, outcome.target is None) == (status == "bad settings",) * 2
    assert bool(outcome.stale_lines) == (status == "locked")
    assert contents(project.root) == before


def test_decks_that_anki_would_take_for_one_are_told(project: Scratch) -> None:
    page = PAGES["P027"]
    project.write({**page.good, "cards/more.md": "---\ndeck: Heart::Valves\n---\n## How many? {.basic}\n\nFour\n"})
    assert [one.code for one in project.load(day(1)).diagnostics] == []
    project.write({"cards/heart.md": None, "cards/more.md": None, **page.bad})
    (found,) = project.load(day(1)).diagnostics
    assert (found.code, found.span.place, found.message) == (
        "P027",
        "cards/vessels.md:5",
        "the deck `Anatomy::heart` is called `Anatomy::Heart` in cards/heart.md:5, and Anki does not tell the two names apart",
    )
    # Told once for each name, also where another deck is above.
    project.write({"cards/more.md": "---\ndeck: heart::Veins\n---\n## How many? {.basic}\n\nFour\n"})
    assert [one.code for one in project.load(day(1)).diagnostics] == ["P027", "P027"]


def test_where_nothing_is_a_note_the_page_of_its_code_says_how_to_make_one(project: Scratch) -> None:
    page = PAGES["P018"]
    project.write(page.bad)
    outcome = build(project)
    assert (outcome.status, [d.code for d in outcome.found]) == ("no notes", ["P018"])
    assert building.load(project.root, Terms(day(1)))[1] == outcome.found
    project.write(page.good)
    assert (build(project).status, build(project).found) == ("built", [])


def test_lines_that_would_change_are_counted(project: Scratch) -> None:
    build(project)
    project.write({"cards/heart.md": HEART + VALVE + VALVE.replace("valve", "vein")})
    assert build(project, locked=True).stale_lines == 2
    assert build(project).is_ledger_changed
    outcome = build(project, locked=True)
    assert (outcome.status, outcome.stale_lines) == ("built", 0)


def test_keep_going_leaves_out_what_has_an_error(project: Scratch) -> None:
    project.write({"cards/heart.md": HEART + BROKEN})
    outcome = build(project, keep_going=True)
    assert (outcome.status, has_errors(outcome.found)) == ("built", True)
    assert fronts(target(project)) == ["What does an atrium do?"]


@pytest.mark.parametrize("name", ["heart.zip", "collection.apkg", "backup-1.apkg"])
def test_a_name_that_anki_takes_for_something_else_is_refused(project: Scratch, name: str) -> None:
    before = contents(project.root)
    outcome = build(project, target=project.root / name)
    assert (outcome.status, outcome.loaded, name in outcome.problem) == ("bad name", None, True)
    assert contents(project.root) == before


# What cannot be written


def refuse(*_: object, **__: object) -> bool:
    raise PermissionError(13, "Permission denied")


def refuse_to_replace(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing take the place of what is there."""
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda file, to: refuse() if to == place else replace(file, to))


def test_a_ledger_that_cannot_be_saved_keeps_the_previous_package(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(project)
    project.write({"cards/heart.md": HEART + VALVE})
    before = contents(project.root)
    monkeypatch.setattr(files, "prepared", refuse)
    outcome = build(project)
    assert (outcome.status, outcome.path, outcome.problem) == ("unwritable", project.lock, "Permission denied")
    assert contents(project.root) == before


def test_a_ledger_that_cannot_take_its_place_keeps_the_previous_package(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(project)
    project.write({"cards/heart.md": HEART + VALVE})
    before = contents(project.root)
    refuse_to_replace(project.lock, monkeypatch)
    outcome = build(project)
    assert (outcome.status, outcome.path, outcome.problem) == ("unwritable", project.lock, "Permission denied")
    assert contents(project.root) == before


def test_a_package_that_cannot_be_written_keeps_the_previous_ledger(project: Scratch) -> None:
    build(project)
    project.write({"cards/heart.md": HEART + VALVE})
    before = contents(project.root)
    path = project.root / "deck.toml" / "heart.apkg"
    outcome = build(project, target=path)
    assert (outcome.status, outcome.path, outcome.is_ledger_changed) == ("unwritable", path, False)
    assert outcome.problem
    (project.root / "a.apkg").mkdir()
    outcome = build(project, target=project.root / "a.apkg")
    assert (outcome.status, outcome.problem) == ("unwritable", "Is a directory")
    assert contents(project.root) == before


def test_a_package_that_cannot_be_put_in_its_place_says_that_the_ledger_was_saved(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_to_replace(target(project), monkeypatch)
    outcome = build(project)
    assert (outcome.status, outcome.path, outcome.is_ledger_changed) == ("unwritable", target(project), True)
    assert contents(project.root).keys() == {"deck.toml", "deck.lock", "cards/heart.md", "build/.gitignore"}


def test_a_build_folder_that_cannot_be_made(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", refuse)
    outcome = build(project)
    assert (outcome.status, outcome.path) == ("unwritable", project.root / "build")
    assert contents(project.root).keys() == {"deck.toml", "cards/heart.md"}


def test_a_fault_of_ours_is_no_outcome(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    def misspell(*_: object, **__: object) -> None:
        raise package.WriteError("the package that was written differs in its notes")

    monkeypatch.setattr(package, "write", misspell)
    with pytest.raises(package.WriteError):
        build(project)


# What is loaded, and kept


@pytest.fixture
def drawn(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The project has a diagram. Whenever one is drawn that the cache did not have, the list gets longer."""
    project.write({"media/heart.svg": SVG, "cards/diagram.md": DIAGRAM})
    calls: list[str] = []

    class Counting(Cache):
        def memo(
            self, stage: str, inputs: Iterable[str | bytes], kind: type[Value], make: Callable[[], Value]
        ) -> Value:
            def counted() -> Value:
                calls.extend([stage] if stage == "diagram" else [])
                return make()

            return super().memo(stage, inputs, kind, counted)

    monkeypatch.setattr(building, "Cache", Counting)
    return calls


def test_loading_writes_nothing_and_finds_what_a_build_finds(project: Scratch, drawn: list[str]) -> None:
    project.write({"cards/heart.md": HEART + BROKEN})
    before = contents(project.root)
    loaded, found = building.load(project.root, Terms(day(1)))
    assert contents(project.root) == before
    assert loaded
    assert found == build(project).found
    built = contents(project.root)
    again, _ = building.load(project.root, Terms(day(1)))
    assert again
    assert again.collection == loaded.collection
    assert contents(project.root) == built
    assert len(drawn) == 2  # The first load could keep nothing, and the second had what the build had kept.


def test_settings_with_an_error_are_all_that_is_found(project: Scratch) -> None:
    project.write({"deck.toml": SETTINGS + "colour = 1\n", "cards/heart.md": HEART + BROKEN})
    loaded, found = building.load(project.root, Terms(day(1)))
    assert (loaded, [d.code for d in found]) == (None, ["P004"])
    assert build(project).found == found


def test_what_is_drawn_is_kept_for_the_next_build(project: Scratch, drawn: list[str]) -> None:
    outcomes = [build(project), build(project)]
    assert len(drawn) == 1
    assert outcomes[0].package == outcomes[1].package
    assert len(list((project.root / "build" / ".cache").glob("diagram-*"))) == 1


def test_a_package_for_elsewhere_makes_no_build_folder(project: Scratch, drawn: list[str], tmp_path: Path) -> None:
    assert build(project, target=tmp_path / "out" / "heart.apkg").status == "built"
    assert not (project.root / "build").exists()


def test_the_cache_does_not_grow_without_end(
    project: Scratch, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(project)
    assert drawn
    cache = project.root / "build" / ".cache"
    (old,) = cache.glob("diagram-*")
    old.write_bytes(bytes(1 << 20))
    long_ago = old.stat().st_mtime - 86_400
    os.utime(old, (long_ago, long_ago))
    monkeypatch.setattr(building, "Cache", lambda folder: Cache(folder, limit=1 << 20))
    project.write({"media/heart.svg": SVG.replace('x="9"', 'x="19"')})
    build(project)
    (new,) = cache.glob("diagram-*")
    assert new.name != old.name


# Links that lead out of the project


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of notes that is not the project's."""
    path = tmp_path / "private" / "diary.md"
    path.parent.mkdir()
    path.write_text("---\nkind: basic\n---\n# Diary\n\n## Whom do I love?\n\nNobody must know.\n")
    return path


def link_to_file(root: Path, secret: Path) -> None:
    (root / "cards" / "diary.md").symlink_to(secret)


def link_to_folder(root: Path, secret: Path) -> None:
    (root / "deck.toml").write_text(SETTINGS + 'cards = ["cards", "notes"]\n')
    (root / "notes").symlink_to(secret.parent)


def link_with_dots(root: Path, secret: Path) -> None:
    (root / "cards" / "diary.md").symlink_to(Path("..", "..", "private", "diary.md"))


@posix
@pytest.mark.parametrize("link", [link_to_file, link_to_folder, link_with_dots])
def test_a_link_out_of_the_project_is_not_followed(
    project: Scratch, secret: Path, link: Callable[[Path, Path], None]
) -> None:
    link(project.root, secret)
    outcome = build(project)
    path = "notes/diary.md" if link is link_to_folder else "cards/diary.md"
    assert (outcome.status, [(d.code, d.span.path) for d in outcome.found]) == ("errors", [("S019", path)])
    assert build(project, keep_going=True).status == "built"
    assert fronts(target(project)) == ["What does an atrium do?"]


@posix
def test_a_link_inside_the_project_is_followed(project: Scratch) -> None:
    project.write({"drafts/valve.md": HEART.replace("an atrium", "a valve")})
    (project.root / "cards" / "valve.md").symlink_to(Path("..", "drafts", "valve.md"))
    assert build(project).status == "built"
    assert fronts(target(project)) == ["What does an atrium do?", "What does a valve do?"]


@posix
def test_a_project_that_is_itself_behind_a_link(project: Scratch, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project.root)
    assert building.build(tmp_path / "link", Options(Terms(day(1)))).status == "built"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_the_name_of_the_folder_need_not_be_text(tmp_path: Path) -> None:
    """From nothing, then after an edit: both go through files of SQLite, and the second one through what the first one kept."""
    project = Scratch(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")))
    shown = "## What is it? {.basic #it}\n\n![](../media/heart.svg)\n\n"
    for text in ("The heart.", "A heart."):
        project.write({"media/heart.svg": SVG, "cards/heart.md": f"{shown}{text}\n"})
        assert build(project).status == "built"
        (note,) = package.read(target(project)).notes
        assert note.fields["Back"].endswith(f"<p>{text}</p>")


@posix
def test_a_package_takes_the_place_of_a_link(project: Scratch, secret: Path) -> None:
    before = secret.read_bytes()
    (project.root / "build").mkdir()
    target(project).symlink_to(secret)
    assert build(project).status == "built"
    assert (target(project).is_symlink(), secret.read_bytes()) == (False, before)


@posix
def test_a_ledger_takes_the_place_of_a_link(project: Scratch) -> None:
    project.lock.symlink_to(project.root / "nothing")
    assert build(project).status == "built"
    assert (project.lock.is_symlink(), (project.root / "nothing").exists()) == (False, False)
