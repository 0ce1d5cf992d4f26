"""What the last build made, and the few files of notes that were edited, came or went since → what `collection.load` would make
of them all.

The manifest shows that nothing else has changed. Where an edit might affect other notes, or the files that notes show, there is
no answer, and everything is loaded.
"""

from __future__ import annotations

import functools
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from . import collection, files, inputs, manifest, notetypes
from .cache import Cache
from .collection import Findings, Loaded, Notes
from .compilation import Compilation, Compiled, Progress
from .diagnostics import has_errors
from .drafts import Draft, illustrate
from .identity import Assigned, Terms, following, ledger
from .identity.lines import Lines
from .identity.minting import Minting
from .inputs import Inputs, Known
from .layout import NOTETYPES
from .limits import MAX_FILE_BYTES, MAX_LEDGER_BYTES
from .media.library import Library
from .model import Candidate, Collection, Identity, Media, Note, Span
from .settings import Project

MAX_DATA = 4 << 20
"""Bytes of media that differ from their files: with more of them, nothing is kept, as it would take longer to read."""


class _Last(msgspec.Struct, frozen=True, array_like=True):
    """What a build has left. `began` is when its inputs were looked at, by which its manifest is known. `notes` has the key of
    the rows of each file with notes, and their guids, by its path.
    """

    began: int
    number: int
    findings: Findings
    notes: dict[str, tuple[bytes, tuple[str, ...]]]
    note_types: tuple[str, ...]
    decks: tuple[str, ...]
    media: tuple[Media, ...]


def keep(cache: Cache, project: Project, loaded: Loaded, seen: Inputs) -> None:
    """Keep what a build has made, for the next one. `seen` is all that it depends on."""
    made = loaded.collection
    if sum(len(held.data or b"") for held in made.media) > MAX_DATA or project.settings.editions:
        return
    notes = {path: (key, guids) for path, key, guids in loaded.notes.files()}
    of_types = tuple(made.note_types)
    last = _Last(seen.began, loaded.files, loaded.findings, notes, of_types, loaded.assigned.decks, made.media)
    # MessagePack knows no paths, and they need not be text.
    cache.put(_key(cache, project), msgspec.msgpack.encode(last, enc_hook=os.fsencode))


def load(
    project: Project,
    terms: Terms,
    progress: Progress,
    cache: Cache,
    held: Mapping[str, Any],
    *,
    read: dict[str, bytes],
) -> tuple[Loaded, Inputs] | None:
    """What `collection.load` would return, and all that it would look at; None where only that can tell. `held` is the manifest
    of the last build. `read` gets what was read of files of notes, by their paths. Raises OSError if something changes meanwhile.

    If notes left, none came, and no diagram has other masks.
    """
    last = _last(cache, project)
    if last is None or project.settings.editions or terms != Terms(terms.now):
        return None
    if os.path.lexists(project.root / NOTETYPES):  # Note types of its own are read with all of it.
        return None
    root = os.path.abspath(project.root)  # noqa: PTH100  # as `Inputs` has it
    now = _Now.look(held, last, root, project.settings.cards)
    made = now and _Edits(project, cache, last, now).load(terms, progress, read)
    return (made, now.inputs) if now and made else None


def _key(cache: Cache, project: Project) -> str:
    # Where the media are is part of what is kept: a project that was moved, or copied, reads its own.
    return cache.key("last", [os.fsencode(project.root.absolute())])


def _last(cache: Cache, project: Project) -> _Last | None:
    data = cache.get(_key(cache, project))
    with suppress(msgspec.MsgspecError):
        if data is not None:
            return msgspec.msgpack.decode(data, type=_Last, dec_hook=lambda kind, path: kind(os.fsdecode(path)))
    return None


