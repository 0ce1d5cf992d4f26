"""`python -m deckwright`, and what `deckwright` starts: the command line."""

import os


def main() -> None:
    """Run the command line. Ctrl-C ends it in the same way while it is being imported."""
    try:
        from .commands import main as command_line

        command_line(prog_name="deckwright")
    except KeyboardInterrupt:
        os.write(2, b"\nStopped.\n")
        os._exit(130)


if __name__ == "__main__":
    main()
