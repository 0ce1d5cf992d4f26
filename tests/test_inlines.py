"""The inline grammar: CommonMark's reading to the letter, our additions in it, places, and time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from specification import EXAMPLES, Example

from deckwright.read.inlines import Piece, autolinks, depth, flat, links, read, reader, shown

AROUND = {"emphasis": "em", "strong": "strong", "strike": "del", "link": "a", "image": "img"}


def kinds(text: str, references: dict[str, tuple[str, str]] | None = None) -> list[tuple[str, str]]:
    """The pieces of a text with the source of each, in document order."""
    return [(piece.kind, text[piece.start : piece.end]) for piece in flat(read(text, references or {}))]


# CommonMark


def commonmark() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 1000})
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


MARKDOWN_IT = commonmark()


def rendered(text: str, pieces: Sequence[Piece], start: int = 0, end: int | None = None) -> str:
    """The pieces as HTML, as markdown-it writes it."""
    parts, position = [], start
    for piece in pieces:
        parts.append(escapeHtml(text[position : piece.start]))
        position = piece.end
        address = escapeHtml(MARKDOWN_IT.normalizeLink(piece.text))
        title = f' title="{escapeHtml(piece.title)}"' if piece.title else ""
        inside = rendered(text, piece.children, *piece.inner) if piece.kind in AROUND and piece.kind != "image" else ""
        match piece.kind:
            case "emphasis" | "strong" | "strike":
                parts.append(f"<{AROUND[piece.kind]}>{inside}</{AROUND[piece.kind]}>")
            case "link":
                parts.append(f'<a href="{address}"{title}>{inside}</a>')
            case "image":
                description = escapeHtml(described(text, piece.children, *piece.inner))
                parts.append(f'<img src="{address}" alt="{description}"{title} />')
            case "autolink":
                parts.append(f'<a href="{address}">{escapeHtml(visible(text, piece))}</a>')
            case "html" | "comment":
                parts.append(text[piece.start : piece.end])
            case "code":
                parts.append(f"<code>{escapeHtml(piece.text)}</code>")
            case "break":
                parts.append("<br />\n")
            case "escape" | "entity" | "fold":
                parts.append(escapeHtml(piece.text))
            case _:
                parts.append(f"[{piece.kind}]")
    return "".join([*parts, escapeHtml(text[position:end])])


def described(text: str, pieces: Sequence[Piece], start: int, end: int) -> str:
    """An image's description as markdown-it writes it: it leaves HTML in."""
    parts, position = [], start
    for piece in pieces:
        parts.append(text[position : piece.start])
        position = piece.end
        if piece.kind in AROUND:
            parts.append(described(text, piece.children, *piece.inner))
        elif piece.kind == "autolink":
            parts.append(visible(text, piece))
        else:
            parts.append(text[piece.start : piece.end] if piece.kind in ("html", "comment") else piece.text)
    return "".join([*parts, text[position:end]])


def visible(text: str, piece: Piece) -> str:
    return MARKDOWN_IT.normalizeLinkText(text[slice(*piece.target)])


def references(environment: dict[str, dict[str, dict[str, str]]]) -> dict[str, tuple[str, str]]:
    """The definitions that markdown-it found, as `read` takes them."""
    found = environment.get("references", {}).items()
    return {links.label(label): (definition["href"], definition["title"]) for label, definition in found}


SECTIONS = (
    "Backslash escapes", "Entity and numeric character references", "Inlines", "Precedence", "Code spans",
    "Emphasis and strong emphasis", "Links", "Images", "Autolinks", "Raw HTML", "Hard line breaks", "Soft line breaks",
    "Textual content",
)  # fmt: skip
INLINE = [example for example in EXAMPLES if example.section in SECTIONS]

OURS = {
    548: "[[…]] is Obsidian's link",
    559: "[[…]] is Obsidian's link",
    590: "![[…]] is Obsidian's embed",
    602: "a bare address is a link",
    608: "a bare address is a link",
    611: "a bare address is a link",
    612: "a bare mail address is a link",
}
"""The examples that are read otherwise than CommonMark says, and why."""


