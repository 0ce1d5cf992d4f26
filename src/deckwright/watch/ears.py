"""Some folders → a word whenever something happens in them: from the system or, where it says nothing, in turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from .seen import Folder

STEP = 0.03
"""In seconds: what happens comes in bursts, and a burst is over when nothing has happened for so long."""

BURST = 3.0
"""In seconds: the longest burst of which nothing is told before it is over."""

TURN = 0.5
"""In seconds: how often one must look where the system tells nothing."""

_GLANCE = 0.5
"""In seconds: how often whoever waits looks whether to stop. Windows does not let Ctrl-C end a wait."""


class Ears:
    """Listens to folders, but not to what is below them."""

    def __init__(self, is_polling: bool, stop: threading.Event, deaf: Callable[[str], None]) -> None:
        """Nobody waits any more once `stop` is set. `deaf` is told why the system does not tell of changes."""
        self._is_polling = is_polling
        self._stop = stop
        self._deaf = deaf
        self._folders: frozenset[Folder] = frozenset()
        self._listener: _Listener | None = None
        self._heard = threading.Event()

    def __enter__(self) -> Ears:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._rest()

    def turn_to(self, folders: frozenset[Folder]) -> None:
        """Listen to these folders. What has happened in them before was not heard."""
        if self._is_polling or (folders == self._folders and self._listener):
            return
        self._rest()
        try:
            self._listener = _Listener([path for path, _, _ in folders], self._heard)
        except FileNotFoundError:  # One of them was there a moment ago. Whoever looks will see that.
            self._heard.set()
        except Exception as error:  # Of whatever kind the library raises: too many folders, or no such function here.
            self._give_up(str(error))
        self._folders = folders

    def wait(self, patience: float | None) -> bool:
        """Wait until something happens, but no longer than so many seconds; whether something did, or might have."""
        until = None if patience is None else time.monotonic() + patience
        while not self._stop.is_set():
            left = _GLANCE if until is None else min(_GLANCE, until - time.monotonic())
            if left <= 0:
                return False
            if self._is_polling:
                self._stop.wait(min(left, TURN))
                return True
            if self._heard.wait(left):
                self._heard.clear()
                if self._listener and self._listener.fault:
                    self._give_up(self._listener.fault)
                return True
        return False

    def _give_up(self, reason: str) -> None:
        self._is_polling = True
        self._deaf(reason)

    def _rest(self) -> None:
        if self._listener:
            self._listener.close()
        self._listener = None


class _Listener:
    """A thread that waits for what the system tells of some folders; if it no longer can, it has a `fault`."""

    def __init__(self, paths: list[str], heard: threading.Event) -> None:
        """Raises whatever the library does."""
        # Its functions for whole programs would make one that is stopped by a signal forget by which.
        from watchfiles._rust_notify import RustNotify

        self._notify = RustNotify(
            paths, debug=False, force_polling=False, poll_delay_ms=300, recursive=False, ignore_permission_denied=True
        )
        self._stop = threading.Event()
        self._heard = heard
        self.fault = ""
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _listen(self) -> None:
        try:
            with self._notify as notify:
                while (told := notify.watch(round(BURST * 1000), round(STEP * 1000), 60_000, self._stop)) != "stop":
                    if told != "timeout":
                        self._heard.set()
        except Exception as error:
            self.fault = str(error) or type(error).__name__
            self._heard.set()
