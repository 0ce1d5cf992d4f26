"""Rules on questions whose answer can be guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile, filterfalse

from .declare import Finding, rule
from .subject import Memory, Subject
from .wording_texts import (
    ASIDE,
    ASKING,
    ASKS,
    AUXILIARY,
    SENTENCE_END,
    answer_with_code,
    asked,
    asked_with_code,
    is_phrase,
)


@rule(
    "L004",
    "warning",
    "basic",
    says="a guess is right half the time: the answer is yes or no",
    hint="ask for the fact behind it: which, how many, what happens, why",
)
def yes_or_no(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A question can be answered with yes or no.

    A guess is right half the time, and the question often leads to its answer, so that little is recalled (Andy
    Matuschak, "How to write good prompts").

    False alarms: one of 48 that were judged, in decks on computer science, philosophy and school subjects (12,638
    cards, November 2026); 3 of 64 in 24,800 notes on other subjects.
    Bad:
        ## Can a group of users be the principal of a policy? {.basic}
        No, only users and roles can.
    Good:
        ## Which identities can be the principal of a policy? {.basic}
        Users and roles.
    """
    found = asked(note)
    last = found.last
    if '"' in found.question or "“" in found.question:
        last = SENTENCE_END.split(ASIDE.sub("…", found.question))[-1]
    is_named = (" or " in found.question or "/" in found.question) and _TRUE_FALSE.search(found.question)
    is_answered = _YES_NO.match(found.answer) and not _ASKS_MORE.match(last)
    # Without its mark it may be a heading, and "or" offers a choice, which another rule is about.
    is_marked = last.rstrip(_CLOSING).endswith(("?", "？"))
    is_asked = is_marked and " or " not in last and _is_polar(last) and not is_phrase(found)
    if is_named or is_asked or (is_answered and last.casefold().strip(" .?!") not in _TRANSLATED):
        yield (note.place if is_named or last not in found.front or last == found.front else note.where(last),)


def _is_polar(sentence: str) -> bool:
    """Whether an English question opens with its verb: "Is it …", and "In Java, is it …" as well."""
    clause, _, main = sentence.rpartition(", ") if _CLAUSE.match(sentence) else ("", "", sentence)
    if clause and _WH.search(clause):
        return False
    verb = _POLAR.match(main)
    # "May Day is on which date?", "Can: which verb is it?" and "Will Rogers: what is it?" begin with no verb.
    if not verb or _REQUEST.match(main) or main[verb.end() : verb.end() + 1] in _NAMED or _ASKS_LATER.search(main):
        return False
    # German asks "Was ist …" and "Am wievielten …", Portuguese "Do que …".
    return not (foreign := _FOREIGN.get(verb[0].lower())) or bool(foreign.match(main, verb.end()))


_POLAR = re.compile(rf"{AUXILIARY}(?!['’])", re.IGNORECASE)
_SUBJECT = re.compile(
    r" (?:(?:the|an?|it|there|he|she|we|you|they|this|that|these|those|his|her|its|your|their|any|all|every"
    r"|each|no)\b|[A-Z])(?!.*\b(?:ist|sind|und|der|das|dem|einer?|nicht|wird|von|für|sich)\b)"
)
_ENGLISH = re.compile(
    r".*\b(?:the|of|to|it|they|you|we|that|this|these|there|than|by|with|from|be|been|not|have|he|she|his|its|our|their|your"
    r"|always|and|for|all|any|on|use|need)\b"
)
_FOREIGN = {
    **dict.fromkeys(("was", "will"), _SUBJECT),
    **dict.fromkeys(("do", "had", "may", "must"), _ENGLISH),
    "am": re.compile(r" I\b"),
}
"""Verbs that open questions of other languages too, and what shows that it is English."""
_WH = re.compile(rf"(?:\A\w+|,) {ASKING}", re.IGNORECASE)
_NAMED = (",", ":", "…", ".", "-", "/")
"""What stands behind a word that is quoted, not used."""
_ASKS_LATER = re.compile(rf"(?:^\w+ [A-Z][\w ]*:|\b(?:is|was|are|were|on|in|of|to|at|for) {ASKING})", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?:in|if|when|for|on|with|at|from|to|by|given|as|because|since|after|before|under)\b", re.IGNORECASE
)
_REQUEST = re.compile(
    r"(?:can|could|would|will|do) you (?:please |briefly ){0,3}"
    r"(?:name|list|enumerate|tell|give|explain|describe|discuss|summari[sz]e|compare|know|remember|say|think)\b",
    re.IGNORECASE,
)
_TRUE_FALSE = re.compile(r"\b(?:true(?: or |/)false|yes(?: or |/)no)\b|\((?:t/f|y/n)\)", re.IGNORECASE)
_YES_NO = re.compile(r"(?:yes|no)(?=\s*(?:[,:;!–—]|\.(?!\s?\d))|\s+-\s|\s*\Z)", re.IGNORECASE)
_NONE_OF_TWO = re.compile(rf"(?:both|either|neither|it depends)\b|{_YES_NO.pattern}", re.IGNORECASE)
_TRANSLATED = frozenset(
    """
    da hai hayır igen ja já jo kyllä ne nee nei nein nej nem nie niet no non nu não oui si sí sì tak yes
    はい いいえ да не нет так ні 是 不是 네 아니요 نعم نَعَم لا لَا כן לא
    """.split()  # noqa: SIM905
)
"""What a card on another language asks, if its answer is yes or no."""
_ASKS_MORE = re.compile(rf"(?:\w+ )?{ASKING}", re.IGNORECASE)
_CLOSING = " !.)\"”'’"


