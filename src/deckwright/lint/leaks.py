"""Rules on what gives an answer away: the question, the headings above it, a hint, an article, another part of the note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from ..texts import CardText
from .declare import Finding, rule
from .subject import AT_ONCE, Memory, Subject
from .wording_texts import ASIDE, asked
from .words import ARTICLES, FUNCTION_WORDS, QUANTIFIERS, meaning, stems, within, words


@rule(
    "L020",
    "hint",
    "basic",
    says="the question holds all words of its answer: {0}",
    hint="ask for something that the question does not say",
)
def answer_in_question(note: Subject, memory: Memory) -> Iterator[Finding]:
    """The question gives its answer away.

    What can be read off the front is not recalled, and so not learned (Andy Matuschak, "How to write good prompts").

    False alarms: 2 of 10 that were judged. There were no more in fifteen decks of 36,000 notes, once code, formulas,
    pictures and questions with an "or" had been left out; 1 of 6 in 24,800 notes on other subjects, once lists of choices
    and words that are alike in two languages had been left out too (November 2026).
    Bad:
        ## What is the name of a peering connection between two VPCs? {.basic}
        A peering connection.
    Good:
        ## What joins two VPCs, so that they talk as if in one network? {.basic}
        A peering connection.
    """
    for card, said in _terms(note):
        if card.ordinal or said[0] not in card.question.lower() or _CHOICE.search(card.question):
            continue
        if "<code" in note.note.fields.get("Back", "") or not _PROSE.fullmatch(_own_words(card.answer)):
            continue
        # A quantity is given where another is to be calculated, and the result may be alike.
        if said[0][0].isdecimal() or _is_same(said, card.question):
            continue
        if any(within(said, words(part)) for part in _NAMED.split(card.question)):
            yield note.place, _own_words(card.answer)


def _own_words(answer: str) -> str:
    """An answer without the bullet of a list that has no other item."""
    return answer.removeprefix("• ")


def _is_same(said: list[str], question: str) -> bool:
    """Whether a question is no more than its answer: in a language, a word that is written alike in another one."""
    asks = words(ASIDE.sub("", question))
    return len(asks) <= len(said) + 1 and within(said, asks)


_PROSE = re.compile(r"[\w\s'’.,&-]+")
"""Code often has the words of its question: "clear the screen" asks for `clear`."""

_NAMED = re.compile(r"\b(?:which|what)\s+[\w-]+|[\"“„«][^\"“”„«»]*[\"”“»]", re.IGNORECASE)
"""The noun behind "which" names the kind of what is asked for, and what stands in quotation marks is spoken about."""

_CHOICE = re.compile(r"\b(?:or|oder|ou)\b|/|^\W*[a-d][.)]|^[•*–-]\s", re.MULTILINE)
"""What offers the answer beside others says it on purpose."""

_SHORT = 6
"""Words of an answer: what is longer is no term that could stand in a question by chance or by mistake."""

_LONGEST = 90
"""Characters of such an answer, so that long ones are not even read."""


@lru_cache(maxsize=AT_ONCE)
def _terms(note: Subject) -> Sequence[tuple[CardText, list[str]]]:
    """The cards of a note whose answers are terms, with the words of these. Several rules ask for them in turn."""
    if note.has_one and len(asked(note).answer) > _LONGEST:
        return ()  # Its text has code and formulas too, and is not made for nothing.
    return [(card, said) for card in note.cards if (said := _term(card.answer))]


def _term(answer: str) -> list[str]:
    """The words of an answer without its article; none if it is long, has several lines, a formula or a picture, or is
    only a number or words that stand anywhere.
    """
    if not 1 < len(answer) <= _LONGEST or answer.count(" ") > _SHORT or answer.isdigit() or _OTHER.search(answer):
        return []
    said = words(answer)
    if said and said[0] in ARTICLES:
        del said[0]
    if len(said) <= _SHORT:
        for word in said:
            if word not in FUNCTION_WORDS and not _NUMERIC.fullmatch(word):
                return said
    return []


_OTHER = re.compile(r"[\n\[\\]")
_NUMERIC = re.compile(r"[\d\W_]*+[^\W\d_]?+[\d\W_]*+")
"""A word with no more than one letter: `10`, `2.5`, `x`, `5g`."""


@rule(
    "L021",
    "hint",
    says="the answer stands above the question: {0}",
    hint='reword the heading, or set what is shown above the question: `context="…"`',
)
def answer_in_context(note: Subject, memory: Memory) -> Iterator[Finding]:
    """The answer stands in the headings above the question.

    A card shows the headings that its note lies below, small, but they can be read; and what is read is not recalled
    (Andy Matuschak, "How to write good prompts", on effortful prompts).

    False alarms: none of 20 that were judged, in a deck of 2,230 notes on mathematics and physics; 1 of 11 in three
    other decks; 2 of 8 in 24,800 notes on other subjects (November 2026).
    Bad:
        # DB instances
        ## What does Amazon RDS call an isolated database in the cloud? {.basic}
        A DB instance.
    Good:
        # Amazon RDS
        ## What does Amazon RDS call an isolated database in the cloud? {.basic}
        A DB instance.
    """
    for card, said in _terms(note):
        if not QUANTIFIERS.isdisjoint(said):
            continue
        sought = meaning(said)
        if _holds(note.context, sought) or _holds(note.header, sought):
            yield note.card_place(card), _own_words(card.answer)


def _holds(heading: str, sought: list[str]) -> bool:
    # A stem begins like its word, but for its own last letter: most headings need not be taken apart.
    return sought[0][:-1] in heading.lower() and within(sought, _kept_stems(heading))


_kept_stems = lru_cache(maxsize=64)(stems)
"""The notes of a section have the same headings above them."""


@rule(
    "L022",
    "hint",
    says="the hint says the answer: {0}",
    hint="let the hint name what kind of thing is asked for",
)
def answer_in_hint(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A hint holds its answer, or offers it beside others.

    What is chosen from two is recognised and not recalled, and a guess is right half the time (Andy Matuschak, "How to
    write good prompts").

    False alarms: 3 of 17 that were judged, 15 of them in a deck of 1,994 notes on medicine, with which the rule was
    narrowed; none of 14 in 111 other notes, on genetics. In sight of these, it was widened to one word of a longer
    answer, which finds 2 more there, right ones (November 2026).
    Bad:
        ## Encryption {.cloze}
        Streams are encrypted ==at rest::at rest or in transit?==.
    Good:
        ## Encryption {.cloze}
        Streams are encrypted ==at rest::when?==.
    """
    for card in note.cards if note.family != "basic" else ():  # Only deletions and masks have hints.
        if not card.hint:
            continue
        hints = card.hint.split("\n")
        held = {part for hint in hints for part in _runs(words(hint))}
        # Most hints offer nothing: no word in them begins like "or", in any of the languages.
        may_offer = " o" in card.hint or not card.hint.isascii()
        offers = [offer for hint in hints for offer in _offers(hint)] if may_offer else ()
        for answer in card.answer.split("\n"):
            said = _without_article(words(answer[:_LONGEST]))
            if tuple(said) in held or (offers and len(said) <= _SHORT and any(_is_chosen(said, one) for one in offers)):
                yield note.card_place(card), answer
                break


