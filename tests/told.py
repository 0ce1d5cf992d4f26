"""What diagnostics say, as values that a test compares whole."""

from __future__ import annotations

from collections.abc import Iterable

from deckwright.diagnostics import Diagnostic
from deckwright.model import Span

Told = tuple[Span, str, str, str, str]
"""The span, the code, the severity, the message and the hint."""


def told(found: Iterable[Diagnostic]) -> list[Told]:
    """All that each diagnostic says."""
    return [(d.span, d.code, d.severity, d.message, d.hint) for d in found]
