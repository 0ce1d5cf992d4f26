"""`deckwright masks`: what it proposes, what it writes and leaves alone, and the cards it draws."""

from __future__ import annotations

import sys
import tomllib
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageDraw, ImageFont
from told import told

from deckwright import commands as cli
from deckwright.diagrams import mask_file, ocr, shapes, sheet, suggest
from deckwright.diagrams.labels import Labels, with_masks
from deckwright.diagrams.labels import read as read_labels
from deckwright.diagrams.ocr import Text
from deckwright.diagrams.suggest import Proposal
from deckwright.model import Diagram, Mask, Media, Span

PROJECT = Path(__file__).parent / "projects" / "occlusion-svg"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">{}</svg>'
ASKED, COVERED, WHITE = (0xFF, 0x8E, 0x8E), (0xFF, 0xEB, 0xA2), (255, 255, 255)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a picture, which is the current folder."""
    root = tmp_path / "deck"
    for folder in ("cards", "media"):
        (root / folder).mkdir(parents=True)
    (root / "deck.toml").write_text('id = "masks-k3v9q2xm"\nname = "Masks"\n')
    picture().save(root / "media" / "a.png")
    monkeypatch.chdir(root)
    return root


def picture() -> Image.Image:
    return Image.new("RGB", (400, 200), "white")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, ["masks", *args])


def labels_of(source: bytes) -> Labels:
    labels, found = read_labels(source, "media/a.svg")
    assert (labels is not None, found) == (True, [])
    return labels


def proposal_for(file: Path, every: bool = False) -> Proposal:
    proposal, found = suggest.propose(file, file.name, every)
    assert (proposal is not None, found) == (True, [])
    return proposal


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


MASKS = """\
size = [400, 200]

[[mask]]
name = "rect"
left = 0.1
top = 0.2
width = 0.25
height = 0.2

[[mask]]
name = "round/1"
shape = "ellipse"
left = 0.5
top = 0.5
width = 0.25
height = 0.3
group = "Both of them"

