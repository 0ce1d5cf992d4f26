"""A diagram → pictures to look at without Anki: its cards, all of them on one sheet, and its masks with numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..model import Diagram, Mask
from ..names import slug, unused
from . import picture
from .shapes import covers_others, outline

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

COVERED, ASKED, EDGE = "#ffeba2", "#ff8e8e", "#212121"
"""Anki's colours (ts/routes/image-occlusion/review.ts)."""


def cards(diagram: Diagram, mode: str) -> dict[str, tuple[Image, Image]]:
    """Question and answer of each card as Anki shows them, by the key of its masks. `mode` is hide-all or hide-one."""
    shown = picture.shown(io.BytesIO(diagram.media.read()))
    return {
        key: (_card(shown, diagram.masks, key, mode, False), _card(shown, diagram.masks, key, mode, True))
        for key in dict.fromkeys(mask.key for mask in diagram.masks)
    }


def sheet(made: Mapping[str, tuple[Image, Image]]) -> Image:
    """All cards below one another, each with its key above, the question on the left and the answer on the right."""
    from PIL import Image, ImageDraw

    width, gap, head = 560, 16, 32
    small = {key: [_fitted(side, width) for side in sides] for key, sides in made.items()}
    height = sum(question.height + head + gap for question, _ in small.values()) + gap
    whole = Image.new("RGB", (2 * width + 3 * gap, height), "#dddddd")
    top = gap
    for key, (question, answer) in small.items():
        ImageDraw.Draw(whole).text((gap, top), key, fill="black", font=_font(20))
        whole.paste(question, (gap, top + head))
        whole.paste(answer, (width + 2 * gap, top + head))
        top += question.height + head + gap
    return whole


def file_names(keys: Iterable[str]) -> dict[str, str]:
    """For each key what it is called in the name of a file; no two are alike."""
    names: dict[str, str] = {}
    for key in keys:
        names[key] = unused(slug(key) or "card", names.values())
    return names


def numbered(shown: Image, masks: Sequence[Mask]) -> Image:
    """The picture with a box around each mask, and in its corner the mask's number, from 1."""
    from PIL import ImageDraw

    whole = shown.convert("RGB")
    paper = ImageDraw.Draw(whole)
    font = _font(max(round(whole.width / 80), 12))
    for number, mask in enumerate(masks, 1):
        corners = outline(mask, whole.size)
        paper.polygon(corners, outline="#d00000", width=2)
        place = min(corners, key=lambda corner: corner[0] + corner[1])
        box = paper.textbbox(place, str(number), font=font, anchor="lb")
        paper.rectangle((box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2), fill="#d00000")
        paper.text(place, str(number), fill="white", font=font, anchor="lb")
    return whole


def _card(shown: Image, masks: Sequence[Mask], key: str, mode: str, is_answer: bool) -> Image:
    from PIL import ImageDraw

    side = shown.copy()
    paper = ImageDraw.Draw(side)
    for mask in masks:
        if mask.key != key and covers_others(mask, mode):
            _paint(paper, mask, side.size, COVERED, EDGE)
    for mask in masks:
        if mask.key == key:
            _paint(paper, mask, side.size, None if is_answer else ASKED, ASKED if is_answer else EDGE)
    return side


def _paint(paper: ImageDraw, mask: Mask, size: tuple[int, int], fill: str | None, edge: str) -> None:
    if mask.shape == "rect" and not mask.angle:
        # Anki rounds each number by itself to whole pixels.
        left, top, width, height = (
            round(length * size[n % 2]) for n, length in enumerate((mask.left, mask.top, mask.width, mask.height))
        )
        paper.rectangle((left, top, left + width - 1, top + height - 1), fill, edge)
    else:
        paper.polygon([(round(x), round(y)) for x, y in outline(mask, size)], fill, edge)


def _fitted(shown: Image, width: int) -> Image:
    return shown.resize((width, max(round(shown.height * width / shown.width), 1)))


@cache
def _font(height: int) -> FreeTypeFont:
    import ttf_opensans
    from PIL import ImageFont

    return ImageFont.truetype(str(ttf_opensans.OPENSANS_REGULAR.path), height)
