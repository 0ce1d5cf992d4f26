"""A learner who imports release after release into the real Anki: what was learned and written stays, what changed arrives."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import import_package, many
from prettier import formatted
from scratch import Scratch

from deckwright import diff, package
from deckwright.package import Package, PackedNote

if TYPE_CHECKING:
    from anki.collection import Collection

pytestmark = pytest.mark.anki

FIRST, LEARNED, SECOND = 1_760_000_000, 1_764_000_000, 1_768_000_000
"""When the first release was made, when the learner edited notes of it, and when the next release came."""

IAM = """\
---
deck: Security
tags: [iam]
kind: basic
source: https://example.org/iam
---
# IAM

## What is a user? {#iam-user}

A person or a servise with credentials of its own.

## What is a group?

Users who are given their permissions together.

## What does a role lack that a user has? {.reversed}

Long-term credentials.

> [!NOTE]
> Temporary ones come from STS.

## Which command tells who you are? {.typed}

`aws sts get-caller-identity`

## How many access keys can a user have?

Two, so that one can be replaced while the other is in use.

## Users and roles {.cloze}

A ==user== stands for one person; a ==role== can be ==assumed::verb== by whoever needs it.

## Where policies hang {.cloze}

An {{c1::identity-based}} policy hangs on a user, a {{c3::resource-based}} one on what is used.

## Kinds of policy {.items #iam-policies}

- **Permissions boundary**: the most that an identity can be allowed.
- **Session policy**: limits what a session of a role may do.
- **Service control policy**: the most that accounts of an organization can be allowed.

## Facts about keys {.cloze .items}

- A key of KMS is used for at most ==4 KiB== of data at once.
- Rotation makes new key material every ==365 days== unless told otherwise.
"""

SQS = """\
---
deck: Integration
tags: [sqs]
---
# Amazon SQS

## Limits {.rows}

What is the limit?

---

| What          | Limit      | Extra                |
| ------------- | ---------- | -------------------- |
| Longest delay | 15 minutes |                      |
| Message size  | 256 KiB    | 1 MiB since 2025     |
| Retention     | 14 days    | four days by default |
| Batch         | 10         |                      |

## Two kinds of queue {.cells}

| Queue    | Order    | Delivery      |
| -------- | -------- | ------------- |
| Standard | best try | at least once |
| FIFO     | strict   | exactly once  |

## What hides a received message? {.basic}

![A message on its way](../media/message.svg)

Its visibility timeout.

## The way of a message {.occlusion #sqs-way}

![Producer, queue and consumer](../media/way.svg)

## Polling {.cloze}

==Long== polling waits up to ==20 seconds== for a message.

## What is a dead-letter queue? {.basic}

Where messages go that could not be processed often enough.
"""

MESSAGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="#3b75b8"/></svg>'
)
WAY = """\
<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60">
  <rect data-mask="producer" x="10" y="10" width="60" height="40"/>
  <rect data-mask="queue" x="110" y="10" width="60" height="40"/>
  <rect data-mask="consumer" x="210" y="10" width="60" height="40"/>
