"""A note type of another deck and its notes → which part of a section goes to which field: the heading, the answer, and labels."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import count

from ..limits import MAX_FIELD_NAME
from ..model import NoteType, OwnField
from ..notetypes.definition import can_be_label
from ..package import PackedNote
from ..templates import Replacement, is_empty, parse, with_cloze


def lengths_of(note_types: Iterable[int], notes: Iterable[PackedNote]) -> dict[int, list[tuple[int, ...]]]:
    """How long the fields of each note are, in characters and in their order, 0 for one that Anki takes for empty: a list of
    notes for each of the note types, by id.
    """
    found: dict[int, list[tuple[int, ...]]] = {id_: [] for id_ in note_types}
    for note in notes:
        if note.note_type_id in found:
            found[note.note_type_id].append(
                tuple(0 if is_empty(value) else len(value) for value in note.fields.values())
            )
    return found


def shared_of(note_types: Iterable[int], notes: Iterable[PackedNote]) -> dict[int, frozenset[str]]:
    """The fields of each note type, by id, that say mostly what they say in other notes too, as one with the chapter does."""
    values: dict[int, dict[str, Counter[int]]] = {id_: {} for id_ in note_types}
    for note in notes:
        for name, value in note.fields.items() if note.note_type_id in values else ():
            if value:
                values[note.note_type_id].setdefault(name, Counter())[hash(value)] += 1
    return {
        id_: frozenset(name for name, seen in fields.items() if seen.total() >= _MANY and len(seen) * 2 <= seen.total())
        for id_, fields in values.items()
    }


_MANY = 4
"""Of fewer values, equal ones say nothing."""


def mapping(
    note_type: NoteType, lengths: Sequence[Sequence[int]], shared: Collection[str] = ()
) -> tuple[OwnField, ...]:
    """What of a section goes to each field, in their order. `lengths` says of each note how long its fields are; of no notes, the
    templates alone decide. `shared` are the fields that tell few notes apart. A cloze type has no heading; every other field has
    a label.
    """
    names = [field.name for field in note_type.fields]
    if note_type.family == "basic":
        heading = _heading(note_type, names, lengths, shared)
        answer = _answer(note_type, names, heading, lengths)
    else:
        heading, answer = "", _text_field(note_type, names, lengths)
    labels = _labels(names)
    made = []
    for field, label in zip(note_type.fields, labels, strict=True):
        id_ = str(field.id or field.name)
        if field.name == heading:
            made.append(OwnField(field.name, id_, "heading"))
        elif field.name == answer:
            made.append(OwnField(field.name, id_, "answer"))
        else:
            made.append(OwnField(field.name, id_, label=label))
    return tuple(made)


def _heading(
    note_type: NoteType, names: Sequence[str], lengths: Sequence[Sequence[int]], shared: Collection[str]
) -> str:
    """The first field that the first front shows and that most notes fill, else the one that is filled most often. One that tells
    few notes apart comes last.
    """
    shown = sorted(_shown(note_type.templates[0].front, names) or names, key=lambda name: name in shared)
    counts = {name: sum(bool(note[names.index(name)]) for note in lengths) for name in shown}
    return next((name for name in shown if counts[name] * 2 > len(lengths)), max(shown, key=counts.__getitem__))


def _answer(note_type: NoteType, names: Sequence[str], heading: str, lengths: Sequence[Sequence[int]]) -> str:
    """The field that is most often the longest of those that the backs show; empty if there is no other field."""
    backs = [name for template in note_type.templates for name in _shown(template.back, names)]
    shown = [name for name in dict.fromkeys([*backs, *names]) if name != heading]
    on_back = [name for name in shown if name in backs] or shown
    places = [names.index(name) for name in on_back]
    longest = Counter(max(places, key=note.__getitem__) for note in lengths if any(note[place] for place in places))
    place = max(places, key=lambda place: longest[place], default=-1)
    return names[place] if place >= 0 else ""


def asking(note_type: NoteType) -> frozenset[str]:
    """The fields of a cloze type in which this compiler reads deletions: the text, and what the fronts show by `{{cloze:…}}`."""
    if note_type.family == "basic":
        return frozenset()
    return frozenset(with_cloze([template.front for template in note_type.templates]))


def _text_field(note_type: NoteType, names: Sequence[str], lengths: Sequence[Sequence[int]]) -> str:
    """The field of the text with the deletions: that of `{{cloze:…}}`; of several, the one that is filled most often."""
    sides = [side for template in note_type.templates for side in (template.front, template.back)]
    shown = [name for name in dict.fromkeys(with_cloze(sides)) if name in names] or list(names)
    return max(shown, key=lambda name: sum(bool(note[names.index(name)]) for note in lengths))


def _shown(side: str, names: Collection[str]) -> list[str]:
    """The fields that a side shows, in their order."""
    shown = (part.field for part in parse(side).parts if isinstance(part, Replacement))
    return list(dict.fromkeys(field for field in shown if field in names))


def _labels(names: Sequence[str]) -> list[str]:
    """What stands before the colon for each field: its name, as far as Markdown reads that as text at the beginning of a line."""
    taken: set[str] = set()
    labels = []
    for name in names:
        label = next(free for free in _numbered(_label(name)) if free.casefold() not in taken)
        taken.add(label.casefold())
        labels.append(label)
    return labels


def _label(name: str) -> str:
    kept = "".join(character if _is_of_label(character) else " " for character in name)
    label = " ".join(_NO_BEGIN.sub("", kept).split())[: MAX_FIELD_NAME - 10].strip()
    return label if can_be_label(label) else "Field"


def _is_of_label(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" or character in " '’()/,-"


_NO_BEGIN = re.compile(r"^(?:[^\w]|_|\d+[.)])+")


def _numbered(label: str) -> Iterator[str]:
    yield label
    yield from (f"{label} {number}" for number in count(2))
