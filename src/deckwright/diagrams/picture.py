"""A photograph or a screenshot → its pixels, upright as it is shown."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .. import files
from ..diagnostics import Diagnostic
from ..diagnostics.occlusion import broken_picture
from ..limits import MAX_PIXELS
from ..model import Span

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "ICO")
"""What Pillow is asked to read. They are named, because there are formats for which it runs other programs."""


def read(file: Path, path: str) -> tuple[Image | None, list[Diagnostic]]:
    """The picture; None, and O012, if it cannot have masks. `path` is the file's."""
    try:
        with files.opened(file) as source, _opened(source) as picture:
            if found := _unfit(picture, path):
                return None, found
            return _upright(picture), []
    except Exception as error:  # What Pillow's readers raise for broken files is of all sorts.
        return None, [broken_picture(Span(path), "broken", str(error))]


def measure(file: Path, path: str) -> tuple[tuple[int, int] | None, list[Diagnostic]]:
    """The size of the picture as it is shown, in pixels, by its first bytes; None, and O012, if it cannot have masks."""
    try:
        with files.opened(file) as source, _opened(source) as picture:
            if found := _unfit(picture, path):
                return None, found
            is_lying = _may_lie(picture, source) and picture.getexif().get(_ORIENTATION, 1) in _LYING
            return (picture.height, picture.width) if is_lying else (picture.width, picture.height), []
    except Exception as error:
        return None, [broken_picture(Span(path), "broken", str(error))]


def _may_lie(picture: Image, file: IO[bytes]) -> bool:
    """Whether there may be EXIF. In a PNG it may stand behind the pixels: Pillow would read them all, to see that it does not."""
    if picture.format != "PNG" or "exif" in picture.info:
        return True
    place = file.tell()
    file.seek(8)
    is_behind = False
    while len(head := file.read(8)) == 8 and not (is_behind and head[4:] in _WITH_EXIF):
        is_behind = is_behind or head[4:] == b"IDAT"
        file.seek(int.from_bytes(head[:4], "big") + 4, io.SEEK_CUR)
    file.seek(place)
    return len(head) == 8


_WITH_EXIF = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")
"""The chunks of a PNG that may hold EXIF."""

_ORIENTATION = 0x0112
_LYING = range(5, 9)
"""The orientations in EXIF that turn a picture by a quarter."""


def _unfit(picture: Image, path: str) -> list[Diagnostic]:
    """Why a picture cannot have masks."""
    if picture.width * picture.height > MAX_PIXELS:
        return [broken_picture(Span(path), "large", f"{picture.width} × {picture.height}")]
    if getattr(picture, "is_animated", False):
        return [broken_picture(Span(path), "animated")]
    return []


def pixels(data: bytes) -> int:
    """How many pixels a picture has, as its first bytes say; 0 if it cannot be read."""
    try:
        with _opened(io.BytesIO(data)) as picture:
            return picture.width * picture.height
    except Exception:
        return 0


def shown(file: IO[bytes]) -> Image:
    """The colours of a picture that `read` has accepted, or that was drawn here."""
    from PIL import Image

    return _upright(Image.open(file, formats=FORMATS)).convert("RGB")


def ending(data: bytes) -> str:
    """How the name of a file with this content ends, as `mediatypes` has it; empty if it is none of ours."""
    try:
        with _opened(io.BytesIO(data)) as picture:
            return _ENDINGS.get(picture.format or "", "")
    except Exception:
        return ""


_ENDINGS = {"PNG": "png", "JPEG": "jpg", "MPO": "jpg", "WEBP": "webp", "GIF": "gif", "AVIF": "avif", "ICO": "ico"}
"""What Pillow calls its formats → our endings."""


def check(data: bytes, path: str = "") -> list[Diagnostic]:
    """Why a picture cannot have masks, O012; nothing if it can. All of it is read."""
    try:
        with _opened(io.BytesIO(data)) as picture:
            found = _unfit(picture, path)
            if not found:
                picture.load()
            return found
    except Exception as error:
        return [broken_picture(Span(path), "broken", str(error))]


def small(file: IO[bytes], side: int) -> bytes:
    """The picture as a WebP of at most so many pixels a side. Raises ValueError if it cannot have masks."""
    from PIL import ImageOps

    try:
        with _opened(file) as picture:
            if _unfit(picture, ""):
                raise ValueError("it is too large, or animated")
            picture.thumbnail((side, side))  # before it is turned, so that the whole one is in memory once
            upright = ImageOps.exif_transpose(picture)
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(str(error)) from error
    written = io.BytesIO()
    upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(written, "WEBP", quality=80)
    return written.getvalue()


def _opened(file: IO[bytes]) -> Image:
    """The picture of a file, whatever its size: our own limit is checked before a pixel is read."""
    from PIL import Image

    with _limit:
        was, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(file, formats=FORMATS)
        finally:
            Image.MAX_IMAGE_PIXELS = was


_limit = threading.Lock()
"""Held while Pillow's limit is not what it was: it is one for all threads."""


def _upright(picture: Image) -> Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture)
