"""The source of an SVG → the same drawing without scripts and outside references, and what had to be removed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias, cast
from xml.parsers import expat

from lxml import etree

from ..diagnostics import Diagnostic
from ..diagnostics.media import SvgProblem, broken_svg, cleaned, unsized
from ..limits import MAX_SVG_ATTRIBUTES, MAX_SVG_BYTES, MAX_SVG_ELEMENTS, MAX_SVG_NESTING
from ..model import Span
from ..patterns import pattern

Element: TypeAlias = etree._Element
"""An element of a drawing: lxml's, whose name for it is private."""

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
"""How the names of elements and attributes begin."""

UNSHOWN = frozenset({f"{SVG}{name}" for name in ("title", "desc", "metadata", "style")})
"""Elements whose text is not drawn."""


def clean(source: bytes, path: str) -> tuple[bytes | None, list[Diagnostic]]:
    """The drawing without everything that acts or is loaded; None if it cannot be used. `path` is the file's.

    It is the source itself if nothing had to be removed. Embedded pictures and fonts (`data:`) stay, and so do the links
    of `<a>` to web pages: nothing is loaded for them. There is a warning for each sort of thing that was removed, and one
    if a browser could not tell the drawing's size: it would take 300 × 150 pixels.
    """
    root, found = parse(source, path)
    if root is None:
        return None, found
    lines = defaultdict(list)
    for what, line in remove_active(root):
        lines[what].append(line)
    found = [cleaned(Span(path, min(places), 1), what, len(places)) for what, places in lines.items()]
    if not _is_sized(root):
        found.append(unsized(Span(path, line_of(root), 1)))
    # The root alone: what stands before it, a style sheet's address or a DOCTYPE, is left behind.
    return (serialize(root) if lines else source), found


def parse(source: bytes, path: str) -> tuple[Element | None, list[Diagnostic]]:
    """The root element; None, and M012, for what is not an SVG or could be a trap."""

    def refused(problem: SvgProblem, detail: str = "") -> tuple[None, list[Diagnostic]]:
        return None, [broken_svg(Span(path), path, problem, detail)]

    if len(source) > MAX_SVG_BYTES:
        return refused("large")
    # lxml does not tell whether a DOCTYPE has declarations; expat does, before it obeys any. And it builds no tree.
    checker = expat.ParserCreate()
    checker.StartDoctypeDeclHandler = _refuse_declarations
    checker.SkippedEntityHandler = _refuse_entity
    counter = _Counter()
    checker.StartElementHandler, checker.EndElementHandler = counter.start, counter.end
    try:
        checker.Parse(source, True)
        root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))
    except _DeclaresError:
        return refused("DOCTYPE")
    except _TooManyError as error:
        return refused(error.problem)
    except (expat.ExpatError, etree.XMLSyntaxError, ValueError, LookupError) as error:  # the last two: an odd encoding
        return refused("not XML", str(getattr(error, "msg", error)))
    if root.tag == "svg":
        return refused("namespace")
    if root.tag != f"{SVG}svg":
        return refused("root", etree.QName(root).localname)
    return root, []


def serialize(root: Element) -> bytes:
    """The drawing as the bytes of an SVG, in UTF-8."""
    return etree.tostring(root, encoding="utf-8")


def address(element: Element) -> str:
    """What an element refers to; empty if it refers to nothing."""
    return element.get("href") or element.get(f"{XLINK}href") or ""


def line_of(element: Element) -> int:
    """The line of an element's start tag, from 1; its last one, if the tag has several."""
    return cast(int, element.sourceline)


class _DeclaresError(Exception):
    """The DOCTYPE declares something."""


def _refuse_declarations(name: str, system: str | None, public: str | None, declares: bool) -> None:
    """Entities can grow without bound or read other files, and a declared default can be a script."""
    if declares:
        raise _DeclaresError


def _refuse_entity(name: str, is_parameter: bool) -> None:
    """A DOCTYPE may name a file that would declare it, and that nobody reads: then it is no mistake for expat."""
    if not is_parameter:
        raise ValueError(f"undefined entity `&{name};`")


class _TooManyError(Exception):
    """There are more elements or attributes than are read, or they nest deeper."""

    def __init__(self, problem: SvgProblem) -> None:
        super().__init__(problem)
        self.problem = problem


