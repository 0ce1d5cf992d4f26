"""A build that only looks → the index of its cards: what lists, filters and search need of them.

The cards themselves are made when they are asked for. What a file's notes come to is kept from build to build, and in the
cache from run to run, so that a build costs what has changed.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import asdict, replace

from .. import summary, texts
from ..cache import Cache
from ..collection import Loaded, Notes
from ..diagnostics import Diagnostic, has_errors
from ..layout import CACHE
from ..model import Media, Note, NoteType
from ..proof.choice import State, state_of
from ..watch import Build

How = Literal["built", "errors", "broken", "gone"]
"""How a project is: sound; with notes that have errors, which are left out; with settings, a deck.lock or files that cannot
be used; not there any more.
"""

TITLE = 200
"""Characters of a card's title, at most."""


class Card(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A card of a note: its number, counted from 1 as in `c1`; its question on one line; and all that is searched."""

    number: int
    title: str
    text: str


class Entry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A note. `digest` is that of all that its author decides of what is seen of it, `line` where it stands."""

    id: str
    guid: str
    note_type: str
    deck: str
    tags: tuple[str, ...]
    file: str
    line: int
    digest: str
    cards: tuple[Card, ...]


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What became of a note: its state, the version that released it as it is, and when it last changed, in seconds of the
    Unix epoch; 0 if that was after the last build.
    """

    state: State
    version: str
    mod: int


class Problem(msgspec.Struct, frozen=True):
    """A finding, in words; `key` is that of the first card of the note that it is about, None if that is none or unclear."""

    code: str
    severity: str
    file: str
    line: int
    column: int
    message: str
    hint: str
    key: str | None


class Index:
    """The cards of a build, in the order of the deck. Nothing of it is ever changed."""

    def __init__(self, number: int, build: Build, root: Path, before: Index | None) -> None:
        """`number` is the build's, from 1. Where a build has loaded no notes, those of the build `before` stay."""
        self.number = number
        self.root = root
        self.seconds = build.seconds
        outcome = build.outcome
        loaded = outcome.loaded if outcome else None
        self.how: How = _how(build)
        self.changed = _changed(loaded) if loaded else ""
        self.name: str = before.name if before else root.name
        self.version: str = before.version if before else ""
        self.notes: Notes | None = before.notes if before else None
        self.note_types: Mapping[str, NoteType] = before.note_types if before else {}
        self.media: Mapping[str, Media] = before.media if before else {}
        self.entries: Sequence[Entry] = before.entries if before else ()
        self.standings: Sequence[Standing] = before.standings if before else ()
        self._parts: Mapping[bytes, tuple[Entry, ...]] = before._parts if before else {}
        if loaded:
            self._take(loaded)
        self.places = [(note, card) for note, entry in enumerate(self.entries) for card in range(len(entry.cards))]
        self.keys = [f"{entry.id}.{card.number}" for entry in self.entries for card in entry.cards]
        self.by_key = {key: place for place, key in enumerate(self.keys)}
        self.looks = {key: _look(note_type) for key, note_type in self.note_types.items()}
        self.problems = _problems(outcome.found if outcome else [], self.entries, build)
        self.troubled: dict[str, int] = {}
        for problem in self.problems:
            if problem.key:
                self.troubled[problem.key] = self.troubled.get(problem.key, 0) + 1

    def _take(self, loaded: Loaded) -> None:
        made = loaded.collection
        self.name = made.settings.name
        self.version = loaded.assigned.ledger.version(loaded.assigned.decks) or made.settings.version
        self.notes, self.note_types = loaded.notes, made.note_types
        self.media = {file.name: file for file in made.media}
        known, self._parts = self._parts, {}
        cache = Cache(self.root / CACHE)
        entries: list[Entry] = []
        for key, notes in loaded.notes.parts():
            part = known.get(key) or _part(key, notes, made.note_types, cache)
            self._parts[key] = part
            entries += part
        self.entries = entries
        self.standings = [*_standings(entries, loaded)]

    def entry(self, place: int) -> tuple[Entry, Card]:
        """The note and the card at a place in the deck."""
        note, card = self.places[place]
        return self.entries[note], self.entries[note].cards[card]

    def note(self, place: int) -> Note:
        """The whole note of the card at a place in the deck. It is made anew each time."""
        assert self.notes
        return self.notes.at(self.places[place][0])

    def standing(self, place: int) -> Standing:
        """What became of the note of the card at a place in the deck."""
        return self.standings[self.places[place][0]]

    def digest(self, place: int) -> str:
        """What changes whenever the card at this place looks in another way."""
        entry, _ = self.entry(place)
        return entry.digest + self.looks[entry.note_type]

    def first_key(self, place: int) -> str:
        """The key of the first card of the note at a place in the deck."""
        entry, _ = self.entry(place)
        return f"{entry.id}.{entry.cards[0].number}"


def _how(build: Build) -> How:
    outcome = build.outcome
    if outcome is None:
        return "gone"
    if outcome.loaded is None or outcome.loaded.is_blocked:
        return "broken"
    return "errors" if has_errors(outcome.found) else "built"


def _changed(loaded: Loaded) -> str:
    """What a build would change, as in "3 new, 1 changed"; empty before the first build."""
    since = summary.since_build(loaded.before, loaded.assigned.ledger)
    if since is None:
        return ""
    return ", ".join(f"{number} {word}" for word, number in asdict(since).items() if number) or "nothing changed"


def _part(key: bytes, notes: Iterable[Note], note_types: Mapping[str, NoteType], cache: Cache) -> tuple[Entry, ...]:
    """The notes of a file. Equal keys mean equal notes."""
    name = cache.key("index", (key,))
    data = cache.get(name)
    if data is not None:
        try:
            return _PART.decode(data)
        except msgspec.MsgspecError:  # It is damaged: as good as missing.
            pass
    part = tuple(_entry(note, note_types[note.note_type]) for note in notes)
    cache.put(name, msgspec.msgpack.encode(part))
    return part


_PART = msgspec.msgpack.Decoder(tuple[Entry, ...])


def _entry(note: Note, note_type: NoteType) -> Entry:
    cards = []
    for card in texts.cards(note, note_type):
        cards.append(
            Card(card.ordinal + 1, _title(card.question), f"{note.id}\n{card.question}\n{card.answer}".casefold())
        )
    seen = hashlib.blake2b(msgspec.msgpack.encode((note.fields, note.tags, note.deck)), digest_size=8)
    return Entry(
        id=note.id,
        guid=note.guid,
        note_type=note.note_type,
        deck=note.deck,
        tags=note.tags,
        file=note.span.path,
        line=note.span.line,
        digest=seen.hexdigest(),
        cards=tuple(cards),
    )


def _title(question: str) -> str:
    """A question on one line, sounds as a sign and formulas without the signs around them."""
    title = " ".join(_AROUND.sub("", _SOUND.sub("♪", question)).split())
    return title if len(title) <= TITLE else title[: TITLE - 1] + "…"


_SOUND = re.compile(r"\[sound:[^\]]*\]")
_AROUND = re.compile(r"\\[()\[\]]")


def _standings(entries: Iterable[Entry], loaded: Loaded) -> Iterator[Standing]:
    lines, before = loaded.assigned.ledger.lines, loaded.before.lines
    for entry in entries:
        line = lines[entry.guid]
        was = before.get(entry.guid)
        state = state_of(line)
        version = line.released.version if line.released and state == "released" else ""
        yield Standing(state, version, line.mod if was and was.mod == line.mod else 0)


def _look(note_type: NoteType) -> str:
    """A digest of what notes of a type have in common of what is seen."""
    seen = replace(note_type, mod=0)
    return hashlib.blake2b(msgspec.msgpack.encode(seen), digest_size=4).hexdigest()


def _problems(found: Sequence[Diagnostic], entries: Sequence[Entry], build: Build) -> list[Problem]:
    outcome = build.outcome
    problems = []
    if outcome is None:
        return []
    if not outcome.loaded and outcome.problem:
        path = outcome.path.name if outcome.path else ""
        words = f"{path} cannot be read: {outcome.problem}" if path else outcome.problem
        problems.append(Problem("", "error", path, 0, 0, words, "It is tried again when something changes.", None))
    starts = _starts(entries) if found else {}
    lost: dict[str, list[int]] = {}
    for one in found:
        if one.severity == "error":
            lost.setdefault(one.span.path, []).append(one.span.line)
    for one in found:
        span = one.span
        key = _about(span.line, starts.get(span.path, []), lost.get(span.path, [])) if span.line else None
        problems.append(Problem(one.code, one.severity, span.path, span.line, span.column, one.message, one.hint, key))
    return problems


def _starts(entries: Iterable[Entry]) -> dict[str, list[tuple[int, str]]]:
    """Where the notes of each file begin, and the keys of their first cards."""
    starts: dict[str, list[tuple[int, str]]] = {}
    for entry in entries:
        if entry.cards:
            starts.setdefault(entry.file, []).append((entry.line, f"{entry.id}.{entry.cards[0].number}"))
    return {file: sorted(held) for file, held in starts.items()}


def _about(line: int, starts: list[tuple[int, str]], lost: list[int]) -> str | None:
    """The key of the note that something at this line is about: the last one that begins there or above, unless a note with
    an error, which is left out, may lie between.
    """
    at = bisect_right(starts, (line, "\U0010ffff")) - 1
    if at < 0 or any(starts[at][0] < bad <= line for bad in lost):
        return None
    return starts[at][1]
