"""Diagnostics → text for people, JSON for programs, and workflow commands for GitHub."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from unicodedata import combining, east_asian_width

from ..model import Span
from ..patterns import pattern
from .declare import Diagnostic


def to_text(
    diagnostic: Diagnostic, style: Callable[[str, str], str] = lambda text, role: text, columns: int | None = None
) -> str:
    """For a terminal: the place and the message, the line with a marker below it, the hint.

    `style(text, role)` colours a piece of text; the roles are place, error, warning, hint, marker and help. `columns` is
    how wide the terminal is: a line that went on below itself would stand between its beginning and the marker.
    """
    span = diagnostic.span
    text, column = _excerpt(span, columns)
    text, message, hint = (harmless(words) for words in (text, diagnostic.message, diagnostic.hint))
    place = ":".join([harmless(span.path), *([str(span.line), str(span.column)] if span.line else [])])
    label = style(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    lines = [f"{style(place, 'place')}: {label}: {message}"]
    if span.line and span.text.strip():
        # A tab stays a tab in the marker's line, so that both lines are indented alike.
        indent = "".join("\t" if character == "\t" else " " * width(character) for character in text[: column - 1])
        marked = text[column - 1 : column - 1 + max(span.length, 1)]
        lines += [f"{MARGIN}{text}", f"{MARGIN}{indent}{style('^' * max(width(marked), 1), 'marker')}"]
    lines.append(f"  {style('help:', 'help')} {hint}")
    return "\n".join(lines)


def to_json(found: Iterable[Diagnostic]) -> str:
    """A JSON array of objects with path, line, column, length, code, severity, message and hint.

    Line and column count from 1; line 0 means the whole file.
    """
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
    """A workflow command: GitHub shows it beside the line in a pull request.

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
    words = _github_escape(f"{harmless(diagnostic.message)}\nhelp: {harmless(diagnostic.hint)}")
    command = "notice" if diagnostic.severity == "hint" else diagnostic.severity
    return f"::{command} {listed}::{words}"


def harmless(text: str) -> str:
    """Text for a terminal, with a sign in the place of each character that would control it, or turn its lines round."""
    return text if text.isprintable() else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


_CONTROL = pattern(r"[\x00-\x08\n-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

MARGIN = "  | "
"""What the line of an author, and the marker below it, begin with."""

_EXCERPT_WIDTH = 120
"""Characters of a line that are shown."""

_LEAST_WIDTH = 36
"""Of a line that is shown on a narrow terminal: with less, nobody would know it again."""


def _github_escape(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _excerpt(span: Span, columns: int | None) -> tuple[str, int]:
    """The part of the line around the marked place, and the column in that part."""
    room = max(columns - len(MARGIN), _LEAST_WIDTH) if columns else sys.maxsize
    length = min(len(span.text), _EXCERPT_WIDTH)
    text, column = _cut(span, length)
    while width(text) > room:  # How many characters that are depends on which are left.
        length = min(length - 1, room)
        text, column = _cut(span, length)
    return text, column


def _cut(span: Span, length: int) -> tuple[str, int]:
    """At most so many characters of the line, and the column in them."""
    if len(span.text) <= length:
        return span.text, span.column
    start = max(0, span.column - 1 - length // 3)
    end = min(len(span.text), start + length)
    head, tail = ("…" if start else ""), ("…" if end < len(span.text) else "")
    return head + span.text[start:end] + tail, span.column - start + len(head)


def width(text: str) -> int:
    """How many cells wide a terminal shows the text."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)
