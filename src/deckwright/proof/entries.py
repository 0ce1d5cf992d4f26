"""A note to read → its cards, as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape

import msgspec

from .. import cards, texts
from ..model import Mask
from .asked import Asked, asked
from .choice import Chosen, State


class Entry(msgspec.Struct, frozen=True):
    """A card to read.

    `file` and `line` are where its note stands, `card` is its number, counted from 1 as in `c1`. `note_type` is basic,
    cloze, occlusion, or what the project calls one of its own. What is asked stands in the question as `[hint]` or `[...]`.
    `source` has the addresses of its links. `typed` is what has to be typed, empty if nothing has. `asked` says more of what
    an occlusion card asks.
    """

    file: str
    line: int
    id: str
    guid: str
    card: int
    deck: str
    tags: tuple[str, ...]
    note_type: str
    state: State
    context: str
    header: str
    question: str
    hint: str
    answer: str
    extra: str
    source: str
    typed: str = ""
    asked: Asked | None = None


def entries(chosen: Iterable[Chosen], beside: Mapping[str, Sequence[Mask]] = {}) -> Iterator[Entry]:
    """The cards of the notes, in their order; those of a note by their numbers. `beside` are the masks that the picture of a
    note has too, but which it does not ask for, by guid.
    """
    for one in chosen:
        note = one.note
        text = texts.of_note(note, one.note_type)
        source = _with_addresses(note.fields.get("Source", ""))
        for card in text.cards:
            yield Entry(
                file=note.span.path,
                line=note.span.line,
                id=note.id,
                guid=note.guid,
                card=card.ordinal + 1,
                deck=note.deck,
                tags=note.tags,
                note_type=note.note_type,
                state=one.state,
                context=text.context,
                header=text.header,
                question=card.question,
                hint=card.hint,
                answer=card.answer,
                extra=text.extra,
                source=source,
                typed=_typed(one, card.ordinal),
                asked=_asked(one, card.ordinal, beside.get(note.guid, ())),
            )


def _typed(one: Chosen, ordinal: int) -> str:
    templates = one.note_type.templates
    if "type:" not in templates[ordinal if one.note_type.family == "basic" else 0].front:
        return ""
    question = cards.render(one.note, one.note_type, ordinal).question
    return texts.plain(cards.expected(one.note, question, ordinal + 1))


def _asked(one: Chosen, ordinal: int, beside: Sequence[Mask]) -> Asked | None:
    if one.note_type.family != "occlusion":
        return None
    return asked(cards.render(one.note, one.note_type, ordinal).question, beside)


_LINK = re.compile(r'<a\b[^<>]*?\bhref="([^"<>]*)"[^<>]*>(.*?)</a>', re.DOTALL)


def _with_addresses(field: str) -> str:
    """The text of a Source; a link is its address, with its text before it if that says more."""

    def link(found: re.Match[str]) -> str:
        address, shown = unescape(found[1]), texts.plain(found[2])
        bare = (address.partition("://")[2] or address).removeprefix("www.")
        # A card shows an address without `www.` and without what follows its path.
        known = {text.rstrip("/") for text in (address, bare, re.split("[?#]", bare)[0])}
        # Back as HTML, since `plain` reads all of it.
        return found[1] if shown.rstrip("/") in known else f"{found[2]} ({found[1]})"

    return texts.plain(_LINK.sub(link, field))
