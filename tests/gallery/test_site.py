"""The site of a deck in a real browser: at the width of a phone and of a desk, by day and at night, with and without scripts.

One site has the cards of the gallery, as a draft; the other is of releases, with all sorts of pages. They are served from a
folder of a server, as GitHub Pages does it, and opened as files.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from conftest import import_package
from playwright.async_api import Page
from scratch import day
from test_release import Deck
from test_site import story  # noqa: F401  (a fixture)

from deckwright.site import Site, Wish, make

from . import pages
from .chromium import Chromium

if TYPE_CHECKING:
    from anki.collection import Collection

WIDTHS = (320, 390, 1280)
DRAFT = (
    "index.html", "help/index.html", "cards/index.html", "news/index.html", "statistics/index.html", "404.html",
)  # fmt: skip
RELEASES = (
    "index.html", "help/index.html", "news/index.html", "news/1.0.1/index.html", "news/1.1.0/index.html",
    "c/ventricle/index.html", "c/alveoli/index.html", "cards/decks/anatomy/index.html", "statistics/index.html",
)  # fmt: skip
NOT_OURS = {"scrollable-region-focusable": "a card is the deck's, and Chromium reaches what scrolls"}
"""Rules of axe that judge what a card has, and why they do not count here."""


class Browser(Chromium):
    """Chromium, and a server whose folders `gallery` and `story` are the sites. It notes what goes wrong in a page."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.told: list[str] = []

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        super().close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def open(self, address: str, width: int = 390, scheme: str = "light", scripts: bool = True) -> Page:
        """The page at an address: a path on the server, or a whole one. What it says on the console is kept in `told`."""
        return self.run(self._opened(address, width, scheme, scripts))

    async def _opened(self, address: str, width: int, scheme: str, scripts: bool) -> Page:
        context = await self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        page: Page = await context.new_page()
        page.on("console", lambda message: self.told.append(f"{address}: {message.text}"))
        page.on("pageerror", lambda error: self.told.append(f"{address}: {error}"))
        page.on("dialog", lambda dialog: self.told.append(f"{address}: a dialog"))
        page.on("request", lambda request: self._ask(address, request.url))
        await page.goto(address if "://" in address else f"{self.origin}/{address}")
        return page

    def _ask(self, address: str, url: str) -> None:
        if urlsplit(url).scheme != "data" and urlsplit(url).netloc not in ("", urlsplit(self.origin).netloc):
            self.told.append(f"{address} asks {url}")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, story: Deck) -> Iterator[Browser]:  # noqa: F811
    folder = tmp_path_factory.mktemp("sites")
    for name, root in (("gallery", pages.FOLDER / "project"), ("story", story.root)):
        made = make(root, Wish(day(9), folder / name, draft=name == "gallery"))
        assert isinstance(made, Site), made
    opened = Browser(folder)
    yield opened
    opened.close()


