"""Notes and files, damaged by chance, and built: nothing is a fault, nothing hangs, no guid is a wrong one.

    python tests/fuzz.py notes 600     # ten minutes
    python tests/fuzz.py files 600

Each round is made of its number alone, so one that fails is repeated by `python tests/fuzz.py notes 1 NUMBER`.
"""

from __future__ import annotations

import faulthandler
import itertools
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType

import casefiles
from scratch import DAY_ONE, SETTINGS, Scratch

from deckwright import build, notes
from deckwright.diagnostics import Diagnostic, to_json, to_text
from deckwright.diff import compare
from deckwright.diff import to_json as changes_to_json
from deckwright.diff import to_text as changes_to_text
from deckwright.identity import Terms
from deckwright.package import PackageError
from deckwright.package import read as read_package

ROOT = Path(__file__).parent.parent

SECONDS = 10
"""Of processor time, for one round: a hundred times what it takes."""

Round = Callable[[random.Random, Path], None]
"""Makes one input of the chance, in an empty folder, and raises if anything goes wrong with it."""


# Notes


MARKUP = [
    *("## ", "### a {.basic}\n", " {.cloze}", " {.basic .items}", " {.rows .typed}", " {.cells .reversed}", "#card/cloze "),
    *("\n<!-- card: ", "-->", "<!-- card: basic id='a' -->", "---\n", "---\nkind: basic\n---\n", "{#id}", "id=", "tags='"),
    *("\n- ", "\n1. ", "\n> ", "\n    ", "\t", "| ", "\n|a|b|\n|-|-|\n|c|d|\n", "\n```python\n", "\n~~~\n", "`", "``"),
    *("$", "\n$$\n", "\\(", "\\]", "\\", "*", "**", "_", "~~", "==", "==x::y==", "::", "{{c1::", "{{c2::x}}", "}}", "{", "}"),
    *("[", "](", "[[", "]]", "![[a.png]]", "![a](b.png)", "[^a]", "\n[^a]: ", "\n[a]: b\n", "%%", "\n!!! note\n", "[!NOTE]"),
    *("&amp;", "&#0;", "<", "</div>", "<div>", "<p>", "<table><td>", "<script>", "<!--", "-->", "<a href='javascript:1'>"),
    *("https://a.b", "[sound:a.mp3]", "\\href{a}{b}", "\u2028", "\u202e", "\x00", "\x0e0\x0f", "\ufeff", "\r", "é", "😀"),
]  # fmt: skip


@cache
def texts() -> list[bytes]:
    """What there is of notes: the deck's, the cases', the projects'."""
    files = [*(ROOT / "cards").rglob("*.md"), *(ROOT / "tests" / "projects").rglob("*.md")]
    return [*(path.read_bytes() for path in sorted(files)), *(case.data for case in casefiles.find())]


def mutant(chance: random.Random) -> bytes:
    """A stretch of some file with bytes and lines changed, doubled and deleted, and markup put between them."""
    lines = chance.choice(texts()).splitlines(keepends=True) or [b""]
    first = chance.randrange(len(lines)) if chance.random() < 0.7 else 0
    lines = lines[first : first + chance.choice((5, 20, 60))]
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        _change_lines(lines, chance)
    data = bytearray(b"".join(lines))
    for _ in range(chance.choice((0, 1, 1, 2, 5, 20))):
        _change_bytes(data, chance)
    front = chance.choice((b"", b"", b"---\nkind: basic\n---\n", b"## a {.cloze}\n\n==x== ", b"## a {.basic}\n"))
    return front + bytes(data)


def _change_lines(lines: list[bytes], chance: random.Random) -> None:
    at, other = chance.randrange(len(lines) + 1), chance.randrange(len(lines) + 1)
    match chance.randrange(5):
        case 0:
            del lines[at : at + chance.choice((1, 1, 3))]
        case 1:
            lines[at:at] = lines[other : other + chance.choice((1, 1, 5))] * chance.choice((1, 1, 2, 30))
        case 2:
            strange = chance.choice(texts()).splitlines(keepends=True) or [b""]
            lines.insert(at, chance.choice(strange))
        case 3:
            lines[at : at + 3] = [
                chance.choice((b"  ", b"    ", b"> ", b"- ", b"\t")) + line for line in lines[at : at + 3]
            ]
        case _:
            chance.shuffle(lines)


