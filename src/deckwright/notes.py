"""A section → its notes: what is asked, what answers, and what stands beside."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from . import clozes, diagrams, media, tags
from .blocks import Block
from .diagnostics import Diagnostic, declare, has_errors
from .inlines import scan
from .markup import Renderer, plain
from .model import Note, Settings, Span
from .project import name_problem
from .sections import Section
from .tags import Tag

MAX_TYPED = 60
"""Characters of a typed answer: more is not typed on a phone."""


def make(section: Section, settings: Settings) -> tuple[list[Note], list[Diagnostic]]:
    """The notes of a section in document order, their identity still empty; those with errors are left out."""
    found: list[Diagnostic] = []
    body, extra = _closing_alert(section.body)
    match section.tag.cut:
        case "items":
            parts = list(_items(section, body, extra, found))
        case "rows":
            parts = list(_rows(section, body, extra, found))
        case "cells":
            parts = list(_cells(section, body, extra, found))
        case _:
            parts = [_whole(section, body, extra)]
    if section.tag.cut and not parts and not found:
        found.append(nothing_to_cut(section.span, section.tag.cut))
    made = []
    for part in parts:
        note, wrong = _note(part, section, settings)
        found += wrong
        if note and not has_errors(wrong):
            made.append(note)
    return made, found


@dataclass(frozen=True, slots=True)
class _Part:
    """What becomes one note.

    `asked` are the leaves of the question (of a cloze note: its header); `above` what is shown with it, `answer` the
    blocks that answer (a cloze note's text), `labelled` a row's cells with their column's head. `name` tells the part
    from the others of its section; it is empty for a whole section.
    """

    asked: tuple[Block, ...]
    above: tuple[Block, ...]
    answer: tuple[Block, ...]
    extra: tuple[Block, ...]
    tag: Tag
    span: Span
    name: str = ""
    labelled: tuple[tuple[Block, Block], ...] = ()

    def own(self) -> tuple[Block, ...]:
        """All blocks of the note's own, those inside them not counted."""
        return (*self.asked, *self.above, *self.answer, *(b for pair in self.labelled for b in pair), *self.extra)


# Sections → parts


def _is_text(block: Block) -> bool:
    return block.kind not in ("comment", "private")


def _closing_alert(body: Sequence[Block]) -> tuple[list[Block], tuple[Block, ...]]:
    """The body without what is for nobody, and the alert that closes it, unless it is all there is."""
    held = [block for block in body if _is_text(block)]
    while held and held[-1].kind == "rule":
        held.pop()
    if len(held) > 1 and held[-1].kind == "alert":
        return held[:-1], held[-1].children
    return held, ()


def _at_break(body: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """What stands above the first thematic break, and what stands below it; nothing and all where there is none."""
    position = next((number for number, block in enumerate(body) if block.kind == "rule"), None)
    return ((), tuple(body)) if position is None else (tuple(body[:position]), tuple(body[position + 1 :]))


def _whole(section: Section, body: Sequence[Block], extra: tuple[Block, ...]) -> _Part:
    above, answer = _at_break(body) if section.kind == "basic" else ((), tuple(body))
    return _Part((section.title,), above, answer, extra, section.tag, section.span)


def _items(
    section: Section, body: Sequence[Block], extra: tuple[Block, ...], found: list[Diagnostic]
) -> Iterator[_Part]:
    """A part for each top-level item of a list, and for each term of a definition list."""
    above, below = _at_break(body)
    for block in below:
        if block.kind == "definitions":
            yield from _definitions(section, block, above, extra)
        for item in block.children if block.kind == "list" else ():
            blocks, tag, wrong = _own_tag(item.children, section)
            found += wrong
            if tag.kind == "skip" or not blocks or has_errors(wrong):
                continue
            span = _span(section, next(b for b in (*blocks, item) for b in b.walk() if b.starts or b is item))
            if section.kind == "cloze":
                asked = (section.title,)
                name = " ".join(plain_text(blocks).split()[:8])
                yield _Part(asked, above, tuple(blocks), extra, tag, span, name)
            elif lead := _lead(blocks[0]):
                asked_leaf, rest = lead
                answer = ([rest] if rest.text else []) + blocks[1:]
                yield _Part((asked_leaf,), above, tuple(answer), extra, tag, span, plain_text([asked_leaf]))
            else:
                found.append(no_lead(span))


def _definitions(section: Section, block: Block, above: tuple[Block, ...], extra: tuple[Block, ...]) -> Iterator[_Part]:
    terms: list[Block] = []
    answers: list[Block] = []
    for child in (*block.children, None):
        if terms and answers and (child is None or child.kind == "term"):
            several = replace(block, children=tuple(answers))
            answer = answers[0].children if len(answers) == 1 else (several,)
            yield _Part(tuple(terms), above, answer, extra, Tag(), _span(section, terms[0]), plain_text(terms))
            terms, answers = [], []
        if child is not None:
            (terms if child.kind == "term" else answers).append(child)


_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_AFTER_LEAD = re.compile(r"\s*[:：]\s*|\s+(?:-{1,3}|[–—])\s+|\s*[–—]\s*|\s*")


def _lead(leaf: Block) -> tuple[Block, Block] | None:
    """An item's lead, bold or code, without its colon or dash, and the rest of its text."""
    if leaf.kind != "paragraph":
        return None
    if strong := _STRONG.match(leaf.text):
        lead, end = leaf.cut(*strong.span(2)), strong.end()
        lead = lead.cut(0, len(lead.text.rstrip(":：")))
    elif (pieces := scan(leaf.text)) and pieces[0].kind == "code" and pieces[0].start == 0:
        lead, end = leaf.cut(0, pieces[0].end), pieces[0].end
    else:
        return None
    after = _AFTER_LEAD.match(leaf.text, end)
    return lead, leaf.cut(after.end() if after else end)


def _own_tag(held: Sequence[Block], section: Section) -> tuple[list[Block], Tag, list[Diagnostic]]:
    """The blocks of an item without the tag that it may end in, and that tag."""
    blocks = [block for block in held if _is_text(block) or tags.is_tag(block.text)]
    for position in {0, len(blocks) - 1} if blocks else ():
        leaf = blocks[position]
        if leaf.kind == "comment":
            words, found = tags.of_comment(leaf, section.file)
            kept = blocks[:position] + blocks[position + 1 :]
        elif leaf.kind in ("paragraph", "cell") and (comment := _final_comment(leaf)):
            words, found = tags.of_comment(comment, section.file)
            rest = leaf.cut(0, leaf.text.rindex("<!--"))
            kept = [*blocks[:position], rest, *blocks[position + 1 :]]
        else:
            continue
        tag, wrong = tags.combine(words)
        found += wrong
        if tag.cut or tag.kind not in ("", "skip"):
            found.append(part_of_kind(tag.span or section.span))
        return kept, tag, found
    return blocks, Tag(), []


def _final_comment(leaf: Block) -> Block | None:
    """The comment at the end of a leaf, if it is a tag."""
    pieces = scan(leaf.text)
    if (
        not pieces
        or pieces[-1].kind != "comment"
        or leaf.text[pieces[-1].end :].strip()
        or not tags.is_tag(pieces[-1].text)
    ):
        return None
    return replace(leaf.cut(pieces[-1].start + 4, pieces[-1].end - 3), kind="comment")


def _tables(body: Sequence[Block]) -> tuple[tuple[Block, ...], list[Block]]:
    above, below = _at_break(body)
    return above, [block for block in below if block.kind == "table"]


def _is_extra(head: Block) -> bool:
    return plain_text([head]).casefold() == "extra"


def _rows(
    section: Section, body: Sequence[Block], extra: tuple[Block, ...], found: list[Diagnostic]
) -> Iterator[_Part]:
    """A part for each row: its first cell asks, the others answer."""
    above, tables = _tables(body)
    for table in tables:
        heads = table.children[0].children
        for row in table.children[1:]:
            (first, *others), tag, wrong = _tagged_row(row, section)
            found += wrong
            if tag.kind == "skip" or has_errors(wrong):
                continue
            answers = [(head, cell) for head, cell in zip(heads[1:], others, strict=True) if cell.text]
            own = tuple(cell for head, cell in answers if _is_extra(head))
            answers = [(head, cell) for head, cell in answers if not _is_extra(head)]
            labelled = sum(not _is_extra(head) for head in heads[1:]) > 1
            answer = () if labelled else tuple(cell for _, cell in answers)
            yield _Part(
                (first,), above, answer, (*own, *extra), tag, _span(section, first), plain_text([first]),
                tuple(answers) if labelled else (),
            )  # fmt: skip


def _cells(
    section: Section, body: Sequence[Block], extra: tuple[Block, ...], found: list[Diagnostic]
) -> Iterator[_Part]:
    """A part for each filled inner cell, asked for by the heads of its row and its column."""
    above, tables = _tables(body)
    for table in tables:
        heads = table.children[0].children
        for row in table.children[1:]:
            (first, *others), tag, wrong = _tagged_row(row, section)
            if tag.id:
                wrong.append(id_of_cells(tag.id_span or section.span, tag.id))
            found += wrong
            if tag.kind == "skip" or has_errors(wrong):
                continue
            filled = [(head, cell) for head, cell in zip(heads[1:], others, strict=True) if cell.text]
            own = tuple(cell for head, cell in filled if _is_extra(head))
            for head, cell in filled:
                if not _is_extra(head):
                    name = f"{plain_text([first])} {plain_text([head])}"
                    yield _Part((first, head), above, (cell,), (*own, *extra), tag, _span(section, cell), name)


def _tagged_row(row: Block, section: Section) -> tuple[list[Block], Tag, list[Diagnostic]]:
    """A row's cells without the tag that the last one may end in, and that tag."""
    *cells, last = row.children
    rest, tag, found = _own_tag([last], section)
    return [*cells, *(rest or [last.cut(0, 0)])], tag, found


def _span(section: Section, leaf: Block) -> Span:
    indent = len(leaf.text) - len(leaf.text.lstrip())
    line, column = leaf.place(indent)
    return section.file.span(line, column, len(leaf.text.lstrip().split("\n")[0]) or 1)


# Parts → notes


def _note(part: _Part, section: Section, settings: Settings) -> tuple[Note | None, list[Diagnostic]]:
    renderer = Renderer(section.file, section.document)
    make_fields = {"basic": _basic, "cloze": _cloze, "occlusion": _occlusion}[section.kind]
    fields, found = make_fields(part, section, renderer)
    fields |= {
        "Context": _context(part, section, renderer),
        "Source": _source(part, section, renderer),
    }
    found += renderer.diagnostics
    found += [media.remote(span, address) for address, span in renderer.remote]
    anki_tags, wrong = _anki_tags(part, section, settings)
    deck, worse = _deck(section, settings)
    found += wrong + worse
    if section.by_default and any(diagnostic.code in ("C001", "O001") for diagnostic in found):
        return None, [stays_prose(section.span, section.kind)]
    if section.by_default and section.kind == "basic" and part.answer and all(map(_is_link, part.answer)):
        return None, [only_links(section.span)]
    own = json.dumps([_canonical(block) for block in (*part.asked, *part.above, *part.answer, *part.extra)])
    labels = json.dumps([[_folded(head.text), _folded(cell.text)] for head, cell in part.labelled])
    options = [
        section.kind,
        section.tag.cut,
        *sorted(section.tag.switches | part.tag.switches),
        fields.get("Typed", ""),
        section.tag.mode,
        *section.tag.masks,
    ]
    definitions = json.dumps(_definitions_used(part, section), sort_keys=True)
    note = Note(
        family=section.kind,
        fields=fields,
        tags=anki_tags,
        deck=deck,
        id=part.tag.id or None,
        path=tuple(plain_text([title]) for title in (*section.headings, section.title))
        + ((part.name,) if part.name else ()),
        match=plain_text(part.own()),
        source="\n".join([own, labels, *options, *anki_tags, plain(fields["Context"]), definitions]),
        span=part.span,
        deletions=tuple(renderer.deletions),
        references=tuple(renderer.references),
        group=section.tag.id if part.name else "",
        was=part.tag.was,
        mode=part.tag.mode or ("hide-all" if section.kind == "occlusion" else ""),
        asked=part.tag.masks,
    )
    return note, found


def _basic(part: _Part, section: Section, renderer: Renderer) -> tuple[dict[str, str], list[Diagnostic]]:
    question = ' <span class="dot">·</span> '.join(renderer.inline(leaf) for leaf in part.asked)
    above = renderer.blocks(part.above)
    front = f'<div class="stem">{above}</div>\n{question}' if part.name and above else question + above
    back = renderer.blocks(_as_paragraph(block, alone=len(part.answer) == 1) for block in part.answer)
    if part.labelled:
        rows = (f"<dt>{renderer.inline(head)}</dt><dd>{renderer.inline(cell)}</dd>" for head, cell in part.labelled)
        back = f'<dl class="row">{"".join(rows)}</dl>'
    switches = section.tag.switches | part.tag.switches
    found = []
    if not _shows(question):
        found.append(empty_front(part.span))
    if not _shows(back) and not has_errors(renderer.diagnostics):
        found.append(empty_back(part.span))
    fields = {"Front": front, "Back": back, "Extra": _extra(part, renderer)}
    if "reversed" in switches:
        fields["Reversed"] = "yes"
    if "typed" in switches:
        typed = part.tag.typed or section.tag.typed or _typed(part, back)
        fields["Typed"] = html.escape(typed, quote=False)
        if len(typed) > MAX_TYPED or not typed:
            found.append(long_typed(part.span, typed))
    return fields, found


def _cloze(part: _Part, section: Section, renderer: Renderer) -> tuple[dict[str, str], list[Diagnostic]]:
    text = renderer.cloze(part.answer)
    above = renderer.blocks(part.above)
    renderer.report_unasked((*part.asked, *part.above, *part.extra))
    header = "" if section.tag.context is not None else renderer.inline(part.asked[0])
    wrong = has_errors(renderer.diagnostics)
    found = [] if renderer.deletions or wrong else [clozes.no_deletion(part.span)]
    text = f'<div class="stem">{above}</div>\n{text}' if above else text
    return {"Text": text, "Header": "" if part.name else header, "Extra": _extra(part, renderer)}, found


def _extra(part: _Part, renderer: Renderer) -> str:
    return renderer.blocks(_as_paragraph(block) for block in part.extra)


def _occlusion(part: _Part, section: Section, renderer: Renderer) -> tuple[dict[str, str], list[Diagnostic]]:
    """The first picture of the section is the one with the masks; what stands above it goes to the header."""
    blocks = [_as_paragraph(block) for block in part.answer]
    position = next((n for n, block in enumerate(blocks) if block.kind == "paragraph" and _picture(block)), None)
    if position is None:
        return {}, [diagrams.no_image(part.span)]
    leaf = blocks[position]
    start, end = _picture(leaf) or (0, 0)
    above, below = leaf.cut(0, start), leaf.cut(end)
    image = renderer.inline(leaf.cut(start, end))
    if not renderer.references:  # A remote picture has no file to find masks in.
        return {"Image": image}, [diagrams.no_image(part.span)]
    # Anki's mask editor finds the picture only in an element written just so (rslib/src/image_occlusion/imagedata.rs).
    image = re.sub(r'(<img src="[^"]*")[^>]*>', r"\1>", image)
    header = "" if section.tag.context is not None else renderer.inline(section.title)
    header += renderer.blocks([*blocks[:position], *([above] if above.text else [])])
    after = renderer.blocks([*([below] if below.text else []), *blocks[position + 1 :]])
    return {"Image": image, "Header": header, "Back Extra": after + _extra(part, renderer)}, []


_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])?")


