"""A project → its Collection, and everything that is wrong with its notes: the one pipeline. Bad notes never raise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache, cached_property
from itertools import chain, groupby
from operator import eq
from pathlib import Path

import msgspec
from msgspec.structs import replace

from . import collector, editions, files, identity, inputs, notetypes
from .cache import Cache
from .compilation import Compilation, Progress
from .descriptions import description
from .diagnostics import Diagnostic, flood, has_errors, sort
from .diagnostics.identity import duplicate_id
from .diagnostics.media import only_named
from .diagnostics.project import decks_alike
from .diagnostics.section import outside, too_large, unreadable
from .drafts import Draft, filled, illustrate
from .identity import Assigned, Terms, ledger
from .identity.ledger import Ledger
from .limits import MAX_FILE_BYTES
from .media import of_templates
from .media.library import ABSENT, Library
from .model import Candidate, Collection, Deck, Identity, Mask, Media, Note, Settings, Span
from .names import and_above, unused
from .notetypes import own
from .notetypes.own import NO_OWN, Own
from .settings import Project


class Findings(msgspec.Struct, frozen=True, array_like=True):
    """What was found, in the order of the search: `first` where files were looked for, `files` in each of them, by their paths,
    and `then` in what was made of them all.
    """

    first: list[Diagnostic]
    files: Mapping[str, tuple[Diagnostic, ...]]
    then: list[Diagnostic]

    def all(self) -> list[Diagnostic]:
        """All that is told, by place."""
        return sort([*self.first, *flood.once(chain.from_iterable(self.files.values())), *self.then])


class Loaded(msgspec.Struct, frozen=True):
    """A collection without the notes that have errors, and everything that was found, by place.

    `notes` are those of the collection, with the keys of their files. `files` is how many files of notes there are,
    `spans` where each note of the collection stands, by its guid, and `members` the notes of each edition. `before` is the
    ledger as it was read from `file`; `assigned` has what became of it. `findings` are what the diagnostics were made of.
    """

    collection: Collection
    notes: Notes
    spans: Mapping[str, Span]
    members: editions.Members
    diagnostics: list[Diagnostic]
    files: int
    before: Ledger
    file: Path
    assigned: Assigned
    findings: Findings

    @property
    def is_blocked(self) -> bool:
        """Whether an error is not of one note but of them all, so that no package can be made without it."""
        return any(d.severity == "error" and d.span.path == ledger.FILE for d in self.diagnostics)

    def edition(self, name: str) -> Collection:
        """The collection of an edition."""
        return editions.part(self.collection, self.members[name], self.notes.media())

    @property
    def stale_lines(self) -> int:
        """How many lines of the ledger `save` would write anew, or take out."""
        before = ledger.read_bytes(self.file).splitlines()
        after = ledger.dump(self.assigned.ledger).splitlines()
        return max(len(set(before) - set(after)), len(set(after) - set(before)), int(before != after))


def load(
    project: Project,
    terms: Terms,
    progress: Progress = lambda done, total: None,
    cache: Cache | None = None,
    known: Mapping[str, inputs.Known] | None = None,
    *,
    instead: Mapping[str, bytes] | None = None,
) -> Loaded:
    """Read, make and identify every note of a project. Only the cache is written to; `saving` writes the ledger.

    `known` are files that need not be read, by their paths: they are as they were when the last build read them. `instead`
    is what some files are taken to hold, by their paths, whatever is on the disk.
    """
    settings = project.settings
    cache = cache or Cache()
    sources = _Sources(project, known or {}, instead or {})
    stock = notetypes.note_types(settings)
    owned, wrong = own.read(project.root, settings, stock)
    first = [*sources.found, *wrong]
    compilation = Compilation(sources.digests, sources.read, settings, cache, owned=owned.kinds)
    drafts, lost, of_files = _drafts(compilation, progress)
    sources.drop()
    found: list[Diagnostic] = [*first, *flood.once(chain.from_iterable(of_files))]
    told = len(found)
    library = Library(project.root, settings.media, cache, known)
    illustrated, wrong = illustrate(drafts, library, project.root, cache)
    found += wrong
    file = project.root / ledger.FILE
    held, wrong = ledger.read(file, settings.id)
    found += wrong
    before = held or ledger.empty(settings.id)
    candidates = [draft.note for draft in illustrated]
    terms = replace(terms, partial=has_errors(found))
    assigned = identity.assign(candidates, {**stock, **owned.types}, before, settings, terms)
    found += assigned.diagnostics
    if len(illustrated) < len(drafts):
        shown = {(note.id, note.span) for note in candidates}
        lost += [(draft.note.id, draft.note.span) for draft in drafts if (draft.note.id, draft.note.span) not in shown]
    found += _twins(lost, candidates)
    found += _alike(candidates)
    identified = [(draft, who) for draft, who in zip(illustrated, assigned.identities, strict=True) if who]
    named = {file.name: file for draft, _ in identified for file in draft.media}
    media = {name: file for name, file in named.items() if not file.is_absent}
    if names := sorted(named.keys() - media.keys()):
        found.append(only_named(Span(f"{settings.media[0]}/{ABSENT}"), names[0], len(names)))
    of_project = [note_type for key, note_type in assigned.note_types.items() if key not in stock]
    of_types, wrong = of_templates.named(project.root, settings.media, of_project)
    found += wrong
    media.update((file.name, file) for file in of_types)
    if not has_errors(found):  # A note with an error may be the one that uses a file.
        found += library.unused(media.values())
    made = Notes(compilation, identified, owned)
    collection = Collection(
        settings,
        made,
        assigned.note_types,
        decks=decks(settings, assigned, len(identified)),
        media=tuple(media[name] for name in sorted(media)),
    )
    members, wrong = editions.members(settings, made)
    if made and not has_errors(found):  # A note with an error may be the one that is missing.
        found += wrong
    spans = {who.guid: draft.note.span for draft, who in identified}
    collector.settle()
    in_files = dict(zip((path for path, _ in sources.digests), of_files, strict=True))
    findings = Findings(first, in_files, found[told:])
    return Loaded(collection, made, spans, members, sort(found), sources.number, before, file, assigned, findings)


def saving(loaded: Loaded) -> AbstractContextManager[Callable[[], object] | None]:
    """Write the ledger beside its file. What this yields puts it there, which must be done before the package is in its place; it
    is None if the ledger is up to date.
    """
    return ledger.prepared(loaded.assigned.ledger, loaded.file, loaded.before)


class Notes:
    """The notes of a collection, in the order of their files. Those of one file at a time are in memory."""

    def __init__(
        self, compilation: Compilation, identified: Sequence[tuple[Draft, Identity]], owned: Own = NO_OWN
    ) -> None:
        self.owned = owned
        self._compilation = compilation
        self._identified = identified
        self._id_fields = cache(owned.id_fields)

    def __len__(self) -> int:
        return len(self._identified)

    def __iter__(self) -> Iterator[Note]:
        for file, notes in self._files:
            yield from self._made(file, notes)

    @property
    def written(self) -> list[Candidate]:
        """What the authors' files say of the notes, in their order, with their media."""
        return [draft.note for draft, _ in self._identified]

    def media(self) -> dict[str, tuple[Media, ...]]:
        """The files of the notes that have any, by their guids."""
        return {who.guid: draft.media for draft, who in self._identified if draft.media}

    def masks_beside(self) -> dict[str, tuple[Mask, ...]]:
        """The masks that the picture of a note has too, but which it does not ask for: by the guids of the notes that have any."""
        return {who.guid: draft.beside for draft, who in self._identified if draft.beside}

    def numbers(self) -> Iterator[tuple[int, ...]]:
        """The numbers of the cards of each note's deletions, in the order of the notes."""
        return (who.numbers for _, who in self._identified)

    def at(self, place: int) -> Note:
        """The note at this place, counted from 0: alone it is quickly made."""
        draft, who = self._identified[place]
        return filled(
            draft, self._compilation.bodies(draft.file)[draft.place], who, self._id_fields(draft.note.note_type)
        )

    def parts(self) -> Iterator[tuple[bytes, Iterator[Note]]]:
        """The notes of each file, each with a key: equal keys mean equal notes."""
        for (file, notes), key in zip(self._files, self._keys, strict=True):
            yield key, self._made(file, notes)

    def files(self) -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
        """The path of each file that has notes, the key that `parts` has for them, and their guids."""
        for (file, notes), key in zip(self._files, self._keys, strict=True):
            yield self._compilation.path(file), key, tuple([who.guid for _, who in notes])

    @cached_property
    def _files(self) -> list[tuple[int, list[tuple[Draft, Identity]]]]:
        """Each file that has notes, by its number, with all that they are made of."""
        return [(file, [*held]) for file, held in groupby(self._identified, key=lambda pair: pair[0].file)]

    @cached_property
    def _keys(self) -> list[bytes]:
        """The key of each of these files."""
        found = []
        for file, notes in self._files:
            made_of = [
                (draft.place, who, [media.name for media in draft.media], draft.masks, draft.drawn)
                for draft, who in notes
            ]
            key = msgspec.msgpack.encode((self._compilation.key(file), made_of))
            found.append(hashlib.sha256(key).digest())
        return found

    def _made(self, file: int, notes: Iterable[tuple[Draft, Identity]]) -> Iterator[Note]:
        bodies = self._compilation.bodies(file)
        for draft, who in notes:
            yield filled(draft, bodies[draft.place], who, self._id_fields(draft.note.note_type))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Notes) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]


