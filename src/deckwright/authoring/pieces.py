"""What a line of a field is made of: text in styles, breaks, pictures, maths, and the marks of clozes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Literal, TypeAlias

import msgspec

_ids = count(1)


class Style(msgspec.Struct, frozen=True, gc=False):
    """An element around text: emphasis that Markdown has, a link, or a tag of HTML.

    Emphasis is equal to its like, so that two stretches that meet become one. `key` tells all others apart.
    """

    kind: Literal["strong", "emphasis", "strike", "mark", "link", "html"]
    opening: str = ""
    """The tag, or the address of a link."""
    closing: str = ""
    """The closing tag, or the title of a link."""
    key: int = 0


def style(kind: Literal["link", "html"], opening: str, closing: str) -> Style:
    """A style that is like no other one."""
    return Style(kind, opening, closing, next(_ids))


Styles: TypeAlias = tuple[Style, ...]
"""From the outermost to the innermost."""


class Atom(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a line. What `text` holds: the characters of text, code, maths and display; Markdown or a tag of a picture, a
    sound or html; the numbers of the cloze that opens. `line` ends a line if there is one, `break` in any case, `gap` a paragraph.
    """

    kind: Literal[
        "text", "code", "maths", "display", "image", "sound", "html", "break", "line", "gap", "open", "parts", "close"
    ]
    text: str = ""
    styles: Styles = ()


BREAK = Atom("break")


def depth(atoms: Iterable[Atom]) -> int:
    """How many clozes a run of atoms opens and does not close; less than 0 if it closes more."""
    return sum((atom.kind == "open") - (atom.kind == "close") for atom in atoms)


class Cloze(msgspec.Struct, frozen=True, gc=False):
    """A cloze that is opened and closed, with the styles that are around all of it."""

    numbers: tuple[int, ...]
    held: tuple[Node, ...]
    hint: str
    styles: Styles


Node: TypeAlias = Atom | Cloze


def nested(atoms: Sequence[Atom]) -> list[Node]:
    """The atoms, those between the marks of a cloze put into it. Marks without a partner are text.

    As Anki reads it: the first `::` begins the hint, and the rest is the hint's.
    """
    found: list[Node] = []
    opened: list[_Open] = []
    for atom in atoms:
        node: Node = atom
        if atom.kind == "open":
            opened.append(_Open(atom))
            continue
        if atom.kind == "parts" and opened and opened[-1].hint is None:
            opened[-1].hint = []
            continue
        if atom.kind == "close" and opened:
            node = _cloze(opened.pop(), atom)
        elif atom.kind in ("parts", "close"):
            node = _text(atom)
        (opened[-1].to() if opened else found).append(node)
    for one in opened:  # The innermost is in the one before, and so on.
        found += [_text(one.mark), *one.held, *(one.hint or ())]
    return found


class _Open(msgspec.Struct):
    """A cloze that is not closed yet. Its hint is None until one begins."""

    mark: Atom
    held: list[Node] = []
    hint: list[Node] | None = None

    def to(self) -> list[Node]:
        """Where the next node goes."""
        return self.held if self.hint is None else self.hint


def _text(mark: Atom) -> Atom:
    written = {"open": f"{{{{c{mark.text}::", "parts": "::", "close": "}}"}[mark.kind]
    return Atom("text", written, mark.styles)


def _cloze(opened: _Open, close: Atom) -> Cloze:
    around = opened.mark.styles
    for one in (*(leaf.styles for leaf in leaves(opened.held) if leaf.kind != "break"), close.styles):
        around = common(around, one)
    numbers = tuple(sorted({int(number) for number in opened.mark.text.split(",") if number}))
    return Cloze(numbers, tuple(opened.held), " ".join(shown(opened.hint or ()).split()), around)


def common(first: Styles, second: Styles) -> Styles:
    """The outermost styles, as far as they are the same."""
    length = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        length += 1
    return first[:length]


def leaves(nodes: Sequence[Node]) -> Iterator[Atom]:
    """The atoms of nodes, in order."""
    for node in nodes:
        if isinstance(node, Cloze):
            yield from leaves(node.held)
        else:
            yield node


def shown(nodes: Sequence[Node]) -> str:
    """The text of nodes without their styles; of a cloze its answer."""
    return "".join(
        {"break": " ", "line": " ", "gap": " ", "image": "", "sound": "", "html": ""}.get(leaf.kind, leaf.text)
        for leaf in leaves(nodes)
    )
