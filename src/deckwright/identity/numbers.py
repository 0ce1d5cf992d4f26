"""The deletions of a note, and what its line remembers → the number of each, which is the number of its card.

Progress belongs to a number, so a number belongs to its answer for ever. For a mask, the name is the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count

import msgspec
from msgspec.structs import replace

from ..diagnostics import Diagnostic
from ..diagnostics.identity import no_number_left, renumbered, two_answers
from ..limits import MAX_NUMBER
from ..model import Candidate
from .lines import Line

SIMILAR_ANSWER = 0.6
"""How alike two answers must be (rapidfuzz's ratio, 0–1) for one to be the other, reworded."""


class Numbered(msgspec.Struct, frozen=True):
    """The number of each deletion, in their order, and the line that remembers them."""

    numbers: tuple[int, ...]
    line: Line


def number(note: Candidate, line: Line, *, by_name: bool, may_move: bool) -> tuple[Numbered | None, list[Diagnostic]]:
    """Number the deletions of a note; None if that is not clear, or would move a released answer.

    `by_name` says that answers are names: another name is another answer, however alike the two are. `may_move` allows
    released answers to move to another number.
    """
    if not (note.deletions or line.numbers or line.gone):
        return Numbered((), line), []
    answers = list(dict.fromkeys(d.text for d in note.deletions if d.number is None))
    by_hand = {d.number for d in note.deletions if d.number is not None}
    known, found = _known(note, line, answers, by_hand)
    if found:
        return None, found
    order = [] if by_name else [n for n in line.numbers if n in known]
    released = line.released.numbers if line.released else {}
    given = _given(answers, known, order, released, by_hand)
    if beyond := [answer for answer, n in given.items() if n > MAX_NUMBER]:
        return None, [no_number_left(note.span, beyond[0], MAX_NUMBER)]
    numbers = tuple(given[d.text] if d.number is None else d.number for d in note.deletions)
    moved = _moved(note, numbers, line)
    if moved and not may_move:
        told = [f"“{answer}” from c{old} to c{new}" for old, new, answer in moved]
        return None, [renumbered(note.span, told, line.id)]
    current: dict[int, str] = {}
    for n, deletion in zip(numbers, note.deletions, strict=True):
        current.setdefault(n, deletion.text)
    gone = {n: known[n] for n in sorted(known) if n not in current}
    return Numbered(numbers, replace(line, numbers=current, gone=gone, clashes=())), []


def kept(note: Candidate, line: Line) -> tuple[int, ...] | None:
    """The numbers of deletions that are as their line remembers them. None if that is not clear at once: `number` knows."""
    if line.gone or line.clashes:
        return None
    if not note.deletions:
        return None if line.numbers else ()
    by_answer = {answer: n for n, answer in line.numbers.items()}
    by_hand = note.deletions[0].number is not None
    current: dict[int, str] = {}
    numbers = []
    for deletion in note.deletions:
        n = deletion.number if by_hand else by_answer.get(deletion.text)
        if n is None or deletion.was or (deletion.number is not None) != by_hand:
            return None
        current.setdefault(n, deletion.text)
        numbers.append(n)
    is_same = current == line.numbers and list(current) == list(line.numbers)
    return tuple(numbers) if is_same else None


def _known(
    note: Candidate, line: Line, answers: Collection[str], by_hand: Collection[int]
) -> tuple[dict[int, str], list[Diagnostic]]:
    """The answer of every number that the line remembers, but for those that the note gives out by hand.

    Of several answers that two branches gave a number, the released one has it, else the one that is in the note.
    """
    renamed = {d.was: d.text for d in note.deletions if d.was and d.was not in answers}
    released = line.released.numbers if line.released else {}
    # The old name's number first, even if a build has given the new name one of its own: that was before `was`.
    first = {n: a for n, a in line.gone.items() if a in renamed and not released.keys() & _numbers(line, renamed[a])}
    known = {n: renamed.get(a, a) for n, a in (first | line.numbers | line.gone).items() if n not in by_hand}
    for n in sorted({n for n, _ in line.clashes} & known.keys()):
        held = {known[n], *(answer for m, answer in line.clashes if m == n)}
        claims = sorted(held & set(answers))
        if n in released and released[n] in held:
            known[n] = released[n]
        elif len(claims) > 1:
            free = next(m for m in count(1) if m not in known and m not in by_hand)
            return known, [two_answers(note.span, n, claims, free)]
        elif claims:
            known[n] = claims[0]
    return known, []


def _numbers(line: Line, answer: str) -> set[int]:
    """The numbers that an answer has."""
    return {n for n, held in line.numbers.items() if held == answer}


def _given(
    answers: Sequence[str],
    known: Mapping[int, str],
    order: Sequence[int],
    released: Mapping[int, str],
    taken: Collection[int],
) -> dict[str, int]:
    """A number for each answer: that of an equal one, a similar one, one between equal neighbours, or a new one.

    `order` are the numbers of the text as last built, in its order; if it is empty, only equal answers count. A similar
    answer may also take a number that went since the release: then the old answer went, and this one came, in one edit.
    """
    given: dict[str, int] = {}
    left = dict(known)
    for n, answer in known.items():
        if answer in answers and answer not in given:
            given[answer] = n
            del left[n]
    if left and len(given) < len(answers):  # Else there are no pairs: a first build knows no answers.
        for answer, n in _similar(answers, order, released, given, left).items():
            given[answer] = n
            del left[n]
        for answer, n in _between_neighbours(answers, order, given, left):
            given[answer] = n
            del left[n]
    free = (n for n in count(1) if n not in taken and n not in known)
    return {answer: given[answer] if answer in given else next(free) for answer in answers}


def _similar(
    answers: Sequence[str],
    order: Sequence[int],
    released: Mapping[int, str],
    given: Mapping[str, int],
    left: Mapping[int, str],
) -> dict[str, int]:
    """New answers that are similar to old ones which are not in the text, each with the number of that, the most similar first."""
    from rapidfuzz.fuzz import ratio

    pairs = sorted(
        (
            (ratio(answer.casefold(), left[n].casefold()), -n, answer)
            for answer in answers
            if answer not in given
            for n in left
            if n in order or (order and n in released)
        ),
        reverse=True,
    )
    found: dict[str, int] = {}
    for likeness, negative, answer in pairs:
        if likeness >= 100 * SIMILAR_ANSWER and answer not in found and -negative not in found.values():
            found[answer] = -negative
    return found


def _between_neighbours(
    answers: Sequence[str], order: Sequence[int], given: Mapping[str, int], left: Mapping[int, str]
) -> list[tuple[str, int]]:
    """New answers that stand alone between two that stayed, where one old answer stood alone between the same two.

    Each has the number of that old one: the line has the numbers in the order of the text, so neighbours are found there.
    """
    found = []
    for position, answer in enumerate(answers):
        if answer in given:
            continue
        before = given.get(answers[position - 1]) if position else 0
        after = given.get(answers[position + 1]) if position + 1 < len(answers) else 0
        if before is None or after is None or not {before, after} <= {0, *order}:
            continue
        start = order.index(before) + 1 if before else 0
        end = order.index(after) if after else len(order)
        between = order[start:end]
        if len(between) == 1 and between[0] in left:
            found.append((answer, between[0]))
    return found


def _moved(note: Candidate, numbers: Sequence[int], line: Line) -> list[tuple[int, int, str]]:
    """Released answers that stand under another number now, as (old number, new number, answer).

    If the author insisted on that since the release, the draft has the new number already.
    """
    released = line.released.numbers if line.released else {}
    if not released or (line.draft and line.draft.source == note.source):
        return []
    draft = line.draft.numbers if line.draft else {}
    now: dict[str, list[int]] = {}
    for n, deletion in zip(numbers, note.deletions, strict=True):
        now.setdefault(deletion.text, []).append(n)
    return [
        (n, now[answer][0], answer)
        for n, answer in released.items()
        if answer in now
        and n not in now[answer]
        and not any(answer in (released.get(m), draft.get(m)) for m in now[answer])
    ]
