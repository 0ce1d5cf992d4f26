"""A bug in Deckwright → a log that its finder can send, and a line that says where to."""

from __future__ import annotations

import os
import platform
import shlex
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import click

from .. import __version__
from ._talk import shown

ISSUES = "https://github.com/deckwright/deckwright/issues"


def report(error: Exception, root: Path | None) -> None:
    """Log the traceback and say so. `root` is the project's folder, if it is known: its build folder gets the log."""
    log = _logged(
        f"deckwright {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"{shlex.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}",
        root,
    )
    what = f"{type(error).__name__}: {error}".partition("\n")[0]
    click.echo(
        f"This is a bug in Deckwright, not a mistake in your notes ({what}).\n"
        f"Please report this at {ISSUES} and attach {shown(log)}",
        err=True,
    )


def _logged(text: str, root: Path | None) -> Path:
    """The log: in the build folder if there is one, else in the folder for temporary files."""
    from tempfile import mkstemp

    from ..files import replace
    from ..layout import BUILD

    data = text.encode("utf-8", "backslashreplace")
    if root and (root / BUILD).is_dir():
        log = root / BUILD / "deckwright-error.log"
        with suppress(OSError):
            replace(log, data)
            return log
    handle, name = mkstemp(prefix="deckwright-error-", suffix=".log")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return Path(name)
