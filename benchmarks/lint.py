"""How long all rules for cards take: `python benchmarks/lint.py [--notes N] [--rounds N]`.

It makes a project of made-up notes with corpus.py, and in turn builds it from nothing and checks its cards. It prints
seconds of processor time, each the least of all rounds, since whatever else runs only adds to it:

- cold build: of the command and all its processes, their start and imports included, with their bytecode kept, as an
  installation has it
- text of the cards: of all of it, in this process; the rules read less of long answers
- text and rules: of the function that `deckwright check` calls once the notes are compiled, in this process: it fills in
  the notes, reads their text and looks at them with the rules that are on

Then it prints what each rule takes by itself, over all notes. By itself, it pays alone for the words of a note; in a
check, the first rule that asks for them pays for the others too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus

from deckwright import collection, collector, lint, texts
from deckwright import settings as project
from deckwright.identity import Terms
from deckwright.lint import RULES
from deckwright.lint.subject import Memory, Sources, Subject


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        corpus.write(root, options.notes)
        with collector.tuned():  # as in the command
            _build(root)  # It leaves the program's bytecode behind.
            rounds = [(_build(root), _check(root)) for _ in range(options.rounds)]
    build = min(seconds for seconds, _ in rounds)
    reading, whole = (min(check[column] for _, check in rounds) for column in ("texts", "all"))
    print(
        f"{options.notes:,} notes, {options.rounds} rounds: cold build {build:.2f}, text of the cards {reading:.2f}, ",
        end="",
    )
    print(f"text and rules {whole:.2f} ({whole / build:.1%} of the build)")
    for code in (code for code in rounds[0][1] if code in RULES):
        seconds = min(check[code] for _, check in rounds)
        print(f"  {code}  {seconds:5.2f}  {seconds / options.notes * 1e6:5.1f} µs a note")


def _build(root: Path) -> float:
    """Seconds of processor time of a build from nothing, and of all its processes."""
    shutil.rmtree(root / "build", ignore_errors=True)
    (root / "deck.lock").unlink(missing_ok=True)
    command = [sys.executable, "-m", "deckwright", "build", "--project", str(root)]
    measured = [sys.executable, "-I", "-S", str(Path(__file__).with_name("measured.py")), *command]
    cpu: float = json.loads(subprocess.run(measured, check=True, capture_output=True).stdout)["cpu"]
    return cpu


def _check(root: Path) -> dict[str, float]:
    """Seconds for "texts", those of all cards; for "all", that and the rules; for each rule by itself, by its code."""
    deck, found = project.load(root)
    assert deck, found
    made = collection.load(deck, Terms(int(time.time())))
    numbers = list(made.notes.numbers())
    written = made.notes.written
    begun = time.process_time()
    lint.check(made.collection, written, numbers, root)
    whole = time.process_time() - begun
    sources = Sources(root, written, made.collection.media)
    notes = [
        Subject(note, source, of_cards, made.collection.note_types[note.note_type], sources)
        for note, source, of_cards in zip(made.collection.notes, written, numbers, strict=True)
    ]
    begun = time.process_time()
    for note in notes:
        texts.cards(note.note, made.collection.note_types[note.note.note_type])
    reading = time.process_time() - begun
    each = {rule.code: _look(rule, notes) for rule in RULES.values() if rule.level != "off"}
    return {"texts": reading, "all": whole, **each}


def _look(rule: lint.declare.Rule, notes: list[Subject]) -> float:
    memory = Memory()
    notes = [note for note in notes if note.family in rule.families]
    begun = time.process_time()
    for note in notes:
        for _ in rule.look(note, memory):
            pass
    return time.process_time() - begun


if __name__ == "__main__":
    main()
