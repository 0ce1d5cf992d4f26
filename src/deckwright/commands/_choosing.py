"""Proposals of notes, shown on a terminal one after the other → those that the author takes, as they are or edited."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._patches import show
from ._talk import fail

if TYPE_CHECKING:
    from ..draft import Proposal, Report
    from ..identity import Terms

_ASKED = "Take, skip, edit, or quit and write what was taken? [t/s/e/q]"


def choose(root: Path, terms: Terms, report: Report) -> list[Proposal]:
    """What the author takes of the proposals for the project in `root`. If that is not sound together, the command ends."""
    from .. import draft
    from ..draft.patch import patch

    taken: list[Proposal] = []
    for number, proposal in enumerate(report.proposals, 1):
        shown, answer = proposal, ""
        while answer not in ("t", "s", "q"):
            show(patch([shown], report.data))
            click.echo(f"({number} of {len(report.proposals)}) ", nl=False)
            answer = _answer()
            while answer not in ("t", "s", "e", "q"):
                click.echo("Answer t, s, e or q.")
                answer = _answer()
            if answer == "e":
                shown = _edited(root, terms, report, taken, shown) or shown
        if answer == "t":
            taken.append(shown)
        if answer == "q":
            break
    if taken and draft.prove(root, terms, report.data, taken).faults:
        fail(1, "What was taken is not sound together: nothing is written.", "Next: deckwright draft")
    return taken


def _answer() -> str:
    """The first letter of what is answered; what ends the input quits."""
    try:
        answer: str = click.prompt(_ASKED, prompt_suffix=" ", default="s", show_default=False)
    except click.Abort:
        click.echo()
        return "q"
    return answer.strip().lower()[:1]


def _edited(root: Path, terms: Terms, report: Report, taken: Sequence[Proposal], proposal: Proposal) -> Proposal | None:
    """The proposal as its author edits the section, proved again; None if it was not edited, or is not sound: that is said."""
    from msgspec.structs import replace

    from .. import draft
    from ..draft.changes import Change, applied
    from ..ids.edits import split

    lines = split(report.data[proposal.path])
    first, end = min(proposal.first, proposal.change.first), max(proposal.end, proposal.change.end)
    within = replace(proposal.change, first=proposal.change.first - first, end=proposal.change.end - first)
    old = b"".join(lines[first:end])
    made = applied(old, [within])
    before = made.decode("utf-8", "replace").replace("\r\n", "\n")
    after = click.edit(before, extension=".md")
    if after is None or after == before:
        return None
    if b"\r\n" in made:
        after = after.replace("\n", "\r\n")
    edited = replace(
        proposal, change=Change(proposal.path, first, end, old, after.encode()), first=first, end=end, number=0
    )
    verdict = draft.prove(root, terms, report.data, [*taken, edited])
    if verdict.faults:
        for told in verdict.faults.values():
            for fault in told:
                click.echo(f"Not taken: {fault.reason}", err=True)
        return None
    return replace(edited, cards=verdict.cards[len(taken)])
