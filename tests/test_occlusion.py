"""Occlusion notes in the real Anki: what its reviewer and its editor get to see, and what an update leaves alone."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import import_package
from PIL import Image
from scratch import DAY_ONE, Scratch, day

from deckwright import package
from deckwright.model import Note

if TYPE_CHECKING:
    from anki.collection import Collection

pytestmark = pytest.mark.anki

PROJECT = Path(__file__).parent / "projects" / "occlusion-svg"

SHAPES = """\
size = [400, 200]

[[mask]]
name = "rect"
left = 0.1
top = 0.2
width = 0.3
height = 0.1
hint = "it is <b>{{c1::red}}</b>"

[[mask]]
name = "turned"
left = 0.5
top = 0.5
width = 0.1
height = 0.1
angle = 45

[[mask]]
name = "ellipse"
shape = "ellipse"
left = 0.12345
top = 0.6
width = 0.2
height = 0.3
group = "round"

[[mask]]
name = "polygon"
shape = "polygon"
points = [[0.8, 0.1], [0.9, 0.3], [0.7, 0.3]]
group = "round"

[[mask]]
name = "alone"
left = 0.8
top = 0.8
width = 0.1
height = 0.1
hide-one = true
"""


def png() -> bytes:
    data = BytesIO()
    Image.new("RGB", (400, 200), "white").save(data, "PNG")
    return data.getvalue()


def imported(collection: Collection, scratch: Scratch, now: int) -> tuple[list[Note], dict[str, int]]:
    """The notes of a project as they are in a learner's collection now, and how many of them were what."""
    loaded = scratch.load(now)
    assert loaded.diagnostics == []
    file = scratch.root / "build" / "deck.apkg"
    file.parent.mkdir(exist_ok=True)
    package.write(loaded.collection, file)
    return list(loaded.collection.notes), import_package(collection, file)


def numbers(scratch: Scratch, now: int) -> list[dict[str, int]]:
    """The numbers of the masks and groups of each note, by their names."""
    lines = scratch.load(now).assigned.ledger.lines.values()
    return [{name: number for number, name in line.numbers.items()} for line in lines]


def note_id(collection: Collection, note: Note) -> int:
    return collection.db.scalar("select id from notes where guid = ?", note.guid)


def seen_by_editor(collection: Collection, nid: int) -> dict[int, list[tuple[str, dict[str, str]]]]:
    """The shapes of a note, by the number of their card."""
    answer = collection.get_image_occlusion_note(nid)
    assert answer.WhichOneof("value") == "note", answer
    return {
        one.ordinal: sorted(((s.shape, {p.name: p.value for p in s.properties}) for s in one.shapes), key=str)
        for one in answer.note.occlusions
    }


def cards(collection: Collection, note: Note) -> list[int]:
    return collection.db.list("select ord + 1 from cards where nid = ? order by ord", note_id(collection, note))


def scheduling(collection: Collection, note: Note) -> dict[int, tuple]:
    rows = collection.db.all(
        "select ord + 1, id, did, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags, data from cards where nid = ?",
        note_id(collection, note),
    )
    return {number: tuple(rest) for number, *rest in rows}


def review_all(collection: Collection) -> None:
    """Answer what is there to be learned, so that each card has a history of its own."""
    from anki.scheduler.v3 import CardAnswer

    for n, card_id in enumerate(collection.db.list("select id from cards order by id")):
        card = collection.get_card(card_id)
        card.start_timer()
        states = collection._backend.get_scheduling_states(card_id)
        rating = CardAnswer.EASY if n % 2 else CardAnswer.GOOD
        collection.sched.answer_card(collection.sched.build_answer(card=card, states=states, rating=rating))


