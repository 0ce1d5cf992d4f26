"""Two packages → what differs between them, what Anki's import makes of that, and the words a learner understands.

How Anki imports was measured with anki 26.9.3, and a test compares every prediction with its log. What is predicted is the
import with default options by somebody whose copy is the old package, unedited.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from html import unescape
from itertools import zip_longest
from textwrap import fill
from typing import Any, Literal

from .model import NoteType
from .package import Package, PackedNote, cards
from .package.generation import MAX_CARDS

Fate = Literal["new", "updated", "duplicate", "conflicting"]
"""What the import does with a note, as its log calls it: `duplicate` is one that it leaves as the learner has it."""

Words = tuple[tuple[Literal["same", "old", "new"], str], ...]
"""A text and a later one in stretches: those of "same" and "old" make the first, those of "same" and "new" the second."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A note that only one of the packages holds; a note without cards is in no deck.

    `title` is the beginning of the plain text of its sort field, or of the first field that has some.
    """

    guid: str
    title: str
    deck: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose HTML differs. Where all words of its plain text are the same, only its markup does."""

    name: str
    words: Words


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A cloze or mask number that hid `old` and now hides `new`, some of which was or is now under another number.

    What a learner knew of the one then counts for the other. A mask is told by its shape and its place.
    """

    number: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteChange:
    """A note of both packages that differs, or that is updated all the same.

    `moved` are the old and the new deck of its cards, `note_type` the names of the old and the new note type. Cards are
    their ordinals, counted from 0.
    """

    guid: str
    title: str
    fate: Fate
    fields: tuple[FieldChange, ...]
    tags_added: tuple[str, ...]
    tags_removed: tuple[str, ...]
    moved: tuple[str, str] | None
    note_type: tuple[str, str] | None
    cards_gained: tuple[int, ...]
    cards_lost: tuple[int, ...]
    renumbered: tuple[Renumbered, ...]

    @property
    def has_content(self) -> bool:
        """Whether anything differs that an update brings: a field or a tag."""
        return bool(self.fields or self.tags_added or self.tags_removed)


@dataclass(frozen=True, slots=True)
class NoteTypeChange:
    """A note type of both packages that differs, or that is updated all the same.

    `parts` names what differs. With another schema Anki makes a second note type and updates no note of the first;
    another kind turns basic notes into cloze notes, or back. `received` says whether the learner's own is updated.
    """

    id: int
    name: str
    parts: tuple[str, ...]
    schema_changed: bool
    kind_changed: bool
    received: bool


@dataclass(frozen=True, slots=True)
class Prediction:
    """The log of the import: notes by fate, and cards that it adds, and those that have nothing to ask any more.

    `one_way_sync` says whether the learner must then choose which side of a sync to keep, and may lose reviews by that.
    """

    new: int
    updated: int
    duplicate: int
    conflicting: int
    new_cards: int
    empty_cards: int
    one_way_sync: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs between two packages. Notes are in the order of their package, `unchanged` counts the others.

    `repeated` are guids that several notes of the new package have. Decks, note types and media are listed by name;
    `decks_described` have another description, `media_changed` other bytes under the same name.
    """

    new: tuple[Listed, ...]
    notes: tuple[NoteChange, ...]
    retired: tuple[Listed, ...]
    unchanged: int
    repeated: tuple[str, ...]
    note_types_new: tuple[str, ...]
    note_types: tuple[NoteTypeChange, ...]
    note_types_gone: tuple[str, ...]
    decks_new: tuple[str, ...]
    decks_gone: tuple[str, ...]
    decks_described: tuple[str, ...]
    media_new: tuple[str, ...]
    media_changed: tuple[str, ...]
    media_gone: tuple[str, ...]
    prediction: Prediction

    @property
    def changed(self) -> tuple[NoteChange, ...]:
        """The notes whose new content is received."""
        return tuple(note for note in self.notes if note.fate == "updated" and note.has_content)

    @property
    def unreceived(self) -> tuple[NoteChange, ...]:
        """The notes whose new content nobody receives who has the old one: their modification time did not grow."""
        return tuple(note for note in self.notes if note.fate == "duplicate" and note.has_content)

    @property
    def idle(self) -> tuple[NoteChange, ...]:
        """The notes that are updated for nothing, which undoes what a learner wrote in them."""
        return tuple(note for note in self.notes if note.fate == "updated" and not note.has_content)

    @property
    def conflicting(self) -> tuple[NoteChange, ...]:
        """The notes that no import can update any more."""
        return tuple(note for note in self.notes if note.fate == "conflicting")

    @property
    def moved(self) -> tuple[NoteChange, ...]:
        return tuple(note for note in self.notes if note.moved)

    @property
    def renumbered(self) -> tuple[NoteChange, ...]:
        return tuple(note for note in self.notes if note.renumbered)

    @property
    def other_cards(self) -> tuple[NoteChange, ...]:
        """The notes that only have other cards."""
        return tuple(
            note
            for note in self.notes
            if (note.cards_gained or note.cards_lost) and not note.has_content and note.fate != "conflicting"
        )


