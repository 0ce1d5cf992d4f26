"""Two packages → all that differs between them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from types import MappingProxyType

import msgspec

from .. import clozes
from ..descriptions import uncounted
from ..generation import MAX_CARDS
from ..model import NoteType
from ..package import Package, PackedNote
from .changes import Changes, FieldChange, Listed, NoteChange, NoteTypeChange, Renumbered
from .field_text import both, differ, first_file, masks, place, plain, title
from .prediction import Fate, equal_schema, note_types, predict


def compare(old: Package, new: Package, places: Mapping[str, str] = MappingProxyType({})) -> Changes:
    """What differs between two packages, whatever another tool wrote into them.

    Notes are matched by guid, as Anki does it; if several have the same guid, in the order of their packages. `places` has
    the file and the line of the new notes that a project has, by guid.
    """
    fates, prediction = predict(old, new)
    before, after = _by_guid(old.notes), _by_guid(new.notes)
    shared = [(key, note, fate) for (key, note), fate in zip(after.items(), fates, strict=True) if key in before]
    old_types, new_types = note_types(old), note_types(new)
    made = [
        _note_change(
            _Held(before[key], old_types.get(before[key].note_type_id), old.media),
            _Held(note, new_types.get(note.note_type_id), new.media),
            fate,
            places.get(note.guid, ""),
        )
        for key, note, fate in shared
        if fate in ("updated", "conflicting") or _differ(before[key], note)
    ]
    # A field or a deck may have another name for the same: that is no change of the note.
    notes = [note for note in made if note.fate != "duplicate" or note.differs]
    type_changes = (_note_type_change(old_types[id_], new_types[id_]) for id_ in new_types if id_ in old_types)
    old_decks, new_decks = ({deck_key(deck.name): deck for deck in package.decks} for package in (old, new))
    return Changes(
        new=tuple(
            _listed(note, new_types, places.get(note.guid, "")) for key, note in after.items() if key not in before
        ),
        notes=tuple(notes),
        retired=tuple(_listed(note, old_types) for key, note in before.items() if key not in after),
        unchanged=len(shared) - len(notes),
        repeated=tuple(guid for guid, count in Counter(note.guid for note in new.notes).items() if count > 1),
        note_types_new=tuple(new_types[id_].name for id_ in new_types if id_ not in old_types),
        note_types=tuple(change for change in type_changes if change),
        note_types_gone=tuple(old_types[id_].name for id_ in old_types if id_ not in new_types),
        decks_new=tuple(deck.name for key, deck in new_decks.items() if key not in old_decks),
        decks_gone=tuple(deck.name for key, deck in old_decks.items() if key not in new_decks),
        decks_described=tuple(
            deck.name
            for key, deck in new_decks.items()
            if key in old_decks and uncounted(deck.description) != uncounted(old_decks[key].description)
        ),
        media_new=tuple(sorted(new.media.keys() - old.media.keys())),
        media_changed=tuple(
            sorted(name for name in new.media if new.media[name] != old.media.get(name, new.media[name]))
        ),
        media_gone=tuple(sorted(old.media.keys() - new.media.keys())),
        prediction=prediction,
    )


def _by_guid(notes: Iterable[PackedNote]) -> dict[tuple[str, int], PackedNote]:
    """The notes by their guid, and by a number from 0 among those with the same guid."""
    seen: Counter[str] = Counter()
    found = {}
    for note in notes:
        found[note.guid, seen[note.guid]] = note
        seen[note.guid] += 1
    return found


def _differ(old: PackedNote, new: PackedNote) -> bool:
    """Whether two notes differ in more than their ids, their times and the order of their tags."""
    return (old.note_type_id, old.fields, set(old.tags), old.cards) != (
        new.note_type_id, new.fields, set(new.tags), new.cards,
    )  # fmt: skip


def _listed(note: PackedNote, types: Mapping[int, NoteType], place: str = "") -> Listed:
    deck = note.cards[0].deck if note.cards else ""
    return Listed(note.guid, title_of(note, types.get(note.note_type_id)), deck, place)


def title_of(note: PackedNote, note_type: NoteType | None) -> str:
    """The beginning of the sort field, of the first field with text, or else the guid. A number, by which a note type may be sorted,
    says nothing, nor does the picture below masks: the first field with other text does.
    """
    values = list(note.fields.values())
    first = note_type.sort_field if note_type else 0
    sorted_by = title(values[first]) if first < len(values) else ""
    titles = [*filter(None, [sorted_by, *map(title, values)])]
    nothing = _NUMBER if sorted_by else _NUMBER_OR_FILE
    return next((each for each in titles if not nothing.fullmatch(each)), titles[0] if titles else note.guid)


_NUMBER = re.compile(r"[\d\s.,:#-]+")
_NUMBER_OR_FILE = re.compile(r"[\d\s.,:#-]+|\[[^\[\]]*\]")


class _Held(msgspec.Struct, frozen=True):
    """A note, with its note type and the media of its package."""

    note: PackedNote
    note_type: NoteType | None
    media: Mapping[str, str]


def _note_change(old: _Held, new: _Held, fate: Fate, place: str) -> NoteChange:
    """What differs between two notes of one guid."""
    was, now = old.note, new.note
    old_decks, new_decks = ({card.ord: card.deck for card in note.cards} for note in (was, now))
    decks = (
        (old_decks[ord_], new_decks[ord_])
        for ord_ in sorted(old_decks.keys() & new_decks.keys())
        if deck_key(old_decks[ord_]) != deck_key(new_decks[ord_])
    )
    names = [side.note_type.name if side.note_type else "" for side in (old, new)]
    return NoteChange(
        guid=now.guid,
        title=title_of(now, new.note_type),
        fate=fate,
        fields=tuple(_field_changes(old, new)),
        tags_added=tuple(tag for tag in now.tags if tag not in was.tags),
        tags_removed=tuple(tag for tag in was.tags if tag not in now.tags),
        deck=next(decks, None),
        note_type=None if was.note_type_id == now.note_type_id else (names[0], names[1]),
        cards_gained=tuple(sorted(new_decks.keys() - old_decks.keys())),
        cards_lost=tuple(sorted(old_decks.keys() - new_decks.keys())),
        renumbered=tuple(_renumbered(old, new)),
        place=place,
    )


def _field_changes(old: _Held, new: _Held) -> list[FieldChange]:
    """Fields are paired as Anki does it: by their order within a note type, whatever their names are, else by name."""
    was, now = old.note.fields, new.note.fields
    same_type = old.note.note_type_id == new.note.note_type_id
    if same_type and (not old.note_type or not new.note_type or equal_schema(old.note_type, new.note_type)):
        pairs = list(zip_longest(now, was.values(), now.values(), fillvalue=""))
    else:
        pairs = [(name, was.get(name, ""), now.get(name, "")) for name in {**now, **was}]
    return [FieldChange(name, differ(*both(before, after))) for name, before, after in pairs if before != after]


def _renumbered(old: _Held, new: _Held) -> list[Renumbered]:
    """The numbers that lost an answer and got another, if one of the two was or is under another number."""
    families = {side.note_type.family if side.note_type else "basic" for side in (old, new)}
    if "basic" in families:
        return []
    before, after = _labels(old.note), _labels(new.note)
    if not before or not after:
        # Only their places are known, and on another picture the same place is another thing.
        if "occlusion" in families and _picture(old) != _picture(new):
            return []
        before, after = _answers(old.note.fields.values()), _answers(new.note.fields.values())
    found = []
    for number in sorted(before.keys() & after.keys()):
        left, came = before[number] - after[number], after[number] - before[number]
        if left and came and (left & _elsewhere(after, number) or came & _elsewhere(before, number)):
            found.append(Renumbered(number, tuple(sorted(before[number])), tuple(sorted(after[number]))))
    return found


def _elsewhere(answers: Mapping[int, set[str]], number: int) -> set[str]:
    """The answers of all other numbers."""
    return {answer for other, held in answers.items() if other != number for answer in held}


def _labels(note: PackedNote) -> dict[int, set[str]]:
    """The labels of the masks of each number; empty if there are no masks, or one without a label."""
    held = [mask for value in note.fields.values() for mask in masks(value)]
    found: defaultdict[int, set[str]] = defaultdict(set)
    for mask in held if all(mask.label for mask in held) else ():
        found[min(mask.number, MAX_CARDS)].add(mask.label)
    return dict(found)


def _picture(held: _Held) -> str:
    """The checksum of the picture under the masks, or else its name. Anki's image occlusion has it in the second field."""
    name = first_file([*held.note.fields.values(), "", ""][1])
    return held.media.get(name, name)


