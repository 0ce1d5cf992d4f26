"""Markdown text → its blocks as CommonMark nests them, each with its exact place. The only user of markdown-it-py.

Python-Markdown keeps no positions and nests lists, quotes and fences in a way of its own, so the block structure is
read here, and `markup` gives Python-Markdown only what stands inside the blocks. Beyond CommonMark: GitHub's tables and
alerts, footnotes, definition lists, MkDocs admonitions, display maths (`$$`, `\\[`) and Obsidian's `%%private%%`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.tree import SyntaxTreeNode

MAX_NESTING = 40
"""How deep blocks nest: forty quotes, or twenty lists, each with its item."""

Kind = Literal[
    "heading", "paragraph", "rule", "code", "maths", "html", "comment", "private",
    "list", "item", "quote", "alert", "table", "row", "cell", "definitions", "term", "definition", "deep",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A block of Markdown and the blocks inside it.

    `first` and `last` are the lines it covers, counted from 0, `last` excluded. Leaves have a `text`: of a heading,
    paragraph, term or cell the inline Markdown, of code, maths, html, comment and private the content between the
    markers. `starts` says where each line of that text begins in the file: (line, column), both from 0.

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
        row = self.text.count("\n", 0, offset)
        if row >= len(self.starts):
            return self.first, 0
        line, column = self.starts[row]
        column += offset - (self.text.rfind("\n", 0, offset) + 1) + bisect_right(self.gaps, offset)
        return line, max(column, 0)

    def cut(self, start: int, end: int | None = None) -> Block:
        """The same leaf with only the text from `start` to `end`, white space around it left out, and its places kept."""
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        line, column = self.place(start)
        row = self.text.count("\n", 0, start)
        starts = ((line, column), *self.starts[row + 1 : row + 1 + text.count("\n")])
        return replace(self, text=text, starts=starts, gaps=tuple(gap - start for gap in self.gaps if gap > start))

    def walk(self) -> Iterator[Block]:
        """The block and all inside it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Document:
    """The blocks of a file, and what any of its sections may refer to.

    `references` maps a link label in lower case, its white space folded, to (address, title); `footnotes` a footnote's
    label to its blocks.
    """

    blocks: tuple[Block, ...]
    references: Mapping[str, tuple[str, str]]
    footnotes: Mapping[str, tuple[Block, ...]]


def parse(text: str, first: int = 0) -> Document:
    """The blocks of `text`, whose lines end in `\n`. Lines before `first` (the front matter) are passed over."""
    from markdown_it.tree import SyntaxTreeNode

    lines = text.split("\n")
    environment: dict = {}
    tokens = _parser().parse("\n" * first + "\n".join(lines[first:]), environment)
    reader = _Reader(lines)
    blocks = reader.blocks(SyntaxTreeNode(tokens))
    references = {
        label.lower(): (found["href"], found["title"]) for label, found in environment.get("references", {}).items()
    }
    return Document(blocks, references, reader.footnotes)


