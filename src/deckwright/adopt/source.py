"""A path → what can be adopted there, in whichever of the forms it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import packages
from .found import LeftOut, Source, Unadoptable

__all__ = ["LeftOut", "Source", "Unadoptable", "opened"]


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """What is kept at this path. Raises Unadoptable."""
    if path.suffix.lower() not in (".apkg", ".colpkg"):
        raise Unadoptable(f"{path.name} is nothing that can be adopted", "Adopt an .apkg or a .colpkg.")
    with packages.opened(path) as source:
        yield source
