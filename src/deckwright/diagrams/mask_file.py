"""`NAME.masks.toml`, the file beside a picture ↔ its masks.

size = [800, 600]          # of the picture, in pixels

[[mask]]
name = "internet-gateway"
left = 0.1250              # fractions of the picture, or pixels with `unit = "px"`
top = 0.0800
width = 0.2000
height = 0.0500
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from .. import files
from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.occlusion import bad_mask, bad_mask_name, empty_mask_file, not_toml, other_size, unknown_key
from ..limits import MAX_KEY_PARTS, MAX_MASK_FILE_BYTES
from ..model import Mask, Span
from ..names import nearest
from ..settings import toml_places
from .shapes import area

SUFFIX = ".masks.toml"
"""What the name of a picture has in place of its own extension."""

NAME = re.compile(r"[^\s\"'{}:=]+")
"""The names of masks and groups: they can be written in a tag."""


def read(file: Path, path: str, size: tuple[int, int]) -> tuple[list[Mask], list[Diagnostic]]:
    """The masks without errors, in their order. `path` is the file's for people, `size` the picture's, in pixels."""
    try:
        data = files.read(file, MAX_MASK_FILE_BYTES)
    except files.TooLargeError:
        return [], [not_toml(Span(path), f"it has more than {MAX_MASK_FILE_BYTES >> 10} KiB")]
    except OSError as error:
        return [], [not_toml(Span(path), str(error))]
    masks, found = parse(data, path, size)
    return [mask for mask in masks if mask], found


def parse(
    data: bytes, path: str, size: tuple[int, int], *, is_raw: bool = False
) -> tuple[list[Mask | None], list[Diagnostic]]:
    """Each mask of a file in its place, None for one with errors. With `is_raw` a mask has no label if none is written."""
    try:
        text = toml_places.decoded(data)
        if toml_places.long_key(text):
            return [], [not_toml(Span(path), f"a key has more than {MAX_KEY_PARTS} parts")]
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        span = Span(path, int(place[1]), int(place[2])) if place else Span(path)
        return [], [not_toml(span, str(error))]
    except UnicodeDecodeError:
        return [], [not_toml(Span(path), "it contains bytes that are not UTF-8")]
    except RecursionError:
        return [], [not_toml(Span(path), "its brackets nest too deep")]
    except ValueError:
        return [], [not_toml(Span(path), "it contains a number of thousands of digits")]
    places = _Places(path, text)
    found = _check_file(given, places.of_file, size)
    entries = given.get("mask", [])
    if not isinstance(entries, list) or not entries:
        return [], [*found, empty_mask_file(Span(path), path)]
    scale = size if given.get("unit") == "px" else (1, 1)
    masks: list[Mask | None] = []
    for one, at in zip(entries, places.of_masks(len(entries)), strict=True):
        wrong = _check_entry(one, at)
        found += wrong
        masks.append(None if has_errors(wrong) else _mask(one, scale, at(""), is_raw))
    return masks, found


def is_in_pixels(data: bytes) -> bool:
    """Whether the lengths in a file are pixels; it is TOML."""
    return bool(tomllib.loads(toml_places.decoded(data)).get("unit") == "px")


def dump(masks: Iterable[Mask], size: tuple[int, int]) -> str:
    """The text of the file. Lengths are fractions with the four decimals that Anki keeps."""
    return "\n".join([f"size = [{size[0]}, {size[1]}]\n", *(entry(values(mask)) for mask in masks)])


def entry(written: Mapping[str, str]) -> str:
    """The lines of one mask, of which that is written."""
    return "".join(["[[mask]]\n", *(f"{key} = {value}\n" for key, value in written.items())])


def values(mask: Mask, scale: tuple[int, int] = (1, 1)) -> dict[str, str]:
    """What is written of a mask, as TOML, in its order. `scale` is 1, 1 where lengths are fractions, else the size of the picture
    in pixels.
    """
    written = {"name": _quoted(mask.name)}
    if mask.shape != "rect":
        written["shape"] = _quoted(mask.shape)
    if mask.shape == "polygon":
        points = (f"[{_length(x, scale[0])}, {_length(y, scale[1])}]" for x, y in mask.points)
        written["points"] = f"[{', '.join(points)}]"
    else:
        written |= {
            key: _length(getattr(mask, key), scale[n])
            for n, key in ((0, "left"), (1, "top"), (0, "width"), (1, "height"))
        }
    if turn := _angle(mask.angle):
        written["angle"] = f"{turn:.4f}".rstrip("0").rstrip(".")
    texts = {"group": mask.group, "was": mask.was, "hint": mask.hint, "label": mask.label}
    written |= {key: _quoted(text) for key, text in texts.items() if text}
    if mask.hide_one:
        written["hide-one"] = "true"
    return written


def _length(fraction: float, scale: int) -> str:
    """A length as it is written: a fraction with four decimals, or, with another scale than 1, pixels with no more of them
    than it takes to read the same four again.
    """
    if scale == 1:
        return f"{fraction + 0:.4f}"
    texts = (f"{fraction * scale:.{decimals}f}" for decimals in range(9))
    return next((text for text in texts if round(float(text) / scale, 4) == round(fraction, 4)), repr(fraction * scale))


def _angle(degrees: float) -> float:
    """An angle as it is written: 0 to 360, with four decimals."""
    return round(degrees % 360, 4) % 360


def _quoted(text: str) -> str:
    """A text as TOML has it."""
    # JSON's strings are TOML's, except for this character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_FILE_KEYS = ("unit", "size", "mask")
_MASK_KEYS = {
    "name": str, "shape": str, "left": float, "top": float, "width": float, "height": float, "points": list,
    "angle": float, "group": str, "hint": str, "label": str, "was": str, "hide-one": bool,
}  # fmt: skip
_WORDS = {str: "text", float: "a number", list: "a list of points", bool: "true or false"}
_BOX = ("left", "top", "width", "height")
_NEEDED = {"rect": _BOX, "polygon": ("points",), "ellipse": _BOX}


At: TypeAlias = Callable[[str], Span]
"""Where a key is written; of none, or of one that is written in another way, where that stands which it is a key of."""


class _Places:
    """Where the keys of a mask file are written, and the heads `[[mask]]`."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._heads: list[tuple[int, int]] = []
        self._keys: list[dict[str, tuple[int, int]]] = [{}]  # before the first head, and below each
        for keys, place, is_header in toml_places.written_keys(text):
            if keys == ("mask",) and is_header:
                self._heads.append(place)
                self._keys.append({})
            elif len(keys) == 1:
                self._keys[0].setdefault(keys[0], place)
            elif keys[0] == "mask":
                self._keys[-1].setdefault(keys[1], place)

    def of_file(self, key: str) -> Span:
        return self._key(key, 0, Span(self._path))

    def of_masks(self, number: int) -> list[At]:
        """For each of so many masks."""
        if len(self._heads) != number:  # They are written in another way.
            return [lambda _: Span(self._path)] * number
        return [partial(self._key, number=n, otherwise=self._head(place)) for n, place in enumerate(self._heads, 1)]

    def _key(self, key: str, number: int, otherwise: Span) -> Span:
        found = self._keys[number].get(key)
        return toml_places.span_of(self._path, self._text, *found) if found else otherwise

    def _head(self, place: tuple[int, int]) -> Span:
        """The line of a head."""
        span = toml_places.span_of(self._path, self._text, *place)
        return Span(self._path, span.line, 1, len(span.text.strip()), span.text)


