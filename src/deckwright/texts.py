"""A note → what a learner reads on its cards, as plain text: what is asked, what is to be answered, what stands around it.

`cards` makes the HTML of a card as Anki does. This says what is on it, for people and for rules that judge it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from html import unescape

import msgspec

from . import cards as sides
from . import clozes, generation, templates
from .clozes import Cloze, Part
from .model import Family, Note, NoteType
from .templates import Replacement


class CardText(msgspec.Struct, frozen=True, gc=False):
    """One card: its `ordinal`, counted from 0 as in Anki, the question and the answer.

    In the question of a cloze or a mask, what is asked stands as `[hint]` or `[...]`; the answer is what it hides. The
    `hint` stands alone too, empty if there is none. A note's deletions with the same number are one card: their answers
    have a line each, and so have their hints.
    """

    ordinal: int
    question: str
    answer: str
    hint: str = ""


class NoteText(msgspec.Struct, frozen=True):
    """The text of a note. `context`, `header`, `extra` and `source` are on all of its cards; the last two on the back."""

    context: str
    header: str
    cards: tuple[CardText, ...]
    extra: str
    source: str


def of_note(note: Note, note_type: NoteType) -> NoteText:
    """The text of a note's cards, in the order of their numbers."""
    if not _is_ours(note_type):
        return NoteText("", "", cards(note, note_type), _beside(note, note_type), "")
    fields = note.fields
    extra = fields.get("Extra", "") or fields.get("Back Extra", "")
    context, header, source = (plain(fields.get(name, "")) for name in ("Context", "Header", "Source"))
    return NoteText(context, header, cards(note, note_type), plain(extra), source)


def cards(note: Note, note_type: NoteType) -> tuple[CardText, ...]:
    """The text of a note's cards alone, in the order of their numbers."""
    return own_cards(note.fields, note_type.family) if _is_ours(note_type) else tuple(_rendered(note, note_type))


def own_cards(fields: dict[str, str], family: Family) -> tuple[CardText, ...]:
    """The text of the cards of a note whose note type comes along."""
    return tuple(_MAKERS[family](fields))


def plain(field: str) -> str:
    """The text of a field's HTML. Blocks stand on lines of their own, and so do rows, with `|` between their cells. Items
    begin with a bullet, exponents with `^`. Pictures are their description in brackets, and code keeps its lines.
    """
    if "<pre" not in field:
        return _lines(field)
    parts = _PRE.split(field)
    return "\n".join(
        filter(None, (_unmarked(part).strip("\n") if number % 2 else _lines(part) for number, part in enumerate(parts)))
    )


def prose(field: str) -> str:
    """The text of a field's HTML without code and formulas, on one line: what is read word by word."""
    if "<pre" in field:
        field = _CODE.sub(" ", field)
    elif "<code" in field:
        field = _CODE.sub("\x01", field)
    text = _unescaped(_untagged(field.replace("\n", " "))).strip().replace("\n", " ")
    if _has_gaps(text):
        text = _folded(text)
    if "\x01" in text:  # A gap is left where code stood in a line.
        text = text.replace("\x01", " ")
    if "\\" in text and ("\\(" in text or "\\[" in text):
        text = _folded(_FORMULA.sub(" ", text))
    return text


def count_words(text: str) -> int:
    """How many words a text has. White space parts them, and signs that stand alone are none: a bullet, a dash, a plus."""
    if "  " in text or not text.isprintable():  # There is other white space than single spaces.
        text = _folded(text)
    text = text.strip()
    return text.count(" ") + bool(text) - len(_SIGNS.findall(f" {text}"))


def _basic(fields: dict[str, str]) -> Iterable[CardText]:
    front, back = plain(fields.get("Front", "")), plain(fields.get("Back", ""))
    yield CardText(0, front, back)
    if fields.get("Reversed"):
        yield CardText(1, "\n".join(filter(None, (plain(fields.get("Asked", "")), back))), front)


def _cloze(fields: dict[str, str]) -> Iterable[CardText]:
    text = fields.get("Text", "")
    read: Callable[[str], str] = plain
    if "<pre" not in text:  # Then tags are taken out once, and not for each card. What parts the signs of clozes stays.
        text, read = _stripped(text.replace("<wbr>", _APART_SIGNS)), _joined
    pieces = _SIMPLE.split(text)
    around = "\n".join(pieces[::4])
    return _beside_each_other(pieces, read) if not ("{{c" in around or "}}" in around) else _nested(text, read)


def _nested(text: str, read: Callable[[str], str]) -> Iterator[CardText]:
    """The cards of a field with any clozes."""
    parts = clozes.parse(text)
    hidden: dict[int, list[Cloze]] = {}
    _gather(parts, hidden)
    for number in sorted(hidden):
        hints = [read(found.hint) for found in hidden[number] if found.hint]
        answers = [read(_shown(found.parts)) for found in hidden[number]]
        yield CardText(number - 1, read(_shown(parts, number)), _each_once(answers), _each_once(hints))


