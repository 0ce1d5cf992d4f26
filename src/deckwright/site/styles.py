"""The stylesheet of a deck's cards → the same for a page of the site, where it reaches nothing but cards, and knows the
night by itself.

In Anki, a script tells the night by a class. Here no script is needed: what a rule says of the night is asked of the
reader's system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import tinycss2
from tinycss2.ast import AtRule, Declaration, FunctionBlock, Node, ParseError, QualifiedRule

from ..limits import MAX_SELECTORS, MAX_STYLE_NESTING

SCOPE = "shown"
"""The class of the element that the cards of a page are in."""

_NIGHT = ("nightMode", "night_mode")
_DAY = ":not(.dw-day)"
"""What stands in the place of a class for the night: it is true of every element, and counts as much."""

_PAGES = ("html", "body")
"""What is a whole page in Anki, and the box of a card here."""


def scoped(css: str, scope: str = SCOPE) -> str:
    """The stylesheet for cards below an element of the class `scope`. An `id` in it is found in `data-id`."""
    return "".join(_rules(_parsed(css), partial(_selector, scope=scope)))


def unscoped(css: str) -> str:
    """A stylesheet of ours, in which no more is done than to find each `id` in `data-id`."""
    return "".join(_rules(_parsed(css), lambda parts: (_written(parts)[0].strip(), None)))


_Selecting = Callable[[Sequence[Node]], tuple[str, bool | None]]


def _parsed(css: str) -> list[Node]:
    parsed: list[Node] = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return parsed


def _rules(rules: Iterable[Node], selecting: _Selecting) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            yield from _flat([_text(parts) for parts in _parted(rule.prelude)], rule.content, selecting)
        elif isinstance(rule, AtRule) and rule.content is not None:
            head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
            if rule.lower_at_keyword in _WITH_RULES:
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                yield f"{head}{{{''.join(_rules(inner, selecting))}}}\n"
            elif (
                rule.lower_at_keyword == "scope"
            ):  # What is in it has a root of its own, which must be a card or in one.
                yield f"@scope (.{SCOPE}){{{head}{{{tinycss2.serialize(rule.content)}}}}}\n"
            else:
                yield f"{head}{{{tinycss2.serialize(rule.content)}}}\n"
        elif isinstance(rule, AtRule):
            yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)};\n"
        elif not isinstance(rule, ParseError):
            yield tinycss2.serialize([rule])


_WITH_RULES = ("media", "supports", "layer", "container", "starting-style")
"""The rules that have others in them, which hold as they would outside."""


def _flat(selectors: Sequence[str], content: Sequence[Node], selecting: _Selecting, depth: int = 0) -> Iterator[str]:
    """A rule, and those that are nested in it, one behind the other: a nested one could name the whole page and what has the
    card in it, as `body:has(&) header`. `selectors` are as the author wrote them, without `&`.
    """
    if not any(part.type in ("{} block", "at-keyword") for part in content):
        yield from _rule(selectors, tinycss2.serialize(content).strip(), selecting)
        return
    held: list[str] = []
    for part in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if isinstance(part, Declaration):
            held.append(part.serialize())
            continue
        yield from _rule(selectors, ";".join(held), selecting)
        held = []
        if depth == MAX_STYLE_NESTING:
            continue
        if isinstance(part, QualifiedRule):
            below = [_resolved(parts, above) for above in selectors for parts in _parted(part.prelude)]
            if sum(map(len, below)) <= MAX_SELECTORS:
                yield from _flat(below, part.content, selecting, depth + 1)
        elif isinstance(part, AtRule) and part.content is not None and part.lower_at_keyword in _WITH_RULES:
            head = f"@{part.at_keyword}{tinycss2.serialize(part.prelude)}"
            yield f"{head}{{{''.join(_flat(selectors, part.content, selecting, depth + 1))}}}\n"
    yield from _rule(selectors, ";".join(held), selecting)


def _resolved(parts: Sequence[Node], above: str) -> str:
    """A nested selector as it would be written outside of the rule with the selector `above`."""
    written = _text(parts)
    if written.startswith("&"):  # Here, `above` may be the whole page.
        return above + _text(_filled(tinycss2.parse_component_value_list(written[1:]), above), strips=False)
    filled = _text(_filled(parts, above))
    return filled if filled != written and written[:1] not in _COMBINATORS else f"{above} {filled}"


_COMBINATORS = (">", "+", "~")


def _filled(parts: Sequence[Node], above: str) -> list[Node]:
    """Parts of a selector in which `above` stands for each `&`."""
    made: list[Node] = []
    for part in parts:
        if part.type == "literal" and part.value == "&":
            made += tinycss2.parse_component_value_list(f":is({above})")
        elif part.type == "function":
            arguments = _filled(part.arguments, above)
            made.append(FunctionBlock(part.source_line, part.source_column, part.name, arguments))
        else:
            made.append(part)
    return made


def _text(parts: Sequence[Node], strips: bool = True) -> str:
    text: str = tinycss2.serialize([part for part in parts if part.type != "comment"])
    return text.strip() if strips else text


def _rule(written: Sequence[str], body: str, selecting: _Selecting) -> Iterator[str]:
    """The rule for each time of the day: most hold for both."""
    if not body:
        return
    selectors = [selecting(tinycss2.parse_component_value_list(selector)) for selector in written]
    for night, query in (
        (None, ""),
        (True, "@media (prefers-color-scheme: dark)"),
        (False, "@media not all and (prefers-color-scheme: dark)"),
    ):
        listed = ",".join(selector for selector, at_night in selectors if at_night is night and selector)
        if listed:
            made = f"{listed}{{{body}}}"
            yield f"{query}{{{made}}}\n" if query else f"{made}\n"


def _parted(prelude: Sequence[Node]) -> Iterator[list[Node]]:
    """The selectors of a list, which has commas between them."""
    held: list[Node] = []
    for part in prelude:
        if part.type == "literal" and part.value == ",":
            yield held
            held = []
        else:
            held.append(part)
    yield held


def _selector(parts: Sequence[Node], scope: str) -> tuple[str, bool | None]:
    """A selector below the class `scope`, empty if it leads out of it, and when it holds: at night, by day, or always, which is None."""
    written, is_night, is_day = _written(parts)
    text = written.strip()
    first = next((part for part in parts if part.type not in ("whitespace", "comment")), None)
    if first is not None and first.type == "ident" and first.lower_value in _PAGES:
        text = f".{scope}{text[len(first.value) :]}"
        # `html body .card`: both are the box.
        rest = text[len(scope) + 1 :].lstrip(" >")
        if rest.lower().startswith("body"):
            text = f".{scope}{rest[4:]}"
    elif text.startswith(":root"):
        text = f".{scope}{text[5:]}"
    elif text.startswith((f"{_DAY} ", f"{_DAY}>")):  # In Anki, the class for the night is that of the page.
        text = f".{scope}{text}"
    else:
        text = f".{scope} {text}"
    return "" if _leaves(text) else text, True if is_night else False if is_day else None


def _leaves(selector: str) -> bool:
    """Whether a selector goes from the box of a card to what stands beside it, as `body + footer` would."""
    parts = tinycss2.parse_component_value_list(selector)[2:]  # Behind `.` and SCOPE.
    ends = (part for part in parts if part.type == "whitespace" or (part.type == "literal" and part.value in ">+~"))
    end = next(ends, None)
    if end is None:
        return False
    after = next((part for part in parts[parts.index(end) :] if part.type != "whitespace"), None)
    return after is not None and after.type == "literal" and after.value in "+~"


def _written(parts: Sequence[Node]) -> tuple[str, bool, bool]:
    """Parts of a selector as text, whether they ask for the night, and whether for its contrary."""
    text, is_night, is_day, place = "", False, False, 0
    while place < len(parts):
        part = parts[place]
        following = parts[place + 1] if place + 1 < len(parts) else None
        if part.type == "literal" and part.value == "." and following is not None and following.type == "ident":
            is_of_night = following.value in _NIGHT
            text += _DAY if is_of_night else f".{following.serialize()}"
            is_night = is_night or is_of_night
            place += 2
            continue
        if part.type == "hash":
            text += f':is({part.serialize()},[data-id="{part.value}"])'
        elif part.type == "function" and part.lower_name == "not":
            # By day, no element has the class, so that what is said stays true.
            _, of_night, of_day = _written(part.arguments)
            text += tinycss2.serialize([part])
            is_day, is_night = is_day or of_night, is_night or of_day
        elif part.type == "function" and part.lower_name in ("is", "where", "has"):
            inner, of_night, of_day = _written(part.arguments)
            text += f":{part.name}({inner})".removeprefix(":" if text.endswith(":") else "")
            is_night, is_day = is_night or of_night, is_day or of_day
        else:
            text += part.serialize()
        place += 1
    return text, is_night, is_day
