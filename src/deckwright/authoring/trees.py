"""The HTML of a field → its elements."""

from __future__ import annotations

import re

from lxml import etree

from ..render.html_elements import REST_OF_TAG

MAX_DEPTH = 60
"""How deep elements may nest: Anki's editor writes some ten, and the compiler reads forty quotes or emphases."""


class Unwritable(Exception):
    """There is no Markdown for it."""


_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)


def tree(text: str, joined: bool = True) -> etree._Element:
    """The elements of a field, within a `body`. Raises Unwritable where there is none.

    Line breaks inside maths are line ends if they are `joined`: to MathJax, and to Anki's LaTeX, they are the same.
    """
    text = _ended(_joined(text) if joined else text)
    whole = f"<html><body>{text}</body></html>".encode("utf-8", "replace")
    root = etree.fromstring(whole, _PARSER)
    body = root.find("body") if root is not None else None
    if body is None or (text.count("<") > MAX_DEPTH and _is_deep(body)):
        raise Unwritable
    return body


def _ended(text: str) -> str:
    """The HTML with an end for each element that has none, and that the parser does not know as such: it would hold all behind it."""
    return _WITHOUT_END.sub(lambda tag: f"{tag[0].rstrip('/>')} />", text)


_ENDLESS = "(?:bgsound|embed|keygen|source|track|wbr)"
_WITHOUT_END = re.compile(rf"<{_ENDLESS}\b{REST_OF_TAG}", re.IGNORECASE)
NO_ENDS = re.compile(rf"</{_ENDLESS}>")
"""The ends that the parser's library then writes, which are none in HTML."""


def _is_deep(body: etree._Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(body, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            return True
    return False


FORMULA = re.compile(
    r"\s*(?:(?P<inline>\$(?!\$)(?P<tex>[^$]+)\$)|\$\$(?P<double>[^$]+)\$\$|\\\[(?P<display>.+)\\\]"
    r"|\\begin\{(?P<name>displaymath|equation\*?|math)\}(?P<inside>.+)\\end\{(?P=name)\})\s*",
    re.DOTALL,
)
"""LaTeX that is one formula."""

_MATHS = re.compile(r"\\\(|\\\[|\[\$\$?\]|\[latex\]", re.IGNORECASE)
_END = {"\\(": "\\)", "\\[": "\\]", "[$]": "[/$]", "[$$]": "[/$$]", "[latex]": "[/latex]"}
_BREAK = re.compile(r"<br\s*/?>|</?div>|</?p>", re.IGNORECASE)
_TAG = re.compile(r"<[/a-zA-Z][^>]*>")


def _joined(text: str) -> str:
    """The HTML with line ends in place of the line breaks inside maths."""
    if "<" not in text or not _MATHS.search(text):
        return text
    parts, position = [], 0
    unclosed: set[str] = set()
    for found in _MATHS.finditer(text):
        closing = _END[found[0].lower()]
        if found.start() < position or closing in unclosed:
            continue
        stop = text.find(closing, found.end())
        if stop < 0:
            unclosed.add(closing)
            continue
        inside = text[found.end() : stop]
        if "<" in inside:
            broken = _BREAK.sub("\n", inside)
            broken = _TAG.sub("", broken) if found[0][0] == "[" else broken.replace("<wbr>", "")
            if closing == "[/latex]" and not FORMULA.fullmatch(broken):
                continue
            parts += [text[position : found.end()], broken]
            position = stop
    return "".join([*parts, text[position:]])
