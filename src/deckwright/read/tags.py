"""The tag of a section, an item or a row, in any of its three spellings → its words. `combination` makes one Tag of them.

    ## Users and roles {#iam-users-roles .cloze tags="exam/often"}     a list, as Pandoc, MkDocs and kramdown have it
    ## Users and roles #card/cloze #exam/often                         hashtags, as in Obsidian and Logseq
    <!-- card: cloze id="iam-users-roles" tags="exam/often" -->        a comment, the first thing below the heading

All three are made of the same words: an id, a name (a kind, a cut or a switch), a key with its value, a tag for Anki.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from ..diagnostics import Diagnostic
from ..diagnostics.section import Cause, malformed_tag, tag_without_note, unknown_word
from ..diagnostics.slips import near_tag
from ..limits import MAX_WORDS
from ..model import Allowance, SourceFile, Span
from ..names import nearest
from ..patterns import pattern
from ..words import KEYS, SKIP
from .blocks import Block
from .inlines import flat, masked, read

MODES = ("hide-all", "hide-one")


class Kind(msgspec.Struct, frozen=True):
    """What a tag has to know about a kind of note: its name, the cuts and switches that go with it, and the attributes that
    it has besides those of every note.
    """

    name: str
    cuts: tuple[str, ...]
    switches: tuple[str, ...]
    keys: tuple[str, ...] = ()


class Vocabulary:
    """The names and the attributes that can be in a tag. `default`, the first kind, is the kind of a section whose tag has
    only a cut or a switch.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
        self.default = kinds[0].name
        self.cuts = tuple(dict.fromkeys(cut for kind in kinds for cut in kind.cuts))
        self.switches = tuple(dict.fromkeys(switch for kind in kinds for switch in kind.switches))
        self.names = (*self.kinds, SKIP, *self.cuts, *self.switches)
        self.own_keys = tuple(dict.fromkeys(key for kind in kinds for key in kind.keys))
        self.keys = (*KEYS, *self.own_keys)

    def legal(self, kind: str) -> tuple[str, ...]:
        """The cuts and switches that go with a kind. None go with `skip`."""
        known = self.kinds.get(kind)
        return (*known.cuts, *known.switches) if known else ()


class Word(msgspec.Struct, frozen=True):
    """One word of a tag: an id, a name of the vocabulary, a key with its value, or a tag for Anki.

    It stands in the text of `block` from `start` to `end`. `block` and `file` are there for `span` alone: to work it out
    for each word would take longer than to read the words.
    """

    sort: Literal["id", "name", "key", "tag"]
    name: str
    value: str
    block: Block
    start: int
    end: int
    file: SourceFile

    @property
    def span(self) -> Span:
        """Where it stands. Most words are never asked."""
        return _span(self.block, self.file, self.start, self.end)


