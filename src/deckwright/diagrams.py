"""A picture with masks → a Diagram: where each mask is, and the file that ships.

The masks of an SVG are elements of it, found by drawing it with and without them; those of a photograph or a screenshot
stand in `NAME.masks.toml` beside it. Anki's own occlusion text is written here too.
"""

from __future__ import annotations

import hashlib
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import svg
from .diagnostics import Diagnostic, declare, has_errors, nearest
from .model import Diagram, Mask, Media, Span

if TYPE_CHECKING:
    from PIL.Image import Image

DRAWING = 1
"""Raised by hand when the same SVG is drawn in another way: part of the name of each picture drawn from one."""

MIN_WIDTH, MAX_WIDTH = 1200, 2400
"""Pixels of a picture drawn from an SVG. Anki enlarges small pictures, which blurs them."""

MAX_PIXELS = 50_000_000
"""Of a picture: more does not fit into the memory of a phone."""

MARGIN = 0.008
"""How far a mask reaches beyond its label, in widths of the picture, where no other label is nearer."""


def read(media: Media, root: Path) -> tuple[Diagram | None, list[Diagnostic]]:
    """The diagram that a file of the project is; None where there is an error. `media` is the file as it would ship alone."""
    path = media.path.relative_to(root).as_posix()
    if media.path.suffix.lower() == ".svg":
        return _drawn(media, path)
    return _photographed(media, path)


def occlusion_text(masks: Sequence[Mask], numbers: Mapping[str, int], mode: str) -> str:
    """Anki's text of an Occlusion field: one cloze a shape, by number; `numbers` gives that of each mask's key.

    `oi=1` covers a shape on the cards of all others too. A hint stands behind its shape, where the stylesheet shows it
    on the question of that card alone. Format: anki rslib/src/image_occlusion/imageocclusion.rs and
    ts/routes/image-occlusion/shapes/to-cloze.ts.
    """
    lines = []
    for mask in sorted(masks, key=lambda mask: numbers[mask.key]):
        pairs = {"left": mask.left, "top": mask.top}
        if mask.shape == "ellipse":
            pairs |= {"rx": mask.width / 2, "ry": mask.height / 2}
        elif mask.shape == "rect":
            pairs |= {"width": mask.width, "height": mask.height}
        written = [f"{name}={_number(value)}" for name, value in pairs.items()]
        if mask.angle:
            written.insert(2, f"angle={round(mask.angle / 360 * 10000)}")
        if mask.points:
            written.append("points=" + " ".join(f"{_number(x)},{_number(y)}" for x, y in mask.points))
        if mode == "hide-all" and not mask.hide_one:
            written.append("oi=1")
        hint = f'<span class="hint">{_escaped(mask.hint)}</span>' if mask.hint else ""
        lines.append(f"{{{{c{numbers[mask.key]}::image-occlusion:{mask.shape}:{':'.join(written)}}}}}{hint}<br>")
    return "".join(lines)


def _number(value: float) -> str:
    """Four decimals, without the zeros that Anki leaves out."""
    text = f"{value:.4f}".rstrip("0")
    return ".0000" if float(text) == 0 else text.removeprefix("0").removesuffix(".")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("{", "&#123;").replace("}", "&#125;")


# SVG


