"""Colours that an author set by hand: at night, when the card is dark, they must stay readable.

A colour and its background are kept together or left out together. A background alone gets the text's colour that goes
with it. Text alone may be in a colour, but not in black, white or a grey: it would vanish on one of the two cards.
"""

from __future__ import annotations

import re

_NAMED = {
    "aqua": "00ffff", "black": "000000", "blue": "0000ff", "cyan": "00ffff", "fuchsia": "ff00ff", "gold": "ffd700",
    "gray": "808080", "green": "008000", "grey": "808080", "lightblue": "add8e6", "lightgray": "d3d3d3",
    "lightgreen": "90ee90", "lightgrey": "d3d3d3", "lightyellow": "ffffe0", "lime": "00ff00", "magenta": "ff00ff",
    "maroon": "800000", "navy": "000080", "olive": "808000", "orange": "ffa500", "pink": "ffc0cb", "purple": "800080",
    "red": "ff0000", "silver": "c0c0c0", "teal": "008080", "white": "ffffff", "yellow": "ffff00",
}  # fmt: skip
_NO_BACKGROUND = frozenset({"none", "transparent", "inherit", "initial", "unset"})
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")
_RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*\)")


def readable(style: str) -> tuple[str, list[str]]:
    """A `style` in which the colours are readable on every card, and what had to be left out for that."""
    kept: dict[str, str] = {}
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            kept[name.strip().lower()] = value.strip()
    background = kept.pop("background", None)
    if background is not None:
        kept.setdefault("background-color", background)
    is_bare = _word(kept.get("background-color", "")) in _NO_BACKGROUND
    if is_bare:
        del kept["background-color"]
    back, text = kept.get("background-color"), kept.get("color")
    gone: list[str] = []
    if back is not None:
        seen = channels(back)
        if seen is None:
            gone = [f"background: {back}", *([f"color: {text}"] if text else [])]
        elif text is None:
            kept["color"] = "#000" if _lightness(seen) > 127 else "#fff"
    elif text is not None and is_grey(text):
        gone = [f"color: {text}"]
    if gone:
        kept.pop("color", None)
        kept.pop("background-color", None)
    if not gone and back is None and not is_bare:
        return style, []
    return "; ".join(f"{name}: {value}" for name, value in kept.items()), gone


def is_grey(colour: str) -> bool:
    """Whether it is black, white or a grey."""
    seen = channels(colour)
    return seen is not None and max(seen) - min(seen) < 24


def channels(colour: str) -> tuple[int, int, int] | None:
    """Red, green and blue (0–255) of a colour; None where it is written in a way that is not known here."""
    colour = _word(colour)
    if found := _RGB.fullmatch(colour):
        return int(found[1]), int(found[2]), int(found[3])
    digits = _NAMED.get(colour, "")
    if found := _HEX.fullmatch(colour):
        digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
    return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)) if digits else None


def _word(value: str) -> str:
    return value.lower().replace("!important", "").strip()


def _lightness(seen: tuple[int, int, int]) -> float:
    """How light a colour looks, 0–255 (Rec. 601)."""
    return 0.299 * seen[0] + 0.587 * seen[1] + 0.114 * seen[2]
