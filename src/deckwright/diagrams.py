"""A picture with masks → a Diagram: where each mask is, and the file that ships.

The masks of an SVG are elements of it, found by drawing it with and without them; those of a photograph or a screenshot
stand in a file beside it. Anki's own occlusion text is written here too.
"""

from __future__ import annotations

import hashlib
import html
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from . import sidecar, svg
from .cache import Cache
from .diagnostics import Diagnostic, declare, has_errors, nearest
from .model import Diagram, Mask, Media, Span
from .sidecar import bad_mask_name

if TYPE_CHECKING:
    from PIL.Image import Image

DRAWING = 1
"""Raised by hand when the same SVG is drawn in another way: part of the name of each picture drawn from one."""

MIN_WIDTH, MAX_SIDE = 1200, 2400
"""Pixels of a picture drawn from an SVG. Anki enlarges small pictures, which blurs them."""

MAX_PIXELS = 50_000_000
"""Of a picture: more does not fit into the memory of a phone."""

MARGIN = 0.008
"""How far a mask reaches beyond its label, in widths of the picture, where no other label is nearer."""


def read(media: Media, root: Path, cache: Cache) -> tuple[Diagram | None, list[Diagnostic]]:
    """The diagram that a file of the project is; None where there is an error. `media` is the file as it would ship.

    A drawing takes a picture for each of its labels, so what was found is kept in the cache.
    """
    path = media.path.relative_to(root).as_posix()
    if media.path.suffix.lower() == ".svg":
        source = media.path.read_bytes()
        drawing = cache.memo("diagram", (source, path, str(DRAWING)), _Drawing, lambda: _drawn(source, path))
        diagram, found = _shipped(drawing, media), list(drawing.found)
    else:
        diagram, found = _photographed(media, path)
    if diagram:
        found += _problems(diagram.masks, (diagram.width, diagram.height))
        diagram = replace(diagram, masks=tuple(_with_one_past(diagram.masks)))
    return (None if has_errors(found) else diagram), found


def asked(masks: Sequence[Mask], names: Sequence[str], span: Span) -> tuple[list[Mask], list[Diagnostic]]:
    """The masks that a section asks for: those it names, by name or by group, or all."""
    known = {mask.name for mask in masks} | {mask.group for mask in masks if mask.group}
    found = [unknown_mask(span, name, nearest(name, known, 3)) for name in names if name not in known]
    return [mask for mask in masks if not names or mask.name in names or mask.group in names], found


def occlusion_text(masks: Sequence[Mask], numbers: Mapping[str, int], mode: str) -> str:
    """Anki's text of an Occlusion field: one cloze a shape, by number; `numbers` gives that of each mask's key.

    `oi=1` covers a shape on the cards of all others too. A hint stands behind its shape, where the stylesheet shows it
    on the question of that card alone. Format: anki rslib/src/image_occlusion/imageocclusion.rs and
    ts/routes/image-occlusion/shapes/to-cloze.ts.
    """
    lines = []
    for mask in sorted(masks, key=lambda mask: numbers[mask.key]):
        written = [f"left={_number(mask.left)}", f"top={_number(mask.top)}"]
        if mask.angle:
            written.append(f"angle={round(mask.angle / 360 * 10000)}")
        if mask.shape == "ellipse":
            written += [f"rx={_number(mask.width / 2)}", f"ry={_number(mask.height / 2)}"]
        elif mask.shape == "rect":
            written += [f"width={_number(mask.width)}", f"height={_number(mask.height)}"]
        else:
            written.append("points=" + " ".join(f"{_number(x)},{_number(y)}" for x, y in mask.points))
        if covers_others(mask, mode):
            written.append("oi=1")
        hint = f'<span class="hint">{escaped(mask.hint)}</span>' if mask.hint else ""
        lines.append(f"{{{{c{numbers[mask.key]}::image-occlusion:{mask.shape}:{':'.join(written)}}}}}{hint}<br>")
    return "".join(lines)


def covers_others(mask: Mask, mode: str) -> bool:
    """Whether the mask is drawn on the cards of the others too."""
    return mode == "hide-all" and not mask.hide_one


def escaped(text: str) -> str:
    """As HTML in which Anki sees no cloze."""
    return html.escape(text, quote=False).replace("{", "&#123;").replace("}", "&#125;")