def _picture(leaf: Block) -> tuple[int, int] | None:
    """Where the first picture of a leaf stands in its text."""
    embeds = [(piece.start, piece.end) for piece in scan(leaf.text) if piece.kind == "embed"]
    images = [found.span() for found in _IMAGE.finditer(leaf.text) if not leaf.text.startswith("![[", found.start())]
    return min(embeds + images, default=None)


_LINK = re.compile(r"\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])|<?https?://\S+|\bTODO\b:?")


def _is_link(block: Block) -> bool:
    """Whether a block says nothing but where to read on."""
    leaves = [leaf for leaf in block.walk() if leaf.text or leaf.kind == "code"]
    return all(b.kind == "paragraph" and not _picture(b) and not _LINK.sub("", b.text).strip() for b in leaves)


def _shows(rendered: str) -> bool:
    """Whether a field shows something: text, or a picture, a sound or a film."""
    return bool(plain(rendered)) or bool(re.search(r"<(?:img|video|audio|hr)\b|\[sound:", rendered))


def _as_paragraph(block: Block, alone: bool = False) -> Block:
    """A cell, a title or a tight item's text as a paragraph of its own; one that stands `alone` needs no element."""
    if block.kind in ("cell", "term") or (block.kind == "paragraph" and block.tight):
        return replace(block, kind="paragraph", tight=alone, info="")
    return block


