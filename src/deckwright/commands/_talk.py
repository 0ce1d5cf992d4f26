"""How the commands talk: colours, words for numbers and paths, diagnostics, progress, the next command, failures."""

from __future__ import annotations

import inspect
import os
import posixpath
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

if TYPE_CHECKING:
    from rich.progress import Progress

    from ..diagnostics import Diagnostic


def command(example: str) -> Callable[[Callable[..., None]], click.Command]:
    """Turn a function into a command. Its help starts with the example; the rest is the function's docstring."""

    def register(function: Callable[..., None]) -> click.Command:
        made: click.Command = click.command(**help_texts(example, function))(function)
        return made

    return register


def help_texts(example: str, function: Callable[..., None]) -> dict[str, Any]:
    """What click needs to show the help of a command, and its one line in a list of commands."""
    text = inspect.cleandoc(function.__doc__ or "")
    short = text.partition("\n")[0].rstrip(".")
    return {"help": f"\b\nExample:\n  deckwright {example}\n\n{text}", "short_help": short}


class InOrder(click.Group):
    """A group that lists its commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


# How a command ends


def fail(code: int, *lines: str) -> NoReturn:
    """Say why on stderr, and end with this exit code."""
    click.echo("\n".join(lines), err=True)
    click.get_current_context().exit(code)


@contextmanager
def needing(extra: str, purpose: str) -> Iterator[None]:
    """Import what needs the libraries of an extra. Where they are missing, the command ends and says how to install them."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("deckwright"):
            raise
        fail(2, f"{purpose}, run: pip install 'deckwright[{extra}]'")


def next_steps(*steps: str) -> None:
    """Name the command to run next, on stderr."""
    click.echo("Next: " + "\n      ".join(steps), err=True)


def print_json(written: str) -> None:
    """Print JSON on stdout, as bytes: it is UTF-8, whatever the terminal's encoding."""
    click.echo(written.encode("utf-8", "backslashreplace"))


def command_line(*words: str, options: Sequence[str] = ()) -> str:
    """The command line of another command, with the --project and --output of the running one."""
    given = click.get_current_context().params
    named = {"--project": given.get("start"), "--output": given.get("output")}
    same = [word for option, path in named.items() if path not in (None, Path()) for word in (option, str(path))]
    return shlex.join(["deckwright", *words, *same, *options])


# Words


def count(number: int, noun: str) -> str:
    """As in "1 note" and "2 notes"."""
    from .. import amounts

    return amounts.count(number, noun)


def size(number: int) -> str:
    """A number of bytes, as file managers show it."""
    from .. import amounts

    return amounts.size(number)


def shown(path: Path) -> str:
    """The path as seen from the current folder, or the absolute path if that is shorter."""
    try:
        absolute = str(path.absolute())
    except FileNotFoundError:  # The current folder is gone.
        return str(path)
    try:
        return min(os.path.relpath(path), absolute, key=len)
    except ValueError:  # on another drive
        return absolute


# Diagnostics


SEVERITIES = ("error", "warning", "hint")
"""The worst comes first."""


def text(found: Iterable[Diagnostic], *, err: bool = False) -> str:
    """The diagnostics in colour, with empty lines between them, as wide as the terminal. `err`: they go to stderr."""
    from ..diagnostics import to_text
    from ..diagnostics.forms import MARGIN

    columns = terminal_columns(sys.stderr if err else sys.stdout)
    lines = "\n\n".join(to_text(diagnostic, styled, columns) for diagnostic in found).split("\n")
    # A marker stands below what it marks.
    return "\n".join(line if line.startswith(MARGIN) else folded(line, columns) for line in lines)


def say(found: Sequence[Diagnostic]) -> None:
    """Print the diagnostics on stderr, and an empty line below them; nothing where there are none."""
    if found:
        click.echo(text(found, err=True) + "\n", err=True)


