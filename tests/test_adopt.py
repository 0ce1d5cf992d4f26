"""A deck of the real Anki → a project, whose package changes nothing for those who have the deck."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from conftest import import_package, many
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deckwright import build, package
from deckwright.adopt import adoption
from deckwright.adopt.source import opened
from deckwright.commands import main
from deckwright.identity import Terms, ledger
from deckwright.package import Package

if TYPE_CHECKING:
    from anki.collection import Collection

pytestmark = pytest.mark.anki

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)

Written = tuple[str, str, dict[str, str], Sequence[str]]
"""A note: its note type, its deck, its fields and its tags."""

DECK: Sequence[Written] = (
    ("Basic", "French::Verbs", {"Front": "être", "Back": "to <b>be</b>"}, ["french", "lesson::1"]),
    (
        "Basic",
        "French::Verbs",
        {"Front": "avoir", "Back": "<div>to have</div><div>to own</div>"},
        ["french", "lesson::1"],
    ),
    (
        "Basic (and reversed card)",
        "French::Nouns",
        {"Front": "le chien", "Back": 'the dog<br><img src="dog.png">'},
        ["french"],
    ),
    (
        "Basic (optional reversed card)",
        "French::Nouns",
        {"Front": "le chat", "Back": "the cat", "Add Reverse": "y"},
        ["french", "lesson::2"],
    ),
    ("Cloze", "French", {"Text": "{{c1::Le}} chat {{c2::dort::verb}}.", "Back Extra": "<i>asleep</i>"}, ["french"]),
    ("Basic", "French::Verbs", {"Front": "犬", "Back": "<ul><li>dog</li><li>hound</li></ul>"}, ["french", "lesson::1"]),
)

VERBS = """\
---
deck: Verbs
kind: anki-basic
tags: [french, lesson/1]
---

# Verbs

## être {#etre}

to **be**

## avoir {#avoir}

to have\\
to own

## 犬 {#dog-hound}

- dog
- hound
"""


def fill(collection: Collection, notes: Sequence[Written]) -> None:
    """Add the notes, as Anki's editor does."""
    collection.media.write_data("dog.png", PIXEL)
    for name, deck, fields, tags in notes:
        note = collection.new_note(collection.models.by_name(name))
        for field, value in fields.items():
            note[field] = value
        note.tags = [*tags]
        collection.add_note(note, collection.decks.id(deck))


def export(collection: Collection, path: Path) -> Path:
    """The package of the deck, whose notes were last changed a while ago."""
    from anki.collection import DeckIdLimit, ExportAnkiPackageOptions

    assert collection.db
    for table, column in (("notes", "mod"), ("notetypes", "mtime_secs")):
        collection.db.execute(f"update {table} set {column} = {column} - 1000")
    limit = DeckIdLimit(collection.decks.id("French"))
    options = ExportAnkiPackageOptions(with_media=True, legacy=False)
    collection.export_anki_package(out_path=str(path), options=options, limit=limit)
    return path


def answer(collection: Collection) -> int:
    """Answer all cards that are there to be learned; how many there were."""
    from anki.scheduler.v3 import CardAnswer

    answered = 0
    for deck in collection.decks.all_names_and_ids():
        collection.decks.select(deck.id)
        while queued := collection.sched.get_queued_cards(fetch_limit=1).cards:
            card = collection.get_card(queued[0].card.id)
            card.start_timer()
            built = collection.sched.build_answer(card=card, states=queued[0].states, rating=CardAnswer.EASY)
            collection.sched.answer_card(built)
            answered += 1
    return answered


def kept(collection: Collection) -> dict[str, Any]:
    """All that an import must not change: cards with their scheduling, the log of reviews, whether Anki asks for a one-way sync,
    and the text of the notes.
    """
    asked = {
        "cards": "select id, nid, did, ord, type, queue, due, ivl, factor, reps, lapses, left, flags, data from cards order by id",
        "reviews": "select * from revlog order by id",
        "schema": "select scm from col",
        "notes": "select guid, mid, mod, tags, flds from notes order by guid",
    }
    assert collection.db
    return {name: collection.db.all(sql) for name, sql in asked.items()}


@pytest.fixture
def deck(collection: Collection, tmp_path: Path) -> Path:
    """The package of a deck."""
    fill(collection, DECK)
    return export(collection, tmp_path / "french.apkg")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


def built(root: Path) -> Package:
    """What the project's package has, once it is built without an error."""
    outcome = build.build(root, build.Options(Terms(_now(root) + 1_000)))
    assert outcome.status == "built", outcome.found
    assert outcome.target
    return package.read(outcome.target)


def _now(root: Path) -> int:
    return max(release.time for release in ledger.releases((root / "deck.lock").read_bytes()))


