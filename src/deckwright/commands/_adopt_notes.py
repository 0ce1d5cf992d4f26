"""`deckwright adopt` for a folder of notes in other tools' syntax: a patch, or, with --write, the files with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ._patches import repository_of, show, uncommitted, write
from ._talk import command_line, count, next_steps, print_json, progress, shown, styled

if TYPE_CHECKING:
    from ..adopt.foreign import Proposal
    from ..adopt.foreign.found import Tool

TOOLS = ("obsidian-to-anki", "ankiops", "flashcards-obsidian", "obsidian-spaced-repetition", "mdanki", "logseq")
"""The tools by the names that an author can give: `--help` is not to load what knows them. A test compares the two."""

_NOTHING = "Nothing is adopted"
_TOLD = 20
"""How many places are told that are left as they are: of thousands, nobody reads more."""


def is_notes(source: Path) -> bool:
    """Whether what is to be adopted is a folder of notes, and none of CrowdAnki."""
    if not source.is_dir():
        return False
    from ..adopt.crowdanki import described

    return described(source) is None


def adopt_notes(
    ctx: click.Context,
    folder: Path,
    *,
    named: Collection[Tool],
    keep: bool,
    is_written: bool,
    is_forced: bool,
    as_json: bool,
) -> NoReturn:
    """Show the patch, or write it, and end the command."""
    import random

    from .. import settings
    from ..adopt import foreign

    repository = repository_of(folder, _NOTHING, is_written=is_written, is_forced=is_forced)
    chance = None if settings.find(folder.resolve()) else random.SystemRandom()
    with progress() as report:
        proposal = foreign.propose(
            folder,
            named=named,
            keep=keep,
            uncommitted=uncommitted(repository, _NOTHING),
            chance=chance,
            progress=report,
        )
    diff = foreign.patch(proposal.edits, repository.prefix if repository else "")
    options = [*(["--keep"] if keep else []), *(word for tool in named for word in ("--from", tool))]
    if is_written:
        again = command_line("adopt", options=[*options, shown(folder)])
        write(folder, proposal.edits, "The notes", again)
    if as_json:
        print_json(_json(proposal, diff, is_written))
    elif not is_written:
        show(diff)
    elif proposal.edits:
        click.echo(f"Wrote {_counted(proposal)}")
    _tell(proposal)
    if not proposal.edits:
        tools = ", ".join(foreign.TITLES[tool] for tool in proposal.tools) or "any tool known here"
        click.echo(f"There is nothing to adopt of {tools} in {count(proposal.files, 'file')}.", err=True)
        if not (proposal.shares or proposal.left_out):
            _say_what_is_sought(proposal.tools)
    elif is_written:
        elsewhere = settings.find(Path.cwd()) != settings.find(folder)
        check = command_line("check", options=["--project", shown(folder)] if elsewhere else [])
        next_steps(*(["git diff"] if repository else []), check)
    else:
        click.echo(f"{_counted(proposal)}: nothing is written yet.", err=True)
        next_steps(command_line("adopt", options=[*options, "--write", shown(folder)]))
    ctx.exit(int(bool(proposal.left_out)))


def _say_what_is_sought(tools: Collection[Tool]) -> None:
    """Say by what notes are known, where none is found."""
    from ..adopt.foreign import SOUGHT, TITLES

    if not tools:
        click.echo(
            "Nothing here is a tool's own: settings, ids, schedules, tags. Say whose notes they are: --from TOOL.",
            err=True,
        )
    for tool in tools:
        click.echo(f"Notes of {TITLES[tool]} are known by: {SOUGHT[tool]}.", err=True)


def _tell(proposal: Proposal) -> None:
    """Say on stderr what is left as it is, and what is to be said once."""
    for each in proposal.left_out[:_TOLD]:
        click.echo(f"{styled(each.place, 'place')}: left as it is, {each.reason}", err=True)
    if more := proposal.left_out[_TOLD:]:
        click.echo(f"{count(len(more), 'more note')} left as they are: --json names all.", err=True)
    for remark in proposal.remarks:
        click.echo(remark, err=True)


def _counted(proposal: Proposal) -> str:
    """As in "412 notes of AnkiOps and 3 of mdanki, in 12 files"."""
    from ..adopt.foreign import TITLES

    sums = Counter[str]()
    for share in proposal.shares:
        sums[TITLES[share.tool]] += share.converted
    held = [(tool, number) for tool, number in sums.items() if number]
    files = count(sum(not edit.is_new for edit in proposal.edits), "file")
    if not held:
        return f"Settings and front matter for {files}"
    first, *others = held
    words = [f"{count(first[1], 'note')} of {first[0]}", *(f"{number} of {tool}" for tool, number in others)]
    return f"{' and '.join(filter(None, [', '.join(words[:-1]), words[-1]]))}, in {files}"


def _json(proposal: Proposal, diff: bytes, is_written: bool) -> str:
    """What is converted by tool and file, what is left out, and the patch."""
    shares = [
        {"tool": each.tool, "path": each.path, "converted": each.converted, "left": each.left, "read": each.read}
        for each in proposal.shares
    ]
    left_out = [
        {"tool": each.tool, "path": each.path, "line": each.line, "reason": each.reason} for each in proposal.left_out
    ]
    held = {
        "written": is_written,
        "tools": proposal.tools,
        "files": shares,
        "left_out": left_out,
        "remarks": proposal.remarks,
        "patch": diff.decode("utf-8", "replace"),
    }
    return json.dumps(held, ensure_ascii=False, indent=2)
