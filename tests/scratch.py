"""A project in a folder of its own, built and released at given times."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deckwright import build, identity
from deckwright.collection import Loaded
from deckwright.diagnostics import has_errors
from deckwright.identity import Assigned, Terms, ledger
from deckwright.model import Note

SETTINGS = 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\n'
DAY_ONE = 1_800_000_000
DAY = 86_400
RENDERERS = {"Markdown": "3", "Pygments": "2"}


def day(number: int) -> int:
    """The time of a day, in seconds of the Unix epoch."""
    return DAY_ONE + (number - 1) * DAY


@dataclass(frozen=True)
class Scratch:
    """The project in `root`; it gets settings if it has none."""

    root: Path

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if not (self.root / "deck.toml").exists():
            self.write({"deck.toml": SETTINGS})

    @property
    def lock(self) -> Path:
        return self.root / ledger.FILE

    def written(self) -> tuple[int, int]:
        """What changes whenever the ledger is written, even with the same bytes."""
        held = self.lock.stat()
        return held.st_ino, held.st_mtime_ns

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write the files; those with None are deleted."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(text.encode() if isinstance(text, str) else text)

    def card_files(self, files: Mapping[str, str]) -> None:
        """Write these files of notes, and delete all others."""
        shutil.rmtree(self.root / "cards", ignore_errors=True)
        self.write({f"cards/{name}": text for name, text in files.items()})

    def load(self, now: int, **terms: object) -> Loaded:
        loaded, found = build.load(self.root, Terms(now, **terms))
        assert loaded, found
        return loaded

    def build(self, now: int, keep_going: bool = False, **terms: object) -> Loaded:
        """Build, as `deckwright build` does, and return what was loaded."""
        outcome = build.build(self.root, build.Options(Terms(now, **terms), keep_going=keep_going))
        assert outcome.loaded, outcome.found
        return outcome.loaded

    def save(self, now: int, **terms: object) -> Loaded:
        """Load, and write the ledger, but no package, which takes longer. The project must have no errors."""
        loaded = self.load(now, **terms)
        assert not has_errors(loaded.diagnostics), loaded.diagnostics
        ledger.write(loaded.assigned.ledger, self.lock)
        return loaded

    def release(self, version: str, now: int, **terms: object) -> Assigned:
        """Release what is new or changed, and write the ledger. The project must have no errors."""
        loaded = self.load(now, **terms)
        assert not has_errors(loaded.diagnostics), loaded.diagnostics
        settings = loaded.collection.settings
        released = identity.release(loaded.assigned, settings, version, now, RENDERERS)
        ledger.write(released.ledger, self.lock)
        return released

    def git(self, *args: str) -> str:
        """Run Git here and return its output. Raises CalledProcessError."""
        return self.git_bytes(*args).decode().replace("\r\n", "\n")

    def git_bytes(self, *args: str) -> bytes:
        """The same, as it is."""
        command = ["git", "-C", str(self.root), *args]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def commit(self, message: str = "Change notes") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def start_git(self) -> None:
        self.write({".gitattributes": "deck.lock merge=union\n"})
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()


def by_front(notes: list[Note] | tuple[Note, ...]) -> dict[str, Note]:
    """The notes by what they ask: the front or the header."""
    return {note.fields.get("Front", note.fields.get("Header", "")): note for note in notes}


def codes(loaded: Loaded) -> list[str]:
    return [diagnostic.code for diagnostic in loaded.diagnostics]


@contextmanager
def halted(*processes: subprocess.Popen[bytes] | subprocess.Popen[str]) -> Iterator[None]:
    """Let programs see all that is done meanwhile at once, however slowly it is done. Not on Windows."""
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
