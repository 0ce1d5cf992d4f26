"""A project → its Collection, and all that is wrong with its notes: the one pipeline. Bad notes never raise."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from . import clozes, diagrams, identity, ledger, markup, notes, notetypes, sections
from .cache import Cache
from .diagnostics import Diagnostic, declare, has_errors, sort
from .identity import Assigned, Terms
from .ledger import Ledger
from .media import Library
from .model import FIELDS, Collection, Deck, Deletion, Media, Note, Settings, Span
from .project import Project, note_files

CACHE = "build/.cache"

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A collection without the notes that have errors, and everything that was found, by place.

    `before` is the ledger as it was read from `file`, `assigned` what became of it.
    """

    collection: Collection
    diagnostics: list[Diagnostic]
    before: Ledger
    file: Path
    assigned: Assigned

    @property
    def is_blocked(self) -> bool:
        """Whether an error is not of one note but of them all, so that no package can be made without it."""
        return any(d.severity == "error" and d.span.path == ledger.FILE for d in self.diagnostics)

    @property
    def stale_lines(self) -> int:
        """How many lines of the ledger `save` would write anew, or take out."""
        before = self.file.read_bytes().splitlines() if self.file.is_file() else []
        after = ledger.dump(self.assigned.ledger).splitlines()
        return max(len(set(before) - set(after)), len(set(after) - set(before)), int(before != after))


def load(project: Project, terms: Terms, progress: Progress = lambda done, total: None) -> Loaded:
    """Read, make and identify every note of a project. Nothing is written: see `save`."""
    settings = project.settings
    written, found = _written(project, progress)
    library = Library(project.root, settings.media)
    cache = Cache(project.root / CACHE)
    used: dict[str, Media] = {}
    whole: list[Note] = []
    for note in written:
        media, wrong = _media(note, library)
        masked = note
        if note.family == "occlusion" and not has_errors(wrong):
            masked, media[0], worse = _with_masks(note, media[0], project.root, cache)
            wrong += worse
        found += wrong
        if not has_errors(wrong):
            names = tuple(file.name for file in media)
            fields = {name: markup.fill(value, names) for name, value in masked.fields.items()}
            whole.append(replace(masked, fields=fields, media=names))
            used |= {file.name: file for file in media}
    file = project.root / ledger.FILE
    before, wrong = ledger.read(file, settings.id)
    found += wrong
    before = before or ledger.empty(settings.id)
    families = {note.family for note in whole}
    types = [notetypes.note_type(settings, family) for family in FIELDS if family in families]
    assigned = identity.assign(whole, types, before, settings, replace(terms, partial=has_errors(found)))
    found += assigned.diagnostics
    if not has_errors(found):  # A note with an error may be the one that uses a file.
        found += library.unused(used.values())
    made = Collection(
        settings,
        notes=tuple(map(_with_clozes, assigned.notes)),
        note_types=tuple(assigned.note_types),
        decks=_decks(settings, assigned.notes),
        media=tuple(used[name] for name in sorted(used)),
    )
    return Loaded(made, sort(found), before, file, assigned)


def save(project: Project, loaded: Loaded) -> bool:
    """Write the ledger, if it is not as it was; whether it was written. To be done before the package is."""
    return ledger.write(loaded.assigned.ledger, project.root / ledger.FILE)


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
    if file.exists() and not file.is_file():
        return None, [unreadable(Span(path), "it is no regular file")]
    try:
        return file.read_bytes(), []
    except FileNotFoundError:
        return None, [unreadable(Span(path), "the link leads to no file")]
    except OSError as error:
        return None, [unreadable(Span(path), error.strerror or str(error))]


def _media(note: Note, library: Library) -> tuple[list[Media], list[Diagnostic]]:
    """The media files that a note mentions, in the order in which it does."""
    results = [library.resolve(reference) for reference in note.references]
    return [media for media, _ in results if media], [diagnostic for _, wrong in results for diagnostic in wrong]


def _with_masks(note: Note, picture: Media, root: Path, cache: Cache) -> tuple[Note, Media, list[Diagnostic]]:
    """An occlusion note with the masks of its picture, one deletion a card, and the file that ships for the picture."""
    diagram, found = diagrams.read(picture, root, cache)
    if diagram is None:
        return note, picture, found
    masks, wrong = diagrams.asked(diagram.masks, note.asked, note.span)
    cards = list({mask.key: mask for mask in masks}.values())
    labels = "".join(f"<li>{diagrams.escaped(mask.label)}</li>" for mask in masks)
    # The numbers are the ledger's to give. Until then the shapes stand under their place, so that a moved one is seen.
    text = diagrams.occlusion_text(masks, {mask.key: place for place, mask in enumerate(cards, 1)}, note.mode)
    drawn = "" if picture.path.suffix.lower() == ".svg" else text
    note = replace(
        note,
        masks=tuple(masks),
        deletions=tuple(Deletion(mask.key, "", None, mask.span, mask.was) for mask in cards),
        source=f"{note.source}\n{picture.sha256}\n{drawn}",
        fields={**note.fields, "Occlusion": text, "Comments": f"<ul>{labels}</ul>"},
    )
    return note, diagram.media, found + wrong


def _with_clozes(note: Note) -> Note:
    """The note with the numbers of its cards in its text."""
    fields = dict(note.fields)
    if note.family == "cloze":
        fields["Text"] = clozes.fill(fields["Text"], note.deletions, note.numbers)
    elif note.family == "occlusion":
        numbers = {deletion.text: number for deletion, number in zip(note.deletions, note.numbers, strict=True)}
        fields["Occlusion"] = diagrams.occlusion_text(note.masks, numbers, note.mode)
    return replace(note, fields=fields)


def _decks(settings: Settings, made: Sequence[Note]) -> tuple[Deck, ...]:
    """Every deck of a note and all above it: Anki takes a deck's description only where none between is missing."""
    names = {settings.name}
    for note in made:
        parts = note.deck.split("::")
        names |= {"::".join(parts[: n + 1]) for n in range(len(parts))}
    return tuple(Deck(name, _description(settings, made) if name == settings.name else "") for name in sorted(names))


def _description(settings: Settings, made: Sequence[Note]) -> str:
    """What Anki shows below the deck's name: the author's description, then counts, version, author, licence and link."""
    facts = [
        f"{len(made)} notes" if len(made) != 1 else "1 note",
        f"version {html.escape(settings.version)}",
        html.escape(settings.author),
        html.escape(settings.licence),
        f'<a href="{html.escape(settings.url)}">{html.escape(settings.url)}</a>' if settings.url else "",
    ]
    return f"{settings.description}\n<p>{' · '.join(filter(None, facts))}</p>".strip()


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
