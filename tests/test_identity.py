"""Who a note is, whatever its author does: guids, IDs, note ids, cloze numbers and times of change.

Stories of one project after another are in `histories`; here are frozen values, single rules, and a machine that plays
authors against the invariants that `README.md` numbers.
"""

from __future__ import annotations

import copy
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import msgspec
import pytest
from conftest import many
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from msgspec.structs import replace
from rapidfuzz.fuzz import ratio
from scratch import DAY, RENDERERS, SETTINGS, Scratch, by_front, codes, day

from deckwright import identity
from deckwright.collection import Loaded
from deckwright.diagnostics import has_errors
from deckwright.generation import CARD_IDS
from deckwright.identity import Assigned, ledger, stamps
from deckwright.identity.lines import Frozen, Line
from deckwright.identity.numbers import Numbered, kept, number
from deckwright.model import Candidate, Deletion, Identity, Note, Span

BASIC = "---\nkind: basic\n---\n# IAM\n\n"
USER = "## What is a user?\n\nA person or a service with keys of its own.\n\n"
GROUP = "## What is a group?\n\nUsers with equal rights.\n\n"
ROLE = "## What is a role?\n\nRights that are assumed for a while.\n\n"
SPAN = Span("cards/iam.md", 3)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "project")


def clozes(text: str) -> dict[str, str]:
    return {"iam.md": f"# IAM\n\n## Users {{.cloze #users}}\n\n{text}\n"}


def the_line(assigned: Assigned) -> Line:
    (line,) = assigned.ledger.lines.values()
    return line


def guids(notes: Iterable[Note]) -> dict[str, str]:
    return {asked: note.guid for asked, note in by_front(tuple(notes)).items()}


def released(scratch: Scratch, version: str, now: int) -> tuple[Note, ...]:
    """The notes of a release."""
    scratch.release(version, now)
    return scratch.load(now).collection.notes


def numbers(assigned: Assigned) -> list[tuple[int, ...]]:
    """The numbers of the deletions of each note."""
    return [who.numbers for who in assigned.identities if who]


# Frozen values


@pytest.mark.parametrize(
    ("arguments", "guid"),
    [
        (("anatomy-k3v9q2xm", "basic", "valve"), "4Yvsg80TE6naiw"),
        (("anatomy-k3v9q2xm", "cloze", "valve"), "02c03oidbLUM5Z"),
        (("anatomy-k3v9q2xm", "basic", "valve", 1), "550MrIExjFGwNi"),
        (("botany-00000000", "basic", "valve"), "3k2MDxE32MmATG"),
        (("anatomy-k3v9q2xm", "basic", ("", "Heart", "What is a 弁?", "16f86dabf55fc30e")), "0pQMTDHZnsNwCf"),
    ],
)
def test_guids_never_change(arguments: tuple, guid: str) -> None:
    """Learners have them: another value here is every note a second time in every collection."""
    assert identity.guid(*arguments) == guid


def test_the_identity_of_a_first_build_never_changes(scratch: Scratch) -> None:
    """From the Markdown to the ledger's key: what goes into a guid is frozen with it."""
    scratch.card_files({
        "iam.md": BASIC + USER + "## Users {.cloze #users}\n\nA ==user== has ==keys==.\n\n"
        "## Parts {#parts .items}\n\n- **Group**: users.\n",
    })  # fmt: skip
    assert scratch.build(day(1)).assigned.identities == [
        Identity("4rBf3HnmFzkVGk", 1799920307500, "what-is-a-user-zkvgk", day(1), ()),
        Identity("3Qk9WKvpwG6ikW", 1799999868500, "users", day(1), (1, 2)),
        Identity("20YiuF5lWDWNLA", 1799942392500, "parts.group", day(1), ()),
    ]


def test_two_clones_mint_alike(scratch: Scratch, tmp_path: Path) -> None:
    other = Scratch(tmp_path / "clone")
    for clone, when in ((scratch, day(1)), (other, day(9))):
        clone.card_files({"iam.md": BASIC + USER + GROUP})
        clone.build(when)
    assert guids(scratch.load(day(2)).collection.notes) == guids(other.load(day(9)).collection.notes)


def test_note_ids_lie_within_the_day_before_and_leave_room_for_cards(scratch: Scratch) -> None:
    text = BASIC + "".join(f"## What is {n}?\n\nThe number {n}.\n\n" for n in range(60))
    scratch.card_files({"numbers.md": text})
    ids = sorted(note.note_id for note in scratch.build(day(2)).collection.notes)
    assert day(1) * 1000 <= ids[0] and ids[-1] + CARD_IDS <= day(2) * 1000
    assert all(later - earlier >= CARD_IDS for earlier, later in pairwise(ids))


@pytest.mark.parametrize("now", [1, 86_400, 172_801])
def test_no_note_id_is_negative_however_early_the_epoch(scratch: Scratch, now: int) -> None:
    scratch.card_files({"iam.md": BASIC + USER + GROUP + ROLE})
    assert min(note.note_id for note in scratch.build(now).collection.notes) > 0


def test_one_note_id_of_two_merged_branches_is_parted(scratch: Scratch) -> None:
    """The package could not hold both. The released note keeps it; Anki matches notes by guid alone."""
    scratch.card_files({"iam.md": BASIC + USER})
    (user,) = released(scratch, "1.0.0", day(1))
    scratch.card_files({"iam.md": BASIC + USER + GROUP})
    loaded = scratch.build(day(2))
    lines = {g: msgspec.structs.replace(line, nid=user.note_id) for g, line in loaded.assigned.ledger.lines.items()}
    ledger.write(msgspec.structs.replace(loaded.assigned.ledger, lines=lines), scratch.lock)
    merged = scratch.build(day(3))
    ids = {asked: note.note_id for asked, note in by_front(merged.collection.notes).items()}
    assert ids["What is a user?"] == user.note_id
    assert abs(ids["What is a group?"] - user.note_id) >= CARD_IDS
    assert ledger.dump(scratch.load(day(4)).assigned.ledger) == scratch.lock.read_bytes()


# Ids


def test_an_id_that_two_notes_have_stays_with_the_one_that_had_it(scratch: Scratch) -> None:
    """A section copied above its original keeps the original's id by mistake; its own line is not lost either."""
    user = USER.replace("user?", "user? {#user}")
    scratch.card_files({"iam.md": BASIC + user + GROUP + ROLE})
    before = guids(released(scratch, "1.0.0", day(1)))
    copied = GROUP.replace("group?", "group? {#user}")
    scratch.card_files({"iam.md": BASIC + copied + user + ROLE})
    loaded = scratch.build(day(2), keep_going=True)
    assert codes(loaded) == ["I001"]
    assert guids(loaded.collection.notes) == {asked: before[asked] for asked in ("What is a user?", "What is a role?")}
    scratch.card_files({"iam.md": BASIC + GROUP + user + ROLE})
    assert guids(scratch.build(day(3)).collection.notes) == before


def test_a_note_that_is_left_out_for_its_id_ships_no_file(scratch: Scratch) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="{}" height="9"/></svg>'
    scratch.write({f"media/{name}.svg": picture.format(width) for width, name in enumerate("ab", 1)})
    user, group = (
        text.replace("?\n", "? {#user}\n") + f"![{name}](../media/{name}.svg)\n\n" for text, name in ((USER, "a"), (GROUP, "b"))
    )  # fmt: skip
    scratch.card_files({"iam.md": BASIC + user + group})
    loaded = scratch.load(day(1))
    assert (codes(loaded), [file.path.name for file in loaded.collection.media]) == (["I001"], ["a.svg"])


def test_a_suggested_id_is_free(scratch: Scratch) -> None:
    tagged = [text.replace("?\n", "? {#user}\n") for text in (USER, GROUP)]
    taken = ROLE.replace("?\n", "? {#user-2}\n")
    scratch.card_files({"iam.md": BASIC + tagged[0] + taken + tagged[1]})
    (found,) = scratch.load(day(1)).diagnostics
    assert (found.code, found.hint) == ("I001", "give this note another id: `user-3` is free")


def test_the_id_on_the_card_can_be_written_into_the_tag(scratch: Scratch) -> None:
    """As I002 advises, whatever else is edited at once."""
    scratch.card_files({"iam.md": BASIC + USER + GROUP})
    user = by_front(released(scratch, "1.0.0", day(1)))["What is a user?"]
    edited = f'## Whom does IAM know?\n<!-- card: id="{user.fields["ID"]}" -->\n\nPeople and machines.\n\n'
    scratch.card_files({"iam.md": BASIC + edited + GROUP})
    loaded = scratch.build(day(2))
    assert (codes(loaded), guids(loaded.collection.notes)["Whom does IAM know?"]) == ([], user.guid)


