"""An SVG → its drawing, and all in it that can be a mask, with the box that such a mask takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from threading import Lock

import msgspec

from ..cache import Cache
from ..diagnostics import Diagnostic
from ..diagnostics.occlusion import undrawable
from ..model import Mask, Span
from . import drawing, renderer
from . import labels as svg_labels
from .drawing import DRAWING, Drawing, Drawn
from .ink import Ink
from .labels import Label, Labels
from .svg_edits import with_attributes

ATTRIBUTES = ("data-mask", "data-mask-group", "data-mask-hint", "data-mask-was")
"""What an element says of the mask that it is."""


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

    A drawing with masks is kept for the next build too. If the process that draws has failed, nothing is kept. In which texts
    are masks does not change what is seen of them, so a drawing that was looked at just now is not drawn anew for that.
    """
    try:
        return cache.memo("marked", (source, path, str(DRAWING)), Marked, lambda: _drawn(source, path, cache))
    except renderer.FailedError as error:
        return Marked(found=(undrawable(Span(path), path, error.problem, error.detail),))


def _drawn(source: bytes, path: str, cache: Cache) -> Marked:
    labels, found = svg_labels.read(source, path)
    if labels is None:
        return Marked(found=tuple(found))
    drawn, found = _looked(labels, source, path)
    if drawn is None:
        return Marked(found=tuple(found))
    whole = drawing.made(labels, drawn, path)
    if labels.masks:
        cache.memo("diagram", (source, path, str(DRAWING)), Drawing, lambda: whole)
    rooms = drawing.room(drawn).items()
    marks = [Mark(label.number, drawing.mask(label, box, drawn.size, path)) for label, (box, _) in rooms]
    marks.sort(key=lambda mark: (not mark.mask.name, mark.number))
    return Marked(drawn.data, drawn.size, tuple(marks), whole.found)


class _Look(msgspec.Struct, frozen=True):
    """What was found in a drawing, by the numbers of elements."""

    numbers: frozenset[int]
    data: bytes
    size: tuple[int, int]
    ink: Mapping[int, Ink]
    leaving: frozenset[int]


MOST_LOOKS = 4
"""Drawings that are remembered: an author marks one or two at a time."""

_looks: dict[bytes, _Look] = {}
_lock = Lock()


def _looked(labels: Labels, source: bytes, path: str) -> tuple[Drawn | None, list[Diagnostic]]:
    """What is found in an SVG. Raises renderer.FailedError."""
    every = {label.number: label for label in (*labels.masks, *labels.others)}
    bare = with_attributes(source, {label.number: dict.fromkeys(ATTRIBUTES) for label in labels.masks})
    key = hashlib.sha256(bare).digest()
    # Whether a label is a mask matters to labels within it, and to a style that names the attribute.
    is_free = (
        not _are_nested(every.values()) and b"data-mask" not in bare and "data-mask".encode("utf-16-le") not in bare
    )
    look = _looks.get(key) if is_free else None
    if look and look.numbers == every.keys():
        ink = {every[number]: one for number, one in look.ink.items()}
        return Drawn(look.data, look.size, ink, {every[number] for number in look.leaving}), []
    drawn, found = drawing.draw(labels, path)
    if drawn and is_free:
        ink_by_number = {label.number: one for label, one in drawn.ink.items()}
        leaving = frozenset(label.number for label in drawn.leaving)
        with _lock:
            _looks[key] = _Look(frozenset(every), drawn.data, drawn.size, ink_by_number, leaving)
            while len(_looks) > MOST_LOOKS:
                del _looks[next(iter(_looks))]
    return drawn, found


def _are_nested(labels: Iterable[Label]) -> bool:
    """Whether a label is within another one."""
    elements = {label.element for label in labels}
    return any(outer in elements for element in elements for outer in element.iterancestors())
