"""An element of HTML → what is seen of it: its attributes, and the styles that it gives to the text inside."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache

from ..render.colours import channels

BOXES = frozenset({
    "ul", "ol", "li", "blockquote", "table", "caption", "tr", "td", "th", "pre", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5",
    "h6", "details", "summary", "figure", "figcaption",
})  # fmt: skip
"""Elements that are seen as such."""

LINES = frozenset(
    {"div", "section", "article", "header", "footer", "main", "nav", "aside", "address", "center", "form"}
)
"""Elements of which nothing is seen but that they begin a line."""

_BLOCKS = BOXES | LINES | {"p"}
_SAME = {
    "strong": "b", "em": "i", "del": "s", "strike": "s", "ins": "u", "tt": "code", "samp": "code", "acronym": "abbr",
}  # fmt: skip
_PLAIN = frozenset({"span", "font", "p", "label", "a", "pre", "nobr"})
_ALIGNED = re.compile(r"\bdw-(left|center|right)\b")
_HIGHLIGHT = re.compile(r"(?:dw-(?:line|word)|language-\S+|[a-z]{1,2}\d?)\Z")
_DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;]+)")

Styles = tuple[frozenset[str], frozenset[str]]
"""The styles that begin, and those that end."""


def of_element(tag: str, attributes: Mapping[str, str]) -> tuple[str, Styles, str]:
    """What is seen of the attributes of a box, the styles of the text inside, and the language of code."""
    classes = attributes.get("class", "").split()
    language = next((name.removeprefix("language-") for name in classes if name.startswith("language-")), "")
    shown = _shown(tag, attributes, classes)
    own = frozenset[str]()
    name = _SAME.get(tag, tag)
    if name not in _PLAIN and tag not in _BLOCKS:
        own |= {name}
    if tag == "a" and attributes.get("href"):
        own |= {f'a href="{html.escape(attributes["href"])}"'}
    if tag == "font":
        given = {"color": attributes.get("color", "")} | {"font-family": attributes.get("face", "")}
        begun, ended = _of_style("; ".join(f"{key}: {value}" for key, value in given.items() if value))
    else:
        begun, ended = _of_style("" if tag in _BLOCKS else attributes.get("style", ""))
    if tag == "span" and (kept := [name for name in classes if not _HIGHLIGHT.match(name)]):
        own |= {f'span class="{html.escape(" ".join(sorted(kept)))}"'}
    return shown, (own | begun, ended), language


def _shown(tag: str, attributes: Mapping[str, str], classes: list[str]) -> str:
    parts = []
    if tag == "ol" and attributes.get("start", "1") != "1":
        parts.append(f'start="{attributes["start"]}"')
    if tag in ("td", "th"):
        parts += [f'{name}="{attributes[name]}"' for name in ("colspan", "rowspan") if attributes.get(name, "1") != "1"]
    aligned = re.search(r"text-align:\s*(\w+)", attributes.get("style", "")) or _ALIGNED.search(" ".join(classes))
    side = aligned[1] if aligned else attributes.get("align", "center" if tag == "center" else "")
    if side and side not in ("left", "start"):
        parts.append(f'style="text-align: {side}"')
    if tag in ("div", "dl", "p") and (
        kept := sorted(name for name in classes if name.startswith("dw-") and name != "dw-table")
    ):
        parts.append(f'class="{" ".join(kept)}"')
    return " ".join(parts)


@lru_cache(maxsize=512)
def _of_style(written: str) -> Styles:
    """The styles of a `style`, in the form in which all that look alike are equal."""
    begun: set[str] = set()
    ended: set[str] = set()
    for name, value in _DECLARATION.findall(written):
        key, said = name.lower(), " ".join(value.lower().split()).removesuffix("!important").strip()
        if key == "font-weight":
            is_bold = said in ("bold", "bolder") or (said.isdigit() and int(said) >= 600)
            (begun if is_bold else ended).add("b")
        elif key == "font-style":
            (begun if said in ("italic", "oblique") else ended).add("i")
        elif key in ("text-decoration", "text-decoration-line"):
            begun |= {style for word, style in (("underline", "u"), ("line-through", "s")) if word in said}
        elif key in ("color", "background-color", "background"):
            colour = _colour(said)
            kept = "color" if key == "color" else "background-color"
            if colour and not (kept == "background-color" and colour in ("transparent", "#00000000", "none")):
                begun.add(f'span style="{kept}: {colour}"')
        elif key == "vertical-align":
            begun |= {said} & {"sub", "super"}
        elif key == "font-size" and said not in ("inherit", "medium", "1em", "100%"):
            begun.add(f'span style="font-size: {html.escape(said)}"')
        elif key == "font-family" and said not in ("inherit",):
            begun.add(f'span style="font-family: {html.escape(said)}"')
    return frozenset(begun), frozenset(ended)


_CLEAR = re.compile(r"rgba?\((?:[\d.]+%?[, ]+){2}[\d.]+%?[,/ ]+0(?:\.0*)?%?\)")


def _colour(said: str) -> str:
    """A colour as `#rrggbb` where it is known; empty where it is that of the card. What stands in a variable's place counts."""
    if found := re.fullmatch(r"var\(--[\w-]+(?:,\s*(.+))?\)", said):
        return _colour(found[1]) if found[1] else ""
    if said in ("inherit", "initial", "unset", "currentcolor"):
        return ""
    if _CLEAR.fullmatch(said):
        return "transparent"
    shown = channels(said)
    return "#{:02x}{:02x}{:02x}".format(*shown) if shown else html.escape(said)
