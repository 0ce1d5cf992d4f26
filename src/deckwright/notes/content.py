"""What decides a note's content: the text that is compared, and everything that its author wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from msgspec.structs import replace

from ..digests import Value, digest
from ..model import OwnKind
from ..patterns import pattern
from ..read.blocks import VERBATIM, Block, Document, walk
from ..read.inlines import HIDDEN, Piece, flat, links
from ..read.sections import Section
from ..read.tags import Word
from ..render import clozes, folded, replaced
from .parts import Part


def source(part: Part, section: Section, context: Value, tags: Sequence[str], own: OwnKind | None = None) -> str:
    """The digest of everything by the author that decides the note's content, in a form that no formatter changes.

    Nothing in it is made by a renderer, so that no other version of one changes it. `context` is what the author wrote of
    that field. Of a note type of the project, what goes to which of its fields counts too, by their ids.
    """
    # How deep a heading is that asks is nothing that a learner sees.
    asked = [replace(block, level=0) if block.level else block for block in part.asked]
    switches = section.tag.switches | part.tag.switches
    return digest(
        section.kind,
        section.tag.cut,
        sorted(switches),
        part.tag.typed or section.tag.typed,
        section.tag.mode,
        section.tag.masks,
        tags,
        context,
        [[_canonical(block) for block in blocks] for blocks in (asked, part.above, part.answer, part.extra)],
        [(_folded(head), _folded(cell)) for head, cell in part.labelled],
        [_folded(head) for head in part.heads] if "reversed" in switches else [],
        _definitions_used(part.own(), section.document),
        *_of_own(part, section, own),
    )


def _of_own(part: Part, section: Section, own: OwnKind | None) -> list[Value]:
    """What else decides the content of a note of a note type of the project; nothing for other notes."""
    if own is None:
        return []
    mapping: list[Value] = [[field.id, field.part or "", field.key, field.label] for field in own.fields]
    said: list[Value] = [[word.name, word.value] for word in given(part, section)]
    heads = (*part.heads, *(head for head, _ in part.columns))
    return [mapping, said, [_folded(head) for head in heads]]


def given(part: Part, section: Section) -> tuple[Word, ...]:
    """The attributes of note types of the project, the section's before those of its part. A whole section has each twice."""
    return (*section.tag.given, *part.tag.given)


def is_text(block: Block) -> bool:
    """Whether a block is shown at all: comments and private blocks are for the author alone."""
    return block.kind not in HIDDEN


def text(held: Iterable[Block], document: Document) -> str:
    """The text of all leaves on one line, without marks of emphasis, the marks, numbers and hints of clozes, the
    folders in the addresses of links, and what refers to footnotes of the document; with the characters that entities
    stand for.
    """
    waiting = [*held]
    waiting.reverse()
    texts: list[str] = []
    while waiting:
        block = waiting.pop()
        if block.children:
            waiting += reversed(block.children)
        if block.text and block.kind not in HIDDEN:
            texts.append(_leaf_text(block, document))
    return folded(" ".join(texts))


def _leaf_text(leaf: Block, document: Document) -> str:
    text = leaf.text
    instead: list[tuple[int, int, str]] = []
    if leaf.pieces:
        for pair in clozes.pair(text, leaf.pieces)[0] if "==" in text or "{{c" in text else ():
            instead += ((pair.open.start, pair.start, ""), (pair.end, pair.close.end, ""))
        for piece in flat(leaf.pieces):
            instead += ((start, end, "") for start, end in _signs(text, piece))
            if piece.kind == "entity":
                instead.append((piece.start, piece.end, piece.text))
            elif piece.kind == "footnote" and piece.text.lower() in document.footnotes:
                instead.append((piece.start, piece.end, ""))
    elif leaf.kind in VERBATIM:
        instead = [(start, end, "") for start, end, _, _ in clozes.in_code(text)]
    return replaced(text, instead) if instead else text


def _signs(text: str, piece: Piece) -> tuple[tuple[int, int], ...]:
    """The parts of a piece that are not compared."""
    match piece.kind:
        case "comment" | "private" | "inline footnote":
            return ((piece.start, piece.end),)
        case "emphasis" | "strong" | "strike" | "code":
            return ((piece.start, piece.inner[0]), (piece.inner[1], piece.end))
        case "escape":
            return ((piece.start, piece.start + 1),)
        case "link" | "image":
            start, end = piece.target
            return ((start, max(text.rfind("/", start, end) + 1, start)),)
        case _:
            return ()


def _canonical(block: Block) -> list[Value]:
    """A block in a form that no formatter changes: without places and list markers, white space folded.

    What else is on the card is in it: the first number of a list and whether it is tight, how deep a heading is.
    """
    text = block.text if block.kind in VERBATIM else _folded(block)
    children = [_canonical(child) for child in block.children if child.kind not in HIDDEN]
    return [block.kind, block.info, block.level, block.kind == "list" and block.tight, text, children]


def _folded(leaf: Block) -> str:
    """A leaf's text without comments, with white space folded and emphasis always written as `*`.

    A hard break is a control character. So is code, which stands behind the text with all its spaces.
    """
    text = leaf.text
    instead: list[tuple[int, int, str]] = []
    code: list[str] = []
    for piece in flat(leaf.pieces) if leaf.pieces else ():
        match piece.kind:
            case "emphasis" | "strong":
                instead += [(start, end, "*" * (end - start)) for start, end in _signs(text, piece)]
            case "code":
                instead.append((piece.start, piece.end, _CODE))
                code.append(piece.text)
            case "break":
                instead.append((piece.start, piece.end, _BREAK))
            case "comment" | "private":
                instead.append((piece.start, piece.end, ""))
    text = replaced(text, instead) if instead else text
    text = folded(text)
    if _BREAK in text:
        text = _AROUND_BREAK.sub(_BREAK, text)
    return _CODE.join([text, *code]) if code else text


_BREAK, _CODE = "\x02", "\x03"
_AROUND_BREAK = pattern(f" ?{_BREAK} ?")


def _definitions_used(held: Iterable[Block], document: Document) -> list[Value]:
    """The link definitions and footnotes that blocks refer to, and those that such footnotes do, sorted by label. The
    label of a footnote starts with `^`.

    Addresses count without percent-encoding: which characters get one is up to the library that reads them.
    """
    if not (document.references or document.footnotes):
        return []
    used: dict[str, Value] = {}
    waiting = list(held)
    while waiting:
        for leaf in walk([waiting.pop()]):
            for piece in flat(leaf.pieces):
                label = piece.text.lower() if piece.kind == "footnote" else _label(leaf.text, piece)
                if piece.kind == "footnote" and label in document.footnotes and f"^{label}" not in used:
                    used[f"^{label}"] = [_canonical(block) for block in document.footnotes[label]]
                    waiting += document.footnotes[label]
                elif piece.kind != "footnote" and label:
                    address, title = document.references[label]
                    used[label] = [unquote(address), title]
    return [(label, used[label]) for label in sorted(used)]


def _label(text: str, piece: Piece) -> str:
    """The label of the definition that a link or an image refers to; empty for other pieces."""
    if piece.kind not in ("link", "image") or piece.target != (0, 0):
        return ""
    written = text[piece.inner[1] + 2 : piece.end - 1]
    return links.label(written or text[slice(*piece.inner)])
