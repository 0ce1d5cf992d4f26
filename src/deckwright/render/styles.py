"""The `style` of an author's element → what of it is kept: what is readable by day and by night, on any screen."""

from __future__ import annotations

from ..patterns import pattern
from . import colours

_LENGTH = (
    r"(?:\d{1,2}(?:\.\d+)?(?:px|pt)|\d?(?:\.\d+)?(?:em|rem|ex|ch)|[01]?(?:\.\d+)?cm|[12]?\d(?:\.\d+)?%|0(?:\.0+)?|auto)"
)
"""A distance that leaves room for text on a phone, and is not negative: that would put texts over one another."""

_DISTANCES = pattern(rf"{_LENGTH}(?:\s+{_LENGTH}){{0,3}}")
_GENERIC = r"(?:serif|sans-serif|monospace|cursive|system-ui|ui-(?:serif|sans-serif|monospace|rounded)|inherit|initial)"
_MEASURED = {
    # Another value would hide what the element holds, or put it where a phone has no room.
    "display": pattern("block|inline|inline-block|list-item"),
    # A font that a device lacks becomes the browser's own, unless one behind it is on every device.
    "font-family": pattern(rf"(?:[^;\\]*,)?\s*{_GENERIC}(?:\s*,[^;\\]*)?"),
    # Lines of a fixed height lie over one another where the text is large.
    "line-height": pattern(r"normal|inherit|[12](?:\.\d+)?(?:em)?|[12]\d\d(?:\.\d+)?%"),
    "white-space": pattern("normal|inherit|pre-wrap|pre-line|break-spaces"),
}


def readable(style: str) -> tuple[str, list[str]]:
    """The style with what can be read on every card, and what is left out for its colours or its functions.

    Names are in lower case, for the cleaner knows them so. A style from which nothing is taken stays as it was written.
    """
    kept: list[str] = []
    is_changed = False
    for declaration in style.split(";"):
        name, colon, value = (part.strip() for part in declaration.partition(":"))
        instead = _value(name.lower(), value)
        is_changed |= instead != value or name.lower() != name
        if colon and instead:
            kept.append(f"{name.lower()}: {instead}")
    return colours.readable("; ".join(kept) if is_changed else style)


def _value(name: str, value: str) -> str:
    """The value of a property as it is kept; empty if it is not."""
    if name.startswith(("border", "text-decoration")):
        return _line(value)
    if name.startswith(("margin", "padding")):
        return value if _DISTANCES.fullmatch(value.lower()) else ""
    allowed = _MEASURED.get(name)
    return value if not allowed or allowed.fullmatch(value.lower()) else ""


_WORD = pattern(r"[\w-]+\([^()]*\)|\S+")


def _line(value: str) -> str:
    """What says how a line is drawn. Black, white and the like are left out: then it has the colour of the text."""
    words = _WORD.findall(value)
    kept = [(colours.on_both_cards(word) or "") if colours.is_colour(word) else word for word in words]
    return value if kept == words else " ".join(word for word in kept if word)
