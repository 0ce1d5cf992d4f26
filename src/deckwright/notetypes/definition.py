"""The file `notetype.toml` of a note type → what it says, and everything that is wrong with it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from ..diagnostics import Diagnostic
from ..diagnostics.notetype import bad_name, taken, unknown_key, wrong_value
from ..layout import NOTETYPE, NOTETYPES
from ..limits import MAX_FIELD_NAME, MAX_FIELDS, MAX_SETTINGS_TOLD, MAX_TEMPLATES, MAX_TIME
from ..model import LATEX_FOOTER, LATEX_HEADER, Family, Field, OwnField, OwnKind, SectionPart, Settings, Span, Template
from ..patterns import pattern
from ..settings import toml_places
from ..settings.toml_places import File
from ..words import KEYS


class TemplateFiles(msgspec.Struct, frozen=True):
    """A template without its sides, and what the names of its files begin with. `place` is where it is named."""

    template: Template
    file: str
    place: Span


class Definition(msgspec.Struct, frozen=True):
    """What the file says. `kind` is what notes are compiled with, without the fronts, which stand in files of their own.
    `places` are those of the keys at the top. One that `is_foreign` comes from another deck.
    """

    id: int
    name: str
    family: Family
    kind: OwnKind
    fields: tuple[Field, ...]
    templates: tuple[TemplateFiles, ...]
    sort_field: int
    stock_kind: int
    mod: int
    latex_header: str
    latex_footer: str
    latex_svg: bool
    places: Mapping[str, Span]
    is_foreign: bool


MAX_ID = 2**63 - 1
"""Of a note type, a field or a template in Anki (i64). Those that Anki makes for fields and templates are often negative."""

MAX_TAG = 2**32 - 1
MAX_SIZE = 200
_OCCLUSION = 6
"""The `stock_kind` of native image occlusion: Anki's mask editor opens notes of no other (rslib/src/notetype/stock.rs)."""

_LATEX = {"latex_header": LATEX_HEADER, "latex_footer": LATEX_FOOTER, "latex_svg": False}
_TOP = ("id", "name", "kind", "sort_field", "stock_kind", "mod", *_LATEX, "fields", "templates")
FLAGS = {
    "description": ("description", str),
    "font": ("font", str),
    "size": ("size", int),
    "right_to_left": ("right_to_left", bool),
    "sticky": ("sticky", bool),
    "collapsed": ("collapsed", bool),
    "plain_text": ("plain_text", bool),
    "prevent_deletion": ("prevent_deletion", bool),
    "exclude_from_search": ("exclude_from_search", bool),
}
"""The keys of a field that are for Anki alone: the attributes of `Field`, and their types."""

_OF_FIELD = ("id", "was", "from", "key", "label", "tag", *FLAGS)
_OF_BROWSER = ("browser_front", "browser_back", "browser_font", "browser_size")
_OF_TEMPLATE = ("id", "was", "file", *_OF_BROWSER)
_WORDS = {
    str: ("text", "put it in quotes"),
    int: ("a whole number", "write it without quotes"),
    bool: ("true or false", "write `true` or `false`"),
}
PARTS = get_args(SectionPart)


def read(root: Path, name: str, settings: Settings) -> tuple[Definition | None, list[Diagnostic]]:
    """What the note type in the folder `name` says of itself; None if so little of it can be used that nothing more is known."""
    path = f"{NOTETYPES}/{name}/{NOTETYPE}"
    file, found = toml_places.read(root / path, (), path, root)
    if file is None or not isinstance(file.table, dict):
        return None, found
    reader = _Reader(file, name, settings)
    made = reader.made(file.table)
    return made, reader.found[:MAX_SETTINGS_TOLD]


