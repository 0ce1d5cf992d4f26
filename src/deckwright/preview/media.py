"""A media file of the package → the answer that a browser gets of it, in pieces."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from .. import files
from ..model import Media
from ..proof.media import type_of

PIECE = 64 << 10
"""Bytes that are read at a time."""

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
"""For a picture that somebody opens alone: an SVG may say what it likes."""

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def response(medium: Media, root: Path, asked: str) -> Response:
    """The file, or the range of it that is asked for with a header; 404 if it is not there any more, or no file of the project
    now.
    """
    try:
        file, size = _opened(medium, root)
    except OSError:
        return PlainTextResponse("This file is not there any more.\n", 404)
    headers = {
        "accept-ranges": "bytes",
        "content-security-policy": POLICY,
        "cross-origin-resource-policy": "cross-origin",
    }
    first, last = 0, size - 1
    status = 200
    if found := _RANGE.fullmatch(asked):
        begin, end = found.groups()
        if begin:
            first, last = int(begin), min(int(end or last), last)
        elif end:
            first = max(size - int(end), 0)
        if first > last or not (begin or end):
            file.close()
            return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
        status = 206
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    headers["content-length"] = str(last - first + 1)
    return StreamingResponse(_pieces(file, first, last - first + 1), status, headers, type_of(medium.name))


def _opened(medium: Media, root: Path) -> tuple[BinaryIO, int]:
    """The file and its size. Raises OSError."""
    if medium.data is not None:
        return BytesIO(medium.data), len(medium.data)
    if not files.is_inside(medium.path, root):  # It was a file of the project when it was found.
        raise files.OutsideError
    file = files.opened(medium.path)
    return file, os.fstat(file.fileno()).st_size


def _pieces(file: BinaryIO, first: int, left: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
