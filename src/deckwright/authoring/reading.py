"""The HTML of a field → its parts: paragraphs, lists, tables and so on, as Markdown can have them."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree

from ..render import html_elements
from ..render.html_elements import REST_OF_TAG
from . import code, elements, raw, references, scanning, tables
from .lines import paragraphs
from .parts import Part, has_margin, has_marks, in_one, is_marked
from .pieces import Atom, Styles, style
from .trees import tree

_WORTHLESS = html_elements.REMOVED | {"head"}


def parts(text: str, cloze: bool) -> list[Part]:
    """The parts of a field. Raises `trees.Unwritable`."""
    reader = _Reader(cloze)
    body = tree(_apart(text) if cloze else text)
    reader.inside(body, (), 0)
    return reader.ended()


def atoms(text: str, cloze: bool) -> list[Atom]:
    """All that a field holds on one line, with the tags of blocks as tags of HTML. Raises `trees.Unwritable`."""
    reader = _Reader(cloze, raw=True)
    reader.inside(tree(_apart(text) if cloze else text), (), 0)
    return reader.atoms


def _apart(text: str) -> str:
    """The HTML with what its author escaped so that it marks no cloze, as in `std&#58;&#58;vector`, parted by elements instead:
    the parser reads references, and what they stand for would be marks then.
    """
    return _ESCAPED.sub(lambda found: f"<wbr>{unescape(found[0])}<wbr>" if found[1] else found[0], text)


_ESCAPED = re.compile(
    rf"</?[a-z]{REST_OF_TAG}|&(#0*(?:58|123|125)|#x0*(?:3a|7b|7d)|colon|lcub|lbrace|rcub|rbrace);", re.IGNORECASE
)


class _Reader:
    """What was read of one run of blocks."""

    def __init__(self, cloze: bool, raw: bool = False) -> None:
        self.cloze = cloze
        self.raw = raw
        self.atoms: list[Atom] = []
        self.parts: list[Part] = []
        self.margin = True

    def inside(self, element: etree._Element, styles: Styles, depth: int) -> None:
        """Read what an element holds."""
        if element.text:
            self.atoms += scanning.atoms(element.text, styles, self.cloze)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child, child.tag.lower(), styles, depth + 1)
            if child.tail:
                self.atoms += scanning.atoms(child.tail, styles, self.cloze)

    def element(self, element: etree._Element, name: str, styles: Styles, depth: int) -> None:
        """Read an element."""
        attributes: dict[str, str] = {str(key).lower(): str(value) for key, value in element.attrib.items()}
        if name in _WORTHLESS:
            return
        if name == "br":
            self.atoms.append(Atom("html", "<br>", styles) if self.raw else Atom("break", "", styles))
        elif name == "wbr":
            pass
        elif name == "img":
            self.atoms.append(Atom("image", references.picture(attributes), styles))
        elif name in html_elements.WITHOUT_END:
            if name in html_elements.KEPT and name != "source":
                tag = f"<{name}{elements.attribute_text(name, attributes)}>"
                if name == "hr" and not self.raw:
                    self.block(Part("raw", text=tag))
                else:
                    self.atoms.append(Atom("html", tag, styles))
        elif name in ("audio", "video"):
            self.atoms.append(Atom("html", references.player(element, name, attributes), styles))
        elif self.raw:
            self.tagged(element, name, attributes, styles, depth)
        elif name == "code":
            self.code(element, attributes, styles, depth)
        elif name in elements.BLOCKS:
            self.a_block(element, name, attributes, styles, depth)
        elif name == "a":
            self.inside(element, references.link(attributes, styles), depth)
        else:
            self.inside(element, elements.styles(name, attributes, styles, self.cloze), depth)

    def tagged(
        self, element: etree._Element, name: str, attributes: dict[str, str], styles: Styles, depth: int
    ) -> None:
        """Read an element as tags of HTML around what it holds."""
        name = html_elements.RENAMED.get(name, name)
        if name not in html_elements.KEPT:
            self.inside(element, styles, depth)
            return
        kept = elements.attribute_text(name, attributes, whole=True)
        if name == "span" and not kept:
            self.inside(element, styles, depth)
            return
        before = len(self.atoms)
        within = (*styles, style("html", f"<{name}{kept}>", f"</{name}>"))
        if name in ("pre", "code"):
            self.verbatim(element, within, depth)
        else:
            self.inside(element, within, depth)
        if len(self.atoms) == before:
            self.atoms.append(Atom("html", "", within))

    def verbatim(self, element: etree._Element, styles: Styles, depth: int) -> None:
        """Read code, in which only clozes are more than text."""
        was = len(self.atoms)
        self.inside(element, styles, depth)
        keep = element.tag.lower() == "pre"
        for place in range(was, len(self.atoms)):
            atom = self.atoms[place]
            if atom.kind == "text":
                self.atoms[place] = Atom("text", atom.text.replace("\n", "\r") if keep else atom.text, atom.styles)
            elif atom.kind in ("maths", "display", "sound"):
                before, after = {"maths": ("\\(", "\\)"), "display": ("\\[", "\\]"), "sound": ("", "")}[atom.kind]
                self.atoms[place] = Atom("text", before + atom.text + after, atom.styles)

    def code(self, element: etree._Element, attributes: dict[str, str], styles: Styles, depth: int) -> None:
        """Read code in a line: between backticks if it is nothing but text."""
        text = code.plain(element)
        kept = elements.attribute_text("code", attributes)
        if text is None or kept or not text.strip() or (self.cloze and _MARKS.search(text)) or "\u00a0" in text:
            self.verbatim(element, (*styles, style("html", f"<code{kept}>", "</code>")), depth)
        else:
            self.atoms.append(Atom("code", " ".join(text.split()), styles))

    # Blocks

    def block(self, part: Part, margin: bool = True) -> None:
        """A part that is no paragraph, and whether it has a margin."""
        self.paragraph(True, margin)
        self.parts.append(part)
        self.margin = margin

    def paragraph(self, above_block: bool, margin: bool) -> None:
        """End the paragraphs that are being read."""
        if self.atoms:
            held = paragraphs(self.atoms, self.margin, above_block, margin)
            self.parts += [Part("paragraph", atoms=atoms) for atoms in held]
            self.atoms = []

    def ended(self) -> list[Part]:
        """All parts, when there are no more."""
        self.paragraph(False, False)
        return self.parts

    def of(self, element: etree._Element, styles: Styles, depth: int) -> list[Part]:
        """The parts inside an element."""
        reader = _Reader(self.cloze)
        reader.inside(element, styles, depth)
        return reader.ended()

    def a_block(
        self, element: etree._Element, name: str, attributes: dict[str, str], styles: Styles, depth: int
    ) -> None:
        """Read an element that begins on a line of its own."""
        kept = elements.attribute_text(name, attributes)
        match name:
            case "ul" | "ol" | "menu" | "dir" if (
                _is_simple(element)
                and set(attributes) & {"type", "reversed"} == set()
                and not kept.replace(f' start="{attributes.get("start")}"', "")
            ):
                self.listed(element, name, attributes, styles, depth)
            case "blockquote" if not kept:
                self.block(Part("quote", children=self.of(element, styles, depth)))
            case "pre" | "listing" | "xmp":
                self.preformatted(element, styles, depth)
            case "h3" | "h4" | "h5" | "h6" if not kept and (line := self.line_of(element, styles, depth)):
                self.block(Part("heading", atoms=line, info=name[1]))
            case "table" if not styles and (
                rows := tables.rows(element, lambda cell: self.of(cell, styles, depth + 3))
            ):
                self.block(Part("table", children=rows))
            case (
                "table"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "dl"
                | "details"
                | "figure"
                | "ul"
                | "ol"
                | "menu"
                | "dir"
            ):
                self.whole(element, name, styles, depth)
            case "p" | "div" if elements.is_of_text(kept):
                self.in_lines(element, name, elements.styles("span", attributes, styles, self.cloze), depth)
            case "p" | "div" | "center" | "blockquote" if kept or name in ("center", "blockquote"):
                self.around(element, name, kept, styles, depth)
            case "li":
                self.whole(element, name, styles, depth)
            case "tr" | "td" | "th" | "thead" | "tbody" | "tfoot" | "body":  # Outside a table, browsers pass over it.
                self.inside(element, styles, depth)
            case _:
                self.in_lines(element, name, styles, depth)

    def in_lines(self, element: etree._Element, name: str, styles: Styles, depth: int) -> None:
        """Read an element that begins and ends a line, and is nothing else."""
        edge = Atom("gap" if name == "p" else "line")
        self.atoms.append(edge)
        self.inside(element, styles, depth)
        self.atoms.append(edge)

    def whole(self, element: etree._Element, name: str, styles: Styles, depth: int) -> None:
        """Take an element as it is, as HTML."""
        if not len(element) and not (element.text or "").strip():
            return
        reader = _Reader(self.cloze, raw=True)
        reader.element(element, name, tuple(map(elements.as_tag, styles)), depth)
        margin = name not in ("table", "div", "center", "details", "li")
        if is_marked(reader.atoms) or styles:
            self.block(Part("raw", atoms=reader.atoms), margin)
        else:
            self.block(Part("raw", text=raw.element(element)), margin)

    def around(self, element: etree._Element, name: str, kept: str, styles: Styles, depth: int) -> None:
        """An element with attributes that are kept: its tags go around the blocks in it."""
        held = self.of(element, styles, depth)
        if not held:
            self.in_lines(element, name, styles, depth)
            return
        if (len(held) == 1 and held[0].kind == "paragraph") or not any(map(has_marks, held)):
            self.whole(element, name, styles, depth)
            self.margin = name in ("p", "blockquote") or (held[-1].kind != "paragraph" and has_margin(held[-1]))
        else:
            margin = name in ("p", "blockquote") or has_margin(held[-1])
            self.block(Part("around", children=held, text=f"<{name}{kept}>", info=f"</{name}>"), margin)

    def line_of(self, element: etree._Element, styles: Styles, depth: int) -> list[Atom]:
        """The line that an element holds; nothing if there are blocks in it, or several lines."""
        held = self.of(element, styles, depth)
        if len(held) != 1 or held[0].kind != "paragraph" or any(atom.kind == "break" for atom in held[0].atoms):
            return []
        return held[0].atoms

    def listed(
        self, element: etree._Element, name: str, attributes: dict[str, str], styles: Styles, depth: int
    ) -> None:
        """Read a list. One that stands directly in a list, as browsers write it, belongs to the item above."""
        items: list[Part] = []
        for child in element:
            tag = child.tag.lower() if isinstance(child.tag, str) else ""
            if tag == "li":
                items.append(Part("item", children=in_one(self.of(child, styles, depth + 1))))
            elif tag:
                reader = _Reader(self.cloze)
                reader.element(child, tag, styles, depth + 1)
                if held := reader.ended():
                    items = items or [Part("item")]
                    items[-1].children = [*items[-1].children, *held]
        if items:
            start = attributes.get("start", "1").strip() if name == "ol" else ""
            if start and not (start.isascii() and start.isdigit() and len(start) < 10):
                start = "1"
            self.block(Part("list", children=items, info=start))

    def preformatted(self, element: etree._Element, styles: Styles, depth: int) -> None:
        """Read code in lines: a fence if it is nothing but text, with the language that a class names."""
        text = code.plain(element)
        if text is None or styles or (self.cloze and _MARKS.search(text)):
            self.whole(element, "pre", styles, depth)
        elif text.strip():
            self.block(Part("code", text=text.removeprefix("\n").removesuffix("\n"), info=code.language(element)))


def _is_simple(element: etree._Element) -> bool:
    """Whether a list has nothing outside its items but other lists."""
    return not (element.text or "").strip() and all(
        child.tag in ("li", "ul", "ol") and not (child.tail or "").strip() for child in element
    )


_MARKS = re.compile(r"\{\{c[\d,]+::|\}\}|\u0000")
"""What opens or closes a cloze."""
