"""Somebody's Anki → a patch on the notes: their edits as Markdown, each proved by a build. Nothing is written here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from html import unescape
from pathlib import Path

import msgspec
from msgspec.structs import replace

from .. import build, package
from ..compilation import Progress, remembering
from ..diagnostics import Diagnostic
from ..identity import Terms
from ..model import Note
from ..package import Package
from . import proof
from .bench import Address, Bench
from .comparing import Copy, Edited, Found, Project, Unmapped, compare, theirs
from .naming import Naming, digest
from .normal import told
from .patch import new_file, patch
from .pictures import Pictures, staged
from .reading import normal
from .releases import Releases
from .replacements import Replacement, replaced
from .trying import Trial, Try, alike
from .ways import Way

__all__ = ["Copy", "Pulled", "Taken", "Unmapped", "pull"]

_ROUNDS = 12
"""Builds that are tried to prove the edits together."""


class Taken(msgspec.Struct, frozen=True):
    """A note whose edit is in the patch: its guid, its ID, its place, the fields that were edited, and what else is to be said."""

    guid: str
    id: str
    place: str
    fields: tuple[str, ...]
    remarks: tuple[str, ...] = ()


class Pulled(msgspec.Struct, frozen=True):
    """The patch, and the notes in it, by place; what is not in it; the new files, by their paths.

    `missing` are the notes that the copy lacks, `same` is how many are as they were, `older` how many are those of an older release,
    `retired` how many the project had once, `beside` how many notes are of other decks, `learners_tags` how many have tags that are a learner's alone. `blocking` are the
    errors that leave nothing to compare with.
    """

    patch: bytes = b""
    taken: tuple[Taken, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    same: int = 0
    older: int = 0
    retired: int = 0
    beside: int = 0
    learners_tags: int = 0
    blocking: tuple[Diagnostic, ...] = ()


def pull(
    root: Path,
    terms: Terms,
    copy: Copy,
    *,
    base: Package | None,
    releases: Releases,
    prefix: str = "",
    progress: Progress = lambda done, total: None,
) -> Pulled:
    """The edits in a copy of the notes of the project in `root`, as a patch. Raises OSError for what vanishes while it is read.

    `base` is the package that was once imported; None means that the notes were imported as they are. `prefix` is where the project
    is in its repository.
    """
    with remembering({}):
        loaded, found = build.load(root, terms, progress)
        errors = [each for each in found if each.severity == "error"]
        if loaded is None or errors:
            return Pulled(blocking=tuple(errors))
        present = package.contents(loaded.collection)
        places = {guid: span.place for guid, span in loaded.spans.items()}
        kinds = {kind.name: kind for kind in loaded.notes.owned.kinds}
        own = {each.id: kinds[key] for key, each in loaded.collection.note_types.items() if key in kinds}
        media = loaded.collection.media
        called = {held.path.name: digest(held.name, held.sha256) for held in media}
        ids = {who.guid: who.id for who in loaded.assigned.identities if who}
        retired = frozenset(guid for guid, line in loaded.assigned.ledger.lines.items() if line.retired)
        project = Project(present, places, own, releases.released, called, ids, retired)
        files = theirs(copy, base or present, project)
        compared = compare(copy, base or present, project, files)
        pictures = Pictures(root, loaded.collection.settings, media, copy.media, copy.read_media)
        bench = Bench(root, loaded, found, present)
        run = _Run(bench, files, compared, pictures, project)
        run.try_all(progress)
        if pictures.new:  # Only a project that has a file can tell what a note is that shows it.
            with staged(root, pictures.new) as stage:
                run = _Run(Bench(stage, loaded, found, present), files, compared, pictures, project)
                run.try_all(progress)
                run.prove(stage, terms)
        else:
            run.prove(root, terms)
        return run.pulled(prefix)


class _Run:
    """The edits of one copy on their way into the notes."""

    def __init__(self, bench: Bench, files: Naming, compared: Found, pictures: Pictures, project: Project) -> None:
        self._bench = bench
        self._compared = compared
        self._pictures = pictures
        self._project = project
        self._theirs = files
        self._cloze_types = {each.id for each in project.package.note_types if each.family != "basic"}
        self._tries: dict[str, Try] = {}
        self._chosen: dict[str, int] = {}
        self._edits = {edited.note.guid: edited for edited in compared.edits}
        self._addresses: dict[str, Address] = {}
        self._unmapped = [*compared.unmapped]

    def try_all(self, progress: Progress) -> None:
        """Find ways to write each edit, alone."""
        for number, guid in enumerate([*self._edits]):
            progress(number, len(self._edits))
            edited = self._edits[guid]
            address = self._bench.address(guid)
            tried = self._tried(edited, address) if address else Try(reason="where it is written is not clear")
            while tried.field and (rest := _without(edited, tried.field)) and address:
                self._leave_out(edited, tried.field, tried.reason)
                edited = self._edits[guid] = rest
                tried = self._tried(edited, address)
            if address and tried.ways:
                self._addresses[guid] = address
                self._tries[guid] = tried
                self._chosen[guid] = 0
            else:
                self._leave_out(edited, tried.field, tried.reason)

    def _tried(self, edited: Edited, address: Address) -> Try:
        if turned := next((name for name in edited.fields if _turns(edited, name)), ""):
            return Try(reason=_TURNS, field=turned)
        if any(map(_TURNING.search, edited.tags_added)):
            return Try(reason=_TURNS, field="tags")
        spot = self._bench.spot(address)
        if spot is None:
            return Try(reason="where it is written is not clear")
        trial = Trial(
            self._bench,
            address,
            spot,
            edited,
            theirs=self._theirs,
            place=lambda name: self._pictures.place(name, address.path),
        )
        return trial.run(self._bench.loaded.collection.settings.tag_prefix)

    def prove(self, root: Path, terms: Terms) -> None:
        """Build the project with all edits together. What is not exact then gets its next way, or is left out."""
        for _ in range(_ROUNDS):
            if not self._chosen:
                return
            self._part()
            proved = proof.prove(root, terms, self._bench, self._by_file())
            if proved is None:
                break
            loaded, wrong = proved
            notes = {note.guid: note for note in loaded.collection.notes if note.guid in self._chosen}
            for guid in self._chosen:
                if guid not in wrong and (guid not in notes or not self._is_exact(notes[guid])):
                    wrong[guid] = "a build with it does not give exactly this"
            if not wrong:
                return
            # Where only others would change, whose edit it is, is not known.
            own = {guid: reason for guid, reason in wrong.items() if guid in self._chosen} or self._near(wrong)
            for guid, reason in own.items():
                self._next(guid, reason)
        for guid in [*self._chosen]:
            self._drop(guid, "it could not be proved")

    def _part(self) -> None:
        """Leave out an edit that is for the same words as another one."""
        for path, of_notes in self._by_file().items():
            kept: list[Replacement] = []
            for guid, way in of_notes.items():
                if replaced(self._bench.data(path), [*kept, *way]) is None:
                    self._drop(guid, "another edit is for the same words")
                else:
                    kept += way

    def _near(self, others: Iterable[str]) -> dict[str, str]:
        """The edits in the files, or else in the sections, of notes that would change along."""
        reason = "another note would change too"
        paths = {self._bench.loaded.spans[guid].path for guid in others if guid in self._bench.loaded.spans}
        near = {guid: reason for guid in self._chosen if self._addresses[guid].path in paths}
        return near or dict.fromkeys(self._chosen, reason)

    def _next(self, guid: str, reason: str) -> None:
        """Take the next way to write an edit, or leave it out if there is none."""
        self._chosen[guid] += 1
        if self._chosen[guid] >= len(self._tries[guid].ways):
            self._drop(guid, reason)

    def _drop(self, guid: str, reason: str) -> None:
        del self._chosen[guid]
        self._leave_out(self._edits[guid], "", reason)

    def _by_file(self) -> dict[str, dict[str, Way]]:
        """The ways that are chosen, by file and by guid."""
        found: dict[str, dict[str, Way]] = defaultdict(dict)
        for guid, number in self._chosen.items():
            found[self._addresses[guid].path][guid] = self._tries[guid].ways[number]
        return found

    def _is_exact(self, built: Note) -> bool:
        """Whether a note is as Anki has it, in what was edited, and as it was in all else."""
        edited, tried = self._edits[built.guid], self._tries[built.guid]
        cloze = edited.note.note_type_id in self._cloze_types
        ours = Naming(self._project.package.media, self._bench.files)
        for name, was in edited.note.fields.items():
            got = built.fields.get(name, "")
            if name in edited.fields:
                wanted, made = normal(edited.fields[name], cloze, self._theirs), normal(got, cloze, ours)
                if not alike(name, wanted, made, tried.source):
                    return False
            elif got != was and name not in tried.follows:
                return False
        wanted_tags = {tag for tag in (*edited.note.tags, *edited.tags_added) if tag not in edited.tags_removed}
        return {*built.tags} == wanted_tags

    def _leave_out(self, edited: Edited, field: str, reason: str) -> None:
        """Note that an edit is not in the patch, and why: of a field, of the "tags", or all of it if none is named."""
        note = edited.note
        if field == "tags" or not edited.fields:
            shown, was, now = "tags", " ".join(edited.tags_removed), " ".join(edited.tags_added)
        else:
            names = [field] if field else [*edited.fields]
            cloze = note.note_type_id in self._cloze_types
            ours = Naming(self._project.package.media, {})
            shown = ", ".join(names)
            was = " · ".join(told(normal(note.fields.get(name, ""), cloze, ours)) for name in names)
            now = " · ".join(told(normal(edited.fields[name], cloze, self._theirs)) for name in names)
        place = self._project.places.get(note.guid, "")
        self._unmapped.append(Unmapped(note.guid, self._project.ids[note.guid], place, shown, reason, was, now))

    def pulled(self, prefix: str) -> Pulled:
        """What came of it."""
        taken: list[Taken] = []
        parts: list[bytes] = []
        for path, of_notes in sorted(self._by_file().items()):
            names = {}
            for guid, way in of_notes.items():
                edited, tried = self._edits[guid], self._tries[guid]
                fields = (*edited.fields, *["tags"] * bool(edited.tags_added or edited.tags_removed))
                names[f"{self._project.ids[guid]}: {', '.join(fields)}"] = way
                remarks = [f"{name} changes along" for name in tried.follows]
                remarks += ["it stands in the frame of a note now"] * tried.framed
                remarks += [
                    f"{name}: its programs and stylesheets are left out"
                    for name, value in edited.fields.items()
                    if _PROGRAM.search(value) and not _PROGRAM.search(edited.note.fields.get(name, ""))
                ]
                taken.append(Taken(guid, self._project.ids[guid], self._project.places[guid], fields, tuple(remarks)))
            parts.append(patch(path, self._bench.data(path), names, prefix))
        used = {
            path: data
            for path, data in self._pictures.new.items()
            if any(path.rpartition("/")[2].encode() in part for part in parts)
        }
        parts += [new_file(path, data, prefix) for path, data in sorted(used.items())]
        compared = self._compared
        return Pulled(
            b"".join(parts), tuple(taken), tuple(self._unmapped), tuple(sorted(used)), tuple(compared.missing),
            compared.same, compared.older, compared.retired, compared.beside, compared.learners_tags,
        )  # fmt: skip


def _turns(edited: Edited, name: str) -> bool:
    """Whether an edit brings characters into a field that turn the direction of what follows."""
    return bool({*_TURNING.findall(unescape(edited.fields[name]))} - {*unescape(edited.note.fields.get(name, ""))})


_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TURNS = (
    "it has characters that nobody sees and that turn the direction of text: a patch would read otherwise than it is"
)
_PROGRAM = re.compile(r"<(?:script|style)\b", re.IGNORECASE)


def _without(edited: Edited, field: str) -> Edited | None:
    """What else was edited of a note besides a field, or the "tags"; None if nothing was."""
    if field == "tags":
        return replace(edited, tags_added=(), tags_removed=()) if edited.fields else None
    fields = {name: value for name, value in edited.fields.items() if name != field}
    return replace(edited, fields=fields) if fields or edited.tags_added or edited.tags_removed else None
