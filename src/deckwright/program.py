"""What this program is made of: its own files, and what is installed beside it, each with its version.

Nothing but the standard library is imported here, and of that only what is there anyway: `importlib.metadata` takes as long
to import as all else that a build of what is unchanged does.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress

FOLDER = os.path.dirname(os.path.abspath(__file__))
"""Where our own files are."""


def files(folder: str = FOLDER) -> Iterator[tuple[str, os.stat_result]]:
    """The files in a folder and below it, with what the system says of them; but what Python compiled."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from files(entry.path)
            else:
                yield entry.path, entry.stat()


def installed() -> list[str]:
    """What is installed, as its folders of metadata are called: `Markdown-3.11.3.dist-info`. What Python finds first
    stands first.
    """
    found: list[str] = []
    for folder in sys.path:
        with suppress(OSError):
            names = os.listdir(folder or os.curdir)
            found += sorted(name for name in names if name.endswith((".dist-info", ".egg-info")))
    return found


def versions() -> dict[str, str]:
    """The version of each library, by its name as https://packaging.python.org/specifications/name-normalization has it.

    A library may be there without its metadata, as in a bundled program.
    """
    found: dict[str, str] = {}
    for name in installed():
        library, _, version = name.rpartition(".")[0].partition("-")
        found.setdefault(normalised(library), version)
    return found


def normalised(library: str) -> str:
    """The name of a library as it is compared."""
    return re.sub(r"[-_.]+", "-", library).lower()
