"""`deckwright check`: a project → everything that is wrong with it, and what its cards could do better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._project import changes, found_root, loaded, project_option
from ._talk import command, command_line, count, explain_first, fail, github, next_steps, summary, text

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
    "--only", metavar="CODE", multiple=True, help="Show only this code, or all that begin like this: L for cards."
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
    from ..diagnostics import has_errors, sort, to_json

    root = found_root(start)
    made, found = loaded(root)
    stale = 0
    if made:
        told, stale = _lint(made, root, keep)
        found = sort([*found, *told])
    if only:
        found = [one for one in found if one.code.startswith(tuple(code.upper() for code in only))]
    if form == "json":
        # As bytes: JSON is UTF-8, whatever the terminal's encoding.
        click.echo(to_json(found).encode("utf-8", "backslashreplace"))
    elif found:
        click.echo(github(found, root) if form == "github" else text(found) + "\n")
        click.echo(summary(found))
    elif made:
        click.echo(f"No problems in {count(made.files, 'file')}, {count(len(made.collection.notes), 'note')}")
    if form != "json":
        if made and not has_errors(found):
            click.echo("".join(f"{line}\n" for line in changes(made)), nl=False)
        if stale:
            click.echo(f"deck.baseline has {count(stale, 'line')} too many: deckwright check --baseline", err=True)
        next_steps(explain_first(found) if found else command_line("build"))
    ctx.exit(int(bool(found) if strict else has_errors(found)))


def _lint(made: Loaded, root: Path, keep: bool) -> tuple[list[Diagnostic], int]:
    """What the rules for cards find that is not in the baseline, and how many of its lines are of nothing any more. With
    `keep`, the baseline is written first.
    """
    from .. import lint
    from ..lint import baseline

    alarms = lint.check(made.collection, made.notes.written, made.notes.numbers(), root)
    if keep:
        try:
            number = baseline.write(root, alarms)
        except OSError as error:
            fail(1, f"deck.baseline cannot be written: {error.strerror}")
        click.echo(f"deck.baseline has {count(number, 'line')}: commit it with your notes.", err=True)
    known, wrong = baseline.read(root)
    alarms, stale = baseline.new(alarms, known)
    return [*wrong, *(alarm.diagnostic for alarm in alarms)], stale
