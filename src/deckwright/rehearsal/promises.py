"""What was promised to learners, each promise a function: a learner before and after an import → what is lost of it.

The promises stand in docs/learners.md, docs/identity.md and docs/styling.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..diff import Renumbered
from .learners import Learner
from .seen import Card, Log, Note, Seen


@dataclass(frozen=True)
class Case:
    """A learner, before the import and after it.

    `old` and `new` are the collections of people who have the oldest or the newest package and nothing else. `renumbered`
    are the guids of notes with numbers that ask for another answer, as `diff` finds them, and `silent` those of notes with
    other markup, another source or another ID, which update nobody.
    """

    learner: Learner
    old: Seen
    new: Seen
    before: Seen
    after: Seen
    logs: Sequence[Log]
    renumbered: Sequence[tuple[str, Renumbered]] = ()
    silent: frozenset[str] = frozenset()

    @cached_property
    def old_notes(self) -> dict[str, list[Note]]:
        return self.old.by_guid()

    @cached_property
    def new_notes(self) -> dict[str, list[Note]]:
        return self.new.by_guid()

    @cached_property
    def notes_before(self) -> dict[str, list[Note]]:
        return self.before.by_guid()

    @cached_property
    def notes_after(self) -> dict[str, list[Note]]:
        return self.after.by_guid()

    @cached_property
    def kept_cards(self) -> list[tuple[Card, Card]]:
        """The cards that are still there, before and after."""
        after = {card.id: card for card in self.after.cards}
        return [(card, after[card.id]) for card in self.before.cards if card.id in after]

    def is_changed(self, guid: str) -> bool:
        """Whether a note that both packages have has another text or other tags, and learners were to have them."""
        old, new = self.old_notes.get(guid), self.new_notes.get(guid)
        return bool(old and new and guid not in self.silent and not _texts(old) & _texts(new))

    def is_edited(self, note: Note) -> bool:
        """Whether the learner's note, before the import, says something else than the oldest package."""
        return note.guid in self.old_notes and note.says not in _texts(self.old_notes[note.guid])

    def is_later(self, guid: str) -> bool:
        """Whether the learner edited the note later than its newest version was made, so that Anki keeps the edit."""
        newest = max(note.mod for note in self.new_notes[guid])
        return any(self.is_edited(note) and note.mod >= newest for note in self.notes_before.get(guid, ()))

    @cached_property
    def overwritten(self) -> list[Note]:
        """The learner's edited notes that say something else after the import, or are gone."""
        after = {note.id: note for note in self.after.notes}
        edited = (note for note in self.before.notes if self.is_edited(note))
        return [note for note in edited if note.id not in after or after[note.id].says != note.says]

    def shared_types(self) -> Iterator[tuple[int, bool]]:
        """The ids of the note types that both packages have, and whether they look different."""
        for id_ in self.old.note_types.keys() & self.new.note_types.keys() & self.before.note_types.keys():
            yield id_, self.old.note_types[id_].look != self.new.note_types[id_].look


def _texts(notes: Iterable[Note]) -> set[tuple[str, str]]:
    return {note.says for note in notes}


def reviews(case: Case) -> list[str]:
    gone = {*case.before.reviews} - {*case.after.reviews}
    cards = {review.card for review in gone}
    return case.before.guids(card for card in case.before.cards if card.id in cards) or [""] * bool(gone)


def cards(case: Case) -> list[str]:
    kept = {card.id for card in case.after.cards}
    return case.before.guids(card for card in case.before.cards if card.id not in kept)


def schedule(case: Case) -> list[str]:
    return _changed(case, lambda card: card.schedule)


def suspensions(case: Case) -> list[str]:
    return _changed(case, lambda card: min(card.queue, 0))


def flags(case: Case) -> list[str]:
    return _changed(case, lambda card: card.flag)


def _changed(case: Case, of: Callable[[Card], object]) -> list[str]:
    return case.before.guids(card for card, after in case.kept_cards if of(card) != of(after))


def decks(case: Case) -> list[str]:
    """Decks are compared by name: one that gets another name is another deck to a learner."""
    before, after = case.before.decks, case.after.decks
    return case.before.guids(card for card, now in case.kept_cards if before.get(card.deck) != after.get(now.deck))


def answers(case: Case) -> list[str]:
    """Only what a learner has learned of a number can go to another answer, and only with the note's new text."""
    owners = {note.id: note.guid for note in case.before.notes}
    learned = {(owners.get(card.note, ""), card.ord) for card in case.before.cards if card.is_learned}
    new = {note.says for note in case.new.notes}
    arrived = {note.guid for note in case.after.notes if note.says in new} - {
        note.guid for note in case.before.notes if note.says in new
    }
    found = (guid for guid, one in case.renumbered if guid in arrived and (guid, one.number - 1) in learned)
    return list(dict.fromkeys(found))