@pytest.mark.parametrize("example", INLINE, ids=str)
def test_inlines_are_read_as_the_specification_says(example: Example) -> None:
    environment: dict[str, dict[str, dict[str, str]]] = {}
    tokens = MARKDOWN_IT.parse(example.markdown, environment)
    for token in tokens:
        if token.type == "inline":
            html = rendered(token.content, read(token.content, references(environment)))
            token.children = [Token("html_inline", "", 0, content=html)]
    html = MARKDOWN_IT.renderer.render(tokens, MARKDOWN_IT.options, environment)
    assert (html == example.html) == (example.number not in OURS)


@contextmanager
def only_commonmark() -> Iterator[None]:
    """Without what we add to CommonMark."""
    never = re.compile("(?!)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_WIKI", never)
        patch.setattr(reader, "_FOOTNOTE", never)
        patch.setattr(reader, "_CLOSING", reader._CLOSING | dict.fromkeys(("\\)", "\\]"), never))
        patch.setattr(autolinks, "bare", lambda *_: None)
        patch.setattr(autolinks, "mail", lambda *_: None)
        yield


DEFINITIONS: dict[str, dict[str, dict[str, str]]] = {}
MARKDOWN_IT.parse(
    "[foo]: /foo 'title'\n[Bar baz]: <my url>\n[`]: /tick\n[js]: javascript:x\n[*]: /star\n[ẞ]: /ss\n", DEFINITIONS
)


def compared(text: str, environment: dict[str, dict[str, dict[str, str]]]) -> tuple[str, str]:
    """A text as we read it, and as markdown-it does."""
    with only_commonmark():
        ours = rendered(text, read(text, references(environment)))
    return ours, MARKDOWN_IT.renderInline(text, environment)


DEPARTURES = [
    (r"\\ +\n", "a\\  \nb", "a\\<br />\nb", "two spaces break a line, also behind a backslash"),
    (r"\]\([^)]*\\\n", "[a](b\\\nc)", "[a](b<br />\nc)", "an address ends with its line, also behind a backslash"),
    (r"<[^>]*[^\S \t\n]", "<a\u3000b>", "&lt;a\u3000b&gt;", "only spaces, tabs and line endings part attributes"),
    (r"<!--(.|\n)*--->", "<!----->", "<!----->", "a comment may end in more than two hyphens"),
    (r"\]\(\s*(\]|$)", "[foo](", '<a href="/foo" title="title">foo</a>(', "what is no address leaves a reference"),
    (
        r"\]\[(\\.|[^]])*\[",
        "[foo][[]]",
        '<a href="/foo" title="title">foo</a>[[]]',
        "what is no label leaves a reference",
    ),
    (r"\]\[\s+\]", "[foo][ ]", '<a href="/foo" title="title">foo</a>[ ]', "white space is no label"),
    (r"\]\[(\\.|[^]])*[`<]", "[a][`]`", '<a href="/tick">a</a>`', "a label ends with its first bracket, also in code"),
    (r"[\W_][*_]+\]", "[ *_**](c)", '<a href="c"> *_**</a>', "behind a link's text is a bracket, not its end"),
    (r"!\[[*_]", "![*(** )](c)", '<img src="c" alt="*(** )" />', "before a description is a bracket, not its start"),
    (
        "",
        "[![[a](b)](c)](d)",
        '[<img src="c" alt="a" />](d)',
        "a link holds no link, also inside an image's description",
    ),
    (
        "",
        "![![\\*](b)](c)",
        '<img src="c" alt="*" />',
        "a description inside another has its escapes and entities",
    ),
]
"""Where markdown-it is not CommonMark: the pattern of the kind, a text, what the specification makes of it, and why.

What has no pattern is seen in the pieces.
"""

DEPARTS = re.compile("|".join(pattern for pattern, *_ in DEPARTURES if pattern))


def departs(text: str, pieces: Sequence[Piece]) -> bool:
    """Whether markdown-it may read a text otherwise than the specification says."""
    images = [image for image in flat(pieces) if image.kind == "image"]
    inside = {held.kind for image in images for held in flat(image.children)}
    return (
        bool(DEPARTS.search(text)) or "link" in inside or {"image", "escape"} <= inside or {"image", "entity"} <= inside
    )


@pytest.mark.parametrize(("pattern", "text", "html", "why"), DEPARTURES)
def test_where_markdown_it_departs_the_specification_is_followed(pattern: str, text: str, html: str, why: str) -> None:
    ours, theirs = compared(text, DEFINITIONS)
    assert ours == html != theirs, why
    assert departs(text, read(text, {}))


