r"""The maths of a card → MathML, so that a page needs no script to show it.

What Anki takes for maths is told by MathJax's rules: `\(…\)` and `\[…\]` in the text, also across a line break, but not
in code and not across another element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

import math_core
from lxml import etree

from ..limits import MAX_TEX, MAX_TEX_COMMANDS
from ..render.html_elements import REST_OF_TAG

STYLE = """\
math[display="block"] { overflow-x: auto; overflow-y: hidden; }
mtd { padding: 0.5ex 0.4em; }
mtr > mtd:first-child { padding-left: 0; }
mtr > mtd:last-child { padding-right: 0; }
.math-core-sans-serif-font { font-family: sans-serif; }
.tex-radicand { padding: 0.1em 0.1em 0 0.05em; border-top: 0.06em solid; }
code.tex { overflow-wrap: anywhere; }
@supports not (-moz-appearance: none) {
  menclose[notation="box"] { border: 0.05em solid; padding: 0.25em; }
  menclose { --line: transparent calc(50% - 0.04em), currentColor 0 calc(50% + 0.04em), transparent 0; }
  menclose[notation~="updiagonalstrike"] { background: linear-gradient(to left top, var(--line)); }
  menclose[notation~="downdiagonalstrike"] { background: linear-gradient(to right top, var(--line)); }
  menclose[notation="updiagonalstrike downdiagonalstrike"] {
    background: linear-gradient(to left top, var(--line)), linear-gradient(to right top, var(--line));
  }
}
"""
"""The rules that pages with maths need: of the lines above roots, and what no browser but Firefox draws by itself, boxes and
what is struck out."""


def mathml(html: str) -> str:
    r"""The HTML of a field, or of a side of a card, with its maths as MathML. Nothing is raised, whatever is in it.

    A formula that cannot be converted stays readable as it was written, without its delimiters, in `<code class="tex">`:
    one with a command that is not known, such as `\ce` or `\href`, with a mistake, or above the limits. All else stays
    as it is: `\(` that nothing closes, and what has other elements in it than line breaks and spans, which Anki shows as
    text too. A span within a formula is left out, as Anki leaves out that of a cloze.
    """
    made: list[str] = []
    at = 0
    for start, end, tex, display in _formulas(html):
        made += (html[at:start], _converted(tex, display) or f'<code class="tex">{escape(tex, quote=False)}</code>')
        at = end
    return "".join([*made, html[at:]])


_TOKEN = re.compile(rf"(?s:<!--.*?-->)|<(/?)([a-zA-Z][\w-]*){REST_OF_TAG}|\\([(\[)\]])|(<[a-zA-Z/!])")
"""A comment; a tag, with a slash in group 1 where it closes, and its name; a delimiter of maths; a tag without an end."""

_SKIPPED = frozenset(
    {"code", "math", "noscript", "option", "pre", "script", "select", "style", "svg", "textarea", "title"}
)
"""The elements in which there is no maths: those that MathJax skips, and those in which MathML cannot stand."""


def _formulas(html: str) -> Iterator[tuple[int, int, str, bool]]:
    """Where each formula begins and ends, with its delimiters, its TeX, and whether it has a line of its own."""
    skipped = 0  # how many elements are open in which there is none
    opened: re.Match[str] | None = None
    pieces: list[str] = []
    at = spans = 0
    for token in _TOKEN.finditer(html) if "\\" in html else ():
        closing, name, delimiter, broken = token.groups()
        if broken:
            return
        if not opened:
            if name:
                skipped = _open_after(skipped, closing, name)
            elif delimiter in ("(", "[") and not skipped:
                opened, pieces, at, spans = token, [], token.end(), 0
            continue
        if delimiter and delimiter != {"(": ")", "[": "]"}[opened[3]]:
            continue  # It is TeX, such as the `\[` after a `\`.
        pieces.append(html[at : token.start()])
        at = token.end()
        name = name and name.lower()
        if delimiter:
            if not spans:
                yield opened.start(), token.end(), unescape("".join(pieces)), delimiter == "]"
            opened = None
        elif name == "br":
            pieces.append("\n")
        elif name == "span":
            spans += -1 if closing else 1
            if spans < 0:
                opened = None
        elif name and name != "wbr":
            opened, skipped = None, _open_after(skipped, closing, name)


def _open_after(skipped: int, closing: str, name: str) -> int:
    if name.lower() not in _SKIPPED:
        return skipped
    return max(0, skipped - 1) if closing else skipped + 1


# The converter fails on what it does not know. Some of its own commands are macros.
_converter = math_core.LatexToMathML(fancy_error=False, max_expansions=MAX_TEX_COMMANDS)

_DEFINITION = re.compile(r"\\(?:g?def|global|let|(?:new|provide|renew)command)(?![A-Za-z])")
"""A macro of a few characters can make much, so there are none but the converter's."""


