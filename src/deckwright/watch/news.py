"""What one build after another finds → what is new of it, what was mended, and what is as before."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..build import Outcome
from ..diagnostics import Diagnostic, has_errors
from ..layout import DECK, PYPROJECT

_Key = tuple[str, str, str, int]
"""By what a finding is known again, wherever in its file it is: its code, its file, its message, and which one of those that
are the same in all of this.
"""


_UNREAD = {"S001", "S002", "S003", "S004", "S006", "S007", "S009", "S019", "S020", "S021", "S022"}
"""The errors of a file of which nothing is read, or nothing behind them: as of a file that is half written."""


class News(msgspec.Struct, frozen=True):
    """The findings of a build, each list in their order: those that the build before did not have, and those that it had
    too; and those that it alone had.
    """

    new: list[Diagnostic]
    mended: list[Diagnostic]
    still: list[Diagnostic]


class Story:
    """What builds have found, one after another."""

    def __init__(self) -> None:
        self._known: dict[_Key, Diagnostic] = {}
        self._unsure: dict[_Key, Diagnostic] = {}

    def go_on(self, outcome: Outcome, changed: Iterable[str]) -> News:
        """What the next build has found. `changed` are the files that are others than for the build before.

        What it may only have been kept from finding is not told as mended, and not as new when it is found again: where the
        settings are broken nothing else is looked at, where a file cannot be read nothing in it is, and where a note has an
        error, nothing is said of files that none uses. Nor is a warning told as mended that is of the step from one build to
        the next.
        """
        now = _keyed(outcome.found)
        before = {**self._unsure, **self._known}
        gone = {key: diagnostic for key, diagnostic in before.items() if key not in now}
        unread = {one.span.path for one in outcome.found if one.code in _UNREAD}
        is_whole, touched = outcome.loaded is not None, {*changed, DECK, PYPROJECT}
        is_sure = is_whole and not has_errors(outcome.found)
        unsure = {
            key: diagnostic
            for key, diagnostic in gone.items()
            if not (is_sure or (is_whole and diagnostic.span.path in touched))
            or (diagnostic.span.path in unread and diagnostic.code not in _UNREAD)
        }
        mended = [
            diagnostic for key, diagnostic in gone.items() if key not in unsure and not _is_of_one_build(diagnostic)
        ]
        news = News(
            [diagnostic for key, diagnostic in now.items() if key not in before],
            mended,
            [diagnostic for key, diagnostic in now.items() if key in before],
        )
        self._known, self._unsure = now, {k: d for k, d in unsure.items() if not _is_of_one_build(d)}
        return news


def _keyed(found: Iterable[Diagnostic]) -> dict[_Key, Diagnostic]:
    keyed: dict[_Key, Diagnostic] = {}
    numbers: dict[tuple[str, str, str], int] = {}
    for diagnostic in found:
        what = diagnostic.code, diagnostic.span.path, diagnostic.message
        numbers[what] = numbers.get(what, 0) + 1
        keyed[*what, numbers[what]] = diagnostic
    return keyed


def _is_of_one_build(diagnostic: Diagnostic) -> bool:
    """Whether it may compare a build with the one before, and the next one will not have it."""
    return diagnostic.code.startswith("I") and diagnostic.severity != "error"