def doubled(case: Case) -> list[str]:
    """A note can be there twice under one guid, or, where its guid was changed, as the old one and as a new one."""
    found = [g for g, held in case.notes_after.items() if len(held) > max(1, len(case.notes_before.get(g, ())))]
    left = {
        (note.note_type, note.says) for g, held in case.notes_before.items() if g not in case.new_notes for note in held
    }
    came = (held for g, held in case.notes_after.items() if g in case.new_notes and g not in case.old_notes)
    found += [note.guid for held in came for note in held if (note.note_type, note.says) in left]
    return list(dict.fromkeys(found))


def content(case: Case) -> list[str]:
    """What is new or changed arrives, unless the learner edited it later, and did not ask for the deck's text."""
    found = []
    for guid, wanted in case.new_notes.items():
        held = case.notes_after.get(guid, ())
        if _texts(held) & _texts(wanted):
            continue
        if case.learner.merges and {note.says_somehow for note in held} & {note.says_somehow for note in wanted}:
            continue
        is_old = guid in case.notes_before
        is_same = guid in case.silent or (
            guid in case.old_notes and not case.is_changed(guid) and not case.learner.always
        )
        if not is_old or not (is_same or (case.is_later(guid) and not case.learner.always)):
            found.append(guid)
    return found


def updates(case: Case) -> list[str]:
    """Notes that Anki could not update are stuck for ever, or until the learner puts that right."""
    logs = case.logs[-1:] if case.learner.cure else case.logs
    return list(dict.fromkeys(name for log in logs for name in log.stuck))


def edits(case: Case) -> list[str]:
    """Edits stay in notes that did not change, unless the learner asked for the deck's text, and in notes edited later."""
    if case.learner.always:
        return []
    lost = (note.guid for note in case.overwritten)
    kept = (guid for guid in lost if not case.is_changed(guid) or case.is_later(guid))
    return list(dict.fromkeys(kept))


def look(case: Case) -> list[str]:
    """New styling and new templates arrive, unless the learner changed the note type later."""
    found = []
    for id_, is_changed in case.shared_types():
        old, new, mine = (seen.note_types[id_] for seen in (case.old, case.new, case.before))
        is_later = mine.mod >= new.mod and mine.mod != old.mod
        if is_changed and not is_later and case.after.note_types[id_].look != new.look:
            found.append(new.name)
    return sorted(found)


def styling(case: Case) -> list[str]:
    """What the learner changed in a note type stays as long as the deck changes nothing in it, and it need not be put right."""
    return sorted(
        case.before.note_types[id_].name
        for id_, is_changed in case.shared_types()
        if not is_changed
        and not case.learner.cure
        and case.before.note_types[id_].look not in (case.old.note_types[id_].look, case.after.note_types[id_].look)
    )


def stylesheet(case: Case) -> list[str]:
    before, after = case.before.stylesheets, case.after.stylesheets
    return sorted(name for name in before if after.get(name) != before[name])


def note_types(case: Case) -> list[str]:
    """Where Anki takes the deck's note type for another, a second one comes, under an id that no package has.

    Once a learner has put that right, an empty one may remain.
    """
    used = {note.note_type for note in case.after.notes}
    came = case.after.note_types.keys() - case.before.note_types.keys() - case.new.note_types.keys()
    return sorted(case.after.note_types[id_].name for id_ in came if id_ in used or not case.learner.cure)


def sync(case: Case) -> list[str]:
    """To put a note type right takes a one-way sync in any case."""
    return ["one-way sync"] if case.before.schema != case.after.schema and not case.learner.cure else []


def media(case: Case) -> list[str]:
    """What nobody has who has the old package, it did not bring: a note that was deleted comes back without it too."""
    return sorted({*case.after.missing} - {*case.before.missing, *case.old.missing})


NOTES, NAMES = True, False

PROMISES: dict[str, tuple[Callable[[Case], list[str]], str, bool]] = {
    "reviews": (reviews, "reviews are gone", NOTES),
    "cards": (cards, "cards are gone", NOTES),
    "schedule": (schedule, "cards are due at another time", NOTES),
    "suspensions": (suspensions, "cards are no longer suspended or buried", NOTES),
    "flags": (flags, "cards have another flag", NOTES),
    "decks": (decks, "cards are in another deck", NOTES),
    "answers": (answers, "what was learned now counts for another answer", NOTES),
    "doubled": (doubled, "notes are there twice", NOTES),
    "content": (content, "what is new or changed does not arrive", NOTES),
    "updates": (updates, "notes cannot be updated any more", NAMES),
    "edits": (edits, "edits are overwritten in notes that did not change", NOTES),
    "look": (look, "the new look of the cards does not arrive", NAMES),
    "styling": (styling, "changes of the styling are replaced, though the deck changed nothing in it", NAMES),
    "stylesheet": (stylesheet, "the learner’s own stylesheet is changed", NAMES),
    "note types": (note_types, "a second note type comes", NAMES),
    "sync": (sync, "Anki asks for a one-way sync", NAMES),
    "media": (media, "files are missing", NAMES),
}
"""Each promise by its name: what finds out what is lost of it, how that is said, and whether it finds guids of notes."""
