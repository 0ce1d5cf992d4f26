'''A rule for cards: a function that looks at one note after the other, and whose docstring is its page.

    @rule("L001", "warning", "basic", says="the answer has {0} words", hint="ask for one thing at a time")
    def long_answer(note: Subject, memory: Memory) -> Iterator[Finding]:
        """The answer is too long.

        Why, and who says so.

        False alarms: how many of those seen, where, when.
        Bad:
            …
        Good:
            …
        """
        for card in note.cards:
            if (words := count(card.answer)) > MOST_WORDS:
                yield note.place, words

It yields where, and what its words depend on, which take these by their numbers: `{0}` is the first.
'''

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias, get_args

import msgspec

from ..diagnostics.declare import PAGES, Argument, Page, Words
from ..model import Family, Span
from .subject import Memory, Subject

Level = Literal["warning", "hint", "off"]
"""What becomes of a rule's alarms, unless a project says otherwise. A rule that is "off" counts as a hint once it is on."""

Finding: TypeAlias = tuple[Span, *tuple[Argument, ...]]
"""The place, and what the words of the message and the hint depend on."""

Look: TypeAlias = Callable[[Subject, Memory], Iterator[Finding]]


class Rule(msgspec.Struct, frozen=True):
    """A rule: its code, the level that it has by itself, the kinds of notes that it is for, and the function that looks."""

    code: str
    level: Level
    families: tuple[Family, ...]
    look: Look


UNNEEDED = "L000"
"""The code of what no rule finds: an allowance that none of them needs."""

RULES: dict[str, Rule] = {}
"""By code: complete once `deckwright.lint` is imported."""


def rule(code: str, level: Level, *families: Family, says: str, hint: str) -> Callable[[Look], Look]:
    """Register the decorated function as a rule, and its docstring as the page of `code`. It looks at notes of these
    families, and at all if none is named.

    Raises ValueError for a code that is declared already: codes are never reused.
    """

    def words(*arguments: Argument) -> Words:
        return says.format(*arguments), hint.format(*arguments)

    def decorate(look: Look) -> Look:
        if code in PAGES:
            raise ValueError(f"{code} is declared twice")
        severity: Literal["warning", "hint"] = "warning" if level == "warning" else "hint"
        PAGES[code] = Page(code, severity, words, look.__doc__ or "", is_on=level != "off")
        RULES[code] = Rule(code, level, families or get_args(Family), look)
        return look

    return decorate


def levels(given: Mapping[str, str]) -> dict[str, Level]:
    """The level of each code of ours. `given` is what the settings say of codes and letters: a code counts more, and only
    it turns on a rule that is off by itself.
    """
    meant: Mapping[str, Level] = {"warn": "warning", "hint": "hint", "off": "off"}
    own: dict[str, Level] = {UNNEEDED: "hint", **{code: one.level for code, one in RULES.items()}}
    said = {code: given.get(code) or (given.get(code[0]) if level != "off" else None) for code, level in own.items()}
    return {code: meant[word] if (word := said[code]) else level for code, level in own.items()}
