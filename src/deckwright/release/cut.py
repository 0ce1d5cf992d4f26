"""What a release is: all that its papers are made of, and nothing that is not in the repository."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from ..diff import Changes
from ..identity import Ledger
from ..model import Settings
from ..package import Package
from .former import Former
from .fragments import Fragment
from .step import Verdict


class CutEdition(msgspec.Struct, frozen=True):
    """A part of the deck that is published as a package of its own."""

    name: str
    title: str
    package: Package

    @property
    def counts(self) -> dict[str, int]:
        """How many notes, cards and media files it has, by what one is called."""
        return _counts(self.package)


class Cut(msgspec.Struct, frozen=True):
    """A release. `time` is in seconds of the Unix epoch, `source` the commit whose notes it has.

    `package` is what learners get, `ledger` is deck.lock after the release. `former` is the release before it, `changes`
    what differs from that and `verdict` what is thought of it; before the first release there is none of the three.
    `tool` is the version of Deckwright, `renderers` are those of the libraries that decide the HTML. `before_v` is what the
    tag begins with. `editions` are in the order of the settings.
    """

    settings: Settings
    version: str
    time: int
    source: str
    package: Package
    ledger: Ledger
    former: Former | None
    changes: Changes | None
    verdict: Verdict
    fragments: tuple[Fragment, ...]
    tool: str
    renderers: Mapping[str, str]
    before_v: str = ""
    editions: tuple[CutEdition, ...] = ()

    def file(self, edition: str = "", version: bool = True) -> str:
        """The name of a package: of the whole deck, or of an edition; with the version, or for the latest one."""
        return "-".join(filter(None, [self.settings.slug, edition, self.version if version else ""])) + ".apkg"

    @property
    def tag(self) -> str:
        return f"{self.before_v}v{self.version}"

    @property
    def counts(self) -> dict[str, int]:
        """How many notes, cards and media files the package has, by what one is called."""
        return _counts(self.package)

    @property
    def date(self) -> str:
        """The day of the release, in UTC, as in 2026-11-30."""
        return datetime.fromtimestamp(self.time, UTC).date().isoformat()

    @property
    def relearn(self) -> list[str]:
        """The IDs of the notes that people must learn again."""
        return list(dict.fromkeys(id_ for fragment in self.fragments for id_, _ in fragment.relearn))


def _counts(package: Package) -> dict[str, int]:
    return {"note": len(package.notes), "card": package.cards, "media file": len(package.media)}
