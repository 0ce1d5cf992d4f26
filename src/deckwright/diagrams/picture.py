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
            width, height = picture.size
            if width * height > MAX_PIXELS:
                return None, [broken_picture(Span(path), "large", f"{width} × {height}")]
            if getattr(picture, "is_animated", False):
                return None, [broken_picture(Span(path), "animated")]
            return _upright(picture), []
    except Exception as error:  # What Pillow's readers raise for broken files is of all sorts.
        return None, [broken_picture(Span(path), "broken", str(error))]


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
