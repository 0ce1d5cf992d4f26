"""The shapes in an occlusion card's HTML → the masks that Anki's script would draw over its picture.

They are elements, in parts of the width and the height, so they fit whatever size the picture is shown in. Their colours
are those that the stylesheet names for Anki. Source: anki ts/routes/image-occlusion/review.ts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec

State: TypeAlias = Literal["active", "inactive", "highlight"]
"""Anki's words for what is asked, what is not, and what was asked."""

_SHAPE = re.compile(
    r'<div class="cloze(|-inactive|-highlight)" data-ordinal="([^"]*)" data-shape="(rect|ellipse|polygon)" ([^<>]*)></div>'
    r'(?:<span class="dw-hint">(?:[^<]|<wbr>)*</span>)?(?:<span class="dw-label">((?:[^<]|<wbr>)*)</span>)?'
)
_DATA = re.compile(r'data-(\w+)="([^"]*)"')
_STATES: dict[str, State] = {"": "active", "-inactive": "inactive", "-highlight": "highlight"}


class Shape(msgspec.Struct, frozen=True):
    """A mask as it is on a card: Anki's name for its form, what its attributes say, by their names without `data-`, and the HTML of
    the label behind it. `ordinal` is the number of its cloze; that of a shape which is drawn on all cards is "0".
    """

    state: State
    ordinal: str
    form: Literal["rect", "ellipse", "polygon"]
    values: Mapping[str, str]
    label: str

    @property
    def is_seen(self) -> bool:
        """Whether Anki draws it on this side: of those that are not asked, only some."""
        return self.state != "inactive" or self.values.get("occludeInactive") == "1"

    def number(self, name: str) -> float:
        """A learner may write anything into the field; what is no number is 0."""
        return _number(self.values.get(name, ""))

    @property
    def turn(self) -> float:
        """Its angle in degrees, clockwise."""
        return self.number("angle") * 360 / 10_000

    @property
    def points(self) -> list[tuple[float, float]]:
        """Those of a polygon, in parts of the picture's width and height."""
        pairs = (point.partition(",") for point in self.values.get("points", "").split())
        return [(_number(x), _number(y)) for x, _, y in pairs]


def shapes(html: str) -> Iterator[Shape]:
    """The masks in the HTML of a side, in order."""
    for kind, ordinal, form, data, label in _SHAPE.findall(html):
        yield Shape(_STATES[kind], ordinal, form, dict(_DATA.findall(data)), label)


def overlay(html: str) -> str:
    """What stands in the place of Anki's canvas. What is asked lies below, as there."""
    drawn: dict[str, list[str]] = {state: [] for state in _STATES.values()}
    for shape in shapes(html):
        if shape.is_seen:
            drawn[shape.state].append(_mask(shape, f"proof-mask proof-{shape.state}"))
    masks = "".join(mask for state in _STATES.values() for mask in drawn[state])
    # Its id is the canvas's: the colours belong to it.
    return f'<div id="image-occlusion-canvas" class="proof-masks" aria-hidden="true">{masks}</div>'


@cache
def style() -> str:
    """The stylesheet of what `overlay` makes."""
    return files(__package__ or "").joinpath("masks.css").read_text("utf-8")


def _number(written: str) -> float:
    return float(written) if re.fullmatch(r"-?\d*\.?\d+", written) else 0


def _mask(shape: Shape, classes: str) -> str:
    left, top = _share(shape, "left"), _share(shape, "top")
    turned = f";transform:rotate({shape.turn:g}deg)" if shape.turn else ""
    if shape.form == "polygon":
        points = " ".join(f"{x:g},{y:g}" for x, y in shape.points)
        style = f"transform-origin:{left} {top}{turned}"
        return (
            f'<svg class="{classes}" viewBox="0 0 1 1" preserveAspectRatio="none" style="{style}">'
            f'<polygon points="{points}"/></svg>'
        )
    if shape.form == "ellipse":
        width, height = _share(shape, "rx", 2), _share(shape, "ry", 2)
        classes += " proof-ellipse"
    else:
        width, height = _share(shape, "width"), _share(shape, "height")
    return f'<div class="{classes}" style="left:{left};top:{top};width:{width};height:{height}{turned}"></div>'


def _share(shape: Shape, name: str, times: float = 1) -> str:
    return f"{shape.number(name) * times * 100:g}%"
