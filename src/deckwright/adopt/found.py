"""What somebody has already, whatever it is kept in: notes, note types, decks and media, as a project can take them over."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate, chain

import msgspec
from msgspec.structs import replace

from ..diff.field_text import title
from ..limits import MAX_ADOPTED_NESTING, MAX_FILE_BYTES, MAX_GUID
from ..model import Deck, NoteType
from ..names import and_above
from ..package import PackedNote
from ..render.html_elements import WITHOUT_END
from .filenames import file_names, with_new_names


class Unadoptable(ValueError):
    """A source of which nothing can be adopted. Its text names it and says what is wrong, `hint` what can be done."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class LeftOut(msgspec.Struct, frozen=True):
    """A note that is not adopted: its guid, empty if it has none, the beginning of its first field as plain text, at most
    60 characters, and the reason, as the end of a sentence: "has no card".
    """

    guid: str
    what: str
    reason: str


class Source(msgspec.Struct, frozen=True):
    """All that can be adopted.

    `name` is the deck that all the others are in, else what the file is called. `notes` are in the order in which their
    new cards come, `note_types` those that they use, by id, and `decks` those that hold them, and all above, by name. Text
    of fields is as Anki keeps it: in NFC, without control characters. `media` are the names of all files, sorted, each fit
    for any system and different from the others in more than capitals; `read_media` reads one of them as long as the source
    is open, and raises PackageError or OSError. `renamed` has the files that had to get another name here, by the old one;
    fields use the new one. `remarks` are sentences about what such a source lacks.
    """

    name: str
    notes: tuple[PackedNote, ...]
    note_types: Mapping[int, NoteType]
    decks: tuple[Deck, ...]
    media: tuple[str, ...]
    read_media: Callable[[str], bytes]
    left_out: tuple[LeftOut, ...] = ()
    renamed: Mapping[str, str] = {}
    remarks: tuple[str, ...] = ()


# What every source needs


def made_id(text: str) -> int:
    """A number that looks like an id of Anki, milliseconds of the years 2001 to 2033, always the same for this text."""
    return 10**12 + int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 10**12


class Sieve:
    """Notes as they come → those that can be adopted, and why the others cannot."""

    def __init__(self) -> None:
        self.left_out: list[LeftOut] = []
        self._guids: set[str] = set()
        self._made: set[int] = set()

    def passes(self, guid: str, first_field: str, reason: str = "") -> bool:
        """Whether the note with this guid can be adopted. It cannot if there is a reason, nor if its guid cannot be used."""
        reason = reason or self._problem(guid)
        if reason:
            self.left_out.append(LeftOut(guid, _beginning(first_field), reason))
        else:
            self._guids.add(guid)
        return not reason

    def made_id(self, guid: str) -> int:
        """A note id for a note that came without one: made of its guid, and that of no other note."""
        id_ = made_id(guid)
        while id_ in self._made:
            id_ += 1
        self._made.add(id_)
        return id_

    def _problem(self, guid: str) -> str:
        if not guid:
            return "has no guid"
        if len(guid) > MAX_GUID:
            return f"has a guid of {len(guid):,} characters"
        if any(unicodedata.category(char) == "Cc" for char in guid):
            return "has a guid with a control character"
        return "has the guid of another note" if guid in self._guids else ""


def _beginning(first_field: str) -> str:
    """What stands for a note, as `LeftOut` has it."""
    return title(first_field[:_LOOKED_AT])[:60]


_LOOKED_AT = 10_000
"""Characters of a field in which the words are looked for that stand for its note."""


def tidied(found: Source) -> Source:
    """What was found, as `Source` promises it: text as Anki keeps it, files with names that can be, nothing that no note uses.

    `found` may have any names of files, which its `read_media` takes, any decks and any note types. Its `name` is that of
    the file.
    """
    called = file_names(found.media)
    renamed = {old: new for old, new in called.items() if old != new}
    before = {new: old for old, new in called.items()}
    as_written = {kept(old): new for old, new in renamed.items()}

    def value(text: str) -> str:
        return with_new_names(kept(text), as_written) if renamed else kept(text)

    fit, left_out = _fit(found.notes)
    notes = tuple(replace(note, fields={field: value(text) for field, text in note.fields.items()}) for note in fit)
    used = {note.note_type_id for note in notes}
    decks = _decks(found.decks, notes)
    tops = {deck.name.partition("::")[0] for deck in decks}
    return Source(
        name=tops.pop() if len(tops) == 1 and "Default" not in tops else found.name,
        notes=notes,
        note_types={id_: note_type for id_, note_type in sorted(found.note_types.items()) if id_ in used},
        decks=decks,
        media=tuple(sorted(before)),
        read_media=lambda name: found.read_media(before[name]),
        left_out=(*found.left_out, *left_out),
        renamed=renamed,
        remarks=found.remarks,
    )


def _fit(notes: Iterable[PackedNote]) -> tuple[list[PackedNote], list[LeftOut]]:
    """The notes without those that are too long, or have too many elements in one another, and these."""
    fit: list[PackedNote] = []
    left_out: list[LeftOut] = []
    for note in notes:
        reason = _problem(note)
        if reason:
            left_out.append(LeftOut(note.guid, _beginning(next(iter(note.fields.values()))), reason))
        else:
            fit.append(note)
    return fit, left_out


def _problem(note: PackedNote) -> str:
    for name, value in note.fields.items():
        if len(value) > MAX_FILE_BYTES // 4 and (size := len(value.encode())) > MAX_FILE_BYTES:
            return f"has {size:,} bytes in “{name}”, and a file of notes has at most {MAX_FILE_BYTES:,}"
        if _depth(value) > MAX_ADOPTED_NESTING:
            return f"has more than {MAX_ADOPTED_NESTING:,} elements in one another"
    return ""


def _depth(field: str) -> int:
    """How many elements are open at once, at most, of those that have to be closed."""
    if field.count("<") <= MAX_ADOPTED_NESTING:  # As in nearly all fields.
        return 0
    ends = [-1 if end else 1 for end, name in _TAG.findall(field) if name.lower() not in _CLOSED_BY_OTHERS]
    return max(accumulate(ends), default=0)


_TAG = re.compile(r"<(/?)([a-zA-Z][^\s<>/]*)")
_CLOSED_BY_OTHERS = WITHOUT_END | {"p", "td", "th", "tr", "tbody", "thead", "option"}
"""Elements of which many may stand behind one another without an end."""


def kept(text: str) -> str:
    """The text of a field as Anki keeps it (rslib/src/notes/mod.rs, normalize_field)."""
    return unicodedata.normalize("NFC", _NOT_KEPT.sub("", text))


_NOT_KEPT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _decks(decks: Iterable[Deck], notes: Iterable[PackedNote]) -> tuple[Deck, ...]:
    """The decks that hold notes, and all above them, by name."""
    used = {card.deck for note in notes for card in note.cards}
    known = {deck.name: deck for deck in decks}
    return tuple(known.get(name) or Deck(name) for name in sorted(set(chain.from_iterable(map(and_above, used)))))
