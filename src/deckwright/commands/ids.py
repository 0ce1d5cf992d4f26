"""`deckwright ids`: sections without an id → a patch that gives them one, or, with --write, the files with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._patches import force_option, meant, repository_of, uncommitted
from ._patches import show as show_patch
from ._patches import write as write_edits
from ._project import found_root, project_option, terms
from ._talk import (
    command,
    command_line,
    count,
    explain_first,
    fail,
    next_steps,
    print_json,
    progress,
    styled,
    summary,
    text,
)

if TYPE_CHECKING:
    from ..ids import Proposal

_NOTHING = "No ids are given"


@command("ids --write")
@click.argument("paths", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, path_type=Path))
@project_option
@click.option("--write", is_flag=True, help="Write the ids into the notes.")
@force_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def ids(
    ctx: click.Context, paths: tuple[Path, ...], start: Path, *, write: bool, is_forced: bool, as_json: bool
) -> None:
    """Show a patch that gives an id to every section without one.

    FILE is a file of notes, or a folder of them; without any, it is the whole project. A section that learners have gets
    the ID that they know, and every other one an id made from its heading. Files that are not as they were committed,
    files with errors, and links are left out, and so is a file in which a note would become another one.
    """
    from .. import ids as giving

    root = found_root(start)
    only = meant(root, paths) if paths else None
    repository = repository_of(root, _NOTHING, is_written=write, is_forced=is_forced)
    with progress() as show:
        proposal = giving.propose(root, terms(root), only, uncommitted(repository, _NOTHING), show)
    if proposal.blocking:
        click.echo(text(proposal.blocking) + "\n", err=True)
        fail(1, f"No ids are given: {summary(proposal.blocking)}.", f"Next: {explain_first(proposal.blocking)}")
    diff = giving.patch(proposal.edits, repository.prefix if repository else "")
    if write:
        write_edits(root, proposal.edits, "The ids", "deckwright ids")
    if as_json:
        print_json(_json(proposal, diff, write))
    elif not write:
        show_patch(diff)
    elif proposal.named:
        click.echo(f"Wrote {_counted(proposal)}")
    for each in proposal.left_out:
        click.echo(f"{styled(each.place, 'place')}: left out, {each.reason}", err=True)
    if not proposal.named:
        others = "other " if proposal.left_out else ""
        click.echo(f"No {others}id is missing in {count(proposal.files, 'file')}.", err=True)
    elif write:
        next_steps("git diff" if repository else command_line("check"))
    else:
        click.echo(f"{_counted(proposal)}: nothing is written yet.", err=True)
        next_steps(command_line("ids", options=["--write", *map(str, paths)]))
    ctx.exit(int(bool(proposal.left_out)))


def _counted(proposal: Proposal) -> str:
    """As in "3 ids, 1 of them from deck.lock, in 2 files"."""
    known = sum(each.origin == "deck.lock" for each in proposal.named)
    kept = f", {known} of them from deck.lock," if known else ""
    return f"{count(len(proposal.named), 'id')}{kept} in {count(len(proposal.edits), 'file')}"


def _json(proposal: Proposal, diff: bytes, is_written: bool) -> str:
    """The sections that get an id, what is left out, and the patch."""
    ids = [
        {"path": each.path, "line": each.line, "heading": each.heading, "id": each.id, "from": each.origin}
        for each in proposal.named
    ]
    left_out = [{"path": each.path, "line": each.line, "reason": each.reason} for each in proposal.left_out]
    held = {"written": is_written, "ids": ids, "left_out": left_out, "patch": diff.decode("utf-8", "replace")}
    return json.dumps(held, ensure_ascii=False, indent=2)
