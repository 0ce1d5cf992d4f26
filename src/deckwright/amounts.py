"""Numbers of things, in words."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """As in "1 note" and "2 notes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