def _typed(part: _Part, back: str) -> str:
    """The first code span of the answer, else its first line."""
    for leaf in (b for block in (*part.answer, *(c for _, c in part.labelled)) for b in block.walk()):
        if leaf.kind in ("paragraph", "cell", "term"):
            for piece in scan(leaf.text):
                if piece.kind == "code":
                    return piece.text.strip()
    return plain(re.split(r"</p>|<br>|</li>|</dd>|<pre|\n", back.strip(), maxsplit=1)[0])


def _context(part: _Part, section: Section, renderer: Renderer) -> str:
    """The headings above, with a cut section's own as the last; or what the author wrote in their place."""
    own = part.tag.context if part.tag.context is not None else section.tag.context
    written = own if own is not None else section.front_matter.context
    if written is None:
        crumbs = [renderer.inline(title) for title in section.headings]
    else:
        crumbs = [renderer.inline(Block("paragraph", part.span.line - 1, part.span.line, text=written))]
    if part.name and own is None:
        crumbs.append(renderer.inline(section.title))
    return ' <span class="crumb">›</span> '.join(crumb for crumb in crumbs if crumb)


def _source(part: _Part, section: Section, renderer: Renderer) -> str:
    """The author's source: a link shown without its scheme, or Markdown."""
    given = (part.tag.source, section.tag.source, section.front_matter.source)
    written = next((source for source in given if source is not None), "")
    if not re.fullmatch(r"https?://[^\s<>\"]+", written):
        return renderer.inline(Block("paragraph", part.span.line - 1, part.span.line, text=written)) if written else ""
    address = urlsplit(written)
    shown = (address.netloc + address.path).rstrip("/").removeprefix("www.")
    return f'<a href="{html.escape(written)}">{html.escape(shown)}</a>'


