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
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .diagnostics import Diagnostic, declare, has_errors, nearest
from .model import Mask, Span

SUFFIX = ".masks.toml"
"""What the name of a picture has in place of its own ending."""

NAME = re.compile(r"[^\s\"'{}:=]+")
"""What a mask or a group can be called: it can be written in a tag."""


def read(file: Path, path: str, size: tuple[int, int]) -> tuple[list[Mask], list[Diagnostic]]:
    """The masks without errors, in their order. `path` is the file's for people, `size` the picture's, in pixels.

    Raises FileNotFoundError where there is no such file.
    """
    try:
        text = file.read_text("utf-8-sig").replace("\r\n", "\n")
        given = tomllib.loads(text)
    except FileNotFoundError:
        raise
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        return [], [not_toml(Span(path, *map(int, place.groups() if place else ())), str(error))]
    found = list(_file_problems(given, path, size))
    entries = given.get("mask", [])
    if not isinstance(entries, list) or not entries:
        return [], [*found, empty_sidecar(Span(path), path)]
    scale = size if given.get("unit") == "px" else (1, 1)
    masks = []
    for entry, span in zip(entries, _spans(text, path, len(entries)), strict=True):
        wrong = list(_entry_problems(entry, span))
        found += wrong
        if not has_errors(wrong):
            masks.append(_mask(entry, scale, span))
    return masks, found


def dump(masks: Iterable[Mask], size: tuple[int, int]) -> str:
    """The text of the file. Lengths are fractions with four decimals: what Anki keeps of them."""
    parts = [f"size = [{size[0]}, {size[1]}]\n"]
    for mask in masks:
        lines = ["[[mask]]", f"name = {_quoted(mask.name)}"]
        if mask.shape != "rect":
            lines.append(f"shape = {_quoted(mask.shape)}")
        if mask.points:
            lines.append(f"points = [{', '.join(f'[{x:.4f}, {y:.4f}]' for x, y in mask.points)}]")
        else:
            lines += [f"{key} = {getattr(mask, key):.4f}" for key in ("left", "top", "width", "height")]
        if mask.angle:
            lines.append(f"angle = {mask.angle:.4g}")
        texts = {"group": mask.group, "was": mask.was, "hint": mask.hint, "label": mask.label}
        lines += [f"{key} = {_quoted(text)}" for key, text in texts.items() if text]
        if mask.hide_one:
            lines.append("hide-one = true")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    # The strings of JSON are TOML's, but for this character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_FILE_KEYS = ("unit", "size", "mask")
_MASK_KEYS = {
    "name": str, "shape": str, "left": float, "top": float, "width": float, "height": float, "points": list,
    "angle": float, "group": str, "hint": str, "label": str, "was": str, "hide-one": bool,
}  # fmt: skip
_WORDS = {str: "text", float: "number", list: "list of points", bool: "true or false"}
_NEEDED = {"rect": ("left", "top", "width", "height"), "polygon": ("points",)}
_NEEDED["ellipse"] = _NEEDED["rect"]


def _file_problems(given: Mapping[str, Any], path: str, size: tuple[int, int]) -> Iterator[Diagnostic]:
    span = Span(path)
    for key in given:
        if key not in _FILE_KEYS:
            yield unknown_key(span, key, nearest(key, _FILE_KEYS, 2), _FILE_KEYS)
    if given.get("unit", "fraction") not in ("fraction", "px"):
        hint = 'write unit = "px", or leave it out for fractions of the picture'
        yield bad_mask(span, f"unit = {given['unit']!r}", hint)
    if given.get("size", list(size)) != list(size):
        yield other_size(span, given["size"], size)


def _spans(text: str, path: str, number: int) -> Iterator[Span]:
    """The head of each mask; the file where they are written in another way."""
    lines = text.split("\n")
    heads = [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*mask\s*\]\]", line)]
    if len(heads) != number:
        heads = [0] * number
    return (Span(path, n, 1, len(lines[n - 1].strip()), lines[n - 1]) if n else Span(path) for n in heads)


