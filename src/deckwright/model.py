"""The nouns of Deckwright, frozen: every stage takes some of them and makes others.

Words are Anki's (note, note type, field, template, card, deck, tag, guid, media) and Markdown's (section, heading).
`msgspec.structs.replace` makes the next version of a value; nothing here is ever changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from . import files
from .limits import MAX_MEDIA_BYTES

Family = Literal["basic", "cloze", "occlusion"]
"""What Anki can never turn into another: a property of each note type."""


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

    @property
    def place(self) -> str:
        """The file and the line, as `cards/iam.md:12`."""
        return f"{self.path}:{self.line}"


class Media(msgspec.Struct, frozen=True):
    """One file that the package carries.

    `path` is where its bytes are now, `name` what it is called in Anki: `stem-<hash>.ext`, lower-case ASCII, at most
    100 bytes; or its own, which begins with `_`, if templates name it. `sha256` is the hex digest of the bytes that are
    shipped. `data` holds them where they differ from the file's own (a cleaned SVG); otherwise it is None and they are read
    from `path`.

    Of a file that `is_absent`, only the name is known, and nothing is shipped: some learners have it.
    """

    path: Path
    name: str
    sha256: str
    data: bytes | None = None
    is_absent: bool = False

    def read(self) -> bytes:
        """The bytes that are shipped."""
        if self.data is not None:
            return self.data
        return files.read(self.path, MAX_MEDIA_BYTES)

    @property
    def content(self) -> str:
        """The digest that the name ends in: that of what the author made, whatever was made of it."""
        return self.name if self.is_absent else self.name.rpartition("-")[2].partition(".")[0]


class SourceFile(msgspec.Struct, frozen=True):
    """A Markdown file as it was read: its path relative to the root, with `/`, and its lines without their endings."""

    path: str
    lines: tuple[str, ...]

    def span(self, line: int, column: int = 0, length: int = 0) -> Span:
        """The span at a place counted from 0."""
        text = self.lines[line] if line < len(self.lines) else ""
        return Span(self.path, line + 1, column + 1, min(length, max(len(text) - column, 0)), text)


class Reference(msgspec.Struct, frozen=True, gc=False):
    """One mention of a media file in a note.

    `target` is the path as the author meant it, percent-encoding undone, or a base name where `by_name` (`![[name]]`).
    """

    target: str
    by_name: bool
    span: Span


class Deletion(msgspec.Struct, frozen=True, gc=False):
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


class Allowance(msgspec.Struct, frozen=True, gc=False):
    """What a tag says of a rule for cards: the `code` of one that the note may break. `span` is the key in the tag."""

    code: str
    span: Span


class Mask(msgspec.Struct, frozen=True):
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


class Diagram(msgspec.Struct, frozen=True):
    """A picture with masks: the file that ships, its size in pixels, and the masks in their order."""

    media: Media
    width: int
    height: int
    masks: tuple[Mask, ...]


BESIDE = ("ID", "Source")
"""The fields of our own note types that are nothing to learn."""


class Written(msgspec.Struct, frozen=True):
    """One note as its author wrote it: what a file alone says of it.

    `note_type` is the key of its note type, `fields` maps names of that type's fields to HTML; a name that is missing is
    empty. Numbers of clozes and names of media files stand in them as marks (`render`), until both are known. `tags` are
    Anki's, sorted. `deck` is the full path, with `::`. `id` is the one written by the author, else empty, `was` the one
    that the note had before. `path` is the section's path and, for items, rows and cells, what names the part: for people
    and for the first guid. `group` is the explicit id of the section that such a part belongs to.

    `text` is the note's own text, normalised, without ids and tags: what a later text is compared with. `source` is the
    digest of all of the author's that decides the note's content. `references` are the media files it mentions. An
    occlusion note has a `mode`, hide-all or hide-one; of its diagram's masks those that are named in `asked` count, or all.
    `allowed` are the rules for cards that the author lets it break. `beside` are the fields that are nothing to learn, so that
    they may change without an update.
    """

    note_type: str
    fields: dict[str, str]
    tags: tuple[str, ...]
    deck: str
    path: tuple[str, ...]
    text: str
    source: str
    span: Span
    id: str = ""
    was: str = ""
    group: str = ""
    deletions: tuple[Deletion, ...] = ()
    references: tuple[Reference, ...] = ()
    mode: str = ""
    asked: tuple[str, ...] = ()
    allowed: tuple[Allowance, ...] = ()
    beside: tuple[str, ...] = BESIDE


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A note without its fields and tags, as identity sees it: what it is known by, and digests of its content, in hex.

    The attributes that `Written` has too are the same. `match` is the digest of its text and `sketch` what is remembered
    of its words. `source` is the digest of all that its author decides, `shipped` that of all that a learner receives but
    the numbers of its cards; once its media are known they count in both, with their content, not their names.
    """

    note_type: str
    deck: str
    path: tuple[str, ...]
    match: str
    sketch: str
    span: Span
    id: str = ""
    was: str = ""
    group: str = ""
    deletions: tuple[Deletion, ...] = ()
    source: str = ""
    shipped: str = ""
    references: tuple[Reference, ...] = ()
    mode: str = ""
    asked: tuple[str, ...] = ()
    allowed: tuple[Allowance, ...] = ()


