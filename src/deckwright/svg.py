"""The source of an SVG → the same drawing without scripts and outside references, and what had to go."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from xml.parsers import expat

from lxml import etree

LIMIT = 5 << 20
"""The longest source that is read, in bytes."""


class SvgError(Exception):
    """The source cannot be used. `reason` goes on after the file's name, `hint` is something the author can do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that was taken out, as the source has it: `<script>`, `onload`. `line` is that of the first of `count`.

    Where a start tag has several lines, it is its last one.
    """

    what: str
    line: int
    count: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG that may be shown. `data` is the source itself where nothing was removed.

    `sized` is false where neither a viewBox nor width and height tell its size: a browser then takes 300 × 150.
    """

    data: bytes
    removed: tuple[Removed, ...]
    line: int
    sized: bool


def clean(source: bytes) -> Drawing:
    """Take out all that acts or is fetched, and say what. Raises SvgError for what is no SVG, or could be a trap.

    Embedded pictures and fonts (`data:`) stay, and so do the links of `<a>` to web pages: nothing is fetched for them.
    """
    root = _parse(source)
    lines = defaultdict(list)
    for what, line in _remove(root):
        lines[what].append(line)
    removed = tuple(Removed(what, min(found), len(found)) for what, found in lines.items())
    # The root alone: what stands before it, a style sheet's address or a DOCTYPE, is left behind.
    data = etree.tostring(root, encoding="utf-8") if removed else source
    return Drawing(data, removed, root.sourceline, _is_sized(root))


_SVG = "{http://www.w3.org/2000/svg}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def _parse(source: bytes) -> etree._Element:
    if len(source) > LIMIT:
        raise SvgError(f"is over {LIMIT >> 20} MiB", "simplify it, or save it as a PNG")
    # lxml does not tell whether a DOCTYPE has declarations; expat does, before it obeys any.
    checker = expat.ParserCreate()
    checker.StartDoctypeDeclHandler = _refuse_declarations
    try:
        checker.Parse(source, True)
        root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))
    except (expat.ExpatError, etree.XMLSyntaxError, ValueError, LookupError) as error:  # the last two: an odd encoding
        raise SvgError(
            f"is not XML: {getattr(error, 'msg', error)}", "save it again, as SVG, from the program that drew it"
        ) from error
    if root.tag == "svg":
        raise SvgError("lacks its namespace", 'begin it with `<svg xmlns="http://www.w3.org/2000/svg"`')
    if root.tag != f"{_SVG}svg":
        name = etree.QName(root).localname
        raise SvgError(f"is no SVG: its root element is `<{name}>`", "save the drawing itself, as SVG")
    return root


def _refuse_declarations(name: str, system: str | None, public: str | None, declares: bool) -> None:
    """Entities can grow without bound or read other files, and a declared default can be a script."""
    if declares:
        raise SvgError(
            "declares entities or other names of its own in its DOCTYPE",
            "save it as plain SVG (Inkscape), by Export As (Illustrator), or delete the DOCTYPE",
        )


_GONE = "gone"


def _remove(root: etree._Element) -> Iterator[tuple[str, int]]:
    """Change the tree, and yield each thing as it goes, with its line."""
    for instruction in root.itersiblings(etree.ProcessingInstruction, preceding=True):
        if instruction.target == "xml-stylesheet":
            yield "<?xml-stylesheet?>", instruction.sourceline
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if _acts(element):
            yield f"<{etree.QName(element).localname}>", element.sourceline
            # Only marked: removing it now would lose the walk's place, and the text that follows it.
            element.tag = _GONE
            walk.skip_subtree()
            continue
        for what in _remove_from_attributes(element):
            yield what, element.sourceline
        if element.tag == f"{_SVG}style":
            text, found = _clean_css("".join(element.itertext()))
            for what in found:
                yield what, element.sourceline
            if found:
                del element[:]
                element.text = text
    etree.strip_elements(root, _GONE, with_tail=False)


_ACTING = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "embed", "object", "audio", "video"})


