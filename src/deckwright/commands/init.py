"""`deckwright init`: a folder → a project."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ._talk import command, fail, next_steps, say, shown, text


@command("init anatomy")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--github",
    is_flag=True,
    help="Write workflows for GitHub, too: one looks at pull requests, one publishes releases. For a project that is there "
    "already, only them.",
)
def init(folder: Path, github: bool) -> None:
    """Turn DIR, or the current folder, into a project.

    The project gets settings with an id of its own and, if there are no notes yet, two files of sample notes. Existing
    files are not changed.
    """
    import random

    from .. import files, starter

    if github:
        _refuse_below(folder.resolve())
    try:
        start, found = starter.create(folder, random.SystemRandom(), github)
    except OSError as error:
        fail(1, f"{shown(folder)} cannot become a project: {files.reason(error)}")
    if start is None:
        fail(2, text(found, err=True))
    say(found)
    for path in start.created:
        click.echo(f"Created {shown(path)}")
    move = [] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(shown(folder))}"]
    next_steps(*move, *start.next)


def _refuse_below(folder: Path) -> None:
    """End the command if the folder is below the top of its Git repository."""
    from ..starter.workflows import FOLDER, top

    place = top(folder)
    if place not in (None, folder):
        fail(
            2,
            f"{shown(folder)} is in the repository {shown(place)}, and GitHub looks for workflows only in {FOLDER} there.",
            "The workflows are for a project at the top of a repository. Nothing was written.",
        )
