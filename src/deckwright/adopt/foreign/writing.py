"""The notes that were found in a file → the file with sections in their places. All else stays as it is, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher

import msgspec

from .found import Found
from .text import Text

_END = "<!-- card: skip -->"
"""Below a heading without text, it ends the answer above it: what follows is prose."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s|$)")
_HIDDEN = re.compile(r"\s*(?:<!--(?:(?!-->).)*-->\s*)*")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_BLOCK = re.compile(r"\s*(?:```|~~~|[-*+]\s|\d+[.)]\s|>|\||\$\$\s*$|#{1,6}(?:\s|$)|<[a-zA-Z/!])")
_LONG = 70
"""Characters of the tag of a note above which it is a comment below its heading."""


class Edit(msgspec.Struct, frozen=True):
    """A file at `path`, relative to the folder with `/`, and its lines, each with what becomes of it. `is_new`: see `patch`."""

    path: str
    lines: tuple[tuple[bytes, bytes], ...]
    is_new: bool = False

    @property
    def before(self) -> bytes:
        return b"".join(before for before, _ in self.lines)

    @property
    def after(self) -> bytes:
        return b"".join(after for _, after in self.lines)


def unwritable(note: Found) -> str:
    """Why a note cannot be a section; empty if it can be."""
    if note.kind == "basic" and _BLOCK.match(note.question[0]):
        return "its question begins with a list, a table, code or the like: a heading cannot be that"
    return ""


def edit(
    text: Text, notes: Sequence[Found], ids: Mapping[int, str], own: Iterable[int], head: Mapping[str, str]
) -> Edit:
    """The file with its notes as sections, by place. `ids` has the id of each note by its first line. The lines `own` are left
    out, and `head` comes into the front matter.
    """
    gone = set(own)
    headings = [
        (n, len(found[1]))
        for n, line in enumerate(text.lines)
        if n not in text.closed and (found := _HEADING.match(line))
    ]
    inner = {n for note in notes for n in range(note.first, note.end)}
    outer = [
        (n, level) for n, level in headings if n not in inner or any(n == note.first and note.level for note in notes)
    ]
    tagged = {note.first for note in notes}
    kinds = {n: (level, n in tagged) for n, level in outer}
    pairs: list[tuple[bytes, bytes]] = []
    after: list[str] = []

    def put(first: int, end: int, made: Sequence[str] | None) -> None:
        """What becomes of some lines; None for what they are."""
        whole = [text.lines[n] + text.endings[n] for n in range(first, end)]
        if made is None:
            pairs.extend((line.encode(), line.encode()) for line in whole)
            after.extend(text.lines[first:end])
            return
        new = "".join(f"{line}{text.ending}" for line in made)
        if end == len(text.lines) and text.endings and not text.endings[-1] and new:
            new = new.removesuffix(text.ending)  # The file has no line break at its end: it gets none.
        pairs.extend(_aligned([line.encode() for line in whole], new.encode(), text.ending))
        after.extend(made)

    if added := [f"{key}: {_yaml(value)}" for key, value in head.items()]:
        if text.head:
            put(0, text.head - 1, None)
            put(text.head - 1, text.head - 1, added)
            put(text.head - 1, text.head, None)
        else:
            put(0, 0, ["---", *added, "---", ""])
    elif text.head:
        put(0, text.head, None)
    place = text.head
    for number, note in enumerate(notes):
        for line in range(place, note.first):
            put(line, line + 1, [] if line in gone else None)
        following = notes[number + 1].first if number + 1 < len(notes) else len(text.lines)
        level = note.level or _level(note, kinds)
        made = [""] if after and after[-1].strip() else []
        made += _section(note, ids[note.first], level)
        end, closes = note.end, _is_followed(text, note, level, following=following, headings=kinds, gone=gone)
        if closes:
            made += ["", "#" * level, _END]
        if end < len(text.lines) and (text.lines[end].strip() or end in gone):
            made.append("")
        put(note.first, end, made)
        place = end
    for line in range(place, len(text.lines)):
        put(line, line + 1, [] if line in gone else None)
    if pairs and (mark := text.mark.encode()):
        if not pairs[0][0] and len(pairs) > 1:  # What comes above the first line has its mark.
            pairs[:2] = [(pairs[1][0], pairs[0][1] + pairs[1][1])]
        pairs[0] = mark + pairs[0][0], mark + pairs[0][1]
    return Edit(text.path, tuple(pairs))


