"""Where the time of a cold build goes: `python benchmarks/stages.py PROJECT`. build.py makes a project and calls it.

About every millisecond of processor time the stack is looked at, and the time since the last look is given to the
innermost function that belongs to a stage: so the stages add up to the whole, and nothing is slowed down where functions
are many and short. What a C function took is given to its caller. The process is held to one processor; if it starts others
nevertheless, they have a row of their own.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections import defaultdict
from types import FrameType

INTERVAL = 0.001
"""In seconds of processor time."""

STAGES = {
    "<frozen importlib": "import",
    "deckwright/settings/": "settings",
    "deckwright/files.py": "reading files",
    "deckwright/read/block": "blocks",
    "deckwright/read/inlines/": "blocks",
    "deckwright/read/": "sections",
    "deckwright/render/": "render",
    "deckwright/notes/": "notes",
    "deckwright/identity/": "identity",
    "deckwright/media/": "media",
    "deckwright/diagrams/": "drawings",
    "deckwright/candidates.py": "identity",
    "deckwright/collection.py": "collection",
    "deckwright/marks.py": "collection",
    "deckwright/compilation/": "compilation",
    "deckwright/cache.py": "cache",
    "deckwright/inputs.py": "manifest",
    "deckwright/manifest.py": "manifest",
    "deckwright/program.py": "manifest",
    "deckwright/package/check.py": "read back",
    "deckwright/package/reader.py": "read back",
    "deckwright/package/database.py": "read back",
    "deckwright/package/zipped.py": "zip",
    "deckwright/package/archive.py": "",
    "deckwright/package/": "package rows",
    "genanki/": "package rows",
    "zipfile.py": "zip",
    "zipfile/": "zip",
}
"""What is in a path, by order: the first that fits decides. What is in none, or has "" here, is given to its caller."""

ORDER = ("interpreter", *dict.fromkeys(filter(None, STAGES.values())), "the rest", "other processes")


class Clock:
    """The processor time of each stage, in seconds. It begins with what the interpreter took to get here."""

    def __init__(self) -> None:
        self.last = time.process_time()
        self.seconds = defaultdict(float, {"interpreter": self.last})
        self.stages: dict[str, str] = {}
        signal.signal(signal.SIGPROF, self.look)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def look(self, _: int, frame: FrameType | None) -> None:
        now = time.process_time()
        self.seconds[self.stage(frame)] += now - self.last
        self.last = now

    def stage(self, frame: FrameType | None) -> str:
        """The stage of the innermost function; but what a module does while it is imported is the import's."""
        found = []
        while frame:
            path = frame.f_code.co_filename
            if path not in self.stages:
                self.stages[path] = stage_of(path)
            found += [self.stages[path]] * bool(self.stages[path])
            frame = frame.f_back
        if "import" in found:
            return "import"
        if found[:1] == ["zip"] and "read back" in found:
            return "read back"
        return found[0] if found else "the rest"

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.look(0, None)
        others = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.seconds["other processes"] = others.ru_utime + others.ru_stime


def stage_of(path: str) -> str:
    return next((stage for part, stage in STAGES.items() if part in path.replace(os.sep, "/")), "")


def main(project: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
    clock = Clock()
    from deckwright.__main__ import main as deckwright

    sys.argv = ["deckwright", "build", "--project", project]
    try:
        deckwright()
    except SystemExit as end:
        if end.code:
            raise
    clock.stop()
    whole = sum(clock.seconds.values())
    print("| stage | seconds | share |\n| --- | ---: | ---: |")
    for stage in ORDER:
        if seconds := clock.seconds[stage]:
            print(f"| {stage} | {seconds:.3f} | {seconds / whole:.1%} |")
    print(f"| whole | {whole:.3f} | 100 % |")


if __name__ == "__main__":
    main(sys.argv[1])