class _Counter:
    """Counts elements while they are read. Raises _TooManyError."""

    def __init__(self) -> None:
        self._elements = self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > MAX_SVG_ELEMENTS:
            raise _TooManyError("elements")
        if self._depth > MAX_SVG_NESTING:
            raise _TooManyError("nested")
        if len(attributes) > MAX_SVG_ATTRIBUTES:
            raise _TooManyError("attributes")

    def end(self, tag: str) -> None:
        self._depth -= 1


def remove_active(root: Element) -> list[tuple[str, int]]:
    """Remove all that acts or is loaded from elsewhere; each thing as the source has it (`<script>`, `onload`) and its line."""
    removed = list(_remove(root))
    etree.strip_elements(root, _GONE, with_tail=False)
    return removed


_XHTML = "{http://www.w3.org/1999/xhtml}"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_GONE = "gone"


def _remove(root: Element) -> Iterator[tuple[str, int]]:
    """Change the tree, and yield each thing with its line. Whole elements are only marked."""
    for node in root.itersiblings(preceding=True):
        if isinstance(node, etree._ProcessingInstruction) and node.target == "xml-stylesheet":
            yield "<?xml-stylesheet?>", line_of(node)
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if _acts(element):
            yield f"<{etree.QName(element).localname}>", line_of(element)
            # Removing it now would lose the walk's place, and the text that follows it.
            element.tag = _GONE
            walk.skip_subtree()
            continue
        for what in _remove_from_attributes(element):
            yield what, line_of(element)
        if element.tag == f"{SVG}style":
            text, found = _clean_css("".join(element.itertext()))
            for what in found:
                yield what, line_of(element)
            if found:
                del element[:]
                element.text = text


_ACTING = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "embed", "object", "audio", "video"})


def _acts(element: Element) -> bool:
    """Whether it is a script, brings in a web page or a player, or would change an address or a handler in time."""
    if element.tag.startswith(_XHTML) or _local(element.tag).lower() in _ACTING:
        return True
    changed = element.get("attributeName", "").rpartition(":")[2].lower()
    return changed == "href" or changed.startswith("on")


def _remove_from_attributes(element: Element) -> Iterator[str]:
    for name, value in ((str(name), str(value)) for name, value in element.items()):
        local = _local(name)
        if local.lower().startswith("on") or name == _XML_BASE:
            del element.attrib[name]
            yield local if name != _XML_BASE else "xml:base"
        elif name in ("href", "src", f"{XLINK}href"):
            if not _stays_inside(element, value):
                del element.attrib[name]
                yield f'{local}="{_short(value)}"'
        elif not name.startswith("{"):
            kept, found = _clean_css(value)
            if found:
                element.set(name, kept)
                yield from found


def _local(name: str) -> str:
    """The name of an element or an attribute without its namespace."""
    return name.rpartition("}")[2]


def _stays_inside(element: Element, address: str) -> bool:
    address = address.lstrip("".join(map(chr, range(33)))).lower()  # as browsers do
    if not address or address.startswith("#"):
        return True
    if element.tag == f"{SVG}a":
        return address.startswith(("http:", "https:", "mailto:"))
    return address.startswith("data:image/") and element.tag != f"{SVG}use"


_OUTSIDE = pattern(
    r"@import\b[^;]*;?"
    r"|image-set\([^)]*\)?"
    r"|url\(\s*+(?![\"']?\s*(?:\#|data:))(?:\"[^\"]*\"|'[^']*'|[^\"')][^)]*)?\s*\)?",
    re.IGNORECASE,
)
_ESCAPE = pattern(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE | re.DOTALL)


def _clean_css(css: str) -> tuple[str, list[str]]:
    """The style without references to outside, and what they were."""
    if "(" not in css and "@" not in css and "\\" not in css:  # Most attributes: none of them can refer to anything.
        return css, []
    found = [_short(match[0]) for match in _OUTSIDE.finditer(css)]
    kept = _OUTSIDE.sub(lambda match: "" if match[0].startswith("@") else "none", css)
    # `u\72l(` is `url(` as well. Nobody writes so without a purpose: then nothing of the style stays.
    if "\\" in kept and (hidden := _OUTSIDE.search(_ESCAPE.sub(_unescaped, kept))):
        return "", [*found, _short(hidden[0])]
    return kept, found


def _unescaped(match: re.Match[str]) -> str:
    return chr(min(int(match[1], 16), 0x10FFFF)) if match[1] else match[2]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


def _is_sized(root: Element) -> bool:
    lengths = [root.get(name, "").strip() for name in ("width", "height")]
    return root.get("viewBox") is not None or all(length and not length.endswith("%") for length in lengths)
