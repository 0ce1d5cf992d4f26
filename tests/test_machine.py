"""When the machine gives way: full disks, closed streams, folders that cannot be read, signals, two builds at once.

Each ends in a sentence and an exit code, never in a traceback; the package and deck.lock stay whole, and nothing is left.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scratch import Scratch, day

from deckwright import build as building
from deckwright import files, locks, package
from deckwright.build import Options, Outcome
from deckwright.identity import Terms, ledger

pytestmark = [pytest.mark.ci, pytest.mark.skipif(os.name != "posix", reason="about POSIX")]

PROGRAM = [sys.executable, "-m", "deckwright"]
HEART = "---\nkind: basic\n---\n# Heart\n\n## What does an atrium do?\n\nIt receives blood.\n"
VALVE = "\n## What does a valve do?\n\nIt lets blood through one way.\n"
WHOLE = {"deck.toml", "deck.lock", "cards/heart.md", "build/.gitignore", "build/anatomy.apkg"}


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    """A project of one note."""
    project = Scratch(tmp_path / "heart")
    project.write({"cards/heart.md": HEART})
    return project


def run(
    project: Scratch, *args: str, shell: str = "", program: list[str] = PROGRAM
) -> subprocess.CompletedProcess[str]:
    """The program in the project; with `shell`, as that line of the shell has it: "$@" is the program."""
    command = ["sh", "-c", shell, "sh", *program, *args] if shell else [*program, *args]
    return subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False, timeout=60)


def script(text: str) -> list[str]:
    """A program that does something of its own before it runs the command line."""
    return [sys.executable, "-c", f"{text}\nfrom deckwright.__main__ import main\nmain()"]


def build(project: Scratch) -> Outcome:
    return building.build(project.root, Options(Terms(day(1))))


def names(root: Path) -> set[str]:
    """All files and folders that hold none, but the cache's."""
    paths = [path for path in root.rglob("*") if not path.is_dir() or not any(path.iterdir())]
    return {path.relative_to(root).as_posix() for path in paths if ".cache" not in path.parts}


def contents(root: Path) -> dict[Path, bytes]:
    """The bytes of all files but the cache's."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".cache" not in path.parts}


def is_whole(project: Scratch) -> bool:
    """Whether the package can be read, and every note in it is the ledger's; where there is one, there is the other."""
    target = project.root / "build" / "anatomy.apkg"
    if not project.lock.exists():
        return not target.exists()
    held, found = ledger.read(project.lock, "anatomy-k3v9q2xm")
    assert (held is not None, found) == (True, [])
    notes = package.read(target).notes if target.exists() else ()
    return all(note.guid in held.lines and held.lines[note.guid].nid == note.note_id for note in notes)


