"""The last release → the package that learners have: rebuilt from the repository, or the published file."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from .. import __version__, build, package
from ..diagnostics import has_errors
from ..identity import Ledger, Terms, ledger
from ..identity.lines import Line, Release, called, order
from ..package import Package
from .contents import contents_digest
from .refusal import Refusal
from .repository import GitError, Repository


class Former(msgspec.Struct, frozen=True):
    """The package of the last release, and where it comes from: a tag, a commit, or a file. `commit` is what it was built
    of, or `path` that file.
    """

    release: Release
    package: Package
    source: str
    commit: str = ""
    path: Path | None = None


def former(repository: Repository, known: Ledger, against: Path | None, deck_id: str) -> Former | Refusal | None:
    """The package of the highest release in the ledger; None before the first release.

    It is rebuilt from its tag or, where that is missing, from the commit whose deck.lock first has it, and must have the
    contents that were released. `against` is the published package, which is checked against the ledger.
    """
    release = known.last
    if release is None:
        return None
    if against:
        return _of_file(against, release, known)
    commit = commit_of(repository, release, deck_id)
    if not commit:
        refusal = missing(repository, release)
        return replace(refusal, steps=(*refusal.steps, *_other_ways(release)))
    try:
        with repository.taken_out(commit) as root:
            rebuilt = rebuild(root, release.time)
    except GitError as error:
        return Refusal(f"{called(release.version)} cannot be taken out of Git: {error}", _other_ways(release))
    if rebuilt is None or contents_digest(rebuilt) != release.digest:
        why = "its notes have errors" if rebuilt is None else "its contents are others than those that were released"
        said = f"{called(release.version)} was rebuilt from {commit[:12]}, and {why}{other_tool(release.tool)}"
        return Refusal(said, _other_ways(release))
    tag = repository.tag(release.version)
    is_tagged = repository.tags().get(release.version) == commit
    return Former(release, rebuilt, f"the tag {tag}" if is_tagged else f"the commit {commit[:12]}", commit)


def file(repository: Repository, former: Former, folder: Path) -> Path:
    """The package of the last release as a file: the one that was given, or one that is built in `folder`, which must not
    exist. Raises GitError and OSError.
    """
    if former.path:
        return former.path
    folder.mkdir()
    target = folder / f"{former.release.version}.apkg"
    with repository.taken_out(former.commit) as root:
        outcome = build.build(root, build.Options(Terms(former.release.time), target, locked=True))
    if outcome.status != "built":
        raise GitError(f"{called(former.release.version)} cannot be built again: {outcome.problem or outcome.status}")
    return target


def rebuild(root: Path, time: int) -> Package | None:
    """What the package of the project in `root` contains; None if a note has an error. Nothing is written."""
    loaded, found = build.load(root, Terms(time))
    return None if loaded is None or has_errors(found) else package.contents(loaded.collection)


def commit_of(repository: Repository, release: Release, deck_id: str) -> str:
    """The commit of a release: that of its tag, if that one has it, or else the first that does; empty if there is none."""
    tagged = repository.tags().get(release.version, "")
    if tagged and _has(repository, tagged, release, deck_id):
        return tagged
    found = repository.commits_with(f'"version":"{release.version}"', ledger.FILE)
    return next((commit for commit in found if _has(repository, commit, release, deck_id)), "")


def _has(repository: Repository, commit: str, release: Release, deck_id: str) -> bool:
    """Whether a commit has a release as it was: its deck.lock has that one, no higher one, and no draft since. In a shallow
    clone, the first commit seems to bring all that it has.
    """
    data = repository.file(commit, ledger.FILE)
    held = ledger.parse(data, deck_id)[0] if data is not None else None
    if held is None or held.head.frozen is None:
        return False
    return held.last == release and not held.is_draft(held.head.frozen.decks)


def other_tool(tool: str) -> str:
    """That another version of Deckwright made a release, to be put behind what differs in it; empty if it was this one."""
    return f": Deckwright {tool} made it, and this is {__version__}" if tool != __version__ else ""


def missing(repository: Repository, release: Release) -> Refusal:
    """That the commit of a release cannot be found, and what to fetch."""
    version = release.version
    lacks = "this clone lacks the history in which" if repository.is_shallow else "no commit is found in which"
    fetch = f"git fetch --depth 1 origin tag {repository.tag(version)}" if repository.is_shallow else "git fetch --tags"
    return Refusal(f"{lacks} {called(version)} was released", (fetch,))


def _other_ways(release: Release) -> tuple[str, ...]:
    which = "that was adopted" if release.is_adopted else f"of {release.version} that was published"
    return (f"deckwright release --against FILE, with the package {which}",)


def _of_file(path: Path, release: Release, known: Ledger) -> Former | Refusal:
    try:
        held = package.read(path)
    except (package.PackageError, OSError) as error:
        return Refusal(str(error))
    if contents_digest(held) != release.digest:
        wrong = _differences(held, release, known)
        # Another Deckwright may have had another list of what contents are; ours has not. Of a package that was adopted, another
        # tool made the HTML.
        if release.tool == __version__ and not release.is_adopted:
            wrong = wrong or "its contents are others than those that were released"
        if wrong:
            return Refusal(f"{path.name} is not {called(release.version)}: {wrong}", _other_ways(release))
    return Former(release, held, path.name, path=path)


def _differences(held: Package, release: Release, known: Ledger) -> str:
    """What says that a package is not that of the release, by the guids and the times of its notes; empty if nothing does.

    A hotfix that was merged since may have changed a note later, or brought it.
    """
    mods = {note.guid: note.mod for note in held.notes}
    expected = {guid: line for guid, line in known.lines.items() if _was_in(line, release)}
    missing = [line for guid, line in expected.items() if guid not in mods and not _is_later(line, release)]
    others = [line for guid, line in expected.items() if guid in mods and not _fits(mods[guid], line, release)]
    strange = sum(guid not in known.lines or known.lines[guid].released is None for guid in mods)
    said = [
        _counted(missing, "is missing", "are missing"),
        _counted(others, "has another time", "have another time"),
        f"{strange} of its notes never were in a release" if strange else "",
    ]
    return "; ".join(filter(None, said))


def _was_in(line: Line, release: Release) -> bool:
    left = line.retired not in ("", "draft") and order(line.retired) <= release.order
    return line.released is not None and not left and not line.back


def _is_later(line: Line, release: Release) -> bool:
    return line.released is not None and line.released.mod > release.time


def _fits(mod: int, line: Line, release: Release) -> bool:
    return line.released is not None and (
        mod == line.released.mod or (_is_later(line, release) and mod <= release.time)
    )


def _counted(lines: list[Line], one: str, several: str) -> str:
    if not lines:
        return ""
    name = f"“{min(lines, key=lambda line: line.id).name}”"
    return f"{name} {one}" if len(lines) == 1 else f"{len(lines)} notes {several}, {name} among them"
