"""How long after a save `deckwright watch` has the new package: `python benchmarks/watch.py [--notes N] [--rounds N]`.

A project of made-up notes (corpus.py) is watched by a process of its own. In each round a word of an answer is edited, each
time of another file, and saved as most editors do: a new file is put in the place of the old one. The time is from there
until the package is another file, the waiting for the save to be over counted; beside it stands `python -c "import click"`
in the same round. The ratio is the median of the rounds' own. At last the package is read back: it must hold every edit.

With `--profile` the builds run in this process, and it is shown what each stage of one takes, in milliseconds of processor
time (stages.py).
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import corpus

from deckwright import build, package, watch
from deckwright.identity import Terms

PATIENCE = 60.0
"""In seconds: how long is waited for a package."""

ANSWER = re.compile(r'(<!-- card: (?!cloze)[^\n]*id="[^\n]* -->\n\n)(?=\w)')

PAUSE = 0.3
"""In seconds: how long the watch is left alone before each save, as by an author."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--profile", action="store_true", help="show where the time of a build goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        corpus.write(project, options.notes)
        (profile if options.profile else measure)(project, options.rounds)


def measure(project: Path, rounds: int) -> None:
    """Print the times of so many rounds."""
    made = project / "build" / "benchmark.apkg"
    command = [sys.executable, "-m", "deckwright", "watch", "--project", str(project)]
    took, beside, work = [], [], []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            process.stdout.readline()  # The first build.
            for number, path in enumerate(edited(project, rounds)):
                beside.append(seconds([sys.executable, "-c", "import click"]))
                time.sleep(PAUSE)
                used = processor_seconds(process.pid)
                before, began = made.stat().st_ino, time.perf_counter()
                save(path, f"edited{number}")
                while made.stat().st_ino == before:
                    if time.perf_counter() > began + PATIENCE:
                        raise SystemExit("Nothing was built")
                    time.sleep(0.001)
                took.append(time.perf_counter() - began)
                work.append(processor_seconds(process.pid) - used)
        finally:
            process.terminate()
    text = fields(made)
    lost = [number for number in range(rounds) if f"edited{number} " not in text]
    if lost:
        raise SystemExit(f"These edits are not in the package: {lost}")
    ratios = sorted(one / other for one, other in zip(took, beside, strict=True))
    print(f"saved → package: {statistics.median(took):.2f} s, {statistics.median(ratios):.1f} times `import click`")
    print(f"processor time of the watch until then: {statistics.median(work):.2f} s")
    print(f"`import click`: {statistics.median(beside):.2f} s; ratios from {ratios[0]:.1f} to {ratios[-1]:.1f}")


def profile(project: Path, rounds: int) -> None:
    """Print what the stages of a build take, as a mean of so many rounds after three that do not count."""
    import stages

    from deckwright.commands.build import remember

    with closing(watch.builds(project, lambda: build.Options(Terms(int(time.time()))))) as builds:
        next(builds)
        clock: stages.Clock | None = None
        for number, path in enumerate(edited(project, rounds + 3)):
            if number == 3:
                clock = stages.Clock()
                clock.seconds.clear()
            save(path, f"edited{number}")
            outcome = next(builds).outcome
            if outcome:
                remember(outcome, is_default=True, editions=False)  # as the command does
    assert clock
    signal.setitimer(signal.ITIMER_PROF, 0)
    for stage, spent in sorted(clock.seconds.items(), key=lambda row: -row[1]):
        print(f"{spent / rounds * 1e3:6.0f}  {stage}")
    print(f"{sum(clock.seconds.values()) / rounds * 1e3:6.0f}  all")


def edited(project: Path, rounds: int) -> list[Path]:
    """A file for each round, far from the one before."""
    files = [
        path for path in sorted((project / "cards").rglob("*.md")) if ANSWER.search(path.read_text(encoding="utf-8"))
    ]
    return [files[number * 37 % len(files)] for number in range(rounds)]


def save(path: Path, word: str) -> None:
    """Put a word before the first answer of a note with an id, and a new file in the place of the old one."""
    new = path.with_suffix(".new")
    text = ANSWER.sub(rf"\g<1>{word} ", path.read_text(encoding="utf-8"), count=1)
    new.write_text(text, encoding="utf-8", newline="\n")
    new.replace(path)


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def processor_seconds(process: int) -> float:
    """What a process has taken of the processors, in seconds; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fields(made: Path) -> str:
    """All fields of the notes of a package."""
    return "\n".join("\n".join(note.fields.values()) for note in package.read(made).notes)


if __name__ == "__main__":
    main()
