"""What differs between two releases → the smallest honest step from one version to the next, and why.

A version tells a learner what an update does: a patch mends what is there, a minor one brings something new or lets
something go, and after a major one a part of the progress no longer fits, or part of the update does not arrive.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec.structs import replace

from ..descriptions import unversioned
from ..diff import Changes, NoteChange
from ..diff.compare import title_of
from ..identity import Ledger
from ..identity.lines import ADOPTED, order
from ..package import Package, PackedNote
from .rewording import STOCK, Beside, is_other_text, long_words, texts, turned

Step = Literal["none", "patch", "minor", "major"]

STEPS: tuple[Step, ...] = ("none", "patch", "minor", "major")
"""The smallest first."""

FIRST = "1.0.0"
"""The version of the first release."""

RULES: Mapping[str, tuple[Step, str]] = {
    "other text": ("major", "its id is now on a wholly different text, whose card comes with the old reviews"),
    "renumbered": ("major", "a number asks for another answer than before, and comes with its reviews"),
    "guid": ("major", "it has another guid than before: learners get it a second time"),
    "other kind": ("major", "no import can update it any more"),
    "note type": ("major", "Anki makes a second note type of it, and no longer updates the notes of the first"),
    "sort field": ("major", "Anki needs a one-way sync, and updates none of its notes"),
    "moved": ("major", "its cards stay in the old deck for whoever has them"),
    "many retired": ("major", "of the notes, so many leave the deck"),
    "retired": ("minor", "it leaves the deck, and learners keep it"),
    "left edition": ("minor", "it leaves an edition, whose learners keep it"),
    "edition gone": ("minor", "it is no longer made, and its learners need another package"),
    "card gone": ("minor", "a card of it asks nothing any more, until Tools › Empty Cards removes it"),
    "new": ("minor", "it is new"),
    "joined edition": ("minor", "it is new to those who learn an edition"),
    "new card": ("minor", "it has a new card"),
    "new deck": ("minor", "it is new"),
    "changed": ("patch", "its text or its tags are others"),
    "look": ("patch", "its look or its names are others"),
    "description": ("patch", "its description is another"),
    "file": ("patch", "it has other bytes under the same name"),
    "new edition": ("patch", "it is new, and nobody has it yet"),
    "edition renamed": ("patch", "its files have another name, and its learners notice nothing"),
    "slug": ("patch", "its files have another name, and learners notice nothing"),
}
"""The step that each rule asks for, and what it says of a note, a note type, a deck or a file. The gravest first."""

MANY_RETIRED = 1 / 20
"""The share of the notes that may leave the deck in a minor release. A single note always may."""


class Reason(msgspec.Struct, frozen=True):
    """What asks for a step: a rule, and what it is about. `name` is a note's title, or the name of a note type, a deck or a
    file, or the title of an edition; a note also has its `id` and, in a project, its place. `detail` is what was there, and
    what is there now; of a note that leaves or joins an edition, that edition's title.
    """

    rule: str
    name: str
    id: str = ""
    place: str = ""
    detail: str = ""

    @property
    def step(self) -> Step:
        return RULES[self.rule][0]


class Look(msgspec.Struct, frozen=True):
    """What somebody should look at before the release, though no step depends on it; the fields are as in `Reason`."""

    about: str
    name: str
    id: str = ""
    place: str = ""
    detail: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """The smallest honest step, the reasons for it and for all smaller ones, and what to look at."""

    step: Step
    reasons: tuple[Reason, ...]
    looks: tuple[Look, ...]


class Members(msgspec.Struct, frozen=True):
    """An edition: its title, and the guids of its notes."""

    title: str
    guids: frozenset[str]


class Editions(msgspec.Struct, frozen=True):
    """The editions as they were released, and as they are now, by name; and where the notes of the project stand, by guid."""

    then: Mapping[str, Members] = {}
    now: Mapping[str, Members] = {}
    places: Mapping[str, str] = {}


def judge(
    changes: Changes,
    old: Package,
    new: Package,
    ledger: Ledger,
    editions: Editions = Editions(),  # noqa: B008
    *,
    slugs: tuple[str, str] = ("", ""),
    apart: Mapping[int, Beside] = MappingProxyType({}),
) -> Verdict:
    """Work out the step from `old` to `new`. `changes` are theirs, `ledger` is that of the project now, `slugs` are what the
    names of the files began with then and now, `apart` the fields of the project's own note types that are no text.

    Reasons are in the order of RULES, and of the package. Nothing is read or written.
    """
    judged = _Judged(changes, old, new, ledger, apart)
    of_editions = _of_editions(old, new, editions, ledger)
    places = {rule: place for place, rule in enumerate(RULES)}
    renamed = [Reason("slug", new.decks[0].name, detail=" → ".join(slugs))] * (slugs[0] != slugs[1])
    reasons = sorted([*judged.reasons(), *of_editions, *renamed], key=lambda reason: places[reason.rule])
    step = max((STEPS.index(reason.step) for reason in reasons), default=0)
    return Verdict(STEPS[step], tuple(reasons), tuple(judged.looks()))


def next_version(last: str, step: Step) -> str:
    """The version that follows `last`, empty before the first release. A first release is 1.0.0, whatever the step, also after
    the adopted package.
    """
    if last in ("", ADOPTED):
        return FIRST
    numbers = [*order(last)]
    place = {"major": 0, "minor": 1}.get(step, 2)
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1, *[0] * (2 - place)]))


def is_same(old: Package, new: Package) -> bool:
    """Whether nothing differs between two packages but what they call themselves."""
    one, other = (
        replace(
            package, container="", decks=tuple((deck.name, unversioned(deck.description)) for deck in package.decks)
        )
        for package in (old, new)
    )
    return one == other


class _Judged:
    """Two packages, and what differs."""

    def __init__(
        self, changes: Changes, old: Package, new: Package, ledger: Ledger, apart: Mapping[int, Beside]
    ) -> None:
        self.changes = changes
        self.ledger = ledger
        self.apart = apart
        names = {note_type.id: [field.name for field in note_type.fields] for note_type in new.note_types}
        self.old = {note.guid: _as_now(note, names.get(note.note_type_id, [])) for note in old.notes}
        self.new = {note.guid: note for note in new.notes}
        self.descriptions = [{deck.name: deck.description for deck in package.decks} for package in (old, new)]

    def reasons(self) -> Iterator[Reason]:
        changes = self.changes
        for note in changes.notes:
            yield from self._of_note(note)
        left: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for listed in changes.retired:
            left[self._texts(self.old[listed.guid])].append(listed.guid)
        for listed in changes.new:
            same = left[self._texts(self.new[listed.guid])]
            rule, detail = ("guid", f"{same.pop(0)} → {listed.guid}") if same else ("new", "")
            yield Reason(rule, listed.title, _id(self.new[listed.guid], self.ledger), listed.place, detail)
        gone = {guid for guids in left.values() for guid in guids}
        for listed in changes.retired:
            if listed.guid in gone:
                yield Reason("retired", listed.title, _id(self.old[listed.guid], self.ledger))
        if len(gone) > 1 and len(gone) / len(self.old) > MANY_RETIRED:
            yield Reason("many retired", f"{len(gone)} of {len(self.old)}")
        for change in changes.note_types:
            detail = ", ".join(change.parts)
            if change.schema_changed or change.kind_changed:
                yield Reason("note type", change.name, detail=detail)
            elif "sort field" in change.parts:
                yield Reason("sort field", change.name, detail=detail)
            elif change.received:
                yield Reason("look", change.name, detail=detail)
        yield from (Reason("new deck", deck) for deck in changes.decks_new)
        yield from (Reason("description", deck) for deck in changes.decks_described if self._is_described_anew(deck))
        yield from (Reason("file", name) for name in changes.media_changed)

    def _is_described_anew(self, deck: str) -> bool:
        """Whether a deck's description says more than another version and another number of notes."""
        return unversioned(self.descriptions[0].get(deck, "")) != unversioned(self.descriptions[1].get(deck, ""))

    def _of_note(self, note: NoteChange) -> Iterator[Reason]:
        id_ = _id(self.new[note.guid], self.ledger)

        def reason(rule: str, detail: str = "") -> Reason:
            return Reason(rule, note.title, id_, note.place, detail)

        if note.fate == "conflicting":
            yield reason("other kind", " → ".join(note.note_type or ()))
            return
        if note.renumbered:
            yield reason("renumbered", "; ".join(_answers(each.number, each.old, each.new) for each in note.renumbered))
        if note.fate == "updated" and note.has_content:
            is_other = is_other_text(self.old[note.guid], self.new[note.guid], self._apart(note.guid))
            yield reason("other text") if is_other else reason("changed")
        if note.deck:
            yield reason("moved", " → ".join(note.deck))
        if note.cards_gained:
            yield reason("new card", _numbers(note.cards_gained))
        if note.cards_lost:
            yield reason("card gone", _numbers(note.cards_lost))

    def looks(self) -> Iterator[Look]:
        """Words of which a small one turns the meaning round; answers that others replaced; updates that say nothing."""
        alone: Counter[str] = Counter()
        for note in self.changes.notes:
            apart = self._apart(note.guid)
            about = _about(note, apart)
            if about == "heading":
                alone[note.place.rpartition(":")[0]] += 1
            elif about:
                ids = [_id(side[note.guid], self.ledger) for side in (self.old, self.new)]
                yield self._look(about, note, "" if ids[0] == ids[1] else " → ".join(ids))
            for field in note.fields if note.fate == "updated" else ():
                if detail := turned(field, apart):
                    yield self._look("negation or number", note, detail)
            line = self.ledger.lines.get(note.guid)
            if line and line.released:
                numbers = line.released.numbers
                asked = {each.number for each in note.renumbered}
                for number, answer in line.numbers.items():
                    was = numbers.get(number, answer)
                    if number not in asked and not long_words(was) & long_words(answer) and was != answer:
                        yield self._look("other answer", note, _answers(number, (was,), (answer,)))
        for path, number in alone.items():
            yield Look("heading", path, detail=str(number))

    def _texts(self, note: PackedNote) -> tuple[str, ...]:
        return texts(note, self.apart.get(note.note_type_id, STOCK))

    def _apart(self, guid: str) -> Beside:
        return self.apart.get(self.new[guid].note_type_id, STOCK)

    def _look(self, about: str, note: NoteChange, detail: str = "") -> Look:
        return Look(about, note.title, _id(self.new[note.guid], self.ledger), note.place, detail)


