"""Notes, and how each of them is written → what a build of them makes; the best way to write each, found by building them."""

from __future__ import annotations

import shutil
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from .. import build, package
from ..build import Options, Outcome
from ..diagnostics import Diagnostic
from ..diagnostics.declare import Severity
from ..diff.field_text import title
from ..files import replace as write_file
from ..identity import Ledger, Terms, ledger
from ..layout import LEDGER
from ..limits import MAX_ATTEMPTS
from ..model import NoteType, Settings
from ..package import Package, PackedNote
from . import lock
from .layout import CARDS, File, files
from .sections import Entry, Way, Written, ways, ways_of_tags
from .source import LeftOut
from .verdicts import GRADES, TAGS, Judge, Verdict

Progress = Callable[[int, int], None]
"""Told how many notes are done, and of how many."""


class Folder:
    """A project in a folder whose notes are not settled yet. `now` is in seconds of the Unix epoch."""

    def __init__(
        self, root: Path, settings: Settings, now: int, note_types: Mapping[int, NoteType], media: Mapping[str, str]
    ) -> None:
        """`note_types` are those of the source by their ids, `media` the SHA-256 of its files by their names."""
        self.root = root
        self.now = now
        self._settings = settings
        self._judge = Judge(note_types, media)
        self._judged: dict[str, tuple[int, list[Verdict]]] = {}
        build.make_build_folder(root)  # What becomes of a file is kept in it.

    def write(self, held: Sequence[Entry], written: Mapping[str, Written]) -> list[File]:
        """Make these the notes of the project, written like this, by guid. Raises OSError."""
        shutil.rmtree(self.root / CARDS)
        (self.root / CARDS).mkdir()
        made = [*files(held, lambda entry: written[entry.note.guid], self._settings.name)]
        for file in made:
            (self.root / file.path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / file.path).write_text(file.text, encoding="utf-8", newline="\n")
        self.lock(lock.expected(self._settings.id, self._settings.name, held))
        return made

    def lock(self, held: Ledger) -> None:
        """Make this the ledger of the project. Raises OSError."""
        write_file(self.root / LEDGER, ledger.dump(held), sync=False)

    def look(self, progress: Progress = lambda done, total: None) -> Outcome:
        """What a build would do with the project."""
        return build.look(self.root, Options(Terms(self.now), keep_going=True), progress)

    def compared(self, notes: Iterable[PackedNote], built: Package) -> dict[str, list[Verdict]]:
        """What is thought of each of these notes of the source, by guid. What is built as it was before is not judged again."""
        made = {note.guid: hash((*note.fields.values(), note.tags, note.cards)) for note in built.notes}
        new = [
            note
            for note in notes
            if note.guid not in made or self._judged.get(note.guid, (0, []))[0] != made[note.guid]
        ]
        for note in new:
            self._judged[note.guid] = (made.get(note.guid, 0), [])
        for verdict in self._judge.compare(new, built):
            self._judged[verdict.guid][1].append(verdict)
        return {guid: verdicts for guid, (_, verdicts) in self._judged.items()}


def chosen(folder: Folder, held: Sequence[Entry], progress: Progress) -> tuple[dict[str, Written], list[LeftOut]]:
    """How each note is best written, by guid, and the notes that cannot be written at all, with the reasons.

    All are written in the most readable way and built. Those that are not at least seen equal are written in the next way, field
    by field, and built again without the others. Raises OSError.
    """
    attempts = [_Attempt(entry) for entry in held]
    left = attempts
    for _ in range(MAX_ATTEMPTS):
        _try(folder, left, progress)
        left = [attempt for attempt in left if attempt.goes_on()]
        if not left:
            break
    if mixed := [attempt for attempt in attempts if attempt.mixes()]:
        _try(folder, mixed, progress)
    best = {attempt.entry.note.guid: attempt.best for attempt in attempts if attempt.best}
    lost = [
        LeftOut(attempt.entry.note.guid, beginning(attempt.entry.note), attempt.reason)
        for attempt in attempts
        if not attempt.best
    ]
    return best, lost


def _try(folder: Folder, attempts: Sequence[_Attempt], progress: Progress) -> None:
    """Build these notes as they are written now, and note what comes of each. Raises OSError."""
    entries = [attempt.entry for attempt in attempts]
    written = {attempt.entry.note.guid: attempt.written() for attempt in attempts}
    made = folder.write(entries, written)
    outcome = folder.look(progress)
    reasons = _told(outcome.found, made, "error")
    doubts = _told(outcome.found, made, "warning")
    built = package.contents(outcome.loaded.collection) if outcome.loaded else None
    judged = folder.compared([entry.note for entry in entries], built) if built else {}
    for attempt in attempts:
        guid = attempt.entry.note.guid
        reason = reasons.get(guid) or doubts.get(guid, "")
        attempt.note(written[guid], [] if guid in reasons else judged.get(guid, []), reason)


