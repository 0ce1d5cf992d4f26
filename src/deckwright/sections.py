"""A Markdown file → its front matter and its sections: what each heading's tag says, and which blocks are its own."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import blocks, tags
from .blocks import Block, Document
from .diagnostics import Diagnostic, declare, has_errors, nearest
from .inlines import scan
from .model import SourceFile, Span
from .tags import Tag

MAX_FILE_BYTES = 2 * 1024 * 1024
"""Markdown files are written by people: a larger one is a mistake, and would take many seconds to read."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the front matter says of every note in the file. `deck` is below the deck's own name.

    `places` says where its keys stand.
    """

    deck: str = ""
    tags: tuple[str, ...] = ()
    kind: str = ""
    source: str = ""
    context: str | None = None
    places: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading that makes notes, and what follows it.

    `title` is the heading without its tag, `headings` those above it, outermost first. `kind` is settled; `by_default`
    where the file's front matter gave it. `body` holds the blocks below the heading without the tag's comment.
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

    @property
    def span(self) -> Span:
        """The heading's text."""
        line, column = self.title.place(0)
        return self.file.span(line, column, len(self.title.text.split("\n")[0]))


def read(path: str, data: bytes) -> tuple[list[Section], list[Diagnostic]]:
    """The sections of the file at `path` (relative to the root, with `/`) that holds `data`; what is wrong with it."""
    text, found = _decode(path, data)
    if found:
        return [], found
    file = SourceFile(path, tuple(text.split("\n")))
    front_matter, first, found = _front_matter(file)
    if first is None:
        return [], found
    document = blocks.parse(text, first)
    headings, wrong = _headings(document.blocks, file)
    made, more = _sections(headings, file, document, front_matter)
    everything = list(_walk([*document.blocks, *(block for held in document.footnotes.values() for block in held)]))
    unread = [unclosed_fence(file.span(block.first, 0, 1000)) for block in everything if not block.closed]
    unread += [too_deep(file.span(block.first, 0, 1000)) for block in everything if block.kind == "deep"]
    unread += [unclosed_comment(file.span(*b.place(0), 4)) for b in everything if b.kind == "html" and _is_unclosed(b)]
    lost = {diagnostic.span.line - 1 for diagnostic in unread}
    made = [section for section in made if not any(b.first in lost for b in _walk(section.body))]
    more += _underlined(file, document.blocks)
    marked = _conflicts(file, everything)
    if has_errors(found) or marked:  # What the front matter says of every note is not known; or which branch is meant.
        made = []
    unread += marked
    return made, [*found, *wrong, *more, *unread, *_dropped_cells(everything, file)]


def _is_unclosed(block: Block) -> bool:
    """Whether raw HTML is a comment that never ends: Markdown takes all that follows for it."""
    return block.text.startswith("<!--") and "-->" not in block.text


def _underlined(file: SourceFile, held: Iterable[Block]) -> list[Diagnostic]:
    """Headings that a line of dashes below a text made, in a file that writes such headings with `##`."""
    second = [block for block in held if block.kind == "heading" and block.level == 2]
    made = [block for block in second if not file.lines[block.last - 1].strip("- \t")]
    return [underlined(file.span(b.last - 1, 0, 1000)) for b in made] if len(made) < len(second) else []


def _conflicts(file: SourceFile, everything: Iterable[Block]) -> list[Diagnostic]:
    """The markers that an unfinished merge left, in code only where there is none elsewhere."""
    shown = {line for block in everything if block.kind == "code" for line in range(block.first, block.last)}
    lines = [n for n, line in enumerate(file.lines) if n not in shown and re.match(r"(?:<{7}|>{7}|\|{7}) \S", line)]
    return [conflict_marker(file.span(n, 0, 7)) for n in lines]


def _walk(held: Iterable[Block]) -> Iterator[Block]:
    return (inner for block in held for inner in block.walk())


def _decode(path: str, data: bytes) -> tuple[str, list[Diagnostic]]:
    """The file's text with LF line endings and without a byte order mark or control characters."""
    if len(data) > MAX_FILE_BYTES:
        return "", [too_large(Span(path), len(data))]
    data = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line = before.count("\n") + 1
        shown = data.split(b"\n")[line - 1].decode(errors="replace")
        column = len(before.rpartition("\n")[2]) + 1
        return "", [not_utf8(Span(path, line, column, 1, shown), data[error.start])]
    # Control characters mean nothing in Markdown, Anki drops them, and some of them are used as marks further on.
    return _CONTROL.sub("\ufffd", text), []


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