class _Reader:
    """One file, and what is found wrong with it."""

    def __init__(self, file: File, name: str, settings: Settings) -> None:
        self.file = file
        self.name = name
        self.settings = settings
        self.found: list[Diagnostic] = []
        self.is_foreign = False

    def made(self, table: Mapping[str, Any]) -> Definition | None:
        self.is_foreign = "mod" in table
        self.known(table, _TOP)
        kind = self.value(table, "kind", str, "basic")
        if kind not in ("basic", "cloze"):
            self.wrong(("kind",), f'is "{kind}"', 'write `kind = "basic"` or `kind = "cloze"`')
        family: Family = "cloze" if kind == "cloze" else "basic"
        id_ = self.number(table, "id", 1, MAX_ID, derived(f"note type\n{self.settings.id}\n{self.name}"))
        name = self.value(table, "name", str, f"{self.settings.name.split('::')[-1].strip()} {self.name}")
        self.check_name("note type", name, ("name",), _type_problem(name))
        fields, mapping = self.fields(self.tables(table, "fields", MAX_FIELDS, 'Word = { from = "heading" }'), id_)
        templates = self.templates(self.tables(table, "templates", MAX_TEMPLATES, "Card = {}"), id_)
        sort = self.value(table, "sort_field", str, fields[0].name if fields else "")
        names = [field.name for field in fields]
        if sort not in names and fields:
            self.wrong(("sort_field",), f'names "{sort}", which is no field', f"the fields are {', '.join(names)}")
            sort = names[0]
        stock_kind = self.number(table, "stock_kind", 0, _OCCLUSION, 0)
        header, footer, svg = (self.value(table, key, type(usual), usual) for key, usual in _LATEX.items())
        if not fields or not templates:
            return None
        return Definition(
            id=id_,
            name=unicodedata.normalize("NFC", name),
            family="occlusion" if family == "cloze" and stock_kind == _OCCLUSION else family,
            kind=OwnKind(self.name, family, tuple(mapping)),
            fields=tuple(fields),
            templates=tuple(templates),
            sort_field=names.index(sort),
            stock_kind=stock_kind,
            mod=self.number(table, "mod", 0, MAX_TIME, 0),
            latex_header=header,
            latex_footer=footer,
            latex_svg=svg,
            places={key: self.file.span(key) for key in table},
            is_foreign=self.is_foreign,
        )

    # The parts

    def fields(self, tables: Mapping[str, Mapping[str, Any]], type_id: int) -> tuple[list[Field], list[OwnField]]:
        made: list[Field] = []
        mapping: list[OwnField] = []
        for name, table in tables.items():
            at = ("fields", name)
            self.known(table, _OF_FIELD, *at)
            self.check_name("field", name, at, _field_problem(name))
            flags = {
                key: self.value(table, key, type_, getattr(_PLAIN, attribute), *at)
                for key, (attribute, type_) in FLAGS.items()
                if key in table
            }
            if "size" in flags and not 1 <= flags["size"] <= MAX_SIZE:
                hint = "write a size in points, such as `size = 20`"
                self.wrong((*at, "size"), f"is not between 1 and {MAX_SIZE}", hint)
            id_ = self.part_id(table, "field", name, type_id, at)
            tag = self.number(table, "tag", 0, MAX_TAG, 0, *at) if "tag" in table else None
            field = Field(unicodedata.normalize("NFC", name), id_, tag=tag, **flags)
            made.append(field)
            mapping.append(self.mapped(field, table, at))
        self.unlike(made, [("fields", name) for name in tables], "field")
        names = [*tables]
        for key, what, values in (
            ("from", "the part", [str(field.part or "") for field in mapping]),
            ("label", "the label", [field.label.casefold() for field in mapping]),
            ("key", "the attribute", [field.key for field in mapping]),
        ):
            for first, second in _twins(values):
                place = self.file.span("fields", names[second], key)
                other = f"the field {names[first]}"
                self.found.append(taken(place, what, f"`{values[second]}`", other, "let only one field have it"))
        return made, mapping

    def mapped(self, field: Field, table: Mapping[str, Any], at: tuple[str, ...]) -> OwnField:
        """What of a section goes to a field."""
        part = self.value(table, "from", str, "", *at)
        key = self.value(table, "key", str, "", *at)
        label = self.value(table, "label", str, "", *at).strip()
        if part and part not in PARTS:
            self.wrong((*at, "from"), f'is "{part}"', f"use one of {', '.join(PARTS)}")
            part = ""
        if part and (key or label):
            hint = "keep `from`, or else `key` and `label`"
            self.wrong((*at, "from"), "stands beside `key` or `label`, and only one of them could fill the field", hint)
        if key and (not _KEY.fullmatch(key) or key in KEYS or len(key) > MAX_FIELD_NAME):
            hint = "take small letters, digits and underscores, a letter first"
            self.wrong((*at, "key"), f'is "{key}", which is no free word for an attribute', hint)
        if "label" in table and not can_be_label(label):
            hint = 'write the words that stand before the colon, as in `label = "Reading"`'
            self.wrong((*at, "label"), "is no text that can stand before a colon", hint)
        return OwnField(field.name, str(field.id or field.name), part or None, key, " ".join(label.split()))

    def templates(self, tables: Mapping[str, Mapping[str, Any]], type_id: int) -> list[TemplateFiles]:
        made: list[TemplateFiles] = []
        for name, table in tables.items():
            at = ("templates", name)
            self.known(table, _OF_TEMPLATE, *at)
            self.check_name("template", name, at, _type_problem(name))
            file = self.value(table, "file", str, name, *at)
            if not can_begin_files(file):
                hint = 'write what the names of its files begin with, as in `file = "card-1"`'
                self.wrong((*at, "file") if "file" in table else at, f'cannot have files called "{file}"', hint)
                file = ""
            id_ = self.part_id(table, "template", name, type_id, at)
            front, back, font = (self.value(table, key, str, "", *at) for key in _OF_BROWSER[:-1])
            size = self.number(table, _OF_BROWSER[-1], 0, MAX_SIZE, 0, *at)
            template = Template(unicodedata.normalize("NFC", name), id_, "", "", front, back, font, size)
            made.append(TemplateFiles(template, file, self.file.span(*at)))
        self.unlike([one.template for one in made], [("templates", name) for name in tables], "template")
        return made

    def part_id(self, table: Mapping[str, Any], what: str, name: str, type_id: int, at: tuple[str, ...]) -> int:
        """The id of a field or a template: the one given, or else one made from its first name."""
        first = self.value(table, "was", str, name, *at)
        if "id" in table and "was" in table:
            self.wrong((*at, "was"), "has no effect beside `id`", "keep one of the two")
        return self.number(table, "id", -MAX_ID, MAX_ID, derived(f"{what}\n{type_id}\n{first}"), *at)

    # What they have in common

    def tables(self, table: Mapping[str, Any], key: str, most: int, example: str) -> Mapping[str, Mapping[str, Any]]:
        """The tables within one, by their keys; none if it is missing, or something else."""
        held = table.get(key)
        hint = f"write `[{key}]` on a line of its own, and below it such lines as `{example}`"
        if not isinstance(held, dict) or not held:
            self.wrong((key,), "must be a table with at least one line", hint)
            return {}
        if len(held) > most:
            self.wrong((key,), f"has {len(held)} entries", f"Deckwright takes at most {most}")
            return {}
        wrong = [name for name, value in held.items() if not isinstance(value, dict)]
        for name in wrong[:MAX_SETTINGS_TOLD]:
            self.wrong((key, name), "must be a table", f"write it as in `{example}`")
        return {} if wrong else held

    def value(self, table: Mapping[str, Any], key: str, type_: type, default: Any, *above: str) -> Any:
        held = table.get(key, default)
        if type(held) is not type_:
            words, hint = _WORDS[type_]
            self.wrong((*above, key), f"must be {words}", hint)
            return default
        return held

    def number(self, table: Mapping[str, Any], key: str, least: int, most: int, default: int, *above: str) -> int:
        held: int = self.value(table, key, int, default, *above)
        if key in table and not least <= held <= most:
            self.wrong(
                (*above, key), f"is not between {least} and {most}", "write the number that Anki has for it, or none"
            )
            return default
        return held

    def known(self, table: Mapping[str, Any], keys: Iterable[str], *above: str) -> None:
        for key in table:
            if key not in keys:
                self.found.append(unknown_key(self.file.span(*above, key), ".".join((*above, key)), [*keys]))

    def check_name(self, what: str, name: str, at: tuple[str, ...], problem: str) -> None:
        if problem:
            self.found.append(self.softened(bad_name(self.file.span(*at), what, name, problem)))

    def unlike(self, parts: list[Any], places: list[tuple[str, ...]], what: str) -> None:
        """Fields, or templates, with the same name or the same id."""
        names = [unicodedata.normalize("NFC", part.name).casefold() for part in parts]
        for first, second in _twins(names):
            span, other = self.file.span(*places[second]), f"another {what}"
            self.found.append(taken(span, "the name", f"“{parts[first].name}”", other, "give one of them another name"))
        for _, second in _twins([str(part.id or "") for part in parts]):
            span, hint = self.file.span(*places[second]), "give one of them another id, or none"
            twin = taken(span, "the id", str(parts[second].id), f"another {what}", hint)
            self.found.append(self.softened(twin))

    def softened(self, found: Diagnostic) -> Diagnostic:
        """A fault that Anki lives with, as a warning if the note type comes from another deck."""
        return as_warning(found) if self.is_foreign else found

    def wrong(self, key: tuple[str, ...], reason: str, hint: str) -> None:
        self.found.append(wrong_value(self.file.span(*key), ".".join(key), reason, hint))


