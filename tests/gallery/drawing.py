"""Draws cards in Chromium, in all sizes, and checks what is drawn.

A card is put into the page once a side; then the page gets one size after the other. Two pages are drawn at a time, one
for each core of a small machine.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.async_api import Browser, CDPSession, ConsoleMessage, Page, Route, async_playwright

from . import pages

PAGES = 2
HEIGHTS = {320: 640, 390: 844, 820: 1180, 1280: 800}
"""Of screens, in pixels of CSS, by width: a narrow phone (WCAG 1.4.10), a phone, a tablet, a computer."""
TALLEST = 6000
MOVED = 0.5
SEEN = 3
"""The least contrast of a shape, WCAG 1.4.11."""
OUTSIDE = 6
"""How many pixels are looked at beside the edge of a mask."""


@dataclass(frozen=True, order=True)
class Look:
    """How a card is looked at: `width` in pixels of CSS, `text` in per cent of the usual size."""

    width: int
    night: bool = False
    text: int = 100

    def __str__(self) -> str:
        size = f" text {self.text} %" if self.text != 100 else ""
        return f"{self.width} {'night' if self.night else 'light'}{size}"

    @property
    def file(self) -> str:
        return str(self).replace(" %", "").replace(" ", "-")


LOOKS = (
    *(Look(width, night) for width in (320, 390) for night in (False, True)),
    Look(390, text=200),
    *(Look(width, night) for width in (820, 1280) for night in (False, True)),
)
PICTURED = tuple(look for look in LOOKS if not (look.night and look.width in (320, 820)))
"""What is looked at with one's own eyes too: night has the same colours at every width."""

AXE = (Look(390), Look(390, night=True))

_CARD = {"include": [["#qa"]], "exclude": [[".replay-button"], ["input#typeans"]]}
"""What axe looks at: a card without the buttons and the input that Anki puts into it."""

_PAGES = ("region", "page-has-heading-one", "landmark-one-main", "scrollable-region-focusable")
"""Rules of axe that judge a whole page, and ours is Anki's; there keys grade cards, and Chromium (130) reaches what scrolls."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with an element of a side, and how it was looked at when it was."""

    check: str
    card: str
    side: str
    element: str
    what: str
    looks: tuple[Look, ...]

    def __str__(self) -> str:
        where = "all looks" if len(self.looks) == len(LOOKS) else ", ".join(map(str, self.looks))
        return f"{self.check}: {self.card}, {self.side}, {where}: {self.element}: {self.what}"


@dataclass
class Drawn:
    """What was drawn of the cards: their faults and pictures, by card."""

    faults: list[Fault] = field(default_factory=list)
    pictures: dict[str, list[tuple[str, Look, str]]] = field(default_factory=dict)


