"""A release → what is told to learners: RELEASE_NOTES.md, and the text to paste into AnkiWeb."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from ..amounts import count
from ..diff import Listed, NoteChange
from ..identity.lines import Line, called
from ..model import NoteType, Settings
from ..notetypes import own_stylesheet
from . import editions
from .cut import Cut
from .step import Reason
from .words import Held, code, differing, entries, id_field, named, searches, text, untold

UPDATING = (
    ("Your reviews and due dates", "They stay, on every card."),
    ("Notes that changed", "Their fields and tags become the deck's. Tags that you added are lost."),
    ("Notes that did not change", "They stay as you have them, with your edits."),
    ("Notes that you edited", "If they changed, your edits stay only if made after the new version."),
    ("New notes", "They are added."),
    ("Notes that left the deck", "They stay with you until you delete them."),
    ("Notes that you deleted", "They come back. Suspend a card instead."),
    ("Cards that you moved", "They stay in the deck where you put them."),
)
"""What an update does to each thing that a learner has, as docs/learners.md says it."""


def release_notes(cut: Cut) -> str:
    """What a learner wants to know of a release, as Markdown: what is new, what changed, and what updating does."""
    blocks = [[f"# {text(cut.settings.name)} {cut.version}", _summary(cut)]]
    blocks += [[fragment.text] for fragment in cut.fragments if fragment.text]
    if cut.former and (said := untold([reason.rule for reason in cut.verdict.reasons])):
        blocks.append(said)
    blocks += [part for part in _parts(cut) if part]
    blocks += [part for part in [editions.told(cut)] if part]
    blocks.append([f"## {'Updating' if cut.former else 'Importing'}", _how(cut), _updating()])
    return "\n\n".join("\n\n".join(block) for block in blocks) + "\n"


def linked_stylesheet(settings: Settings, note_types: Iterable[NoteType]) -> str:
    """The name of the file for a learner's own rules; empty where no card of these note types has a link to it."""
    name = own_stylesheet(settings)
    sides = (side for held in note_types for one in held.templates for side in (one.front, one.back))
    return name if any(name in side for side in sides) else ""


def ankiweb(cut: Cut) -> str:
    """The fields of AnkiWeb's form, to be pasted by hand: it lets no program share a deck. Each edition has its own."""
    settings = cut.settings
    title = settings.name.replace("::", " · ")
    parts = _form(cut, title, cut.counts, settings.description)
    for edition in cut.editions:
        about = f"{edition.title}: a part of the deck {title}."
        form = _form(
            cut, f"{title}: {edition.title}", edition.counts, "\n\n".join(filter(None, [about, settings.description]))
        )
        parts = [*parts, f"# {text(edition.title)}", *form]
    return "\n\n".join([f"# {text(title)}"] * bool(cut.editions) + parts) + "\n"


def _form(cut: Cut, title: str, counts: Mapping[str, int], description: str) -> list[str]:
    """The fields of one form, each with its heading."""
    settings = cut.settings
    tags = " ".join(dict.fromkeys([settings.tag_prefix or settings.slug, *settings.slug.split("-")]))
    about = [description, _counts(counts), f"Version {cut.version} of {cut.date}."]
    about += [f"By {settings.author}."] if settings.author else []
    about += [f"Licence: {settings.licence}."] if settings.licence else []
    steps = [
        "Import the new version over the old one and leave the options as they are: your reviews stay, notes that changed "
        "get their new text, new notes are added, and nothing is deleted.",
        "To hide a card, suspend it: a deleted note comes back with the next version.",
    ]
    parts = [
        ("Title", f"{title} {cut.version}"),
        ("Tags", tags),
        ("Support page", settings.site or settings.url or "–"),
        ("Description", "\n\n".join(filter(None, [*about, *steps]))),
    ]
    return [f"## {heading}\n\n{body}" for heading, body in parts]