class Tag(msgspec.Struct, frozen=True):
    """What all the words of a tag say together. Everything is empty unless it is given; the `context` "" is given too.

    `kind` is also empty if the tag has only a cut or a switch. `given` are the attributes of note types of the project.
    `first_word` and `id_word` are there for `span` and
    `id_span`.
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
    allowed: tuple[Allowance, ...] = ()
    given: tuple[Word, ...] = ()
    first_word: Word | None = None
    id_word: Word | None = None

    @property
    def span(self) -> Span | None:
        """Where its first word stands."""
        return self.first_word.span if self.first_word else None

    @property
    def id_span(self) -> Span | None:
        """Where the word with its id stands."""
        return self.id_word.span if self.id_word else None

    @property
    def claims(self) -> bool:
        """Whether it has a kind, a cut or a switch. Then all headings below belong to the section."""
        return bool(self.kind or self.cut or self.switches)


# The three spellings


def of_heading(heading: Block, file: SourceFile, vocabulary: Vocabulary) -> tuple[Block, list[Word], list[Diagnostic]]:
    """A heading → the heading without its tag, the words of the tag, and what is wrong with them."""
    words: list[Word] = []
    found: list[Diagnostic] = []
    if "{" not in heading.text and "#" not in heading.text:
        return heading.cut(0), words, found
    text = masked(heading.text, heading.pieces)
    lists = {list_.end(): list_ for list_ in LIST.finditer(text)} if "{" in text else {}
    end = len(text)
    for _ in range(MAX_WORDS):
        edge = len(text[:end].rstrip())
        if list_ := lists.get(edge):
            if not LIST_WORDS.fullmatch(list_["words"]):
                found += _broken_list(heading, list_, file, vocabulary)
                break
            more, wrong = _words(heading, *list_.span("words"), file, vocabulary)
            end = list_.start()
        elif (sign := text.rfind("#", 0, edge)) >= 0 and (hashtag := _HASHTAG.fullmatch(text, max(sign - 1, 0), edge)):
            more, wrong = _hashtag(hashtag, heading, file, vocabulary)
            end = hashtag.start()
        else:
            break
        words += more
        found += wrong
    return heading.cut(0, end), words, found


def of_line(
    block: Block, file: SourceFile, vocabulary: Vocabulary
) -> tuple[Block, list[Word], list[Diagnostic]] | None:
    """A paragraph whose first line is nothing but hashtags, one of them ours → the rest of it, and their words."""
    line = _HASHTAGS.match(block.text) if block.kind == "paragraph" else None
    if not line or not any(tag["path"].split("/")[0] == "card" for tag in _HASHTAG.finditer(line[0])):
        return None
    words: list[Word] = []
    found: list[Diagnostic] = []
    for tag in _HASHTAG.finditer(block.text, 0, line.end()):
        more, wrong = _hashtag(tag, block, file, vocabulary)
        words += more
        found += wrong
    return block.cut(line.end()), words, found


def of_comment(comment: Block, file: SourceFile, vocabulary: Vocabulary) -> tuple[list[Word], list[Diagnostic]]:
    """A comment that is a tag (see `is_tag`) → its words, and what is wrong with them."""
    text = comment.text
    opening = _CARD.match(text)
    if not opening:
        first = _PART.search(text)
        start, end = first.span() if first else (0, len(text))
        return [], [malformed_tag(_span(comment, file, start, end), _shown(text), text[start:end], "card")]
    if not _COMMENT_WORDS.fullmatch(text, opening.end()):
        part = _no_word(text, opening.end(), len(text), _WORD)
        return [], [_malformed(comment, part, len(text), file, vocabulary, tag=_shown(text))]
    words, found = _words(comment, opening.end(), len(text), file, vocabulary, strict=True)
    if not words and not found:
        found.append(tag_without_note(_span(comment, file, *opening.span("card")), "blank"))
    return words, found


def is_tag(comment: str, vocabulary: Vocabulary) -> bool:
    """Whether the text of a comment is a tag, or was meant to be one: `Card:`, `crad:`, `card`, or nothing but words."""
    if _CARD.match(comment):
        return True
    meant = _MEANT.match(comment)
    if not meant:
        return False
    words = [word.strip(",;") for word in meant["words"].split()]
    names = [word.lstrip(".") in vocabulary.names for word in words]
    keys = ["=" in word and word.partition("=")[0] in vocabulary.keys for word in words]
    if nearest(meant["card"], ("card", "cards"), 1):
        return bool(words) and (all(names) or any(keys))
    if meant["colon"] and meant["card"].casefold() in _OF_OTHERS:
        return bool(words) and all(map(max, names, keys)) and any(word in vocabulary.kinds for word in words)
    return not meant["colon"] and meant["card"] in vocabulary.names and any(keys) and all(map(max, names, keys))


def comments(block: Block, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Where comments that are tags start and end in the text of a block. In a comment block, it is the whole text."""
    if block.kind == "comment":
        return [(0, len(block.text))] if is_tag(block.text, vocabulary) else []
    if block.kind in ("code", "maths", "private") or "<!--" not in block.text:
        return []
    held = read(block.text, {}) if block.kind == "html" else block.pieces
    pieces = [piece for piece in flat(held) if piece.kind == "comment"]
    return [(piece.start, piece.end) for piece in pieces if is_tag(piece.text, vocabulary)]


