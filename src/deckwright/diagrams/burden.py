"""An SVG → what in it would take too long to draw, or too much memory. It is found without drawing anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import msgspec

from ..diagnostics import Diagnostic
from ..diagnostics.occlusion import Burden, too_heavy
from ..limits import (
    MAX_DRAWN_ELEMENTS,
    MAX_DRAWN_NESTING,
    MAX_DRAWN_TEXT,
    MAX_EMBEDDED_PIXELS,
    MAX_FILTER_NESTING,
    MAX_FILTER_STEPS,
    MAX_OCTAVES,
)
from ..media.svg import SVG, UNSHOWN, Element, address, line_of, parse
from ..model import Span
from . import picture


def check(root: Element, path: str) -> list[Diagnostic]:
    """O018 for the first thing that is too much; what remains may still be, and is stopped while it is drawn."""
    try:
        _refuse_what_is_written(root)
        _Sums(root).of(root, 0)
    except _TooMuchError as error:
        return [too_heavy(Span(path, error.line, 1), error.what, error.detail)]
    return []


class _TooMuchError(Exception):
    """An element with which something becomes too much."""

    def __init__(self, what: Burden, element: Element, detail: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.line = line_of(element)
        self.detail = detail


def _refuse_what_is_written(root: Element) -> None:
    """What counts, whether it is drawn or only kept for use: resvg, or the reading of labels, goes through all of it."""
    depths = {root: 0}
    characters = 0
    for element in root.iter("*"):
        parent = element.getparent()
        depths[element] = depth = 0 if parent is None or element is root else depths[parent] + 1
        if depth > MAX_DRAWN_NESTING:
            raise _TooMuchError("nested", element)
        if element.tag in UNSHOWN:
            continue
        characters += len((element.text or "").strip()) + len((element.tail or "").strip())
        if characters > MAX_DRAWN_TEXT:
            raise _TooMuchError("text", element)
        octaves = _number(element.get("numOctaves", "")) if element.tag == f"{SVG}feTurbulence" else 0
        if octaves > MAX_OCTAVES:
            raise _TooMuchError("octaves", element, f"{octaves:g}")


class _Sum(msgspec.Struct):
    """What is drawn for an element, with all that it contains or refers to. `nesting` is the deepest of it, from 0."""

    elements: int = 1
    nesting: int = 0
    characters: int = 0
    steps: int = 0
    filters: int = 0
    pixels: int = 0

    def add(self, other: _Sum, times: int = 1) -> None:
        self.elements += other.elements * times
        self.characters += other.characters * times
        self.steps += other.steps * times
        self.pixels += other.pixels * times
        self.nesting = max(self.nesting, other.nesting + 1)
        self.filters = max(self.filters, other.filters)


class _Sums:
    """The sums of the elements of a drawing; each is made once, so that references do not multiply the work."""

    def __init__(self, root: Element) -> None:
        self._targets = {element.get("id"): element for element in root.iter("*")}
        self._made: dict[Element, _Sum] = {}
        self._open: set[Element] = set()

    def of(self, element: Element, depth: int) -> _Sum:
        """The sum of an element that is drawn so deep. Raises _TooMuchError."""
        if element in self._open:  # What contains itself is not drawn.
            return _Sum(0)
        if depth > MAX_DRAWN_NESTING:
            raise _TooMuchError("nested", element)
        made = self._made.get(element)
        if made is None:
            self._open.add(element)
            made = self._made[element] = self._summed(element, depth)
            self._open.remove(element)
        elif depth + made.nesting > MAX_DRAWN_NESTING:
            raise _TooMuchError("nested", element)
        return made

    def _summed(self, element: Element, depth: int) -> _Sum:
        made = _Sum()
        if element.tag not in UNSHOWN:
            made.characters = len((element.text or "").strip())
        if element.tag in _SHOWING_A_PICTURE:
            self._add_picture(made, element)
        for child in element.iterchildren("*"):
            if child.tag not in _KEPT_FOR_USE:
                made.add(self.of(child, depth + 1))
                made.characters += len((child.tail or "").strip())
        for name, target in self._references(element):
            summed = self.of(target, depth + 1)
            if target.tag == f"{SVG}filter":
                made.steps += summed.elements - 1
                made.pixels += summed.pixels
            else:
                made.add(summed, _vertices(element) if name.startswith("marker") else 1)
        if steps := _filter_steps(element):
            made.filters += 1
            made.steps += steps
        counted: tuple[tuple[Burden, int, int], ...] = (
            ("elements", made.elements, MAX_DRAWN_ELEMENTS),
            ("text", made.characters, MAX_DRAWN_TEXT),
            ("steps", made.steps, MAX_FILTER_STEPS),
            ("filters", made.filters, MAX_FILTER_NESTING),
            ("pixels", made.pixels, MAX_EMBEDDED_PIXELS),
        )
        for what, number, most in counted:
            if number > most:
                raise _TooMuchError(what, element)
        return made

    def _references(self, element: Element) -> Iterator[tuple[str, Element]]:
        """What is drawn for an element besides its content, with the attribute that says so."""
        href = address(element)
        if href.startswith("#") and element.tag != f"{SVG}a" and (target := self._targets.get(href[1:])) is not None:
            yield "href", target
        for name, value in _styles(element):
            if name in _REFERRING and "(" in value:
                for used in _URL.findall(value):
                    if (target := self._targets.get(used)) is not None:
                        yield name, target

    def _add_picture(self, made: _Sum, element: Element) -> None:
        """What an embedded picture adds."""
        kind, data = _embedded(address(element))
        if kind != "svg":
            made.pixels += picture.pixels(data) if data else 0
            return
        root, found = parse(data, "")
        if root is None:
            raise _TooMuchError("embedded", element, found[0].message.removeprefix("`` "))
        try:
            _refuse_what_is_written(root)
            made.add(_Sums(root).of(root, 0))
        except _TooMuchError as error:
            raise _TooMuchError(error.what, element, error.detail) from None


_SHOWING_A_PICTURE = {f"{SVG}image", f"{SVG}feImage"}
_KEPT_FOR_USE = {f"{SVG}{name}" for name in ("defs", "symbol", "pattern", "clipPath", "mask", "marker", "filter")}
_REFERRING = {"fill", "stroke", "mask", "clip-path", "filter", "marker", "marker-start", "marker-mid", "marker-end"}
_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]*)")
_URL = re.compile(r"url\(\s*[\"']?#([^\"')]*)")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


def _styles(element: Element) -> Iterator[tuple[str, str]]:
    """The attributes of an element, and after them the declarations of its `style`."""
    yield from ((str(name), str(value)) for name, value in element.items())
    if style := element.get("style"):
        yield from _DECLARATION.findall(style)


def _filter_steps(element: Element) -> int:
    """How many filters an element names, as functions such as `blur(2px)` or by `url()`: each is a step at least."""
    named = (value.strip() for name, value in _styles(element) if name == "filter")
    return sum(max(value.count("("), 1) for value in named if value not in ("", "none"))


def _vertices(element: Element) -> int:
    """How many markers a path has at most."""
    return sum(1 for name in ("d", "points") for _ in _NUMBER.finditer(element.get(name, ""))) // 2 + 2


def _number(text: str) -> float:
    match = _NUMBER.match(text.strip())
    return float(match[0]) if match else 0


def _embedded(address: str) -> tuple[str, bytes]:
    """Whether a `data:` address has an SVG or another picture, and its bytes; none if it has none that can be read."""
    import base64
    import binascii

    head, _, body = address.strip().partition(",")
    if not head.lower().startswith("data:"):
        return "", b""
    data = unquote_to_bytes(body)
    if head.rstrip().lower().endswith(";base64"):
        try:
            data = base64.b64decode(data)
        except binascii.Error:
            return "", b""
    # resvg unpacks what gzip has packed.
    is_svg = "svg" in head.lower() or data.startswith(b"\x1f\x8b")
    return "svg" if is_svg else "picture", data
