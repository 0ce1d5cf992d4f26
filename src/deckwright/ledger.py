"""`deck.lock`, the ledger of identities: its format, read, merged and written.

JSON Lines, sorted, so that Git merges them line by line: first the deck, then its note types, then its notes by guid.
`merge=union` keeps the lines of both branches; the lines of one guid are then one line again (`_merged`).
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from . import files
from .diagnostics import Diagnostic, declare
from .model import Family, Span

FILE = "deck.lock"
FORMAT = 1


class Release(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A release of the deck. `time` in seconds of the Unix epoch, `digest` that of the package's contents."""

    version: str
    time: int
    notes: int = 0
    cards: int = 0
    digest: str = ""


class Frozen(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The settings that learners' collections hang on, as last released."""

    name: str
    tag_prefix: str = ""
    decks: tuple[str, ...] = ()


class Head(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The first line. `renderers` are the versions of what decided the HTML of the last release."""

    deckwright: int
    deck: str
    releases: tuple[Release, ...] = ()
    frozen: Frozen | None = None
    renderers: dict[str, str] = {}


class State(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A content of a note (or a note type), by its digests, and the time of change that it ships with.

    Of a released state also the version that first carried it, the digest of the text that is matched, and the answer
    of each number.
    """

    source: str
    fields: str
    mod: int
    version: str = ""
    match: str = ""
    numbers: dict[int, str] = {}


class Type(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A note type: the digest of its frozen shape, and its contents as released and as drafted."""

    type: Family
    shape: str
    released: State | None = None
    draft: State | None = None


class Line(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A note. `nid` is its note id; `id` what learners search for, `explicit` where the author wrote it, `was` those before.

    `key` is the section's path, `group` the id of the section that a part belongs to; `match` the digest of the text
    when last seen and `sketch` what later texts are compared with (`identity.sketch`), both of the last build.
    `numbers` gives the answer of each cloze in the order of the text, `gone` those of numbers not in use any more, and
    `clashes` further answers that a merge found for a number. `retired` is empty, `draft` where the note went since the
    last release, else the version that went without it.
    """

    guid: str
    nid: int
    id: str
    family: Family
    key: tuple[str, ...]
    match: str
    sketch: str
    explicit: bool = False
    was: tuple[str, ...] = ()
    group: str = ""
    numbers: dict[int, str] = {}
    gone: dict[int, str] = {}
    clashes: tuple[tuple[int, str], ...] = ()
    released: State | None = None
    draft: State | None = None
    retired: str = ""


class Ledger(msgspec.Struct, frozen=True):
    """All of it. `types` by family, `lines` by guid."""

    head: Head
    types: Mapping[str, Type]
    lines: Mapping[str, Line]

    @property
    def last(self) -> Release | None:
        """The last release."""
        return self.head.releases[-1] if self.head.releases else None


def empty(deck_id: str) -> Ledger:
    return Ledger(Head(FORMAT, deck_id), {}, {})


def read(path: Path, deck_id: str) -> tuple[Ledger | None, list[Diagnostic]]:
    """The ledger at `path`, an empty one where there is none; None where it cannot be used."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return (None, [lost(Span(path.name))]) if _is_in_git(path) else (empty(deck_id), [])
    except OSError as error:
        return None, [unreadable(Span(path.name), error.strerror or str(error))]
    return parse(data, deck_id, path.name)


def parse(data: bytes, deck_id: str, name: str = FILE) -> tuple[Ledger | None, list[Diagnostic]]:
    """The ledger that the bytes are. `name` is the file's, for what is wrong with it."""
    heads: dict[Span, Head] = {}
    types: dict[str, Type] = {}
    lines: dict[str, Line] = {}
    found: list[Diagnostic] = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        if not raw.strip():
            continue
        if raw[:7] in (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||"):
            found.append(conflict_marker(_span(name, number, raw)))
            continue
        try:
            if raw.startswith(b'{"guid"'):
                line = _LINE.decode(raw)
                lines[line.guid] = _merged(lines[line.guid], line) if line.guid in lines else line
            elif raw.startswith(b'{"type"'):
                type_ = _TYPE.decode(raw)
                types[type_.type] = _merged_type(types[type_.type], type_) if type_.type in types else type_
            else:
                heads[_span(name, number, raw)] = _HEAD.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            found.append(corrupt_line(_span(name, number, raw), str(error)))
        except _TwoNotesError as error:
            found.append(two_notes(_span(name, number, raw), str(error)))
    if not found and not heads:
        found.append(corrupt_line(Span(name, 1, 1), "its first line is missing"))
    others = [other_format(span, head.deckwright) for span, head in heads.items() if head.deckwright != FORMAT]
    if others:  # What else is wrong is only that this format is not known here.
        return None, others
    found += [other_deck(span, head.deck, deck_id) for span, head in heads.items() if head.deck != deck_id]
    return (None if found else Ledger(_merged_heads(heads.values()), types, lines)), found


def _span(name: str, number: int, raw: bytes) -> Span:
    text = raw.decode("utf-8", "replace").rstrip("\r")
    return Span(name, number, 1, len(text), text)


def dump(ledger: Ledger) -> bytes:
    """The ledger's bytes: the same for equal ledgers."""
    types = [ledger.types[family] for family in sorted(ledger.types)]
    lines = [ledger.lines[guid] for guid in sorted(ledger.lines)]
    return _ENCODER.encode_lines([ledger.head, *types, *lines])


def write(ledger: Ledger, path: Path) -> bool:
    """Write the ledger if it differs from the file, in one step; whether it did."""
    data = dump(ledger)
    if path.is_file() and path.read_bytes() == data:
        return False
    files.replace(path, data)
    return True


def _is_in_git(path: Path) -> bool:
    """Whether the last commit has the file."""
    try:
        command = ["git", "-C", str(path.parent), "cat-file", "-e", f"HEAD:./{path.name}"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:  # There is no Git here.
        return False


_ENCODER = msgspec.json.Encoder()
_HEAD, _TYPE, _LINE = (msgspec.json.Decoder(kind) for kind in (Head, Type, Line))


# Merging


class _TwoNotesError(Exception):
    """Two lines with one guid are not of one note."""


def _merged(one: Line, other: Line) -> Line:
    """Two lines of one guid, as both branches of a merge left them, whatever their order.

    One of them is often only stale: Git keeps a line that its branch never touched beside its neighbours. The released
    part is the newer one; the content that was seen last (by the draft, else the release) says what the note is now.
    Every answer that a number had is kept: which of them it belongs to, the note's text says when it is numbered. A note
    that one branch retired and the other kept is kept: whether it is there the next build will see.
    """
    new, old = sorted((one, other), key=_freshness, reverse=True)
    released = max((s for s in (one.released, other.released) if s), key=_age, default=None)
    was = {*one.was, *other.was}
    explicit = {line.id for line in (one, other) if line.explicit}
    current = explicit - was if len(explicit) > 1 else explicit
    if one.family != other.family or len(current) > 1:
        raise _TwoNotesError(f"{' › '.join(one.key)}” and “{' › '.join(other.key)}")
    id_ = min(current or explicit or {one.id, other.id})
    answers: dict[int, set[str]] = {}
    for line in (one, other):
        for number, answer in (*line.numbers.items(), *line.gone.items(), *line.clashes):
            answers.setdefault(number, set()).add(answer)
    gone = sorted({*one.gone, *other.gone})
    numbers = [n for n in dict.fromkeys((*new.numbers, *old.numbers)) if n not in gone]
    return msgspec.structs.replace(
        new,
        nid=min(one.nid, other.nid),
        id=id_,
        explicit=bool(explicit),
        was=tuple(sorted((was | explicit) - {id_})),
        numbers={n: min(answers[n]) for n in numbers},
        gone={n: min(answers[n]) for n in gone},
        clashes=tuple((n, answer) for n in sorted(answers) for answer in sorted(answers[n])[1:]),
        released=released,
        draft=new.draft if new.draft and (released is None or new.draft.mod > released.mod) else None,
        retired=min(one.retired, other.retired),  # Nothing comes first, then a version, then the draft.
    )


def _age(state: State) -> tuple[int, str, bytes]:
    return state.mod, state.version, _ENCODER.encode(state)


def _freshness(line: Line) -> tuple[int, bool, bytes]:
    """The order of two lines of one note; the bytes decide where nothing else does, so that order in the file never does.

    Only what is taken over as a whole counts, so that three lines are the same note in whichever order they are merged.
    """
    last = line.draft or line.released
    whole = (line.key, line.match, line.sketch, line.group, line.draft)
    return last.mod if last else 0, line.draft is None, _ENCODER.encode(whole)


def _merged_type(one: Type, other: Type) -> Type:
    """Two lines of one note type; its shape is the released one's."""
    new, old = sorted((one, other), key=lambda t: (t.released is not None, _ENCODER.encode(t)), reverse=True)
    released = max((s for s in (one.released, other.released) if s), key=_age, default=None)
    draft = max((s for s in (one.draft, other.draft) if s), key=_age, default=None)
    shape = old.shape if released and released == old.released else new.shape
    return Type(one.type, shape, released, draft if draft and (not released or draft.mod > released.mod) else None)


def _merged_heads(heads: Iterable[Head]) -> Head:
    """The head that knows the most releases; the releases of both, by time."""
    heads = sorted(heads, key=lambda h: (h.releases[-1].time if h.releases else 0, _ENCODER.encode(h)))
    releases = {(r.time, r.version): r for head in heads for r in head.releases}
    return msgspec.structs.replace(heads[-1], releases=tuple(releases[key] for key in sorted(releases)))


@declare("I010")
def unreadable(reason: str) -> tuple[str, str]:
    """The ledger cannot be read.

    Without it every learner's progress would hang on guesses, so nothing is built.
    """
    return f"the ledger cannot be read: {reason}", "look at the permissions of deck.lock"


@declare("I011")
def conflict_marker() -> tuple[str, str]:
    """The ledger holds the conflict markers of a merge.

    Git could not merge `deck.lock` by itself: it needs the line `deck.lock merge=union` in `.gitattributes`, and GitHub
    does not read that. The lines of both sides belong into the file, in any order: Deckwright puts them together.
    """
    hint = "delete the lines with <<<<<<<, ======= and >>>>>>>, keep all others, and build again"
    return "the ledger holds a conflict marker", hint


@declare("I012")
def corrupt_line(reason: str) -> tuple[str, str]:
    """A line of the ledger cannot be read.

    The ledger is written by Deckwright alone; somebody else changed it, or it was cut off.
    """
    return f"this line of the ledger cannot be read: {reason}", "take the file back from Git: git checkout deck.lock"


@declare("I013")
def two_notes(keys: str) -> tuple[str, str]:
    """The ledger has one guid for two notes.

    Two branches cannot come to that by themselves. Which of the two learners know is in the history of the file.
    """
    return (
        f"the ledger has one guid for two notes: “{keys}”",
        "delete the line of the note that was released later, or not at all",
    )


@declare("I014")
def other_format(format_: int) -> tuple[str, str]:
    """The ledger was written by a newer Deckwright."""
    return (
        f"the ledger has format {format_}, and this Deckwright reads format {FORMAT}",
        "install the Deckwright that wrote it",
    )


@declare("I015")
def other_deck(ledger: str, settings: str) -> tuple[str, str]:
    """The ledger is another deck's, or the deck's id was changed.

    The id is part of every guid: with another one, learners would get every note a second time.
    """
    return f"the ledger is that of `{ledger}`, and the settings say id = `{settings}`", f'write id = "{ledger}" again'


@declare("I019")
def lost() -> tuple[str, str]:
    """The ledger is gone.

    The last commit has it. Without it every note would be new, and learners would get all of them a second time.
    """
    return "the ledger is gone, and the last commit has it", "take it back: git checkout deck.lock"
