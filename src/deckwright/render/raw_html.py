"""The author's own HTML: how it is cleaned, and what is told of that."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from .. import marks
from ..diagnostics.media import missing
from ..diagnostics.note import no_html, removed_html
from ..mediatypes import is_played
from ..patterns import pattern
from ..read.blocks import Block
from . import html_elements, media, styles, survival, tex
from .gathering import Field
from .links import SCHEMES, leads_somewhere, scheme, whole
from .raw_text import Text
from .text import escaped

if TYPE_CHECKING:
    from bs4.element import Tag
    from nh3 import Cleaner

_NAME = pattern(r"</?([a-zA-Z][\w-]*)")
_TAG = pattern(r"<(/?)([a-zA-Z][\w-]*)[^>]*>")
_WHOLE_TAG = pattern(rf"</?[a-zA-Z][\w-]*{html_elements.REST_OF_TAG}")

_ATTRIBUTE = pattern(r"""(?<=[\s/"'])([^\s"'<>/=]++)\s*+=\s*+("[^"]*"|'[^']*'|[^\s"'<>]*)|"[^"]*"|'[^']*'""")
_LOST = pattern("on[a-z]+|poster|bgcolor|background", re.IGNORECASE)
"""Attributes that are not kept, and that a reader would miss: handlers do something, a poster is never imported, a
background has no colour."""

_BOX = pattern(r"\stype\s*=\s*[\"']?(?:checkbox|radio)\b", re.IGNORECASE)
"""What makes an `<input>` a box to tick. Into others something would be typed, and nobody reads it."""

_DRIVE = pattern(r"\s*[a-zA-Z]:")
"""How a path of Windows begins, which the cleaner takes for a scheme."""

_LOOKS = pattern("style|color", re.IGNORECASE)
_RENAMED = pattern(rf"(</?)({'|'.join(html_elements.RENAMED)})(?![\w-])", re.IGNORECASE)


def put_aside(block: Block, start: int, end: int, field: Field) -> str:
    """Put the HTML at a place of a leaf's text aside until the field is cleaned; the mark that stands for it."""
    text = block.text[start:end]
    note = field.note
    if not field.sources:
        field.sources.append(note.span(block, start, end))  # For an address in a tag that never ends.
    if "\\(" in text or "\\[" in text:
        for begin, _, command in tex.harmful(text):
            note.report(removed_html, block, start + begin, start + begin + len(command), command)
    parts: list[str] = []
    held = Text(block, field)
    told: set[str] = set()
    position = 0
    last = text.rfind(">")
    while tag := html_elements.BEGUN.search(text, position):
        before, reached = held.shown(start + position, start + tag.start())
        parts.append(before)
        if reached > start + tag.start():
            position = reached - start
            continue
        name, opens = (tag[1] or "").lower(), tag[0][1] != "/"
        place = start + tag.start()
        if field.removed.holds(block, place):
            # It goes with the element around it, unless it swallows the end of that.
            position = text.find(">", tag.end(1) if name else tag.end()) + 1 or len(text)
            continue
        if not name:
            position = 0 if tag[0] in told else html_elements.end_of_comment(text, tag[0], tag.end())
            if not position:  # All that follows would go with it.
                position = tag.end()
                parts.append(field.keep(escaped(tag[0])))
                if tag[0] not in told:
                    note.report(no_html, block, place, start + tag.end(), tag[0])
                told.add(tag[0])  # Where one has no end, those behind it have none either.
            elif tag[0] in ("<?", "<![CDATA["):
                line = text[tag.start() : position].partition("\n")[0]
                note.report(removed_html, block, place, place + len(line), line)
            continue
        known = name in html_elements.KNOWN and tag.start() <= last
        removed = known and opens and name in html_elements.REMOVED
        if removed:
            known = field.removed.begin(block, place, name)
            if known:
                inside = "" if name in html_elements.WITHOUT_END else f"…</{tag[1]}>"
                note.report(removed_html, block, place, start + tag.end(1), f"<{tag[1]}>{inside}")
        if not known:
            # A tag that never ends would take all that follows with it.
            position = tag.end() if tag[2] else text.find(">", tag.end()) + 1 or len(text)
            shown = text[tag.start() : position]
            line = shown.partition("\n")[0]
            if opens:
                note.report(no_html, block, place, place + len(line), line)
            parts.append(field.keep(escaped(shown)))
            continue
        position = tag.end()
        if name == "input" and tag[2] and not _BOX.search(tag[0]):
            note.report(removed_html, block, place, start + tag.end(1), f"<{tag[1]}>")
        elif removed or not tag[2]:
            parts.append(tag[0])
        elif opens:
            _tell_of_attributes(tag[0], name, block, place, field)
            parts.append(_readable(_placed(tag[0], block, place, field), name)[0])
        else:
            parts.append(marks.ENDED + tag[0] if name in ("audio", "video") else tag[0])
    field.raw.append("".join([*parts, held.shown(start + position, end)[0]]))
    return marks.raw(len(field.raw) - 1)


def _tell_of_attributes(tag: str, name: str, block: Block, place: int, field: Field) -> None:
    """Tell what a tag loses."""
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] and _LOST.fullmatch(found[1]):
            field.note.report(removed_html, block, place + found.start(1), place + found.end(1), found[1])
    for what, where in _readable(tag, name)[1]:
        field.note.report(removed_html, block, place + where, place + len(tag), what)


def _placed(tag: str, block: Block, place: int, field: Field) -> str:
    """A tag with a mark behind the address of its file; an address that is none is told."""
    is_picture = tag[1:4].lower() == "img"
    if not is_picture and "src" not in tag.lower():
        return tag
    parts, position = [], 0
    addresses = [found for found in _ATTRIBUTE.finditer(tag) if found[1] and found[1].lower() == "src"]
    if is_picture and not addresses:
        field.note.report(missing, block, place, place + len(tag), "", "")
    for found in addresses:
        quoted = found[2][:1] in ("'", '"')
        begin, end = found.start(2) + quoted, found.end(2) - quoted
        span = field.note.span(block, place + begin, place + end)
        if scheme(address := html.unescape(tag[begin:end])) or _DRIVE.match(address):
            field.note.medium(address, by_name=False, span=span)  # It is told, and the cleaner takes it out.
            continue
        field.sources.append(span)
        parts.append(tag[position:end] + marks.source(len(field.sources) - 1))
        position = end
    return "".join([*parts, tag[position:]])


def _readable(tag: str, name: str) -> tuple[str, list[tuple[str, int]]]:
    """The tag of an element with one `style`, which is readable on every card, and has the colour of a `<font>` in it; what
    is left out for that, and where in the tag it stands.
    """

    def is_look(attribute: re.Match[str]) -> bool:
        said = (attribute[1] or "").lower()
        return said == "style" or (said == "color" and name == "font")

    looks = [found for found in _ATTRIBUTE.finditer(tag) if is_look(found)] if _LOOKS.search(tag) else []
    if not looks:
        return tag, []
    first: dict[str, re.Match[str]] = {}
    for found in looks:
        first.setdefault(found[1].lower(), found)  # Of two, the first counts.
    written = {said: html.unescape(found[2].strip("\"'")) for said, found in first.items()}
    declared, colour = written.get("style", ""), written.get("color", "")
    hexadecimal = f"#{colour}" if re.fullmatch("[0-9a-fA-F]{3}|[0-9a-fA-F]{6}", colour) else colour
    if colour:  # It may be written without its `#`, and a `style` counts more.
        declared = f"color: {hexadecimal}; {declared}" if declared else f"color: {hexadecimal}"
    style, lost = styles.readable(declared)
    instead = iter([f' style="{html.escape(style)}"' if style else "", *[""] * len(looks)])
    gone = []
    for what in lost:
        is_colour = "color" in first and what == f"color: {hexadecimal}"
        gone.append((f"color: {colour}" if is_colour else what, first["color" if is_colour else "style"].start()))
    return _ATTRIBUTE.sub(lambda found: next(instead) if is_look(found) else found[0], tag), gone


def is_element(tag: str) -> bool:
    """Whether a tag is that of an element of HTML."""
    name = _NAME.match(tag)
    return name is not None and name[1].lower() in html_elements.KNOWN


def put_back(rendered: str, field: Field) -> str:
    """A field's HTML with the author's own in it, cleaned as a whole: an element of his may hold some of ours.

    What else is ours is still marks, so that nothing of it is decoded.
    """
    whole = cleaned(marks.RAW.sub(lambda mark: field.raw[int(mark[1])], rendered))
    if "<span>" in whole:
        whole = _without_bare_spans(whole)
    whole = _media(_ended(whole), field)
    if "\\" in whole and any(tex.harmful(html.unescape(re.sub("<[^>]*>", "", whole)))):
        whole = survival.without_maths(whole)
    # One may be left in an attribute that never ends.
    return marks.SOURCE.sub("", whole).replace(marks.ENDED, "") if "\x14" in whole else whole


def cleaned(rendered: str) -> str:
    """HTML without scripts, handlers, frames and forms, and with an end for all that begins in it."""
    clean = _cleaner().clean(_RENAMED.sub(lambda tag: tag[1] + html_elements.RENAMED[tag[2].lower()], rendered))
    if ' style=""' in clean:
        clean = _WHOLE_TAG.sub(lambda tag: tag[0].replace(' style=""', ""), clean)
    return clean


@cache
def _cleaner() -> Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=set(html_elements.KEPT),
        clean_content_tags=set(html_elements.REMOVED),
        attributes={
            name: html_elements.ATTRIBUTES.get(name, set()) | html_elements.LAYOUT_ATTRIBUTES.get(name, set())
            for name in html_elements.ATTRIBUTES.keys() | html_elements.LAYOUT_ATTRIBUTES.keys()
        },
        # A note type's stylesheet may look at them: dictionaries lay out their entries by nothing else.
        generic_attribute_prefixes={"data-"},
        attribute_filter=_kept,
        set_tag_attribute_values={"wbr": {"class": "dw-break"}},  # The stylesheet hides ours: see `survival`.
        link_rel=None,
        url_schemes=set(SCHEMES),
        filter_style_properties=set(html_elements.STYLES | html_elements.LAYOUT_STYLES),
    )


def _kept(element: str, attribute: str, value: str) -> str | None:
    """The value of an attribute; None where it goes. An anchor leads nowhere from a card, but stylesheets look for links."""
    is_gone = (element, attribute) == ("a", "href") and not (leads_somewhere(value) or value.startswith("#"))
    return None if is_gone else value


def _without_bare_spans(text: str) -> str:
    """HTML without any `<span>` that has no attributes: Anki's editor drops it, and what it keeps apart would meet."""
    bare: list[bool] = []

    def kept(tag: re.Match[str]) -> str:
        if tag[0].startswith("<span"):
            bare.append(tag[0] == "<span>")
            return "" if bare[-1] else tag[0]
        return "" if tag[0] == "</span>" and bare and bare.pop() else tag[0]

    return _WHOLE_TAG.sub(kept, text)


def _ended(text: str) -> str:
    """HTML in which a sound or a film that the author did not end, ends where it begins: it would hold what follows."""
    if "<audio" not in text and "<video" not in text:
        return text
    parts: list[str] = []
    position = 0
    opened: list[_Opened] = []
    for tag in _TAG_OR_END.finditer(text):
        if tag[0] != marks.ENDED and tag[1] not in ("audio", "video", "source"):
            continue
        begins = tag[0].startswith(("<audio", "<video"))
        if begins or opened:
            parts.append(text[position : tag.start()])
            position = tag.end()
        if begins:
            parts += [tag[0], ""]
            opened.append(_Opened(len(parts) - 1))
        elif not opened:
            continue
        elif tag[0] == marks.ENDED:
            opened[-1].is_ended = True
        elif tag[1] == "source":
            opened[-1].sources.append(tag[0])
        else:
            player = opened.pop()
            parts[player.place] = "".join(player.sources)
            if player.is_ended:
                parts.append(tag[0])
            else:
                parts[player.place] += tag[0]
    return "".join([*parts, text[position:]])


_TAG_OR_END = pattern(rf"</?([a-zA-Z][\w-]*){html_elements.REST_OF_TAG}|{marks.ENDED}")


class _Opened(msgspec.Struct):
    """A sound or a film: where among the parts of the text its inside begins, its sources, whether the author ended it."""

    place: int
    sources: list[str] = []
    is_ended: bool = False


def _media(text: str, field: Field) -> str:
    """Marks in place of the files that the author's own HTML names, and what plays sounds and films."""
    if not re.search(r"\ssrc=|<(?:video|audio|source)\b", text):
        return text
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text, "html.parser")
    for element in soup.find_all(["video", "audio"]):
        _promote_source(element)
        element.clear()  # It is for those who cannot play it.
    for element in soup.find_all("source"):
        element.decompose()
    for element in soup.find_all(src=True):
        placed = marks.SOURCE.search(str(element["src"]))
        source = element["src"] = marks.SOURCE.sub("", str(element["src"]))
        span = field.sources[int(placed[1]) if placed else 0]
        if not (mark := field.note.medium(source, by_name=False, span=span)):
            element["src"] = whole(source)
            continue
        element["src"] = mark
        if element.name in ("video", "audio") or is_played(source):
            size = {
                name: str(value)
                for name, value in element.attrs.items()
                if name in ("width", "height", "title", "aria-label")
            }
            element.replace_with(field.keep(media.player(source, mark, size)))
    return str(soup)


def _promote_source(element: Tag) -> None:
    """Put the first source that can be played on the element itself: Anki 24.11 and older import no file of a `<source>`."""
    sources = [str(source["src"]) for source in element.find_all("source", src=True)]
    if sources and not element.get("src"):
        element["src"] = next((source for source in sources if is_played(marks.SOURCE.sub("", source))), sources[0])


def is_balanced(rendered: str) -> bool:
    """Whether every element of HTML that begins in a stretch of it ends in it, and the other way round."""
    stack = []
    for slash, name in _TAG.findall(rendered.lower()):
        if name in html_elements.WITHOUT_END or name not in html_elements.KNOWN:
            continue
        if not slash:
            stack.append(name)
        elif not stack or stack.pop() != name:
            return False
    return not stack
