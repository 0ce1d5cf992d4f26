"""The front of an occlusion card → which label it asks for and what can be read beside it, without the answer.

Whoever sees the picture sees that. This is for those who read text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from .. import texts
from ..model import Mask
from .masks import Shape, shapes

Seen = Literal["asked", "covered", "in view"]


class Asked(msgspec.Struct, frozen=True):
    """What of its picture a card asks for.

    `labels` are the numbers of the labels that are hidden and asked, of all `of` labels that the picture has masks for; they
    are counted from 1, row by row, and in a row from left to right. `where` are the parts of the picture with what is asked.
    Of the other labels, so many are `covered`, and what is written on some is `in_view`.
    """

    labels: tuple[int, ...]
    of: int
    where: tuple[str, ...]
    in_view: tuple[str, ...]
    covered: int


def asked(front: str, beside: Iterable[Mask] = ()) -> Asked | None:
    """What is asked on a front, which is HTML as `cards` makes it; None if it has no mask that is asked.

    `beside` are masks of the picture that the note does not have: their labels are in view.
    """
    labels = _in_order([*_labels(front), *(_label(mask, "in view") for mask in beside)])
    if not any(label.seen == "asked" for label in labels):
        return None
    hidden = [label for label in labels if label.seen != "in view"]
    # What a mask lies on cannot be read, or not all of it.
    readable = (label for label in labels if label not in hidden and not any(map(label.is_below, hidden)))
    return Asked(
        labels=tuple(place for place, label in enumerate(labels, 1) if label.seen == "asked"),
        of=len(labels),
        where=tuple(dict.fromkeys(label.where for label in labels if label.seen == "asked")),
        in_view=tuple(dict.fromkeys(label.text for label in readable if label.text)),
        covered=sum(label.seen == "covered" for label in labels),
    )


class _Label(msgspec.Struct, frozen=True):
    """A label with a mask: its box in fractions of the picture, 0–1, and what is written on it."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    seen: Seen

    @property
    def middle(self) -> tuple[float, float]:
        """How far its middle is from the left and from the top."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def where(self) -> str:
        """The part of the picture that it is in."""
        column, row = ((share >= 1 / 3) + (share >= 2 / 3) for share in self.middle)
        return _PARTS[row][column]

    def is_below(self, mask: _Label) -> bool:
        """Whether a mask lies on it: one of the two has the middle of the other in it."""
        return self._holds(mask.middle) or mask._holds(self.middle)

    def _holds(self, place: tuple[float, float]) -> bool:
        return self.left <= place[0] <= self.right and self.top <= place[1] <= self.bottom


_PARTS = (
    ("upper left", "top", "upper right"),
    ("left", "middle", "right"),
    ("lower left", "bottom", "lower right"),
)


def _labels(front: str) -> Iterator[_Label]:
    """The labels with a mask of the note."""
    for shape in shapes(front):
        if shape.ordinal != "0":  # That is asked on no card.
            seen: Seen = "asked" if shape.state == "active" else "covered" if shape.is_seen else "in view"
            yield _label(_mask(shape), seen)


def _mask(shape: Shape) -> Mask:
    left, top, width, height, rx, ry = map(shape.number, ("left", "top", "width", "height", "rx", "ry"))
    if shape.form == "polygon" and shape.points:
        width, height = (max(side) - min(side) for side in zip(*shape.points, strict=True))
    elif shape.form == "ellipse":
        width, height = 2 * rx, 2 * ry
    return Mask("", left, top, width, height, angle=shape.turn, label=texts.plain(shape.label))


def _label(mask: Mask, seen: Seen) -> _Label:
    """A turned mask turns as in a square picture: how long the sides of the picture are is not known here."""
    turn = math.radians(mask.angle)
    corners = [(0, 0), (mask.width, 0), (0, mask.height), (mask.width, mask.height)]
    across = [mask.left + x * math.cos(turn) - y * math.sin(turn) for x, y in corners]
    down = [mask.top + x * math.sin(turn) + y * math.cos(turn) for x, y in corners]
    return _Label(min(across), min(down), max(across), max(down), mask.label, seen)


def _in_order(labels: Iterable[_Label]) -> Sequence[_Label]:
    """Row by row, from left to right. What is beside the first of a row is in that row."""
    rows: list[list[_Label]] = []
    for label in sorted(labels, key=lambda label: label.middle[1]):
        if rows and label.middle[1] < rows[-1][0].bottom:
            rows[-1].append(label)
        else:
            rows.append([label])
    return [label for row in rows for label in sorted(row, key=lambda label: label.left)]
