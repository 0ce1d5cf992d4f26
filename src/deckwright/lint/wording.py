"""Rules on how questions are worded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from .declare import Finding, rule
from .subject import Memory, Subject
from .wording_answers import MOST_ITEMS, listed
from .wording_texts import (
    ASIDE,
    ASKING,
    ASKS,
    AUXILIARY,
    SENTENCE_END,
    answers,
    asked,
    asked_with_code,
    count,
    is_phrase,
    short,
)


@rule(
    "L003",
    "warning",
    "basic",
    says='"{0}" is a second question on the same card',
    hint="ask it on a card of its own, or put its answer into a closing note",
)
def several_questions(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A card asks several questions.

    A learner who knows only one of the answers can neither pass nor fail the card: the minimum information principle
    (Piotr Wozniak, "Twenty rules of formulating knowledge", 4).

    False alarms: 3 of 76 that were judged, in decks on computer science, philosophy and school subjects (12,638 cards,
    November 2026); then it was widened, and none of 8 that this added was false, in a deck of 1,490 on machine learning,
    and none of 22 in a German one of 5,712. In 24,800 notes on other subjects, 1 of 64 was false.
    Bad:
        ## What is a dead-letter queue and when is it used? {.basic}
        A queue for messages that could not be processed, used to look at them later.
    Good:
        ## Which queue takes the messages that could not be processed? {.basic}
        The dead-letter queue.
    """
    found = asked(note)
    second = _second_by_marks(found.question) or _second_by_and(found.question)
    if second and not is_phrase(found):
        yield note.where(second), short(second)


def _second_by_marks(question: str) -> str:
    """The second of the parts that end in a question mark and ask, or an order behind the first; empty if there is none."""
    if question.count("?") < 2 and (question.isascii() or sum(map(question.count, "?？؟")) < 2):
        order = _ORDER.search(question) if "? " in question else None
        return order[1].rstrip(".! ") if order and ASKS.search(question, 0, order.start()) else ""
    parts = _MARK.split(ASIDE.sub(" ", question))[:-1]
    asking = [*islice(filter(_asks, parts), 2)]
    if len(asking) < 2:
        return ""
    # What stands before the sentence that asks; an abbreviation ends none: "Which is faster, A vs. B?"
    sentences = SENTENCE_END.split(asking[1])
    first = max((n for n, sentence in enumerate(sentences) if _asks(sentence)), default=0)
    return " ".join(sentences[first:]).strip(" •")


def _asks(part: str) -> bool:
    """Whether a part asks. What is not written in our letters is believed to, and so is Spanish: its marks say so."""
    if ASKS.search(part) or _ASKS_ELSEWHERE.match(part):
        return True
    return not part.isascii() and len(part.strip()) > 2 and ("¿" in part or not _LATIN.search(part))


def _second_by_and(question: str) -> str:
    """What follows "and" in "What is … and why …?"; empty if nothing does."""
    if not (" and " in question or ", " in question or "; " in question or " & " in question):
        return ""
    if not _FURTHER.search(question):
        return ""
    for sentence in SENTENCE_END.split(question) if "?" in question or _MAIN_OPENS.match(question) else ():
        if (first := _FIRST.match(sentence)) and (second := _SECOND.search(sentence, first.end())):
            between = sentence[first.end() : second.start()].lower().split()
            # "When (a formula) is large, what …" opens with a clause, not with a question.
            is_clause = second[0].startswith((", wha", ", why", ", how")) and _CLAUSE.search(first[0])
            # "a list which is sorted and which has no duplicates" says twice what the list is, and "shows what changed and
            # when" asks once.
            again = _ASKING_WORDS if second["bare"] else {(second["word"] or "").lower()}
            if not is_clause and again.isdisjoint(between):
                return second["asked"].rstrip("?. ")
    return ""


