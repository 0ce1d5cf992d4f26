"""A picture → masks proposed for its labels; a diagram → its cards as pictures, to be looked at without Anki."""

from __future__ import annotations

import io
import math
import re
import statistics
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import diagrams, files, sidecar, svg
from .diagrams import Box
from .model import Diagram, Mask
from .project import slug_of

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont


READ_SIDE = 2000
"""Pixels of the longer side of a picture whose labels are read: RapidOCR's `max_side_len`."""


class ReaderMissing(Exception):
    """What reads labels in pictures is not installed. The message tells how to install it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What `suggest` found: the masks, the texts of the labels it left out and why, and a picture with numbered boxes.

    `target` is the file to write and `data` what to write into it; where there is nothing to add, `masks` is empty.
    """

    masks: tuple[Mask, ...]
    left_out: tuple[tuple[str, str], ...]
    picture: Image
    target: Path
    data: bytes


def suggest(file: Path, every: bool = False) -> Proposal:
    """Masks for the labels of a picture: for those that are worth asking for, or for `every` one.

    For an SVG they are attributes of its text elements, for other pictures a file beside them. Nothing is written.
    Raises ReaderMissing, SvgError or PictureError, whose messages are the author's to read, or OSError.
    """
    return (_for_drawing if file.suffix.lower() == ".svg" else _for_photograph)(file, every)


def target(file: Path) -> Path:
    """The file that holds the masks of a picture."""
    return file if file.suffix.lower() == ".svg" else file.with_suffix(sidecar.SUFFIX)


def write(proposal: Proposal) -> None:
    """Write the proposal's file in one step. Raises OSError."""
    files.replace(proposal.target, proposal.data)


def cards(diagram: Diagram, mode: str) -> dict[str, tuple[Image, Image]]:
    """Question and answer of each card, by the key of its masks, as Anki shows them; `mode` is hide-all or hide-one."""
    from PIL import Image

    data = diagram.media.data
    picture = diagrams.opened(diagram.media.path) if data is None else Image.open(io.BytesIO(data))
    shown = picture.convert("RGB")
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
    """For each key what it can be called in the name of a file, no two alike."""
    names: dict[str, str] = {}
    for key in keys:
        names[key] = _free(slug_of(key) or "card", names.values())
    return names


# Labels → masks


@dataclass(frozen=True, slots=True)
class _Label:
    """A label that was found: what it says, the box it stands in, and how high a line of it is, in pixels.

    `corners` are those of a text that is set at a slant, of which the box covers too much.
    """

    text: str
    box: Box
    height: int
    corners: tuple[tuple[float, float], ...] = ()


def _chosen(labels: Sequence[_Label], size: tuple[int, int], every: bool) -> Iterator[tuple[_Label, str]]:
    """Each label with the reason to leave it out, empty where there is none."""
    texts = Counter(_folded(label.text) for label in labels)
    usual = statistics.median(label.height for label in labels) if labels else 0
    for label in labels:
        if every:
            yield label, ""
        elif texts[_folded(label.text)] > 1:
            yield label, "stands there more than once"
        elif _is_title(label, labels, usual, size):
            yield label, "the title"
        else:
            yield label, ""


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _is_title(label: _Label, labels: Sequence[_Label], usual: float, size: tuple[int, int]) -> bool:
    """Whether it is much larger than the others, at the top, and spans the picture: nothing stands beside it."""
    _, top, _, bottom = label.box
    beside = any(other.box[1] < bottom and top < other.box[3] for other in labels if other is not label)
    return len(labels) > 2 and label.height >= 1.35 * usual and bottom < size[1] / 4 and not beside


