"""The elements of HTML: which of them a card may have, and why not the others.

The names are those of the HTML standard: its index of elements, and its list of obsolete ones (16.2). What has none of
them is text in angle brackets, `<your name>`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..patterns import pattern

REST_OF_TAG = r"""(?>(?:[^<>"']|"[^"]*"|'[^']*')*)>"""
"""Behind the name of an element: its attributes, whose values may have angle brackets in them, and the end of the tag."""

BEGUN = pattern(rf"</?([a-zA-Z][\w-]*)({REST_OF_TAG})?|<!--|<!\[CDATA\[|<[!?/]")
"""A tag as a whole, or how one begins that has no end; or how a comment or the like begins."""

_COMMENTS = {"<!--": "-->", "<![CDATA[": ">", "<?": ">", "<!": ">"}
"""How what begins so ends in a browser, which knows neither CDATA nor instructions."""


def end_of_comment(text: str, opening: str, after: int) -> int:
    """Where a comment ends whose `opening` ends at `after`, or another thing of which nothing is shown; 0 if nowhere."""
    closing = _COMMENTS.get(opening, "")
    # `<!-->` is a whole one. What begins with `<!` and no letter is none of HTML's.
    start = after - 2 if opening == "<!--" else after
    end = text.find(closing, start) if closing and (opening != "<!" or text[after : after + 1].isalpha()) else -1
    return end + len(closing) if end >= 0 else 0


_TABLE = (
    ("kept", "they hold text, and say how it is read", """
        a abbr b bdi bdo blockquote br center cite code dd del details dfn div dl dt em figcaption figure font h1 h2 h3 h4
        h5 h6 hr i ins kbd li mark ol p pre q rb rp rt rtc ruby s samp small span strong sub summary sup tt u ul var wbr
    """),
    ("kept", "tables", "caption col colgroup table tbody td tfoot th thead tr"),
    ("kept", "pictures, sound and film", "audio img source video"),
    ("kept", "the box of a task and its text", "input label"),
    ("unwrapped", "they name parts of a page, and a card is only one", """
        address article aside footer header hgroup main nav search section
    """),
    ("unwrapped", "they tell programs what the text says already", "data legend meter output progress slot time"),
    ("unwrapped", "they hold a page or a form together, and what they hold is text", "body dialog fieldset form head html"),
    ("unwrapped", "the `img` in it is what every system shows", "picture"),
    ("unwrapped", "they only change how text looks, and are obsolete", "basefont big blink marquee multicol nobr spacer"),
    ("renamed", "they are obsolete: each has a successor", "acronym dir listing menu strike xmp"),
    ("removed", "they run a program or load a page", """
        applet canvas embed frame frameset iframe noembed noframes noscript object param script template
    """),
    ("removed", "they ask for something, and nobody hears the answer", """
        button datalist isindex keygen menuitem optgroup option select selectedcontent textarea
    """),
    ("removed", "they speak of a whole page", "base link meta nextid style title"),
    ("removed", "they are languages of their own, which can run programs", "math svg"),
    ("removed", "Anki imports no files for them", "area bgsound map track"),
)  # fmt: skip
"""What becomes of elements, why, and which they are. What is unwrapped leaves its inside; what is removed takes it along."""


def _those(table: Iterable[tuple[str, str, str]], fate: str) -> frozenset[str]:
    return frozenset(name for how, _, names in table if how == fate for name in names.split())


KEPT = _those(_TABLE, "kept")
UNWRAPPED = _those(_TABLE, "unwrapped")
REMOVED = _those(_TABLE, "removed")
RENAMED = {"acronym": "abbr", "dir": "ul", "listing": "pre", "menu": "ul", "strike": "s", "xmp": "pre"}
KNOWN = KEPT | UNWRAPPED | REMOVED | _those(_TABLE, "renamed")

WITHOUT_END = frozenset({
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta",
    "param", "source", "track", "wbr",
})  # fmt: skip
"""Those that hold nothing, and have no end."""

ATTRIBUTES = {
    "*": {"align", "class", "dir", "lang", "style", "title"},
    "a": {"href"},
    "audio": {"controls", "src"},
    "details": {"open"},
    "font": {"color"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "disabled", "type"},
    "ol": {"reversed", "start", "type"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "video": {"controls", "height", "loop", "src", "width"},
}
"""The attributes that are kept, by element; `*` is every one."""

LAYOUT_ATTRIBUTES = {
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"size"},
    "li": {"type", "value"},
    "table": {"border", "cellpadding", "cellspacing", "frame", "rules", "width"},
    "tbody": {"valign"},
    "td": {"height", "valign", "width"},
    "th": {"height", "valign", "width"},
    "thead": {"valign"},
    "tr": {"valign"},
    "ul": {"type"},
}
"""Those that are kept besides where an author wrote them, but say so little that no Markdown becomes HTML for them."""

_PROPERTIES = (
    ("kept", "they say how the text itself looks", """
        background-color color font-size font-style font-weight height text-align text-decoration width
    """),
    ("laid out", "they say how it is laid out, and do so on any screen", """
        border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse border-color
        border-left border-left-color border-left-style border-left-width border-radius border-right border-right-color
        border-right-style border-right-width border-spacing border-style border-top border-top-color border-top-style
        border-top-width border-width caption-side empty-cells font-variant font-variant-caps font-variant-numeric
        list-style list-style-position list-style-type max-width overflow-wrap text-decoration-color
        text-decoration-line text-decoration-style text-decoration-thickness text-transform vertical-align word-break
    """),
    ("measured", "some of their values do, see `styles`", """
        display font-family line-height margin margin-bottom margin-left margin-right margin-top padding padding-bottom
        padding-left padding-right padding-top white-space
    """),
    ("left out", "they hide what they hold, or put it over or under something else", """
        clip clip-path filter inset left mask opacity overflow position right top transform visibility z-index
    """),
    ("left out", "on a phone there is no room beside it, or a line ends outside the screen", """
        clear column-count columns flex float grid letter-spacing min-height min-width text-indent word-spacing
        writing-mode
    """),
    ("left out", "their colours would have to be right by day and by night", "box-shadow outline text-shadow"),
    ("left out", "the attribute `dir` says it, and the letters keep their order", "direction unicode-bidi"),
    ("left out", "it says too much at once: size, family and height of the line", "all font"),
    ("left out", "a card does not move", "animation cursor pointer-events transition user-select"),
)  # fmt: skip
"""What becomes of the properties of a `style`, why, and which they are. Others are left out, too."""

STYLES = _those(_PROPERTIES, "kept")
LAYOUT_STYLES = _those(_PROPERTIES, "laid out") | _those(_PROPERTIES, "measured")
"""The properties of a `style` that are kept; those that are kept besides, as the attributes above are."""
