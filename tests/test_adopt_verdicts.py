"""What a reader would miss: two spellings of the same are seen equal, and two things never are."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from deckwright.adopt.looks import sheet_of
from deckwright.adopt.seen import Fields
from deckwright.adopt.verdicts import Files, Grade, Verdict, compare, of_field, worst
from deckwright.model import Field, NoteType, Template
from deckwright.package import Package, PackedCard, PackedNote

CSS = ".card { font-family: arial; font-size: 20px; text-align: center; color: black } .hl { color: red }"
TYPE = NoteType(
    1,
    "Cloze",
    "cloze",
    (Field("Text", 0), Field("Extra", 0)),
    (Template("Cloze", 0, "{{cloze:Text}}", "{{Extra}}"),),
    CSS,
    0,
)
NOTE = PackedNote("g", 5, 6, 1, {"Text": "{{c1::a}}", "Extra": "b"}, ("x", "y"), (PackedCard(0, "D"),))
FIELDS = Fields(sheet_of(TYPE), True)
DIGESTS = {"a.png": "1" * 64, "b c.png": "2" * 64, "a.mp3": "3" * 64}
BUILT = {f"a-{'1' * 12}.png": "9" * 64, f"b-c-{'2' * 12}.png": "2" * 64, "a.mp3": "3" * 64}
FILES = Files(DIGESTS, BUILT)


def graded(old: str, new: str, css: str = CSS) -> Grade:
    return of_field(old, new, Fields(sheet_of(replace(TYPE, css=css)), True), FILES)[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a", "<p>a</p>"),
        ("<div>a</div>", "a"),
        ("a&nbsp;", "<p>a</p>\n"),
        (" a  b ", "a b"),
        ("", "<p></p>"),
        ("a<b></b>", "a"),
        ("foo", "fo<span>o</span>"),
        ("a<br><br>b", "<p>a</p><p>b</p>"),
        ("<div>a</div><div>b</div>", "a<br>b"),
        ("<div>a<br></div>b", "a<br>b"),
        ("<div>a</div><div><br></div><div>b</div>", "a<br><br>b"),
        ("<b>a</b>", "<strong>a</strong>"),
        ("{{c1::<div>a}}</div>", "{{c1::<div>a</div>}}"),
        ('<p style="text-rendering: geometricPrecision">a</p>', "a"),
        ('<img src="a.png" data-x="1">', f'<img src="a-{"1" * 12}.png">'),
        ('<span style="font-weight:700; font-style:italic">a</span>', "<b><i>a</i></b>"),
        ("<u>a b</u>", "<u>a</u> <u>b</u>"),
        ('<span style="color: rgb(255,0,0)">a</span>', '<span style="color:var(--dw-caution, #ff0000)">a</span>'),
        ('<font color="red" size="5">a</font>', '<font size="5"><span style="color:#f00">a</span></font>'),
        ('<span style="color: rgb(32, 33, 34); background-color: #fff">a</span>', "a"),
        ('<span style="font-size: 15pt; text-indent: 0px">a</span>', "a"),
        ('<div style="text-align:center">a</div>', "a"),
        ('<span class="unknown">a</span>', "a"),
        ("<ul><li>a</li><li>b</li></ul>", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<table><tr><td>a<td>b</table>", "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"),
        ('<img src="a.png">', f'<p><img alt="a" src="a-{"1" * 12}.png"></p>'),
        ('<img width="10" src="b%20c.png">', f'<img src="b-c-{"2" * 12}.png" style="width:10px">'),
        ("[sound:a.mp3]", "<p>[sound:a.mp3]</p>"),
        ("\\(a &lt; b<br>c\\)", "\\(a &lt; b c\\)"),
        ("<anki-mathjax>a</anki-mathjax>", "<p><anki-mathjax>a</anki-mathjax></p>"),
        ("{{c1::a::b}}", "<p>{{c1::a::b}}</p>"),
        ("{{c1::AWS&#58;&#58;S3}}", "{{c1::AWS:<wbr>:S3}}"),
        ("{{c1::<b>x</b>}}", "<b>{{c1::x}}</b>"),
        ('<a href="http://x/a%20b" target="_blank">a</a>', '<a href="http://x/a b">a</a>'),
    ],
)
def test_nobody_sees_a_difference(old: str, new: str) -> None:
    assert of_field(old, new, FIELDS, FILES) == ("seen equal", "")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("a<br>b", "a b", "has other lines at “b”"),
        ("a<br>b", "<p>a</p><p>b</p>", "has other lines at “b”"),
        ("a&nbsp;&nbsp;b", "a b", "has other spaces at “b”"),
        ("x <b>a</b>", "x a", "lacks bold at “a”"),
        ("x a", "x <b>a</b>", "has bold at “a”"),
        ('<span style="color:red">a</span>', "a", "lacks color #ff0000 at “a”"),
        ('<span style="color:#400000">a</span>', "a", "lacks color #400000 at “a”"),
        ('<div style="text-align:left">a</div>', "a", "lacks text-align left at “a”"),
        ('<span class="hl">a</span>', "a", "lacks .hl at “a”"),
        ('<span style="font-size:1.5em">a</span>', "a", "lacks font-size 30px at “a”"),
        ("<ul><li>a</li><li>b</li></ul>", "<ol><li>a</li><li>b</li></ol>", "has other lines at “a”"),
        ("<ol><li>a</li></ol>", '<ol start="2"><li>a</li></ol>', "has other lines at “a”"),
        ("<ul><li>a</li><li>b</li></ul>", "<ul><li><p>a</p></li><li><p>b</p></li></ul>", "has other lines at “b”"),
        ("<table><tr><td>a<td>b</table>", "<table><tr><td>a b</td></tr></table>", "has another table at “b”"),
        ("<pre>a\n  b</pre>", "<pre>a\nb</pre>", "has other spaces at “b”"),
        ('<svg aria-hidden="true"></svg>a', "a", "has other rules at “a”"),
        ("a<style>b {}</style>", "a", "has other rules at “a”"),
        ("a<hr>b", "a<br>b", "has other rules at “b”"),
        ("[$]a[/$]", "\\(a\\)", "lacks latex at “maths a”"),
        ("[latex]$a < b$[/latex]", "\\(a &lt; b\\)", "lacks latex at “maths a < b”"),
        ("\\[a\\]", "\\(a\\)", "lacks display at “maths a”"),
        ('<img src="a.png" width="10">', f'<img src="a-{"1" * 12}.png">', "lacks width 10 at “img 111111111111”"),
        ("a {{c1::x}}", "a{{c1:: x}}", "has other spaces at “a”"),
        ('<a href="#b">a</a>', "a", "lacks look of a link at “a”"),
        ("{{c1::a<br>}}b", "{{c1::a}}<br>b", "has other lines at “b”"),
        ("<fieldset>a</fieldset>", "a", "lacks fieldset at “a”"),
        ('<ul style="list-style-type:none"><li>a</li></ul>', "<ul><li>a</li></ul>", "lacks list-style none at “a”"),
        ('a <i style="opacity:0">b</i>', "a <i>b</i>", "lacks opacity 0 at “b”"),
        ('a <i style="color: rgba(0, 0, 0, 0)">b</i>', "a <i>b</i>", "lacks color transparent at “b”"),
        ('a <i style="visibility:hidden">b</i>', "a <i>b</i>", "lacks visibility hidden at “b”"),
        (
            '<div style="display: inline">a </div><div style="DISPLAY:inline">b</div>',
            "a<br>b",
            "has other lines at “b”",
        ),
        ('a<div style="background:red;height:20px"></div>', "a", "has other empty elements at “a”"),
        ('a<span style="border:1px solid"></span>', "a", "has other empty elements at “a”"),
        ('a<i class="hl"></i>', "a", "has other empty elements at “a”"),
        ('<i onclick="x()">a</i>', "<i>a</i>", "lacks onclick at “a”"),
        (
            '<i style="background-color:#ff0">a</i>',
            '<i style="background-color:#ff0;color:#000">a</i>',
            "has colour on a background at “a”",
        ),
    ],
)
def test_styling_is_lost(old: str, new: str, reason: str) -> None:
    assert of_field(old, new, FIELDS, FILES) == ("styling lost", reason)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("one two three", "one 2 three", "has “2” for “two”"),
        ("one two", "one", "lacks “two”"),
        ("one", "one two", "has “two” besides"),
        ("x<sup>2</sup>", "x2", "has “x2” for “x<sup>2”"),
        ("x<sub>2</sub>", "x<sup>2</sup>", "has “x<sup>2” for “x<sub>2”"),
        ('<a href="#b">a</a><i id="b">c</i>', "a<i>c</i>", "has “ac” for “<link #b>a<>c”"),
        ('<a href="x">a</a>', "a", "has “a” for “<link x>a”"),
        ('<a href="x">a</a>', '<a href="y">a</a>', "has “<link y>a” for “<link x>a”"),
        ('<span style="display:none">a</span>', "a", "has “a” for “<hidden>a”"),
        ("<your name>a", "&lt;your name&gt;a", "has “<your name>a” for “a”"),
        ('<img src="a.png">', f'<img src="b-c-{"2" * 12}.png">', "has “[img 222222222222]” for “[img 111111111111]”"),
        ('<img src="a.png">', "", "lacks “[img 111111111111]”"),
        ("[sound:a.mp3]", "[sound:b.mp3]", "has “[sound b.mp3]” for “[sound 333333333333]”"),
        ("\\(a\\)", "\\(b\\)", "has “[maths b]” for “[maths a]”"),
        ("{{c1::a}}", "{{c2::a}}", "has “{{c2::a}}” for “{{c1::a}}”"),
        ("{{c1::a::b}}", "{{c1::a}}", "has “{{c1::a}}” for “{{c1::a::b}}”"),
        ("{{c1::a::b}}", "{{c1::a:<wbr>:b}}", "has “{{c1::a::b}}” for “{{c1::a::b}}”"),
        ("<math><mi>x</mi></math>", "x", "has “x” for “[math 462c5e96e322f45b]”"),
        ('<svg width="1"/>a', "a", "has “a” for “[svg 3f9f7b4f95f00d27]a”"),
        ('<progress max="9" value="3">a</progress>', "a", "has “a” for “[progress 3]a”"),
        ('<meter value="3"></meter>', "", "lacks “[meter 3]”"),
        ('<map><area href="x"></map>', "", "lacks “[area x]”"),
        ("<canvas></canvas>", "", "lacks “[canvas]”"),
        ('<iframe src="x"></iframe>', "", "lacks “[iframe x]”"),
        ('<object data="x"></object>', "", "lacks “[object x]”"),
        ("[latex]x[/latex]", "\\(x\\)", "has “[maths x]” for “[tex x]”"),
        ("[latex]x[/latex]", "[<wbr>latex]x[/latex]", "shows “[latex]x[/latex]” as text"),
        ("[$]x[/$]", "[<wbr>$]x[/$]", "shows “[$]x[/$]” as text"),
        ("[$$]x<div>y</div>[/$$]", "[<wbr>$$]x<div>y</div>[/$$]", "shows “[$$]x y [/$$]” as text"),
        (
            "[anki:tts lang=en]x[/anki:tts]",
            "[<wbr>anki:tts lang=en]x[/anki:tts]",
            "shows “[anki:tts lang=en]x[/anki:tts]” as text",
        ),
        ('<a href="evernote:///x">a</a>', "a", "has “a” for “<link evernote:///x>a”"),
        ('<a href="Any+one.2:x">a</a>', "a", "has “a” for “<link Any+one.2:x>a”"),
        ("<script>x</script>", "", "lacks “[script 253d776563a1b618]”"),
        ('<svg width="1"><path/></svg>a', "a", "has “a” for “[svg d61275f7bbfdae5d]a”"),
    ],
)
def test_content_is_lost(old: str, new: str, reason: str) -> None:
    assert of_field(old, new, FIELDS, FILES) == ("content lost", reason)


def test_what_the_stylesheet_looks_at_counts() -> None:
    assert graded("a", "<p>a</p>", CSS + "p { margin: 0 }") == "styling lost"
    assert graded("a", "<p>a</p>", CSS + ".p #p, p2 { margin: 0 }") == "seen equal"
    assert graded("<b>a</b>", "<strong>a</strong>", CSS + ".x > b { color: red }") == "styling lost"
    assert graded('<i id="x">a</i>', "<i>a</i>", CSS + "#x { color: red }") == "styling lost"
    red, variable = '<i style="color: red">a</i>', '<i style="color: var(--v, red)">a</i>'
    assert graded(red, variable) == "seen equal"
    assert graded(red, variable, CSS + ":root { --v: blue }") == "styling lost"
    assert graded("a b", "a  b", CSS + ".card { white-space: pre }") == "styling lost"
    assert graded("a b", "a  b", CSS + ".code { white-space: pre }") == "seen equal"
    assert graded("a b", "a  b", CSS + "p, .code::before { white-space: pre }") == "seen equal"
    code, apart = '<i class="code">a b</i>', '<i class="code">a  b</i>'
    assert graded(code, apart, CSS + ".x i.code { white-space: pre-wrap }") == "styling lost"
    assert graded(code, apart, CSS + "b.code { white-space: pre-wrap }") == "seen equal"


def test_elements_count_where_the_stylesheet_looks_at_them() -> None:
    data, link = '<i data-x="1">a</i>', '<a href="https://a.b"><span>a</span></a>'
    assert graded(data, "<i>a</i>") == "seen equal"
    assert graded(data, "<i>a</i>", CSS + "i[data-x] > b { color: red }") == "styling lost"
    assert graded("<span>a</span>", "a", CSS + "a span { color: red }") == "seen equal"
    assert graded(link, '<a href="https://a.b">a</a>', CSS + "a span { color: red }") == "styling lost"
    assert graded("<span>a</span>", "a", CSS + "span { max-width: 9px }") == "seen equal"
    assert graded("<span>a</span>", "a", CSS + "span[lang] { color: red }") == "seen equal"
    assert graded("<span>a</span>", "a", CSS + "span { color: red }") == "styling lost"
    assert graded('<i lang="ja">a</i>', "<i>a</i>") == "styling lost"


def test_an_empty_element_counts_where_a_stylesheet_may_show_it() -> None:
    icon = '<i class="fa fa-x"></i>a'
    assert graded(icon, "a") == "seen equal"
    assert graded(icon, "a", CSS + ".fa::before { content: '*' }") == "styling lost"
    assert graded(icon, "a", "@import url('fa.css');" + CSS) == "styling lost"
    assert graded('<i class="fa">a</i>', "<i>a</i>", "@import url('fa.css');" + CSS) == "seen equal"
    assert graded('<b style="background: red"></b>a', "a") == "seen equal"


def test_marks_of_clozes_are_text_where_nothing_is_hidden() -> None:
    old = replace(NOTE, fields={"Text": "{{c1::a}}", "Extra": "b {{c1::c}}"})
    new = replace(NOTE, fields={"Text": "{{c1::a}}", "Extra": "<p>b {<wbr>{c1::c}}</p>"})
    assert compare([old], {1: TYPE}, built(new), DIGESTS) == (Verdict("g", "seen equal", "Extra"),)
    hides = replace(TYPE, templates=(Template("Cloze", 0, "{{cloze:Text}}", "{{cloze:Extra}}"),))
    assert [verdict.grade for verdict in compare([old], {1: hides}, built(new), DIGESTS)] == ["content lost"]


def test_cards_that_anki_does_not_make_are_no_loss() -> None:
    left = replace(NOTE, cards=(PackedCard(0, "D"), PackedCard(2, "D")))
    without = replace(left, cards=(PackedCard(0, "D"),))
    told = "lacks card 3, which Anki does not make of this note, either"
    assert compare([left], {1: TYPE}, built(without), DIGESTS) == (Verdict("g", "seen equal", "Cards", told),)
    both = replace(left, fields={**NOTE.fields, "Text": "{{c1::a}} {{c3::b}}"})
    lost = compare([both], {1: TYPE}, built(replace(both, cards=without.cards)), DIGESTS)
    assert lost == (Verdict("g", "content lost", "Cards", "lacks card 3"),)


def built(*notes: PackedNote) -> Package:
    return Package("", notes, (), (), BUILT)


def test_each_part_of_a_note_counts() -> None:
    def verdicts(**changes: object) -> list[tuple[str, Grade, str]]:
        found = compare([NOTE], {1: TYPE}, built(replace(NOTE, **changes)), DIGESTS)
        assert {verdict.guid for verdict in found} == {"g"}
        return [(verdict.field, verdict.grade, verdict.reason) for verdict in found]

    assert verdicts(mod=7, note_id=8) == [("", "equal", "")]
    assert verdicts(fields={"Text": "{{c1::a}} ", "Extra": "c"}) == [
        ("Text", "seen equal", ""),
        ("Extra", "content lost", "has “c” for “b”"),
    ]
    assert verdicts(fields={"Text": "{{c1::a}}", "More": "c"}) == [
        ("Extra", "content lost", "is no field any more"),
        ("More", "content lost", "is new"),
    ]
    assert verdicts(cards=(PackedCard(1, "D"), PackedCard(2, "D"))) == [
        ("Cards", "content lost", "lacks card 1"),
        ("Cards", "content lost", "has cards 2, 3 besides"),
    ]
    assert verdicts(cards=(PackedCard(0, "E"),)) == [("Deck", "content lost", "has card 1 in the deck E")]
    assert verdicts(tags=("y", "z")) == [("Tags", "content lost", "lacks x"), ("Tags", "seen equal", "has z besides")]
    assert verdicts(note_type_id=2) == [("Note type", "content lost", "has the note type 2 instead of 1")]


def test_the_worst_of_a_note_and_what_is_not_there() -> None:
    other = replace(NOTE, guid="h", fields={"Text": "x", "Extra": "<p>b</p>"})
    found = compare([NOTE, replace(NOTE, guid="h")], {1: TYPE}, built(other), DIGESTS)
    assert worst(found) == {
        "g": Verdict("g", "not adopted", "", "is not in the package"),
        "h": Verdict("h", "content lost", "Text", "has “x” for “{{c1::a}}”"),
    }
    assert Files(DIGESTS, {"z.png": "2" * 64}).missing() == ("a.mp3", "a.png")


# By chance

WORDS = st.text("abcdé漢 0123456789.", min_size=1, max_size=8).filter(lambda text: text.strip() == text)
INLINE = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["b", "i", "u", "sub", "sup", "code", "span", 'span style="color:red"']), inner).map(
            lambda made: f"<{made[0]}>{made[1]}</{made[0].split()[0]}>"
        ),
        st.tuples(st.integers(1, 3), inner, WORDS).map(lambda made: "{{{{c{}::{}::{}}}}}".format(*made)),
        st.tuples(inner, inner).map(" ".join),
        st.sampled_from(['<img src="a.png">', "[sound:a.mp3]", "\\(x^2\\)", '<a href="x">y</a>']),
    ),
    max_leaves=6,
)
BLOCK = st.one_of(
    INLINE,
    INLINE.map("<div>{}</div>".format),
    INLINE.map("<p>{}</p>".format),
    st.lists(INLINE, min_size=1, max_size=3).map(lambda items: "<ul>" + "".join(f"<li>{x}</li>" for x in items) + "</ul>"),
    st.lists(INLINE, min_size=1, max_size=3).map(lambda items: "<table><tr>" + "".join(f"<td>{x}</td>" for x in items) + "</tr></table>"),
)  # fmt: skip
HTML = st.lists(BLOCK, min_size=1, max_size=4).map("<br>".join)


@settings(max_examples=many(15, 2_000))
@given(HTML)
def test_a_field_is_as_it_is(html: str) -> None:
    assert of_field(html, html, FIELDS, SAME) == ("equal", "")
    assert of_field(html, html + " ", FIELDS, SAME) == ("seen equal", "")


SAME = Files(DIGESTS, DIGESTS)

HARMLESS = [
    lambda html: html.replace("<b>", "<strong>").replace("</b>", "</strong>"),
    lambda html: html.replace("color:red", "COLOR : rgb(255, 0, 0);"),
    lambda html: html.replace("</li>", "</li>\n").replace("</td>", "</td>\n"),
    lambda html: f"<div>{html}</div>",
    lambda html: html.replace("<br>", "<br/>\n"),
    lambda html: html.replace("</div>", "<i></i></div>"),
    lambda html: f"<span>{html}&nbsp;</span>" if "<" not in html else html,
]


@settings(max_examples=many(15, 2_000))
@given(HTML, st.sampled_from(HARMLESS))
def test_what_is_harmless_is_not_told(html: str, change: Callable[[str], str]) -> None:
    assert of_field(html, change(html), FIELDS, SAME)[0] in {"equal", "seen equal"}


HARMFUL = [
    (r"(?<![\w:({])[a-dé漢](?![^<>]*>)", "z"),
    (r"</?(?:b|i|u)>", ""),
    (r"<br>", "<br><br>"),
    (r"<img[^>]*>", ""),
    (r"::[^:}]*\}\}", "::other}}"),
    (r"\{\{c1::", "{{c4::"),
    (r"</?su[bp]>", ""),
    (r"color:red", "color:blue"),
    (r"<(/?)ul>", r"<\1ol>"),
    (r'href="x"', 'href="z"'),
    (r"\\\(x", r"\\(y"),
]


@settings(max_examples=many(40, 5_000))
@given(HTML, st.sampled_from(HARMFUL))
def test_what_is_lost_is_never_seen_equal(html: str, change: tuple[str, str]) -> None:
    changed = re.sub(change[0], change[1], html)
    if shown(html) != shown(changed):
        assert of_field(html, changed, FIELDS, SAME)[0] in {"styling lost", "content lost"}


def shown(html: str) -> str:
    """Without what no reader can see: elements around nothing, emphasis on what has no letters, lines at the ends."""
    before = None
    while before != html:
        before, html = html, re.sub(r"<(\w+)\b[^<>]*>\s*</\1>|^(?:<br>|\s)+|(?:<br>|\s)+$", "", html)
        html = re.sub(r"<(b|i|u|span)\b[^<>]*>((?:<[^<>]*>|\[sound:[^]]*\]|\\\(.*?\\\)|\s)*?)</\1>", r"\2", html)
    return html


@pytest.mark.parametrize("part", ["\\(", "[$]", "[latex]", "[anki:tts a", "[sound:", "<script>", "<svg>", "<math "])
def test_what_never_ends_is_read_in_time(part: str) -> None:
    start = time.process_time()
    assert of_field(part * 8_000, part * 7_999, FIELDS, FILES)[0] != "equal"
    assert time.process_time() - start < 2


@pytest.mark.ci
def test_many_notes_take_seconds() -> None:
    notes = [
        replace(
            NOTE,
            guid=str(n),
            fields={"Text": f"The {{{{c1::answer}}}} of <b>note</b> {n}<br>and more", "Extra": f"e {n}"},
        )
        for n in range(20_000)
    ]
    made = [replace(note, fields={name: f"<p>{text}</p>" for name, text in note.fields.items()}) for note in notes]
    start = time.process_time()
    assert {verdict.grade for verdict in compare(notes, {1: TYPE}, built(*made), {})} == {"seen equal"}
    assert time.process_time() - start < 30
