"""The elements around a text → how it looks: bold, in which colour, with which class that a note type's stylesheet knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

import msgspec

from ..model import NoteType
from ..render.colours import channels

Look: TypeAlias = tuple[tuple[str, str], ...]
"""How a text looks: properties and their values, sorted by name. What is as usual has none."""


class Sheet(msgspec.Struct, frozen=True, eq=False):
    """What the stylesheet of a note type looks at, and how it shows a card that says nothing itself. `sheet_of` makes one of each.

    `elements`, `classes`, `ids` and `attributes` are the names in its selectors, `variables` those that it defines. `within` has
    the elements that are looked at within others only, each with those.
    `imports` says that there is another stylesheet, of which nothing is known.
    `keeps_white` says that white space stays as it is around a field; `white` has the elements in a field of which that is true,
    each as its name, empty for any, and what it must have besides: `.class`, `#id`, `[attribute`.
    """

    elements: frozenset[str] = frozenset()
    within: frozenset[tuple[str, frozenset[str]]] = frozenset()
    classes: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    imports: bool = False
    keeps_white: bool = False
    white: frozenset[tuple[str, frozenset[str]]] = frozenset()
    card: Look = ()


def sheet_of(note_type: NoteType) -> Sheet:
    """The stylesheet of a note type, with what its templates have of styles and programs."""
    return _sheet(note_type.css, "\n".join(f"{template.front}\n{template.back}" for template in note_type.templates))


@lru_cache(maxsize=64)
def _sheet(css: str, sides: str) -> Sheet:
    css = _COMMENT.sub(" ", css + "\n" + "\n".join(_STYLE.findall(sides)))
    sizing = {selector for selector, declarations in _RULE.findall(css) if _only_sizes(selector, declarations)}
    selectors = "\n".join(selector for selector in _SELECTOR.findall(css) if selector not in sizing)
    # A program may look for anything by its name.
    named = frozenset(re.findall(r"[\w-]+", "\n".join(_SCRIPT.findall(sides))))
    white = frozenset(
        _last(selector)
        for selectors_of, declarations in _RULE.findall(css)
        if _KEEPS_WHITE.search(declarations)
        for selector in _COMMA.split(selectors_of)
        if "::" not in selector and ":before" not in selector and ":after" not in selector
    )
    elements, within = _elements(selectors, sides)
    sheet = Sheet(
        elements=elements,
        within=within,
        classes=frozenset(re.findall(r"\.([\w-]+)", selectors)) | named,
        ids=frozenset(re.findall(r"#([\w-]+)", selectors)) | named,
        attributes=frozenset(re.findall(r"\[\s*([\w-]+)", selectors))
        | {name for name in named if name.startswith("data-")},
        variables=frozenset(re.findall(r"(--[\w-]+)\s*:", css)),
        imports="@import" in css or _LINK.search(sides) is not None,
        keeps_white=any(_is_around(one, sides) for one in white),
        white=white,
    )
    of_card = {"color": "#000000", "background-color": "#ffffff"}
    for declarations in re.findall(r"(?:^|[\n},;/])\s*\.card\s*\{([^{}]*)\}", css):
        _declare(of_card, declarations, sheet)
    return msgspec.structs.replace(sheet, card=tuple(sorted(of_card.items())))


def _only_sizes(selector: str, declarations: str) -> bool:
    """Whether a rule says only how large an element is that flows with the text, and so has no size."""
    name, marks = _last(selector)
    properties = {declaration.partition(":")[0].strip() for declaration in declarations.split(";")} - {""}
    return name in {"span", "b", "i", "u", "em", "strong"} and not marks and properties <= _SIZES_OF_BOXES


_SIZES_OF_BOXES = frozenset({"height", "max-height", "max-width", "min-height", "min-width", "width"})


def _elements(selectors: str, sides: str) -> tuple[frozenset[str], frozenset[tuple[str, frozenset[str]]]]:
    """The elements that selectors look at anywhere, and those that they look at within others, which a field may have.

    One that must have a class, an id or an attribute besides is known by that.
    """
    anywhere: set[str] = set()
    within: set[tuple[str, frozenset[str]]] = set()
    for selector in _COMMA.split(selectors.replace("\n", ",")):
        around: set[str] = set()
        for part in _COMBINED.split(_PSEUDO.sub("", selector).strip()):
            found = re.fullmatch(r"[a-zA-Z][a-zA-Z0-9]*", part)
            name = found[0].lower() if found else ""
            if not name or name in {"html", "body"}:
                continue
            if around:
                within.add((name, frozenset(around)))
            else:
                anywhere.add(name)
            if not re.search(rf"<{name}\b", sides, re.IGNORECASE):
                around.add(name)
    return frozenset(anywhere), frozenset(within)


def _last(selector: str) -> tuple[str, frozenset[str]]:
    """What a selector says of the element itself, and not of those around it."""
    own = _COMBINED.split(_PSEUDO.sub("", selector).strip())[-1]
    name = re.match(r"[\w-]+", own)
    return name[0].lower() if name else "", frozenset(re.findall(r"[.#\[][\w-]+", own))


def _is_around(element: tuple[str, frozenset[str]], sides: str) -> bool:
    """Whether the templates may have such an element around a field."""
    name, marks = element
    if not marks:
        return name in {"", "html", "body"} or re.search(rf"<{re.escape(name)}\b", sides, re.IGNORECASE) is not None
    return all(mark[1:] in _OF_ANKI or re.search(rf"(?<![\w-]){re.escape(mark[1:])}(?![\w-])", sides) for mark in marks)


_OF_ANKI = frozenset(
    {"card", "nightMode", "night_mode", "mobile", "qa", "content", "win", "mac", "linux", "android", "ios"}
)
"""The classes and ids of what Anki's programs put around a card."""

