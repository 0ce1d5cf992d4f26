"""What the last build made, and the few files of notes that were edited since → what `collection.load` would make of them all.

The manifest shows that nothing else has changed. Where an edit might affect other notes, or the files that notes show, there is
no answer, and everything is loaded.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
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
    cache.put(_key(cache), msgspec.msgpack.encode(last, enc_hook=os.fsencode))


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
    """
    last = _last(cache)
    if last is None or project.settings.editions or terms != Terms(terms.now):
        return None
    if os.path.lexists(project.root / NOTETYPES):  # Note types of its own are read with all of it.
        return None
    now = _Now.look(held, last, os.path.abspath(project.root))  # noqa: PTH100  # as `Inputs` has it
    made = now and _Edits(project, cache, last, now).load(terms, progress, read)
    return (made, now.inputs) if now and made else None


def _key(cache: Cache) -> str:
    return cache.key("last", ())


def _last(cache: Cache) -> _Last | None:
    data = cache.get(_key(cache))
    with suppress(msgspec.MsgspecError):
        if data is not None:
            return msgspec.msgpack.decode(data, type=_Last, dec_hook=lambda kind, path: kind(os.fsdecode(path)))
    return None


class _Now:
    """What the last build looked at, as it is now. `edited` are the files that are not the same, with the digests that they had;
    `known` are the others.
    """

    def __init__(self, root: str) -> None:
        self.inputs = Inputs(root)
        self.edited: dict[str, str] = {}
        self.known: dict[str, Known] = {}

    @classmethod
    def look(cls, held: Mapping[str, Any], last: _Last, root: str) -> _Now | None:
        """None if anything but the contents of files of notes has changed."""
        now = cls(root)
        with suppress(OSError, ValueError, TypeError, KeyError, IndexError):
            packed = held["inputs"]
            if packed["began"] != last.began or held["tool"] != manifest.tool():
                return None
            is_same = (
                not any(os.path.lexists(Path(root, place)) for place in packed["missing"])
                and now._are_files_same(packed["files"], packed["began"], held["media"])
                and now._are_folders_same(packed["folders"], packed["began"])
            )
            now.inputs.missing.update(packed["missing"])
            return now if is_same and now.edited.keys() <= last.findings.files.keys() else None
        return None

    def _are_files_same(self, packed: Mapping[str, Any], began: int, media: Mapping[str, Any]) -> bool:
        """Whether all files can be read as they could then. Those with other contents are `edited`."""
        root = self.inputs.root
        for place, held in packed.items():
            digest = held[-1]
            path = place.replace(os.sep, "/")
            if mark := inputs.unchanged(place, root, held, began, inputs.content):
                self.inputs.files[place] = mark, digest
                self.known[path] = Known(mark, digest, *media.get(path, ()))
            elif digest:
                self.edited[path] = digest
            else:
                return False
        return True

    def _are_folders_same(self, packed: Mapping[str, Any], began: int) -> bool:
        for place, (*then, digest) in packed.items():
            mark = inputs.unchanged(place, self.inputs.root, [*then, digest], began, inputs.names)
            if mark is None:
                return False
            # One that has no mark of its own, as where links are, gets none.
            self.inputs.folders[place] = inputs.NO_MARK if tuple(then) == inputs.NO_MARK else mark, digest
        return True


