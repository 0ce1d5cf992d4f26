"""The program of a process that compiles files: one comes in, what becomes of it goes out, until nothing more comes.

`workers` says how it is run. Its argument is the folder of the program that started it.
"""

from __future__ import annotations

import json
import struct
import sys
from typing import BinaryIO

LENGTH = struct.Struct("<Q")
"""What comes before everything that goes in or out: how many bytes it has."""


def main() -> None:
    """Compile what comes through the standard input, and answer through the standard output."""
    sys.path[:] = json.loads(sys.argv[1])

    from deckwright import collector, program, workers

    if sys.argv[2] != program.FOLDER:
        return
    files, answers = workers.streams()
    with collector.tuned():  # What is imported makes many objects, too.
        import msgspec

        from deckwright.compilation import compiled

        settings = msgspec.msgpack.decode(receive(files), type=compiled.CompilerSettings)
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


if __name__ == "__main__":
    main()