def test_was_names_a_derived_id_too(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    (user,) = released(scratch, "1.0.0", day(1))
    text = f'## Whom does IAM know?\n<!-- card: id="known" was="{user.fields["ID"]}" -->\n\nPeople and machines.\n'
    scratch.card_files({"iam.md": BASIC + text})
    (note,) = scratch.build(day(2)).collection.notes
    assert (note.guid, note.fields["ID"]) == (user.guid, "known")


def test_was_may_stay_and_its_id_may_go_to_another_note(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER.replace("?\n", "? {#user}\n")})
    (user,) = released(scratch, "1.0.0", day(1))
    renamed = USER.replace("?\n", '? {#person was="user"}\n')
    scratch.card_files({"iam.md": BASIC + renamed})
    scratch.build(day(2))
    scratch.card_files({"iam.md": BASIC + renamed + GROUP.replace("?\n", "? {#user}\n")})
    loaded = scratch.build(day(3))
    assert codes(loaded) == []
    assert [(note.fields["ID"], note.guid == user.guid) for note in loaded.collection.notes] == [
        ("person", True), ("user", False),
    ]  # fmt: skip


def test_a_was_that_names_no_note_is_told_once_there_is_a_ledger(scratch: Scratch) -> None:
    text = USER.replace("?\n", '? {#person was="usr"}\n')
    scratch.card_files({"iam.md": BASIC + text})
    assert codes(scratch.build(day(1))) == []
    (found,) = scratch.build(day(2)).diagnostics
    assert (found.code, found.severity, "usr" in found.message) == ("I027", "warning", True)


ALPHA, BETA = "## Alpha? {{{}}}\n\nThe first letter.\n\n", "## Beta? {#beta}\n\nAnother, which comes after it.\n\n"


def test_of_two_notes_of_the_deck_neither_becomes_the_other(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + ALPHA.format("#alpha")})
    scratch.build(day(1))
    scratch.card_files({"iam.md": BASIC + ALPHA.format("#alpha") + BETA})
    before = guids(scratch.build(day(2)).collection.notes)
    scratch.card_files({"iam.md": BASIC + ALPHA.format('#alpha was="beta"')})
    loaded = scratch.build(day(3))
    assert guids(loaded.collection.notes) == {"Alpha?": before["Alpha?"]}
    assert [(found.code, found.span.line, found.message) for found in loaded.diagnostics] == [
        ("I030", 6, 'was="beta" is not followed: deck.lock has `alpha` as a note of its own'),
    ]
    assert guids(scratch.build(day(4)).collection.notes) == {"Alpha?": before["Alpha?"]}


def test_a_note_that_is_new_to_learners_can_still_become_one_that_they_have(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + BETA})
    (beta,) = released(scratch, "1.0.0", day(1))
    scratch.card_files({"iam.md": BASIC + ALPHA.format("#alpha") + BETA})
    scratch.build(day(2))
    scratch.card_files({"iam.md": BASIC + ALPHA.format('#alpha was="beta"')})
    for when in (3, 4):
        loaded = scratch.build(day(when))
        assert (codes(loaded), guids(loaded.collection.notes)) == ([], {"Alpha?": beta.guid})


@pytest.mark.parametrize("also", ["", "error"])
def test_a_was_named_after_a_build_that_kept_going_is_followed(scratch: Scratch, also: str) -> None:
    scratch.card_files({"iam.md": BASIC + ALPHA.format("#alpha")})
    (alpha,) = scratch.build(day(1)).collection.notes
    broken = "## Broken? {#broken}\n\n![](none.png)\n\n" if also else ""
    scratch.card_files({"iam.md": BASIC + ALPHA.format("#first") + broken})
    scratch.build(day(2), keep_going=True)
    scratch.card_files({"iam.md": BASIC + ALPHA.format('#first was="alpha"')})
    loaded = scratch.build(day(3))
    assert (codes(loaded), guids(loaded.collection.notes)) == ([], {"Alpha?": alpha.guid})


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ('{#alpha .basic was="beta"}', "another note has that id, or the same `was`"),
        ('{#alpha .cloze was="beta"}', "that note has another note type"),
    ],
)
def test_a_was_that_leads_to_no_note_of_its_own_is_told(scratch: Scratch, tags: str, why: str) -> None:
    scratch.card_files({"iam.md": BASIC + BETA})
    scratch.build(day(1))
    scratch.card_files({"iam.md": BASIC + BETA + f"## Alpha? {tags}\n\nThe ==first== letter.\n\n"})
    (found,) = scratch.build(day(2)).diagnostics
    assert (found.code, found.message) == ("I030", f'was="beta" is not followed: {why}')


def test_a_renamed_id_without_was_is_refused_where_learners_have_the_note(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER.replace("?\n", "? {#user}\n")})
    scratch.build(day(1))
    scratch.card_files({"iam.md": BASIC + USER.replace("?\n", "? {#person}\n")})
    assert codes(scratch.build(day(2))) == []  # Nobody has it.
    scratch.release("1.0.0", day(3))
    scratch.card_files({"iam.md": BASIC + USER.replace("?\n", "? {#human}\n")})
    assert codes(scratch.load(day(4))) == ["I020"]
    loaded = scratch.load(day(4), retire=True)
    assert (codes(loaded), loaded.assigned.new, loaded.assigned.retired) == ([], 1, 1)


def test_a_former_id_is_kept_in_the_ledger(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    (note,) = scratch.build(day(1)).collection.notes
    first = note.fields["ID"]
    scratch.card_files({"iam.md": BASIC + USER.replace("?\n", "? {#user}\n")})
    assert the_line(scratch.build(day(2)).assigned).was == (first,)


def test_a_twin_of_another_kind_is_no_change_of_kind(scratch: Scratch) -> None:
    """The basic note is still there: its cloze twin is a note more, and no warning's worth."""
    basic = "## Users {.basic}\n\nA user has keys.\n\n"
    scratch.card_files({"iam.md": basic})
    scratch.release("1.0.0", day(1))
    scratch.card_files({"iam.md": basic + "## Users {.cloze}\n\nA ==user== has keys.\n"})
    loaded = scratch.load(day(2))
    assert (codes(loaded), loaded.assigned.new, loaded.assigned.kept) == ([], 1, 1)


# Items, rows and cells of a section with an id

ITEMS = "# {above}\n\n## Parts of {above} {{#parts .items}}\n\n{body}\n"


def items(above: str, *parts: str) -> dict[str, str]:
    return {"iam.md": ITEMS.format(above=above, body="".join(f"- **{part}\n" for part in parts))}


def guids_by_id(notes: Iterable[Note]) -> dict[str, str]:
    return {note.fields["ID"]: note.guid for note in notes}


@pytest.mark.parametrize("release", [False, True])
def test_an_item_stays_the_same_whatever_changes_at_once(scratch: Scratch, release: bool) -> None:
    scratch.card_files(items("IAM", "User**: a person.", "Group**: several of them.", "Role**: rights for a while."))
    before = guids_by_id(released(scratch, "1.0.0", day(1)) if release else scratch.build(day(1)).collection.notes)
    after = ("Role**: assumed, never owned.", "New**: one more.", "User**: whoever signs in.", "Group**: a set.")
    scratch.card_files({"other.md": items("Identities", *after)["iam.md"]})
    loaded = scratch.build(day(2))
    new = guids_by_id(loaded.collection.notes)
    assert codes(loaded) == []
    assert before.items() < new.items() and new.keys() - before.keys() == {"parts.new"}


def test_an_item_of_a_section_without_an_id_is_known_by_its_text_alone(scratch: Scratch) -> None:
    texts = {text.replace("#parts ", "") for text in items("IAM", "User**: a person.").values()}
    scratch.card_files({"iam.md": texts.pop()})
    (before,) = scratch.build(day(1)).collection.notes
    texts = {text.replace("#parts ", "") for text in items("Who", "User**: any service that signs in.").values()}
    scratch.card_files({"iam.md": texts.pop()})
    (after,) = scratch.build(day(2)).collection.notes
    assert after.guid != before.guid


def test_an_item_that_was_renamed_is_known_by_its_likeness(scratch: Scratch) -> None:
    scratch.card_files(items("IAM", "User**: a person or a service with keys.", "Group**: equal rights."))
    before = guids_by_id(scratch.build(day(1)).collection.notes)
    scratch.card_files(items("IAM", "Users**: a person or a service with keys.", "Group**: equal rights."))
    assert guids_by_id(scratch.build(day(2)).collection.notes) == before


def test_an_item_that_left_and_comes_back_with_another_answer_is_the_same(scratch: Scratch) -> None:
    scratch.card_files(items("IAM", "User**: a person.", "Group**: several."))
    before = guids_by_id(released(scratch, "1.0.0", day(1)))
    scratch.card_files(items("IAM", "Group**: several."))
    scratch.release("1.1.0", day(2))
    scratch.card_files(items("IAM", "User**: whoever signs in.", "Group**: several."))
    assert guids_by_id(scratch.build(day(3)).collection.notes) == before


def test_ids_that_changed_places_are_an_error_once_released(scratch: Scratch) -> None:
    """Progress would move between the texts of two sections that ask the same."""

    def two(first: str, second: str) -> dict[str, str]:
        one = ITEMS.format(above="SQS", body="- **Limit**: 256 KiB.").replace("#parts", f"#{first}")
        other = ITEMS.format(above="SNS", body="- **Limit**: 100,000 topics.").replace("#parts", f"#{second}")
        return {"a.md": one, "b.md": other}

    scratch.card_files(two("sqs", "sns"))
    scratch.release("1.0.0", day(1))
    scratch.card_files(two("sns", "sqs"))
    assert codes(scratch.load(day(2))) == ["I005", "I005"]


OLD = "## {title} {{.basic #vessel}}\n\nIt leads from the heart into the body, is thick, and its wall holds the pressure.\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "## Which river {.basic #vessel}\n\nThe Danube: ten countries share over two thousand kilometres of water.\n",
            ["I032"],
        ),
        ("## Which vein {.basic #vessel}\n\nBlood leaves the heart through this thick wall, under pressure.\n", []),
        ("## Which river {.basic #vessel}\n\nDanube\n", []),  # Too short to tell.
        (OLD.format(title="Another title"), []),
    ],
)
def test_another_text_under_the_id_of_a_released_note_is_told(scratch: Scratch, text: str, told: list[str]) -> None:
    scratch.card_files({"a.md": OLD.format(title="What is an artery?")})
    before = guids_by_id(scratch.build(day(1)).collection.notes)
    scratch.card_files({"a.md": text})
    assert codes(scratch.load(day(2))) == []  # It was never released.
    scratch.card_files({"a.md": OLD.format(title="What is an artery?")})
    scratch.release("1.0.0", day(2))
    scratch.card_files({"a.md": text})
    loaded = scratch.build(day(3))
    assert (codes(loaded), guids_by_id(loaded.collection.notes)) == (told, before)


