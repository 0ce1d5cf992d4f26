"""What the pages of a site are made of: the stylesheet of cards, and addresses on the web."""

from __future__ import annotations

import pytest
import tinycss2

from deckwright.model import Settings, Span
from deckwright.notetypes import note_types
from deckwright.site import places
from deckwright.site.changes import yanked
from deckwright.site.styles import scoped, unscoped

DARK, LIGHT = "@media (prefers-color-scheme: dark)", "@media not all and (prefers-color-scheme: dark)"


@pytest.mark.parametrize(
    ("css", "made"),
    [
        (".card { a: b }", ".shown .card{a: b}\n"),
        ("* , p > a:hover{a:b}", ".shown *,.shown p > a:hover{a:b}\n"),
        ("body { a: b } html{a:b}", ".shown{a: b}\n.shown{a:b}\n"),
        ("html body.mobile p {a:b}", ".shown.mobile p{a:b}\n"),
        (":root { --x: 1 }", ".shown{--x: 1}\n"),
        (".card.nightMode{a:b}", DARK + "{.shown .card:not(.dw-day){a:b}}\n"),
        (".night_mode .card{a:b}", DARK + "{.shown:not(.dw-day) .card{a:b}}\n"),
        (".nightMode.card{a:b}", DARK + "{.shown :not(.dw-day).card{a:b}}\n"),
        ("body.nightMode{a:b}", DARK + "{.shown:not(.dw-day){a:b}}\n"),
        (".card, .nightMode .card{a:b}", ".shown .card{a:b}\n" + DARK + "{.shown:not(.dw-day) .card{a:b}}\n"),
        (".card:not(.nightMode){a:b}", LIGHT + "{.shown .card:not(.nightMode){a:b}}\n"),
        ("#typeans.x{a:b}", '.shown :is(#typeans,[data-id="typeans"]).x{a:b}\n'),
        ("@media print{.nightMode .x{a:b}}", "@media print{" + DARK + "{.shown:not(.dw-day) .x{a:b}}\n}\n"),
        ("@keyframes x{from{a:b}}", "@keyframes x{from{a:b}}\n"),
        ("@layer a, b; p{a:b}", "@layer a, b;\n.shown p{a:b}\n"),
        (".card{a:b;body:has(&) header{c:d}e:f}", ".shown .card{a:b}\n.shown:has(:is(.card)) header{c:d}\n.shown .card{e:f}\n"),
        (".card{&.x,p{a:b}}", ".shown .card.x,.shown .card p{a:b}\n"),
        ("body{& > p,+ footer{a:b}}", ".shown > p{a:b}\n"),
        (".card{.nightMode &{a:b}}", DARK + "{.shown:not(.dw-day) :is(.card){a:b}}\n"),
        (".card{@media print{a:b;:root:has(&) *{c:d}}}", "@media print{.shown .card{a:b}\n.shown:has(:is(.card)) *{c:d}\n}\n"),
        (".card{@scope(body){header{a:b}}}", ""),
        (".a{b{& c:not(&){a:b}}}", ".shown .a b c:not(:is(.a b)){a:b}\n"),
        ("p{--x:{a:b};c:d}", ".shown p{--x:{a:b};c:d}\n"),
        ("body + footer, html ~ *, body.a:has(b c) ~ p{a:b}", ""),
        ("@starting-style{header{a:b}}", "@starting-style{.shown header{a:b}\n}\n"),
        ('a[href^="x"]::after{content:"</style>"}', '.shown a[href^="x"]::after{content:"</style>"}\n'),
    ],
)  # fmt: skip
def test_rules_reach_cards_alone_and_know_the_night(css: str, made: str) -> None:
    assert scoped(css) == made


@pytest.mark.parametrize(
    "css", ["a,b{" * 40 + "c{d:e}" + "}" * 40, "a{" * 9_000 + "b:c", "& & &{" * 30 + "a:b" + "}" * 30]
)
def test_rules_nested_without_end_are_left_out(css: str) -> None:
    assert scoped(css) == ""


def test_our_own_rules_only_find_what_has_an_id() -> None:
    assert unscoped("#x.a{b:c} .nightMode p{d:e}") == ':is(#x,[data-id="x"]).a{b:c}\n:not(.dw-day) p{d:e}\n'


