"""The notes that were found in a file → the file with sections in their places. All else stays as it is, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher

import msgspec

from .found import Found
from .text import Text, blanked

_END = "<!-- card: skip -->"
"""Below a heading without text, it ends the answer above it: what follows is prose."""

_HIDDEN = re.compile(r"\s*(?:<!--(?:(?!-->).)*-->\s*)*")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_BLOCK = re.compile(r"\s*(?:```|~~~|[-*+]\s|\d+[.)]\s|>|\||\$\$\s*$|#{1,6}(?:\s|$)|<[a-zA-Z/!])")


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
    inner = {n for note in notes for n in range(note.first + bool(note.level), note.end)}
    asking = {note.first for note in notes}
    headings = {n: (level, n in asking) for n, level in text.headings().items() if n not in inner}
    made = _Made(text, gone)
    made.front_matter([f"{key}: {_yaml(value)}" for key, value in head.items()])
    place = text.head
    for number, note in enumerate(notes):
        made.keep(place, note.first)
        following = notes[number + 1].first if number + 1 < len(notes) else len(text.lines)
        level = note.level or _level(note, headings)
        section = [""] if made.last.strip() else []
        section += _section(note, ids[note.first], level)
        if _is_followed(text, note, level, following=following, headings=headings, gone=gone):
            section += ["", "#" * level, _END]
        if note.end < len(text.lines) and (text.lines[note.end].strip() or note.end in gone):
            section.append("")
        made.put(note.first, note.end, section)
        place = note.end
    made.keep(place, len(text.lines))
    return Edit(text.path, tuple(made.marked()))


class _Made:
    """The file that is made of another one, from its first line to its last. The lines `gone` are left out."""

    def __init__(self, text: Text, gone: Collection[int]) -> None:
        self._text, self._gone = text, gone
        self._pairs: list[tuple[bytes, bytes]] = []
        self.last = ""  # The last line of what was made so far.

    def front_matter(self, added: Sequence[str]) -> None:
        """The front matter with more lines in it."""
        head = self._text.head
        if added and not head:
            self.put(0, 0, ["---", *added, "---", ""])
        elif head:
            self.keep(0, head - 1)
            self.put(head - 1, head - 1, added)
            self.keep(head - 1, head)

    def keep(self, first: int, end: int) -> None:
        """Some lines as they are."""
        for number in range(first, end):
            if number in self._gone:
                self.put(number, number + 1, [])
                continue
            line = (self._text.lines[number] + self._text.endings[number]).encode()
            self._pairs.append((line, line))
            self.last = self._text.lines[number]

    def put(self, first: int, end: int, made: Sequence[str]) -> None:
        """Other lines in the place of some."""
        text = self._text
        new = "".join(f"{line}{text.ending}" for line in made)
        if end == len(text.lines) and text.endings and not text.endings[-1] and new:
            new = new.removesuffix(text.ending)  # The file has no line break at its end: it gets none.
        whole = [(text.lines[n] + text.endings[n]).encode() for n in range(first, end)]
        self._pairs += _aligned(whole, new.encode(), text.ending)
        self.last = made[-1] if made else self.last

    def marked(self) -> list[tuple[bytes, bytes]]:
        """What became of each line. The file begins with its byte order mark, if it has one."""
        pairs = [*self._pairs]
        if pairs and (mark := self._text.mark.encode()):
            if not pairs[0][0] and len(pairs) > 1:  # What comes above the first line has its mark.
                pairs[:2] = [(pairs[1][0], pairs[0][1] + pairs[1][1])]
            pairs[0] = mark + pairs[0][0], mark + pairs[0][1]
        return pairs


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
    title, *below = note.question or ("",)
    words = [note.kind, *note.switches]
    tags = " ".join(dict.fromkeys(note.tags))
    attributes = [f'id="{id_}"', *([f'tags="{tags}"'] if tags else [])]
    title = re.sub(r"\\+$| +$", "", title.strip())
    sign = "#" * level + (f" {title}" if title else "")
    # A comment, and no list of attributes: other programs show the list, and take its `#` for a tag.
    lines = [sign, "", f"<!-- card: {' '.join([*words, *attributes])} -->"]
    if more := blanked(below):
        lines += ["", *more, "", "---"]
    elif note.kind == "basic" and any(map(_RULE.fullmatch, note.answer)):
        lines += ["", "---"]  # Else the break in the answer would part it from the question.
    lines += ["", *note.answer]
    if note.extra:
        lines += ["", "> [!NOTE]", *(f"> {line}".rstrip() for line in note.extra)]
    return [*lines, *note.kept]


def _yaml(value: str) -> str:
    """A value in YAML: as it is where that is clear, else in quotes."""
    is_plain = re.fullmatch(r"[^\W\d_][\w /().&-]*(?:::[\w /().&-]+)*", value) and value.lower() not in _WORDS
    return value if is_plain else json.dumps(value, ensure_ascii=False)


_WORDS = ("yes", "no", "on", "off", "true", "false", "null")
