"""`deckwright rehearse`: packages → what learners of all kinds see and lose, in the real Anki."""

from __future__ import annotations

from pathlib import Path

import click

from ._talk import command, fail, print_json, progress, styled


@command("rehearse anatomy-1.0.apkg anatomy-1.1.apkg")
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument(
    "newer",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[BETWEEN]... NEW",
)
@click.option("--python", metavar="PATH", help="The Python of an environment with another version of Anki.")
@click.option("--all", "whole", is_flag=True, help="List every note, however many there are.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def rehearse(
    ctx: click.Context, old: Path, newer: tuple[Path, ...], python: str | None, whole: bool, as_json: bool
) -> None:
    """Import NEW into the real Anki, as people do who have OLD.

    Learners of all kinds are played: one who reviewed, edited, moved or deleted something, and so on. Fails if one of
    them loses what was promised, or if Anki does something else than `diff` says. All packages must be of one deck, from
    the oldest to the newest.
    """
    from .. import rehearsal
    from ..limits import MAX_REHEARSAL_TOLD, MAX_REHEARSED
    from ..package import PackageError

    paths = (old, *newer)
    if len(paths) > MAX_REHEARSED:
        fail(2, f"{len(paths)} packages are too many: at most {MAX_REHEARSED} can be rehearsed together.")
    try:
        with progress(what="Playing learners") as show:
            found = rehearsal.rehearse(paths, python, show)
    except rehearsal.AnkiMissing as error:
        fail(2, str(error))
    except (PackageError, rehearsal.AnkiFailed) as error:
        fail(1, str(error))
    if as_json:
        print_json(rehearsal.to_json(found))
    else:
        click.echo(rehearsal.to_text(found, styled, None if whole else MAX_REHEARSAL_TOLD))
    ctx.exit(int(not found.is_good))
