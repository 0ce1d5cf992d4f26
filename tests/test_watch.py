"""`deckwright.watch`: each change of what a build looks at makes another build, which is what it is from nothing; and
nothing else makes one.
"""

from __future__ import annotations

import itertools
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch import DAY, DAY_ONE, Scratch
from test_warm import OPERATIONS, STEADY, Author, _but_the_cache, _contents

from deckwright import build as building
from deckwright import files, inputs, watch
from deckwright.compilation import Compiled, remembering
from deckwright.diagnostics import Diagnostic, to_text
from deckwright.diagnostics.media import unused_file
from deckwright.diagnostics.note import empty_back
from deckwright.diagnostics.project import missing_folder, no_settings
from deckwright.diagnostics.section import unclosed_fence
from deckwright.identity import Terms
from deckwright.model import Span
from deckwright.watch import News, Story, ears, seen, settling

pytestmark = pytest.mark.ci

PATIENCE = 60.0
"""In seconds: how long a test waits for what comes within a tenth of one."""

HEART = "# Heart\n\n## What does it do? {.basic}\n\nIt pumps.\n"


class Watched:
    """The builds of a project that is watched in a thread."""

    def __init__(self, root: Path, is_polling: bool = False) -> None:
        self.stop = threading.Event()
        self._gate = threading.Lock()
        self._builds: queue.SimpleQueue[watch.Build | BaseException] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, args=[root, is_polling])
        self._thread.start()

    def next(self) -> watch.Build:
        build = self._builds.get(timeout=PATIENCE)
        assert isinstance(build, watch.Build)
        return build

    def told(self) -> tuple[str, tuple[str, ...]]:
        """How the next build ends, and what has changed for it."""
        build = self.next()
        return build.outcome.status if build.outcome else "gone", build.changed

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Let one build see all that is done meanwhile, however slowly it is done."""
        with self._gate:
            yield

    def end(self) -> None:
        self.stop.set()
        self._thread.join()

    def _run(self, root: Path, is_polling: bool) -> None:
        try:
            for build in watch.builds(root, self._options, is_polling=is_polling, stop=self.stop):
                self._builds.put(build)
        except BaseException as error:
            self._builds.put(error)

    def _options(self) -> building.Options:
        with self._gate:
            return building.Options(Terms(DAY_ONE))


@contextmanager
def watched(project: Scratch, is_polling: bool = False) -> Iterator[Watched]:
    """The builds of a project, from the second one on."""
    made = Watched(project.root, is_polling)
    try:
        assert made.told()[1] == ()
        yield made
    finally:
        made.end()


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "project")
    made.write({"cards/heart.md": HEART, "cards/lung.md": HEART.replace("eart", "ung")})
    return made


def test_a_change_makes_a_build_and_what_a_build_writes_does_not(project: Scratch) -> None:
    with watched(project) as builds:
        for word in ("beats", "throbs"):
            project.write({"cards/heart.md": HEART.replace("pumps", word)})
            assert builds.told() == ("built", ("cards/heart.md",))
        with builds.halted():
            project.write({"build/note.md": HEART, "deck.lock": project.lock.read_bytes(), "cards/heart.md": None})
        assert builds.told() == ("built", ("cards/heart.md",))  # And it warns of the note that left.
        project.write({"cards/lung.md": HEART})
        assert builds.told() == ("built", ("cards/lung.md",))


@pytest.mark.parametrize("is_polling", [False, pytest.param(True, marks=pytest.mark.ci)])
def test_what_is_saved_as_it_was_makes_no_build(project: Scratch, is_polling: bool) -> None:
    with watched(project, is_polling) as builds:
        project.write({"cards/heart.md": HEART})
        os.utime(project.root / "cards" / "lung.md")
        project.write({"cards/lung.md": HEART.replace("eart", "iver")})
        assert builds.told() == ("built", ("cards/lung.md",))


def test_a_broken_state_is_survived(project: Scratch) -> None:
    settings_file = (project.root / "deck.toml").read_text(encoding="utf-8")
    with watched(project) as builds:
        project.write({"cards/heart.md": HEART + "\n## Nothing {.basic}\n"})
        assert builds.told() == ("errors", ("cards/heart.md",))
        project.write({"deck.toml": settings_file + "cards = [\n"})
        assert builds.told() == ("bad settings", ("deck.toml",))
        project.write({"cards/heart.md": HEART, "cards/lung.md": None})
        project.write({"deck.toml": settings_file})
        assert builds.told() == ("built", ("cards/heart.md", "cards/lung.md", "deck.toml"))
        ledger = project.lock.read_bytes()
        project.write({"deck.lock": ledger + b"<<<<<<< ours\n"})
        assert builds.told() == ("blocked", ("deck.lock",))
        project.write({"deck.lock": ledger})
        assert builds.told() == ("built", ("deck.lock",))


def test_folders_are_followed_to_where_the_settings_say(project: Scratch) -> None:
    project.write({"more/liver.md": HEART.replace("eart", "iver")})
    with watched(project) as builds:
        project.write({"deck.toml": 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\ncards = ["cards", "more"]\n'})
        assert builds.told() == ("built", ("deck.toml", "more/liver.md"))
        with builds.halted():
            project.write({"more/deep/kidney.md": HEART.replace("eart", "idney")})
        assert builds.told() == ("built", ("more/deep/kidney.md",))
        project.write({"more/deep/kidney.md": HEART.replace("eart", "idney").replace("pumps", "filters")})
        assert builds.told() == ("built", ("more/deep/kidney.md",))


def test_a_folder_goes_and_comes_back(project: Scratch) -> None:
    cards, aside = project.root / "cards", project.root / "aside"
    gone = ("cards/heart.md", "cards/lung.md")
    with watched(project) as builds:
        cards.rename(aside)
        assert builds.told() == ("bad settings", gone)
        aside.rename(cards)
        assert builds.told() == ("built", gone)
        project.write({"cards/heart.md": HEART.replace("pumps", "beats")})
        assert builds.told() == ("built", ("cards/heart.md",))
        # Another folder with the same files takes its place at once: nothing is to be built, but there one must listen.
        shutil.copytree(cards, aside)
        with builds.halted():
            cards.rename(project.root / "old")
            aside.rename(cards)
        time.sleep(2 * ears.STEP)
        project.write({"cards/heart.md": HEART})
        told = builds.told()
        if told == ("built", ()):  # The folder was looked at just when there was none.
            told = builds.told()
        assert told == ("built", ("cards/heart.md",))


def test_the_project_goes_and_comes_back(project: Scratch) -> None:
    away = project.root.with_name("away")
    with watched(project) as builds:
        project.root.rename(away)
        assert builds.told() == ("gone", ())
        away.rename(project.root)
        assert builds.told() == ("built", ())
        project.write({"cards/heart.md": None})
        assert builds.told() == ("built", ("cards/heart.md",))


@pytest.mark.ci
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_are_followed(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "REST", 10**12)  # However late it is built, the links have come just now.
    project.write({"shared/a/liver.md": HEART.replace("eart", "iver"), ".hidden/one.md": "# One\n"})
    (project.root / "cards" / "linked").symlink_to("../shared/a")
    (project.root / "cards" / "one.md").symlink_to("../.hidden/one.md")
    (project.root / "cards" / "later.md").symlink_to("../.hidden/later/later.md")
    with watched(project) as builds:
        assert builds.told() == ("errors", ())  # The link to nothing may have come while the first build was running.
        time.sleep(0.2)  # By now it listens: what comes now, it must hear.
        project.write({"shared/a/liver.md": HEART.replace("eart", "iver").replace("pumps", "stores")})
        assert builds.told() == ("errors", ("cards/linked/liver.md",))
        time.sleep(0.2)
        project.write({".hidden/one.md": "# Two\n"})
        assert builds.told() == ("errors", ("cards/one.md",))
        time.sleep(0.2)
        with builds.halted():
            project.write({".hidden/later/later.md": "# Later\n"})
        assert builds.told() == ("built", ("cards/later.md",))


@pytest.mark.ci
def test_files_are_looked_at_where_the_system_tells_nothing(project: Scratch) -> None:
    with watched(project, is_polling=True) as builds:
        project.write({"cards/heart.md": HEART.replace("pumps", "beats")})
        assert builds.told() == ("built", ("cards/heart.md",))
        project.write({"cards/heart.md": None})
        assert builds.told() == ("built", ("cards/heart.md",))


def test_a_system_that_refuses_to_tell_is_looked_at(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError("there are too many folders")

    monkeypatch.setattr(ears, "_Listener", refuse)
    monkeypatch.setattr(ears, "TURN", 0.01)
    reasons: list[str] = []
    with closing(watch.builds(project.root, lambda: building.Options(Terms(DAY_ONE)), deaf=reasons.append)) as builds:
        next(builds)
        threading.Timer(0.05, project.write, [{"cards/heart.md": None}]).start()
        assert next(builds).changed == ("cards/heart.md",)
    assert reasons == ["there are too many folders"]


# Saves that take more than one step


def test_a_file_that_is_gone_while_it_is_saved_is_not_taken_for_deleted(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    note, aside = project.root / "cards" / "heart.md", project.root / "cards" / "heart.md~"
    step = settling.QUIET / 2
    monkeypatch.setattr(settling, "QUIET", settling.LONGEST)  # On a busy machine, a step takes longer.
    with watched(project) as builds:
        note.rename(aside)
        time.sleep(step)
        note.write_text("", encoding="utf-8")
        time.sleep(step)
        note.write_text(HEART.replace("pumps", "beats"), encoding="utf-8")
        aside.unlink()
        build = builds.next()
        assert build.changed == ("cards/heart.md",)
        assert build.outcome and build.outcome.loaded
        assert len(build.outcome.loaded.notes) == 2


def test_nothing_is_built_while_git_works(project: Scratch) -> None:
    subprocess.run(["git", "init", "-q", project.root], check=True)
    lock = project.root / ".git" / "index.lock"
    with watched(project) as builds:
        lock.touch()
        project.write({"cards/heart.md": HEART.replace("pumps", "beats")})
        time.sleep(4 * ears.STEP)
        project.write({"cards/lung.md": HEART})
        lock.unlink()
        assert builds.told() == ("built", ("cards/heart.md", "cards/lung.md"))


def test_git_works_in_a_worktree_too(tmp_path: Path) -> None:
    git = tmp_path / "main" / ".git" / "worktrees" / "deck"
    git.mkdir(parents=True)
    deck = tmp_path / "deck" / "project"
    deck.mkdir(parents=True)
    assert not settling.is_locked(deck)
    (tmp_path / "deck" / ".git").write_text(f"gitdir: {git}\n", encoding="utf-8")
    assert not settling.is_locked(deck)
    (git / "index.lock").touch()
    assert settling.is_locked(deck)


def test_a_lock_that_is_left_is_waited_for_no_longer_than_need_be(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "LONGEST", 0.1)
    project.write({".git/index.lock": ""})
    with watched(project) as builds:
        project.write({"cards/heart.md": None})
        assert builds.told() == ("built", ("cards/heart.md",))


# What was looked at


def looked_at(root: Path, look: Callable[[], object], last: seen.Seen | None = None) -> seen.Seen:
    with inputs.watched(root) as gathered:
        look()
    return seen.Seen(gathered, last)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_what_cannot_be_used_is_looked_at_once_more_and_not_for_ever(tmp_path: Path) -> None:
    """It may have come while the build was running. If the next build cannot use it either, it is as it was."""
    link = tmp_path / "link"

    def look() -> None:
        link.symlink_to("nothing")
        gathered = inputs.watching()
        assert gathered
        gathered.add_unread(link)

    first = looked_at(tmp_path, look)
    assert not first.is_current()
    link.unlink()
    second = looked_at(tmp_path, look, first)
    assert not second.is_current()
    third = looked_at(tmp_path, lambda: inputs.watching().add_unread(link), second)  # type: ignore[union-attr]
    assert third.is_current()
    (tmp_path / "nothing").touch()
    assert not third.is_current()


def test_a_file_that_has_not_rested_is_read_once_more_and_not_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note.md"
    read: list[str] = []

    def look() -> None:
        note.write_text(HEART, encoding="utf-8")
        files.read(note, 1_000)

    def content(place: str, root: str, real: Callable[[str, str], str] = inputs.content) -> str:
        read.append(place)
        return real(place, root)

    monkeypatch.setattr(inputs, "content", content)
    made = looked_at(tmp_path, look)
    monkeypatch.setattr(inputs, "REST", -1_000_000_000)  # The clock of files ticks more slowly than that of the system.
    assert [made.is_current() for _ in range(3)] == [True] * 3
    assert read == []
    monkeypatch.setattr(inputs, "REST", 0)
    note.write_text(HEART, encoding="utf-8")
    assert [made.is_current() for _ in range(3)] == [True] * 3
    assert read == ["note.md"]


def test_what_an_inner_block_gathers_the_outer_one_has_too(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "project")
    project.write({"cards/heart.md": HEART})
    with inputs.watched(project.root) as outer:
        made = building.build(project.root, building.Options(Terms(DAY_ONE)))
    assert made.seen
    assert (outer.files, outer.folders, outer.missing) == (made.seen.files, made.seen.folders, made.seen.missing)


def test_what_becomes_of_a_file_stays_in_memory_as_long_as_the_file_is_so(project: Scratch) -> None:
    memory: dict[str, Compiled] = {}

    def made() -> dict[str, Compiled]:
        with remembering(memory):
            building.build(project.root, building.Options(Terms(DAY_ONE)))
        return dict(memory)

    first = made()
    shutil.rmtree(project.root / "build")
    second = made()
    project.write({"cards/heart.md": HEART.replace("pumps", "beats"), "cards/lung.md": None})
    third = made()
    assert len(first) == 2
    assert [second[key] is compiled for key, compiled in first.items()] == [True, True]
    assert [compiled.notes[0].span.path for compiled in third.values()] == ["cards/heart.md"]
    assert not third.keys() & first.keys()


@pytest.mark.parametrize("path", ["cards/a.md", "cards/../a.md", "./a.md", "cards//a.md", "a/", "../root2/a.md", "."])
def test_a_place_is_the_same_by_whichever_way_it_is_found(tmp_path: Path, path: str) -> None:
    root = str(tmp_path / "root")
    assert inputs.place_of(f"{root}/{path}", root) == os.path.relpath(f"{root}/{path}", root)


# What is told of what was found


def found(*diagnostics: Diagnostic, status: building.Status = "built") -> building.Outcome:
    loaded = None if status == "bad settings" else object()
    return building.Outcome(status, list(diagnostics), loaded=loaded)  # type: ignore[arg-type]


ERROR = empty_back(Span("cards/a.md", 3, 4))
MOVED = empty_back(Span("cards/a.md", 9, 4))
OTHER = empty_back(Span("cards/b.md", 1, 1))
UNUSED = unused_file(Span("media/x.png"), "media/x.png")
SETTINGS = no_settings(Span("deck.toml"))
FOLDER = missing_folder(Span("deck.toml", 1, 1), "cards", False)


def test_what_is_new_mended_and_as_before() -> None:
    story = Story()
    assert story.go_on(found(ERROR, UNUSED), []) == News([ERROR, UNUSED], [], [])
    assert story.go_on(found(MOVED, OTHER, UNUSED), ["cards/a.md", "cards/b.md"]) == News([OTHER], [], [MOVED, UNUSED])
    assert story.go_on(found(UNUSED), ["cards/a.md", "cards/b.md"]) == News([], [MOVED, OTHER], [UNUSED])
    assert story.go_on(found(), ["cards/a.md"]) == News([], [UNUSED], [])


def test_the_same_twice_in_a_file_is_two() -> None:
    story = Story()
    assert story.go_on(found(ERROR, MOVED), []) == News([ERROR, MOVED], [], [])
    assert story.go_on(found(ERROR), ["cards/a.md"]) == News([], [MOVED], [ERROR])


def test_what_was_not_looked_for_is_not_mended() -> None:
    """Files that none uses are not looked for where a note has an error, and nothing is where the settings are broken."""
    story = Story()
    story.go_on(found(UNUSED), [])
    assert story.go_on(found(ERROR), ["cards/a.md"]) == News([ERROR], [], [])
    assert story.go_on(found(SETTINGS, status="bad settings"), ["deck.toml"]) == News([SETTINGS], [], [])
    assert story.go_on(found(FOLDER, status="bad settings"), ["deck.toml"]) == News([FOLDER], [], [])
    assert story.go_on(found(ERROR), ["deck.toml"]) == News([], [SETTINGS, FOLDER], [ERROR])
    assert story.go_on(found(UNUSED), ["cards/a.md"]) == News([], [ERROR], [UNUSED])


def test_what_a_file_cannot_be_read_for_is_not_all_that_is_wrong_in_it() -> None:
    """A fence that is just begun hides what is below it, which is neither mended by that nor new when the fence is closed."""
    story, half = Story(), unclosed_fence(Span("cards/a.md", 5, 1))
    story.go_on(found(ERROR, UNUSED), [])
    assert story.go_on(found(half), ["cards/a.md"]) == News([half], [], [])
    assert story.go_on(found(ERROR, UNUSED), ["cards/a.md"]) == News([], [half], [ERROR, UNUSED])


# The same as from nothing


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=4
)


@pytest.mark.ci
@settings(STEADY, max_examples=many(4, 500))
@given(STEPS)
def test_each_build_is_what_it_is_from_nothing(steps: list[tuple[str, int, int]]) -> None:
    """Whatever is kept in memory: each build is made once more in another process, which finds nothing that was kept."""
    with tempfile.TemporaryDirectory() as base:
        author = Author(Path(base))
        now = itertools.count(DAY_ONE, DAY)
        clock = [0]
        with closing(watch.builds(author.root, lambda: building.Options(Terms(clock[0])))) as builds:
            for name, a, b in [("the same once more", 0, 0), *steps]:
                OPERATIONS[name](author, a, b)
                with (author.root / "deck.toml").open("a", encoding="utf-8") as file:
                    file.write("# Another time.\n")  # Whatever the operation did, there is something to build.
                clock[0] = next(now)
                expected = built_from_nothing(author, clock[0])
                outcome = next(builds).outcome
                assert outcome
                assert (outcome.status, "\n".join(map(to_text, outcome.found)), _contents(author.root)) == expected
                author.put_aside()


COLD = """
import sys
from pathlib import Path
from deckwright import build
from deckwright.diagnostics import to_text
from deckwright.identity import Terms
made = build.build(Path(sys.argv[1]), build.Options(Terms(int(sys.argv[2]))))
print(made.status, *map(to_text, made.found), sep="\\n", end="")
"""


def built_from_nothing(author: Author, now: int) -> tuple[str, str, dict[str, bytes | None]]:
    """How a build of a copy ends that finds nothing in the cache, what it finds, and what it leaves."""
    cold = author.base / "cold" / "deck"
    shutil.rmtree(cold.parent, ignore_errors=True)
    cold.parent.mkdir()
    shutil.copytree(author.root, cold, symlinks=True, ignore=_but_the_cache)
    done = subprocess.run([sys.executable, "-c", COLD, cold, str(now)], capture_output=True, text=True, check=True)
    status, _, text = done.stdout.partition("\n")
    return status, text, _contents(cold)
