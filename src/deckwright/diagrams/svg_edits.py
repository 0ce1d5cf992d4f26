"""The source of an SVG → the same with other attributes in some start tags; every other byte stays."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from itertools import count
from xml.parsers import expat

Attributes = Mapping[str, str | None]
"""New values of attributes, by their names; None takes one away."""


def with_attributes(source: bytes, elements: Mapping[int, Attributes]) -> bytes:
    """The source with attributes set in the start tags of elements, by their number among all of the document, from 0.

    An attribute that is there keeps its place and its quotes. A new one comes behind those that say something of a mask, or
    else behind the element's name. The source is well-formed and declares nothing in its DOCTYPE.
    """
    elements = {number: attributes for number, attributes in elements.items() if attributes}
    if not elements:
        return source
    if encoding := _wide(source):
        start = 2 if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else 0
        text = source[start:].decode(encoding)
        return source[:start] + _edited(text.encode(), elements, "utf-8").decode().encode(encoding)
    return _edited(source, elements, None)


def _wide(source: bytes) -> str:
    """The encoding, if a character has two bytes in it; empty if ASCII is itself, as in all others that are read."""
    # Not every file has a byte order mark: such a one begins with `<`, or with white space before it.
    is_little = source.startswith(codecs.BOM_UTF16_LE) or source[1:2] == b"\0"
    is_big = source.startswith(codecs.BOM_UTF16_BE) or source[:1] == b"\0"
    return "utf-16-le" if is_little else "utf-16-be" if is_big else ""


def _edited(source: bytes, elements: Mapping[int, Attributes], encoding: str | None) -> bytes:
    places: list[tuple[int, Attributes]] = []
    number = count()
    parser = expat.ParserCreate(encoding)
    is_utf8 = True

    def declared(version: str, encoding: str | None, standalone: int) -> None:
        nonlocal is_utf8
        is_utf8 = (encoding or "utf-8").lower() in ("utf-8", "utf8")

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if wanted := elements.get(next(number)):
            places.append((parser.CurrentByteIndex, wanted))

    if encoding is None:
        parser.XmlDeclHandler = declared
    parser.StartElementHandler = start
    parser.Parse(source, True)
    pieces = []
    end = 0
    for place, wanted in places:
        tag = _TAG.match(source, place)
        assert tag  # expat has just found it there.
        pieces += [source[end:place], _tag(tag, wanted, is_utf8)]
        end = tag.end()
    return b"".join([*pieces, source[end:]])


def _tag(tag: re.Match[bytes], wanted: Attributes, is_utf8: bool) -> bytes:
    """The beginning of a start tag, up to its last attribute."""
    pieces = [tag["name"]]
    left = dict(wanted)
    place = 1
    for one in _ATTRIBUTE.finditer(tag["attributes"]):
        name = one["name"].decode("ascii", "replace")
        value = left.pop(name, _SAME)
        if value is None:
            continue
        if value is _SAME:
            pieces.append(one[0])
        else:
            quote = one["value"][:1]
            before = one[0][: len(one[0]) - len(one["value"])]
            pieces.append(before + quote + _escaped(value, quote, is_utf8) + quote)
        if name.startswith(_FAMILY):
            place = len(pieces)
    new = [
        b' %b="%b"' % (name.encode(), _escaped(value, b'"', is_utf8))
        for name, value in left.items()
        if value is not None
    ]
    return b"".join([*pieces[:place], *new, *pieces[place:]])


_SAME = "\0"
"""No attribute can have this value: XML has no such character."""

_FAMILY = "data-mask"

_ATTRIBUTE = re.compile(rb"\s+(?P<name>[^\s=]+)\s*=\s*(?P<value>\"[^\"]*\"|'[^']*')")
_TAG = re.compile(rb"(?P<name><[^\s/>]+)(?P<attributes>(?:\s+[^\s=]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)")


def _escaped(value: str, quote: bytes, is_utf8: bool) -> bytes:
    """The value as it stands between such quotes. Where the file is not in UTF-8, other letters than ASCII's are numbers."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), ("\n", "&#10;"), ("\r", "&#13;"), ("\t", "&#9;")):
        value = value.replace(character, entity)
    value = value.replace("'", "&apos;") if quote == b"'" else value.replace('"', "&quot;")
    return value.encode() if is_utf8 else value.encode("ascii", "xmlcharrefreplace")
