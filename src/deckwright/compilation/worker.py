"""The program of a process that compiles files: one comes in, what becomes of it goes out, until nothing more comes.

It is run by its path, so that the program that started us is not run again, and is told where that one found what it
imported: another version of anything would make something else. It ends when its input ends.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from typing import BinaryIO

LENGTH = struct.Struct("<Q")
"""What comes before everything that goes in or out: how many bytes it has."""


def main() -> None:
    """Compile what comes through the standard input, and answer through the standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches this process too: the parent ends it.
    files, answers = sys.stdin.buffer, _standard_output()
    folder, *sys.path[:] = json.loads(receive(files))

    import msgspec

    from deckwright import collector, program
    from deckwright.compilation import compiled

    if folder != program.FOLDER:
        return
    settings = msgspec.msgpack.decode(receive(files), type=compiled.CompilerSettings)
    with collector.tuned():
        while data := receive(files):
            path, content = msgspec.msgpack.decode(data, type=tuple[str, bytes])
            send(answers, compiled.pack(path, content, settings))


def send(pipe: BinaryIO, data: bytes) -> None:
    """Write a message. Raises OSError if nobody reads it any more."""
    pipe.write(LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes:
    """The next message, empty if no whole one comes any more."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return b""
    (length,) = LENGTH.unpack(head)
    data = pipe.read(length)
    return data if len(data) == length else b""


def _standard_output() -> BinaryIO:
    """The standard output, for the answers alone: what a library prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


if __name__ == "__main__":
    main()
