"""An attribute of a note, or its tags, and what they become → ways to write that into the note's tag."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ..ids.places import Place, insertion_of, places
from ..read import tags
from ..read.blocks import Block
from ..read.tags import Word
from .replacements import Replacement
from .spots import Spot
from .ways import Way
from .words import cursor

_COMMENT = re.compile(r"<!--\s*card\s*:(.*?)\s*-->")


def attribute(spot: Spot, name: str, value: str) -> Iterator[Way]:
    """Ways to give a note an attribute with this value, in place of the one that it may have."""
    if '"' in value or "\n" in value or "--" in value:
        return
    written = f'{name}="{value}"'
    for word in _words(spot):
        if word.sort == "key" and word.name == name:
            yield [cursor(word.block, word.start, word.end, written)]
            return
    yield from _added(spot, written)


def tag_changes(spot: Spot, added: Collection[str], removed: Collection[str]) -> Iterator[Way]:
    """Ways to give a note these tags, and to take those from it; each as it is written, with `/` and without the deck's prefix."""
    way: Way = []
    left, new = {*removed}, [*added]
    for word in _words(spot):
        if word.sort == "tag" and (gone := _same(word.value, left)):
            left.discard(gone)
            way.append(cursor(word.block, max(word.start - 1, 0), word.end, ""))
        elif word.sort == "key" and word.name == "tags":
            given = word.value.split()
            kept = [tag for tag in given if not _same(tag.rstrip(","), left)]
            left -= {gone for tag in given if (gone := _same(tag.rstrip(","), left))}
            if kept != given or new:
                text = " ".join([*kept, *new])
                way.append(cursor(word.block, word.start, word.end, f'tags="{text}"'))
            new = []
    if left or any(re.search(r'[\s"]|--', tag) for tag in added):
        return
    if not new:
        yield way
        return
    for more in _added(spot, f'tags="{" ".join(new)}"'):
        yield [*way, *more]


def _same(tag: str, others: Collection[str]) -> str:
    """The one of the others that is this tag."""
    return next(
        (other for other in others if other.replace("::", "/").casefold() == tag.replace("::", "/").casefold()), ""
    )


def _words(spot: Spot) -> list[Word]:
    """The words of the tag of a note: of its item or row, if it is one, else of its section."""
    section = spot.section
    if spot.part.name:
        comment = _entry_comment(spot)
        return tags.of_comment(comment, section.file, section.vocabulary)[0] if comment else []
    place = _place(spot)
    if place is None:
        return []
    words = [*tags.of_heading(place.heading, section.file, section.vocabulary)[1]]
    for block in place.below:
        if block.kind == "comment" and tags.is_tag(block.text, section.vocabulary):
            words += tags.of_comment(block, section.file, section.vocabulary)[0]
        elif line := tags.of_line(block, section.file, section.vocabulary):
            words += line[1]
        else:
            break
    return words


def _place(spot: Spot) -> Place | None:
    return places(spot.section.document).get(spot.section.title.first)


def _entry_comment(spot: Spot) -> Block | None:
    """The comment that is the tag of an item or a row, as a block."""
    for line in range(spot.part.span.line - 1, min(spot.part.span.line + 3, len(spot.file.lines))):
        if found := _COMMENT.search(spot.file.lines[line]):
            start = found.start() + len("<!--")
            text = found[0][len("<!--") : -len("-->")]
            return Block("comment", line, line + 1, text=text, starts=((line, start),))
        if not spot.file.lines[line].strip() or spot.file.lines[line].lstrip().startswith("|"):
            break
    return None


def _added(spot: Spot, written: str) -> Iterator[Way]:
    """Ways to put one more word into the tag."""
    if not spot.part.name:
        place = _place(spot)
        if place and (made := insertion_of(spot.section, place, written)):
            yield [Replacement(made.line, made.column, made.line, made.column, made.text)]
        return
    line = spot.part.span.line - 1
    text = spot.file.lines[line]
    if comment := _entry_comment(spot):
        end = comment.starts[0][1] + len(comment.text.rstrip())
        yield [Replacement(comment.first, end, comment.first, end, f" {written}")]
    elif text.rstrip().endswith("|"):
        end = len(text.rstrip().removesuffix("|").rstrip())
        yield [Replacement(line, end, line, end, f" <!-- card: {written} -->")]
    else:
        yield [Replacement(line, len(text.rstrip()), line, len(text.rstrip()), f" <!-- card: {written} -->")]
