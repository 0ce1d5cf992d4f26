"""Stories of projects: what becomes of each note's identity, state by state, as an author edits, builds and releases.

Each folder of `histories` is a story; its folders 1, 2, 3 … are the project's files one day after another.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from scratch import DAY, DAY_ONE, Scratch, day

from deckwright.diagnostics import Diagnostic, has_errors
from deckwright.identity.lines import Line
from deckwright.model import Note
from deckwright.render import code, plain

pytestmark = pytest.mark.ci

HISTORIES = Path(__file__).parent / "histories"


@pytest.mark.parametrize("name", sorted(path.name for path in HISTORIES.iterdir()))
def test_history(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_golden: bool) -> None:
    scratch = Scratch(tmp_path / "project")
    states = sorted((path for path in (HISTORIES / name).iterdir() if path.is_dir()), key=lambda path: int(path.name))
    told = "\n\n".join(_state(scratch, state, monkeypatch) for state in states) + "\n"
    expected = HISTORIES / name / "expected.txt"
    if update_golden:
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def _state(scratch: Scratch, state: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Bring the project to this state, build or release it, and tell what it is then."""
    for folder in ("cards", "media"):
        shutil.rmtree(scratch.root / folder, ignore_errors=True)
    shutil.copytree(state, scratch.root, dirs_exist_ok=True)
    terms = tomllib.loads((state / "state.toml").read_text()) if (state / "state.toml").exists() else {}
    (scratch.root / "state.toml").unlink(missing_ok=True)
    now = day(terms.pop("day", int(state.name)))
    if terms.pop("newer_pygments", False):
        monkeypatch.setattr(code, "_tokens", lambda code, language: [("x", code)])
    version = terms.pop("release", "")
    terms["renumber"] = frozenset(terms.get("renumber", ()))
    keep_going = terms.get("keep_going", False)
    loaded = scratch.build(now, **terms)
    terms.pop("keep_going", None)
    failed = has_errors(loaded.diagnostics)
    made = loaded.assigned
    counts = {"new": made.new, "back": made.back, "changed": made.changed, "kept": made.kept, "retired": made.retired}
    if version:
        made = scratch.release(version, now, **terms)
    mods = [who.mod for who in made.identities if who]
    if not failed:
        before = scratch.lock.read_bytes()
        again = scratch.build(now + 1, **{**terms, "retire": False})
        assert scratch.lock.read_bytes() == before
        assert not set(again.diagnostics) - set(_without_guesses(loaded.diagnostics))
    notes = loaded.collection.notes
    assert len({note.guid for note in notes}) == len(notes)
    what = (
        f"released as {version}"
        if version
        else "built"
        if not failed
        else "built in part"
        if keep_going
        else "not built"
    )
    told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    lines = [f"{state.name}. {what} on {_day(now)}: {told}"]
    lines += [_diagnostic(diagnostic) for diagnostic in loaded.diagnostics]
    lines += [_note(note, mod, made.ledger.lines[note.guid]) for note, mod in zip(notes, mods, strict=True)]
    lines += [_retired(line) for _, line in sorted(made.ledger.lines.items()) if line.retired]
    return "\n".join(lines)


def _without_guesses(found: list[Diagnostic]) -> list[Diagnostic]:
    """What is told of a guess, or of a deck that went, is told once: the next build knows."""
    return [diagnostic for diagnostic in found if diagnostic.code not in ("I003", "I004", "I008", "I009", "I020")]


def _diagnostic(d: Diagnostic) -> str:
    """Without the figure of a likeness, which is tuned elsewhere."""
    message = re.sub(r" \(likeness \d+%\)", "", d.message)
    return f"   {d.severity}[{d.code}] {d.span.path}:{d.span.line}: {message}\n      {d.hint}"


def _note(note: Note, mod: int, line: Line) -> str:
    """As in `  1C8…  day 2 *  what-is-a-user-2xq1c  c1 user, c2 role  What is a user?`; the star is a draft's."""
    numbers = ", ".join(f"c{number} {answer}" for number, answer in sorted(line.numbers.items()))
    gone = ", ".join(f"c{number} {answer}" for number, answer in line.gone.items())
    asked = plain(note.fields.get("Front") or note.fields.get("Header") or note.fields.get("Text", ""))
    parts = [
        f"  {note.guid}",
        _day(mod) + (" *" if line.draft else "  "),
        line.id,
        asked,
        numbers,
        gone and f"gone: {gone}",
    ]
    return "  ".join(part for part in parts if part).rstrip()


def _retired(line: Line) -> str:
    since = "since the last release" if line.retired == "draft" else f"in {line.retired}"
    return f"  {line.guid}  retired {since}  {line.id}"


def _day(time: int) -> str:
    """As in "day 2", or "day 2 + 1 s"."""
    days, seconds = divmod(time - DAY_ONE, DAY)
    return f"day {days + 1}" + (f" + {seconds} s" if seconds else "")