def _change_bytes(data: bytearray, chance: random.Random) -> None:
    at, length = chance.randrange(len(data) + 1), chance.choice((1, 1, 2, 8, 40))
    match chance.randrange(6):
        case 0:
            del data[at : at + length]
        case 1:
            data[at:at] = data[at : at + length] * chance.choice((1, 1, 2, 50))
        case 2 if data:
            data[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
        case 3:
            data[at:at] = chance.randbytes(1)
        case _:
            data[at:at] = chance.choice(MARKUP).encode() * chance.choice((1, 1, 1, 2, 20))


def notes_round(chance: random.Random, folder: Path) -> None:
    """Three files of a project with its pictures, compiled and built twice; the second build changes nothing."""
    source = chance.choice(projects())
    project = Scratch(folder / "project")
    project.write({path: data for path, data in source.items() if not path.endswith((".md", ".apkg"))})
    project.write({f"cards/{name}.md": mutant(chance) for name in "abc"})
    project.write({"deck.toml": SETTINGS + 'media = ["media"]\n'})
    for path in sorted(project.root.glob("cards/*.md")):
        notes.compile_file(path.name, path.read_bytes(), casefiles.SETTINGS)
    first = built(project)
    held = project.lock.read_bytes() if project.lock.exists() else None
    second = built(project)
    assert first.status == second.status in ("built", "no notes"), (first.status, second.status, second.problem)
    assert held == (project.lock.read_bytes() if project.lock.exists() else None)


def built(project: Scratch) -> build.Outcome:
    """The project built without the notes that have errors, and all that was found put into words."""
    outcome = build.build(project.root, build.Options(Terms(DAY_ONE), keep_going=True))
    tell(outcome.found)
    return outcome


def tell(found: list[Diagnostic]) -> None:
    for one in found:
        assert one.span.line >= 0 and one.span.column >= 0 and one.message and one.hint
        to_text(one).encode("utf-8", "surrogateescape")
    to_json(found)


@cache
def projects() -> list[dict[str, bytes]]:
    """The files of each project of `projects/`."""
    return [
        {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
        for root in sorted((ROOT / "tests" / "projects").iterdir())
    ]


# Files that a program made, or that are read as if one had


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some bits, bytes or stretches changed, or cut off somewhere."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at, length = chance.randrange(max(len(made), 1)), chance.choice((1, 1, 2, 8, 100))
        match chance.randrange(7):
            case 0 | 1 | 2 if made:
                made[at] ^= 1 << chance.randrange(8)
            case 3:
                made[at : at + length] = chance.randbytes(length)
            case 4:
                del made[at : at + length]
            case 5:
                made[at:at] = made[at : at + length] * chance.choice((1, 1, 100))
            case _:
                del made[at:]
    return bytes(made)


def files_round(chance: random.Random, folder: Path) -> None:
    chance.choice((_damage_package, _damage_ledger, _damage_ledger, _damage_masks, _damage_settings, _damage_picture))(
        chance, folder
    )


_NOTES = "## Q{0} {{.basic}}\n\nThe answer is {0}.\n\n## C{0} {{.cloze #c{0}}}\n\n==One {0}== and ==two==.\n"

_MASKS = """\
size = [{size}]
unit = "px"

[[mask]]
name = "left"
label = "Left"
left = 2
top = 3
width = 10
height = 8

[[mask]]
name = "right"
group = "both"
shape = "polygon"
points = [[20, 20], [30, 20], [30, 35]]
"""


def _png() -> bytes:
    from io import BytesIO

    from PIL import Image

    Image.new("RGB", (60, 40), (200, 220, 240)).save(made := BytesIO(), "PNG")
    return made.getvalue()


_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><defs><filter id="f"><feGaussianBlur stdDeviation="2"/>'
    b'</filter><g id="g"><rect width="40" height="20" fill="#eee"/></g></defs><use href="#g" x="5" y="5"/>'
    b'<g data-mask="a"><text x="10" y="60" font-size="14">Heart</text></g><circle data-mask="b" cx="150" cy="50" r="20" '
    b'filter="url(#f)"/></svg>'
)


@cache
def sound() -> dict[str, bytes]:
    """The files of a project with all that can be damaged, its package and its ledger among them."""
    with tempfile.TemporaryDirectory() as folder:
        project = Scratch(Path(folder))
        project.write({f"cards/{n}.md": _NOTES.format(n) for n in range(4)})
        cards = "## M {.occlusion}\n\n![](p.png)\n\n## S {.occlusion}\n\n![](s.svg)\n"
        project.write({"cards/z.md": cards, "cards/p.png": _png(), "cards/s.svg": _SVG})
        project.write({"cards/p.masks.toml": _MASKS.format(size="60, 40")})
        outcome = build.build(project.root, build.Options(Terms(DAY_ONE), target=project.root / "a.apkg"))
        assert outcome.status == "built", outcome.found
        root = project.root
        paths = (path.relative_to(root) for path in sorted(root.rglob("*")) if path.is_file())
        # What is kept of the drawings comes along, so that they are drawn but once.
        wanted = (path for path in paths if path.parts[0] != build.BUILD or ".cache" in path.parts)
        return {path.as_posix(): (root / path).read_bytes() for path in wanted}


@cache
def guids() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        project = Scratch(Path(folder))
        project.write(sound())
        return {note.id: note.guid for note in project.load(DAY_ONE).collection.notes}


def _damage_package(chance: random.Random, folder: Path) -> None:
    """What can still be read has the notes that were written: a member that is damaged does not fit to its checksum."""
    good, bad = folder / "good.apkg", folder / "bad.apkg"
    good.write_bytes(sound()["a.apkg"])
    bad.write_bytes(damaged(sound()["a.apkg"], chance))
    try:
        held = read_package(bad)
    except PackageError as error:
        assert str(error).isprintable() and "bad.apkg" in str(error), str(error)
        return
    whole = read_package(good)
    changes = compare(whole, held)
    changes_to_text(changes)
    changes_to_json(changes, whole, held)
    assert {note.guid for note in held.notes} == {note.guid for note in whole.notes}


def _damage_ledger(chance: random.Random, folder: Path) -> None:
    """Nothing is built, and nothing is written; or the same guids are, since only the ends of lines were damaged."""
    bad = damaged(sound()["deck.lock"], chance)
    if set(bad.splitlines()) < set(sound()["deck.lock"].splitlines()):
        return  # Whole lines went, as in a merge.
    project = Scratch(folder / "project")
    project.write({**sound(), "deck.lock": bad})
    outcome = built(project)
    assert outcome.loaded
    if outcome.status == "blocked":
        assert project.lock.read_bytes() == bad
        assert any(one.span.path == "deck.lock" for one in outcome.found)
    else:
        assert outcome.status == "built", outcome.status
        assert {note.id: note.guid for note in outcome.loaded.collection.notes} == guids()


def _damage_masks(chance: random.Random, folder: Path) -> None:
    _damage_one("cards/p.masks.toml", chance, folder)


def _damage_settings(chance: random.Random, folder: Path) -> None:
    _damage_one("deck.toml", chance, folder)


def _damage_picture(chance: random.Random, folder: Path) -> None:
    _damage_one(chance.choice(("cards/p.png", "cards/s.svg")), chance, folder)


def _damage_one(path: str, chance: random.Random, folder: Path) -> None:
    """It costs no more than the notes that use it, unless it is the settings."""
    project = Scratch(folder / "project")
    project.write({**sound(), path: damaged(sound()[path], chance)})
    outcome = built(project)
    if path == "deck.toml":
        assert outcome.status in ("built", "bad settings", "blocked", "no notes"), outcome.status
        return
    assert outcome.status == "built" and outcome.loaded, outcome.status
    of_others = {id_: guid for id_, guid in guids().items() if id_[:1] in "cq"}
    assert of_others.items() <= {note.id: note.guid for note in outcome.loaded.collection.notes}.items()


# The rounds


ROUNDS: dict[str, Round] = {"notes": notes_round, "files": files_round}


def play(kind: str, number: int) -> None:
    """One round; raises whatever goes wrong, and TimeoutError if it takes too long."""
    with tempfile.TemporaryDirectory() as folder, bounded():
        ROUNDS[kind](random.Random(f"{kind} {number}"), Path(folder))


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    """Within so many seconds of processor time, where the system can tell; else TimeoutError."""
    if not hasattr(signal, "SIGPROF"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called and left meanwhile: a measure of time that no other process disturbs."""
    called = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal called
        called += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return called


def main() -> None:
    kind, seconds, *first = sys.argv[1:]
    began, number, failed, slowest = time.monotonic(), 0, 0, (0.0, 0)
    for number in itertools.count(int(first[0]) if first else 0):
        faulthandler.dump_traceback_later(30 * SECONDS, exit=True)  # In a library of C, nothing else stops it.
        at = time.process_time()
        try:
            play(kind, number)
        except Exception:
            failed += 1
            print(f"round {number}:\n{traceback.format_exc()}", flush=True)
        slowest = max(slowest, (time.process_time() - at, number))
        if time.monotonic() - began > float(seconds):
            break
    faulthandler.cancel_dump_traceback_later()
    took = f"the slowest, {slowest[1]}, took {slowest[0]:.2f} s of processor time"
    print(f"{number + 1 - int(first[0] if first else 0):,} rounds, {failed} failed; {took}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