def test_the_editor_sees_every_shape_with_its_properties(tmp_path: Path, collection: Collection) -> None:
    scratch = Scratch(tmp_path / "deck")
    text = '## Shapes {#s .occlusion}\n![](../media/a.png)\n\n## Alone {#a .occlusion mode="hide-one" masks="turned round"}\n![](../media/a.png)\n'
    scratch.write({"media/a.png": png(), "media/a.masks.toml": SHAPES, "cards/a.md": text})
    (all_, some), counts = imported(collection, scratch, DAY_ONE)
    assert counts == {"new": 2, "updated": 0, "duplicate": 0, "conflicting": 0}
    assert seen_by_editor(collection, note_id(collection, all_)) == {
        1: [("rect", {"left": ".1", "top": ".2", "width": ".3", "height": ".1", "oi": "1"})],
        2: [("rect", {"left": ".5", "top": ".5", "angle": "1250", "width": ".1", "height": ".1", "oi": "1"})],
        3: [
            ("ellipse", {"left": ".1235", "top": ".6", "rx": ".1", "ry": ".15", "oi": "1"}),
            ("polygon", {"left": ".7", "top": ".1", "points": ".8,.1 .9,.3 .7,.3", "oi": "1"}),
        ],
        4: [("rect", {"left": ".8", "top": ".8", "width": ".1", "height": ".1"})],
    }
    assert seen_by_editor(collection, note_id(collection, some)) == {
        1: [("rect", {"left": ".5", "top": ".5", "angle": "1250", "width": ".1", "height": ".1"})],
        2: [
            ("ellipse", {"left": ".1235", "top": ".6", "rx": ".1", "ry": ".15"}),
            ("polygon", {"left": ".7", "top": ".1", "points": ".8,.1 .9,.3 .7,.3"}),
        ],
    }
    assert (cards(collection, all_), cards(collection, some)) == ([1, 2, 3, 4], [1, 2])
    seen = collection.get_image_occlusion_note(note_id(collection, all_)).note
    assert (seen.occlude_inactive, seen.image_data, seen.header) == (True, png(), "Shapes")


def test_a_hint_is_shown_where_its_mask_is_asked_and_nowhere_else(tmp_path: Path, collection: Collection) -> None:
    scratch = Scratch(tmp_path / "deck")
    scratch.write(
        {"media/a.png": png(), "media/a.masks.toml": SHAPES, "cards/a.md": "## S {.occlusion}\n![](../media/a.png)\n"}
    )
    ((note,), _) = imported(collection, scratch, DAY_ONE)
    hint = '<span class="dw-hint">it is &lt;b&gt;{<wbr>{c1::red}}&lt;/b&gt;</span>'
    for card in collection.get_note(note_id(collection, note)).cards():
        for side in (card.question(), card.answer()):
            before = re.search(r'<div class="([\w-]+)"[^<>]*></div>' + re.escape(hint), side)
            expected = "cloze-inactive" if card.ord else "cloze" if side == card.question() else "cloze-highlight"
            assert before and before[1] == expected


@pytest.mark.ci
def test_drawings_make_one_card_for_each_mask_or_group(tmp_path: Path, collection: Collection) -> None:
    shutil.copytree(PROJECT, tmp_path / "deck")
    scratch = Scratch(tmp_path / "deck")
    scratch.build(DAY_ONE)  # It keeps the pictures, so that they are drawn once.
    notes, counts = imported(collection, scratch, DAY_ONE)
    assert counts == {"new": len(notes), "updated": 0, "duplicate": 0, "conflicting": 0}
    lines = scratch.load(DAY_ONE).assigned.ledger.lines
    for note in notes:
        masks = Counter(map(int, re.findall(r"{{c(\d+)::image-occlusion:", note.fields["Occlusion"])))
        assert cards(collection, note) == sorted(masks) == sorted(lines[note.guid].numbers)
        shown = seen_by_editor(collection, note_id(collection, note))
        assert {number: len(shapes) for number, shapes in shown.items()} == masks
    assert collection.fix_integrity() == ("Database rebuilt and optimized.", True)
    assert not collection.media.check().missing
    assert not collection.media.check().unused


def test_a_learner_can_move_a_mask_in_the_editor(tmp_path: Path, collection: Collection) -> None:
    scratch = Scratch(tmp_path / "deck")
    scratch.write(
        {"media/a.png": png(), "media/a.masks.toml": SHAPES, "cards/a.md": "## S {.occlusion}\n![](../media/a.png)\n"}
    )
    ((note,), _) = imported(collection, scratch, DAY_ONE)
    nid = note_id(collection, note)
    moved = collection.get_note(nid)["Occlusion"].replace("left=.1:", "left=.2:")
    collection.update_image_occlusion_note(nid, moved, "A header", "", ["tag"])
    assert seen_by_editor(collection, nid)[1][0][1]["left"] == ".2"
    assert collection.get_note(nid)["Header"] == "A header"
    assert collection.get_note(nid)["ID"] == note.fields["ID"]