def _aligned(old: Sequence[bytes], new: bytes, ending: str) -> list[tuple[bytes, bytes]]:
    """The lines of a note, and what becomes of them. What is the same is no change."""
    made = [line for line in re.split(rb"(?<=\n)" if "\n" in ending else rb"(?<=\r)", new) if line]
    pairs: list[tuple[bytes, bytes]] = []
    for sort, first, end, begin, stop in SequenceMatcher(None, old, made, autojunk=False).get_opcodes():
        if sort == "equal":
            pairs += [(line, line) for line in old[first:end]]
        else:
            gone = [*old[first:end]] or [b""]
            pairs += [*((line, b"") for line in gone[:-1]), (gone[-1], b"".join(made[begin:stop]))]
    return pairs


def _level(note: Found, headings: Mapping[int, tuple[int, bool]]) -> int:
    """How deep the heading of a note is: as deep as a note's above it or one deeper than any other, and no less than the next."""
    above, is_note = next((held for n, held in reversed([*headings.items()]) if n < note.first), (0, False))
    below = next((level for n, (level, _) in headings.items() if n >= note.end), 0)
    return min(6, max(above + (not is_note), below if below > above else 0, 2))


def _is_followed(
    text: Text,
    note: Found,
    level: int,
    *,
    following: int,
    headings: Mapping[int, tuple[int, bool]],
    gone: Collection[int],
) -> bool:
    """Whether something behind a note would be part of its answer, and is not: text, or a deeper heading, now or after others
    that are notes. `following` is where the next note begins; of each heading, `headings` says whether it is one of a note.
    """
    for number in range(note.end, following):
        line = text.lines[number]
        if number in headings:
            break
        if number not in gone and not _HIDDEN.fullmatch(line) and not _RULE.fullmatch(line):
            return True
    for number, (other, is_note) in headings.items():
        if number >= note.end:
            if other <= level:
                return False
            if not is_note:
                return True
    return False


def _section(note: Found, id_: str, level: int) -> list[str]:
    title, *more = note.question or ("",)
    words = [note.kind, *note.switches]
    tags = " ".join(dict.fromkeys(note.tags))
    inside = " ".join([f".{word}" for word in words] + [f"#{id_}"] + ([f'tags="{tags}"'] if tags else []))
    title = re.sub(r"\\+$| +$", "", title.strip())
    sign = "#" * level + (f" {title}" if title else "")
    if len(inside) <= _LONG:
        lines = [f"{sign} {{{inside}}}"]
    else:
        lines = [sign, f'<!-- card: {" ".join(words)} id="{id_}" tags="{tags}" -->']
    if more := _unblanked(more):
        lines += ["", *more, "", "---"]
    elif note.kind == "basic" and any(map(_RULE.fullmatch, note.answer)):
        lines += ["", "---"]  # Else the break in the answer would part it from the question.
    lines += ["", *note.answer]
    if note.extra:
        lines += ["", "> [!NOTE]", *(f"> {line}".rstrip() for line in note.extra)]
    return [*lines, *note.kept]


def _unblanked(lines: Sequence[str]) -> list[str]:
    held = [*lines]
    while held and not held[0].strip():
        held.pop(0)
    while held and not held[-1].strip():
        held.pop()
    return held


def _yaml(value: str) -> str:
    """A value in YAML: as it is where that is clear, else in quotes."""
    is_plain = re.fullmatch(r"[^\W\d_][\w /().&-]*(?:::[\w /().&-]+)*", value) and value.lower() not in _WORDS
    return value if is_plain else json.dumps(value, ensure_ascii=False)


_WORDS = ("yes", "no", "on", "off", "true", "false", "null")
