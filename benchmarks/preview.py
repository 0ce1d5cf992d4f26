"""How soon `deckwright preview` shows a card: `python benchmarks/preview.py [--notes N] [--rounds N]`.

A project of made-up notes (corpus.py) is built once, so that the cache is warm. First it is measured how long after its start
the preview has answered for the page, the build, the first hundred cards and the first of them. Then a word of an answer is
edited in each round, each time of another file, and saved as most editors do; the time is from there until the event of the
build has named the card and the card has the word, the waiting for the save to be over counted. Beside each of them stands
`python -c "import click"` in the same round. The ratios are the medians of the rounds' own. What a browser takes to draw it is
not in them.

At last it is told how much memory the server has taken at most, with all requests of the rounds.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote

import corpus
import msgspec
import watch

STARTS = 5
PATIENCE = 120.0
"""In seconds: how long is waited for an answer."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        corpus.write(project, options.notes)
        build = [sys.executable, "-m", "deckwright", "build", "--project", str(project)]
        subprocess.run(build, check=True, capture_output=True)
        with served(project) as (_, _, first):  # It fills the cache with what a build does not need.
            say("first start", [first], [1.0], "")
        starts = []
        beside = []
        for _ in range(STARTS):
            beside.append(watch.seconds([sys.executable, "-c", "import click"]))
            with served(project) as (_, _, first):
                starts.append(first)
        say("start → page, warm", starts, beside)
        with served(project) as (process, server, _):
            say("saved → card", *rounds(project, server, options.rounds))
            print(f"memory at most: {memory(process, 'VmHWM')} MiB, at last {memory(process, 'VmRSS')} MiB")


@contextmanager
def served(project: Path) -> Iterator[tuple[int, HTTPConnection, float]]:
    """A preview that has answered for the first page: its process, a connection to it, and after how many seconds."""
    command = [sys.executable, "-m", "deckwright", "preview", "--project", str(project), "--port", str(PORT)]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            server = HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE)
            for path in ("/", "/api/deck"):
                asked(server, path)
            cards = msgspec.json.decode(asked(server, "/api/cards?limit=100"))
            asked(server, f"/cards/{quote(cards['cards'][0]['key'])}/front")
            yield process.pid, server, time.perf_counter() - began
            server.close()
        finally:
            process.terminate()


PORT = 7_377


def rounds(project: Path, server: HTTPConnection, number: int) -> tuple[list[float], list[float]]:
    """How long each round took, and `import click` beside it."""
    events = HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE)
    events.request("GET", "/events")
    stream = events.getresponse()
    while event(stream)["build"] < 2:  # The first one may be that of the run before.
        pass
    took, beside = [], []
    for place, path in enumerate(watch.edited(project, number)):
        beside.append(watch.seconds([sys.executable, "-c", "import click"]))
        time.sleep(watch.PAUSE)
        began = time.perf_counter()
        watch.save(path, f"edited{place}")
        keys = event(stream)["changedKeys"]
        html = asked(server, f"/cards/{quote(keys[0])}/back").decode()
        took.append(time.perf_counter() - began)
        if not re.search(rf"edited{place}\b", html):
            raise SystemExit(f"The card {keys[0]} does not show what was saved")
    events.close()
    return took, beside


def event(stream: HTTPResponse) -> dict[str, Any]:
    """The next event of a build."""
    while line := stream.readline():
        if line.startswith(b"data: "):
            told: dict[str, Any] = msgspec.json.decode(line.removeprefix(b"data: "))
            return told
    raise SystemExit("The events ended")


def asked(server: HTTPConnection, path: str) -> bytes:
    server.request("GET", path)
    answer = server.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return body


def say(what: str, took: list[float], beside: list[float], unit: str = "times `import click`") -> None:
    ratios = sorted(one / other for one, other in zip(took, beside, strict=True))
    told = f", {statistics.median(ratios):.1f} {unit} (from {ratios[0]:.1f} to {ratios[-1]:.1f})" if unit else ""
    print(f"{what}: {statistics.median(took):.2f} s{told}", flush=True)


def memory(process: int, what: str) -> int:
    """Of a process, in MiB; 0 where there is no /proc."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(found[1]) // 1024 if found else 0


if __name__ == "__main__":
    main()
