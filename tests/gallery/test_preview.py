"""`deckwright preview` in a real browser: what is seen while notes are written, filtered, broken and mended."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.async_api import Browser, Page, expect
from scratch import Scratch, day

from . import pages
from .previewing import PATIENCE, Preview, Seen, free_port

HEART = """---
kind: basic
deck: Heart
tags: [organs]
---

# The heart

## What does the left ventricle pump into? {#ventricle}

The aorta.

## Which valve lies between the left chambers? {#valve tags="valves"}

The mitral valve.

## The valves {.cloze #valves}

Between the right chambers lies the ==tricuspid== valve, between the left ones the ==mitral== valve.
"""
LUNGS = """---
kind: basic
deck: Lungs
tags: [organs]
---

# The lungs

## Where is gas exchanged? {#alveoli}

In the alveoli.

## What is the windpipe called? {#trachea typed="trachea"}

The *trachea*.
"""
LONG = "---\nkind: basic\n---\n\n# Long\n\n## What is long? {#long}\n\n```text\n" + "line\n" * 90 + "```\n"
CARDS = {"cards/heart.md": HEART, "cards/long.md": LONG, "cards/lungs.md": LUNGS}


@pytest.fixture(scope="module")
def started(
    chromium: tuple[asyncio.AbstractEventLoop, Browser], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Preview]:
    """1.0.0 has all notes but those of the lungs, and another answer for the valve."""
    project = Scratch(tmp_path_factory.mktemp("preview") / "project")
    project.write({"cards/heart.md": HEART.replace("The mitral", "The bicuspid"), "cards/long.md": LONG})
    project.save(day(1))
    project.release("1.0.0", day(2))
    project.write(CARDS)
    project.save(day(3))
    loop, browser = chromium
    made = Preview(project, free_port(), loop, browser)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def preview(started: Preview) -> Iterator[Preview]:
    yield started
    before = _deck(started)
    is_edited = any((started.project.root / name).read_text() != text for name, text in CARDS.items())
    started.project.write(CARDS)
    until = time.monotonic() + PATIENCE
    while True:
        deck = _deck(started)
        if deck["state"] == "built" and deck["cards"] == 7 and not (is_edited and deck["build"] == before["build"]):
            return
        assert time.monotonic() < until, deck
        time.sleep(0.05)


def _deck(preview: Preview) -> dict[str, Any]:
    with urllib.request.urlopen(f"{preview.origin}/api/deck") as answer:
        deck: dict[str, Any] = json.load(answer)
    return deck


# What is seen while notes are written


def test_an_edit_is_shown_in_place(preview: Preview) -> None:
    """Side, scroll, search and focus stay as they were, and "back" does not lead to what was before the edit."""

    async def seen(page: Seen) -> None:
        await page.shows("line")
        await page["#stage"].evaluate("stage => stage.scrollTo(0, 700)")
        await page["#search"].focus()
        await page.mark()
        steps = await page.page.evaluate("history.length")
        preview.project.write({"cards/long.md": LONG.replace("line\n```", "last line\n```")})
        await page.shows("last line")
        await page.is_same_page()
        await page.at("#/card/long.1?q=line&side=back")
        assert await page["#stage"].evaluate("stage => stage.scrollTop") == 700
        assert await page.page.evaluate("document.activeElement.id") == "search"
        assert await page.page.evaluate("history.length") == steps
        await expect(page["#told"]).to_have_text("1 card changed. No problems.")
        await expect(page[".source"]).to_contain_text("last line")

    preview.run(seen, "#/card/long.1?q=line&side=back")
    assert preview.told == []


def test_what_was_typed_stays_when_the_card_changes(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        typed = page.card.locator("#typeans")
        await typed.fill("trachae")
        preview.project.write({"cards/lungs.md": LUNGS.replace("windpipe called", "windpipe also called")})
        await page.shows("also called")
        await expect(typed).to_have_value("trachae")
        await expect(typed).to_be_focused()
        await typed.press("Enter")
        await page.at("#/card/trachea.1?side=back")
        await expect(page.card.locator("#compared .typeBad")).to_have_text(["e"])

    preview.run(seen, "#/card/trachea.1")


def test_a_new_note_comes_into_the_grid(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await expect(page[".tile-title"]).to_have_count(2)
        await page.mark()
        more = "\n## What moves the lungs? {#diaphragm}\n\nThe diaphragm.\n"
        preview.project.write({"cards/lungs.md": LUNGS + more})
        await expect(page[".tile-title"]).to_have_text(
            ["Where is gas exchanged?", "What is the windpipe called?", "What moves the lungs?"]
        )
        await expect(page["[data-way='deck:Anatomy::Lungs'] .count"]).to_have_text("3")
        await page.is_same_page()

    preview.run(seen, "#/?view=grid&deck=Anatomy%3A%3ALungs")


def test_a_broken_note_is_told_of_and_comes_back(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.shows("The aorta.")
        preview.project.write({"cards/heart.md": HEART.replace("The aorta.", "The ![aorta](aorta.png).")})
        await expect(page["#problems-title"]).to_have_text("1 error")
        await expect(page[".problem .message"]).to_have_text("Error M001 the file aorta.png does not exist")
        await expect(page[".problem .where a"].first).to_have_text("cards/heart.md:11:14")
        await expect(page[".problem .where a"].first).to_have_attribute(
            "href", f"vscode://file{preview.project.root}/cards/heart.md:11:14"
        )
        await expect(page["#state"]).to_have_text("1 problem")
        await expect(page["#stack-none h2"]).to_have_text("This card is not there")
        assert await page.axe() == []
        await page["#stack-none a"].click()  # The rest stays.
        await page.shows("Which valve lies")
        await page.page.go_back()
        await expect(page["#stack-none"]).to_be_visible()
        preview.project.write({"cards/heart.md": HEART})
        await page.shows("The aorta.")
        await expect(page["#problems"]).to_be_hidden()
        await page.at("#/card/ventricle.1?side=back")

    preview.run(seen, "#/card/ventricle.1?side=back")


def test_errors_are_shown_though_escape_was_pressed_before_there_were_any(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.shows("left ventricle")
        await page.press("Escape")
        preview.project.write({"cards/heart.md": HEART.replace("The aorta.", "The ![aorta](aorta.png).")})
        await expect(page["#problems-title"]).to_have_text("1 error")
        await expect(page["#problems"]).to_be_visible()

    preview.run(seen)


def test_broken_settings_leave_the_cards_of_before(preview: Preview) -> None:
    settings = (preview.project.root / "deck.toml").read_text()

    async def seen(page: Seen) -> None:
        await page.shows("left ventricle")
        preview.project.write({"deck.toml": "name = \n"})
        await expect(page["#problems-title"]).to_have_text("The deck cannot be built")
        await page.press("ArrowRight")
        await page.shows("Which valve lies")
        preview.project.write({"deck.toml": settings})
        await expect(page["#problems"]).to_be_hidden()

    try:
        preview.run(seen)
    finally:
        preview.project.write({"deck.toml": settings})


def test_the_page_says_when_the_server_is_gone_and_goes_on_when_it_is_back(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.mark()
        preview.stop()
        await expect(page["#lost"]).to_contain_text("The preview has stopped.")
        preview.project.write({"cards/heart.md": HEART.replace("pump into", "push its blood into")})
        await asyncio.to_thread(preview.start)
        await page.shows("push its blood into")
        await expect(page["#lost"]).to_be_hidden()
        await page.is_same_page()

    preview.run(seen, "#/card/ventricle.1")


# Looking at cards


def test_a_card_is_turned_by_keys_buttons_and_taps(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        for turn in (
            lambda: page.press("Space"),
            lambda: page.press("Enter"),
            page["#flip"].click,
            lambda: page.press("Space"),
            lambda: page.card.locator("#qa").tap(),
            lambda: page.card.locator("#qa").click(),
            lambda: page.press("Space"),  # Now the card has it.
        ):
            was_back = "side=back" in page.page.url
            await turn()
            await page.at("#/card/ventricle.1" + ("" if was_back else "?side=back"))
            await expect(page["#flip"]).to_have_text("Show answer" if was_back else "Show question")
            await expect(page.card.get_by_text("The aorta.")).to_have_count(0 if was_back else 1)

    preview.run(seen, "#/card/ventricle.1", has_touch=True)
    assert preview.told == []


def test_keys_lead_from_card_to_card(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.at("#/card/ventricle.1")
        await page.press("ArrowRight", "ArrowRight", "j")  # Faster than anything is loaded.
        await page.at("#/card/valves.2")
        await expect(page["#place"]).to_have_text("4 of 7Anatomy › Heart")
        await page.press("k")
        await page.at("#/card/valves.1")
        await page["#next"].click()
        await page.at("#/card/valves.2")
        await page.press("Space")  # The button has not taken the focus.
        await page.at("#/card/valves.2?side=back")
        await page.press("k", "?")
        await page.at("#/card/valves.1")
        await expect(page["#help"]).to_be_visible()
        assert await page.axe() == []
        await page.press("Escape", "/")
        await expect(page["#help"]).to_be_hidden()
        await expect(page["#search"]).to_be_focused()
        await page.press("Escape", "g")
        await expect(page["#grid"]).to_be_visible()
        await page.press("g", "w")
        await page.at("#/card/valves.1?width=phone")

    preview.run(seen)
    assert preview.told == []


def test_an_address_opened_afresh_shows_the_same(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.shows("The mitral valve.")
        await expect(page["#search"]).to_have_value("valve")
        await expect(page[".chip .label"]).to_have_text(["Heart", "“valve”"])
        await expect(page["html"]).to_have_attribute("data-night", "1")
        await expect(page.card.locator("body")).to_have_class("card card1 nightMode night_mode")
        assert await page["#paper iframe.seen"].evaluate("frame => frame.clientWidth") == 390
        await expect(page["#place strong"]).to_have_text("1")

    preview.run(seen, "#/card/valve.1?deck=Anatomy%3A%3AHeart&q=valve&side=back&width=phone&night=1")


def test_back_and_forward_go_through_what_was_looked_at(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.at("#/card/ventricle.1")
        await page.page.wait_for_timeout(750)  # What is passed sooner is no step.
        await page.press("ArrowRight")
        await page.at("#/card/valve.1")
        await page.page.wait_for_timeout(750)
        await page["[data-way='deck:Anatomy::Lungs']"].click()
        await page.at("#/card/alveoli.1?deck=Anatomy%3A%3ALungs")
        await page.page.go_back()
        await page.shows("Which valve lies")
        await page.page.go_back()
        await page.shows("left ventricle")
        await page.page.go_forward()
        await page.shows("Which valve lies")
        await page.at("#/card/valve.1")

    preview.run(seen)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_night_is_what_the_system_says_until_somebody_chooses(preview: Preview, scheme: str) -> None:
    system, other = ("0", "1") if scheme == "light" else ("1", "0")

    async def seen(page: Seen) -> None:
        await expect(page["html"]).to_have_attribute("data-night", system)
        await expect(page["#night"]).to_have_attribute("aria-pressed", "true" if system == "1" else "false")
        await page.press("n")
        await expect(page["html"]).to_have_attribute("data-night", other)
        classes = "card card1" + (" nightMode night_mode" if other == "1" else "")
        await expect(page.card.locator("body")).to_have_class(classes)
        await page.open("")
        await expect(page["html"]).to_have_attribute("data-night", other)

    preview.run(seen, color_scheme=scheme)


def test_words_are_searched(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page["#search"].fill("MITRAL")
        await expect(page[".tile-title"]).to_have_count(3)
        assert [title.split()[0] for title in await page.titles()] == ["Which", "Between", "Between"]
        await expect(page["#told"]).to_have_text("3 cards")
        await page.press("Enter", "ArrowRight", "Enter")
        await page.at("#/card/valves.1?q=MITRAL")
        await expect(page["#place strong"]).to_have_text("2")
        await page["#search"].fill("no such word")
        await expect(page["#stack-none h2"]).to_have_text("No card is like that")
        assert await page.axe() == []
        await page["#stack-none button"].click()
        await page.shows("The valves")
        await expect(page["#search"]).to_have_value("")

    preview.run(seen, "#/?view=grid")


@pytest.mark.parametrize(
    ("way", "keys"),
    [
        ("only:new", ["alveoli.1", "trachea.1"]),
        ("only:changed", ["valve.1"]),
        ("only:problems", []),
        ("deck:Anatomy::Heart", ["ventricle.1", "valve.1", "valves.1", "valves.2"]),
        ("tag:valves", ["valve.1"]),
        ("type:cloze", ["valves.1", "valves.2"]),
        ("file:cards/lungs.md", ["alveoli.1", "trachea.1"]),
    ],
)
def test_a_filter_keeps_some_cards(preview: Preview, way: str, keys: list[str]) -> None:
    async def seen(page: Seen) -> None:
        await expect(page[".tile"]).to_have_count(7)
        button = page[f"[data-way='{way}']"]
        await expect(button.locator(".count")).to_have_text(str(len(keys)))
        await button.click()
        await expect(page[".tile code"]).to_have_text(keys)
        await expect(button).to_be_focused()
        await page[".chip"].click()
        await expect(page[".tile"]).to_have_count(7)

    preview.run(seen, "#/?view=grid")
    assert preview.told == []


def test_what_is_known_of_a_card_stands_beside_it(preview: Preview) -> None:
    guid = next(note.guid for note in preview.project.load(day(3)).collection.notes if note.id == "valve")

    async def seen(page: Seen) -> None:
        await expect(page[".about dd"]).to_have_text(
            [
                "Changed since the last release",
                "valve",
                guid,
                "The only one, number 1",
                "17 Jan 2027, 08:00",
                "Anatomy › Heart",
                "basic",
                "organsvalves",
            ]
        )
        lines = HEART.splitlines()
        begin = next(number for number, line in enumerate(lines) if "#valve " in line)
        shown = await page[".source .line"].evaluate_all("lines => lines.map((e) => [e.dataset.line, e.textContent])")
        assert shown[:3] == [[str(begin + 1 + at), f"{lines[begin + at]}\n"] for at in range(3)]
        place = f"vscode://file{preview.project.root}/cards/heart.md:{begin + 1}:1"
        await expect(page[".edit"]).to_have_attribute("href", place)

    preview.run(seen, "#/card/valve.1", timezone_id="UTC", locale="en-GB")


def test_masks_maths_and_typed_answers_are_as_in_anki(
    chromium: tuple[asyncio.AbstractEventLoop, Browser], tmp_path: Path
) -> None:
    shutil.copytree(pages.FOLDER / "project", tmp_path / "project", ignore=shutil.ignore_patterns("build"))
    loop, browser = chromium
    preview = Preview(Scratch(tmp_path / "project"), free_port(), loop, browser)
    preview.start()

    async def seen(page: Seen) -> None:
        masks = page.card.locator(".proof-masks")
        await expect(masks).to_be_visible()
        await page.press("Space", "h")  # The page has the focus, and passes it on.
        await page.at("#/card/io-few.1?side=back")
        await expect(page.card.locator(".proof-masks.proof-lifted")).to_have_count(1)
        await page.card.locator("#toggle").press("h")
        await expect(page.card.locator(".proof-masks.proof-lifted")).to_have_count(0)
        await page.open("#/card/maths-inline.1")
        await expect(page.card.locator("mjx-container")).to_be_visible()
        await page.open("#/card/typed-word.1")
        await page.press("t")
        await expect(page.card.locator("#typeans")).to_be_focused()
        await page.page.keyboard.type("Bamako")
        await page.press("Enter")
        await page.at("#/card/typed-word.1?side=back")
        await expect(page.card.locator("#compared .typeBad").first).to_be_visible()

    try:
        preview.run(seen, "#/card/io-few.1")
    finally:
        preview.stop()


# Every size, and everybody


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
@pytest.mark.parametrize("view", ["stack", "grid"])
def test_a_view_is_accessible_and_fits(preview: Preview, view: str, width: int) -> None:
    async def seen(page: Seen) -> None:
        for night in ("0", "1"):
            await page.page.emulate_media(color_scheme="dark" if night == "1" else "light")
            await expect(page["html"]).to_have_attribute("data-night", night)
            await expect(page["#paper iframe.seen" if view == "stack" else ".tile-title"].first).to_be_visible()
            assert await page.axe() == []
            assert await page.too_wide() <= 0

    size = {"width": width, "height": 800}
    preview.run(seen, f"#/?view={view}&deck=Anatomy%3A%3ALungs", viewport=size)
    assert preview.told == []


def test_on_a_phone_panes_are_drawers(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        for opener, pane in (("#filters-open", "#filters"), ("#about-open", "#about")):
            await expect(page[pane]).to_be_hidden()
            await page[opener].click()
            await expect(page[pane]).to_be_focused()
            assert await page.axe() == []
            for _ in range(60):  # Nothing outside of it can be reached.
                await page.press("Tab")
                inside = (
                    f"document.activeElement === document.body || document.activeElement.closest('{pane}') !== null"
                )
                assert await page.page.evaluate(inside)
            await page.press("Escape")
            await expect(page[pane]).to_be_hidden()
            await expect(page[opener]).to_be_focused()
        await page["#filters-open"].click()
        await page["[data-way='deck:Anatomy::Lungs']"].click()
        await expect(page["#filters"]).to_be_hidden()
        await page.at("#/card/alveoli.1?deck=Anatomy%3A%3ALungs")
        await page["#flip"].tap()
        await page.shows("In the alveoli.")
        await page["#next"].tap()
        await page.shows("What is the windpipe called?")

    preview.run(seen, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


_FOCUSED = """() => {
  const { id, dataset, tagName } = document.activeElement;
  const [named] = Object.entries(dataset).filter(([name]) => name === "view" || name === "width");
  if (tagName === "BODY") return "the page";
  if (tagName === "IFRAME") return "the card";
  return dataset.way ?? (id || (named ? named.join("=") : document.activeElement.className));
}"""


def test_everything_is_reached_by_tab(preview: Preview) -> None:
    """In the order of the page, and each tells its name."""

    async def seen(page: Seen) -> None:
        await page.shows("left ventricle")
        reached = []
        for _ in range(80):
            await page.press("Tab")
            reached.append(await page.page.evaluate(_FOCUSED))
        # The card is reached only where it has more than there is room for: that depends on the browser's scroll bars.
        reached = [name for name in reached[: reached.index("the page")] if name != "the card"]
        assert [name for name in reached if ":" not in name] == [
            "skip", "search", "view=stack", "view=grid", "view=pictures", "night", "help-open",
            "width=", "width=phone", "width=tablet", "width=desktop", "flip", "next", "about", "edit",
        ]  # fmt: skip
        assert [name for name in reached if ":" in name][:6] == [
            "only:", "only:new", "only:changed", "only:problems", "open deck:Anatomy", "deck:Anatomy",
        ]  # fmt: skip

    preview.run(seen)


# Ten thousand notes


def test_ten_thousand_notes_are_scrolled(chromium: tuple[asyncio.AbstractEventLoop, Browser], tmp_path: Path) -> None:
    project = Scratch(tmp_path / "large")
    for number in range(20):
        notes = "".join(
            f"## Question {note}? {{#n{note}}}\n\nAnswer {note}.\n\n"
            for note in range(number * 500, number * 500 + 500)
        )
        project.write({f"cards/{number:02}.md": f"---\nkind: basic\n---\n\n{notes}"})
    loop, browser = chromium
    preview = Preview(project, free_port(), loop, browser)
    preview.start()

    async def seen(page: Seen) -> None:
        await expect(page[".tile-title"].first).to_have_text("Question 0?")
        heights = set()
        for part in (0.5, 0.25, 1, 0.75, 1):
            await page["#grid"].evaluate("(grid, part) => grid.scrollTo(0, grid.scrollHeight * part)", part)
            await expect(page[".tile.waiting"]).to_have_count(0)
            heights.add(await page["#grid"].evaluate("grid => grid.scrollHeight"))
            assert await page["#tiles > li"].count() < 80
        assert len(heights) == 1
        await expect(page[".tile-title"].last).to_have_text("Question 9999?")
        await page[".tile"].last.click()
        await page.shows("Question 9999?")
        await expect(page["#place strong"]).to_have_text("10,000")
        await page.press("g")
        await expect(page[".tile[tabindex='0'] .tile-title"]).to_have_text("Question 9999?")

    try:
        preview.run(seen, "#/?view=grid")
    finally:
        preview.stop()


# What a note contains cannot run

HOSTILE = """
<script>top.postMessage({ height: 7777 }, "*"); alert("script")</script>
<img src="nothing.png" onerror="alert('onerror')">
<svg xmlns="http://www.w3.org/2000/svg" onload="alert('svg')"><script>alert("script in svg")</script></svg>
<a id="bad" href="javascript:alert('link')">A link</a>
<form action="ELSEWHERE/form"><button id="send">Send</button></form>
<iframe src="ELSEWHERE/frame"></iframe>
<iframe srcdoc="<script>alert('srcdoc')</script>"></iframe>
<object data="ELSEWHERE/object"></object>
<link rel="stylesheet" href="ELSEWHERE/style.css">
<img src="ELSEWHERE/picture.png">
<video src="ELSEWHERE/film.mp4" autoplay></video>
<base target="_top">
"""
POISONED = """
import os, sys
from deckwright.__main__ import main
from deckwright.preview import faces
document = faces.document
faces.document = lambda *args: document(*args).replace('<div id="qa" dir="auto">', '<div id="qa">' + os.environ["HOSTILE"])
sys.exit(main())
"""
"""Deckwright's own program, but for what it lets into the document of a card: all that it removes from notes."""


