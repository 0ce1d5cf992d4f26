"""The notes of a collection → their numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median

import msgspec
from msgspec.structs import replace

from .. import texts
from ..model import Candidate, Collection, Media, Note, OwnKind, SectionPart
from ..names import and_above
from ..notetypes import STOCK


class Count(msgspec.Struct):
    """How many notes and cards there are of something."""

    notes: int = 0
    cards: int = 0

    def add(self, cards: int) -> None:
        self.notes += 1
        self.cards += cards


class Answers(msgspec.Struct, frozen=True):
    """How many words the answers of the cards of a kind have; `longest_at` is the file and line of the longest, and its ID."""

    median: float
    longest: int
    longest_at: str
    longest_id: str


class File(msgspec.Struct, frozen=True):
    """A media file: its name in the package, its size in bytes as it ships, and how many notes show it."""

    name: str
    size: int
    notes: int


class Statistics(msgspec.Struct, frozen=True):
    """Numbers of a deck. `files` are the files with notes. Decks and tags are sorted, and count what is below them too;
    `kinds` are basic, cloze, occlusion, then the note types of the project, with `answers` for each. A `missing` id, source or
    tag is told by its places. `media` are sorted by size, the largest first.
    """

    files: int
    total: Count
    decks: dict[str, Count]
    kinds: dict[str, Count]
    tags: dict[str, Count]
    answers: dict[str, Answers]
    missing: dict[str, tuple[str, ...]]
    media: tuple[File, ...]


def count(collection: Collection, written: Sequence[Candidate], own: Iterable[OwnKind] = ()) -> Statistics:
    """The numbers of a collection. `written` is what the authors' files say of each note, `own` the note types of the
    project. Raises OSError if a media file has vanished.
    """
    of_project = {kind.name: kind for kind in own}
    total = Count()
    decks: defaultdict[str, Count] = defaultdict(Count)
    tags: defaultdict[str, Count] = defaultdict(Count)
    spelled: dict[str, str] = {}
    kinds: defaultdict[str, Count] = defaultdict(Count)
    words: defaultdict[str, list[tuple[int, str, str]]] = defaultdict(list)
    missing: dict[str, list[str]] = {"id": [], "source": [], "tags": []}
    shown: defaultdict[str, int] = defaultdict(int)
    files: set[str] = set()
    for note, source in zip(collection.notes, written, strict=True):
        kind, note_type, place = note.note_type, collection.note_types[note.note_type], note.span.place
        cards = texts.cards(note, note_type)
        said, source_field = cards, "Source"
        if kind in of_project:
            said = texts.cards(_without_beside(note, of_project[kind]), note_type) or cards
            source_field = of_project[kind].of("source")
        files.add(note.span.path)
        for counted in (total, kinds[kind], *(decks[name] for name in and_above(note.deck))):
            counted.add(len(cards))
        for name in {name for tag in note.tags for name in _and_above(tag, spelled)}:
            tags[name].add(len(cards))
        words[kind] += [(texts.count_words(card.answer), place, note.id) for card in said]
        # A note that is cut from a section with an id is named by it.
        lacking = {
            "id": not (source.id or source.group),
            "source": not note.fields.get(source_field),
            "tags": not note.tags,
        }
        for what, is_missing in lacking.items():
            missing[what] += [place] * is_missing
        for name in {name for value in note.fields.values() for name in _MEDIA.findall(value)}:
            shown[name] += 1
    ordered = [*(kind for kind in STOCK if kind in kinds), *sorted(kinds.keys() - STOCK.keys())]
    return Statistics(
        files=len(files),
        total=total,
        decks=_sorted(decks),
        kinds={kind: kinds[kind] for kind in ordered},
        tags=_sorted(tags),
        answers={kind: _answers(words[kind]) for kind in ordered if words[kind]},
        missing={what: tuple(places) for what, places in missing.items()},
        media=_files(collection.media, shown),
    )


def _and_above(tag: str, spelled: dict[str, str]) -> Iterator[str]:
    """A tag and all above it, each as it is spelled first: to Anki, `Heart` and `heart` are one. `spelled` remembers that."""
    name = ""
    for part in tag.split("::"):
        name = f"{name}::{part}" if name else part
        name = spelled.setdefault(name.casefold(), name)
        yield name


def _without_beside(note: Note, kind: OwnKind) -> Note:
    """The note without what stands around the answer, which templates of the project put on the back with it."""
    beside = {kind.of(part) for part in _BESIDE}
    return replace(note, fields={name: value for name, value in note.fields.items() if name not in beside})


_BESIDE: tuple[SectionPart, ...] = ("extra", "context", "source", "id")

_MEDIA = re.compile(r'(?:\bsrc="|\[sound:)([^"#?\]]+)')


def _sorted(counts: Mapping[str, Count]) -> dict[str, Count]:
    """Each with what is below it: `a`, `a::b`, `a-c`."""
    return {name: counts[name] for name in sorted(counts, key=lambda name: name.split("::"))}


def _answers(words: Sequence[tuple[int, str, str]]) -> Answers:
    longest, place, id_ = max(words, key=lambda answer: answer[0])  # The first of those of the same length.
    return Answers(float(median(number for number, _, _ in words)), longest, place, id_)


def _files(media: Iterable[Media], shown: Mapping[str, int]) -> tuple[File, ...]:
    found = [File(file.name, len(file.read()), shown[file.name]) for file in media]
    return tuple(sorted(found, key=lambda file: (-file.size, file.name)))
