"""HTML in which Anki sees no cloze, no hint, no sound and no LaTeX but ours, also once its editor has saved the field.

Inside a cloze `::` begins the hint and `}}` ends it. In any field `{{c` begins a cloze, and `[sound:`, `[anki:`, `[latex]`,
`[$]` and `[$$]` a tag of Anki's. A character reference would hide them from Anki, but the editor turns it into the
character as soon as a learner types into the field. What it keeps is an element: `<wbr>` between two of the characters,
which the stylesheet hides; the author's own has a class. No element can stand in an attribute or in maths. An address is
percent-encoded, other attributes get a word joiner, which has no width, and TeX gets a space, which it ignores. Tried in
both editors of Anki 26.9.3 for the desktop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from .. import marks
from ..patterns import pattern
from .html_elements import REST_OF_TAG

BREAK = "<wbr>"

_WORD_JOINER = "\u2060"
_TOKEN = pattern(
    rf"({marks.DELETION.pattern})"
    rf"|<(/?)([a-zA-Z][\w-]*){REST_OF_TAG}"
    r"|\\[()\[\]]"
)
_ADDRESS = pattern(r"""(\s(?:href|src|cite)=)("[^"]*"|'[^']*')""")
_VALUE = pattern(r"""=("[^"]*"|'[^']*')""")


