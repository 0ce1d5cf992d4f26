"""A deck, and the editions that its settings name → the notes of each, and a collection of those alone.

An edition has notes of the same build as the whole deck, with all that makes them the notes that learners have. So whoever
learns one, and imports another or the whole deck, keeps everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from . import names
from .diagnostics import Diagnostic
from .diagnostics.project import not_in_edition
from .media import of_templates
from .model import Collection, Edition, Media, Note, Notes, Settings, Span

Members = Mapping[str, frozenset[str]]
"""The guids of the notes of each edition, by its name, in the order of the settings."""


def members(settings: Settings, notes: Iterable[Note]) -> tuple[Members, list[Diagnostic]]:
    """The notes of each edition, and what in the settings chooses none."""
    filters = {edition.name: _filters(edition, settings) for edition in settings.editions}
    held: dict[str, list[str]] = {edition.name: [] for edition in settings.editions}
    for note in notes if filters else ():
        for name, asked in filters.items():
            fit = [each.fits(note) for each in asked]  # All of them: each remembers what it has seen.
            if all(fit):
                held[name].append(note.guid)
    found: list[Diagnostic] = []
    for edition in settings.editions:
        unmet = [missing for asked in filters[edition.name] for missing in asked.unmet(edition)]
        if not unmet and not held[edition.name]:
            unmet = [not_in_edition(edition.places.get("", Span("")), edition.name, "", "", "")]
        found += unmet
    return {name: frozenset(guids) for name, guids in held.items()}, found


class _Filter:
    """The decks or tags of an edition, and those of all notes that it was asked about."""

    def __init__(self, key: str, words: Sequence[str], above: str, values: Callable[[Note], Iterable[str]]) -> None:
        """`above` is what all of the project's begin with, `values` are what a note has of them."""
        self.words = words
        self._key, self._above, self._values = key, above, values
        self._met: dict[str, frozenset[str]] = {}

    def fits(self, note: Note) -> bool:
        """Whether a note has one of them, or one below it."""
        return any([self._met_by(value) for value in self._values(note)])

    def _met_by(self, value: str) -> frozenset[str]:
        if value not in self._met:
            self._met[value] = frozenset(word for word in self.words if names.is_within(value, word, self._above))
        return self._met[value]

    def unmet(self, edition: Edition) -> Iterator[Diagnostic]:
        """What no note has of them."""
        known = dict.fromkeys(name for value in self._met for name in names.levels(value, self._above))
        for word in self.words:
            if not any(word in met for met in self._met.values()):
                place = edition.places.get(self._key, Span(""))
                yield not_in_edition(place, edition.name, self._key, word, names.nearest(word, known, 2))


def _filters(edition: Edition, settings: Settings) -> list[_Filter]:
    tag = settings.tag_prefix.replace("/", "::")
    both = [
        _Filter("decks", edition.decks, settings.name, lambda note: [note.deck]),
        _Filter("tags", edition.tags, tag, attrgetter("tags")),
    ]
    return [asked for asked in both if asked.words]


class Part(msgspec.Struct, frozen=True):
    """The notes of an edition, out of those of the whole deck, made as they are asked for."""

    whole: Notes
    guids: frozenset[str]

    def __len__(self) -> int:
        return len(self.guids)

    def __iter__(self) -> Iterator[Note]:
        return (note for note in self.whole if note.guid in self.guids)


def part(whole: Collection, guids: frozenset[str], media: Mapping[str, Sequence[Media]]) -> Collection:
    """The collection of an edition: of note types, decks and media only those that its notes need. `media` has the files
    of each note, by its guid.
    """
    notes = Part(whole.notes, guids)
    kinds: set[str] = set()
    decks = {whole.settings.name}
    for note in notes:
        kinds.add(note.note_type)
        decks.add(note.deck)
    above = {name for deck in decks for name in names.and_above(deck)}
    used = {file.name for guid in guids for file in media.get(guid, ())}
    return replace(
        whole,
        notes=notes,
        note_types={key: note_type for key, note_type in whole.note_types.items() if key in kinds},
        decks=tuple(deck for deck in whole.decks if deck.name in above),
        media=tuple(file for file in whole.media if file.name in used or file.name.startswith(of_templates.BEGIN)),
    )
