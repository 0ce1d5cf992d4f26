"""The notes that differ → what the page shows of each: what happens to it, its words, and its cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import msgspec

from ..amounts import count
from ..diff import Changes, FieldChange, Listed, NoteChange, NoteTypeChange, Renumbered
from ..limits import MAX_EMBEDDED_BYTES, MAX_SIDE_BY_SIDE, MAX_SIDE_BY_SIDE_BYTES, MAX_SIDE_BY_SIDE_CARDS
from ..mediatypes import extension
from ..model import Media
from ..package import PackedNote
from ..proof.media import Shelf
from .faces import Face, Side, faces


class Part(msgspec.Struct, frozen=True):
    """A part of the page: its heading, how many entries it shows, and how many it does not."""

    id: str
    heading: str
    shown: int
    left_out: int
    html: str


class Files(msgspec.Struct, frozen=True):
    """The files that the page holds, as JSON by their keys; for each side the key of each name; the names without room."""

    json: str
    keys: tuple[dict[str, str], dict[str, str]]
    left_out: tuple[str, ...]


class Drawing:
    """What the page shows. `styles` are the stylesheets of the cards; a card is the number of its stylesheet, that of its
    side (0 is old), its ordinal counted from 1 as in `card1`, its front, and what its back adds to it.
    """

    def __init__(self, old: Side, new: Side) -> None:
        self.styles: dict[str, int] = {}
        self.cards: list[tuple[int, int, int, str, str]] = []
        self._sides = (old, new)
        self._notes = tuple(_by_guid(side.package.notes) for side in self._sides)
        self._types = tuple({one.id: one for one in side.package.note_types} for side in self._sides)
        self._files: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._size = 0

    def parts(self, changes: Changes) -> Iterator[Part]:
        """The parts of the page, in their order."""
        yield self._part("changed", "Changed notes", changes.notes, self._changed)
        yield self._part("new", "New notes", changes.new, lambda note: self._single(note, 1))
        yield self._part("retired", "Retired notes", changes.retired, lambda note: self._single(note, 0))
        yield self._part("note-types", "Changed note types", changes.note_types, self._note_type)

    def files(self) -> Files:
        """The files of the cards that were drawn, as far as there is room for them. Raises PackageError and OSError."""
        held: dict[str, bytes] = {}
        room = MAX_EMBEDDED_BYTES
        for side, wanted in zip(self._sides, self._files, strict=True):
            names = {name: key for name, key in wanted.items() if key not in held}
            for name, data in side.read(names, room).items():
                held[names[name]] = data
                room -= len(data)
        shelf = Shelf(Media(Path(), key, "", data) for key, data in held.items())
        kept: tuple[dict[str, str], ...] = tuple(
            {name: key for name, key in wanted.items() if shelf.holds(key)} for wanted in self._files
        )
        missing = dict.fromkeys(name for wanted in self._files for name, key in wanted.items() if not shelf.holds(key))
        return Files(shelf.json(), (kept[0], kept[1]), tuple(missing))

    def _part(self, id_: str, heading: str, entries: Sequence[Any], draw: Callable[[Any], list[str]]) -> Part:
        shown: list[str] = []
        for number, entry in enumerate(entries[:MAX_SIDE_BY_SIDE], 1):
            if self._size > MAX_SIDE_BY_SIDE_BYTES:
                break
            inside = "\n".join(draw(entry))
            shown.append(f'<article class="sbs-note" id="{id_}-{number}">\n{inside}\n</article>')
        left_out = len(entries) - len(shown)
        told = [f"<p>… and {left_out} more, which are not shown here.</p>"] if left_out else []
        html = "\n".join([f'<h2 id="{id_}">{heading}</h2>', *shown, *told])
        return Part(id_, heading, len(shown), left_out, html)

    def _changed(self, change: NoteChange) -> list[str]:
        old, new = (self._faces(change.guid, side) for side in (0, 1))
        ordinals = sorted(old.keys() | new.keys())
        same = [ordinal for ordinal in old.keys() & new.keys() if old[ordinal].seen == new[ordinal].seen]
        differing = [ordinal for ordinal in ordinals if ordinal not in same]
        said = _head(change.title, change.place, _what_happens(change)) + _words(change)
        said += self._compared(old, new, differing)
        if same:
            cards = count(len(same), "other card" if differing else "card")
            said.append(f'<p class="sbs-rest">{cards} of it {"looks" if len(same) == 1 else "look"} the same.</p>')
        return said

    def _single(self, note: Listed, side: int) -> list[str]:
        drawn = self._faces(note.guid, side)
        pairs: tuple[Mapping[int, Face], Mapping[int, Face]] = (drawn, {}) if side == 0 else ({}, drawn)
        deck = [note.deck] if note.deck else []
        return _head(note.title, note.place, deck) + self._compared(*pairs, sorted(drawn))

    def _note_type(self, change: NoteTypeChange) -> list[str]:
        """A note type that differs, with a card of a note that both packages have, whatever became of the note."""
        received = [] if change.received and not change.schema_changed else ["not received"]
        said = _head(change.name, "", [*received, *change.parts])
        both = (note for note in self._sides[1].package.notes if note.note_type_id == change.id)
        guid = next((note.guid for note in both if note.guid in self._notes[0]), None)
        if guid is None:
            return said
        old, new = (self._faces(guid, side) for side in (0, 1))
        shared = sorted(old.keys() & new.keys())[:1]
        return said + self._compared(old, new, shared)

    def _faces(self, guid: str, side: int) -> dict[int, Face]:
        note = self._notes[side].get(guid)
        return faces(note, self._types[side].get(note.note_type_id), self._sides[side].package) if note else {}

    def _compared(self, old: Mapping[int, Face], new: Mapping[int, Face], ordinals: Sequence[int]) -> list[str]:
        """Some cards of a note, the old one beside the new one."""
        shown = ordinals[:MAX_SIDE_BY_SIDE_CARDS]
        drawn = []
        for ordinal in shown:
            halves = (self._half(cards.get(ordinal), ordinal, side) for side, cards in enumerate((old, new)))
            drawn.append(f'<div class="sbs-card">\n{"".join(halves)}</div>')
        if more := len(ordinals) - len(shown):
            drawn.append(f'<p class="sbs-rest">… and {more} more of its cards, which are not shown here.</p>')
        return drawn

    def _half(self, face: Face | None, ordinal: int, side: int) -> str:
        name = f"Card {ordinal + 1}, {'new' if side else 'old'}"
        if face is None:
            return f'<div class="sbs-half sbs-none"><p>{"gone" if side else "not there before"}</p></div>\n'
        self._files[side].update({name: f"{sum_}.{extension(name)}" for name, sum_ in face.files.items()})
        self._size += len(face.front) + len(face.back)
        style = self.styles.setdefault(face.style, len(self.styles))
        self.cards.append((style, side, ordinal + 1, face.front, face.back))
        place = f'<div class="sbs-place" data-card="{len(self.cards) - 1}" data-title="{name}"></div>'
        return f'<div class="sbs-half sbs-{"new" if side else "old"}"><p>{name}</p>{place}</div>\n'


def _by_guid(notes: Iterable[PackedNote]) -> dict[str, PackedNote]:
    """The notes by their guids: of several with the same, the first."""
    found: dict[str, PackedNote] = {}
    for note in notes:
        found.setdefault(note.guid, note)
    return found


def _head(title: str, place: str, facts: Iterable[str]) -> list[str]:
    listed = [place] * bool(place) + [*facts]
    told = "".join(f"<span>{escape(fact)}</span>" for fact in listed)
    return [f"<h3>{escape(title)}</h3>", f'<p class="sbs-facts">{told}</p>' if told else ""]


_FATES = {"new": "", "updated": "updated", "duplicate": "not received", "conflicting": "cannot be updated"}


def _what_happens(change: NoteChange) -> Iterator[str]:
    """What an import does to the note, in a few words each."""
    if change.fate != "duplicate" or change.has_content:
        yield _FATES[change.fate]
    if change.note_type:
        yield "note type {} → {}".format(*change.note_type)
    if change.deck:
        yield "deck {} → {}".format(*change.deck)
    if change.cards_gained:
        yield count(len(change.cards_gained), "new card")
    if change.cards_lost:
        yield f"{count(len(change.cards_lost), 'card')} gone"
    yield from map(_renumbered, change.renumbered)


def _renumbered(found: Renumbered) -> str:
    old, new = (" and ".join(f"“{answer}”" for answer in answers) for answers in (found.old, found.new))
    return f"card {found.number} asked for {old}, now for {new}"


def _words(change: NoteChange) -> list[str]:
    """What differs of its fields and its tags, with the words that went and came marked."""
    rows = [(field.name, _marked(field)) for field in change.fields]
    tags = [f"<del>{escape(tag)}</del>" for tag in change.tags_removed]
    tags += [f"<ins>{escape(tag)}</ins>" for tag in change.tags_added]
    if tags:
        rows.append(("Tags", " ".join(tags)))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{html}</dd>" for name, html in rows)
    return [f'<dl class="sbs-words">{listed}</dl>'] if rows else []


_ELEMENTS = {"same": "{}", "old": "<del>{}</del>", "new": "<ins>{}</ins>"}


def _marked(field: FieldChange) -> str:
    if all(stretch == "same" for stretch, _ in field.words):
        return "<i>Its words are the same, and its markup differs.</i>"
    return "".join(_ELEMENTS[stretch].format(escape(text)) for stretch, text in field.words)
