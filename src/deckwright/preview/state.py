"""What a preview knows: the present index, and where cards went that are gone."""

from __future__ import annotations

import asyncio
import secrets
import threading
from pathlib import Path

from . import editors
from .events import Pages
from .index import Index

PATIENCE = 120.0
"""In seconds: how long a request waits for the first build."""

MOST_GONE = 1_000
"""Of how many cards that are gone it is known where they were."""


class State:
    """All of it is for the thread of the server, but for the index, which never changes once it is there, and for `shown`, which
    is set once a card was.
    """

    def __init__(self, root: Path, template: str) -> None:
        """`template` is that of the addresses that open the editor."""
        self.root = root
        self.template = template
        self.token = secrets.token_urlsafe(24)
        self.secret = secrets.token_urlsafe(24)
        self.pages = Pages()
        self.shown = threading.Event()
        self.index: Index | None = None
        self._is_there = asyncio.Event()
        self._is_seen = asyncio.Event()
        self._gone: dict[str, tuple[str, int, str]] = {}

    def take(self, index: Index, is_seen: bool = True) -> None:
        """From now on this is the present index: tell the pages. `is_seen` if a build has looked for it, in this run."""
        before, self.index = self.index, index
        if before and before.held is not index.held:
            for place, key in enumerate(before.keys):
                if key not in index.by_key:
                    entry, card = before.entry(place)
                    self._gone.pop(key, None)
                    self._gone[key] = entry.file, entry.line, str(card.number)
            for key in [*self._gone][:-MOST_GONE]:
                del self._gone[key]
        self._is_there.set()
        if is_seen:
            self._is_seen.set()
        self.pages.tell(index, before)

    async def present(self) -> Index | None:
        """The present index; the first one is waited for. None if it takes too long."""
        return await self._after(self._is_there)

    async def seen(self) -> Index | None:
        """The same, but of a build of this run: it has what the cache has lost."""
        return await self._after(self._is_seen)

    async def _after(self, event: asyncio.Event) -> Index | None:
        try:
            await asyncio.wait_for(event.wait(), PATIENCE)
        except TimeoutError:
            return None
        return self.index

    def editor(self, file: str, line: int, column: int) -> str:
        """The address that opens the editor there; the file is relative to the root."""
        return editors.address(self.template, self.root / file, line, column)

    def near(self, key: str) -> str | None:
        """The card that most likely is what a card has become that is not there: another one of its note, or what stands where it
        stood.
        """
        index = self.index
        if index is None:
            return None
        id_ = key.rpartition(".")[0]
        own = next((entry.first_key for entry in index.entries if entry.id == id_ and entry.cards), None)
        if own or key not in self._gone:
            return own
        file, line, number = self._gone[key]
        there = [entry for entry in index.entries if entry.file == file and entry.cards]
        if not there:
            return None
        entry = min(there, key=lambda entry: abs(entry.line - line))
        same = f"{entry.id}.{number}"
        return same if same in index.by_key else entry.first_key
