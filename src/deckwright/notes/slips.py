"""The blocks of a note → what looks like a cloze deletion and hides nothing, or is drawn by other programs alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..diagnostics import Diagnostic
from ..diagnostics.cloze import near_deletion, near_number
from ..diagnostics.note import not_drawn
from ..mediatypes import TYPES
from ..model import SourceFile, Span
from ..patterns import pattern
from ..read.blocks import NO_PROSE, Block, walk
from ..read.inlines import HIDDEN, flat, masked


def deletions(held: Sequence[Block], file: SourceFile) -> list[Diagnostic]:
    """What looks like a deletion in the text of a cloze note, or like the number of one, and is not read as such."""
    found: list[Diagnostic] = []
    plain: list[tuple[int, Span, str]] = []  # Numbers without a c: they may be meant as answers.
    for leaf in (inner for inner in walk(held) if inner.text and not inner.too_much):
        if any(map(leaf.text.__contains__, _SIGNS)):
            found += _near_forms(leaf, file)
        if leaf.kind in NO_PROSE or not any(map(leaf.text.__contains__, ("==", "＝＝", ":::"))):
            continue
        text = masked(leaf.text, leaf.pieces)
        # Most text has but marks of deletions, and these patterns take long to find nothing.
        for other in _OTHER_SIGNS.finditer(text) if "===" in text or "＝＝" in text else ():
            found.append(near_deletion(_span(leaf, other, file), leaf.text[slice(*other.span())], "form"))
        for mark in _NUMBER.finditer(text) if "::" in text else ():
            number, start = mark["number"], mark.start("number")
            span = file.span(*leaf.place(start), len(number))
            if number.isdigit():
                plain.append((int(number), span, number))
            elif not _WHOLE_NUMBER.fullmatch(number):
                several = "," in number
                found.append(near_number(span, number, "" if several else "c" + re.sub(r"\D", "", number)))
        for other in _OTHER_COLONS.finditer(text) if any(map(text.__contains__, _NUMBERED)) else ():
            span = file.span(*leaf.place(other.start("number")), len(other["number"] + other["sign"]))
            found.append(near_number(span, other["number"] + other["sign"], f"c{other['number'][1:]}", is_answer=True))
        for more in _COLON_MORE.finditer(text) if ":::" in text else ():
            span = file.span(*leaf.place(more.start("colon")), 1)
            found.append(near_number(span, ":", more["number"], is_answer=True))
        for spaced in _SPACED.finditer(text) if "== " in text or "==\t" in text else ():
            if not _OPERATOR.search(spaced["inner"]):
                found.append(near_deletion(_span(leaf, spaced, file), leaf.text[slice(*spaced.span())], "spaces"))
    if plain and sorted({number for number, _, _ in plain}) == list(range(1, len({n for n, _, _ in plain}) + 1)):
        found += [near_number(span, written, f"c{written}") for _, span, written in plain]
    return found


_C = r"(?:cloze|[cC\u0441\u0421\uff43\uff23]{1,2})[._-]?"
"""What is written for the c of a number: twice, as a word, as the Cyrillic letter or in full width."""

_NUMBER = pattern(rf"(?<!=)==(?P<number>\[?(?:{_C})?\s?\d{{1,4}}(?:\s?,\s?[cC]?\d{{1,4}})*\]?\s?)::(?=[^\s=])")
_WHOLE_NUMBER = pattern(r"c\d{1,4}")
_NUMBERED = ("==c", "==\u0441", "==\uff43")
_OTHER_COLONS = pattern(r"(?<!=)==(?P<number>[c\u0441\uff43]\d{1,3})(?P<sign>(?!::)(?:[:：;]{1,3}|\|{1,2}))(?=[^=])")
"""A number with one colon, or with other signs, so that all of it is part of the answer."""

_COLON_MORE = pattern(r"(?:(?<!=)==|\{\{)(?P<number>c\d{1,3})::(?P<colon>:)(?=[^:=}\s])")
"""A number with three colons: the third is part of the answer."""

_SPACED = pattern(r"(?<![^\s(])==[ \t]+(?P<inner>[^=\n]{0,60}?\S)[ \t]+==(?![^\s.,;:)!?])")
_OPERATOR = pattern(r"\b(?:and|or|if|then)\b|&&|[][(){}|,;.]")
"""What stands between two equality signs of a programming language, not in an answer."""

_OTHER_SIGNS = pattern(
    r"(?<![=\w])={3,5}(?=[^\s=])[^=\n]{0,60}(?<=[^\s=])={3,5}(?![=\w])|＝＝(?=[^\s＝])[^＝\n]{0,60}(?<=[^\s＝])＝＝(?!＝)"
)
"""Three signs, or full-width ones, where two are meant."""

_BRACKETS = ("{", "｛", "[[", "((")
_SIGNS = ("==", "{", "｛｛", "[[c", "((c")
"""One of these has text with what is nearly Anki's form, or a mark in maths. `a[[0::2]]` alone is a part of a list."""

