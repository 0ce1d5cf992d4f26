"""The rule `definitions`: a sentence such as "A subnet is a segment of …" becomes a cloze note."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ..ids.edits import Insertion
from ..lint.words import words
from ..read.blocks import Block
from . import filters
from .ideas import Entry, Idea, worthwhile
from .lists import items, skip
from .passages import Passage

_WORDS = r"[^\s*_`\[\]()<>:;,.!?=|\"“”][^*_`\[\]()<>:;,.!?=|\"“”]{1,50}?"
_DEFINITION = re.compile(
    rf"(?P<all>(?:(?P<article>An?|The)\s+)?(?:(?P<mark>\*\*|__|\*|_)(?P<marked>{_WORDS})(?P=mark)|(?P<bare>{_WORDS}))"
    r"(?:\s+\([^()]{1,40}\))?)\s+(?:is|are)\s+(?P<rest>(?:an?|any|the\s+(?:ability|act|amount"
    r"|application|art|branch|capacity|degree|difference\s+between|extent|field|fraction|idea\s+that|level|maximum|measure|minimum"
    r"|name|number|part|percentage|point\s+(?:at|where)|practice|probability|process|property|rate|ratio|relationship|science|set"
    r"|speed|state|study|sum|technique|tendency|time|total|use|volume)\b)\s+\S.*)",
    re.DOTALL,
)
_NO_SUBJECT = frozenset(
    """
    advantage aim alternative answer another approach aspect basic basis benefit best both case cause challenge class consequence
    default difference disadvantage downside drawback each easiest effect either example fact figure final first focus following
    former function goal here idea important intuition issue it key last latter main method most motivation nothing number object
    objective one only order other others output part point problem process purpose question reason result role same second
    solution some something step such term that there these they thing third this those trick type underlying use user value what
    when where which who why you your
    """.split()  # noqa: SIM905
)
"""Words in a subject that make the sentence no definition."""

_MOST_HIDDEN = 15
_MOST_SHOWN = 60
"""Words of what is hidden, and of the whole note."""


def idea(passage: Passage) -> Idea | None:
    """The passage as a cloze note, if it is a definition and little else; or the items of its list, if they are; else None."""
    if passage.heading is None or not passage.body or filters.is_aside(passage.titles):
        return None
    first = passage.body[0]
    if all(block.kind == "paragraph" for block in passage.body):
        entry = _entry(passage, first, passage.plain(passage.body))
        if entry and len(passage.body) <= 3 and filters.is_plain(passage.body):
            return Idea("definitions", passage, "cloze", (replace(entry, line=passage.first),))
        return None
    held = items(passage)
    if len(held) < 2 or any(block.kind == "table" for block in passage.body):
        return None
    entries: list[Entry] = []
    for item in held:
        leaf = item.children[0] if item.children else None
        if leaf is None or leaf.kind != "paragraph" or not leaf.text.strip():
            return None
        made = _entry(passage, leaf, passage.plain([leaf])) if len(item.children) == 1 else None
        line = leaf.place(len(leaf.text) - len(leaf.text.lstrip()))[0]
        entries.append(made or Entry(line, passage.plain([leaf]), "", skip=skip(leaf), is_left_out=True))
    return Idea("definitions", passage, "cloze items", tuple(entries)) if worthwhile(tuple(entries)) else None


def _entry(passage: Passage, leaf: Block, shown: str) -> Entry | None:
    """The cloze note of a leaf that begins with a definition; None if it makes none. `shown` is all that is on its card. If a
    heading has the term, what it means is hidden, else the term.
    """
    found = _DEFINITION.match(leaf.text)
    if not found or filters.length(shown) > _MOST_SHOWN or not filters.is_plain([leaf], links=False):
        return None
    subject = found["marked"] or found["bare"]
    said = words(subject)
    if not said or len(said) > 5 or _NO_SUBJECT & {*said} or not filters.is_subject(subject):
        return None
    if found["bare"] and not found["article"] and not subject[:1].isupper():
        return None
    begin, end = found.span("rest")
    stop = re.search(r"[.;](?=\s|$)", leaf.text[begin:])
    end = begin + stop.start() if stop else len(leaf.text.rstrip())
    rest = passage.plain([leaf.cut(begin, end)])
    if not filters.is_answer(passage.plain([leaf]), 6) or filters.repeats(subject, rest):
        return None
    if any(filters.repeats(subject, title) for title in passage.titles):
        if filters.length(rest) > _MOST_HIDDEN:
            return None
        hidden = begin, end
    else:
        hidden = _begin(found), found.end("all")
        others = shown.replace(passage.plain([leaf.cut(*hidden)]), "", 1)
        if filters.repeats(subject, others):
            return None
    answer = passage.plain([leaf.cut(*hidden)])
    question = shown.replace(answer, "[...]", 1)
    marks = tuple(Insertion(*leaf.place(offset), "==") for offset in hidden)
    return Entry(leaf.place(0)[0], question, answer, marks, skip(leaf))


def _begin(found: re.Match[str]) -> int:
    """Where a term begins that is hidden: with its article, if that is "A" or "An", which would tell what letter it begins with."""
    if found["article"] in ("A", "An"):
        return found.start("all")
    return found.start("marked") - len(found["mark"]) if found["marked"] else found.start("bare")
