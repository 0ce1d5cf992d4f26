"""What is wrong with a project, as values: where, what, and what to do about it.

A stage declares each diagnostic beside the code that finds it, as a function whose docstring is the page that
`deckwright explain CODE` prints and whose `Bad` and `Good` examples are compiled by the tests:

    @declare("S003")
    def unclosed_front_matter() -> Words:
        \"\"\"The front matter is never closed.

        Without its closing line, …
        Bad:
            ---
            tags: [iam]
            # IAM
        Good:
            ---
            tags: [iam]
            ---
            # IAM
        \"\"\"
        return "the front matter opened here is never closed", "close it with a line of three dashes"

    found = unclosed_front_matter(span)
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Literal, NamedTuple

from .model import Span

Severity = Literal["error", "warning"]


class Words(NamedTuple):
    """What a diagnostic says: the message names the author's own words, the hint is something they can do."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. An error costs the note, and without `--keep-going` the package; a warning costs nothing."""

    span: Span
    code: str
    message: str
    hint: str
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Page:
    """What `explain` knows of a code: its title, the reason, and examples as file name → text."""

    code: str
    severity: Severity
    title: str
    text: str
    bad: dict[str, str]
    good: dict[str, str]


PAGES: dict[str, Page] = {}
"""Every declared code. Complete once the modules that declare them are imported: see `collection`, which imports all."""

EXAMPLE_FILE = "cards/example.md"
"""The file that an example is, where its heading names no other."""


def declare(
    code: str, severity: Severity = "error"
) -> Callable[[Callable[..., Words | tuple[str, str]]], Callable[..., Diagnostic]]:
    """Register the decorated function's docstring as the page of `code`, and make it build the diagnostic.

    The decorated function takes what its words need and returns (message, hint); the result takes the span first.
    Raises ValueError for a code that is declared already: codes are never reused.
    """

    def decorate(function: Callable[..., Words | tuple[str, str]]) -> Callable[..., Diagnostic]:
        if code in PAGES:
            raise ValueError(f"{code} is declared twice")
        PAGES[code] = _page(code, severity, inspect.getdoc(function) or "")

        @wraps(function)
        def build(span: Span, *args: object, **kwargs: object) -> Diagnostic:
            message, hint = function(*args, **kwargs)
            return Diagnostic(span, code, message, hint, severity)

        return build

    return decorate


def sort(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By place, then code, each once."""
    return sorted(set(found), key=lambda d: (d.span, d.code, d.message))


def nearest(word: str, known: Iterable[str], slips: int) -> str:
    """The known word that `word` is at most so many slips away from: letters lost, added, changed or swapped. Else ""."""
    from rapidfuzz.distance import OSA

    slips = min(slips, len(word) // 2)  # Of a short word hardly anything is left when so much of it is wrong.

    distances = {name: OSA.distance(word.lower(), name.lower(), score_cutoff=slips) for name in known}
    name = min(distances, key=distances.__getitem__, default="")
    return name if name and distances[name] <= slips else ""


def has_errors(found: Iterable[Diagnostic]) -> bool:
    return any(d.severity == "error" for d in found)


def to_text(diagnostic: Diagnostic, style: Callable[[str, str], str] = lambda text, role: text) -> str:
    """The form for a terminal: place, words, the line with a marker below it, the hint.

    `style` colours a piece of text by its role: place, error, warning, marker, hint.
    """
    span = diagnostic.span
    place = ":".join([span.path, str(span.line), str(span.column)] if span.line else [span.path])
    label = style(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    lines = [f"{style(place, 'place')}: {label}: {diagnostic.message}"]
    if span.line and span.text.strip():
        text, column = _excerpt(span)
        # A tab stays a tab in the marker's line, so that both lines are indented alike.
        indent = "".join("\t" if character == "\t" else " " * _cells(character) for character in text[: column - 1])
        marked = text[column - 1 : column - 1 + max(span.length, 1)]
        lines += [f"  | {text}", f"  | {indent}{style('^' * max(sum(map(_cells, marked)), 1), 'marker')}"]
    lines.append(f"  {style('help:', 'hint')} {diagnostic.hint}")
    return "\n".join(lines)


def to_json(found: Iterable[Diagnostic]) -> str:
    """A JSON array of objects with path, line, column, length, code, severity, message and hint; line 0 is the whole file."""
    return json.dumps(
        [
            {
                "path": d.span.path,
                "line": d.span.line,
                "column": d.span.column,
                "length": d.span.length,
                "code": d.code,
                "severity": d.severity,
                "message": d.message,
                "hint": d.hint,
            }
            for d in found
        ],
        ensure_ascii=False,
        indent=2,
    )


def to_github(diagnostic: Diagnostic) -> str:
    """A workflow command, which GitHub shows beside the line in a pull request.

    Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    span = diagnostic.span
    properties = {"file": span.path}
    if span.line:
        properties |= {"line": str(span.line), "col": str(span.column)}
        if span.length:
            properties["endColumn"] = str(span.column + span.length - 1)
    properties["title"] = diagnostic.code
    listed = ",".join(f"{key}={_github_escape(value, ':,')}" for key, value in properties.items())
    words = _github_escape(diagnostic.message + "\nhelp: " + diagnostic.hint)
    return f"::{diagnostic.severity} {listed}::{words}"


def explain(page: Page) -> str:
    """The page of a code, as plain text."""
    parts = [f"{page.code} ({page.severity}): {page.title}", page.text]
    for heading, examples in (("Bad", page.bad), ("Good", page.good)):
        for name, text in examples.items():
            suffix = "" if name == EXAMPLE_FILE else f" ({name})"
            parts.append(
                f"{heading}{suffix}:\n" + "\n".join(f"    {line}".rstrip() for line in text.rstrip("\n").split("\n"))
            )
    return "\n\n".join(part for part in parts if part)


def _github_escape(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


_EXCERPT_WIDTH = 120


def _excerpt(span: Span) -> tuple[str, int]:
    """The line and the column in it, cut to what a terminal shows around the marked place."""
    if len(span.text) <= _EXCERPT_WIDTH:
        return span.text, span.column
    start = max(0, span.column - 1 - _EXCERPT_WIDTH // 3)
    end = min(len(span.text), start + _EXCERPT_WIDTH)
    head, tail = ("…" if start else ""), ("…" if end < len(span.text) else "")
    return head + span.text[start:end] + tail, span.column - start + len(head)


def _cells(character: str) -> int:
    """The width of a character on a terminal, in cells."""
    from unicodedata import combining, east_asian_width

    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


_EXAMPLE = re.compile(r"^(Bad|Good)(?: \(([^)]+)\))?:\n((?:(?:    .*)?(?:\n|\Z))*)", re.MULTILINE)


def _page(code: str, severity: Severity, docstring: str) -> Page:
    title, _, rest = docstring.partition("\n")
    examples: dict[str, dict[str, str]] = {"Bad": {}, "Good": {}}
    for kind, name, block in _EXAMPLE.findall(rest):
        examples[kind][name or EXAMPLE_FILE] = inspect.cleandoc("\n" + block).rstrip() + "\n"
    text = _EXAMPLE.sub("", rest).strip()
    return Page(code, severity, title.rstrip("."), text, examples["Bad"], examples["Good"])
