"""The architecture: a module knows only those of the tiers above its own, and each library has one home."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import deckwright

ROOT = Path(deckwright.__file__).parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))

TIERS = [
    {"model"},
    {"diagnostics", "files"},
    {"project", "cache", "notetypes"},
    {"blocks", "svg"},
    {"inlines"},
    {"tags", "clozes", "ledger", "sidecar"},
    {"matching"},
    {"sections", "markup", "media", "diagrams", "identity", "starter"},
    {"notes"},
    {"collection", "masks"},
    {"lint", "package", "site"},
    {"diff", "release", "rehearse", "watch"},
    {"cli"},
]
"""From the top down. A package counts as one module, and those of one tier do not know each other."""

ONLY = {"package": {"model", "diagnostics"}}
"""Where less is allowed than the tiers would."""

HOMES = {
    "package": {"genanki", "sqlite3", "zipfile"},
    "markup": {"markdown", "pymdownx", "bs4", "pygments", "nh3"},
    "svg": {"lxml"},
    "blocks": {"markdown_it", "mdit_py_plugins"},
    "sections": {"yaml"},
    "diagrams": {"resvg_py"},
    "masks": {"rapidocr", "numpy"},
    "cli": {"click", "rich"},
}
"""Which module alone may use a library."""


def imported(source: str, file: str) -> Iterator[str]:
    """The dotted name of all that a file of ours imports, at its top, in functions and for type checking alone."""
    package = ["deckwright", *Path(file).parts[:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, *(node.module.split(".") if node.module else [])]
            yield from (".".join([*module, alias.name]) for alias in node.names)


def trespasses(source: str, file: str) -> list[str]:
    """What the file imports and may not."""
    own = Path(file).parts[0].removesuffix(".py")
    tier = next((index for index, names in enumerate(TIERS) if own in names), len(TIERS))
    allowed = ONLY.get(own, set().union(*TIERS[:tier])) | {own, "__version__"}
    foreign = set().union(*(libraries for home, libraries in HOMES.items() if home != own))
    found = []
    for name in imported(source, file):
        library, *rest = name.split(".")
        if library in foreign or (library == "deckwright" and rest[:1] and rest[0] not in allowed):
            found.append(name)
    return found


@pytest.mark.parametrize("file", FILES)
def test_a_module_knows_only_those_above_it(file: str) -> None:
    assert trespasses((ROOT / file).read_text(encoding="utf-8"), file) == []


def test_every_module_has_one_tier() -> None:
    placed = [name for names in TIERS for name in names]
    modules = {Path(file).parts[0].removesuffix(".py") for file in FILES} - {"__init__", "__main__"}
    assert len(placed) == len(set(placed))
    assert modules - set(placed) == set()


def test_libraries_are_named_as_they_are_imported() -> None:
    """A slip in `HOMES` would let anybody in."""
    used = {name.split(".")[0] for file in FILES for name in imported((ROOT / file).read_text(encoding="utf-8"), file)}
    assert set().union(*HOMES.values()) - used == set()


@pytest.mark.parametrize(
    ("file", "source", "found"),
    [
        ("notes.py", "from .collection import load", ["deckwright.collection.load"]),
        ("notes.py", "from . import cli", ["deckwright.cli"]),
        ("notes.py", "import deckwright.cli", ["deckwright.cli"]),
        ("notes.py", "from deckwright import cli, model", ["deckwright.cli"]),
        ("notes.py", "def f():\n    from . import cli", ["deckwright.cli"]),
        ("notes.py", "if TYPE_CHECKING:\n    from .collection import Loaded", ["deckwright.collection.Loaded"]),
        ("media.py", "from . import markup", ["deckwright.markup"]),
        ("package/reader.py", "from ..project import find", ["deckwright.project.find"]),
        ("lint/cloze.py", "from ..package import read", ["deckwright.package.read"]),
        ("media.py", "import zipfile, bs4.element", ["zipfile", "bs4.element"]),
        ("cli.py", "from yaml import CSafeLoader", ["yaml.CSafeLoader"]),
        ("unheard_of.py", "from .model import Note\nfrom . import __version__", []),
        ("notes.py", "from .model import Note\nfrom . import identity, markup", []),
        ("package/reader.py", "from .packed import Package\nfrom ..model import Note\nimport zipfile", []),
        ("media.py", "from xml.etree import ElementTree", []),
        ("cli.py", "from . import __version__, collection\nimport rich.progress", []),
    ],
)
def test_what_is_a_trespass(file: str, source: str, found: list[str]) -> None:
    assert trespasses(source, file) == found