def compare(old: Package, new: Package) -> Changes:
    """What differs between two packages. Never raises for what another tool wrote into them.

    Notes are matched by guid, as Anki does; where several have the same one, in the order of their packages.
    """
    fates, prediction = _imported(old, new)
    before, after = _by_guid(old.notes), _by_guid(new.notes)
    both = [(key, note, fate) for (key, note), fate in zip(after.items(), fates, strict=True) if key in before]
    old_types, new_types = _types(old), _types(new)
    notes = [
        _note_change(
            _Held(before[key], old_types.get(before[key].note_type_id), old.media),
            _Held(note, new_types.get(note.note_type_id), new.media),
            fate,
        )
        for key, note, fate in both
        if fate in ("updated", "conflicting") or _differ(before[key], note)
    ]
    type_changes = (_note_type_change(old_types[id_], new_types[id_]) for id_ in new_types if id_ in old_types)
    old_decks, new_decks = ({_deck_key(deck.name): deck for deck in package.decks} for package in (old, new))
    return Changes(
        new=tuple(_listed(note, new_types) for key, note in after.items() if key not in before),
        notes=tuple(notes),
        retired=tuple(_listed(note, old_types) for key, note in before.items() if key not in after),
        unchanged=len(both) - len(notes),
        repeated=tuple(guid for guid, count in Counter(note.guid for note in new.notes).items() if count > 1),
        note_types_new=tuple(new_types[id_].name for id_ in new_types if id_ not in old_types),
        note_types=tuple(change for change in type_changes if change),
        note_types_gone=tuple(old_types[id_].name for id_ in old_types if id_ not in new_types),
        decks_new=tuple(deck.name for key, deck in new_decks.items() if key not in old_decks),
        decks_gone=tuple(deck.name for key, deck in old_decks.items() if key not in new_decks),
        decks_described=tuple(
            deck.name
            for key, deck in new_decks.items()
            if key in old_decks and deck.description != old_decks[key].description
        ),
        media_new=tuple(sorted(new.media.keys() - old.media.keys())),
        media_changed=tuple(
            sorted(name for name in new.media if new.media[name] != old.media.get(name, new.media[name]))
        ),
        media_gone=tuple(sorted(old.media.keys() - new.media.keys())),
        prediction=prediction,
    )


def to_text(
    changes: Changes, style: Callable[[str, str], str] = lambda text, role: text, limit: int | None = 10
) -> str:
    """The form for people: counts, a list of each kind of change, and what importing the new package does.

    A list ends after `limit` entries, and says how many more there are; None lists all. A word that went is written
    `[-so-]`, one that came `{+so+}`. `style` colours a piece of text by its role: heading, warning, old, new.
    """
    blocks = [_block(part, style, limit) for part in _parts(changes, style) if part.entries]
    return "\n\n".join([_counts(changes), *blocks, _outlook(changes, style)])


def to_json(changes: Changes) -> str:
    """A JSON object with the attributes of `Changes`, and of all that is in it, as names.

    Before them comes `counts`, with the number of notes that are new, changed, unreceived, idle, conflicting, moved,
    renumbered, retired and unchanged; a note can be in several. `words` are pairs of "same", "old" or "new" and a text.
    """
    counts = {what: len(getattr(changes, what)) for what, _ in _COUNTED} | {"unchanged": changes.unchanged}
    return json.dumps({"counts": counts} | _attributes(changes), ensure_ascii=False, indent=2, default=_attributes)


