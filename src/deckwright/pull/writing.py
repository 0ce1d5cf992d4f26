"""What a reader sees → HTML, and Markdown, of it."""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby

import msgspec

from .. import authoring
from .normal import Item, Node, Paragraph

_ORDER = ("a", "b", "i", "u", "s", "mark", "span", "sub", "sup", "kbd", "code")


class Writer(msgspec.Struct, frozen=True):
    """What has to be known to write a field: whether it is a cloze note's, where a picture of this name is, seen from the file of
    notes, and the labels of its note type.
    """

    cloze: bool
    place: Callable[[str], str]
    labels: Collection[str] = ()

    def html(self, nodes: Sequence[Node]) -> str:
        """Nodes as HTML without anything that is not seen."""
        return "".join(self._html(node, len(nodes) == 1) for node in nodes)

    def line(self, items: Sequence[Item]) -> str:
        """Text as HTML."""
        return "".join(self._runs(items))

    def inline(self, items: Sequence[Item]) -> tuple[str, ...]:
        """Candidates for text as Markdown on one line, without the marks of clozes."""
        return authoring.inline(self.line(items), labels=self.labels)

    def blocks(self, nodes: Sequence[Node]) -> tuple[str, ...]:
        """Candidates for nodes as blocks of Markdown, the most readable first."""
        return authoring.blocks(self.html(nodes), cloze=self.cloze, labels=self.labels)

    def _html(self, node: Node, is_alone: bool) -> str:
        if isinstance(node, Paragraph):
            text = "<br>".join(self.line(line) for line in node.lines)
            return text if is_alone else f"<p>{text}</p>"
        if node.tag == "hr":
            return "<hr>"
        if node.tag == "pre":
            text = "\n".join(
                self.line(line) for child in node.children if isinstance(child, Paragraph) for line in child.lines
            )
            language = f' class="language-{html.escape(node.info)}"' if node.info else ""
            return f"<pre><code{language}>{text}</code></pre>"
        attributes = f" {node.attributes}" if node.attributes else ""
        return f"<{node.tag}{attributes}>{self.html(node.children)}</{node.tag}>"

    def _runs(self, items: Sequence[Item]) -> Iterator[str]:
        for styles, run in groupby(items, key=lambda item: item.styles):
            inside = "".join(map(self._item, run))
            for style in sorted(styles, key=_depth, reverse=True):
                inside = f"<{style}>{inside}</{style.split()[0]}>"
            yield inside

    def _item(self, item: Item) -> str:
        match item.sort:
            case "open":
                return f"{{{{c{item.text}::"
            case "hint":
                return "::"
            case "close":
                return "}}"
            case "image":
                return f'<img src="{html.escape(self.place(item.name))}" {item.shown}>'
            case "sound":
                return f"[sound:{self.place(item.name)}]"
            case "task":
                return f'<input type="checkbox"{" checked" * (item.text == "x")}>'
            case _:
                return "<br>" if item.text == "\n" else html.escape(item.text, quote=False)


def _depth(style: str) -> tuple[int, str]:
    name = style.split(maxsplit=1)[0]
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER)), style
