"""Patterns: they are as good as compiled ones, and no build compiles one that it does not use."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import deckwright
from deckwright.patterns import pattern

ROOT = Path(deckwright.__file__).parent
MODULES = [
    ".".join(["deckwright", *path.relative_to(ROOT).with_suffix("").parts])
    for path in sorted(ROOT.rglob("*.py"))
    if "import pattern\n" in path.read_text(encoding="utf-8")
]


def printed(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_every_pattern_can_be_compiled() -> None:
    """Python would complain of a wrong one, or of one that will mean something else, when it is first used."""
    assert len(MODULES) > 40
    printed(
        "import importlib, re, warnings\nfrom deckwright import patterns\npatterns.pattern = re.compile\n"
        f"warnings.simplefilter('error')\nfor name in {MODULES!r}: importlib.import_module(name)"
    )


def test_what_a_build_imports_compiles_none() -> None:
    program = (
        "import re, sys\nreal = re.compile\n"
        "def told(*given, **options):\n    print(sys._getframe(1).f_globals['__name__'])\n    return real(*given, **options)\n"
        "re.compile = told\nimport deckwright.build, deckwright.notes, deckwright.commands.build"
    )
    named = [name for name in printed(program).split() if name.split(".")[0] == "deckwright"]
    assert named == ["deckwright.identity.lines"]  # One that msgspec checks for us.


def test_a_pattern_is_compiled_once_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    real = re.compile
    monkeypatch.setattr(re, "compile", lambda source, flags=0: compiled.append(source) or real(source, flags))
    word = pattern(r"[a-z]+", re.IGNORECASE)
    assert (word.pattern, word.flags, compiled) == (r"[a-z]+", re.IGNORECASE, [])
    assert word.findall("A b") == ["A", "b"]
    assert word.findall("c") == ["c"]
    assert compiled == [r"[a-z]+"]
    assert word.sub("-", "A b") == "- -"
    assert word.groups == real(word.pattern).groups
