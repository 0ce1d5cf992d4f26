"""A file of notes → its sections that have no id, with what their notes are called now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from .. import notes
from ..diagnostics import Diagnostic
from ..identity.lines import Line
from ..model import Candidate, Identity, Settings
from ..names import ID
from ..notes.context import Context
from ..notes.kinds import Table
from ..read import sections
from ..read.sections import Section
from .places import Place, places


class Known(msgspec.Struct, frozen=True):
    """A note as it was built or would be: what identity saw of it, who it is, and its line in deck.lock, if it has one."""

    note: Candidate
    who: Identity
    line: Line | None


class Doubts(msgspec.Struct, frozen=True):
    """What keeps sections of a file from getting an id: messages about who a note is, by its line; the IDs that
    deck.baseline names; whether notes elsewhere have errors, so that nobody knows which lines of deck.lock are theirs.
    """

    found: Mapping[int, Diagnostic]
    baseline: frozenset[str]
    is_partial: bool


class Gap(msgspec.Struct, frozen=True):
    """A section without an id, and its notes. `titles` are the headings above it and its own, as plain text.

    `kept` is the id that deck.lock has for it, empty if it has none. `spare` is one that is made up. `doubt` says why the
    section cannot be given an id; empty if it can.
    """

    section: Section
    place: Place
    titles: tuple[str, ...]
    kept: str
    spare: str
    doubt: str

    @property
    def path(self) -> str:
        """The file, relative to the project's root with `/`."""
        return self.section.file.path

    @property
    def line(self) -> int:
        """The line of the heading, counted from 1."""
        return self.section.span.line


def gaps(
    path: str, data: bytes, held: Sequence[Known], settings: Settings, doubts: Doubts, *, kinds: Table
) -> list[Gap] | None:
    """The sections without an id in `data`, the content of the file at `path`; None if its notes are others than `held`,
    those that were loaded, in document order. `kinds` are those of the project.
    """
    context = Context()
    read, _ = sections.read(path, data, kinds.vocabulary)
    made = [(section, notes.make(section, settings, context, kinds.kinds)[0]) for section in read]
    spans = [note.span for _, written in made for note in written]
    if spans != [known.note.span for known in held]:
        return None
    headings = places(read[0].document) if read else {}
    left = iter(held)
    missing: list[Gap] = []
    for section, written in made:
        own = [next(left) for _ in written]
        if not section.tag.id and any(not known.note.id for known in own):
            nameless = [known for known in own if not known.note.id]
            doubt = _doubt(section, nameless, doubts)
            titles = nameless[0].note.path
            titles = titles[:-1] if section.tag.cut else titles
            tail = nameless[0].who.guid[-5:].lower()
            spare = tail if section.tag.cut else nameless[0].who.id
            place = headings[section.title.first]
            missing.append(Gap(section, place, titles, _kept(section, nameless), spare, doubt))
    return missing


def _kept(section: Section, own: Sequence[Known]) -> str:
    """The id that deck.lock has: of a note its own, of a section that is cut that of the section, if all parts have it."""
    if not section.tag.cut:
        return own[0].line.id if own[0].line else ""
    groups = {known.line.group for known in own if known.line}
    return groups.pop() if len(groups) == 1 else ""


def _doubt(section: Section, own: Sequence[Known], doubts: Doubts) -> str:
    """Why a section cannot be given an id without asking its author; empty if it can."""
    for known in own:
        if doubt := doubts.found.get(known.note.span.line):
            return f"{doubt.code}: {doubt.message}"
        if doubts.is_partial and known.line and known.line.key != known.note.path:
            return (
                "it has other headings in deck.lock, and whose that line is is not sure while other notes have errors"
            )
        if not known.line and known.who.id in doubts.baseline:
            return f"deck.baseline names the note {known.who.id}, which was never built: build first"
    if section.tag.cut:
        names = [known.note.path[-1] for known in own]
        if double := next((name for name in names if names.count(name) > 1), None):
            return f"several of its notes ask for “{double}”, so that an id cannot tell them apart"
    if kept := _kept(section, own):
        return "" if ID.fullmatch(kept) else f"learners know it as “{kept}”, which cannot be an id"
    return ""
