"""A project → what its site shows: the highest release, or a draft; with the files that were published of every release."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir

import msgspec
from msgspec.structs import replace

from .. import build, files, package
from .. import settings as project
from ..collection import Loaded
from ..diagnostics import has_errors
from ..identity import Terms, ledger
from ..identity.lines import Line
from ..layout import BUILD, RELEASES
from ..limits import MAX_MEDIA_BYTES
from ..model import Media, Note, NoteType, Settings, Span
from ..package import Package, archive, reader
from ..release import Refusal, changelog
from ..release.contents import contents_digest
from ..release.former import commit_of, other_tool
from ..release.kept import kept
from ..release.manifest import Manifest
from ..release.repository import GitError, Repository, repository
from ..release.tags import named
from . import changes, places


class Shown(msgspec.Struct, frozen=True):
    """What a site shows.

    `release` is the manifest of the version that is shown, None for a draft; `version` is its number, or what the draft
    calls itself. `prefix` is the path of the project in its repository, with a slash behind it, or empty. `releases` are
    the manifests of all versions, the highest first, and `yanked` those to which their author no longer stands.
    `packages` are the published files that are here, by name. `lines` are those of the ledger, by guid.
    """

    settings: Settings
    version: str
    release: Manifest | None
    notes: tuple[Note, ...]
    note_types: Mapping[str, NoteType]
    media: tuple[Media, ...]
    prefix: str
    releases: tuple[Manifest, ...]
    yanked: frozenset[str]
    packages: Mapping[str, Path]
    lines: Mapping[str, Line]

    @property
    def is_draft(self) -> bool:
        return self.release is None


@contextmanager
def opened(root: Path, now: int, draft: bool) -> Iterator[Shown | Refusal]:
    """What the site of the project in `root` shows; its files are there until the end. Raises OSError.

    The highest release that was not taken back is shown, and without one, or with `draft`, what the folder has `now`, in
    seconds of the Unix epoch. Address, description and licence are those of the folder in both cases.
    """
    loaded, found = project.load(root)
    if loaded is None:
        yield Refusal("the settings have errors", found=tuple(found))
        return
    settings = loaded.settings
    held = repository(root)
    releases = kept(root, settings.id, named(held, settings.slug) if held and held.head else None)
    if isinstance(releases, Refusal):
        yield releases
        return
    told = changelog.read(root)
    if isinstance(told, Refusal):
        yield told
        return
    yanked = changes.yanked(told)
    valid = next((made for made in releases if made.version not in yanked), releases[0] if releases else None)
    packages = {name: path for made in releases for name, path in _published(root, made, made is valid).items()}
    with ExitStack() as stack:
        part = (
            _draft(root, now)
            if draft or valid is None
            else _released(root, held, settings, valid, packages, stack=stack)
        )
        if isinstance(part, Refusal):
            yield part
            return
        yield Shown(
            settings=settings,
            version=part.version,
            release=None if draft else valid,
            notes=part.notes,
            note_types=part.note_types,
            media=part.media,
            prefix=part.prefix,
            releases=releases,
            yanked=yanked,
            packages={**packages, **part.packages},
            lines=part.lines,
        )


class _Part(msgspec.Struct, frozen=True):
    """What a version holds; the attributes are those of `Shown`."""

    version: str
    notes: tuple[Note, ...]
    note_types: Mapping[str, NoteType]
    media: tuple[Media, ...]
    lines: Mapping[str, Line] = {}
    prefix: str = ""
    packages: Mapping[str, Path] = {}


def _published(root: Path, made: Manifest, is_shown: bool) -> dict[str, Path]:
    """The files of a release that are in `build/releases`, as they were published. Those without a version in their names
    are only of the one that is shown: they stand for the latest.
    """
    folder = root / BUILD / RELEASES / made.version
    names = [name for name in made.files if is_shown or name.endswith(f"-{made.version}.apkg")]
    found = {name: folder / name for name in names if (folder / name).is_file()}
    return {name: path for name, path in found.items() if _sha256(path) == made.files[name].sha256}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _draft(root: Path, now: int) -> _Part | Refusal:
    loaded, found = build.load(root, Terms(now))
    if loaded is None or has_errors(found):
        return Refusal("the notes have errors", ("deckwright check",), found=tuple(found))
    held = loaded.assigned
    version = held.ledger.version(held.decks) or loaded.collection.settings.version
    return _of_folder(loaded, version)


def _of_folder(loaded: Loaded, version: str) -> _Part:
    """What a folder holds, with the places of its notes."""
    held = loaded.collection
    return _Part(version, tuple(held.notes), held.note_types, held.media, loaded.assigned.ledger.lines)


def _released(
    root: Path,
    held: Repository | None,
    settings: Settings,
    made: Manifest,
    packages: Mapping[str, Path],
    *,
    stack: ExitStack,
) -> _Part | Refusal:
    """What a release holds: its package, or what is built again of its commit, which must be the same. Where notes stand,
    only the commit tells.
    """
    name = made.package
    is_linked = bool(places.line(settings, made.source, "", Span("a", 1)))
    tree, loaded, problem = None, None, ""
    if held and (is_linked or name not in packages):
        tree, loaded, problem = _rebuilt(root, held, made, stack)
    prefix = held.prefix if held else ""
    if loaded and contents_digest(package.contents(loaded.collection)) == made.digest:
        part = replace(_of_folder(loaded, made.version), prefix=prefix)
        if name in packages or tree is None:
            return part
        return replace(part, packages=_built(tree, made, stack))
    if name in packages:
        unpacked = _of_package(packages[name], made, loaded.spans if loaded else {}, stack)
        if isinstance(unpacked, Refusal):
            return unpacked
        return replace(unpacked, lines=_lines(root, made.deck.id), prefix=prefix)
    if loaded:
        problem = f"its contents are others than those that were released{other_tool(made.tool.deckwright)}"
    return Refusal(
        f"version {made.version} is not in {BUILD}/{RELEASES}, and could not be built again: "
        f"{problem or 'there is no Git repository here'}",
        (
            f"put {name}, as it was published, into {BUILD}/{RELEASES}/{made.version}",
            *["git fetch --tags"] * bool(held),
        ),
    )


def _rebuilt(root: Path, held: Repository, made: Manifest, stack: ExitStack) -> tuple[Path | None, Loaded | None, str]:
    """The commit of a release, taken out of Git until `stack` ends, and what it holds; or why there is nothing."""
    known = ledger.releases(ledger.read_bytes(root / ledger.FILE))
    release = next((one for one in known if one.version == made.version), None)
    commit = commit_of(held, release, made.deck.id) if release and held.head else ""
    if not commit:
        return None, None, f"no commit is found in which version {made.version} was released"
    try:
        tree = stack.enter_context(held.taken_out(commit))
    except GitError as error:
        return None, None, str(error)
    loaded, found = build.load(tree, Terms(made.time))
    if loaded is None or has_errors(found):
        return tree, None, "its notes have errors"
    return tree, loaded, ""


def _built(tree: Path, made: Manifest, stack: ExitStack) -> dict[str, Path]:
    """The package of a release, built of its commit, if it is what was published byte for byte."""
    folder = stack.enter_context(files.workshop(Path(gettempdir())))
    name = made.package
    outcome = build.build(tree, build.Options(Terms(made.time), folder / name, locked=True))
    if outcome.status != "built" or name not in made.files or _sha256(folder / name) != made.files[name].sha256:
        return {}
    same = [other for other, file in made.files.items() if file.sha256 == made.files[name].sha256]
    return dict.fromkeys(same, folder / name)


def _lines(root: Path, deck_id: str) -> Mapping[str, Line]:
    held = ledger.read(root / ledger.FILE, deck_id)[0]
    return held.lines if held else {}


def _of_package(path: Path, made: Manifest, spans: Mapping[str, Span], stack: ExitStack) -> _Part | Refusal:
    """What a package holds that is the published one. The names of its notes are those of the manifest."""
    folder = stack.enter_context(files.workshop(Path(gettempdir())))
    try:
        held = package.read(path)
        media = tuple(_unpacked(path, held, folder))
    except package.PackageError as error:
        return Refusal(str(error))
    ids = {note.guid: id_ for id_, note in made.notes.items()}
    notes = (
        Note(
            guid=note.guid,
            note_id=note.note_id,
            mod=note.mod,
            id=ids[note.guid],
            note_type=str(note.note_type_id),
            fields=dict(note.fields),
            tags=note.tags,
            deck=note.cards[0].deck,
            span=spans.get(note.guid, Span("")),
        )
        for note in held.notes
        if note.guid in ids
    )
    types = {str(note_type.id): note_type for note_type in held.note_types}
    return _Part(made.version, tuple(notes), types, media)


def _unpacked(path: Path, held: Package, folder: Path) -> Iterator[Media]:
    """The media of a package, in files of that folder, which are numbered: a name in a package may lead anywhere."""
    with archive.opened(path) as members:
        names = reader.media_names(members, held.container == "collection.anki21b")
        for number, (name, member) in enumerate(sorted(names.items())):
            target = folder / str(number)
            members.unpack(member, target, MAX_MEDIA_BYTES)
            yield Media(target, name, held.media[name])
