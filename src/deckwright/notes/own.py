"""A part of a section of a note type of the project → its fields, as the note type says what goes to which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.cloze import no_deletion
from ..diagnostics.note import stays_prose
from ..diagnostics.notetype import broken, near_label, no_card, no_place, other_key, twice, unseen_heading
from ..generation import cards_of_fronts
from ..model import OwnKind, SectionPart
from ..patterns import pattern
from ..read.blocks import Block
from ..read.sections import Section
from ..read.tags import Kind
from ..render import Renderer
from ..templates import parse, with_cloze
from . import content, labels, slips
from .cloze import elsewhere
from .parts import Made, Part
from .shared import as_leaf, as_paragraph

_DOT = ' <span class="dw-dot">·</span> '


class _Held(NamedTuple):
    """What is left of a part when labels have theirs: the question, the blocks above the break, the answer, and rows of it with
    their heads.
    """

    asked: list[Block]
    above: list[Block]
    answer: list[Block]
    rows: list[tuple[Block, Block]]


def make(part: Part, section: Section, renderer: Renderer, kind: OwnKind) -> tuple[Made, list[Diagnostic]]:
    """The fields of one note, without Context and Source.

    A section that is cloze only by the front matter makes no note if it hides nothing.
    """
    if kind.is_broken:
        return Made({}), [broken(section.span, kind.name)]
    found: list[Diagnostic] = []
    known = {field.label.casefold(): field.label for field in kind.fields if field.label}
    above, of_above = labels.read(part.above, known)
    answer, of_answer = labels.read(part.answer, known)
    columns = [(_label(head, section, known), cell) for head, cell in _columns(part, kind)]
    of_columns = [(label, (cell,), cell.first + 1) for label, cell in columns if label and cell.text]
    told = [*of_above, *of_answer, *of_columns]
    labelled = {label: held for label, held, _ in told}
    found += _twice(part, section, kind, told)
    for written, label, block, begin in labels.near((*part.above, *part.answer), known):
        found.append(near_label(section.file.span(*block.place(begin), len(written)), written, label))
    taken = [id(cell) for label, cell in columns if label]
    rows = [pair for pair in part.labelled if id(pair[1]) not in taken]
    answer = [block for block in answer if id(block) not in taken]
    if len(columns) - len(taken) == 1:  # Its head says nothing that the field does not.
        answer, rows = [*answer, *(cell for _, cell in rows)], []
    given = {word.name: word.value for word in content.given(part, section)}
    with_deletions = _asking(kind) if labelled else set()
    asking = {
        field.label: field.name for field in kind.fields if field.label in labelled and field.name in with_deletions
    }
    fields = {}
    for field in kind.fields:
        if field.key in given:
            fields[field.name] = renderer.inline(as_leaf(given[field.key], part, section))
        elif field.label in labelled and field.label not in asking:
            fields[field.name] = _blocks(labelled[field.label], renderer)
    asked = [block for block in part.asked if id(block) not in taken]
    held = _Held(asked, above, answer, rows)
    parts = _parts(part, kind, held, renderer)
    found += [*_lost(part, section, kind, held), *_unseen(part, section, kind)]
    for name, value in parts.items():
        if target := kind.of(name):
            fields[target] = value
    if kind.family == "cloze":
        for label, field_name in asking.items():
            fields[field_name] = _with_deletions(labelled[label], renderer)
        silent = (block for label, blocks in labelled.items() if label not in asking for block in blocks)
        renderer.report_unasked((*part.asked, *above, *part.extra, *silent))
        found += slips.deletions([*answer, *(block for label in asking for block in labelled[label])], section.file)
        if not renderer.deletions and not has_errors(renderer.diagnostics):
            where = elsewhere(part, section)
            instead = stays_prose(section.span, "cloze", where)
            return Made(fields, instead), [no_deletion(part.span, where), *found]
    return Made(fields), found


def _columns(part: Part, kind: OwnKind) -> Sequence[tuple[Block, Block]]:
    """The columns of a row whose heads can be labels. The first one asks, if the note type has a field for that."""
    if not part.columns or kind.of("heading"):
        return part.columns
    return [(part.heads[0], part.asked[0]), *part.columns]


def _label(head: Block, section: Section, known: Mapping[str, str]) -> str:
    """The label that is the head of a column; empty if it is none."""
    return known.get(content.text([head], section.document).casefold(), "")


def _parts(part: Part, kind: OwnKind, held: _Held, renderer: Renderer) -> dict[SectionPart, str]:
    """The HTML of the parts of a section. What has no field of its own goes to the next: what stands above the break to the
    heading, or else the answer, and the closing alert to the answer.
    """
    _, above, answer, rows = held
    extra = [as_paragraph(block) for block in part.extra]
    if not kind.of("extra"):
        answer, extra = [*answer, *part.extra], []
    heading = ""
    if kind.of("heading"):
        heading = _DOT.join(renderer.inline(leaf) for leaf in part.asked)
    stem = ""
    if above and (kind.of("above") or kind.of("heading")):
        stem = renderer.blocks(above) if heading or kind.of("above") else _blocks(above, renderer)
        if not kind.of("above"):
            heading = f'<div class="dw-stem">{stem}</div>\n{heading}' if part.name else heading + stem
    elif above:
        answer = [*above, *answer]
    if kind.family == "cloze":
        text = _with_deletions(answer, renderer)
    elif not kind.of("answer"):
        text = ""
    elif rows:
        pairs = (f"<dt>{renderer.inline(head)}</dt><dd>{renderer.inline(cell)}</dd>" for head, cell in rows)
        text = f'<dl class="dw-row">{"".join(pairs)}</dl>' + _blocks(answer, renderer)
    else:
        text = _blocks(answer, renderer)
    return {"heading": heading, "above": stem, "answer": text, "extra": renderer.blocks(extra)}


def _asking(kind: OwnKind) -> set[str]:
    """The fields of a cloze type whose deletions its fronts hide: those of `{{cloze:…}}`."""
    if kind.family == "basic":
        return set()
    return set(with_cloze(kind.fronts))


def _with_deletions(held: Sequence[Block], renderer: Renderer) -> str:
    """Blocks with deletions, likewise as a field has them."""
    blocks, is_paragraph = _as_blocks(held)
    if is_paragraph:
        blocks = [replace(blocks[0], tight=True)]
    return _FOR_ALL.sub("{{c0::", renderer.cloze(blocks))


_FOR_ALL = pattern(r"\{<wbr>\{c0::(?=image-occlusion:)")
"""A shape of Anki's mask editor that is drawn on all cards, as it stands in HTML where nothing is asked."""


