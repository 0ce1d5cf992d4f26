"""A picture → masks for its labels, and the file that would have them."""

from __future__ import annotations

import io
import re
import statistics
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from .. import files
from ..diagnostics import Diagnostic
from ..diagnostics.media import broken_svg
from ..diagnostics.occlusion import undrawable
from ..limits import MAX_SVG_BYTES
from ..media.svg import SVG
from ..model import Mask, Span
from ..names import slug, unused
from . import drawing, labels, mask_file, ocr, picture, renderer
from .ocr import Text
from .shapes import Box, fractions
from .sheet import numbered

if TYPE_CHECKING:
    from PIL.Image import Image


class Proposal(msgspec.Struct, frozen=True):
    """What was found: the masks, the labels that were left out and why, and a picture with the masks numbered.

    `target` is the file to write and `data` what to write into it. If there is nothing to add, `masks` is empty.
    """

    masks: tuple[Mask, ...]
    left_out: tuple[tuple[str, str], ...]
    picture: Image
    target: Path
    data: bytes


def propose(file: Path, path: str, every: bool = False) -> tuple[Proposal | None, list[Diagnostic]]:
    """Masks for the labels of a picture: for those that are worth asking, or for `every` one. Nothing is written.

    `path` is the file's for people. For an SVG the masks are attributes of its text elements, for other pictures a file
    beside them. Raises OSError, or ReaderMissing if what reads pictures is not installed.
    """
    if file.suffix.lower() == ".svg":
        return _for_drawing(file, path, every)
    return _for_photograph(file, path, every)


def labels_of(file: Path, path: str) -> tuple[list[Mask], list[Diagnostic]]:
    """What is read in a picture that is no SVG, from top to bottom: of each label its text and the box of a mask of it, which
    has no name. Raises ReaderMissing.
    """
    read, found = picture.read(file, path)
    if read is None:
        return [], found
    shown = _on_white(read)
    texts = ocr.read(shown)
    boxes = {text: ocr.tight(text.box, shown) for text in texts}
    return [_mask("", text, boxes, shown.size) for text in texts], []


def target(file: Path) -> Path:
    """The file that has the masks of a picture."""
    return file if file.suffix.lower() == ".svg" else file.with_suffix(mask_file.SUFFIX)


def write(proposal: Proposal) -> None:
    """Write the proposal's file in one step. Raises OSError."""
    files.replace(proposal.target, proposal.data)


def _for_drawing(file: Path, path: str, every: bool) -> tuple[Proposal | None, list[Diagnostic]]:
    from PIL import Image

    try:
        source = files.read(file, MAX_SVG_BYTES)
    except files.TooLargeError:
        return None, [broken_svg(Span(path), path, "large")]
    if b"\0" in source:  # So `labels.with_masks` could not write them.
        return None, [broken_svg(Span(path), path, "UTF-16")]
    held, found = labels.read(source, path)
    if held is None:
        return None, found
    try:
        drawn, found = drawing.draw(held, path)
    except renderer.FailedError as error:
        return None, [undrawable(Span(path), path, error.problem, error.detail)]
    if drawn is None:
        return None, found
    written = [label for label in held.masks if label.element.tag in _OF_TEXT]
    # A mask of a text would lie over those in it.
    others = [label for label in held.others if not held.shows_masks(label)]
    seen = [label for label in (*written, *others) if label in drawn.ink and ocr.says_something(label.text)]
    labelled = {Text(label.text, drawn.ink[label].box, _height(drawn.ink[label].box)): label for label in seen}
    texts = {text: label.number for text, label in labelled.items() if label not in written}
    # What has a mask is compared with, too: else the title would be like the rest once that has masks.
    reasons = {text: why for text, why in _reasons(list(labelled), drawn.size, every).items() if text in texts}
    taken = {name for label in held.masks for name in (label.name, label.group)}
    named = _named([text for text in texts if text not in reasons], taken)
    masks = [Mask(name, *fractions(text.box, drawn.size), label=text.text) for name, text in named.items()]
    data = labels.with_masks(source, {texts[text]: name for name, text in named.items()})
    return _proposal(masks, reasons, Image.open(io.BytesIO(drawn.data)), file, data), []


