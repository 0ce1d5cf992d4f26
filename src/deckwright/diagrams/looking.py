"""A drawing → what is seen of its labels, in pictures of it that are small, few, or only a part of the whole."""

from __future__ import annotations

import io
import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from . import renderer
from .ink import Ink, difference, find, sketched
from .labels import SURROUNDINGS, Label, Labels, is_clipped
from .shapes import Box, widened

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]

SKETCHED = 2.75
"""How many times smaller a sketch is than the picture in which the labels are looked for."""


_FORETELLING = 4, 2
"""How many times smaller the first pictures are than the one in which the labels are looked for."""


class Pictures:
    """The pictures of a drawing, which may take so much time together. They raise what `renderer.png` raises."""

    def __init__(self, labels: Labels, pixels: int) -> None:
        """`pixels` is how many the largest picture has."""
        self.labels = labels
        self._pixels = pixels
        self._budget = renderer.Budget(_seconds(pixels, len(labels.masks) + len(labels.others)))

    def png(self, size: Size) -> bytes:
        """The drawing as it ships."""
        return renderer.png(self.labels.drawing(), *size, budget=self._budget)

    def whole(self, size: Size, hidden: Collection[Label] = ()) -> Image:
        """The drawing without some of its labels."""
        return self._opened(self.labels.drawing(hidden), size)

    def small(self, size: Size) -> Image:
        """The first picture of all, which is smaller than the largest one.

        Two that are still smaller foretell how long that would take: what would go on for ever is refused in a second.
        Much of what takes time does so in every size; only the rest grows with the pixels.
        """
        taken = []
        for part in _FORETELLING:
            left = self._budget.left
            probe = max(size[0] // part, 1), max(size[1] // part, 1)
            self.whole(probe)
            taken.append((probe[0] * probe[1], left - self._budget.left))
        (few, first), (more, second) = taken
        growth = max(second - first, 0) / max(more - few, 1)
        if second + growth * (self._pixels - more) > renderer.seconds(self._pixels):
            raise renderer.FailedError("time")
        return self.whole(size)

    def part(self, box: Box, size: Size, hidden: Collection[Label] = ()) -> Image:
        """A part of the drawing of that size."""
        return self._opened(self.labels.part(box, size, hidden), (box[2] - box[0], box[3] - box[1]))

    def surrounded(self, size: Size, hidden: Collection[Label] = ()) -> Image:
        """The drawing with what is around it, without the text of some of its labels."""
        return self._opened(self.labels.with_surroundings(hidden), size)

    def sketch(self, size: Size, shown: Collection[Label]) -> Image:
        """Nothing but some labels, smaller than that: how much each pixel covers, whatever its colour."""
        return self._sketched(self.labels.alone(shown), size)

    def surrounded_sketch(self, size: Size, shown: Collection[Label]) -> Image:
        """Nothing but the text of some labels, with what is around the drawing."""
        return self._sketched(self.labels.alone_with_surroundings(shown), size)

    def text_sketch(self, size: Size, shown: Collection[Label], cut: bool) -> Image:
        """Nothing but the text of some labels, as it is or with nothing of it cut off."""
        return self._sketched(self.labels.text_alone(shown, cut), size)

    def _opened(self, source: bytes, size: Size) -> Image:
        return opened(renderer.png(source, *size, budget=self._budget))

    def _sketched(self, source: bytes, size: Size) -> Image:
        from PIL import Image

        width, height = (max(round(side / SKETCHED), 1) for side in size)
        data = renderer.png(source, width, height, is_clear=True, budget=self._budget)
        return Image.open(io.BytesIO(data)).getchannel("A")


def opened(data: bytes) -> Image:
    """The colours of a picture that was drawn here."""
    from PIL import Image

    return Image.open(io.BytesIO(data)).convert("RGB")


def _seconds(pixels: int, labels: int) -> float:
    """How much work all pictures of a drawing may take: twice as much as the largest one, and some for each label.

    That depends on the machine, as does the limit of each picture; so whoever keeps results does not keep a refusal. On
    the machine where this was measured, a drawing with much in it takes a tenth.
    """
    return 2 * renderer.seconds(pixels) + 0.01 * labels


def look(pictures: Pictures, picture: Image) -> dict[Label, Ink]:
    """Where the labels are in a picture of the whole drawing."""
    every = [*pictures.labels.masks, *pictures.labels.others]
    places = sketched(every, lambda shown: pictures.sketch(picture.size, shown), picture.size)
    return find(every, places, picture, lambda hidden: pictures.whole(picture.size, hidden))


def look_closely(pictures: Pictures, places: Mapping[Label, Ink], picture: Image) -> dict[Label, Ink]:
    """Where some labels are in a picture of the whole drawing, in which they may be at these places.

    If they are close together, nothing but that part is drawn: a PNG takes longer to code than to draw. Most drawings are
    the same to the last bit when they are moved by whole pixels. Where one is not, the whole is drawn.
    """
    part = _part_around(places.values(), picture.size)
    found = _look_at_part(pictures, places, picture, part) if 2 * _area(part) < picture.width * picture.height else None
    if found is None:
        found = find(list(places), places, picture, lambda hidden: pictures.whole(picture.size, hidden))
    return found


def look_around(pictures: Pictures, ink: Mapping[Label, Ink], small: Size, size: Size) -> set[Label]:
    """The masks whose text is cut off at the edge of the picture: a part of it is seen in what is around.

    `ink` is what is seen of them in a picture of `size`; `small` is that of the pictures to look at.
    """
    aside = [round(side * SURROUNDINGS) for side in size]
    middle = aside[0], aside[1], size[0] - aside[0], size[1] - aside[1]
    masks = pictures.labels.masks
    some = [one for one in masks if one.text and one in ink and not _is_within(ink[one].box, middle)]

    def sketch(shown: Collection[Label]) -> Image:
        return pictures.surrounded_sketch(small, shown)

    def draw(hidden: Collection[Label]) -> Image:
        return pictures.surrounded(small, hidden)

    if not some or not _is_around(sketch(some), 0):
        return set()
    whole = draw(())
    # Half a pixel may be seen of what only touches the edge.
    if not _is_around(difference(whole, draw(some)), 2):
        return set()
    found = find(some, sketched(some, sketch, whole.size), whole, draw)
    inner = _inner(whole, 2)
    return {label for label, one in found.items() if not _is_within(one.box, inner)}


def look_within(pictures: Pictures, ink: Mapping[Label, Ink], small: Size) -> set[Label]:
    """The masks whose text is cut off within the picture, by an inner `<svg>` or a `clip-path`: more of it is drawn without.

    Both are sketches of the text alone, so whatever lies over it does not count.
    """
    some = [one for one in pictures.labels.masks if one.text and one in ink and is_clipped(one)]

    def sketch(shown: Collection[Label]) -> Image:
        return pictures.text_sketch(small, shown, cut=True)

    def sketch_all(shown: Collection[Label]) -> Image:
        return pictures.text_sketch(small, shown, cut=False)

    if not some or not _differ(sketch(some), sketch_all(some)):
        return set()
    seen, whole = sketched(some, sketch, small), sketched(some, sketch_all, small)
    by = math.ceil(SKETCHED) + 1  # As much room as one pixel of a sketch may take at an edge.
    both = seen.keys() & whole.keys()
    return {label for label in both if not _is_within(whole[label].box, widened(seen[label].box, by))}


def _differ(picture: Image, other: Image) -> bool:
    from PIL import ImageChops

    return ImageChops.difference(picture, other).getbbox() is not None


def _look_at_part(
    pictures: Pictures, places: Mapping[Label, Ink], picture: Image, part: Box
) -> dict[Label, Ink] | None:
    """Where labels are, if they are in a part of the picture; None if they may be elsewhere, or it is not the same."""
    left, top, right, bottom = part
    cut = picture.crop(part)
    if pictures.part(part, picture.size) != cut:
        return None
    moved = {label: one.moved(-left, -top) for label, one in places.items()}
    found = find(list(places), moved, cut, lambda hidden: pictures.part(part, picture.size, hidden))
    # At the edge of the picture nothing is cut off.
    inner = bool(left), bool(top), cut.width - (right < picture.width), cut.height - (bottom < picture.height)
    if not all(_is_within(one.box, inner) for one in found.values()):
        return None
    return {label: one.moved(left, top) for label, one in found.items()}


def _part_around(places: Collection[Ink], size: Size) -> Box:
    """That part of the picture in which all places are, with some room."""
    lefts, tops, rights, bottoms = zip(*(one.box for one in places), strict=True)
    left, top = (max(min(sides) - _ROOM, 0) for sides in (lefts, tops))
    return left, top, min(max(rights) + _ROOM, size[0]), min(max(bottoms) + _ROOM, size[1])


_ROOM = 16


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _is_around(seen: Image, by: int) -> bool:
    """Whether anything is seen around the drawing, more than some pixels away from it."""
    around = seen.copy()
    around.paste(0, _inner(seen, by))
    return around.getbbox() is not None


def _inner(whole: Image, by: int) -> Box:
    """The drawing in a picture of it with its surroundings, and some pixels on each side."""
    across, down = (round(side * SURROUNDINGS / (1 + 2 * SURROUNDINGS)) - by for side in whole.size)
    return across, down, whole.width - across, whole.height - down


def _is_within(box: Sequence[int], other: Sequence[int]) -> bool:
    return all(box[n] >= other[n] for n in (0, 1)) and all(box[n] <= other[n] for n in (2, 3))
