"""Pictures with masks: each mask covers its label and no other, and what cannot be used is said clearly."""

from __future__ import annotations

import base64
import gzip
import os
import random
import re
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import combinations
from pathlib import Path

import pytest
import resvg_py
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageChops, ImageDraw

from deckwright import diagrams, workers
from deckwright.cache import Cache
from deckwright.diagnostics import Diagnostic, to_text
from deckwright.diagrams import drawing, ink, looking, mask_file, renderer, shapes
from deckwright.diagrams import labels as svg_labels
from deckwright.diagrams.ink import Ink
from deckwright.diagrams.labels import Label, Labels
from deckwright.diagrams.renderer import FailedError
from deckwright.diagrams.shapes import Box
from deckwright.limits import MAX_MASK_FILE_BYTES, MAX_SVG_BYTES
from deckwright.media import Library
from deckwright.model import Diagram, Mask, Media, Reference, Span

PROJECT = Path(__file__).parent / "projects" / "occlusion-svg"
DRAWINGS = sorted(file.name for file in PROJECT.glob("media/*.svg"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">{}</svg>'


def read(
    root: Path, name: str, data: str | bytes | None = None, beside: str | bytes = ""
) -> tuple[Diagram | None, list[Diagnostic]]:
    """The diagram that a file of this content is, with this mask file beside it; what the media stage says comes first."""
    place = root / "media" / name
    if data is not None:
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data.encode() if isinstance(data, str) else data)
    if beside:
        place.with_suffix(mask_file.SUFFIX).write_bytes(beside.encode() if isinstance(beside, str) else beside)
    reference = Reference(f"/media/{name}", False, Span("cards/a.md", 1, 1))
    file, found = Library(root, ("media",)).resolve(reference)
    if file is None:
        return None, found
    diagram, more = diagrams.read(file, root, Cache())
    return diagram, found + more


def words(found: list[Diagnostic]) -> list[str]:
    return [to_text(one).split("\n")[0] for one in found]


def png(width: int = 400, height: int = 200) -> bytes:
    data = BytesIO()
    Image.new("RGB", (width, height), "white").save(data, "PNG")
    return data.getvalue()


def masks_toml(*masks: str, size: str = "size = [400, 200]") -> str:
    return "\n".join([size, *(f"[[mask]]\n{mask}" for mask in masks)])


RECT = 'name = "a"\nleft = 0.1\ntop = 0.2\nwidth = 0.3\nheight = 0.1'


# Drawings: what a mask covers


def painted(picture: Image.Image, mask: Mask) -> Image.Image:
    """With the mask as Anki paints it: each length rounded to whole pixels by itself."""
    copy = picture.copy()
    ImageDraw.Draw(copy).rectangle(covered(mask, picture.size), "#ff8e8e")
    return copy


def covered(mask: Mask, size: tuple[int, int]) -> tuple[int, int, int, int]:
    text = diagrams.occlusion_text([mask], {mask.key: 1}, "hide-all")
    left, top, width, height = (
        round(float(number) * size[n % 2]) for n, number in enumerate(re.findall(r"=([\d.]+)", text)[:4])
    )
    return left, top, left + width - 1, top + height - 1


def drawn(source: bytes, style_sheet: str = "") -> Image.Image:
    """As `drawing` draws it, with a style sheet of ours, which hides labels in another way."""
    width = round(drawing.MIN_WIDTH)
    fonts = {"skip_system_fonts": True, "font_files": renderer._fonts(), "font_family": "Open Sans", "dpi": 96}
    generic = dict.fromkeys(("serif_family", "sans_serif_family", "monospace_family"), "Open Sans")
    data = resvg_py.svg_to_bytes(
        svg_string=source.decode(), style_sheet=style_sheet, width=width, background="white", **fonts, **generic
    )
    return Image.open(BytesIO(bytes(data))).convert("RGB")


@pytest.mark.ci
@pytest.mark.parametrize("name", DRAWINGS)
def test_each_mask_covers_its_label_and_no_other(name: str) -> None:
    diagram, found = read(PROJECT, name)
    assert (words(found), diagram is not None) == ([], True)
    source = (PROJECT / "media" / name).read_bytes()
    picture = drawn(source)
    shipped = Image.open(BytesIO(diagram.media.read())).convert("RGB")
    assert shipped == picture
    assert shipped.size == (diagram.width, diagram.height)
    labels, _ = svg_labels.read(source, name)
    assert labels is not None
    assert [mask.name for mask in diagram.masks] == re.findall(r'data-mask="(.*?)"', source.decode())
    without = {}
    for label in labels.masks:
        # A piece of a line of text keeps its room; all else may as well not be there.
        how = "visibility:hidden" if label.element.tag.endswith(("tspan", "textPath")) else "display:none"
        without[label] = drawn(source, f'[data-mask="{label.name}"] {{ {how} !important }}')
    without |= {label: drawn(labels.drawing(without=[label])) for label in labels.others}
    for mask, label in zip(diagram.masks, labels.masks, strict=True):
        assert without[label] != picture
        assert painted(picture, mask) == painted(without[label], mask)
        left, top, right, bottom = covered(mask, picture.size)
        for other, picture_without in without.items():
            if other is not label and not (label.group and label.group == other.group):
                ink = ImageChops.difference(picture, picture_without).crop((left, top, right + 1, bottom + 1))
                assert ink.getbbox() is None, f"{mask.name} touches {other.name or other.text}"


def test_masks_leave_room_around_their_labels_where_there_is_some(tmp_path: Path) -> None:
    label = '<rect data-mask="{}" x="{}" y="40" width="20" height="20" fill="red"/>'
    diagram, _ = read(
        tmp_path, "a.svg", SVG.format(label.format("a", 50) + label.format("b", 71) + label.format("c", 0))
    )
    boxes = {mask.name: (mask.left, mask.top, mask.width, mask.height) for mask in diagram.masks}
    # Of a picture of 1200 × 600 pixels: of the six between the first two each has half; the last has ten, or 0.8 %.
    assert boxes["a"] == pytest.approx((297 / 1200, 237 / 600, 126 / 1200, 126 / 600), abs=0.0002)
    assert boxes["b"][0] == pytest.approx(423 / 1200, abs=0.0002)
    assert boxes["c"] == pytest.approx((0, 230 / 600, 130 / 1200, 140 / 600), abs=0.0002)


def test_a_piece_of_a_line_of_text_is_masked_without_the_rest(tmp_path: Path) -> None:
    line = SVG.format('<text y="50">one<tspan data-mask="two">two</tspan>three</text>')
    diagram, found = read(tmp_path, "a.svg", line)
    (mask,) = diagram.masks
    assert (words(found), mask.label) == ([], "two")
    assert 0.1 < mask.left < mask.left + mask.width < 0.4


@pytest.mark.parametrize("between", [" ", ""])
def test_a_mask_in_a_sentence_leaves_the_words_beside_it(tmp_path: Path, between: str) -> None:
    line = '<text x="20" y="50" font-size="4">one{0}<tspan data-mask="m">two</tspan>{0}three</text>'
    source = SVG.format(line.format(between))
    diagram, _ = read(tmp_path, "a.svg", source)
    labels, _ = svg_labels.read(source.encode(), "a.svg")
    assert labels is not None
    words_beside = ImageChops.difference(drawn(source.encode()), drawn(labels.drawing(without=labels.others)))
    left, top, right, bottom = covered(diagram.masks[0], words_beside.size)
    assert words_beside.crop((left + 1, top, right, bottom)).getbbox() is None


@pytest.mark.parametrize(
    ("element", "label"),
    [
        ('<text data-mask="m" y="50">a <tspan>b</tspan>c</text>', "a bc"),
        ('<text data-mask="m" y="50"><tspan x="0">a</tspan><tspan x="0" dy="20">b</tspan></text>', "a b"),
        ('<g data-mask="m"><title>tip</title><text y="30">a</text><text y="60">b</text></g>', "a b"),
        ('<g data-mask="m"><!-- no -->\n<rect width="9" height="9"/></g>', "m"),
        ('<defs><text id="t" y="50">used</text></defs><use data-mask="m" href="#t"/>', "used"),
    ],
)
def test_what_a_label_says(tmp_path: Path, element: str, label: str) -> None:
    diagram, found = read(tmp_path, "a.svg", SVG.format(element))
    assert (words(found), [mask.label for mask in diagram.masks]) == ([], [label])


def test_a_former_name_is_that_of_the_whole_group(tmp_path: Path) -> None:
    text = '<text data-mask="{}" data-mask-group="g" {} y="{}">{}</text>'
    diagram, _ = read(
        tmp_path, "a.svg", SVG.format(text.format("a", 'data-mask-was="old"', 40, "a") + text.format("b", "", 80, "b"))
    )
    assert [(mask.key, mask.was) for mask in diagram.masks] == [("g", "old"), ("g", "old")]


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('viewBox="0 0 600 300"', (1200, 600)),
        ('viewBox="0,0,3000,1500"', (2400, 1200)),
        ('viewBox="0 0 300 900"', (800, 2400)),
        ('width="300mm" height="100mm"', (1200, 400)),
        ('width="1500" height="750" viewBox="0 0 10 10"', (1500, 750)),
        ('width="100%" height="100%" viewBox="0 0 20 10"', (1200, 600)),
        ('width="50" viewBox="0 0 100 200"', (1200, 2400)),
        ('height="2in" viewBox="-5 -5 40 20"', (1200, 600)),
        ('width="1400px" height="1e3"', (1400, 1000)),
    ],
)
def test_the_size_of_the_picture(tmp_path: Path, root: str, size: tuple[int, int]) -> None:
    text = f'<svg xmlns="http://www.w3.org/2000/svg" {root}><rect data-mask="m" width="50%" height="50%"/></svg>'
    diagram, _ = read(tmp_path, "a.svg", text)
    assert (diagram.width, diagram.height) == size


