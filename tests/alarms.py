"""What rules for cards tell of some Markdown, and notes without a file to try long texts on."""

from __future__ import annotations

from pathlib import Path

import casefiles
from scratch import DAY_ONE, SETTINGS, Scratch

from deckwright import lint, notetypes
from deckwright.diagnostics import has_errors, sort
from deckwright.lint.subject import Sources, Subject
from deckwright.model import Candidate, Family, Note, Span

NOTE_TYPES = notetypes.note_types(casefiles.SETTINGS)

Told = tuple[int, int, str, str]
"""Line, column, code and message."""


def told(root: Path, text: str, codes: str, files: dict[str, str | bytes | None] | None = None) -> list[Told]:
    """What rules whose codes begin like this say of one file of notes, by place. All rules are on."""
    project = Scratch(root)
    levels = "".join(f'{code} = "hint"\n' for code in lint.RULES)
    project.write({"deck.toml": f"{SETTINGS}[lint]\n{levels}", "cards/a.md": text, **(files or {})})
    loaded = project.load(DAY_ONE)
    assert not has_errors(loaded.diagnostics), loaded.diagnostics
    found = lint.check(loaded.collection, loaded.notes.written, loaded.notes.numbers(), root)
    ordered = sort(alarm.diagnostic for alarm in found)
    return [(one.span.line, one.span.column, one.code, one.message) for one in ordered if one.code.startswith(codes)]


def subject(family: Family, fields: dict[str, str]) -> Subject:
    """A note with these fields, which stands nowhere."""
    written = Candidate(family, "", (), "", "", Span("a.md", 1, 1, 1, ""), id="a", group="a")
    note = Note("a", 1, 1, "a", family, fields, (), "", written.span)
    return Subject(note, written, (), NOTE_TYPES[family], Sources(Path(), (), ()))
