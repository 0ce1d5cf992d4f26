"""The text of a mask file, and what is to be another → the new text, with every other byte as it was.

A file is parted at its headers `[[mask]]`, and only the parts that change are taken apart. Whatever is written in another way,
as `mask = [{…}]`, is taken apart as a whole.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from . import mask_file

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Values: TypeAlias = Mapping[str, str | None]
"""New values of keys, as TOML; None takes one away."""


class Edits(msgspec.Struct, frozen=True):
    """What is to be another: values of masks by their place in the file, from 0; places of masks that go; new masks with all
    that they have; and the size, if that is another.
    """

    changed: Mapping[int, Values]
    gone: Collection[int] = ()
    new: Sequence[Mapping[str, str]] = ()
    size: tuple[int, int] | None = None
    scale: tuple[int, int] = (1, 1)

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone or self.new or self.size)


def edited(data: bytes, edits: Edits) -> bytes:
    """The file with the edits. It is valid TOML. Raises ValueError for a layout in which they cannot be made."""
    mark, data = (data[:3], data[3:]) if data.startswith(b"\xef\xbb\xbf") else (b"", data)
    text = data.decode()
    is_dos = "\r\n" in text and text.count("\n") == text.count("\r\n")
    if is_dos:
        text = text.replace("\r\n", "\n")
    masks = tomllib.loads(text).get("mask", [])
    parts = _parts(text, masks)
    made = _in_parts(parts, edits) if parts else _in_tree(text, edits)
    return mark + (made.replace("\n", "\r\n") if is_dos else made).encode()


def _parts(text: str, masks: Sequence[object]) -> list[str]:
    """What stands before the first mask, and each mask with what stands behind it; nothing if that cannot be told apart."""
    places = [match.start() for match in _HEAD.finditer(text)]
    if len(places) != len(masks) or (not masks and _LISTED.search(text)):
        return []
    parts = [text[start:end] for start, end in pairwise([0, *places, len(text)])]
    held = [_loaded(part) for part in parts]
    if held[0] is None or "mask" in held[0]:
        return []
    is_each = all(one is not None and one.get("mask") == [mask] for one, mask in zip(held[1:], masks, strict=True))
    return parts if is_each else []


_HEAD = re.compile(r"""^[ \t]*\[\[[ \t]*(?:mask|"mask"|'mask')[ \t]*\]\]""", re.MULTILINE)
_LISTED = re.compile(r"""^[ \t]*(?:mask|"mask"|'mask')[ \t]*=""", re.MULTILINE)


def _loaded(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except ValueError:
        return None


def _in_parts(parts: Sequence[str], edits: Edits) -> str:
    import tomlkit

    made = parts[0]
    if edits.size:
        held = tomlkit.parse(made)
        _set_size(held, edits.size)
        made = held.as_string()
    for place, part in enumerate(parts[1:]):
        if place in edits.gone:
            _, rest = _own(part)
            made = _without_comments(made)
            if not made.strip() or made.endswith("\n\n"):
                rest = rest.lstrip("\n")
            made += rest
        elif place in edits.changed:
            own, rest = _own(part)
            made += _changed(own, edits.changed[place], edits.scale) + rest
        else:
            made += part
    if len(parts) - 1 in {place + 1 for place in edits.gone} and not parts[-1].endswith("\n\n"):
        made = re.sub(r"\n+\Z", "\n", made)
    for new in edits.new:
        gap = "" if not made or made.endswith("\n\n") else "\n" if made.endswith("\n") else "\n\n"
        made += gap + mask_file.entry(new)
    return made


def _own(part: str) -> tuple[str, str]:
    """The lines of a mask, up to its last key, and what stands behind them."""
    lines = part.splitlines(keepends=True) if part.isascii() else re.findall(r"[^\n]*\n|[^\n]+", part)
    whole = (_loaded(part) or {})["mask"]
    for end in range(1, len(lines) + 1):
        if (_loaded("".join(lines[:end])) or {}).get("mask") == whole:
            return "".join(lines[:end]), "".join(lines[end:])
    return part, ""


def _without_comments(before: str) -> str:
    """The text before a mask without the comments right above it, which are about it; but what begins a file is about that."""
    match = _COMMENTS.search(before)
    return before[: match.start()] if match and match.start() else before


_COMMENTS = re.compile(r"(?:^[ \t]*#[^\n]*\n)+\Z", re.MULTILINE)


def _changed(own: str, values: Values, scale: tuple[int, int]) -> str:
    """The lines of one mask with other values."""
    import tomlkit

    is_ended = own.endswith("\n")
    held = tomlkit.parse(own if is_ended else f"{own}\n")
    _set(held["mask"][0], values, scale)
    made = held.as_string()
    return made if is_ended else made.removesuffix("\n")


def _in_tree(text: str, edits: Edits) -> str:
    """The edits in a file whose masks stand in a list, or in a layout that nobody would write."""
    import tomlkit

    held = tomlkit.parse(text)
    if held.as_string() != text:
        raise ValueError("it is written in a way that cannot be changed in place")
    if edits.size:
        _set_size(held, edits.size)
    masks: Any = held["mask"]
    for place, values in edits.changed.items():
        _set(masks[place], values, edits.scale)
    for place in sorted(edits.gone, reverse=True):
        del masks[place]
    for new in edits.new:
        one = tomlkit.inline_table() if isinstance(masks, tomlkit.items.Array) else tomlkit.table()
        one.update({key: tomlkit.value(value) for key, value in new.items()})
        masks.append(one)
    return held.as_string()


def _set(table: Any, values: Values, scale: tuple[int, int]) -> None:
    """Set values in the table of a mask. Of points, each number by itself, where there are as many as before."""
    import tomlkit

    indent = next((item.trivia.indent for key, item in table.value.body if key), "")
    for key, value in values.items():
        if value is None:
            del table[key]
            continue
        item: Any = tomlkit.value(value)
        if key == "points" and key in table and len(table[key]) == len(item):
            for point, wanted in zip(table[key], item, strict=True):
                for n in (0, 1):
                    if round(point[n] / scale[n], 4) != round(wanted[n] / scale[n], 4):
                        point[n] = wanted[n]
        elif key in table:
            table[key] = item
        else:
            if not isinstance(table, tomlkit.items.InlineTable):
                item.trivia.indent = indent
            table[key] = item


def _set_size(held: TOMLDocument, size: tuple[int, int]) -> None:
    import tomlkit

    written: Any = held["size"]
    if not isinstance(written, list) or len(written) != 2:
        held["size"] = tomlkit.value(f"[{size[0]}, {size[1]}]")
        return
    for n in (0, 1):
        if written[n] != size[n]:
            written[n] = size[n]
