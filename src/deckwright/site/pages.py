"""What a site shows → its pages, in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from .. import names, texts
from ..amounts import count
from ..model import Media, Note
from ..names import ID
from ..proof import masks
from ..release.notes import UPDATING, linked_stylesheet
from . import changes, faces, feed, finding, lists, places, plots, prose, samples, styles, versions
from .changes import Event, Gone
from .faces import Face
from .help import QUESTIONS
from .lists import Group
from .maths import STYLE
from .numbers import drawn
from .shown import Shown
from .versions import Entry, Version

_NAV = (
    ("home", "Download", "index.html"),
    ("help", "Help", "help/index.html"),
    ("news", "What is new", "news/index.html"),
    ("cards", "Cards", "cards/index.html"),
    ("statistics", "Statistics", "statistics/index.html"),
)
_HAPPENED: Mapping[str, str] = MappingProxyType(
    {
        "new": "It is new.",
        "back": "It came back.",
        "changed": "It changed.",
        "relearn": "Its answer changed: learn it again.",
        "retired": "It left the deck.",
    }
)
_FIELDS: Mapping[str, str] = MappingProxyType({"Front": "Question", "Back": "Answer", "Back Extra": "Extra"})
"""How learners call fields."""


def write(shown: Shown, folder: Path, credits: str) -> int:
    """Write all pages of the site into the folder, which is empty; how many. `credits` is Markdown. Raises OSError."""
    return _Site(shown, folder, credits).write()


class _Site:
    def __init__(self, shown: Shown, folder: Path, credits: str) -> None:
        self._shown, self._folder = shown, folder
        self._pages = 0
        self._credits = prose.markdown(credits) if credits else ""
        self._media = {file.name: file for file in shown.media if _is_plain(file)}
        self._versions = [versions.version(made, shown) for made in shown.releases]
        self._events = changes.events(shown.releases)
        self._gone = changes.gone(shown.releases, (note.guid for note in shown.notes))
        self._was = _former(shown)
        self._decks, self._tags = lists.by_deck(shown.notes), lists.by_tag(shown.notes)
        self._entries = {
            note.guid: Entry(note.id, faces.name(note, shown.note_types[note.note_type]), _page(note.id))
            for note in shown.notes
        }
        # How many cards each note has, however many of them its page shows.
        self._numbers = {note.guid: len(texts.cards(note, shown.note_types[note.note_type])) for note in shown.notes}
        taken = {note.id for note in shown.notes}
        self._retired = [one for one in self._gone if one.id not in taken]
        self._linked = self._entries | {one.guid: Entry(one.id, one.title, _page(one.id)) for one in self._retired}
        self._searches = finding.Searches(shown)
        site = shown.settings.site
        self._address = f"{site.rstrip('/')}/" if site else ""
        self._templates = self._environment()

    def write(self) -> int:
        self._assets()
        self._downloads()
        self._page("index.html", "index.html", "home", with_cards=True, **self._of_index())
        self._page(
            "help/index.html",
            "help.html",
            "help",
            "Import and update",
            updating=UPDATING,
            example=self._searches.example(self._retired),
        )
        self._page("news/index.html", "news.html", "news", "What is new", versions=self._versions)
        for made, version in zip(self._shown.releases, self._versions, strict=True):
            self._version(version, versions.grave(made, self._linked), versions.parts(made, self._linked))
        self._cards()
        self._notes()
        self._statistics()
        self._page("404.html", "404.html", "404", "There is no such page", root=self._address or "../../", hidden=True)
        self._feed()
        return self._pages

    def _environment(self) -> Environment:
        made = Environment(
            loader=PackageLoader(__package__ or ""),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        made.filters["counted"] = _counted
        shown, settings = self._shown, self._shown.settings
        name, cards = settings.name.replace("::", " · "), sum(self._numbers.values())
        latest = next((made for made in self._versions if not made.yanked), None)
        offered = shown.release if shown.version not in shown.yanked else None
        made.globals |= {
            "name": name,
            "version": shown.version,
            "date": changes.date(shown.release.time) if shown.release else "",
            "draft": shown.is_draft,
            "download": self._of(shown.release.version) if shown.release else None,
            "editions": versions.editions(offered, shown) if offered else [],
            "latest": latest.version if latest else "",
            "releases": bool(self._versions),
            "nav": _NAV,
            "author": settings.author,
            "licence": settings.licence,
            "home": settings.url,
            "summary": f"{name}: a deck of flashcards for Anki, with {count(len(shown.notes), 'note')} "
            f"and {count(cards, 'card')}.",
            "counts": {"notes": len(shown.notes), "cards": cards, "media": len(self._media)},
            "questions": QUESTIONS,
            "stylesheet": linked_stylesheet(settings, shown.note_types.values()),
            "reports": bool(places.report(settings, "id", shown.version)),
            "happened": _HAPPENED,
            "field_names": _FIELDS,
            "yanked": shown.yanked,
            "page_path": _list_path,
            "title": "",
            "about": "",
            "with_cards": False,
            "hidden": False,
        }
        return made

    def _page(self, path: str, template: str, place: str, title: str = "", **values: object) -> None:
        """Write a page. Its links begin with `root`, the way to the first page."""
        has_address = self._address and "hidden" not in values
        address = f"{self._address}{path.removesuffix('index.html')}" if has_address else ""
        root = {"root": "../" * path.count("/")}
        html = self._templates.get_template(template).render(
            root | {"place": place, "title": title, "address": address, **values}
        )
        self._file(path, html.encode())
        self._pages += 1

    def _file(self, path: str, data: bytes) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def _of(self, version: str) -> Version:
        return next(made for made in self._versions if made.version == version)

    def _scopes(self) -> dict[str, str]:
        """The stylesheets, each with what parts its cards from others; nothing, if all cards have the same one."""
        held = [*dict.fromkeys(note_type.css for note_type in self._shown.note_types.values())]
        return {css: f".shown-{place}" if len(held) > 1 else "" for place, css in enumerate(held, 1)}

    def _assets(self) -> None:
        css = [styles.scoped(css, f"{styles.SCOPE}{scope}") for css, scope in self._scopes().items()]
        self._file("assets/cards.css", "\n".join([*css, styles.unscoped(masks.style()), STYLE]).encode())
        for name in ("site.css", "site.js", "icon.svg"):
            data = files(__package__ or "").joinpath(f"assets/{name}").read_bytes()
            self._file(f"assets/{name}", data + plots.STYLE.encode() if name == "site.css" else data)
        self._file("assets/notes.js", self._index())
        self._file(".nojekyll", b"")  # GitHub Pages would leave out what begins with a low line.
        for name, media in self._media.items():
            self._file(f"media/{name}", media.read())

    def _index(self) -> bytes:
        """What the script searches in: the ID, the title, the deck, the tags and the text of each note."""
        rows = []
        for note in self._shown.notes:
            held = texts.of_note(note, self._shown.note_types[note.note_type])
            card = held.cards[0] if held.cards else None
            said = " ".join(f"{card.question} {card.answer}".split())[:_SEARCHED] if card else ""
            rows.append((note.id, self._entries[note.guid].title, note.deck, " ".join(note.tags), said))
        return b"deckNotes = " + msgspec.json.encode(rows) + b";\n"

    def _downloads(self) -> None:
        for name, path in self._shown.packages.items():
            target = self._folder / versions.DOWNLOADS / name
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)

    def _of_index(self) -> dict[str, Any]:
        shown = self._shown
        chosen = samples.chosen(shown.notes, shown.note_types)
        return {
            "description": prose.clean(shown.settings.description),
            "versions": self._versions,
            "credits": self._credits,
            "samples": [
                {
                    "face": next(self._faces(note, "")),
                    "label": note.deck.rpartition("::")[2],
                    "title": self._entries[note.guid].title,
                    "page": self._entries[note.guid].page,
                }
                for note in chosen
            ],
        }

    def _faces(self, note: Note, root: str) -> Iterator[Face]:
        def attribute(name: str) -> str:
            return f'src="{root}media/{name}' if name in self._media else ""

        note_type = self._shown.note_types[note.note_type]
        return faces.faces(note, note_type, attribute, self._scopes()[note_type.css].replace(".", " "))

    def _version(self, made: Version, grave: Sequence[object], parts: Sequence[object]) -> None:
        path, title = f"news/{made.version}/index.html", f"Version {made.version}"
        self._page(path, "version.html", "news/", title, made=made, grave=grave, parts_of_version=parts)

    def _cards(self) -> None:
        self._page("cards/index.html", "cards.html", "cards", "All cards", decks=self._decks, tags=self._tags)
        for kind, groups in (("A deck", self._decks), ("A tag", self._tags)):
            by_name = _by_name(groups)
            for group in groups:
                self._list(kind, group, groups, _aboves(group.name, by_name)[:-1])

    def _list(self, kind: str, group: Group, groups: Sequence[Group], aboves: Sequence[Group]) -> None:
        pages, children = group.pages, lists.below(group, groups)
        for number, notes in enumerate(pages, 1):
            self._page(
                _list_path(group, number), "list.html", "cards/", group.label,
                kind=kind, group=group, aboves=aboves, children=children,
                page=number, pages=len(pages), entries=[self._entries[note.guid] for note in notes],
            )  # fmt: skip

    def _notes(self) -> None:
        notes = self._shown.notes
        decks, tags = _by_name(self._decks), _by_name(self._tags)
        for place, note in enumerate(notes):
            self._note(
                note,
                aboves=_aboves(note.deck, decks),
                deck=decks.get(note.deck),
                tags=[tags[tag] for tag in note.tags if tag in tags],
                before=self._entries[notes[place - 1].guid] if place else None,
                after=self._entries[notes[place + 1].guid] if place + 1 < len(notes) else None,
            )
        for gone in self._retired:
            self._retired_note(gone)
        now = {note.guid: note.id for note in notes} | {gone.guid: gone.id for gone in self._gone}
        for old, new in changes.renamed(now, self._was).items():
            self._page(_page(old), "moved.html", "cards/", new, id=old, new=new, page=_page(new), hidden=True)

    def _note(self, note: Note, **values: object) -> None:
        shown = self._shown
        commit = shown.release.source if shown.release else ""
        title = self._entries[note.guid].title
        self._page(
            _page(note.id), "card.html", "cards/", title, about=title, with_cards=True,
            id=note.id, cards=list(self._faces(note, "../../")), number=self._numbers[note.guid],
            was=sorted(set(self._was.get(note.guid, ())) - {note.id}), source=prose.clean(note.fields.get("Source", "")),
            line=places.line(shown.settings, commit, shown.prefix, note.span),
            line_name=f"{note.span.path}, line {note.span.line}",
            report=places.report(shown.settings, note.id, shown.version),
            history=self._history(note.guid), search=self._searches.of(note),
            **values,
        )  # fmt: skip

    def _retired_note(self, gone: Gone) -> None:
        self._page(
            _page(gone.id), "retired.html", "cards/", gone.title,
            id=gone.id, deck=gone.deck, history=self._history(gone.guid),
            search=self._searches.of_gone(gone),
        )  # fmt: skip

    def _history(self, guid: str) -> list[Event]:
        return self._events.get(guid, [])

    def _statistics(self) -> None:
        highest = min((group.depth for group in self._decks), default=0)
        topics = [group for group in self._decks if group.depth == highest]
        made = drawn(self._shown, sum(self._numbers.values()), topics)
        self._page("statistics/index.html", "statistics.html", "statistics", "Statistics", plots=made)

    def _feed(self) -> None:
        settings = self._shown.settings
        entries = [
            feed.Entry(
                id=f"urn:deckwright:{settings.id}:{made.version}",
                title=f"{settings.name} {made.version}",
                url=f"{self._address}news/{made.version}/index.html",
                updated=made.time,
                html=self._templates.get_template("entry.html").render(made=made).strip(),
            )
            for made in self._versions
            if not made.yanked
        ]
        self._file(feed.FILE, feed.atom(f"New versions of {settings.name}", self._address, entries, settings.author))


_SEARCHED = 300
"""How many characters of a note's first card are searched: a file with all of them is loaded for it."""


