"""How long two packages take to compare: `python benchmarks/diff.py [--notes N]`. Prints seconds of processor time."""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

from msgspec.structs import replace

from deckwright import collection, diff, package
from deckwright import settings as project


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    count = parser.parse_args().notes
    root = Path(__file__).parent.parent
    deck, found = project.load(root)
    assert deck, found
    real = package.contents(collection.load(deck, collection.Terms(int(time.time()))).collection)
    notes = [replace(n, guid=f"{n.guid}-{turn}") for turn in range(count // len(real.notes) + 1) for n in real.notes]
    old = replace(real, notes=tuple(notes[:count]))
    for share in (0, 0.01, 1):
        new = replace(old, notes=tuple(edited(old.notes, share)))
        start = time.process_time()
        changes = diff.compare(old, new)
        compared = time.process_time()
        diff.to_text(changes)
        told = time.process_time()
        print(f"{count:>7,} notes, {share:4.0%} edited: compare {compared - start:5.2f}  tell {told - compared:5.2f}")


def edited(notes: tuple[package.PackedNote, ...], share: float) -> list[package.PackedNote]:
    """The notes with one word of the first field of some replaced, and those newer."""
    chance, made = random.Random(1), []
    for note in notes:
        name, text = next(iter(note.fields.items()))
        words = text.split(" ")
        if chance.random() < share:
            words[chance.randrange(len(words))] = "otherwise"
            note = replace(note, fields={**note.fields, name: " ".join(words)}, mod=note.mod + 1)  # noqa: PLW2901
        made.append(note)
    return made


if __name__ == "__main__":
    main()