def as_warning(found: Diagnostic) -> Diagnostic:
    """An error as a warning."""
    return replace(found, level="warning") if found.severity == "error" else found


_PLAIN = Field("", 0)


def derived(of: str) -> int:
    """1 to 2**53 - 1: what JavaScript, and so every Anki client, holds exactly."""
    hashed = hashlib.sha256(f"deckwright {of}".encode()).digest()
    return int.from_bytes(hashed[:8], "big") % (2**53 - 1) + 1


def _twins(values: list[str]) -> Iterator[tuple[int, int]]:
    """The places of two equal values, without empty ones."""
    first: dict[str, int] = {}
    for place, value in enumerate(values):
        if value and first.setdefault(value, place) != place:
            yield first[value], place


def _type_problem(name: str) -> str:
    """What is wrong with the name of a note type or a template, empty if nothing is: all of it was tried in Anki 26.9.3."""
    if not name.strip():
        return "is empty"
    if name != name.strip():
        return "has a space at its edge"
    if '"' in name or any(unicodedata.category(character) == "Cc" for character in name):
        return "contains a quotation mark or a line break"
    return "is too long" if len(name) > MAX_FIELD_NAME else ""


def _field_problem(name: str) -> str:
    """What is wrong with the name of a field, likewise (rslib/src/notetype/fields.rs, normalize_field_name)."""
    if problem := _type_problem(name):
        return problem
    if signs := _NO_FIELD.search(name):
        return f"contains `{signs[0]}`"
    if name[0] in "#^/":
        return f"begins with `{name[0]}`"
    return "is what templates call the front" if name == "FrontSide" else ""


def can_begin_files(begin: str) -> bool:
    """Whether the names of a template's files can begin like this."""
    return bool(begin.strip()) and not _NO_FILE.search(begin) and not begin.startswith(".")


def can_be_label(label: str) -> bool:
    """Whether this can stand before a colon as a label."""
    return 0 < len(label) <= MAX_FIELD_NAME and not _NO_LABEL.search(label)


_NO_FIELD = pattern(r"[:{}]")
_NO_FILE = pattern(r'[/\\:*?"<>|\x00-\x1f\x7f]')
_NO_LABEL = pattern(r"[:：\n*_`\[\]<>]")
_KEY = pattern(r"[a-z][a-z0-9_]*")
