"""Notes as written, and the ledger → notes with their identity, and the ledger as it is then.

Identity is the guid, the note id, the ID that learners search for, the number of each cloze, and the time of change by
which Anki decides whether an import updates a note.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from msgspec.structs import replace as with_

from .diagnostics import Diagnostic, declare
from .ledger import FILE, Frozen, Ledger, Line, Release, State, Type
from .matching import digest, match, sketch
from .model import Family, Note, NoteType, Settings, Span
from .notetypes import shape_digest
from .tags import slug

NAMESPACE = "deckwright/guid/1"
"""Part of every guid: frozen for ever."""

DAY = 86_400_000
"""In milliseconds. New note ids lie within the day before they are made, since Anki renumbers those in the future."""

CARD_IDS = 500
"""Between two note ids there is room for the ids of so many cards: Anki's clozes end at 499."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms identities are given. `now` is in seconds of the Unix epoch.

    `retire` allows more than a tenth of the released notes to go, `renumber` names the IDs of notes whose explicit
    numbers may move. `partial` says that notes are missing because of errors, so that no line may go.
    """

    now: int
    retire: bool = False
    renumber: frozenset[str] = frozenset()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """Notes and note types with their identity, in the order given; the new ledger; how many notes are new since the
    last release, changed since then, kept, and gone since then.
    """

    notes: list[Note]
    note_types: list[NoteType]
    ledger: Ledger
    diagnostics: list[Diagnostic]
    new: int = 0
    changed: int = 0
    kept: int = 0
    retired: int = 0


def guid(deck_id: str, family: Family, key: str, n: int = 0) -> str:
    """The guid of a note, for ever: the first 80 bits, in base 62, of a SHA-256 over what makes the note this one.

    `key` is the explicit id or, where there is none, the section's path and the note's text when first seen, parted by
    the control character US. `n` is 0, or the first value whose guid no other note has. 14 characters of 0–9A–Za–z.
    """
    value = int.from_bytes(_sha256(NAMESPACE, deck_id, family, key, str(n))[:10], "big")
    characters = []
    for _ in range(14):  # 62 ** 14 > 2 ** 80
        value, rest = divmod(value, len(_ALPHABET))
        characters.append(_ALPHABET[rest])
    return "".join(reversed(characters))


_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _sha256(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def assign(
    notes: Iterable[Note], note_types: Iterable[NoteType], ledger: Ledger, settings: Settings, terms: Terms
) -> Assigned:
    """Give every note its identity, from the ledger where it knows the note. Notes with an error are left out.

    Pure: the same arguments give the same result, and nothing is written.
    """
    known, found = _with_unique_ids(notes, ledger)
    partial = terms.partial or bool(found)
    found += _frozen_settings(known, settings, ledger, partial)
    types, type_lines, wrong = _types(note_types, ledger, terms.now)
    found += wrong
    minted = _Minting(settings.id, ledger, known, terms.now)
    before = minted.apart(ledger.lines)
    matches = match(known, [note.was for note in known], before.values())
    left = before.keys() - {line.guid for line in matches.lines.values()}
    unmatched = [line for guid_, line in before.items() if guid_ in left and line.released and not line.retired]
    lines: dict[str, Line] = {}
    made: list[Note] = []
    for n, note in enumerate(known):
        line = matches.lines.get(n)
        if line is None and n in matches.ambiguous:
            candidates = matches.ambiguous[n]
            at_stake = any(c.released for c in candidates) and not terms.retire
            found.append((ambiguous if at_stake else ambiguous_draft)(note.span, [_name(c) for c in candidates]))
            if at_stake:
                continue
        elif line and line.released and n in matches.guessed:
            found.append(guessed(note.span, _name(line), matches.guessed[n]))
        elif line and line.released and n in matches.recycled:
            found.append(recycled(note.span, line.id, _place(known[matches.recycled[n]].span)))
            continue
        elif line and line.retired not in ("", "draft") and not _is_known(digest(note.match), line):
            found.append(reused(note.span, line.id, line.retired))
        if line is None:
            wrong = [] if terms.retire else list(_renamed(note, unmatched))
            found += wrong
            if wrong:
                continue
            line = minted.line(note)
            found += _other_family(note, unmatched)
        numbered, line, wrong = _numbered(note, line, terms)
        found += wrong
        if numbered is None:
            continue
        line = _stamped(numbered, line, terms.now)
        state = line.draft or line.released
        fields = {**note.fields, "ID": line.id}
        made.append(replace(numbered, guid=line.guid, note_id=line.nid, mod=state.mod, fields=fields))
        lines[line.guid] = line
    kept, wrong = _left(before, lines, terms, partial or len(made) < len(known))
    found += wrong
    after = Ledger(ledger.head, type_lines, {**kept, **lines})
    return Assigned(made, types, after, found, **_counts(after))


def _place(span: Span) -> str:
    return f"{span.path}:{span.line}"


def _name(line: Line) -> str:
    """A line as people know it."""
    return " › ".join(line.key) or line.id


def _counts(ledger: Ledger) -> dict[str, int]:
    """Of the notes now in the deck and those that left it, seen from the last release."""
    live = [line for line in ledger.lines.values() if not line.retired]
    new = sum(line.released is None for line in live)
    changed = sum(line.released is not None and line.draft is not None for line in live)
    retired = sum(line.retired == "draft" for line in ledger.lines.values())
    return {"new": new, "changed": changed, "kept": len(live) - new - changed, "retired": retired}


def _with_unique_ids(notes: Iterable[Note], ledger: Ledger) -> tuple[list[Note], list[Diagnostic]]:
    """The notes, each explicit id on one of them alone: that which the ledger knows by it, else the first."""
    notes = list(notes)
    texts = {line.id: line.match for line in ledger.lines.values()}
    first = {note.id: note for note in reversed(notes) if note.id}
    first |= {note.id: note for note in reversed(notes) if note.id and texts.get(note.id) == digest(note.match)}
    taken = texts.keys() | first.keys()
    kept, found = [], []
    for note in notes:
        if note.id and first[note.id] is not note:
            free = next(id_ for n in count(2) if (id_ := f"{note.id}-{n}") not in taken)
            found.append(duplicate_id(note.span, note.id, _place(first[note.id].span), free))
        else:
            kept.append(note)
    return kept, found


# New notes


def _renamed(note: Note, unmatched: Iterable[Line]) -> Iterator[Diagnostic]:
    """Where a new note's text was released under another id of the author's, which nothing has any more."""
    text = digest(note.match)
    for line in unmatched if note.id else ():
        if line.explicit and line.family == note.family and _is_known(text, line):
            yield renamed(note.span, line.id, note.id)
            return


def _other_family(note: Note, unmatched: Iterable[Line]) -> Iterator[Diagnostic]:
    """Where a new note was another kind of note until now: Anki cannot turn one into the other."""
    text = digest(note.match)
    for line in unmatched:
        same = line.id == note.id or line.key == note.path or _is_known(text, line)
        if same and line.family != note.family:
            yield other_family(note.span, _name(line), line.family, note.family)
            return


def _is_known(text: str, line: Line) -> bool:
    """Whether the line is of the text with this digest, as last seen or as released."""
    return text in (line.match, line.released.match if line.released else "")


class _Minting:
    """Gives new notes guids, note ids and IDs that no other note has, live or retired."""

    def __init__(self, deck_id: str, ledger: Ledger, notes: Iterable[Note], now: int) -> None:
        self.deck_id = deck_id
        self.now = now
        self.guids = set(ledger.lines)
        self.nids = {
            slot for line in ledger.lines.values() for slot in (line.nid // CARD_IDS, line.nid // CARD_IDS + 1)
        }
        self.ids = {id_ for line in ledger.lines.values() for id_ in (line.id, *line.was)}
        self.ids |= {note.id for note in notes if note.id}

    def apart(self, lines: Mapping[str, Line]) -> dict[str, Line]:
        """The lines, each with a note id of its own: two branches that were merged may have given one to two notes."""
        seen: set[int] = set()
        found = dict(lines)
        for line in sorted(lines.values(), key=lambda line: (line.released is None, line.guid)):
            if line.nid // CARD_IDS in seen:
                found[line.guid] = with_(line, nid=self.nid(line.guid))
            seen.add(line.nid // CARD_IDS)
        return found

    def line(self, note: Note) -> Line:
        """The first line of a note's life."""
        key = note.id or "\x1f".join((note.group, *note.path, note.match))
        own = next(g for n in count() if (g := guid(self.deck_id, note.family, key, n)) not in self.guids)
        self.guids.add(own)
        return Line(own, self.nid(own), note.id or self.id(note, own), note.family, note.path, "", "")

    def nid(self, own: str) -> int:
        """A note id within the day before now, by guid, with room for the ids of the note's cards behind it."""
        first = max(self.now * 1000, 2 * DAY) // CARD_IDS - 2  # Never negative, whatever SOURCE_DATE_EPOCH says.
        start = int.from_bytes(_sha256("nid", own)[:8], "big")
        slot = next(
            s for n in count() if (s := first - (start + n) % max(DAY // CARD_IDS, len(self.nids) * 2)) not in self.nids
        )
        self.nids.add(slot)
        return slot * CARD_IDS

    def id(self, note: Note, own: str) -> str:
        """A readable ID for a note to which its author gave none: of its section's id or its heading, and its guid."""
        name = _short(slug(note.path[-1] if note.path else ""), 40)
        wanted = (
            ".".join(filter(None, (note.group, name)))
            if note.group
            else "-".join(filter(None, (name, own[-5:].lower())))
        )
        id_ = next(w for n in count(1) if (w := wanted if n == 1 else f"{wanted}-{n}") not in self.ids)
        self.ids.add(id_)
        return id_


def _short(name: str, length: int) -> str:
    """A slug of at most so many characters, cut between two of its words where there are two."""
    return name if len(name) <= length else name[: length + 1].rpartition("-")[0] or name[:length]


# Numbers


def _numbered(note: Note, line: Line, terms: Terms) -> tuple[Note | None, Line, list[Diagnostic]]:
    """The note with the number of each of its deletions, and the line that remembers them; None where that is an error."""
    if not (note.deletions or line.numbers or line.gone):
        return note, line, []
    answers = list(dict.fromkeys(d.text for d in note.deletions if d.number is None))
    by_hand = {d.number for d in note.deletions if d.number is not None}
    renamed = {d.was: d.text for d in note.deletions if d.was and d.was not in answers}
    known = {n: renamed.get(a, a) for n, a in (line.numbers | line.gone).items() if n not in by_hand}
    released = line.released.numbers if line.released else {}
    for number in sorted({number for number, _ in line.clashes} & known.keys()):
        held = {known[number], *(answer for n, answer in line.clashes if n == number)}
        claims = sorted(held & set(answers))
        if number in released and released[number] in held:
            known[number] = released[number]
        elif len(claims) > 1:
            free = next(n for n in count(1) if n not in known and n not in by_hand)
            return None, line, [two_answers(note.span, number, claims, free)]
        elif claims:
            known[number] = claims[0]
    # A mask is known by its name alone: another name is another mask, however alike the two are.
    order = [] if note.family == "occlusion" else [n for n in line.numbers if n in known]
    given = _given(answers, known, order, released, by_hand)
    numbers = tuple(given[d.text] if d.number is None else d.number for d in note.deletions)
    current: dict[int, str] = {}
    for number, deletion in zip(numbers, note.deletions, strict=True):
        current.setdefault(number, deletion.text)
    numbered = replace(note, numbers=numbers)
    moved = _moved(numbered, line)
    if moved and line.id not in terms.renumber:
        return None, line, [renumbered(note.span, moved, line.id)]
    gone = {n: known[n] for n in sorted(known) if n not in current}
    return numbered, with_(line, numbers=current, gone=gone, clashes=()), []


def _moved(note: Note, line: Line) -> list[tuple[int, int, str]]:
    """Released answers that stand under another number now, as (old number, new number, answer).

    Where that was insisted on since the release, the draft has the new number already.
    """
    if line.draft and line.draft.source == _source_digest(note):
        return []
    released = line.released.numbers if line.released else {}
    draft = line.draft.numbers if line.draft else {}
    now: dict[str, list[int]] = {}
    for number, deletion in zip(note.numbers, note.deletions, strict=True):
        now.setdefault(deletion.text, []).append(number)
    return [
        (n, now[answer][0], answer)
        for n, answer in released.items()
        if answer in now
        and n not in now[answer]
        and not any(answer in (released.get(number), draft.get(number)) for number in now[answer])
    ]


def _given(
    answers: Sequence[str],
    known: Mapping[int, str],
    order: Sequence[int],
    released: Mapping[int, str],
    taken: Collection[int],
) -> dict[str, int]:
    """A number for each answer: that of an equal one, a similar one, one between equal neighbours, or a new one.

    `order` are the numbers of the text when last seen, in its order; where it is empty, only equal answers count. Of the
    retired numbers, a similar answer may take those that went since the release, in one edit with the answer's own.
    """
    from rapidfuzz.fuzz import ratio

    given: dict[str, int] = {}
    left = dict(known)
    for number, answer in known.items():
        if answer in answers and answer not in given:
            given[answer] = number
            del left[number]
    pairs = sorted(
        (
            (ratio(answer.casefold(), left[number].casefold()), -number, answer)
            for answer in answers
            if answer not in given
            for number in left
            if number in order or (order and number in released)
        ),
        reverse=True,
    )
    for likeness, number, answer in pairs:
        if likeness >= 100 * SIMILAR_ANSWER and answer not in given and -number in left:
            given[answer] = -number
            del left[-number]
    for answer, number in _between_neighbours(answers, order, given, left):
        given[answer] = number
        del left[number]
    free = (n for n in count(1) if n not in taken and n not in known)
    for answer in answers:
        if answer not in given:
            given[answer] = next(free)
    return given


SIMILAR_ANSWER = 0.6
"""How alike two answers must be (rapidfuzz's ratio, 0–1) for one to be the other, reworded."""


def _between_neighbours(
    answers: Sequence[str], order: Sequence[int], given: Mapping[str, int], left: Mapping[int, str]
) -> list[tuple[str, int]]:
    """New answers that stand alone between two that stayed, where one old answer alone stood between the same two.

    The ledger keeps numbers in the order of the text, so the neighbours of an old answer are those of its number.
    """
    found = []
    for position, answer in enumerate(answers):
        if answer in given:
            continue
        before = given.get(answers[position - 1]) if position else 0
        after = given.get(answers[position + 1]) if position + 1 < len(answers) else 0
        if before is None or after is None or not {before, after} <= {0, *order}:
            continue
        start = order.index(before) + 1 if before else 0
        end = order.index(after) if after else len(order)
        between = order[start:end]
        if len(between) == 1 and between[0] in left:
            found.append((answer, between[0]))
    return found


# The time of change


def _stamped(note: Note, line: Line, now: int) -> Line:
    """The line with the note's content as it is now, under the time that this content ships with."""
    text = digest(note.match)
    state = State(_source_digest(note), _fields_digest(note), 0, match=text, numbers=line.numbers)
    line = with_(
        line,
        key=note.path,
        group=note.group,
        explicit=bool(note.id),
        id=note.id or line.id,
        was=tuple(sorted({*line.was, line.id} - {note.id or line.id})),
        match=text,
        sketch=line.sketch if line.match == text else sketch(note.match),
        retired="",
    )
    released, draft = line.released, line.draft
    if released and _is_same(state, released):
        return with_(line, draft=None)
    if draft and _is_same(state, draft):
        return with_(line, draft=with_(state, mod=draft.mod))
    mod = max(now, released.mod + 1 if released else 0, draft.mod + 1 if draft else 0)
    return with_(line, draft=with_(state, mod=mod))


def _is_same(state: State, other: State) -> bool:
    """Whether a learner need not be told: the author changed nothing, or nothing of it ships."""
    return state.source == other.source or state.fields == other.fields


def _source_digest(note: Note) -> str:
    """Of what the author wrote; a media file counts with its content, not with its name.

    The picture of an occlusion note may be drawn by us: `source` has what it is drawn from.
    """
    numbers = [deletion.number or 0 for deletion in note.deletions]
    media = note.media[note.family == "occlusion" :]
    return _sha256(note.source, *map(_content, media), *map(str, numbers)).hex()[:16]


def _fields_digest(note: Note) -> str:
    """Of what ships and a learner sees: neither ID nor Source, nor the deck, nor what media files are called."""
    fields = {name: value for name, value in sorted(note.fields.items()) if value and name not in ("ID", "Source")}
    for file in sorted(note.media, key=len, reverse=True):
        fields = {name: value.replace(file, _content(file)) for name, value in fields.items()}
    hints = [deletion.hint for deletion in note.deletions]
    return _sha256(json.dumps([fields, note.tags, note.numbers, hints], ensure_ascii=False)).hex()[:16]


def _content(file: str) -> str:
    """The digest of a media file's bytes, which its name ends in."""
    return file.rpartition("-")[2].partition(".")[0]


# What left the deck


def _left(
    before: Mapping[str, Line], lines: Mapping[str, Line], terms: Terms, partial: bool
) -> tuple[dict[str, Line], list[Diagnostic]]:
    """The lines without a note: those released retire, others go; where notes are missing, all stay as they are."""
    left = {guid_: line for guid_, line in before.items() if guid_ not in lines}
    if partial:
        return left, []
    going = [line for line in left.values() if line.released and not line.retired]
    live = sum(bool(line.released) and not line.retired for line in before.values())
    found = []
    if len(going) * 10 > live and len(going) > 1 and not terms.retire:
        found.append(many_retired(Span(FILE), len(going), live, [_name(line) for line in going]))
    return {g: with_(line, retired=line.retired or "draft") for g, line in left.items() if line.released}, found


# Note types and settings


def _types(
    note_types: Iterable[NoteType], ledger: Ledger, now: int
) -> tuple[list[NoteType], dict[str, Type], list[Diagnostic]]:
    """The note types with the time of their last change; their frozen shape must be the released one."""
    made, found = [], []
    lines = dict(ledger.types)
    for note_type in note_types:
        shape = shape_digest(note_type)
        line = ledger.types.get(note_type.family) or Type(note_type.family, shape)
        if line.shape != shape:
            if line.released:
                found.append(changed_shape(Span(FILE), note_type.name))
            line = with_(line, shape=shape)
        looks = _sha256(
            note_type.name, note_type.css, *(f.name for f in note_type.fields),
            *(part for t in note_type.templates for part in (t.name, t.front, t.back)),
        ).hex()[:16]  # fmt: skip
        state = State(looks, looks, now)
        if line.released and line.released.fields == looks:
            line = with_(line, draft=None)
        elif not (line.draft and line.draft.fields == looks):
            last = max(s.mod for s in (line.released, line.draft, State("", "", -1)) if s)
            line = with_(line, draft=with_(state, mod=max(now, last + 1)))
        lines[note_type.family] = line
        made.append(replace(note_type, mod=(line.draft or line.released).mod))
    return made, lines, found


def _frozen_settings(notes: Iterable[Note], settings: Settings, ledger: Ledger, partial: bool) -> list[Diagnostic]:
    """What may not change after the first release, and decks that cards cannot follow."""
    frozen = ledger.head.frozen
    if not frozen:
        return []
    pairs = (("name", frozen.name, settings.name), ("tag_prefix", frozen.tag_prefix, settings.tag_prefix))
    found = [frozen_setting(Span(FILE), key, was, now) for key, was, now in pairs if was != now]
    gone = [] if found or partial else sorted(set(frozen.decks) - {note.deck for note in notes})
    return found + [gone_deck(Span(FILE), deck) for deck in gone]


# Releases


def release(assigned: Assigned, settings: Settings, version: str, now: int, renderers: Mapping[str, str]) -> Assigned:
    """The state after a release: every new or changed note and note type is stamped with its one time, `now`.

    Raises ValueError where `now` (seconds of the Unix epoch) is not later than every time released before: Anki would
    take the release for an older one.
    """
    ledger = assigned.ledger
    before = [s.mod for line in (*ledger.lines.values(), *ledger.types.values()) if (s := line.released)]
    if before and now <= max(before):
        raise ValueError(f"the release's time {now} is not later than {max(before)}, that of an earlier one")

    def released(line: Line | Type) -> Line | Type:
        state = with_(line.draft, mod=now, version=version) if line.draft else line.released
        return with_(line, released=state, draft=None)

    lines = {guid_: released(line) for guid_, line in ledger.lines.items() if not line.retired}
    gone = {
        guid_: with_(line, retired=version if line.retired == "draft" else line.retired)
        for guid_, line in ledger.lines.items()
        if line.retired
    }
    types = {family: released(line) for family, line in ledger.types.items()}
    notes = [replace(note, mod=lines[note.guid].released.mod) for note in assigned.notes]
    note_types = [replace(t, mod=types[t.family].released.mod) for t in assigned.note_types]
    head = with_(
        ledger.head,
        releases=(*ledger.head.releases, Release(version, now, len(notes))),
        frozen=Frozen(settings.name, settings.tag_prefix, tuple(sorted({note.deck for note in notes}))),
        renderers=dict(sorted(renderers.items())),
    )
    after = Ledger(head, types, lines | gone)
    return replace(assigned, notes=notes, note_types=note_types, ledger=after, **_counts(after))


@declare("I001")
def duplicate_id(id_: str, first: str, free: str) -> tuple[str, str]:
    """Two notes have one id.

    An id names one note of the deck, for ever: learners' progress hangs on it.
    Bad:
        ## What is a user? {.basic #user}
        A person or a service.

        ## What is a group? {.basic #user}
        Users with equal rights.
    Good:
        ## What is a user? {.basic #user}
        A person or a service.

        ## What is a group? {.basic #group}
        Users with equal rights.
    """
    return f"the id `{id_}` belongs to the note at {first} already", f"give this note another: `{free}` is free"


@declare("I002")
def ambiguous(candidates: Sequence[str]) -> tuple[str, str]:
    """A note could be any of several released notes, or shares its likeness with another.

    Without an id, a note that was edited is known by its text. Where that leaves a doubt, a guess could hand one note's
    progress to another, so nothing is built.
    """
    names = "”, “".join(candidates[:3])
    hint = 'write the note\'s id into its tag (learners see it on the card), or was="ID"; or let the old note go: build --retire'
    return f"this note may be “{names}”, and it is not clear", hint


@declare("I003", "warning")
def ambiguous_draft(candidates: Sequence[str]) -> tuple[str, str]:
    """A note could be any of several notes; it is taken for a new one.

    None of them was released, so only your own collection can hold the old one too.
    """
    return (
        f"this note may be “{'”, “'.join(candidates[:3])}”: it is taken for a new one",
        "write an id into its tag, so that nobody has to guess",
    )


@declare("I004", "warning")
def guessed(name: str, likeness: float) -> tuple[str, str]:
    """A released note was edited, and is known by its likeness alone.

    It keeps its guid, so learners keep their progress. An id in the tag makes this certain for ever.
    """
    return (
        f"taken for the released note “{name}”, edited (likeness {likeness:.0%})",
        "if that is wrong, give this note an id of its own",
    )


@declare("I005")
def recycled(id_: str, place: str) -> tuple[str, str]:
    """The id of a released note stands on another text, while its own text stands elsewhere.

    Learners' progress follows the id: they would be asked something else than what they have learned.
    """
    return (
        f"the id `{id_}` was released with the text that is now at {place}",
        "move the id back to its text, and give this note a new one",
    )


@declare("I006")
def renumbered(moved: Sequence[tuple[int, int, str]], id_: str) -> tuple[str, str]:
    """Released clozes were renumbered by hand.

    A learner's progress belongs to the number. Under another number an answer takes over the progress of another one.
    """
    answers = ", ".join(f"“{answer}” from c{old} to c{new}" for old, new, answer in moved[:4])
    return (
        f"progress would move between answers: {answers}",
        f"give each answer its number back, or insist: build --renumber {id_}",
    )


@declare("I007")
def two_answers(number: int, answers: Sequence[str], free: int) -> tuple[str, str]:
    """Two branches gave one cloze number to two answers.

    Both stand in the note now, and only one can keep the number.
    """
    return (
        f"c{number} belongs to “{answers[0]}” on one branch and to “{answers[1]}” on the other",
        f"number one of them by hand, with a free number: ==c{free}::{answers[1]}==",
    )


@declare("I008")
def many_retired(going: int, live: int, names: Sequence[str]) -> tuple[str, str]:
    """More than a tenth of the released notes would leave the deck at once.

    That is most often a folder that was moved, or an id that was changed, and no decision.
    """
    return (
        f"{going} of {live} released notes are gone, among them “{'”, “'.join(names[:3])}”",
        "bring them back, or say that you mean it: build --retire",
    )


@declare("I009", "warning")
def other_family(name: str, was: str, now: str) -> tuple[str, str]:
    """A released note has become one of another kind.

    Anki cannot turn a basic note into a cloze note: learners get a new note, and the old one stays with them.
    """
    return (
        f"“{name}” was a {was} note: as a {now} note it is a new one",
        "leave its kind as it was, or tell learners to delete the old one",
    )


@declare("I016")
def changed_shape(name: str) -> tuple[str, str]:
    """The frozen shape of a note type is not the released one.

    With other fields or templates Anki would make a second note type and never update the notes of the first.
    """
    return (
        f"the note type “{name}” has other fields or templates than the released one",
        "build with the Deckwright that made the last release, and report this",
    )


@declare("I017")
def frozen_setting(key: str, was: str, now: str) -> tuple[str, str]:
    """A setting was changed that is frozen since the first release.

    Anki knows decks and tags by name: cards would stay in the old deck, and new ones land in another.
    """
    return f"`{key}` was released as `{was}`, and is `{now}` now", f'write {key} = "{was}" again'


@declare("I018", "warning")
def gone_deck(deck: str) -> tuple[str, str]:
    """A released deck has no notes any more.

    If it was renamed or its notes moved: learners' cards stay in the old deck, only new notes land in the new one.
    """
    return f"the released deck `{deck}` has no notes any more", "name it as before, or tell learners to move its cards"


@declare("I020")
def renamed(was: str, id_: str) -> tuple[str, str]:
    """The id of a released note was changed.

    Learners' progress hangs on the id: the text under a new one would be a new note, and the old one would stay with
    them as it is. `was` beside the new id says that it is the same note.
    """
    return f"this note was released with the id `{was}`", f'write was="{was}" beside `{id_}`, or build --retire'


@declare("I021", "warning")
def reused(id_: str, version: str) -> tuple[str, str]:
    """The id of a note that left the deck stands on another text.

    The note comes back with it, and so does the progress of all who learned its old text.
    """
    return (
        f"the id `{id_}` belongs to a note that was retired in {version}, with another text",
        "give this note another id, unless it is that note, reworded",
    )
