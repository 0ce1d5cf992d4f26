"""The HTML of fields → Markdown: what the compiler makes of it looks as the field did."""

from __future__ import annotations

import html
import re
import time
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from deckwright import clozes, marks
from deckwright.adopt.looks import Sheet
from deckwright.adopt.seen import Fields, Seen, seen
from deckwright.authoring import blocks, inline
from deckwright.model import OwnField, OwnKind
from deckwright.notes import compile_file
from deckwright.render.clozes import finished

LABELS = ("Reading", "Example", "R & D")
LABELLED = tuple(OwnField(label, label.lower(), label=label) for label in LABELS)
BASIC = OwnKind(
    "card-like",
    "basic",
    (OwnField("Front", "f", part="heading"), OwnField("Back", "b", part="answer"), *LABELLED),
    ("{{Front}}{{Back}}",),
)
CLOZE = OwnKind("gaps", "cloze", (OwnField("Back", "t", part="answer"), *LABELLED), ("{{cloze:Back}}",))
SETTINGS = SimpleNamespace(name="Deck", tag_prefix="")


def compiled(markdown: str, place: str) -> tuple[str | None, list[str]]:
    """The field that the compiler makes, None if it makes no note, and the codes of all that it tells.

    The place is `heading`, `label`, `basic` or `cloze`.
    """
    text = {
        "heading": f"## {markdown} {{.card-like #a}}\n\nanswer\n",
        "label": f"## question {{.card-like #a}}\n\nReading: {markdown}\nExample: other\n",
        "basic": f"## question {{.card-like #a}}\n\n{markdown}\n",
        "cloze": f"## {{.gaps #a}}\n\n{markdown}\n",
    }[place]
    notes, told = compile_file("a.md", text.encode(), SETTINGS, (BASIC, CLOZE))
    codes = sorted(one.code for one in told)
    if len(notes) != 1:
        return None, codes
    note = notes[0]
    value = note.fields.get({"heading": "Front", "label": "Reading"}.get(place, "Back"), "")
    value = marks.numbered(finished(value, note.deletions), [deletion.number or 1 for deletion in note.deletions])
    return marks.fill(value, [html.escape(file.target) for file in note.references]), codes


# What a reader sees


def look(field: str, place: str) -> Seen:
    """What is seen of a field, as it is compared when a deck is adopted."""
    return seen(field, Fields(Sheet(), place == "cloze"), unquote)


def candidates(field: str, place: str) -> tuple[str, ...]:
    if place in ("heading", "label"):
        return inline(field, labels=LABELS)
    return blocks(field, cloze=place == "cloze", labels=LABELS)


def is_kept(field: str, markdown: str, place: str) -> bool:
    """Whether the compiler makes of the Markdown what looks as the field, and tells nothing but of missing files."""
    value, told = compiled(markdown, place)
    return value is not None and look(value, place) == look(field, place) and told == []