def _number(value: float) -> str:
    """Four decimals, without the zeros that Anki leaves out."""
    text = f"{value:.4f}".rstrip("0")
    return ".0000" if float(text) == 0 else text.removeprefix("0").removesuffix(".")


def outline(mask: Mask, size: tuple[int, int]) -> list[tuple[float, float]]:
    """The corners of a mask in pixels of a picture of that size, turned by its angle; those of an ellipse are many."""
    if mask.points:
        corners = list(mask.points)
    elif mask.shape == "ellipse":
        turns = [math.tau * n / 72 for n in range(72)]
        rx, ry = mask.width / 2, mask.height / 2
        corners = [(mask.left + rx + rx * math.cos(t), mask.top + ry + ry * math.sin(t)) for t in turns]
    else:
        right, bottom = mask.left + mask.width, mask.top + mask.height
        corners = [(mask.left, mask.top), (right, mask.top), (right, bottom), (mask.left, bottom)]
    turn = math.radians(mask.angle)
    left, top = mask.left * size[0], mask.top * size[1]
    apart = [(x * size[0] - left, y * size[1] - top) for x, y in corners]
    return [
        (left + x * math.cos(turn) - y * math.sin(turn), top + x * math.sin(turn) + y * math.cos(turn))
        for x, y in apart
    ]


# SVG

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels; the last two are the first pixels outside."""


@dataclass(frozen=True, slots=True)
class Ink:
    """What is seen of a label: the box that holds it and, in `shape`, that part of the picture, black elsewhere."""

    box: Box
    shape: Image

    def touches(self, box: Box) -> bool:
        """Whether any of it lies in the box."""
        left, top, right, bottom = self.box
        shared = max(left, box[0]), max(top, box[1]), min(right, box[2]), min(bottom, box[3])
        if shared[0] >= shared[2] or shared[1] >= shared[3]:
            return False
        part = shared[0] - left, shared[1] - top, shared[2] - left, shared[3] - top
        return self.shape.crop(part).getbbox() is not None


def draw(labels: svg.Labels) -> tuple[bytes, dict[svg.Label, Ink]]:
    """The drawing as a PNG, and where its labels are; those of which nothing is seen are left out.

    Raises SvgError where it cannot be drawn.
    """
    if not labels.size:
        raise svg.SvgError("tells no size", 'give its root element a viewBox, as in viewBox="0 0 600 400"')
    width, height = labels.size
    if not 1 / 50 < width / height < 50:
        raise svg.SvgError(f"is {width:g} wide and {height:g} high", "bring it into a shape that fits a screen")
    pixels = round(min(max(width, MIN_WIDTH), MAX_SIDE, MAX_SIDE * width / height))
    data = _png(labels.drawing(), pixels)
    picture, every = _opened(data), [*labels.masks, *labels.others]
    # At half the size a label is found in a third of the time. Where others are near, it is looked for at the full size.
    ink = _seen(labels, every, _opened(_png(labels.drawing(), pixels // 2)), picture.size)
    reach = 2 * round(MARGIN * pixels) + 4
    crowded = [label for label in ink if any(_near(ink[label].box, ink[o].box, reach) for o in ink if o is not label)]
    return data, ink | _seen(labels, crowded, picture, picture.size)


def _seen(labels: svg.Labels, some: Sequence[svg.Label], picture: Image, size: tuple[int, int]) -> dict[svg.Label, Ink]:
    """Where some labels are in the drawing of that size, as found in a picture of it that may be smaller."""
    from PIL import ImageChops
    from PIL.Image import Resampling

    ink = {}
    for label in some:
        difference = ImageChops.difference(picture, _opened(_png(labels.drawing(without=label), picture.width)))
        if seen := difference.getbbox():
            box = _enlarged(seen, picture.size, size)
            shape = difference.crop(seen).resize((box[2] - box[0], box[3] - box[1]), Resampling.NEAREST)
            ink[label] = Ink(box, shape)
    return ink


def _near(one: Box, other: Box, reach: int) -> bool:
    """Whether two boxes are less than so many pixels apart."""
    return all(max(one[n], other[n]) < min(one[n + 2], other[n + 2]) + reach for n in (0, 1))


def _enlarged(box: Box, small: tuple[int, int], large: tuple[int, int]) -> Box:
    """A box of a small picture in the same picture, large: it holds all that the small one may stand for."""
    across, down = large[0] / small[0], large[1] / small[1]
    left, top = math.floor(box[0] * across), math.floor(box[1] * down)
    right, bottom = math.ceil(box[2] * across), math.ceil(box[3] * down)
    return left, top, min(right, large[0]), min(bottom, large[1])


def _png(source: bytes, width: int) -> bytes:
    """A drawing as a PNG of that many pixels, on white, with the package's font: the same everywhere."""
    import resvg_py

    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=source.decode("utf-8"),
                width=width,
                dpi=96,
                background="white",
                skip_system_fonts=True,
                font_files=_fonts(),
                **dict.fromkeys(("font_family", "serif_family", "sans_serif_family", "monospace_family"), "Open Sans"),
            )
        )
    except ValueError as error:
        raise svg.SvgError(f"cannot be drawn: {error}", "simplify it, or save it as a PNG") from error


