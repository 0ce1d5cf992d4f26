"""Two packages compared: what differs, what the real Anki makes of it, and the words for both."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import genanki
import pytest
from conftest import import_package
from msgspec import to_builtins
from msgspec.structs import asdict, replace

from deckwright import collection as pipeline
from deckwright import settings as project
from deckwright import starter
from deckwright.diff import (
    Changes,
    FieldChange,
    Listed,
    NoteChange,
    NoteTypeChange,
    Prediction,
    Renumbered,
    compare,
    to_json,
    to_text,
)
from deckwright.diff.compare import title_of
from deckwright.identity import Terms
from deckwright.model import Deck, Family, Field, NoteType, Template
from deckwright.package import Package, PackedCard, PackedNote, contents, read, write

RELEASED = 1_760_000_000
LATER = RELEASED + 1000
SEEDS = 20


def note_type(
    fronts: tuple[str, ...] = ("{{Front}}", "{{#Back}}{{Back}}{{/Back}}"),
    family: Family = "basic",
    names: tuple[str, ...] = ("Front", "Back"),
    id: int = 1_600_000_000_001,
    **other: Any,
) -> NoteType:
    fields = tuple(Field(name, 11 + index) for index, name in enumerate(names))
    templates = tuple(Template(f"Card {n}", 20 + n, front, "{{FrontSide}}") for n, front in enumerate(fronts, start=1))
    values = {"name": f"Course {family}", "css": "", "sort_field": 0, "mod": RELEASED}
    return NoteType(id=id, family=family, fields=fields, templates=templates, **values | other)


BASIC = note_type()
CLOZE = note_type(("{{cloze:Front}}",), "cloze", id=1_600_000_000_002)
OCCLUSION = note_type(
    ("{{cloze:Occlusion}}",), "occlusion", ("Occlusion", "Image"), 1_600_000_000_003, stock_kind=6, name="Masks"
)


def note(
    guid: str,
    *values: str,
    of: NoteType = BASIC,
    cards: tuple[int, ...] = (0,),
    mod: int = RELEASED,
    deck: str = "Course",
    tags: tuple[str, ...] = (),
    number: int = 0,
) -> PackedNote:
    """A note whose id comes of its guid, unless it gets a number."""
    note_id = 1_700_000_000_000 + (number or int.from_bytes(guid.encode()[-3:], "big")) * 1000
    fields = {field.name: value for field, value in zip(of.fields, [*values, *[""] * len(of.fields)], strict=False)}
    return PackedNote(guid, note_id, mod, of.id, fields, tags, tuple(PackedCard(ord_, deck) for ord_ in cards))


def package(*notes: PackedNote, types: tuple[NoteType, ...] = (BASIC, CLOZE, OCCLUSION), **other: Any) -> Package:
    decks = {card.deck for note in notes for card in note.cards} | {"Course"}
    values: dict[str, Any] = {"decks": tuple(map(Deck, sorted(decks))), "media": {}}
    return Package("collection.anki2", notes, types, **values | other)


# What Anki makes of it


class Model(genanki.Model):
    """A note type as it is: with its ids, where they are not 0, and its own time."""

    _req = ()

    def __init__(self, kind: NoteType) -> None:
        def named(part: Field | Template) -> dict[str, Any]:
            return {"name": part.name} | ({"id": part.id} if part.id else {})

        fields = [named(field) for field in kind.fields]
        templates = [named(part) | {"qfmt": part.front, "afmt": part.back} for part in kind.templates]
        type_ = int(kind.family != "basic")
        super().__init__(kind.id, kind.name, fields, templates, kind.css, type_, sort_field_index=kind.sort_field)
        self.kind = kind

    def to_json(self, timestamp: float, deck_id: int | None) -> dict[str, Any]:
        return super().to_json(self.kind.mod, None) | {"originalStockKind": self.kind.stock_kind}


class Note(genanki.Note):
    """A note with its own id, time and cards."""

    def __init__(self, model: Model, packed: PackedNote) -> None:
        super().__init__(model, list(packed.fields.values()), tags=packed.tags, guid=packed.guid)
        self.packed = packed
        self.cards = [genanki.Card(card.ord) for card in packed.cards]

    def write_to_db(self, cursor: Any, timestamp: float, deck_id: int, id_gen: Iterator[int]) -> None:
        super().write_to_db(cursor, self.packed.mod, deck_id, count(self.packed.note_id))


def pack(made: Package, path: Path) -> Path:
    """Write any package, also one that ours would never be."""
    models = {kind.id: Model(kind) for kind in made.note_types}
    decks = {deck.name: genanki.Deck(1000 + n, deck.name, deck.description) for n, deck in enumerate(made.decks)}
    for packed in made.notes:
        deck = packed.cards[0].deck if packed.cards else made.decks[0].name
        decks[deck].add_note(Note(models[packed.note_type_id], packed))
    genanki.Package(list(decks.values())).write_to_file(path)
    return path


def imported(anki: Any, folder: Path, old: Package, new: Package) -> Prediction:
    """What Anki itself does with the new package in a collection that has the old one."""

    def cards() -> set[int]:
        return set(anki.db.list("SELECT id FROM cards"))

    def empty() -> set[int]:
        return {card for found in anki.get_empty_cards().notes for card in found.card_ids}

    import_package(anki, pack(old, folder / "old.apkg"))
    before, empty_before, schema = cards(), empty(), anki.db.scalar("SELECT scm FROM col")
    log = import_package(anki, pack(new, folder / "new.apkg"))
    return Prediction(
        **log,
        new_cards=len(cards() - before),
        empty_cards=len(empty() - empty_before),
        one_way_sync=anki.db.scalar("SELECT scm FROM col") != schema,
    )


def with_type(kind: NoteType, *notes: PackedNote) -> Package:
    return package(*(replace(packed, note_type_id=kind.id) for packed in notes), types=(kind,))


def fronts(*texts: str, kind: NoteType = BASIC, **other: Any) -> NoteType:
    templates = tuple(replace(part, front=text) for part, text in zip(kind.templates, texts, strict=True))
    return replace(kind, templates=templates, mod=LATER, **other)


A, B = note("a", "one", "two", cards=(0, 1)), note("b", "one")
HIDING = note("c", "{{c1::x}} {{c3::y}}", of=CLOZE, cards=(0, 2))
NO_IDS = replace(BASIC, fields=tuple(replace(field, id=0) for field in BASIC.fields))
RENAMED = replace(BASIC, fields=(Field("Question", 11), Field("Back", 12)))

PAIRS = {
    "the same": (package(A, B), package(A, B)),
    "new, changed, retired": (
        package(A, B),
        package(replace(A, fields={"Front": "1", "Back": "2"}, mod=LATER), note("n", "new", "note", cards=(0, 1))),
    ),
    "another content, but not another time": (
        package(A, B),
        package(replace(A, fields={"Front": "1", "Back": "2"}), note("b", "one", "more", cards=(0, 1))),
    ),
    "an older note": (package(A), package(replace(A, fields={"Front": "1", "Back": "2"}, mod=RELEASED - 1))),
    "another time, but not another content": (package(A), package(replace(A, mod=LATER))),
    "a card that goes empty": (package(A), package(note("a", "one", mod=LATER))),
    "cloze numbers": (
        package(HIDING),
        package(note("c", "{{c1::x}} {{c2::z {{c4::w}}}}", of=CLOZE, cards=(0, 1, 3), mod=LATER)),
    ),
    "another deck": (package(A, B), package(replace(A, cards=(PackedCard(0, "Course::Else"),), mod=LATER), B)),
    "another note type": (package(A, B), package(note("a", "{{c1::x}}", of=CLOZE, mod=LATER), B)),
    "a field more": (
        package(A, types=(BASIC,)),
        with_type(note_type(names=("Front", "Back", "Extra"), mod=LATER), note("a", "1", "2", of=note_type(names=("Front", "Back", "Extra")), mod=LATER), note("n", "1", "2", of=note_type(names=("Front", "Back", "Extra")), cards=(0, 1))),
    ),
    "fields in another order": (
        package(A, types=(BASIC,)),
        with_type(replace(BASIC, fields=BASIC.fields[::-1], mod=LATER), replace(A, mod=LATER), B),
    ),
    "a template less": (package(A, types=(BASIC,)), with_type(note_type(("{{Front}}",), mod=LATER), note("a", "1", mod=LATER))),
    "a renamed field with an id": (
        package(A, B, types=(BASIC,)),
        with_type(
            fronts("{{Question}}", "{{#Back}}{{Back}}{{/Back}}", kind=RENAMED),
            replace(A, fields={"Question": "1", "Back": "2"}, mod=LATER),
        ),
    ),
    "a renamed field without an id": (
        with_type(NO_IDS, A),
        with_type(replace(RENAMED, mod=LATER), replace(A, fields={"Question": "1", "Back": "2"}, mod=LATER)),
    ),
    "ids for what had none": (with_type(NO_IDS, A), with_type(replace(BASIC, mod=LATER), replace(A, mod=LATER))),
    "another sort field": (
        package(A, B, types=(BASIC,)),
        with_type(replace(BASIC, sort_field=1, mod=LATER), replace(A, fields={"Front": "1", "Back": "2"}, mod=LATER)),
    ),
    "another sort field that is not received": (
        package(A, B, types=(BASIC,)),
        with_type(replace(BASIC, sort_field=1), replace(A, fields={"Front": "1", "Back": "2"}, mod=LATER)),
    ),
    "another front, which makes cards": (package(A, B), with_type(fronts("{{Front}}", "{{Front}}{{Back}}"), A)),
    "another front that is not received": (
        package(A, B),
        with_type(replace(fronts("{{Front}}", "{{Front}}{{Back}}"), mod=RELEASED), A),
    ),
    "another front, which empties cards": (package(A, B), with_type(fronts("{{Front}}", "static"), A)),
    "other styling": (package(replace(A, cards=A.cards[:1])), with_type(replace(BASIC, css="b {}", mod=LATER), A)),
    "basic becomes cloze": (
        with_type(note_type(("{{Front}}",)), A, note("c", "{{c3::x}}"), B),
        with_type(
            note_type(("{{cloze:Front}}",), "cloze", id=BASIC.id, mod=LATER), note("a", "{{c2::x}}", cards=(1,), mod=LATER)
        ),
    ),
    "cloze becomes basic": (with_type(CLOZE, HIDING), with_type(replace(note_type(("{{Front}}",), mod=LATER), id=CLOZE.id), HIDING)),
    "one guid twice, new": (package(B), package(B, note("n", "1"), note("n", "2", number=7))),
    "one guid twice, old": (
        package(note("a", "1", number=1), note("a", "2", number=2, mod=RELEASED + 2)),
        package(note("a", "3", number=1, mod=RELEASED + 1)),
    ),
    "one guid twice, old, the later note the older": (
        package(note("a", "1", number=2), note("a", "2", number=1, mod=RELEASED + 2)),
        package(note("a", "3", number=1, mod=RELEASED + 1)),
    ),
    "one guid twice, over one": (
        package(B),
        package(note("b", "1", "2", cards=(0, 1), mod=LATER), note("b", "2", "3", cards=(0, 1), number=5)),
    ),
    "no cards, wrong cards": (
        package(note("a", "1", cards=()), note("b", "1", cards=(0, 1))),
        package(note("a", "1", "2", cards=(0, 1), mod=LATER), note("b", "1", "", cards=(0, 1), mod=LATER), note("n", "", "", cards=(0, 1))),
    ),
}  # fmt: skip


@pytest.mark.anki
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_the_prediction_is_what_the_import_does(collection, tmp_path: Path, pair: tuple[Package, Package]) -> None:
    assert compare(*pair).prediction == imported(collection, tmp_path, *pair)


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_edits_are_predicted(collection, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    old = random_package(chance)
    new = edited(old, chance)
    assert compare(old, new).prediction == imported(collection, tmp_path, old, new)


TEXTS = ("", "x", "<br>", "{{c1::x}}", "{{c2::y}}", "{{c1::x}} {{c2::y {{c3::z}}}}", "{{c1,4::x}}")


def random_package(chance: random.Random) -> Package:
    notes = [
        note(
            chance.choice("abc") + str(number) if chance.random() < 0.9 else "twice",
            *chance.choices(TEXTS, k=2),
            of=(kind := chance.choice((BASIC, CLOZE))),
            cards=tuple(sorted(chance.sample(range(2 if kind is BASIC else 4), chance.randint(0, 2)))),
            number=number,
        )
        for number in range(1, 15)
    ]
    return package(*notes, types=(BASIC, CLOZE))


def edited(old: Package, chance: random.Random) -> Package:
    """The package with a part of its notes gone, some new ones, and anything changed in the others and in the note types."""
    kinds = {
        kind.id: chance.choice(
            (
                kind,
                replace(kind, css="b {}", mod=LATER),
                replace(kind, sort_field=1, mod=chance.choice((RELEASED, LATER))),
                replace(kind, fields=kind.fields[::-1]),
                replace(kind, templates=tuple(replace(part, front="{{Back}}") for part in kind.templates), mod=LATER),
            )
        )
        for kind in old.note_types
    }
    added = [replace(packed, guid=f"new {packed.guid}", note_id=packed.note_id + 500) for packed in old.notes[:3]]
    notes = [edited_note(packed, chance) for packed in [*old.notes, *added] if chance.random() < 0.8]
    chance.shuffle(notes)
    return package(*notes, types=tuple(kinds.values()))


def edited_note(packed: PackedNote, chance: random.Random) -> PackedNote:
    changed: dict[str, Any] = {}
    if chance.random() < 0.5:
        changed["fields"] = dict(zip(packed.fields, chance.choices(TEXTS, k=2), strict=True))
    if chance.random() < 0.1:
        changed["note_type_id"] = chance.choice((BASIC, CLOZE)).id
    if chance.random() < 0.5:
        changed["mod"] = chance.choice((RELEASED - 1, RELEASED + 1, LATER))
    if chance.random() < 0.4:
        ords = chance.sample(range(2 if packed.note_type_id == BASIC.id else 4), chance.randint(0, 2))
        changed["cards"] = tuple(PackedCard(ord_, "Course") for ord_ in sorted(ords))
    return replace(packed, **changed)


@pytest.mark.anki
def test_what_anki_exports_is_what_it_imported(collection, tmp_path: Path) -> None:
    from anki.collection import ExportAnkiPackageOptions

    made = package(A, B, HIDING, decks=(Deck("Course"),), types=(BASIC, CLOZE))
    import_package(collection, pack(made, tmp_path / "made.apkg"))
    collection.export_anki_package(
        out_path=str(tmp_path / "exported.apkg"), options=ExportAnkiPackageOptions(), limit=None
    )
    exported = read(tmp_path / "exported.apkg")
    changes = compare(made, exported)
    assert (changes.new, changes.notes, changes.retired, changes.unchanged) == ((), (), (), 3)
    assert compare(exported, made).prediction == Prediction(0, 0, 3, 0, 0, 0, False)


# What differs


def differing(old: Package, new: Package) -> dict[str, Any]:
    """The attributes that are not as in a comparison of a package with itself."""
    same = asdict(compare(old, old))
    return {name: value for name, value in asdict(compare(old, new)).items() if value != same[name]}


def change(old: PackedNote, new: PackedNote, **media: Any) -> NoteChange:
    """What differs between two notes of one guid, in packages with these media."""
    (found,) = compare(package(old, **media), package(new, **media)).notes
    return found


def test_a_package_and_its_project_hold_the_same(tmp_path: Path) -> None:
    starter.create(tmp_path, random.Random(1))
    settings, found = project.load(tmp_path)
    assert settings and not found
    made = pipeline.load(settings, Terms(RELEASED)).collection
    write(made, tmp_path / "made.apkg")
    changes = compare(read(tmp_path / "made.apkg"), contents(made))
    assert changes.unchanged == len(made.notes) > 5
    assert differing(contents(made), read(tmp_path / "made.apkg")) == {}


def test_all_that_can_differ_is_told() -> None:
    old = package(
        note("a", "What is <b>HTTP</b>?", "A protocol", cards=(0, 1), tags=("net", "web")),
        note("gone", "", "<p>Nobody asks</p> this"),
        B,
        media={"a.png": "1", "b.png": "2", "gone.png": "3"},
        decks=(Deck("Course"), Deck("Course::Gone"), Deck("Course::Kept", "kept")),
    )
    new = package(
        note("n", 'A <img src="b.png"> b'),
        note("a", "What is <i>HTTP</i>?", "The protocol", tags=("web", "exam"), deck="course::new", mod=LATER),
        B,
        types=(BASIC, replace(CLOZE, css="b {}", mod=LATER), note_type(name="Other", id=5)),
        media={"a.png": "1", "b.png": "22", "new.png": "3"},
        decks=(Deck("course", "All of it"), Deck("Course::New"), Deck("COURSE::KEPT", "kept")),
    )
    assert compare(old, new) == Changes(
        new=(Listed("n", "A [b.png] b", "Course"),),
        notes=(
            NoteChange(
                guid="a",
                title="What is HTTP?",
                fate="updated",
                fields=(
                    FieldChange("Front", (("same", "What is HTTP?"),)),
                    FieldChange("Back", (("old", "A "), ("new", "The "), ("same", "protocol "))),
                ),
                tags_added=("exam",),
                tags_removed=("net",),
                deck=("Course", "course::new"),
                note_type=None,
                cards_gained=(),
                cards_lost=(1,),
                renumbered=(),
            ),
        ),
        retired=(Listed("gone", "Nobody asks this", "Course"),),
        unchanged=1,
        repeated=(),
        note_types_new=("Other",),
        note_types=(NoteTypeChange(CLOZE.id, "Course cloze", ("styling",), False, False, True),),
        note_types_gone=("Masks",),
        decks_new=("Course::New",),
        decks_gone=("Course::Gone",),
        decks_described=("course",),
        media_new=("new.png",),
        media_changed=("b.png",),
        media_gone=("gone.png",),
        prediction=Prediction(1, 1, 1, 0, 1, 0, False),
    )


def test_a_note_is_in_the_lists_that_it_belongs_to() -> None:
    notes = [note(guid, "one", "two") for guid in ("changed", "late", "idle", "other", "moved", "cards", "same")]
    new = [
        note("changed", "1", "two", mod=LATER),
        note("late", "1", "two"),
        note("idle", "one", "two", mod=LATER),
        note("other", "{{c1::1}}", of=CLOZE, mod=LATER),
        note("moved", "one", "two", deck="Else"),
        note("cards", "one", "two", cards=(0, 1)),
        note("same", "one", "two"),
    ]
    changes = compare(package(*notes), package(*new))
    lists = ("changed", "unreceived", "idle", "conflicting", "other_deck", "other_cards", "renumbered")
    assert {name: [note.guid for note in getattr(changes, name)] for name in lists} == {
        "changed": ["changed"],
        "unreceived": ["late"],
        "idle": ["idle"],
        "conflicting": ["other"],
        "other_deck": ["moved"],
        "other_cards": ["cards"],
        "renumbered": [],
    }
    assert changes.conflicting[0].note_type == ("Course basic", "Course cloze")
    assert changes.unchanged == 1


def test_fields_of_one_note_type_are_paired_in_their_order() -> None:
    renamed = replace(A, fields={"Question": "one", "Back": "2"}, mod=LATER)
    kind = replace(RENAMED, mod=LATER)
    (found,) = compare(package(A, types=(BASIC,)), package(renamed, types=(kind,))).notes
    assert found.fields == (FieldChange("Back", (("old", "two "), ("new", "2 "))),)


def test_a_note_whose_field_or_deck_has_another_name_for_the_same_is_unchanged() -> None:
    renamed = replace(
        A, fields={"Question": "one", "Back": "two"}, cards=tuple(PackedCard(card.ord, "COURSE") for card in A.cards)
    )
    changes = compare(package(A, types=(BASIC,)), package(renamed, types=(replace(RENAMED, mod=LATER),)))
    assert (changes.notes, changes.unchanged) == ((), 1)


def test_fields_of_another_note_type_are_paired_by_name() -> None:
    found = change(A, note("a", "one", of=OCCLUSION))
    assert found.fields == (
        FieldChange("Occlusion", (("new", "one "),)),
        FieldChange("Front", (("old", "one "),)),
        FieldChange("Back", (("old", "two "),)),
    )


SENTENCES = (
    "", "a", "b", "a b", "a  b c", "x b c", "a b x", "one two three four", "one 2 three 4", "two one", "心臓は血を送る", "心臓は水を送る",
    "[mask 1: rect left=.1]", "a" * 50,
)  # fmt: skip


@pytest.mark.parametrize("old", SENTENCES)
@pytest.mark.parametrize("new", SENTENCES)
def test_words_make_both_texts(old: str, new: str) -> None:
    if old == new:
        return
    ((_, words),) = ((field.name, field.words) for field in change(note("a", old), note("a", new)).fields)
    for other, text in (("old", old), ("new", new)):
        assert "".join(part for kind, part in words if kind in ("same", other)).strip() == " ".join(text.split())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a b c", "a x c", (("same", "a "), ("old", "b "), ("new", "x "), ("same", "c "))),
        ("a b c d", "a x y d", (("same", "a "), ("old", "b c "), ("new", "x y "), ("same", "d "))),
        ("<b>a</b> b", "a <i>b</i>", (("same", "a b"),)),
        ("a &amp; b", "a & b", (("same", "a & b"),)),
        ("a<br>b", "a<p>b</p>c", (("same", "a b "), ("new", "c "))),
        ('<img src="a b.png">', "<IMG alt=x src='c.png'>", (("old", "[a b.png] "), ("new", "[c.png] "))),
        ("心臓は血", "心臓は水", (("same", "心臓は"), ("old", "血 "), ("new", "水 "))),
        ("<br>", "<div></div>", ()),
        (
            '<img src="data:image/png;base64,AAAA">',
            '<img src="data:image/png;base64,BBBB">',
            (("same", "[data:image/png;base64]"),),
        ),
        (
            "{{c1::image-occlusion:rect:left=.1:oi=1}}",
            "{{c1::image-occlusion:rect:left=.2}}",
            (("same", "[mask 1] "), ("new", "(redrawn) ")),
        ),
    ],
)
def test_words_that_went_stand_before_those_that_came(old: str, new: str, words: Any) -> None:
    assert [field.words for field in change(note("a", old), note("a", new)).fields] == [words]


def test_a_text_as_long_as_a_book_is_replaced_whole() -> None:
    old, new = ("".join(f"{word}{number} " for number in range(20_000)) for word in ("a", "b"))
    (field,) = change(note("a", "same " + old), note("a", "same " + new)).fields
    assert field.words == (("old", "same " + old), ("new", "same " + new))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("{{c1::A}} {{c2::B}}", "{{c2::A}} {{c1::B}}", [(1, "A", "B"), (2, "B", "A")]),
        ("{{c1::A}} {{c2::B}}", "{{c1::C}} {{c2::A}} {{c3::B}}", [(1, "A", "C"), (2, "B", "A")]),
        ("{{c1::A}} {{c2::B}}", "{{c1::B}}", [(1, "A", "B")]),
        ("{{c1::A {{c2::B::hint}}}}", "{{c2::A {{c1::B}}}}", [(1, "A B", "B"), (2, "B", "A B")]),
        ("{{c1::<b>A</b>::hint}} {{c2::B}}", "{{c1::B::hint}} {{c2::A}}", [(1, "A", "B"), (2, "B", "A")]),
        ("{{c1,3::A}} {{c2::B}}", "{{c1,2::A}} {{c3::B}}", [(2, "B", "A"), (3, "A", "B")]),
        ("{{c1::A}} {{c2::B}}", "{{c1::A!}} {{c2::B}}", []),
        ("{{c1::A}} {{c2::B}}", "{{c2::B}} {{c1::A}} {{c3::C}}", []),
        ("{{c1::A}} {{c2::B}}", "{{c1::A}} {{c1::B}}", []),
        ("{{c1::A}} {{c1::B}}", "{{c1::A}} {{c2::B}}", []),
        ("{{c1::A}} {{c2::B}}", "{{c1::<i>A</i>::other}} {{c2::B}}", []),
        ("{{c0::A}} {{c1::B}}", "{{c1::A}}", []),
        ("{{c1::A {{c2::B", "{{c2::A {{c1::B", []),
    ],
)
def test_numbers_that_ask_for_another_answer(old: str, new: str, found: list[tuple[int, str, str]]) -> None:
    renumbered = change(note("c", old, of=CLOZE), note("c", new, of=CLOZE, mod=LATER)).renumbered
    assert renumbered == tuple(Renumbered(number, (before,), (after,)) for number, before, after in found)


def test_only_notes_with_numbers_can_be_renumbered() -> None:
    assert change(note("a", "{{c1::A}}{{c2::B}}"), note("a", "{{c2::A}}{{c1::B}}")).renumbered == ()


def mask(number: int, left: str, more: str = "") -> str:
    return f"{{{{c{number}::image-occlusion:rect:left={left}{more}}}}}<br>"


def labelled(number: int, left: str, label: str, hint: str = "") -> str:
    """A mask as we write it."""
    beside = f'<span class="dw-hint">{hint}</span>' if hint else ""
    return f'{{{{c{number}::image-occlusion:rect:left={left}}}}}{beside}<span class="dw-label">{label}</span><br>'


LABELLED = (
    labelled(1, ".1", "Aorta &amp; arch", "a hint")
    + labelled(2, ".2", "Valve")
    + labelled(3, ".3", "Apex")
    + labelled(4, ".4", "Wall")
)


def diagram(occlusion: str, picture: str = "a", mod: int = RELEASED) -> Package:
    return package(note("m", occlusion, f'<img src="{picture}.png">', of=OCCLUSION, cards=(0, 1, 2, 3), mod=mod))


def test_masks_are_shown_by_their_labels_and_said_to_be_redrawn() -> None:
    new = (
        labelled(1, ".1", "Aorta &amp; arch")
        + labelled(2, ".25", "Valve")
        + labelled(3, ".3", "Tip")
        + labelled(5, ".5", "{<wbr>{c1::x}}")
    )
    text = to_text(compare(diagram(LABELLED), diagram(new, "b", LATER)))
    assert text.split("\n\n")[1] == (
        "Changed notes (1)\n"
        "  [b.png]\n"
        "    Occlusion: [mask 1: Aorta & arch] [mask 2: Valve] {+(redrawn)+} [mask 3: [-Apex]-]{+Tip]+} [mask"
        " [-4: Wall]-]{+5: {{c1::x}}]+}\n"
        "    Image: [-[a.png]-]{+[b.png]+}"
    )


def test_a_mask_is_called_by_the_label_that_only_the_newer_package_has() -> None:
    bare = "".join(mask(n, f".{n}") for n in (1, 2, 3, 4))
    text = to_text(compare(diagram(bare), diagram(LABELLED, mod=LATER)))
    assert text.split("\n\n")[1] == ("Changed notes (1)\n  [a.png]\n    Occlusion: the same words, other markup")


def test_masks_that_swap_their_labels_are_told_even_on_another_picture() -> None:
    new = labelled(1, ".3", "Valve") + labelled(2, ".2", "Aorta &amp; arch") + LABELLED[LABELLED.index("{{c3") :]
    text = to_text(compare(diagram(LABELLED), diagram(new, "b", LATER)))
    assert text.split("\n\n")[2] == (
        "Numbers that ask for another answer (1)\n"
        "A card is known by its number, so what was learned of the old answer counts for the new one.\n"
        "  [b.png]\n"
        "    card 1 asked for “Aorta & arch”, now for “Valve”\n"
        "    card 2 asked for “Valve”, now for “Aorta & arch”"
    )


def described(text: str) -> Package:
    return package(A, decks=(Deck("Course", text),))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("For me\n<p>5 notes · version 1</p>", "For me\n<p>6 notes · version 1</p>", ()),
        ("<p>1 note · version 1 · Vesal</p>", "<p>2 notes · version 1 · Vesal</p>", ()),
        ("For me\n<p>5 notes · version 1</p>", "For you\n<p>6 notes · version 1</p>", ("Course",)),
        ("<p>5 notes · version 1</p>", "<p>6 notes · version 2</p>", ("Course",)),
        ("Read 3 notes a day", "Read 30 notes a day", ("Course",)),
        ("<p>3 notes · version 1</p> a day", "<p>30 notes · version 1</p> a day", ("Course",)),
        (
            "<p>3 notes · version 1</p>\n<p>9 notes · version 1</p>",
            "<p>4 notes · version 1</p>\n<p>9 notes · version 1</p>",
            ("Course",),
        ),
        ("10 cards", "12 cards", ("Course",)),
    ],
)
def test_a_description_that_only_counts_is_no_change(old: str, new: str, told: tuple[str, ...]) -> None:
    assert compare(described(old), described(new)).decks_described == told


def test_the_notes_of_a_project_are_told_with_their_places() -> None:
    places = {"n": "cards/net.md:3", "a": "cards/net.md:9", "c": "cards/abc.md:1", "late": "cards/abc.md:7"}
    expected = TEXT
    for title, guid in (("Something new", "n"), ("What is HTTPS, then?", "a"), ("A and B", "c"), ("one more", "late")):
        expected = expected.replace(f"\n  {title}\n", f"\n  {places[guid]}: {title}\n")
    assert to_text(compare(OLD, NEW, places)) == expected


def test_masks_that_swap_their_numbers_are_told_by_their_places() -> None:
    picture = '<img src="a.png">'
    old = note("m", mask(1, ".1") + mask(2, ".2"), picture, of=OCCLUSION)
    new = note("m", mask(1, ".2", ":oi=1") + mask(2, ".1", ":oi=1"), picture, of=OCCLUSION, mod=LATER)
    assert change(old, new, media={"a.png": "1"}).renumbered == (
        Renumbered(1, ("rect left=.1",), ("rect left=.2",)),
        Renumbered(2, ("rect left=.2",), ("rect left=.1",)),
    )


def test_places_on_another_picture_are_not_compared() -> None:
    old = note("m", mask(1, ".1") + mask(2, ".2"), '<img src="a.png">', of=OCCLUSION)
    new = note("m", mask(1, ".2") + mask(2, ".3"), '<img src="b.png">', of=OCCLUSION, mod=LATER)
    assert change(old, new, media={"a.png": "1", "b.png": "2"}).renumbered == ()
    assert [found.number for found in change(old, new, media={"a.png": "1", "b.png": "1"}).renumbered] == [1, 2]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (replace(BASIC, mod=RELEASED - 5), None),
        (replace(BASIC, mod=LATER), ((), False, False, True)),
        (replace(BASIC, css="b {}"), (("styling",), False, False, False)),
        (replace(BASIC, name="Other", mod=LATER), (("name",), False, False, True)),
        (replace(RENAMED, mod=LATER), (("fields",), False, False, True)),
        (replace(BASIC, fields=BASIC.fields[:1], mod=LATER), (("fields",), True, False, False)),
        (replace(BASIC, templates=BASIC.templates[:1], mod=LATER), (("template Card 2",), True, False, False)),
        (fronts("{{Back}}", BASIC.templates[1].front), (("template Card 1",), False, False, True)),
        (replace(BASIC, sort_field=1, mod=LATER), (("sort field",), False, False, True)),
        (replace(BASIC, family="cloze", mod=LATER), (("kind",), False, True, True)),
    ],
)
def test_a_note_type_that_changes(new: NoteType, expected: Any) -> None:
    found = compare(package(types=(BASIC,)), package(types=(new,))).note_types
    assert found == (() if expected is None else (NoteTypeChange(BASIC.id, new.name, *expected),))


# What other tools may have written


def test_notes_with_one_guid_are_paired_in_their_order() -> None:
    first, second = note("a", "1", number=1), note("a", "2", number=2)
    assert differing(package(first, second), package(first, second)) == {}
    changes = compare(package(first, second), package(first, replace(second, fields={"Front": "3", "Back": ""})))
    assert (changes.repeated, [note.title for note in changes.notes], changes.unchanged) == (("a",), ["3"], 1)
    assert compare(package(first, second), package(first)).retired == (Listed("a", "2", "Course"),)


def test_a_long_title_is_cut() -> None:
    (found,) = compare(package(), package(note("a", "word " * 50))).new
    assert found.title == "word " * 19 + "word…"


def test_note_types_and_media_may_be_missing() -> None:
    old = package(note("c", "{{c1::A}}", '<img src="no.png">', of=CLOZE), types=())
    new = package(note("c", "{{c1::B}}", '<img src="no.png">', of=CLOZE, mod=LATER), note("n", cards=()), types=())
    changes = compare(old, new)
    assert changes.prediction == Prediction(1, 1, 0, 0, 0, 0, False)
    assert changes.new == (Listed("n", "n", ""),)
    assert "{{c1::A}}" in to_text(changes)


def test_an_empty_package_is_compared() -> None:
    nothing = package(types=(), decks=())
    assert compare(nothing, nothing) == Changes(
        (), (), (), 0, (), (), (), (), (), (), (), (), (), (), Prediction(0, 0, 0, 0, 0, 0, False)
    )


@pytest.mark.ci
def test_ten_thousand_changed_notes_are_all_told() -> None:
    text = "a protocol that most of the web is read with, and much else besides it too " * 3
    old = package(*(note(f"g{n}", f"{n} what", text, cards=(0, 1), number=n + 1) for n in range(10_000)))
    new = replace(old, notes=tuple(replace(n, fields={**n.fields, "Back": text + "x"}, mod=LATER) for n in old.notes))
    changes = compare(old, new)
    assert len(changes.changed) == 10_000
    assert to_text(changes, limit=None).count("\n    Back: ") == 10_000


# The forms


OLD = package(
    note("a", "What is <b>HTTP</b>?", "A protocol", cards=(0, 1), tags=("net",)),
    note("c", "{{c1::A}} and {{c2::B}}", of=CLOZE, cards=(0, 1)),
    note("late", "one"),
    note("gone", "Nobody asks this"),
    note("kept", "one"),
    media={"_a.png": "1"},
)
NEW = package(
    note("n", "Something new"),
    note("a", "What is <b>HTTPS</b>, then?", "<i>A protocol</i>", tags=("web",), deck="Course::New", mod=LATER),
    note("c", "{{c2::A}} and {{c1::B}}", of=CLOZE, cards=(0, 1), mod=LATER),
    note("late", "one more"),
    note("kept", "one"),
    types=(replace(BASIC, css="b {}", mod=LATER), CLOZE, OCCLUSION),
    media={"_a.png": "2"},
)

TEXT = """\
Notes: 1 new, 2 changed, 1 changed but not received, 1 in another deck, 1 with a number that asks for another answer, 1 retired, 1 unchanged

