"""Pictures with masks: each mask covers its label and no other, and what cannot be used is said clearly."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import resvg_py
from PIL import Image, ImageChops, ImageDraw

from deckwright import diagrams, media, sidecar, svg
from deckwright.cache import Cache
from deckwright.diagnostics import Diagnostic, to_text
from deckwright.model import Diagram, Mask, Reference, Span

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
        place.with_suffix(sidecar.SUFFIX).write_bytes(beside.encode() if isinstance(beside, str) else beside)
    reference = Reference(f"/media/{name}", False, Span("cards/a.md", 1, 1))
    file, found = media.Library(root, ("media",)).resolve(reference)
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
    """As `diagrams` draws it, with a style sheet of ours, which hides labels in another way."""
    width = round(diagrams.MIN_WIDTH)
    fonts = {"skip_system_fonts": True, "font_files": diagrams._fonts(), "font_family": "Open Sans", "dpi": 96}
    generic = dict.fromkeys(("serif_family", "sans_serif_family", "monospace_family"), "Open Sans")
    data = resvg_py.svg_to_bytes(
        svg_string=source.decode(), style_sheet=style_sheet, width=width, background="white", **fonts, **generic
    )
    return Image.open(BytesIO(bytes(data))).convert("RGB")


@pytest.mark.parametrize("name", DRAWINGS)
def test_each_mask_covers_its_label_and_no_other(name: str) -> None:
    diagram, found = read(PROJECT, name)
    assert (words(found), diagram is not None) == ([], True)
    source = (PROJECT / "media" / name).read_bytes()
    picture = drawn(source)
    shipped = Image.open(BytesIO(diagram.media.read())).convert("RGB")
    assert shipped == picture
    assert shipped.size == (diagram.width, diagram.height)
    labels = svg.Labels(source)
    assert [mask.name for mask in diagram.masks] == re.findall(r'data-mask="(.*?)"', source.decode())
    without = {}
    for label in labels.masks:
        # A piece of a line of text keeps its room; all else may as well not be there.
        how = "visibility:hidden" if label.element.tag.endswith(("tspan", "textPath")) else "display:none"
        without[label] = drawn(source, f'[data-mask="{label.name}"] {{ {how} !important }}')
    without |= {label: drawn(labels.drawing(without=label)) for label in labels.others}
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
                "media/a.svg:2:1: error[O003]: `a b` is no name for a mask or a group",
                "media/a.svg:2:1: error[O003]: this mask has no name",
            ],
        ),
        (
            SVG.format('<text data-mask="a" data-mask-group="b c" y="50">a</text>'),
            ["media/a.svg:1:1: error[O003]: `b c` is no name for a mask or a group"],
        ),
        (
            SVG.format('<text data-mask="a" y="150">a</text>'),
            ["media/a.svg:1:1: error[O004]: nothing is seen of the mask `a`"],
        ),
        (
            SVG.format('<text data-mask="a" y="50">a long label</text><text x="30" y="50">stalk</text>'),
            ["media/a.svg:1:1: warning[O005]: the mask `a` lies over “stalk”"],
        ),
        (
            SVG.format('<text data-mask="a" y="50">a</text><text data-mask="a" y="90">b</text>'),
            ["media/a.svg:1:1: error[O006]: the mask name `a` is given twice"],
        ),
        (
            SVG.format('<text data-mask="a" y="50">label</text><text data-mask="b" x="9" y="50">other</text>'),
            [
                "media/a.svg:1:1: warning[O005]: the mask `a` lies over “b”",
                "media/a.svg:1:1: warning[O005]: the mask `b` lies over “a”",
                "media/a.svg:1:1: error[O007]: the masks `b` and `a` lie over one another",
            ],
        ),
        (
            SVG.format('\n<text data-mask="a" y="50">a → b ☃ é</text>'),
            [
                "media/a.svg:2:1: warning[O013]: `→` cannot be drawn: it would be an empty box",
                "media/a.svg:2:1: warning[O013]: `☃` cannot be drawn: it would be an empty box",
            ],
        ),
        (
            '<svg xmlns="http://www.w3.org/2000/svg"><text data-mask="a" y="9">a</text></svg>',
            ["media/a.svg:1:1: warning[M014]: the drawing has neither a viewBox nor width and height, so it is cropped", "media/a.svg: error[O015]: `media/a.svg` tells no size"],
        ),
        (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 a b"><text data-mask="a" y="9">a</text></svg>',
            ["media/a.svg: error[O015]: `media/a.svg` tells no size"],
        ),
        (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 100000"><text data-mask="a" y="9">a</text></svg>',
            ["media/a.svg: error[O015]: `media/a.svg` is 1 wide and 100000 high"],
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
        "media/a.svg: error[O015]: `media/a.svg` cannot be drawn: SVG data parsing failed cause nodes limit reached"
    ]


TEN = "".join(f'<!ENTITY {name} "{f"&{of};" * 10}">' for name, of in zip("bcdefgh", "abcdefg", strict=True))
LAUGHS = f'<!DOCTYPE svg [<!ENTITY a "ha">{TEN}]>'


@pytest.mark.parametrize(
    ("svg_text", "said"),
    [
        (LAUGHS + SVG.format('<text data-mask="a" y="50">&h;</text>'), "declares entities"),
        (f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{SVG.format("<text>&a;</text>")}', "declares entities"),
        (SVG.format('<text data-mask="a" y="50">a</text>' + " " * svg.LIMIT), "is over 5 MiB"),
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
    diagram, found = read(tmp_path, "a.png", png(), sidecar.dump(masks, (400, 200)))
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
        (b"\xff\xfe", ["error[O010]: the mask file cannot be read: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"]),
        ("size = [400, 200]", ["error[O016]: `media/a.masks.toml` holds no masks"]),
        ("[mask]\nname = 'a'", ["error[O016]: `media/a.masks.toml` holds no masks"]),
        ("mask = [1]", ["error[O009]: mask = 1 cannot be used"]),
        (masks_toml(RECT, RECT.replace("0.2", "0.6")), ["8:1: error[O006]: the mask name `a` is given twice"]),
        (masks_toml(RECT.replace("left", "lef")), ["2:1: error[O008]: `lef` is no key of a mask file", "2:1: error[O009]: a rect without left cannot be used"]),
        (masks_toml(RECT, size="sizes = [1]"), ["error[O008]: `sizes` is no key of a mask file"]),
        (masks_toml(RECT, size='unit = "mm"'), ["error[O009]: unit = 'mm' cannot be used"]),
        (masks_toml(RECT, size="size = [800, 600]"), ["error[O011]: the masks were drawn for [800, 600] pixels, and the picture has [400, 200]"]),
        (masks_toml(RECT, size="size = 5"), ["error[O011]: the masks were drawn for 5 pixels, and the picture has [400, 200]"]),
        (masks_toml(RECT.replace("0.1", "0.9")), ["2:1: error[O017]: the mask `a` leaves the picture"]),
        (masks_toml(RECT.replace("0.1", "nan")), ["2:1: error[O009]: height = nan cannot be used"]),
        (masks_toml(RECT.replace("0.3", "inf")), ["2:1: error[O017]: the mask `a` leaves the picture"]),
        (masks_toml(RECT + "\nangle = 170"), ["2:1: error[O017]: the mask `a` leaves the picture"]),
        (masks_toml(RECT.replace("0.3", "0")), ["2:1: error[O009]: width = 0 cannot be used"]),
        (masks_toml(RECT.replace("0.3", '"wide"')), ["2:1: error[O009]: width = 'wide' cannot be used"]),
        (masks_toml(RECT.replace("0.3", "true")), ["2:1: error[O009]: width = True cannot be used"]),
        (masks_toml(RECT + '\nshape = "star"'), ["2:1: error[O009]: shape = 'star' cannot be used"]),
        (masks_toml(RECT + "\npoints = [[0, 0], [1, 0], [1, 1]]"), ["2:1: error[O009]: a rect with points cannot be used"]),
        (masks_toml('name = "a"\nshape = "polygon"'), ["2:1: error[O009]: a polygon without points cannot be used"]),
        (masks_toml('name = "a"\nshape = "polygon"\npoints = [[0, 1], [2]]'), ["2:1: error[O009]: points = [[0, 1], [2]] cannot be used"]),
        (masks_toml(RECT.replace('"a"', '"a b"')), ["2:1: error[O003]: `a b` is no name for a mask or a group"]),
        (masks_toml(RECT.replace('name = "a"\n', "")), ["2:1: error[O003]: this mask has no name"]),
        (masks_toml(RECT, RECT.replace('"a"', '"b"')), ["8:1: error[O007]: the masks `b` and `a` lie over one another"]),
        (masks_toml(RECT + "\nhide-one = true", RECT.replace('"a"', '"b"') + "\nhide-one = true"), []),
        (masks_toml(RECT + '\ngroup = "g"', RECT.replace('"a"', '"b"') + '\ngroup = "g"'), []),
        (b"\xef\xbb\xbf" + masks_toml(RECT).replace("\n", "\r\n").encode(), []),
    ],
)  # fmt: skip
def test_what_is_said_of_a_mask_file(tmp_path: Path, given: str | bytes, said: list[str]) -> None:
    diagram, found = read(tmp_path, "a.png", png(), given)
    assert words(found) == [f"{PLACE}:{' ' if line.startswith('error') else ''}{line}" for line in said]
    assert (diagram is None) == bool(said)


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
        ("a.png", crafted(30_000, 30_000), "media/a.png: error[O012]: this picture cannot carry masks: it has 30000 × 30000 pixels"),
        ("a.png", crafted(300, 300), "media/a.png: error[O012]: this picture cannot carry masks: it cannot be read (image file is truncated"),
        ("a.jpg", jpeg()[:3000], "media/a.jpg: error[O012]: this picture cannot carry masks: it cannot be read (image file is truncated"),
        ("a.gif", animated(), "media/a.gif: error[O012]: this picture cannot carry masks: it is animated"),
        ("a.avif", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "media/a.avif: error[O012]: this picture cannot carry masks: it cannot be read (cannot identify"),
        ("a.mp3", b"ID3", "media/a.mp3: error[O012]: this picture cannot carry masks: it cannot be read (cannot identify"),
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
        "cards/a.md:3:1: error[O014]: the diagram has no mask `aa`",
        "cards/a.md:3:1: error[O014]: the diagram has no mask `h`",
    ]
    assert found[0].hint == "did you mean `a`?"


# Anki's text


def test_the_text_of_an_occlusion_field() -> None:
    masks = [
        Mask("b", 0, 0.5, 1, 0.25, hint="<a> {{c1::b}}"),
        Mask("a", 0.125, 0.00004, 0.1, 0.2, "ellipse"),
        Mask("c", 0.2, 0.3, 0.1, 0.1, "polygon", ((0.2, 0.3), (0.3, 0.3), (0.2, 0.4)), hide_one=True),
        Mask("d", 0.12345, 0.6, 0.1, 0.1, angle=90, group="b"),
    ]
    hint = '<span class="hint">&lt;a&gt; &#123;&#123;c1::b&#125;&#125;</span>'
    assert diagrams.occlusion_text(masks, {"b": 2, "a": 1, "c": 5}, "hide-all") == (
        "{{c1::image-occlusion:ellipse:left=.125:top=.0000:rx=.05:ry=.1:oi=1}}<br>"
        f"{{{{c2::image-occlusion:rect:left=.0000:top=.5:width=1:height=.25:oi=1}}}}{hint}<br>"
        "{{c2::image-occlusion:rect:left=.1235:top=.6:angle=2500:width=.1:height=.1:oi=1}}<br>"
        "{{c5::image-occlusion:polygon:left=.2:top=.3:points=.2,.3 .3,.3 .2,.4}}<br>"
    )
    assert "oi=" not in diagrams.occlusion_text(masks, {"b": 2, "a": 1, "c": 5}, "hide-one")
