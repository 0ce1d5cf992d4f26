"""The ledger before a build and after it → how much changed, and what that would cost whoever has the deck.

Drafts count like released notes: authors import them into their own collections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import asdict

from .diagnostics import Diagnostic
from .diagnostics.identity import left, other_type, remasked, replaced
from .identity import Ledger
from .identity.heirs import heirs
from .identity.ledger import FILE
from .identity.lines import Line, differing
from .model import Span

_TOLD = 3
"""How many notes are told of one by one. The others are counted."""

_DOUBTS = frozenset({"I002", "I003", "I009", "I020", "I030"})
"""What says of a new note already which one it may be."""


class Changes(msgspec.Struct, frozen=True):
    """How many notes came, came back, changed, moved below other headings with the same text, and left."""

    new: int = 0
    back: int = 0
    changed: int = 0
    moved: int = 0
    gone: int = 0

    @property
    def any(self) -> bool:
        """Whether any note did."""
        return bool(self.new or self.back or self.changed or self.moved or self.gone)

    def words(self) -> list[str]:
        """As in "3 new" and "1 changed", in this order; what no note did is not named."""
        return [f"{number} {word}" for word, number in asdict(self).items() if number]


def since_build(before: Ledger, after: Ledger) -> Changes | None:
    """What changed since the last build, None if there was none."""
    if not before.lines:
        return None
    was, now = _live_and_changed(before, after)
    both = [(was[guid], line) for guid, line in now.items() if guid in was]
    moved = sum(_is_moved(old, new) for old, new in both)
    changed = sum(old.mod != new.mod and not _is_moved(old, new) for old, new in both)
    came = now.keys() - was.keys()
    back = len(came & before.lines.keys())
    return Changes(len(came) - back, back, changed, moved, len(was.keys() - now.keys()))


def is_look_new(before: Ledger, after: Ledger) -> bool:
    """Whether an update brings other styling or templates than the last build of the same note types did."""
    return any(line.mod != after.types[key].mod for key, line in before.types.items() if key in after.types)


def losses(
    before: Ledger, after: Ledger, spans: Mapping[str, Span], found: Iterable[Diagnostic], may_leave: bool
) -> list[Diagnostic]:
    """Warnings of progress that importing this build would lose: a few by their place, and how many more there are.

    `spans` are the places of this build's notes by their guids, `found` what is told of them already. With
    `may_leave`, the author meant released notes to leave.
    """
    was, now = _live_and_changed(before, after)
    told = {(d.span.path, d.span.line) for d in found if d.code in _DOUBTS}
    new = [now[guid] for guid in spans if guid in now and guid not in was]
    gone = [line for guid, line in was.items() if guid not in now and not (may_leave and line.released)]
    pairs = heirs(gone, new)
    done = {old.guid for old, line in pairs if _place(spans[line.guid]) in told or _is_taken_back(old, line, before)}
    pairs = [(old, line) for old, line in pairs if old.guid not in done][:_TOLD]
    warnings = [_taken(old, line, spans[line.guid]) for old, line in pairs]
    done |= {old.guid for old, _ in pairs}
    rest = [line.name for line in gone if line.guid not in done]
    if rest:
        warnings.append(left(Span(FILE), len(rest), rest[:3], bool(pairs)))
    return warnings + _renamed_masks(before, [(was[g], now[g], spans[g]) for g in spans if g in was and g in now])


def _live_and_changed(before: Ledger, after: Ledger) -> tuple[dict[str, Line], dict[str, Line]]:
    """The lines of notes in the deck, by guid, before and after; but those that both have, which are nearly all."""
    old, new = differing(before.lines, after.lines)
    was = {guid: line for guid, line in old.items() if not line.retired and new.get(guid) is not line}
    now = {guid: line for guid, line in new.items() if not line.retired and old.get(guid) is not line}
    return was, now


def _is_moved(old: Line, new: Line) -> bool:
    return old.match == new.match and old.key[:-1] != new.key[:-1]


def _place(span: Span) -> tuple[str, int]:
    return span.path, span.line


def _is_taken_back(old: Line, new: Line, before: Ledger) -> bool:
    """Whether a note was new in the last build, and its author has said since which former note it is."""
    former = before.lines.get(new.guid)
    if not former or old.released or old.type != new.type or not new.explicit:
        return False
    return old.id == new.id or not former.explicit


def _taken(old: Line, new: Line, span: Span) -> Diagnostic:
    """What is told of a note that took another's place."""
    if old.type != new.type:
        return other_type(span, old.name, old.type, new.type)
    return replaced(span, old.name, old.id, new.id if new.explicit else "")


def _renamed_masks(before: Ledger, kept: Iterable[tuple[Line, Line, Span]]) -> list[Diagnostic]:
    """Diagrams that lost a mask and got one: the card of the lost one goes, however alike the two are."""
    found = []
    for old, new, span in kept:
        known = before.types.get(old.type)
        if known and known.family == "occlusion":
            lost = [name for number, name in old.numbers.items() if number not in new.numbers]
            came = [name for number, name in new.numbers.items() if number not in {**old.numbers, **old.gone}]
            if lost and came:
                found.append((span, lost, came))
    more = len(found) - _TOLD
    return [
        remasked(span, lost[:3], came[:3], more if more > 0 and n == _TOLD - 1 else 0)
        for n, (span, lost, came) in enumerate(found[:_TOLD])
    ]
