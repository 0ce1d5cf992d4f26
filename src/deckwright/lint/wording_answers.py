"""Rules on how answers are worded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from .declare import Finding, rule
from .subject import Memory, Subject
from .wording_texts import FEW_WORDS, Answer, answer_with_code, answers, asked, lines

_MOST_WORDS = 40


@rule(
    "L001",
    "warning",
    "basic",
    "cloze",
    says="the answer has {0} words; most learners remember one fact at a time",
    hint="ask for each fact on a card of its own, or put what explains the answer into a closing note",
)
def long_answer(note: Subject, memory: Memory) -> Iterator[Finding]:
    """An answer has more than 40 words.

    Nobody can say whether a long answer was right, and one forgotten part fails all of it: the minimum information
    principle (Piotr Wozniak, "Twenty rules of formulating knowledge", 4). Code, formulas and pictures do not count.

    False alarms: none of 60 that were judged, in decks on computer science, philosophy and school subjects (12,638
    cards, November 2026); none of 48 in 24,800 notes on other subjects.
    Bad:
        ## What is a role? {.basic}
        An identity with permissions, which has no password and no access keys of its own; whoever is trusted by it can
        assume it, and gets temporary credentials for an hour, after which they have to be asked for once more, which
        the programs of the vendor do without being told to.
    Good:
        ## What is a role? {.basic}
        An identity with permissions that whoever is trusted by it can assume.

        > [!NOTE]
        > It has no password and no access keys of its own: whoever assumes it gets temporary credentials.
    """
    for answer in answers(note):
        if answer.words > _MOST_WORDS:
            yield answer.place, answer.words


@rule(
    "L012",
    "hint",
    "basic",
    "cloze",
    says="the answer has {0} words: it may hold more than one fact",
    hint="keep what the question asks for, and put what explains it into a closing note",
)
def longish_answer(note: Subject, memory: Memory) -> Iterator[Finding]:
    """An answer has 26 to 40 words.

    The shorter an answer, the surer a learner is whether it was right (Piotr Wozniak, "Twenty rules of formulating
    knowledge", 4). One sentence is often enough, and what it rests on can stand in a closing note. Code, formulas and
    pictures do not count. Above 40 words it is L001 that tells.

    False alarms: 10 of 76 that were judged, in decks on computer science, philosophy and school subjects (12,638
    cards, November 2026); 5 of 73 in 24,800 notes on other subjects.
    Bad:
        ## Why does a stopped instance keep its private address? {.basic}
        The address belongs to the network interface of the instance, and the interface stays attached while the
        instance is stopped; only when it is terminated are both of them given back.
    Good:
        ## Why does a stopped instance keep its private address? {.basic}
        The address belongs to the network interface, and this stays attached.
    """
    for answer in answers(note):
        if FEW_WORDS < answer.words <= _MOST_WORDS:
            yield answer.place, answer.words


MOST_ITEMS = 4


@rule(
    "L002",
    "warning",
    "basic",
    "cloze",
    says="the answer is a list of {0}; each that is forgotten fails the whole card",
    hint="cut the list (`.items`), make each a deletion of a cloze note, or ask for fewer at a time",
)
def long_list(note: Subject, memory: Memory) -> Iterator[Finding]:
    """An answer is a list of five or more.

    Sets and enumerations are the hardest of all to remember, since their order and their number have to be learned too
    (Piotr Wozniak, "Twenty rules of formulating knowledge", 9 and 10). A list that is cut up asks for one at a time.

    False alarms: 2 of 37 that were judged, in decks on computer science and school subjects (7,355 cards, November
    2026). It was widened to lists without an "and", as "a; b; c", of which 4,510 cards on computer science had none.
    In 24,800 notes on other subjects, 9 of 102 alarms were false.
    Bad:
        ## Which states can a process be in? {.basic}
        - new
        - ready
        - running
        - waiting
        - terminated
    Good:
        ## In which state is a process while it lacks nothing but a processor? {.basic}
        Ready
    """
    for answer in answers(note):
        if (items := listed(note, answer)) > MOST_ITEMS:
            yield answer.place, items


def listed(note: Subject, answer: Answer) -> int:
    """How many items the list has that an answer consists of, or holds; 0 if there is none. In a sentence of a long
    answer, a list is no more than a part of it.
    """
    text = answer.text
    if note.family == "basic":
        html = note.note.fields.get("Back", "")
        begun = _BEGUN.findall(html)
        if items := begun.count("<li") or begun.count("<dt"):
            return items
        if (begun.count("<br") > 1 or begun.count("<p>") > 2) and (found := _lines(html)):
            return found
        if "<code" in html and _has_and(html):  # The items may be code.
            text = answer_with_code(note)
    if answer.words > _MOST_WORDS:
        return 0
    if _has_and(text) and (found := _in_sentence(text)):
        return found
    # Most answers are no row. To a word of another language, several are right, and one is enough.
    if not (", " in text or "; " in text or not text.isascii()) or not (items := _in_row(answer.text)):
        return 0
    return items if note.family == "cloze" or _ASKED.search(asked(note).last) else 0


def _has_and(text: str) -> bool:
    """Whether there may be "a, b and c" in a text or in HTML."""
    return ", " in text and (" and " in text or " or " in text or " &" in text)


def _lines(html: str) -> int:
    """How many lines an answer has if each is an item: marked as one, or a few words."""
    found = lines(html)
    marked = sum(_MARKED.match(line) is not None for line in found)
    if marked > 1:
        return marked
    return len(found) * all(len(line.split()) <= _ITEM_WORDS and not _NO_ITEM.search(line) for line in found)


def _in_sentence(answer: str) -> int:
    """How many items "a, b, c and d" has, if each is a few words: the longest such list of an answer. Examples are not
    what is asked for.
    """
    most = 0
    for sentence in _STOP.split(_BRACKETS.sub("", answer) if "(" in answer else answer):
        *parts, last = _COMMA.split(sentence)
        if not parts or not (end := _AND.match(last)) or _EXAMPLES.search(sentence):
            continue
        if len(parts) == 1 and not (end[1] and len(parts[0].split()) <= _ITEM_WORDS):
            continue  # One comma may stand anywhere: only "a, b and c" is a list.
        # The first item has what stands before the list in front of it.
        between = takewhile(lambda part: len(part.split()) <= _ITEM_WORDS and not _CLAUSE.match(part), parts[:0:-1])
        most = max(most, 1 + sum(1 for _ in between) + (2 if end[1] else 1))
    return most


def _in_row(answer: str) -> int:
    """How many items an answer has that is nothing but "a, b, c" or "a; b; c", if each is a few words. Code and formulas have
    such rows too, and so have numbers.
    """
    if _NO_ROW.search(answer):
        return 0
    items = _ROW.split(answer.rstrip(" ."))
    if len(items) > 2 and _GERMAN_ARTICLE.match(items[1]) and not _GERMAN_ARTICLE.match(items[0]):
        return 0  # It begins a clause: "Organe, die filtern, speichern und …".
    is_row = len(items) > 2 and all(len(item.split()) <= _ITEM_WORDS and _LETTER.search(item) for item in items)
    return len(items) if is_row and not any(map(_CLAUSE.match, items)) else 0


_ASKED = re.compile(r"[?？]\W{0,3}\Z|\A(?:\w+ )?(?:enumerate|give|list|mention|name|state|what|which)\b", re.IGNORECASE)
_BEGUN = re.compile("<(?:li|dt|br|p>)")
_ITEM_WORDS = 4
_ROW = re.compile(r"[,;]\s+(?:(?:und|oder|et|ou)\s+)?|[、，；]\s*|\s+(?:und|oder|et|ou)\s+")
_GERMAN_ARTICLE = re.compile(r"(?:das|de[mnr]|die)\b", re.IGNORECASE)
_NO_ROW = re.compile(r"[()\[\]{}=<>/\\]|[.!?…]\s")
_LETTER = re.compile(r"[^\W\d_]")
_NO_ITEM = re.compile(r":\Z|\\[(\[]")
"""What leads to the next line, or is a formula: "The sum:" and below it what it is."""
_MARKED = re.compile(r"(?:[•*–-]|\d{1,2}[.)])\s")
_BRACKETS = re.compile(r"\([^()]*\)")
_EXAMPLES = re.compile(r"\b(?:including|such as|like|for example|for instance|e\.?\s?g\b|say)\b", re.IGNORECASE)
_STOP = re.compile(r"[.;:!?]\s+|[()]")
_COMMA = re.compile(r",\s+")
_CLAUSE = re.compile(
    r"(?:and|or|but|so|as|which|who|that|where|when|because|if|then|it|they|he|she|we|you|involving|providing|containing"
    r"|covering|comprising)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"(?:and|or|&)\s+\S|((?:\S+ ){1,4}?(?:and|or|&)\s+\S)")


@rule(
    "L008",
    "hint",
    "basic",
    "cloze",
    says='"{0}" leaves open what belongs to the answer',
    hint="name all that is asked for, or ask for examples and say how many",
)
def open_answer(note: Subject, memory: Memory) -> Iterator[Finding]:
    """An answer ends in "etc.", "and so on" or the like.

    A question that has another answer each time is learned badly: what was recalled is not what is strengthened (Andy
    Matuschak, "How to write good prompts", on consistent prompts). It is no alarm where the list comes behind the
    answer as such: in a second sentence, in brackets, behind a colon or a dash, or after "such as".

    False alarms: none of 7 that were judged, in decks on computer science, philosophy and school subjects (12,638
    cards, November 2026); but it was narrowed in sight of them, when 9 of 20 were false. In two decks of 3,000 notes that
    it was not made with, on computer science and business, there was 1 alarm, a right one; none of 6 was false in 24,800
    notes on other subjects. "And the like" and ", …" were added then; 4,510 cards on computer science had neither, and
    none of 4 was false in a German deck of 5,712.
    Bad:
        ## Which facts does a process control block keep? {.basic}
        The status, the registers, the priority, etc.
    Good:
        ## Which two facts must a process control block keep for the switch back? {.basic}
        The registers and the program counter.
    """
    for answer in answers(note):
        text = answer.text
        # Most answers have none of these, and plain searches are the fastest.
        if answer.words > _MOST_WORDS or not (
            ("etc" in text or "et c" in text or " and so " in text or " and m" in text)
            or ("others" in text or "the like" in text or "usw" in text or "…" in text or "..." in text)
        ):
            continue
        if text.endswith(("…", "...")) and note.family == "basic":  # It may be an item of its own.
            text = " ".join(lines(note.note.fields["Back"]))
        found = _OPEN.search(text, 1)  # It may be what is asked for.
        if found and not any(sign.search(text, 0, found.start()) for sign in (_APART, _EXAMPLES)):
            yield note.where_answered(found[0]) if note.family == "basic" else answer.place, found[0]


_OPEN = re.compile(
    r"(?:(?<![\w/])etc\.?|\bet cetera|\busw\b\.?|\band so (?:on|forth)|\band (?:many |much )?(?:more|others)|\b(?:and|or) the like"
    r"|\bamong others|(?:(?<=[^\W\d_]{3}, )|(?<=[^\W\d_]{3} • ))(?:…|\.{3}))(?=\W*\Z)",
    re.IGNORECASE,
)
_APART = re.compile(r"[.;:(–—]| - ")


@rule(
    "L009",
    "off",
    "basic",
    "cloze",
    says='"{0}" is true only for a time, and the card does not say of when',
    hint="name the year or the version, or ask for something that stays true",
)
def undated(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A card says what is so today, without a date.

    Such a card goes stale, and nobody sees it: knowledge that changes wants a date stamp (Piotr Wozniak, "Twenty rules
    of formulating knowledge", 19). "As of 2026" is one, so it is no alarm. Answers of more than 40 words are left to L001.

    False alarms: none of 2, all there were in decks on computer science, philosophy and school subjects (12,638 cards,
    November 2026). That is too few to tell, so the rule is off by default.
    Bad:
        ## How many layers can a function have? {.basic}
        Five, as of now.
    Good:
        ## How many layers could a function have in 2026? {.basic}
        Five
    """
    if note.family == "basic":
        found = asked(note)
        is_short = answers(note)[0].words <= _MOST_WORDS
        text = f"{found.front}\n{found.answer}" if is_short else found.front
    else:
        card = note.cards[0] if note.cards and note.family == "cloze" else None
        text = f"{card.question}\n{card.answer}" if card else ""
    is_possible = any(sign in text for sign in _TIME_SIGNS)
    if is_possible and (match := _UNDATED.search(text)) and not _DATE.search(text):
        yield note.where(match[0]), match[0]


_TIME_SIGNS = (
    *("urrent", "s of ", "today", "owadays", "hese days", "t present", "t the moment", "of writing"),
    *("atest", "ewest", "ost recent"),
)
"""One of these stands in what is undated: most cards have none, and plain searches are the fastest."""

_UNDATED = re.compile(
    r"\bas of (?:now|today|(?:this|the time of) writing)\b|\bat the time of writing\b|\bnowadays\b|\bthese days\b"
    r"|\bat (?:present|the moment)(?=[.,;:!?)\n]|$)|\b(?:built|created|launched|made|opened|sold|started) today\b"
    r"|\bcurrently (?:supports?|only|the (?:only|most|largest|best|latest)|available|supported|limited|most|holds? the"
    r"|not (?:allowed|available|possible|supported))\b"
    r"|\b(?:latest|newest|most recent|current) (?:stable )?(?:version|release) (?:is|of \w+ is)\b"
    r"|\bis the (?:latest|newest|most recent|current) (?:stable )?(?:version|release)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b(?:19|20)\d\d\b")
