"""A drawing with and without its labels → what is seen of each of them.

Labels that are apart are hidden at once, so that the number of pictures to draw does not grow with the number of labels.
Where each of them may be is told by sketches: small pictures with nothing but some of the labels.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import combinations
from math import comb
from operator import or_
from typing import TYPE_CHECKING

import msgspec

from ..limits import MAX_LAYERS, MAX_OVERLAPPING
from .labels import Label
from .shapes import Box, near

if TYPE_CHECKING:
    from PIL.Image import Image

Draw = Callable[[Collection[Label]], "Image"]
"""Draws without some of the labels."""

Sketch = Callable[[Collection[Label]], "Image"]
"""Draws nothing but some of the labels, small: the opacity of each pixel."""


class CrowdError(Exception):
    """Too many labels lie over one another."""


class Ink(msgspec.Struct, frozen=True):
    """What is seen of a label: the box around it and, in `shape`, that part of the picture, black where it is not."""

    box: Box
    shape: Image

    def touches(self, box: Box) -> bool:
        """Whether any of it is in the box."""
        shared = _shared(self.box, box)
        return shared is not None and self.shape.crop(_within(self.box, shared)).getbbox() is not None

    def meets(self, other: Ink) -> bool:
        """Whether it has a pixel in common with another one."""
        from PIL import ImageChops

        shared = _shared(self.box, other.box)
        if shared is None:
            return False
        parts = (one.shape.crop(_within(one.box, shared)) for one in (self, other))
        return ImageChops.darker(*parts).getbbox() is not None

    def moved(self, across: int, down: int) -> Ink:
        """The same elsewhere."""
        left, top, right, bottom = self.box
        return Ink((left + across, top + down, right + across, bottom + down), self.shape)


def find(labels: Sequence[Label], places: Mapping[Label, Ink], picture: Image, draw: Draw) -> dict[Label, Ink]:
    """What is seen of some labels in a picture: that in which it differs from the one that is drawn without the label.

    `places` tells where in the picture a label may be; wrong ones cost time, no more. Labels of which nothing is seen are
    left out. Raises CrowdError.
    """
    groups = _apart({label: places[label] for label in labels if label in places})
    if len(groups) > MAX_OVERLAPPING:
        raise CrowdError
    found: dict[Label, Ink] = {}
    for group in groups:
        found |= _found(group, places, picture, draw)
    # Where a label was thought to be, it may be hidden. It may as well be elsewhere, where another one was looked for.
    found |= _found([label for label in labels if label not in found], {}, picture, draw)
    return {label: found[label] for label in labels if label in found}


def enlarged(one: Ink, small: tuple[int, int], large: tuple[int, int]) -> Ink:
    """What was seen in a small picture, in a large one: the box contains all that the small one may stand for."""
    from PIL.Image import Resampling

    across, down = large[0] / small[0], large[1] / small[1]
    left, top = math.floor(one.box[0] * across), math.floor(one.box[1] * down)
    right, bottom = math.ceil(one.box[2] * across), math.ceil(one.box[3] * down)
    box = left, top, min(right, large[0]), min(bottom, large[1])
    return Ink(box, one.shape.resize((box[2] - box[0], box[3] - box[1]), Resampling.NEAREST))


def reach(one: Ink, small: tuple[int, int], large: tuple[int, int]) -> Ink:
    """Where a label may be in a large picture that was seen in a small one.

    What is thin may be too faint to be seen there. So it is one pixel more on each side, and gaps are closed.
    """
    from PIL import Image, ImageFilter

    left, top, right, bottom = one.box
    wider = Image.new("L", (right - left + 2 * _GAP, bottom - top + 2 * _GAP))
    wider.paste(one.shape, (_GAP, _GAP))
    wider = wider.filter(ImageFilter.MaxFilter(2 * _GAP + 1)).filter(ImageFilter.MinFilter(2 * _GAP - 1))
    box = max(left - 1, 0), max(top - 1, 0), min(right + 1, small[0]), min(bottom + 1, small[1])
    shape = wider.crop(_within((left - _GAP, top - _GAP, right, bottom), box))
    return enlarged(Ink(box, shape), small, large)


_GAP = 3


def difference(picture: Image, other: Image) -> Image:
    """White where two pictures differ, and black elsewhere."""
    from PIL import ImageChops

    red, green, blue = ImageChops.difference(picture, other).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue).point([0] + [255] * 255)


def _found(group: Sequence[Label], places: Mapping[Label, Ink], picture: Image, draw: Draw) -> dict[Label, Ink]:
    """What is seen of labels that have no pixel in common, if they are where they may be; else of each half of them."""
    if not group:
        return {}
    seen = difference(picture, draw(group))
    if len(group) == 1:
        return {group[0]: Ink(box, seen.crop(box))} if (box := seen.getbbox()) else {}
    found = {label: one for label in group if label in places and (one := _part(seen, places[label]))}
    for place in (places[label] for label in found):
        seen.paste(0, place.box, place.shape)
    if seen.getbbox() is None:
        return found
    middle = len(group) // 2
    return _found(group[:middle], places, picture, draw) | _found(group[middle:], places, picture, draw)


def _part(seen: Image, place: Ink) -> Ink | None:
    """What is seen at a place."""
    from PIL import ImageChops

    part = ImageChops.darker(seen.crop(place.box), place.shape)
    inner = part.getbbox()
    if inner is None:
        return None
    left, top = place.box[:2]
    box = left + inner[0], top + inner[1], left + inner[2], top + inner[3]
    return Ink(box, part.crop(inner))


def _apart(places: Mapping[Label, Ink]) -> list[list[Label]]:
    """The labels in few groups; no two that may have a pixel in common are in one. Raises CrowdError if most of them may."""
    labels = list(places)
    beside: dict[int, set[int]] = {place: set() for place in range(len(labels))}
    meetings = 0
    for one, other in near([each.box for each in places.values()], 0):
        if places[labels[one]].meets(places[labels[other]]):
            meetings += 1
            if meetings > MAX_OVERLAPPING * len(labels):  # Each lies over twice as many others, and so over too many.
                raise CrowdError
            beside[one].add(other)
            beside[other].add(one)
    groups: list[list[int]] = []
    for place in sorted(beside, key=lambda place: (-len(beside[place]), place)):
        group = next((group for group in groups if beside[place].isdisjoint(group)), None)
        if group is None:
            groups.append(group := [])
        group.append(place)
    return [[labels[place] for place in group] for group in groups]


# Sketches


def sketched(labels: Sequence[Label], sketch: Sketch, size: tuple[int, int]) -> dict[Label, Ink]:
    """Where labels may be in a picture of some size. Each label is in sketches of its own choice, half of them all.

    Labels within one another share all of their pixels, so each level is looked for by itself. Raises CrowdError if they
    lie over one another in too many pixels.
    """
    elements = {label.element for label in labels}
    levels: dict[int, list[Label]] = {}
    for label in labels:
        depth = sum(ancestor in elements for ancestor in label.element.iterancestors())
        levels.setdefault(depth, []).append(label)
    places: dict[Label, Ink] = {}
    for level in levels.values():
        codes, length = _codes(len(level))
        owners = dict(zip(codes, level, strict=True))
        sketches = [sketch([label for code, label in owners.items() if code >> bit & 1]) for bit in range(length)]
        small = sketches[0].size
        most = MAX_LAYERS * small[0] * small[1]
        # Of the cells of a table each shares its edges with others, which takes more looks than it has pixels.
        found = dict(_located(owners, _runs(sketches), 2 * most))
        if sum(one.shape.width * one.shape.height for one in found.values()) > most:
            raise CrowdError
        places |= {owners[code]: reach(one, small, size) for code, one in found.items()}
    return places


_Run = tuple[int, int, int]
"""A row of the picture, where pixels of one kind begin in it, and where others do."""


def _codes(number: int) -> tuple[list[int], int]:
    """So many numbers, each with as many bits as the others and at least one, and how many bits they have in all.

    They are shuffled, always in the same way: labels that are beside one another shall have few bits in common.
    """
    length = next(n for n in range(1, 25) if comb(n, (n + 1) // 2) >= number)
    codes = [sum(1 << bit for bit in bits) for bits in combinations(range(length), (length + 1) // 2)]
    random.Random(0).shuffle(codes)
    return codes[:number], length


def _located(codes: Collection[int], runs: Mapping[int, list[_Run]], most: int) -> Iterator[tuple[int, Ink]]:
    """Where each code may be: where it is alone, and where several are, if it may be one of them. Raises CrowdError if that
    is more than `most` times.
    """
    pairs = 0
    places = {code: list(runs.get(code, ())) for code in codes}
    boxes = {code: _ink(alone).box for code, alone in places.items() if alone}
    for mixed in runs.keys() - places.keys():
        some = [code for code in codes if code & mixed == code]
        hidden = [code for code in some if code not in boxes]
        pairs += len(codes) // 8  # Each was looked at, which takes less time.
        for run in _cut(runs[mixed]):
            pairs += len(some)
            if pairs > most:
                raise CrowdError
            # There are more codes in it than labels that are there. If those around make it up, it is theirs.
            for far in (1, 3):
                around = [code for code in some if code in boxes and _is_at(run, boxes[code], far)]
                if reduce(or_, around, 0) == mixed:
                    break
            else:
                around = some
            for code in {*around, *hidden}:
                places[code].append(run)
    yield from ((code, _ink(some)) for code, some in places.items() if some)


def _cut(runs: Iterable[_Run]) -> Iterator[_Run]:
    """The runs in short pieces, each of which is in one place."""
    for row, begin, end in runs:
        for start in range(begin, end, 3):
            yield row, start, min(start + 3, end)


def _is_at(run: _Run, box: Box, far: int) -> bool:
    """Whether pixels are in the box, or so near."""
    row, begin, end = run
    return box[0] - far < end and begin < box[2] + far and box[1] - far <= row < box[3] + far


def _runs(sketches: Sequence[Image]) -> dict[int, list[_Run]]:
    """Where anything is seen, by the sketches in which it is: the first one is the lowest bit."""
    from PIL import Image, ImageChops

    width, height = sketches[0].size
    count = -(-len(sketches) // 8)
    pixels = bytearray(count * width * height)
    for number in range(count):
        plane = Image.new("L", (width, height))
        for bit, seen in enumerate(sketches[8 * number : 8 * number + 8]):
            plane = ImageChops.add(plane, seen.point([0] + [1 << bit] * 255))
        pixels[number::count] = plane.tobytes()
    found: dict[int, list[_Run]] = {}
    same = re.compile(rb"(.{%d})\1*" % count, re.DOTALL)
    size = count * width
    for row in range(height):
        line = bytes(pixels[row * size : (row + 1) * size])
        if line.count(0) < size:
            for run in same.finditer(line):
                if code := int.from_bytes(run[1], "little"):
                    found.setdefault(code, []).append((row, run.start() // count, run.end() // count))
    return found


def _ink(runs: Iterable[_Run]) -> Ink:
    """The runs of pixels as a shape."""
    from PIL import Image

    rows, lefts, rights = zip(*runs, strict=True)
    left, top, right, bottom = min(lefts), min(rows), max(rights), max(rows) + 1
    width = right - left
    pixels = bytearray(width * (bottom - top))
    for row, begin, end in runs:
        start = (row - top) * width - left
        pixels[start + begin : start + end] = b"\xff" * (end - begin)
    return Ink((left, top, right, bottom), Image.frombytes("L", (width, bottom - top), bytes(pixels)))


def _shared(box: Box, other: Box) -> Box | None:
    """What two boxes have in common."""
    left, top = max(box[0], other[0]), max(box[1], other[1])
    right, bottom = min(box[2], other[2]), min(box[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _within(box: Box, part: Box) -> Box:
    """A part of a box as seen from its corner."""
    left, top = box[:2]
    return part[0] - left, part[1] - top, part[2] - left, part[3] - top
