"""What Anki is known to do to learners, and what they are told of: nobody was promised anything else."""

from __future__ import annotations

from collections.abc import Callable

from .promises import NAMES, NOTES, Case


def overwritten(case: Case) -> list[str]:
    if case.learner.always:
        return []
    return [note.guid for note in case.overwritten if case.is_changed(note.guid) and not case.is_later(note.guid)]


def asked(case: Case) -> list[str]:
    return [note.guid for note in case.overwritten] if case.learner.always and not case.learner.cure else []


def blocked(case: Case) -> list[str]:
    if case.learner.always:
        return []
    return [guid for guid in case.notes_before if case.is_changed(guid) and case.is_later(guid)]


def silent(case: Case) -> list[str]:
    return [guid for guid in case.notes_before if guid in case.silent]


def restyled(case: Case) -> list[str]:
    return sorted(
        case.before.note_types[id_].name
        for id_, is_changed in case.shared_types()
        if is_changed and case.before.note_types[id_].look not in (case.old.note_types[id_].look, case.after.note_types[id_].look)
    )  # fmt: skip


def returned(case: Case) -> list[str]:
    return [guid for guid in case.new_notes if guid in case.old_notes and guid not in case.notes_before]


def stuck(case: Case) -> list[str]:
    return list(case.logs[0].stuck) if case.learner.cure and case.logs else []


def retired(case: Case) -> list[str]:
    return [guid for guid in case.notes_after if guid in case.old_notes and guid not in case.new_notes]


def emptied(case: Case) -> list[str]:
    came = {*case.after.empty} - {*case.before.empty}
    return case.after.guids(card for card in case.after.cards if card.id in came)


def decks_made(case: Case) -> list[str]:
    return sorted({*case.after.decks.values()} - {*case.before.decks.values()})


def synced(case: Case) -> list[str]:
    return ["one-way sync"] if case.learner.cure and case.before.schema != case.after.schema else []


KNOWN: dict[str, tuple[Callable[[Case], list[str]], str, bool]] = {
    "overwritten": (overwritten, "own edits are overwritten, since the notes changed", NOTES),
    "asked": (asked, "own edits are overwritten, as asked", NOTES),
    "blocked": (blocked, "own edits are later than the notes’ new version, which therefore does not arrive", NOTES),
    "silent": (silent, "other markup, another source or another ID updates nobody", NOTES),
    "restyled": (restyled, "changes of the styling are replaced, since the deck’s own changed", NAMES),
    "returned": (returned, "deleted notes come back", NOTES),
    "stuck": (stuck, "notes cannot be updated until it is put right", NAMES),
    "synced": (synced, "to put it right takes a one-way sync", NAMES),
    "retired": (retired, "notes that left the deck stay", NOTES),
    "emptied": (emptied, "cards ask nothing any more: Tools › Empty Cards removes them", NOTES),
    "decks made": (decks_made, "decks are made", NAMES),
}
"""As `promises.PROMISES`: what is told of a learner who loses nothing by it."""
