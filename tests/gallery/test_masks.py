"""The editor of masks in a real browser: every gesture through to the saved file, and on to the note in Anki."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import import_package
from PIL import Image, ImageDraw
from playwright.async_api import Browser, Locator, Route, expect
from scratch import Scratch, day

from deckwright import package
from deckwright.diagrams import mask_file
from deckwright.model import Mask

from .previewing import Preview, Seen, free_port

if TYPE_CHECKING:
    from anki.collection import Collection

expect.set_options(timeout=10_000)

SIZE = (800, 600)
CARDS = """---
kind: basic
---

# Pictures

## The box {.occlusion #box}

![A box](../media/box.png)
"""
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">
  <!-- by hand -->
  <text x="20" y="40" font-size="24">A title</text>
  <text x="40" y="120" font-size="14" data-mask='left-one'>Left one</text>
  <text x="240" y="120" font-size="14" >Right one</text>
  <text x="40" y="220" font-size="14">Both</text><text x="240" y="220" font-size="14">Both</text>
</svg>
"""


def png(size: tuple[int, int] = SIZE) -> bytes:
    picture = Image.new("RGB", size, "#f4f4f0")
    ImageDraw.Draw(picture).rectangle((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), "#9bc", "#246", 2)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def rect(name: str, left: float, top: float, width: float, height: float, **more: Any) -> Mask:
    """A mask, its box in pixels of the picture."""
    box = (left / SIZE[0], top / SIZE[1], width / SIZE[0], height / SIZE[1])
    return Mask(name, *box, **more)


def polygon(name: str, *points: tuple[float, float], **more: Any) -> Mask:
    parts = tuple((x / SIZE[0], y / SIZE[1]) for x, y in points)
    return Mask(name, 0, 0, 0, 0, shape="polygon", points=parts, **more)


def text(*masks: Mask) -> str:
    return mask_file.dump(masks, SIZE)


A = rect("a", 100, 102, 120, 78)
B = rect("b", 300, 252, 100, 60)
C = rect("c", 600, 402, 80, 99)
TRIANGLE = polygon("p", (100, 402), (200, 402), (150, 501))


