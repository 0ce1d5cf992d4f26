"""What several tests need: a collection of the real Anki, and its importer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from anki.collection import Collection


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite what the case files expect; read the diff")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("--update-golden")


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """A new, empty collection in a folder of its own."""
    anki = pytest.importorskip("anki.collection")
    folder = tmp_path / "anki"
    folder.mkdir()
    opened = anki.Collection(str(folder / "collection.anki2"))
    yield opened
    opened.close()


def import_package(collection: Collection, path: Path, **options: bool | int) -> dict[str, int]:
    """Import as a learner does; no options are the defaults of Anki's dialog. How many notes were what."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions(**options))
    log = collection.import_anki_package(request).log
    collection.models._clear_cache()  # It would still show the note types of before.
    return {what: len(getattr(log, what)) for what in ("new", "updated", "duplicate", "conflicting")}