class _Reader:
    """Turns markdown-it's tree into blocks with places, and puts footnotes aside."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.footnotes: dict[str, tuple[Block, ...]] = {}

    def blocks(self, node: SyntaxTreeNode) -> tuple[Block, ...]:
        return tuple(block for child in node.children for block in self.block(child))

    def block(self, node: SyntaxTreeNode) -> tuple[Block, ...]:
        """The block that a node is: none for a footnote, several for comments in a row."""
        first, last = node.map or (0, 0)
        match node.type:
            case "paragraph" | "heading" | "dt" | "admonition_title":
                return self.text(node, first, max(last, first + 1))
            case "hr":
                return (Block("rule", first, last),)
            case "fence":
                written = node.content.removesuffix("\n").count("\n") + bool(node.content)
                return (self.leaf("code", node, first + 1, node.info.strip(), closed=written == last - first - 2),)
            case "code_block":
                return (self.leaf("code", node, first),)
            case "html_block":
                return self.html(node)
            case "maths" | "private":
                return (self.leaf(node.type, node, first),)
            case "deep":
                return (Block("deep", first, last),)
            case "table":
                rows = [self.row(row, group.type == "thead") for group in node.children for row in group.children]
                return (Block("table", first, last, tuple(rows)),)
            case "footnote_reference":
                self.footnotes.setdefault(node.meta["label"].lower(), self.blocks(node))
                return ()
            case "blockquote":
                return (_alert(Block("quote", first, last, self.blocks(node))),)
            case "admonition":
                return (Block("alert", first, last, self.blocks(node), info=node.meta["tag"].lower()),)
            case "bullet_list" | "ordered_list":
                info = str(node.attrs.get("start", 1)) if node.type == "ordered_list" else ""
                tight = all(leaf.hidden for item in node.children for leaf in item.children if leaf.type == "paragraph")
                return (Block("list", first, last, self.blocks(node), info=info, tight=tight),)
            case "list_item" | "dl" | "dd":
                kind = {"list_item": "item", "dl": "definitions", "dd": "definition"}[node.type]
                return (Block(kind, first, last, self.blocks(node)),)
            case _:
                raise AssertionError(f"markdown-it made a block of a kind unknown here: {node.type}")

    def text(self, node: SyntaxTreeNode, first: int, last: int) -> tuple[Block, ...]:
        """A leaf of inline Markdown."""
        content = node.children[0].content if node.children else ""
        starts = self.starts(content, first)
        match node.type:
            case "heading":
                return (Block("heading", first, last, text=content, starts=starts, level=int(node.tag[1])),)
            case "paragraph":
                return (Block("paragraph", first, last, text=content, starts=starts, tight=node.hidden),)
            case "dt":
                return (Block("term", first, last, text=content, starts=starts),)
            case _:
                # Without a title of its own an admonition gets its type's name, which stands in `info` already.
                return (
                    (Block("term", first, last, text=content, starts=starts),)
                    if f'"{content}"' in self.lines[first]
                    else ()
                )

    def leaf(self, kind: Kind, node: SyntaxTreeNode, first: int, info: str = "", closed: bool = True) -> Block:
        """A leaf whose text is taken as it stands; `first` is the line where that text begins."""
        text = node.content.removesuffix("\n")
        return Block(kind, *node.map, text=text, starts=self.starts(text, first), info=info, closed=closed)

    def html(self, node: SyntaxTreeNode) -> tuple[Block, ...]:
        """Raw HTML; or comments, where it holds nothing else."""
        leaf = self.leaf("html", node, node.map[0])
        # Looked at first, so that no comment is looked for which has no end: many would each be read to the end.
        if not leaf.text.rstrip().endswith("-->") or COMMENT.sub("", leaf.text).strip():
            return (leaf,)
        return tuple(replace(leaf.cut(*found.span(1)), kind="comment") for found in COMMENT.finditer(leaf.text))

    def row(self, node: SyntaxTreeNode, header: bool) -> Block:
        """A table's row: its cells are looked for one behind the other, since markdown-it says only their line."""
        first, last = node.map
        line, column, cells = self.lines[first], 0, []
        for cell in node.children:
            text = cell.children[0].content if cell.children else ""
            found = re.compile(re.escape(text).replace(r"\|", r"\\?\|")).search(line, column)
            column = found.start() if text and found else column
            align = str(cell.attrs.get("style", "")).removeprefix("text-align:")
            gaps = tuple(bar.start() - n for n, bar in enumerate(re.finditer(r"\\\|", found[0]))) if found else ()
            cells.append(
                Block("cell", first, last, text=text, starts=((first, column),), info=align, header=header, gaps=gaps)
            )
            column = found.end() if text and found else column
        return Block("row", first, last, tuple(cells), header=header)

    def starts(self, text: str, first: int) -> tuple[tuple[int, int], ...]:
        """Where each line of a leaf's text begins, given the file's line that its first one stands on.

        Markdown takes indents and quote marks off the front of a line, so what is left of it is found at its end. It may
        begin before the line does: a tab becomes several spaces.
        """
        found = []
        for number, line in enumerate(text.split("\n"), first):
            source = self.lines[number] if number < len(self.lines) else ""
            found.append((number, source.rfind(line.strip()) - (len(line) - len(line.lstrip()))))
        return tuple(found)


COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
"""A comment of HTML; the group is what it says."""

_ALERT = re.compile(r"\[!([\w-]+)\][+-]?[ \t]*(.*)")


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


@cache
def _parser() -> MarkdownIt:
    """markdown-it with its block rules only."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.admon import admon_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"maxNesting": 2 * MAX_NESTING}).enable("table")
    parser.use(deflist_plugin).use(footnote_plugin).use(admon_plugin)
    interrupts = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "maths", _delimited("maths", {"$$": "$$", "\\[": "\\]"}), interrupts)
    parser.block.ruler.before("fence", "private", _delimited("private", {"%%": "%%"}), interrupts)
    parser.block.ruler.before("table", "deep", _deep)
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _deep(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A block rule: what is nested too deeply. markdown-it would leave it out without a word."""
    if silent or state.level < MAX_NESTING:
        return False
    state.push("deep", "", 0).map = [first, last]
    state.line = last
    return True


def _delimited(kind: str, delimiters: Mapping[str, str]) -> Callable[[StateBlock, int, int, bool], bool]:
    """A block rule: from a line that opens with a delimiter to the end of the line that closes with its counterpart."""

    def rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
        if state.is_code_block(first):
            return False
        start = state.bMarks[first] + state.tShift[first]
        opening = state.src[start : start + 2]
        if opening not in delimiters:
            return False
        # Where nothing closed it once, nothing will further down: else many openings would each read to the end.
        unclosed = state.env.setdefault("unclosed", set())
        if opening in unclosed:
            return False
        closing = delimiters[opening]
        for line in range(first, last):
            if line > first and state.sCount[line] < state.blkIndent and not state.isEmpty(line):
                return False
            text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
            if line == first:
                text = text[2:]
                if closing in text[:-2]:
                    return False
            if text.endswith(closing):
                break
        else:
            unclosed.add(opening)
            return False
        if not silent:
            token = state.push(kind, "", 0)
            token.map = [first, line + 1]
            token.content = state.getLines(first, line + 1, state.blkIndent, False).strip()[2:-2]
            state.line = line + 1
        return True

    return rule
