"""The nouns of this package: the part of a section that becomes one note, and what its kind makes of it."""

from __future__ import annotations

import msgspec

from ..diagnostics import Diagnostic
from ..model import Span
from ..read.blocks import Block
from ..read.tags import Tag


class Part(msgspec.Struct, frozen=True):
    """What becomes one note.

    `asked` are the leaves of the question (of a cloze note, its header), `above` is shown with it, and `answer` is the
    answer (of a cloze note, its text). `labelled` is the answer of a row with several columns: pairs of a column's head
    and a cell. `columns` are all such pairs of a row, with empty cells too, but without a column named Extra. `heads` are
    those of the table's first column and, of a cell, of its own. `name` tells the part from the others of its section; it
    is empty for a whole section.
    """

    asked: tuple[Block, ...]
    above: tuple[Block, ...]
    answer: tuple[Block, ...]
    extra: tuple[Block, ...]
    tag: Tag
    span: Span
    name: str = ""
    labelled: tuple[tuple[Block, Block], ...] = ()
    heads: tuple[Block, ...] = ()
    columns: tuple[tuple[Block, Block], ...] = ()

    def own(self) -> tuple[Block, ...]:
        """All the blocks of the note, without those nested in them."""
        return (*self.asked, *self.above, *self.answer, *(b for pair in self.labelled for b in pair), *self.extra)


class Made(msgspec.Struct, frozen=True):
    """What a kind makes of a part: the fields that only this kind has, as HTML with marks.

    If `instead` is set and the section has its kind only from the front matter, it makes no note, and `instead` is all
    that is reported: nobody asked for this section to be a note. An occlusion note has a `mode`; it asks for the masks
    named in `asked`, or for all of them.
    """

    fields: dict[str, str]
    instead: Diagnostic | None = None
    mode: str = ""
    asked: tuple[str, ...] = ()
