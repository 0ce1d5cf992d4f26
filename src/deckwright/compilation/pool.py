"""Many files → each compiled, in several processes where there is enough to do."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO, cast

import msgspec

from .. import program, workers
from ..limits import MAX_PROCESSES
from . import worker
from .compiled import CompilerSettings, pack

if TYPE_CHECKING:
    import subprocess

ENOUGH = 300_000
"""Bytes of Markdown for one process: to start another takes as long as to compile so much."""

File = tuple[str, bytes]
"""The path of a file, and its content."""


def compile_all(files: Sequence[File], settings: CompilerSettings) -> Iterator[tuple[int, bytes]]:
    """Compile files. What becomes of each (`compiled.pack`), with its place in the sequence, as they get done."""
    number = min(workers.processors(), MAX_PROCESSES, sum(len(data) for _, data in files) // ENOUGH, len(files))
    waiting = deque(range(len(files)))
    if number > 1:
        with suppress(_NoWorkersError):
            yield from _Pool(files, settings, waiting).run(number)
    # Here, or where no process could be started, or each has ended for whatever reason.
    while waiting:
        place = waiting.popleft()
        yield place, pack(*files[place], settings)


class _NoWorkersError(Exception):
    """No process is left that compiles."""


class _Pool:
    """Processes that compile, each with a thread that hands it one file after another."""

    def __init__(self, files: Sequence[File], settings: CompilerSettings, waiting: deque[int]) -> None:
        self.files = files
        self.settings = msgspec.msgpack.encode(settings)
        self.waiting = waiting
        self.done: SimpleQueue[tuple[int, bytes] | None] = SimpleQueue()
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self, number: int) -> Iterator[tuple[int, bytes]]:
        """What becomes of the files. Raises _NoWorkersError if some are left `waiting` that no process takes."""
        try:
            for _ in range(number):
                self.start()
            running = len(self.processes)
            while running:
                made = self.done.get()
                if made:
                    yield made
                else:
                    running -= 1
            if self.waiting:
                raise _NoWorkersError
        finally:
            self.end()

    def start(self) -> None:
        """Start a process, if the system lets us."""
        with suppress(OSError, ValueError):  # In a bundled program, say, there is no Python to be run.
            process = workers.start(worker.__file__, program.FOLDER)
            self.processes.append(process)
            threading.Thread(target=self.serve, args=[process], daemon=True).start()

    def serve(self, process: subprocess.Popen[bytes]) -> None:
        """Hand files to a process until none is waiting. If it ends, the file that it was working on is given back."""
        taken = None
        try:
            files, answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
            worker.send(files, self.settings)
            while True:
                taken = self.waiting.popleft()
                worker.send(files, msgspec.msgpack.encode(self.files[taken]))
                answer = worker.receive(answers)
                if not answer:
                    break
                self.done.put((taken, answer))
                taken = None
        except (IndexError, OSError, ValueError):  # None is waiting; or the process, or the build, has ended.
            pass
        finally:
            if taken is not None:
                self.waiting.append(taken)
            self.done.put(None)

    def end(self) -> None:
        """End all processes."""
        for process in self.processes:
            workers.end(process)
