"""A TOML file → one of its tables, and where in the file each key is written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from .. import files
from ..diagnostics import Diagnostic
from ..diagnostics.project import not_toml, unreadable
from ..limits import MAX_KEY_PARTS, MAX_SETTINGS_BYTES
from ..model import Span
from ..patterns import pattern

Keys = tuple[str, ...]
"""The path of a key or a table: `a.b.c` is ("a", "b", "c")."""


class File(msgspec.Struct, frozen=True):
    """A file of settings. `table` is what stands at the path `keys`, of whatever type that is; None where nothing does.

    `places` maps the path of each key to where it is written: offset and length in `text`.
    """

    name: str
    text: str
    table: object
    keys: Keys
    places: Mapping[Keys, tuple[int, int]]

    def span(self, *key: str) -> Span:
        """Where a key of the table is written; without a key, or if that is unknown, where the table begins."""
        place = self.places.get(self.keys + key) or self.places.get(self.keys)
        return span_of(self.name, self.text, *place) if place else Span(self.name)


def read(path: Path, keys: Keys, name: str = "", root: Path | None = None) -> tuple[File | None, list[Diagnostic]]:
    """The table of the file that the path `keys` leads to; None if the file cannot be read or is not TOML. `name` is what it is
    called, by default the last part of its path. What leads out of the `root` is not read.
    """
    name = name or path.name
    try:
        data = files.read_inside(path, root, MAX_SETTINGS_BYTES) if root else files.read(path, MAX_SETTINGS_BYTES)
    except files.TooLargeError:
        return None, [unreadable(Span(name), f"it has more than {MAX_SETTINGS_BYTES >> 10} KiB")]
    except OSError as error:
        return None, [unreadable(Span(name), files.reason(error))]
    try:
        text = decoded(data)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        return None, [not_toml(span_of(name, before, len(before), 1), "it contains bytes that are not UTF-8")]
    if long := long_key(text):
        return None, [not_toml(span_of(name, text, long.end(), 1), f"a key has more than {MAX_KEY_PARTS} parts")]
    try:
        table: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        offset, reason = _mistake(text, str(error))
        if reason == _OVERWRITTEN and (twin := _twin(text[:offset])):
            place, key, first = twin
            reason = f"the key `{key}` is given twice, first in line {first}"
            return None, [not_toml(span_of(name, text, *place), reason, "keep one of the two")]
        if twice := _DECLARED.fullmatch(reason):
            key = ".".join(_NAME.findall(twice[1]))
            reason = f"the table `[{key}]` begins twice"
            return None, [
                not_toml(span_of(name, text, offset, 1), reason, f"keep one `[{key}]`, with all that is below both")
            ]
        return None, [not_toml(span_of(name, text, offset, 1), reason)]
    except RecursionError:
        return None, [not_toml(Span(name), "its brackets nest too deep")]
    except ValueError:
        return None, [not_toml(Span(name), "it contains a number of thousands of digits")]
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return File(name, text, table, keys, _places(text)), []


def decoded(data: bytes) -> str:
    """The text of a TOML file, without a byte order mark, its lines ended by `\\n`. Raises UnicodeDecodeError."""
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def long_key(text: str) -> re.Match[str] | None:
    """The beginning of a key with more parts than are read."""
    return _LONG_KEY.search(text)


_PART = r"""[ \t]*+(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\."""
_LONG_KEY = pattern(rf"(?:^[ \t]*+\[{{0,2}}+|[{{,])(?:{_PART}){{{MAX_KEY_PARTS}}}", re.MULTILINE)


def _mistake(text: str, message: str) -> tuple[int, str]:
    """Where the mistake is that tomllib found, as an offset, and what it is."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    reason = message[: place.start()] if place else message
    offset = len(text)
    if place and place[1]:
        lines = text.split("\n")[: int(place[1]) - 1]
        offset = sum(len(line) + 1 for line in lines) + int(place[2]) - 1
    return offset, reason[0].lower() + reason[1:]


_DECLARED = pattern(r"cannot declare \((.*)\) twice")
_NAME = pattern(r"'([^']*)'")
"""What tomllib says where a table begins that there was before, and the parts of its name."""

_OVERWRITTEN = "cannot overwrite a value"
"""What tomllib says behind the value of a key that had one; it does not say which key."""


def _twin(text: str) -> tuple[tuple[int, int], str, int] | None:
    """The last key if it was there before: where it is, the key, and the line before. `text` is valid as far as it goes."""
    keys = [(path, place) for path, place, is_header in written_keys(text) if not is_header]
    path, place = keys.pop() if keys else ((), (0, 0))
    before = [start for known, (start, _) in keys if known == path]
    return (place, ".".join(path), text.count("\n", 0, before[-1]) + 1) if before else None


def span_of(name: str, text: str, offset: int, length: int) -> Span:
    """The place in the text of the file with this name."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : None if end < 0 else end]
    return Span(name, text.count("\n", 0, offset) + 1, offset - start + 1, length, line)


_TOKEN = pattern(
    r"""(?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
    r"""|(?P<comment>\#[^\n]*)|(?P<bare>[A-Za-z0-9_+:-]+)|(?P<mark>[][{}=,\n])""",
    re.DOTALL,
)


def _places(text: str) -> dict[Keys, tuple[int, int]]:
    """Where each key and table of valid TOML is first written, in whatever way: dotted, quoted, in an inline table."""
    places: dict[Keys, tuple[int, int]] = {}
    for path, place, _ in written_keys(text):
        places.setdefault(path, place)
    return places


def written_keys(text: str) -> Iterator[tuple[Keys, tuple[int, int], bool]]:
    """Each key and table of valid TOML in its order: its path, where it is written, and whether it is in a header."""
    header: Keys = ()
    within: Keys = ()  # the table that keys belong to, by the last header and by the inline tables that are open
    value: Keys = ()  # the key whose value is being read
    key: list[re.Match[str]] = []
    in_key, in_header = True, False
    opened: list[tuple[str, Keys]] = []

    def path() -> Keys:
        return within + tuple(_bare(part[0]) for part in key)

    def place() -> tuple[int, int]:
        return key[0].start(), key[-1].end() - key[0].start()

    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        if in_key and (token["text"] or token["bare"]):
            key.append(token)
        elif in_key and not opened and mark == "[":
            in_header, within = True, ()
        elif in_header and mark == "]":
            if key:  # There is none at the second bracket of `[[table]]`.
                header = path()
                yield header, place(), True
            key, in_key = [], False
        elif mark == "=":
            value, in_key = path(), False
            yield value, place(), False
        elif mark in ("[", "{"):
            opened.append((mark, within))
            if mark == "{":
                # No path leads to a table in an array, and none of our settings is one.
                within, key, in_key = (value if len(opened) == 1 or opened[-2][0] == "{" else ("",)), [], True
        elif mark in ("]", "}"):
            _, within = opened.pop()
            in_key = False
        elif mark == "," and opened and opened[-1][0] == "{":
            key, in_key = [], True
        elif mark == "\n" and not opened:
            key, in_key, in_header, within = [], True, False, header


def _bare(part: str) -> str:
    """A part of a key without its quotes and escapes."""
    if part[0] not in "\"'":
        return part
    return next(iter(tomllib.loads(f"{part} = 0")))
