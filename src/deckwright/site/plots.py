"""Numbers of a deck → plots for its pages: tables, whose rows have bars drawn by the stylesheet.

So all of a plot is text: it is read aloud, found, copied and printed as such, fits a telephone, and takes the colours of
its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..amounts import count

STYLE = """\
table.plot { width: 100%; max-width: 40rem; table-layout: fixed; border-collapse: collapse; }
table.plot caption { padding-bottom: 0.3em; text-align: start; font-weight: bold; }
table.plot th { width: 38%; padding: 0.2em 0.8em 0.2em 0; text-align: start; font-weight: normal; overflow-wrap: anywhere; }
table.plot td { padding: 0.2em 0; white-space: nowrap; font-variant-numeric: tabular-nums; }
table.plot span {
  display: inline-block; width: calc(var(--share) * (100% - 6em)); height: 0.75em; margin-inline-end: 0.5em;
  border-radius: 2px; background: var(--accent, currentColor);
}
@media (forced-colors: active) { table.plot span { background: CanvasText; forced-color-adjust: none; } }
"""
"""The rules that pages with plots need. `--accent` is the page's."""

MAX_ROWS = 12
"""In a plot: more are not taken in at a glance, and fill the screen of a telephone."""


def bars(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """What there is how often, such as the notes of each topic. The most come first, and equally many in the order given.

    Of more than `MAX_ROWS`, the last row has the sum of the others. Empty without rows.
    """
    ordered = sorted(rows, key=lambda row: -row[1])
    if len(ordered) > MAX_ROWS:
        others = ordered[MAX_ROWS - 1 :]
        ordered[MAX_ROWS - 1 :] = [(count(len(others), "other"), sum(number for _, number in others))]
    return _table(title, ((name, number, f"{number:,}") for name, number in ordered))


def growth(title: str, points: Sequence[tuple[str, int]]) -> str:
    """How a number grew, such as the notes of each version, in the order given.

    Of more than `MAX_ROWS`, the first and the last are shown, and some between them, evenly; the title says of how many.
    Empty without points.
    """
    shown = list(points)
    if len(shown) > MAX_ROWS:
        shown = [shown[round(n * (len(shown) - 1) / (MAX_ROWS - 1))] for n in range(MAX_ROWS)]
        title = f"{title} ({MAX_ROWS} of {len(points):,})"
    return _table(title, ((name, number, f"{number:,}") for name, number in shown))


def days(title: str, cards: int, paces: Sequence[int]) -> str:
    """How many days it takes to see all cards once, for each number of new cards a day, in the order given.

    A pace below 1 counts as 1. Empty without paces.
    """
    lasting = [(pace, -(-cards // pace)) for pace in (max(1, pace) for pace in paces)]
    return _table(title, ((f"{pace:,} a day", number, _days(number)) for pace, number in lasting))


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number:,} days"


def _table(title: str, rows: Iterable[tuple[str, int, str]]) -> str:
    """Of a title, and names with their numbers and what is written of these. Bars of negative numbers have no length."""
    rows = list(rows)
    if not rows:
        return ""
    most = max(1, *(number for _, number, _ in rows))
    lines = (
        f'<tr><th scope="row">{escape(name)}</th>'
        f'<td><span style="--share: {max(0, number) / most:.3f}"></span>{escape(value)}</td></tr>'
        for name, number, value in rows
    )
    return "\n".join([f'<table class="plot"><caption>{escape(title)}</caption><tbody>', *lines, "</tbody></table>\n"])