def _page(id_: str) -> str:
    return f"c/{id_}/index.html"


def _list_path(group: Group, number: int) -> str:
    return f"{group.folder}/{f'{number}/' if number > 1 else ''}index.html"


def _is_plain(file: Media) -> bool:
    """Whether the name of a file leads to nothing but that file."""
    return not file.name.startswith(".") and not {"/", "\\", '"', "<"} & set(file.name)


def _by_name(groups: Iterable[Group]) -> dict[str, Group]:
    return {group.name: group for group in groups}


def _aboves(name: str, by_name: Mapping[str, Group]) -> list[Group]:
    """The groups that a name leads through, the highest first, and its own."""
    return [by_name[level] for level in names.and_above(name) if level in by_name]


def _former(shown: Shown) -> dict[str, set[str]]:
    """The IDs that each note had, by its guid: in the ledger, and in any release."""
    found: dict[str, set[str]] = {}
    for guid, line in shown.lines.items():
        if was := [id_ for id_ in line.was if ID.fullmatch(id_)]:  # A page is called by it.
            found.setdefault(guid, set()).update(was)
    for made in shown.releases:
        for id_, note in made.notes.items():
            found.setdefault(note.guid, set()).update((id_, *note.was))
    return found


def _counted(number: int, noun: str) -> str:
    """As in `1,204 notes`."""
    return count(number, noun).replace(str(number), f"{number:,}", 1)
