"""The quick block parser makes the same tokens as markdown-it's own, of any text."""

from __future__ import annotations

from typing import Any

import fuzz
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from specification import EXAMPLES, Example

from deckwright.read import block_rules

PLAIN = block_rules.plain()

OPENINGS = [
    "", "", "", "> ", ">", "- ", "* ", "+ ", "1. ", "12) ", "  ", "    ", "\t", " \t", "# ", "####### ", "#", ": ", "~ ", "| ",
    "[^a]: ", "[a]: ", "[a\\]: ", "```", "~~~ ", "$$", "\\[", "%%", "!!! note ", "??? ", "<!-- ", "<div>", "<script>", "</b>",
]  # fmt: skip

TEXTS = [
    "", "", " ", "a", "b c", "a | b", "a \\| b | c", "|---|:-:|", "---|--:", "|-|", "---", "- - -", "===", "= =", "a #", "a ##  ",
    "#", "\u00a0", "[!NOTE]", "/url 'title'", "'title'", "<x>", "-->", "$$", "\\]", "x = 1 \\]", "%%", "```", "\"", "\\", "\\\\|",
]  # fmt: skip

LINES = st.tuples(st.lists(st.sampled_from(OPENINGS), max_size=4), st.sampled_from(TEXTS)).map(
    lambda line: "".join(line[0]) + line[1]
)


def read(parser: MarkdownIt, text: str) -> tuple[list[tuple[Any, ...]], Any, Any]:
    """The tokens, with the attributes that are read of them; the link definitions and the footnotes."""
    environment: dict[str, Any] = {}
    made = [
        (token.type, token.level, token.nesting)
        if token.nesting < 0
        else (
            token.type,
            token.level,
            token.nesting,
            token.tag,
            token.map,
            token.content,
            token.info,
            token.hidden,
            dict(token.attrs),
            dict(token.meta),
        )
        for token in parser.parse(text, environment)
    ]
    return made, environment.get("references"), environment.get("footnotes")


CASES = [
    "a \\| b | c\n|---|:-:|\n| d | e \\\\| f |\n| g \\|\n- h\n",
    "a | b\n|-|-|\nc | d\n:-\ne | f\n",
    "Term\n\n: one\n~ two\n\nOther\n: three\n: four\n",
    "Term\n: one\n\n  two\n~ three\n",
    "a\n    - b\n---\nc\n = =\n==\n",
    "[a\\]b]: /url\n[a\nb]: /url\n'title'\n[c] : /no\n[d]: /url 'open\nand closed'\n",
    "# a #\n# a#\n## b ## c\n### ###\n####### d\n#e\n    # f\n",
    "<!-- a --> b\n<!-- c\n\nd --> e\n    <!-- f -->\ng\n<!-- h -->\n",
    "\ta\n  \tb\n- c\n\n\td\n \t",
]
"""What chance finds too seldom: of each rule that is asked only where its block can be, what it is and what it is not."""


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("prefix", ["", *(pytest.param(quote, marks=pytest.mark.ci) for quote in ("> ", "> > "))])
def test_tokens_of_cases_are_those_of_markdown_it(text: str, prefix: str) -> None:
    text = "".join(f"{prefix}{line}\n" for line in text.split("\n"))
    assert read(block_rules.parser(), text) == read(PLAIN, text)


@pytest.mark.parametrize(
    "line", ["- a\n", "> a\n", "a\n- b\n", "- a\n\n", "a\n\n", "a | b\n|-|-|\n- c\n", ": a\n", "| a |\n"]
)
def test_time_is_linear(line: str) -> None:
    few = fuzz.calls(lambda: block_rules.parser().parse(line * 100, {}))
    many = fuzz.calls(lambda: block_rules.parser().parse(line * 400, {}))
    assert many < 5 * few


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_tokens_are_those_of_markdown_it(text: str) -> None:
    try:
        expected = read(PLAIN, text)
    except IndexError:  # The plugin for admonitions fails where a file ends within a quote.
        assume(False)
    assert read(block_rules.parser(), text) == expected


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
@pytest.mark.parametrize(
    ("first", "others"),
    [("", ""), pytest.param("> ", "> ", marks=pytest.mark.ci), pytest.param("- ", "  ", marks=pytest.mark.ci)],
    ids=["alone", "quote", "item"],
)
def test_tokens_of_commonmark_are_those_of_markdown_it(example: Example, first: str, others: str) -> None:
    text = first + example.markdown.replace("\n", f"\n{others}") + "\n"
    assert read(block_rules.parser(), text) == read(PLAIN, text)
