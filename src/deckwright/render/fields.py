"""Blocks of Markdown → the HTML of a note's fields, and all that is found on the way.

Python-Markdown makes the HTML, and gets elements made of blocks and pieces. Its own inline patterns are not CommonMark's,
lose letters and keep no places; they took 198 ms of processor time for the bodies of this repository's 393 sections.
Elements take 37 ms. HTML put together as text would take 18 ms, which is a twentieth of what all notes take to compile:
too little to do without elements, which are always closed and escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from msgspec.structs import replace

from .. import marks
from ..diagnostics.cloze import crossing_blocks, crossing_markup, nested_too_deep, single_mark
from ..model import Span
from ..patterns import pattern
from ..read.blocks import Block
from . import clozes, elements, inline, raw_html, survival
from .gathering import Field, Gathering
from .text import escaped, plain


class Renderer(Gathering):
    """Renders the fields of one note. When they are made, it holds what they refer to and what is wrong with them."""

    def inline(self, leaf: Block, footnotes: bool = True) -> str:
        """A leaf without a paragraph around it, with the footnotes that it refers to or without them."""
        if not (leaf.pieces or leaf.too_much):
            return survival.literal(escaped(leaf.text).strip())
        field = Field(self)
        field.without_footnotes = not footnotes
        root = Element("div")
        inline.add(root, leaf, field)
        return _html(root, field) + _footnotes(field)

    def blocks(self, held: Sequence[Block]) -> str:
        """Blocks, one below the other. A literal `{{c1::…}}` is shown as it stands."""
        return _rendered(held, Field(self)) if held else ""

    def cloze(self, held: Sequence[Block]) -> str:
        """The blocks of a cloze note's text, or of another field with deletions: they become marks, and are gathered."""
        field = Field(self, cloze=True)
        first = len(self.deletions)
        rendered = _rendered(held, field)
        answers, deep = clozes.answers(rendered)
        for index, deletion in enumerate(self.deletions[first:], first):
            answer = answers.get(index)
            if index in deep:
                self.diagnostics.append(nested_too_deep(deletion.span))
            elif answer is None or (field.raw and not raw_html.is_balanced(answer)):
                self.diagnostics.append(crossing_markup(deletion.span))
            else:
                self.deletions[index] = replace(deletion, text=self._answer(answer))
        # A `==` that opens in one leaf and one that closes in a later one are a deletion across a border.
        single: list[Span] = []
        for is_opening, span in field.single:
            if single and not is_opening:
                self.diagnostics.append(crossing_blocks(single[0]))
                single.clear()
            else:
                single.append(span)
        self.diagnostics += [single_mark(span, _is_apart(span)) for span in single]
        return rendered

    def _answer(self, rendered: str) -> str:
        """What an answer is known by: its words, or without any the addresses of its files, which tell two pictures apart."""
        words = plain(rendered)
        if words.replace("[sound:]", "").strip():
            return words
        shown = _PICTURE.sub(r"\1", rendered)
        return plain(marks.fill(shown, [reference.target for reference in self.references]))


_PICTURE = pattern(r'<img\b[^<>]*?\ssrc="([^"]*)"[^<>]*>')


_NEAR = 200
"""Characters: an answer has no more."""


def _is_apart(mark: Span) -> bool:
    """Whether the partner of a `==` stands near it on its line, but with a space between it and the answer."""
    start, end = mark.column - 1, mark.column + 1
    before, after = mark.text[max(start - _NEAR, 0) : start], mark.text[end : end + _NEAR]
    return bool(re.search(r"\S\s+==(?=[\s.,;:)]|$)", after) or re.search(r"(?:^|[\s(])==\s+\S", before))


def _rendered(held: Sequence[Block], field: Field) -> str:
    """The blocks, and below them the footnotes that they refer to."""
    if all(map(_is_plain, held)):  # Most are, and of nothing but text no elements are made.
        return survival.literal("".join(map(_paragraph, held)).strip())
    root = Element("div")
    for block in held:
        elements.add(root, block, field)
    return _html(root, field) + _footnotes(field)


def _is_plain(block: Block) -> bool:
    """Whether a block is a paragraph without pieces. A backslash may be one that MathJax would read."""
    return block.kind == "paragraph" and not (block.pieces or block.too_much or "\\" in block.text)


def _paragraph(block: Block) -> str:
    """A paragraph without pieces, as `elements.add` and `_html` would make it."""
    return escaped(block.text) if block.tight else f"<p>{escaped(block.text)}</p>"


def _footnotes(field: Field) -> str:
    notes = []
    for label in field.footnotes:  # One may refer to another, which then comes behind it.
        own = Field(field.note, footnotes=field.footnotes)
        root = Element("div")
        held = [label] if isinstance(label, Block) else field.note.document.footnotes[label]
        if field.cloze:
            field.note.report_unasked(held, highlights=True)
        if isinstance(label, Block):
            inline.add(SubElement(root, "p"), label, own)
        else:
            for block in held:
                elements.add(root, block, own)
        notes.append(f"<li>{_html(root, own)}</li>")
    return f'<div class="dw-footnote"><ol>{"".join(notes)}</ol></div>' if notes else ""


def _html(root: Element, field: Field) -> str:
    """What an element holds as HTML, with everything back in its place."""
    if not (root.text or len(root)):
        return ""
    from markdown.serializers import to_html_string

    text = to_html_string(root)[len("<div>") : -len("</div>")]
    if marks.AMPERSAND in text:
        text = text.replace(marks.AMPERSAND, "&amp;")
    if "\\" in text and survival.ends_maths([text, *field.kept]):
        text = survival.without_maths(text)  # Maths stands aside, so what is left is text.
    if field.raw:
        text = raw_html.put_back(text, field)
    if field.kept:
        text = marks.KEPT.sub(lambda mark: field.kept[int(mark[1])], text)
    return survival.literal(text.strip())
