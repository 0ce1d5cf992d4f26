"""A Markdown file → its notes as their author wrote them: each section, or each part of one, becomes a note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from msgspec import structs

from ..diagnostics import Diagnostic, has_errors
from ..limits import MAX_EXCERPTS
from ..model import NoteSettings, OwnKind, Span, Written
from ..read import sections
from ..read.sections import Section
from ..render import Renderer, runs_left
from . import content, cuts, shared, slips
from .context import Context
from .kinds import KINDS, Kind, table
from .own import no_cards, other_keys
from .parts import Part


def compile_file(
    path: str, data: bytes, settings: NoteSettings, owned: tuple[OwnKind, ...] = ()
) -> tuple[list[Written], list[Diagnostic]]:
    """The notes in `data`, the content of the file at `path` (relative to the root, with `/`), in document order; and
    everything that is wrong with it, in no order. Notes with errors are left out. `owned` are the note types of the project.

    The result depends only on the arguments: what is kept for the next call changes none. Arguments and result can be
    pickled, and encoded by msgspec.
    """
    kinds, vocabulary = table(owned)
    read, found = sections.read(path, data, vocabulary)
    context = Context()
    written: list[Written] = []
    for section in read:
        made, wrong = make(section, settings, context, kinds)
        written += made
        found += wrong
    return written, found if len(found) <= MAX_EXCERPTS else _with_few_excerpts(found)


def _with_few_excerpts(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """What was found; of those in one line, only so many show it."""
    seen: Counter[int] = Counter()
    kept = []
    for one in found:
        seen[one.span.line] += 1
        is_shown = seen[one.span.line] <= MAX_EXCERPTS
        kept.append(one if is_shown else structs.replace(one, span=replace(one.span, text="")))
    return kept


def make(
    section: Section, settings: NoteSettings, context: Context | None = None, kinds: Mapping[str, Kind] = KINDS
) -> tuple[list[Written], list[Diagnostic]]:
    """The notes of a section in document order, without those that have errors. All sections of a file can share a
    `context`, so that each heading is rendered only once.
    """
    kind = kinds[section.kind]
    parts, found = cuts.cut(section, kind.divided)
    context = context or Context()
    made: list[Written] = []
    for part in parts:
        note, wrong = _note(part, section, kind, settings, context)
        found += wrong
        if note:
            made.append(note)
    return made, found


def ids(path: str, data: bytes, owned: tuple[OwnKind, ...] = ()) -> list[tuple[str, Span]]:
    """The ids that the notes of a file were given by hand, with their places; those of notes that have errors too."""
    return sections.ids(path, data, table(owned).vocabulary)


def _note(
    part: Part, section: Section, kind: Kind, settings: NoteSettings, context: Context
) -> tuple[Written | None, list[Diagnostic]]:
    own = part.own()
    renderer = Renderer(section.file, section.document, runs_left(own, section.document))
    made, found = kind.make(part, section, renderer)
    if made.instead and section.by_default:
        # A deletion that is not read as one may be why there is none.
        found += [one for one in renderer.diagnostics if one.code.startswith("C")]
        return None, [made.instead, *_told_once(one for one in found if one.severity == "warning")]
    makers = ((kind.context, context.field), (kind.source, shared.source))
    fields = made.fields | {name: make(part, section, renderer) for name, make in makers if name}
    tags, wrong = shared.tags(part, section, settings)
    deck, worse = shared.deck(section, settings)
    found += [*wrong, *worse, *renderer.diagnostics]
    found += slips.foreign(own, section.file)
    found += other_keys(part, section, kind)
    if kind.own and not has_errors(found):
        found += no_cards(part, fields, tags, kind.own)
    found = _told_once(found)
    if has_errors(found):
        return None, found
    note = Written(
        note_type=kind.note_type,
        fields=fields,
        tags=tags,
        deck=deck,
        path=context.path(part, section),
        text=content.text(own, section.document),
        source=content.source(part, section, context.source(part, section), tags, kind.own),
        span=part.span,
        id=part.tag.id,
        was=part.tag.was,
        group=section.tag.id if part.name else "",
        deletions=tuple(renderer.deletions),
        references=tuple(renderer.references),
        mode=made.mode,
        asked=made.asked,
        allowed=tuple(dict.fromkeys((*section.tag.allowed, *part.tag.allowed))),
        beside=(kind.id, kind.source),
    )
    return note, found


def _told_once(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The same without a `==` that has no partner (C010) where it is part of what looks like a deletion (C012)."""
    told = list(found)
    if not told:
        return told
    like = [one.span for one in told if one.code == "C012"]
    return [one for one in told if one.code != "C010" or not any(_holds(span, one.span) for span in like)]


def _holds(span: Span, other: Span) -> bool:
    return span.line == other.line and span.column <= other.column < span.column + span.length
