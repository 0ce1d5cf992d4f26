"""Code and TeX → HTML: code in the classes of Pygments, with the marks of clozes that stand in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from .. import marks
from ..diagnostics.cloze import bad_number, hint_in_code
from ..diagnostics.note import removed_html
from ..limits import MAX_COLOURED, MAX_COLOURED_SPACE, MAX_NUMBER
from ..patterns import pattern
from ..read.blocks import Block
from ..read.inlines.escapes import resolve
from . import clozes, tex
from .gathering import Field
from .text import escaped, without

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType


def block(leaf: Block, field: Field) -> str:
    """A fence or an indented block."""
    language = _language(leaf.info)
    class_ = f' class="language-{html.escape(language)}"' if language else ""
    shown = inner(leaf, 0, leaf.text, field, language, breaks=True)
    if _LONG_LINE.search(leaf.text):
        shown = _lines(_whole_names(shown))
    return f'<pre class="dw-code"{_direction(field)}><code{class_}>{shown}</code></pre>'


def _language(info: str) -> str:
    """The language that is named behind a fence, in lower case: the first word, without what other programs put there.

    `js{3}` marks lines, `python:main.py` names a file, `{.python}` is Pandoc's spelling. `diff-js` is a diff of the
    language, as in Prism.
    """
    words = resolve(info).strip("{}. ").split()
    language = re.split(r"[{\[(:,]", words[0].strip(".").lower())[0] if words else ""
    if language.startswith("diff-") and not _lexer(language):
        return language.removeprefix("diff-")
    return language


_LONG_LINE = pattern(r"[^\n]{37}")
"""A line that is wider than a phone: 360 pixels hold 36 letters of a block."""

_INDENT = pattern(r"(?:<[^>]*>|\x0e\d+\x0f)*([ \t]*)")


def _lines(shown: str) -> str:
    """Code with an element for each line, so that what is wrapped hangs below its own indentation.

    A deletion over several lines would cross the elements, so code that has one is left as it is.
    """
    lines = shown.split("\n")
    if any(line.count("\x0e") != line.count("\x10") for line in lines):
        return shown
    parts = []
    for number, line in enumerate(lines, 1):
        found = _INDENT.match(line)
        columns = len(found[1].expandtabs(4)) if found else 0
        style = f' style="--dw-in:{columns}"' if columns else ""
        end = "\n" if number < len(lines) else ""
        parts.append(f'<span class="dw-line"{style}>{line}{end}</span>')
    return "".join(parts)


def span(leaf: Block, place: int, text: str, field: Field) -> str:
    """Code inside a line. `place` is where its text begins in the leaf's."""
    shown = inner(leaf, place, text, field, breaks=True)
    if "-" in text and len(text) < _LONG:
        return f'<code class="dw-word"{_direction(field)}>{shown}</code>'
    return f"<code{_direction(field)}>{_whole_names(shown)}</code>"


def _direction(field: Field) -> str:
    """The attribute with which code keeps its own way in text that may go the other, and says nothing about that."""
    return ' dir="ltr"' if field.note.right_to_left else ""


def inner(leaf: Block, place: int, text: str, field: Field, language: str = "", *, breaks: bool = False) -> str:
    """Code or TeX, escaped, in colours where the language is known; in a cloze note `{{c1::…}}` works inside.

    `place` is where the text begins in the leaf's. With `breaks`, long words may be broken between names.
    """
    found = clozes.in_code(text) if field.cloze else []
    if not (language or found or (breaks and len(text) >= _LONG)):
        return escaped(text)
    placed: list[tuple[int, str]] = []
    kept: list[str] = []
    opened: list[int] = []
    length = position = 0
    note = field.note
    for start, end, number, hint in found:
        kept.append(text[position:start])
        length += start - position
        position = end
        if number is None:
            placed.append((length, marks.closing(opened.pop())))
            continue
        where = place + start
        opened.append(note.deletion(note.span(leaf, where, where + end - start), number, hint))
        placed.append((length, marks.opening(opened[-1])))
        if not hint and _LIKE_A_HINT.match(text, end):
            note.report(hint_in_code, leaf, where, where + end - start)
        if not 1 <= number <= MAX_NUMBER:
            note.report(bad_number, leaf, where, where + end - start)
    shown = "".join([*kept, text[position:]])
    if breaks:
        placed += ((offset, _BREAK) for offset in _between_names(shown))
        placed.sort(key=itemgetter(0))
    return "".join(_marked(_tokens(shown, language), placed) if placed else _coloured(_tokens(shown, language)))


_BREAK = '<wbr class="dw-break">'
"""Where a line may be broken. Every other `<wbr>` only keeps characters apart (`survival`)."""

_PHONE = 30
"""Letters of code that a line of text has on a phone of 320 pixels."""

_LONG = 25
"""From so many letters on, a word may be wider than the line, beside others."""

_LONG_WORD = pattern(rf"\S{{{_LONG},}}")

_AFTER = r"/:,;=&?|@#()\[\]{}>"
_BETWEEN_NAMES = pattern(rf"(?<=[{_AFTER}])(?<!</)(?=[^{_AFTER}.])|(?<=[^.{_AFTER}<])(?=\.[^.\d])")


