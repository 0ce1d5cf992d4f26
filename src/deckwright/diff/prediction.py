"""Two packages → what Anki's import makes of the second in a collection that has the first.

Measured with anki 26.9.3; a test compares every prediction with the log of the real import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ..model import Field, NoteType, Template
from ..package import Package, PackedNote, cards

Fate = Literal["new", "updated", "duplicate", "conflicting"]
"""What the import does with a note, as its log calls it; a `duplicate` stays as the learner has it."""


class Prediction(msgspec.Struct, frozen=True):
    """The log of the import: how many notes have which fate, how many cards are added, and how many no longer ask anything.

    After a `one_way_sync`, the learner must choose which side of a sync to keep, and may lose reviews.
    """

    new: int
    updated: int
    duplicate: int
    conflicting: int
    new_cards: int
    empty_cards: int
    one_way_sync: bool


def predict(old: Package, new: Package) -> tuple[list[Fate], Prediction]:
    """The fate of each note of the new package, in their order, and what the import does as a whole.

    Source: anki rslib/src/import_export/package/apkg/import/{notes,cards}.rs, and experiments.
    """
    theirs, incoming = _used_types(old), _used_types(new)
    shared = theirs.keys() & incoming.keys()
    second = {id_ for id_ in shared if not equal_schema(theirs[id_], incoming[id_])}
    updated = {id_: incoming[id_] for id_ in shared - second if incoming[id_].mod > theirs[id_].mod}
    # Another sort field makes Anki rewrite all notes of the type, which makes them newer than those of the package.
    rewritten = {id_ for id_, note_type in updated.items() if note_type.sort_field != theirs[id_].sort_field}
    types = incoming | theirs | updated

    copies = [_copy(note, theirs, types) for note in sorted(old.notes, key=lambda note: note.note_id)]
    by_guid = {copy.after.guid: (copy, set(copy.cards)) for copy in copies}  # of several notes, the last

    fates: list[Fate] = []
    for note in new.notes:
        copy, held = by_guid.get(note.guid, (None, set()))
        id_ = note.note_type_id
        if copy is None:
            fates.append("new")
            copies.append(_Copy(None, None, note, incoming.get(id_) if id_ in second else types.get(id_), []))
            copy = copies[-1]
        elif id_ != copy.after.note_type_id or id_ in second:
            fates.append("conflicting")
            continue
        elif copy.before and note.mod > copy.before.mod and id_ not in rewritten:
            fates.append("updated")
            copy.after = note
        else:
            fates.append("duplicate")
        copy.cards += [card.ord for card in note.cards if card.ord not in held]
    counted = Counter(fates)
    return fates, Prediction(
        new=counted["new"],
        updated=counted["updated"],
        duplicate=counted["duplicate"],
        conflicting=counted["conflicting"],
        new_cards=sum(len(copy.cards) - len(copy.before.cards if copy.before else ()) for copy in copies),
        empty_cards=sum(map(_newly_empty, copies)),
        one_way_sync=bool(rewritten),
    )


def note_types(package: Package) -> dict[int, NoteType]:
    return {note_type.id: note_type for note_type in package.note_types}


def equal_schema(one: NoteType, other: NoteType) -> bool:
    """Whether two note types are versions of one for Anki: equal_schema in notes.rs, is_match in notetype/merge.rs."""
    return _are_alike(one.fields, other.fields) and _are_alike(one.templates, other.templates)


def _are_alike(ours: Sequence[Field | Template], others: Sequence[Field | Template]) -> bool:
    return len(ours) == len(others) and all(
        one.id == other.id if one.id and other.id else one.name == other.name
        for one, other in zip(ours, others, strict=True)
    )


@dataclass(slots=True)
class _Copy:
    """A note of the learner: as it was before the import, if it existed, and as it is after.

    `cards` are ordinals, those from before the import first; the same one can occur twice.
    """

    before: PackedNote | None
    type_before: NoteType | None
    after: PackedNote
    type_after: NoteType | None
    cards: list[int]


def _copy(note: PackedNote, theirs: Mapping[int, NoteType], types: Mapping[int, NoteType]) -> _Copy:
    """The learner's note after the note types are updated, and before the notes are."""
    id_ = note.note_type_id
    copy = _Copy(note, theirs.get(id_), note, types.get(id_), [card.ord for card in note.cards])
    if copy.cards and copy.type_before and copy.type_after and _fronts(copy.type_before) != _fronts(copy.type_after):
        copy.cards += sorted(_generated(note, copy.type_after) - set(copy.cards))
    return copy


def _used_types(package: Package) -> dict[int, NoteType]:
    """The note types that the import looks at: those with notes."""
    types = note_types(package)
    return {id_: types[id_] for id_ in {note.note_type_id for note in package.notes} & types.keys()}


def _fronts(note_type: NoteType) -> list[str]:
    """If one of these differs, the import generates the missing cards of all notes of the type that have a card."""
    return [template.front for template in note_type.templates]


def _generated(note: PackedNote, note_type: NoteType) -> set[int]:
    return set(cards(tuple(note.fields.values()), note.tags, note_type))


def _newly_empty(copy: _Copy) -> int:
    """How many cards of the note ask nothing after the import, and are new or asked something before."""
    before, had = copy.before, len(copy.before.cards if copy.before else ())
    if not copy.type_after or (
        before
        and len(copy.cards) == had
        and (before.fields, before.tags) == (copy.after.fields, copy.after.tags)
        and copy.type_before
        and _asks(copy.type_before) == _asks(copy.type_after)
    ):
        return 0
    filled = _generated(copy.after, copy.type_after)
    filled_before = _generated(before, copy.type_before) if before and copy.type_before else set()
    return sum(ord_ not in filled and (index >= had or ord_ in filled_before) for index, ord_ in enumerate(copy.cards))


def _asks(note_type: NoteType) -> tuple[Any, ...]:
    """Everything in a note type that decides which cards ask something."""
    return note_type.family, [field.name for field in note_type.fields], _fronts(note_type)