def _drawn(media: Media, path: str) -> tuple[Diagram | None, list[Diagnostic]]:
    labels = svg.Labels(media.read())
    if not labels.masks:
        return None, [no_masks(Span(path), path, "data-mask")]
    width = round(min(max(labels.width, MIN_WIDTH), MAX_WIDTH))
    picture, data = _draw(labels.without([]), width)
    masks, found = [], []
    boxes = {
        label.element: _difference(picture, _draw(labels.without([label]), width)[0])
        for label in [*labels.masks, *labels.others]
    }
    for label in labels.masks:
        span = Span(path, label.line, 1)
        own = boxes[label.element]
        if not label.name or not _NAME.fullmatch(label.name):
            found.append(bad_mask_name(span, label.name))
        elif own is None:
            found.append(invisible_mask(span, label.name))
        else:
            others = [
                box
                for element, box in boxes.items()
                if box and element is not label.element and not _is_inside(element, label.element)
            ]
            found += [touching(span, label.name, _text_of(labels, box, boxes)) for box in others if _overlap(own, box)]
            box = _grown(own, others, round(MARGIN * width), picture.size)
            masks.append(_mask(label, box, picture.size, span))
    found += _checked(masks)
    for character in sorted({c for label in [*labels.masks, *labels.others] for c in label.text if ord(c) > 126}):
        if not _has_glyph(character):
            found.append(no_glyph(Span(path), character))
    source = media.path.read_bytes().replace(b"\r\n", b"\n")
    digest = hashlib.sha256(source + f"\ndrawing {DRAWING}".encode()).hexdigest()
    name = re.sub(r"-[0-9a-f]+\.svg$", f"-{digest[:12]}.png", media.name)
    shipped = Media(media.path, name, hashlib.sha256(data).hexdigest(), data)
    diagram = Diagram(shipped, *picture.size, tuple(masks))
    return (None if has_errors(found) else diagram), found


def _draw(source: bytes, width: int) -> tuple[Image, bytes]:
    """A drawing as a PNG of that many pixels, on white, with the package's font: the same everywhere."""
    import resvg_py
    from PIL import Image

    data = resvg_py.svg_to_bytes(
        svg_string=source.decode("utf-8"),
        width=width,
        background="white",
        skip_system_fonts=True,
        font_files=_fonts(),
        **dict.fromkeys(("font_family", "serif_family", "sans_serif_family", "monospace_family"), "Open Sans"),
    )
    return Image.open(io.BytesIO(data)).convert("RGB"), bytes(data)


@cache
def _fonts() -> list[str]:
    import ttf_opensans

    folder = Path(ttf_opensans.OPENSANS_REGULAR.path).parent
    return [str(folder / f"OpenSans-{style}.ttf") for style in ("Regular", "Italic", "SemiBold", "Bold", "BoldItalic")]


_Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels; right and bottom are the first pixels outside."""


def _difference(picture: Image, without: Image) -> _Box | None:
    from PIL import ImageChops

    return ImageChops.difference(picture, without).getbbox()


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _is_inside(element: Any, outer: Any) -> bool:
    return any(ancestor is outer for ancestor in element.iterancestors())


def _text_of(labels: svg.Labels, box: _Box, boxes: Mapping[Any, _Box | None]) -> str:
    return next(
        (label.name or label.text for label in [*labels.masks, *labels.others] if boxes[label.element] is box), ""
    )


def _grown(box: _Box, others: Iterable[_Box], margin: int, size: tuple[int, int]) -> _Box:
    """The box with a margin that ends before it touches another label or leaves the picture."""
    others = [other for other in others if not _overlap(box, other)]
    for step in range(margin, 0, -1):
        grown = (max(box[0] - step, 0), max(box[1] - step, 0), min(box[2] + step, size[0]), min(box[3] + step, size[1]))
        if not any(_overlap(grown, other) for other in others):
            return grown
    return box


def _mask(label: svg.Label, box: _Box, size: tuple[int, int], span: Span) -> Mask:
    (left, top, right, bottom), (width, height) = box, size
    return Mask(
        label.name,
        left / width,
        top / height,
        (right - left) / width,
        (bottom - top) / height,
        group=label.group,
        was=label.was,
        hint=label.hint,
        label=label.text or label.name,
        span=span,
    )


@cache
def _has_glyph(character: str) -> bool:
    """Whether the font has a character: one that it lacks is drawn as a box, like any other that it lacks."""
    drawn = [
        _draw(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><text x="5" y="30" font-size="24">{c}</text></svg>'.encode(),
            40,
        )[1]
        for c in (character, "\U0010fffd")
    ]
    return character.isspace() or drawn[0] != drawn[1]


# Photographs and screenshots


def _photographed(media: Media, path: str) -> tuple[Diagram | None, list[Diagnostic]]:
    size, found = _size(media.path, path)
    beside = media.path.with_suffix(".masks.toml")
    place = path.rpartition(".")[0] + ".masks.toml"
    if not size:
        return None, found
    try:
        text = beside.read_text("utf-8")
        given = tomllib.loads(text)
    except FileNotFoundError:
        return None, [no_masks(Span(path), path, place)]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        line, column = (int(n) for n in (re.search(r"line (\d+), column (\d+)", str(error)) or ["", "0", "0"])[1:])
        return None, [not_toml(Span(place, line, column), str(error))]
    masks, found = _from_toml(given, text, place, size)
    return (None if has_errors(found) else Diagram(media, *size, tuple(masks))), found


def _size(file: Path, path: str) -> tuple[tuple[int, int] | None, list[Diagnostic]]:
    """The picture's width and height in pixels, as it is shown."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    was, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # Our own limit is checked before a pixel is read.
    try:
        with Image.open(file) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                return None, [broken_picture(Span(path), f"it has {width} × {height} pixels")]
            if getattr(picture, "is_animated", False):
                return None, [broken_picture(Span(path), "it is animated")]
            picture.load()
            return ImageOps.exif_transpose(picture).size, []
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        return None, [broken_picture(Span(path), f"it cannot be read ({error})")]
    finally:
        Image.MAX_IMAGE_PIXELS = was


