"""A file → opened, if it is one: nothing here waits for what may never come."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import BufferedReader


class IrregularError(OSError):
    """A folder, a pipe or a device, where a file belongs."""


def opened(path: str | os.PathLike[str]) -> BufferedReader:
    """The file, open for reading. Raises OSError, for what is no regular file IrregularError.

    A pipe without a writer would keep whoever opens it waiting for ever, and so would a device that is read.
    """
    _refuse_unless_regular(os.stat(path).st_mode)
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _refuse_unless_regular(os.fstat(handle).st_mode)  # Another may have taken its place just now.
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _refuse_unless_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise IrregularError(0, "it is no regular file")
