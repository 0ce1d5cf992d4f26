"""Rows of notes and cards → a file, from which they come back in the order of ids: they are never in memory all at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

NoteRow: TypeAlias = tuple[int, str, int, int, str, str, str]
"""The columns id (in milliseconds), guid, mid (the note type), mod (in seconds), tags (with a space at both ends), flds
(with U+001F in between), and sfld (the sort field) of the table notes.
"""

CardRow: TypeAlias = tuple[int, int, int, int, int, int]
"""The columns id (in milliseconds), nid (the note), did (the deck), ord (from 0), mod (in seconds), and due (the place
among the new cards, from 1) of the table cards.
"""

_BATCH = 256
"""Notes whose rows are in memory at once."""


class Spool:
    """Rows in a file. Each method raises OSError if the disk is full or broken."""

    def __init__(self, path: Path) -> None:
        """`path` is that of a new file."""
        self._path = path
        self._file = path.open("xb", buffering=1 << 18)
        self._ids = array("q")
        self._ends = array("q", [0])
        self.cards = 0
        self.newest = 0

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, note: NoteRow, cards: Sequence[CardRow]) -> None:
        """Put a note behind the others. `cards` counts the cards of all, `newest` is the latest `mod`."""
        record = _encoded((note, cards))
        self._file.write(record)
        self._ids.append(note[0])
        self._ends.append(self._ends[-1] + len(record))
        self.cards += len(cards)
        self.newest = max(self.newest, note[3])

    def close(self) -> None:
        """No note is added any more."""
        self._file.close()

    def batches(self) -> Iterator[tuple[list[NoteRow], list[CardRow]]]:
        """Some hundred notes at a time with their cards, all in the order of the ids of the notes."""
        ids, ends = self._ids, self._ends
        order = sorted(range(len(ids)), key=ids.__getitem__)
        with self._path.open("rb", buffering=0) as file:
            for start in range(0, len(order), _BATCH):
                notes, cards = [], []
                for at in order[start : start + _BATCH]:
                    file.seek(ends[at])
                    note, own = _decoded(file.read(ends[at + 1] - ends[at]))
                    notes.append(note)
                    cards += own
                yield notes, cards


_encoded = msgspec.msgpack.Encoder().encode
_decoded = msgspec.msgpack.Decoder(tuple[NoteRow, list[CardRow]]).decode
