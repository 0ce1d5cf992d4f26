"""`python -m deckwright`, and what `deckwright` starts: the command line."""

import atexit
import gc
import os


def main() -> None:
    """Run the command line. Ctrl-C ends it in the same way while it is being imported."""
    # Python looks for cycles after every 700 new objects. Of those that are made while a command begins, all stay.
    gc.set_threshold(100_000)
    # What is left in the end goes with the process: to look through it for cycles took 5 ms, and 40 after a large build.
    atexit.register(gc.freeze)
    try:
        from .commands import main as command_line

        command_line(prog_name="deckwright")
    except KeyboardInterrupt:
        os.write(2, b"\nStopped.\n")
        os._exit(130)


if __name__ == "__main__":
    main()
