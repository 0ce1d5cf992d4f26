"""What somebody has in Anki, what they once imported, and the notes as they are → what was edited, and what cannot come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import msgspec

from ..amounts import count
from ..diff.field_text import title
from ..limits import MAX_PULLED_FIELD
from ..model import NoteType, OwnKind
from ..package import Package, PackedNote
from .marked import healed
from .naming import Naming
from .normal import Node, key, told
from .reading import normal

LEARNERS_TAGS = frozenset({"leech", "marked"})
"""Tags that Anki gives to a note, or its user by a key: they say nothing of the note."""


_OLDER = "it changed in a release that this copy has not: name the package that was imported, --base FILE"


class Copy(Protocol):
    """A collection of somebody: see `adopt.found.Source`."""

    @property
    def notes(self) -> tuple[PackedNote, ...]: ...

    @property
    def note_types(self) -> Mapping[int, NoteType]: ...

    @property
    def media(self) -> tuple[str, ...]: ...

    @property
    def read_media(self) -> Callable[[str], bytes]: ...


class Unmapped(msgspec.Struct, frozen=True):
    """An edit that does not become Markdown: the guid and the ID of the note, its place, the field, and why. `was` and `now` are
    the texts of the field; `mine` is that of the project, where it has a third one.
    """

    guid: str
    id: str
    place: str
    field: str
    reason: str
    was: str = ""
    now: str = ""
    mine: str = ""


class Edited(msgspec.Struct, frozen=True):
    """A note that was edited: its fields then, by name, and the tags that came and went, as Anki has them."""

    note: PackedNote
    fields: Mapping[str, str]
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()


class Found(msgspec.Struct):
    """All that a copy says: the edits, what cannot come back, and how many notes it lacks, has besides, and has as they are.
    `older` are those that are as an older release had them, `retired` those that the project had once, `beside` those of other
    decks.
    """

    edits: list[Edited] = []
    unmapped: list[Unmapped] = []
    missing: list[str] = []
    same: int = 0
    older: int = 0
    retired: int = 0
    beside: int = 0
    learners_tags: int = 0


class Project(msgspec.Struct, frozen=True):
    """What of a project is compared: its notes as they are, the place of each by its guid, its own kinds of notes by the ids of their
    note types, and the release that first had a note with a time of change, by guid and time; empty if none is known. `called` are
    its files by their own names, with their digests, `ids` the IDs of its notes by guid, and `retired` the guids of those that it
    had once.
    """

    package: Package
    places: Mapping[str, str]
    own: Mapping[int, OwnKind]
    released: Callable[[str, int], str]
    called: Mapping[str, str] = {}
    ids: Mapping[str, str] = {}
    retired: Collection[str] = ()


def compare(copy: Copy, base: Package, project: Project, files: Naming) -> Found:
    """What was edited in a copy of the project's notes, since the package `base` was imported. `files` are those of the copy: see
    `theirs`.
    """
    return _Comparison(copy, base, project, files).found()


def theirs(copy: Copy, base: Package, project: Project) -> Naming:
    """What tells the files of a copy apart."""
    return Naming(project.package.media, base.media, copy.read_media, project.called)


class _Comparison:
    def __init__(self, copy: Copy, base: Package, project: Project, files: Naming) -> None:
        self._copy = copy
        self._project = project
        self._types = {note_type.id: note_type for note_type in project.package.note_types}
        self._base = {note.guid: note for note in base.notes}
        self._present = {note.guid: note for note in project.package.notes}
        self._theirs = files
        self._ours = Naming(project.package.media, base.media)
        self._found = Found()
        self._moved: Counter[tuple[str, str]] = Counter()
        self._lacking: Counter[str] = Counter()  # in how many notes of the copy a field is not there
        self._outdated: list[int] = []  # when notes last changed of which the copy has an older state

    def found(self) -> Found:
        guids: set[str] = set()
        decks = {deck.name for deck in self._project.package.decks}
        for theirs in self._copy.notes:
            guids.add(theirs.guid)
            present, base = self._present.get(theirs.guid), self._base.get(theirs.guid)
            if present:
                self._note(theirs, base or present, present)
            elif base or theirs.guid in self._project.retired:
                self._gone(theirs, base)
            elif any(card.deck in decks for card in theirs.cards):
                reason = "it is new: write it into the notes, and deckwright ids gives it an id"
                self._tell(theirs, "", reason, "", _whole(theirs))
            else:
                self._found.beside += 1
        if self._outdated:
            self._set_apart()
        self._found.missing = [
            self._name(note) for guid, note in self._present.items() if guid in self._base and guid not in guids
        ]
        for (old, new), number in self._moved.items():
            notes = f"{number} notes are" if number > 1 else "1 note is"
            self._found.unmapped.append(
                Unmapped(
                    "", "", "", "", f"{notes} in the deck “{new}” and not in “{old}”: decks are set in the front matter"
                )
            )
        for name, number in self._lacking.items():
            reason = f"{count(number, 'note')} of the copy {'has' if number == 1 else 'have'} no such field"
            self._found.unmapped.append(Unmapped("", "", "", name, f"{reason}: it was renamed or removed"))
        return self._found

    def _set_apart(self) -> None:
        """Take out the edits of notes that changed in a release that the copy has not: they may only say what an older one said."""
        since = min(self._outdated)
        kept = []
        for edited in self._found.edits:
            base = self._base.get(edited.note.guid)
            if base is None or base.mod < since:
                kept.append(edited)
                continue
            for name, now in edited.fields.items():
                was = told(self._seen(edited.note.fields.get(name, ""), True))
                self._tell(edited.note, name, _OLDER, was, told(normal(now, True, self._theirs)))
        self._found.edits = kept

    def _note(self, theirs: PackedNote, base: PackedNote, present: PackedNote) -> None:
        before = len(self._found.unmapped)
        note_type = self._types[present.note_type_id]
        cloze = note_type.family != "basic"
        edited: dict[str, str] = {}
        for name, mine in present.fields.items():
            now = theirs.fields.get(name)
            was = base.fields.get(name, "")
            if now is None:
                self._lacking[name] += 1
                continue
            if now in (mine, was):
                continue
            if (length := max(len(now), len(was))) > MAX_PULLED_FIELD:
                self._tell(present, name, f"it has {length:,} characters, and {MAX_PULLED_FIELD:,} are looked at")
                continue
            now = healed(now, was)
            seen = normal(now, cloze, self._theirs)
            as_was, as_mine = self._seen(was, cloze), self._seen(mine, cloze)
            if key(seen) in (key(as_mine), key(as_was)):
                continue
            reason = self._refusal(name, note_type)
            if theirs.mod < base.mod:
                self._outdated.append(base.mod)
                if self._project.released(theirs.guid, theirs.mod):
                    self._found.older += 1
                    return
                reason = reason or _OLDER
            elif key(as_was) != key(as_mine):
                reason = reason or "it changed here too"
            if reason:
                self._tell(present, name, reason, told(as_was), told(seen), told(as_mine) if as_mine != as_was else "")
            else:
                edited[name] = now
        added, removed = self._tags(theirs, base, present)
        self._deck(theirs, present)
        if edited or added or removed:
            self._found.edits.append(Edited(present, edited, added, removed))
        elif len(self._found.unmapped) == before:
            self._found.same += 1

    def _seen(self, html: str, cloze: bool) -> tuple[Node, ...]:
        return normal(html, cloze, self._ours)

    def _refusal(self, name: str, note_type: NoteType) -> str:
        """Why a field cannot be edited in Anki; empty if it can."""
        own = self._project.own.get(note_type.id)
        parts = {field.name: field.part for field in own.fields} if own else {"ID": "id", "Context": "context"}
        part = parts.get(name)
        if part == "id":
            return "an ID is set in the notes alone"
        if part == "context":
            return "the context of a note are the headings above it"
        if note_type.family == "occlusion" and name in ("Occlusion", "Image", "Comments"):
            return "masks and their picture are edited with deckwright masks"
        return ""

    def _tags(
        self, theirs: PackedNote, base: PackedNote, present: PackedNote
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        now, was, mine = ({tag.casefold(): tag for tag in note.tags} for note in (theirs, base, present))
        self._found.learners_tags += bool(LEARNERS_TAGS & {*now} - {*mine})
        if theirs.mod < base.mod:
            return (), ()
        added = tuple(now[tag] for tag in now if tag not in was and tag not in mine and tag not in LEARNERS_TAGS)
        removed = tuple(mine[tag] for tag in was if tag not in now and tag in mine)
        return added, removed

    def _deck(self, theirs: PackedNote, present: PackedNote) -> None:
        old = {card.ord: card.deck for card in present.cards}
        for card in theirs.cards:
            if card.ord in old and card.deck != old[card.ord]:
                self._moved[old[card.ord], card.deck] += 1
                return

    def _gone(self, theirs: PackedNote, base: PackedNote | None) -> None:
        before = len(self._found.unmapped)
        self._tell_gone(theirs, base or theirs)
        self._found.retired += len(self._found.unmapped) == before

    def _tell_gone(self, theirs: PackedNote, base: PackedNote) -> None:
        changed = [name for name, now in theirs.fields.items() if now != base.fields.get(name, now)]
        for name in changed:
            was, now = self._seen(base.fields[name], False), normal(theirs.fields[name], False, self._theirs)
            if key(was) != key(now):
                self._tell(theirs, name, "the note is no more in the project", told(was), told(now))

    def _tell(self, note: PackedNote, field: str, reason: str, *texts: str) -> None:
        place = self._project.places.get(note.guid, "")
        self._found.unmapped.append(Unmapped(note.guid, self._name(note), place, field, reason, *texts))

    def _name(self, note: PackedNote) -> str:
        """What people know a note by: its ID, or what its first field with words says."""
        if known := self._project.ids.get(note.guid) or note.fields.get("ID"):
            return known
        titles = [*filter(None, map(title, note.fields.values()))]
        return next((each for each in titles if not each.isdigit()), "") or "".join(titles[:1]) or note.guid


def _whole(note: PackedNote) -> str:
    return " · ".join(filter(None, map(title, note.fields.values())))[:200]
