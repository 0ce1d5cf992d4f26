"""A project → its builds, one after each change of what a build looks at: for the command line, and for other programs.

What is watched is what the last build has looked at, as `inputs` gathered it: links that were followed, folders that the
settings name, a file that was looked for and is not there. So what a build writes starts no other one, and neither does a
file that is saved as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

import msgspec

from .. import build as building
from .. import files, inputs
from ..build import Options, Outcome
from ..compilation import Compiled, Progress, remembering
from ..inputs import Inputs
from ..layout import LEDGER
from . import settling
from .ears import Ears
from .news import News, Story
from .seen import Seen

__all__ = ["Build", "News", "Story", "builds"]

RETRY = 5.0
"""In seconds: how soon a build is tried again that could not write, or had to wait too long for another one."""

LOOK = 0.5
"""In seconds: how often it is looked whether a project's folder that is gone is there again."""


class Build(msgspec.Struct, frozen=True):
    """One build. `changed` are the files that are others than for the build before, came or went, relative to the root with
    `/`, in order; the first build names none. `seconds` is how long it took, without the waiting for writers to be done.

    If the project's folder is gone, there is no `outcome`: the next build comes when it is there again.
    """

    outcome: Outcome | None
    changed: tuple[str, ...] = ()
    seconds: float = 0.0


def builds(
    root: Path,
    options: Callable[[], Options],
    *,
    is_looking: bool = False,
    is_polling: bool = False,
    stop: Event | None = None,
    progress: Progress = lambda done, total: None,
    waiting: Callable[[], None] = lambda: None,
    deaf: Callable[[str], None] = lambda reason: None,
) -> Iterator[Build]:
    """Build the project in `root`, and once more whenever something has changed that the build before looked at, until
    `stop` is set. Each build comes when it is done, whatever became of it; the next one waits until it was taken.

    `options` is asked before each build: the time is in them. With `is_polling` the files are looked at twice a second, as
    file systems need it that do not tell of changes. So they are where the system refuses to tell, and `deaf` is called
    with the reason. `waiting` is called when a build waits for another one. Whatever is wrong with the files raises nothing.

    With `is_looking`, all is loaded and nothing written: each outcome is that of `build.look`.
    """
    stop = stop or Event()
    last: Seen | None = None
    memory: dict[str, Compiled] = {}
    with Ears(is_polling, stop, deaf) as ears:
        while not stop.is_set():
            if not root.is_dir():
                yield Build(None)
                while not root.is_dir() and not stop.wait(LOOK):
                    pass
                continue
            began = time.perf_counter()
            outcome, gathered = _built(root, options(), progress, None if is_looking else waiting, memory)
            seen = Seen(gathered, last)
            changed = seen.differing(last)
            if outcome.is_ledger_changed:
                changed = [path for path in changed if path != LEDGER]
            last = seen
            patience = RETRY if outcome.status in ("busy", "unwritable") else None
            build = Build(outcome, tuple(changed), time.perf_counter() - began)
            del outcome, gathered
            yield build
            del build  # What a build has loaded need not stay until the next one has loaded as much.
            _wait(root, seen, ears, stop, patience)


def _wait(root: Path, seen: Seen, ears: Ears, stop: Event, patience: float | None) -> None:
    """Wait until something is not so any more, or for so many seconds, in vain."""
    ears.turn_to(seen.folders())  # First listen, then look: nothing is missed in between.
    while not stop.is_set():
        if not seen.is_current() and (settling.is_settled(root, seen, stop) or not seen.is_current()):
            return
        if not ears.wait(patience) and patience is not None:
            return
        ears.turn_to(seen.folders())  # One that was moved away and put back is another one.


def _built(
    root: Path, options: Options, progress: Progress, waiting: Callable[[], None] | None, memory: dict[str, Compiled]
) -> tuple[Outcome, Inputs]:
    """Build, or only look if nothing is to be waited for, and tell what was looked at for that."""
    with inputs.watched(root) as gathered, remembering(memory):
        try:
            if waiting:
                outcome = building.build(root, options, progress, waiting)
            else:
                outcome = building.look(root, options, progress)
        except OSError as error:  # The project was taken away under it.
            outcome = Outcome("unreadable", [], path=Path(error.filename or root), problem=files.reason(error))
    if outcome.is_ledger_changed and outcome.loaded:
        with suppress(OSError):
            gathered.add_written(outcome.loaded.file)
    return outcome, gathered
