"""Notes of Obsidian_to_Anki: `START … END`, `STARTI … ENDI`, and its documented custom styles where they have an id.

From its source, 3.6.0: src/note.ts, src/file.ts, src/setting-to-data.ts; the styles are those of its wiki.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from . import marks
from .found import Found, Options, Reading
from .obsidian_to_anki_settings import ID, TAGS, Says, clozes, dedented, tags_of
from .obsidian_to_anki_styles import styled
from .text import Text, blanked

PLUGIN = "obsidian-to-anki-plugin"
SIGNS = re.compile(r"^(?:<!--)?ID: \d{10,}|^TARGET DECK(?:: |$)|^START\n(?:Basic|Cloze)|\bSTARTI \[", re.MULTILINE)
"""What is written by nobody else."""


def read(text: Text, options: Options) -> Reading:
    """The notes of a file, what is left of them, and the lines that name its deck and tags."""
    says, reading = Says(options), Reading()
    frozen = next((n for n, line in enumerate(text.lines) if line.startswith(f"{says.frozen} - ")), None)
    deck, tags = _of_file(text, says, reading)
    taken: set[int] = set()
    for note in (
        *_blocks(text, says, reading, taken),
        *_inline(text, says, reading, taken),
        *styled(text, says, reading, taken),
    ):
        if frozen is not None:
            reading.doubt(note.first, "the file has frozen fields, which Deckwright has not")
            continue
        reading.notes.append(replace(note, tags=tuple(dict.fromkeys((*tags, *note.tags))), deck=deck))
    return reading


def _of_file(text: Text, says: Says, reading: Reading) -> tuple[str, tuple[str, ...]]:
    """The deck and the tags of the file, or of its folder."""
    said = {name: _line(text, name, reading) for name in (says.deck, says.tags)}
    deck = said[says.deck] or says.of_folder(text.path, says.folder_decks) or says.default_deck
    tags = f"{said[says.tags]} {says.of_folder(text.path, says.folder_tags)}"
    return "" if deck == "Default" else deck, tuple(tags_of(tags))


def _line(text: Text, name: str, reading: Reading) -> str:
    """What stands behind a name and a colon, or on the line below it; empty if there is nothing."""
    for number, line in enumerate(text.lines):
        if number in text.code and number >= text.head:
            continue
        held = range(number, number + 1)
        value = line.removeprefix(f"{name}: ") if line.startswith(f"{name}: ") else ""
        if line == name and number + 1 < len(text.lines):
            value, held = text.lines[number + 1], range(number, number + 2)
        if value.strip():
            reading.own += [each for each in held if each >= text.head]
            return value.strip()
    return ""


# Blocks


def _blocks(text: Text, says: Says, reading: Reading, taken: set[int]) -> Iterator[Found]:
    """The notes between `START` and `END`, which may be called otherwise."""
    number = text.head
    while number < len(text.lines):
        first, number = number, number + 1
        if text.lines[first].rstrip() != says.begin or first in text.code:
            continue
        end = next((n for n in range(first + 1, len(text.lines)) if text.lines[n].startswith(says.end)), None)
        if end is None:
            reading.doubt(first, f"its `{says.end}` is missing")
            continue
        number = end + 1
        taken |= {*range(first, number)}
        if text.lines[end].strip() != says.end:
            reading.doubt(first, f"there is more on the line of its `{says.end}`")
        elif note := _block(text.lines[first + 1 : end], first, number, says, reading):
            yield note


def _block(held: Sequence[str], first: int, end: int, says: Says, reading: Reading) -> Found | None:
    lines = [*blanked(held)]
    if not lines:
        reading.doubt(first, "it is empty")
        return None
    lines[0] = lines[0].lstrip()
    key, tags = "", []
    if found := ID.search(lines[-1]):
        key = found[1]
        lines.pop()
    if lines and lines[-1].startswith(TAGS):
        tags = tags_of(lines.pop()[len(TAGS) :])
    name = lines[0] if lines else ""
    names = says.fields.get(name)
    if not isinstance(names, list | tuple) or not names:
        reading.doubt(first, f"its note type `{name[:40]}` is not known here")
        return None
    fields: dict[str, list[str]] = {field: [] for field in names}
    current = names[0]
    for line in lines[1:]:
        own = next((field for field in names if line.startswith(f"{field}:")), "")
        current = own or current
        fields[current].append(line.removeprefix(f"{own}:") if own else line)
    base = Found("obsidian-to-anki", first, end, (), (), tags=tuple(tags), key=key, is_certain=bool(key))
    return _note(base, name, fields, says, reading)


def _note(base: Found, name: str, held: Mapping[str, Sequence[str]], says: Says, reading: Reading) -> Found | None:
    """A note of a type whose fields are as those of Anki's own types; the others are shown below the answer."""
    fields = {field: dedented(lines) for field, lines in held.items()}
    names = [*fields]
    is_cloze = "cloze" in name.lower() and names[0] == "Text"
    if not is_cloze and names[:2] != ["Front", "Back"]:
        reading.doubt(
            base.first, f"its note type `{name[:40]}` is one of your own: its cards may ask for something else"
        )
        return None
    below = [fields[field] for field in names[1 if is_cloze else 2 :] if field != "Add Reverse" and fields[field]]
    base = replace(base, extra=tuple(line for lines in below for line in ("", *lines))[1:])
    if is_cloze:
        made = clozes("\n".join(fields["Text"]), says)
        if not marks.answers(made):
            reading.doubt(base.first, "its text hides nothing")
            return None
        return replace(base, answer=tuple(made.split("\n")), kind="cloze")
    if not fields["Front"] or not fields["Back"]:
        reading.doubt(base.first, f"its {'answer' if fields['Front'] else 'question'} is empty")
        return None
    is_reversed = "and reversed" in name or bool(fields.get("Add Reverse")) or name.lower().endswith("-reversed")
    switches = ("reversed",) * is_reversed + ("typed",) * ("type in the answer" in name)
    return replace(base, question=fields["Front"], answer=fields["Back"], switches=switches)


