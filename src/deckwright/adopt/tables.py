"""A table of notes, in CSV or TSV, as Anki reads and writes them → what was found in it.

Its form is that of https://docs.ankiweb.net/importing/text-files.html and rslib/src/import_export/text/csv: lines with `#` at
the top say what the columns are. No note type is described in it: one that every Anki has is known by its name, any other
is made of the columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path

import msgspec

from .. import digests, files, generation
from ..clozes import asked
from ..limits import MAX_FIELDS, MAX_TABLE_BYTES
from ..model import Deck, NoteType
from ..package import PackedCard, PackedNote
from . import stock
from .found import Sieve, Source, Unadoptable, tidied

_SEPARATORS = {"tab": "\t", "pipe": "|", "semicolon": ";", "colon": ":", "comma": ",", "space": " "}
"""What parts columns, by its name; the first of them that a file has does, where it does not say."""


class _Head(msgspec.Struct):
    """What the lines at the top say. Columns count from 1; 0 is none. `is_html` is None where nothing is said."""

    separator: str = ""
    is_html: bool | None = None
    labels: Sequence[str] = ()
    note_type: str = ""
    deck: str = ""
    tags: Sequence[str] = ()
    columns: dict[str, int] = {}


class _Row(msgspec.Struct, frozen=True):
    """A row: its columns, and the line that it begins in, from 1."""

    line: int
    cells: Sequence[str]


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """What the table at this path holds. Raises Unadoptable."""
    try:
        text = files.read(path, MAX_TABLE_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise Unadoptable(f"{path.name} cannot be read: {files.reason(error)}") from error
    except UnicodeDecodeError as error:
        raise Unadoptable(f"{path.name} is not UTF-8: byte {error.start}", "Save it in UTF-8.") from error
    sieve = Sieve()
    head, body, above = _head(text)
    head.separator = head.separator or next((one for one in _SEPARATORS.values() if one in body[:8192]), " ")
    rows = list(_rows(body, head.separator, above, sieve))
    if not rows:
        why = f": the first one {sieve.left_out[0].reason}" if sieve.left_out else ""
        raise Unadoptable(f"{path.name} has no rows{why}")
    if head.is_html is None:
        head.is_html = any(re.search(r"<.*?>", cell, re.DOTALL) for row in rows[:5] for cell in row.cells)
    note_types, notes = _notes(rows, head, path.stem, sieve)
    decks = tuple(Deck(name) for name in sorted({card.deck for note in notes for card in note.cards}))
    used = {note.note_type_id for note in notes}
    remarks = _remarks(note_type.name for id_, note_type in note_types.items() if id_ in used)

    def read_media(name: str) -> bytes:
        raise FileNotFoundError(name)

    left_out = tuple(sieve.left_out)
    yield tidied(Source(path.stem, tuple(notes), note_types, decks, (), read_media, left_out, remarks=remarks))


def _remarks(names: Iterable[str]) -> tuple[str, ...]:
    """What a table lacks, for people: whole sentences. `names` are those of its note types."""
    made = ", ".join(f"“{name}”" for name in sorted({*names} - stock.NAMES))
    lost = f"The fields, cards and styling of {made} are not in the table, and were made up." if made else ""
    return tuple(filter(None, (_NEW, lost)))


_NEW = (
    "A table has no note types, no media and no reviews: import this deck as a new one. "
    "To keep reviews, export a package (.apkg) in Anki, and adopt that."
)


def _head(text: str) -> tuple[_Head, str, int]:
    """What the lines at the top say, what is below them, and how many lines they are."""
    head, above, at = _Head(), 0, 0
    for line in io.StringIO(text, newline="\n"):
        if not above and line.startswith("tags:"):
            head.tags = line[5:].split()
        elif not line.startswith("#"):
            break
        else:
            key, colon, value = line[1:].partition(":")
            if colon:
                _say(head, key.strip().lower(), value.removesuffix("\n").removesuffix("\r"))
        above += 1
        at += len(line)
    return head, text[at:], above


def _say(head: _Head, key: str, value: str) -> None:
    # A program that writes tables may add empty columns to these lines too; a separator may be their first character.
    trimmed = (found[0] if (found := re.match(r".[A-Za-z0-9]*", value, re.DOTALL)) else value).strip(" ") or value
    if key == "separator":
        head.separator = _SEPARATORS.get(
            trimmed.lower(), trimmed if trimmed in _SEPARATORS.values() else head.separator
        )
    elif key == "html":
        head.is_html = {"true": True, "false": False}.get(trimmed.lower(), head.is_html)
    elif key == "tags":
        head.tags = value.split()
    elif key == "columns":
        try:
            head.labels = next(csv.reader([value], delimiter=head.separator or "\t"), [])
        except csv.Error as error:
            raise Unadoptable(f"its line #columns cannot be read: {error}") from error
    elif key == "notetype":
        head.note_type = value.strip()
    elif key == "deck":
        head.deck = _deck(value)
    elif key in _COLUMNS and trimmed.isdecimal():
        head.columns[key.removesuffix(" column")] = min(int(trimmed[:9]), 1 << 20)


_COLUMNS = frozenset({"notetype column", "deck column", "tags column", "guid column"})


def _deck(written: str) -> str:
    """The name of a deck; empty for a number, which is an id in a collection that is not here."""
    return "" if written.strip().isdecimal() else written.strip()


def _rows(body: str, separator: str, above: int, sieve: Sieve) -> Iterator[_Row]:
    """The rows with content, without those that are comments."""
    lines = _Lines(body)
    table = csv.reader(lines, delimiter=separator)
    while True:
        lines.is_new = True
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            is_long = "field limit" in str(error)
            problem = (
                f"has a cell of more than {csv.field_size_limit():,} characters"
                if is_long
                else f"cannot be read: {error}"
            )
            sieve.passes("", lines.first[:200], f"{problem}, in line {above + lines.begin}")
            continue
        if any(cells):
            yield _Row(above + lines.begin, cells)


class _Lines:
    """The lines of a table. Where a row is to begin, comments are passed over; `begin` is the line in which it begins."""

    def __init__(self, body: str) -> None:
        self._lines = io.StringIO(body, newline="\n")
        self._at = 0
        self.is_new = True
        self.begin = 0
        self.first = ""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        for line in self._lines:
            self._at += 1
            if self.is_new and line.startswith("#"):
                continue
            if self.is_new:
                self.is_new, self.begin, self.first = False, self._at, line
            return line
        raise StopIteration


def _notes(rows: Sequence[_Row], head: _Head, stem: str, sieve: Sieve) -> tuple[dict[int, NoteType], list[PackedNote]]:
    """The note types that are made of the columns, by id, and the notes."""
    if (count := max(len(row.cells) for row in rows)) > MAX_FIELDS + len(_COLUMNS):
        raise Unadoptable(f"it has {count} columns, and at most {MAX_FIELDS} can become fields")
    named = [(_type_name(row, head), row) for row in rows]
    of_types = defaultdict(list)
    for name, row in named:
        of_types[name].append(row)
    made = {name: _type_of(name, held, count, head) for name, held in of_types.items()}
    generators = {name: generation.Generator(note_type) for name, (note_type, _, _) in made.items()}
    text: Callable[[str], str] = str if head.is_html else lambda cell: escape(cell).replace("\n", "<br>")
    seen: Counter[tuple[str, ...]] = Counter()
    notes = []
    for name, row in named:
        note_type, columns, tags_column = made[name]
        values = tuple(text(_cell(row, column)) for column in columns)
        tags = (*head.tags, *_cell(row, tags_column).split())
        seen[name, *values] += 1
        guid = _cell(row, head.columns.get("guid", 0)) or digests.digest("table", name, values, seen[name, *values])
        ords = generators[name].cards(values, tags)
        lacking = "has no cloze deletion, so it " if note_type.family == "cloze" else ""
        problem = "" if ords else f"{lacking}makes no card, in line {row.line}"
        if not values[0].strip():
            problem = f"has an empty first field, in line {row.line}"
        if not sieve.passes(guid, values[0], problem):
            continue
        deck = _deck(_cell(row, head.columns.get("deck", 0))) or head.deck or stem
        fields = {field.name: value for field, value in zip(note_type.fields, values, strict=True)}
        cards = tuple(PackedCard(ord_, deck) for ord_ in ords)
        tags = tuple(dict.fromkeys(tags))
        notes.append(PackedNote(guid, sieve.made_id(guid), 1, note_type.id, fields, tags, cards))
    return {note_type.id: note_type for note_type, _, _ in made.values()}, notes


def _type_name(row: _Row, head: _Head) -> str:
    """What the table calls the row's note type; if it does not, what the row itself is."""
    if named := _cell(row, head.columns.get("notetype", 0)) or head.note_type:
        return named
    cells = (cell for column, cell in enumerate(row.cells, 1) if column not in head.columns.values())
    return "Cloze" if any(map(asked, cells)) else "Basic"


