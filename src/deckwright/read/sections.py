"""A Markdown file → its sections: the headings that make notes, with their tags and the blocks that belong to them."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Literal

import msgspec

from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.section import not_utf8, tag_without_note, too_large
from ..diagnostics.slips import anchor, empty_section, foreign_tag, swallowed_section, underlined_answer
from ..limits import MAX_FILE_BYTES
from ..model import SourceFile, Span
from ..words import SKIP
from . import blocks, combination, entries, front_matter, losses, slips, tags
from .blocks import Block, Document, walk
from .front_matter import FrontMatter
from .inlines import HIDDEN
from .tags import Tag, Vocabulary


class Section(msgspec.Struct, frozen=True):
    """A heading that makes notes, and what is below it.

    `title` is the heading without its tag, `headings` are those above it, outermost first. `kind` comes from the tag
    or, `by_default`, from the front matter. `body` has the blocks below the heading, without tags. `entries` are the
    tags of items and rows, if the section is cut: see `entry`. `vocabulary` has the words that tags of the project can have.
    """

    file: SourceFile
    document: Document
    front_matter: FrontMatter
    title: Block
    headings: tuple[Block, ...]
    body: tuple[Block, ...]
    tag: Tag
    kind: str
    by_default: bool
    entries: Mapping[int, Tag | None]
    vocabulary: Vocabulary

    @property
    def span(self) -> Span:
        """The text of the heading."""
        line, column = self.title.place(0)
        return self.file.span(line, column, len(self.title.text.split("\n")[0]))

    def entry(self, block: Block) -> Tag | None:
        """The tag of an item or a row of the section: empty if there is none, None if it cannot be read."""
        return self.entries.get(block.first, _NO_TAG)


_NO_TAG = Tag()


def read(path: str, data: bytes, vocabulary: Vocabulary) -> tuple[list[Section], list[Diagnostic]]:
    """The sections in `data`, the content of the file at `path` (relative to the root, with `/`), and what is wrong."""
    text, found = _decode(path, data)
    if found:
        return [], found
    file = SourceFile(path, tuple(text.split("\n")))
    head, found = front_matter.read(file, tuple(vocabulary.kinds))
    if head is None:
        return [], found
    document = blocks.parse(text, head.lines)
    headings, wrong = _headings(document.blocks, file, vocabulary)
    drafts, prose, more = _drafts(headings, file, head, vocabulary)
    in_order = walk(document.blocks)
    if not drafts:  # What is lost there, no note had.
        found = [] if head.is_foreign else [one for one in found if one.code != "S038"]
    everything = in_order + walk(_footnotes(document))
    is_deep = any(block.kind == "deep" for block in everything)
    of_notes = {b.first: d.heading.title.text for d in drafts for b in walk(d.body)} if is_deep else {}
    unread = losses.unread(everything, file, of_notes)
    conflicts = losses.conflicts(everything, file)
    lost = {diagnostic.span.line - 1 for diagnostic in unread}
    is_clear = not has_errors(found) and not conflicts  # Else it is unclear what applies to every note, or which side.
    missed = front_matter.missed(file, tuple(vocabulary.kinds)) or ()
    own = [] if conflicts else [block for block in document.blocks if block.first not in missed]
    underlines = losses.underlines_below(own, file)
    more += _lost_answers(drafts, underlines)
    made: list[Section] = []
    for draft in drafts:
        section, worse = _section(draft, file, document, head, vocabulary)
        more += worse + slips.in_body(section.body, section.tag.cut, file, vocabulary)
        is_lost = bool(lost) and any(block.first in lost for block in walk(draft.body))
        if is_clear and not draft.heading.is_broken and not is_lost:
            made.append(section)
    more += slips.in_body([*_above(document), *prose, *_footnotes(document)], "", file, vocabulary)
    if "card" in text and ("%%" in text or "]:" in text):
        more += slips.in_other_comments(everything, file, vocabulary)
    near = slips.near_headings(in_order, file)
    tagged, more = slips.tagged(near, more, file)
    if head.kind:
        more += near
        more += slips.in_items((*prose, *(block for d in drafts if not d.heading.tag.claims for block in d.body)), file)
    else:
        near = slips.near_headings(walk([block for draft in drafts for block in draft.body]), file)
        more += near + [one for one in tagged if one not in near]
    more = _causes(more, losses.underlined_text(own, file), underlines)
    more += losses.lost_cells(everything, file)
    if drafts:
        more += losses.defined_again(document.again, file)
    return made, [*found, *wrong, *more, *unread, *conflicts]


def ids(path: str, data: bytes, vocabulary: Vocabulary) -> list[tuple[str, Span]]:
    """The ids that the notes of a file were given by hand, with their places; those of notes that have errors too."""
    text, found = _decode(path, data)
    file = SourceFile(path, tuple(text.split("\n")))
    head = None if found else front_matter.read(file, tuple(vocabulary.kinds))[0]
    if head is None:
        return []
    document = blocks.parse(text, head.lines)
    drafts, _, _ = _drafts(_headings(document.blocks, file, vocabulary)[0], file, head, vocabulary)
    given: list[Tag | None] = []
    for draft in drafts:
        section, _ = _section(draft, file, document, head, vocabulary)
        given += section.entries.values() if section.tag.cut else [section.tag]
    return [(tag.id, tag.id_span) for tag in given if tag and tag.id_span]


def _lost_answers(drafts: Iterable[_Draft], underlines: Mapping[int, Span]) -> list[Diagnostic]:
    """The underlines that leave a section with a tag nothing to answer with. The section is broken."""
    lost: list[Diagnostic] = []
    for draft in drafts:
        below = underlines.get(draft.heading.title.first)
        if below and draft.heading.tag.claims and not any(block.kind not in HIDDEN for block in draft.body):
            draft.heading.is_broken = True
            lost.append(underlined_answer(below))
    return lost


def _causes(
    told: Iterable[Diagnostic], underlined: Sequence[Diagnostic], underlines: Mapping[int, Span]
) -> list[Diagnostic]:
    """What was told and what is underlined: once for each underline, and without the empty section that it makes."""
    told = list(told)
    lost = {one.span for one in told if one.code == "S032"}
    spans = {one.span for one in underlined}
    rest = [one for one in told if one.code != "S029" or underlines.get(one.span.line - 1) not in spans]
    return rest + [one for one in underlined if one.span not in lost]


def _above(document: Document) -> list[Block]:
    """The blocks above the first heading."""
    return [*takewhile(lambda block: block.kind != "heading" and not _has_headed_items(block), document.blocks)]


def _footnotes(document: Document) -> list[Block]:
    return [block for held in document.footnotes.values() for block in held]


def _decode(path: str, data: bytes) -> tuple[str, list[Diagnostic]]:
    """The text of the file, with LF line endings and without a byte order mark or control characters."""
    if len(data) > MAX_FILE_BYTES:
        return "", [too_large(Span(path), len(data))]
    data = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return "", [_not_utf8(path, data, error.start)]
    if 4 * data.count(0) > len(data):  # UTF-16 of plain letters is UTF-8, too: every other byte is 0.
        return "", [_not_utf8(path, data, data.index(0))]
    # Control characters have no meaning in Markdown, Anki drops them, and later stages use some of them as marks.
    has_control = len(data.translate(None, _CONTROL)) < len(data)
    return text.translate(_CONTROL_AS_TEXT) if has_control else text, []


def _not_utf8(path: str, data: bytes, start: int) -> Diagnostic:
    """That a file is not UTF-8, at its first byte that is wrong."""
    before = data[:start].decode()
    line = before.count("\n") + 1
    shown = data.split(b"\n")[line - 1].decode(errors="replace")
    return not_utf8(Span(path, line, len(before.rpartition("\n")[2]) + 1, 1, shown), data[start])


_CONTROL = bytes({*range(0x20), 0x7F} - {*b"\t\n"})
_CONTROL_AS_TEXT = dict.fromkeys(_CONTROL, "\ufffd")


# Headings


class _Heading(msgspec.Struct):
    """A top-level heading, its tag, and the blocks up to the next one."""

    title: Block
    tag: Tag
    has_comment: bool
    is_broken: bool
    own: list[Block] = []

    @property
    def has_text(self) -> bool:
        return any(block.kind not in HIDDEN for block in self.own)


def _headings(
    held: Sequence[Block], file: SourceFile, vocabulary: Vocabulary
) -> tuple[list[_Heading], list[Diagnostic]]:
    """The headings with their tags, from the headings themselves and what stands directly below them."""
    headings: list[_Heading] = []
    found: list[Diagnostic] = []
    claims: list[int] = []
    may_unlist = _is_made_of_items(held)
    waiting = [*reversed(held)]

    def begin(title: Block, below: list[Block]) -> _Heading:
        nonlocal claims, found
        heading, wrong = _heading(title, below, file, vocabulary)
        headings.append(heading)
        found += wrong
        claims = [level for level in claims if level < title.level] + [title.level] * heading.tag.claims
        return heading

    while waiting:
        block = waiting.pop()
        if block.kind == "heading":
            begin(block, waiting)
        elif may_unlist and not claims and _has_headed_items(block):
            for item in block.children:
                title, *below = item.children
                below.reverse()
                begin(title, below).own += reversed(below)
        elif headings:
            headings[-1].own.append(block)
    return headings, found


def _heading(
    title: Block, below: list[Block], file: SourceFile, vocabulary: Vocabulary
) -> tuple[_Heading, list[Diagnostic]]:
    """A heading with its tag. What is read of the blocks below it, the next of which comes last, is taken from them."""
    title, words, found = tags.of_heading(title, file, vocabulary)
    if not has_errors(found):
        found += slips.in_title(title, words, file, vocabulary)
    has_comment = has_line = False
    while below:
        if not has_comment and _is_tag(below[-1], vocabulary):
            has_comment = True
            more, wrong = tags.of_comment(below.pop(), file, vocabulary)
        elif not has_line and (line := tags.of_line(below[-1], file, vocabulary)):
            has_line = True
            rest, more, wrong = line
            below[-1:] = [rest] if rest.text else []
        else:
            break
        words += more
        found += wrong
    if below and not has_comment:
        found += slips.below_title(below[-1], file, vocabulary)
    tag, contradictions = combination.combine(words, vocabulary)
    found += contradictions
    return _Heading(title, tag, has_comment, has_errors(found)), found


def _is_tag(block: Block, vocabulary: Vocabulary) -> bool:
    return block.kind == "comment" and tags.is_tag(block.text, vocabulary)


def _has_headed_items(block: Block) -> bool:
    return block.kind == "list" and all(item.children and item.children[0].kind == "heading" for item in block.children)


def _is_made_of_items(held: Iterable[Block]) -> bool:
    """Whether the questions of a file are headings at the start of list items: `1. ### What is a user?`.

    That is so if more headings stand there than outside of lists. They are read as if there were no list.
    """
    headed = outside = 0
    for block in held:
        headed += len(block.children) if _has_headed_items(block) else 0
        outside += block.kind == "heading" and block.level > 1
    return headed > outside


# Sections


class _Draft(msgspec.Struct):
    """A section whose body may still grow: one with a tag also takes the headings below it. `silent` are those of them that
    would make notes elsewhere, if the section is cut.
    """

    heading: _Heading
    above: tuple[Block, ...]
    kind: str
    body: list[Block]
    silent: list[_Heading] = []


def _drafts(
    headings: Sequence[_Heading], file: SourceFile, head: FrontMatter, vocabulary: Vocabulary
) -> tuple[list[_Draft], list[Block], list[Diagnostic]]:
    """The headings that make notes, with the blocks that belong to them; and the blocks that belong to none."""
    found: list[Diagnostic] = []
    made: list[_Draft] = []
    prose: list[Block] = []
    above: list[Block] = []
    claims: list[_Draft] = []
    for number, heading in enumerate(headings):
        level, tag, own = heading.title.level, heading.tag, heading.own
        above = [title for title in above if title.level < level]
        claims = [claim for claim in claims if claim.heading.title.level < level]
        if tag.kind == SKIP:
            prose += own
        elif tag.claims:
            claims.append(_Draft(heading, tuple(above), _kind(tag, head, vocabulary), list(own)))
            made.append(claims[-1])
        elif claims:
            claims[-1].body += [heading.title, *own]
            unheard = _unheard(heading, "inside")
            found += unheard
            if head.kind and not unheard and claims[-1].heading.tag.cut:
                claims[-1].silent.append(heading)
        elif head.kind and level > 1 and heading.has_text:
            made.append(_Draft(heading, tuple(above), head.kind, own))
        else:
            prose += own
            is_last = number + 1 == len(headings) or headings[number + 1].title.level <= level
            if unheard := _unheard(heading, "no kind" if not head.kind else "title" if level == 1 else "empty"):
                found += unheard
            elif not head.kind and (other := _other_hashtag(heading, file)):
                found.append(foreign_tag(other))
            elif head.kind and level > 1 and is_last and not heading.is_broken:
                found.append(empty_section(file.span(*heading.title.place(0), len(heading.title.text) or 1)))
        above.append(heading.title)
    for draft in made:
        if draft.silent:
            found += _swallowed(draft, file, head.kind)
        wrong = combination.id_problems(draft.heading.tag)
        if wrong and _is_anchor(draft.heading):
            tag = draft.heading.tag
            found.append(anchor(wrong[0].span, tag.id))
            draft.heading.tag = msgspec.structs.replace(tag, id="", id_word=None)
            continue
        draft.heading.is_broken |= has_errors(wrong)
        found += wrong
    return made, prose, found


def _swallowed(draft: _Draft, file: SourceFile, kind: str) -> Iterator[Diagnostic]:
    """The headings in a section that is cut if what stands below them is on no card: no part of a question that all share, no
    closing alert, and nothing to cut.
    """
    section, cut = draft.heading.title.text, draft.heading.tag.cut
    shared = next((block.first for block in draft.body if block.kind == "rule"), -1)
    to_cut = {"list", "definitions"} if cut == "items" else {"table"}
    for heading in draft.silent:
        kinds = {block.kind for block in heading.own if block.kind not in HIDDEN}
        if heading.title.first > shared and kinds and kinds != {"alert"} and not kinds & to_cut:
            span = file.span(*heading.title.place(0), len(heading.title.text) or 1)
            yield swallowed_section(span, section, cut, kind)


def _is_anchor(heading: _Heading) -> bool:
    """Whether the tag of a heading says nothing but an id, as it stands in other tools' pages: `{#toString-method}`."""
    tag = heading.tag
    return not heading.has_comment and msgspec.structs.replace(tag, id="", first_word=None, id_word=None) == _NO_TAG