def _anki_tags(part: _Part, section: Section, settings: Settings) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """The note's tags with the deck's prefix, sorted."""
    made, found = [], []
    prefix = settings.tag_prefix.replace("/", "::")
    of_file = section.front_matter.places.get("tags", part.span)
    given = [(of_file, tag) for tag in section.front_matter.tags]
    given += [(part.span, tag) for tag in (*section.tag.tags, *part.tag.tags)]
    for span, written in given:
        tag = written.replace("/", "::")
        if not all(tag.split("::")) or re.search(r"[\s\u3000\"]", tag):
            found.append(bad_tag(span, written))
        made.append(f"{prefix}::{tag}" if prefix else tag)
    return tuple(sorted(set(made))), found


def _deck(section: Section, settings: Settings) -> tuple[str, list[Diagnostic]]:
    below = section.front_matter.deck
    deck = f"{settings.name}::{below}" if below else settings.name
    problem = name_problem(deck)
    place = section.front_matter.places.get("deck", section.span)
    return deck, [bad_deck(place, below, problem)] if problem else []


# What the author wrote, for comparing


def plain_text(held: Iterable[Block]) -> str:
    """The leaves' own text on one line, without the marks of emphasis, without clozes' marks, numbers and hints, and
    without the folders of what it links to.
    """
    found = []
    for block in held:
        for leaf in block.walk():
            if leaf.kind in ("comment", "private") or not leaf.text:
                continue
            text = leaf.text
            if leaf.kind in ("code", "maths", "html"):
                text = _without(text, [(start, end) for start, end, _, _ in clozes.in_code(text)])
            else:
                pieces = scan(text)
                silent = [(p.start, p.end) for p in pieces if p.kind in ("comment", "private")]
                pairs, _, _ = clozes.pair(text, pieces)
                marks = [place for p in pairs for place in ((p.open.start, p.start), (p.end, p.close.end))]
                text = _without(text, silent + marks)
                text = re.sub(r"\]\(<?[^()<>]*/(?=[^()<>/]*\))", "](", text)
                text = re.sub(r"(?<!\w)[*_]+(?=\S)|(?<=\S)[*_]+(?!\w)|`+", "", text)
                text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
            found.append(" ".join(text.split()))
    return " ".join(text for text in found if text)


