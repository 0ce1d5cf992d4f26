"""Colours that an author set by hand: at night, when the card is dark, they must stay readable.

A colour and its background are kept together or left out together. A background alone gets the text's colour that goes
with it. Text alone gets the nearest colour of the stylesheet, which has two shades of each: no colour has enough contrast
to both cards. Black, white and what is near them are left out.
"""

from __future__ import annotations

import re
from colorsys import rgb_to_hsv

from ..patterns import pattern

_NO_BACKGROUND = frozenset({"none", "transparent", "inherit", "initial", "unset"})
_AS_AROUND = frozenset({"currentcolor", "inherit", "initial", "unset", "revert"})
_FUNCTION = pattern(r"(rgb|hsl)a?\(([^()]*)\)")
_CALL = pattern(r"(?<![\w\\-])(?!(?:calc|min|max|clamp)\(|var\(--dw-)[\w\\-]++\(")
"""A function that does more than reckon or name a colour of the stylesheet: `url(…)` loads something, and `expression(…)` ran programs once."""

_GREY = 24
"""A colour whose channels (0–255) differ by less is a grey."""

_GREYS = (0.137, 0.37)
"""How light a grey may be to be one on both cards (relative luminance, WCAG 2.2), from `#686868` to `#a3a3a3`. A darker one
is nearly the text's own colour on the light card, a lighter one on the dark card.
"""

_HUES = ((20, "caution"), (70, "warning"), (165, "tip"), (255, "note"), (335, "important"), (360, "caution"))
"""Up to which hue, in degrees, a colour is which of the stylesheet's: red, orange, green, blue, violet, and red again."""


def readable(style: str) -> tuple[str, list[str]]:
    """A `style` in which the colours are readable on every card, and what had to be left out."""
    kept: dict[str, str] = {}
    called: list[str] = []
    for declaration in style.split(";"):
        name, colon, value = (part.strip() for part in declaration.partition(":"))
        if colon and _CALL.search(value) and not name.lower().startswith(("background", "color")):
            called.append(f"{name}: {value}")
        elif colon:
            kept[name.lower()] = value
    background = kept.pop("background", None)
    if background is not None:
        kept.setdefault("background-color", background)
    is_bare = "background-color" in kept and _is_none(kept["background-color"])
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
    elif text is not None:
        nearest = on_both_cards(text)
        gone = [] if nearest else [f"color: {text}"]
        kept["color"] = nearest or ""
    if gone:
        kept.pop("color", None)
        kept.pop("background-color", None)
    if not (gone or called) and back is None and not is_bare and text == kept.get("color"):
        return style, []
    return "; ".join(f"{name}: {value}" for name, value in kept.items()), called + gone


def on_both_cards(colour: str) -> str | None:
    """The colour of the stylesheet that a text in this colour gets, with the author's own where there is no stylesheet;
    None where it would vanish on one of the two cards, or nobody can tell.
    """
    if _word(colour) in _AS_AROUND:
        return colour
    seen = channels(colour)
    if seen is None:
        return None
    if max(seen) - min(seen) >= _GREY:
        hue = round(360 * rgb_to_hsv(*(part / 255 for part in seen))[0])
        name = next(name for end, name in _HUES if hue <= end)
    elif _GREYS[0] <= _luminance(seen) <= _GREYS[1]:
        name = "muted"
    else:
        return None
    return "var(--dw-{}, #{:02x}{:02x}{:02x})".format(name, *seen)


def is_colour(word: str) -> bool:
    """Whether a word of a value says a colour."""
    return _with_alpha(word) is not None


def channels(colour: str) -> tuple[int, int, int] | None:
    """Red, green and blue (0–255) of a colour; None where it is written in a way that is not known here, or where the
    card shines through, which is light or dark.
    """
    seen = _with_alpha(colour)
    return seen[:3] if seen and seen[3] >= 1 else None


def _is_none(background: str) -> bool:
    """Whether a background is none, or so clear that none is seen."""
    if _word(background) in _NO_BACKGROUND:
        return True
    seen = _with_alpha(background)
    return seen is not None and seen[3] <= 0


def _with_alpha(colour: str) -> tuple[int, int, int, float] | None:
    """Red, green and blue (0–255), and how opaque the colour is (0–1)."""
    from PIL import ImageColor

    colour, alpha = _word(colour), "1"
    if found := _FUNCTION.fullmatch(colour):
        parts = re.split(r"[\s,/]+", found[2].strip())
        colour = f"{found[1]}({','.join(part.removesuffix('deg') for part in parts[:3])})"
        alpha = parts[3] if len(parts) > 3 else alpha
    try:
        red, green, blue, *hexadecimal = ImageColor.getrgb(colour)
        opaque = hexadecimal[0] / 255 if hexadecimal else float(alpha.rstrip("%")) / (100 if "%" in alpha else 1)
    except ValueError:
        return None
    return min(red, 255), min(green, 255), min(blue, 255), opaque


def _word(value: str) -> str:
    return value.lower().replace("!important", "").strip()


def _lightness(seen: tuple[int, int, int]) -> float:
    """How light a colour looks, 0–255 (Rec. 601)."""
    return 0.299 * seen[0] + 0.587 * seen[1] + 0.114 * seen[2]


def _luminance(seen: tuple[int, int, int]) -> float:
    """How much light a colour gives, 0–1."""
    red, green, blue = (part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in seen)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
