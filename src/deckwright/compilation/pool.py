"""Many files → each compiled, in several processes where there is enough to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, cast

import msgspec

from .. import program
from ..limits import MAX_PROCESSES
from . import worker
from .compiled import CompilerSettings, pack

ENOUGH = 300_000
"""Bytes of Markdown for one process: to start another takes as long as to compile so much."""

File = tuple[str, bytes]
"""The path of a file, and its content."""


def compile_all(files: Sequence[File], settings: CompilerSettings) -> Iterator[tuple[int, bytes]]:
    """Compile files. What becomes of each (`compiled.pack`), with its place in the sequence, as they get done."""
    number = min(_processors(), MAX_PROCESSES, sum(len(data) for _, data in files) // ENOUGH, len(files))
    waiting = deque(range(len(files)))
    if number > 1:
        with suppress(_NoWorkersError):
            yield from _Pool(files, settings, waiting).run(number)
    # Here, or where no process could be started, or each has ended for whatever reason.
    while waiting:
        place = waiting.popleft()
        yield place, pack(*files[place], settings)


def _processors() -> int:
    """How many processors we may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _NoWorkersError(Exception):
    """No process is left that compiles."""


class _Pool:
    """Processes that compile, each with a thread that hands it one file after another."""

    def __init__(self, files: Sequence[File], settings: CompilerSettings, waiting: deque[int]) -> None:
        self.files = files
        found = [os.path.abspath(folder) for folder in sys.path]  # noqa: PTH100
        self.first = [json.dumps([program.FOLDER, *found]).encode(), msgspec.msgpack.encode(settings)]
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
        command = [sys.executable, "-P", str(Path(worker.__file__).absolute())]
        with suppress(OSError, ValueError):  # In a bundled program, say, there is no Python to be run.
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self.processes.append(process)
            threading.Thread(target=self.serve, args=[process], daemon=True).start()

    def serve(self, process: subprocess.Popen[bytes]) -> None:
        """Hand files to a process until none is waiting. If it ends, the file that it was working on is given back."""
        taken = None
        try:
            files, answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
            for message in self.first:
                worker.send(files, message)
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
            process.kill()
        for process in self.processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # What was not sent yet will never be.
                    cast(BinaryIO, pipe).close()
