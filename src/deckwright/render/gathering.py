"""What is gathered while the fields of a note are rendered, and what is kept aside while one field is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from .. import marks
from ..diagnostics import Diagnostic
from ..diagnostics.cloze import not_asked
from ..diagnostics.media import fragment, no_path, outside, remote
from ..mediatypes import divided
from ..model import Deletion, Reference, SourceFile, Span
from ..patterns import pattern
from ..read.blocks import Block, Document, walk
from ..read.inlines import flat
from . import clozes, raw_text
from .html_elements import WITHOUT_END
from .links import REMOTE, scheme


class Gathering:
    """What the fields of one note are found to hold: their deletions and references to media in the order of the marks
    that stand for them, and what is wrong. `right_to_left` says whether the note has letters that are written so.
    """

    def __init__(self, file: SourceFile, document: Document, right_to_left: bool = False) -> None:
        self.file = file
        self.document = document
        self.right_to_left = right_to_left
        self.deletions: list[Deletion] = []
        self.references: list[Reference] = []
        self.diagnostics: list[Diagnostic] = []

    def deletion(self, span: Span, number: int | None, hint: str) -> int:
        """Gather a deletion, what it hides still unknown; its index."""
        self.deletions.append(Deletion("", hint, number, span))
        return len(self.deletions) - 1

    def medium(self, target: str, by_name: bool, span: Span) -> str | None:
        """Gather a reference to a file; the mark for its name. None where it is not of the project, which is told."""
        if named := scheme(target):
            self.diagnostics.append(outside(span, target) if named == "file" else no_path(span, named))
            return None
        if not by_name and REMOTE.match(target):
            self.diagnostics.append(remote(span, target))
            return None
        behind = divided(target)[1]
        if "#" in behind:
            self.diagnostics.append(fragment(span, behind[behind.index("#") :]))
        self.references.append(Reference(target if by_name else unquote(target), by_name, span))
        return marks.medium(len(self.references) - 1)

    def defined(self, address: str, title: str) -> Span:
        """Where the address of a link definition stands."""
        first, last = self.document.defined[address, title]
        lines = self.file.lines
        for number in range(first, last):
            if (column := lines[number].find(address)) >= 0:
                return self.file.span(number, column, len(address))
        # It is written with escapes.
        return self.file.span(first, len(lines[first]) - len(lines[first].lstrip()), len(lines[first]))

    def span(self, block: Block, start: int, end: int) -> Span:
        """Where a stretch of a leaf's text stands in the file."""
        line, column = block.place(start)
        return self.file.span(line, column, end - start)

    def report(self, problem: Callable[..., Diagnostic], block: Block, start: int, end: int, *words: object) -> None:
        """Tell of a stretch of a leaf's text."""
        self.diagnostics.append(problem(self.span(block, start, end), *words))

    def report_unasked(self, held: Iterable[Block], *, highlights: bool = False) -> None:
        """Report the numbered deletions in what stands beside a cloze note's text, and `==…==` if that is asked for."""
        for leaf in walk(held):
            for piece in flat(leaf.pieces) if "{{c" in leaf.text else ():
                if piece.kind == "open":
                    self.report(not_asked, leaf, piece.start, piece.end)
            for start, end in raw_text.openings(leaf) if leaf.kind == "html" else ():
                self.report(not_asked, leaf, start, end)
            for first, second in clozes.couples(leaf.text, leaf.pieces) if highlights and "==" in leaf.text else ():
                self.report(not_asked, leaf, first.start, second.end)

    def report_unread(self, held: Iterable[Block]) -> None:
        """Report the numbered deletions in a basic note, where they are text: outside code, none is meant to be shown."""
        for leaf in walk(held):
            if "{{c" not in leaf.text or leaf.kind == "code":
                continue
            pieces = [*flat(leaf.pieces)]
            code = [(piece.start, piece.end) for piece in pieces if piece.kind == "code"]
            opened = [(piece.start, piece.end) for piece in pieces if piece.kind == "open"]
            opened += raw_text.openings(leaf, outside_code=True) if leaf.kind == "html" else ()
            for start, end in opened:
                if not any(first <= start < last for first, last in code):
                    self.report(not_asked, leaf, start, end, True)


class Field:
    """One field while its elements are made. In a `cloze` field deletions are asked; elsewhere they are text.

    `footnotes` are the labels that it refers to and the footnotes inside its text, in their order, which is how they
    are numbered. `kept` is finished HTML and `raw` the author's own, both until the elements are text: each in the order
    of its marks. `sources` are the places of the addresses in it, likewise, behind that of the first of it. `single` are
    the `==` without a counterpart in their leaf: whether it may open a deletion, and where it stands. `removed` are the
    stretches that go with elements of the author's HTML. `direction` is that of the element around, where it is said.
    In a field `without_footnotes`, nothing refers to them.
    """

    def __init__(self, note: Gathering, cloze: bool = False, footnotes: list[str | Block] | None = None) -> None:
        self.note = note
        self.cloze = cloze
        self.footnotes = [] if footnotes is None else footnotes
        self.kept: list[str] = []
        self.raw: list[str] = []
        self.sources: list[Span] = []
        self.single: list[tuple[bool, Span]] = []
        self.removed = Removed()
        self.direction = ""
        self.without_footnotes = False

    def keep(self, made: str) -> str:
        """Keep finished HTML out of what follows; the mark that stands for it."""
        self.kept.append(made)
        return marks.kept(len(self.kept) - 1)


class Removed:
    """Where an element of the author's HTML that is removed takes its inside along. It is asked from front to back."""

    def __init__(self) -> None:
        self._block: Block | None = None
        self._closing: dict[str, list[int]] = {}
        self._until = 0

    def begin(self, block: Block, start: int, name: str) -> bool:
        """An element begins here; whether it ends in the block, too. If not, all that follows would go with it."""
        if name in WITHOUT_END:
            return True
        if block is not self._block:
            self._block, self._closing, self._until = block, _closing_tags(block), 0
        places = self._closing.get(name, [])
        index = bisect_right(places, start)
        if index == len(places):
            return False
        self._until = max(self._until, places[index])
        return True

    def holds(self, block: Block, place: int) -> bool:
        """Whether a place of a leaf's text is inside an element that is removed."""
        return block is self._block and place < self._until


def _closing_tags(block: Block) -> dict[str, list[int]]:
    """Where each element ends in a leaf, in order."""
    if block.kind == "html":
        tags = [(found.start(), found[0]) for found in _CLOSING.finditer(block.text)]
    else:
        tags = [
            (piece.start, piece.text) for piece in flat(block.pieces) if piece.kind == "html" and piece.text[1] == "/"
        ]
    places: dict[str, list[int]] = {}
    for start, tag in tags:
        places.setdefault(tag[2:].rstrip(">").strip().lower(), []).append(start)
    return places


_CLOSING = pattern(r"</[a-zA-Z][\w-]*\s*>")