class Identity(msgspec.Struct, frozen=True, gc=False):
    """What makes a note the one that learners have: its guid, its note id (milliseconds of the Unix epoch), the ID that
    learners search for, the time of its last change (seconds), and for each of its deletions the number of its card.
    """

    guid: str
    note_id: int
    id: str
    mod: int
    numbers: tuple[int, ...] = ()


class Note(msgspec.Struct, frozen=True):
    """One note as it ships: every field in its final form, `id` among them. `note_id` in milliseconds, `mod` in seconds
    of the Unix epoch; `note_type` is the key of its note type.
    """

    guid: str
    note_id: int
    mod: int
    id: str
    note_type: str
    fields: dict[str, str]
    tags: tuple[str, ...]
    deck: str
    span: Span


class Field(msgspec.Struct, frozen=True):
    """A field of a note type. `id` and the place in the order are frozen; the name is free, unless the id is 0: then Anki
    knows the field by its name.

    `tag` is the part that native image occlusion gives a field (0–4), else None. `font`, `size` (in points), `right_to_left`
    and `sticky` are for Anki's editor.
    """

    name: str
    id: int
    description: str = ""
    collapsed: bool = False
    plain_text: bool = False
    prevent_deletion: bool = False
    tag: int | None = None
    font: str = "Arial"
    size: int = 20
    right_to_left: bool = False
    sticky: bool = False
    exclude_from_search: bool = False


class Template(msgspec.Struct, frozen=True):
    """A card template. `id` and the place in the order are frozen; the HTML is free, and so is the name, unless the id is 0.

    `browser_front` and `browser_back` are what Anki's browser shows in its columns instead of the sides; empty for these.
    `browser_font` and `browser_size` are the font there, empty and 0 for that of the browser.
    """

    name: str
    id: int
    front: str
    back: str
    browser_front: str = ""
    browser_back: str = ""
    browser_font: str = ""
    browser_size: int = 0


LATEX_HEADER = r"""\documentclass[12pt]{article}
\special{papersize=3in,5in}
\usepackage[utf8]{inputenc}
\usepackage{amssymb,amsmath}
\pagestyle{empty}
\setlength{\parindent}{0in}
\begin{document}
"""
LATEX_FOOTER = r"\end{document}"
"""What Anki puts around LaTeX to make a picture of it, unless a note type says otherwise (rslib/src/notetype/header.tex)."""