_MARK = re.compile(r"(?<!\?)\?++!*+(?=[\s)\]\"”'’»]|[^\x00-\x7f]|\Z)|[？؟]")
_ORDER = re.compile(
    r"\? ((?:(?:give|list|name) (?:an?|one|some)|(?:describe|explain) (?:it|them|each|both|why|how|an?|one|two|three))\b[^.?]*)"
    r"[.!]?\Z",
    re.IGNORECASE,
)
"""What asks for more than the question does: "How does it work? Explain the steps." asks once."""
_ASKS_ELSEWHERE = re.compile(
    r"\s*(?:wann|warum|was|wer|wem|wen|weshalb|weswegen|wie|wieso|wieviele?|wo|wofür|woher|wohin|wozu|welche[mnrs]?"
    r"|combien|comment|où|pourquoi|quand|quel(?:le)?s?|qui|quoi)\b",
    re.IGNORECASE,
)
"""The words that ask in German and French, where a question begins with them."""
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]{3}")
_FURTHER = re.compile(r"(?: and| &|[,;]) (?:if|why|how|when|where|what|which|who|give|explain|describe|name)\b")
_MAIN = rf"(?:\w+ )?(?:(?:when|where)(?: {AUXILIARY}|(?= (?:and|&) {ASKING}))|(?!when|where){ASKING})"
"""How a main clause asks; "When it starts, …" does not."""
_MAIN_OPENS = re.compile(_MAIN, re.IGNORECASE)
_FIRST = re.compile(rf"(?:[\[(][^?\[\]()]{{1,80}}[\])] )?(?:[^,?]{{1,80}}?, )??{_MAIN}", re.IGNORECASE)
_CLAUSE = re.compile(r"\b(?:when|where) \S+\Z", re.IGNORECASE)
_ASKING_WORDS = frozenset(("how", "what", "when", "where", "which", "who", "why"))
_SECOND = re.compile(
    rf"(?: and| &|;|,(?! wh(?:ich|o)\b| wh(?:en|ere) (?:is|are) (?!it|they)))(?: if so,?)? (?P<asked>(?:"
    rf"(?P<bare>(?:why|how|when|where)(?=\?|\Z))"
    rf"|(?:why|how|when|where)(?: not)?(?=\?|\Z|['’]s\b| {AUXILIARY})"
    rf"|how (?:many|much|often|long|far)\b|how \w+ (?:is|are|was|were)\b"
    rf"|(?P<word>what|which|who)(?:['’]s\b| (?:\w+ ){{0,2}}?(?:{AUXILIARY}|\w+s\b(?! of\b)))"
    rf")[^?]*|(?:give|explain|describe|name) (?:\w+ ){{0,8}}\w+\W?\W?\Z)",
    re.IGNORECASE,
)


@rule(
    "L006",
    "hint",
    "basic",
    says='nobody can tell which answer "{0}" wants, and when it is complete',
    hint="ask for one thing: which, when, why, how many, what follows",
)
def vague_question(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A question is so open that many answers are right.

    Whoever is asked to describe a thing recalls another part of it each time, and cannot tell whether it was the one
    that is wanted (Andy Matuschak, "How to write good prompts", on precise prompts).

    False alarms: 9 of 50 that were judged, in decks on computer science, philosophy and school subjects (14,127 cards,
    November 2026); none of 4 that were added later, by "compare", in decks on computer science (4,510 cards); 5 of 33 in
    24,800 notes on other subjects. "What does … do?" is no alarm: of a part of a cell or a program it is often precise.
    Bad:
        ## Explain virtual memory. {.basic}
        Each process has addresses of its own, which the kernel maps to those of the hardware.
    Good:
        ## What maps the addresses of a process to those of the hardware? {.basic}
        The kernel
    """
    question = asked_with_code(note)
    for text in dict.fromkeys((question.last, question.question)):
        if (found := _VAGUE.match(text)) and not is_phrase(question):
            yield note.where(found[0]), short(text.rstrip("?.! "))
            return


_POLITELY = r"(?:(?:can|could|would) you |please |briefly ){0,3}"
_VAGUE = re.compile(
    rf"{_POLITELY}(?:(?:describe|explain|discuss|summari[sz]e|elaborate on|comment on|tell (?:me |us )?about|talk about)"
    r" (?!why|what|how (?:many|much)|which|who|where|when|whether|in one|(?:one|two|three|four|five|step)\b|[^.?]*(?:\d|: (?:why|how|what|which)\b))"
    r"(?!(?:\S+ ){1,4}?(?:of|for|between|behind|in|on|from)\b|(?:\S+ )?\S+['’]s\b)\S+"
    r"|what do you know about\b|what can you (?:say|tell) about\b|what about\b|what should you know about\b"
    r"|what(?:['’]s| is) (?:so )?(?:special|interesting|important|notable|unique) about\b"
    r"|(?:which|what) (?:parts|aspects|things)\b"
    r"|how (?:do|does) (?:(?! of | in )[^?]){1,60} and (?:(?! of | in )[^?]){1,60} compare\?"
    r"|how (?:do|does) (?:(?! of | in )[^?]){1,60} compare (?:to|with) (?:(?! of | in )[^?]){1,60}\?"
    r"|(?:compare|contrast) (?:(?! of | in |: )[^?.]){1,60}\W*\Z)",
    re.IGNORECASE,
)


@rule(
    "L007",
    "hint",
    "basic",
    says='"{0}" asks for a list, but does not say of how many',
    hint="say how many, or ask for each of them on a card of its own",
)
def list_without_number(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A question asks for a list and does not say of how many.

    A learner who has recalled three cannot tell whether a fourth is missing (Piotr Wozniak, "Twenty rules of formulating
    knowledge", 9; Andy Matuschak, "How to write good prompts"). Of five and more, L002 tells.

    False alarms: 2 of 47 that were judged, in decks on computer science, philosophy and school subjects (12,638 cards,
    November 2026); 2 of 41 in 24,800 notes on other subjects.
    Bad:
        ## What are some protocols of the transport layer? {.basic}
        - TCP
        - UDP
    Good:
        ## Which two protocols make up most of the transport layer? {.basic}
        - TCP
        - UDP
    """
    found = asked(note)
    opening = _LIST.match(found.last)
    if opening and not _NUMBER.search(found.question) and 1 < listed(note, answers(note)[0]) <= MOST_ITEMS:
        yield note.where(opening[0]), short(found.last.rstrip("?.! "))


_LIST = re.compile(
    rf"{_POLITELY}(?:(?:name|list|enumerate|give|state|mention)(?: me)?"
    r" (?:some|all|(?<!give )the(?! (?:law|rule|theorem|principle|definition)\b)|several|a few|any|common|examples|its \w+s\b"
    r"|(?!(?:d[aeo]s|l[aeo]s|[ao]s|its|his|this)\b)\w+s\b)"
    r"|(?:what|which) are (?:the|some|all|common|different|possible|desirable|typical|main|major|(?:dis)?advantages|benefits"
    r"|drawbacks|its|their|your|\w+['’]s)\b"
    r"|(?:what|which) \w+s (?:are there|exist)\b"
    r"|what (?:kinds|types|sorts|forms|ways|advantages|disadvantages|benefits)(?= ))",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|both|pair|couple|an? (?:example|instance)|the difference)\b",
    re.IGNORECASE,
)


