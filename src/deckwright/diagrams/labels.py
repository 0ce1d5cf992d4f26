"""The source of an SVG → its labels: the elements that can be masks, and those that show other text."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from ..diagnostics import Diagnostic
from ..diagnostics.occlusion import too_heavy
from ..limits import MAX_LABELS
from ..media.svg import SVG, UNSHOWN, Element, address, line_of, parse, remove_active, serialize
from ..model import Span
from . import burden
from .shapes import Box
from .svg_edits import with_attributes

SURROUNDINGS = 0.05
"""How much is drawn around a drawing to see what leaves it, in widths and heights of it."""


class Label(msgspec.Struct, frozen=True):
    """An element that can be hidden: one with `data-mask`, or one that shows text.

    `name`, `group`, `was` and `hint` are what its attributes `data-mask…` say, `text` is what it shows, with white space
    folded. `line` is its line in the source, `number` counts the elements of the document from 0.
    """

    element: Element
    name: str
    group: str
    was: str
    hint: str
    text: str
    line: int
    number: int


class Labels:
    """The labels of a drawing: `masks`, those with `data-mask`, and `others`, which show text and are in no mask.

    `size` is the drawing's width and height in pixels, without a page around it; None if it does not say.
    """

    def __init__(self, root: Element) -> None:
        self._root = root
        numbers = {element: number for number, element in enumerate(root.iter("*"))}
        lines = {element: line_of(element) for element in numbers}
        remove_active(root)
        kept = list(root.iter(f"{SVG}*"))
        self._masked = {element for element in kept if element.get("data-mask") is not None}
        self._targets = {element.get("id"): element for element in kept}
        source = serialize(root)
        self._used = {name.decode() for name in _REFERENCE.findall(source)}
        self._has_layers = _LAYER.search(source) is not None
        self._going: dict[Element, bool] = {}
        self.masks = [self._label(e, lines[e], numbers[e]) for e in kept if e in self._masked]
        others = (self._label(e, lines[e], numbers[e]) for e in kept if self._is_other(e))
        self.others = [label for label in others if label.text]
        self.size = _size(root)

    def drawing(self, without: Iterable[Label] = ()) -> bytes:
        """The drawing, without what acts or is loaded; some labels may be hidden. All else stays where it was.

        The masks inside another text stay visible when only that text is hidden.
        """
        return self._drawn(*self._without(without))

    def alone(self, some: Collection[Label]) -> bytes:
        """The drawing with nothing in it but some labels, where they are in the whole one."""
        return self._drawn(*self._without_all_but(some, self._seen(some, "visible", "hidden")))

    def part(self, box: Box, size: tuple[int, int], without: Iterable[Label] = ()) -> bytes:
        """A part of the drawing, of as many pixels, if the whole one is drawn in that size. The drawing has a size."""
        assert self.size
        # resvg takes the sides of a drawing as whole numbers, so the scale is hardly ever the same for both.
        across, down = (pixels / math.ceil(side) for pixels, side in zip(size, self.size, strict=True))
        left, top, right, bottom = box
        seen = f"{left / across:.9g} {top / down:.9g} {(right - left) / across:.9g} {(bottom - top) / down:.9g}"
        return (
            b'<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="%b" preserveAspectRatio="none">%b</svg>'
            % (
                right - left,
                bottom - top,
                seen.encode(),
                self._placed("overflow:visible;", *self._without(without)),
            )
        )

    def with_surroundings(self, without: Iterable[Label] = ()) -> bytes:
        """The drawing with a part of what is around it, `SURROUNDINGS` of each side, in which nothing is cut off.

        Of the labels to hide, only the text is hidden: a background may go beyond the edge. The drawing has a size.
        """
        return self._surrounded({}, self._text(without, "hidden"))

    def alone_with_surroundings(self, some: Collection[Label]) -> bytes:
        """Likewise, with nothing in it but the text of some labels."""
        return self._surrounded(*self._without_all_but(some, self._text(some, "visible")))

    def text_alone(self, some: Collection[Label], cut: bool) -> bytes:
        """The drawing with nothing in it but the text of some labels, as it is or with nothing of it cut off."""
        without = self._without_all_but(some, self._text(some, "visible"))
        if cut:
            return self._drawn(*without)
        around = {e for label in some for e in (*label.element.iterancestors(), *label.element.iter(f"{SVG}*"))}
        before = {element: element.get("style") for element in around - {self._root}}
        for element, style in before.items():
            element.set("style", f"clip-path:none;overflow:visible;{_CLIP.sub('', style or '')}")
        data = self._drawn(*without)
        for element, style in before.items():
            _put_back(element, "style", style)
        return data

    def shows_masks(self, label: Label) -> bool:
        """Whether there are masks in it that stay visible when it is hidden."""
        return label.element not in self._masked and any(one in self._masked for one in label.element.iter(f"{SVG}*"))

    def _without(self, some: Iterable[Label]) -> tuple[set[Element], dict[Element, str]]:
        """What is not displayed, and what is visible or not, if some labels are hidden."""
        some = list(some)
        gone = {one.element for one in some if self._may_go(one.element) and not self.shows_masks(one)}
        if self._has_layers:  # Even what is hidden takes room in them.
            gone = set()
        return gone, self._seen((one for one in some if one.element not in gone), "hidden", "visible")

    def _seen(self, some: Iterable[Label], how: str, else_: str) -> dict[Element, str]:
        """The visibility of the elements of some labels, and of the masks within, if the label is none."""
        seen: dict[Element, str] = {}
        for label in some:
            is_mask = label.element in self._masked
            for element in label.element.iter(f"{SVG}*"):
                if is_mask or not self._is_masked(element):
                    seen[element] = how
                else:
                    seen.setdefault(element, else_)
        return seen

    def _text(self, some: Iterable[Label], how: str) -> dict[Element, str]:
        return {e: how for label in some for e in label.element.iter(f"{SVG}*") if self._is_in_text(e)}

    def _without_all_but(
        self, some: Collection[Label], seen: dict[Element, str]
    ) -> tuple[set[Element], dict[Element, str]]:
        """What is not displayed, and what is visible or not, if nothing but some labels is."""
        inner = {label.element for label in some}
        within = {element for label in some for element in label.element.iterancestors()}
        gone: set[Element] = set()
        left = list(self._root)
        while left:
            element = left.pop()
            if element in within:
                left += element
            elif element not in inner and self._may_go(element):
                gone.add(element)
        kept = {element: "visible" for element in self._root.iter(*_KEPT_FOR_USE)}
        return gone, {self._root: "hidden", **kept, **seen}

    def _surrounded(self, gone: Collection[Element], seen: Mapping[Element, str]) -> bytes:
        """The drawing with what is around it."""
        assert self.size
        width, height = self.size
        data = self._placed("overflow:visible;", gone, seen)
        across, down = width * SURROUNDINGS, height * SURROUNDINGS
        box = f"{-across:.9g} {-down:.9g} {width + 2 * across:.9g} {height + 2 * down:.9g}"
        return b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="%b">%b</svg>' % (box.encode(), data)

    def _placed(self, style: str, gone: Collection[Element], seen: Mapping[Element, str]) -> bytes:
        """The drawing as part of another one, in which it has the same size, at the corner."""
        assert self.size
        root, (width, height) = self._root, self.size
        kept = {name: root.get(name) for name in ("x", "y", "width", "height", "style")}
        inside = {"x": "0", "y": "0", "width": f"{width:.9g}", "height": f"{height:.9g}"}
        for name, value in (inside | {"style": f"{style}{kept['style'] or ''}"}).items():
            root.set(name, value)
        data = self._drawn(gone, seen)
        for name, was in kept.items():
            _put_back(root, name, was)
        return data

    def _drawn(self, gone: Collection[Element], seen: Mapping[Element, str]) -> bytes:
        """The drawing, with some elements that are not displayed, and the visibility of others."""
        before = {element: element.get("style") for element in (*gone, *seen)}
        for element, visibility in seen.items():
            said = element.get("style", "")
            # The ground that draw.io and Mermaid give a drawing is no label, and not in a sketch of some.
            if element is self._root and visibility == "hidden":
                said = f"{_BACKGROUND.sub('', said)};background-color:transparent"
            # Not `display`: without a box of its own, a piece of text would pull what follows into its place.
            element.set("style", f"visibility:{visibility};{_VISIBILITY.sub('', said)}")
        for element in gone:
            element.set("style", "display:none")
        data = serialize(self._root)
        for element, style in before.items():
            _put_back(element, "style", style)
        return data

    def _may_go(self, element: Element) -> bool:
        """Whether nothing is moved or shown in another way if it is not displayed, so that nobody need lay out its text."""
        may_go = self._going.get(element)
        if may_go is None:
            within = {ancestor.tag for ancestor in element.iterancestors() if ancestor is not self._root}
            inner = list(element.iter(f"{SVG}*"))
            may_go = self._going[element] = (
                element.tag in _GRAPHICS
                and within <= _GROUPS
                and not any(one.tag in _SHARING or one.get("id") in self._used for one in inner)
            )
        return may_go

    def _is_in_text(self, element: Element) -> bool:
        return any(one.tag == f"{SVG}text" for one in (element, *element.iterancestors()))

    def _is_masked(self, element: Element) -> bool:
        return not self._masked.isdisjoint([element, *element.iterancestors()])

    def _is_other(self, element: Element) -> bool:
        """Whether it is drawn where it stands, as text or by reference, and is in no mask."""
        is_drawn = not any(ancestor.tag in _KEPT_FOR_USE for ancestor in element.iterancestors())
        return element.tag in (f"{SVG}text", f"{SVG}use") and is_drawn and not self._is_masked(element)

    def _label(self, element: Element, line: int, number: int) -> Label:
        name, group, was, hint = (element.get(f"data-mask{key}", "").strip() for key in ("", "-group", "-was", "-hint"))
        return Label(element, name, group, was, hint, self._shown(element), line, number)

    def _shown(self, element: Element) -> str:
        """The text of an element, and of those that it shows by reference."""
        words = list(_words(element))
        for use in element.iter(f"{SVG}use"):
            target = self._targets.get(address(use).removeprefix("#"))
            words += [" ", *(_words(target) if target is not None else ())]
        return " ".join("".join(words).split())


def read(source: bytes, path: str) -> tuple[Labels | None, list[Diagnostic]]:
    """The labels of an SVG; None, and M012 or O018, if it cannot be used. `path` is the file's."""
    root, found = parse(source, path)
    if root is None:
        return None, found
    if found := burden.check(root, path):
        return None, found
    labels = Labels(root)
    if (number := len(labels.masks) + len(labels.others)) > MAX_LABELS:
        return None, [too_heavy(Span(path), "labels", f"{number:,}")]
    return labels, []


