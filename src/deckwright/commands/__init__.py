"""The command line: each command calls one function, prints the result on stdout and everything else on stderr.

Exit codes: 0 done, 1 problems in the notes or with the system, 2 wrong usage, 3 a bug in Deckwright, 130 stopped by
Ctrl-C, 143 by SIGTERM. Until a command runs, nothing but click is imported, so that help comes at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from .. import __version__
from . import _process, _talk

_COMMANDS = (
    "init",
    "adopt",
    "build",
    "push",
    "pull",
    "watch",
    "preview",
    "check",
    "diff",
    "rehearse",
    "read",
    "stats",
    "ids",
    "draft",
    "release",
    "site",
    "masks",
    "explain",
)
"""In the order in which they are listed: each is a function in the module of its name."""


class _Modules(Mapping[str, click.Command]):
    """The commands by their names. One is imported when it is asked for: most runs ask for one alone."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in _COMMANDS:
            raise KeyError(name)
        command: click.Command = getattr(import_module(f"{__name__}.{name}"), name)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Commands(_talk.InOrder):
    """The group of all commands, with the exit codes that click does not know."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        with _process.guarded():
            return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, OSError):
            raise  # click shows the first, says nothing about a pipe that nobody reads any more, and leaves the rest to us.
        except KeyboardInterrupt:  # Where no signal can be caught, as in another thread.
            click.echo("\nStopped.", err=True)
            ctx.exit(130)
        except Exception as error:
            from . import _faults

            _faults.report(error, ctx.obj)
            ctx.exit(3)


@click.group(cls=_Commands, name="deckwright", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deckwright", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """\b
    Example:
      deckwright init anatomy
      cd anatomy
      deckwright build --open

    Compile Markdown notes into an Anki deck.
    """
    ctx.color = _talk.colour(os.environ)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # Not everything that stands in for a stream can do this.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


main.commands = _Modules()  # type: ignore[assignment]  # click adds nothing to it
