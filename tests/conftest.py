"""What several tests need: a collection of the real Anki, its importer, and a folder for what is temporary."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from deckwright import locks

if TYPE_CHECKING:
    from anki.collection import Collection

ROOT = Path(__file__).resolve().parent.parent
BUILT_AT = 1_760_000_000
BUILD = "import os, sys; os.umask(int(sys.argv.pop(1), 8)); from deckwright.commands import main; main()"

# A busy machine is no reason to fail: where time matters, a test measures it itself.
settings.register_profile("usual", deadline=None)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("usual")  # Unless --hypothesis-profile names another one.


def many(usual: int, thorough: int) -> int:
    """How many examples a test of chance tries: the usual number, or with `--hypothesis-profile thorough` the other."""
    return thorough if settings.get_current_profile_name() == "thorough" else usual


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite what the case files expect; read the diff")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("--update-golden")


@pytest.fixture(scope="session", autouse=True)
def temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever makes a temporary file, genanki among them, leaves it where pytest cleans up. So does what is the user's."""
    folder = str(tmp_path_factory.mktemp("temporary"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", folder)
        patch.setitem(os.environ, "TMPDIR", folder)
        patch.setitem(os.environ, "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", folder)
        yield


@pytest.fixture(scope="session", autouse=True)
def signals() -> None:
    """What a shell lets its jobs in the background ignore, or `nohup`, the programs that tests start would ignore too."""
    for name, usual in (
        ("SIGINT", signal.default_int_handler),
        ("SIGHUP", signal.SIG_DFL),
        ("SIGTERM", signal.SIG_DFL),
    ):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture(scope="session", autouse=True)
def author() -> Iterator[None]:
    """Who commits, whatever Git knows of the user here."""
    with pytest.MonkeyPatch.context() as patch:
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "A")
            patch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
        for name, value in (("COUNT", "1"), ("KEY_0", "commit.gpgsign"), ("VALUE_0", "false")):
            patch.setenv(f"GIT_CONFIG_{name}", value)
        yield


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


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two copies, each built in a process of its own that sees another world: the folder, its name, the zone and so on."""
    base = tmp_path_factory.getbasetemp()
    # The processes of one run share them.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "deck"
    here, there = folder / "here", folder / "a longer name" / "there"
    with locks.held(shared, 600, lambda: None):
        if not folder.exists():
            _build(folder, _copied(here), _copied(there))
    return here, there


def _build(folder: Path, here: Path, there: Path) -> None:
    runs = (
        (here, [], "022", {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}),
        (folder, ["--project", str(there)], "077", {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles"}),
    )
    common = {"SOURCE_DATE_EPOCH": str(BUILT_AT), "PYTHONPATH": os.pathsep.join(sys.path)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD, umask, "build", *options],
            cwd=cwd,
            env=os.environ | common | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for cwd, options, umask, environment in runs
    ]
    told = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told


def _copied(folder: Path) -> Path:
    """A copy of the repository's deck."""
    folder.mkdir(parents=True)
    for name in ("cards", "media"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "deck.lock"):
        shutil.copy(ROOT / name, folder)
    return folder
