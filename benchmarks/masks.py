"""How many labels of a picture `deckwright masks suggest` finds, and how many of its masks are labels.

Flow charts, maps, tables and charts are drawn by chance, from words the reader has never been tuned to, in the fonts
that are there. A label is found where a mask holds all of its ink, is less than three times as large, and was read as
it is written, but for one letter in five. Titles and texts that occur twice are to be left out.

    python benchmarks/masks.py --pictures 4 --keep build/benchmark
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.fuzz import ratio

from deckwright.diagrams import suggest
from deckwright.diagrams.shapes import outline
from deckwright.model import Mask

WORDS = """
atrium ventricle aorta septum valve cortex medulla nephron glomerulus tubule ureter bladder alveolus bronchus trachea
larynx pharynx diaphragm stomach duodenum jejunum ileum colon rectum liver spleen pancreas thymus thyroid pituitary
femur tibia fibula patella humerus radius ulna scapula clavicle sternum Danube Vistula Tagus Douro Loire Garonne Elbe
Oder Meuse Ebro Po Tiber Carpathians Pyrenees Apennines Dolomites Ardennes Vosges Jura Bohemia Moravia Silesia Galicia
Queue Broker Cache Router Gateway Proxy Ledger Parser Lexer Linker Loader Kernel Scheduler Allocator Mutex Buffer Socket
Payload Replica Shard Snapshot Checkpoint Rollback Commit Index Cursor Trigger Schema Column Partition Listener Subnet
""".split()  # noqa: SIM905
PLACES = [
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/truetype/liberation"),
]
FACES = ["DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "LiberationSans-Regular", "LiberationSerif-Regular",
         "LiberationSans-Bold", "DejaVuSans-Bold", "LiberationSerif-Italic"]  # fmt: skip

Box = tuple[float, float, float, float]


def fonts() -> list[str]:
    """The files of the faces that are installed, or that of the face which this project draws with."""
    import ttf_opensans

    found = [str(file) for place in PLACES for face in FACES if (file := place / f"{face}.ttf").is_file()]
    return found or [str(ttf_opensans.OPENSANS_REGULAR.path)]


@dataclass
class Drawn:
    """A picture that is being drawn, and its labels: what each says, and the box of its ink."""

    chance: random.Random
    size: tuple[int, int]
    ground: str = "white"
    ink: str = "#1a1a1a"
    labels: list[tuple[str, Box]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.picture = Image.new("RGB", self.size, self.ground)
        self.paper = ImageDraw.Draw(self.picture)
        self.face = self.chance.choice(fonts())
        self.words = self.chance.sample(WORDS, len(WORDS))

    def name(self, words: int) -> str:
        return " ".join(self.words.pop() for _ in range(words))

    def write(
        self, place: tuple[float, float], text: str, height: int, *, turn: int = 0, is_label: bool = True
    ) -> None:
        """Set a text around its middle, its lines centred, turned to the left by so many degrees."""
        font = ImageFont.truetype(self.face, height)
        layer = Image.new("L", self.size)
        options = {"font": font, "anchor": "mm", "align": "center", "spacing": height // 6}
        ImageDraw.Draw(layer).multiline_text(place, text, fill=255, **options)
        if turn:
            layer = layer.rotate(turn, Image.Resampling.BICUBIC, center=place)
        self.picture.paste(self.ink, mask=layer)
        if is_label:
            self.labels.append((text.replace("\n", " "), layer.point(lambda value: 255 * (value > 128)).getbbox()))


def flow_chart(chance: random.Random) -> Drawn:
    """Boxes with one line or two, joined by arrows, and a title."""
    dark = chance.random() < 0.3
    drawn = Drawn(chance, (1200, 900), *(("#1e293b", "#f1f5f9") if dark else ("white", "#1a1a1a")))
    height = chance.randint(17, 26)
    if chance.random() < 0.7:
        drawn.write((600, 45), f"How a {drawn.name(1)} works", round(height * 1.8), is_label=False)
    for row in range(4):
        for column in range(3):
            x, y = 220 + 380 * column, 180 + 190 * row
            fill = chance.choice(["#334155", "#3b4a63"] if dark else ["#e3eefc", "#fff4d6", "white"])
            corners = (x - 140, y - 50, x + 140, y + 50)
            if chance.random() < 0.7:
                drawn.paper.rounded_rectangle(corners, 12, fill, drawn.ink, 2)
            else:
                drawn.paper.ellipse(corners, fill, drawn.ink, 2)
            text = drawn.name(1) if chance.random() < 0.6 else f"{drawn.name(1)}\n{drawn.name(1).lower()}"
            drawn.write((x, y), text, height)
            if column < 2:
                drawn.paper.line((x + 140, y, x + 240, y), drawn.ink, 3)
                drawn.paper.polygon([(x + 240, y), (x + 226, y - 7), (x + 226, y + 7)], drawn.ink)
            if chance.random() < 0.3 and row < 3:
                drawn.paper.line((x, y + 50, x, y + 140), drawn.ink, 2)
    return drawn


def map_(chance: random.Random) -> Drawn:
    """Coloured lands and rivers with names over and beside them, some with a line to a point."""
    drawn = Drawn(chance, (1400, 1000), "#cfe6f5")
    for _ in range(9):
        x, y = chance.randint(0, 1400), chance.randint(0, 1000)
        points = [(x + chance.randint(-300, 300), y + chance.randint(-240, 240)) for _ in range(7)]
        drawn.paper.polygon(points, chance.choice(["#e8dcb8", "#d5e3b5", "#f0e6d2", "#c9d8a4"]), "#a89f7d")
    for _ in range(5):
        points = [(n * 200, chance.randint(0, 1000)) for n in range(8)]
        drawn.paper.line(points, "#6ea8d8", 4, "curve")
    for row in range(5):
        for column in range(4):
            x, y = 190 + 340 * column + chance.randint(-50, 50), 110 + 195 * row + chance.randint(-45, 45)
            text = drawn.name(chance.choice((1, 1, 2)))
            if chance.random() < 0.3:
                drawn.paper.line((x, y + 14, x + chance.randint(-60, 60), y + 60), drawn.ink, 1)
            else:
                drawn.paper.ellipse((x - 4, y + 22, x + 4, y + 30), "#b02020")
            drawn.write((x, y), text, chance.randint(15, 30))
    return drawn


def table(chance: random.Random) -> Drawn:
    """Ruled cells; what stands in them more than once is not to be asked."""
    rows, columns, height = chance.randint(5, 9), chance.randint(3, 5), chance.randint(15, 22)
    wide, high = 1240 // columns, round(height * chance.uniform(1.7, 2.6))
    drawn = Drawn(chance, (1300, high * (rows + 1) + 60))
    for row in range(rows + 1):
        for column in range(columns):
            left, top = 30 + wide * column, 30 + high * row
            fill = "#dbe7f5" if row == 0 else "#f4f4f4" if row % 2 else "white"
            drawn.paper.rectangle((left, top, left + wide, top + high), fill, "#888888")
            middle = left + wide / 2, top + high / 2
            if row and column and chance.random() < 0.4:
                drawn.write(middle, chance.choice(("yes", "no")), height, is_label=False)
            elif row and column and chance.random() < 0.3:
                drawn.write(middle, f"{chance.randint(100, 99_999):,} {chance.choice(('ms', 'kB', 'km'))}", height)
            else:
                drawn.write(middle, drawn.name(1), height)
    return drawn


def chart(chance: random.Random) -> Drawn:
    """Columns with small names below, upright or at a slant, names of the axes and a legend."""
    drawn = Drawn(chance, (1200, 800))
    drawn.paper.line((140, 80, 140, 600, 1150, 600), drawn.ink, 2)
    turn, height = chance.choice((0, 0, 45, 90)), chance.randint(11, 15)
    for column in range(8):
        x = 210 + 120 * column
        drawn.paper.rectangle(
            (x - 30, 600 - chance.randint(60, 450), x + 30, 600), chance.choice(["#3b75b8", "#8fb8de"])
        )
        drawn.write((x, 625 if not turn else 665), drawn.name(1), height, turn=turn)
    drawn.write((60, 340), f"{drawn.name(1)} ({chance.choice(('km', 'ms', '%'))})", 20, turn=90)
    drawn.write((640, 760), drawn.name(2), 20)
    for row in range(3):
        drawn.paper.rectangle((930, 90 + 34 * row, 950, 110 + 34 * row), "#3b75b8")
        drawn.write((1050, 100 + 34 * row), drawn.name(1), 15)
    return drawn


KINDS: dict[str, Callable[[random.Random], Drawn]] = {
    "flow chart": flow_chart,
    "map": map_,
    "table": table,
    "chart": chart,
}


def is_found(label: tuple[str, Box], mask: Mask, size: tuple[int, int]) -> bool:
    text, (left, top, right, bottom) = label
    columns, rows = zip(*outline(mask, size), strict=True)
    box = min(columns), min(rows), max(columns), max(rows)
    holds = box[0] <= left + 1 and box[1] <= top + 1 and box[2] >= right - 1 and box[3] >= bottom - 1
    area = (
        abs(sum(x * rows[n - 1] - columns[n - 1] * y for n, (x, y) in enumerate(zip(columns, rows, strict=True)))) / 2
    )
    is_tight = area < 3 * max((right - left) * (bottom - top), 1)
    return holds and is_tight and ratio(text.casefold(), mask.label.casefold()) >= 80


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=4, help="of each kind (4)")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (1)")
    parser.add_argument("--keep", type=Path, help="a folder for the pictures, with the masks drawn in")
    given = parser.parse_args(arguments)
    print(f"{'kind':<12}{'labels':>8}{'masks':>8}{'recall':>9}{'precision':>11}{'s/picture':>11}")
    totals = [0, 0, 0, 0.0]
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, draw in KINDS.items():
            sums = [0, 0, 0, 0.0]
            for number in range(given.pictures):
                drawn = draw(random.Random(f"{given.seed} {kind} {number}"))
                file = Path(folder) / f"{kind}-{number}.{'jpg' if number % 2 else 'png'}"
                drawn.picture.save(file, quality=80)
                began = time.perf_counter()
                proposal, found = suggest.propose(file, file.name)
                seconds = time.perf_counter() - began
                assert proposal, found
                left = list(proposal.masks)
                for label in drawn.labels:
                    mask = next((mask for mask in left if is_found(label, mask, drawn.size)), None)
                    if mask:
                        left.remove(mask)
                    else:
                        missed.append(f"{file.name}: {label[0]}")
                missed += [f"{file.name}: {mask.label} (no label)" for mask in left]
                right = len(proposal.masks) - len(left)
                counted = (len(drawn.labels), len(proposal.masks), right, seconds)
                sums = [a + b for a, b in zip(sums, counted, strict=True)]
                if given.keep:
                    given.keep.mkdir(parents=True, exist_ok=True)
                    proposal.picture.save(given.keep / f"{file.stem}.png")
            print(row(kind, sums, given.pictures))
            totals = [a + b for a, b in zip(totals, sums, strict=True)]
    print(row("all", totals, given.pictures * len(KINDS)))
    print("\nWrong:", *missed, sep="\n  ")


def row(name: str, sums: Sequence[float], pictures: int) -> str:
    labels, made, found, seconds = sums
    return (
        f"{name:<12}{labels:>8}{made:>8}{100 * found / max(labels, 1):>8.1f}%{100 * found / max(made, 1):>10.1f}%"
        f"{seconds / pictures:>11.1f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
