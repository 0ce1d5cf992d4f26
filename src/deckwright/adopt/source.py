"""A path → what can be adopted there, in whichever of the forms it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import crowdanki, packages, tables
from .found import LeftOut, Source, Unadoptable

__all__ = ["LeftOut", "Source", "Unadoptable", "opened"]


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """What is kept at this path. Raises Unadoptable."""
    suffix = path.suffix.lower()
    if path.is_dir() or suffix == ".json":
        form = crowdanki.opened
    elif suffix in {".apkg", ".colpkg"}:
        form = packages.opened
    elif suffix in {".csv", ".tsv", ".txt"}:
        form = tables.opened
    else:
        raise Unadoptable(
            f"{path.name} is nothing that can be adopted",
            "Adopt an .apkg, a .colpkg, a folder of CrowdAnki, or a table in .csv, .tsv or .txt.",
        )
    with form(path) as source:
        yield source