@dataclass
class Desk(Seen):
    """The editor of one picture, shown as large as it is."""

    async def edit(self, path: str) -> None:
        await self.open(address(path))
        await self.opened()

    async def opened(self) -> None:
        await expect(self[".mask-editor.is-open"]).to_be_visible()
        await expect(self[".mask-stage.is-loaded"]).to_be_visible()
        await self.press("1")

    async def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel of the picture is on the screen."""
        left, top, scale = await self.page.evaluate(
            """() => {
              const picture = document.querySelector(".mask-picture");
              const box = picture.getBoundingClientRect();
              return [box.left, box.top, box.width / picture.width];
            }"""
        )
        return left + x * scale, top + y * scale

    async def drag(self, *way: tuple[float, float], keys: Sequence[str] = (), button: Any = "left") -> None:
        """From one pixel of the picture to others, with keys held."""
        for key in keys:
            await self.page.keyboard.down(key)
        await self.page.mouse.move(*await self.place(*way[0]))
        await self.page.mouse.down(button=button)
        places = [await self.place(*point) for point in way[1:]]
        for place in places:
            await self.page.mouse.move(*place, steps=3)
        await self.page.mouse.up(button=button)
        for key in keys:
            await self.page.keyboard.up(key)

    async def click(self, x: float, y: float, *keys: Any) -> None:
        for key in keys:
            await self.page.keyboard.down(key)
        await self.page.mouse.click(*await self.place(x, y))
        for key in keys:
            await self.page.keyboard.up(key)

    async def handle(self, selector: str, by: tuple[float, float], keys: Sequence[str] = ()) -> None:
        """Drag a handle of the frame by so many pixels."""
        await self.drawn()
        box = await self[selector].locator("circle").first.bounding_box()
        assert box
        corner = await self.place(0, 0)
        at = (box["x"] + box["width"] / 2 - corner[0], box["y"] + box["height"] / 2 - corner[1])
        await self.drag(at, (at[0] + by[0], at[1] + by[1]), keys=keys)

    async def drawn(self) -> None:
        """Wait until what was done is on the screen."""
        await self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    async def save(self) -> None:
        await self.press("Control+s")
        await self.drawn()
        await expect(self[".mask-state"]).to_have_text("Saved")

    async def select(self, *names: str) -> None:
        await self.press("Control+a")
        for name in names:
            row = self[".mask-list li"].filter(has=self.page.get_by_text(name, exact=True))
            await row.click(modifiers=["Control"] if name != names[0] else [])

    async def state(self) -> list[list[str]]:
        """All that is to be seen of the masks: their elements and their names."""
        await self.drawn()
        seen: list[list[str]] = await self[".mask-shapes > *"].evaluate_all(
            """all => all.map((one) => [one.tagName, ...[...one.attributes]
              .filter(({ name }) => !["class", "aria-pressed", "data-uid"].includes(name))
              .map(({ name, value }) => `${name}=${value}`).sort()])"""
        )
        return seen

    def mask(self, name: str) -> Locator:
        return self[f".mask-shapes [aria-label^='{name},']"]


def address(path: str) -> str:
    return f"#/masks/{path.replace('/', '%2F')}"


@pytest.fixture(scope="module")
def started(
    chromium: tuple[asyncio.AbstractEventLoop, Browser], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Preview]:
    project = Scratch(tmp_path_factory.mktemp("masks") / "project")
    project.write({"cards/a.md": CARDS, "media/box.png": png(), "media/plain.png": png(), "media/map.svg": DRAWING})
    project.write({"media/box.masks.toml": text(A, B, C, TRIANGLE)})
    made = Preview(project, free_port(), *chromium)
    made.start()
    yield made
    made.stop()


@dataclass
class Bench:
    """A preview, and the files that the editor writes."""

    preview: Preview

    @property
    def folder(self) -> Path:
        return self.preview.project.root / "media"

    @property
    def file(self) -> str:
        return (self.folder / "box.masks.toml").read_text()

    def run(self, task: Callable[[Desk], Awaitable[None]], path: str = "media/box.png", **options: Any) -> None:
        """Do something with the editor of a picture; nothing unexpected may be said on the console."""

        async def edited(seen: Seen) -> None:
            desk = Desk(seen.preview, seen.page)
            await desk.opened()
            await task(desk)

        self.preview.run(edited, address(path), **options)
        assert self.preview.told == []


@pytest.fixture
def bench(started: Preview) -> Bench:
    made = Bench(started)
    (made.folder / "box.png").write_bytes(png())
    (made.folder / "box.masks.toml").write_text(text(A, B, C, TRIANGLE))
    (made.folder / "plain.masks.toml").unlink(missing_ok=True)
    (made.folder / "map.svg").write_text(DRAWING)
    return made


# What the pointer does

Deed = Callable[[Desk], Awaitable[None]]


async def _polygon(desk: Desk, *points: tuple[float, float]) -> None:
    await desk.press("p")
    for point in points:
        await desk.click(*point)


async def _draws_a_rectangle(desk: Desk) -> None:
    await desk.press("r")
    await desk.drag((420, 40), (500, 90))


async def _draws_upwards(desk: Desk) -> None:
    await desk.press("r")
    await desk.drag((500, 90), (420, 40))


async def _draws_a_square(desk: Desk) -> None:
    await desk.press("r")
    await desk.drag((420, 40), (500, 63), keys=["Shift"])


async def _draws_an_ellipse(desk: Desk) -> None:
    await desk.press("o")
    await desk.drag((420, 40), (500, 90))


async def _draws_beyond_the_picture(desk: Desk) -> None:
    await desk.press("r")
    await desk.drag((700, 40), (850, -30))


async def _closes_with_enter(desk: Desk) -> None:
    await _polygon(desk, (420, 40), (520, 60), (460, 130))
    await desk.press("Enter")


async def _closes_on_the_first_corner(desk: Desk) -> None:
    await _polygon(desk, (420, 40), (520, 60), (460, 130), (422, 42))


async def _closes_with_a_double_click(desk: Desk) -> None:
    await _polygon(desk, (420, 40), (520, 60))
    await desk.page.mouse.dblclick(*await desk.place(460, 130))


async def _takes_a_corner_back(desk: Desk) -> None:
    await _polygon(desk, (420, 40), (520, 60), (700, 20))
    await desk.press("Backspace")
    await desk.click(460, 130)
    await desk.press("Enter")


async def _drops_with_escape(desk: Desk) -> None:
    await _polygon(desk, (420, 40), (520, 60), (460, 130))
    await desk.press("Escape")


async def _leaves_a_polygon_open(desk: Desk) -> None:
    await _polygon(desk, (420, 40), (520, 60), (460, 130))


async def _drops_a_drawing_with_escape(desk: Desk) -> None:
    await desk.press("r")
    await desk.page.mouse.move(*await desk.place(420, 40))
    await desk.page.mouse.down()
    await desk.page.mouse.move(*await desk.place(500, 90))
    await desk.press("Escape")
    await desk.page.mouse.up()


async def _moves(desk: Desk) -> None:
    await desk.drag((150, 140), (190, 163))


async def _moves_straight(desk: Desk) -> None:
    await desk.drag((150, 140), (200, 150), keys=["Shift"])


async def _moves_to_the_edge(desk: Desk) -> None:
    await desk.drag((150, 140), (-200, 160))


async def _moves_two(desk: Desk) -> None:
    await desk.click(150, 140)
    await desk.click(350, 280, "Shift")
    await desk.drag((350, 280), (363, 291))


async def _moves_a_polygon(desk: Desk) -> None:
    await desk.drag((150, 430), (170, 440))


async def _snaps(desk: Desk) -> None:
    await desk.drag((350, 280), (155, 282))  # B's left edge comes within reach of A's, and its top of its own place.


async def _snaps_not_with_alt(desk: Desk) -> None:
    await desk.click(350, 280)
    await desk.page.mouse.move(*await desk.place(350, 280))
    await desk.page.mouse.down()
    await desk.page.keyboard.down("Alt")
    await desk.page.mouse.move(*await desk.place(155, 282), steps=3)
    await desk.page.mouse.up()
    await desk.page.keyboard.up("Alt")


async def _drags_a_copy(desk: Desk) -> None:
    await desk.drag((150, 140), (163, 351), keys=["Alt"])


async def _resizes_a_corner(desk: Desk) -> None:
    await desk.click(150, 140)
    await desk.handle("[data-side=se]", (33, 21))


async def _resizes_a_side(desk: Desk) -> None:
    await desk.click(150, 140)
    await desk.handle("[data-side=w]", (-27, 50))


async def _resizes_in_proportion(desk: Desk) -> None:
    await desk.click(150, 140)
    await desk.handle("[data-side=se]", (60, 0), ["Shift"])


async def _resizes_not_over(desk: Desk) -> None:
    await desk.click(150, 140)
    await desk.handle("[data-side=e]", (-300, 0))


async def _resizes_two(desk: Desk) -> None:
    await desk.click(150, 140)
    await desk.click(350, 280, "Shift")
    await desk.handle("[data-side=se]", (150, 105))


async def _turns(desk: Desk) -> None:
    await desk.click(150, 140)
    await desk.handle("[data-turn]", (200, 64), ["Shift"])  # From above to the right: a quarter, and a few degrees.


async def _moves_a_corner(desk: Desk) -> None:
    await desk.click(150, 430)
    await desk.handle("[data-corner='2']", (33, 41))


async def _adds_a_corner(desk: Desk) -> None:
    await desk.click(150, 430)
    await desk.handle("[data-between='0']", (-7, -40))


async def _selects_with_a_box_and_deletes(desk: Desk) -> None:
    await desk.drag((60, 60), (320, 330))
    await desk.press("Delete")


GESTURES: list[tuple[Deed, list[Mask]]] = [
    (_draws_a_rectangle, [A, B, C, TRIANGLE, rect("mask-1", 420, 40, 80, 50)]),
    (_draws_upwards, [A, B, C, TRIANGLE, rect("mask-1", 420, 40, 80, 50)]),
    (_draws_a_square, [A, B, C, TRIANGLE, rect("mask-1", 420, 40, 80, 80)]),
    (_draws_an_ellipse, [A, B, C, TRIANGLE, rect("mask-1", 420, 40, 80, 50, shape="ellipse")]),
    (_draws_beyond_the_picture, [A, B, C, TRIANGLE, rect("mask-1", 700, 0, 100, 40)]),
    (_closes_with_enter, [A, B, C, TRIANGLE, polygon("mask-1", (420, 40), (520, 60), (460, 130))]),
    (_closes_on_the_first_corner, [A, B, C, TRIANGLE, polygon("mask-1", (420, 40), (520, 60), (460, 130))]),
    (_closes_with_a_double_click, [A, B, C, TRIANGLE, polygon("mask-1", (420, 40), (520, 60), (460, 130))]),
    (_takes_a_corner_back, [A, B, C, TRIANGLE, polygon("mask-1", (420, 40), (520, 60), (460, 130))]),
    (_drops_with_escape, [A, B, C, TRIANGLE]),
    (_leaves_a_polygon_open, [A, B, C, TRIANGLE]),
    (_drops_a_drawing_with_escape, [A, B, C, TRIANGLE]),
    (_moves, [rect("a", 140, 125, 120, 78), B, C, TRIANGLE]),
    (_moves_straight, [rect("a", 150, 102, 120, 78), B, C, TRIANGLE]),
    (_moves_to_the_edge, [rect("a", 0, 122, 120, 78), B, C, TRIANGLE]),
    (_moves_two, [rect("a", 113, 113, 120, 78), rect("b", 313, 263, 100, 60), C, TRIANGLE]),
    (_moves_a_polygon, [A, B, C, polygon("p", (120, 412), (220, 412), (170, 511))]),
    (_snaps, [A, rect("b", 100, 254, 100, 60), C, TRIANGLE]),
    (_snaps_not_with_alt, [A, rect("b", 105, 254, 100, 60), C, TRIANGLE]),
    (_drags_a_copy, [A, B, C, TRIANGLE, rect("a-2", 113, 313, 120, 78)]),
    (_resizes_a_corner, [rect("a", 100, 102, 153, 99), B, C, TRIANGLE]),
    (_resizes_a_side, [rect("a", 73, 102, 147, 78), B, C, TRIANGLE]),
    (_resizes_in_proportion, [rect("a", 100, 102, 180, 117), B, C, TRIANGLE]),
    (_resizes_not_over, [rect("a", 100, 102, 1, 78), B, C, TRIANGLE]),
    (_resizes_two, [rect("a", 100, 102, 180, 117), rect("b", 400, 327, 150, 90), C, TRIANGLE]),
    (_turns, [rect("a", 199, 81, 120, 78, angle=90), B, C, TRIANGLE]),
    (_moves_a_corner, [A, B, C, polygon("p", (100, 402), (200, 402), (183, 542))]),
    (_adds_a_corner, [A, B, C, polygon("p", (100, 402), (143, 362), (200, 402), (150, 501))]),
    (_selects_with_a_box_and_deletes, [C, TRIANGLE]),
]


@pytest.mark.parametrize(("deed", "masks"), GESTURES, ids=[deed.__name__[1:] for deed, _ in GESTURES])
def test_a_gesture_comes_into_the_file(bench: Bench, deed: Deed, masks: list[Mask]) -> None:
    """And one step back, another save makes the file what it was; a mask that was deleted is the last one then."""
    names = {mask.name for mask in masks}
    back = sorted([A, B, C, TRIANGLE], key=lambda mask: mask.name not in names)

    async def seen(desk: Desk) -> None:
        before = await desk.state()
        await desk.press("v")
        await deed(desk)
        await desk.save()
        assert bench.file == text(*masks)
        if masks == [A, B, C, TRIANGLE]:
            return
        await desk.press("Control+z")
        assert await desk.state() == before
        await desk.save()
        assert bench.file == text(*back)
        await desk.press("Control+y")
        await desk.save()
        assert bench.file == text(*masks)

    bench.run(seen)


def test_wheel_middle_button_and_space_move_what_is_seen_and_nothing_else(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        before = await desk.state()
        for move, by in (
            (lambda: desk.page.mouse.wheel(30, 40), (-30, -40)),
            (lambda: desk.drag((150, 140), (190, 163), button="middle"), (40, 23)),
            (lambda: desk.drag((150, 140), (190, 163), keys=["Space"]), (40, 23)),
        ):
            left, top = await desk.place(0, 0)
            await desk.page.mouse.move(left + 150, top + 140)
            await move()
            await desk.drawn()
            assert await desk.place(0, 0) == (left + by[0], top + by[1])
        at = await desk.place(150, 140)
        await desk.page.mouse.move(*at)
        await desk.page.keyboard.down("Control")
        await desk.page.mouse.wheel(0, -100)
        await desk.page.keyboard.up("Control")
        await desk.drawn()
        assert await desk.place(150, 140) == pytest.approx(at, abs=1)  # What is under the pointer stays there.
        assert await desk[".mask-percent"].text_content() != "100 %"
        await desk.press("1")
        await expect(desk[".mask-percent"]).to_have_text("100 %")
        assert await desk.state() == before
        await expect(desk[".mask-state"]).to_have_text("Saved")

    bench.run(seen)


# What keys do


async def _nudges(desk: Desk) -> None:
    await desk.select("a")
    await desk.page.locator(".mask-stage").hover(position={"x": 5, "y": 5})
    await desk.mask("a").focus()
    await desk.press("ArrowRight", "ArrowRight", "Shift+ArrowDown", "ArrowUp")


async def _duplicates(desk: Desk) -> None:
    await desk.select("a")
    await desk.press("Control+d", "Tab", *["Shift+ArrowDown"] * 8)


async def _pastes(desk: Desk) -> None:
    await desk.select("a")
    await desk.press("Control+c", "Control+v", "Tab", *["Shift+ArrowDown"] * 8)
    await desk.press("Control+v", *["Shift+ArrowRight"] * 10)


async def _cuts_and_pastes(desk: Desk) -> None:
    await desk.select("b")
    await desk.press("Control+x", "Control+v")


async def _aligns(desk: Desk) -> None:
    await desk.select("a", "b")
    await desk.press("Alt+a")


async def _aligns_middles(desk: Desk) -> None:
    await desk.select("a", "b", "c")
    await desk.press("Alt+v")


async def _distributes(desk: Desk) -> None:
    await desk.select("a", "b", "c")
    await desk.press("Alt+Shift+h", "Alt+Shift+v")


async def _groups(desk: Desk) -> None:
    await desk.select("a", "b")
    await desk.press("Control+g")
    await desk["#mask-group"].fill("both")


async def _renames(desk: Desk) -> None:
    await desk.select("a")
    await desk.press("F2")
    await desk.page.keyboard.type("The Other one")
    await desk.press("Enter")
    await expect(desk.mask("The-Other-one")).to_be_focused()


async def _writes_words(desk: Desk) -> None:
    await desk.select("a")
    await desk["#mask-label"].fill("The <A>")
    await desk["#mask-hint"].fill("first")
    await desk["#mask-hide-one"].check()


async def _writes_numbers(desk: Desk) -> None:
    await desk.select("a")
    for name, number in (("left", "500"), ("top", "120.5"), ("width", "90"), ("height", "9999"), ("angle", "0")):
        await desk[f"#mask-{name}"].fill(number)
        await desk.press("Tab")


async def _turns_by_number(desk: Desk) -> None:
    await desk.select("b")
    await desk["#mask-angle"].fill("30")
    await desk.press("Tab")


async def _moves_a_corner_by_number(desk: Desk) -> None:
    await desk.select("p")
    await desk[".mask-corners summary"].click()
    await desk.page.get_by_label("Corner 3, from the left").fill("333")
    await desk.press("Tab")


async def _makes_two_without_a_pointer(desk: Desk) -> None:
    await desk.press("]")
    for left in ("10", "70"):
        await desk.press("r", "Enter")
        for name, number in (("width", "50"), ("height", "40"), ("left", left), ("top", "20")):
            await desk[f"#mask-{name}"].fill(number)
            await desk.press("Tab")
        await desk.press("Escape")  # From the field back to the picture.


KEYS: list[tuple[Deed, list[Mask]]] = [
    (_nudges, [rect("a", 102, 111, 120, 78), B, C, TRIANGLE]),
    (_duplicates, [A, B, C, TRIANGLE, rect("a-2", 115, 197, 120, 78)]),
    (_pastes, [A, B, C, TRIANGLE, rect("a-2", 115, 197, 120, 78), rect("a-3", 230, 132, 120, 78)]),
    (_cuts_and_pastes, [A, B, C, TRIANGLE]),
    (_aligns, [A, rect("b", 100, 252, 100, 60), C, TRIANGLE]),
    (
        _aligns_middles,
        [rect("a", 100, 262.5, 120, 78), rect("b", 300, 271.5, 100, 60), rect("c", 600, 252, 80, 99), TRIANGLE],
    ),
    (_distributes, [A, rect("b", 360, 261, 100, 60), C, TRIANGLE]),
    (_groups, [rect("a", 100, 102, 120, 78, group="both"), rect("b", 300, 252, 100, 60, group="both"), C, TRIANGLE]),
    (_renames, [rect("The-Other-one", 100, 102, 120, 78, label="The Other one"), B, C, TRIANGLE]),
    (_writes_words, [rect("a", 100, 102, 120, 78, label="The <A>", hint="first", hide_one=True), B, C, TRIANGLE]),
    (_writes_numbers, [rect("a", 500, 0, 90, 600), B, C, TRIANGLE]),
    (_turns_by_number, [A, rect("b", 300, 252, 100, 60, angle=30), C, TRIANGLE]),
    (_moves_a_corner_by_number, [A, B, C, polygon("p", (100, 402), (200, 402), (333, 501))]),
    (
        _makes_two_without_a_pointer,
        [A, B, C, TRIANGLE, rect("mask-1", 10, 20, 50, 40), rect("mask-2", 70, 20, 50, 40)],
    ),
]


def test_masks_are_drawn_and_named_one_after_the_other(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        await desk.press("r")
        await desk.drag((420, 40), (500, 90))
        await desk.page.keyboard.type("One more")
        await desk.drag((500, 40), (580, 90))  # Where the one before has a corner.
        await desk.page.keyboard.type("and Another")
        await expect(desk["#mask-name-note"]).to_have_text("As a name: and-Another")
        await desk.press("Enter")
        await expect(desk.mask("and-Another")).to_be_focused()
        await expect(desk["#mask-name"]).to_have_value("and-Another")
        await desk.drag((580, 90), (660, 40))
        await desk.save()
        assert bench.file == text(
            *(A, B, C, TRIANGLE),
            rect("One-more", 420, 40, 80, 50, label="One more"),
            rect("and-Another", 500, 40, 80, 50, label="and Another"),
            rect("mask-1", 580, 40, 80, 50),
        )

    bench.run(seen)


@pytest.mark.parametrize(("deed", "masks"), KEYS, ids=[deed.__name__[1:] for deed, _ in KEYS])
def test_what_keys_and_fields_do_comes_into_the_file(bench: Bench, deed: Deed, masks: list[Mask]) -> None:
    async def seen(desk: Desk) -> None:
        await deed(desk)
        await desk.save()
        assert bench.file == text(*masks)

    bench.run(seen)


def test_the_list_leads_to_every_mask_and_the_canvas_too(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        await desk[".mask-list"].focus()
        await desk.press("ArrowDown", "ArrowDown", "Shift+ArrowDown")
        await expect(desk[".mask-list [aria-selected=true] .name"]).to_have_text(["b", "c"])
        await desk.press("Home")
        await desk.drawn()  # Until then two are selected, and a locator that finds two is told as a mistake at once.
        await expect(desk[".mask.is-selected"]).to_have_attribute("aria-label", "a, rectangle")
        await desk.press("Enter")
        await expect(desk["#mask-name"]).to_be_focused()
        await desk.press("Escape", "]")
        await expect(desk.mask("b")).to_be_focused()
        await desk.press("[", "[")
        await expect(desk.mask("p")).to_be_focused()
        await desk.press("Escape", "Tab")
        await expect(desk["#mask-name"]).to_be_hidden()

    bench.run(seen)


def test_bad_names_are_told_at_once_beside_the_field_and_are_not_saved(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        await desk.select("a")
        for name, why in (
            ("b", "Another mask has this name."),
            ("", "A mask needs a name."),
            ("a=b", "A name has no spaces, quotes, braces, : or =."),
        ):
            await desk["#mask-name"].fill(name)
            await expect(desk["#mask-name-note"]).to_have_text(why)
            await expect(desk["#mask-name"]).to_have_attribute("aria-invalid", "true")
            await desk.press("Control+s")
            await expect(desk[".mask-state"]).to_have_text("Unsaved")
        await desk["#mask-name"].fill("a")
        await expect(desk["#mask-name-note"]).to_have_text("")
        await expect(desk["#mask-name"]).to_have_attribute("aria-invalid", "false")
        await desk.drawn()
        await expect(desk[".mask-state"]).to_have_text("Saved")

    bench.run(seen)
    assert bench.file == text(A, B, C, TRIANGLE)


def test_what_cannot_be_saved_is_told_and_nothing_is_lost(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        await desk.select("a")
        await desk.press("Control+d", "Control+s")
        await expect(desk[".mask-banner"]).to_contain_text("overlap: move them apart, or put both in one group")
        bench.preview.told.clear()
        await expect(desk[".mask-state"]).to_have_text("Unsaved")
        assert bench.file == text(A, B, C, TRIANGLE)
        await desk.press("Delete")
        await desk.save()

    bench.run(seen)


# Reading and saving


def test_open_and_save_without_a_change_writes_nothing(bench: Bench) -> None:
    before = (bench.folder / "box.masks.toml").stat()

    async def seen(desk: Desk) -> None:
        await expect(desk[".mask-save"]).to_be_disabled()
        await desk.drag((150, 140), (190, 163))
        await expect(desk[".mask-save"]).to_be_enabled()
        await desk.press("Control+z", "Control+s")
        await expect(desk[".mask-save"]).to_be_disabled()

    bench.run(seen)
    after = (bench.folder / "box.masks.toml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nothing_is_written_over_what_changed_on_the_disk_until_it_was_looked_at(bench: Bench) -> None:
    other = text(A, B)

    async def seen(desk: Desk) -> None:
        await desk.drag((150, 140), (190, 163))
        (bench.folder / "box.masks.toml").write_text(other)
        await desk.press("Control+s")
        await expect(desk[".mask-banner"]).to_contain_text("has changed on the disk")
        bench.preview.told.clear()  # Chromium says that there was a conflict.
        assert bench.file == other
        await desk[".mask-banner"].get_by_text("Keep mine, and look").click()
        await expect(desk[".mask-banner p"]).to_have_text(
            "On the disk there is: 1 mask elsewhere or with other words (dashed); not 2 masks of yours."
        )
        await expect(desk[".mask-ghost"]).to_have_count(1)
        assert bench.file == other
        await desk[".mask-banner"].get_by_text("Save mine over it").click()
        await expect(desk[".mask-state"]).to_have_text("Saved")
        assert bench.file == text(rect("a", 140, 125, 120, 78), B, C, TRIANGLE)

    bench.run(seen)


def test_nothing_is_saved_for_another_picture_than_that_which_was_masked(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        await desk.drag((150, 140), (190, 163))
        (bench.folder / "box.png").write_bytes(png((640, 480)))
        await desk.press("Control+s")
        await expect(desk[".mask-banner p"]).to_have_text(
            "media/box.masks.toml or the picture has changed on the disk. Your changes are not saved."
        )
        bench.preview.told.clear()  # Chromium says that there was a conflict.

    bench.run(seen)
    assert bench.file == text(A, B, C, TRIANGLE)


def test_what_is_on_the_disk_is_loaded_when_there_is_nothing_to_lose(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        (bench.folder / "box.masks.toml").write_text(text(A, B))
        await expect(desk[".mask"]).to_have_count(2)
        await desk.press("v")
        await desk.drag((150, 140), (190, 163))
        (bench.folder / "box.masks.toml").write_text(text(A, C))
        await expect(desk[".mask-banner"]).to_contain_text("has changed on the disk")
        await desk[".mask-banner"].get_by_text("Load what is on the disk").click()
        await expect(desk[".mask"]).to_have_count(2)
        await expect(desk.mask("c")).to_be_visible()
        await expect(desk[".mask-state"]).to_have_text("Saved")

    bench.run(seen)
    assert bench.file == text(A, C)


def test_an_answer_of_before_a_save_takes_nothing_back(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        held: list[Route] = []
        is_held, is_saved = asyncio.Event(), asyncio.Event()

        async def hold(route: Route) -> None:
            if held or route.request.method != "GET":
                return await route.continue_()
            held.append(route)
            answer = await route.fetch()
            is_held.set()
            await is_saved.wait()
            await route.fulfill(response=answer)

        await desk.page.route("**/api/masks/media/box.png", hold)
        bench.preview.project.write({"cards/a.md": CARDS + "\nOne more line.\n"})
        await is_held.wait()
        await desk.press("v")
        await desk.drag((150, 140), (190, 163))
        async with desk.page.expect_request_finished(lambda one: one.method == "GET" and "/api/masks/" in one.url):
            await desk.save()
        async with desk.page.expect_request_finished(lambda one: one == held[0].request):
            is_saved.set()
        await desk.drawn()
        await expect(desk.mask("a")).to_have_attribute("x", "140")
        await expect(desk[".mask-editor [role=status]"]).to_have_text("Saved: media/box.masks.toml")
        await expect(desk[".mask-state"]).to_have_text("Saved")

    try:
        bench.run(seen)
    finally:
        bench.preview.project.write({"cards/a.md": CARDS})
    assert bench.file == text(rect("a", 140, 125, 120, 78), B, C, TRIANGLE)


def test_what_changes_on_the_disk_while_masks_are_dragged_is_loaded_afterwards(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        await desk.press("v")
        await desk.page.mouse.move(*await desk.place(150, 140))
        await desk.page.mouse.down()
        await desk.page.mouse.move(*await desk.place(190, 163), steps=3)
        (bench.folder / "box.masks.toml").write_text(text(A, B))
        more.write_bytes(png())  # One more without a note: the page says so when the build has come.
        await expect(desk["#state"]).to_have_text("3 problems")
        await expect(desk[".mask"]).to_have_count(4)
        await desk.press("Escape")
        await desk.page.mouse.up()
        await expect(desk[".mask"]).to_have_count(2)
        await expect(desk[".mask-state"]).to_have_text("Saved")

    more = bench.folder / "more.png"
    try:
        bench.run(seen)
    finally:
        more.unlink()
    assert bench.file == text(A, B)


def test_leaving_with_unsaved_changes_asks(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        asked = []

        async def answer(dialog: Any) -> None:
            asked.append(dialog.message)
            await (dialog.accept() if len(asked) > 1 else dialog.dismiss())

        desk.page.on("dialog", answer)
        await desk.press("v")
        await desk.drag((150, 140), (190, 163))
        await desk[".mask-back"].click()
        await expect(desk[".mask-editor.is-open"]).to_be_visible()
        await desk[".mask-back"].click()
        await expect(desk[".mask-editor.is-open"]).to_be_hidden()
        assert asked == ["There are unsaved changes to the masks. Leave without saving them?"] * 2
        bench.preview.told.clear()

    bench.run(seen)
    assert bench.file == text(A, B, C, TRIANGLE)


def test_the_first_save_of_a_picture_shows_what_to_paste(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        await desk.drag((420, 40), (500, 90))
        await desk.save()
        section = "## Plain {.occlusion #plain}\n\n![Plain](../media/plain.png)\n"
        await expect(desk[".mask-banner pre"]).to_have_text(section)
        await desk[".mask-banner"].get_by_text("Copy").click()
        assert await desk.page.evaluate("navigator.clipboard.readText()") == section
        assert (bench.folder / "plain.masks.toml").read_text() == text(rect("mask-1", 420, 40, 80, 50))

    bench.run(seen, "media/plain.png", permissions=["clipboard-read", "clipboard-write"])


# An SVG


def test_labels_of_an_svg_are_marked(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        labels = desk[".mask-label"]
        await expect(labels).to_have_count(4)
        await desk.page.get_by_label("Mark: Right one").click()
        await expect(labels).to_have_count(3)
        await expect(desk["#mask-name"]).to_have_value("right-one")
        await desk["#mask-hint"].fill('"quoted" & <more>')
        await desk["#mask-group"].fill("sides")
        await desk.save()
        assert (bench.folder / "map.svg").read_text() == DRAWING.replace(
            '<text x="240" y="120" font-size="14" >',
            '<text data-mask="right-one" data-mask-group="sides" data-mask-hint="&quot;quoted&quot; &amp; &lt;more>"'
            ' x="240" y="120" font-size="14" >',
        )
        await desk.mask("right-one").click()  # Marked, and not any more.
        await desk.mask("left-one").click()
        await desk.press("b")  # No title, and no text that is there twice.
        await expect(desk[".mask-list .name"]).to_have_text(["left-one", "right-one"])
        await desk.press("Control+z", "Control+z")
        await desk.save()
        await expect(desk[".mask-list .name"]).to_have_text(["left-one"])
        assert (bench.folder / "map.svg").read_text() == DRAWING

    bench.run(seen, "media/map.svg")


def test_no_mask_is_made_over_those_in_a_text_unless_it_is_asked_for(bench: Bench) -> None:
    sentence = '<text x="40" y="280" font-size="14">A <tspan data-mask="role">role</tspan> is assumed</text></svg>'
    drawing = DRAWING.replace("</svg>", sentence)
    (bench.folder / "map.svg").write_text(drawing)

    async def seen(desk: Desk) -> None:
        await desk.press("b")
        await expect(desk[".mask-list .name"]).to_have_text(["left-one", "role", "right-one"])
        await desk.page.get_by_label("Mark: A role is assumed").click()
        await desk.press("Control+s")
        await expect(desk[".mask-banner"]).to_contain_text("overlap: move them apart, or put both in one group")
        bench.preview.told.clear()  # Chromium says that something was refused.

    bench.run(seen, "media/map.svg")
    assert (bench.folder / "map.svg").read_text() == drawing


def test_labels_of_an_svg_are_marked_without_a_pointer(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        await desk.page.get_by_label("Mark: Right one").focus()
        await desk.press("Space")
        await expect(desk.mask("right-one")).to_be_focused()
        await desk.press("Delete", "Control+s")
        await expect(desk[".mask-list .name"]).to_have_text(["left-one"])
        await expect(desk[".mask-state"]).to_have_text("Saved")

    bench.run(seen, "media/map.svg")
    assert (bench.folder / "map.svg").read_text() == DRAWING


# Labels that are read


def test_labels_that_are_read_become_masks(bench: Bench) -> None:
    labels = [
        {"element": None, "text": "Internet gateway", "box": [0.5, 0.1, 0.2, 0.05]},
        {"element": None, "text": "Évian", "box": [0.55, 0.2, 0.1, 0.05]},
        {"element": None, "text": "NAT", "box": [0.8, 0.1, 0.05, 0.05]},
        {"element": None, "text": "Nothing", "box": [0.8, 0.9, 0.1, 0.05]},
    ]

    async def seen(desk: Desk) -> None:
        await desk.page.route("**/labels", lambda route: route.fulfill(json={"labels": labels}))
        await desk.press("l")
        await expect(desk[".mask-label"]).to_have_count(4)
        await desk.press("r")
        await desk.drag((395, 55), (566, 93))  # Over the first.
        await desk.click(480, 130)  # On the second.
        await desk.press("v")
        await desk.page.mouse.dblclick(*await desk.place(660, 70))  # On the third.
        await expect(desk[".mask-list .name"]).to_have_text(["a", "b", "c", "p", "internet-gateway", "evian", "nat"])
        await expect(desk[".mask-label"]).to_have_count(1)
        await desk.save()
        assert bench.file == text(
            *(A, B, C, TRIANGLE),
            rect("internet-gateway", 397, 57, 166, 36, label="Internet gateway"),
            rect("evian", 437, 117, 86, 36, label="Évian"),
            rect("nat", 637, 57, 46, 36, label="NAT"),
        )

    bench.run(seen)


def test_what_is_missing_to_read_labels_is_told(bench: Bench) -> None:
    words = "Install the extra: pip install 'deckwright[ocr]'"

    async def seen(desk: Desk) -> None:
        await desk.page.route("**/labels", lambda route: route.fulfill(status=501, json={"message": words}))
        await desk.page.get_by_label("Read the labels").click()
        await expect(desk[".mask-banner p"]).to_have_text(words)
        bench.preview.told.clear()

    bench.run(seen)


# The card


def test_question_and_answer_follow_what_is_selected_and_dragged(bench: Bench) -> None:
    bench.preview.project.write({"cards/a.md": CARDS.replace("#box}", '#box mode="hide-one"}')})

    async def seen(desk: Desk) -> None:
        await expect(desk[".card-note"]).to_have_text("Hides one mask, as the note says: box")
        await expect(desk[".is-question svg g > *"]).to_have_count(1)
        bench.preview.project.write({"cards/a.md": CARDS})
        await expect(desk[".card-note"]).to_have_text("Hides all masks, as the note says: box")
        await expect(desk[".is-question svg g > *"]).to_have_count(4)
        await desk.select("b")
        await desk["#mask-hint"].fill("a hint")
        await expect(desk[".card-place"]).to_have_text("2 of 4")
        await expect(desk[".is-question .card-words"]).to_have_text("a hint")
        await expect(desk[".is-answer .card-words"]).to_have_text("b")
        await desk.press("Escape", "v")
        await desk.page.mouse.move(*await desk.place(350, 280))
        await desk.page.mouse.down()
        await desk.page.mouse.move(*await desk.place(360, 290))
        await desk.drawn()
        for side in ("rect.is-asked", "rect.is-answer"):
            moved = await desk[f".card-view {side}"].evaluate("one => [one.getAttribute('x'), one.getAttribute('y')]")
            assert moved == ["310", "262"]
        await desk.page.mouse.up()
        await desk.press(".")
        await expect(desk[".card-place"]).to_have_text("3 of 4")
        await expect(desk[".mask.is-selected"]).to_have_attribute("aria-label", "c, rectangle")
        await desk.press("Control+z", "Control+z")

    bench.run(seen)


# Everybody, every size


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_the_editor_is_accessible_and_fits(bench: Bench, width: int) -> None:
    async def seen(desk: Desk) -> None:
        await desk.mask("a").focus()
        await desk.press("Space")
        for night in ("light", "dark"):
            await desk.page.emulate_media(color_scheme=night)
            for tab in ("", "mask", "list", "card") if width < 820 else ("",):
                if tab:
                    await desk[f".mask-tabs [data-tab={tab}]"].click()
                await desk.drawn()
                assert await desk.axe() == []
                assert await desk.too_wide() <= 0
        await desk.edit("media/map.svg")
        assert await desk.axe() == []

    bench.run(seen, viewport={"width": width, "height": 844})


def test_fingers_draw_select_move_and_zoom(bench: Bench) -> None:
    async def seen(desk: Desk) -> None:
        session = await desk.page.context.new_cdp_session(desk.page)

        async def touch(kind: str, *points: tuple[float, float]) -> None:
            told = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
            await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

        async def swipe(*way: tuple[float, float]) -> None:
            places = [await desk.place(*point) for point in way]
            await touch("touchStart", places[0])
            for place in places[1:]:
                await touch("touchMove", place)
            await touch("touchEnd")
            await desk.drawn()

        await desk.press("0")
        await desk.page.get_by_role("button", name="Rectangle", exact=True).tap()
        await swipe((420, 40), (460, 60), (500, 90))
        await expect(desk[".mask"]).to_have_count(5)
        await desk.page.get_by_role("button", name="Select", exact=True).tap()
        await desk.page.touchscreen.tap(*await desk.place(350, 280))
        await expect(desk[".mask.is-selected"]).to_have_attribute("aria-label", "b, rectangle")
        before = await desk.place(0, 0), await desk.place(800, 600)
        await touch("touchStart", (100, 400), (200, 400))
        for step in range(1, 6):
            await touch("touchMove", (100 - 10 * step, 400), (200 + 10 * step, 400))
        await touch("touchEnd")
        await desk.drawn()
        after = await desk.place(0, 0), await desk.place(800, 600)
        assert (after[1][0] - after[0][0]) / (before[1][0] - before[0][0]) == pytest.approx(2, rel=0.01)
        await expect(desk[".mask"]).to_have_count(5)
        await expect(desk[".mask-undo button"].first).to_be_enabled()

    bench.run(seen, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


# Whatever is done


@pytest.mark.parametrize("seed", range(3))
def test_all_that_is_done_can_be_undone_and_stays_in_the_picture(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)
    anywhere = lambda: (chance.randint(-30, 830), chance.randint(-30, 630))  # noqa: E731
    keys = [
        *("Control+d", "Control+c", "Control+v", "Control+a", "Control+g", "Control+Shift+g", "Delete", "ArrowLeft"),
        *("Shift+ArrowDown", "Alt+a", "Alt+v", "Alt+Shift+h", "]", "[", "Enter", "Escape", "Control+z", "Control+y"),
    ]

    async def act(desk: Desk) -> None:
        match chance.randint(0, 5):
            case 0:
                await desk.page.evaluate("document.activeElement.blur()")
                await desk.press(chance.choice("rovp"))
            case 1 | 2:
                held = [[], ["Shift"], ["Alt"]][chance.randint(0, 2)]
                await desk.drag(anywhere(), anywhere(), anywhere(), keys=held)
            case 3:
                await desk.click(*anywhere())
            case 4:
                shown = await desk[".mask-over [data-side], .mask-over [data-turn], .mask-over [data-corner]"].all()
                handles = [one for one in shown if await one.is_visible()]
                if handles and (box := await chance.choice(handles).bounding_box()):
                    corner = await desk.place(0, 0)
                    at = box["x"] + box["width"] / 2 - corner[0], box["y"] + box["height"] / 2 - corner[1]
                    await desk.drag(at, anywhere())
            case _:
                await desk.page.evaluate("document.activeElement.blur()")
                await desk.press(chance.choice(keys))

    async def seen(desk: Desk) -> None:
        before = await desk.state()
        for _ in range(60):
            await act(desk)
            await desk.drawn()
            assert (
                await desk.page.evaluate(
                    """() => {
                  const { left, top, right, bottom } = document.querySelector(".mask-picture").getBoundingClientRect();
                  return [...document.querySelectorAll(".mask")].filter((one) => {
                    const box = one.getBoundingClientRect();
                    return box.left < left - 3 || box.top < top - 3 || box.right > right + 3 || box.bottom > bottom + 3;
                  }).map((one) => one.outerHTML);
                }"""
                )
                == []
            )
        await desk.page.evaluate("document.activeElement.blur()")
        await desk.press("v")
        undo = desk.page.get_by_role("button", name="Undo")
        while await undo.is_enabled():
            await desk.press("Control+z")
            await desk.drawn()
        assert await desk.state() == before
        await expect(desk[".mask-state"]).to_have_text("Saved")

    bench.run(seen)


# Through to Anki


def test_what_is_drawn_comes_out_in_anki_where_it_was_drawn(
    bench: Bench, tmp_path: Path, collection: Collection
) -> None:
    (bench.folder / "box.masks.toml").unlink()

    async def seen(desk: Desk) -> None:
        await desk.press("r")
        await desk.drag((100, 60), (300, 120))
        await desk.press("Enter", "o")  # From the name back to the picture.
        await desk.drag((400, 60), (480, 120))
        await desk.press("Enter")
        await _polygon(desk, (600, 60), (700, 90), (650, 180))
        await desk.press("Enter", "Enter", "r")
        await desk.drag((200, 300), (300, 360))
        await desk["#mask-angle"].fill("45")
        await desk.press("Tab", "Escape")
        await desk.drag((500, 300), (540, 360))
        await desk.drag((600, 300), (640, 360))
        await desk.press("Enter", "v")
        await desk.click(520, 330)
        await desk.click(620, 330, "Shift")
        await desk.press("Control+g")
        await desk.save()

    bench.run(seen)
    project = Scratch(tmp_path / "project")
    masks = (bench.folder / "box.masks.toml").read_text()
    project.write({"cards/a.md": CARDS, "media/box.png": png(), "media/box.masks.toml": masks})
    loaded = project.load(day(1))
    assert loaded.diagnostics == []
    package.write(loaded.collection, tmp_path / "deck.apkg")
    import_package(collection, tmp_path / "deck.apkg")
    note = collection.get_image_occlusion_note(collection.db.scalar("select id from notes")).note
    found = {
        one.ordinal: sorted(((s.shape, {p.name: p.value for p in s.properties}) for s in one.shapes), key=str)
        for one in note.occlusions
    }
    assert found == {
        1: [("rect", {"left": ".125", "top": ".1", "width": ".25", "height": ".1", "oi": "1"})],
        2: [("ellipse", {"left": ".5", "top": ".1", "rx": ".05", "ry": ".05", "oi": "1"})],
        3: [("polygon", {"left": ".75", "top": ".1", "points": ".75,.1 .875,.15 .8125,.3", "oi": "1"})],
        4: [("rect", {"left": ".25", "top": ".5", "angle": "1250", "width": ".125", "height": ".1", "oi": "1"})],
        5: [
            ("rect", {"left": ".625", "top": ".5", "width": ".05", "height": ".1", "oi": "1"}),
            ("rect", {"left": ".75", "top": ".5", "width": ".05", "height": ".1", "oi": "1"}),
        ],
    }
