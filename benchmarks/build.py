"""How long builds take, and what memory, beside other programs: `python benchmarks/build.py [OPTION…]`; see --help.

Everything is measured as a whole process. In each round all programs have their turn, and a ratio is the median of the
rounds' own ratios, since the speed of a machine drifts. A round begins without `build` and without `deck.lock`; the
edits after it are other ones in each round. After each build the package is read back, outside of the times, and it must
hold the change and nothing else.

- cold: nothing is there but the notes
- unchanged: nothing has changed since
- one note edited: a word of an answer, of a note with an id
- one note added: without an id, in the middle of a file
- one file renamed: half of its notes have no id

Times are in seconds. Ratios are those of wall times, and in brackets those of processor times, which a busy machine
sways less. Memory is in MiB; of a page that several processes share, each has its part. It is that of one more round,
the first, whose times do not count.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import corpus
import matching

from deckwright import collector, package

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
BEGIN, END = "<!-- What build.py prints begins here. -->\n", "<!-- It ends here. -->\n"

OURS, BEFORE, LOOP, ANKDOWN = "Deckwright", "Deckwright, before", "plain loop", "ankdown"
DECKS, PYTHON = "markdown-anki-decks", "Python"

OWN, HELP, IMPORT = "this repository's deck, cold", "help", "import click"
CASES = ("cold", "unchanged", "one note edited", "one note added", "one file renamed")

CHANGES = {
    "unchanged": (0, 0, 0),
    "one note edited": (0, 0, 1),
    "one note added": (1, 0, 0),
    "one file renamed": (0, 0, 0),
}
"""How many notes of the package are new, gone and different after each case."""


@dataclass(frozen=True, slots=True)
class Took:
    """What a process and its descendants took: see measured.py."""

    wall: float
    cpu: float
    peak: float
    all: float


Rounds = dict[tuple[int, str, str], list[Took]]
"""By number of notes (0 where it is none of the corpus), case and program: the round of memory, then the others."""


# What is run


class Project:
    """A copy of the corpus, and the Deckwright that builds it."""

    def __init__(self, program: Path, folder: Path, notes: int, seed: int) -> None:
        corpus.write(folder, notes, seed)
        self.program, self.folder, self.notes = program, folder, notes
        self.files = sorted((folder / "cards").rglob("*.md"))
        self.originals = {path: path.read_bytes() for path in self.files}
        self.packed: dict[str, tuple[str, ...]] = {}

    def reset(self) -> None:
        """Undo all builds and edits."""
        shutil.rmtree(self.folder / "build", ignore_errors=True)
        (self.folder / "deck.lock").unlink(missing_ok=True)
        for path in (self.folder / "cards").rglob("*.md"):
            if path not in self.originals:
                path.unlink()
        for path, data in self.originals.items():
            path.write_bytes(data)

    def build(self, case: str, number: int, looks: bool) -> Took:
        """Make the edit of the case, build, and read back what was made: the notes before, and the edit."""
        word = self.edit(case, number)
        took = measure([self.program, "build", "--project", self.folder], looks)
        before, self.packed = self.packed, fields(self.folder / "build" / "benchmark.apkg")
        if case == "cold":
            expect(len(self.packed) == self.notes, f"there are {len(self.packed)} notes of {self.notes}")
            return took
        new, gone = self.packed.keys() - before.keys(), before.keys() - self.packed.keys()
        differ = [held for guid, held in self.packed.items() if before.get(guid) != held]
        changes = len(new), len(gone), len(differ) - len(new)
        expect(changes == CHANGES[case], f"{case}: {changes} notes are new, gone, other ones")
        expect(all(word in " ".join(held) for held in differ), f"{case}: the edit is not in the package")
        return took

    def edit(self, case: str, number: int) -> str:
        """Make the edit of the case, and return the word by which it is found again."""
        match case:
            case "one note edited":
                comment = r'<!-- card: (?!cloze)[^\n]*id="[^\n]* -->'
                return self.replaced(rf"({comment}\n\n\w+)", r"\1 {}", f"edited{number}")
            case "one note added":
                note = "### What was added, and when?\n\n<!-- card: basic -->\n\nThe note {}.\n\n"
                return self.replaced(r"(?=## Chapter 3\n)", note, f"added{number}")
            case "one file renamed":
                path = self.files[len(self.files) // 3]
                path.rename(path.with_name(f"renamed-{number}.md"))
        return ""

    def replaced(self, old: str, new: str, word: str) -> str:
        """Replace something in the first file that has it, from the middle on."""
        for path in self.files[len(self.files) // 2 :]:
            text, done = re.subn(old, new.format(word), path.read_text(encoding="utf-8"), count=1)
            if done:
                path.write_text(text, encoding="utf-8", newline="\n")
                return word
        raise SystemExit("Nothing is measured: the notes have nothing to edit")


@dataclass(frozen=True)
class Other:
    """Another program, and what it reads and writes. It knows no second build: every one of its builds is cold."""

    command: Sequence[str | Path]
    made: Path
    notes: int

    def build(self, looks: bool) -> Took:
        took = measure(self.command, looks)
        packages = sorted(self.made.rglob("*.apkg")) if self.made.is_dir() else [self.made]
        found = sum(len(fields(path)) for path in packages)
        expect(found == self.notes, f"{self.command[0]} made {found} notes of {self.notes}")
        for path in packages:
            path.unlink()
        return took


def others(folder: Path, python: Path, peers: Path | None, notes: int, seed: int) -> dict[str, Other]:
    """The plain loop and the peers that are installed, each with the corpus in its own syntax."""
    project, made = folder / "plain-loop", folder / "plain-loop.apkg"
    corpus.write(project, notes, seed)
    found = {LOOP: Other([python, HERE / "plain_loop.py", project, made], made, notes)}
    if ankdown := installed("ankdown", peers):
        project, made = folder / "ankdown", folder / "ankdown.apkg"
        corpus.write(project, notes, seed, "ankdown")
        found[ANKDOWN] = Other([ankdown, "-r", project / "cards", "-p", made], made, notes)
    if decks := installed("mdankideck", peers):
        project, made = folder / "decks", folder / "decks-made"
        made.mkdir()
        corpus.write(project, notes, seed, "markdown-anki-decks")
        found[DECKS] = Other([decks, project / "cards", made, "--cloze"], made, notes)
    return found


def installed(name: str, peers: Path | None) -> Path | None:
    found = shutil.which(name, path=str(peers.parent) if peers else None)
    return Path(found) if found else None


def own_deck(program: Path, folder: Path, looks: bool) -> Took:
    """The deck of this repository from nothing."""
    for name in ("cards", "media"):
        shutil.copytree(HERE.parent / name, folder / name)
    shutil.copy(HERE.parent / "pyproject.toml", folder)
    took = measure([program, "build", "--project", folder], looks)
    expect(any((folder / "build").glob("*.apkg")), "the deck of this repository was not built")
    shutil.rmtree(folder)
    return took


def measure(command: Sequence[str | Path], looks: bool) -> Took:
    line = [sys.executable, "-I", "-S", HERE / "measured.py", *["--memory"] * looks, *command]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"{command[0]} failed: {done.stderr[-1000:]}")
    return Took(**json.loads(done.stdout))


def middle(command: Sequence[str | Path], looks: bool) -> Took:
    """The median of five runs of something short."""
    return sorted((measure(command, looks) for _ in range(5)), key=lambda took: took.wall)[2]


def fields(path: Path) -> dict[str, tuple[str, ...]]:
    """The fields of each note in a package, by guid."""
    return {note.guid: tuple(note.fields.values()) for note in package.read(path).notes}


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"Nothing is measured: {otherwise}")


# The rounds


def measured(programs: Mapping[str, Path], given: argparse.Namespace, folder: Path) -> Rounds:
    """All rounds of all sizes: in each case the programs have their turn, one after the other."""
    took: Rounds = defaultdict(list)
    python = programs[OURS].parent / "python"
    projects: dict[int, dict[str, Project]] = {}
    peers: dict[int, dict[str, Other]] = {}
    for notes in given.notes:
        at = folder / str(notes)
        at.mkdir()
        projects[notes] = {who: Project(path, at / who, notes, given.seed) for who, path in programs.items()}
        peers[notes] = others(at, python, given.peer_python, notes, given.seed)
    for number in range(given.rounds + 1):
        looks = number == 0
        for notes in given.notes:
            print(f"Round {number} of {given.rounds}, {notes:,} notes", file=sys.stderr)
            for project in projects[notes].values():
                project.reset()
            for case in CASES:
                for who, project in projects[notes].items():
                    took[notes, case, who].append(project.build(case, number, looks))
                if case == "cold":
                    for who, other in peers[notes].items():
                        took[notes, case, who].append(other.build(looks))
        for who, program in programs.items():
            took[0, OWN, who].append(own_deck(program, folder / "own", looks))
            took[0, HELP, who].append(middle([program, "--help"], looks))
        took[0, IMPORT, PYTHON].append(middle([python, "-c", "import click"], looks))
    return took


# The tables


def table(took: Rounds) -> Iterator[str]:
    """The rows, as Prettier aligns them."""
    held = list(rows(took))
    widths = [max(map(len, column)) for column in zip(*held, strict=True)]
    for cells in (held[0], ["-" * (w - 1) + "-:"[n not in (1, 2)] for n, w in enumerate(widths)], *held[1:]):
        padded = (c.ljust(w) if n in (1, 2) else c.rjust(w) for n, (c, w) in enumerate(zip(cells, widths, strict=True)))
        yield f"| {' | '.join(padded)} |"


def rows(took: Rounds) -> Iterator[list[str]]:
    """The heads, and a row for each size, case and program, with the medians of all rounds but the first, which measured memory."""
    bases = {"× plain loop": LOOP, "× ankdown": ANKDOWN, "× before": BEFORE}
    bases = {head: who for head, who in bases.items() if any(key[2] == who for key in took)}
    heads = ["notes", "what", "program", "wall", "CPU", *bases, "× import click", "largest process", "all processes"]
    yield heads
    for (notes, case, who), rounds in sorted(took.items(), key=lambda item: order(item[0])):
        cells = [f"{notes:,}" if notes else "", case, who, *(median(rounds, name) for name in ("wall", "cpu"))]
        for base in bases.values():
            key = (notes, case if base == BEFORE else "cold", base)
            cells.append(ratio(rounds, took.get(key)) if base != who else "")
        cells.append(ratio(rounds, took[0, IMPORT, PYTHON]) if case in (HELP, "unchanged") else "")
        memory = rounds[0]
        yield [*cells, f"{memory.peak:.0f}", f"{memory.all:.0f}" if memory.all else "–"]


def order(key: tuple[int, str, str]) -> tuple[int, int, int]:
    notes, case, who = key
    return notes, [OWN, HELP, IMPORT, *CASES].index(case), [OURS, BEFORE, LOOP, ANKDOWN, DECKS, PYTHON].index(who)


def median(rounds: Sequence[Took], name: str) -> str:
    return f"{statistics.median(getattr(took, name) for took in rounds[1:]):.2f}"


def ratio(rounds: Sequence[Took], base: Sequence[Took] | None, name: str = "both") -> str:
    """The median of the rounds' own ratios of wall time, or of processor time; or both, the latter in brackets."""
    if not base:
        return ""
    if name == "both":
        return f"{ratio(rounds, base, 'wall')} ({ratio(rounds, base, 'cpu')})"
    pairs = zip(rounds[1:], base[1:], strict=True)
    return f"{statistics.median(getattr(own, name) / getattr(other, name) for own, other in pairs):.2f}"


