"""Masks as shapes: Anki's text of them, their outlines, and whether they overlap or leave the picture."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from ..diagnostics import Diagnostic
from ..diagnostics.occlusion import covered, outside, repeated_name
from ..limits import MAX_TOLD_OF_A_MASK
from ..model import Mask
from ..render.survival import literal, without_maths

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels; the last two are the first pixels outside."""

Point: TypeAlias = tuple[float, float]
"""How far from the left and from the top."""


def occlusion_text(masks: Sequence[Mask], numbers: Mapping[str, int], mode: str) -> str:
    """Anki's text of an Occlusion field: one cloze a shape, in the order of the numbers; `numbers` has each mask's key.

    `oi=1` covers a shape on the cards of all others too. The hint and the label stand behind their shape: the stylesheet
    shows the one on the question of its card, the other on the answer, where the picture may be too small. Format: anki
    rslib/src/image_occlusion/imageocclusion.rs and ts/routes/image-occlusion/shapes/to-cloze.ts.
    """
    lines = []
    told: set[tuple[str, str]] = set()
    for mask in sorted(masks, key=lambda mask: numbers[mask.key]):
        written = [f"left={_number(mask.left)}", f"top={_number(mask.top)}"]
        if mask.angle:
            written.append(f"angle={round(mask.angle / 360 * 10000)}")
        if mask.shape == "ellipse":
            written += [f"rx={_number(mask.width / 2)}", f"ry={_number(mask.height / 2)}"]
        elif mask.shape == "rect":
            written += [f"width={_number(mask.width)}", f"height={_number(mask.height)}"]
        else:
            written.append("points=" + " ".join(f"{_number(x)},{_number(y)}" for x, y in mask.points))
        if covers_others(mask, mode):
            written.append("oi=1")
        # The shapes of a group are asked together: once is enough for a label that several of them have.
        words = [("dw-hint", mask.hint), ("dw-label", "" if (mask.key, mask.label) in told else mask.label)]
        told.add((mask.key, mask.label))
        beside = "".join(f'<span class="{class_}">{escaped(text)}</span>' for class_, text in words if text)
        lines.append(f"{{{{c{numbers[mask.key]}::image-occlusion:{mask.shape}:{':'.join(written)}}}}}{beside}<br>")
    return "".join(lines)


def covers_others(mask: Mask, mode: str) -> bool:
    """Whether the mask is drawn on the cards of the others too. `mode` is hide-all or hide-one."""
    return mode == "hide-all" and not mask.hide_one


def escaped(text: str) -> str:
    """The text as HTML in which Anki sees no cloze and no tag of its own, and MathJax no maths."""
    return literal(without_maths(html.escape(text, quote=False)))


def _number(value: float) -> str:
    """Four decimals, without the zeros that Anki leaves out."""
    text = f"{value:.4f}".rstrip("0")
    return ".0000" if float(text) == 0 else text.removeprefix("0").removesuffix(".")


