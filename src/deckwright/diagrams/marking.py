"""An SVG → its drawing, and all in it that can be a mask, with the box that such a mask takes."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..cache import Cache
from ..diagnostics import Diagnostic
from ..diagnostics.occlusion import undrawable
from ..model import Mask, Span
from . import drawing, renderer
from . import labels as svg_labels
from .drawing import DRAWING, Drawing
from .labels import Label
from .shapes import fractions


class Mark(msgspec.Struct, frozen=True):
    """A label of a drawing: the number of its element among all, from 0, and the mask that it is, or would be: that has no
    name.
    """

    number: int
    mask: Mask


class Marked(msgspec.Struct, frozen=True):
    """What is seen in a drawing: its PNG, empty if it cannot be drawn, the size of that in pixels, its labels, those that are
    masks first, and what is wrong.
    """

    data: bytes = b""
    size: tuple[int, int] = (0, 0)
    marks: tuple[Mark, ...] = ()
    found: tuple[Diagnostic, ...] = ()

    @property
    def masks(self) -> Mapping[int, Mask]:
        """The masks, by the numbers of their elements."""
        return {mark.number: mark.mask for mark in self.marks if mark.mask.name}


def marked(source: bytes, path: str, cache: Cache) -> Marked:
    """What is seen in an SVG, drawn unless the cache has it. `path` is the file's.

    A drawing with masks is kept for the next build too. If the process that draws has failed, nothing is kept.
    """
    try:
        return cache.memo("marked", (source, path, str(DRAWING)), Marked, lambda: _drawn(source, path, cache))
    except renderer.FailedError as error:
        return Marked(found=(undrawable(Span(path), path, error.problem, error.detail),))


def _drawn(source: bytes, path: str, cache: Cache) -> Marked:
    labels, found = svg_labels.read(source, path)
    if labels is None:
        return Marked(found=tuple(found))
    drawn, found = drawing.draw(labels, path)
    if drawn is None:
        return Marked(found=tuple(found))
    whole = drawing.made(labels, drawn, path)
    if labels.masks:
        cache.memo("diagram", (source, path, str(DRAWING)), Drawing, lambda: whole)
    rooms = drawing.room(drawn)
    marks = [_mark(label, fractions(rooms[label][0], drawn.size), path) for label in rooms]
    marks.sort(key=lambda mark: (not mark.mask.name, mark.number))
    return Marked(drawn.data, drawn.size, tuple(marks), whole.found)


def _mark(label: Label, box: tuple[float, float, float, float], path: str) -> Mark:
    mask = Mask(
        label.name,
        *box,
        group=label.group,
        was=label.was,
        hint=label.hint,
        label=label.text or label.name,
        span=Span(path, label.line, 1),
    )
    return Mark(label.number, mask)