_PSEUDO = re.compile(r"::?[\w-]+(?:\([^()]*\))?")
_COMBINED = re.compile(r"[\s>+~]+(?![^\[]*\])")
_RULE = re.compile(r"([^{};]*+)\{([^{}]*+)\}")
_COMMA = re.compile(r",(?![^()]*\))")
_KEEPS_WHITE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)")

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LINK = re.compile(r"<link\b", re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style", re.DOTALL | re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b(.*?)</script", re.DOTALL | re.IGNORECASE)
_SELECTOR = re.compile(r"([^{};]*+)\{")


@lru_cache(maxsize=20_000)
def inside(around: Look, name: str, attributes: tuple[tuple[str, str], ...], sheet: Sheet) -> Look:
    """How text in an element looks, in the look that is around it."""
    look = dict(around)
    is_coloured = name == "mark"
    look.update(_OF_ELEMENT.get(name, {}))
    if name in _SIZES:
        _resize(look, _SIZES[name])
    if name in sheet.elements or any(
        one == name and all(f"<{other}>" in look for other in around_it) for one, around_it in sheet.within
    ):
        look[f"<{name}>"] = "yes"
    for attribute, value in attributes:
        if attribute == "style":
            _declare(look, value, sheet)
        elif attribute == "class":
            look.update((f".{word}", "yes") for word in value.split() if word in sheet.classes)
        elif attribute == "id":
            look.update({f"#{value}": "yes"} if value in sheet.ids else {})
        elif attribute == DEAD_LINK:
            look[DEAD_LINK] = "yes"
        elif attribute == "lang" and value[:2].lower() in _IN_OTHER_SIGNS:
            look["lang"] = value[:2].lower()
        elif attribute in _AS_DECLARATION:
            _declare(look, f"{_AS_DECLARATION[attribute]}:{value.replace(';', '')}", sheet)
        elif attribute == "size" and name == "font":
            look["font-size"] = f"size {value}"
        elif attribute in PROGRAMS:
            look[attribute] = "yes"
        elif attribute in _SEEN_ATTRIBUTES and name not in {"img", "ol", "li"}:
            look[attribute] = value
        if attribute in sheet.attributes:
            look[f"[{attribute}]"] = value
        if attribute in {"style", "color"} and (name == "font" or _COLOUR.search(value)):
            is_coloured = True
    if is_coloured and ("background-color", look.get("background-color", "")) not in sheet.card:
        look[_OWN_COLOUR] = "yes"  # Where the card is dark, text would be light but for that.
    return tuple(sorted(look.items()))


