"""How long a deck takes to adopt, and what memory: `python benchmarks/adopt.py [--notes N] [--rounds N]`.

genanki makes the package: three in five notes are basic, the others clozes, in ten decks, with what Anki's editor writes (lines
of `<div>`, bold text, lists, non-breaking spaces), and a picture of its own for one note in six. It is adopted by the command, as a
whole process, and beside it a plain loop writes the same package by genanki. Prints seconds and MiB, and the ratio of processor
times.
"""

from __future__ import annotations

import argparse
import json
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from statistics import median

import genanki

MEASURED = Path(__file__).with_name("measured.py")
WORDS = [
    "atrium",
    "valve",
    "vessel",
    "heart",
    "blood",
    "pressure",
    "aorta",
    "node",
    "rhythm",
    "wall",
    "muscle",
    "flow",
    "lung",
    "oxygen",
    "vein",
    "pulse",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "heart.apkg")
        for number in range(options.rounds):
            begun = time.process_time()
            write(package, options.notes)
            written = time.process_time() - begun
            command = [sys.executable, "-m", "deckwright", "adopt", str(package), str(Path(folder, f"heart-{number}"))]
            measured = [sys.executable, "-I", "-S", str(MEASURED), "--memory", *command]
            said = subprocess.run(measured, check=True, capture_output=True, text=True).stdout
            rounds.append({**json.loads(said), "loop": written})
    wall, cpu, peak, whole, loop = (
        median(took[key] for took in rounds) for key in ("wall", "cpu", "peak", "all", "loop")
    )
    print(
        f"{options.notes:,} notes, {options.rounds} rounds: {wall:.1f} s, {cpu:.1f} s of processor time, {cpu / loop:.1f} times"
        f" what genanki takes to write them ({loop:.1f} s); largest process {peak:.0f} MiB, all processes {whole:.0f} MiB"
    )


def write(path: Path, count: int) -> None:
    """Write a package of this many notes, always the same."""
    chance = random.Random(1)
    decks = [genanki.Deck(2_000_000 + number, f"Heart::Chapter {number + 1}") for number in range(10)]
    media = path.parent / "pictures"
    media.mkdir(exist_ok=True)
    pictures = []
    for number in range(count):
        picture = ""
        if number % 6 == 0:
            name = f"picture-{number}.png"
            (media / name).write_bytes(png(number))
            pictures.append(media / name)
            picture = f'<div><br></div><img src="{name}">'
        if number % 5 < 3:
            front = f"What does the {words(chance, 4)} do in case {number}?"
            back = (
                f"<div>{words(chance, 8)}&nbsp;</div><div><b>{words(chance, 3)}</b>: {words(chance, 6)}</div>{picture}"
            )
            note = genanki.Note(genanki.BASIC_MODEL, [front, back], guid=f"heart{number:08}")
        else:
            text = f"The {words(chance, 3)} {{{{c1::{words(chance, 2)}}}}} {words(chance, 5)}: {number}.<br>{{{{c2::{words(chance, 1)}::what?}}}}"
            extra = f"<ul><li>{words(chance, 4)}</li><li>{words(chance, 4)}</li></ul>{picture}"
            note = genanki.Note(genanki.CLOZE_MODEL, [text, extra], guid=f"heart{number:08}")
        decks[number * len(decks) // count].add_note(note)
    made = genanki.Package(decks)
    made.media_files = [str(file) for file in pictures]
    made.write_to_file(str(path), timestamp=1_700_000_000)


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def png(number: int) -> bytes:
    """A picture of four pixels, another for each number."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = b"\0" + struct.pack(">I", number)
    size = struct.pack(">IIBBBBB", 4, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    main()
