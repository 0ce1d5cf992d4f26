"""Proposals → a unified diff with one hunk for each, and above it the rule and the cards, as lines that `git apply` passes over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from ..diagnostics.forms import harmless
from ..ids.edits import split
from ..ids.patch import head, signed
from .proposals import Proposal

_CONTEXT = 3
"""Lines around a change, as Git has them: fewer where another change is near, so that each hunk can be taken alone."""


def patch(proposals: Iterable[Proposal], data: Mapping[str, bytes], prefix: str = "") -> bytes:
    """The proposals as a unified diff, by place. `data` is what the files hold now, `prefix` stands before each path: where the
    project is in its repository, with a slash behind it.

    Each hunk has the names of its file above it, so that any of them can be taken out. Its lines are counted as if those before
    it were applied.
    """
    by_path: defaultdict[str, list[Proposal]] = defaultdict(list)
    for each in proposals:
        by_path[each.path].append(each)
    return b"".join(part for path, held in by_path.items() for part in _file(path, held, split(data[path]), prefix))


def _comment(proposal: Proposal) -> str:
    """The rule of a proposal, its place, and its cards, each line with a `#` before it."""
    said = [f"{proposal.rule}: {proposal.path}:{proposal.line}, {proposal.tag}, {proposal.id}"]
    for card in proposal.cards:
        above = f"{card.context} › " if card.context else ""
        said += [f"  Q: {above}{card.question}", f"  A: {card.answer}"]
    return "".join(f"# {harmless(' / '.join(line.splitlines()))}\n" for line in said)


def _file(path: str, held: Iterable[Proposal], lines: Sequence[bytes], prefix: str) -> Iterator[bytes]:
    proposals = sorted(held, key=lambda each: each.change)
    ends = [0, *(each.change.end for each in proposals)]
    begins = [*(each.change.first for each in proposals), len(lines)]
    grown = 0
    for number, each in enumerate(proposals):
        change = each.change
        start = max(change.first - _CONTEXT, ends[number])
        # What comes at the same place stands behind it, and not among its lines.
        end = min([change.end + _CONTEXT, *(begin for begin in begins[number + 1 :] if begin > change.end)])
        yield _comment(each).encode("utf-8", "surrogateescape") + head(path, prefix)
        yield from _hunk(
            lines[start:end], [*lines[start : change.first], *split(change.new), *lines[change.end : end]], start, grown
        )
        grown += change.growth


def _hunk(old: Sequence[bytes], new: Sequence[bytes], start: int, grown: int) -> Iterator[bytes]:
    # Of no lines, the place is the line before.
    yield f"@@ -{start + grown + bool(old)},{len(old)} +{start + grown + bool(new)},{len(new)} @@\n".encode()
    for name, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if name == "equal":
            yield from (signed(" ", line) for line in old[a:b])
        else:
            yield from (signed("-", line) for line in old[a:b])
            yield from (signed("+", line) for line in new[c:d])