class _Attempt(msgspec.Struct):
    """A note that is written in one way after the other. `places` has which of the ways to write it each field has now, the first
    if it is not named, and `ways` all of them, or the first alone as long as no other is asked for.

    `best` is how it was written when its build was most like it, which `score` tells; `reason` is why it was not built. `worse` are
    the fields that are not at least seen equal now, and `grades` has the best grade of each field, and at which place it had it.
    """

    entry: Entry
    places: dict[str, int] = {}
    ways: dict[str, list[Way]] = {}
    best: Written | None = None
    score: tuple[int, int] = (len(GRADES), 0)
    reason: str = ""
    worse: frozenset[str] = frozenset()
    grades: dict[str, tuple[int, int]] = {}

    def written(self) -> Written:
        """How it is written now."""
        for name in self._fields() - self.ways.keys():
            self.ways[name] = [next(ways(self.entry, name))]
        fields = {name: held[self.places.get(name, 0)] for name, held in self.ways.items()}
        return Written(fields, ways_of_tags(self.entry)[self.places.get(TAGS, 0)])

    def note(self, written: Written, verdicts: Sequence[Verdict], reason: str) -> None:
        """Take note of what came of it as it is written. Without verdicts it was not built."""
        of_fields: dict[str, int] = {}
        for verdict in verdicts:
            of_fields[verdict.field] = max(of_fields.get(verdict.field, 0), GRADES.index(verdict.grade))
        if not verdicts or max(of_fields.values()) == len(GRADES) - 1:
            self.reason = self.reason or reason or "it is not built"
            self.worse = frozenset(self._fields() | {TAGS})
            return
        # Of two ways that nobody can tell apart, the more readable one is better, though the other may be equal.
        score = max(of_fields.values()), sum(max(grade, _ENOUGH) - _ENOUGH for grade in of_fields.values())
        if score < self.score:
            self.best, self.score = written, score
        for name in self._fields():
            now = max(of_fields.get(name, 0), _ENOUGH), self.places.get(name, 0)
            self.grades[name] = min(now, self.grades.get(name, now))
        worse = {name for name, grade in of_fields.items() if grade > _ENOUGH}
        known = self._fields() | {TAGS}
        self.worse = frozenset(worse if worse <= known else known)

    def goes_on(self) -> bool:
        """Take the next way to write each of the fields that are worse; whether any has one."""
        is_moved = False
        for name in self.worse:
            place = self.places.get(name, 0) + 1
            if name != TAGS and place == len(self.ways[name]) == 1:
                every = [*ways(self.entry, name)]
                is_long = len(self.entry.note.fields[name]) > _LONG
                self.ways[name] = every[:: max(len(every) - 1, 1)] if is_long else every
            if place < len(ways_of_tags(self.entry) if name == TAGS else self.ways[name]):
                self.places[name] = place
                is_moved = True
        return is_moved

    def mixes(self) -> bool:
        """Take for each field the way in which it was best; whether its note was not built like that when it was best."""
        if not self.best or self.score[0] <= _ENOUGH:
            return False
        for name, (_, place) in self.grades.items():
            self.places[name] = place
        return self.written().fields != self.best.fields

    def _fields(self) -> set[str]:
        return {field.name for field in self.entry.adopted.fields}


_LONG = 5_000
"""Of a field with more characters than this, such as a page of a dictionary, only the first and the last way are tried."""

_ENOUGH = GRADES.index("seen equal")
"""What is at least this is not tried in another way."""


def _told(found: Iterable[Diagnostic], made: Sequence[File], severity: Severity) -> dict[str, str]:
    """The first message of this severity about each section, by the guid of its note."""
    by_path = {file.path: file for file in made}
    told: dict[str, str] = {}
    for one in found:
        file = by_path.get(one.span.path)
        if one.severity != severity or not file:
            continue
        number = bisect_right(file.begins, one.span.line, key=lambda begin: begin[0]) - 1
        concerned = [entry for _, entry in file.begins] if number < 0 else [file.begins[number][1]]
        for entry in concerned:
            told.setdefault(entry.note.guid, f"{one.code}: {one.message}")
    return told


def beginning(note: PackedNote) -> str:
    """The beginning of a note's first field, for people, as `LeftOut` has it."""
    return title(next(iter(note.fields.values()), ""))[:60]
