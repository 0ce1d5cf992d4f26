"""Front matter that is read without PyYAML says what it says to PyYAML."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckwright.model import SourceFile
from deckwright.read import front_matter

plain_lines = st.from_regex(front_matter._PLAIN_LINE.pattern, fullmatch=True)


def read(lines: Sequence[str]) -> tuple[Any, Any]:
    """What is read without PyYAML, and with it."""
    file, end = SourceFile("cards/any.md", ("---", *lines, "---")), len(lines) + 1
    return front_matter._plain(file, end), front_matter._yaml(file, end)


@given(st.lists(plain_lines, max_size=4))
def test_plain_lines_are_read_as_yaml(lines: list[str]) -> None:
    plain, whole = read(lines)
    if len({line.partition(":")[0] for line in lines}) == len(lines):
        assert plain == whole
    else:
        assert plain is None


@given(st.lists(st.one_of(plain_lines, st.text("ab: -#[],'\"\t/.\\|>&*!%@`é?{}~", max_size=12)), max_size=3))
def test_other_lines_are_left_to_yaml(lines: list[str]) -> None:
    plain, whole = read(lines)
    assert plain in (None, whole)


def test_every_letter_is_one_in_yaml() -> None:
    letters = re.findall(r"\w", "".join(map(chr, range(sys.maxunicode + 1))))
    words = ["".join(letters[start : start + 100]) for start in range(0, len(letters), 100)]
    plain, whole = read([f"k{number}: {word}" for number, word in enumerate(words)])
    assert plain == whole
    assert list(plain[0].values()) == words


OTHERS = [
    "kind: ", "kind:", "kind: basic ", "kind:  basic", "kind: 'basic'", "kind: basic #b", "kind: -", "tags: []",
    "tags: [a,b]", "tags: [a, b", "tags: [a, ]", "- a", "a", " kind: basic", "kind: a: b", "kind: a\tb", "<<: a",
    "kind: basic\r", "kind: basic\u2028", "kind: e\u0301", "? a", "kind: |", "kind: a,", "kind: *a", "# a", "",
]  # fmt: skip


@pytest.mark.parametrize("line", OTHERS)
def test_a_line_that_is_not_plain(line: str) -> None:
    assert read([line])[0] is None
    assert read(["deck: Heart", line])[0] is None


def test_notes_with_plain_front_matter_need_no_yaml() -> None:
    program = (
        "import sys\nfrom deckwright.notes import compile_file\nfrom deckwright.model import Settings\n"
        "text = b'---\\ndeck: Heart and lung\\ntags: [a, b-c]\\nkind: basic\\n---\\n\\n## Front\\n\\nback\\n'\n"
        "print(*compile_file('cards/heart.md', text, Settings('anatomy-k3v9q2xm', 'Anatomy', 'anatomy')))\n"
        "print('yaml' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "<p>back</p>" in printed
    assert printed.splitlines()[-1] == "False"
