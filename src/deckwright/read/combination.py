"""All the words of a section, an item or a row, from all spellings of its tag → one Tag, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..diagnostics import Diagnostic
from ..diagnostics.section import bad_id, bad_mode, contradiction, illegal_pair
from ..diagnostics.slips import bad_allowance, empty_value, was_of_cut
from ..model import Allowance
from ..names import ID
from ..patterns import pattern
from ..words import SKIP
from .tags import MODES, Tag, Vocabulary, Word

_MAY_BE_EMPTY = ("context", "source")
"""Keys that say something without a value: that a note has none of what its file gives the others."""


def combine(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[Tag, list[Diagnostic]]:
    """The words of one tag, from all its spellings, as one Tag. It is an error if they contradict each other."""
    if not words:
        return Tag(), []
    said: dict[str, Word] = {}
    found: list[Diagnostic] = []
    names: dict[str, Word] = {}
    tags: dict[str, None] = {}

    def say(what: str, word: Word, value: str) -> None:
        first = said.setdefault(what, word)
        before = first.name if first.sort == "name" else first.value
        if before != value:
            found.append(contradiction(word.span, what, before, value))

    for word in words:
        if word.sort == "key" and not word.value and word.name not in _MAY_BE_EMPTY:
            found.append(empty_value(word.span, word.name))
        match word.sort:
            case "id":
                say("id", word, word.value)
            case "tag":
                tags[word.value] = None
            case "name":
                names[word.name] = word
                if word.name == SKIP or word.name in vocabulary.kinds:
                    say("kind", word, word.name)
                elif word.name in vocabulary.cuts:
                    say("cut", word, word.name)
            case "key" if word.name == "tags":
                tags |= dict.fromkeys(tag for tag in re.split(r"[\s,]+", word.value) if tag)
            case "key":
                say(word.name, word, word.value)

    values = {what: word.value for what, word in said.items()}
    allowed, wrong = _allowed(said["allow"]) if values.get("allow") else ((), [])
    found += wrong
    tag = Tag(
        kind=said["kind"].name if "kind" in said else "",
        cut=said["cut"].name if "cut" in said else "",
        switches=frozenset([name for name in vocabulary.switches if name in names or values.get(name)]),
        id=values.get("id", ""),
        was=values.get("was", ""),
        tags=tuple(tags),
        source=values.get("source"),
        context=values.get("context"),
        typed=values.get("typed", ""),
        mode=values.get("mode", ""),
        masks=tuple(values.get("masks", "").split()),
        allowed=allowed,
        given=tuple(said[key] for key in vocabulary.own_keys if values.get(key)),
        first_word=words[0],
        id_word=said.get("id"),
    )
    if tag.kind:  # Without a kind, one is chosen that the cut and the switches go with.
        for name in (tag.cut, *sorted(tag.switches)):
            if name and name not in vocabulary.legal(tag.kind):
                place = said.get(name) or names[name]
                found.append(illegal_pair(place.span, tag.kind, name, vocabulary.legal(tag.kind)))
    if tag.cut and tag.was:
        found.append(was_of_cut(said["was"].span, tag.was))
    if tag.mode and tag.mode not in MODES:
        found.append(bad_mode(said["mode"].span, tag.mode, MODES))
    return tag, found


_CODE = pattern(r"[A-Z][0-9]{3}")
_CODES = pattern(rf"\A(?:{_CODE.pattern}(?:[,;:]|(?=\s)|\Z)\s*)*")


def _allowed(word: Word) -> tuple[tuple[Allowance, ...], list[Diagnostic]]:
    """The codes that the value begins with; a warning if there is none, or no reason behind them."""
    reason = _CODES.sub("", word.value)
    codes = word.value.removesuffix(reason)
    made = tuple(Allowance(code, word.span) for code in _CODE.findall(codes))
    has_reason = any(map(str.isalnum, reason))
    return made, [] if made and has_reason else [bad_allowance(word.span, word.value, bool(made))]


def id_problems(tag: Tag) -> list[Diagnostic]:
    """What is wrong with the id in a note's tag. On other headings an id is an anchor and can be anything."""
    return [bad_id(tag.id_span, tag.id)] if not ID.fullmatch(tag.id) and tag.id_span else []
