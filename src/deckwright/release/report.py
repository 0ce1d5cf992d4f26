"""A plan, or why there is none → the form for programs."""

from __future__ import annotations

from json import dumps, loads
from typing import Any

import msgspec

from ..diagnostics import to_json as found_to_json
from .plan import Plan
from .refusal import Refusal
from .trial import Tried


def to_json(planned: Plan | Refusal, tried: Tried | None = None) -> str:
    """A JSON object, with the same keys whether a release is `refused` or not.

    The `version` that it would be, the `previous` one, the smallest honest `step`, its `reasons`, what to look at in `looks`,
    the `counts` of `deckwright diff`; then the `problem` for which it is refused, with `details` and what is `next`, and what
    else must be done first in `missing`. `found` are diagnostics, as of `deckwright check --json`, and `rehearsal` is what the
    rehearsal showed, null without one.

    What is not known is empty: `previous` and `step` before the first release, and most of it where a refusal came before
    the comparison.
    """
    refusal = planned if isinstance(planned, Refusal) else tried.refusal if tried else None
    known = planned if isinstance(planned, Refusal) else planned.refused(Refusal(""))
    missing = [] if isinstance(planned, Refusal) else [each.problem for each in planned.missing]
    verdict = known.verdict
    reasons: list[dict[str, Any]] = [
        {"step": reason.step, **msgspec.structs.asdict(reason)} for reason in (verdict.reasons if verdict else ())
    ]
    held = {
        "version": known.version,
        "previous": known.previous,
        "step": verdict.step if verdict and known.previous else "",
        "refused": refusal is not None,
        "problem": refusal.problem if refusal else "",
        "details": refusal.details if refusal else (),
        "next": refusal.steps if refusal else (),
        "reasons": reasons,
        "looks": [msgspec.structs.asdict(look) for look in (verdict.looks if verdict else ())],
        "missing": missing,
        "counts": known.counts,
        "found": loads(found_to_json(planned.found)),
        "rehearsal": tried.summed() if tried else None,
    }
    return dumps(held, ensure_ascii=False, indent=2)
