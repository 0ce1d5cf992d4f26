"""A project, as it is before anything is proposed, and where drafts of notes are named and proved."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from .. import build, files, ids
from ..collection import Loaded
from ..compilation import Progress
from ..identity import Terms
from ..ids import naming
from ..limits import MAX_FILE_BYTES
from ..notes.kinds import table
from . import proof
from .changes import Change, applied
from .known import Cards
from .passages import Passage, passages
from .proof import Seen
from .proposals import LeftOut, Proposal, Report


class Draft(Protocol):
    """Notes that could be made of a passage; `titles` are the headings above them, as plain text."""

    @property
    def passage(self) -> Passage: ...
    @property
    def titles(self) -> tuple[str, ...]: ...

    def proposal(self, data: bytes, id_: str) -> Proposal:
        """What is proposed, for `data`, the content of the file, and an id."""

    def without(self, lines: Collection[int]) -> Draft | None:
        """The same without the notes that begin on some lines; None if too little remains, or they cannot be left out."""


class Desk:
    """A project, as it is before anything is proposed, and where proposals are proved. `before` is None if which note is which
    is open: `blocking` says why.
    """

    def __init__(self, root: Path, terms: Terms, progress: Progress = lambda done, total: None) -> None:
        self.root = root
        self.left_out: list[LeftOut] = []
        self.data: dict[str, bytes] = {}
        self.looked_at = 0
        self.before: Seen | None = None
        self._terms = terms
        loaded, found = build.load(root, terms, progress)
        self._errors = [each for each in found if each.severity == "error"]
        self.blocking = () if loaded and not loaded.is_blocked else tuple(self._errors)
        if loaded and not loaded.is_blocked:
            self.before = proof.see(root, loaded, found)

    @property
    def loaded(self) -> Loaded:
        """The project. Only where `before` is not None."""
        assert self.before
        return self.before.loaded

    def readable(self, only: Collection[str] | None, uncommitted: Iterable[str]) -> list[str]:
        """The files that can be edited; why the others cannot be is in `left_out`."""
        errors = {each.span.path: each for each in reversed(self._errors)}
        differing = {*uncommitted}
        paths: list[str] = []
        for path in files.note_files(self.root, self.loaded.collection.settings.cards):
            if only is not None and path not in only:
                continue
            self.looked_at += 1
            if path in errors:
                self.left_out.append(LeftOut(path, errors[path].span.line, "", f"it has an error, {errors[path].code}"))
            elif reason := ids.refusal(self.root, path, differing):
                self.left_out.append(LeftOut(path, 0, "", reason))
            else:
                self.data[path] = files.read(self.root / path, MAX_FILE_BYTES)
                paths.append(path)
        return paths

    def passages(self, path: str) -> list[Passage]:
        """The passages of a file that can be edited."""
        return passages(path, self.data[path], table(self.loaded.notes.owned.kinds).vocabulary)

    def proved(self, found: Sequence[Draft]) -> list[Proposal]:
        """The proposals that drafts are, by place: those that are sound. A part of a passage that is not is left out of it, where
        enough remains; why others are left out is in `left_out`.
        """
        named = self._names(found)
        live = {number: (draft, named[number]) for number, draft in enumerate(found)}
        while live:
            made = {n: draft.proposal(self.data[draft.passage.file.path], id_) for n, (draft, id_) in live.items()}
            verdict = self.judged([*made.values()])
            if not verdict.faults:
                sound = [replace(one, cards=verdict.cards[place]) for place, one in enumerate(made.values())]
                return sorted(sound, key=lambda one: one.change)
            for place, number in enumerate(made):
                if told := verdict.faults.get(place):
                    draft, id_ = live.pop(number)
                    lines = {fault.line for fault in told if fault.line is not None}
                    is_whole = any(fault.line is None for fault in told)
                    if rest := None if is_whole else draft.without(lines):
                        live[number] = rest, id_
                    else:
                        self.leave_out(made[number], told[0].reason)
            live = dict(sorted(live.items()))
        return []

    def cards(self) -> Cards:
        """The cards of all notes that are there."""
        assert self.before
        known = Cards()
        for held in self.before.notes.values():
            for note in held:
                for card in proof.cards(note, self.loaded, 0):
                    known.add(card.question, card.answer)
        return known

    def report(self, sound: Iterable[Proposal]) -> Report:
        """The proposals, and all that is left out."""
        return Report(tuple(sound), tuple(self.left_out), self.looked_at, self.data)

    def leave_out(self, proposal: Proposal, reason: str) -> None:
        """Remember that a proposal is not made, and why."""
        self.left_out.append(LeftOut(proposal.path, proposal.line, proposal.rule, reason, proposal.given))

    def judged(self, proposals: Sequence[Proposal]) -> proof.Verdict:
        """What comes of proposals, all of them made together."""
        assert self.before
        by_path: defaultdict[str, list[Change]] = defaultdict(list)
        for each in proposals:
            by_path[each.change.path].append(each.change)
        instead = {path: applied(self.data[path], held) for path, held in by_path.items()}
        after, found = build.load(self.root, self._terms, instead=instead)
        assert after  # The settings are the same, and have been read.
        return proof.judge(self.before, proof.see(self.root, after, found), proposals)

    def _names(self, drafts: Sequence[Draft]) -> list[str]:
        """An id for each draft that no note has or had."""
        nameless = [naming.New(draft.titles, _spare(draft), draft.passage.file.path) for draft in drafts]
        taken = ids.written(self.root, self.loaded, self._errors)
        return [id_ for id_, _ in naming.names(nameless, taken, ids.in_lock(self.loaded.before))]


def _spare(draft: Draft) -> str:
    """An id for a heading without Latin letters."""
    return "n" + hashlib.sha256("\n".join((draft.passage.file.path, *draft.titles)).encode()).hexdigest()[:6]
