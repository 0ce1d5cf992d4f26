"""A part of a basic section → Front, Back, Extra, and the fields of the switches."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Literal

from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.note import (
    empty_back,
    empty_front,
    long_typed,
    only_links,
    several_to_type,
    stays_prose,
    typed_maths,
)
from ..diagnostics.slips import empty_section
from ..limits import MAX_TYPED
from ..patterns import pattern
from ..read.blocks import Block, walk
from ..read.inlines import HIDDEN, Piece, flat
from ..read.sections import Section
from ..render import Renderer, plain
from .parts import Made, Part
from .shared import as_paragraph, extra

_DOT = ' <span class="dw-dot">·</span> '


def make(part: Part, section: Section, renderer: Renderer) -> tuple[Made, list[Diagnostic]]:
    """The question and the answer.

    A section that is basic only by the front matter makes no note if it has nothing but links, or if nothing of its
    heading is shown.
    """
    question = _DOT.join(renderer.inline(leaf) for leaf in part.asked)
    above = renderer.blocks(part.above)
    front = f'<div class="dw-stem">{above}</div>\n{question}' if part.name and above else question + above
    back = renderer.blocks([as_paragraph(block, alone=len(part.answer) == 1) for block in part.answer])
    if part.labelled:
        rows = (f"<dt>{renderer.inline(head)}</dt><dd>{renderer.inline(cell)}</dd>" for head, cell in part.labelled)
        back = f'<dl class="dw-row">{"".join(rows)}</dl>'
    found: list[Diagnostic] = []
    is_unread = any(leaf.too_much for leaf in part.asked)
    if not _shows(question) and not is_unread:
        found.append(empty_front(part.span, _hashtags(part, section)))
    if not _shows(back) and not has_errors(renderer.diagnostics):
        cuts: dict[str, Literal["row", "item"]] = {"rows": "row", "items": "item"}
        found.append(empty_back(part.span, cuts.get(section.tag.cut, "default" if section.by_default else "")))
    fields = {"Front": front, "Back": back, "Extra": extra(part, renderer)}
    if any("{c" in field for field in fields.values()):
        renderer.report_unread(part.own())
    switches = section.tag.switches | part.tag.switches
    if "reversed" in switches:
        fields["Reversed"] = "yes"
        fields["Asked"] = _asked(part.heads, renderer)
    if "typed" in switches:
        typed = part.tag.typed or section.tag.typed
        if not typed:
            code, line = _first_code(part), _first_line(back, part)
            typed = plain(line).replace(_JOINER, "") if code is None else code
            if code is None and len(part.labelled) > 1:
                found.append(several_to_type(part.span, len(part.labelled)))
            elif code is None and _MATHS.search(line):
                found.append(typed_maths(part.span, typed))
        fields["Typed"] = html.escape(typed, quote=False)
        if not typed or len(typed) > MAX_TYPED:
            found.append(long_typed(part.span, typed))
    instead = None
    if part.answer and all(map(_is_link, part.answer)):
        instead = only_links(section.span) if _shows(back) else empty_section(section.span)
    elif not (question or is_unread or part.name or _hashtags(part, section)):
        instead = stays_prose(section.span, section.kind)
    return Made(fields, instead), found


_ASKING = " :?：？؟"
"""What a head may end with that asks already."""

_ARABIC = pattern(r"[\u0600-\u06ff]")
"""Letters of languages whose question mark is ؟ (the Unicode block Arabic)."""


def _asked(heads: Sequence[Block], renderer: Renderer) -> str:
    """What the card that shows a row or cell wants to know, in the form of its answer: `Limit: ?` for `Delay`,
    `Limit: ? · Value` for `Delay · Value`.
    """
    row, *column = (renderer.inline(head).rstrip(_ASKING) for head in heads) if heads else ("",)
    mark = "؟" if _ARABIC.search(row) else "?"
    return _DOT.join([f"{row}: {mark}" if row else mark, *column]) if row or column else ""


def _hashtags(part: Part, section: Section) -> list[str]:
    """The tags that a heading, which has no text beside them, ends with as hashtags."""
    line = "" if part.name else section.file.lines[section.span.line - 1]
    return [tag for tag in part.tag.tags if f"#{tag}" in line]


def _shows(rendered: str) -> bool:
    """Whether a field shows anything: text, a picture, a sound or a film."""
    return bool(_BEGINS.match(rendered) or plain(rendered) or _SHOWN.search(rendered))


_BEGINS = pattern(r"(?>(?:\s|<[^<>]*>)*)\w")
"""How nearly every field begins: a letter, behind tags."""

_SHOWN = pattern(r"<(?:img|video|audio|hr)\b|\[sound:")


_MATHS = pattern(r"\\[(\[]")
_JOINER = "\u2060"
"""What keeps Anki from taking text for maths. Nobody can type it."""


def _first_line(back: str, part: Part) -> str:
    if part.labelled:
        back = back.partition("<dd>")[2]
    # The title of an alert is mostly none of the author's words, and never all of the answer.
    return re.split(r"</p>|<br>|</li>|</dd>|<pre|\n", _ALERT_TITLE.sub("", back).strip(), maxsplit=1)[0]


_ALERT_TITLE = pattern(r'<p class="dw-alert-title">.*?</p>\s*', re.DOTALL)


def _first_code(part: Part) -> str | None:
    """The first code span of the answer."""
    for leaf in walk([*part.answer, *(cell for _, cell in part.labelled)]):
        if leaf.kind in ("paragraph", "cell", "term") and (code := _code(leaf)) is not None:
            return code
    return None


def _code(leaf: Block) -> str | None:
    """The first code span of a leaf."""
    return next((piece.text.strip() for piece in flat(leaf.pieces) if piece.kind == "code"), None)


def _is_link(block: Block) -> bool:
    """Whether a block contains nothing but links."""
    for leaf in walk([block]):
        if (leaf.text or leaf.kind == "code") and not (leaf.kind == "paragraph" and _has_links_alone(leaf)):
            return False
    return True


_TODO = pattern(r"\bTODO\b:?")
_NO_TEXT = frozenset({"emphasis", "strong", "strike", "link", "autolink", "escape", "entity", "break", "fold", *HIDDEN})


def _has_links_alone(leaf: Block) -> bool:
    """Whether a leaf has nothing but links, and perhaps a TODO."""
    for piece in flat(leaf.pieces) if leaf.pieces else ():
        if piece.kind not in _NO_TEXT:
            return False
    beside = _beside_links(leaf.text, leaf.pieces, 0, len(leaf.text))
    return not (_TODO.sub("", beside) if "TODO" in beside else beside).strip()


def _beside_links(text: str, pieces: Sequence[Piece], start: int, end: int) -> str:
    """The text from `start` to `end` that is in no link."""
    beside, position = [], start
    for piece in pieces:
        beside.append(text[position : piece.start])
        position = piece.end
        if piece.kind in ("emphasis", "strong", "strike"):
            beside.append(_beside_links(text, piece.children, *piece.inner))
        elif piece.kind in ("escape", "entity"):
            beside.append(html.unescape(text[piece.start : piece.end]))
    return "".join([*beside, text[position:end]])