def _without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The text without some stretches of it, which may lie in one another."""
    kept, position = [], 0
    for start, end in sorted(places):
        kept.append(text[position:start])
        position = max(position, end)
    return "".join([*kept, text[position:]])


def _canonical(block: Block) -> list:
    """A block in a form that a formatter does not change: no places, no list markers, white space folded."""
    text = block.text if block.kind in ("code", "maths", "html") else _folded(block.text)
    children = [_canonical(child) for child in block.children if _is_text(child)]
    info = block.info if block.kind != "list" else bool(block.info)
    return [block.kind, info, text, children]


def _folded(text: str) -> str:
    """Text with white space folded, its comments left out, and one of the two spellings of emphasis."""
    for piece in reversed([p for p in scan(text) if p.kind in ("comment", "private")]):
        text = text[: piece.start] + text[piece.end :]
    return re.sub(r"(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)", lambda m: "*" * len(m[0]), " ".join(text.split()))


def _definitions_used(part: _Part, section: Section) -> dict[str, object]:
    """The link definitions and footnotes of the file that a note's text refers to."""
    used: dict[str, object] = {}
    for leaf in (inner for block in part.own() for inner in block.walk()):
        for label in re.findall(r"\[\^?([^\[\]]+)\]", leaf.text):
            folded = " ".join(label.split()).lower()
            if folded in section.document.references:
                used[folded] = section.document.references[folded]
            if folded in section.document.footnotes:
                used["^" + folded] = [_canonical(block) for block in section.document.footnotes[folded]]
    return used


