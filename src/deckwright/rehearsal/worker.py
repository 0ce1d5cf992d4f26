"""The program of the process with the real Anki: what a learner does comes in, what the learner then has goes out.

`workers` says how it is run. Nothing of ours is imported, since the Python that runs it may be another one, from 3.9 on, with
another version of Anki: it then gets no folders to import from. Its other arguments are a folder for all that it makes, how
many bytes of memory it may use, and the packages, from the oldest to the newest.

A request is a line of JSON: {"start": the number of the package that the learner begins with, "steps": what follows}. A step is
the name of one of the `deeds`, "look", or {"import": the number of a package, "merge": …, "always": …}. The answer has what
was seen at each "look" and at the end, and the log of each import; or "refused", why Anki refused a package;
or "impossible", why the learner cannot do this.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

IF_NEWER, ALWAYS = 0, 1
"""Of `ImportAnkiPackageUpdateCondition` in anki's proto/anki/import_export.proto."""

SCHEDULE = "due, ivl, factor, left, lapses, odue, odid, data"
"""The columns of a card that say when it is asked, beside its type and how often it was; its deck, its flag and its queue,
which says whether it is suspended or buried, are told by themselves.
"""


def main() -> None:
    """Answer the requests that come through the standard input, through the standard output."""
    if found := json.loads(sys.argv[1]):
        sys.path[:] = found
    folder, memory, *packages = sys.argv[2:]
    requests, answers = _streams()
    _limit(int(memory))
    for name in ("TMPDIR", "TMP", "TEMP"):
        os.environ[name] = folder

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()

    try:
        from importlib.metadata import version

        import anki.collection  # noqa: F401

        say({"anki": version("anki")})
    except ImportError as error:
        say({"missing": str(error)})
        return
    stage = Stage(Path(folder), packages)
    for line in requests:
        say(_answer(stage, json.loads(line)))


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """The input, and the output for answers alone: as `workers.streams`, which cannot be imported here."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return sys.stdin.buffer, answers


def _limit(memory: int) -> None:
    """Where the system can, let Anki have no more memory than this."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, resource.getrlimit(resource.RLIMIT_AS)[1]))


class ImpossibleError(Exception):
    """The learner cannot do this with these packages; the message says why."""


