"""The process with the real Anki: started, asked, and ended when its time is up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from .. import files, workers
from ..limits import MAX_REHEARSAL_MEMORY, MAX_REHEARSAL_SECONDS
from . import worker
from .learners import Import, Step
from .seen import Life


class AnkiMissing(Exception):
    """There is no Anki to import from; the message says how to install it."""


class AnkiFailed(Exception):
    """The process with Anki cannot be started, ends of itself, or takes too long; the message says which."""


class Anki:
    """A running process, which knows the packages by their numbers. `version` is that of Anki, as in "26.9.3"."""

    def __init__(self, process: Any, python: str | None) -> None:
        self._process = process
        greeting = self._answer()
        if "missing" in greeting:
            raise AnkiMissing(_how_to_install(python, str(greeting["missing"])))
        self.version = str(greeting["anki"])

    def live(self, start: int, steps: Iterable[Step]) -> Life:
        """What becomes of a learner who begins with a package. Raises AnkiFailed."""
        request = {"start": start, "steps": [_as_json(step) for step in steps]}
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:  # It has ended; there will be no answer.
            pass
        return msgspec.convert(self._answer(), Life, strict=False)

    def _answer(self) -> dict[str, Any]:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        clock = threading.Timer(MAX_REHEARSAL_SECONDS, give_up)
        clock.daemon = True
        clock.start()
        try:
            line = self._process.stdout.readline()
        finally:
            clock.cancel()
        if late.is_set():
            raise AnkiFailed(f"One learner took Anki more than {MAX_REHEARSAL_SECONDS} seconds.")
        if not line.endswith(b"\n"):
            raise AnkiFailed("Anki's process ended in the middle of its work.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _as_json(step: Step) -> Any:
    return {"import": step.package, "merge": step.merge, "always": step.always} if isinstance(step, Import) else step


@contextmanager
def running(packages: Sequence[Path], python: str | None) -> Iterator[Anki]:
    """A process with Anki, from an environment of ours or of another Python. Raises AnkiMissing and AnkiFailed."""
    with TemporaryDirectory(prefix="deckwright-", ignore_cleanup_errors=True) as folder:
        paths = [str(path.absolute()) for path in packages]
        try:
            process = workers.start(worker.__file__, folder, str(MAX_REHEARSAL_MEMORY), *paths, python=python)
        except OSError as error:
            raise AnkiFailed(f"{python or 'Python'} cannot be started: {files.reason(error)}.") from error
        try:
            yield Anki(process, python)
        finally:
            workers.end(process)


def _how_to_install(python: str | None, reason: str) -> str:
    command = f"{python} -m pip install anki" if python else "pip install 'deckwright[anki]'"
    return f"This needs the real Anki, which cannot be imported ({reason}). Run: {command}"
