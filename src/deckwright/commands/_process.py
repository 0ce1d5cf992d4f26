"""The process: how it ends when somebody stops it, and when what it prints cannot be written."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn, TypeAlias

import click

from ._talk import shown

Handler: TypeAlias = Callable[[int, FrameType | None], Any] | int | None

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Those that end a command, as far as the system has them."""


@contextmanager
def guarded() -> Iterator[None]:
    """Run a command: Ctrl-C and other signals unwind it with the right exit code, and so does what the system refuses."""
    _open_streams()
    before = _caught()
    try:
        yield
    except OSError as error:
        _say_why(error)
        sys.exit(1)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_streams() -> None:
    """Put something in the place of streams that are closed, so that no file of ours gets their number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # The lowest free number.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _caught() -> dict[int, Handler]:
    """Catch the signals that would end us, but for those that somebody ignores or catches already. Their old handlers."""
    before: dict[int, Handler] = {}
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                before[number] = signal.signal(number, _stop)
    return before


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    # Not through sys.stderr, which may be in the middle of a word.
    with suppress(OSError):
        os.write(2, b"\nStopped.\n")
    raise SystemExit(128 + number)


def _say_why(error: OSError) -> None:
    """Say what the system refused."""
    reason = error.strerror or str(error)
    if _is_of_output(error):
        what = f"The output cannot be written: {reason}."
    elif error.filename:
        what = f"{shown(Path(os.fsdecode(error.filename)))} cannot be used: {reason}."
    else:
        what = f"The system refuses: {reason}."
    with suppress(OSError):
        click.echo(what, err=True)
    for stream in (sys.stdout, sys.stderr):
        _drop_rest(stream)


def _is_of_output(error: OSError) -> bool:
    """Whether it was raised while something was printed."""
    import traceback  # Most commands end well.

    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(frame.f_code is click.echo.__code__ for frame in frames)


def _drop_rest(stream: IO[str]) -> None:
    """Drop what a stream that takes no more still holds, or Python would complain of it at the end."""
    try:
        stream.flush()
    except OSError:
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
