"""What remained text → what looks like our markup, or a heading, and is not read as such. One pass over each block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from ..diagnostics import Diagnostic
from ..diagnostics.section import stray_tag
from ..diagnostics.slips import heading_in_item, near_heading, near_tag, swallowed_heading
from ..model import SourceFile, Span
from ..names import nearest
from ..patterns import pattern
from . import tags
from .blocks import Block, walk
from .inlines import flat, masked
from .tags import Vocabulary, Word

Place = Literal["title", "text", "item", "row"]


def in_title(title: Block, words: Iterable[Word], file: SourceFile, vocabulary: Vocabulary) -> list[Diagnostic]:
    """What is told of a heading whose tag was taken off. `words` are those of the tag."""
    found = [
        stray_tag(file.span(*title.place(start), end - start), "heading")
        for start, end in tags.comments(title, vocabulary)
    ]
    found += _near_tags(title, "title", file, vocabulary)
    for word in words:
        if word.sort != "tag":
            continue
        instead = f"#card/{word.value}" if word.value in _KINDS_ALONE else _meant_hashtag(word.value, vocabulary)
        if instead:
            found.append(near_tag(word.span, f"#{word.value}", instead))
    bracket = _BRACKET.search(title.text) if "[" in title.text else None
    if bracket and not any(word.sort == "name" and word.name in vocabulary.kinds for word in words):
        span = file.span(*title.place(bracket.start()), len(bracket[0].rstrip()))
        found.append(near_tag(span, bracket[0].strip(), f"{{.{bracket['name']}}}", "title"))
    return found


def below_title(below: Block, file: SourceFile, vocabulary: Vocabulary) -> list[Diagnostic]:
    """What is told of a comment directly below a heading that is no tag: `basic`, `id="…"` or `card`, without the colon."""
    words = _tag_words(below.text, vocabulary) if below.kind == "comment" else []
    return [_of_comment(file.span(*below.place(0)), ("<!--", "-->"), words)] if words else []


def _tag_words(comment: str, vocabulary: Vocabulary) -> list[str]:
    """The words of a comment of one line, if they are those of a tag, but it does not begin as one."""
    if "\n" in comment or tags.is_tag(comment, vocabulary):
        return []
    said = [word for word in re.split(r"[\s,;{}]+", comment[:200]) if word]
    words = [word.lstrip(".") for word in said]
    if not words:
        return []
    words = words[words[0].casefold() == "card" :] or [vocabulary.default]
    if not all(word in vocabulary.names or word.startswith("#") or _is_pair(word, vocabulary) for word in words):
        return []
    # A cut or a switch alone may be any word.
    is_meant = any(_is_pair(word, vocabulary) or word in vocabulary.kinds or f".{word}" in said for word in words)
    return words if is_meant else []


def _is_pair(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word gives a value to a key of ours, as in `id="…"`."""
    return "=" in word and word.partition("=")[0] in vocabulary.keys


def _of_comment(inside: Span, signs: tuple[str, str], words: Iterable[str]) -> Diagnostic:
    """That a comment looks like a tag with these words. `inside` is a place in it, `signs` are around it, or on other lines."""
    start = max(inside.text.rfind(signs[0], 0, inside.column - 1), 0)
    end = inside.text.find(signs[1], inside.column - 1)
    end = end + len(signs[1]) if end >= 0 else len(inside.text)
    span = replace(inside, column=start + 1, length=end - start)
    return near_tag(span, inside.text[start:end], _comment(words))


def _comment(words: Iterable[str]) -> str:
    """The tag of these words, as a comment."""
    return f"<!-- card: {' '.join(words)} -->"


