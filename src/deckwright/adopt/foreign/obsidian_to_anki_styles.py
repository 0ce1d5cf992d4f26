"""Notes of Obsidian_to_Anki in the custom syntax that its wiki documents, by the id below them or the hashtag that settings name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from . import marks
from .found import Found, Reading
from .obsidian_to_anki_settings import ID, TAGS, Says, clozes, dedented, tags_of
from .text import Text, blanked, masked


def styled(text: Text, says: Says, reading: Reading, taken: set[int]) -> Iterator[Found]:
    """The notes in custom syntax: those with an id below them, and those with the hashtag that the settings name."""
    above = text.head
    for number, line in enumerate(text.lines):
        if number in taken or number in text.code:
            continue
        if known := re.match(r"(?:<!--)?ID: (\d{10,})(?:-->)?\s*$", line):
            if number and text.lines[number - 1].strip() == "DELETE":
                reading.doubt(number, "it is to be deleted")
            elif note := _above(text, above, number, known[1], says):
                yield note
            else:
                reading.doubt(number, "what its id belongs to is in no documented syntax")
            above = number + 1
        elif note := _without_id(text, above, number, taken, says):
            yield note
            above = note.end


def _above(text: Text, above: int, end: int, key: str, says: Says) -> Found | None:
    """The note that an id stands below."""
    last = end
    tags: tuple[str, ...] = ()
    if last > above and text.lines[last - 1].startswith(TAGS):
        last -= 1
        tags = tuple(tags_of(text.lines[last][len(TAGS) :]))
    start = _paragraph(text, above, last)
    lines = text.lines
    before = _before(text, above, start)
    if start == last:
        return None
    base = Found("obsidian-to-anki", start, end + 1, (), (), tags=tags, key=key, is_certain=True)
    for begin in (start, before):
        for number in range(begin, last):
            for marker in says.markers:
                if found := re.match(rf"(.+?) {re.escape(marker)}\s*$", lines[number]):
                    return _pair(base, begin, (*lines[begin:number], found[1]), lines[number + 1 : last])
            if lines[number].startswith("A: ") and lines[begin].startswith("Q: "):
                asked = (lines[begin][3:], *lines[begin + 1 : number])
                return _pair(base, begin, asked, (lines[number][3:], *lines[number + 1 : last]))
    if found := re.match(r"(?:[-*+] )?(.*[^:\n])::([^:\n].*)$", lines[last - 1]):
        place = found.start(2) - 2
        if "\0" not in masked(lines[last - 1])[place : place + 2]:
            return _pair(base, last - 1, (found[1],), (found[2],))
    rule = next((n for n in range(start + 1, last) if re.fullmatch(r"-{3,}", lines[n])), None)
    if rule is not None:
        return _pair(base, start, lines[start:rule], lines[rule + 1 : last])
    heading = start if lines[start].startswith("#") else before
    if found := re.match(r"(#{1,6})\s+(.+)$", lines[heading]):
        return _pair(base, heading, (found[2],), lines[heading + 1 : last], level=len(found[1]))
    made = clozes("\n".join(lines[start:last]), says)
    if marks.answers(made):
        return replace(base, answer=tuple(made.split("\n")), kind="cloze")
    return None


def _without_id(text: Text, above: int, number: int, taken: set[int], says: Says) -> Found | None:
    """A note that was never synchronised, in a style of the settings; it ends at an empty line, or at another's id."""
    line = text.lines[number]
    marker = (
        next((each for each in says.markers if re.search(rf" {re.escape(each)}\s*$", line)), "")
        if says.has_marker
        else ""
    )
    if not marker or number in text.closed or number in taken:
        return None
    first_below = number + 1
    while first_below < len(text.lines) and not text.lines[first_below].strip():
        first_below += 1
    end = first_below
    while end < len(text.lines) and text.lines[end].strip() and not ID.match(text.lines[end]):
        end += 1
    if end == first_below or (end < len(text.lines) and ID.match(text.lines[end])):
        return None
    start = _paragraph(text, above, number)
    asked = re.sub(rf" {re.escape(marker)}\s*$", "", line)
    if any(n in taken for n in range(start, end)):
        return None
    base = Found("obsidian-to-anki", start, end, (), ())
    return _pair(base, start, (*text.lines[start:number], asked), text.lines[first_below:end])


def _pair(base: Found, first: int, asked: Sequence[str], answered: Sequence[str], level: int = 0) -> Found | None:
    question, answer = dedented(asked), blanked(answered)
    if not level and len(question) == 1 and (found := re.match(r"(#{1,6})\s+(.+)$", question[0])):
        question, level = (found[2],), len(found[1])
    return replace(base, first=first, question=question, answer=answer, level=level) if question and answer else None


def _paragraph(text: Text, above: int, last: int) -> int:
    """The first line of what reaches down to a line without an empty one."""
    while last > above and text.lines[last - 1].strip():
        last -= 1
    return last


def _before(text: Text, above: int, start: int) -> int:
    """The first line of the paragraph before."""
    end = start
    while end > above and not text.lines[end - 1].strip():
        end -= 1
    return _paragraph(text, above, end)
