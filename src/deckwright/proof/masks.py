"""The shapes in an occlusion card's HTML → the masks that Anki's script would draw over its picture.

They are elements, in parts of the width and the height, so they fit whatever size the picture is shown in. Their colours
are those that the stylesheet names for Anki. Source: anki ts/routes/image-occlusion/review.ts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_SHAPE = re.compile(
    r'<div class="cloze(|-inactive|-highlight)" data-ordinal="[^"]*" data-shape="(rect|ellipse|polygon)" ([^<>]*)></div>'
)
_DATA = re.compile(r'data-(\w+)="([^"]*)"')
_STATES = {"": "active", "-inactive": "inactive", "-highlight": "highlight"}
"""Anki's words for what is asked, what is not, and what was asked."""


def overlay(html: str) -> str:
    """What stands in the place of Anki's canvas. What is asked lies below, as there."""
    drawn: dict[str, list[str]] = {state: [] for state in _STATES.values()}
    for kind, shape, data in _SHAPE.findall(html):
        values = attributes(data)
        state = _STATES[kind]
        if state != "inactive" or values.get("occludeInactive") == "1":
            drawn[state].append(_mask(shape, values, f"proof-mask proof-{state}"))
    masks = "".join(mask for state in _STATES.values() for mask in drawn[state])
    # Its id is the canvas's: the colours belong to it.
    return f'<div id="image-occlusion-canvas" class="proof-masks" aria-hidden="true">{masks}</div>'


@cache
def style() -> str:
    """The stylesheet of what `overlay` makes."""
    return files(__package__ or "").joinpath("masks.css").read_text("utf-8")


def attributes(data: str) -> dict[str, str]:
    """What the attributes of a shape say, by their names without `data-`."""
    return dict(_DATA.findall(data))


def number(written: str) -> float:
    """A learner may write anything into the field; what is no number is 0."""
    return float(written) if re.fullmatch(r"-?\d*\.?\d+", written) else 0


def _mask(shape: str, values: Mapping[str, str], classes: str) -> str:
    left, top = _share(values, "left"), _share(values, "top")
    turn = number(values.get("angle", "")) * 360 / 10_000
    turned = f";transform:rotate({turn:g}deg)" if turn else ""
    if shape == "polygon":
        pairs = (point.partition(",") for point in values.get("points", "").split())
        points = " ".join(f"{number(x):g},{number(y):g}" for x, _, y in pairs)
        style = f"transform-origin:{left} {top}{turned}"
        return (
            f'<svg class="{classes}" viewBox="0 0 1 1" preserveAspectRatio="none" style="{style}">'
            f'<polygon points="{points}"/></svg>'
        )
    if shape == "ellipse":
        width, height = _share(values, "rx", 2), _share(values, "ry", 2)
        classes += " proof-ellipse"
    else:
        width, height = _share(values, "width"), _share(values, "height")
    return f'<div class="{classes}" style="left:{left};top:{top};width:{width};height:{height}{turned}"></div>'


def _share(values: Mapping[str, str], name: str, times: float = 1) -> str:
    return f"{number(values.get(name, '')) * times * 100:g}%"
