"""`deckwright watch` as its author meets it: what it prints in a pipe and on a terminal, what it runs, how it ends."""

from __future__ import annotations

import itertools
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scratch import Scratch, halted

from deckwright import build as building
from deckwright import commands
from deckwright.commands._talk import folded
from deckwright.commands.watch import _Stop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has other signals, and no pty")

PATIENCE = 60.0
"""In seconds: how long a test waits for what comes within a tenth of one."""

HEART = "# Heart\n\n## What does it do? {.basic}\n\nIt pumps.\n"
BROKEN = HEART + "\n## Nothing {.basic}\n"
CLEAR = "\x1b[2J\x1b[1;1H"


class Terminal:
    """A running `deckwright watch` and all that it has printed, without times."""

    def __init__(self, process: subprocess.Popen[bytes], output: int) -> None:
        self.process = process
        self._printed = b""
        self._more = threading.Condition()
        self._thread = threading.Thread(target=self._read, args=[output])
        self._thread.start()

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait until a text was printed so many times."""
        with self._more:
            assert self._more.wait_for(lambda: self.text().count(text) >= times, PATIENCE), self.text()[:4000]

    def text(self) -> str:
        return timeless(self._printed.decode())

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "what it had started still runs, and holds the end of the pipe"
        return code

    def _read(self, output: int) -> None:
        with suppress(OSError):  # So a terminal ends.
            while data := os.read(output, 1 << 16):
                with self._more:
                    self._printed += data.replace(b"\r\n", b"\n")
                    self._more.notify_all()
        os.close(output)


def timeless(printed: str) -> str:
    printed = re.sub(r"\d\d:\d\d:\d\d ", "", printed)
    return re.sub(r"\d+\.\d+ s\b", "N s", re.sub(r"\d+ kB", "N kB", printed))


@contextmanager
def watching(
    project: Scratch, *args: str, terminal: bool = False, env: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Run the command in the project's folder."""
    if terminal:
        output, end = os.openpty()
    else:
        output, end = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "deckwright", "watch", *args],
        cwd=project.root,
        stdin=subprocess.DEVNULL,
        stdout=end,
        stderr=end,
        env={**os.environ, "TERM": "xterm", "LINES": "24", "COLUMNS": "120", **(env or {})},
        start_new_session=True,
    )
    os.close(end)
    made = Terminal(process, output)
    try:
        yield made
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "project")
    made.write({"cards/heart.md": HEART})
    return made


FIRST = "Watching project. Ctrl-C ends it.\nBuilt: build/anatomy.apkg, 1 note, 1 card, N kB · N s\n"
ERROR = """\
cards/heart.md:7:4: error[N002]: this note has no answer
  | ## Nothing {.basic}
  |    ^^^^^^^
  help: write the answer below the question, or remove the tag
"""
STOPPED = "\nStopped.\n"


@pytest.mark.ci
def test_in_a_pipe_each_finding_comes_once(project: Scratch) -> None:
    with watching(project) as terminal:
        terminal.wait_for("Built")
        with halted(terminal.process):
            project.write({"cards/heart.md": BROKEN})
        terminal.wait_for(ERROR)
        with halted(terminal.process):
            project.write({"cards/lung.md": BROKEN})
        terminal.wait_for("As before")
        with halted(terminal.process):
            project.write({"cards/heart.md": HEART.replace("pumps", "beats"), "cards/lung.md": "# Lung\n"})
        terminal.wait_for("mended: cards/lung.md")
        away = project.root.with_name("away")
        project.root.rename(away)
        terminal.wait_for("waiting until it is.")
        away.rename(project.root)
        terminal.wait_for("nothing changed")
        assert terminal.end() == 130
    assert terminal.text() == (
        FIRST
        + f"No package: 1 error in 1 file · cards/heart.md · N s\n{ERROR}\n"
        + "No package: 2 errors in 2 files · cards/lung.md · N s\n"
        + ERROR.replace("heart", "lung")
        + "\nAs before: 1 error in 1 file.\n"
        + "Built: 1 changed · cards/heart.md, cards/lung.md · N s\n"
        + "mended: cards/heart.md: N002: this note has no answer\n"
        + "mended: cards/lung.md: N002: this note has no answer\n"
        + "Gone: ../project is not there any more: waiting until it is.\n"
        + "Built: nothing changed · N s\n"
        + STOPPED
    )