@declare("N001")
def empty_front() -> tuple[str, str]:
    """A note asks nothing.

    Its heading, its item's lead or its row's first cell is empty.
    Bad:
        ## {.basic #users}
        People and services.
    Good:
        ## What is a user? {.basic #users}
        A person or a service.
    """
    return (
        "this note has no question",
        "write the question into its heading (of an item: its lead; of a row: its first cell)",
    )


@declare("N002")
def empty_back() -> tuple[str, str]:
    """A note has no answer.

    Bad:
        ## What is a user? {.basic}
    Good:
        ## What is a user? {.basic}
        A person or a service.
    """
    return "this note has no answer", "write the answer below the question, or take its tag away"


@declare("N003")
def no_lead() -> tuple[str, str]:
    """An item has no lead.

    In a section cut into items, what is bold or code at an item's beginning asks, and the rest of it answers.
    Bad:
        ## Parts of a VPC {.items}
        - A subnet is a segment of the address range.
    Good:
        ## Parts of a VPC {.items}
        - **Subnet**: a segment of the address range.
    """
    return "this item begins with nothing bold and no code", "write it as `- **question**: answer`"


@declare("N004")
def nothing_to_cut(cut: str) -> tuple[str, str]:
    """A section has nothing to cut into notes.

    `items` needs a list below the heading, `rows` and `cells` need a table with rows.
    Bad:
        ## Limits {.rows}
        A message has 1 MiB at most.
    Good:
        ## Limits {.rows}
        | Limit        | Value |
        | ------------ | ----- |
        | Message size | 1 MiB |
    """
    what = "list" if cut == "items" else "table with rows"
    return (
        f"`{cut}` finds no {what} in this section",
        f"write a {what}, below a thematic break if there is one, or take `{cut}` away",
    )