class NoteType(msgspec.Struct, frozen=True):
    """A note type of a deck.

    `sort_field` is an index into `fields`, `mod` is in seconds of the Unix epoch. `stock_kind` is Anki's
    `originalStockKind`: 6 for native image occlusion, else 0. `latex_header` and `latex_footer` stand around LaTeX of which
    Anki makes a picture, an SVG with `latex_svg`.
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
    latex_header: str = LATEX_HEADER
    latex_footer: str = LATEX_FOOTER
    latex_svg: bool = False

    @property
    def latex(self) -> tuple[str, str, bool]:
        """All that it says of LaTeX."""
        return self.latex_header, self.latex_footer, self.latex_svg

    def values(self, fields: Mapping[str, str]) -> tuple[str, ...]:
        """The fields of a note in the order of the note type; one that is missing is empty."""
        return tuple(fields.get(field.name, "") for field in self.fields)


SectionPart = Literal["heading", "above", "answer", "extra", "context", "source", "id"]
"""What a section has that can go to a field of a note type of the project."""


class OwnField(msgspec.Struct, frozen=True):
    """A field of a note type of the project, and what of a section goes to it: a `part`, or the value of the attribute `key`, or
    what stands behind the `label`; nothing, if all three are empty. `id` says which field it is, whatever its name.
    """

    name: str
    id: str
    part: SectionPart | None = None
    key: str = ""
    label: str = ""


class OwnKind(msgspec.Struct, frozen=True):
    """All that decides the notes of a note type of the project: what a file is compiled with.

    `name` is the word in a tag, and the key of the note type. `fronts` are the fronts of its templates. One that
    `is_broken` has errors, and no fields: notes that use it are left out.
    """

    name: str
    family: Family
    fields: tuple[OwnField, ...] = ()
    fronts: tuple[str, ...] = ()
    is_broken: bool = False

    def of(self, part: SectionPart) -> str:
        """The name of the field that a part of a section goes to; empty if there is none."""
        return next((field.name for field in self.fields if field.part == part), "")


class Deck(msgspec.Struct, frozen=True):
    """A deck of the package: `name` is its full path, `description` HTML."""

    name: str
    description: str = ""


class Edition(msgspec.Struct, frozen=True):
    """A part of the deck that is a package of its own: the notes that are in one of the `decks` and have one of the `tags`,
    each with what is below it; what is empty asks for nothing. `name` is a slug. `places` has where the edition stands in the
    settings, by the empty text, and its `decks` and `tags`.
    """

    name: str
    title: str
    decks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    places: Mapping[str, Span] = {}


class Settings(msgspec.Struct, frozen=True):
    """What `[tool.deckwright]` or `deck.toml` says, checked. `id`, `name` and `tag_prefix` are frozen at the first release.

    `cards` and `media` are folders relative to the root, with `/`. `style` is the text of the author's stylesheet. `lint`
    says of rules for cards, by code or letter, whether they "warn", "hint" or are "off".
    """

    id: str
    name: str
    slug: str
    version: str = "0.1.0"
    author: str = ""
    licence: str = ""
    description: str = ""
    url: str = ""
    site: str = ""
    report_url: str = ""
    tag_prefix: str = ""
    cards: tuple[str, ...] = ("cards",)
    media: tuple[str, ...] = ("media",)
    lint: Mapping[str, str] = {}
    style: str = ""
    editions: tuple[Edition, ...] = ()


class Notes(Protocol):
    """Notes, made as they are asked for: a whole deck of them may be large."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Note]: ...


class NoteSettings(Protocol):
    """The settings that decide what becomes of a file of notes: with another one of them, it is compiled anew."""

    @property
    def name(self) -> str: ...

    @property
    def tag_prefix(self) -> str: ...


class Collection(msgspec.Struct, frozen=True):
    """Everything that one package holds.

    `notes` are in the order of their files, `note_types` are those in use, by the key that notes name them by, `decks`
    have every deck in between, and `media` are sorted by name.
    """

    settings: Settings
    notes: Notes
    note_types: Mapping[str, NoteType]
    decks: tuple[Deck, ...]
    media: tuple[Media, ...]
