"""A project's folder → its package, and an Outcome that says what happened: the one build, for every caller.

Nothing is printed here. The time comes with the terms, and nothing is read from the environment.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from . import collection, collector, edited, files, inputs, locks, manifest, names, package, settings, summary
from .cache import Cache
from .collection import Loaded
from .compilation import Progress
from .diagnostics import Diagnostic, has_errors
from .diagnostics.identity import forgotten
from .diagnostics.project import no_notes
from .identity import Terms, following
from .identity.lines import Lines
from .inputs import Inputs
from .layout import BUILD, CACHE
from .media import of_templates
from .model import Note, Span
from .package import Counts
from .settings import Project

PATIENCE = 60.0
"""In seconds: how long a build waits for another one of the same project."""

Status = Literal[
    "built",
    "bad settings",  # The settings have an error, so no note was read.
    "bad name",  # Anki would not import a package with that name.
    "unknown id",  # The terms name a note that there is not.
    "blocked",  # deck.lock has an error, which concerns all notes: `keep_going` does not help.
    "errors",  # Notes have errors, and `keep_going` is off.
    "no notes",  # There are none, or every note has an error.
    "locked",  # deck.lock would change.
    "busy",  # Another build of the project is running.
    "unreadable",  # Something vanished while it was read, or changed.
    "unwritable",  # Something could not be written.
]
"""How a build ended. Only "built" makes a package, and only "built" and "unwritable" can change deck.lock."""


class Options(msgspec.Struct, frozen=True):
    """What to build, and how. `target` is the package to write; None means `build/SLUG.apkg` in the project. With `editions`,
    the package of each is made too: of `SLUG.apkg`, `SLUG-NAME.apkg`.

    `keep_going` leaves out the notes with errors and builds the rest. With `locked`, deck.lock must not change.
    """

    terms: Terms
    target: Path | None = None
    keep_going: bool = False
    locked: bool = False
    editions: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What a build did. `found` is everything that was found: in the settings, then in the notes, by place.

    If the settings have an error, there is no `target` and nothing `loaded`. `package` is how much the new package
    contains, and `editions` are the packages beside it, by their names. `is_ledger_changed` says whether deck.lock was
    written, `stale_lines` how many of its lines would have changed, counted only for "locked". `path` is what could not be
    read or written, and `problem` the reason, or what is wrong with a name or an ID. `seen` is all that the package depends
    on; None unless another build would say the same.
    """

    status: Status
    found: list[Diagnostic]
    target: Path | None = None
    loaded: Loaded | None = None
    package: Counts | None = None
    editions: Mapping[str, tuple[Path, Counts]] = {}
    is_ledger_changed: bool = False
    stale_lines: int = 0
    path: Path | None = None
    problem: str = ""
    seen: Inputs | None = None


def build(
    root: Path,
    options: Options,
    progress: Progress = lambda done, total: None,
    waiting: Callable[[], None] = lambda: None,
) -> Outcome:
    """Build the project in `root`: load it, judge what was found, save deck.lock, write the package.

    Unless a package was built, the previous one is kept, and so is deck.lock. Mistakes of authors and errors of disks
    raise nothing. Of two builds of one project, the second waits for the first: then `waiting` is called.
    """
    with locks.held(root, PATIENCE, waiting) as is_ours:
        if not is_ours:
            return Outcome("busy", [])
        with inputs.watched(root) as seen, collector.tuned():
            return _built(root, options, progress, seen)


def load(
    root: Path,
    terms: Terms,
    progress: Progress = lambda done, total: None,
    instead: Mapping[str, bytes] | None = None,
) -> tuple[Loaded | None, list[Diagnostic]]:
    """Load the project in `root`, and write nothing at all. None if its settings have an error. `instead` is what some files
    of notes are taken to hold, by their paths from the root, with `/`.

    The diagnostics are everything that a build would find, the settings' part first. Raises OSError for what vanishes
    while it is read.
    """
    project, found = settings.load(root)
    if project is None:
        return None, found
    with collector.tuned():
        loaded = collection.load(project, terms, progress, kept(root), instead=instead)
    return loaded, found + _told(project, loaded, terms, loaded.spans)


