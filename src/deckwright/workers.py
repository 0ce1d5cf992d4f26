"""Programs of ours in processes of their own: how they are started and ended, and where they answer.

Each is run by its path, so that the program that started us is not run again, and is told where that one found what it
imported: another version of anything would make something else. So each begins with

    sys.path[:] = json.loads(sys.argv[1])

and ends when its input ends, as it does when we end, however that is.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import subprocess


def processors() -> int:
    """How many processors we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start(program: str, *arguments: str, python: str | None = None) -> subprocess.Popen[bytes]:
    """Start the program in a file of ours, with pipes for its input and its output. Raises OSError.

    Another Python than ours imports what it finds itself, by none of our variables, and is told of no folders.
    """
    # The program that is started imports this module too, but none of these.
    import json
    import subprocess
    from pathlib import Path

    found = json.dumps([] if python else [str(Path(folder).absolute()) for folder in sys.path])
    interpreter = [python, "-I"] if python else [sys.executable, "-P"]
    command = [*interpreter, str(Path(program).absolute()), found, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def end(process: subprocess.Popen[bytes]) -> int:
    """End a process that was started here, whatever it is doing, and tell its exit code."""
    process.kill()
    code = process.wait()
    for pipe in (process.stdin, process.stdout):
        try:
            if pipe:
                pipe.close()
        except OSError:  # What was not sent yet will never be.
            continue
    return code


def streams() -> tuple[BinaryIO, BinaryIO]:
    """In such a process: its input, and its output for the answers alone. What a library prints goes nowhere.

    Ctrl-C in a terminal reaches this process too, and is ignored: whoever started it ends it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return sys.stdin.buffer, answers
