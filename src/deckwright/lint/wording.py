"""Rules on how a question and its answer are worded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..texts import prose
from .declare import Finding, rule
from .subject import Deck, Subject

_MOST_WORDS = 40


@rule(
    "L001",
    "warning",
    says="the answer has {0} words; most learners remember one fact at a time",
    hint="ask for each fact on a card of its own, or put what explains the answer into a closing note",
)
def long_answer(note: Subject, deck: Deck) -> Iterator[Finding]:
    """An answer has more than 40 words.

    Nobody can say whether a long answer was right, and one forgotten part fails all of it: the minimum information
    principle (Piotr Wozniak, "Twenty rules of formulating knowledge", 4). Code and formulas do not count.

    False alarms: none of 14 that were judged, in a deck of 1,228 cards on computer science (November 2026).
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
    if note.family == "basic" and (words := len(prose(note.note.fields.get("Back", "")).split())) > _MOST_WORDS:
        yield note.place, words


_AUXILIARY = re.compile(
    r"(?:am|are|can|could|did|do|does|had|has|have|is|may|might|must|shall|should|was|were|will|would)\b", re.IGNORECASE
)
_YES_NO = re.compile(r"(?:yes|no)\s*[.,:;!–-]|(?:yes|no)\Z", re.IGNORECASE)


@rule(
    "L004",
    "warning",
    says="a guess is right half the time: the answer is yes or no",
    hint="ask for the fact behind it: which, how many, what happens, why",
)
def yes_or_no(note: Subject, deck: Deck) -> Iterator[Finding]:
    """A question can be answered with yes or no.

    A guess is right half the time, and the question often leads to its answer, so that little is recalled (Andy
    Matuschak, "How to write good prompts").

    False alarms: fewer than one of 20, of 30 that were judged, in a deck of 1,228 cards on computer science (November
    2026).
    Bad:
        ## Can a group of users be the principal of a policy? {.basic}
        No, only users and roles can.
    Good:
        ## Which identities can be the principal of a policy? {.basic}
        Users and roles.
    """
    if note.family != "basic":
        return
    question, answer = note.cards[0].question, note.cards[0].answer
    last = re.split(r"[.!?]\s+|\n", question)[-1]
    if _YES_NO.match(answer) or (last.endswith("?") and _AUXILIARY.match(last)):
        yield (note.place,)
