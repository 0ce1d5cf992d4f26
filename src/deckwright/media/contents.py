"""A path → its file, opened for reading. Nothing here waits for what may never come."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


def opened(path: Path) -> BinaryIO:
    """The file, open for reading. Raises OSError, also for what is no regular file.

    A pipe without a writer would keep whoever opens it waiting for ever, and so would a device that is read.
    """
    _refuse_unless_regular(path.stat().st_mode)
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _refuse_unless_regular(os.fstat(handle).st_mode)  # Another may have taken its place just now.
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _refuse_unless_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(0, "it is no regular file")
