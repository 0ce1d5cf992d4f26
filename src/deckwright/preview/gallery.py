"""A project → the list of its pictures, for the page, without drawing any of them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .. import files, inputs
from ..diagnostics import Diagnostic
from ..diagrams import mask_file, shapes
from ..diagrams import picture as photograph
from . import masks, pictures
from .index import Index
from .pictures import Picture


def listed(root: Path, index: Index, counts: Counts) -> list[dict[str, Any]]:
    """All pictures, and what is known of each without drawing it."""
    problems: dict[str, str] = {}
    for wrong in index.problems:
        if wrong.code == "M016":  # That no note shows it, is seen here anyway.
            continue
        problems.setdefault(wrong.file, wrong.message)
    shown: dict[str, list[dict[str, str]]] = {}
    keys = {entry.id: entry.first_key for entry in index.entries} if index.held.depicted else {}
    for one in index.held.depicted:
        shown.setdefault(one.picture, []).append({"key": keys[one.note], "id": one.note, "title": one.title})
    told = []
    for picture in pictures.listed(root):
        number, message, version = counts.of(picture)
        told.append(
            {
                "path": picture.place,
                "kind": masks.kind(picture),
                "masks": number,
                "notes": shown.get(picture.place, []),
                "problem": message or problems.get(picture.place) or problems.get(masks.target(picture)) or "",
                "version": version,
            }
        )
    return told


class Counts:
    """How many masks pictures have, and what is wrong with them, as long as their files stay as they are."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[object, tuple[int, str, str]]] = {}

    def of(self, picture: Picture) -> tuple[int, str, str]:
        """The number of masks, the first problem in words, and what is another when the files are."""
        marks = [_mark(file) for file in dict.fromkeys((picture.file, picture.target))]
        known = self._known.get(picture.place)
        if known is None or known[0] != marks:
            known = self._known[picture.place] = marks, (*_counted(picture), version(marks))
        return known[1]


def version(marks: Sequence[object]) -> str:
    """A short text for what the system says of files."""
    return sha256(repr(marks).encode()).hexdigest()[:24]


def _mark(file: Path) -> tuple[int, ...]:
    try:
        return inputs.mark(file.lstat())
    except OSError:
        return ()


def _counted(picture: Picture) -> tuple[int, str]:
    try:
        return _drawn(picture) if picture.is_drawing else _photographed(picture)
    except OSError as error:
        return 0, f"It cannot be read: {files.reason(error)}"


def _drawn(picture: Picture) -> tuple[int, str]:
    from ..diagrams import labels

    drawing, found = labels.read(pictures.source(picture), picture.place)
    return len(drawing.masks) if drawing else 0, _first(found)


def _photographed(picture: Picture) -> tuple[int, str]:
    size, found = photograph.measure(picture.file, picture.place)
    data = pictures.masks(picture) if size else None
    if size is None or data is None:
        return 0, _first(found)
    read, found = mask_file.parse(data, masks.target(picture), size)
    found = [one for one in [*found, *shapes.check([mask for mask in read if mask], size)] if one.code != "O016"]
    return len(read), _first(found)


def _first(found: Sequence[Diagnostic]) -> str:
    return found[0].message if found else ""


def has_reader() -> bool:
    """Whether what reads labels in pictures is installed."""
    return find_spec("rapidocr") is not None
