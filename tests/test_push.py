"""`deckwright push`: what it asks of Anki, over real HTTP, what it never asks, and what it says of the answers."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from conftest import import_package
from scratch import Scratch

from deckwright import commands, package
from deckwright.commands import push as pushing
from deckwright.push import KEY, AnkiConnect, Missing, Refused, Unheard, ankiconnect, standing

if TYPE_CHECKING:
    from anki.collection import Collection

NOTES = "## Which side is left? {.basic #left}\n\nThis one.\n\n## Two {.cloze #two}\n\nOne ==and== one.\n"
SYNC = "Sync your other devices first, and then Anki here. Only then import.\n"
READ_ONLY = {"requestPermission", "version", "findNotes", "notesInfo"}
"""What may be asked besides the one import dialog."""

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="a script stands in for the program that opens packages"
)


class Anki:
    """Something that speaks AnkiConnect's protocol on a port of its own. `notes` are those of its collection; `opened` is
    called with the path when the import dialog opens. An `answers` stands in for what an action would be answered.
    """

    def __init__(self, key: str = "") -> None:
        self.key = key
        self.notes: dict[int, dict[str, Any]] = {}
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.opened: Callable[[Path], object] = lambda path: None
        self.answers: dict[str, bytes | Callable[[BaseHTTPRequestHandler], object]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def actions(self) -> list[str]:
        return [asked["action"] for asked in self.asked]

    def have(self, path: Path) -> None:
        """Have the notes of a package, as its import brings them."""
        held = package.read(path)
        types = {note_type.id: note_type.name for note_type in held.note_types}
        for note in held.notes:
            self.notes[note.note_id] = {
                "noteId": note.note_id,
                "modelName": types[note.note_type_id],
                "tags": [*note.tags],
                "fields": {name: {"value": value, "order": n} for n, (name, value) in enumerate(note.fields.items())},
                "cards": [],
            }

    def result(self, action: str, parameters: dict[str, Any]) -> Any:
        match action:
            case "requestPermission":
                return {"permission": "granted", "requireApikey": bool(self.key), "version": 6}
            case "version":
                return 6
            case "guiImportFile":
                self.opened(Path(parameters["path"]))
                return None
            case "findNotes" if parameters["query"].startswith("nid:"):
                return [id_ for id_ in map(int, parameters["query"][4:].split(",")) if id_ in self.notes]
            case "findNotes":
                return [id_ for id_, note in self.notes.items() if f'"note:{note["modelName"]}"' in parameters["query"]]
            case "notesInfo":
                return [self.notes[id_] for id_ in parameters["notes"]]  # It takes a third of a second for each other.
            case _:
                raise AssertionError(action)

    def _handler(anki) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                anki.asked.append(asked)
                anki.headers.append(dict(self.headers))
                stand_in = anki.answers.get(asked["action"])
                if callable(stand_in):
                    stand_in(self)
                    return
                said: dict[str, Any] = {"result": None, "error": None}
                if asked.get("key", "") != anki.key and asked["action"] != "requestPermission":
                    said["error"] = "valid api key must be provided"
                else:
                    said["result"] = anki.result(asked["action"], asked["params"])
                self.answer(stand_in or json.dumps(said).encode())

            def answer(self, data: bytes, status: int = 200) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def anki() -> Iterator[Anki]:
    made = Anki()
    yield made
    made.end()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project, on a desktop that writes down what it opens."""
    project = Scratch(tmp_path / "body")
    project.write({"cards/a.md": NOTES})
    opener = tmp_path / "bin" / ("open" if sys.platform == "darwin" else "xdg-open")
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path}/opened"\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{opener.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.chdir(project.root)
    monkeypatch.setattr(pushing, "_PAUSE", 0.01)
    return project


def opened(project: Scratch) -> list[str]:
    """What the desktop has opened."""
    file = project.root.parent / "opened"
    return file.read_text().splitlines() if file.exists() else []


def built(project: Scratch) -> Path:
    return project.root / "build" / "anatomy.apkg"


def run(port: int, *words: str) -> Result:
    return CliRunner().invoke(commands.main, ["push", "--port", str(port), "--wait", "5", *words])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# Without AnkiConnect


def test_without_ankiconnect_the_desktop_opens_the_package(project: Scratch) -> None:
    port = free_port()
    result = run(port)
    assert result.exit_code == 0, result.output
    assert opened(project) == [str(built(project).resolve())]
    assert result.stdout.endswith("Nothing was pushed from here before.\n")
    assert result.stdout.startswith(f"Built {Path('build/anatomy.apkg')} · 2 notes, 2 cards, ")
    assert result.stderr == (
        f"deck.lock has changed: commit it with your notes.\n{SYNC}"
        f"AnkiConnect does not run (port {port}): the desktop opens the package, and nothing is checked.\n"
    )


