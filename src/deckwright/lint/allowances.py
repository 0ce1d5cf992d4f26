"""L000: a tag that lets its note break a rule which it does not break."""

from __future__ import annotations

from ..diagnostics.declare import Words, declare


@declare("L000", "hint")
def unneeded(code: str, is_known: bool) -> Words:
    """An allowance is not needed.

    The tag lets its note break a rule for cards that the note does not break, or that does not exist. It would hide the
    alarm that comes later, so take it out.
    Bad:
        ## Which port does SSH use? {.basic allow="L001 the answer is long"}
        22
    Good:
        ## Which port does SSH use? {.basic}
        22
    """
    if not is_known and not code.startswith("L"):
        return (
            f"{code} is no rule for cards",
            "take it out: only rules, whose codes begin with L, can be allowed to be broken",
        )
    if code == "L000":
        return (
            "L000 cannot be allowed: it tells of allowances",
            'take it out; to turn L000 off, write `L000 = "off"` below `[lint]`',
        )
    if not is_known:
        return f"there is no rule {code}", "take it out, or correct the code: deckwright explain lists all codes"
    return f"no card of this note breaks {code}", f"take `{code}` out of the tag"