# By example


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("", ""),
        ("foo", "foo"),
        ("foo &amp; bar", "foo & bar"),
        ("a<br>b", "a\\\nb"),
        ("<div>a</div><div>b</div>", "a\\\nb"),
        ("a<div>b</div><div><br></div><div>c</div>", "a\\\nb\n\nc"),
        ("a<br><br><br>b", "a\n\n<br>b"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<b>a</b> <i>b</i> <u>c</u> <s>d</s> x<sub>2</sub>", "**a** *b* <u>c</u> ~~d~~ x<sub>2</sub>"),
        ("<b>a </b>b<i></i>", "**a** b"),
        ("<b>a</b><b>b</b>", "**ab**"),
        ("a<b>(b)</b>c", "a<b>(b)</b>c"),
        ("<b>a<br>b</b>", "**a**\\\n**b**"),
        ('<b>a <span style="font-weight: 400">b</span></b>', "**a** b"),
        ('a<div style="font-weight: bold"><br></div><div style="font-weight: bold">b</div>', "a\n\n**b**"),
        ('<i style="font-style: italic; ">a</i>', "*a*"),
        ("a&nbsp; b&nbsp;", "a&nbsp; b"),
        ("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb"),
        ('<a href="https://a.b/"><img src="c.png"></a>', "[![](c.png)](https://a.b/)"),
        ("a ^abcd", "a \\^abcd"),
        ("[!NOTE] a", "\\[!NOTE] a"),
        ("&nbsp;a", "&#8203;&nbsp;a"),
        ("<code>a`b</code>", "``a`b``"),
        ('<pre><code class="language-python">x = 1<br>y</code></pre>', "```python\nx = 1\ny\n```"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c<br>d</li></ul>", "- a\n  - b\n- c\\\n  d"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ("a<ul><li>b</li></ul>c", "a\n\n- b\n\nc"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        (
            "<table><tbody><tr><th>a</th><th>b|c</th></tr><tr><td>1</td><td><code>x|y</code></td></tr></tbody></table>",
            "| a | b\\|c |\n| --- | --- |\n| 1 | `x\\|y` |",
        ),
        ("<table><tr><td>a</td></tr></table>", "<table><tr><td>a</td></tr></table>"),
        ("<blockquote>a<br>b</blockquote>", "> a\\\n> b"),
        ("<h3>a</h3>b", "### a\n\nb"),
        ("<h1>a</h1>b", "<h1>a</h1>\n\nb"),
        ("a<hr>b", "a\n\n<hr>\n\nb"),
        ('<a href="https://a.b/c_d">e</a>', "[e](https://a.b/c_d)"),
        ('<a style="color: red" href="https://a.b">c</a>', '<a href="https://a.b" style="color: red">c</a>'),
        ('<img src="a.png">', "![](a.png)"),
        ('<img src="a b.png" alt="c" width="30">', "![c|30](<a b.png>)"),
        ('<img src="a.png" style="width: 30px">', '<img src="a.png" style="width: 30px">'),
        ("[sound:a.mp3]", "[sound:a.mp3]"),
        (r"\(x^2\) and \[y\]", "$x^2$ and $$y$$"),
        (r"\[a<br>b\]", "$$\na\nb\n$$"),
        (r"a\(x\)", r"a<span></span>$x$<span></span>"),
        ("<ruby>漢<rt>かん</rt></ruby>", "<ruby>漢<rt>かん</rt></ruby>"),
        ('<span style="color: red; margin: 0">a</span>', '<span style="color: red">a</span>'),
        ('<font color="#ff0000">a</font>', '<font color="#ff0000">a</font>'),
        ("{{c1::a}}", "\\{{c1::a}}"),
        ("<table><tr><td>a<wbr>b</td></tr></table>", "<table><tr><td>a<wbr>b</td></tr></table>"),
        ("snake_case 2 * 3 5* $5", "snake_case 2 * 3 5* $5"),
        ("&lt;your name&gt; #card", "\\<your name> \\#card"),
        ("*a* _b_ `c` [d](e)", "\\*a\\* \\_b\\_ \\`c\\` \\[d](e)"),
        ("# a<br>- b<br>1. c<br>&gt; d<br>---", "\\# a\\\n\\- b\\\n1\\. c\\\n\\> d\\\n\\---"),
        ("Reading: a<br><b>Example:</b> b<br>Other: c", "Reading\\: a\\\n**Example\\:** b\\\nOther: c"),
    ],
)
def test_a_field_is_written_as_a_person_would(field: str, expected: str) -> None:
    assert blocks(field, labels=LABELS)[0] == expected
    assert is_kept(field, expected, "basic")


@pytest.mark.parametrize(
    "tag", ["<wbr>", '<wbr class="x">', "<source>", "<track src='a>b'>", "<embed src=x/>", "<WBR/>"]
)
def test_an_element_without_an_end_holds_nothing(tag: str) -> None:
    assert blocks(f"a<i>b{tag}c</i> d")[0] == "a*bc* d"


