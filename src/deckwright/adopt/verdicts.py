"""The notes of a source and the package that was built of them → what a reader would miss, note by note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeVar
from urllib.parse import unquote

import msgspec

from ..digests import digest
from ..generation import Generator
from ..media.library import HASH_LENGTH
from ..model import NoteType
from ..package import Package, PackedNote
from ..templates import with_cloze
from .looks import sheet_of
from .reading import Piece, Seen
from .seen import Fields, apart, readable, seen, words

Grade = Literal["equal", "seen equal", "styling lost", "content lost", "not adopted"]

GRADES: Sequence[Grade] = ("equal", "seen equal", "styling lost", "content lost", "not adopted")
"""The best first."""

NOTE_TYPE, CARDS, DECK, TAGS = "Note type", "Cards", "Deck", "Tags"
"""What a note has besides fields."""


class Verdict(msgspec.Struct, frozen=True):
    """What became of a part of a note: where something is different, and what exactly.

    `field` is the name of a field, or "Cards", "Deck", "Tags" or "Note type"; empty where the whole note is meant. `reason` is
    the end of a sentence, such as "lacks bold at “word”", and empty where nobody sees a difference in a field.
    """

    guid: str
    grade: Grade
    field: str = ""
    reason: str = ""


class Files:
    """By what the files of two packages are known: by their content, whatever they are called."""

    def __init__(self, source: Mapping[str, str], built: Mapping[str, str]) -> None:
        """The SHA-256 in hex of each file, by its name, of the source and of the package that was built.

        A name that was given here ends in the digest of what its author made, so a drawing that was cleaned is known too.
        """
        self._source = {name: digest[:HASH_LENGTH] for name, digest in source.items()}
        known = set(self._source.values())
        self._built = {}
        for name, content in built.items():
            of_name = name.rpartition("-")[2].partition(".")[0]
            self._built[name] = of_name if of_name in known else content[:HASH_LENGTH]

    def of_source(self, name: str) -> str:
        """By what a file is known that a field of the source names; by its name if the source does not have it."""
        return _known(name, self._source)

    def of_built(self, name: str) -> str:
        """The same for a file of the package."""
        return _known(name, self._built)

    def missing(self) -> tuple[str, ...]:
        """The files of the source that the package does not have, by name."""
        held = set(self._built.values())
        return tuple(sorted(name for name, content in self._source.items() if content not in held))


def _known(written: str, files: Mapping[str, str]) -> str:
    """What the file is known by that a field names like this: in full, or with signs as in an address."""
    return next((files[name] for name in (written, unquote(written)) if name in files), unquote(written))


def compare(
    notes: Iterable[PackedNote], note_types: Mapping[int, NoteType], built: Package, media: Mapping[str, str]
) -> tuple[Verdict, ...]:
    """What became of the notes, in their order: of one that is equal that it is, of another each part that is not.

    `media` has the SHA-256 in hex of each file of the source, by its name.
    """
    return Judge(note_types, media).compare(notes, built)


class Judge:
    """What compares the same notes with one build after the other: no field is judged twice."""

    def __init__(self, note_types: Mapping[int, NoteType], media: Mapping[str, str]) -> None:
        self._kinds = {id_: _Kind(note_type) for id_, note_type in note_types.items()}
        self._media = media

    def compare(self, notes: Iterable[PackedNote], built: Package) -> tuple[Verdict, ...]:
        """What became of the notes in this build, as `compare` has it."""
        files = Files(self._media, built.media)
        by_guid = {note.guid: note for note in built.notes}
        return tuple(
            verdict
            for note in notes
            for verdict in _of_note(note, by_guid.get(note.guid), self._kinds[note.note_type_id], files)
        )


class _Kind:
    """What is known of a note type: how its fields are read, and which cards Anki makes of them."""

    def __init__(self, note_type: NoteType) -> None:
        sides = (side for template in note_type.templates for side in (template.front, template.back))
        hiding = frozenset(with_cloze(sides) if note_type.family != "basic" else ())
        sheet = sheet_of(note_type)
        self.names = [field.name for field in note_type.fields]
        self.fields = {name: Fields(sheet, name in hiding) for name in self.names}
        self.generator = Generator(note_type)
        self._judged: dict[tuple[bool, str, str], tuple[Grade, str]] = {}

    def of_field(self, name: str, old: str, new: str, files: Files) -> tuple[Grade, str]:
        """What `of_field` says. What was dear to find out is kept."""
        fields = self.fields[name]
        if len(old) < _DEAR:
            return of_field(old, new, fields, files)
        key = fields.has_clozes, digest(old), digest(new)
        if key not in self._judged:
            self._judged[key] = of_field(old, new, fields, files)
        return self._judged[key]


_DEAR = 1_000
"""How many characters a field has that takes longer to compare than to make a digest of."""


def _of_note(old: PackedNote, new: PackedNote | None, kind: _Kind, files: Files) -> list[Verdict]:
    if new is None:
        return [Verdict(old.guid, "not adopted", reason="is not in the package")]
    parts = [Verdict(old.guid, grade, field, reason) for field, grade, reason in _parts(old, new, kind, files)]
    return parts or [Verdict(old.guid, "equal")]


def worst(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """The worst that is said of each note, by guid; of several that are as bad the first."""
    found: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.guid not in found or GRADES.index(verdict.grade) > GRADES.index(found[verdict.guid].grade):
            found[verdict.guid] = verdict
    return found


def _parts(old: PackedNote, new: PackedNote, kind: _Kind, files: Files) -> Iterable[tuple[str, Grade, str]]:
    """The grade of each part of a note, with the reason."""
    if old.note_type_id != new.note_type_id:
        yield NOTE_TYPE, "content lost", f"has the note type {new.note_type_id} instead of {old.note_type_id}"
    for name, value in old.fields.items():
        if name not in new.fields:
            yield name, "content lost", "is no field any more"
        elif value != new.fields[name]:
            yield name, *kind.of_field(name, value, new.fields[name], files)
    yield from (
        (name, "content lost", "is new") for name, value in new.fields.items() if value and name not in old.fields
    )
    before, after = ({card.ord for card in note.cards} for note in (old, new))
    if gone := before - after:
        # A note that changed, or its note type, leaves cards behind of which Anki says that they are empty.
        empty = gone - {*kind.generator.cards([old.fields.get(name, "") for name in kind.names], old.tags)}
        if gone > empty:
            yield CARDS, "content lost", f"lacks {_listed(gone - empty)}"
        if empty:
            yield CARDS, "seen equal", f"lacks {_listed(empty)}, which Anki does not make of this note, either"
    if come := after - before:
        yield CARDS, "content lost", f"has {_listed(come)} besides"
    moved = {(card.ord, card.deck) for card in new.cards} - {(card.ord, card.deck) for card in old.cards}
    if moved and not come:
        ord_, deck = min(moved)
        yield DECK, "content lost", f"has card {ord_ + 1} in the deck {deck}"
    if lost := sorted(set(old.tags) - set(new.tags)):
        yield TAGS, "content lost", f"lacks {', '.join(lost)}"
    if added := sorted(set(new.tags) - set(old.tags)):
        yield TAGS, "seen equal", f"has {', '.join(added)} besides"


def _listed(ords: Iterable[int]) -> str:
    """Cards, by the numbers that people know them by."""
    numbers = [str(ord_ + 1) for ord_ in sorted(ords)]
    shown = ", ".join(numbers[:10]) + (" and more" if len(numbers) > 10 else "")
    return f"card {shown}" if len(numbers) == 1 else f"cards {shown}"


def of_field(old: str, new: str, fields: Fields, files: Files) -> tuple[Grade, str]:
    """What became of a field, and what exactly is different; nothing, if nobody sees it."""
    if old == new:
        return "equal", ""
    before, after = seen(old, fields, files.of_source), seen(new, fields, files.of_built)
    if before == after:
        return "seen equal", ""
    read = words(before), words(after)
    if read[0] != read[1]:
        return "content lost", _of_words(*read)
    return "styling lost", _of_looks(before, after)


def _of_words(old: str, new: str) -> str:
    """Where two texts differ first, in a few words."""
    _, gone, come = _middles(apart(old), apart(new))
    lost, added = (_short(readable(" ".join(part))) for part in (gone, come))
    if _TAG_OF_ANKI.search(added) and not _TAG_OF_ANKI.search(lost):
        return f"shows “{added}” as text"
    if lost and added:
        return f"has “{added}” for “{lost}”"
    return f"lacks “{lost}”" if lost else f"has “{added}” besides"


_TAG_OF_ANKI = re.compile(r"\[(?:latex\]|\$\$?\]|anki:)", re.IGNORECASE)


def _of_looks(old: Seen, new: Seen) -> str:
    """What looks different first, in a few words."""
    before, after = _by_words(old), _by_words(new)
    start, gone, come = _middles(before, after)
    one, other = gone[0] if gone else None, come[0] if come else None
    if one and other and one.kind == other.kind and one.text == other.text and one.look != other.look:
        lost, added = set(one.look) - set(other.look), set(other.look) - set(one.look)
        changed = [f"{name} {value}".removesuffix(" yes") for name, value in sorted(lost or added)]
        return f"{'lacks' if lost else 'has'} {', '.join(changed)} at “{_short(readable(one.text))}”"
    what = next((_KINDS[piece.kind] for piece in (*gone, *come) if piece.kind in _KINDS), "other spaces")
    near = (piece.text for piece in (*gone, *come, *before[start:], *before) if piece.kind in {"text", "object"})
    at = next(near, "")
    return f"has {what} at “{_short(readable(at))}”" if at else f"has {what}"


def _by_words(pieces: Seen) -> list[Piece]:
    """The same with a piece for each word, and without the single spaces between them."""
    return [
        piece._replace(text=word)
        for piece in pieces
        if piece[:2] != ("space", "1")
        for word in (piece.text.split(" ") if piece.kind == "text" else [piece.text])
    ]  # fmt: skip


_KINDS = {
    "line": "other lines",
    "space": "other spaces",
    "cell": "another table",
    "row": "another table",
    "rule": "other rules",
    "cloze": "other clozes",
    "box": "other empty elements",
}


T = TypeVar("T")


def _middles(old: Sequence[T], new: Sequence[T]) -> tuple[int, Sequence[T], Sequence[T]]:
    """How many things two sequences begin with in common, and what is left of them without that and their common end."""
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, old[start : len(old) - end], new[start : len(new) - end]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TOLD else text[: _TOLD - 1].rstrip() + "…"


_TOLD = 50
"""Characters of a text that is told of."""