@rule(
    "L005",
    "hint",
    "basic",
    says='a guess is right half the time: "{0}" gives a choice of two',
    hint="ask without naming the two: which kind of …",
)
def either_or(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A question offers two answers to choose from.

    The learner recognises the answer and does not recall it, and a guess is right half the time (Andy Matuschak, "How to
    write good prompts").

    False alarms: none of 44 that were judged, in decks on computer science, philosophy and school subjects (14,127
    cards, November 2026); 2 of 14 in 24,800 notes on other subjects; none of 3 that were added by what is offered first,
    in a deck of 1,490 cards on machine learning.
    Bad:
        ## Does Kerberos use symmetric or asymmetric encryption? {.basic}
        Symmetric: both sides hold the same key.
    Good:
        ## Which kind of encryption does Kerberos use? {.basic}
        Symmetric: both sides hold the same key.
    """
    found = asked_with_code(note)
    if " or " not in found.last or not found.last.endswith("?") or _NONE_OF_TWO.match(answer := answer_with_code(note)):
        return
    first = _OFFERED_FIRST.match(found.last)
    before, _, after = (first[1] if first else found.last[:-1]).rpartition(" or ")
    right = after.split()
    if not 0 < len(right) <= 8 or not (first or _is_polar(found.last) or _offers(before)):
        return
    left = before.split()
    # "Virtual addresses or physical addresses" offers as much on either side, "high or low pressure" a word.
    left = list(dropwhile(_is_small, left[-len(right) :])) if _words(left[-1]) & _words(after) else left[-1:]
    one, other = _words(" ".join(left)), _words(after if len(left) > 1 else next(filterfalse(_is_small, right), ""))
    said = _words(" ".join(answer.split()[:12]))
    if bool((one - other) & said) != bool((other - one) & said):
        offered = f"{' '.join(left)} or {after}"
        yield note.where(offered), offered


def _offers(before: str) -> bool:
    """Whether "Which is faster, a heap or …" offers the rest as answers, as a comma or a colon shows. "Why" never does."""
    end = max(map(before.rfind, (", ", ": ", " – ", " - ")))
    choice = before[end + 1 :].split()
    return end > 0 and 0 < len(choice) <= 6 and choice[0] not in _NO_CHOICE and _CHOOSES.match(before) is not None


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower()) if word not in _SMALL}


def _is_small(word: str) -> bool:
    return word.lower() in _SMALL


_CHOOSES = re.compile(rf"(?!why\b)(?:{ASKS.pattern})", re.IGNORECASE)
_OFFERED_FIRST = re.compile(
    rf"(?!{ASKING}|{AUXILIARY})((?:[^\s,:?]+ ){{1,4}}or [^\s,:?]+(?: [^\s,:?]+){{0,3}})(?:\?\Z|(?::|,| –| -) (?:which|who)\b)",
    re.IGNORECASE,
)
"""What "A heap or a tree: which is faster?" offers; it may be the whole question."""
_NO_CHOICE = frozenset(("if", "when", "whether", "where", "that", "which", "as", "because", "for", "in", "to", "with"))
_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(
    """
    a an the to of in on at by for with be is are was it its use used using have has do does
    """.split()  # noqa: SIM905
)