def _runs(said: list[str]) -> Iterator[tuple[str, ...]]:
    """All runs of words that stand side by side, up to those that a term may have."""
    for start in range(len(said)):
        for end in range(start + 1, min(start + _SHORT, len(said)) + 1):
            yield tuple(said[start:end])


def _offers(hint: str) -> Iterator[list[list[str]]]:
    """What a hint gives to choose from, in words: TCP and UDP in "TCP or UDP, and which port?"."""
    for part in _PAUSE.split(hint):
        offer = [_without_article(words(one)) for one in _OR.split(part)]
        if len(offer) > 1:
            yield offer


_OR = re.compile(r"\b(?:or|oder|ou)\b|或者?|[还還]是|または|それとも")
_PAUSE = re.compile(r"[,;:?!()，；：？！（）]")


def _is_chosen(said: list[str], offer: list[list[str]]) -> bool:
    """Whether an answer holds one of what is offered. "A heart valve" holds both of "valve or heart"."""
    return sum(within(one, said) for one in offer) == 1


def _without_article(said: list[str]) -> list[str]:
    return said[1:] if said and said[0] in ARTICLES else said


@rule(
    "L023",
    "off",
    "cloze",
    says="“an” before the blank gives away how the answer begins",
    hint="hide the article too: `==an …==`",
)
def article_before_blank(note: Subject, memory: Memory) -> Iterator[Finding]:
    """The article before a blank gives away how the answer begins.

    After "an", the answer begins with a vowel: of two answers that come to mind, only one is left. Guidelines for tests
    warn of it: "'an' and 'a's before blanks" are unintended hints ("How to Construct Completion & Short Answer Items",
    6, sfeditor.ca). Only short answers count, and only in English.

    False alarms: 22 of 32 that were judged, in decks of 6,905 notes on mathematics and physics (November 2026): most
    answers have no rival that begins with a consonant. So it is off by default.
    Bad:
        ## Addresses {.cloze}
        What does not change is an ==Elastic IP address==.
    Good:
        ## Addresses {.cloze}
        What does not change is ==an Elastic IP address==.
    """
    for card in note.cards:
        if "n [" not in card.question:
            continue
        blanks = {"...", *card.hint.split("\n")}
        if not any(found[1] in blanks for found in _ARTICLE.finditer(card.question)):
            continue
        if not any(_VOWEL.match(answer) and len(answer.split()) <= _FEW for answer in card.answer.split("\n")):
            continue
        if _ENGLISH.search(card.question):
            yield (note.card_place(card),)


