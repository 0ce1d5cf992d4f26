"""The cloze deletions of a text: which marks belong together, what they hide in HTML, and Anki's form at the end."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

import msgspec

from .. import marks
from ..clozes import MASK
from ..diagnostics import Diagnostic
from ..diagnostics.cloze import bad_number, crossing_markup, empty_deletion, too_many_parts
from ..limits import MAX_CLOZE_NESTING, MAX_NUMBER
from ..model import Deletion
from ..patterns import pattern
from ..read.inlines import Piece, flat, read, shown
from . import survival
from .survival import Tex, Token


class Pair(msgspec.Struct, frozen=True):
    """A deletion in a leaf's text: `==answer==`, `==c2::answer::hint==` or `{{c1::answer::hint}}`.

    `open` and `close` are its marks. The answer stands from `start` to `end`; from there to the closing mark stands the
    hint. `number` is the one given by hand, else None. One that `crosses` has marks at different depths of emphasis,
    links and images.
    """

    open: Piece
    close: Piece
    number: int | None
    start: int
    end: int
    hint: str
    crosses: bool
    problems: tuple[Callable[..., Diagnostic], ...]


@lru_cache(maxsize=16)
def pair(text: str, pieces: tuple[Piece, ...]) -> tuple[Sequence[Pair], Sequence[Piece], Sequence[Piece]]:
    """The deletions that begin and end in a leaf's text, nested ones too; what opens and never closes; what only closes.

    Those in the captions of pictures and in inline footnotes are left out, and so are shapes of Anki's mask editor with the
    number 0, which ask nothing. The result is kept for a while: a note is rendered, and then compared by its text.
    """
    pairs: list[Pair] = []
    stack: list[_Opening] = []
    numbered = 0  # How many of the stack are Anki's.
    unclosed: list[Piece] = []
    unopened: list[Piece] = []
    for piece, around in marked(pieces):
        match piece.kind:
            case "open":
                stack.append(_Opening(piece, around))
                numbered += 1
            case "mark" if stack and stack[-1].piece.kind == "mark" and text[piece.start - 1].strip():
                pairs.append(_pair(text, stack.pop(), piece, around))
            case "mark" if text[piece.end : piece.end + 1].strip():
                stack.append(_Opening(piece, around))
            case "mark" if piece.start and text[piece.start - 1].strip():
                unopened.append(piece)
            case "close":
                position = piece.start
                while piece.end - position >= 2 and numbered:
                    while stack[-1].piece.kind == "mark":
                        unclosed.append(stack.pop().piece)
                    # Braces that were opened inside the answer are closed first: {{c1::${x}}} hides ${x}.
                    inside = text[stack[-1].piece.end : position]
                    position += min(max(inside.count("{") - inside.count("}"), 0), piece.end - position - 2)
                    pairs.append(_pair(text, stack.pop(), Piece("close", position, position + 2), around))
                    position += 2
                    numbered -= 1
            case "parts" if stack:
                stack[-1].parts.append((piece, around))
    unclosed += [opened.piece for opened in stack]
    asked = [found for found in pairs if found.number != 0 or not text.startswith(MASK, found.start)]
    return sorted(asked, key=lambda p: p.open.start), unclosed, unopened


def marked(pieces: Sequence[Piece], around: int = -1) -> Iterator[tuple[Piece, int]]:
    """The marks of clozes in order, and for each where the piece around it begins, -1 for none. Captions and
    inline footnotes are left out.
    """
    for piece in pieces:
        if piece.kind in ("mark", "open", "close", "parts"):
            yield piece, around
        elif piece.children and piece.kind not in ("image", "inline footnote"):
            yield from marked(piece.children, piece.start)


class _Opening(msgspec.Struct):
    piece: Piece
    around: int
    parts: list[tuple[Piece, int]] = []


def _pair(text: str, opened: _Opening, close: Piece, around: int) -> Pair:
    """Read the parts of a deletion: its number, its answer and its hint."""
    number = int(opened.piece.text) if opened.piece.kind == "open" else None
    start, parts = opened.piece.end, [part for part, _ in opened.parts]
    crosses = any(depth != opened.around for depth in (around, *(depth for _, depth in opened.parts)))
    if number is None and parts and (found := re.fullmatch(r"c(\d{1,4})", text[start : parts[0].start])):
        number, start, parts = int(found[1]), parts[0].end, parts[1:]
    end = parts[0].start if parts else close.start
    hint = _shown_hint(text[parts[0].end : close.start].strip()) if parts else ""
    problems: list[Callable[..., Diagnostic]] = []
    if crosses:
        problems.append(crossing_markup)
    if len(parts) > 1:
        problems.append(too_many_parts)
    if not text[start:end].strip():
        written = text[parts[0].end : close.start].strip() if len(parts) == 1 else ""
        # Whoever wrote two colons too many meant the hint as the answer.
        instead = f"{text[opened.piece.start : start]}{written}{text[close.start : close.end]}"
        is_short = written and len(instead) <= _MOST_SHOWN and "\n" not in instead
        problems.append(partial(empty_deletion, instead=instead) if is_short else empty_deletion)
    if number is not None and not 1 <= number <= MAX_NUMBER:
        problems.append(bad_number)
    return Pair(opened.piece, close, number, start, end, hint, crosses, tuple(problems))


_MOST_SHOWN = 60
"""Characters of a deletion that is written out in a message."""

_AS_WRITTEN = frozenset({"maths", "display", "html", "footnote", "inline footnote"})
"""What a hint shows as it is written: Anki puts a hint into the card as it is, where it could be anything."""


def _shown_hint(written: str) -> str:
    """A hint as plain text: what a reader sees of it. It is read by itself, so that many take no longer together."""
    pieces = read(written, {})
    if not pieces:
        return written
    # A block's id ends a block, and no hint.
    held = [
        msgspec.structs.replace(piece, children=())
        for piece in flat(pieces)
        if not (piece.kind in _AS_WRITTEN or (piece.kind == "private" and written[piece.start] != "%"))
    ]
    return shown(written, held).strip()


def couples(text: str, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """Each `==` that opens a highlight, where nothing is asked, and the one that closes it at the same depth."""
    opened: tuple[Piece, int] | None = None
    for mark, around in marked(pieces):
        if mark.kind != "mark":
            continue
        if opened and text[mark.start - 1].strip():
            if opened[1] == around:
                yield opened[0], mark
            opened = None
        elif not opened and text[mark.end : mark.end + 1].strip():
            opened = (mark, around)


_IN_CODE = pattern(r"\{\{c(\d{1,4})::|\{|\}")


def in_code(text: str) -> list[tuple[int, int, int | None, str]]:
    """The clozes in code or TeX: (start, end, number, hint) of what opens one, (start, end, None, "") of what closes it.

    Braces of the code's own are counted, so that `{{c1::${x}}}` hides `${x}` and `{{c1::x^{y^{2}}}}` all of it. What
    is never closed is code. A `::` belongs to the answer, as in `std::vector`, unless a space follows: `22:: for SSH`.
    The closing mark takes the hint with it.
    """
    if "{{c" not in text:
        return []
    opened: list[tuple[int, int, int]] = []
    own: list[int] = []
    found: list[tuple[int, int, int | None, str]] = []
    position = 0
    while match := _IN_CODE.search(text, position):
        position = match.end()
        if match[1]:
            opened.append((match.start(), match.end(), int(match[1])))
            own.append(0)
        elif opened and match[0] == "{":
            own[-1] += 1
        elif opened and own[-1]:
            own[-1] -= 1
        elif opened and text.startswith("}}", match.start()):
            start, answer, number = opened.pop()
            own.pop()
            # Those that lie too deep are refused, and each around them would be searched once more.
            parts = text.rfind(":: ", answer, match.start()) if len(opened) < MAX_CLOZE_NESTING else -1
            close = match.start() if parts < 0 or "}" in text[parts : match.start()] else parts
            position = match.start() + 2
            found.append((start, answer, number, text[close + 2 : match.start()].strip()))
            found.append((close, position, None, ""))
    return sorted(found)


def answers(rendered: str) -> tuple[dict[int, str], set[int]]:
    """For each deletion that is whole in the HTML, by its index, what stands between its marks, "" for what lies too
    deep; and the indices of the outermost of those.
    """
    begun: dict[int, int] = {}
    found: dict[int, str] = {}
    deep: set[int] = set()
    around = 0
    for mark in marks.DELETION.finditer(rendered):
        index = int(mark[2])
        if mark[0] == marks.opening(index):
            around += 1
            begun[index] = mark.end()
            if around == MAX_CLOZE_NESTING + 1:
                deep.add(index)
        elif index in begun:
            found[index] = rendered[begun[index] : mark.start()] if around <= MAX_CLOZE_NESTING else ""
            around -= 1
    return found, deep


def finished(rendered: str, deletions: Sequence[Deletion]) -> str:
    """The HTML with Anki's clozes in place of the marks; their numbers are still marks (`marks.numbered`).

    In answers and hints, what Anki would take for the end of a cloze or for a hint is kept apart: see `survival`.
    """
    if "\x0f" not in rendered or not marks.DELETION.search(rendered):
        return rendered
    parts: list[str] = []
    depth = 0
    tex = Tex()
    read = [*survival.tokens(rendered)]
    stripped = _stripped(read) if "\\" in rendered else set()
    for place, token in enumerate(read):
        match token.kind:
            case "mark":
                opens, index = _mark(token)
                depth += 1 if opens else -1
                parts.append(f"{{{{c{token.text}::" if opens else _end(deletions[index].hint, token.separator))
            case "tag":
                text = survival.look_alike(token) if place in stripped else token.text
                parts.append(survival.tag(text) if depth else text)
            case "delimiter" | "look-alike":
                tex = Tex()
                parts.append(survival.look_alike(token) if place in stripped else token.text)
            case _ if not depth:
                if token.separator != survival.BREAK:
                    tex.reopened(token.text)  # Read, and left as it is.
                parts.append(token.text)
            case _:
                before, after = read[place - 1], read[place + 1] if place + 1 < len(read) else None
                begins = before.kind == "mark" and _mark(before)[0]
                ends = after is not None and after.kind == "mark" and not _mark(after)[0]
                text = tex.reopened(token.text) if token.separator != survival.BREAK else token.text
                parts.append(survival.within(text, token.separator, begins, ends))
    return "".join(parts)


def _stripped(read: Sequence[Token]) -> set[int]:
    """Which tokens look like the beginning of maths to Anki, which would leave out tags and clozes behind them."""
    found: set[int] = set()
    loses: bool | None = None  # What stands before the next end of maths; None where there is none.
    for place in range(len(read) - 1, -1, -1):
        token = read[place]
        if token.text in ("\\)", "\\]"):
            loses = False
            continue
        if (loses and token.kind == "look-alike") or (loses is not None and token.kind == "tag" and "\\" in token.text):
            found.add(place)
        if loses is not None and token.kind in ("tag", "mark"):
            loses = True
    return found


def _mark(token: Token) -> tuple[bool, int]:
    """Whether a mark opens its deletion, and the deletion's index."""
    index = int(token.text[1:-1])
    return token.text == marks.opening(index), index


def _end(hint: str, separator: str) -> str:
    """The hint of a cloze, if there is one, and its end."""
    if not hint:
        return "}}"
    text = html.escape(hint, quote=False)
    if separator == survival.BREAK:
        text = survival.without_maths(text)
    return f"::{survival.within(text, separator, begins=True, ends=True)}}}}}"
