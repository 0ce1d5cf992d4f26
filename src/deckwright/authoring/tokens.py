"""The atoms of a line → the tokens that are written one behind the other: styles are opened and closed, and nest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from ..limits import MAX_NUMBER
from .pieces import Atom, Cloze, Node, Style, nested


class Token(msgspec.Struct, frozen=True, gc=False):
    """What is written in one piece. `open` and `close` are the delimiters of a `style`; `hidden` says that it stands in a cloze."""

    kind: Literal[
        "text",
        "code",
        "maths",
        "display",
        "image",
        "sound",
        "html",
        "break",
        "line",
        "gap",
        "open",
        "parts",
        "close",
        "mark",
    ]
    text: str = ""
    style: Style | None = None
    hidden: bool = False


BREAK = Token("break")
APART = Token("html", "<span></span>")
"""It is left out of what is rendered."""


def tokens(atoms: Sequence[Atom], cloze: bool) -> list[Token]:
    """The tokens of a line. In what is no cloze note, nothing is a cloze."""
    made: list[Token] = []
    _add(made, nested(atoms) if cloze else atoms, 0, False)
    return made


def _add(made: list[Token], nodes: Sequence[Node], depth: int, hidden: bool) -> None:
    """Add nodes that stand within `depth` styles."""
    place = 0
    while place < len(nodes):
        node = nodes[place]
        if len(node.styles) > depth:
            around = node.styles[depth]
            end = place + 1
            while end < len(nodes) and len(nodes[end].styles) > depth and nodes[end].styles[depth] == around:
                end += 1
            _styled(made, around, nodes[place:end], depth, hidden)
            place = end
            continue
        place += 1
        if isinstance(node, Cloze):
            _cloze(made, node, depth)
        elif node.kind == "break":
            made.append(BREAK)
        elif node.kind == "text" and made and made[-1].kind == "text" and made[-1].hidden == hidden:
            made[-1] = Token("text", made[-1].text + node.text, None, hidden)
        elif node.kind not in ("line", "gap", "open", "parts", "close"):
            made.append(Token(node.kind, node.text, None, hidden))


def _styled(made: list[Token], around: Style, run: Sequence[Node], depth: int, hidden: bool) -> None:
    """Add what stands in a style. White space and breaks at the edges of emphasis stand outside of it."""
    inside: list[Token] = []
    _add(inside, run, depth + 1, hidden)
    if around.kind in ("html", "link"):
        made += [Token("open", "", around, hidden), *inside, Token("close", "", around, hidden)]
        return
    behind: list[Token] = []
    while inside and (cut := _edge(inside[0], first=True)):
        made.append(cut[0])
        inside[:1] = cut[1:]
    while inside and (cut := _edge(inside[-1], first=False)):
        behind.insert(0, cut[0])
        inside[-1:] = cut[1:]
    if inside:
        made += [Token("open", "", around, hidden), *inside, Token("close", "", around, hidden)]
    made += behind


_SPACE = " \u00a0\u2002\u2003\u2009\u3000"


def _edge(token: Token, first: bool) -> list[Token]:
    """White space or a break at the edge of what is emphasised, and the rest of its token; nothing if there is none."""
    if token.kind == "break":
        return [token]
    if token.kind != "text":
        return []
    rest = token.text.lstrip(_SPACE) if first else token.text.rstrip(_SPACE)
    if rest == token.text:
        return []
    space = token.text[: len(token.text) - len(rest)] if first else token.text[len(rest) :]
    cut = [Token("text", space, None, token.hidden)]
    return [*cut, Token("text", rest, None, token.hidden)] if rest else cut


def _cloze(made: list[Token], cloze: Cloze, depth: int) -> None:
    """Add a cloze. One with several numbers is one in another: each of its cards shows the same."""
    numbers = [number for number in cloze.numbers if 1 <= number <= MAX_NUMBER] or [0]
    for number in numbers:
        made.append(Token("mark", f"{{{{c{number}::"))
    before = len(made)
    _add(made, cloze.held, depth, True)
    if len(made) == before or all(token.kind == "text" and not token.text.strip() for token in made[before:]):
        made.append(APART)
    last = cloze.held[-1] if cloze.held else None
    if isinstance(last, Cloze) and last.hint and not cloze.hint:
        made.append(APART)  # Behind a hint, the compiler takes all braces for one end.
    for _ in numbers:
        if cloze.hint:
            made += [Token("mark", "::"), Token("text", cloze.hint, None, True)]
        made.append(Token("mark", "}}"))