class _Edits:
    """Files that were edited, in the order of the last build."""

    def __init__(self, project: Project, cache: Cache, last: _Last, now: _Now) -> None:
        self._project = project
        self._cache = cache
        self._last = last
        self._now = now
        self._paths = [path for path in last.findings.files if path in now.edited]

    def load(self, terms: Terms, progress: Progress, read: dict[str, bytes]) -> Loaded | None:
        """All that there is now; None if more than these files may be concerned."""
        project, last = self._project, self._last
        settings = project.settings
        old = self._compilation([(path, self._now.edited[path]) for path in self._paths])
        new = self._read(read)
        former = old.take()
        if new is None or former is None:
            return None
        compiled = new.compile(progress)
        drafts = self._drafts(former, compiled)
        file = project.root / ledger.FILE
        data = files.read(file, MAX_LEDGER_BYTES)
        is_same = hashlib.sha256(data).hexdigest() == self._now.known[ledger.FILE].digest
        before = ledger.unread(data) if is_same else None
        if drafts is None or before is None:
            return None
        were, are = drafts
        guids = [guid for path in self._paths for guid in self._guids(path)]
        candidates = [draft.note for draft in were], [draft.note for draft in are]
        assert isinstance(before.lines, Lines)
        followed = following.follow(*candidates, guids, before.lines, terms.now)
        if followed is None:
            return None
        identities, lines = followed
        after = replace(before, lines=lines)
        types = notetypes.note_types(settings)
        note_types = {key: replace(types[key], mod=after.types[key].mod) for key in last.note_types}
        assigned = Assigned([*identities], note_types, last.decks, after, [])
        whole = functools.cache(lambda: collection.load(project, terms, cache=self._cache))
        notes = _Notes(new, [*zip(are, identities, strict=True)], last, whole)
        found = {path: c.found for path, c in zip(self._paths, compiled, strict=True)}
        findings = replace(last.findings, files={**last.findings.files, **found})
        made = Collection(
            settings,
            notes,
            note_types,
            collection.decks(settings, assigned, len(notes)),
            last.media,
        )
        return Loaded(made, notes, _Spans(whole), {}, findings.all(), last.number, before, file, assigned, findings)

    def _guids(self, path: str) -> tuple[str, ...]:
        """The notes that the last build had from a file."""
        return self._last.notes.get(path, (b"", ()))[1]

    def _compilation(self, digests: Sequence[tuple[str, str]], held: Mapping[str, bytes] | None = None) -> Compilation:
        read = (held or {}).__getitem__
        return Compilation(digests, read, self._project.settings, self._cache, is_part=True)

    def _read(self, held: dict[str, bytes]) -> Compilation | None:
        """The files as they are now, None if one of them is no file of the project any more, or none that can be read."""
        root = self._project.root
        is_inside = files.inside(root)
        for path in self._paths:
            if not is_inside(path):
                return None
            try:
                held[path] = files.read(root / path, MAX_FILE_BYTES)
            except OSError:
                return None
        return self._compilation([(path, hashlib.sha256(data).hexdigest()) for path, data in held.items()], held)

    def _drafts(
        self, former: Sequence[Compiled], compiled: Sequence[Compiled]
    ) -> tuple[list[Draft], list[Draft]] | None:
        """The notes as they were and as they are, one for one; None if some came or went, if they have errors, or if they show
        other files than before.
        """
        elsewhere = {d.span.path for d in (*self._last.findings.first, *self._last.findings.then)}
        for path, was, now in zip(self._paths, former, compiled, strict=True):
            if has_errors(now.found) or not len(was.notes) == len(now.notes) == len(self._guids(path)):
                return None
            if path in elsewhere:  # Its place may have moved.
                return None
        library = Library(self._project.root, self._project.settings.media, self._cache, self._now.known)
        both = []
        for held in (former, compiled):
            drafts = [Draft(note, file, place) for file, c in enumerate(held) for place, note in enumerate(c.notes)]
            if any(draft.note.mode for draft in drafts):
                return None
            shown, wrong = illustrate(drafts, library, self._project.root, self._cache)
            if wrong:
                return None
            both.append(shown)
        were, are = both
        names = [{media.name for draft in held for media in draft.media} for held in both]
        return (were, are) if names[0] == names[1] else None


class _Notes(Notes):
    """All notes, of which only those of the files that were edited are at hand. `whole` loads all."""

    def __init__(
        self,
        compilation: Compilation,
        edited: Sequence[tuple[Draft, Identity]],
        last: _Last,
        whole: Callable[[], Loaded],
    ) -> None:
        super().__init__(compilation, edited)
        self._last = last.notes
        self._whole = whole

    def __len__(self) -> int:
        return sum(len(guids) for _, guids in self._last.values())

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
        for number, (path, (key, _)) in enumerate(self._last.items()):
            yield edited.get(path) or (key, self._of(number))

    def files(self) -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
        edited = {path: (key, guids) for path, key, guids in super().files()}
        return ((path, *edited.get(path, kept)) for path, kept in self._last.items())

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