def test_items_of_one_name_are_told_and_known_by_their_texts(scratch: Scratch) -> None:
    same = ("Key**: opens a door.", "Key**: on a keyboard.", "Key**: of a map.", "Lock**: closes it.")
    scratch.card_files(items("Words", *same))
    loaded = scratch.build(day(1))
    before = {note.fields["Back"]: note.guid for note in loaded.collection.notes}
    (found,) = loaded.diagnostics
    assert (found.code, found.span.line, found.message) == (
        "I028",
        6,
        "3 notes of the section `parts` are called “Key”",
    )
    scratch.card_files(items("Ambiguous words", *same[::-1]))
    loaded = scratch.build(day(2))
    assert {note.fields["Back"]: note.guid for note in loaded.collection.notes} == before


# Numbers


@pytest.mark.parametrize(
    ("before", "after", "given"),
    [
        ("==a1== ==b2==", "==b2== ==a1==", (2, 1)),
        ("==a1== ==b2==", "==a1== ==new== ==b2==", (1, 3, 2)),
        ("==a1== ==b2== ==c3==", "==a1== ==c3==", (1, 3)),
        ("==assumed== ==b2==", "==is assumed== ==b2==", (1, 2)),
        ("==a1== ==b2== ==c3==", "==a1== ==zebra== ==c3==", (1, 2, 3)),
        ("==b2== ==c3==", "==zebra== ==c3==", (1, 2)),
        ("==b2== ==c3==", "==b2== ==zebra==", (1, 2)),
        ("==a1== ==b2==", "==zebra== ==yak==", (3, 4)),
        ("==a1== ==a1== ==b2==", "==b2== ==a1== ==a1==", (2, 1, 1)),
        ("==a1== ==b2==", "{{c1::a1}} {{c2::b2}}", (1, 2)),
        ("{{c5::a1}} {{c3::b2}}", "==b2== ==new== ==a1==", (3, 1, 5)),
        ("{{c5::a1}} ==b2==", "{{c5::a1}} ==new== ==b2==", (5, 2, 1)),
    ],
)
def test_numbers_belong_to_their_answers(scratch: Scratch, before: str, after: str, given: tuple[int, ...]) -> None:
    scratch.card_files(clozes(before))
    scratch.release("1.0.0", day(1))
    scratch.card_files(clozes(after))
    loaded = scratch.build(day(2))
    assert (codes(loaded), numbers(loaded.assigned)) == ([], [given])


def numbers_of(scratch: Scratch, *texts: str, release: bool = True) -> list[tuple[int, ...]]:
    """The numbers in each state of one cloze note."""
    found = []
    for n, text in enumerate(texts, 1):
        scratch.card_files(clozes(text))
        found += numbers(scratch.build(day(n)).assigned)
        if release:
            scratch.release(f"1.{n}.0", day(n) + 1)
    return found


