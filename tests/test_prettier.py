"""A formatter run over the notes changes no note: neither what is compared, nor what ships, nor what is hidden."""

from __future__ import annotations

from pathlib import Path

import casefiles
import pytest
from casefiles import Case
from prettier import formatted

from deckwright import notes
from deckwright.model import Written

CARDS = sorted((Path(__file__).parents[1] / "cards").glob("**/*.md"))


MENDED = {
    "an-underline-below-a-default-question",
    "an-underline-that-takes-the-answer",
    "front-matter-begins-with-a-space",
    "front-matter-below-a-title",
    "front-matter-on-the-second-line",
    "front-matter-without-its-first-line",
    "front-matter-without-its-first-line-but-with-a-comment",
    "headings-made-by-equals-signs",
    "headings-that-raw-html-swallows",
    "no-front-matter-but-nearly",
    "what-looks-like-a-heading",
}
"""Cases of slips that the formatter mends, or makes worse: each is told before."""


def content(text: str) -> list[tuple[object, ...]]:
    """Of each note what its guid, its fields and its cards hang on."""
    written, found = notes.compile_file(casefiles.PATH, text.encode(), casefiles.SETTINGS)
    return [*sorted({(one.code, one.message) for one in found}), *map(_content, written)]


def _content(note: Written) -> tuple[object, ...]:
    fields = dict(note.fields)
    for name in {"Front", "Header"} & fields.keys():
        fields[name] = fields[name].replace("\n", " ")  # A heading of two lines becomes one line.
    deletions = [(d.text, d.hint, d.number) for d in note.deletions]
    return (note.note_type, note.id, note.path, note.text, note.source, note.tags, note.deck, fields, deletions)


@pytest.mark.parametrize(
    "case",
    [case for case in casefiles.find("sections", "notes", "cloze") if case.path.stem not in MENDED],
    ids=lambda case: case.path.stem,
)
def test_a_formatter_changes_no_case(case: Case) -> None:
    assert content(formatted(case.source)) == content(case.source)


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_formatter_changes_no_card(path: Path) -> None:
    text = path.read_text("utf-8")
    assert content(formatted(text)) == content(text)


def test_the_formatter_has_prettiers_habits() -> None:
    written = "Title\n=====\n<!-- card: basic -->\nA *b* and __c__, `*d*`.\n***\n* one\n+ two\n\n\n|a|b|\n|:-|-|\n|c|long|\n~~~sh\n*x*\n~~~\n"
    assert formatted(written) == (
        "# Title\n\n<!-- card: basic -->\n\nA _b_ and **c**, `*d*`.\n\n---\n\n- one\n- two\n\n"
        "| a   | b    |\n| :-- | ---- |\n| c   | long |\n```sh\n*x*\n```\n"
    )
