"""Releases of a deck with editions: the packages, what is told of them, the step, and what learners of each get."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import import_package
from msgspec.structs import replace
from scratch import SETTINGS, Scratch, day

from deckwright import package, release
from deckwright.package import Package
from deckwright.release import Cut, Plan, Refusal, Verified, Wish, manifest, verify, verify_package
from deckwright.release.changelog import changelog
from deckwright.release.contents import contents_digest
from deckwright.release.notes import ankiweb, release_notes
from deckwright.release.step import Reason

if TYPE_CHECKING:
    from anki.cards import Card
    from anki.collection import Collection

ATRIUM = "## What does an atrium do? {#atrium}\n\nIt receives blood. ![](heart.png)\n\n"
VALVE = "## What does a valve do? {#valve}\n\nIt lets blood pass in one direction.\n\n"
LOBES = "## Lobes {#lobes .cloze}\n\nThe ==left== lung has ==two== lobes.\n\n"
VEIN = "## Where does the oxygen go? {#vein tags=blood}\n\nInto the veins. ![](lung.png)\n\n"
BLOOD = '[editions.blood]\ntitle = "All of *blood*"\ntags = ["blood"]\n'
CHEST = '[editions.chest]\ndecks = ["Chest"]\n'
MEDIA = {"media/heart.png": b"\x89PNG\r\n\x1a\nheart", "media/lung.png": b"\x89PNG\r\n\x1a\nlung"}


class Deck(Scratch):
    def change(self, time: int, heart: str, lung: str, editions: str = BLOOD + CHEST) -> None:
        """Write these notes and editions, build and commit."""
        self.card_files(
            {
                "heart.md": f"---\nkind: basic\ndeck: Heart\ntags: [blood/heart]\n---\n# Heart\n\n{heart}",
                "lung.md": f"---\nkind: basic\ndeck: Chest::Lung\ntags: [air]\n---\n# Lung\n\n{lung}",
            }
        )
        self.write({**MEDIA, "deck.toml": SETTINGS + editions})
        self.build(time)
        self.commit()

    def publish(self, time: int, asked: release.Asked = "auto") -> Cut:
        planned = release.plan(self.root, Wish(asked, time, time))
        assert isinstance(planned, Plan), planned
        made = release.make(planned, self.root)
        assert not isinstance(made, Refusal), made
        assert release.finish(planned, *made) is None
        return made[0]

    def folder(self, version: str) -> Path:
        return self.root / "build" / "releases" / version


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deck with two editions, built and committed on day 1, and released on day 2."""
    made = Deck(tmp_path_factory.mktemp("editions") / "project")
    made.start_git()
    made.change(day(1), ATRIUM + VALVE, LOBES + VEIN)
    made.publish(day(2))
    return made.root


@pytest.fixture
def deck(released: Path, tmp_path: Path) -> Deck:
    """A copy of it."""
    return Deck(shutil.copytree(released, tmp_path / "project"))


def test_a_release_has_the_packages_of_all_editions(deck: Deck) -> None:
    folder = deck.folder("1.0.0")
    names = ["anatomy", "anatomy-blood", "anatomy-chest"]
    assert sorted(path.name for path in folder.iterdir()) == sorted([
        *(f"{name}{ending}" for name in names for ending in (".apkg", "-1.0.0.apkg")),
        "RELEASE_NOTES.md", "SHA256SUMS", "ankiweb.md", "deck.lock", "manifest.json",
    ])  # fmt: skip
    files = {path.name: path.read_bytes() for path in folder.glob("*.apkg")}
    assert [files[f"{name}.apkg"] == files[f"{name}-1.0.0.apkg"] for name in names] == [True] * 3
    made = json.loads((folder / "manifest.json").read_text("utf-8"))
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert {name: file["sha256"] for name, file in made["files"].items()} == sums
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    assert {name: sum_ for sum_, name in (line.split("  ") for line in lines) if name in sums} == sums
    held = {name: package.read(folder / f"anatomy-{name}.apkg") for name in ("blood", "chest")}
    assert made["editions"] == {
        "blood": {
            "title": "All of *blood*",
            "files": ["anatomy-blood-1.0.0.apkg", "anatomy-blood.apkg"],
            "digest": contents_digest(held["blood"]),
            "counts": {"notes": 3, "cards": 3, "media": 2},
            "media": sorted(held["blood"].media),
            "notes": ["atrium", "valve", "vein"],
        },
        "chest": {
            "title": "chest",
            "files": ["anatomy-chest-1.0.0.apkg", "anatomy-chest.apkg"],
            "digest": contents_digest(held["chest"]),
            "counts": {"notes": 2, "cards": 3, "media": 1},
            "media": sorted(held["chest"].media),
            "notes": ["lobes", "vein"],
        },
    }


