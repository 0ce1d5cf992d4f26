"""`deckwright diff`: two packages → what importing the second changes for a learner who has the first."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._project import found_root, loaded, project_option
from ._talk import (
    command,
    command_line,
    count,
    explain_first,
    fail,
    next_steps,
    print_json,
    shown,
    size,
    styled,
    summary,
    terminal_columns,
    text,
)

if TYPE_CHECKING:
    from ..diff import Changes
    from ..model import Media
    from ..sidebyside import Side


@command("diff anatomy-1.0.apkg anatomy-1.1.apkg")
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", required=False, type=click.Path(exists=True, path_type=Path))
@project_option
@click.option("--all", "whole", is_flag=True, help="List every change, however many there are.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.option(
    "--html",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with the old and the new cards side by side, too.",
)
def diff(old: Path, new: Path | None, start: Path, whole: bool, as_json: bool, target: Path | None) -> None:
    """Show what importing NEW changes for someone who has OLD.

    Both are packages, made by any tool. NEW can also be a project's folder. Without NEW, it is the current project.
    """
    from ..diff import compare, to_json, to_text

    if target:
        _refuse_target(target)
    before, _ = _contents(old)
    after, places = _contents(new or start)
    changes = compare(before.package, after.package, places)
    if target:
        _write(target, before, after, changes)
    if as_json:
        print_json(to_json(changes, before.package, after.package))
        return
    columns = terminal_columns(sys.stdout)
    listed = to_text(changes, styled, None if whole else 10, columns)
    click.echo(listed)
    if new is None:
        next_steps(command_line("build"))
    elif new.is_dir():
        next_steps(shlex.join(["deckwright", "build", "--project", str(new)]))
    elif not whole and listed != to_text(changes, styled, None, columns):
        next_steps(shlex.join(["deckwright", "diff", str(old), str(new), "--all"]))


def _refuse_target(target: Path) -> None:
    """End the command if this is no file to write a page to: no package and no notes are overwritten by a slip."""
    if target.suffix.lower() not in (".html", ".htm"):
        fail(2, f"{shown(target)} cannot be written: its name must end in .html.")
    if target.exists() and not target.is_file():
        fail(2, f"{shown(target)} cannot be written: it is not a file.")


def _contents(path: Path) -> tuple[Side, dict[str, str]]:
    """What the package contains or, for a project's folder, what its package would contain, and where its notes are."""
    from functools import partial

    from .. import package
    from ..diagnostics import has_errors
    from ..package.files import files as packed_files
    from ..sidebyside import Side

    if not path.is_dir():
        try:
            return Side(path.name, package.read(path), partial(packed_files, path)), {}
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
    media = {file.name: file for file in made.collection.media}
    name = made.collection.settings.name
    return Side(name, package.contents(made.collection), partial(_own_files, media)), places


def _own_files(media: Mapping[str, Media], names: Iterable[str], room: int) -> dict[str, bytes]:
    """The bytes of the project's own files; see `sidebyside.faces.Reading`."""
    found: dict[str, bytes] = {}
    for name in names:
        data = media[name].read() if name in media else None
        if data is not None and len(data) <= room:
            found[name] = data
            room -= len(data)
    return found


def _write(target: Path, before: Side, after: Side, changes: Changes) -> None:
    """Write the page, and say on stderr what was written: the list of changes, or JSON, is printed too."""
    from .. import files, package, sidebyside

    try:
        page = sidebyside.to_page(before, after, changes)
        data = f"{page.html}\n".encode("utf-8", "backslashreplace")
        target.parent.mkdir(parents=True, exist_ok=True)
        files.replace(target, data)
    except package.PackageError as error:
        fail(2, str(error))
    except OSError as error:
        fail(1, f"{shown(target)} cannot be written: {files.reason(error)}")
    left_out = f"; {page.left_out} more are not in it" if page.left_out else ""
    click.echo(f"Wrote {shown(target)} · {count(page.shown, 'change')}, {size(len(data))}{left_out}", err=True)
    if missing := len(page.files_left_out):
        click.echo(f"{count(missing, 'file')} found no room in it, such as {page.files_left_out[0]}.", err=True)