# The words


_VALUE = r"\"[^\"]*\"|'[^']*'|[^\s\"'{}=]+"
_ID = r"\#(?P<id>[^\s{}\"'=]+)"
_PAIR = rf"(?P<key>[A-Za-z][\w:-]*)=(?P<value>{_VALUE})"
_NAME = r"(?P<name>[A-Za-z][\w-]*)"
_WORD = pattern(rf"{_ID}|{_PAIR}|\.?{_NAME}")


def _several(*words: str) -> str:
    """A pattern for words with white space between them."""
    one = re.sub(r"\(\?P<\w+>", "(?:", "|".join(words))
    return rf"(?:{one})(?:\s+(?:{one}))*"


LIST = pattern(r"(?:^|\s)(?P<list>\{:?(?P<words>(?>(?:[^{}\"]++|\"[^\"]*+\"|\")*))\})")
"""What may be a list of attributes; it is one if its words are `LIST_WORDS`."""

LIST_WORDS = pattern(rf"\s*{_several(_ID, rf'[.]{_NAME}', _PAIR)}\s*")
_LIST_WORD = pattern(rf"{_ID}|[.]{_NAME}|{_PAIR}")
_NEVER_IN_HASHTAG = (
    r"\s!\"#$%&'()*+,.:;<=>?@\[\\\]^`{|}~\u2000-\u200b\u200e-\u206f\u2e00-\u2e7f\u3000-\u3004\u3008-\u303f"
    r"\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufff9-\uffff"
)
_HASHTAG = pattern(rf"(?:^|\s)(?P<tag>#(?P<path>[^\W\d_][^{_NEVER_IN_HASHTAG}]*+))")
"""A hashtag as in Obsidian: from a letter to the next white space or punctuation."""

_HASHTAGS = pattern(rf"(?>(?:[ \t]*#[^\W\d_][^{_NEVER_IN_HASHTAG}]*+)+)[ \t]*(?:\n|\Z)")
_CARD = pattern(r"\s*(?P<card>card\s*:)")
_COMMENT_WORDS = pattern(rf"\s*(?:{_several(_ID, rf'[.]{_NAME}', _PAIR, _NAME)})?\s*")
_MEANT = pattern(r"[\s-]*(?P<card>[A-Za-z]{3,10})(?P<colon>\s*[:：;.])?(?P<words>[^<>]{0,500})\Z")
"""A comment that may be meant as a tag: what stands for `card`, what for the colon, and the rest."""

_OF_OTHERS = ("flashcard", "flashcards", "anki", "deckwright")
"""What may stand for `card` where nothing but words of ours follows."""

_PART = pattern(r"\S+")
_GLUED = pattern(r"\.?(?P<name>[A-Za-z]+)(?P<sign>[.=:#+/,;])(?P<next>[\w-]*)")
_CURLED = "“”„‟‘’‚‛«»"
"""Quotes that an editor or a word processor may have put in place of the straight ones."""

_VALUED = pattern(
    rf"\.?(?<![\w-])(?P<key>[A-Za-z]++)(?:[ \t]*=[ \t]*|:(?!=)[ \t]*)"
    rf"(?P<value>\"(?>(?:(?!\s[A-Za-z]+=)[^\"\\]|\\.)*)\"?|'(?>(?:[^']|'(?=[a-z]{{1,2}}[\s,.]))*)'?|"
    rf"[{_CURLED}][^{_CURLED}\"\n]*+[{_CURLED}]?|[^\s\"'{{}}]+)"
)
"""A key and its value that are not joined by `=` alone, as `.typed="vein"`, `typed: vein`, or the value of which has not one
straight quote at each end.
"""

_UNQUOTED = pattern(
    r"(?<![\w:.-])(?P<key>[A-Za-z]++)=(?P<value>[^\s\"'{}=]++(?>(?:\s++(?![.#])[^\s\"'{}=,;]++(?=[\s}]))+))"
)
"""A key and a value of several words that has no quotes."""

