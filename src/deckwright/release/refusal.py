"""Why there is no release, as a value."""

from __future__ import annotations

import msgspec

from ..diagnostics import Diagnostic


class Refusal(msgspec.Struct, frozen=True):
    """Why there is no release: the problem, a line for each of its details, and what to do about it, a line for each way.

    `found` is what was found in the project, where that is the reason. `is_made` says that there is a release, and that only
    the folder is not at it.
    """

    problem: str
    steps: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    found: tuple[Diagnostic, ...] = ()
    is_made: bool = False
