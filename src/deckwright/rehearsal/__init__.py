"""A package or more → what learners of all kinds have after an import into the real Anki, and what was promised to them.

Anki runs in a process of its own, with a time limit: `worker` is its program, `learners` says who is played. `promises` and
`known` judge what each of them had before and has after. Nothing of Anki is imported here.
"""

from .forms import losses, to_json, to_text
from .process import AnkiFailed, AnkiMissing
from .verdicts import Finding, Played, Rehearsal, rehearse

__all__ = [
    "AnkiFailed",
    "AnkiMissing",
    "Finding",
    "Played",
    "Rehearsal",
    "losses",
    "rehearse",
    "to_json",
    "to_text",
]