class Token(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a field's HTML: a mark of a deletion, a tag, text, a delimiter of maths, or what only looks like one.

    `separator` is what may stand between two characters of the text without changing its look.
    """

    text: str
    kind: str
    separator: str = BREAK
    in_code: bool = False


def tokens(rendered: str) -> Iterator[Token]:
    """The HTML of a field in order, delimiters of maths as texts of their own."""
    position = code = 0
    maths = ""
    ends = _Ends(rendered)
    for found in _TOKEN.finditer(rendered):
        separator = " " if maths else BREAK
        if position < found.start():
            yield Token(rendered[position : found.start()], "text", separator)
        position = found.end()
        if found[1]:
            yield Token(found[0], "mark", separator)
        elif found[5]:
            if found[5].lower() in ("code", "pre"):
                code += -1 if found[4] else 1
            yield Token(found[0], "tag")
        else:
            kind = "delimiter"
            if found[0] == maths:
                maths = ""
            elif not maths and (closing := _CLOSING.get(found[0])):
                maths = closing if code <= 0 and ends.closes(closing, position) else ""
                kind = "delimiter" if maths else "look-alike"
            yield Token(found[0], kind, separator, code > 0)
    if position < len(rendered):
        yield Token(rendered[position:], "text", " " if maths else BREAK)


_CLOSING = {"\\(": "\\)", "\\[": "\\]"}
_BORDER = pattern(
    r"</?(?:blockquote|center|code|dd|details|div|dl|dt|figcaption|figure|h[1-6r]|li|ol|p|pre|summary|table|td|th|tr|ul)[\s/>]"
)
"""The tags that no formula goes over."""


class _Ends:
    """Where the maths of a field ends. It is asked from front to back, so that each place is looked for once."""

    def __init__(self, rendered: str) -> None:
        self._rendered = rendered
        self._places: dict[str, int] = {}

    def closes(self, closing: str, after: int) -> bool:
        """Whether maths that begins here ends in its block: MathJax takes no other for maths."""
        end = self._next(closing, after)
        return end < len(self._rendered) and end < self._next("", after)

    def _next(self, sign: str, after: int) -> int:
        """Where a delimiter stands next, or the border of a block for an empty one; behind all if nowhere."""
        place = self._places.get(sign, -1)
        if place < after:
            found = _BORDER.search(self._rendered, after) if not sign else None
            place = self._rendered.find(sign, after) if sign else found.start() if found else -1
            place = self._places[sign] = place if place >= 0 else len(self._rendered)
        return place


_NAMED = rf"(?i:sound:(?!{marks.MEDIUM.pattern})|anki:|latex\])|\$\$?\]"
"""What Anki's tags say behind their bracket. Those that the mark of a file follows are ours."""

_OPENING = pattern(rf"\{{(?=\{{c)|\[(?={_NAMED})")
"""The first character of what Anki would read in any field."""


_NAME = pattern(_NAMED)


def literal(rendered: str) -> str:
    """The HTML of a field in which no text begins a cloze or one of Anki's tags."""
    if not ("[" in rendered or "{{c" in rendered) or not _OPENING.search(rendered):
        return rendered
    parts = [""]
    for token in tokens(rendered):
        # The bracket may belong to the `\\[` of display maths.
        begun = token.kind == "text" and parts[-1].endswith("[") and _NAME.match(token.text)
        parts.append((token.separator if begun else "") + _without_openings(token))
    return "".join(parts)


def _without_openings(token: Token) -> str:
    if token.kind == "tag":
        return _in_tag(token.text, _OPENING)
    return _OPENING.sub(rf"\g<0>{token.separator}", token.text)


def without_maths(text: str) -> str:
    """Text, or HTML, in which MathJax finds no maths: `\\(` has a word joiner in it."""
    return _DELIMITER.sub(rf"\g<0>{_WORD_JOINER}", text) if "\\" in text else text


def look_alike(token: Token) -> str:
    """What looks like the beginning of maths in the text of a cloze note: in code, or in a tag. MathJax takes none of it for
    maths, but Anki leaves out all tags from there to the next `\\)` or `\\]`, those of clozes too.
    """
    if token.kind == "tag":
        return _VALUE.sub(lambda value: "=" + without_maths(value[1]), token.text) if "\\" in token.text else token.text
    return token.text[0] + (BREAK if token.in_code else _WORD_JOINER) + token.text[1]


def ends_maths(texts: Iterable[str]) -> bool:
    """Whether maths that begins in text would end anywhere: one that never ends is no maths to MathJax."""
    return any("\\" in text and _END.search(text) for text in texts)


_END = pattern(r"\\(?>(?:<[^<>]*+>)*)[)\]]")
_DELIMITER = pattern(r"\\(?=(?>(?:<[^<>]*+>)*)[(\[])")
"""The backslash of what begins maths. MathJax reads over `<wbr>`."""


_JOINTS = pattern(rf"(?<=:)(?=:)|(?<=\}})(?=\}})|(?<=\{{)(?=\{{c)|(?<=\[)(?={_NAMED})")


def within(text: str, separator: str, begins: bool, ends: bool) -> str:
    """Text of an answer, or a hint, in which Anki sees no hint, no end and no beginning of anything. It may stand where the
    answer or the hint begins, or ends, or both.
    """
    before = separator if begins and text.startswith(":") else ""
    after = separator if ends and text.endswith((":", "}")) else ""
    return before + _JOINTS.sub(separator, text) + after


def tag(text: str) -> str:
    """A tag inside an answer."""
    return _in_tag(text, _OF_CLOZES)


_OF_CLOZES = pattern(r":(?=:)|\}(?=\})|\{(?=\{c)")
_BRACKET = pattern(rf"\[(?={_NAMED})")


def _in_tag(text: str, signs: re.Pattern[str]) -> str:
    """The tag with each of the signs that are found kept apart from what follows it."""
    if not signs.search(text):
        return text

    def encoded(found: re.Match[str]) -> str:
        value = found[2].replace("::", "%3A%3A").replace("}}", "%7D%7D").replace("{{c", "%7B%7Bc")
        return found[1] + _BRACKET.sub("%5B", value)

    def joined(found: re.Match[str]) -> str:
        return "=" + signs.sub(rf"\g<0>{_WORD_JOINER}", found[1])

    return _VALUE.sub(joined, _ADDRESS.sub(encoded, text))


_TEXT_COMMANDS = r"\\(?:text(?:bf|it|rm|sf|tt|normal|up)?|[mhf]box)"
_TEX = pattern(rf"({_TEXT_COMMANDS})\s*\{{|\\.|[{{}}]|:(?=:)", re.DOTALL)


class Tex(msgspec.Struct):
    """TeX on its way through a field: which command for text is open, for a space is seen there.

    `groups` has the command of each open group, empty for a plain one.
    """

    groups: list[str] = []

    def reopened(self, text: str) -> str:
        """The TeX with `::` in text divided: `\\text{a::b}` becomes `\\text{a:}\\text{:b}`."""
        parts, position = [], 0
        for found in _TEX.finditer(text):
            if found[1]:
                self.groups.append(found[1])
            elif found[0] == "{":
                self.groups.append("")
            elif found[0] == "}":
                if self.groups:
                    self.groups.pop()
            elif found[0] == ":" and self.groups and self.groups[-1]:
                parts.append(f"{text[position : found.end()]}}}{self.groups[-1]}{{")
                position = found.end()
        return "".join([*parts, text[position:]])
