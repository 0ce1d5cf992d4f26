"""The feed of a deck: valid Atom, which is what RFC 4287 demands and what a reader of feeds reads in it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import feedparser
from conftest import many
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from deckwright.site.feed import Entry, atom

FIRST = Entry(
    "urn:x-deck:1.0.0", "AWS 1.0.0", "https://deck.example/a/news/1.0.0/", 1_790_000_000, "<p>All &amp; new.</p>"
)
SECOND = Entry(
    "urn:x-deck:1.0.1", "AWS 1.0.1", "https://deck.example/a/news/1.0.1/", 1_790_086_400, "<p>Less <b>wrong</b></p>"
)

FEED = """\
<?xml version='1.0' encoding='utf-8'?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://deck.example/a/">
  <id>https://deck.example/a/</id>
  <title>New in AWS</title>
  <updated>2026-09-22T14:13:20Z</updated>
  <author>
    <name>The authors</name>
  </author>
  <link href="https://deck.example/a/"/>
  <link rel="self" href="https://deck.example/a/feed.xml"/>
  <entry>
    <id>urn:x-deck:1.0.1</id>
    <title>AWS 1.0.1</title>
    <updated>2026-09-22T14:13:20Z</updated>
    <link href="https://deck.example/a/news/1.0.1/"/>
    <content type="html">&lt;p&gt;Less &lt;b&gt;wrong&lt;/b&gt;&lt;/p&gt;</content>
  </entry>
  <entry>
    <id>urn:x-deck:1.0.0</id>
    <title>AWS 1.0.0</title>
    <updated>2026-09-21T14:13:20Z</updated>
    <link href="https://deck.example/a/news/1.0.0/"/>
    <content type="html">&lt;p&gt;All &amp;amp; new.&lt;/p&gt;</content>
  </entry>
</feed>
"""


def test_a_feed() -> None:
    assert atom("New in AWS", "https://deck.example/a/", [FIRST, SECOND], "The authors").decode() == FEED


def test_a_reader_reads_it() -> None:
    read = feedparser.parse(FEED.encode(), response_headers={"content-type": "application/atom+xml"})
    assert (read.bozo, read.version) == (False, "atom10")
    assert (read.feed.id, read.feed.title, read.feed.author, read.feed.link) == (
        "https://deck.example/a/",
        "New in AWS",
        "The authors",
        "https://deck.example/a/",
    )
    assert [(e.id, e.title, e.link, e.updated, e.content[0].value) for e in read.entries] == [
        (e.id, e.title, e.url, updated, e.html)
        for e, updated in ((SECOND, "2026-09-22T14:13:20Z"), (FIRST, "2026-09-21T14:13:20Z"))
    ]


def test_without_an_address_a_feed_is_known_by_its_title() -> None:
    feed = etree.fromstring(atom("New in AWS", "", [Entry("urn:x:1", "1", "news/1/", 0, "")]))
    assert [(etree.QName(child).localname, (child.text or "").strip(), dict(child.attrib)) for child in feed] == [
        ("id", "urn:uuid:64cdb277-a1c3-5c51-adca-3433908b6b6d", {}),
        ("title", "New in AWS", {}),
        ("updated", "1970-01-01T00:00:00Z", {}),
        ("author", "", {}),
        ("link", "", {"href": "./"}),
        ("entry", "", {}),
    ]
    assert feed.attrib == {}
    assert feed.findtext("{*}author/{*}name") == "New in AWS"
    assert [link.get("href") for link in feed.iterfind("{*}entry/{*}link")] == ["news/1/"]
    assert atom("Other", "", []).split(b"</id>")[0] != atom("New in AWS", "", []).split(b"</id>")[0]


TEXT = st.text(st.one_of(st.sampled_from("a é<>&;\"'\0\x0b\r\n\t]\ud800\ufffe😀"), st.characters()), max_size=5)
ENTRIES = st.lists(st.builds(Entry, TEXT, TEXT, TEXT, st.integers(0, 1 << 33), TEXT), max_size=3)


def valid(text: str) -> str:
    """Text as an XML file can have it, and as it is read from there."""
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


@example("\ud800", "", [], "")
@settings(max_examples=many(40, 2_000))
@given(TEXT, st.sampled_from(["", "https://deck.example/"]), ENTRIES, TEXT)
def test_every_feed_is_valid(title: str, url: str, entries: list[Entry], author: str) -> None:
    """Each element that has to be there is there once, and what strangers write is text in it."""
    written = atom(title, url, entries, author)
    feed = etree.fromstring(written)
    space = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{space}feed"
    once = {f"{space}{name}" for name in ("id", "title", "updated")}
    for parent, names in [(feed, once), *((entry, once) for entry in feed.iterfind("{*}entry"))]:
        assert {name: len(parent.findall(name)) for name in names} == dict.fromkeys(names, 1)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", parent.findtext("{*}updated"))
    assert urlsplit(feed.findtext("{*}id") or "").scheme in ("urn", "https")
    assert (feed.findtext("{*}title"), feed.findtext("{*}author/{*}name")) == (valid(title), valid(author or title))
    assert [
        (entry.findtext("{*}id"), entry.findtext("{*}title"), entry.findtext("{*}content"))
        for entry in feed.iterfind("{*}entry")
    ] == [tuple(map(valid, (e.id, e.title, e.html))) for e in sorted(entries, key=lambda e: -e.updated)]
    assert feed.findtext("{*}updated") == max(
        (e.text for e in feed.iterfind("{*}entry/{*}updated")), default="1970-01-01T00:00:00Z"
    )
    assert written == atom(title, url, entries, author)