_FORM = pattern(
    rf"\{{\{{(?!c\d{{1,4}}::)\s*{_C}\s*\d{{1,5}}\s*[:：;]{{1,2}}|"
    r"\{\{\s*[cC]\s*\d{1,5}(?:\s*,\s*[cC]?\s*\d{1,5})+\s*:{1,2}|(?:｛｛|\[\[|\(\()[cC]?\d{1,4}(?:::|：：)|"
    r"\{\{\s*[cC]\s*[:：]{2}|\{\{\d{1,4}[:：]{2}|(?<![{>])\{c\d{1,4}[:：]{2}"
)
"""What is nearly how one begins in Anki's form, in code too: with another sign, one colon or brace, or without its number."""

_LOOSE_FORM = pattern(
    r"\{\{c\d{1,3}(?:\}{1,2}::|(?:[|=>/]|,(?!\s*[cC]?\d))(?=[^{}\n]{1,100}\}\})|(?=[ \t]\w[^{}\n]{0,100}\}\}))"
)
"""The same with any sign for the colons, or none. In code it is what templates are made of."""

_WITHOUT_TAGS = pattern(r"<!--.*?-->|<[^<>]*>", re.DOTALL)
_IN_HTML = pattern(r"(?<![=<>!:\w])==(?=[^\s=])[^=\n]+?(?<=[^\s=])==(?![=\w])")
_IN_MATHS = pattern(r"(?<![=<>!:])==(?=[^\s=])[^=\n]+?(?<=[^\s=])==(?!=)")


def _near_forms(leaf: Block, file: SourceFile) -> Iterator[Diagnostic]:
    """What is nearly Anki's form; and marks in maths, where they are none. In code `==` is code, and what is hidden may
    say anything.
    """
    if leaf.kind in HIDDEN:
        return
    if any(map(leaf.text.__contains__, _BRACKETS)):
        hidden = [(p.start, p.end) for p in flat(leaf.pieces) if p.kind in HIDDEN]
        for form in _FORM.finditer(leaf.text):
            if not any(start <= form.start() < end for start, end in hidden):
                yield near_deletion(_span(leaf, form, file), form[0], "form")
    if "{{c" in leaf.text and leaf.kind not in NO_PROSE:
        for form in _LOOSE_FORM.finditer(masked(leaf.text, leaf.pieces)):
            yield near_deletion(_span(leaf, form, file), form[0], "form")
    if "==" not in leaf.text:
        return
    for mark in _IN_HTML.finditer(_WITHOUT_TAGS.sub(_blank, leaf.text)) if leaf.kind == "html" else ():
        yield near_deletion(_span(leaf, mark, file), mark[0], "HTML")
    stretches = [(0, len(leaf.text))] if leaf.kind == "maths" else []
    stretches += [(piece.start, piece.end) for piece in flat(leaf.pieces) if piece.kind in ("maths", "display")]
    for stretch in stretches:
        for mark in _IN_MATHS.finditer(leaf.text, *stretch):
            yield near_deletion(_span(leaf, mark, file), mark[0], "maths")