def _of_editions(old: Package, new: Package, editions: Editions, ledger: Ledger) -> Iterator[Reason]:
    """What differs in the editions. Of a note that is new in the deck, or has left it, that says enough."""
    types = {note_type.id: note_type for note_type in new.note_types}
    before = {note.guid for note in old.notes}
    names = _names_before(editions)
    for name, was in editions.then.items():
        if name not in names.values():
            yield Reason("edition gone", was.title)
    for name, now in editions.now.items():
        if name not in names:
            yield Reason("new edition", now.title)
            continue
        if names[name] != name:
            yield Reason("edition renamed", now.title, detail=f"{names[name]} → {name}")
        was = editions.then[names[name]]
        for note in new.notes:
            guid = note.guid
            if guid in before and (guid in was.guids) != (guid in now.guids):
                rule = "left edition" if guid in was.guids else "joined edition"
                title = title_of(note, types.get(note.note_type_id))
                yield Reason(rule, title, _id(note, ledger), editions.places.get(guid, ""), now.title)


def _names_before(editions: Editions) -> dict[str, str]:
    """What the editions were called in the settings before. One with the title or the notes of one that is gone is that one."""
    names = {name: name for name in editions.now if name in editions.then}
    left = {name: was for name, was in editions.then.items() if name not in names}
    for name, now in editions.now.items():
        alike = [other for other, was in left.items() if was.title == now.title] or [
            other for other, was in left.items() if was.guids == now.guids
        ]
        if name not in names and alike:
            names[name] = alike[0]
            del left[alike[0]]
    return names


