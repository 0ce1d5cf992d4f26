"""A few seconds of `fuzz.py`; ten minutes of it are run by hand (README.md)."""

from __future__ import annotations

import pytest
from fuzz import ROUNDS, play


@pytest.mark.ci
@pytest.mark.parametrize("first", range(0, 40, 10))
@pytest.mark.parametrize("kind", ROUNDS)
def test_nothing_damaged_is_a_fault(kind: str, first: int) -> None:
    for number in range(first, first + 10):
        play(kind, number)
