"""A project → the ids that its sections lack, and the edits that write them, proved to change nothing else. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from .. import build, files, notes
from ..collection import Loaded
from ..compilation import Progress, remembering
from ..diagnostics import Diagnostic
from ..identity import Terms
from ..identity.ledger import Ledger
from ..limits import MAX_FILE_BYTES
from ..lint import baseline
from ..notes.kinds import table
from ..read import sections
from .edits import Edit, edit
from .gaps import Doubts, Gap, Known, gaps
from .naming import Origin, names
from .patch import patch
from .places import insertion
from .proof import Seen, differences
from .refusal import refusal

__all__ = ["Edit", "LeftOut", "Named", "Proposal", "patch", "propose", "refusal"]


class Named(msgspec.Struct, frozen=True):
    """A section that gets an id: its file and line, as they are now, its heading, the id, and where that comes from."""

    path: str
    line: int
    heading: str
    id: str
    origin: Origin


class LeftOut(msgspec.Struct, frozen=True):
    """A file or, with a `line`, a section that gets no id, and why."""

    path: str
    line: int
    reason: str

    @property
    def place(self) -> str:
        """As `cards/iam.md:12`."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Proposal(msgspec.Struct, frozen=True):
    """The edits, by path; the sections that they name, and what is left out, both by place; how many files were looked at.

    `blocking` are the errors that leave open which note is which. If there are any, the rest is empty.
    """

    edits: tuple[Edit, ...] = ()
    named: tuple[Named, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    files: int = 0
    blocking: tuple[Diagnostic, ...] = ()


def propose(
    root: Path,
    terms: Terms,
    only: Collection[str] | None = None,
    uncommitted: Iterable[str] = (),
    progress: Progress = lambda done, total: None,
) -> Proposal:
    """The ids that sections lack in the project in `root`. Raises OSError for what vanishes while it is read.

    `only` are the files to look at, relative to the root with `/`; None means all. `uncommitted` are files and folders that
    differ from the last commit: they are left out, as are links, and files with errors. Each file that is edited is
    compiled again, all together: one is left out, too, if its edit would change which note is which, or a message.
    """
    with remembering({}):
        loaded, found = build.load(root, terms, progress)
        errors = [each for each in found if each.severity == "error"]
        if loaded is None or loaded.is_blocked:
            return Proposal(blocking=tuple(errors))
        before = Seen(loaded, found)
        search = _Search(root, before, errors, only, {*uncommitted})
        held = search.gaps()
        given, known = written(root, loaded, errors), in_lock(loaded.before)
        edits, named = _edits(held, names(held, given, known), search)
        while edits:
            after, found = build.load(root, terms, instead={path: each.after for path, each in edits.items()})
            if after is None:
                return Proposal(blocking=tuple(found))
            wrong = differences(before, Seen(after, found), edits)
            if not wrong:
                break
            for path in {*wrong} & {*edits} or {*edits}:
                line, reason = wrong.get(path) or next(iter(wrong.values()))
                search.leave_out(path, line, reason)
                del edits[path]
    kept = tuple(each for each in named if each.path in edits)
    return Proposal(tuple(edits.values()), kept, tuple(search.left_out), search.number)


class _Search:
    """The files that are looked at, and what is left out of them."""

    def __init__(
        self,
        root: Path,
        before: Seen,
        errors: Sequence[Diagnostic],
        only: Collection[str] | None,
        uncommitted: set[str],
    ) -> None:
        self.left_out: list[LeftOut] = []
        self.data: dict[str, bytes] = {}
        self._root = root
        self._before = before
        self._errors = errors
        self._uncommitted = uncommitted
        settings = before.loaded.collection.settings
        self._files = [path for path in files.note_files(root, settings.cards) if only is None or path in only]
        self.number = len(self._files)

    def leave_out(self, path: str, line: int, reason: str) -> None:
        self.left_out.append(LeftOut(path, line, reason))

    def gaps(self) -> list[Gap]:
        """The sections that can get an id."""
        loaded = self._before.loaded
        ledger = loaded.before.lines
        by_file: dict[str, list[Known]] = defaultdict(list)
        for note, who in self._before.whole:
            by_file[note.span.path].append(Known(note, who, ledger.get(who.guid)))
        errors = {each.span.path: each for each in reversed(self._errors)}
        doubts: dict[str, dict[int, Diagnostic]] = defaultdict(dict)
        for each in self._before.found:
            if each.code.startswith("I"):
                doubts[each.span.path].setdefault(each.span.line, each)
        in_baseline = frozenset(id_ for _, id_ in baseline.read(self._root)[0])
        found: list[Gap] = []
        for path in self._files:
            held = by_file[path]
            if path in errors:
                self.leave_out(path, errors[path].span.line, f"it has an error, {errors[path].code}")
            elif all(known.note.id or known.note.group for known in held):
                continue
            elif reason := refusal(self._root, path, self._uncommitted):
                self.leave_out(path, 0, reason)
            else:
                self.data[path] = files.read(self._root / path, MAX_FILE_BYTES)
                of_file = Doubts(doubts[path], in_baseline, bool(self._errors))
                missing = gaps(
                    path,
                    self.data[path],
                    held,
                    loaded.collection.settings,
                    of_file,
                    kinds=table(loaded.notes.owned.kinds),
                )
                if missing is None:
                    self.leave_out(path, 0, "it changed while it was read")
                for gap in missing or ():
                    if gap.doubt:
                        self.leave_out(path, gap.line, gap.doubt)
                    else:
                        found.append(gap)
        return found


def _edits(
    held: Sequence[Gap], named: Sequence[tuple[str, Origin]], search: _Search
) -> tuple[dict[str, Edit], list[Named]]:
    """The edits that write the ids, by path, and the sections that get one."""
    insertions = defaultdict(list)
    told: list[Named] = []
    for gap, (id_, origin) in zip(held, named, strict=True):
        if made := insertion(gap.section, gap.place, id_):
            insertions[gap.path].append(made)
            told.append(Named(gap.path, gap.line, gap.titles[-1], id_, origin))
        else:
            search.leave_out(gap.path, gap.line, "it is not clear where the id is to stand")
    return {path: edit(path, search.data[path], made) for path, made in insertions.items()}, told


def written(root: Path, loaded: Loaded, errors: Iterable[Diagnostic]) -> set[str]:
    """The ids that stand in the notes, those of sections that are cut and of notes with errors among them."""
    given = {id_ for note in loaded.notes.written for id_ in (note.id, note.group)}
    owned = loaded.notes.owned.kinds
    for path in {each.span.path for each in errors if each.span.path.lower().endswith(".md")}:
        data = files.read(root / path, MAX_FILE_BYTES)
        given |= {id_ for id_, _ in notes.ids(path, data, owned)}
        given |= {section.tag.id for section in sections.read(path, data, table(owned).vocabulary)[0]}
    return given - {""}


def in_lock(held: Ledger) -> set[str]:
    """All that notes, and sections, are or were called in deck.lock."""
    return {id_ for line in held.lines.values() for id_ in (line.id, line.group, *line.was)} - {""}
