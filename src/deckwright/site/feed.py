"""What is new on a deck's pages → an Atom feed (RFC 4287), by which learners hear of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urljoin
from uuid import NAMESPACE_URL, uuid5

import msgspec
from lxml import etree

FILE = "feed.xml"
"""What the file is called. It lies beside the first page."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that is new.

    `id` is an IRI that stays the same for good and that no other entry has. `url` is the address of its page, absolute or
    relative to the first page. `updated` is in seconds since 1970. `html` is all that is said of it.
    """

    id: str
    title: str
    url: str
    updated: int
    html: str


def atom(title: str, url: str, entries: Sequence[Entry], author: str = "") -> bytes:
    """The file, in UTF-8: the newest entries first, and those of one time in the order given.

    `url` is the address of the site, and the id of the feed too. If it is empty, the id is made of the title, and all
    addresses are relative to that of the file. A feed has to name an author: if there is none, the title stands there.
    """
    newest_first = sorted(entries, key=lambda entry: -entry.updated)
    feed = etree.fromstring(f'<feed xmlns="{_ATOM}"/>')
    if url:
        feed.set(_BASE, _text(url))
    _add(feed, "id", url or f"urn:uuid:{uuid5(NAMESPACE_URL, _text(title))}")
    _add(feed, "title", title)
    _add(feed, "updated", _time(newest_first[0].updated if entries else 0))
    _add(_add(feed, "author"), "name", author or title)
    _add(feed, "link", href=url or "./")
    if url:
        _add(feed, "link", rel="self", href=urljoin(url, FILE))
    for entry in newest_first:
        made = _add(feed, "entry")
        _add(made, "id", entry.id)
        _add(made, "title", entry.title)
        _add(made, "updated", _time(entry.updated))
        _add(made, "link", href=entry.url)
        _add(made, "content", entry.html, type="html")
    etree.indent(feed)
    return etree.tostring(feed, encoding="utf-8", xml_declaration=True) + b"\n"


_ATOM = "http://www.w3.org/2005/Atom"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{_ATOM}}}{name}", {key: _text(value) for key, value in attributes.items()})
    made.text = _text(text) or None
    return made


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    """Text with a sign for each character that XML cannot have."""
    return _IMPOSSIBLE.sub("\ufffd", text)


_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
