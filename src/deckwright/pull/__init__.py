"""Somebody's Anki → a patch on the notes: their edits as Markdown, each proved by a build. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from .. import build, package
from ..compilation import Progress, remembering
from ..diagnostics import Diagnostic
from ..identity import Terms
from ..notes.kinds import table
from ..package import Package
from . import bench as benches
from .bench import Address, Bench
from .comparing import Copy, Edited, Found, Naming, Project, Unmapped, compare
from .normal import text
from .patch import new_file, patch
from .pictures import Pictures, staged
from .reading import normal
from .releases import Releases
from .replacements import Replacement, replaced
from .trying import Trial, Try, alike

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
    `beside` how many notes are of other decks, `learners_tags` how many have tags that are a learner's alone. `blocking` are the
    errors that leave nothing to compare with.
    """

    patch: bytes = b""
    taken: tuple[Taken, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    same: int = 0
    older: int = 0
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
        project = Project(present, places, own, releases.released)
        compared = compare(copy, base or present, project)
        pictures = Pictures(root, loaded.collection.settings, loaded.collection.media, copy.media, copy.read_media)
        bench = Bench(root, loaded, found, present)
        run = _Run(bench, copy, compared, pictures, project)
        run.try_all(progress)
        if pictures.new:
            with staged(root, pictures.new) as stage:
                run = _Run(Bench(stage, loaded, found, present), copy, compared, pictures, project)
                run.try_all(progress)
                run.prove(stage, terms)
        else:
            run.prove(root, terms)
        return run.pulled(prefix)


class _Run:
    """The edits of one copy on their way into the notes."""

    def __init__(self, bench: Bench, copy: Copy, compared: Found, pictures: Pictures, project: Project) -> None:
        self._bench = bench
        self._compared = compared
        self._pictures = pictures
        self._project = project
        self._theirs = Naming(project.package, {}, copy.read_media)
        self._tries: dict[str, Try] = {}
        self._chosen: dict[str, int] = {}
        self._edits = {edited.note.guid: edited for edited in compared.edits}
        self._addresses: dict[str, Address] = {}
        self._unmapped = [*compared.unmapped]
        self._remarks: defaultdict[str, list[str]] = defaultdict(list)

    def try_all(self, progress: Progress) -> None:
        """Find ways to write each edit, alone."""
        for number, (guid, edited) in enumerate(self._edits.items()):
            progress(number, len(self._edits))
            address = self._bench.address(guid)
            tried = self._tried(edited, address) if address else Try(reason="where it is written is not clear")
            if address and tried.ways:
                self._addresses[guid] = address
                self._tries[guid] = tried
                self._chosen[guid] = 0
            else:
                self._leave_out(edited, tried.field, tried.reason)

    def _tried(self, edited: Edited, address: Address) -> Try:
        kinds = table(self._bench.loaded.notes.owned.kinds).kinds
        note_type = next(each for each in self._project.package.note_types if each.id == edited.note.note_type_id)
        spot = self._bench.spot(address, note_type.family != "basic")
        if spot is None:
            return Try(reason="where it is written is not clear")
        kind = kinds[spot.section.kind]
        trial = Trial(
            self._bench,
            address,
            spot,
            kind,
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
            loaded, wrong = benches.prove(root, terms, self._bench, self._by_file())
            if loaded is None and not wrong:
                break
            if loaded is not None:
                notes = benches.contents(loaded, self._chosen)
                for guid in [*self._chosen]:
                    note = notes.get(guid)
                    if guid not in wrong and (note is None or not self._is_exact(guid, note.fields, note.tags)):
                        wrong[guid] = "a build with it does not give exactly this"
            own = {guid: reason for guid, reason in wrong.items() if guid in self._chosen}
            if not wrong:
                return
            if not own:  # Some other note would change: whose edit it is, is not known.
                own = self._near({guid for guid in wrong})
            for guid, reason in own.items():
                self._next(guid, reason)
        for guid in [*self._chosen]:
            self._leave_out(self._edits[guid], "", "it could not be proved")
            del self._chosen[guid]

    def _part(self) -> None:
        """Leave out an edit that is for the same words as another one."""
        for path, of_notes in self._by_file().items():
            kept: list[Replacement] = []
            for guid, way in of_notes.items():
                if replaced(self._bench.data(path), [*kept, *way]) is None:
                    self._leave_out(self._edits[guid], "", "another edit is for the same words")
                    del self._chosen[guid]
                else:
                    kept += way

    def _near(self, others: set[str]) -> dict[str, str]:
        """The edits in the files, or else in the sections, of notes that would change along."""
        reason = "another note would change too"
        paths = {self._bench.loaded.spans[guid].path for guid in others if guid in self._bench.loaded.spans}
        near = {guid: reason for guid in self._chosen if self._addresses[guid].path in paths}
        return near or dict.fromkeys(self._chosen, reason)

    def _next(self, guid: str, reason: str) -> None:
        self._chosen[guid] += 1
        if self._chosen[guid] >= len(self._tries[guid].ways):
            self._leave_out(self._edits[guid], "", reason)
            del self._chosen[guid]

    def _by_file(self) -> dict[str, dict[str, Sequence[Replacement]]]:
        found: dict[str, dict[str, Sequence[Replacement]]] = defaultdict(dict)
        for guid, number in self._chosen.items():
            found[self._addresses[guid].path][guid] = self._tries[guid].ways[number]
        return found

    def _is_exact(self, guid: str, fields: Mapping[str, str], tags: Sequence[str]) -> bool:
        """Whether a built note is as Anki has it, in what was edited, and as it was in all else."""
        edited, tried = self._edits[guid], self._tries[guid]
        cloze = self._is_cloze(edited)
        ours = Naming(self._project.package, self._bench.files)
        for name, was in edited.note.fields.items():
            got = fields.get(name, "")
            if name in edited.fields:
                wanted, made = normal(edited.fields[name], cloze, self._theirs), normal(got, cloze, ours)
                if not alike(name, wanted, made, tried.source):
                    return False
            elif got != was and name not in tried.follows:
                return False
        wanted_tags = {tag for tag in (*edited.note.tags, *edited.tags_added) if tag not in edited.tags_removed}
        return {*tags} == wanted_tags

    def _is_cloze(self, edited: Edited) -> bool:
        types = self._project.package.note_types
        return next(each.family for each in types if each.id == edited.note.note_type_id) != "basic"

    def _leave_out(self, edited: Edited, field: str, reason: str) -> None:
        names = [field] if field and field != "tags" else [*edited.fields]
        cloze = self._is_cloze(edited)
        ours = Naming(self._project.package, {})
        note = edited.note
        was = " · ".join(
            text(normal(note.fields.get(name, ""), cloze, ours)) for name in names if name in edited.fields
        )
        now = " · ".join(
            text(normal(edited.fields[name], cloze, self._theirs)) for name in names if name in edited.fields
        )
        if not names or field == "tags":
            was, now = " ".join(edited.tags_removed), " ".join(edited.tags_added)
        shown = ", ".join(names) if field != "tags" else "tags"
        place = self._project.places.get(note.guid, "")
        self._unmapped.append(
            Unmapped(note.guid, note.fields.get("ID", "") or note.guid, place, shown or "tags", reason, was, now)
        )

    def pulled(self, prefix: str) -> Pulled:
        """What came of it."""
        taken: list[Taken] = []
        parts: list[bytes] = []
        for path, of_notes in sorted(self._by_file().items()):
            names = {}
            for guid, way in of_notes.items():
                edited, tried = self._edits[guid], self._tries[guid]
                fields = (*edited.fields, *["tags"] * bool(edited.tags_added or edited.tags_removed))
                names[f"{self._id(guid)}: {', '.join(fields)}"] = way
                remarks = [f"{name} changes along" for name in tried.follows]
                remarks += ["it stands in the frame of a note now"] * tried.framed
                taken.append(Taken(guid, self._id(guid), self._project.places[guid], fields, tuple(remarks)))
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
            compared.same, compared.older, compared.beside, compared.learners_tags,
        )  # fmt: skip

    def _id(self, guid: str) -> str:
        who = next(who for who in self._bench.loaded.assigned.identities if who and who.guid == guid)
        return who.id
