"""HTML that is well-formed, piece by piece → what a reader sees, in lines as a browser would set them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from html import unescape
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import unquote

from ..render.html_elements import WITHOUT_END
from .looks import DEAD_LINK, Look, Sheet, inside

Kind = Literal["text", "object", "cloze", "space", "line", "cell", "row", "rule", "box"]


class Piece(NamedTuple):
    """A piece of what is seen, in the order in which it is read.

    Words, with single spaces between them, or a part of one; a picture, a sound, a formula; the beginning, the hint or the
    end of a cloze; so many spaces; a new line, with the empty lines before it, how far it is indented and the mark of a
    list; the beginning of a cell or a row; a rule; an element that is seen although it holds nothing. `role` is what
    changes the meaning of a text: that it is a link and to where, or above the line. `look` is all the rest.
    """

    kind: Kind
    text: str = ""
    role: str = ""
    look: Look = ()


Seen: TypeAlias = tuple[Piece, ...]

OBJECT, END_OBJECT, OPEN, OPENED, HINT, CLOSE = map(chr, range(0x10FFF0, 0x10FFF6))
"""Characters that stand for what is no text: the last private ones of Unicode, which no font has."""


class _Element(NamedTuple):
    """An element that is open: what changes by it, and is as before when it ends. `number` counts the items of a list.

    `before` is how many pieces stood before it, `box` how it is seen if no more come.
    """

    name: str
    look: Look
    role: str
    keeps_white: bool
    indent: int
    number: list[int]
    marks: str
    margin: float
    is_block: bool = False
    before: int = 0
    box: Look = ()


class Reading:
    """A field as it is read, from its beginning to its end."""

    def __init__(
        self, sheet: Sheet, objects: list[tuple[str, str]], file: Callable[[str], str], anchors: Collection[str] = ()
    ) -> None:
        """`anchors` are the ids of elements to which links may lead."""
        self.pieces: list[Piece] = []
        self._anchors = anchors
        self._sheet, self._objects, self._file = sheet, objects, file
        self._open = [_Element("", sheet.card, "", sheet.keeps_white, 0, [0], "", 0)]
        self._in_line = False
        self._first = True  # Nothing stands above: no margin is seen.
        self._empty = 0.0
        self._margin = 0.0
        self._spaces = 0
        self._is_white = False  # The last space may vanish in a longer one.
        self._mark = ""
        self._closing = 0

    def data(self, text: str) -> None:
        keeps_white = self._open[-1].keeps_white
        if not _SPECIAL.search(text):  # As nearly all text is.
            if text.startswith(" "):
                self._white(" ", keeps_white)
            if shown := text.strip(" "):
                self._word(shown)
                if text[-1] == " ":
                    self._white(" ", keeps_white)
            return
        for part in _PARTS.findall(text):
            first = part[0]
            if first in " \t\n\r\f":
                self._white(part, keeps_white)
            elif first == "\xa0":
                self._spaces += len(part)
                self._is_white = False
            elif first == OBJECT:
                kind, value = self._objects[int(part[1:-1])] if part[1:-1].isdigit() else ("text", part)
                self._object(kind, value)
            elif first in _CLOZE_SIGNS:
                if first == CLOSE and not self._in_line:
                    self._closing += 1
                    continue
                self._place()
                self.pieces.append(Piece("cloze", part))
            elif shown := _UNSEEN.sub("", part):
                self._word(shown)

    def _white(self, part: str, keeps: bool) -> None:
        if keeps:
            for char in part:
                if char == "\n":
                    self._break()
                else:
                    self._spaces += 4 if char == "\t" else 1
        elif not self._is_white and (self._in_line or self._spaces):
            self._spaces += 1
            self._is_white = True

    def _word(self, text: str) -> None:
        element = self._open[-1]
        last = self.pieces[-1] if self._in_line and self._spaces <= 1 else None
        if last and (last.kind, last.role, last.look) == ("text", element.role, element.look):
            self.pieces[-1] = last._replace(text=f"{last.text}{' ' * self._spaces}{text}")
            self._spaces, self._is_white = 0, False
            return
        self._place()
        self.pieces.append(Piece("text", text, element.role, element.look))

    def _object(self, kind: str, value: str, look: Look = ()) -> None:
        if kind == "style":
            self.pieces.append(Piece("rule", f"ornament {value}"))
            return
        self._place()
        if kind in _MATHS:
            kind, look = "maths", ((kind, "yes"),)
        self.pieces.append(Piece("object", f"{kind} {value}".strip(), self._open[-1].role, look))

    def _place(self) -> None:
        """Begin the line, if none has begun, and add the spaces before what is added next."""
        if not self._in_line:
            self._in_line = True
            self._add_line(f"{self._open[-1].indent} {self._mark}")
            self._mark = ""
        if self._spaces:
            self.pieces.append(Piece("space", str(self._spaces)))
            self._spaces, self._is_white = 0, False
        self.close()

    def close(self) -> None:
        """End the clozes whose ends stand in no line. Without anything behind them, they make none."""
        self.pieces += [Piece("cloze", CLOSE)] * self._closing
        self._closing = 0

    def _add_line(self, role: str) -> None:
        above = self._empty + (0 if self._first else self._margin)
        self.pieces.append(Piece("line", f"{above:g}", role))
        self._first, self._empty, self._margin = False, 0.0, 0.0

    def _end_line(self) -> None:
        if not self._in_line and self._spaces:  # A space that does not vanish is a line, which is empty.
            self._empty += 1
        self._in_line = False
        self._spaces, self._is_white = 0, False

    def _break(self) -> None:
        if self._in_line:
            self._end_line()
        else:
            self._empty += 1 + (0 if self._first else self._margin)
            self._margin, self._spaces, self._is_white = 0.0, 0, False

    def start(self, name: str, written: str) -> None:
        attributes = {key: unescape(value) for key, value in _ATTRIBUTE.findall(written)} if written else _NONE
        if name == "br":
            self._break()
        elif name == "hr":
            self._rule(attributes)
        elif name in _EMBEDDED:
            self._embedded(name, attributes)
        if name in WITHOUT_END:
            return
        around = self._open[-1]
        if name == "a" and attributes.get("href", "").startswith("#") and attributes["href"][1:] not in self._anchors:
            attributes = {**attributes, DEAD_LINK: attributes["href"]}
            del attributes["href"]
        look = inside(around.look, name, tuple(sorted(attributes.items())), self._sheet)
        style = attributes.get("style", "")
        white = _WHITE.search(style) if style else None
        keeps_white = white[1].startswith(("pre", "break")) if white else around.keeps_white or name == "pre"
        if not keeps_white and not white and self._sheet.white:
            keeps_white = any(_is(name, attributes, *one) for one in self._sheet.white)
        margin = _margin(name, around, style)
        indent, number, marks = around.indent, around.number, around.marks
        if name in _INDENTED:
            indent += 1
        if name in {"ul", "ol"}:
            number, marks = [int(start) if _INTEGER.fullmatch(start := attributes.get("start", "")) else 1], name
            marks += "".join(f" {key} {attributes[key]}" for key in ("type", "reversed") if key in attributes)
        is_block = name in _BLOCKS and not (style and _INLINE.search(style))
        if is_block:
            self._edge(margin)
        if name == "table":
            self._add_line("table")
        elif name == "li":
            self._mark = _list_mark(around, attributes)
        elif name in {"td", "th", "tr"}:
            self._cell(name, attributes, look)
        self._open.append(
            _Element(
                name,
                look,
                _role(around, name, attributes),
                keeps_white,
                indent,
                number,
                marks,
                margin,
                is_block,
                len(self.pieces),
                self._box(name, attributes, look, around.look),
            )
        )

    def end(self, name: str) -> None:
        if len(self._open) == 1:
            return
        ended = self._open.pop()
        if ended.box and len(self.pieces) == ended.before:
            self.pieces.append(Piece("box", ended.name, "", ended.box))
        if ended.is_block:
            if ended.name == "li" and self._mark and not self._in_line:
                self._place()  # The mark of an empty item is seen.
            self._edge(ended.margin)
        if ended.name in {"td", "th", "table"}:
            self._first, self._empty, self._margin = False, 0.0, 0.0
            if ended.name == "table":
                self.pieces.append(Piece("row", "end"))

    def _box(self, name: str, attributes: Mapping[str, str], look: Look, around: Look) -> Look:
        """What is seen of an element without anything in it; nothing for most."""
        if not attributes or name in _CELLS:
            return ()
        own = [one for one in look if one not in around]
        shown = [one for one in own if one[0][0] in ".#[" or (one[0].startswith("border") and one[0] not in _NO_BORDER)]
        if self._sheet.imports and "class" in attributes:
            shown += [(f".{word}", "yes") for word in attributes["class"].split()]
        if any(key == "height" or key.startswith("padding") for key, _ in own) and (
            name in _BLOCKS or any(key == "display" for key, _ in own)
        ):
            shown = own
        return tuple(sorted(set(shown)))

    def _edge(self, margin: float) -> None:
        self._end_line()
        self._margin = max(self._margin, margin)

    def _rule(self, attributes: Mapping[str, str]) -> None:
        self._end_line()
        self.pieces.append(
            Piece("rule", f"{self._empty:g}", "", inside((), "hr", tuple(sorted(attributes.items())), self._sheet))
        )
        self._first, self._empty, self._margin = True, 0.0, 0.0

    def _cell(self, name: str, attributes: Mapping[str, str], look: Look) -> None:
        if name == "tr":
            self.pieces.append(Piece("row"))
        else:
            spans = " ".join(
                f"{key}={attributes[key]}" for key in ("colspan", "rowspan") if attributes.get(key, "1") != "1"
            )
            self.pieces.append(Piece("cell", f"{name} {spans}", "", look))
        self._first, self._empty, self._margin = True, 0.0, 0.0

    def _embedded(self, name: str, attributes: Mapping[str, str]) -> None:
        source = next((attributes[key] for key in _SHOWN_BY.get(name, ("src", "data")) if attributes.get(key)), "")
        known = self._file(source) if source else ""
        shown = {key: value for key, value in attributes.items() if key not in _NOT_OF_EMBEDDED}
        look = dict(inside((), name, tuple(sorted(shown.items())), self._sheet))
        look |= {
            key: value for key, value in shown.items() if key not in {"style", "class", "id", "lang"} and "-" not in key
        }
        sizes = {key: look[key].removesuffix("px") for key in ("width", "height") if key in look}
        self._object(name, known, tuple(sorted((look | sizes).items())))


def _is(name: str, attributes: Mapping[str, str], wanted: str, marks: frozenset[str]) -> bool:
    """Whether an element is one of those that a selector means."""
    has = {f".{word}" for word in attributes.get("class", "").split()} | {f"[{key}" for key in attributes}
    return wanted in ("", name) and bool(wanted or marks) and marks <= has | {f"#{attributes.get('id', '')}"}


_PARTS = re.compile(
    f"[ \t\n\r\f]+|\xa0+|{OBJECT}[^{END_OBJECT}]*{END_OBJECT}|{OPEN}[0-9,]*{OPENED}|[{HINT}{CLOSE}]"
    f"|[^ \t\n\r\f\xa0{OBJECT}-{CLOSE}]+|."
)
_SPECIAL = re.compile(f"  |[\t\n\r\f\xa0\u200b\u2060\ufeff{OBJECT}-{CLOSE}]")
"""What a text may hold besides words and single spaces."""

_CLOZE_SIGNS = frozenset((OPEN, HINT, CLOSE))
_UNSEEN = re.compile("[\u200b\u2060\ufeff]")
_ATTRIBUTE = re.compile(r'([^\s"=<>]+)="([^"]*)"')
_NONE: Mapping[str, str] = {}
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_WHITE = re.compile(r"(?:^|[;\s])white-space\s*:\s*([a-z-]+)")
_MATHS = frozenset({"inline", "display", "latex", "equation", "mathjax"})
_EMBEDDED = frozenset(
    {
        "area", "audio", "button", "canvas", "embed", "iframe", "img", "input", "meter", "object", "progress",
        "select", "source", "textarea", "video",
    }
)  # fmt: skip
_CELLS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "col", "colgroup"})
_NO_BORDER = frozenset({"border-collapse", "border-radius", "border-spacing"})
_INLINE = re.compile(r"(?:^|[;\s])display\s*:\s*inline", re.IGNORECASE)
_SHOWN_BY = {"area": ("href",), "meter": ("value",), "progress": ("value",)}
_NOT_OF_EMBEDDED = frozenset({"src", "data", "alt", "title"})
_INDENTED = frozenset({"ul", "ol", "dd", "blockquote", "figure"})
_WITH_MARGIN = frozenset({"p", "ul", "ol", "blockquote", "pre", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "legend", "li",
    "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "td", "th", "tr", "ul",
})  # fmt: skip


def _margin(name: str, around: _Element, style: str) -> float:
    """The empty lines above and below a block, as browsers leave them."""
    if name not in _WITH_MARGIN or (name in {"ul", "ol"} and around.marks):
        return 0.0
    return 0.0 if style and _NO_MARGIN.search(style) else 1.0


_NO_MARGIN = re.compile(r"(?:^|[;\s])margin(?:-top|-bottom)?\s*:\s*0(?:px|em|pt|%)?(?=\s|;|$)")


def _list_mark(around: _Element, attributes: Mapping[str, str]) -> str:
    if not around.marks.startswith("ol"):
        return f"• {around.marks}".strip()
    if _INTEGER.fullmatch(attributes.get("value", "")):
        around.number[0] = int(attributes["value"])
    around.number[0] += 1
    return f"{around.number[0] - 1}. {around.marks}".strip()


def _role(around: _Element, name: str, attributes: Mapping[str, str]) -> str:
    """What changes the meaning of a text: that it is a link, above or below the line, read aloud, or hidden."""
    if name == "a" and attributes.get("href"):
        return f"{around.role} link {unquote(attributes['href'])}"
    if name in {"sub", "sup", "rt"}:
        return f"{around.role} {name}"
    style = attributes.get("style", "")
    if not style and "hidden" not in attributes:
        return around.role
    found = re.search(r"vertical-align\s*:\s*(sub|super)\b", style)
    role = f"{around.role} {found[1][:3]}" if found else around.role
    is_hidden = "hidden" in attributes or re.search(r"display\s*:\s*none", style, re.IGNORECASE)
    return f"{role} hidden" if is_hidden else role
