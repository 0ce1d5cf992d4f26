"""The deck of this repository: imported whole into the real Anki, every card shown, and built twice with the same bytes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import BUILT_AT, ROOT, import_package

from deckwright import build, files, lint, notes, package, settings
from deckwright.identity import Terms

LEFT_OVER = re.compile(r"\{\{|\}\}|has a problem|no field called|No cloze \d+ found")
"""What Anki shows where a template is wrong, or a card has nothing to ask."""


def test_nothing_is_wrong_with_the_text_of_the_deck() -> None:
    """What can be told without drawing: the build tells of all."""
    project, found = settings.load(ROOT)
    assert project, found
    made = 0
    for path in files.note_files(ROOT, project.settings.cards, lambda folder, error: None):
        written, wrong = notes.compile_file(path, (ROOT / path).read_bytes(), project.settings)
        made += len(written)
        found += wrong
    assert [(str(one.span), one.code, one.message) for one in found] == []
    assert made > 400


@pytest.mark.ci
@pytest.mark.slow
def test_no_card_of_the_deck_breaks_a_rule(builds: tuple[Path, Path]) -> None:
    """With the rules that are on, and without a baseline: what may break one says why in its tag."""
    loaded, found = build.load(builds[0], Terms(BUILT_AT))
    assert loaded, found
    alarms = lint.check(loaded.collection, loaded.notes.written, loaded.notes.numbers(), builds[0])
    assert [(one.diagnostic.span.place, one.diagnostic.code, one.id) for one in alarms] == []


@pytest.mark.ci
@pytest.mark.slow
def test_two_builds_anywhere_give_the_same_bytes(builds: tuple[Path, Path]) -> None:
    one, other = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()} for root in builds
    )
    for made in one, other:  # What it leaves to the next build names its time and its place.
        (last,) = (path for path in made if path.name.startswith("last-"))
        del made[last]
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []
    assert Path("build/aws-developer.apkg") in one


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.slow
def test_the_deck_is_imported_whole_and_every_card_is_shown(collection, builds: tuple[Path, Path]) -> None:
    path = builds[0] / "build" / "aws-developer.apkg"
    held = package.read(path)
    assert import_package(collection, path) == {
        "new": len(held.notes), "updated": 0, "duplicate": 0, "conflicting": 0
    }  # fmt: skip
    media = collection.media.check()
    assert (list(media.missing), list(media.unused)) == ([], [])
    assert sorted(path.name for path in Path(collection.media.dir()).iterdir()) == sorted(held.media)
    assert list(collection.get_empty_cards().notes) == []
    cards = collection.db.list("SELECT id FROM cards")
    assert len(cards) == sum(len(note.cards) for note in held.notes)
    collection.after_note_updates(collection.find_notes(""), mark_modified=False, generate_cards=True)
    assert collection.db.list("SELECT id FROM cards") == cards
    assert collection.fix_integrity()[1]

    wrong = []
    for card in map(collection.get_card, cards):
        front, back = card.question(), card.answer()
        wrong += [side for side in (front, back) if LEFT_OVER.search(side)]
        if not re.sub(r"<style>.*?</style>|<[^>]*>", "", front, flags=re.DOTALL).strip() or back == front:
            wrong.append(front)
    assert wrong == []
