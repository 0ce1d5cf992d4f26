"""The stylesheet: what old browsers make of it, its contrasts, and the names that learners and authors rely on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import tinycss2
from pygments.token import STANDARD_TYPES
from scratch import Scratch, day
from tinycss2.ast import Node

from deckwright.model import Settings
from deckwright.notetypes import note_types
from deckwright.notetypes.classes import IN_FIELDS, IN_TEMPLATES, OF_ANKI, OPEN

ROOT = Path(__file__).resolve().parent.parent
TYPES = note_types(Settings("gallery-w4t8n2kc", "Gallery", "gallery", report_url="https://a.example/{id}"))
CSS = TYPES["basic"].css


def test_there_is_one_stylesheet():
    assert {note_type.css for note_type in TYPES.values()} == {CSS}


def test_the_stylesheet_asks_for_nothing_from_outside():
    assert not re.search(r"url\(|@import|@font-face|https?:|expression\(", CSS)


def test_every_class_of_pygments_has_a_colour_or_is_known_to_be_plain():
    plain = {"", "g", "n", "nx", "o", "p", "pm", "w", "x"}
    styled = set(re.findall(r"\.dw-code \.(\w+)", CSS))
    assert styled == set(STANDARD_TYPES.values()) - plain


# Old engines


class Since(NamedTuple):
    """The first Chrome and the first Safari that have a feature, and what happens in older ones."""

    chrome: float
    safari: float
    before: str = ""


FLOOR = Since(77, 14)
"""What Anki itself is built for (ts/bundle_svelte.mjs). Whatever is newer must say what happens before."""

_OLD = """
@media (max-width) (-webkit-min-device-pixel-ratio) screen print
:checked :empty :first-child :last-child :nth-child() :nth-last-child() :not() :focus ::after [] [$=] descendant child next
% em px vh ch deg calc() rgba() var() linear-gradient() brightness() drop-shadow() rotate()
-webkit-appearance -webkit-box-decoration-break -webkit-box-orient -webkit-line-clamp
background background-attachment background-color background-image background-position background-repeat
background-size border border-bottom border-bottom-width border-collapse border-radius border-top border-width
box-shadow box-sizing color content direction display fill filter font font-family font-size font-style
font-weight height line-height list-style margin margin-bottom margin-left margin-right margin-top max-height
max-width min-height min-width object-fit opacity outline outline-offset overflow overflow-wrap overflow-x
overflow-y padding padding-left stroke tab-size text-align text-decoration text-indent text-overflow transform
unicode-bidi vertical-align white-space width align-items flex-wrap
auto block border-box center clone collapse contain dark ellipsis flex grid hidden
inherit inline-block inline-flex italic left line-through local ltr middle none normal nowrap right scroll
solid start to top transparent underline vertical wrap pre-wrap break-word no-repeat -webkit-box
"""
OLD = frozenset(_OLD.split())
"""What Chrome 57 and Safari 10.1 have."""

NEWER = {
    "grid-template-columns": Since(57, 10.1),
    "fr": Since(57, 10.1),
    "fit-content()": Since(57, 10.1),
    "isolate": Since(48, 11),
    "plaintext": Since(48, 11),
    "[i]": Since(49, 9),
    "gap": Since(66, 12),
    "border-inline-start": Since(69, 12.1),
    "margin-inline-end": Since(69, 12.1),
    "margin-inline-start": Since(69, 12.1),
    "padding-inline-start": Since(69, 12.1),
    "text-decoration-color": Since(57, 12.1),
    "max-content": Since(46, 12.1),
    "break-spaces": Since(76, 13.1),
    "min()": Since(79, 11.1, "what is wrapped in code begins where its line does"),
    "anywhere": Since(80, 15.4, "a long typed answer is broken as break-word, which is inherited, breaks it"),
    "color-scheme": Since(81, 13, "scroll bars are light at night"),
    "text-underline-offset": Since(87, 12.1, "links have the usual line"),
    "text-decoration-thickness": Since(89, 12.1, "links and inserted text have the usual line"),
    ":has()": Since(105, 15.4, "an answer left blank is shown twice, and wide tables are narrow and tall on a phone"),
    "box-decoration-break": Since(130, 99, "the prefixed one is used"),
}

FREE = ("--dw-font", "--dw-font-code")
"""Their values are names of fonts."""


def test_every_feature_is_known_and_what_is_too_new_has_a_fallback():
    assert sorted(set(used()) - OLD - NEWER.keys()) == []
    too_new = {name for name, since in NEWER.items() if since.chrome > FLOOR.chrome or since.safari > FLOOR.safari}
    assert {name for name, since in NEWER.items() if since.before} == too_new


def test_no_feature_is_known_for_nothing():
    assert sorted((OLD | NEWER.keys()) - set(used())) == []


def test_a_selector_that_may_be_unknown_stands_alone():
    # An engine drops the whole rule if it does not know one of its selectors.
    together = [s for _, selector, _ in rules() if "," in (s := tinycss2.serialize(selector)) and ":has" in s]
    assert together == []


class Rule(NamedTuple):
    media: str
    selector: list[Node]
    declarations: list[Node]


def rules(css: str = CSS) -> Iterator[Rule]:
    """The rules with the condition of the @media around them, which is empty outside of any."""
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule":
            assert rule.at_keyword == "media", rule
            inside = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        else:
            inside = [rule]
        for each in inside:
            assert each.type == "qualified-rule", each
            held = tinycss2.parse_blocks_contents(each.content, skip_comments=True, skip_whitespace=True)
            assert all(one.type == "declaration" for one in held), held
            media = tinycss2.serialize(rule.prelude).strip() if rule.type == "at-rule" else ""
            yield Rule(media, each.prelude, held)


def used() -> Iterator[str]:
    """Every feature that the stylesheet uses: names of properties, words, functions, units, and parts of selectors."""
    for media, selector, declarations in rules():
        if media:
            yield "@media"
            yield from (f"({name})" for name in re.findall(r"\(([\w-]+)", media))
            yield from re.findall(r"^\w+", media)
        yield from _selectors(selector)
        for declaration in declarations:
            if not declaration.name.startswith("--"):
                yield declaration.name
            if declaration.name not in FREE:
                yield from _values(declaration.value)


def _values(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if node.type == "dimension":
            yield node.unit
        elif node.type == "percentage":
            yield "%"
        elif node.type == "ident" and not node.value.startswith("--"):
            yield node.value
        elif node.type == "function":
            yield f"{node.name}()"
            yield from _values(node.arguments)


def _selectors(nodes: list[Node]) -> Iterator[str]:
    """Pseudo-classes and -elements, kinds of attribute selectors, and combinators. Types, classes and ids are old."""
    combinators = {">": "child", "+": "next"}
    for before, node in zip([None, *nodes], nodes, strict=False):
        if node.type == "literal" and node.value not in ":.,*":
            yield combinators[node.value]
        elif node.type == "whitespace":
            yield "descendant"
        elif node.type == "[] block":
            signs = [part.value for part in node.content if part.type == "literal"]
            yield "[$=]" if signs == ["$="] else "[]"
            if node.content[-1].type == "ident" and len(node.content) > 1:
                yield "[i]"
        elif node.type == "function":
            yield f":{node.name}()"
            yield from _selectors([part for part in node.arguments if part.type != "number"])
        elif node.type == "ident" and before == ":":
            yield f"::{node.value}" if node.value == "after" else f":{node.value}"


# Colours


def colours(media: str, selector: str) -> dict[str, str]:
    """The colours by custom property that the rules of this one selector set."""
    return {
        declaration.name.removeprefix("--"): value
        for rule in rules()
        if rule.media == media and selector in tinycss2.serialize(rule.selector).strip().split(",\n  ")
        for declaration in rule.declarations
        if declaration.name.startswith("--")
        and re.match(r"#|rgba\(", value := tinycss2.serialize(declaration.value).strip())
    }


DAY, NIGHT = colours("", ".card"), colours("screen", ".night_mode .card")
BY_NIGHT_ONLY = {"dw-plate"}


def test_day_and_night_set_the_same_colours():
    assert set(DAY) - BY_NIGHT_ONLY == set(NIGHT)
    assert colours("screen", ".card.nightMode") == NIGHT


def test_every_custom_property_is_set_and_used():
    of_anki = {"inactive-shape-color", "active-shape-color", "highlight-shape-color"}
    of_anki |= {name.replace("color", "border") for name in of_anki}
    names = {one.name.removeprefix("--") for rule in rules() for one in rule.declarations if one.name[:2] == "--"}
    of_fields = {"dw-in"}
    assert names - of_anki == set(re.findall(r"var\(--([\w-]+)", CSS)) - of_fields


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_every_text_has_a_contrast_of_at_least_four_and_a_half(palette):
    no_text = {"dw-page", "dw-panel", "dw-line", "dw-shade", "dw-plate"}
    grounds = {name.removesuffix("-back") for name in palette if name.endswith("-back")}
    pairs = [(name, f"{name}-back") for name in grounds] + [
        (name, ground)
        for name in palette
        for ground in ("dw-page", "dw-panel")
        if name not in grounds | no_text and not name.endswith("-back")
    ]
    assert [pair for pair in pairs if contrast(*(palette[name] for name in pair)) < 4.5] == []
    assert len(pairs) == 35


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_the_shadow_of_what_scrolls_has_a_contrast_of_at_least_three(palette):
    *channels, opacity = map(float, re.findall(r"[\d.]+", palette["dw-shade"]))
    for ground in (palette["dw-page"], palette["dw-panel"]):
        under = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
        seen = [round(over * opacity + below * (1 - opacity)) for over, below in zip(channels, under, strict=True)]
        assert contrast("#" + "".join(f"{channel:02x}" for channel in seen), ground) >= 3


def shapes() -> dict[str, str]:
    """The colours of the masks by name, and that of the line around them."""
    (rule,) = (
        r for r in rules() if not r.media and tinycss2.serialize(r.selector).strip() == "#image-occlusion-canvas"
    )
    values = {one.name: tinycss2.serialize(one.value) for one in rule.declarations}
    around = set(re.findall(r"#\w+", values.pop("filter")))
    assert around == {"#fff"}
    found = {name.removeprefix("--"): re.findall(r"#\w+", value)[0] for name, value in values.items()}
    return found | {"around": "#ffffff"}


@pytest.mark.parametrize("sort", ["inactive", "active", "highlight"])
@pytest.mark.parametrize("ground", ["#ffffff", DAY["dw-plate"], "#0e0f21", "#000000"])
def test_a_mask_is_seen_on_white_on_the_plate_and_on_dark_pictures(sort, ground):
    parts = shapes()
    names = [f"{sort}-shape-border"] if sort == "highlight" else [f"{sort}-shape-color", f"{sort}-shape-border"]
    assert max(contrast(ground, parts[name]) for name in names) >= 3


@pytest.mark.parametrize("sort", ["inactive", "active", "highlight"])
def test_a_mask_is_seen_on_every_other_ground_by_the_line_around_its_border(sort):
    parts = shapes()
    assert contrast(parts[f"{sort}-shape-border"], parts["around"]) >= 4.5


def test_the_mask_that_is_asked_differs_from_the_others_in_lightness_and_border():
    parts = shapes()
    assert contrast(parts["active-shape-color"], parts["inactive-shape-color"]) >= 3
    widths = re.findall(r"--(\w+)-shape-border: (\d+)px", CSS)
    assert [(sort, int(width)) for sort, width in widths] == [
        ("inactive", 2), ("active", 3), ("highlight", 3),
        ("inactive", 3), ("active", 5), ("highlight", 4),
        ("inactive", 4), ("active", 8), ("highlight", 6),
    ]  # fmt: skip


def test_right_and_wrong_differ_by_more_than_their_colour():
    lines = {
        tinycss2.serialize(rule.selector).strip(): tinycss2.serialize(one.value).strip()
        for rule in rules()
        for one in rule.declarations
        if one.name == "text-decoration" and "type" in tinycss2.serialize(rule.selector)
    }
    assert lines == {".card .typeBad": "line-through", ".card .typeMissed": "underline"}


def test_our_colours_of_typed_answers_win_over_those_of_clients():
    # AnkiDroid's flashcard.css, which comes before ours, has .night_mode .typeGood and .night_mode input#typeans.
    for rule in rules():
        for selector in tinycss2.serialize(rule.selector).split(","):
            if re.search(r"type(Good|Bad|Missed)|#typeans", selector):
                assert selector.strip().startswith(".card "), selector


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, by WCAG 2."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# Names


def test_what_a_learner_may_change_is_frozen_and_on_top():
    top = next(iter(rules()))
    assert tinycss2.serialize(top.selector).strip() == ".card"
    assert [one.name.removeprefix("--dw-") for one in top.declarations] == [
        "font", "font-code", "size", "line-height", "width", "code-width", "plate", "dim", "page", "panel", "text",
        "muted", "line", "shade", "link", "cloze", "cloze-back", "mark", "mark-back", "good", "good-back", "bad",
        "bad-back", "missed", "missed-back", "note", "tip", "important", "warning", "caution",
    ]  # fmt: skip


def test_the_classes_are_frozen():
    # A class may be added. One that is taken away breaks the styling of everyone who has used it.
    frozen = hashlib.sha256(" ".join([*IN_TEMPLATES, *IN_FIELDS]).encode()).hexdigest()[:16]
    assert (len(IN_TEMPLATES), len(IN_FIELDS), frozen) == (16, 26, "8898302264eb392b")


def test_templates_have_exactly_the_classes_that_are_listed():
    sides = [side for t in TYPES.values() for template in t.templates for side in (template.front, template.back)]
    assert {name for side in sides for name in classes(side)} == set(IN_TEMPLATES)


def test_the_stylesheet_names_only_classes_that_are_listed():
    selectors = [re.sub(r'"[^"]*"', "", tinycss2.serialize(rule.selector)) for rule in rules()]
    named = {name for selector in selectors for name in re.findall(r"\.([\w-]+)", selector)}
    listed = {*IN_TEMPLATES, *IN_FIELDS, *OF_ANKI, *STANDARD_TYPES.values()}
    assert sorted(named - listed) == []


NOTES = """\
## What is left? {.basic}

> [!IMPORTANT]
> An alert.

- [x] A task

| left | centre | right |
|:-----|:------:|------:|
| a    | b      | c     |

> [!CAUTION]
> The last one is Extra.
"""


def test_fields_have_exactly_the_classes_that_are_listed(tmp_path):
    scratch = Scratch(tmp_path)
    scratch.write({"cards/a.md": NOTES})
    fields = [value for note in scratch.load(day(1)).collection.notes for value in note.fields.values()]
    for path in (ROOT / "tests" / "projects").glob("*/expected/notes.jsonl"):
        fields += [v for line in path.read_text("utf-8").splitlines() for v in json.loads(line)["fields"].values()]
    found = {name for value in fields for name in classes(value)}
    of_pygments = set(STANDARD_TYPES.values())
    named = {name for name in found - of_pygments if not name.startswith(OPEN) or name in IN_FIELDS}
    assert named == set(IN_FIELDS)


def classes(html: str) -> Iterator[str]:
    for names in re.findall(r'<[^<>]* class="([^"]*)"', html):
        yield from names.split()
