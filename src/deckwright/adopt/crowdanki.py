"""A folder that CrowdAnki exported → what was found in it.

Its form is that of https://github.com/Stvad/CrowdAnki, crowd_anki/representation: decks within one another, each with its notes.
No ids are in it but guids, and the uuids of note types; nor are cards, which every importer makes anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import msgspec

from .. import files, generation
from ..limits import MAX_COLLECTION_BYTES, MAX_DECK_NESTING, MAX_MEDIA_BYTES
from ..model import Deck, NoteType
from ..package import PackageError, PackedCard, PackedNote
from ..package.reader import JsonNoteType, of_json
from .found import Sieve, Source, Unadoptable, made_id, tidied


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """What the export at this path holds: its folder, or the JSON file in it. Raises Unadoptable."""
    file = described(path) if path.is_dir() else path
    if file is None:
        raise Unadoptable(f"{path.name} has no deck.json", "Adopt a folder that CrowdAnki exported.")
    try:
        top = msgspec.json.decode(files.read(file, MAX_COLLECTION_BYTES), type=_Deck)
    except OSError as error:
        raise Unadoptable(f"{file.name} cannot be read: {files.reason(error)}") from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unadoptable(f"{file.name} is not what CrowdAnki exports: {error}") from error
    if top.kind != "Deck":
        raise Unadoptable(f"{file.name} is not what CrowdAnki exports: it is no deck")
    yield tidied(_source(top, file))


def described(folder: Path) -> Path | None:
    """The file in which a folder has its deck, None if it has none."""
    named = (folder / "deck.json", folder / f"{folder.resolve().name}.json")
    return next((path for path in named if path.is_file()), None)


class _Deck(msgspec.Struct):
    """Notes and note types are read one by one: what is wrong with one must not cost the others."""

    name: str
    kind: str = msgspec.field(default="", name="__type__")
    desc: str | None = ""
    notes: list[msgspec.Raw] = []
    children: list[_Deck] = []
    note_models: list[msgspec.Raw] = []
    media_files: list[str] = []


class _Named(msgspec.Struct):
    crowdanki_uuid: str = ""


class _Note(msgspec.Struct):
    guid: str = ""
    fields: list[str] = []
    note_model_uuid: str = ""
    tags: list[str] = []


def _source(top: _Deck, file: Path) -> Source:
    decks = [*_decks(top)]
    note_types = _note_types(deck for _, deck in decks)
    sieve = Sieve()
    notes = tuple(_notes(decks, note_types, sieve))
    root = file.parent
    listed = {
        name for _, deck in decks for name in deck.media_files if PurePosixPath(name).name == name and "\\" not in name
    }
    present = sorted(name for name in listed if _is_there(root / "media" / name))

    def read_media(name: str) -> bytes:
        try:
            return files.read_inside(root / "media" / name, root, MAX_MEDIA_BYTES)
        except ValueError as error:
            raise PackageError(f"{name!r} is no name of a file") from error

    return Source(
        name=file.stem if file.stem != "deck" else file.resolve().parent.name,
        notes=notes,
        note_types={note_type.id: note_type for note_type in note_types.values()},
        decks=tuple(Deck(name, deck.desc or "") for name, deck in decks),
        media=tuple(present),
        read_media=read_media,
        left_out=tuple(sieve.left_out),
    )


def _is_there(path: Path) -> bool:
    """Whether there is a file, or something that cannot be looked at, such as a name that is too long: reading it says why."""
    try:
        return path.is_file()
    except OSError:
        return True
    except ValueError:
        return False


def _decks(deck: _Deck, above: str = "", depth: int = 0) -> Iterator[tuple[str, _Deck]]:
    """A deck and all below it, each with its full name."""
    if depth > MAX_DECK_NESTING:
        raise Unadoptable(f"its decks nest more than {MAX_DECK_NESTING} levels deep")
    name = f"{above}::{deck.name}" if above else deck.name
    yield name, deck
    for child in deck.children:
        yield from _decks(child, name, depth + 1)


def _note_types(decks: Iterator[_Deck]) -> dict[str, NoteType]:
    """The note types by their uuids. One that cannot be read is left out."""
    found: dict[str, NoteType] = {}
    for deck in decks:
        for raw in deck.note_models:
            try:
                uuid = msgspec.json.decode(raw, type=_Named).crowdanki_uuid
                note_type = of_json(made_id(uuid), msgspec.json.decode(raw, type=JsonNoteType))
            except (msgspec.MsgspecError, ValueError, OverflowError):
                continue
            if len({field.name for field in note_type.fields}) == len(note_type.fields):
                found.setdefault(uuid, msgspec.structs.replace(note_type, mod=max(note_type.mod, 1)))
    return found


def _notes(decks: list[tuple[str, _Deck]], note_types: Mapping[str, NoteType], sieve: Sieve) -> Iterator[PackedNote]:
    """Those that can be adopted. A note with cards in several decks is in all of them; the first counts."""
    generators = {uuid: generation.Generator(note_type) for uuid, note_type in note_types.items()}
    seen: dict[str, _Note] = {}
    for deck, raw in ((name, raw) for name, held in decks for raw in held.notes):
        try:
            note = msgspec.json.decode(raw, type=_Note)
        except (msgspec.MsgspecError, ValueError) as error:
            sieve.passes("", bytes(raw)[:200].decode(errors="replace"), f"makes no sense: {error}")
            continue
        if note == seen.get(note.guid):
            continue
        note_type = note_types.get(note.note_model_uuid)
        tags = tuple(tag for written in note.tags for tag in written.split())
        problem = ""
        ords: tuple[int, ...] = ()
        if note_type is None:
            problem = "has a note type that is missing, or cannot be read"
        elif len(note_type.fields) != len(note.fields):
            problem = f"has {len(note.fields)} fields, and its note type {len(note_type.fields)}"
        else:
            ords = generators[note.note_model_uuid].cards(note.fields, tags)
            problem = "" if ords else "makes no card"
        if not sieve.passes(note.guid, note.fields[0] if note.fields else "", problem) or note_type is None:
            continue
        seen[note.guid] = note
        fields = {field.name: value for field, value in zip(note_type.fields, note.fields, strict=True)}
        cards = tuple(PackedCard(ord_, deck) for ord_ in ords)
        yield PackedNote(note.guid, sieve.made_id(note.guid), 1, note_type.id, fields, tags, cards)