class Elsewhere(BaseHTTPRequestHandler):
    """A server of somebody else. It remembers what it was asked for."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("hostile", [HOSTILE, '<meta http-equiv="refresh" content="0; url=ELSEWHERE/refresh">'])
def test_what_a_note_contains_cannot_run(preview: Preview, monkeypatch: pytest.MonkeyPatch, hostile: str) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Elsewhere.asked.clear()
    monkeypatch.setenv("HOSTILE", hostile.replace("ELSEWHERE", f"http://127.0.0.1:{server.server_port}"))
    poisoned = replace(preview, port=free_port(), process=None)
    poisoned.start("-c", POISONED)

    async def seen(page: Seen) -> None:
        opened = 0

        def note(_: Page) -> None:
            nonlocal opened
            opened += 1

        page.page.context.on("page", note)
        await page.at("#/card/ventricle.1")
        if hostile is HOSTILE:
            await page.shows("left ventricle")
            await page.card.locator("#bad").click()
            await page.card.locator("#send").click()
        await page.page.wait_for_timeout(500)
        assert await page["#paper iframe"].first.evaluate("frame => frame.style.height") != "7777px"
        assert opened == 0
        await page.press("ArrowRight")
        await page.at("#/card/valve.1")

    try:
        poisoned.run(seen)
    finally:
        poisoned.stop()
        server.shutdown()
        server.server_close()
    assert Elsewhere.asked == []
    assert "a dialog" not in poisoned.told


def test_a_hostile_note_is_text(preview: Preview) -> None:
    """What stands outside of the frames: titles, sources, messages, tags and decks are never read as HTML."""
    evil = "<img src=x onerror=alert(1)>"

    async def seen(page: Seen) -> None:
        preview.project.write(
            {"cards/lungs.md": f"---\nkind: basic\n---\n\n## What is `{evil}`? {{#evil}}\n\nAnd ![a]({evil}.png)\n"}
        )
        await expect(page[".problem .where"].first).to_contain_text("cards/lungs.md")
        preview.project.write(
            {"cards/lungs.md": f"---\nkind: basic\ndeck: '{evil}'\n---\n\n## What is `{evil}`? {{#evil}}\n\n`{evil}`\n"}
        )
        await expect(page["#problems"]).to_be_hidden()
        await expect(page[".tile-title"].last).to_have_text(f"What is {evil}?")
        await page[".tile"].last.click()
        await expect(page[".source"]).to_contain_text(evil)
        assert await page["img"].count() == 0
        assert [told for told in preview.told if "dialog" in told] == []

    preview.run(seen, "#/?view=grid")
