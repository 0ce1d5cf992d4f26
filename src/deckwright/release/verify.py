"""A released version, or a package → whether it is what was released: by its manifest, and by deck.lock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from .. import __version__, build, package, program, settings
from ..cache import LIBRARIES
from ..collection import Loaded
from ..diagnostics import has_errors
from ..identity import Terms, ledger
from ..identity.lines import Release, order
from ..layout import RELEASES
from ..names import nearest
from ..package import Package, PackedNote
from . import manifest
from .contents import contents_digest, note_digest
from .former import commit_of, missing, other_tool
from .manifest import Manifest
from .refusal import Refusal
from .repository import GitError, Repository, repository
from .tags import named


class Unknown(msgspec.Struct, frozen=True):
    """There is no such release. `near` is the tag that may be meant, empty if none is like it."""

    near: str


class Verified(msgspec.Struct, frozen=True):
    """What was compared with a release, in words, and what differs, a line for each: nothing if it is the release.

    `problems` are of the release as a whole, `notes` and `files` of single ones. `tools` are the programs that are of
    another version than then, as in "Pygments 2.19.1 then, 2.20.0 now".
    """

    said: str
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether it is what was released."""
        return not (self.problems or self.notes or self.files)


def verify(root: Path, name: str) -> Verified | Refusal | Unknown:
    """Build a release of the project again, by its tag or its version, and compare it with all that the repository says of
    it. Nothing is written there. Raises OSError.
    """
    held, found = repository(root), settings.load(root)
    if held is None or not held.head:
        return Refusal("there is no Git repository with a commit here, whose releases could be built again")
    if found[0] is None:
        return Refusal("the settings have errors", found=tuple(found[1]))
    held = named(held, found[0].settings.slug)
    releases, version = _releases(held), name.rpartition("-")[2].removeprefix("v")
    tag = held.tag(version)
    if version not in releases or name not in (version, f"v{version}", tag):
        return Unknown(nearest(tag, map(held.tag, releases), 2))
    release, tagged = releases[version], held.tags().get(version, "")
    commit = commit_of(held, release, found[0].settings.id)
    if tagged and commit != tagged:
        where = (f"{commit[:12]} did",) if commit else ()
        return Refusal(f"the tag {tag} is on {tagged[:12]}, which did not release {version}", (), where)
    if not commit:
        return missing(held, release)
    source = f"the tag {tag}" if tagged else f"the commit {commit[:12]}"
    try:
        with held.taken_out(commit) as tree:
            return _rebuilt(tree, held, commit, release, source)
    except GitError as error:
        return Refusal(f"version {version} cannot be taken out of Git: {error}")


def verify_package(root: Path, path: Path) -> Verified | Refusal:
    """Compare a package with the manifests of the project's releases. Raises OSError."""
    held = repository(root)
    project, _ = settings.load(root)
    held = named(held, project.settings.slug) if held and held.head and project else held
    made = _manifests(held) if held and held.head else {}
    if not made:
        return Refusal(f"no commit here has the manifest of a release in {RELEASES}/")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    parts = [part for then in made.values() for part in _parts(then)]
    for name, then in parts:
        if sha256 in {published.sha256 for published in then.files.values()}:
            return Verified(f"{path.name} is the package of {name}, byte for byte")
    try:
        now = package.read(path)
    except package.PackageError as error:
        return Refusal(str(error))
    digest = contents_digest(now)
    for name, then in parts:
        if digest == then.digest:
            return Verified(f"{path.name} has the contents of {name}, in other bytes")
    by_guid = {note.guid: note_digest(note) for note in now.notes}

    def distance(part: tuple[str, Manifest]) -> tuple[int, int]:
        """How many notes are others, and how many of these are in only one of the two."""
        then = {note.guid: note.digest for note in part[1].notes.values()}
        alone = then.keys() ^ by_guid.keys()
        return sum(by_guid.get(guid) != then.get(guid) for guid in then.keys() | by_guid.keys()), len(alone)

    name, then = min(parts, key=distance)
    ids = {note.guid: id_ for id_, note in then.notes.items()}
    notes = {ids.get(note.guid) or note.fields.get("ID") or note.guid: note for note in now.notes}
    said = f"{path.name} is no release of {then.deck.name}, and {name.removeprefix(f'{then.deck.name} ')} is the most like it"
    return _compared(said, then, now, notes, {})


def _parts(then: Manifest) -> Iterator[tuple[str, Manifest]]:
    """What a manifest has of the whole deck and of each edition, and what people call that."""
    whole = f"{then.deck.name} {then.version}"
    of_editions = {name for edition in then.editions.values() for name in edition.files}
    yield whole, replace(then, files={name: file for name, file in then.files.items() if name not in of_editions})
    for edition in then.editions.values():
        media, notes = {*edition.media}, {*edition.notes}
        yield (
            f"{whole}, edition {edition.title}",
            replace(
                then,
                digest=edition.digest,
                files={name: file for name, file in then.files.items() if name in edition.files},
                media={name: sha256 for name, sha256 in then.media.items() if name in media},
                notes={id_: note for id_, note in then.notes.items() if id_ in notes},
            ),
        )