def look(root: Path, options: Options, progress: Progress = lambda done, total: None) -> Outcome:
    """What `build` would do with the project in `root`: all is loaded, but neither deck.lock nor a package is written. What
    becomes of each file is kept in the cache, if there is a folder for it. `seen` is all that was looked at.

    Mistakes of authors and errors of disks raise nothing.
    """
    with inputs.watched(root) as seen, collector.tuned():
        project, found = settings.load(root)
        if project is None:
            return Outcome("bad settings", found)
        cache = Cache(root / CACHE)
        try:
            known = manifest.known(manifest.read(root), seen.root)
            loaded = collection.load(project, options.terms, progress, cache, known)
        except OSError as error:
            return _failed(Outcome("unreadable", found), "unreadable", Path(error.filename or root), error)
        cache.prune()
        outcome = Outcome(
            "built", found + _told(project, loaded, options.terms, loaded.spans), loaded=loaded, seen=seen
        )
        reason = _objection(loaded, options.keep_going)
    return replace(outcome, status=reason) if reason else outcome


def kept(root: Path) -> Cache:
    """What earlier builds of the project in `root` have kept. Nothing is added to it."""
    return Cache(root / CACHE, read_only=True)


def make_build_folder(root: Path) -> Path:
    """The folder for everything that is made; if it is missing, it is created and kept out of Git. Raises OSError."""
    folder = root / BUILD
    if not folder.exists():
        with files.workshop(root) as made:
            (made / BUILD).mkdir()
            (made / BUILD / ".gitignore").write_text("*\n", encoding="utf-8")
            try:
                (made / BUILD).rename(folder)
            except OSError:
                if not folder.is_dir():  # Otherwise somebody else was faster.
                    raise
    return folder


def _built(root: Path, options: Options, progress: Progress, seen: Inputs) -> Outcome:
    project, found = settings.load(root)
    if project is None:
        return Outcome("bad settings", found)
    target = options.target or root / BUILD / f"{project.settings.slug}.apkg"
    outcome = Outcome("built", found, target)
    try:
        package.refuse_name(target.name)
    except ValueError as error:
        return replace(outcome, status="bad name", problem=str(error))
    for folder in (root, target.parent):
        files.sweep(folder)
    if options.target is None:
        try:
            make_build_folder(root)
        except OSError as error:
            return _failed(outcome, "unwritable", root / BUILD, error)
    try:
        cache, held, read = Cache(root / CACHE), manifest.read(root), dict[str, bytes]()
        follows = not (options.locked or options.editions)
        if follows and (followed := edited.load(project, options.terms, progress, cache, held, read=read)):
            loaded, looked_at = followed
            seen.add_all(looked_at)
            found += _told(project, loaded, options.terms, {})
        else:
            known = manifest.known(held, seen.root)
            loaded = collection.load(project, options.terms, progress, cache, known, instead=read)
            found += _told(project, loaded, options.terms, loaded.spans)
    except OSError as error:
        return _failed(outcome, "unreadable", Path(error.filename or root), error)
    outcome = replace(outcome, found=found, loaded=loaded)
    if not loaded.is_blocked and (wrong := _unknown_id(loaded, options.terms)):
        return replace(outcome, status="unknown id", problem=wrong)
    if reason := _objection(loaded, options.keep_going):
        return replace(outcome, status=reason)
    if options.locked and (stale_lines := loaded.stale_lines):
        return replace(outcome, status="locked", stale_lines=stale_lines)
    outcome = _written(project, loaded, outcome, cache, options.editions)
    if outcome.status == "built" and (complete := _complete(seen, outcome)):
        edited.keep(cache, project, loaded, complete)
        outcome = replace(outcome, seen=complete)
    cache.prune()
    return outcome


