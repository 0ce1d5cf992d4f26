"""A plan → the release: what is published of it, in `build/releases`, and its commit and tag."""

from __future__ import annotations

import filecmp
import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from .. import __version__, build, files, identity, package, program
from ..cache import LIBRARIES
from ..collection import Loaded
from ..identity import Ledger, Terms, ledger
from ..layout import DECK_CHANGELOG, RELEASES
from . import changelog, manifest
from .contents import contents_digest
from .cut import Cut, CutEdition
from .edits import TEXTS, edited
from .plan import Plan, restoring
from .refusal import Refusal
from .repository import GitError

SUMS = "SHA256SUMS"

_OVERTAKEN = Refusal("the project changed while the release was made", ("deckwright release",))


def make(
    plan: Plan, root: Path, rehearse: Callable[[Path], Refusal | None] = lambda package: None
) -> tuple[Cut, Path] | Refusal:
    """Build the release twice, compare, and put all that is published into `build/releases/VERSION`, in one step.

    The release, and that folder. What its author edited there of the texts is kept. `rehearse` is given the package before
    anything is put there, and may refuse it. Nothing that Git tracks is changed. Raises OSError.
    """
    folder = build.make_build_folder(root) / RELEASES
    folder.mkdir(exist_ok=True)
    files.sweep(folder)
    with files.workshop(folder) as made:
        new = made / plan.version
        new.mkdir()
        try:
            cut = _built(plan, new)
        except GitError as error:
            return Refusal(f"the commit cannot be taken out of Git: {error}")
        if isinstance(cut, Refusal):
            return cut
        if refusal := rehearse(new / cut.file()):
            return refusal
        target = folder / plan.version
        _papers(cut, new, edited(cut, target))
        if plan.repository.head != plan.source:  # The files of a release that was faster are those to be published.
            return _OVERTAKEN
        if target.exists():
            target.rename(made / "before")
        new.rename(target)
    return cut, target


def finish(plan: Plan, cut: Cut, folder: Path) -> Refusal | None:
    """Commit the ledger, the manifest and the changelog of a release, and tag the commit: all or nothing. `folder` is what
    `make` has made.
    """
    root = plan.repository.root
    before = changelog.read(root)
    if isinstance(before, Refusal):
        return before
    changes: dict[str, bytes | None] = {
        ledger.FILE: (folder / ledger.FILE).read_bytes(),
        manifest.path(cut.version): (folder / manifest.FILE).read_bytes(),
        DECK_CHANGELOG: changelog.changelog(cut, before).encode(),
    }
    changes |= {fragment.path: None for fragment in cut.fragments}
    try:
        if plan.repository.head != plan.source or plan.repository.changed():
            return _OVERTAKEN
        problem = plan.repository.publish(changes, f"Release {cut.settings.name} {cut.version}", cut.tag)
    except GitError as error:
        return Refusal(f"Git cannot commit it: {error}")
    if problem:
        said = f"version {cut.version} is committed and tagged, but your folder is not at it yet: {problem}"
        return Refusal(said, (restoring(plan.repository),), is_made=True)
    return None


def _built(plan: Plan, folder: Path) -> Cut | Refusal:
    """The release, with its packages in `folder`: built of the commit alone, in two places, to the same bytes."""
    assigned, terms = plan.loaded.assigned, Terms(plan.time)
    settings = plan.loaded.collection.settings
    versions = program.versions()
    renderers = {name: versions.get(program.normalised(name), "") for name in LIBRARIES}
    stamped = identity.release(assigned, settings, plan.version, plan.time, renderers).ledger
    target = folder / f"{settings.slug}.apkg"
    with plan.repository.taken_out(plan.source) as root:
        loaded = _package(root, stamped, terms, target)
        if isinstance(loaded, Refusal):
            return loaded
        contents = package.contents(loaded.collection)
        editions = tuple(
            CutEdition(edition.name, edition.title, package.contents(loaded.edition(edition.name)))
            for edition in settings.editions
        )
    sealed = identity.sealed(stamped, contents.cards, contents_digest(contents), __version__)
    with plan.repository.taken_out(plan.source) as root:
        other = folder / "again" / target.name
        again = _package(root, sealed, terms, other)
        if isinstance(again, Refusal):
            return again
        made, more = ({path.name: path for path in held.glob("*.apkg")} for held in (folder, other.parent))
        if made.keys() != more.keys() or not all(filecmp.cmp(made[name], more[name], shallow=False) for name in made):
            return Refusal("two builds of the same commit are not the same: please report this")
        shutil.rmtree(other.parent)
    ledger.write(sealed, folder / ledger.FILE)
    cut = Cut(
        settings=settings,
        version=plan.version,
        time=plan.time,
        source=plan.source,
        package=contents,
        ledger=sealed,
        former=plan.former,
        changes=plan.changes,
        verdict=plan.verdict,
        fragments=plan.fragments,
        tool=__version__,
        renderers=renderers,
        before_v=plan.repository.before_v,
        editions=editions,
    )
    for name in ("", *(edition.name for edition in editions)):
        shutil.copyfile(folder / cut.file(name, version=False), folder / cut.file(name))
    return cut


def _package(root: Path, held: Ledger, terms: Terms, target: Path) -> Loaded | Refusal:
    """Build the project in `root`, as it is in the commit, with the ledger of the release, which must need no change."""
    ledger.write(held, root / ledger.FILE)
    outcome = build.build(root, build.Options(terms, target, locked=True, editions=True))
    if outcome.status == "built" and outcome.loaded:
        return outcome.loaded
    if outcome.status in ("errors", "blocked", "bad settings", "no notes"):
        return Refusal("the commit alone has errors: what it needs is not in Git", found=tuple(outcome.found))
    if outcome.status == "locked":
        return Refusal("deck.lock would change in a clone of the commit: what it needs is not in Git")
    return Refusal(f"no package was built of the commit: {outcome.problem or outcome.status}")


def _papers(cut: Cut, folder: Path, kept: Mapping[str, bytes]) -> None:
    """Write what goes with the package. `kept` are texts that stay as they are. The sums are of all files but the ledger,
    which nobody downloads.
    """
    for name, write in TEXTS.items():
        (folder / name).write_bytes(kept[name] if name in kept else write(cut).encode())
    published = {path.name: _file(path) for path in folder.iterdir() if path.suffix == ".apkg"}
    made = manifest.manifest(cut, dict(sorted(published.items())))
    (folder / manifest.FILE).write_bytes(manifest.dump(made))
    summed = sorted(path for path in folder.iterdir() if path.name != ledger.FILE)
    lines = (f"{_file(path).sha256}  {path.name}\n" for path in summed)
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def _file(path: Path) -> manifest.File:
    with path.open("rb") as file:
        return manifest.File(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
