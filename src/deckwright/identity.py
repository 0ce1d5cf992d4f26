"""Notes as written → notes with their identity: guid, note id, ID, cloze numbers and time of change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .diagnostics import Diagnostic, declare
from .model import Deletion, Family, Note, Settings
from .tags import slug

NAMESPACE = "deckwright/guid/1"
"""Part of every guid: frozen for ever."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def guid(deck_id: str, family: Family, key: str, n: int = 0) -> str:
    """The guid of a note, for ever: the first 80 bits, in base 62, of a SHA-256 over what makes the note this one.

    `key` is the explicit id or, where there is none, the section's path and the note's text when first seen, parted by
    the control character US. `n` is 0, or the first value whose guid no other note has. 14 characters of 0–9A–Za–z.
    """
    digest = hashlib.sha256("\x1f".join((NAMESPACE, deck_id, family, key, str(n))).encode()).digest()
    value, characters = int.from_bytes(digest[:10], "big"), []
    for _ in range(14):  # 62 ** 14 > 2 ** 80
        value, digit = divmod(value, len(_ALPHABET))
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))


def assign(notes: Iterable[Note], settings: Settings, now: int) -> tuple[list[Note], list[Diagnostic]]:
    """Give every note its identity. Of several with one explicit id the first keeps it, the others are errors."""
    found: list[Diagnostic] = []
    notes = list(notes)
    written = {note.id: note for note in reversed(notes) if note.id}
    made: list[Note] = []
    guids: set[str] = set()
    ids = set(written)
    for note in notes:
        if note.id and written[note.id] is not note:
            first = written[note.id].span
            free = next(f"{note.id}-{n}" for n in range(2, len(ids) + 3) if f"{note.id}-{n}" not in ids)
            found.append(duplicate_id(note.span, note.id, f"{first.path}:{first.line}", free))
            continue
        key = note.id or "\x1f".join((note.group, *note.path, note.match))
        own = next(g for n in range(len(notes) + 1) if (g := guid(settings.id, note.family, key, n)) not in guids)
        guids.add(own)
        id_ = note.id or _mint_id(note, own, ids)
        ids.add(id_)
        fields = {**note.fields, "ID": id_}
        made.append(replace(note, guid=own, fields=fields, mod=now, numbers=_numbers(note.deletions)))
    return _with_note_ids(made, now), found


def _mint_id(note: Note, own: str, taken: set[str]) -> str:
    """A readable ID for a note without one of its author's: of its section's id or its heading, and its guid's end."""
    name = slug(note.path[-1])[:40].strip("-") or note.family
    wanted = f"{note.group}.{name}" if note.group else f"{name}-{own[-4:].lower()}"
    return (
        wanted
        if wanted not in taken
        else next(w for n in range(2, len(taken) + 3) if (w := f"{wanted}-{n}") not in taken)
    )


def _with_note_ids(notes: Sequence[Note], now: int) -> list[Note]:
    """Note ids in the milliseconds of the day before `now`, by guid, far enough apart for 500 cards each.

    Anki shows a note's id as the time of its creation and renumbers ids in the future.
    """
    taken: set[int] = set()
    made = []
    for note in notes:
        slot = int(hashlib.sha256(note.guid.encode()).hexdigest(), 16) % 172_800
        while slot in taken:
            slot = (slot + 1) % 172_800
        taken.add(slot)
        made.append(replace(note, note_id=now * 1000 - (slot + 1) * 500))
    return made


def _numbers(deletions: Sequence[Deletion]) -> tuple[int, ...]:
    """The card of each deletion: the number given by hand, else the next free one; equal answers share theirs."""
    taken = {deletion.number for deletion in deletions if deletion.number}
    by_answer: dict[str, int] = {}
    numbers = []
    for deletion in deletions:
        number = deletion.number or by_answer.get(deletion.text)
        if number is None:
            number = next(n for n in range(1, len(deletions) + len(taken) + 2) if n not in taken)
            taken.add(number)
            by_answer[deletion.text] = number
        numbers.append(number)
    return tuple(numbers)


@declare("I001")
def duplicate_id(id_: str, first: str, free: str) -> tuple[str, str]:
    """Two notes have one id.

    An id names one note of the deck, for ever: learners' progress hangs on it.
    Bad:
        ## What is a user? {.basic #user}
        A person or a service.

        ## What is a group? {.basic #user}
        Users with equal rights.
    Good:
        ## What is a user? {.basic #user}
        A person or a service.

        ## What is a group? {.basic #group}
        Users with equal rights.
    """
    return f"the id `{id_}` belongs to the note at {first} already", f"give this note another: `{free}` is free"
