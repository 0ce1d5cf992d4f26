"""A folder → a new project: settings with an id of its own and, if there are no notes yet, two files of sample notes; and, if
they are asked for, workflows for GitHub.
"""

from __future__ import annotations

import html
import json
import os
import posixpath
import random
import re
import string
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

import msgspec

from .. import names
from ..diagnostics import Diagnostic
from ..diagnostics.project import already_a_project, inside_a_project
from ..files import below, note_files, read
from ..layout import DECK
from ..limits import MAX_DECK_ID, MAX_FILE_BYTES
from ..mediatypes import is_media
from ..model import Span
from ..names import name_problem, slug_problem
from ..settings import find, settings_files
from . import attributes
from .workflows import STEPS, top, workflows

_HERE = Path(__file__).parent
_SAMPLES = ("planets.md", "light.md")
_START_A_FILE = (
    "start each file of notes with the three lines `---`, `kind: basic`, `---`: its headings become cards; or "
    "see what deckwright draft proposes in them, which needs none of this"
)
# Files about a repository, by the first word of their names. They are not notes, in whatever folder they are.
_ABOUT = ("readme", "license", "licence", "changelog", "contributing", "code_of_conduct", "security", "authors")


class Start(msgspec.Struct, frozen=True):
    """The files that were created, in that order, and what the author should do next."""

    created: tuple[Path, ...]
    next: tuple[str, ...]


def create(folder: Path, chance: random.Random, github: bool = False) -> tuple[Start | None, list[Diagnostic]]:
    """Turn `folder` into a project, and create it if it is missing. An existing file is never changed.

    The last eight characters of the deck's id are drawn from `chance`: pass `random.SystemRandom()` for a deck that
    others will get. With `github`, there are workflows too. If the folder has settings already, nothing is created but
    those, or nothing at all, and the diagnostic says so; inside another project, one is created, and a warning names the
    other. Raises OSError.
    """
    folder = folder.resolve()
    files = settings_files(folder)
    if files and not github:
        return None, [already_a_project(Span(files[0]))]
    new, steps, found = ({}, [], []) if files else _project(folder, chance)
    if github:
        for path, text in workflows().items():
            if (folder / path).exists():
                steps.append(f"{path} was there already, and was not changed: delete it to get a new one")
            else:
                new[path] = text
        steps += STEPS
    written = folder / attributes.FILE
    if not written.exists():
        new[attributes.FILE] = attributes.TEXT
    else:
        steps += attributes.advice(written.read_text(encoding="utf-8", errors="replace"))
    _write({folder / path: text for path, text in new.items()})
    first = ["git init"] * (top(folder) is None)  # A release is a commit and a tag.
    return Start(tuple(folder / path for path in new), (*steps, *first, "deckwright build")), found


def _project(folder: Path, chance: random.Random) -> tuple[dict[str, str], list[str], list[Diagnostic]]:
    """The files of a new project, what to do for it, and what was found."""
    outer = find(folder)
    found = [inside_a_project(Span(DECK), _relative(outer / settings_files(outer)[0], folder))] if outer else []
    notes = _notes(folder)
    new = {DECK: _settings(folder, notes, chance)}
    if not notes:
        new |= {f"cards/{name}": (_HERE / name).read_text(encoding="utf-8") for name in _SAMPLES}
    return new, [_START_A_FILE] if notes else [], found


def deck_settings(folder: Path, chance: random.Random) -> str:
    """The text of deck.toml for a folder, which names the folders of its notes and of their pictures. `chance`: see `create`."""
    return _settings(folder, _notes(folder), chance)


def _notes(folder: Path) -> list[str]:
    return [path for path in note_files(folder, ["."]) if not _is_about(path)]


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _write(new: Mapping[Path, str]) -> None:
    """Write all these files, or none of them."""
    made: list[Path] = []
    try:
        for path, text in new.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def _is_about(path: str) -> bool:
    return posixpath.basename(path).lower().startswith(_ABOUT)


def _folders(notes: Iterable[str]) -> list[str]:
    """What to write for `cards`: `.` for notes at the root, else the innermost folder with all notes of each branch."""
    branches: dict[str, list[str]] = {}
    for path in notes:
        branches.setdefault(path.split("/")[0] if "/" in path else ".", []).append(posixpath.dirname(path))
    return ["."] if "." in branches else [posixpath.commonpath(places) for places in branches.values()]


def _media_folders(folder: Path, notes: Iterable[str]) -> list[str]:
    """What to write for `media`: the folders of the files that the notes name; `media` if there are none."""
    text = b"\n".join(_bytes(folder / note) for note in notes).decode("utf-8", "replace")
    forms = (text, html.unescape(text))  # `a&copy.png` may be written so, and `a&amp;b.png` too.
    named = {
        name.strip() for form in forms for name in _AROUND_NAMES.split(unicodedata.normalize("NFC", unquote(form)))
    }
    media = (path for path in below(folder, ["."]) if is_media(path) and "/" in path)
    shown = [path for path in media if unicodedata.normalize("NFC", posixpath.basename(path)) in named]
    return _folders(shown) if shown else ["media"]


_AROUND_NAMES = re.compile(r"[/\\\n()\[\]<>\"'|#?]")
"""What stands before and behind the name of a file, in Markdown, in HTML and in Obsidian's links."""


def _bytes(file: Path) -> bytes:
    """The bytes of a file of notes, none if it cannot be read: the first build will tell of that."""
    try:
        return read(file, MAX_FILE_BYTES)
    except OSError:
        return b""


def _settings(folder: Path, notes: Sequence[str], chance: random.Random) -> str:
    """The text of deck.toml, for a folder with these notes."""
    cards, media = (_folders(notes), _media_folders(folder, notes)) if notes else (["cards"], ["media"])
    name = " ".join(re.split(r"[-_\s]+", folder.resolve().name)).strip()
    name = name[:1].upper() + name[1:]
    if name_problem(name):
        name = "My deck"
    return settings(name, chance, slug_of(name), cards=cards, media=media)


def slug_of(name: str) -> str:
    """The slug of a deck of this name."""
    slug = names.slug(name)
    return "deck" if slug_problem(slug) else slug


def settings(
    name: str,
    chance: random.Random,
    tag_prefix: str,
    description: str = "",
    *,
    cards: Sequence[str] = ("cards",),
    media: Sequence[str] = ("media",),
) -> str:
    """The text of deck.toml for a deck of this name, with an id of its own, whose end is drawn from `chance`."""
    slug = slug_of(name)
    tail = "".join(chance.choices(string.ascii_lowercase + string.digits, k=8))
    start = slug[: MAX_DECK_ID - len(tail) - 1].rstrip("-")
    values = {
        "id": f"{start}-{tail}",
        "name": name,
        "slug": slug,
        "tag_prefix": tag_prefix,
        "description": description,
        "cards": cards,
        "media": media,
    }
    template = string.Template((_HERE / "deck.toml.template").read_text(encoding="utf-8"))
    # Strings and lists of JSON are TOML too.
    return template.substitute({key: json.dumps(value, ensure_ascii=False) for key, value in values.items()})
