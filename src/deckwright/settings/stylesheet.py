"""The author's stylesheet → its text, and everything in it that would not work on a card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from .. import files
from ..diagnostics import Diagnostic
from ..diagnostics.project import bad_style, no_stylesheet, unclosed
from ..limits import MAX_SETTINGS_TOLD, MAX_STYLE_BYTES
from ..model import SourceFile, Span
from ..patterns import pattern
from .toml_places import decoded


def read(root: Path, name: str, named: Span) -> tuple[str, list[Diagnostic]]:
    """The text of the file `name` below `root`, its lines ended by `\\n`. `named` is where the settings name it.

    If there is an error, the text is of no use.
    """
    try:
        data = _bytes(root, name)
        text = decoded(data)
    except files.TooLargeError:
        return "", [no_stylesheet(named, name, f"has more than {MAX_STYLE_BYTES >> 10} KiB")]
    except OSError as error:
        return "", [no_stylesheet(named, name, f"cannot be read: {files.reason(error)}")]
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", [no_stylesheet(named, name, f"contains bytes that are not UTF-8, in line {line}")]
    if "\0" in text:
        return "", [no_stylesheet(named, name, "contains a null character")]
    file = SourceFile(name, tuple(text.split("\n")))

    def span(at: int, words: str) -> Span:
        return file.span(text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1, len(words))

    told = islice(faults(text), MAX_SETTINGS_TOLD)
    found = [bad_style(span(at, words), words, *said) for at, words, said in told]
    return text, found or [unclosed(span(at, opening), opening) for at, opening in _unclosed(text)]


def _bytes(root: Path, name: str) -> bytes:
    """Raises OSError, also for what is outside the project."""
    path = root / name
    if not files.is_inside(path, root):
        raise OSError(0, "its link leads out of the project")
    return files.read(path, MAX_STYLE_BYTES)


_ESCAPE = r"\\(?:[0-9A-Fa-f]{1,6}[ \t\n\f]?|[^\n0-9A-Fa-f])"
_STRING = r""""(?>(?:\\.|[^"\\\n])*)"?|'(?>(?:\\.|[^'\\\n])*)'?"""
_TOKEN = pattern(
    rf"/\*.*?(?:\*/|\Z)|(?P<string>{_STRING})|(?P<name>@?(?>(?:[-\w\x80-\U0010ffff]|{_ESCAPE})+))(?P<call>\()?|[()]",
    re.DOTALL,
)
"""A comment, a text, a name and the bracket behind it, or a bracket: CSS is read no closer than this asks for."""

_ADDRESS = pattern(rf"[ \t\n\f]*+({_STRING}|[^)]*+)[^)]*+\)?", re.DOTALL)
"""What is between the brackets of `url()`, with the closing one."""

_NAMESPACE = pattern(
    rf"[ \t\n\f]*+(?:[-\w]++[ \t\n\f]++)?(?:{_STRING}|url\((?:{_STRING}|[^()\"';{{}}]*+)\))[ \t\n\f]*+;",
    re.IGNORECASE,
)
"""What follows `@namespace`: an address that is only a name, and is never fetched."""

_OTHER_FETCHES = {"src", "image"}
"""Functions that take an address as any text, even from a variable."""

_SETS = {"image-set", "-webkit-image-set"}
"""Functions in which a text is an address; pictures may have other functions around them."""

_UNKNOWN = {"var", "env", "attr"}
"""Functions that give anything, also an address."""

Said = tuple[str, str]
"""A reason and a hint."""

_AN_IMPORT = ("reads another stylesheet, which no package contains", "copy its rules into this file")
_AN_END = ("ends the stylesheet on the card", "leave it out")
_ANOTHER = ("may read a file that no package contains", "write `url(data:…)`, with the picture in it")
_A_FILE = (
    "names a file that no package contains",
    "write it as a `data:` address, or use a font that learners have",
)
_REMOTE = (
    "is fetched from the network, and cards must work without one",
    "write it as a `data:` address, or use a font that learners have",
)


def faults(text: str) -> Iterator[tuple[int, str, Said]]:
    """What a card cannot have: its offset, its words, and what to say of it."""
    for end in re.finditer("</style", text, re.IGNORECASE):  # For a browser, even a comment or a text ends there.
        yield end.start(), end[0], _AN_END
    at = 0
    around: list[str] = []  # The functions that are open, the outermost first; for a bracket alone, the one it is in.
    while token := _TOKEN.search(text, at):
        at = token.end()
        name = _unescaped(token["name"] or "").lower()
        is_in_set = bool(around) and around[-1] in _SETS
        if name == "@import":
            yield token.start(), token["name"], _AN_IMPORT
            at = (text.find(";", at) + 1) or len(text)
        elif name == "@namespace" and (rest := _NAMESPACE.match(text, at)):
            at = rest.end()
        elif name == "url" and (inside := _ADDRESS.match(text, at)) and token["call"]:
            at = inside.end()
            if said := _of_address(inside[1]):
                yield token.start(), text[token.start() : at].partition("\n")[0], said
        elif is_in_set and token["string"] and (said := _of_address(token[0])):
            yield token.start(), token[0].partition("\n")[0], said
        elif token["call"] or token[0] == "(":
            around.append(name or (around[-1] if around else ""))
            if name in _OTHER_FETCHES or (is_in_set and name in _UNKNOWN):
                yield token.start(), token[0], _ANOTHER
        elif token[0] == ")" and around:
            around.pop()


def _of_address(written: str) -> Said | None:
    """What to say of an address as CSS has it, with its quotes; None if it is in the stylesheet itself."""
    address = _unescaped(written).strip("\"' \t\n\f")
    if re.match("#|data:", address, re.IGNORECASE):
        return None
    return _REMOTE if re.match(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", address, re.IGNORECASE) else _A_FILE


_BRACKET = pattern(
    rf"/\*(?:.*?\*/)?|{_STRING}|{_ESCAPE}|(?<![-\w])url\((?![ \t\n\f]*+[\"'])(?:[^)\\]*+(?>(?:\\.[^)\\]*+)*)\))?|[][(){{}}]",
    re.DOTALL | re.IGNORECASE,
)
"""A bracket, or what may have others in it that do not count. A comment and an address are whole, or never closed."""

_CLOSING = {"{": "}", "(": ")", "[": "]"}


def _unclosed(text: str) -> list[tuple[int, str]]:
    """The last that is opened and never closed: its offset, and what opens it. Nothing if all is closed.

    A bracket closes none of another kind: https://www.w3.org/TR/css-syntax-3/#consume-simple-block.
    """
    opened: list[tuple[int, str]] = []
    for found in _BRACKET.finditer(text):
        token = found[0].lower()
        if token in ("/*", "url("):
            return [(found.start(), found[0])]
        if token in _CLOSING:
            opened.append((found.start(), token))
        elif opened and token == _CLOSING[opened[-1][1]]:
            opened.pop()
    return opened[-1:]


def _unescaped(text: str) -> str:
    def character(escape: re.Match[str]) -> str:
        if not re.fullmatch("[0-9A-Fa-f]+", digits := escape[0][1:].strip()):
            return escape[0][1:]
        number = int(digits, 16)
        return chr(number) if number < 0x110000 else "\ufffd"

    return re.sub(_ESCAPE, character, text)
