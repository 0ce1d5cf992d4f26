"""The source of an SVG → its labels: the elements that can be masks, and those that show other text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from xml.parsers import expat

import msgspec

from ..diagnostics import Diagnostic
from ..diagnostics.occlusion import too_heavy
from ..limits import MAX_LABELS
from ..media.svg import SVG, UNSHOWN, Element, address, line_of, parse, remove_active, serialize
from ..model import Span
from . import burden

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
        self.masks = [self._label(e, lines[e], numbers[e]) for e in kept if e in self._masked]
        others = (self._label(e, lines[e], numbers[e]) for e in kept if self._is_other(e))
        self.others = [label for label in others if label.text]
        self.size = _size(root)

    def drawing(self, without: Iterable[Label] = ()) -> bytes:
        """The drawing, without what acts or is loaded; some labels may be hidden. All else stays where it was.

        The masks inside another text stay visible when only that text is hidden.
        """
        seen: dict[Element, str] = {}
        for label in without:
            is_mask = label.element in self._masked
            for element in label.element.iter(f"{SVG}*"):
                if is_mask or not self._is_masked(element):
                    seen[element] = "hidden"
                else:
                    seen.setdefault(element, "visible")
        return self._drawn(seen)

    def with_surroundings(self, without: Iterable[Label] = ()) -> bytes:
        """The drawing with a part of what is around it, `SURROUNDINGS` of each side, in which nothing is cut off.

        Of the labels to hide, only the text is hidden: a background may go beyond the edge. The drawing has a size.
        """
        assert self.size
        hidden = {e: "hidden" for label in without for e in label.element.iter(f"{SVG}*") if self._is_in_text(e)}
        root, (width, height) = self._root, self.size
        kept = {name: root.get(name) for name in ("x", "y", "width", "height", "style")}
        inside = {"x": "0", "y": "0", "width": f"{width:.9g}", "height": f"{height:.9g}"}
        for name, value in (inside | {"style": f"overflow:visible;{kept['style'] or ''}"}).items():
            root.set(name, value)
        data = self._drawn(hidden)
        for name, was in kept.items():
            if was is None:
                del root.attrib[name]
            else:
                root.set(name, was)
        across, down = width * SURROUNDINGS, height * SURROUNDINGS
        box = f"{-across:.9g} {-down:.9g} {width + 2 * across:.9g} {height + 2 * down:.9g}"
        return b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="%b">%b</svg>' % (box.encode(), data)

    def _drawn(self, seen: Mapping[Element, str]) -> bytes:
        """The drawing, with the visibility of some of its elements."""
        before = {element: element.get("style") for element in seen}
        for element, visibility in seen.items():
            # Not `display`: without a box of its own, a piece of text would pull what follows into its place.
            element.set("style", f"visibility:{visibility};{_VISIBILITY.sub('', element.get('style', ''))}")
        data = serialize(self._root)
        for element, style in before.items():
            if style is None:
                del element.attrib["style"]
            else:
                element.set("style", style)
        return data

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


def with_masks(source: bytes, names: Mapping[int, str]) -> bytes:
    """The source with `data-mask` in the start tags of elements, by their number; every other byte stays.

    The names contain nothing that XML escapes. Raises ValueError for UTF-16, in which start tags are other bytes.
    """
    if b"\0" in source:
        raise ValueError("the SVG is in UTF-16")
    places: list[tuple[int, str]] = []
    number = count()
    parser = expat.ParserCreate()

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if name := names.get(next(number)):
            places.append((parser.CurrentByteIndex, name))

    parser.StartElementHandler = start
    parser.Parse(source, True)
    for place, name in reversed(places):
        tag = _START.match(source, place)
        assert tag  # expat has just found it there.
        source = source[: tag.end()] + f' data-mask="{name}"'.encode() + source[tag.end() :]
    return source


_START = re.compile(rb"<[^\s/>]+")
_VISIBILITY = re.compile(r"(?<![\w-])visibility\s*:[^;]*;?")

_KEPT_FOR_USE = {f"{SVG}{name}" for name in ("defs", "symbol", "pattern", "clipPath", "mask", "marker")}
_PLACING = ("x", "y", "dx", "dy")


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
