"""A folder → a project in it: settings with an id of its own and, where there are no notes yet, two files of samples."""

from __future__ import annotations

import json
import posixpath
import random
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..diagnostics import Diagnostic, declare
from ..model import Span
from ..project import DECK, name_problem, note_files, settings_files, slug_of, slug_problem

_HERE = Path(__file__).parent
_SAMPLES = ("planets.md", "light.md")
_UNION = "deck.lock merge=union"
# Files that people write about a repository, by their first word: no notes, wherever they lie.
_ABOUT = ("readme", "license", "licence", "changelog", "contributing", "code_of_conduct", "security", "authors")


@dataclass(frozen=True)
class Start:
    """What was made, in the order of making, and sentences for the author on what to do next."""

    created: tuple[Path, ...]
    next: tuple[str, ...]


def create(folder: Path, chance: random.Random) -> tuple[Start | None, list[Diagnostic]]:
    """Make `folder` a project; it is made itself where it is missing. No file that is there is ever changed.

    The eight last characters of the deck's id are drawn from `chance`; for a deck that others will get, that should be
    `random.SystemRandom()`. Refused, with a diagnostic, where there are settings already.
    """
    folder = folder.resolve()
    if files := settings_files(folder):
        return None, [already_a_project(Span(files[0]))]
    notes = [path for path in note_files(folder, ["."]) if not _is_about(path)]
    new = {DECK: _settings(folder.name, chance, _folders(notes) if notes else ["cards"])}
    if not notes:
        new |= {f"cards/{name}": (_HERE / name).read_text(encoding="utf-8") for name in _SAMPLES}
    steps = [
        "begin a file of notes with the three lines `---`, `kind: basic`, `---`: its headings become cards"
    ] * bool(notes)
    if not (folder / ".gitattributes").exists():
        new[".gitattributes"] = f"# Two branches may each add lines to the ledger: both are kept.\n{_UNION}\n"
    elif _UNION not in (folder / ".gitattributes").read_text(encoding="utf-8"):
        steps.append(f"add the line `{_UNION}` to .gitattributes, so that branches that both add notes can be merged")
    for path, text in new.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return Start(tuple(folder / path for path in new), (*steps, "run `deckwright build`")), []


def _is_about(path: str) -> bool:
    return posixpath.basename(path).lower().startswith(_ABOUT)


def _folders(notes: Iterable[str]) -> list[str]:
    """The folders to be named in `cards`: `.` for notes at the root, else one for each branch, as deep as holds all its notes."""
    branches: dict[str, list[str]] = {}
    for path in notes:
        branches.setdefault(path.split("/")[0] if "/" in path else ".", []).append(posixpath.dirname(path))
    return ["."] if "." in branches else [posixpath.commonpath(places) for places in branches.values()]


def _settings(folder: str, chance: random.Random, cards: list[str]) -> str:
    name = " ".join(re.split(r"[-_\s]+", folder)).strip()
    name = name[:1].upper() + name[1:]
    if name_problem(name):
        name = "My deck"
    slug = slug_of(name)
    if slug_problem(slug):
        slug = "deck"
    tail = "".join(chance.choices(string.ascii_lowercase + string.digits, k=8))
    values = {"id": f"{slug}-{tail}", "name": name, "slug": slug, "cards": cards}
    template = string.Template((_HERE / "deck.toml.template").read_text(encoding="utf-8"))
    # JSON's strings and lists are TOML's too.
    return template.substitute({key: json.dumps(value, ensure_ascii=False) for key, value in values.items()})


@declare("P016")
def already_a_project() -> tuple[str, str]:
    """The folder is a project already.

    `deckwright init` changes no file that is there, and a second id would make a second deck of every note.
    """
    return (
        "the folder has settings already",
        "go on with `deckwright build`, or name another folder: `deckwright init DIR`",
    )
