"""Tokens → a line or a paragraph of Markdown, read back before it counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import msgspec

from ..read.inlines.tex import is_maths
from . import escapes
from .elements import TAGS
from .reading_back import is_read
from .tokens import Token

_WAYS = ((False, "*", False), (True, "*", False), (True, "_", False), (True, "*", True))
"""Whether all that may be markup is escaped, the sign of emphasis, and whether it is written as HTML."""

_BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|blockquote|body|caption|center|col|colgroup|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|"
    r"footer|form|frame|h[1-6]|head|header|hr|html|legend|li|link|main|menu|nav|ol|optgroup|option|p|param|pre|search|section|"
    r"summary|table|tbody|td|tfoot|th|thead|title|tr|ul)(?=[\s/>])"
)


class Form(msgspec.Struct, frozen=True):
    """Where it is written: on `one_line`, in a `cell`, as a text with clozes, with which `labels` (case-folded) at line begins.

    What has no delimiters but tags need not be `checked`: there is one way to write it.
    """

    one_line: bool = False
    cell: bool = False
    cloze: bool = False
    labels: Collection[str] = ()
    checked: bool = True


def paragraph(tokens: Sequence[Token], form: Form) -> str:
    """The tokens as Markdown, the most readable that is read as them."""
    if len(tokens) == 1 and tokens[0].kind == "text" and not _SPECIAL.search(tokens[0].text):
        return _finished(tokens[0].text, form)
    written = ""
    for everything, sign, html in _WAYS:
        if form.one_line and not everything:
            continue  # Beside it other lines may stand, in one paragraph.
        written = _finished(_joined(tokens, form, everything, sign, html), form)
        if not form.checked or is_read(written, tokens, form.cloze, html):
            break
    return written.replace("|", "\\|") if form.cell else written


_SPECIAL = re.compile(r"[^\w\s.,;()/'\"?+-]|[\u00a0\r\n_]|www\.", re.ASCII)


def _finished(written: str, form: Form) -> str:
    if form.one_line:
        return escapes.end(written) if form.cell else escapes.heading(escapes.end(written))
    lines = written.split("\n")
    return escapes.end("\n".join(escapes.line(line, form.labels) for line in lines))


def _keep_brackets(tokens: Sequence[Token], texts: list[str]) -> None:
    """Write the brackets in the texts of links so that none ends a link."""
    is_linked = False
    for place, token in enumerate(tokens):
        if token.style and token.style.kind == "link":
            is_linked = token.kind == "open"
        elif is_linked and token.kind == "text" and "]" in texts[place]:
            texts[place] = texts[place].replace("]", "&#93;")


_BREAKS = {True: "<br>", False: "\\\n"}


def _joined(tokens: Sequence[Token], form: Form, everything: bool, sign: str, html: bool) -> str:
    texts = [_text(token, form, everything) for token in tokens]
    if "link" in {token.style.kind for token in tokens if token.style}:
        _keep_brackets(tokens, texts)
    _delimiters(tokens, texts, sign, html)
    _apart(tokens, texts)
    written = "".join(texts)
    return f"<span></span>{written}" if not form.one_line and _BLOCK_TAG.match(written) else written


def _text(token: Token, form: Form, everything: bool) -> str:
    """How a token is written that needs no look at its neighbours."""
    match token.kind:
        case "text":
            return escapes.text(token.text, everything, token.hidden, form.cloze)
        case "code":
            return _code(token.text)
        case "maths":
            return _maths(token.text, form)
        case "display":
            tex = " ".join(token.text.split()) if form.one_line else token.text
            return f"$${tex}$$" if "$$" not in tex else f"\\[{tex}\\]"
        case "break":
            return _BREAKS[form.one_line]
        case _:
            return token.text


def _code(text: str) -> str:
    """Code between more backticks than it has itself."""
    runs = {len(run) for run in re.findall("`+", text)}
    ticks = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    space = " " if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " " and text.strip()) else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _maths(text: str, form: Form) -> str:
    """Maths between dollars, if there are none in it."""
    if form.one_line:
        text = " ".join(text.split())
    if "`" in text or re.search(r"(?<!\\)\$", text) or text[-1:] == "\\":
        return f"\\({text}\\)"
    return f"${text}$"


def _delimiters(tokens: Sequence[Token], texts: list[str], sign: str, html: bool) -> None:
    """Put the delimiters of styles into the texts, where there is none yet."""
    signs = {"strong": "**", "emphasis": sign, "strike": "~~", "mark": "=="}
    for place, token in enumerate(tokens):
        style = token.style
        if style is None:
            continue
        opens = token.kind == "open"
        if style.kind == "html":
            texts[place] = style.opening if opens else style.closing
        elif style.kind == "link":
            texts[place] = "[" if opens else _target(style.opening, style.closing)
        elif html:
            texts[place] = f"<{'/' * (not opens)}{TAGS[style.kind]}>"
        else:
            texts[place] = signs[style.kind]


def _target(address: str, title: str) -> str:
    address = escapes.address(address).replace("\\", "%5C").replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
    if not re.fullmatch(r"(?:[^\s()<>]|\([^\s()<>]*\))+", address):
        address = f"<{''.join(address.split())}>"
    shown = title.replace("\\", "\\\\").replace('"', '\\"') if title else ""
    return (
        f'](<{address[1:-1]}> "{shown}")'
        if shown and address[:1] == "<"
        else f']({address} "{shown}")'
        if shown
        else f"]({address})"
    )


def _apart(tokens: Sequence[Token], texts: list[str]) -> None:
    """Keep maths between dollars apart from the letters beside it."""
    for place, token in enumerate(tokens):
        if token.kind != "maths":
            continue
        before = next((texts[one] for one in range(place - 1, -1, -1) if texts[one]), "")[-1:]
        after = next((texts[one] for one in range(place + 1, len(texts)) if texts[one]), "")[:1]
        if texts[place][0] != "$":
            continue
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_" or before == "\\"):
            continue
        inside = token.text
        if "\\)" not in inside and _is_maths(before, inside):
            texts[place] = f"\\({inside}\\)"
        else:
            texts[place] = f"<span></span>{texts[place]}<span></span>"


def _is_maths(before: str, inside: str) -> bool:
    def find(pattern: re.Pattern[str]) -> int:
        found = pattern.search(inside)
        return found.start() if found else -1

    return is_maths(before, len(inside), find)