@declare("N005")
def long_typed(typed: str) -> tuple[str, str]:
    """The answer to be typed is too long, or there is none.

    It is the first code span of the answer, else its first line, and has 60 characters at most.
    Bad:
        ## Which command lists all buckets of the account? {.basic .typed}
        The command that lists them is the listing command of the high-level interface.
    Good:
        ## Which command lists all buckets of the account? {.basic .typed}
        `aws s3 ls`, the listing command of the high-level interface.
    """
    return (
        f"the answer to type has {len(typed)} characters",
        'put what is to be typed into backticks, or write typed="…" into the tag',
    )


@declare("N006")
def bad_tag(tag: str) -> tuple[str, str]:
    """A tag has characters that Anki's tags cannot have.

    Anki parts tags by spaces. Levels are parted by `/` or `::`, and none of them is empty.
    Bad:
        ---
        tags: [access keys]
        ---
        ## What is a user? {.basic}
        A person or a service.
    Good:
        ---
        tags: [access-keys]
        ---
        ## What is a user? {.basic}
        A person or a service.
    """
    levels = (re.sub(r"[\s\"]+", "-", level).strip("-") for level in re.split(r"/|::", tag))
    return f"`{tag}` cannot be a tag in Anki", f"write `{'/'.join(filter(None, levels)) or 'another-tag'}`"


@declare("N007")
def bad_deck(deck: str, problem: str) -> tuple[str, str]:
    """The front matter names a deck that Anki cannot have.

    Bad:
        ---
        deck: "Networks::"
        ---
        ## What is a user? {.basic}
        A person or a service.
    Good:
        ---
        deck: Networks::Routing
        ---
        ## What is a user? {.basic}
        A person or a service.
    """
    return (
        f"`{deck}` cannot be a deck: {problem}",
        "name it as `Deck` or `Deck::Subdeck`; it is below the deck of the settings",
    )


@declare("N008", "warning")
def stays_prose(kind: str) -> tuple[str, str]:
    """A section cannot be of the file's default kind.

    It is left as prose, since nobody asked for this one to be a note.
    Bad:
        ---
        kind: cloze
        ---
        ## Users
        A user has keys.
    Good:
        ---
        kind: cloze
        ---
        ## Users
        A user has ==keys==.
    """
    if kind == "occlusion":
        return (
            "this section shows no picture, so it makes no occlusion note",
            "show a diagram, or give the section the kind `skip`",
        )
    return (
        "this section hides nothing, so it makes no cloze note",
        "mark an ==answer==, or give the section the kind `skip`",
    )


@declare("N014", "warning")
def only_links() -> tuple[str, str]:
    """A section of the file's default kind holds only links.

    A link is no answer that could be learned, so the section is left as prose.
    Bad:
        ---
        kind: basic
        ---
        ## Identity and access
        [The user guide](https://docs.example.org/iam)
    Good:
        ---
        kind: basic
        source: https://docs.example.org/iam
        ---
        ## What is a user?
        A person or a service.
    """
    return (
        "this section holds nothing but links, so it makes no note",
        "write an answer; where it comes from belongs into `source`",
    )


@declare("N009")
def part_of_kind() -> tuple[str, str]:
    """The tag of an item or a row names a kind or a cut.

    All parts of a section are of the section's kind. The tag of a part gives an id, tags or a switch, or skips it.
    Bad:
        ## Parts of a VPC {.items}
        - **Subnet**: a segment of the address range. <!-- card: cloze -->
    Good:
        ## Parts of a VPC {.items}
        - **Subnet**: a segment of the address range. <!-- card: id="vpc-subnet" -->
    """
    return (
        "an item or a row has the kind of its section",
        "take the kind away, or write this note as a section of its own",
    )


@declare("N016")
def id_of_cells(id_: str) -> tuple[str, str]:
    """A row that is cut into cells has an id of its own.

    Each of its cells becomes a note, and an id names but one. The cells have ids of the section's.
    Bad:
        ## Storage {.cells}
        |        | Durable | Shared                     |
        | ------ | ------- | -------------------------- |
        | Volume | yes     | no <!-- card: id="disk" --> |
    Good:
        ## Storage {.cells}
        |        | Durable | Shared                         |
        | ------ | ------- | ------------------------------ |
        | Volume | yes     | no <!-- card: tags="disks" --> |
    """
    return f"the id `{id_}` would be that of several notes", "give the id to the section, or cut it into rows"