def _between_names(code: str) -> Iterator[int]:
    """The offsets at which the long words of code may be broken: between names, never inside one."""
    for word in _LONG_WORD.finditer(code):
        for between in _BETWEEN_NAMES.finditer(code, word.start() + 1, word.end() - 1):
            yield between.start()


_WORD = pattern(r"<[^>]*+>|[\x0e\x10]\d+\x0f|(?P<word>[^\s<>\x0e\x10]++)")
"""A tag, a mark, or a word: one without a hyphen too, lest each of its letters be looked at as the beginning of one."""


def _whole_names(shown: str) -> str:
    """Code in which no line is broken at a hyphen, as browsers do: not in `--dry-run`, nor in `us-east-1`."""
    if "-" not in shown:
        return shown
    return _WORD.sub(_whole_name, shown)


def _whole_name(found: re.Match[str]) -> str:
    word = found["word"]
    is_name = word and "-" in word and word.strip("-") and len(word) <= _PHONE
    return f'<span class="dw-word">{word}</span>' if is_name else found[0]


_LIKE_A_HINT = pattern(r"[^{}]*::[^:{}]*\s[^:{}]*\}\}")


def maths(leaf: Block, place: int, text: str, field: Field) -> str:
    """TeX without the commands that make links to scripts, or attributes of HTML. What they show stays."""
    parts, position = [], 0
    for start, end, command in tex.harmful(text):
        field.note.report(removed_html, leaf, place + start, place + start + len(command), command)
        parts += [text[position:start], " " * (end - start)]  # In its length, for the places of clozes.
        position = end
    kept = "".join([*parts, text[position:]])
    if field.cloze and _is_joined_by_clozes(kept):
        shown = text.split("\n", maxsplit=1)[0][:60]
        field.note.report(removed_html, leaf, place, place + len(shown), shown)
        kept = kept.replace("\\", " ")
    return inner(leaf, place, kept, field)


def _is_joined_by_clozes(text: str) -> bool:
    """Whether TeX without harmful commands has one when the marks of its clozes are gone, as in `\\hr{{c1::ef}}`."""
    return any(tex.harmful(without(text, ((start, end) for start, end, _, _ in clozes.in_code(text)))))


def _coloured(tokens: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The stretches as HTML. No element goes over the end of a line, since a line may get an element of its own."""
    for class_, token in tokens:
        text = escaped(token)
        if class_:
            text = "\n".join(f'<span class="{class_}">{line}</span>' if line else "" for line in text.split("\n"))
        yield text


def _marked(tokens: Iterable[tuple[str, str]], placed: Sequence[tuple[int, str]]) -> Iterator[str]:
    """The same with each mark at its offset: a token is cut where a mark falls into it."""
    waiting = list(placed)
    offset = 0
    for class_, token in tokens:
        end = offset + len(token)
        while offset < end or (waiting and waiting[0][0] == offset):
            if waiting and waiting[0][0] == offset:
                yield waiting.pop(0)[1]
                continue
            cut = min(end, waiting[0][0]) if waiting else end
            yield from _coloured([(class_, token[offset - end + len(token) : cut - end + len(token)])])
            offset = cut
    yield from (mark for _, mark in waiting)


def _tokens(code: str, language: str) -> list[tuple[str, str]]:
    """The short classes of the stretches of code, and these, in order; together they are the code."""
    lexer = _lexer(language) if language and not _is_too_much(code) else None
    if lexer is None:
        return [("", code)]
    classes = _classes()
    # Some lexers leave out a last line that has no end, and some a byte order mark: then nothing is coloured.
    for written in (code, f"{code}\n"):
        tokens = [(classes.get(sort, ""), text) for sort, text in lexer.get_tokens(written)]
        if sum(len(text) for _, text in tokens) == len(written):
            return _joined(_shortened(tokens, len(written) - len(code)))
    return [("", code)]


def _joined(tokens: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same with neighbours of one class as one: a quote is a token of its own, and would be left at a line's end."""
    return [(class_, "".join(text for _, text in same)) for class_, same in groupby(tokens, key=itemgetter(0))]


def _is_too_much(code: str) -> bool:
    """Whether the code is shown without colours, since they could take minutes."""
    return len(code) > MAX_COLOURED or _MUCH_SPACE.search(code) is not None


_MUCH_SPACE = pattern(rf"\s{{{MAX_COLOURED_SPACE + 1}}}")


def _shortened(tokens: list[tuple[str, str]], by: int) -> list[tuple[str, str]]:
    """The tokens without the last character, where that was put there."""
    if by:
        class_, text = tokens.pop()
        tokens.append((class_, text[:-by]))
    return tokens


@lru_cache(maxsize=256)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@cache
def _classes() -> dict[_TokenType, str]:
    from pygments.token import STANDARD_TYPES, Error, Whitespace

    # What a lexer cannot read is not wrong, most often it is another language: it has no colour. Spaces show none.
    return {**STANDARD_TYPES, Error: "", Whitespace: ""}