def _blank(found: re.Match[str]) -> str:
    """As many line ends as are in the place of which nothing is to be found."""
    return re.sub(r"[^\n]", "\n", found[0])


def foreign(held: Iterable[Block], file: SourceFile) -> list[Diagnostic]:
    """What other programs draw: furigana in braces, diagrams in fences, containers between colons. And what is nearly a
    picture or a link, and is shown as it is written.
    """
    found: list[Diagnostic] = []
    for leaf in (inner for inner in walk(held) if inner.text and not inner.too_much):
        if leaf.kind == "code":
            if leaf.info == "math":
                found.append(not_drawn(file.span(leaf.first, 0, 1_000), "formula", "it between lines $$"))
            if _DIAGRAM.match(leaf.info):
                found.append(not_drawn(file.span(leaf.first, 0, 1_000), "diagram"))
            continue
        if leaf.kind == "paragraph" and (container := _CONTAINER.match(leaf.text)):
            found.append(not_drawn(_span(leaf, container, file), "container"))
        if "|" in leaf.text and "{" in leaf.text and leaf.kind in ("paragraph", "heading", "cell", "term"):
            text = masked(leaf.text, leaf.pieces)
            found += [not_drawn(_span(leaf, ruby, file), "furigana") for ruby in _FURIGANA.finditer(text)]
        if any(map(leaf.text.__contains__, ("[", "$`", *_SOUNDS))) and leaf.kind not in NO_PROSE:
            found += _near_pictures(leaf, file)
    return found


_CONTAINER = pattern(r":{3,}[ \t]*\{?\.?[a-zA-Z][\w-]*")
_DIAGRAM = pattern(r"\{?(?:mermaid|plantuml|puml)\b")
_FURIGANA = pattern(r"(?<![\\{])\{[^{}|\n]{0,40}[\u3005\u3400-\u9fff][^{}|\n]{0,40}(?:\|[^{}|\n]{1,40})+\}")


def _near_pictures(leaf: Block, file: SourceFile) -> Iterator[Diagnostic]:
    """What Markdown would have read as a picture or a link, if there were no space in it, or no bracket were missing."""
    text = masked(leaf.text, leaf.pieces)
    for piece in flat(leaf.pieces) if "$`" in leaf.text else ():
        if piece.kind == "code" and leaf.text[: piece.start].endswith("$") and leaf.text.startswith("$", piece.end):
            span = file.span(*leaf.place(piece.start - 1), piece.end - piece.start + 2)
            yield not_drawn(span, "formula", f"${piece.text.strip()}$")
    for near in _SPACED_PICTURE.finditer(text) if "![" in text else ():
        alt, path, size = near.group("alt", "path", "size")
        if size and (width := re.search(r"\d+(?:x\d+)?", size)):
            alt = f"{alt}|{width[0]}"
        if size or re.search(r"\s", path):
            yield not_drawn(_span(leaf, near, file), "picture", f"![{alt}]({_destination(path)})")
    for near in _BROKEN_PICTURE.finditer(text) if "![" in text or "!(" in text else ():
        alt = next(filter(None, near.group("alt", "behind")), "")
        path = next(filter(None, near.group("apart", "open", "before")))
        yield not_drawn(_span(leaf, near, file), "picture", f"![{alt}]({path})")
    for near in _NEAR_EMBED.finditer(text) if "![[" in text else ():
        yield not_drawn(_span(leaf, near, file), "picture", f"![[{near['name']}]]")
    for near in _NEAR_SOUND.finditer(text) if any(map(text.__contains__, _SOUNDS)) else ():
        if not (near[0].startswith("[sound:") and near[0].endswith("]")):
            yield not_drawn(_span(leaf, near, file), "sound", f"[sound:{near['name']}]")
    for near in _NEAR_LINK.finditer(text) if "](" in text else ():
        yield not_drawn(_span(leaf, near, file), "link", f"[{near['text']}]({_destination(near['path'])})")
    for near in _ATTRIBUTES.finditer(text) if "){" in text else ():
        if not re.search("[.#=]", near["list"]):
            continue
        width = _WIDTH.search(near["list"])
        span = file.span(*leaf.place(near.start("list")), len(near["list"]))
        sized = f"![{near['alt']}|{width[1]}]({near['path']})" if width else ""
        yield not_drawn(span, "list of attributes", sized)


