"""Names of files → names that every system takes, and the fields of notes with these."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from html import escape, unescape
from pathlib import PurePosixPath
from urllib.parse import unquote

from ..limits import MAX_MEDIA_NAME
from ..names import numbered


def file_names(names: Iterable[str]) -> dict[str, str]:
    """What each file can be called on every system, by its name in the source. Those whose name is fit keep it."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names, key=lambda name: (_as_file(name) != name, name)):
        fit = _as_file(name)
        suffix = PurePosixPath(fit).suffix
        found[name] = next(
            new for stem in numbered(fit.removesuffix(suffix)) if (new := stem + suffix).lower() not in taken
        )
        taken.add(found[name].lower())
    return found


def _as_file(name: str) -> str:
    """A name as Anki makes it fit for every system (rslib/src/media/files.rs), and without a dot at its beginning."""
    name = unicodedata.normalize("NFC", name).replace("\xa0", " ")
    kept = [char for char in name if char not in '[]<>:"/?*^\\|' and unicodedata.category(char) not in _NO_LETTER]
    name = unicodedata.normalize("NFC", "".join(kept))  # What was apart may be one letter now.
    name = _DEVICE.sub(r"\1_\2", name.lstrip("."))
    if not name or name[-1] in " .":
        name += "_"
    suffix = PurePosixPath(name).suffix
    room = MAX_MEDIA_NAME - len(suffix.encode())
    if room <= 0:
        return name.encode()[:MAX_MEDIA_NAME].decode(errors="ignore")
    return name.removesuffix(suffix).encode()[:room].decode(errors="ignore") + suffix


_NO_LETTER = ("Cc", "Cn", "Cs")
_DEVICE = re.compile(r"^(CON|PRN|AUX|NUL|COM[1-9]|LPT[1-9])(\.|$)", re.IGNORECASE)


def with_new_names(field: str, renamed: Mapping[str, str]) -> str:
    """The field with its pictures and sounds called by their new names."""

    def in_attribute(found: re.Match[str]) -> str:
        new = _new_name(unescape(found[2] or found[3] or found[4] or ""), renamed)
        return found[0] if new is None else f'{found[1]}"{escape(new)}"'

    def in_sound(found: re.Match[str]) -> str:
        new = _new_name(unescape(found[1]), renamed)
        return found[0] if new is None else f"[sound:{escape(new, quote=False)}]"

    return SOUND.sub(in_sound, _FILE.sub(in_attribute, field))


def _new_name(written: str, renamed: Mapping[str, str]) -> str | None:
    """What the file is called here whose name is written like this in a field; None if it still is."""
    return next((renamed[name] for name in (written, unquote(written)) if name in renamed), None)


_FILE = re.compile(r"""(\b(?:src|data)\s*+=\s*+)(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE)
SOUND = re.compile(r"\[sound:([^\]]*+)\]", re.IGNORECASE)
"""A sound or a film, as fields name it."""
