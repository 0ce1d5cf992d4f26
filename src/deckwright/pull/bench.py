"""A project → the notes of a section as they would be with an edit of its file, without a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from .. import files, marks, notes
from ..candidates import candidate
from ..collection import Loaded
from ..diagnostics import Diagnostic, has_errors
from ..identity.numbers import number
from ..limits import MAX_FILE_BYTES
from ..media.library import Library
from ..model import Written
from ..notes import cuts
from ..notes.context import Context
from ..notes.kinds import Kind, table
from ..notes.parts import Part
from ..package import Package
from ..read import sections
from ..read.sections import Section
from ..render import clozes
from .replacements import replaced
from .spots import Spot, spot
from .ways import Way


class Made(msgspec.Struct, frozen=True):
    """A note as a section makes it: its fields as they ship, without its ID, its tags, and the key of its note type."""

    fields: Mapping[str, str]
    tags: tuple[str, ...]
    note_type: str


class Address(msgspec.Struct, frozen=True):
    """Where a note is written: the file, and its number among the sections there, and among the notes of that section."""

    path: str
    section: int
    part: int


class Bench:
    """A project as it was loaded, with everything that was found. `root` is where its media are."""

    def __init__(self, root: Path, loaded: Loaded, found: Sequence[Diagnostic], package: Package) -> None:
        self.loaded = loaded
        self.found = found
        self.package = package
        self._root = root
        self._settings = loaded.collection.settings
        self._table = table(loaded.notes.owned.kinds)
        self._library = Library(root, self._settings.media)
        self.files: dict[str, str] = {}  # the SHA-256 of each file that a note was seen to show, by its name in Anki
        self._data: dict[str, bytes] = {}
        self._read: dict[str, list[Section]] = {}
        self._made: dict[tuple[str, int], list[Made] | None] = {}
        self._addresses: dict[str, Address] = {}
        self._written: dict[str, dict[tuple[int, int], str]] = {}

    def data(self, path: str) -> bytes:
        """What is in a file of notes. Raises OSError."""
        if path not in self._data:
            self._data[path] = files.read(self._root / path, MAX_FILE_BYTES)
        return self._data[path]

    def address(self, guid: str) -> Address | None:
        """Where a note is written; None if that is not clear."""
        span = self.loaded.spans.get(guid)
        if span is None:
            return None
        if span.path not in self._written:
            self._index(span.path)
        return self._addresses.get(guid)

    def spot(self, address: Address) -> Spot | None:
        """The leaves of a note; None if its section has no such part."""
        section = self._sections(address.path)[address.section]
        parts = self._parts(section)
        kind = self.kind(section)
        return spot(section, parts[address.part], self.is_cloze(kind), kind.own) if address.part < len(parts) else None

    def kind(self, section: Section) -> Kind:
        """What a section says that its notes are."""
        return self._table.kinds[section.kind]

    def is_cloze(self, kind: Kind) -> bool:
        """Whether notes of a kind have clozes."""
        return self.loaded.collection.note_types[kind.note_type].family != "basic"

    def before(self, address: Address) -> list[Made] | None:
        """The notes of a section as they are."""
        key = address.path, address.section
        if key not in self._made:
            self._made[key] = self._notes(address, self._sections(address.path))
        return self._made[key]

    def after(self, address: Address, way: Way) -> list[Made] | None:
        """The notes of a section as they would be after an edit of its file; None if there were others, or an error."""
        data = replaced(self.data(address.path), way)
        if data is None:
            return None
        read, _ = sections.read(address.path, data, self._table.vocabulary)
        if len(read) != len(self._sections(address.path)):
            return None
        return self._notes(address, read)

    def _sections(self, path: str) -> list[Section]:
        if path not in self._read:
            self._read[path], _ = sections.read(path, self.data(path), self._table.vocabulary)
        return self._read[path]

    def _index(self, path: str) -> None:
        """Find out where each note of a file is written."""
        guids = {span: guid for guid, span in self.loaded.spans.items() if span.path == path}
        self._written[path] = {}
        context = Context()
        for place, section in enumerate(self._sections(path)):
            written, _ = notes.make(section, self._settings, context, self._table.kinds)
            spans = [part.span for part in self._parts(section)]
            for note in written:
                guid = guids.get(note.span)
                if guid and note.span in spans and len(written) == len(spans):
                    self._addresses[guid] = Address(path, place, spans.index(note.span))
                    self._written[path][place, spans.index(note.span)] = guid

    def _parts(self, section: Section) -> list[Part]:
        return cuts.cut(section, self.kind(section).divided)[0]

    def _notes(self, address: Address, read: Sequence[Section]) -> list[Made] | None:
        section = read[address.section]
        written, found = notes.make(section, self._settings, Context(), self._table.kinds)
        guids = self._written[address.path]
        if has_errors(found) or len(written) != sum(place == address.section for place, _ in guids):
            return None
        made = [self._note(note, guids[address.section, n]) for n, note in enumerate(written)]
        whole = [note for note in made if note]
        return whole if len(whole) == len(made) else None

    def _note(self, note: Written, guid: str) -> Made | None:
        """A note as it would ship; None if it has an error."""
        resolved = [self._library.resolve(reference) for reference in note.references]
        names = [media.name for media, found in resolved if media and not has_errors(found)]
        self.files |= {media.name: media.sha256 for media, _ in resolved if media and not media.is_absent}
        if len(names) < len(resolved):
            return None
        line = self.loaded.assigned.ledger.lines[guid]
        numbers: tuple[int, ...] = ()
        if not note.mode and note.deletions:
            numbered, _ = number(candidate(note), line, by_name=False, may_move=False)
            if numbered is None:
                return None
            numbers = numbered.numbers
        fields = {
            name: marks.numbered(marks.fill(clozes.finished(value, note.deletions), names), numbers)
            for name, value in note.fields.items()
        }
        return Made(fields, note.tags, note.note_type)