def test_no_rule_of_the_stock_stylesheet_is_lost() -> None:
    css = note_types(Settings(id="anatomy-k3v9q2xm", name="Anatomy", slug="anatomy"))["basic"].css
    before, after = (_declarations(tinycss2.parse_stylesheet(sheet, True, True)) for sheet in (css, scoped(css)))
    assert before
    assert after == before


def _declarations(rules: list[tinycss2.ast.Node]) -> list[str]:
    found = []
    for rule in rules:
        if rule.type == "qualified-rule":
            found.append(tinycss2.serialize(rule.content).strip())
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media":
            found += _declarations(tinycss2.parse_rule_list(rule.content, True, True))
        else:
            assert rule.type != "error"
    return found


def settings(url: str = "", site: str = "", report_url: str = "") -> Settings:
    return Settings(id="a-k3v9q2xm", name="A", slug="a", url=url, site=site, report_url=report_url)


SPAN = Span("cards/a b#.md", 7)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/o/n", "https://github.com/o/n/blob/c0ffee/sub/cards/a%20b%23.md#L7"),
        ("https://www.github.com/o/n.git/", "https://github.com/o/n/blob/c0ffee/sub/cards/a%20b%23.md#L7"),
        ("https://gitlab.com/g/o/n", "https://gitlab.com/g/o/n/-/blob/c0ffee/sub/cards/a%20b%23.md#L7"),
        ("https://codeberg.org/o/n", "https://codeberg.org/o/n/src/commit/c0ffee/sub/cards/a%20b%23.md#L7"),
        ("https://github.com/o", ""),
        ("https://example.org/o/n", ""),
        ("", ""),
    ],
)
def test_a_line_is_found_in_repositories_on_known_hosts(url: str, address: str) -> None:
    assert places.line(settings(url), "c0ffee", "sub/", SPAN) == address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/o/n.git", "https://github.com/o/n/releases/tag/a-v1.0.0"),
        ("https://gitlab.com/o/n", ""),
        ("https://example.org/o/n", ""),
        ("", ""),
    ],
)
def test_a_version_is_found_where_the_workflow_publishes_it(url: str, address: str) -> None:
    assert places.released(settings(url), "a-v1.0.0") == address


def test_a_note_without_a_place_or_a_commit_has_no_line() -> None:
    url = "https://github.com/o/n"
    assert (places.line(settings(url), "", "", SPAN), places.line(settings(url), "c0ffee", "", Span(""))) == ("", "")


NEW = "https://github.com/o/n/issues/new"
BODY = "body=Version%201.2.0%0A%0A"


@pytest.mark.parametrize(
    ("held", "address"),
    [
        (settings(), ""),
        (settings(site="https://e.org/d"), ""),
        (settings(url="https://e.org/d"), ""),
        (settings(url="https://github.com/o/n"), f"{NEW}?title=a.b&{BODY}"),
        (
            settings(url="https://github.com/o/n", site="https://e.org/d/", report_url="https://e.org/d/c/{id}/"),
            f"{NEW}?title=a.b&{BODY}",
        ),
        (settings(report_url=f"{NEW}?title={{id}}"), f"{NEW}?title=a.b%20%281.2.0%29&{BODY}"),
        (settings(report_url=f"{NEW}?title=x&body={{id}}"), f"{NEW}?title=x&body=a.b%20%281.2.0%29"),
        (settings(report_url="https://e.org/{id}?entry.1={id}#{id}"), "https://e.org/a.b?entry.1=a.b#a.b"),
        (settings(report_url="https://e.org/contact"), "https://e.org/contact"),
    ],
)
def test_a_report_names_the_note_and_the_version(held: Settings, address: str) -> None:
    assert places.report(held, "a.b", "1.2.0") == address


def test_versions_that_were_taken_back_are_marked_in_the_changelog() -> None:
    changelog = (
        "## [1.2.0] - 2027-01-01\n\n## [1.1.0] - 2026-12-01 [YANKED]\n\nNot [1.0.0] [YANKED].\n## [1.0.1] [yanked]\n"
    )
    assert yanked(changelog) == {"1.1.0", "1.0.1"}
