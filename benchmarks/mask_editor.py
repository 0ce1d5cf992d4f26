"""What a pointer move costs while a mask is dragged: `python benchmarks/mask_editor.py [--masks N] [--moves N] [--chromium PATH]`.

A project with one picture of 4,000 × 3,000 pixels and a file of masks for it is shown by `deckwright preview`, and Chromium opens
the editor. One mask is dragged to and fro, and after that a corner of it, while Chromium traces what its main thread does. A
move costs the time from its first event until the next move that is spent in script, style and layout: how long the events of
these names take together, nothing counted twice. Drawing and what the compositor does are not in it. The aim is 8 milliseconds
for 95 of 100 moves.

Beside the time on the clock stands the processor time of the thread, which hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import preview
from PIL import Image
from playwright.sync_api import Page, sync_playwright

SIZE = (4_000, 3_000)
SCRIPT = {"EventDispatch", "FunctionCall", "FireAnimationFrame", "EvaluateScript", "RunMicrotasks"}
STYLE_AND_LAYOUT = {"UpdateLayoutTree", "Layout", "HitTest"}
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"]
AIM = 8.0
"""Milliseconds of 95 of 100 moves."""

NOTES = "---\nkind: basic\n---\n\n# Large\n\n## The map {.occlusion #map}\n\n![A map](../media/map.png)\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--masks", type=int, default=200)
    parser.add_argument("--moves", type=int, default=300)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        project = Path(folder, "project")
        write(project, options.masks)
        with (
            preview.served(project),
            playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"]) as browser,
        ):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"http://127.0.0.1:{preview.PORT}/#/masks/media%2Fmap.png")
            page.wait_for_selector(".mask-stage.is-loaded")
            page.keyboard.press("v")
            page.mouse.click(*middle(page, ".mask"))
            page.mouse.move(5, 5)
            page.wait_for_timeout(500)
            for what, selector in (("moved", ".mask.is-selected"), ("resized", "[data-side=se] .frame-hit")):
                say(what, moves(dragged(page, middle(page, selector), options.moves)))


def write(project: Path, number: int) -> None:
    """The project, with so many masks in rows."""
    for name in ("cards", "media"):
        (project / name).mkdir(parents=True)
    (project / "deck.toml").write_text('id = "map-7k3m9x2q"\nname = "Map"\n', encoding="utf-8")
    (project / "cards" / "map.md").write_text(NOTES, encoding="utf-8")
    noise = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 60).resize(SIZE).convert("RGB")
    data = io.BytesIO()
    noise.save(data, "PNG", compress_level=1)
    (project / "media" / "map.png").write_bytes(data.getvalue())
    shapes = ["rect", "ellipse", "polygon"]
    lines = [f"size = [{SIZE[0]}, {SIZE[1]}]\n"]
    for n in range(number):
        left, top = 0.01 + (n % 16) * 0.06, 0.01 + n // 16 * 0.06
        shape = shapes[n % 3]
        lines.append(f'\n[[mask]]\nname = "mask-{n}"\nshape = "{shape}"\n')
        if shape == "polygon":
            corners = [[left, top], [left + 0.045, top], [left + 0.045, top + 0.04], [left + 0.02, top + 0.045]]
            lines.append(f"points = {[[round(x, 4), round(y, 4)] for x, y in corners]}\n")
        else:
            lines.append(f"left = {left:.4f}\ntop = {top:.4f}\nwidth = 0.0450\nheight = 0.0450\n")
    (project / "media" / "map.masks.toml").write_text("".join(lines), encoding="utf-8")


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def dragged(page: Page, start: tuple[float, float], number: int) -> list[dict[str, Any]]:
    """The events of a trace while the pointer is dragged to and fro."""
    browser = page.context.browser
    assert browser
    x, y = start
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y + 8)
    browser.start_tracing(page=page, categories=CATEGORIES)
    for n in range(number):
        page.mouse.move(x + 10 + n % 100 * 3, y + 10 + n % 70 * 2)
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    page.mouse.up()
    page.keyboard.press("Control+z")
    page.wait_for_timeout(300)
    return events


def moves(events: Sequence[dict[str, Any]]) -> list[tuple[float, float]]:
    """Milliseconds on the clock and of the processor for each move of the pointer."""
    [thread] = {(e["pid"], e["tid"]) for e in events if _is_move(e)}
    own = [e for e in events if (e["pid"], e["tid"]) == thread and e.get("ph") == "X"]
    counted = sorted((e for e in own if e["name"] in SCRIPT | STYLE_AND_LAYOUT), key=lambda e: e["ts"])
    starts = [e["ts"] for e in counted if _is_move(e)]
    return [
        (
            sum(e["dur"] for e in outer if begin <= e["ts"] < end) / 1000,
            sum(e.get("tdur", e["dur"]) for e in outer if begin <= e["ts"] < end) / 1000,
        )
        for outer in [list(_outermost(counted))]
        for begin, end in pairwise(starts)
    ]


def _is_move(event: dict[str, Any]) -> bool:
    return event["name"] == "EventDispatch" and event.get("args", {}).get("data", {}).get("type") == "pointermove"


def _outermost(events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those that are in none of the others; they come in the order in which they begin."""
    end = 0
    for event in events:
        if event["ts"] >= end:
            yield event
            end = event["ts"] + event["dur"]


def say(what: str, taken: Sequence[tuple[float, float]]) -> None:
    clock, processor = (sorted(one[n] for one in taken) for n in (0, 1))
    told = [
        f"{name} {statistics.median(times):.1f} ms, 95 of 100 at most {times[int(len(times) * 0.95)]:.1f} ms"
        for name, times in (("clock", clock), ("processor", processor))
    ]
    print(f"{what}, {len(taken)} moves (the aim is {AIM:.0f} ms): {'; '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
