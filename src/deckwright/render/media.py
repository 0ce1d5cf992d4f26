"""A file that a note shows or plays → its HTML, by the file's ending."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from ..mediatypes import IN_THE_CARD, divided, extension, is_media, is_played

_NOTES = (".md", ".excalidraw", ".canvas", ".base")


def is_note(name: str) -> bool:
    """Whether what Obsidian embeds by this name is a note of its own: nothing of it can be shown on a card."""
    file = divided(name)[0] if is_media(name) else name.partition("#")[0]
    return "." not in file or file.lower().endswith(_NOTES)


def element(target: str, source: str, attributes: Mapping[str, str]) -> str:
    """A picture, a film with its controls, or what Anki plays, whichever the ending of the target says.

    `source` is what the file is called in HTML, or its mark; the attributes are those of a picture.
    """
    if is_played(target):
        return player(target, source, attributes)
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    return f'<img src="{source}"{written}>'


def player(target: str, source: str, attributes: Mapping[str, str]) -> str:
    """A film in the card, or the sound or the film that Anki plays."""
    if extension(divided(target)[0]) not in IN_THE_CARD:
        return f"[sound:{source}]"
    spoken = {"aria-label" if name == "alt" else name: value for name, value in attributes.items() if value}
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in spoken.items())
    return f'<video controls src="{source}"{written}></video>'


def size(written: str) -> dict[str, str]:
    """Obsidian's size of a picture, `300` or `300x200`, in pixels; nothing where it is another word."""
    found = re.fullmatch(r"([1-9]\d{0,3})(?:x([1-9]\d{0,3}))?", written)
    if not found:
        return {}
    return {name: value for name, value in zip(("width", "height"), found.groups(), strict=True) if value}
