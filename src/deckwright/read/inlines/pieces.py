"""The pieces that a leaf's text is made of, and the ways to walk over them. None of it recurses: pieces nest deeply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

Kind = Literal[
    "code", "maths", "display", "comment", "private", "html", "embed", "wikilink", "footnote", "inline footnote",
    "escape", "entity", "break", "fold",
    "emphasis", "strong", "strike", "link", "image", "autolink",
    "mark", "open", "close", "parts",
]  # fmt: skip

_AROUND = frozenset({"emphasis", "strong", "strike", "link", "image"})
"""The kinds that hold text and other pieces between their delimiters."""

HIDDEN = frozenset({"comment", "private"})
"""Pieces, and blocks, that are for the author alone."""


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a leaf's text that is more than text: from `start` to `end`, its delimiters included.

    All places are offsets in the leaf's text. `inner` is what stands between the delimiters, where there are any.
    `children` are the pieces inside emphasis, strong, strike, a link's text, an image's description or an inline footnote,
    in order. What stands between pieces is text.

    What `text` holds:
    - code: its content as CommonMark strips it; `inner` is where that stands
    - maths, display, comment, private, embed, wikilink: what stands between the delimiters
    - footnote: the label; open: the number of the cloze `{{c1::`; html: the tag as it is written
    - escape, entity: what it stands for; break, fold (the spaces around a soft line break): a newline
    - link, image, autolink: the address with escapes and entities resolved, but not percent-encoded, and not judged: it
      may be `javascript:`. `target` is where it stands, (0, 0) if that is in a definition. An autolink's `target` is
      also what is shown, to which `text` adds the `mailto:` or `http://` that it lacks.

    Of the marks of clozes, `mark` is `==`, `close` a run of two or more `}`, `parts` is `::`. Which of them belong
    together is for `clozes` to say.
    """

    kind: Kind
    start: int
    end: int
    text: str = ""
    title: str = ""
    inner: tuple[int, int] = (0, 0)
    target: tuple[int, int] = (0, 0)
    children: tuple[Piece, ...] = ()


def flat(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces and all inside them in document order, each before its children."""
    waiting = [*reversed(pieces)]
    while waiting:
        piece = waiting.pop()
        yield piece
        if piece.children:
            waiting.extend(reversed(piece.children))


def depth(pieces: Sequence[Piece]) -> int:
    """How deep the pieces nest: 0 for none, 1 where none has children."""
    levels = 0
    while pieces:
        levels += 1
        pieces = [child for piece in pieces for child in piece.children]
    return levels


def within(pieces: Sequence[Piece], start: int, end: int) -> tuple[Piece, ...]:
    """The pieces of the text from `start` to `end`, their places counted from `start`.

    Of emphasis, a link or an image that lies there only in part, what it holds is kept; what is hidden stays hidden. It
    recurses: the pieces of a block nest no deeper than `MAX_PIECE_NESTING`.
    """
    if not pieces or (start == 0 and pieces[-1].end <= end):
        return tuple(pieces)
    kept: list[Piece] = []
    for piece in pieces:
        if start <= piece.start and piece.end <= end:
            kept.append(_moved(piece, start) if start else piece)
        elif piece.start < end and piece.end > start:
            if piece.children:
                kept += within(piece.children, start, end)
            elif piece.kind in HIDDEN:
                kept.append(Piece(piece.kind, max(piece.start - start, 0), min(piece.end, end) - start))
    return tuple(kept)


def _moved(piece: Piece, by: int) -> Piece:
    """A piece with all its places moved to the front."""
    inner = (piece.inner[0] - by, piece.inner[1] - by) if piece.inner[1] else piece.inner
    target = (piece.target[0] - by, piece.target[1] - by) if piece.target[1] else piece.target
    children = tuple([_moved(child, by) for child in piece.children])
    return Piece(piece.kind, piece.start - by, piece.end - by, piece.text, piece.title, inner, target, children)


def shown(text: str, pieces: Sequence[Piece], start: int = 0, end: int | None = None) -> str:
    """The plain text that a reader sees of a leaf's text, from `start` to `end`.

    Delimiters, addresses, HTML tags, footnotes and what is hidden are left out; the marks of clozes stay. Images and
    embeds become their descriptions. The pieces are those of the stretch, or of the whole text.
    """
    replaced: list[tuple[int, int, str]] = []
    for piece in flat(pieces):
        if piece.kind in _AROUND:
            replaced += [(piece.start, piece.inner[0], ""), (piece.inner[1], piece.end, "")]
        else:
            replaced.append((piece.start, piece.end, _instead(text, piece)))
    end = len(text) if end is None else end
    parts, position = [], start
    for first, last, instead in sorted(replaced):
        if first >= end:
            break
        if first >= position:
            parts += [text[position:first], instead]
        position = max(position, last)
    return "".join([*parts, text[position:end]])


_OPAQUE = frozenset({"code", "maths", "display", "html", "embed", "wikilink", "footnote", "inline footnote", "break"})


def masked(text: str, pieces: Sequence[Piece]) -> str:
    """A leaf's text in its length, but only what is text: what a pattern for our own markup may be looked for in.

    In place of code, maths, HTML and Obsidian's links stand object replacement characters, in place of what is hidden
    spaces.
    """
    if not pieces:
        return text
    characters: list[str] = []
    for piece in flat(pieces):
        if piece.kind in _OPAQUE or piece.kind in HIDDEN:
            characters = characters or list(text)
            sign = " " if piece.kind in HIDDEN else "\ufffc"
            characters[piece.start : piece.end] = sign * (piece.end - piece.start)
    return "".join(characters) if characters else text


def note_name(target: str) -> str:
    """What is shown of a link to another note, and to a heading in it.

    `#^a1b2` names a block of the note, by an id that says nothing to a reader. Where there is nothing else to show, it is
    shown nevertheless, as in Obsidian.
    """
    return target.partition("#^")[0].replace("#", " › ").strip(" ›") or target.lstrip("#") or target


def _instead(text: str, piece: Piece) -> str:
    """What is shown of a piece that holds no others."""
    match piece.kind:
        case "comment" | "private" | "html" | "footnote" | "inline footnote":
            return ""
        case "autolink":
            return text[slice(*piece.target)]
        case "wikilink":
            target, _, alias = piece.text.partition("|")
            return alias or note_name(target)
        case "embed":
            name = piece.text.partition("|")[0].strip().rpartition("/")[2]
            return name.rpartition(".")[0] or name
        case "mark" | "open" | "close" | "parts":
            return text[piece.start : piece.end].removeprefix("\\")
        case _:
            return piece.text
