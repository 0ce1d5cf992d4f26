"""What could cost learners their progress → told, or refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from ..diagnostics import Diagnostic
from ..diagnostics.identity import (
    ambiguous,
    ambiguous_draft,
    duplicate_id,
    frozen_setting,
    gone_deck,
    guessed,
    many_retired,
    other_name,
    other_type,
    recycled,
    renamed,
    reused,
    rewritten,
    same_name,
    unfollowed_was,
    unknown_was,
)
from ..model import Candidate, Settings, Span
from ..names import unused
from ..sketches import words
from .ledger import FILE, Ledger
from .lines import Line
from .matching import Matches

MOST_RETIRED = 1 / 10
"""The share of the released notes that may leave the deck unasked. A single note always may."""


LEAST_LEFT = 1 / 10
"""The share of their words that two texts of one note have in common, or it is told. Of 323 rewordings in the deck of this
repository, all have kept an eighth; of pairs of its notes that have nothing to do with each other, three in five share less.
"""

LEAST_TOLD = 8
"""How many words both texts must have for that."""


def unique_ids(notes: Sequence[Candidate], ledger: Ledger) -> tuple[list[int], list[Diagnostic]]:
    """The places of the notes, without those whose id belongs to another: the note that had it, else the first one."""
    ids = [note.id for note in notes if note.id]
    if len(set(ids)) == len(ids):
        return [*range(len(notes))], []
    texts = {line.id: line.match for line in ledger.lines.values()}
    named = [(place, note) for place, note in enumerate(notes) if note.id][::-1]
    owner = {note.id: place for place, note in named}
    owner |= {note.id: place for place, note in named if texts.get(note.id) == note.match}
    taken = texts.keys() | owner.keys()
    kept, found = [], []
    for place, note in enumerate(notes):
        if not note.id or owner[note.id] == place:
            kept.append(place)
        else:
            found.append(duplicate_id(note.span, note.id, notes[owner[note.id]].span.place, unused(note.id, taken)))
    return kept, found


def same_names(notes: Iterable[Candidate]) -> list[Diagnostic]:
    """Items, rows or cells that a section with an id has under one name, told once, at the second of them."""
    named: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for note in notes:
        if note.group and note.path and not note.id:
            named[note.group, note.path[-1]].append(note)
    several = (held for held in named.values() if len(held) > 1)
    return [same_name(held[1].span, held[1].path[-1], held[1].group, len(held)) for held in several]


def other_deck(settings: Settings, ledger: Ledger, rename: bool) -> list[Diagnostic]:
    """A project copied from another one, before its first release: it has the id of that deck, and a name of its own."""
    names = ledger.head.names
    if not names or names[-1] == settings.name or rename or ledger.head.frozen:
        return []
    return [other_name(Span(FILE), names[-1], settings.name)]


def frozen_settings(notes: Iterable[Candidate], settings: Settings, ledger: Ledger, partial: bool) -> list[Diagnostic]:
    """What may not change after the first release, and decks that cards cannot follow.

    `partial` says that notes are missing because of errors, so that no deck is known to be without notes.
    """
    frozen = ledger.head.frozen
    if not frozen:
        return []
    pairs = (("name", frozen.name, settings.name), ("tag_prefix", frozen.tag_prefix, settings.tag_prefix))
    found = [frozen_setting(Span(FILE), key, was, now) for key, was, now in pairs if was != now]
    gone = [] if found or partial else sorted(set(frozen.decks) - {note.deck for note in notes})
    return found + [gone_deck(Span(FILE), deck) for deck in gone]


def matched(n: int, notes: Sequence[Candidate], matches: Matches, retire: bool) -> list[Diagnostic]:
    """What is doubtful about the line that was found for the note `n`, or about finding none."""
    note, line = notes[n], matches.lines.get(n)
    if line is None:
        lines = matches.ambiguous.get(n, [])
        at_stake = any(line.released for line in lines) and not retire
        if not lines:
            return []
        names = [line.name for line in lines]
        if at_stake:
            return [ambiguous(note.span, names)]
        return [ambiguous_draft(note.span, names, [line.id for line in lines], bool(note.id))]
    if line.released and n in matches.guessed:
        return [guessed(note.span, line.name, matches.guessed[n])]
    if line.released and n in matches.recycled:
        return [recycled(note.span, line.id, notes[matches.recycled[n]].span.place)]
    if line.retired not in ("", "draft") and note.match not in line.texts:
        return [reused(note.span, line.id, line.retired)]
    if line.released and line.explicit and line.id == note.id and _is_rewritten(note, line):
        return [rewritten(note.span, line.id, line.name)]
    return []


def _is_rewritten(note: Candidate, line: Line) -> bool:
    """Whether the text of a note has hardly a word of the one before. Of a short text a word or two may be all that was meant
    to stay.
    """
    if note.match in line.texts:
        return False
    held, before = words(note.sketch), words(line.sketch)
    if min(len(held), len(before)) < LEAST_TOLD:
        return False
    return len(held & before) < LEAST_LEFT * len(held | before)


def new_note(note: Candidate, gone: Sequence[Line], retire: bool) -> list[Diagnostic]:
    """What says that a note without a line is not new. The lines that are `gone` are released, and have no note now."""
    if note.id and not retire:
        for line in gone:
            if line.explicit and line.type == note.note_type and note.match in line.texts:
                return [renamed(note.span, line.id, note.id)]
    for line in gone:
        is_it = line.id == note.id or line.key == note.path or note.match in line.texts
        if is_it and line.type != note.note_type:
            return [other_type(note.span, line.name, line.type, note.note_type)]
    return []


def former_id(note: Candidate, line: Line | None, known: Collection[tuple[str, str]]) -> list[Diagnostic]:
    """A `was` that names no note, or one that this note did not become. `line` is as before this build.

    `known` has the ids and the note types of the ledger: without any, as in a first build, nothing is known.
    """
    if not note.was or not known or (line and note.was in (line.id, *line.was)):
        return []
    if all(id_ != note.was for id_, _ in known):
        return [unknown_was(note.span, note.was)]
    if (note.was, note.note_type) not in known:
        return [unfollowed_was(note.span, note.was, "that note has another note type")]
    is_own = line is not None and line.id == note.id
    why = f"deck.lock has `{note.id}` as a note of its own" if is_own else "another note has that id, or the same `was`"
    return [unfollowed_was(note.span, note.was, why)]


def retired(going: Sequence[Line], live: int) -> list[Diagnostic]:
    """Too many released notes that leave the deck at once. `live` is how many there were."""
    if len(going) < 2 or len(going) / live <= MOST_RETIRED:
        return []
    return [many_retired(Span(FILE), len(going), live, [line.name for line in going])]