def test_a_line_that_is_left_as_it_is_is_the_one_that_would_be_made(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most notes take a shortcut, which may change nothing but the time that it takes."""
    texts = [
        "A ==user== has ==keys==.",
        "A ==user== has ==keys==, and the ==keys== are hers.",
        "A ==user== has ==keys==.",
        "A ==c2::user== has ==c1::keys==.",
        "A ==c1::user== has ==keys==.",
        "==Keys==: a ==user== has them.",
        "==Keys==: a ==user==\nhas *them*.",
        "A ==user== has ==keys== and ==tags==.",
    ]
    module = import_module("deckwright.identity.assign")
    for n, text in enumerate(texts * 2, 1):
        basic = BASIC.replace("IAM", "Users" if n % 4 else "IAM") + USER + GROUP * (n % 3 > 0)
        scratch.card_files({"basic.md": basic, **clozes(text)} if n % 5 else {"basic.md": basic})
        terms = {"renumber": frozenset({"users"}), "retire": True}
        for is_saved in (False, True):
            made = scratch.load(day(n) + is_saved, **terms)
            with monkeypatch.context() as patch:
                patch.setattr(module, "kept", lambda note, line: None)
                whole = scratch.load(day(n) + is_saved, **terms)
            assert (made.assigned.identities, codes(made)) == (whole.assigned.identities, codes(whole))
            assert ledger.dump(made.assigned.ledger) == ledger.dump(whole.assigned.ledger)
            if not is_saved:
                scratch.save(day(n), **terms)
        assert all(
            line is made.before.lines[guid] for guid, line in made.assigned.ledger.lines.items() if not line.gone
        )
        if n % 2:
            scratch.release(f"1.{n}.0", day(n) + 2, **terms)


CURRENT = Candidate(
    "basic", "Anatomy", ("IAM", "User"), "m1", "AQ==", SPAN, "user", "", "parts", source="s1", shipped="f1"
)
EDITED = replace(CURRENT, source="s2", shipped="f2")
RENDERED_ANEW = replace(CURRENT, shipped="x")
OTHERS = [
    replace(CURRENT, **{name: value})
    for name, value in {"id": "", "path": ("IAM",), "match": "x", "sketch": "x", "group": "x", "source": "x"}.items()
]
DRAFT = stamps.note(CURRENT, Numbered((), Line("0a", 1, "user", "basic", (), "", "")), day(1))
RELEASED = replace(DRAFT, draft=None, released=replace(DRAFT.draft, version="1.0.0"))


@pytest.mark.parametrize(
    ("line", "current"),
    [
        (DRAFT, [CURRENT]),
        (RELEASED, [CURRENT, RENDERED_ANEW]),
        (stamps.note(EDITED, Numbered((), RELEASED), day(2)), [EDITED]),
        (replace(RELEASED, retired="1.0.0"), []),
        (replace(RELEASED, was=("member",)), []),
        # As a merge of two branches may leave them.
        (replace(RELEASED, numbers={1: "a"}), []),
        (replace(RELEASED, draft=DRAFT.draft), []),
        (replace(DRAFT, draft=replace(DRAFT.draft, match="m2")), []),
        (replace(DRAFT, draft=replace(DRAFT.draft, version="1.0.0")), []),
    ],
)
def test_a_line_is_current_if_its_note_would_change_nothing_of_it(line: Line, current: list[Candidate]) -> None:
    notes = [CURRENT, EDITED, RENDERED_ANEW, replace(CURRENT, id="other"), *OTHERS]
    assert [note for note in notes if stamps.is_current(note, line, ())] == current
    assert all(stamps.note(note, Numbered((), line), day(3)) == line for note in current)


@pytest.mark.parametrize(
    ("deletions", "remembered", "numbers"),
    [
        (["a", "b"], {}, (1, 2)),
        (["a", "b", "a"], {}, (1, 2, 1)),
        ([("a", 1), ("b", 2)], {}, (1, 2)),
        ([], {"numbers": {}}, ()),
        (["b", "a"], {}, None),
        (["a"], {}, None),
        (["a", "b", "c"], {}, None),
        ([], {}, None),
        (["a", ("b", 2)], {}, None),
        ([("a", 2), ("b", 1)], {}, None),
        ([("a", 1), ("c", 2)], {}, None),
        (["a", ("b", None, "c")], {}, None),
        (["a"], {"numbers": {1: "a", 2: "a"}}, None),
        (["a", "b"], {"gone": {3: "c"}}, None),
        (["a", "b"], {"clashes": ((1, "c"),)}, None),
    ],
)
def test_deletions_are_kept_where_nothing_of_them_changed(
    deletions: list, remembered: dict, numbers: tuple[int, ...] | None
) -> None:
    line = Line("0a", 1, "users", "cloze", (), "", "", **{"numbers": {1: "a", 2: "b"}, **remembered})
    written = [(given, None, "") if isinstance(given, str) else (*given, "")[:3] for given in deletions]
    made = tuple(Deletion(text, "", n, SPAN, was) for text, n, was in written)
    note = Candidate("cloze", "Anatomy", (), "", "", SPAN, deletions=made)
    assert kept(note, line) == numbers
    if numbers is not None:
        numbered, _ = number(note, line, by_name=False, may_move=False)
        assert (numbered.numbers, numbered.line) == (numbers, line)


def test_a_number_that_two_branches_gave_to_answers_that_are_gone_stays_with_one_of_them() -> None:
    line = Line("0a", 1, "users", "cloze", ("IAM",), "", "", numbers={1: "user", 2: "keys"}, clashes=((2, "tags"),))
    note = Candidate("cloze", "Anatomy", ("IAM",), "", "", SPAN, deletions=(Deletion("user", "", None, SPAN),))
    numbered, found = number(note, line, by_name=False, may_move=False)
    assert (numbered.numbers, numbered.line.gone, numbered.line.clashes, found) == ((1,), {2: "keys"}, (), [])


def test_where_all_numbers_were_used_another_answer_is_an_error() -> None:
    """Anki makes no card for a number over 499, and the number of an answer that is gone is never given away."""
    line = Line("0a", 1, "users", "cloze", ("IAM",), "", "", gone={n: f"old {n}" for n in range(1, 500)})
    note = Candidate("cloze", "Anatomy", ("IAM",), "", "", SPAN, deletions=(Deletion("user", "", None, SPAN),))
    numbered, (found,) = number(note, line, by_name=False, may_move=False)
    assert (numbered, found.code) == (None, "I026")
    assert found.message == "all numbers up to 499 were used in this note, and “user” needs another one"


@pytest.mark.parametrize("release", [False, True])
def test_a_retired_number_is_for_its_own_answer_alone(scratch: Scratch, release: bool) -> None:
    texts = ["==IPv4== ==port==", "==port==", "==IPv6== ==port==", "==IPv4== ==IPv6== ==port=="]
    assert numbers_of(scratch, *texts, release=release) == [(1, 2), (2,), (3, 2), (1, 3, 2)]


def test_an_answer_that_went_and_came_back_reworded_before_a_release_is_the_same(scratch: Scratch) -> None:
    scratch.card_files(clozes("==assumed== ==port=="))
    scratch.release("1.0.0", day(1))
    assert numbers_of(scratch, "==port==", "==is assumed== ==port==", release=False) == [(2,), (1, 2)]


def test_between_neighbours_counts_only_what_the_text_last_had(scratch: Scratch) -> None:
    """A number that retired long ago neither takes part nor stands in the way."""
    texts = ["==old== ==b2== ==c3==", "==b2== ==c3==", "==zebra== ==c3=="]
    assert numbers_of(scratch, *texts) == [(1, 2, 3), (2, 3), (2, 3)]


def test_an_answer_with_two_numbers_by_hand_keeps_one_of_them(scratch: Scratch) -> None:
    assert numbers_of(scratch, "{{c1::x}} {{c2::x}}", "==x==", "{{c1::x}} ==x==") == [(1, 2), (1,), (1, 2)]


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("{{c1::a}} {{c2::b}}", "{{c1::b}} {{c2::a}}", "“a” from c1 to c2, “b” from c2 to c1"),
        ("{{c1::a}} {{c1::b}} {{c2::c}}", "{{c1::b}} {{c2::c}} {{c2::a}}", "“a” from c1 to c2"),
        ("==a== ==b==", "{{c2::a}} {{c1::b}}", "“a” from c1 to c2, “b” from c2 to c1"),
        ("==a== ==b==", "{{c1::new}} ==a== ==b==", "“a” from c1 to c3"),
    ],
)
def test_renumbering_released_clozes_has_to_be_insisted_on(
    scratch: Scratch, before: str, after: str, moved: str
) -> None:
    scratch.card_files(clozes(before))
    scratch.release("1.0.0", day(1))
    scratch.card_files(clozes(after))
    (found,) = scratch.load(day(2)).diagnostics
    assert (found.code, found.message) == ("I006", f"progress would move between answers: {moved}")
    assert codes(scratch.build(day(2), renumber=frozenset({"users"}))) == []
    assert codes(scratch.build(day(3))) == []  # Insisting once is enough.


@pytest.mark.parametrize(
    "after", ["{{c1::a}} {{c2::b}} {{c7::c}}", "{{c2::b}} {{c1::a}}", "{{c1::A}} {{c2::bees}}", "{{c1::a}}"]
)
def test_explicit_numbers_that_no_answer_changed_are_fine(scratch: Scratch, after: str) -> None:
    scratch.card_files(clozes("{{c1::a}} {{c2::b}}"))
    scratch.release("1.0.0", day(1))
    scratch.card_files(clozes(after))
    assert codes(scratch.load(day(2))) == []


def test_renumbering_in_two_steps_is_refused_too(scratch: Scratch) -> None:
    """Away in one build, and back under another number in the next: learners see only what is released."""
    scratch.card_files(clozes("{{c1::a}} {{c2::b}}"))
    scratch.release("1.0.0", day(1))
    scratch.card_files(clozes("{{c1::a}}"))
    scratch.build(day(2))
    scratch.card_files(clozes("{{c1::a}} {{c3::b}}"))
    assert codes(scratch.load(day(3))) == ["I006"]


def test_unreleased_clozes_are_renumbered_at_will(scratch: Scratch) -> None:
    texts = ["{{c1::a}} {{c2::b}}", "{{c1::b}} {{c2::a}}"]
    assert numbers_of(scratch, *texts, release=False) == [(1, 2), (1, 2)]


# Times of change


@pytest.mark.parametrize(
    "text",
    [
        BASIC + USER + "Prose.\n\n## Aside {.skip}\n\n" + GROUP,
        BASIC + USER + "<!-- note to self -->\n\n" + GROUP,
        BASIC.replace("kind: basic", "kind: basic\ndeck: Security\nsource: https://example.org\nauthor: me")
        + USER
        + GROUP,
        (BASIC + GROUP + USER).replace("\n", "\r\n"),
        BASIC
        + USER.replace("## What is a user?", "What is a user?\n---")
        + GROUP.replace("?\n", "? {.basic #group}\n"),
        BASIC + USER.replace("person or", "person\nor") + GROUP,
    ],
    ids=["prose", "comment", "deck and source", "order and CRLF", "other marks", "a break in a line"],
)
def test_what_ships_as_it_was_updates_nobody(scratch: Scratch, text: str) -> None:
    scratch.card_files({"iam.md": BASIC + USER + GROUP})
    scratch.release("1.0.0", day(1))
    text = text.replace("Prose.\n\n", "") if "Aside" in text else text
    scratch.card_files({"iam.md": text})
    loaded = scratch.build(day(2))
    made = loaded.assigned
    assert (made.new, made.changed, made.kept, made.retired) == (0, 0, 2, 0)
    assert {note.mod for note in loaded.collection.notes} == {day(1)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a user?", "a *user*?"),
        ("keys of", "keys of of"),
        ("kind: basic", "kind: basic\ntags: [iam]"),
        ("# IAM", "# Identity"),
        ("of its own.\n", "of its own.\n\n> [!NOTE]\n> Keys rotate.\n"),
        ("a user?\n", "a user? {.reversed}\n"),
        ("a user?\n", 'a user? {.basic context="Who"}\n'),
    ],
)
def test_what_ships_otherwise_updates_its_note(scratch: Scratch, old: str, new: str) -> None:
    scratch.card_files({"iam.md": BASIC + USER, "other.md": BASIC + GROUP})
    scratch.release("1.0.0", day(1))
    assert old in BASIC + USER
    scratch.card_files({"iam.md": (BASIC + USER).replace(old, new), "other.md": BASIC + GROUP})
    notes = scratch.build(day(2)).collection.notes
    assert sorted(note.mod for note in notes) == [day(1), day(2)]


def test_a_release_is_refused_that_is_not_later_than_all_before(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    scratch.release("1.0.0", day(2))
    scratch.card_files({"iam.md": BASIC + USER + GROUP})
    for now in (day(1), day(2)):
        with pytest.raises(ValueError, match="is not later than"):
            scratch.release("1.1.0", now)
    assert {note.mod for note in released(scratch, "1.1.0", day(2) + 1)} == {day(2), day(2) + 1}


def test_a_release_counts_the_time_of_retired_notes_too(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER, "role.md": BASIC + ROLE})
    scratch.release("1.0.0", day(1))
    scratch.card_files({"iam.md": BASIC + USER, "role.md": BASIC + ROLE.replace("a while", "an hour")})
    scratch.release("1.1.0", day(5))
    scratch.card_files({"iam.md": BASIC + USER})
    scratch.release("1.2.0", day(6))
    with pytest.raises(ValueError, match="is not later than"):
        scratch.release("1.3.0", day(5))


@pytest.mark.parametrize(
    ("version", "now", "reason"),
    [
        ("1.2.0", day(9), "version 1.2.0 was released already"),
        ("1.0.0", day(9), "version 1.0.0 was released already"),
        ("1.1.9", day(9), "version 1.1.9 is lower than 1.2.0, the last release"),
        (
            "1.3.0",
            day(2),
            "the release's time, 2027-01-16 08:00:00 UTC, is not later than 2027-01-16 08:00:00 UTC, that of an earlier one",
        ),
        (
            "1.3.0",
            day(3) - 1,
            "the release's time, 2027-01-17 07:59:59 UTC, is before 2027-01-17 08:00:00 UTC, that of the last build",
        ),
        ("1.3.0", day(3), ""),
        ("1.10.0", day(3), ""),
        ("2.0.0", day(9), ""),
    ],
)
def test_what_release_is_refused(scratch: Scratch, version: str, now: int, reason: str) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    scratch.release("1.0.0", day(1))
    scratch.card_files({"iam.md": BASIC + USER.replace("person", "human")})
    scratch.release("1.2.0", day(2))
    scratch.card_files({"iam.md": BASIC + USER + GROUP})
    assert identity.refusal(scratch.build(day(3)).assigned.ledger, version, now) == reason


def test_a_first_release_keeps_the_times_of_drafts_that_learners_may_have(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    scratch.build(day(1))
    scratch.card_files({"iam.md": BASIC + USER + GROUP})
    before = scratch.build(day(2)).collection
    made = scratch.release("1.0.0", day(5))
    assert [who.mod for who in made.identities] == [note.mod for note in before.notes] == [day(1), day(2)]
    assert made.note_types == before.note_types
    assert [release.time for release in made.ledger.head.releases] == [day(5)]


def described(loaded: Loaded) -> str:
    """The version in the description of the deck."""
    return loaded.collection.decks[0].description.removesuffix("</p>").partition("version ")[2]


def test_the_deck_says_which_version_it_is_and_whether_something_has_changed_since(scratch: Scratch) -> None:
    below = BASIC.replace("kind", "deck: Security\nkind")
    scratch.card_files({"iam.md": BASIC + USER, "group.md": BASIC + GROUP})
    assert described(scratch.build(day(1))) == "0.1.0"
    scratch.release("1.0.0", day(2))
    assert described(scratch.build(day(3))) == "1.0.0"
    for files in (
        {"iam.md": BASIC + USER.replace("person", "human"), "group.md": BASIC + GROUP},
        {"iam.md": BASIC + USER, "group.md": BASIC + GROUP, "role.md": BASIC + ROLE},
        {"iam.md": BASIC + USER},
        {"iam.md": BASIC + USER, "group.md": below + GROUP},
    ):
        scratch.card_files(files)
        assert described(scratch.build(day(4))) == "1.0.0 + draft"
    scratch.card_files({"iam.md": BASIC + USER, "other.md": BASIC + GROUP})
    assert described(scratch.build(day(5))) == "1.0.0"
    scratch.write({"style.css": ".card { color: red }\n", "deck.toml": SETTINGS + '[style]\ncss = "style.css"\n'})
    assert described(scratch.build(day(6))) == "1.0.0 + draft"
    scratch.release("1.0.1", day(7))
    assert described(scratch.build(day(8))) == "1.0.1"


def test_what_a_merged_hotfix_changed_has_changed_since_the_higher_version(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER, "group.md": BASIC + GROUP})
    scratch.release("1.0.0", day(1))
    scratch.start_git()
    scratch.git("switch", "--quiet", "--create", "hotfix")
    scratch.card_files({"iam.md": BASIC + USER.replace("person", "human"), "group.md": BASIC + GROUP})
    scratch.release("1.0.1", day(3))
    scratch.commit()
    scratch.git("switch", "--quiet", "main")
    scratch.card_files({"iam.md": BASIC + USER, "group.md": BASIC + GROUP, "role.md": BASIC + ROLE})
    scratch.release("1.1.0", day(2))
    scratch.commit()
    scratch.git("merge", "--quiet", "--no-edit", "hotfix")
    loaded = scratch.build(day(4))
    assert (loaded.assigned.ledger.last.version, loaded.assigned.ledger.changed) == ("1.1.0", 1)
    assert described(loaded) == "1.1.0 + draft"
    assert [note.mod for note in loaded.collection.notes] == [day(1), day(3), day(2)]


def test_a_release_stamps_one_time_on_all_that_is_new_or_changed(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER + GROUP})
    scratch.release("1.0.0", day(1))
    scratch.card_files({"iam.md": BASIC + USER.replace("person", "human") + GROUP})
    scratch.build(day(2))
    scratch.card_files(
        {"iam.md": BASIC + USER.replace("person", "human") + GROUP + ROLE + clozes("A ==b==.")["iam.md"]}
    )
    made = scratch.release("1.1.0", day(4))
    mods = {asked: note.mod for asked, note in by_front(scratch.load(day(5)).collection.notes).items()}
    assert mods == {
        "What is a user?": day(4), "What is a group?": day(1), "What is a role?": day(4), "Users": day(4),
    }  # fmt: skip
    assert [who.mod for who in made.identities] == list(mods.values())
    assert {key: note_type.mod for key, note_type in made.note_types.items()} == {"basic": day(1), "cloze": day(4)}
    head = made.ledger.head
    assert [(release.version, release.time, release.notes) for release in head.releases] == [
        ("1.0.0", day(1), 2), ("1.1.0", day(4), 4),
    ]  # fmt: skip
    assert (head.frozen, head.renderers) == (Frozen("Anatomy", "", ("Anatomy",)), RENDERERS)


def test_a_constant_clock_still_makes_every_change_newer(scratch: Scratch) -> None:
    """As with SOURCE_DATE_EPOCH: Anki takes an update only for a greater time."""
    mods = []
    for word in ("keys", "tokens", "passwords"):
        scratch.card_files({"iam.md": BASIC + USER.replace("keys", word)})
        mods += [note.mod for note in scratch.build(day(1)).collection.notes]
    assert mods == [day(1), day(1) + 1, day(1) + 2]


# Retirement


def test_a_tenth_may_go_and_no_more_without_retire(scratch: Scratch) -> None:
    notes = [f"## What is {word}?\n\nThe {word} of the {n}th.\n\n" for n, word in enumerate("abcdefghijklmnopqrst")]
    scratch.card_files({"iam.md": BASIC + "".join(notes)})
    scratch.release("1.0.0", day(1))
    scratch.card_files({"iam.md": BASIC + "".join(notes[2:])})
    assert codes(scratch.load(day(2))) == []
    scratch.card_files({"iam.md": BASIC + "".join(notes[3:])})
    loaded = scratch.load(day(2))
    assert (codes(loaded), loaded.diagnostics[0].span.path) == (["I008"], ledger.FILE)
    loaded = scratch.build(day(2), retire=True)
    assert (codes(loaded), loaded.assigned.retired) == ([], 3)
    assert codes(scratch.load(day(3))) == []


def test_unreleased_notes_just_go(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER + GROUP + ROLE})
    scratch.build(day(1))
    scratch.card_files({"iam.md": BASIC + USER})
    assert len(scratch.build(day(2)).assigned.ledger.lines) == 1


# What is frozen with the first release


def test_the_shape_of_a_released_note_type_is_frozen(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    known = scratch.release("1.0.0", day(1)).ledger
    type_ = msgspec.structs.replace(known.types["basic"], shape="0123456789abcdef")
    ledger.write(msgspec.structs.replace(known, types={"basic": type_}), scratch.lock)
    loaded = scratch.load(day(2))
    assert (codes(loaded), loaded.diagnostics[0].span.path) == (["I016"], ledger.FILE)


def test_a_broken_note_makes_no_deck_look_empty(scratch: Scratch) -> None:
    below = BASIC.replace("kind", "deck: Security\nkind") + "## What is a user? {.basic}\n\n"
    scratch.card_files({"iam.md": below + "A person.\n", "b.md": BASIC + GROUP})
    scratch.release("1.0.0", day(1))
    scratch.card_files({"iam.md": below, "b.md": BASIC + GROUP})
    assert codes(scratch.load(day(2))) == ["N002"]


# The name that a deck was begun with

COPY = 'id = "anatomy-k3v9q2xm"\nname = "Botany"\n'


def test_a_copied_project_with_another_name_is_refused(scratch: Scratch) -> None:
    """Whoever imported both decks would have the notes of the second in place of those of the first."""
    scratch.card_files({"iam.md": BASIC + USER.replace("?\n", "? {#user}\n")})
    scratch.build(day(1))
    before = scratch.lock.read_bytes()
    scratch.write({"deck.toml": COPY})
    scratch.card_files({"plants.md": BASIC + GROUP.replace("?\n", "? {#user}\n")})
    for keep_going in (False, True):
        loaded = scratch.build(day(2), keep_going=keep_going)
        (found,) = [d for d in loaded.diagnostics if d.severity == "error"]
        assert (found.code, found.span.path, loaded.is_blocked) == ("I025", ledger.FILE, True)
        assert found.message == 'deck.lock belongs to the deck “Anatomy”, and the settings say name = "Botany"'
        assert scratch.lock.read_bytes() == before


def test_a_copy_with_an_id_of_its_own_is_another_deck(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    before = guids(scratch.build(day(1)).collection.notes)
    scratch.write({"deck.toml": 'id = "botany-00000000"\nname = "Botany"\n', "deck.lock": None})
    after = guids(scratch.build(day(2)).collection.notes)
    assert before.keys() == after.keys() and not set(before.values()) & set(after.values())


def test_a_deck_may_be_renamed_on_purpose_until_it_is_released(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    before = guids(scratch.build(day(1)).collection.notes)
    scratch.write({"deck.toml": COPY})
    loaded = scratch.build(day(2), rename=True)
    assert (codes(loaded), guids(loaded.collection.notes)) == ([], before)
    assert loaded.assigned.ledger.head.names == ("Anatomy", "Botany")
    assert codes(scratch.load(day(3))) == []  # Once is enough.
    scratch.release("1.0.0", day(4))
    scratch.write({"deck.toml": COPY.replace("Botany", "Zoology")})
    assert codes(scratch.load(day(5), rename=True)) == ["I017"]


def test_a_ledger_without_a_name_gets_one(scratch: Scratch) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    known = scratch.build(day(1)).assigned.ledger
    ledger.write(msgspec.structs.replace(known, head=msgspec.structs.replace(known.head, names=())), scratch.lock)
    assert ledger.dump(scratch.build(day(2)).assigned.ledger) == ledger.dump(known)


# A damaged ledger


@pytest.mark.parametrize("old", ["4rBf3HnmFzkVGk", '"nid":1', '"mod":18', '"basic"', "IAM"])
def test_nothing_is_built_or_written_with_a_damaged_ledger(scratch: Scratch, old: str) -> None:
    scratch.card_files({"iam.md": BASIC + USER})
    scratch.build(day(1))
    damaged = scratch.lock.read_text().replace(old, old[:-1] + chr(ord(old[-1]) ^ 1))
    scratch.write({"deck.lock": damaged})
    for keep_going in (False, True):
        loaded = scratch.build(day(2), keep_going=keep_going)
        assert set(codes(loaded)) == {"I012"}
        assert loaded.is_blocked and scratch.lock.read_text() == damaged


# Two branches


def branches(scratch: Scratch, base: dict[str, str], one: dict[str, str], other: dict[str, str]) -> None:
    """Release `base`, build the two next states of it on two branches, and merge them; files of notes may not conflict."""
    scratch.card_files(base)
    scratch.release("1.0.0", day(1))
    scratch.start_git()
    scratch.git("switch", "--quiet", "--create", "other")
    scratch.card_files(other)
    assert not has_errors(scratch.build(day(2)).diagnostics)
    scratch.commit()
    scratch.git("switch", "--quiet", "main")
    scratch.card_files(one)
    assert not has_errors(scratch.build(day(3)).diagnostics)
    scratch.commit()
    scratch.git("merge", "--quiet", "--no-edit", "other")


PROSE = "\n" + "Prose.\n\n" * 6
GAP = "## Aside {.skip}\n" + PROSE


def test_a_cloze_added_on_each_of_two_branches_is_told(scratch: Scratch) -> None:
    def text(first: str, second: str) -> dict[str, str]:
        return clozes(f"A ==user== has keys{first}.\n{PROSE}\nThat is all{second}.")

    branches(scratch, text("", ""), text(" and ==tags==", ""), text("", ", ==really=="))
    (found,) = scratch.load(day(4)).diagnostics
    assert (found.code, found.message) == ("I007", "c2 is “really” on one branch and “tags” on the other")
    assert found.hint == "give one of them a free number by hand: ==c3::tags=="
    scratch.card_files(text(" and ==c3::tags==", ", ==really=="))
    loaded = scratch.build(day(4))
    assert (codes(loaded), numbers(loaded.assigned)) == ([], [(1, 3, 2)])


def test_a_number_released_on_one_branch_is_that_answers(scratch: Scratch) -> None:
    def text(first: str, second: str) -> dict[str, str]:
        return clozes(f"A ==user== has keys{first}.\n{PROSE}\nThat is all{second}.")

    scratch.card_files(text("", ""))
    scratch.release("1.0.0", day(1))
    scratch.start_git()
    scratch.git("switch", "--quiet", "--create", "other")
    scratch.card_files(text("", ", ==really=="))
    scratch.build(day(4))
    scratch.commit()
    scratch.git("switch", "--quiet", "main")
    scratch.card_files(text(" and ==tags==", ""))
    scratch.release("1.1.0", day(3))
    scratch.commit()
    scratch.git("merge", "--quiet", "--no-edit", "other")
    loaded = scratch.build(day(5))
    assert (codes(loaded), numbers(loaded.assigned)) == ([], [(1, 2, 3)])


def test_one_answer_added_on_both_branches_has_one_number(scratch: Scratch) -> None:
    base, added = clozes("A ==user== has keys."), clozes("A ==user== has ==keys==.")
    branches(scratch, base, added, added)
    loaded = scratch.build(day(4))
    assert (codes(loaded), numbers(loaded.assigned)) == ([], [(1, 2)])


def test_one_heading_added_on_both_branches_is_two_notes(scratch: Scratch) -> None:
    base = BASIC + USER + GAP + GROUP
    one = BASIC + USER + ROLE + GAP + GROUP
    other = BASIC + USER + GAP + GROUP + ROLE.replace("Rights that are assumed", "An identity for those who assume it")
    branches(scratch, {"iam.md": base}, {"iam.md": one}, {"iam.md": other})
    loaded = scratch.build(day(4))
    assert [note.fields["Front"] for note in loaded.collection.notes].count("What is a role?") == 2
    assert (codes(loaded), len({note.guid for note in loaded.collection.notes})) == ([], 4)
    assert sorted(note.mod for note in loaded.collection.notes) == [day(1), day(1), day(2), day(3)]


def test_one_note_added_on_both_branches_is_one(scratch: Scratch) -> None:
    base, added = {"iam.md": BASIC + USER}, {"iam.md": BASIC + USER + ROLE}
    branches(scratch, base, added, added)
    made = scratch.build(day(4)).assigned
    assert ([who.mod for who in made.identities], len(made.ledger.lines)) == ([day(1), day(3)], 2)


def test_an_id_renamed_on_one_branch_survives_its_neighbour_edited_on_the_other(scratch: Scratch) -> None:
    """The other branch's stale line says the old id; `was` may even be gone from the notes by then."""
    user = USER.replace("?\n", "? {#user}\n")
    base = {"iam.md": BASIC + user + GAP + GROUP + GAP + ROLE}
    renamed = {"iam.md": BASIC + user.replace("#user", '#person was="user"') + GAP + GROUP + GAP + ROLE}
    other = {"iam.md": BASIC + user + GAP + GROUP.replace("equal", "the same") + GAP + ROLE.replace("while", "time")}
    branches(scratch, base, renamed, other)
    before = {line.guid: line.id for line in ledger.read(scratch.lock, "anatomy-k3v9q2xm")[0].lines.values()}
    text = (scratch.root / "cards" / "iam.md").read_text().replace(' was="user"', "")
    scratch.card_files({"iam.md": text})
    loaded = scratch.build(day(4))
    assert [d.code for d in loaded.diagnostics if d.severity == "error"] == []
    assert {line.guid: line.id for line in loaded.assigned.ledger.lines.values()} == before
    assert "person" in before.values()


# The machine


WORDS: list[str] = []
"""Answers no two of which are alike, so that a number can only be an answer's own."""

_chance = random.Random(7)
while len(WORDS) < 80:
    word = "".join(_chance.choices("abcdefghijklmnopqrstuvwxyz", k=9))
    if all(ratio(word, other) < 45 for other in WORDS):
        WORDS.append(word)


@dataclass
class Written:
    """A note as its author has it, and what is expected of its identity.

    `answers` are a cloze note's, each with a number of ours that stays when it is reworded. `released` and `draft` are
    (content, mod), as in the ledger.
    """

    key: int
    heading: list[str]
    words: list[str]
    answers: list[tuple[int, str]]
    guid: str = ""
    numbers: dict[int, int] = field(default_factory=dict)
    released: tuple[tuple, int] | None = None
    draft: tuple[tuple, int] | None = None

    @property
    def title(self) -> str:
        return f"{' '.join(self.heading)} and this"

    @property
    def content(self) -> tuple:
        return (*self.heading, *self.words, *(text for _, text in self.answers))

    def text(self) -> str:
        clozes = f": {', '.join(f'=={text}==' for _, text in self.answers)}" if self.answers else ""
        tag = "<!-- card: cloze -->\n" if self.answers else ""
        return f"## {self.title}\n{tag}\n{' '.join(self.words)}{clozes}.\n"

    def expect(self, now: int) -> int:
        """The time of change that the note has now, by the rule of the ledger."""
        if self.released and self.released[0] == self.content:
            self.draft = None
            return self.released[1]
        if not self.draft or self.draft[0] != self.content:
            self.draft = (self.content, max(now, *(state[1] + 1 for state in (self.released, self.draft) if state), 0))
        return self.draft[1]


@dataclass
class Model:
    """What the author's folder holds: the notes of each file, in order, and those deleted. `made` counts all ever made."""

    files: dict[str, list[Written]] = field(default_factory=dict)
    deleted: list[Written] = field(default_factory=list)
    prose: dict[str, int] = field(default_factory=dict)
    made: int = 0

    def notes(self) -> list[Written]:
        return [note for notes in self.files.values() for note in notes]

    def add(self, path: str, answers: int) -> Written:
        self.made += 1
        named = [(n, WORDS[(self.made * 7 + n) % len(WORDS)]) for n in range(answers)]
        note = Written(self.made, [f"h{self.made}a", f"h{self.made}b"], [f"w{self.made}x{n}" for n in range(12)], named)
        self.files.setdefault(path, []).append(note)
        return note

    def write(self, scratch: Scratch) -> None:
        scratch.card_files({
            path: "---\nkind: basic\n---\n# T\n\n" + "Prose.\n\n" * self.prose.get(path, 0) + "\n".join(n.text() for n in notes)
            for path, notes in self.files.items()
        })  # fmt: skip


def fresh(name: str) -> str:
    """The next form of a word: `w3x1` → `w3x1e`, which no other word has."""
    return name + "e"


EDITS: dict[str, Callable[[Written, int], object]] = {
    "edit": lambda note, pick: note.words.__setitem__(pick % 12, fresh(note.words[pick % 12])),
    "reword heading": lambda note, pick: note.heading.__setitem__(pick % 2, fresh(note.heading[pick % 2])),
}
CLOZE_EDITS: dict[str, Callable[[Written, int], object]] = {
    "insert": lambda note, pick: note.answers.insert(pick % (len(note.answers) + 1), _answer(note)),
    "reword": lambda note, pick: _reword(note, pick % len(note.answers)),
    "reorder": lambda note, pick: note.answers.reverse(),
    "remove": lambda note, pick: len(note.answers) > 1 and note.answers.pop(pick % len(note.answers)),
}


def _answer(note: Written) -> tuple[int, str]:
    """An answer that the note never had."""
    number = max([*note.numbers, *(n for n, _ in note.answers)], default=-1) + 1
    return number, WORDS[(note.key * 7 + number) % len(WORDS)]


def _reword(note: Written, position: int) -> None:
    number, text = note.answers[position]
    note.answers[position] = (number, fresh(text) if len(text) < 12 else text[:9])


def by_title(assigned: Assigned) -> dict[str, Identity]:
    """The identity of each note, by its heading."""
    lines = assigned.ledger.lines
    return {lines[who.guid].key[-1]: who for who in assigned.identities if who}


class Author(RuleBasedStateMachine):
    """Plays an author, and holds the compiler to what `README.md` numbers as invariants."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(mkdtemp())
        self.scratch = Scratch(self.folder / "project")
        self.scratch.start_git()
        self.model = Model()
        self.now, self.newest, self.version = day(100), day(100), 0
        for path, answers in (("a.md", 0), ("a.md", 2), ("a.md", 0), ("b.md", 0), ("b.md", 3)):
            self.model.add(path, answers)
        self.build(0)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def build(self, later: int) -> None:
        self.now += later
        self.newest = max(self.newest, self.now)
        self.check(self.scratch, self.model, self.now)

    def check(self, scratch: Scratch, model: Model, now: int) -> None:
        """Identify the model's notes, and compare all that has an identity."""
        model.write(scratch)
        loaded = scratch.save(now)
        notes, lines = by_title(loaded.assigned), loaded.assigned.ledger.lines
        assert len(notes) == len(loaded.collection.notes) == len(model.notes())
        assert len({note.guid for note in notes.values()}) == len(notes)
        assert len({line.nid for line in lines.values()}) == len(lines)
        for written in model.notes():
            note = notes[written.title]
            written.guid = written.guid or note.guid
            assert note.guid == written.guid
            assert note.mod == written.expect(now)
            for (answer, _), given in zip(written.answers, note.numbers, strict=True):
                assert written.numbers.setdefault(answer, given) == given
            assert len(set(written.numbers.values())) == len(written.numbers)
        again = scratch.load(now + 5)
        assert again.stale_lines == 0
        assert [d for d in again.diagnostics if d.code != "I018"] == []
        assert again.assigned.identities == loaded.assigned.identities

    def one(self, pick: int) -> tuple[str, int]:
        """A file and the place of a note in it."""
        places = [(path, n) for path, notes in self.model.files.items() for n in range(len(notes))]
        return places[pick % len(places)]

    LATER = st.sampled_from([0, 1, DAY, -DAY])
    PICK = st.integers(0, 10**6)

    @rule(pick=PICK, answers=st.integers(0, 3), later=LATER)
    def add(self, pick: int, answers: int, later: int) -> None:
        note = self.model.add(self.one(pick)[0], answers)
        clone = Scratch(self.folder / "clone")
        shutil.copy(self.scratch.lock, clone.lock)
        self.model.write(clone)
        minted = by_title(clone.save(self.now + 7).assigned)
        self.build(later)
        assert minted[note.title].guid == note.guid

    @rule(edit=st.sampled_from(sorted(EDITS)), pick=PICK, later=LATER)
    def edit(self, edit: str, pick: int, later: int) -> None:
        path, n = self.one(pick)
        EDITS[edit](self.model.files[path][n], pick)
        self.build(later)

    @precondition(lambda self: any(note.answers for note in self.model.notes()))
    @rule(edits=st.permutations(sorted(CLOZE_EDITS)), pick=PICK, later=LATER)
    def edit_clozes(self, edits: list[str], pick: int, later: int) -> None:
        """One after another, each with a build."""
        notes = [note for note in self.model.notes() if note.answers]
        for edit in edits:
            CLOZE_EDITS[edit](notes[pick % len(notes)], pick)
            self.build(later)

    @rule(pick=PICK, to=PICK, later=LATER)
    def move(self, pick: int, to: int, later: int) -> None:
        """Within its file or into another."""
        path, n = self.one(pick)
        note = self.model.files[path].pop(n)
        target = self.model.files[sorted(self.model.files)[to % len(self.model.files)]]
        target.insert(to % (len(target) + 1), note)
        self.build(later)

    @rule(pick=PICK, later=LATER)
    def rename_file(self, pick: int, later: int) -> None:
        path = sorted(self.model.files)[pick % len(self.model.files)]
        self.model.files[f"{pick % 3}/{pick % 100}.md" if pick % 2 else path] = self.model.files.pop(path)
        self.build(later)

    @rule(pick=PICK, later=LATER)
    def split_file(self, pick: int, later: int) -> None:
        path, n = self.one(pick)
        notes = self.model.files[path]
        self.model.files[path] = notes[:n]
        self.model.files.setdefault(f"split-{pick % 100}.md", []).extend(notes[n:])
        self.build(later)

    @rule(pick=PICK, later=LATER)
    def reorder_file(self, pick: int, later: int) -> None:
        self.model.files[self.one(pick)[0]].reverse()
        self.build(later)

    @rule(pick=PICK, later=LATER)
    def insert_prose(self, pick: int, later: int) -> None:
        path = self.one(pick)[0]
        self.model.prose[path] = self.model.prose.get(path, 0) + 1
        self.build(later)

    @precondition(lambda self: len(self.model.notes()) > 3)
    @rule(pick=PICK, later=LATER)
    def delete(self, pick: int, later: int) -> None:
        path, n = self.one(pick)
        self.model.deleted.append(self.model.files[path].pop(n))
        self.build(later)

    @precondition(lambda self: self.model.deleted)
    @rule(pick=PICK, later=LATER)
    def restore(self, pick: int, later: int) -> None:
        """What was released comes back as it was; what nobody has may be minted anew."""
        note = self.model.deleted.pop(pick % len(self.model.deleted))
        if not note.released:
            note.guid, note.draft, note.numbers = "", None, {}
        self.model.files[self.one(pick)[0]].append(note)
        self.build(later)

    @rule()
    def release(self) -> None:
        self.newest += DAY
        self.now = self.newest
        self.version += 1
        self.stamp(self.scratch, self.model, self.now)
        before = self.scratch.written()
        self.scratch.build(self.now)
        assert self.scratch.written() == before
        self.build(0)

    def stamp(self, scratch: Scratch, model: Model, now: int) -> None:
        is_first = not scratch.load(now).before.last
        released = by_title(scratch.release(f"1.{self.version}.0", now))
        for note in model.notes():
            if note.expect(now) and note.draft:
                note.released, note.draft = (note.draft if is_first else (note.content, now)), None
            assert released[note.title].mod == note.released[1]

    @precondition(lambda self: sum(bool(notes) for notes in self.model.files.values()) > 1)
    @rule(
        pick=PICK,
        edits=st.tuples(*[st.sampled_from(sorted(EDITS | CLOZE_EDITS))] * 2),
        adds=st.booleans(),
        releases=st.booleans(),
    )
    def merge(self, pick: int, edits: tuple[str, str], adds: bool, releases: bool) -> None:
        """Two branches change different files; whichever is merged into the other, the ledger is the same."""
        self.scratch.commit("Before the branches")
        paths = [path for path, notes in sorted(self.model.files.items()) if notes]
        here, there = paths[pick % len(paths)], paths[(pick + 1) % len(paths)]
        models = {"main": copy.deepcopy(self.model), "other": copy.deepcopy(self.model)}
        models["other"].made += 10  # So that both make different ones.
        self.scratch.git("branch", "--force", "other")
        for branch, path, edit in (("main", here, edits[0]), ("other", there, edits[1])):
            self.scratch.git("switch", "--quiet", branch)
            model = models[branch]
            note = model.files[path][pick % len(model.files[path])]
            self.now += 60
            if edit in EDITS or note.answers:
                (EDITS | CLOZE_EDITS)[edit](note, pick)
            if adds:
                model.add(f"new-{branch}-{model.made}.md", 0)
            if releases and branch == "main":
                self.newest = self.now = max(self.newest, self.now) + DAY
                self.version += 1
                model.write(self.scratch)
                self.stamp(self.scratch, model, self.now)
            self.check(self.scratch, model, self.now)
            self.scratch.commit(f"On {branch}")
        self.now += 60
        self.newest = max(self.newest, self.now)
        main, other = models["main"], models["other"]
        self.model = Model(deleted=main.deleted, prose=main.prose, made=max(main.made, other.made))
        touched = {path for path, notes in other.files.items() if path == there or path not in main.files}
        for path in {**main.files, **other.files}:
            self.model.files[path] = other.files[path] if path in touched else main.files[path]
        stamped = {note.key: note for note in main.notes()}
        for note in self.model.files[there]:
            twin = stamped.get(note.key, note)
            note.released = twin.released
            if note.draft and note.released and note.draft[1] <= note.released[1]:
                note.draft = None
        results = []
        for ours, theirs in (("main", "other"), ("other", "main")):
            self.scratch.git("switch", "--quiet", "--detach", ours)
            self.scratch.git("merge", "--quiet", "--no-edit", theirs)
            merged = copy.deepcopy(self.model)
            self.check(self.scratch, merged, self.now)
            results.append((self.scratch.lock.read_bytes(), self.scratch.git("rev-parse", "HEAD").strip()))
            self.scratch.git("checkout", "--quiet", "--", ".")
        assert results[0][0] == results[1][0]
        self.scratch.git("switch", "--quiet", "--force-create", "main", results[0][1])
        self.build(0)


STEADY = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=many(1, 0) == 1)
Author.TestCase.settings = settings(STEADY, max_examples=many(4, 500), stateful_step_count=many(10, 40))
TestAuthor = pytest.mark.slow(Author.TestCase)


