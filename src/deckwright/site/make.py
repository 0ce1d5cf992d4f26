"""A project → its site in a folder, put there in one step."""

from __future__ import annotations

from pathlib import Path

import msgspec

from .. import build, files
from ..layout import BUILD, CREDITS, SITE
from ..limits import MAX_FILE_BYTES
from ..release import Refusal
from . import pages
from .shown import opened

MARK = "site.json"
"""The file by which a folder is known as a site: nothing else is ever replaced."""


class Wish(msgspec.Struct, frozen=True):
    """What is asked for: the folder, None for `build/site`; a draft though there is a release. `now` is in seconds of the Unix
    epoch.
    """

    now: int
    target: Path | None = None
    draft: bool = False


class Site(msgspec.Struct, frozen=True):
    """A site that was made: its folder, the deck's name, what version it shows and whether that is a draft; how many pages."""

    folder: Path
    name: str
    version: str
    is_draft: bool
    pages: int


def make(root: Path, wish: Wish) -> Site | Refusal:
    """Make the site of the project in `root`. Raises OSError; then the folder is as it was."""
    target = wish.target or root / BUILD / SITE
    if target.exists() and not _may_replace(target):
        return Refusal(f"{target.name} is no site that was made here, and is not empty: nothing in it is replaced")
    if wish.target is None:
        build.make_build_folder(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    files.sweep(target.parent)
    with opened(root, wish.now, wish.draft) as shown, files.workshop(target.parent) as made:
        if isinstance(shown, Refusal):
            return shown
        new = made / "site"
        new.mkdir()
        number = pages.write(shown, new, _credits(root))
        mark = {"deckwright": 1, "deck": shown.settings.id, "version": shown.version, "draft": shown.is_draft}
        (new / MARK).write_bytes(msgspec.json.encode(mark) + b"\n")
        if target.exists():
            target.rename(made / "before")
        new.rename(target)
        return Site(target, shown.settings.name, shown.version, shown.is_draft, number)


def _may_replace(target: Path) -> bool:
    """Whether a folder is a site, or empty."""
    return target.is_dir() and ((target / MARK).is_file() or not any(target.iterdir()))


def _credits(root: Path) -> str:
    """What the project says of where its pictures come from, as Markdown; empty if it says nothing."""
    try:
        return files.read_inside(root / CREDITS, root, MAX_FILE_BYTES).decode("utf-8-sig", "replace")
    except FileNotFoundError:
        return ""
