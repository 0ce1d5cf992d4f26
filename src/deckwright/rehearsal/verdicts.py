"""Packages → what each learner has after an import, judged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from .. import package
from ..diff import Changes, NoteChange, Prediction, compare
from ..diff.field_text import title
from ..model import BESIDE
from ..package import Package
from .known import KNOWN
from .learners import LEARNERS, OLDEST, Import, Learner, Step, learners
from .process import Anki, AnkiFailed, running
from .promises import PROMISES, Case
from .seen import Life, Log, Seen


class Finding(msgspec.Struct, frozen=True):
    """What a learner loses, or is told of: a key of `PROMISES` or `KNOWN`, its sentence, and what it is about.

    `names` are the titles of notes, or the names of note types, decks or files; in `guids` are those of the notes.
    """

    what: str
    sentence: str
    names: tuple[str, ...]
    guids: tuple[str, ...] = ()


class Played(msgspec.Struct, frozen=True):
    """One learner: the log of the newest package's import, what is lost, and what else is told.

    Where nobody was played, `impossible` says why; where Anki refused a package, there is no log.
    """

    key: str
    title: str
    log: Log | None = None
    lost: tuple[Finding, ...] = ()
    told: tuple[Finding, ...] = ()
    impossible: str = ""


class Rehearsal(msgspec.Struct, frozen=True):
    """All learners, and whether Anki did what `diff` says: `done` is what it did to one who did nothing."""

    anki: str
    packages: tuple[str, ...]
    predicted: Prediction
    done: Prediction
    learners: tuple[Played, ...]

    @property
    def agrees(self) -> bool:
        return self.predicted == self.done

    @property
    def number(self) -> int:
        """How many learners were played."""
        return sum(not one.impossible for one in self.learners)

    @property
    def is_good(self) -> bool:
        """Whether nobody loses anything, and nothing was otherwise than predicted."""
        return self.agrees and not any(one.lost for one in self.learners)


def rehearse(
    paths: Sequence[Path],
    python: str | None = None,
    show: Callable[[int, int], None] = lambda done, total: None,
    silent: Mapping[int, frozenset[str]] = MappingProxyType({}),
) -> Rehearsal:
    """Play all learners who have the first package and import the last one; those in between are for some of them. Of a
    package alone, play somebody who has nothing of it yet.

    `python` is the interpreter of an environment with another Anki; `show` is told how many learners are done, and of how
    many. `silent` are the fields of note types that may change without an update, by note type id; of all others, they are ID
    and Source. Raises PackageError and OSError for a package that cannot be read, AnkiMissing and AnkiFailed.
    """
    held = [package.read(path) for path in paths]
    if len(held) == 1:
        return _first(paths[0], held[0], python)
    changes = compare(held[0], held[-1])
    playing = tuple(learners(len(paths)))
    with running(paths, python) as anki:
        references = [_reference(anki, number, path) for number, path in enumerate(paths)]
        types = {note.guid: silent.get(note.note_type_id, BESIDE) for note in held[-1].notes}
        known = frozenset(note.guid for note in changes.unreceived if not _matters(note, types[note.guid]))
        judge = _Judge(changes, references[0], references[-1], _titles([held[-1], *held[:-1]]), known)
        played = []
        for done, learner in enumerate(playing):
            show(done, len(playing))
            played.append(judge.play(anki, learner, len(paths)))
        show(len(playing), len(playing))
        return Rehearsal(
            anki.version, tuple(path.name for path in paths), changes.prediction, judge.done, tuple(played)
        )


def _first(path: Path, held: Package, python: str | None) -> Rehearsal:
    """Somebody who has nothing of the deck yet, and imports the package."""
    predicted = compare(Package("", (), (), (), {}), held).prediction
    with running([path], python) as anki:
        seen = _reference(anki, 0, path)
        came = {*seen.by_guid()}
        titles = _titles([held])
        away = tuple(note.guid for note in held.notes if note.guid not in came)
        lost = []
        if away:
            _, sentence, _ = PROMISES["content"]
            lost.append(Finding("content", sentence, tuple(titles[guid] for guid in away), away))
        if seen.missing:
            _, sentence, _ = PROMISES["media"]
            lost.append(Finding("media", sentence, tuple(sorted(seen.missing))))
        done = msgspec.structs.replace(
            predicted, new=len(seen.notes), new_cards=len(seen.cards), empty_cards=len(seen.empty)
        )
        played = Played("first", "has nothing of the deck yet", lost=tuple(lost))
        return Rehearsal(anki.version, (path.name,), predicted, done, (played,))


def _reference(anki: Anki, number: int, path: Path) -> Seen:
    """What somebody has who has this package and nothing else."""
    life = anki.live(number, [])
    if life.refused:
        raise AnkiFailed(f"Anki {anki.version} does not import {path.name}: {life.refused}")
    return life.seen[0]


def _titles(packages: Sequence[Package]) -> dict[str, str]:
    """What notes are called, by guid: by the first package that has them."""
    found: dict[str, str] = {}
    for held in packages:
        sort_fields = {kind.id: kind.sort_field for kind in held.note_types}
        for note in held.notes:
            if note.guid not in found:
                values = list(note.fields.values())
                first = sort_fields.get(note.note_type_id, 0)
                named = filter(None, map(title, [*values[first : first + 1], *values]))
                found[note.guid] = next(named, note.guid)
    return found


class _Judge:
    """What all learners are judged by. `done` is what the import did to the one who did nothing."""

    def __init__(
        self, changes: Changes, old: Seen, new: Seen, titles: Mapping[str, str], silent: frozenset[str]
    ) -> None:
        self.old, self.new = old, new
        self.titles = titles
        self.renumbered = [(note.guid, one) for note in changes.notes for one in note.renumbered]
        self.silent = silent
        self.done = Prediction(0, 0, 0, 0, 0, 0, False)

    def play(self, anki: Anki, learner: Learner, packages: int) -> Played:
        def numbered(step: Step) -> Step:
            return Import(step.package % packages, step.merge, step.always) if isinstance(step, Import) else step

        steps = [*learner.before, "look", *map(numbered, [*learner.imports, *learner.cure])]
        life = anki.live(OLDEST, steps)
        if life.impossible:
            return Played(learner.key, learner.title, impossible=life.impossible)
        if life.refused:
            refused = Finding("import", "Anki refuses the package", (life.refused,))
            return Played(learner.key, learner.title, lost=(refused,))
        before, after = life.seen
        if learner == LEARNERS[0]:
            self.done = _did(before, after, life)
        case = Case(learner, self.old, self.new, before, after, life.logs, self.renumbered, self.silent)
        lost, told = self._findings(PROMISES, case), self._findings(KNOWN, case)
        return Played(learner.key, learner.title, life.logs[learner.newest], lost, told)

    def _findings(
        self, table: Mapping[str, tuple[Callable[[Case], list[str]], str, bool]], case: Case
    ) -> tuple[Finding, ...]:
        findings = []
        for what, (find, sentence, is_of_notes) in table.items():
            if found := find(case):
                names = tuple(self.titles.get(guid, guid) for guid in found) if is_of_notes else tuple(found)
                findings.append(Finding(what, sentence, names, tuple(found) if is_of_notes else ()))
        return tuple(findings)


def _matters(note: NoteChange, silent: Collection[str]) -> bool:
    """Whether a note says something else: what does not is never made later by us, so that it updates nobody."""
    words = (field.words for field in note.fields if field.name not in silent)
    return bool(note.tags_added or note.tags_removed) or any(kind != "same" for found in words for kind, _ in found)


def _did(before: Seen, after: Seen, life: Life) -> Prediction:
    """What an import did, in the words of a prediction."""
    log = life.logs[0]
    return Prediction(
        new=log.new,
        updated=log.updated,
        duplicate=log.duplicate,
        conflicting=log.conflicting,
        new_cards=len(after.cards) - len(before.cards),
        empty_cards=len({*after.empty} - {*before.empty}),
        one_way_sync=after.schema != before.schema,
    )
