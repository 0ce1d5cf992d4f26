"""A new index → what the pages that are open are told of it; each has a queue that never grows beyond a few events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from . import answers
from .index import Index

MOST_KEYS = 1_000
"""How many changed cards are named. Where there are more, all of them are as good as changed."""

MOST_WAITING = 8
"""How many events wait for a page. If there are more, it is told to load everything anew."""

MOST_PAGES = 16
"""How many pages are told of builds. If one more comes, the first of them goes: it comes back by itself if it is still there."""

BEAT = 15.0
"""In seconds: how often something is sent, so that it shows whether anybody is still there."""


class Pages:
    """The pages that are open. All of it is for the thread of the server."""

    def __init__(self) -> None:
        self._queues: list[asyncio.Queue[bytes | None]] = []

    def tell(self, index: Index, before: Index | None) -> None:
        """Tell all pages of a build."""
        told = event(index, before)
        for queue in self._queues:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(event(index, None))
            else:
                queue.put_nowait(told)

    def close(self) -> None:
        """End all that is being sent."""
        for queue in [*self._queues]:
            self._end(queue)

    async def stream(self, index: Index | None) -> AsyncIterator[bytes]:
        """What one page is told, from the present build on."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._queues.append(queue)
        while len(self._queues) > MOST_PAGES:
            self._end(self._queues[0])
        try:
            yield b"retry: 1000\n\n"
            if index:
                yield event(index, None)
            while True:
                try:
                    told = await asyncio.wait_for(queue.get(), BEAT)
                except TimeoutError:
                    told = b": still here\n\n"
                if told is None:
                    return
                yield told
        finally:
            if queue in self._queues:
                self._queues.remove(queue)

    def _end(self, queue: asyncio.Queue[bytes | None]) -> None:
        self._queues.remove(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


def event(index: Index, before: Index | None) -> bytes:
    """A build in the form of server-sent events: `changedKeys` are the cards that came or look in another way, None if they
    are too many or not known; `goneKeys` are those that were there before.
    """
    changed: list[str] | None = None
    gone: list[str] = []
    if before:
        changed, gone = difference(index, before)
    if changed is not None and len(changed) + len(gone) > MOST_KEYS:
        changed, gone = None, []
    told: dict[str, Any] = answers.head(index) | {"changedKeys": changed, "goneKeys": gone}
    return b"event: build\nid: %d\ndata: %s\n\n" % (index.head.number, msgspec.json.encode(told))


def difference(index: Index, before: Index) -> tuple[list[str], list[str]]:
    """The keys of the cards that came, look in another way or have other problems, and of those that are gone."""
    same = index.looks == before.looks and index.troubled == before.troubled
    if same and index.held is before.held:
        return [], []
    known = {key: before.digest(place) for place, key in enumerate(before.keys)}
    changed = [
        key
        for place, key in enumerate(index.keys)
        if known.get(key) != index.digest(place) or index.troubled.get(key) != before.troubled.get(key)
    ]
    return changed, [key for key in before.keys if key not in index.by_key]
