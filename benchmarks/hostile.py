"""How time grows with what is hostile, or only large: `python benchmarks/hostile.py [text|pictures]`.

Prints for each kind of input the seconds that each size takes, and the exponent with which they grow from the last size
but one to the last: 1 where twice the size takes twice the time, 2 where it takes four times as long. For text it is the
processor's time; drawings are made in another process, so for them it is the clock's.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable

from deckwright import notes
from deckwright.diagrams import drawing, renderer, shapes
from deckwright.model import Settings

Case = Callable[[int], Callable[[], object]]
"""Makes an input of some size, and gives back what is timed."""


def main() -> None:
    asked = sys.argv[1:] or ["text", "pictures"]
    if "text" in asked:
        table("text", (5, 20, 80), {name: text(make) for name, make in TEXTS.items()}, "kB", time.process_time)
    if "pictures" in asked:
        renderer.png(
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>', 9, 9
        )  # Its process runs from now on.
        table("a drawing with so many", (5, 50, 150, 500), PICTURES, "", time.perf_counter)


def table(name: str, sizes: tuple[int, ...], cases: dict[str, Case], unit: str, clock: Callable[[], float]) -> None:
    print(f"{name:44}", *(f"{f'{size} {unit}':>8}" for size in sizes), " exponent")
    for case, make in cases.items():
        seconds = []
        for size in sizes:
            run = make(size)
            began = clock()
            run()
            seconds.append(max(clock() - began, 1e-9))
        exponent = math.log(seconds[-1] / seconds[-2]) / math.log(sizes[-1] / sizes[-2])
        print(f"{case:44}", *(f"{one:6.2f} s" for one in seconds), f"{exponent:9.1f}", flush=True)


def text(make: Callable[[int], str]) -> Case:
    """Compiling a text of so many kilobytes."""

    def case(kilobytes: int) -> Callable[[], object]:
        data = make(kilobytes * 1000).encode()
        return lambda: notes.compile_file("cards/a.md", data, SETTINGS)

    notes.compile_file("cards/a.md", b"## a {.basic}\n\n```python\nx\n```\n", SETTINGS)  # Imports what is needed.
    return case


def many(head: str, unit: str, end: str = "") -> Callable[[int], str]:
    return lambda size: head + unit * (size // len(unit)) + end


SETTINGS = Settings(id="hostile-7k3m9x2q", name="Hostile", slug="hostile")
BASIC, CLOZE = "## Q {.basic}\n\n", "## Q {.cloze}\n\n==x==\n\n"
TEXTS: dict[str, Callable[[int], str]] = {
    "identical headings": many("", "## h {.basic}\n\nx\n\n"),
    "identical items": many("## Q {.basic .items}\n\n", "- **x**: y\n"),
    "identical rows": many("## Q {.basic .rows}\n\n|a|b|\n|-|-|\n", "|x|y|\n"),
    "identical cells": many("## Q {.basic .cells}\n\n|a|b|c|\n|-|-|-|\n", "|x|y|z|\n"),
    "identical answers": many(CLOZE, "- ==x==\n"),
    "headings in items": many(BASIC, "- # a\n"),
    "headings without a space": many(BASIC + "x\n\n", "##a\n\n"),
    "clozes in clozes, in code": lambda size: f"{CLOZE}```\n{'{{c1::' * (size // 8)}x{'}}' * (size // 8)}\n```\n",
    "hints in code": many(CLOZE + "```\n", "{{c1::a::b c}}\n", "```\n"),
    "white space in Python": many(BASIC + "```python\nx\n", " \n", "```\n"),
    "white space in C": many(BASIC + "b\n\n```c\nx\n", " \n", "```\n"),
    "long words in code": lambda size: f"{BASIC}```\n{'<' * (size // 2)}\n{'a/b' * (size // 6)}\n```\n",
    "brackets in a template": many(BASIC + "b\n\n```html+ng2\n", "(", "\n```\n"),
    "unknown elements": many(BASIC + "<div>", "<nobody>", "</div>\n"),
    "missing footnotes": many(BASIC, "[^a]\n\n"),
    "maths": many(BASIC, "$a$\n\n"),
    "quotes": many(BASIC, "> a\n\n"),
    "comments": many(BASIC + "b\n\n", "<!-- a -->\n"),
    "keys in the front matter": lambda size: (
        "---\n" + "".join(f"k{n}: x\n" for n in range(size // 9)) + "---\n## a\n\nb\n"
    ),
}


def labels(number: int) -> Callable[[], object]:
    text = '<text data-mask="m{0}" x="{1}" y="{2}" font-size="14">Label {0}</text>'
    return drawn("".join(text.format(n, n % 25 * 80 + 3, n // 25 * 60 + 30) for n in range(number)))


def cells(number: int) -> Callable[[], object]:
    cell = (
        '<g data-mask="m{0}"><rect x="{1}" y="{2}" width="80" height="40" fill="white" stroke="black"/>'
        '<text x="{3}" y="{4}" font-size="14">Cell {0}</text></g>'
    )
    places = ((n, n % 20 * 80 + 20, n // 20 * 40 + 20) for n in range(number))
    return drawn("".join(cell.format(n, x, y, x + 10, y + 25) for n, x, y in places))


def drawn(content: str) -> Callable[[], object]:
    source = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2000 1400">{content}</svg>'.encode()

    def run() -> None:
        made = drawing.read(source, "a.svg")
        assert made.data, made.found
        shapes.check(made.masks, made.size)

    return run


PICTURES: dict[str, Case] = {"labels, each with a mask": labels, "cells of a table, each with a mask": cells}


if __name__ == "__main__":
    main()
