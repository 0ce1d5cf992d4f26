"""Rules for cards: the notes of a project → what a learner would stumble over, as warnings and hints.

A rule sees the text of each card as its learner does, and tells the place in its author's file. What is measured of its
false alarms stands on its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path

import msgspec
from msgspec.structs import replace

from ..diagnostics import PAGES, Diagnostic
from ..diagnostics.declare import Severity
from ..model import Allowance, Candidate, Collection
from . import leaks, shape, wording, wording_guesses
from .allowances import unneeded
from .declare import RULES, UNNEEDED, Level, levels
from .subject import AT_ONCE, Memory, Sources, Subject

__all__ = ["PAGES", "RULES", "Alarm", "check", "leaks", "shape", "wording", "wording_guesses"]


class Alarm(msgspec.Struct, frozen=True):
    """What a rule found: the diagnostic, the ID of the note that it is about, and the one that its author says it had before."""

    diagnostic: Diagnostic
    id: str
    was: str = ""


def check(
    collection: Collection, written: Sequence[Candidate], numbers: Iterable[Sequence[int]], root: Path
) -> list[Alarm]:
    """Everything that the rules find in the notes, and the allowances that none of them needs, in no order.

    `written` is what the authors' files, which lie below `root`, say of each note of the collection, and `numbers` those
    of the cards of its deletions.
    """
    wanted = levels(collection.settings.lint)
    on = [(rule, _given(rule.code, wanted)) for rule in RULES.values() if wanted[rule.code] != "off"]
    families = {rule.families for rule, _ in on}
    sources = Sources(root, written, collection.media)
    memory = Memory()
    alarms: list[Alarm] = []
    needed: set[Allowance] = set()
    subjects = (
        Subject(note, source, of_cards, collection.note_types[note.note_type], sources)
        for note, source, of_cards in zip(collection.notes, written, numbers, strict=True)
        # It is one of the project, and the rules know the fields of ours.
        if note.note_type == collection.note_types[note.note_type].family
    )
    while some := list(islice(subjects, AT_ONCE)):
        of_families = {each: [subject for subject in some if subject.family in each] for each in families}
        for rule, level in on:
            code, look = rule.code, rule.look
            for subject in of_families[rule.families]:
                for place, *arguments in look(subject, memory):
                    if allowed := [one for one in subject.written.allowed if one.code == code]:
                        needed.update(allowed)
                    else:
                        found = Diagnostic(place, code, tuple(arguments), level)
                        alarms.append(Alarm(found, subject.note.id, subject.written.was))
    if wanted[UNNEEDED] != "off":
        level = _given(UNNEEDED, wanted)
        alarms += (Alarm(replace(one, level=level), "") for one in _unneeded(written, needed, wanted))
    return alarms


def _given(code: str, wanted: Mapping[str, Level]) -> Severity | None:
    """The level that the project has for what a rule finds; None if it is the rule's own."""
    level = wanted[code]
    return None if level == "off" or level == PAGES[code].severity else level


def _unneeded(
    written: Iterable[Candidate], needed: Set[Allowance], wanted: Mapping[str, Level]
) -> Iterator[Diagnostic]:
    """The allowances that no alarm needs: of rules that are not off, and of codes that no rule has."""
    for one in dict.fromkeys(one for note in written for one in note.allowed):
        if one not in needed and wanted.get(one.code) != "off":
            yield unneeded(one.span, one.code, one.code in RULES)
