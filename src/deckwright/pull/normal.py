"""The HTML of a field → what a reader sees of it: two fields that look the same become equal.

Left out are a `<p>` around a whole, empty elements, spaces that fold, `<wbr>`, the descriptions of pictures, and the colours of code,
which the compiler gives. A `<div>` begins a line, as `<br>` does, and an empty line ends a paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal, TypeAlias

import msgspec

Sort = Literal["", "open", "hint", "close", "image", "sound", "task"]


class Item(msgspec.Struct, frozen=True, gc=False):
    """A character, or what stands in a line as one does. `styles` are the tags around it, without their brackets.

    `text` is the numbers of a cloze that opens; of a file, what tells it from others. `shown` is the tag of a picture but for its
    address, which is `name`, or of a sound its name.
    """

    text: str
    styles: frozenset[str] = frozenset()
    sort: Sort = ""
    shown: str = ""
    name: str = ""

    @property
    def key(self) -> tuple[str, str, frozenset[str]]:
        """What is compared."""
        styles = self.styles
        if self.text == " " and styles:  # Nobody sees that a space is bold.
            styles = frozenset(style for style in styles if style.partition(" ")[0] in _SEEN_ON_SPACE)
        return self.sort, self.text, styles


_SEEN_ON_SPACE = ("u", "s", "mark", "code", "kbd", "a")

Line: TypeAlias = tuple[Item, ...]


class Paragraph(msgspec.Struct, frozen=True):
    """Lines of text. None of them is empty, unless they are code."""

    lines: tuple[Line, ...]

    @property
    def items(self) -> Line:
        """All of the text, with a line feed between its lines."""
        joined: list[Item] = []
        for number, line in enumerate(self.lines):
            joined += [Item("\n")] * (number > 0) + [*line]
        return tuple(joined)

    @property
    def key(self) -> tuple[object, ...]:
        """What is compared."""
        return tuple(tuple(item.key for item in line) for line in self.lines)


class Box(msgspec.Struct, frozen=True):
    """An element made of others. `attributes` are those that are seen; `info` is the language of code."""

    tag: str
    attributes: str = ""
    children: tuple[Node, ...] = ()
    info: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What is compared."""
        return self.tag, self.attributes, key(self.children)


Node: TypeAlias = Paragraph | Box


def key(nodes: Iterable[Node]) -> tuple[object, ...]:
    """What is compared of nodes."""
    return tuple(node.key for node in nodes)


Files: TypeAlias = Callable[[str], str]
"""The name of a file in a field → what tells it from all others, whatever its name is."""


def paragraphs(nodes: Iterable[Node]) -> Iterator[Paragraph]:
    """The paragraphs of nodes, in order."""
    for node in nodes:
        if isinstance(node, Paragraph):
            yield node
        else:
            yield from paragraphs(node.children)


def text(nodes: Iterable[Node]) -> str:
    """The text of nodes on one line, without marks of clozes; a picture is its name."""
    parts = []
    for paragraph in paragraphs(nodes):
        for item in paragraph.items:
            parts.append(
                {"": item.text, "image": f"[{item.name}]", "sound": f"[{item.name}]", "hint": "::"}.get(item.sort, "")
            )
        parts.append(" ")
    return " ".join("".join(parts).split())


def told(nodes: Iterable[Node]) -> str:
    """The text of nodes on one line, as a message shows it: with the marks of clozes, and with the tags of how it looks."""
    parts = []
    for paragraph in paragraphs(nodes):
        for styles, run in groupby(lifted(paragraph.items), key=lambda item: item.styles):
            inside = "".join(map(_told, run))
            for style in sorted(styles):
                inside = f"<{style}>{inside}</{style.split()[0]}>"
            parts.append(inside)
        parts.append(" ")
    return " ".join("".join(parts).split())


def _told(item: Item) -> str:
    match item.sort:
        case "open":
            return f"{{{{c{item.text}::"
        case "close":
            return "}}"
        case "hint":
            return "::"
        case "image" | "sound":
            return f"[{item.name}]"
        case "task":
            return ""
        case _:
            return item.text


MARKS = frozenset({"open", "hint", "close"})
"""What is no text, but a mark of a cloze."""


def lifted(items: Sequence[Item]) -> list[Item]:
    """Items in which the marks of a cloze have the styles of all that is in it: what is underlined is the cloze."""
    made = [*items]
    opened: list[int] = []
    for place, item in enumerate(items):
        if item.sort == "open":
            opened.append(place)
        elif item.sort == "close" and opened:
            whole = range(opened.pop(), place + 1)
            inside = [made[n].styles for n in whole if made[n].sort not in MARKS]
            common = frozenset.intersection(*inside) if inside else frozenset()
            for n in whole:
                if made[n].sort in MARKS:
                    made[n] = msgspec.structs.replace(made[n], styles=made[n].styles | common)
    return made
