"""A project → its Collection, and everything that is wrong with its notes: the one pipeline. Bad notes never raise."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from . import diagrams, files, identity, notes, notetypes
from .cache import Cache
from .diagnostics import Diagnostic, has_errors, sort
from .diagnostics.identity import duplicate_id
from .diagnostics.section import outside, too_large, unreadable
from .identity import Assigned, Terms, ledger
from .identity.ledger import Ledger
from .limits import MAX_FILE_BYTES
from .media.library import Library
from .model import Candidate, Collection, Deck, Deletion, Identity, Mask, Media, Note, Settings, Span, Written
from .names import unused
from .notes import content
from .render import clozes, marks
from .settings import Project

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""


class Loaded(msgspec.Struct, frozen=True):
    """A collection without the notes that have errors, and everything that was found, by place.

    `files` is how many files of notes there are. `before` is the ledger as it was read from `file`; `assigned` has what
    became of it.
    """

    collection: Collection
    diagnostics: list[Diagnostic]
    files: int
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
        before = ledger.read_bytes(self.file).splitlines()
        after = ledger.dump(self.assigned.ledger).splitlines()
        return max(len(set(before) - set(after)), len(set(after) - set(before)), int(before != after))


def load(
    project: Project, terms: Terms, progress: Progress = lambda done, total: None, cache: Cache | None = None
) -> Loaded:
    """Read, make and identify every note of a project. Only the cache is written to; `save` writes the ledger."""
    settings = project.settings
    written, files, lost, found = _written(project, progress)
    library = Library(project.root, settings.media)
    illustrated, wrong = _illustrated(written, library, project.root, cache or Cache())
    found += wrong
    file = project.root / ledger.FILE
    read, wrong = ledger.read(file, settings.id)
    found += wrong
    before = read or ledger.empty(settings.id)
    candidates = [content.with_media(content.candidate(note.written), note.media, note.drawing, note.drawn) for note in illustrated]
    terms = replace(terms, partial=has_errors(found))
    assigned = identity.assign(candidates, notetypes.note_types(settings), before, settings, terms)
    found += assigned.diagnostics
    shown = {(note.id, note.span) for note in candidates}
    lost += [(note.id, note.span) for note in written if (note.id, note.span) not in shown]
    found += _twins(lost, candidates)
    identified = [(note, who) for note, who in zip(illustrated, assigned.identities, strict=True) if who]
    media = {file.name: file for note, _ in identified for file in note.media}
    if not has_errors(found):  # A note with an error may be the one that uses a file.
        found += library.unused(media.values())
    made = tuple(_filled(note, who) for note, who in identified)
    collection = Collection(
        settings,
        made,
        assigned.note_types,
        decks=_decks(settings, made),
        media=tuple(media[name] for name in sorted(media)),
    )
    return Loaded(collection, sort(found), files, before, file, assigned)


def save(project: Project, loaded: Loaded) -> bool:
    """Write the ledger unless it is up to date; whether it was written. Do this before the package is written."""
    return ledger.write(loaded.assigned.ledger, project.root / ledger.FILE)


def _written(
    project: Project, progress: Progress
) -> tuple[list[Written], int, list[tuple[str, Span]], list[Diagnostic]]:
    """The notes of all files in document order, as their authors wrote them; how many files there are; and the ids of
    notes that have errors.
    """
    written: list[Written] = []
    lost: list[tuple[str, Span]] = []
    found: list[Diagnostic] = []

    def refused(folder: str, error: OSError) -> None:
        if isinstance(error, files.OutsideError):
            found.append(outside(Span(folder), "folder"))
        else:
            reason = "the link leads to nothing" if isinstance(error, FileNotFoundError) else files.reason(error)
            found.append(unreadable(Span(folder), reason, "folder"))

    paths = files.note_files(project.root, project.settings.cards, refused)
    for done, path in enumerate(paths):
        progress(done, len(paths))
        data, wrong = _read(project, path)
        found += wrong
        if data is None:
            continue
        made, wrong = notes.compile_file(path, data, project.settings)
        written += made
        found += wrong
        if has_errors(wrong):
            lost += _lost(notes.ids(path, data), made)
    progress(len(paths), len(paths))
    return written, len(paths), lost, notes.once(found)


def _lost(ids: list[tuple[str, Span]], made: Sequence[Written]) -> list[tuple[str, Span]]:
    """The ids that are not those of the notes that were made. A note's id stands nearer to it than to its twin."""
    for note in made:
        own = [given for given in ids if given[0] == note.id]
        if own:
            ids.remove(min(own, key=lambda given: abs(given[1].line - note.span.line)))
    return ids


def _twins(lost: Sequence[tuple[str, Span]], kept: Sequence[Candidate]) -> list[Diagnostic]:
    """The ids of notes with errors that other notes have too: else they would be told only when those are mended."""
    first = {note.id: note.span for note in kept if note.id}
    found: list[Diagnostic] = []
    taken = {*first, *(id_ for id_, _ in lost)}
    for id_, span in sorted(lost, key=lambda note: note[1]):
        if id_ in first:
            found.append(duplicate_id(span, id_, first[id_].place, unused(id_, taken)))
        elif id_:
            first[id_] = span
    return found


