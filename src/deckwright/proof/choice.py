"""All notes, and what a reader asks for → the notes to read, or why there are none."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from .. import names
from ..model import Note, NoteType, Settings

if TYPE_CHECKING:
    from ..identity.lines import Line

State: TypeAlias = Literal["new", "changed", "released"]
"""What became of a note since the last release; without one, all notes are new."""


class Choice(msgspec.Struct, frozen=True):
    """What a reader asks for: notes that are in one of the `decks`, and have one of the `tags`, and so on; what is empty
    asks for nothing.

    Decks and tags count with those below them, in capitals or not, and may be named without what all of the project's
    begin with. `kinds` are keys of note types. `files` are paths from the root, with `/`, of files or folders. An id also stands
    for the notes of its section. `new` leaves out what is as it was released.
    """

    decks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    new: bool = False


class Chosen(msgspec.Struct, frozen=True):
    """A note to read."""

    note: Note
    note_type: NoteType
    state: State


class Nothing(msgspec.Struct, frozen=True):
    """Why there is nothing to read, as a sentence. `slip` is whether a deck, a tag, a file or an id was named that no note
    has, and is likely misspelt; else it is empty.
    """

    why: str
    slip: str = ""


def choose(
    notes: Iterable[Note],
    note_types: Mapping[str, NoteType],
    lines: Mapping[str, Line],
    settings: Settings,
    choice: Choice,
) -> tuple[list[Chosen], Nothing | None]:
    """The notes that are asked for, in their order. `lines` are those of the ledger, by guid.

    If each word names something, but no note is all that is asked for, the list is empty and the reason too, when that
    is because nothing is new.
    """
    filters = _filters(choice, settings)
    known: dict[str, dict[str, None]] = {asked.what: {} for asked in filters}
    unmet = {(asked.what, word) for asked in filters for word in asked.words}
    found: list[Chosen] = []
    is_any = False
    for note in notes:
        is_asked = True
        for asked in filters:
            values = asked.values(note)
            known[asked.what].update(dict.fromkeys(values))
            met = {word for word in asked.words if any(asked.fits(value, word) for value in values)}
            unmet -= {(asked.what, word) for word in met}
            is_asked = is_asked and bool(met)
        if is_asked:
            is_any = True
            state = state_of(lines[note.guid])
            if not choice.new or state != "released":
                found.append(Chosen(note, note_types[note.note_type], state))
    for asked in filters:
        for word in asked.words:
            if (asked.what, word) in unmet:
                return [], _unknown(asked, word, known[asked.what])
    return found, None if is_any else Nothing("No note is all of this at once." if filters else "There are no notes.")


def state_of(line: Line) -> State:
    """What became of a note, by its line in the ledger."""
    if line.released is None:
        return "new"
    return "changed" if line.draft else "released"


class _Filter(msgspec.Struct, frozen=True):
    """One of the things that notes are chosen by. `values` are what a note has of it, `fits` whether one is what a word
    asks for. `missing` says that no note has the word, in place of the braces; `short` is a value as readers name it.
    """

    what: str
    words: tuple[str, ...]
    values: Callable[[Note], Iterable[str]]
    fits: Callable[[str, str], bool]
    missing: str
    short: Callable[[str], Iterable[str]]


def _filters(choice: Choice, settings: Settings) -> list[_Filter]:
    deck, tag = settings.name, settings.tag_prefix.replace("/", "::")
    every = [
        _Filter(
            "deck",
            choice.decks,
            lambda note: [note.deck],
            lambda path, word: names.is_within(path, word, deck),
            "There is no deck {} with notes.",
            lambda path: names.levels(path, deck),
        ),
        _Filter(
            "tag",
            choice.tags,
            lambda note: note.tags,
            lambda path, word: names.is_within(path, word, tag),
            "No note has the tag {}.",
            lambda path: names.levels(path, tag),
        ),
        _Filter(
            "kind", choice.kinds, lambda note: [note.note_type], str.__eq__, "No note is of the kind {}.", lambda _: ()
        ),
        _Filter("file", choice.files, lambda note: [note.span.path], _is_below, "There are no notes in {}.", _folders),
        _Filter("id", choice.ids, lambda note: [note.id], _is_of, "No note has the ID {}.", lambda id_: [id_]),
    ]
    return [asked for asked in every if asked.words]


def _is_below(path: str, word: str) -> bool:
    return word == "." or f"{path}/".startswith(f"{word}/")


def _folders(path: str) -> Iterator[str]:
    while path:
        yield path
        yield posixpath.basename(path)
        path = posixpath.dirname(path)


def _is_of(id_: str, word: str) -> bool:
    return id_ == word or id_.startswith(f"{word}.")


def _unknown(asked: _Filter, word: str, known: Iterable[str]) -> Nothing:
    named = dict.fromkeys(name for value in known for name in asked.short(value))
    # A tag or a deck that is not the highest is easily named by its last part.
    below = (name for name in named if name.casefold().endswith(f"::{word}".casefold()))
    near = names.nearest(word, named, 2) or next(below, "")
    if near and asked.what == "file":  # A file's name is not enough to name it.
        near = next(path for value in known for path in _folders(value) if f"/{path}".endswith(f"/{near}"))
    why = asked.missing.format(word)
    return Nothing(f"{why} Did you mean {near}?" if near else why, "" if asked.what == "kind" else asked.what)
