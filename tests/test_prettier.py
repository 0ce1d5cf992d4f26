"""A formatter run over the notes changes no note: neither what is compared, nor what ships, nor what is hidden."""

from __future__ import annotations

from pathlib import Path

import casefiles
import pytest
from casefiles import Case
from prettier import formatted

from deckwright import sections
from deckwright.model import Note

CARDS = sorted((Path(__file__).parents[1] / "cards").glob("**/*.md"))


def content(text: str) -> list[tuple[object, ...]]:
    """Of each note what its guid, its fields and its cards hang on."""
    made, found = sections.read(casefiles.PATH, text.encode())
    written, more = casefiles.compiled(made)
    return [*sorted({(one.code, one.message) for one in found + more}), *map(_content, written)]


def _content(note: Note) -> tuple[object, ...]:
    fields = dict(note.fields)
    for name in {"Front", "Header"} & fields.keys():
        fields[name] = fields[name].replace("\n", " ")  # A heading of two lines becomes one line.
    deletions = [(d.text, d.hint, d.number) for d in note.deletions]
    return (note.family, note.id, note.path, note.match, note.source, note.tags, note.deck, fields, deletions)


@pytest.mark.parametrize("case", casefiles.find("sections", "notes", "cloze"), ids=lambda case: case.path.stem)
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
