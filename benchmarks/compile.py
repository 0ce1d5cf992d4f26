"""How long notes take to compile, and what memory: `python benchmarks/compile.py [--notes N] [--rounds N]`.

The notes are this repository's cards, over and over. Prints the processor time of each stage by itself, in milliseconds
for 1,000 notes: the median of all rounds.

- rules: markdown-it's tokens of a file
- pieces: the inline grammar, on all leaves of a file
- blocks: a file's blocks with their pieces, which is both of the above and what stands between
- sections: a file's sections, blocks included
- render: the bodies of all sections, as HTML
- all: `compile_file`

The peak of memory is that of the whole process, with all notes kept, and what it was before the first was compiled.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from deckwright import settings
from deckwright.files import note_files
from deckwright.model import SourceFile, Written
from deckwright.notes import compile_file
from deckwright.notes.kinds import VOCABULARY
from deckwright.read import block_rules, blocks, inlines, sections
from deckwright.render import Renderer

ROOT = Path(__file__).parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    project, found = settings.load(ROOT)
    assert project, found

    def compiled(path: str, data: bytes) -> list[Written]:
        return compile_file(path, data, project.settings)[0]

    cards = [(path, (ROOT / path).read_bytes()) for path in note_files(ROOT, project.settings.cards)]
    compiled(*cards[0])  # It imports the libraries.
    before = peak()
    files: list[tuple[str, bytes]] = []
    notes: list[Written] = []
    for number, (path, data) in enumerate(cycle(cards)):
        if len(notes) >= given.notes:
            break
        files.append((f"{number}/{path}", data))
        notes += compiled(*files[-1])
    stages = {**STAGES, "all": compiled}
    times: dict[str, list[float]] = {stage: [] for stage in stages}
    for _ in range(given.rounds):
        for stage, run in stages.items():
            times[stage].append(sum(timed(run, path, data) for path, data in files))
    print(f"{len(notes):,} notes in {len(files)} files: " + "  ".join(
        f"{stage} {statistics.median(taken) / len(notes) * 1e6:.0f}" for stage, taken in times.items()
    ) + f" ms; peak {peak():.0f} MiB, {before:.0f} before")  # fmt: skip


def rules(path: str, data: bytes) -> Callable[[], object]:
    text = data.decode()
    return lambda: block_rules.parser().parse(text, {})


def pieces(path: str, data: bytes) -> Callable[[], object]:
    document = blocks.parse(data.decode())
    texts = [leaf.text for leaf in blocks.walk(document.blocks) if leaf.kind in INLINE]
    return lambda: [inlines.read(text, document.references) for text in texts]


def render(path: str, data: bytes) -> Callable[[], object]:
    held, _ = sections.read(path, data, VOCABULARY)
    file = SourceFile(path, tuple(data.decode().split("\n")))
    return lambda: [Renderer(file, section.document).blocks(section.body) for section in held]


INLINE = ("heading", "paragraph", "cell", "term")


def timed(run: Callable[[str, bytes], object], path: str, data: bytes) -> float:
    """Seconds of processor time. What a stage needs of those before it, it makes first, and returns what is timed."""
    begun = time.process_time()
    made = run(path, data)
    if callable(made):
        begun = time.process_time()
        made()
    return time.process_time() - begun


STAGES: dict[str, Callable[[str, bytes], object]] = {
    "rules": rules,
    "pieces": pieces,
    "blocks": lambda path, data: blocks.parse(data.decode()),
    "sections": lambda path, data: sections.read(path, data, VOCABULARY),
    "render": render,
}


def peak() -> float:
    """The most memory that this process has had, in MiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
