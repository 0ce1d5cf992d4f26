"""What somebody looks for → the places of the cards that are all of it, in the order of the deck."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .index import Card, Entry, Index


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
    fitting, last = False, -1
    for place, (note, card) in enumerate(index.places):
        entry = index.entries[note]
        if note != last:
            fitting, last = _fits(index, place, entry, choice), note
        if fitting and (not words or _has(entry, entry.cards[card], words)):
            found.append(place)
    return found


def _fits(index: Index, place: int, entry: Entry, choice: Choice) -> bool:
    return (
        (not choice.deck or _is_within(entry.deck, choice.deck, "::"))
        and (not choice.tag or any(_is_within(tag, choice.tag, "::") for tag in entry.tags))
        and (not choice.type or entry.note_type == choice.type)
        and (not choice.file or _is_within(entry.file, choice.file, "/"))
        and (not choice.only or _is_only(index, place, choice.only))
    )


def _is_within(path: str, above: str, separator: str) -> bool:
    return path == above or path.startswith(above + separator)


def _is_only(index: Index, place: int, only: str) -> bool:
    if only == "problems":
        return index.entry(place)[0].first_key in index.troubled
    return index.standing(place).state == only


def _has(entry: Entry, card: Card, words: Sequence[str]) -> bool:
    return all(word in entry.text or word in card.text for word in words)
