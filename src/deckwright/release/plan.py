"""A project → the release that could be made of it now, or why none can be. Nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from .. import build, files, identity, package
from ..collection import Loaded
from ..diagnostics import Diagnostic, has_errors
from ..diff import Changes, compare
from ..identity import Ledger, Terms, ledger
from ..identity.lines import Release, order
from ..layout import BUILD, CHANGES, DECK_CHANGELOG, RELEASES
from ..limits import MAX_LEDGER_BYTES
from ..package import Package
from . import changelog, fragments, manifest
from .former import Former, former
from .fragments import Fragment
from .kept import kept
from .manifest import Manifest
from .refusal import Refusal
from .repository import GitError, Repository, repository
from .rewording import beside
from .step import ARE_WRONG, STEPS, Editions, Look, Members, Reason, Step, Verdict, is_same, judge, next_version
from .tags import named

Asked = Literal["auto", "patch", "minor", "major"]
"""How large a step the author asks for; "auto" is the smallest honest one."""


class Wish(msgspec.Struct, frozen=True):
    """What is asked for. `now` is the time of the release and `clock` what the clock says, in seconds of the Unix epoch;
    they differ where somebody sets the time. `against` is the published package of the last release. `finishes` says that a
    release is to be taken up that was prepared of the same commit. `is_trial` says that none is to be made yet.
    """

    asked: Asked
    now: int
    clock: int
    against: Path | None = None
    finishes: bool = False
    is_trial: bool = False


class Plan(msgspec.Struct, frozen=True):
    """A release that can be made: of the commit `source`, at `time`, in seconds of the Unix epoch.

    `found` is what was found in the project, without errors. `former`, `changes` and `verdict` are as in `Cut`. `missing` is
    what must be done first; only a trial has any of it.
    """

    repository: Repository
    source: str
    loaded: Loaded
    found: list[Diagnostic]
    version: str
    time: int
    former: Former | None
    changes: Changes | None
    verdict: Verdict
    fragments: tuple[Fragment, ...]
    missing: tuple[Refusal, ...]

    @property
    def to_look_at(self) -> list[Look]:
        """What somebody should look at: of notes that the author says to learn again, not whether what they said was wrong."""
        said = {id_ for fragment in self.fragments for id_, _ in fragment.relearn}
        return [look for look in self.verdict.looks if look.about not in ARE_WRONG or look.id not in said]

    def refused(self, refusal: Refusal) -> Refusal:
        """The same refusal, with what was planned."""
        return replace(
            refusal,
            version=self.version,
            previous=self.former.release.version if self.former else "",
            verdict=self.verdict,
            counts=self.changes.counts if self.changes else {},
        )


def plan(root: Path, wish: Wish) -> Plan | Refusal:
    """Look whether a release can be made, which one, and what it changes. Raises OSError for what vanishes meanwhile."""
    held = repository(root)
    if held is None or not held.head:
        first = (*["git init"] * (held is None), "git add --all", "git commit")
        return Refusal("a release is a commit and a tag, and there is no Git repository with a commit here", first)
    if refusal := _untimely(held, wish):
        return refusal
    try:
        missing = _uncommitted(held)
    except GitError as error:
        return Refusal(f"Git cannot tell what has changed: {error}", ("git status",))
    if missing and not wish.is_trial:
        return missing[0]
    loaded, found = build.load(root, Terms(wish.now))
    said, wrong = fragments.read(root)
    found = [*found, *wrong]
    if loaded is None or has_errors(found):
        return Refusal("the project has errors", found=tuple(found))
    if not loaded.collection.notes:
        return Refusal("there are no notes", found=tuple(found))
    held = named(held, loaded.collection.settings.slug)
    manifests = kept(root, loaded.collection.settings.id, held)
    if isinstance(manifests, Refusal):  # What of the editions has changed, only the manifest of the last release tells.
        return manifests
    if loaded.stale_lines:
        missing += (Refusal("deck.lock is not up to date", ("deckwright build, and commit deck.lock",)),)
        if not wish.is_trial:
            return missing[0]
    written = changelog.read(root)
    if isinstance(written, Refusal):
        return written
    known = loaded.assigned.ledger
    if refusal := _unmerged(held, known):
        return refusal
    if wish.against and not known.last:
        return Refusal(f"there is no release yet that {wish.against.name} could be the package of")
    last = former(held, known, wish.against, loaded.collection.settings.id)
    if isinstance(last, Refusal):
        return last
    new = package.contents(loaded.collection)
    changes, verdict = _judged(held, loaded, last, new) if last else (None, Verdict("none", (), ()))
    step: Step = verdict.step if wish.asked == "auto" else wish.asked
    version = next_version(last.release.version if last else "", step)
    ready = manifest.prepared(root / BUILD / RELEASES / version, version, held.head) if wish.finishes else None
    time = ready.time if ready else wish.now
    made = Plan(held, held.head, loaded, found, version, time, last, changes, verdict, tuple(said), missing)
    if refusal := _unfit(made, new, wish.asked):
        return replace(made.refused(refusal), version=version if step != "none" else "")
    return made


def _judged(held: Repository, loaded: Loaded, last: Former, new: Package) -> tuple[Changes, Verdict]:
    """What differs between the last release and the package of the project, and what is thought of it."""
    places = {guid: span.place for guid, span in loaded.spans.items()}
    changes = compare(last.package, new, places)
    then, slug = manifest.committed(held, held.head, last.release.version), loaded.collection.settings.slug
    editions = Editions(_then(then), _now(loaded), places)
    slugs = (then.deck.slug if then else slug), slug
    apart = beside(loaded.notes.owned)
    return changes, judge(changes, last.package, new, loaded.assigned.ledger, editions, slugs=slugs, apart=apart)


def _then(made: Manifest | None) -> dict[str, Members]:
    """The editions of the last release, as its manifest has them."""
    if made is None:
        return {}
    return {
        name: Members(edition.title, frozenset(made.notes[id_].guid for id_ in edition.notes if id_ in made.notes))
        for name, edition in made.editions.items()
    }


def _now(loaded: Loaded) -> dict[str, Members]:
    return {
        edition.name: Members(edition.title, loaded.members[edition.name])
        for edition in loaded.collection.settings.editions
    }


def _unfit(made: Plan, new: Package, asked: Asked) -> Refusal | None:
    """Why a plan cannot be that of the release: by its step, its notes on changes, its version or its time."""
    known = made.loaded.assigned.ledger
    if made.former and made.changes:
        is_same_deck = not made.verdict.reasons and is_same(made.former.package, new)
        # What was adopted was never released here, whatever has changed since.
        if not made.former.release.is_adopted and (refusal := _too_small(asked, made.verdict, is_same_deck)):
            return refusal
        changed = (known.lines[note.guid].id for note in made.changes.changed)
        if wrong := fragments.unmatched(made.fragments, changed):
            return Refusal("the project has errors", found=tuple(wrong))
    return _taken(made.repository, known, made.version, made.time)


def _untimely(held: Repository, wish: Wish) -> Refusal | None:
    """Why there can be no release now: it would be too early, or the last one is not finished."""
    if wish.now > wish.clock:
        return Refusal("the release's time is yet to come: no later release would reach anybody before it")
    for name, what in _UNFINISHED.items():
        if (
            held.folder / name
        ).exists():  # Its deck.lock may have a release that HEAD lacks, which must not be taken back.
            return Refusal(f"a {what} is not finished", (f"git {what} --continue, when nothing conflicts any more",))
    if (held.root / ledger.FILE).is_symlink():
        linked = f"{ledger.FILE} is a link, and Git has only where it leads to, not the releases in it"
        return Refusal(linked, (f"put the file itself in the place of {ledger.FILE}, and commit that",))
    if _releases(held, held.head) != _releases(held, ""):
        return Refusal(
            "a release was broken off, and deck.lock has other releases than the last commit",
            (restoring(held), "git status"),
        )
    return None


_UNFINISHED = {
    "rebase-merge": "rebase",
    "rebase-apply/rebasing": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
"""What Git is in the middle of while it has a file or folder of this name. A rebase has others in it."""


def _uncommitted(held: Repository) -> tuple[Refusal, ...]:
    """What of the project the last commit lacks."""
    if changed := held.changed():
        more = (f"… and {len(changed) - 5} more",) if len(changed) > 5 else ()
        return (Refusal("the project has changes that are not committed", ("git commit",), (*changed[:5], *more)),)
    return ()


def restoring(held: Repository) -> str:
    """The command that brings the folder to the last commit where a release was broken off."""
    touched = [path for path in (ledger.FILE, RELEASES, DECK_CHANGELOG, CHANGES) if held.has(path)]
    return f"git restore --source=HEAD --staged --worktree -- {' '.join(touched)}"


def _releases(held: Repository, commit: str) -> tuple[Release, ...]:
    """The releases in deck.lock, as a commit has it, or as it is in the folder; none if it cannot be read."""
    try:
        data = held.file(commit, ledger.FILE) if commit else files.read(held.root / ledger.FILE, MAX_LEDGER_BYTES)
    except OSError:
        data = None
    return ledger.releases(data or b"")


def _unmerged(held: Repository, known: Ledger) -> Refusal | None:
    """Why there can be no release on this branch, if one was made elsewhere that it lacks.

    A hotfix on the branch of an older version is one: then another branch has the newer release.
    """
    for version, commit in _absent(held, known).items():
        elsewhere = held.holders(commit) - {held.branch, held.upstream}
        if not elsewhere or (known.last and order(version) < known.last.order):
            return Refusal(
                f"version {version} was released, and this branch lacks it",
                (
                    *_joining(held, version, commit),
                    "to take it back, revert its notes after that, and release the next version",
                ),
            )
    return None


def _joining(held: Repository, version: str, commit: str) -> tuple[str, ...]:
    """What brings a release into the ledger: a merge, but not where that was undone since. The ledger takes more lines."""
    if not held.has_merged(commit):
        return (f"git merge {held.tag(version)}",)
    return (
        f"git show {held.tag(version)}:./{ledger.FILE} >> {ledger.FILE}",
        f"git restore --source={held.tag(version)} -- {manifest.path(version)}",
        "deckwright build, and commit all that",
    )


def _looking(held: Repository, version: str) -> tuple[str, ...]:
    """What to do about a tag or a manifest of a version that no release has."""
    tag, path = held.tag(version), manifest.path(version)
    steps = [f"git show {tag}", f"git tag --delete {tag}, if nobody has it"] if version in held.tags() else []
    return (*steps, *[f"git log -- {path}"] * (held.root / path).exists())


def _absent(held: Repository, known: Ledger) -> dict[str, str]:
    """The versions with a tag that this deck's ledger lacks, the lowest first, and their commits."""
    here = {release.version for release in known.head.releases}
    tags = {version: commit for version, commit in held.tags().items() if version not in here}
    made = {
        version: commit
        for version, commit in tags.items()
        if any(release.version == version for release in _releases(held, commit))
    }
    return dict(sorted(made.items(), key=lambda item: order(item[0])))