class _Now:
    """What the last build looked at, as it is now. `edited` are the files that are not the same, or gone, with the digests that they
    had; `known` are the others. `paths` are those of the files of notes.
    """

    def __init__(self, root: str, paths: Sequence[str]) -> None:
        self.inputs = Inputs(root)
        self.edited: dict[str, str] = {}
        self.known: dict[str, Known] = {}
        self.paths = paths

    @classmethod
    def look(cls, held: Mapping[str, Any], last: _Last, root: str, cards: Sequence[str]) -> _Now | None:
        """None if anything has changed but which files of notes there are, and what is in them."""
        now = cls(root, [*last.findings.files])
        with suppress(OSError, ValueError, TypeError, KeyError, IndexError):
            packed = held["inputs"]
            if packed["began"] != last.began or held["tool"] != manifest.tool():
                return None
            is_same = (
                not any(os.path.lexists(Path(root, place)) for place in packed["missing"])
                and now._are_files_same(packed["files"], packed["began"], held["media"])
                and now._are_folders_same(packed["folders"], packed["began"], cards)
            )
            now.inputs.missing.update(packed["missing"])
            return now if is_same and now.edited.keys() <= last.findings.files.keys() else None
        return None

    def _are_files_same(self, packed: Mapping[str, Any], began: int, media: Mapping[str, Any]) -> bool:
        """Whether all files can be read as they could then, but for files of notes that are gone. Those with other contents, or with
        none any more, are `edited`.
        """
        root = self.inputs.root
        notes = frozenset(self.paths)
        for place, held in packed.items():
            digest = held[-1]
            path = place.replace(os.sep, "/")
            try:
                mark = inputs.unchanged(place, root, held, began, inputs.content)
            except FileNotFoundError:
                if path not in notes:
                    return False
                mark = None
            if mark:
                self.inputs.files[place] = mark, digest
                self.known[path] = Known(mark, digest, *media.get(path, ()))
            elif digest:
                self.edited[path] = digest
            else:
                return False
        return True

    def _are_folders_same(self, packed: Mapping[str, Any], began: int, cards: Sequence[str]) -> bool:
        """Whether the same is in all folders, but for files of notes."""
        root = self.inputs.root
        others: dict[str, str] = {}
        for place, (*then, digest) in packed.items():
            if mark := inputs.unchanged(place, root, [*then, digest], began, inputs.names):
                # One that has no mark of its own, as where links are, gets none.
                self.inputs.folders[place] = inputs.NO_MARK if tuple(then) == inputs.NO_MARK else mark, digest
            else:
                self.inputs.add_folder(Path(root, place))
                others[place] = digest
        if not others:
            return True
        paths = files.note_files(Path(root), cards)
        came, gone = (_by_folders(set(one) - set(other)) for one, other in ((paths, self.paths), (self.paths, paths)))
        self.paths = paths
        return came.keys() | gone.keys() == others.keys() and all(
            inputs.names_before(place, root, came[place], gone[place]) == digest for place, digest in others.items()
        )