def axe(browser: Browser, page: Page) -> list[str]:
    """What axe-core finds: rule and element. The policy of the page lets no script be put into it, but evaluated."""
    browser.run(page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8")))
    rules = {name: {"enabled": False} for name in NOT_OURS}
    options = json.dumps({"resultTypes": ["violations"], "preload": False, "rules": rules})
    found = browser.run(page.evaluate(f"() => axe.run(document, {options})"))
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def too_wide(browser: Browser, page: Page) -> int:
    """By how many pixels the page scrolls to the side."""
    return int(browser.run(page.evaluate("document.documentElement.scrollWidth - innerWidth")))


@pytest.mark.parametrize("path", [*(f"gallery/{path}" for path in DRAFT), *(f"story/{path}" for path in RELEASES)])
def test_a_page_is_accessible_and_fits(browser: Browser, path: str) -> None:
    browser.told.clear()
    page = browser.open(path)
    browser.run(page.evaluate("document.querySelectorAll('details').forEach((closed) => { closed.open = true; })"))
    wrong = []
    for width in WIDTHS:
        browser.run(page.set_viewport_size({"width": width, "height": 900}))
        wrong += [f"{width}: {too_wide(browser, page)} pixels too wide"] * (too_wide(browser, page) > 0)
    for width, scheme in ((1280, "light"), (390, "dark")):
        browser.run(page.set_viewport_size({"width": width, "height": 900}))
        browser.run(page.emulate_media(color_scheme=scheme))
        wrong += [f"{width} {scheme}: {found}" for found in axe(browser, page)]
    browser.run(page.context.close())
    assert wrong == []
    assert [line for line in browser.told if "404.html" not in path] == []


def test_every_card_fits(browser: Browser) -> None:
    """All notes of the gallery, on the page of a phone."""
    browser.told.clear()
    page = browser.open("gallery/index.html", 360)
    wrong = []
    for path in sorted((browser.folder / "gallery/c").iterdir()):
        browser.run(page.goto(f"{browser.origin}/gallery/c/{path.name}/index.html"))
        browser.run(page.evaluate("document.querySelectorAll('details').forEach((closed) => { closed.open = true; })"))
        wrong += [f"{path.name}: {too_wide(browser, page)} pixels too wide"] * (too_wide(browser, page) > 0)
    browser.run(page.context.close())
    assert wrong == []
    assert browser.told == []


def test_a_card_turns_without_a_script(browser: Browser) -> None:
    page = browser.open("story/c/ventricle/index.html", scripts=False)
    answer = page.locator(".back >> text=The aorta, an artery.")
    assert not browser.run(answer.is_visible())
    browser.run(page.locator("summary").click())
    assert browser.run(answer.is_visible())
    assert browser.run(page.locator(".front").is_visible())
    assert not browser.run(page.locator("text=Search in all notes").count())


def test_the_back_of_a_cloze_takes_the_place_of_its_front(browser: Browser) -> None:
    path = next(
        path
        for path in sorted((browser.folder / "gallery/c").iterdir())
        if "face whole" in (path / "index.html").read_text()
    )
    page = browser.open(f"gallery/c/{path.name}/index.html", scripts=False)
    browser.run(page.locator("summary").first.click())
    assert not browser.run(page.locator(".front").first.is_visible())
    assert browser.run(page.locator(".back").first.is_visible())


@pytest.mark.parametrize("as_file", [False, True])
def test_notes_are_found(browser: Browser, as_file: bool) -> None:
    browser.told.clear()
    folder = browser.folder.as_uri() if as_file else browser.origin
    page = browser.open(f"{folder}/story/cards/index.html")
    browser.run(page.get_by_label("Search in all notes").fill("VENTRICLE pump"))
    browser.run(page.locator(".search li a").wait_for())
    assert browser.run(page.locator(".search-said").text_content()) == "1 note"
    assert axe(browser, page) == []
    browser.run(page.locator(".search li a").click())
    browser.run(page.wait_for_url("**/c/ventricle/index.html"))
    assert browser.run(page.locator("h1").text_content()) == "What does the left ventricle pump into?"
    assert browser.told == []


def test_keys_do_what_a_hand_does(browser: Browser) -> None:
    page = browser.open("story/c/ventricle/index.html")
    browser.run(page.keyboard.press("Tab"))
    assert browser.run(page.evaluate("document.activeElement.textContent")) == "Skip to the content"
    browser.run(page.keyboard.press("Enter"))
    assert browser.run(page.evaluate("document.activeElement.id")) == "main"
    browser.run(page.keyboard.press("Enter"))
    assert browser.run(page.locator(".back").is_visible())
    browser.run(page.keyboard.press("Enter"))  # Now its button has the focus.
    assert not browser.run(page.locator(".back").is_visible())
    browser.run(page.evaluate("document.activeElement.blur()"))
    browser.run(page.keyboard.press("ArrowRight"))
    browser.run(page.wait_for_url("**/c/mitral-valve/index.html"))


def test_an_id_of_before_leads_on_without_a_script(browser: Browser) -> None:
    page = browser.open("story/c/valve/index.html", scripts=False)
    browser.run(page.wait_for_url("**/c/mitral-valve/index.html"))


def test_on_paper_answers_are_open_and_dark_on_white(browser: Browser) -> None:
    page = browser.open("story/c/ventricle/index.html", scheme="dark", scripts=False)
    browser.run(page.emulate_media(media="print", color_scheme="dark"))
    assert browser.run(page.locator(".back >> text=The aorta, an artery.").is_visible())
    colours = "[document.body, document.querySelector('.card')].map((e) => getComputedStyle(e).color)"
    assert browser.run(page.evaluate(colours)) == ["rgb(0, 0, 0)", "rgb(29, 35, 41)"]


def test_the_package_is_downloaded_and_imported(
    browser: Browser,
    story: Deck,  # noqa: F811
    collection: Collection,
    tmp_path: Path,
) -> None:
    page = browser.open("story/index.html")

    async def downloaded() -> Path:
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name="Download the deck").click()
        found = await waiting.value
        await found.save_as(tmp_path / found.suggested_filename)
        return tmp_path / found.suggested_filename

    path = browser.run(downloaded())
    published = story.root / "build/releases/1.1.0" / path.name
    assert (path.name, path.read_bytes()) == ("anatomy-1.1.0.apkg", published.read_bytes())
    assert import_package(collection, path) == {"new": 3, "updated": 0, "duplicate": 0, "conflicting": 0}
