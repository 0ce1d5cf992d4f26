"""What commands do that edit an author's own files: they find them, ask Git what is committed, show a patch, and write it."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

import click

from ._talk import fail, shown, styled

if TYPE_CHECKING:
    from ..release.repository import Repository


class Edit(Protocol):
    """A file at `path`, relative to a root, before and after; `is_new` says that there is none before."""

    @property
    def path(self) -> str: ...

    @property
    def before(self) -> bytes: ...

    @property
    def after(self) -> bytes: ...

    @property
    def is_new(self) -> bool: ...


def meant(root: Path, paths: Collection[Path]) -> set[str]:
    """The files of notes that are meant, relative to the root. If one is no such file, the command ends."""
    from .. import files, settings

    project, _ = settings.load(root)
    known = files.note_files(root, project.settings.cards) if project else []
    only: set[str] = set()
    for path in paths:
        place = Path(os.path.abspath(path))  # noqa: PTH100 - a link is not followed: it is refused by its name.
        within = place.relative_to(root).as_posix() if place.is_relative_to(root) else None
        meant = {each for each in known if within in (".", each) or each.startswith(f"{within}/")}
        if project and not meant:
            fail(2, f"There are no notes of the project in {shown(path)}.")
        only |= meant
    return only


def repository_of(root: Path, nothing: str, *, is_written: bool, is_forced: bool) -> Repository | None:
    """The repository that the folder is in. Where Git does not answer, the command ends: what is committed is not known.
    `nothing` says what is not done then, as in "No ids are given". It ends, too, if nobody could take back what is to be written,
    unless its author insists.
    """
    from ..release.repository import repository

    found = repository(root)
    if found is None and any((folder / ".git").exists() for folder in (root, *root.parents)):
        _say_unread(nothing)
    if found is None and is_written and not is_forced:
        fail(
            1,
            f"Nothing is written: {shown(root)} is in no Git repository, and without one nothing can be taken back.",
            "Next: git init && git add --all && git commit -m 'Keep the notes as they were'",
            "Or say --force.",
        )
    return found


def uncommitted(repository: Repository | None, nothing: str) -> list[str]:
    """The files and folders of the project that are not as they were committed, and those that Git ignores in it. Where the
    project as a whole is ignored, or in no repository, none is: it is not under version control. Where Git fails, the command
    ends.
    """
    if repository is None:
        return []
    from ..release.repository import GitError

    try:
        ignored = repository.git("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        return [*repository.changed(), *ignored.decode("utf-8", "surrogateescape").split("\0")]
    except GitError:
        _say_unread(nothing)


force_option = click.option(
    "--force", "is_forced", is_flag=True, help="With --write: write even if no Git has the files as they were."
)


def _say_unread(nothing: str) -> NoReturn:
    fail(1, f"{nothing}: the project is in a Git repository, and Git does not read it.", "Next: git status")


def write(root: Path, edits: Collection[Edit], what: str, again: str) -> None:
    """Write the files, unless one is another now. If one cannot be written, the command ends. `what` is written, as in "The
    ids"; `again` is the command line that looks at the files anew.
    """
    from .. import files
    from ..limits import MAX_FILE_BYTES

    try:
        for edit in edits:
            place = root / edit.path
            if place.exists() if edit.is_new else files.read(place, MAX_FILE_BYTES) != edit.before:
                fail(1, f"{shown(place)} has changed just now: nothing is written.", f"Next: {again}")
        for edit in edits:
            files.replace(root / edit.path, edit.after)
    except OSError as error:
        fail(1, f"{what} cannot be written: {error.filename or ''} {files.reason(error)}.", "Next: git status")


def show(diff: bytes) -> None:
    """Print the patch as it is, or on a terminal in colour, and with a sign for what would control it."""
    if not sys.stdout.isatty():
        click.echo(diff, nl=False)
        return
    from ..diagnostics.forms import harmless

    roles = {"-": "old", "+": "new", "@": "place", "d": "heading"}
    for line in diff.decode("utf-8", "replace").splitlines():
        role = roles.get(line[:1])
        click.echo(styled(harmless(line), role) if role else harmless(line))