def in_other_comments(everything: Iterable[Block], file: SourceFile, vocabulary: Vocabulary) -> list[Diagnostic]:
    """What would be a tag in a comment of HTML, and stands in one of another kind: in Obsidian's, `%%card: basic%%`, or in the
    title of a link definition, `[//]: # (card: basic)`. `everything` are the blocks of the file, with those inside others.
    """
    found: list[Diagnostic] = []
    code: set[int] = set()
    for block in everything:
        if block.kind == "code":
            code.update(range(block.first, block.last))
            continue
        private = [(0, block.text)] if block.kind == "private" else []
        if "%%" in block.text and not block.too_much:
            private += [(piece.inner[0], piece.text) for piece in flat(block.pieces) if piece.kind == "private"]
        for start, text in private:
            said = _IN_COMMENT.fullmatch(text)
            if said and _has_ours(words := said["words"].split(), vocabulary):
                inside = file.span(*block.place(start + said.start("words")))
                found.append(_of_comment(inside, ("%%", "%%"), words))
    for number, line in enumerate(file.lines):
        defined = _DEFINITION.fullmatch(line) if "card" in line and number not in code else None
        if defined and _has_ours(words := defined["words"].split(), vocabulary):
            span = file.span(number, defined.start("tag"), len(defined["tag"]))
            found.append(near_tag(span, defined["tag"], _comment(words)))
    return found


_IN_COMMENT = pattern(r"\s*card\s*:(?P<words>[^\n]{1,200}?)\s*")
_DEFINITION = pattern(
    r" {0,3}(?P<tag>\[[^]\n]{1,50}\]:\s*(?:#|<#?>)\s*[\"'(]\s*card\s*:(?P<words>[^\n]{1,200}?)[\"')])\s*"
)


def _has_ours(words: Iterable[str], vocabulary: Vocabulary) -> bool:
    """Whether one of the words is of a tag of ours."""
    return any(word in vocabulary.names or word.partition("=")[0] in vocabulary.keys for word in words)


def in_body(held: Sequence[Block], cut: str, file: SourceFile, vocabulary: Vocabulary) -> list[Diagnostic]:
    """The tags, and what looks like one, in blocks where no tag is read: in a section that is cut, those of its items and
    rows were taken out.
    """
    found: list[Diagnostic] = []
    titles = {id(block) for block in held if block.kind == "heading"}  # They had tags, and were looked at.
    for block, place in _placed(held, cut):
        text, kind = block.text, block.kind
        if not text:
            continue
        for start, end in tags.comments(block, vocabulary) if kind == "comment" or "<!--" in text else ():
            found.append(stray_tag(file.span(*block.place(start), end - start), place))
        if kind in ("paragraph", "cell", "term") or (kind == "heading" and id(block) not in titles):
            found += _near_tags(block, place, file, vocabulary)
        if place != "text" and "<!--" in text and kind in ("paragraph", "cell"):
            for piece in flat(block.pieces):
                if piece.kind == "comment" and (words := _tag_words(piece.text, vocabulary)):
                    inside = file.span(*block.place(piece.start + len("<!--")))
                    found.append(_of_comment(inside, ("<!--", "-->"), words))
    return found


def _placed(held: Iterable[Block], cut: str) -> list[tuple[Block, Literal["text", "item", "row"]]]:
    placed: list[tuple[Block, Literal["text", "item", "row"]]] = []
    for block in held:
        place: Literal["text", "item", "row"] = "text"
        if block.kind == "list" and cut == "items":
            place = "item"
        elif block.kind == "table" and cut in ("rows", "cells"):
            place = "row"
        placed += [(inner, place) for inner in walk([block])]
    return placed


# Tags


_SIGNS = ("#", "{", "}", "card", "｛", "｝", "＃")
"""One of these has anything that looks like a tag."""

