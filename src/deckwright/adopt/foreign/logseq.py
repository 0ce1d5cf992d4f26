"""Cards of Logseq: a block with `#card`, its answer in the blocks further in, and `{{cloze …}}`.

From its documentation, and logseq-anki-sync 6.5.0: src/notes/MultilineCardNote.ts, src/notes/ClozeNote.ts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from . import marks
from .found import Found, Options, Reading
from .text import Text, blanked

SIGNS = re.compile(r"^\s+card-(?:last-interval|next-schedule|repeats):: |^\s*- .*\{\{cloze ", re.MULTILINE)
"""What is written by nobody else."""

_BLOCK = re.compile(r"([ \t]*)-(?:[ ]+|$)")
_CARD = re.compile(r"(?<!\S)(?:#(?:card|flashcard)(?![\w/-])|#?\[\[(?:card|flashcard)\]\])", re.IGNORECASE)
_PROPERTY = re.compile(r"\s*([\w-]+)::(?: (.*)|$)")
_TAG = re.compile(r"(?<!\S)#(?:\[\[([^\]]+)\]\]|([^\s#\[\]]+))")
_ELSEWHERE = re.compile(
    r"\(\([0-9a-f]{8}-[0-9a-f-]{27}\)\)|\{\{(?:embed|query|renderer)\b|^\s*(?:- )?#\+BEGIN_", re.MULTILINE
)
"""What Logseq shows something else for than what is written."""

_WAYS = ("reversed", "bidirectional", "forward", "incremental", "card-group")


class _Block(msgspec.Struct):
    """A block: its depth, its lines, and the first line behind all that is further in."""

    first: int
    own: int
    end: int
    indent: str
    lines: list[str]


def read(text: Text, options: Options) -> Reading:
    """The cards of a page, and what is left of them."""
    reading = Reading()
    said = {
        m[1].lower(): (m[2] or "").strip()
        for line in text.lines[:20]
        if (m := _PROPERTY.match(line)) and not line[:1].isspace()
    }
    deck = _deck(said)
    inside = -1
    for block in _blocks(text):
        if block.first < inside or block.first in text.code:
            continue
        head = "\n".join(block.lines)
        is_card = bool(_CARD.search(re.sub(r"`[^`]*`", "", head)))
        has_cloze = bool(re.search(r"\{\{(?:cloze|c\d+) ", head))
        if not is_card and not has_cloze:
            continue
        note = _note(text, block, reading, has_cloze=has_cloze, deck=deck)
        if note:
            reading.notes.append(note)
            inside = note.end
    reading.notes = [note for note in reading.notes if _is_free(text, note, reading)]
    return reading


def _blocks(text: Text) -> Iterator[_Block]:
    starts = [
        (n, found[1]) for n, line in enumerate(text.lines) if n not in text.code and (found := _BLOCK.match(line))
    ]
    for place, (first, indent) in enumerate(starts):
        own = starts[place + 1][0] if place + 1 < len(starts) else len(text.lines)
        end = next((n for n, other in starts[place + 1 :] if len(other) <= len(indent)), len(text.lines))
        held = [_BLOCK.sub("", text.lines[first], count=1)]
        held += [_within(line, f"{indent}  ") for line in text.lines[first + 1 : own]]
        yield _Block(first, own, end, indent, held)


def _within(line: str, indent: str) -> str:
    return line[len(indent) :] if line.startswith(indent) else line.lstrip()


def _note(text: Text, block: _Block, reading: Reading, *, has_cloze: bool, deck: str) -> Found | None:
    said = {found[1].lower(): (found[2] or "").strip() for line in block.lines[1:] if (found := _PROPERTY.match(line))}
    lines = [line for line in block.lines if not _PROPERTY.fullmatch(line) or line is block.lines[0]]
    head = "\n".join(lines)
    tags = [found[1] or found[2] for found in _TAG.finditer(re.sub(r"`[^`]*`", "", head))]
    ways = [tag.lower() for tag in tags if tag.lower() in _WAYS or re.fullmatch(r"depth-\d+", tag.lower())]
    if {*ways} - {"forward", "bidirectional"} or "direction" in said or "depth" in said or "replacecloze" in said:
        reading.doubt(block.first, "its direction, its depth or its replaced clozes have nothing like them here")
        return None
    answer = [_outdented(line, block.indent) for line in _unsaid(text, block)]
    if _ELSEWHERE.search("\n".join((*lines, *answer))):
        reading.doubt(block.first, "it shows another block, or a block of Org mode")
        return None
    if has_cloze and answer:
        reading.doubt(block.first, "it has deletions and blocks further in")
        return None
    key = said.get("id", "").lower()
    base = Found(
        "logseq",
        block.first,
        text.trimmed(block.first, block.end),
        (),
        (),
        deck=_deck(said) or deck,
        key=key if re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", key) else "",
        tags=tuple(
            tag.replace("::", "/").replace(" ", "-")
            for tag in tags
            if tag.lower() not in ("card", "flashcard", *ways) and not re.search(r"[\"'&<>]", tag)
        ),
        is_certain=True,
    )
    plain = [
        _TAG.sub("", _CARD.sub("", line)) if n == 0 or _CARD.search(line) else line for n, line in enumerate(lines)
    ]
    plain = [*blanked([re.sub(r"(?<=\S) {2,}(?=\S)", " ", line).rstrip() for line in plain])]
    if has_cloze:
        made = marks.macros(marks.unhighlighted("\n".join(plain)))
        if not marks.answers(made):
            reading.doubt(block.first, "its deletion cannot be read")
            return None
        return replace(base, answer=tuple(made.split("\n")), kind="cloze")
    if not plain or not plain[0].strip() or not blanked(answer):
        reading.doubt(block.first, "it has no question" if not plain else "no block further in answers it")
        return None
    plain[0] = re.sub(r"^(?:#{1,6}\s+|(?:TODO|DOING|DONE|LATER|NOW)\s+)", "", plain[0].lstrip())
    switches = ("reversed",) if "bidirectional" in ways else ()
    return replace(base, question=tuple(plain), answer=blanked(answer), switches=switches)


def _unsaid(text: Text, block: _Block) -> list[str]:
    """The lines of the blocks further in, without their properties."""
    return [
        line
        for n, line in enumerate(text.lines[block.own : text.trimmed(block.first, block.end)], block.own)
        if n in text.code or not _PROPERTY.fullmatch(line)
    ]


def _deck(said: Mapping[str, str]) -> str:
    """The deck that properties name; empty if they name none."""
    return re.sub(r"[\[\]#]", "", said.get("deck", "")).replace("/", "::")


def _outdented(line: str, indent: str) -> str:
    """A line of a block further in, one level further out."""
    for prefix in (f"{indent}\t", f"{indent}    ", f"{indent}  "):
        if line.startswith(prefix):
            return line[len(prefix) :]
    return line.lstrip()


def _is_free(text: Text, note: Found, reading: Reading) -> bool:
    """Whether nothing stands behind a card, further in than the page, that is no card: in Markdown, it would be code."""
    found = _BLOCK.match(text.lines[note.first])
    if not found or not found[1]:
        return True
    held = {n for other in reading.notes for n in range(other.first, other.end)}
    for number in range(note.end, len(text.lines)):
        line = text.lines[number]
        if number in held or not line.strip():
            continue
        if not line[:1].isspace():
            return True
        reading.doubt(note.first, "blocks that are no cards follow it, as far in as it is")
        return False
    return True