def is_clipped(label: Label) -> bool:
    """Whether the text of a label may be cut off within the drawing: by an inner `<svg>` or a `clip-path`.

    What a style sheet says of a class is not read.
    """
    *around, _ = (label.element, *label.element.iterancestors())
    return any(
        element.tag == f"{SVG}svg" or element.get("clip-path") or "clip-path" in element.get("style", "")
        for element in (*around, *label.element.iterdescendants(f"{SVG}*"))
    )


def with_masks(source: bytes, names: Mapping[int, str]) -> bytes:
    """The source with `data-mask` in the start tags of elements, by their number; every other byte stays.

    Raises ValueError for UTF-16, in which start tags are other bytes.
    """
    if b"\0" in source:
        raise ValueError("the SVG is in UTF-16")
    return with_attributes(source, {number: {"data-mask": name} for number, name in names.items()})


_BACKGROUND = re.compile(r"(?:(?<=;)|^)\s*background(?:-color)?\s*:[^;]*;?")
_CLIP = re.compile(r"(?<![\w-])(?:clip-path|overflow)\s*:[^;]*;?")
_VISIBILITY = re.compile(r"(?<![\w-])visibility\s*:[^;]*;?")

_REFERENCE = re.compile(rb"#([^\s\"'();<>&]+)")
_LAYER = re.compile(rb"filter|clip|<mask|mask\s*[:=]\s*[\"']?\s*url|blend|isolat|opacity")
"""What makes a group a picture of its own, whose size depends on what is in it."""

