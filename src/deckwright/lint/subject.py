"""What rules look at: a note as its learner sees it, with the places in its author's file; and what is known of the deck."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from html import unescape
from pathlib import Path
from unicodedata import is_normalized, normalize

import msgspec
from msgspec.structs import replace

from .. import files, texts
from ..limits import MAX_FILE_BYTES, MAX_SVG_BYTES
from ..model import Candidate, Media, Note, NoteType, Span
from ..texts import TAG, CardText


class Memory(msgspec.Struct):
    """What rules remember of the notes before: each uses what it has put there itself."""

    questions: dict[tuple[str, str, str], Span] = {}
    times: dict[tuple[str, str, str], int] = {}
    words: dict[str, tuple[str, Span]] = {}
    extras: dict[tuple[str, str, str], int] = {}


AT_ONCE = 100
"""Notes that each rule looks at before the next rule does: what a rule needs stays at hand in the processor's caches, which
for all rules together are too small. Note by note, it takes a tenth longer.
"""

_ENOUGH = 200
"""Characters by which a place is found of words that are longer, such as a line of code without end."""

_GAP = r"[*_~`]{0,4}\s+[*_~`]{0,4}"
"""What may stand between two words in an author's file, where emphasis or code begins or ends. Without a limit, a line of
asterisks would be read once from each of them.
"""

_REACH = 200
"""How many lines above a note are searched for words of its own: a section that is cut is hardly longer."""

_PICTURE_OR_CODE = re.compile("<(?:img|pre)")
_NAME = re.compile(r'<img src="([^"]*)"')
_LABEL = re.compile(r"<(?:\w+:)?text\b[^>]*>(.*?)</(?:\w+:)?text>", re.DOTALL)


class Subject:
    """A note that rules look at.

    `context` and `header` stand above the questions of its cards. `is_plain` says that it shows neither a picture nor code
    that keeps its lines. `written` is what its author's file says of it, and `place` where it stands there.
    """

    __slots__ = (
        "_cards",
        "_numbers",
        "_sources",
        "context",
        "family",
        "header",
        "is_plain",
        "note",
        "place",
        "written",
    )

    def __init__(
        self, note: Note, written: Candidate, numbers: Sequence[int], note_type: NoteType, sources: Sources
    ) -> None:
        """`numbers` are those of the cards of its deletions."""
        context = note.fields.get("Context", "")
        html = "\n".join([field for name, field in note.fields.items() if name != "Context"])
        if not html.isascii() and not is_normalized("NFC", html):  # An accent of its own would part its word.
            note = replace(note, fields={name: normalize("NFC", field) for name, field in note.fields.items()})
        self.note = note
        self.written = written
        self.family = note_type.family
        self.context = _above(context)
        self.header = texts.plain(note.fields.get("Header", ""))
        self.is_plain = not (_PICTURE_OR_CODE.search(html) or _PICTURE_OR_CODE.search(context))
        self.place = written.span
        self._cards: tuple[CardText, ...] | None = None
        self._numbers = numbers
        self._sources = sources

    @property
    def cards(self) -> tuple[CardText, ...]:
        """The texts of its cards in the order of their numbers."""
        if self._cards is None:
            self._cards = texts.own_cards(self.note.fields, self.family)
        return self._cards

    @property
    def has_one(self) -> bool:
        """Whether it is a basic note with one card, which has no other question than its front."""
        return self.family == "basic" and not self.note.fields.get("Reversed")

    def questions(self) -> Iterable[str]:
        """What its cards ask, in the order of their numbers."""
        if self.has_one:
            return (texts.plain(self.note.fields.get("Front", "")),)
        return (card.question for card in self.cards)

    def card_place(self, card: CardText) -> Span:
        """Where the first deletion or mask stands that a card asks for; the note's place if there is none."""
        if self.family != "basic":
            for deletion, number in zip(self.written.deletions, self._numbers, strict=True):
                if number == card.ordinal + 1 and deletion.span.line:
                    return deletion.span
        return self.place

    def labels(self) -> tuple[str, ...]:
        """The texts in the drawing that an occlusion note shows, masked or not."""
        name = _NAME.search(self.note.fields.get("Image", ""))
        return self._sources.labels(unescape(name[1])) if name else ()

    def picture_places(self) -> Mapping[str, Sequence[Span]]:
        """Where the author shows its pictures, in the order of the text, by the names of their files in the project."""
        places: defaultdict[str, list[Span]] = defaultdict(list)
        for one in sorted(self.written.references, key=lambda one: (one.span.line, one.span.column)):
            places[one.target.rpartition("/")[2]].append(one.span)
        return places

    def picture_file(self, name: str) -> str:
        """The name that the file of a picture has in the project; empty for one from the web."""
        path = self._sources.paths.get(name)
        return path.name if path else ""

    def where(self, words: str) -> Span:
        """Where words of its text stand in the author's file; the note's place if they are not found."""
        return self._sources.find(words, self.written) or self.place

    def where_answered(self, words: str) -> Span:
        """The same for the last words of its answer, which may stand in its question too."""
        return self._sources.find(words, self.written, is_last=True) or self.place

    def where_source(self, address: str) -> Span:
        """The same for its source, whose address may stand in its text too."""
        # From its first "source" on, and from no other, a line is read only once.
        return self._sources.find(address, self.written, before=r"\A(?>.*?\bsource\b).*?") or self.where(address)