_BRACES = pattern(r"(?<![\\$%{｛])[{｛]:?(?P<words>[^{}｛｝\n]{1,300})[}｝]")
_HALF_BRACES = pattern(
    r"(?<!\\)[{｛]\s*(?:#[\w-]+\s+)?(?P<before>\.[\w-]+)|(?<!\S)(?P<behind>\.[\w-]+)\s*(?:#[\w.-]+\s*)?[}｝]"
)
_HASHTAG = pattern(r"(?:(?<![^\s*_~])|(?<=\s[(（「]))[#＃](?P<path>[^\s{}｛]+)")
_PAIR = pattern(r"\s*(?P<key>\w+)\s*[:：]\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"'{}=:：/]+)\s*")
_WORD_OR_CODE = pattern(r"[^\W_]|\ufffc")
_VALUED = pattern(r"card[/:](\w+)=[\"']?([^\"']*)[\"']?")
_NAME_BEHIND = pattern(r" +([a-z]+)(?!\S)")
_BROKEN_COMMENT = pattern(r"<[!–—\s-]{0,5}card\s*:(?P<words>[^<>\n]{0,200})>?")
_NO_COMMENT = pattern(r"[ \t]*card[ \t]*:(?P<words>[^<>\n]{0,200})(?=\n|\Z)")
_IN_BRACKETS = pattern(r"[(\[]\s*card\s*:(?P<words>[^()\[\]\n]{1,200})[)\]]")
_SPACED_HASHTAG = pattern(r"(?<!\S)#[ \t]+(?P<path>card(?:/\w+)+)\s*\Z")
_TAKEN_BACK = pattern(r"(?:[-!~]|no[-_]?|not[-_]|un)(?P<name>[a-z]+)")
"""A switch that is not to go on, as another language would have it."""

_NO_COMMENT_BEHIND = pattern(r"(?<=\s)card[ \t]*:(?P<words>[^<>\n]{1,200})\Z")

_KINDS_ALONE = ("cloze", "occlusion")
"""Kinds whose names are no usual words, and so are meant as a tag wherever they end a heading."""
_BRACKET = pattern(rf"(?<!\S)\[\.?(?P<name>{'|'.join(_KINDS_ALONE)})\]\s*$")


def _near_tags(leaf: Block, place: Place, file: SourceFile, vocabulary: Vocabulary) -> list[Diagnostic]:
    """What looks like a tag in the text of a leaf."""
    # Few texts have any of these, and no pattern is looked for in the others.
    if leaf.too_much or not any(map(leaf.text.__contains__, _SIGNS)):
        return []
    text = masked(leaf.text, leaf.pieces)
    near: dict[int, tuple[int, str]] = {}  # Where one begins → where it ends, and what was meant.
    unpaired = _BRACES.sub(lambda list_: "\u200b" * len(list_[0]), text) if "{" in text or "｛" in text else text
    if unpaired is not text:
        # Behind the last word stand only signs and other braces, such as a full stop or an emoji.
        last = max((word.end() for word in _WORD_OR_CODE.finditer(unpaired)), default=0) if place == "title" else 0
        for list_ in _BRACES.finditer(text):
            if (instead := _meant_list(list_, place, text, last, vocabulary)) is not None:
                near[list_.start()] = (list_.end(), instead)
    for half in _HALF_BRACES.finditer(unpaired) if any(map(unpaired.__contains__, "{}｛｝")) else ():
        name = (half["before"] or half["behind"])[1:]
        if name in vocabulary.names:
            near[half.start()] = (half.end(), f"{{.{name}}}")
    for tag in _HASHTAG.finditer(text) if "#" in text or "＃" in text else ():
        path = tag["path"].rstrip(".,;:!?)]*_~。、）」")
        end = tag.start() + 1 + len(path)
        is_last = text[end : end + 1] in ("", "\n")
        if instead := _meant_hashtag(path, vocabulary, "" if text[tag.start()] == "#" else "＃"):
            near[tag.start()] = (end, instead)
        elif path == "card" and (name := _NAME_BEHIND.match(text, end)) and name[1] in vocabulary.names:
            near[tag.start()] = (name.end(), f"#card/{name[1]}")
        elif _is_path(path, vocabulary) and (path != "card" or is_last or place == "title"):
            near[tag.start()] = (end, "")
    if place == "title" and (spaced := _SPACED_HASHTAG.search(text)) and _is_path(spaced["path"], vocabulary):
        near[spaced.start()] = (spaced.end(), f"#{spaced['path']}")
    has_word = "card" in text
    for bracket in _IN_BRACKETS.finditer(text) if has_word else ():
        words = bracket["words"].split()
        if words and all(word in vocabulary.names or _is_pair(word, vocabulary) for word in words):
            near[bracket.start()] = (bracket.end(), _comment(words))
    behind = _NO_COMMENT_BEHIND.search(text) if has_word and place == "title" else None
    for comment in filter(None, (*_BROKEN_COMMENT.finditer(text), _NO_COMMENT.match(text), behind) if has_word else ()):
        words = comment["words"].rstrip("-–— ").lstrip(":").split()
        ours = [_has_ours([word], vocabulary) for word in words]
        if all(ours) if comment is behind else any(ours):
            near[comment.start()] = (comment.end(), _comment(words))
    return [
        near_tag(file.span(*leaf.place(start), end - start), leaf.text[start:end].strip(), instead, place)
        for start, (end, instead) in sorted(near.items())
    ]


def _meant_list(list_: re.Match[str], place: Place, text: str, last: int, vocabulary: Vocabulary) -> str | None:
    """What braces were meant to say, if they are near enough to a list of ours. Empty if they only stand in a wrong place.
    `last` is where the last word of the text ends.
    """
    words = list_["words"]
    said = re.split(r"[\s,;]+", words.strip())
    is_last, is_apart = list_.start() >= last, text[: list_.start()][-1:] in ("", " ")
    is_wide = "｛" in list_[0] or "｝" in list_[0]
    if tags.LIST_WORDS.fullmatch(words):
        ours = any(
            word[1:] in vocabulary.names if word[0] == "." else word.partition("=")[0] in vocabulary.keys
            for word in said
        )
        near = place == "title" and said[0][0] == "#" and is_last
        if place in ("item", "row") and not ours and (meant := _meant_words(said, vocabulary)) and "#" not in words:
            return f"<!-- card: {meant} -->"
        if ours or near or (place in ("item", "row") and any(word[0] == "#" for word in said)):
            return f"{{{words.strip()}}}" if is_wide else ""
    elif place in ("item", "row") and is_apart and (meant := _meant_words(said, vocabulary)):
        # A switch alone may be any word.
        is_end = not text[list_.end() :].strip()
        return f"<!-- card: {meant} -->" if is_end or "#" in words or "=" in words else None
    elif place == "title" and is_last and is_apart:
        if all((word := _TAKEN_BACK.fullmatch(said_)) and word["name"] in vocabulary.switches for said_ in said):
            return f"{{.{vocabulary.default}}}"  # It has switches of its own, and none of those of the headings above.
        if all(names := [_meant_name(word, vocabulary) for word in said]):
            return f"{{{' '.join(f'.{name}' for name in names)}}}"
        if pair := _PAIR.fullmatch(words):
            key, value = pair["key"], pair["value"].strip("\"'")
            if key in ("card", "kind") and value in vocabulary.names:
                return f"{{.{value}}}"
            return f'{{{key}="{value}"}}' if key in vocabulary.keys else None
    return None


def _meant_words(said: Iterable[str], vocabulary: Vocabulary) -> str:
    """The words that an item's tag was meant to have, or "" if one of them has no meaning there."""
    meant = []
    for word in said:
        if word in vocabulary.switches or _is_pair(word, vocabulary):
            meant.append(word)
        elif word[:1] == "#" and word[1:]:
            meant.append(f'id="{word[1:]}"')
        elif len(word) > 4 and word[0] == "." and (name := nearest(word[1:], vocabulary.switches, 1)):
            meant.append(name)
        else:
            return ""
    return " ".join(meant)


def _meant_name(word: str, vocabulary: Vocabulary) -> str:
    """The name that a word in braces was meant to be, or "". Short names are one letter away from too many words."""
    if word.casefold() in vocabulary.names:
        return word.casefold()
    return nearest(word, [name for name in vocabulary.names if len(name) >= 8], 1) or ""


def _meant_hashtag(path: str, vocabulary: Vocabulary, sign: str = "") -> str:
    """The hashtag of ours that was meant by one that is not, or ""."""
    if valued := _VALUED.fullmatch(path):
        return f'{{{valued[1]}="{valued[2]}"}}' if valued[1] in vocabulary.keys else ""
    path, sign_behind, behind = path[:100].partition("#")
    first, *rest = re.split(r"[/\\:：_.／+=(){}-]+", path)
    if not (3 <= len(first) <= 5 and nearest(first, ("card",), 1)):
        return ""
    names = [nearest(word, vocabulary.names, 1) for word in rest[:5] if word]
    if not names:
        meant = first.casefold() in ("card", "cards", "crad") and (first != "card" or sign)
        return "#card" if meant else ""
    if not any(names) or (_is_path(path, vocabulary) and not sign and not behind):
        return ""
    return "/".join(["#card", *filter(None, names)]) + f" {sign_behind}{behind}" * bool(behind)


def _is_path(path: str, vocabulary: Vocabulary) -> bool:
    first, *rest = path.split("/")
    return first == "card" and all(word in vocabulary.names for word in rest)


# Headings


_LINE = pattern(
    r"[ \t\u00a0\u200b\u2060\ufeff]*(?P<signs>#{1,7}|＃{1,6})(?P<space>[ \t\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]*)(?P<title>.*)"
)
_HEADING = pattern(r" {0,3}#{1,6}[ \t]+\S")
_NO_MARKDOWN = pattern(r"\s*<(?:pre|script|style|textarea|!|\?)", re.IGNORECASE)
_PREFORMATTED = pattern(r"<(/?)(?:pre|script|style|textarea)\b", re.IGNORECASE)


def near_headings(held: Iterable[Block], file: SourceFile) -> list[Diagnostic]:
    """What looks like a heading and is none: a line of text, or a line of raw HTML."""
    found: list[Diagnostic] = []
    for block in held:
        if block.kind == "html" and not _NO_MARKDOWN.match(block.text):
            found += _swallowed(block, file)
        if block.kind != "paragraph" or block.too_much or not ("#" in block.text or "＃" in block.text):
            continue
        position = 0
        for line in masked(block.text, block.pieces).split("\n"):
            if instead := _meant_heading(line, is_first=not position):
                start = position + len(line) - len(line.lstrip(" \t"))
                text = block.text[start : position + len(line)].rstrip()
                shown = text if len(text) <= 40 else f"{text[:40]}…"
                found.append(near_heading(file.span(*block.place(start), len(text)), shown, instead))
            position += len(line) + 1
    return found


def tagged(
    near: Iterable[Diagnostic], told: Iterable[Diagnostic], file: SourceFile
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """The near headings with a tag; and what was told, but of these tags: nothing is wrong with them but their heading."""
    lines = {one.span.line: one for one in near}
    with_tag: dict[int, Diagnostic] = {}
    others: list[Diagnostic] = []
    for one in told:
        line = one.span.line
        if one.code == "S017":
            line = next((n for n in range(line - 1, 0, -1) if file.lines[n - 1].strip()), 0)
        if one.code in ("S017", "S024") and line in lines:
            with_tag[line] = lines[line]
        else:
            others.append(one)
    return [*with_tag.values()], others


def _meant_heading(line: str, is_first: bool) -> str:
    """How the heading begins that a line of text was meant to be, or "". What stands before the first is not in the text."""
    found = _LINE.fullmatch(line)
    if not found or not found["title"].strip():
        return ""
    signs, space, title = found["signs"].replace("＃", "#"), found["space"], found["title"]
    ordinary = bool(space) and not space.strip(" \t")
    if len(signs) == 7:
        return f"###### {title.split()[0]} …" if space else ""
    # One `#` and no space is a hashtag, two or more before a sign may be anything.
    if not space and (len(signs) == 1 or not re.match(r"[^\W_]|[*`\"“「『(\ufffc]", title)):
        return ""
    if ordinary and not is_first and found["signs"][0] == "#" and line.lstrip(" \t")[0] == "#":
        return ""
    return f"{signs} {title.split()[0]} …"


def _swallowed(block: Block, file: SourceFile) -> list[Diagnostic]:
    """The first heading in raw HTML, outside code."""
    deep = 0
    for number, line in enumerate(block.text.split("\n")):
        if number and not deep and _HEADING.match(line):
            start = sum(len(other) + 1 for other in block.text.split("\n")[:number])
            indent = len(line) - len(line.lstrip())
            return [swallowed_heading(file.span(*block.place(start + indent), len(line.strip())))]
        deep += sum(-1 if tag[1] else 1 for tag in _PREFORMATTED.finditer(line))
    return []


def in_items(held: Iterable[Block], file: SourceFile) -> list[Diagnostic]:
    """The first heading inside each list."""
    lists = (block for block in held if block.kind == "list")
    inside = (next((inner for inner in walk([block]) if inner.kind == "heading"), None) for block in lists)
    return [heading_in_item(file.span(*title.place(0), len(title.text))) for title in inside if title]
