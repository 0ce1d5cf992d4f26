"""The media of cards → what a page holds of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from json import dumps

from ..limits import MAX_EMBEDDED_BYTES
from ..mediatypes import PICTURES, VIDEO, extension
from ..model import Media


class Shelf:
    """The files that a page needs: each is read once, when a card first shows it."""

    def __init__(self, media: Iterable[Media]) -> None:
        self._known = {file.name: file for file in media}
        self._held: dict[str, str] = {}
        self._size = 0
        self.left_out: dict[str, int] = {}
        """The names and sizes of the files that would make the page too large to be sent."""

    def holds(self, name: str) -> bool:
        """Whether the page has the file of this name; from now on it has, if there is room. Raises OSError."""
        if name in self._held:
            return True
        if name not in self._known or name in self.left_out:
            return False
        data = self._known[name].read()
        if self._size + len(data) > MAX_EMBEDDED_BYTES:
            self.left_out[name] = len(data)
            return False
        self._size += len(data)
        self._held[name] = f"data:{type_of(name)};base64,{b64encode(data).decode()}"
        return True

    def attribute(self, name: str) -> str:
        """What stands for the file of this name in the page, whose script puts its bytes there; see `sides.Attribute`."""
        return f'data-src="{name}' if self.holds(name) else ""

    def json(self) -> str:
        """An object with the address of each file as data, by its name. It has no `<`, so it can stand in HTML."""
        return dumps(self._held, indent=0)


_TYPES = {
    "ico": "image/x-icon",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "svg": "image/svg+xml",
    "weba": "audio/webm",
    "3gp": "video/3gpp",
}


def type_of(name: str) -> str:
    """The media type of a file. Python's own table depends on the system."""
    ending = extension(name)
    group = "image" if ending in PICTURES else "video" if ending in VIDEO else "audio"
    return _TYPES.get(ending, f"{group}/{ending}")
