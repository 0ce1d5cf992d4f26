"""All pictures on one page, with what is wrong with each card."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from .drawing import PICTURED, Drawn, Fault, Look

_STYLE = """
body { background: #777; color: #fff; font: 16px/1.4 system-ui, sans-serif; margin: 1em; }
h2 { font-size: 1em; margin: 2em 0 .3em; }
figure { display: inline-block; margin: 0 1em 1em 0; vertical-align: top; }
img { background: #fff; display: inline-block; margin-right: 2px; vertical-align: top; }
figcaption, li { font-size: .8em; }
a { color: inherit; }
.bar { background: #333; padding: .5em 1em; position: sticky; top: 0; }
"""

_SCRIPT = """
const looks = document.querySelectorAll(".bar input");
const wrong = document.getElementById("wrong");
const choose = () => {
  for (const look of looks) document.querySelectorAll(`[data-look="${look.value}"]`).forEach((e) => (e.hidden = !look.checked));
  document.querySelectorAll("section").forEach((e) => (e.hidden = wrong.checked && !e.querySelector("li")));
};
document.querySelector(".bar").addEventListener("change", choose);
choose();
"""


def write(drawn: Drawn, folder: Path) -> Path:
    """Write the page beside the pictures, and what is wrong into `faults.txt`."""
    (folder / "faults.txt").write_text("".join(f"{fault}\n" for fault in drawn.faults), "utf-8")
    page = folder / "index.html"
    page.write_text("\n".join(_page(drawn)), "utf-8")
    return page


def _page(drawn: Drawn) -> Iterator[str]:
    number = sum(map(len, drawn.pictures.values()))
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Gallery</title><style>{_STYLE}</style>'
    yield f"<h1>{len(drawn.pictures)} cards, {number} pictures, {len(drawn.faults)} faults</h1>"
    boxes = (f'<label><input type="checkbox" value="{look.file}"{_first(look)}> {look}</label>' for look in PICTURED)
    yield f'<div class="bar"><label><input type="checkbox" id="wrong"> only with faults</label> | {" ".join(boxes)}</div>'
    for card, pictures in drawn.pictures.items():
        yield f'<section><h2 id="{card}">{escape(card)}</h2>'
        yield from _faults([fault for fault in drawn.faults if fault.card == card])
        for look in PICTURED:
            sides = sorted((side, file) for side, of, file in pictures if of == look)[::-1]
            images = "".join(
                f'<a href="{file}"><img loading="lazy" width="{min(look.width, 640)}" src="{file}" alt="{side}"></a>'
                for side, file in sides
            )
            yield f'<figure data-look="{look.file}">{images}<figcaption>{look}</figcaption></figure>' if images else ""
        yield "</section>"
    yield f"<script>{_SCRIPT}</script></html>"


def _first(look: Look) -> str:
    """What is seen without choosing."""
    return " checked" if look.width == 390 and look.text == 100 else ""


def _faults(faults: list[Fault]) -> Iterator[str]:
    if faults:
        yield f"<ul>{''.join(f'<li>{escape(str(fault))}</li>' for fault in faults)}</ul>"