STEPS = {
    "a note leaves": ((ATRIUM + VALVE, LOBES + VEIN.replace(" tags=blood", "")), BLOOD + CHEST, "minor", [("left edition", "vein", "All of *blood*")]),
    "a note joins": ((ATRIUM + VALVE, LOBES.replace("#lobes", "#lobes tags=blood") + VEIN), BLOOD + CHEST, "minor", [("joined edition", "lobes", "All of *blood*")]),
    "an edition is gone": ((ATRIUM + VALVE, LOBES + VEIN), CHEST, "minor", [("edition gone", "", "")]),
    "an edition is new": ((ATRIUM + VALVE, LOBES + VEIN), BLOOD + CHEST + '[editions.air]\ntags = ["air"]\n', "patch", [("new edition", "", "")]),
    "an edition has another name": ((ATRIUM + VALVE, LOBES + VEIN), BLOOD.replace("editions.blood", "editions.flow") + CHEST.replace("editions.chest", "editions.breast"), "patch", [
        ("edition renamed", "", "blood → flow"), ("edition renamed", "", "chest → breast"),
    ]),
    "an edition is others'": ((ATRIUM + VALVE, LOBES + VEIN), BLOOD + CHEST.replace("Chest", "Heart"), "minor", [
        ("left edition", "lobes", "chest"), ("left edition", "vein", "chest"),
        ("joined edition", "atrium", "chest"), ("joined edition", "valve", "chest"),
    ]),
    "a note is retired": ((ATRIUM, LOBES + VEIN), BLOOD + CHEST, "minor", []),
    "a note is new": ((ATRIUM + VALVE + VEIN.replace("vein", "artery").replace("oxygen", "blood"), LOBES + VEIN), BLOOD + CHEST, "minor", []),
    "a title is another": ((ATRIUM.replace("blood.", "the blood.") + VALVE, LOBES + VEIN), BLOOD.replace("All", "Most") + CHEST, "patch", []),
}  # fmt: skip
"""The notes and the editions of the next version, its step, and the reasons that are of editions."""


@pytest.mark.parametrize("case", [pytest.param(name, marks=[pytest.mark.ci] * (n > 0)) for n, name in enumerate(STEPS)])
def test_what_changes_of_editions_asks_for_a_step(deck: Deck, case: str) -> None:
    texts, editions, step, expected = STEPS[case]
    deck.change(day(3), *texts, editions)
    planned = release.plan(deck.root, Wish("auto", day(4), day(4)))
    assert isinstance(planned, Plan), planned
    reasons = [(each.rule, each.id, each.detail) for each in planned.verdict.reasons if "edition" in each.rule]
    assert (planned.verdict.step, reasons) == (step, expected)


def test_a_reason_has_the_place_of_its_note(deck: Deck) -> None:
    deck.change(day(3), ATRIUM + VALVE, VEIN + LOBES, BLOOD + CHEST.replace('["Chest"]', '["Heart"]'))
    planned = release.plan(deck.root, Wish("auto", day(4), day(4)))
    assert planned.verdict.reasons[:2] == (
        Reason("left edition", "Where does the oxygen go?", "vein", "cards/lung.md:8", "chest"),
        Reason("left edition", "The left lung has two lobes.", "lobes", "cards/lung.md:12", "chest"),
    )


@pytest.mark.ci
def test_what_is_told_of_editions(deck: Deck, update_golden: bool) -> None:
    heart = ATRIUM.replace("blood.", "the blood.") + VALVE
    deck.change(day(3), heart, LOBES.replace("#lobes", "#lobes tags=blood") + VEIN.replace(" tags=blood", ""))
    first = deck.publish(day(4))
    deck.change(day(5), heart, LOBES + VEIN, CHEST + '[editions.air]\ntitle = "Air"\ntags = ["air"]\n')
    second = deck.publish(day(6))
    deck.change(day(7), heart + VEIN.replace("vein", "artery").replace("oxygen", "blood"), LOBES + VEIN, "")
    third = deck.publish(day(8))
    texts = {
        "CHANGELOG-deck.md": changelog(third, changelog(second, changelog(first, ""))),
        "ankiweb.md": ankiweb(first),
    }
    texts |= {f"{cut.version}-RELEASE_NOTES.md": release_notes(cut) for cut in (first, second, third)}
    folder = Path(__file__).parent / "editions"
    if update_golden:
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert texts == {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}


def test_the_package_of_an_edition_is_verified(deck: Deck, tmp_path: Path) -> None:
    path = deck.folder("1.0.0") / "anatomy-chest.apkg"
    same = "anatomy-chest.apkg is the package of Anatomy 1.0.0, edition chest, byte for byte"
    assert verify_package(deck.root, path) == Verified(same)
    whole = deck.folder("1.0.0") / "anatomy-1.0.0.apkg"
    assert verify_package(deck.root, whole) == Verified(
        "anatomy-1.0.0.apkg is the package of Anatomy 1.0.0, byte for byte"
    )
    copy = shutil.copy(path, tmp_path / "copy.apkg")
    with copy.open("ab") as file:
        file.write(b"\0")
    assert verify_package(deck.root, copy) == Verified(
        "copy.apkg has the contents of Anatomy 1.0.0, edition chest, in other bytes"
    )
    deck.change(day(3), ATRIUM + VALVE, LOBES + VEIN.replace("Into the veins", "Into veins"))
    draft = deck.root / "build" / "draft.apkg"
    package.write(deck.load(day(3)).edition("chest"), draft)
    assert verify_package(deck.root, draft) == Verified(
        "draft.apkg is no release of Anatomy, and 1.0.0, edition chest is the most like it",
        notes=("vein: its time of change; its text or its tags",),
    )
    deck.change(day(3), ATRIUM + VALVE, LOBES.replace("lung", "lung of man") + VEIN)
    assert verify_package(deck.root, deck.root / "build" / "anatomy.apkg") == Verified(
        "anatomy.apkg is no release of Anatomy, and 1.0.0 is the most like it",
        notes=("lobes: its time of change; its text or its tags",),
    )


