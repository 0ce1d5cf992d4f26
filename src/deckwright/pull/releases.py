"""A project → what its learners have imported: the package of the last release, and when the notes of older ones were changed."""

from __future__ import annotations

from functools import cached_property

from ..identity import Ledger, ledger
from ..package import Package
from ..release.former import commit_of, missing, rebuild
from ..release.repository import GitError, Repository


class Releases:
    """The releases of a deck, as far as the repository has their tags. `known` is the ledger as it is now, if there is one."""

    def __init__(self, repository: Repository | None, known: Ledger | None) -> None:
        self._repository = repository
        self._known = known

    def released(self, guid: str, mod: int) -> str:
        """The version of the first release that had a note with this time of change; empty if none is known."""
        return self._versions.get((guid, mod), "")

    @cached_property
    def _versions(self) -> dict[tuple[str, int], str]:
        found: dict[tuple[str, int], str] = {}
        if self._repository is None or self._known is None:
            return found
        tags = self._repository.tags()
        for release in sorted(self._known.head.releases, key=lambda each: each.order):
            commit = tags.get(release.version, "")
            data = self._repository.file(commit, ledger.FILE) if commit else None
            held = ledger.parse(data, self._known.head.deck)[0] if data is not None else None
            for guid, line in held.lines.items() if held else ():
                if line.released:
                    found.setdefault((guid, line.released.mod), release.version)
        return found


def last_release(repository: Repository | None, known: Ledger) -> Package | str:
    """The package of the last release, built again from the repository; or why there is none. A newer Deckwright may have made
    other HTML of it: that looks the same.
    """
    release = known.last
    if repository is None or release is None:
        return "the project is in no Git repository"
    commit = commit_of(repository, release, known.head.deck)
    if not commit:
        return missing(repository, release).problem
    try:
        with repository.taken_out(commit) as root:
            return rebuild(root, release.time) or "its notes have errors"
    except GitError as error:
        return str(error)
