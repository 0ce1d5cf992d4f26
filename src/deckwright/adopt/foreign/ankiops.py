"""Notes of AnkiOps: labelled fields, notes parted by `---` between empty lines, `<!-- note_key: … -->`.

From its source, 0.6.6: ankiops/markdown.py, and the note types that come with it.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from . import marks
from .found import Found, Options, Reading
from .text import Text, blanked

SIGNS = re.compile(r"^\s*<!-- *note_key: *[\w-]+ *-->\s*$|^\s*<!-- *note_type: *AnkiOps\w+ *-->\s*$", re.MULTILINE)
"""What is written by nobody else."""

_COMMENT = re.compile(r"\s*<!--\s*(note_key|note_type|tags):\s*(.*?)\s*-->\s*$")
_LABEL = re.compile(r"(Q|A|T|F|B|I|E|M|S|AI|THA|C\d+|IO_\w+):(?: (.*)|$)")
_BELOW = ("E", "M")
_WIDTH = re.compile(r"(!\[[^\]]*)(\]\([^)]*\))\{width=(\d+)(?:px)?\}")


def read(text: Text, options: Options) -> Reading:
    """The notes of a file, and what is left of them. The file is the deck."""
    reading = Reading()
    stem = text.path.rpartition("/")[2].rpartition(".")[0]
    deck = stem.replace("__", "::")
    first = text.head
    breaks = [
        n
        for n in range(text.head, len(text.lines))
        if text.lines[n] == "---"
        and n not in text.closed
        and (n == text.head or text.is_blank(n - 1))
        and (n + 1 == len(text.lines) or text.is_blank(n + 1))
    ]
    found: list[Found] = []
    for end in (*breaks, len(text.lines)):
        if note := _note(text, first, end, deck, reading):
            found.append(note)
        first = end + 1
    for number in breaks:  # It goes where there is a note above and below, or nothing but the end of the file.
        if any(note.end <= number and not any(map(str.strip, text.lines[note.end : number])) for note in found):
            reading.own.append(number)
    reading.notes = found
    return reading


def _note(text: Text, first: int, end: int, deck: str, reading: Reading) -> Found | None:
    while first < end and text.is_blank(first):
        first += 1
    end = text.trimmed(first, end)
    said: dict[str, str] = {}
    fields: dict[str, list[str]] = {}
    current = ""
    for number in range(first, end):
        line = text.lines[number]
        if number not in text.code and (comment := _COMMENT.match(line)):
            said[comment[1]] = comment[2]
        elif number not in text.code and (label := _LABEL.match(line)):
            current = label[1]
            if current in fields:
                reading.doubt(first, f"it has `{current}:` twice")
                return None
            fields[current] = [label[2] or ""]
        elif current:
            fields[current].append(line)
        elif line.strip():
            return None
    if not fields:
        return None
    held = {label: blanked(_WIDTH.sub(r"\1|\3\2", line) for line in lines) for label, lines in fields.items()}
    extra = tuple(line for label in _BELOW if held.get(label) for line in ("", *held[label]))[1:]
    key = said.get("note_key", "").lower()
    tags = tuple(tag.replace("::", "/") for tag in re.split(r"[\s,]+", said.get("tags", "")) if tag)
    base = Found("ankiops", first, end, (), (), tags=tags, key=key, deck=deck, extra=extra, is_certain=bool(key))
    labels = {*held} - {*_BELOW, "AI", "S"}
    if held.get("S") or held.get("AI"):
        reading.doubt(first, "it has a source or notes for an LLM, which have no place on a card")
        return None
    if labels == {"T"}:
        text_of = "\n".join(held["T"])
        made = marks.unhighlighted(text_of)
        if marks.answers(made):
            return replace(base, answer=tuple(made.split("\n")), kind="cloze")
        reading.doubt(first, "its text hides nothing")
        return None
    for asks, says, switches in (("Q", "A", ()), ("F", "B", ("reversed",)), ("Q", "I", ("typed",))):
        if labels == {asks, says} and held[asks] and held[says]:
            return replace(base, question=held[asks], answer=held[says], switches=switches)
    reading.doubt(first, f"Deckwright has no kind of note with {', '.join(f'`{label}:`' for label in sorted(labels))}")
    return None
