"""What authors write about a deck → HTML of a page: nothing of it runs, and nothing is loaded from elsewhere."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML

_ELEMENTS = {"a", "abbr", "b", "br", "code", "em", "i", "li", "ol", "p", "small", "strong", "sub", "sup", "u", "ul"}
_SHIFT = 2
"""How much lower headings stand in a page than in a text of their own."""


def markdown(text: str) -> str:
    """Markdown as HTML. HTML in it is text, and pictures are their descriptions."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    renderer, tokens = RendererHTML(parser), parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + _SHIFT, 6)}"
        for child in token.children or ():
            if child.type == "image":
                child.content = renderer.renderInlineAsText(child.children, parser.options, {})
                child.type, child.tag, child.children = "text", "", None
    return renderer.render(tokens, parser.options, {})


def clean(html: str) -> str:
    """HTML with what a sentence needs, and nothing else."""
    return nh3.clean(html, tags=_ELEMENTS, attributes={"a": {"href"}}, link_rel=None)
