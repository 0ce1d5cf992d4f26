"""A project before and after edits → whether exactly the notes that were proposed are new, and all else is as it was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from .. import lint, texts
from ..collection import Loaded
from ..diagnostics import Diagnostic
from ..ids.proof import compared, lineless
from ..model import Note
from .changes import Moves
from .proposals import Card, Proposal


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a proposal: the line of the note, counted from 0 in the file as it was, None if it is all of them; and
    why.
    """

    line: int | None
    reason: str


class Seen(msgspec.Struct, frozen=True):
    """A project as it was loaded: its notes by file, all that was found, and what the rules for cards say."""

    loaded: Loaded
    notes: Mapping[str, Sequence[Note]]
    found: Sequence[Diagnostic]
    alarms: Sequence[lint.Alarm]


class Verdict(msgspec.Struct, frozen=True):
    """What is wrong with each proposal, by its place among them; and the cards of each that is sound."""

    faults: Mapping[int, Sequence[Fault]]
    cards: Mapping[int, tuple[Card, ...]]


def see(root: Path, loaded: Loaded, settings_found: Iterable[Diagnostic]) -> Seen:
    """What there is of a project in `root` once it is loaded. `settings_found` is all that loading it has found."""
    notes: defaultdict[str, list[Note]] = defaultdict(list)
    for note in loaded.collection.notes:
        notes[note.span.path].append(note)
    findings = loaded.findings
    told = (findings.first, *findings.files.values(), findings.then, settings_found)
    alarms = lint.check(loaded.collection, loaded.notes.written, loaded.notes.numbers(), root)
    return Seen(loaded, notes, [*dict.fromkeys(chain.from_iterable(told))], alarms)


def judge(before: Seen, after: Seen, proposals: Sequence[Proposal]) -> Verdict:
    """What the proposals make of a project, seen before and after all of them are made.

    A proposal is sound if as many notes come from it as it says, without a new message and without an alarm of the rules for cards.
    Every other note must be the same in all; one that was never built may get another guid: nobody has it.
    """
    places = _Places(proposals)
    faults: defaultdict[int, list[Fault]] = defaultdict(list)
    new: defaultdict[int, list[Note]] = defaultdict(list)
    others: defaultdict[str, list[Note]] = defaultdict(list)
    for path, held in after.notes.items():
        for note in held:
            owner = places.owner(path, note.span.line - 1)
            (others[path] if owner is None else new[owner]).append(note)
    _compare_messages(before, after, places, faults)
    _compare_alarms(before, after, places, new, faults)
    _compare_notes(before, others, places, faults)
    cards: dict[int, tuple[Card, ...]] = {}
    for number, proposal in enumerate(proposals):
        if not faults[number] and (not new[number] or proposal.number not in (0, len(new[number]))):
            faults[number].append(Fault(None, f"it makes {len(new[number])} notes, not {proposal.number or 'one'}"))
        cards[number] = tuple(card for note in new[number] for card in _cards(note, after, places))
    return Verdict({number: told for number, told in faults.items() if told}, cards)


def cards(note: Note, loaded: Loaded, line: int) -> list[Card]:
    """The cards of a note of ours, whose line is told."""
    read = texts.of_note(note, loaded.collection.note_types[note.note_type])
    context = " › ".join(filter(None, (read.context.replace("\n", " "), read.header.replace("\n", " "))))
    return [Card(context, card.question, card.answer, note.id, line) for card in read.cards]


def _cards(note: Note, after: Seen, places: _Places) -> list[Card]:
    return cards(note, after.loaded, places.then(note.span.path, note.span.line - 1) + 1)


