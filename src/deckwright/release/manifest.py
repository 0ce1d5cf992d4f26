"""A release → its manifest: what anybody needs to tell whether a package, or a tag built again, is that release."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ..diff import NoteChange
from ..diff.compare import title_of
from ..diff.field_text import Stretch, Words
from ..layout import RELEASES
from ..limits import MAX_TIME
from ..package import Package, PackedNote
from .contents import contents_digest, note_digest
from .cut import Cut, CutEdition
from .notes import GRAVE
from .repository import Repository
from .words import shortened

FILE = "manifest.json"
"""What it is called among the files that are published. In the project, it is `path` of its version."""

FORMAT: Literal[1] = 1
"""The format of the manifest. It grows where what is there already changes its meaning or goes."""

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Version = Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
Count = Annotated[int, Meta(ge=0)]
Card = Annotated[int, Meta(ge=1)]
Time = Annotated[int, Meta(ge=0, le=MAX_TIME)]
Commit = Annotated[str, Meta(pattern="^[0-9a-f]{40,64}$")]
Slug = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]*$")]
Name = Annotated[str, Meta(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]*$")]
"""The ID of a note, or the name of a file. Pages and packages are called by them: none leads out of the folder."""

MAX_SHOWN = 4_000
"""How many characters a manifest has of a field that has changed, and some more of the last stretch."""


class Deck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which deck it is: the `id` of the project, the name in Anki, and the first part of the names of its files."""

    id: str
    name: str
    slug: Slug


