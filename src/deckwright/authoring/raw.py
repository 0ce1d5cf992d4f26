"""HTML of a field → the same as one block of raw HTML, in which Markdown reads nothing."""

from __future__ import annotations

import html
import re

from lxml import etree

from .elements import attributes_of

_BLANK = re.compile(r"[\r\n\f\v\u2028\u2029]+")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SOUND = re.compile(r"\[sound:([^\[\]\n<>]{1,500})\]", re.IGNORECASE)
_PRE = re.compile(r"(<(pre|textarea|listing|xmp)\b[^>]*>)(.*?)(</\2\s*>)", re.DOTALL | re.IGNORECASE)


def block(text: str) -> str:
    """A field on one line, in an element of its own. Anki's tag for a sound is an element there."""
    text = _PRE.sub(lambda found: found[1] + found[3].replace("\r\n", "\n").replace("\n", "&#10;") + found[4], text)
    text = _COMMENT.sub("", text) if "<!--" in text else text
    text = _SOUND.sub(lambda found: f'<audio src="{html.escape(html.unescape(found[1]))}"></audio>', text)
    return f"<div>{_BLANK.sub(' ', text).strip()}</div>"


def element(held: etree._Element) -> str:
    """An element on one line, with the attributes that the compiler keeps."""
    for one in held.iter(etree.Element):
        name = str(one.tag)
        kept = attributes_of(one)
        if name == "pre":
            one.text = (one.text or "").removeprefix("\n")
        one.attrib.clear()
        for found in re.finditer(r' ([\w-]+)="([^"]*)"', kept):
            one.set(found[1], html.unescape(found[2]))
    written = etree.tostring(held, encoding="unicode", method="html", with_tail=False)
    return block(written)[len("<div>") : -len("</div>")]