def _opened(data: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(data)).convert("RGB")


@cache
def _fonts() -> list[str]:
    import ttf_opensans

    folder = Path(ttf_opensans.OPENSANS_REGULAR.path).parent
    return [str(folder / f"OpenSans-{style}.ttf") for style in ("Regular", "Italic", "SemiBold", "Bold", "BoldItalic")]


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What is found in an SVG: its PNG, that picture's size, the masks, and what is wrong. Without a PNG it is of no use."""

    data: bytes
    size: tuple[int, int]
    masks: tuple[Mask, ...]
    found: tuple[Diagnostic, ...]


def _drawn(source: bytes, path: str) -> _Drawing:
    try:
        labels = svg.Labels(source)
        if not labels.masks:
            return _Drawing(b"", (0, 0), (), (no_masks(Span(path), path),))
        data, ink = draw(labels)
    except svg.SvgError as error:
        return _Drawing(b"", (0, 0), (), (undrawable(Span(path), path, error.reason, error.hint),))
    size = _opened(data).size
    masks, found = [], list(_missing_glyphs(labels, path))
    for label in labels.masks:
        span = Span(path, label.line, 1)
        bad = [name for name in (label.name, label.group, label.was) if name and not sidecar.NAME.fullmatch(name)]
        if bad or not label.name:
            found.append(bad_mask_name(span, bad[0] if bad else ""))
        elif label not in ink:
            found.append(invisible_mask(span, label.name))
        else:
            others = [other for other in ink if not _belong_together(label, other)]
            touched = [other for other in others if ink[other].touches(ink[label].box)]
            found += [touching(span, label.name, other.name or other.text) for other in touched]
            near = [ink[other] for other in others if other not in touched]
            masks.append(_mask(label, _grown(ink[label].box, near, round(MARGIN * size[0]), size), size, span))
    return _Drawing(data, size, tuple(masks), tuple(found))


def _shipped(drawing: _Drawing, media: Media) -> Diagram | None:
    """The diagram with the file that ships for an SVG."""
    if not drawing.data:
        return None
    # By content, so that a copy elsewhere is the same file, and by the way of drawing, which other bytes come from.
    stem, _, given = media.name.removesuffix(".svg").rpartition("-")
    digest = hashlib.sha256(f"{given} drawn {DRAWING}".encode()).hexdigest()
    name = f"{stem}-{digest[: len(given)]}.png"
    shipped = Media(media.path, name, hashlib.sha256(drawing.data).hexdigest(), drawing.data)
    return Diagram(shipped, *drawing.size, drawing.masks)


def _belong_together(one: svg.Label, other: svg.Label) -> bool:
    """Whether two labels are asked together, or one is a part of the other."""
    if one.group and one.group == other.group:
        return True
    pairs = ((one.element, other.element), (other.element, one.element))
    return any(outer in (inner, *inner.iterancestors()) for inner, outer in pairs)


def _grown(box: Box, others: Sequence[Ink], margin: int, size: tuple[int, int]) -> Box:
    """The box with a margin that ends half-way to another label, which may have one as well, and within the picture."""
    for step in range(margin, 0, -1):
        if not any(other.touches(_widened(box, 2 * step)) for other in others):
            left, top, right, bottom = _widened(box, step)
            return max(left, 0), max(top, 0), min(right, size[0]), min(bottom, size[1])
    return box


def _widened(box: Box, by: int) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _mask(label: svg.Label, box: Box, size: tuple[int, int], span: Span) -> Mask:
    return Mask(
        label.name,
        *fractions(box, size),
        group=label.group,
        was=label.was,
        hint=label.hint,
        label=label.text or label.name,
        span=span,
    )