DELIMITERS = [*"**__[[]]()!\\<>`\"'", "**", "__", "***", "``", "  \n", "\\\n", "\n ", "\n", " ", "\t"]
WORDS = [
    "a", "b", "foo", "é", "日", "”", "“", "€", "—", ".", ",", "-", "\u00a0", "\u3000", "&amp;", "&copy;", "&#42;", "&x;", "&",
]  # fmt: skip
HTML = [
    "<b>", "</b>", "<i x='*'>", "<!-- * -->", "<http://a.b/c_d*>", "<me@a.bc>", "<a", "<!--", "-->", "<?", "?>", "<!A", "]]>",
]  # fmt: skip
ADDRESSES = ["](", "](/u)", "](<u v>)", '](u "t")', "](u 't&amp;'", "(t)", "![", "(("]
LABELS = ["[foo]", "[js]", "[FOO]", "[bar  baz]", "[x][foo]", "[foo][]", "[`]", "[*]", "[SS]", "![foo]", "[b][*]"]


def texts(*atoms: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from([atom for some in atoms for atom in some]), max_size=25).map("".join)


@settings(deadline=None, max_examples=400)
@given(texts(DELIMITERS, DELIMITERS, WORDS, HTML, ADDRESSES))
def test_any_text_is_read_as_markdown_it_reads_it(text: str) -> None:
    ours, theirs = compared(text, {})
    assert ours == theirs or departs(text, read(text, {}))


@settings(deadline=None, max_examples=200)
@given(texts([atom for atom in DELIMITERS if "(" not in atom], WORDS, LABELS))
def test_any_references_are_read_as_markdown_it_reads_them(text: str) -> None:
    ours, theirs = compared(text, DEFINITIONS)
    assert ours == theirs or departs(text, read(text, {}))


# Every character in its place

OWN = [
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "%%", "==", "==", "::", "{{c1::", "}}", "}}}", "~~", "~", "\\==", "[[", "]]", "![[",
    "[^a]", "[^", "https://a.b", "http://", "www.a.b", "me@a.bc", "@", " ^abcd", "^", ":", ";", "=", "{", "}", "1", "://",
]  # fmt: skip


def assert_whole(text: str, pieces: Sequence[Piece], start: int, end: int) -> None:
    """Every character from `start` to `end` is between pieces, in a delimiter, or in one piece."""
    position = start
    for piece in pieces:
        assert position <= piece.start < piece.end <= end
        position = piece.end
        source = text[piece.start : piece.end]
        if piece.kind in AROUND or piece.kind == "inline footnote":
            assert piece.start < piece.inner[0] <= piece.inner[1] < piece.end
            assert_whole(text, piece.children, *piece.inner)
        else:
            assert not piece.children
        assert piece.start <= piece.inner[0] <= piece.inner[1] <= piece.end or piece.inner == (0, 0)
        assert piece.start <= piece.target[0] <= piece.target[1] <= piece.end or piece.target == (0, 0)
        match piece.kind:
            case "code":
                assert text[slice(*piece.inner)].replace("\n", " ") == piece.text
            case "maths" | "display" | "comment" | "private" | "embed" | "wikilink" | "footnote":
                assert text[slice(*piece.inner)] == piece.text
            case "autolink":
                assert piece.text.removeprefix("mailto:").removeprefix("http://") in text[slice(*piece.target)]
            case "html":
                assert piece.text == source
            case "fold" | "break":
                assert piece.text == source.strip("\\ \t") == "\n"
            case "escape":
                assert source == "\\" + piece.text
            case "mark" | "open" | "close" | "parts":
                assert re.fullmatch(r"\\?==|\{\{c\d+::|\}{2,}|::", source)


@settings(deadline=None, max_examples=400)
@given(texts(DELIMITERS, WORDS, HTML, ADDRESSES, LABELS, OWN, OWN))
def test_no_character_is_lost(text: str) -> None:
    pieces = read(text, references(DEFINITIONS))
    assert_whole(text, pieces, 0, len(text))
    assert list(flat(pieces)) == sorted(flat(pieces), key=lambda piece: (piece.start, -piece.end))
    assert shown(text, pieces, 5, 5) == ""
    assert depth(pieces) <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Call f(*args, **kwargs) and g(*args).",
        "Compare 2*3 and deref (*p) here.",
        "snake_case_names, 2 * 3 * 4, a < b > c, A&B, 50 % of 20 %, #1, a ^ b, 10:30, {x}, a=b, f(x)[0], !",
        "",
    ],
)
def test_what_is_no_markup_is_text(text: str) -> None:
    assert read(text, {}) == ()


