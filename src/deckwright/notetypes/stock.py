"""The note types that every deck can have, as data: a row each.

What is frozen for every deck ever released: the keys, the families, the ids and the order of fields and templates, the
sort fields and the stock kinds. Anki pairs fields and templates by their ids and their order. If a pair differs, it makes
a second note type beside the learner's, and never updates the notes of the first again. All names are free.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..model import Family, Field


class Stock(msgspec.Struct, frozen=True):
    """A row. The note type's name ends in `kind`; `templates` are (id, name, folder of its HTML).

    `sort_field` is an index into `fields`. `stock_kind` is Anki's `originalStockKind` (rslib/src/notetype).
    """

    kind: str
    family: Family
    fields: tuple[Field, ...]
    templates: tuple[tuple[int, str, str], ...]
    sort_field: int = 0
    stock_kind: int = 0


def _field(id: int, name: str, description: str = "", tag: int | None = None) -> Field:
    """A field that Anki refuses to delete: a learner who deleted one would get no update any more."""
    return Field(name, id, description, prevent_deletion=True, tag=tag)


def _reserved(first: int) -> tuple[Field, ...]:
    """Three fields for a later version of Deckwright, since no field can be added to a note type."""
    description = "Kept empty for a later version of the deck"
    return tuple(
        Field(f"Reserved {n}", first + n - 1, description, collapsed=True, prevent_deletion=True) for n in (1, 2, 3)
    )


_EXTRA = "Shown below the answer"
_CONTEXT = "Where the note belongs, shown small above it"
_SOURCE = "Where it can be looked up"
_ID = "Names this note in reports; leave it as it is"

STOCK: Mapping[str, Stock] = {
    "basic": Stock(
        kind="Basic",
        family="basic",
        fields=(
            _field(101, "Front"),
            _field(102, "Back"),
            _field(103, "Extra", _EXTRA),
            _field(104, "Context", _CONTEXT),
            _field(105, "Source", _SOURCE),
            _field(106, "ID", _ID),
            _field(107, "Reversed", "Anything here adds the card that asks the other way round"),
            _field(108, "Asked", "What the card that asks the other way round wants to know"),
            _field(109, "Typed", "What to type as the answer; empty for a card without typing"),
            *_reserved(110),
        ),
        templates=((191, "Forward", "basic/forward"), (192, "Reverse", "basic/reverse"), (193, "Spare", "basic/spare")),
    ),
    "cloze": Stock(
        kind="Cloze",
        family="cloze",
        fields=(
            _field(201, "Text"),
            _field(202, "Header"),
            _field(203, "Extra", _EXTRA),
            _field(204, "Context", _CONTEXT),
            _field(205, "Source", _SOURCE),
            _field(206, "ID", _ID),
            *_reserved(207),
        ),
        templates=((291, "Cloze", "cloze"),),
    ),
    # The tags are the parts that Anki gives the fields of a native occlusion note; Check Database would put in what is
    # missing. Without the stock kind, Anki's mask editor does not open our notes.
    "occlusion": Stock(
        kind="Image Occlusion",
        family="occlusion",
        fields=(
            _field(301, "Occlusion", "The masks: Anki's mask editor writes them", tag=0),
            _field(302, "Image", "The picture below the masks", tag=1),
            _field(303, "Header", tag=2),
            _field(304, "Back Extra", tag=3),
            _field(305, "Comments", "The labels that the masks cover", tag=4),
            _field(306, "Context", _CONTEXT),
            _field(307, "Source", _SOURCE),
            _field(308, "ID", _ID),
            *_reserved(309),
        ),
        templates=((391, "Image Occlusion", "occlusion"),),
        sort_field=2,
        stock_kind=6,
    ),
}
"""The rows by key: what notes and the ledger name a note type by."""