class Tool(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What built it: the version of Deckwright, and those of the libraries that decide the HTML."""

    deckwright: str
    renderers: dict[str, str]


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of each the package has."""

    notes: Count
    cards: Count
    media: Count


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that is published: its size in bytes and its SHA-256."""

    size: Count
    sha256: Sha256


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A note: its title, which is the beginning of what it asks, the digest of all that the package has of it, its time of
    change in seconds of the Unix epoch, the version that first had it so, its deck, and how many cards it has. `was` has
    the IDs that it had before.
    """

    guid: str
    title: str
    digest: Digest
    mod: int
    version: Version
    deck: str
    cards: Count
    was: tuple[Name, ...] = ()


class Changed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What changed of a note.

    `fields` are by name, as stretches of plain text: of the kinds "same" and "old" before, of "same" and "new" now. Of long
    stretches of the same words only the ends are there, with `…` between them. If all stretches are the same, only the
    markup changed. Cards are counted from 1; `deck` is the deck before and that of now, where new cards come.
    """

    fields: dict[str, tuple[tuple[Stretch, str], ...]] = {}
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()
    cards_gained: tuple[Card, ...] = ()
    cards_lost: tuple[Card, ...] = ()
    deck: tuple[str, str] | None = None


class Retired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note that is no longer in the deck."""

    guid: str
    title: str


class Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The notes, by ID, that are new, changed, gone, and to be learned again, since the release before. `said` is what the
    authors say of the release, in Markdown. `look` are the names of the note types whose look changed, `new_editions` the
    titles of those that are new. Changes that nobody receives are left out.

    `grave` is what an update leaves behind: by the rule of the step, the IDs of notes and the names of note types, and with
    each what was there and what is there now.
    """

    new: tuple[Name, ...] = ()
    changed: dict[Name, Changed] = {}
    retired: dict[Name, Retired] = {}
    relearn: tuple[Name, ...] = ()
    said: tuple[str, ...] = ()
    look: tuple[str, ...] = ()
    new_editions: tuple[str, ...] = ()
    grave: dict[Name, dict[str, str]] = {}


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the deck that is published as a package of its own: what people call it, the names of its files, the digest
    of its contents, how much it has, the names of its media, and the IDs of its notes.
    """

    title: str
    files: Annotated[tuple[Name, ...], Meta(min_length=1)]
    digest: Sha256
    counts: Counts
    media: tuple[str, ...]
    notes: tuple[Name, ...]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release of a deck.

    `time` is in seconds of the Unix epoch. `source` is the commit whose notes it has, the one before that of the tag.
    `previous` is the release that it was compared with, and `step` how large a step the differences asked for at least;
    both are empty for a first release. `digest` is that of the contents of the package, which docs/identity.md describes.
    `files` are by name, `media` by their name in Anki with their SHA-256, `notes` by ID, `editions` by their names in the
    settings.
    """

    format: Literal[1]
    deck: Deck
    version: Version
    tag: str
    time: Time
    source: Commit
    previous: Annotated[str, Meta(pattern=r"^([0-9]+\.[0-9]+\.[0-9]+)?$")]
    step: Literal["", "none", "patch", "minor", "major"]
    tool: Tool
    digest: Sha256
    counts: Counts
    files: dict[Name, File]
    changes: Changes
    media: dict[str, Sha256]
    notes: dict[Name, Note]
    editions: dict[str, Edition] = {}

    @property
    def package(self) -> str:
        """The name of the package of the whole deck, which has the version in it."""
        return f"{self.deck.slug}-{self.version}.apkg"


def path(version: str) -> str:
    """Where the project has the manifest of a version."""
    return f"{RELEASES}/{version}.json"


def manifest(cut: Cut, files: Mapping[str, File]) -> Manifest:
    """The manifest of a release that publishes these files."""
    notes = {cut.ledger.lines[note.guid].id: note for note in cut.package.notes}
    return Manifest(
        format=FORMAT,
        deck=Deck(cut.settings.id, cut.settings.name, cut.settings.slug),
        version=cut.version,
        tag=cut.tag,
        time=cut.time,
        source=cut.source,
        previous=cut.former.release.version if cut.former else "",
        step=cut.verdict.step if cut.former else "",
        tool=Tool(cut.tool, dict(cut.renderers)),
        digest=contents_digest(cut.package),
        counts=_counts(cut.package),
        files=dict(files),
        changes=_changes(cut),
        media=dict(cut.package.media),
        notes={id_: _note(cut, note) for id_, note in sorted(notes.items())},
        editions={edition.name: _edition(cut, edition) for edition in cut.editions},
    )


def dump(made: Manifest) -> bytes:
    """The manifest as a file: JSON that Git can compare line by line."""
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def parse(data: bytes) -> Manifest:
    """The manifest in a file. Raises msgspec.MsgspecError for what is none."""
    made = msgspec.json.decode(data, type=Manifest)
    for name, edition in made.editions.items():
        if missing := [file for file in edition.files if file not in made.files]:
            raise msgspec.ValidationError(f"`files` lacks `{missing[0]}` - at `$.editions.{name}`")
    return made


def committed(repository: Repository, commit: str, version: str) -> Manifest | None:
    """The manifest of a version in a commit; None if it has none that can be read."""
    try:
        return parse(repository.file(commit, path(version)) or b"")
    except msgspec.MsgspecError:
        return None


def prepared(folder: Path, version: str, source: str) -> Manifest | None:
    """The manifest in a folder of files that were made to be published, if they are of this version and this commit."""
    try:
        made = parse((folder / FILE).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None
    return made if (made.version, made.source) == (version, source) else None


def schema() -> bytes:
    """The JSON schema of manifests, as `manifest.schema.json` has it."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Manifest)}
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"


def _counts(package: Package) -> Counts:
    return Counts(len(package.notes), package.cards, len(package.media))


def _changes(cut: Cut) -> Changes:
    lines, changes = cut.ledger.lines, cut.changes
    said = tuple(fragment.text for fragment in cut.fragments if fragment.text)
    if changes is None:
        return Changes(said=said)
    told = sorted((lines[note.guid].id, note) for note in changes.notes if _is_received(note))
    return Changes(
        new=tuple(sorted(lines[note.guid].id for note in changes.new)),
        changed={id_: _changed(note) for id_, note in told},
        retired={
            id_: Retired(guid, title)
            for id_, guid, title in sorted((lines[note.guid].id, note.guid, note.title) for note in changes.retired)
        },
        relearn=tuple(sorted(cut.relearn)),
        said=said,
        look=_named(cut, "look"),
        new_editions=_named(cut, "new edition"),
        grave=_grave(cut),
    )


def _grave(cut: Cut) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for reason in cut.verdict.reasons:
        if reason.rule in GRAVE:
            found.setdefault(reason.rule, {})[reason.id or reason.name] = reason.detail
    return found


def _named(cut: Cut, rule: str) -> tuple[str, ...]:
    return tuple(reason.name for reason in cut.verdict.reasons if reason.rule == rule)


def _is_received(note: NoteChange) -> bool:
    """Whether anybody who learns the note, or will, sees something of what changed."""
    return bool((note.fate != "duplicate" and note.has_content) or note.cards_gained or note.cards_lost or note.deck)


def _changed(note: NoteChange) -> Changed:
    is_new = note.fate != "duplicate"
    return Changed(
        fields={field.name: _shown(field.words) for field in note.fields} if is_new else {},
        tags_added=note.tags_added if is_new else (),
        tags_removed=note.tags_removed if is_new else (),
        cards_gained=tuple(ordinal + 1 for ordinal in note.cards_gained),
        cards_lost=tuple(ordinal + 1 for ordinal in note.cards_lost),
        deck=note.deck,
    )


def _shown(words: Words) -> Words:
    """What a manifest has of a field: a text that is too long ends with an ellipsis."""
    shown: list[tuple[Stretch, str]] = []
    left = MAX_SHOWN
    for kind, stretch in shortened(words):
        if left <= 0:
            shown.append(("same", "…"))
            break
        shown.append((kind, stretch if len(stretch) <= MAX_SHOWN else stretch[:MAX_SHOWN] + "…"))
        left -= len(stretch)
    return tuple(shown)


def _note(cut: Cut, note: PackedNote) -> Note:
    line = cut.ledger.lines[note.guid]
    assert line.released
    return Note(
        guid=note.guid,
        title=title_of(note, next(held for held in cut.package.note_types if held.id == note.note_type_id)),
        digest=note_digest(note),
        mod=note.mod,
        version=line.released.version,
        deck=note.cards[0].deck,
        cards=len(note.cards),
        was=line.was,
    )


def _edition(cut: Cut, edition: CutEdition) -> Edition:
    held = edition.package
    return Edition(
        title=edition.title,
        files=(cut.file(edition.name), cut.file(edition.name, version=False)),
        digest=contents_digest(held),
        counts=_counts(held),
        media=tuple(sorted(held.media)),
        notes=tuple(sorted(cut.ledger.lines[note.guid].id for note in held.notes)),
    )