def test_a_deck_becomes_markdown(deck: Path, tmp_path: Path) -> None:
    result = run("adopt", deck, tmp_path / "project")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            f"Adopted 6 notes of {deck} · 9 cards, 3 files of notes, 1 media file in {tmp_path / 'project'}",
            "  equal        2   33.3 %",
            "  seen equal   4   66.7 %",
        ],
    )
    files = {path.relative_to(tmp_path / "project").as_posix() for path in (tmp_path / "project").rglob("*.*")}
    assert {path for path in files if not path.startswith("notetypes")} == {
        ".gitattributes",
        "cards/french.md",
        "cards/nouns.md",
        "cards/verbs.md",
        "deck.lock",
        "deck.toml",
        "media/dog.png",
    }
    assert (tmp_path / "project/cards/verbs.md").read_text(encoding="utf-8") == VERBS


@pytest.fixture
def project(deck: Path, tmp_path: Path) -> Path:
    """The project that was made of the deck, committed."""
    run("adopt", deck, tmp_path / "project")
    git(tmp_path / "project", "init", "--quiet")
    commit(tmp_path / "project")
    return tmp_path / "project"


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")


def edit(project: Path) -> None:
    file = project / "cards/verbs.md"
    file.write_text(file.read_text(encoding="utf-8").replace("to own", "to hold"), encoding="utf-8")


def test_nothing_has_changed_since_the_adopted_package(project: Path) -> None:
    unchanged = ["Since the last build: nothing changed", "Since the adopted package: nothing changed"]
    result = run("check", "--project", project)
    assert result.stdout.splitlines() == ["No problems in 3 files, 6 notes", *unchanged]
    result = run("build", "--project", project, "--locked")
    assert (result.exit_code, result.stdout.splitlines()[1:]) == (0, unchanged)
    (deck,) = (deck for deck in package.read(project / "build/french.apkg").decks if deck.name == "French")
    assert "version 0.1.0" in deck.description


def test_notes_have_the_ids_that_they_have_in_anki(deck: Path, project: Path) -> None:
    """The tests add notes a millisecond apart, as programs do that make decks."""
    before = {note.guid: note.note_id for note in package.read(deck).notes}
    assert {note.guid: note.note_id for note in built(project).notes} == before


@pytest.mark.ci
def test_the_adopted_package_changes_nothing_in_anki(collection: Collection, project: Path) -> None:
    assert answer(collection) == 9
    before = kept(collection)
    package_path = project / "build/french.apkg"
    built(project)
    assert import_package(collection, package_path) == {"new": 0, "updated": 0, "duplicate": 6, "conflicting": 0}
    assert kept(collection) == before
    edit(project)
    built(project)
    assert import_package(collection, package_path) == {"new": 0, "updated": 1, "duplicate": 5, "conflicting": 0}
    after = kept(collection)
    assert {name: after[name] for name in ("cards", "reviews", "schema")} == {
        name: before[name] for name in ("cards", "reviews", "schema")
    }
    changed = [new[-1] for old, new in zip(before["notes"], after["notes"], strict=True) if old != new]
    assert changed == ["avoir\x1fto have<br>\nto hold"]
    assert not collection.media.check().missing


@pytest.mark.ci
def test_the_first_release_is_compared_with_the_adopted_package(project: Path, deck: Path) -> None:
    edit(project)
    run("build", "--project", project)
    commit(project)
    said = [
        "French 1.0.0 · the first release after the adopted package (SOURCE)",
        "Whoever has the adopted package gets 1 updated note; 5 notes stay as before",
        "",
        "Why (1)",
        "  cards/verbs.md:13: avoir (avoir): patch, changed",
    ]
    for words, source in (((), "the commit"), (("--against", deck), deck.name)):
        result = run("release", "--project", project, "--dry-run", "--no-rehearsal", *words)
        lines = re.sub(r"\((the commit) [0-9a-f]+\)", r"(\1)", result.stdout).splitlines()
        assert (result.exit_code, lines[:2]) == (0, [said[0].replace("SOURCE", source), said[1]])
        assert "  cards/verbs.md:13: avoir (avoir): patch, changed" in lines
    result = run("release", "--project", project, "--commit", "--no-rehearsal")
    assert (result.exit_code, result.stdout.splitlines()[-1][:14]) == (0, "Released 1.0.0")
    held = ledger.releases((project / "deck.lock").read_bytes())
    assert [release.version for release in held] == ["0.0.0", "1.0.0"]


@pytest.mark.ci
def test_a_release_can_be_made_of_what_was_adopted(project: Path) -> None:
    result = run("release", "--project", project, "--dry-run", "--no-rehearsal")
    assert (result.exit_code, result.stdout.splitlines()[1]) == (
        0,
        "Whoever has the adopted package gets no new or updated note; 6 notes stay as before",
    )


