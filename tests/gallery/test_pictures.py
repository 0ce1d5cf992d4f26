"""The page of all pictures in a real browser: looked through, added to, and the ways to their masks and back."""

from __future__ import annotations

import asyncio
import base64
import io
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, Dialog, FileChooser, expect
from scratch import Scratch, day

from .previewing import Preview, Seen, free_port

Chromium = tuple[asyncio.AbstractEventLoop, Browser]

HEART = """---
kind: basic
---

# The heart

## What does the left ventricle pump into? {#ventricle}

The aorta.

## The heart {.occlusion #heart}

![The heart](../media/heart.svg)

## Its valves {.occlusion #valves}

![Valves](../media/organs/valves.png)
"""
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">
<script>alert("script in a picture")</script>
<text x="20" y="40" data-mask="aorta" onclick="alert('onclick')">Aorta</text>
<text x="20" y="90" data-mask="atrium">Atrium</text>
</svg>
"""
VALVES = """[[mask]]
name = "mitral"
left = 0.1
top = 0.1
width = 0.2
height = 0.2
"""
EVIL = "<img src=x onerror=alert(1)>"


def picture(kind: str = "PNG", size: tuple[int, int] = (80, 60)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "#9bc").save(data, kind)
    return data.getvalue()


FILES: dict[str, str | bytes] = {
    "cards/heart.md": HEART,
    "media/heart.svg": DRAWING,
    "media/organs/valves.png": picture(),
    "media/organs/valves.masks.toml": VALVES,
    "media/a10.png": picture(),
    "media/a9.png": picture(),
    f"media/{EVIL}.png": picture(),
}
HEARTS = ["heart.svg", "media/organs/valves.png"]
OTHERS = [f"{EVIL}.png", "a9.png", "a10.png"]


@pytest.fixture(scope="module")
def started(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    project = Scratch(tmp_path_factory.mktemp("pictures") / "project")
    project.write(FILES)
    project.save(day(1))
    made = Preview(project, free_port(), *chromium)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def preview(started: Preview) -> Iterator[Preview]:
    yield started
    for path in (started.project.root / "media").rglob("*"):
        if path.is_file() and path.relative_to(started.project.root).as_posix() not in FILES:
            path.unlink()


# Looking through them


def test_all_pictures_are_listed_those_of_notes_first(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await expect(page[".picture-name"]).to_have_text(HEARTS + OTHERS)
        await expect(page["#pictures-list .tile-foot"]).to_have_text(
            ["2 masksSVG", "1 mask", "No masks", "No masks", "No masks"]
        )
        ways = await page[".picture-notes a"].evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        assert ways == ["#/card/heart.1", "#/card/valves.1"]
        await expect(page[".thumb.seen"]).to_have_count(5)
        assert await page["#pictures-list img"].evaluate_all("all => all.every(one => one.naturalWidth > 0)")
        await expect(page.page).to_have_title("Pictures · Anatomy")
        await expect(page["button[data-view='pictures']"]).to_have_attribute("aria-pressed", "true")
        await page[".picture-notes a"].last.click()
        await page.at("#/card/valves.1")

    preview.run(seen, "#/masks")
    assert preview.told == []  # Nothing of a name or a picture has run.


def test_pictures_are_searched_and_filtered(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        for search, found in (("VALVES", [HEARTS[1]]), ("organs .png", [HEARTS[1]]), ("a .png", [HEARTS[1], *OTHERS])):
            await page["#search"].fill(search)
            await expect(page[".picture-name"]).to_have_text(found)
        await page["#search"].fill("")
        for only, found in (("masked", HEARTS), ("unmasked", OTHERS), ("all", HEARTS + OTHERS)):
            await page[f"#pictures-{only}"].click()
            await expect(page[".picture-name"]).to_have_text(found)
            await expect(page[f"#pictures-{only} .count"]).to_have_text(str(len(found)))
        await page["#search"].fill("no such picture")
        await expect(page["#pictures-none h2"]).to_have_text("No picture is like that")
        assert await page.axe() == []
        await page["#pictures-none button"].click()
        await expect(page[".picture-name"]).to_have_count(5)
        await expect(page["#search"]).to_have_value("")
        await page.open("#/masks?only=masked&q=heart")
        await expect(page[".picture-name"]).to_have_text(HEARTS[:1])

    preview.run(seen, "#/masks")


def test_what_is_wrong_with_masks_stands_on_the_picture(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await expect(page["#pictures-none h2"]).to_have_text("No picture is like that")
        preview.project.write({"media/organs/valves.masks.toml": VALVES.replace("left = 0.1", "left = 0.9")})
        await expect(page[".picture-name"]).to_have_text(HEARTS[1:])
        await expect(page["#pictures-list .mark-problem code"].first).to_have_text("mitral")
        preview.project.write({"media/organs/valves.masks.toml": VALVES})
        await expect(page["#pictures-none h2"]).to_have_text("No picture is like that")

    preview.run(seen, "#/masks?only=problems&q=valves")


def test_thousands_of_pictures_are_scrolled(chromium: Chromium, preview: Preview) -> None:
    """The list of the server is made long: its files would take longer than all other tests."""
    many: list[dict[str, Any]] = [
        {"path": f"media/p{n}.png", "kind": "picture", "masks": 0, "notes": [], "problem": "", "version": "1"}
        for n in range(5_000)
    ]

    async def seen(page: Seen) -> None:
        asked: list[str] = []
        page.page.on("request", lambda request: asked.append(request.url) if "/pictures/media" in request.url else None)
        listed = {"build": 1, "reader": False, "folders": ["media"], "pictures": many}
        await page.page.route("**/api/masks", lambda route: route.fulfill(json=listed))
        await page.page.route(
            f"{preview.origin}/pictures/**", lambda route: route.fulfill(body=picture(), content_type="image/png")
        )
        await page.open("#/masks")
        await expect(page[".picture-name"].first).to_have_text("p0.png")
        await expect(page[".thumb:not(.seen)"]).to_have_count(0)
        for part in (0.3, 0.6, 1):
            await page["#pictures-room"].evaluate("(room, part) => room.scrollTo(0, room.scrollHeight * part)", part)
        await expect(page[".picture-name"].last).to_have_text("p4999.png")
        await expect(page[".thumb:not(.seen)"]).to_have_count(0)
        assert await page["#pictures-list > li"].count() < 80
        assert len(asked) < 200
        await page["#search"].fill("p49")
        await expect(page[".picture-name"].first).to_have_text("p49.png")
        await expect(page["#pictures-list > li"].first).to_have_attribute("aria-setsize", "111")

    preview.run(seen, "#/")


# To the masks of a picture, and back

EDITOR = """
export const KEYS = [{ keys: ["x"], words: "Do as the test wants" }];
export class Editor {
  constructor(room) { this.room = room; window.calls = []; }
  async open(path) { window.calls.push(path); this.room.textContent = path; }
  build({ build }) { this.room.dataset.build = build; }
  close() { window.calls.push("close"); return !window.asks || confirm("Leave?"); }
}
"""


async def take_editor(page: Seen) -> None:
    """An editor that does nothing takes the place of the real one, as long as that is not loaded."""
    await page.page.route(
        "**/masks/editor.js", lambda route: route.fulfill(body=EDITOR, content_type="text/javascript")
    )


async def open_editor(page: Seen) -> None:
    await take_editor(page)
    await page.open("#/masks/media%2Fheart.svg")
    await expect(page["#masks"]).to_have_text("media/heart.svg")


def test_escape_leads_back_to_where_one_was(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await take_editor(page)
        await page.shows("The aorta.")
        await page.press("m")
        await page.at("#/masks?night=1")
        await expect(page[".tile[href*='heart.svg']"]).to_be_focused()
        await page.press("ArrowRight", "ArrowRight", "Enter")
        picture = f"media%2F{''.join(f'%{ord(c):02X}' if c in '<> =' else c for c in EVIL)}.png"
        await page.at(f"#/masks/{picture}?night=1")
        await expect(page["#masks"]).to_be_visible()
        await expect(page.page).to_have_title(f"Masks of media/{EVIL}.png · Anatomy")
        await page.press("Escape")
        await page.at("#/masks?night=1")
        await expect(page[f".tile[href*='{picture}']"]).to_be_focused()
        await page.press("Escape")
        await page.at("#/card/ventricle.1?side=back&night=1")
        await page.shows("The aorta.")
        await expect(page["#main"]).to_be_focused()

    preview.run(seen, "#/card/ventricle.1?side=back&night=1")
    assert preview.told == []


def test_the_masks_of_a_card_are_one_click_away(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await expect(page[".about .edit .path"]).to_have_text(["cards/heart.md:15", "media/organs/valves.png"])
        await take_editor(page)
        await page["text=Edit masks"].click()
        await page.at("#/masks/media%2Forgans%2Fvalves.png")
        await expect(page["#masks"]).to_be_visible()
        await page.press("Escape")
        await page.at("#/card/valves.1")
        await page.open("#/card/ventricle.1")
        await page.shows("left ventricle")
        await expect(page[".about .edit"]).to_have_count(1)

    preview.run(seen, "#/card/valves.1")
    assert preview.told == []


def test_the_ways_of_the_browser_lead_through_pictures_too(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.page.wait_for_timeout(750)  # What is passed sooner is no step.
        await page["button[data-view='pictures']"].click()
        await expect(page[".picture-name"]).to_have_count(5)
        await expect(page["button[data-view='pictures']"]).to_be_focused()
        await page.page.wait_for_timeout(750)
        await page["#pictures-masked"].click()
        await page.at("#/masks?only=masked")
        await page[".tile[href*='heart.svg']"].click()
        await page.at("#/masks/media%2Fheart.svg")
        await page.page.go_back()
        await page.at("#/masks?only=masked")
        await expect(page[".picture-name"]).to_have_text(HEARTS)
        await page.page.go_back()
        await page.page.go_back()
        await page.at("#/card/ventricle.1")
        await page["button[data-view='pictures']"].click()
        await page["button[data-view='grid']"].click()
        await page.at("#/card/ventricle.1?view=grid")

    preview.run(seen, "#/card/ventricle.1")
    assert preview.told == []


def test_masks_that_are_not_saved_are_left_only_if_the_author_says_so(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await open_editor(page)
        await page.page.evaluate("window.asks = true")
        answers: list[bool] = []

        async def answer(dialog: Dialog) -> None:
            await (dialog.accept() if answers.pop() else dialog.dismiss())

        page.page.on("dialog", answer)
        for leave in (
            partial(page.press, "Escape"),
            page["button[data-view='stack']"].click,
            partial(page.page.evaluate, "location.hash = '#/card/valves.1'"),
        ):
            answers.append(False)
            await leave()
            await page.at("#/masks/media%2Fheart.svg")
            await expect(page["#masks"]).to_be_visible()
        await page.press("n")  # The same picture: nothing is asked.
        await page.at("#/masks/media%2Fheart.svg?night=1")
        answers.append(True)
        await page.press("m")
        await page.at("#/masks?night=1")
        assert answers == []
        assert await page.page.evaluate("window.calls") == ["media/heart.svg"] + ["close"] * 4

    preview.run(seen)


def test_the_editor_is_told_of_builds_and_its_keys_are_listed(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await open_editor(page)
        await page["#masks"].evaluate("room => delete room.dataset.build")
        preview.project.write({"cards/heart.md": HEART.replace("The aorta.", "Into the aorta.")})
        await expect(page["#masks"]).to_have_attribute("data-build", re.compile(r"\d+"))
        await page.press("?")
        await expect(page["#help-keys dd"]).to_have_text(
            [
                "Do as the test wants",
                "Pictures, or back to the cards",
                "Problems",
                "Night or day",
                "Close, go back, or leave the search",
                "These keys",
            ]
        )

    try:
        preview.run(seen)
    finally:
        preview.project.write({"cards/heart.md": HEART})


def test_nothing_moves_in_the_editor_when_notes_get_errors(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await open_editor(page)
        preview.project.write({"cards/heart.md": HEART.replace("The aorta.", "The ![aorta](aorta.png).")})
        await expect(page["#state"]).to_have_attribute("data-state", "errors")
        await expect(page["#problems"]).to_be_hidden()
        await page.press("p")
        await expect(page["#problems"]).to_be_visible()
        await page.press("Escape")
        await expect(page["#problems"]).to_be_hidden()
        await expect(page["#masks"]).to_be_visible()
        await page.open("")
        await expect(page["#problems"]).to_be_visible()

    try:
        preview.run(seen)
    finally:
        preview.project.write({"cards/heart.md": HEART})


def test_an_editor_that_does_not_come_is_told_of(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.page.route("**/masks/editor.js", lambda route: route.abort())
        await page.open("#/masks/media%2Fheart.svg")
        await expect(page["#masks h2"]).to_have_text("The masks cannot be shown")
        await page["#masks button"].click()
        await page.at("#/masks")
        await expect(page[".picture-name"]).to_have_count(5)

    preview.run(seen)


# A new picture


def _transfer(name: str, data: bytes, type_: str) -> str:
    """A script for what is pasted or dropped."""
    return f"""() => {{
      const bytes = Uint8Array.from(atob({base64.b64encode(data).decode()!r}), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], {name!r}, {{ type: {type_!r} }}));
      return transfer;
    }}"""


async def paste(page: Seen, name: str = "image.png", data: bytes | None = None, type_: str = "image/png") -> None:
    transfer = await page.page.evaluate_handle(_transfer(name, picture() if data is None else data, type_))
    await page.page.evaluate(
        """(clipboardData) => (document.activeElement ?? document.body).dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))""",
        transfer,
    )


async def drag(page: Seen, *events: str, name: str = "My Heart & Lungs.png", type_: str = "image/png") -> None:
    """Drag a file over the page; whether the page takes the last of the events."""
    transfer = await page.page.evaluate_handle(_transfer(name, picture(), type_))
    for event in events:
        await page["#pictures-room"].dispatch_event(event, {"dataTransfer": transfer})


def test_a_pasted_picture_is_saved_and_leads_to_its_masks(preview: Preview) -> None:
    saved = preview.project.root / "media" / "aorta.png"

    async def seen(page: Seen) -> None:
        await page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.mark()
        await expect(page[".picture-name"]).to_have_count(5)
        await paste(page)
        await expect(page["#saving-name"]).to_be_focused()
        await expect(page["#saving-name"]).to_have_value("picture")
        await expect(page["#saving .thumb img"]).to_have_js_property("naturalWidth", 80)
        await expect(page["#saving .soft"]).to_have_text("80 × 60 pixels, 1 KiB")
        assert await page.axe() == []
        await page.page.keyboard.type("aorta")
        await page.press("Enter")
        await expect(page["#saving-title"]).to_have_text("The picture is saved")
        assert saved.read_bytes() == picture()
        section = "## Aorta {.occlusion #aorta}\n\n![Aorta](../media/aorta.png)"
        await expect(page["#saving code"].last).to_have_text(section)
        await expect(page["#saving-told"]).to_have_text("Saved as media/aorta.png")
        assert await page.axe() == []
        await page["#saving"].get_by_role("button", name="Copy").click()
        await expect(page["#saving"].get_by_role("button", name="Copied")).to_be_visible()
        assert await page.page.evaluate("navigator.clipboard.readText()") == f"{section}\n"
        await expect(page[".picture-name"]).to_have_text([*HEARTS, *OTHERS, "aorta.png"])
        await page["#saving"].get_by_role("link", name="Draw masks").click()
        await page.at("#/masks/media%2Faorta.png")
        await expect(page["#masks"]).to_be_visible()
        await page.is_same_page()

    preview.run(seen, "#/masks")
    assert preview.told == []


def test_a_picture_is_pasted_over_a_card_too(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await page.shows("left ventricle")
        await paste(page, "Der Aortenbogen (2).PNG")
        await expect(page["#saving-name"]).to_have_value("der-aortenbogen-2")
        await page.press("Escape")
        await page.at("#/card/ventricle.1")

    preview.run(seen)


def test_a_picture_is_dropped_on_its_target(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await expect(page[".picture-name"]).to_have_count(5)
        await drag(page, "dragenter", "dragover")
        await expect(page["#drop"]).to_contain_text("Drop the picture here")
        await drag(page, "dragleave")
        await expect(page["#drop"]).to_be_hidden()
        await drag(page, "dragenter", "drop")
        await expect(page["#drop"]).to_be_hidden()
        await expect(page["#saving-name"]).to_have_value("my-heart-lungs")
        await expect(page["#saving .named"]).to_have_text("media/.png")
        await page["#saving"].get_by_role("button", name="Cancel").click()
        await drag(page, "dragenter", "drop", name="notes.pdf", type_="application/pdf")
        await expect(page["#notice"]).to_have_text("notes.pdf is not a picture.")
        await expect(page["#saving"]).to_be_hidden()

    preview.run(seen, "#/masks")
    assert preview.told == []


def test_several_files_are_chosen_and_saved_one_after_the_other(preview: Preview) -> None:
    files = [
        {"name": "First.png", "mimeType": "image/png", "buffer": picture()},
        {"name": "Second.jpeg", "mimeType": "image/jpeg", "buffer": picture("JPEG")},
    ]

    async def seen(page: Seen) -> None:
        chosen: asyncio.Future[FileChooser] = asyncio.get_running_loop().create_future()

        def take(chooser: FileChooser) -> None:
            chosen.set_result(chooser)

        page.page.on("filechooser", take)
        await expect(page[".picture-name"]).to_have_count(5)
        await page.press("a")
        await (await chosen).set_files(files)  # type: ignore[arg-type]
        await expect(page["#saving-title"]).to_have_text("Add a picture, and then 1 more")
        await page.press("Enter")
        await page["#saving"].get_by_role("button", name="Next picture").click()
        await expect(page["#saving-title"]).to_have_text("Add a picture")
        await expect(page["#saving-name"]).to_have_value("second")
        await page.press("Enter")
        await page["#saving"].get_by_role("button", name="Done").click()
        await expect(page[".picture-name"]).to_have_text([*HEARTS, *OTHERS, "first.png", "second.jpg"])

    preview.run(seen, "#/masks")


@pytest.mark.parametrize(
    ("name", "told", "proposed"),
    [
        ("", "A picture needs a name.", ""),
        ("A9", "There is a file A9.png already.", "a9-2"),
        ("a/b", "characters in it that no name of a file has on every system", "b"),
        (EVIL, "characters in it that no name of a file has on every system", "img-src-x-onerror-alert-1"),
    ],
)
def test_a_name_that_cannot_be_is_told_of_at_the_field(preview: Preview, name: str, told: str, proposed: str) -> None:
    async def seen(page: Seen) -> None:
        await paste(page)
        field = page["#saving-name"]
        await field.fill(name)
        await page.press("Enter")
        await expect(page["#saving-fault"]).to_contain_text(told)
        await expect(field).to_have_value(proposed)
        await expect(field).to_be_focused()
        await expect(field).to_have_attribute("aria-invalid", "true")
        assert await page.axe() == []
        if not proposed:
            return
        await page.press("Enter")
        await expect(page["#saving-title"]).to_have_text("The picture is saved")
        assert (preview.project.root / "media" / f"{proposed}.png").is_file()

    preview.run(seen, "#/masks")
    assert [told for told in preview.told if "status of 4" not in told] == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"no picture", "This is no picture."),
        (picture()[:60], "picture"),
    ],
    ids=["text", "half"],
)
def test_what_is_no_picture_is_refused_in_plain_words(preview: Preview, data: bytes, told: str) -> None:
    async def seen(page: Seen) -> None:
        await paste(page, "x.png", data)
        await page.press("Enter")
        await expect(page["#saving-fault"]).to_contain_text(told)
        assert not (preview.project.root / "media" / "x.png").exists()

    preview.run(seen, "#/masks")


def test_what_is_too_large_is_not_sent(preview: Preview) -> None:
    script = """() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([new Uint8Array((32 << 20) + 1)], "x.png", { type: "image/png" }));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }"""

    async def seen(page: Seen) -> None:
        await page.page.evaluate(script)
        await expect(page["#saving-fault"]).to_have_text("The picture is larger than 32 MiB, and cannot be saved here.")
        await page.press("Enter")
        await expect(page["#saving-fault"]).to_have_text("The picture is larger than 32 MiB.")

    preview.run(seen, "#/masks")
    assert preview.told == []


def test_a_picture_of_another_type_gets_the_ending_that_it_has(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await paste(page, "x.png", picture("JPEG"))
        await page.press("Enter")
        await expect(page["#saving-fault"]).to_contain_text(".jpg")
        await expect(page["#saving .named"]).to_have_text("media/.jpg")
        await page.press("Enter")
        await expect(page["#saving-told"]).to_have_text("Saved as media/x.jpg")

    preview.run(seen, "#/masks")


def test_a_picture_with_a_script_runs_nothing(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await paste(page, f"{EVIL}.svg", DRAWING.encode(), "image/svg+xml")
        await expect(page["#saving-name"]).to_have_value("img-src-x-onerror-alert-1")
        await expect(page["#saving .thumb.seen"]).to_be_visible()
        await page.press("Enter")
        await expect(page["#saving-title"]).to_have_text("The picture is saved")
        await page["#saving"].get_by_role("button", name="Done").click()
        await expect(page[".picture-name"]).to_have_count(6)
        await expect(page[".thumb.seen"]).to_have_count(6)
        assert await page["img[src='x']"].count() == 0

    preview.run(seen, "#/masks")
    assert preview.told == []
    assert "script" not in (preview.project.root / "media" / "img-src-x-onerror-alert-1.svg").read_text()


def test_without_a_picture_in_the_clipboard_the_page_says_so(preview: Preview) -> None:
    script = """(words) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", words);
      document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }"""

    async def seen(page: Seen) -> None:
        await expect(page[".picture-name"]).to_have_count(5)
        await page["#search"].focus()
        await page.page.evaluate(script, "words")
        await expect(page["#notice"]).to_be_hidden()
        await page["#main"].focus()
        await page.page.evaluate(script, "words")
        await expect(page["#notice"]).to_have_text("There is no picture in the clipboard.")

    preview.run(seen, "#/masks")


# Every size, and everybody


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_the_page_is_accessible_and_fits(preview: Preview, width: int) -> None:
    async def seen(page: Seen) -> None:
        await expect(page[".thumb.seen"].first).to_be_visible()
        for night in ("0", "1"):
            await page.page.emulate_media(color_scheme="dark" if night == "1" else "light")
            await expect(page["html"]).to_have_attribute("data-night", night)
            assert await page.axe() == []
            assert await page.too_wide() <= 0
            await paste(page)
            await expect(page["#saving"]).to_be_visible()
            assert await page.axe() == []
            assert await page.too_wide() <= 0
            await page.press("Escape")

    preview.run(seen, "#/masks", viewport={"width": width, "height": 800})


_FOCUSED = """() => {
  return document.activeElement.id || document.activeElement.getAttribute("href");
}"""


def test_everything_on_the_page_is_reached_by_tab(preview: Preview) -> None:
    async def seen(page: Seen) -> None:
        await expect(page[".picture-name"]).to_have_count(5)
        reached = []
        for _ in range(20):
            await page.press("Tab")
            reached.append(await page.page.evaluate(_FOCUSED))
        begin = reached.index("pictures-all")
        assert reached[begin : begin + 7] == [
            "pictures-all", "pictures-masked", "pictures-unmasked", "pictures-problems", "pictures-add",
            "#/masks/media%2Fheart.svg", "#/card/heart.1",
        ]  # fmt: skip

    preview.run(seen, "#/masks")
