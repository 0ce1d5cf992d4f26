"""A file of notes → its passages: the headings without a tag, with the text below each."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ..model import SourceFile
from ..notes import content
from ..read import front_matter, sections, tags
from ..read.blocks import Block, Document, parse
from ..read.tags import Vocabulary


class Passage(msgspec.Struct, frozen=True):
    """A heading of a file, and the blocks below it up to the next heading. `level` is 0, and `heading` None, of what stands
    above the first one.

    `titles` are the headings above it and its own, as plain text. It covers the lines from `first` to `end`, counted from 0,
    `end` excluded. `following` is the level of the next heading, 0 if there is none. `is_free` says whether the heading could
    become a note: neither it nor one above it is a note, it has no tag, and no heading belongs to it.
    """

    file: SourceFile
    document: Document
    heading: Block | None
    titles: tuple[str, ...]
    body: tuple[Block, ...]
    first: int
    end: int
    level: int
    following: int
    is_free: bool

    def plain(self, blocks: Iterable[Block]) -> str:
        """The text of blocks without marks, on one line."""
        return content.text(blocks, self.document)


def passages(path: str, data: bytes, vocabulary: Vocabulary) -> list[Passage]:
    """The passages of `data`, the content of the file at `path`, in order; none if its front matter makes its headings notes,
    or if it cannot be read.
    """
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return []
    file = SourceFile(path, tuple(text.split("\n")))
    head, _ = front_matter.read(file, tuple(vocabulary.kinds))
    if head is None or head.kind:
        return []
    document = parse(text, head.lines)
    taken = _taken(path, data, document.blocks, vocabulary)
    places = [n for n, block in enumerate(document.blocks) if block.kind == "heading"]
    found: list[Passage] = []
    above: list[Block] = []
    for begin, end in zip([-1, *places], [*places, len(document.blocks)], strict=True):
        heading = document.blocks[begin] if begin >= 0 else None
        following = document.blocks[end] if end < len(document.blocks) else None
        body = document.blocks[begin + 1 : end]
        level = heading.level if heading else 0
        above = [title for title in above if title.level < level] + ([heading] if heading else [])
        is_leaf = following is None or following.level <= level
        is_bare = heading is not None and _is_bare(heading, body, file, vocabulary)
        first = heading.first if heading else head.lines
        found.append(
            Passage(
                file=file,
                document=document,
                heading=heading,
                titles=tuple(content.text([title], document) for title in above),
                body=body,
                first=first,
                end=following.first if following else len(file.lines) - (file.lines[-1] == ""),
                level=level,
                following=following.level if following else 0,
                is_free=is_leaf and is_bare and first not in taken,
            )
        )
    return found


def _taken(path: str, data: bytes, held: Sequence[Block], vocabulary: Vocabulary) -> set[int]:
    """The first lines of the headings that are notes or belong to one."""
    if b"{" not in data and b"card" not in data:  # No spelling of a tag does without.
        return set()
    claims: Mapping[int, int] = {
        section.title.first: section.title.level for section in sections.read(path, data, vocabulary)[0]
    }
    taken: set[int] = set()
    claim = 0
    for block in held:
        if block.kind == "heading":
            if claim and block.level <= claim:
                claim = 0
            if not claim and block.first in claims:
                claim = claims[block.first]
            if claim or block.first in claims:
                taken.add(block.first)
    return taken


def _is_bare(heading: Block, body: Sequence[Block], file: SourceFile, vocabulary: Vocabulary) -> bool:
    """Whether a heading has no tag, in no spelling."""
    _, words, found = tags.of_heading(heading, file, vocabulary)
    if words or found or heading.too_much or not heading.text.strip():
        return False
    below = body[0] if body else None
    return below is None or not (tags.comments(below, vocabulary) or tags.of_line(below, file, vocabulary))
