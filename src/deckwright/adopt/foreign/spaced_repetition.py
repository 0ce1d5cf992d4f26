"""Notes of obsidian-spaced-repetition: `question::answer`, `:::`, `?` and `??` between lines, and highlighted clozes.

From its source, src/parser.ts, and its manual, docs/docs/en/flashcards. What its settings say of separators and tags counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch

import msgspec
from msgspec.structs import replace

from . import marks
from .found import Found, Options, Reading
from .sides import is_continued, sides
from .text import Text, blanked, masked

PLUGIN = "obsidian-spaced-repetition"
SIGNS = re.compile(r"<!--SR:!\d{4}-|(?:^|\s)#flashcards\b|^sr-due:", re.MULTILINE)
"""What is written by nobody else."""

_SCHEDULE = re.compile(r"\s*<!--SR:.*?-->\s*$")
_HEADING = re.compile(r"(#{1,6})\s+(.+)$")


class _Says:
    """What the settings say, and else the plugin's defaults."""

    def __init__(self, options: Options) -> None:
        held = options.settings.get("settings")
        settings = held if isinstance(held, dict) else {}

        def said(key: str, default: str) -> str:
            return str(settings.get(key, default))

        self.single, self.both = said("singleLineCardSeparator", "::"), said("singleLineReversedCardSeparator", ":::")
        self.below_both = said("multilineReversedCardSeparator", "??")
        self.below = tuple(filter(None, (said("multilineCardSeparator", "?"), self.below_both)))
        ignored = settings.get("noteFoldersToIgnore")
        self.ignored = tuple(str(each).strip("/") for each in ignored) if isinstance(ignored, list) else ()
        self.ends = said("multilineCardEndMarker", "")
        self.highlights = settings.get("convertHighlightsToClozes", True) is not False
        self.bold = settings.get("convertBoldTextToClozes") is True
        self.folders = settings.get("convertFoldersToDecks") is True
        tags = settings.get("flashcardTags", ["#flashcards"])
        names = [str(tag).strip("#") for tag in tags] if isinstance(tags, list) else ["flashcards"]
        words = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        self.tag = re.compile(rf"(?<![^\s(])#({words})((?:/[^\s#,;.!?)]+)*)(?![\w/-])")


class _Page(msgspec.Struct):
    """A file, what the settings say, and whether all that looks like a note in it is one, since it has a tag for that."""

    text: Text
    says: _Says
    is_tagged: bool
    reading: Reading


def read(text: Text, options: Options) -> Reading:
    """The notes of a file that has a tag for them, or whose folder is a deck; and what is left of them."""
    says = _Says(options)
    if any(text.path.startswith(f"{each}/") or fnmatch(text.path, each) for each in says.ignored if each):
        return Reading()
    listed = text.front_matter().get("tags")
    held = listed if isinstance(listed, list) else re.split(r"[\s,]+", str(listed or ""))
    of_head = [found for each in held if (found := says.tag.match(f"#{str(each).strip('#')}"))]
    deck = _deck(of_head[0]) if of_head else ""
    if says.folders and "/" in text.path:
        deck = text.path.rpartition("/")[0].replace("/", "::")
    in_text = any(says.tag.search(masked(line)) for n, line in enumerate(text.lines) if n not in text.closed)
    page = _Page(text, says, bool(of_head or deck or in_text), Reading())
    number = text.head
    while number < len(text.lines):
        if number in text.closed or text.is_blank(number):
            number += 1
            continue
        end = _end(text, number, says)
        alone = {
            line: _deck(found)
            for line in range(number, end)
            if line not in text.closed
            and (found := says.tag.match(text.lines[line]))
            and not _untagged(text.lines[line], says)
        }
        for note in _notes(page, number, end):
            own = says.tag.search(masked(text.lines[note.first]))
            above = next((alone[line] for line in reversed(alone) if line <= note.first), deck)
            page.reading.notes.append(replace(note, deck=_deck(own) if own else above))
        page.reading.own += alone
        deck = [deck, *alone.values()][-1]
        number = end + _is_end(text, end, says)
    return page.reading


def _deck(found: re.Match[str]) -> str:
    return found[2].strip("/").replace("/", "::")


def _untagged(line: str, says: _Says) -> str:
    """The line without the tags that it begins with."""
    while found := says.tag.match(line):
        line = line[found.end() :].strip()
    return line


def _is_end(text: Text, line: int, says: _Says) -> bool:
    """Whether a line is what ends notes by the settings."""
    return bool(says.ends) and line < len(text.lines) and text.lines[line].strip() == says.ends