def github(found: Iterable[Diagnostic], root: Path) -> str:
    """Workflow commands. GitHub needs paths from the top of the repository, and the project may be further down."""
    from dataclasses import replace as moved

    from msgspec.structs import replace

    from ..diagnostics import to_github

    base = Path(os.path.relpath(root, os.environ.get("GITHUB_WORKSPACE", "."))).as_posix()
    lines = []
    for diagnostic in found:
        path = posixpath.normpath(posixpath.join(base, diagnostic.span.path))
        lines.append(to_github(replace(diagnostic, span=moved(diagnostic.span, path=path))))
    return "\n".join(lines)


def summary(found: Sequence[Diagnostic]) -> str:
    """As in "3 errors, 2 warnings in 2 files"."""
    numbers = [(sum(d.severity == severity for d in found), severity) for severity in SEVERITIES]
    listed = ", ".join(count(number, severity) for number, severity in numbers if number)
    return f"{listed} in {count(len({d.span.path for d in found}), 'file')}"


def explain_first(found: Sequence[Diagnostic]) -> str:
    """The command that explains the first error or, if there is none, the first warning, then the first hint."""
    return f"deckwright explain {min(found, key=lambda d: SEVERITIES.index(d.severity)).code}"


# The terminal: its width, colours and progress


def terminal_columns(stream: TextIO) -> int | None:
    """How wide the terminal is that a stream leads to; None if it leads elsewhere: whoever reads that has room."""
    if not stream.isatty():
        return None
    try:
        own = os.get_terminal_size(stream.fileno())
    except OSError:  # Windows takes its null device for a terminal.
        return None
    # By itself, shutil asks only for the terminal of stdout, which may lead elsewhere.
    return shutil.get_terminal_size(own).columns or None


def folded(printed: str, columns: int | None) -> str:
    """A text whose lines end between words where they are wider than the terminal, which would break words."""
    if not columns:
        return printed
    return "\n".join(_folded(line, columns) for line in printed.split("\n"))


def _folded(line: str, columns: int) -> str:
    from ..diagnostics.forms import width

    if width(click.unstyle(line)) <= columns:
        return line
    rows: list[str] = []
    cells = 0
    for word in line.split(" "):
        more = width(click.unstyle(word))
        if rows and (cells + 1 + more <= columns or not rows[-1].strip()):  # No line is nothing but its indent.
            rows[-1] += f" {word}"
            cells += 1 + more
        else:
            rows.append(word)
            cells = more
    return "\n".join(rows)


def colour(environment: Mapping[str, str]) -> bool | None:
    """Whether to colour the output: https://no-color.org/, https://force-color.org/. None if that is up to the stream."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return False if environment.get("TERM") == "dumb" else None


_STYLES: dict[str, dict[str, Any]] = {
    "place": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "hint": {"fg": "blue", "bold": True},
    "marker": {"fg": "red"},
    "help": {"fg": "cyan"},
    "heading": {"bold": True},
    "old": {"fg": "red"},
    "new": {"fg": "green"},
}


def styled(piece: str, role: str) -> str:
    """The piece of text in the colour of its role."""
    return click.style(piece, **_STYLES[role])


@contextmanager
def progress(after: float = 1.0, what: str = "Reading notes") -> Iterator[Callable[[int, int], None]]:
    """A function that takes (done, total) and shows a bar on stderr: only on a terminal, and only `after` some seconds."""
    from time import monotonic

    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    began = monotonic()
    bars: list[Progress] = []

    def show(done: int, total: int) -> None:
        if not bars and monotonic() - began >= after:
            from rich.console import Console
            from rich.progress import Progress

            bars.append(Progress(console=Console(stderr=True), transient=True))
            bars[0].add_task(what)
            bars[0].start()
        for bar in bars:
            bar.update(bar.task_ids[0], completed=done, total=total)

    try:
        yield show
    finally:
        for bar in bars:
            bar.stop()
