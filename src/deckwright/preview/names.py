"""Masks of a picture → what the page calls them while it is open: names that outlive every change of the files."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count


class Names:
    """The names of the masks of one picture. Each version of its files has its masks at other places, with other names, and a
    page may still know, to undo, what it called them before.
    """

    def __init__(self) -> None:
        self._numbers = count(1)
        self._version = ""
        self._names: dict[int, str] = {}
        self._called: dict[str, str] = {}

    def of(self, version: str, masks: Mapping[int, str]) -> dict[int, str]:
        """What the masks are called, by their places, of which `masks` has the names in the files. In a version that was not
        saved here, a mask that is called in the files as one before is that one.
        """
        if version != self._version:
            left = dict(self._called)
            self._take(version, masks, {place: left.pop(name) for place, name in masks.items() if name in left})
        return dict(self._names)

    def saved(self, version: str, masks: Mapping[int, str], kept: Mapping[int, str]) -> None:
        """From now on the files have this version; `kept` are the masks that go on, by the places where they are now."""
        self._take(version, masks, kept)

    def _take(self, version: str, masks: Mapping[int, str], kept: Mapping[int, str]) -> None:
        self._version = version
        self._names = {place: kept.get(place) or f"m{next(self._numbers)}" for place in masks}
        self._called = {name: self._names[place] for place, name in masks.items()}
