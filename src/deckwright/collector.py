"""Python's garbage collector, for a process that compiles: it looks for cycles less often.

By default it looks after every 700 new objects (in Python 3.11), and often at thousands that stay anyway. For 10,000 notes
that took a tenth of the time, and found nothing: what a note leaves behind is gone before.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = 100_000, 20, 50
"""New objects, and collections of the first and the second generation, after which each generation is looked at."""


@contextmanager
def tuned() -> Iterator[None]:
    """Look less often while the block runs."""
    before = gc.get_threshold()
    gc.set_threshold(*THRESHOLDS)
    settle()  # All that was imported stays.
    try:
        yield
    finally:
        gc.set_threshold(*before)


def settle() -> None:
    """Count all objects that there are as old: those that stay need hardly be looked at any more."""
    gc.freeze()
    gc.unfreeze()
