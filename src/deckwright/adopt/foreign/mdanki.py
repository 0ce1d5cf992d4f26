"""Notes of mdanki: a `##` asks, the text below it answers, or `%` alone on a line parts the two; tags are `[#tag]()`.

From its source, 1.1.2: src/parsers/card_parser.js, src/file_serializer.js, src/configs/settings.js.
"""

from __future__ import annotations

import re
from itertools import pairwise

from .found import Found, Options, Reading
from .text import Text, blanked

_TAGS = r"(?:\[#[^\]\s][^\]\n]*\]\((?![a-z]+:)[^)\n]*\)[ \t]*)+$"
SIGNS = re.compile(rf"^{_TAGS}|^## .*\n(?:(?!#|```).*\n)*?%$", re.MULTILINE)
"""What is written by nobody else."""

_TAG = re.compile(r"\[#([^\]]*)\]")


def read(text: Text, options: Options) -> Reading:
    """The notes of a file, and what is left of them."""
    reading = Reading()
    starts = [n for n in range(text.head, len(text.lines)) if n not in text.closed and re.match(r"##\s", text.lines[n])]
    for first, end in pairwise((*starts, len(text.lines))):
        last = next((n for n in range(first + 1, end) if n not in text.closed and re.match(r"#\s", text.lines[n])), end)
        last = text.trimmed(first, last)
        body = [*range(first + 1, last)]
        tags = [n for n in body if n not in text.code and re.match(_TAGS, text.lines[n])]
        parts = [n for n in body if n not in text.code and text.lines[n].rstrip() == "%"]
        title = text.lines[first][3:].strip()
        if len(parts) > 1:
            reading.doubt(first, "it has more than one `%`")
            continue
        at = parts[0] if parts else first
        asked = (title, *(text.lines[n] for n in range(first + 1, at))) if parts else (title,)
        answer = blanked([text.lines[n] for n in range(at + 1, last) if n not in tags])
        if not title or not answer:
            continue
        words = [
            word.strip().replace(" ", "-").replace("::", "/") for n in tags for word in _TAG.findall(text.lines[n])
        ]
        reading.notes.append(
            Found(
                tool="mdanki",
                first=first,
                end=last,
                question=(title, *blanked(asked[1:])),
                answer=answer,
                tags=tuple(filter(None, words)),
                level=2,
                is_certain=bool(parts or tags),
            )
        )
    return reading
