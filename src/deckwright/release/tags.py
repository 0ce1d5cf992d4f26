"""A repository, and a deck in it → what the tags of its releases are called."""

from __future__ import annotations

from msgspec.structs import replace

from ..identity import ledger
from . import manifest
from .repository import Repository


def named(held: Repository, slug: str) -> Repository:
    """The same repository, which knows the tags of the deck: those that its manifests name, else those with its slug now.

    A deck at the top of its repository has the tags v1.0.0 and so on. Where it lies further down, another deck may lie beside
    it, so its tags have its slug, as in anatomy-v1.0.0.
    """
    if not held.prefix:
        return held
    releases = ledger.releases(held.file(held.head, ledger.FILE) or b"")
    known = (manifest.committed(held, held.head, release.version) for release in releases)
    names = {made.version: made.tag for made in known if made}
    return replace(held, before_v=f"{slug}-", names=names)
