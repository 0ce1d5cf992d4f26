"""A photograph or a screenshot → the labels that are read in it; needs `deckwright[ocr]`."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from .shapes import Box, Point

if TYPE_CHECKING:
    from PIL.Image import Image

READ_SIDE = 2000
"""Pixels of the longer side of a picture whose labels are read: RapidOCR's `max_side_len`."""


class ReaderMissing(Exception):
    """What reads labels in pictures is not installed. The message says how to install it."""


class Text(msgspec.Struct, frozen=True):
    """A label that is seen in a picture: its text, the box around it, and the height of one of its lines, in pixels.

    `corners` are those of a text at a slant: the box covers too much of the picture.
    """

    text: str
    box: Box
    height: int
    corners: tuple[Point, ...] = ()


def read(picture: Image) -> list[Text]:
    """The labels in a picture, from top to bottom. Raises ReaderMissing."""
    return _joined([line for line in _lines(picture) if says_something(line.text)], picture)


def says_something(text: str) -> bool:
    """Whether a text has a letter or a digit."""
    return any(character.isalnum() for character in text)


def _lines(picture: Image) -> list[Text]:
    """The lines of text in a picture, from top to bottom."""
    reader = _reader()

    import numpy  # It comes with the reader.

    # Small letters are read better when enlarged, up to the size to which the reader would reduce the picture again.
    scale = max(min(READ_SIDE / max(picture.size), 2), 1)
    large = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    found = reader(numpy.asarray(large)[:, :, ::-1])  # in the order of colours that it expects in arrays
    lines = []
    for corners, text in zip(found.boxes if found.boxes is not None else (), found.txts or (), strict=True):
        points = tuple((float(x) / scale, float(y) / scale) for x, y in corners)
        columns, rows = zip(*points, strict=True)
        box = (
            max(math.floor(min(columns)), 0),
            max(math.floor(min(rows)), 0),
            min(math.ceil(max(columns)), picture.width),
            min(math.ceil(max(rows)), picture.height),
        )
        sides = [math.dist(points[n], points[n - 1]) for n in (1, 2)]
        (left, top), (right, bottom) = points[:2] if sides[0] >= sides[1] else points[1:3]
        slant = abs(math.degrees(math.atan2(bottom - top, right - left))) % 90
        lines.append(Text(text, box, round(min(sides)), points if 5 < slant < 85 else ()))
    return lines


@cache
def _reader() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ReaderMissing("To read labels in pictures, run: pip install 'deckwright[ocr]'") from error
    return RapidOCR(params={"Global.log_level": "critical"})


def _joined(lines: Sequence[Text], picture: Image) -> list[Text]:
    """The lines, with those of one label joined: one below the other, of similar height, aligned, nothing between them."""
    below: dict[int, int] = {}
    order = sorted(range(len(lines)), key=lambda n: (lines[n].box[1], lines[n].box[0]))
    for upper in order:
        for lower in order:
            if lower not in below.values() and _continues(lines[upper], lines[lower], picture):
                below[upper] = lower
                break
    made = []
    for first in (n for n in order if n not in below.values()):
        chain = [first]
        while chain[-1] in below:
            chain.append(below[chain[-1]])
        made.append(_as_one([lines[n] for n in chain]))
    return made


def _continues(upper: Text, lower: Text, picture: Image) -> bool:
    """Whether the lower line goes on with the upper one's label."""
    one, other = upper.box, lower.box
    low, high = sorted((upper.height, lower.height))
    edges = [(one[0], other[0]), (one[0] + one[2], other[0] + other[2]), (one[2], other[2])]
    return (
        upper is not lower
        and _is_level(upper)
        and _is_level(lower)
        and high <= 1.4 * low
        and -0.4 * low <= other[1] - one[3] <= 0.3 * low
        and any(abs(a - b) <= low / 2 for a, b in edges)
        and not _are_parted(one, other, picture)
    )


def _is_level(text: Text) -> bool:
    return not text.corners and text.box[2] - text.box[0] >= 0.8 * (text.box[3] - text.box[1])


def _are_parted(upper: Box, lower: Box, picture: Image) -> bool:
    """Whether a line is drawn between two lines of text, or their backgrounds differ.

    A row of pixels that crosses no letters has one colour; between two lines of one label all such rows have the same.
    """
    import numpy

    columns = max(upper[0], lower[0]), min(upper[2], lower[2])
    rows = (upper[1] + upper[3]) // 2, (lower[1] + lower[3]) // 2
    if columns[0] >= columns[1] or rows[0] >= rows[1]:
        return False
    region = numpy.asarray(picture.crop((columns[0], rows[0], columns[1], rows[1]))).astype(int)
    plain = region[numpy.ptp(region, axis=1).max(axis=1) < 40].mean(axis=1)
    return bool(len(plain) > 0 and numpy.ptp(plain, axis=0).max() > 30)


def _as_one(lines: Sequence[Text]) -> Text:
    if len(lines) == 1:
        return lines[0]
    lefts, tops, rights, bottoms = zip(*(line.box for line in lines), strict=True)
    box = min(lefts), min(tops), max(rights), max(bottoms)
    return Text(" ".join(line.text for line in lines), box, round(statistics.median(line.height for line in lines)))


def tight(box: Box, picture: Image) -> Box:
    """The part of a box that is not background: the usual colour at its edge. What `read` finds has much room around it."""
    import numpy

    region = numpy.asarray(picture.crop(box)).astype(int)
    edge = numpy.concatenate([region[0], region[-1], region[:, 0], region[:, -1]])
    ink = numpy.abs(region - numpy.median(edge, axis=0)).max(axis=2) > 40
    rows, columns = (numpy.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return box
    return box[0] + int(columns[0]), box[1] + int(rows[0]), box[0] + int(columns[-1]) + 1, box[1] + int(rows[-1]) + 1
