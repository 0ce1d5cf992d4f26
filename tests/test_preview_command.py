"""`deckwright preview` as its author meets it: a process, an address, and a page that follows the files."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scratch import Scratch, halted

from deckwright.commands import main
from deckwright.layout import BUILD
from deckwright.preview import server

HEART = "# Heart\n\n## What does it do? {.basic #heart}\n\nIt pumps.\n"


@contextmanager
def preview(project: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], HTTPConnection]]:
    """A preview that runs, and a connection to it."""
    command = [sys.executable, "-m", "deckwright", "preview", "--project", str(project), *options]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "DECKWRIGHT_EDITOR": "none"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as run:
        try:
            assert run.stdout
            told = re.fullmatch(r"(.*): http://127\.0\.0\.1:(\d+)/\n", run.stdout.readline())
            assert told and told[1] == project.name
            connection = HTTPConnection("127.0.0.1", int(told[2]), timeout=60)
            yield run, connection
            connection.close()
        finally:
            if run.poll() is None:
                run.kill()


def answer(connection: HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answered = connection.getresponse()
    body = answered.read()
    assert answered.status == 200, body
    return body


def event(stream: HTTPResponse) -> dict[str, Any]:
    while not (line := stream.readline()).startswith(b"data: "):
        assert line
    told: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
    return told


@pytest.mark.ci
def test_what_is_saved_is_seen(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "anatomy")
    project.write({"cards/heart.md": HEART})
    with preview(project.root) as (run, connection):
        assert b"It pumps." in answer(connection, "/cards/heart.1/back")
        events = HTTPConnection("127.0.0.1", connection.port, timeout=60)
        events.request("GET", "/events")
        stream = events.getresponse()
        assert event(stream)["build"] == 1
        with halted(run):
            project.write({"cards/heart.md": HEART.replace("pumps", "beats")})
        told = event(stream)
        assert (told["build"], told["state"], told["changedKeys"], told["goneKeys"]) == (2, "built", ["heart.1"], [])
        assert b"It beats." in answer(connection, "/cards/heart.1/back")
        with halted(run):
            project.write({"cards/heart.md": HEART.replace("It pumps.", "![](missing.png)")})
        assert (told := event(stream))["state"] == "errors" and told["goneKeys"] == ["heart.1"]
        with halted(run):
            project.write({"cards/heart.md": HEART})
        assert event(stream)["changedKeys"] == ["heart.1"]
        events.close()
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 130
    assert sorted(path.name for path in project.root.iterdir()) == [BUILD, "cards", "deck.toml"]
    with preview(project.root) as (run, connection):
        assert json.loads(answer(connection, "/api/deck"))["build"] in (
            1,
            2,
        )  # The first one may be that of the run before.
        assert b"It pumps." in answer(connection, "/cards/heart.1/back")
        run.terminate()
        assert run.wait(60) == 143


def run(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, args, catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_an_unknown_editor_is_refused(tmp_path: Path) -> None:
    Scratch(tmp_path)
    code, out, error = run("preview", "--project", str(tmp_path), "--editor", "ed")
    assert (code, out) == (2, "")
    assert error == (
        "ed is no editor that is known here, and no address with {path} in it.\n"
        "Known are: vscode, vscodium, cursor, windsurf, zed, idea, pycharm, sublime, textmate\n"
    )


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    Scratch(tmp_path)
    with server.bound(0) as held:
        held.listen()
        code, out, error = run("preview", "--project", str(tmp_path), "--port", str(held.getsockname()[1]))
    assert (code, out) == (1, "")
    assert error == "There is no free port: Address already in use.\nTo try another one: --port\n"


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("deckwright.preview")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("deckwright.preview", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert run("preview") == (2, "", "To see a preview, run: pip install 'deckwright[preview]'\n")
