"""`deckwright build`: a project → the package that Anki imports."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ._project import changes, found_root, project_option, terms
from ._talk import (
    command,
    command_line,
    count,
    explain_first,
    fail,
    next_steps,
    progress,
    say,
    shown,
    size,
    summary,
    text,
)

if TYPE_CHECKING:
    from ..build import Outcome
    from ..diagnostics import Diagnostic
    from ..package import Counts


output_option = click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The package to write. Default: build/SLUG.apkg in the project.",
)
editions_option = click.option(
    "--editions", is_flag=True, help="Build the package of each edition too: build/SLUG-NAME.apkg."
)
keep_going_option = click.option(
    "--keep-going", is_flag=True, help="Leave out the notes with errors and build the rest."
)


@command("build --open")
@project_option
@output_option
@editions_option
@keep_going_option
@click.option("--locked", is_flag=True, help="Fail if deck.lock would change. For tags and the main branch.")
@click.option(
    "--retire",
    is_flag=True,
    help="Retire the released notes that are gone, even if they are more than a tenth, or may only have changed.",
)
@click.option("--renumber", metavar="ID", multiple=True, help="Accept the new cloze numbers of the note with this ID.")
@click.option("--rename", is_flag=True, help="Accept the new name of a deck that was never released.")
@click.option("--open", "hand_over", is_flag=True, help="Open the package in Anki.")
@click.pass_context
def build(
    ctx: click.Context,
    start: Path,
    output: Path | None,
    editions: bool,
    keep_going: bool,
    locked: bool,
    retire: bool,
    renumber: tuple[str, ...],
    rename: bool,
    hand_over: bool,
) -> None:
    """Build the package that Anki imports.

    If a note has an error, no package is built and the previous one is kept. deck.lock records what makes each note the
    one that learners already have: commit it to Git.
    """
    package, wrong = make(start, output, editions, keep_going, locked, retire, renumber, rename)
    if hand_over:
        hand_to_anki(package)
    if wrong:
        next_steps(explain_first(wrong))
    elif not hand_over:
        next_steps(command_line("build", options=["--open"]))
    ctx.exit(int(bool(wrong)))


def make(
    start: Path,
    output: Path | None = None,
    editions: bool = False,
    keep_going: bool = False,
    locked: bool = False,
    retire: bool = False,
    renumber: tuple[str, ...] = (),
    rename: bool = False,
) -> tuple[Path, list[Diagnostic]]:
    """Build the package, and say so: its absolute path, and all that was found if notes with errors are left out. If there
    is no package, the command ends.
    """
    is_plain = not (keep_going or retire or renumber or rename or "SOURCE_DATE_EPOCH" in os.environ)
    if is_plain and (made := _say_it_is_current(start, output, editions)):
        return made, []
    from .. import build as building
    from ..diagnostics import has_errors

    root = found_root(start)
    options = building.Options(terms(root, retire, renumber, rename), output, keep_going, locked, editions)
    with progress() as show:
        outcome = building.build(root, options, show, say_waiting)
    say(outcome.found)
    if outcome.status != "built" or not outcome.target:
        _say_why_not(outcome)
    failed = has_errors(outcome.found)
    _say_what(outcome)
    if is_plain:
        remember(outcome, output is None, editions)
    if failed:
        click.echo(f"{summary(outcome.found)}: the notes with errors are left out.", err=True)
    return outcome.target.resolve(), outcome.found if failed else []


def _say_it_is_current(start: Path, output: Path | None, editions: bool) -> Path | None:
    """Say what a build would say that makes the same package once more, and return its path; None if it may be another one."""
    from .. import manifest

    root = manifest.root_above(start)
    current = root and manifest.unchanged(root, output, editions)
    if not (root and current):
        return None
    package, said = current
    click.get_current_context().find_root().obj = Path(root)
    if said["found"]:
        click.echo(said["found"] + "\n", err=True)
    target = output or Path(package)
    click.echo(f"Built {shown(target)} · {said['held']}")
    for name, held in said["editions"] if editions else ():
        click.echo(f"Built {shown(target.with_name(name))} · {held}")
    for line in said["changes"]:
        click.echo(line)
    return target.resolve()


def remember(outcome: Outcome, is_default: bool, editions: bool) -> None:
    """Keep what was looked at and what was said, so that the next build need do nothing where nothing has changed."""
    from .. import build as building
    from .. import files, manifest

    if not (outcome.seen and outcome.target and outcome.loaded and outcome.package):
        return
    place = Path(outcome.seen.root, manifest.PLACE)
    said = {
        "found": text(outcome.found),
        "held": _held(outcome.package),
        "editions": [(path.name, _held(counts)) for path, counts in outcome.editions.values()],
        "changes": changes(outcome.loaded, is_repeated=True),
    }
    media = building.shipped_as_they_are(outcome.loaded)
    with suppress(OSError):  # Then the next build looks at everything.
        if not place.parent.is_symlink():  # It may lead out of the project.
            files.replace(
                place,
                manifest.pack(outcome.seen, outcome.target, is_default, said, media, with_editions=editions),
                sync=False,
            )


def say_waiting() -> None:
    """Say that another build of the project is running."""
    click.echo("Another build of this project is running: waiting for it.", err=True)


def _say_why_not(outcome: Outcome) -> NoReturn:
    """Say why there is no package and what to do about it, and end."""
    found, target = outcome.found, outcome.target
    if outcome.status in ("bad name", "unknown id"):
        fail(2, outcome.problem)
    if outcome.status == "busy":
        fail(
            1, "No package was made: another build of this project is still running.", f"Next: {command_line('build')}"
        )
    if outcome.status in ("unwritable", "unreadable") and outcome.path:
        _say_ledger_changed(outcome)
        fail(1, f"No package was made: {why_not(outcome)}")
    if outcome.status == "locked":
        changes = f"deck.lock would change ({count(outcome.stale_lines, 'line')})"
        fail(1, f"No package was made: {changes}.", "Next: deckwright build, and commit deck.lock")
    kept = f" The previous {shown(target)} is kept." if target and target.exists() else ""
    click.echo(f"No package was made: {why_not(outcome)}.{kept}", err=True)
    going = f"{command_line('build', options=['--keep-going'])}, to leave out the notes with errors"
    next_steps(explain_first(found), *([going] if outcome.status == "errors" else []))
    click.get_current_context().exit(1)


def why_not(outcome: Outcome) -> str:
    """Why there is no package: what cannot be read or written, or else what is wrong with the notes."""
    if outcome.status in ("unwritable", "unreadable") and outcome.path:
        verb = "written" if outcome.status == "unwritable" else "read"
        return f"{shown(outcome.path)} cannot be {verb}: {outcome.problem}"
    if outcome.status == "no notes":
        return "there are no notes yet" if outcome.found[-1].code == "P018" else "every note has an error"
    return summary(outcome.found)


def _say_what(outcome: Outcome) -> None:
    """Say what was built, and what that changed."""
    if not (outcome.target and outcome.package and outcome.loaded):
        return
    click.echo(f"Built {shown(outcome.target)} · {_held(outcome.package)}")
    for path, held in outcome.editions.values():
        click.echo(f"Built {shown(path)} · {_held(held)}")
    for line in changes(outcome.loaded):
        click.echo(line)
    _say_ledger_changed(outcome)


def _held(made: Counts) -> str:
    """As in "2 notes, 3 cards, 1 media file, 40 kB"."""
    counts = ((made.notes, "note"), (made.cards, "card"), (made.media, "media file"))
    return ", ".join([*(count(number, noun) for number, noun in counts if number), size(made.size)])


def _say_ledger_changed(outcome: Outcome) -> None:
    """Say whether deck.lock was written. It also is where no note changed, as by other formatting or a newer Deckwright."""
    from .. import summary as changed

    if outcome.is_ledger_changed and outcome.loaded:
        ledgers = outcome.loaded.before, outcome.loaded.assigned.ledger
        since = changed.since_build(*ledgers)
        is_look_new = changed.is_look_new(*ledgers)
        if is_look_new:
            lost = "an update replaces what learners changed in Cards…, but not their own file"
            click.echo(f"The look of the cards has changed: {lost}.", err=True)
        though = ", though no note has" if since and not since.any and not is_look_new else ""
        click.echo(f"deck.lock has changed{though}: commit it with your notes.", err=True)


_PATIENCE = 2.0
"""In seconds: how long the desktop has to say that it cannot open the package."""


def hand_to_anki(package: Path) -> bool:
    """Open the package with the desktop's program for it, and do not wait until that program ends. Whether it was opened."""
    import subprocess

    opener = "open" if sys.platform == "darwin" else "xdg-open"
    why = ""
    try:
        if sys.platform == "win32":
            os.startfile(package)
        else:
            quiet = subprocess.DEVNULL
            line = [opener, str(package)]
            process = subprocess.Popen(line, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
            with suppress(subprocess.TimeoutExpired):  # It is running, and so is what it opened.
                if code := process.wait(_PATIENCE):
                    is_unknown = code == 3 and opener == "xdg-open"  # See EXIT CODES in its manual.
                    why = f"{opener} {'knows no program for it' if is_unknown else f'failed with exit code {code}'}"
    except OSError:
        why = "no program opens it" if sys.platform == "win32" else f"{opener} is missing"
    if why:
        way = f"In Anki, choose File > Import, and {shown(package)}."
        click.echo(f"The package cannot be opened from here: {why}. {way}", err=True)
    return not why
