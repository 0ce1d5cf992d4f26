"""`deckwright diff`: two packages → what importing the second changes for a learner who has the first."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._project import found_root, loaded, project_option
from ._talk import command, command_line, explain_first, fail, next_steps, print_json, styled, summary, text

if TYPE_CHECKING:
    from ..package import Package


@command("diff anatomy-1.0.apkg anatomy-1.1.apkg")
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", required=False, type=click.Path(exists=True, path_type=Path))
@project_option
@click.option("--all", "whole", is_flag=True, help="List every change, however many there are.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def diff(old: Path, new: Path | None, start: Path, whole: bool, as_json: bool) -> None:
    """Show what importing NEW changes for someone who has OLD.

    Both are packages, made by any tool. NEW can also be a project's folder. Without NEW, it is the current project.
    """
    from ..diff import compare, to_json, to_text

    before, _ = _contents(old)
    changes = compare(before, *_contents(new or start))
    if as_json:
        print_json(to_json(changes))
        return
    listed = to_text(changes, styled, None if whole else 10)
    click.echo(listed)
    if new is None:
        next_steps(command_line("build"))
    elif new.is_dir():
        next_steps(shlex.join(["deckwright", "build", "--project", str(new)]))
    elif not whole and listed != to_text(changes, styled, None):
        next_steps(shlex.join(["deckwright", "diff", str(old), str(new), "--all"]))


def _contents(path: Path) -> tuple[Package, dict[str, str]]:
    """What the package contains or, for a project's folder, what its package would contain, and where its notes are."""
    from .. import package
    from ..diagnostics import has_errors

    if not path.is_dir():
        try:
            return package.read(path), {}
        except (package.PackageError, OSError) as error:
            fail(2, str(error))
    made, found = loaded(found_root(path))
    if made is None or has_errors(found):
        fail(
            1,
            f"{text(found)}\n",
            f"The project cannot be compared: {summary(found)}.",
            f"Next: {explain_first(found)}",
        )
    places = {guid: span.place for guid, span in made.spans.items()}
    return package.contents(made.collection), places
