"""The tag of a section, in its three spellings, → its words, and the words together → one Tag.

## Users and roles {#iam-users-roles .cloze tags="exam/often"}     a list, as Pandoc, MkDocs and kramdown have it
## Users and roles #card/cloze #exam/often                         hashtags, as in Obsidian and Logseq
<!-- card: cloze id="iam-users-roles" tags="exam/often" -->        a comment, the first thing below the heading
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .blocks import Block
from .diagnostics import Diagnostic, declare, nearest
from .inlines import mask
from .model import SourceFile, Span

KINDS = ("basic", "cloze", "occlusion", "skip")
CUTS = ("items", "rows", "cells")
SWITCHES = ("reversed", "typed")
KEYS = ("id", "was", "tags", "source", "context", "typed", "mode", "masks")
WORDS = KINDS + CUTS + SWITCHES

LEGAL_CUTS = {"basic": CUTS, "cloze": ("items",), "occlusion": (), "skip": ()}
MODES = ("hide-all", "hide-one")

MAX_WORDS = 500
"""Words of a heading's tag: where there are more, it is data, and reading them all would take minutes."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a tag: an id, a name of `WORDS`, a key with its value, or an Anki tag of the author's."""

    sort: Literal["id", "name", "key", "tag"]
    name: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Tag:
    """What the words of a section say together. Empty where nothing is said; `context` "" means none, None not said.

    `kind` is empty where only a cut or a switch is given, or nothing of the kind; `claims` says whether a kind, cut or
    switch was given, so that the section takes its heading's whole subtree. `span` is that of the first word.
    """

    kind: str = ""
    cut: str = ""
    switches: frozenset[str] = frozenset()
    id: str = ""
    was: str = ""
    tags: tuple[str, ...] = ()
    source: str | None = None
    context: str | None = None
    typed: str = ""
    mode: str = ""
    masks: tuple[str, ...] = ()
    claims: bool = False
    span: Span | None = None
    id_span: Span | None = None


def of_heading(heading: Block, file: SourceFile) -> tuple[Block, list[Word], list[Diagnostic]]:
    """A heading → the heading without its tag, the tag's words, and what is wrong with them."""
    words: list[Word] = []
    found: list[Diagnostic] = []
    text = mask(heading.text)
    lists = {list_.end(): list_ for list_ in _LIST.finditer(text)}
    end = len(text)
    for _ in range(MAX_WORDS):
        edge = end
        while edge and text[edge - 1].isspace():
            edge -= 1
        if list_ := lists.get(edge):
            if not _LIST_WORDS.fullmatch(list_["words"]):
                # Braces that are no list of words are text: {id}, {proxy+}. Only where a word of ours is among them …
                said = list_["words"].split()
                if any(word.lstrip(".") in WORDS for word in said) and any(word[0] in "#." for word in said):
                    start, stop = list_.span("list")
                    found.append(malformed_tag(_span(heading, file, start, stop), heading.text[start:stop]))
                break
            listed, wrong = _words(heading, *list_.span("words"), file)
            words, found, end = words + listed, found + wrong, list_.start()
        elif hashtag := _HASHTAG.fullmatch(text, max(text.rfind("#", 0, edge) - 1, 0), edge):
            span = _span(heading, file, hashtag.start(1) - 1, hashtag.end(1))
            words += _hashtag(hashtag[1], span, found)
            end = hashtag.start()
        else:
            break
    return heading.cut(0, end), words, found


def is_tag(comment: str) -> bool:
    """Whether a comment's text is a tag, or was meant as one."""
    meant = _MEANT.match(comment)
    words = meant[1].split() if meant else []
    is_meant = words and (
        all(word in WORDS for word in words) or any(word.split("=")[0] in KEYS for word in words if "=" in word)
    )
    return bool(_CARD.match(comment) or is_meant)


def of_comment(comment: Block, file: SourceFile) -> tuple[list[Word], list[Diagnostic]]:
    """A comment for which `is_tag` holds → the tag's words, and what is wrong with them."""
    opening = _CARD.match(comment.text)
    if not opening or not _COMMENT_WORDS.fullmatch(comment.text, opening.end()):
        return [], [malformed_tag(_span(comment, file, 0, len(comment.text)), f"<!-- {_shortened(comment.text)} -->")]
    return _words(comment, opening.end(), len(comment.text), file, strict=True)