def test_what_has_changed_since_the_last_push_is_shown(project: Scratch) -> None:
    port = free_port()
    run(port)
    project.write({"cards/a.md": NOTES.replace("This one", "That one")})
    told = run(port).stdout.partition("Since the last push:\n")[2]
    assert told.startswith("Notes: 1 changed, 1 unchanged\n\nChanged notes (1)\n")
    assert "    Back: [-This-]{+That+} one.\n" in told
    assert run(port).stdout.partition("Since the last push:\n")[2].startswith("Notes: 2 unchanged\n")
    (project.root / "build/.pushed").write_bytes(b"damaged")
    assert run(port).stdout.endswith("Nothing was pushed from here before.\n")


def test_what_cannot_be_opened_is_told_and_is_not_taken_for_pushed(project: Scratch) -> None:
    port = free_port()
    for file in (project.root.parent / "bin").iterdir():
        file.write_text("#!/bin/sh\nexit 4\n")
    result = run(port)
    assert result.exit_code == 1
    assert "The package cannot be opened from here: " in result.stderr
    assert not (project.root / "build/.pushed").exists()


def test_notes_with_errors_are_not_pushed(project: Scratch, anki: Anki) -> None:
    project.write({"cards/a.md": f"{NOTES}\n## Empty {{.basic}}\n"})
    result = run(anki.port)
    assert result.exit_code == 1
    assert "No package was made: 1 error in 1 file." in result.stderr
    assert (opened(project), anki.asked) == ([], [])


# With AnkiConnect


def test_the_import_dialog_opens_once_and_the_notes_are_counted_afterwards(project: Scratch, anki: Anki) -> None:
    anki.opened = lambda path: threading.Timer(0.05, anki.have, [path]).start()
    result = run(anki.port)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("2 of 2 notes are in Anki as built.\n")
    assert result.stderr == (
        f"deck.lock has changed: commit it with your notes.\n{SYNC}"
        "Waiting for your import, 5 seconds at most. Ctrl-C ends the waiting alone.\n"
    )
    dialogs = [asked["params"] for asked in anki.asked if asked["action"] == "guiImportFile"]
    assert dialogs == [{"path": built(project).resolve().as_posix()}]
    assert {*anki.actions} - READ_ONLY == {"guiImportFile"}
    assert opened(project) == []
    assert not any("Origin" in headers for headers in anki.headers)


def test_notes_that_are_not_as_built_are_listed(project: Scratch, anki: Anki) -> None:
    more = "## Third {.basic #third}\n\nYes.\n\n## Fourth {.basic #fourth tags=x}\n\nNo.\n"
    project.write({"cards/a.md": NOTES + more})

    def imported(path: Path) -> None:
        anki.have(path)
        left, two, third, fourth = anki.notes.values()
        left["fields"]["Back"]["value"] = "Edited"
        left["fields"]["ID"]["value"] = left["fields"]["Source"]["value"] = "old"
        del anki.notes[two["noteId"]]
        third["tags"] += ["leech"]
        fourth["tags"] = []

    anki.opened = imported
    result = run(anki.port)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-4:] == [
        "1 of 4 notes is in Anki as built.",
        "left: Back differs",
        "two: it is missing",
        "fourth: its tags differ",
    ]


def test_a_note_that_got_another_note_id_is_found_by_its_own_id(project: Scratch, anki: Anki) -> None:
    def imported(path: Path) -> None:
        anki.have(path)
        for number, note in enumerate([*anki.notes.values()]):
            del anki.notes[note["noteId"]]
            anki.notes[number] = note | {"noteId": number}

    anki.opened = imported
    assert run(anki.port).stdout.endswith("2 of 2 notes are in Anki as built.\n")


def test_where_all_is_there_already_nothing_is_waited_for(project: Scratch, anki: Anki) -> None:
    CliRunner().invoke(commands.main, ["build"])
    anki.have(built(project))
    result = run(anki.port)
    assert (result.exit_code, result.stderr) == (0, SYNC)
    assert result.stdout.endswith("2 of 2 notes are in Anki as built.\n")
    assert anki.actions.count("guiImportFile") == 1


