"""What somebody looks for → the places of the cards that are all of it, in the order of the deck."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .index import Card, Entry, Index, Standing


class Choice(msgspec.Struct, frozen=True):
    """What cards are looked for; what is empty asks for nothing. Decks, tags and files count with what is below them.

    `q` are words that must all be in the card or its ID, in capitals or not. `only` are those that are "new" or "changed"
    since the last release, or have "problems".
    """

    deck: str = ""
    tag: str = ""
    type: str = ""
    file: str = ""
    q: str = ""
    only: str = ""


def choose(index: Index, choice: Choice) -> Sequence[int]:
    """The places of the cards."""
    if choice == Choice():
        return range(len(index.keys))
    words = choice.q.casefold().split()
    found = []
    first = 0
    for entry, standing in zip(index.entries, index.held.standings, strict=True):
        if _fits(index, entry, standing, choice):
            found += [place for place, card in enumerate(entry.cards, first) if not words or _has(entry, card, words)]
        first += len(entry.cards)
    return found


def _fits(index: Index, entry: Entry, standing: Standing, choice: Choice) -> bool:
    return (
        (not choice.deck or _is_within(entry.deck, choice.deck, "::"))
        and (not choice.tag or any(_is_within(tag, choice.tag, "::") for tag in entry.tags))
        and (not choice.type or entry.note_type == choice.type)
        and (not choice.file or _is_within(entry.file, choice.file, "/"))
        and (not choice.only or _is_only(index, entry, standing, choice.only))
    )


def _is_within(path: str, above: str, separator: str) -> bool:
    return path == above or path.startswith(above + separator)


def _is_only(index: Index, entry: Entry, standing: Standing, only: str) -> bool:
    if only == "problems":
        return entry.first_key in index.troubled
    return standing.state == only


def _has(entry: Entry, card: Card, words: Sequence[str]) -> bool:
    return all(word in entry.text or word in card.text for word in words)
