"""A project before and after edits → whether every note is still the same, and every message too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from ..collection import Loaded
from ..diagnostics import Diagnostic
from ..model import Candidate, Identity, Note, Span
from ..notetypes.own import Own
from .edits import Edit


class Seen(msgspec.Struct, frozen=True):
    """A project as it was loaded, and all that was found."""

    loaded: Loaded
    found: list[Diagnostic]

    @property
    def whole(self) -> list[tuple[Candidate, Identity]]:
        """The notes, and who each is."""
        who = (each for each in self.loaded.assigned.identities if each)
        return [*zip(self.loaded.notes.written, who, strict=True)]


def differences(before: Seen, after: Seen, edits: Mapping[str, Edit]) -> dict[str, tuple[int, str]]:
    """What the edits change besides ids, by the path of the file: the line before the edits, and what it is.

    A note that deck.lock knows must be the same in all; one that was never built may get another guid, and another ID on
    its card: nobody has it. Of the files that are not edited, only who their notes are is compared: what is in them is
    the same.
    """
    told = _messages(before.found, after.found, edits)
    old, new = before.whole, after.whole
    if len(old) != len(new):
        path = next((a.span.path for (a, _), (b, _) in zip(old, new, strict=False) if a.span.path != b.span.path), "")
        return told or {path or (old or new)[-1][0].span.path: (0, "another number of notes")}
    known = before.loaded.before.lines
    for (note, who), (_, other) in zip(old, new, strict=True):
        if who != other and who.guid in known:
            told.setdefault(note.span.path, (note.span.line, _identity(who, other)))
        elif who.numbers != other.numbers or (who.guid in known) != (other.guid in known):
            told.setdefault(note.span.path, (note.span.line, "the note would be another one"))
    held = zip(_files(before), _files(after), strict=True)
    for (path, own), (_, others) in held:
        if path in edits and path not in told:
            for one, made in zip(own, others, strict=True):
                if name := _content(one, made, one.guid in known, before.loaded.notes.owned):
                    told[path] = one.span.line, f"{name} of the note would change"
                    break
    return told


def _messages(
    before: Iterable[Diagnostic], after: Iterable[Diagnostic], edits: Mapping[str, Edit]
) -> dict[str, tuple[int, str]]:
    """The messages that come or go, by file."""
    keys = [(_moved(each, edits), each.span.line) for each in before]
    lines = dict(keys)
    old = Counter(key for key, _ in keys)
    new = Counter(_told(each) for each in after)
    told: dict[str, tuple[int, str]] = {}
    for key in [*(new - old), *(old - new)]:
        path, line, _, code, *_ = key
        came = "there would be a new message" if new[key] > old[key] else "a message would go"
        told.setdefault(path, (lines.get(key, line), f"{came}, {code}"))
    return told


_Key = tuple[str, int, int, str, str, tuple[object, ...]]


def _told(found: Diagnostic) -> _Key:
    """What is compared of a message: its file, line, column, code and severity, and what its words depend on."""
    return found.span.path, found.span.line, found.span.column, found.code, found.severity, found.arguments


def _moved(found: Diagnostic, edits: Mapping[str, Edit]) -> _Key:
    """The same of a message before the edits, as it should be after them: an argument may be a place too."""
    path, line, column, code, severity, arguments = _told(found)
    if path in edits:
        line, column = edits[path].moved(line, column)
    return path, line, column, code, severity, tuple(_moved_place(each, edits) for each in arguments)


def _moved_place(argument: object, edits: Mapping[str, Edit]) -> object:
    path, _, line = argument.rpartition(":") if isinstance(argument, str) else ("", "", "")
    return f"{path}:{edits[path].moved(int(line), 1)[0]}" if path in edits and line.isdecimal() else argument


def _identity(who: Identity, other: Identity) -> str:
    """What is another of a note that deck.lock knows."""
    if who.guid != other.guid or who.note_id != other.note_id:
        return "the note would be another one"
    if who.mod != other.mod:
        return "the note would count as changed"
    return "its cards would have other numbers" if who.numbers != other.numbers else "its ID would be another"


def _files(seen: Seen) -> Iterable[tuple[str, Iterable[Note]]]:
    """The notes of each file. They are made as they are asked for."""
    notes = seen.loaded.notes
    return ((path, made) for (path, _, _), (_, made) in zip(notes.files(), notes.parts(), strict=True))


def _content(one: Note, other: Note, is_known: bool, owned: Own) -> str:
    """What of a note's content is another; empty if nothing is."""
    ours, theirs = (compared(note, is_known, owned) for note in (one, other))
    for name in dict.fromkeys([*ours.fields, *theirs.fields]):
        if ours.fields.get(name) != theirs.fields.get(name):
            return name
    return "something" if ours != theirs else ""


def compared(note: Note, is_known: bool, owned: Own) -> Note:
    """The note without its place and, if nobody has it yet, without what it is called."""
    note = replace(note, span=_NOWHERE)
    if is_known:
        return note
    ids = dict.fromkeys(owned.id_fields(note.note_type), "")
    return replace(note, guid="", note_id=0, id="", fields={**note.fields, **ids})


_NOWHERE = Span("")


def lineless(arguments: Iterable[object]) -> tuple[object, ...]:
    """The arguments of a message; those that are places, as `cards/iam.md:12`, without their lines, which may be others."""
    return tuple(_LINE.sub("", each) if isinstance(each, str) else each for each in arguments)


_LINE = re.compile(r":\d+$")
