"""What `deck.lock` remembers, a struct for each sort of line: the deck, its note types, its notes.

Fields that have their default value are not written. A field that is added needs a default value: with one, the format
stays readable; without one, and for every other change, `FORMAT` grows. What is out of its range cannot be decoded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from sys import intern
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr as _share

from ..limits import MAX_GUID, MAX_NOTE_ID, MAX_NUMBER, MAX_TIME
from ..model import Family

FORMAT = 3
"""The format of the lines, written into the first one."""

Guid: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_GUID)]
"""Ours has 14 letters and digits. Anki takes any text, and so do we for a note that another tool made."""

NoteId: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_NOTE_ID)]
Time: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_TIME)]
Version: TypeAlias = Annotated[str, Meta(pattern=r"^(?:(?:0|[1-9][0-9]{0,5})(?:\.|\Z)){3}(?<!\.)\Z")]
Number: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_NUMBER)]


ADOPTED = "0.0.0"
"""The version that stands for the package of another tool from which a project was adopted: what its learners have."""


def called(version: str, word: str = "version ") -> str:
    """What people call a version within a sentence; `word` stands before its number."""
    return "the adopted package" if version == ADOPTED else f"{word}{version}"


_NO_NUMBERS: dict[int, str] = {}
"""One for all lines and states that have no numbers: nothing here is ever changed in place."""


class Release(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A release of the deck: its version, such as 1.0.0, its time in seconds of the Unix epoch, how many notes and cards
    it has, the digest of the package's contents, and the version of Deckwright that made it.
    """

    version: Version
    time: Time
    notes: int = 0
    cards: int = 0
    digest: str = ""
    tool: str = ""

    @property
    def order(self) -> tuple[int, ...]:
        """What the version is compared by."""
        return order(self.version)

    @property
    def is_adopted(self) -> bool:
        """Whether it is none of this project, but the package that the project was adopted from."""
        return self.version == ADOPTED


def order(version: str) -> tuple[int, ...]:
    """The numbers of a version, such as 1.10.0, in the order in which versions are compared."""
    return tuple(map(int, version.split(".")))