def drawing(*labels: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200">{"".join(labels)}</svg>'


def label(name: str, x: int, y: int, more: str = "") -> str:
    return f'<text data-mask="{name}" x="{x}" y="{y}" {more}>{name}</text>'


CARDS = "## Two networks {#networks .occlusion}\n![](../media/net.svg)\n"
ONE = drawing(label("left", 10, 30), label("right", 150, 30), label("gone", 10, 90), label("old", 150, 90))
TWO = drawing(
    label("added", 200, 150),
    label("right", 10, 60),
    label("new", 150, 120, 'data-mask-was="old"'),
    label("left", 150, 30),
)


@pytest.mark.ci
def test_a_redrawn_diagram_keeps_the_progress_of_every_mask(tmp_path: Path, collection: Collection) -> None:
    scratch = Scratch(tmp_path / "deck")
    scratch.write({"media/net.svg": ONE, "cards/a.md": CARDS})
    scratch.release("1.0.0", day(1))
    ((note,), _) = imported(collection, scratch, day(1))
    review_all(collection)
    before, shown = scheduling(collection, note), seen_by_editor(collection, note_id(collection, note))
    log = collection.db.all("select * from revlog order by id")
    scratch.write({"media/net.svg": TWO})
    scratch.release("1.1.0", day(2))
    ((again,), counts) = imported(collection, scratch, day(2))
    assert counts == {"new": 0, "updated": 1, "duplicate": 0, "conflicting": 0}
    assert (again.guid, again.note_id) == (note.guid, note.note_id)
    assert numbers(scratch, day(2)) == [{"left": 1, "right": 2, "new": 4, "added": 5}]
    after = scheduling(collection, note)
    assert {number: after[number] for number in before} == before
    assert set(after) == {1, 2, 3, 4, 5}
    assert collection.db.all("select * from revlog order by id") == log
    moved = seen_by_editor(collection, note_id(collection, note))
    assert set(moved) == {1, 2, 4, 5}
    assert all(moved[number] != shown[number] for number in (1, 2, 4))
    (line,) = scratch.load(day(2)).assigned.ledger.lines.values()
    assert (line.numbers, line.gone) == ({1: "left", 2: "right", 4: "new", 5: "added"}, {3: "gone"})
    empty = collection.get_empty_cards()
    assert [list(one.card_ids) for one in empty.notes] == [[after[3][0]]]
    _, counts = imported(collection, scratch, day(3))
    assert counts == {"new": 0, "updated": 0, "duplicate": 1, "conflicting": 0}


def test_a_number_that_was_retired_comes_back_with_its_mask_only(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "deck")
    given = []
    for n, text in enumerate((ONE, TWO, ONE.replace('data-mask="old"', 'data-mask="new"')), 1):
        scratch.write({"media/net.svg": text, "cards/a.md": CARDS})
        scratch.release(f"1.{n}.0", day(n))
        given += numbers(scratch, day(n))
    assert given == [
        {"left": 1, "right": 2, "gone": 3, "old": 4},
        {"left": 1, "right": 2, "new": 4, "added": 5},
        {"left": 1, "right": 2, "gone": 3, "new": 4},
    ]


def test_masks_that_move_beside_a_photograph_are_a_change(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "deck")
    scratch.write(
        {"media/a.png": png(), "media/a.masks.toml": SHAPES, "cards/a.md": "## S {.occlusion}\n![](../media/a.png)\n"}
    )
    scratch.release("1.0.0", day(1))
    scratch.write({"media/a.masks.toml": SHAPES.replace("left = 0.1\n", "left = 0.11\n")})
    assert scratch.load(day(2)).assigned.changed == 1
    scratch.write({"media/a.masks.toml": "# Nothing but a remark\n" + SHAPES.replace("0.1\n", "0.10\n")})
    assert scratch.load(day(2)).assigned.changed == 0


def test_a_label_that_looks_like_a_cloze_makes_no_card(tmp_path: Path, collection: Collection) -> None:
    scratch = Scratch(tmp_path / "deck")
    text = '<text data-mask="a" y="50">{{c7::hm}}</text>'
    scratch.write({"media/net.svg": drawing(text), "cards/a.md": CARDS})
    ((note,), _) = imported(collection, scratch, DAY_ONE)
    assert cards(collection, note) == [1]
    assert collection.get_note(note_id(collection, note))["Comments"] == "<ul><li>{<wbr>{c7::hm}}</li></ul>"
