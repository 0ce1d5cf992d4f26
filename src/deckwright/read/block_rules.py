"""The block rules: CommonMark's of markdown-it-py, GitHub's tables, footnotes, definition lists, MkDocs admonitions, and
two of our own: display maths and Obsidian's `%%private%%`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from ..limits import MAX_NESTING
from .inlines.tex import is_maths

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock

    Rule = Callable[[StateBlock, int, int, bool], bool]


@cache
def parser() -> MarkdownIt:
    """markdown-it with its block rules only, made quick."""
    from .block_parser import BlockParser

    made = plain()
    made.block = BlockParser(made.block)
    return made


def plain() -> MarkdownIt:
    """markdown-it with its block rules only. It leaves the addresses in link definitions as they are written."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.admon import admon_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    class Parser(MarkdownIt):
        def normalizeLink(self, url: str) -> str:
            return url

        def validateLink(self, url: str) -> bool:
            return True

    made = Parser("commonmark", {"maxNesting": 2 * MAX_NESTING}).enable("table")
    made.use(deflist_plugin).use(footnote_plugin).use(admon_plugin)
    ruler = made.block.ruler
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    ruler.before("fence", "maths", _delimited("maths", {"$$": "$$", "\\[": "\\]"}), interrupts)
    ruler.before("fence", "private", _delimited("private", {"%%": "%%"}), interrupts)
    ruler.before("table", "deep", _deep)
    made.core.ruler.enableOnly(["block"])
    return made


def _deep(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """What is nested too deeply. markdown-it would leave it out without a word."""
    if silent or state.level < MAX_NESTING:
        return False
    # A list lets its items read on to the end of the file, so the end is where a line is indented less.
    shallow = (n for n in range(first + 1, last) if state.sCount[n] < state.blkIndent and not state.isEmpty(n))
    last = next(shallow, last)
    state.push("deep", "", 0).map = [first, last]
    state.line = last
    return True


def _is_maths(text: str) -> bool:
    """Whether what stands in brackets on one line is maths."""

    def find(pattern: re.Pattern[str]) -> int:
        found = pattern.search(text)
        return found.start() if found else -1

    return is_maths("", len(text), find)


def _delimited(kind: str, delimiters: Mapping[str, str]) -> Rule:
    """From a line that opens with a delimiter to the end of the line that closes with its counterpart."""

    def rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
        start = state.bMarks[first] + state.tShift[first]
        opening = state.src[start : start + 2]
        if opening not in delimiters or state.is_code_block(first):
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
        if opening == "\\[" and line == first and not _is_maths(text[:-2]):
            return False
        if not silent:
            token = state.push(kind, "", 0)
            token.map = [first, line + 1]
            token.content = state.getLines(first, line + 1, state.blkIndent, False).strip()[2:-2]
            state.line = line + 1
        return True

    return rule
