"""One command → what it took, as JSON: `python -I -S benchmarks/measured.py [--memory] COMMAND…`.

This stays small and is run for each command anew: Linux counts what the parent holds into the peak of a child. Its
figures are those of the command and all its descendants, also of those that outlive it.

- wall: seconds until the command ends
- cpu: seconds of processor time, user and system
- peak: MiB of the largest process
- all: MiB of all processes together, each shared page once (PSS); with `--memory`, where there is a /proc

With `--memory` the memory is looked at every 10 ms, so the times are not those of an undisturbed run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress

MIB = 1 << 20 if sys.platform == "darwin" else 1 << 10
"""In units of ru_maxrss, which are bytes on macOS and KiB elsewhere."""


def main(arguments: list[str]) -> int:
    looks = arguments[0] == "--memory"
    command = arguments[looks:]
    # Python keeps what it compiles, as an installation does: the first run is not one that counts.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    _adopt_orphans()
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    begun = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=silent)
    most = 0
    if looks:
        while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            most = max(most, _held(child))
            time.sleep(0.01)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss
    with suppress(ChildProcessError):
        while True:
            _, _, used = os.wait3(0)
            cpu, peak = cpu + used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss)
    took = {"wall": wall, "cpu": cpu, "peak": peak / MIB, "all": most / (1 << 10)}
    print(json.dumps(took))
    return os.waitstatus_to_exitcode(status)


def _adopt_orphans() -> None:
    """Become the parent of whatever a child leaves behind, as multiprocessing's forkserver: else it is not counted."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _held(process: int) -> int:
    """KiB of a process and its descendants; 0 where there is no /proc, or they are gone."""
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:  # noqa: PTH123  # pathlib is large.
            own = next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
        children = ""
        for task in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208
            with open(f"/proc/{process}/task/{task}/children", encoding="ascii") as file:  # noqa: PTH123
                children += file.read()
    except OSError:
        return 0
    return own + sum(_held(int(child)) for child in children.split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