def _beside_each_other(pieces: Sequence[str | None], read: Callable[[str], str]) -> Iterator[CardText]:
    """The same for simple clozes, as nearly all are, in a third less time. `pieces` are what stands around them, and
    between each two the number of the cloze, what it hides, and its hint.
    """
    shown = ["" if at % 2 else piece or "" for at, piece in enumerate(pieces)]
    hidden: dict[int, list[int]] = {}
    for at in range(2, len(pieces), 4):
        hidden.setdefault(int(pieces[at - 1] or 0), []).append(at)
    hidden.pop(0, None)
    for number, places in sorted(hidden.items()):
        question = shown.copy()
        for at in places:
            question[at] = _blank(pieces[at + 1])
        hints = [read(hint) for at in places if (hint := pieces[at + 1])]
        answers = [read(shown[at]) for at in places]
        yield CardText(number - 1, read("".join(question)), _each_once(answers), _each_once(hints))


def _blank(hint: str | None) -> str:
    return f"[{'...' if hint is None else hint}]"


def _each_once(lines: Sequence[str]) -> str:
    return "\n".join(dict.fromkeys(lines) if len(lines) > 1 else lines)


def _joined(text: str) -> str:
    return _readable(text.replace(_APART_SIGNS, "") if _APART_SIGNS in text else text)


def _occlusion(fields: dict[str, str]) -> Iterable[CardText]:
    """A card for each mask, or group of masks; what it asks for is what the masks cover."""
    picture = plain(fields.get("Image", ""))
    hints: dict[int, dict[str, None]] = {}
    labels: dict[int, dict[str, None]] = {}
    for written, hint, label in _MASK.findall(fields.get("Occlusion", "")):
        number = int(written)
        if not number:
            continue  # What is drawn for all cards, as a text.
        hints.setdefault(number, {})[plain(hint)] = None
        labels.setdefault(number, {})[plain(label)] = None
    for number in sorted(labels):
        hint, answer = ("\n".join(filter(None, told[number])) for told in (hints, labels))
        yield CardText(number - 1, f"{picture}\n[{hint or '...'}]", answer, hint)


_MAKERS: Mapping[Family, Callable[[dict[str, str]], Iterable[CardText]]] = {
    "basic": _basic,
    "cloze": _cloze,
    "occlusion": _occlusion,
}


_OURS: Mapping[Family, frozenset[str]] = {
    "basic": frozenset({"Front", "Back", "Reversed", "Asked"}),
    "cloze": frozenset({"Text", "Header"}),
    "occlusion": frozenset({"Occlusion"}),
}
"""The fields by which the note types that come along are told from those of projects and of other decks."""


def _is_ours(note_type: NoteType) -> bool:
    return _OURS[note_type.family] <= {field.name for field in note_type.fields}


def _rendered(note: Note, note_type: NoteType) -> Iterable[CardText]:
    """What is read on the cards of any note type: what its templates show."""
    values = note_type.values(note.fields)
    if note_type.family == "occlusion":
        # Each language has other names for these fields: their tags tell, else their order.
        tags = [field.tag for field in note_type.fields]
        masks, picture = (tags.index(tag) if tag in tags else min(tag, len(tags) - 1) for tag in (0, 1))
        if asked := [*_occlusion({"Occlusion": values[masks], "Image": values[picture]})]:
            yield from asked
            return
    hidden: dict[int, CardText] = {}
    if note_type.family != "basic":
        text = "\n".join(value for value in values if "{{c" in value)
        hidden = {card.ordinal: card for card in _cloze({"Text": text})}
    for ordinal in generation.cards(values, note.tags, note_type):
        made = sides.render(note, note_type, ordinal)
        question, told = plain(_without_typing(made.question)), hidden.get(ordinal)
        if told:
            yield CardText(ordinal, question, told.answer, told.hint)
        elif note_type.family == "basic":
            yield CardText(ordinal, question, plain(_without_typing(made.answer.removeprefix(made.question))))


def _beside(note: Note, note_type: NoteType) -> str:
    """What the backs of cloze cards show besides the fronts, without the note's ID."""
    if note_type.family == "basic":
        return ""
    fronts, backs = (
        [part.field for side in shown for part in templates.parse(side).parts if isinstance(part, Replacement)]
        for shown in ([t.front for t in note_type.templates], [t.back for t in note_type.templates])
    )
    added = dict.fromkeys(name for name in backs if name not in fronts)
    values = (note.fields.get(name, "") for name in added)
    return "\n".join(filter(None, (plain(value) for value in values if value != note.id)))


def _without_typing(html: str) -> str:
    return sides.TYPED.sub("", html)


def _shown(parts: Iterable[Part], number: int = 0) -> str:
    """The HTML of a field with its clozes, those of this number hidden; 0 hides none."""
    shown = []
    for part in parts:
        if isinstance(part, str):
            shown.append(part)
        elif number in part.numbers:
            shown.append(_blank(part.hint))
        else:
            shown.append(_shown(part.parts, number))
    return "".join(shown)