def _summary(cut: Cut) -> str:
    since = f"after {called(cut.former.release.version)}" if cut.former else "the first release"
    return f"{_counts(cut.counts)} Released on {cut.date}, {since}."


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(count(number, noun) for noun, number in counts.items() if number) + "."


def _how(cut: Cut) -> str:
    name = code(cut.file()) + (", or the file of your edition" * bool(cut.editions))
    return " ".join([
        f"In Anki, choose _File › Import_ and {name}, and leave the options as they are;",
        "in AnkiDroid and AnkiMobile, open the file.",
        *["Do not delete the old deck first."] * bool(cut.former),
        "If you use several devices, synchronise them all, import on one, and synchronise again.",
    ])  # fmt: skip


def _updating() -> str:
    rows = [("what", "what an update does"), *UPDATING]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"| {what:{wide[0]}} | {does:{wide[1]}} |" for what, does in rows]
    return "\n".join([lines[0], f"| {'-' * wide[0]} | {'-' * wide[1]} |", *lines[1:]])


def _parts(cut: Cut) -> Iterator[list[str]]:
    """The parts of the notes that there is something for, each with its heading."""
    changes, lines = cut.changes, cut.ledger.lines
    if not changes:
        return
    yield _before(cut)
    yield _relearn(cut)

    def listed(note: Listed) -> str:
        return named(note.title, lines[note.guid].id)

    def changed(note: NoteChange) -> str:
        return "\n".join([named(note.title, lines[note.guid].id), *(f"  - {line}" for line in _details(note))])

    yield _part("New notes", changes.new, entries(changes.new, listed))
    told = [note for note in changes.notes if _is_told(note)]
    yield _part("Changed notes", told, entries(told, changed))
    look = [reason for reason in cut.verdict.reasons if reason.rule == "look"]
    if look:
        names = ", ".join(f"{text(reason.name)} ({text(reason.detail)})" for reason in look)
        yours = "What you changed in _Cards…_ before this version is replaced"
        changed_types = {reason.name for reason in look}
        types = [held for held in cut.package.note_types if held.name in changed_types]
        own = "; your own file of styling stays" if linked_stylesheet(cut.settings, types) else ""
        yield ["## The look of the cards", f"Changed: {names}. {yours}{own}."]
    gone = [lines[note.guid] for note in changes.retired]
    yield _part("Retired notes", gone, _retired(cut, changes.retired, gone))


def _part(heading: str, held: Sequence[object], written: Sequence[str]) -> list[str]:
    return [f"## {heading} ({len(held)})", "\n".join(written)] if held else []


def _before(cut: Cut) -> list[str]:
    """What a learner should know of an update that leaves something behind, with what finds those notes."""
    lines = {line.id: line for line in cut.ledger.lines.values() if not line.retired}
    blocks = []
    for rule, said in GRAVE.items():
        held = [reason for reason in cut.verdict.reasons if reason.rule == rule]
        if held:
            found = [lines[reason.id] for reason in held if reason.id in lines]
            blocks += [said, *_blocks(cut, found), "\n".join(entries(held, _grave))]
    return ["## Before you update", *blocks] if blocks else []


_RESET = "To learn them as new, search for them in _Browse_ and choose _Cards › Reset Card_."

GRAVE: Mapping[str, str] = {
    "other text": f"These notes ask something wholly different now, and come with your old reviews. {_RESET}",
    "renumbered": f"Cards of these notes ask for another answer now, and come with your reviews of the old one. {_RESET}",
    "guid": "You get these notes a second time, as new ones. The old ones stay, with your reviews, until you delete them.",
    "other kind": "Your copies of these notes can no longer be updated. They stay as they are.",
    "note type": "Anki makes a second note type of these, and your notes of the first can no longer be updated.",
    "sort field": "For these note types, Anki asks for a one-way sync. Synchronise all your devices before you import.",
    "moved": "New cards of these notes are in another deck. Those that you have stay where they are; in _Browse_ you can move "
    "them with _Cards › Change Deck_.",
    "card gone": "Cards of these notes ask nothing any more. _Tools › Empty Cards_ removes them.",
}
"""What is said to learners of each rule that leaves something behind, in Markdown."""


