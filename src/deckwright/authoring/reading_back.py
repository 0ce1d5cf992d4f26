"""Markdown of a line → what the compiler reads in it, in the form of what it was written from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..read.inlines import Piece, read
from ..render import clozes
from .elements import TAGS
from .tokens import Token

Seen = list[tuple[str, str]]


def is_read(written: str, tokens: Sequence[Token], cloze: bool, html: bool) -> bool:
    """Whether a line is read as the tokens that it was written from. `html` says that emphasis was written as tags."""
    pieces = read(written, {})
    if _seen(written, pieces) != _meant(tokens, html):
        return False
    if not cloze:
        return True
    pairs, unclosed, _ = clozes.pair(written, pieces)
    wanted = sum(token.kind == "mark" and token.text.startswith("{{") for token in tokens)
    return len(pairs) == wanted and not unclosed and not any(pair.problems for pair in pairs)


def _add(seen: Seen, kind: str, text: str) -> None:
    if kind == "html" and text == "<br>":  # So a line breaks in a heading, for which Markdown has nothing.
        kind, text = "break", ""
    if kind == "text" and seen and seen[-1][0] == "text":
        seen[-1] = ("text", seen[-1][1] + text)
    elif kind != "text" or text:
        seen.append((kind, text))


def _meant(tokens: Iterable[Token], html: bool) -> Seen:
    seen: Seen = []
    for token in tokens:
        style = token.style
        if style is None:
            text = token.text
            if token.kind == "text":
                text = text.replace("\r", "\n")
            elif token.kind in ("maths", "display"):
                text = " ".join(text.split())
            _add(seen, "text" if token.kind == "mark" else token.kind, text)
        elif style.kind == "html":
            _add(seen, "html", style.opening if token.kind == "open" else style.closing)
        elif style.kind == "link":
            _add(seen, f"{token.kind} link", style.opening)
        elif html:
            _add(seen, "html", f"<{'/' * (token.kind == 'close')}{TAGS[style.kind]}>")
        else:
            _add(seen, f"{token.kind} {style.kind}", "")
    return [one for one in seen if one != ("html", "")]


def _seen(text: str, pieces: Sequence[Piece]) -> Seen:
    seen: Seen = []
    _walk(seen, text, pieces, 0, len(text))
    return seen


def _walk(seen: Seen, text: str, pieces: Sequence[Piece], start: int, end: int) -> None:
    position = start
    marked = False
    for piece in pieces:
        _add(seen, "text", text[position : piece.start])
        position = piece.end
        match piece.kind:
            case "strong" | "emphasis" | "strike":
                _add(seen, f"open {piece.kind}", "")
                _walk(seen, text, piece.children, *piece.inner)
                _add(seen, f"close {piece.kind}", "")
            case "link":
                _add(seen, "open link", piece.text)
                _walk(seen, text, piece.children, *piece.inner)
                _add(seen, "close link", piece.text)
            case "autolink" if piece.target[0] > piece.start:
                _add(seen, "open link", piece.text)
                _add(seen, "text", text[slice(*piece.target)])
                _add(seen, "close link", piece.text)
            case "escape" | "entity" | "fold":
                _add(seen, "text", piece.text)
            case "open" | "close" | "parts":
                _add(seen, "text", text[piece.start : piece.end])
            case "mark":
                before, after = text[piece.start - 1 : piece.start].strip(), text[piece.end : piece.end + 1].strip()
                if before or after:
                    marked = not marked
                    _add(seen, "open mark" if marked else "close mark", "")
                else:
                    _add(seen, "text", "==")
            case "maths" | "display":
                _add(seen, piece.kind, " ".join(piece.text.split()))
            case "code" | "html":
                _add(seen, piece.kind, piece.text)
            case "image":
                _add(seen, "image", text[piece.start : piece.end])
            case "embed":
                _add(seen, "sound", text[piece.start : piece.end])
            case "break":
                _add(seen, "break", "")
            case _:
                _add(seen, piece.kind, text[piece.start : piece.end])
    _add(seen, "text", text[position:end])