def _entry_problems(entry: Any, span: Span) -> Iterator[Diagnostic]:
    if not isinstance(entry, dict):
        yield bad_mask(span, f"mask = {entry!r}", "a mask begins with a line [[mask]], its keys stand below")
        return
    for key, value in entry.items():
        if key not in _MASK_KEYS:
            yield unknown_key(span, key, nearest(key, _MASK_KEYS, 2), _MASK_KEYS)
        elif not _is_a(value, _MASK_KEYS[key]):
            yield bad_mask(span, f"{key} = {value!r}", f"`{key}` is a {_WORDS[_MASK_KEYS[key]]}")
    for key in ("name", "group", "was"):
        name = str(entry.get(key, ""))
        if not NAME.fullmatch(name) and (name or key == "name"):
            yield bad_mask_name(span, name)
    shape = entry.get("shape", "rect")
    if shape not in _NEEDED:
        yield bad_mask(span, f"shape = {shape!r}", f"shapes are {', '.join(_NEEDED)}")
        return
    if missing := [key for key in _NEEDED[shape] if key not in entry]:
        yield bad_mask(span, f"a {shape} without {', '.join(missing)}", f"a {shape} needs {', '.join(_NEEDED[shape])}")
    elif shape == "polygon" and not _are_points(entry["points"]):
        hint = "write at least three pairs: points = [[0.1, 0.2], [0.3, 0.2], [0.2, 0.4]]"
        yield bad_mask(span, f"points = {entry['points']!r}", hint)
    elif shape != "polygon" and "points" in entry:
        yield bad_mask(span, f"a {shape} with points", 'write shape = "polygon", or leave the points out')
    for key in ("width", "height"):
        if shape != "polygon" and _is_a(entry.get(key), float) and not entry[key] > 0:
            yield bad_mask(span, f"{key} = {entry[key]}", "a mask has a width and a height above 0")


def _is_a(value: Any, type_: type) -> bool:
    if type_ is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, type_)


def _are_points(value: Any) -> bool:
    pairs = isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value)
    return pairs and len(value) >= 3 and all(_is_a(number, float) for pair in value for number in pair)


def _mask(entry: Mapping[str, Any], scale: tuple[int, int], span: Span) -> Mask:
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
        label=entry.get("label", entry["name"]),
        was=entry.get("was", ""),
        hide_one=entry.get("hide-one", False),
        span=span,
    )


@declare("O003")
def bad_mask_name(name: str) -> tuple[str, str]:
    """A mask has no name, or one that cannot be written in a tag.

    The card's number belongs to the name, for ever: it has no white space, quotes, braces, `:` or `=`. The same goes
    for groups.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="the blade" x="9" y="20">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    message = f"`{name}` is no name for a mask or a group" if name else "this mask has no name"
    return message, "name what it covers, as in internet-gateway"


@declare("O008")
def unknown_key(key: str, suggestion: str, known: Iterable[str]) -> tuple[str, str]:
    """A key of a mask file is unknown."""
    hint = f"did you mean `{suggestion}`?" if suggestion else f"known are {', '.join(known)}"
    return f"`{key}` is no key of a mask file", hint


@declare("O009")
def bad_mask(what: str, hint: str) -> tuple[str, str]:
    """A value of a mask file cannot be used."""
    return f"{what} cannot be used", hint


@declare("O010")
def not_toml(reason: str) -> tuple[str, str]:
    """A mask file is not TOML."""
    hint = "see https://toml.io; strings are in quotes, a mask begins with [[mask]]"
    return f"the mask file cannot be read: {reason}", hint


@declare("O011")
def other_size(drawn: Sequence[int], size: tuple[int, int]) -> tuple[str, str]:
    """A picture's size has changed since its masks were drawn.

    The masks may lie beside their labels now.
    """
    hint = f"draw the masks anew where they moved, then write size = {list(size)}"
    return f"the masks were drawn for {drawn} pixels, and the picture has {list(size)}", hint


@declare("O016")
def empty_sidecar(path: str) -> tuple[str, str]:
    """A mask file holds no masks."""
    return f"`{path}` holds no masks", 'a mask begins with [[mask]] and has a name: name = "internet-gateway"'
