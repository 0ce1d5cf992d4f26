"""Each check finds what it is for: a bad page for each, and beside it a good one in which nothing may be found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from .chromium import Chromium
from .drawing import Look, Screen, axe, hidden, most_seen, moved, pale

LINES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
SHADOW = "background: linear-gradient(#000, #fff) local, linear-gradient(#fff, #000) scroll"


PHONE = Look(390)


class Pages(Chromium):
    """A page of the browser for one test after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = self.run(Screen.open(self.browser))

    def look(self, html: str, look: Look = PHONE, **options: Any) -> Any:
        """What is seen of the HTML; `moved`, `axe` and `pale` are not part of it."""
        self.run(self.screen.show(html, "card", answer=True))
        return self.run(self.screen.turn(look, "card", options))


@pytest.fixture(scope="module")
def browser() -> Iterator[Pages]:
    opened = Pages()
    yield opened
    opened.close()


def said(found: dict[str, list[list[str]]], check: str) -> list[str]:
    return [what for _, what in found.get(check, [])]


BAD = {
    "overflow": (
        '<div style="width: 500px">wide</div>',
        ["130 px outside the page"],
        '<div style="max-width: 500px">wide</div>',
    ),
    "overflow-left": (
        '<div style="margin-left: -40px">left</div>',
        ["20 px outside the page"],
        '<div style="margin-left: -10px">left</div>',
    ),
    "clipped": (
        f'<div style="overflow: hidden; white-space: nowrap; width: 100px"><p style="width: 160px">{LINES[:20]}</p></div>',
        ["60 px cut off at the side"],
        f'<div style="overflow: hidden; text-overflow: ellipsis; white-space: nowrap; width: 100px">{LINES[:20]}</div>',
    ),
    "clipped-below": (
        '<div style="height: 30px; overflow: hidden"><p style="height: 50px; margin: 0">text</p></div>',
        ["20 px cut off below"],
        '<div style="height: 50px; overflow: hidden"><p style="height: 50px; margin: 0">text</p></div>',
    ),
    "clipped-without-sign": (
        '<div style="overflow-x: auto"><p style="width: 500px; margin: 0">text</p></div>',
        ["goes on for 150 px without a sign of it"],
        f'<div style="overflow-x: auto; {SHADOW}"><p style="width: 500px; margin: 0">text</p></div>',
    ),
    "clipped-scrolls": (
        '<div style="height: 30px; overflow: auto"><p style="height: 50px; margin: 0">text</p></div>',
        ["scrolls up and down by 20 px"],
        '<div style="overflow: auto"><p style="height: 50px; margin: 0">text</p></div>',
    ),
    "clipped-sticks-out": (
        '<p style="width: 100px"><span style="display: inline-block; margin-left: -30px">text</span></p>'
        '<p style="width: 60px; text-indent: -7px">text</p>',
        ["its text sticks out of p by 7 px"],
        '<p style="width: 60px">text</p>',
    ),
    "small": (
        '<p style="font-size: 8px">small</p>',
        ["its text is 8 px high, less than 9"],
        '<p style="font-size: 9px">small</p>',
    ),
    "text_contrast": (
        '<p style="background: #fff; color: #777">grey</p>',
        ["contrast 4.48 of #777777 on #ffffff, less than 4.5"],
        '<p style="background: #fff; color: #767676">grey</p>',
    ),
    "text_contrast-large": (
        '<p style="background: #fff; color: #979797; font-size: 24px">grey</p>',
        ["contrast 2.92 of #979797 on #ffffff, less than 3"],
        '<p style="background: #fff; color: #949494; font-size: 24px">grey</p>',
    ),
    "text_contrast-opacity": (
        '<div style="background: #fff; opacity: .4"><p style="color: #000">pale</p></div>',
        ["contrast 2.85 of #999999 on #ffffff, less than 4.5"],
        '<div style="background: #fff; opacity: .7"><p style="color: #000">pale</p></div>',
    ),
    "text_contrast-before": (
        '<style>.b::before { color: #ccc; content: "more" }</style><p class="b" style="background: #fff">text</p>',
        ["::before: contrast 1.61 of #cccccc on #ffffff, less than 4.5"],
        '<style>.b::before { color: #333; content: "more" }</style><p class="b" style="background: #fff">text</p>',
    ),
    "text_contrast-maths": (
        r'<p style="background: #fff; color: #ccc">\(x^2\)</p>',
        ["contrast 1.61 of #cccccc on #ffffff, less than 4.5"],
        r'<p style="background: #fff; color: #333">\(x^2\)</p>',
    ),
    "text_contrast-on-a-picture": (
        '<canvas width="200" height="100" style="display: block"></canvas><p style="margin-top: -50px">text</p>',
        ["stands on a picture without a ground of its own"],
        '<canvas width="200" height="100" style="display: block"></canvas><p style="background: #fff; margin-top: -50px">text</p>',
    ),
    "shape_contrast": (
        '<button style="background: #f5f5f5; border: 1px solid #ccc">press</button>',
        ["edge: contrast 1.47 of #cccccc on #f5f5f5, less than 3"],
        '<button style="background: #f5f5f5; border: 1px solid #888">press</button>',
    ),
    "shape_contrast-bar": (
        '<blockquote style="border-left: 3px solid #ccc">quote</blockquote>',
        ["bar: contrast 1.47 of #cccccc on #f5f5f5, less than 3"],
        '<blockquote style="border-left: 3px solid #888">quote</blockquote>',
    ),
    "shape_contrast-of-the-button": (
        '<a class="replay-button"><svg><circle r="9" style="fill: #fff; stroke: #ddd" /><path style="fill: #bbb" /></svg></a>',
        [
            "disc: contrast 1.25 of #dddddd on #f5f5f5, less than 3",
            "arrow: contrast 1.92 of #bbbbbb on #ffffff, less than 3",
        ],
        '<a class="replay-button"><svg><circle r="9" style="fill: #fff; stroke: #555" /><path style="fill: #555" /></svg></a>',
    ),
    "direction": (
        '<div class="dw-answer" dir="rtl"><p>Latin</p></div>',
        ["runs rtl, not ltr"],
        '<div class="dw-answer" dir="ltr"><p>Latin שלום</p></div>',
    ),
    "direction-of-code": (
        '<div dir="rtl"><p>שלום <code style="direction: rtl; unicode-bidi: isolate">/a b</code></p></div>',
        ["runs rtl, not ltr", "“/a b” is not shown from left to right"],
        '<div dir="rtl"><p>שלום <code style="direction: ltr; unicode-bidi: isolate">/a b</code></p></div>',
    ),
    "direction-of-code-not-apart": (
        '<div dir="rtl"><p>שלום <code style="direction: ltr">a</code></p></div>',
        ["is not kept apart from the text around it"],
        '<div dir="rtl"><p>שלום <code style="direction: ltr; unicode-bidi: isolate">a</code></p></div>',
    ),
    "targets": (
        '<div><a href="#" style="display: inline-block; height: 20px; width: 30px">tap</a></div>',
        ["30 × 20 px, less than 44 × 44"],
        '<p>In a text: <a href="#">tap</a></p><a href="#" style="display: inline-block; height: 44px; width: 44px">tap</a>',
    ),
    "context": (
        '<div class="dw-context" style="line-height: 20px">a<br>b<br>c</div>',
        ["3 lines, more than 2"],
        '<div class="dw-context" style="line-height: 20px">a<br>b</div>',
    ),
    "cue": (
        '<code id="typeans"><span class="typeGood">a</span><span class="typeBad">b</span></code>',
        ["differs from what is right by its colour alone"],
        '<code id="typeans"><span class="typeGood">a</span><span class="typeBad" style="text-decoration: line-through">b</span></code>',
    ),
    "drawn": (
        r"<p>[[type:Typed]]</p>",
        ["“[[type:Typed]]” was not drawn"],
        r"<p><code>[[type:Typed]]</code></p>",
    ),
    "drawn-picture": ('<p>a</p><img src="nowhere.png">', ["no picture: nowhere.png"], "<p>a</p>"),
    "drawn-maths": (r"<p>\(\nosuch x\)</p>", ["an error in a formula"], r"<p>\(\frac{1}{2}\)</p>"),
    "drawn-nothing": ("<p> </p>", ["nothing"], "<p>a</p>"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_page_and_a_good_one(name: str, browser: Pages) -> None:
    bad, expected, good = BAD[name]
    check = name.split("-", maxsplit=1)[0]
    assert said(browser.look(bad).faults, check) == expected
    assert said(browser.look(good).faults, check) == []


def test_a_name_broken_in_two(browser: Pages) -> None:
    bad, good = (
        f'<pre style="white-space: pre-wrap; width: 8ch; {more}">abc names</pre>'
        for more in ("word-break: break-all", "")
    )
    (what,) = said(browser.look(bad).faults, "names")
    assert what.startswith("“names” of ") and " is broken over two lines, with room for " in what
    assert said(browser.look(good).faults, "names") == []


def test_text_that_does_not_grow(browser: Pages) -> None:
    html = '<p>grows</p><p style="font-size: 16px">stays</p>'
    assert said(browser.look(html).faults, "growth") == []
    assert said(browser.look(html, Look(390, text=200)).faults, "growth") == [
        "is 16 px high, not 32 px, with larger text"
    ]


def test_what_the_browser_draws(browser: Pages) -> None:
    pale_box = '<p><input type="checkbox" style="appearance: none; background: #ccc; height: 20px; width: 20px"></p>'
    seen = browser.look(pale_box)
    (found,) = browser.run(pale(browser.screen, seen))
    assert found[1] == "contrast 1.47 to what is around it, less than 3"
    seen = browser.look(pale_box.replace("#ccc", "#555"))
    assert browser.run(pale(browser.screen, seen)) == []


def test_a_single_dot_is_not_seen() -> None:
    picture = Image.new("RGB", (20, 20), "white")
    picture.putpixel((10, 10), (0, 0, 0))
    assert most_seen(picture) == 1
    picture.paste((0, 0, 0), (5, 5, 15, 15))
    assert most_seen(picture) == 21


def test_what_moves() -> None:
    question = {"question": [20.0, 50.0, 350.0, 30.0], "text": [20.0, 90.0, 0, 0]}
    assert moved(question, question) == []
    assert moved(question, {"question": [20.0, 50.4, 350.0, 30.0], "text": [20.0, 90.0, 0, 0]}) == []
    assert moved(question, {"question": [20.0, 79.0, 350.0, 31.0]}) == [
        ("question", "moves: +29.0 px down, +1.0 px taller"),
        ("text", "is not on the answer"),
    ]
    assert moved({}, {}) == [("#qa", "no part of the question was found")]


def test_where_the_parts_are(browser: Pages) -> None:
    html = '<div class="dw-question" style="height: 40px">a</div><div class="dw-text" style="height: 20px">b</div>'
    places = browser.look(html).places
    assert places == {"question": [20, 20, 350, 40], "text": [20, 60, 0, 0]}


def test_axe(browser: Pages) -> None:
    browser.look('<img src="data:,">')
    found = browser.run(axe(browser.screen.page, PHONE))
    assert found == [("img", "image-alt: Images must have alternative text")]
    browser.look('<img alt="" src="data:,">')
    assert browser.run(axe(browser.screen.page, PHONE)) == []


def test_axe_at_night(browser: Pages) -> None:
    night = Look(390, night=True)
    browser.look('<p style="background: #fff; color: #ccc">grey</p>', night)
    assert [what.split(":")[0] for _, what in browser.run(axe(browser.screen.page, night))] == ["color-contrast"]


def test_what_a_page_asks_for(browser: Pages) -> None:
    browser.screen.errors.clear()
    browser.look('<p>a</p><img alt="" src="https://example.org/a.png">')
    browser.look("<script>throw new Error('bad')</script><p>a</p>")
    assert list(dict.fromkeys(browser.screen.errors)) == ["asks for https://example.org/a.png", "script: bad"]


# Masks. The colours are those that Anki's script reads, on a white picture or a dark one.

COLOURS = {
    "active-shape-color": "#d9363e",
    "inactive-shape-color": "#ffeba2",
    "highlight-shape-color": "#ffffff00",
    "active-shape-border": "3px #5c0a10",
    "inactive-shape-border": "1px #212121",
    "highlight-shape-border": "3px #d9363e",
}


def occlusion(ground: str, *shapes: str, more: str = "", **colours: str) -> str:
    changed = COLOURS | {name.replace("_", "-"): value for name, value in colours.items()}
    style = ";".join(f"--{name}: {value}" for name, value in changed.items())
    svg = f"%3Csvg xmlns='http://www.w3.org/2000/svg' width='300' height='200'%3E%3Crect width='300' height='200' fill='{ground}'/%3E%3C/svg%3E"
    boxes = "".join(
        f'<div class="{kind}" data-shape="rect" data-left=".{4 * n + 1}" data-top=".2" data-width=".2" data-height=".2"'
        ' data-occludeinactive="1"></div>'
        for n, kind in enumerate(shapes)
    )
    return f"""<style>#image-occlusion-canvas {{ {style} }}</style>{boxes}
<div id="image-occlusion-container"><img src="data:image/svg+xml,{svg}"><canvas id="image-occlusion-canvas"></canvas></div>
<p>text</p>{more}<script>anki.imageOcclusion.setup()</script>"""


LABEL = '<p class="dw-label">the label</p>'


def masks(browser: Pages, html: str) -> list[str]:
    seen = browser.look(html)
    return said(seen.faults, "masks") + [what for _, what in browser.run(hidden(browser.screen, seen))]


def test_good_masks(browser: Pages) -> None:
    for ground in ("white", "%23111"):
        assert masks(browser, occlusion(ground, "cloze", "cloze-inactive")) == []
    assert masks(browser, occlusion("white", "cloze-highlight", "cloze-inactive", more=LABEL)) == []


@pytest.mark.parametrize(
    "html, expected",
    [
        (
            occlusion("white", "cloze", active_shape_color="#ffeba2", active_shape_border="1px #eee"),
            ["the asked mask: contrast 1.19 to the picture around it, less than 3"],
        ),
        (
            occlusion(
                "white", "cloze", "cloze-inactive", active_shape_color="#ff8e8e", active_shape_border="1px #212121"
            ),
            ["the asked mask against the others: contrast 1.86, less than 3"],
        ),
        (
            occlusion("white", "cloze-highlight", more=LABEL, highlight_shape_border="3px #ff8e8e"),
            ["the frame of what was asked: contrast 2.21 to the picture around it, less than 3"],
        ),
        (
            occlusion("%23111", "cloze-highlight", more=LABEL, highlight_shape_border="3px #900d18"),
            ["the frame of what was asked: contrast 2.03 to the picture around it, less than 3"],
        ),
        (occlusion("white", "cloze", active_shape_color="#d9363e80"), ["the asked mask covers nothing"]),
        (occlusion("white", "cloze-highlight"), ["the label that was asked is not shown as text"]),
        (occlusion("white", "cloze", more=LABEL), ["the label is shown while it is asked"]),
    ],
)
def test_bad_masks(html: str, expected: list[str], browser: Pages) -> None:
    assert masks(browser, html) == expected


def test_what_hangs_out_unseen(browser: Pages) -> None:
    html = '<pre style="width: 4ch; white-space: pre-wrap">abcd    efgh</pre>'
    assert said(browser.look(html).faults, "clipped") == []