@lru_cache(maxsize=64)  # The notes of a section have the same headings above them.
def _above(context: str) -> str:
    return normalize("NFC", texts.plain(context))


class Sources:
    """The files of the notes, and their drawings, read only for those of which something is told or asked."""

    def __init__(self, root: Path, notes: Sequence[Candidate], media: Iterable[Media]) -> None:
        """`notes` are all notes of the project in the order of their files, which lie below `root`; `media` all files of
        these notes.
        """
        self._root = root
        self._notes = notes
        self.paths = {file.name: file.path for file in media}
        self._lines: dict[str, tuple[str, ...]] = {}

    def labels(self, name: str) -> tuple[str, ...]:
        """The texts in the drawing of which the file with this name was made; none if it is no drawing."""
        path = self.paths.get(name)
        if path is None or path.suffix.lower() != ".svg":
            return ()
        try:
            source = files.read(path, MAX_SVG_BYTES).decode("utf-8", "replace")
        except OSError:  # It has vanished since it was drawn.
            return ()
        return tuple(" ".join(unescape(TAG.sub(" ", text)).split()) for text in _LABEL.findall(source))

    def find(self, words: str, note: Candidate, before: str = "", *, is_last: bool = False) -> Span | None:
        """The first place of the words in the lines of a note and those of its section; then, of an item, a row or a cell,
        the nearest above it; then in what stands above all notes of the file. Lines far above are not searched: each of
        thousands of notes may ask.

        `before` is a pattern of what stands before the words in their line. If the last place `is_last`, that is taken of
        those in a line, and a heading comes after what is below it.
        """
        begin = words[:_ENOUGH]  # A pattern takes far more time to make than to use.
        if not (written := _GAP.join(map(re.escape, begin.split()))):
            return None
        end = r"(?!\w)" if begin == words else ""
        path, line = note.span.path, note.span.line
        lines = self._of(path)
        starts = self._starts.get(path, [])
        after = range(bisect_right(starts, (line, "\U0010ffff")), len(starts))
        others = (starts[n][0] for n in after if not starts[n][1] or starts[n][1] != note.group)
        below = range(line, next(others, len(lines) + 1))
        is_heading = note.span.text.lstrip().startswith("#")  # What stands above it belongs to others.
        above = range(line - 1, (line if is_heading else max(line - _REACH, 1)) - 1, -1)
        head = range(1, min(starts[0][0] if starts else 1, above.stop + 1))
        sought = re.compile(rf"{before}(?<!\w)({written}){end}", re.IGNORECASE)
        own = (*below[1:], *below[:1]) if is_last and is_heading else below
        for number in (*own, *above, *head):
            # The file may have become shorter since the notes were read.
            places = [found.span(1) for found in sought.finditer(lines[number - 1])] if number <= len(lines) else []
            if places:
                start, stop = places[-1 if is_last else 0]
                return Span(path, number, start + 1, stop - start + len(words) - len(begin), lines[number - 1])
        return None

    @cached_property
    def _starts(self) -> dict[str, list[tuple[int, str]]]:
        """By file: the lines in which notes begin, each with the section that it is cut from."""
        made: dict[str, list[tuple[int, str]]] = {}
        for note in self._notes:
            made.setdefault(note.span.path, []).append((note.span.line, note.group))
        return {path: sorted(starts) for path, starts in made.items()}

    def _of(self, path: str) -> tuple[str, ...]:
        if path not in self._lines:
            try:
                data = files.read(self._root / path, MAX_FILE_BYTES)
            except OSError:  # It has vanished since the notes were read.
                data = b""
            text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
            self._lines[path] = tuple(text.split("\n"))
        return self._lines[path]