def _attributes(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


_COUNTED = (
    ("new", "new"),
    ("changed", "changed"),
    ("unreceived", "changed but received by nobody"),
    ("idle", "updated for nothing"),
    ("conflicting", "impossible to update"),
    ("moved", "moved"),
    ("renumbered", "with another answer under a number"),
    ("retired", "retired"),
)
"""The lists of notes of `Changes` that are counted, and what they are called."""


# What the import does


@dataclass(slots=True)
class _Copy:
    """A note of the learner's: as it was before the import, where it was, and as it is after.

    `cards` are ordinals, those of before first; one can be there twice.
    """

    before: PackedNote | None
    type_before: NoteType | None
    after: PackedNote
    type_after: NoteType | None
    cards: list[int]


def _imported(old: Package, new: Package) -> tuple[list[Fate], Prediction]:
    """What becomes of each note of the new package, and all in numbers.

    Source: anki rslib/src/import_export/package/apkg/import/{notes,cards}.rs, and experiments.
    """
    theirs, incoming = _used_types(old), _used_types(new)
    shared = theirs.keys() & incoming.keys()
    second = {id_ for id_ in shared if not _equal_schema(theirs[id_], incoming[id_])}
    updated = {id_: incoming[id_] for id_ in shared - second if incoming[id_].mod > theirs[id_].mod}
    # Another sort field makes Anki write all notes of the type anew, and so makes them newer than those of the package.
    rewritten = {id_ for id_, note_type in updated.items() if note_type.sort_field != theirs[id_].sort_field}
    types = incoming | theirs | updated

    copies = [
        _Copy(
            note, theirs.get(note.note_type_id), note, types.get(note.note_type_id), [card.ord for card in note.cards]
        )
        for note in sorted(old.notes, key=lambda note: note.note_id)
    ]
    for copy in copies:
        if (
            copy.cards
            and copy.type_before
            and copy.type_after
            and _fronts(copy.type_before) != _fronts(copy.type_after)
        ):
            copy.cards += sorted(_generated(copy.after, copy.type_after) - set(copy.cards))
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


def _types(package: Package) -> dict[int, NoteType]:
    return {note_type.id: note_type for note_type in package.note_types}


def _used_types(package: Package) -> dict[int, NoteType]:
    """The note types that the import looks at: those with notes."""
    types = _types(package)
    return {id_: types[id_] for id_ in {note.note_type_id for note in package.notes} & types.keys()}


def _equal_schema(one: NoteType, other: NoteType) -> bool:
    """Whether Anki takes two note types for versions of one: equal_schema in notes.rs, is_match in notetype/merge.rs."""
    return all(
        len(ours) == len(others)
        and all(a.id == b.id if a.id and b.id else a.name == b.name for a, b in zip(ours, others, strict=True))
        for ours, others in ((one.fields, other.fields), (one.templates, other.templates))
    )


def _fronts(note_type: NoteType) -> list[str]:
    """Where one of these differs, the import generates what is missing for all notes of the type that have a card."""
    return [template.front for template in note_type.templates]


@dataclass(frozen=True, slots=True)
class _Values:
    """What the generation of cards asks of a note."""

    tags: tuple[str, ...]
    values: tuple[str, ...]

    def field_values(self) -> tuple[str, ...]:
        return self.values


def _generated(note: PackedNote, note_type: NoteType) -> set[int]:
    return set(cards(_Values(note.tags, tuple(note.fields.values())), note_type))


def _newly_empty(copy: _Copy) -> int:
    """How many cards of the note have nothing to ask after the import, and had something before or are new."""
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
    """All of a note type that decides which cards have something to ask."""
    return note_type.family, [field.name for field in note_type.fields], _fronts(note_type)


# What differs


def _by_guid(notes: Iterable[PackedNote]) -> dict[tuple[str, int], PackedNote]:
    """The notes by guid, and by number where several have the same."""
    seen: Counter[str] = Counter()
    found = {}
    for note in notes:
        found[note.guid, seen[note.guid]] = note
        seen[note.guid] += 1
    return found


def _differ(old: PackedNote, new: PackedNote) -> bool:
    """Whether two notes are different for anybody; the ids and times of notes and the order of tags are not."""
    return (old.note_type_id, old.fields, set(old.tags), old.cards) != (
        new.note_type_id, new.fields, set(new.tags), new.cards,
    )  # fmt: skip


def _listed(note: PackedNote, types: Mapping[int, NoteType]) -> Listed:
    return Listed(note.guid, _title(note, types.get(note.note_type_id)), note.cards[0].deck if note.cards else "")


_TITLE = 100
"""Characters of a title, at most."""


def _title(note: PackedNote, note_type: NoteType | None) -> str:
    values = list(note.fields.values())
    first = note_type.sort_field if note_type else 0
    for value in [*values[first : first + 1], *values]:
        if text := _plain(_CLOZE_MARKUP.sub("", _MASK.sub("", value)) if "{{c" in value else value):
            return text if len(text) <= _TITLE else text[: _TITLE - 1].rstrip() + "…"
    return note.guid


_MASK = re.compile(r"\{\{c(\d+)::image-occlusion:(.*?)\}\}", re.DOTALL)
_CLOZE_MARKUP = re.compile(r"\{\{c[\d,]+::|(?:::[^{}]*)?\}\}")
_FILE = re.compile(r"""<[^<>]*\s(?:src|data)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))[^<>]*>""", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:br|/?(?:p|li|div|td|th|tr|pre|dd|dt|h\d))\b[^<>]*>", re.IGNORECASE)


def _plain(value: str) -> str:
    """The text of a field's HTML on one line. A picture or sound is the name of its file, a mask its shape and place."""
    value = _MASK.sub(lambda mask: f" [mask {mask[1]}: {_shape(mask[2])}] ", value)
    value = _FILE.sub(lambda file: f" [{_file_name(file)}] ", value)
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", _BLOCK.sub(" ", value))).split())


def _file_name(file: re.Match[str] | None) -> str:
    name = unescape(file[1] or file[2] or file[3] or "") if file else ""
    return name.partition(",")[0] if name.startswith("data:") else name


def _shape(text: str) -> str:
    """A mask without what is not of its place: `rect:left=.1:top=.2:fill=#fff:oi=1` is `rect left=.1 top=.2`."""
    return " ".join(part for part in text.split(":") if not part.startswith(("oi=", "fill=")))


@dataclass(frozen=True, slots=True)
class _Held:
    """A note with what its package holds of its note type and of media."""

    note: PackedNote
    note_type: NoteType | None
    media: Mapping[str, str]


def _note_change(old: _Held, new: _Held, fate: Fate) -> NoteChange:
    """What differs between two notes of one guid."""
    was, now = old.note, new.note
    old_decks, new_decks = ({card.ord: card.deck for card in note.cards} for note in (was, now))
    moved = (
        (old_decks[ord_], new_decks[ord_])
        for ord_ in sorted(old_decks.keys() & new_decks.keys())
        if _deck_key(old_decks[ord_]) != _deck_key(new_decks[ord_])
    )
    names = tuple(side.note_type.name if side.note_type else "" for side in (old, new))
    return NoteChange(
        guid=now.guid,
        title=_title(now, new.note_type),
        fate=fate,
        fields=tuple(_field_changes(old, new)),
        tags_added=tuple(tag for tag in now.tags if tag not in was.tags),
        tags_removed=tuple(tag for tag in was.tags if tag not in now.tags),
        moved=next(moved, None),
        note_type=None if was.note_type_id == now.note_type_id else names,
        cards_gained=tuple(sorted(new_decks.keys() - old_decks.keys())),
        cards_lost=tuple(sorted(old_decks.keys() - new_decks.keys())),
        renumbered=tuple(_renumbered(old, new)),
    )


def _field_changes(old: _Held, new: _Held) -> Iterator[FieldChange]:
    """Fields are paired as Anki does: in their order within one note type, whatever they are called, else by name."""
    was, now = old.note.fields, new.note.fields
    same_type = old.note.note_type_id == new.note.note_type_id
    if same_type and (not old.note_type or not new.note_type or _equal_schema(old.note_type, new.note_type)):
        pairs = list(zip_longest(now, was.values(), now.values(), fillvalue=""))
    else:
        pairs = [(name, was.get(name, ""), now.get(name, "")) for name in {**now, **was}]
    for name, before, after in pairs:
        if before != after:
            yield FieldChange(name, _word_diff(_plain(before), _plain(after)))


_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]\s*|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+\s*")
"""A word and the space behind it; Chinese and Japanese have none, and are compared by characters."""

