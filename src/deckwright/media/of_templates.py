"""Templates and stylesheets → the files that they name, as `_logo.png`. These keep their names.

Anki imports files whose names begin with `_`, and never counts them as unused, though no note shows them
(rslib/src/import_export/package/apkg/import/media.rs, rslib/src/media/check.rs).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from .. import files
from ..diagnostics import Diagnostic
from ..diagnostics.media import ambiguous, pointer, too_large, unreadable
from ..limits import MAX_MEDIA_BYTES, MAX_MEDIA_NAME, MAX_NOTE_TYPE_BYTES
from ..model import Media, NoteType, Span
from ..patterns import pattern
from .library import POINTER

BEGIN = "_"
"""How the names of such files begin."""


def named(root: Path, folders: Sequence[str], note_types: Iterable[NoteType]) -> tuple[list[Media], list[Diagnostic]]:
    """The files in the media folders that these note types name, by name, and what is wrong with them. What such a file names
    is named too, if it is text, as a stylesheet is.
    """
    texts = [text for note_type in note_types for text in _texts(note_type)]
    if not any(BEGIN in text for text in texts):
        return [], []
    places: dict[str, list[str]] = {}
    for place in files.below(root, folders):
        name = place.rpartition("/")[2]
        if name.startswith(BEGIN) and not _NOT_IN_NAMES.search(name) and len(name.encode()) <= MAX_MEDIA_NAME:
            places.setdefault(name, []).append(place)
    made: dict[str, Media] = {}
    found: list[Diagnostic] = []
    while texts:
        text = texts.pop()
        for name in sorted(places):
            if name in text or quote(name) in text:
                held = places.pop(name)
                data, wrong = _read(root, held[0])
                found += wrong
                if len(held) > 1:
                    found.append(ambiguous(Span(held[0]), name, held))
                elif data is not None:
                    made[name] = Media(root / held[0], name, hashlib.sha256(data).hexdigest())
                    texts += [data.decode("utf-8", "ignore")] if _is_text(name, data) else []
    return [made[name] for name in sorted(made)], found


_NOT_IN_NAMES = pattern(r'[\[\]<>:"/?*^\\|\x00-\x1f\x7f\ud800-\udfff]')
"""What Anki takes out of names of media (rslib/src/media/files.rs)."""


def _texts(note_type: NoteType) -> Iterator[str]:
    yield note_type.css
    for template in note_type.templates:
        yield from (template.front, template.back)


def _read(root: Path, place: str) -> tuple[bytes | None, list[Diagnostic]]:
    span = Span(place)
    try:
        data = files.read_inside(root / place, root, MAX_MEDIA_BYTES)
    except files.TooLargeError as error:
        return None, [too_large(span, place, error.size)]
    except OSError as error:
        return None, [unreadable(span, place, files.reason(error))]
    return (None, [pointer(span, place)]) if data.startswith(POINTER) else (data, [])


def _is_text(name: str, data: bytes) -> bool:
    return name.lower().endswith((".css", ".js", ".html", ".svg")) and len(data) <= MAX_NOTE_TYPE_BYTES