def fractions(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, width and height of a box, with the four decimals that Anki keeps, rounded so that the box is covered."""
    left, top = (math.floor(box[n] / size[n] * 10000) for n in (0, 1))
    right, bottom = (math.ceil(box[n + 2] / size[n] * 10000) for n in (0, 1))
    return left / 10000, top / 10000, (right - left) / 10000, (bottom - top) / 10000


def widened(box: Box, by: int) -> Box:
    """The box with so many pixels more on each side."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def outline(mask: Mask, size: tuple[int, int]) -> list[Point]:
    """The corners of a mask in pixels of a picture of that size, turned by its angle; an ellipse has 72 of them."""
    if mask.points:
        corners = list(mask.points)
    elif mask.shape == "ellipse":
        turns = [math.tau * n / 72 for n in range(72)]
        rx, ry = mask.width / 2, mask.height / 2
        corners = [(mask.left + rx + rx * math.cos(t), mask.top + ry + ry * math.sin(t)) for t in turns]
    else:
        right, bottom = mask.left + mask.width, mask.top + mask.height
        corners = [(mask.left, mask.top), (right, mask.top), (right, bottom), (mask.left, bottom)]
    turn = math.radians(mask.angle)
    left, top = mask.left * size[0], mask.top * size[1]
    apart = [(x * size[0] - left, y * size[1] - top) for x, y in corners]
    return [
        (left + x * math.cos(turn) - y * math.sin(turn), top + x * math.sin(turn) + y * math.cos(turn))
        for x, y in apart
    ]


def near(boxes: Sequence[tuple[float, float, float, float]], reach: float) -> Iterator[tuple[int, int]]:
    """The places of each two boxes that are less than so many pixels apart, the lesser first; in no order."""
    if not boxes:
        return
    # Along the side on which they are spread more, so that few are beside one another at any time.
    ranges = [max(box[n + 2] for box in boxes) - min(box[n] for box in boxes) for n in (0, 1)]
    crowds = [sum(box[n + 2] - box[n] for box in boxes) / max(ranges[n], 1) for n in (0, 1)]
    along, across = (0, 1) if crowds[0] <= crowds[1] else (1, 0)
    open_: list[int] = []
    for place in sorted(range(len(boxes)), key=lambda place: boxes[place][along]):
        box = boxes[place]
        open_ = [other for other in open_ if boxes[other][along + 2] + reach > box[along]]
        for other in open_:
            low, high = max(boxes[other][across], box[across]), min(boxes[other][across + 2], box[across + 2])
            if low < high + reach:
                yield min(place, other), max(place, other)
        open_.append(place)


def check(masks: Sequence[Mask], size: tuple[int, int]) -> list[Diagnostic]:
    """Names given twice, masks that leave the picture, and masks that overlap."""
    found: list[Diagnostic] = []
    first: dict[str, Mask] = {}
    inside: list[tuple[Mask, list[Point]]] = []
    for mask in masks:
        if first.setdefault(mask.name, mask) is not mask:
            found.append(repeated_name(mask.span, mask.name))
        corners = outline(mask, size)
        # Written so that what is not a number is outside, too.
        if all(-1 <= x <= size[0] + 1 and -1 <= y <= size[1] + 1 for x, y in corners):
            inside.append((mask, corners))
        else:
            found.append(outside(mask.span, mask.name, size))
    told: Counter[int] = Counter()
    for place, earlier in sorted((other, one) for one, other in near([_box(corners) for _, corners in inside], 0)):
        (one, others), (other, corners) = inside[earlier], inside[place]
        # If neither is drawn on the other's card, they are never seen together.
        alone = one.hide_one and other.hide_one
        if one.key == other.key or alone or told[place] == MAX_TOLD_OF_A_MASK:
            continue
        if _shared((one, others), (other, corners)) > 0.05:
            found.append(covered(other.span, other.name, one.name))
            told[place] += 1
    return found


def _box(corners: Sequence[Point]) -> tuple[float, float, float, float]:
    columns, rows = zip(*corners, strict=True)
    return min(columns), min(rows), max(columns), max(rows)


def _shared(one: tuple[Mask, Sequence[Point]], other: tuple[Mask, Sequence[Point]]) -> float:
    """How much of the smaller of two shapes the other takes, 0–1."""
    boxes = _box(one[1]), _box(other[1])
    left, top = (max(box[n] for box in boxes) for n in (0, 1))
    right, bottom = (min(box[n] for box in boxes) for n in (2, 3))
    if not (left < right and top < bottom):
        return 0
    upright = all(mask.shape == "rect" and not mask.angle for mask, _ in (one, other))
    part = 1 if upright else _part_of_both((left, top, right, bottom), (one[1], other[1]))
    smaller = min(area(one[1]), area(other[1]))
    return part * (right - left) * (bottom - top) / smaller if smaller else 0


def _part_of_both(box: tuple[float, float, float, float], shapes: Sequence[Sequence[Point]]) -> float:
    """How much of the box belongs to both shapes, 0–1."""
    from PIL import Image, ImageChops, ImageDraw

    left, top, right, bottom = box
    drawn = []
    for corners in shapes:
        drawn.append(Image.new("L", (200, 200)))
        fitted = [((x - left) / (right - left) * 199, (y - top) / (bottom - top) * 199) for x, y in corners]
        ImageDraw.Draw(drawn[-1]).polygon(fitted, fill=255)
    return ImageChops.darker(*drawn).histogram()[255] / 200**2


def area(corners: Sequence[Point]) -> float:
    """Of a shape, by its corners."""
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(corners, [*corners[1:], corners[0]], strict=True))) / 2
