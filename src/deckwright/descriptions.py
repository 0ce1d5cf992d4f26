"""A deck's description in Anki: what its author says of it and, below that, a line of our own.

The line has the number of notes, the version, and what the settings say of the author, the licence and the link.
"""

from __future__ import annotations

import html
import re

from .amounts import count
from .model import Settings
from .patterns import pattern


def description(settings: Settings, number: int, version: str) -> str:
    """The description of a deck with this number of notes. A deck with editions names none: of several that somebody
    imports, the last one's description stays.
    """
    facts = [
        *[count(number, "note")] * (not settings.editions),
        f"version {html.escape(version)}",
        html.escape(settings.author),
        html.escape(settings.licence),
        f'<a href="{html.escape(settings.url)}">{html.escape(settings.url)}</a>' if settings.url else "",
    ]
    return f"{settings.description}\n<p>{' · '.join(filter(None, facts))}</p>".strip()


_OURS = pattern(r"^<p>(?:\d+ notes? · )?version ([^·<]*)(?=(?:· .*)?</p>\Z)", re.MULTILINE)
"""How our line begins, up to what follows the version."""


def version_in(described: str) -> str:
    """The version that a description names in our line; empty if it has none."""
    found = _OURS.search(described)
    return html.unescape(found[1]).strip() if found else ""


def uncounted(described: str) -> str:
    """A description without the number of notes in our line."""
    return _OURS.sub(r"<p>version \1", described)


def unversioned(described: str) -> str:
    """A description without the number of notes and the version in our line."""
    return _OURS.sub("", described)