class Frozen(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The settings that learners' collections depend on, as last released, and the decks that had notes."""

    name: str
    tag_prefix: str = ""
    decks: tuple[str, ...] = ()


class Head(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The first line. `deckwright` is the format, `deck` the deck's id, `names` are all names that it had, the present one
    last.

    `releases` are in the order of their times. `frozen` is of the highest of them, and `renderers` are the versions of the
    libraries that decided its HTML.
    """

    deckwright: int
    deck: str
    names: tuple[str, ...] = ()
    releases: tuple[Release, ...] = ()
    frozen: Frozen | None = None
    renderers: dict[str, str] = {}


class State(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The content of a note or a note type at one time.

    `source` is the digest of what the author wrote, `fields` of what ships, `match` of the text that later texts are
    compared with. `numbers` is the answer of each cloze number. `mod` is the time of change that the content ships with,
    in seconds of the Unix epoch, and `version` the release that first carried it, empty for a draft.
    """

    source: str
    fields: str
    mod: Time
    version: str = ""
    match: str = ""
    numbers: dict[Number, str] = {}


class Type(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A note type, by its key. `shape` is the digest of what must never change of it once it was released."""

    type: str
    family: Family
    shape: str
    released: State | None = None
    draft: State | None = None

    @property
    def mod(self) -> int:
        """The time of its last change, in seconds of the Unix epoch; 0 before the first."""
        state = self.draft or self.released
        return state.mod if state else 0


class Line(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A note. `nid` is its note id, `type` the key of its note type.

    `id` is what learners search for, `explicit` whether the author wrote it; `was` are the ids that the note had before.
    `key` is the path of its section and, for items, rows and cells, the name of the part; `group` is the id of the
    section that such a part belongs to. `match` is the digest of its text and `sketch` what is remembered of its words
    (see `sketches`), both as last built.

    `numbers` is the answer of each cloze number, in the order of the text; `gone` are the answers of numbers no longer in
    use. `clashes` are further answers that another branch gave a number.

    `released` is the content of the last release. `draft` is the content now, if that is another. `retired` is empty for
    a note that is in the deck, "draft" for one that left it since the last release, else the version that left it out.
    `back` is that version where the note has come back since the last release. A note that was never released is only kept
    if a new one may be the same.
    """

    guid: Guid
    nid: NoteId
    id: str
    type: str
    key: tuple[str, ...]
    match: str
    sketch: str
    explicit: bool = False
    was: tuple[str, ...] = ()
    group: str = ""
    numbers: dict[Number, str] = {}
    gone: dict[Number, str] = {}
    clashes: tuple[tuple[Number, str], ...] = ()
    released: State | None = None
    draft: State | None = None
    retired: str = ""
    back: str = ""

    def __post_init__(self) -> None:
        # What most lines have in common is kept once. It would be a fifth of what a large ledger takes.
        _share(self, "type", intern(self.type))
        if not self.numbers:
            _share(self, "numbers", _NO_NUMBERS)
        if not self.gone:
            _share(self, "gone", _NO_NUMBERS)
        state = self.draft or self.released
        if state and not state.numbers:
            _share(state, "numbers", _NO_NUMBERS)
        if state and state.match == self.match:
            _share(state, "match", self.match)

    @property
    def mod(self) -> int:
        """The time of its last change, in seconds of the Unix epoch; 0 before the first."""
        state = self.draft or self.released
        return state.mod if state else 0

    @property
    def texts(self) -> tuple[str, ...]:
        """The digests of its texts: as last built and, if that is another, as last released."""
        if self.released and self.released.match != self.match:
            return self.match, self.released.match
        return (self.match,)

    @property
    def sources(self) -> tuple[str, ...]:
        """The digests of what its author wrote: as last built and as last released."""
        return tuple(state.source for state in (self.draft, self.released) if state)

    @property
    def name(self) -> str:
        """What people know the note by."""
        return " › ".join(self.key) or self.id


class Lines(Mapping[str, Line]):
    """The notes of a ledger as a build has written them, by guid. A line is read when it is asked for: most never are."""

    def __init__(
        self,
        data: bytes,
        written: Mapping[str, bytes],
        new: Mapping[str, Line] | None = None,
        gone: Collection[str] = frozenset(),
    ) -> None:
        """`data` is the ledger, `written` are its lines in the order of their guids, without their ends; `new` are those that are
        others now, or were not there, and `gone` are the guids of those that are there no more.
        """
        self.written = written
        self.new = new or {}
        self.gone = frozenset(gone)
        self._data = data
        self._read: dict[str, Line] = {}

    def __getitem__(self, guid: str) -> Line:
        line = self.new.get(guid) or self._read.get(guid)
        if line is None:
            if guid in self.gone:
                raise KeyError(guid)
            line = self._read[guid] = READ(self.written[guid])
        return line

    def __iter__(self) -> Iterator[str]:
        if self.gone or not self.new.keys() <= self.written.keys():
            return iter(sorted((self.written.keys() | self.new.keys()) - self.gone))
        return iter(self.written)

    def __len__(self) -> int:
        return len(self.written.keys() | self.new.keys()) - len(self.gone)

    def changed(self, new: Mapping[str, Line], gone: Collection[str]) -> Lines:
        """The same, but for lines that are `new`, and without those with the guids that are `gone`. Nothing has changed before."""
        made = Lines(self._data, self.written, new, gone)
        made._read = {guid: line for guid, line in self._read.items() if guid not in made.gone}
        return made

    def is_elsewhere(self, texts: Iterable[str], guids: Iterable[str]) -> bool:
        """Whether one of these digests, as whatever, is in another line than those, as they were written."""
        own = b"\n".join(self.written[guid] for guid in guids if guid in self.written)
        wanted = (f'"{text}"'.encode() for text in texts)
        return any(self._data.count(text) > own.count(text) for text in wanted)


def differing(before: Mapping[str, Line], after: Mapping[str, Line]) -> tuple[Mapping[str, Line], Mapping[str, Line]]:
    """The lines before and after, without some of those that are the same: without nearly all, if the lines were not read."""
    if isinstance(before, Lines) and isinstance(after, Lines) and before.written is after.written:
        guids = sorted({*before.new, *after.new, *before.gone, *after.gone})
        old, new = ({guid: lines[guid] for guid in guids if guid in lines} for lines in (before, after))
        return old, new
    return before, after


READ = msgspec.json.Decoder(Line).decode
"""A line as it is written → what it says. Raises msgspec.MsgspecError."""