_ARTICLE = re.compile(r"\b[Aa]n \[([^\[\]\n]*)\](?!\w)")
_FEW = 3
_VOWEL = re.compile(r"[aeio]|u(?!ni[^nm]|s[aeu]|ti)|[FHLMNRSX][A-Z\d]|8|1[18]\b|h(?:our|onest|eir|ono)", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(?:the|is|are|of|to|and|was|has|by|with|that|which)\b", re.IGNORECASE)
"""German has a word "an" too."""


@rule(
    "L024",
    "hint",
    "cloze",
    says="the answer also stands elsewhere in the note, in view: {0}",
    hint="hide both with one number, `==c1::…==`, or reword the other place",
)
def answer_elsewhere(note: Subject, memory: Memory) -> Iterator[Finding]:
    """What a deletion hides can be read elsewhere in its paragraph.

    The eye finds the word before memory does, and an answer that is found need not be retrieved (Andy Matuschak, "How to
    write good prompts", on effortful prompts). Lists and tables are left out: what stands in another item or cell is
    rarely the answer to this one.

    False alarms: 4 of 29 that were judged, in decks of 6,905 notes on mathematics and physics; 6 of 61 in decks of 2,800
    notes on school subjects, statistics and Git (November 2026).
    Bad:
        ## Peering {.cloze}
        A ==peering connection== joins two VPCs. Each VPC needs routes to the peering connection.
    Good:
        ## Peering {.cloze}
        A ==peering connection== joins two VPCs. Each of them needs routes to the other.
    """
    for card, said in _terms(note):
        if said[-1] not in card.question.lower():
            continue
        for line in card.question.split("\n"):
            if "[" in line and not _TABLE.search(line) and (not card.answer.isupper() or card.answer in line):
                text = _FORMULA.sub("[]", line) if "\\" in line else line
                if any(within(said, words(part)) for part in _BLANK.split(text)):
                    yield note.card_place(card), card.answer
                    break


_TABLE = re.compile(r" \| |→")
"""What cells, or steps, stand beside."""

_BLANK = re.compile(r"\[[^\[\]]*\]")
_FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]")


