"""Numbers of things and of bytes, in words."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """As in "1 note" and "2 notes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def size(number: int) -> str:
    """A number of bytes, as file managers show it."""
    if number < 1000:
        return count(number, "byte")
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"