def combine(words: Iterable[Word]) -> tuple[Tag, list[Diagnostic]]:
    """The words of all spellings of one section's tag together; what contradicts itself is an error."""
    said: dict[str, Word] = {}
    found: list[Diagnostic] = []
    names: dict[str, Word] = {}
    tags: dict[str, None] = {}

    def say(what: str, word: Word, value: str) -> None:
        first = said.setdefault(what, word)
        before = first.name if first.sort == "name" else first.value
        if before != value:
            found.append(contradiction(word.span, what, before, value))

    words = list(words)
    for word in words:
        match word.sort:
            case "id":
                say("id", word, word.value)
            case "tag":
                tags[word.value] = None
            case "name":
                names[word.name] = word
                if word.name in KINDS:
                    say("kind", word, word.name)
                elif word.name in CUTS:
                    say("cut", word, word.name)
            case "key" if word.name == "tags":
                tags |= dict.fromkeys(word.value.split())
            case "key":
                say(word.name, word, word.value)

    def value(what: str) -> str:
        return said[what].value if what in said else ""

    kind = said["kind"].name if "kind" in said else ""
    cut = said["cut"].name if "cut" in said else ""
    switches = frozenset(name for name in SWITCHES if name in names) | ({"typed"} if value("typed") else frozenset())
    found += _pairs(kind, cut, switches, names | said)
    mode = value("mode")
    if mode and mode not in MODES:
        found.append(bad_mode(said["mode"].span, mode))
    if "id" in said and not ID.fullmatch(value("id")) and "kind" in said | names:
        found.append(bad_id(said["id"].span, value("id")))
    tag = Tag(
        kind=kind,
        cut=cut,
        switches=switches,
        id=value("id"),
        was=value("was"),
        tags=tuple(tags),
        source=value("source") if "source" in said else None,
        context=value("context") if "context" in said else None,
        typed=value("typed"),
        mode=mode,
        masks=tuple(value("masks").split()),
        claims=bool(kind or cut or switches),
        span=words[0].span if words else None,
        id_span=said["id"].span if "id" in said else None,
    )
    return tag, found


ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
"""An id: lower-case letters and digits, parted by single hyphens or dots. Anki's search takes `_` for a wildcard."""


def slug(text: str) -> str:
    """`text` as the words of an id; empty where it holds neither an ASCII letter nor a digit."""
    import unicodedata

    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")


_VALUE = r"\"[^\"]*\"|'[^']*'|[^\s\"'{}=]+"
_ONE = rf"\#[^\s{{}}\"'=]+|\.[A-Za-z][\w-]*|[A-Za-z][\w:-]*=(?:{_VALUE})"
_LIST = re.compile(r"(?:^|\s)(?P<list>\{:?(?P<words>(?:[^{}\"]++|\"[^\"]*+\"|\")*+)\})")
_LIST_WORDS = re.compile(rf"\s*(?:{_ONE})(?:\s+(?:{_ONE}))*\s*")
_COMMENT_WORDS = re.compile(rf"\s*(?:(?:{_ONE}|[A-Za-z][\w-]*)(?:\s+(?:{_ONE}|[A-Za-z][\w-]*))*)?\s*")
_WORD = re.compile(
    rf"\#(?P<id>[^\s{{}}\"'=]+)|(?P<key>[A-Za-z][\w:-]*)=(?P<value>{_VALUE})|\.?(?P<name>[A-Za-z][\w-]*)"
)
_HASHTAG = re.compile(r"(?:^|\s)#([A-Za-z][\w/-]*)")
_CARD = re.compile(r"\s*card\s*:")
_MEANT = re.compile(r"\s*cards?\s*:?\s+(.*)", re.DOTALL)
"""A comment that lacks the colon, or says `cards`."""