def _acts(element: etree._Element) -> bool:
    """Whether it is a script, brings in a web page or a player, or would change an address or a handler in time."""
    if element.tag.startswith(_XHTML) or etree.QName(element).localname.lower() in _ACTING:
        return True
    changed = element.get("attributeName", "").rpartition(":")[2].lower()
    return changed == "href" or changed.startswith("on")


def _remove_from_attributes(element: etree._Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        local = etree.QName(name).localname
        if local.lower().startswith("on") or name == _XML_BASE:
            del element.attrib[name]
            yield local if name != _XML_BASE else "xml:base"
        elif name in ("href", "src", f"{_XLINK}href"):
            if not _stays_inside(element, value):
                del element.attrib[name]
                yield f'{local}="{_short(value)}"'
        elif not name.startswith("{"):
            cleaned, found = _clean_css(value)
            if found:
                element.set(name, cleaned)
                yield from found


def _stays_inside(element: etree._Element, address: str) -> bool:
    address = address.lstrip("".join(map(chr, range(33)))).lower()  # as browsers do
    if not address or address.startswith("#"):
        return True
    if element.tag == f"{_SVG}a":
        return address.startswith(("http:", "https:", "mailto:"))
    return address.startswith("data:image/") and element.tag != f"{_SVG}use"


_OUTSIDE = re.compile(
    r"@import\b[^;]*;?"
    r"|image-set\([^)]*\)?"
    r"|url\(\s*+(?![\"']?\s*(?:\#|data:))(?:\"[^\"]*\"|'[^']*'|[^\"')][^)]*)?\s*\)?",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE | re.DOTALL)


def _clean_css(css: str) -> tuple[str, list[str]]:
    """The style without references to outside, and what they were."""
    found = [_short(match[0]) for match in _OUTSIDE.finditer(css)]
    cleaned = _OUTSIDE.sub(lambda match: "" if match[0].startswith("@") else "none", css)
    # `u\72l(` is `url(` as well. Nobody writes so without a purpose: then nothing of the style stays.
    if "\\" in cleaned and (hidden := _OUTSIDE.search(_ESCAPE.sub(_unescaped, cleaned))):
        return "", [*found, _short(hidden[0])]
    return cleaned, found


def _unescaped(match: re.Match[str]) -> str:
    return chr(min(int(match[1], 16), 0x10FFFF)) if match[1] else match[2]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


def _is_sized(root: etree._Element) -> bool:
    lengths = [root.get(name, "").strip() for name in ("width", "height")]
    return root.get("viewBox") is not None or all(length and not length.endswith("%") for length in lengths)


# Labels


@dataclass(frozen=True, slots=True)
class Label:
    """An element that can be hidden: one with `data-mask`, whose name, group, former name and hint that gives, or text.

    `text` is what it says, white space folded. `line` is the source's, `number` the element's in the document, from 0.
    """

    element: etree._Element
    name: str
    group: str
    was: str
    hint: str
    text: str
    line: int
    number: int


class Labels:
    """The labels of a drawing: `masks`, those with `data-mask`, and `others`, what shows text and lies in none of them.

    `size` is the drawing's width and height in pixels, as they are without a page around it; None where they are not
    told. Acts and references to outside are gone, as after `clean`, and SvgError is raised as it does.
    """

    def __init__(self, source: bytes) -> None:
        self._root = _parse(source)
        numbers = {element: number for number, element in enumerate(self._root.iter(etree.Element))}
        lines = {element: element.sourceline for element in numbers}
        for _ in _remove(self._root):
            pass
        kept = list(self._root.iter(f"{_SVG}*"))
        self._masked = {element for element in kept if element.get("data-mask") is not None}
        self._targets = {element.get("id"): element for element in kept}
        self.masks = [self._label(e, lines[e], numbers[e]) for e in kept if e in self._masked]
        others = (self._label(e, lines[e], numbers[e]) for e in kept if self._is_other(e))
        self.others = [label for label in others if label.text]
        self.size = _size(self._root)

    def drawing(self, without: Label | None = None) -> bytes:
        """The drawing, with one label hidden and everything else where it was: the masks inside another text too."""
        elements = list(without.element.iter(f"{_SVG}*")) if without else []
        before = [element.get("style") for element in elements]
        for element in elements:
            stays = without.element not in self._masked and self._is_masked(element)
            # Not `display`: without a box of its own, a piece of text would pull what follows into its place.
            seen = "visible" if stays else "hidden"
            element.set("style", f"visibility:{seen};{_VISIBILITY.sub('', element.get('style', ''))}")
        data = etree.tostring(self._root, encoding="utf-8")
        for element, style in zip(elements, before, strict=True):
            if style is None:
                del element.attrib["style"]
            else:
                element.set("style", style)
        return data

    def _is_masked(self, element: etree._Element) -> bool:
        return not self._masked.isdisjoint([element, *element.iterancestors()])

    def _is_other(self, element: etree._Element) -> bool:
        """Whether it is drawn where it stands, as text or by reference, and lies in no mask."""
        is_drawn = not any(ancestor.tag in _KEPT_FOR_USE for ancestor in element.iterancestors())
        return element.tag in (f"{_SVG}text", f"{_SVG}use") and is_drawn and not self._is_masked(element)

    def _label(self, element: etree._Element, line: int, number: int) -> Label:
        names = ("data-mask", "data-mask-group", "data-mask-was", "data-mask-hint")
        given = (element.get(name, "").strip() for name in names)
        return Label(element, *given, self._said(element), line, number)

    def _said(self, element: etree._Element) -> str:
        """What an element says itself, and what those do that it shows by reference."""
        words = list(_words(element))
        for use in element.iter(f"{_SVG}use"):
            target = self._targets.get((use.get("href") or use.get(f"{_XLINK}href") or "").removeprefix("#"))
            words += [" ", *(_words(target) if target is not None else ())]
        return " ".join("".join(words).split())


def with_masks(source: bytes, names: Mapping[int, str]) -> bytes:
    """The source with `data-mask` in the start tags of elements, by number; every other byte as it was.

    The names hold nothing that XML escapes. Raises SvgError for UTF-16, whose bytes are not looked into.
    """
    if b"\0" in source:
        raise SvgError("is in UTF-16", "save it in UTF-8")
    places: list[tuple[int, str]] = []
    number = count()
    parser = expat.ParserCreate()

    def start(*_: object) -> None:
        if name := names.get(next(number)):
            places.append((parser.CurrentByteIndex, name))

    parser.StartElementHandler = start
    parser.Parse(source, True)
    for place, name in reversed(places):
        after = _START.match(source, place).end()
        source = source[:after] + f' data-mask="{name}"'.encode() + source[after:]
    return source


_START = re.compile(rb"<[^\s/>]+")
_VISIBILITY = re.compile(r"(?<![\w-])visibility\s*:[^;]*;?")


_KEPT_FOR_USE = {f"{_SVG}{name}" for name in ("defs", "symbol", "pattern", "clipPath", "mask", "marker")}
_UNSAID = {f"{_SVG}{name}" for name in ("title", "desc", "metadata", "style")}
_PLACING = ("x", "y", "dx", "dy")


def _words(element: etree._Element) -> Iterator[str]:
    """What it says; pieces that are placed apart are parted by a space."""
    if not isinstance(element.tag, str) or element.tag in _UNSAID:
        return
    if any(element.get(name) is not None for name in _PLACING) or element.tag == f"{_SVG}text":
        yield " "
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


_LENGTH = re.compile(r"\s*(\+?[\d.]+(?:e[+-]?\d+)?)\s*([a-z]*|%)\s*", re.IGNORECASE)
_UNITS = {"": 1, "px": 1, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "pt": 96 / 72, "pc": 16, "em": 16, "ex": 8}


def _size(root: etree._Element) -> tuple[float, float] | None:
    """https://www.w3.org/TR/SVG2/coords.html#SizingSVGInCSS: by width and height, else by the view box."""
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
    """In pixels; 0 where it is no length, or a part of nothing."""
    match = _LENGTH.fullmatch(text)
    try:
        number = float(match[1]) if match else 0.0
    except ValueError:
        return 0.0
    unit = match[2].lower() if match else ""
    return number * whole / 100 if unit == "%" else number * _UNITS.get(unit, 0)