_NAME = re.compile(r"[^\s\"'{}:=]+")
_FILE_KEYS = ("unit", "size", "mask")
_MASK_KEYS = {
    "name": str, "shape": str, "left": float, "top": float, "width": float, "height": float, "points": list,
    "angle": float, "group": str, "hint": str, "label": str, "was": str, "hide-one": bool,
}  # fmt: skip


def _from_toml(
    given: Mapping[str, Any], text: str, place: str, size: tuple[int, int]
) -> tuple[list[Mask], list[Diagnostic]]:
    """The masks that a sidecar file holds, checked."""
    lines = text.split("\n")
    heads = [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*mask\s*\]\]", line)]
    whole = Span(place)
    found = [unknown_key(whole, key, nearest(key, _FILE_KEYS, 2), _FILE_KEYS) for key in given if key not in _FILE_KEYS]
    unit = given.get("unit", "fraction")
    if unit not in ("fraction", "px"):
        found.append(
            bad_mask(whole, f"unit = {unit!r}", 'write unit = "px", or leave it out for fractions of the picture')
        )
    drawn = given.get("size")
    if drawn is not None and list(drawn) != list(size):
        found.append(other_size(whole, drawn, size))
    scale = size if unit == "px" else (1, 1)
    masks = []
    entries = given.get("mask", [])
    if not isinstance(entries, list) or not entries:
        return [], [*found, no_masks(whole, place, "[[mask]]")]
    for number, entry in enumerate(entries):
        line = heads[number] if number < len(heads) else 0
        span = Span(place, line, 1, 8, lines[line - 1]) if line else whole
        wrong = list(_entry_problems(entry, span))
        found += wrong
        if not has_errors(wrong):
            masks.append(_entry(entry, scale, span))
    inside = [
        mask
        for mask in masks
        if mask.left >= -0.001
        and mask.top >= -0.001
        and mask.left + mask.width <= 1.001
        and mask.top + mask.height <= 1.001
    ]
    found += [
        bad_mask(
            m.span,
            f"the mask `{m.name}` leaves the picture",
            f"the picture has {size[0]} × {size[1]} pixels; lengths are {'pixels' if unit == 'px' else 'fractions, 0 to 1'}",
        )
        for m in masks
        if m not in inside
    ]
    return inside, found + list(_checked(inside))