_MAX_COMPARED = 10**8
"""Pairs of words. So many take some hundredths of a second and some megabytes; a longer text is replaced whole."""


def _word_diff(old: str, new: str) -> Words:
    if old == new:
        return (("same", old),) if old else ()
    old_words, new_words = _WORD.findall(old + " "), _WORD.findall(new + " ")
    if len(old_words) * len(new_words) > _MAX_COMPARED:
        opcodes = [("replace", 0, len(old_words), 0, len(new_words))]
    else:
        from rapidfuzz.distance import Indel

        opcodes = [tuple(opcode) for opcode in Indel.opcodes(old_words, new_words)]
    stretches = []
    gone, come = "", ""
    for tag, old_from, old_to, new_from, new_to in [*opcodes, ("equal", 0, 0, 0, 0)]:
        if tag != "equal":
            gone += "".join(old_words[old_from:old_to])
            come += "".join(new_words[new_from:new_to])
            continue
        found = (("old", gone), ("new", come), ("same", "".join(old_words[old_from:old_to])))
        stretches += [stretch for stretch in found if stretch[1]]
        gone, come = "", ""
    return tuple(stretches)


def _renumbered(old: _Held, new: _Held) -> Iterator[Renumbered]:
    """Where a number lost an answer for another one, and either was or is under another number."""
    families = {side.note_type.family if side.note_type else "basic" for side in (old, new)}
    # On another picture the same place is another thing.
    if "basic" in families or ("occlusion" in families and _picture(old) != _picture(new)):
        return
    before, after = _answers(old.note.fields.values()), _answers(new.note.fields.values())
    for number in sorted(before.keys() & after.keys()):
        left, came = before[number] - after[number], after[number] - before[number]
        if left and came:
            now_elsewhere = set().union(*(answers for other, answers in after.items() if other != number))
            once_elsewhere = set().union(*(answers for other, answers in before.items() if other != number))
            if left & now_elsewhere or came & once_elsewhere:
                yield Renumbered(number, tuple(sorted(before[number])), tuple(sorted(after[number])))


