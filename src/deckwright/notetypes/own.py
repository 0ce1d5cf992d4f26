"""The folder `notetypes` of a project → its note types, and everything that is wrong with them.

Each has a folder: `definition` reads its `notetype.toml`, `sides` checks its templates and its stylesheet. One that has an
error is broken, which costs the notes that use it, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from .. import files
from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.notetype import no_note_type, taken
from ..layout import NOTETYPE, NOTETYPES
from ..limits import MAX_FIELD_NAME, MAX_NOTE_TYPES
from ..model import NoteType, OwnKind, Settings, Span
from ..patterns import pattern
from ..words import RESERVED
from . import definition, sides
from .definition import Definition


class Own(msgspec.Struct, frozen=True):
    """The note types of a project: what compiles their notes, in the order of their names; and those without errors, by key."""

    kinds: tuple[OwnKind, ...] = ()
    types: Mapping[str, NoteType] = {}

    def id_fields(self, key: str) -> tuple[str, ...]:
        """The names of the fields that have the ID of a note of this type."""
        kind = next((kind for kind in self.kinds if kind.name == key), None)
        if kind is None:
            return ("ID",)
        return tuple(field.name for field in kind.fields if field.part == "id")


NO_OWN = Own()
"""Those of most projects."""


def read(root: Path, settings: Settings, stock: Mapping[str, NoteType]) -> tuple[Own, list[Diagnostic]]:
    """The note types of the project in `root`. `stock` are those that come along."""
    folders = _folders(root)
    found: list[Diagnostic] = []
    names = [*folders]
    if len(names) > MAX_NOTE_TYPES:
        hint = f"a project has at most {MAX_NOTE_TYPES} note types of its own"
        first = names[MAX_NOTE_TYPES]
        found.append(no_note_type(Span(f"{NOTETYPES}/{first}"), first, "there are too many", hint))
    kinds: list[OwnKind] = []
    types: dict[str, NoteType] = {}
    for name in names[:MAX_NOTE_TYPES]:
        if wrong := _folder_problem(name, folders[name]):
            found.append(no_note_type(Span(f"{NOTETYPES}/{name}"), name, *wrong))
            if _can_be_named(name):
                kinds.append(OwnKind(name, "basic", is_broken=True))
            continue
        defined, told = definition.read(root, name, settings)
        note_type = None
        if defined is not None:
            note_type, more = sides.read(root, name, defined)
            told += more
            if note_type:
                place = Span(f"{NOTETYPES}/{name}/{NOTETYPE}")
                told += _same(note_type, defined.places, place, {**stock, **types})
        found += told
        if note_type and not has_errors(told):
            types[name] = note_type
        kinds.append(_kind(name, defined, types.get(name)))
    return Own(tuple(kinds), types), found


def names(root: Path) -> list[str]:
    """What tags can call the note types of the project in `root`, whether these have errors or not."""
    return [name for name in _folders(root) if _can_be_named(name)]


def _can_be_named(name: str) -> bool:
    return _WORD.fullmatch(name) is not None and name not in RESERVED


def _folders(root: Path) -> dict[str, bool]:
    """The folders that may be note types, in the order of their names: whether each has a definition. One that is a link out of
    the project, or cannot be listed, has none.
    """
    refused: list[str] = []
    listed = files.below(root, [NOTETYPES], lambda folder, error: refused.append(folder))
    inside = {path.split("/")[1] for path in listed if path.count("/") > 1}
    outside = {path.split("/")[1] for path in refused if "/" in path}
    held = {*listed}
    names = (name for name in sorted(inside | outside) if name[0] not in "._")
    return {name: f"{NOTETYPES}/{name}/{NOTETYPE}" in held for name in names}


_WORD = pattern(r"[a-z][a-z0-9-]*")


def _folder_problem(name: str, is_defined: bool) -> tuple[str, str] | None:
    """What is wrong with a folder, and what to do about it; None if nothing is."""
    if not _WORD.fullmatch(name) or len(name) > MAX_FIELD_NAME:
        return "its name is no word for tags", "name it with small letters, digits and hyphens, a letter first"
    if name in RESERVED:
        return "its name means something else in tags", "give the folder another name"
    if not is_defined:
        hint = f"write {NOTETYPES}/{name}/{NOTETYPE}, or move the folder elsewhere"
        return f"no {NOTETYPE} in it can be read inside the project", hint
    return None


def _same(
    note_type: NoteType, places: Mapping[str, Span], place: Span, others: Mapping[str, NoteType]
) -> Iterator[Diagnostic]:
    """What a note type has in common with one before it, and must not. `place` is that of a key that is not given."""
    for key, other in others.items():
        owner = f"the note type {key}"
        if note_type.id == other.id:
            hint = "give one of them another id, or none"
            yield taken(places.get("id", place), "the id", str(note_type.id), owner, hint)
        if note_type.name.casefold() == other.name.casefold():
            hint = "give one of them another `name`"
            yield taken(places.get("name", place), "the name", f"“{note_type.name}”", owner, hint)


def _kind(name: str, defined: Definition | None, note_type: NoteType | None) -> OwnKind:
    """What notes are compiled with. Without a note type it is broken."""
    if defined is None:
        return OwnKind(name, "basic", is_broken=True)
    if note_type is None:
        return replace(defined.kind, is_broken=True)
    return replace(defined.kind, fronts=tuple(template.front for template in note_type.templates))