def _blocks(held: Sequence[Block], renderer: Renderer) -> str:
    """Blocks as a field has them. A paragraph that is alone needs no element around it."""
    blocks, is_paragraph = _as_blocks(held)
    return renderer.inline(blocks[0]) if is_paragraph else renderer.blocks(blocks)


def _as_blocks(held: Sequence[Block]) -> tuple[list[Block], bool]:
    """The blocks, with cells and the like as paragraphs, and whether a paragraph is alone."""
    blocks = [as_paragraph(block, alone=len(held) == 1) for block in held]
    return blocks, len(blocks) == 1 and blocks[0].kind == "paragraph"


def _twice(part: Part, section: Section, kind: OwnKind, held: Sequence[labels.Labelled]) -> Iterator[Diagnostic]:
    """Fields that two labels fill, or a label and an attribute."""
    given = {word.name: word for word in content.given(part, section)}
    keys = {field.label: field.key for field in kind.fields if field.label}
    lines: dict[str, int] = {}
    for label, _, line in held:
        place = section.file.span(line - 1, 0, 1_000)
        if label in lines:
            yield twice(place, f"`{label}`", lines[label])
        elif word := given.get(keys[label]):
            yield twice(place, f"`{label}`", word.span.line)
        lines.setdefault(label, line)


def _lost(part: Part, section: Section, kind: OwnKind, held: _Held) -> Iterator[Diagnostic]:
    """What no field takes. The heading of a whole section may be there for its readers alone."""
    if part.name and kind.family == "basic" and not kind.of("heading") and held.asked:
        place = section.file.span(held.asked[0].first, 0, 1_000)
        yield no_place(place, "the first cell of this row" if part.heads else "the lead of this item", kind.name)
    if kind.of("answer"):
        return
    lost = [*held.answer, *(cell for _, cell in held.rows), *(() if kind.of("extra") else part.extra)]
    if not kind.of("above") and not kind.of("heading"):
        lost += held.above
    if first := next(filter(content.is_text, lost), None):
        place = section.file.span(first.first, 0, 1_000)
        what = "the answer of this section" if held.answer or held.rows else "this part of the section"
        yield no_place(place, what, kind.name)


def _unseen(part: Part, section: Section, kind: OwnKind) -> Iterator[Diagnostic]:
    """The heading of a whole section, if nothing takes it and it has words that the rest of the note has not."""
    if part.name or kind.of("heading"):
        return
    asked = _WORD.findall(content.text(part.asked, section.document).casefold())
    rest = (*part.above, *part.answer, *(block for pair in part.labelled for block in pair), *part.extra)
    values = (word.value for word in content.given(part, section))
    said = " ".join([content.text(rest, section.document), *values]).casefold() if asked else ""
    if any(word not in said for word in asked):
        yield unseen_heading(section.span, kind.name)


_WORD = pattern(r"[^\W\d_]+")


def other_keys(part: Part, section: Section, kind: Kind) -> Iterator[Diagnostic]:
    """The attributes of note types of the project that do not go with the kind of a note."""
    for word in dict.fromkeys(content.given(part, section)):
        if word.name not in kind.keys:
            yield other_key(word.span, word.name, kind.name, kind.keys)


def no_cards(part: Part, fields: Mapping[str, str], tags: Sequence[str], kind: OwnKind) -> list[Diagnostic]:
    """What is wrong with a note of which Anki would make no card. The ID of a note is never empty."""
    if kind.family != "basic":
        return []
    names = [field.name for field in kind.fields]
    filled = {**fields, kind.of("id"): "ID"}
    if cards_of_fronts(names, [filled.get(name, "") for name in names], tags, kind.fronts):
        return []
    asked = {piece.field for front in kind.fronts for piece in parse(front).parts if not isinstance(piece, str)}
    missing = [name for name in names if name in asked and not fields.get(name)]
    return [no_card(part.span, kind.name, missing)]
