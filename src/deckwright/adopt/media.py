"""The files of a source → those of a project; and which of them no card can show, and why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from ..diagnostics import has_errors
from ..files import reason
from ..media.library import Library
from ..model import Reference, Span
from ..package import PackageError
from .source import Source

MEDIA = "media"
"""The folder of the files."""


def write(source: Source, root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Write the files of a source into the project in `root`. Their SHA-256 in hex, and those that no card can show, with the
    reasons; both by name. Raises OSError.
    """
    (root / MEDIA).mkdir()
    digests: dict[str, str] = {}
    unfit: dict[str, str] = {}
    for name in source.media:
        try:
            data = source.read_media(name)
        except (PackageError, OSError) as error:
            unfit[name] = reason(error) if isinstance(error, OSError) else str(error)
            continue
        (root / MEDIA / name).write_bytes(data)
        digests[name] = hashlib.sha256(data).hexdigest()
    library = Library(root, (MEDIA,))
    for name in source.media:
        if name not in unfit and not name.startswith("_"):  # Such files are for templates, whatever is in them.
            _, found = library.resolve(Reference(name, False, Span(f"{MEDIA}/{name}")))
            if has_errors(found):
                unfit[name] = next(each.message for each in found if each.severity == "error")
    return digests, unfit


def without(field: str, usable: Collection[str]) -> tuple[str, list[str]]:
    """A field without the pictures and sounds whose files cannot be used, and the names of these files."""
    missing: list[str] = []

    def is_missing(written: str) -> bool:
        names = (unescape(written), unquote(unescape(written)))
        if not written.strip() or _ELSEWHERE.match(names[0]) or any(name in usable for name in names):
            return False
        missing.append(names[0])
        return True

    def element(found: re.Match[str]) -> str:
        return "" if any(is_missing(value) for value in _values(found[0])) else found[0]

    def sound(found: re.Match[str]) -> str:
        return "" if is_missing(found[1]) else found[0]

    if "src" not in field.lower() and "[sound:" not in field.lower():
        return field, missing
    return _SOUND.sub(sound, _ELEMENT.sub(element, field)), missing


def _values(element: str) -> Iterable[str]:
    return (next(filter(None, found.groups()), "") for found in _SRC.finditer(element))


_ELEMENT = re.compile(r"<(?:img|audio|video|source|embed)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>", re.IGNORECASE)
_SRC = re.compile(r"""\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_SOUND = re.compile(r"\[sound:([^\]]*+)\]", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
