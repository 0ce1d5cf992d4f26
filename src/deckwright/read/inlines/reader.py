"""The text of a leaf block → its pieces with their places: the one inline grammar.

CommonMark 0.31.2 with GitHub's strikethrough and bare links, and what study notes have besides: maths, notes to oneself,
Obsidian's links and embeds, footnotes, and the marks of clozes. The text is read once, from left to right: what begins
first wins, and nothing inside code, maths, comments, HTML or an address is markup. That takes time in proportion to the
text's length, whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ...mediatypes import is_played
from ...patterns import pattern
from . import autolinks, links, tex
from .emphasis import Run, nest, run
from .escapes import ENTITY, ESCAPE, character
from .pieces import Kind, Piece


def read(text: str, references: Mapping[str, tuple[str, str]]) -> tuple[Piece, ...]:
    """The pieces of a leaf's text, in order. What stands between them is text.

    `references` are the file's link definitions: `links.label` of each label → (address, title).
    """
    block_id = _BLOCK_ID.search(text) if "^" in text else None
    if block_id:
        text = text[: block_id.start()]  # No piece can reach over the end, so it is cut off first.
    found = _TRIGGER.search(text)
    if not found and not block_id:
        return ()
    reader = _Reader(text, references)
    while found:
        item = reader.item(found)
        if item:
            reader.items.append(item)
        found = _TRIGGER.search(text, item.end if item else found.end())
    if block_id:
        reader.items.append(Piece("private", *block_id.span(), block_id[1], inner=block_id.span(1)))
    return nest(reader.items)


# Each branch begins with a plain character, so that `re` hops from one of those to the next and tries nothing between.
_TRIGGER = pattern(
    rf"{ESCAPE}|\\\n[ \t]*|\n(?:[ \t]+|(?<= \n))"
    rf"|``*|\*\**|__*|~~~*|<|{ENTITY}"
    r"|\[|!\[|\]"
    r"|https?://|www\.|@"
    r"|\$\$*|%%"
    r"|\{\{c\d{1,4}::|\}\}\}*|==(?<!===)(?!=)|::"
)
"""What a piece may begin with; a mail address has its `@` in the middle."""

_BLOCK_ID = pattern(r"\s\^([A-Za-z0-9-]{4,})\Z")
"""Obsidian's name for a block, at its end."""

_NOTE = pattern(
    r"[^\W\d_]{3}\S*\s+\S|\s\S*[^\W\d_]{3}"  # A word beside another one, whatever that is.
    r"|[^\W\d_]\.(?=\s|\Z)"
    r"|[\u3040-\u9fff\uac00-\ud7a3]{2}"  # Chinese, Japanese and Korean have no spaces between words.
    r"|://|\]\("  # A link.
)
"""What text has that is a footnote."""

_FEW = 300
"""Characters: there are words among so many, and footnotes that nest in one another would each search all."""

_ESCAPED_MARK = pattern(r"^\\==(?!=)", re.MULTILINE)
"""Prettier writes `==` so at the beginning of a line, lest it be taken for the underline of a heading."""

_BACKTICKS = pattern(r"`+")
_WORD = pattern(r"\w")
_WIKI = pattern(r"!?\[\[(?=[ \t|]{0,500}[^\s|\[\]])([^\[\]\n]{1,500})\]\]")
SOUND = pattern(r"\[sound:([^\[\]\n]{1,500})\]")
"""Anki's own spelling, another one of Obsidian's `![[…]]`."""

_FOOTNOTE = pattern(r"\[\^([^\s\[\]]{1,100})\]")
_TAG = pattern(
    r"</[A-Za-z][A-Za-z0-9-]*+[ \t\n]*+>"
    r"|<[A-Za-z][A-Za-z0-9-]*+"
    r"(?>(?:[ \t\n]++[A-Za-z_:][A-Za-z0-9_:.-]*+(?>(?:[ \t\n]*+=[ \t\n]*+(?:[^ \t\n\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?))*)"
    r"[ \t\n]*+/?+>"
)
_NO_TAG = pattern(r"<\?|<!\[CDATA\[|<![A-Za-z]")
"""How raw HTML that is no tag begins: a processing instruction, a CDATA section or a declaration."""

_CLOSING = {end: pattern(re.escape(end)) for end in ("-->", "?>", "]]>", ">", "%%", "$$", "\\)", "\\]")}
_CLOSING["$"] = pattern(r"(?<!\\)\$")