</svg>
"""
MOVED = "## What is a group?\n\nUsers who are given their permissions together.\n\n"
ROW = "| Queue name    | 80 characters |            |\n"
FRONT_MATTER = IAM.partition("# IAM")[0]

EDITS = {
    "What is a user?": ("servise", "service"),
    "Users and roles": ("a ==role== can", "a ==group== gathers users; a ==role== can"),
    "How many access keys can a user have?": ("Two, so that one can be", "At most two: one can be"),
    "Session policy": ("limits what a session", "narrows what one session"),
    "Message size": ("256 KiB ", "1024 KiB"),
    "FIFO Order": ("strict  ", "strict, by group"),
    "What does a role lack that a user has?": ("> Temporary ones", "> Short-lived ones"),
}
"""What a note is called of which the author rewrites something: what stood there, and what stands there in version 2."""


NOTHING = Package("collection.anki2", (), (), (), {})


@dataclass(frozen=True)
class Learner:
    """A collection, and what was in it when it was last looked at."""

    collection: Collection
    cards: dict[int, list] = field(default_factory=dict)
    reviews: list = field(default_factory=list)
    notes: dict[str, list] = field(default_factory=dict)
    note_types: list[dict] = field(default_factory=list)
    schema: int = 0
    empty: frozenset[int] = frozenset()

    def look(self) -> Learner:
        query = self.collection.db.all
        return Learner(
            self.collection,
            cards={card[0]: card for card in query("SELECT * FROM cards")},
            reviews=query("SELECT * FROM revlog ORDER BY id"),
            notes={note[0]: note for note in query("SELECT guid, mid, mod, tags, flds FROM notes")},
            note_types=self.collection.models.all(),
            schema=self.collection.db.scalar("SELECT scm FROM col"),
            empty=frozenset(id_ for note in self.collection.get_empty_cards().notes for id_ in note.card_ids),
        )

    def answer(self, chance: random.Random, number: int) -> None:
        """Answer up to so many cards of every deck, as they come."""
        scheduler = self.collection.sched
        for deck in self.collection.decks.all_names_and_ids():
            self.collection.decks.select(deck.id)
            for _ in range(number):
                if not (queue := scheduler.get_queued_cards(fetch_limit=1).cards):
                    break
                card = self.collection.get_card(queue[0].card.id)
                card.start_timer()
                answer = scheduler.build_answer(card=card, states=queue[0].states, rating=chance.choice([0, 1, 2, 3]))
                scheduler.answer_card(answer)

    def handle(self, chance: random.Random) -> None:
        """Suspend, bury, flag, put off and move some of the cards."""
        cards = sorted(self.collection.find_cards(""))
        some = iter([chance.sample(cards, k=min(3, len(cards))) for _ in range(5)])
        self.collection.sched.suspend_cards(next(some))
        self.collection.sched.bury_cards(next(some))
        self.collection.set_user_flag_for_cards(3, next(some))
        self.collection.sched.set_due_date(next(some), "5-9")
        self.collection.set_deck(next(some), self.collection.decks.id("Mine"))

    def write(self, guid: str, field_name: str, value: str, tag: str) -> None:
        """Edit a field and add a tag, as if done between the two releases."""
        note = self.collection.get_note(self.collection.db.scalar("SELECT id FROM notes WHERE guid = ?", guid))
        note[field_name] = value
        note.tags.append(tag)
        self.collection.update_note(note)
        self.collection.db.execute("UPDATE notes SET mod = ? WHERE id = ?", LEARNED, note.id)

    def restyle(self) -> None:
        """Give every note type of the deck another style, as if done between the two releases."""
        for note_type in self.collection.models.all():
            if note_type["mod"] >= FIRST and note_type["name"].startswith("Anatomy"):
                note_type["css"] += "\n.card { background: beige }"
                self.collection.models.update_dict(note_type)
                self.collection.db.execute("UPDATE notetypes SET mtime_secs = ? WHERE id = ?", LEARNED, note_type["id"])


def released(scratch: Scratch, version: str, now: int) -> tuple[Package, Path, dict[str, str]]:
    """The package of a release, where it lies, and what people call each note."""
    scratch.release(version, now, retire=True)
    loaded = scratch.load(now + 60, retire=True)
    known = loaded.assigned.ledger
    assert known == loaded.before
    path = scratch.root / f"{version}.apkg"
    package.write(loaded.collection, path)
    return (
        package.contents(loaded.collection),
        path,
        {note.guid: known.lines[note.guid].key[-1] for note in loaded.collection.notes},
    )


def import_update(learner: Learner, old: Package, new: Package, path: Path) -> set[str]:
    """Import a release over the one before it. Whatever must hold for every update is checked; the notes that changed."""
    before = learner.look()
    log = import_package(learner.collection, path)
    after = learner.look()

    known, incoming = ({note.guid: note for note in held.notes} for held in (old, new))
    changed = {guid for guid in known.keys() & incoming.keys() if content(known[guid]) != content(incoming[guid])}
    assert log == {
        "new": len(incoming.keys() - before.notes.keys()),
        "updated": len(changed),
        "duplicate": len(incoming.keys() & before.notes.keys()) - len(changed),
        "conflicting": 0,
    }
    for guid, note in after.notes.items():
        if guid in changed or guid not in before.notes:
            assert note[2:] == as_row(incoming[guid])
        else:
            assert note == before.notes[guid]
    assert {id_: after.cards[id_] for id_ in before.cards} == before.cards
    assert after.reviews == before.reviews
    assert after.schema == before.schema
    assert learner.collection.db.scalar("SELECT count() - count(DISTINCT guid) FROM notes") == 0

    prediction = diff.compare(old, new).prediction
    assert log | {
        "new_cards": len(after.cards) - len(before.cards),
        "empty_cards": len(after.empty - before.empty),
        "one_way_sync": after.schema != before.schema,
    } == {name: getattr(prediction, name) for name in diff.Prediction.__struct_fields__}

    again = import_package(learner.collection, path)
    assert again == {"new": 0, "updated": 0, "duplicate": len(incoming), "conflicting": 0}
    assert learner.look() == after
    assert list(learner.collection.media.check().missing) == []
    learner.collection.after_note_updates(learner.collection.find_notes(""), mark_modified=False, generate_cards=True)
    assert learner.look() == after
    return changed


def content(note: PackedNote) -> tuple:
    """What of a note a learner sees, but for its ID and its source."""
    return {name: value for name, value in note.fields.items() if name not in ("ID", "Source")}, note.tags


def as_row(note: PackedNote) -> list:
    """As Anki keeps a note: its time of change, its tags and its fields."""
    return [note.mod, f" {' '.join(note.tags)} " if note.tags else "", "\x1f".join(note.fields.values())]


def test_an_update_changes_what_the_author_changed_and_nothing_else(collection, tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "project")
    pictures = {"media/message.svg": MESSAGE, "media/way.svg": WAY}
    scratch.write({"cards/iam.md": IAM, "cards/sqs.md": SQS} | pictures)
    old, path, titles = released(scratch, "1.0.0", FIRST)
    assert import_package(collection, path) == {"new": len(titles), "updated": 0, "duplicate": 0, "conflicting": 0}

    learner, chance = Learner(collection), random.Random(1)
    learner.answer(chance, 6)
    learner.handle(chance)
    guids = {title: guid for guid, title in titles.items()}
    learner.write(guids["Batch"], "Back", "ten, I think", "mine")
    learner.write(guids["Session policy"], "Back", "no idea", "mine")
    learner.restyle()
    collection.fix_integrity()  # Anki sometimes forgets to note when a card was answered, and then repairs that.
    learned = learner.look()
    assert len(learned.reviews) >= 8

    iam, sqs = IAM, SQS
    for was, now in EDITS.values():
        assert (iam + sqs).count(was) == 1
        iam, sqs = iam.replace(was, now), sqs.replace(was, now)
    scratch.card_files(
        {
            "security/iam.md": formatted(
                iam.replace(MOVED, "") + "\n## What is a policy?\n\nA document of permissions.\n"
            ),
            "security/groups.md": formatted(f"{FRONT_MATTER}# IAM\n\n{MOVED}"),
            "queues.md": formatted(sqs.partition("## What is a dead-letter")[0].replace("| Batch ", f"{ROW}| Batch ")),
        }
    )
    scratch.write({"media/message.svg": MESSAGE.replace("#3b75b8", "#3a8a5f")})
    new, path, new_titles = released(scratch, "1.1.0", SECOND)

    changed = import_update(learner, old, new, path)
    assert {titles[guid] for guid in changed} == {*EDITS, "What hides a received message?"}
    assert {titles[guid] for guid in titles.keys() - new_titles.keys()} == {"What is a dead-letter queue?"}
    assert {new_titles[guid] for guid in new_titles.keys() - titles.keys()} == {"What is a policy?", "Queue name"}
    assert learner.look().note_types == learned.note_types
    assert learner.look().notes[guids["Batch"]] == learned.notes[guids["Batch"]]
    assert "mine" in learned.notes[guids["Batch"]][3]
    assert learner.look().empty == frozenset()
    assert collection.fix_integrity()[1]


# Any history


@dataclass(frozen=True)
class Section:
    """A section of the random project: its tag, and the sentences of its body."""

    title: str
    tag: str
    sentences: tuple[str, ...]

    def text(self) -> str:
        tag = f" {{{self.tag}}}" if self.tag else ""
        return f"## {self.title}{tag}\n\n" + "\n\n".join(self.sentences) + "\n"


SYLLABLES = ("ar", "ve", "no", "sul", "ti", "mon", "ka", "per", "lo", "du", "fin", "ga", "rhi", "ost", "em")


def words(chance: random.Random, number: int) -> str:
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(number))


def sentence(chance: random.Random, hides: bool) -> str:
    answer = f"=={words(chance, 1)}==" if hides else words(chance, 1)
    return f"{words(chance, chance.randint(3, 7)).capitalize()} {answer} {words(chance, chance.randint(2, 6))}."


def section(chance: random.Random) -> Section:
    kind = chance.choice(("", "", ".reversed", ".cloze", ".cloze", ".items", ".cloze .items"))
    id_ = f"#{words(chance, 2).replace(' ', '-')}" if chance.random() < 0.5 else ""
    made = [sentence(chance, "cloze" in kind) for _ in range(chance.randint(1, 3))]
    if "items" in kind:
        made = ["\n".join(f"- **{words(chance, 2)}**: {line}" for line in made)]
    return Section(words(chance, 4).capitalize(), " ".join(filter(None, (kind, id_))), tuple(made))


def edited(files: dict[str, list[Section]], chance: random.Random) -> dict[str, list[Section]]:
    """The files after a handful of edits."""
    files = {name: list(held) for name, held in files.items()}
    for _ in range(chance.randint(3, 12)):
        name = chance.choice(sorted(files))
        held = files[name]
        place = chance.randrange(len(held))
        one = held[place]
        match chance.randrange(9):
            case 0:
                held.insert(place, section(chance))
            case 1 if len(held) > 1:
                del held[place]
            case 2:
                held[place] = replace(one, title=f"{one.title} {words(chance, 1)}")
            case 3:
                held[place] = replace(one, sentences=tuple(re.sub(r"\b(\w+)\.$", r"\1x.", s) for s in one.sentences))
            case 4 if ".items" not in one.tag:
                held[place] = replace(one, sentences=(*one.sentences, sentence(chance, "cloze" in one.tag)))
            case 5 if len(one.sentences) > 1:
                held[place] = replace(one, sentences=one.sentences[1:])
            case 6 if len(held) > 1:
                files[chance.choice(sorted(files))].append(held.pop(place))
            case 7:
                files[f"{words(chance, 1)}.md"] = files.pop(name)
            case 8:
                chance.shuffle(held)
    return files


@pytest.mark.ci
@pytest.mark.parametrize("seed", range(many(12, 200)))
def test_any_history_of_releases_updates_only_what_changed(collection, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    scratch = Scratch(tmp_path / "project")
    learner = Learner(collection)
    files = {f"{words(chance, 1)}.md": [section(chance) for _ in range(5)] for _ in range(3)}
    old = NOTHING
    for number in range(3):
        style = formatted if number and chance.random() < 0.5 else str
        scratch.card_files(
            {
                name: style("---\nkind: basic\n---\n# Notes\n\n" + "\n".join(one.text() for one in held))
                for name, held in files.items()
            }
        )
        new, path, _ = released(scratch, f"1.{number}.0", FIRST + number * 1_000_000)
        import_update(learner, old, new, path)
        assert collection.fix_integrity()[1]
        learner.answer(chance, 4)
        learner.handle(chance)
        collection.fix_integrity()  # Anki sometimes forgets to note when a card was answered, and then repairs that.
        old, files = new, edited(files, chance)
    assert learner.look().reviews
