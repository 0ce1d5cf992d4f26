"""`deckwright adopt`: a deck that somebody has already → a project."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._project import now
from ._talk import command, count, fail, next_steps, print_json, progress, shown, styled

if TYPE_CHECKING:
    from ..adopt.adoption import Adoption
    from ..adopt.source import Source

_TOLD = 10
"""How many lines of each list are printed."""


@command("adopt French.apkg")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--dry-run", "is_trial", is_flag=True, help="Show what would come of it, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs: all notes, and not only the first.")
@click.option("--name", default="", help="The deck's name in Anki. Default: the one that it has.")
@click.pass_context
def adopt(ctx: click.Context, source: Path, folder: Path | None, is_trial: bool, as_json: bool, name: str) -> None:
    """Turn the deck in SOURCE into a project in DIR.

    SOURCE is a package of any tool, a folder of CrowdAnki, or a table of notes. DIR must be new or empty; by default it is called
    like the deck. Notes keep their guids and note types: whoever has the deck keeps all reviews, and gets what you change with
    the next version. Before anything is written, the project is built, and each note compared with the one that it was.
    """
    import random

    from ..adopt import adoption, forms
    from ..adopt.source import Unadoptable, opened

    if folder and not is_trial:
        _refuse(folder)
    try:
        with opened(source) as held, _room(held, name, folder, is_trial) as (root, target), progress() as show:
            made = adoption.adopt(
                held, root, now=now(Path.cwd()), chance=random.SystemRandom(), name=name, progress=show
            )
            if target:
                _put(root, target)
    except Unadoptable as error:
        fail(1, f"{shown(source)} cannot be adopted: {error}.", *filter(None, [error.hint]))
    except OSError as error:
        from .. import files

        fail(1, f"{shown(folder or Path())} cannot be written: {error.filename or ''} {files.reason(error)}.")
    if as_json:
        print_json(forms.to_json(made, str(target or "")))
    else:
        _say(made, source, target)
    ctx.exit(int(made.loses))


def _refuse(folder: Path) -> None:
    """End the command if there is anything in the folder."""
    if folder.exists() and any(folder.iterdir()):
        fail(2, f"{shown(folder)} is not empty. A deck is adopted into a new folder: name another.")


@contextmanager
def _room(source: Source, name: str, folder: Path | None, is_trial: bool) -> Iterator[tuple[Path, Path | None]]:
    """An empty folder for the project, and where that is to go, None if it stays nowhere. Beside its place, it can be moved there in
    one step.
    """
    from tempfile import TemporaryDirectory

    from .. import files, starter

    if is_trial:
        with TemporaryDirectory(prefix="deckwright-") as made:
            yield Path(made), None
        return
    target = (folder or Path(starter.slug_of(name or source.name))).absolute()
    _refuse(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    files.sweep(target.parent)
    with files.workshop(target.parent) as made:
        root = made / target.name
        root.mkdir()
        yield root, target


def _put(root: Path, target: Path) -> None:
    """Move the project to its place. Raises OSError."""
    if target.exists():
        target.rmdir()
    root.rename(target)


def _say(made: Adoption, source: Path, target: Path | None) -> None:
    """Print what came of it, and on stderr what to do next."""
    from ..adopt import forms

    what = f"{count(made.notes, 'note')} of {shown(source)}"
    if target:
        click.echo(
            f"Adopted {what} · {count(made.cards, 'card')}, {count(made.files, 'file')} of notes, "
            f"{count(made.media, 'media file')} in {shown(target)}"
        )
    else:
        click.echo(f"{what} would become {count(made.cards, 'card')} in {count(made.files, 'file')} of notes")
    click.echo(forms.to_text(made, styled, _TOLD))
    if target is None:
        click.echo("Nothing is written.", err=True)
        return
    next_steps(
        f"cd {shlex.quote(shown(target))}",
        "git init && git add --all && git commit -m 'Adopt the deck'",
        "deckwright build",
    )
