"""The pieces of a leaf → elements, with marks for what is no plain element."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import takewhile
from xml.etree.ElementTree import Element, SubElement

from msgspec.structs import replace

from .. import marks
from ..diagnostics.cloze import not_asked, unclosed_deletion
from ..diagnostics.note import embedded_note, no_html, too_much, unknown_footnote
from ..mediatypes import divided, is_played
from ..model import Span
from ..read.blocks import Block
from ..read.inlines import Piece, flat, note_name, shown
from . import clozes, code, media, raw_html
from .clozes import Pair
from .gathering import Field
from .links import REMOTE, encoded, leads_somewhere, whole
from .text import escaped, literal


def add(parent: Element, leaf: Block, field: Field) -> None:
    """Add what a leaf says to an element."""
    if leaf.too_much:
        field.note.report(too_much, leaf, 0, 1, len(leaf.text))
    elif not leaf.pieces:
        append(parent, literal(leaf.text))
    else:
        _Leaf(leaf, field).fill(parent, leaf.pieces, 0, len(leaf.text))


def append(parent: Element, text: str) -> None:
    """Add text to the end of an element."""
    if len(parent):
        last = parent[-1]
        last.tail = last.tail + text if last.tail else text
    else:
        parent.text = parent.text + text if parent.text else text


_ELEMENTS = {"emphasis": "em", "strong": "strong", "strike": "del"}


class _Leaf:
    """A leaf on its way into elements.

    `begins` and `ends` say which deletion begins or ends at a place of its text; `highlights` where the highlight ends
    that begins at a place.
    """

    def __init__(self, leaf: Block, field: Field) -> None:
        self.leaf = leaf
        self.text = leaf.text
        self.field = field
        self.note = field.note
        self.begins: dict[int, Pair] = {}
        self.ends: dict[int, Pair] = {}
        self.indices: dict[int, int] = {}
        self.highlights: dict[int, Piece] = {}
        if field.cloze and ("==" in leaf.text or "{{c" in leaf.text):
            self.find_deletions()
        elif not field.cloze and "==" in leaf.text:
            self.highlights = {first.start: second for first, second in clozes.couples(leaf.text, leaf.pieces)}

    def fill(self, parent: Element, pieces: Sequence[Piece], start: int, end: int) -> None:
        """Add the text from `start` to `end` to an element, with the pieces that lie in it."""
        position = start
        for index, piece in enumerate(pieces):
            if piece.start < position and (piece.kind != "close" or piece.end <= position):
                for held in flat([piece]) if self.begins else ():
                    if held.start in self.begins and held.kind in ("mark", "open"):
                        self.note.report(not_asked, self.leaf, held.start, self.begins[held.start].close.end)
                continue  # It lies in a hint, in the number of a deletion, or in a highlight.
            begin = max(piece.start, position)  # Of a run of braces, the first two may have closed what has a hint.
            if position < piece.start:
                append(parent, literal(self.text[position : piece.start]))
            position = piece.end
            match piece.kind:
                case "emphasis" | "strong" | "strike":
                    self.fill(SubElement(parent, _ELEMENTS[piece.kind]), piece.children, *piece.inner)
                case "link":
                    self.fill(self.link(parent, piece), piece.children, *piece.inner)
                    append(parent, self.player(piece))
                case "autolink":
                    append(self.link(parent, piece), literal(self.text[slice(*piece.target)]))
                case "image":
                    append(parent, self.image(piece))
                case "embed":
                    append(parent, self.embed(piece))
                case "code":
                    append(parent, self.field.keep(self.code(piece)))
                case "maths":
                    append(parent, self.field.keep(f"\\({self.maths(piece)}\\)"))
                case "display":
                    append(parent, self.field.keep(f"\\[{self.maths(piece)}\\]"))
                case "escape" | "entity" | "fold":
                    append(parent, literal(piece.text))
                case "break":
                    SubElement(parent, "br").tail = "\n"
                case "comment" | "private":
                    pass
                case "html":
                    append(parent, raw_html.put_aside(self.leaf, piece.start, piece.end, self.field))
                case "wikilink":
                    append(parent, literal(shown(self.text, [piece], piece.start, piece.end)))
                case "footnote":
                    append(parent, self.footnote(piece))
                case "inline footnote":
                    append(parent, self.inline_footnote(piece))
                case "mark" if closing := self.highlights.get(piece.start):
                    inside = [*takewhile(lambda held: held.start < closing.start, pieces[index + 1 :])]
                    self.highlight(parent, inside, piece, closing)
                    position = closing.end
                case _:
                    position = self.mark(parent, begin, piece.end)
        if position < end:
            append(parent, literal(self.text[position:end]))

    # Clozes and highlights

    def find_deletions(self) -> None:
        """Find the deletions of the leaf, and tell what is wrong with them."""
        pairs, unclosed, unopened = clozes.pair(self.text, self.leaf.pieces)
        for pair in pairs:
            for problem in pair.problems:
                self.note.report(problem, self.leaf, pair.open.start, pair.close.end)
            if not pair.crosses:
                self.begins[pair.open.start] = pair
                # Where there is a hint, it goes with the closing mark.
                self.ends[pair.end] = self.ends[pair.close.start] = pair
        for piece in unclosed:
            if piece.kind == "open":
                self.note.report(unclosed_deletion, self.leaf, piece.start, piece.end)
        single = [(piece.start, piece.end, True) for piece in unclosed if piece.kind == "mark"]
        single += [(piece.start, piece.end, False) for piece in unopened]
        self.field.single += [(opens, self.span(start, end)) for start, end, opens in sorted(single)]
        for beside in flat(self.leaf.pieces) if "![" in self.text else ():
            for piece in flat(beside.children) if beside.kind == "image" else ():
                if piece.kind == "open":
                    self.note.report(not_asked, self.leaf, piece.start, piece.end)

    def mark(self, parent: Element, start: int, end: int) -> int:
        """Add the marks of the deletions that begin or end in a piece, or in what is left of it; where to go on."""
        position = start
        for place in range(start, end):  # A run of braces may end several.
            if place < position:
                continue
            if pair := self.begins.get(place):
                span = self.note.span(self.leaf, pair.open.start, pair.close.end)
                index = self.indices[place] = self.note.deletion(span, pair.number, pair.hint)
                append(parent, marks.opening(index))
                position = pair.start
            elif pair := self.ends.get(place):
                append(parent, literal(self.text[position:place]))
                append(parent, marks.closing(self.indices[pair.open.start]))
                position = pair.close.end
        if position == start and self.text.startswith("\\", position):
            return position + 1  # It is text, and needs its backslash no more.
        return position

    def highlight(self, parent: Element, inside: Sequence[Piece], first: Piece, second: Piece) -> None:
        """Outside cloze notes `==text==` is highlighted, as in Obsidian; not where it crosses raw HTML."""
        if raw_html.is_balanced("".join(piece.text for piece in flat(inside) if piece.kind == "html")):
            self.fill(SubElement(parent, "mark"), inside, first.end, second.start)
        else:
            append(parent, "==")
            self.fill(parent, inside, first.end, second.start)
            append(parent, "==")

    # Code, links and media

    def code(self, piece: Piece) -> str:
        return code.span(self.leaf, piece.inner[0], piece.text, self.field)

    def maths(self, piece: Piece) -> str:
        return code.maths(self.leaf, piece.inner[0], piece.text, self.field)

    def link(self, parent: Element, piece: Piece) -> Element:
        """The element for what a link shows: one of its own, or the parent where it leads nowhere."""
        if not leads_somewhere(piece.text):
            return parent
        attributes = {"href": literal(encoded(whole(piece.text)))}
        if piece.title:
            attributes["title"] = literal(piece.title)
        return SubElement(parent, "a", attributes)

    def player(self, link: Piece) -> str:
        """What plays the sound or the film of the project that a link leads to; nothing for other links."""
        if REMOTE.match(link.text) or not is_played(link.text):
            return ""
        source = self.note.medium(link.text, by_name=False, span=self.target(link)) or ""
        return " " + self.field.keep(media.element(link.text, source, {}))

    def target(self, piece: Piece) -> Span:
        """Where the address of a link or a picture stands."""
        return self.note.defined(piece.text, piece.title) if piece.target == (0, 0) else self.span(*piece.target)

    def image(self, piece: Piece) -> str:
        """A picture, a film or a sound. A size may stand behind its description: `![label|300](picture.png)`."""
        span = self.target(piece)
        label = self.description(piece)
        stem, _, behind = label.rpartition("|")
        size = media.size(behind)
        attributes = {"title": piece.title} if piece.title else {}
        attributes |= {"alt": stem if size else label} | size
        source = self.note.medium(piece.text, by_name=False, span=span) or html.escape(encoded(whole(piece.text)))
        return self.field.keep(media.element(piece.text, source, attributes))

    def description(self, image: Piece) -> str:
        """What stands for a picture where it cannot be seen: plain text, with names in angle brackets."""
        held = []
        for piece in flat(image.children):
            if piece.kind == "html" and not raw_html.is_element(piece.text):
                self.note.report(no_html, self.leaf, piece.start, piece.end, piece.text.partition("\n")[0])
            else:
                held.append(replace(piece, children=()))
        return shown(self.text, held, *image.inner)

    def embed(self, piece: Piece) -> str:
        """Obsidian's `![[name.png|what it shows|300]]`; of a note that is embedded only the name is shown."""
        name, *words = (part.strip() for part in piece.text.split("|"))
        size = media.size(words[-1]) if words else {}
        span = self.span(piece.start, piece.end)
        if media.is_note(name):
            named = note_name(name)
            self.note.diagnostics.append(embedded_note(span, named))
            return self.field.keep(escaped(named))
        mark = self.note.medium(name, by_name=True, span=span) or ""
        alt = "|".join(words[:-1] if size else words) or divided(name)[0].rpartition("/")[2].rpartition(".")[0]
        return self.field.keep(media.element(name, mark, {"alt": alt} | size))

    def footnote(self, piece: Piece) -> str:
        """The number of a footnote; the text itself where it is not defined."""
        label = piece.text.lower()
        if label not in self.note.document.footnotes:
            self.note.report(unknown_footnote, self.leaf, piece.start, piece.end, piece.text)
            return literal(self.text[piece.start : piece.end])
        if self.field.without_footnotes:
            return ""
        if label not in self.field.footnotes:
            self.field.footnotes.append(label)
        return self.number(self.field.footnotes.index(label) + 1)

    def inline_footnote(self, piece: Piece) -> str:
        """The number of a footnote that stands in the text itself."""
        if self.field.without_footnotes:
            return ""
        self.field.footnotes.append(replace(self.leaf, pieces=piece.children).cut(*piece.inner))
        return self.number(len(self.field.footnotes))

    def number(self, number: int) -> str:
        return self.field.keep(f'<sup class="dw-footnote-ref">{number}</sup>')

    def span(self, start: int, end: int) -> Span:
        return self.note.span(self.leaf, start, end)