class _Sources:
    """The files of notes of a project: the paths and the digests of those that can be used, how many there are, and what
    is wrong with the others. Those that the last build had read are not read.
    """

    def __init__(self, project: Project, known: Mapping[str, inputs.Known], instead: Mapping[str, bytes]) -> None:
        self.digests: list[tuple[str, str]] = []
        self.found: list[Diagnostic] = []
        self._project = project
        self._instead = instead
        self._is_inside = files.inside(project.root)
        self._held: dict[str, bytes] = {}
        paths = files.note_files(project.root, project.settings.cards, self._refused)
        self.number = len(paths)
        gathered = inputs.watching()
        for path in paths:
            if path in known and gathered and self._is_inside(path):
                gathered.add_known(path, known[path])
                self.digests.append((path, known[path].digest))
                continue
            data, wrong = (instead[path], []) if path in instead else self._look(path)
            self.found += wrong
            if data is not None:
                self._held[path] = data
                self.digests.append((path, hashlib.sha256(data).hexdigest()))

    def read(self, path: str) -> bytes:
        """What is in a file. Raises OSError."""
        held = self._held.get(path, self._instead.get(path))
        return files.read(self._project.root / path, MAX_FILE_BYTES) if held is None else held

    def drop(self) -> None:
        """Forget what is in the files: hardly any of them is needed once more."""
        self._held.clear()

    def _refused(self, folder: str, error: OSError) -> None:
        if isinstance(error, files.OutsideError):
            self.found.append(outside(Span(folder), "folder"))
        else:
            reason = "the link leads to nothing" if isinstance(error, FileNotFoundError) else files.reason(error)
            self.found.append(unreadable(Span(folder), reason, "folder"))

    def _look(self, path: str) -> tuple[bytes | None, list[Diagnostic]]:
        """The bytes of a file; links that lead out of the project are not followed."""
        file = self._project.root / path
        if not self._is_inside(path):
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


