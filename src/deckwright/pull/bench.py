"""A project → the notes of a section as they would be, with an edit of its file: quickly, and as they will be, all together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from .. import build, files, marks, notes
from ..candidates import candidate
from ..collection import Loaded
from ..diagnostics import Diagnostic, has_errors
from ..identity import Terms
from ..identity.numbers import number
from ..limits import MAX_FILE_BYTES
from ..media.library import Library
from ..model import Note, Written
from ..notes import cuts
from ..notes.context import Context
from ..notes.kinds import table
from ..notes.parts import Part
from ..package import Package
from ..read import sections
from ..read.sections import Section
from ..render import clozes
from .replacements import Replacement, replaced
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

    def spot(self, address: Address, is_cloze: bool) -> Spot | None:
        """The leaves of a note."""
        section = self._sections(address.path)[address.section]
        parts = self._parts(section)
        own = self._table.kinds[section.kind].own
        return spot(section, parts[address.part], is_cloze, own) if address.part < len(parts) else None

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
        return cuts.cut(section, self._table.kinds[section.kind].divided)[0]

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
        self.files |= {media.name: media.sha256 for media, _ in resolved if media}
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


def prove(
    root: Path, terms: Terms, bench: Bench, made: Mapping[str, Mapping[str, Sequence[Replacement]]]
) -> tuple[Loaded | None, dict[str, str]]:
    """The project with edits of its files, and what would be another by which note's edit, besides the note itself.

    `made` has the replacements by file and by the guid of the note. The answer maps a guid to the reason.
    """
    instead: dict[str, bytes] = {}
    for path, of_notes in made.items():
        data = replaced(bench.data(path), [each for way in of_notes.values() for each in way])
        if data is None:
            return None, {guid: "another edit is for the same words" for guid in of_notes}
        instead[path] = data
    loaded, found = build.load(root, terms, instead=instead)
    if loaded is None:
        return None, {}
    edited = {guid for of_notes in made.values() for guid in of_notes}
    wrong: dict[str, str] = {}
    old, new = _identities(bench.loaded), _identities(loaded)
    for guid in old.keys() - new.keys():
        wrong[guid] = "the note would be another one"
    for guid in old.keys() & new.keys():
        if guid in edited:
            if old[guid][:3] != new[guid][:3]:
                wrong[guid] = "the note would be another one"
        elif old[guid] != new[guid]:
            wrong[guid] = "the note would change too"
    before, after = _contents(bench.loaded, made), _contents(loaded, made)
    for guid, note in before.items():
        if guid not in edited and guid not in wrong and after.get(guid) != note:
            wrong[guid] = "the note would change too"
    wrong |= _messages(bench.found, found, bench.loaded, loaded, edited)
    return loaded, wrong


def _identities(loaded: Loaded) -> dict[str, tuple[str, int, str, int, tuple[int, ...]]]:
    held = (who for who in loaded.assigned.identities if who)
    return {who.guid: (who.guid, who.note_id, who.id, who.mod, who.numbers) for who in held}


def _contents(loaded: Loaded, paths: Iterable[str]) -> dict[str, tuple[object, ...]]:
    """All of the notes in some files, by guid."""
    wanted = {*paths}
    found: dict[str, tuple[object, ...]] = {}
    for (path, _, _), (_, made) in zip(loaded.notes.files(), loaded.notes.parts(), strict=True):
        if path in wanted:
            found |= {note.guid: (note.fields, note.tags, note.deck, note.note_type, note.id) for note in made}
    return found


def contents(loaded: Loaded, guids: Iterable[str]) -> dict[str, Note]:
    """Some notes as they ship, by guid."""
    wanted = {*guids}
    return {note.guid: note for note in loaded.collection.notes if note.guid in wanted}


def _messages(
    before: Iterable[Diagnostic], after: Iterable[Diagnostic], old: Loaded, new: Loaded, edited: Iterable[str]
) -> dict[str, str]:
    """The messages that would come, by a note that is edited near their place."""
    known = Counter(map(_told, before))
    came = []
    for each in after:
        if known[_told(each)]:
            known[_told(each)] -= 1
        else:
            came.append(each)
    wrong: dict[str, str] = {}
    for each in came:
        places = sorted(
            (abs(new.spans[guid].line - each.span.line), guid)
            for guid in edited
            if guid in new.spans and new.spans[guid].path == each.span.path
        )
        if places:
            wrong.setdefault(places[0][1], f"there would be a new message, {each.code}: {each.message}")
    return wrong


def _told(found: Diagnostic) -> tuple[object, ...]:
    """What is compared of a message: lines may be others."""
    arguments = tuple(re.sub(r":\d+", "", each) if isinstance(each, str) else each for each in found.arguments)
    return found.span.path, found.code, found.severity, arguments