def _converted(tex: str, display: bool) -> str:
    """The MathML; empty if there is none."""
    if len(tex) > MAX_TEX or sum(map(tex.count, "\\{^_")) > MAX_TEX_COMMANDS or _DEFINITION.search(tex):
        return ""
    try:
        made = _converter.convert_with_local_state(_as_mathjax(tex), displaystyle=display)
    except (math_core.LatexError, UnicodeEncodeError):
        return ""
    made = _NAMED.sub(lambda reference: unescape(reference[0]), made)
    root = _harmless(made)
    if root is None:
        return ""
    return _with_signs(root) if "<msqrt>" in made or "<mroot>" in made else made


_NAMED = re.compile(r"&(?!(?:amp|apos|gt|lt|quot);)\w+;", re.ASCII)
"""References to characters that HTML has and XML has not."""

_DIFFERENT = re.compile(r"\\(begin|end)\s*\{(align|equation|gather|multline)\}|\\.|\u00a0", re.DOTALL)


def _as_mathjax(tex: str) -> str:
    """TeX that the converter reads as Anki's MathJax does: no equation is numbered, and a space that cannot be broken is
    one of the editor's."""

    def translate(found: re.Match[str]) -> str:
        if found[1]:
            return rf"\{found[1]}{{{found[2]}*}}"
        return " " if found[0] == "\u00a0" else found[0]

    return _DIFFERENT.sub(translate, tex)


_MATHML = """
    b code em i math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace
    msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover s span u
"""
_ATTRIBUTES = """
    accent accentunder class colspan columnspan depth display displaystyle form height largeop linethickness lspace
    mathvariant maxsize minsize movablelimits notation rspace scriptlevel stretchy style symmetric voffset width
"""
_STYLE = re.compile(r"[\w\s:;.#%-]*")


def _harmless(made: str) -> etree._Element | None:
    """The formula, if it can stand in any page: well-formed, without links, scripts, and ids that the page may have too."""
    try:
        root = etree.fromstring(made, _PARSER)
    except etree.XMLSyntaxError:
        return None
    harmless = all(
        element.tag in _KEPT
        and _KEPT_ATTRIBUTES.issuperset(element.attrib)
        and _STYLE.fullmatch(element.get("style", "")) is not None
        for element in root.iter()
    )
    return root if harmless else None


_KEPT = frozenset(_MATHML.split())
_KEPT_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def _with_signs(formula: etree._Element) -> str:
    """The formula with a sign before what a root is of, and a line above that, which the stylesheet draws.

    On a system without a font for maths, as many telephones are, Chromium draws neither: a root looks like no root.
    """
    for root in list(formula.iter("msqrt", "mroot")):
        within = list(root)
        if root.tag == "mroot":
            raised = etree.SubElement(root, "msup")
            raised.extend([etree.Element("mspace"), within.pop()])
        sign = etree.SubElement(root, "mo", {"form": "prefix", "stretchy": "true", "lspace": "0", "rspace": "0"})
        sign.text = "√"
        etree.SubElement(root, "mrow", {"class": "tex-radicand"}).extend(within)
        root.tag = "mrow"
    return etree.tostring(formula, encoding="unicode", method="html")
