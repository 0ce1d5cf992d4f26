"""Masks of a picture → what the page calls them while it is open: names that outlive every change of the files."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from threading import Lock

MOST_VERSIONS = 100
"""Versions of the files of a picture whose names are remembered."""


class Names:
    """The names of the masks of one picture. Each version of its files has its masks at other places, with other names, and a
    page may still know, to undo, what it called them before. Files may have an earlier version again, as after a branch was
    switched and switched back: then the masks have the names of that version.
    """

    def __init__(self) -> None:
        self._numbers = count(1)
        self._versions: dict[str, dict[int, str]] = {}
        self._called: dict[str, str] = {}
        self._lock = Lock()

    def of(self, version: str, masks: Mapping[int, str]) -> dict[int, str]:
        """What the masks are called, by their places, of which `masks` has the names in the files. In a version that is new
        here, a mask that is called in the files as one of the last version before is that one.
        """
        with self._lock:
            known = self._versions.get(version)
            # A drawing that could not be drawn had no masks then: what draws it may have been ended.
            if known is None or masks.keys() - known.keys():
                left = dict(self._called)
                kept = {place: left.pop(name) for place, name in masks.items() if name in left}
                self._take(version, masks, kept | (known or {}))
            return dict(self._versions[version])

    def saved(self, version: str, masks: Mapping[int, str], kept: Mapping[int, str]) -> None:
        """From now on the files have this version; `kept` are the masks that go on, by the places where they are now."""
        with self._lock:
            self._take(version, masks, kept)

    def _take(self, version: str, masks: Mapping[int, str], kept: Mapping[int, str]) -> None:
        names = {place: kept.get(place) or f"m{next(self._numbers)}" for place in masks}
        self._versions.pop(version, None)
        self._versions[version] = names
        if len(self._versions) > MOST_VERSIONS:
            del self._versions[next(iter(self._versions))]
        self._called = {name: names[place] for place, name in masks.items()}