_COLOUR = re.compile(r"(?:^|[;\s])color\s*:", re.IGNORECASE)
_OWN_COLOUR = "colour on a background"

_OF_ELEMENT: Mapping[str, Mapping[str, str]] = {
    name: dict(look)
    for names, look in (
        ("b strong", {"bold": "yes"}),
        ("i em cite dfn var address", {"italic": "yes"}),
        ("u ins", {"underline": "yes"}),
        ("s strike del", {"line-through": "yes"}),
        ("code tt kbd samp pre", {"font-family": "monospace"}),
        ("center caption", {"text-align": "center"}),
        ("th", {"bold": "yes", "text-align": "center"}),
        ("mark", {"background-color": "#ffff00", "color": "#000000"}),
        ("q", {"quoted": "yes"}),
        ("summary", {"summary": "yes"}),
        ("details", {"details": "yes"}),
        ("fieldset", {"fieldset": "yes"}),
        ("legend", {"legend": "yes"}),
        *((f"h{level}", {"bold": "yes", "heading": str(level)}) for level in range(1, 7)),
    )
    for name in names.split()
}
_SIZES = {"small": "smaller", "big": "larger"}
_AS_DECLARATION = {"color": "color", "bgcolor": "background-color", "face": "font-family", "align": "text-align"}
PROGRAMS = frozenset(
    {
        "onchange",
        "onclick",
        "ondblclick",
        "oninput",
        "onkeydown",
        "onmousedown",
        "onmouseenter",
        "onmouseover",
        "ontouchstart",
    }
)
"""The attributes that run a program when somebody does something."""

DEAD_LINK = "look of a link"
"""The attribute of a link that leads nowhere: it only looks like one."""

_IN_OTHER_SIGNS = frozenset({"ja", "ko", "zh"})
"""The languages that draw the same characters otherwise."""

_SEEN_ATTRIBUTES = frozenset(
    {"width", "height", "border", "cellpadding", "cellspacing", "valign", "dir", "open", "hidden"}
)


def _declare(look: dict[str, str], declarations: str, sheet: Sheet) -> None:
    """Add what the declarations of a `style` change."""
    for declaration in declarations.split(";"):
        name, _, written = declaration.partition(":")
        name, value = name.strip().lower(), written.replace("!important", "").strip().lower()
        if not name or not value or name.startswith(("-", "mso-")):
            continue
        if name in _PROPERTIES:
            _PROPERTIES[name](look, value, sheet)
        elif value not in _AS_USUAL:
            look[name] = " ".join(value.split())
        elif value not in _UNSET:
            look.pop(name, None)


_AS_USUAL = frozenset({
    "initial", "inherit", "unset", "revert", "normal", "none", "auto", "0", "0px", "0pt", "0em", "medium", "currentcolor",
    "baseline", "visible", "separate", "static", "inline", "0px 0px", "0px 0px 0px 0px", "content-box", "ltr",
    "solid",
})  # fmt: skip
"""Values that change nothing."""

_UNSET = frozenset({"inherit", "initial", "unset", "revert", ""})


def _weigh(look: dict[str, str], value: str, _: Sheet) -> None:
    if value in _UNSET:
        return
    is_bold = int(value) >= 600 if value.isdigit() else value in {"bold", "bolder"}
    look.pop("bold", None)
    look.update({"bold": "yes"} if is_bold else {})


def _slant(look: dict[str, str], value: str, _: Sheet) -> None:
    if value not in _UNSET:
        look.pop("italic", None)
        look.update({"italic": "yes"} if value.startswith(("italic", "oblique")) else {})


def _line(look: dict[str, str], value: str, _: Sheet) -> None:
    look.update((line, "yes") for line in ("underline", "line-through", "overline") if line in value.split())


