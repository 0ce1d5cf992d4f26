"""A note → the question and the answer of one of its cards, as Anki makes them.

Anki's own code is rslib/src/template.rs, template_filters.rs and notetype/render.rs; a test compares every card with what
the real one shows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Set
from functools import lru_cache, partial
from html import escape
from html.entities import name2codepoint

import msgspec

from . import clozes, templates
from .model import Note, NoteType
from .templates import Replacement, Section

TYPED = re.compile(r"\[\[type:[^\]]*\]\]")
"""What stands on a card where the answer is typed."""


class Card(msgspec.Struct, frozen=True):
    """The HTML of the two sides of a card, without the stylesheet.

    If Anki would show an error instead, or something that is not made here, `error` says what, and so do both sides.
    """

    question: str
    answer: str
    error: str = ""


def render(note: Note, note_type: NoteType, ordinal: int) -> Card:
    """The card of a note: of a basic note type that of the template `ordinal`, counted from 0, else that of the cloze
    `ordinal + 1`. Raises IndexError if the note type has no such template.

    It is what Anki's `card.render_output()` gives, with these exceptions:

    - `[sound:…]` and other marks for sound and speech stand as they are written. Anki puts `[anki:play:q:0]` there and
      its programs a button.
    - A card without a flag is shown, and `{{CardID}}` is an error: the card has no id before it is imported.
    - An element made by `hint:` has another id.
    - `[latex]` is an error: Anki makes pictures of it.
    - A filter of an add-on does nothing, nor do those before it in the template, as in Anki without the add-on.

    `[[type:Field]]` stands where the answer is typed, as in Anki's output; its programs put the input there.
    """
    template = note_type.templates[ordinal if note_type.family == "basic" else 0]
    values = {
        "Tags": " ".join(note.tags),
        "Type": note_type.name,
        "Deck": note.deck,
        "Subdeck": note.deck.rpartition("::")[2],
        "Card": template.name,
        "CardFlag": "flag0",
        "CardID": "0",  # filled, but never shown
        f"c{ordinal + 1}": "1",
    }
    fields = zip(note_type.fields, note_type.values(note.fields), strict=True)
    values.update((field.name, value and _stored(value)) for field, value in fields)
    filled = frozenset(name for name, value in values.items() if not templates.is_empty(value))
    for name, side in (("front", template.front), ("back", template.back)):
        if error := _error(side, values.keys()):
            return _wrong(f"The {name} of the template {template.name}: {error}")
    if note_type.family == "basic":
        if not templates.shows(template.front, filled):
            return _wrong(f"The front of the template {template.name} shows no field that is filled")
    elif not any(ordinal + 1 in clozes.numbers(_parsed(value)) for value in values.values() if "{{c" in value):
        return _wrong(f"No field has a cloze with the number {ordinal + 1}")
    question = _side(template.front, values, filled, ordinal + 1, None)
    answer = _side(template.back, values, filled, ordinal + 1, question)
    if _has_latex(question) or _has_latex(answer):
        return _wrong("Anki makes a picture of what stands between [latex], [$] or [$$]")
    return Card(question, answer)


def expected(note: Note, html: str, number: int) -> str:
    """The HTML of what is to be typed on a side, empty if nothing is: a field, or what the cloze `number` hides in it."""
    found = TYPED.search(html)
    if not found:
        return ""
    *filters, field = found[0].removeprefix("[[type:").removesuffix("]]").split(":")
    value = note.fields.get(field, "")
    return ", ".join(clozes.asked_alone(_parsed(value), number, False)) if "cloze" in filters else value


# The cards of a note are made one after the other.
_stored = lru_cache(maxsize=64)(templates.stored)
_parsed = lru_cache(maxsize=64)(clozes.parse)


def _wrong(error: str) -> Card:
    shown = escape(error)
    return Card(shown, shown, error)


def _error(template: str, names: Set[str]) -> str:
    """What Anki would report of a template, or is not made here."""
    error, shown, tested = _uses(template)
    if error or (shown <= names and tested <= names):
        return error
    unknown = [*(shown - names), *(name for name in tested - names if not templates.NUMBERED.fullmatch(name))]
    return f"there is no field {min(unknown)}" if unknown else ""


@lru_cache(maxsize=256)
def _uses(template: str) -> tuple[str, frozenset[str], frozenset[str]]:
    """What is wrong with a template, whatever the note is; the names that it shows, and those that its sections ask for."""
    parsed = templates.parse(template)
    shown = [part for part in parsed.parts if isinstance(part, Replacement) and part.field != "FrontSide"]
    shown = [part for part in shown if part.field or not part.filters]  # `{{tts-voices:}}` names no field.
    errors = [parsed.error] if parsed.error else []
    errors += ["a card has no id before it is imported" for part in shown if part.field == "CardID"]
    return (
        next(iter(errors), ""),
        frozenset(part.field for part in shown),
        frozenset(part.field for part in parsed.parts if isinstance(part, Section)),
    )


def _side(template: str, values: Mapping[str, str], filled: frozenset[str], number: int, front: str | None) -> str:
    """The HTML of a side. `front` is that of the front, None while it is made."""
    made = []
    for part in templates.shown(template, filled):
        if isinstance(part, str):
            made.append(part)
        elif part.field == "FrontSide":
            made.append(front or "")
        elif part.filters:
            value = values[part.field] if part.field else ""
            made.append(_filtered(part, value, number, front is None))
        else:
            made.append(values[part.field])
    return "".join(made)


def _filtered(part: Replacement, value: str, number: int, question: bool) -> str:
    if part.filters in (("cloze", "type"), ("nc", "type")):
        return f"[[type:{part.filters[0]}:{part.field}]]"
    for name in part.filters:
        if name == "cloze":
            value = _without_html_in_maths(clozes.reveal(_parsed(value), number, question))
        elif name == "hint":
            value = _hint(part.field, value)
        elif name == "text":
            value = _text(value)
        elif name == "type":
            value = f"[[type:{part.field}]]"
        elif name == "cloze-only":
            value = ", ".join(clozes.asked_alone(_parsed(value), number, question))
        elif name in _READINGS:
            value = _READING.sub(partial(_reading, name=name), value.replace("&nbsp;", " "))
        elif name.startswith("tts "):
            value = f"[anki:tts lang={name.removeprefix('tts ')}]{value}[/anki:tts]"
        elif name:
            break
    return value


_READING = re.compile(r" ?([^ >]+?)\[(.+?)\]")
_READINGS = {"furigana": r"<ruby><rb>\1</rb><rt>\2</rt></ruby>", "kana": r"\2", "kanji": r"\1"}


def _reading(found: re.Match[str], name: str) -> str:
    """A word with its reading in brackets, as one of the filters for Japanese shows it. A sound is none."""
    return found[0] if found[2].startswith("sound:") else found.expand(_READINGS[name])


_MATHS = re.compile(r"(\\[(\[])(.*?)(\\[)\]])", re.DOTALL)


def _without_html_in_maths(html: str) -> str:
    """MathJax reads no elements in its formulas, such as those around a cloze."""
    end = max(html.rfind(r"\)"), html.rfind(r"\]")) + 2  # Behind it, each search would look through all of the rest.
    if end < 2:
        return html
    return _MATHS.sub(lambda maths: maths[1] + _without_html(maths[2]) + maths[3], html[:end]) + html[end:]


_BEGIN = re.compile(r"<(?:(!--)|(style)|(script))?", re.IGNORECASE)
_ENDS = tuple(re.compile(end, re.IGNORECASE) for end in ("-->", "</style>", "</script>"))
"""How what begins so ends: by the number of its group, from 1."""


def _without_html(text: str) -> str:
    """Text without what Anki takes for HTML: `<!--.*?-->|<style.*?>.*?</style>|<script.*?>.*?</script>|<.*?>`.

    As a regular expression, it would take quadratic time where much begins and nothing ends.
    """
    kept, at = [], 0
    missing: set[int] = set()
    while found := _BEGIN.search(text, at):
        end = text.find(">", found.end()) + 1
        if not end:
            break
        number = found.lastindex
        if number and number not in missing:
            closing = _ENDS[number - 1].search(text, found.end() if number == 1 else end)
            if closing:
                end = closing.end()
            else:
                missing.add(number)  # There is none behind it either.
        kept.append(text[at : found.start()])
        at = end
    return "".join([*kept, text[at:]])


def _text(html: str) -> str:
    """The text of a field. If one reference to a character is wrong, Anki leaves all of them as they are."""
    text = _without_html(html)
    if text.count("&") != sum(1 for found in _REFERENCE.finditer(text) if _character(found)):
        return text
    return _REFERENCE.sub(_character, text).replace("\u00a0", " ") if "&" in text else text


_REFERENCE = re.compile(r"&(?:#0*([0-9]{1,7})|#x0*([0-9A-Fa-f]{1,6})|(\w+));", re.ASCII)


def _character(reference: re.Match[str]) -> str:
    """The character that is referred to; empty if there is none. Anki knows the names of HTML 4."""
    decimal, hexadecimal, name = reference.groups()
    code = name2codepoint.get(name, -1) if name else int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 <= code < 0xD800 or 0xDFFF < code < 0x110000 else ""


def _hint(field: str, value: str) -> str:
    """A link that shows the field."""
    if not value.strip():
        return value
    id_ = hashlib.blake2b(f"{value}{field}".encode(), digest_size=8).hexdigest()
    return f"""
<a class=hint href="#"
onclick="this.style.display='none';
document.getElementById('hint{id_}').style.display='block';
return false;" draggable=false>
{field}</a>
<div id="hint{id_}" class=hint style="display: none">{value}</div>
"""


_LATEX = re.compile(r"\[(/?)(latex|\$\$?)\]", re.IGNORECASE)


def _has_latex(html: str) -> bool:
    opened = set()
    for mark in _LATEX.finditer(html):
        kind = mark[2].lower()
        if not mark[1]:
            opened.add(kind)
        elif kind in opened:
            return True
    return False
