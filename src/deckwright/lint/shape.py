"""Rules on notes as a whole, and on notes beside each other: their number of cards, their sources, pictures and code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape

from ..diagnostics.forms import width
from ..model import Span
from ..texts import BREAK, IMAGE, TAG
from .declare import Finding, rule
from .subject import Memory, Subject
from .wording_texts import short
from .words import words


@rule(
    "L030",
    "warning",
    "basic",
    "cloze",
    says="another card asks the same{1}: {0}",
    hint="say in one of the two questions what tells them apart, or take one out",
)
def same_question(note: Subject, memory: Memory) -> Iterator[Finding]:
    """Two cards ask the same.

    Whoever meets one of them cannot know which answer is meant: interference (Piotr Wozniak, "Twenty rules of formulating
    knowledge", 11). Questions are the same if all that is shown with them is the same too. Of one question, the first
    three repetitions are told.

    False alarms: none of 40 that were judged, in a deck of 5,925 notes for school and one of 2,405 on medicine;
    2 of 94 in 24,800 notes on other subjects (November 2026).
    Bad:
        # Storage
        ## What is a volume? {.basic}
        A disk for one instance.
        ## What is a volume? {.basic}
        A unit of storage.
    Good:
        # Storage
        ## What is a volume of EC2? {.basic}
        A disk for one instance.
        ## What is a volume of Docker? {.basic}
        A folder that outlives its container.
    """
    for number, asked in enumerate(note.questions()):
        question = asked.rstrip(" .?:…。？")
        pictures = _pictures(note) if "]" in question and not note.is_plain else ""
        key = note.context, note.header, question + pictures
        if (first := memory.questions.setdefault(key, note.place)) is not note.place:
            memory.times[key] = times = memory.times.get(key, 0) + 1
            if times <= _MOST_TOLD:
                # What a note asks the other way round is not seen at its place.
                turned = f", “{short(' '.join(asked.split()))}”" if number and note.family == "basic" else ""
                yield note.card_place(note.cards[number]), first.place, turned
            return


_MOST_TOLD = 3


def _pictures(note: Subject) -> str:
    """The pictures of a note, which make another question of the same text."""
    fields = (field for name, field in note.note.fields.items() if name != "Extra")
    return "".join(image for field in fields for image in IMAGE.findall(field))


@rule(
    "L031",
    "off",
    "basic",
    says="another card asks with the same words in another order: {0}",
    hint="reword one of the two, so that their difference strikes the eye",
)
def same_words(note: Subject, memory: Memory) -> Iterator[Finding]:
    """Two questions have the same words in another order.

    They look alike when one is in a hurry, and then the answer of the other comes to mind: interference (Piotr Wozniak,
    "Twenty rules of formulating knowledge", 11).

    False alarms: 23 of 28 that were judged, in three decks of 15,000 notes (November 2026): most learners tell "from
    binary to decimal" from "from decimal to binary". So it is off by default.
    Bad:
        ## Which class loads its parent before a child? {.basic}
        The first.
        ## Which class loads a child before its parent? {.basic}
        The second.
    Good:
        ## Which class begins with its parent? {.basic}
        The first.
        ## Which class begins with a child? {.basic}
        The second.
    """
    question = next(iter(note.questions()))
    if len(said := words(question)) < _FEWEST_WORDS:
        return
    before, first = memory.words.setdefault(" ".join(sorted(said)), (question, note.place))
    if before != question:
        yield note.place, first.place


_FEWEST_WORDS = 5


@rule(
    "L032",
    "off",
    says="four or more notes of this section have the same Extra",
    hint="give each row an Extra of its own, in a column named Extra, or take it out where it does not fit",
)
def same_extra(note: Subject, memory: Memory) -> Iterator[Finding]:
    """Four or more notes of a section have the same Extra.

    What stands below a table is shown with each of its rows, also with those it says nothing about. The rule has no other
    source than a blind reading of our own cards, in which such an Extra explained another row than the one that was asked.
    A section without an id is left out: nothing else says which notes are its.

    False alarms: 4 of 6 that were judged, in a deck of 338 cards on web services (November 2026). So it is off by
    default.
    Bad:
        ## Ports {.rows #ports}
        | Service | Port |
        | ------- | ---- |
        | FTP     | 21   |
        | SSH     | 22   |
        | SMTP    | 25   |
        | DNS     | 53   |

        > [!NOTE]
        > Mail is sent by SMTP.
    Good:
        ## Ports {.rows #ports}
        | Service | Port | Extra                |
        | ------- | ---- | -------------------- |
        | FTP     | 21   |                      |
        | SSH     | 22   |                      |
        | SMTP    | 25   | Mail is sent by it.  |
        | DNS     | 53   |                      |
    """
    group, extra = note.written.group, note.note.fields.get("Extra", "")
    if not group or not extra:
        return
    key = (note.place.path, group, extra)
    memory.extras[key] = number = memory.extras.get(key, 0) + 1
    if number == _MOST_EXTRAS:
        yield (note.place,)


_MOST_EXTRAS = 4


@rule(
    "L033",
    "off",
    "cloze",
    says="one blank hides {0} numbers",
    hint="give each number a blank, or a note, of its own",
)
def several_numbers(note: Subject, memory: Memory) -> Iterator[Finding]:
    """One blank hides three numbers or more.

    Each of them is a fact, and one that is forgotten fails all (Piotr Wozniak, "Twenty rules of formulating knowledge",
    4).

    False alarms: 1 of 3 that were judged. There were no more in fifteen decks of 36,000 notes (November 2026), too few
    to rely on. So it is off by default.
    Bad:
        ## Durations {.cloze}
        A token is valid for ==15 minutes to 36 hours, by default 12==.
    Good:
        ## Durations {.cloze}
        A token is valid for ==15 minutes::at least== to ==36 hours::at most==, by default for ==12 hours==.
    """
    for card in note.cards:
        if "\n" in card.answer or _FORMULA.search(card.answer):
            continue
        if (number := len(set(_NUMBER.findall(card.answer)))) >= _MOST_NUMBERS:
            yield note.card_place(card), number


_MOST_NUMBERS = 3
_NUMBER = re.compile(r"(?<![\w.,/:-])\d++(?>(?:[.,]\d++)*)(?![\w./:-]*\d)")
_FORMULA = re.compile(r"[\\^=+*×÷→<>{}|]")
"""In a formula, numbers belong together."""


@rule(
    "L034",
    "hint",
    says="the source is a front page: {0}",
    hint="name the page that says it",
)
def front_page(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A source is the front page of a site or a guide.

    Sources are there to look a card up when one doubts it, and to bring it up to date (Piotr Wozniak, "Twenty rules of
    formulating knowledge", 18). On a front page one has to search, and what it says changes without a word.

    False alarms: 4 of 18 that were judged, among 886 sources of notes on programming (November 2026): the first page of
    some sites is all there is. Those of a language or a version, as `/en/` and `/docs/3/`, were added later, and are not
    counted in.
    Bad:
        ## How long is a message kept? {.basic source="https://docs.example.com/queues/latest/guide/welcome.html"}
        Four days.
    Good:
        ## How long is a message kept? {.basic source="https://docs.example.com/queues/latest/guide/quotas.html"}
        Four days.
    """
    source = note.note.fields.get("Source", "")
    if not source or not (found := _ADDRESS.fullmatch(source)):
        return
    address = unescape(found[1])
    if _FRONT.fullmatch(address):
        yield note.where_source(address), address


_ADDRESS = re.compile(r'<a href="([^"<>]*)">[^<>]*</a>')
_FRONT = re.compile(
    r"https?://[^/?#]+/?"
    r"|https?://[^?#]*/welcome(?:\.\w{2,5})?/?"
    r"|https?://[^/?#]+/(?:[\w.-]+/){0,2}(?:index|home|main|default|contents|toc)(?:\.\w{2,5})?/?"
    r"|https?://[^/?#]+(?:/(?:docs?|documentation|latest|stable|current|[a-z]{2}(?:[-_][a-z]{2})?|v\d[\d.]*|\d(?:\.\d+)*))+/?"
    r"|https?://[^?#]*/(?:latest|stable|current)/(?:(?:[\w-]*guide|dg|ug|[\w-]*manual)(?:/|\Z))?(?:index\.html?)?",
    re.IGNORECASE,
)
"""An address without a path, or with one of a language or a version; a page that is named as a first page; or a guide's own
address below its version.
"""


@rule(
    "L035",
    "hint",
    says="a picture has no description",
    hint="say between the brackets what it shows: `![the valves of the heart](…)`",
)
def no_description(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A picture has no alternative text.

    Screen readers read it, and it is shown where the picture is missing (WCAG 2.2, 1.1.1).

    False alarms: none, it is counted.
    Bad:
        ## Which organ is this? {.basic}
        ![](../media/diagram.png)

        ---

        The heart.
    Good:
        ## Which organ is this? {.basic}
        ![An organ with four chambers](../media/diagram.png)

        ---

        The heart.
    """
    if note.is_plain:
        return
    places: Mapping[str, Sequence[Span]] = {}
    times: dict[str, int] = {}
    for name, field in note.note.fields.items():
        for image in IMAGE.findall(field) if "<img" in field and name != "Comments" else ():
            file = unescape(found[1]) if (found := _FILE.search(image)) else ""
            times[file] = time = times.get(file, -1) + 1
            if not (described := _ALT.search(image)) or not described[1].strip():
                places = places or note.picture_places()  # Most have a description, and need none.
                shown = places.get(note.picture_file(file), ())
                yield (shown[time] if time < len(shown) else note.where(file),)


_ALT = re.compile(r'\salt="([^"]*)"')
_FILE = re.compile(r'\ssrc="([^"]*)"')


@rule(
    "L036",
    "hint",
    says="a line of code has {0} characters; on a phone, it takes three lines or more",
    hint="break the line, or leave out what is not asked for",
)
def long_code(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A line of code is too long for a phone.

    A card on a phone 360 pixels wide shows 37 characters in a line of code, as we measured on cards of the note types
    that come along. What is longer goes on below, two columns further in: two such lines show 72, and where there is a
    third one, nobody sees how the code is built.

    False alarms: none, it is counted.
    Bad:
        ## What does this print? {.basic}
        ```python
        print("a line that is so long that it stands in more than two lines on the screen of a small phone", "end")
        ```

        ---

        A long line.
    Good:
        ## What does this print? {.basic}
        ```python
        print(2 ** 3)
        ```

        ---

        8
    """
    if note.is_plain:
        return
    for part in "\n".join(note.note.fields.values()).split("<pre")[1:]:
        code = BREAK.sub("\n", part.partition("</pre>")[0].partition(">")[2])
        lines = map(_shown, filter(_may_be_long, TAG.sub("", _without_clozes(code)).split("\n")))
        line = max(lines, key=width, default="")
        if width(line) > _LONGEST_LINE:  # A Chinese character is as wide as two others.
            yield note.where(line.strip()), len(line)


def _without_clozes(html: str) -> str:
    """Code with what its clozes hide."""
    if "{{c" not in html:
        return html
    before, *rest = _CLOZE.split(html)
    hidden = (part.partition("}}") for part in rest)
    return "".join([before, *(text.partition("::")[0] + after for text, _, after in hidden)]).replace("}}", "")


def _may_be_long(line: str) -> bool:
    return len(line) > _LONGEST_LINE // 2 or "\t" in line


def _shown(line: str) -> str:
    """A line without tags as it is seen."""
    return unescape(line).expandtabs(4).rstrip()


_LONGEST_LINE = 72
_CLOZE = re.compile(r"\{\{c\d+::")


@rule(
    "L037",
    "hint",
    "cloze",
    says="this note makes {0} cards",
    hint="divide it into several notes, or give blanks that belong together one number: `==c1::…==`",
)
def many_cards(note: Subject, memory: Memory) -> Iterator[Finding]:
    """A cloze note makes more than five cards.

    Anki makes a card of each number, and on each shows the rest of the text (Anki's manual, "Cloze Deletion"), so that the
    fifth is known from the four before. What hides five things mostly hides their names in a list, and sets are hard to
    remember (Piotr Wozniak, "Twenty rules of formulating knowledge", 9). That it is five is our choice.

    False alarms: none, it is counted. All of 20 that were read, among 172 in a deck of 1,898 notes on biology, hide the
    cells of a table or the items of a list (November 2026).
    Bad:
        ## Planets {.cloze}
        ==Mercury==, ==Venus==, ==Earth==, ==Mars==, ==Jupiter== and ==Saturn== are seen with the naked eye.
    Good:
        ## Planets {.cloze}
        ==Mercury and Venus::which two?== are nearer to the Sun than Earth.
    """
    if (number := len(note.cards)) > _MOST_CARDS:
        yield note.place, number


_MOST_CARDS = 5
