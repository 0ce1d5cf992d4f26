"""A project → notes that could be made of its untagged prose, each with the edit that makes it, proved to change nothing else.

Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from ..compilation import Progress, remembering
from ..identity import Terms
from .changes import applied
from .desk import Desk
from .ideas import Idea, Rule
from .known import Cards
from .labels import without_labels
from .proof import Verdict
from .proposals import Card, LeftOut, Proposal, Report
from .rules import DEFAULT, RULES, idea

__all__ = [
    "DEFAULT",
    "RULES",
    "Card",
    "LeftOut",
    "Proposal",
    "Report",
    "Rule",
    "Verdict",
    "applied",
    "propose",
    "prove",
]


def propose(
    root: Path,
    terms: Terms,
    rules: Collection[Rule] = DEFAULT,
    only: Collection[str] | None = None,
    *,
    uncommitted: Iterable[str] = (),
    progress: Progress = lambda done, total: None,
) -> Report:
    """The notes that rules find in the prose of the project in `root`. Raises OSError for what vanishes while it is read.

    `only` are the files to look at, relative to the root with `/`; None means all. `uncommitted` are files and folders that differ
    from the last commit: they are left out, as are links, and files with errors.
    """
    with remembering({}):
        desk = Desk(root, terms, progress)
        if desk.before is None:
            return Report(blocking=desk.blocking)
        passages = (each for path in desk.readable(only, uncommitted) for each in desk.passages(path))
        found = [made for passage in passages if (made := idea(passage, rules))]
        sound = desk.proved(_unknown(without_labels(found), desk.cards()))
        return desk.report(sound)


def prove(root: Path, terms: Terms, data: Mapping[str, bytes], proposals: Sequence[Proposal]) -> Verdict:
    """What comes of some proposals, all of them made together in files that hold `data`: what is wrong with each, and its cards."""
    desk = Desk(root, terms)
    assert desk.before  # It was so when the proposals were made.
    desk.data.update(data)
    return desk.judged(proposals)


def _unknown(found: Iterable[Idea], cards: Cards) -> list[Idea]:
    """The ideas without notes that are among the cards already, or that came before."""
    left: list[Idea] = []
    for each in found:
        double = [e.line for e in each.entries if not e.is_left_out and cards.has(e.question, e.answer)]
        rest = each.without(double) if double else each
        if rest:
            left.append(rest)
            for entry in rest.entries:
                if not entry.is_left_out:
                    cards.add(entry.question, entry.answer)
    return left
