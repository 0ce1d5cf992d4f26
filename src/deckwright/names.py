"""What things may be called: slugs, ids, the names of decks; and which known word was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from itertools import count

from .limits import MAX_DECK_NAME
from .patterns import pattern

ID = pattern(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
"""An id: lower-case letters and digits, parted by single hyphens or dots. Anki's search takes `_` for a wildcard."""


def slug(text: str) -> str:
    """`text` as a slug, accents dropped: "Español: A1" → "espanol-a1". Empty where nothing of it is ASCII."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", ascii_text.lower()))


def shortened(slug: str, length: int) -> str:
    """A slug of at most so many characters, cut between two of its words if it has several."""
    return slug if len(slug) <= length else slug[: length + 1].rpartition("-")[0] or slug[:length]


def name_problem(name: str) -> str:
    """What is wrong with a deck's name, empty if nothing is. Anki's behaviour: measured with its own `decks.id`."""
    parts = name.split("::")
    if not all(part.strip() for part in parts):
        return "has an empty part"
    if any(part != part.strip() for part in parts):
        return "has a space at the edge of a part"
    if any(part != part.strip(":") for part in parts):
        return "has a single colon at the edge of a part"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "has a control character or a line break in it"
    if parts[0].casefold() == "default":
        return "is that of Anki's own deck"
    return f"is {len(name)} characters long" if len(name) > MAX_DECK_NAME else ""


def slug_problem(slug: str) -> str:
    """What is wrong with a slug, empty if nothing is."""
    if not re.fullmatch("[a-z0-9][a-z0-9-]*", slug):
        return "is not made of small letters, digits and dashes"
    # SLUG.apkg and SLUG-VERSION.apkg: Anki's desktop tells a backup by these names (aqt/import_export/importing.py).
    return "is what Anki calls its own backups" if f"{slug}-".startswith(("collection-", "backup-")) else ""


def is_within(path: str, word: str, above: str) -> bool:
    """Whether a deck or a tag is the one that `word` names, or below it, in capitals or not. `above` is what all of the
    project's begin with; `word` may do without it.
    """
    path = f"{path}::".casefold()
    return any(path.startswith(f"{name}::".casefold()) for name in (word, f"{above}::{word}"))


def and_above(path: str) -> Iterator[str]:
    """A deck or a tag and all above it, the highest first."""
    parts = path.split("::")
    return ("::".join(parts[:length]) for length in range(1, len(parts) + 1))


def levels(path: str, above: str) -> Iterator[str]:
    """What names a deck or a tag, or one above it, with and without what all of the project's begin with."""
    for whole in and_above(path):
        yield whole.removeprefix(f"{above}::")
        yield whole


def nearest(word: str, known: Iterable[str], slips: int) -> str:
    """The known word that `word` is at most so many slips away from: letters lost, added, changed or swapped. Else ""."""
    from rapidfuzz.distance import OSA

    slips = min(slips, len(word) // 2)  # Of a short word hardly anything is left when so much of it is wrong.

    distances = {name: OSA.distance(word.lower(), name.lower(), score_cutoff=slips) for name in known}
    name = min(distances, key=distances.__getitem__, default="")
    return name if name and distances[name] <= slips else ""


def unused(name: str, taken: Container[str]) -> str:
    """`name`, or if that is taken the first of `name-2`, `name-3`, … that is not."""
    return next(free for free in numbered(name) if free not in taken)


def numbered(name: str) -> Iterator[str]:
    """`name`, `name-2`, `name-3`, … without end."""
    yield name
    yield from (f"{name}-{n}" for n in count(2))
