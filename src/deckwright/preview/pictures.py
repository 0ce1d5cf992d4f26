"""A project → the pictures in its media folders that can have masks: their files, and what they look like.

Only what lies in those folders itself is a picture here. A link is none, be it the file or a folder that it is in: what a
preview shows and writes is the project's own.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from threading import Lock

import msgspec

from .. import files, settings
from ..cache import Cache
from ..diagrams import picture as photograph
from ..diagrams import suggest
from ..diagrams.marking import Marked, marked
from ..layout import BUILD, CACHE
from ..limits import MAX_MASK_FILE_BYTES, MAX_MEDIA_BYTES, MAX_SVG_BYTES, MAX_THUMBNAIL
from ..mediatypes import PICTURES, extension

DRAWING = "svg"


class Picture(msgspec.Struct, frozen=True):
    """A picture: `place` is relative to the root, with `/`, `file` where it is, `target` the file that has its masks."""

    place: str
    file: Path
    target: Path

    @property
    def is_drawing(self) -> bool:
        """Whether it is an SVG, which has its masks in itself."""
        return self.file == self.target


class Held(msgspec.Struct, frozen=True):
    """What the files of a picture hold: the SHA-256 of the picture, in hex; the source of an SVG; and the bytes of the mask file
    of any other picture. What there is not is None. The bytes of a photograph are never in memory for this.
    """

    digest: str
    source: bytes | None
    masks: bytes | None

    @property
    def version(self) -> str:
        """What is another if one of them is."""
        told = b"-" if self.masks is None else b"+" + self.masks
        return hashlib.sha256(self.digest.encode() + told).hexdigest()[:24]


def of_drawing(source: bytes) -> Held:
    """What the file of an SVG holds."""
    return Held(hashlib.sha256(source).hexdigest(), source, None)


def folders(root: Path) -> Sequence[str]:
    """The media folders of a project; none if its settings are broken."""
    project, _ = settings.load(root)
    return project.settings.media if project else ()


def listed(root: Path) -> list[Picture]:
    """All pictures, in natural order."""
    places = folders(root)
    found = (find(root, place, places) for place in files.below(root, places) if extension(place) in PICTURES)
    return [picture for picture in found if picture]


def find(root: Path, place: str, folders: Sequence[str]) -> Picture | None:
    """The picture at a path relative to the root, if it is one of those in the folders."""
    parts = place.split("/")
    if extension(place) not in PICTURES or any(_is_odd(part) for part in parts) or parts[0] == BUILD:
        return None
    if not any(folder in ("", ".") or place.startswith(f"{folder.strip('/')}/") for folder in folders):
        return None
    file = root.joinpath(*parts)
    try:
        is_file = stat.S_ISREG(file.lstat().st_mode)
    except (OSError, ValueError):
        return None
    if not is_file or Path(os.path.realpath(file)) != Path(os.path.realpath(root)).joinpath(*parts):
        return None
    return Picture(place, file, suggest.target(file))


def _is_odd(part: str) -> bool:
    return (
        part.startswith(".") or part in ("", "node_modules") or not part.isprintable() or any(c in part for c in '\\:"')
    )


def held(picture: Picture) -> Held:
    """What the files of a picture hold now. Raises OSError."""
    if picture.is_drawing:
        return of_drawing(source(picture))
    return Held(digest(picture), None, masks(picture))


def source(picture: Picture) -> bytes:
    """The source of an SVG. Raises OSError."""
    return files.read(picture.file, MAX_SVG_BYTES)


def digest(picture: Picture) -> str:
    """The SHA-256 of a picture, in hex. Raises OSError."""
    with files.opened(picture.file) as file:
        if (size := os.fstat(file.fileno()).st_size) > MAX_MEDIA_BYTES:
            raise files.TooLargeError(picture.file, size)
        return hashlib.file_digest(file, "sha256").hexdigest()


def masks(picture: Picture) -> bytes | None:
    """The bytes of a picture's mask file, None if it has none. Raises OSError."""
    try:
        return files.read(picture.target, MAX_MASK_FILE_BYTES)
    except FileNotFoundError:
        return None


def refusal(picture: Picture) -> str:
    """Why no masks of a picture can be saved, in words; empty if they can be."""
    try:
        mode = picture.target.lstat().st_mode
    except FileNotFoundError:
        return (
            ""
            if os.access(picture.target.parent, os.W_OK)
            else "Nothing can be written into the folder of this picture."
        )
    except OSError as error:
        return f"{picture.target.name} cannot be used: {files.reason(error)}."
    if stat.S_ISLNK(mode):
        return f"{picture.target.name} is a link, and links are followed nowhere here."
    if not stat.S_ISREG(mode):
        return f"{picture.target.name} is no file."
    if not (mode & 0o200 and os.access(picture.target, os.W_OK) and os.access(picture.target.parent, os.W_OK)):
        return f"{picture.target.name} is not writable."
    return ""


def cache(root: Path) -> Cache:
    """What is kept of drawings."""
    return Cache(root / CACHE)


def drawn(picture: Picture, source: bytes, root: Path) -> Marked:
    """What is seen in an SVG with this source. Who asks while it is drawn waits for that."""
    with _drawing[picture.place]:
        return marked(source, picture.place, cache(root))


_drawing: defaultdict[str, Lock] = defaultdict(Lock)


def shown(picture: Picture, root: Path) -> bytes:
    """The PNG that an SVG is shown as; empty if it cannot be drawn. Raises OSError."""
    return drawn(picture, source(picture), root).data


def small(picture: Picture, root: Path) -> bytes:
    """A picture of at most `MAX_THUMBNAIL` pixels a side, as a WebP. Raises OSError; ValueError if it cannot be read."""
    data = shown(picture, root) if picture.is_drawing else None
    key = digest(picture) if data is None else hashlib.sha256(data).hexdigest()

    def made() -> bytes:
        with files.opened(picture.file) if data is None else BytesIO(data) as file:
            return photograph.small(file, MAX_THUMBNAIL)

    return cache(root).memo("small", (key, str(MAX_THUMBNAIL)), bytes, made)