_GROUPS = {f"{SVG}g", f"{SVG}a"}
_GRAPHICS = _GROUPS | {
    f"{SVG}{name}" for name in ("text", "image", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path")
}
_KEPT_FOR_USE = {f"{SVG}{name}" for name in ("defs", "symbol", "pattern", "clipPath", "mask", "marker")}
_SHARING = _KEPT_FOR_USE | {f"{SVG}use"}
_PLACING = ("x", "y", "dx", "dy")


def _put_back(element: Element, name: str, value: str | None) -> None:
    """Give an attribute of an element the value that it had; None if it was not there."""
    if value is None:
        del element.attrib[name]
    else:
        element.set(name, value)


def _words(element: Element) -> Iterator[str]:
    """The text in an element; pieces that are placed by themselves are parted by a space."""
    if not isinstance(element.tag, str) or element.tag in UNSHOWN:
        return
    if any(element.get(name) is not None for name in _PLACING) or element.tag == f"{SVG}text":
        yield " "
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


_LENGTH = re.compile(r"\s*(\+?[\d.]+(?:e[+-]?\d+)?)\s*([a-z]*|%)\s*", re.IGNORECASE)
_UNITS = {"": 1, "px": 1, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "pt": 96 / 72, "pc": 16, "em": 16, "ex": 8}


def _size(root: Element) -> tuple[float, float] | None:
    """By width and height, else by the viewBox: https://www.w3.org/TR/SVG2/coords.html#SizingSVGInCSS."""
    try:
        box = [float(number) for number in re.split(r"[\s,]+", root.get("viewBox", "").strip())][2:]
    except ValueError:
        box = []
    if len(box) != 2 or not all(0 < side < math.inf for side in box):
        box = [0, 0]
    width, height = (_length(root.get(name, ""), side) for name, side in zip(("width", "height"), box, strict=True))
    if width and not height and box[0]:
        height = width * box[1] / box[0]
    elif height and not width and box[1]:
        width = height * box[0] / box[1]
    elif not width and not height:
        width, height = box
    return (width, height) if width and height else None


def _length(text: str, whole: float) -> float:
    """In pixels; 0 if it is not a length, or a percentage of nothing."""
    match = _LENGTH.fullmatch(text)
    try:
        number = float(match[1]) if match else 0.0
    except ValueError:
        return 0.0
    unit = match[2].lower() if match else ""
    return number * whole / 100 if unit == "%" else number * _UNITS.get(unit, 0)
