"""Markdown of other tools, and the HTML of a field → their letters and digits in order, to compare what is read on cards.

It knows nothing of how notes are converted, nor of how Deckwright reads Markdown.
"""

from __future__ import annotations

import html
import re

_ADDRESS = r"\((?:<[^>\n]*>|(?:\\.|[^()\s\\]|\((?:\\.|[^()\s\\])*\))*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\)"
_VERBATIM = re.compile(
    r"^[ \t>]*(?:[-*+] +)?(?P<fence>`{3,}|~{3,})(?:.*)\n(?P<code>(?:.*\n)*?)[ \t>]*(?P=fence)[`~]*[ \t]*$"
    r"|(?P<span>`+)(?!`)(?P<inner>.+?)(?<!`)(?P=span)(?!`)"
    rf"|!\[[^\]\n]*\]{_ADDRESS}|\]{_ADDRESS}"
    r"|(?P<maths>\$\$(?:.|\n)+?\$\$|(?<![\\$\w])\$(?=\S)[^$\n]*?(?<=\S)\$(?!\d)|\\\((?:.|\n)+?\\\)|\\\[(?:.|\n)+?\\\])",
    re.MULTILINE,
)
"""What is no prose: code and formulas, of which what is inside is read, and the addresses of links and pictures."""

_HIDDEN = re.compile(
    r"<!--(?:.|\n)*?-->|^ {0,3}\[[^\]^\n][^\]\n]*\]: +\S.*$|%%(?:.|\n)*?%%|!\[\[[^\]]*\]\]|\[\^[^\]\s]+\]|(?:^|\s)\^[0-9A-Za-z-]+[ \t]*$",
    re.MULTILINE,
)
_IMAGE = re.compile(r"!\[[^\]]*\]\[[^\]]*\]")
_WIKILINK = re.compile(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]")
_ITEM = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+(?:\[[ xX]\][ \t]+)?", re.MULTILINE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_STAND_IN = re.compile("[\x0e\x10-\x14]\\d+\x0f")


def of_markdown(text: str) -> str:
    """What of a Markdown text is read: no marks, no numbers of lists, no pictures and comments."""
    kept: list[str] = []
    position = 0
    text = f"{text}\n"
    for found in _VERBATIM.finditer(text):
        kept += [_prose(text[position : found.start()])]
        kept += [_signs(next(filter(None, (found["code"], found["inner"], found["maths"])), ""))]
        position = found.end()
    return "".join([*kept, _prose(text[position:])])


def of_html(field: str) -> str:
    """The same of a field, as it is while names and numbers are still missing."""
    field = re.sub(r"(?s)<sup[^>]*>\s*<a[^>]*footnote[^>]*>.*?</a>\s*</sup>", "", field)
    return _signs(html.unescape(_TAG.sub("", _STAND_IN.sub("", field))))


def _prose(text: str) -> str:
    text = _IMAGE.sub("", _HIDDEN.sub("", text))
    return _signs(html.unescape(_TAG.sub("", _ITEM.sub("", _WIKILINK.sub(r"\1", text)))))


def _signs(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