@pytest.mark.ci
def test_waiting_ends_with_its_time(project: Scratch, anki: Anki) -> None:
    result = run(anki.port, "--wait", "1")
    assert result.exit_code == 1
    assert result.stderr.endswith("No import was seen within 1 second.\n")
    assert result.stdout.endswith("0 of 2 notes are in Anki as built.\nleft: it is missing\ntwo: it is missing\n")
    assert run(anki.port, "--wait", "0").exit_code == 0


@pytest.mark.ci
def test_an_edit_meanwhile_is_not_the_import(project: Scratch, anki: Anki) -> None:
    CliRunner().invoke(commands.main, ["build"])
    anki.have(built(project))
    project.write({"cards/a.md": NOTES.replace("This one", "That one")})
    left = next(iter(anki.notes.values()))

    def edited(path: Path) -> None:
        threading.Timer(0.1, left["tags"].append, ["marked"]).start()
        threading.Timer(0.4, anki.have, [path]).start()

    anki.opened = edited
    result = run(anki.port)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "2 of 2 notes are in Anki as built.")


def test_an_import_is_seen_among_notes_that_were_edited_in_anki(
    project: Scratch, anki: Anki, monkeypatch: pytest.MonkeyPatch
) -> None:
    CliRunner().invoke(commands.main, ["build"])
    anki.have(built(project))
    left = next(iter(anki.notes.values()))
    left["fields"]["Back"]["value"] = "Edited"
    project.write({"cards/a.md": NOTES.replace("==and==", "==plus==")})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000001")
    monkeypatch.setattr(standing, "SAMPLE", 1)

    def imported(path: Path) -> None:
        anki.have(path)
        anki.notes[left["noteId"]] = left

    anki.opened = lambda path: threading.Timer(0.05, imported, [path]).start()
    result = run(anki.port)
    assert result.stdout.splitlines()[-2:] == ["1 of 2 notes is in Anki as built.", "left: Back differs"]
    assert "No import was seen" not in result.stderr


