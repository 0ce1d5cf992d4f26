"""The text of a paragraph before and after, and the leaf of Markdown that it comes from → replacements of the words that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, product
from typing import NamedTuple

from ..read.blocks import Block
from ..read.inlines import Piece, flat
from .alignment import Stretch, pairs, stretches
from .leaves import Leaf, Sign
from .normal import MARKS, Item, lifted
from .replacements import Replacement
from .writing import Writer

_MAX_HUNKS = 40
"""Stretches that differ in one paragraph: where there are more, it is another paragraph."""

_MAX_COMPARED = 10**8
"""Pairs of characters: so many take some megabytes."""


class _Form(NamedTuple):
    """How new text is written: with which marks of clozes, as `_marks` names them; whether as it stands, without a style; whether
    what is inserted belongs to what is before it; and whether with all of a piece of which it takes what is inside.
    """

    marks: str
    is_plain: bool
    behind: bool
    whole: bool


def replacements(
    before: Sequence[Item], after: Sequence[Item], leaf: Leaf, writer: Writer
) -> Iterator[list[Replacement]]:
    """Ways to make the new text of the old one, those that change least first."""
    if len(before) * max(len(after), len(leaf.signs)) > _MAX_COMPARED:
        return
    hunks = _hunks(before, after)
    if len(hunks) <= _MAX_HUNKS:
        rewording = _Rewording(before, after, leaf, writer)
        marked = any(item.sort in ("open", "close") for item in (*before, *after))
        marks = _marks(leaf) if marked else ("",)
        is_insertion = any(hunk.start == hunk.end for hunk in hunks)
        for held in [hunks] + [[_joined(hunks)]] * (len(hunks) > 1):
            for form in product(marks, (True, False), (True, False) if is_insertion else (True,), (False, True)):
                made = [rewording.replacement(hunk, _Form(*form)) for hunk in held]
                if all(made):
                    yield [each for each in made if each]
    yield from _whole(after, leaf, writer)


def cursor(block: Block, start: int, end: int, text: str) -> Replacement:
    """The replacement of a stretch of a block's text."""
    (first, column), (last, stop) = block.place(start), block.place(end)
    return Replacement(first, max(column, 0), last, max(stop, 0), text)


def _marks(leaf: Leaf) -> tuple[str, ...]:
    """The ways to write a cloze, the one that the leaf has first."""
    text = leaf.block.text
    if leaf.block.kind in ("code", "maths"):
        return ("braces",)
    return ("equals", "numbered", "braces") if "==" in text or "{{c" not in text else ("braces", "equals", "numbered")


def _hunks(before: Sequence[Item], after: Sequence[Item]) -> list[Stretch]:
    """The items that differ, in whole words."""
    old, new = _words(before), _words(after)
    return [
        Stretch(*_items(old, each.start, each.end, len(before)), *_items(new, each.new_start, each.new_end, len(after)))
        for each in stretches([word.key for word in old], [word.key for word in new])
    ]


def _items(words: Sequence[_Word], start: int, end: int, length: int) -> tuple[int, int]:
    """The items of some words, of a text of this length."""
    begin = words[start].start if start < len(words) else length
    return begin, words[end - 1].end if end > start else begin


def _joined(hunks: Sequence[Stretch]) -> Stretch:
    return Stretch(hunks[0].start, hunks[-1].end, hunks[0].new_start, hunks[-1].new_end)


class _Word(NamedTuple):
    key: tuple[object, ...]
    start: int
    end: int


def _words(items: Sequence[Item]) -> list[_Word]:
    """Items in words; a sign that belongs to none, and a character of a script without spaces, is one by itself."""
    found: list[_Word] = []
    start = 0
    for place in range(1, len(items) + 1):
        if place < len(items) and _goes_on(items[place - 1], items[place]):
            continue
        found.append(_Word(tuple(item.key for item in items[start:place]), start, place))
        start = place
    return found if items else []


def _goes_on(one: Item, other: Item) -> bool:
    is_word = all(not item.sort and item.text.isalnum() and item.text < "\u2e80" for item in (one, other))
    return is_word and one.styles == other.styles


def _places(before: Sequence[Item], leaf: Leaf) -> dict[int, Sign]:
    """The sign of the leaf that each item comes from, as far as that is known."""
    old = [_alike(item.sort, item.text) for item in before]
    new = [_alike(sign.sort, sign.text) for sign in leaf.signs]
    return {item: leaf.signs[sign] for item, sign in pairs(old, new)}


def _alike(sort: str, text: str) -> tuple[str, str]:
    return (sort, "") if sort else ("", " " if text.isspace() else text)


