"""The HTML of a field → what a reader sees of it, so that two spellings of the same can be told from two things.

What is read is apart from how it looks. Differences that nobody sees are gone: the paragraph around a lone text, spaces
at the ends of lines, the order of attributes, `<strong>` for `<b>`, elements that hold nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

import msgspec

from .. import clozes
from ..authoring.trees import FORMULA
from ..clozes import Part
from ..digests import digest
from ..render.html_elements import KNOWN
from .looks import PROGRAMS, Sheet
from .reading import CLOSE, END_OBJECT, HINT, OBJECT, OPEN, OPENED, Reading, Seen

if TYPE_CHECKING:
    from nh3 import Cleaner


class Fields(msgspec.Struct, frozen=True):
    """How the fields of a note type are read: with its stylesheet, with clozes or without."""

    sheet: Sheet
    has_clozes: bool


def seen(html: str, fields: Fields, file: Callable[[str], str]) -> Seen:
    """What a reader sees of a field. `file` says by what a file is known: the same for two names of the same content."""
    objects: list[tuple[str, str]] = []
    marked = "".join(_marked(clozes.parse(html))) if fields.has_clozes and "{{c" in html else html
    if "[" in marked or "\\" in marked or "<" in marked:
        marked = _with_objects(marked, objects, file)
    anchors = _ID.findall(marked) if 'href="#' in marked else ()
    reading = Reading(fields.sheet, objects, file, anchors)
    if "<" in marked or "&" in marked:
        schemes = frozenset(map(str.lower, _SCHEME.findall(marked))) if "=" in marked else frozenset()
        for end, name, attributes, text in _TOKEN.findall(_cleaner(schemes).clean(marked)):
            if text:
                reading.data(unescape(text) if "&" in text else text)
            elif end:
                reading.end(name)
            else:
                reading.start(name, attributes)
    else:
        reading.data(marked)
    reading.close()
    return tuple(reading.pieces)


_ID = re.compile(r"""\s(?:id|name)\s*=\s*["']?([^\s"'<>]+)""")
_TOKEN = re.compile(r"""<(/?)([a-z][^\s<>/]*)((?:[^<>"]|"[^"]*")*)>|([^<]+|<)""")


def _marked(parts: Iterable[Part]) -> Iterable[str]:
    """A field with signs in place of the marks of its clozes, since what is escaped is none."""
    for part in parts:
        if isinstance(part, str):
            yield part
            continue
        yield f"{OPEN}{','.join(map(str, part.numbers))}{OPENED}"
        yield from _marked(part.parts)
        if part.hint is not None:
            yield f"{HINT}{part.hint}"
        yield CLOSE


def _with_objects(html: str, objects: list[tuple[str, str]], file: Callable[[str], str]) -> str:
    """A field with signs in place of formulas, sounds, drawings and programs. The objects are added to the list."""

    def sign(kind: str, inner: str) -> str:
        if kind == "sound":
            value = file(unescape(inner))
        elif kind in _ELEMENTS:
            value = digest(" ".join(inner.split()))
            kind = "style" if kind == "svg" and _HIDDEN.match(inner) else kind  # It is an ornament.
        else:
            bare = _BREAK.sub("\n", inner)
            if "<" in bare and kind not in _OF_ANKI:
                return ""
            bare = _TAG.sub("", bare)
            if kind == "tex" and (formula := FORMULA.fullmatch(unescape(bare))):
                kind = "latex" if formula["inline"] or formula["name"] == "math" else "equation"
                bare = next(filter(None, formula.group("tex", "double", "display", "inside")))
            value = " ".join(unescape(bare).split())
        objects.append((kind, value))
        return f"{OBJECT}{len(objects) - 1}{END_OBJECT}"

    parts: list[str] = []
    done = at = 0
    unclosed: set[str] = set()  # What has no end further on is looked for once.
    while found := _BEGIN.search(html, at):
        kind = found.lastgroup or ""
        at = found.end()
        end = None
        if kind in _FOREIGN:
            end = _CLOSED.match(html, at)
        if end is None and kind not in unclosed:
            end = _ENDS[kind].search(html, at)
        if end is None:
            unclosed.add(kind)
            if kind not in _FOREIGN:
                continue
        first, last = end.span() if end else (len(html), len(html))
        written = sign(kind, html[at : end.start("end") if end and kind in _FOREIGN else first])
        parts += html[done : found.start()], written or html[found.start() : last]
        done = at = last
    return "".join([*parts, html[done:]])


_HIDDEN = re.compile(r"[^<>]*\saria-hidden=.?true")
_BREAK = re.compile(r"</?(?:br|wbr|span)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_OF_ANKI = frozenset({"latex", "equation", "tex", "speech"})
"""What Anki itself reads, without the elements in it; MathJax reads no formula that has any."""

_FOREIGN = frozenset({"svg", "math"})
"""Elements of another language: they may end where they begin, `<svg/>`, and hold all that follows if they have no end."""

_ELEMENTS = _FOREIGN | {"script", "style"}
_BEGIN = re.compile(
    r"(?P<inline>\\\()|(?P<display>\\\[)|(?P<latex>\[\$\])|(?P<equation>\[\$\$\])|(?P<tex>\[latex\])"
    r"|(?P<speech>\[anki:tts\b)|(?P<mathjax><anki-mathjax>)|(?P<sound>\[sound:)"
    r"|(?P<script><script\b)|(?P<style><style\b)|(?P<svg><svg\b)|(?P<math><math\b)",
    re.IGNORECASE,
)
_ENDS = {
    kind: re.compile(end, re.IGNORECASE)
    for kind, end in (
        ("inline", r"\\\)"),
        ("display", r"\\\]"),
        ("latex", r"\[/\$\]"),
        ("equation", r"\[/\$\$\]"),
        ("tex", r"\[/latex\]"),
        ("speech", r"\[/anki:tts\]"),
        ("mathjax", r"</anki-mathjax>"),
        ("sound", r"\]"),
        *((name, rf"(?P<end></{name}\s*>)") for name in sorted(_ELEMENTS)),
    )
}
_CLOSED = re.compile(r"[^<>]*(?P<end>/>)")


@lru_cache(maxsize=64)
def _cleaner(schemes: frozenset[str]) -> Cleaner:
    """What reads HTML as browsers do, and writes it with every element closed. Links with these schemes are kept."""
    import nh3

    return nh3.Cleaner(
        tags=KNOWN - {"script", "style", "svg", "math", "html", "head", "body", "title"},
        clean_content_tags=set(),
        attributes={"*": _ATTRIBUTES},
        generic_attribute_prefixes={"data-"},
        link_rel=None,
        url_schemes=set(schemes),
    )


_SCHEME = re.compile(r"""\b(?:href|src|data)\s*=\s*["']?\s*([a-z][a-z0-9+.-]*):""", re.IGNORECASE)
_ATTRIBUTES = {
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "checked", "class", "color", "colspan", "controls", "data",
    "dir", "face", "height", "hidden", "href", "id", "lang", "max", "open", "placeholder", "reversed", "rowspan", "size",
    "src", "start", "style", "title", "type", "valign", "value", "width",
    *PROGRAMS,
}  # fmt: skip


# What is read of it


def words(pieces: Seen) -> str:
    """What is read, without how it looks: two fields with the same words hold the same."""
    shown: list[str] = []
    role = ""
    for piece in pieces:
        if piece.kind in {"text", "object"}:
            if piece.role != role:
                shown.append(f"{_ROLE}{piece.role.strip()}{_END_ROLE}")
                role = piece.role
            shown.append(piece.text if piece.kind == "text" else f"{OBJECT}{piece.text}{END_OBJECT}")
        elif piece.kind == "cloze":
            shown.append(piece.text)
        elif piece.kind != "box":
            shown.append(" ")
    return _AROUND.sub(r"\1", " ".join("".join(shown).split()))


def apart(words: str) -> list[str]:
    """What is read, word by word."""
    return _WORD.findall(words)


def readable(words: str) -> str:
    """What is read, as people can be told of it."""
    return words.translate(_SIGNS)


_ROLE, _END_ROLE = chr(0x10FFF6), chr(0x10FFF7)
_WORD = re.compile(
    f"(?:{OBJECT}[^{END_OBJECT}]*{END_OBJECT}|{_ROLE}[^{_END_ROLE}]*{_END_ROLE}|[^ {OBJECT}{_ROLE}]|[{OBJECT}{_ROLE}])+"
)
_AROUND = re.compile(f" *([{OBJECT}{OPEN}{OPENED}{HINT}{CLOSE}{END_OBJECT}]) *")
_SIGNS = {
    ord(OBJECT): "[", ord(END_OBJECT): "]", ord(OPEN): "{{c", ord(OPENED): "::", ord(HINT): "::", ord(CLOSE): "}}",
    ord(_ROLE): "<", ord(_END_ROLE): ">",
}  # fmt: skip
