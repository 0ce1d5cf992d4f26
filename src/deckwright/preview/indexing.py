"""A build that only looks → the index of its cards. What a file's notes come to is kept from build to build, and in the cache
from run to run, so that a build costs what has changed.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from .. import summary, texts
from ..build import Outcome
from ..cache import Cache
from ..collection import Loaded
from ..diagnostics import has_errors
from ..layout import CACHE
from ..model import Note, NoteType
from ..proof.choice import state_of
from ..watch import Build
from .index import Card, Depicted, Entry, Head, Held, How, Index, Problem, Standing, keep_notes, kept_part

TITLE = 200
"""Characters of a card's title, at most."""


def index(number: int, build: Build, root: Path, before: Index | None) -> Index:
    """The index of a build; `number` is the build's, from 1. Where it has loaded no notes, those of the index before stay."""
    outcome = build.outcome
    loaded = outcome.loaded if outcome else None
    cache = Cache(root / CACHE)
    last = before.head if before else Head(0, "gone", root.name)
    head = replace(last, number=number, how=_how(outcome), seconds=build.seconds, changed="")
    if loaded is None:
        problems = _problems(outcome, before.entries if before else ())
        return Index(head, before.held if before else Held(), problems, cache, before.notes if before else None)
    made = loaded.collection
    version = loaded.assigned.ledger.version(loaded.assigned.decks) or made.settings.version
    head = replace(head, name=made.settings.name, version=version, changed=_changed(loaded))
    parts = tuple(_parts(loaded, dict(before.held.parts) if before else {}, cache))
    entries = [entry for _, part in parts for entry in part]
    media = {file.name: file for file in made.media}
    depicted = tuple(_depicted(entries, loaded, root))
    standings = tuple(_standings(entries, loaded))
    held = Held(parts, standings, made.note_types, media, depicted, _lost(entries, loaded))
    return Index(head, held, _problems(outcome, entries), cache, loaded.notes)


def _how(outcome: Outcome | None) -> How:
    if outcome is None:
        return "gone"
    if outcome.loaded is None or outcome.loaded.is_blocked:
        return "broken"
    return "errors" if has_errors(outcome.found) else "built"


def _changed(loaded: Loaded) -> str:
    """What a build would change, as in "3 new, 1 changed"; empty before the first build."""
    since = summary.since_build(loaded.before, loaded.assigned.ledger)
    if since is None:
        return ""
    return ", ".join(since.words()) or "nothing changed"


def _parts(
    loaded: Loaded, known: Mapping[str, tuple[Entry, ...]], cache: Cache
) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    """The notes of each file, by the name under which they are kept. Equal names mean equal notes."""
    for key, notes in loaded.notes.parts():
        name = cache.key("index", (key,))
        part = known.get(name) or kept_part(cache, name)
        if part is None:
            made = list(notes)
            part = tuple(_entry(note, loaded.collection.note_types[note.note_type]) for note in made)
            cache.put(name, msgspec.msgpack.encode(part))
            keep_notes(cache, name, made)
        yield name, part


def _entry(note: Note, note_type: NoteType) -> Entry:
    made = texts.cards(note, note_type)
    is_diagram = note_type.family == "occlusion"
    cards = tuple(
        Card(card.ordinal + 1, _title(card.question), f"{card.hint}\n{card.answer}".casefold() if is_diagram else "")
        for card in made
    )
    # The cards of a cloze hide parts of the same text, and a reversed card turns it round.
    said = [note.id, *(texts.plain(note.fields.get(name, "")) for name in ("Header", "Extra", "Back Extra"))]
    if is_diagram:
        said.append(texts.plain(note.fields.get("Image", "")))
    elif made:
        said += [made[0].question, *(card.answer for card in made)]
    seen = hashlib.blake2b(msgspec.msgpack.encode((note.fields, note.tags, note.deck)), digest_size=8)
    return Entry(
        id=note.id,
        guid=note.guid,
        note_type=note.note_type,
        deck=note.deck,
        tags=note.tags,
        file=note.span.path,
        line=note.span.line,
        digest=seen.hexdigest(),
        text="\n".join(filter(None, said)).casefold(),
        cards=cards,
    )