# Disks


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Scratch]:
    """The project on a disk of 800 kB, of which it takes a part."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=800k", "none", str(disk)]
    try:
        is_there = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        is_there = False
    if not is_there:
        pytest.skip("no disk can be mounted here")
    try:
        project = Scratch(disk / "heart")
        project.write({"cards/heart.md": HEART})
        yield project
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("free", [0, *(pytest.param(size, marks=pytest.mark.ci) for size in (8_192, 40_000))])
def test_a_full_disk_costs_the_new_package_and_nothing_else(small: Scratch, free: int) -> None:
    assert run(small, "build").returncode == 0
    small.write({"cards/heart.md": HEART + VALVE})
    before = contents(small.root)
    with (small.root.parent / "filler").open("wb") as filler:
        try:
            while True:
                os.write(filler.fileno(), bytes(4096))
        except OSError:
            filler.truncate(max(0, filler.tell() - free))
    result = run(small, "build")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("No package was made: build/anatomy.apkg cannot be written: ")
    assert result.stderr.count("\n") == 1
    assert contents(small.root) == before
    Path(filler.name).unlink()
    assert run(small, "build").returncode == 0
    assert is_whole(small)


@pytest.mark.ci
@pytest.mark.parametrize("blocks", [0, 1, 8, 80])
def test_files_that_may_not_grow_leave_nothing_behind(project: Scratch, blocks: int) -> None:
    """In blocks of 512 bytes: the database is too long, or the ledger, or the word that keeps the folder out of Git."""
    result = run(project, "build", shell=f'ulimit -f {blocks}; "$@"')
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("No package was made: build")
    assert names(project.root) - {"build/.gitignore"} == {"deck.toml", "cards/heart.md"}


# Streams


@pytest.mark.ci
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("args", [["build"], ["--help"], ["check", "--json"], ["buidl"]])
def test_output_that_cannot_be_written_is_told_once(project: Scratch, args: list[str]) -> None:
    result = run(project, *args, shell='"$@" >/dev/full')
    told = result.stderr.splitlines()
    if args == ["buidl"]:
        assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    else:
        assert (result.returncode, told[-1]) == (1, "The output cannot be written: No space left on device.")
    result = run(project, *args, shell='"$@" 2>/dev/full')
    assert (result.returncode in (0, 1, 2), result.stderr) == (True, "")
    assert run(project, *args, shell='"$@" >/dev/full 2>&1').returncode in (1, 2)


@pytest.mark.ci
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_like_dev_null(project: Scratch, closed: str) -> None:
    result = run(project, "build", shell=f'"$@" {closed}')
    assert (result.returncode, "Traceback" in result.stderr) == (0, False)
    assert is_whole(project)
    project.write({"cards/heart.md": HEART + "\n## What does a valve do? {.basic}\n"})
    assert run(project, "check", shell=f'"$@" {closed}').returncode == 1


def test_a_reader_that_leaves_is_no_complaint(project: Scratch) -> None:
    result = run(project, "explain", shell='"$@" | head -1')
    assert (result.returncode, result.stdout.count("\n"), result.stderr.count("Traceback")) == (0, 1, 0)
    assert "Exception" not in result.stderr


# Folders and files


@pytest.mark.ci
@pytest.mark.parametrize(
    ("args", "code"), [(["check"], 2), (["build"], 2), (["init"], 1), (["diff", "a.apkg"], 2), (["explain"], 0)]
)
def test_a_current_folder_that_is_gone(project: Scratch, args: list[str], code: int) -> None:
    result = run(project, *args, shell='mkdir gone; cd gone; rmdir ../gone; "$@"')
    assert (result.returncode, "Traceback" in result.stderr, "bug" in result.stderr) == (code, False, False)
    if args in (["check"], ["build"]):
        assert result.stderr == "The current folder does not exist any more.\nNext: cd\n"


def ordinary() -> list[str]:
    """The program as somebody who may not do everything."""
    if os.geteuid():
        return PROGRAM
    if not shutil.which("setpriv"):
        pytest.skip("nothing is forbidden here")
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search", *PROGRAM]


@pytest.fixture
def shut(project: Scratch) -> Iterator[Callable[[str, int], Path]]:
    """Takes permissions from a folder or file, and gives them back in the end."""
    paths: list[tuple[Path, int]] = []

    def shut(name: str, mode: int) -> Path:
        path = project.root / name
        paths.append((path, path.stat().st_mode))
        path.chmod(mode)
        return path

    yield shut
    for path, mode in paths:
        path.chmod(mode)


@pytest.mark.parametrize(
    ("name", "mode"),
    [("cards/valves", 0o111), pytest.param("cards/valves", 0o444, marks=pytest.mark.ci), ("cards", 0o000)],
)
def test_a_folder_that_cannot_be_read_is_an_error_and_never_no_notes(
    project: Scratch, shut: Callable[[str, int], Path], name: str, mode: int
) -> None:
    project.write({"cards/valves/a.md": HEART + VALVE, "cards/valves/b.md": HEART.replace("atrium", "aorta")})
    program = ordinary()
    assert build(project).status == "built"
    before = project.lock.read_bytes(), (project.root / "build" / "anatomy.apkg").read_bytes()
    shut(name, mode)
    for args in (["check"], ["build", "--retire"], ["build", "--keep-going"]):
        result = run(project, *args, program=program)
        assert result.returncode == 1, result
        assert "error[" in result.stdout + result.stderr
        assert "bug" not in result.stderr
        assert project.lock.read_bytes() == before[0]
        if "--keep-going" not in args:
            assert (project.root / "build" / "anatomy.apkg").read_bytes() == before[1]


@pytest.mark.ci
@pytest.mark.parametrize("name", ["cards/heart.md", "deck.toml", "deck.lock"])
def test_a_file_that_may_not_be_read_is_told(project: Scratch, shut: Callable[[str, int], Path], name: str) -> None:
    program = ordinary()
    assert build(project).status == "built"
    shut(name, 0)
    for command in ("check", "build"):
        result = run(project, command, program=program)
        assert (result.returncode, "Permission denied" in result.stdout + result.stderr) == (1, True)


def test_a_project_that_may_not_be_written_to_is_told(project: Scratch, shut: Callable[[str, int], Path]) -> None:
    program = ordinary()
    shut(".", 0o555)
    result = run(project, "build", program=program)
    assert (result.returncode, result.stderr) == (
        1, "No package was made: build cannot be written: Permission denied\n",
    )  # fmt: skip
    assert run(project, "check", program=program).returncode == 0


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="1"/>'


@pytest.mark.parametrize("name", ["media/a.gif", "media/a.svg"])
def test_a_picture_that_vanishes_or_changes_while_it_is_built(
    project: Scratch, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    data = b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1\0\0;" if name.endswith("gif") else PICTURE.format(1).encode()
    project.write({name: data, "cards/heart.md": HEART + f"\n![A](../{name})\n"})
    assert build(project).status == "built"
    # The last package has no copy of the one that is shown now.
    data = data + b"\0" if name.endswith("gif") else PICTURE.format(2).encode()
    before = project.lock.read_bytes(), (project.root / "build" / "anatomy.apkg").read_bytes()
    picture = project.root / name
    write = package.write
    for change, reason in (
        (lambda: picture.write_bytes(data + b"\n"), "it changed while it was read"),
        (picture.unlink, "No such file or directory"),
    ):
        project.write({name: data, "cards/heart.md": HEART + VALVE + f"\n![A](../{name})\n"})

        def late(*args: object, change: Callable[[], object] = change) -> object:
            change()
            return write(*args)

        monkeypatch.setattr(package, "write", late)
        outcome = build(project)
        assert (outcome.status, outcome.path, outcome.problem) == ("unreadable", picture, reason)
        assert (project.lock.read_bytes(), (project.root / "build" / "anatomy.apkg").read_bytes()) == before


def test_notes_that_vanish_after_they_were_listed_are_told(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deckwright.files.note_files", lambda *_: ["cards/heart.md", "cards/lung.md"])
    (told,) = build(project).found
    assert (told.code, told.span.path, told.arguments[0]) == ("S020", "cards/lung.md", "it has vanished")


# Signals

EARLY = """
import sys

