"""What a site shows → its statistics, drawn."""

from __future__ import annotations

from collections.abc import Sequence

from ..identity.lines import order
from . import changes, plots
from .lists import Group
from .shown import Shown

_KINDS = {"basic": "Question and answer", "cloze": "Text with gaps", "occlusion": "Diagram with masks"}
_A_DAY = (5, 10, 15, 20, 30, 50)
"""How many new cards people take a day; Anki's default is 20."""


def drawn(shown: Shown, cards: int, topics: Sequence[Group]) -> list[str]:
    """The plots of the page, as HTML: notes by topic and by kind, growth, and how long it takes to see that many cards."""
    kinds = dict.fromkeys(_KINDS, 0)
    for note in shown.notes:
        kinds[shown.note_types[note.note_type].family] += 1
    rows = [(topic.label, topic.total) for topic in topics]
    made = [
        plots.bars("Notes by topic", rows),
        plots.bars("Notes by kind", [(_KINDS[kind], number) for kind, number in kinds.items() if number]),
    ]
    grown = sorted(shown.releases, key=lambda held: order(held.version))
    if grown:
        points = [(f"{held.version} ({changes.date(held.time)})", held.counts.cards) for held in grown]
        made.append(plots.growth("Cards, version by version", points))
    if cards:
        made.append(plots.days("Days until every card was seen, by new cards a day", cards, _A_DAY))
    return made