@rule(
    "L025",
    "off",
    "cloze",
    says="“how many” before {0}: the answer must be one",
    hint="ask for the number in another way, or hide the noun too",
)
def how_many_of_one(note: Subject, memory: Memory) -> Iterator[Finding]:
    """The noun behind a blank for a number is singular, so that only one fits.

    Grammar leaves one answer, and nothing is recalled. Guidelines for tests count plurals among unintended hints ("How to
    Construct Completion & Short Answer Items", 6, sfeditor.ca).

    False alarms: none of 3, 2 of them in the deck of 560 notes on web services with which it was made, and one in 111
    notes on genetics. There were no more in fourteen other decks of 35,000 notes (November 2026). That is too few to
    tell, so the rule is off by default.
    Bad:
        ## Subnets {.cloze}
        A subnet lies in ==one::how many?== Availability Zone.
    Good:
        ## Subnets {.cloze}
        A subnet lies in ==one Availability Zone::how many places?==.
    """
    for card in note.cards:
        if "how many" in card.hint.lower() and _ONE.match(card.answer):
            for found in _HOW_MANY.finditer(card.question):
                if found[1].lower() not in _NO_NOUNS:
                    yield note.card_place(card), found[1]


_HOW_MANY = re.compile(r"\[[Hh]ow many\W{0,3}\] ([A-Za-z][\w-]*(?<!s))(?=[\s.,;:])")
_ONE = re.compile(r"(?:(?:exactly|just|only) )?(?:one|1|a single)\b", re.IGNORECASE)
_NO_NOUNS = FUNCTION_WORDS | frozenset(
    ("children", "data", "feet", "fish", "men", "mice", "people", "percent", "teeth", "women")
)
"""Words that are no noun in the singular: those that say little, plurals without an s, and what has none."""


@rule(
    "L026",
    "off",
    "occlusion",
    says="{0} is behind the mask, and {1} stands beside it",
    hint="mask that label too, in one group with this one, or ask for something else",
)
def mask_beside_its_answer(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A label in view holds the words of one behind a mask, or all but one of them.

    In a diagram of steps, "before installing" is read off "installing" beside it. Only labels of SVGs are known, and
    those that are masked together count one by one. The rule has no other source than a blind reading of our own cards,
    in which steps in view told those that were hidden.

    False alarms: 4 of 18 that were judged, in a deck of 560 notes on web services, with which it was made. Since then,
    most of these labels have been masked in groups there, and 1 alarm is left, a false one (November 2026). No public
    deck that was read has drawings with masks, so it is off by default.
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
    labels = note.labels()
    of_cards = [card.answer.split("\n") for card in note.cards]  # A group of masks has several labels.
    masked = {answer for answers in of_cards for answer in answers} if note.written.mode != "hide-one" else set()
    for card, answers in zip(note.cards, of_cards, strict=True):
        shown = [label for label in labels if label not in masked and label not in answers]
        for answer, label in product(answers, shown):
            if not _is_line(label, answer, labels) and _gives_away(_parts(label), _parts(answer)):
                yield note.card_place(card), answer, label
                break


def _gives_away(shown: frozenset[str], hidden: frozenset[str]) -> bool:
    """Whether the words in view are all of those behind the mask, or all but one of them."""
    return bool(shown) and (hidden <= shown or (shown < hidden and len(hidden) - len(shown) == 1))


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|-")


@lru_cache(maxsize=AT_ONCE)
def _parts(label: str) -> frozenset[str]:
    """The stems of a label's words; `BeforeInstall` has two, and so has `before-install`. Each label is compared with all
    others of its drawing.
    """
    return frozenset(stems(_HUMP.sub(" ", label)))


def _is_line(label: str, answer: str, labels: Sequence[str]) -> bool:
    """Whether a label is one of the two lines that the label behind a mask is drawn in."""
    if answer.startswith(label):
        return answer[len(label) :].strip() in labels
    return answer.endswith(label) and answer[: -len(label)].strip() in labels