_NEXT = pattern(r"[.#]|[A-Za-z]+=")
"""How another word of a tag begins, directly behind a value."""

_SPACE = pattern(r"\s*")


def _words(
    block: Block, start: int, end: int, file: SourceFile, vocabulary: Vocabulary, *, strict: bool = False
) -> tuple[list[Word], list[Diagnostic]]:
    """The words between two places in a block's text. If `strict`, as in a comment, every word is meant for us."""
    words: list[Word] = []
    found: list[Diagnostic] = []
    for match in _WORD.finditer(block.text, start, end):
        place = (block, *match.span(), file)
        id_, key, value, name = match.group("id", "key", "value", "name")
        known = vocabulary.names if name else vocabulary.keys
        if id_ and id_.startswith("card/") and id_.split("/")[1] in vocabulary.names:
            span = _span(block, file, *match.span())
            found.append(malformed_tag(span, block.text[start - 1 : end + 1], match[0], "hashtag"))
        elif id_:
            words.append(Word("id", "id", id_, *place))
        elif key in known and value[:1] in _CURLED:
            shown = _shown(block.text) if strict else block.text[start - 1 : end + 1]
            found.append(malformed_tag(_span(block, file, *match.span()), shown, match[0], "value"))
        elif (name or key) not in known:
            # In a list, other tools may have classes and keys of their own.
            span = _span(block, file, *match.span())
            if strict or nearest(name or key, known, 1):
                meant = value.strip("\"'") if key and value.strip("\"'") in vocabulary.names else ""
                found.append(unknown_word(span, name or key, known, meant))
            elif key and (kind := value.strip("\"'")) in vocabulary.kinds:
                found.append(near_tag(span, match[0], f".{kind}", "title"))
            elif name == "card":
                found.append(near_tag(span, match[0], f".{vocabulary.default}", "title"))
            elif name and (names := _joined(name, vocabulary) or _part_of_kind(name, vocabulary)):
                found.append(near_tag(span, match[0], f".{names}", "title"))
        elif name:
            words.append(Word("name", name, "", *place))
        else:
            words.append(Word("id" if key == "id" else "key", key, value[1:-1] if value[0] in "\"'" else value, *place))
    return words, found


def _joined(name: str, vocabulary: Vocabulary) -> str:
    """What a name was meant to be that is a kind and other names of ours joined, as `basic-and-reversed`, or ""."""
    words = [word for word in re.split("[-_]", name) if word not in ("and", "card")]
    is_meant = len(words) > 1 and set(words) <= {*vocabulary.names} and any(word in vocabulary.kinds for word in words)
    return " .".join(words) if is_meant else ""


def _part_of_kind(name: str, vocabulary: Vocabulary) -> str:
    """The kind that a name in a list is a long part of, or "". A single word of several, as `image`, may be a class of another tool."""
    if len(name) < 5:
        return ""
    if "-" not in name:
        return next((kind for kind in vocabulary.kinds if kind.startswith(name) and "-" not in kind), "")
    near = (kind for kind in vocabulary.kinds if kind.startswith(name) or kind.endswith(f"-{name}"))
    return next(near, "")


def _hashtag(
    tag: re.Match[str], block: Block, file: SourceFile, vocabulary: Vocabulary
) -> tuple[list[Word], list[Diagnostic]]:
    """`card/cloze` has a name of ours; any other hashtag is a tag for Anki."""
    place = (block, *tag.span("tag"), file)
    first, *rest = tag["path"].split("/")
    if first != "card":
        return [Word("tag", tag["path"], tag["path"], *place)], []
    names = [name for name in rest if name] or [vocabulary.default]
    unknown = [name for name in names if name not in vocabulary.names]
    words = [Word("name", name, "", *place) for name in names if name not in unknown]
    return words, [unknown_word(_span(block, file, *tag.span("tag")), name, vocabulary.names) for name in unknown]