New notes (1)
  Something new

Changed notes (2)
  What is HTTPS, then?
    Front: What is [-HTTP?-]{+HTTPS, then?+}
    Back: the same words, other markup
    Tags: [-net-] {+web+}
    Card 2 is gone
  A and B
    Front: [-{{c1::A}}-]{+{{c2::A}}+} and [-{{c2::B}}-]{+{{c1::B}}+}

Retired notes (1)
They are not in the new package. Anki deletes nothing: learners keep them, and their reviews.
  Nobody asks this

Notes in another deck (1)
Anki leaves cards in their deck. Only those who get them for the first time find them in the new one.
  What is HTTPS, then?
    from Course to Course::New

Numbers that ask for another answer (1)
A card is known by its number, so what was learned of the old answer counts for the new one.
  A and B
    card 1 asked for “A”, now for “B”
    card 2 asked for “B”, now for “A”

Changed notes that nobody receives (1)
Anki updates a note only if its modification time is later than the learner’s, and theirs is not.
  one more
    Front: one {+more+}

Changed note types (1)
  Course basic: styling

New decks (1)
  Course::New

Files with other contents under the same name (1)
Notes that are not updated still show the old file. A file is never replaced if its name begins with _.
  _a.png

What importing this does to your collection
1 note is added. 2 notes are updated: fields and tags become those of the new package, and your
edits are overwritten. Only a note that you edited after its new version was made keeps your edits.
2 notes stay as you have them. You get 1 new card. 1 retired note will stay until you delete it. You
keep all reviews and due dates, but some of them will belong to another answer."""


def test_people_read_it_in_words() -> None:
    assert to_text(compare(OLD, NEW)) == TEXT


def test_its_prose_is_no_wider_than_the_terminal() -> None:
    prose = to_text(compare(OLD, NEW), columns=60).rpartition("collection\n")[2]
    assert max(map(len, prose.split("\n"))) <= 60
    assert prose.split() == TEXT.rpartition("collection\n")[2].split()
    assert to_text(compare(OLD, NEW), columns=200) == TEXT


def test_nothing_is_said_of_what_is_the_same() -> None:
    assert to_text(compare(OLD, OLD)) == (
        "Notes: 5 unchanged\n\nWhat importing this does to your collection\n"
        "Nothing changes. 5 notes stay as you have them. You keep all reviews and due dates."
    )


def test_dangers_are_told_with_what_to_do() -> None:
    kind = replace(note_type(names=("Front", "Back", "Extra")), mod=LATER)
    text = to_text(compare(package(A, types=(BASIC,)), package(note("a", "1", of=kind, mod=LATER), types=(kind,))))
    assert (
        "  Course basic: fields\n    Anki makes a second note type of it, and no longer updates the notes of the first"
        in text
    )
    assert "Notes that cannot be updated (1)\n" in text
    sorted_anew = replace(BASIC, sort_field=1, mod=LATER)
    text = to_text(compare(package(A, types=(BASIC,)), package(replace(A, mod=LATER), types=(sorted_anew,))))
    assert text.replace("\n", " ").endswith(
        "Anki then needs a one-way sync: sync all your devices before you import, or you may lose reviews."
    )


@pytest.mark.parametrize(
    ("limit", "last"), [(10, ["  n9", "  … and 2 more"]), (11, ["  n10", "  … and 1 more"]), (12, ["  n10", "  n11"]), (None, ["  n10", "  n11"])]
)  # fmt: skip
def test_long_lists_are_cut(limit: int | None, last: list[str]) -> None:
    changes = compare(package(), package(*(note(f"n{number}", f"n{number}") for number in range(12))))
    assert to_text(changes, limit=limit).split("\n\n")[1].split("\n")[-2:] == last


def test_of_what_did_not_change_only_the_words_beside_it_are_shown() -> None:
    before, behind = " ".join(f"before{n}" for n in range(40)), " ".join(f"behind{n}" for n in range(40))
    text = to_text(
        compare(package(note("a", "t", f"{before} x {behind}")), package(note("a", "t", f"{before} y {behind}")))
    )
    line = next(line for line in text.split("\n") if line.startswith("    Back"))
    assert (
        line == "    Back: … before36 before37 before38 before39 [-x-]{+y+} behind0 behind1 behind2 behind3 behind4 …"
    )


def test_styles_are_asked_for_by_role() -> None:
    asked: dict[str, list[str]] = {}

    def style(text: str, role: str) -> str:
        asked.setdefault(role, []).append(text)
        return f"<{role}>"

    text = to_text(compare(OLD, NEW), style)
    assert asked["old"] == ["[-HTTP?-]", "[-net-]", "[-{{c1::A}}-]", "[-{{c2::B}}-]"]
    assert asked["new"] == ["{+HTTPS, then?+}", "{+web+}", "{+{{c2::A}}+}", "{+{{c1::B}}+}", "{+more+}"]
    assert [heading.rpartition(" (")[0] for heading in asked["warning"]] == [
        "Numbers that ask for another answer",
        "Changed notes that nobody receives",
        "Files with other contents under the same name",
    ]
    assert "    Front: What is <old><new>\n" in text


def test_a_package_cannot_write_to_the_terminal_what_it_likes() -> None:
    bad = "\x1b[31mred\x07"
    new = package(
        note("n", bad), note("a", bad, mod=LATER, tags=(bad,), deck=bad), types=(replace(BASIC, name=bad),), media={bad: "1"}
    )  # fmt: skip
    assert "\x1b" not in to_text(compare(package(B, note("a", "one"), types=()), new))


def test_programs_read_every_attribute() -> None:
    changes = compare(OLD, NEW)
    told = json.loads(to_json(changes, OLD, NEW))
    assert told.pop("packages") == [
        {"version": "", "notes": 5, "cards": 7, "media": 1},
        {"version": "", "notes": 5, "cards": 6, "media": 1},
    ]
    assert told.pop("counts") == {
        "new": 1,
        "changed": 2,
        "unreceived": 1,
        "idle": 0,
        "conflicting": 0,
        "other_deck": 1,
        "renumbered": 1,
        "retired": 1,
        "unchanged": 1,
    }
    assert (told.pop("descriptions"), told.pop("reordered")) == ([], False)
    positions = {"n": 1, "a": 2, "c": 3, "late": 4, "gone": 4}
    expected = json.loads(json.dumps(to_builtins(changes)))
    for listed in ("new", "notes", "retired"):
        expected[listed] = [held | {"id": "", "position": positions[held["guid"]]} for held in expected[listed]]
    assert told == expected
    assert list(told) == list(asdict(changes))


def test_programs_read_ids_versions_positions_and_descriptions() -> None:
    def with_id(packed: PackedNote) -> PackedNote:
        return replace(packed, fields={**packed.fields, "ID": f"id-{packed.guid}"})

    notes = [with_id(note(guid, guid)) for guid in ("a", "b", "gone")]
    old = package(
        *notes,
        types=(),
        decks=(Deck("Course", "<p>3 notes · version 1.0.0 · Vesal</p>"), Deck("Course::One", "Of one")),
    )
    new = package(
        notes[1],
        with_id(note("n", "new")),
        with_id(note("a", "other", mod=LATER)),
        types=(),
        decks=(Deck("course", "<p>version 1.1.0 + draft</p>"), Deck("Course::one", "Of *one*")),
    )
    told = json.loads(to_json(compare(old, new), old, new))
    assert told["packages"] == [
        {"version": "1.0.0", "notes": 3, "cards": 3, "media": 0},
        {"version": "1.1.0 + draft", "notes": 3, "cards": 3, "media": 0},
    ]
    places = {name: [(held["id"], held["position"]) for held in told[name]] for name in ("new", "notes", "retired")}
    assert places == {"new": [("id-n", 2)], "notes": [("id-a", 3)], "retired": [("id-gone", 3)]}
    assert told["reordered"]
    assert told["descriptions"] == [
        {"deck": "course", "old": "<p>3 notes · version 1.0.0 · Vesal</p>", "new": "<p>version 1.1.0 + draft</p>"},
        {"deck": "Course::one", "old": "Of one", "new": "Of *one*"},
    ]


@pytest.mark.parametrize("write", [to_text, lambda changes: to_json(changes, OLD, NEW)])
def test_the_same_packages_give_the_same_words(write: Callable[[Changes], str]) -> None:
    assert write(compare(OLD, NEW)) == write(compare(OLD, NEW))


@pytest.mark.parametrize(
    ("values", "title"),
    [
        (["17", "où est la gare", "where"], "où est la gare"),
        (["b 2", "a"], "b 2"),
        (["2", "1"], "2"),
        (["", ""], "g"),
        (['<img src="a.png">', "The heart"], "[a.png]"),
        (
            ["{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.1}}", '<img src="a.png">', "", "Chambers"],
            "Chambers",
        ),
        (["{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.1}}", '<img src="a.png">'], "[a.png]"),
    ],
)
def test_a_note_is_called_by_its_sort_field_unless_that_is_a_number_or_masks(values: list[str], title: str) -> None:
    note = replace(A, guid="g", fields={str(n): value for n, value in enumerate(values)})
    assert title_of(note, BASIC) == title
