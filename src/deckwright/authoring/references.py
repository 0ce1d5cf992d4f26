"""Links, pictures, sounds and films of HTML → how they are written."""

from __future__ import annotations

import html
import re

from lxml import etree

from . import elements, escapes
from .pieces import Styles, style


def link(attributes: dict[str, str], styles: Styles) -> Styles:
    """The styles inside a link. One that leads nowhere from a card is text."""
    address = attributes.get("href", "").strip()
    if not address or any(one.kind == "link" for one in styles):
        return styles
    others = {key: value for key, value in attributes.items() if key != "href"}
    if elements.attribute_text("a", {key: value for key, value in others.items() if key != "title"}):
        tag = f'<a href="{html.escape(address)}"{elements.attribute_text("a", others)}>'
        return (*styles, style("html", tag, "</a>"))
    if not re.match(r"(?:https?|mailto|tel|anki):|//", address, re.IGNORECASE):
        return styles
    return (*styles, style("link", address, attributes.get("title", "")))


def picture(attributes: dict[str, str]) -> str:
    """A picture as Markdown, or as a tag if it has more than a description and a size."""
    source, alt = attributes.get("src", "").strip(), " ".join(attributes.get("alt", "").split())
    kept = elements.attribute_text(
        "img", {k: v for k, v in attributes.items() if k not in ("src", "alt", "width", "height")}
    )
    size = [attributes.get(name, "") for name in ("width", "height")]
    is_sized = re.fullmatch(r"[1-9]\d{0,3}", size[0]) and (not size[1] or re.fullmatch(r"[1-9]\d{0,3}", size[1]))
    simple = re.fullmatch(r"[^\\`*_\[\]<>&|$~=^%{}:@#!\n]*", alt)
    if kept or not simple or not source or not (is_sized or size == ["", ""]) or re.search(r"[<>\\\n]", source):
        return f"<img{elements.attribute_text('img', attributes)}>"
    shown = f"|{size[0]}" + (f"x{size[1]}" if size[1] else "") if is_sized else ""
    address = escapes.address(source)
    is_plain = re.fullmatch(r"[^\s()]+", address)
    return f"![{alt}{shown}]({address if is_plain else f'<{address}>'})"


def player(element: etree._Element, name: str, attributes: dict[str, str]) -> str:
    """A sound or a film, with the first of its files."""
    source = attributes.get("src") or next((one.get("src") or "" for one in element.iter("source")), "")
    return f"<{name}{elements.attribute_text(name, {**attributes, 'src': source})}></{name}>" if source else ""