# Links


@pytest.mark.parametrize(
    ("text", "address", "title", "target"),
    [
        ("[Ohm](https://x.example/Ohm's_law) (the so-called 'law').", "https://x.example/Ohm's_law", "", "https://x.example/Ohm's_law"),
        ("![p](../media/it's.png)", "../media/it's.png", "", "../media/it's.png"),
        ("![q](../media/it's.png 'it is')", "../media/it's.png", "it is", "../media/it's.png"),
        ('[a](<b c> "d&amp;\\"e")', "b c", 'd&"e', "b c"),
        ("[a](b\\)&auml;.png)", "b)ä.png", "", "b\\)&auml;.png"),
        ("[a](b(c(d))e)", "b(c(d))e", "", "b(c(d))e"),
        ("[a]()", "", "", ""),
        ("[a](<>)", "", "", ""),
        ("[a](b::c==d}}e)", "b::c==d}}e", "", "b::c==d}}e"),
        ("[x][foo]", "/foo", "title", ""),
    ],
)  # fmt: skip
def test_a_link_knows_its_address_and_where_that_stands(text: str, address: str, title: str, target: str) -> None:
    link = read(text, references(DEFINITIONS))[0]
    assert (link.text, link.title, text[slice(*link.target)]) == (address, title, target)
    assert link.kind == ("image" if text[0] == "!" else "link")
    assert (link.target == (0, 0)) == ("foo" in text)


def test_labels_are_found_by_the_keys_that_markdown_it_has() -> None:
    for character in map(chr, [*range(0x20, 0xD800), *range(0xE000, 0x11000), *range(0x1E900, 0x1E944)]):
        key = f"a{character}b".strip().lower().upper()
        assert links.label(links.label(key)) == links.label(key) == links.label(f" a{character}b\n"), character


def test_a_label_has_999_characters_at_most() -> None:
    for length in (999, 1000):
        text = "a" * length
        assert bool(read(f"[{text}]", {text: ("b", "")})) == (length == 999)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://a.b/c.", ["https://a.b/c"]),
        ("(https://a.b/c_(d)) or (www.a.b).", ["https://a.b/c_(d)", "www.a.b"]),
        ("**https://a.b/c** _www.a.b_ ~~http://a.b~~", ["https://a.b/c", "www.a.b", "http://a.b"]),
        ("https://a.b/?c=d&hl=en&copy; http://localhost:80/x;", ["https://a.b/?c=d&hl=en", "http://localhost:80/x"]),
        ('"https://a.b/c", <see https://a.b>', ["https://a.b/c", "https://a.b"]),
        (
            "==https://a.b/c== and ==www.a.b::hint== and https://a.b/?c==d",
            ["https://a.b/c", "www.a.b", "https://a.b/?c==d"],
        ),
        ("{{c1::https://a.b/c}} {{c1::www.a.b::hint}}", ["https://a.b/c", "www.a.b"]),
        ("[see https://a.b] [ ] https://a.b/[c]", ["https://a.b", "https://a.b/[c]"]),
        ("me.you+x@a-b.example, _me@a.bc_ ==me@a.bc==", ["me.you+x@a-b.example", "me@a.bc", "me@a.bc"]),
        ("`https://a.b` <https://a.b/c> $https://a.b$", ["<https://a.b/c>"]),
        ("[https://a.b](c) [*www.a.b*](c) [me@a.bc](d) ![https://a.b](c)", []),
        ("xhttps://a.b xwww.a.b /www.a.b www. http:// https://a_b.c http://___ a@b me@a.b- root@10.0.0.1 @a.b", []),
    ],
)
def test_addresses_are_links_as_on_github(text: str, found: list[str]) -> None:
    assert [source for kind, source in kinds(text) if kind == "autolink"] == found


def test_an_autolink_has_the_whole_address() -> None:
    text = "www.a.b me@a.bc <me@a.bc> <xy:z&amp;> https://a.b"
    pieces = read(text, {})
    assert [piece.text for piece in pieces] == [
        "http://www.a.b",
        "mailto:me@a.bc",
        "mailto:me@a.bc",
        "xy:z&amp;",
        "https://a.b",
    ]
    assert [text[slice(*piece.target)] for piece in pieces] == [
        "www.a.b",
        "me@a.bc",
        "me@a.bc",
        "xy:z&amp;",
        "https://a.b",
    ]