[[mask]]
name = "alone"
left = 0.5
top = 0.1
width = 0.1
height = 0.1
hide-one = true
"""


# Drawings


@pytest.mark.parametrize("name", sorted(file.name for file in PROJECT.glob("media/*.svg")))
def test_every_other_byte_of_a_drawing_stays(name: str) -> None:
    source = (PROJECT / "media" / name).read_bytes().replace(b"\n", b"\r\n")
    labels = labels_of(source)
    named = with_masks(source, {label.number: f"new-{label.number}" for label in labels.others})
    assert [label.name for label in labels_of(named).masks if label.name.startswith("new-")] == [
        f"new-{label.number}" for label in labels.others
    ]
    for label in labels.others:
        assert named.count(f' data-mask="new-{label.number}"'.encode()) == 1
        named = named.replace(f' data-mask="new-{label.number}"'.encode(), b"")
    assert named == source


@pytest.mark.parametrize(
    "source",
    [
        '<?xml version="1.0" encoding="iso-8859-1"?>\n<!-- é <text> -->\n'
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text\n y="5">é</text></svg>',
        '<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><s:text y="5">é</s:text></s:svg>',
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><![CDATA[<text/>]]><text>é</text></svg>',
    ],
)
def test_the_attribute_lands_in_the_right_start_tag(source: str) -> None:
    data = source.encode("iso-8859-1" if "iso-8859-1" in source else "utf-8")
    (label,) = labels_of(data).others
    named = with_masks(data, {label.number: "e"})
    assert [(mask.name, mask.text) for mask in labels_of(named).masks] == [("e", "é")]
    assert named.replace(b' data-mask="e"', b"") == data


def test_what_is_proposed_for_a_drawing(tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    text = '<text x="{}" y="{}" font-size="{}"{}>{}</text>'
    labels = [
        text.format(100, 30, 24, "", "How it works"),
        text.format(10, 100, 14, "", "Internet &amp; gateway"),
        text.format(10, 130, 14, ' data-mask="named"', "has a name"),
        text.format(200, 100, 14, "", "Subnet"),
        text.format(200, 130, 14, "", "subnet"),
        text.format(10, 160, 14, "", "→ –"),
        text.format(10, 190, 14, "", "Named"),
        text.format(10, 220, 14, "", "网关"),
        text.format(10, 900, 14, "", "out of sight"),
    ]
    file.write_text(SVG.format("\n".join(labels)), encoding="utf-8")
    proposal = proposal_for(file)
    assert [(mask.name, mask.label) for mask in proposal.masks] == [
        ("internet-gateway", "Internet & gateway"),
        ("named-2", "Named"),
        ("网关", "网关"),
    ]
    assert proposal.left_out == (
        ("How it works", "the title"),
        ("Subnet", "occurs more than once"),
        ("subnet", "occurs more than once"),
    )
    every = proposal_for(file, every=True)
    assert [mask.name for mask in every.masks] == [
        "how-it-works", "internet-gateway", "subnet", "subnet-2", "named-2", "网关",
    ]  # fmt: skip
    assert (every.left_out, every.target) == ((), file)
    assert file.read_text(encoding="utf-8") == SVG.format("\n".join(labels))


def test_suggest_writes_into_a_drawing_once(root: Path) -> None:
    file = root / "media" / "b.svg"
    file.write_text(SVG.format('<text y="50">Router</text><text y="90">Switch</text>'))
    result = run("suggest", "media/b.svg")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        ["  1  router  Router", "  2  switch  Switch", f"Wrote {Path('media/b.svg')} · 2 masks, shown in {Path('build/masks/b.png')}"],
    )  # fmt: skip
    assert result.stderr == "Next: deckwright masks show media/b.svg\n"
    text = SVG.format('<text data-mask="router" y="50">Router</text><text data-mask="switch" y="90">Switch</text>')
    assert file.read_text() == text
    before = file.stat().st_mtime_ns
    again = run("suggest", "media/b.svg")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == f"{Path('media/b.svg')} has no new labels: nothing was written.\n"
    assert (file.read_text(), file.stat().st_mtime_ns) == (text, before)
    assert files(root / "build") == {".gitignore", "masks/b.png"}


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_a_text_with_masks_in_it_gets_none(root: Path, options: list[str]) -> None:
    """It would lie over those, which is an error in a build."""
    file = root / "media" / "b.svg"
    file.write_text(SVG.format('<text x="9" y="50">A <tspan data-mask="role">role</tspan> is assumed</text>'))
    before = file.read_bytes()
    result = run("suggest", "media/b.svg", *options)
    assert (result.exit_code, result.stderr) == (0, f"{Path('media/b.svg')} has no new labels: nothing was written.\n")
    assert file.read_bytes() == before


def test_the_title_is_left_out_again_once_the_other_labels_have_masks(root: Path) -> None:
    text = '<text x="{}" y="{}" font-size="{}">{}</text>'
    labels = [(100, 30, 24, "How it works"), (10, 100, 14, "Router"), (10, 130, 14, "Hub"), (10, 160, 14, "Switch")]
    file = root / "media" / "b.svg"
    file.write_text(SVG.format("\n".join(text.format(*label) for label in labels)))
    assert run("suggest", "media/b.svg").exit_code == 0
    written = file.read_text()
    left_out = "Left out, unless --all is given:\n  How it works (the title)\n"
    again = run("suggest", "media/b.svg")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == f"{left_out}{Path('media/b.svg')} has no other labels: nothing was written.\n"
    file.write_text(written.replace("</svg>", text.format(10, 190, 14, "Hub") + "</svg>"))
    more = run("suggest", "media/b.svg")
    assert (more.exit_code, more.stdout) == (0, "")
    assert more.stderr == (
        f"{left_out}  Hub (occurs more than once)\n{Path('media/b.svg')} has no other labels: nothing was written.\n"
    )


def test_a_drawing_that_cannot_be_drawn_stays_as_it_is(root: Path) -> None:
    text = '<svg xmlns="http://www.w3.org/2000/svg"><text y="9">a</text></svg>'
    (root / "media" / "b.svg").write_text(text)
    result = run("suggest", "media/b.svg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.split("\n\n") == [
        "media/b.svg: error[O015]: `media/b.svg` does not say how large it is\n"
        '  help: give its root element a viewBox, as in viewBox="0 0 600 400"',
        "Next: deckwright explain O015\n",
    ]
    assert (root / "media" / "b.svg").read_text() == text


# Photographs and screenshots


def test_what_reads_labels_may_be_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ocr._reader.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    result = run("suggest", "media/a.png")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "To read labels in pictures, run: pip install 'deckwright[ocr]'\n"


def test_a_mask_file_is_replaced_only_when_asked(root: Path) -> None:
    (root / "media" / "a.masks.toml").write_text(MASKS)
    result = run("suggest", "media/a.png")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"{Path('media/a.masks.toml')} already exists.",
        "To replace it: deckwright masks suggest media/a.png --force",
    ]
    assert (root / "media" / "a.masks.toml").read_text() == MASKS


@pytest.mark.parametrize(
    ("image", "said"),
    [("media/none.png", "There is no picture media/none.png."), ("../else.png", "../else.png is outside the project.")],
)  # fmt: skip
def test_a_picture_must_be_there_and_in_the_project(root: Path, image: str, said: str) -> None:
    picture().save(root.parent / "else.png")
    for command in ("suggest", "show"):
        result = run(command, image)
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{said}\n")


@pytest.mark.parametrize(
    ("image", "meant"),
    [
        ("kidney.png", " Did you mean media/kidney.png?"),
        ("media/Kidney.PNG", " Did you mean media/kidney.png?"),
        ("media/kidney.svg", " Did you mean media/kidney.png?"),
        ("media/kidny.png", " Did you mean media/kidney.png?"),
        ("media/liver.png", ""),
    ],
)
def test_of_a_picture_that_is_not_there_the_nearest_is_named(root: Path, image: str, meant: str) -> None:
    picture().save(root / "media" / "kidney.png")
    for command in ("suggest", "show"):
        result = run(command, image)
        assert (result.exit_code, result.stderr) == (2, f"There is no picture {image}.{meant}\n")


def test_a_picture_is_found_from_the_root_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "media" / "a.masks.toml").write_text(MASKS.replace("Both of them", "both"))
    monkeypatch.chdir(root / "media")
    for image in ("a.png", "media/a.png"):
        assert run("show", image).exit_code == 0


def labelled(texts: dict[tuple[int, int], str], height: int = 22) -> Image.Image:
    import ttf_opensans

    drawn = Image.new("RGB", (800, 400), "white")
    for place, text in texts.items():
        font = ImageFont.truetype(str(ttf_opensans.OPENSANS_REGULAR.path), 44 if place[1] < 60 else height)
        ImageDraw.Draw(drawn).text(place, text, fill="black", font=font, anchor="mm", align="center")
    return drawn


@pytest.mark.ci
def test_labels_of_a_screenshot_are_read(root: Path) -> None:
    pytest.importorskip("rapidocr")
    texts = {
        (400, 40): "A network",
        (150, 150): "Internet\ngateway",
        (150, 300): "Router",
        (550, 150): "Subnet",
        (550, 300): "Subnet",
        (350, 220): "10.0.0.0/16",
    }
    labelled(texts).save(root / "media" / "net.png")
    result = run("suggest", "media/net.png")
    written = tomllib.loads((root / "media" / "net.masks.toml").read_text())
    assert result.exit_code == 0
    assert {mask["name"]: mask["label"] for mask in written["mask"]} == {
        "internet-gateway": "Internet gateway",
        "10-0-0-0-16": "10.0.0.0/16",
        "router": "Router",
    }
    assert result.stderr.splitlines()[:4] == [
        "Left out, unless --all is given:",
        "  A network (the title)",
        "  Subnet (occurs more than once)",
        "  Subnet (occurs more than once)",
    ]
    sizes = {mask["name"]: (mask["width"] * 800, mask["height"] * 400) for mask in written["mask"]}
    assert 60 < sizes["router"][0] < 90
    assert 15 < sizes["router"][1] < 35
    assert 40 < sizes["internet-gateway"][1] < 75
    assert run("show", "media/net.png").exit_code == 0


@pytest.mark.ci
def test_a_picture_without_labels_gets_no_mask_file(root: Path) -> None:
    pytest.importorskip("rapidocr")
    result = run("suggest", "media/a.png")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{Path('media/a.png')} has no new labels: nothing was written.\n"
    assert files(root) == {"deck.toml", "media/a.png"}


def line(text: str, *box: int) -> Text:
    return Text(text, box, box[3] - box[1])


@pytest.mark.parametrize(
    ("lines", "labels"),
    [
        ([line("a", 10, 10, 90, 30), line("b", 20, 33, 80, 53)], ["a b"]),
        ([line("a", 10, 10, 90, 30), line("b", 10, 33, 50, 53), line("c", 10, 56, 70, 76)], ["a b c"]),
        ([line("a", 10, 10, 90, 30), line("b", 40, 33, 90, 53)], ["a b"]),
        ([line("a", 10, 10, 90, 30), line("b", 10, 40, 90, 60)], ["a", "b"]),
        ([line("a", 10, 10, 90, 30), line("b", 60, 33, 180, 53)], ["a", "b"]),
        ([line("a", 10, 10, 90, 30), line("b", 10, 33, 90, 63)], ["a", "b"]),
        ([line("a", 10, 10, 90, 30), line("b", 10, 110, 90, 130)], ["a", "b"]),
        ([line("a", 210, 10, 290, 30), line("b", 210, 32, 290, 52)], ["a", "b"]),
    ],
    ids=["centred", "three at the left", "at the right", "far", "not aligned", "of other height", "elsewhere", "ruled"],
)
def test_lines_of_one_label_are_joined(lines: list[Text], labels: list[str]) -> None:
    pytest.importorskip("numpy")  # It comes with what reads pictures.
    shown = picture()
    ImageDraw.Draw(shown).line((200, 31, 300, 31), "black")
    assert [label.text for label in ocr._joined(lines, shown)] == labels


# Cards


def test_cards_look_as_in_anki() -> None:
    data = BytesIO()
    picture().save(data, "PNG")
    held = (
        Mask("a", 0.1, 0.1, 0.2, 0.2),
        Mask("b", 0.5, 0.1, 0.2, 0.2),
        Mask("c", 0.5, 0.5, 0.2, 0.2, hide_one=True),
    )
    diagram = Diagram(Media(Path("a.png"), "a.png", "", data.getvalue()), 400, 200, held)
    middles = [(80, 40), (240, 40), (240, 120)]

    def colours(side: Image.Image) -> list[tuple[int, ...]]:
        return [side.getpixel(middle) for middle in middles]

    made = sheet.cards(diagram, "hide-all")
    assert {key: tuple(map(colours, sides)) for key, sides in made.items()} == {
        "a": ([ASKED, COVERED, WHITE], [WHITE, COVERED, WHITE]),
        "b": ([COVERED, ASKED, WHITE], [COVERED, WHITE, WHITE]),
        "c": ([COVERED, COVERED, ASKED], [COVERED, COVERED, WHITE]),
    }
    question, answer = made["a"]
    assert [question.getpixel(at) for at in ((39, 40), (40, 40), (119, 40), (120, 40))] == [
        WHITE, (0x21, 0x21, 0x21), (0x21, 0x21, 0x21), WHITE,
    ]  # fmt: skip
    assert answer.getpixel((40, 40)) == ASKED
    assert colours(sheet.cards(diagram, "hide-one")["b"][0]) == [WHITE, ASKED, WHITE]


def test_show_draws_each_card_and_a_sheet(root: Path) -> None:
    (root / "media" / "a.masks.toml").write_text(MASKS.replace('"Both of them"', '"../both"'))
    result = run("show", "media/a.png", "--mode", "hide-one")
    names = ["rect", "both", "alone"]
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"rect  {Path('build/masks/a-rect-question.png')}",
        f"../both  {Path('build/masks/a-both-question.png')}",
        f"alone  {Path('build/masks/a-alone-question.png')}",
        f"Drew 3 cards, all on {Path('build/masks/a-cards.png')}",
    ]
    sides = {f"masks/a-{name}-{side}.png" for name in names for side in ("question", "answer")}
    assert files(root / "build") == {".gitignore", "masks/a-cards.png", *sides}
    assert Image.open(root / "build" / "masks" / "a-rect-question.png").size == (400, 200)


def test_show_says_what_is_wrong_with_the_masks(root: Path) -> None:
    (root / "media" / "a.masks.toml").write_text(MASKS)
    result = run("show", "media/a.png")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "media/a.masks.toml:17:1: error[O003]: `Both of them` cannot be the name of a mask or a group"
    )
    assert not (root / "build").exists()


def test_cards_of_alike_names_have_files_of_their_own() -> None:
    assert sheet.file_names(["A b", "a-b", "网", "→"]) == {"A b": "a-b", "a-b": "a-b-2", "网": "card", "→": "card-2"}


def test_the_proposal_can_be_read_back(tmp_path: Path) -> None:
    """What is written beside a picture is what the diagram then has, to four decimals."""
    size = (777, 333)
    held = [
        Mask("a", *shapes.fractions((10, 20, 111, 40), size), label="A"),
        Mask("b", 0.5, 0.5, 0.25, 0.25, label="B"),
    ]
    (tmp_path / "a.masks.toml").write_text(mask_file.dump(held, size))
    read, found = mask_file.read(tmp_path / "a.masks.toml", "a.masks.toml", size)
    assert found == []
    assert [(m.name, m.left, m.top, m.width, m.height, m.label) for m in read] == [
        (m.name, m.left, m.top, pytest.approx(m.width), pytest.approx(m.height), m.label) for m in held
    ]


def test_an_svg_that_is_not_utf_8_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    file.write_bytes(SVG.format('<text y="50">a</text>').encode("utf-16"))
    proposal, found = suggest.propose(file, "media/a.svg")
    assert proposal is None
    assert told(found) == [(Span("media/a.svg"), "M012", "error", "`media/a.svg` is in UTF-16", "save it in UTF-8")]


def test_what_is_not_a_picture_gets_no_masks(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"a heart")
    proposal, found = suggest.propose(file, "media/a.png")
    assert (proposal, [one.code for one in found]) == (None, ["O012"])
    file.rename(tmp_path / "a.svg")
    proposal, found = suggest.propose(tmp_path / "a.svg", "media/a.svg")
    assert (proposal, [one.code for one in found]) == (None, ["M012"])
