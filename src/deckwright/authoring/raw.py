"""HTML of a field → the same as one block of raw HTML, in which Markdown reads nothing."""

from __future__ import annotations

import html
import re

from lxml import etree

from ..render import html_elements
from . import trees
from .elements import attributes_of

_BLANK = re.compile(r"[\r\n\f\v\u2028\u2029]+")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SOUND = re.compile(r"\[sound:([^\[\]\n<>]{1,500})\]", re.IGNORECASE)
_PRE = re.compile(r"(<(pre|textarea|listing|xmp)\b[^>]*>)(.*?)(</\2\s*>)", re.DOTALL | re.IGNORECASE)


def block(text: str) -> str:
    """A field on one line, in an element of its own. One that nests too deeply is as it was, but for its lines."""
    if "[" not in text and not _OTHER_TAG.search(text):
        return f"<div>{_BLANK.sub(' ', text).strip()}</div>"
    try:
        body = trees.tree(text, joined=False)
    except trees.Unwritable:
        return f"<div>{_one_line(text)}</div>"
    body.tag = "div"
    return element(body)


_OTHER_TAG = re.compile(r"<(?!/?(?:b|i|u|em|strong|sub|sup|br|div|p|ul|ol|li)\s*/?>)")
"""What is not one of the tags that stay as they are."""


def element(held: etree._Element) -> str:
    """An element on one line, with the elements and attributes that the compiler keeps."""
    names = {str(one.tag) for one in held.iter(etree.Element)}
    if removed := names & html_elements.REMOVED:
        etree.strip_elements(held, *removed, with_tail=False)
    if unknown := names - html_elements.KEPT - html_elements.RENAMED.keys():
        etree.strip_tags(held, *unknown)
    for one in held.iter(etree.Element):
        if one.attrib:
            kept = attributes_of(one, whole=True)
            one.attrib.clear()
            for name, value in _ATTRIBUTE.findall(kept):
                one.set(name, html.unescape(value))
    return _one_line(trees.NO_ENDS.sub("", etree.tostring(held, encoding="unicode", method="html", with_tail=False)))


_ATTRIBUTE = re.compile(r' ([\w-]+)="([^"]*)"')


def _one_line(text: str) -> str:
    """HTML without line ends and comments. Anki's tag for a sound is an element there."""
    if "<pre" in text.lower() or "<xmp" in text or "<listing" in text:
        text = _PRE.sub(lambda found: found[1] + found[3].removeprefix("\n").replace("\n", "&#10;") + found[4], text)
    if "<!--" in text:
        text = _COMMENT.sub("", text)
    text = _SOUND.sub(lambda found: f'<audio src="{html.escape(html.unescape(found[1]))}"></audio>', text)
    return _BLANK.sub(" ", text).strip()
