"""Notes → the files of a project: by deck, in the order in which new cards come, each of a size that an editor opens at once."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count

import msgspec

from .. import authoring
from ..diff.field_text import title
from ..ids import naming
from ..limits import MAX_ADOPTED_BYTES, MAX_ADOPTED_NOTES
from ..names import name_problem, slug
from ..package import PackedNote
from .sections import Entry, Written, section
from .types import Adopted

CARDS = "cards"
"""The folder of the notes."""


class File(msgspec.Struct, frozen=True):
    """A file of notes: its path from the project's root, with `/`, its text, and the line, counted from 1, on which the section of
    each note begins, in their order.
    """

    path: str
    text: str
    begins: tuple[tuple[int, Entry], ...]


def entries(notes: Sequence[PackedNote], types: Mapping[int, Adopted], name: str) -> list[Entry]:
    """The notes with their ids and decks, deck by deck, in the order of their first notes. Their cards are in the deck of the
    project, `name`, and below it.

    A note is in the deck of its first card. An id is made from the text of the note, by the rules of `deckwright ids`.
    """
    decks = {note.guid: _below(note.cards[0].deck, name) if note.cards else "" for note in notes}
    order = {deck: number for number, deck in enumerate(dict.fromkeys(decks.values()))}
    ordered = sorted(notes, key=lambda note: order[decks[note.guid]])
    named = [
        naming.New(_titles(note, types[note.note_type_id], decks[note.guid]), _spare(note.guid)) for note in ordered
    ]
    ids = naming.names(named, (), ())
    return [
        Entry(note, types[note.note_type_id], id_, decks[note.guid])
        for note, (id_, _) in zip(ordered, ids, strict=True)
    ]


def _below(deck: str, name: str) -> str:
    """A deck as front matter has it: what is below the project's deck `name`, empty for that itself, `::` before any other."""
    if deck == name:
        return ""
    return deck.removeprefix(f"{name}::") if deck.startswith(f"{name}::") else f"::{deck}"


def _titles(note: PackedNote, adopted: Adopted, deck: str) -> tuple[str, ...]:
    """What an id is made from: the first text of the note that has Latin letters, that of the heading before the others."""
    parts = sorted(adopted.fields, key=lambda field: (field.part != "heading", field.part != "answer"))
    texts = (title(_SHOWN.sub(" ", note.fields[field.name])) for field in parts)
    return (deck.rsplit("::", maxsplit=1)[-1], next((text for text in texts if _LATIN.search(slug(text))), ""))


_LATIN = re.compile("[a-z]")
_SHOWN = re.compile(r"<(?:img|audio|video|source|object|embed)\b[^<>]*>|\[sound:[^\]]*\]", re.IGNORECASE)


def _spare(guid: str) -> str:
    digest = base64.b32encode(hashlib.sha256(guid.encode()).digest()).decode().lower()
    return f"note-{digest[:6]}"


class Decks:
    """The deck of a project that is called `name`, and what the decks of a source whose own one is `top` are called in it."""

    def __init__(self, name: str, top: str) -> None:
        self.name = _name(name)
        self._top = top

    def whole(self, deck: str) -> str:
        """What the deck is called in full. One that is not in the source's own deck stays what it is."""
        if deck == self._top or f"{deck}::".startswith("Default::"):
            return self.name
        is_below = deck.startswith(f"{self._top}::")
        named = _name(deck.removeprefix(f"{self._top}::") if is_below else deck)
        found = f"{self.name}::{named}" if is_below else named
        return found if named and not name_problem(found) else self.name


def _name(deck: str) -> str:
    """The name of a deck without what no deck can have in it."""
    parts = ("".join(char for char in part if unicodedata.category(char) != "Cc") for part in deck.split("::"))
    return "::".join(filter(None, (part.strip().strip(":").strip() for part in parts)))


def files(held: Sequence[Entry], written: Callable[[Entry], Written], name: str) -> Iterator[File]:
    """The files of these notes, which are in order. `written` says how each of them is written, `name` is that of the project's
    deck.
    """
    decks: dict[str, list[Entry]] = {}
    for entry in held:
        decks.setdefault(entry.deck, []).append(entry)
    for deck, stem in _stems(decks, name).items():
        parts = [*_divided(decks[deck], written)]
        for number, part in enumerate(parts, 1):
            path = f"{CARDS}/{stem}.{number}.md" if len(parts) > 1 else f"{CARDS}/{stem}.md"
            yield _file(path, deck, part, written, name)


def _divided(held: Iterable[Entry], written: Callable[[Entry], Written]) -> Iterator[list[Entry]]:
    """The notes of a deck in parts, a file each."""
    part: list[Entry] = []
    size = 0
    for entry in held:
        length = sum(len((way.line + way.blocks).encode()) for way in written(entry).fields.values())
        if part and (len(part) >= MAX_ADOPTED_NOTES or size + length > MAX_ADOPTED_BYTES):
            yield part
            part, size = [], 0
        part.append(entry)
        size += length
    yield part


def _file(path: str, deck: str, part: Sequence[Entry], written: Callable[[Entry], Written], name: str) -> File:
    ways = [written(entry) for entry in part]
    common = set(ways[0].tags).intersection(*(way.tags for way in ways))
    kinds = {entry.adopted.key for entry in part}
    kind = kinds.pop() if len(kinds) == 1 else ""
    matter = {"deck": deck, "kind": kind}
    lines = [f"{key}: {_yaml(value)}" for key, value in matter.items() if value]
    if common:
        lines.append(f"tags: [{', '.join(_yaml(tag.replace('::', '/')) for tag in sorted(common))}]")
    heading = next(iter(authoring.inline(html.escape((deck or name).split("::")[-1], quote=False))), "")
    pieces = ["\n".join(["---", *lines, "---", "", f"# {heading}", ""]) if lines else f"# {heading}\n"]
    begins: list[tuple[int, Entry]] = []
    line = pieces[0].count("\n") + 1
    for entry, way in zip(part, ways, strict=True):
        begins.append((line + 1, entry))
        pieces.append(section(entry, way, common, kind))
        line += 1 + pieces[-1].count("\n")
    return File(path, "\n".join(pieces), tuple(begins))


def _yaml(value: str) -> str:
    """A text as YAML has it, without quotes where it can do without."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)


_PLAIN = re.compile(r"[A-Za-z][\w/-]*")


def _stems(decks: Iterable[str], name: str) -> dict[str, str]:
    """What the file of each deck is called, from the folder of the notes and without its ending, by what is below the project's
    deck, `name`.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for deck in decks:
        wanted = "/".join(map(_file_name, deck.removeprefix("::").split("::") if deck else name.split("::")[-1:]))
        numbers = (wanted if n == 1 else f"{wanted}_{n}" for n in count(1))
        found[deck] = next(stem for stem in numbers if stem.casefold() not in taken)
        taken.add(found[deck].casefold())
    return found


def _file_name(part: str) -> str:
    """A part of a deck's name as the name of a file, on any system: letters, digits, hyphens."""
    name = (
        slug(part) if part.isascii() else re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", part)).strip("-_").lower()
    )
    name = name[:_LONGEST].strip("-") or "deck"
    return f"{name}-deck" if name in _NOT_FREE else name


_LONGEST = 60
_NOT_FREE = frozenset(
    {"con", "prn", "aux", "nul", "node_modules", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