def _by_folders(paths: Iterable[str]) -> dict[str, set[str]]:
    """The names of files, by the folders that they are in, as `Inputs` has these."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        folder, _, name = path.rpartition("/")
        found[os.path.normpath(folder)].add(name)
    return found


class _Edits:
    """Files of notes that were edited, that came or are gone since the last build, in their order then, and now."""

    def __init__(self, project: Project, cache: Cache, last: _Last, now: _Now) -> None:
        self._project = project
        self._cache = cache
        self._last = last
        self._now = now
        self._were = [path for path in last.findings.files if path in now.edited]
        self._are = [path for path in now.paths if path in now.edited or path not in last.findings.files]

    def load(self, terms: Terms, progress: Progress, read: dict[str, bytes]) -> Loaded | None:
        """All that there is now; None if more than these files may be concerned."""
        project, last = self._project, self._last
        settings = project.settings
        old = self._compilation([(path, self._now.edited[path]) for path in self._were])
        new = self._read(read)
        former = old.take()
        if new is None or former is None:
            return None
        compiled = new.compile(progress)
        drafts = self._drafts(former, compiled)
        file = project.root / ledger.FILE
        data, digest = files.read_with_digest(file, MAX_LEDGER_BYTES)
        before = ledger.unread(data) if digest == self._now.known[ledger.FILE].digest else None
        if drafts is None or before is None:
            return None
        were, are = drafts
        kept = {path: held for path, held in last.notes.items() if path not in self._now.edited}
        types = notetypes.note_types(settings)
        families = {key: note_type.family for key, note_type in types.items()}
        candidates = [draft.note for draft in are]
        minting = Minting(settings.id, before, candidates, families, terms.now)
        others = {guid for _, guids in kept.values() for guid in guids}
        assert isinstance(before.lines, Lines)
        followed = following.follow(were, candidates, others, before.lines, minting)
        if followed is None:
            return None
        identities, lines = followed
        after = replace(before, lines=lines)
        note_types = {key: replace(types[key], mod=after.types[key].mod) for key in last.note_types}
        assigned = Assigned([*identities], note_types, last.decks, after, [])
        whole = functools.cache(lambda: collection.load(project, terms, cache=self._cache))
        notes = _Notes(new, [*zip(are, identities, strict=True)], kept, self._now.paths, whole)
        found = {path: each.found for path, each in zip(self._are, compiled, strict=True)}
        of_files = {**last.findings.files, **found}
        findings = replace(last.findings, files={path: of_files[path] for path in self._now.paths})
        made = Collection(
            settings,
            notes,
            note_types,
            collection.decks(settings, assigned, len(notes)),
            last.media,
        )
        number = last.number + len(self._now.paths) - len(last.findings.files)
        return Loaded(made, notes, _Spans(whole), {}, findings.all(), number, before, file, assigned, findings)

    def _compilation(
        self,
        digests: Sequence[tuple[str, str]],
        held: Mapping[str, bytes] | None = None,
        former: Mapping[str, str] | None = None,
    ) -> Compilation:
        read = (held or {}).__getitem__
        return Compilation(digests, read, self._project.settings, self._cache, is_part=True, former=former)

    def _read(self, held: dict[str, bytes]) -> Compilation | None:
        """The files as they are now, None if one of them is no file of the project any more, or none that can be read."""
        root = self._project.root
        is_inside = files.inside(root)
        digests: list[tuple[str, str]] = []
        for path in self._are:
            if not is_inside(path):
                return None
            try:
                held[path], digest = files.read_with_digest(root / path, MAX_FILE_BYTES)
            except OSError:
                return None
            digests.append((path, digest))
        were = {self._now.edited[path]: path for path in self._were}
        return self._compilation(digests, held, {path: were[digest] for path, digest in digests if digest in were})

    def _drafts(
        self, former: Sequence[Compiled], compiled: Sequence[Compiled]
    ) -> tuple[dict[str, Candidate], list[Draft]] | None:
        """The notes as they were, by their guids, and as they are; None if some have errors, or if the files that are shown, the
        decks or the note types may not be those of before.
        """
        last = self._last
        guids = [last.notes.get(path, (b"", ()))[1] for path in self._were]
        elsewhere = {d.span.path for d in (*last.findings.first, *last.findings.then)}
        if (
            any(has_errors(each.found) for each in compiled)
            or [len(each.notes) for each in former] != [*map(len, guids)]
            or not elsewhere.isdisjoint((*self._were, *self._are))  # The place may have moved.
            or any(d.code == "P027" for d in last.findings.then)  # Which notes it names depends on all of them.
        ):
            return None
        library = Library(self._project.root, self._project.settings.media, self._cache, self._now.known)
        both = []
        for held in (former, compiled):
            drafts = [
                Draft(note, file, place) for file, each in enumerate(held) for place, note in enumerate(each.notes)
            ]
            if any(draft.note.mode for draft in drafts):
                return None
            shown, wrong = illustrate(drafts, library, self._project.root, self._cache)
            if wrong:
                return None
            both.append(shown)
        were, are = both
        known = {media.name for media in last.media}, {*last.decks}, {*last.note_types}
        if any(not was <= now <= was | of_all for was, now, of_all in zip(_used(were), _used(are), known, strict=True)):
            return None
        return {guid: draft.note for guid, draft in zip(chain.from_iterable(guids), were, strict=True)}, are


def _used(drafts: Iterable[Draft]) -> tuple[set[str], set[str], set[str]]:
    """The names of the media, the decks and the note types of notes."""
    drafts = [*drafts]
    return (
        {media.name for draft in drafts for media in draft.media},
        {draft.note.deck for draft in drafts},
        {draft.note.note_type for draft in drafts},
    )


class _Notes(Notes):
    """All notes, of which only those of the files that were edited are at hand. `whole` loads all."""

    def __init__(
        self,
        compilation: Compilation,
        edited: Sequence[tuple[Draft, Identity]],
        kept: Mapping[str, tuple[bytes, tuple[str, ...]]],
        paths: Sequence[str],
        whole: Callable[[], Loaded],
    ) -> None:
        """`kept` has the keys and the guids of the files that were not edited, `paths` are all files, in their order."""
        super().__init__(compilation, edited)
        self._kept = kept
        self._paths = paths
        self._whole = whole

    def __len__(self) -> int:
        return sum(len(guids) for _, _, guids in self.files())

    def __iter__(self) -> Iterator[Note]:
        for _, notes in self.parts():
            yield from notes

    @property
    def written(self) -> list[Candidate]:
        return self._whole().notes.written

    def media(self) -> dict[str, tuple[Media, ...]]:
        return self._whole().notes.media()

    def numbers(self) -> Iterator[tuple[int, ...]]:
        return self._whole().notes.numbers()

    def at(self, place: int) -> Note:
        return self._whole().notes.at(place)

    def parts(self) -> Iterator[tuple[bytes, Iterator[Note]]]:
        edited = {path: part for (path, _, _), part in zip(super().files(), super().parts(), strict=True)}
        for number, (path, key, _) in enumerate(self.files()):
            yield edited.get(path) or (key, self._of(number))

    def files(self) -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
        held = {**self._kept, **{path: (key, guids) for path, key, guids in super().files()}}
        return ((path, *held[path]) for path in self._paths if path in held)

    def _of(self, number: int) -> Iterator[Note]:
        """The notes of a file that has not changed. They are hardly ever asked for, since their rows are kept."""
        _, notes = [*self._whole().notes.parts()][number]
        yield from notes


class _Spans(Mapping[str, Span]):
    """Where all notes stand."""

    def __init__(self, whole: Callable[[], Loaded]) -> None:
        self._whole = whole

    def __getitem__(self, guid: str) -> Span:
        return self._whole().spans[guid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole().spans)

    def __len__(self) -> int:
        return len(self._whole().spans)
