"""The cloze deletions of a text: which marks belong together, what stands for them in HTML, and Anki's form at the end.

While a field is rendered, a deletion is a pair of control characters around its answer: `SO n SI` opens deletion n and
`DLE n SI` closes it. The numbers of their cards are known only when the ledger has seen the note.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .diagnostics import Diagnostic, declare
from .inlines import Piece
from .model import Deletion

MAX_NUMBER = 499
"""Anki makes no card for a higher number (rslib/src/notetype/cardgen.rs)."""

MARK = re.compile("([\x0e\x10])(\\d+)\x0f")


def opening(index: int) -> str:
    """The mark that opens the deletion of this index."""
    return f"\x0e{index}\x0f"


def closing(index: int) -> str:
    """The mark that closes the deletion of this index."""
    return f"\x10{index}\x0f"


@dataclass(slots=True)
class Pair:
    """A deletion in a leaf's text: `==answer==`, `==c2::answer::hint==` or `{{c1::answer::hint}}`.

    The answer stands from `start` to `end`; from there to the closing mark stands the hint. `number` is the one given
    by hand, else None.
    """

    open: Piece
    close: Piece
    number: int | None
    start: int
    end: int
    hint: str
    problems: list[Callable[..., Diagnostic]]


def pair(text: str, pieces: Sequence[Piece]) -> tuple[list[Pair], list[Piece], list[Piece]]:
    """The deletions that begin and end in a leaf's text, nested ones too; what opens and never closes; what only closes."""
    pairs: list[Pair] = []
    stack: list[_Opening] = []
    unclosed: list[Piece] = []
    unopened: list[Piece] = []

    def close(piece: Piece) -> None:
        pairs.append(_pair(text, stack.pop(), piece))

    for piece in pieces:
        match piece.kind:
            case "open":
                stack.append(_Opening(piece))
            case "mark" if stack and stack[-1].piece.kind == "mark" and text[piece.start - 1].strip():
                close(piece)
            case "mark" if text[piece.end : piece.end + 1].strip():
                stack.append(_Opening(piece))
            case "mark" if piece.start and text[piece.start - 1].strip():
                unopened.append(piece)
            case "close":
                position = piece.start
                while piece.end - position >= 2 and any(opened.piece.kind == "open" for opened in stack):
                    while stack[-1].piece.kind == "mark":
                        unclosed.append(stack.pop().piece)
                    # Braces that were opened inside the answer are closed first: {{c1::${x}}} hides ${x}.
                    inside = text[stack[-1].piece.end : position]
                    position += min(max(inside.count("{") - inside.count("}"), 0), piece.end - position - 2)
                    close(Piece("close", position, position + 2))
                    position += 2
            case "parts" if stack:
                stack[-1].parts.append(piece)
    unclosed += [opened.piece for opened in stack]
    return sorted(pairs, key=lambda p: p.open.start), unclosed, unopened


@dataclass(slots=True)
class _Opening:
    piece: Piece
    parts: list[Piece] = field(default_factory=list)


def _pair(text: str, opened: _Opening, close: Piece) -> Pair:
    """Read the parts of a deletion: its number, its answer and its hint."""
    number = int(opened.piece.text) if opened.piece.kind == "open" else None
    start, parts = opened.piece.end, opened.parts
    if number is None and parts and (found := re.fullmatch(r"c(\d{1,4})", text[start : parts[0].start])):
        number, start, parts = int(found[1]), parts[0].end, parts[1:]
    end = parts[0].start if parts else close.start
    hint = text[parts[0].end : close.start].strip() if parts else ""
    problems: list[Callable[..., Diagnostic]] = []
    if len(parts) > 1:
        problems.append(too_many_parts)
    if not text[start:end].strip():
        problems.append(empty_deletion)
    if number is not None and not 1 <= number <= MAX_NUMBER:
        problems.append(bad_number)
    return Pair(opened.piece, close, number, start, end, hint, problems)


_IN_CODE = re.compile(r"\{\{c(\d{1,4})::|\{|\}")


def in_code(text: str) -> list[tuple[int, int, int | None, str]]:
    """The clozes in code or TeX: (start, end, number, hint) of what opens one, (start, end, None, "") of what closes it.

    Braces of the code's own are counted, so that `{{c1::${x}}}` hides `${x}` and `{{c1::x^{y^{2}}}}` all of it. What
    is never closed is code. A `::` belongs to the answer, as in `std::vector`, unless a space follows: `22:: for SSH`.
    The closing mark takes the hint with it.
    """
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
            parts = text.rfind(":: ", answer, match.start())
            close = match.start() if parts < 0 or "}" in text[parts : match.start()] else parts
            position = match.start() + 2
            found.append((start, answer, number, text[close + 2 : match.start()].strip()))
            found.append((close, position, None, ""))
    return sorted(found)


def between(rendered: str, index: int) -> str:
    """The HTML between the marks of a deletion."""
    return rendered.partition(opening(index))[2].partition(closing(index))[0]


def fill(rendered: str, deletions: Sequence[Deletion], numbers: Sequence[int]) -> str:
    """The HTML with Anki's clozes in place of the marks; `numbers[n]` is the card of deletion n.

    Inside an answer every `}` becomes an entity, and so do colons where two of them meet: `}}` would end the cloze and
    `::` begin its hint, in code and in maths too.
    """
    parts, depth, position = [], 0, 0
    for mark in MARK.finditer(rendered):
        text = rendered[position : mark.start()]
        parts.append(_escape(text) if depth else text)
        index, position = int(mark[2]), mark.end()
        if mark[0] == opening(index):
            parts.append(f"{{{{c{numbers[index]}::")
            depth += 1
        else:
            hint = deletions[index].hint
            parts.append(f"::{_escape(html.escape(hint, quote=False))}}}}}" if hint else "}}")
            depth -= 1
    return "".join([*parts, rendered[position:]])