def test_an_anki_that_is_busy_or_closed_meanwhile(
    project: Scratch, anki: Anki, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def busy(self: AnkiConnect, query: str) -> list[int]:
        calls.append(query)
        if len(calls) in (4, 5):  # After two searches for all notes, and the first for a few.
            raise Unheard("does not answer within 20 seconds")
        if len(calls) == 6:
            raise Missing
        return []

    monkeypatch.setattr(AnkiConnect, "find_notes", busy)
    result = run(anki.port)
    assert (result.exit_code, len(calls)) == (1, 6)
    assert result.stderr.endswith("Anki was closed, and what it has now is not known.\n")


@pytest.mark.ci
def test_a_dialog_that_may_be_open_is_not_opened_again(project: Scratch, anki: Anki) -> None:
    anki.answers["guiImportFile"] = lambda handler: None
    result = run(anki.port, "--wait", "1")
    assert "Anki may show its import dialog all the same.\n" in result.stderr
    assert (opened(project), anki.actions.count("guiImportFile")) == ([], 1)


def test_without_the_action_the_desktop_opens_the_package(project: Scratch, anki: Anki) -> None:
    anki.answers["guiImportFile"] = b'{"result": null, "error": "unsupported action"}'
    result = run(anki.port, "--wait", "0")
    assert result.exit_code == 0
    assert "AnkiConnect refuses guiImportFile: unsupported action. The desktop opens the package" in result.stderr
    assert opened(project) == [str(built(project).resolve())]


# Keys, and answers that are none


def test_a_key_comes_from_the_environment_and_is_never_shown(
    project: Scratch, anki: Anki, monkeypatch: pytest.MonkeyPatch
) -> None:
    anki.key = "s3cret"
    anki.opened = anki.have
    result = run(anki.port)
    assert "AnkiConnect wants a key: put it into the environment variable DECKWRIGHT_ANKICONNECT_KEY." in result.stderr
    assert (anki.actions, len(opened(project))) == (["requestPermission"], 1)
    monkeypatch.setenv(KEY, "another-key")
    result = run(anki.port)
    assert "AnkiConnect refuses version: valid api key must be provided." in result.stderr
    assert ("another-key" in result.output, len(opened(project))) == (False, 2)
    monkeypatch.setenv(KEY, "s3cret")
    result = run(anki.port)
    assert (result.exit_code, "s3cret" in result.output, len(opened(project))) == (0, False, 2)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """An answer that never ends, a byte after another."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(1000):
        try:
            handler.wfile.write(b" ")
            time.sleep(0.03)
        except OSError:
            return


def status(handler: Any) -> None:
    handler.answer(b"", 403)


ANSWERS: dict[str, tuple[bytes | Callable[[Any], object], str]] = {
    "a page": (b"<html>", "does not answer as AnkiConnect does: another program may use port {port}"),
    "a list": (b"[]", "does not answer as AnkiConnect does: another program may use port {port}"),
    "no error": (b'{"result": 6}', "does not answer as AnkiConnect does: another program may use port {port}"),
    "deep": (b"[" * 100_000, "does not answer as AnkiConnect does: another program may use port {port}"),
    "denied": (b'{"result": {"permission": "denied"}, "error": null}', "does not give us permission"),
    "another result": (b'{"result": 6, "error": null}', "does not give us permission"),
    "old": (
        b'{"result": {"permission": "granted", "version": 5}, "error": null}',
        "is too old: it speaks version 5, and 6 is needed",
    ),
    "a status": (status, "answers with the status 403"),
    "slow": (drip, "does not answer within 1 second"),
    "too much": (b" " * 20_000, "answers with more than 10 kB"),
    "control characters": (
        b'{"result": null, "error": "\\u001b[2J"}',
        "refuses requestPermission: \N{REPLACEMENT CHARACTER}[2J",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_that_are_none_are_told(anki: Anki, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    answer, expected = ANSWERS[name]
    monkeypatch.setattr(ankiconnect, "MAX_ANKICONNECT_BYTES", 200_000 if name == "deep" else 10_000)
    anki.answers["requestPermission"] = answer
    began = time.monotonic()
    with pytest.raises(Refused) as told:
        AnkiConnect(anki.port, seconds=0.6).greet()
    assert time.monotonic() - began < 20
    assert str(told.value) == expected.format(port=anki.port)


@pytest.mark.parametrize(
    ("action", "result"),
    [
        ("findNotes", '"none"'),
        ("findNotes", '["1"]'),
        ("notesInfo", "{}"),
        ("notesInfo", '[{"noteId": 1}]'),
        ("notesInfo", '[{"noteId": 1, "modelName": "x", "tags": [], "fields": {"Front": "text"}}]'),
    ],
)
def test_notes_that_are_none_are_told_before_anything_is_opened(
    project: Scratch, anki: Anki, action: str, result: str
) -> None:
    anki.answers[action] = f'{{"result": {result}, "error": null}}'.encode()
    told = run(anki.port)
    assert (told.exit_code, "guiImportFile" in anki.actions, len(opened(project))) == (0, False, 1)
    assert "with something else" in told.stderr


def test_only_this_computer_is_asked_whatever_proxy_is_set(anki: Anki, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.invalid:1")
    AnkiConnect(anki.port).greet()
    assert anki.headers[0]["Host"] == f"127.0.0.1:{anki.port}"
    with pytest.raises(Missing):
        AnkiConnect(free_port()).greet()


# The real Anki


@pytest.mark.ci
def test_a_real_collection_has_the_notes_after_its_import(project: Scratch, anki: Anki, collection: Collection) -> None:
    project.write(
        {"deck.toml": 'id = "anatomy-k3v9q2xm"\nname = "A_b: \\"c\\" *"\n', "cards/é.md": "## Ä {.basic}\n\nö &\n"}
    )

    def result(action: str, parameters: dict[str, Any]) -> Any:
        match action:
            case "findNotes":
                return [*map(int, collection.find_notes(parameters["query"]))]
            case "notesInfo":
                return [info(id_) for id_ in parameters["notes"]]
            case _:
                return Anki.result(anki, action, parameters)

    def info(note_id: int) -> dict[str, Any]:
        from anki.errors import NotFoundError

        try:
            note = collection.get_note(note_id)  # type: ignore[arg-type]
        except NotFoundError:
            return {}
        fields = {name: {"value": value} for name, value in note.items()}
        return {"noteId": note.id, "modelName": note.note_type()["name"], "tags": note.tags, "fields": fields}  # type: ignore[index]

    anki.result = result  # type: ignore[method-assign]
    anki.opened = lambda path: import_package(collection, path)
    first = run(anki.port)
    assert (first.exit_code, first.stdout.splitlines()[-1]) == (0, "3 of 3 notes are in Anki as built.")
    note = collection.get_note(collection.find_notes("ID:left")[0])
    note["Back"] = "Edited here"
    collection.update_note(note)
    project.write({"cards/a.md": NOTES.replace("This one", "That one").replace("and", "plus")})
    second = run(anki.port)
    assert second.exit_code == 1
    assert second.stdout.splitlines()[-2:] == ["2 of 3 notes are in Anki as built.", "left: Back differs"]
