"""Notes, and how each of them is written → what a build of them makes; the best way to write each, found by building them."""

from __future__ import annotations

import shutil
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from .. import build, package
from ..build import Options, Outcome
from ..diagnostics import Diagnostic
from ..diff.field_text import title
from ..files import replace as write_file
from ..identity import Ledger, Terms, ledger
from ..layout import LEDGER
from ..limits import MAX_ATTEMPTS
from ..model import NoteType, Settings
from ..package import Package, PackedNote
from . import lock
from .layout import CARDS, File, files
from .sections import Entry, Written, ways, ways_of_tags
from .source import LeftOut
from .verdicts import GRADES, TAGS, Verdict, compare

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
        self._note_types = note_types
        self._media = media
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
        for verdict in compare(new, self._note_types, built, self._media):
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
        entries = [attempt.entry for attempt in left]
        written = {attempt.entry.note.guid: attempt.written() for attempt in left}
        made = folder.write(entries, written)
        outcome = folder.look(progress)
        reasons = _reasons(outcome.found, made)
        built = package.contents(outcome.loaded.collection) if outcome.loaded else None
        judged = folder.compared([entry.note for entry in entries], built) if built else {}
        again = []
        for attempt in left:
            guid = attempt.entry.note.guid
            verdicts = [] if guid in reasons else judged.get(guid, [])
            if attempt.is_to_go_on(written[guid], verdicts, reasons.get(guid, "")):
                again.append(attempt)
        left = again
        if not left:
            break
    best = {attempt.entry.note.guid: attempt.best for attempt in attempts if attempt.best}
    lost = [
        LeftOut(attempt.entry.note.guid, beginning(attempt.entry.note), attempt.reason)
        for attempt in attempts
        if not attempt.best
    ]
    return best, lost


class _Attempt(msgspec.Struct):
    """A note that is written in one way after the other. `places` has which of the ways to write it each field has now, the first
    if it is not named. `best` is how it was written when its build was most like it, `reason` why it was not built.
    """

    entry: Entry
    places: dict[str, int] = {}
    best: Written | None = None
    score: tuple[int, int] = (len(GRADES), 0)
    reason: str = ""

    def written(self) -> Written:
        """How it is written now."""
        names = [field.name for field in self.entry.adopted.fields]
        fields = {name: next(islice(ways(self.entry, name), self.places.get(name, 0), None)) for name in names}
        return Written(fields, ways_of_tags(self.entry)[self.places.get(TAGS, 0)])

    def is_to_go_on(self, written: Written, verdicts: Sequence[Verdict], reason: str) -> bool:
        """Take note of what came of it, and take the next ways to write it; whether there is anything else to try.

        Without verdicts it was not built.
        """
        grades = [GRADES.index(verdict.grade) for verdict in verdicts]
        if not grades or max(grades) == len(GRADES) - 1:
            self.reason = self.reason or reason or "it is not built"
            return self._advance({field.name for field in self.entry.adopted.fields} | {TAGS})
        score = max(grades), sum(grades)
        if score < self.score:
            self.best, self.score = written, score
        worse = {verdict.field for verdict, grade in zip(verdicts, grades, strict=True) if grade > _ENOUGH}
        known = {field.name for field in self.entry.adopted.fields} | {TAGS}
        return bool(worse) and self._advance(worse if worse <= known else known)

    def _advance(self, fields: Iterable[str]) -> bool:
        is_moved = False
        for field in fields:
            place = self.places.get(field, 0) + 1
            others = ways_of_tags(self.entry) if field == TAGS else ways(self.entry, field)
            if any(True for _ in islice(others, place, None)):
                self.places[field] = place
                is_moved = True
        return is_moved


_ENOUGH = GRADES.index("seen equal")
"""What is at least this is not tried in another way."""


def _reasons(found: Iterable[Diagnostic], made: Sequence[File]) -> dict[str, str]:
    """Why notes are not built, by guid: the first error in each section."""
    by_path = {file.path: file for file in made}
    reasons: dict[str, str] = {}
    for one in found:
        file = by_path.get(one.span.path)
        if one.severity != "error" or not file:
            continue
        begins = [line for line, _ in file.begins]
        number = bisect_right(begins, one.span.line) - 1
        concerned = [entry for _, entry in file.begins] if number < 0 else [file.begins[number][1]]
        for entry in concerned:
            reasons.setdefault(entry.note.guid, f"{one.code}: {one.message}")
    return reasons


def beginning(note: PackedNote) -> str:
    """The beginning of a note's first field, for people, as `LeftOut` has it."""
    return title(next(iter(note.fields.values()), ""))[:60]