def fractions(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, width and height of a box, with the four decimals that Anki keeps, rounded so that it is covered."""
    left, top = (math.floor(box[n] / size[n] * 10000) for n in (0, 1))
    right, bottom = (math.ceil(box[n + 2] / size[n] * 10000) for n in (0, 1))
    return left / 10000, top / 10000, (right - left) / 10000, (bottom - top) / 10000


def _missing_glyphs(labels: svg.Labels, path: str) -> Iterator[Diagnostic]:
    """A warning for each character that the font lacks, at the first label that has it."""
    first = {c: label for label in reversed((*labels.others, *labels.masks)) for c in label.text if ord(c) > 126}
    for character, label in sorted(first.items()):
        if not _has_glyph(character):
            yield no_glyph(Span(path, label.line, 1), character)


@cache
def _has_glyph(character: str) -> bool:
    """Whether the font has a character: those that it lacks are all drawn as the same box."""
    svg_text = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><text y="30">{}</text></svg>'
    drawn, lacking = (_png(svg_text.format(c).encode(), 40) for c in (character, "\U0010fffd"))
    return drawn != lacking or character.isspace()


# Photographs and screenshots


def _photographed(media: Media, path: str) -> tuple[Diagram | None, list[Diagnostic]]:
    try:
        size = opened(media.path).size
    except PictureError as error:
        return None, [broken_picture(Span(path), error.reason)]
    beside = media.path.with_suffix(sidecar.SUFFIX)
    place = path.removesuffix(media.path.suffix) + sidecar.SUFFIX
    try:
        masks, found = sidecar.read(beside, place, size)
    except FileNotFoundError:
        return None, [no_masks(Span(path), path, place)]
    return Diagram(media, *size, tuple(masks)), found


class PictureError(Exception):
    """The file is no picture that can carry masks. `reason` is said of "it"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def opened(file: Path) -> Image:
    """The picture as it is shown, upright. Raises PictureError."""
    from PIL import Image, ImageOps

    was, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # Our own limit is checked before a pixel is read.
    try:
        # Named, since there are formats for which Pillow runs other programs.
        with Image.open(file, formats=("PNG", "JPEG", "WEBP", "GIF", "AVIF", "ICO")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureError(f"it has {picture.width} × {picture.height} pixels")
            if getattr(picture, "is_animated", False):
                raise PictureError("it is animated")
            return ImageOps.exif_transpose(picture)
    except PictureError:
        raise
    except Exception as error:  # What Pillow's readers raise for broken files is of all sorts.
        raise PictureError(f"it cannot be read ({error})") from error
    finally:
        Image.MAX_IMAGE_PIXELS = was


# Both


def _problems(masks: Sequence[Mask], size: tuple[int, int]) -> Iterator[Diagnostic]:
    """Names given twice, masks that leave the picture, and masks over one another."""
    first: dict[str, Mask] = {}
    inside: list[tuple[Mask, list[tuple[float, float]]]] = []
    for mask in masks:
        if first.setdefault(mask.name, mask) is not mask:
            yield repeated_name(mask.span, mask.name)
        corners = outline(mask, size)
        # Written so that what is no number is outside, too.
        if all(-1 <= x <= size[0] + 1 and -1 <= y <= size[1] + 1 for x, y in corners):
            inside.append((mask, corners))
        else:
            yield outside(mask.span, mask.name, size)
    for (one, corners), (other, others) in combinations(inside, 2):
        # Where neither is drawn on the other's card they are never seen together.
        alone = one.hide_one and other.hide_one
        if one.key != other.key and not alone and _shared(corners, others) > 0.05:
            yield covered(other.span, other.name, one.name)


def _shared(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    """How much of the smaller of two shapes the other takes, 0–1."""
    from PIL import Image, ImageChops, ImageDraw

    boxes = [(*map(min, *corners), *map(max, *corners)) for corners in (one, other)]
    left, top, right, bottom = (choose(box[n] for box in boxes) for n, choose in enumerate((max, max, min, min)))
    if not (left < right and top < bottom):
        return 0
    drawn = []
    for corners in (one, other):
        drawn.append(Image.new("L", (200, 200)))
        fitted = [((x - left) / (right - left) * 199, (y - top) / (bottom - top) * 199) for x, y in corners]
        ImageDraw.Draw(drawn[-1]).polygon(fitted, fill=255)
    part = ImageChops.darker(*drawn).histogram()[255] / 200**2
    return part * (right - left) * (bottom - top) / min(_area(one), _area(other))


def _area(corners: Sequence[tuple[float, float]]) -> float:
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(corners, [*corners[1:], corners[0]], strict=True))) / 2


def _with_one_past(masks: Sequence[Mask]) -> Iterator[Mask]:
    """The masks of a group with the former name that one of them has: it is the group's."""
    was = {mask.key: mask.was for mask in reversed(masks) if mask.was}
    return (replace(mask, was=was.get(mask.key, "")) for mask in masks)


@declare("O001")
def no_image() -> tuple[str, str]:
    """An occlusion section has no picture.

    Bad:
        ## The parts of a leaf {.occlusion}
        A blade and a stalk.
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    return "this occlusion section has no picture", "put one into it: ![what it shows](../media/diagram.svg)"


@declare("O002")
def no_masks(path: str, beside: str = "") -> tuple[str, str]:
    """A diagram has no masks.

    In an SVG, an element with `data-mask="name"` is a mask. For other pictures the masks stand in a file beside it.
    `deckwright masks suggest` writes either.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text x="9" y="20">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    written = f"write {beside}" if beside else 'give labels names in it: <text data-mask="name">'
    return f"`{path}` has no masks", f"{written}, or: deckwright masks suggest {path}"


@declare("O004")
def invisible_mask(name: str) -> tuple[str, str]:
    """A mask covers nothing.

    Without the element the drawing looks the same: it is outside of the picture, transparent, or under another one.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="90">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    return f"nothing is seen of the mask `{name}`", "put data-mask on the element that is drawn, not on one in <defs>"


@declare("O005", "warning")
def touching(name: str, other: str) -> tuple[str, str]:
    """A mask lies over another label.

    What both cover is hidden on the card of the one and shown on that of the other.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
          <text x="9" y="24">stalk</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="16">blade</text>
          <text x="9" y="36">stalk</text>
        </svg>
    """
    return f"the mask `{name}` lies over “{other}”", "move the two apart in the drawing"


@declare("O006")
def repeated_name(name: str) -> tuple[str, str]:
    """Two masks have one name.

    To ask them together, give both a group.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="leaf" x="9" y="16">blade</text>
          <text data-mask="leaf" x="9" y="36">stalk</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="16">blade</text>
          <text data-mask="stalk" x="9" y="36">stalk</text>
        </svg>
    """
    return f"the mask name `{name}` is given twice", f'name one of them anew, and give both the group "{name}-all"'


@declare("O007")
def covered(name: str, other: str) -> tuple[str, str]:
    """Two masks lie over one another.

    When one is uncovered on the answer, the other still covers a part of it.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
          <text data-mask="stalk" x="9" y="24">stalk</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="16">blade</text>
          <text data-mask="stalk" x="9" y="36">stalk</text>
        </svg>
    """
    return f"the masks `{name}` and `{other}` lie over one another", "draw them apart, or give both one group"


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

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">→ blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <path d="M1 16h6"/>
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    hint = "draw it as a path (in Inkscape: Path > Object to Path)"
    return f"`{character}` cannot be drawn: it would be an empty box", hint


@declare("O014")
def unknown_mask(name: str, suggestion: str) -> tuple[str, str]:
    """A section asks for a mask that its diagram does not have.

    Bad:
        ## The parts of a leaf {.occlusion masks="blades"}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion masks="blade"}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    hint = f"did you mean `{suggestion}`?" if suggestion else "name masks or groups of the diagram"
    return f"the diagram has no mask `{name}`", hint


@declare("O015")
def undrawable(path: str, reason: str, hint: str) -> tuple[str, str]:
    """An SVG with masks cannot be drawn.

    Occlusion cards carry a picture drawn from it, for which its size must be known: by a viewBox, or by its width and
    height.
    """
    return f"`{path}` {reason}", hint


@declare("O017")
def outside(name: str, size: tuple[int, int]) -> tuple[str, str]:
    """A mask leaves the picture.

    Lengths in a mask file are fractions of the picture, 0 to 1, from its left upper corner; with `unit = "px"` in the
    file's first lines they are pixels.
    """
    hint = f'the picture has {size[0]} × {size[1]} pixels; lengths are fractions of it, unless unit = "px"'
    return f"the mask `{name}` leaves the picture", hint
