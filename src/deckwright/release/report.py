"""A plan → the form for programs."""

from __future__ import annotations

from json import dumps
from typing import Any

import msgspec

from .plan import Plan


def to_json(plan: Plan) -> str:
    """A JSON object: the `version` that it would be, the `previous` one, the smallest honest `step`, its `reasons`, what to
    look at in `looks`, what must be done first in `missing`, and the `counts` of `deckwright diff`.

    Before the first release, `previous` and `step` are empty.
    """
    reasons: list[dict[str, Any]] = [
        {"step": reason.step, **msgspec.structs.asdict(reason)} for reason in plan.verdict.reasons
    ]
    held = {
        "version": plan.version,
        "previous": plan.former.release.version if plan.former else "",
        "step": plan.verdict.step if plan.former else "",
        "reasons": reasons,
        "looks": [msgspec.structs.asdict(look) for look in plan.verdict.looks],
        "missing": [refusal.problem for refusal in plan.missing],
        "counts": plan.changes.counts if plan.changes else {},
    }
    return dumps(held, ensure_ascii=False, indent=2)
