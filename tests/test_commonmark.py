"""The examples of the CommonMark specification, rendered as they are on a card."""

from __future__ import annotations

import re

import pytest
from specification import EXAMPLES, Example

from deckwright import marks
from deckwright.model import SourceFile
from deckwright.read import blocks
from deckwright.render import Renderer, inline, raw_html

ACCEPTED = [
    (r"<pre>(?=<code)", '<pre class="dw-code">', "code blocks have a class, for the card's stylesheet"),
    (
        r"(class=\"dw-code\"><code[^>]*>[^<]*)\n</code>",
        r"\1</code>",
        "a code block has no empty line at its end, which phones would show",
    ),
    (r"(</?h)[12]>", r"\g<1>3>", "headings on a card begin at h3: h1 and h2 are for its own parts"),
    (
        r"<(?=/?(?:bab|bar|b2|c2c|foo|responsive-image|Warning)\b)([^>]*)>",
        r"&lt;\1&gt;",
        "what is no element of HTML is shown: it is a name in angle brackets",
    ),
    (r" ?/>", ">", "HTML, not XHTML"),
    (r"&quot;(?=[^<>]*(?:<|\Z))", '"', "a quotation mark in a text needs no escape"),
]
"""Where a card differs on purpose: a pattern in the specification's HTML, what stands there on a card, and why."""

LEADS_NOWHERE = (
    r'<a href="(?!(?i:https?|mailto|tel|anki):)[^"]*"(?: title="[^"]*")?>(.*?)</a>',
    r"\1",
    "a path into the repository, an anchor, or an address of another scheme leads nowhere from a card",
)
"""The same, for links that are written in Markdown."""

OBSIDIAN = "what stands in two brackets is a link or an embed of Obsidian's"
BARE = "a bare address is a link, as on GitHub"
UNENDED = "a tag that never ends is text: it would take all that follows with it"

DIFFERENT = {
    156: (UNENDED, '&lt;div id="foo"\n*hi*'),
    157: (UNENDED, "&lt;div class\nfoo"),
    158: (UNENDED, "&lt;div *???-&amp;&amp;&amp;-&lt;---\n*foo*"),
    173: (UNENDED, '&lt;style\n  type="text/css"&gt;\n\nfoo'),
    548: (OBSIDIAN, "<p>[foo]</p><p>[foo]: /url</p>"),
    559: (OBSIDIAN, "<p>*foo* bar</p>"),
    590: (OBSIDIAN, '<p>foo</p><p>foo: /url "title"</p>'),
    602: (BARE, '<p>&lt;<a href="https://foo.bar/baz">https://foo.bar/baz</a> bim&gt;</p>'),
    608: (BARE, '<p>&lt; <a href="https://foo.bar">https://foo.bar</a> &gt;</p>'),
    611: (BARE, '<p><a href="https://example.com">https://example.com</a></p>'),
    612: (BARE, '<p><a href="mailto:foo@bar.example.com">foo@bar.example.com</a></p>'),
}
"""Examples that are read otherwise on purpose: why, and the HTML of the card."""

COLOURS = re.compile(r'</?span(?: class="\w+")?>')
"""What Pygments puts around the words of code."""

_BLOCK = re.compile(r"\s*(</?(?:blockquote|h\d|hr|li|ol|p|pre|table|tbody|td|tr|ul)\b[^>]*>)\s*")


def normalised(html: str) -> str:
    """HTML without white space beside block elements, attributes sorted, no element closed as in XHTML."""
    html = re.sub(r"<(\w+)((?: [\w-]+=\"[^\"]*\")+)", lambda m: f"<{m[1]}{''.join(sorted(_attributes(m[2])))}", html)
    return _BLOCK.sub(r"\1", html).replace("/>", ">").strip()


def _attributes(written: str) -> list[str]:
    return re.findall(r" [\w-]+=\"[^\"]*\"", written)


def expected(example: Example, accepted: list[tuple[str, str, str]]) -> str:
    """The specification's HTML as it is on a card; what is the author's own in it is cleaned."""
    html = example.html
    for pattern, replacement, _ in accepted:
        html = re.sub(pattern, replacement, html, flags=re.DOTALL)
    return raw_html.cleaned(normalised(html)) if _RAW.search(example.markdown) else html


_RAW = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.-]+:)[A-Za-z!?/]")
"""How raw HTML begins, and no address in angle brackets."""


def accepted(example: Example) -> list[tuple[str, str, str]]:
    return ACCEPTED if re.search(r"<a\s", example.markdown) else [*ACCEPTED, LEADS_NOWHERE]


def rendered(markdown: str) -> str:
    document = blocks.parse(markdown)
    renderer = Renderer(SourceFile("cards/example.md", tuple(markdown.split("\n"))), document)
    html = renderer.blocks(document.blocks)
    return marks.fill(html, [reference.target for reference in renderer.references])


def assert_as_specified(example: Example, accepted: list[tuple[str, str, str]]) -> None:
    want = DIFFERENT[example.number][1] if example.number in DIFFERENT else expected(example, accepted)
    assert normalised(COLOURS.sub("", rendered(example.markdown))) == normalised(want)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_card_is_as_the_specification_says(example: Example) -> None:
    assert_as_specified(example, accepted(example))


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_link_leads_where_the_specification_says(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    """If links that lead nowhere were kept, too."""
    for module in (inline, raw_html):
        monkeypatch.setattr(module, "leads_somewhere", lambda address: True)
    assert_as_specified(example, ACCEPTED)


@pytest.mark.parametrize("difference", [*ACCEPTED, LEADS_NOWHERE], ids=lambda difference: difference[2])
def test_an_accepted_difference_is_needed(difference: tuple[str, str, str]) -> None:
    """Some example would fail without it."""
    for example in EXAMPLES:
        others = [one for one in accepted(example) if one != difference]
        if normalised(expected(example, others)) != normalised(expected(example, accepted(example))):
            return
    pytest.fail(difference[2])


@pytest.mark.parametrize("number", DIFFERENT)
def test_an_example_that_is_read_otherwise_is(number: int) -> None:
    (example,) = (example for example in EXAMPLES if example.number == number)
    assert normalised(expected(example, accepted(example))) != normalised(DIFFERENT[number][1])
