"""The types of media files that Anki shows or plays on every system, by the ending of their names.

A new type is a word in one of the tuples, and in the page of M010.
"""

from functools import lru_cache
from pathlib import PurePosixPath

PICTURES = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico")
AUDIO = ("mp3", "wav", "ogg", "oga", "opus", "flac", "m4a", "aac", "weba")
VIDEO = ("mp4", "m4v", "mov", "mkv", "3gp", "webm")
OUTDATED = ("avi", "flv", "mpg", "mpeg", "ogv", "wma", "wmv")
"""Sound and film that Anki's desktop plays and most phones do not.

All are among those that the editor of Anki's desktop takes (`pics` and `audio` in qt/aqt/editor.py).
"""

IN_THE_CARD = ("webm",)
"""Films that the card itself shows. Others are played by Anki, `[sound:…]`, as all sound is.

In Anki 26.9.3 for the desktop the player plays every film, whatever its codec. The card is drawn by Qt WebEngine, which has
no H.264 and no AAC: there a `<video>` of an mp4 is a grey box.
"""

CONVERTED = {"ogv": "webm or mp4", "wma": "mp3"} | dict.fromkeys(("avi", "flv", "mpg", "mpeg", "wmv"), "mp4")
"""Types that not every system plays, and what to convert them to. Of an ogv, Chromium 156 and phones show no picture."""

_PLAYED = frozenset(AUDIO + VIDEO + OUTDATED)
TYPES = _PLAYED | frozenset(PICTURES)
"""All of them."""

SIGNATURES = {
    "a PNG": rb"\x89PNG\r\n\x1a\n",
    "a JPEG": rb"\xff\xd8\xff",
    "a GIF": rb"GIF8[79]a",
    "a WebP": rb"RIFF.{4}WEBP",
    "a web page": rb"(?:\xef\xbb\xbf)?\s*<(?i:!doctype\s+html|html)\b",
}
"""How the contents of a file begin, for those that are easy to tell: what it is → a regular expression (`re.DOTALL`)."""

CONTENTS = {"png": "a PNG", "jpg": "a JPEG", "jpeg": "a JPEG", "gif": "a GIF", "webp": "a WebP"}
"""What a file with the ending must be, as `SIGNATURES` calls it. Files with other endings must be none of them."""


@lru_cache(maxsize=1 << 12)
def extension(path: str) -> str:
    """The ending of a file's name, in lower case and without its dot; empty if it has none."""
    return PurePosixPath(path).suffix[1:].lower()


def divided(target: str) -> tuple[str, str]:
    """What a note refers to, and the query and the fragment behind it: `ex.ogg#t=10` is `ex.ogg` and `#t=10`.

    A file may be called `a#b.png`: where the whole ends like the name of a media file, nothing is behind it.
    """
    path = target
    while path and extension(path) not in TYPES:
        path = path[: max(path.rfind("?"), path.rfind("#"), 0)]
    return (path, target[len(path) :]) if path else (target, "")


def is_media(target: str) -> bool:
    """Whether what a note refers to is a picture, sound or film."""
    return extension(divided(target)[0]) in TYPES


def is_played(target: str) -> bool:
    """Whether what a note refers to is sound or film."""
    return extension(divided(target)[0]) in _PLAYED
