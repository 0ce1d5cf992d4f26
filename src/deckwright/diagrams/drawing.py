"""An SVG with labels → a PNG of it, and where each label is: it is drawn with the label and without."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from ..diagnostics import Diagnostic
from ..diagnostics.occlusion import (
    DrawingProblem,
    bad_mask_name,
    invisible_mask,
    no_glyph,
    no_masks,
    outside,
    too_heavy,
    touching,
    undrawable,
)
from ..limits import MAX_GLYPHS_TOLD, MAX_TOLD_OF_A_MASK
from ..model import Mask, Span
from . import labels as svg_labels
from . import renderer
from .ink import CrowdError, Ink, enlarged, reach
from .labels import Label, Labels
from .looking import Pictures, look, look_around, look_closely, look_within, opened
from .mask_file import NAME
from .shapes import Box, fractions, near, widened

DRAWING = 1
"""Raised by hand when the same SVG is drawn in another way: part of the name of each picture that is drawn from one."""

MIN_WIDTH, MAX_SIDE = 1200, 2400
"""Pixels of a picture drawn from an SVG. Anki enlarges small pictures, which blurs them."""

MARGIN = 0.008
"""How far a mask reaches beyond its label, in widths of the picture, if no other label is nearer."""


class Drawing(msgspec.Struct, frozen=True):
    """What is found in an SVG: its PNG, the size of that in pixels, the masks, and what is wrong.

    If it cannot be used, `data` is empty.
    """

    data: bytes
    size: tuple[int, int]
    masks: tuple[Mask, ...]
    found: tuple[Diagnostic, ...]


def read(source: bytes, path: str) -> Drawing:
    """The masks of an SVG. `path` is the file's. Raises renderer.FailedError."""
    labels, found = svg_labels.read(source, path)
    if labels and not labels.masks:
        found = [no_masks(Span(path), path)]
    if not labels or found:
        return Drawing(b"", (0, 0), (), tuple(found))
    drawn, found = draw(labels, path)
    if drawn is None:
        return Drawing(b"", (0, 0), (), tuple(found))
    return made(labels, drawn, path)


def made(labels: Labels, drawn: Drawn, path: str) -> Drawing:
    """What is found in an SVG that was drawn."""
    masks, found = _masks(labels.masks, drawn, path)
    return Drawing(drawn.data, drawn.size, tuple(masks), (*_missing_glyphs(labels, path), *found))


class Drawn(msgspec.Struct, frozen=True):
    """The PNG of an SVG, its size in pixels, the labels of which anything is seen, and those cut off at an edge."""

    data: bytes
    size: tuple[int, int]
    ink: dict[Label, Ink]
    leaving: set[Label]