class _Rewording:
    """The text of a leaf before and after, and where each item of the old one is written."""

    def __init__(self, before: Sequence[Item], after: Sequence[Item], leaf: Leaf, writer: Writer) -> None:
        self._before = before
        self._after = after
        self._leaf = leaf
        self._writer = writer
        self._places = _places(before, leaf)

    def replacement(self, hunk: Stretch, form: _Form) -> Replacement | None:
        """The replacement of one stretch; None if it cannot be written in this form."""
        stretch = self._stretch(hunk, form)
        if stretch is None:
            return None
        number, start, end, base = stretch
        block = self._leaf.blocks[number]
        if form.whole:
            start, end = _expanded(block, start, end)
            base = self._styles_around(hunk)
        items = self._after[hunk.new_start : hunk.new_end]
        if any(base - item.styles for item in items if not item.sort):
            return None
        text = _text([_less(item, base) for item in items], block, self._writer, form)
        return None if text is None else cursor(block, start, end, text)

    def _stretch(self, hunk: Stretch, form: _Form) -> tuple[int, int, int, frozenset[str]] | None:
        """The block, where in it the old text of a hunk begins and ends, and the styles there."""
        if hunk.start < hunk.end:
            signs = [self._places.get(place) for place in range(hunk.start, hunk.end)]
            known = [sign for sign in signs if sign]
            if not known or signs[0] is None or signs[-1] is None or len({sign.leaf for sign in known}) > 1:
                return None
            base = frozenset.intersection(*(item.styles for item in self._before[hunk.start : hunk.end]))
            return known[0].leaf, min(sign.start for sign in known), max(sign.end for sign in known), base
        place = hunk.start - 1 if form.behind else hunk.start
        sign = self._places.get(place)
        if sign is None:
            return None
        start = sign.end if form.behind else sign.start
        item = self._before[place]
        return sign.leaf, start, start, self._styles_around(hunk) if item.sort else item.styles

    def _styles_around(self, hunk: Stretch) -> frozenset[str]:
        """The styles that both neighbours of a stretch have."""
        neighbours = [self._before[n] for n in (hunk.start - 1, hunk.end) if 0 <= n < len(self._before)]
        around = [item.styles for item in neighbours if not item.sort]
        return around[0] & around[1] if len(around) == 2 else frozenset()


def _less(item: Item, base: frozenset[str]) -> Item:
    return Item(item.text, item.styles - base, item.sort, item.shown, item.name) if base & item.styles else item


def _expanded(block: Block, start: int, end: int) -> tuple[int, int]:
    """A stretch with the delimiters of what it holds all of."""
    pieces: list[Piece] = [piece for piece in flat(block.pieces) if piece.inner[1]]
    is_growing = True
    while is_growing:
        is_growing = False
        for piece in pieces:
            if start <= piece.inner[0] and piece.inner[1] <= end and (piece.start < start or end < piece.end):
                start, end, is_growing = min(start, piece.start), max(end, piece.end), True
    return start, end


def _text(items: Sequence[Item], block: Block, writer: Writer, form: _Form) -> str | None:
    """Markdown of items; None if there is none in this form."""
    parts: list[str] = []
    run: list[Item] = []
    for item in (*items, None):
        if item is not None and item.sort not in MARKS:
            run.append(item)
            continue
        if run:
            written = _run(run, block, writer, form.is_plain)
            if written is None:
                return None
            parts.append(written)
            run = []
        if item is not None:
            parts.append(_mark(item, form.marks))
    return "".join(parts)


def _mark(item: Item, marks: str) -> str:
    if item.sort == "hint":
        return "::"
    if marks == "braces":
        return f"{{{{c{item.text}::" if item.sort == "open" else "}}"
    return f"==c{item.text}::" if marks == "numbered" and item.sort == "open" else "=="


def _run(items: Sequence[Item], block: Block, writer: Writer, is_plain: bool) -> str | None:
    """Markdown of items without marks of clozes; None if there is none."""
    is_text = all(not item.sort and not item.styles for item in items)
    text = "".join(item.text for item in items)
    if is_text and (is_plain or block.kind in ("code", "maths")):
        match block.kind:
            case "code" | "maths":
                return text
            case "paragraph":
                return text.replace("\n", "\\\n")
            case "cell":
                return text.replace("\n", "<br>").replace("|", "\\|")
            case _:
                return text.replace("\n", "<br>")
    core = [*items]
    while core and core[0].text == " " and not core[0].sort:
        core.pop(0)
    while core and core[-1].text == " " and not core[-1].sort:
        core.pop()
    written = writer.inline(core) if core else ("",)
    if not written:
        return None
    made = written[0].replace("|", "\\|") if block.kind == "cell" and "\\|" not in written[0] else written[0]
    return f"{' ' * text[:1].isspace()}{made}{' ' * bool(core and text[-1:].isspace())}"


def _whole(after: Sequence[Item], leaf: Leaf, writer: Writer) -> Iterator[list[Replacement]]:
    """The leaf written anew."""
    if len(leaf.blocks) > 1:
        return
    block = leaf.block
    for marks in _marks(leaf) if any(item.sort == "open" for item in after) else ("",):
        for text in _variants(after, block, writer, marks):
            yield [cursor(block, 0, len(block.text), text)]


def _variants(after: Sequence[Item], block: Block, writer: Writer, marks: str) -> Iterable[str]:
    texts = [_text(after, block, writer, _Form(marks, is_plain, True, False)) for is_plain in (True, False)]
    if (whole := lifted(after)) != [*after]:
        texts.append(_wrapped(whole, block, writer, marks))
    return dict.fromkeys(text for text in texts if text is not None)


_DELIMITERS = {"b": "**", "i": "*", "s": "~~"}


def _wrapped(items: Sequence[Item], block: Block, writer: Writer, marks: str) -> str | None:
    """Markdown of items, with what is around a whole cloze outside of its marks: a hint can have no tags in it."""
    parts = []
    for styles, run in groupby(items, key=lambda item: item.styles):
        held = [*run]
        around = styles if any(item.sort in MARKS for item in held) else frozenset()
        text = _text([_less(item, around) for item in held], block, writer, _Form(marks, True, True, False))
        if text is None:
            return None
        for style in sorted(around):
            name = style.split()[0]
            begin, end = (_DELIMITERS[style],) * 2 if style in _DELIMITERS else (f"<{style}>", f"</{name}>")
            text = f"{begin}{text}{end}"
        parts.append(text)
    return "".join(parts)