def _broken_list(heading: Block, list_: re.Match[str], file: SourceFile, vocabulary: Vocabulary) -> list[Diagnostic]:
    """Braces around anything but words are text, as in {id} and {proxy+}, unless they hold a word of ours and a mark."""
    said = re.split(r"[\s,;]+", list_["words"].strip())
    keys = any("=" in word and word.partition("=")[0] in vocabulary.keys for word in said)
    names = any(word.lstrip(".") in vocabulary.names or _is_glued(word, vocabulary) for word in said)
    if (keys or names) and (keys or any(word[:1] in ("#", ".") for word in said)):
        start, end = list_.span("list")
        part = _no_word(heading.text, *list_.span("words"), _LIST_WORD)
        return [_malformed(heading, part, list_.end("words"), file, vocabulary, tag=heading.text[start:end])]
    return []


def _is_glued(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is a name of ours and something behind it: `.typed=vein`, `.basic#id`, `.items.reversed`.

    Two names with a dot between them must both be ours: `.items.length` is JavaScript or a JSON path.
    """
    glued = _GLUED.match(word)
    if not glued or glued["name"] not in vocabulary.names:
        return False
    return glued["sign"] != "." or bool(nearest(glued["next"], vocabulary.names, 1))


def _no_word(text: str, start: int, end: int, word: re.Pattern[str]) -> tuple[int, int]:
    """Where the first part of a tag stands that is not such a word."""
    position = _after_space(text, start)
    while found := word.match(text, position, end):
        after = _after_space(text, found.end())
        if after == found.end() < end:
            position = after if text[after] in ",;" else position
            break
        position = after
    part = re.compile(r"[,;]+|\S+").match(text, position, end)
    return part.span() if part else (start, end)


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _malformed(
    block: Block, part: tuple[int, int], end: int, file: SourceFile, vocabulary: Vocabulary, *, tag: str
) -> Diagnostic:
    """A tag, as it is written, with a part that is no word. Its words end at `end`."""
    text = block.text
    wrong = text[slice(*part)]
    pair = None if wrong in vocabulary.names else _pair(text, part[0], end)
    if pair and pair["key"] in vocabulary.keys:
        # Behind its last quote may stand another word, or what an inner quote has cut off from the value.
        behind = _PART.match(text, pair.end(), end)
        is_next = behind and _NEXT.match(text, behind.start(), end)
        place = (pair.start(), behind.end() if behind and not is_next else pair.end())
        cause: Cause = "behind" if is_next else "value"
        return malformed_tag(_span(block, file, *place), tag, text[slice(*place)], cause)
    return malformed_tag(_span(block, file, *part), tag, wrong, _cause(wrong, vocabulary))


def _cause(wrong: str, vocabulary: Vocabulary) -> Cause:
    """Why a part of a tag is no word of it."""
    if wrong[:1] in (",", ";"):
        return "comma"
    if wrong in vocabulary.names:
        return "dot"
    if wrong[-1:] in ("=", ":") and wrong[:-1] in vocabulary.keys:
        return "none"
    if wrong[:1] in ('"', "'") and wrong[1:-1] in vocabulary.names:
        return "name"
    if _is_glued(wrong, vocabulary):
        return "comma" if re.search("[,;]", wrong) else "space"
    return ""


def _pair(text: str, position: int, end: int) -> re.Match[str] | None:
    """The key and the value that a part belongs to, as `like` to `allow=L004 asked like this`, and `=` to `id = "users"`."""
    if found := _VALUED.match(text, position, end):
        return found
    pairs = (*_UNQUOTED.finditer(text), *_VALUED.finditer(text, 0, end))
    return next((pair for pair in pairs if pair.start() < position < pair.end()), None)


def _span(block: Block, file: SourceFile, start: int, end: int) -> Span:
    return file.span(*block.place(start), end - start)


def _shown(comment: str) -> str:
    """A comment as it is shown in a message: on one line, and not too long."""
    folded = " ".join(comment.split())
    return f"<!-- {folded if len(folded) <= 60 else f'{folded[:60]}…'} -->"
