"""`deckwright push`: a project → its package, in the Anki on this computer; and what of it is there afterwards."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._project import found_root, project_option
from ._talk import command, count, fail, shown, styled, terminal_columns
from .build import hand_to_anki, make

if TYPE_CHECKING:
    from ..package import Package
    from ..push import AnkiConnect, Standing, Watch

_PAUSE = 1.0
"""In seconds: how often Anki is asked whether the import has come."""


@command("push")
@project_option
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(1, 65535),
    default=8765,
    envvar="DECKWRIGHT_ANKICONNECT_PORT",
    help="Where the add-on AnkiConnect listens on this computer. Default: 8765.",
)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.IntRange(0, 3600),
    default=300,
    help="How long to wait for your import, to look at it afterwards. Default: 300.",
)
@click.pass_context
def push(ctx: click.Context, start: Path, port: int, wait: int) -> None:
    """Build the package and hand it to Anki on this computer.

    Shows what has changed since the last push, and opens Anki's import dialog: you import. With the add-on AnkiConnect, the
    notes in Anki are compared with those that were built, afterwards. Nothing is synced, and nothing is deleted.
    """
    from .. import files
    from .. import package as packages
    from .. import push as pushing

    path, _ = make(start)
    root = found_root(start)
    try:
        package = packages.read(path)
    except (packages.PackageError, OSError) as error:
        fail(1, str(error))
    _say_changes(pushing.last(root), package)
    click.echo("Sync your other devices first, and then Anki here. Only then import.", err=True)
    anki = _found(port)
    before = _before(anki, package)
    is_open = bool(anki and before and _opened(anki, path)) or hand_to_anki(path)
    try:
        if is_open:
            pushing.remember(root, package)
    except OSError as error:
        click.echo(f"What was pushed cannot be remembered: {files.reason(error)}", err=True)
    if not (is_open and anki and before and wait):
        ctx.exit(int(not is_open))
    after = _imported(anki, package, *before, wait)
    if after is None:
        ctx.exit(1)
    _say_standing(after)
    ctx.exit(int(bool(after.others)))


def _say_changes(before: Package | None, package: Package) -> None:
    """Say what has changed since the last push. What has since the last release, the build says."""
    from ..diff import compare, to_text

    if before:
        click.echo("\nSince the last push:")
        click.echo(to_text(compare(before, package), styled, 10, terminal_columns(sys.stdout)) + "\n")
    else:
        click.echo("Nothing was pushed from here before.")


def _found(port: int) -> AnkiConnect | None:
    """AnkiConnect, if it is there and lets itself be asked."""
    from ..push import KEY, AnkiConnect, Missing, Refused

    anki = AnkiConnect(port, os.environ.get(KEY, ""))
    try:
        anki.greet()
    except Missing:
        click.echo(
            f"AnkiConnect does not run (port {port}): the desktop opens the package, and nothing is checked.", err=True
        )
        return None
    except Refused as error:
        _say_refused(error)
        return None
    return anki


def _say_refused(why: object) -> None:
    click.echo(f"AnkiConnect {why}. The desktop opens the package, and nothing is checked.", err=True)


def _before(anki: AnkiConnect | None, package: Package) -> tuple[Standing, Watch] | None:
    """What of the package Anki has before the import, and what sees when it has more; None if it does not say."""
    from ..push import Missing, Refused, Watch, stand

    if anki is None:
        return None
    try:
        standing = stand(anki, package)
        return standing, Watch(anki, package, standing)
    except Missing:
        _say_refused("has just ended")
    except Refused as error:
        _say_refused(error)
    return None


def _opened(anki: AnkiConnect, path: Path) -> bool:
    """Whether AnkiConnect has opened the import dialog, or may have."""
    from ..push import Missing, Refused, Unheard

    try:
        anki.open_import(path)
    except Missing:
        _say_refused("has just ended")
    except Unheard as error:  # The dialog may be there: a second one would lie upon it.
        click.echo(f"AnkiConnect {error}. Anki may show its import dialog all the same.", err=True)
        return True
    except Refused as error:
        _say_refused(error)
    except OSError as error:
        fail(1, f"{shown(path)} is gone: {error.strerror}")
    else:
        return True
    return False


def _imported(anki: AnkiConnect, package: Package, before: Standing, watch: Watch, wait: int) -> Standing | None:
    """What of the package Anki has once more of it is there than before, or when the time is over; None if Anki does not say."""
    from ..push import Missing, Refused, Unheard, stand

    if not before.others:
        return before
    click.echo(f"Waiting for your import, {count(wait, 'second')} at most. Ctrl-C ends the waiting alone.", err=True)
    end = time.monotonic() + wait
    try:
        is_changed = False
        while time.monotonic() < end:
            time.sleep(_PAUSE)
            try:
                is_changed = is_changed or watch.has_changed()
                if is_changed and (now := stand(anki, package)).same > before.same:
                    return now
                is_changed = False
            except Unheard:  # While it imports, Anki answers nobody.
                continue
        click.echo(f"No import was seen within {count(wait, 'second')}.", err=True)
        return stand(anki, package)
    except Missing:
        click.echo("Anki was closed, and what it has now is not known.", err=True)
    except Refused as error:
        click.echo(f"AnkiConnect {error}. What Anki has now is not known.", err=True)
    return None


def _say_standing(standing: Standing) -> None:
    """Say how many notes are as they were built, and name the others."""
    from ..limits import MAX_PUSH_TOLD

    are = "is" if standing.same == 1 else "are"
    click.echo(f"{standing.same} of {count(standing.number, 'note')} {are} in Anki as built.")
    for other in standing.others[:MAX_PUSH_TOLD]:
        click.echo(f"{styled(other.name, 'place')}: {other.reason}")
    if (more := len(standing.others) - MAX_PUSH_TOLD) > 0:
        click.echo(f"and {count(more, 'more note')}.")
