"""Edits of files, note by note → a patch that `git apply` takes: one hunk for each note."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ..ids.edits import split
from ..ids.patch import head, quoted, signed
from .replacements import changes, replaced
from .ways import Way

_CONTEXT = 3
"""Lines around a change, as Git has them."""


class _Part(msgspec.Struct):
    """Lines that change for some notes: from `first` up to `last`, counted from 0, and what stands there then."""

    first: int
    last: int
    made: list[bytes]
    names: list[str]


def patch(path: str, data: bytes, edits: Mapping[str, Way], prefix: str = "") -> bytes:
    """The edits of a file, by what their notes are called, as a unified diff. `prefix` is where the project is in its repository."""
    old = split(data)
    parts: list[_Part] = []
    for name, way in edits.items():
        after = replaced(data, way)
        assert after is not None
        parts += [_Part(change.first, change.last, [*change.lines], [name]) for change in changes(data, after)]
    merged = _merged(sorted(parts, key=lambda part: (part.first, part.last)), data, edits)
    return b"".join([head(path, prefix), *_hunks(old, merged)])


def new_file(path: str, data: bytes, prefix: str = "") -> bytes:
    """A file that comes to the project, as Git writes a binary one (https://git-scm.com/docs/diff-format)."""
    digest = hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
    names = " ".join(quoted(f"{side}/{prefix}{path}") for side in "ab")
    above = (
        f"diff --git {names}\nnew file mode 100644\nindex {'0' * 40}..{digest}\nGIT binary patch\nliteral {len(data)}\n"
    )
    packed = zlib.compress(data)
    rows = [packed[start : start + 52] for start in range(0, len(packed), 52)]
    written = [
        (chr(len(row) + 64) if len(row) <= 26 else chr(len(row) + 70)).encode() + base64.b85encode(row, pad=True)
        for row in rows
    ]
    return above.encode("utf-8", "surrogateescape") + b"\n".join(written) + b"\n\nliteral 0\nHcmV?d00001\n\n"


def _merged(parts: Sequence[_Part], data: bytes, edits: Mapping[str, Way]) -> list[_Part]:
    """The parts in order, those put together that belong to one note with none of another between, or that touch."""
    old = split(data)
    merged: list[_Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if (last and part.first < last.last) or (last and part.first == last.last and not old[last.first : last.last]):
            # Two edits of one line: only both together say what comes there.
            names = list(dict.fromkeys([*last.names, *part.names]))
            merged[-1] = _both(last, part, names, data, edits)
        elif last and (part.first == last.last or part.names == last.names):
            last.made += [*old[last.last : part.first], *part.made]
            last.last = part.last
            last.names = list(dict.fromkeys([*last.names, *part.names]))
        else:
            merged.append(part)
    return merged


def _both(one: _Part, other: _Part, names: list[str], data: bytes, edits: Mapping[str, Way]) -> _Part:
    """Two parts as one, with what the edits of both make of its lines."""
    together = replaced(data, [each for name in names for each in edits[name]])
    assert together is not None
    first, last = min(one.first, other.first), max(one.last, other.last)
    shift = grown = 0
    for change in changes(data, together):
        if first <= change.first and change.last <= last:
            grown += change.growth
        elif change.last <= first:
            shift += change.growth
    return _Part(first, last, split(together)[first + shift : last + shift + grown], names)


def _hunks(old: Sequence[bytes], parts: Sequence[_Part]) -> Iterator[bytes]:
    shift = done = 0
    for number, part in enumerate(parts):
        following = parts[number + 1].first if number + 1 < len(parts) else len(old)
        # Between two hunks, each gets its share of the lines.
        room = following - part.last
        behind = min(_CONTEXT, room if number + 1 == len(parts) else max((room + 1) // 2, min(room, 1)))
        start = max(part.first - _CONTEXT, done)
        end = part.last + behind
        before, after = end - start, end - start - (part.last - part.first) + len(part.made)
        yield (
            f"@@ -{start + bool(before)},{before} +{start + shift + bool(after)},{after} @@ {', '.join(part.names)}\n"
        ).encode("utf-8", "backslashreplace")
        for sign, held in (
            (" ", old[start : part.first]),
            ("-", old[part.first : part.last]),
            ("+", part.made),
            (" ", old[part.last : end]),
        ):
            yield from (signed(sign, line) for line in held)
        shift += len(part.made) - (part.last - part.first)
        done = end