def _check_file(given: Mapping[str, Any], at: At, size: tuple[int, int]) -> list[Diagnostic]:
    found = [
        unknown_key(at(key), key, nearest(key, _FILE_KEYS, 2), _FILE_KEYS) for key in given if key not in _FILE_KEYS
    ]
    if given.get("unit", "fraction") not in ("fraction", "px"):
        found.append(bad_mask(at("unit"), f"unit = {_shown(given['unit'])}", "unit"))
    if given.get("size", list(size)) != list(size):
        found.append(other_size(at("size"), str(given["size"]), size))
    return found


def _check_entry(entry: Any, at: At) -> list[Diagnostic]:
    """What is wrong with a mask, at its keys; what lacks a key is told at its head."""
    if not isinstance(entry, dict):
        return [bad_mask(at(""), f"mask = {_shown(entry)}", "entry")]
    found = []
    for key, value in entry.items():
        if key not in _MASK_KEYS:
            found.append(unknown_key(at(key), key, nearest(key, _MASK_KEYS, 2), _MASK_KEYS))
        elif not _is_a(value, _MASK_KEYS[key]):
            found.append(bad_mask(at(key), f"{key} = {_shown(value)}", "type", [_WORDS[_MASK_KEYS[key]]]))
    for key in ("name", "group", "was"):
        name = str(entry.get(key, ""))
        if not NAME.fullmatch(name) and (name or key == "name"):
            found.append(bad_mask_name(at(key), name))
    shape = entry.get("shape", "rect")
    if not isinstance(shape, str):
        return found
    if shape not in _NEEDED:
        return [*found, bad_mask(at("shape"), f"shape = {_shown(shape)}", "shape", _NEEDED)]
    if missing := [key for key in _NEEDED[shape] if key not in entry]:
        found.append(bad_mask(at(""), f"a {shape} without {', '.join(missing)}", "missing", _NEEDED[shape]))
    elif shape == "polygon" and not _are_points(entry["points"]):
        found.append(bad_mask(at("points"), f"points = {_shown(entry['points'])}", "points"))
    elif shape != "polygon" and "points" in entry:
        found.append(bad_mask(at("points"), f"a {shape} with points", "not a polygon"))
    elif shape == "polygon" and not area(entry["points"]):
        found.append(bad_mask(at("points"), f"points = {_shown(entry['points'])}", "empty"))
    for key in ("width", "height"):
        if shape != "polygon" and _is_a(entry.get(key), float) and not entry[key] > 0:
            found.append(bad_mask(at(key), f"{key} = {entry[key]}", "empty"))
    return found


