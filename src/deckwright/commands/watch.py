"""`deckwright watch`: a project → its package, built anew whenever something changes; what is said is the present state."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import chain, islice
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from ._process import SIGNALS
from ._project import found_root, poll_option, project_option, say_deaf, since_build, terms
from ._talk import (
    command,
    command_line,
    count,
    fail,
    folded,
    progress,
    say,
    shown,
    size,
    styled,
    summary,
    terminal_columns,
    text,
)
from .build import editions_option, keep_going_option, output_option, remember, say_waiting, why_not

if TYPE_CHECKING:
    from ..build import Options, Outcome
    from ..compilation import Progress
    from ..diagnostics import Diagnostic
    from ..watch import Build, Story


@command("watch")
@project_option
@output_option
@editions_option
@keep_going_option
@click.option(
    "--then",
    "then",
    metavar="COMMAND",
    help="Run this command after each package. Its path is in DECKWRIGHT_PACKAGE.",
)
@poll_option
@click.pass_context
def watch(
    ctx: click.Context,
    start: Path,
    output: Path | None,
    editions: bool,
    keep_going: bool,
    then: str | None,
    poll: bool,
) -> None:
    """Build the package anew whenever something changes.

    Each build says in one line what has changed, then which errors and warnings are new and which were mended. On a
    terminal it clears the screen first. Ctrl-C ends it.
    """
    from .. import build as building
    from .. import watch as watching
    from ._then import Then

    root = found_root(start)

    def options() -> Options:
        return building.Options(terms(root), output, keep_going, editions=editions)

    def advance(done: int, total: int) -> None:
        bar[-1](done, total)

    screen = _Screen(root, watching.Story())
    follower = Then(then, ctx.color) if then else None
    bar: list[Progress] = []
    stop = _Stop()
    is_plain = not (keep_going or "SOURCE_DATE_EPOCH" in os.environ)
    click.echo(f"Watching {root.name}. Ctrl-C ends it.", err=True)
    try:
        with progress() as show:  # Later builds have little to do.
            bar.append(show)
            builds = watching.builds(
                root,
                options,
                is_polling=poll,
                progress=advance,
                waiting=say_waiting,
                deaf=say_deaf,
                stop=stop,
            )
            first = list(islice(builds, 1))
        bar.append(lambda done, total: None)
        for build in chain(first, builds):
            if stop.is_set():
                break
            screen.show(build)
            outcome = build.outcome
            if outcome and outcome.status == "bad name":
                fail(2, outcome.problem)
            if outcome and outcome.status == "built" and outcome.target:
                if is_plain:
                    remember(outcome, output is None, editions)
                if follower:
                    follower.run(outcome.target.resolve())
    finally:
        stop.forget()
        if follower:
            follower.end()
    ctx.exit(128 + stop.number)


class _Stop(threading.Event):
    """Set when a signal has come that ends us. Its handler raises something too, but SQLite, for one, drops what is raised while
    it calls us: then the watch ends after the build, and says nothing of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self._handlers: dict[int, Callable[[int, FrameType | None], object]] = {}
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                handler = signal.getsignal(number)
                if callable(handler):
                    self._handlers[number] = handler
                    signal.signal(number, self._note)

    def is_set(self) -> bool:
        return self.number > 0

    def wait(self, timeout: float | None = None) -> bool:
        """The lock that others of its kind take must not be asked for by a handler of signals."""
        time.sleep(timeout or 0)
        return self.is_set()

    def forget(self) -> None:
        """Leave signals to those who had them before."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        self._handlers[number](number, frame)


class _Screen:
    """Where it is said how things are. On a terminal, what was said of the build before goes."""

    def __init__(self, root: Path, story: Story) -> None:
        self._root = root
        self._story = story
        self._is_terminal = sys.stdout.isatty() and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._number = 0
        self._failure: object = None

    def show(self, build: Build) -> None:
        """Say what a build did: first in one line, then what is new, what was mended, and what is as before. Where it was tried
        once more in vain, there is nothing to say.
        """
        failure = _failure(build)
        if failure and failure == self._failure and not build.changed:
            return
        self._failure = failure
        if self._is_terminal and self._number:
            _clear()
        self._number += 1
        if build.outcome is None:
            _say_line("Gone", f"{shown(self._root)} is not there any more: waiting until it is.", is_good=False)
            return
        news = self._story.go_on(build.outcome, build.changed)
        _say_build(build, is_first=self._number == 1)
        left = self._room()
        new = _fitting(news.new, left, _height)
        say(new)
        _say_more(len(news.new) - len(new), "new")
        mended = list(dict.fromkeys(map(_short, news.mended)))
        for told in mended[:_MENDED]:
            click.echo(f"{styled('mended', 'new')}: {told}", err=True)
        if len(mended) > _MENDED:
            click.echo(f"… and {len(mended) - _MENDED} more mended", err=True)
        if news.still and not self._is_terminal:
            click.echo(f"As before: {summary(news.still)}.", err=True)
        elif news.still:
            left -= sum(map(_height, new)) + sum(_rows(f"mended: {told}") for told in mended[:_MENDED])
            shown_still = _fitting(news.still, left, lambda diagnostic: _rows(_first_line(diagnostic)))
            for diagnostic in shown_still:
                click.echo(_first_line(diagnostic), err=True)
            _say_more(len(news.still) - len(shown_still), "as before")

    def _room(self) -> int:
        """How many lines there are for what was found."""
        return shutil.get_terminal_size().lines - _MARGIN if self._is_terminal else sys.maxsize


def _failure(build: Build) -> object:
    """Why there is no package, in a form to be compared; None if there is one."""
    outcome = build.outcome
    if outcome is None or outcome.status == "built":
        return None
    return outcome.status, outcome.found, outcome.path, outcome.problem


def _clear() -> None:
    if sys.platform == "win32":
        click.clear()
    else:  # click takes it for a colour, which not everybody wants.
        click.echo("\x1b[2J\x1b[1;1H", nl=False, color=True)


_MARGIN = 5
"""Lines that are kept free: for the line of the build, for what is not shown, for --then and for the cursor."""

_MENDED = 5
"""How many findings are named that were mended."""


def _say_build(build: Build, is_first: bool) -> None:
    """One line: whether there is a package, what changed in the deck, how long it took, and the files that changed."""
    from ..diagnostics import has_errors

    outcome = build.outcome
    assert outcome
    is_built = outcome.status == "built"
    told = _made(outcome, is_first) if is_built else _why_not(outcome)
    if is_built and has_errors(outcome.found):
        told += "; the notes with errors are left out"
    files = ", ".join(build.changed[:_FILES]) + f" and {len(build.changed) - _FILES} more" * (
        len(build.changed) > _FILES
    )
    _say_line(
        "Built" if is_built else "No package",
        " · ".join(filter(None, [told, files, f"{build.seconds:.2f} s"])),
        is_built,
    )


_FILES = 2
"""How many files are named that have changed."""


def _say_line(what: str, told: str, is_good: bool) -> None:
    now = time.strftime("%H:%M:%S")
    click.echo(f"{now} {styled(what, 'new' if is_good else 'error')}: {told}")


def _made(outcome: Outcome, is_first: bool) -> str:
    """What changed in the deck or, where there is nothing to compare it with, what there is."""
    assert outcome.loaded and outcome.package and outcome.target
    if not is_first and (told := since_build(outcome.loaded)):
        return told
    made = outcome.package
    return f"{shown(outcome.target)}, {count(made.notes, 'note')}, {count(made.cards, 'card')}, {size(made.size)}"


def _why_not(outcome: Outcome) -> str:
    """Why there is no new package."""
    if outcome.status == "busy":
        return "another build of this project is still running: it is tried again"
    if outcome.problem and not outcome.path:
        return outcome.problem
    return why_not(outcome)


def _fitting(found: Sequence[Diagnostic], lines: int, height: Callable[[Diagnostic], int]) -> list[Diagnostic]:
    """The first of them that fit into so many lines, but at least one. `height` is how many lines one takes."""
    fitting: list[Diagnostic] = []
    for diagnostic in found:
        lines -= height(diagnostic)
        if lines < 0 and fitting:
            break
        fitting.append(diagnostic)
    return fitting


def _height(diagnostic: Diagnostic) -> int:
    """How many lines of the screen it takes, with the empty one below it."""
    return _rows(text([diagnostic], err=True)) + 1


def _first_line(diagnostic: Diagnostic) -> str:
    """The place and the message."""
    from ..diagnostics import to_text

    return folded(to_text(diagnostic, styled).partition("\n")[0], terminal_columns(sys.stderr))


def _rows(printed: str) -> int:
    """How many lines of the screen a text takes: one that is too long for it goes on below itself."""
    from ..diagnostics.forms import width

    columns = terminal_columns(sys.stderr) or sys.maxsize
    return sum(max(1, -(-width(click.unstyle(line)) // columns)) for line in printed.split("\n"))


def _short(diagnostic: Diagnostic) -> str:
    """Without the line, which may be another one now."""
    from ..diagnostics.forms import harmless

    return harmless(f"{diagnostic.span.path}: {diagnostic.code}: {diagnostic.message}")


def _say_more(number: int, what: str) -> None:
    if number > 0:
        click.echo(f"… and {number} more {what}: {command_line('check')}", err=True)
