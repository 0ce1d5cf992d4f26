"""Changes → the form for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from textwrap import fill
from typing import Any, TypeAlias

import msgspec

from ..amounts import count
from .changes import Changes, Listed, NoteChange, NoteTypeChange
from .field_text import Words

Style: TypeAlias = Callable[[str, str], str]
"""Colours a piece of text by its role: heading, warning, old or new."""


def to_text(
    changes: Changes,
    style: Style = lambda text, role: text,
    limit: int | None = 10,
    columns: int | None = None,
) -> str:
    """Counts, a list of each kind of change, and what importing the new package does.

    A list ends after `limit` entries, and says how many more there are; None lists all. A word that went is written
    `[-so-]`, one that came `{+so+}`. `columns` is how wide the terminal is.
    """
    blocks = [_block(part, style, limit) for part in _parts(changes, style) if part.entries]
    return "\n\n".join([_counts(changes), *blocks, _outlook(changes, style, min(columns or _WIDTH, _WIDTH))])


_WIDTH = 100
"""Characters of a line of prose, at most."""


_COUNTED = {
    "new": "new",
    "changed": "changed",
    "unreceived": "changed but not received",
    "idle": "updated without a change",
    "conflicting": "impossible to update",
    "other_deck": "in another deck",
    "renumbered": "with a number that asks for another answer",
    "retired": "retired",
    "unchanged": "unchanged",
}
"""How the first line calls what `Changes.counts` counts."""


def _counts(changes: Changes) -> str:
    listed = [f"{number} {_COUNTED[what]}" for what, number in changes.counts.items() if number]
    return f"Notes: {', '.join(listed) or 'none'}"


class _Part(msgspec.Struct, frozen=True):
    """A list of changes of one kind: its heading, what it means, its entries, and the function that writes one of them."""

    heading: str
    meaning: str
    entries: Sequence[Any]
    write: Callable[[Any], str]
    role: str = "heading"


def _parts(changes: Changes, style: Style) -> Iterator[_Part]:
    def title(note: Listed | NoteChange) -> str:
        return _shown(f"{note.place}: {note.title}" if note.place else note.title)

    def detailed(note: NoteChange) -> str:
        return "\n    ".join([title(note), *_details(note, style)])

    def other_deck(note: NoteChange) -> str:
        old, new = note.deck or ("", "")
        return f"{title(note)}\n    from {_shown(old)} to {_shown(new)}"

    def renumbered(note: NoteChange) -> str:
        lines = (
            f"card {found.number} asked for {_quoted(found.old)}, now for {_quoted(found.new)}"
            for found in note.renumbered
        )
        return "\n    ".join([title(note), *lines])

    def conflicting(note: NoteChange) -> str:
        if not note.note_type:
            return title(note)
        old, new = map(_shown, note.note_type)
        return f"{title(note)}\n    its note type was {old}, now it is {new}"

    def note_type(change: NoteTypeChange) -> str:
        parts = "; ".join(map(_shown, change.parts)) or "nothing but its time"
        return f"{_shown(change.name)}: {parts}{_effect(change)}"

    yield _Part("New notes", "", changes.new, title)
    yield _Part("Changed notes", "", changes.changed, detailed)
    yield _Part(
        "Retired notes",
        "They are not in the new package. Anki deletes nothing: learners keep them, and their reviews.",
        changes.retired,
        title,
    )
    yield _Part(
        "Notes in another deck",
        "Anki leaves cards in their deck. Only those who get them for the first time find them in the new one.",
        changes.other_deck,
        other_deck,
    )
    yield _Part(
        "Numbers that ask for another answer",
        "A card is known by its number, so what was learned of the old answer counts for the new one.",
        changes.renumbered,
        renumbered,
        "warning",
    )
    yield _Part(
        "Notes that cannot be updated",
        "They have another note type, or one with other fields or templates. Learners keep the old ones, after every import.",
        changes.conflicting,
        conflicting,
        "warning",
    )
    yield _Part(
        "Changed notes that nobody receives",
        "Anki updates a note only if its modification time is later than the learner’s, and theirs is not.",
        changes.unreceived,
        detailed,
        "warning",
    )
    yield _Part(
        "Notes updated without a change",
        "They say what they said before, but the update overwrites what a learner wrote in them.",
        changes.idle,
        detailed,
        "warning",
    )
    yield _Part("Notes with other cards", "", changes.other_cards, detailed)
    yield _Part(
        "Guids that several notes have",
        "For Anki they are one note if a learner already has it, and several if not.",
        changes.repeated,
        _shown,
        "warning",
    )
    yield _Part("New note types", "", changes.note_types_new, _shown)
    yield _Part("Changed note types", "", changes.note_types, note_type)
    yield _Part("Note types that are gone", "", changes.note_types_gone, _shown)
    yield _Part("New decks", "", changes.decks_new, _shown)
    yield _Part("Decks with another description", "", changes.decks_described, _shown)
    yield _Part("Decks that are gone", "Learners keep them.", changes.decks_gone, _shown)
    yield _Part(
        "Files with other contents under the same name",
        "Notes that are not updated still show the old file. A file is never replaced if its name begins with _.",
        changes.media_changed,
        _shown,
        "warning",
    )
    yield _Part("New files", "", changes.media_new, _shown)
    yield _Part("Files that are gone", "Learners keep them.", changes.media_gone, _shown)


def _block(part: _Part, style: Style, limit: int | None) -> str:
    shown = part.entries[:limit]
    lines = [style(f"{part.heading} ({len(part.entries)})", part.role)]
    lines += [part.meaning] if part.meaning else []
    lines += [f"  {part.write(entry)}" for entry in shown]
    if more := len(part.entries) - len(shown):
        lines.append(f"  … and {more} more")
    return "\n".join(lines)


def _details(note: NoteChange, style: Style) -> Iterator[str]:
    """A line for each field that differs, one for the tags, and one for each card."""
    for field in note.fields:
        only_markup = all(kind == "same" for kind, _ in field.words)
        yield f"{_shown(field.name)}: {'the same words, other markup' if only_markup else _marked(field.words, style)}"
    tags = [style(f"[-{_shown(tag)}-]", "old") for tag in note.tags_removed]
    tags += [style(f"{{+{_shown(tag)}+}}", "new") for tag in note.tags_added]
    if tags:
        yield f"Tags: {' '.join(tags)}"
    for ordinals, effect in ((note.cards_gained, "is new"), (note.cards_lost, "is gone")):
        for ord_ in ordinals:
            yield f"Card {ord_ + 1} {effect}"


def _marked(words: Words, style: Style) -> str:
    """The words that went and came in brackets, and of the other words those beside them."""
    parts = []
    for index, (kind, text) in enumerate(words):
        space = text[len(text.rstrip()) :]
        if kind == "same":
            parts.append(_context(text, index == 0, index == len(words) - 1))
        elif kind == "old":
            followed = words[index + 1 : index + 2] and words[index + 1][0] == "new"
            parts.append(style(f"[-{_shown(text.rstrip(), 300)}-]", kind) + ("" if followed else space))
        else:
            parts.append(style(f"{{+{_shown(text.rstrip(), 300)}+}}", kind) + space)
    return "".join(parts).rstrip()


def _context(text: str, first: bool, last: bool) -> str:
    """The end of a stretch before a change, the beginning of one after it, or both: whole words, if there are any."""
    text = _shown(text)
    if len(text) <= 100:
        return text
    head = text[:40].rpartition(" ")[0] or text[:40]
    tail = text[-40:].partition(" ")[2] or text[-40:]
    return f"{'' if first else head + ' '}…{'' if last else ' ' + tail}"


def _effect(change: NoteTypeChange) -> str:
    """What the change of a note type does, in lines below its own."""
    effects = []
    if change.schema_changed:
        effects.append("Anki makes a second note type of it, and no longer updates the notes of the first")
    if change.kind_changed:
        effects.append("its notes turn into cloze notes, or from cloze notes into others")
    if not change.schema_changed and not change.received:
        effects.append("nobody receives it, because its modification time is not later")
    return "".join(f"\n    {effect}" for effect in effects)


def _outlook(changes: Changes, style: Style, width: int) -> str:
    done = changes.prediction
    said = []
    if done.new:
        said.append(f"{_are(done.new, 'note')} added.")
    if done.updated:
        said.append(
            f"{_are(done.updated, 'note')} updated: fields and tags become those of the new package, and your edits are "
            "overwritten. Only a note that you edited after its new version was made keeps your edits."
        )
    if done.duplicate:
        said.append(f"{count(done.duplicate, 'note')} {'stays' if done.duplicate == 1 else 'stay'} as you have them.")
    if done.conflicting:
        whose = "its" if done.conflicting == 1 else "their"
        said.append(f"{count(done.conflicting, 'note')} cannot be updated, because {whose} note type changed.")
    if done.new_cards:
        said.append(f"You get {count(done.new_cards, 'new card')}.")
    if done.empty_cards:
        removed = f"Tools > Empty Cards removes {'it' if done.empty_cards == 1 else 'them'}"
        said.append(f"{count(done.empty_cards, 'card')} will ask nothing: {removed}.")
    if changes.retired:
        retired = len(changes.retired)
        said.append(f"{count(retired, 'retired note')} will stay until you delete {'it' if retired == 1 else 'them'}.")
    restyled = any(change.received for change in changes.note_types)
    if not (done.new or done.updated or done.new_cards or restyled or changes.decks_described):
        said.insert(0, "Nothing changes.")
    said.append(
        "You keep all reviews and due dates, but some of them will belong to another answer."
        if changes.renumbered
        else "You keep all reviews and due dates."
    )
    if done.one_way_sync:
        said.append("Anki then needs a one-way sync: sync all your devices before you import, or you may lose reviews.")
    return f"{style('What importing this does to your collection', 'heading')}\n{fill(' '.join(said), width)}"


def _are(number: int, noun: str) -> str:
    return f"{count(number, noun)} {'is' if number == 1 else 'are'}"


def _quoted(answers: Sequence[str]) -> str:
    return " and ".join(f"“{_shown(answer, 60)}”" for answer in answers)


def _shown(text: str, width: int | None = None) -> str:
    """The text as a terminal can show it: without control characters, and cut at a width."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", text)
    return text if width is None or len(text) <= width else text[:width].rstrip() + "…"
