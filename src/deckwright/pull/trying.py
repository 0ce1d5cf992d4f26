"""An edited note → the first way to write it into the notes that gives exactly what Anki has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import unescape
from itertools import islice, product

import msgspec

from ..model import OwnKind
from . import attributes, ways
from .bench import Address, Bench, Made
from .comparing import Edited
from .naming import Naming
from .normal import Box, Files, Node, key, text
from .reading import normal
from .replacements import Replacement
from .spots import Spot
from .ways import Way
from .writing import Writer

FOLLOWS = frozenset({"Typed", "Asked"})
"""Fields that are made of others, unless an attribute says what they have."""

_MAX_TOGETHER = 200
"""Ways for all fields of a note that are tried together."""


class Try(msgspec.Struct, frozen=True):
    """Ways that give the note as Anki has it, the best first, or why there is none, and in which field. `follows` are the fields
    that change along, `framed` says that an Extra stands in a note's frame; `source` is the name of the field of that.
    """

    ways: tuple[Way, ...] = ()
    reason: str = ""
    field: str = ""
    follows: tuple[str, ...] = ()
    framed: bool = False
    source: str = ""


def alike(name: str, wanted: Sequence[Node], got: Sequence[Node], source: str) -> bool:
    """Whether a field that was built is what Anki has. An address may have become a link, and an Extra may have got a frame.
    `source` is the name of the field of the source; empty if there is none.
    """
    if key(got) == key(wanted):
        return True
    if name == source and name:
        return text(wanted) in _addresses(got)
    return _is_framed(wanted, got)


def _is_framed(wanted: Sequence[Node], got: Sequence[Node]) -> bool:
    """Whether a field is another one in the frame of a note, below its title."""
    if len(got) == 1 and isinstance(got[0], Box) and "dw-alert" in got[0].attributes:
        return bool(wanted) and key(got[0].children[1:]) == key(wanted)
    return False


class Trial:
    """The trial of one note. `theirs` tells the files of the copy apart; `place` is how the notes name one of them."""

    def __init__(
        self,
        bench: Bench,
        address: Address,
        spot: Spot,
        edited: Edited,
        *,
        theirs: Files,
        place: Callable[[str], str],
    ) -> None:
        self._bench = bench
        self._address = address
        self._spot = spot
        self._kind = bench.kind(spot.section)
        self._edited = edited
        self._cloze = bench.is_cloze(self._kind)
        # What a reader sees in Anki of each field that was edited.
        self._wanted = {name: normal(html, self._cloze, theirs) for name, html in edited.fields.items()}
        self._before = bench.before(address) or []
        # The note as it would be, by the ways that were found to be right.
        self._right: dict[tuple[Replacement, ...], Made] = {}
        self._writer = Writer(self._cloze, place, _labels(self._kind.own))

    def run(self, prefix: str) -> Try:
        """Try the ways for each field, and then those that are right for all of them together."""
        if self._address.part >= len(self._before):
            return Try(reason="its section does not say clearly which of its notes this is")
        held: list[list[Way]] = []
        for name in self._edited.fields:
            found, reason = self._field(name)
            if not found:
                return Try(reason=reason, field=name)
            held.append(found)
        if self._edited.tags_added or self._edited.tags_removed:
            found, reason = self._tags(prefix)
            if not found:
                return Try(reason=reason, field="tags")
            held.append(found)
        whole = [[each for way in one for each in way] for one in islice(product(*held), _MAX_TOGETHER)]
        if len(held) > 1:
            whole = [way for way in whole if self._judge(way, [*self._edited.fields]) == ""]
        if self._spot.part.name and not self._spot.part.tag.id:
            whole = [each for way in whole for each in (way, *self._with_id(way))]
        if not whole:
            return Try(reason="its edits cannot be written together")
        own = self._right[tuple(whole[0])]
        framed = any(_is_framed(wanted, self._mine(own.fields.get(name, ""))) for name, wanted in self._wanted.items())
        return Try(tuple(whole), follows=self._follows(own), framed=framed, source=self._kind.source)

    def _with_id(self, way: Way) -> Iterator[Way]:
        """A way, and the ID of the note in its item or row: without it, a note is known by what it asks."""
        for more in attributes.attribute(self._spot, "id", self._edited.note.fields.get(self._kind.id, "")):
            yield [*way, *more]

    # One field

    def _field(self, name: str) -> tuple[list[Way], str]:
        """The ways that are right for a field, or why there are none."""
        reason = ""
        found: list[Way] = []
        is_tried = False
        for way in self._ways(name):
            is_tried = True
            wrong = self._judge(way, [name])
            if not wrong:
                found.append(way)
                if len(found) >= 2:
                    break
            elif wrong != _ANOTHER:
                reason = wrong
        if not found and not reason:
            reason = _ANOTHER if is_tried else "where it is written was not found"
        return found, reason

    def _ways(self, name: str) -> Iterator[Way]:
        before, after = self._mine(self._own.fields.get(name, "")), self._wanted[name]
        if name == self._kind.source:
            yield from self._attribute("source", after)
            return
        if name == "Typed":
            yield from attributes.attribute(self._spot, "typed", unescape(text(after)))
            return
        own = next((field for field in self._kind.own.fields if field.name == name), None) if self._kind.own else None
        if (
            own
            and own.key
            and any(word.name == own.key for word in self._spot.section.tag.given + self._spot.part.tag.given)
        ):
            yield from self._attribute(own.key, after)
            return
        yield from ways.ways(before, after, self._spot, self._writer)
        if not before:
            yield from self._added(name, after)
            if own and own.key:
                yield from self._attribute(own.key, after)

    def _attribute(self, name: str, after: Sequence[Node]) -> Iterator[Way]:
        for value in dict.fromkeys([*_addresses(after), text(after), *self._writer.inline(ways.line(after))]):
            yield from attributes.attribute(self._spot, name, value)

    def _added(self, name: str, after: Sequence[Node]) -> Iterator[Way]:
        """Ways to fill a field that was empty: with an alert at the end, or with a label."""
        if self._spot.part.name:
            return
        end = self._spot.last
        length = len(self._spot.file.lines[end - 1])
        label = (
            next((field.label for field in self._kind.own.fields if field.name == name), "") if self._kind.own else ""
        )
        for written in self._writer.blocks(after):
            if label:
                for gap in (f"\n\n{label}: ", f"\n\n{label}:\n\n"):
                    yield [Replacement(end - 1, length, end - 1, length, f"{gap}{written}")]
            elif name in ("Extra", "Back Extra") or (self._kind.own and self._kind.own.of("extra") == name):
                quoted = "\n".join(f"> {line}".rstrip() for line in written.split("\n"))
                yield [Replacement(end - 1, length, end - 1, length, f"\n\n> [!NOTE]\n{quoted}")]

    def _tags(self, prefix: str) -> tuple[list[Way], str]:
        begin = f"{prefix.replace('/', '::')}::" if prefix else ""
        if other := next((tag for tag in self._edited.tags_added if not tag.startswith(begin)), ""):
            return [], f"the tag {other} does not begin with {begin}, as all tags of the deck do"
        added, removed = (
            [tag.removeprefix(begin).replace("::", "/") for tag in tags]
            for tags in (self._edited.tags_added, self._edited.tags_removed)
        )
        wanted = {tag for tag in (*self._own.tags, *self._edited.tags_added) if tag not in self._edited.tags_removed}
        found = []
        for way in attributes.tag_changes(self._spot, added, removed):
            made = self._bench.after(self._address, way)
            if made and {*made[self._address.part].tags} == wanted:
                self._right[tuple(way)] = made[self._address.part]
                found.append(way)
        return (
            found,
            "" if found else "a tag of the file, or of all notes of the section, cannot be taken from one of them",
        )

    # Judging

    @property
    def _own(self) -> Made:
        return self._before[self._address.part]

    def _mine(self, html: str) -> tuple[Node, ...]:
        return normal(html, self._cloze, Naming(self._bench.package.media, self._bench.files))

    def _judge(self, way: Way, names: Sequence[str]) -> str:
        """What is wrong with a way to write some fields; empty if nothing is."""
        made = self._bench.after(self._address, way)
        if made is None or len(made) != len(self._before):
            return _ANOTHER
        siblings = sum(
            one != other
            for n, (one, other) in enumerate(zip(self._before, made, strict=True))
            if n != self._address.part
        )
        own = made[self._address.part]
        for name in {**self._own.fields, **own.fields}:
            if name in names:
                if not alike(name, self._wanted[name], self._mine(own.fields.get(name, "")), self._kind.source):
                    return _ANOTHER
            elif own.fields.get(name, "") != self._own.fields.get(name, "") and name not in FOLLOWS:
                return _ANOTHER
        if siblings:
            others = f"{siblings} other notes" if siblings > 1 else "another note"
            return f"{others} of the section would change too: they share these words"
        self._right[tuple(way)] = own
        return ""

    def _follows(self, own: Made) -> tuple[str, ...]:
        """The fields that change along, in a note as it would be."""
        return tuple(
            name
            for name in FOLLOWS
            if own.fields.get(name) != self._own.fields.get(name) and name not in self._edited.fields
        )


_ANOTHER = "no Markdown was found that gives exactly this"


def _labels(own: OwnKind | None) -> tuple[str, ...]:
    return tuple(field.label for field in own.fields if field.label) if own else ()


def _addresses(nodes: Sequence[Node]) -> list[str]:
    """The address of the link that all of a field is; none if it is none."""
    styles = {style for item in ways.line(nodes) for style in item.styles}
    return (
        [unescape(style[len('a href="') : -1]) for style in styles if style.startswith('a href="')]
        if len(styles) == 1
        else []
    )
