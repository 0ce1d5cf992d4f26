"""A release, and the deck's changelog → the changelog with the release, in the form of https://keepachangelog.com/."""

from __future__ import annotations

import re
from pathlib import Path

from .. import files
from ..amounts import count
from ..layout import DECK_CHANGELOG
from ..limits import MAX_LEDGER_BYTES
from . import editions
from .cut import Cut
from .refusal import Refusal
from .words import entries, named, text, untold

_HEAD = """\
# Changelog of {name}

What is new in each version of the deck, the latest first. [Deckwright](https://github.com/deckwright/deckwright) writes
this when it makes a release; what stands here is never written again, so it may be edited.
"""

_RELEASE = re.compile(r"^## \[", re.MULTILINE)


def read(root: Path) -> str | Refusal:
    """The changelog so far, empty if there is none, or why there can be no more of it."""
    try:
        data = files.read_inside(root / DECK_CHANGELOG, root, MAX_LEDGER_BYTES)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return Refusal(
            f"{DECK_CHANGELOG} cannot be read: {files.reason(error)}",
            ("move it away, or put the file in its place, and commit that",),
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Refusal(
            f"{DECK_CHANGELOG} is not UTF-8, line {line}", (f"save {DECK_CHANGELOG} as UTF-8, and commit it",)
        )


def changelog(cut: Cut, before: str) -> str:
    """The changelog with the release above all others. `before` is the text so far, empty if there is none."""
    text_before = before.replace("\r\n", "\n") or _HEAD.format(name=text(cut.settings.name))
    first = _RELEASE.search(text_before)
    place = first.start() if first else len(text_before)
    head, rest = text_before[:place].rstrip("\n"), text_before[place:]
    return f"{head}\n\n{_section(cut)}{chr(10) * bool(rest)}{rest}"


def _section(cut: Cut) -> str:
    changes, lines = cut.changes, cut.ledger.lines
    blocks = [f"## [{cut.version}] - {cut.date}"]
    blocks += [fragment.text for fragment in cut.fragments if fragment.text]
    if changes is None:
        blocks.append(
            f"The first release: {count(len(cut.package.notes), 'note')}, {count(cut.package.cards, 'card')}."
        )
        return "\n\n".join(blocks) + "\n"
    parts = {
        "Added": [(note.title, note.guid) for note in changes.new],
        "Changed": [(note.title, note.guid) for note in changes.changed],
        "Removed": [(note.title, note.guid) for note in changes.retired],
    }
    for heading, notes in parts.items():
        if notes:
            listed = entries(notes, lambda note: named(note[0], lines[note[1]].id))
            blocks.append(f"### {heading}\n\n" + "\n".join(listed))
    rules = [reason.rule for reason in cut.verdict.reasons]
    if "moved" in rules:
        blocks.append(f"{count(rules.count('moved'), 'note')} moved to another deck.")
    if "look" in rules:
        blocks.append("The look of the cards changed.")
    blocks += editions.summed(cut)
    blocks += untold(rules)
    return "\n\n".join(blocks) + "\n"