def test_a_dry_run_writes_nothing(deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = run("adopt", deck.name, "--dry-run", "--json")
    assert sorted(tmp_path.rglob("*")) == before
    held = json.loads(result.stdout)
    assert (result.exit_code, held["written"], held["name"], held["cards"]) == (0, "", "French", 9)
    assert held["shares"] == {"equal": 2, "seen equal": 4, "styling lost": 0, "content lost": 0, "not adopted": 0}


@pytest.mark.ci
def test_the_folder_is_called_like_the_deck(deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("adopt", deck.name).exit_code == 0
    assert (tmp_path / "french/deck.toml").is_file()
    again = run("adopt", deck.name)
    assert (again.exit_code, again.stderr) == (
        2,
        "french is not empty. A deck is adopted into a new folder: name another.\n",
    )


def test_tags_that_are_a_learner_s_own_are_left_out(tmp_path: Path) -> None:
    """Anki keeps them in tables and in whole collections."""
    rows = "#separator:comma\n#tags column:3\na,b,Marked a\nc,d,leech marked\ne,f,leeches a\n"
    (tmp_path / "french.csv").write_text(rows, encoding="utf-8")
    result = run("adopt", tmp_path / "french.csv", tmp_path / "project")
    told = "The tags “leech” and “marked” are each learner's own, and are left out of 2 notes."
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, told)
    assert [sorted(note.tags) for note in built(tmp_path / "project").notes] == [["a"], [], ["a", "leeches"]]


def test_no_deck_is_adopted_into_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "french.csv").write_text("le chat;cat\n", encoding="utf-8")
    (tmp_path / "deck.toml").write_text('id = "x-abcdefgh"\nname = "X"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for words in (["french.csv"], ["french.csv", "french"]):
        result = run("adopt", *words)
        assert (result.exit_code, result.output, (tmp_path / "french").exists()) == (
            2,
            "french is in the project of deck.toml. A deck is a project of its own: name a folder elsewhere.\n",
            False,
        )


def test_what_is_no_deck_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.apkg").write_bytes(b"PK")
    result = run("adopt", tmp_path / "x.apkg", tmp_path / "project")
    assert (result.exit_code, (tmp_path / "project").exists()) == (1, False)
    assert result.stderr.startswith("Nothing is adopted: x.apkg is not a package, or is damaged")


@pytest.mark.ci
def test_what_is_lost_is_told(collection: Collection, tmp_path: Path) -> None:
    """Notes go on to name a picture that is missing: learners may have it."""
    shown = {"Front": '<img src="le%20chat.png"> [sound:a&amp;b.mp3]', "Back": '<img src="/etc/chat.png">cat'}
    notes: Sequence[Written] = (
        ("Basic", "French", {"Front": "le chien", "Back": 'dog <img src="gone.png" alt="">'}, []),
        ("Basic", "French", shown, []),
        ("Basic", "French", {"Front": "le chat", "Back": "cat"}, []),
        ("Cloze", "French", {"Text": "Le chat {{c1::dort}}"}, []),
    )
    fill(collection, notes)
    assert collection.db
    collection.db.execute("update notes set flds = 'Le chat dort' || char(31) where flds like '%dort%'")
    guid = collection.db.scalar("select guid from notes where flds like '%dort%'")
    path = export(collection, tmp_path / "french.apkg")
    result = run("adopt", path, tmp_path / "project")
    assert (result.exit_code, result.stdout.splitlines()[1:]) == (
        1,
        [
            "  equal        2   50.0 %",
            "  content lost 1   25.0 %",
            "  not adopted  1   25.0 %",
            "",
            "Not as they were (1)",
            "  cards/french.md:11: cat, Back: content lost, lacks the file /etc/chat.png",
            "",
            "Left out (1)",
            f"  “Le chat dort” ({guid}): has no cloze deletion, so it makes no card",
            "",
            "Files that notes name, and that are missing (4)",
            "  /etc/chat.png: in 1 note",
            "  a&b.mp3: in 1 note",
            "  gone.png: in 1 note",
            "  le chat.png: in 1 note",
        ],
    )
    names = "a&b.mp3\ngone.png\nle chat.png\n"
    assert (tmp_path / "project/media/absent.txt").read_text(encoding="utf-8") == names
    fields = [tuple(note.fields.values())[:2] for note in built(tmp_path / "project").notes]
    assert fields == [
        ("le chien", 'dog <img src="gone.png" alt="">'),
        ('<img src="le chat.png" alt=""> [sound:a&amp;b.mp3]', "cat"),
        ("le chat", "cat"),
    ]


@pytest.mark.ci
def test_a_table_becomes_a_new_deck(tmp_path: Path) -> None:
    (tmp_path / "french.csv").write_text("#separator:comma\nle chat,cat\n{{c1::Le}} chien,dog\n", encoding="utf-8")
    result = run("adopt", tmp_path / "french.csv", tmp_path / "project")
    new = (
        "A table has no note types, no media and no reviews: import this deck as a new one. "
        "To keep reviews, export a package (.apkg) in Anki, and adopt that."
    )
    assert (result.exit_code, result.stdout.splitlines()[1:]) == (0, ["  equal        2  100.0 %", "", new])
    told = json.loads(run("adopt", tmp_path / "french.csv", "--dry-run", "--json").stdout)
    assert told["remarks"] == [new]


def test_decks_stay_where_they_are(collection: Collection, tmp_path: Path) -> None:
    """Also those that are in no deck in common: then no other deck comes."""
    notes = [("Basic", deck, {"Front": deck, "Back": "a"}, []) for deck in ("French::Verbs", "German", "A_b::C")]
    fill(collection, notes)
    from anki.collection import ExportAnkiPackageOptions

    path = tmp_path / "all.apkg"
    collection.export_anki_package(out_path=str(path), options=ExportAnkiPackageOptions(), limit=None)
    before = {deck.name for deck in collection.decks.all_names_and_ids()}
    assert run("adopt", path, tmp_path / "project").exit_code == 0
    files = {file.relative_to(tmp_path / "project").as_posix() for file in (tmp_path / "project/cards").rglob("*.md")}
    assert files == {"cards/french/verbs.md", "cards/german.md", "cards/a-b/c.md"}
    written = (tmp_path / "project/cards/a-b/c.md").read_text(encoding="utf-8")
    assert written == '---\ndeck: "::A_b::C"\nkind: anki-basic\n---\n\n# C\n\n## A_b::C {#a-b-c}\n\na\n'
    made = built(tmp_path / "project")
    assert sorted(deck.name for deck in made.decks) == ["A_b", "A_b::C", "French", "French::Verbs", "German"]
    import_package(collection, tmp_path / "project/build/all.apkg")
    assert {deck.name for deck in collection.decks.all_names_and_ids()} == before


# Any collection

HTML = st.lists(
    st.sampled_from([
        "le chien", "犬", "a * b_c_ `d` # e", "1 &lt; 2 &amp; 3&nbsp;", "<b>bold</b>", "<i>it</i>", "<u>under</u>", "<br>",
        "<div>line</div>", "<div><br></div>", "<ul><li>one</li><li>two <b>b</b></li></ul>", "<ol><li>one</li></ol>", " ",
        '<img src="dog.png">', "\\(a_b &lt; c\\)", "\\[x^2\\]", "==no mark==", "{no: tag}", "#tag", "Back: x", "- x", "1. y",
        '<span style="color: rgb(255, 0, 0);">red</span>', "<sub>2</sub>", '<a href="https://example.org/a_b">link</a>', "> q",
    ]),
    max_size=6,
).map("".join)  # fmt: skip
NOTES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["Basic", "Basic (and reversed card)", "Basic (type in the answer)"]),
            st.sampled_from(["French", "French::A b", "French::A b::c"]),
            st.fixed_dictionaries({"Front": HTML.map("q{}".format), "Back": HTML}),
            st.lists(st.sampled_from(["a", "b::c", "x_y", "日本"]), max_size=3),
        ),
        st.tuples(
            st.just("Cloze"),
            st.just("French"),
            st.fixed_dictionaries({"Text": HTML.map("a {{{{c1::{}x}}}} b".format), "Back Extra": HTML}),
            st.just(["a"]),
        ),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.ci
@settings(max_examples=many(4, 200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=NOTES, seed=st.integers(0, 1 << 20))
def test_no_adopted_package_changes_anything_in_anki(
    tmp_path_factory: pytest.TempPathFactory, notes: Sequence[Written], seed: int
) -> None:
    anki = pytest.importorskip("anki.collection")
    folder = tmp_path_factory.mktemp("any")
    collection = anki.Collection(str(folder / "collection.anki2"))
    try:
        fill(collection, notes)
        path = export(collection, folder / "french.apkg")
        (folder / "project").mkdir()
        with opened(path) as source:
            made = adoption.adopt(source, folder / "project", now=1_900_000_000, chance=random.Random(seed))
        assert (made.left_out, made.shares["content lost"]) == ((), 0), made.worse
        answer(collection)
        before = kept(collection)
        built(folder / "project")
        (package_path,) = (folder / "project/build").glob("*.apkg")
        log = import_package(collection, package_path)
        assert (log["new"], log["updated"], log["conflicting"]) == (0, 0, 0)
        assert kept(collection) == before
    finally:
        collection.close()