class _Bracket(NamedTuple):
    """A `[` or `![` that may begin a link or an image; `place` items stand before what it holds."""

    start: int
    end: int
    place: int


class _Reader:
    """What has been read so far of one text. A method reads the item that begins at a trigger, if there is one."""

    def __init__(self, text: str, references: Mapping[str, tuple[str, str]]) -> None:
        self.text = text
        self.references = references
        self.items: list[Piece | Run] = []
        self.brackets: list[_Bracket] = []
        self.linked = 0
        """How many of the brackets, from the outermost on, have a link inside, and so can be none themselves."""
        self.pictures = 0
        """How many of the brackets may begin a picture."""
        self.places: dict[re.Pattern[str], int] = {}
        """Where each pattern that was looked for, such as a closing delimiter, is found next."""
        self.backticks: dict[int, int] = {}
        """Where the last run of each length stands."""

    def item(self, found: re.Match[str]) -> Piece | Run | None:
        trigger, start, end = found[0], found.start(), found.end()
        match trigger[0]:
            case "*" | "_" | "~":
                return run(self.text, start, end)
            case "`":
                return self.code(start, end)
            case "\n":
                return self.line_end(start, end)
            case "\\":
                return self.backslash(start, end)
            case "[" | "!":
                return self.opening_bracket(start, end)
            case "]":
                return self.closing_bracket(start)
            case "<":
                return self.angle_bracket(start)
            case "&":
                stands_for = character(trigger)
                return Piece("entity", start, end, stands_for) if stands_for else None
            case "h":
                return autolinks.bare(self.text, start, end, bool(self.brackets))
            case "w":
                return autolinks.bare(self.text, start, start, bool(self.brackets))
            case "@":
                return autolinks.mail(self.text, start, self.after)
            case "$":
                return self.dollars(start, end)
            case "%":
                return self.between("private", start, end, "%%")
            case "{":
                return Piece("open", start, end, trigger[3:-2])
            case mark:
                return Piece("mark" if mark == "=" else "close" if mark == "}" else "parts", start, end)

    @property
    def after(self) -> int:
        """Where the last item ends."""
        return self.items[-1].end if self.items else 0

    def between(self, kind: Kind, start: int, inner: int, closing: str) -> Piece | None:
        """The piece that begins at `start`, and with `closing` ends."""
        stop = self.next(closing, inner)
        if stop < 0:
            return None
        return Piece(kind, start, stop + len(closing), self.text[inner:stop], inner=(inner, stop))

    def next(self, closing: str, after: int) -> int:
        """Where `closing` stands next, or -1."""
        return self.find(_CLOSING[closing], after)

    def find(self, pattern: re.Pattern[str], after: int) -> int:
        """Where a pattern is found next, or -1. It is remembered, lest each of many openings search the whole text."""
        place = self.places.get(pattern, 0)
        if 0 <= place < after:
            found = pattern.search(self.text, after)
            place = self.places[pattern] = found.start() if found else -1
        return place

    def code(self, start: int, end: int) -> Piece | None:
        """A code span: up to the next run of as many backticks."""
        if not self.backticks:
            self.backticks = {len(ticks[0]): ticks.start() for ticks in _BACKTICKS.finditer(self.text)}
        length = end - start
        if self.backticks.get(length, 0) < end:
            return None
        closing = next(ticks for ticks in _BACKTICKS.finditer(self.text, end) if len(ticks[0]) == length)
        inner = (end, closing.start())
        content = self.text[slice(*inner)].replace("\n", " ")
        if content[0] == content[-1] == " " and content.strip(" "):
            inner, content = (inner[0] + 1, inner[1] - 1), content[1:-1]
        return Piece("code", start, closing.end(), content, inner=inner)

    def line_end(self, start: int, end: int) -> Piece:
        """A line break with the white space around it: hard after two spaces, else soft."""
        first = self.after + len(self.text[self.after : start].rstrip(" "))
        return Piece("break" if start - first >= 2 else "fold", first, end, "\n")

    def backslash(self, start: int, end: int) -> Piece | None:
        """A hard line break, maths, or an escaped character."""
        match self.text[start + 1]:
            case "\n":
                return Piece("break", start, end, "\n")
            case "=" if _ESCAPED_MARK.match(self.text, start):
                return Piece("mark", start, start + 3)
            case "(" if self.is_maths(start, end, "\\)"):
                return self.between("maths", start, end, "\\)")
            case "[" if self.is_maths(start, end, "\\]"):
                return self.between("display", start, end, "\\]")
            case escaped:
                return Piece("escape", start, end, escaped)

    def is_maths(self, start: int, inner: int, closing: str) -> bool:
        """Whether a bracket with a backslash begins maths."""
        stop = self.next(closing, inner)
        return stop >= 0 and tex.is_maths(self.text[start - 1 : start], stop, lambda sign: self.find(sign, inner))

    def dollars(self, start: int, end: int) -> Piece | None:
        """Maths between dollars: `$$…$$`, or `$…$` by Pandoc's rule."""
        text, length = self.text, end - start
        if length > 1:
            return self.between("display", start, start + 2, "$$") if length < 4 else None
        # The next dollar must be the one that closes: so that $0.01–$0.05 and $5/$10 stay money.
        stop = self.next("$", end)
        if (
            stop < 0
            or text[end].isspace()
            or text[stop - 1].isspace()
            or _WORD.match(text[start - 1 : start])
            or _WORD.match(text, stop + 1)
            or "`" in text[end:stop]
        ):
            return None
        return self.between("maths", start, end, "$")

    def opening_bracket(self, start: int, end: int) -> Piece | None:
        """One of Obsidian's embeds or links, a footnote, or what may begin a link or an image."""
        if found := _WIKI.match(self.text, start):
            return Piece("embed" if end - start == 2 else "wikilink", start, found.end(), found[1], inner=found.span(1))
        if (found := SOUND.match(self.text, end - 1)) and is_played(found[1]):
            return Piece("embed", end - 1, found.end(), found[1], inner=found.span(1))
        if found := _FOOTNOTE.match(self.text, end - 1):
            return Piece("footnote", end - 1, found.end(), found[1], inner=found.span(1))
        self.brackets.append(_Bracket(start, end, len(self.items)))
        self.pictures += end - start == 2
        return None

    def closing_bracket(self, start: int) -> Piece | None:
        """The link or image that `]` makes of what stands behind its `[`, where an address or a label follows."""
        if not self.brackets:
            return None
        opened = self.brackets.pop()
        is_link, outside = opened.end - opened.start == 1, len(self.brackets)
        self.pictures -= not is_link
        may_be = not is_link or outside >= self.linked
        self.linked = min(self.linked, outside)
        link = links.read(self.text, opened.end, start, self.references) if may_be else None
        if not link:
            return self.inline_footnote(opened, start) if is_link else None
        if is_link:
            self.linked = outside
        # A bare address is no link inside another.
        held = [item for item in self.items[opened.place :] if not _is_bare(item)]
        del self.items[opened.place :]
        kind: Kind = "link" if is_link else "image"
        inner = (opened.end, start)
        return Piece(kind, opened.start, link.end, link.address, link.title, inner, link.target, nest(held))

    def inline_footnote(self, opened: _Bracket, stop: int) -> Piece | None:
        """Pandoc's `^[footnote]`, outside the descriptions of pictures, which show none.

        Its text has a space and a word of three letters, a full stop behind a letter, or a link: `a^[n-1]` is a power, and
        `^[abc]` may be a regular expression.
        """
        start = opened.start - 1
        before = self.items[opened.place - 1].end if opened.place else 0
        if start < before or self.text[start] != "^" or self.pictures:
            return None
        if not _NOTE.search(self.text[opened.end : min(stop, opened.end + _FEW)].strip()):
            return None
        held = self.items[opened.place :]
        del self.items[opened.place :]
        return Piece("inline footnote", start, stop + 1, inner=(opened.end, stop), children=nest(held))

    def angle_bracket(self, start: int) -> Piece | None:
        """A comment, raw HTML or an autolink."""
        text = self.text
        if text.startswith("<!--", start):
            # It may be as short as <!--> or <!--->.
            stop = self.next("-->", start + 2)
            inner = (start + 4, max(stop, start + 4))
            return Piece("comment", start, stop + 3, text[slice(*inner)], inner=inner) if stop >= 0 else None
        if tag := _TAG.match(text, start):
            return Piece("html", start, tag.end(), tag[0])
        if opening := _NO_TAG.match(text, start):
            closing = {"<?": "?>", "<![CDATA[": "]]>"}.get(opening[0], ">")
            stop = self.next(closing, opening.end())
            return Piece("html", start, stop + len(closing), text[start : stop + len(closing)]) if stop >= 0 else None
        return autolinks.angled(text, start)


def _is_bare(item: Piece | Run) -> bool:
    """Whether an item is an autolink without angle brackets."""
    return isinstance(item, Piece) and item.kind == "autolink" and item.target[0] == item.start