@pytest.mark.ci
def test_a_terminal_shows_how_things_are_now(project: Scratch) -> None:
    files = {f"cards/{n}.md": BROKEN.replace("Heart", f"Part {n}") for n in range(12)}
    with watching(project, terminal=True, env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("Built")
        with halted(terminal.process):
            project.write({"cards/heart.md": BROKEN})
        terminal.wait_for(ERROR)
        with halted(terminal.process):
            project.write(files)
        terminal.wait_for("cards/heart.md:7:4", 2)
        with halted(terminal.process):
            project.write({**dict.fromkeys(files, None), "cards/heart.md": HEART})
        terminal.wait_for("more mended")
        assert terminal.end() == 130
    first, second, third, fourth = terminal.text().split(CLEAR)
    assert first.endswith(FIRST.partition("\n")[2])  # Before it, there may be a bar.
    assert second == f"No package: 1 error in 1 file · cards/heart.md · N s\n{ERROR}\n"
    shown = [f"{ERROR}\n".replace("heart", name) for name in ("0", "1", "10")]
    assert third == (
        "No package: 13 errors in 13 files · cards/0.md, cards/1.md and 10 more · N s\n"
        + "".join(shown)
        + "… and 9 more new: deckwright check\n"
        + "cards/heart.md:7:4: error[N002]: this note has no answer\n"
    )
    assert fourth == (
        "Built: nothing changed · cards/0.md, cards/1.md and 11 more · N s\n"
        + "".join(f"mended: cards/{name}.md: N002: this note has no answer\n" for name in ("0", "1", "10", "11", "2"))
        + "… and 8 more mended\n"
        + STOPPED
    )


@pytest.mark.ci
def test_on_a_narrow_terminal_what_goes_on_below_itself_takes_more_lines(project: Scratch) -> None:
    files = {f"cards/{n}.md": BROKEN.replace("Heart", f"Part {n}") for n in range(12)}
    with watching(project, terminal=True, env={"NO_COLOR": "1", "COLUMNS": "30"}) as terminal:
        terminal.wait_for("Built")
        with halted(terminal.process):
            project.write({"cards/heart.md": BROKEN})
        terminal.wait_for("No package")
        with halted(terminal.process):
            project.write(files)
        terminal.wait_for("cards/heart.md:7:4:", 2)
        assert terminal.end() == 130
    shown = [folded(f"{ERROR}\n".replace("heart", name), 30) for name in ("0", "1")]
    assert terminal.text().split(CLEAR)[2] == (
        "No package: 13 errors in 13 files · cards/0.md, cards/1.md and 10 more · N s\n"
        + "".join(shown)
        + "… and 10 more new: deckwright check\n"
        + f"{folded(ERROR.splitlines()[0], 30)}\n{STOPPED}"
    )


@pytest.mark.ci
def test_a_command_runs_after_each_package_and_never_twice_at_once(project: Scratch, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    command = f'echo "made $DECKWRIGHT_PACKAGE"; until [ -e {gate} ]; do sleep 0.02; done; echo over; exit 3'
    with watching(project, "--then", command, env={"NO_COLOR": "1"}) as terminal:
        made = f"made {project.root}/build/anatomy.apkg\n"
        terminal.wait_for(made)
        for number, word in enumerate(("beats", "throbs", "moves"), 1):
            with halted(terminal.process):
                project.write({"cards/heart.md": HEART.replace("pumps", word)})
            terminal.wait_for("1 changed", number)
        with halted(terminal.process):
            project.write({"cards/heart.md": BROKEN})
        terminal.wait_for("No package")
        assert terminal.text().count(made) == 1
        gate.touch()
        terminal.wait_for("ended with", 2)
        gate.unlink()
        with halted(terminal.process):
            project.write({"cards/heart.md": HEART})
        terminal.wait_for(made, 3)
        assert terminal.end() == 130
    end = terminal.text().partition("No package")[2].partition("\n\n")[2]
    assert end == (
        f"over\n--then ended with exit code 3 after N s\n{made}over\n--then ended with exit code 3 after N s\n"
        + "Built: 1 changed · cards/heart.md · N s\nmended: cards/heart.md: N002: this note has no answer\n"
        + made
        + STOPPED
    )


@pytest.mark.ci
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_can_be_stopped_at_any_moment(project: Scratch, number: int, code: int) -> None:
    chance = random.Random(number)
    for _ in range(3):
        with watching(project) as terminal:
            terminal.wait_for("Watching")
            until = time.monotonic() + chance.uniform(0, 0.5)
            while time.monotonic() < until:
                project.write({"cards/heart.md": HEART.replace("pumps", f"pumps {chance.random()}")})
                time.sleep(0.02)
            assert terminal.end(number) == code
        assert "Traceback" not in terminal.text()
        assert terminal.text().endswith(STOPPED)
    assert not [path for path in project.root.rglob(".deckwright-*") if path.suffix == ".apkg"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_is_noted_and_handed_on(name: str) -> None:
    number: int = getattr(signal, name)
    came: list[int] = []
    before = signal.signal(number, lambda number, frame: came.append(number))
    try:
        stop = _Stop()
        signal.raise_signal(number)
        stop.forget()
        assert (came, stop.number, stop.is_set()) == ([number], number, True)
        signal.raise_signal(number)
        assert came == [number, number]
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("at", [1, 2])
def test_what_drops_a_signal_lets_nothing_be_said_after_it(
    project: Scratch, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    builds = itertools.count(1)

    def built(*given: Any) -> building.Outcome:
        outcome = build(*given)
        if (number := next(builds)) == at:
            with suppress(SystemExit):  # As SQLite does.
                signal.raise_signal(signal.SIGTERM)
        else:
            project.write({"cards/heart.md": HEART.replace("pumps", f"pumps {number} times")})
        return outcome

    build = building.build
    monkeypatch.setattr(building, "build", built)
    result = CliRunner().invoke(commands.main, ["watch", "--project", str(project.root)], prog_name="deckwright")
    assert result.exit_code == 143
    assert timeless(result.output).count("\nBuilt: ") == at - 1
    assert next(builds) == at + 1


@pytest.mark.ci
def test_two_may_watch_and_a_third_may_build(project: Scratch) -> None:
    with watching(project) as one, watching(project) as other:
        one.wait_for("Built")
        other.wait_for("Built")
        for number in range(3):
            with halted(one.process, other.process):
                project.write({"cards/heart.md": HEART.replace("pumps", f"pumps {number} times")})
            subprocess.run(
                [sys.executable, "-m", "deckwright", "build"], cwd=project.root, capture_output=True, check=True
            )
        with halted(one.process, other.process):
            project.write({"cards/heart.md": BROKEN})
        one.wait_for(ERROR)
        other.wait_for(ERROR)
        assert (one.end(), other.end()) == (130, 130)
    project.write({"cards/heart.md": HEART.replace("pumps", "pumps 2 times")})
    ledger = project.lock.read_bytes()
    project.save(int(time.time()))
    assert project.lock.read_bytes() == ledger
    for terminal in (one, other):
        assert "No package" not in terminal.text().partition("No package: 1 error")[0]


def test_a_bad_name_is_wrong_usage(project: Scratch) -> None:
    result = CliRunner().invoke(
        commands.main, ["watch", "--project", str(project.root), "--output", "deck.zip"], prog_name="deckwright"
    )
    assert result.exit_code == 2
    assert result.stderr == (
        "Watching project. Ctrl-C ends it.\ndeck.zip is no name for a package: it must end with .apkg\n"
    )
