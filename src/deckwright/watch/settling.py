"""Files that are being written → files that are: a save, a copy or another branch is rarely done in one step."""

from __future__ import annotations

import os
import time
from pathlib import Path
from threading import Event

from .seen import Seen

QUIET = 0.3
"""In seconds: how long what looks half done must stay as it is to be taken for done."""

LONGEST = 10.0
"""In seconds: how long somebody may take."""

_GLANCE = 0.05
"""In seconds: how often it is looked."""


def is_settled(root: Path, seen: Seen, stop: Event) -> bool:
    """Wait until nobody seems to write the files of a project any more; whether there was nothing to wait for.

    A note that is gone for a moment must not be taken for a deleted one: what deck.lock knows of it would be lost.
    """
    began = since = time.monotonic()
    before: frozenset[str] = frozenset()
    while (now := time.monotonic()) < began + LONGEST and not stop.is_set():
        half_done, is_held = seen.half_done(), is_locked(root)
        if is_held or half_done != before:
            since, before = now, half_done
        if not is_held and (not half_done or now >= since + QUIET):
            return since == began
        stop.wait(_GLANCE)
    return False


def is_locked(root: Path) -> bool:
    """Whether Git is changing the files of the repository that a project is in."""
    for folder in (root, *root.parents):
        place = folder / ".git"
        if place.is_dir():
            return os.path.lexists(place / "index.lock")
        try:
            word, _, path = place.read_text(encoding="utf-8").partition(":")  # In a worktree, it says where Git is.
        except (OSError, ValueError):
            continue
        return word == "gitdir" and os.path.lexists(folder / path.strip() / "index.lock")
    return False
