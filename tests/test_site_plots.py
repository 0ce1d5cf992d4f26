"""The plots on the pages of a deck: tables that can be read without their bars."""

from __future__ import annotations

import re

import pytest
import tinycss2
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from deckwright.site.plots import MAX_ROWS, STYLE, bars, days, growth


def rows(plot: str) -> list[tuple[str, str, str]]:
    """Of each row, the name, what is written of its number, and how long the bar is."""
    table = etree.fromstring(plot)
    return [
        (row[0].text or "", row[1][0].tail or "", row[1][0].get("style", "").removeprefix("--share: "))
        for row in table.iterfind("tbody/tr")
    ]


def test_a_plot_is_a_table() -> None:
    assert bars("Notes by topic", [("S3 & co. <b>", 1), ("Lambda", 1_500)]) == (
        '<table class="plot"><caption>Notes by topic</caption><tbody>\n'
        '<tr><th scope="row">Lambda</th><td><span style="--share: 1.000"></span>1,500</td></tr>\n'
        '<tr><th scope="row">S3 &amp; co. &lt;b&gt;</th><td><span style="--share: 0.001"></span>1</td></tr>\n'
        "</tbody></table>\n"
    )


def test_bars_are_in_the_order_of_their_numbers() -> None:
    assert rows(bars("", [("a", 2), ("b", 0), ("c", 4), ("d", 2)])) == [
        ("c", "4", "1.000"),
        ("a", "2", "0.500"),
        ("d", "2", "0.500"),
        ("b", "0", "0.000"),
    ]


def test_a_long_tail_is_one_row() -> None:
    fit = [(f"t{n}", 20 - n) for n in range(MAX_ROWS)]
    assert [name for name, _, _ in rows(bars("", fit))] == [name for name, _ in fit]
    assert rows(bars("", [*fit, ("more", 1)]))[-2:] == [("t10", "10", "0.500"), ("2 others", "10", "0.500")]


def test_growth_is_in_the_order_of_time() -> None:
    assert rows(growth("", [("1.0.0", 10), ("1.1.0", 40), ("2.0.0", 30)])) == [
        ("1.0.0", "10", "0.250"),
        ("1.1.0", "40", "1.000"),
        ("2.0.0", "30", "0.750"),
    ]


def test_a_long_history_keeps_its_ends() -> None:
    shown = growth("Notes", [(str(n), n) for n in range(1, 101)])
    assert "<caption>Notes (12 of 100)</caption>" in shown
    assert [int(name) for name, _, _ in rows(shown)] == [1, 10, 19, 28, 37, 46, 55, 64, 73, 82, 91, 100]


def test_days_are_rounded_up() -> None:
    assert rows(days("", 3001, [5, 10, 3000, 3001, 5000])) == [
        ("5 a day", "601 days", "1.000"),
        ("10 a day", "301 days", "0.501"),
        ("3,000 a day", "2 days", "0.003"),
        ("3,001 a day", "1 day", "0.002"),
        ("5,000 a day", "1 day", "0.002"),
    ]
    assert rows(days("", 0, [20])) == [("20 a day", "0 days", "0.000")]
    assert rows(days("", 2, [0])) == [("1 a day", "2 days", "1.000")]


@pytest.mark.parametrize("plot", [bars("Notes", []), growth("Notes", []), days("Days", 10, [])])
def test_nothing_is_no_table(plot: str) -> None:
    assert plot == ""


def test_the_stylesheet_is_css() -> None:
    nodes = tinycss2.parse_stylesheet(STYLE)
    assert [node for node in nodes if node.type not in ("qualified-rule", "at-rule", "whitespace")] == []


TEXT = st.text(st.sampled_from("aZ9 é<>&;\"'{}%\\😀\u202e"), max_size=12)


@settings(max_examples=many(40, 2_000))
@given(TEXT, st.lists(st.tuples(TEXT, st.integers(-5, 10**12)), min_size=1, max_size=30))
def test_any_text_and_number_can_be_read(title: str, given: list[tuple[str, int]]) -> None:
    """Nothing of what is given becomes markup, and no number is lost."""
    plot = bars(title, given)
    table = etree.fromstring(plot)
    assert (table.findtext("caption"), {element.tag for element in table.iter()}) == (
        title,
        {"table", "caption", "tbody", "tr", "th", "td", "span"},
    )
    written = rows(plot)
    assert sum(int(value.replace(",", "")) for _, value, _ in written) == sum(number for _, number in given)
    assert all(re.fullmatch(r"0\.\d{3}|1\.000", share) for _, _, share in written)
    assert plot == bars(title, given)