def _named(labels: Iterable[_Label], taken: Iterable[str]) -> Iterator[tuple[str, _Label]]:
    """Each label with a name made of its text, which no other has."""
    names = set(taken)
    for label in labels:
        words = slug_of(label.text).replace("-", " ")
        short = textwrap.shorten(words, 40, placeholder="").replace(" ", "-") or words.replace(" ", "-")[:40]
        # Of other scripts everything but what cannot stand in a name.
        name = _free(short or re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", label.text))[:40], names)
        names.add(name)
        yield name, label


def _free(name: str, taken: Container[str]) -> str:
    return next(free for n in count(1) if (free := name if n == 1 else f"{name}-{n}") not in taken)


def _numbered(picture: Image, masks: Sequence[Mask]) -> Image:
    """The picture with a box around each mask and its number in the corner."""
    from PIL import ImageDraw

    shown = picture.convert("RGB")
    paper = ImageDraw.Draw(shown)
    font = _font(max(round(shown.width / 80), 12))
    for number, mask in enumerate(masks, 1):
        corners = diagrams.outline(mask, shown.size)
        paper.polygon(corners, outline="#d00000", width=2)
        place = min(corners, key=lambda corner: corner[0] + corner[1])
        box = paper.textbbox(place, str(number), font=font, anchor="lb")
        paper.rectangle((box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2), fill="#d00000")
        paper.text(place, str(number), fill="white", font=font, anchor="lb")
    return shown


# SVG


def _for_drawing(file: Path, every: bool) -> Proposal:
    from PIL import Image

    source = file.read_bytes()
    labels = svg.Labels(source)
    data, ink = diagrams.draw(labels)
    picture = Image.open(io.BytesIO(data))
    texts = [label for label in labels.others if label in ink and _says_something(label.text)]
    found = {label.number: _Label(label.text, ink[label].box, _height(ink[label].box)) for label in texts}
    reasons = {label: reason for label, reason in _chosen(list(found.values()), picture.size, every)}
    numbers = {label: number for number, label in found.items()}
    taken = {name for label in labels.masks for name in (label.name, label.group)}
    named = dict(_named([label for label, reason in reasons.items() if not reason], taken))
    masks = [
        Mask(name, *diagrams.fractions(label.box, picture.size), label=label.text) for name, label in named.items()
    ]
    written = svg.with_masks(source, {numbers[label]: name for name, label in named.items()})
    left_out = [(label.text, reason) for label, reason in reasons.items() if reason]
    return Proposal(tuple(masks), tuple(left_out), _numbered(picture, masks), file, written)


def _height(box: Box) -> int:
    """Of a line, as far as that can be told of a text's box: one that is set upright is as high as it is wide."""
    return min(box[2] - box[0], box[3] - box[1])


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


# Photographs and screenshots


def _for_photograph(file: Path, every: bool) -> Proposal:
    from PIL import Image

    picture = diagrams.opened(file)
    on_white = Image.new("RGBA", picture.size, "white")
    on_white.alpha_composite(picture.convert("RGBA"))
    shown = on_white.convert("RGB")
    labels = _joined([line for line in _read(shown) if _says_something(line.text)], shown)
    chosen = list(_chosen(labels, shown.size, every))
    kept = [label for label, reason in chosen if not reason]
    boxes = {label: _tight(label.box, shown) for label in labels}
    masks = [_mask(name, label, boxes, shown.size) for name, label in _named(kept, ())]
    left_out = [(label.text, reason) for label, reason in chosen if reason]
    data = sidecar.dump(masks, shown.size).encode()
    return Proposal(tuple(masks), tuple(left_out), _numbered(shown, masks), target(file), data)


def _read(picture: Image) -> Iterator[_Label]:
    """The lines of text in a picture, from top to bottom."""
    read = _reader()

    import numpy  # It comes with the reader.

    # Small letters are read better when enlarged, up to the size to which the reader would reduce the picture again.
    scale = max(min(READ_SIDE / max(picture.size), 2), 1)
    large = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    found = read(numpy.asarray(large)[:, :, ::-1])  # in the order of colours that it takes arrays to have
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
        yield _Label(text, box, round(min(sides)), points if 5 < slant < 85 else ())


@cache
def _reader() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ReaderMissing("To read labels in pictures, install: pip install 'deckwright[ocr]'") from error
    return RapidOCR(params={"Global.log_level": "critical"})


def _joined(lines: Sequence[_Label], picture: Image) -> list[_Label]:
    """The lines, those of one label made one: set below one another, alike in height, aligned, and with nothing between."""
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


def _continues(upper: _Label, lower: _Label, picture: Image) -> bool:
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


def _is_level(label: _Label) -> bool:
    return not label.corners and label.box[2] - label.box[0] >= 0.8 * (label.box[3] - label.box[1])


def _are_parted(upper: Box, lower: Box, picture: Image) -> bool:
    """Whether a line is drawn between two lines of text, or they stand on different grounds.

    A row of pixels that crosses no letters is of one colour; of two lines of one label all such rows are of the same.
    """
    import numpy

    columns = max(upper[0], lower[0]), min(upper[2], lower[2])
    rows = (upper[1] + upper[3]) // 2, (lower[1] + lower[3]) // 2
    if columns[0] >= columns[1] or rows[0] >= rows[1]:
        return False
    region = numpy.asarray(picture.crop((columns[0], rows[0], columns[1], rows[1]))).astype(int)
    plain = region[numpy.ptp(region, axis=1).max(axis=1) < 40].mean(axis=1)
    return len(plain) > 0 and numpy.ptp(plain, axis=0).max() > 30


def _as_one(lines: Sequence[_Label]) -> _Label:
    if len(lines) == 1:
        return lines[0]
    lefts, tops, rights, bottoms = zip(*(line.box for line in lines), strict=True)
    box = min(lefts), min(tops), max(rights), max(bottoms)
    return _Label(" ".join(line.text for line in lines), box, round(statistics.median(line.height for line in lines)))


def _tight(box: Box, picture: Image) -> Box:
    """The part of a box that holds more than its ground, which is the usual colour at its edge: readers leave much room."""
    import numpy

    region = numpy.asarray(picture.crop(box)).astype(int)
    edge = numpy.concatenate([region[0], region[-1], region[:, 0], region[:, -1]])
    ink = numpy.abs(region - numpy.median(edge, axis=0)).max(axis=2) > 40
    rows, columns = (numpy.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return box
    return box[0] + int(columns[0]), box[1] + int(rows[0]), box[0] + int(columns[-1]) + 1, box[1] + int(rows[-1]) + 1


def _mask(name: str, label: _Label, boxes: Mapping[_Label, Box], size: tuple[int, int]) -> Mask:
    """A mask a little larger than the label, as far as no other one is nearer."""
    left, top, right, bottom = boxes[label]
    others = [other for key, other in boxes.items() if key is not label]
    for step in range(max(label.height // 8, 2), -1, -1):
        box = max(left - step, 0), max(top - step, 0), min(right + step, size[0]), min(bottom + step, size[1])
        if not any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in others):
            break
    mask = Mask(name, *diagrams.fractions(box, size), label=label.text)
    if label.corners:
        points = tuple((_within(x / size[0]), _within(y / size[1])) for x, y in label.corners)
        mask = replace(mask, shape="polygon", points=points)
    return mask


def _within(fraction: float) -> float:
    return round(min(max(fraction, 0), 1), 4)


# Cards

COVERED, ASKED, EDGE = "#ffeba2", "#ff8e8e", "#212121"
"""Anki's colours (ts/routes/image-occlusion/review.ts)."""


def _card(picture: Image, masks: Sequence[Mask], key: str, mode: str, is_answer: bool) -> Image:
    from PIL import ImageDraw

    shown = picture.copy()
    paper = ImageDraw.Draw(shown)
    for mask in masks:
        if mask.key != key and diagrams.covers_others(mask, mode):
            _paint(paper, mask, shown.size, COVERED, EDGE)
    for mask in masks:
        if mask.key == key:
            _paint(paper, mask, shown.size, None if is_answer else ASKED, ASKED if is_answer else EDGE)
    return shown


def _paint(paper: Any, mask: Mask, size: tuple[int, int], fill: str | None, edge: str) -> None:
    if mask.shape == "rect" and not mask.angle:
        # Anki rounds each number by itself to whole pixels.
        left, top, width, height = (
            round(length * size[n % 2]) for n, length in enumerate((mask.left, mask.top, mask.width, mask.height))
        )
        paper.rectangle((left, top, left + width - 1, top + height - 1), fill, edge)
    else:
        paper.polygon([(round(x), round(y)) for x, y in diagrams.outline(mask, size)], fill, edge)


def _fitted(picture: Image, width: int) -> Image:
    return picture.resize((width, max(round(picture.height * width / picture.width), 1)))


@cache
def _font(height: int) -> FreeTypeFont:
    import ttf_opensans
    from PIL import ImageFont

    return ImageFont.truetype(str(ttf_opensans.OPENSANS_REGULAR.path), height)
