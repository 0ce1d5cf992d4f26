"""The HTML of a field, its clozes as Anki reads them → the same with signs in place of their marks, which no tag can tear apart."""

from __future__ import annotations

import re

import msgspec

from ..limits import MAX_CLOZE_NESTING

OPEN, NUMBERED, HINT, CLOSE = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
"""Signs for `{{c`, for the end of its number, for `::` before a hint, and for `}}`. They are no characters of any text."""

SIGNS = re.compile(f"{OPEN}([0-9,]+){NUMBERED}|{HINT}|{CLOSE}")

_TOKEN = re.compile(r"\{\{c([0-9,]{1,999})::|\}\}|::")
_JOINTS = re.compile(r"(?i)<wbr>|&(?:#0*(?:58|123|125)|#x0*(?:3a|7b|7d)|colon|lbrace|lcub|rbrace|rcub);")


def marked(html: str, cloze: bool) -> str:
    """The HTML with signs for the marks of its clozes, if it is a `cloze` note's. What has no partner stays text."""
    html = re.sub("[\ufdd0-\ufdd3]", "", html)
    if not cloze or "{{c" not in html:
        return html
    signs: dict[int, tuple[int, str]] = {}
    opened: list[_Open] = []
    for token in _TOKEN.finditer(html):
        if token[1]:
            if len(opened) < MAX_CLOZE_NESTING:
                opened.append(_Open({token.start(): (token.end(), f"{OPEN}{token[1]}{NUMBERED}")}))
        elif token[0] == "}}" and opened:
            closed = opened.pop().signs | {token.start(): (token.end(), CLOSE)}
            (opened[-1].signs if opened else signs).update(closed)
        elif token[0] == "::" and opened and not opened[-1].has_hint:  # All that follow are the hint's text.
            opened[-1].signs[token.start()] = token.end(), HINT
            opened[-1].has_hint = True
    parts, at = [], 0
    for start, (end, sign) in sorted(signs.items()):
        parts += [html[at:start], sign]
        at = end
    return "".join([*parts, html[at:]])


class _Open(msgspec.Struct):
    """A cloze that is not closed yet: the signs in it, by place, each with the end of what it stands for."""

    signs: dict[int, tuple[int, str]]
    has_hint: bool = False


def healed(edited: str, built: str) -> str:
    """An edited field in which the answers of the built one are whole again.

    What keeps two colons or braces of an answer apart, `&#58;` in old packages, is gone once Anki's editor has saved the field:
    then the answer ends where nobody wanted it to.
    """
    for cloze in _CLOZE.finditer(built):
        broken = _JOINTS.sub(_character, cloze[0])
        if broken != cloze[0] and cloze[0] not in edited and broken in edited:
            edited = edited.replace(broken, cloze[0], 1)
    return edited


_CLOZE = re.compile(r"\{\{c[0-9,]{1,999}::(?>(?:(?!\{\{c|\}\})[\s\S])*)\}\}+")


def _character(found: re.Match[str]) -> str:
    code = found[0].lower()
    if code == "<wbr>":
        return ""
    return next(sign for sign, names in _NAMES.items() if any(name in code for name in names))


_NAMES = {":": ("58", "3a", "colon"), "{": ("123", "7b", "lbrace", "lcub"), "}": ("125", "7d", "rbrace", "rcub")}
