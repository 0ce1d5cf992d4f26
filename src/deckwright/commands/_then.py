"""A command of the author's own, run after each build: one at a time, and once more if there was another build meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import click

from ._talk import styled

PACKAGE = "DECKWRIGHT_PACKAGE"
"""The environment variable with the package's path."""


class Then:
    """A command for the shell. Its output is ours; it gets no input."""

    def __init__(self, command: str, colour: bool | None) -> None:
        """`colour` is whether to colour what is said of it: a thread has no context of click's."""
        self._command = command
        self._colour = colour
        self._lock = threading.Lock()
        self._is_working = False
        self._process: subprocess.Popen[bytes] | None = None
        self._next: Path | None = None
        self._is_ended = False

    def run(self, package: Path) -> None:
        """Start the command for a package or, if it is still running, once more when it has ended."""
        with self._lock:
            self._next = package
            if not self._is_working:
                self._is_working = True
                # A signal that comes while the command is started would leave it behind: in a thread, none does.
                threading.Thread(target=self._work, daemon=True).start()

    def end(self) -> None:
        """End the command, and what it has started, if it is still running."""
        with self._lock:
            self._is_ended = True
            if self._process:
                with suppress(OSError):
                    if os.name == "posix":
                        os.killpg(self._process.pid, signal.SIGTERM)
                    else:
                        self._process.terminate()

    def _work(self) -> None:
        """Run the command until there is no package that it has not been run for."""
        while process := self._started():
            began = time.monotonic()
            code = process.wait()
            with self._lock:
                self._process = None
                if not self._is_ended:
                    took = f"after {time.monotonic() - began:.1f} s"
                    self._say(f"ended with exit code {code} {took}", "error" if code else "new")

    def _started(self) -> subprocess.Popen[bytes] | None:
        """The command, started for the next package; None if there is none, or it cannot be started."""
        with self._lock:
            package, self._next = self._next, None
            if package and not self._is_ended:
                try:
                    # In a group of its own: it is ended by us, not by the Ctrl-C that is meant for us.
                    self._process = subprocess.Popen(
                        self._command,
                        shell=True,
                        stdin=subprocess.DEVNULL,
                        env={**os.environ, PACKAGE: str(package)},
                        process_group=0,
                    )
                except OSError as error:
                    self._say(f"cannot be started: {error.strerror or error}", "error")
            self._is_working = self._process is not None
            return self._process

    def _say(self, what: str, role: str) -> None:
        click.echo(f"{styled('--then', role)} {what}", err=True, color=self._colour)
