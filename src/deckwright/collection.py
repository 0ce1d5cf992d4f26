"""A project → its Collection, and all that is wrong with its notes: the one pipeline. Bad notes never raise."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from . import clozes, identity, markup, notes, notetypes, sections
from .diagnostics import Diagnostic, declare, has_errors, sort
from .media import Library
from .model import FIELDS, Collection, Deck, Media, Note, Settings, Span
from .project import Project, note_files

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A collection without the notes that have errors, and everything that was found, by place."""

    collection: Collection
    diagnostics: list[Diagnostic]


def load(project: Project, progress: Progress = lambda done, total: None) -> Loaded:
    """Read, make and identify every note of a project."""
    settings = project.settings
    written, found = _written(project, progress)
    library = Library(project.root, settings.media)
    whole: list[Note] = []
    media: list[Sequence[Media]] = []
    for note in written:
        resolved, wrong = _resolved(note, library)
        found += wrong
        if not has_errors(wrong):
            whole.append(replace(note, fields=_with_names(note, resolved)))
            media.append(resolved)
    identified, wrong = identity.assign(whole, settings, 1_700_000_000)
    used = {file.name: file for files in media for file in files}
    found += wrong
    if not has_errors(found):  # A note with an error may be the one that uses a file.
        found += library.unused(used.values())
    made = Collection(
        settings,
        notes=tuple(map(_with_clozes, identified)),
        note_types=_note_types(settings, identified),
        decks=_decks(settings, identified),
        media=tuple(used[name] for name in sorted(used)),
    )
    return Loaded(made, sort(found))


def _written(project: Project, progress: Progress) -> tuple[list[Note], list[Diagnostic]]:
    """The notes of all files in document order, as their authors wrote them."""
    written: list[Note] = []
    found: list[Diagnostic] = []
    paths = note_files(project.root, project.settings.cards)
    for done, path in enumerate(paths):
        progress(done, len(paths))
        data, wrong = _read(project, path)
        found += wrong
        if data is None:
            continue
        read, wrong = sections.read(path, data)
        found += wrong
        for section in read:
            made, wrong = notes.make(section, project.settings)
            written += made
            found += wrong
    progress(len(paths), len(paths))
    return written, found


def _read(project: Project, path: str) -> tuple[bytes | None, list[Diagnostic]]:
    """The bytes of a file of the project; links that lead out of it are not followed."""
    file = project.root / path
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(project.root)):
        return None, [outside(Span(path))]
    try:
        return file.read_bytes(), []
    except OSError as error:
        return None, [unreadable(Span(path), error.strerror or str(error))]


def _resolved(note: Note, library: Library) -> tuple[list[Media], list[Diagnostic]]:
    """The media files that a note mentions, in the order in which it does."""
    results = [library.resolve(reference) for reference in note.references]
    return [media for media, _ in results if media], [diagnostic for _, wrong in results for diagnostic in wrong]


def _with_names(note: Note, media: Sequence[Media]) -> dict[str, str]:
    names = [file.name for file in media]
    return {name: markup.fill(value, names) for name, value in note.fields.items()}


def _with_clozes(note: Note) -> Note:
    if note.family != "cloze":
        return note
    return replace(note, fields={**note.fields, "Text": clozes.fill(note.fields["Text"], note.deletions, note.numbers)})


def _note_types(settings: Settings, made: Iterable[Note]) -> tuple:
    families = {note.family for note in made}
    return tuple(notetypes.note_type(settings, family) for family in FIELDS if family in families)


def _decks(settings: Settings, made: Iterable[Note]) -> tuple[Deck, ...]:
    """Every deck of a note and all above it: Anki takes a deck's description only where none between is missing."""
    names = {settings.name}
    for note in made:
        parts = note.deck.split("::")
        names |= {"::".join(parts[: n + 1]) for n in range(len(parts))}
    return tuple(Deck(name, settings.description if name == settings.name else "") for name in sorted(names))


@declare("S019")
def outside() -> tuple[str, str]:
    """A file of notes lies outside of the project.

    A link in a card folder leads out of it: the file would not be there in a clone.
    """
    return "this file is a link that leads out of the project", "put the file itself into the project"


@declare("S020")
def unreadable(reason: str) -> tuple[str, str]:
    """A file of notes cannot be read."""
    return f"this file cannot be read: {reason}", "look at its permissions, or where it links to"