def _answers(values: Iterable[str]) -> dict[int, set[str]]:
    """What each number hides, as text: with what is nested in it, without hints. 0 is never asked."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for value in values:
        for part in clozes.parse(value):
            _add_answers(part, found)
    return dict(found)


def _add_answers(part: clozes.Part, found: Mapping[int, set[str]]) -> str:
    """Add what a cloze hides, and what those within it do, to the answers of their numbers; its text."""
    if isinstance(part, str):
        return part
    answer = "".join([_add_answers(inner, found) for inner in part.parts])
    text = place(answer.removeprefix(clozes.MASK)) if answer.startswith(clozes.MASK) else plain(answer)
    for number in filter(None, part.numbers):
        found[min(number, MAX_CARDS)].add(text)
    return answer


def _note_type_change(old: NoteType, new: NoteType) -> NoteTypeChange | None:
    """What differs between two note types with the same id; None if nothing does and the import updates nothing."""
    parts = [
        part
        for part, one, other in (
            ("name", old.name, new.name),
            ("kind", old.family, new.family),
            ("fields", old.fields, new.fields),
            ("styling", old.css, new.css),
            ("sort field", old.sort_field, new.sort_field),
            ("LaTeX", old.latex, new.latex),
        )
        if one != other
    ]
    templates = zip_longest(old.templates, new.templates)
    parts += [f"template {(new or old).name}" for old, new in templates if old != new]
    equal = equal_schema(old, new)
    received = equal and new.mod > old.mod
    kind_changed = (old.family == "basic") != (new.family == "basic")
    return (
        NoteTypeChange(new.id, new.name, tuple(parts), not equal, kind_changed, received) if parts or received else None
    )


def deck_key(name: str) -> str:
    """Anki finds decks by their name, in any case."""
    return unicodedata.normalize("NFC", name).casefold()