# Inline


def _inline(text: Text, says: Says, reading: Reading, taken: set[int]) -> Iterator[Found]:
    begin, end = re.escape(says.begin_inline), re.escape(says.end_inline)
    pattern = re.compile(rf"^(?:[-*+] )?{begin} \[([^\]]+)\] ?(.*?) ?{end}\s*$")
    for number, line in enumerate(text.lines):
        if says.begin_inline not in line or number in text.closed or number in taken:
            continue
        taken.add(number)
        found = pattern.match(line)
        if not found or says.begin_inline in found[2]:
            if re.search(rf"(?:^|\s){begin} \[", line):
                reading.doubt(number, "it stands in the middle of a line")
            continue
        name, held, key, tags = found[1], found[2], "", []
        if known := ID.search(held):
            key, held = known[1], held[: known.start()].strip()
        if tagged := re.search(r"Tags: (.*)", held):
            tags, held = tags_of(tagged[1]), held[: tagged.start()].strip()
        names = says.fields.get(name)
        if not isinstance(names, list | tuple) or not names:
            reading.doubt(number, f"its note type `{name[:40]}` is not known here")
            continue
        fields: dict[str, list[str]] = {field: [] for field in names}
        current = names[0]
        for word in held.split(" "):
            if word.removesuffix(":") in names and word.endswith(":"):
                current = word.removesuffix(":")
            else:
                fields[current].append(word)
        lines = {field: [" ".join(words).strip()] if any(words) else [] for field, words in fields.items()}
        base = Found("obsidian-to-anki", number, number + 1, (), (), tags=tuple(tags), key=key, is_certain=bool(key))
        if note := _note(base, name, lines, says, reading):
            yield note
