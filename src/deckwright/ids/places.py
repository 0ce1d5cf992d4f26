"""A section and a word for its tag → where the word is inserted: into the tag that is there, or as a comment below the heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from ..read import tags
from ..read.blocks import Block, Document
from ..read.inlines import masked
from ..read.sections import Section
from .edits import Insertion


class Place(msgspec.Struct, frozen=True):
    """A heading as it is written, with its tag, and the blocks that follow it. `is_in_item` says whether it begins an item."""

    heading: Block
    below: tuple[Block, ...]
    is_in_item: bool


def places(document: Document) -> Mapping[int, Place]:
    """The headings of a file that may make notes, by their first lines, counted from 0."""
    return {place.heading.first: place for place in _places(document.blocks, False)}


def insertion(section: Section, place: Place, id_: str) -> Insertion | None:
    """What gives the section an id; None where it is not clear where that is to stand."""
    return insertion_of(section, place, f'id="{id_}"', in_list=f"#{id_}")


def insertion_of(section: Section, place: Place, word: str, *, in_list: str = "") -> Insertion | None:
    """What adds a word to the section's tag; None where it is not clear where that is to stand. `in_list` is how it is written in a
    list of attributes, if not like that.

    It goes into the comment that is the section's tag, behind what kind of note it is; or else to the front of a list of
    attributes with a word of ours in it. Where there is neither, as with hashtags, or where the front matter says the
    kind, it becomes a comment of its own.
    """
    if comment := _comment(section, place.below):
        return _in_comment(section, comment, word)
    return _in_list(section, place.heading, in_list or word) or _below(section, place, word)


def comment_below(lines: Sequence[str], heading: Block, words: str, indent: str = "") -> Insertion:
    """A tag with these words as a comment on a line of its own, with an empty line above it where there is one below the heading.
    `lines` are those of the file, `indent` is what stands before the comment.
    """
    last = heading.last - 1
    gap = "\n" if last + 1 >= len(lines) or not lines[last + 1].strip() else ""
    return Insertion(last, len(lines[last]), f"\n{gap}{indent}<!-- card: {words} -->")


def _places(held: Iterable[Block], is_in_item: bool) -> Iterator[Place]:
    blocks = [*held]
    for number, block in enumerate(blocks):
        if block.kind == "heading":
            yield Place(block, tuple(blocks[number + 1 : number + 3]), is_in_item)
        elif block.kind == "list" and not is_in_item:
            for item in block.children:
                yield from _places(item.children[:3], True)


def _comment(section: Section, below: Iterable[Block]) -> Block | None:
    """The comment that is the section's tag: the first thing below the heading, or behind a line of hashtags."""
    for block in below:
        if block.kind == "comment" and tags.is_tag(block.text, section.vocabulary):
            return block
        line = tags.of_line(block, section.file, section.vocabulary)
        if not line or line[0].text:
            return None
    return None


def _in_comment(section: Section, comment: Block, word: str) -> Insertion | None:
    words, _ = tags.of_comment(comment, section.file, section.vocabulary)
    begin = re.match(r"\s*card\s*:", comment.text)
    offset = max([word.end for word in words if word.sort == "name"], default=begin.end() if begin else 0)
    return _checked(section, comment, offset, f" {word}")


def _in_list(section: Section, heading: Block, written: str) -> Insertion | None:
    _, words, _ = tags.of_heading(heading, section.file, section.vocabulary)
    text = masked(heading.text, heading.pieces)
    for found in reversed([*tags.LIST.finditer(text)]):
        start, end = found.span("words")
        if any(start <= word.start < end and word.sort in ("name", "key") for word in words):
            space = len(found["words"]) - len(found["words"].lstrip())
            return _checked(section, heading, start + space, f"{written} ")
    return None


def _checked(section: Section, block: Block, offset: int, text: str) -> Insertion | None:
    """The insertion at a place of a block's text, if the file has there what the block has."""
    line, column = block.place(offset)
    before = section.file.lines[line][:column]
    return Insertion(line, column, text) if offset and before.endswith(block.text[offset - 1]) else None


def _below(section: Section, place: Place, word: str) -> Insertion | None:
    lines = section.file.lines
    indent = _indent(lines[place.heading.first]) if place.is_in_item else ""
    return None if indent is None else comment_below(lines, place.heading, word, indent)


def _indent(line: str) -> str | None:
    """What the lines of an item begin with whose first line is this one, a heading; None where tabs decide it."""
    found = re.match(r"([^#]*)#{1,6}(?:\s|$)", line)
    return " " * len(found[1]) if found and "\t" not in found[1] else None