# The machine for sections


CUTS = ("items", "rows", "cells")


@dataclass
class Parts:
    """A section with an id, cut in one way: what each of its parts asks, and answers that say nothing about it."""

    cut: str
    leads: list[str]
    columns: list[str] = field(default_factory=lambda: ["First", "Second"])
    above: int = 0
    answers: int = 0
    extra: int = 0
    file: int = 0

    def text(self) -> str:
        extra = f"\n> [!NOTE]\n> Aside {self.extra} of {self.cut}.\n" if self.extra % 2 else ""
        return f"# Above {self.above}\n\n## Heading {self.above} {{#{self.cut} .{self.cut}}}\n\n{self.body()}{extra}\n"

    def body(self) -> str:
        if self.cut == "items":
            return "".join(f"- **{lead}**: {self.answer(lead, 'First')}\n" for lead in self.leads)
        heads = f"| Name | {' | '.join(self.columns)} |\n|{' - |' * (len(self.columns) + 1)}\n"
        rows = (f"| {lead} | {' | '.join(self.answer(lead, head) for head in self.columns)} |\n" for lead in self.leads)
        return heads + "".join(rows)

    def answer(self, lead: str, head: str) -> str:
        """Words that no other answer has, and none before."""
        chance = random.Random(f"{self.cut} {lead} {head} {self.answers}")
        return " ".join("".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(4))

    def asked(self) -> set[str]:
        heads = self.columns if self.cut == "cells" else [""]
        return {f"{lead} {head}".strip() for lead in self.leads for head in heads}