def _colour(name: str) -> Callable[[dict[str, str], str, Sheet], None]:
    def declare(look: dict[str, str], value: str, sheet: Sheet) -> None:
        value = _of_variable(value, sheet)
        is_clear = value == "transparent" or re.fullmatch(r"rgba\(.*[, ]0\)", value) is not None
        if is_clear and name == "color":
            look[name] = "transparent"
        if is_clear or value in _UNSET or value in _CLEAR:
            return
        shown = _channels(value)
        around = _channels(look.get(name, ""))
        if not (
            shown and around and max(abs(one - other) for one, other in zip(shown, around, strict=True)) <= _NEAR[name]
        ):
            look[name] = "#{:02x}{:02x}{:02x}".format(*shown) if shown else " ".join(value.split())

    return declare


_CLEAR = frozenset({"currentcolor", "none"})
_NEAR = {"color": 0x34, "background-color": 0x10}
"""How far the channels of a colour (0–255) may be from those around it, so that nobody takes it for another: text that was
copied from a page is seldom quite black.
"""

_channels = lru_cache(maxsize=1_000)(channels)


def _of_variable(value: str, sheet: Sheet) -> str:
    """What `var(--name, value)` stands for where the stylesheet does not define the variable; else the same."""
    found = re.fullmatch(r"var\(\s*(--[\w-]+)\s*,(.*)\)", value)
    return found[2].strip() if found and found[1] not in sheet.variables else value


def _size(look: dict[str, str], value: str, _: Sheet) -> None:
    if value not in _UNSET:
        _resize(look, value)


def _resize(look: dict[str, str], value: str) -> None:
    found = re.fullmatch(r"([\d.]+)(px|pt|em|rem|%)", value)
    try:
        number = float(found[1]) if found else 0.0
    except ValueError:
        found = None
    if found is None:
        look["font-size"] = " ".join(filter(None, (look.get("font-size", ""), value))) if value in _RELATIVE else value
    elif found[2] in {"px", "pt"}:
        look["font-size"] = f"{number * (4 / 3 if found[2] == 'pt' else 1):g}px"
    else:
        _scale(look, number / 100 if found[2] == "%" else number)


_RELATIVE = frozenset({"smaller", "larger"})


def _scale(look: dict[str, str], factor: float) -> None:
    around = look.get("font-size", "")
    found = re.fullmatch(r"([\d.]+)px", around)
    if found:
        look["font-size"] = f"{float(found[1]) * factor:g}px"
    elif factor != 1:
        look["font-size"] = f"{around} {factor:g}".strip()


def _family(look: dict[str, str], value: str, _: Sheet) -> None:
    if value not in _UNSET:
        look["font-family"] = ",".join(part.strip(" \"'") for part in value.split(","))


def _align(look: dict[str, str], value: str, _: Sheet) -> None:
    if value not in _UNSET:
        look["text-align"] = "left" if value == "start" else value


def _background(look: dict[str, str], value: str, sheet: Sheet) -> None:
    words = [word for word in value.split() if word not in {"none", "repeat", "scroll", "0%", "initial", "0px"}]
    if len(words) < len(value.split()) and not words:
        return
    _colour("background-color")(look, " ".join(words), sheet)


def _bullet(look: dict[str, str], value: str, _: Sheet) -> None:
    if value not in _UNSET:
        look["list-style"] = value


def _fade(look: dict[str, str], value: str, _: Sheet) -> None:
    if value not in {*_UNSET, "1", "100%"}:
        look["opacity"] = value


def _nothing(_: dict[str, str], __: str, ___: Sheet) -> None:
    """A property that is looked at elsewhere, or that changes nothing on a card."""


_PROPERTIES: Mapping[str, Callable[[dict[str, str], str, Sheet], None]] = {
    "font-weight": _weigh,
    "font-style": _slant,
    "text-decoration": _line,
    "text-decoration-line": _line,
    "color": _colour("color"),
    "background-color": _colour("background-color"),
    "background": _background,
    "font-size": _size,
    "font-family": _family,
    "text-align": _align,
    "list-style": _bullet,
    "list-style-type": _bullet,
    "opacity": _fade,
} | dict.fromkeys(
    ("white-space", "orphans", "widows", "word-wrap", "overflow-wrap", "caret-color", "cursor",
     "box-sizing", "text-size-adjust", "font-variant-ligatures", "font-variant-caps",
     "text-rendering", "font-synthesis", "font-stretch", "resize", "tab-size"),
    _nothing,
)  # fmt: skip
