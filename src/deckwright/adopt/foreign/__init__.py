"""A folder of notes in other tools' syntax → edits of its files that make sections of them, each proved. Nothing is written here."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import msgspec

from ... import files, settings, starter
from ...compilation import Progress
from ...identity import ledger
from ...ids import in_lock, refusal
from ...ids.patch import patch
from ...layout import DECK
from ...limits import MAX_FILE_BYTES
from ...model import NoteSettings
from . import ankiops, flashcards_obsidian, logseq, mdanki, obsidian_to_anki, spaced_repetition
from .converting import Converter
from .found import SOUGHT, TITLES, Options, Reading, Tool
from .proposal import LeftOut, Proposal, Share
from .text import Text, text
from .writing import Edit

__all__ = ["SOUGHT", "TITLES", "TOOLS", "Edit", "LeftOut", "Proposal", "Share", "patch", "propose"]

TOOLS: tuple[Tool, ...] = get_args(Tool)
"""The tools whose notes can be converted, in the order in which a place is taken for one of theirs."""

_READERS: Mapping[Tool, ModuleType] = {
    "obsidian-to-anki": obsidian_to_anki,
    "ankiops": ankiops,
    "flashcards-obsidian": flashcards_obsidian,
    "obsidian-spaced-repetition": spaced_repetition,
    "mdanki": mdanki,
    "logseq": logseq,
}
_ONLY_WITH_SIGNS = ("ankiops", "mdanki")
"""Tools whose notes look like anybody's: a file has to have something of theirs in it, unless the author names the tool."""

_MARKS: Mapping[Tool, Sequence[str]] = {
    "ankiops": (".ankiops.db",),
    "logseq": ("logseq/config.edn",),
}
"""What lies in a folder that a tool is used in, beside its plugin's settings."""


def propose(
    folder: Path,
    *,
    named: Collection[Tool] = (),
    keep: bool = False,
    uncommitted: Iterable[str] = (),
    chance: random.Random | None = None,
    progress: Progress = lambda done, total: None,
) -> Proposal:
    """The edits that make sections of other tools' notes in `folder`. Raises OSError for what vanishes while it is looked at.

    A tool is looked for where something of its own is in the folder, or where it is `named`; of the files in which nothing
    of it is found, none is edited. With `keep`, nothing is converted: the files get only the front matter that lets Deckwright
    read what it reads already. `uncommitted` are files and folders that differ from the last commit: they are left out, as are
    links. In a project, no id of its other notes is given again. With `chance`, a folder that is no project gets a settings file
    too, whose id is drawn from it.
    """
    return _Search(folder, named, {*uncommitted}, keep=keep, chance=chance).proposal(progress)


