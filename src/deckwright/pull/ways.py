"""A field before and after an edit, and where it is written → ways to write the edit, those that change least first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

from msgspec.structs import replace

from . import words
from .alignment import stretches
from .leaves import Leaf
from .normal import Box, Item, Line, Node, Paragraph, paragraphs
from .replacements import Replacement
from .spots import Spot, behind, block_of, column, lead, origins, trimmed
from .writing import Writer

MAX_WAYS = 60
"""Ways that are tried for one field."""

Way = list[Replacement]


def ways(before: Sequence[Node], after: Sequence[Node], spot: Spot, writer: Writer) -> Iterator[Way]:
    """Ways to write what makes the one field of the other."""
    finder = _Finder(spot, writer)
    found = islice(finder.all(before, after), MAX_WAYS)
    seen: set[tuple[Replacement, ...]] = set()
    for way in found:
        if tuple(way) not in seen:
            seen.add(tuple(way))
            yield way


class _Finder:
    """What differs in a field, and where that is written. It recurses: boxes nest no deeper than the reader of HTML allows."""

    def __init__(self, spot: Spot, writer: Writer) -> None:
        self._spot = spot
        self._file = spot.file
        self._writer = writer
        self._origin: list[Leaf | None] = []

    def all(self, before: Sequence[Node], after: Sequence[Node]) -> Iterator[Way]:
        """The ways for a field as a whole."""
        self._origin = origins(before, self._spot.leaves)
        yield from self._ways(before, after, 0)
        known = [leaf for leaf in self._origin if leaf]
        if len(known) == 1 and after:
            yield from self._words((), line(after), known[0])
        elif not after:
            yield from self._emptied(known)
        yield from self._replaced(before, after, 0)

    def _ways(self, before: Sequence[Node], after: Sequence[Node], at: int) -> list[Way]:
        """The ways for nodes, the first of whose paragraphs is the one with the number `at` in the field."""
        groups: list[list[Way]] = []
        starts = [at]
        for node in before:
            starts.append(starts[-1] + sum(1 for _ in paragraphs([node])))
        for i, j, first, last in stretches([node.key for node in before], [node.key for node in after]):
            old, new = before[i:j], after[first:last]
            found: list[Way] = []
            if len(old) == len(new):
                pairs = [
                    self._pair(one, other, starts[i + n]) for n, (one, other) in enumerate(zip(old, new, strict=True))
                ]
                if all(pairs):
                    found += [[each for way in held for each in way] for held in islice(product(*pairs), MAX_WAYS)]
            if old:
                found += self._replaced(old, new, starts[i])
            else:
                found += self._inserted(before, new, i, starts)
            groups.append(found)
        if not groups or not all(groups):
            return []
        return [[each for way in held for each in way] for held in islice(product(*groups), MAX_WAYS)]

    def _pair(self, one: Node, other: Node, at: int) -> list[Way]:
        """The ways for a node that becomes another one of its kind."""
        if isinstance(one, Paragraph) and isinstance(other, Paragraph):
            leaf = self._origin[at]
            return self._words(one.items, other.items, leaf) if leaf else []
        if (
            isinstance(one, Box)
            and isinstance(other, Box)
            and (one.tag, one.attributes) == (other.tag, other.attributes)
        ):
            found = self._ways(one.children, other.children, at)
            if one.tag in ("td", "th", "dt", "summary", "li"):
                leaves = [leaf for leaf in self._origin[at : at + sum(1 for _ in paragraphs([one]))] if leaf]
                if len(leaves) == 1 and not any(isinstance(node, Box) for node in other.children):
                    found += self._words((), line(other.children), leaves[0])
            return found
        return []

    def _words(self, before: Line, after: Line, leaf: Leaf) -> list[Way]:
        """The ways for the text of a leaf; further lines begin as the first one does."""
        found = islice(words.replacements(before, after, leaf, self._writer), MAX_WAYS)
        return [[self._fitted(each, leaf) for each in way] for way in found]

    def _fitted(self, made: Replacement, leaf: Leaf) -> Replacement:
        if "\n" not in made.text:
            return made
        line = made.first
        if leaf.block.kind in ("code", "maths"):
            begin = behind(self._file, line, max(leaf.block.starts[0][1], 0) if leaf.block.starts else 0)
        else:
            begin = behind(self._file, line, lead(self._file.lines[line]))
        return replace(made, text=_in(made.text, begin))

    def _replaced(self, old: Sequence[Node], new: Sequence[Node], at: int) -> list[Way]:
        """The ways to write other blocks in the place of some."""
        held = []
        for node in old:
            count = sum(1 for _ in paragraphs([node]))
            if block := block_of(node, self._origin[at : at + count]):
                held.append(block)
            at += count
        if not held:
            return []
        first, last = min(held, key=lambda block: block.first), max(held, key=lambda block: block.last)
        end = trimmed(self._file, first.first, last.last)
        if not new:
            return self._deleted(first.first, end)
        start = column(self._file, first)
        begin = behind(self._file, first.first, start)
        return [
            [Replacement(first.first, start, end - 1, len(self._file.lines[end - 1]), text.replace("\n", f"\n{begin}"))]
            for text in self._texts(new)
        ]

    def _inserted(self, before: Sequence[Node], new: Sequence[Node], place: int, starts: Sequence[int]) -> list[Way]:
        """The ways to write blocks between others."""
        found: list[Way] = []
        is_item = all(isinstance(node, Box) and node.tag == "li" for node in new)
        if place and (block := block_of(before[place - 1], self._origin[starts[place - 1] : starts[place]])):
            end = trimmed(self._file, block.first, block.last)
            begin = behind(self._file, block.first, column(self._file, block))
            length = len(self._file.lines[end - 1])
            for text in self._texts(new):
                for gap in ("\n",) if is_item else ("\n\n", "\n"):
                    blank = "\n" if gap == "\n" else f"\n{begin.rstrip()}\n"
                    found.append([Replacement(end - 1, length, end - 1, length, f"{blank}{begin}{_in(text, begin)}")])
        if place < len(before) and (block := block_of(before[place], self._origin[starts[place] : starts[place + 1]])):
            start = column(self._file, block)
            begin = behind(self._file, block.first, start)
            gap = "\n" if is_item else f"\n{begin.rstrip()}\n"
            found += [
                [Replacement(block.first, start, block.first, start, f"{_in(text, begin)}{gap}{begin}")]
                for text in self._texts(new)
            ]
        return found

    def _deleted(self, first: int, last: int) -> list[Way]:
        """The ways to take out lines, and an empty one with them."""
        lines = self._file.lines
        if last < len(lines) and not lines[last].strip(" \t>") and last + 1 < len(lines):
            return [[Replacement(first, 0, last + 1, 0, "")], [Replacement(first, 0, last, 0, "")]]
        start = first
        while start > 0 and not lines[start - 1].strip(" \t>"):
            start -= 1
        if not start:
            return [[Replacement(first, 0, last - 1, len(lines[last - 1]), "")]]
        return [
            [Replacement(start - 1, len(lines[start - 1]), last - 1, len(lines[last - 1]), "")],
            [Replacement(first - 1, len(lines[first - 1]), last - 1, len(lines[last - 1]), "")],
        ]

    def _emptied(self, known: Sequence[Leaf]) -> list[Way]:
        """The ways to take out all of a field: its text, or the lines of it with a label before it."""
        found: list[Way] = []
        if known:
            first, last = known[0].block, known[-1].block
            begin, end = first.place(0)[0], last.place(len(last.text))[0]
            found += self._deleted(begin, end + 1)
            found.append([Replacement(begin, 0, end + 1, 0, "")])
            found.append([words.cursor(leaf.block, 0, len(leaf.block.text), "") for leaf in known])
        return found

    def _texts(self, new: Sequence[Node]) -> list[str]:
        """Blocks of Markdown for nodes."""
        items = [node for node in new if isinstance(node, Box) and node.tag == "li"]
        if len(items) == len(new):
            return [*self._writer.blocks([Box("ul", children=tuple(items))])]
        return [*self._writer.blocks(new)]


def _in(text: str, begin: str) -> str:
    return text.replace("\n", f"\n{begin}")


def line(nodes: Sequence[Node]) -> Line:
    """All text of nodes, an empty line between two of them."""
    joined: list[Item] = []
    for paragraph in paragraphs(nodes):
        joined += [Item("\n"), Item("\n")] * bool(joined) + [*paragraph.items]
    return tuple(joined)
