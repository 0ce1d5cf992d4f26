"""Connections to the server, of which none ties it up: who is slow or silent is left, and the number of them is limited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 64
"""Connections at a time; a browser opens six. If one more comes, the one goes that has been silent for longest."""

SILENCE = 10.0
"""In seconds: how long a request may take to arrive, from its first byte or the connection's beginning."""

SLOWNESS = 20.0
"""In seconds: how long somebody may take no byte of what is sent."""


class Protocol(H11Protocol):
    """One connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._silent: asyncio.TimerHandle | None = None
        self._slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._silent = self._later(SILENCE)
        others = [
            one
            for one in self.connections
            if isinstance(one, Protocol) and one is not self and not one.transport.is_closing()
        ]
        if len(others) >= MOST:
            waiting = [one for one in others if one.is_waiting]
            (min(waiting, key=Protocol.deadline) if waiting else self).leave()

    def connection_lost(self, exc: Exception | None) -> None:
        self._silent = _ended(self._silent)
        self._slow = _ended(self._slow)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.is_waiting:
            self._silent = _ended(self._silent)
        elif self._silent is None and not self.transport.is_closing():
            self._silent = self._later(SILENCE)

    def pause_writing(self) -> None:
        super().pause_writing()
        _ended(self._slow)
        self._slow = self._later(SLOWNESS)

    def resume_writing(self) -> None:
        self._slow = _ended(self._slow)
        super().resume_writing()

    @property
    def is_waiting(self) -> bool:
        """Whether the rest of a request is to come, or a whole one."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def deadline(self) -> float:
        """When it is left if nothing comes."""
        return self._silent.when() if self._silent else float("inf")

    def leave(self) -> None:
        """End the connection, whatever was still to be sent."""
        self.transport.abort()

    def _later(self, seconds: float) -> asyncio.TimerHandle:
        leave: Callable[[], None] = self.leave
        return self.loop.call_later(seconds, leave)


def _ended(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """No timer, in the place of one that may run."""
    if timer:
        timer.cancel()
    return None
