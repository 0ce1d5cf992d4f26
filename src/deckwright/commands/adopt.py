"""`deckwright adopt`: a deck that somebody has already → a project."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._adopt_notes import TOOLS, adopt_notes, is_notes
from ._patches import force_option
from ._project import now
from ._talk import command, count, fail, next_steps, print_json, progress, shown, styled

if TYPE_CHECKING:
    from ..adopt.adoption import Adoption
    from ..adopt.foreign.found import Tool
    from ..adopt.source import Source

_TOLD = 10
"""How many lines of each list are printed."""


@command("adopt French.apkg")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--dry-run", "is_trial", is_flag=True, help="Show what would come of it, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs: all notes, and not only the first.")
@click.option("--name", default="", help="The deck's name in Anki. Default: the one that it has.")
@click.option("--write", "is_written", is_flag=True, help="Of a folder of notes: write what the patch says.")
@force_option
@click.option(
    "--keep",
    is_flag=True,
    help="Of a folder of notes: convert none, and help Deckwright read those that it can.",
)
@click.option(
    "--from",
    "tools",
    metavar="TOOL",
    type=click.Choice(TOOLS),
    multiple=True,
    help=f"Of a folder of notes: whose they are, if nothing in it tells. {', '.join(TOOLS[:-1])} or {TOOLS[-1]}.",
)
@click.pass_context
def adopt(
    ctx: click.Context,
    source: Path,
    folder: Path | None,
    *,
    is_trial: bool,
    as_json: bool,
    name: str,
    is_written: bool,
    is_forced: bool,
    keep: bool,
    tools: tuple[Tool, ...],
) -> None:
    """Turn the deck in SOURCE into a project in DIR.

    SOURCE is a package of any tool, a folder of CrowdAnki, or a table of notes. DIR must be new or empty; by default it is called
    like the deck. Notes keep their guids and note types: whoever has the deck keeps all reviews, and gets what you change with
    the next version. Before anything is written, the project is built, and each note compared with the one that it was.
    A table has no note types and no reviews: its deck is a new one.

    SOURCE may also be a folder of notes in the syntax of another tool. Then a patch is shown that makes sections of them where
    they are, each proved to give the same card; --write writes it.
    """
    if is_notes(source):
        _refuse_words({"DIR": folder, "--name": name}, "a deck: notes are adopted where they are")
        is_meant = is_written and not is_trial
        adopt_notes(ctx, source, named=tools, keep=keep, is_written=is_meant, is_forced=is_forced, as_json=as_json)
    _refuse_words({"--write": is_written, "--force": is_forced, "--keep": keep, "--from": tools}, "a folder of notes")
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
        from ..diagnostics.forms import harmless

        fail(1, harmless(f"Nothing is adopted: {str(error).rstrip('.')}."), *filter(None, [error.hint]))
    except OSError as error:
        from .. import files

        fail(1, f"{shown(folder or Path())} cannot be written: {error.filename or ''} {files.reason(error)}.")
    if as_json:
        print_json(forms.to_json(made, str(target or "")))
    else:
        _say(made, source, target)
    ctx.exit(int(made.loses))


def _refuse_words(given: Mapping[str, object], other: str) -> None:
    """End the command if one of these words is given: they say something only of another source."""
    for word, value in given.items():
        if value:
            fail(2, f"{word} is for {other}.")


def _refuse(folder: Path) -> None:
    """End the command if there is anything in the folder, or if it would be in a project: that one would take its notes for its own."""
    from .. import settings

    if folder.exists() and any(folder.iterdir()):
        fail(2, f"{shown(folder)} is not empty. A deck is adopted into a new folder: name another.")
    if outer := settings.find(folder.absolute().parent):
        file = shown(outer / settings.settings_files(outer)[0])
        fail(
            2, f"{shown(folder)} is in the project of {file}. A deck is a project of its own: name a folder elsewhere."
        )


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
    """Move the project to its place. A folder that is there already stays the same one: somebody may stand in it. Raises OSError."""
    if not target.exists():
        root.rename(target)
        return
    if any(target.iterdir()):  # Somebody else was faster.
        raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(target))
    for path in sorted(root.iterdir()):
        path.rename(target / path.name)


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