def _escape(text: str) -> str:
    """Text that can stand in a cloze; a single colon is harmful only where it meets the `::` before or behind."""
    text = re.sub(r"::+|^:|:$", lambda colons: "&#58;" * len(colons[0]), text)
    return text.replace("}", "&#125;")


@declare("C001")
def no_deletion() -> tuple[str, str]:
    """A cloze note hides nothing.

    Anki would make no card of it. Only deletions in the body count, not those in the heading or in an alert.
    Bad:
        ## Users {.cloze}
        A user has keys.
    Good:
        ## Users {.cloze}
        A user has ==keys==.
    """
    return "nothing is hidden in this cloze note", "mark what is asked for: ==answer=="


@declare("C002")
def unclosed_deletion() -> tuple[str, str]:
    """A numbered deletion is never closed.

    It must end in the paragraph, item or cell in which it begins.
    Bad:
        ## Users {.cloze}
        A {{c1::user has keys.
    Good:
        ## Users {.cloze}
        A {{c1::user}} has keys.
    """
    return "this deletion is never closed", "write }} behind the answer, in the same paragraph, item or cell"


@declare("C003")
def crossing_blocks() -> tuple[str, str]:
    """A deletion crosses a border.

    Anki would tear the card's HTML apart: a deletion stays within one paragraph, item or table cell.
    Bad:
        ## Users {.cloze}
        - A ==user has
        - long-term keys== of its own
    Good:
        ## Users {.cloze}
        - A ==user== has
        - ==long-term== keys of its own
    """
    return (
        "a deletion begins here and ends in another paragraph, item or cell",
        "close it with == where it began, and hide the rest apart",
    )


@declare("C004")
def crossing_markup() -> tuple[str, str]:
    """A deletion begins inside emphasis or a link and ends outside, or the other way round.

    Bad:
        ## Users {.cloze}
        A ==user has **long-term== keys**.
    Good:
        ## Users {.cloze}
        A ==user has **long-term**== keys.
    """
    return "this deletion crosses emphasis, a link or raw HTML", "put its == both inside or both outside"


@declare("C005")
def too_many_parts() -> tuple[str, str]:
    """A deletion has more than one `::`.

    One parts the answer from its hint. As text, `::` belongs into backticks: code is taken as it stands.
    Bad:
        ## Buckets {.cloze}
        The type of a bucket is ==AWS::S3::Bucket==.
    Good:
        ## Buckets {.cloze}
        The type of a bucket is ==`AWS::S3::Bucket`==.
    """
    return "this deletion has more than one `::`", "put an answer that holds :: into backticks: ==`a::b`=="


@declare("C006")
def empty_deletion() -> tuple[str, str]:
    """A deletion hides nothing.

    Bad:
        ## Users {.cloze}
        A {{c1::}} has keys, a ==group== has members.
    Good:
        ## Users {.cloze}
        A {{c1::user}} has keys, a ==group== has members.
    """
    return "this deletion has no answer", "write the answer between its marks, before the hint"


@declare("C007")
def bad_number() -> tuple[str, str]:
    """A deletion's number is not one of 1–499.

    Anki makes no card for c0, nor for numbers above 499.
    Bad:
        ## Users {.cloze}
        A {{c500::user}} has keys.
    Good:
        ## Users {.cloze}
        A {{c1::user}} has keys.
    """
    return (
        f"Anki has cards c1 to c{MAX_NUMBER}",
        "take another number, or write ==answer== and let Deckwright number it",
    )


@declare("C008", "warning")
def not_asked() -> tuple[str, str]:
    """A numbered deletion stands where nothing is asked.

    Deletions count in the text of a cloze note, not in headings, alerts or the captions of pictures: it is shown there
    as it is written, and makes no card.
    Bad:
        ## Users {.cloze}
        A ==user== has keys.

        > [!NOTE]
        > So has {{c2::root}}.
    Good:
        ## Users {.cloze}
        A ==user== has keys, and so has {{c2::root}}.
    """
    return (
        "this deletion is in a heading, an alert or a caption, and makes no card",
        "move it into the text, or take its braces away",
    )


@declare("C009", "warning")
def hint_in_code() -> tuple[str, str]:
    """A deletion inside code seems to have a hint.

    In code a `::` belongs to the answer, as in `std::vector`; a hint is parted by `::` and a space.
    Bad:
        ## Opening a port {.cloze}
        `--port {{c1::22::for SSH}}`
    Good:
        ## Opening a port {.cloze}
        `--port {{c1::22:: for SSH}}`
    """
    return "in code, `::` without a space behind it is part of the answer", "write `:: ` and then the hint"


@declare("C010", "warning")
def single_mark() -> tuple[str, str]:
    """A `==` stands alone in a cloze note.

    It touches a word as one that begins or ends a deletion does, and there is no other to it: it is shown as it stands.
    Bad:
        ## Users {.cloze}
        A ==user has keys, a ==group== has members.
    Good:
        ## Users {.cloze}
        A ==user== has keys, a ==group== has members.
    """
    return "this `==` has no counterpart, and hides nothing", "close the deletion, or put the `==` into backticks"
