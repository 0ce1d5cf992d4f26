"""A file → the questions and answers that another tool makes of it, each tool by its own rules: what a conversion is proved by.

Each function is written anew from the tool's source and shares nothing with what finds notes to convert. It may find more than
are converted: a converted note has to be among them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Pair = tuple[str, str]
"""A question and an answer in Markdown. Of a cloze note, the question is what its deletions hide, and the answer shows them."""


def pairs(tool: str, path: str, text: str, settings: Mapping[str, Any]) -> Iterator[Pair]:
    """All pairs that a tool makes of a file. Line ends are `\\n`."""
    yield from _TOOLS[tool](text, settings)


# Obsidian_to_Anki: src/note.ts, src/file.ts.


def _obsidian_to_anki(text: str, settings: Mapping[str, Any]) -> Iterator[Pair]:
    own = settings.get("settings") or {}
    syntax = own.get("Syntax") or {}
    names = {"Basic": ["Front", "Back"], "Cloze": ["Text", "Back Extra"]} | (settings.get("fields_dict") or {})
    defaults = own.get("Defaults") or {}
    forms = [_ANKI, *([_CURLY] if defaults.get("CurlyCloze") else [])]
    forms += [r"==(.+?)=="] if defaults.get("CurlyCloze") and defaults.get("CurlyCloze - Highlights to Clozes") else []
    begin, end = (re.escape(syntax.get(key, word)) for key, word in (("Begin Note", "START"), ("End Note", "END")))
    for found in re.finditer(rf"^{begin}[ \t]*\n([\s\S]*?\n){end}", text, re.MULTILINE):
        held = re.sub(r"\n?(?:Tags: .*\n?)?[^\n]*ID: \d+[^\n]*$|\n?Tags: [^\n]*$", "", found[1].strip())
        title, _, rest = held.partition("\n")
        yield _fields(names.get(title) or names["Cloze" if "Cloze" in title else "Basic"], f"\n{rest}", r"\n", forms)
    begin = re.escape(syntax.get("Begin Inline Note", "STARTI"))
    end = re.escape(syntax.get("End Inline Note", "ENDI"))
    for found in re.finditer(rf"{begin} \[(.*?)\](.*?){end}", text):
        held = re.sub(r"(?:Tags: |(?:<!--)?ID: \d).*", "", found[2])
        yield _fields(names.get(found[1]) or names["Basic"], held, " ", forms)
    expressions = " ".join(map(str, (own.get("CUSTOM_REGEXPS") or {}).values()))
    mark = "|".join(map(re.escape, {*re.findall(r" (#[\w/-]+)", expressions), "#flashcard"}))
    stop = r"(?=(?:\nTags: .*)?\n(?:<!--)?ID: \d|\n[ \t]*\n|\n*\Z)"
    styles = (
        rf"^((?:[^\n]+\n)*?[^\n]*?) (?:{mark})[ \t]*\n+((?:[^\n]+\n??)+?){stop}",
        rf"^Q: ((?:[^\n]\n?)+?)\n+A: ((?:[^\n]\n?)+?){stop}",
        rf"^(?:[-*+] )?(.*[^\n:])::([^\n:].*){stop}",
        rf"^((?:[^\n]+\n)+?)-{{3,}}\n((?:[^\n]\n?)+?){stop}",
        rf"^#+(.+)\n+((?:[^\n]\n?)+?){stop}",
    )
    for style in styles:
        yield from ((found[1], found[2]) for found in re.finditer(style, text, re.MULTILINE))
    for found in re.finditer(r"((?:^.+\n)+?)(?:Tags: .*\n)?(?:<!--)?ID: \d", text, re.MULTILINE):
        yield _cloze(found[1], *forms)


def _fields(names: list[str], held: str, gap: str, forms: list[str]) -> Pair:
    """The first two fields; all that is behind the second is part of it, and shown below the answer."""
    fields = {name: "" for name in names}
    current = names[0]
    for part in re.split(rf"{gap}(?=(?:{'|'.join(map(re.escape, names))}):)", held):
        name = next((name for name in names if part.startswith(f"{name}:")), current)
        fields[name] += f"\n{part.removeprefix(f'{name}:')}"
        current = name
    first, *others = [value for name, value in fields.items() if name != "Add Reverse"]
    answer = "\n".join(others)
    if names[0] != "Text":
        return first, answer
    hidden, shown = _cloze(first, *forms)
    return hidden, f"{shown}\n{answer}"


_APART = r"`[^`\n]+`|\$\$[^$]+\$\$|(?<![\\$\w])\$(?=\S)[^$\n]*?(?<=\S)\$(?!\d)"
_ANKI = r"\{\{c\d+::(.+?)(?:::[^{}]*)?\}\}"
_CURLY = rf"(?<!\{{)\{{(?:c?\d+[:|]:?)?(?!\{{)((?:{_APART}|[^{{}}\n])+)\}}(?!\}})"


def _cloze(text: str, *forms: str) -> Pair:
    """A text with its deletions shown, and what they hide. A form has one group."""
    hidden: list[str] = []

    def shown(found: re.Match[str]) -> str:
        answer = "".join(filter(None, found.groups()))
        hidden.extend([answer] if answer else [])
        return answer or found[0]  # Code and formulas have braces of their own.

    text = re.sub("|".join([*forms, _APART]), shown, text)
    return "\n".join(hidden), text


# flashcards-obsidian: src/conf/regex.ts, src/services/parser.ts.


def _flashcards_obsidian(text: str, settings: Mapping[str, Any]) -> Iterator[Pair]:
    word = re.escape(str(settings.get("flashcardsTag") or "card").strip("#"))
    anchor = r"\^(?:\d{13}|q-\w+)"
    tagged = rf"^(?: {{0,3}}#*)((?:[^\n]\n?)+?)#{word}(?:[/-]reverse)?(?: *#\S+)* *?\n+((?:[^\n]\n?)*?)(?={anchor}|\n#|\n[ \t]*\n|\n*\Z)"
    yield from ((found[1], found[2]) for found in re.finditer(tagged, text, re.MULTILINE))
    single = re.escape(str(settings.get("inlineSeparator") or "::"))
    both = re.escape(str(settings.get("inlineSeparatorReverse") or ":::"))
    inline = rf"^(?:[ \t]*(?:\d+[.)]|[-+*]|#{{1,6}}))?(.+?) ?(?:{both}|{single}) ?(.+?)(?: *#[^\W\d][\w/-]*)*(?:\s+{anchor})?[ \t]*$"
    yield from ((found[1], found[2]) for found in re.finditer(inline, text, re.MULTILINE))
    for found in re.finditer(rf"^(.+?)(?:\s+|\n){anchor}[ \t]*$", text, re.MULTILINE):
        yield _cloze(found[1], _ANKI, _CURLY, r"==(.+?)==")


# obsidian-spaced-repetition: src/parser.ts.


def _spaced_repetition(text: str, settings: Mapping[str, Any]) -> Iterator[Pair]:
    own = settings.get("settings") or {}
    single, both = own.get("singleLineCardSeparator", "::"), own.get("singleLineReversedCardSeparator", ":::")
    below = (own.get("multilineCardSeparator", "?"), own.get("multilineReversedCardSeparator", "??"))
    stop = own.get("multilineCardEndMarker", "")
    marks = ["=="] * (own.get("convertHighlightsToClozes") is not False) + [r"\*\*"] * (
        own.get("convertBoldTextToClozes") is True
    )
    forms = [rf"{mark}(?:\d+;;)?([^\n]+?)(?:;;[^\n;]*?)?{mark}" for mark in marks]
    held: list[str] = []
    fence = False
    for line in re.sub(r"<!--SR:.*?-->", "", text).split("\n"):
        fence ^= line.startswith("```")
        is_card = any(
            each.strip() in below or any(re.search(form, each) for form in forms) for each in held if each.strip()
        )
        if not fence and ((stop and line.strip() == stop) or (not line.strip() and not (stop and is_card))):
            yield from _multiline(held, below, forms)
            held = []
            continue
        for separator in sorted((single, both), key=len, reverse=True):
            if separator and separator in line and not fence:
                asked, _, answer = line.partition(separator)
                yield _untagged(asked), re.sub(r"(?:\s#\S+)+\s*$", "", answer)
                held = []
                break
        else:
            held.append(line)
    yield from _multiline(held, below, forms)


def _multiline(held: list[str], below: tuple[str, str], forms: list[str]) -> Iterator[Pair]:
    number = next((n for n, line in enumerate(held) if line.strip() in below), None)
    start = 0
    while start < len(held) and re.match(r"#{1,6}\s|#\S+\s*$", held[start]):
        start += 1
    if number is not None:
        for begin in {0, min(start, number), max(number - 1, 0)}:
            asked = "\n".join([_untagged(line) if n == 0 else line for n, line in enumerate(held[begin:number])])
            yield asked, "\n".join(held[number + 1 :])
    elif held:
        yield _cloze(_untagged("\n".join(held[start:])), *forms)


def _untagged(line: str) -> str:
    return re.sub(r"^(?:#[^\s#]+\s+)+", "", line)


# AnkiOps: ankiops/markdown.py.


def _ankiops(text: str, settings: Mapping[str, Any]) -> Iterator[Pair]:
    text = re.sub(
        r"^(?:```|~~~)[\s\S]*?^(?:```|~~~)", lambda code: code[0].replace(":", "\0:"), text, flags=re.MULTILINE
    )
    text = re.sub(r"(?<=\))\{width=\d+(?:px)?\}", "", text)
    for block in re.sub(r"\A---\n[\s\S]*?\n---\n", "", text).split("\n\n---\n\n"):
        fields: dict[str, str] = {}
        for found in re.finditer(
            r"^([A-Z]{1,3}\d*):(?: |\n|\Z)([\s\S]*?)(?=^[A-Z]{1,3}\d*:(?: |\n|\Z)|\Z)", block, re.MULTILINE
        ):
            fields[found[1]] = found[2]
        below = "\n".join(fields.get(label, "") for label in "EM")
        yield (
            fields.get("Q") or fields.get("F", ""),
            f"{fields.get('A') or fields.get('B') or fields.get('I', '')}\n{below}",
        )
        hidden, shown = _cloze(fields.get("T", ""), _ANKI)
        yield hidden, f"{shown}\n{below}"


# mdanki: src/parsers/card_parser.js, src/file_serializer.js.


def _mdanki(text: str, settings: Mapping[str, Any]) -> Iterator[Pair]:
    for card in re.split(r"(?=^##\s)", text, flags=re.MULTILINE):
        sides = re.split(r"^%\s*$", re.split(r"^#\s", card.strip(), flags=re.MULTILINE)[0].strip(), flags=re.MULTILINE)
        if len(sides) == 1:
            sides = [*sides[0].partition("\n")[::2]]
        answer = "\n".join(line for line in sides[1].split("\n") if not re.match(r"\[#.*\]", line))
        yield sides[0].lstrip("#"), answer


# Logseq: a block, and the blocks further in.


def _logseq(text: str, settings: Mapping[str, Any]) -> Iterator[Pair]:
    blocks = re.split(r"(?m)^(?=[ \t]*-(?: |$))", text)
    depths = [len(block) - len(block.lstrip(" \t")) for block in blocks]
    bodies = [re.sub(r"(?m)^\s*[\w-]+::(?: .*)?$", "", block.strip()[1:]) for block in blocks]
    for number, body in enumerate(bodies):
        if not re.search(r"#(?:card|flashcard)\b|\[\[(?:card|flashcard)\]\]|\{\{(?:cloze|c\d+) ", body, re.IGNORECASE):
            continue
        lines = body.strip().split("\n")
        lines = [re.sub(r"(?<!\S)#(?:\[\[[^\]]+\]\]|[^\s#\[\]]+)|\[\[(?:card|flashcard)\]\]", "", line, flags=re.IGNORECASE)
                 if n == 0 or "card" in line.lower() else line for n, line in enumerate(lines)]  # fmt: skip
        asked = re.sub(r"^\s*(?:#{1,6}\s|TODO|DOING|DONE|LATER|NOW)", "", "\n".join(lines))
        last = next((n for n in range(number + 1, len(blocks)) if depths[n] <= depths[number]), len(blocks))
        yield asked, "\n".join(bodies[number + 1 : last])
        yield _cloze(asked, r"\{\{(?:cloze|c\d+) ((?:[^{}]|\{[^{}]*\})+?)(?:\\\\[^{}]*)?\}\}")


_TOOLS: Mapping[str, Callable[[str, Mapping[str, Any]], Iterator[Pair]]] = {
    "obsidian-to-anki": _obsidian_to_anki,
    "flashcards-obsidian": _flashcards_obsidian,
    "obsidian-spaced-repetition": _spaced_repetition,
    "ankiops": _ankiops,
    "mdanki": _mdanki,
    "logseq": _logseq,
}
