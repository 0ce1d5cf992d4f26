"""C: mistakes in cloze deletions, with the pages of `deckwright explain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..limits import MAX_CLOZE_NESTING, MAX_NUMBER
from .declare import Words, declare

Elsewhere = Literal["", "heading", "alert", "code"]
"""Where a note that hides nothing has what would be a deletion in its text."""

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "heading": (
        "only its heading has a deletion, and nothing is hidden there",
        "move the deletion into the text below",
    ),
    "alert": ("only an alert has a deletion, and nothing is hidden there", "move the deletion out of it"),
    "code": ("its `==` are in code, where they are code", "in code, write {{c1::answer}}"),
}
"""What is told of each place, and what to do."""


@declare("C001")
def no_deletion(where: Elsewhere = "") -> Words:
    """A cloze note hides nothing.

    Anki would make no card of it. Only deletions in the text count, not those in the heading or in an alert.
    Bad:
        ## Users {.cloze}
        A user has keys.
    Good:
        ## Users {.cloze}
        A user has ==keys==.
    """
    if where:
        reason, hint = ELSEWHERE[where]
        return f"this cloze note hides nothing: {reason}", hint
    return "this cloze note hides nothing", "mark the answer: ==answer=="


@declare("C002")
def unclosed_deletion() -> Words:
    """A numbered deletion is never closed.

    It must end in the paragraph, item or cell in which it starts.
    Bad:
        ## Users {.cloze}
        A {{c1::user has keys.
    Good:
        ## Users {.cloze}
        A {{c1::user}} has keys.
    """
    return "this deletion is never closed", "write }} after the answer, in the same paragraph, item or cell"


@declare("C003")
def crossing_blocks() -> Words:
    """A deletion goes on into another block.

    A deletion must stay in one paragraph, item or table cell. Otherwise the HTML of the card would break.
    Bad:
        ## Users {.cloze}
        - A ==user has
        - long-term keys== of its own
    Good:
        ## Users {.cloze}
        - A ==user== has
        - ==long-term== keys of its own
    """
    return (
        "this deletion ends in another paragraph, item or cell",
        "close it with == where it started, and hide the rest separately",
    )


@declare("C004")
def crossing_markup() -> Words:
    """A deletion starts inside emphasis or a link and ends outside, or the other way round.

    Bad:
        ## Users {.cloze}
        A ==user has **long-term== keys**.
    Good:
        ## Users {.cloze}
        A ==user has **long-term**== keys.
    """
    return "this deletion overlaps emphasis, a link or raw HTML", "put both == inside or both outside"


@declare("C005")
def too_many_parts() -> Words:
    """A deletion has more than one `::`.

    One `::` separates the answer from its hint. If the answer itself contains `::`, put it in backticks.
    Bad:
        ## Buckets {.cloze}
        The type of a bucket is ==AWS::S3::Bucket==.
    Good:
        ## Buckets {.cloze}
        The type of a bucket is ==`AWS::S3::Bucket`==.
    """
    return "this deletion has more than one `::`", "put an answer that contains :: in backticks: ==`a::b`=="


@declare("C006")
def empty_deletion(instead: str = "") -> Words:
    """A deletion is empty.

    What follows `::` is its hint: `{{c1::::keys}}` hides nothing, and shows `keys` in its place.
    Bad:
        ## Users {.cloze}
        A {{c1::}} has keys, a ==group== has members.
    Good:
        ## Users {.cloze}
        A {{c1::user}} has keys, a ==group== has members.
    """
    if instead:
        return (
            "this deletion has a hint, but no answer",
            f"write `{instead}`, or the answer before the `::` of its hint",
        )
    return "this deletion has no answer", "write the answer between its marks, before any hint"


@declare("C007")
def bad_number() -> Words:
    """The number of a deletion is not between 1 and 499.

    Anki makes no card for c0, or for numbers above 499.
    Bad:
        ## Users {.cloze}
        A {{c500::user}} has keys.
    Good:
        ## Users {.cloze}
        A {{c1::user}} has keys.
    """
    return (
        f"Anki only has cards c1 to c{MAX_NUMBER}",
        "use another number, or write ==answer== and let Deckwright number it",
    )


@declare("C008", "warning")
def not_asked(is_basic: bool = False) -> Words:
    """A deletion is not in the text of a cloze note.

    In a heading, an alert, a footnote, the caption of a picture or the hint of another deletion, a numbered deletion is
    shown as written and makes no card. In a footnote, `==…==` is a highlight. In a basic note, it is shown as written
    too, wherever it stands.
    Bad:
        ## Users {.cloze}
        A ==user== has keys.

        > [!NOTE]
        > So has {{c2::root}}.
    Good:
        ## Users {.cloze}
        A ==user== has keys, and so has {{c2::root}}.
    """
    if is_basic:
        return (
            "this deletion is in a basic note, so it makes no card, and its braces are shown",
            "make it a cloze note, or put in backticks what is to be shown",
        )
    return (
        "this deletion is in a heading, an alert, a footnote, a caption or a hint, so it makes no card",
        "move it into the text, or remove its marks",
    )


@declare("C009", "warning")
def hint_in_code() -> Words:
    """A deletion in code seems to have a hint.

    In code, `::` is part of the answer, as in `std::vector`. Only `::` with a space after it starts a hint.
    Bad:
        ## Opening a port {.cloze}
        `--port {{c1::22::for SSH}}`
    Good:
        ## Opening a port {.cloze}
        `--port {{c1::22:: for SSH}}`
    """
    return "in code, `::` is part of the answer unless a space follows", "write `:: ` and then the hint"


@declare("C010", "warning")
def single_mark(is_apart: bool = False) -> Words:
    """A cloze note contains a single `==`.

    It looks like the start or the end of a deletion, but there is no second `==` to go with it. It is shown as written.
    Bad:
        ## Users {.cloze}
        A ==user has keys, a ==group== has members.
    Good:
        ## Users {.cloze}
        A ==user== has keys, a ==group== has members.
    """
    if is_apart:
        return (
            "this `==` has no partner, so it hides nothing: there is a space between the other `==` and the answer",
            "remove that space, or put the `==` in backticks",
        )
    return "this `==` has no partner, so it hides nothing", "close the deletion, or put the `==` in backticks"


@declare("C011", "warning")
def near_number(written: str, instead: str, is_answer: bool = False) -> Words:
    """The number of a deletion is not read as one.

    A number is written `c1` and comes first, as in `==c1::answer==`. Anything else in its place is the answer, and what
    follows is shown as the hint. If the answer really is such a number, write it in Anki's form: `{{c1::1::how many}}`.
    A third colon belongs to the answer. If it really does, put the answer in backticks.
    Bad:
        ## The lower leg {.cloze}
        Its bones are the ==C2::tibia== and the ==C3::fibula==.
    Good:
        ## The lower leg {.cloze}
        Its bones are the ==c2::tibia== and the ==c3::fibula==.
    """
    return (
        f"this deletion hides `{written}` as part of its answer"
        if is_answer
        else f"this deletion hides `{written}`, and shows what follows as its hint",
        f"write `{instead}::` with two colons, or put the answer in backticks"
        if written == ":"
        else f"write `=={instead}::` if that is its number"
        if instead
        else "give it one number: ==c1::answer==",
    )


@declare("C012", "warning")
def near_deletion(text: str, reason: Literal["form", "spaces", "maths", "HTML"]) -> Words:
    """Text in a cloze note looks like a deletion but hides nothing.

    There is no space between `==` and the answer. Anki's form is `{{c1::answer}}`, with two braces, a small c, a number
    and two colons. In maths and in a block of raw HTML only Anki's form is read.
    Bad:
        ## The lower leg {.cloze}
        Its bones are the == tibia == and the ==fibula==.
    Good:
        ## The lower leg {.cloze}
        Its bones are the ==tibia== and the ==fibula==.
    """
    hints = {
        "form": "write {{c1::answer}} or ==answer==",
        "spaces": "leave no space between `==` and the answer",
        "maths": "in maths, write {{c1::answer}}",
        "HTML": "in a block of raw HTML, write {{c1::answer}}",
    }
    return f"`{text}` looks like a deletion, but it hides nothing", hints[reason]


@declare("C013")
def nested_too_deep() -> Words:
    """A deletion lies in ten others.

    Anki reads ten deletions in one another, and no more: it would show the eleventh's braces, and hide nothing.
    Bad:
        ## Powers of two {.cloze}
        `{{c1::2{{c2::4{{c3::8{{c4::16{{c5::32{{c6::64{{c7::128{{c8::256{{c9::512{{c10::1k{{c11::2k}}}}}}}}}}}}}}}}}}}}}}`
    Good:
        ## Powers of two {.cloze}
        `{{c1::2{{c2::4{{c3::8}}}}}}`, `{{c4::16{{c5::32{{c6::64}}}}}}`
    """
    return (
        f"this deletion lies in {MAX_CLOZE_NESTING} others, and Anki reads no deeper",
        "put them beside one another, or make several notes of them",
    )