class Stop:
    def find_spec(self, name, *_):
        if name == "{}":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Stop())
sys.argv = ["deckwright", "build"]
"""


@pytest.mark.ci
@pytest.mark.parametrize("module", ["deckwright.commands", "click", "deckwright.build", "sqlite3"])
def test_ctrl_c_while_modules_are_imported(project: Scratch, module: str) -> None:
    result = run(project, program=script(EARLY.format(module)))
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "\nStopped.\n")
    assert names(project.root) <= {"deck.toml", "cards/heart.md", "build/.gitignore"}


STOPPED = """
import os, signal, sys
from contextlib import contextmanager
from deckwright import {module}

signal.signal(signal.SIGINT, signal.default_int_handler)
act = {module}.{name}

def stop():
    os.kill(os.getpid(), signal.{number})

def stopped(*args, **named):
    made = act(*args, **named)
    stop()
    return made

@contextmanager
def saving(loaded):
    with act(loaded) as save:
        yield lambda: (save(), stop())

{module}.{name} = saving if act.__name__ == "saving" else stopped
sys.argv = ["deckwright", "build"]
"""
PLACES = [("collection", "load"), ("package", "write"), ("collection", "saving")]
"""After the notes were loaded; after the package was made; after the ledger was saved."""


@pytest.mark.ci
@pytest.mark.parametrize(("module", "name"), PLACES)
@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_a_build_and_leaves_nothing_behind(
    project: Scratch, module: str, name: str, number: str, code: int
) -> None:
    result = run(project, program=script(STOPPED.format(module=module, name=name, number=number)))
    assert (result.returncode, result.stdout, result.stderr) == (code, "", "\nStopped.\n")
    assert names(project.root) - {"deck.lock"} == {"deck.toml", "cards/heart.md", "build/.gitignore"}
    assert is_whole(project)


@pytest.mark.ci
@pytest.mark.parametrize(("module", "name"), PLACES)
def test_what_a_killed_build_left_is_removed_by_the_next(project: Scratch, module: str, name: str) -> None:
    result = run(project, program=script(STOPPED.format(module=module, name=name, number="SIGKILL")))
    assert result.returncode == -signal.SIGKILL
    assert is_whole(project)
    is_left = any(part.startswith(".deckwright-") for path in names(project.root) for part in path.split("/"))
    assert is_left == (module != "collection" or name == "saving")
    assert build(project).status == "built"
    assert names(project.root) == WHOLE


@pytest.mark.ci
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_builds_that_are_stopped_at_any_moment(project: Scratch, number: signal.Signals) -> None:
    """From the moment at which Python itself has started: before that, nobody can catch a signal."""
    ready = "import sys\nsys.argv = ['deckwright', 'build']\nprint('ready', flush=True)"
    chance = random.Random(int(number))
    for turn in range(3):
        project.write({"cards/heart.md": HEART + VALVE.replace("valve", f"valve {turn}")})
        process = subprocess.Popen(
            script(ready), cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.05, 0.9))
        process.send_signal(number)
        told = process.communicate(timeout=60)[1]
        assert process.returncode in (0, 128 + number, -number), told
        assert "Traceback" not in told
        assert is_whole(project)
    assert build(project).status == "built"
    assert names(project.root) == WHOLE


# Temporary files, and several builds at once


def test_what_is_in_use_is_not_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".deckwright-0123abcd").mkdir()
    (tmp_path / ".deckwright-0123abcd" / "package.apkg").write_bytes(b"")
    (tmp_path / ".deckwright-01_3abcd").write_bytes(b"")
    kept = {".deckwright-notes", ".deckwright-0123abc.md", "deckwright-0123abcd"}
    for name in kept - {".deckwright-notes"}:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".deckwright-notes").mkdir()
    (tmp_path / ".deckwright-99999999").symlink_to(tmp_path / "deckwright-0123abcd")
    with files.workshop(tmp_path) as folder:
        (folder / "x").write_bytes(b"")
        files.sweep(tmp_path)
        assert (folder / "x").exists()
    assert names(tmp_path) == kept | {".deckwright-99999999"}


def test_where_nothing_can_be_held_only_old_things_are_swept_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "hold", lambda handle: None)
    for name, age in (("00000000", 0), ("11111111", 100_000)):
        (tmp_path / f".deckwright-{name}").mkdir()
        os.utime(tmp_path / f".deckwright-{name}", (time.time() - age,) * 2)
    files.sweep(tmp_path)
    assert names(tmp_path) == {".deckwright-00000000"}


def test_a_second_build_waits_for_the_first(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[bool] = []
    with locks.held(project.root, 0, lambda: None) as is_ours:
        assert is_ours
        monkeypatch.setattr(building, "PATIENCE", 0.1)
        outcome = building.build(project.root, Options(Terms(day(1))), waiting=lambda: waited.append(True))
    assert (outcome.status, waited) == ("busy", [True])
    assert names(project.root) == {"deck.toml", "cards/heart.md"}
    assert build(project).status == "built"


@pytest.mark.ci
def test_builds_at_once_are_all_whole(project: Scratch) -> None:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = [subprocess.Popen([*PROGRAM, "build"], cwd=project.root, text=True, **pipes) for _ in range(4)]
    told = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0] * 4, told
    assert is_whole(project)
    assert names(project.root) == WHOLE


# Time


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_time_that_is_yet_to_come_is_refused(project: Scratch, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "4102444800")
    result = run(project, command)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "SOURCE_DATE_EPOCH=4102444800 says 2100-01-01, which is yet to come.\n"
        "Set it to the time of the last commit: git log -1 --format=%ct\n"
    )
    assert not project.lock.exists()


@pytest.mark.ci
@pytest.mark.parametrize("epoch", [1, 1_500_000_000, None])
def test_a_time_of_the_past_or_of_another_time_zone_is_taken(
    project: Scratch, monkeypatch: pytest.MonkeyPatch, epoch: int | None
) -> None:
    """None is nearly a day from now."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch or int(time.time()) + 80_000))
    assert run(project, "build").returncode == 0


@pytest.mark.ci
def test_the_time_of_the_last_commit_is_taken_even_where_the_clock_is_behind(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2090-01-01T00:00:00Z")
    project.start_git()
    epoch = int(project.git("log", "-1", "--format=%ct"))
    for given, code in ((epoch, 0), (epoch + 100_000, 2)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(given))
        assert run(project, "check").returncode == code


def test_a_clock_that_is_far_ahead_of_the_file_system_is_refused(project: Scratch) -> None:
    wrong = "import sys, time\ntime.time = lambda: 4102444800.0\nsys.argv = ['deckwright', 'build']"
    result = run(project, program=script(wrong))
    assert (result.returncode, result.stderr) == (
        2, "The clock says 2100-01-01, which is yet to come.\nSet the clock.\n",
    )  # fmt: skip
