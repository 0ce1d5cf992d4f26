"""The lines of a Markdown file → its front matter: what applies to every note in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from ..diagnostics import Diagnostic
from ..diagnostics.section import bad_value, bad_yaml, near_key, unclosed_front_matter
from ..diagnostics.slips import allowance_of_file, foreign_front_matter, hidden_value, missed_front_matter
from ..limits import MAX_YAML_DEPTH
from ..model import SourceFile, Span
from ..names import nearest
from ..patterns import pattern

KEYS = ("deck", "tags", "kind", "source", "context")
"""The keys that Deckwright reads. It ignores all others: they belong to other tools."""

NOTHING = ("", "null", "~")
"""What YAML takes for no value."""


class FrontMatter(msgspec.Struct, frozen=True):
    """What applies to every note in the file. `deck` is a subdeck of the deck in the settings or, with `::` before it, any
    other deck.

    `lines` is the number of lines it takes, delimiters included; `places` are those of its keys. `is_foreign` says that
    it is another tool's, and names no kind.
    """

    deck: str = ""
    tags: tuple[str, ...] = ()
    kind: str = ""
    source: str = ""
    context: str | None = None
    lines: int = 0
    is_foreign: bool = False
    places: Mapping[str, Span] = msgspec.field(default_factory=dict)


def read(file: SourceFile, kinds: Sequence[str]) -> tuple[FrontMatter | None, list[Diagnostic]]:
    """The front matter of a file, empty if there is none, and what is wrong with it. `kinds` are the kinds there are.

    It is None if it never ends.
    """
    if other := _of_another_form(file):
        return other
    if file.lines[0].rstrip() != "---":
        lines = missed(file, kinds)
        return FrontMatter(), [
            missed_front_matter(file.span(lines.start, 0, len(file.lines[lines.start])))
        ] if lines else []
    end = next((n for n, line in enumerate(file.lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    written = next((line for line in file.lines[1:end] if line.strip() and not line.startswith("#")), "")
    is_key = re.match(r"[\w-]+\s*:(?:\s|$)", written)
    indented = _indented_end(file.lines[1:end]) if is_key else None
    if indented is not None:
        return None, [unclosed_front_matter(file.span(indented + 1, 0, len(file.lines[indented + 1])), True)]
    if end is None:
        return (None, [unclosed_front_matter(file.span(0, 0, 3))]) if is_key else (FrontMatter(), [])
    if end > 1 and not file.lines[1].strip() and not is_key:
        return FrontMatter(), []  # Two thematic breaks with text between them.
    values, places, found = _plain(file, end) or _yaml(file, end)
    front_matter, wrong = _checked(values, places, kinds, end + 1)
    return front_matter, found + wrong


def _indented_end(lines: Iterable[str]) -> int | None:
    """The line that would end the front matter if it did not begin with white space, and is no part of a longer text."""
    is_text = False
    for number, line in enumerate(lines):
        if line.strip() in ("---", "...") and not is_text:
            return number
        if line.strip() and not line[0].isspace():
            is_text = bool(re.search(r":\s+[|>][-+\d]*\s*(?:#.*)?$", line))
    return None


def _of_another_form(file: SourceFile) -> tuple[FrontMatter, list[Diagnostic]] | None:
    """The front matter of Hugo and Zola: TOML between two lines `+++`, or an object in JSON. None if it is none.

    Hexo has JSON without its braces, and ends it with a line `;;;`; some write one above it, too.
    """
    first = file.lines[0].strip()
    form: Literal["TOML", "JSON"] = "TOML" if first == "+++" else "JSON"
    begin, lines = 0, file.lines[:_MOST_LINES]
    if first in ("+++", ";;;"):
        begin = 1
    elif first[:1] not in ("{", '"'):
        return None
    signs = sum(line.count(sign) for line in lines for sign in "[{.")
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() in ("+++", ";;;")), None)
    if (end is None and first[:1] != "{") or signs > _MOST_LINES:  # The readers recurse.
        return None
    if first[:1] == "{":
        values, end = _object("\n".join(lines))
    else:
        text = "\n".join(lines[begin:end])
        values = _table(text) if form == "TOML" else _object(f"{{{text}}}")[0]
    if not values or end is None:
        return None
    ours = [key for key in values if key in KEYS]
    found = [foreign_front_matter(file.span(0, 0, max(len(first), 1)), form)] if ours else []
    return FrontMatter(lines=end + 1, is_foreign="kind" not in ours), found


def _table(text: str) -> dict[str, Any]:
    """What TOML says, nothing if it is none."""
    import tomllib

    try:
        return tomllib.loads(text)
    except ValueError:  # Or it has a number of thousands of digits.
        return {}


def _object(text: str) -> tuple[dict[str, Any], int]:
    """The object in JSON that a text begins with, nothing if there is none, and the line, from 0, on which it ends."""
    import json

    start = len(text) - len(text.lstrip())
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except ValueError:
        return {}, 0
    is_whole = isinstance(value, dict) and not text[end:].partition("\n")[0].strip()
    return (value if is_whole else {}), text.count("\n", 0, end)


_RULE = pattern(r"[\ufeff\u200b]?\s*(?:[-–—]{2,}\s*(?:#.*|ya?ml|json|toml)?|\.\.\.|[+;]{3}|[-+]{3}|[{}])\s*")
_OTHER_RULE = pattern(r"(?:`{3,}|~{3,})\s*(?:ya?ml|toml)?\s*|\*{3,}\s*|_{3,}\s*|<!--\s*|-->\s*")
_KIND = pattern(r"(?P<comment><!--)?\s*kind\s*[:=]\s*[\"']?(?P<value>[\w-]+)[\"']?\s*(?(comment)-->\s*)")
_ABOVE = pattern(r"\s*(?:<!--.*-->\s*)?|#\s.*")
_LINE = pattern(r"\s*[\"']?(?P<key>\w[\w-]*)[\"']?\s*(?::(?:[\s\"\[].*)?|=.*)|\s+\S.*|-\s.*|\#.*")
_MOST_LINES = 200
"""How far the end of front matter is looked for where none should be."""


def missed(file: SourceFile, kinds: Sequence[str]) -> range | None:
    """The lines of what looks like front matter but is not read: it does not begin on the first line, or not with `---`.

    It must have a key that Deckwright reads. If its first `---` is missing, it must begin with the kind.
    """
    lines = file.lines[:_MOST_LINES]
    first = next((n for n, line in enumerate(lines) if not _ABOVE.fullmatch(line) or _KIND.fullmatch(line)), None)
    if first is None or file.lines[0].rstrip() == "---":
        return None
    if _OTHER_RULE.fullmatch(file.lines[first]):
        return _between_other_rules(file, first, kinds)
    opens = bool(_RULE.fullmatch(file.lines[first]))
    keys: list[str] = []
    for number, line in enumerate(file.lines[first + opens : first + _MOST_LINES], first + opens):
        if line.strip() == "{" and not keys:
            continue
        if _RULE.fullmatch(line) and opens and any(key in KEYS for key in keys):
            return range(first, number + 1)
        found = _LINE.fullmatch(line)
        if not found:
            break
        keys.append(found["key"] or "")
    kind = _KIND.fullmatch(file.lines[first])
    if not kind or kind["value"] not in kinds:
        return None
    return range(first, first + (1 if kind["comment"] else max(len(keys), 1) + 1))


def _between_other_rules(file: SourceFile, first: int, kinds: Sequence[str]) -> range | None:
    """The lines of code, of a comment or between two breaks that name a kind, and nothing but keys: a front matter, if it
    were written otherwise.
    """
    has_kind = False
    for number, line in enumerate(file.lines[first + 1 : first + _MOST_LINES], first + 1):
        if _OTHER_RULE.fullmatch(line):
            return range(first, number + 1) if has_kind else None
        if not _LINE.fullmatch(line):
            return None
        kind = _KIND.fullmatch(line)
        has_kind |= bool(kind and kind["value"] in kinds)
    return None


_Read: TypeAlias = tuple[dict[str, Any], dict[str, Span], list[Diagnostic]]
"""The keys and values of YAML, where each key stands, and what is wrong."""

_WORDS = r"\w(?:[\w ./-]*\w)?"
_PLAIN_LINE = pattern(rf"(?P<key>[A-Za-z]\w{{0,30}}): (?:(?P<text>{_WORDS})|\[(?P<list>{_WORDS}(?:, {_WORDS})*)\])")
"""A line whose value is words, or a list of them in brackets: no sign in it has a meaning in YAML."""


def _plain(file: SourceFile, end: int) -> _Read | None:
    """What `_yaml` returns, if there are only plain lines, as nearly everywhere; else None: to import PyYAML takes as long as to
    compile seven notes.
    """
    lines = [_PLAIN_LINE.fullmatch(line) for line in file.lines[1:end]]
    values = {line["key"]: line["text"] or line["list"].split(", ") for line in lines if line}
    if len(values) < len(lines):  # One is not plain, or there twice.
        return None
    return values, {key: file.span(number, 0, len(key)) for number, key in enumerate(values, 1)}, []


def _yaml(file: SourceFile, end: int) -> _Read:
    """The same of the lines between the first one and `end`, by PyYAML."""
    import yaml

    # Places stay as they are: only YAML takes these for the end of a line.
    text = re.sub("[\x85\u2028\u2029]", " ", "\n".join(file.lines[1:end]))
    # Values stay text, as they are written: `1.10` is not a number, `on` is not true.
    kind = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    loader = kind(text)
    try:
        # Each collection has one of these signs: where there are few, they cannot nest deeply.
        if sum(map(text.count, "[{-?:")) > MAX_YAML_DEPTH and _is_deep(yaml.parse(text, kind)):
            return {}, {}, [bad_yaml(file.span(1, 0, 1), "it is nested too deeply")]
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else {}
    except yaml.YAMLError as error:
        return {}, {}, [_broken(_first_error(text) or error, file)]
    finally:
        loader.dispose()
    if not isinstance(values, dict):
        return {}, {}, [bad_yaml(file.span(1, 0, 1), "it is not made of lines `key: value`")]
    places: dict[str, Span] = {}
    found = []
    for key, value in node.value if node else []:
        place = file.span(key.start_mark.line + 1, key.start_mark.column, len(str(key.value)))
        if str(key.value) in places:
            found.append(bad_yaml(place, f"`{key.value}` is written twice"))
        places[str(key.value)] = place
        if key.value in KEYS:
            found += _lost_behind_signs(value, file)
    return {str(key): value for key, value in values.items()}, places, found


def _lost_behind_signs(value: Any, file: SourceFile) -> list[Diagnostic]:
    """What a `#` directly before a word makes a comment of, behind a value or in its place."""
    found = []
    for part in value.value if value.id == "sequence" and not value.flow_style else [value]:
        if part.id != "scalar" or part.style in ("|", ">"):
            continue
        line, column = part.end_mark.line + 1, part.end_mark.column
        if line < len(file.lines) and (lost := _SIGNED.match(file.lines[line], column)):
            found.append(hidden_value(file.span(line, lost.start(1), len(lost[1])), lost[1]))
    return found


_SIGNED = pattern(r"\s*(?<=\s)(#[^\s#].*?)\s*\Z")


def _first_error(text: str) -> Exception | None:
    """What is wrong with the form of YAML, which is told before what is wrong with its meaning: an alias for nothing, say."""
    import yaml

    try:
        for _ in yaml.parse(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            pass
    except yaml.YAMLError as error:
        return error
    return None


def _broken(error: Any, file: SourceFile) -> Diagnostic:
    """What YAML cannot read, on the line where it went wrong: that is often before the one where YAML noticed it."""
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or str(error).split("\n")[0]
    line, column = (min(mark.line + 1, len(file.lines) - 1), mark.column) if mark else (1, 0)
    # What hides the end of a list, as in `[#iam, #s3]`, is told where it begins, and not where the text ends.
    for number in range(1, line):
        if hidden := _HIDDEN_END.search(file.lines[number]):
            span = file.span(number, hidden.start("hidden"), len(hidden["hidden"]))
            return bad_yaml(span, f"`{hidden['hidden']}` is a comment, so the list has no end")
    if context and context.line < line - 1 and re.search(r"could not find|expected '[,:]|end of stream", reason):
        line, column = context.line + 1, context.column
    # A line without a colon is read as one with the next.
    elif "mapping values" in reason and line > 1 and re.fullmatch(r"\w[^:#]*", file.lines[line - 1]):
        line, column = line - 1, 0
    return bad_yaml(file.span(line, column, 1), reason)


_HIDDEN_END = pattern(r"\[(?:[^\]\"'#]*[,\s])?(?P<hidden>#[^\s#].*?)\s*\Z")


def _is_deep(events: Iterable[Any]) -> bool:
    """Whether collections in YAML are nested too deeply, by the events of parsing it."""
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_YAML_DEPTH:
            return True
    return False


def _checked(
    values: Mapping[str, Any], places: Mapping[str, Span], kinds: Sequence[str], lines: int
) -> tuple[FrontMatter, list[Diagnostic]]:
    """The keys that Deckwright reads, checked."""
    found: list[Diagnostic] = []
    for key in values:
        if key not in KEYS and (known := nearest(key, KEYS, 1) or _meant_kind(key, values)):
            found.append(near_key(places[key], key, known))
    nested = values.get("deckwright")
    if isinstance(nested, dict) and (ours := [key for key in nested if key in KEYS]):
        found.append(near_key(places["deckwright"], "deckwright", ours[0]))
    if _RULES.match(str(values.get("allow", ""))):
        found.append(allowance_of_file(places["allow"]))
    texts: dict[str, str] = {}
    for key in ("deck", "kind", "source", "context"):
        value = values.get(key, "")
        texts[key] = value.strip() if isinstance(value, str) and value not in NOTHING else ""
        if not isinstance(value, str):
            found.append(bad_value(places[key], key))
    tags = values.get("tags", [])
    if isinstance(tags, str):
        tags = [] if tags in NOTHING else re.split(r"[\s,]+", tags)
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        found.append(bad_value(places["tags"], "tags"))
        tags = []
    kind = texts["kind"]
    if kind and kind not in kinds:
        found.append(bad_value(places["kind"], "kind", kind, kinds))
        kind = ""
    return (
        FrontMatter(
            deck=texts["deck"],
            tags=tuple(tag.strip().lstrip("#") for tag in tags if tag.strip("# ")),
            kind=kind,
            source=texts["source"],
            context=texts["context"] if "context" in values else None,
            lines=lines,
            places=places,
        ),
        found,
    )


def _meant_kind(key: str, values: Mapping[str, Any]) -> str:
    """`kind`, if a key that is not read has a value of that one, and is one that other tools might read: `card: basic`."""
    is_kind = values[key] in ("basic", "cloze", "occlusion") and "kind" not in values
    return "kind" if is_kind and _CARDS.search(key) else ""


_CARDS = pattern(r"card|note|type|anki", re.IGNORECASE)

_RULES = pattern(r"\W*L[0-9]{3}\b")
"""What `allow` begins with if it is meant for us: the code of a rule."""
