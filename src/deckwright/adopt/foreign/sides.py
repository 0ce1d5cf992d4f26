"""A line with a separator in it → the question and the answer on its two sides, or why it is left alone."""

from __future__ import annotations

import re

import msgspec

from .text import masked

_ITEM = re.compile(r"(?P<indent>\s*)(?P<mark>[-*+]|\d+[.)])\s+(?P<box>\[[ xX]\]\s+)?")
_PROPERTY = re.compile(r"(?:[-*+] )?[\w-]+$")
_NAMESPACE = re.compile(r"\b(?:std|boost|crate|super|self|Self|core|alloc|chrono|tokio|Qt|cv|tf|Eigen|AWS|\w+_t)$")
_NAME = re.compile(r"~?[A-Za-z_]\w*(?:[<(*&;]|\.\w)")


class Sides(msgspec.Struct, frozen=True):
    """The two sides of a line, without the mark of an item and tags at its end. `item` says that it is an item."""

    question: str
    answer: str
    is_reversed: bool
    tags: tuple[str, ...]
    item: bool


def sides(line: str, single: str, both: str, is_certain: bool) -> Sides | str | None:
    """The sides of a line; None if it has no separator, or else why it is left as it is. `is_certain` says that the tool has
    left something of its own at the line.
    """
    blot = masked(line)
    separator = max((each for each in (single, both) if each and each in blot), key=len, default="")
    if not separator:
        return None
    if line.lstrip().startswith((">", "|")):
        return "it is in a quote or a table"
    found = _ITEM.match(line)
    if (found and found["indent"]) or (not found and line[:1] in " \t"):
        return "it is further in, in a list"
    start = found.end() if found else 0
    place = blot.index(separator, start) if separator in blot[start:] else -1
    if place < 0:
        return None
    asked, answered = line[start:place].strip(), line[place + len(separator) :].strip()
    if not asked or not answered:
        return None
    if separator in blot[place + len(separator) :]:
        return f"it has more than one `{separator}`"
    if not is_certain and _PROPERTY.match(asked) and line[place + len(separator)].isspace() and line[place - 1] != " ":
        return "it looks like a property, `key:: value`"
    touches = not (line[place - 1].isspace() or line[place + len(separator)].isspace())
    if touches and not is_certain and (_NAMESPACE.search(asked) or _NAME.match(answered)):
        return "it looks like a name in code"
    tags: list[str] = []
    while tagged := re.search(r"\s#([^\s#.,;:!?'\"()\[\]{}]*[^\W\d][^\s#.,;:!?'\"()\[\]{}]*)$", answered):
        tags.insert(0, tagged[1])
        answered = answered[: tagged.start()].rstrip()
    if not answered:
        return None
    if heading := re.match(r"#{1,6}\s+(.+)", asked):
        asked = heading[1]
    return Sides(asked, answered, separator == both, tuple(tags), bool(found))


def is_continued(line: str, below: str) -> bool:
    """Whether the line below belongs to the item that a line is."""
    return bool(_ITEM.match(line)) and below[:1] in (" ", "\t") and bool(below.strip())
