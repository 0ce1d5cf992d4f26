"""The lines of two branches → the lines that both mean, whatever the order they stand in.

Git keeps the lines of both branches (`merge=union`). Often one of two lines for the same note is only stale: Git keeps
a line that its branch never touched if the line next to it was changed.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from .lines import Head, Line, State, Type


def notes(one: Line, other: Line) -> Line | None:
    """Two lines with one guid as one line; None if they are of different notes.

    The content that was seen last says what the note is now. The newer release counts. Every answer that a number had is
    kept: whose number it is, the note's text decides later. A note that one branch retired and the other kept is kept;
    the next build sees whether it is there. It is back only if no branch has released it since.
    """
    new, old = sorted((one, other), key=_freshness, reverse=True)
    former = {*one.was, *other.was}
    written = {line.id for line in (one, other) if line.explicit}
    current = written - former if len(written) > 1 else written
    if one.type != other.type or len(current) > 1:
        return None
    id_ = min(current or written or {one.id, other.id})
    answers: dict[int, set[str]] = {}
    for line in (one, other):
        for number, answer in (*line.numbers.items(), *line.gone.items(), *line.clashes):
            answers.setdefault(number, set()).add(answer)
    gone = sorted({*one.gone, *other.gone})
    numbers = [n for n in dict.fromkeys((*new.numbers, *old.numbers)) if n not in gone]
    released = _newest(one.released, other.released)
    return replace(
        new,
        nid=min(one.nid, other.nid),
        id=id_,
        explicit=bool(written),
        was=tuple(sorted((former | written) - {id_})),
        numbers={n: min(answers[n]) for n in numbers},
        gone={n: min(answers[n]) for n in gone},
        clashes=tuple((n, answer) for n in sorted(answers) for answer in sorted(answers[n])[1:]),
        released=released,
        draft=_if_later(new.draft, released),
        retired=min(one.retired, other.retired),  # Nothing comes first, then a version, then "draft".
        back=min((line.back for line in (one, other) if not line.retired), default=""),
    )


def types(one: Type, other: Type) -> Type:
    """Two lines of one note type as one. The shape is that of the newer release."""
    new, old = sorted((one, other), key=lambda line: (line.released is not None, _bytes(line)), reverse=True)
    released = _newest(one.released, other.released)
    shaped = old if released and released == old.released else new
    return replace(shaped, released=released, draft=_if_later(_newest(one.draft, other.draft), released))


def heads(held: Iterable[Head]) -> Head:
    """The first line that knows the highest release, and then the most names, with the releases of all.

    Learners of each branch depend on its decks, so all of them are frozen. A line that is only stale has releases that
    another one has too, and more: its decks do not count.
    """
    ordered = sorted(held, key=lambda head: (_highest(head), len(head.names), _bytes(head)))
    known = [frozenset(release.version for release in head.releases) for head in ordered]
    own = [head for head, versions in zip(ordered, known, strict=True) if not any(versions < other for other in known)]
    decks = {deck for head in own if head.frozen for deck in head.frozen.decks}
    releases = {(release.time, release.version): release for head in ordered for release in head.releases}
    merged = ordered[-1]
    return replace(
        merged,
        releases=tuple(releases[key] for key in sorted(releases)),
        frozen=merged.frozen and replace(merged.frozen, decks=tuple(sorted(decks))),
    )


def _highest(head: Head) -> tuple[int, ...]:
    return max((release.order for release in head.releases), default=())


def _newest(one: State | None, other: State | None) -> State | None:
    states = [state for state in (one, other) if state]
    return max(states, key=lambda state: (state.mod, state.version, _bytes(state)), default=None)


def _if_later(draft: State | None, released: State | None) -> State | None:
    return draft if draft and (released is None or draft.mod > released.mod) else None


def _freshness(line: Line) -> tuple[int, bool, bytes]:
    """The order of two lines of one note. Where nothing else decides it, the bytes do: the place in the file never may.

    Only what is taken over as a whole counts. Otherwise three lines would be another note in another order.
    """
    whole = (line.key, line.match, line.sketch, line.group, line.draft)
    return line.mod, line.draft is None, _bytes(whole)


_bytes = msgspec.json.Encoder().encode