@pytest.mark.parametrize(
    "style",
    ["font-family: Arial", "color: rgb(0, 0, 0);", "color: var(--mine)", "font-weight: normal", "line-height: 2"],
)
def test_what_the_compiler_takes_out_is_not_written(style: str) -> None:
    assert blocks(f'a <span style="{style}">b</span>')[0] == "a b"


def test_the_last_way_keeps_what_lays_text_out() -> None:
    field = (
        '<div style="text-align: left; line-height: 1.5; float: left"><ul type="square" id="x"><li>a</li></ul></div>'
    )
    kept = '<div style="text-align: left; line-height: 1.5"><ul type="square"><li>a</li></ul></div>'
    assert blocks(field)[-1] == f"<div>{kept}</div>"
    assert is_kept(field.replace("; float: left", ""), blocks(field)[-1], "basic")


@pytest.mark.parametrize("field", ["[$]x[/$]", "[latex]$x$[/latex]", "[latex]\\begin{math}x\\end{math}[/latex]"])
def test_latex_that_is_a_formula_becomes_maths(field: str) -> None:
    assert blocks(field)[0] == "$x$"


@pytest.mark.parametrize("field", ["[$$]x[/$$]", "[latex]$$x$$[/latex]", "[latex]\\[x\\][/latex]"])
def test_latex_that_is_a_formula_of_its_own_likewise(field: str) -> None:
    assert blocks(field)[0] == "$$x$$"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("{{c1::a}} b", "{{c1::a}} b"),
        ("{{c1::a::hint}} {{c2::b {{c3::c}}}}", "{{c1::a::hint}} {{c2::b {{c3::c}}}}"),
        ("{{c1::a::b::c}}", "{{c1::a::b\\:\\:c}}"),
        ("<b>{{c1::a}}</b>", "**{{c1::a}}**"),
        ("{{c1::<b>a</b>}}", "{{c1::**a**}}"),
        ("<b>a {{c1::b</b> c}}", "**a** {{c1::**b** c}}"),
        ("{{c1::a&#58;&#58;b::c&colon;&#x3A;d}}", "{{c1::a\\:\\:b::c\\:\\:d}}"),
        ('{{c1::a&#125;&#125;b}} <a href="x&#58;&#58;y">c</a>', "{{c1::a&#125;&#125;b}} c"),
        ("{{c1::a}} {{C2::b}}", "{{c1::a}} &#123;{C2::b}}"),
        ("{{c1::${x}}}", "{{c1::$&#123;x}}}"),
        ("{{c1::a<div>b</div>}}", "{{c1::a\\\nb}}"),
        ("a {{c1::}}", "a {{c1::<span></span>}}"),
        ("{{c1::a {{c2::b::h}}}}", "{{c1::a {{c2::b::h}}<span></span>}}"),
        ("{{c1,2::a::h}}", "{{c1::{{c2::a::h}}::h}}"),
        (r"{{c1::\(x\)}}", "{{c1::$x$}}"),
        ("<code>a {{c1::b}}</code>", "<code>a {{c1::b}}</code>"),
        ("<ul><li>{{c1::a}}</li></ul>", "- {{c1::a}}"),
        ("<pre>{{c1::a}}:<wbr>b c</pre>", "<span></span><pre>{{c1::a}}:b c</pre>"),
        ("{{c1::<ul><li>a</li></ul>}}", "<span></span>{{c1::<ul><li>a</li></ul>}}"),
    ],
)
def test_a_cloze_stays_one(field: str, expected: str) -> None:
    assert blocks(field, cloze=True)[0] == expected
    value, told = compiled(expected, "cloze")
    assert told == [] or field == "a {{c1::}}"
    if value is not None and "c1,2" not in field:
        found = [sorted(one.numbers) for one in clozes.parse(value) if isinstance(one, clozes.Cloze)]
        assert found == [sorted(one.numbers) for one in clozes.parse(field) if isinstance(one, clozes.Cloze)]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("a<br>b", "a<br>b"),
        ("a<div>b</div>", "a<br>b"),
        ("<b>a</b><br><i>b</i> c", "**a**<br>*b* c"),
        ("C#", "C#"),
        ("a #", "a \\#"),
        ("a #tag {.basic}", "a \\#tag \\{.basic}"),
        ("a [cloze]", "a \\[cloze]"),
        ("<ul><li>a</li></ul>", "<ul><li>a</li></ul>"),
        ("5* or 6*", "5\\* or 6\\*"),
    ],
)
def test_a_field_on_one_line(field: str, expected: str) -> None:
    assert inline(field)[0] == expected
    assert is_kept(field, expected, "heading")


