"""The architecture is what docs/architecture.md says: its table of modules is the one declaration, and this holds it.

A module imports only from the rows above its own and from its own row. A library that a row names is for the rows that
name it, and for nobody else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

import deckwright

ROOT = Path(deckwright.__file__).parent
PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))

APART = {
    "package/": {
        "limits.py",
        "patterns.py",
        "files.py",
        "model.py",
        "diagnostics/",
        "clozes.py",
        "templates.py",
        "generation.py",
        "package/",
    }
}
"""Where less is known than the order allows: what reads and writes packages knows nothing of Markdown."""


class Row(NamedTuple):
    """A row of the table: a file below src/deckwright, or a folder, which ends in a slash; the libraries it names."""

    module: str
    libraries: frozenset[str]


def table(page: str) -> list[Row]:
    """The rows below the heading `## The modules`, in their order."""
    section = page.partition("\n## The modules\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([\w/.]+)` *\|[^|\n]*\|([^|\n]*)\|$", section, re.MULTILINE)
    return [Row(module, frozenset(re.findall(r"`(\w+)`", libraries))) for module, libraries in rows]


ROWS = table(PAGE.read_text(encoding="utf-8"))


def row_of(file: str, rows: Sequence[Row]) -> int | None:
    """The place of the row that a file belongs to: its own, or that of a folder it lies in."""
    found = [
        n for n, row in enumerate(rows) if file == row.module or (row.module[-1] == "/" and file.startswith(row.module))
    ]
    return max(found, key=lambda n: len(rows[n].module), default=None)


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


def file_of(name: str, files: Sequence[str]) -> str | None:
    """The file of ours that a dotted name leads to: a module, a package, or what one of them holds."""
    parts = name.split(".")[1:]
    for length in range(len(parts), 0, -1):
        for file in ("/".join(parts[:length]) + ".py", "/".join([*parts[:length], "__init__.py"])):
            if file in files:
                return file
    return None


def trespasses(source: str, file: str, rows: Sequence[Row], files: Sequence[str]) -> list[str]:
    """What the file imports and may not."""
    own = row_of(file, rows)
    place = len(rows) if own is None else own
    apart = APART.get(rows[place].module if own is not None else "")
    taken = {library for row in rows for library in row.libraries}
    allowed = rows[place].libraries if own is not None else frozenset()
    found = []
    for name in imported(source, file):
        library = name.split(".")[0]
        if library != "deckwright":
            if library in taken - allowed:
                found.append(name)
            continue
        target = file_of(name, files)
        row = None if target is None or target == "__init__.py" else row_of(target, rows)
        if row is not None and (row > place or (apart is not None and rows[row].module not in apart)):
            found.append(name)
    return found


@pytest.mark.parametrize("file", FILES)
def test_a_module_knows_only_those_above_it(file: str) -> None:
    assert trespasses((ROOT / file).read_text(encoding="utf-8"), file, ROWS, FILES) == []


def test_every_module_has_one_row() -> None:
    modules = [row.module for row in ROWS]
    assert len(modules) == len(set(modules))
    assert [file for file in FILES if row_of(file, ROWS) is None and file not in ("__init__.py", "__main__.py")] == []


def test_every_row_is_there() -> None:
    """A slip in the table would let anybody in."""
    assert [row.module for row in ROWS if not (ROOT / row.module).exists()] == []
    used = {name.split(".")[0] for file in FILES for name in imported((ROOT / file).read_text(encoding="utf-8"), file)}
    assert set().union(*(row.libraries for row in ROWS)) - used == set()


EXAMPLE = """\
# The architecture

## The modules

| module       | what it does        | libraries            |
| ------------ | ------------------- | -------------------- |
| `model.py`   | The nouns           |                      |
| `read/a.py`  | Text → blocks       | `markdown_it`        |
| `read/`      | Blocks → sections   | `yaml`               |
| `package/`   | Writes and reads it | `genanki`, `sqlite3` |
| `build.py`   | All of it           |                      |

## More

| `other.py` | Not a row | `click` |
"""
EXAMPLE_FILES = ["model.py", "read/__init__.py", "read/a.py", "read/b.py", "package/__init__.py", "build.py"]


@pytest.mark.parametrize(
    ("file", "source", "found"),
    [
        ("read/b.py", "from ..build import build", ["deckwright.build.build"]),
        ("read/b.py", "from .. import build", ["deckwright.build"]),
        ("model.py", "import deckwright.read.a", ["deckwright.read.a"]),
        ("model.py", "from deckwright import read", ["deckwright.read"]),
        ("read/a.py", "from .b import thing", ["deckwright.read.b.thing"]),
        ("read/b.py", "def f():\n    from .. import build", ["deckwright.build"]),
        ("read/b.py", "if TYPE_CHECKING:\n    from ..build import Outcome", ["deckwright.build.Outcome"]),
        ("package/__init__.py", "from ..read import a", ["deckwright.read.a"]),
        ("read/b.py", "import sqlite3, markdown_it.token", ["sqlite3", "markdown_it.token"]),
        ("build.py", "from yaml import CSafeLoader", ["yaml.CSafeLoader"]),
        ("unheard_of.py", "from .model import Note\nfrom . import __version__", []),
        ("read/b.py", "from .a import parse\nfrom ..model import Note\nfrom . import a\nimport yaml", []),
        ("package/__init__.py", "from ..model import Note\nimport genanki", []),
        ("read/a.py", "from xml.etree import ElementTree\nfrom markdown_it.tree import SyntaxTreeNode", []),
        ("build.py", "from . import __version__, package\nfrom .read.b import thing", []),
    ],
)
def test_what_is_a_trespass(file: str, source: str, found: list[str]) -> None:
    assert trespasses(source, file, table(EXAMPLE), EXAMPLE_FILES) == found


@pytest.mark.parametrize("file", FILES)
def test_no_group_has_a_possessive_quantifier(file: str) -> None:
    """Python before 3.11.5 misreads `(?:…)*+` where the last turn of the group fails on its way (gh-106052): Debian 12 has 3.11.2.
    `(?>(?:…)*)` says the same.
    """
    assert re.findall(r".*(?<!\()\)[*+?]\+.*", (ROOT / file).read_text(encoding="utf-8")) == []
