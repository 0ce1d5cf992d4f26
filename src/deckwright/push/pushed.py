"""What was last handed to Anki ↔ a file in the build folder, so that the next push can say what changes."""

from __future__ import annotations

from pathlib import Path

import msgspec

from .. import build, files
from ..layout import PUSHED
from ..limits import MAX_COLLECTION_BYTES
from ..package import Package


def last(root: Path) -> Package | None:
    """The package that was last handed over from the project in `root`; None if there was none, or it is not known any
    more: another version of Deckwright may have kept it in another form.
    """
    try:
        return _PACKAGE.decode(files.read(root / PUSHED, MAX_COLLECTION_BYTES))
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None


def remember(root: Path, package: Package) -> None:
    """Keep what is handed over now, without its media. Raises OSError."""
    build.make_build_folder(root)
    files.replace(root / PUSHED, msgspec.msgpack.encode(package), sync=False)


_PACKAGE = msgspec.msgpack.Decoder(Package)
