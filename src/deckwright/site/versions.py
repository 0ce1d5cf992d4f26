"""The manifest of a release → what pages say of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..amounts import size
from ..limits import MAX_CHANGES_SHOWN
from ..release.manifest import Changed, Manifest
from ..release.notes import GRAVE
from . import changes, places, prose
from .shown import Shown

DOWNLOADS = "downloads"
"""The folder of the site for packages."""


class Entry(msgspec.Struct, frozen=True):
    """A note in a list: its ID, its title and its page, which is empty if it has none; and what changed of it."""

    id: str
    title: str
    page: str = ""
    change: Changed = Changed()


class Version(msgspec.Struct, frozen=True):
    """A release. `said` is what its authors say of it, as HTML; `new`, `changed` and `retired` are numbers of notes. `look`
    are the note types whose look changed, `new_editions` the titles of those that are new. `is_grave` says that an update to it
    leaves something behind.

    `name`, `size` and `sha256` are those of its package; `href` is where the site has it, empty if it has not. `page`
    is its page in the repository, if that is on GitHub.
    """

    version: str
    tag: str
    tool: str
    time: int
    date: str
    yanked: bool
    is_first: bool
    notes: int
    cards: int
    new: int
    changed: int
    retired: int
    said: str
    look: tuple[str, ...]
    new_editions: tuple[str, ...]
    is_grave: bool
    name: str
    size: str
    sha256: str
    href: str
    page: str


def version(made: Manifest, shown: Shown) -> Version:
    file = made.files.get(made.package)
    return Version(
        version=made.version,
        tag=made.tag,
        tool=made.tool.deckwright,
        time=made.time,
        date=changes.date(made.time),
        yanked=made.version in shown.yanked,
        is_first=not made.previous,
        notes=made.counts.notes,
        cards=made.counts.cards,
        new=len(made.changes.new),
        changed=len(made.changes.changed),
        retired=len(made.changes.retired),
        said="\n".join(map(prose.markdown, made.changes.said)),
        look=made.changes.look,
        new_editions=made.changes.new_editions,
        is_grave=bool(made.changes.grave),
        name=made.package,
        size=size(file.size) if file else "",
        sha256=file.sha256 if file else "",
        href=_href(made.package, shown),
        page=places.released(shown.settings, made.tag),
    )


Part = tuple[str, str, list[Entry], int]
"""A list of a version's page: its heading, what is said below it, its notes, and how many there are in all."""


def grave(made: Manifest, linked: Mapping[str, Entry]) -> list[tuple[str, list[tuple[Entry, str]], int]]:
    """What an update to a version leaves behind: what is said of it, as HTML; the notes or note types, each with what was there
    and what is there now; and how many there are in all.
    """
    told = made.changes.grave
    return [
        (
            prose.markdown(said),
            [(_known(id_, made, linked), detail) for id_, detail in [*told[rule].items()][:MAX_CHANGES_SHOWN]],
            len(told[rule]),
        )
        for rule, said in GRAVE.items()
        if rule in told
    ]


def _known(id_: str, made: Manifest, linked: Mapping[str, Entry]) -> Entry:
    """A note of a version, called as it is now, with what changed of it. What has no such ID is called by that."""
    note = made.notes.get(id_)
    now = linked.get(note.guid) if note else None
    title = now.title if now else note.title if note else id_
    return Entry(id_ if note else "", title, now.page if now else "", made.changes.changed.get(id_, Changed()))


def parts(made: Manifest, linked: Mapping[str, Entry]) -> list[Part]:
    """What a version has of each, without what there is none of. `linked` are the notes that have a page, by guid."""
    told = made.changes

    gone = [
        Entry(id_, note.title, linked[note.guid].page if note.guid in linked else "")
        for id_, note in told.retired.items()
    ]
    listed = [
        ("To learn again", "Their answers are different now.", [_known(id_, made, linked) for id_ in told.relearn]),
        ("Changed notes", "", [_known(id_, made, linked) for id_ in told.changed]),
        ("New notes", "", [_known(id_, made, linked) for id_ in told.new]),
        ("Retired notes", "They stay with whoever has them, until they are deleted.", gone),
    ]
    return [(heading, said, held[:MAX_CHANGES_SHOWN], len(held)) for heading, said, held in listed if held]


class Edition(msgspec.Struct, frozen=True):
    """A part of the deck that is published as a package of its own; `href` is as in `Version`."""

    title: str
    notes: int
    cards: int
    name: str
    size: str
    sha256: str
    href: str


def editions(made: Manifest, shown: Shown) -> list[Edition]:
    return [
        Edition(
            title=part.title,
            notes=part.counts.notes,
            cards=part.counts.cards,
            name=part.files[0],
            size=size(made.files[part.files[0]].size),
            sha256=made.files[part.files[0]].sha256,
            href=_href(part.files[0], shown),
        )
        for part in made.editions.values()
    ]


def _href(name: str, shown: Shown) -> str:
    return f"{DOWNLOADS}/{name}" if name in shown.packages else ""