def growth(took: Rounds, notes: Sequence[int]) -> Iterator[str]:
    """How much longer a cold build takes, from each size to the next."""
    for few, many in pairwise(notes):
        grown = ratio(took[many, "cold", OURS], took[few, "cold", OURS])
        yield f"A cold build of {many:,} notes takes {grown} times as long as one of {few:,}."


def ledger(notes: int, seed: int) -> str:
    """How long matching takes where all notes were edited, as in the last table of matching.py, but with the garbage collector
    tuned as it is for a build.
    """
    chance = random.Random(seed)
    made = matching.Made(chance, notes)
    before = made.drafts(notes)
    known = matching.released(before)
    edited = [matching.edited(draft, "a third", made.more, chance).candidate() for draft in before]
    with collector.tuned():
        seconds = matching.timed(lambda: matching.matched(edited, known), 1)
    return f"Matching {notes:,} notes with the ledger, all of them edited, takes {seconds:.1f} s of processor time."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--notes", type=int, nargs="+", default=[1_000, 10_000], help="sizes, 100 to 50000 (1000 10000)"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deckwright", type=Path, action="append", metavar="PROGRAM", help="a second one is `before`")
    parser.add_argument("--peer-python", type=Path, metavar="PYTHON", help="whose environment has the peers (PATH)")
    parser.add_argument("--ledger", type=int, default=50_000, metavar="N", help="notes that the ledger knows; 0: none")
    parser.add_argument("--profile", action="store_true", help="only a cold build by stage, of the last of the sizes")
    parser.add_argument("--write", action="store_true", help="put what is printed into README.md, too")
    given = parser.parse_args()
    given.notes.sort()
    named = given.deckwright or [Path(sys.executable).parent / "deckwright"]
    programs = {who: path.absolute() for who, path in zip((OURS, BEFORE), named, strict=False)}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        if given.profile:
            corpus.write(Path(folder, "project"), given.notes[-1], given.seed)
            subprocess.run([programs[OURS].parent / "python", HERE / "stages.py", Path(folder, "project")], check=True)
            return
        took = measured(programs, given, Path(folder))
    lines = [
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {given.rounds} rounds.",
        "", *table(took), "", *growth(took, given.notes), *[ledger(given.ledger, given.seed)] * bool(given.ledger),
    ]  # fmt: skip
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if given.write:
        before, rest = README.read_text(encoding="utf-8").split(BEGIN)
        README.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
