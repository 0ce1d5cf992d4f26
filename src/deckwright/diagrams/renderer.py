"""An SVG → a PNG, drawn in a process of its own, within limits of time and memory.

resvg ends the process that it runs in when a drawing is nested too deep or takes too much memory, and nothing stops it
once it has begun: it holds Python's lock all the while. So `worker.py` runs it (see `workers`): `multiprocessing` would
import all of Deckwright once more, and on Windows whatever started it. It is started when
something is to be drawn, draws one thing after another, and is ended with this process, or when its time is up. Threads
that draw at the same time have one each.
"""

from __future__ import annotations

import atexit
import math
import os
import signal
import sys
import threading
from functools import cache
from pathlib import Path
from typing import IO, Literal

from .. import files, workers
from ..limits import MAX_DRAWING_MEMORY
from . import worker
from .worker import ANSWER, HEADER

Failure = Literal["time", "crash", "start"]
"""Why there is no picture, though resvg has nothing against the drawing."""


class RefusedError(Exception):
    """resvg refuses the drawing; the message is its own."""


class FailedError(Exception):
    """The drawing takes too long, ends the process, or the process cannot be started. `detail` is the system's reason.

    Another machine may succeed, so whoever keeps results does not keep this one.
    """

    def __init__(self, problem: Failure, detail: str = "") -> None:
        super().__init__(problem, detail)
        self.problem = problem
        self.detail = detail


class Budget:
    """How many seconds of work some drawings may take together."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds


def png(source: bytes, width: int, height: int, is_clear: bool = False, budget: Budget | None = None) -> bytes:
    """A drawing as a PNG that is so many pixels wide, on white or on nothing, with the package's font: the same everywhere.

    Its height follows from its shape; the one that is given tells how long it may take, as does the budget, from which
    the time is taken. Raises RefusedError and FailedError.
    """
    budget = budget or Budget(math.inf)
    if budget.left <= 0:
        raise FailedError("time")
    running = _one_that_is_free()
    try:
        return running.draw(source, width, min(seconds(width * height), budget.left), is_clear, budget)
    finally:
        if running.is_ready():
            _free.append(running)


def end() -> None:
    """End all processes that draw. What is being drawn in other threads fails."""
    for running in list(_started):
        running.kill()


def _one_that_is_free() -> _Worker:
    """A process that draws for nobody else: there are as many as threads have drawn at once."""
    while True:
        try:
            running = _free.pop()
        except IndexError:
            return _Worker()
        # A process that was forked from the one that started it must not share its pipes.
        if running.is_ready():
            return running


def seconds(pixels: int) -> float:
    """How long a drawing of that size may take: ten times what one with much in it takes."""
    return 0.8 + 1.5 * pixels / 1_000_000


class _Worker:
    """A running process that draws."""

    def __init__(self) -> None:
        try:
            self._process = workers.start(worker.__file__, str(MAX_DRAWING_MEMORY), *_fonts())
        except OSError as error:
            raise FailedError("start", files.reason(error)) from error
        self._owner = os.getpid()
        _started.append(self)
        atexit.register(self.end)

    def is_ready(self) -> bool:
        """Whether it is ours and runs."""
        return self._owner == os.getpid() and self._process.poll() is None

    def draw(self, source: bytes, width: int, most: float, is_clear: bool, budget: Budget) -> bytes:
        """The drawing as a PNG. Raises RefusedError and FailedError; whatever else is raised, the process is ended."""
        late = threading.Event()
        # Of work where the system measures it, and of a busy machine's time a multiple of that.
        clock = threading.Timer(most * _PATIENCE, self._give_up, [late])
        clock.daemon = True
        clock.start()
        try:
            self._ask(HEADER.pack(len(source), width, most, is_clear) + source)
            is_drawn, answer, taken = self._answer()
        except BaseException:
            self.end()
            raise
        finally:
            clock.cancel()
        if answer is None:
            code = self.end()
            is_late = late.is_set() or (sys.platform != "win32" and code == -signal.SIGPROF)
            raise FailedError("time" if is_late else "crash")
        budget.left -= taken
        if not is_drawn:
            raise RefusedError(answer.decode("utf-8", "replace"))
        return answer

    def _give_up(self, late: threading.Event) -> None:
        late.set()
        self.kill()

    def kill(self) -> None:
        """Let whoever waits for it see that it has ended. In a process that was forked from ours, do nothing."""
        if self._owner == os.getpid():
            self._process.kill()

    def _ask(self, question: bytes) -> None:
        try:
            self._input.write(question)
            self._input.flush()
        except OSError:  # It has ended; there will be no answer.
            return

    def _answer(self) -> tuple[bool, bytes | None, float]:
        head = self._output.read(ANSWER.size)
        if len(head) < ANSWER.size:
            return False, None, 0
        is_drawn, length, taken = ANSWER.unpack(head)
        answer = self._output.read(length)
        return is_drawn, answer if len(answer) == length else None, taken

    def end(self) -> int:
        """End the process, and tell its exit code. In a process that was forked from ours, do nothing."""
        if self._owner != os.getpid():
            return 0
        atexit.unregister(self.end)
        if self in _started:
            _started.remove(self)
        return workers.end(self._process)

    @property
    def _input(self) -> IO[bytes]:
        assert self._process.stdin
        return self._process.stdin

    @property
    def _output(self) -> IO[bytes]:
        assert self._process.stdout
        return self._process.stdout


_free: list[_Worker] = []
_started: list[_Worker] = []
"""The processes that have nothing to do, and all of them: to start one takes longer than to draw."""

_PATIENCE = 10 if os.name == "posix" else 3


@cache
def _fonts() -> list[str]:
    import ttf_opensans

    folder = Path(ttf_opensans.OPENSANS_REGULAR.path).parent
    return [str(folder / f"OpenSans-{style}.ttf") for style in ("Regular", "Italic", "SemiBold", "Bold", "BoldItalic")]
