"""Markdown text → its blocks as CommonMark nests them, each with its exact place and the pieces of its text.

Python-Markdown keeps no places, and nests lists, quotes and fences in a way of its own. So the blocks are read by
markdown-it-py, the text of each leaf is read by `inlines`, and `render` makes elements of both.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec.structs import replace

from ..limits import MAX_LEAF, MAX_PIECE_NESTING
from ..patterns import pattern
from . import block_rules, inlines
from .inlines import HIDDEN, Piece, depth, within

if TYPE_CHECKING:
    from markdown_it.token import Token


Kind = Literal[
    "heading", "paragraph", "rule", "code", "maths", "html", "comment", "private",
    "list", "item", "quote", "alert", "table", "row", "cell", "definitions", "term", "definition", "deep",
]  # fmt: skip

VERBATIM = frozenset({"code", "maths", "html"})
"""Leaves whose text is no inline Markdown."""

NO_PROSE = VERBATIM | HIDDEN
"""Leaves in which there is no Markdown for a reader."""


class Block(msgspec.Struct, frozen=True, gc=False):
    """A block of Markdown and the blocks inside it.

    `first` and `last` are the lines it covers, counted from 0, `last` excluded. Leaves have a `text`: of a heading,
    paragraph, term or cell the inline Markdown, of code, maths, html, comment and private the content between the
    markers. `starts` says where each line of that text begins in the file: (line, column), both from 0. `pieces` are
    those of inline Markdown; a text that is `too_much` was not read, and has none.

    `info` is what a kind needs to know of itself: a fence's info string, an ordered list's first number (a bullet
    list has none), an alert's type in lower case, a cell's alignment (left, center, right or none). `level` is a
    heading's, 1–6. `tight` lists have no paragraphs in their items; a table's `header` rows come first. `gaps` are the
    places in a cell's text where the file has a backslash more, before a bar. `deep` is what is nested too deeply to be
    read.
    """

    kind: Kind
    first: int
    last: int
    children: tuple[Block, ...] = ()
    text: str = ""
    starts: tuple[tuple[int, int], ...] = ()
    pieces: tuple[Piece, ...] = ()
    too_much: bool = False
    info: str = ""
    level: int = 0
    tight: bool = False
    header: bool = False
    closed: bool = True
    gaps: tuple[int, ...] = ()

    def place(self, offset: int) -> tuple[int, int]:
        """Where the character at `offset` of the text stands in the file: (line, column), both from 0.

        A text that is not written as a block (a tag's context, say) has but a line.
        """
        begin, row = 0, 0
        if len(self.starts) > 1:
            begins = _line_begins(self.text)
            row = bisect_right(begins, offset) - 1
            begin = begins[row]
        if row >= len(self.starts):
            return self.first, 0
        line, column = self.starts[row]
        return line, max(column + offset - begin + bisect_right(self.gaps, offset), 0)

    def cut(self, start: int, end: int | None = None) -> Block:
        """The same leaf with only the text from `start` to `end`, white space around it left out, and its places kept.

        Emphasis, links and images that are cut in two leave what lies in them; their delimiters become text.
        """
        if not start and (end is None or end >= len(self.text)) and self.is_trimmed():
            return self
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        pieces = within(self.pieces, start, start + len(text))
        row = self.text.count("\n", 0, start)
        if row < len(self.starts):
            begin = self.text.rfind("\n", 0, start) + 1
            line, column = self.starts[row]
            column = max(column + start - begin + bisect_right(self.gaps, start), 0)
        else:
            line, column = self.place(start)
        starts = ((line, column), *self.starts[row + 1 : row + 1 + text.count("\n")])
        gaps = tuple(gap - start for gap in self.gaps if gap > start)
        return replace(self, text=text, starts=starts, pieces=pieces, gaps=gaps)

    def is_trimmed(self) -> bool:
        """Whether its text has no white space around it, and stands in the file as it is."""
        return self.text == self.text.strip() and not self.gaps and bool(self.starts) and self.starts[0][1] >= 0


def walk(held: Iterable[Block]) -> list[Block]:
    """The blocks and all inside them, in document order."""
    found: list[Block] = []
    for block in held:
        found.append(block)
        if block.children:
            found += walk(block.children)
    return found


@lru_cache(maxsize=4)
def _line_begins(text: str) -> list[int]:
    """Where each line of a text begins. It is kept for a while, since one leaf may be asked for thousands of places."""
    return [*accumulate((len(line) + 1 for line in text.split("\n")[:-1]), initial=0)]


References = Mapping[str, tuple[str, str]]
"""A file's link definitions: the label, as `links.label` folds it → (address, title)."""


class Document(msgspec.Struct, frozen=True):
    """The blocks of a file, and what any of its sections may refer to.

    `footnotes` maps a footnote's label, in lower case, to its blocks. `defined` says where a link definition stands:
    its first line and the one behind it, counted from 0, by what it defines. `right_to_left` says whether any letter of
    the file is written from right to left. `again` are the lines on which a link or a footnote is defined
    once more, and otherwise: nobody sees that.
    """

    blocks: tuple[Block, ...]
    references: References
    footnotes: Mapping[str, tuple[Block, ...]]
    defined: Mapping[tuple[str, str], tuple[int, int]]
    right_to_left: bool = False
    again: tuple[int, ...] = ()

    def paragraph(self, text: str, line: int) -> Block:
        """A paragraph that stands in a tag or in the front matter. All that is known of its place is the line."""
        pieces, too_much = _pieces(text, self.references)
        return Block("paragraph", line, line + 1, text=text, pieces=pieces, too_much=too_much)


RIGHT_TO_LEFT = pattern("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
"""Letters that are written from right to left: blocks of Unicode (DerivedBidiClass.txt)."""


def parse(text: str, first: int = 0) -> Document:
    """The blocks of `text`, whose lines end in `\n`. Lines before `first` (the front matter) are passed over."""
    lines = text.split("\n")
    environment: dict[str, Any] = {}
    tokens = block_rules.parser().parse("\n" * first + "\n".join(lines[first:]), environment)
    found = environment.get("references", {})
    references = {label.lower(): (link["href"], link["title"]) for label, link in found.items()}
    defined = {(link["href"], link["title"]): tuple(link["map"]) for link in reversed(found.values())}
    reader = _Reader(lines, tokens, references)
    right_to_left = not text.isascii() and bool(RIGHT_TO_LEFT.search(text))
    made = reader.blocks()
    others = environment.get("duplicate_refs", ())
    twice = [
        link["map"][0] for link in others if any(link[key] != found[link["label"]][key] for key in ("href", "title"))
    ]
    return Document(made, references, reader.footnotes, defined, right_to_left, (*twice, *reader.again))


def _pieces(text: str, references: References) -> tuple[tuple[Piece, ...], bool]:
    """The pieces of a leaf's text, and whether it is too much to be read."""
    if len(text) > MAX_LEAF:
        return (), True
    pieces = inlines.read(text, references)
    return ((), True) if pieces and depth(pieces) > MAX_PIECE_NESTING else (pieces, False)


class _Reader:
    """Turns markdown-it's tokens into blocks with places, and puts footnotes aside."""

    def __init__(self, lines: list[str], tokens: Iterable[Token], references: References) -> None:
        self.lines = lines
        self.tokens = iter(tokens)
        self.references = references
        self.footnotes: dict[str, tuple[Block, ...]] = {}
        self.again: list[int] = []

    def blocks(self) -> tuple[Block, ...]:
        """The blocks up to the end of the one that was opened last."""
        made: list[Block] = []
        for token in self.tokens:
            if token.nesting < 0:
                break
            made += self.block(token)
        return tuple(made)

    def block(self, token: Token) -> Iterable[Block]:
        """The block that begins with a token: none for a footnote, several for comments in a row."""
        first, last = token.map or (0, 0)
        match token.type:
            case "paragraph_open":
                paragraph = self.text("paragraph", first, last, tight=token.hidden)
                is_id = paragraph.text[:1] == "^" and _BLOCK_ID.fullmatch(paragraph.text)
                return (replace(paragraph, kind="private") if is_id else paragraph,)
            case "heading_open":
                return (self.text("heading", first, last, level=int(token.tag[1])),)
            case "dt_open":
                return (self.text("term", first, last),)
            case "admonition_title_open":
                title = self.text("term", first, last)
                # Without a title of its own an admonition gets its type's name, which stands in `info` already.
                return (title,) if f'"{title.text}"' in self.lines[first] else ()
            case "hr":
                return (Block("rule", first, last),)
            case "fence":
                written = token.content.removesuffix("\n").count("\n") + bool(token.content)
                return (
                    self.verbatim("code", token, first + 1, token.info.strip(), closed=written == last - first - 2),
                )
            case "code_block":
                return (self.verbatim("code", token, first),)
            case "html_block":
                return _comments(self.verbatim("html", token, first))
            case "maths" | "private":
                return (self.verbatim(token.type, token, first),)
            case "deep":
                return (Block("deep", first, last),)
            case "table_open":
                return (Block("table", first, last, tuple(self.rows())),)
            case "footnote_reference_open":
                held = self.blocks()
                first_held = self.footnotes.setdefault(token.meta["label"].lower(), held)
                if first_held is not held and [b.text for b in walk(first_held)] != [b.text for b in walk(held)]:
                    self.again.append(first)
                return ()
            case "blockquote_open":
                return (_alert(Block("quote", first, last, self.blocks())),)
            case "admonition_open":
                return (Block("alert", first, last, self.blocks(), info=token.meta["tag"].lower()),)
            case "bullet_list_open" | "ordered_list_open":
                items = self.blocks()
                info = str(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else ""
                tight = all(held.tight for item in items for held in item.children if held.kind == "paragraph")
                return (Block("list", first, last, items, info=info, tight=tight),)
            case "list_item_open":
                return (Block("item", first, last, self.blocks()),)
            case "dl_open":
                return (Block("definitions", first, last, self.blocks()),)
            case "dd_open":
                return (Block("definition", first, last, self.blocks()),)
            case _:
                raise AssertionError(f"markdown-it made a block of a kind unknown here: {token.type}")

    def text(self, kind: Kind, first: int, last: int, level: int = 0, tight: bool = False) -> Block:
        """The leaf of inline Markdown that was opened."""
        text = self.content()
        pieces, too_much = _pieces(text, self.references)
        return Block(
            kind,
            first,
            max(last, first + 1),
            text=text,
            starts=self.starts(text, first),
            pieces=pieces,
            too_much=too_much,
            level=level,
            tight=tight,
        )

    def content(self) -> str:
        """The text of the leaf that was opened: of its one token, if it has any."""
        token = next(self.tokens)
        if token.nesting < 0:
            return ""
        next(self.tokens)
        return token.content

    def verbatim(self, kind: Kind, token: Token, first: int, info: str = "", closed: bool = True) -> Block:
        """A leaf whose text is taken as it stands; `first` is the line where that text begins."""
        start, end = token.map or (0, 0)
        text = token.content.removesuffix("\n")
        return Block(kind, start, end, text=text, starts=self.starts(text, first), info=info, closed=closed)

    def rows(self) -> Iterator[Block]:
        """The rows of the table that was opened."""
        header = True
        for token in self.tokens:
            match token.type:
                case "tr_open":
                    first, last = token.map or (0, 0)
                    yield Block("row", first, last, tuple(self.cells(first, last, header)), header=header)
                case "thead_close":
                    header = False
                case "table_close":
                    break

    def cells(self, first: int, last: int, header: bool) -> Iterator[Block]:
        """The cells of the row that was opened, looked for one behind the other: markdown-it says only their line."""
        line, column = self.lines[first], 0
        for token in self.tokens:
            if token.nesting < 0:
                break
            text = self.content()
            written = text.replace("|", "\\|")  # A bar in a cell is written with a backslash.
            found = line.find(written, column) if text else -1
            start = column if found < 0 else found
            column = start if found < 0 else found + len(written)
            pieces, too_much = _pieces(text, self.references)
            yield Block(
                "cell",
                first,
                last,
                text=text,
                starts=((first, start),),
                pieces=pieces,
                too_much=too_much,
                info=str(token.attrs.get("style", "")).removeprefix("text-align:"),
                header=header,
                gaps=tuple(n for n, sign in enumerate(text) if sign == "|") if "|" in text and found >= 0 else (),
            )

    def starts(self, text: str, first: int) -> tuple[tuple[int, int], ...]:
        """Where each line of a leaf's text begins, given the file's line that its first one stands on.

        Markdown takes indents and quote marks off the front of a line, so what is left of it is found at its end. It may
        begin before the line does: a tab becomes several spaces.
        """
        if "\n" not in text and text == text.strip() and first < len(self.lines):
            return ((first, self.lines[first].rfind(text)),)
        found = []
        for number, line in enumerate(text.split("\n"), first):
            source = self.lines[number] if number < len(self.lines) else ""
            found.append((number, source.rfind(line.strip()) - (len(line) - len(line.lstrip()))))
        return tuple(found)


COMMENT = pattern(r"<!--(.*?)-->", re.DOTALL)
"""A comment of HTML; the group is what it says."""

_BLOCK_ID = pattern(r"\^[A-Za-z0-9-]{2,}")
"""Obsidian's name for the block above, a list or a table, on a line of its own."""

_ALERT = pattern(r"\[!([\w-]+)\][+-]?[ \t]*(.*)")


def _comments(html: Block) -> tuple[Block, ...]:
    """A block of raw HTML; or its comments, where it holds nothing else."""
    # Looked at first, so that no comment is looked for which has no end: many would each be read to the end.
    if not html.text.rstrip().endswith("-->") or COMMENT.sub("", html.text).strip():
        return (html,)
    return tuple(replace(html.cut(*found.span(1)), kind="comment") for found in COMMENT.finditer(html.text))


def _alert(quote: Block) -> Block:
    """The quote, as an alert if its first line says that it is one: `[!NOTE]`, in Obsidian with a title behind it."""
    opening = quote.children[0] if quote.children else None
    found = _ALERT.match(opening.text) if opening and opening.kind == "paragraph" else None
    if not opening or not found:
        return quote
    title = [replace(opening.cut(*found.span(2)), kind="term")] if found[2] else []
    rest = opening.cut(found.end())
    body = [rest] if rest.text else []
    return replace(quote, kind="alert", info=found[1].lower(), children=(*title, *body, *quote.children[1:]))
