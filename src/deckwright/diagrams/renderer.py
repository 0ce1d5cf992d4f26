"""An SVG → a PNG, drawn in a process of its own, within limits of time and memory.

resvg ends the process that it runs in when a drawing is nested too deep or takes too much memory, and nothing stops it
once it has begun: it holds Python's lock all the while. So `worker.py` runs it, as a program that is started by its path:
`multiprocessing` would import all of Deckwright once more, and on Windows whatever started it. It is started when
something is to be drawn, draws one thing after another, and is ended with this process, or when its time is up.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import IO, Literal

from .. import files
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


def png(source: bytes, width: int, height: int) -> bytes:
    """A drawing as a PNG that is so many pixels wide, on white, with the package's font: the same everywhere.

    Its height follows from its shape; the one that is given tells how long it may take. Raises RefusedError and
    FailedError.
    """
    global _running  # noqa: PLW0603 (one process for all drawings: to start it takes longer than to draw)
    # A process that was forked from the one that started it must not share its pipes.
    if _running is None or not _running.is_ready():
        _running = _Worker()
    return _running.draw(source, width, _seconds(width, height))


def _seconds(width: int, height: int) -> float:
    """How long a drawing may take: ten times what one of that size with much in it takes."""
    return 0.8 + 1.5 * width * height / 1_000_000


class _Worker:
    """A running process that draws."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", str(Path(worker.__file__).absolute()), str(MAX_DRAWING_MEMORY), *_fonts()]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise FailedError("start", files.reason(error)) from error
        self._owner = os.getpid()
        atexit.register(self.end)

    def is_ready(self) -> bool:
        """Whether it is ours and runs."""
        return self._owner == os.getpid() and self._process.poll() is None

    def draw(self, source: bytes, width: int, seconds: float) -> bytes:
        """The drawing as a PNG. Raises RefusedError and FailedError; whatever else is raised, the process is ended."""
        late = threading.Event()
        # Of work where the system measures it, and of a busy machine's time a multiple of that.
        clock = threading.Timer(seconds * _PATIENCE, self._give_up, [late])
        clock.daemon = True
        clock.start()
        try:
            self._ask(source, width, seconds)
            is_drawn, answer = self._answer()
        except BaseException:
            self.end()
            raise
        finally:
            clock.cancel()
        if answer is None:
            code = self.end()
            is_late = late.is_set() or (sys.platform != "win32" and code == -signal.SIGPROF)
            raise FailedError("time" if is_late else "crash")
        if not is_drawn:
            raise RefusedError(answer.decode("utf-8", "replace"))
        return answer

    def _give_up(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _ask(self, source: bytes, width: int, seconds: float) -> None:
        try:
            self._input.write(HEADER.pack(len(source), width, seconds) + source)
            self._input.flush()
        except OSError:  # It has ended; there will be no answer.
            return

    def _answer(self) -> tuple[bool, bytes | None]:
        head = self._output.read(ANSWER.size)
        if len(head) < ANSWER.size:
            return False, None
        is_drawn, length = ANSWER.unpack(head)
        answer = self._output.read(length)
        return is_drawn, answer if len(answer) == length else None

    def end(self) -> int:
        """End the process, and tell its exit code. In a process that was forked from ours, do nothing."""
        if self._owner != os.getpid():
            return 0
        atexit.unregister(self.end)
        self._process.kill()
        code = self._process.wait()
        for pipe in (self._input, self._output):
            try:
                pipe.close()
            except OSError:  # What was not sent yet will never be.
                continue
        return code

    @property
    def _input(self) -> IO[bytes]:
        assert self._process.stdin
        return self._process.stdin

    @property
    def _output(self) -> IO[bytes]:
        assert self._process.stdout
        return self._process.stdout


_running: _Worker | None = None

_PATIENCE = 10 if os.name == "posix" else 3


@cache
def _fonts() -> list[str]:
    import ttf_opensans

    folder = Path(ttf_opensans.OPENSANS_REGULAR.path).parent
    return [str(folder / f"OpenSans-{style}.ttf") for style in ("Regular", "Italic", "SemiBold", "Bold", "BoldItalic")]