def _complete(seen: Inputs, outcome: Outcome) -> Inputs | None:
    """What was seen, with what was written since. None if another build would not make or say the same: what is said of identities
    compares the notes with the build before, and the first one knows no ids that notes had.
    """
    if not (outcome.loaded and outcome.target):
        return None
    if has_errors(outcome.found) or any(d.code.startswith("I") for d in outcome.found):
        return None
    if not outcome.loaded.before.lines and any(note.was for note in outcome.loaded.notes.written):
        return None
    if _may_be_exchanged(outcome.loaded):
        return None
    try:
        if outcome.is_ledger_changed:
            seen.add_written(outcome.loaded.file)
        seen.made = inputs.mark(outcome.target.stat())
        if inputs.is_coarse(seen.made):
            seen.add_written(outcome.target)
        for path, _ in outcome.editions.values():
            seen.beside[inputs.place_of(path, seen.root)] = inputs.mark(path.stat())
    except OSError:
        return None
    return seen


def _may_be_exchanged(loaded: Loaded) -> bool:
    """Whether the next build would take one note for another of the same text."""
    before, after = loaded.before.lines, loaded.assigned.ledger.lines
    if isinstance(after, Lines):  # Edits were followed, which leaves notes of one text as they were.
        return False
    guids = [guid for _, _, of_file in loaded.notes.files() for guid in of_file]
    families = {key: note_type.family for key, note_type in loaded.collection.note_types.items()}
    return not following.is_settled(loaded.notes.written, guids, before, after, families)


def shipped_as_they_are(loaded: Loaded) -> dict[str, tuple[str, str]]:
    """The name and the SHA-256 of the media that a package carries unchanged, by their path from the root, with `/`. What templates
    name is read each time, as a note may show it too, under another name.
    """
    whole = (
        held for held in loaded.collection.media if held.data is None and not held.name.startswith(of_templates.BEGIN)
    )
    kept = (held for held in whole if held.path.suffix.lower() != ".svg")
    root = loaded.file.parent
    return {held.path.relative_to(root).as_posix(): (held.name, held.sha256) for held in kept}


def _told(project: Project, loaded: Loaded, terms: Terms, spans: Mapping[str, Span]) -> list[Diagnostic]:
    """What was found in the notes, by place, and then what a learner would lose, or that there is nothing to learn. `spans` has the
    places of all notes. They are told of those that came where others left, and of diagrams with other masks.
    """
    found = loaded.diagnostics
    if not loaded.collection.notes and not has_errors(found):
        return [*found, no_notes(Span(project.file))]
    lost = summary.losses(loaded.before, loaded.assigned.ledger, spans, found, terms.retire)
    return found + lost + _forgotten(project, loaded)


def _forgotten(project: Project, loaded: Loaded) -> list[Diagnostic]:
    """A warning if deck.lock is missing, and not all notes are those of the last package without it."""
    last = project.root / BUILD / f"{project.settings.slug}.apkg"
    if has_errors(loaded.diagnostics) or loaded.file.exists() or not last.is_file():
        return []
    from . import diff

    try:
        before = package.read(last)
    except (package.PackageError, OSError):
        return []
    changes = diff.compare(before, package.contents(loaded.collection))
    # Of the notes that are gone and those that came, the ones with the same text are the same to an author.
    gone, came = (Counter(note.title for note in notes) for notes in (changes.retired, changes.new))
    renewed, renumbered = (gone & came).total(), len(changes.renumbered)
    shown = last.relative_to(project.root).as_posix()
    return [forgotten(Span(loaded.file.name), shown, renewed, renumbered)] if renewed or renumbered else []


