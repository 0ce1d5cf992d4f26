"""Text → Markdown that is read as this text: what would be markup is escaped, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection

_ALWAYS = re.compile(
    r"\\(?=[!-/:-@\[-`{-~\u00a0\r＃｛｝＝\n]|\Z)"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,40};)"
    r"|(?<!\S)\.(?=[\w-]+\s*(?:#[\w.-]+\s*)?[}｝])"
    r"|\{(?=\{[cC]?\s*\d|\s*[.#:]|\w+[\w\s.,#=\"'-]*\}|[^{}|\n]{1,40}\|)"
    r"|(?<=[\[(])[\[(](?=c\d)"
    r"|%(?=%)|\$(?=\$)|!(?=\[\[)|\[(?=\[|\^)|\^(?=\[)"
    r"|(?<![^\s*_~(（「])#(?=[^\W\d])"
    r"|(?<=\bcard)\s*:|(?<=\bCard)\s*:"
    r"|://|(?<=www)\.(?=\w)|(?<=\w)@(?=\w)"
    r"|[\u00a0\r]"
    r"|[＃｛｝](?=card|[.#:]|$)|＝(?=＝)"
)
_ALL = re.compile(
    rf"{_ALWAYS.pattern}"
    r"|\*|(?<![^\W_])_|_(?![^\W_])|`|~(?=~)|(?<=~)~|\$|=(?==)|(?<==)=(?!=)|\["
)
_MAY_BE = re.compile(r"[\\<&{}\[%$^#@\u00a0\r＃｛｝＝]|\(\(|://|www|ard\s*:")
_ANY_MAY_BE = re.compile(rf"{_MAY_BE.pattern}|[*_`~=]")
"""What text has in which anything is escaped: most has nothing of it, and that is soon seen."""

_REFERENCES = {
    "\u00a0": "&nbsp;",
    "\r": "&#10;",
    "＃": "&#xFF03;",
    "｛": "&#xFF5B;",
    "｝": "&#xFF5D;",
    "＝": "&#xFF1D;",
}


def text(written: str, everything: bool, hidden: bool = False, cloze: bool = False) -> str:
    """Text as it stands in a line: with a backslash before what is always markup, or before `everything` that may be.

    In an answer that is `hidden`, braces and double colons are kept apart too. In a `cloze` note, two braces before a number.
    """
    if not (_ANY_MAY_BE if everything else _MAY_BE).search(written) and not (hidden and "::" in written):
        return written
    pattern = _ALL if everything else _ALWAYS
    if hidden and ("{" in written or "::" in written or "}" in written):
        return "".join(_hidden(part, pattern) for part in re.split(r"([{}]|::+)", written))
    if cloze and "{" in written:
        return "&#123;".join(pattern.sub(_escaped, part) for part in re.split(r"\{(?=\{|c\d)", written))
    return pattern.sub(_escaped, written)


def _hidden(part: str, pattern: re.Pattern[str]) -> str:
    if part in ("{", "}"):
        return "&#123;" if part == "{" else "&#125;"
    return "\\:" * len(part) if part.startswith("::") else pattern.sub(_escaped, part)


def _escaped(found: re.Match[str]) -> str:
    mark = found[0]
    if mark in _REFERENCES:
        return _REFERENCES[mark]
    if mark.endswith(":"):
        return f"{mark[:-1]}\\:"
    if mark == "://":
        return "\\://"
    return f"\\{mark}"


def address(written: str) -> str:
    """The address of a link or a picture, in which no `&` begins a reference."""
    return written.replace("&", "&amp;") if _BEGUN.search(written) else written


_BEGUN = re.compile(r"&#?\w+;")

_AT_LINE_BEGIN = re.compile(
    r"(?P<before>)(?P<mark>#|[-+*](?=[ \t]|\Z)|>|(?:=+|-+)[ \t]*\Z|(?P<rule>[*_-])(?:[ \t]*(?P=rule)){2,}[ \t]*\Z|```|~~~|[:~][ \t]"
    r"|!!!|\?\?\?|\[(?=[^\[\]]+\]:)|\[(?=![\w-]+\])|\[(?=[ xX]\])|\^(?=[A-Za-z0-9-]+\Z)|\|(?=[-:| \t]*\Z))"
    r"|(?P<number>\d{1,9})(?P<sign>[.)])(?=[ \t]|\Z)"
)
_DELIMITERS = re.compile(r"[-:| \t]+\Z")
_LABEL = re.compile(
    r"(?P<before>(?P<bold>\*\*)?(?P<name>[^\n:：]{1,100}?)[ \t]*(?(bold)(?:\*\*)?)[ \t]*)(?P<colon>[:：])"
)
_BLOCK_ID = re.compile(r"(?<=\s)\^(?=[A-Za-z0-9-]{4,}\Z)")
_CARD = re.compile(r"(card[ \t]*)(:)", re.IGNORECASE)


def line(written: str, labels: Collection[str]) -> str:
    """A line of a paragraph that begins no other block, and no field of one of the `labels` (case-folded)."""
    if labels and (":" in written or "：" in written):
        found = _LABEL.match(written)
        if found and " ".join(found["name"].split()).casefold() in labels:
            colon = "\\:" if found["colon"] == ":" else "&#xFF1A;"
            written = found["before"] + colon + written[found.end() :]
    if found := _AT_LINE_BEGIN.match(written):
        if found["number"]:
            return f"{found['number']}\\{written[found.end('number') :]}"
        return f"\\{written}"
    if "|" in written and _DELIMITERS.match(written):
        return written.replace("|", "\\|")
    return written


def end(written: str) -> str:
    """A paragraph whose last word is no name of a block in Obsidian."""
    return _BLOCK_ID.sub("\\\\^", written) if "^" in written else written


_CLOSING_SIGNS = re.compile(r"(?<![^\s])(#+)\s*\Z")


def heading(written: str) -> str:
    """A line that is a heading: no sign at its end closes it."""
    written = _CLOSING_SIGNS.sub(r"\\\1", written)
    return re.sub(r"(?<!\S)\[(?=\.?(?:cloze|occlusion)\]\s*\Z)", r"\\[", written)
