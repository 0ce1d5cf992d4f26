"""A file with its notes as sections → which of them are not what the other tool would have made of them, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from ...diagnostics import Diagnostic
from ...model import NoteSettings, Written
from ...notes import compile_file
from .found import Found
from .plain import of_html, of_markdown
from .text import Text
from .writing import Edit


class Proof:
    """What a file is compared with: the notes that Deckwright reads in it already, and what the tools make of it."""

    def __init__(
        self,
        path: str,
        before: bytes,
        pairs: Collection[tuple[str, str]],
        settings: NoteSettings,
    ) -> None:
        self._path, self._settings = path, settings
        self.written, self._found = compile_file(path, before, settings)
        self._pairs = {(of_markdown(asked), of_markdown(answer)) for asked, answer in pairs}

    def failures(self, edit: Edit, notes: Sequence[Found], ids: Mapping[int, str]) -> dict[int, str]:
        """Why notes are not right, by their first lines; with -1, why the file as a whole is not."""
        written, found = compile_file(self._path, edit.after, self._settings)
        made = {note.id: note for note in written if note.id}
        known = {*ids.values()}
        others = [_compared(note) for note in written if note.id not in known]
        wrong: dict[int, str] = {}
        for note in notes:
            own = made.get(ids[note.first])
            if own is None:
                wrong[note.first] = _why(found, self._found)
            elif not self._is_right(own, note):
                wrong[note.first] = "its card would say something else than the other tool's"
        if not wrong:
            held = {line for note in notes for line in range(note.first + 1, note.end + 1)}
            if others != [_compared(note) for note in self.written if note.span.line not in held]:
                wrong[-1] = "another note of the file would change"
            elif more := _new_errors(found, self._found):
                wrong[-1] = f"the file would have an error, {more[0]}"
        return wrong

    def are_read(self, edit: Edit, notes: Sequence[Found]) -> bool:
        """Whether, with the edit, these notes and no others are read as they stand."""
        written, found = compile_file(self._path, edit.after, self._settings)
        right = len(written) == len(notes) and all(map(self._is_right, written, notes))
        return right and not _new_errors(found, self._found)

    def lines(self, text: Text, beside: Collection[int]) -> set[int]:
        """The lines of sections that Deckwright reads as notes already, but for those whose heading is one of `beside`."""
        held: set[int] = set()
        levels = text.headings()
        for note in self.written:
            first = max((n for n in levels if n < note.span.line), default=None)
            if first is not None and first not in beside:
                ends = (n for n, level in levels.items() if n > first and level <= levels[first])
                held |= {*range(first, next(ends, len(text.lines)))}
        return held

    def _is_right(self, own: Written, note: Found) -> bool:
        fields = own.fields
        extra = of_html(fields.get("Extra", ""))
        extra = extra.removeprefix("note") if note.extra else extra
        if note.kind == "cloze":
            asked = of_markdown("\n".join(deletion.text for deletion in own.deletions))
            return (asked, of_html(fields["Text"]) + extra) in self._pairs
        return (of_html(fields["Front"]), of_html(fields["Back"]) + extra) in self._pairs


def _compared(note: Written) -> dict[str, str]:
    """The fields of a note but for the headings above it."""
    return {name: value for name, value in note.fields.items() if name != "Context"}


def _new_errors(found: Sequence[Diagnostic], known: Sequence[Diagnostic]) -> list[str]:
    """The codes of errors that there were not before."""
    new, old = (Counter(each.code for each in held if each.severity == "error") for held in (found, known))
    return [*(new - old)]


def _why(found: Sequence[Diagnostic], known: Sequence[Diagnostic]) -> str:
    more = _new_errors(found, known)
    return f"its section would have an error, {more[0]}" if more else "its section would be no note"
