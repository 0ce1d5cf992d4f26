"""The bytes of a picture and a name for it → a new file in the project, and the section to paste into the notes.

What comes is a picture by its content, whatever it is called. An SVG is saved without what acts or is loaded from elsewhere, as it
would ship. Nothing that is there is written over, on any system: names are compared without their case.
"""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections.abc import Container
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from .. import files, names, settings
from ..diagrams import mask_file
from ..diagrams import picture as photograph
from ..media import svg
from ..mediatypes import PICTURES, extension
from .index import Index

MAX_NAME = 100
"""Bytes of a name."""


class Answer(msgspec.Struct, frozen=True):
    """The status of an answer, and what it says."""

    status: int
    told: dict[str, Any]


def save(root: Path, name: str, data: bytes, index: Index) -> Answer:
    """Save a picture into the first media folder. Raises OSError."""
    ending, data, why = _content(data)
    if not ending:
        return Answer(415, {"message": why})
    project, _ = settings.load(root)
    if project is None or not project.settings.media:
        return Answer(403, {"message": "The settings of this project are broken: it has no media folder."})
    folder = root / project.settings.media[0]
    if Path(os.path.realpath(folder)) != Path(os.path.realpath(root)) / project.settings.media[0]:
        return Answer(403, {"message": f"{project.settings.media[0]} is a link, and links are followed nowhere here."})
    folder.mkdir(parents=True, exist_ok=True)
    taken = {_same(path.name) for path in folder.iterdir()}
    name = unicodedata.normalize("NFC", name)
    if problem := _problem(name, ending):
        return Answer(
            422, {"message": f"The picture cannot be called so: {problem}.", "name": _proposal(name, ending, taken)}
        )
    masks = f"{name.rpartition('.')[0]}{mask_file.SUFFIX}"
    for other in (name, masks):
        if _same(other) in taken:
            proposal = _proposal(name, ending, taken)
            return Answer(409, {"message": f"There is a file {other} already.", "name": proposal})
    try:
        files.create(folder / name, data)
    except FileExistsError:
        return Answer(
            409, {"message": f"There is a file {name} already.", "name": _proposal(name, ending, {*taken, _same(name)})}
        )
    place = posixpath.normpath(posixpath.join(project.settings.media[0], name))
    section = _section(place, name, project.settings.cards, {entry.id for entry in index.entries})
    return Answer(201, {"path": place, "section": section, "masks": f"#/masks/{quote(place, safe='')}"})


def _content(data: bytes) -> tuple[str, bytes, str]:
    """The ending for a picture, and the bytes to save; an empty one, and why, if Deckwright does not take it."""
    if ending := photograph.ending(data):
        found = photograph.check(data)
        return ("", b"", f"{found[0].message[:1].upper()}{found[0].message[1:]}.") if found else (ending, data, "")
    if not _MARKUP.match(data):
        return "", b"", f"This is no picture. Pictures are {', '.join(PICTURES[:-1])} or {PICTURES[-1]}."
    cleaned, found = svg.clean(data, "picture.svg")
    if cleaned is None:
        return "", b"", f"This SVG cannot be used: {found[0].message}."
    return "svg", cleaned, ""


_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe|\xfe\xff")


def _problem(name: str, ending: str) -> str:
    """What is wrong with a name, on any system; empty if nothing is."""
    stem = name.partition(".")[0].strip()
    if not stem or name != name.strip() or name.endswith("."):
        return "a name begins and ends with a letter or a digit"
    if not name.isprintable() or set(name) & set('<>:"/\\|?*#%'):
        return "there are characters in it that no name of a file has on every system"
    if _DEVICE.fullmatch(stem):
        return f"{stem} is the name of a device in Windows"
    if len(name.encode()) > MAX_NAME:
        return f"it has more than {MAX_NAME} bytes"
    if _ENDINGS.get(extension(name), extension(name)) != ending:
        return f"it is a picture of another type, and its name should end in .{ending}"
    return ""


_DEVICE = re.compile("con|prn|aux|nul|(?:com|lpt)[0-9¹²³]", re.IGNORECASE)
_ENDINGS = {"jpeg": "jpg"}


def _proposal(name: str, ending: str, taken: Container[str]) -> str:
    """A name that it can have, as much like the one that was asked for as there is."""
    stem = re.split(r"[/\\]", name)[-1]
    stem = stem.rpartition(".")[0] or stem
    stem = names.slug(stem)[:60].strip("-")
    stem = "picture" if not stem or _DEVICE.fullmatch(stem) else stem
    return next(
        f"{free}.{ending}"
        for free in names.numbered(stem)
        if f"{free}.{ending}" not in taken and f"{free}{mask_file.SUFFIX}" not in taken
    )


def _section(place: str, name: str, cards: tuple[str, ...], ids: Container[str]) -> str:
    """The Markdown of a section with the picture, for a file in the first folder of notes."""
    stem = name.rpartition(".")[0]
    title = " ".join(_WORD.findall(stem.replace("_", " "))) or "Picture"
    title = title[:1].upper() + title[1:]
    slug = names.slug(stem)
    id_ = f" #{names.unused(slug, ids)}" if slug else ""
    target = posixpath.relpath(place, cards[0] if cards else ".")
    written = "".join(c if c.isalnum() or c in "/-_.~" else quote(c) for c in target)
    return f"## {title} {{.occlusion{id_}}}\n\n![{title}]({written})\n"


_WORD = re.compile(r"[^\W_]+")


def _same(name: str) -> str:
    """What two names have in common that are one on some system."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