def _shortened(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= 60 else f"{folded[:60]}…"


def _span(block: Block, file: SourceFile, start: int, end: int) -> Span:
    line, column = block.place(start)
    return file.span(line, column, end - start)


def _words(
    block: Block, start: int, end: int, file: SourceFile, strict: bool = False
) -> tuple[list[Word], list[Diagnostic]]:
    """The words between two places of a list or, `strict`, of a comment, where every word is meant for us."""
    words: list[Word] = []
    found: list[Diagnostic] = []
    for match in _WORD.finditer(block.text, start, end):
        span = _span(block, file, *match.span())
        name, known = (match["name"], WORDS) if match["name"] else (match["key"], KEYS)
        if match["id"]:
            words.append(Word("id", "id", match["id"], span))
        elif name not in known:
            if strict or nearest(name, known, 1):
                found.append(unknown_word(span, name, nearest(name, known, 3), known))
        elif match["name"]:
            words.append(Word("name", name, "", span))
        else:
            value = match["value"]
            words.append(Word("id" if name == "id" else "key", name, value[1:-1] if value[0] in "\"'" else value, span))
    return words, found


def _hashtag(text: str, span: Span, found: list[Diagnostic]) -> list[Word]:
    first, *rest = text.split("/")
    if first != "card":
        return [Word("tag", text, text, span)]
    for name in rest:
        if name not in WORDS:
            found.append(unknown_word(span, name, nearest(name, WORDS, 3), WORDS))
    return [Word("name", name, "", span) for name in rest or ["basic"] if name in WORDS]


def _pairs(kind: str, cut: str, switches: frozenset[str], said: dict[str, Word]) -> Iterator[Diagnostic]:
    """What of a kind, a cut and switches does not go together. Without a kind, the file's default decides later."""
    if kind and cut and cut not in LEGAL_CUTS[kind]:
        yield illegal_pair(said[cut].span, kind, cut)
    for switch in sorted(switches):
        if kind and kind != "basic":
            yield illegal_pair(said[switch].span, kind, switch)


@declare("S010")
def malformed_tag(text: str) -> tuple[str, str]:
    """The tag of a section cannot be read.

    It must consist wholly of words: `#id`, `.kind`, `key="value"`; in a comment, kinds stand without the dot.
    Bad:
        ## Users {.basic id="users tags=iam}
        People.
    Good:
        ## Users {.basic id="users" tags="iam"}
        People.
    """
    return f"the tag {text} cannot be read", 'write it as {#id .kind key="value"} or <!-- card: kind id="…" -->'


@declare("S011")
def unknown_word(word: str, suggestion: str, known: Iterable[str]) -> tuple[str, str]:
    """A word of a tag is unknown.

    In a comment tag and behind `#card/` every word is meant for Deckwright; in a list of attributes an unknown word is
    left alone, unless it is one slip away from a known one.
    Bad:
        ## Users

        <!-- card: bsaic -->

        People.
    Good:
        ## Users

        <!-- card: basic -->

        People.
    """
    hint = f"did you mean `{suggestion}`?" if suggestion else f"known are {', '.join(known)}"
    return f"`{word}` is not known in a tag", hint


@declare("S012")
def contradiction(what: str, first: str, second: str) -> tuple[str, str]:
    """The tags of one section contradict each other.

    The list, the hashtags and the comment add up to one tag: it can have but one id, one kind and one cut.
    Bad:
        ## Users {.basic #users}

        <!-- card: id="people" -->

        People.
    Good:
        ## Users {.basic #users}

        <!-- card: tags="iam" -->

        People.
    """
    return f"the {what} is `{first}` in one place and `{second}` in another", "keep one of them"


@declare("S013")
def illegal_pair(kind: str, word: str) -> tuple[str, str]:
    """A kind and a cut or switch do not go together.

    `items`, `rows` and `cells` cut a basic section into notes, `items` a cloze section too. `reversed` and `typed` are
    for basic notes alone.
    Bad:
        ## Users {.cloze .rows}
        A ==user== has keys.
    Good:
        ## Users {.cloze .items}
        - A ==user== has keys.
    """
    legal = LEGAL_CUTS[kind] + (SWITCHES if kind == "basic" else ())
    return f"`{word}` does not go with `{kind}`", f"with `{kind}` go: {', '.join(legal) or 'no cuts and no switches'}"


@declare("S014")
def bad_mode(mode: str) -> tuple[str, str]:
    """The mode of an occlusion section is unknown.

    There are two: `hide-all` covers every mask and asks for one, `hide-one` covers only the one that is asked.
    """
    return f"the mode `{mode}` is unknown", f"write {' or '.join(MODES)}"


@declare("S015")
def bad_id(id_: str) -> tuple[str, str]:
    """An id has characters that an id cannot have.

    Learners search for ids in Anki, whose search takes `_` for any character and folds case, so an id consists of
    lower-case letters and digits, parted by single hyphens or dots.
    Bad:
        ## Users {.basic #IAM_Users}
        People.
    Good:
        ## Users {.basic #iam-users}
        People.
    """
    return f"the id `{id_}` has characters that an id cannot have", f"write `{slug(id_) or 'another-id'}`"
