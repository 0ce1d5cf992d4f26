"""The kinds of notes, one row each. A new kind is a new row and a function that makes its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

from ..diagnostics import Diagnostic
from ..model import OwnKind
from ..read import tags
from ..read.sections import Section
from ..read.tags import Vocabulary
from ..render import Renderer
from . import basic, cloze, occlusion, own
from .parts import Made, Part


class Kind(tags.Kind, frozen=True, kw_only=True):
    """A kind of note: `name` is its word in a tag, `cuts` and `switches` are those that go with it.

    `note_type` is the key of its note type. A kind that is `divided` has a question and an answer: in a whole section,
    what is above the first thematic break is shown with the question; in an item, the lead is the question. Other kinds
    have one text. `make` makes the fields that only this kind has. `context`, `source` and `id` are the names of those that
    every kind may have, each empty if it has none. Of a note type of the project, `own` says which fields it has.
    """

    note_type: str
    divided: bool
    make: Callable[[Part, Section, Renderer], tuple[Made, list[Diagnostic]]]
    context: str = "Context"
    source: str = "Source"
    id: str = "ID"
    own: OwnKind | None = None


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="basic",
            note_type="basic",
            cuts=("items", "rows", "cells"),
            switches=("reversed", "typed"),
            divided=True,
            make=basic.make,
        ),
        Kind(name="cloze", note_type="cloze", cuts=("items",), switches=(), divided=False, make=cloze.make),
        Kind(name="occlusion", note_type="occlusion", cuts=(), switches=(), divided=False, make=occlusion.make),
    )
}
"""By name. The first is the kind of a section whose tag has only a cut or a switch."""


class Table(NamedTuple):
    """The kinds of a project, by name, and the words that its tags can have."""

    kinds: Mapping[str, Kind]
    vocabulary: Vocabulary


@lru_cache(maxsize=8)
def table(owned: tuple[OwnKind, ...] = ()) -> Table:
    """The kinds that come along, and those of the note types of a project."""
    kinds = {**KINDS, **{kind.name: _own(kind) for kind in owned}}
    return Table(kinds, Vocabulary(tuple(kinds.values())))


def _own(kind: OwnKind) -> Kind:
    is_basic = kind.family == "basic"
    return Kind(
        name=kind.name,
        note_type=kind.name,
        cuts=("items", "rows") if is_basic else ("items",),
        switches=(),
        keys=tuple(field.key for field in kind.fields if field.key),
        divided=is_basic,
        make=partial(own.make, kind=kind),
        context=kind.of("context"),
        source=kind.of("source"),
        id=kind.of("id"),
        own=kind,
    )


VOCABULARY = table().vocabulary