def _destination(path: str) -> str:
    """A path or an address as it may stand between the parentheses of a picture or a link."""
    return f"<{path}>" if re.search(r"[\s()]", path) else path


_MEDIA = rf"\.(?i:{'|'.join(sorted(TYPES))})"
_ALT = r"[^\[\]\n]{0,200}"
_PATH = r"[^\[\]()<>\s\"']{1,200}"
_SPACED_PICTURE = pattern(
    rf"(?<!\\)!\[(?P<alt>{_ALT})\]\([ \t]*"
    rf"(?P<path>(?=\S)(?:[^()<>\s\"]|\([^()\n]{{0,40}}\)|[ \t](?![\"'])){{1,200}}?{_MEDIA})"
    r"(?P<size>[ \t]+=[\dx%]+)?[ \t]*\)"
)
"""With a space in the path, or with the size behind it, as some editors have it."""

_BROKEN_PICTURE = pattern(
    rf"(?<!\\)!(?:\[(?P<alt>{_ALT})\](?:[ \t]+\((?P<apart>{_PATH}{_MEDIA})\)|"
    rf"\((?P<open>{_PATH}{_MEDIA})[ \t]*(?=\Z|\n(?![ \t]*[\"'()])))|"
    rf"\((?P<behind>[^()\n]{{0,200}})\)\[(?P<before>{_PATH}{_MEDIA})\])"
)
"""With a space before its parenthesis, without the last one, or with its brackets the wrong way round."""

_NEAR_EMBED = pattern(
    rf"(?<!\\)!\[\[(?P<name>[^\[\]\n|]{{1,200}}{_MEDIA})(?:\|[^\[\]\n]{{0,40}})?(?:\](?!\])|(?=\n|\Z))"
)
_SOUNDS = ("[sound", "[Sound", "{sound", "{Sound", "(sound", "(Sound")
_NEAR_SOUND = pattern(
    rf"(?<!\\)[\[{{(](?i:sound)[ \t]?(?:[:=][ \t]?)?(?P<name>[^\[\](){{}}:\n]{{1,200}}{_MEDIA})(?:[\])}}]|(?=\s|\Z))"
)
"""Anki's own form with a capital, without its colon, or in other brackets."""

_NEAR_LINK = pattern(
    r"(?<![!\\\]])\[(?P<text>[^\[\]\n]{1,200})\]\("
    r"(?P<path>(?:https?://|\.{0,2}/)(?=[^\s)]*[ \t])(?:[^()<>\s\"']|[ \t](?![\"'( \t)])){1,200})\)"
)
_ATTRIBUTE = r"[.#]?[\w:-]+(?:=(?:\"[^\"\n]*\"|[^\s{}\"]+))?"
_ATTRIBUTES = pattern(
    rf"(?<!\\)!\[(?P<alt>{_ALT})\]\((?P<path>[^()<>\s]{{1,200}})\)"
    rf"(?P<list>\{{:?\s*(?=[.#\w-]+[\s=}}]){_ATTRIBUTE}(?:\s+{_ATTRIBUTE})*\s*\}})"
)
_WIDTH = pattern(r"width=[\"']?(\d{1,4})(?:px)?[\"']?(?![\w%])")


def _span(leaf: Block, found: re.Match[str], file: SourceFile) -> Span:
    line = found[0].split("\n")[0]
    return file.span(*leaf.place(found.start()), len(line))
