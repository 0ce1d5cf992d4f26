"""How time grows with what is hostile, or only large: `python benchmarks/hostile.py`.

Prints for each kind of input its size, the seconds that it takes, and how many times longer than the size before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from deckwright.diagrams import drawing, renderer, shapes

Case = Callable[[int], Callable[[], object]]
"""Makes an input of some size, and gives back what is timed."""


def main() -> None:
    renderer.png(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>', 9, 9)  # Its process runs from now on.
    for name, (sizes, case) in CASES.items():
        print(name)
        before = (0, 0.0)
        for size, seconds in timed(sizes, case):
            growth = f"  {size / before[0]:5.1f} x the size, {seconds / before[1]:5.1f} x the time" if before[0] else ""
            print(f"{size:>8,}  {seconds:7.2f} s{growth}")
            before = size, max(seconds, 1e-9)


def timed(sizes: tuple[int, ...], case: Case) -> Iterator[tuple[int, float]]:
    for size in sizes:
        run = case(size)
        began = time.perf_counter()
        run()
        yield size, time.perf_counter() - began


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


CASES: dict[str, tuple[tuple[int, ...], Case]] = {
    "labels of a drawing, each with a mask": ((5, 50, 150, 500), labels),
    "cells of a drawn table, each with a mask": ((5, 50, 150, 500), cells),
}


if __name__ == "__main__":
    main()
