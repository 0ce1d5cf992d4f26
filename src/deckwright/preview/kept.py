"""An index → kept for the next start, which shows it at once if all is as it was: what a build looks at, and the program.

Only what the cache has anyway is kept here by its name. The build that follows knows better, and is waited for where something
is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from .. import inputs, manifest
from ..cache import Cache
from ..inputs import Inputs
from ..layout import CACHE
from ..model import NoteType
from .index import Depicted, Head, Held, Index, Problem, Standing, kept_part


class _Kept(msgspec.Struct, frozen=True):
    """An index without its notes: `parts` are the names of what the cache has of them. `media` are their names alone."""

    tool: str
    inputs: dict[str, Any]
    head: Head
    parts: tuple[str, ...]
    standings: tuple[Standing, ...]
    note_types: dict[str, NoteType]
    media: tuple[str, ...]
    depicted: tuple[Depicted, ...]
    lost: tuple[str, ...]
    problems: tuple[Problem, ...]


def keep(index: Index, seen: Inputs, root: Path) -> None:
    """Keep an index; `seen` is all that it depends on."""
    held = index.held
    kept = _Kept(
        tool=_tool(),
        inputs=seen.packed(),
        head=index.head,
        parts=tuple(name for name, _ in held.parts),
        standings=held.standings,
        note_types=dict(held.note_types),
        media=tuple(held.media),
        depicted=held.depicted,
        lost=held.lost,
        problems=tuple(index.problems),
    )
    cache = Cache(root / CACHE)
    cache.put(_name(cache), msgspec.msgpack.encode(kept))


def restored(root: Path) -> Index | None:
    """The index that was kept, if a build would make the same."""
    cache = Cache(root / CACHE)
    with suppress(msgspec.MsgspecError, OSError, ValueError, TypeError, KeyError, IndexError):
        kept = _KEPT.decode(cache.get(_name(cache)) or b"")
        if kept.tool != _tool() or not inputs.are_same(kept.inputs, str(root)):
            return None
        parts = [(name, part) for name in kept.parts if (part := kept_part(cache, name)) is not None]
        media: Mapping[str, None] = dict.fromkeys(kept.media)
        held = Held(tuple(parts), kept.standings, kept.note_types, media, kept.depicted, kept.lost)
        index = Index(replace(kept.head, number=1), held, kept.problems, cache)
        return index if len(index.entries) == len(kept.standings) else None
    return None


def _name(cache: Cache) -> str:
    return cache.key("preview", ())


def _tool() -> str:
    return repr(manifest.tool())


_KEPT = msgspec.msgpack.Decoder(_Kept)
