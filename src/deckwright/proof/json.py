"""Cards to read → JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps
from typing import Any

import msgspec

from .entries import Entry

_FRONT = ("note_type", "context", "header", "question", "hint", "asked")
"""What is known of a card before its answer is shown. An id or a tag may tell it."""


def to_json(read: Iterable[Entry], fronts_first: bool = False) -> str:
    """An array with an object for each card, which has the attributes of `Entry`.

    With `fronts_first`, an object of two arrays, `fronts` and `backs`: each card is an object in both, with the same
    `number`, counted from 1.
    """
    cards: list[dict[str, Any]] = [msgspec.to_builtins(entry) for entry in read]
    if not fronts_first:
        return dumps(cards, ensure_ascii=False, indent=2)
    fronts = [{"number": n} | {name: card[name] for name in _FRONT} for n, card in enumerate(cards, 1)]
    backs = [
        {"number": n} | {name: value for name, value in card.items() if name not in _FRONT}
        for n, card in enumerate(cards, 1)
    ]
    return dumps({"fronts": fronts, "backs": backs}, ensure_ascii=False, indent=2)