def test_what_nests_too_deeply_is_raw() -> None:
    field = "<div>" * 5_000 + "a" + "</div>" * 5_000
    assert blocks(field) == (f"<div>{field}</div>",)
    assert inline(field) == ()


@pytest.mark.parametrize(
    "field", ["a" + "<b>" * 300, "\\(" * 20_000, "[latex]" * 10_000, "{{c1::" * 10_000, "a <br>" * 10_000]
)
def test_long_fields_take_time_in_proportion(field: str) -> None:
    began = time.process_time()
    blocks(field)
    assert time.process_time() - began < 5


# By property


SIGNS = (
    "* ** _ __ ` `` ``` ~~ ~~~ < <b </div> <!-- --> & &amp; &#58; [ ] [[ ]] ![[a.png]] [a](b) [^1] ![x](y.png) | # ## #card #tag - + "
    "> == ==x== === --- *** {{ }} {{c1::x}} :: {.basic} {#id} {漢|かん} %% %%p%% $ $x$ $$ $5 \\ \\( \\) \\* ^ ^abcd card: Example: "
    "Reading: **Example:** https://a.b/c_d www.ex.com me@ex.org ! !!! ??? : ~ a_b_c 2*3*4 \u00a0 日本 😀 . , ' \" = [x] [!NOTE] |---| "
    "<your_name> <https://a.b> ＃card ｛.basic｝ [cloze] .basic c1 1. 2)"
)
MARKUP = SIGNS.split(" ")
PIECES = st.one_of(st.sampled_from(MARKUP), st.sampled_from(MARKUP), st.sampled_from(["a", "word", "foo bar", " "]))
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), min_size=1, max_size=8).map(
    lambda pieces: "".join(piece + space for piece, space in pieces)
)
PROFILE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=True,
)
LONG = settings(PROFILE, max_examples=300)


def is_changed(text: str) -> bool:
    """What the compiler itself changes: text behind an opening of maths that it has not, where it sees a cloze or a tag."""
    return bool(re.search(r"\\[(\[].*(?:\{\{c|\[(?:sound|\$))", text))


@pytest.mark.parametrize("place", ["basic", "heading", "label"])
@PROFILE
@given(TEXTS)
def test_any_text_is_text(place: str, text: str) -> None:
    assert_text_is_kept(text, place)


@pytest.mark.ci
@pytest.mark.parametrize("place", ["basic", "heading", "label"])
@LONG
@given(TEXTS)
def test_much_more_text_is_text(place: str, text: str) -> None:
    assert_text_is_kept(text, place)


def assert_text_is_kept(text: str, place: str) -> None:
    assume(text.strip() and not is_changed(text))
    field = html.escape(text, quote=False).replace("\u00a0", "&nbsp;")
    first = candidates(field, place)[0]
    assert is_kept(field, first, place), (first, compiled(first, place))


