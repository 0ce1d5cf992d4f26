"""The HTML of a field → its text; two texts → the words that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Literal, TypeAlias

import msgspec

Stretch = Literal["same", "old", "new"]

Words: TypeAlias = tuple[tuple[Stretch, str], ...]
"""A text and a later one in stretches: "same" and "old" make up the first, "same" and "new" the second."""


def plain(field: str) -> str:
    """The text of a field's HTML on one line. A picture or sound is the name of its file, a mask its number and label."""
    field = _MASK.sub(lambda mask: _written(mask[1], mask[3] or ""), field)
    field = _ELEMENT.sub(_with_file, field)
    return " ".join(_text(_BLOCK.sub(" ", field)).split())


def both(old: str, new: str) -> tuple[str, str]:
    """The texts of a field before and after. A mask that had another shape or place before is said to be redrawn; one
    whose label only the other side has is called by that.
    """
    labels = {(mask.number, mask.place): mask.label for mask in masks(old) + masks(new) if mask.label}
    before = {(mask.number, mask.place) for mask in masks(old)}
    numbers = {number for number, _ in before}

    def named(mask: re.Match[str]) -> str:
        key = int(mask[1]), place(mask[2])
        is_redrawn = key[0] in numbers and key not in before
        return _written(mask[1], mask[3] or labels.get(key, "")) + ("(redrawn) " if is_redrawn else "")

    return plain(_MASK.sub(named, old)), plain(_MASK.sub(named, new))


class OneMask(msgspec.Struct, frozen=True):
    """A mask of a field: the number of its card, its shape and place, and its label, which is empty if it has none."""

    number: int
    place: str
    label: str


def masks(field: str) -> list[OneMask]:
    """The masks of a field, in its order."""
    return [OneMask(int(m[1]), place(m[2]), _text(m[3] or "")) for m in _MASK.finditer(field)]


def title(field: str) -> str:
    """The beginning of the text of a field, without masks and the marks of clozes; at most 100 characters."""
    text = plain(_CLOZE_MARKS.sub(_without_hint, _MASK.sub("", field)) if "{{c" in field else field)
    return text if len(text) <= 100 else text[:99].rstrip() + "…"


def first_file(field: str) -> str:
    """The name of the first picture or sound in a field's HTML; empty if there is none."""
    return next(filter(None, (_file_name(element[0]) for element in _ELEMENT.finditer(field))), "")


def place(mask: str) -> str:
    """The shape and the place of a mask: of `rect:left=.1:top=.2:fill=#fff:oi=1`, `rect left=.1 top=.2`."""
    return " ".join(part for part in mask.split(":") if not part.startswith(("oi=", "fill=")))


# None of these takes longer than the length of the field, whatever is opened in it and never closed.
_MASK = re.compile(
    r"\{\{c(\d{1,999})::image-occlusion:((?>(?:[^{}]|\}(?!\}))*))\}\}"
    r'(?>(?:(?>(?:<span class="dw-hint">(?>(?:[^<]|<wbr>)*)</span>)?)<span class="dw-label">((?>(?:[^<]|<wbr>)*))</span>)?)'
)
_CLOZE_MARKS = re.compile(r"\{\{c[\d,]++::|\}\}|([^{}]++)(\}\})?")
_ELEMENT = re.compile(r"<[^<>]*+>")
_FILE = re.compile(r"""\s(?:src|data)\s*+=\s*+(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:br|/?(?:p|li|div|td|th|tr|pre|dd|dt|h\d))\b[^<>]*+>", re.IGNORECASE)


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^<>]*>", "", html))


def _written(number: str, label: str) -> str:
    return f" [mask {number}: {label}] " if label else f" [mask {number}] "


def _without_hint(text: re.Match[str]) -> str:
    """What stays of a piece of a cloze, in the title: no mark, and no hint before the mark that closes it."""
    held = text[1] or ""
    return held.partition("::")[0] if text[2] else held


def _with_file(element: re.Match[str]) -> str:
    name = _file_name(element[0])
    return f" [{name}] " if name is not None else element[0]


def _file_name(element: str) -> str | None:
    """The name of the file that an element shows, None if it shows none. Of several, the last counts."""
    files = _FILE.findall(element)
    if not files:
        return None
    name = unescape("".join(files[-1]))
    return name.partition(",")[0] if name.startswith("data:") else name


def differ(old: str, new: str) -> Words:
    """The words of two texts; those that went stand before those that came in their place."""
    if old == new:
        return (("same", old),) if old else ()
    old_words, new_words = _WORD.findall(old + " "), _WORD.findall(new + " ")
    stretches: list[tuple[Stretch, str]] = []
    gone, come = "", ""
    for old_from, old_to, new_from, new_to, is_same in _edits(old_words, new_words):
        if not is_same:
            gone += "".join(old_words[old_from:old_to])
            come += "".join(new_words[new_from:new_to])
            continue
        if gone:
            stretches.append(("old", gone))
        if come:
            stretches.append(("new", come))
        if old_from < old_to:
            stretches.append(("same", "".join(old_words[old_from:old_to])))
        gone, come = "", ""
    return tuple(stretches)


_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]\s*|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+\s*")
"""A word and the space behind it; Chinese and Japanese have no words, and are compared by characters."""

_MAX_COMPARED = 10**8
"""Pairs of words. So many take some hundredths of a second and some megabytes; a longer text is replaced as a whole."""


def _edits(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int, bool]]:
    """Stretches of the old words, of the new words in their place, and whether the two are the same; a same one is last."""
    if len(old) * len(new) > _MAX_COMPARED:
        yield 0, len(old), 0, len(new), False
    else:
        from rapidfuzz.distance import Indel

        for edit in Indel.opcodes(old, new):
            yield edit.src_start, edit.src_end, edit.dest_start, edit.dest_end, edit.tag == "equal"
    yield 0, 0, 0, 0, True