@pytest.mark.parametrize(
    ("entity", "character"),
    [
        ("&auml;", "ä"), ("&ngE;", "≧̸"), ("&#x1F600;", "😀"), ("&#10;", "\n"),
        *((f"&#{number};", "\ufffd") for number in (0, 14, 127, 55296, 1114112, 9999999)),
    ],
)  # fmt: skip
def test_an_entity_stands_for_a_character_that_may_be_shown(entity: str, character: str) -> None:
    assert [piece.text for piece in read(entity, {})] == [character]


# What study notes have besides


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$x$, $x^2$ $$y$$ \\(z\\) \\[w\\]", "maths $x$ maths $x^2$ display $$y$$ maths \\(z\\) display \\[w\\]"),
        ("cp \\[options\\] f\\(x\\) \\[1\\] \\[ \\]", " ".join(f"escape \\{sign}" for sign in "[]()[][]")),
        ("\\[key=value\\] \\(file\\_name\\)", "escape \\[ escape \\] escape \\( escape \\_ escape \\)"),
        ("f\\(x^2\\) \\(F=ma\\) \\(x, y\\)", "maths \\(x^2\\) maths \\(F=ma\\) maths \\(x, y\\)"),
        ("\\[\\mathrm{mol}\\] \\(x_1\\)", "display \\[\\mathrm{mol}\\] maths \\(x_1\\)"),
        ("$0.01–$0.05, $5/$10, $ 5$, $5 $, a$b$, $HOME/$USER, $a `b$` $c", "code `b$`"),
        ("$$$$ $a\\$b$ $a\\\\$", "maths $a\\$b$ escape \\\\"),
        ("a %%to myself%% b %% c", "private %%to myself%%"),
        ("a ^abcd", "private  ^abcd"),
        ("a\n^abc-1", "private \n^abc-1"),
        ("`a ^abcd", "private  ^abcd"),
        ("^abcd and x^abcd", ""),
        ("![[a.png|300]] [[b#c|d]] [[e\n]] ![[]]", "embed ![[a.png|300]] wikilink [[b#c|d]]"),
        ("a[^1] [^b c] ![^d]", "footnote [^1] footnote [^d]"),
        ("<!-- a --> <!--> <!---> <!-- b", "comment <!-- a --> comment <!--> comment <!--->"),
        ("==a== === a==b==c ====", "mark == mark == mark == mark =="),
        ("\\==a==\n\\==b== x \\==", "mark \\== mark == mark \\== mark == escape \\="),
        (
            "{{c1::a::b}} {{c22::${x}}}} {{c::a}} }",
            "open {{c1:: parts :: close }} open {{c22:: close }}}} parts :: close }}",
        ),
        ("~~a~~ ~b~ ~~~c~~~ a ~~ b", "strike ~~a~~"),
        ("a  \nb\\\n  c \n d\n\te\nf", "break   \n break \\\n   fold  \n  fold \n\t"),
        ("\\* \\a \\\\ &amp; &#42; &nothing; &copy", "escape \\* escape \\\\ entity &amp; entity &#42;"),
        ("`` a`b `` `c ``", "code `` a`b ``"),
    ],
)
def test_pieces(text: str, found: str) -> None:
    assert " ".join(f"{kind} {source}" for kind, source in kinds(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("==*a*==", ["mark", "emphasis", "mark"]),
        ("{{c1::**b**}}", ["open", "strong", "close"]),
        ("**{{c1::b}}**", ["strong", "open", "close"]),
        ("*a ==b== [c ::d](e::f)*", ["emphasis", "mark", "mark", "link", "parts"]),
        ("![a ==b==](c \"d ==e==\")", ["image", "mark", "mark"]),
        ("==`a==b` $c==d$ <i x='=='> <!-- == -->==", ["mark", "code", "maths", "html", "comment", "mark"]),
        ("**a `b**` [c](d**e)**", ["strong", "code", "link"]),
        ("[a `](b)` c](d)", ["link", "code"]),
        ("*a [b*](c)", ["link"]),
        ("*a ~~b* c~~", ["emphasis"]),
        ("3*x + x**2 + 2*y", ["emphasis"]),
    ],
)  # fmt: skip
def test_pieces_hold_each_other(text: str, found: list[str]) -> None:
    assert [kind for kind, _ in kinds(text)] == found


