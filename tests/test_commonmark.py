"""The CommonMark specification's examples of lists, quotes and fences, rendered as they are on a card."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from deckwright import blocks
from deckwright.markup import Renderer
from deckwright.model import SourceFile

EXAMPLES = json.loads((Path(__file__).parent / "commonmark" / "examples.json").read_text("utf-8"))

ACCEPTED = [
    (r"<pre>", '<pre class="code">', "code blocks have a class, for the card's stylesheet"),
    (r"\n</code></pre>", "</code></pre>", "a code block has no empty line at its end, which phones would show"),
    (r"(</?h)[12]>", r"\g<1>3>", "headings on a card begin at h3: h1 and h2 are for its own parts"),
    (r" />", ">", "HTML, not XHTML"),
    (r"<!--.*?-->", "", "comments are for readers of the source"),
]
"""Where a card differs on purpose: a pattern in the specification's HTML, what stands there on a card, and why."""

COLOURS = re.compile(r'</?span(?: class="\w+")?>')
"""What Pygments puts around the words of code."""

_BLOCK = re.compile(r"\s*(</?(?:blockquote|h\d|hr|li|ol|p|pre|ul)\b[^>]*>)\s*")


def normalised(html: str) -> str:
    """HTML without white space beside block elements, attributes sorted."""
    html = re.sub(r"<(\w+)((?: [\w-]+=\"[^\"]*\")+)", lambda m: f"<{m[1]}{''.join(sorted(_attributes(m[2])))}", html)
    return _BLOCK.sub(r"\1", html).strip()


def _attributes(written: str) -> list[str]:
    return re.findall(r" [\w-]+=\"[^\"]*\"", written)


def rendered(markdown: str) -> str:
    document = blocks.parse(markdown)
    return Renderer(SourceFile("cards/example.md", tuple(markdown.split("\n"))), document).blocks(document.blocks)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['section']}-{example['example']}")
def test_blocks_nest_as_the_specification_says(example: dict[str, str]) -> None:
    expected = example["html"]
    for pattern, replacement, _ in ACCEPTED:
        expected = re.sub(pattern, replacement, expected)
    assert normalised(COLOURS.sub("", rendered(example["markdown"]))) == normalised(expected)


@pytest.mark.parametrize(("pattern", "why"), [(pattern, why) for pattern, _, why in ACCEPTED])
def test_an_accepted_difference_is_needed(pattern: str, why: str) -> None:
    assert any(re.search(pattern, example["html"]) for example in EXAMPLES), why
