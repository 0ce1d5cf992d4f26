"""What the settings of Obsidian_to_Anki say, and how its plugin reads tags, fields and deletions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from . import marks
from .found import Options
from .text import blanked

ID = re.compile(r"(?:<!--)?ID: (\d+)")
TAGS = "Tags: "
_FIELDS: Mapping[str, Sequence[str]] = {
    "Basic": ("Front", "Back"),
    "Basic (and reversed card)": ("Front", "Back"),
    "Basic (optional reversed card)": ("Front", "Back", "Add Reverse"),
    "Basic (type in the answer)": ("Front", "Back"),
    "Cloze": ("Text", "Back Extra"),
}
"""The fields of Anki's own note types, which the plugin asks Anki for."""

_STOCK = ("Extra", "Back Extra", "Add Reverse")


class Says:
    """What the settings say, and else the plugin's defaults."""

    def __init__(self, options: Options) -> None:
        settings = _table(options.settings.get("settings"))
        syntax, defaults = _table(settings.get("Syntax")), _table(settings.get("Defaults"))
        self.begin = str(syntax.get("Begin Note", "START"))
        self.end = str(syntax.get("End Note", "END"))
        self.begin_inline = str(syntax.get("Begin Inline Note", "STARTI"))
        self.end_inline = str(syntax.get("End Inline Note", "ENDI"))
        self.deck = str(syntax.get("Target Deck Line", "TARGET DECK"))
        self.tags = str(syntax.get("File Tags Line", "FILE TAGS"))
        self.frozen = str(syntax.get("Frozen Fields Line", "FROZEN"))
        self.curly = bool(defaults.get("CurlyCloze"))
        self.highlights = self.curly and bool(defaults.get("CurlyCloze - Highlights to Clozes"))
        self.default_deck = str(defaults.get("Deck", "Default"))
        self.folder_decks = _table(settings.get("FOLDER_DECKS"))
        self.folder_tags = _table(settings.get("FOLDER_TAGS"))
        self.fields = {**_FIELDS, **_table(options.settings.get("fields_dict"))}
        expressions = [str(each) for each in _table(settings.get("CUSTOM_REGEXPS")).values() if each]
        named = [found[1] for each in expressions if (found := re.search(r" (#[\w/-]+)", each))]
        self.markers = tuple(dict.fromkeys([*named, "#flashcard"]))
        self.has_marker = bool(named)

    def of_folder(self, path: str, table: Mapping[str, object]) -> str:
        folders = [path.rsplit("/", n)[0] for n in range(1, path.count("/") + 1)]
        return next((str(table[folder]) for folder in folders if table.get(folder)), "")


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def tags_of(words: str) -> list[str]:
    return [
        word.strip("#").replace("::", "/").replace("/#", "/") for word in re.split(r"[\s,]+", words) if word.strip("#")
    ]


def dedented(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines of a field; the plugin takes away the white space at both its ends."""
    held = list(blanked([*lines]))
    if held:
        held[0] = held[0].lstrip()
        held[-1] = held[-1].rstrip()
    return tuple(held)


def clozes(text: str, says: Says) -> str:
    """The text with its deletions. What is only highlighted is none."""
    text = text if says.highlights else marks.unhighlighted(text)
    return marks.curly(text) if says.curly else text
