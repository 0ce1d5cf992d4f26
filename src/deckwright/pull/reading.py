"""The HTML of a field → what a reader sees of it. Elements that are never closed end with the one around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from urllib.parse import unquote

import msgspec

from ..mediatypes import is_played
from ..render.html_elements import REST_OF_TAG, WITHOUT_END
from .marked import HINT, SIGNS, marked
from .normal import Box, Files, Item, Line, Node, Paragraph, Sort
from .styles import BOXES, LINES, of_element


def normal(html: str, cloze: bool, files: Files) -> tuple[Node, ...]:
    """What a reader sees of a field. In a `cloze` note, its clozes are read as Anki reads them."""
    reader = _Reader(files)
    reader.feed(_tagged(marked(html, cloze)))
    reader.close()
    return reader.done()


_TAG = re.compile(f"</?[a-zA-Z]{REST_OF_TAG}|<")


def _tagged(html: str) -> str:
    """HTML without comments, in which `<` begins a tag, and nothing else. What is never closed takes the parser ages."""
    parts = []
    at = 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start)) >= 0:
        parts.append(html[at:start])
        at = end + len("-->")
    text = "".join([*parts, html[at:]])
    return _TAG.sub(lambda tag: "&lt;" if tag[0] == "<" else tag[0], text)


_NOTHING = frozenset({"html", "body", "thead", "tbody", "tfoot", "colgroup", "label", "picture"})
"""Elements of which nothing is seen, and that begin no line."""

_SKIPPED = frozenset({"script", "style", "head", "title", "template"})
_ENDED = {
    "li": ("li",),
    "tr": ("td", "th", "tr"),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "dt": ("dt", "dd"),
    "dd": ("dt", "dd"),
}
"""What an element ends that has no end of its own."""

_MAX_DEPTH = 60
"""How deep elements may nest: what is in deeper ones counts as in the last."""

_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
_SOUND = re.compile(r"\[sound:([^\[\]\n]{1,500})\]")
_ATOM = re.compile(f"{SIGNS.pattern}|{_SOUND.pattern}")


class _Open(msgspec.Struct):
    """An element that is not closed yet: its children so far, and the lines of the paragraph that grows."""

    tag: str
    attributes: str = ""
    children: list[Node] = []
    lines: list[list[Item]] = []
    info: str = ""


class _Reader(HTMLParser):
    def __init__(self, files: Files) -> None:
        super().__init__(convert_charrefs=True)
        self._files = files
        self._boxes = [_Open("")]
        self._elements: list[tuple[str, frozenset[str], int]] = []
        self._styles: frozenset[str] = frozenset()
        self._skipped = 0

    def done(self) -> tuple[Node, ...]:
        while len(self._boxes) > 1:
            self._close_box()
        self._end_paragraph()
        return tuple(self._boxes[0].children)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in _SKIPPED:
            self._skipped += 1
        elif self._skipped:
            pass
        elif tag == "br":
            self._lines.append([])
        elif tag == "hr":
            self._end_paragraph()
            self._boxes[-1].children.append(Box("hr"))
        elif tag in ("img", "input"):
            self._add_atom(tag, attributes)
        elif tag not in WITHOUT_END:
            self._open(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(self._skipped - 1, 0)
            return
        place = next((n for n in range(len(self._elements) - 1, -1, -1) if self._elements[n][0] == tag), None)
        if place is None:
            return
        _, styles, depth = self._elements[place]
        while len(self._boxes) > depth:
            self._close_box()
        if tag == "p":
            self._end_paragraph()
        elif tag in LINES and self._lines[-1:] != [[]]:
            self._begin_line()
        del self._elements[place:]
        self._styles = styles

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        data = _INVISIBLE.sub("", unicodedata.normalize("NFC", data))
        at = 0
        for found in _ATOM.finditer(data):
            self._add_text(data[at : found.start()])
            at = found.end()
            if found[2]:
                if is_played(found[2]):
                    self._add(Item(self._files(found[2]), self._styles, "sound", name=found[2]))
                else:
                    self._add_text(found[0])
            else:
                sort: Sort = "open" if found[1] else "hint" if found[0] == HINT else "close"
                self._add(Item(found[1] or "", frozenset(), sort))
        self._add_text(data[at:])

    # Elements

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        for ended in _ENDED.get(tag, ()):
            if self._boxes[-1].tag == ended:
                self.handle_endtag(ended)
        frame = tag, self._styles, len(self._boxes)
        if len(self._elements) >= _MAX_DEPTH or tag in _NOTHING:
            self._elements.append(frame)
            return
        shown, styles, info = of_element(tag, attributes)
        if tag in BOXES or (tag in LINES and shown):
            self._end_paragraph()
            self._boxes.append(_Open(tag, shown, info=info))
        elif tag == "p":
            if shown:
                self._end_paragraph()
                self._boxes.append(_Open("div", shown))
            self._end_paragraph()
        elif tag in LINES:
            self._begin_line()
        elif tag == "code" and self._boxes[-1].tag == "pre":
            self._boxes[-1].info = info
        self._elements.append(frame)
        self._styles = (self._styles | styles[0]) - styles[1]

    def _close_box(self) -> None:
        if self._boxes[-1].tag == "pre":
            children = self._code()
        else:
            self._end_paragraph()
            children = tuple(self._boxes[-1].children)
        closed = self._boxes.pop()
        into = self._boxes[-1].children
        if not children and closed.tag not in ("li", "td", "th", "tr"):
            return
        made = Box(closed.tag, closed.attributes, children, closed.info)
        last = into[-1] if into else None
        is_list_in_list = closed.tag in ("ul", "ol") and self._boxes[-1].tag in ("ul", "ol")
        if is_list_in_list and isinstance(last, Box) and last.tag == "li":
            into[-1] = msgspec.structs.replace(last, children=(*last.children, made))  # As browsers indent an item.
        else:
            into.append(made)

    def _code(self) -> tuple[Node, ...]:
        lines = [tuple(Item(i.text, frozenset(), i.sort, i.shown, i.name) for i in line) for line in self._lines]
        while lines and not any(item.text.strip() or item.sort for item in lines[-1]):
            lines.pop()
        while lines and not lines[0]:
            lines.pop(0)
        return (Paragraph(tuple(lines)),) if lines else ()

    # Text

    @property
    def _lines(self) -> list[list[Item]]:
        return self._boxes[-1].lines

    def _add(self, item: Item) -> None:
        if not self._lines:
            self._lines.append([])
        self._lines[-1].append(item)

    def _add_text(self, data: str) -> None:
        if self._boxes[-1].tag == "pre":
            first, *others = data.replace("\xa0", " ").split("\n")
            for number, line in enumerate([first, *others]):
                if number:
                    self._lines.extend([[]] if self._lines else [[], []])
                for sign in line:
                    self._add(Item(sign))
            return
        for sign in re.sub(r"\s", " ", data):
            self._add(Item(sign, self._styles))

    def _add_atom(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "input":
            if attributes.get("type") == "checkbox":
                self._add(Item("x" if "checked" in attributes else " ", frozenset(), "task"))
            return
        name = attributes.get("src", "")
        file = self._files(name) or self._files(unquote(name)) or name
        size = re.findall(r"(?<![\w-])(width|height):\s*([\d.]+)px", attributes.get("style", ""))
        size += [(side, attributes[side].removesuffix("px")) for side in ("width", "height") if attributes.get(side)]
        sizes = "".join(f' {side}="{value}"' for side, value in sorted(dict(size).items()))
        link = frozenset(style for style in self._styles if style.startswith("a "))
        self._add(Item(file + sizes, link, "image", f'alt="{attributes.get("alt", "")}"{sizes}', name))

    def _begin_line(self) -> None:
        if self._lines and any(item.text.strip() or item.sort for item in self._lines[-1]):
            self._lines.append([])

    def _end_paragraph(self) -> None:
        lines: list[Line] = []
        for line in [*map(_tidy, self._lines), ()]:
            if line:
                lines.append(line)
            elif lines:
                self._boxes[-1].children.append(Paragraph(tuple(lines)))
                lines = []
        self._boxes[-1].lines = []


def _tidy(line: Sequence[Item]) -> Line:
    """A line in which no spaces fold: none at its ends, and none behind another one."""
    made: list[Item] = []
    was_space = True
    for item in line:
        if item.text == " " and not item.sort:
            if not was_space:
                made.append(item)
            was_space = True
        else:
            made.append(item)
            was_space = was_space and item.sort in ("open", "hint", "close")
    while made and made[-1].text == " " and not made[-1].sort:
        made.pop()
    return tuple(made)
