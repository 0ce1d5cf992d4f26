"""`deckwright check`: a project → everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click

from ._project import changes, found_root, loaded, project_option
from ._talk import command, command_line, count, explain_first, github, next_steps, summary, text


@command("check")
@project_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    help="Text for people, the commands of a GitHub workflow, or JSON for programs. Default: text.",
)
@click.option("--json", "form", flag_value="json", help="Short for --format json.")
@click.pass_context
def check(ctx: click.Context, start: Path, form: str) -> None:
    """Show everything that is wrong with the notes, without building.

    Nothing is written.
    """
    from ..diagnostics import has_errors, to_json

    root = found_root(start)
    made, found = loaded(root)
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
        next_steps(explain_first(found) if found else command_line("build"))
    ctx.exit(int(has_errors(found)))
