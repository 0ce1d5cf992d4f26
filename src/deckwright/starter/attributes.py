"""What `.gitattributes` says of the files that Deckwright writes and authors commit."""

from __future__ import annotations

FILE = ".gitattributes"

_UNION = "deck.lock merge=union"
_EXACT = ("deck.lock", "deck.baseline", "CHANGELOG-deck.md", "releases/*.json", "*.masks.toml")
"""What is written with the same bytes on every system. The changelog has no merge driver: a union would mix the lines of two
versions that were released on two branches.
"""

TEXT = "\n".join(
    [
        "# When two branches both add lines to deck.lock, keep them all.",
        _UNION,
        "# What Deckwright writes has the same bytes on every system.",
        *(f"{pattern} text eol=lf" for pattern in _EXACT),
        "",
    ]
)
"""The whole of the file, where there was none."""


def advice(text: str) -> list[str]:
    """What to add to a file with this text, and why, as a step each; nothing if all is there, in whatever way."""
    lines = [line.split() for line in text.splitlines()]
    said = []
    if not _has(lines, "deck.lock", "merge=union"):
        said.append(f"add the line `{_UNION}` to {FILE}, so that two branches that add notes can be merged")
    missing = [pattern for pattern in _EXACT if not _has(lines, pattern, "eol=lf") and not _has(lines, "*", "eol=lf")]
    if missing:
        listed = ", ".join(f"`{pattern} text eol=lf`" for pattern in missing)
        what = "the line" if len(missing) == 1 else "the lines"
        said.append(f"add {what} {listed} to {FILE}, so that Git changes nothing in what Deckwright writes")
    return said


def _has(lines: list[list[str]], pattern: str, attribute: str) -> bool:
    return any(line and line[0] in (pattern, f"/{pattern}") and attribute in line[1:] for line in lines)
