"""Rules on what gives an answer away: the question, the headings above it, a hint, an article, another part of the note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from .declare import Finding, rule
from .subject import Deck, Subject
from .words import FUNCTION_WORDS, stem, stems, within, words

_SHORT = 6
"""Words of an answer: what is longer is no term that could stand in a question by chance or by mistake."""


@rule(
    "L020",
    "hint",
    says="the question holds all words of its answer: {0}",
    hint="ask for something that the question does not say",
)
def answer_in_question(note: Subject, deck: Deck) -> Iterator[Finding]:
    """The question gives its answer away.

    What can be read off the front is not recalled, and so not learned (Andy Matuschak, "How to write good prompts").

    False alarms: to be measured.
    Bad:
        ## What is the name of a peering connection between two VPCs? {.basic}
        A peering connection.
    Good:
        ## What joins two VPCs, so that they talk as if in one network? {.basic}
        A peering connection.
    """
    if note.family != "basic":
        return
    card = note.cards[0]
    if not _is_short(card.answer):
        return
    answer = _without_article(card.answer)
    if not answer or len(answer) > _SHORT or answer[0] not in card.question.lower():
        return
    if stems(card.answer) and within(answer, words(_CATEGORY.sub("|", card.question))):
        yield note.place, card.answer


_CATEGORY = re.compile(r"\b(?:which|what)\s+[\w-]+", re.IGNORECASE)
"""The noun behind "which" must name what is asked for."""


def _without_article(answer: str) -> list[str]:
    said = words(answer)
    return said[1:] if said and said[0] in ("a", "an", "the") else said


@rule(
    "L021",
    "hint",
    says="the answer stands above the question: {0}",
    hint='reword the heading, or set what is shown above the question: `context="…"`',
)
def answer_in_context(note: Subject, deck: Deck) -> Iterator[Finding]:
    """The answer stands in the headings above the question.

    The headings that a note lies below are shown with it, small, but every learner reads them (`docs/writing.md`).

    False alarms: to be measured.
    Bad:
        # DB instances
        ## What does Amazon RDS call an isolated database in the cloud? {.basic}
        A DB instance.
    Good:
        # Amazon RDS
        ## What does Amazon RDS call an isolated database in the cloud? {.basic}
        A DB instance.
    """
    above = _above(note.context, note.header)
    for card in note.cards:
        if _is_short(card.answer) and len(answer := stems(card.answer)) <= _SHORT and within(answer, above):
            yield note.card_place(card), card.answer


@lru_cache(maxsize=64)
def _above(context: str, header: str) -> list[str]:
    """The stems of the words of the headings and of the header. The notes of a section have the same."""
    return [*stems(context), "|", *stems(header)]


def _is_short(answer: str) -> bool:
    """Whether an answer may be a term: on one line, and more than a letter or a number, which stand anywhere."""
    return 2 < len(answer) <= _SHORT * 15 and "\n" not in answer and not answer.isdigit()


@rule(
    "L022",
    "hint",
    says="the hint says a word of the answer: {0}",
    hint="let the hint name what kind of thing is asked for",
)
def answer_in_hint(note: Subject, deck: Deck) -> Iterator[Finding]:
    """A hint holds a word of its answer.

    A hint that offers the answer among two turns recall into a choice.

    False alarms: to be measured.
    Bad:
        ## Encryption {.cloze}
        Streams are encrypted ==at rest::at rest or in transit?==.
    Good:
        ## Encryption {.cloze}
        Streams are encrypted ==at rest::when?==.
    """
    for card in note.cards:
        if not card.hint:
            continue
        hint = set(stems(card.hint))
        shared = [word for word in words(card.answer) if word not in FUNCTION_WORDS and stem(word) in hint]
        if shared:
            yield note.card_place(card), shared[0]


@rule(
    "L023",
    "hint",
    says="“an” before the blank gives away how the answer begins",
    hint="hide the article too: `==an …==`",
)
def article_before_blank(note: Subject, deck: Deck) -> Iterator[Finding]:
    """The article before a blank gives away how the answer begins.

    After "an", the answer begins with a vowel: of two answers that come to mind, only one is left.

    False alarms: to be measured.
    Bad:
        ## Addresses {.cloze}
        What does not change is an ==Elastic IP address==.
    Good:
        ## Addresses {.cloze}
        What does not change is ==an Elastic IP address==.
    """
    if note.family != "cloze":
        return
    for card in note.cards:
        if _ARTICLE.search(card.question):
            yield (note.card_place(card),)


_ARTICLE = re.compile(r"\b[Aa]n \[")


@rule(
    "L024",
    "hint",
    says="the answer also stands elsewhere in the note, in view: {0}",
    hint="hide both with one number, `==c1::…==`, or reword the other place",
)
def answer_elsewhere(note: Subject, deck: Deck) -> Iterator[Finding]:
    """What a deletion hides can be read elsewhere on its card.

    The eye finds the word before memory does.

    False alarms: to be measured.
    Bad:
        ## Peering {.cloze}
        A ==peering connection== joins two VPCs. Each VPC needs routes to the peering connection.
    Good:
        ## Peering {.cloze}
        A ==peering connection== joins two VPCs. Each of them needs routes to the other.
    """
    if note.family != "cloze":
        return
    for card in note.cards:
        if not _is_short(card.answer) or card.answer[:_GUARD].lower() not in card.question.lower():
            continue
        answer = words(card.answer)
        if len(answer) > _SHORT or all(word in FUNCTION_WORDS for word in answer):
            continue
        if within(answer, words(_BLANK.sub(" | ", card.question))):
            yield note.card_place(card), card.answer


_GUARD = 3
"""Letters of an answer: where these do not stand together, neither does all of it."""

_BLANK = re.compile(r"\[[^\[\]\n]*\]")


@rule(
    "L025",
    "hint",
    says="“how many” before {0}: the answer must be one",
    hint="ask for the number in another way, or hide the noun too",
)
def how_many_of_one(note: Subject, deck: Deck) -> Iterator[Finding]:
    """The noun behind a blank for a number is singular, so that only one fits.

    Grammar leaves one answer, and nothing is recalled.

    False alarms: to be measured.
    Bad:
        ## Subnets {.cloze}
        A subnet lies in ==one::how many?== Availability Zone.
    Good:
        ## Subnets {.cloze}
        A subnet lies in ==one Availability Zone::how many places?==.
    """
    if note.family != "cloze":
        return
    for card in note.cards:
        for found in _HOW_MANY.finditer(card.question):
            if _ONE.match(card.answer):
                yield note.card_place(card), found[1]


@rule(
    "L026",
    "off",
    says="{0} is behind the mask, and {1} stands beside it",
    hint="mask that label too, in one group with this one, or ask for something else",
)
def mask_beside_its_answer(note: Subject, deck: Deck) -> Iterator[Finding]:
    """A label in view holds the words of one behind a mask, or all but one of them.

    In a diagram of steps, "before installing" is read off "installing" beside it. Only labels of SVGs are known.

    False alarms: not measured, since none of the public decks that were read has SVGs with masks. So it is off by default.
    Bad:
        ## The steps of a deployment {.occlusion}
        ![Three steps](../media/steps.svg)
    Bad (media/steps.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 120">
        <text x="10" y="30" data-mask="first">BeforeInstall</text>
        <text x="10" y="60">Install</text>
        </svg>
    Good:
        ## The steps of a deployment {.occlusion}
        ![Two steps](../media/steps.svg)
    Good (media/steps.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 120">
        <text x="10" y="30" data-mask="first">DownloadBundle</text>
        <text x="10" y="60">Install</text>
        </svg>
    """
    if note.family != "occlusion":
        return
    labels = note.labels()
    masked = {" ".join(card.answer.split()) for card in note.cards if note.written.mode != "hide-one"}
    for card in note.cards:
        own = _parts(card.answer)
        for label in labels:
            if label in masked or label == card.answer or _is_line(label, card.answer, labels):
                continue
            shown = _parts(label)
            if shown and (own <= shown or _is_nearly(shown, own)):
                yield note.card_place(card), card.answer, label
                break


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _parts(label: str) -> set[str]:
    """The stems of a label's words; `BeforeInstall` has two."""
    return set(stems(_HUMP.sub(" ", label)))


def _is_line(label: str, answer: str, labels: Sequence[str]) -> bool:
    """Whether a label is one of the two lines that the label behind a mask is drawn in."""
    if answer.startswith(label):
        return answer[len(label) :].strip() in labels
    return answer.endswith(label) and answer[: -len(label)].strip() in labels


def _is_nearly(shown: set[str], own: set[str]) -> bool:
    return shown < own and len(own) - len(shown) == 1


_HOW_MANY = re.compile(r"\[how many\W{0,3}\] ([a-z][\w-]*(?<!s))(?=[\s.,;:])", re.IGNORECASE)
_ONE = re.compile(r"(?:one|1|a single)\b", re.IGNORECASE)
