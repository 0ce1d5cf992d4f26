"""The text of a card template → its parts, and whether it shows anything, as Anki reads it.

Anki's own code is rslib/src/template.rs; a test compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

import msgspec

from .patterns import pattern


class Replacement(msgspec.Struct, frozen=True):
    """`{{filter:Field}}`: the filters are in the order in which they are applied, the last written first."""

    field: str
    filters: tuple[str, ...] = ()


class Section(msgspec.Struct, frozen=True):
    """`{{#Field}}`, or `{{^Field}}` if it is negated. `end` is the index of the first part behind the section."""

    field: str
    negated: bool
    end: int


Part: TypeAlias = str | Replacement | Section
"""A text or a comment is a string."""


class Parsed(msgspec.Struct, frozen=True):
    """The parts of a template in order; those of a section follow it. If its sections do not match, there are none, and
    `error` says what is wrong.
    """

    parts: tuple[Part, ...] = ()
    error: str = ""


NUMBERED = pattern(r"c[0-9]{1,9}")
"""What a section may ask for besides a field: the number of the cloze."""


@lru_cache(maxsize=256)
def parse(template: str) -> Parsed:
    """The parts of a template."""
    parts: list[Part] = []
    opened: list[tuple[int, str, bool]] = []
    for tag, text in _tokens(template):
        if not tag:
            parts.append(text)
            continue
        name = text.lstrip("{").strip()
        kind, name = (name[:1], name[1:].lstrip()) if len(name) > 1 and name[0] in "#^/" else ("", name)
        if kind and kind in "#^":
            opened.append((len(parts), name, kind == "^"))
            parts.append("")  # The section: where it ends is not known yet.
        elif not kind:
            *filters, field = name.split(":")
            parts.append(Replacement(field, tuple(reversed(filters))))
        elif opened and opened[-1][1] == name:
            at, name, negated = opened.pop()
            parts[at] = Section(name, negated, len(parts))
        else:
            return Parsed(error=f"{{{{/{name}}}}} closes a section that is not the last one opened")
    if opened:
        return Parsed(error=f"{{{{/{opened[-1][1]}}}}} is missing")
    return Parsed(tuple(parts))


_OTHER_BRACKETS = "{{=<% %>=}}"
"""A template that begins like this has its tags in <% and %>."""


def _tokens(template: str) -> Iterator[tuple[bool, str]]:
    """The tags, as what stands between their brackets, and the texts. Comments are text.

    A regular expression would take quadratic time where many are opened and none is closed.
    """
    opening, closing = "{{", "}}"
    if template.lstrip().startswith(_OTHER_BRACKETS):
        opening, closing = "<%", "%>"
        template = template.lstrip()
        while template.startswith(_OTHER_BRACKETS):
            template = template.removeprefix(_OTHER_BRACKETS)
    at, comment, tag = 0, template.find("<!--"), template.find(opening)
    while comment >= 0 or tag >= 0:
        is_comment = tag < 0 or 0 <= comment < tag
        start = comment + len("<!--") if is_comment else tag + len(opening)
        end = template.find("-->" if is_comment else closing, start)
        if end < 0:  # Nothing behind it is closed either.
            comment, tag = (-1, tag) if is_comment else (comment, -1)
            continue
        after = end + (len("-->") if is_comment else len(closing))
        if is_comment:
            yield False, template[at:after]
        else:
            if tag > at:
                yield False, template[at:tag]
            yield True, template[start:end]
        at = after
        comment = template.find("<!--", at) if 0 <= comment < at else comment
        tag = template.find(opening, at) if 0 <= tag < at else tag
    if at < len(template):
        yield False, template[at:]


def with_cloze(templates: Iterable[str]) -> Iterator[str]:
    """The fields that templates show by `{{cloze:…}}`, in their order: Anki hides deletions in no others."""
    parts = (part for template in templates for part in parse(template).parts)
    return (part.field for part in parts if isinstance(part, Replacement) and "cloze" in part.filters)


def shows(template: str, filled: frozenset[str]) -> bool:
    """Whether a template shows one of the filled fields. If its sections do not match, it shows nothing."""
    return any(isinstance(part, Replacement) and part.field in filled for part in shown(template, filled))


@lru_cache(maxsize=4096)
def shown(template: str, filled: frozenset[str]) -> tuple[str | Replacement, ...]:
    """What is left of a template's parts if these fields are filled. Texts side by side are one."""
    left: list[str | Replacement] = []
    parts = parse(template).parts
    at = 0
    while at < len(parts):
        part = parts[at]
        at += 1
        if isinstance(part, Section):
            at = part.end if (part.field in filled) == part.negated else at
        elif isinstance(part, str) and left and isinstance(left[-1], str):
            left[-1] += part
        else:
            left.append(part)
    return tuple(left)


_EMPTY = pattern(r"(?:[ \t-\r]|</?(?:br|div) ?/?>)*", re.IGNORECASE | re.ASCII)


def is_empty(value: str) -> bool:
    """Whether Anki takes a field for empty: it has only white space, and tags of `br` and `div` without attributes."""
    return not value or _EMPTY.fullmatch(value) is not None


_CONTROL = pattern(r"[\x00-\x08\x0b-\x1f\x7f]")


def stored(value: str) -> str:
    """What Anki keeps of a field: no control characters, and letters composed (rslib/src/notes/mod.rs)."""
    kept = _CONTROL.sub("", value)
    return kept if kept.isascii() else unicodedata.normalize("NFC", kept)
