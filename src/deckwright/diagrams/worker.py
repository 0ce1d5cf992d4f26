"""The program of the process that draws: an SVG comes in, a PNG goes out, and so on until nothing more comes.

`workers` says how it is run. It imports next to nothing of ours, so it starts fast, and a crash of resvg ends nothing but
itself. Its arguments are how many bytes of memory it may use, and the font files.
"""

from __future__ import annotations

import json
import signal
import struct
import sys
import time
from contextlib import suppress

HEADER = struct.Struct("<QId?")
"""What comes before the source of a drawing: its length, the width of the PNG in pixels, the seconds of work that it may
take, and whether its ground is clear, not white.
"""

ANSWER = struct.Struct("<?Qd")
"""What goes before an answer: whether it is a PNG, or else what resvg has against the drawing; its
length; and the seconds of work that it took.
"""

FAMILY = "Open Sans"
"""The font of all text."""


def main() -> None:
    """Draw what comes through the standard input, and answer through the standard output."""
    sys.path[:] = json.loads(sys.argv[1])

    import resvg_py

    from deckwright import workers

    memory, *fonts = sys.argv[2:]
    drawings, answers = workers.streams()
    _prepare_for_the_worst(int(memory))
    while len(header := drawings.read(HEADER.size)) == HEADER.size:
        length, width, seconds, is_clear = HEADER.unpack(header)
        source = drawings.read(length)
        if len(source) < length:
            return
        _allow(seconds)
        begun = time.process_time()
        try:
            answer = bytes(
                resvg_py.svg_to_bytes(
                    svg_string=source.decode("utf-8"),
                    width=width,
                    dpi=96,
                    background=None if is_clear else "white",
                    skip_system_fonts=True,
                    font_files=fonts,
                    font_family=FAMILY,
                    serif_family=FAMILY,
                    sans_serif_family=FAMILY,
                    monospace_family=FAMILY,
                )
            )
            is_drawn = True
        except ValueError as error:
            answer, is_drawn = str(error).encode(), False
        _allow(0)
        answers.write(ANSWER.pack(is_drawn, len(answer), time.process_time() - begun) + answer)
        answers.flush()


def _prepare_for_the_worst(memory: int) -> None:
    """Keep to a limit of memory, and let a crash leave no dump, and ask nobody.

    macOS does not hold to a limit of memory, and Windows has none.
    """
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(3)
    else:
        import resource

        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, memory)):
            with suppress(ValueError, OSError):  # There may be a lower one, or none at all.
                resource.setrlimit(limit, (most, most))


def _allow(seconds: float) -> None:
    """End this process after so many seconds of work; 0 for never. It ends so even when its parent was killed.

    On Windows, only the parent's clock does.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    main()