def draw(cards: Iterable[pages.Shown], folder: Path, looks: tuple[Look, ...] = LOOKS) -> Drawn:
    """Draw and check the cards; their pictures go to the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return asyncio.run(_draw(list(cards), folder, looks))


async def _draw(cards: list[pages.Shown], folder: Path, looks: tuple[Look, ...]) -> Drawn:
    drawn = Drawn(pictures={card.name: [] for card in cards})
    waiting = cards[::-1]

    async def work(browser: Browser) -> None:
        screen = await Screen.open(browser)
        while waiting:
            card = waiting.pop()
            found, pictures = await Sitting(screen, card, folder, looks).run()
            drawn.faults += found
            drawn.pictures[card.name] = pictures

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=pages.CHROMIUM, args=FLAGS)
        await asyncio.gather(*(work(browser) for _ in range(min(PAGES, len(cards)))))
        await browser.close()
    order = {card.name: number for number, card in enumerate(cards)}
    drawn.faults.sort(key=lambda fault: (order[fault.card], fault.side == "answer", fault.check))
    return drawn


FLAGS = ["--force-color-profile=srgb", "--font-render-hinting=none"]


class Screen:
    """A page of the browser, in one look at a time."""

    def __init__(self, page: Page, devtools: CDPSession) -> None:
        self.page = page
        self.devtools = devtools
        self.errors: list[str] = []
        self.look: Look | None = None

    @classmethod
    async def open(cls, browser: Browser) -> Screen:
        context = await browser.new_context(viewport={"width": 390, "height": 844})
        page = await context.new_page()
        screen = cls(page, await context.new_cdp_session(page))
        await context.route("**/*", screen._answer)
        page.on("pageerror", lambda error: screen.errors.append(f"script: {error}"))
        page.on("console", screen._hear)
        await page.goto(f"{pages.ORIGIN}/")
        await screen.prepare()
        return screen

    async def prepare(self) -> None:
        """What the checks need in a page."""
        await self.page.evaluate((pages.FOLDER / "checks.js").read_text("utf-8"))
        await self.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))

    async def _answer(self, route: Route) -> None:
        address = route.request.url
        found = pages.file(address) if address.startswith(pages.ORIGIN) else None
        if found:
            await route.fulfill(body=found[0], content_type=found[1])
            return
        if not address.endswith("/favicon.ico"):
            self.errors.append(f"asks for {address}")
        await route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(f"console: {message.text}")

    async def show(self, html: str, classes: str, answer: bool) -> None:
        """Put a side into the page as Anki does, and wait until all of it is drawn. Its look is that of before."""
        call = f"_showAnswer({json.dumps(html)})"
        if not answer:
            call = f"_showQuestion({json.dumps(html)}, '', {json.dumps(classes)})"
        await self.page.evaluate(_SHOW % call)

    async def turn(self, look: Look, classes: str, options: dict[str, Any] | None = None) -> Seen:
        """Look at the page in another way, and check what can be seen; `options` are those of the checks."""
        if not self.look or self.look.width != look.width:
            await self.page.set_viewport_size({"width": look.width, "height": HEIGHTS[look.width]})
        arguments = {"night": look.night, "text": look.text, "classes": classes, "options": options or {}}
        wanted = {"checks": COLOURS if look.night else None}  # At night nothing has another place.
        seen = Seen(*await self.page.evaluate(_TURN, arguments | wanted))
        self.look = look
        return seen

    async def picture(self, clip: dict[str, float], **options: Any) -> bytes:
        """Of a part of the page; `options` are those of DevTools."""
        beyond = not self.look or clip["y"] + clip["height"] > HEIGHTS[self.look.width]
        options |= {"captureBeyondViewport": beyond, "clip": {**clip, "scale": 1}}
        taken = await self.devtools.send("Page.captureScreenshot", options)
        return base64.b64decode(taken["data"])


_SHOW = """async () => {
  %s;
  await new Promise((done) => _queueAction(done));
  const images = [...document.querySelectorAll("#qa img")].map((image) => image.decode().catch(() => 0));
  const films = [...document.querySelectorAll("#qa video")].map(
    (film) => film.readyState || new Promise((done) => film.addEventListener("loadedmetadata", done)),
  );
  const late = new Promise((done) => setTimeout(done, 5000));
  await Promise.race([late, Promise.all([...images, ...films])]);
  await document.fonts.ready;
}"""

# Anki draws the masks when a card is shown, and again in a window of another size.
_TURN = """async ({ night, text, classes, options, checks: wanted }) => {
  const html = document.documentElement;
  html.classList.toggle("night-mode", night);
  html.dataset.bsTheme = night ? "dark" : "light";
  const body = document.body;
  body.className = classes + (night ? " nightMode night_mode" : "") + " isLin";
  body.style.cssText = html.style.cssText = "";
  options.usual = { sizes: checks.sizes(), factor: text / 100 };
  if (text !== 100) {
    // As a learner makes it, and as a browser does.
    const size = `${(parseFloat(getComputedStyle(body).fontSize) * text) / 100}px`;
    html.style.fontSize = `${text}%`;
    body.style.setProperty("--dw-size", size);
    body.style.setProperty("font-size", size, "important");
  }
  window.scrollTo(0, 0);
  if (document.getElementById("image-occlusion-canvas")) {
    await anki.imageOcclusion.setup();
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  }
  return [checks.run(options, wanted ?? undefined), checks.places(), checks.pixel_boxes(), checks.edges(), html.scrollHeight];
}"""

COLOURS = ["text_contrast", "shape_contrast", "masks"]
"""The checks that night can change."""


class Seen(NamedTuple):
    """Of a look: {check: [(element, what is wrong)]}, {part: [left, top, width, height]}, boxes and edges whose pixels
    have to be looked at, with their elements, and the height of the page in pixels.
    """

    faults: dict[str, list[tuple[str, str]]]
    places: dict[str, list[float]]
    boxes: list[tuple[str, dict[str, float]]]
    edges: list[tuple[str, str, list[float], list[float]]]  # four for each mask
    height: int


class Sitting:
    """One card in all its looks."""

    def __init__(self, screen: Screen, card: pages.Shown, folder: Path, looks: tuple[Look, ...]) -> None:
        self.screen = screen
        self.card = card
        self.folder = folder
        self.looks = looks
        self.found: dict[tuple[str, str, str], list[tuple[str, Look]]] = {}
        self.pictures: list[tuple[str, Look, str]] = []

    async def run(self) -> tuple[list[Fault], list[tuple[str, Look, str]]]:
        places = {}
        for side, looks in (("question", self.looks), ("answer", self.looks[::-1])):
            self.screen.errors.clear()
            await self.screen.show(getattr(self.card, side), self.card.classes, side == "answer")
            for look in looks:
                places[side, look] = await self._look(side, look)
            for error in dict.fromkeys(self.screen.errors):
                self._tell("drawn", side, "#qa", error, self.looks[0])
        for look in self.looks:
            for part, what in moved(places["question", look], places["answer", look]):
                self._tell("moves", "answer", part, what, look)
        return [_fault(self.card.name, key, found) for key, found in self.found.items()], self.pictures

    async def _look(self, side: str, look: Look) -> dict[str, list[float]]:
        """Check a side in one look and take its picture; the places of its parts."""
        seen = await self.screen.turn(look, self.card.classes, {"expected": self.card.directions})
        for check, faults in seen.faults.items():
            for element, what in faults:
                self._tell(check, side, element, what, look)
        for element, what in await pale(self.screen, seen):
            self._tell("shape_contrast", side, element, what, look)
        for element, what in await hidden(self.screen, seen):
            self._tell("masks", side, element, what, look)
        for element, what in await axe(self.screen.page, look) if look in AXE else ():
            self._tell("axe", side, element, what, look)
        if look in PICTURED:
            await self._take(side, look, seen.height)
        return seen.places

    async def _take(self, side: str, look: Look, height: int) -> None:
        file = f"{self.card.name}-{side}-{look.file}.jpg"
        clip = {"x": 0, "y": 0, "width": look.width, "height": min(max(height, HEIGHTS[look.width]), TALLEST)}
        (self.folder / file).write_bytes(await self.screen.picture(clip, format="jpeg", quality=75))
        self.pictures.append((side, look, file))

    def _tell(self, check: str, side: str, element: str, what: str, look: Look) -> None:
        self.found.setdefault((check, side, element), []).append((what, look))


def _fault(card: str, key: tuple[str, str, str], found: list[tuple[str, Look]]) -> Fault:
    """The same fault in several looks is one; the first of them tells how large it is."""
    check, side, element = key
    looks = dict((look, what) for what, look in reversed(found))
    return Fault(check, card, side, element, looks[min(looks)], tuple(sorted(looks)))


def moved(question: dict[str, list[float]], answer: dict[str, list[float]]) -> list[tuple[str, str]]:
    """What does not stand on the answer where it stood on the question; the places are those of `checks.places`."""
    if not question:
        return [("#qa", "no part of the question was found")]
    found = []
    for part, place in question.items():
        if part not in answer:
            found.append((part, "is not on the answer"))
            continue
        ways = zip(("to the right", "down", "wider", "taller"), place, answer[part], strict=True)
        changes = [f"{after - before:+.1f} px {way}" for way, before, after in ways if abs(after - before) > MOVED]
        if changes:
            found.append((part, f"moves: {', '.join(changes)}"))
    return found


async def axe(page: Page, look: Look) -> list[tuple[str, str]]:
    """What axe-core finds: (element, rule). At night it looks at colours alone."""
    rules = {"runOnly": ["color-contrast"]} if look.night else {"rules": {name: {"enabled": False} for name in _PAGES}}
    options = {"resultTypes": ["violations"], "preload": False, **rules}
    results = await page.evaluate(
        "({ context, options }) => axe.run(context, options)", {"context": _CARD, "options": options}
    )
    return [
        (" ".join(map(str, node["target"])), f"{violation['id']}: {violation['help']}")
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


async def pale(screen: Screen, seen: Seen) -> list[tuple[str, str]]:
    """The boxes that the browser itself draws, and that are hardly seen."""
    found = []
    for element, box in seen.boxes:
        margin = 3
        clip = {"x": box["x"] - margin, "y": box["y"] - margin}
        clip |= {"width": box["width"] + 2 * margin, "height": box["height"] + 2 * margin}
        best = most_seen(Image.open(io.BytesIO(await screen.picture(clip, format="png"))).convert("RGB"))
        if best < SEEN:
            found.append((element, f"contrast {best:.2f} to what is around it, less than {SEEN}"))
    return found


async def hidden(screen: Screen, seen: Seen) -> list[tuple[str, str]]:
    """The masks whose edges the picture hides on more than one of their four sides: a line of it may run into one."""
    found = []
    for first in range(0, len(seen.edges), 4):
        sides = seen.edges[first : first + 4]
        best = sorted([await _edge(screen, outside, inside) for _, _, outside, inside in sides])[1]
        if best < SEEN:
            element, what = sides[0][:2]
            found.append((element, f"{what}: contrast {best:.2f} to the picture around it, less than {SEEN}"))
    return found


async def _edge(screen: Screen, outside: list[float], inside: list[float]) -> float:
    """The contrast of an edge to what is before it, on the way from outside."""
    left, top = (int(min(a, b)) for a, b in zip(outside, inside, strict=True))
    width, height = (int(abs(a - b)) + 1 for a, b in zip(outside, inside, strict=True))
    clip = {"x": max(0, left), "y": max(0, top), "width": width, "height": height}
    picture = Image.open(io.BytesIO(await screen.picture(clip, format="png"))).convert("RGB")
    pixels = [picture.getpixel((x, y)) for y in range(picture.height) for x in range(picture.width)]
    line = pixels if (left, top) == tuple(map(int, outside)) else pixels[::-1]
    # The last of the pixels outside may be part of the edge.
    ((ground, _),) = Counter(line[:OUTSIDE]).most_common(1)
    return max(contrast(pixel, ground) for pixel in line)


def most_seen(picture: Image.Image) -> float:
    """The contrast of a picture's edge to that of its other colours which stands out most, if it is not a single dot."""
    at: Callable[[int, int], tuple[int, ...]] = lambda x, y: picture.getpixel((x, y))  # type: ignore[return-value] # noqa: E731
    ground = at(0, 0)
    counted = Counter(at(x, y) for x in range(picture.width) for y in range(picture.height))
    least = picture.width * picture.height * 0.02
    return max((contrast(colour, ground) for colour, number in counted.items() if number >= least), default=1.0)


def contrast(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """1 to 21, as WCAG defines it, of two colours in sRGB."""
    dark, light = sorted((_luminance(a), _luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    parts = (value / 255 for value in colour[:3])
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