def _entry_problems(entry: Mapping[str, Any], span: Span) -> Iterator[Diagnostic]:
    for key, value in entry.items():
        if key not in _MASK_KEYS:
            yield unknown_key(span, key, nearest(key, _MASK_KEYS, 2), _MASK_KEYS)
        elif not isinstance(value, _MASK_KEYS[key] if _MASK_KEYS[key] is not float else (int, float)) or (
            isinstance(value, bool) and key != "hide-one"
        ):
            yield bad_mask(span, f"{key} = {value!r}", f"`{key}` is a {_WORDS[_MASK_KEYS[key]]}")
    if not _NAME.fullmatch(str(entry.get("name", ""))):
        yield bad_mask_name(span, str(entry.get("name", "")))
    shape = entry.get("shape", "rect")
    needed = ("points",) if shape == "polygon" else ("left", "top", "width", "height")
    if shape not in ("rect", "ellipse", "polygon"):
        yield bad_mask(span, f"shape = {shape!r}", "shapes are rect, ellipse and polygon")
    elif missing := [key for key in needed if key not in entry]:
        yield bad_mask(span, f"the mask has no {', '.join(missing)}", f"a {shape} needs {', '.join(needed)}")
    points = entry.get("points", [])
    if shape == "polygon" and not (
        len(points) >= 3
        and all(isinstance(p, list) and len(p) == 2 and all(isinstance(v, int | float) for v in p) for p in points)
    ):
        yield bad_mask(
            span, "points are at least three pairs of numbers", "write points = [[0.1, 0.2], [0.3, 0.2], [0.2, 0.4]]"
        )


_WORDS = {str: "text", float: "number", list: "list of points", bool: "true or false"}


def _entry(entry: Mapping[str, Any], scale: tuple[int, int], span: Span) -> Mask:
    points = tuple((x / scale[0], y / scale[1]) for x, y in entry.get("points", ()))
    if points:
        # Anki draws a polygon shifted unless left and top are the least of its points.
        left, top = min(x for x, _ in points), min(y for _, y in points)
        width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    else:
        left, width = entry["left"] / scale[0], entry["width"] / scale[0]
        top, height = entry["top"] / scale[1], entry["height"] / scale[1]
    return Mask(
        entry["name"], left, top, width, height, entry.get("shape", "rect"), points, entry.get("angle", 0),
        entry.get("group", ""), entry.get("hint", ""), entry.get("label", entry["name"]), entry.get("was", ""),
        entry.get("hide-one", False), span,
    )  # fmt: skip


def _checked(masks: Sequence[Mask]) -> Iterator[Diagnostic]:
    """Names given twice, and masks over one another: below an uncovered one another would still be."""
    first: dict[str, Mask] = {}
    for mask in masks:
        if first.setdefault(mask.name, mask) is not mask:
            yield repeated_name(mask.span, mask.name)
    for number, one in enumerate(masks):
        for other in masks[number + 1 :]:
            if one.key != other.key and _shared(one, other) > 0.05:
                yield covered(other.span, other.name, one.name)


def _shared(one: Mask, other: Mask) -> float:
    """How much of the smaller one's box the other's box takes, 0–1."""
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(width, 0) * max(height, 0) / smaller if smaller else 0


def asked(masks: Sequence[Mask], names: Sequence[str], span: Span) -> tuple[list[Mask], list[Diagnostic]]:
    """The masks that a section asks for: those it names, by name or by group, or all."""
    known = {mask.name for mask in masks} | {mask.group for mask in masks if mask.group}
    found = [unknown_mask(span, name, nearest(name, known, 3)) for name in names if name not in known]
    return [mask for mask in masks if not names or mask.name in names or mask.group in names], found


@declare("O001")
def no_image() -> tuple[str, str]:
    """An occlusion section has no picture.

    Bad:
        ## The parts of a leaf {.occlusion}
        A blade and a stalk.
    """
    return "this occlusion section has no picture", "put one into it: ![what it shows](../media/diagram.svg)"


