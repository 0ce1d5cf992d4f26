"""The notes of a site → what finds each of them in Anki."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..model import Note
from ..notetypes import STOCK
from ..release.words import Held, id_field, search
from .changes import Gone
from .shown import Shown


class Searches:
    """What finds notes in the browser of Anki."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        held: defaultdict[str, list[Held]] = defaultdict(list)
        for note in shown.notes:
            held[note.note_type].append((note.fields, (note.id,)))
        self._fields = {note_type: id_field(notes) for note_type, notes in held.items()}
        # A package knows note types by their ids, and deck.lock by their names.
        self._by_name: dict[str, str] = {}
        for note in shown.notes:
            if line := shown.lines.get(note.guid):
                self._by_name.setdefault(line.type, self._fields[note.note_type])

    def of(self, note: Note) -> str:
        return search(self._fields[note.note_type], note.id, note.note_id)

    def of_gone(self, gone: Gone) -> str:
        """The same of a note that has left the deck, whose fields are those of others of its note type."""
        line = self._shown.lines.get(gone.guid)
        if line is None or line.type in STOCK:
            return search("ID", gone.id, 0)
        return search(self._by_name.get(line.type, ""), gone.id, line.nid)

    def example(self, retired: Sequence[Gone]) -> str:
        """What finds one of the notes that have left the deck or, if none has, another, for what is said about them."""
        if retired:
            return self.of_gone(retired[0])
        return self.of(self._shown.notes[0]) if self._shown.notes else "ID:some-note"
