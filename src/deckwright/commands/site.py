"""`deckwright site`: a project → the pages on which learners find its deck."""

from __future__ import annotations

from pathlib import Path

import click

from ._project import found_root, project_option, terms
from ._talk import command, count, needing, next_steps, say, shown


@command("site")
@project_option
@click.option(
    "--output",
    "target",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the site. Default: build/site.",
)
@click.option("--draft", is_flag=True, help="Show the notes as they are now, not the last release; each page says so.")
def site(start: Path, target: Path | None, draft: bool) -> None:
    """Make the site of the deck: static pages for a browser or any web server.

    Learners find the package there, how to import and update it, what is new in each version, and a page for each note.
    It shows the last release; without one, a draft. The packages in build/releases are copied into it.
    """
    with needing("site", "To make a site"):
        from ..site import Refusal, Wish, make
    root = found_root(start)
    made = make(root, Wish(terms(root).now, target, draft))
    if isinstance(made, Refusal):
        say([one for one in made.found if one.severity == "error"])
        click.echo(f"There is no site: {made.problem}.", err=True)
        if made.steps:
            next_steps(*made.steps)
        click.get_current_context().exit(1)
    first = made.folder / "index.html"
    what = ", a draft of" if made.is_draft else " for"
    click.echo(f"Wrote {shown(first)} · {count(made.pages, 'page')}{what} {made.name} {made.version}")
