"""The classes that stand in templates and fields: each with what it is, and who writes it.

They are frozen: learners and authors style them. None is taken away or given another meaning, because what stands in the
fields of a note reaches those who have it only when its content changes. Inside `.dw-code` stand the short classes of
Pygments besides (`pygments.token.STANDARD_TYPES`), without a prefix: they are many, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

IN_TEMPLATES: Mapping[str, str] = {
    "dw-front": "the question's side",
    "dw-back": "what the answer's side adds to the question; for clozes and masks, all of it",
    "dw-context": "where the note belongs, above everything",
    "dw-asked": "what a card that asks the other way round asks for",
    "dw-question": "the question of a basic note",
    "dw-typed": "where the answer is typed, and compared",
    "dw-answer": "the answer of a basic note",
    "dw-header": "the heading of a cloze note or a diagram",
    "dw-text": "the text with the deletions",
    "dw-masks": "below a diagram: its shapes, their hints and labels",
    "dw-labels": "all labels of a diagram, for clients that cannot draw masks",
    "dw-extra": "the panel below the answer",
    "dw-foot": "the last line: the source, the ID, the report link",
    "dw-source": "where the note can be looked up",
    "dw-id": "the note's name in reports",
    "dw-report": "the link for reports",
}

IN_FIELDS: Mapping[str, str] = {
    "dw-crumb": "Context: one heading",
    "dw-sep": "Context: the sign between two headings",
    "dw-dot": "the dot between two things that are asked or named together",
    "dw-stem": "what stands above the items, rows or cells of a list or table that is cut up",
    "dw-row": "a row of a table as a list of definitions",
    "dw-alert": "an alert",
    "dw-alert-note": "its type",
    "dw-alert-tip": "its type",
    "dw-alert-important": "its type",
    "dw-alert-warning": "its type",
    "dw-alert-caution": "its type",
    "dw-alert-title": "the first line of an alert",
    "dw-table": "the box in which a table scrolls",
    "dw-left": "a cell that is aligned to the left",
    "dw-center": "a cell that is centred",
    "dw-right": "a cell that is aligned to the right",
    "dw-task-list": "a list with boxes",
    "dw-task-list-item": "an item with a box",
    "dw-footnote": "the footnotes of a field, at its end",
    "dw-footnote-ref": "the number of a footnote, in the text",
    "dw-code": "a block of code",
    "dw-line": "a line of a block that has long lines, with the columns of its indentation",
    "dw-break": "a place in code where a line may be broken",
    "dw-word": "a name in code with hyphens, at which no line is broken",
    "dw-hint": "the hint of a shape, behind it",
    "dw-label": "the label that a shape covers, behind it",
}

OPEN = ("dw-alert-", "language-")
"""What the classes begin with that end in a word of the author's: the type of an alert, the language of code."""

OF_ANKI = frozenset({
    "card", "nightMode", "night_mode", "cloze", "cloze-inactive", "cloze-highlight", "latex",
    "replay-button", "soundLink", "typeGood", "typeBad", "typeMissed",
})  # fmt: skip
"""Classes of Anki and its clients: rslib/src/cloze.rs, rslib/src/typeanswer.rs, ts/reviewer/reviewer.scss."""
