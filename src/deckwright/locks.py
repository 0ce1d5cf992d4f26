"""A file or a folder → held by one program at a time. The system lets go of it when that program ends, however it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none.
    fcntl = None  # type: ignore[assignment]

_PAUSE = 0.05
"""In seconds: how often a folder is asked for that somebody else holds."""


def hold(handle: int) -> bool | None:
    """Hold what is open there until it is closed. False if another program holds it, None if nothing can be held here."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # Not every file system can do it.
        return None
    return True


@contextmanager
def held(folder: Path, patience: float, waiting: Callable[[], None]) -> Iterator[bool]:
    """Whether the folder is ours while the block runs: not if another program still holds it after `patience` seconds.

    `waiting` is called once if we have to wait. Where nothing can be held, everybody goes ahead.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows cannot open folders. Of a folder that is gone, whoever reads it will tell.
        yield True
        return
    try:
        yield _held(handle, patience, waiting)
    finally:
        with suppress(OSError):
            os.close(handle)


def _held(handle: int, patience: float, waiting: Callable[[], None]) -> bool:
    until = time.monotonic() + patience
    if hold(handle) is not False:
        return True
    waiting()
    while time.monotonic() < until:
        time.sleep(_PAUSE)
        if hold(handle) is not False:
            return True
    return False