# The front matter


def _front_matter(file: SourceFile) -> tuple[FrontMatter, int | None, list[Diagnostic]]:
    """What the front matter says, the line behind it, and what is wrong. The line is None where the file is lost."""
    if file.lines[0].rstrip() != "---":
        return FrontMatter(), 0, []
    end = next((n for n, line in enumerate(file.lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    written = next((line for line in file.lines[1:end] if line.strip() and not line.startswith("#")), "")
    is_key = re.match(r"[\w-]+\s*:(?:\s|$)", written)
    if end is None:
        return FrontMatter(), *((None, [unclosed_front_matter(file.span(0, 0, 3))]) if is_key else (0, []))
    if end > 1 and not file.lines[1].strip() and not is_key:
        return FrontMatter(), 0, []  # Two thematic breaks with text between them.
    values, places, found = _yaml(file, end)
    front_matter, wrong = _checked(values, places, file)
    return front_matter, end + 1, found + wrong


def _yaml(file: SourceFile, end: int) -> tuple[dict[str, Any], dict[str, Span], list[Diagnostic]]:
    """The keys and values between the first line and `end`, where each key stands, and what is wrong."""
    import yaml

    text = "\n".join(file.lines[1:end])
    # Every value stays the text that is written: `1.10` is no number, `on` not true.
    kind = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    loader = kind(text)
    try:
        if _is_deep(yaml.parse(text, kind)):
            return {}, {}, [bad_yaml(file.span(1, 0, 1), "it is nested too deeply")]
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column) if mark else (1, 0)
        reason = getattr(error, "problem", None) or str(error).split("\n")[0]
        return {}, {}, [bad_yaml(file.span(line, column, 1), reason)]
    finally:
        loader.dispose()
    if not isinstance(values, dict):
        return {}, {}, [bad_yaml(file.span(1, 0, 1), "it is not made of lines `key: value`")]
    places: dict[str, Span] = {}
    found = []
    for key, _ in node.value if node else []:
        place = file.span(key.start_mark.line + 1, key.start_mark.column, len(str(key.value)))
        if str(key.value) in places:
            found.append(bad_yaml(place, f"`{key.value}` is written twice"))
        places[str(key.value)] = place
    return {str(key): value for key, value in values.items()}, places, found


def _is_deep(events: Iterable[Any]) -> bool:
    """Whether collections of a YAML text nest too deeply, by the events of reading it."""
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_YAML_DEPTH:
            return True
    return False


MAX_YAML_DEPTH = 20
"""Ours need one level, and libyaml's reader crashes at some ten thousand."""

_FRONT_MATTER_KEYS = ("deck", "tags", "kind", "source", "context")


def _checked(
    values: Mapping[str, Any], places: Mapping[str, Span], file: SourceFile
) -> tuple[FrontMatter, list[Diagnostic]]:
    """Our keys of the front matter, checked. Others are somebody else's and left alone."""
    found: list[Diagnostic] = []
    for key in values:
        if key not in _FRONT_MATTER_KEYS and (known := nearest(key, _FRONT_MATTER_KEYS, 1)):
            found.append(near_key(places.get(key, file.span(0)), key, known))

    def text(key: str) -> str:
        value = values.get(key, "")
        if isinstance(value, str):
            return "" if value in ("null", "~") else value.strip()
        found.append(bad_value(places[key], key, "a text"))
        return ""

    listed = values.get("tags", [])
    if isinstance(listed, str):
        listed = re.split(r"[\s,]+", text("tags"))
    if not isinstance(listed, list) or not all(isinstance(tag, str) for tag in listed):
        found.append(bad_value(places["tags"], "tags", "a list of words"))
        listed = []
    kind = text("kind")
    if kind and kind not in ("basic", "cloze", "occlusion"):
        suggestion = nearest(kind, tags.KINDS[:3], 3)
        found.append(bad_value(places["kind"], "kind", f"basic, cloze or occlusion, not `{kind}`", suggestion))
        kind = ""
    context = text("context") if "context" in values else None
    written = tuple(tag.strip().lstrip("#") for tag in listed if tag.strip("# "))
    return FrontMatter(text("deck"), written, kind, text("source"), context, places), found


# Headings and sections


@dataclass(slots=True)
class _Heading:
    """A top-level heading, its tag, and the blocks up to the next one."""

    title: Block
    tag: Tag
    has_comment: bool
    is_broken: bool
    own: list[Block] = field(default_factory=list)

    @property
    def has_text(self) -> bool:
        return any(block.kind not in ("comment", "private") for block in self.own)


def _headings(held: Sequence[Block], file: SourceFile) -> tuple[list[_Heading], list[Diagnostic]]:
    """The headings with their tags, read from the heading itself and from the comment below it."""
    headings: list[_Heading] = []
    found: list[Diagnostic] = []
    for position, block in enumerate(held):
        if block.kind != "heading":
            if headings:
                headings[-1].own.append(block)
            continue
        title, words, wrong = tags.of_heading(block, file)
        comment = held[position + 1] if position + 1 < len(held) else None
        has_comment = comment is not None and comment.kind == "comment" and tags.is_tag(comment.text)
        if comment is not None and has_comment:
            more, worse = tags.of_comment(comment, file)
            words, wrong = words + more, wrong + worse
        tag, contradictions = tags.combine(words)
        found += [*wrong, *contradictions, *map(stray_tag, _comment_tags(block, file))]
        headings.append(_Heading(title, tag, has_comment, has_errors([*wrong, *contradictions])))
    return headings, found


def _sections(
    headings: Iterable[_Heading], file: SourceFile, document: Document, front_matter: FrontMatter
) -> tuple[list[Section], list[Diagnostic]]:
    """Which headings make notes, and which blocks belong to each."""
    found: list[Diagnostic] = []
    made: list[tuple[_Heading, tuple[Block, ...], str, list[Block]]] = []
    above: list[Block] = []
    claims: list[tuple[int, list[Block]]] = []
    for heading in headings:
        level, tag = heading.title.level, heading.tag
        above = [title for title in above if title.level < level]
        claims = [claim for claim in claims if claim[0] < level]
        own = [block for block in heading.own if not (block.kind == "comment" and tags.is_tag(block.text))]
        # The items and rows of a cut section have tags of their own.
        below = heading.own[heading.has_comment :] if tag.cut else _walk(heading.own[heading.has_comment :])
        found += [stray_tag(place) for block in below for place in _comment_tags(block, file)]
        if tag.kind == "skip":
            pass
        elif tag.claims:
            kind = tag.kind or (front_matter.kind if _fits(front_matter.kind, tag) else "basic")
            made.append((heading, tuple(above), kind, own))
            claims.append((level, own))
        elif claims:
            claims[-1][1].extend([heading.title, *own])
            found += _unheard(heading, "it belongs to the section above")
        elif front_matter.kind and level > 1 and heading.has_text:
            made.append((heading, tuple(above), front_matter.kind, own))
        else:
            reason = "a title is no note" if level == 1 and front_matter.kind else "it has no text of its own"
            found += _unheard(heading, reason if front_matter.kind else "neither it nor the file names a kind")
        above.append(heading.title)
    sections = [
        Section(
            file, document, front_matter, heading.title, titles, tuple(body), heading.tag, kind, not heading.tag.claims
        )
        for heading, titles, kind, body in made
        if not heading.is_broken
    ]
    return sections, found


def _comment_tags(block: Block, file: SourceFile) -> Iterator[Span]:
    """Where a block that is a comment, or has comments in its own text, has a tag in them."""
    if block.kind == "comment" and tags.is_tag(block.text):
        yield file.span(*block.place(0), len(block.text.split("\n")[0]))
    elif block.kind not in ("comment", "code", "maths", "private") and "<!--" in block.text:
        for piece in scan(block.text):
            if piece.kind == "comment" and tags.is_tag(piece.text):
                yield file.span(*block.place(piece.start), piece.end - piece.start)


def _fits(kind: str, tag: Tag) -> bool:
    """Whether a file's default kind goes with a cut and the switches that a tag gives."""
    return bool(kind) and (not tag.cut or tag.cut in tags.LEGAL_CUTS[kind]) and (not tag.switches or kind == "basic")


def _unheard(heading: _Heading, reason: str) -> Iterator[Diagnostic]:
    """A tag that says something of a note where there is none. `{#id}` alone is an anchor, and Obsidian's tags are free."""
    tag = heading.tag
    if (
        tag.span
        and not heading.is_broken
        and (heading.has_comment or tag.was or tag.source or tag.context or tag.typed)
    ):
        yield tag_without_note(tag.span, reason)


def _dropped_cells(everything: Iterable[Block], file: SourceFile) -> Iterator[Diagnostic]:
    """Rows with more cells than the table's head: GitHub drops what is too much without a word."""
    for row in everything:
        if row.kind == "row" and not row.header:
            line = file.lines[row.first]
            bars = [bar.start() for bar in re.finditer(r"(?<!\\)\|", line)]
            if bars and not line[: bars[0]].strip(" \t>"):
                bars.pop(0)  # The one that opens the row, in a quote or not.
            if bars and not line[bars[-1] + 1 :].strip():
                bars.pop()
            if len(bars) >= len(row.children):
                dropped = file.span(row.first, bars[len(row.children) - 1], len(line))
                yield dropped_cells(dropped, len(bars) + 1, len(row.children))


@declare("S001")
def not_utf8(byte: int) -> tuple[str, str]:
    """The file is not UTF-8.

    Notes are read as UTF-8, with or without a byte order mark; another encoding would put wrong letters on the cards.
    """
    return f"the file is not UTF-8: byte 0x{byte:02X}", "save the file as UTF-8 in your editor"


@declare("S002")
def too_large(size: int) -> tuple[str, str]:
    """The file is too large for notes.

    A Markdown file may hold 2 MiB: some thousand notes. A larger one is most often an export or a log by mistake.
    """
    return (
        f"the file has {size / 1024 / 1024:.1f} MiB",
        "split it into files of at most 2 MiB, or keep it out of the card folders",
    )


@declare("S003")
def unclosed_front_matter() -> tuple[str, str]:
    """The front matter is never closed.

    Without its closing line the whole file would be front matter, so no note of it is read.
    Bad:
        ---
        kind: basic
        # IAM
        ## What is a user?
        A person or service.
    Good:
        ---
        kind: basic
        ---
        # IAM
        ## What is a user?
        A person or service.
    """
    return "the front matter opened here is never closed", "end it with a line `---`"


@declare("S004")
def bad_yaml(reason: str) -> tuple[str, str]:
    """The front matter is not YAML.

    It is made of lines `key: value`. A value with a colon or a leading `*`, `&`, `[`, `{` or `@` needs quotes.
    Bad:
        ---
        source: "https://example.org
        kind: basic
        ---
        ## What is a user?
        A person or service.
    Good:
        ---
        source: "https://example.org"
        kind: basic
        ---
        ## What is a user?
        A person or service.
    """
    return (
        f"the front matter cannot be read: {reason}",
        "write lines `key: value`, and quotes around values with special characters",
    )


@declare("S005", "warning")
def near_key(key: str, known: str) -> tuple[str, str]:
    """A key of the front matter is one slip away from one of ours.

    Keys that other tools read are left alone, so a slip would go unnoticed.
    Bad:
        ---
        kinds: basic
        ---
        ## Notes {.basic}
        Text.
    Good:
        ---
        kind: basic
        ---
        ## Notes
        Text.
    """
    return f"`{key}` is no key of Deckwright's", f"did you mean `{known}`?"


@declare("S006")
def bad_value(key: str, wanted: str, suggestion: str = "") -> tuple[str, str]:
    """A value of the front matter is of the wrong type.

    `deck`, `source` and `context` are texts, `tags` is a list of words, `kind` is one of the kinds.
    Bad:
        ---
        kind: bsic
        ---
        ## What is a user?
        A person or service.
    Good:
        ---
        kind: basic
        ---
        ## What is a user?
        A person or service.
    """
    return (
        f"`{key}` must be {wanted}",
        f"did you mean `{suggestion}`?" if suggestion else f"write `{key}:` and then {wanted}",
    )


@declare("S007")
def unclosed_fence() -> tuple[str, str]:
    """A code fence is never closed.

    Everything below it would be code, headings and their tags too.
    Bad:
        ## Which command lists buckets? {.basic}
        ```sh
        aws s3 ls
    Good:
        ## Which command lists buckets? {.basic}
        ```sh
        aws s3 ls
        ```
    """
    return (
        "the code fence opened here is never closed",
        "close it with a line of as many backticks or tildes, indented alike",
    )


@declare("S023", "warning")
def underlined() -> tuple[str, str]:
    """A text directly above a line of dashes is a heading.

    Markdown reads the dashes as its underline, and a thematic break needs a blank line above it. Most often a break is
    meant, as between question and answer.
    Bad:
        ## What does this command do? {.basic}
        Say it in a word:

        `aws s3 ls`
        ---
        It lists buckets.
    Good:
        ## What does this command do? {.basic}
        Say it in a word:

        `aws s3 ls`

        ---

        It lists buckets.
    """
    return "the text above this line is a heading", "leave a blank line above the dashes, or write the heading with #"


@declare("S021")
def unclosed_comment() -> tuple[str, str]:
    """A comment is never closed.

    Everything below it would be part of the comment, headings and their tags too.
    Bad:
        ## What is a user? {.basic}
        A person or a service.

        <!-- TODO: a picture
    Good:
        ## What is a user? {.basic}
        A person or a service.

        <!-- TODO: a picture -->
    """
    return "the comment opened here is never closed", "close it with -->"


@declare("S022")
def conflict_marker() -> tuple[str, str]:
    """The file holds the conflict markers of a merge.

    Nothing of it is read: the line of equals signs between the two sides would make a heading of the first one.
    Bad:
        ## What is a user? {.basic}
        <<<<<<< HEAD
        A person.
        =======
        A service.
        >>>>>>> other
    Good:
        ## What is a user? {.basic}
        A person or a service.
    """
    return "the file holds a conflict marker", "decide for one side, or put both together, and delete the markers"


@declare("S008", "warning")
def dropped_cells(written: int, columns: int) -> tuple[str, str]:
    """A row has more cells than its table has columns.

    As on GitHub, the cells that are too many are dropped. Most often a `|` inside a cell is meant as text.
    Bad:
        ## Operators {.basic}
        | Operator | Meaning |
        | -------- | ------- |
        | a | b    | or      |
    Good:
        ## Operators {.basic}
        | Operator | Meaning |
        | -------- | ------- |
        | a \\| b   | or      |
    """
    return (
        f"the row has {written} cells and the table {columns} columns: the rest is dropped",
        r"write `\|` for a bar inside a cell",
    )


@declare("S009")
def too_deep() -> tuple[str, str]:
    """Lists or quotes are nested too deeply.

    Forty quotes or twenty lists inside one another are read; what is deeper would be missing on the card.
    Bad:
        ## What is a user? {.basic}
        >>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>> A person or a service.
    Good:
        ## What is a user? {.basic}
        >> A person or a service.
    """
    return f"what stands here is nested in more than {blocks.MAX_NESTING} blocks", "take it out of its lists and quotes"


@declare("S016", "warning")
def tag_without_note(reason: str) -> tuple[str, str]:
    """A tag stands on a heading that makes no note.

    What it says would have no effect. A heading makes a note where its tag names a kind, or where the front matter
    does and the heading, of level two or below, has text of its own.
    Bad:
        ## Users

        <!-- card: id="users" -->

        People.
    Good:
        ## Users

        <!-- card: basic id="users" -->

        People.
    """
    return f"this tag makes no note: {reason}", "name a kind in the tag or in the front matter, or take the tag away"


@declare("S017", "warning")
def stray_tag() -> tuple[str, str]:
    """A comment tag does not stand directly below its heading.

    Only the first thing below a heading is its tag; an item or a row's last cell may end in a tag of its own.
    Bad:
        ## Users {.basic}
        People.

        <!-- card: id="users" -->
    Good:
        ## Users {.basic}

        <!-- card: id="users" -->

        People.
    """
    return "this tag is not the first thing below its heading, so nobody reads it", "move it up to the heading"