class _Search:
    """What is known of a folder, and what comes of it."""

    def __init__(
        self,
        folder: Path,
        named: Collection[Tool],
        uncommitted: Collection[str],
        *,
        keep: bool,
        chance: random.Random | None,
    ) -> None:
        self._folder, self._named, self._uncommitted = folder, named, uncommitted
        self._keep, self._chance = keep, chance
        root = settings.find(folder)
        self._project = settings.load(root)[0] if root else None
        self._settings: NoteSettings = self._project.settings if self._project else _Unnamed()
        self._left: list[LeftOut] = []
        self._shares: list[Share] = []
        self._decks: set[str] = set()
        self._new_deck = ""

    def proposal(self, progress: Progress) -> Proposal:
        project = self._project
        is_whole = project is not None and project.root == self._folder.resolve()
        paths = files.note_files(self._folder, project.settings.cards if project and is_whole else ["."])
        texts: list[Text] = []
        for path in paths:
            if made := self._text(path):
                texts.append(made)
        options = {tool: Options(_settings_of(self._folder, tool), tool in self._named) for tool in TOOLS}
        tools = tuple(tool for tool in TOOLS if self._is_used(tool, options[tool], texts))
        used = {id_ for each in texts for id_ in _given(each.before)}
        if project:
            held, _ = ledger.read(project.root / ledger.FILE, project.settings.id)
            used |= in_lock(held) if held else set()
        if project and not is_whole:
            for path in files.note_files(project.root, project.settings.cards):
                used |= _given(files.read(project.root / path, MAX_FILE_BYTES))
        converter = Converter(self._settings, used, keep=self._keep)
        edits = []
        for number, each in enumerate(texts):
            progress(number, len(texts))
            if edit := self._edit(each, tools, options, converter):
                edits.append(edit)
        if edits and self._chance and not project:
            made_settings = starter.deck_settings(self._folder, self._chance)
            edits.insert(0, Edit(DECK, ((b"", made_settings.encode()),), is_new=True))
            self._new_deck = str(tomllib.loads(made_settings)["name"])
        left = tuple(sorted(self._left, key=lambda each: (each.path, each.line)))
        return Proposal(tuple(edits), tuple(self._shares), left, tools, len(paths), tuple(self._remarks()))

    def _text(self, path: str) -> Text | None:
        try:
            made = text(path, files.read(self._folder / path, MAX_FILE_BYTES))
        except OSError as error:
            self._left.append(LeftOut(path, 0, f"it cannot be read: {files.reason(error)}"))
            return None
        if made is None:
            self._left.append(LeftOut(path, 0, "it is not UTF-8"))
        return made

    def _is_used(self, tool: Tool, options: Options, texts: Iterable[Text]) -> bool:
        has_mark = any((self._folder / name).exists() for name in _MARKS.get(tool, ()))
        if options.is_named or options.settings or has_mark:
            return True
        return any(_READERS[tool].SIGNS.search(_outside_code(each)) for each in texts)

    def _edit(
        self, held: Text, tools: Iterable[Tool], options: Mapping[Tool, Options], converter: Converter
    ) -> Edit | None:
        """The edit of one file; None if there is nothing to edit, or if it cannot be edited."""
        readings: dict[Tool, Reading] = {}
        for tool in tools:
            if tool not in _ONLY_WITH_SIGNS or tool in self._named or _READERS[tool].SIGNS.search(_outside_code(held)):
                reading = _READERS[tool].read(held, options[tool])
                if reading.notes or reading.doubts or reading.native:
                    readings[tool] = reading
        if not readings:
            return None
        has_notes = any(reading.notes or reading.native for reading in readings.values())
        if has_notes and (reason := refusal(self._folder, held.path, self._uncommitted)):
            self._left.append(LeftOut(held.path, 0, reason))
            return None
        made = converter.convert(held, readings, {tool: each.settings for tool, each in options.items()})
        for tool in readings:
            converted = sum(note.tool == tool for note in made.notes)
            left = sum(name == tool for name, _ in made.doubts)
            if converted or left or made.read[tool]:
                self._shares.append(Share(tool, held.path, converted, left, made.read[tool]))
        self._left += [LeftOut(held.path, line + 1, reason, tool) for (tool, line), reason in made.doubts.items()]
        self._decks |= {held.path} if made.has_decks else set()
        return made.edit if made.edit and made.edit.after != made.edit.before else None

    def _remarks(self) -> Iterator[str]:
        if self._new_deck:
            yield f"The deck is called “{self._new_deck}”: change that in {DECK} before the first release."
        converted = {share.tool for share in self._shares if share.converted}
        if converted & {"obsidian-to-anki", "flashcards-obsidian", "ankiops", "logseq"}:
            yield (
                "Anki will take these notes for new ones: a package knows notes by another id than the plugins, which wrote into "
                "your own collection. To keep reviews, export them from Anki as a package, and adopt that."
            )
        if "obsidian-spaced-repetition" in converted:
            yield "Comments with schedules, `<!--SR:…-->`, stay where they are; Anki begins anew with every note."
        if self._decks:
            yield f"A file has one deck here: all notes of {', '.join(sorted(self._decks)[:3])} go to the deck of most of them."


class _Unnamed(msgspec.Struct, frozen=True):
    """The settings of a folder that is no project yet."""

    name: str = "Notes"
    tag_prefix: str = ""


_GIVEN = re.compile(r"""\{[^{}\n]*#([a-z0-9][a-z0-9.-]*)[^{}\n]*\}|\bid="([^"\n]+)\"""")


def _given(data: bytes) -> set[str]:
    """The ids that stand in a file."""
    return {found[1] or found[2] for found in _GIVEN.finditer(data.decode("utf-8", "replace"))}


def _outside_code(held: Text) -> str:
    """The lines of a file outside of code, each with its line feed."""
    return "".join(f"{line}\n" for n, line in enumerate(held.lines) if n not in held.code or n < held.head)


def _settings_of(folder: Path, tool: Tool) -> Mapping[str, Any]:
    """The settings of a plugin of Obsidian, in the vault that a folder is, or is in. Nothing if there are none."""
    plugin = getattr(_READERS[tool], "PLUGIN", "")
    if not plugin:
        return {}
    for place in (folder, *folder.resolve().parents[:4]):
        file = place / ".obsidian" / "plugins" / plugin / "data.json"
        if file.is_file():
            try:
                held = json.loads(files.read(file, MAX_FILE_BYTES))
            except (OSError, ValueError, RecursionError):
                return {}
            return held if isinstance(held, dict) else {}
        if (place / ".obsidian").is_dir() or (place / ".git").exists():
            break
    return {}
