"""A release that is not published yet → what it does to learners in the real Anki, and whether its step says so."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from .. import files, package, rehearsal
from ..amounts import count
from ..rehearsal import Finding, Played, Rehearsal
from . import former
from .plan import Plan
from .refusal import Refusal
from .repository import GitError
from .rewording import beside

FORETOLD: Mapping[str, frozenset[str]] = {
    "renumbered": frozenset({"answers"}),
    "guid": frozenset({"doubled"}),
    "other kind": frozenset({"content", "updates", "look", "note types"}),
    "note type": frozenset({"content", "updates", "look", "note types"}),
    "sort field": frozenset({"content", "updates", "sync"}),
    "not received": frozenset({"content"}),
    "nothing": frozenset({"edits"}),
}
"""The promises that a rule of `step`, or what it says to look at, says are broken: the author knows, and learners are told."""


class Tried(msgspec.Struct, frozen=True):
    """What came of a rehearsal. `said` is the line that tells it.

    `anki` is the version of Anki, empty if nothing was rehearsed. `foretold` and `lost` are the learners who lose something:
    what the step says, and what it does not. `refusal` is why there can be no release after that.
    """

    said: str
    anki: str = ""
    learners: int = 0
    foretold: tuple[Played, ...] = ()
    lost: tuple[Played, ...] = ()
    refusal: Refusal | None = None

    def summed(self) -> dict[str, Any]:
        """The form for programs: whether it was `rehearsed`, by which `anki`, and all `losses`, with who loses what."""
        losses = [
            {"learner": one.title, "foretold": is_foretold, **asdict(finding)}
            for is_foretold, played in ((False, self.lost), (True, self.foretold))
            for one in played
            for finding in one.lost
        ]
        return {
            "rehearsed": bool(self.anki),
            "anki": self.anki,
            "said": self.said,
            "learners": self.learners,
            "losses": losses,
        }


def tried(plan: Plan, new: Path | None, show: Callable[[int, int], None] = lambda done, total: None) -> Tried:
    """Let learners of all kinds go from the last release to the package `new`, or to the project as it is now.

    Of a first release, it is only looked whether all of it arrives. `show` is as for `rehearsal.rehearse`. Raises OSError.
    """
    with files.workshop(Path(tempfile.gettempdir())) as folder:
        if new is None:
            new = folder / f"{plan.loaded.collection.settings.slug}-{plan.version}.apkg"
            package.write(plan.loaded.collection, new)
        try:
            old = [former.file(plan.repository, plan.former, folder / "old")] if plan.former else []
            return _judged(plan, rehearsal.rehearse([*old, new], None, show, _silent(plan)))
        except rehearsal.AnkiMissing as error:
            said = str(error)
            return Tried(f"Not rehearsed: {said[:1].lower()}{said[1:]}")
        except (rehearsal.AnkiFailed, package.PackageError, GitError) as error:
            why = f"it cannot be rehearsed: {str(error).rstrip('.')}"
            skip = "deckwright release --no-rehearsal, to release it all the same"
            return Tried(f"Not rehearsed: {error}", refusal=Refusal(why, (skip,)))


def _silent(plan: Plan) -> dict[int, frozenset[str]]:
    return {id_: apart.silent for id_, apart in beside(plan.loaded.notes.owned).items()}


def _judged(plan: Plan, found: Rehearsal) -> Tried:
    known = _foretold(plan)

    def parted(is_foretold: bool) -> tuple[Played, ...]:
        """The learners who lose what was foretold, or what was not, with that alone."""
        parts = (
            replace(one, lost=tuple(each for each in one.lost if _is_foretold(each, known) == is_foretold))
            for one in found.learners
        )
        return tuple(one for one in parts if one.lost)

    foretold, lost = parted(True), parted(False)
    head = f"Rehearsed in Anki {found.anki}:"
    if lost or not found.agrees:
        refusal = _refusal(plan, found, lost)
        return Tried(f"{head} not everything is as it was promised", found.anki, found.number, foretold, lost, refusal)
    what = ", ".join(dict.fromkeys(each.what for one in foretold for each in one.lost))
    said = f"{count(found.number, 'learner')} lose {f'only what the reasons say: {what}' if what else 'nothing'}"
    return Tried(f"{head} {said if plan.former else 'all of it arrives'}", found.anki, found.number, foretold)


def _refusal(plan: Plan, found: Rehearsal, lost: tuple[Played, ...]) -> Refusal:
    details = tuple(line.removeprefix("  ") for line in rehearsal.losses(found, lost))
    if not lost:
        return Refusal(f"Anki {found.anki} did something else than was predicted: please report this", (), details)
    how = []
    if plan.former and not plan.former.release.is_adopted:
        slug, version = plan.loaded.collection.settings.slug, plan.former.release.version
        how = [f"deckwright build, and deckwright rehearse {slug}-{version}.apkg build/{slug}.apkg, to see all of it"]
    return Refusal(
        f"learners would lose what was promised to them, as Anki {found.anki} shows",
        ("take back what changed in these notes, or report it if nothing did", *how),
        details,
    )


def _foretold(plan: Plan) -> dict[str, set[str] | None]:
    """What the verdict says is lost, by promise: the guids of the notes, None if it is not of notes alone."""
    known: dict[str, set[str] | None] = {}
    for rule, id_ in _told(plan):
        for promise in FORETOLD.get(rule, ()):
            held = known.setdefault(promise, set())
            if held is not None and id_:
                held |= _guids(plan, id_)
            else:
                known[promise] = None
    return known


def _told(plan: Plan) -> Iterator[tuple[str, str]]:
    for reason in plan.verdict.reasons:
        yield reason.rule, reason.id
    for look in plan.verdict.looks:
        yield look.about, look.id


def _guids(plan: Plan, id_: str) -> set[str]:
    """The guids of the notes that have this ID, now or in the last release."""
    now = {guid for guid, line in plan.loaded.assigned.ledger.lines.items() if line.id == id_}
    before = plan.former.package.notes if plan.former else ()
    return now | {note.guid for note in before if note.fields.get("ID") == id_}


def _is_foretold(finding: Finding, known: Mapping[str, set[str] | None]) -> bool:
    if finding.what not in known:
        return False
    guids = known[finding.what]
    return guids is None or guids.issuperset(finding.guids)
