"""A drawing with and without its labels → what is seen of each of them.

Many labels are hidden at once, so that the number of pictures to draw hardly grows with the number of labels.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from itertools import combinations, islice
from math import comb
from typing import TYPE_CHECKING

import msgspec

from ..limits import MAX_OVERLAPPING
from .labels import Label
from .shapes import Box

if TYPE_CHECKING:
    from PIL.Image import Image

Draw = Callable[[Collection[Label]], "Image"]
"""Draws without some of the labels."""


class CrowdError(Exception):
    """Too many labels lie over one another."""


class Ink(msgspec.Struct, frozen=True):
    """What is seen of a label: the box around it and, in `shape`, that part of the picture, black where it is not."""

    box: Box
    shape: Image

    def touches(self, box: Box) -> bool:
        """Whether any of it is in the box."""
        left, top, right, bottom = self.box
        shared = max(left, box[0]), max(top, box[1]), min(right, box[2]), min(bottom, box[3])
        if shared[0] >= shared[2] or shared[1] >= shared[3]:
            return False
        part = shared[0] - left, shared[1] - top, shared[2] - left, shared[3] - top
        return self.shape.crop(part).getbbox() is not None


def find(labels: Sequence[Label], picture: Image, draw: Draw) -> dict[Label, Ink]:
    """What is seen of some labels in a picture: that in which it differs from the one that is drawn without the label.

    Those of which nothing is seen are left out. Raises CrowdError.
    """
    found: dict[Label, Ink] = {}
    # Labels within one another share all of their pixels, so each level is looked for by itself.
    elements = {label.element for label in labels}
    levels: dict[int, list[Label]] = {}
    for label in labels:
        depth = sum(ancestor in elements for ancestor in label.element.iterancestors())
        levels.setdefault(depth, []).append(label)
    for level in levels.values():
        found |= _together(level, picture, draw) if len(level) > _FEW else _one_by_one(level, picture, draw)
    return {label: found[label] for label in labels if label in found}


def difference(picture: Image, other: Image) -> Image:
    """White where two pictures differ, and black elsewhere."""
    from PIL import ImageChops

    red, green, blue = ImageChops.difference(picture, other).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue).point([0] + [255] * 255)


_FEW = 3
"""So many labels are found as fast one by one."""

_Run = tuple[int, int, int]
"""A row of the picture, where pixels of one kind begin in it, and where others do."""


def _together(labels: Sequence[Label], picture: Image, draw: Draw) -> dict[Label, Ink]:
    """Each label is hidden in pictures of its own choice, half of them all; so the pictures in which a pixel differs tell
    which label is there.

    Where labels lie over one another, it differs in more pictures, or in fewer: no choice contains another one. Every
    label to which such a pixel may belong is then looked for once more.
    """
    codes, length = _codes(len(labels))
    owners = dict(zip(codes, labels, strict=True))
    seen = _hidden_by_code(owners, length, picture, draw)
    runs = _runs(seen)
    mixed = [code for code in runs if code not in owners]
    doubtful = {code: label for code, label in owners.items() if any(_may_be(one, code) for one in mixed)}
    sure = {owners[code]: _ink(runs[code]) for code in runs if code in owners and code not in doubtful}
    if len(doubtful) <= _SOME:
        return sure | _one_by_one(doubtful.values(), picture, draw)
    return sure | _in_groups(doubtful, seen, picture, draw)


_SOME = 24
"""So many labels are looked for one by one where they may lie over others: it takes as few pictures as anything else."""


def _codes(number: int) -> tuple[list[int], int]:
    """So many numbers, each with as many bits as the others, and how many bits they have in all."""
    length = next(n for n in range(1, 25) if comb(n, n // 2) >= number)
    sets = islice(combinations(range(length), length // 2), number)
    return [sum(1 << bit for bit in bits) for bits in sets], length


def _may_be(seen: int, code: int) -> bool:
    """Whether a pixel that differs in the pictures `seen` may belong to the label that is hidden in those of `code`.

    It differs in more pictures where it shows another label too, and in fewer where another one is hidden behind it.
    """
    return seen & code in (seen, code)


def _hidden_by_code(labels: Mapping[int, Label], length: int, picture: Image, draw: Draw) -> list[Image]:
    """For each bit, where the picture differs from the one without the labels that have that bit."""
    hidden = [[label for code, label in labels.items() if code >> bit & 1] for bit in range(length)]
    return [difference(picture, draw(some)) for some in hidden]


def _runs(differences: Sequence[Image]) -> dict[int, list[_Run]]:
    """Where there are pixels that differ, by the differences in which they do: the first one is the lowest bit."""
    from PIL import Image, ImageChops

    width, height = differences[0].size
    count = -(-len(differences) // 8)
    pixels = bytearray(count * width * height)
    for number in range(count):
        plane = Image.new("L", (width, height))
        for bit, seen in enumerate(differences[8 * number : 8 * number + 8]):
            plane = ImageChops.add(plane, seen.point([0] * 255 + [1 << bit]))
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


def _in_groups(labels: Mapping[int, Label], seen: Sequence[Image], picture: Image, draw: Draw) -> dict[Label, Ink]:
    """The labels by their codes, each hidden only with others that probably have no pixel in common with it.

    `seen` is what their codes were found by. They get longer codes, so that few can be meant by the same pixel.
    """
    longer = _lengthened(labels, len(seen))
    runs = _runs([*seen, *_hidden_by_code({c >> len(seen): one for c, one in longer.items()}, _MORE, picture, draw)])
    candidates = {code: {one for one in longer if _may_be(code, one)} for code in runs}
    apart = [some for some in candidates.values() if len(some) <= _CLEAR]
    found: dict[Label, Ink] = {}
    left = set(longer)
    for _ in range(_ROUNDS):
        unclear: list[set[int]] = []
        groups = _apart(sorted(left), apart)
        if len(groups) > MAX_OVERLAPPING:
            raise CrowdError
        for group in groups:
            differing = difference(picture, draw([longer[code] for code in group]))
            parts, shared = _divided(differing, runs, candidates, group)
            unclear += shared
            found |= {longer[code]: _ink(part) for code, part in parts.items()}
        apart += unclear
        left = {code for some in unclear for code in some}
        if len(left) <= _FEW:
            break
    sure = {label: one for label, one in found.items() if label not in {longer[code] for code in left}}
    return sure | _one_by_one([longer[code] for code in sorted(left)], picture, draw)


def _divided(
    differing: Image, runs: Mapping[int, list[_Run]], candidates: Mapping[int, set[int]], group: set[int]
) -> tuple[dict[int, list[_Run]], list[set[int]]]:
    """What is seen of each label of a group, and the labels of which some have pixels that may be of another one."""
    data, width = differing.tobytes(), differing.width
    parts: dict[int, list[_Run]] = {}
    shared: dict[frozenset[int], list[_Run]] = {}
    for code, places in runs.items():
        owners = frozenset(candidates[code] & group)
        for row, begin, end in places if owners else ():
            start = row * width
            for match in _SET.finditer(data, start + begin, start + end):
                run = row, match.start() - start, match.end() - start
                if len(owners) == 1:
                    parts.setdefault(min(owners), []).append(run)
                else:
                    shared.setdefault(owners, []).append(run)
    boxes = {code: _ink(part).box for code, part in parts.items()}
    unclear: set[frozenset[int]] = set()
    for owners, places in shared.items():
        for run in places:
            # Where three or more meet, as at the corners of cells, it is the one that is known to be there. If there are
            # two, it may be of nobody: that differs only because both of them are hidden.
            there = [code for code in owners if code in boxes and _is_at(run, boxes[code])]
            if len(there) == 1:
                parts[there[0]].append(run)
            else:
                unclear.add(frozenset(there or owners))
    return parts, [set(some) for some in unclear]


def _is_at(run: _Run, box: Box) -> bool:
    """Whether pixels are in the box, or so near that they belong to its edge."""
    row, begin, end = run
    return box[0] - 3 <= begin and end <= box[2] + 3 and box[1] - 3 <= row < box[3] + 3


_MORE = 20
_ROUNDS = 3
_CLEAR = 4
"""Where a pixel may belong to no more labels than that, they are kept apart."""

_SET = re.compile(rb"\xff+")


def _lengthened(labels: Mapping[int, Label], length: int) -> dict[int, Label]:
    """The labels by longer codes: `_MORE` bits are added, half of them set, by chance but always the same."""
    chance = random.Random(0)
    taken: set[int] = set()
    made = {}
    for code, label in labels.items():
        while (more := sum(1 << bit for bit in chance.sample(range(_MORE), _MORE // 2))) in taken:
            continue
        taken.add(more)
        made[code | more << length] = label
    return made


def _apart(codes: Iterable[int], together: Iterable[Set[int]]) -> list[set[int]]:
    """The codes in few groups; of those that are listed together, no two are in one group."""
    beside: dict[int, set[int]] = {code: set() for code in codes}
    for some in together:
        for code in some & beside.keys():
            beside[code] |= some
    groups: list[set[int]] = []
    for code, others in beside.items():
        group = next((group for group in groups if group.isdisjoint(others)), None)
        if group is None:
            groups.append(group := set())
        group.add(code)
    return groups


def _one_by_one(labels: Iterable[Label], picture: Image, draw: Draw) -> dict[Label, Ink]:
    parts = ((label, difference(picture, draw([label]))) for label in labels)
    return {label: Ink(box, part.crop(box)) for label, part in parts if (box := part.getbbox())}
