"""markdown-it's block parser, made quick: of a line it asks only the rules for a block that may begin so.

What it does is what markdown-it does, token by token: the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from itertools import accumulate
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from ..limits import MAX_NESTING
from ..patterns import pattern

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

    Rule = Callable[[StateBlock, int, int, bool], bool]

BEGINS = {
    "admonition": "!?",
    "blockquote": ">",
    "fence": "`~",
    "footnote_def": "[",
    "heading": "#",
    "hr": "*-_",
    "html_block": "<",
    "list": "*-+0123456789",
    "maths": "$\\",
    "private": "%",
    "reference": "[",
}
"""What the first line of a block begins with, behind its indent, by the name of its rule."""

ENDS = BEGINS | {"deflist": ":~"}
"""What the line begins with by which a rule ends the block before it."""

_OTHERS = ""
"""The key of the rules for lines that begin with any other character."""

_ENDINGS = {*"".join(ENDS.values()), "="}
"""What any line begins with that ends a paragraph or makes it a heading, unless it begins a table."""


class BlockParser(ParserBlock):
    """The parser with the rules of another one, to which no more can be added."""

    def __init__(self, plain: ParserBlock) -> None:
        self.ruler = plain.ruler
        rules = {rule.name: _checked(rule.name, rule.fn) for rule in self.ruler.__rules__ if rule.enabled}
        ends: dict[str, Rule] = {}
        for chain in ("paragraph", "reference", "blockquote", "list"):
            held = {rule.name: rules[rule.name] for rule in self.ruler.__rules__ if rule.enabled and chain in rule.alt}
            ends[chain] = _any_of(_by_character(held, ENDS))
            self.ruler.push(f"end of {chain}", ends[chain], {"alt": [chain]})
        rules["paragraph"] = _paragraph(ends["paragraph"])
        others = {name: rule for name, rule in rules.items() if name not in ("deep", "code")}
        self.rules = _by_character(others, BEGINS)
        # Each of these takes all lines that it is asked of, and no others.
        self.deep, self.indented = [rules["deep"]], [rules["code"]]
        for rule in self.ruler.__rules__:
            if rule.name in rules:
                rule.alt = []
        self.ruler.enable([])  # It forgets the rules that it has looked up.

    def parse(
        self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], outTokens: list[Token]
    ) -> list[Token] | None:
        if not src:
            return None
        state = _State(src, md, env, outTokens)
        self.tokenize(state, state.line, state.lineMax)
        return state.tokens

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:
        """Read the blocks between two lines. The rules for lists and quotes call it for what is inside them."""
        source, begins, shifts, ends, indents = state.src, state.bMarks, state.tShift, state.eMarks, state.sCount
        has_empty_lines = False
        line = startLine
        while line < endLine:
            while line < state.lineMax and begins[line] + shifts[line] >= ends[line]:
                line += 1
            state.line = line
            if line >= endLine or indents[line] < state.blkIndent:
                break
            if state.level >= MAX_NESTING:
                rules = self.deep
            elif indents[line] - state.blkIndent >= 4:
                rules = self.indented
            else:
                rules = self.rules.get(source[begins[line] + shifts[line]]) or self.rules[_OTHERS]
            for rule in rules:
                if rule(state, line, endLine, False):
                    break
            # Whether a list is tight depends on the empty lines above its last block.
            state.tight = not has_empty_lines
            line = state.line
            if line - 1 < endLine and begins[line - 1] + shifts[line - 1] >= ends[line - 1]:
                has_empty_lines = True
            if line < endLine and begins[line] + shifts[line] >= ends[line]:
                has_empty_lines = True
                line += 1
                state.line = line


def _by_character(rules: Mapping[str, Rule], begins: Mapping[str, str]) -> dict[str, list[Rule]]:
    """The rules by the first character of a line, in their order."""
    characters = {*"".join(begins.values()), _OTHERS}
    return {
        character: [
            rule for name, rule in rules.items() if name not in begins or (character and character in begins[name])
        ]
        for character in characters
    }


def _any_of(rules: Mapping[str, list[Rule]]) -> Rule:
    """Whether any of the rules takes a line, without reading the block that it begins."""
    others = rules[_OTHERS]

    def ends(state: StateBlock, line: int, last: int, silent: bool) -> bool:
        place = state.bMarks[line] + state.tShift[line]
        for rule in rules.get(state.src[place : place + 1], others):  # noqa: SIM110 - `any` takes twice the time here
            if rule(state, line, last, True):
                return True
        return False

    return ends


def _checked(name: str, rule: Rule) -> Rule:
    """A rule that is asked only where its block can be, if that is cheap to tell."""

    def table(state: StateBlock, line: int, last: int, silent: bool) -> bool:
        below = _text(state, line + 1) if line + 1 < last else ""
        return (
            below[:1] in _DELIMITERS
            and not below.strip("|-: \t")
            and "|" in _text(state, line)
            and rule(state, line, last, silent)
        )

    def lheading(state: StateBlock, line: int, last: int, silent: bool) -> bool:
        for number in range(line + 1, last):
            below = _text(state, number)
            if not below:
                return False
            if below[0] in _ENDINGS:  # Else each item of a long list would look at all items below it.
                return rule(state, line, last, silent)
        return False

    def deflist(state: StateBlock, line: int, last: int, silent: bool) -> bool:
        below = _text(state, line + 1) if line + 1 < last else ""
        if not below and line + 2 < last:
            below = _text(state, line + 2)
        return (silent or below[:1] in (":", "~")) and rule(state, line, last, silent)

    def hr(state: StateBlock, line: int, last: int, silent: bool) -> bool:
        text = _text(state, line)
        return not text.strip(f"{text[0]} \t") and rule(state, line, last, silent)

    def reference(state: StateBlock, line: int, last: int, silent: bool) -> bool:
        label, closing, after = _text(state, line).partition("]")
        return not (closing and after[:1] != ":" and "\\" not in label) and rule(state, line, last, silent)

    def html_block(state: StateBlock, line: int, last: int, silent: bool) -> bool:
        text = _text(state, line)
        if not text.startswith("<!--") or "-->" not in text or state.is_code_block(line):
            return rule(state, line, last, silent)
        if not silent:
            state.line = line + 1
            token = state.push("html_block", "", 0)
            token.map = [line, line + 1]
            token.content = state.getLines(line, line + 1, state.blkIndent, True)
        return True

    if name == "table":
        assert isinstance(rule, FunctionType)
        assert "escapedSplit" in rule.__globals__
        rule = FunctionType(rule.__code__, {**rule.__globals__, "escapedSplit": _cells})
    checked: dict[str, Rule] = {
        "table": table,
        "lheading": lheading,
        "deflist": deflist,
        "hr": hr,
        "reference": reference,
        "html_block": html_block,
        "heading": _heading,
    }
    return checked.get(name, rule)


def _heading(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    """The same as markdown-it's rule."""
    text = _text(state, line)
    level = len(text) - len(text.lstrip("#"))
    if not 1 <= level <= 6 or text[level : level + 1] not in _SPACE or state.is_code_block(line):
        return False
    if not silent:
        title = text[level:].rstrip(" \t")
        without = title.rstrip("#")
        state.line = line + 1
        state.push("heading_open", f"h{level}", 1).map = [line, line + 1]
        token = state.push("inline", "", 0)
        token.map = [line, line + 1]
        token.content = mdTrim(without if without[-1:] in _SPACE else title)
        state.push("heading_close", f"h{level}", -1)
    return True


