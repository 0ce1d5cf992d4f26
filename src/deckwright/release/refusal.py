"""Why there is no release, as a value."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..diagnostics import Diagnostic
from .step import Verdict


class Refusal(msgspec.Struct, frozen=True):
    """Why there is no release: the problem, a line for each of its details, and what to do about it, a line for each way.

    `found` is what was found in the project, where that is the reason. `is_made` says that there is a release, and that only
    the folder is not at it.

    `version`, `previous` and `verdict` are those of the plan, as far as it was known: the version that it would have been, the
    last release, and what is thought of the difference. `counts` are those of `diff.Changes`.
    """

    problem: str
    steps: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    found: tuple[Diagnostic, ...] = ()
    is_made: bool = False
    version: str = ""
    previous: str = ""
    verdict: Verdict | None = None
    counts: Mapping[str, int] = {}
