"""The page of old and new cards in Chromium: it runs nothing that a package holds, fetches nothing, and can be read."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, sync_playwright
from test_sidebyside import BASIC, PNG, made, note, side

from . import pages
from .drawing import FLAGS

HIT = "top.hit=1"
HOST = "http://127.0.0.1:PORT"
HOSTILE = [
    f"<script>{HIT}</script><script src={HOST}/a></script>",
    f"<img src={HOST}/a onerror='{HIT}'><img srcset='{HOST}/a 1x'><video autoplay src={HOST}/a></video>",
    f"<meta http-equiv=refresh content='0;url={HOST}/a'>",
    f"<iframe src={HOST}/a></iframe><iframe srcdoc='<script>{HIT}</script>'></iframe><object data={HOST}/a></object>",
    f"<link rel=stylesheet href={HOST}/a><style>@import '{HOST}/a'; body {{ background: url({HOST}/b) }}</style>",
    f"<base href={HOST}/><img src=a.png><form action={HOST}/a><button autofocus>x</button></form>",
    f"<svg onload='{HIT}'><animate onbegin='{HIT}' attributeName=x dur=1s></svg><body onload='{HIT}'>",
    f"<a href='javascript:{HIT}'>x</a><svg><a xlink:href='javascript:{HIT}'><text y=20>x</text></a></svg>",
    "<div style='position: fixed; inset: 0; height: 200vh'>x</div></div></body><plaintext>",
]
STYLE = f"@import '{HOST}/a'; .card {{ background: url({HOST}/a); height: 110vh }}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=pages.CHROMIUM, args=FLAGS)


@pytest.fixture
def host() -> Iterator[tuple[str, list[str]]]:
    """The address of another host, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def shown(browser: Browser, path: Path, html: str, width: int, scheme: str = "light") -> Page:
    """The page, with all of its cards."""
    path.write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(path.as_uri())
    places = page.locator(".sbs-place")
    for number in range(places.count()):
        places.nth(number).scroll_into_view_if_needed()
        page.wait_for_selector(f"[data-card='{number}'].sbs-shown")
    return page


def test_nothing_of_a_package_runs_or_is_fetched(browser: Browser, tmp_path: Path, host: tuple[str, list[str]]) -> None:
    address, asked = host
    kind = replace(BASIC, css=STYLE.replace(HOST, address))
    backs = [html.replace(HOST, address) for html in HOSTILE]
    old = side("old", *(note(f"n{n}", "Q", html) for n, html in enumerate(backs)), of=kind)
    new = side("new", *(note(f"n{n}", "Q", f"{html}!", mod=6) for n, html in enumerate(backs)), of=kind)
    page = shown(browser, tmp_path / "page.html", made(old, new).html, 1280)
    for frame in page.frames[1:]:
        for link in frame.query_selector_all("a"):
            link.dispatch_event("click")
    page.wait_for_timeout(300)
    assert (page.evaluate("window.hit"), asked, page.url) == (None, [], (tmp_path / "page.html").as_uri())
    assert len(page.context.pages) == 1
    heights = [frame.bounding_box()["height"] for frame in page.query_selector_all(".sbs-place > iframe")]
    assert (len(heights), all(20 < height <= 3000 for height in heights)) == (2 * len(HOSTILE), True)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cards_are_as_wide_as_there_is_room_and_night_is_for_all(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    style = ".card { color: black } .nightMode .card { color: white }"
    kind, front = replace(BASIC, css=style), '<img src="a.png"> What is this?'
    old = side("old", note("a", front, "One"), of=kind, media={"a.png": PNG})
    new = side("new", note("a", front, "word " * 50, mod=6), of=kind, media={"a.png": PNG})
    page = shown(browser, tmp_path / "page.html", made(old, new).html, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    colours = {"light": "rgb(0, 0, 0)", "dark": "rgb(255, 255, 255)"}

    def colour() -> list[str]:
        script = "getComputedStyle(document.querySelector('.sbs-back')).color"
        return [frame.evaluate(script) for frame in page.frames[1:]]

    assert colour() == [colours[scheme]] * 2
    page.click("#sbs-night")
    assert colour() == [colours["light" if scheme == "dark" else "dark"]] * 2
    first, second = (frame.bounding_box() for frame in page.query_selector_all(".sbs-half"))
    assert (first["x"] == second["x"], first["y"] == second["y"]) == ((True, False) if width == 390 else (False, True))
    source = page.frames[1].evaluate("document.querySelector('img').src")
    assert (source.startswith("blob:"), source.endswith("#a.png")) == (True, True)