def _picture(held: _Held) -> str:
    """The check sum of the picture under the masks, else its name: native image occlusion has it in the second field."""
    name = _file_name(_FILE.search([*held.note.fields.values(), "", ""][1]))
    return held.media.get(name, name)


_CLOZE = re.compile(r"\{\{c([0-9,]{1,999})::|\}\}")  # Python refuses to read numbers of thousands of digits.


def _answers(values: Iterable[str]) -> dict[int, set[str]]:
    """What each number hides, as plain text, with what is nested in it and without hints; 0 is never asked."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for value in values:
        around: list[tuple[str, list[str]]] = []
        at = 0
        for token in _CLOZE.finditer(value):
            if around:
                around[-1][1].append(value[at : token.start()].partition("::")[0])
            at = token.end()
            if token[1]:
                around.append((token[1], []))
            elif around:
                numbers, parts = around.pop()
                answer = "".join(parts)
                if around:
                    around[-1][1].append(answer)
                kind, _, shape = answer.partition(":")
                text = _shape(shape) if kind == "image-occlusion" else _plain(answer)
                for number in numbers.split(","):
                    if number and int(number):
                        found[min(int(number), MAX_CARDS)].add(text)
    return dict(found)


def _note_type_change(old: NoteType, new: NoteType) -> NoteTypeChange | None:
    """What differs between two note types of one id; nothing, where the import does nothing either."""
    parts = [
        part
        for part, one, other in (
            ("name", old.name, new.name),
            ("kind", old.family, new.family),
            ("fields", old.fields, new.fields),
            ("styling", old.css, new.css),
            ("sort field", old.sort_field, new.sort_field),
        )
        if one != other
    ]
    templates = zip_longest(old.templates, new.templates)
    parts += [f"template {(new or old).name}" for old, new in templates if old != new]
    equal = _equal_schema(old, new)
    received = equal and new.mod > old.mod
    kind_changed = (old.family == "basic") != (new.family == "basic")
    return (
        NoteTypeChange(new.id, new.name, tuple(parts), not equal, kind_changed, received) if parts or received else None
    )


def _deck_key(name: str) -> str:
    """Anki finds decks by name, whatever their case."""
    return unicodedata.normalize("NFC", name).casefold()


# The words


@dataclass(frozen=True, slots=True)
class _Part:
    """A list of changes of one kind: its heading, what it means, and each entry with what writes it."""

    heading: str
    meaning: str
    entries: Sequence[Any]
    write: Callable[[Any], str]
    role: str = "heading"


def _counts(changes: Changes) -> str:
    numbers = [(len(getattr(changes, what)), words) for what, words in _COUNTED]
    listed = [f"{number} {words}" for number, words in [*numbers, (changes.unchanged, "as before")] if number]
    return f"Notes: {', '.join(listed) or 'none'}"


def _parts(changes: Changes, style: Callable[[str, str], str]) -> Iterator[_Part]:
    def title(note: Listed | NoteChange) -> str:
        return _shown(note.title)

    def detailed(note: NoteChange) -> str:
        return "\n    ".join([title(note), *_details(note, style)])

    def moved(note: NoteChange) -> str:
        old, new = note.moved or ("", "")
        return f"{title(note)}\n    from {_shown(old)} to {_shown(new)}"

    def renumbered(note: NoteChange) -> str:
        lines = (
            f"card {found.number} asked for {_quoted(found.old)}, now for {_quoted(found.new)}"
            for found in note.renumbered
        )
        return "\n    ".join([title(note), *lines])

    def conflicting(note: NoteChange) -> str:
        if not note.note_type:
            return title(note)
        return (
            f"{title(note)}\n    was of the note type {_shown(note.note_type[0])}, now of {_shown(note.note_type[1])}"
        )

    def note_type(change: NoteTypeChange) -> str:
        return (
            f"{_shown(change.name)}: {'; '.join(map(_shown, change.parts)) or 'nothing but its time'}{_effect(change)}"
        )

    yield _Part("New notes", "", changes.new, title)
    yield _Part("Changed notes", "", changes.changed, detailed)
    yield _Part(
        "Retired notes",
        "They are not in the new package. Anki deletes nothing: they stay, and so do their reviews.",
        changes.retired,
        title,
    )
    yield _Part(
        "Moved notes",
        "Anki leaves cards in the deck where they are; in the new one only those find them who get them anew.",
        changes.moved,
        moved,
    )
    yield _Part(
        "Other answers under a number",
        "A card is known by its number: what was learnt of the old answer counts for the new one.",
        changes.renumbered,
        renumbered,
        "warning",
    )
    yield _Part(
        "Notes that cannot be updated",
        "Their note type is another one, or has other fields or templates. They stay as they are, now and with any later version.",
        changes.conflicting,
        conflicting,
        "warning",
    )
    yield _Part(
        "Changed notes that nobody receives",
        "Anki updates a note only where its modification time is later than the learner’s, and theirs is not.",
        changes.unreceived,
        detailed,
        "warning",
    )
    yield _Part(
        "Notes that are updated for nothing",
        "They say what they said, but updating them undoes what a learner wrote in them.",
        changes.idle,
        detailed,
        "warning",
    )
    yield _Part("Notes with other cards", "", changes.other_cards, detailed)
    yield _Part(
        "Guids that several notes have",
        "Anki takes them for one note where it has it, and for several where it has not.",
        changes.repeated,
        _shown,
        "warning",
    )
    yield _Part("New note types", "", changes.note_types_new, _shown)
    yield _Part("Changed note types", "", changes.note_types, note_type)
    yield _Part("Note types that are gone", "", changes.note_types_gone, _shown)
    yield _Part("New decks", "", changes.decks_new, _shown)
    yield _Part("Decks with another description", "", changes.decks_described, _shown)
    yield _Part("Decks that are gone", "They stay in a learner’s copy.", changes.decks_gone, _shown)
    yield _Part(
        "Files with other contents under the same name",
        "Notes that are not updated keep showing the old file; one whose name begins with _ is never replaced.",
        changes.media_changed,
        _shown,
        "warning",
    )
    yield _Part("New files", "", changes.media_new, _shown)
    yield _Part("Files that are gone", "They stay in a learner’s copy.", changes.media_gone, _shown)


def _block(part: _Part, style: Callable[[str, str], str], limit: int | None) -> str:
    shown = part.entries[:limit]
    lines = [style(f"{part.heading} ({len(part.entries)})", part.role)]
    lines += [part.meaning] if part.meaning else []
    lines += [f"  {part.write(entry)}" for entry in shown]
    if more := len(part.entries) - len(shown):
        lines.append(f"  … and {more} more")
    return "\n".join(lines)


def _details(note: NoteChange, style: Callable[[str, str], str]) -> Iterator[str]:
    """A line for each field that differs, for the tags and for the cards."""
    for field in note.fields:
        only_markup = all(kind == "same" for kind, _ in field.words)
        yield f"{_shown(field.name)}: {'its words are the same, its markup differs' if only_markup else _marked(field.words, style)}"
    if tags := [style(f"[-{_shown(tag)}-]", "old") for tag in note.tags_removed] + [
        style(f"{{+{_shown(tag)}+}}", "new") for tag in note.tags_added
    ]:
        yield f"Tags: {' '.join(tags)}"
    for ordinals, effect in ((note.cards_gained, "is new"), (note.cards_lost, "is gone")):
        for ord_ in ordinals:
            yield f"Card {ord_ + 1} {effect}"


def _marked(words: Words, style: Callable[[str, str], str]) -> str:
    """The words that went and came in brackets, and of the others those beside them."""
    parts = []
    for index, (kind, text) in enumerate(words):
        space = text[len(text.rstrip()) :]
        if kind == "same":
            parts.append(_context(text, index == 0, index == len(words) - 1))
        elif kind == "old":
            followed = words[index + 1 : index + 2] and words[index + 1][0] == "new"
            parts.append(style(f"[-{_shown(text.rstrip(), 300)}-]", kind) + ("" if followed else space))
        else:
            parts.append(style(f"{{+{_shown(text.rstrip(), 300)}+}}", kind) + space)
    return "".join(parts).rstrip()


def _context(text: str, first: bool, last: bool) -> str:
    """The end of a stretch before a change, the beginning of one behind it, or both; whole words, where there are some."""
    text = _shown(text)
    if len(text) <= 100:
        return text
    head = text[:40].rpartition(" ")[0] or text[:40]
    tail = text[-40:].partition(" ")[2] or text[-40:]
    return f"{'' if first else head + ' '}…{'' if last else ' ' + tail}"


def _effect(change: NoteTypeChange) -> str:
    """What comes of a change of a note type, in words that end its line."""
    effects = []
    if change.schema_changed:
        effects.append("Anki makes a second note type of it, and updates no note of the first any more")
    if change.kind_changed:
        effects.append("its notes and cards become of another kind")
    if not change.schema_changed and not change.received:
        effects.append("nobody receives it, because its modification time is not later")
    return "".join(f"\n    {effect}" for effect in effects)


def _outlook(changes: Changes, style: Callable[[str, str], str]) -> str:
    done = changes.prediction
    said = []
    if done.new:
        said.append(f"{_are(done.new, 'note')} added.")
    if done.updated:
        said.append(
            f"{_are(done.updated, 'note')} updated: fields and tags become those of the new package, whatever you "
            "had written there; only a note that you edited after its new version was made stays yours."
        )
    if done.duplicate:
        said.append(f"{_count(done.duplicate, 'note')} {'stays' if done.duplicate == 1 else 'stay'} as you have them.")
    if done.conflicting:
        said.append(f"{_count(done.conflicting, 'note')} cannot be updated, because their note type changed.")
    if done.new_cards:
        said.append(f"You get {_count(done.new_cards, 'new card')}.")
    if done.empty_cards:
        said.append(
            f"{_count(done.empty_cards, 'card')} will have nothing to ask: Tools > Empty Cards finds and removes them."
        )
    if changes.retired:
        said.append(f"{_count(len(changes.retired), 'retired note')} will stay until you delete them.")
    restyled = any(change.received for change in changes.note_types)
    if not (done.new or done.updated or done.new_cards or restyled or changes.decks_described):
        said.insert(0, "Nothing changes.")
    said.append(
        "All your reviews and due dates stay, but some of them will belong to another answer."
        if changes.renumbered
        else "All your reviews and due dates stay."
    )
    if done.one_way_sync:
        said.append(
            "Anki then has to sync one way: sync all your devices before you import, else you may lose reviews."
        )
    return f"{style('What importing this does to your copy', 'heading')}\n{fill(' '.join(said), 100)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _are(number: int, noun: str) -> str:
    return f"{_count(number, noun)} {'is' if number == 1 else 'are'}"


def _quoted(answers: Sequence[str]) -> str:
    return " and ".join(f"“{_shown(answer, 60)}”" for answer in answers)


def _shown(text: str, width: int | None = None) -> str:
    """The text as a terminal can show it: without control characters, and cut at a width."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", text)
    return text if width is None or len(text) <= width else text[:width].rstrip() + "…"
