"""A note for rules on wording: what is asked, what is to be answered, and the words that ask in English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from .. import texts
from ..model import Span
from ..texts import IMAGE, plain, prose
from .subject import AT_ONCE, Subject

AUXILIARY = (
    r"(?:am|are|can|could|did|do|does|had|has|have|is|may|might|must|shall|should|was|were|will|would)(?:n['’]t)?\b"
)
"""The verbs that an English question may open with, in any case."""

ASKING = r"(?:how|what|when|where|which|who|whom|whose|why)(?:['’]s)?\b"
"""The words that ask in English, in any case."""

ASKS = re.compile(rf"\b{ASKING}|(?:^|[.!?,:]\s+){AUXILIARY}", re.IGNORECASE)
"""Whether there is such a word, or such a verb at the beginning of a clause."""

ASIDE = re.compile(r"\"[^\"]*\"|“[^“”]*”|«[^«»]*»|「[^「」]*」|\([^()]*\)")
"""What is quoted, or stands in brackets."""

SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")


class Asked(msgspec.Struct, frozen=True, gc=False):
    """The first card of a basic note, without code, formulas and pictures.

    `front` is all of the question on one line, `question` the part of it that asks, `last` its last sentence, which may
    stand below the heading. `answer` is on one line too.
    """

    front: str = ""
    question: str = ""
    last: str = ""
    answer: str = ""


NOTHING = Asked()


@lru_cache(maxsize=AT_ONCE)
def asked(note: Subject) -> Asked:
    """What the first card of a note asks; NOTHING for clozes and diagrams. A card that is reversed is not asked in words
    of its own, so the others are not looked at.
    """
    if note.family != "basic":
        return NOTHING
    return _asked(note.note.fields.get("Front", ""), _prose(note.note.fields.get("Back", "")))


@lru_cache(maxsize=AT_ONCE)
def asked_with_code(note: Subject) -> Asked:
    """The same with the code in the lines of the question, which may ask for it: "a `list` or a `tuple`?"."""
    front = note.note.fields.get("Front", "")
    return _asked(_CODE_TAG.sub("", front), asked(note).answer) if _has_code(front) else asked(note)


def answer_with_code(note: Subject) -> str:
    """The answer of the same card with the code in its lines."""
    back = note.note.fields.get("Back", "")
    return _prose(_CODE_TAG.sub("", back)) if _has_code(back) else asked(note).answer


def _has_code(html: str) -> bool:
    """Whether there is code that reads like other text, and none that keeps its lines."""
    return "<code" in html and "<pre" not in html


_CODE_TAG = re.compile(r"</?code\b[^<>]*>")


def _asked(html: str, answer: str) -> Asked:
    front = question = _prose(html)
    own = html
    if html.startswith(_STEM):
        stem, _, own = html.partition("</div>\n")
        # The question stands above a list or table that is cut up, and the part is what it asks about; or the part asks.
        above = _prose(stem)
        own, question = (stem, above) if "?" in above else (own, _prose(own))
    return Asked(front, question, _last(own, question), answer)


def _last(html: str, question: str) -> str:
    """The last sentence of a question: of all paragraphs, that of the last which ends as a question does."""
    blocks = html.count("<p") + html.count("<li")
    if blocks > 1 or (blocks and not html.startswith((_STEM, "<p", "<ul", "<ol"))):
        parts = [text for part in _BLOCK.split(html) if (text := _prose(part))]
        question = next((text for text in reversed(parts) if text.endswith(("?", "？"))), parts[-1] if parts else "")
    # Of a cell, the row and the column are asked: "Atrium · Is it a chamber?".
    last = question.rpartition(" · ")[2]
    if ". " in last or "? " in last:
        *others, last = SENTENCE_END.split(last)
        if others and last.startswith("(") and last.endswith(")"):  # "Is it stable? (In its usual form)"
            last = others[-1]
    if not last[:1].isascii() and (sign := _SIGN.match(last)):
        last = last[sign.end() :]
    return last


_SIGN = re.compile(r"[^\w\s\"“”„«»‘’'(¿¡…–—-]++\s+")
"""An emoji or a bullet that stands before a sentence."""
_BLOCK = re.compile(r"<(?:p|li|div|blockquote)\b[^<>]*>")


def is_phrase(found: Asked) -> bool:
    """Whether a card on a language asks for the same question in another one: the answer asks too, and is not much longer."""
    return found.answer.endswith(("?", "？", "؟")) and len(found.answer) < 2 * len(found.question) + 20


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What is to be answered, on one line, and where it stands. `words` is how many words it has, 0 if it is few."""

    place: Span
    text: str
    words: int


@lru_cache(maxsize=AT_ONCE)
def answers(note: Subject) -> Sequence[Answer]:
    """The answers of a note: that of a basic note is prose, that of a deletion is text with its code."""
    if note.family == "basic":
        answer = asked(note).answer
        return (Answer(note.place, answer, count(answer, FEW_WORDS + 1)),)
    if note.family == "cloze":
        return [
            Answer(one.span if one.span.line else note.place, one.text, count(one.text, FEW_WORDS + 1))
            for one in note.written.deletions
        ]
    return ()


FEW_WORDS = 25


def count(text: str, least: int) -> int:
    """How many words a text on one line has; 0 if they are fewer than `least`."""
    if text.count(" ") + 1 < least:
        return 0
    found = texts.count_words(text)
    return found if found >= least else 0


def lines(html: str) -> list[str]:
    """The lines of an answer as it is read, without pictures; none if it holds code of several lines."""
    if "<pre" in html or _CODE_LINES.search(html):
        return []
    return plain(IMAGE.sub("", html) if "<img" in html else html).split("\n")


_CODE_LINES = re.compile(r"<code\b[^<>]*>(?:[^<]|<(?!/?code|br))*<br")


def short(text: str, most: int = 50) -> str:
    """A text for a message, cut between words where it is long."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def _prose(html: str) -> str:
    return prose(IMAGE.sub("", html) if "<img" in html else html)


_STEM = '<div class="dw-stem">'