def _end(text: Text, first: int, says: _Says) -> int:
    """The end of what the plugin reads at once: an empty line outside of code; with a separator in it, the settings' own end."""
    end = first
    while end < len(text.lines) and (end in text.code or not (text.is_blank(end) or _is_end(text, end, says))):
        end += 1
    if says.ends and any(line.strip() in says.below for line in text.lines[first:end]):
        heads = (n for n in range(end, len(text.lines)) if _is_end(text, n, says) or text.lines[n].startswith("#"))
        stop = next(heads, None)
        return end if stop is None or not _is_end(text, stop, says) else stop
    return end


def _notes(page: _Page, first: int, end: int) -> Iterator[Found]:
    """The notes in what the plugin reads at once."""
    text, says = page.text, page.says
    start = number = first
    has_notes = False
    while number < end:
        line = text.lines[number]
        below = text.lines[number + 1] if number + 1 < end else ""
        last = number + 1 + below.startswith("<!--SR:")
        is_certain = "<!--SR:" in line or last > number + 1
        made = None
        if number not in text.closed and (page.is_tagged or is_certain):
            made = sides(_SCHEDULE.sub("", line), says.single, says.both, is_certain)
        if isinstance(made, str):
            page.reading.doubt(number, made)
        elif made and last < len(text.lines) and is_continued(line, text.lines[last]):
            page.reading.doubt(number, "more belongs to its item")
        elif made and (question := _untagged(made.question, says)):
            has_notes = True
            kept = [found[0].strip() for each in text.lines[number:last] if (found := _SCHEDULE.search(each))]
            switches = ("reversed",) if made.is_reversed else ()
            base = Found("obsidian-spaced-repetition", number, last, (question,), (made.answer,), is_certain=is_certain)
            yield replace(base, switches=switches, kept=tuple(kept))
        elif number not in text.closed and line.strip() in says.below:
            if note := _below(page, start, number, end):
                yield note
            return
        if made:
            start = number = last
        else:
            number += 1
    if page.is_tagged and not has_notes and (note := _cloze(page, start, end)):
        yield note


def _below(page: _Page, start: int, at: int, end: int) -> Found | None:
    """A question and its answer with a separator on a line between them."""
    text, says = page.text, page.says
    sign = text.lines[at].strip()
    has_schedule = any("<!--SR:" in line for line in text.lines[at:end])
    if not page.is_tagged and not has_schedule:
        return None
    while start < at and (
        (_HEADING.match(text.lines[start]) and start + 1 < at) or not _untagged(text.lines[start], says)
    ):
        start += 1
    asked = blanked([_untagged(text.lines[start], says), *text.lines[start + 1 : at]] if start < at else [])
    answer, kept = _parted(text.lines[at + 1 : end])
    if not asked or not answer:
        page.reading.doubt(at, f"its {'answer' if asked else 'question'} is not beside the `{sign}`")
        return None
    if any(line.strip() in says.below for line in answer):
        page.reading.doubt(at, f"it has more than one `{sign}`")
        return None
    level = 0
    if heading := _HEADING.match(asked[0]):
        level, asked = len(heading[1]), (heading[2], *asked[1:])
    base = Found("obsidian-spaced-repetition", start, end + _is_end(text, end, says), asked, answer, kept=kept)
    switches = ("reversed",) if sign == says.below_both else ()
    return replace(base, switches=switches, level=level, is_certain=has_schedule)


def _parted(held: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines without the schedules that end them, and those."""
    rest = [*held]
    kept: list[str] = []
    while rest and (found := _SCHEDULE.search(rest[-1])):
        kept.insert(0, found[0].strip())
        rest[-1] = rest[-1][: found.start()]
        if rest[-1].strip():
            break
        rest.pop()
    return blanked(rest), tuple(kept)


def _cloze(page: _Page, first: int, end: int) -> Found | None:
    """A paragraph in which something is highlighted, or bold where the settings make a deletion of that."""
    text, says = page.text, page.says
    while first < end and (_HEADING.match(text.lines[first]) or not _untagged(text.lines[first], says)):
        first += 1
    held, kept = _parted(text.lines[first:end])
    if not held or not text.closed.isdisjoint(range(first, end)) or not (says.highlights or says.bold):
        return None
    made = "\n".join((_untagged(held[0], says), *held[1:]))
    made = marks.highlighted(made) if says.highlights else marks.unhighlighted(made)
    made = marks.highlighted(made, "**") if says.bold else made
    if not marks.answers(made):
        return None
    if any(re.match(r"\s*(?:[-*+]\s|\d+[.)]\s|>|\|)", line) for line in held) and not kept:
        page.reading.doubt(first, "what is highlighted is in a list, a quote or a table")
        return None
    end += _is_end(text, end, says)
    base = Found("obsidian-spaced-repetition", first, end, (), tuple(made.split("\n")), kind="cloze")
    return replace(base, kept=kept, is_certain=bool(kept))