def _answer(stage: Stage, request: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a learner. A fault in Anki's Rust code is no Exception, but a BaseException."""
    try:
        return stage.live(request["start"], request["steps"])
    except ImpossibleError as error:
        return {"impossible": str(error)}
    except BaseException as error:
        return {"refused": _plain(error) or type(error).__name__}


def _plain(error: BaseException) -> str:
    """A message as Anki shows it, without its HTML and the marks around what it quotes."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"[\u2066-\u2069]", "", str(error))).split())


class Stage:
    """The packages; and for each of them a collection that has it and nothing else, which learners begin with.

    `notes` are those of each package as they are in it: by guid, their time of change and what they say.
    """

    def __init__(self, folder: Path, packages: list[str]) -> None:
        self.folder = folder
        self.packages = packages
        self.deeds = _deeds()
        self.notes: list[dict[str, tuple[int, str]]] = []
        self.note_types: list[dict[int, int]] = []
        self.refused: dict[int, str] = {}
        for number in range(len(packages)):
            self.notes.append({})
            self.note_types.append({})
            self._begin(number)

    def live(self, start: int, steps: list[Any]) -> dict[str, Any]:
        """The life of one learner."""
        if start in self.refused:
            return {"refused": self.refused[start]}
        copy = self.folder / "learner"
        reviewed = steps[:1] == ["review"]
        source = self._reviewed(start) if reviewed else self._base(start)
        _copy(source, copy)
        learner = Learner(self, start, copy)
        try:
            seen: list[dict[str, Any]] = []
            logs: list[dict[str, Any]] = []
            for step in steps[reviewed:]:
                if step == "look":
                    seen.append(look(learner.col))
                elif isinstance(step, str):
                    learner.do(step)
                else:
                    logs.append(learner.update(step["import"], step["merge"], step["always"]))
            return {"seen": [*seen, look(learner.col)], "logs": logs}
        finally:
            learner.col.close()
            shutil.rmtree(copy, ignore_errors=True)

    def _base(self, number: int) -> Path:
        return self.folder / f"package-{number}"

    def _begin(self, number: int) -> None:
        """Import a package into an empty collection, and remember what it then has, or why Anki refuses it."""
        folder = self._base(number)
        folder.mkdir()
        learner = Learner(self, number, folder)
        try:
            try:
                learner.update(number, False, False)
            except BaseException as error:
                self.refused[number] = _plain(error) or type(error).__name__
            rows = learner.col.db.all("SELECT guid, mod, flds || char(31) || tags FROM notes ORDER BY id")
            self.notes[number] = {guid: (mod, text) for guid, mod, text in rows}
            self.note_types[number] = dict(learner.col.db.all("SELECT id, mtime_secs FROM notetypes"))
        finally:
            learner.col.close()

    def _reviewed(self, start: int) -> Path:
        """The folder of a learner who has the package and has answered cards. It is made once, for many learners."""
        folder = self.folder / f"reviewed-{start}"
        if not folder.exists():
            made = self.folder / "learner"
            _copy(self._base(start), made)
            learner = Learner(self, start, made)
            try:
                learner.do("review")
            finally:
                learner.col.close()
            made.rename(folder)
        return folder


def _deeds() -> dict[str, Any]:
    """What learners do, by name. There is no package of ours to import it from."""
    spec = importlib.util.spec_from_file_location("deeds", Path(__file__).with_name("deeds.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.DEEDS)


def _copy(source: Path, target: Path) -> None:
    """Copy a closed collection. Its media files are the same on the disk where that is possible: Anki never changes one."""
    shutil.rmtree(target, ignore_errors=True)  # Somebody may have got stuck there.
    target.mkdir()
    for path in source.iterdir():
        if path.is_file():
            shutil.copy2(path, target / path.name)
    media = source / "collection.media"
    if media.is_dir():
        shutil.copytree(media, target / media.name, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class Learner:
    """A learner's collection, opened; it began with the package of the number `start`."""

    def __init__(self, stage: Stage, start: int, folder: Path) -> None:
        from anki.collection import Collection

        self.stage = stage
        self.start = start
        col: Any = Collection
        self.col = col(str(folder / "collection.anki2"))
        self.col.db.execute("PRAGMA synchronous = OFF")  # It need not outlast this process.

    def do(self, deed: str) -> None:
        """Do what one of the `deeds` says. What Anki refuses, nobody can have done: the package has a fault."""
        from anki.errors import BackendError

        try:
            problem = self.stage.deeds[deed](self)
        except BackendError as error:
            problem = f"Anki refuses it: {_plain(error)}"
        if problem:
            raise ImpossibleError(problem)

    def update(self, number: int, merge: bool, always: bool) -> dict[str, Any]:
        """Import a package, as a learner does who has set these two options, and no other. The log."""
        from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

        condition: Any = ALWAYS if always else IF_NEWER
        options = ImportAnkiPackageOptions(merge_notetypes=merge, update_notes=condition)
        request = ImportAnkiPackageRequest(package_path=self.stage.packages[number], options=options)
        log = self.col.import_anki_package(request).log
        self.forget()
        self._as_if_then(number, [entry.id.nid for entry in log.updated])
        counted = {what: len(getattr(log, what)) for what in ("new", "updated", "duplicate", "conflicting")}
        stuck = [next(filter(None, entry.fields), "") for entry in log.conflicting]  # Their ids are nobody's.
        return {**counted, "stuck": stuck}

    def _as_if_then(self, number: int, notes: list[int]) -> None:
        """Let updated notes have changed when their package was made: up to 24.11, Anki writes the time of the import.

        Learners import a release before the next one is made, so it would not be theirs that blocks it.
        """
        times = self.stage.notes[number]
        then = max((mod for mod, _ in times.values()), default=0)
        for id_ in notes:
            if self._mod(id_) != times.get(self._guid(id_), (0, ""))[0]:
                self.date({id_: then})

    def forget(self) -> None:
        """Let Anki's Python look at the note types anew: an import changes them behind its back."""
        self.col.models._clear_cache()

    def date(self, times: dict[int, int]) -> None:
        """Let notes, by their ids, have been changed at these times."""
        self.col.db.executemany("UPDATE notes SET mod = ? WHERE id = ?", [(time, id_) for id_, time in times.items()])

    def ids(self, what: str) -> list[int]:
        """All ids of "notes" or "cards"."""
        return list(self.col.db.list(f"SELECT id FROM {what} ORDER BY id"))

    def used_types(self) -> Iterable[dict[str, Any]]:
        """The note types that have notes: those of the packages."""
        return [self.col.models.get(id_) for id_ in self.col.db.list("SELECT DISTINCT mid FROM notes ORDER BY mid")]

    def before_release(self, id_: int) -> int:
        """When the learner can have edited a note for the newest package to be later: a second before, if it is newer."""
        mod, newest = self._mod(id_), self.stage.notes[-1].get(self._guid(id_), (0, ""))[0]
        return newest - 1 if newest > mod else mod + 1

    def after_release(self, id_: int) -> int:
        """When the learner has edited a note that will be later than the newest package."""
        return max(self._mod(id_), self.stage.notes[-1].get(self._guid(id_), (0, ""))[0]) + 1

    def changed_first(self) -> list[int]:
        """The ids of all notes: first those about which the newest package says something else."""
        old, new = self.stage.notes[self.start], self.stage.notes[-1]
        rows = self.col.db.all("SELECT id, guid FROM notes ORDER BY id")
        return [id_ for id_, guid in sorted(rows, key=lambda row: old.get(row[1]) == new.get(row[1]))]

    def _mod(self, id_: int) -> int:
        return self.col.db.scalar("SELECT mod FROM notes WHERE id = ?", id_) or 0

    def _guid(self, id_: int) -> str:
        return self.col.db.scalar("SELECT guid FROM notes WHERE id = ?", id_) or ""


# What a learner has


def look(col: Any) -> dict[str, Any]:
    """All that was promised to stay or to come. Contents are digests: only whether they are the same matters."""
    media = Path(col.media.dir())
    return {
        "notes": [
            [id_, guid, type_, mod, " ".join(sorted(tags.split())), *_of_fields(_RENAMED.sub("", fields))]
            for id_, guid, type_, mod, tags, fields in col.db.all("SELECT id, guid, mid, mod, tags, flds FROM notes")
        ],
        "cards": [
            [id_, note, ord_, deck, flag, queue, _digest(repr(schedule)), any(schedule[:2])]
            for id_, note, ord_, deck, flag, queue, *schedule in col.db.all(
                f"SELECT id, nid, ord, did, flags & 7, queue, type, reps, {SCHEDULE} FROM cards"
            )
        ],
        "reviews": [[id_, card, _digest(repr(rest))] for id_, card, *rest in col.db.all("SELECT * FROM revlog")],
        "note_types": {str(made["id"]): [made["name"], int(made["mod"]), _look_of(made)] for made in col.models.all()},
        "decks": {str(deck.id): deck.name for deck in col.decks.all_names_and_ids()},
        "schema": col.db.scalar("SELECT scm FROM col"),
        "empty": [id_ for note in col.get_empty_cards().notes for id_ in note.card_ids],
        "missing": list(col.media.check().missing),
        "stylesheets": {path.name: _digest(path.read_text("utf-8", "replace")) for path in media.glob("_*.css")},
    }


def _of_fields(text: str) -> list[str]:
    """A digest of the fields in their order, and one that is the same in any order, and with more fields that are empty."""
    return [_digest(text), _digest(repr(sorted(filter(None, text.split("\x1f")))))]


_RENAMED = re.compile(r"-[0-9a-f]{40}(?=\.\w)")
"""What Anki puts into the name of a file when it has another of the same name."""


def _look_of(note_type: dict[str, Any]) -> str:
    sides = [[template["qfmt"], template["afmt"]] for template in note_type["tmpls"]]
    return _digest(json.dumps([note_type["css"], sides]))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


if __name__ == "__main__":
    main()
