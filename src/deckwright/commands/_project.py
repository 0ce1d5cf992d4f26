"""The project that a command works on, loaded for the time that the environment gives."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ._talk import explain_first, fail, progress, shown, summary

if TYPE_CHECKING:
    from ..collection import Loaded
    from ..diagnostics import Diagnostic
    from ..identity import Terms
    from ..summary import Changes

project_option = click.option(
    "--project",
    "start",
    metavar="DIR",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project's folder, or any folder in it. Default: the current folder.",
)
poll_option = click.option(
    "--poll", is_flag=True, help="Look at the files twice a second, as on network drives that tell nothing."
)


def found_root(start: Path) -> Path:
    """The root of the project at or above `start`. If there is none, the command ends."""
    from .. import settings

    try:
        root = settings.find(start)
    except FileNotFoundError:
        fail(2, "The current folder does not exist any more.", "Next: cd")
    if root is None:
        fail(
            2,
            f"There is no project in {shown(start)} or above it: no deck.toml, no pyproject.toml with [tool.deckwright].",
            "To create one: deckwright init",
        )
    click.get_current_context().find_root().obj = root  # so that the log of a bug is put there
    return root


def loaded(root: Path) -> tuple[Loaded | None, list[Diagnostic]]:
    """The project in `root`, None if its settings have an error; and everything that was found."""
    from .. import build

    with progress() as show:
        return build.load(root, terms(root), show)


def say_deaf(reason: str) -> None:
    """Say that the project is watched as with --poll, and why."""
    click.echo(f"The system does not tell of changes ({reason}): the files are looked at twice a second.", err=True)


def end_without(wrong: Sequence[Diagnostic]) -> NoReturn:
    """End a command that has shown the notes without errors: with the exit code 1 if there are errors, which it names."""
    for line in left_out_lines(wrong):
        click.echo(line, err=True)
    click.get_current_context().exit(int(bool(wrong)))


def left_out_lines(wrong: Sequence[Diagnostic]) -> list[str]:
    """What is said of errors where the notes without errors are shown; nothing if there are no notes at all."""
    if all(one.code == "P018" for one in wrong):
        return []
    return [f"Notes with errors are left out: {summary(wrong)}.", f"Next: {explain_first(wrong)}"]


def changes(loaded: Loaded, is_repeated: bool = False) -> list[str]:
    """What has changed since the last build and since the last release: a line for each of them that there was. With
    `is_repeated`, what another build will have to say.
    """
    from .. import summary
    from ..identity.lines import called

    lines = []
    if told := _counted(summary.Changes(), False) if is_repeated else since_build(loaded):
        lines.append(f"Since the last build: {told}")
    if last := loaded.before.last:
        made = loaded.assigned
        is_look_new = any(line.released and line.draft for line in made.ledger.types.values())
        since = summary.Changes(made.new, made.back, made.changed, 0, made.retired)
        lines.append(f"Since {called(last.version)}: {_counted(since, is_look_new)}")
    return lines


def since_build(loaded: Loaded) -> str:
    """What has changed since the last build, as in "3 new, 1 changed"; empty if there was none."""
    from .. import summary

    ledgers = loaded.before, loaded.assigned.ledger
    since = summary.since_build(*ledgers)
    return _counted(since, summary.is_look_new(*ledgers)) if since else ""


def _counted(since: Changes, is_look_new: bool) -> str:
    """As in "3 new, 1 back, 1 changed, 1 moved, 2 gone, the look of the cards changed"."""
    return ", ".join([*since.words(), *["the look of the cards changed"] * is_look_new]) or "nothing changed"


def terms(root: Path, retire: bool = False, renumber: Iterable[str] = (), rename: bool = False) -> Terms:
    """The terms for identities, for the time of this run. `root` is the project's folder."""
    from ..identity import Terms

    return Terms(now(root), retire, frozenset(renumber), rename)


def now(root: Path) -> int:
    """The time of this run, in seconds of the Unix epoch. If it is yet to come, the command ends."""
    return _now(os.environ, root)


_DAY = 86_400
"""In seconds: clocks and time zones differ, but by no more."""


def _now(environment: Mapping[str, str], root: Path) -> int:
    """In seconds of the Unix epoch: the clock's time, or the one to build for. If that is yet to come, the command ends:
    the ledger would keep it for ever, and every later change would have to be later still.

    Source: https://reproducible-builds.org/specs/source-date-epoch/.
    """
    from time import gmtime, strftime, time

    given = environment.get("SOURCE_DATE_EPOCH")
    if given is None:
        now, name = int(time()), "the clock"
    elif given.isascii() and given.isdigit() and len(given) <= 10 and 0 < int(given) < 1 << 33:
        now, name = int(given), f"SOURCE_DATE_EPOCH={given}"
    else:
        excerpt = given[:40] + "…" * (len(given) > 40)
        fail(2, f"SOURCE_DATE_EPOCH={excerpt} is not a time: it must be a number of seconds since 1970.")
    latest = _system_time() + _DAY
    if now > latest and now > _commit_time(root) + _DAY:
        date = strftime("%Y-%m-%d", gmtime(now))
        cure = "Set the clock." if given is None else "Set it to the time of the last commit: git log -1 --format=%ct"
        fail(2, f"{name[:1].upper()}{name[1:]} says {date}, which is yet to come.", cure)
    return now


def _system_time() -> float:
    """The time that the file system gives to a new file."""
    from tempfile import TemporaryFile
    from time import time

    try:
        with TemporaryFile() as file:
            return os.fstat(file.fileno()).st_mtime
    except OSError:
        return time()


def _commit_time(root: Path) -> float:
    """The time of the last commit; 0 if there is none."""
    import subprocess

    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        output = subprocess.run(command, capture_output=True, check=False).stdout.strip()
    except OSError:  # There is no Git here.
        return 0
    return int(output) if output.isdigit() else 0
