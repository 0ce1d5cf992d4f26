"""Notes that learners have already → the `deck.lock` of a project that has them from now on: the same notes, as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from .. import __version__, identity, package, program
from ..cache import LIBRARIES
from ..collection import Loaded
from ..identity import Assigned, Ledger
from ..identity.lines import ADOPTED, FORMAT, Head, Line
from ..package import Package
from ..release.contents import contents_digest
from .sections import Entry


def expected(deck_id: str, name: str, entries: Iterable[Entry]) -> Ledger:
    """The ledger by which the first build finds who each note is: its guid and its id, and nothing else yet."""
    lines = {
        entry.note.guid: Line(
            guid=entry.note.guid,
            nid=entry.note.note_id,
            id=entry.id,
            type=entry.adopted.key,
            key=(),
            match="",
            sketch="",
            explicit=True,
        )
        for entry in entries
    }
    return Ledger(Head(FORMAT, deck_id, (name,)), {}, lines)


def stamped(loaded: Loaded, mods: Mapping[str, int]) -> Ledger:
    """The ledger after the release as which an adoption counts.

    What was built is what learners have, though its HTML may be another: so it has the times that the notes had, `mods` by
    guid, in seconds of the Unix epoch. The release has the latest of them.
    """
    assigned, settings = loaded.assigned, loaded.collection.settings
    ledger = assigned.ledger
    lines = {guid: _dated(line, mods) for guid, line in ledger.lines.items()}
    now = max(*(line.mod for line in lines.values()), *(line.mod for line in ledger.types.values()))
    dated = replace(assigned, ledger=replace(ledger, lines=lines))
    made = identity.release(dated, settings, ADOPTED, now, _renderers())
    contents = _contents(loaded, made)
    return identity.sealed(made.ledger, contents.cards, contents_digest(contents), __version__)


def _dated(line: Line, mods: Mapping[str, int]) -> Line:
    return replace(line, draft=replace(line.draft, mod=mods[line.guid])) if line.draft else line


def _renderers() -> dict[str, str]:
    versions = program.versions()
    return {name: versions.get(program.normalised(name), "") for name in LIBRARIES}


def _contents(loaded: Loaded, made: Assigned) -> Package:
    """What the package holds when it is built with the ledger of the release."""
    lines = made.ledger.lines
    held = package.contents(replace(loaded.collection, note_types=made.note_types))
    return replace(held, notes=tuple(replace(note, mod=lines[note.guid].mod) for note in held.notes))
