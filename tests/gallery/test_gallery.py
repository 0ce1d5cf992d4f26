"""The gallery: every card of `project`, drawn in all its looks, has no fault that is not known.

The pictures and the faults are in build/gallery/index.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from . import pages, sheet
from .drawing import Drawn, Fault, draw

KNOWN = Path(__file__).with_name("known.txt")
BUILD = Path(__file__).parents[2] / "build" / "gallery"


@pytest.fixture(scope="session")
def drawn(request: pytest.FixtureRequest) -> Drawn:
    """The cards that are tested."""
    names = {item.callspec.params["card"] for item in request.session.items if item.name.startswith("test_card[")}
    made = draw([card for card in pages.shown() if card.name in names], BUILD)
    print(f"\n{sum(map(len, made.pictures.values()))} pictures: {sheet.write(made, BUILD)}")
    return made


@pytest.mark.parametrize("card", [card.name for card in pages.shown()])
def test_card(card: str, drawn: Drawn) -> None:
    new = [str(fault) for fault in drawn.faults if fault.card == card and not _line(fault, known())]
    assert not new, "\n".join(["", *new])


def test_what_is_known_is_still_so(drawn: Drawn) -> None:
    if len(drawn.pictures) < len(pages.shown()):
        pytest.skip("only some cards are drawn")
    needed = {_line(fault, known()) for fault in drawn.faults}
    assert [line for line in known() if line not in needed] == []


def test_each_direction_is_that_of_a_card() -> None:
    assert pages.directions().keys() <= {card.name for card in pages.shown()}


def known() -> list[str]:
    lines = KNOWN.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _line(fault: Fault, lines: Iterable[str]) -> str | None:
    """The first line that knows of the fault."""
    said = f"{fault.check} {fault.card} {fault.side}"
    return next((line for line in lines if fnmatchcase(said, line)), None)
