"""A release → its manifest: what anybody needs to tell whether a package, or a tag built again, is that release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .contents import contents_digest, note_digest
from .cut import Cut

FORMAT: Literal[1] = 1
"""The format of the manifest. It grows where what is there already changes its meaning or goes."""

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Version = Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
Count = Annotated[int, Meta(ge=0)]


class Deck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which deck it is: the `id` of the project, the name in Anki, and the first part of the names of its files."""

    id: str
    name: str
    slug: str


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


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note: the digest of all that the package has of it, its time of change in seconds of the Unix epoch, the version
    that first had it so, its deck, and how many cards it has.
    """

    guid: str
    digest: Digest
    mod: int
    version: Version
    deck: str
    cards: Count


class Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The IDs of the notes that are new, changed, gone, and to be learned again, since the release before."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    relearn: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release of a deck.

    `time` is in seconds of the Unix epoch. `source` is the commit whose notes it has, the one before that of the tag.
    `previous` is the release that it was compared with, and `step` how large a step the differences asked for at least;
    both are empty for a first release. `digest` is that of the contents of the package, which docs/identity.md describes.
    `files` are by name, `media` by their name in Anki with their SHA-256, `notes` by ID.
    """

    format: Literal[1]
    deck: Deck
    version: Version
    tag: str
    time: int
    source: str
    previous: Annotated[str, Meta(pattern=r"^([0-9]+\.[0-9]+\.[0-9]+)?$")]
    step: Literal["", "none", "patch", "minor", "major"]
    tool: Tool
    digest: Sha256
    counts: Counts
    files: dict[str, File]
    changes: Changes
    media: dict[str, Sha256]
    notes: dict[str, Note]


def manifest(cut: Cut, files: Mapping[str, File]) -> Manifest:
    """The manifest of a release that publishes these files."""
    lines = cut.ledger.lines
    notes = {lines[note.guid].id: note for note in cut.package.notes}
    changes = cut.changes
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
        counts=Counts(len(notes), cut.cards, len(cut.package.media)),
        files=dict(files),
        changes=Changes(
            new=tuple(sorted(lines[note.guid].id for note in changes.new)),
            changed=tuple(sorted(lines[note.guid].id for note in changes.changed)),
            retired=tuple(sorted(lines[note.guid].id for note in changes.retired)),
            relearn=tuple(sorted(cut.relearn)),
        )
        if changes
        else Changes(),
        media=dict(cut.package.media),
        notes={
            id_: Note(
                note.guid, note_digest(note), note.mod, _version(cut, note.guid), note.cards[0].deck, len(note.cards)
            )
            for id_, note in sorted(notes.items())
        },
    )


def dump(made: Manifest) -> bytes:
    """The manifest as a file: JSON that Git can compare line by line."""
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def parse(data: bytes) -> Manifest:
    """The manifest in a file. Raises msgspec.ValidationError for what is none."""
    return msgspec.json.decode(data, type=Manifest)


def schema() -> bytes:
    """The JSON schema of manifests, as `manifest.schema.json` has it."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Manifest)}
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"


def _version(cut: Cut, guid: str) -> str:
    """The version that first had a note as it is now."""
    released = cut.ledger.lines[guid].released
    assert released
    return released.version
