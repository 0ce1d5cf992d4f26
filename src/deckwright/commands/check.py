"""`deckwright check`: a project → everything that is wrong with it, and what its cards could do better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._project import changes, found_root, loaded, project_option
from ._talk import command, command_line, count, explain_first, fail, github, next_steps, print_json, summary, text

if TYPE_CHECKING:
    from ..collection import Loaded
    from ..diagnostics import Diagnostic


@command("check --strict")
@project_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    help="Text for people, the commands of a GitHub workflow, or JSON for programs. Default: text.",
)
@click.option("--json", "form", flag_value="json", help="Short for --format json.")
@click.option(
    "--only",
    metavar="CODE",
    multiple=True,
    help="Show only this code, or all that begin like this: L for cards. It may be given several times.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings and hints too.")
@click.option(
    "--baseline",
    "keep",
    is_flag=True,
    help="Write deck.baseline: today's warnings and hints on cards are not shown again, only new ones.",
)
@click.pass_context
def check(ctx: click.Context, start: Path, form: str, only: tuple[str, ...], strict: bool, keep: bool) -> None:
    """Show everything that is wrong with the notes, without building.

    Hints, and warnings whose code begins with L, are about cards that are hard to learn from. Nothing is written but
    deck.baseline, and that only with --baseline.
    """
    from ..collector import tuned
    from ..diagnostics import has_errors, sort, to_json

    root = found_root(start)
    codes = _known(only)
    with tuned():
        made, found = loaded(root)
        is_whole = not has_errors(found)
        kept = stale = 0
        if made:
            told, kept, stale = _lint(made, root, keep and is_whole)
            found = sort([*found, *told])
    shown = [one for one in found if one.code.startswith(codes)] if codes else found
    if form == "json":
        print_json(to_json(shown))
    elif shown:
        click.echo(github(shown, root) if form == "github" else text(shown) + "\n")
        click.echo(summary(shown))
    elif made:
        problems = "such problems" if codes else "problems"
        click.echo(f"No {problems} in {count(made.files, 'file')}, {count(len(made.collection.notes), 'note')}")
    if form != "json":
        if made and is_whole:
            click.echo("".join(f"{line}\n" for line in changes(made)), nl=False)
        if kept and not keep:
            click.echo(f"{count(kept, 'more alarm')} in deck.baseline: not shown.", err=True)
        # Alarms of a note with errors are not known, so their lines may well be needed.
        if stale and is_whole:
            click.echo(f"deck.baseline has {count(stale, 'line')} too many: deckwright check --baseline", err=True)
    if hidden := sum(one.severity == "error" for one in found) - sum(one.severity == "error" for one in shown):
        click.echo(f"{count(hidden, 'error')} not shown: deckwright check", err=True)
    is_refused = keep and not is_whole
    if is_refused:
        click.echo("deck.baseline is not written: notes with errors would not be in it.", err=True)
    if form != "json":
        next_steps(explain_first(shown) if shown else command_line("build" if is_whole else "check"))
    # A note with an error is left out, so that nobody knows which rules it breaks.
    ctx.exit(int(not is_whole or (strict and bool(shown))))


def _known(only: tuple[str, ...]) -> tuple[str, ...]:
    """What codes are to begin with, in capitals. If none does, the command ends."""
    from .. import lint

    for begin in only:
        if not begin:  # as of a variable of the shell that is not set
            fail(
                2, "--only needs a code, or the letter that codes begin with.", "To list all codes: deckwright explain"
            )
        if not any(code.startswith(begin.upper()) for code in lint.PAGES):
            fail(2, f"There is no code {begin}.", "To list all codes: deckwright explain")
    return tuple(begin.upper() for begin in only)


def _lint(made: Loaded, root: Path, keep: bool) -> tuple[list[Diagnostic], int, int]:
    """What the rules for cards find that is not in the baseline; how much is in it; and how many of its lines stand for
    more than there is. With `keep`, the baseline is written first.
    """
    from .. import files, lint
    from ..layout import LEDGER
    from ..lint import baseline

    alarms = lint.check(made.collection, made.notes.written, made.notes.numbers(), root)
    if keep:
        try:
            number = baseline.write(root, alarms)
        except OSError as error:
            fail(1, f"deck.baseline cannot be written: {files.reason(error)}")
        click.echo(f"deck.baseline has {count(number, 'line')}: commit it with your notes.", err=True)
        if not (root / LEDGER).exists() and any(not note.id for note in made.notes.written):
            advice = (
                "Build, and write it again: before the first build, a note without an id is known by its words alone."
            )
            click.echo(advice, err=True)
    known, wrong = baseline.read(root)
    told, stale = baseline.new(alarms, known)
    return [*wrong, *(alarm.diagnostic for alarm in told)], len(alarms) - len(told), stale