def _about(note: NoteChange, apart: Beside) -> str:
    """What is odd about the update of a note as a whole, if anything is."""
    names = {field.name for field in note.fields}
    if note.fate == "updated":
        if not note.has_content:
            return "nothing"
        is_heading = bool(names) and names <= apart.context and not (note.tags_added or note.tags_removed)
        return "heading" if is_heading else ""
    if note.fate == "duplicate" and note.has_content:
        return "ID or source" if names <= apart.silent else "not received"
    return ""


ABOUT: Mapping[str, str] = {
    "negation or number": "A negation or a number has changed: is what people learned now wrong? Then `relearn` tells them.",
    "other answer": "A card asks for another answer in the same place: is what people learned now wrong? Then `relearn` tells them.",
    "heading": "Notes are updated for their headings alone, which overwrites what people wrote in them.",
    "nothing": "Notes are updated without a change, which overwrites what people wrote in them.",
    "not received": "Notes look different and nobody receives it, since only their rendering has changed.",
    "ID or source": "Only the ID or the source is another: nobody receives it, and people keep the old one.",
}
"""What is said of each thing to look at."""

ARE_WRONG = ("negation or number", "other answer")
"""Those that ask whether what people learned is wrong."""


def _as_now(note: PackedNote, names: list[str]) -> PackedNote:
    """The note with these names of its fields, which may be new; their number and their order never change."""
    if len(names) != len(note.fields) or names == [*note.fields]:
        return note
    return replace(note, fields=dict(zip(names, note.fields.values(), strict=True)))


def _id(note: PackedNote, ledger: Ledger) -> str:
    """The ID that a package has of a note, or that in the ledger, where its note type has no field of that name."""
    line = ledger.lines.get(note.guid)
    return note.fields.get("ID") or (line.id if line else "")


def _numbers(ordinals: Iterable[int]) -> str:
    return ", ".join(f"card {ordinal + 1}" for ordinal in ordinals)


def _answers(number: int, old: Iterable[str], new: Iterable[str]) -> str:
    return f"card {number}: {', '.join(old)} → {', '.join(new)}"
