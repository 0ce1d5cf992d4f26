"""Elements of HTML → the styles and the tags that the compiler keeps of them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache

from lxml import etree

from ..render import colours, html_elements
from .pieces import Style, Styles, style

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "li", "listing", "main",
    "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "xmp",
})  # fmt: skip
"""Elements that begin on a line of their own."""

_EMPHASIS = {
    "b": Style("strong"), "strong": Style("strong"), "i": Style("emphasis"), "em": Style("emphasis"),
    "s": Style("strike"), "del": Style("strike"), "strike": Style("strike"),
}  # fmt: skip
_MARK = Style("mark")
_DECLARATION = re.compile(r"\s*([\w-]+)\s*:\s*([^;]+?)\s*(?:;|\Z)")
_PLAIN = {
    "font-weight": ("normal", "400"), "font-style": ("normal",), "text-decoration": ("none",), "text-align": ("start", "left"),
    "font-size": ("inherit", "medium", "1em", "100%"), "color": ("inherit",), "height": ("auto",), "width": ("auto",),
}  # fmt: skip
"""Values that say no more than there would be without them."""


def styles(name: str, attributes: Mapping[str, str], around: Styles, cloze: bool) -> Styles:
    """The styles inside an element of a line: those around it, and its own."""
    kept = attribute_text(name, attributes) if attributes else ""
    if name in _EMPHASIS and (not kept or _EMPHASIS.get(_ALIKE.get(kept, "")) == _EMPHASIS[name]):
        own = _EMPHASIS[name]
        return around if own in around else (*around, own)
    if name == "mark" and not kept and not cloze:
        return around if _MARK in around else (*around, _MARK)
    if name in ("span", "font", "big"):
        if "style" in attributes and around:
            around = _undone(attributes["style"], around)
        return _of_span(name, attributes, kept, around)
    name = html_elements.RENAMED.get(name, name)
    if name not in html_elements.KEPT:
        return around
    return (*around, style("html", f"<{name}{kept}>", f"</{name}>"))


def _of_span(name: str, attributes: Mapping[str, str], kept: str, around: Styles) -> Styles:
    """The styles of an element that only says how text looks. Bold and italic are emphasis if nothing else is said."""
    if name == "big":
        return (*around, style("html", '<span style="font-size: larger">', "</span>"))
    if not kept:
        return around
    if kept in _ALIKE:
        own = _EMPHASIS[_ALIKE[kept]]
        return around if own in around else (*around, own)
    if kept == ' style="text-decoration: underline"':
        return (*around, style("html", "<u>", "</u>"))
    return (*around, style("html", f"<{name}{kept}>", f"</{name}>"))


_UNDOING = {
    "strong": re.compile(r"(?:^|[;\s])font-weight\s*:\s*(?:normal|400)\b"),
    "emphasis": re.compile(r"(?:^|[;\s])font-style\s*:\s*normal\b"),
}


def _undone(written: str, around: Styles) -> Styles:
    """The styles around an element without the emphasis that its style takes back."""
    undone = [kind for kind, pattern in _UNDOING.items() if pattern.search(written)]
    return tuple(one for one in around if one.kind not in undone) if undone else around


def is_of_text(kept: str) -> bool:
    """Whether the attributes of a block say only how its text looks."""
    return bool(_OF_TEXT.fullmatch(kept))


_OF_TEXT = re.compile(r' style="(?:(?:font-weight|font-style|color|font-size|text-decoration): [^;"]+(?:; )?)+"')


_ALIKE = {
    ' style="font-weight: bold"': "b", ' style="font-weight: bolder"': "b", ' style="font-weight: 700"': "b",
    ' style="font-weight: 600"': "b", ' style="font-style: italic"': "i", ' style="text-decoration: line-through"': "s",
}  # fmt: skip


def as_tag(held: Style) -> Style:
    """A style as an element of HTML, which may be around a block."""
    name = TAGS.get(held.kind)
    return style("html", f"<{name}>", f"</{name}>") if name else held


TAGS = {"strong": "b", "emphasis": "i", "strike": "s", "mark": "mark"}
"""The elements of HTML for the emphasis of Markdown."""


def attribute_text(name: str, attributes: Mapping[str, str], whole: bool = False) -> str:
    """The attributes of a tag that the compiler keeps, as they are written in it, each after a space.

    With `whole`, those too that say so little that no Markdown becomes HTML for them.
    """
    return _attribute_text(name, tuple(attributes.items()), whole) if attributes else ""


@lru_cache(maxsize=4096)
def _attribute_text(name: str, attributes: tuple[tuple[str, str], ...], whole: bool) -> str:
    allowed: set[str] = html_elements.ATTRIBUTES.get(name, set())
    if whole:
        allowed = allowed | html_elements.LAYOUT_ATTRIBUTES.get(name, set())
    parts = []
    for key, value in attributes:
        is_data = whole and key.startswith("data-")
        if not (is_data or key in allowed or key in html_elements.ATTRIBUTES["*"]):
            continue
        if key == "color" and not colours.on_both_cards(value):
            continue
        kept = " ".join(((_whole_style if whole else _style)(value) if key == "style" else value).split())
        if kept or key in ("alt", "checked", "disabled", "open", "reversed", "controls", "loop"):
            parts.append(f' {key}="{html.escape(kept)}"')
    return "".join(parts)


def attributes_of(element: etree._Element, whole: bool = False) -> str:
    """The attributes of an element that the compiler keeps, likewise."""
    if not element.attrib:
        return ""
    attributes = {str(key).lower(): str(value) for key, value in element.attrib.items()}
    return attribute_text(str(element.tag), attributes, whole)


@lru_cache(maxsize=1024)
def _whole_style(written: str) -> str:
    """All declarations that the compiler keeps."""
    kept: dict[str, str] = {}
    for found in _DECLARATION.finditer(written):
        name = {"background": "background-color"}.get(found[1].lower(), found[1].lower())
        if name in html_elements.STYLES or name in html_elements.LAYOUT_STYLES:
            kept[name] = found[2]
    return _on_both_cards(kept)


@lru_cache(maxsize=1024)
def _style(written: str) -> str:
    """The declarations that the compiler keeps, and that say anything."""
    kept: dict[str, str] = {}
    for found in _DECLARATION.finditer(written):
        name, value = found[1].lower(), found[2]
        if name == "text-decoration-line":
            name = "text-decoration"
        if name == "background":
            name = "background-color"
        if name in html_elements.STYLES and value.lower() not in _PLAIN.get(name, ()):
            kept[name] = value
    return _on_both_cards(kept)


def _on_both_cards(kept: dict[str, str]) -> str:
    """The declarations without those whose colours the compiler leaves out."""
    if not kept:
        return ""
    gone = [what.partition(":")[0] for what in colours.readable(_written(kept))[1]]
    back = kept.get("background-color", "").lower()
    if back and (not colours.readable(f"background-color: {back}")[0]):
        gone.append("background-color")
    for name in gone:
        kept.pop("background-color" if name == "background" else name, None)
    return _written(kept)


def _written(kept: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in kept.items())