@declare("O002")
def no_masks(path: str, where: str) -> tuple[str, str]:
    """A diagram has no masks.

    In an SVG, an element with `data-mask="name"` is a mask. For other pictures the masks stand in a file beside it.
    """
    hint = (
        'give the labels names in the SVG: <text data-mask="name">'
        if where == "data-mask"
        else f"write {where}, or: deckwright masks suggest {path}"
    )
    return f"`{path}` has no masks", hint


@declare("O003")
def bad_mask_name(name: str) -> tuple[str, str]:
    """A mask has no name, or one that cannot be written in a tag.

    The card's number belongs to the name, for ever: it has no white space, quotes, braces, `:` or `=`.
    """
    return (
        f"`{name}` is no name for a mask" if name else "this mask has no name",
        "name what it covers, as in internet-gateway",
    )


@declare("O004")
def invisible_mask(name: str) -> tuple[str, str]:
    """A mask covers nothing.

    Without the element the drawing looks the same: it is outside of the picture, transparent, or under another one.
    """
    return f"nothing is seen of the mask `{name}`", "put data-mask on the element that is drawn, not on one in <defs>"


@declare("O005", "warning")
def touching(name: str, other: str) -> tuple[str, str]:
    """A mask lies over another label.

    What both cover is hidden on the card of the one and shown on that of the other.
    """
    return f"the mask `{name}` lies over “{other}”", "move the two apart in the drawing"


@declare("O006")
def repeated_name(name: str) -> tuple[str, str]:
    """Two masks have one name.

    To ask them together, give both a group.
    """
    return f"the mask name `{name}` is given twice", f'name one of them anew, or give both the group "{name}"'


@declare("O007")
def covered(name: str, other: str) -> tuple[str, str]:
    """Two masks lie over one another.

    When one is uncovered on the answer, the other still covers a part of it.
    """
    return f"the masks `{name}` and `{other}` lie over one another", "draw them apart, or give both one group"


@declare("O008")
def unknown_key(key: str, suggestion: str, known: Iterable[str]) -> tuple[str, str]:
    """A key of a mask file is unknown."""
    return (
        f"`{key}` is no key of a mask file",
        f"did you mean `{suggestion}`?" if suggestion else f"known are {', '.join(known)}",
    )


@declare("O009")
def bad_mask(what: str, hint: str) -> tuple[str, str]:
    """A value of a mask file cannot be used."""
    return f"{what} cannot be used", hint


@declare("O010")
def not_toml(reason: str) -> tuple[str, str]:
    """A mask file is not TOML."""
    return (
        f"the mask file cannot be read: {reason}",
        "see https://toml.io; strings are in quotes, a mask begins with [[mask]]",
    )


@declare("O011")
def other_size(drawn: Sequence[int], size: tuple[int, int]) -> tuple[str, str]:
    """A picture's size has changed since its masks were drawn.

    The masks may lie beside their labels now.
    """
    return (
        f"the masks were drawn for {drawn} pixels, and the picture has {list(size)}",
        f"look at the masks: deckwright masks show; then write size = {list(size)}",
    )


@declare("O012")
def broken_picture(reason: str) -> tuple[str, str]:
    """A picture cannot carry masks.

    It is broken, animated, or too large for a phone: more than 50 million pixels.
    """
    return f"this picture cannot carry masks: {reason}", "save it anew, as a PNG of at most 50 million pixels"


@declare("O013", "warning")
def no_glyph(character: str) -> tuple[str, str]:
    """A character of a drawing is in no font that it is drawn with.

    Occlusion cards carry a picture drawn with Open Sans, so that masks fit on every device. It has Latin, Greek and
    Cyrillic letters; arrows and other scripts must be drawn as shapes.
    """
    return (
        f"`{character}` cannot be drawn: it would be an empty box",
        "draw it as a path (in Inkscape: Path > Object to Path)",
    )


@declare("O014")
def unknown_mask(name: str, suggestion: str) -> tuple[str, str]:
    """A section asks for a mask that its diagram does not have."""
    return (
        f"the diagram has no mask `{name}`",
        f"did you mean `{suggestion}`?" if suggestion else "name masks or groups of the diagram",
    )