def _paragraph(ends: Rule) -> Rule:
    """The same as markdown-it's rule. `ends` says whether a line ends a paragraph."""

    def paragraph(state: StateBlock, line: int, last: int, silent: bool) -> bool:
        before, state.parentType = state.parentType, "paragraph"
        below, last = line + 1, state.lineMax
        while below < last and not state.isEmpty(below):
            # A line that is indented like code goes on, and so does one of a quote that has no sign of it.
            if 0 <= state.sCount[below] <= state.blkIndent + 3 and ends(state, below, last, True):
                break
            below += 1
        state.line = below
        state.push("paragraph_open", "p", 1).map = [line, below]
        token = state.push("inline", "", 0)
        token.map = [line, below]
        token.content = mdTrim(state.getLines(line, below, state.blkIndent, False))
        state.push("paragraph_close", "p", -1)
        state.parentType = before
        return True

    return paragraph


_SPACE = ("", " ", "\t")


_DELIMITERS = ("|", "-", ":")


def _text(state: StateBlock, line: int) -> str:
    """A line behind its indent."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


_BAR = pattern(r"(?<!\\)\|")


def _cells(row: str) -> list[str]:
    """The cells of a row of a table. A bar behind a backslash parts none."""
    if "\\" not in row:
        return row.split("|")
    return [cell.replace("\\|", "|") for cell in _BAR.split(row)]


class _State(StateBlock):
    """What has been read so far. It finds the lines in less time than markdown-it's, and its tokens cost less."""

    def __init__(self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]) -> None:
        super().__init__("", md, env, tokens)
        self.src = src
        lines = src.split("\n")
        if not lines[-1].strip(" \t"):
            lines.pop()  # Nothing behind the last line ending but white space is no line.
        self.lineMax = len(lines)
        self.bMarks = [*accumulate((len(line) + 1 for line in lines), initial=0)]
        self.eMarks = [begin + len(line) for begin, line in zip(self.bMarks, lines, strict=False)]
        # One more line ends the lists, an empty one.
        self.bMarks[-1] = len(src)
        self.eMarks.append(len(src))
        self.tShift = [0] * len(self.bMarks)
        self.sCount = [0] * len(self.bMarks)
        self.bsCount = [0] * len(self.bMarks)
        for number, line in enumerate(lines):
            if line[:1] in (" ", "\t"):
                indent = line[: len(line) - len(line.lstrip(" \t"))]
                self.tShift[number] = len(indent)
                self.sCount[number] = len(indent.expandtabs(4))

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = _new(_Token)
        token.type = ttype
        token.nesting = nesting
        if nesting < 0:
            self.level -= 1
            token.level = self.level
        else:
            token.level = self.level
            self.level += nesting
            token.tag = tag
            token.attrs = token.meta = _NOTHING
            token.map = None
            token.content = token.info = ""
            token.hidden = False
        self.tokens.append(token)
        return token

    def getLines(self, begin: int, end: int, indent: int, keepLastLF: bool) -> str:
        if indent or begin >= end:
            return super().getLines(begin, end, indent, keepLastLF)
        begins, ends, source = self.bMarks, self.eMarks, self.src
        last = source[begins[end - 1] : ends[end - 1] + keepLastLF]
        if end - begin == 1:
            return last
        return "".join([source[begins[line] : ends[line] + 1] for line in range(begin, end - 1)]) + last


class _Token(Token):
    """A token with only those attributes that are read here: what ends a block has but its type and its level."""

    __slots__ = ()


_new = _Token.__new__
_NOTHING: Any = MappingProxyType({})
