"""Notes of flashcards-obsidian: `#card`, `question::answer`, `question:::answer`, and clozes that have an id.

From its source, 1.6: src/conf/regex.ts, and its manual, docs/wiki.md. A heading with `#card` is read by Deckwright as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from . import marks
from .found import Found, Options, Reading
from .sides import is_continued, sides
from .text import Text, blanked, masked

PLUGIN = "flashcards-obsidian"
SIGNS = re.compile(
    r"^cards-deck:|(?:^|\s)\^(?:\d{13}|q-[0-9a-z]{4,})\s*$|#card[/-](?:reverse|spaced|reminder)\b", re.MULTILINE
)
"""What is written by nobody else."""

_NATIVE = re.compile(r"#{1,6}\s.*#card(?=\s|$)")
_ID = re.compile(r"(?:^|\s+)\^(\d{13}|q-[0-9a-z]{4,})\s*$")


def read(text: Text, options: Options) -> Reading:
    """The notes of a file, and what is left of them."""
    reading = Reading()
    settings: Mapping[str, object] = options.settings
    word = str(settings.get("flashcardsTag") or "card").strip("#")
    single, both = (str(settings.get(key) or default) for key, default in _SEPARATORS)
    head = text.front_matter()
    deck = str(head.get("cards-deck") or "")
    is_whole = bool(deck) or options.is_named
    reading.deck = deck
    if word == "card":
        reading.native = [n for n, line in enumerate(text.lines) if n not in text.closed and _NATIVE.match(line)]
    tagged = re.compile(
        rf"(.*?)\s*#{re.escape(word)}(?P<sort>[/-](?:reverse|spaced|reminder))?(?P<tags>(?:\s*#[^\s#]+)*)\s*$"
    )
    number = text.head
    while number < len(text.lines):
        line = text.lines[number]
        if number in text.closed or not line.strip():
            number += 1
            continue
        if found := tagged.match(line):
            number = _tagged(text, number, found, reading, word=word, deck=deck)
            continue
        own = _ID.search(line)
        below = text.lines[number + 1] if number + 1 < len(text.lines) else ""
        key, end = (own[1], number + 1) if own else ("", number + 1)
        if not own and re.fullmatch(r"\^(\d{13}|q-[0-9a-z]{4,})\s*", below):
            key, end = below.strip()[1:], number + 2
        held = line[: own.start()] if own else line
        base = Found("flashcards-obsidian", number, end, (), (), key=key, deck=deck, is_certain=bool(key))
        made = sides(held, single, both, bool(key)) if key or is_whole else None
        if isinstance(made, str):
            reading.doubt(number, made)
        elif made and end < len(text.lines) and is_continued(line, text.lines[end]):
            reading.doubt(number, "more belongs to its item")
        elif made:
            switches = ("reversed",) if made.is_reversed else ()
            reading.notes.append(
                replace(base, question=(made.question,), answer=(made.answer,), switches=switches, tags=made.tags)
            )
        elif key and not held.lstrip().startswith(("#", "^", ">", "|")):
            _cloze(held, base, reading)
        elif key and held.strip() and not held.strip().startswith("^"):
            reading.doubt(number, "what its id belongs to is in no documented syntax")
        number = end if made and not isinstance(made, str) else number + 1
    return reading


_SEPARATORS = (("inlineSeparator", "::"), ("inlineSeparatorReverse", ":::"))


def _cloze(held: str, base: Found, reading: Reading) -> None:
    item = re.match(r"(\s*)(?:[-*+]|\d+[.)])\s+", held)
    made = marks.curly(held[item.end() :] if item else held)
    if not held.strip():
        return  # The note above it is left, or is gone.
    if item and item[1]:
        reading.doubt(base.first, "it is further in, in a list")
    elif marks.answers(made):
        reading.notes.append(replace(base, answer=(made.strip(),), kind="cloze"))
    else:
        reading.doubt(base.first, "what its id belongs to is in no documented syntax")


def _tagged(text: Text, number: int, found: re.Match[str], reading: Reading, *, word: str, deck: str) -> int:
    """A question with `#card`, which may be a heading; the line at which to go on."""
    sort = (found["sort"] or "")[1:]
    if sort in ("spaced", "reminder"):
        reading.doubt(number, f"`#{word}-{sort}` has no answer")
        return number + 1
    asked = found[1].strip()
    heading = re.match(r"(#{1,6})\s+(.+)$", asked)
    first = number
    if not asked and number and (heading := re.match(r"(#{1,6})\s+(.+)$", text.lines[number - 1])):
        first = number - 1  # The hashtag stands alone below the heading.
    elif not heading:
        while first > text.head and text.lines[first - 1].strip() and not _ID.search(text.lines[first - 1]):
            first -= 1
            if text.lines[first].startswith("#") or first in text.closed:
                first += 1
                break
    if not heading and re.match(r"\s*(?:[-*+]|\d+[.)])\s", text.lines[first]):
        reading.doubt(number, "it is in a list")
        return number + 1
    question = [heading[2]] if heading else [*text.lines[first:number], *([asked] if asked else [])]
    start = number + 1
    while start < len(text.lines) and text.is_blank(start):
        start += 1
    end, key, answer = start, "", []
    while end < len(text.lines) and (text.lines[end].strip() or end in text.closed):
        if own := _ID.search(text.lines[end]):
            key = own[1]
            answer += [text.lines[end][: own.start()]] if own.start() else []
            end += 1
            break
        if text.lines[end].startswith("#") and end not in text.closed:
            break
        answer.append(text.lines[end])
        end += 1
    if not question or not blanked(answer):
        return number + 1
    tags = tuple(each.strip("#").rstrip(".,;:") for each in found["tags"].split())
    is_native = word == "card" and heading and not sort
    if is_native and (not key or key.startswith("q-")):
        return number + 1  # Deckwright reads it as it stands, up to the next heading, as the plugin does since 2.0.
    if any("\0" in masked(line)[-1:] for line in question):
        return number + 1
    reading.notes.append(
        Found(
            tool="flashcards-obsidian",
            first=first,
            end=end,
            question=tuple(question),
            answer=blanked(answer),
            switches=("reversed",) if sort else (),
            tags=tags,
            key=key,
            deck=deck,
            level=len(heading[1]) if heading else 0,
            is_certain=True,
        )
    )
    return end