def _too_small(asked: Asked, verdict: Verdict, same: bool) -> Refusal | None:
    """Why a step is smaller than what has changed, or why there is nothing to release."""
    if same:
        return Refusal("nothing has changed since the last release")
    if asked == "auto" and verdict.step == "none":
        return Refusal(
            "nothing has changed that anybody would receive who has the last release",
            ("deckwright release patch, to release it for those who have none",),
        )
    if asked != "auto" and STEPS.index(asked) < STEPS.index(verdict.step):
        grave = [reason for reason in verdict.reasons if STEPS.index(reason.step) > STEPS.index(asked)]
        more = (f"… and {len(grave) - 10} more",) if len(grave) > 10 else ()
        return Refusal(
            f"a {asked} release is too small a step: what has changed asks for a {verdict.step} one",
            (f"deckwright release {verdict.step}",),
            (*map(described, grave[:10]), *more),
        )
    return None


def described(reason: Reason) -> str:
    """A reason on one line: the place, the name and the ID, the rule, and what was there and is there now. What has left the
    deck stands in no file any more.
    """
    where = f"{reason.place}: " if reason.place else "in no file any more: " if reason.rule == "retired" else ""
    id_ = f" ({reason.id})" if reason.id else ""
    detail = f": {reason.detail}" if reason.detail else ""
    return f"{where}{reason.name}{id_}: {reason.step}, {reason.rule}{detail}"


def _taken(held: Repository, known: Ledger, version: str, time: int) -> Refusal | None:
    """Why a version or a time cannot be that of the release."""
    if reason := identity.refusal(known, version, time):
        return Refusal(reason)
    if version in held.tags() or (held.root / manifest.path(version)).exists():
        there = f"version {version} is there already: it has a tag, or a file in {RELEASES}/"
        absent = _absent(held, known).get(version, "")
        return Refusal(there, _joining(held, version, absent) if absent else _looking(held, version))
    for above, commit in _absent(held, known).items():
        if order(above) < order(version):
            lacked = f"version {version} would be higher than {above}, which this branch lacks"
            return Refusal(lacked, _joining(held, above, commit))
    return None