def _gather(parts: Iterable[Part], hidden: dict[int, list[Cloze]], around: tuple[int, ...] = ()) -> None:
    """Add the clozes that each card hides, by its number and in order, without what lies in one of them. `around` are the
    numbers of the clozes that the parts lie in.
    """
    for part in parts:
        if isinstance(part, Cloze):
            for number in part.numbers:
                if number and number not in around:
                    hidden.setdefault(number, []).append(part)
            _gather(part.parts, hidden, (*around, *part.numbers))


_PRE = re.compile(r"<pre\b[^<>]*>(.*?)</pre>", re.DOTALL)
_CODE = re.compile(r"<(code|pre)\b[^<>]*>(.*?)</\1>", re.DOTALL)
_CODE_BEGINS = re.compile(r"<code\b[^<>]*>")
_SIGNS = re.compile(r" [^\w ]++(?= |\Z)")
_FORMULA = re.compile(r"\\\((?:(?!\\\().)*?\\\)|\\\[(?:(?!\\\[).)*?\\\]", re.DOTALL)
_PICTURE = re.compile(r'<img\b(?:[^<>]*?\salt="([^"<>]*)")?[^<>]*>')
_NEXT_CELL = re.compile(r"</t[dh]>\s*<t[dh]\b[^<>]*>")
_ITEM = re.compile(r"<li\b[^<>]*>(?:\s*<(?:p|div|blockquote)\b[^<>]*>)*")
_BLOCK = (
    r"</?(?:p|li|ul|ol|div|td|th|tr|table|thead|tbody|tfoot|caption|pre|dl|dd|dt|blockquote|center|details|summary|figure"
    r"|figcaption|br|h[r\d])\b[^<>]*>"
)
_APART = re.compile(rf"{_BLOCK}(?:\s*{_BLOCK})*")
TAG = re.compile(r"<[^<>]*>")
"""A tag in a field's HTML."""

BREAK = re.compile(r"<br\b[^<>]*>")
"""What ends a line, in code too: Anki's editor writes no other."""

IMAGE = re.compile(r"<img\b[^<>]*>")
"""A picture in a field's HTML."""

_SIMPLE = re.compile(r"\{\{c([0-9]{1,4})::([^{}:]*)(?:::([^{}:]*))?\}\}")
"""A cloze that holds neither another one nor a brace or a colon: its number, what it hides, and its hint."""

_MASK = re.compile(
    r"\{\{c(\d+)::image-occlusion:(?>(?:[^{}]|\}(?!\}))*)\}\}"
    r'(?>(?:<span class="dw-hint">((?>(?:[^<]|<wbr>)*))</span>)?)(?>(?:<span class="dw-label">((?>(?:[^<]|<wbr>)*))</span>)?)'
)
_APART_SIGNS = "\x00"
"""What stands for `<wbr>`, which keeps Anki from taking what an author wrote for the sign of a cloze, until clozes are read."""

_JOINER = "\u2060"
"""What keeps Anki from reading something into an attribute. Nobody sees it."""


@lru_cache(maxsize=256)
def _lines(field: str) -> str:
    """The text of HTML without code that keeps its lines. What all notes of a file have in common is kept."""
    if "<code" not in field:
        return _readable(_stripped(field))
    # The white space that code begins or ends with is its own.
    text = _readable(_stripped(_CODE_BEGINS.sub("\x01", field).replace("</code>", "\x02")))
    return text.replace("\x01", "").replace("\x02", "")


def _stripped(field: str) -> str:
    """HTML without code that keeps its lines → the same without tags, with its lines; characters are still escaped."""
    field = field.replace("\n", " ")
    if "<li" in field:
        field = _ITEM.sub("\n• ", field)
    if "<table" in field:
        field = _NEXT_CELL.sub(" | ", field)
    return _untagged(field)


def _untagged(field: str) -> str:
    """HTML → the same without tags, with a new line where a block ends or begins."""
    if "<" not in field:
        return field
    if "<img" in field:
        field = _PICTURE.sub(lambda picture: f"[{picture[1] or 'picture'}]", field)
    if "<sup>" in field:
        field = field.replace("<sup>", "^")
    field = _APART.sub("\n", field)
    return TAG.sub("", field) if "<" in field else field


def _readable(text: str) -> str:
    """Text without tags → the same as it is read."""
    text = _unescaped(text)
    if "\n" in text:
        text = "\n".join([kept for line in text.split("\n") if (kept := line.strip())])
    # Most texts have no other white space, and are done.
    return "\n".join(map(_folded, text.split("\n"))) if _has_gaps(text) else text.strip()


def _unescaped(text: str) -> str:
    return (unescape(text) if "&" in text else text).replace(_JOINER, "")


def _has_gaps(text: str) -> bool:
    """Whether there is white space to fold in the lines of a text."""
    return "  " in text or "\t" in text or "\xa0" in text


def _unmarked(html: str) -> str:
    return _unescaped(TAG.sub("", BREAK.sub("\n", html)) if "<" in html else html)


def _folded(text: str) -> str:
    return " ".join(text.split())