def _drafts(
    compilation: Compilation, progress: Progress
) -> tuple[list[Draft], list[tuple[str, Span]], list[tuple[Diagnostic, ...]]]:
    """The notes of all files in document order; the ids of notes that have errors; and what is wrong in each file."""
    drafts: list[Draft] = []
    lost: list[tuple[str, Span]] = []
    found: list[tuple[Diagnostic, ...]] = []
    for file, compiled in enumerate(compilation.compile(progress)):
        drafts += (Draft(note, file, place) for place, note in enumerate(compiled.notes))
        lost += compiled.lost
        found.append(compiled.found)
    return drafts, lost, found


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


def _alike(notes: Iterable[Candidate]) -> list[Diagnostic]:
    """The decks whose names differ only in capitals from those of others, or from those above others."""
    spans: dict[str, Span] = {}
    for note in notes:
        spans.setdefault(note.deck, note.span)
    found: list[Diagnostic] = []
    first: dict[str, tuple[str, Span]] = {}
    for deck, span in spans.items():
        for name in and_above(deck):
            other, place = first.setdefault(name.casefold(), (name, span))
            if other != name:
                found.append(decks_alike(span, name, other, place.place))
                break
    return found


def decks(settings: Settings, assigned: Assigned, number: int) -> tuple[Deck, ...]:
    """Every deck that has notes, and all above it: Anki takes a deck's description only if none in between is missing.

    `number` is how many notes there are.
    """
    names: set[str] = set()
    for deck in assigned.decks or (settings.name,):
        names.update(and_above(deck))
    described = description(settings, number, assigned.ledger.version(assigned.decks) or settings.version)
    return tuple(Deck(name, described if name == settings.name else "") for name in sorted(names))