def draw(labels: Labels, path: str) -> tuple[Drawn | None, list[Diagnostic]]:
    """Draw an SVG and find its labels; None, and O015 or O018, if it cannot be drawn. Raises renderer.FailedError."""

    def refused(problem: DrawingProblem, detail: str = "") -> tuple[None, list[Diagnostic]]:
        return None, [undrawable(Span(path), path, problem, detail)]

    if not labels.size:
        return refused("size")
    width, height = labels.size
    if not 1 / 50 < width / height < 50:
        return refused("proportions", f"{width:g} × {height:g}")
    pixels = round(min(max(width, MIN_WIDTH), MAX_SIDE, MAX_SIDE * width / height))
    high = round(pixels * height / width)
    pictures = Pictures(labels, pixels * high)
    try:
        # At half the size a label is found in a third of the time, and what takes for ever is noticed sooner. Where
        # others are near, it is looked for at full size.
        small = pictures.small((pixels // 2, high // 2))
        data = pictures.png((pixels, high))
        size = _size(data)
        seen = look(pictures, small)
        ink = {label: enlarged(one, small.size, size) for label, one in seen.items()}
        places = list(ink)
        wide = 2 * round(MARGIN * pixels) + 4
        beside = {place for pair in near([one.box for one in ink.values()], wide) for place in pair}
        if beside:
            some = {places[place]: reach(seen[places[place]], small.size, size) for place in sorted(beside)}
            ink |= look_closely(pictures, some, opened(data))
        leaving = look_around(pictures, ink, small.size, size) | look_within(pictures, ink, small.size)
    except renderer.RefusedError as error:
        return refused("too much", str(error))
    except CrowdError:
        return None, [too_heavy(Span(path), "crowd")]
    return Drawn(data, size, ink, leaving), []


def _size(data: bytes) -> tuple[int, int]:
    from PIL import Image

    return Image.open(io.BytesIO(data)).size


def _masks(labels: Sequence[Label], drawn: Drawn, path: str) -> tuple[list[Mask], list[Diagnostic]]:
    """A mask for each of the labels that has a name and is seen."""
    masks, found = [], []
    rooms = room(drawn)
    for label in labels:
        span = Span(path, label.line, 1)
        bad = [name for name in (label.name, label.group, label.was) if name and not NAME.fullmatch(name)]
        if bad or not label.name:
            found.append(bad_mask_name(span, bad[0] if bad else ""))
        elif label not in rooms:
            found.append(invisible_mask(span, label.name))
        elif label in drawn.leaving:
            is_clipped = svg_labels.is_clipped(label)
            found.append(outside(span, label.name, drawn.size, "clipped" if is_clipped else "drawn"))
        else:
            box, touched = rooms[label]
            told = touched[:MAX_TOLD_OF_A_MASK]
            found += [touching(span, label.name, other.name or other.text) for other in told]
            masks.append(mask(label, box, drawn.size, path))
    return masks, found


def room(drawn: Drawn) -> dict[Label, tuple[Box, list[Label]]]:
    """The box that a mask of each label takes, which may reach beyond it, and the labels that such a mask would touch."""
    ink, margin = drawn.ink, round(MARGIN * drawn.size[0])
    beside = _beside(ink, 2 * margin)
    rooms = {}
    for label in ink:
        others = [other for other in beside[label] if not _belong_together(label, other)]
        touched = [other for other in others if ink[other].touches(ink[label].box) and not _is_within(label, other)]
        close = [ink[other] for other in others if other not in touched]
        rooms[label] = _grown(ink[label].box, close, margin, drawn.size), touched
    return rooms


def mask(label: Label, box: Box, size: tuple[int, int], path: str) -> Mask:
    """The mask that a label is, or would be: that has no name. `box` is its own, `path` the file's."""
    return Mask(
        label.name,
        *fractions(box, size),
        group=label.group,
        was=label.was,
        hint=label.hint,
        label=label.text or label.name,
        span=Span(path, label.line, 1),
    )


def _beside(ink: Mapping[Label, Ink], reach: int) -> dict[Label, list[Label]]:
    """The labels that are less than so many pixels from each, in their order."""
    labels = list(ink)
    places: dict[int, list[int]] = {place: [] for place in range(len(labels))}
    for one, other in near([each.box for each in ink.values()], reach):
        places[one].append(other)
        places[other].append(one)
    return {labels[place]: [labels[other] for other in sorted(others)] for place, others in places.items()}


def _belong_together(one: Label, other: Label) -> bool:
    """Whether two labels are asked together, or one is a part of the other.

    The words around a mask in a sentence are not hidden with it, though they are of the same text.
    """
    if one.group and one.group == other.group:
        return True
    return _is_within(other, one) or (_is_within(one, other) and bool(other.name))


def _is_within(inner: Label, outer: Label) -> bool:
    return outer.element in (inner.element, *inner.element.iterancestors())


def _grown(box: Box, others: Sequence[Ink], margin: int, size: tuple[int, int]) -> Box:
    """The box with a margin that ends half-way to another label, which may have one as well, and within the picture."""
    for step in range(margin, 0, -1):
        if not any(other.touches(widened(box, 2 * step)) for other in others):
            left, top, right, bottom = widened(box, step)
            return max(left, 0), max(top, 0), min(right, size[0]), min(bottom, size[1])
    return box


def _missing_glyphs(labels: Labels, path: str) -> list[Diagnostic]:
    """A warning for each character that the font lacks, at the first label that has it; one for all if there are many."""
    first = {c: label for label in reversed((*labels.others, *labels.masks)) for c in label.text if ord(c) > 126}
    missing = lacking("".join(sorted(first)))
    if len(missing) > MAX_GLYPHS_TOLD:
        return [no_glyph(Span(path, first[missing[0]].line, 1), missing[0], len(missing) - 1)]
    return [no_glyph(Span(path, first[c].line, 1), c) for c in missing]


_CELL, _COLUMNS, _MOST = 40, 20, 400


@cache
def lacking(characters: str) -> str:
    """Those of the characters that the font does not have: they are all drawn as the same box."""
    missing = ""
    for start in range(0, len(characters), _MOST):
        # The first cell shows what is drawn for a character that no font has.
        part = "\U0010fffd" + characters[start : start + _MOST]
        places = [(_CELL * (n % _COLUMNS), _CELL * (n // _COLUMNS)) for n in range(len(part))]
        texts = (f'<text x="{x + 12}" y="{y + 30}">{c}</text>' for c, (x, y) in zip(part, places, strict=True))
        width, height = _CELL * _COLUMNS, places[-1][1] + _CELL
        svg_text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{"".join(texts)}</svg>'
        drawn = opened(renderer.png(svg_text.encode(), width, height))
        cells = [drawn.crop((x, y, x + _CELL, y + _CELL)) for x, y in places]
        missing += "".join(c for c, cell in zip(part, cells, strict=True) if cell == cells[0] and not c.isspace())[1:]
    return missing