@pytest.mark.ci
def test_the_picture_has_the_same_bytes_and_name_in_another_process(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, hashlib; sys.path.insert(0, sys.argv[1])\n"
        "from test_diagrams import PROJECT, read\n"
        "diagram, _ = read(PROJECT, 'styles.svg')\n"
        "print(diagram.media.name, hashlib.sha256(diagram.media.read()).hexdigest(), diagram.masks)"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent)]
    other = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    diagram, _ = read(PROJECT, "styles.svg")
    assert other == f"{diagram.media.name} {diagram.media.sha256} {diagram.masks}\n"
    assert re.fullmatch(r"styles-[0-9a-f]{12}\.png", diagram.media.name)


def test_line_endings_change_nothing(tmp_path: Path) -> None:
    text = SVG.format('\n<text data-mask="a" y="50">a</text>\n')
    unix, _ = read(tmp_path, "a.svg", text)
    windows, _ = read(tmp_path, "a.svg", text.replace("\n", "\r\n"))
    assert unix == windows


# Drawings: what is wrong


@pytest.mark.parametrize(
    ("svg_text", "said"),
    [
        (SVG.format('<text y="50">a</text>'), ["media/a.svg: error[O002]: `media/a.svg` has no masks"]),
        (
            SVG.format('\n<text data-mask="a b" y="50">a</text><text data-mask="" y="90">b</text>'),
            [
                "media/a.svg:2:1: error[O003]: `a b` cannot be the name of a mask or a group",
                "media/a.svg:2:1: error[O003]: this mask has no name",
            ],
        ),
        (
            SVG.format('<text data-mask="a" data-mask-group="b c" y="50">a</text>'),
            ["media/a.svg:1:1: error[O003]: `b c` cannot be the name of a mask or a group"],
        ),
        (
            SVG.format('<text data-mask="a" y="150">a</text>'),
            ["media/a.svg:1:1: error[O004]: the mask `a` covers nothing"],
        ),
        (
            SVG.format('<text data-mask="a" y="50">a long label</text><text x="30" y="50">stalk</text>'),
            ["media/a.svg:1:1: warning[O005]: the mask `a` covers part of “stalk”"],
        ),
        (
            SVG.format('<text data-mask="a" y="50">a</text><text data-mask="a" y="90">b</text>'),
            ["media/a.svg:1:1: error[O006]: two masks have the name `a`"],
        ),
        (
            SVG.format('<text data-mask="a" y="50">label</text><text data-mask="b" x="9" y="50">other</text>'),
            [
                "media/a.svg:1:1: warning[O005]: the mask `a` covers part of “b”",
                "media/a.svg:1:1: warning[O005]: the mask `b` covers part of “a”",
                "media/a.svg:1:1: error[O007]: the masks `b` and `a` overlap",
            ],
        ),
        (
            SVG.format('\n<text data-mask="a" y="50">a → b ☃ é</text>'),
            [
                "media/a.svg:2:1: warning[O013]: the font does not have `→`: an empty box is drawn instead",
                "media/a.svg:2:1: warning[O013]: the font does not have `☃`: an empty box is drawn instead",
            ],
        ),
        (
            '<svg xmlns="http://www.w3.org/2000/svg"><text data-mask="a" y="9">a</text></svg>',
            ["media/a.svg:1:1: warning[M014]: the drawing has neither a viewBox nor a width and height, so Anki crops it", "media/a.svg: error[O015]: `media/a.svg` does not say how large it is"],
        ),
        (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 a b"><text data-mask="a" y="9">a</text></svg>',
            ["media/a.svg: error[O015]: `media/a.svg` does not say how large it is"],
        ),
        (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 100000"><text data-mask="a" y="9">a</text></svg>',
            ["media/a.svg: error[O015]: `media/a.svg` is 1 × 100000 pixels large"],
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_a_drawing(tmp_path: Path, svg_text: str, said: list[str]) -> None:
    diagram, found = read(tmp_path, "a.svg", svg_text)
    assert words(found) == said
    assert (diagram is None) == any("error" in line for line in said)


def test_uses_without_end_are_no_trap(tmp_path: Path) -> None:
    ten = '<use href="#g{}"/>' * 10
    groups = "".join(f'<g id="g{n}">{ten.replace("{}", str(n - 1))}</g>' for n in range(1, 9))
    _, found = read(tmp_path, "a.svg", SVG.format(f'<g id="g0"><text data-mask="a" y="50">ha</text></g>{groups}'))
    assert words(found) == [
        "media/a.svg:1:1: error[O018]: the drawing has more than 25,000 elements, with what is drawn by reference"
    ]


TEN = "".join(f'<!ENTITY {name} "{f"&{of};" * 10}">' for name, of in zip("bcdefgh", "abcdefg", strict=True))
LAUGHS = f'<!DOCTYPE svg [<!ENTITY a "ha">{TEN}]>'


@pytest.mark.parametrize(
    ("svg_text", "said"),
    [
        (LAUGHS + SVG.format('<text data-mask="a" y="50">&h;</text>'), "declares entities"),
        (f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{SVG.format("<text>&a;</text>")}', "declares entities"),
        (SVG.format('<text data-mask="a" y="50">a</text>' + " " * MAX_SVG_BYTES), "is larger than 5 MiB"),
    ],
    ids=["a billion laughs", "a file of the machine", "too large"],
)  # fmt: skip
def test_traps_are_refused_before_anything_is_drawn(tmp_path: Path, svg_text: str, said: str) -> None:
    diagram, found = read(tmp_path, "a.svg", svg_text)
    assert diagram is None
    assert [(one.severity, said in one.message) for one in found] == [("error", True)]


def test_nothing_from_outside_gets_into_the_picture(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    Image.new("RGB", (50, 50), "red").save(tmp_path / "media" / "red.png")
    text = SVG.format(
        f'<script>alert(1)</script><image href="{tmp_path}/media/red.png" width="50" height="50"/>\n'
        '<text data-mask="a" y="80" onclick="alert(1)">a</text>'
    )
    diagram, found = read(tmp_path, "a.svg", text)
    assert {one.severity for one in found} == {"warning"}
    colours = Image.open(BytesIO(diagram.media.read())).convert("RGB").getcolors(1 << 16)
    assert (255, 0, 0) not in {colour for _, colour in colours}
    assert [mask.span.line for mask in diagram.masks] == [2]


# Drawings: many labels


def found_by(labels: Labels, width: int = 300) -> tuple[dict[Label, Ink], Callable[[], dict[Label, Ink]], list[str]]:
    """What is found of the labels of a drawing together, and on demand one by one; what was drawn for the first."""
    drawn: list[str] = []

    def draw(hidden: Iterable[Label]) -> Image.Image:
        drawn.append("picture")
        return Image.open(BytesIO(renderer.png(labels.drawing(hidden), width, width))).convert("RGB")

    def sketch(shown: Iterable[Label]) -> Image.Image:
        drawn.append("sketch")
        return Image.open(
            BytesIO(renderer.png(labels.alone(list(shown)), width // 3, width // 3, is_clear=True))
        ).getchannel("A")

    picture, every = draw(()), [*labels.masks, *labels.others]
    drawn.clear()
    together = ink.find(every, ink.sketched(every, sketch, picture.size), picture, draw)
    return together, lambda: one_by_one(every, picture, draw), list(drawn)


def one_by_one(
    labels: Iterable[Label], picture: Image.Image, draw: Callable[[Iterable[Label]], Image.Image]
) -> dict[Label, Ink]:
    parts = ((label, ink.difference(picture, draw([label]))) for label in labels)
    return {label: Ink(box, part.crop(box)) for label, part in parts if (box := part.getbbox())}


def ink_of(found: dict[Label, Ink]) -> dict[str, tuple[Box, bytes]]:
    return {label.name or label.text: (one.box, bytes(map(bool, one.shape.tobytes()))) for label, one in found.items()}


def labels_of(text: str) -> Labels:
    labels, found = svg_labels.read(text.encode(), "a.svg")
    assert (labels is not None, found) == (True, [])
    return labels


def crowd(seed: int) -> str:
    """A drawing with labels of all sorts, on and in one another."""
    chance = random.Random(seed)
    parts = []
    for number in range(chance.randint(8, 20)):
        x, y, fill = chance.randint(-20, 190), chance.randint(-5, 95), chance.choice(("red", "white", "black", "none"))
        opacity = chance.choice(("", 'opacity="0.5"', 'stroke="blue"'))
        parts.append(
            chance.choice(
                (
                    f'<rect data-mask="m{number}" x="{x}" y="{y}" width="60" height="30" fill="{fill}" {opacity}/>',
                    f'<text data-mask="m{number}" x="{x}" y="{y}" {opacity}>Label {number}</text>',
                    f'<text x="{x}" y="{y}">text {number} <tspan data-mask="m{number}">piece</tspan> rest</text>',
                    f'<g data-mask="m{number}"><circle cx="{x}" cy="{y}" r="20" fill="{fill}"/>'
                    f'<text data-mask="n{number}" x="{x}" y="{y}">in {number}</text></g>',
                )
            )
        )
    return SVG.format("\n".join(parts))


@pytest.mark.ci
@pytest.mark.parametrize("seed", range(4))
def test_labels_are_found_together_as_one_by_one(seed: int) -> None:
    together, alone, _ = found_by(labels_of(crowd(seed)))
    assert ink_of(together) == ink_of(alone())


def test_labels_that_do_not_touch_take_few_pictures() -> None:
    text = '<text data-mask="m{0}" x="{1}" y="{2}" font-size="5">{0}</text>'
    together, _, drawn = found_by(
        labels_of(SVG.format("".join(text.format(n, n % 10 * 20, n // 10 * 10 + 8) for n in range(100))))
    )
    assert (len(together), drawn) == (100, ["sketch"] * 9 + ["picture"])


@pytest.mark.ci
def test_cells_that_share_their_edges_take_few_pictures() -> None:
    cell = (
        '<g data-mask="m{0}"><rect x="{1}" y="{2}" width="40" height="20" fill="white" stroke="black"/>'
        '<text x="{3}" y="{4}" font-size="10">c{0}</text></g>'
    )
    cells = [cell.format(n, n % 8 * 40 + 5, n // 8 * 20 + 5, n % 8 * 40 + 10, n // 8 * 20 + 19) for n in range(64)]
    text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 330 170">{"".join(cells)}</svg>'
    together, alone, drawn = found_by(labels_of(text), 660)
    assert ink_of(together) == ink_of(alone())
    assert drawn == ["sketch"] * 8 + ["picture"] * 4


@pytest.mark.parametrize(
    "content",
    [
        '<defs><text id="t" data-mask="a">shown</text></defs><use href="#t" y="20"/><use href="#t" x="90" y="80"/>'
        '<rect data-mask="b" x="80" y="60" width="60" height="30" opacity=".5"/>',
        '<g data-mask="a"><text y="20">far</text><text x="150" y="90">away</text></g>'
        '<rect data-mask="b" x="140" y="70" width="60" height="30" fill="red" opacity=".5"/>',
        '<g style="visibility:hidden"><text data-mask="a" y="20" visibility="visible">a</text></g><text y="90">b</text>',
        '<rect data-mask="a" width="50" height="50" fill="white"/><rect data-mask="b" width="50" height="50" fill="red"/>',
    ],
    ids=[
        "shown by reference, twice",
        "in two places, one of them below another label",
        "seen in what is hidden",
        "below",
    ],
)
def test_labels_are_found_wherever_they_are(content: str) -> None:
    together, alone, _ = found_by(labels_of(SVG.format(content)))
    assert ink_of(together) == ink_of(alone())


@pytest.mark.parametrize(
    ("box", "times"),
    [("0 0 600 300", (1, 2)), ("0 0 777.7 301.3", (2, 1))],
    ids=["which is the same to the last bit", "which is not"],
)
def test_labels_that_are_close_are_looked_for_in_a_part_of_the_picture(
    monkeypatch: pytest.MonkeyPatch, box: str, times: tuple[int, int]
) -> None:
    place, size = ('x="203"', "40") if box.startswith("0 0 6") else ('x="201.7"', "53.7")
    content = (
        f'<text data-mask="a" {place} y="100" font-size="{size}">ab</text><text data-mask="b" {place} y="122">cd</text>'
    )
    labels = labels_of(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{content}</svg>')
    png, drawn = renderer.png, []

    def counted(source: bytes, width: int, *given: object, **options: object) -> bytes:
        drawn.append(width)
        return png(source, width, *given, **options)

    with monkeypatch.context() as patch:
        patch.setattr(renderer, "png", counted)
        made, _ = drawing.draw(labels, "a.svg")
    assert made is not None
    whole = drawing.opened(made.data)
    assert ink_of(made.ink) == ink_of(
        one_by_one(labels.masks, whole, lambda some: drawing.opened(renderer.png(labels.drawing(some), *whole.size)))
    )
    # At full size, the whole and the part.
    assert (drawn.count(1200), len([width for width in drawn if width not in (1200, 600, 300, 218, 150)])) == times


@pytest.mark.parametrize(
    ("fixed", "growing", "drawn"),
    [(0.0, 4e-6, [150, 300]), (0.9, 0.0, [150, 300, 600, 1200]), (0.1, 5e-7, [150, 300, 600, 1200])],
)
def test_small_pictures_foretell_how_long_the_largest_takes(
    monkeypatch: pytest.MonkeyPatch, fixed: float, growing: float, drawn: list[int]
) -> None:
    png, widths = renderer.png, []

    def timed(source: bytes, width: int, height: int, is_clear: bool = False, *, budget: renderer.Budget) -> bytes:
        widths.append(width)
        if len(widths) <= 4:
            budget.left -= fixed + growing * width * height
        return png(source, width, height, is_clear)

    labels, _ = svg_labels.read(SVG.format('<text data-mask="m" x="9" y="50">m</text>').encode(), "a.svg")
    assert labels
    monkeypatch.setattr(renderer, "png", timed)
    if len(drawn) == 2:
        with pytest.raises(FailedError, match="time"):
            drawing.draw(labels, "a.svg")
    else:
        assert drawing.draw(labels, "a.svg")[0]
    assert widths[:4] == drawn


@pytest.mark.ci
def test_as_many_cells_of_a_table_as_a_note_may_have_are_all_found() -> None:
    cell = (
        '<g data-mask="m{0}"><rect x="{1}" y="{2}" width="80" height="40" fill="white" stroke="black"/>'
        '<text x="{3}" y="{4}" font-size="14">Cell {0}</text></g>'
    )
    places = ((n, n % 25 * 80, n // 25 * 40) for n in range(499))
    cells = "".join(cell.format(n, x, y, x + 10, y + 25) for n, x, y in places)
    drawn, found = drawing.draw(
        labels_of(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2000 1400">{cells}</svg>'), "a.svg"
    )
    assert (drawn and len(drawn.ink), found) == (499, [])


def test_labels_that_lie_over_one_another_in_too_many_pixels_are_not_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []
    png = renderer.png

    def counted(source: bytes, width: int, *given: object, **options: object) -> bytes:
        sizes.append(width)
        return png(source, width, *given, **options)

    monkeypatch.setattr(renderer, "png", counted)
    text = '<text data-mask="m{}" x="-50" y="400" font-size="900">mmmm</text>'
    labels, _ = svg_labels.read(SVG.format("".join(text.format(n) for n in range(40))).encode(), "a.svg")
    assert labels
    assert drawing.draw(labels, "a.svg")[1] == [diagrams.drawing.too_heavy(Span("a.svg"), "crowd")]
    assert sizes == [150, 300, 600, 1200, *[218] * len(sizes[4:])]  # Sketches, but no picture without some of them.


@pytest.mark.parametrize(
    "ground",
    [
        'style="background-color: rgb(255, 255, 255);"',
        'style="max-width: 9px; background: #fff"',
        'background-color="red"',
    ],
)
def test_the_ground_of_a_drawing_is_no_label(ground: str) -> None:
    text = "".join(f'<text data-mask="m{n}" x="5" y="{9 + 9 * n}" font-size="6">m{n}</text>' for n in range(10))
    labels, _ = svg_labels.read(SVG.format(text).replace("<svg ", f"<svg {ground} ", 1).encode(), "a.svg")
    assert labels
    alone = Image.open(BytesIO(renderer.png(labels.alone(labels.masks[:1]), 100, 100, is_clear=True)))
    assert alone.getpixel((99, 49)) == (0, 0, 0, 0)
    assert drawing.draw(labels, "a.svg")[1] == []


def test_labels_that_nobody_can_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ink, "MAX_OVERLAPPING", 5)
    monkeypatch.setattr(drawing, "MIN_WIDTH", 400)
    text = '<text data-mask="m{}" x="{}" y="50" opacity=".8">mmmm</text>'
    _, found = read(tmp_path, "a.svg", SVG.format("".join(text.format(n, n) for n in range(40))))
    assert words(found) == ["media/a.svg: error[O018]: more than 16 labels lie over one another"]


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 30)] * 2), max_size=12), st.integers(0, 9))
def test_near_boxes_are_found(given: list[tuple[int, int, int, int]], reach: int) -> None:
    boxes = [(x, y, x + width, y + height) for x, y, width, height in given]

    def are_near(one: Box, other: Box) -> bool:
        return all(max(one[n], other[n]) < min(one[n + 2], other[n + 2]) + reach for n in (0, 1))

    expected = [pair for pair in combinations(range(len(boxes)), 2) if are_near(boxes[pair[0]], boxes[pair[1]])]
    assert sorted(shapes.near(boxes, reach)) == expected


# Drawings: what cannot be drawn in any time


RECT_OF = '<rect width="200" height="100" {}/>'
NOISE = '<filter id="f"><feTurbulence baseFrequency="0.5" numOctaves="{}"/></filter>' + RECT_OF.format(
    'filter="url(#f)"'
)
BLUR = '<filter id="f"><feGaussianBlur stdDeviation="5"/></filter>'


def embedded(data: bytes, kind: str) -> str:
    return f'<image width="9" height="9" href="data:image/{kind};base64,{base64.b64encode(data).decode()}"/>'


def chained(number: int) -> str:
    uses = "".join(f'<g id="g{n}"><use href="#g{n + 1}"/></g>' for n in range(number))
    return f'<defs>{uses}<path id="g{number}" d="M0 0h9"/></defs><use href="#g0"/>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<g>" * 60 + "</g>" * 60, "the drawing is nested more than 50 deep here"),
        (chained(30), "the drawing is nested more than 50 deep here"),
        ("<path/>" * 25_001, "the drawing has more than 25,000 elements, with what is drawn by reference"),
        ('<marker id="m">' + "<path/>" * 50 + '</marker><path marker-mid="url(#m)" d="M0 0' + "h1v1" * 900 + '"/>', "the drawing has more than 25,000 elements, with what is drawn by reference"),
        (f"<text>{'word ' * 2001}</text>", "the drawing has more than 10,000 characters of text"),
        ('<text id="t">' + "word " * 100 + "</text>" + '<use href="#t"/>' * 25, "the drawing has more than 10,000 characters of text"),
        ("<text>a</text>" * 1000, "the drawing has 1,001 labels, more than 1,000"),
        (NOISE.format(1_000_000_000), "this noise has 1e+09 octaves"),
        (NOISE.format("9" * 400), "this noise has inf octaves"),
        (NOISE.format(11), "this noise has 11 octaves"),
        (BLUR + RECT_OF.format('filter="url(#f)"') * 300, "the drawing applies more than 500 steps of filters"),
        (f"<filter id='f'>{'<feOffset/>' * 501}</filter>" + RECT_OF.format('style="filter: url(#f)"'), "the drawing applies more than 500 steps of filters"),
        (RECT_OF.format('filter="' + "blur(1px) " * 501 + '"'), "the drawing applies more than 500 steps of filters"),
        (BLUR + '<g filter="url(#f)">' * 6 + "</g>" * 6, "filters are nested more than 5 deep here"),
        ('<g filter="blur(5px)">' * 6 + "</g>" * 6, "filters are nested more than 5 deep here"),
        (lambda: embedded(crafted(30_000, 30_000), "png"), "the pictures in the drawing have more than 16 million pixels"),
        (lambda: f'<g id="i">{embedded(crafted(2000, 1000), "png")}</g>' + '<use href="#i"/>' * 9, "the pictures in the drawing have more than 16 million pixels"),
        (lambda: f'<filter id="f">{embedded(crafted(9000, 9000), "png").replace("image", "feImage", 1)}</filter>' + RECT_OF.format('filter="url(#f)"'), "the pictures in the drawing have more than 16 million pixels"),
        (lambda: embedded(SVG.format(NOISE.format(99)).encode(), "svg+xml"), "this noise has 99 octaves"),
        (lambda: embedded(gzip.compress(SVG.format("").encode()), "svg+xml"), "a drawing within the drawing cannot be used: is not XML: not well-formed (invalid token): line 1, column 0"),
    ],
)  # fmt: skip
def test_what_would_take_for_ever_is_refused_before_it_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | Callable[[], str], said: str
) -> None:
    monkeypatch.setattr(renderer, "png", lambda *given, **options: pytest.fail("something was drawn"))
    content = content if isinstance(content, str) else content()
    diagram, found = read(tmp_path, "a.svg", SVG.format(content + '<text data-mask="a" y="50">a</text>'))
    assert (diagram, [(one.code, one.message) for one in found]) == (None, [("O018", said)])


SHADOW = (
    '<filter id="f"><feFlood flood-opacity="0.5"/><feComposite in2="SourceGraphic" operator="in"/>'
    '<feGaussianBlur stdDeviation="3"/><feOffset dx="6" dy="6" result="o"/><feComposite in="SourceGraphic" in2="o"/></filter>'
)


@pytest.mark.parametrize(
    "content",
    [
        SHADOW + '<g filter="url(#f)"><rect width="20" height="9"/></g>' * 60,
        '<rect width="20" height="9" filter="drop-shadow(2px 3px 2px rgba(0,0,0,.25))"/>' * 90,
        SHADOW + '<g filter="url(#f)">' + RECT_OF.format('filter="url(#f)" opacity=".5"') + "</g>",
        NOISE.format(5).replace("200", "20"),
        "<g>" * 40 + RECT_OF.format('fill="none"') + "</g>" * 40,
        chained(10),
        embedded(SVG.format(RECT_OF.format("")).encode(), "svg+xml"),
        '<pattern id="p" width=".1" height=".1"><path d="M0 0h9"/></pattern>' + RECT_OF.format('fill="url(#p)"'),
        "<path d='M1 1h1'/>" * 5000,
    ],
    ids=["shadows", "CSS shadows", "a filter in a filter", "noise", "groups", "uses", "a drawing", "a pattern", "paths"],
)  # fmt: skip
@pytest.mark.ci
def test_what_people_draw_is_drawn(tmp_path: Path, content: str) -> None:
    diagram, found = read(
        tmp_path, "a.svg", SVG.format(f'{content}<text data-mask="a" x="90" y="50" fill="red">a</text>')
    )
    assert (diagram is not None, words(found)) == (True, [])


def test_a_crash_costs_one_drawing() -> None:
    nested = SVG.format("<g>" * 900 + "<path d='M0 0h9'/>" + "</g>" * 900).encode()
    with pytest.raises(FailedError) as raised:
        renderer.png(nested, 200, 100)
    assert raised.value.problem == "crash"
    assert renderer.png(SVG.format("").encode(), 200, 100).startswith(b"\x89PNG")


def test_a_process_that_was_killed_is_started_again() -> None:
    renderer.png(SVG.format("").encode(), 200, 100)
    for running in renderer._started:
        running._process.kill()
        running._process.wait()
    assert renderer.png(SVG.format("").encode(), 200, 100).startswith(b"\x89PNG")


@pytest.mark.parametrize("patience", [None, 0.1], ids=["by the work it does", "by the clock"])
def test_a_drawing_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch, patience: float | None) -> None:
    monkeypatch.setattr(renderer, "seconds", lambda pixels: 0.3 if patience is None else 3)
    if patience is not None:
        monkeypatch.setattr(renderer, "_PATIENCE", patience)
    long = SVG.format(NOISE.format(1_000_000_000)).encode()
    with pytest.raises(FailedError) as raised:
        renderer.png(long, 200, 100)
    assert raised.value.problem == "time"


def test_all_pictures_of_a_drawing_share_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_seconds", lambda pixels, labels: 0.001)
    diagram, found = read(
        tmp_path, "a.svg", SVG.format('<text data-mask="a" y="50">a</text>' + "<path d='M1 1h1'/>" * 500)
    )
    assert (diagram, words(found)) == (None, ["media/a.svg: error[O015]: `media/a.svg` takes too long to draw"])


def test_the_process_may_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "_free", [])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    diagram, found = read(tmp_path, "a.svg", SVG.format('<text data-mask="a" y="50">a</text>'))
    assert (diagram, [one.code for one in found]) == (None, ["O015"])
    assert found[0].message.startswith("`media/a.svg` cannot be drawn: no other program can be started (")


def test_a_failure_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.svg").write_text(SVG.format('<text data-mask="a" y="50">a</text>'))
    media, _ = Library(tmp_path, ("media",)).resolve(Reference("/media/a.svg", False, Span("cards/a.md")))
    assert media

    def fail(*given: object, **options: object) -> bytes:
        raise FailedError("time")

    kept = tmp_path / "build" / "kept"
    with monkeypatch.context() as patch:
        patch.setattr(renderer, "png", fail)
        assert words(diagrams.read(media, tmp_path, Cache(kept))[1]) == [
            "media/a.svg: error[O015]: `media/a.svg` takes too long to draw"
        ]
    made = diagrams.read(media, tmp_path, Cache(kept))
    assert made[0] is not None
    # From now on nothing is drawn, so no process is needed.
    monkeypatch.setattr(renderer, "png", fail)
    assert diagrams.read(media, tmp_path, Cache(kept)) == made


@pytest.mark.ci
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_of_a_program_that_was_ended(how: signal.Signals) -> None:
    script = (
        "import signal\n"
        "from deckwright.diagrams import renderer\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # What runs in the background ignores it.
        'renderer.png(b\'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>\', 9, 9)\n'
        "renderer._Worker()\n"  # As if two threads had drawn.
        "print(*(one._process.pid for one in renderer._started), flush=True)\n"
        "input()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1, stderr=-3, text=True) as other:
        assert other.stdout
        workers = list(map(int, other.stdout.readline().split()))
        for worker in workers:
            os.kill(worker, 0)
        other.send_signal(how)
        other.wait()
    assert len(workers) == 2
    until = time.monotonic() + 10
    while not all(map(has_ended, workers)):
        assert time.monotonic() < until, "they run on"
        time.sleep(0.05)


def has_ended(pid: int) -> bool:
    """Whether it is not there, or only nobody has asked for its exit code yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


# Drawings: many of them


def drawings_of(root: Path, number: int) -> list[Media]:
    (root / "media").mkdir()
    for name in range(number):
        (root / "media" / f"{name}.svg").write_text(SVG.format(f'<text data-mask="a" y="{50 + name}">a</text>'))
    library = Library(root, ("media",))
    found = [library.resolve(Reference(f"/media/{name}.svg", False, Span("cards/a.md"))) for name in range(number)]
    return [media for media, _ in found if media]


def test_many_pictures_are_drawn_at_once_as_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = drawings_of(tmp_path, 5)
    (tmp_path / "media" / "1.svg").write_text("no drawing")
    monkeypatch.setattr(renderer, "_free", [])
    monkeypatch.setattr(workers, "processors", lambda: 3)
    cache, running = Cache(), len(renderer._started)
    drawn = diagrams.draw(media, tmp_path, cache)
    assert list(drawn) == [one.path for one in media]
    assert 1 <= len(renderer._started) - running <= 3
    monkeypatch.setattr(renderer, "png", lambda *given, **options: pytest.fail("something was drawn once more"))
    assert drawn == {one.path: diagrams.read(one, tmp_path, cache) for one in media}
    assert [one for one, (diagram, _) in drawn.items() if diagram is None] == [media[1].path]


def test_drawing_ends_with_whoever_asked_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = drawings_of(tmp_path, 4)
    read, drawn = diagrams.read, []

    def stopped(one: Media, root: Path, cache: Cache) -> object:
        drawn.append(one)
        if one is media[0]:
            raise KeyboardInterrupt
        return read(one, root, cache)

    monkeypatch.setattr(diagrams, "read", stopped)
    monkeypatch.setattr(workers, "processors", lambda: 1)
    with pytest.raises(KeyboardInterrupt):
        diagrams.draw(media, tmp_path, Cache())
    assert len(drawn) < len(media)
    assert all(running._process.wait(10) for running in renderer._started)


# Drawings: text that leaves the picture


@pytest.mark.parametrize(
    ("element", "leaves"),
    [
        ('<text data-mask="a" x="170" y="50">Axon terminal</text>', True),
        ('<text data-mask="a" x="-5" y="50">Axon</text>', True),
        ('<text data-mask="a" x="9" y="7">Axon</text>', True),
        ('<text data-mask="a" x="9" y="102">gap</text>', True),
        ('<g data-mask="a"><path d="M150 40h20"/><text x="180" y="50">Axon</text></g>', True),
        ('<text y="50" x="150">see <tspan data-mask="a">terminal</tspan></text>', True),
        ('<text data-mask="a" x="0" y="50">Axon</text>', False),
        ('<text data-mask="a" x="200" y="50" text-anchor="end">Axon</text>', False),
        (
            '<g data-mask="a"><rect x="150" width="90" height="40" fill="#cde"/><text x="155" y="20">Axon</text></g>',
            False,
        ),
        ('<rect data-mask="a" x="150" width="90" height="40" fill="#cde"/>', False),
        ('<text data-mask="a" x="150" y="50">Axon</text><text x="170" y="90">cut off, but not asked</text>', False),
    ],
)
def test_text_that_leaves_the_picture_is_told(tmp_path: Path, element: str, leaves: bool) -> None:
    diagram, found = read(tmp_path, "a.svg", SVG.format(f"\n{element}"))
    message = "media/a.svg:2:1: error[O017]: the text of the mask `a` goes beyond the edge of the picture"
    assert (diagram is None, words(found)) == (leaves, [message] if leaves else [])


@pytest.mark.parametrize(
    ("around", "is_cut"),
    [
        ('<svg x="20" y="10" width="50" height="40">{}</svg>', True),
        ('<svg x="20" y="10" width="50" height="40"><g>{}</g></svg>', True),
        ('<svg x="20" y="10" width="150" height="40">{}</svg>', False),
        ('<svg x="20" y="10" width="50" height="40" overflow="visible">{}</svg>', False),
        ('<clipPath id="c"><rect width="50" height="40"/></clipPath><g clip-path="url(#c)">{}</g>', True),
        (
            '<clipPath id="c"><rect width="50" height="40"/></clipPath><g style="clip-path: url(#c); fill: red">{}</g>',
            True,
        ),
        ('<clipPath id="c"><rect y="15" width="150" height="40"/></clipPath><g clip-path="url(#c)">{}</g>', True),
        ('<clipPath id="c"><rect width="150" height="40"/></clipPath><g clip-path="url(#c)">{}</g>', False),
    ],
)
def test_text_that_is_cut_off_within_the_picture_is_told(tmp_path: Path, around: str, is_cut: bool) -> None:
    text = '<text data-mask="a" x="20" y="20">Axon terminal</text>'
    _, found = read(tmp_path, "a.svg", SVG.format(f"\n{around.format(text)}"))
    message = "media/a.svg:2:1: error[O017]: part of the text of the mask `a` is cut off"
    assert words(found) == ([message] if is_cut else [])


def test_room_beside_the_drawing_is_no_edge(tmp_path: Path) -> None:
    wide = '<svg xmlns="http://www.w3.org/2000/svg" width="1500" height="750" viewBox="0 0 10 10">{}</svg>'
    _, found = read(tmp_path, "a.svg", wide.format('<text data-mask="a" x="-4" y="5" font-size="1">Axon</text>'))
    assert words(found) == []


# Photographs and screenshots


def test_masks_beside_a_picture(tmp_path: Path) -> None:
    given = masks_toml(
        RECT + '\nhint = "h"\ngroup = "g"\nwas = "o"\nhide-one = true',
        'name = "b"\nshape = "ellipse"\nleft = 0.5\ntop = 0.5\nwidth = 0.2\nheight = 0.2\nlabel = "B"',
        'name = "c"\nshape = "polygon"\npoints = [[0.8, 0.1], [0.9, 0.3], [0.7, 0.3]]',
        'name = "d"\nleft = 0.1\ntop = 0.8\nwidth = 0.2\nheight = 0.1\nangle = -10',
    )
    diagram, found = read(tmp_path, "a.png", png(), given)
    assert words(found) == []
    assert (diagram.width, diagram.height, diagram.media.data) == (400, 200, None)
    lines = [2, 12, 20, 24]
    assert [mask.span for mask in diagram.masks] == [Span("media/a.masks.toml", line, 1, 8) for line in lines]
    a, b, c, d = diagram.masks
    assert (a.name, a.left, a.top, a.width, a.height, a.hint, a.key, a.was, a.hide_one) == (
        "a", 0.1, 0.2, 0.3, 0.1, "h", "g", "o", True,
    )  # fmt: skip
    assert (b.shape, b.label, c.label) == ("ellipse", "B", "c")
    assert (c.left, c.top, c.width, c.height) == pytest.approx((0.7, 0.1, 0.2, 0.2))
    assert d.angle == 350


def test_pixels_and_fractions_mean_the_same(tmp_path: Path) -> None:
    fractions, _ = read(
        tmp_path,
        "a.png",
        png(),
        masks_toml(RECT, 'name = "p"\nshape = "polygon"\npoints = [[0.5, 0.5], [0.75, 0.5], [0.5, 0.75]]'),
    )
    pixels, _ = read(
        tmp_path, "a.png", png(),
        masks_toml('name = "a"\nleft = 40\ntop = 40\nwidth = 120\nheight = 20', 'name = "p"\nshape = "polygon"\npoints = [[200, 100], [300, 100], [200, 150]]', size='unit = "px"'),
    )  # fmt: skip
    numbers = {"a": 1, "p": 2}
    assert diagrams.occlusion_text(pixels.masks, numbers, "hide-all") == diagrams.occlusion_text(
        fractions.masks, numbers, "hide-all"
    )


def test_what_is_written_down_is_read_back(tmp_path: Path) -> None:
    masks = [
        Mask("a", 0.1, 0.2, 0.3, 0.1, group="g", hint='say "hm"\n', label="A \\ b", was="o", hide_one=True),
        Mask("b", 0.5, 0.5, 0.2, 0.2, "ellipse", angle=30, label="b"),
        Mask("c", 0.7, 0.1, 0.2, 0.2, "polygon", ((0.7, 0.1), (0.9, 0.1), (0.9, 0.3)), label="ü\x7f"),
    ]
    diagram, found = read(tmp_path, "a.png", png(), mask_file.dump(masks, (400, 200)))
    assert words(found) == []
    assert [
        repr(replace(mask, span=Span(""), width=round(mask.width, 9), height=round(mask.height, 9)))
        for mask in diagram.masks
    ] == [repr(mask) for mask in masks]


PLACE = "media/a.masks.toml"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("name = ?", ["1:8: error[O010]: the mask file cannot be read: Invalid value (at line 1, column 8)"]),
        ("name = ", ["error[O010]: the mask file cannot be read: Invalid value (at end of document)"]),
        (b"\xff\xfe", ["error[O010]: the mask file cannot be read: it contains bytes that are not UTF-8"]),
        ("x = " + "[" * 5000 + "]" * 5000, ["error[O010]: the mask file cannot be read: its brackets nest too deep"]),
        ("x = " + "9" * 5000, ["error[O010]: the mask file cannot be read: it contains a number of thousands of digits"]),
        (masks_toml(RECT.replace("0.3", "1979-05-27")), ["6:1: error[O009]: width = 1979-05-27 cannot be used"]),
        ("size = [400, 200]", ["error[O016]: `media/a.masks.toml` has no masks"]),
        ("[mask]\nname = 'a'", ["error[O016]: `media/a.masks.toml` has no masks"]),
        ("mask = [1]", ["error[O009]: mask = 1 cannot be used"]),
        (masks_toml(RECT, RECT.replace("0.2", "0.6")), ["8:1: error[O006]: two masks have the name `a`"]),
        (masks_toml(RECT.replace("left", "lef")), ["4:1: error[O008]: `lef` is not a key of a mask file", "2:1: error[O009]: a rect without left cannot be used"]),
        (masks_toml(RECT, size="sizes = [1]"), ["1:1: error[O008]: `sizes` is not a key of a mask file"]),
        (masks_toml(RECT, size='unit = "mm"'), ["1:1: error[O009]: unit = 'mm' cannot be used"]),
        (masks_toml(RECT, size="size = [800, 600]"), ["1:1: error[O011]: the masks were drawn for [800, 600] pixels, but the picture has [400, 200]"]),
        (masks_toml(RECT, size="size = 5"), ["1:1: error[O011]: the masks were drawn for 5 pixels, but the picture has [400, 200]"]),
        (masks_toml(RECT.replace("0.1", "0.9")), ["2:1: error[O017]: the mask `a` goes beyond the edge of the picture"]),
        (masks_toml(RECT.replace("0.1", "nan")), ["4:1: error[O009]: left = nan cannot be used", "7:1: error[O009]: height = nan cannot be used"]),
        (masks_toml(RECT.replace("0.3", "inf")), ["6:1: error[O009]: width = inf cannot be used"]),
        (masks_toml(RECT + "\nangle = inf"), ["8:1: error[O009]: angle = inf cannot be used"]),
        (masks_toml(RECT + "\nangle = 170"), ["2:1: error[O017]: the mask `a` goes beyond the edge of the picture"]),
        (masks_toml(RECT.replace("0.3", f"1{'0' * 400}")), [f"6:1: error[O009]: width = 1{'0' * 59}… cannot be used"]),
        (masks_toml(RECT.replace("0.3", "0")), ["6:1: error[O009]: width = 0 cannot be used"]),
        (masks_toml('name = "a"\nlabel = """\nwidth = 0\n"""\nleft = 0.1\ntop = 0.2\nwidth = 0\nheight = 0.1'), ["9:1: error[O009]: width = 0 cannot be used"]),
        (masks_toml(RECT.replace("0.3", '"wide"')), ["6:1: error[O009]: width = 'wide' cannot be used"]),
        (masks_toml(RECT.replace("0.3", "true")), ["6:1: error[O009]: width = True cannot be used"]),
        (masks_toml(RECT + "\nshape = []"), ["8:1: error[O009]: shape = [] cannot be used"]),
        (masks_toml(RECT + '\nshape = "star"'), ["8:1: error[O009]: shape = 'star' cannot be used"]),
        (masks_toml(RECT + "\npoints = [[0, 0], [1, 0], [1, 1]]"), ["8:1: error[O009]: a rect with points cannot be used"]),
        (masks_toml('name = "a"\nshape = "polygon"'), ["2:1: error[O009]: a polygon without points cannot be used"]),
        (masks_toml('name = "a"\nshape = "polygon"\npoints = [[0, 1], [2]]'), ["5:1: error[O009]: points = [[0, 1], [2]] cannot be used"]),
        (masks_toml(RECT.replace('"a"', '"a b"')), ["3:1: error[O003]: `a b` cannot be the name of a mask or a group"]),
        (masks_toml(RECT.replace('name = "a"\n', "")), ["2:1: error[O003]: this mask has no name"]),
        (masks_toml(RECT, RECT.replace('"a"', '"b"')), ["8:1: error[O007]: the masks `b` and `a` overlap"]),
        (masks_toml(RECT + "\nhide-one = true", RECT.replace('"a"', '"b"') + "\nhide-one = true"), []),
        (masks_toml(RECT + '\ngroup = "g"', RECT.replace('"a"', '"b"') + '\ngroup = "g"'), []),
        (masks_toml('name = "a"\nshape = "polygon"\npoints = [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]'), ["5:1: error[O009]: points = [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]] cannot be used"]),
        (b"\xef\xbb\xbf" + masks_toml(RECT).replace("\n", "\r\n").encode(), []),
    ],
)  # fmt: skip
def test_what_is_said_of_a_mask_file(tmp_path: Path, given: str | bytes, said: list[str]) -> None:
    diagram, found = read(tmp_path, "a.png", png(), given)
    assert words(found) == [f"{PLACE}:{' ' if line.startswith('error') else ''}{line}" for line in said]
    assert (diagram is None) == bool(said)


@pytest.mark.parametrize(
    "given",
    [
        "mask = " + "[" * 5000,
        "mask = " + "[" * 1000 + "]" * 1000,
        f"mask = {'{a=' * 1000}1{'}' * 1000}",
        f"size = [1{'0' * 5000}, 1]",
        "a." * 60_000 + "a = 1",
        f"mask = [{{{'a . ' * 60}a = 1}}]",
        "# " + "x" * MAX_MASK_FILE_BYTES,
    ],
    ids=["open", "nested", "tables", "a long number", "a long key", "a long key within", "long"],
)
def test_a_mask_file_that_nobody_wrote_is_refused(tmp_path: Path, given: str) -> None:
    _, (problem,) = read(tmp_path, "a.png", png(), given)
    assert (problem.span, problem.code) == (Span(PLACE), "O010")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_a_mask_file_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    os.mkfifo(tmp_path / "media" / "a.masks.toml")
    _, found = read(tmp_path, "a.png", png())
    assert words(found) == [f"{PLACE}: error[O010]: the mask file cannot be read: [Errno 0] it is no regular file"]


def test_masks_over_many_others_are_told_of_a_few(tmp_path: Path) -> None:
    masks = [RECT.replace('"a"', f'"m{n}"') for n in range(40)]
    _, found = read(tmp_path, "a.png", png(), masks_toml(*masks))
    assert [one.code for one in found] == ["O007"] * (0 + 1 + 2 + 3 + 4 + 35 * 5)


def test_shapes_that_only_share_a_box_do_not_lie_over_one_another(tmp_path: Path) -> None:
    polygon = 'name = "{}"\nshape = "polygon"\npoints = {}'
    given = masks_toml(
        polygon.format("a", [[0.1, 0.1], [0.5, 0.1], [0.1, 0.5]]),
        polygon.format("b", [[0.5, 0.2], [0.5, 0.5], [0.2, 0.5]]),
    )
    _, found = read(tmp_path, "a.png", png(), given)
    assert words(found) == []


def crafted(width: int, height: int) -> bytes:
    """A PNG whose header promises that many pixels, and holds none."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0")),
        (b"IEND", b""),
    ]
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def animated() -> bytes:
    data = BytesIO()
    frames = [Image.new("L", (40, 40), shade) for shade in (0, 128, 255)]
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
    return data.getvalue()


def jpeg() -> bytes:
    data = BytesIO()
    Image.effect_noise((200, 200), 90).save(data, "JPEG")
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.png", png(), "media/a.png: error[O002]: `media/a.png` has no masks"),
        ("a.png", crafted(30_000, 30_000), "media/a.png: error[O012]: this picture cannot have masks: it has 30000 × 30000 pixels"),
        ("a.png", crafted(300, 300), "media/a.png: error[O012]: this picture cannot have masks: it cannot be read (image file is truncated"),
        ("a.jpg", jpeg()[:3000], "media/a.jpg: error[O012]: this picture cannot have masks: it cannot be read (image file is truncated"),
        ("a.gif", animated(), "media/a.gif: error[O012]: this picture cannot have masks: it is animated"),
        ("a.avif", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "media/a.avif: error[O012]: this picture cannot have masks: it cannot be read (cannot identify"),
        ("a.mp3", b"ID3", "media/a.mp3: error[O012]: this picture cannot have masks: it cannot be read (cannot identify"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_picture(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    diagram, found = read(tmp_path, name, data)
    assert diagram is None
    assert [line[: len(said)] for line in words(found)] == [said]


def test_a_turned_photograph_is_measured_as_it_is_shown(tmp_path: Path) -> None:
    data = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: the camera was held upright.
    Image.new("RGB", (400, 200)).save(data, "JPEG", exif=exif)
    diagram, _ = read(tmp_path, "a.jpg", data.getvalue(), masks_toml(RECT, size="size = [200, 400]"))
    assert (diagram.width, diagram.height) == (200, 400)


# What a section asks for


def test_a_section_asks_for_masks_and_groups_by_name() -> None:
    masks = [Mask("a", 0, 0, 0.1, 0.1), Mask("b", 0.2, 0, 0.1, 0.1, group="g"), Mask("c", 0.4, 0, 0.1, 0.1, group="g")]
    place = Span("cards/a.md", 3, 1)
    assert diagrams.asked(masks, (), place) == (masks, [])
    assert diagrams.asked(masks, ("a", "g"), place) == (masks, [])
    assert diagrams.asked(masks, ("c",), place) == ([masks[2]], [])
    _, found = diagrams.asked(masks, ("aa", "h"), place)
    assert [to_text(one).split("\n")[0] for one in found] == [
        "cards/a.md:3:1: error[O014]: the picture has no mask `aa`",
        "cards/a.md:3:1: error[O014]: the picture has no mask `h`",
    ]
    assert found[0].hint == "did you mean `a`? it has `a`, `b`, `c`, `g`"
    # Of several that are as near, the first in the alphabet is meant, whatever order a set has.
    near = [Mask(f"left-{letter}", 0, 0, 0.1, 0.1) for letter in "hgfedcba"]
    assert diagrams.asked(near, ("left-x",), place)[1][0].hint.startswith("did you mean `left-a`? ")


def test_a_note_asks_for_no_more_masks_than_it_has_cards() -> None:
    masks = [Mask(f"m{n}", 0, 0, 0.1, 0.1) for n in range(500)]
    place = Span("cards/a.md", 3, 1)
    assert diagrams.asked(masks[1:], (), place) == (masks[1:], [])
    assert diagrams.asked(masks, ("m1", "m2"), place) == (masks[1:3], [])
    _, found = diagrams.asked(masks, (), place)
    assert words(found) == [
        "cards/a.md:3:1: error[O019]: the picture has 500 masks to ask, but a note has at most 499 cards"
    ]
    grouped = [replace(mask, group=f"g{n // 2}") for n, mask in enumerate(masks)]
    assert diagrams.asked(grouped, (), place) == (grouped, [])


# Anki's text


def test_the_text_of_an_occlusion_field() -> None:
    masks = [
        Mask("b", 0, 0.5, 1, 0.25, hint="<a> {{c1::b}}", label="B & b [sound:a.mp3] \\(x\\)"),
        Mask("a", 0.125, 0.00004, 0.1, 0.2, "ellipse"),
        Mask("c", 0.2, 0.3, 0.1, 0.1, "polygon", ((0.2, 0.3), (0.3, 0.3), (0.2, 0.4)), hide_one=True),
        Mask("d", 0.12345, 0.6, 0.1, 0.1, angle=90, group="b", label="B & b [sound:a.mp3] \\(x\\)"),
    ]
    hint = '<span class="dw-hint">&lt;a&gt; {<wbr>{c1::b}}</span>'
    assert diagrams.occlusion_text(masks, {"b": 2, "a": 1, "c": 5}, "hide-all") == (
        "{{c1::image-occlusion:ellipse:left=.125:top=.0000:rx=.05:ry=.1:oi=1}}<br>"
        f'{{{{c2::image-occlusion:rect:left=.0000:top=.5:width=1:height=.25:oi=1}}}}{hint}<span class="dw-label">B &amp; b [<wbr>sound:a.mp3] \\\u2060(x\\)</span><br>'
        "{{c2::image-occlusion:rect:left=.1235:top=.6:angle=2500:width=.1:height=.1:oi=1}}<br>"
        "{{c5::image-occlusion:polygon:left=.2:top=.3:points=.2,.3 .3,.3 .2,.4}}<br>"
    )
    assert "oi=" not in diagrams.occlusion_text(masks, {"b": 2, "a": 1, "c": 5}, "hide-one")