def test_places() -> None:
    text = "a **b `` c`` [d *e*](f 'g')** h"
    (strong,) = read(text, {})
    code, link = strong.children
    (emphasis,) = link.children
    assert (strong.start, strong.end, strong.inner) == (2, 29, (4, 27))
    assert (code.start, code.end, code.inner, code.text) == (6, 12, (8, 10), " c")
    assert (link.start, link.end, link.inner, link.target) == (13, 27, (14, 19), (21, 22))
    assert (emphasis.start, emphasis.end, emphasis.inner) == (16, 19, (17, 18))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**a** _b_ ~~c~~ `d` \\* &amp; e", "a b c d * & e"),
        ("[a *b*](c) ![d `e`](f) <https://a.b> www.a.b", "a b d e https://a.b www.a.b"),
        ("a<!-- b -->%%c%%<br>d[^1] ^abcd", "ad"),
        ("==a== {{c1::b::c}} \\* \\==d", "==a== {{c1::b::c}} * ==d"),
        ("\\==a==", "==a=="),
        ("$x$ [[a#b]] [[a|c]] ![[d/e.png|300]]", "x a › b c e"),
        ("a  \nb \n c", "a\nb\nc"),
    ],
)
def test_what_a_reader_sees(text: str, plain: str) -> None:
    assert shown(text, read(text, {})) == plain


def test_a_part_of_what_a_reader_sees() -> None:
    text = "**a *b* c** `d` e"
    pieces = read(text, {})
    (strong, _) = pieces
    assert shown(text, strong.children, *strong.inner) == shown(text, pieces, *strong.inner) == "a b c"
    assert shown(text, pieces, strong.end) == " d e"
    assert shown(text, pieces, 0, strong.end) == "a b c"


# Time


def repeated(text: str) -> str:
    return (text * 20_000)[:20_000]


LONG = [
    *map(repeated, [
        "[", "![", "*", "_", "`", "<a ", "<!--", "<?", "<!A", "<![CDATA[", "<a b='", "$", "$$", "$\\\\", "%%", "\\(", "{{c1::", "==",
        "[a](", "[a](((", "[a](<b", "[a](b '", "[a][b", "a**b", "*a ", "**a ", "**x* ", "*_", "~~", "~~a *b ", "&", "&amp;", "<",
        "](", "[a](b)", "[[", "[^", "www.", "(www.a_b", "_www.a_/", "https://a.b/", "http://a_b ", "a@", "a_", "_a@b.c_ ", "@",
        " \n", "\\\n", "a ^abcd",
    ]),
    "[" * 6_000 + "a" + "](x)" * 3_000,
    "![" * 3_000 + "a" + "](x)" * 3_000,
    "![" * 3_000 + "[a](x)" * 2_500,
    "[" * 9_000 + "]" * 9_000 + "(x)",
    ("[" * 500 + "]" * 500) * 20,
    "*a " * 4_000 + "b* " * 2_600,
    "*" * 10_000 + "a" + "*" * 10_000,
    "*a " * 10_000 + "b_ " * 7_000,
    *((opening * 100_000)[:200_000] for opening in ("\\(", "$\\\\", "www.a_")),
    " ".join("`" * length for length in range(1, 198)),
    *("https://a.b/" + end * 10_000 for end in (")", ".", "&a;", ";")),
    "a" * 19_000 + "@" * 1_000,
    "a@" + "b." * 10_000,
    "[a](" + "(" * 20_000,
]  # fmt: skip


@pytest.mark.ci
@pytest.mark.parametrize("text", LONG, ids=lambda text: f"{text[:12]}…{text[-6:]}")
def test_any_long_text_is_read_at_once(text: str) -> None:
    def seconds() -> float:
        began = time.process_time()
        shown(text, read(text, {"a": ("b", ""), "b": ("c", "")}))
        return time.process_time() - began

    # For 20,000 characters it takes a tenth of this; what grows with the square of the length takes longer. A busy machine
    # adds to it, but hardly three times in a row.
    assert any(seconds() < len(text) / 20_000 for _ in range(3))


def test_pieces_may_nest_as_deep_as_they_like() -> None:
    text = "*a " * 50_000 + "b* " * 50_000
    pieces = read(text, {})
    assert depth(pieces) == sum(1 for _ in flat(pieces)) == 50_000
    assert shown(text, pieces) == "a " * 50_000 + "b " * 50_000
    assert depth(()) == 0
