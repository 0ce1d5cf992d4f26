"""Sections without an id → an id for each that no other note has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Literal, Protocol

import msgspec

from ..names import numbered, shortened, slug

Origin = Literal["deck.lock", "heading", "generated"]
"""Where an id comes from: deck.lock has it, the heading says it, or it is made up, as of a heading without Latin letters."""

LONGEST = 60
"""Characters of an id made from a heading: it is cut at a word. Learners read it on the card, and type it to find it."""

_OF_PARENT = 25
"""Characters of what stands before it where several headings are the same."""


class Nameless(Protocol):
    """What an id is for: a section, as `gaps.Gap` has it, or a note that is to become one, as `New` has it. `titles` are the
    headings above it and its own, as plain text; `kept` is what deck.lock calls it, empty if it does not; `spare` is an id that is
    made up.
    """

    @property
    def path(self) -> str: ...

    @property
    def titles(self) -> tuple[str, ...]: ...

    @property
    def kept(self) -> str: ...

    @property
    def spare(self) -> str: ...


class New(msgspec.Struct, frozen=True):
    """A note that is to become a section: see `Nameless`."""

    titles: tuple[str, ...]
    spare: str
    path: str = ""
    kept: str = ""


def names(gaps: Sequence[Nameless], given: Collection[str], known: Iterable[str]) -> list[tuple[str, Origin]]:
    """The id of each section, and where it comes from. `given` are the ids that stand in the notes, `known` all that deck.lock
    has.

    What deck.lock calls a section, it stays, unless another section is called that too. A heading that several sections
    have gets that of its parent before it, or else the name of its file; what is still the same is numbered.
    """
    used = {*given, *known}
    kept = Counter(gap.kept for gap in gaps if gap.kept and gap.kept not in given)
    short = [shortened(slug(gap.titles[-1]), LONGEST) for gap in gaps]
    common = Counter(name for gap, name in zip(gaps, short, strict=True) if kept[gap.kept] != 1)
    # Each name goes on where it ended: else thousands of equal headings take minutes.
    left: dict[str, Iterator[str]] = {}
    found: list[tuple[str, Origin]] = []
    for gap, name in zip(gaps, short, strict=True):
        if kept[gap.kept] == 1:
            found.append((gap.kept, "deck.lock"))
            continue
        wanted = name or gap.spare
        if name and (common[name] > 1 or name in used):
            wanted = shortened(f"{_parent(gap, name)}-{name}", LONGEST)
        free = next(free for free in left.setdefault(wanted, numbered(wanted)) if free not in used)
        used.add(free)
        found.append((free, "heading" if name else "generated"))
    return found


def _parent(gap: Nameless, name: str) -> str:
    """What tells a section from others with the same heading: the nearest heading above it that is another, or its file."""
    above = (slug(title) for title in reversed(gap.titles[:-1]))
    stem = slug(PurePosixPath(gap.path).stem)
    return shortened(next((each for each in above if each and each != name), stem or gap.spare), _OF_PARENT)
