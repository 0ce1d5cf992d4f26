"""Code in HTML → its text and its language."""

from __future__ import annotations

import re

from lxml import etree


def plain(element: etree._Element) -> str | None:
    """The text of code in which only classes mark anything; None if it has other elements, or a style."""
    parts: list[str] = []
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if event == "end":
            parts.append("" if one is element else one.tail or "")
            continue
        if one is not element:
            known = one.tag in ("span", "code", "wbr", "a", "br", "div")
            if not known or "style" in one.attrib or "href" in one.attrib or (one.tag == "div" and one.attrib):
                return None
        parts.append("\n" if one.tag in ("br", "div") and one is not element else "")
        parts.append(one.text or "")
    return "".join(parts)


def language(element: etree._Element) -> str:
    """The language that a class of code names."""
    for one in (element, *element.iter("code")):
        if found := re.search(
            r"(?:^|\s)(?:language|lang|brush:?|highlight)[-: ](?P<name>[\w+#-]+)", one.get("class") or ""
        ):
            return found["name"]
    return ""
