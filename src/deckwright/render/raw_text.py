"""The text between the tags of a raw HTML block → what in it is hidden and what plays: `{{c1::answer}}`, `[sound:a.mp3]`.

Tags, attributes and comments are no text, and so is what goes with an element that is removed.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import marks
from ..diagnostics.cloze import crossing_markup, not_asked, unclosed_deletion
from ..diagnostics.note import too_much
from ..limits import MAX_LEAF
from ..mediatypes import divided, is_played
from ..patterns import pattern
from ..read.blocks import Block
from ..read.inlines import SOUND, Kind, Piece
from . import clozes, media
from .clozes import Pair
from .html_elements import BEGUN, WITHOUT_END, end_of_comment

if TYPE_CHECKING:
    from .gathering import Field

_SIGN = pattern(r"\{\{c(\d{1,4})::|\}\}\}*|::")
_BETWEEN_CELLS = frozenset({"colgroup", "table", "tbody", "tfoot", "thead", "tr"})
"""The elements that hold no text of their own: it would be put before the table."""


class Text:
    """What stands between the tags of a raw HTML block, in a cloze field with its deletions. It is read from front to back."""

    def __init__(self, block: Block, field: Field) -> None:
        self.block = block
        self.field = field
        self.places: list[tuple[int, int, Pair | str]] = []
        self.indices: dict[int, int] = {}
        self.next = 0
        self.is_asked = field.cloze and "{{c" in block.text
        if block.kind == "html" and self.is_asked and len(block.text) > MAX_LEAF:
            field.note.report(too_much, block, 0, 1, len(block.text))
        elif block.kind == "html" and (self.is_asked or "[sound:" in block.text):
            self._find()

    def shown(self, start: int, end: int) -> tuple[str, int]:
        """The text from `start` to `end` with marks in it, and where it ends: a hint may go over tags."""
        parts: list[str] = []
        text = self.block.text
        while self.next < len(self.places) and self.places[self.next][0] < end:
            begin, after, found = self.places[self.next]
            self.next += 1
            if begin < start and not isinstance(found, str) and begin == found.open.start:
                self.field.note.report(not_asked, self.block, begin, found.close.end)
            if begin < start or self.field.removed.holds(self.block, begin):
                continue  # It lies in a hint, or goes with the element around it.
            parts += (text[start:begin], self._mark(begin, after, found))
            start = after
        return "".join([*parts, text[start:end]]), max(start, end)

    def _mark(self, begin: int, after: int, found: Pair | str) -> str:
        """What stands in place of a mark of a deletion, or of a sound."""
        note, text = self.field.note, self.block.text
        if isinstance(found, str):
            source = note.medium(found, by_name=True, span=note.span(self.block, begin, after)) or ""
            name = divided(found)[0].rpartition("/")[2].rpartition(".")[0]
            return self.field.keep(media.element(found, source, {"alt": name}))
        if begin == found.open.start:
            span = note.span(self.block, begin, found.close.end)
            self.indices[begin] = note.deletion(span, found.number, found.hint)
            return marks.opening(self.indices[begin])
        index = self.indices.get(found.open.start)
        return text[begin:after] if index is None else marks.closing(index)

    def _find(self) -> None:
        """Find the deletions and the sounds, and tell what is wrong with them."""
        text = self.block.text
        pieces: list[Piece] = []
        misplaced: set[int] = set()
        for start, end, inside, in_code in _stretches(text):
            for sound in SOUND.finditer(text, start, end) if not in_code else ():
                if is_played(name := html.unescape(sound[1])):
                    self.places.append((*sound.span(), name))
            for sign in _SIGN.finditer(text, start, end) if self.is_asked else ():
                kind: Kind = "open" if sign[1] else "close" if sign[0] != "::" else "parts"
                # In code, `::` is part of the answer unless a space follows.
                if kind == "parts" and in_code and not text.startswith(" ", sign.end()):
                    continue
                pieces.append(Piece(kind, *sign.span(), sign[1] or ""))
                if inside in _BETWEEN_CELLS:
                    misplaced.add(sign.start())
        pairs, unclosed, _ = clozes.pair(text, tuple(pieces))
        for pair in pairs:
            problems = pair.problems
            if misplaced and not misplaced.isdisjoint((pair.open.start, pair.close.start)):
                problems += (crossing_markup,)
            for problem in problems:
                self.field.note.report(problem, self.block, pair.open.start, pair.close.end)
            self.places += ((pair.open.start, pair.start, pair), (pair.end, pair.close.end, pair))
        for piece in unclosed:
            self.field.note.report(unclosed_deletion, self.block, piece.start, piece.end)
        self.places.sort(key=lambda place: place[:2])


def openings(block: Block, *, outside_code: bool = False) -> Iterator[tuple[int, int]]:
    """From where to where the beginnings of deletions stand in the text of a raw HTML block."""
    for start, end, _, in_code in _stretches(block.text) if "{{c" in block.text else ():
        if not (in_code and outside_code):
            yield from (sign.span() for sign in _SIGN.finditer(block.text, start, end) if sign[1])


def _stretches(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """From where to where there is text, the innermost element that is open there, and whether any of them holds code."""
    opened: list[str] = []
    counted: Counter[str] = Counter()
    endless: set[str] = set()
    position = 0
    while found := BEGUN.search(text, position):
        around = opened[-1] if opened else ""
        yield position, found.start(), around, bool(counted["code"] or counted["pre"])
        position = found.end()
        name, closes = (found[1] or "").lower(), found[0].startswith("</")
        if not name:
            end = 0 if found[0] in endless else end_of_comment(text, found[0], position)
            if not end:
                endless.add(found[0])
            position = end or position
        elif closes and counted[name]:
            while (closed := opened.pop()) != name:
                counted[closed] -= 1
            counted[name] -= 1
        elif not closes and name not in WITHOUT_END:
            opened.append(name)
            counted[name] += 1
    yield position, len(text), opened[-1] if opened else "", bool(counted["code"] or counted["pre"])
