"""Nothing of the study notes is lost: each heading and each figure of theirs is asked by notes that are in the deck."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from scratch import DAY_ONE
from study_notes import NOTES, ROOT, beside

from deckwright import collection, package
from deckwright import settings as project
from deckwright.identity import Terms, ledger
from deckwright.identity.lines import Line

TABLE = tomllib.loads((Path(__file__).parent / "coverage" / "aws-notes.toml").read_text("utf-8"))
FIGURES: dict[str, list[str]] = TABLE.pop("figures")
HEADINGS: dict[str, list[str]] = TABLE


def names(lines: Iterable[Line]) -> set[str]:
    """The ids of these notes, and of the sections whose items, rows or cells they are."""
    return {name for line in lines for name in (line.id, line.group) if name}


def missing(there: set[str], service: str = "") -> set[str]:
    """The ids in the table that are not there; of one service alone, if wanted."""
    return {name for ids in (HEADINGS | FIGURES).values() for name in ids if name.startswith(service)} - there


def headings(markdown: str) -> list[str]:
    """Those of levels two to four, each with the ones it stands below."""
    found: list[str] = []
    above: list[str] = []
    prose = re.sub(r"^(`{3,}).*?^\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    for marks, title in re.findall(r"^(#{2,4}) +(.+?) *$", prose, flags=re.MULTILINE):
        above[len(marks) - 2 :] = [title]
        found.append(" › ".join(above))
    return found


@pytest.mark.ci
@pytest.mark.slow
def test_every_id_in_the_table_is_that_of_a_note_or_a_section_of_the_deck(builds: tuple[Path, Path]) -> None:
    built, _ = project.load(builds[0])
    held, _ = ledger.read(builds[0] / ledger.FILE, built.settings.id)
    notes = package.read(builds[0] / "build" / f"{built.settings.slug}.apkg").notes
    assert missing(names(held.lines[note.guid] for note in notes)) == set()


@pytest.mark.parametrize(
    ("removed", "missed"),
    [
        (r"^### [^\n]*\n\n<!-- card: [^\n]*id=\"sqs-redrive-policy\".*?(?=^#)", {"sqs-redrive-policy"}),
        (r"^\| Message retention, at most [^\n]*\n", {"sqs-limits.message-retention-at-most"}),
        (r"nothing that is there", set()),
    ],
    ids=["a section", "a row", "no note"],
)
def test_a_note_that_was_removed_is_missed(tmp_path: Path, removed: str, missed: set[str]) -> None:
    text = (ROOT / "cards" / "sqs.md").read_text("utf-8")
    left, times = re.subn(removed, "", text, flags=re.DOTALL | re.MULTILINE)
    assert times == len(missed)
    for name in ("pyproject.toml", "deck.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "sqs.md").write_text(left, "utf-8")
    made, found = project.load(tmp_path)
    assert made, found
    assigned = collection.load(made, Terms(DAY_ONE)).assigned
    lines = [assigned.ledger.lines[who.guid] for who in assigned.identities if who]
    assert missing(names(lines), "sqs-") == missed


@pytest.mark.parametrize("table", [HEADINGS, FIGURES], ids=["headings", "figures"])
def test_each_heading_and_each_figure_has_notes_and_none_twice(table: dict[str, list[str]]) -> None:
    assert [key for key, ids in table.items() if not ids] == []
    assert [(key, name) for key, ids in table.items() for name, count in Counter(ids).items() if count > 1] == []


@beside
def test_the_table_has_the_headings_of_the_notes_in_their_order() -> None:
    assert list(HEADINGS) == headings(NOTES.read_text("utf-8"))


def test_a_heading_is_named_with_those_it_stands_below_and_code_has_none() -> None:
    text = "# Title\n\n## A \n\n### B\n\n#### C\n\n```sh\n## no\n```\n\n### D\n\n## E\n\n##### no\n"
    assert headings(text) == ["A", "A › B", "A › B › C", "A › D", "E"]
