"""A note type of another deck → the folder in `notetypes` that makes the same of it here, and what of a section goes to its fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from ..layout import NOTETYPES
from ..limits import MAX_FIELDS, MAX_NOTE_TYPE_BYTES, MAX_NOTE_TYPES, MAX_SETTINGS_BYTES, MAX_TEMPLATES, MAX_TIME
from ..model import Field, NoteType, OwnField, Template
from ..names import shortened, slug, unused
from ..notetypes.definition import MAX_SIZE
from ..package import PackedNote
from ..words import RESERVED
from .mapping import lengths_of, mapping, shared_of
from .typefiles import definition, texts


class Adopted(msgspec.Struct, frozen=True):
    """A note type of another deck as one of the project.

    `key` is the name of its folder, and the word in tags. `note_type` is as Anki has it once it is imported, and as the
    project will: names without what Anki takes out of them, lines ended by `\\n`, none at the end. `fields` say what of a section
    goes to which field, in their order.
    """

    key: str
    note_type: NoteType
    fields: tuple[OwnField, ...]

    def of(self, note: PackedNote) -> PackedNote:
        """A note of it with the names that its fields have here: some may have other names in the source."""
        return replace(note, fields=dict(zip([field.name for field in self.fields], note.fields.values(), strict=True)))


def adopted(
    note_types: Mapping[int, NoteType], notes: Sequence[PackedNote], names: Collection[str] = ()
) -> dict[int, Adopted]:
    """The note types of a deck by their ids, in the order of these, without those of which `refused` knows why not. `names` are
    those of note types that no other may have: those that come along with the deck.
    """
    lengths, shared = lengths_of(note_types, notes), shared_of(note_types, notes)
    found: dict[int, Adopted] = {}
    taken = {name.casefold() for name in names}
    keys: set[str] = set()
    for id_ in sorted(note_types.keys() - refused(note_types).keys()):
        note_type = _as_imported(note_types[id_], taken)
        taken.add(note_type.name.casefold())
        key = unused(_word(note_types[id_].name), keys)
        keys.add(key)
        found[id_] = Adopted(key, note_type, mapping(note_type, lengths[id_], shared[id_]))
    return found


def refused(note_types: Mapping[int, NoteType]) -> dict[int, str]:
    """The note types that cannot be adopted, by their ids, each with the reason, as the end of a sentence: "its note type has no
    templates". Anki lives with all that is not named here, and so does a project.
    """
    found = {id_: reason for id_, held in note_types.items() if (reason := _reason(held))}
    usable = sorted(note_types.keys() - found.keys())
    too_many = f"the deck uses {len(usable)} note types, and a project has at most {MAX_NOTE_TYPES}"
    return found | dict.fromkeys(usable[MAX_NOTE_TYPES:], too_many)


def _reason(held: NoteType) -> str:
    """Why a note type cannot be adopted; empty if it can."""
    if not 0 < held.id < 1 << 63:
        return f"its note type has the id {held.id}, which Anki does not import"
    parts = ("fields", len(held.fields), MAX_FIELDS), ("templates", len(held.templates), MAX_TEMPLATES)
    for what, number, most in parts:
        if not number:
            return f"its note type has no {what}"
        if number > most:
            return f"its note type has {number:,} {what}, and here it can have {most}"
    note_type = _as_imported(held, ())
    sizes = {"its stylesheet": len(note_type.css.encode())}
    for template in note_type.templates:
        longest = max(template.front, template.back, key=len)
        sizes[f"a side of the template “{template.name[:60]}”"] = len(longest.encode())
    for what, size in sizes.items():
        if size >= MAX_NOTE_TYPE_BYTES:
            return f"{what} has more than {MAX_NOTE_TYPE_BYTES >> 10} KiB"
    if len(definition(note_type, mapping(note_type, ())).encode()) > MAX_SETTINGS_BYTES:
        return "its note type has names, LaTeX or formats for the browser that are too long"
    return ""


# What Anki makes of it


def _as_imported(note_type: NoteType, taken: Collection[str]) -> NoteType:
    """What Anki has of a note type that it imported (rslib/src/notetype/mod.rs, `normalize_names` and `ensure_names_unique`), and
    a project can have. `taken` are names of others, case-folded.
    """
    fields = [
        replace(field, name=name, size=min(max(field.size, 1), MAX_SIZE))
        for field, name in zip(note_type.fields, _all_unlike(map(_field_name, note_type.fields)), strict=True)
    ]
    templates = [
        replace(
            template,
            name=name,
            front=_text(template.front),
            back=_text(template.back),
            browser_size=min(max(template.browser_size, 0), MAX_SIZE),
        )
        for template, name in zip(
            note_type.templates, _all_unlike(map(_template_name, note_type.templates)), strict=True
        )
    ]
    return replace(
        note_type,
        name=_unlike(_name(note_type.name) or "Note type", taken),
        fields=tuple(fields),
        templates=tuple(templates),
        css=_text(note_type.css),
        sort_field=min(max(note_type.sort_field, 0), len(fields) - 1),
        stock_kind=note_type.stock_kind if 0 <= note_type.stock_kind <= 6 else 0,  # as Anki has them
        mod=min(max(note_type.mod, 1), MAX_TIME),  # It is 0 where nobody ever changed it, and no time here.
    )


def _text(text: str) -> str:
    return re.sub(r"\r+\n", "\n", text.replace("\0", "")).rstrip("\r")


def _name(name: str, signs: str = '"') -> str:
    kept = (character for character in name if character not in signs and unicodedata.category(character) != "Cc")
    return unicodedata.normalize("NFC", "".join(kept))


def _field_name(field: Field) -> str:
    return re.sub(r"^[#^/\s]+", "", _name(field.name, '":{}')).rstrip() or "Field"


def _template_name(template: Template) -> str:
    return _name(template.name) or "Card"


def _all_unlike(names: Iterable[str]) -> Iterator[str]:
    taken: set[str] = set()
    for name in names:
        unlike = _unlike(name, taken)
        taken.add(unlike.casefold())
        yield unlike


def _unlike(name: str, taken: Collection[str]) -> str:
    """The name with as many `+` as make it another one than those that are taken, case-folded."""
    while name.casefold() in taken:
        name += "+"
    return name


# What it is called


def _word(name: str) -> str:
    """The name of the folder, and the word in tags."""
    word = shortened(slug(_SUFFIX.sub("", name)), _LONGEST_WORD)
    if word in RESERVED:
        return f"anki-{word}"
    return word if word[:1].isalpha() else f"type-{word}" if word else "note-type"


_LONGEST_WORD = 40
_SUFFIX = re.compile(r"-(?=[a-f]*[0-9])[0-9a-f]{5}$")
"""What Anki put behind a name that another note type had (until 2.1.54)."""


def files(adopted: Adopted) -> dict[str, bytes]:
    """What stands in the folder of a note type, by path from the root of the project, with `/`."""
    made = texts(adopted.note_type, adopted.fields)
    return {f"{NOTETYPES}/{adopted.key}/{name}": _bytes(text) for name, text in made.items()}


def _bytes(text: str) -> bytes:
    """A byte order mark at the beginning of a file is none of its text, so a text that begins with one has two."""
    return (f"\ufeff{text}" if text.startswith("\ufeff") else text).encode()
