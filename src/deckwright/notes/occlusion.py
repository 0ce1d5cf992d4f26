"""A part of an occlusion section → Image, Header and Back Extra; Occlusion and Comments are made of its masks later."""

from __future__ import annotations

import re

from ..diagnostics import Diagnostic
from ..diagnostics.note import stays_prose
from ..diagnostics.occlusion import no_image
from ..mediatypes import is_played
from ..read.blocks import Block
from ..read.inlines import Piece, flat
from ..read.sections import Section
from ..render import Renderer
from ..render.media import is_note
from .parts import Made, Part
from .shared import as_paragraph, extra


def make(part: Part, section: Section, renderer: Renderer) -> tuple[Made, list[Diagnostic]]:
    """The first picture of the section is the one with the masks. What is above it goes into the header.

    A section that is occlusion only by the front matter makes no note if it has no picture.
    """
    blocks = [as_paragraph(block) for block in part.answer]
    pictures = (
        (n, place) for n, block in enumerate(blocks) if block.kind == "paragraph" and (place := _picture(block))
    )
    position, (start, end) = next(pictures, (-1, (0, 0)))
    image = renderer.inline(blocks[position].cut(start, end)) if end else ""
    if not renderer.references:  # A remote picture has no file to find masks in.
        return Made({}, instead=stays_prose(section.span, section.kind)), [no_image(part.span)]
    above, below = blocks[position].cut(0, start), blocks[position].cut(end)
    header = "" if section.tag.context is not None else renderer.inline(section.title)
    header += renderer.blocks([*blocks[:position], *([above] if above.text else [])])
    after = renderer.blocks([*([below] if below.text else []), *blocks[position + 1 :]])
    fields = {
        # The canvas with the masks lies on the picture, so it has no size of its own.
        "Image": re.sub(r' (?:width|height|title)="[^"]*"', "", image),
        "Header": header,
        "Back Extra": after + extra(part, renderer),
    }
    return Made(fields, mode=part.tag.mode or "hide-all", asked=part.tag.masks), []


def _picture(leaf: Block) -> tuple[int, int] | None:
    """Where the first picture in a leaf's text starts and ends."""
    return next(((piece.start, piece.end) for piece in flat(leaf.pieces) if _is_picture(piece)), None)


def _is_picture(piece: Piece) -> bool:
    """Whether a piece shows a file, of whatever type: neither sound nor film nor another note."""
    if piece.kind == "image":
        return not is_played(piece.text)
    name = piece.text.partition("|")[0].strip()
    return piece.kind == "embed" and not is_note(name) and not is_played(name)
