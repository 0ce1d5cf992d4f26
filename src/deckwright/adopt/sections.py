"""A note → the section of Markdown that makes it again: a heading with its tag, the answer, and what stands behind labels.

There are several ways to write most fields (`authoring`). Which of them this compiler turns back into the field, only a build
shows.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from .. import authoring
from ..diff.field_text import title
from ..model import OwnField
from ..package import PackedNote
from .mapping import asking
from .types import Adopted


class Entry(msgspec.Struct, frozen=True):
    """A note on its way into the project: with its note type there, its id, and the deck that its section is in."""

    note: PackedNote
    adopted: Adopted
    id: str
    deck: str


class Way(NamedTuple):
    """One way to write a field: `line` stands in the heading or behind the label, `blocks` below them."""

    line: str = ""
    blocks: str = ""


class Written(msgspec.Struct, frozen=True):
    """How a note is written: each of its fields, by name, and its tags."""

    fields: Mapping[str, Way]
    tags: tuple[str, ...]


def ways(entry: Entry, field: str) -> Iterator[Way]:
    """All ways to write a field of a note, the most readable first; at least one, if it is empty. They are made as they are asked
    for: the first does for nearly all notes.
    """
    own = next(own for own in entry.adopted.fields if own.name == field)
    found = _ways(entry, own) if entry.note.fields[field].strip() else iter(())
    yield next(found, Way())
    yield from found


def _ways(entry: Entry, own: OwnField) -> Iterator[Way]:
    value, note_type = entry.note.fields[own.name], entry.adopted.note_type
    labels = [each.label for each in entry.adopted.fields if each.label]
    if own.part == "heading" or own.label:
        yield from (Way(line=text) for text in authoring.inline(value, labels=labels) if text)
    is_cloze = note_type.family != "basic" and (own.part == "answer" or own.name in asking(note_type))
    yield from (
        Way(blocks=_without_rules(text)) for text in authoring.blocks(value, cloze=is_cloze, labels=labels) if text
    )


def _without_rules(text: str) -> str:
    """Markdown without thematic breaks: they part what is above the answer from it."""
    return text if "```" in text or "~~~" in text else _RULE.sub("<hr>", text)


_RULE = re.compile(r"^(?:---+|\*\*\*+|___+)$", re.MULTILINE)


def ways_of_tags(entry: Entry) -> Sequence[tuple[str, ...]]:
    """The tags as they are, and then those alone that no parser of Markdown takes for anything else."""
    tags = entry.note.tags
    plain = tuple(tag for tag in tags if _PLAIN_TAG.fullmatch(tag))
    return (tags,) if len(plain) == len(tags) else (tags, plain)


_PLAIN_TAG = re.compile(r"[^\W_](?:[\w:.+&'!/-]*[^\W_])?")


def section(entry: Entry, written: Written, common: Collection[str], kind: str) -> str:
    """The Markdown of a note, with a line break at its end. `common` are the tags of its file, `kind` is the file's note type,
    empty if it names none.
    """
    heading, above = Way(), ""
    body: list[str] = []
    behind: list[str] = []
    for field in entry.adopted.fields:
        way = written.fields[field.name]
        if field.part == "heading":
            heading, above = way, f"{way.blocks}\n\n---" if way.blocks else ""
        elif field.label and any(way):
            behind.append(f"{field.label}: {way.line}" if way.line else f"{field.label}:\n\n{way.blocks}")
        elif field.part and way.blocks:
            body.append(way.blocks)
    if above and not body and not behind:  # A break at the very end would be none.
        body.append("<br>")
    asked = heading.line if any(field.part == "heading" for field in entry.adopted.fields) else about(entry)
    text = "\n\n".join(filter(None, [above, *body, *behind]))
    words = [f".{entry.adopted.key}"] * (kind != entry.adopted.key or _needs_kind(text)) + [f"#{entry.id}"]
    if tags := [tag for tag in written.tags if tag not in common]:
        words.append('tags="{}"'.format(" ".join(tag.replace("::", "/").replace('"', "-") for tag in tags)))
    head = " ".join(filter(None, ["##", asked, "{" + " ".join(words) + "}"]))
    return f"{head}\n\n{text}\n" if text else f"{head}\n"


def _needs_kind(text: str) -> bool:
    """Whether a section has to say itself that it is a note: with nothing below it, or with headings that are its own."""
    return not text or bool(_HEADING.search(text))


_HEADING = re.compile(r"^ {0,3}(?:#{1,6}(?:[ \t]|$)|(?:=+|-+)[ \t]*$)", re.MULTILINE)


def about(entry: Entry) -> str:
    """A heading for a note that has no field for it: the beginning of its text, without what its clozes hide."""
    value = next((entry.note.fields[field.name] for field in entry.adopted.fields if field.part == "answer"), "")
    before = None
    while before != value:
        before, value = value, _CLOZE.sub("…", value)
    words = title(value)
    if len(words) > _LONGEST:
        words = f"{words[:_LONGEST].rpartition(' ')[0] or words[:_LONGEST]} …"
    if _PLAIN.fullmatch(words):
        return words
    return next(iter(authoring.inline(html.escape(words, quote=False))), "") if _LETTER.search(words) else ""


_LONGEST = 60
_CLOZE = re.compile(r"\{\{c\d+::(?>(?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,;…?()'’“”–-])*")
"""A text in which nobody could take anything for Markdown."""
