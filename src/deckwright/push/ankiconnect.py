"""An action of AnkiConnect → its result. This computer alone is asked, for a limited time, and for limited answers.

Protocol: https://git.sr.ht/~foosoft/anki-connect, version 6: a POST with JSON, answered with `result` and `error`. What is
asked is looked at here, and nothing else: `importPackage` changes the options that Anki remembers for its user, and `sync`
never says how it ended, so neither of them is ever called, nor anything that deletes.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.client import OK, HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from ..amounts import count, size
from ..diagnostics.forms import harmless
from ..limits import MAX_ANKICONNECT_BYTES

HOST = "127.0.0.1"
VERSION = 6

KEY = "DECKWRIGHT_ANKICONNECT_KEY"
"""The environment variable with its key: on the command line, all users of the computer could read it."""

SECONDS = 20.0
"""How long one answer may take: Anki gives it between two other things that it does."""


class Missing(Exception):
    """Nobody listens at the port."""


class Refused(Exception):
    """There is no answer that can be used; why, in words for people, to stand behind "AnkiConnect"."""


class Unheard(Refused):
    """There is no answer at all, or none in time: what was asked may have been done."""


class AnkiConnect:
    """The add-on at a port of this computer. All methods raise Missing and Refused."""

    def __init__(self, port: int, key: str = "", seconds: float = SECONDS) -> None:
        self._port = port
        self._key = key
        self._seconds = seconds

    def greet(self) -> None:
        """Ask whether it may be asked at all, as it wants it: it answers that without a key."""
        said = self._ask("requestPermission")
        if not isinstance(said, dict) or said.get("permission") != "granted":
            raise Refused("does not give us permission")
        version = said.get("version")
        if not isinstance(version, int) or version < VERSION:
            raise Refused(f"is too old: it speaks version {_shown(version)}, and {VERSION} is needed")
        if said.get("requireApikey") and not self._key:
            raise Refused(f"wants a key: put it into the environment variable {KEY}")
        self._ask("version")

    def open_import(self, package: Path) -> None:
        """Open Anki's import dialog for a package, which must be there: Anki would open the dialog for anything."""
        self._ask("guiImportFile", path=package.resolve(strict=True).as_posix())

    def find_notes(self, query: str) -> list[int]:
        """The note ids that a search finds."""
        found = self._ask("findNotes", query=query)
        if not isinstance(found, list) or not all(isinstance(each, int) for each in found):
            raise Refused("answers a search with something else than notes")
        return found

    def notes(self, note_ids: list[int]) -> dict[int, Any]:
        """What Anki has of these notes, as far as it has them: by note id, `modelName`, `fields` and `tags`."""
        found = self._ask("notesInfo", notes=note_ids)
        if not isinstance(found, list):
            raise Refused("answers a question for notes with something else")
        held = {
            note["noteId"]: note for note in found if isinstance(note, dict) and isinstance(note.get("noteId"), int)
        }
        if not all(map(_is_note, held.values())):
            raise Refused("answers a question for notes with something else")
        return held

    def _ask(self, action: str, **parameters: Any) -> Any:
        asked: dict[str, Any] = {"action": action, "version": VERSION, "params": parameters}
        if self._key:
            asked["key"] = self._key
        try:
            said = json.loads(self._answer(json.dumps(asked).encode()))
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict) or not {"result", "error"} <= said.keys():
            raise Unheard(f"does not answer as AnkiConnect does: another program may use port {self._port}")
        if said["error"] is not None:
            raise Refused(f"refuses {action}: {_shown(said['error'])}")
        return said["result"]

    def _answer(self, data: bytes) -> bytes:
        late = f"does not answer within {count(round(self._seconds), 'second')}"
        connection = HTTPConnection(HOST, self._port, timeout=self._seconds)  # It knows neither proxies nor redirects.
        is_late = threading.Event()

        def stop(held: socket.socket) -> None:
            is_late.set()
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(0, stop)
        try:
            connection.connect()
            # The time limit of a socket begins anew with every byte.
            timer = threading.Timer(self._seconds, stop, [connection.sock])
            timer.daemon = True
            timer.start()
            connection.request("POST", "/", data, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read(MAX_ANKICONNECT_BYTES + 1)
        except ConnectionRefusedError as error:
            raise Missing from error
        except (OSError, HTTPException) as error:
            is_slow = isinstance(error, TimeoutError) or is_late.is_set()
            raise Unheard(late if is_slow else f"breaks off: {_shown(error)}") from error
        finally:
            timer.cancel()
            connection.close()
        if is_late.is_set():
            raise Unheard(late)
        if answer.status != OK:
            raise Refused(f"answers with the status {answer.status}")
        if len(said) > MAX_ANKICONNECT_BYTES:
            raise Unheard(f"answers with more than {size(MAX_ANKICONNECT_BYTES)}")
        return said


def _is_note(note: Mapping[str, Any]) -> bool:
    """Whether what stands for a note has the parts that are looked at."""
    fields, tags = note.get("fields"), note.get("tags")
    return (
        isinstance(note.get("modelName"), str)
        and isinstance(fields, dict)
        and all(isinstance(field, dict) and isinstance(field.get("value"), str) for field in fields.values())
        and isinstance(tags, list)
        and all(isinstance(tag, str) for tag in tags)
    )


def _shown(said: object) -> str:
    """What somebody else says, on one line, and not too long."""
    return harmless(" ".join(str(said).split())[:200])
