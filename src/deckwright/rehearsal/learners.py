"""The learners of a rehearsal: what each of them did before the newest package came, and how it is imported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

OLDEST, NEWEST = 0, -1


class Import(msgspec.Struct, frozen=True):
    """The import of a package, by its number, with two of the options of Anki's dialog; the others stay as they are."""

    package: int
    merge: bool = False
    always: bool = False


Step: TypeAlias = str | Import
"""A function of `deeds` by its name, or an import."""


class Learner(msgspec.Struct, frozen=True):
    """Somebody who has the oldest package, and does something before the newest one is imported.

    `title` goes on from the word "who". `cure` is what the page for learners tells somebody to do about notes that could
    not be imported: only after it must everything be as it was promised.
    """

    key: str
    title: str
    before: tuple[str, ...] = ()
    imports: tuple[Import, ...] = (Import(NEWEST),)
    cure: tuple[Step, ...] = ()

    @property
    def always(self) -> bool:
        """Whether the learner asks for the deck's text in place of any other."""
        return any(isinstance(step, Import) and step.always for step in (*self.imports, *self.cure))

    @property
    def newest(self) -> int:
        """Which of all imports is the first of the newest package."""
        return next(index for index, step in enumerate(self.imports) if step.package == NEWEST)

    @property
    def merges(self) -> bool:
        """Whether the learner lets Anki merge note types."""
        return any(isinstance(step, Import) and step.merge for step in (*self.imports, *self.cure))


_CURE = Import(NEWEST, merge=True, always=True)

LEARNERS = (
    Learner("nothing", "did nothing"),
    Learner("reviewed", "reviewed cards", ("review",)),
    Learner("edited", "edited and tagged notes", ("review", "edit_before")),
    Learner("late", "edited and tagged notes after the release", ("review", "edit_after")),
    Learner("styled", "changed the styling", ("review", "restyle")),
    Learner("renamed", "renamed the deck", ("review", "rename_decks")),
    Learner("moved", "moved cards to another deck", ("review", "move")),
    Learner("suspended", "suspended cards", ("review", "suspend")),
    Learner("flagged", "flagged cards", ("review", "flag")),
    Learner("buried", "buried cards", ("review", "bury")),
    Learner("filtered", "put cards into a filtered deck", ("review", "filter_cards")),
    Learner("leech", "has leeches", ("review", "forget_leeches")),
    Learner("deleted", "deleted notes", ("review", "delete_notes")),
    Learner("template", "deleted a card type, and puts it right", ("review", "delete_template"), cure=(_CURE,)),
    Learner("field", "added a field, and puts it right", ("review", "add_field"), cure=("remove_field", _CURE)),
    Learner("merge", "merges note types", ("review",), (Import(NEWEST, merge=True),)),
    Learner("always", "always updates notes", ("review", "edit_after"), (Import(NEWEST, always=True),)),
)
"""Those who have the oldest package, and import the newest one."""


def learners(packages: int) -> Iterator[Learner]:
    """All learners for so many packages, at least two: with those who have them in another order, and all in between."""
    yield from LEARNERS
    older = tuple(Import(number) for number in reversed(range(packages - 1)))
    yield Learner("order", "imports an older version last", ("review",), (Import(NEWEST), *older))
    if packages > 2:
        between = tuple(Import(number) for number in range(1, packages - 1))
        yield Learner("every", "skips no version", ("review",), (*between, Import(NEWEST)))