_OTHERS = ("flashcard", "flashcards")
"""What other tools' hashtag for cards is called. With a kind in the front matter, it is only a tag for Anki."""


def _other_hashtag(heading: _Heading, file: SourceFile) -> Span | None:
    """Where a heading ends with another tool's hashtag for cards."""
    line = heading.title.place(0)[0]
    for tag in heading.tag.tags:
        column = file.lines[line].rfind(f"#{tag}")
        if tag.split("/")[0] in _OTHERS and column >= 0:
            return file.span(line, column, len(tag) + 1)
    return None


def _kind(tag: Tag, head: FrontMatter, vocabulary: Vocabulary) -> str:
    """The kind of a section that has a tag: the tag's, or the file's if the tag's cut and switches go with it."""
    if tag.kind:
        return tag.kind
    fits = {tag.cut, *tag.switches} - {""} <= set(vocabulary.legal(head.kind))
    return head.kind if head.kind and fits else vocabulary.default


def _unheard(heading: _Heading, reason: Literal["inside", "title", "empty", "no kind"]) -> list[Diagnostic]:
    """A tag on a heading that makes no note. `{#id}` alone is an anchor, and hashtags alone are for Obsidian."""
    tag = heading.tag
    says = heading.has_comment or tag.was or tag.source or tag.context or tag.typed or tag.allowed
    return [tag_without_note(tag.span, reason)] if says and not heading.is_broken and tag.span else []


def _section(
    draft: _Draft, file: SourceFile, document: Document, head: FrontMatter, vocabulary: Vocabulary
) -> tuple[Section, list[Diagnostic]]:
    tag = draft.heading.tag
    body, said, found = entries.read(draft.body, file, vocabulary) if tag.cut else (tuple(draft.body), {}, [])
    section = Section(
        file=file,
        document=document,
        front_matter=head,
        title=draft.heading.title,
        headings=draft.above,
        body=body,
        tag=tag,
        kind=draft.kind,
        by_default=not tag.claims,
        entries=said,
        vocabulary=vocabulary,
    )
    return section, found