def _cell(row: _Row, column: int) -> str:
    return row.cells[column - 1] if 0 < column <= len(row.cells) else ""


def _type_of(name: str, rows: Sequence[_Row], count: int, head: _Head) -> tuple[NoteType, list[int], int]:
    """A note type for these rows, of which the widest row of the file has so many columns; the column of each of its fields, and
    that of the tags.
    """
    columns = [column for column in range(1, count + 1) if column not in head.columns.values()]
    if not columns:
        raise Unadoptable("none of its columns is a field")
    tags = head.columns.get("tags", 0)
    known = stock.fields(name)
    if "notetype" in head.columns:  # Narrow note types have empty columns beside wide ones.
        used = max((n for n, column in enumerate(columns, 1) if any(_cell(row, column) for row in rows)), default=1)
        columns = columns[: max(used, len(known), 2)]
    elif head.note_type and 0 < len(known) < len(columns) and not tags and not any(head.labels):
        tags, columns = columns[len(known)], columns[: len(known)]  # So does Anki.
    is_cloze = "cloze" in name.lower() or (not known and all(any(map(asked, row.cells)) for row in rows))
    usual = known or (("Text", "Back Extra") if is_cloze else ("Front", "Back"))
    if set(usual) <= {*head.labels}:
        columns.sort(key=lambda column: [*usual, _label(head, column)].index(_label(head, column)))
    names: list[str] = []
    for n, column in enumerate(columns):
        label = re.sub(r'[:{}"\x00-\x1f]', "", _label(head, column).strip()).lstrip("#^/ ")
        label = label or (usual[n] if n < len(usual) else f"Column {column}")
        names.append(label if label not in names else f"{label} {column}")
    return stock.note_type(name, names, is_cloze), columns, tags


def _label(head: _Head, column: int) -> str:
    """What the head calls a column; empty if it does not."""
    return head.labels[column - 1] if column <= len(head.labels) else ""
