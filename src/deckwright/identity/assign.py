"""Notes as written, and the ledger → the identity of each note, and the ledger as it is then: the order of things.

Identity is the guid, the note id, the ID that learners search for, the number of each cloze, and the time of change by
which Anki decides whether an import updates a note.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from ..diagnostics import Diagnostic, has_errors
from ..model import Candidate, Identity, NoteType, Settings
from . import guards, stamps
from .heirs import heirs
from .ledger import Ledger
from .lines import Line, Type
from .matching import Matches, match
from .minting import Minting
from .numbers import kept, number


class Terms(msgspec.Struct, frozen=True):
    """The terms on which identities are given. `now` is in seconds of the Unix epoch.

    `retire` allows more than a tenth of the released notes to go. `renumber` has the IDs of notes whose released answers
    may move to other numbers. `rename` accepts another name of the deck, before its first release. `partial` says that
    notes are missing because of errors, so that no line may go.
    """

    now: int
    retire: bool = False
    renumber: frozenset[str] = frozenset()
    rename: bool = False
    partial: bool = False


class Assigned(msgspec.Struct, frozen=True):
    """What became of all notes: the identity of each, in the order given, None for one with an error; the new ledger.

    `note_types` are those of the notes, by key, with their times of change; `decks` those that have notes, sorted.
    """

    identities: list[Identity | None]
    note_types: Mapping[str, NoteType]
    decks: tuple[str, ...]
    ledger: Ledger
    diagnostics: list[Diagnostic]

    @property
    def new(self) -> int:
        """How many notes came to the deck since the last release."""
        return sum(not line.retired and line.released is None for line in self.ledger.lines.values())

    @property
    def changed(self) -> int:
        """How many notes have another content than in the last release. A hotfix that was merged counts."""
        return self.ledger.changed

    @property
    def kept(self) -> int:
        """How many notes are as they were in the last release."""
        return sum(map(_is_out, self.ledger.lines.values())) - self.changed

    @property
    def back(self) -> int:
        """How many notes of the deck had left it in the last release, or before."""
        return sum(bool(line.back) for line in self.ledger.lines.values())

    @property
    def retired(self) -> int:
        """How many notes left the deck since the last release."""
        return sum(bool(line.released and line.retired == "draft") for line in self.ledger.lines.values())


def assign(
    candidates: Sequence[Candidate],
    note_types: Mapping[str, NoteType],
    ledger: Ledger,
    settings: Settings,
    terms: Terms,
) -> Assigned:
    """Give every note its identity: the one that it has in the ledger, or a new one. Nothing is read or written.

    1. An id belongs to one note alone; settings and note types are as they were released (`guards`, `stamps`).
    2. Each note finds its line (`matching`) or gets a new one (`minting`), unless that is in doubt (`guards`).
    3. Its deletions get their numbers (`numbers`), and its content its time of change (`stamps`).
    4. The lines that no note has retire. Those that were never released go, unless a note in doubt may be theirs.

    `note_types` has the note type of every candidate, by its key.
    """
    single, found = guards.unique_ids(candidates, ledger)
    notes = [candidates[place] for place in single]
    partial = terms.partial or bool(found)
    found += guards.same_names(notes)
    found += guards.frozen_settings(notes, settings, ledger, partial)
    found += guards.other_deck(settings, ledger, terms.rename)
    types, type_lines, wrong = _types({note.note_type for note in candidates}, note_types, ledger, terms.now)
    found += wrong

    families = {key: note_type.family for key, note_type in types.items()}
    minting = Minting(settings.id, ledger, notes, families, terms.now)
    before = minting.apart(ledger.lines)
    matches = match(notes, before.values(), families)
    known = {(line.id, line.type) for line in before.values()} if any(note.was for note in notes) else set()
    gone: list[Line] | None = None
    identities: list[Identity | None] = [None] * len(candidates)
    lines: dict[str, Line] = {}
    for n, note in enumerate(notes):
        line = matches.lines.get(n)
        if line and not note.was:
            numbers = kept(note, line)
            if numbers is not None and stamps.is_current(note, line, numbers):
                lines[line.guid] = line
                identities[single[n]] = Identity(line.guid, line.nid, line.id, line.mod, numbers)
                continue
        told = guards.matched(n, notes, matches, terms.retire)
        if line is None and not has_errors(told):
            gone = _gone(before, matches) if gone is None else gone
            told += guards.new_note(note, gone, terms.retire)
        told += guards.former_id(note, line, known)
        found += told
        if has_errors(told):
            continue
        line = line or minting.line(note)
        # A mask is known by its name alone; one that is written as text, in a note type of the project, is a deletion.
        by_name = families[note.note_type] == "occlusion" and bool(note.mode)
        numbered, wrong = number(note, line, by_name=by_name, may_move=line.id in terms.renumber)
        found += wrong
        if numbered is None:
            continue
        line = stamps.note(note, numbered, terms.now)
        lines[line.guid] = line
        if given_up := matches.given_up.get(n):
            del before[given_up.guid]
        identities[single[n]] = Identity(line.guid, line.nid, line.id, line.mod, numbered.numbers)

    _order_twins(candidates, identities)
    doubted = {line.guid for held in matches.ambiguous.values() for line in held}
    left, wrong = _left(before, lines, doubted, terms.retire, partial or len(lines) < len(notes))
    found += wrong
    decks = {note.deck for note, identity in zip(candidates, identities, strict=True) if identity}
    names = ledger.head.names if ledger.head.names[-1:] == (settings.name,) else (*ledger.head.names, settings.name)
    after = Ledger(replace(ledger.head, names=names), type_lines, {**left, **lines})
    return Assigned(identities, types, tuple(sorted(decks)), after, found)


def _order_twins(candidates: Sequence[Candidate], identities: list[Identity | None]) -> None:
    """Give notes without ids that are equal in all, also in their place, their identities in the order of the guids.

    Any of them is as right as any other. But the next build, which finds them by their text, must not exchange them.
    """
    texts = Counter(note.match for note in candidates)
    twins: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for n, note in enumerate(candidates):
        if texts[note.match] > 1 and not note.id and identities[n]:
            same = note.note_type, note.group, note.path, note.deck, note.match, note.source, note.shipped
            twins[same].append(n)
    for places in twins.values():
        theirs = sorted((who for n in places if (who := identities[n])), key=lambda who: who.guid)
        for n, who in zip(places, theirs, strict=True):
            identities[n] = who


def _types(
    used: Collection[str], note_types: Mapping[str, NoteType], ledger: Ledger, now: int
) -> tuple[dict[str, NoteType], dict[str, Type], list[Diagnostic]]:
    """The note types in use with their times of change, and the lines of these and of all that were in use before."""
    types, lines, found = {}, dict(ledger.types), []
    for key, note_type in note_types.items():
        if key in used:
            lines[key], wrong = stamps.note_type(key, note_type, ledger.types.get(key), now)
            types[key] = replace(note_type, mod=lines[key].mod)
            found += wrong
    return types, lines, found


def _gone(before: Mapping[str, Line], matches: Matches) -> list[Line]:
    """The released lines that were in use, and that no note has now."""
    taken = {line.guid for line in matches.lines.values()}
    return [line for line in before.values() if line.guid not in taken and line.released and not line.retired]


def _left(
    before: Mapping[str, Line], lines: Mapping[str, Line], doubted: Collection[str], retire: bool, partial: bool
) -> tuple[dict[str, Line], list[Diagnostic]]:
    """The lines without a note: those released retire, others go. If notes are missing, all stay as they are.

    Of the others, those stay until the next release whose note a new one may be: its author may still say so.
    """
    left = {guid: line for guid, line in before.items() if guid not in lines}
    if partial or not left:
        return left, []
    going = [line for line in left.values() if _is_out(line)]
    live = sum(map(_is_out, before.values()))
    found = [] if retire else guards.retired(going, live)
    held = {(line.id, line.type) for line in lines.values()}
    drafts = [line for line in left.values() if not line.released and (line.id, line.type) not in held]
    new = [line for guid, line in lines.items() if guid not in before or before[guid].retired]
    taken = {old.guid for old, _ in heirs([line for line in drafts if not line.retired], new)}
    kept = {line.guid for line in drafts if line.retired or line.guid in taken or line.guid in doubted}
    return {
        guid: line if line.retired else replace(line, retired=line.back or "draft", back="")
        for guid, line in left.items()
        if line.released or guid in kept
    }, found


def _is_out(line: Line) -> bool:
    """Whether a note is in the last release, as far as it is known here."""
    return bool(line.released and not line.retired and not line.back)