def _unknown_id(loaded: Loaded, terms: Terms) -> str:
    """What is wrong with the IDs of the notes that may be renumbered; empty if nothing is."""
    if not terms.renumber:
        return ""
    known = {line.id for lines in (loaded.before.lines, loaded.assigned.ledger.lines) for line in lines.values()}
    unknown = min(terms.renumber - known, default="")
    if not unknown:
        return ""
    near = names.nearest(unknown, sorted(known), 2)
    return f"deck.lock has no note with the ID {unknown}.{f' Did you mean {near}?' if near else ''}"


def _objection(loaded: Loaded, keep_going: bool) -> Status | None:
    """What in the notes or in deck.lock keeps a package from being built; None if nothing does."""
    if loaded.is_blocked:
        return "blocked"
    if has_errors(loaded.diagnostics) and not keep_going:
        return "errors"
    return None if loaded.collection.notes else "no notes"


def _written(project: Project, loaded: Loaded, outcome: Outcome, cache: Cache, with_editions: bool) -> Outcome:
    """Write the packages, save deck.lock, and only then put the packages in their places: nobody must ever get a note whose
    identity was not kept, and a build that fails must change neither.
    """
    from concurrent.futures import ThreadPoolExecutor  # Not every program that imports us writes a package.

    assert outcome.target
    target = outcome.target
    made_too = [name for name, guids in loaded.members.items() if guids] if with_editions else []
    paths = {name: target.with_name(f"{target.stem}-{name}.apkg") for name in made_too}
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack, files.workshop(target.parent) as folder, ThreadPoolExecutor(1) as beside:
            stack.enter_context(files.held(target))
            saving = beside.submit(stack.enter_context, collection.saving(loaded))  # The disk takes its time.
            new = folder / target.name
            kept, key = folder / "kept", cache.key("rows", ())
            cache.take(key, kept)
            made = package.write(loaded.collection, new, target, _parts(loaded), kept)
            editions = {
                name: (path, _edition(loaded, name, folder / path.name, new, kept)) for name, path in paths.items()
            }
            if any(path.is_dir() for path in (target, *paths.values())):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            keeping = beside.submit(cache.keep, key, kept)
            try:
                if save := saving.result():
                    save()
            except OSError as error:
                return _failed(outcome, "unwritable", loaded.file, error)
            outcome = replace(outcome, is_ledger_changed=save is not None)
            for path in (*paths.values(), target):
                (folder / path.name).replace(path)
            keeping.result()
    except package.WriteError:
        if changed := _changed_media(loaded):
            return replace(outcome, status="unreadable", path=changed, problem="it changed while it was read")
        raise
    except OSError as error:
        if error.filename in {str(media.path) for media in loaded.collection.media}:
            return _failed(outcome, "unreadable", Path(error.filename), error)
        return _failed(outcome, "unwritable", target, error)
    return replace(outcome, package=made, editions=editions)


def _edition(loaded: Loaded, name: str, new: Path, whole: Path, kept: Path) -> Counts:
    """Write the package of an edition, with the rows and the media that that of the whole deck has left."""
    rows = new.with_suffix(".rows")
    shutil.copyfile(kept, rows)
    made = package.write(loaded.edition(name), new, whole, _parts(loaded), rows, whole=loaded.collection)
    rows.unlink()
    return made


def _parts(loaded: Loaded) -> Iterator[tuple[bytes, Iterable[Note]]]:
    """The notes of each file, with a key for all that their rows in the package depend on."""
    of_types = hashlib.sha256(msgspec.msgpack.encode(loaded.collection.note_types))
    for made_of, notes in loaded.notes.parts():
        key = of_types.copy()
        key.update(made_of)
        yield key.digest(), notes


def _changed_media(loaded: Loaded) -> Path | None:
    """A file that is another one now than when it was loaded, or gone."""
    for media in loaded.collection.media:
        try:
            is_same = hashlib.sha256(media.read()).hexdigest() == media.sha256
        except OSError:
            is_same = False
        if not is_same:
            return media.path
    return None


def _failed(outcome: Outcome, status: Status, path: Path, error: OSError) -> Outcome:
    return replace(outcome, status=status, path=path, problem=files.reason(error))
