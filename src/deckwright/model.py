"""The nouns of Deckwright, frozen: every stage takes some of them and makes others.

Words are Anki's (note, note type, field, template, card, deck, tag, guid, media) and Markdown's (section, heading).
`dataclasses.replace` makes the next version of a value; nothing here is ever changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Family = Literal["basic", "cloze", "occlusion"]
"""What Anki can never turn into another: each family has a note type of its own."""

PICTURES = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico")
AUDIO = ("mp3", "wav", "ogg", "oga", "opus", "flac", "m4a", "aac")
VIDEO = ("mp4", "webm", "ogv", "mov", "mkv")
"""The endings of files that every Anki shows or plays: those of `pics` and `audio` in its desktop's editor, less the old."""

FIELDS: Mapping[Family, tuple[str, ...]] = {
    "basic": (
        "Front", "Back", "Extra", "Context", "Source", "ID", "Reversed", "Typed", "Reserved 1", "Reserved 2", "Reserved 3",
    ),
    "cloze": ("Text", "Header", "Extra", "Context", "Source", "ID", "Reserved 1", "Reserved 2", "Reserved 3"),
    "occlusion": (
        "Occlusion", "Image", "Header", "Back Extra", "Comments", "Context", "Source", "ID",
        "Reserved 1", "Reserved 2", "Reserved 3",
    ),
}  # fmt: skip
"""The names of the fields of each family, in their frozen order."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one line of one file, for people.

    `path` is relative to the project's root, with `/`. `line` and `column` count from 1, `column` and `length` in code
    points; the front matter counts, a byte order mark does not. `text` is the whole line, without its line ending.
    A span of a file as a whole has line 0.
    """

    path: str
    line: int = 0
    column: int = 0
    length: int = 0
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Media:
    """One file that the package carries.

    `path` is where its bytes are now, `name` what it is called in Anki: `stem-<hash>.ext`, lower-case ASCII, at most
    100 bytes. `sha256` is the hex digest of the bytes that are shipped. `data` holds them where they differ from the
    file's own (a cleaned SVG); otherwise it is None and they are read from `path`.
    """

    path: Path
    name: str
    sha256: str
    data: bytes | None = None

    def read(self) -> bytes:
        """The bytes that are shipped."""
        return self.path.read_bytes() if self.data is None else self.data


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A Markdown file as it was read: its path relative to the root, with `/`, and its lines without their endings."""

    path: str
    lines: tuple[str, ...]

    def span(self, line: int, column: int = 0, length: int = 0) -> Span:
        """The span at a place counted from 0."""
        text = self.lines[line] if line < len(self.lines) else ""
        return Span(self.path, line + 1, column + 1, min(length, max(len(text) - column, 0)), text)


@dataclass(frozen=True, slots=True)
class Reference:
    """One mention of a media file in a note.

    `target` is the path as the author meant it, percent-encoding undone, or a base name where `by_name` (`![[name]]`).
    """

    target: str
    by_name: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Deletion:
    """One cloze deletion of a note, in the order of its opening.

    `text` is what it hides, as plain text with white space folded, `hint` what stands in its place; `number` the card
    that the author gave it by hand (1–499), or None for `==x==`, which gets one from the ledger. In an occlusion note it
    stands for a mask or a group: `text` is its name, `was` the one it had before.
    """

    text: str
    hint: str
    number: int | None
    span: Span
    was: str = ""


@dataclass(frozen=True, slots=True)
class Mask:
    """One mask of a diagram. Lengths are fractions of the picture, 0–1: of its width from left to right, of its height
    from top to bottom.

    `left`, `top`, `width` and `height` are the box of every shape; `points` are those of a polygon, `angle` is in
    degrees, clockwise about the box's left upper corner. Masks of one `group` are asked together. `label` is the text
    that it covers, `was` the name that the mask (or its group) had before. `hide_one` draws it only where it is asked.
    """

    name: str
    left: float
    top: float
    width: float
    height: float
    shape: Literal["rect", "ellipse", "polygon"] = "rect"
    points: tuple[tuple[float, float], ...] = ()
    angle: float = 0
    group: str = ""
    hint: str = ""
    label: str = ""
    was: str = ""
    hide_one: bool = False
    span: Span = Span("")

    @property
    def key(self) -> str:
        """What its card is numbered by."""
        return self.group or self.name


@dataclass(frozen=True, slots=True)
class Diagram:
    """A picture with masks: the file that ships, its size in pixels, and the masks in their order."""

    media: Media
    width: int
    height: int
    masks: tuple[Mask, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One note, first as the author wrote it, then with its identity filled in.

    `fields` maps the names of `FIELDS[family]` to HTML; a name that is missing is empty. `tags` are Anki's, sorted.
    `deck` is the full path, with `::`. `id` is the one written by the author, else None. `path` is the section's path
    and, for items, rows and cells, what names the part: for people and for the first guid. `group` is the explicit id
    of the section that such a part belongs to, `was` the id that the author says the note had before. `match` is the note's own
    text, normalised, without ids and tags: what a later text is compared with. `source` is everything of the author's
    that decides the note's content, in a stable form; it is only ever hashed. `references` are the media files it
    mentions, `media` their names in the package: the fields name them by mark until the collection has resolved them.

    An occlusion note has a `mode`, hide-all or hide-one, and its `masks` once the diagram is read; of them those that are
    named in `asked`, or all.

    Until the ledger has seen the note, `guid` is empty and the rest of its identity zero. `numbers` gives each deletion
    its card, in the same order. `mod` is in seconds, `note_id` in milliseconds of the Unix epoch.
    """

    family: Family
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    deck: str
    id: str | None
    path: tuple[str, ...]
    match: str
    source: str
    span: Span
    deletions: tuple[Deletion, ...] = ()
    references: tuple[Reference, ...] = ()
    media: tuple[str, ...] = ()
    group: str = ""
    was: str = ""
    mode: str = ""
    asked: tuple[str, ...] = ()
    masks: tuple[Mask, ...] = ()
    guid: str = ""
    note_id: int = 0
    mod: int = 0
    numbers: tuple[int, ...] = ()

    def field_values(self) -> tuple[str, ...]:
        """The fields in the note type's order."""
        return tuple(self.fields.get(name, "") for name in FIELDS[self.family])


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a note type. `id` and the place in the order are frozen; the name is free.

    `tag` is the part that native image occlusion gives a field (0–4), else None.
    """

    name: str
    id: int
    description: str = ""
    collapsed: bool = False
    plain_text: bool = False
    prevent_deletion: bool = False
    tag: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A card template. `id` and the place in the order are frozen; the name and the HTML are free."""

    name: str
    id: int
    front: str
    back: str


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type of a deck. `sort_field` is an index into `fields`; `mod` is in seconds of the Unix epoch.

    `stock_kind` is Anki's `originalStockKind`: 6 for native image occlusion, else 0.
    """

    id: int
    name: str
    family: Family
    fields: tuple[Field, ...]
    templates: tuple[Template, ...]
    css: str
    sort_field: int
    stock_kind: int = 0
    mod: int = 0


@dataclass(frozen=True, slots=True)
class Deck:
    """A deck of the package: `name` is its full path, `description` HTML."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `[tool.deckwright]` or `deck.toml` says, checked. `id`, `name` and `tag_prefix` are frozen at the first release.

    `cards` and `media` are folders relative to the root, with `/`.
    """

    id: str
    name: str
    slug: str
    version: str = "0.1.0"
    author: str = ""
    licence: str = ""
    description: str = ""
    url: str = ""
    report_url: str = ""
    tag_prefix: str = ""
    cards: tuple[str, ...] = ("cards",)
    media: tuple[str, ...] = ("media",)


@dataclass(frozen=True, slots=True)
class Collection:
    """All that one package holds: notes in document order, every intermediate deck, note types in use, media by name."""

    settings: Settings
    notes: tuple[Note, ...]
    note_types: tuple[NoteType, ...]
    decks: tuple[Deck, ...]
    media: tuple[Media, ...]