def _rebuilt(tree: Path, held: Repository, commit: str, release: Release, source: str) -> Verified | Refusal:
    """Compare what the project in `tree` holds, as the commit had it, with the release."""
    then, problems = _manifest(held, commit, release)
    loaded, found = build.load(tree, Terms(release.time))
    if loaded is None or has_errors(found):
        why = f"version {release.version} has errors when it is built from {source}{other_tool(release.tool)}"
        return Refusal(why, found=tuple(found))
    now = package.contents(loaded.collection)
    if contents_digest(now) != release.digest:
        problems.append("its contents are others than those in deck.lock")
    said = f"{loaded.collection.settings.name} {release.version} was built again from {source}"
    if then is None:
        return Verified(said, tuple(problems), tools=_tools(release.tool, loaded.before.head.renderers))
    problems += [
        f"the edition {edition.title} has other contents"
        for name, edition in then.editions.items()
        if name not in loaded.members or contents_digest(package.contents(loaded.edition(name))) != edition.digest
    ]
    lines = loaded.assigned.ledger.lines
    compared = _compared(said, then, now, {lines[note.guid].id: note for note in now.notes}, _known(loaded))
    tools = () if compared.is_same and not problems else _tools(then.tool.deckwright, then.tool.renderers)
    return replace(compared, problems=(*problems, *compared.problems), tools=tools)


def _known(loaded: Loaded) -> dict[str, tuple[str, str]]:
    """Where each note stands, by its guid, and what else may differ of it than what a manifest has."""
    lines = loaded.assigned.ledger.lines
    return {
        guid: (f"{span.place}: ", "its text" if lines[guid].draft else "how it is rendered")
        for guid, span in loaded.spans.items()
    }


def _compared(
    said: str, then: Manifest, now: Package, notes: Mapping[str, PackedNote], known: Mapping[str, tuple[str, str]]
) -> Verified:
    """What of a package differs from the manifest. `notes` are by their IDs, `known` is as of `_known`."""
    told = [f"{id_}: is missing" for id_ in sorted(then.notes.keys() - notes.keys())]
    for id_, note in sorted(notes.items()):
        former = then.notes.get(id_)
        place, text = known.get(note.guid, ("", "its text or its tags"))
        if former is None:
            told.append(f"{place}{id_}: is not in the release")
        elif former.digest != note_digest(note):
            told.append(f"{place}{id_}: {_in_what(former, note, text)}")
    names = sorted(then.media.keys() | now.media.keys())
    states = ((name, then.media.get(name), now.media.get(name)) for name in names)
    files = tuple(
        f"{name}: {'has other bytes' if old and new else 'is missing' if old else 'is not in the release'}"
        for name, old, new in states
        if old != new
    )
    problems = []
    if not told and not files and contents_digest(now) != then.digest:
        problems.append("its notes and files are the same; its decks, its note types or the order of its notes differ")
    return Verified(said, tuple(problems), tuple(told), files)


def _in_what(then: manifest.Note, now: PackedNote, text: str) -> str:
    """What of a note is another than in the manifest: what that has, and the text if its digest still differs without it."""
    deck, cards = now.cards[0].deck, len(now.cards)
    moved = tuple(replace(card, deck=then.deck) for card in now.cards)
    back = replace(now, guid=then.guid, mod=then.mod, cards=moved)
    said = [
        "its guid" if then.guid != now.guid else "",
        f"its deck, {then.deck} then and {deck} now" if then.deck != deck else "",
        f"the number of its cards, {then.cards} then and {cards} now" if then.cards != cards else "",
        "its time of change" if then.mod != now.mod else "",
        text if then.cards == cards and note_digest(back) != then.digest else "",
    ]
    return "; ".join(filter(None, said))


def _manifest(held: Repository, commit: str, release: Release) -> tuple[Manifest | None, list[str]]:
    """The manifest that a commit has of a release, None if it has none that can be read; and what is wrong with it."""
    path = manifest.path(release.version)
    data, last = held.file(commit, path), held.file(held.head, path)
    if data is None:
        return None, [f"{path} is missing"]
    try:
        made = manifest.parse(data)
    except msgspec.MsgspecError as error:
        return None, [f"{path} is no manifest: {error}"]
    problems = [f"{path} was changed since"] if last not in (None, data) else []
    pairs = {
        "version": (made.version, release.version),
        "time": (made.time, release.time),
        "digest": (made.digest, release.digest),
        "number of notes": (len(made.notes), release.notes),
        "Deckwright's version": (made.tool.deckwright, release.tool),
    }
    problems += [f"{path} has another {what} than deck.lock" for what, (one, other) in pairs.items() if one != other]
    return made, problems


def _manifests(held: Repository) -> dict[str, Manifest]:
    """The manifests of all releases that are known here, the latest version first: of the last commit, or of the tag."""
    tags, made = held.tags(), {}
    for version in sorted(_releases(held), key=order, reverse=True):
        commits = dict.fromkeys([held.head, tags.get(version, held.head)])
        if found := next(filter(None, (manifest.committed(held, commit, version) for commit in commits)), None):
            made[version] = found
    return made


def _releases(held: Repository) -> dict[str, Release]:
    """The releases that are known here, by version: those of the last commit's deck.lock, and those of other tags."""
    known: dict[str, Release] = {}
    for commit in (held.head, *held.tags().values()):
        for release in ledger.releases(held.file(commit, ledger.FILE) or b""):
            known.setdefault(release.version, release)
    return known


def _tools(deckwright: str, renderers: Mapping[str, str]) -> tuple[str, ...]:
    """What of the program is of another version than the one that made a release."""
    installed = program.versions()
    now = {"Deckwright": __version__} | {
        name: installed.get(program.normalised(name), "") for name in {*LIBRARIES, *renderers}
    }
    then = {"Deckwright": deckwright, **renderers}
    return tuple(
        f"{name} {then.get(name) or 'missing'} then, {now[name] or 'missing'} now"
        for name in sorted(now, key=lambda name: (name != "Deckwright", name.lower()))
        if then.get(name, "") != now[name]
    )