def _shown(value: Any) -> str:
    """A value in a message: of a long one, the beginning."""
    text = value.isoformat() if hasattr(value, "isoformat") else repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


_MOST_SHOWN = 60


def _is_a(value: Any, type_: type) -> bool:
    if type_ is float and isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 1 << 53  # As a float it is the same number.
    return isinstance(value, type_) and not (isinstance(value, float) and not math.isfinite(value))


def _are_points(value: Any) -> bool:
    pairs = isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value)
    return pairs and len(value) >= 3 and all(_is_a(number, float) for pair in value for number in pair)


def _mask(entry: Mapping[str, Any], scale: tuple[int, int], span: Span, is_raw: bool) -> Mask:
    points = tuple((x / scale[0], y / scale[1]) for x, y in entry.get("points", ()))
    if points:
        # Anki draws a polygon shifted unless left and top are the least of its points.
        left, top = min(x for x, _ in points), min(y for _, y in points)
        width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    else:
        left, width = entry["left"] / scale[0], entry["width"] / scale[0]
        top, height = entry["top"] / scale[1], entry["height"] / scale[1]
    return Mask(
        entry["name"],
        left,
        top,
        width,
        height,
        shape=entry.get("shape", "rect"),
        points=points,
        angle=entry.get("angle", 0) % 360,
        group=entry.get("group", ""),
        hint=entry.get("hint", ""),
        label=entry.get("label", "" if is_raw else entry["name"]),
        was=entry.get("was", ""),
        hide_one=entry.get("hide-one", False),
        span=span,
    )
