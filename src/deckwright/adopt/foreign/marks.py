"""Deletions as other tools write them → as Deckwright does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .text import masked


def curly(text: str) -> str:
    """`{a}` and `{2:a}`, as Obsidian_to_Anki and flashcards-obsidian have them."""
    pattern = re.compile(r"(?<!\{)\{(?:c?(\d+)[:|]:?)?(?!\{)([^{}\n]+)\}(?!\})")
    return _outside(text, pattern, lambda groups: _mark(groups[1], groups[0]))


def highlighted(text: str, mark: str = "==") -> str:
    """`==a==`, with the number and the hint that obsidian-spaced-repetition allows: `==2;;a;;hint==`."""
    sign = re.escape(mark)
    pattern = re.compile(rf"{sign}(?:(\d+);;)?(?=\S)([^\n]+?)(?:;;([^\n;]*?))?{sign}")
    return _outside(text, pattern, lambda groups: _mark(groups[1], groups[0], groups[2]))


def unhighlighted(text: str) -> str:
    """`==a==` as what is highlighted and no deletion: in a cloze note of Deckwright's it would be one."""
    return _outside(text, re.compile(r"==(?=\S)([^=\n]+?)(?<=\S)=="), lambda groups: f"<mark>{groups[0]}</mark>")


def macros(text: str) -> str:
    """`{{cloze a}}`, `{{cloze a\\\\hint}}` and `{{c1 a}}`, as Logseq and its plugin have them."""

    def made(found: re.Match[str]) -> str:
        answer, _, hint = found[2].partition("\\\\")
        return _mark(answer.strip(), found[1] or "", hint.strip())

    return re.sub(r"\{\{(?:cloze|c(\d+)) ((?:[^{}]|\{[^{}]*\})+?)\}\}", made, text)


def answers(text: str) -> list[str]:
    """What the deletions of a text hide, as Deckwright writes them, in their order."""
    return [found[1] or found[2] for found in _MARKED.finditer(text)]


_MARKED = re.compile(r"==(?:c\d+::)?((?:(?!==|::).)+)(?:::(?:(?!==).)*)?==|\{\{c\d+::(.+?)(?:::[^{}]*)?\}\}")


def _mark(answer: str, number: str, hint: str = "") -> str:
    end = f"::{hint}" if hint else ""
    is_plain = not number and "==" not in answer and "::" not in answer and answer.strip() == answer
    return f"=={answer}{end}==" if is_plain else f"{{{{c{number or 1}::{answer}{end}}}}}"


def _outside(text: str, pattern: re.Pattern[str], made: Callable[[Sequence[str]], str]) -> str:
    """The text with what is found replaced, which does not begin or end in code, formulas and links."""
    lines = []
    for line in text.split("\n"):
        held, position = [], 0
        for found in pattern.finditer(masked(line)):
            groups = [line[slice(*found.span(n))] if found[n] else "" for n in range(1, pattern.groups + 1)]
            held += [line[position : found.start()], made(groups)]
            position = found.end()
        lines.append("".join(held) + line[position:])
    return "\n".join(lines)