@rule(
    "L010",
    "hint",
    "basic",
    says="the question has {0} words",
    hint="leave out what is not needed to find the answer",
)
def long_question(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A question has more than 40 words.

    It is read again at each review, and soon it is known by its looks and not by what it asks (Andy Matuschak, "How to
    write good prompts", on effortful prompts). Quotations, code, formulas and pictures do not count.

    False alarms: 5 of 21 that were judged, in decks on computer science and law (6,431 cards, November 2026), most of
    them cases from exams; 5 of 39 in 24,800 notes on other subjects, where most offer long answers to choose from.
    Bad:
        ## Which service is it? {.basic}
        Your company runs a shop on the web, whose servers write many lines into their logs each day; a new colleague,
        who has just come from another company, wants to search these logs, and to hear of it by mail as soon as the
        word "error" is found in one of them.

        ---

        CloudWatch Logs
    Good:
        ## Which service of AWS searches logs, and raises an alarm at a word in them? {.basic}
        CloudWatch Logs
    """
    front = asked(note).front
    if count(front, _MOST_WORDS + 1) and (words := count(_CITED.sub(" ", front), _MOST_WORDS + 1)):
        yield note.place, words


_MOST_WORDS = 40
_CITED = re.compile(r"\"[^\"]*\"|“[^“”]*”|«[^«»]*»")


@rule(
    "L011",
    "off",
    "basic",
    says='"{0}" is easily overlooked',
    hint="set it in bold, or ask for what is so",
)
def bare_negation(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A question hangs on a "not" that nothing sets off.

    Who overlooks it recalls the opposite, and learns the wrong answer by and by (Piotr Wozniak, "Twenty rules of
    formulating knowledge", 12, on wording). Half of the alarms were false, so this rule is off by default.

    False alarms: 5 of 10 that were judged, in decks on computer science, philosophy and school subjects (12,638 cards,
    November 2026).
    Bad:
        ## Which of its parts do the threads of a process not share? {.basic}
        Registers and stack
    Good:
        ## Which of its parts does each thread of a process have for itself? {.basic}
        Registers and stack
    """
    last = asked(note).last
    if not ("not" in last or "n't" in last or "n’t" in last or "never" in last or "except" in last):
        return
    if (negation := _NEGATION.match(last)) and not _SET_OFF.search(note.note.fields.get("Front", "")):
        yield note.where(negation[1]), negation[1]


_NEGATION = re.compile(
    r"(?:\w+ )?(?:which|what|who|where|when)\b(?:(?! (?:at least|if|when|but|so|that|which|who|because)\b)[^?])*?\b"
    r"(not(?! only\b)|except(?= )|cannot|(?:ca|do|does|is|are|wo)n['’]t|never)\b",
    re.IGNORECASE,
)
_SET_OFF = re.compile(r">(?:not|except|never|cannot)</|\b(?:NOT|EXCEPT|NEVER)\b")