def _read(project: Project, path: str) -> tuple[bytes | None, list[Diagnostic]]:
    """The bytes of a file of the project; links that lead out of it are not followed."""
    file = project.root / path
    if not files.is_inside(file, project.root):
        return None, [outside(Span(path))]
    try:
        return files.read(file, MAX_FILE_BYTES), []
    except files.TooLargeError as error:
        return None, [too_large(Span(path), error.size)]
    except FileNotFoundError:
        reason = "the link leads to no file" if file.is_symlink() else "it has vanished"
        return None, [unreadable(Span(path), reason)]
    except OSError as error:
        return None, [unreadable(Span(path), files.reason(error))]


class _Illustrated(msgspec.Struct, frozen=True):
    """A note as written, with its media files, in the order of its references, and the masks of its diagram.

    `drawing` is what the diagram is drawn from; it tells whether the author changed it.
    """

    written: Written
    media: tuple[Media, ...]
    masks: tuple[Mask, ...] = ()
    drawing: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()


def _illustrated(
    written: Sequence[Written], library: Library, root: Path, cache: Cache
) -> tuple[list[_Illustrated], list[Diagnostic]]:
    """The notes with their files and masks, but for those of which one is missing or wrong."""
    made: list[_Illustrated] = []
    found: list[Diagnostic] = []
    for note in written:
        results = [library.resolve(reference) for reference in note.references]
        wrong = [diagnostic for _, told in results for diagnostic in told]
        media = [file for file, _ in results if file]
        if not has_errors(wrong):
            whole, more = _with_masks(note, media, root, cache) if note.mode else (_Illustrated(note, tuple(media)), [])
            wrong += more
            made += [whole] if whole else []
        found += wrong
    return made, found


def _with_masks(
    note: Written, media: Sequence[Media], root: Path, cache: Cache
) -> tuple[_Illustrated | None, list[Diagnostic]]:
    """An occlusion note with the masks of its first picture; each mask, or group of masks, is a deletion."""
    picture, *others = media
    diagram, found = diagrams.read(picture, root, cache)
    # A picture may do without masks: it is the note that needs them.
    found = [replace(d, span=note.references[0].span) if d.code == "O002" else d for d in found]
    if diagram is None:
        return None, found
    masks, wrong = diagrams.asked(diagram.masks, note.asked, note.span)
    found += wrong
    if has_errors(found):
        return None, found
    cards = list({mask.key: mask for mask in masks}.values())
    labels = "".join(f"<li>{diagrams.escaped(mask.label)}</li>" for mask in masks)
    # Only the ledger can number the masks. Until it has, they are numbered by their order, so that a change is seen.
    text = diagrams.occlusion_text(masks, {mask.key: place for place, mask in enumerate(cards, 1)}, note.mode)
    note = replace(
        note,
        deletions=tuple(Deletion(mask.key, "", None, mask.span, mask.was) for mask in cards),
        fields={**note.fields, "Occlusion": text, "Comments": f"<ul>{labels}</ul>"},
    )
    # In an SVG, the author draws the masks too.
    drawing = (picture.sha256, "" if picture.path.suffix.lower() == ".svg" else text)
    return _Illustrated(note, (diagram.media, *others), tuple(masks), drawing, (text, labels)), found


def _filled(note: _Illustrated, who: Identity) -> Note:
    """The note as it ships: its ID, the names of its files and the numbers of its cards are in the fields."""
    written = note.written
    names = [file.name for file in note.media]
    fields = {name: marks.fill(value, names) for name, value in written.fields.items()} | {"ID": who.id}
    if note.masks:
        numbers = {deletion.text: number for deletion, number in zip(written.deletions, who.numbers, strict=True)}
        fields["Occlusion"] = diagrams.occlusion_text(note.masks, numbers, written.mode)
    elif written.deletions:
        fields = {name: clozes.fill(value, written.deletions, who.numbers) for name, value in fields.items()}
    return Note(
        guid=who.guid,
        note_id=who.note_id,
        mod=who.mod,
        id=who.id,
        note_type=written.note_type,
        fields=fields,
        tags=written.tags,
        deck=written.deck,
        span=written.span,
    )


def _decks(settings: Settings, made: Sequence[Note]) -> tuple[Deck, ...]:
    """Every deck that has notes, and all above it: Anki takes a deck's description only if none in between is missing."""
    names = {settings.name}
    for note in made:
        parts = note.deck.split("::")
        names |= {"::".join(parts[: n + 1]) for n in range(len(parts))}
    return tuple(Deck(name, _description(settings, made) if name == settings.name else "") for name in sorted(names))


def _description(settings: Settings, made: Sequence[Note]) -> str:
    """What Anki shows below the deck's name: the author's description, then count, version, author, licence and link."""
    facts = [
        f"{len(made)} notes" if len(made) != 1 else "1 note",
        f"version {html.escape(settings.version)}",
        html.escape(settings.author),
        html.escape(settings.licence),
        f'<a href="{html.escape(settings.url)}">{html.escape(settings.url)}</a>' if settings.url else "",
    ]
    return f"{settings.description}\n<p>{' · '.join(filter(None, facts))}</p>".strip()
