"""`deck.lock` ↔ the ledger: which note is which, whatever becomes of its text.

JSON Lines, sorted, so that Git merges them line by line: first the deck, then its note types, then its notes by guid.
Two branches may each leave a line for one note; reading puts them together (`merge`).

Each line ends with a check of the bytes before it, so that a damaged guid is found before anybody gets it. A merge by
lines keeps it right.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, zip_longest
from operator import eq
from pathlib import Path
from zlib import crc32

import msgspec

from .. import files
from ..diagnostics import Diagnostic
from ..diagnostics.identity import (
    conflict_marker,
    corrupt_line,
    lost,
    other_deck,
    other_format,
    two_notes,
    two_releases,
    unreadable,
)
from ..layout import LEDGER
from ..limits import MAX_LEDGER_BYTES, MAX_LEDGER_TOLD
from ..model import Span
from ..patterns import pattern
from . import merge
from .lines import FORMAT, READ, Head, Line, Lines, Release, Type, differing

FILE = LEDGER


class Ledger(msgspec.Struct, frozen=True):
    """The whole of it: `types` by the key of the note type, `lines` by guid."""

    head: Head
    types: Mapping[str, Type]
    lines: Mapping[str, Line]

    @property
    def last(self) -> Release | None:
        """The release with the highest version: a hotfix of an older one may be later."""
        return max(self.head.releases, key=lambda release: release.order, default=None)

    @property
    def changed(self) -> int:
        """How many notes have another content than in the last release, which they were in. A hotfix that was merged counts."""
        since = self.last.time if self.last else 0
        live = (line for line in self.lines.values() if line.released and not line.retired and not line.back)
        return sum(bool(line.draft or (line.released and line.released.mod > since)) for line in live)

    def version(self, decks: Sequence[str]) -> str:
        """What the package calls itself: the last release, "1.0.0 + draft" if anything has changed since; empty before the
        first of this project. `decks` are those that have notes now.
        """
        last = self.last
        if last is None or last.is_adopted:
            return ""
        return f"{last.version} + draft" if self.is_draft(decks) else last.version

    def is_draft(self, decks: Sequence[str]) -> bool:
        """Whether anything has changed since the last release, or there was none. `decks` are those that have notes now."""
        last = self.last
        lines = self.lines.values()
        return bool(
            last is None
            or self.changed
            or any(line.back or line.retired == "draft" or not (line.released or line.retired) for line in lines)
            or any(line.draft or (line.released and line.released.mod > last.time) for line in self.types.values())
            or (self.head.frozen and tuple(decks) != self.head.frozen.decks)
        )


def empty(deck_id: str) -> Ledger:
    """The ledger of a deck that was never built."""
    return Ledger(Head(FORMAT, deck_id), {}, {})


def read(path: Path, deck_id: str) -> tuple[Ledger | None, list[Diagnostic]]:
    """The ledger in a file, an empty one if there is no file; None if there is one that cannot be used."""
    try:
        # Its lines are shown where they are damaged, and a link may come from a stranger.
        return parse(files.read_inside(path, path.parent, MAX_LEDGER_BYTES), deck_id, path.name)
    except FileNotFoundError:
        return (None, [lost(Span(path.name))]) if _is_in_git(path) else (empty(deck_id), [])
    except files.TooLargeError as error:
        return None, [unreadable(Span(path.name), f"it has {error.size >> 20} MiB")]
    except OSError as error:
        return None, [unreadable(Span(path.name), files.reason(error))]


def parse(data: bytes, deck_id: str, name: str = FILE) -> tuple[Ledger | None, list[Diagnostic]]:
    """The ledger that these bytes are, None if anything is wrong with them. `name` is that of the file."""
    heads: dict[Span, Head] = {}
    types: dict[str, Type] = {}
    lines: dict[str, Line] = {}
    found: list[Diagnostic] = []
    damaged: list[tuple[Span, str]] = []
    for number, ended in enumerate(io.BytesIO(data), 1):  # One by one: all of them would be in memory twice.
        raw = ended.removesuffix(b"\n").removesuffix(b"\r")
        if raw[-_CHECK_BYTES:] != _CHECK % crc32(raw[:-_CHECK_BYTES]):
            if raw[:7] in (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||"):
                found.append(conflict_marker(_span(name, number, raw)))
            elif (other := _other_format(raw)) is not None:
                return None, [other_format(_span(name, number, raw), other, FORMAT)]
            elif raw:
                damaged.append((_span(name, number, raw), "something else changed this line, or cut it off"))
            continue
        try:
            if raw.startswith(b'{"guid"'):
                line = READ(raw)
                guid = line.guid
                if not guid.isprintable() and _CONTROL.search(guid):
                    damaged.append((_span(name, number, raw), "the guid contains a control character"))
                merged = merge.notes(lines[guid], line) if guid in lines else line
                if merged is None:
                    found.append(two_notes(_span(name, number, raw), lines[guid].name, line.name))
                else:
                    lines[guid] = merged
            elif raw.startswith(b'{"type"'):
                type_ = _TYPE.decode(raw)
                types[type_.type] = merge.types(types[type_.type], type_) if type_.type in types else type_
            else:
                heads[_span(name, number, raw)] = _HEAD.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            damaged.append((_span(name, number, raw), str(error)))
        except RecursionError:
            damaged.append((_span(name, number, raw), "this line is nested too deeply"))
    others = [other_format(span, head.deckwright, FORMAT) for span, head in heads.items() if head.deckwright != FORMAT]
    if others:  # Whatever else is wrong comes of that.
        return None, others
    if not found and not damaged and not heads:
        damaged.append((Span(name, 1, 1), "its first line is missing"))
    found += _told(damaged)
    found += [other_deck(span, head.deck, deck_id) for span, head in heads.items() if head.deck != deck_id]
    found += _twice(heads)
    if not found:
        head = merge.heads(heads.values())
        found += _lost_lines(head, lines, next(iter(heads)))
    return (None if found else Ledger(head, types, lines)), found


def unread(data: bytes) -> Ledger | None:
    """The ledger that these bytes are, as `dump` has made them; None if they are not, as far as can be seen without reading all
    of its lines.
    """
    first, *rest = data.split(b"\n")
    types: dict[str, Type] = {}
    lines: dict[str, bytes] = {}
    if rest.pop() or b"\r" in data:
        return None
    for raw in rest:
        if not raw.startswith(_GUID):
            type_ = _TYPE.decode(raw)
            types[type_.type] = type_
            continue
        guid = raw[len(_GUID) : raw.index(b'"', len(_GUID))]
        if b"\\" in guid:
            return None
        lines[guid.decode()] = raw
    return Ledger(_HEAD.decode(first), types, Lines(data, lines))


_GUID = b'{"guid":"'
"""How the line of a note begins."""


def releases(data: bytes) -> tuple[Release, ...]:
    """The releases that these bytes of a ledger have, whatever is wrong with the rest of them."""
    heads = []
    for line in data.splitlines():
        if line.startswith(b'{"deckwright"'):
            with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                heads.append(_HEAD.decode(line))
    return merge.heads(heads).releases if heads else ()


def dump(ledger: Ledger) -> bytes:
    """The bytes of the ledger: the same for equal ledgers."""
    return b"".join(_dumped(ledger))


def _dumped(ledger: Ledger) -> Iterator[bytes]:
    """Its lines, one by one: all of them would be in memory several times."""
    encode = msgspec.json.Encoder().encode
    types = (ledger.types[key] for key in sorted(ledger.types))
    held = ledger.lines
    if isinstance(held, Lines):
        kept = (held.new.get(guid) or held.written[guid] for guid in held)
    else:
        kept = (held[guid] for guid in sorted(held))
    for line in chain([ledger.head], types, kept):
        if isinstance(line, bytes):
            yield line + b"\n"
        else:
            body = encode(line)[:-1]
            yield body + _ENDING % crc32(body)


def write(ledger: Ledger, path: Path, before: Ledger | None = None) -> bool:
    """Write the ledger in one step, if the file does not hold it already; whether it was written. Raises OSError.

    `before` is the ledger that was read from the file: where it is another one, so are the bytes.
    """
    with prepared(ledger, path, before) as put:
        if put:
            put()
        return put is not None


@contextmanager
def prepared(ledger: Ledger, path: Path, before: Ledger | None = None) -> Iterator[Callable[[], object] | None]:
    """Do all that `write` does but the last step, which is what this yields; None if there is nothing to write."""
    if (before is None or _are_equal(before, ledger)) and _holds(path, ledger):
        yield None
    else:
        with files.prepared(path, _dumped(ledger)) as put:
            yield put


def _are_equal(one: Ledger, other: Ledger) -> bool:
    """Whether two ledgers say the same. Lines that were not read are the same in both."""
    return (one.head, one.types) == (other.head, other.types) and eq(*differing(one.lines, other.lines))


def _holds(path: Path, ledger: Ledger) -> bool:
    """Whether a file has this ledger, in lines that may end as on Windows, where Git writes them so."""
    try:
        with files.opened(path) as file:
            is_windows = b"\r" in file.readline(_CHUNK)[-2:]
            file.seek(0)
            lines = (line.removesuffix(b"\r\n") + b"\n" if line.endswith(b"\r\n") else line for line in file)
            held = zip_longest(lines if is_windows else file, _dumped(ledger))
            return all(line == made for line, made in held)
    except OSError:
        return False


_CHUNK = 1 << 18


def read_bytes(path: Path) -> bytes:
    """The bytes of the file, none if it cannot be read."""
    try:
        return files.read(path, MAX_LEDGER_BYTES)
    except OSError:
        return b""


_HEAD, _TYPE = msgspec.json.Decoder(Head), msgspec.json.Decoder(Type)

_CONTROL = pattern(r"[\x00-\x1f\x7f-\x9f]")

_CHECK = b',"check":"%08x"}'
"""What a line ends with: the CRC-32 of the bytes before it, which finds every flipped bit."""

_ENDING = _CHECK + b"\n"
_CHECK_BYTES = len(_CHECK % 0)


def _other_format(raw: bytes) -> int | None:
    """The format of a first line that another version of Deckwright wrote, None for any other line."""
    try:
        format_ = msgspec.json.decode(raw, type=_Format).deckwright
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return format_ if format_ != FORMAT else None


class _Format(msgspec.Struct):
    deckwright: int


def _twice(heads: Mapping[Span, Head]) -> list[Diagnostic]:
    """Versions that two branches have each released, at the first line that has another one than those before it."""
    found: dict[str, Diagnostic] = {}
    first: dict[str, Release] = {}
    for span, head in heads.items():
        for release in head.releases:
            if first.setdefault(release.version, release) != release:
                found.setdefault(release.version, two_releases(span, release.version))
    return [*found.values()]


def _lost_lines(head: Head, lines: Mapping[str, Line], span: Span) -> list[Diagnostic]:
    """Whether whole lines are missing, which no check of a line can find. The line of a note that was released stays for good,
    whatever becomes of the note, so there are at least as many as the largest release had notes.
    """
    largest = max(head.releases, key=lambda release: release.notes, default=None)
    left = sum(line.released is not None for line in lines.values())
    if largest is None or largest.notes <= left:
        return []
    return [
        corrupt_line(
            span, f"version {largest.version} had {largest.notes} notes, and the lines of only {left} are left"
        )
    ]


def _told(damaged: Sequence[tuple[Span, str]]) -> list[Diagnostic]:
    """The first of the damaged lines, the last of which tells how many more there are."""
    told = damaged[:MAX_LEDGER_TOLD]
    more = len(damaged) - len(told)
    return [corrupt_line(span, reason, more if n == len(told) else 0) for n, (span, reason) in enumerate(told, 1)]


def _span(name: str, number: int, raw: bytes) -> Span:
    text = raw.decode("utf-8", "replace").rstrip("\r")
    return Span(name, number, 1, len(text), text)


def _is_in_git(path: Path) -> bool:
    """Whether the last commit has the file."""
    import subprocess  # Hardly any build needs it.

    command = ["git", "-C", str(path.parent), "cat-file", "-e", f"HEAD:./{path.name}"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:  # There is no Git here.
        return False