def _title(question: str) -> str:
    """A question on one line, sounds as a sign and formulas without the signs around them."""
    title = " ".join(_AROUND.sub("", _SOUND.sub("♪", question)).split())
    return title if len(title) <= TITLE else title[: TITLE - 1] + "…"


_SOUND = re.compile(r"\[sound:[^\]]*\]")
_AROUND = re.compile(r"\\[()\[\]]")


def _standings(entries: Iterable[Entry], loaded: Loaded) -> Iterator[Standing]:
    lines, before = loaded.assigned.ledger.lines, loaded.before.lines
    known: dict[Standing, Standing] = {}  # Most notes of a deck stand alike.
    for entry in entries:
        line = lines[entry.guid]
        was = before.get(entry.guid)
        state = state_of(line)
        version = line.released.version if line.released and state == "released" else ""
        standing = Standing(state, version, line.mod if was and was.mod == line.mod else 0)
        yield known.setdefault(standing, standing)


def _depicted(entries: Iterable[Entry], loaded: Loaded, root: Path) -> Iterator[Depicted]:
    media, before = loaded.notes.media(), loaded.before.lines
    for entry, written in zip(entries, loaded.notes.written, strict=True):
        if written.mode:
            line = before.get(entry.guid)
            known = dict.fromkeys([*line.numbers.values(), *line.gone.values()]) if line else {}
            picture = media[entry.guid][0].path.relative_to(root).as_posix()
            title = written.path[-1] if written.path else entry.id
            yield Depicted(entry.id, title, picture, written.mode, written.asked, tuple(known))


def _lost(entries: Iterable[Entry], loaded: Loaded) -> tuple[str, ...]:
    """The masks and groups that had a card in occlusion notes that are not there now."""
    before = loaded.before.lines
    lines = [before[guid] for guid in before.keys() - {entry.guid for entry in entries}]
    names = (
        name
        for line in lines
        if line.type == _OCCLUSION and not line.retired
        for name in (*line.numbers.values(), *line.gone.values())
    )
    return tuple(sorted({*names}))


_OCCLUSION = "occlusion"
"""The key of the note type that has masks."""


def _problems(outcome: Outcome | None, entries: Sequence[Entry]) -> list[Problem]:
    if outcome is None:
        return []
    problems = []
    if not outcome.loaded and outcome.problem:
        name = outcome.path.name if outcome.path else "The project"
        hint = "It is tried again when something changes."
        problems.append(Problem("", "error", name, 0, 0, f"It cannot be read: {outcome.problem}", hint, None))
    starts = _starts(entries) if outcome.found else {}
    lost: dict[str, list[int]] = {}
    for one in outcome.found:
        if one.severity == "error":
            lost.setdefault(one.span.path, []).append(one.span.line)
    for one in outcome.found:
        span = one.span
        key = _about(span.line, starts.get(span.path, []), lost.get(span.path, [])) if span.line else None
        problems.append(Problem(one.code, one.severity, span.path, span.line, span.column, one.message, one.hint, key))
    return problems


def _starts(entries: Iterable[Entry]) -> dict[str, list[tuple[int, str]]]:
    """Where the notes of each file begin, and the keys of their first cards."""
    starts: dict[str, list[tuple[int, str]]] = {}
    for entry in entries:
        if entry.cards:
            starts.setdefault(entry.file, []).append((entry.line, entry.first_key))
    return {file: sorted(held) for file, held in starts.items()}


def _about(line: int, starts: list[tuple[int, str]], lost: list[int]) -> str | None:
    """The key of the note that something at this line is about: the last one that begins there or above, unless a note with
    an error, which is left out, may lie between.
    """
    at = bisect_right(starts, (line, "\U0010ffff")) - 1
    if at < 0 or any(starts[at][0] < bad <= line for bad in lost):
        return None
    return starts[at][1]