class _Places:
    """Which proposal a line belongs to, afterwards and before."""

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        of_files: defaultdict[str, list[tuple[int, Proposal]]] = defaultdict(list)
        for number, proposal in enumerate(proposals):
            of_files[proposal.change.path].append((number, proposal))
        self._moves = {path: Moves(proposal.change for _, proposal in held) for path, held in of_files.items()}
        self._of_files: Mapping[str, list[tuple[int, Proposal]]] = of_files
        self._afterwards = {path: _spans(held) for path, held in of_files.items()}

    def owner(self, path: str, line: int) -> int | None:
        """The proposal that a line of the edited file belongs to."""
        spans = self._afterwards.get(path, ())
        return next((number for number, lines in spans if line in lines), None)

    def owner_before(self, path: str, line: int) -> int | None:
        """The proposal that a line of the file as it was belongs to."""
        held = self._of_files.get(path, ())
        return next((number for number, proposal in held if proposal.first <= line < proposal.end), None)

    def then(self, path: str, line: int) -> int:
        return self._moves[path].then(line) if path in self._moves else line

    def of(self, path: str) -> list[int]:
        """The proposals of a file; all if it has none."""
        everywhere = [number for held in self._of_files.values() for number, _ in held]
        return [number for number, _ in self._of_files.get(path, ())] or everywhere


def _spans(held: Iterable[tuple[int, Proposal]]) -> list[tuple[int, range]]:
    """The lines of each proposal in the edited file, by place. They are counted once: every note and message is looked up here."""
    spans: list[tuple[int, range]] = []
    grown = 0
    for number, proposal in sorted(held, key=lambda pair: pair[1].change):
        begin = proposal.first + grown
        grown += proposal.change.growth
        spans.append((number, range(begin, proposal.end + grown)))
    return spans


_Faults = defaultdict[int, list[Fault]]


def _compare_messages(before: Seen, after: Seen, places: _Places, faults: _Faults) -> None:
    """Tell of each message that is new to the proposal that it stands in; or to all of its file."""
    old = Counter(_told(each, places.owner_before(each.span.path, each.span.line - 1), each.span.line - 1)
                  for each in before.found)  # fmt: skip
    for each in after.found:
        path, line = each.span.path, each.span.line - 1
        owner, then = places.owner(path, line), places.then(path, line)
        key = _told(each, owner, then)
        if old[key]:
            old[key] -= 1
            continue
        for number in [owner] if owner is not None else places.of(path):
            faults[number].append(Fault(then if owner is not None else None, f"{each.code}: {each.message}"))


def _told(found: Diagnostic, owner: int | None, line: int) -> tuple[object, ...]:
    """What is compared of a message. An argument that ends in a line may have moved."""
    place = found.span.path, line if owner is None else -1, owner
    return *place, found.code, found.severity, lineless(found.arguments)


def _compare_alarms(
    before: Seen, after: Seen, places: _Places, new: Mapping[int, Sequence[Note]], faults: _Faults
) -> None:
    """Tell of each alarm of the rules for cards that is new."""
    ours = {note.id: (number, note.span) for number, held in new.items() for note in held}
    old = Counter((alarm.id, alarm.diagnostic.code) for alarm in before.alarms)
    for alarm in after.alarms:
        found = alarm.diagnostic
        reason = f"{found.code}: {found.message}"
        if alarm.id in ours:
            number, span = ours[alarm.id]
            faults[number].append(Fault(places.then(span.path, span.line - 1), reason))
        elif old[alarm.id, found.code]:
            old[alarm.id, found.code] -= 1
        else:
            for number in places.of(found.span.path):
                faults[number].append(Fault(None, f"another note would break a rule: {reason}"))


def _compare_notes(before: Seen, others: Mapping[str, Sequence[Note]], places: _Places, faults: _Faults) -> None:
    """Tell of the files in which a note that was there would become another one."""
    known, owned = before.loaded.before.lines, before.loaded.notes.owned
    for path in {*before.notes, *others}:
        old, now = before.notes.get(path, ()), others.get(path, ())
        if len(old) == len(now) and all(
            compared(one, one.guid in known, owned) == compared(other, one.guid in known, owned)
            for one, other in zip(old, now, strict=True)
        ):
            continue
        for number in places.of(path):
            faults[number].append(Fault(None, "a note that is there would become another one"))