_OF_TEXT = (f"{SVG}text", f"{SVG}tspan")
"""Elements that are as high as their text. A group with a mask may be much higher."""


def _height(box: Box) -> int:
    """Of a line, as far as a text's box tells: one that is set upright is as high as it is wide."""
    return min(box[2] - box[0], box[3] - box[1])


def _for_photograph(file: Path, path: str, every: bool) -> tuple[Proposal | None, list[Diagnostic]]:
    read, found = picture.read(file, path)
    if read is None:
        return None, found
    shown = _on_white(read)
    texts = ocr.read(shown)
    reasons = _reasons(texts, shown.size, every)
    boxes = {text: ocr.tight(text.box, shown) for text in texts}
    named = _named([text for text in texts if text not in reasons], ())
    masks = [_mask(name, text, boxes, shown.size) for name, text in named.items()]
    return _proposal(masks, reasons, shown, target(file), mask_file.dump(masks, shown.size).encode()), []


def _on_white(picture: Image) -> Image:
    from PIL import Image

    on_white = Image.new("RGBA", picture.size, "white")
    on_white.alpha_composite(picture.convert("RGBA"))
    return on_white.convert("RGB")


def _proposal(masks: Sequence[Mask], reasons: Mapping[Text, str], shown: Image, file: Path, data: bytes) -> Proposal:
    left_out = tuple((text.text, reason) for text, reason in reasons.items())
    return Proposal(tuple(masks), left_out, numbered(shown, masks), file, data)


def _reasons(texts: Sequence[Text], size: tuple[int, int], every: bool) -> dict[Text, str]:
    """The labels to leave out, each with the reason."""
    if every:
        return {}
    times = Counter(_folded(text.text) for text in texts)
    usual = statistics.median(text.height for text in texts) if texts else 0
    reasons = {}
    for text in texts:
        if times[_folded(text.text)] > 1:
            reasons[text] = "occurs more than once"
        elif _is_title(text, texts, usual, size):
            reasons[text] = "the title"
    return reasons


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _is_title(text: Text, texts: Sequence[Text], usual: float, size: tuple[int, int]) -> bool:
    """Whether it is much larger than the others, at the top, and has nothing beside it."""
    _, top, _, bottom = text.box
    beside = any(other.box[1] < bottom and top < other.box[3] for other in texts if other is not text)
    return len(texts) > 2 and text.height >= 1.35 * usual and bottom < size[1] / 4 and not beside


def _named(texts: Iterable[Text], taken: Iterable[str]) -> dict[str, Text]:
    """The labels by names that are made of their text; none is taken or given twice."""
    names = set(taken)
    named = {}
    for text in texts:
        words = slug(text.text).replace("-", " ")
        short = textwrap.shorten(words, 40, placeholder="").replace(" ", "-") or words.replace(" ", "-")[:40]
        # Of other scripts everything but what cannot be in a name.
        name = unused(short or re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", text.text))[:40], names)
        names.add(name)
        named[name] = text
    return named


def _mask(name: str, text: Text, boxes: Mapping[Text, Box], size: tuple[int, int]) -> Mask:
    """A mask a little larger than the label, unless another label is nearer."""
    left, top, right, bottom = boxes[text]
    others = [other for key, other in boxes.items() if key is not text]
    for step in range(max(text.height // 8, 2), -1, -1):
        box = max(left - step, 0), max(top - step, 0), min(right + step, size[0]), min(bottom + step, size[1])
        if not any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in others):
            break
    mask = Mask(name, *fractions(box, size), label=text.text)
    if text.corners:
        points = tuple((_within(x / size[0]), _within(y / size[1])) for x, y in text.corners)
        mask = replace(mask, shape="polygon", points=points)
    return mask


def _within(fraction: float) -> float:
    return round(min(max(fraction, 0), 1), 4)
