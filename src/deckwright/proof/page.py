"""Notes to read → one page of HTML that needs nothing else: the cards in the deck's own style.

`page.html` is its frame, `page.css` the look of all around the cards and `masks.css` that of masks, `page.js` what its buttons
and keys do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

import msgspec
from msgspec.structs import replace

from .. import texts
from ..amounts import count
from ..model import Collection
from ..notetypes import STOCK
from . import masks
from .choice import Chosen
from .media import Shelf
from .sides import sides
from .standalone import filled, read

_HERE = "deckwright.proof"


class Page(msgspec.Struct, frozen=True):
    """The page, how many cards it shows, and the names and sizes of the media that found no room in it."""

    html: str
    cards: int
    left_out: dict[str, int]


class _Shown(msgspec.Struct, frozen=True):
    """A card of the page: its number there, its note, its number in it, and its two sides as HTML."""

    number: int
    chosen: Chosen
    ordinal: int
    front: str
    back: str
    style: int = 0


def to_page(
    chosen: Sequence[Chosen], collection: Collection, about: str, fronts_first: bool = False, with_states: bool = False
) -> Page:
    """The page of these notes of the collection; `about` says in words which they are, and of which version.

    An answer is hidden until it is asked for. With `fronts_first`, all fronts come first, then all backs. Raises OSError
    if a file cannot be read.
    """
    shelf = Shelf(collection.media)
    shown = list(_shown(chosen, shelf))
    counted = f"{count(len(shown), 'card')} of {count(len(chosen), 'note')}"
    # The stylesheet of a note type of the project may contain what would end the element: the page would be cut in two.
    styles = {css: place for place, css in enumerate(dict.fromkeys(one.note_type.css for one in chosen), 1)}
    if len(styles) > 1:  # Each is for the cards of its own note type.
        shown = [replace(card, style=styles[card.chosen.note_type.css]) for card in shown]
        styles = {f".proof-style-{place} {{\n{css}\n}}": place for css, place in styles.items()}
    contents, cards = _in_parts(shown, with_states) if fronts_first else _by_file(shown, with_states)
    html = filled(
        _HERE,
        title=escape(collection.settings.name),
        summary=escape(f"{counted} · {about}"),
        styles="\n".join("<style>\n{}\n</style>".format(style.replace("</", "<\\/")) for style in styles),
        page_style=read(_HERE, "page.css").replace("/* masks.css */", masks.style().rstrip("\n")),
        contents=contents,
        cards="\n".join(cards),
        media=shelf.json(),
    )
    return Page(html, len(shown), shelf.left_out)


def _shown(chosen: Iterable[Chosen], shelf: Shelf) -> Iterator[_Shown]:
    number = 0
    for one in chosen:
        for card in texts.cards(one.note, one.note_type):
            number += 1
            yield _Shown(number, one, card.ordinal, *sides(one.note, one.note_type, card.ordinal, shelf.attribute))


def _by_file(shown: Iterable[_Shown], with_states: bool) -> tuple[str, list[str]]:
    """The list of the files, and the cards of each: the front, then the back, which is closed."""
    listed: list[str] = []
    cards: list[str] = []
    for place, (path, group) in enumerate(groupby(shown, key=lambda card: card.chosen.note.span.path), 1):
        held = list(group)
        listed.append(f'<li><a href="#file-{place}">{escape(path)}</a> {len(held)}</li>')
        cards.append(f'<h2 class="proof-file" id="file-{place}">{escape(path)}</h2>')
        for card in held:
            bar = f"{_number(card)}{_facts(card, with_states)}"
            back = f"<summary>Answer</summary>\n{_side(card, card.back)}\n{_about(card)}"
            cards.append(_card(card, "card", bar, f"{_side(card, card.front)}\n<details>\n{back}\n</details>"))
    if len(listed) < 2:
        return "", cards
    return f'<details class="proof-contents"><summary>Files</summary><ul>{"".join(listed)}</ul></details>', cards


def _in_parts(shown: Iterable[_Shown], with_states: bool) -> tuple[str, list[str]]:
    """Links to the two parts, and the cards: all fronts, then all backs. A front does not say where it is from."""
    fronts = ['<h2 class="proof-part" id="fronts">Fronts</h2>']
    backs = ['<h2 class="proof-part" id="backs">Backs</h2>']
    for card in shown:
        n = card.number
        fronts.append(_card(card, "card", f'{_number(card)}<a href="#back-{n}">back</a>', _side(card, card.front)))
        bar = f'{_number(card, "back")}{_facts(card, with_states)}<a href="#card-{n}">front</a>'
        # Far from its front, an answer needs the question again.
        whole = card.front + card.back if card.chosen.note_type.family == "basic" else card.back
        backs.append(_card(card, "back", bar, f"{_side(card, whole)}\n{_about(card)}"))
    return '<p><a href="#fronts">Fronts</a> · <a href="#backs">Backs</a></p>', [*fronts, *backs]


def _card(card: _Shown, kind: str, bar: str, inside: str) -> str:
    return (
        f'<article class="proof-card" id="{kind}-{card.number}">\n<p class="proof-bar">{bar}</p>\n{inside}\n</article>'
    )


def _number(card: _Shown, kind: str = "card") -> str:
    return f'<a class="proof-number" href="#{kind}-{card.number}">{card.number}</a>'


def _facts(card: _Shown, with_states: bool) -> str:
    """Where the card is from. Its ID is below the answer, since it may tell it."""
    facts = f"<span>{escape(card.chosen.note.span.place)}</span><span>c{card.ordinal + 1}</span>"
    state = card.chosen.state
    return f'{facts}<span class="proof-state">{state}</span>' if with_states and state != "released" else facts


def _side(card: _Shown, html: str) -> str:
    side = f'<div class="card card{card.ordinal + 1}">\n{html}\n</div>'
    return f'<div class="proof-style-{card.style}">\n{side}\n</div>' if card.style else side


def _about(card: _Shown) -> str:
    note = card.chosen.note
    own = [note.note_type] if note.note_type not in STOCK else []
    told = [*own, note.deck, *note.tags]
    return f'<p class="proof-facts">{"".join(f"<span>{escape(name)}</span>" for name in told)}</p>'
