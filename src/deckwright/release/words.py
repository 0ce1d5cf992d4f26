"""What is written of notes in Markdown: text that stays text, words that differ, a search for the browser of Anki."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from ..diff.field_text import Words
from ..identity.lines import Line

MOST = 100
"""How many entries a list has at most: the manifest has all, and GitHub takes 125,000 characters for a release."""

Entry = TypeVar("Entry")


def text(plain: str) -> str:
    """Plain text as Markdown that shows it as it is, on one line."""
    marked = _MARKS.sub(r"\\\g<0>", " ".join(plain.split()))
    return _NUMBER.sub(r"\1\\\2", marked)  # No letter or digit can be escaped, only the mark behind it.


_MARKS = re.compile(r"[\\`*_\[\]<>&~|#]|^[-+](?=\s)")
_NUMBER = re.compile(r"^(\d++)([.)])")


def code(plain: str) -> str:
    """Text in a code span, whatever backticks it has."""
    fence = "`" * (max(map(len, re.findall("`+", plain)), default=0) + 1)
    space = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{space}{plain}{space}{fence}"


def named(title: str, id_: str) -> str:
    """What a note is called, with its ID."""
    return f"{text(title)} ({code(id_)})"


def entries(listed: Sequence[Entry], write: Callable[[Entry], str]) -> list[str]:
    """An item for each entry, or for the first of them and how many more there are."""
    more = len(listed) - MOST
    return [f"- {write(entry)}" for entry in listed[:MOST]] + ([f"- … and {more} more"] if more > 0 else [])


def differing(words: Words) -> str:
    """A text in which the words that went are struck out, and those that came are bold; of the others, those beside them."""
    parts = []
    for kind, stretch in shortened(words):
        mark = {"old": "~~", "new": "**"}.get(kind, "")
        space = " " if kind == "old" else stretch[len(stretch.rstrip()) :]
        parts.append(f"{mark}{text(stretch)}{mark}{space}")
    return "".join(parts).strip()


def shortened(words: Words) -> Words:
    """Two texts of which only those words are left that differ, and those beside them."""
    last = len(words) - 1
    return tuple(
        (kind, _context(stretch, place == 0, place == last) if kind == "same" else stretch)
        for place, (kind, stretch) in enumerate(words)
    )


def _context(stretch: str, first: bool, last: bool) -> str:
    """The end of a stretch before a change, the beginning of one after it, or both."""
    if len(stretch) <= 100:
        return stretch
    space = stretch[len(stretch.rstrip()) :]
    head, tail = stretch[:40].rpartition(" ")[0], stretch[-40:].rstrip().partition(" ")[2]
    return f"{'' if first else head + ' '}…{'' if last else ' ' + tail + space}"


SEARCHED = 500
"""How many IDs a search has at most: Anki can search for some 990 (tried with 26.9.3)."""


Held: TypeAlias = tuple[Mapping[str, str], Collection[str]]
"""The fields of a note, and the IDs that it has or had."""


def searches(
    lines: Iterable[Line], types: Mapping[str, str], fields: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """What finds these notes in the browser of Anki, whichever of their IDs a learner has; one search, unless it is too long.

    `types` are the names of the note types of those that share their ID with another note, by guid. `fields` are the names of
    the fields that have the ID, as `id_field` finds them, by guid; of a note that is not among them, it is ID.
    """
    found = (_terms(line, types.get(line.guid), fields.get(line.guid, "ID")) for line in lines)
    terms = list(dict.fromkeys(term for held in found for term in held))
    return [" OR ".join(terms[first : first + SEARCHED]) for first in range(0, len(terms), SEARCHED)]


def _terms(line: Line, note_type: str | None, field: str) -> list[str]:
    if not field:
        return [f"nid:{line.nid}"]
    terms = [f'"{field}:{_WILD.sub(_escaped, id_)}"' for id_ in (line.id, *line.was)]
    return [f'("note:{_WILD.sub(_escaped, note_type)}" {term})' for term in terms] if note_type else terms


def search(field: str, id_: str, note_id: int) -> str:
    """What finds one note, in a form that is easy to type."""
    if not field:
        return f"nid:{note_id}"
    return f'"{field}:{id_}"' if " " in field else f"{field}:{id_}"


def id_field(notes: Sequence[Held]) -> str:
    """The field by which notes of one note type can be searched for, since it has the ID of each: ID in our own note types,
    any in one of the project. Empty if there is none; then Anki finds them by their note ids.
    """
    names = [
        name
        for name in (notes[0][0] if notes else ())
        if name.casefold() not in _KEYWORDS and all(values.get(name) in ids for values, ids in notes)
    ]
    return "ID" if "ID" in names else next(iter(names), "")


_KEYWORDS = {
    "added", "card", "cid", "deck", "did", "dupe", "edited", "flag", "has-cd", "introduced", "is", "mid", "nc", "nid", "note",
    "preset", "prop", "rated", "re", "resched", "sc", "tag", "w",
}  # fmt: skip
"""What Anki does not take for the name of a field before a colon (rslib/src/search/parser.rs)."""


_WILD = re.compile(r'[\\*_":]')


def _escaped(sign: re.Match[str]) -> str:
    return "\\" + sign[0]


def untold(rules: Sequence[str]) -> list[str]:
    """What is said of reasons, by their rules, that are no note's, or if there is none: a sentence for each."""
    said = ["The description of the deck changed."] * ("description" in rules)
    said += ["The package has another name."] * ("slug" in rules)
    nothing = ["Nothing changed for whoever has the version before."] * (not {*rules} - {"slug", "edition renamed"})
    return [*said, *nothing]