WORDS = st.sampled_from(
    ["foo", "a b", "word. ", "(x)", "1. ", "- y", "*", "日本", "a&nbsp;b", "5 &lt; 6", "&amp;amp; ", "x_y_", "#"]
)
LEAVES = st.one_of(
    WORDS,
    st.sampled_from([
        "<br>", "<br><br>", "<div><br></div>", "<b></b>", "<i> </i>", '<img src="a.png">', '<img src="a b.png" width="30">',
        '<img alt="x" src="a.jpg" style="width: 20px;">', "[sound:a.mp3]", r"\(x^2\)", r"\[y=1\]", r"\(a &lt; b\)", r"\(5\)",
        r"\(\text{$a$}\)", '<a href="https://x.org/?a=1&amp;b=2">a*b</a>', "<code>a`b</code>", "<code>x|y &lt;b&gt;</code>",
        "<ruby>漢<rt>かん</rt></ruby>", "<pre>a\n  b</pre>", "<pre><code>x &lt; y<br>\n\nz</code></pre>", "<h3>a #</h3>", "<h1>a</h1>",
        "<hr>",
    ]),
)  # fmt: skip


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tags = st.sampled_from(
        [
            "b",
            "i",
            "u",
            "sub",
            "s",
            "kbd",
            "div",
            "div",
            "blockquote",
            "font color=red",
            "span style='font-weight: bold'",
        ]
    )
    tagged = st.tuples(tags, inner).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0].split()[0]}>")
    lists = st.tuples(st.sampled_from(["ul", "ol", "ol start=3"]), st.lists(inner, min_size=1, max_size=3)).map(
        lambda pair: f"<{pair[0]}>" + "".join(f"<li>{item}</li>" for item in pair[1]) + f"</{pair[0].split()[0]}>"
    )
    tables = inner.map(lambda cell: f"<table><tbody><tr><td>{cell}</td><td>x</td></tr></tbody></table>")
    headed = WORDS.map(
        lambda cell: f"<table><thead><tr><th>a|b</th></tr></thead><tbody><tr><td>{cell}</td></tr></tbody></table>"
    )
    return st.one_of(tagged, tagged, lists, tables, headed, st.lists(inner, min_size=2, max_size=3).map("".join))


FIELDS = st.recursive(LEAVES, nested, max_leaves=6)


@PROFILE
@given(FIELDS)
def test_what_the_editor_writes_comes_back(field: str) -> None:
    assert_one_is_kept(field, "basic")


@pytest.mark.ci
@LONG
@given(FIELDS)
def test_much_more_that_the_editor_writes_comes_back(field: str) -> None:
    assert_one_is_kept(field, "basic")


def assert_one_is_kept(field: str, place: str) -> None:
    assert any(is_kept(field, one, place) for one in candidates(field, place)), [
        (one, compiled(one, place)) for one in candidates(field, place)
    ]


ANSWERS = st.sampled_from([
    "foo", "a b", "${x}", "a}", "{b", "*x*", "x_y_", "<b>q</b>", "<b>a</b> b", "a<br>b", r"\(x^{2}\)", "<code>k</code>", "5 &lt; 6", "",
])  # fmt: skip
GAPS = st.recursive(
    st.tuples(st.integers(1, 3), ANSWERS, st.sampled_from(["", "::hint", "::h*i*t"])),
    lambda inner: st.tuples(st.integers(1, 3), inner.map(lambda one: f"a {gap(one)}"), st.sampled_from(["", "::hint"])),
    max_leaves=2,
)


def gap(parts: tuple[int, str, str]) -> str:
    number, answer, hint = parts
    return f"{{{{c{number}::{answer}{hint}}}}}"


AROUND = st.sampled_from(
    ["{}", "{}", "<b>{}</b>", "<ul><li>{}</li></ul>", "<div>{}</div>", "<b>a {} b</b>", "{} <b>b</b>", "x<br>{}"]
)
SENTENCES = st.lists(
    st.tuples(AROUND, GAPS.map(gap)).map(lambda pair: pair[0].replace("{}", pair[1], 1)), min_size=1, max_size=3
)


@PROFILE
@given(SENTENCES.map(" ".join))
def test_any_cloze_stays_one(field: str) -> None:
    assert_cloze_is_kept(field)


@pytest.mark.ci
@LONG
@given(SENTENCES.map(" ".join))
def test_many_more_clozes_stay_some(field: str) -> None:
    assert_cloze_is_kept(field)


def assert_cloze_is_kept(field: str) -> None:
    first = candidates(field, "cloze")[0]
    value, _ = compiled(first, "cloze")
    assert value is not None and look(value, "cloze") == look(field, "cloze"), (first, value)