class Sections(RuleBasedStateMachine):
    """Edits a section with an id in all ways at once, but for what its parts ask: each must stay the note it is."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(mkdtemp())
        self.scratch = Scratch(self.folder / "project")
        self.parts = {cut: Parts(cut, [f"{cut} lead {n}" for n in range(4)]) for cut in CUTS}
        self.known: dict[tuple[str, str], str] = {}
        self.made, self.now, self.version = 4, day(100), 0
        self.check()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def check(self) -> None:
        self.now += DAY
        files: dict[str, str] = {}
        for part in self.parts.values():
            files[f"{part.file}.md"] = files.get(f"{part.file}.md", "") + part.text()
        self.scratch.card_files(files)
        loaded = self.scratch.save(self.now, retire=True)
        found = {}
        for who in filter(None, loaded.assigned.identities):
            line = loaded.assigned.ledger.lines[who.guid]
            found[line.group, line.key[-1]] = who.guid
        assert found.keys() == {(cut, asked) for cut, part in self.parts.items() for asked in part.asked()}
        assert {name: found.get(name, guid) for name, guid in self.known.items()} == self.known
        self.known = self.known | found if self.version else found

    EDITS = st.sets(
        st.sampled_from(["above", "answers", "columns", "order", "extra", "file", "add", "remove"]), min_size=1
    )

    @rule(edits=st.fixed_dictionaries(dict.fromkeys(CUTS, EDITS)), pick=st.integers(0, 100))
    def edit(self, edits: dict[str, set[str]], pick: int) -> None:
        for cut, chosen in edits.items():
            part = self.parts[cut]
            part.above += "above" in chosen
            part.answers += "answers" in chosen
            part.extra += "extra" in chosen
            part.file = (part.file + pick) % 3 if "file" in chosen else part.file
            if "columns" in chosen and len(part.columns) < 5:
                part.columns.insert(pick % 3, f"Column {len(part.columns)}")
            if "order" in chosen:
                part.leads.reverse()
            if "remove" in chosen and len(part.leads) > 2:
                part.leads.pop(pick % len(part.leads))
            if "add" in chosen:
                self.made += 1
                part.leads.insert(pick % len(part.leads), f"{cut} lead {self.made}")
        self.check()

    @rule()
    def release(self) -> None:
        self.version += 1
        self.now += DAY
        self.scratch.release(f"1.{self.version}.0", self.now, retire=True)
        self.check()


Sections.TestCase.settings = settings(STEADY, max_examples=many(6, 200), stateful_step_count=8)
TestSections = Sections.TestCase


@pytest.mark.parametrize("tags", ["", "tags: [{}]\n"], ids=["equal in all", "with tags of their own"])
def test_notes_of_the_same_text_are_not_exchanged(scratch: Scratch, tags: str) -> None:
    """A note without an id that was copied: another build of the same notes says that nothing has changed."""
    notes = "---\nkind: basic\n" + tags + "---\n# Heart\n\n## What does valve {} do?\n\nIt lets blood through.\n"
    for n in range(8):
        scratch.card_files({"b.md": notes.replace("{}", "b", 1).format(n) if tags else notes.format(n)})
        scratch.save(day(2))
        copied = {name: notes.replace("{}", name, 1).format(n) if tags else notes.format(n) for name in "ab"}
        scratch.card_files({f"{name}.md": text for name, text in copied.items()})
        first = scratch.save(day(1))
        lines = scratch.lock.read_bytes()
        again = scratch.save(day(3))
        assert again.assigned.identities == first.assigned.identities
        assert scratch.lock.read_bytes() == lines
