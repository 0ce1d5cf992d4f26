"""A project and edits of its files → what is not right with them: they are built, all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from .. import build
from ..collection import Loaded
from ..diagnostics import Diagnostic
from ..identity import Terms
from ..ids.proof import compared, lineless
from ..model import Identity, Note
from .bench import Bench
from .replacements import replaced
from .ways import Way


def prove(
    root: Path, terms: Terms, bench: Bench, ways: Mapping[str, Mapping[str, Way]]
) -> tuple[Loaded, dict[str, str]] | None:
    """The project with edits of its files, and why they are not right, by guid: of the note that is edited, or of another one that
    would change. None if there is no project any more.

    `ways` are the edits by file and by guid; those of one file are for different words. Whether the notes that are edited become
    what they should is not looked at.
    """
    instead: dict[str, bytes] = {}
    for path, of_notes in ways.items():
        data = replaced(bench.data(path), [each for way in of_notes.values() for each in way])
        assert data is not None
        instead[path] = data
    loaded, found = build.load(root, terms, instead=instead)
    if loaded is None:
        return None
    edited = {guid for of_notes in ways.values() for guid in of_notes}
    wrong: dict[str, str] = {}
    old, new = _identities(bench.loaded), _identities(loaded)
    for guid, who in old.items():
        now = new.get(guid)
        if now is None or (guid in edited and (who.note_id, who.id) != (now.note_id, now.id)):
            wrong[guid] = "the note would be another one"
        elif guid not in edited and who != now:
            wrong[guid] = "the note would change too"
    before, after = _contents(bench.loaded, ways), _contents(loaded, ways)
    for guid, note in before.items():
        if guid not in edited and guid not in wrong and after.get(guid) != note:
            wrong[guid] = "the note would change too"
    wrong |= _messages(bench.found, found, loaded, edited)
    return loaded, wrong


def _identities(loaded: Loaded) -> dict[str, Identity]:
    return {who.guid: who for who in loaded.assigned.identities if who}


def _contents(loaded: Loaded, paths: Iterable[str]) -> dict[str, Note]:
    """The notes in some files without their places, by guid."""
    wanted = {*paths}
    owned = loaded.notes.owned
    found: dict[str, Note] = {}
    for (path, _, _), (_, made) in zip(loaded.notes.files(), loaded.notes.parts(), strict=True):
        if path in wanted:
            found |= {note.guid: compared(note, True, owned) for note in made}
    return found


def _messages(
    before: Iterable[Diagnostic], after: Iterable[Diagnostic], loaded: Loaded, edited: Iterable[str]
) -> dict[str, str]:
    """The messages that would come, by the guid of the note that is edited nearest to their place."""
    known = Counter(map(_told, before))
    wrong: dict[str, str] = {}
    for each in after:
        if known[_told(each)]:
            known[_told(each)] -= 1
            continue
        places = sorted(
            (abs(loaded.spans[guid].line - each.span.line), guid)
            for guid in edited
            if guid in loaded.spans and loaded.spans[guid].path == each.span.path
        )
        if places:
            wrong.setdefault(places[0][1], f"there would be a new message, {each.code}: {each.message}")
    return wrong


def _told(found: Diagnostic) -> tuple[object, ...]:
    """What is compared of a message. Its line may be another one, and so may that of a place in its words."""
    return found.span.path, found.code, found.severity, lineless(found.arguments)