def test_a_tag_is_verified_with_its_editions(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "Anatomy 1.0.0 was built again from the tag v1.0.0"
    assert verify(deck.root, "v1.0.0") == Verified(said)
    data = (deck.root / "releases" / "1.0.0.json").read_bytes()
    made = manifest.parse(data)
    other = {"chest": replace(made.editions["chest"], digest="0" * 64)}
    monkeypatch.setattr(manifest, "parse", {data: replace(made, editions=other)}.__getitem__)
    assert verify(deck.root, "v1.0.0").problems == ("the edition chest has other contents",)


# Learners


def update(deck: Deck) -> Package:
    """Release the next version, in which a note of both editions has changed; the whole deck of it."""
    changed = VEIN.replace("Into the veins", "Into the veins of the lung")
    deck.change(day(3), ATRIUM + VALVE, LOBES + changed)
    assert deck.publish(day(4)).version == "1.0.1"
    return package.read(deck.folder("1.0.1") / "anatomy.apkg")


ORDERS = [
    ["1.0.0/anatomy-chest", "1.0.0/anatomy", "1.0.1/anatomy"],
    ["1.0.0/anatomy-chest", "1.0.1/anatomy", "1.0.0/anatomy"],
    ["1.0.0/anatomy", "1.0.1/anatomy-chest", "1.0.0/anatomy-blood"],
    ["1.0.0/anatomy-blood", "1.0.0/anatomy-chest", "1.0.1/anatomy-blood", "1.0.1/anatomy"],
    ["1.0.1/anatomy-blood", "1.0.0/anatomy", "1.0.0/anatomy-chest", "1.0.1/anatomy-chest"],
]


@pytest.mark.anki
@pytest.mark.ci
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_a_learner_of_an_edition_keeps_everything(deck: Deck, collection: Collection, order: list[str]) -> None:
    """Whatever is imported next: nothing is lost, doubled or moved, and the newest of each note is there."""
    new = update(deck)
    state: dict[int, tuple[object, ...]] = {}
    for place, name in enumerate(order):
        version, file = name.split("/")
        logs = import_package(collection, deck.folder(version) / f"{file}.apkg")
        assert logs["conflicting"] == 0
        if place == 0:
            _review(collection)
            state = _reviewed(collection)
        assert _reviewed(collection) == state
    assert len(state) == 1
    held = [collection.get_note(id_) for id_ in collection.find_notes("")]
    assert {note.guid: note.fields for note in held} == {note.guid: [*note.fields.values()] for note in new.notes}
    assert len(held) == len(new.notes)
    cards = {(collection.get_note(card.nid)["ID"], card.ord): card for card in _cards(collection)}
    decks = {key: collection.decks.name(card.did) for key, card in cards.items()}
    lung, heart = "Anatomy::Chest::Lung", "Anatomy::Heart"
    assert decks == {
        ("atrium", 0): heart,
        ("valve", 0): heart,
        ("lobes", 0): lung,
        ("lobes", 1): lung,
        ("vein", 0): "Mine",
    }
    places = {id_: card.due for (id_, _), card in cards.items() if id_ != "vein"}
    assert places == {"atrium": 1, "valve": 2, "lobes": 3}
    types = {note_type.id for note_type in new.note_types}
    assert {note.mid for note in held} == types
    assert {each.id for each in collection.models.all_names_and_ids() if "Anatomy" in each.name} == types
    assert collection.media.check().missing == []
    (top,) = (each for each in collection.decks.all() if each["name"] == "Anatomy")
    assert top["desc"] == f"<p>version {order[-1].partition('/')[0]}</p>"


def _review(collection: Collection) -> None:
    """Learn the card of a note that is in both editions, and move it to a deck of one's own."""
    (id_,) = collection.find_cards("ID:vein")
    card = collection.get_card(id_)
    collection.decks.select(card.did)
    card.start_timer()
    collection.sched.answerCard(card, 4)
    collection.set_deck([id_], collection.decks.id("Mine"))


def _reviewed(collection: Collection) -> dict[int, tuple[object, ...]]:
    """The cards that were learned, with all that was, and the log of it."""
    log = collection.db.all("SELECT * FROM revlog ORDER BY id")
    return {
        card.id: (card.nid, card.did, card.ord, card.type, card.queue, card.due, card.ivl, card.reps, log)
        for card in _cards(collection)
        if card.reps
    }


def _cards(collection: Collection) -> Iterator[Card]:
    return map(collection.get_card, collection.find_cards(""))
