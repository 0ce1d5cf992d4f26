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
    if problem := _unfit(target):
        return Refusal(f"{target.name or target} {problem}: nothing in it is replaced")
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
        holds = sorted({MARK, *(path.name for path in new.iterdir())})
        mark = _Mark(1, shown.settings.id, shown.version, shown.is_draft, tuple(holds))
        (new / MARK).write_bytes(msgspec.json.encode(mark) + b"\n")
        if target.exists():
            target.rename(made / "before")
        new.rename(target)
        return Site(target, shown.settings.name, shown.version, shown.is_draft, number)


class _Mark(msgspec.Struct, frozen=True):
    """What a site says of itself. `holds` are the names of what is in its folder."""

    deckwright: int
    deck: str
    version: str
    draft: bool
    holds: tuple[str, ...] = ()


_BY_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""What systems put into folders that somebody looks at."""


def _unfit(target: Path) -> str:
    """Why nothing may be put in a folder's place: it holds more than a site. Empty if it is a site, empty, or not there."""
    if not target.exists():
        return ""
    held = {path.name for path in target.iterdir()} - _BY_SYSTEMS if target.is_dir() else {""}
    if not held:
        return ""
    try:
        mark = msgspec.json.decode(files.read(target / MARK, MAX_FILE_BYTES), type=_Mark)
    except (OSError, msgspec.MsgspecError):
        return "is no site that was made here, and is not empty"
    more = sorted(held.difference(mark.holds))
    return f"has {more[0]}, which is not of the site that was made there" if more else ""


def _credits(root: Path) -> str:
    """What the project says of where its pictures come from, as Markdown; empty if it says nothing."""
    try:
        return files.read_inside(root / CREDITS, root, MAX_FILE_BYTES).decode("utf-8-sig", "replace")
    except FileNotFoundError:
        return ""