def _grave(reason: Reason) -> str:
    name = named(reason.name, reason.id) if reason.id else text(reason.name)
    return f"{name}{f': {text(reason.detail)}' if reason.detail else ''}"


def _relearn(cut: Cut) -> list[str]:
    """The notes whose answer is another, with what finds them."""
    lines = {line.id: line for line in cut.ledger.lines.values() if not line.retired}
    held = [lines[id_] for id_ in cut.relearn if id_ in lines]
    if not held:
        return []
    how = f"What these notes said was wrong. {_RESET[:-1]}:"
    return [
        f"## Learn again ({len(held)})",
        how,
        *_blocks(cut, held),
        "\n".join(entries(held, lambda line: named(line.name, line.id))),
    ]


def _types_of_taken(cut: Cut, gone: Sequence[Line]) -> dict[str, str]:
    """The note types, by guid, of retired notes whose ID a note of the deck has now, which must not be found with them."""
    assert cut.former
    names = {note_type.id: note_type.name for note_type in cut.former.package.note_types}
    types = {note.guid: names[note.note_type_id] for note in cut.former.package.notes}
    taken = {id_ for line in cut.ledger.lines.values() if not line.retired for id_ in (line.id, *line.was)}
    return {line.guid: types[line.guid] for line in gone if not taken.isdisjoint((line.id, *line.was))}


def _retired(cut: Cut, notes: Sequence[Listed], lines: Sequence[Line]) -> list[str]:
    how = (
        "They are no longer in the deck. An update deletes nothing, so you keep them until you delete or suspend them. "
        "A search in _Browse_ that finds them:"
    )
    ids = {line.guid: line.id for line in lines}
    return [
        how,
        "",
        "\n\n".join(_blocks(cut, lines, _types_of_taken(cut, lines))),
        "",
        *entries(notes, lambda note: named(note.title, ids[note.guid])),
    ]


def _blocks(cut: Cut, lines: Sequence[Line], types: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """The search for these notes, ready to be copied; one after the other if there are several. `types` as in `searches`."""
    fields = _id_fields(cut)
    return [f"```text\n{search}\n```" for search in searches(lines, types, fields)]


def _id_fields(cut: Cut) -> dict[str, str]:
    """The name of the field that has the ID, for each note, by guid: as it is now, if it was another before."""
    types: dict[int, str] = {}
    found: dict[str, int] = {}
    for package in (*([cut.former.package] if cut.former else []), cut.package):
        held: defaultdict[int, list[Held]] = defaultdict(list)
        for note in package.notes:
            if line := cut.ledger.lines.get(note.guid):
                held[note.note_type_id].append((note.fields, (line.id, *line.was)))
                found[note.guid] = note.note_type_id
        types |= {note_type: id_field(notes) for note_type, notes in held.items()}
    return {guid: types[note_type] for guid, note_type in found.items()}


def _is_told(note: NoteChange) -> bool:
    """Whether learners see something of it: a note that nobody receives is not told."""
    return bool((note.fate == "updated" and note.has_content) or note.cards_gained or note.cards_lost)


def _details(note: NoteChange) -> Iterator[str]:
    """A line for each field that differs in more than its markup, one for the tags, and one for each card."""
    if note.fate == "updated":
        for field in note.fields:
            if any(kind != "same" for kind, _ in field.words):
                yield f"{field.name}: {differing(field.words)}"
            elif field.words:
                yield f"{field.name}: the same words, other markup"
        tags = [f"~~{text(tag)}~~" for tag in note.tags_removed] + [f"**{text(tag)}**" for tag in note.tags_added]
        if tags:
            yield f"Tags: {' '.join(tags)}"
    for ordinals, effect in ((note.cards_gained, "is new"), (note.cards_lost, "asks nothing any more")):
        for ordinal in ordinals:
            yield f"Card {ordinal + 1} {effect}"
