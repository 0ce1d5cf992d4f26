"""A project → its preview at an address of this computer, until somebody stops it."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uvicorn

from . import kept
from .app import app
from .guard import MAX_HEAD
from .index import Index
from .protocol import Protocol
from .state import State

if TYPE_CHECKING:
    from ..inputs import Inputs

HOST = "127.0.0.1"
PORT = 7391
"""Where a preview is if nobody wants it elsewhere: an address that stays can be kept open."""

GRACE = 1.0
"""In seconds: how long the first build waits for the first page, where that can be shown without it."""

PARTING = 3.0
"""In seconds: how long is waited for what is being made when the preview ends."""

TRIED = 20
"""How many ports are tried, from there on."""


class PortError(OSError):
    """There is no such port that is free."""


class Wish(msgspec.Struct, frozen=True):
    """How a preview is wanted: at which port, None for the first one that is free; with which template for the addresses of the
    editor. `now` is in seconds of the Unix epoch; with `is_polling` the files are looked at twice a second.
    """

    now: int
    port: int | None = None
    template: str = ""
    is_polling: bool = False


def serve(
    root: Path, wish: Wish, started: Callable[[str], None], deaf: Callable[[str], None] = lambda reason: None
) -> None:
    """Serve the preview of the project in `root`. `started` is told its address. Nothing is written but to the cache,
    and the masks and pictures that are saved in the page.

    Raises PortError if there is no free port. What goes wrong in the watching thread is raised here.
    """
    held = bound(wish.port)
    try:
        asyncio.run(_serve(held, root, wish, started, deaf))
    finally:
        held.close()


def bound(port: int | None) -> socket.socket:
    """A socket at this port of this computer, or at the first one that is free. Raises PortError."""
    for tried in [port] if port is not None else range(PORT, PORT + TRIED):
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if sys.platform == "win32":  # There SO_REUSEADDR would let two programs have one port.
                held.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind((HOST, tried))
            return held
        except OSError as error:
            held.close()
            last = error
    raise PortError(last.errno, last.strerror)


async def _serve(
    held: socket.socket, root: Path, wish: Wish, started: Callable[[str], None], deaf: Callable[[str], None]
) -> None:
    port = held.getsockname()[1]
    state = State(root, wish.template)
    watcher = _Watcher(root, wish, state, deaf)
    watcher.start()
    server = program(state, port)
    watcher.ended = lambda: setattr(server, "should_exit", True)
    try:
        serving = asyncio.ensure_future(server.serve([held]))
        while not (server.started or serving.done()):
            await asyncio.sleep(0.005)
        if server.started:
            started(f"http://{HOST}:{port}/")
        await serving
    finally:
        watcher.stop.set()
        watcher.join(PARTING)
    if watcher.fault:
        raise watcher.fault


def program(state: State, port: int) -> uvicorn.Server:
    """What serves a browser at this port; `state` may change meanwhile."""
    config = uvicorn.Config(
        app(state, port),
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=MAX_HEAD,
    )
    return _Server(config, state)


class _Server(uvicorn.Server):
    """Ends what is being sent to pages, which would never end by itself, before it waits for all that is to end."""

    def __init__(self, config: uvicorn.Config, state: State) -> None:
        super().__init__(config)
        self._state = state

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._state.pages.close()
        await super().shutdown(sockets)


class _Watcher(threading.Thread):
    """Looks at the project whenever it changes, and gives the index of each look to the server's thread."""

    def __init__(self, root: Path, wish: Wish, state: State, deaf: Callable[[str], None]) -> None:
        super().__init__(name="watcher", daemon=True)
        self._root = root
        self._wish = wish
        self._state = state
        self._deaf = deaf
        self._loop = asyncio.get_running_loop()
        self.stop = threading.Event()
        self.ended: Callable[[], None] = lambda: None
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            self._watch()
        except BaseException as error:
            self.fault = error
            self.ended()

    def _watch(self) -> None:
        index = kept.restored(self._root)
        if index:
            self._tell(index, False)
            # A build would slow the first page down: what it imports takes longer than all the rest.
            self._state.shown.wait(GRACE)
        from ..build import Options, make_build_folder
        from ..identity import Terms
        from ..watch import builds
        from .indexing import index as indexed

        with suppress(OSError):  # Without a cache, the next start takes longer.
            make_build_folder(self._root)
        # It stays, so that what no build has dated yet is the same note each time.
        options = Options(Terms(self._wish.now))
        seen: Inputs | None = None
        looks = builds(
            self._root,
            lambda: options,
            is_looking=True,
            is_polling=self._wish.is_polling,
            stop=self.stop,
            deaf=self._deaf,
        )
        is_kept = False
        for build in looks:
            index = indexed(index.head.number + 1 if index else 1, build, self._root, index)
            self._tell(index, True)
            seen = build.outcome.seen if build.outcome else None
            del build  # While the next one is made, all that it has loaded would be in memory twice.
            if seen and not is_kept:
                kept.keep(index, seen, self._root)
            is_kept = True
        if index and seen:
            kept.keep(index, seen, self._root)

    def _tell(self, index: Index, is_seen: bool) -> None:
        try:
            self._loop.call_soon_threadsafe(self._state.take, index, is_seen)
        except RuntimeError:  # The server has ended.
            self.stop.set()
